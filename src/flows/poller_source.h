/* Inside of the poller: one account that can be asked, with its sign-in, pace and circuit. */
#ifndef WISMO_FLOWS_POLLER_SOURCE_H
#define WISMO_FLOWS_POLLER_SOURCE_H

#include "base/http_client.h"
#include "flows/engine_int.h"
#include "flows/poller.h"

#define SOURCE_FAILURES_MAX 5               /* in a row: the circuit opens */
#define SOURCE_OPEN_US (60 * US_PER_S)      /* at first; doubles up to SOURCE_OPEN_MAX_US */
#define SOURCE_OPEN_MAX_US (30 * US_PER_MIN)

struct source {
    struct merchant *m;
    const struct account *acct;
    pthread_mutex_t lock;       /* token and pace: the poller and refreshing askers share them */
    struct secret token;
    int64_t token_until_us;     /* engine's clock */
    int64_t next_call_us;       /* monotonic */
    int failures;
    int64_t open_us;            /* how long the circuit stays open next time */
    int64_t after_parcel;       /* where the walk over parcels stands */
    int32_t *asked_s;           /* when each parcel was asked last, monotonic seconds */
    size_t asked_cap;
};

/* source_ready: not paused by pace or circuit. */
bool source_ready(struct source *s);
/* source_request: request of an ask with its sign-in; a token is fetched when none is good. */
MUST_CHECK enum err source_request(struct ctx *ctx, struct engine *eng, struct source *s, struct http_client *http,
                                   const struct poll_ask *ask, struct http_request *out);
/* source_answered: takes note of an answer or failure: pace, circuit, token. Errs: what the answer means for the caller. */
MUST_CHECK enum err source_answered(struct ctx *ctx, struct source *s, enum err sent, const struct http_msg *msg);
/* source_append: the answer into the ledger; *pos its position. */
MUST_CHECK enum err source_append(struct ctx *ctx, struct engine *eng, struct source *s, const struct http_msg *msg, int64_t *pos);
/* source_serves: can this account tell of a carrier's parcels? */
bool source_serves(const struct source *s, struct str carrier);

#endif
