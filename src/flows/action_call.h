/* An action as a connector gets it: opened from the case, its request and the sealed fields, for one call. */
#ifndef WISMO_FLOWS_ACTION_CALL_H
#define WISMO_FLOWS_ACTION_CALL_H

#include "flows/engine.h"
#include "storage/actions.h"

struct merchant;

/* action_call_make: Errs: ERR_DENIED what it needs is not known there or was erased; of reading. */
MUST_CHECK enum err action_call_make(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct account *acct,
                                     const struct action_kept *act, struct action_call *out);

#endif
