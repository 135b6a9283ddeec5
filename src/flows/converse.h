/*
 * One conversation that waits: what was written since the last turn is read, the dialogue (talk/dialogue.h) works out the next
 * turn, and what it looks up, reports, asks of the policy or sends is done here. The turn itself is given as a fact to append.
 */
#ifndef WISMO_FLOWS_CONVERSE_H
#define WISMO_FLOWS_CONVERSE_H

#include "flows/ask.h"
#include "flows/conversation.h"

struct converse_env {
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;
    ask_refresh_fn refresh;  /* fresh facts before an answer; NULL: from what is known */
    void *refresh_user;
    int budget_ms;
    const struct entity_patterns *learned; /* forms of order names besides the configured ones; NULL: none */
};

/* converse: *out: the turn, for the ledger. Errs: what reading gives; ERR_NOTFOUND there is nothing to answer. */
MUST_CHECK enum err converse(struct ctx *ctx, const struct converse_env *env, const struct conversation *c, struct turn_fact *out);

#endif
