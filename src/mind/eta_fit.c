/*
 * A model from rows. Besides the fit on all rows there are fits on what was known at earlier times, each asked about the orders
 * that came after: from their errors come the shape of the distribution (so that the intervals hold on later orders, drift
 * included), how fast the recent level is followed, whether the season counts, and which way from the order to the delivery is
 * the better one. Nothing that was learned later is used in an earlier fit.
 */
#include <math.h>
#include <stdlib.h>

#include "mind/eta_int.h"

#define SLICES 5             /* earlier times; slice 0 is the youngest, in part still open */
#define SLICE_TRAIN_MIN 60
#define SLICE_ROWS_MIN 20
#define SLICE_TRAIN_MAX ((size_t)150000)
#define SLICE_ROWS_MAX ((size_t)30000)
#define JOIN_ROWS_MAX ((size_t)2500)
#define SLICE_FADE 0.75      /* weight of a slice against the next younger */
#define SHAPE_DRAW 20.0
#define SCRATCH_MAX ((size_t)16 << 30)
#define LEVELS 5
#define SEASON_STEPS 3
static const double HALF_WEEKS[LEVELS] = {1, 2.5, 6, 16, 1000};
static const double SEASON[SEASON_STEPS] = {0, 0.4, 0.8};

/* A row of a slice under an earlier fit, its level left out. */
struct told {
    double y, mu, sigma;
    float weight;
    uint8_t slice, season;
    bool event;
};

struct slice {
    int64_t from, upto;      /* seconds UTC: orders of that time */
    bool good[ETA_STAGES];
    struct eta_fitted fitted[ETA_STAGES];
    struct eta_entry *list;
    size_t list_n;
    struct eta_model model;  /* as of `from`: for the choice of the way */
};

struct fitting {
    struct ctx *ctx;
    struct ctx scratch;
    struct eta_obs *obs;
    size_t n;
    int64_t as_of;           /* seconds UTC */
    bool knows_handed;
    struct eta_clocks clocks[2];
    struct slice slice[SLICES];
    double half_weeks[ETA_STAGES], season[ETA_STAGES];
    struct eta_shape shape[ETA_STAGES];
    bool shaped[ETA_STAGES];
};

/* ---- which rows count */

static int64_t utc_s(const struct eta_obs *o, int64_t wall)
{
    return wall == ETA_NONE ? ETA_NONE : wall - o->zone_s;
}

static int64_t begin_of(const struct eta_obs *o)
{
    return o->ordered != ETA_NONE ? o->ordered : o->handed;
}

static int64_t newest(const struct eta_obs *obs, size_t n)
{
    int64_t max = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t t[] = {utc_s(&obs[i], obs[i].ordered), utc_s(&obs[i], obs[i].handed), utc_s(&obs[i], obs[i].delivered)};
        for (size_t k = 0; k < 3; k++)
            max = t[k] != ETA_NONE && t[k] > max ? t[k] : max;
    }
    return max;
}

static uint64_t content_hash(const struct eta_obs *o)
{
    uint64_t h = str_hash((struct str){(const char *)o->atom, sizeof(o->atom)});
    int64_t part[] = {o->ordered, o->handed, o->promised, o->delivered, (int64_t)o->id};
    h = str_hash_add(h, (struct str){(const char *)part, sizeof(part)});
    return h == 0 ? 1 : h;
}

