/*
 * diagnose: each parcel by the parcel rules, then the order by the order rules and its worst parcel. The next look is the
 * earliest time at which a rule above the one that holds would hold, or at which the one that holds says it may end.
 */
#include "base/zone.h"
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

int64_t end_of_day(struct str zone, int64_t at_us)
{
    int32_t off = 0;
    int64_t end = 0;
    if (zone_offset(zone, at_us, &off) != OK)
        return at_us + US_PER_DAY;
    int64_t day = civil_day(at_us + off * US_PER_S);
    return zone_to_utc(zone, (day + 1) * US_PER_DAY, &end) == OK ? end - 1 : at_us + US_PER_DAY;
}

void evidence_add(struct diagnosis *d, const char *what, struct fact_ref ref, int64_t at_us, struct str detail)
{
    for (size_t i = 0; i < d->evidence_n; i++)
        if (d->evidence[i].what == what && d->evidence[i].at_us == at_us && str_eq(d->evidence[i].detail, detail))
            return;
    if (d->evidence_n < EVIDENCE_MAX)
        d->evidence[d->evidence_n++] = (struct evidence){what, ref, at_us, detail};
}

/* Tries the rules of a level; the first that holds decides. False: none held. */
static bool run_rules(struct look *lk, enum rule_level level)
{
    struct diagnosis *d = lk->out;
    int64_t look = 0;
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
            d->next_look_us = earlier(look, d->next_look_us);
            return true;
        }
        if (since > lk->now_us)
            look = earlier(look, since);
    }
    d->next_look_us = look;
    return false;
}

/* ---- one parcel */

static const struct parcel_scan *scan_at(const struct parcel *pcl, int i)
{
    return i < 0 ? NULL : &pcl->scans[i];
}

static struct str dest_country(const struct order_case *cas, const struct parcel *pcl)
{
    struct place dest = case_destination(cas);
    return str_empty(dest.country) ? pcl->dest_country : dest.country;
}

static struct str carrier_of(const struct order_case *cas, const struct parcel *pcl, const struct parcel_scan *last)
{
    if (last != NULL && last->carrier < (int)pcl->carriers_n)
        return pcl->carriers[last->carrier];
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0; j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, pcl->number) &&
                !str_empty(cas->fulfillments[i].parcels[j].carrier))
                return cas->fulfillments[i].parcels[j].carrier;
    return pcl->carriers_n > 0 ? pcl->carriers[0] : STR_NULL;
}

static int64_t fulfilled_at(const struct order_case *cas, const struct parcel *pcl)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0; j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, pcl->number))
                return cas->fulfillments[i].created_us != 0 ? cas->fulfillments[i].created_us : cas->fulfillments[i].ver.changed_us;
    return 0;
}

static void set_place(struct look *lk, const struct parcel_scan *last)
{
    bool exact;
    struct place dest = case_destination(lk->cas);
    struct str country = last != NULL && !str_empty(last->place.country) ? last->place.country : lk->p->home_country;
    struct str region = last != NULL ? last->place.region : STR_NULL;
    lk->zone = zone_of_place(country, region, &exact);
    lk->dest_zone = zone_of_place(dest_country(lk->cas, lk->pcl), dest.region, &exact);
    if (str_empty(dest_country(lk->cas, lk->pcl)))
        lk->dest_zone = lk->zone;
    lk->cal = (struct calendar){.country = country, .region = region};
}

/* The promise: the storefront's date, else the carrier's first estimate, else hand-over and the usual time. */
static void set_promise(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct order_view *v = order_anchor(lk->cas);
    struct place dest = case_destination(lk->cas);
    struct str country = dest_country(lk->cas, lk->pcl);
    struct when w;
    if (v != NULL && !str_empty(v->promised_at) && when_parse(v->promised_at, &w) == OK) {
        fig->promised_us = estimate_instant(&w, country, dest.region);
        fig->promise_from = "storefront";
    } else if (lk->pcl->first_estimate.told_us != 0) {
        fig->promised_us = estimate_instant(&lk->pcl->first_estimate.when, country, dest.region);
        fig->promise_from = "carrier";
    } else if (lk->v->first_move >= 0) {
        fig->promised_us = end_of_day(lk->dest_zone, after_business(lk, lk->pcl->scans[lk->v->first_move].at_us, lk->lim.transit_days));
        fig->promise_from = "rule";
    }
}

