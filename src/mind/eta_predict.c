/*
 * From effects to figures. A stage's distribution is its shape, moved and widened by the effects, on the working-time clock. From
 * the order on there are two ways to the delivery: the total's own distribution, or hand-over and transit joined: nine times of
 * hand-over of equal chance, each followed by the transit from then on. Which of them counts, or the middle of both, was measured
 * when the model was fitted.
 */
#include <math.h>
#include <stdio.h>

#include "mind/eta_int.h"
#include "mind/eta_prefix.h"

#define BRANCHES 9
#define STEPS 18        /* halvings on the working-time clock, then a straight line */
#define GROUP_ENOUGH 30
#define YEARS_AHEAD_S (INT64_C(4) * 366 * 86400)

struct dist {
    const struct eta_clock *clock;
    const struct eta_shape *shape;
    double from, mu, sigma, shift; /* from: the clock at the begin */
    int64_t begin;
};

/* The total seen from the order: its own distribution, and the branches. */
struct joined {
    enum eta_join join;
    struct dist own, branch[BRANCHES];
    const float *map;
};

const struct eta_entry *eta_find(const struct eta_model *m, uint64_t key)
{
    size_t mask = m->slots - 1, i = (size_t)key & mask;
    while (m->entries[i].key != 0) {
        if (m->entries[i].key == key)
            return &m->entries[i];
        i = (i + 1) & mask;
    }
    return NULL;
}

void eta_sum_of(const struct eta_model *m, enum eta_stage_id id, const struct eta_point *pt, struct eta_sum *out)
{
    const struct eta_stage *st = &m->stage[id];
    double loc = 0, scale = 0, never = 0;
    for (size_t t = 0; t < ETA_TERMS; t++) {
        if ((ETA_TERM_TABLE[t].stages >> id & 1) == 0)
            continue;
        const struct eta_entry *en = eta_find(m, eta_key(id, t, pt->atom));
        if (en == NULL)
            continue;
        loc += (double)en->loc;
        scale += (double)en->scale;
        never += (double)en->never;
    }
    out->mu = st->base + pt->offset + (double)st->season[pt->season] + loc;
    out->sigma = st->sigma * exp(scale > 1.5 ? 1.5 : scale < -1.5 ? -1.5 : scale);
    out->never = st->never * exp(never);
    out->never = out->never > 0.9 ? 0.9 : out->never;
}

static bool dist_of(const struct eta_model *m, enum eta_stage_id id, const struct eta_obs *o, int64_t handed, struct dist *out, double *never)
{
    struct eta_point pt;
    struct eta_sum sum;
    if (!eta_point_of(o, id, handed, ETA_NONE, &pt))
        return false;
    eta_sum_of(m, id, &pt, &sum);
    bool handover = id == ETA_HANDOVER;
    const struct eta_clock *clock = eta_clock_of(&m->clocks[handover ? 0 : 1], handover ? o->origin : o->dest);
    *out = (struct dist){clock, &m->stage[id].shape, eta_clock_at(clock, pt.begin), sum.mu, sum.sigma, m->stage[id].shift, pt.begin};
    if (never != NULL)
        *never = sum.never;
    return true;
}

static double dist_cdf(const struct dist *d, int64_t t)
{
    if (t <= d->begin)
        return 0;
    double work = eta_clock_at(d->clock, t) - d->from;
    return eta_shape_cdf(d->shape, (log((work > 0 ? work : 0) + d->shift) - d->mu) / d->sigma);
}

static double dist_work(const struct dist *d, double p)
{
    double w = exp(d->mu + d->sigma * eta_shape_quantile(d->shape, p)) - d->shift;
    double most = (double)YEARS_AHEAD_S / (double)ETA_DAY_S;
    return !(w > 0) ? 0 : w < most ? w : most;
}

static int64_t dist_when(const struct dist *d, double p)
{
    int64_t t = eta_clock_when(d->clock, d->from + dist_work(d, p));
    return t < d->begin ? d->begin : t;
}

/* ---- from the order on */

