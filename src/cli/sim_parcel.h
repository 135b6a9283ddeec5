/*
 * One order of the simulated world: what the shop, the carriers and the customer do with it, and what of it is really wrong from
 * when to when. Pure: the same world, seed and number give the same order.
 */
#ifndef WISMO_CLI_SIM_PARCEL_H
#define WISMO_CLI_SIM_PARCEL_H

#include "base/prng.h"
#include "cli/sim_world.h"

#define SIM_PARCELS_MAX 2
#define SIM_EVENTS_MAX 96
#define SIM_TRUTHS_MAX 24
#define SIM_NEVER INT64_MAX

enum sim_event_kind { SIM_ORDER, SIM_STOCK, SIM_LABEL, SIM_SCAN, SIM_REPORT };
struct sim_event {
    int64_t at_us;
    uint32_t order;
    uint8_t kind, parcel, status, reason, seq;
    int8_t stock; /* SIM_STOCK: the level */
};

/* SIM_TRUTH(NAME, word): what is wrong, as the world knows it. */
#define SIM_TRUTHS(X)                                                                                                  \
    X(NOT_SENT, not_sent) X(NO_STOCK, no_stock) X(LEFT_BEHIND, left_behind) X(SILENT, silent) X(LATE, late)            \
    X(ATTEMPT, attempt) X(ADDRESS, address) X(CUSTOMS, customs) X(RETURN, going_back) X(NOT_RECEIVED, not_received)
enum sim_truth_kind {
#define X(NAME, word) TRUTH_##NAME,
    SIM_TRUTHS(X)
#undef X
    TRUTH_COUNT
};
#define SIM_WHOLE_ORDER 255
struct sim_truth {
    uint8_t kind, parcel; /* SIM_WHOLE_ORDER: not a parcel's */
    int64_t wrong_us, ask_us, end_us; /* went wrong; the customer would ask; over (SIM_NEVER: never) */
};

struct sim_order {
    const struct sim_lane *lane;
    uint32_t number;
    int parcels;
    int64_t placed_us, promised_day; /* days since 1970, at the destination */
    enum sim_fate fate[SIM_PARCELS_MAX];
    struct sim_event events[SIM_EVENTS_MAX];
    size_t events_n;
    struct sim_truth truths[SIM_TRUTHS_MAX];
    size_t truths_n;
};

/* sim_order_make: order `number` (from 0) placed on day `day` of the world. */
void sim_order_make(const struct sim_world *w, uint64_t seed, uint32_t number, int day, struct sim_order *out);
const char *sim_truth_word(enum sim_truth_kind k);

#endif
