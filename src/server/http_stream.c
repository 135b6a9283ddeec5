/*
 * Answers that stay open. See http.h and http_int.h. A stream has two sides: whoever writes, on any thread, puts bytes into it and
 * it on its loop's stack of news; the loop's thread lets the library send them. A connection with nothing to send is suspended:
 * it is in no poll set and costs nothing until there is news. The stream is used again when both sides are through with it.
 */
#include "server/http_int.h"

#include "base/metrics.h"

#define FIRST ":\n\n" /* makes the head go out at once */
#define BLOCK 4096

struct http_stream {
    struct http_stream *next;  /* of the stack of news, or of the free ones */
    struct loop *loop;
    struct MHD_Connection *mhd;
    pthread_mutex_t lock;      /* of what follows */
    struct buf waiting;
    size_t sent;               /* bytes of waiting */
    bool queued;               /* is on the stack */
    bool ended, gone;          /* the writer closed it; the connection is no more */
    /* the loop's thread alone */
    bool suspended;
    int64_t spoke_us;
};

static void news(struct http_stream *st)
{
    struct loop *lp = st->loop;
    struct http_stream *head = atomic_load_explicit(&lp->news, memory_order_relaxed);
    do
        st->next = head;
    while (!atomic_compare_exchange_weak_explicit(&lp->news, &head, st, memory_order_acq_rel, memory_order_relaxed));
    if (head == NULL)
        http_wake(lp);
}

/* ---- the writer's side */

struct http_stream *http_stream_open(struct http_exchange *pub)
{
    struct exchange *ex = (struct exchange *)pub;
    struct loop *lp = ex->loop;
    struct http_stream *st = lp->free_streams;
    if (st != NULL) {
        lp->free_streams = st->next;
    } else {
        st = arena_alloc(lp->arena, sizeof(*st));
        if (st == NULL)
            return NULL;
        pthread_mutex_init(&st->lock, NULL);
        buf_init(&st->waiting, 2 * HTTP_STREAM_WAITING_MAX);
    }
    st->loop = lp;
    st->mhd = ex->mhd;
    st->sent = 0;
    st->queued = st->ended = st->gone = st->suspended = false;
    st->spoke_us = clock_mono_us();
    buf_reset(&st->waiting);
    buf_addz(&st->waiting, FIRST);
    ex->stream = st;
    metric_add(METRIC_HTTP_STREAMS, 0, 1);
    return st;
}

bool http_stream_write(struct http_stream *st, struct str bytes)
{
    pthread_mutex_lock(&st->lock);
    bool ok = !st->gone && st->waiting.n - st->sent + bytes.n <= HTTP_STREAM_WAITING_MAX, tell = false;
    if (ok) {
        buf_add(&st->waiting, bytes);
        ok = buf_err(&st->waiting) == OK;
        tell = bytes.n > 0 && !st->queued;
        st->queued = st->queued || tell;
    }
    pthread_mutex_unlock(&st->lock);
    if (tell)
        news(st);
    return ok;
}

void http_stream_close(struct http_stream *st)
{
    pthread_mutex_lock(&st->lock);
    bool tell = !st->queued;
    st->ended = st->queued = true;
    pthread_mutex_unlock(&st->lock);
    if (tell)
        news(st);
}

/* ---- the loop's side */

/* Both are through with it. */
static void give_back(struct http_stream *st)
{
    if (st->waiting.cap > BLOCK)
        buf_clear(&st->waiting);
    st->next = st->loop->free_streams;
    st->loop->free_streams = st;
    metric_add(METRIC_HTTP_STREAMS, 0, -1);
}

static ssize_t read_some(void *cls, uint64_t pos, char *out, size_t max)
{
    struct http_stream *st = cls;
    (void)pos;
    pthread_mutex_lock(&st->lock);
    struct str left = str_sub(buf_str(&st->waiting), st->sent, st->waiting.n);
    size_t n = left.n < max ? left.n : max;
    bool ended = st->ended;
    if (n > 0)
        memcpy(out, left.p, n);
    st->sent += n;
    if (st->sent == st->waiting.n) {
        buf_reset(&st->waiting);
        st->sent = 0;
    }
    pthread_mutex_unlock(&st->lock);
    if (n > 0 || ended) {
        st->spoke_us = clock_mono_us();
        return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
    }
    st->suspended = true;
    MHD_suspend_connection(st->mhd);
    return 0;
}

static void connection_ended(void *cls)
{
    struct http_stream *st = cls;
    pthread_mutex_lock(&st->lock);
    st->gone = true;
    bool through = st->ended && !st->queued;
    pthread_mutex_unlock(&st->lock);
    if (through)
        give_back(st);
}

enum MHD_Result http_stream_send(struct exchange *ex)
{
    struct MHD_Response *rsp = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_some, ex->stream, connection_ended);
    if (rsp == NULL) {
        connection_ended(ex->stream);
        return MHD_NO;
    }
    ex->answer = (struct answer){.status = 200, .type = "text/event-stream"};
    http_put_headers(ex, rsp);
    enum MHD_Result ok = MHD_queue_response(ex->mhd, 200, rsp);
    MHD_destroy_response(rsp);
    return ok;
}

void http_streams_move(struct loop *lp)
{
    struct http_stream *st = atomic_exchange_explicit(&lp->news, NULL, memory_order_acquire);
    while (st != NULL) {
        struct http_stream *next = st->next;
        pthread_mutex_lock(&st->lock);
        st->queued = false;
        bool gone = st->gone, through = gone && st->ended;
        pthread_mutex_unlock(&st->lock);
        if (through) {
            give_back(st);
        } else if (!gone && st->suspended) {
            st->suspended = false;
            MHD_resume_connection(st->mhd);
        }
        st = next;
    }
}

void http_stream_beat(struct http_stream *st, int64_t now_us)
{
    if (!st->suspended || now_us - st->spoke_us < (int64_t)HTTP_BEAT_MS * 1000)
        return;
    (void)!http_stream_write(st, STR(FIRST));
}

void http_streams_free(struct loop *lp)
{
    for (struct http_stream *st = lp->free_streams; st != NULL; st = st->next) {
        pthread_mutex_destroy(&st->lock);
        buf_clear(&st->waiting);
    }
}