/* not_before: what is known is that nothing was handed over until then. */
static bool joined_of(const struct eta_model *m, const struct eta_obs *o, enum eta_join join, int64_t not_before, struct joined *out,
                      double *never)
{
    struct dist handover;
    out->join = join;
    out->map = m->join_map;
    if (!dist_of(m, ETA_TOTAL, o, ETA_NONE, &out->own, never))
        return false;
    if (join == ETA_JOIN_DIRECT)
        return true;
    if (!dist_of(m, ETA_HANDOVER, o, ETA_NONE, &handover, NULL))
        return false;
    double gone = dist_cdf(&handover, not_before);
    for (int i = 0; i < BRANCHES; i++) {
        double p = gone + (1 - gone) * ((double)i + 0.5) / BRANCHES;
        if (!dist_of(m, ETA_TRANSIT, o, dist_when(&handover, p), &out->branch[i], NULL))
            return false;
    }
    return true;
}

static double joined_raw(const struct joined *j, int64_t t)
{
    double own = j->join == ETA_JOIN_SUM ? 0 : dist_cdf(&j->own, t), sum = 0;
    if (j->join == ETA_JOIN_DIRECT)
        return own;
    for (int i = 0; i < BRANCHES; i++)
        sum += dist_cdf(&j->branch[i], t) / BRANCHES;
    return j->join == ETA_JOIN_SUM ? sum : (own + sum) / 2;
}

double eta_total_cdf(const struct eta_model *m, const struct eta_obs *o, enum eta_join join, int64_t t)
{
    struct joined j;
    return joined_of(m, o, join, ETA_NONE, &j, NULL) ? joined_raw(&j, t) : 0;
}

/* join_map[k] is the raw share at which ETA_KNOT_P[k] of the deliveries really had come. */
static double map_raw(const struct joined *j, double p)
{
    if (j->join == ETA_JOIN_DIRECT)
        return p;
    size_t k = 0;
    while (k < ETA_KNOTS && ETA_KNOT_P[k] < p)
        k++;
    double p0 = k == 0 ? 0 : ETA_KNOT_P[k - 1], p1 = k == ETA_KNOTS ? 1 : ETA_KNOT_P[k];
    double r0 = k == 0 ? 0 : (double)j->map[k - 1], r1 = k == ETA_KNOTS ? 1 : (double)j->map[k];
    return r0 + (r1 - r0) * (p1 > p0 ? (p - p0) / (p1 - p0) : 1);
}

static double joined_cdf(const struct joined *j, int64_t t)
{
    double raw = joined_raw(j, t);
    if (j->join == ETA_JOIN_DIRECT)
        return raw;
    size_t k = 0;
    while (k < ETA_KNOTS && (double)j->map[k] < raw)
        k++;
    double p0 = k == 0 ? 0 : ETA_KNOT_P[k - 1], p1 = k == ETA_KNOTS ? 1 : ETA_KNOT_P[k];
    double r0 = k == 0 ? 0 : (double)j->map[k - 1], r1 = k == ETA_KNOTS ? 1 : (double)j->map[k];
    return p0 + (p1 - p0) * (r1 > r0 ? (raw - r0) / (r1 - r0) : 1);
}

static int64_t joined_when(const struct joined *j, double p)
{
    double raw = map_raw(j, p);
    const struct eta_clock *clock = j->own.clock;
    if (j->join == ETA_JOIN_DIRECT)
        return dist_when(&j->own, raw);
    double lo = j->own.from, hi = j->join == ETA_JOIN_MEAN ? lo + dist_work(&j->own, raw) : lo;
    for (int i = 0; i < BRANCHES; i++) {
        double end = j->branch[i].from + dist_work(&j->branch[i], raw);
        hi = end > hi ? end : hi;
    }
    for (int i = 0; i < STEPS && hi - lo > 1.0 / 1440; i++) {
        double mid = (lo + hi) / 2;
        if (joined_raw(j, eta_clock_when(clock, mid)) < raw)
            lo = mid;
        else
            hi = mid;
    }
    int64_t t = eta_clock_when(clock, hi);
    return t < j->own.begin ? j->own.begin : t;
}

