/* Inside of the poller: its workers, and the three things that are done for an account in turn. */
#ifndef WISMO_FLOWS_POLLER_INT_H
#define WISMO_FLOWS_POLLER_INT_H

#include "flows/poller.h"
#include "flows/poller_source.h"

#define POLL_WORKERS_MAX 4 /* a vendor that is slow to answer holds one of them, the others go on */

#define POLL_SPARE_MAX 4

/* What one thread works with. */
struct poll_worker {
    struct poller *p;
    struct ctx *ctx;
    struct db *db;          /* cursors, reads to do, parcels; short transactions */
    struct http_client *http;
    size_t calls;           /* made so far */
    pthread_t thread;
    bool running;
};

struct poller {
    struct engine *eng;
    struct source *sources;
    size_t sources_n, next;
    pthread_mutex_t lock;   /* who has which source */
    struct poll_worker workers[POLL_WORKERS_MAX];
    struct http_client *spare[POLL_SPARE_MAX]; /* of refreshing askers, guarded by lock */
    size_t spare_n;
    _Atomic bool stop;
};

/* enum of METRIC_POLLS' labels. */
enum { POLL_OK, POLL_THROTTLED, POLL_DENIED, POLL_FAILED, POLL_UNREADABLE, POLL_HELD };
void poll_count(enum err e);

/*
 * poll_call: asks, and takes in the answer; signs in first where that is needed. Not appended yet.
 * Errs: ERR_LIMIT with *held set: pace or circuit, nothing was asked. ERR_UNSUPPORTED and others of the connector's request:
 * nothing was asked. Else those of source_told.
 */
MUST_CHECK enum err poll_call(struct poll_worker *w, struct source *s, const struct poll_ask *ask, struct source_answer *out, bool *held);
/* poll_keep: the answer into the ledger when it says something, or cannot be read. Errs: of the ledger. */
MUST_CHECK enum err poll_keep(struct poll_worker *w, struct source *s, const struct poll_ask *ask, const struct source_answer *an);

/* One turn each, bounded. Errs: of the store; a vendor's failure is none. */
MUST_CHECK enum err poll_fetches(struct poll_worker *w, struct source *s); /* reads that webhooks named */
MUST_CHECK enum err poll_list(struct poll_worker *w, struct source *s);    /* what changed since the cursor */
MUST_CHECK enum err poll_parcels(struct poll_worker *w, struct source *s); /* parcels that are silent */

#endif
