/* See estimator.h. */
#include "flows/estimator.h"

#include "base/log.h"
#include "base/thread.h"
#include "flows/estimates.h"
#include "flows/reader.h"
#include "mind/eta_case.h"

#include <time.h>

#define FIT_ARENA_MAX ((size_t)16 << 30) /* a bound on what is handed out; memory is taken as far as it is needed */
#define CASE_ARENA_MAX ((size_t)64 << 20)
#define RETRY_US US_PER_DAY              /* after a round that found too little or failed */
#define ROUND_NS 200000000

/* ---- rows */

struct rows {
    struct buf obs;          /* struct eta_obs, one behind the other */
    size_t n, orders;
};

static enum err add_row(struct ctx *ctx, struct rows *rows, const struct eta_row *row)
{
    struct eta_obs o;
    if (rows->n == ETA_ROWS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "estimates: over %zu parcels", ETA_ROWS_MAX);
    eta_obs_of(row, &o);
    buf_add(&rows->obs, (struct str){(const char *)&o, sizeof(o)});
    rows->n++;
    return buf_err(&rows->obs);
}

/* An order with several parcels is several rows: each is told apart by its number. */
static enum err add_case(struct ctx *ctx, struct rows *rows, const struct merchant *m, const struct case_answer *ca)
{
    const struct promises *p = &m->cfg->promises;
    const struct case_diagnosis *cd = &ca->cd;
    struct eta_row row;
    enum err e = OK;
    if (cd->order.cls == DIAG_CANCELLED || cd->order.cls == DIAG_REFUNDED || cd->order.fig.untracked || cd->order.fig.nothing_ships)
        return OK;
    rows->orders++;
    for (size_t i = 0; e == OK && i < cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &cd->parcels[i];
        if (!parcel_is_named(cd, i))
            continue;
        eta_case_row(ca->cas, pd->parcel, pd->carrier, &pd->d.fig, p, &row);
        row.order_id = pd->parcel->number;
        e = add_row(ctx, rows, &row);
    }
    if (cd->parcels_n == 0) {
        eta_case_row(ca->cas, NULL, STR_NULL, &cd->order.fig, p, &row);
        e = add_row(ctx, rows, &row);
    }
    return e;
}

static enum err read_cases(struct ctx *ctx, struct engine *eng, struct reader *rd, struct merchant *m, struct rows *rows)
{
    struct arena *own = arena_new(CASE_ARENA_MAX);
    struct case_answer ca;
    struct ctx each;
    struct fold_reach reach;
    if (own == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "estimates: no memory");
    ctx_init(&each, own, eng->clock, eng->log);
    enum err e = reader_position(ctx, rd, m->id, &reach);
    for (int64_t no = 1; e == OK && no <= reach.order_no; no++) {
        arena_reset(own);
        e = case_read(&each, rd, m->id, no, 0, &ca);
        if (e == OK)
            e = add_case(ctx, rows, m, &ca);
        else if (e == ERR_NOTFOUND)
            e = OK; /* merged into another */
        else
            e = ctx_fail(ctx, e, "%s", each.msg);
    }
    arena_free(own);
    return e;
}

enum err estimator_history(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, struct estimator_history *out)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    struct rows rows = {.n = 0};
    *out = (struct estimator_history){.opt = {.as_of_us = clock_now_us(eng->clock)}};
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    buf_init(&rows.obs, (ETA_ROWS_MAX + 1) * sizeof(struct eta_obs));
    enum err e = read_cases(ctx, eng, rd, m, &rows);
    if (e == OK && (out->obs = arena_array(ctx->arena, rows.n + 1, sizeof(*out->obs))) == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "estimates: no memory");
    if (e == OK && rows.n > 0)
        memcpy(out->obs, rows.obs.p, rows.n * sizeof(*out->obs));
    out->n = rows.n;
    out->orders = rows.orders;
    buf_clear(&rows.obs);
    return e;
}

/* ---- rounds */