/* ---- which group to name */

struct group_kind {
    enum eta_term_id term;
    bool carrier, service;
    int place; /* 0 none, 1 countries, 2 to 4: prefixes of that level less one, 5: destination's first prefix */
};
static const struct group_kind GROUP_KINDS[] = {
    {ETA_TERM_CS_LANE2, true, true, 3}, {ETA_TERM_CS_LANE1, true, true, 2},       {ETA_TERM_LANE2, false, false, 3},
    {ETA_TERM_CS_DEST1, true, true, 5}, {ETA_TERM_LANE1, false, false, 2},        {ETA_TERM_CS_COUNTRIES, true, true, 1},
    {ETA_TERM_DEST1, false, false, 5},  {ETA_TERM_CARRIER_SERVICE, true, true, 0}, {ETA_TERM_CARRIER, true, false, 0},
    {ETA_TERM_COUNTRIES, false, false, 1},
};

static void add_text(char *out, size_t *n, struct str s)
{
    for (size_t i = 0; i < s.n && *n + 1 < ETA_GROUP_MAX; i++) {
        unsigned char c = (unsigned char)s.p[i];
        out[(*n)++] = c < ' ' || c == 0x7f || c == ' ' ? '_' : s.p[i];
    }
    while (*n > 0 && str_utf8_prefix((struct str){out, *n}) < *n)
        (*n)--; /* a letter that was cut */
    out[*n] = '\0';
}

static void add_label(char *out, size_t *n, const char *label)
{
    if (*n > 0 && *n + 1 < ETA_GROUP_MAX)
        out[(*n)++] = ' ';
    add_text(out, n, str_of(label));
}

static void add_word(char *out, size_t *n, const char *label, struct str word)
{
    word = str_sub(str_trim(word), 0, 48);
    if (str_empty(word))
        return;
    add_label(out, n, label);
    add_text(out, n, word);
}

static void add_place(char *out, size_t *n, struct str country, struct str code, int level)
{
    char text[ETA_WORD_MAX + 1];
    size_t length = level < 0 ? 0 : eta_prefix(country, code, (size_t)level, text);
    country = str_trim(country);
    add_text(out, n, country.n == 2 ? country : STR("?"));
    if (length > 0) {
        add_text(out, n, STR("-"));
        add_text(out, n, (struct str){text, length});
    }
}

