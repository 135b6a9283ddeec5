/* A simulated world played through a store of its own, and what came of it. */
#ifndef WISMO_CLI_SIM_RUN_H
#define WISMO_CLI_SIM_RUN_H

#include "cli/cli.h"
#include "cli/sim_parcel.h"

struct sim_brief { /* what is kept of an order while its events are played */
    const struct sim_lane *lane;
    int64_t placed_us, promised_day;
    uint8_t parcels, fate[SIM_PARCELS_MAX];
    uint32_t truths_from, truths_n;
};

struct sim_play {
    const struct sim_world *world;
    uint64_t seed;
    int64_t orders, days;
    struct sim_brief *briefs;
    struct sim_event *events; /* by time */
    size_t events_n, events_cap;
    struct sim_truth *truths;
    size_t truths_n, truths_cap;
    int64_t end_us;
    int64_t facts, ticks_us;  /* facts sent; time the playing took */
};

/* sim_plan: draws all orders. Everything in ctx's arena. Errs: ERR_MEMORY. */
MUST_CHECK enum err sim_plan(struct ctx *ctx, struct sim_play *play);
/* sim_deliver: what is due in the outbox counts as sent now; *n: how many rows, none when nothing is left. Errs: reading, appending. */
MUST_CHECK enum err sim_deliver(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, size_t *n);
/* sim_run: plays the events through the engine (opened without threads), moving its clock to the end; messages count as sent. */
MUST_CHECK enum err sim_run(struct ctx *ctx, struct sim_play *play, struct engine *eng, int64_t merchant_id, FILE *progress);

/* What Wismo saw of one kind of truth. */
struct sim_seen {
    size_t problems, asked, before_ask, told_before, missed;
    double *lags_h; /* hours from wrong to flagged, sorted; negative: before */
    size_t lags_n;
};
struct sim_score {
    struct sim_seen kinds[TRUTH_COUNT];
    size_t parcels, false_parcels;
    size_t false_by_class[DIAG_CLASS_COUNT];
    size_t asked, before_ask, told_before, problems, missed; /* without what only the customer can know */
    size_t orders, messages, calm_orders, calm_messages, calm_most; /* calm: an order without a problem; most: messages of one */
    int64_t promises, unkept;
};
/* sim_score: reads every case and compares. Errs: what reading gives. */
MUST_CHECK enum err sim_score(struct ctx *ctx, const struct sim_play *play, struct reader *rd, int64_t merchant_id, FILE *misses,
                              struct sim_score *out);
void sim_report(FILE *to, const struct sim_play *play, struct sim_score *sc);
void sim_report_json(struct jw *w, const struct sim_play *play, struct sim_score *sc);

#endif