/* What is expected now: the carrier's last word, else the promise; never a time that has passed (B8). */
static void set_expected(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    struct place dest = case_destination(lk->cas);
    const struct parcel_estimate *est = &lk->pcl->estimate;
    int64_t t = est->told_us == 0 ? 0 : estimate_instant(&est->when, dest_country(lk->cas, lk->pcl), dest.region);
    fig->expected_day_only = est->told_us != 0 && est->when.kind == WHEN_DATE;
    if (est->told_us != 0 && est->when.kind != WHEN_DATE && (est->when.has_local ? est->when.local_us : t) % US_PER_DAY == 0)
        fig->expected_day_only = true; /* midnight is a date in disguise */
    bool known = fig->promise_from != NULL && fig->promise_from[0] != 'r';
    if (t <= lk->now_us && fig->promised_us > lk->now_us && known) {
        t = fig->promised_us;
        fig->expected_day_only = true;
    }
    fig->expected_us = t > lk->now_us ? t : 0;
    if (lk->v->status == PARCEL_DELIVERED || lk->v->status >= PARCEL_RETURNING)
        fig->expected_us = 0;
}

static void set_figures(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct parcel *pcl = lk->pcl;
    const struct parcel_scan *last = scan_at(pcl, lk->v->last), *del = scan_at(pcl, lk->v->delivered);
    const struct parcel_scan *attempt = scan_at(pcl, lk->v->last_attempt);
    fig->status = lk->v->status;
    fig->reason = lk->v->reason;
    fig->attempts = lk->v->attempts;
    fig->label_us = lk->label_us;
    if (last != NULL) {
        fig->last_scan_us = last->at_us;
        fig->last_local_us = last->local_us;
        fig->last_estimated = (last->flags & SCAN_ESTIMATED) != 0;
        fig->last_place = last->place;
        evidence_add(lk->out, "last_scan", last->ref, last->at_us, last->code);
    }
    if (lk->v->first_move >= 0)
        fig->hand_over_us = pcl->scans[lk->v->first_move].at_us;
    if (del != NULL && lk->v->status == PARCEL_DELIVERED) {
        fig->delivered_us = del->at_us;
        fig->delivered_local_us = del->local_us;
    }
    if (attempt != NULL)
        fig->attempt_us = attempt->at_us;
    set_promise(lk);
    set_expected(lk);
    if (lk->move != NULL && lk->now_us > lk->move->at_us)
        fig->silent_hours = (int)((lk->now_us - lk->move->at_us) / US_PER_H);
    if (fig->promised_us != 0 && lk->now_us > fig->promised_us)
        fig->late_days = (int)((lk->now_us - fig->promised_us) / US_PER_DAY) + 1;
}

/* Silence is noted beside any class that still waits for scans (R58), and looked at again when it begins. */
static void note_silence(struct look *lk)
{
    struct diagnosis *d = lk->out;
    bool waits = d->cls == DIAG_ON_TRACK || d->cls == DIAG_SLOW || d->cls == DIAG_LATE || d->cls == DIAG_STUCK ||
                 d->cls == DIAG_PRESUMED_LOST || d->cls == DIAG_ATTEMPT_FAILED || d->cls == DIAG_ADDRESS_PROBLEM ||
                 d->cls == DIAG_CUSTOMS_HOLD;
    int64_t since = 0;
    if (!waits || lk->move == NULL)
        return;
    struct diagnosis scratch = *d;
    struct look probe = *lk;
    probe.out = &scratch;
    d->flag_not_updated = d->stale = rule_stuck(&probe, &since);
    if (!d->stale && since > lk->now_us)
        d->next_look_us = earlier(d->next_look_us, since);
}

