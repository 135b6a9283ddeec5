/*
 * The poller: asks vendors by itself. Storefronts for what changed since the cursor, reads that webhooks named (table fetch),
 * carriers for open parcels that have been silent. What comes back is appended like any arrival. Per account: sign-in, a
 * distance between calls from the vendor's limits, Retry-After and backoff, a circuit that opens after failures.
 */
#ifndef WISMO_FLOWS_POLLER_H
#define WISMO_FLOWS_POLLER_H

#include "flows/ask.h"
#include "flows/engine.h"

struct poller;

/* poller_new: for all accounts of the configuration that can be asked. Errs: ERR_MEMORY, ERR_IO. */
MUST_CHECK enum err poller_new(struct ctx *ctx, struct engine *eng, struct poller **out);
void poller_free(struct poller *p); /* stops its thread when one runs; accepts NULL */
/* poller_start: a thread that works until poller_free. */
MUST_CHECK enum err poller_start(struct ctx *ctx, struct poller *p);
/* poller_round: one round over all accounts; *calls made. For tests and the thread. */
MUST_CHECK enum err poller_round(struct ctx *ctx, struct poller *p, size_t *calls);
/* poller_refresh: an ask_refresh_fn; user is the poller. */
enum err poller_refresh(void *user, struct ctx *ctx, struct reader *rd, const struct case_answer *ca, int budget_ms, int64_t *pos);

#endif
