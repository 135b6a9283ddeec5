/* The rules of one parcel. Each is pure: it sees the look and says whether it holds, since when, and until when at most. */
#include "base/zone.h"
#include "mind/rules.h"

static bool status_is(const struct look *lk, enum parcel_status s, int64_t *since_us)
{
    if (lk->v->status != s || lk->scan == NULL)
        return false;
    *since_us = lk->scan->at_us;
    return true;
}

/* The customer's last word about this parcel of these kinds; NULL when there is none. */
static const struct case_report *last_report(const struct look *lk)
{
    const struct case_report *last = NULL;
    for (size_t i = 0; i < lk->cas->reports_n; i++) {
        const struct case_report *r = &lk->cas->reports[i];
        if (str_empty(r->tracking_number) || str_eq(r->tracking_number, lk->pcl->number))
            last = r;
    }
    return last;
}

static bool reported(struct look *lk, enum report_kind a, enum report_kind b, int64_t *since_us)
{
    const struct case_report *r = last_report(lk);
    if (r == NULL || (r->kind != a && r->kind != b))
        return false;
    *since_us = r->at_us;
    evidence_add(lk->out, "report", r->ref, r->at_us, str_of(report_kind_word(r->kind)));
    return true;
}

bool rule_damaged(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_DAMAGED, since_us) || reported(lk, REPORT_DAMAGED, REPORT_DAMAGED, since_us);
}

bool rule_wrong_item(struct look *lk, int64_t *since_us)
{
    return reported(lk, REPORT_WRONG_ITEM, REPORT_MISSING_ITEM, since_us);
}

bool rule_not_received(struct look *lk, int64_t *since_us)
{
    int64_t delivered;
    if (!status_is(lk, PARCEL_DELIVERED, &delivered) || !reported(lk, REPORT_NOT_RECEIVED, REPORT_NOT_RECEIVED, since_us))
        return false;
    *since_us = delivered; /* it went wrong at the delivery scan */
    return true;
}

bool rule_lost(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_LOST, since_us);
}

bool rule_returned(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_RETURNED, since_us);
}

bool rule_returning(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_RETURNING, since_us);
}

bool rule_voided(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_CANCELLED, since_us);
}

bool rule_delivered(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_DELIVERED, since_us);
}

bool rule_presumed_lost(struct look *lk, int64_t *since_us)
{
    if (lk->move == NULL || lk->v->status == PARCEL_AVAILABLE_FOR_PICKUP)
        return false;
    *since_us = after_business(lk, lk->move->at_us, lk->lim.lost_days);
    if (lk->v->reason == REASON_CUSTOMS_HOLD || lk->v->reason == REASON_CUSTOMS_DUTY)
        *since_us = after_business(lk, lk->move->at_us, lk->lim.customs_days + lk->lim.lost_days);
    return *since_us != 0 && lk->now_us >= *since_us;
}

static bool in_trouble(const struct look *lk)
{
    return lk->v->status == PARCEL_EXCEPTION || lk->v->status == PARCEL_ATTEMPT_FAILED || lk->v->status == PARCEL_IN_TRANSIT ||
           lk->v->status == PARCEL_ACCEPTED;
}

bool rule_address(struct look *lk, int64_t *since_us)
{
    if (lk->scan == NULL || !in_trouble(lk) || lk->v->reason != REASON_ADDRESS_ISSUE)
        return false;
    *since_us = lk->scan->at_us;
    return true;
}

bool rule_customs(struct look *lk, int64_t *since_us)
{
    if (lk->scan == NULL || !in_trouble(lk) || (lk->v->reason != REASON_CUSTOMS_HOLD && lk->v->reason != REASON_CUSTOMS_DUTY))
        return false;
    *since_us = lk->scan->at_us;
    lk->out->fig.customs_us = lk->scan->at_us;
    int64_t limit = after_business(lk, lk->scan->at_us, lk->lim.customs_days);
    if (limit != 0 && lk->now_us >= limit)
        lk->out->severity = 3;
    else
        lk->out->next_look_us = limit;
    return true;
}

bool rule_attempt(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_ATTEMPT_FAILED, since_us);
}

bool rule_pickup(struct look *lk, int64_t *since_us)
{
    if (!status_is(lk, PARCEL_AVAILABLE_FOR_PICKUP, since_us))
        return false;
    int64_t until = lk->pcl->pickup_until_us;
    if (until == 0)
        until = end_of_day(lk->zone, lk->scan->at_us + lk->lim.pickup_days * US_PER_DAY);
    lk->out->fig.pickup_until_us = until;
    int64_t remind = until - 2 * US_PER_DAY;
    if (lk->now_us >= remind)
        lk->out->severity = lk->now_us >= until ? 3 : 2;
    lk->out->next_look_us = lk->now_us < remind ? remind : lk->now_us < until ? until : 0;
    return true;
}

bool rule_out_for_delivery(struct look *lk, int64_t *since_us)
{
    int64_t since;
    if (!status_is(lk, PARCEL_OUT_FOR_DELIVERY, &since))
        return false;
    int64_t end = end_of_day(lk->zone, since);
    if (lk->now_us > end)
        return false;
    *since_us = since;
    lk->out->next_look_us = end + 1;
    return true;
}

bool rule_label_only(struct look *lk, int64_t *since_us)
{
    if (lk->move != NULL || lk->label_us == 0)
        return false;
    int64_t note = lk->label_us + lk->lim.label_note_hours * US_PER_H;
    int64_t bad = lk->label_us + lk->lim.label_only_days * US_PER_DAY;
    *since_us = lk->label_us;
    lk->out->flag_late_initial_scan = lk->now_us >= note;
    if (lk->now_us >= bad)
        lk->out->severity = 3;
    lk->out->next_look_us = lk->now_us < note ? note : lk->now_us < bad ? bad : 0;
    return true;
}

bool rule_late(struct look *lk, int64_t *since_us)
{
    if (lk->out->fig.promised_us == 0 || lk->move == NULL)
        return false;
    *since_us = lk->out->fig.promised_us + 1 + lk->lim.late_grace_hours * US_PER_H;
    return lk->now_us >= *since_us;
}

/* Silent hours are whole working days at the place of the last scan, to the same clock time; a rest counts in hours. */
static int64_t silent_from(const struct look *lk)
{
    int64_t t = after_business(lk, lk->move->at_us, lk->lim.silent_hours / 24);
    return t == 0 ? 0 : t + (lk->lim.silent_hours % 24) * US_PER_H;
}

bool rule_stuck(struct look *lk, int64_t *since_us)
{
    if (lk->move == NULL)
        return false;
    *since_us = silent_from(lk);
    return *since_us != 0 && lk->now_us >= *since_us;
}

bool rule_slow(struct look *lk, int64_t *since_us)
{
    if (lk->v->first_move < 0 || lk->lim.transit_days == 0)
        return false;
    int64_t usual = lk->lim.transit_days * lk->lim.slow_percent;
    int64_t t = after_business(lk, lk->pcl->scans[lk->v->first_move].at_us, (int)((usual + 99) / 100));
    *since_us = t;
    return t != 0 && lk->now_us >= t;
}

bool rule_on_track(struct look *lk, int64_t *since_us)
{
    *since_us = lk->v->first_move >= 0 ? lk->pcl->scans[lk->v->first_move].at_us : lk->label_us;
    return true;
}
