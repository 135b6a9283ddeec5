/*
 * diagnose: each parcel by the parcel rules, then the order by the order rules and its worst parcel
 * (order.c). The next look is the earliest time at which a rule above the one that holds would
 * hold, or at which the one that holds says it may end.
 */
#include "base/zone.h"
#include "mind/eta_case.h"
#include "mind/rules.h"

const struct rule RULES[] = {
#define RULE(CLASS, lvl, fn_, when_, look_) {DIAG_##CLASS, LEVEL_##lvl, fn_, when_, look_},
#include "mind/rules.def"
#undef RULE
};
const size_t RULES_N = sizeof(RULES) / sizeof(RULES[0]);

int64_t earlier(int64_t a, int64_t b)
{
    if (a == 0 || b == 0)
        return a == 0 ? b : a;
    return a < b ? a : b;
}

int64_t after_business(const struct look *lk, int64_t start_us, int n)
{
    int64_t t = 0;
    return calendar_add_business(&lk->cal, lk->zone, start_us, n, &t) == OK ? t : 0;
}

int64_t after_hours(const struct look *lk, int64_t start_us, int hours)
{
    int64_t t = after_business(lk, start_us, hours / 24);
    if (t == 0 || hours % 24 == 0)
        return t;
    return after_business(lk, t + hours % 24 * US_PER_H, 0); /* never ends on a day off */
}

int64_t end_of_day(struct str zone, int64_t at_us)
{
    int32_t off = 0;
    int64_t end = 0;
    if (zone_offset(zone, at_us, &off) != OK)
        return at_us + US_PER_DAY;
    int64_t day = civil_day(at_us + off * US_PER_S);
    return zone_to_utc(zone, (day + 1) * US_PER_DAY, &end) == OK ? end - 1 : at_us + US_PER_DAY;
}

int64_t silent_from(struct look *lk)
{
    if (lk->silent_us < 0)
        lk->silent_us =
            lk->move == NULL ? 0 : after_hours(lk, lk->move->at_us, lk->lim.silent_hours);
    return lk->silent_us;
}

void evidence_add(struct diagnosis *d, const char *what, struct fact_ref ref, int64_t at_us,
                  struct str detail)
{
    for (size_t i = 0; i < d->evidence_n; i++)
        if (d->evidence[i].at_us == at_us && strcmp(d->evidence[i].what, what) == 0 &&
            str_eq(d->evidence[i].detail, detail))
            return;
    if (d->evidence_n < EVIDENCE_MAX)
        d->evidence[d->evidence_n++] = (struct evidence){what, ref, at_us, detail};
}

bool run_rules(struct look *lk, enum rule_level level)
{
    struct diagnosis *d = lk->out;
    int64_t look = 0;
    enum diag_class would_be = DIAG_CLASS_COUNT;
    for (size_t i = 0; i < RULES_N; i++) {
        const struct rule *r = &RULES[i];
        int64_t since = 0;
        if (r->level != level)
            continue;
        d->severity = diag_class_severity(r->cls);
        d->next_look_us = 0;
        if (r->fn(lk, &since)) {
            d->cls = r->cls;
            d->since_us = since;
            bool own_end = d->next_look_us != 0 && (look == 0 || d->next_look_us <= look);
            d->next_look_us = earlier(look, d->next_look_us);
            d->next_cls = own_end ? DIAG_CLASS_COUNT : would_be;
            return true;
        }
        if (since > lk->now_us && (look == 0 || since < look)) {
            look = since;
            would_be = r->cls;
        }
    }
    d->next_look_us = look;
    d->next_cls = would_be;
    return false;
}

/* ---- one parcel */

static const struct parcel_scan *scan_at(const struct parcel *pcl, int i)
{
    return i < 0 ? NULL : &pcl->scans[i];
}

static struct str carrier_of(const struct order_case *cas, const struct parcel *pcl,
                             const struct parcel_scan *last)
{
    if (last != NULL && last->carrier < (int)pcl->carriers_n)
        return pcl->carriers[last->carrier];
    const struct case_fulfillment *f = fulfillment_of(cas, pcl);
    for (size_t j = 0; f != NULL && j < f->parcels_n; j++)
        if (str_eq(f->parcels[j].tracking_number, pcl->number) && !str_empty(f->parcels[j].carrier))
            return f->parcels[j].carrier;
    return pcl->carriers_n > 0 ? pcl->carriers[0] : STR_NULL;
}

