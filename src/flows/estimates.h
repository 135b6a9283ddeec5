/*
 * Models of delivery estimates in the ledger: each is a fact, and holds from its position on, so that what was estimated then can be
 * derived again. A model is read once, by its id, and stays in memory as long as the engine does.
 */
#ifndef WISMO_FLOWS_ESTIMATES_H
#define WISMO_FLOWS_ESTIMATES_H

#include "flows/engine_int.h"
#include "mind/eta.h"

#define ESTIMATE_MODEL_MAX ((size_t)4 << 20) /* bytes of a model that the ledger takes */

struct estimate_shelf;
MUST_CHECK enum err estimate_shelf_new(struct ctx *ctx, struct estimate_shelf **out);
void estimate_shelf_free(struct estimate_shelf *shelf); /* accepts NULL; no model of it is used any more */

/* estimates_join: the model that holds now (at_us 0), or was known at at_us, into p->eta; NULL: none. Errs: those of the store. */
MUST_CHECK enum err estimates_join(struct ctx *ctx, struct db *state, struct merchant *m, int64_t at_us, struct promises *p);
/* estimates_record: a model becomes the merchant's: a fact, durable when this returns. Errs: ERR_LIMIT too large, those of appends. */
MUST_CHECK enum err estimates_record(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct eta_model *model);
/* estimates_last: when the merchant's newest model came; 0: never. */
MUST_CHECK enum err estimates_last(struct ctx *ctx, struct db *state, int64_t merchant_id, int64_t *at_us);

#endif
