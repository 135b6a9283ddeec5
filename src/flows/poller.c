/*
 * See poller.h. A few workers take the accounts in turn, each account with one of them: settings that a webhook lacked, reads that
 * webhooks named, the list of what changed, silent parcels. A turn is short: what is left waits for the next.
 */
#include "flows/poller_int.h"

#include "base/log.h"
#include "base/metrics.h"
#include "flows/learned.h"
#include "flows/poller_memory.h"

#include <stdlib.h>
#include <time.h>

#define REST_US (500 * INT64_C(1000)) /* between two turns of one account */
#define IDLE_NS 100000000             /* nobody is ready: a worker sleeps so long */
#define ARENA_MAX ((size_t)128 << 20)

/* ---- one call */

void poll_count(enum err e)
{
    metric_add(METRIC_POLLS,
               e == OK            ? POLL_OK
               : e == ERR_BUSY    ? POLL_THROTTLED
               : e == ERR_DENIED  ? POLL_DENIED
               : e == ERR_PARSE   ? POLL_UNREADABLE
                                  : POLL_FAILED,
               1);
}

/* held: another thread is signing in. */
static enum err get_token(struct poll_worker *w, struct source *s, bool *held)
{
    struct http_request req;
    struct http_msg msg = {0};
    if (!source_needs_token(w->p->eng, s))
        return OK;
    enum err e = source_token_request(w->ctx, s, &req);
    if (e != OK) {
        source_give_back(s);
        *held = e == ERR_BUSY;
        return e;
    }
    e = http_client_do(w->http, w->ctx, &req, &msg);
    return source_token_told(w->ctx, w->p->eng, s, e, &msg);
}

static enum err ask_vendor(struct poll_worker *w, struct source *s, const struct poll_ask *ask, struct source_answer *out)
{
    struct http_request req;
    struct http_msg msg = {0};
    enum err e = source_request(w->ctx, s, ask, &req);
    if (e != OK) {
        source_give_back(s);
        return e;
    }
    int64_t from = clock_mono_us();
    e = http_client_do(w->http, w->ctx, &req, &msg);
    metric_observe_us(METRIC_H_POLL, clock_mono_us() - from);
    return source_told(w->ctx, w->p->eng, s, ask, e, &msg, out);
}

enum err poll_call(struct poll_worker *w, struct source *s, const struct poll_ask *ask, struct source_answer *out, bool *held)
{
    *out = (struct source_answer){0};
    *held = arena_used(w->ctx->arena) > ARENA_MAX / 4 || source_take(s) != HOLD_NONE;
    if (*held)
        return ERR_LIMIT;
    enum err e = get_token(w, s, held);
    if (*held)
        return ERR_LIMIT;
    if (e == OK)
        e = ask_vendor(w, s, ask, out);
    w->calls++;
    poll_count(e);
    if (e != OK)
        LOG(w->p->eng->log, LOG_WARN, "poll_failed", LOG_S("account", s->acct->id), LOG_S("error", str_of(err_name(e))));
    return e;
}

enum err poll_keep(struct poll_worker *w, struct source *s, const struct poll_ask *ask, const struct source_answer *an)
{
    int64_t pos = 0;
    bool says = an->err == ERR_PARSE || an->d.n + an->d.fetches_n > 0 || ask->kind == POLL_PARCEL;
    return an->read && says ? source_append(w->ctx, w->p->eng, s, &an->msg, &pos) : OK;
}

/* ---- turns */

