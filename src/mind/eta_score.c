/*
 * Held against later orders: a model of what was known at the split, its estimates for the orders after it, and two that need no
 * model: the promise itself, and the times that all earlier orders took. Nothing behind the split reaches the fit: a delivery
 * after it counts as open there. What cannot be judged yet, because the history ends too soon after the order, is left out.
 */
#include <math.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "mind/eta_int.h"

#define CHANCE_BINS 10
#define AREAS_MAX 12

struct judged {
    const struct eta_obs *obs;
    struct eta_estimate est;
    double days, q[3], promise; /* from the begin on; promise: NAN without */
};

struct scores {
    size_t n, near, inside;
    double error, width, pin[3];
};

static const double P[3] = {0.1, 0.5, 0.9};

static int64_t utc_of(const struct eta_obs *o, int64_t wall)
{
    return wall == ETA_NONE ? ETA_NONE : wall - o->zone_s;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static double quantile_of(const double *sorted, size_t n, double p)
{
    return n == 0 ? NAN : sorted[(size_t)(p * (double)(n - 1) + 0.5)];
}

static double pinball(double q, double y, double p)
{
    return y >= q ? p * (y - q) : (1 - p) * (q - y);
}

static void score_add(struct scores *s, const double q[3], double y)
{
    s->n++;
    s->error += fabs(q[1] - y);
    s->near += fabs(q[1] - y) <= 1 ? 1 : 0;
    s->inside += y >= q[0] && y <= q[2] ? 1 : 0;
    s->width += q[2] - q[0];
    for (int i = 0; i < 3; i++)
        s->pin[i] += pinball(q[i], y, P[i]);
}

static void score_row(struct buf *out, const char *name, const struct scores *s)
{
    double n = s->n > 0 ? (double)s->n : 1;
    buf_fmt(out, "| %s | %zu | %.2f | %.1f %% | %.1f %% | %.2f | %.3f | %.3f | %.3f |\n", name, s->n, s->error / n, 100 * (double)s->near / n,
            100 * (double)s->inside / n, s->width / n, s->pin[0] / n, s->pin[1] / n, s->pin[2] / n);
}

/* ---- chances */

struct chance {
    double p;
    bool came; /* true: what was predicted happened */
};

static int by_chance(const void *a, const void *b)
{
    const struct chance *x = a, *y = b;
    return x->p < y->p ? -1 : x->p > y->p ? 1 : x->came - y->came;
}

/* The share of pairs in which what happened had the higher chance; equal chances count half. */
static double area_under(const struct chance *c, size_t n)
{
    double ranks = 0, hits = 0;
    for (size_t i = 0, end; i < n; i = end) {
        size_t came = 0;
        for (end = i; end < n && !(c[end].p > c[i].p); end++)
            came += c[end].came ? 1 : 0;
        ranks += (double)came * ((double)(i + end - 1) / 2 + 1);
        hits += (double)came;
    }
    double misses = (double)n - hits;
    return hits > 0 && misses > 0 ? (ranks - hits * (hits + 1) / 2) / (hits * misses) : NAN;
}

static void chance_table(struct buf *out, const char *what, struct chance *c, size_t n)
{
    double came = 0, brier = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double y = c[i].came ? 1 : 0;
        came += y;
        sum += c[i].p;
        brier += (c[i].p - y) * (c[i].p - y);
    }
    if (n == 0)
        return;
    double share = came / (double)n, base = share * (1 - share);
    qsort(c, n, sizeof(*c), by_chance);
    buf_fmt(out, "\n%s: of %zu, %.2f %% were, %.2f %% predicted; Brier %.4f (always the share: %.4f), AUC %.3f\n\n", what, n, 100 * share,
            100 * sum / (double)n, brier / (double)n, base, area_under(c, n));
    buf_addz(out, "| tenth | predicted | were |\n|---|---|---|\n");
    for (size_t b = 0; b < CHANCE_BINS; b++) {
        size_t from = n * b / CHANCE_BINS, upto = n * (b + 1) / CHANCE_BINS;
        double p = 0, y = 0, m = upto > from ? (double)(upto - from) : 1;
        for (size_t i = from; i < upto; i++) {
            p += c[i].p;
            y += c[i].came ? 1 : 0;
        }
        buf_fmt(out, "| %zu | %.2f %% | %.2f %% |\n", b + 1, 100 * p / m, 100 * y / m);
    }
}

