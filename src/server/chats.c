/*
 * See chats.h. Windows belong to the thread of this file, but for those that have just come, which wait under the lock. A window
 * remembers the last place it was given, so that what it gets when it comes and what is new just then never overlap.
 */
#include "server/chats.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"
#include "base/thread.h"
#include "flows/reader.h"
#include "flows/say.h"

#define TABLE 4096
#define THREAD_MAX 40
#define NEWS_MAX 200        /* lines of a round */
#define ROUND_NS 5000000
#define PROBE_US 5000000    /* windows that are gone are found within it and a beat */
#define ARENA_MAX ((size_t)64 << 20)

struct window {
    struct window *next;
    int64_t merchant_id;
    char thread[THREAD_MAX];
    struct http_stream *st;
    struct fact_place after;
};

struct chats {
    struct arena *arena;        /* holds this struct, too */
    struct engine *eng;
    struct reader *rd;
    pthread_t looker;
    pthread_mutex_t lock;       /* of what follows */
    pthread_cond_t came;
    struct window *coming, *unused;
    size_t left;                /* windows that may still be made */
    bool stop;
    /* the looker's */
    struct window *table[TABLE];
    size_t open_n;
    struct fact_place *seen;    /* by merchant */
    struct arena *round;        /* reset behind each */
    int64_t probed_us;
};

/* ---- one window */

static void drop(struct chats *c, struct window *w)
{
    http_stream_close(w->st);
    pthread_mutex_lock(&c->lock);
    w->next = c->unused;
    c->unused = w;
    pthread_mutex_unlock(&c->lock);
}

/* Takes the one that *at holds out of the table. */
static void end_at(struct chats *c, struct window **at)
{
    struct window *w = *at;
    *at = w->next;
    c->open_n--;
    drop(c, w);
}

static struct window **slot_of(struct chats *c, int64_t merchant_id, struct str thread)
{
    return &c->table[(str_hash(thread) + (uint64_t)merchant_id) % TABLE];
}

static bool is_of(const struct window *w, int64_t merchant_id, struct str thread)
{
    return w->merchant_id == merchant_id && str_eq(str_of(w->thread), thread);
}

/* What it has not seen yet. */
static enum err tell_past(struct ctx *ctx, struct chats *c, struct merchant *m, struct window *w, struct buf *b)
{
    struct fact_place *places = NULL;
    struct str thread = str_of(w->thread), whose;
    size_t n = 0;
    int64_t no = 0;
    enum err e = conversation_of_thread(ctx, c->rd, m, CHANNEL_CHAT, STR(SAY_ACCOUNT), thread, &no);
    if (e == OK && no != 0)
        e = conversation_lines(ctx, c->rd->state, m->id, no, CONVERSATION_LINES_MAX, &places, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct conversation_line l;
        if (!fact_place_behind(places[i], w->after))
            continue;
        w->after = places[i];
        e = conversation_line_read(ctx, c->rd, m, places[i], &l);
        if (e == OK)
            e = chat_thread_of(ctx, c->rd, m, &l, &whose);
        if (e == OK && str_eq(whose, thread))
            chat_event(b, &l);
    }
    buf_addz(b, "event: ready\ndata: {}\n\n");
    return e == OK ? buf_err(b) : e;
}

/* The oldest of a thread ends when there are too many: they stand newest first. */
static void end_oldest(struct chats *c, int64_t merchant_id, struct str thread)
{
    size_t n = 0;
    for (struct window **at = slot_of(c, merchant_id, thread); *at != NULL;) {
        struct window *w = *at;
        if (!is_of(w, merchant_id, thread) || ++n <= CHATS_OF_ONE) {
            at = &w->next;
            continue;
        }
        end_at(c, at);
    }
}