static void diagnose_parcel(struct look *lk, struct parcel_diagnosis *pd)
{
    const struct parcel *pcl = pd->parcel;
    const struct parcel_link *link = parcel_find_link(pcl, lk->cas->order_no);
    parcel_view_make(pcl, link == NULL ? 0 : link->since_us, &pd->view);
    lk->pcl = pcl;
    lk->v = &pd->view;
    lk->out = &pd->d;
    lk->scan = scan_at(pcl, pd->view.status_scan);
    lk->move = scan_at(pcl, pd->view.last_move);
    const struct parcel_scan *last = scan_at(pcl, pd->view.last), *label = scan_at(pcl, pd->view.label);
    pd->carrier = carrier_of(lk->cas, pcl, last);
    limits_for(lk->p, pd->carrier, pcl->service, dest_country(lk->cas, pcl), lk->now_us, &lk->lim);
    set_place(lk, lk->move != NULL ? lk->move : last);
    int64_t ful = fulfilled_at(lk->cas, pcl);
    lk->label_us = label != NULL && (ful == 0 || label->at_us < ful) ? label->at_us : ful;
    if (lk->label_us == 0)
        lk->label_us = pcl->fresh_us != 0 ? pcl->fresh_us : lk->cas->first_us;
    set_figures(lk);
    if (!run_rules(lk, LEVEL_PARCEL))
        pd->d.cls = DIAG_ON_TRACK;
    note_silence(lk);
    /* an expected time that passes changes the words */
    if (pd->d.fig.expected_us != 0)
        pd->d.next_look_us = earlier(pd->d.next_look_us, pd->d.fig.expected_us + 1);
}

/* ---- the order */

static enum err set_items(struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    struct case_diagnosis *cd = lk->cd;
    cd->items = ctx_alloc(lk->ctx, ((v == NULL ? 0 : v->items_n) + 1) * sizeof(*cd->items));
    if (cd->items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; v != NULL && i < v->items_n; i++) {
        const struct case_item *it = &v->items[i];
        struct item_state *is = &cd->items[cd->items_n++];
        is->item = it;
        is->shipped = case_quantity_in_fulfillments(lk->cas, case_item_key(it), FUL_SHIPPED);
        if (is->shipped > it->quantity)
            is->shipped = it->quantity;
        is->waiting = it->ships ? it->quantity - is->shipped : 0;
        lk->waiting += is->waiting;
    }
    return OK;
}

static bool shipped_untracked(const struct order_case *cas)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        if (fulfillment_is_live(&cas->fulfillments[i]) && cas->fulfillments[i].state == FUL_SHIPPED)
            return true;
    return false;
}

static const struct parcel_diagnosis *worst_parcel(const struct case_diagnosis *cd)
{
    const struct parcel_diagnosis *w = NULL;
    for (size_t i = 0; i < cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &cd->parcels[i];
        if (pd->d.cls == DIAG_CANCELLED && cd->parcels_n > 1)
            continue;
        /* of equals the one that is not there yet speaks */
        if (w == NULL || pd->d.severity > w->d.severity || (pd->d.severity == w->d.severity && w->d.cls == DIAG_DELIVERED))
            w = pd;
    }
    return w;
}

/* A first leg that was handed on says no more than the leg that follows: its silence is no trouble. */
static void quiet_first_legs(struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        for (size_t j = 0; j < cd->parcels_n; j++) {
            struct parcel_diagnosis *a = &cd->parcels[i], *b = &cd->parcels[j];
            if (i == j || str_empty(a->parcel->next_number) || !str_eq(a->parcel->next_number, b->parcel->number) ||
                b->view.last_move < 0)
                continue;
            a->d.cls = b->d.cls;
            a->d.severity = b->d.severity;
            a->d.since_us = b->d.since_us;
            a->d.next_look_us = b->d.next_look_us;
            a->d.fig = b->d.fig;
            a->d.flag_not_updated = b->d.flag_not_updated;
            a->d.stale = b->d.stale;
            a->carrier = b->carrier;
        }
}

/* Shipped without a number: on its way until the usual time has passed (B50). */
static void diagnose_untracked(struct look *lk)
{
    struct diagnosis *d = lk->out;
    int64_t sent = 0;
    for (size_t i = 0; i < lk->cas->fulfillments_n; i++)
        if (lk->cas->fulfillments[i].state == FUL_SHIPPED && lk->cas->fulfillments[i].created_us > sent)
            sent = lk->cas->fulfillments[i].created_us;
    d->fig.hand_over_us = sent;
    d->fig.promised_us = sent == 0 ? 0 : end_of_day(lk->zone, after_business(lk, sent, lk->lim.transit_days));
    d->fig.promise_from = "rule";
    bool late = d->fig.promised_us != 0 && lk->now_us > d->fig.promised_us;
    d->cls = late ? DIAG_LATE : DIAG_ON_TRACK;
    d->severity = diag_class_severity(d->cls);
    d->since_us = late ? d->fig.promised_us + 1 : sent;
    d->next_look_us = late || d->fig.promised_us == 0 ? 0 : d->fig.promised_us + 1;
    d->fig.expected_us = late ? 0 : d->fig.promised_us;
    d->fig.expected_day_only = true;
}