static enum err poll_setting(struct poll_worker *w, struct source *s)
{
    struct poll_ask ask = {.kind = POLL_FETCH};
    struct source_answer an;
    bool held = source_held(s) != HOLD_NONE;
    if (held || !learned_take(w->ctx, w->p->eng, s->acct, &ask.fetch) || !str_starts(ask.fetch.what, STR(FETCH_SETTING)))
        return OK;
    if (poll_call(w, s, &ask, &an, &held) != OK || an.msg.status < 200 || an.msg.status > 299)
        return OK; /* the next webhook that lacks it wishes again */
    struct str name = str_sub(ask.fetch.what, sizeof(FETCH_SETTING) - 1, ask.fetch.what.n);
    LOG(w->p->eng->log, LOG_INFO, "setting_learned", LOG_S("account", s->acct->id), LOG_S("name", name));
    return learned_keep(w->ctx, w->p->eng, w->db, s->acct, s->m->id, name, an.msg.body);
}

static enum err take_turn(struct poll_worker *w, struct source *s)
{
    enum err e = poll_setting(w, s);
    if (e == OK && (s->plan.kinds & 1u << POLL_FETCH) != 0)
        e = poll_fetches(w, s);
    if (e == OK && (s->plan.kinds & 1u << POLL_SINCE) != 0)
        e = poll_list(w, s);
    if (e == OK && (s->plan.kinds & 1u << POLL_PARCEL) != 0)
        e = poll_parcels(w, s);
    if (e != OK)
        LOG(w->p->eng->log, LOG_WARN, "poll_turn_ended", LOG_S("account", s->acct->id), LOG_S("error", str_of(w->ctx->msg)));
    enum err saved = poll_memory_save(w->ctx, w->db, w->p->eng, s);
    return e == OK ? saved : e;
}

static enum err open_worker(struct poll_worker *w)
{
    struct db_options o = {.path = w->p->eng->state_path, .part = DB_STATE, .cache_mb = 8};
    if (w->http == NULL)
        w->http = http_client_new();
    if (w->http == NULL)
        return ctx_fail(w->ctx, ERR_MEMORY, "no memory");
    return w->db == NULL ? db_open(w->ctx, &o, &w->db) : OK;
}

/* An account that fails holds no other one up. */
enum err poller_round(struct ctx *ctx, struct poller *p, size_t *calls)
{
    struct poll_worker *w = &p->workers[0];
    w->ctx = ctx;
    w->calls = 0;
    *calls = 0;
    enum err worst = open_worker(w);
    for (size_t i = 0; w->db != NULL && i < p->sources_n && !atomic_load(&p->stop); i++) {
        enum err e = take_turn(w, &p->sources[i]);
        worst = worst == OK ? e : worst;
    }
    *calls = w->calls;
    return worst;
}

/* The next account in turn that nobody has, that has rested, and that nothing holds back. */
static struct source *take_source(struct poller *p)
{
    struct source *found = NULL;
    int64_t now = clock_mono_us();
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->sources_n && found == NULL; i++) {
        struct source *s = &p->sources[(p->next + i) % p->sources_n];
        if (s->busy || now < s->rest_until_us || (source_held(s) != HOLD_NONE && !s->unsaved))
            continue;
        found = s;
        s->busy = true;
        p->next = (p->next + i + 1) % p->sources_n;
    }
    pthread_mutex_unlock(&p->lock);
    return found;
}

/* One that made calls goes on as soon as its pace lets it. */
static void leave_source(struct poller *p, struct source *s, bool called)
{
    pthread_mutex_lock(&p->lock);
    s->busy = false;
    s->rest_until_us = called ? 0 : clock_mono_us() + REST_US;
    int64_t late = 0;
    for (size_t i = 0; i < p->sources_n; i++)
        late = atomic_load(&p->sources[i].late_us) > late ? atomic_load(&p->sources[i].late_us) : late;
    metric_set(METRIC_POLL_LATE, 0, late / US_PER_S);
    pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *arg)
{
    struct poll_worker *w = arg;
    struct poller *p = w->p;
    struct arena *a = arena_new(ARENA_MAX);
    struct ctx ctx;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, p->eng->clock, p->eng->log);
    w->ctx = &ctx;
    while (!atomic_load(&p->stop)) {
        struct source *s = open_worker(w) == OK ? take_source(p) : NULL;
        size_t before = w->calls;
        enum err e = s == NULL ? OK : take_turn(w, s);
        if (s != NULL)
            leave_source(p, s, e == OK && w->calls > before);
        arena_reset(a);
        struct timespec pause = {0, IDLE_NS};
        if (s == NULL)
            nanosleep(&pause, NULL);
    }
    arena_free(a);
    return NULL;
}

