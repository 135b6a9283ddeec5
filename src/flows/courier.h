/*
 * The courier: takes due rows out of the outbox, one at a time, and brings them to their channel. Each attempt is in the ledger and
 * folded before the call, each result comes back as a fact; see docs/messages.md, "The courier".
 */
#ifndef WISMO_FLOWS_COURIER_H
#define WISMO_FLOWS_COURIER_H

#include "flows/engine.h"

struct courier;

MUST_CHECK enum err courier_new(struct ctx *ctx, struct engine *eng, struct courier **out);
void courier_free(struct courier *c); /* stops its thread; accepts NULL */
MUST_CHECK enum err courier_start(struct ctx *ctx, struct courier *c);
/* courier_run: at most max rows that are due now; *n: attempts made. Also without a thread. */
MUST_CHECK enum err courier_run(struct ctx *ctx, struct courier *c, size_t max, size_t *n);

/* courier_stop_at: for tests: the process ends at once (exit code 9) at the n-th step from now; 0: never. */
void courier_stop_at(struct courier *c, int n);

#endif