static void order_from_worst(struct look *lk)
{
    struct diagnosis *d = lk->out;
    struct str conflict = d->conflict;
    int64_t look = d->next_look_us;
    struct evidence kept[EVIDENCE_MAX];
    size_t kept_n = d->evidence_n;
    memcpy(kept, d->evidence, sizeof(kept));
    *d = lk->worst->d;
    d->conflict = conflict;
    for (size_t i = 0; i < kept_n; i++)
        evidence_add(d, kept[i].what, kept[i].ref, kept[i].at_us, kept[i].detail);
    d->next_look_us = earlier(look, lk->worst->d.next_look_us);
}

static void diagnose_order(struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    struct case_diagnosis *cd = lk->cd;
    struct diagnosis *d = &cd->order;
    lk->out = d;
    lk->pcl = NULL;
    lk->cal = (struct calendar){.country = lk->p->home_country, .extra_off = lk->p->extra_off, .extra_off_n = lk->p->extra_off_n};
    lk->zone = lk->p->home_zone;
    limits_for(lk->p, STR_NULL, v == NULL ? STR_NULL : v->service, case_destination(lk->cas).country, lk->now_us, &lk->lim);
    lk->worst = worst_parcel(cd);
    lk->any_left = cd->parcels_n > 0 || shipped_untracked(lk->cas);
    lk->all_there = cd->parcels_n > 0 && lk->waiting == 0;
    for (size_t i = 0; i < cd->parcels_n; i++)
        lk->all_there = lk->all_there && cd->parcels[i].d.cls == DIAG_DELIVERED;
    if (v != NULL)
        evidence_add(d, "order", v->ver.ref, v->ver.changed_us != 0 ? v->ver.changed_us : v->placed_us, v->name);
    bool decided = run_rules(lk, LEVEL_ORDER);
    /* trouble of a parcel outranks what the order alone would say */
    bool alone = decided && (d->cls == DIAG_REFUNDED || d->cls == DIAG_CANCELLED || d->cls == DIAG_DATA_CONFLICT);
    if (lk->worst != NULL && !alone && (!decided || lk->worst->d.severity > d->severity)) {
        order_from_worst(lk);
    } else if (decided && lk->worst != NULL && d->fig.last_scan_us == 0) {
        int64_t ships_by = d->fig.ships_by_us, restock = d->fig.restock_us, pre = d->fig.preorder_us;
        d->fig = lk->worst->d.fig;
        d->fig.ships_by_us = ships_by;
        d->fig.restock_us = restock;
        d->fig.preorder_us = pre;
    } else if (!decided && lk->worst == NULL) {
        diagnose_untracked(lk);
    }
    cd->next_look_us = d->next_look_us;
    for (size_t i = 0; i < cd->parcels_n; i++)
        cd->next_look_us = earlier(cd->next_look_us, cd->parcels[i].d.next_look_us);
    d->next_look_us = cd->next_look_us;
}

enum err diagnose(struct ctx *ctx, const struct order_case *cas, const struct promises *p, int64_t now_us, struct case_diagnosis *out)
{
    struct look lk = {.ctx = ctx, .cas = cas, .p = p, .now_us = now_us, .cd = out};
    memset(out, 0, sizeof(*out));
    out->parcels = ctx_alloc(ctx, (cas->parcels_n + 1) * sizeof(*out->parcels));
    if (out->parcels == NULL)
        return ERR_MEMORY;
    out->parcels_n = cas->parcels_n;
    for (size_t i = 0; i < cas->parcels_n; i++) {
        out->parcels[i].parcel = cas->parcels[i];
        diagnose_parcel(&lk, &out->parcels[i]);
    }
    quiet_first_legs(out);
    enum err e = set_items(&lk);
    if (e == OK)
        diagnose_order(&lk);
    return e;
}
