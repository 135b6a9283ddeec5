/* See poller.h. Rounds are short: a few calls an account, then the next one; what is left waits for its turn. */
#include "flows/poller_source.h"

#include "base/log.h"
#include "base/metrics.h"
#include "connectors/lib/poll_ask.h"
#include "flows/reader.h"

#include <stdlib.h>
#include <time.h>

#define FETCHES_A_ROUND 10
#define PARCELS_A_ROUND 5    /* calls */
#define PARCELS_LOOKED_AT 500
#define PAGES_A_ROUND 20
#define FIRST_SINCE_US (7 * US_PER_DAY)
#define OVERLAP_US (5 * US_PER_MIN)
#define REFRESH_CALLS_MAX 8

enum { POLL_OK, POLL_THROTTLED, POLL_DENIED, POLL_FAILED, POLL_OPEN };

struct poller {
    struct engine *eng;
    struct source *sources;
    size_t sources_n;
    struct db *db;              /* cursors and reads to do; short transactions */
    struct http_client *http;
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

/* ---- one call */

static void count(enum err e)
{
    metric_add(METRIC_POLLS, e == OK ? POLL_OK : e == ERR_BUSY ? POLL_THROTTLED : e == ERR_DENIED ? POLL_DENIED : POLL_FAILED, 1);
}

/* Asks, checks that the answer can be read, appends it. *cursor: where a list goes on. */
static enum err call(struct ctx *ctx, struct poller *p, struct source *s, const struct poll_ask *ask, struct str *cursor)
{
    struct http_request req;
    struct http_msg msg = {0};
    struct decoded d = {0};
    int64_t pos = 0;
    enum err e = source_request(ctx, p->eng, s, p->http, ask, &req);
    if (e == OK)
        e = http_client_do(p->http, ctx, &req, &msg);
    e = source_answered(ctx, s, e, &msg);
    if (e == OK) {
        msg.received_us = clock_now_us(p->eng->clock);
        msg.query = poll_ask_text(ctx, ask); /* kept with the answer: it does not say what it is about */
        e = s->acct->conn->poll->decode(ctx, s->acct, ask, &msg, &d, cursor);
    }
    /* an answer that cannot be read is kept raw like any other; a throttled or refused one is none */
    if (e == OK || e == ERR_PARSE) {
        enum err a = d.n > 0 || d.fetches_n > 0 || e == ERR_PARSE ? source_append(ctx, p->eng, s, &msg, &pos) : OK;
        e = a != OK ? a : e;
    }
    if (e != OK)
        LOG(p->eng->log, LOG_WARN, "poll_failed", LOG_S("account", s->acct->id), LOG_S("error", str_of(err_name(e))));
    count(e);
    return e;
}

/* ---- reads that webhooks named */

static enum err fetch_done(struct ctx *ctx, struct poller *p, struct source *s, const struct fetch_request *f)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, p->db, SQL_FETCH_DROP, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    db_bind_text(st, 3, f->what);
    db_bind_text(st, 4, f->id);
    return db_run(ctx, st);
}

