/*
 * The estimator learns each merchant's model of delivery estimates from its own cases: at first when enough parcels were delivered,
 * then again every few days, on a thread that gives way to all others. What it learns becomes a fact (estimates.h).
 */
#ifndef WISMO_FLOWS_ESTIMATOR_H
#define WISMO_FLOWS_ESTIMATOR_H

#include "flows/engine.h"
#include "mind/eta.h"

/*
 * estimator_history: all cases of the merchant as they stand, a row a parcel, in ctx's arena, which must have room for them (some 700
 * bytes a parcel with what a fit takes). Cancelled and refunded orders teach nothing. Errs: those of reading; ERR_LIMIT.
 */
struct estimator_history {
    struct eta_obs *obs;
    size_t n, orders;         /* orders: cases that gave a row */
    struct eta_fit_options opt;
};
MUST_CHECK enum err estimator_history(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, struct estimator_history *out);

struct estimator;
MUST_CHECK enum err estimator_new(struct ctx *ctx, struct engine *eng, struct estimator **out);
/* estimator_round: merchants whose model is due get one; *fitted: how many. For tests and the thread. */
MUST_CHECK enum err estimator_round(struct ctx *ctx, struct estimator *est, size_t *fitted);
MUST_CHECK enum err estimator_start(struct ctx *ctx, struct estimator *est);
void estimator_free(struct estimator *est); /* stops its thread; accepts NULL */

#endif
