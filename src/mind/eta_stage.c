/*
 * One stage's fit. The logarithm of the working time is a sum of effects of groups (eta_term.def), each drawn towards zero, which
 * is what its coarser groups say, by as much as its size and the differences between groups of its kind deserve (empirical
 * Bayes): partial pooling, no switches. Rows that are still open enter with what they are expected to become, given how long
 * they are open already; a row open for longer than nearly all others counts as never coming, by its probability. The spread and
 * the rate of never arriving are products of effects of fewer groups, in the same way.
 */
#include <math.h>

#include "mind/eta_int.h"

#define SWEEPS_FIRST 3      /* events alone */
#define ROUNDS 4            /* then: open rows filled in, effects, spread */
#define SWEEPS_ROUND 2
#define NEVER_SWEEPS 4
#define GROUPS_MAX ((size_t)2 << 20)
#define BASE_DRAW 10.0      /* parcels' worth of the assumed time */
#define SPREAD_DRAW 20.0    /* of the assumed spread */
#define ASSUMED_SPREAD 0.5
#define SCALE_DRAW 60.0     /* a group's spread: parcels' worth of its coarser groups */
#define NEVER_DRAW 4.0      /* a group's never: losses' worth */
#define ASSUMED_NEVER 0.01
#define NEVER_BASE_DRAW 100.0
#define HALF_YEAR_WEEKS 52.0 /* a row's weight halves in this time */
#define CUT 4.0             /* deviations beyond this count as this */

struct fit {
    struct ctx *ctx;
    enum eta_stage_id id;
    const struct eta_case *cases;
    size_t n, terms;
    size_t term[ETA_TERMS];    /* of this stage */
    size_t first[ETA_TERMS + 1]; /* groups of each */
    uint32_t *index;           /* [term][row]: its group */
    double *offset, *loc, *log_scale, *fill, *weight, *recent, *never; /* by row; fill: y, or what it is expected to become */
    struct eta_group *groups;
    size_t groups_n;
    double base, sigma, never_base;
    double survival[ETA_CELLS], mean[ETA_CELLS];
};

/* ---- groups */

static enum err make_rows(struct fit *f, int64_t as_of_us)
{
    double **arrays[] = {&f->offset, &f->loc, &f->log_scale, &f->fill, &f->weight, &f->recent, &f->never};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        *arrays[i] = arena_array(f->ctx->arena, f->n + 1, sizeof(double));
        if (*arrays[i] == NULL)
            return ctx_fail(f->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", f->n);
    }
    for (size_t t = 0; t < ETA_TERMS; t++)
        if ((ETA_TERM_TABLE[t].stages >> f->id & 1) != 0)
            f->term[f->terms++] = t;
    f->index = arena_array(f->ctx->arena, f->terms * f->n + 1, sizeof(uint32_t));
    (void)as_of_us;
    return f->index == NULL ? ctx_fail(f->ctx, ERR_MEMORY, "estimate: no memory for %zu rows", f->n) : OK;
}

struct table {
    uint64_t *keys;
    uint32_t *group;
    size_t mask;
};

static uint32_t group_of(struct fit *f, struct table *tb, uint64_t key)
{
    size_t i = (size_t)key & tb->mask;
    while (tb->keys[i] != 0 && tb->keys[i] != key)
        i = (i + 1) & tb->mask;
    if (tb->keys[i] == 0) {
        if (f->groups_n >= GROUPS_MAX)
            return 0;
        tb->keys[i] = key;
        tb->group[i] = (uint32_t)f->groups_n;
        f->groups[f->groups_n++].key = key;
    }
    return tb->group[i];
}