/* ---- */

/* An account without what its sign-in needs is not asked: webhooks only. */
static enum err add_source(struct ctx *ctx, struct poller *p, struct merchant *m, const struct account *a)
{
    struct poll_plan plan;
    enum err e = poll_plan_of(ctx, a, &plan);
    bool may_learn = a->conn->hook != NULL && a->conn->hook->lacks != NULL && a->conn->poll != NULL;
    if (e != OK || (plan.kinds == 0 && !may_learn))
        return e;
    struct source *s = &p->sources[p->sources_n++];
    *s = (struct source){.m = m, .acct = a, .plan = plan};
    pthread_mutex_init(&s->lock, NULL);
    return OK;
}

static enum err add_sources(struct ctx *ctx, struct poller *p)
{
    size_t n = 0;
    enum err e = OK;
    for (size_t i = 0; i < p->eng->merchants_n; i++)
        n += p->eng->merchants[i].cfg->accounts_n;
    p->sources = calloc(n + 1, sizeof(*p->sources));
    if (p->sources == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    for (size_t i = 0; i < p->eng->merchants_n; i++)
        for (size_t k = 0; e == OK && k < p->eng->merchants[i].cfg->accounts_n; k++)
            e = add_source(ctx, p, &p->eng->merchants[i], &p->eng->merchants[i].cfg->accounts[k]);
    return e;
}

static enum err remember(struct ctx *ctx, struct poller *p)
{
    struct db_options o = {.path = p->eng->state_path, .part = DB_STATE, .read_only = true, .cache_mb = 1};
    struct db *db = NULL;
    enum err e = db_open(ctx, &o, &db);
    for (size_t i = 0; e == OK && i < p->sources_n; i++)
        e = poll_memory_load(ctx, db, p->eng, &p->sources[i]);
    db_close(db);
    return e;
}

enum err poller_new(struct ctx *ctx, struct engine *eng, struct poller **out)
{
    struct poller *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    p->eng = eng;
    pthread_mutex_init(&p->lock, NULL);
    for (size_t i = 0; i < POLL_WORKERS_MAX; i++)
        p->workers[i].p = p;
    enum err e = add_sources(ctx, p);
    if (e == OK)
        e = remember(ctx, p);
    if (e != OK) {
        poller_free(p);
        return e;
    }
    *out = p;
    return OK;
}

enum err poller_start(struct ctx *ctx, struct poller *p)
{
    size_t n = p->sources_n < POLL_WORKERS_MAX ? p->sources_n : POLL_WORKERS_MAX;
    for (size_t i = 0; i < n; i++) {
        struct poll_worker *w = &p->workers[i];
        w->running = pthread_create(&w->thread, NULL, worker_main, w) == 0;
        if (!w->running)
            return ctx_fail(ctx, ERR_MEMORY, "cannot start the poller");
    }
    return OK;
}

void poller_free(struct poller *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    for (size_t i = 0; i < POLL_WORKERS_MAX; i++) {
        struct poll_worker *w = &p->workers[i];
        if (w->running)
            pthread_join(w->thread, NULL);
        http_client_free(w->http);
        db_close(w->db);
    }
    for (size_t i = 0; i < p->sources_n; i++) {
        metric_add(METRIC_POLL_PARCELS, 0, -(int64_t)p->sources[i].due.n);
        source_clear(&p->sources[i]);
    }
    for (size_t i = 0; i < p->spare_n; i++)
        http_client_free(p->spare[i]);
    free(p->sources);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