static void welcome(struct ctx *ctx, struct chats *c, struct window *w)
{
    struct merchant *m = engine_merchant_by_id(c->eng, w->merchant_id);
    struct window **slot = slot_of(c, w->merchant_id, str_of(w->thread));
    struct buf b;
    buf_init(&b, HTTP_STREAM_WAITING_MAX);
    enum err e = tell_past(ctx, c, m, w, &b);
    if (e != OK)
        LOG(c->eng->log, LOG_WARN, "chat_not_shown", LOG_S("error", str_of(err_name(e))));
    if (e != OK || !http_stream_write(w->st, buf_str(&b))) {
        drop(c, w); /* the browser comes again */
    } else {
        w->next = *slot;
        *slot = w;
        c->open_n++;
        end_oldest(c, w->merchant_id, str_of(w->thread));
    }
    buf_clear(&b);
}

/* ---- what is new */

static void give(struct chats *c, struct merchant *m, struct str thread, const struct conversation_line *l)
{
    struct buf b;
    buf_init(&b, HTTP_STREAM_WAITING_MAX);
    chat_event(&b, l);
    for (struct window **at = slot_of(c, m->id, thread); *at != NULL;) {
        struct window *w = *at;
        bool is = is_of(w, m->id, thread) && fact_place_behind(l->at, w->after);
        if (is)
            w->after = l->at;
        if (!is || http_stream_write(w->st, buf_str(&b))) {
            at = &w->next;
            continue;
        }
        end_at(c, at);
    }
    buf_clear(&b);
}

static enum err tell_news(struct ctx *ctx, struct chats *c, struct merchant *m, struct fact_place folded)
{
    struct fact_place *seen = &c->seen[m - c->eng->merchants];
    struct fact_place *places = NULL;
    struct str thread;
    size_t n = 0;
    enum err e = conversation_news(ctx, c->rd->state, m->id, *seen, NEWS_MAX, &places, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct conversation_line l;
        e = conversation_line_read(ctx, c->rd, m, places[i], &l);
        if (e == OK)
            e = chat_thread_of(ctx, c->rd, m, &l, &thread);
        if (e == OK && !str_empty(thread))
            give(c, m, thread, &l);
        e = e == ERR_NOTFOUND || e == ERR_PARSE ? OK : e; /* one damaged row ends no chat */
    }
    if (e == OK)
        *seen = n == NEWS_MAX ? places[n - 1] : folded;
    return e;
}

/* ---- the thread */

static void probe(struct chats *c)
{
    int64_t now = clock_mono_us();
    if (now - c->probed_us < PROBE_US)
        return;
    c->probed_us = now;
    for (size_t i = 0; i < TABLE; i++)
        for (struct window **at = &c->table[i]; *at != NULL;) {
            struct window *w = *at;
            if (http_stream_write(w->st, STR(""))) {
                at = &w->next;
                continue;
            }
            end_at(c, at);
        }
}

/* Those who came, oldest first; waits while there is nobody. False: it ends. */
static bool take_coming(struct chats *c, struct window **out)
{
    *out = NULL;
    pthread_mutex_lock(&c->lock);
    while (!c->stop && c->open_n == 0 && c->coming == NULL)
        pthread_cond_wait(&c->came, &c->lock);
    for (struct window *w = c->coming; w != NULL;) {
        struct window *next = w->next;
        w->next = *out;
        *out = w;
        w = next;
    }
    c->coming = NULL;
    bool goes_on = !c->stop;
    pthread_mutex_unlock(&c->lock);
    return goes_on;
}

static void tell_all(struct ctx *ctx, struct chats *c, struct window *coming)
{
    enum err e = OK;
    for (size_t i = 0; i < c->eng->merchants_n; i++) {
        struct merchant *m = &c->eng->merchants[i];
        struct fact_place folded = {atomic_load(&m->folded), INT64_MAX}; /* all of that position */
        if (c->open_n == 0)
            c->seen[i] = folded; /* before anybody is welcomed: what comes from here on is news */
        else if (fact_place_behind(folded, c->seen[i]))
            e = tell_news(ctx, c, m, folded);
        if (e != OK)
            LOG(c->eng->log, LOG_WARN, "chats_not_told", LOG_S("error", str_of(err_name(e))));
    }
    while (coming != NULL) {
        struct window *next = coming->next;
        welcome(ctx, c, coming);
        coming = next;
    }
    probe(c);
}

