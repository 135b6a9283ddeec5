/*
 * The world that `wismo simulate` runs: a shop, its lanes, what goes wrong, when customers ask. Read from YAML by a table, as the
 * configuration is (data/worlds/default.yaml says what each figure means).
 */
#ifndef WISMO_CLI_SIM_WORLD_H
#define WISMO_CLI_SIM_WORLD_H

#include "base/calendar.h"
#include "flows/config.h"

struct sim_lane {
    struct str name, carrier, service, country, region, city, zone;
    int share, legs, leg_p50, leg_p90, missing_percent, promise_days, gap_limit;
    bool saturday, customs, cod;
    struct calendar cal; /* made from the above */
};

struct sim_storm {
    struct str country;
    int from_day, days, delay;
};

/* SIM_FATE(NAME, word): what happens to a parcel. The first ones happen to the order. */
#define SIM_FATES(X)                                                                                                   \
    X(LATE_SHIP, late_ship) X(FORGOTTEN, forgotten) X(BACKORDERED, backordered) X(DOCK, dock) X(STALLED, stalled)      \
    X(LOST, lost) X(ATTEMPT, attempt) X(ADDRESS, address) X(RETURNED, returned) X(REFUSED, refused)                    \
    X(CUSTOMS, customs) X(PICKUP, pickup) X(NOT_RECEIVED, not_received)
enum sim_fate {
#define X(NAME, word) FATE_##NAME,
    SIM_FATES(X)
#undef X
    FATE_FINE
};

struct sim_patience {
    int p50, p90;
};

struct sim_world {
    int64_t start_day; /* days since 1970 */
    struct str home_country, home_zone;
    int sla_days, handling_p50, handling_p90, pickup_p50, pickup_p90, pickup_limit, split_percent;
    const struct sim_lane *lanes;
    size_t lanes_n;
    const struct sim_storm *storms;
    size_t storms_n;
    int fates[FATE_FINE]; /* of 10,000 */
    struct sim_patience silence, order, promise, event;
    struct calendar home_cal;
    int shares;           /* sum over the lanes */
};

/* sim_world_parse: everything in ctx's arena. Errs: ERR_PARSE with findings that name line and column. */
MUST_CHECK enum err sim_world_parse(struct ctx *ctx, struct str text, struct sim_world *out, struct findings *findings);

#endif
