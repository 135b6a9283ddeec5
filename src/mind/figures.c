/*
 * The figures of a parcel that rules and words share: its last movement, what was promised, what is
 * expected now. Days of the future are days in the recipient's zone and end with their last
 * microsecond; an estimate that has passed is none (B8).
 */
#include "base/zone.h"
#include "mind/rules.h"

/* The wall clock that a vendor's time shows where it is meant: its own when given, else the
 * destination's. */
static int64_t wall_of(const struct look *lk, const struct when *w)
{
    int32_t off = 0;
    if (w->kind != WHEN_UTC || w->has_local)
        return w->local_us;
    if (w->utc_us % US_PER_DAY != 0 && zone_offset(lk->dest_zone, w->utc_us, &off) == OK)
        return w->utc_us + off * US_PER_S;
    return w->utc_us;
}

int64_t day_or_instant(const struct look *lk, const struct when *w, bool *day_only)
{
    int64_t end = 0;
    *day_only = false;
    if (w->kind == WHEN_NONE)
        return 0;
    int64_t wall = wall_of(lk, w), day = civil_day(wall), of_day = wall - day * US_PER_DAY;
    /* midnight and the day's last minute stand for the day (facts of the vendors: most estimates
     * are days) */
    *day_only = w->kind == WHEN_DATE || of_day == 0 || of_day >= US_PER_DAY - US_PER_MIN;
    if (!*day_only)
        return estimate_instant(w, lk->dest.country, lk->dest.region);
    return zone_to_utc(lk->dest_zone, (day + 1) * US_PER_DAY, &end) == OK
               ? end - 1
               : (day + 1) * US_PER_DAY - 1;
}

int64_t text_instant(const struct look *lk, struct str s)
{
    struct when w;
    bool day_only;
    return str_empty(s) || when_parse(s, &w) != OK ? 0 : day_or_instant(lk, &w, &day_only);
}

const struct case_fulfillment *fulfillment_of(const struct order_case *cas,
                                              const struct parcel *pcl)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0;
             fulfillment_is_live(&cas->fulfillments[i]) && j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, pcl->number))
                return &cas->fulfillments[i];
    return NULL;
}

int64_t fulfillment_sent_us(const struct case_fulfillment *f)
{
    if (f->created_us != 0)
        return f->created_us;
    return f->ver.changed_us != 0 ? f->ver.changed_us : f->ver.learned_us;
}

/* A promise is kept until the end of its day, though it names an hour. */
static int64_t day_end(const struct look *lk, const struct when *w)
{
    bool day_only;
    int64_t t = day_or_instant(lk, w, &day_only);
    return t == 0 || day_only ? t : end_of_day(lk->dest_zone, t);
}

int64_t promised_day(const struct look *lk, struct str s)
{
    struct when w;
    return str_empty(s) || when_parse(s, &w) != OK ? 0 : day_end(lk, &w);
}

/* The promise: the storefront's date, else the carrier's first estimate, else the fulfillment's,
 * else the usual time. */
static void set_promise(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct order_view *v = order_anchor(lk->cas);
    const struct case_fulfillment *f;
    fig->promised_us = v == NULL ? 0 : promised_day(lk, v->promised_at);
    fig->promise_from = "storefront";
    if (fig->promised_us != 0) {
        evidence_add(lk->out, "promise", v->ver.ref, v->ver.changed_us, v->promised_at);
        return;
    }
    if (lk->pcl->first_estimate.told_us != 0) {
        fig->promised_us = day_end(lk, &lk->pcl->first_estimate.when);
        fig->promise_from = "carrier";
        evidence_add(lk->out, "promise", (struct fact_ref){0, 0}, lk->pcl->first_estimate.told_us,
                     STR("carrier's first estimate"));
    } else if ((f = fulfillment_of(lk->cas, lk->pcl)) != NULL &&
               !str_empty(f->estimated_delivery)) {
        fig->promised_us = promised_day(lk, f->estimated_delivery);
        evidence_add(lk->out, "promise", f->ver.ref, f->ver.changed_us, f->estimated_delivery);
    }
    if (fig->promised_us == 0 && lk->v->first_move >= 0) {
        int64_t t =
            after_business(lk, lk->pcl->scans[lk->v->first_move].at_us, lk->lim_way.transit_days);
        fig->promised_us = t == 0 ? 0 : end_of_day(lk->dest_zone, t);
        fig->promise_from = "rule";
    }
    if (fig->promised_us == 0)
        fig->promise_from = NULL;
}

/* What is expected now: the carrier's last word, else a promise that somebody made; never a time
 * that has passed. */
static void set_expected(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct parcel_estimate *est = &lk->pcl->estimate;
    bool over = lk->v->status == PARCEL_DELIVERED || lk->v->status == PARCEL_RETURNING ||
                lk->v->status == PARCEL_RETURNED || lk->v->status == PARCEL_LOST ||
                lk->v->status == PARCEL_CANCELLED || lk->v->status == PARCEL_AVAILABLE_FOR_PICKUP;
    bool promised = fig->promise_from != NULL && fig->promise_from[0] != 'r';
    int64_t t = 0;
    if (over)
        return;
    if (est->told_us != 0)
        t = day_or_instant(lk, &est->when, &fig->expected_day_only);
    if (t > lk->now_us)
        evidence_add(lk->out, "estimate", (struct fact_ref){0, 0}, est->told_us,
                     STR("carrier's last estimate"));
    if (t <= lk->now_us && promised && fig->promised_us > lk->now_us) {
        t = fig->promised_us;
        fig->expected_day_only = true;
    }
    fig->expected_us = t > lk->now_us ? t : 0;
}

static void set_last_scan(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct parcel_scan *last = lk->move;
    if (last == NULL && lk->v->last >= 0)
        last = &lk->pcl->scans[lk->v->last];
    if (last == NULL)
        return;
    fig->last_scan_us = last->at_us;
    fig->last_local_us = last->local_us;
    fig->last_estimated = (last->flags & SCAN_ESTIMATED) != 0;
    fig->last_day_only = (last->flags & SCAN_DATE_ONLY) != 0;
    fig->last_place = last->place;
    evidence_add(lk->out, last == lk->move ? "last_scan" : "label", last->ref, last->at_us,
                 last->code);
}

void set_figures(struct look *lk)
{
    struct diag_figures *fig = &lk->out->fig;
    const struct parcel_scan *scans = lk->pcl->scans;
    const struct parcel_view *v = lk->v;
    fig->status = v->status;
    fig->reason = v->reason;
    fig->attempts = v->attempts;
    fig->label_us = lk->label_us;
    set_last_scan(lk);
    if (v->first_move >= 0)
        fig->hand_over_us = scans[v->first_move].at_us;
    if (v->delivered >= 0 && v->status == PARCEL_DELIVERED) {
        fig->delivered_us = scans[v->delivered].at_us;
        fig->delivered_local_us = scans[v->delivered].local_us;
        fig->delivered_doubt = !lk->lim.delivered_trusted || v->moved_after_delivery;
    }
    if (v->last_attempt >= 0)
        fig->attempt_us = scans[v->last_attempt].at_us;
    set_promise(lk);
    set_expected(lk);
    int64_t until = fig->delivered_us != 0 ? fig->delivered_us : lk->now_us;
    if (fig->delivered_us == 0 && lk->move != NULL && lk->now_us > lk->move->at_us)
        fig->silent_hours = (int)((lk->now_us - lk->move->at_us) / US_PER_H);
    if (fig->promised_us != 0 && until > fig->promised_us)
        fig->late_days = (int)((until - fig->promised_us) / US_PER_DAY) + 1;
}
