/* Incidents of a merchant: the newest version of each is a row, and each version one by the time it was told. */
#ifndef WISMO_FLOWS_INCIDENTS_H
#define WISMO_FLOWS_INCIDENTS_H

#include "flows/engine_int.h"

/* incidents_join: those that were known at at_us as they were known then (0: now) into out, in ctx's arena. Errs: what reading gives. */
MUST_CHECK enum err incidents_join(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct promises *out);

#endif