/* ---- a stage */

static void by_area(struct ctx *ctx, struct buf *out, const struct judged *rows, size_t n)
{
    struct {
        char name[8];
        struct scores s;
    } *areas = arena_array(ctx->arena, 1024, sizeof(*areas));
    size_t used = 0;
    if (areas == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct eta_obs *o = rows[i].obs;
        char name[8] = {o->dest[0] != '\0' ? o->dest[0] : '?', o->dest[1] != '\0' ? o->dest[1] : '?', '-', o->area[0], o->area[1], o->area[2]};
        size_t k = 0;
        while (k < used && memcmp(areas[k].name, name, sizeof(name)) != 0)
            k++;
        if (k == 1024)
            continue;
        if (k == used)
            memcpy(areas[used++].name, name, sizeof(name));
        score_add(&areas[k].s, rows[i].q, rows[i].days);
    }
    buf_addz(out, "\n| destination | n | MAE days | within 1 day | p10-p90 holds | width | pinball p10 | p50 | p90 |\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t shown = 0; shown < AREAS_MAX; shown++) {
        size_t best = 0;
        for (size_t k = 1; k < used; k++)
            best = areas[k].s.n > areas[best].s.n ? k : best;
        if (used == 0 || areas[best].s.n == 0)
            break;
        score_row(out, areas[best].name, &areas[best].s);
        areas[best].s.n = 0;
    }
}

/* What all earlier orders took, as they were known at the split. */
static size_t earlier(struct ctx *ctx, const struct eta_obs *obs, size_t n, int64_t split, bool transit, double **out)
{
    size_t got = 0;
    *out = arena_array(ctx->arena, n + 1, sizeof(double));
    for (size_t i = 0; *out != NULL && i < n; i++) {
        int64_t begin = transit ? obs[i].handed : obs[i].ordered;
        if (begin != ETA_NONE && obs[i].delivered != ETA_NONE && obs[i].delivered >= begin && utc_of(&obs[i], obs[i].delivered) <= split)
            (*out)[got++] = (double)(obs[i].delivered - begin) / (double)ETA_DAY_S;
    }
    if (*out != NULL)
        qsort(*out, got, sizeof(double), by_number);
    return got;
}

struct span {
    int64_t split, end;  /* UTC seconds; orders between them that are old enough at the end of the history are judged */
};

static enum err judge(struct ctx *ctx, const struct eta_model *m, const struct eta_obs *obs, size_t n, const struct span *sp, bool transit,
                      struct buf *out)
{
    double *before;
    struct judged *rows = arena_array(ctx->arena, n + 1, sizeof(*rows));
    struct chance *late = arena_array(ctx->arena, n + 1, sizeof(*late)), *never = arena_array(ctx->arena, n + 1, sizeof(*never));
    size_t before_n = earlier(ctx, obs, n, sp->split, transit, &before), rows_n = 0, late_n = 0, never_n = 0, young = 0, open = 0;
    if (before == NULL || rows == NULL || late == NULL || never == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "evaluate: no memory for %zu rows", n);
    double wait = before_n > 0 ? quantile_of(before, before_n, 0.98) : 30;
    struct scores model = {0}, promise = {0}, global = {0}, model_promised = {0};
    double q_all[3];
    for (int i = 0; i < 3; i++)
        q_all[i] = quantile_of(before, before_n, P[i]);
    for (size_t i = 0; i < n; i++) {
        const struct eta_obs *o = &obs[i];
        int64_t begin = transit ? o->handed : o->ordered;
        int64_t ordered = utc_of(o, o->ordered != ETA_NONE ? o->ordered : o->handed);
        if (begin == ETA_NONE || ordered == ETA_NONE || ordered <= sp->split || utc_of(o, begin) > sp->end)
            continue;
        if (o->delivered != ETA_NONE && o->delivered < begin)
            continue;
        if ((double)(sp->end - utc_of(o, begin)) / (double)ETA_DAY_S < wait) {
            young++;
            continue;
        }
        struct judged *j = &rows[rows_n];
        *j = (struct judged){.obs = o, .promise = NAN};
        eta_predict_obs(m, o, transit, &j->est);
        if (!j->est.known)
            continue;
        bool delivered = o->delivered != ETA_NONE && utc_of(o, o->delivered) <= sp->end;
        never[never_n++] = (struct chance){j->est.never, !delivered};
        if (o->promised != ETA_NONE)
            late[late_n++] = (struct chance){j->est.late, delivered && o->delivered > o->promised};
        if (!delivered) {
            open++;
            continue;
        }
        double t0 = (double)utc_of(o, begin);
        int64_t q[3] = {j->est.p10_us, j->est.p50_us, j->est.p90_us};
        for (int k = 0; k < 3; k++)
            j->q[k] = ((double)(q[k] / 1000000) - t0) / (double)ETA_DAY_S;
        j->days = (double)(o->delivered - begin) / (double)ETA_DAY_S;
        score_add(&model, j->q, j->days);
        if (before_n > 0)
            score_add(&global, q_all, j->days);
        if (o->promised != ETA_NONE) {
            double at = (double)(o->promised - begin) / (double)ETA_DAY_S, point[3] = {at, at, at};
            score_add(&promise, point, j->days);
            score_add(&model_promised, j->q, j->days);
        }
        rows_n++;
    }
    buf_fmt(out, "\n## As of the %s\n\n%zu judged, %zu of them never delivered; %zu too young at the end\n\n", transit ? "hand-over" : "order",
            rows_n + open, open, young);
    buf_addz(out, "| estimate | n | MAE days | within 1 day | p10-p90 holds | width | pinball p10 | p50 | p90 |\n|---|---|---|---|---|---|---|---|---|\n");
    score_row(out, "the model", &model);
    score_row(out, "all earlier orders", &global);
    if (promise.n > 0)
        score_row(out, "the promise", &promise);
    if (promise.n > 0 && promise.n < model.n)
        score_row(out, "the model where there is a promise", &model_promised);
    chance_table(out, "Late (delivered after the promise)", late, late_n);
    chance_table(out, "Never delivered", never, never_n);
    by_area(ctx, out, rows, rows_n);
    return rows_n == 0 && !transit ? ctx_fail(ctx, ERR_NOTFOUND, "evaluate: no order after the split can be judged") : OK;
}

