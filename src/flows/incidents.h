/* Incidents of a merchant: the newest version of each is a row; the diagnosis sees those known at its time. */
#ifndef WISMO_FLOWS_INCIDENTS_H
#define WISMO_FLOWS_INCIDENTS_H

#include "mind/limits.h"
#include "storage/db.h"

/*
 * incidents_join: p with the merchant's incidents that were known at at_us (0: all), in ctx's arena. Errs: what reading gives.
 */
MUST_CHECK enum err incidents_join(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct promises *p, int64_t at_us,
                                   struct promises *out);

#endif
