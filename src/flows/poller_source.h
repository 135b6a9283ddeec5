/* Inside of the poller: one account that can be asked, with its sign-in, pace, backoff and circuit. */
#ifndef WISMO_FLOWS_POLLER_SOURCE_H
#define WISMO_FLOWS_POLLER_SOURCE_H

#include "base/http_client.h"
#include "flows/engine_int.h"
#include "flows/poller_due.h"
#include "flows/poller_plan.h"

#define SOURCE_FAILURES_MAX 5               /* in a row: the circuit opens */
#define SOURCE_OPEN_US (60 * US_PER_S)      /* at first; doubles up to SOURCE_OPEN_MAX_US */
#define SOURCE_OPEN_MAX_US (30 * US_PER_MIN)
#define SOURCE_SLOW_US (60 * US_PER_S)      /* too slow for one answer: not asked for any for so long */
#define SOURCE_BACKOFF_MAX_S 64             /* without a word of the vendor's own */

struct source {
    struct merchant *m;
    const struct account *acct;
    struct poll_plan plan;
    pthread_mutex_t lock;       /* of what follows, down to probing: workers and refreshing askers share them */
    struct secret token;
    int64_t token_until_us;     /* engine's clock */
    bool token_asked;           /* somebody is fetching one */
    int64_t pace_us[POLL_RATES];/* monotonic: when each window is free for a call again */
    int64_t pause_until_us;     /* monotonic: backoff, Retry-After, open circuit */
    int failures, throttles;    /* in a row */
    int64_t open_us;            /* how long the circuit was opened last; 0: closed */
    int64_t slow_until_us;      /* monotonic: refreshing askers do not wait for it */
    int64_t told_us, failed_us; /* engine's clock: the last answer that could be used, the last call that gave none; 0: never */
    _Atomic bool unsaved;       /* moved since poll_memory_save */
    bool probing;               /* the one call that tells whether an open circuit closes is under way */
    bool busy;                  /* a worker has it; guarded by the poller's lock, as is the next */
    int64_t rest_until_us;      /* monotonic: nothing to do before */
    /* of the worker that has it */
    int64_t list_after_us;      /* monotonic: a list that could not be read is not asked for before */
    int list_bad;               /* lists in a row that could not be read */
    struct due_heap due;        /* parcels */
    _Atomic int64_t late_us;    /* how long the first of them has been due */
    int64_t after_parcel;       /* where the walk over new parcels stands */
    int64_t walk_again_us;      /* monotonic: all are looked at anew */
};

/* What holds a call back. */
enum source_hold { HOLD_NONE, HOLD_PACE, HOLD_PAUSE, HOLD_CIRCUIT };

/* source_take: leave for one call now, or what holds it. Each leave ends with source_told or source_give_back. */
enum source_hold source_take(struct source *s);
void source_give_back(struct source *s); /* the call was not made */
enum source_hold source_held(struct source *s); /* what would hold a call now; takes nothing */

/* source_needs_token: the next call must sign in first. source_token_request: its request. Errs: ERR_BUSY another thread is at it. */
bool source_needs_token(struct engine *eng, struct source *s);
MUST_CHECK enum err source_token_request(struct ctx *ctx, struct source *s, struct http_request *out);
/* source_token_told: keeps the token, or counts the failure. Errs: what the answer means. */
MUST_CHECK enum err source_token_told(struct ctx *ctx, struct engine *eng, struct source *s, enum err sent, struct http_msg *msg);
/* source_request: request of an ask with its sign-in. Errs: of the connector; ERR_DENIED the key it needs is not configured. */
MUST_CHECK enum err source_request(struct ctx *ctx, struct source *s, const struct poll_ask *ask, struct http_request *out);

/* One answer. read: its body went to the connector; then d and cursor are what that made of it. */
struct source_answer {
    struct http_msg msg;
    struct decoded d;
    struct str cursor;
    bool read;
    enum err err;   /* of source_told */
};
/*
 * source_told: what came of a call that source_take gave leave for: status, decode, then pace, backoff and circuit.
 * Errs: ERR_BUSY throttled, ERR_DENIED sign-in or right refused, ERR_UNAVAILABLE, ERR_TIMEOUT; of decode, such as ERR_PARSE
 */
MUST_CHECK enum err source_told(struct ctx *ctx, struct engine *eng, struct source *s, const struct poll_ask *ask, enum err sent,
                                const struct http_msg *msg, struct source_answer *out);
/* source_too_slow: the vendor had less than its own time-out and did not use it: no failure, but no answer waits for it for a while. */
void source_too_slow(struct source *s);
bool source_is_slow(struct source *s);
/* source_append: the answer into the ledger; *pos its position. */
MUST_CHECK enum err source_append(struct ctx *ctx, struct engine *eng, struct source *s, const struct http_msg *msg, int64_t *pos);
/* source_serves: can this account tell of a carrier's parcels? */
bool source_serves(const struct source *s, struct str carrier);
void source_clear(struct source *s);
/* poll_jitter: us changed by up to a quarter up or down, at random: what failed together does not come back together. */
int64_t poll_jitter(int64_t us);

#endif
