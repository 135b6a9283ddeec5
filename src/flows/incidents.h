/* Incidents of a merchant: the newest version of each is a row; the diagnosis sees those known at its time. */
#ifndef WISMO_FLOWS_INCIDENTS_H
#define WISMO_FLOWS_INCIDENTS_H

#include "flows/engine_int.h"

/*
 * promises_join: the merchant's promises with its incidents and the model of estimates as known at at_us (0: now). The incidents
 * are in ctx's arena, the model is the engine's. Errs: what reading gives.
 */
MUST_CHECK enum err promises_join(struct ctx *ctx, struct db *db, struct merchant *m, int64_t at_us, struct promises *out);

#endif
