/*
 * Threads that may wait: case reads, questions, pages. A handler defers its exchange and hands it to a worker, which has a
 * reader of its own and answers; the HTTP threads never touch the store. Bounded: a full queue is told, not waited for.
 */
#ifndef WISMO_SERVER_WORKERS_H
#define WISMO_SERVER_WORKERS_H

#include "flows/engine.h"
#include "server/http.h"

#define WORKERS_QUEUE_MAX 4096

struct workers;
/* work_fn: runs on a worker's thread with its reader; answers the exchange. */
typedef void (*work_fn)(void *user, struct reader *rd, struct http_exchange *ex);

/* workers_start: n threads. Errs: ERR_MEMORY, what reader_open gives. */
MUST_CHECK enum err workers_start(struct ctx *ctx, struct engine *eng, int n, void *user, struct workers **out);
/* workers_run: defers ex and queues it; a full queue is answered with 503 and Retry-After at once. */
void workers_run(struct workers *w, work_fn fn, struct http_exchange *ex);
/* workers_stop: answers what is queued, ends the threads. Accepts NULL. */
void workers_stop(struct workers *w);
size_t workers_waiting(struct workers *w);

#endif