static void *look(void *arg)
{
    struct chats *c = arg;
    struct window *coming = NULL;
    thread_name("chats");
    while (take_coming(c, &coming)) {
        struct ctx ctx;
        struct timespec pause = {0, ROUND_NS};
        ctx_init(&ctx, c->round, c->eng->clock, c->eng->log);
        tell_all(&ctx, c, coming);
        arena_reset(c->round);
        nanosleep(&pause, NULL);
    }
    for (; coming != NULL; coming = coming->next)
        http_stream_close(coming->st);
    for (size_t i = 0; i < TABLE; i++)
        for (struct window *w = c->table[i]; w != NULL; w = w->next)
            http_stream_close(w->st);
    return NULL;
}

/* ---- for the server */

enum err chats_start(struct ctx *ctx, struct engine *eng, size_t max, struct chats **out)
{
    struct arena *arena = arena_new(max * sizeof(struct window) * 2 + ((size_t)1 << 20));
    struct chats *c = arena == NULL ? NULL : arena_alloc(arena, sizeof(*c));
    if (c != NULL)
        c->seen = arena_array(arena, eng->merchants_n + 1, sizeof(*c->seen));
    struct arena *round = arena_new(ARENA_MAX);
    if (c == NULL || c->seen == NULL || round == NULL) {
        arena_free(round);
        arena_free(arena);
        return ctx_fail(ctx, ERR_MEMORY, "chats: no memory");
    }
    c->arena = arena;
    c->round = round;
    c->eng = eng;
    c->left = max;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->came, NULL);
    enum err e = reader_open(ctx, eng, &c->rd);
    if (e == OK && pthread_create(&c->looker, NULL, look, c) != 0) {
        reader_close(c->rd);
        e = ctx_fail(ctx, ERR_MEMORY, "chats: a thread cannot be started");
    }
    if (e != OK) {
        pthread_cond_destroy(&c->came);
        pthread_mutex_destroy(&c->lock);
        arena_free(round);
        arena_free(arena);
        return e;
    }
    *out = c;
    return OK;
}

bool chats_have_room(struct chats *c)
{
    pthread_mutex_lock(&c->lock);
    bool room = !c->stop && (c->unused != NULL || c->left > 0);
    pthread_mutex_unlock(&c->lock);
    return room;
}

bool chats_add(struct chats *c, int64_t merchant_id, struct str thread, struct fact_place after, struct http_stream *st)
{
    struct window *w = NULL;
    pthread_mutex_lock(&c->lock);
    if (c->stop || thread.n >= THREAD_MAX) {
        w = NULL;
    } else if (c->unused != NULL) {
        w = c->unused;
        c->unused = w->next;
    } else if (c->left > 0) {
        w = arena_alloc(c->arena, sizeof(*w));
        c->left -= w != NULL;
    }
    if (w != NULL) {
        *w = (struct window){.next = c->coming, .merchant_id = merchant_id, .st = st, .after = after};
        memcpy(w->thread, thread.p, thread.n);
        c->coming = w;
        pthread_cond_signal(&c->came);
    }
    pthread_mutex_unlock(&c->lock);
    return w != NULL;
}

void chats_stop(struct chats *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_signal(&c->came);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->looker, NULL);
    reader_close(c->rd);
}

void chats_free(struct chats *c)
{
    if (c == NULL)
        return;
    pthread_cond_destroy(&c->came);
    pthread_mutex_destroy(&c->lock);
    arena_free(c->round);
    arena_free(c->arena);
}