struct estimator {
    struct arena *arena;      /* its own */
    struct engine *eng;
    struct reader *rd;
    int64_t *next_us;         /* by merchant: not looked at before */
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

enum err estimator_new(struct ctx *ctx, struct engine *eng, struct estimator **out)
{
    struct arena *a = arena_new(65536 + eng->merchants_n * sizeof(int64_t));
    struct estimator *est = a == NULL ? NULL : arena_alloc(a, sizeof(*est));
    int64_t *next = est == NULL ? NULL : arena_array(a, eng->merchants_n + 1, sizeof(*next));
    if (next == NULL) {
        arena_free(a);
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    }
    *est = (struct estimator){.arena = a, .eng = eng, .next_us = next};
    enum err e = reader_open(ctx, eng, &est->rd);
    if (e != OK)
        arena_free(a);
    else
        *out = est;
    return e;
}

/* One merchant whose time has come: *fitted when a model was recorded. */
static enum err learn(struct ctx *ctx, struct estimator *est, struct merchant *m, bool *fitted)
{
    struct estimator_history h;
    struct eta_fit_report rep = {.rows = 0};
    struct eta_model *model = NULL;
    struct arena *big = arena_new(FIT_ARENA_MAX);
    struct ctx own;
    if (big == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "estimates: no memory");
    ctx_init(&own, big, est->eng->clock, est->eng->log);
    enum err e = estimator_history(&own, est->eng, est->rd, m->id, &h);
    if (e == OK)
        e = ctx_whole(&own, eta_fit(&own, h.obs, h.n, &h.opt, &rep, &model));
    *fitted = e == OK && rep.delivered >= (size_t)m->cfg->estimates.parcels_min;
    if (*fitted)
        e = estimates_record(&own, est->eng, m->id, model);
    LOG(est->eng->log, e == OK ? LOG_INFO : LOG_WARN, "estimates_learned", LOG_S("merchant", m->cfg->name),
        LOG_I("delivered", (int64_t)rep.delivered), LOG_S("result", str_of(e != OK ? err_name(e) : *fitted ? "new model" : "too few yet")));
    if (e != OK)
        e = ctx_fail(ctx, e, "%s", own.msg);
    arena_free(big);
    return e;
}

static enum err look_at(struct ctx *ctx, struct estimator *est, size_t i, size_t *fitted)
{
    struct merchant *m = &est->eng->merchants[i];
    int64_t now = clock_now_us(est->eng->clock), last = 0;
    bool done = false;
    if (m->cfg->estimates.refit_days == 0 || now < est->next_us[i])
        return OK;
    enum err e = estimates_last(ctx, est->rd->state, m->id, &last);
    int64_t due = last == 0 ? 0 : last + m->cfg->estimates.refit_days * US_PER_DAY;
    if (e == OK && now < due) {
        est->next_us[i] = due;
        return OK;
    }
    est->next_us[i] = now + RETRY_US;
    if (e == OK)
        e = learn(ctx, est, m, &done);
    *fitted += done ? 1 : 0;
    return e;
}

enum err estimator_round(struct ctx *ctx, struct estimator *est, size_t *fitted)
{
    enum err e = OK;
    *fitted = 0;
    for (size_t i = 0; i < est->eng->merchants_n; i++) {
        enum err one = look_at(ctx, est, i, fitted);
        e = e == OK ? one : e;
    }
    return e;
}

static void *estimator_main(void *arg)
{
    struct estimator *est = arg;
    struct timespec rest = {0, ROUND_NS};
    struct arena *a = arena_new((size_t)1 << 20);
    struct ctx ctx;
    size_t fitted;
    thread_name("estimator");
    thread_give_way();
    while (a != NULL && !atomic_load(&est->stop)) {
        arena_reset(a);
        ctx_init(&ctx, a, est->eng->clock, est->eng->log);
        if (estimator_round(&ctx, est, &fitted) != OK)
            LOG(est->eng->log, LOG_WARN, "estimates_failed", LOG_S("error", str_of(ctx.msg)));
        nanosleep(&rest, NULL);
    }
    arena_free(a);
    return NULL;
}

enum err estimator_start(struct ctx *ctx, struct estimator *est)
{
    est->running = pthread_create(&est->thread, NULL, estimator_main, est) == 0;
    return est->running ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start a thread");
}

void estimator_free(struct estimator *est)
{
    if (est == NULL)
        return;
    atomic_store(&est->stop, true);
    if (est->running)
        pthread_join(est->thread, NULL);
    reader_close(est->rd);
    arena_free(est->arena);
}