/* Term by term, so that a term's groups stand together; group 0 is nobody's and stays without effect. */
static enum err make_groups(struct fit *f, int64_t as_of_us)
{
    size_t slots = 1024, max = f->n * f->terms + 1;
    max = max < GROUPS_MAX ? max : GROUPS_MAX;
    while (slots < max * 2 && slots < 2 * GROUPS_MAX)
        slots *= 2;
    struct table tb = {arena_array(f->ctx->arena, slots, sizeof(uint64_t)), arena_array(f->ctx->arena, slots, sizeof(uint32_t)), slots - 1};
    struct eta_point *pts = arena_array(f->ctx->arena, f->n + 1, sizeof(*pts));
    f->groups = arena_array(f->ctx->arena, max + 1, sizeof(*f->groups));
    if (tb.keys == NULL || tb.group == NULL || pts == NULL || f->groups == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "estimate: no memory for groups");
    for (size_t i = 0; i < f->n; i++) {
        int64_t as_of = as_of_us / 1000000 + f->cases[i].obs->zone_s;
        if (!eta_point_of(f->cases[i].obs, f->id, f->cases[i].obs->handed, as_of, &pts[i]))
            pts[i] = (struct eta_point){0};
        f->offset[i] = pts[i].offset;
        f->recent[i] = exp2(-(double)(pts[i].begin < as_of ? as_of - pts[i].begin : 0) / (7 * 86400 * HALF_YEAR_WEEKS));
    }
    f->groups_n = 1;
    for (size_t t = 0; t < f->terms; t++) {
        f->first[t] = f->groups_n;
        for (size_t i = 0; i < f->n; i++)
            f->index[t * f->n + i] = group_of(f, &tb, eta_key(f->id, f->term[t], pts[i].atom));
    }
    f->first[f->terms] = f->groups_n;
    for (size_t t = 0; t < f->terms; t++)
        for (size_t i = 0; i < f->n; i++)
            f->groups[f->index[t * f->n + i]].n += f->cases[i].event ? 1 : 0;
    f->groups[0] = (struct eta_group){0};
    return OK;
}

/* ---- location */

static double cut(double r, double at)
{
    return r > at ? at : r < -at ? -at : r;
}

static double row_sigma(const struct fit *f, size_t i)
{
    return f->sigma * exp(f->log_scale[i]);
}

/* How much a group's mean is drawn: the residual variance over the variance between the groups, in parcels. */
static double draw_of(const struct fit *f, size_t t, double variance)
{
    double weight = 0, squares = 0, q = 0, groups = 0;
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++) {
        const struct eta_group *gr = &f->groups[g];
        if (gr->weight <= 0)
            continue;
        double m = gr->sum / gr->weight + gr->loc;
        weight += gr->weight;
        squares += gr->weight * gr->weight;
        q += gr->weight * m * m;
        groups += 1;
    }
    double room = weight > 0 ? weight - squares / weight : 0;
    if (groups < 2 || room <= 0)
        return INFINITY;
    double between = (q - groups * variance) / room;
    double k = between > 0 ? variance / between : INFINITY;
    return k < 4 ? 4 : k;
}

static void sweep_term(struct fit *f, size_t t, double variance)
{
    const uint32_t *index = f->index + t * f->n;
    double at = CUT * f->sigma;
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++)
        f->groups[g].sum = f->groups[g].weight = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct eta_group *gr = &f->groups[index[i]];
        gr->sum += f->weight[i] * cut(f->fill[i] - f->loc[i], at);
        gr->weight += f->weight[i];
    }
    double k = draw_of(f, t, variance);
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++) {
        struct eta_group *gr = &f->groups[g];
        double old = gr->loc, mean = gr->weight > 0 ? gr->sum / gr->weight + old : 0;
        gr->loc = isinf(k) ? 0 : mean * gr->weight / (gr->weight + k);
        gr->sum = gr->loc - old;
    }
    f->groups[0].sum = 0;
    for (size_t i = 0; i < f->n; i++)
        f->loc[i] += f->groups[index[i]].sum;
}