static enum err list_fetches(struct ctx *ctx, struct poller *p, struct source *s, struct fetch_request *out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    enum err e = db_stmt_get(ctx, p->db, SQL_FETCH_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_i64(st, 2, 200);
    while (*n < FETCHES_A_ROUND && (e = db_step(ctx, st, &row)) == OK && row) {
        if (!str_eq(db_col_str(st, 0), s->acct->id))
            continue;
        e = arena_dup(ctx->arena, db_col_str(st, 1), &out[*n].what);
        if (e == OK)
            e = arena_dup(ctx->arena, db_col_str(st, 2), &out[*n].id);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

static enum err do_fetches(struct ctx *ctx, struct poller *p, struct source *s, size_t *calls)
{
    struct fetch_request todo[FETCHES_A_ROUND];
    size_t n = 0;
    enum err e = list_fetches(ctx, p, s, todo, &n);
    for (size_t i = 0; e == OK && i < n && source_ready(s); i++) {
        struct str cursor = STR_NULL;
        struct poll_ask ask = {.kind = POLL_FETCH, .fetch = todo[i]};
        enum err one = call(ctx, p, s, &ask, &cursor);
        (*calls)++;
        if (err_is_transient(one) || one == ERR_DENIED)
            return OK; /* it stays, and is tried again when the account may be asked */
        e = fetch_done(ctx, p, s, &todo[i]);
    }
    return e;
}

/* ---- lists since the cursor */

static enum err load_cursor(struct ctx *ctx, struct poller *p, struct source *s, struct str *cursor, int64_t *polled_us)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *cursor = STR_NULL;
    *polled_us = 0;
    enum err e = db_stmt_get(ctx, p->db, SQL_POLL_CURSOR_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        e = arena_dup(ctx->arena, db_col_str(st, 0), cursor);
        *polled_us = db_col_i64(st, 1);
        db_done(st);
    }
    return e;
}

static enum err save_cursor(struct ctx *ctx, struct poller *p, struct source *s, struct str cursor, int64_t polled_us)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, p->db, SQL_POLL_CURSOR_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    db_bind_text(st, 3, cursor);
    db_bind_i64(st, 4, polled_us);
    return db_run(ctx, st);
}

static enum err do_list(struct ctx *ctx, struct poller *p, struct source *s, size_t *calls)
{
    struct str cursor = STR_NULL;
    int64_t polled = 0, now = clock_now_us(p->eng->clock);
    enum err e = load_cursor(ctx, p, s, &cursor, &polled);
    if (e != OK || (str_empty(cursor) && now - polled < s->acct->conn->limits.poll_every_s * US_PER_S))
        return e;
    int64_t since = polled == 0 ? now - FIRST_SINCE_US : polled - OVERLAP_US;
    for (int page = 0; e == OK && page < PAGES_A_ROUND && source_ready(s); page++) {
        struct str next = STR_NULL;
        struct poll_ask ask = {.kind = POLL_SINCE, .cursor = cursor, .since_us = since};
        enum err one = call(ctx, p, s, &ask, &next);
        (*calls)++;
        if (one != OK)
            return OK;
        cursor = next;
        /* in the middle of a list `since` stays what it was: the time moves when the list has ended */
        e = save_cursor(ctx, p, s, cursor, str_empty(cursor) ? now : polled == 0 ? since + OVERLAP_US : polled);
        if (str_empty(cursor))
            break;
    }
    return e;
}

/* ---- parcels that are silent */

static bool asked_lately(struct source *s, int64_t no)
{
    int64_t now_s = clock_mono_us() / US_PER_S;
    return (size_t)no < s->asked_cap && s->asked_s[no] != 0 && now_s - s->asked_s[no] < s->acct->conn->limits.poll_every_s;
}

static void note_asked(struct source *s, int64_t no)
{
    if ((size_t)no >= s->asked_cap) {
        size_t cap = s->asked_cap == 0 ? 1024 : s->asked_cap;
        while (cap <= (size_t)no)
            cap *= 2;
        int32_t *more = realloc(s->asked_s, cap * sizeof(*more));
        if (more == NULL)
            return;
        memset(more + s->asked_cap, 0, (cap - s->asked_cap) * sizeof(*more));
        s->asked_s = more;
        s->asked_cap = cap;
    }
    s->asked_s[no] = (int32_t)(clock_mono_us() / US_PER_S);
}

/* Open, linked, one that this account can tell of, and nothing heard of it for the account's distance (twice with webhooks). */
static bool wants_asking(struct poller *p, struct source *s, const struct parcel *pcl)
{
    struct parcel_view v;
    const struct connector *c = s->acct->conn;
    int64_t every = c->limits.poll_every_s * US_PER_S * (c->hook != NULL && s->acct->webhook_secrets[0].n > 0 ? 2 : 1);
    bool served = pcl->carriers_n == 0;
    if (pcl->links_n == 0 || clock_now_us(p->eng->clock) - pcl->fresh_us < every || asked_lately(s, pcl->parcel_no))
        return false;
    for (size_t i = 0; i < pcl->carriers_n; i++)
        served = served || source_serves(s, pcl->carriers[i]);
    parcel_view_make(pcl, 0, &v);
    return served && v.status != PARCEL_DELIVERED && v.status != PARCEL_RETURNED && v.status != PARCEL_LOST && v.status != PARCEL_CANCELLED;
}

static enum err choose_parcels(struct ctx *ctx, struct poller *p, struct source *s, struct parcel *out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    size_t looked = 0;
    *n = 0;
    enum err e = db_stmt_get(ctx, p->db, SQL_PARCEL_PAGE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_i64(st, 2, s->after_parcel);
    db_bind_i64(st, 3, PARCELS_LOOKED_AT);
    while (*n < PARCELS_A_ROUND && (e = db_step(ctx, st, &row)) == OK && row) {
        looked++;
        s->after_parcel = db_col_i64(st, 0);
        e = parcel_decode(ctx, db_col_str(st, 3), &out[*n]);
        if (e != OK)
            break;
        out[*n].parcel_no = s->after_parcel;
        *n += wants_asking(p, s, &out[*n]);
    }
    db_done(st);
    if (e == OK && !row && looked < PARCELS_LOOKED_AT)
        s->after_parcel = 0; /* the end: around again */
    return e;
}

static enum err do_parcels(struct ctx *ctx, struct poller *p, struct source *s, size_t *calls)
{
    struct parcel todo[PARCELS_A_ROUND];
    size_t n = 0;
    enum err e = choose_parcels(ctx, p, s, todo, &n);
    for (size_t i = 0; e == OK && i < n && source_ready(s); i++) {
        struct str cursor = STR_NULL;
        struct poll_ask ask = {.kind = POLL_PARCEL,
                               .tracking_number = todo[i].number,
                               .carrier = todo[i].carriers_n > 0 ? todo[i].carriers[0] : STR_NULL};
        note_asked(s, todo[i].parcel_no);
        (void)!call(ctx, p, s, &ask, &cursor);
        (*calls)++;
    }
    return e;
}

/* ---- rounds */

enum err poller_round(struct ctx *ctx, struct poller *p, size_t *calls)
{
    enum err e = OK;
    *calls = 0;
    for (size_t i = 0; e == OK && i < p->sources_n && !atomic_load(&p->stop); i++) {
        struct source *s = &p->sources[i];
        uint32_t kinds = s->acct->conn->poll->kinds;
        if (!source_ready(s))
            continue;
        if ((kinds & 1u << POLL_FETCH) != 0)
            e = do_fetches(ctx, p, s, calls);
        if (e == OK && (kinds & 1u << POLL_SINCE) != 0 && source_ready(s))
            e = do_list(ctx, p, s, calls);
        if (e == OK && (kinds & 1u << POLL_PARCEL) != 0 && source_ready(s))
            e = do_parcels(ctx, p, s, calls);
    }
    return e;
}

static void *poller_main(void *arg)
{
    struct poller *p = arg;
    struct arena *a = arena_new((size_t)128 << 20);
    struct ctx ctx;
    size_t calls;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, p->eng->clock, p->eng->log);
    while (!atomic_load(&p->stop)) {
        if (poller_round(&ctx, p, &calls) != OK)
            LOG(p->eng->log, LOG_WARN, "poller", LOG_S("error", str_of(ctx.msg)));
        arena_reset(a);
        struct timespec pause = {0, 500000000};
        nanosleep(&pause, NULL);
    }
    arena_free(a);
    return NULL;
}

/* An account without what its sign-in needs is not asked: webhooks only. */
static bool can_ask(const struct account *a)
{
    switch (a->conn->auth) {
    case AUTH_OAUTH2_BASIC:
    case AUTH_OAUTH2_BODY:
        return a->conn->poll != NULL && a->api_user.n > 0 && a->api_secret.n > 0;
    case AUTH_BASIC:
        return a->conn->poll != NULL && a->api_user.n > 0;
    case AUTH_HEADER:
    case AUTH_BEARER:
        return a->conn->poll != NULL && a->api_key.n > 0;
    case AUTH_NONE:
        return a->conn->poll != NULL;
    }
    return false;
}

static enum err add_sources(struct ctx *ctx, struct poller *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->eng->merchants_n; i++)
        n += p->eng->merchants[i].cfg->accounts_n;
    p->sources = calloc(n + 1, sizeof(*p->sources));
    if (p->sources == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    for (size_t i = 0; i < p->eng->merchants_n; i++)
        for (size_t k = 0; k < p->eng->merchants[i].cfg->accounts_n; k++) {
            const struct account *a = &p->eng->merchants[i].cfg->accounts[k];
            if (!can_ask(a))
                continue;
            struct source *s = &p->sources[p->sources_n++];
            s->m = &p->eng->merchants[i];
            s->acct = a;
            pthread_mutex_init(&s->lock, NULL);
        }
    return OK;
}

enum err poller_new(struct ctx *ctx, struct engine *eng, struct poller **out)
{
    struct poller *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    p->eng = eng;
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .cache_mb = 8};
    p->http = http_client_new();
    enum err e = p->http == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : db_open(ctx, &o, &p->db);
    if (e == OK)
        e = add_sources(ctx, p);
    if (e != OK) {
        poller_free(p);
        return e;
    }
    *out = p;
    return OK;
}