/* Where the carrier had it last: the newest place that names a country, else the merchant's home.
 */
static const struct parcel_scan *last_placed(const struct look *lk)
{
    int last = lk->v->last_move >= 0 ? lk->v->last_move : lk->v->last;
    for (int i = last; i >= (int)lk->v->from; i--)
        if (!str_empty(lk->pcl->scans[i].place.country))
            return &lk->pcl->scans[i];
    return NULL;
}

/* Silence is counted in the working days of the carrier where the parcel is (C9). */
static bool works_saturday(struct str carrier, struct str country)
{
    static const struct {
        struct str carrier, country;
    } WEEKS[] = {
#define CARRIER_SATURDAY(carrier, country, source)                                                 \
    {{carrier, sizeof(carrier) - 1}, {country, sizeof(country) - 1}},
#include "mind/carrier_week.def"
#undef CARRIER_SATURDAY
    };
    for (size_t i = 0; i < sizeof(WEEKS) / sizeof(WEEKS[0]); i++)
        if (str_eq(carrier, WEEKS[i].carrier) && str_eq(country, WEEKS[i].country))
            return true;
    return false;
}

static void set_place(struct look *lk, struct str carrier)
{
    bool exact;
    const struct parcel_scan *at = last_placed(lk);
    lk->cal = (struct calendar){.country = lk->p->home_country};
    lk->zone = lk->p->home_zone;
    if (at != NULL) {
        lk->cal = (struct calendar){.country = at->place.country, .region = at->place.region};
        lk->zone = zone_of_place(at->place.country, at->place.region, &exact);
    }
    lk->cal.saturday_works = works_saturday(carrier, lk->cal.country);
    incidents_rest(lk, carrier, lk->cal.region);
    lk->dest = case_destination(lk->cas);
    if (str_empty(lk->dest.country))
        lk->dest = (struct place){.country = lk->pcl->dest_country};
    lk->dest_zone = str_empty(lk->dest.country)
                        ? lk->zone
                        : zone_of_place(lk->dest.country, lk->dest.region, &exact);
}

/* When a label was first known: the storefront's fulfillment, the carrier's word, whichever is
 * earlier; else when we heard of it. */
static int64_t label_known(const struct look *lk)
{
    const struct parcel_scan *label = scan_at(lk->pcl, lk->v->label);
    const struct case_fulfillment *f = fulfillment_of(lk->cas, lk->pcl);
    int64_t ful = f == NULL ? 0 : fulfillment_sent_us(f);
    if (label != NULL)
        return earlier(label->at_us, ful);
    if (ful != 0)
        return ful;
    for (size_t i = 0; i < lk->cas->links_n; i++)
        if (str_eq(lk->cas->links[i].tracking_number, lk->pcl->number))
            return lk->cas->links[i].learned_us;
    return lk->cas->first_us != 0 ? lk->cas->first_us : lk->pcl->fresh_us;
}

/* Limits are those of the time when the matter began, so that the end of a season changes nothing
 * that began in it. */
static void set_limits(struct look *lk, struct str carrier)
{
    const struct parcel_scan *first = scan_at(lk->pcl, lk->v->first_move);
    int64_t began = first != NULL ? first->at_us : lk->label_us,
            moved = lk->move != NULL ? lk->move->at_us : lk->label_us;
    limits_for(lk->p, carrier, lk->pcl->service, lk->dest.country, began, &lk->lim_way);
    lk->lim = lk->lim_way;
    if (moved != began && lk->p->rules_n > 0)
        limits_for(lk->p, carrier, lk->pcl->service, lk->dest.country, moved, &lk->lim);
    lk->out->limits = lk->lim;
    lk->out->limits.transit_days = lk->lim_way.transit_days;
    lk->out->limits.slow_percent = lk->lim_way.slow_percent;
    lk->out->limits.late_grace_hours = lk->lim_way.late_grace_hours;
}

