/* A ring of jobs under one lock; each worker opens its reader when it starts. */
#include "server/workers.h"

#include <pthread.h>

#include "base/thread.h"

#define WORKERS_MAX 64

struct job {
    work_fn fn;
    struct http_exchange *ex;
};

struct workers {
    struct arena *arena; /* holds this struct, too */
    struct engine *eng;
    void *user;
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct job *ring;
    size_t head, n;
    bool stop;
    pthread_t threads[WORKERS_MAX];
    struct reader *readers[WORKERS_MAX];
    int threads_n;
};

struct start {
    struct workers *w;
    struct reader *rd;
};

static bool take_job(struct workers *w, struct job *out)
{
    pthread_mutex_lock(&w->lock);
    while (w->n == 0 && !w->stop)
        pthread_cond_wait(&w->ready, &w->lock);
    bool have = w->n > 0;
    if (have) {
        *out = w->ring[w->head];
        w->head = (w->head + 1) % WORKERS_QUEUE_MAX;
        w->n--;
    }
    pthread_mutex_unlock(&w->lock);
    return have;
}

static void *worker_main(void *arg)
{
    struct start st = *(struct start *)arg;
    struct job job;
    thread_name("work");
    thread_prompt();
    while (take_job(st.w, &job))
        job.fn(st.w->user, st.rd, job.ex);
    return NULL;
}

static enum err start_one(struct ctx *ctx, struct workers *w)
{
    struct start *st = arena_alloc(w->arena, sizeof(*st));
    if (st == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "workers: no memory");
    enum err e = reader_open(ctx, w->eng, &w->readers[w->threads_n]);
    if (e != OK)
        return e;
    *st = (struct start){w, w->readers[w->threads_n]};
    if (pthread_create(&w->threads[w->threads_n], NULL, worker_main, st) != 0) {
        reader_close(w->readers[w->threads_n]);
        return ctx_fail(ctx, ERR_MEMORY, "workers: a thread cannot be started");
    }
    w->threads_n++;
    return OK;
}

enum err workers_start(struct ctx *ctx, struct engine *eng, int n, void *user, struct workers **out)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct workers *w = arena == NULL ? NULL : arena_alloc(arena, sizeof(*w));
    if (w != NULL)
        w->ring = arena_array(arena, WORKERS_QUEUE_MAX, sizeof(*w->ring));
    if (w == NULL || w->ring == NULL) {
        arena_free(arena);
        return ctx_fail(ctx, ERR_MEMORY, "workers: no memory");
    }
    w->arena = arena;
    w->eng = eng;
    w->user = user;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ready, NULL);
    enum err e = OK;
    for (int i = 0; i < n && i < WORKERS_MAX && e == OK; i++)
        e = start_one(ctx, w);
    if (e != OK) {
        workers_stop(w);
        return e;
    }
    *out = w;
    return OK;
}

void workers_run(struct workers *w, work_fn fn, struct http_exchange *ex)
{
    static const struct http_header RETRY[] = {{{"Retry-After", 11}, {"1", 1}}};
    http_defer(ex); /* before the worker can answer */
    pthread_mutex_lock(&w->lock);
    bool room = w->n < WORKERS_QUEUE_MAX && !w->stop;
    if (room) {
        w->ring[(w->head + w->n) % WORKERS_QUEUE_MAX] = (struct job){fn, ex};
        w->n++;
        pthread_cond_signal(&w->ready);
    }
    pthread_mutex_unlock(&w->lock);
    if (!room)
        http_reply(ex, 503, "application/json", STR("{\"error\":{\"code\":\"busy\",\"message\":\"too many questions at once\"}}"), RETRY, 1);
}

void workers_stop(struct workers *w)
{
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->ready);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->threads_n; i++) {
        pthread_join(w->threads[i], NULL);
        reader_close(w->readers[i]);
    }
    pthread_cond_destroy(&w->ready);
    pthread_mutex_destroy(&w->lock);
    arena_free(w->arena);
}

size_t workers_waiting(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    size_t n = w->n;
    pthread_mutex_unlock(&w->lock);
    return n;
}