enum err poller_start(struct ctx *ctx, struct poller *p)
{
    p->running = pthread_create(&p->thread, NULL, poller_main, p) == 0;
    return p->running ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start the poller");
}

void poller_free(struct poller *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    if (p->running)
        pthread_join(p->thread, NULL);
    for (size_t i = 0; i < p->sources_n; i++) {
        secret_clear(&p->sources[i].token);
        free(p->sources[i].asked_s);
        pthread_mutex_destroy(&p->sources[i].lock);
    }
    free(p->sources);
    http_client_free(p->http);
    db_close(p->db);
    free(p);
}

/* ---- fresh facts for one answer: storefront and carriers at the same time (R7) */

struct refresh {
    struct source *s[REFRESH_CALLS_MAX];
    struct http_request req[REFRESH_CALLS_MAX];
    struct http_msg msg[REFRESH_CALLS_MAX];
    enum err errs[REFRESH_CALLS_MAX];
    struct str asked[REFRESH_CALLS_MAX];
    size_t n;
};

static void plan(struct ctx *ctx, struct poller *p, struct http_client *http, struct refresh *r, struct source *s, const struct poll_ask *ask,
                 int budget_ms)
{
    if (r->n == REFRESH_CALLS_MAX || !source_ready(s) || source_request(ctx, p->eng, s, http, ask, &r->req[r->n]) != OK)
        return;
    r->req[r->n].timeout_ms = budget_ms;
    r->asked[r->n] = poll_ask_text(ctx, ask);
    r->s[r->n++] = s;
}