static void sweep_base(struct fit *f)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < f->n; i++) {
        sum += f->weight[i] * cut(f->fill[i] - f->loc[i], CUT * f->sigma);
        weight += f->weight[i];
    }
    double mean = (sum + (weight > 0 ? f->base * weight : 0)) / (weight + BASE_DRAW) - f->base;
    f->base += mean;
    for (size_t i = 0; i < f->n; i++)
        f->loc[i] += mean;
}

/* The residual variance; with `keep` the spread stays as it is. */
static double spread_of(const struct fit *f)
{
    double sum = SPREAD_DRAW * ASSUMED_SPREAD * ASSUMED_SPREAD, weight = SPREAD_DRAW;
    for (size_t i = 0; i < f->n; i++) {
        if (!f->cases[i].event)
            continue;
        double r = cut(f->fill[i] - f->loc[i], CUT * f->sigma) / exp(f->log_scale[i]);
        sum += f->recent[i] * r * r;
        weight += f->recent[i];
    }
    return sqrt(sum / weight);
}

static void sweep(struct fit *f, int times)
{
    for (int s = 0; s < times; s++) {
        sweep_base(f);
        f->sigma = spread_of(f);
        for (size_t t = 0; t < f->terms; t++)
            if ((ETA_TERM_TABLE[f->term[t]].uses & ETA_LOC) != 0)
                sweep_term(f, t, f->sigma * f->sigma);
    }
    f->sigma = spread_of(f);
}

/* ---- open rows */

static double never_given(const struct fit *f, size_t i, double survival)
{
    double never = f->never_base * exp(f->never[i]);
    never = never > 0.9 ? 0.9 : never;
    return never / (never + (1 - never) * (survival > 1e-9 ? survival : 1e-9));
}

static void measure_shape(struct fit *f)
{
    struct eta_tail tail = {0};
    eta_tail_add_prior(&tail, 1);
    for (size_t i = 0; i < f->n; i++) {
        double z = (f->cases[i].y - f->loc[i]) / row_sigma(f, i);
        bool event = f->cases[i].event;
        double w = event ? 1 : 1 - never_given(f, i, f->survival[eta_tail_cell(z)]);
        eta_tail_add(&tail, z, f->recent[i] * w, event);
    }
    eta_tail_survival(&tail, f->survival, f->mean);
}

static void fill_open(struct fit *f)
{
    for (size_t i = 0; i < f->n; i++) {
        double sigma = row_sigma(f, i), precision = exp(-2 * f->log_scale[i]);
        precision = precision > 4 ? 4 : precision < 0.25 ? 0.25 : precision;
        f->fill[i] = f->cases[i].y;
        f->weight[i] = f->recent[i] * precision;
        if (f->cases[i].event)
            continue;
        double z = (f->cases[i].y - f->loc[i]) / sigma;
        size_t cell = eta_tail_cell(z);
        f->fill[i] = f->loc[i] + sigma * (f->mean[cell] > z ? f->mean[cell] : z);
        f->weight[i] *= 1 - never_given(f, i, f->survival[cell]);
    }
}

/* ---- spread */

static void sweep_scale(struct fit *f, size_t t)
{
    const uint32_t *index = f->index + t * f->n;
    double usual = f->sigma * 0.7;
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++)
        f->groups[g].sum = f->groups[g].weight = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (!f->cases[i].event)
            continue;
        struct eta_group *gr = &f->groups[index[i]];
        double r = fabs(f->fill[i] - f->loc[i]);
        gr->sum += f->recent[i] * (r < CUT * f->sigma ? r : CUT * f->sigma);
        gr->weight += f->recent[i] * exp(f->log_scale[i]) * usual;
    }
    double sum = 0, weight = 1e-9;
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++) {
        sum += f->groups[g].sum;
        weight += f->groups[g].weight;
    }
    double mean = sum / weight; /* the whole term's: the overall spread has its own place */
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++) {
        struct eta_group *gr = &f->groups[g];
        double change = log((gr->sum + SCALE_DRAW * usual * mean) / ((gr->weight + SCALE_DRAW * usual) * (mean > 1e-9 ? mean : 1e-9)));
        double next = cut(gr->scale + change, 1.5);
        gr->sum = sum > 0 ? next - gr->scale : 0;
        gr->scale += gr->sum;
    }
    f->groups[0].sum = f->groups[0].scale = 0;
    for (size_t i = 0; i < f->n; i++)
        f->log_scale[i] += f->groups[index[i]].sum;
}

