/* See backtest.h: reading the recorded requests, walking the cases on several threads, and putting their wants in order. */
#include "flows/backtest_int.h"

#include "base/thread.h"
#include "flows/promises.h"

#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 8
#define KEPT_MAX ((size_t)8 << 30)      /* a bound on what is handed out; memory is taken as far as it is needed */
#define CASE_ARENA_MAX ((size_t)256 << 20)
#define CASES_AT_ONCE 64

struct worker {
    pthread_t thread;
    bool running;
    struct run *run;
    struct wanted_list out;
    enum err err;
    char msg[CTX_MSG_MAX];
};

struct run {
    struct engine *eng;
    struct merchant *m;
    const struct backtest_options *opt;
    struct request_list requests;
    int64_t last_order;
    _Atomic int64_t next_order;
    _Atomic bool failed;
};

/* ---- recorded requests */

struct asked {
    struct act_request req;
    int64_t order_no, at_us;
};

static int by_order(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    if (x->order_no != y->order_no)
        return x->order_no < y->order_no ? -1 : 1;
    if (x->req.pos != y->req.pos)
        return x->req.pos < y->req.pos ? -1 : 1;
    return (x->req.idx > y->req.idx) - (x->req.idx < y->req.idx);
}

static enum err read_asked(struct ctx *ctx, struct db_stmt *st, struct asked *out)
{
    struct fact_row row;
    struct fact fct;
    uint64_t unused;
    fact_row_from_stmt(st, &row);
    enum err e = arena_dup(ctx->arena, row.clear, &row.clear);
    if (e == OK)
        e = fact_row_read(ctx, &row, &fct, &unused);
    if (e == OK)
        e = act_request_of(ctx, &fct.u.request, &out->req);
    if (e != OK)
        return e;
    out->req.pos = row.pos;
    out->req.idx = row.idx;
    out->order_no = fct.u.request.order_no;
    out->at_us = row.at_us;
    return OK;
}

static enum err split_asked(struct ctx *ctx, const struct asked *v, size_t n, struct request_list *out)
{
    out->v = ctx_alloc(ctx, (n + 1) * sizeof(*out->v));
    out->order_no = ctx_alloc(ctx, (n + 1) * sizeof(*out->order_no));
    out->at_us = ctx_alloc(ctx, (n + 1) * sizeof(*out->at_us));
    if (out->v == NULL || out->order_no == NULL || out->at_us == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        out->v[i] = v[i].req;
        out->order_no[i] = v[i].order_no;
        out->at_us[i] = v[i].at_us;
    }
    out->n = n;
    return OK;
}

static enum err read_requests(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct request_list *out)
{
    struct db_stmt *st = NULL;
    struct asked *v = NULL;
    size_t n = 0, cap = 0;
    bool row = true;
    enum err e = db_stmt_get(ctx, rd->state, SQL_FACT_OF_KIND, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, FACT_REQUEST);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        if (n == cap) {
            struct asked *more = ctx_alloc(ctx, (cap = 2 * cap + 256) * sizeof(*more));
            if (more == NULL)
                e = ERR_MEMORY;
            if (more == NULL)
                break;
            if (n > 0)
                memcpy(more, v, n * sizeof(*v));
            v = more;
        }
        e = read_asked(ctx, st, &v[n]);
        if (e == OK)
            n++;
        else if (e != ERR_PARSE) /* of a newer program: not decided then, either */
            break;
    }
    db_done(st);
    if (e != OK)
        return e;
    if (n > 1)
        qsort(v, n, sizeof(*v), by_order);
    return split_asked(ctx, v, n, out);
}

/* ---- cases */

static enum err walk_some(struct case_walk *walk, struct run *run)
{
    enum err e = OK;
    while (e == OK && !run->failed) {
        int64_t from = atomic_fetch_add(&run->next_order, CASES_AT_ONCE);
        if (from > run->last_order)
            return OK;
        for (int64_t no = from; e == OK && no < from + CASES_AT_ONCE && no <= run->last_order; no++) {
            arena_reset(walk->ctx->arena);
            e = walk_case(walk, no);
            if (e == ERR_NOTFOUND)
                e = OK;
        }
    }
    return e;
}

static enum err work(struct worker *w, struct ctx *ctx, struct ctx *kept)
{
    struct run *run = w->run;
    struct promises promises;
    struct case_walk walk = {.ctx = ctx, .m = run->m, .promises = &promises, .opt = run->opt, .requests = &run->requests, .out = &w->out};
    enum err e = reader_open(ctx, run->eng, &walk.rd);
    if (e == OK)
        e = promises_join(kept, walk.rd->state, run->m, 0, &promises);
    promises.eta = NULL; /* no class depends on it */
    if (e == OK)
        e = walk_some(&walk, run);
    reader_close(walk.rd);
    return e;
}

static void *worker_main(void *user)
{
    struct worker *w = user;
    struct arena *own = arena_new(CASE_ARENA_MAX);
    struct ctx ctx, kept;
    thread_name("wismo-backtest");
    ctx_init(&ctx, own, w->run->eng->clock, w->run->eng->log);
    ctx_init(&kept, w->out.kept, w->run->eng->clock, w->run->eng->log);
    w->err = own == NULL ? ERR_MEMORY : work(w, &ctx, &kept);
    if (w->err != OK) {
        w->run->failed = true;
        memcpy(w->msg, ctx.msg[0] != '\0' ? ctx.msg : kept.msg, sizeof(w->msg));
    }
    arena_free(own);
    return NULL;
}