/* ---- all of it */

static int64_t usual_split(struct ctx *ctx, const struct eta_obs *obs, size_t n)
{
    double *t = arena_array(ctx->arena, n + 1, sizeof(*t));
    size_t got = 0;
    for (size_t i = 0; t != NULL && i < n; i++)
        if (obs[i].ordered != ETA_NONE)
            t[got++] = (double)utc_of(&obs[i], obs[i].ordered);
    if (got == 0)
        return 0;
    qsort(t, got, sizeof(*t), by_number);
    return (int64_t)quantile_of(t, got, 0.8);
}

enum err eta_evaluate(struct ctx *ctx, const struct eta_obs *obs, size_t n, int64_t split_us, const struct eta_fit_options *opt,
                      struct buf *out)
{
    struct eta_obs *train = arena_array(ctx->arena, n + 1, sizeof(*train));
    struct eta_fit_report rep;
    struct eta_model *m = NULL;
    struct span sp = {.split = split_us == ETA_NONE ? usual_split(ctx, obs, n) : split_us / 1000000};
    if (train == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "evaluate: no memory for %zu rows", n);
    memcpy(train, obs, n * sizeof(*train));
    for (size_t i = 0; i < n; i++) {
        int64_t t[] = {utc_of(&obs[i], obs[i].ordered), utc_of(&obs[i], obs[i].handed), utc_of(&obs[i], obs[i].delivered)};
        for (size_t k = 0; k < 3; k++)
            sp.end = t[k] != ETA_NONE && t[k] > sp.end ? t[k] : sp.end;
    }
    struct eta_fit_options fit = *opt;
    fit.as_of_us = sp.split * 1000000;
    enum err e = eta_fit(ctx, train, n, &fit, &rep, &m);
    if (e != OK)
        return e;
    struct str split = time_rfc3339(ctx->arena, sp.split * 1000000), end = time_rfc3339(ctx->arena, sp.end * 1000000);
    buf_fmt(out, "# Estimates held against later orders\n\nFitted on what was known at %.*s: %zu orders, %zu of them open. History ends %.*s.\n\n",
            STR_ARG(split), rep.used, rep.open, STR_ARG(end));
    eta_model_describe(m, out);
    e = judge(ctx, m, obs, n, &sp, false, out);
    return e == OK ? judge(ctx, m, obs, n, &sp, true, out) : e;
}