static void fit_scale(struct fit *f)
{
    for (int s = 0; s < 2; s++)
        for (size_t t = 0; t < f->terms; t++)
            if ((ETA_TERM_TABLE[f->term[t]].uses & ETA_SCALE) != 0)
                sweep_scale(f, t);
    f->sigma = spread_of(f);
}

/* ---- never */

static double never_row(const struct fit *f, size_t i)
{
    if (f->cases[i].event)
        return 0;
    double z = (f->cases[i].y - f->loc[i]) / row_sigma(f, i);
    return never_given(f, i, f->survival[eta_tail_cell(z)]);
}

static void sweep_never(struct fit *f, size_t t)
{
    const uint32_t *index = f->index + t * f->n;
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++)
        f->groups[g].sum = f->groups[g].weight = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct eta_group *gr = &f->groups[index[i]];
        gr->sum += f->recent[i] * never_row(f, i);
        gr->weight += f->recent[i] * f->never_base * exp(f->never[i]);
    }
    for (size_t g = f->first[t]; g < f->first[t + 1]; g++) {
        struct eta_group *gr = &f->groups[g];
        double next = cut(gr->never + log((gr->sum + NEVER_DRAW) / (gr->weight + NEVER_DRAW)), 3);
        gr->sum = next - gr->never;
        gr->never = next;
    }
    f->groups[0].sum = f->groups[0].never = 0;
    for (size_t i = 0; i < f->n; i++)
        f->never[i] += f->groups[index[i]].sum;
}

static void fit_never(struct fit *f)
{
    for (int s = 0; s < NEVER_SWEEPS; s++) {
        double sum = NEVER_BASE_DRAW * ASSUMED_NEVER, expected = NEVER_BASE_DRAW * f->never_base;
        for (size_t i = 0; i < f->n; i++) {
            sum += f->recent[i] * never_row(f, i);
            expected += f->recent[i] * f->never_base * exp(f->never[i]);
        }
        f->never_base *= sum / expected;
        for (size_t t = 0; t < f->terms; t++)
            if ((ETA_TERM_TABLE[f->term[t]].uses & ETA_NEVER) != 0)
                sweep_never(f, t);
    }
}

/* ---- all of it */

static void fit_rows(struct fit *f)
{
    for (size_t i = 0; i < f->n; i++) {
        f->loc[i] = f->offset[i];
        f->fill[i] = f->cases[i].y;
        f->weight[i] = f->cases[i].event ? f->recent[i] : 0;
    }
    f->sigma = 2 * ASSUMED_SPREAD;
    f->never_base = ASSUMED_NEVER;
    sweep(f, SWEEPS_FIRST);
    for (size_t i = 0; i < ETA_CELLS; i++)
        f->survival[i] = 1; /* of the first round: nobody is given up */
    measure_shape(f);
    for (int r = 0; r < ROUNDS; r++) {
        fit_never(f);
        measure_shape(f);
        fill_open(f);
        sweep(f, SWEEPS_ROUND);
        fit_scale(f);
        measure_shape(f);
    }
    fit_never(f);
    measure_shape(f);
}

