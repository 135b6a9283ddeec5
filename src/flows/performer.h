/*
 * The performer: takes actions that are due out of the outbox, one at a time, and does them through the account that performs their
 * capability. The attempt is in the ledger and folded before the call, and so is what came of it; see docs/actions.md.
 */
#ifndef WISMO_FLOWS_PERFORMER_H
#define WISMO_FLOWS_PERFORMER_H

#include "flows/engine.h"

struct performer;

MUST_CHECK enum err performer_new(struct ctx *ctx, struct engine *eng, struct performer **out);
void performer_free(struct performer *p); /* stops its thread; accepts NULL */
MUST_CHECK enum err performer_start(struct ctx *ctx, struct performer *p);
/* performer_run: at most max actions that are due now; *n: attempts made. Also without a thread. */
MUST_CHECK enum err performer_run(struct ctx *ctx, struct performer *p, size_t max, size_t *n);
/* performer_stop_at: for tests: the process ends at once (exit code 9) at the n-th step from now; 0: never. */
void performer_stop_at(struct performer *p, int n);

/* action_account: the account that performs a capability of a merchant; NULL: none. */
const struct account *action_account(const struct merchant_config *mc, enum capability cap);

/* ticket_account: the account where what is handed over becomes a ticket; NULL: none. */
const struct account *ticket_account(const struct merchant_config *mc);
/* takes_tickets: there, or by mail. */
bool takes_tickets(const struct merchant_config *mc);

#endif
