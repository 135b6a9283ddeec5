/*
 * What a merchant promises and which limits it sets: written in the configuration, recorded in the ledger when it changes, used by the
 * fold as recorded. A store that was never told otherwise goes by the defaults; one that was made before they were recorded goes by
 * the configuration's until it changes.
 */
#ifndef WISMO_FLOWS_PROMISES_H
#define WISMO_FLOWS_PROMISES_H

#include "flows/engine_int.h"

#define PROMISES_ABOUT "promises" /* of a policy fact */

/*
 * promises_join: the merchant's promises as they held at at_us (0: now), with its incidents and the model of estimates as known then.
 * All but the model (the engine's) and the configuration's is in ctx's arena. Errs: what reading gives.
 */
MUST_CHECK enum err promises_join(struct ctx *ctx, struct db *db, struct merchant *m, int64_t at_us, struct promises *out);
/* promises_recorded: *version in ctx's arena; empty where the configuration's hold unrecorded. */
MUST_CHECK enum err promises_recorded(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str *version);
/* promises_start: a store that derives from's merchant again begins as that one did. */
MUST_CHECK enum err promises_start(struct ctx *ctx, struct db *from, struct db *to, int64_t merchant_id);

#endif