static void name_group(const struct group_kind *k, const struct eta_row *row, char out[ETA_GROUP_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    if (k->carrier)
        add_word(out, &n, "carrier=", row->carrier);
    if (k->service)
        add_word(out, &n, "service=", row->service);
    if (k->place == 0)
        return;
    add_label(out, &n, k->place == 5 ? "to=" : "lane=");
    if (k->place != 5) {
        add_place(out, &n, row->origin_country, row->origin_postal, k->place - 2);
        add_text(out, &n, STR(">"));
    }
    add_place(out, &n, row->dest_country, row->dest_postal, k->place == 5 ? 0 : k->place - 2);
}

static void find_group(const struct eta_model *m, enum eta_stage_id id, const struct eta_obs *o, const struct eta_row *row,
                       struct eta_estimate *out)
{
    uint64_t atom[ETA_ATOMS] = {0};
    memcpy(atom, o->atom, sizeof(o->atom));
    for (size_t i = 0; i < sizeof(GROUP_KINDS) / sizeof(GROUP_KINDS[0]); i++) {
        const struct group_kind *k = &GROUP_KINDS[i];
        if ((k->carrier && str_empty(str_trim(row->carrier))) || (k->place >= 2 && str_empty(str_trim(row->dest_postal))))
            continue;
        const struct eta_entry *en = eta_find(m, eta_key(id, k->term, atom));
        if (en == NULL || en->n < GROUP_ENOUGH)
            continue;
        name_group(k, row, out->group);
        out->n = en->n;
        return;
    }
    double n = m->stage[id].n;
    snprintf(out->group, sizeof(out->group), "%s", n > 0 ? "all" : "prior");
    out->n = (uint32_t)n;
}

/* ---- the estimate */

static int64_t utc(const struct eta_obs *o, int64_t wall)
{
    return (wall - o->zone_s) * INT64_C(1000000);
}

static void give_chances(const struct eta_obs *o, double never, double gone, double at_promise, struct eta_estimate *out)
{
    double open = 1 - gone;
    out->never = never / (never + (1 - never) * (open > 1e-9 ? open : 1e-9));
    double in_time = at_promise > gone && open > 1e-9 ? (at_promise - gone) / open : 0;
    out->late = o->promised == ETA_NONE ? -1 : (1 - out->never) * (1 - (in_time > 1 ? 1 : in_time));
}

static void predict_transit(const struct eta_model *m, const struct eta_obs *o, int64_t now, struct eta_estimate *out)
{
    struct dist d;
    double never = 0;
    if (!dist_of(m, ETA_TRANSIT, o, o->handed, &d, &never))
        return;
    double gone = dist_cdf(&d, now);
    gone = gone > 0.9999 ? 0.9999 : gone;
    out->known = true;
    out->p10_us = utc(o, dist_when(&d, gone + 0.1 * (1 - gone)));
    out->p50_us = utc(o, dist_when(&d, gone + 0.5 * (1 - gone)));
    out->p90_us = utc(o, dist_when(&d, gone + 0.9 * (1 - gone)));
    give_chances(o, never, gone, o->promised == ETA_NONE ? 0 : dist_cdf(&d, o->promised), out);
}

static void predict_total(const struct eta_model *m, const struct eta_obs *o, int64_t now, struct eta_estimate *out)
{
    struct joined j;
    struct dist handover;
    double never = 0;
    if (!joined_of(m, o, m->join, now, &j, &never))
        return;
    double gone = now <= o->ordered ? 0 : joined_cdf(&j, now);
    gone = gone > 0.9999 ? 0.9999 : gone;
    out->known = true;
    out->p10_us = utc(o, joined_when(&j, gone + 0.1 * (1 - gone)));
    out->p50_us = utc(o, joined_when(&j, gone + 0.5 * (1 - gone)));
    out->p90_us = utc(o, joined_when(&j, gone + 0.9 * (1 - gone)));
    give_chances(o, never, gone, o->promised == ETA_NONE ? 0 : joined_cdf(&j, o->promised), out);
    if (m->stage[ETA_HANDOVER].n > 0 && dist_of(m, ETA_HANDOVER, o, ETA_NONE, &handover, NULL)) {
        gone = dist_cdf(&handover, now);
        out->handed_p50_us = utc(o, dist_when(&handover, gone + 0.5 * (1 - gone)));
    }
}

static const struct eta_estimate NOTHING = {.p10_us = ETA_NONE, .p50_us = ETA_NONE, .p90_us = ETA_NONE, .late = -1,
                                            .handed_p50_us = ETA_NONE};

void eta_predict_obs(const struct eta_model *m, const struct eta_obs *o, bool transit, struct eta_estimate *out)
{
    *out = NOTHING;
    if (transit && o->handed != ETA_NONE)
        predict_transit(m, o, o->handed, out);
    else if (!transit && o->ordered != ETA_NONE)
        predict_total(m, o, o->ordered, out);
}

void eta_predict(const struct eta_model *m, const struct eta_row *row, int64_t now_us, struct eta_estimate *out)
{
    struct eta_obs o;
    *out = NOTHING;
    eta_obs_of(row, &o);
    int64_t now = now_us == ETA_NONE ? ETA_NONE : now_us / INT64_C(1000000) + o.zone_s;
    if (now == ETA_NONE)
        now = o.handed != ETA_NONE ? o.handed : o.ordered;
    bool transit = o.handed != ETA_NONE && o.handed <= now;
    if (transit)
        predict_transit(m, &o, now, out);
    else if (o.ordered != ETA_NONE)
        predict_total(m, &o, now, out);
    if (out->known)
        find_group(m, transit ? ETA_TRANSIT : ETA_TOTAL, &o, row, out);
    else
        snprintf(out->group, sizeof(out->group), "none");
}