/* Silence is noted beside any class that still waits for scans (R58), and looked at when it begins.
 */
static void note_silence(struct look *lk)
{
    static const bool WAITS[DIAG_CLASS_COUNT] = {
        [DIAG_ON_TRACK] = true,
        [DIAG_SLOW] = true,
        [DIAG_LATE] = true,
        [DIAG_STUCK] = true,
        [DIAG_PRESUMED_LOST] = true,
        [DIAG_ATTEMPT_FAILED] = true,
        [DIAG_ADDRESS_PROBLEM] = true,
        [DIAG_CUSTOMS_HOLD] = true,
        [DIAG_RETURNING] = true,
        [DIAG_OUT_FOR_DELIVERY] = true,
    };
    struct diagnosis *d = lk->out;
    int64_t since = WAITS[d->cls] ? silent_from(lk) : 0;
    if (since == 0)
        return;
    d->flag_not_updated = d->stale = lk->now_us >= since;
    if (!d->stale && earlier(d->next_look_us, since) != d->next_look_us) {
        d->next_look_us = since;
        d->next_cls = DIAG_CLASS_COUNT; /* a note is added, the class stays */
    }
}

static void diagnose_parcel(struct look *lk, struct parcel_diagnosis *pd)
{
    const struct parcel *pcl = pd->parcel;
    const struct parcel_link *link = parcel_find_link(pcl, lk->cas->order_no);
    struct diagnosis *d = &pd->d;
    parcel_view_make(pcl, link == NULL ? 0 : link->since_us, &pd->view);
    lk->pcl = pcl;
    lk->v = &pd->view;
    lk->out = d;
    lk->scan = scan_at(pcl, pd->view.status_scan);
    lk->move = scan_at(pcl, pd->view.last_move);
    lk->silent_us = -1;
    pd->carrier = carrier_of(lk->cas, pcl, scan_at(pcl, pd->view.last));
    lk->carrier = pd->carrier;
    set_place(lk, pd->carrier);
    lk->label_us = label_known(lk);
    set_limits(lk, pd->carrier);
    set_figures(lk);
    eta_case_estimate(lk->ctx, lk->cas, pcl, pd->carrier, lk->p, lk->now_us, &d->fig);
    (void)run_rules(lk, LEVEL_PARCEL); /* the last one always holds */
    note_silence(lk);
    incidents_tell(lk, pd->carrier);
    /* an expected time that passes changes the words */
    if (d->fig.expected_us != 0 &&
        earlier(d->next_look_us, d->fig.expected_us + 1) != d->next_look_us) {
        d->next_look_us = d->fig.expected_us + 1;
        d->next_cls = DIAG_CLASS_COUNT;
    }
}

/* A first leg that was handed on says no more than the leg that follows: its silence is no trouble.
 * It keeps its carrier, whose page knows its number. */
static void quiet_first_legs(struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        for (size_t j = 0; j < cd->parcels_n && !str_empty(cd->parcels[i].parcel->next_number);
             j++) {
            struct parcel_diagnosis *a = &cd->parcels[i], *b = &cd->parcels[j];
            if (i == j || !str_eq(a->parcel->next_number, b->parcel->number) ||
                b->view.last_move < 0)
                continue;
            a->d = b->d;
        }
}

enum err diagnose(struct ctx *ctx, const struct order_case *cas, const struct promises *p,
                  int64_t now_us, struct case_diagnosis *out)
{
    struct look lk = {.ctx = ctx, .cas = cas, .p = p, .now_us = now_us, .cd = out};
    *out = (struct case_diagnosis){.waiting_cls = DIAG_CLASS_COUNT};
    out->parcels = ctx_alloc(ctx, (cas->parcels_n + 1) * sizeof(*out->parcels));
    if (out->parcels == NULL)
        return ERR_MEMORY;
    out->parcels_n = cas->parcels_n;
    for (size_t i = 0; i < cas->parcels_n; i++) {
        out->parcels[i].parcel = cas->parcels[i];
        diagnose_parcel(&lk, &out->parcels[i]);
    }
    quiet_first_legs(out);
    return diagnose_order(&lk);
}