static void plan_all(struct ctx *ctx, struct poller *p, struct http_client *http, struct refresh *r, const struct case_answer *ca, int budget_ms)
{
    const struct order_view *v = order_anchor(ca->cas);
    for (size_t i = 0; i < p->sources_n; i++) {
        struct source *s = &p->sources[i];
        if (s->m->id != ca->merchant_id)
            continue;
        if (v != NULL && str_eq(v->source, s->acct->id) && (s->acct->conn->poll->kinds & 1u << POLL_FETCH) != 0)
            plan(ctx, p, http, r, s, &(struct poll_ask){.kind = POLL_FETCH, .fetch = {STR("order"), v->order_id}}, budget_ms);
        for (size_t k = 0; k < ca->cd.parcels_n; k++) {
            const struct parcel_diagnosis *pd = &ca->cd.parcels[k];
            if (pd->d.cls != DIAG_DELIVERED && source_serves(s, pd->carrier))
                plan(ctx, p, http, r, s, &(struct poll_ask){.kind = POLL_PARCEL, .tracking_number = pd->parcel->number, .carrier = pd->carrier},
                     budget_ms);
        }
    }
}

enum err poller_refresh(void *user, struct ctx *ctx, int64_t merchant_id, const struct case_answer *ca, int budget_ms, int64_t *pos)
{
    struct poller *p = user;
    struct http_client *http = http_client_new();
    struct refresh *r = ctx_alloc(ctx, sizeof(*r));
    enum err worst = OK;
    *pos = 0;
    if (http == NULL || r == NULL || ca->merchant_id != merchant_id) {
        http_client_free(http);
        return ERR_MEMORY;
    }
    plan_all(ctx, p, http, r, ca, budget_ms);
    if (r->n > 0)
        http_client_do_many(http, ctx, r->req, r->n, r->msg, r->errs);
    for (size_t i = 0; i < r->n; i++) {
        int64_t at = 0;
        enum err e = source_answered(ctx, r->s[i], r->errs[i], &r->msg[i]);
        r->msg[i].received_us = clock_now_us(p->eng->clock);
        r->msg[i].query = r->asked[i];
        if (e == OK)
            e = source_append(ctx, p->eng, r->s[i], &r->msg[i], &at);
        if (e != OK)
            worst = e == ERR_TIMEOUT ? e : ERR_UNAVAILABLE;
        *pos = at > *pos ? at : *pos;
        count(e);
    }
    http_client_free(http);
    return worst;
}