static enum err run_workers(struct ctx *ctx, struct worker *workers, unsigned n)
{
    enum err e = OK;
    for (unsigned i = 0; i < n; i++)
        workers[i].running = workers[i].out.kept != NULL && pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) == 0;
    if (!workers[0].running)
        e = ctx_fail(ctx, ERR_MEMORY, "backtest: no thread can be started");
    for (unsigned i = 0; i < n; i++) { /* the others' work is done by those that run */
        if (workers[i].running)
            (void)pthread_join(workers[i].thread, NULL);
        if (e == OK && workers[i].running && workers[i].err != OK)
            e = ctx_fail(ctx, workers[i].err, "%s", workers[i].msg);
    }
    return e;
}

/* ---- in the order of time */

static int by_time(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->order_no != y->order_no)
        return x->order_no < y->order_no ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_order_no(const void *a, const void *b)
{
    const struct case_end *x = a, *y = b;
    return (x->order_no > y->order_no) - (x->order_no < y->order_no);
}

static enum err judge(struct ctx *ctx, const struct backtest_options *opt, const struct worker *workers, unsigned n, struct backtest_report *rep)
{
    size_t wants_n = 0, ends_n = 0;
    for (unsigned i = 0; i < n; i++) {
        wants_n += workers[i].out.n;
        ends_n += workers[i].out.ends_n;
        rep->cases += workers[i].out.cases;
        rep->facts += workers[i].out.facts;
        rep->looks += workers[i].out.looks;
    }
    struct wanted *wants = ctx_alloc(ctx, (wants_n + 1) * sizeof(*wants));
    struct case_end *ends = ctx_alloc(ctx, (ends_n + 1) * sizeof(*ends));
    if (wants == NULL || ends == NULL)
        return ERR_MEMORY;
    wants_n = ends_n = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct wanted_list *l = &workers[i].out;
        if (l->n > 0)
            memcpy(&wants[wants_n], l->v, l->n * sizeof(*wants));
        if (l->ends_n > 0)
            memcpy(&ends[ends_n], l->ends, l->ends_n * sizeof(*ends));
        wants_n += l->n;
        ends_n += l->ends_n;
    }
    if (wants_n > 1)
        qsort(wants, wants_n, sizeof(*wants), by_time);
    if (ends_n > 1)
        qsort(ends, ends_n, sizeof(*ends), by_order_no);
    return judge_all(ctx, opt, wants, wants_n, ends, ends_n, rep);
}

/* What the report shows outlives the workers' memory. */
static enum err copy_words(struct ctx *ctx, struct backtest_report *rep)
{
    struct backtest_difference *d = ctx_alloc(ctx, (rep->differences_n + 1) * sizeof(*d));
    struct backtest_step *s = ctx_alloc(ctx, (rep->steps_n + 1) * sizeof(*s));
    enum err e = d == NULL || s == NULL ? ERR_MEMORY : OK;
    for (size_t i = 0; e == OK && i < rep->differences_n; i++) {
        d[i] = rep->differences[i];
        e = arena_dup(ctx->arena, d[i].order, &d[i].order);
    }
    for (size_t i = 0; e == OK && i < rep->steps_n; i++) {
        s[i] = rep->steps[i];
        e = arena_dup(ctx->arena, s[i].parcel, &s[i].parcel);
        if (e == OK)
            e = arena_dup(ctx->arena, s[i].why, &s[i].why);
    }
    rep->differences = d;
    rep->steps = s;
    return e;
}

enum err backtest_run(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct backtest_options *opt, struct backtest_report *out)
{
    struct worker workers[THREADS_MAX] = {{.running = false}};
    struct run run = {.eng = eng, .m = engine_merchant_by_id(eng, merchant_id), .opt = opt, .next_order = 1};
    struct arena *own = arena_new(KEPT_MAX);
    struct reader *rd = NULL;
    struct fold_reach reach = {0};
    struct ctx all = *ctx;                  /* all cases' wants together */
    int64_t start_us = clock_mono_us();
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = opt->threads != 0 ? opt->threads : cores > 1 ? (unsigned)cores : 1;
    *out = (struct backtest_report){.threads = n < THREADS_MAX ? n : THREADS_MAX};
    all.arena = own;
    enum err e = own == NULL || run.m == NULL ? ctx_fail(ctx, own == NULL ? ERR_MEMORY : ERR_NOTFOUND, "no memory, or no such merchant") : OK;
    if (e == OK)
        e = reader_open(ctx, eng, &rd);
    if (e == OK)
        e = reader_position(ctx, rd, merchant_id, &reach);
    run.last_order = reach.order_no;
    if (e == OK)
        e = read_requests(&all, rd, merchant_id, &run.requests);
    for (unsigned i = 0; i < out->threads; i++) {
        workers[i].run = &run;
        workers[i].out.kept = arena_new(KEPT_MAX);
    }
    if (e == OK)
        e = run_workers(ctx, workers, out->threads);
    if (e == OK)
        e = judge(&all, opt, workers, out->threads, out);
    if (e == OK)
        e = ctx_whole(&all, copy_words(ctx, out));
    for (unsigned i = 0; i < out->threads; i++)
        arena_free(workers[i].out.kept);
    reader_close(rd);
    arena_free(own);
    out->took_us = clock_mono_us() - start_us;
    return ctx_whole(ctx, e);
}