/* What each week adds, and how many of its rows tell so. */
static void take_levels(struct fit *f, struct eta_fitted *out)
{
    for (size_t w = 0; w <= ETA_WEEKS_MAX; w++) {
        uint64_t atom[ETA_ATOMS] = {0};
        atom[ETA_WEEK] = w;
        uint64_t key = eta_key(f->id, ETA_TERM_WEEK, atom);
        for (size_t g = f->first[0]; g < f->first[1]; g++)
            if (f->groups[g].key == key) {
                out->level[w] = f->groups[g].loc;
                out->level_n[w] = (double)f->groups[g].n;
            }
    }
}

enum err eta_stage_fit(struct ctx *ctx, enum eta_stage_id id, const struct eta_case *cases, size_t n, int64_t as_of_us,
                       struct eta_fitted *out)
{
    struct fit *f = ctx_alloc(ctx, sizeof(*f));
    if (f == NULL)
        return ERR_MEMORY;
    *f = (struct fit){.ctx = ctx, .id = id, .cases = cases, .n = n};
    enum err e = make_rows(f, as_of_us);
    if (e == OK)
        e = make_groups(f, as_of_us);
    if (e != OK)
        return e;
    *out = (struct eta_fitted){0};
    fit_rows(f);
    take_levels(f, out);
    for (size_t i = 0; i < n; i++)
        out->stage.n += cases[i].event ? 1 : 0;
    out->stage.base = f->base;
    out->stage.sigma = f->sigma;
    out->stage.shift = eta_shift_of(id);
    out->stage.never = f->never_base;
    struct eta_tail tail = {0};
    eta_tail_add_prior(&tail, SPREAD_DRAW);
    for (size_t i = 0; i < n; i++) {
        double z = (cases[i].y - f->loc[i]) / row_sigma(f, i);
        double w = cases[i].event ? 1 : 1 - never_row(f, i);
        eta_tail_add(&tail, z, f->recent[i] * w, cases[i].event);
    }
    eta_tail_survival(&tail, f->survival, f->mean);
    eta_tail_shape(f->survival, &out->stage.shape);
    for (size_t g = f->first[0]; g < f->first[1]; g++)
        f->groups[g].loc = 0; /* the weeks go into the level, see eta_stage_level */
    out->groups = f->groups + 1;
    out->groups_n = f->groups_n - 1;
    return OK;
}

void eta_stage_level(struct eta_fitted *f, int64_t as_of_us, double half_weeks, double much)
{
    enum { AROUND = 13 };
    double season[ETA_SEASONS] = {0}, seen[ETA_SEASONS] = {0}, sum = 0, weight = 0;
    int64_t today = as_of_us / 86400000000;
    size_t weeks = 0;
    for (size_t w = 0; w < ETA_WEEKS_MAX; w++)
        weeks = f->level_n[w] > 0 ? w + 1 : weeks;
    for (size_t w = AROUND; much > 0 && w + AROUND < weeks; w++) {
        double mid = 0;
        for (size_t i = w - AROUND; i <= w + AROUND; i++)
            mid += f->level[i] / (2 * AROUND + 1);
        size_t s = (size_t)(((today - 7 * (int64_t)w - 3) % 365 + 365) % 365 / 7);
        for (size_t d = 0; d < 3; d++) { /* a season is not told by one week */
            size_t at = (s + d + ETA_SEASONS - 1) % ETA_SEASONS;
            season[at] += f->level[w] - mid;
            seen[at] += 1;
        }
    }
    for (size_t s = 0; s < ETA_SEASONS; s++)
        f->stage.season[s] = (float)(seen[s] > 0 ? much * season[s] / (seen[s] + 1) : 0);
    for (size_t w = 0; w < weeks; w++) {
        size_t s = (size_t)(((today - 7 * (int64_t)w - 3) % 365 + 365) % 365 / 7);
        double n = f->level_n[w], k = exp2(-(double)w / half_weeks) * n / (n + 20);
        sum += k * (f->level[w] - (double)f->stage.season[s % ETA_SEASONS]);
        weight += k;
    }
    f->stage.base += weight > 0 ? sum / weight : 0;
}