/* A repeated row of one order counts once. */
static enum err drop_repeats(struct fitting *ft, struct eta_fit_report *rep)
{
    size_t slots = 64, kept = 0;
    while (slots < ft->n * 2)
        slots *= 2;
    uint64_t *seen = arena_array(ft->scratch.arena, slots, sizeof(*seen));
    if (seen == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", ft->n);
    for (size_t i = 0; i < ft->n; i++) {
        uint64_t h = content_hash(&ft->obs[i]);
        size_t at = (size_t)h & (slots - 1);
        while (seen[at] != 0 && seen[at] != h)
            at = (at + 1) & (slots - 1);
        if (seen[at] == h && ft->obs[i].id != 0) {
            rep->repeated++;
            continue;
        }
        seen[at] = h;
        ft->obs[kept++] = ft->obs[i];
    }
    ft->n = kept;
    return OK;
}

/* Times that cannot be are left out: a hand-over before the order or after the delivery; a delivery before the order drops the row. */
static void sort_out(struct fitting *ft, struct eta_fit_report *rep)
{
    size_t kept = 0;
    for (size_t i = 0; i < ft->n; i++) {
        struct eta_obs *o = &ft->obs[i];
        int64_t now = ft->as_of + o->zone_s;
        o->handed = o->handed != ETA_NONE && o->handed > now ? ETA_NONE : o->handed;
        o->delivered = o->delivered != ETA_NONE && o->delivered > now ? ETA_NONE : o->delivered;
        if (o->handed != ETA_NONE && ((o->ordered != ETA_NONE && o->handed < o->ordered) ||
                                      (o->delivered != ETA_NONE && o->delivered < o->handed && o->ordered != ETA_NONE)))
            o->handed = ETA_NONE;
        if (begin_of(o) == ETA_NONE || begin_of(o) > now) {
            rep->later += begin_of(o) == ETA_NONE ? 0 : 1;
            continue;
        }
        if (o->delivered != ETA_NONE && o->delivered < begin_of(o)) {
            rep->backwards++;
            continue;
        }
        ft->obs[kept++] = *o;
    }
    ft->n = kept;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

/* Durations of the delivered, sorted; *n_out of them. */
static int64_t *durations(struct fitting *ft, size_t *n_out)
{
    int64_t *d = arena_array(ft->scratch.arena, ft->n + 1, sizeof(*d));
    size_t n = 0;
    for (size_t i = 0; d != NULL && i < ft->n; i++)
        if (ft->obs[i].delivered != ETA_NONE)
            d[n++] = ft->obs[i].delivered - begin_of(&ft->obs[i]);
    if (d != NULL)
        qsort(d, n, sizeof(*d), by_size);
    *n_out = n;
    return d;
}

/*
 * A file that holds delivered orders only: of its youngest it has only the quick ones. They are left out, as they would make every
 * estimate too quick. Told by the orders younger than a usual delivery: some of them would have to be open.
 */
static enum err drop_truncated(struct fitting *ft, struct eta_fit_report *rep, int64_t *usual)
{
    size_t n, open = 0, young = 0, kept = 0;
    int64_t *d = durations(ft, &n);
    if (d == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", ft->n);
    *usual = n > 0 ? d[n * 8 / 10] : 7 * ETA_DAY_S;
    if (n < 50)
        return OK;
    int64_t half = d[n / 2], nearly_all = d[n * 98 / 100];
    for (size_t i = 0; i < ft->n; i++)
        if (begin_of(&ft->obs[i]) > ft->as_of + ft->obs[i].zone_s - half) {
            young++;
            open += ft->obs[i].delivered == ETA_NONE ? 1 : 0;
        }
    if (young == 0 || open * 10 >= young)
        return OK;
    rep->truncated = true;
    for (size_t i = 0; i < ft->n; i++)
        if (begin_of(&ft->obs[i]) <= ft->as_of + ft->obs[i].zone_s - nearly_all)
            ft->obs[kept++] = ft->obs[i];
    ft->n = kept;
    return OK;
}

static enum err choose_rows(struct fitting *ft, const struct eta_fit_options *opt, struct eta_fit_report *rep, int64_t *usual)
{
    *rep = (struct eta_fit_report){.rows = ft->n};
    ft->as_of = opt->as_of_us != ETA_NONE ? opt->as_of_us / 1000000 : newest(ft->obs, ft->n);
    sort_out(ft, rep);
    enum err e = drop_repeats(ft, rep);
    if (e == OK)
        e = drop_truncated(ft, rep, usual);
    size_t both = 0;
    for (size_t i = 0; i < ft->n; i++) {
        bool delivered = ft->obs[i].delivered != ETA_NONE, handed = ft->obs[i].handed != ETA_NONE;
        rep->delivered += delivered ? 1 : 0;
        rep->handed += handed ? 1 : 0;
        both += delivered && handed ? 1 : 0;
    }
    rep->used = ft->n;
    rep->open = ft->n - rep->delivered;
    rep->as_of_us = ft->as_of * 1000000;
    ft->knows_handed = both * 2 > rep->delivered || (rep->delivered == 0 && rep->handed > 0);
    return e;
}

/* ---- clocks */

static enum err make_clocks(struct fitting *ft, bool delivery, struct eta_clocks *out)
{
    enum { LETTERS = 26 * 26 };
    double(*hours)[168] = arena_array(ft->scratch.arena, LETTERS + 1, sizeof(*hours));
    double *events = arena_array(ft->scratch.arena, LETTERS + 1, sizeof(*events));
    int64_t first = ft->as_of;
    out->list = arena_array(ft->ctx->arena, ETA_CLOCKS_MAX, sizeof(*out->list));
    if (hours == NULL || events == NULL || out->list == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for clocks");
    for (size_t i = 0; i < ft->n; i++) {
        const struct eta_obs *o = &ft->obs[i];
        int64_t t = delivery ? o->delivered : o->handed;
        first = begin_of(o) < first ? begin_of(o) : first;
        if (t == ETA_NONE)
            continue;
        const char *c = delivery ? o->dest : o->origin;
        bool letters = c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z';
        size_t at = letters ? (size_t)(c[0] - 'A') * 26 + (size_t)(c[1] - 'A') : LETTERS;
        eta_clock_count(hours[LETTERS], t);
        if (at != LETTERS) {
            eta_clock_count(hours[at], t);
            events[at] += 1;
        }
    }
    eta_clock_set(&out->list[0], hours[LETTERS], NULL, 20);
    out->n = 1;
    while (out->n < ETA_CLOCKS_MAX) {
        size_t best = LETTERS;
        for (size_t c = 0; c < LETTERS; c++)
            best = events[c] > (best == LETTERS ? 0 : events[best]) ? c : best;
        if (best == LETTERS)
            break;
        struct eta_clock *k = &out->list[out->n++];
        k->country[0] = (char)('A' + best / 26);
        k->country[1] = (char)('A' + best % 26);
        eta_clock_set(k, hours[best], &out->list[0], 300);
        events[best] = 0;
    }
    enum err e = OK;
    int64_t from = first / ETA_DAY_S - 2, days = ft->as_of / ETA_DAY_S + 800 - from;
    for (size_t i = 0; i < out->n && e == OK; i++)
        e = eta_clock_build(ft->ctx, &out->list[i], from, days);
    return e;
}

/* ---- cases */

/* The row as it was known at as_of (UTC seconds); false when the stage says nothing about it. */
static bool case_of(const struct fitting *ft, const struct eta_obs *o, enum eta_stage_id id, int64_t as_of, struct eta_case *out)
{
    int64_t now = as_of + o->zone_s, begin = id == ETA_TRANSIT ? o->handed : o->ordered;
    int64_t end = id == ETA_HANDOVER ? o->handed : o->delivered;
    if (begin == ETA_NONE || begin > now || (id != ETA_TOTAL && !ft->knows_handed))
        return false;
    if (id == ETA_HANDOVER && o->handed == ETA_NONE && o->delivered != ETA_NONE)
        return false; /* it was handed over, but nobody said when */
    *out = (struct eta_case){.obs = o, .event = end != ETA_NONE && end <= now && end >= begin};
    const struct eta_clock *c = id == ETA_HANDOVER ? eta_clock_of(&ft->clocks[0], o->origin) : eta_clock_of(&ft->clocks[1], o->dest);
    double work = eta_clock_at(c, out->event ? end : now) - eta_clock_at(c, begin);
    out->y = log((work > 0 ? work : 0) + eta_shift_of(id));
    return true;
}

/* Every `stride`-th in a fixed, well-mixed order of rows. */
static bool chosen(size_t i, size_t stride)
{
    return stride <= 1 || ((uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 32) % stride == 0;
}

static enum err make_cases(struct fitting *ft, struct ctx *ctx, enum eta_stage_id id, int64_t as_of, size_t stride, struct eta_case **out,
                           size_t *n, size_t *events)
{
    struct eta_case *list = arena_array(ctx->arena, ft->n + 1, sizeof(*list));
    if (list == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", ft->n);
    *n = *events = 0;
    for (size_t i = 0; i < ft->n; i++)
        if (chosen(i, stride) && case_of(ft, &ft->obs[i], id, as_of, &list[*n])) {
            *events += list[*n].event ? 1 : 0;
            (*n)++;
        }
    *out = list;
    return OK;
}

/* What is worth keeping of a fit: groups with an effect and enough rows to mean something. */
static void take_entries(const struct eta_fitted *f, struct eta_entry *list, size_t *n)
{
    for (size_t g = 0; g < f->groups_n; g++) {
        const struct eta_group *gr = &f->groups[g];
        bool tells = fabs(gr->loc) > 1e-4 || fabs(gr->scale) > 1e-4 || fabs(gr->never) > 1e-3;
        if (tells ? gr->n >= 2 || gr->never > 0.05 : gr->n >= 30)
            list[(*n)++] = (struct eta_entry){gr->key, (float)gr->loc, (float)gr->scale, (float)gr->never, gr->n};
    }
}

/* Fits a stage in memory of its own; *list gets room for what it adds. */
static enum err fit_stage(struct fitting *ft, struct ctx *keep, enum eta_stage_id id, int64_t as_of, size_t stride, size_t events_min,
                          struct eta_fitted *out, struct eta_entry **list, size_t *list_n, bool *good)
{
    struct arena *a = arena_new(SCRATCH_MAX);
    struct ctx own;
    struct eta_case *cases = NULL;
    size_t n = 0, events = 0;
    if (a == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory");
    ctx_init(&own, a, ft->ctx->clock, NULL);
    enum err e = make_cases(ft, &own, id, as_of, stride, &cases, &n, &events);
    *good = e == OK && events >= events_min;
    if (*good)
        e = eta_stage_fit(&own, id, cases, n, as_of * 1000000, out);
    if (e == OK && *good) {
        struct eta_entry *more = arena_array(keep->arena, *list_n + out->groups_n + 1, sizeof(*more));
        if (more == NULL)
            e = ERR_MEMORY;
        else {
            if (*list_n > 0)
                memcpy(more, *list, *list_n * sizeof(*more));
            *list = more;
            take_entries(out, more, list_n);
        }
    }
    out->groups = NULL;
    arena_free(a);
    return e == ERR_MEMORY ? ctx_fail(ft->ctx, e, "estimate: no memory for %zu rows", ft->n) : e;
}

/* ---- earlier fits */

static void set_slices(struct fitting *ft, int64_t usual)
{
    int64_t first = ft->as_of;
    for (size_t i = 0; i < ft->n; i++) {
        int64_t b = utc_s(&ft->obs[i], begin_of(&ft->obs[i]));
        first = b < first ? b : first;
    }
    int64_t span = ft->as_of - first, mature = usual < ETA_DAY_S ? ETA_DAY_S : usual, width = span / 10;
    mature = mature > span / 4 ? span / 4 : mature;
    width = width < 2 * ETA_DAY_S ? 2 * ETA_DAY_S : width > 45 * ETA_DAY_S ? 45 * ETA_DAY_S : width;
    for (int k = 0; k < SLICES; k++) {
        ft->slice[k].upto = k == 0 ? ft->as_of : ft->as_of - mature - (k - 1) * width;
        ft->slice[k].from = ft->as_of - mature - k * width;
    }
    ft->slice[0].from = ft->as_of - mature;
}

static size_t stride_for(size_t n, size_t max)
{
    return n <= max ? 1 : (n + max - 1) / max;
}

static enum err fit_slices(struct fitting *ft)
{
    enum err e = OK;
    for (int k = 0; k < SLICES && e == OK; k++) {
        struct slice *sl = &ft->slice[k];
        for (int s = 0; s < ETA_STAGES && e == OK; s++)
            e = fit_stage(ft, &ft->scratch, (enum eta_stage_id)s, sl->from, stride_for(ft->n, SLICE_TRAIN_MAX), SLICE_TRAIN_MIN,
                          &sl->fitted[s], &sl->list, &sl->list_n, &sl->good[s]);
        sl->model = (struct eta_model){.as_of_us = sl->from * 1000000, .clocks = {ft->clocks[0], ft->clocks[1]}};
        for (int s = 0; s < ETA_STAGES; s++) {
            sl->model.stage[s] = sl->fitted[s].stage;
            sl->model.stage[s].base = 0; /* told rows are without it: eta_stage_level adds it */
        }
        if (e == OK)
            e = eta_model_index(&ft->scratch, &sl->model, sl->list, sl->list_n);
    }
    return e;
}

static bool in_slice(const struct slice *sl, const struct eta_obs *o, enum eta_stage_id id)
{
    int64_t begin = utc_s(o, id == ETA_TRANSIT ? o->handed : o->ordered);
    return begin != ETA_NONE && begin > sl->from && begin <= sl->upto;
}

/* The rows of all slices as their earlier fits see them. */
static enum err tell_rows(struct fitting *ft, enum eta_stage_id id, struct told **out, size_t *n)
{
    size_t counts[SLICES] = {0}, total = 0;
    for (size_t i = 0; i < ft->n; i++)
        for (int k = 0; k < SLICES; k++)
            counts[k] += ft->slice[k].good[id] && in_slice(&ft->slice[k], &ft->obs[i], id) ? 1 : 0;
    for (int k = 0; k < SLICES; k++)
        total += counts[k];
    *out = arena_array(ft->scratch.arena, total + 1, sizeof(**out));
    *n = 0;
    if (*out == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", total);
    for (int k = 0; k < SLICES; k++) {
        const struct slice *sl = &ft->slice[k];
        size_t stride = stride_for(counts[k], SLICE_ROWS_MAX);
        for (size_t i = 0; counts[k] >= SLICE_ROWS_MIN && i < ft->n; i++) {
            struct eta_case cs;
            struct eta_point pt;
            struct eta_sum sum;
            const struct eta_obs *o = &ft->obs[i];
            if (!in_slice(sl, o, id) || !chosen(i, stride) || !case_of(ft, o, id, ft->as_of, &cs) ||
                !eta_point_of(o, id, o->handed, ETA_NONE, &pt))
                continue;
            eta_sum_of(&sl->model, id, &pt, &sum);
            double weight = pow(SLICE_FADE, k) * 10000.0 / (double)(counts[k] / stride + 500);
            (*out)[(*n)++] = (struct told){.y = cs.y, .mu = sum.mu, .sigma = sum.sigma, .weight = (float)weight, .slice = (uint8_t)k,
                                           .season = (uint8_t)pt.season, .event = cs.event};
        }
    }
    return OK;
}

static double told_mu(const struct told *t, const struct eta_stage *levels)
{
    return t->mu + levels[t->slice].base + (double)levels[t->slice].season[t->season];
}

/* The shape of the slices' deviations under these levels; those who never come are left out by their probability. */
static void told_shape(const struct fitting *ft, enum eta_stage_id id, const struct told *rows, size_t n, const struct eta_stage *levels,
                       struct eta_shape *out)
{
    double survival[ETA_CELLS], mean[ETA_CELLS], never = 0, weight = 1e-9;
    for (int k = 0; k < SLICES; k++)
        if (ft->slice[k].good[id]) {
            never += ft->slice[k].fitted[id].stage.never;
            weight += 1;
        }
    never /= weight;
    for (size_t i = 0; i < ETA_CELLS; i++)
        survival[i] = 1;
    for (int round = 0; round < 3; round++) {
        struct eta_tail tail = {0};
        eta_tail_add_prior(&tail, SHAPE_DRAW);
        for (size_t i = 0; i < n; i++) {
            double z = (rows[i].y - told_mu(&rows[i], levels)) / rows[i].sigma;
            double s = survival[eta_tail_cell(z)];
            double w = rows[i].event ? 1 : 1 - never / (never + (1 - never) * (s > 1e-9 ? s : 1e-9));
            eta_tail_add(&tail, z, (double)rows[i].weight * w, rows[i].event);
        }
        eta_tail_survival(&tail, survival, mean);
    }
    eta_tail_shape(survival, out);
}

static double pinball(double q, double y, double p)
{
    return y >= q ? p * (y - q) : (1 - p) * (q - y);
}

static double told_loss(const struct told *rows, size_t n, const struct eta_stage *levels, const struct eta_shape *shape, double shift)
{
    static const double P[] = {0.1, 0.5, 0.9};
    double loss = 0, weight = 1e-9, z[3];
    for (size_t k = 0; k < 3; k++)
        z[k] = eta_shape_quantile(shape, P[k]);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].slice == 0 || !rows[i].event)
            continue;
        double mu = told_mu(&rows[i], levels);
        for (size_t k = 0; k < 3; k++)
            loss += (double)rows[i].weight * pinball(exp(mu + rows[i].sigma * z[k]) - shift, exp(rows[i].y) - shift, P[k]);
        weight += (double)rows[i].weight;
    }
    return loss / weight;
}

static void level_slices(const struct fitting *ft, enum eta_stage_id id, double half_weeks, double season, struct eta_stage *levels)
{
    for (int k = 0; k < SLICES; k++) {
        struct eta_fitted f = ft->slice[k].fitted[id];
        if (ft->slice[k].good[id])
            eta_stage_level(&f, ft->slice[k].from * 1000000, half_weeks, season);
        levels[k] = f.stage;
    }
}

/* How the level is followed, whether the season counts, and the shape: what was best for the slices. */
static enum err measure_stage(struct fitting *ft, enum eta_stage_id id)
{
    struct told *rows;
    size_t n;
    enum err e = tell_rows(ft, id, &rows, &n);
    double best = INFINITY;
    struct eta_stage *levels = ctx_alloc(&ft->scratch, SLICES * sizeof(*levels));
    if (e != OK || levels == NULL)
        return e != OK ? e : ERR_MEMORY;
    ft->half_weeks[id] = 16;
    ft->season[id] = 0;
    for (int h = 0; h < LEVELS && n >= SLICE_ROWS_MIN; h++)
        for (int s = 0; s < SEASON_STEPS; s++) {
            struct eta_shape shape;
            level_slices(ft, id, HALF_WEEKS[h], SEASON[s], levels);
            told_shape(ft, id, rows, n, levels, &shape);
            double loss = told_loss(rows, n, levels, &shape, eta_shift_of(id));
            if (!(loss < best * 0.999))
                continue;
            best = loss;
            ft->half_weeks[id] = HALF_WEEKS[h];
            ft->season[id] = SEASON[s];
            ft->shape[id] = shape;
            ft->shaped[id] = true;
        }
    level_slices(ft, id, ft->half_weeks[id], ft->season[id], levels);
    for (int k = 0; k < SLICES; k++) {
        ft->slice[k].model.stage[id] = levels[k];
        ft->slice[k].model.stage[id].shape = ft->shaped[id] ? ft->shape[id] : levels[k].shape;
    }
    return OK;
}

/* ---- which way from the order to the delivery */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static void map_of(double *u, size_t n, float out[ETA_KNOTS])
{
    qsort(u, n, sizeof(*u), by_value);
    for (size_t k = 0; k < ETA_KNOTS; k++) {
        double at = ETA_KNOT_P[k] * (double)(n - 1);
        size_t i = (size_t)at;
        double v = i + 1 < n ? u[i] + (at - (double)i) * (u[i + 1] - u[i]) : u[n - 1];
        v = v < 1e-5 ? 1e-5 : v > 1 - 1e-5 ? 1 - 1e-5 : v;
        out[k] = (float)v;
        if (k > 0 && out[k] <= out[k - 1])
            out[k] = out[k - 1] + 1e-6F;
    }
}

static double estimate_loss(const struct eta_model *m, const struct eta_obs *o)
{
    struct eta_estimate est;
    eta_predict_obs(m, o, false, &est);
    double y = (double)utc_s(o, o->delivered), day = (double)ETA_DAY_S;
    return pinball((double)(est.p10_us / 1000000), y, 0.1) / day + pinball((double)(est.p50_us / 1000000), y, 0.5) / day +
           pinball((double)(est.p90_us / 1000000), y, 0.9) / day;
}

static enum err choose_join(struct fitting *ft, struct eta_model *m)
{
    const struct eta_obs **rows = arena_array(ft->scratch.arena, ft->n + 1, sizeof(*rows));
    uint8_t *slice = arena_array(ft->scratch.arena, ft->n + 1, 1);
    double *u = arena_array(ft->scratch.arena, ft->n + 1, sizeof(*u));
    size_t n = 0, all = 0;
    double best = INFINITY;
    if (rows == NULL || slice == NULL || u == NULL)
        return ctx_fail(ft->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", ft->n);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < ft->n; i++)
            for (int k = 1; k < SLICES; k++) {
                const struct slice *sl = &ft->slice[k];
                if (ft->obs[i].delivered == ETA_NONE || !sl->good[ETA_TOTAL] || !sl->good[ETA_HANDOVER] || !sl->good[ETA_TRANSIT] ||
                    !in_slice(sl, &ft->obs[i], ETA_TOTAL))
                    continue;
                all += pass == 0 ? 1 : 0;
                if (pass == 1 && chosen(i, stride_for(all, JOIN_ROWS_MAX))) {
                    slice[n] = (uint8_t)k;
                    rows[n++] = &ft->obs[i];
                }
            }
    for (int j = 0; j < ETA_JOINS && n >= 100; j++) {
        float map[ETA_KNOTS] = {0};
        double loss = 0;
        for (size_t i = 0; i < n && j != ETA_JOIN_DIRECT; i++)
            u[i] = eta_total_cdf(&ft->slice[slice[i]].model, rows[i], (enum eta_join)j, rows[i]->delivered);
        if (j != ETA_JOIN_DIRECT)
            map_of(u, n, map);
        for (size_t i = 0; i < n; i++) {
            struct eta_model *sm = &ft->slice[slice[i]].model;
            sm->join = (enum eta_join)j;
            memcpy(sm->join_map, map, sizeof(map));
            loss += estimate_loss(sm, rows[i]);
        }
        if (loss < best * 0.997) {
            best = loss;
            m->join = (enum eta_join)j;
            memcpy(m->join_map, map, sizeof(map));
        }
    }
    return OK;
}

/* ---- all of it */

static enum err fit_last(struct fitting *ft, struct eta_model *m)
{
    struct eta_entry *list = NULL;
    size_t list_n = 0;
    enum err e = OK;
    for (int s = 0; s < ETA_STAGES && e == OK; s++) {
        struct eta_fitted f = {0};
        bool good;
        e = fit_stage(ft, &ft->scratch, (enum eta_stage_id)s, ft->as_of, 1, 0, &f, &list, &list_n, &good);
        if (e != OK)
            break;
        eta_stage_level(&f, ft->as_of * 1000000, ft->half_weeks[s], ft->season[s]);
        m->stage[s] = f.stage;
        if (ft->shaped[s])
            m->stage[s].shape = ft->shape[s];
    }
    return e == OK ? eta_model_index(ft->ctx, m, list, list_n) : e;
}

static enum err fit_all(struct fitting *ft, const struct eta_fit_options *opt, struct eta_fit_report *rep, struct eta_model *m)
{
    int64_t usual = 0;
    enum err e = choose_rows(ft, opt, rep, &usual);
    if (e == OK)
        e = make_clocks(ft, false, &ft->clocks[0]);
    if (e == OK)
        e = make_clocks(ft, true, &ft->clocks[1]);
    if (e != OK)
        return e;
    *m = (struct eta_model){.as_of_us = rep->as_of_us, .parcels = ft->n, .dates_only = opt->dates_only,
                            .clocks = {ft->clocks[0], ft->clocks[1]}};
    set_slices(ft, usual);
    e = fit_slices(ft);
    for (int s = 0; s < ETA_STAGES && e == OK; s++)
        e = measure_stage(ft, (enum eta_stage_id)s);
    if (e == OK)
        e = choose_join(ft, m);
    return e == OK ? fit_last(ft, m) : e;
}

enum err eta_fit(struct ctx *ctx, struct eta_obs *obs, size_t n, const struct eta_fit_options *opt, struct eta_fit_report *report,
                 struct eta_model **out)
{
    struct eta_model *m = ctx_alloc(ctx, sizeof(*m));
    struct fitting *ft = ctx_alloc(ctx, sizeof(*ft));
    struct arena *scratch = arena_new(SCRATCH_MAX);
    enum err e = ERR_MEMORY;
    if (n > ETA_ROWS_MAX)
        e = ctx_fail(ctx, ERR_LIMIT, "history: over %zu rows", ETA_ROWS_MAX);
    else if (m != NULL && ft != NULL && scratch != NULL) {
        *ft = (struct fitting){.ctx = ctx, .obs = obs, .n = n};
        ctx_init(&ft->scratch, scratch, ctx->clock, NULL);
        e = fit_all(ft, opt, report, m);
        if (e == OK)
            e = eta_model_seal(ctx, &m);
    }
    arena_free(scratch);
    if (e == OK)
        *out = m;
    return e;
}
