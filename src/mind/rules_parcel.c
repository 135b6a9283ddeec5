/* The rules of one parcel. Each is pure: it sees the look and says whether it holds, since when,
 * and until when at most. */
#include "mind/eta_case.h"
#include "mind/rules.h"

#define STATUS(s) (1u << (unsigned)(s))
#define REASON(r) (1u << (unsigned)(r))
_Static_assert((int)PARCEL_STATUS_COUNT <= 32 && (int)REASON_COUNT <= 32,
               "sets are bits of an unsigned int");

/* Statuses in which a reason decides: the parcel is neither at an end nor on its way back. */
#define UNDER_WAY                                                                                  \
    (STATUS(PARCEL_ACCEPTED) | STATUS(PARCEL_IN_TRANSIT) | STATUS(PARCEL_EXCEPTION) |              \
     STATUS(PARCEL_ATTEMPT_FAILED))
#define CUSTOMS (REASON(REASON_CUSTOMS_HOLD) | REASON(REASON_CUSTOMS_DUTY))
#define DELAYS                                                                                     \
    (REASON(REASON_WEATHER) | REASON(REASON_MISROUTED) | REASON(REASON_MECHANICAL) |               \
     REASON(REASON_SECURITY) | REASON(REASON_CAPACITY) | REASON(REASON_HOLIDAY))
#define DST_SLACK_US (2 * US_PER_H)

/* The scan that gave the status has one of these statuses and one of these reasons. */
static bool is_now(const struct look *lk, unsigned statuses, unsigned reasons, int64_t *since_us)
{
    if (lk->scan == NULL || (STATUS(lk->v->status) & statuses) == 0 ||
        (REASON(lk->v->reason) & reasons) == 0)
        return false;
    *since_us = lk->scan->at_us;
    return true;
}

static bool status_is(const struct look *lk, enum parcel_status s, int64_t *since_us)
{
    return is_now(lk, STATUS(s), ~0u, since_us);
}

static bool exception_of(const struct look *lk, unsigned reasons, int64_t *since_us)
{
    return is_now(lk, STATUS(PARCEL_EXCEPTION), reasons, since_us);
}

/* ---- what the customer says */

static bool parcel_holds(const struct look *lk, struct str sku)
{
    const struct case_fulfillment *f = fulfillment_of(lk->cas, lk->pcl);
    for (size_t i = 0; f != NULL && i < f->items_n; i++)
        if (str_eq(case_item_key(&f->items[i]), sku))
            return true;
    return f == NULL || f->items_n == 0;
}

/* A report without a number is about what has come: any delivered parcel that can hold the item, or
 * the only parcel. */
static bool is_about(const struct look *lk, const struct case_report *r)
{
    if (!str_empty(r->tracking_number))
        return str_eq(r->tracking_number, lk->pcl->number);
    if (lk->cas->parcels_n == 1)
        return true;
    return lk->v->status == PARCEL_DELIVERED && (str_empty(r->sku) || parcel_holds(lk, r->sku));
}

static bool reported(struct look *lk, const struct case_report *r, int64_t *since_us)
{
    if (r == NULL)
        return false;
    *since_us = r->at_us;
    evidence_add(lk->out, "report", r->ref, r->at_us, str_of(report_kind_word(r->kind)));
    return true;
}

/* The first report of these kinds that is about this parcel. */
static const struct case_report *first_report(const struct look *lk, unsigned kinds)
{
    for (size_t i = 0; i < lk->cas->reports_n; i++)
        if ((1u << (unsigned)lk->cas->reports[i].kind & kinds) != 0 &&
            is_about(lk, &lk->cas->reports[i]))
            return &lk->cas->reports[i];
    return NULL;
}

bool rule_damaged(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_DAMAGED, since_us) ||
           is_now(lk, STATUS(PARCEL_EXCEPTION) | STATUS(PARCEL_DELIVERED), REASON(REASON_DAMAGED),
                  since_us) ||
           reported(lk, first_report(lk, 1u << REPORT_DAMAGED), since_us);
}

bool rule_wrong_item(struct look *lk, int64_t *since_us)
{
    return reported(lk, first_report(lk, 1u << REPORT_WRONG_ITEM | 1u << REPORT_MISSING_ITEM),
                    since_us);
}

/* The last word on "did it come", and only when it was said after the delivery: a wall clock
 * without zone may be a day off. */
bool rule_not_received(struct look *lk, int64_t *since_us)
{
    const struct case_report *word = NULL;
    int64_t delivered;
    if (lk->cas->reports_n == 0 || !status_is(lk, PARCEL_DELIVERED, &delivered))
        return false;
    int64_t slack = (lk->scan->flags & SCAN_ESTIMATED) != 0 ? US_PER_DAY : 0;
    for (size_t i = 0; i < lk->cas->reports_n; i++) {
        const struct case_report *r = &lk->cas->reports[i];
        if ((r->kind == REPORT_NOT_RECEIVED || r->kind == REPORT_RECEIVED) && is_about(lk, r) &&
            r->at_us + slack >= delivered)
            word = r;
    }
    if (word == NULL || word->kind != REPORT_NOT_RECEIVED)
        return false;
    (void)reported(lk, word, since_us);
    *since_us = delivered; /* it went wrong at the delivery scan */
    return true;
}

/* ---- ends */

bool rule_lost(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_LOST, since_us) || exception_of(lk, REASON(REASON_LOST), since_us);
}

bool rule_returned(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_RETURNED, since_us);
}

static bool back_for_a_reason(const struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    return lk->cas->refunds_n > 0 || lk->cas->reports_n > 0 ||
           (v != NULL && v->state == ORDER_CANCELLED);
}

/* Scans on the way that come more than a day after the delivery: a depot's late note is not that
 * late. */
static const struct parcel_scan *moved_long_after(const struct look *lk)
{
    const struct parcel_scan *s = lk->pcl->scans;
    for (size_t i = (size_t)lk->v->delivered + 1; i < lk->v->to; i++)
        if ((s[i].status == PARCEL_IN_TRANSIT || s[i].status == PARCEL_ACCEPTED) &&
            (s[i].flags & SCAN_SYNTHETIC) == 0 &&
            s[i].at_us > s[lk->v->delivered].at_us + US_PER_DAY)
            return &s[i];
    return NULL;
}

bool rule_parcel_conflict(struct look *lk, int64_t *since_us)
{
    const struct parcel_scan *odd = NULL;
    if (lk->v->delivered < 0)
        return false;
    if (lk->v->status == PARCEL_RETURNING && lk->v->returning > lk->v->delivered &&
        !back_for_a_reason(lk)) {
        odd = &lk->pcl->scans[lk->v->returning];
        lk->out->conflict =
            STR("scanned as delivered, then on its way back, and no return is known");
    } else if (lk->v->status == PARCEL_DELIVERED && lk->v->moved_after_delivery &&
               (odd = moved_long_after(lk)) != NULL) {
        lk->out->conflict = STR("told as delivered, but scanned on its way more than a day later");
    }
    if (odd == NULL)
        return false;
    const struct parcel_scan *del = &lk->pcl->scans[lk->v->delivered];
    *since_us = odd->at_us;
    evidence_add(lk->out, "conflict", del->ref, del->at_us, STR("scanned as delivered"));
    evidence_add(lk->out, "conflict", odd->ref, odd->at_us, lk->out->conflict);
    return true;
}

bool rule_returning(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_RETURNING, since_us) ||
           exception_of(lk, REASON(REASON_RTO_INITIATED), since_us);
}

bool rule_voided(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_CANCELLED, since_us);
}

bool rule_delivered(struct look *lk, int64_t *since_us)
{
    return status_is(lk, PARCEL_DELIVERED, since_us);
}

/* ---- held up */

bool rule_presumed_lost(struct look *lk, int64_t *since_us)
{
    int64_t scan_us;
    if (lk->move == NULL || lk->v->status == PARCEL_AVAILABLE_FOR_PICKUP)
        return false;
    int days =
        lk->lim.lost_days + (is_now(lk, UNDER_WAY, CUSTOMS, &scan_us) ? lk->lim.customs_days : 0);
    /* silence is reached first, so this time is not the next look: it need not be worked out */
    if (lk->lim.silent_hours <= 24 * days && lk->now_us < silent_from(lk))
        return false;
    *since_us = after_business(lk, lk->move->at_us, days);
    return *since_us != 0 && lk->now_us >= *since_us;
}

bool rule_address(struct look *lk, int64_t *since_us)
{
    return is_now(lk, UNDER_WAY, REASON(REASON_ADDRESS_ISSUE), since_us);
}

/* Since the first scan of the stay: customs scan a parcel more than once. */
static int64_t customs_since(const struct look *lk)
{
    int64_t at = lk->scan->at_us;
    for (int i = lk->v->status_scan; i >= (int)lk->v->from; i--) {
        const struct parcel_scan *s = &lk->pcl->scans[i];
        if (s->status == PARCEL_INFO)
            continue;
        if ((REASON(s->reason) & CUSTOMS) == 0)
            break;
        at = s->at_us;
    }
    return at;
}

bool rule_customs(struct look *lk, int64_t *since_us)
{
    if (!is_now(lk, UNDER_WAY, CUSTOMS, since_us))
        return false;
    *since_us = lk->out->fig.customs_us = customs_since(lk);
    int64_t limit = after_business(lk, *since_us, lk->lim.customs_days);
    if (limit != 0 && lk->now_us >= limit)
        lk->out->severity = 3;
    else
        lk->out->next_look_us = limit;
    return true;
}

bool rule_attempt(struct look *lk, int64_t *since_us)
{
    static const unsigned NOBODY =
        REASON(REASON_RECIPIENT_UNAVAILABLE) | REASON(REASON_REFUSED) | REASON(REASON_PAYMENT_COD);
    if (!status_is(lk, PARCEL_ATTEMPT_FAILED, since_us) && !exception_of(lk, NOBODY, since_us))
        return false;
    if (lk->out->fig.attempt_us == 0)
        lk->out->fig.attempt_us = *since_us;
    int64_t limit = after_hours(lk, *since_us, lk->lim.attempt_look_hours);
    lk->out->fig.attempt_overdue = limit != 0 && lk->now_us >= limit;
    if (lk->out->fig.attempt_overdue || lk->v->attempts >= 3)
        lk->out->severity = 4;
    if (!lk->out->fig.attempt_overdue)
        lk->out->next_look_us = limit;
    return true;
}

bool rule_pickup(struct look *lk, int64_t *since_us)
{
    if (!status_is(lk, PARCEL_AVAILABLE_FOR_PICKUP, since_us))
        return false;
    int64_t until = lk->pcl->pickup_until_us;
    if (until == 0)
        until = end_of_day(lk->zone, lk->scan->at_us + lk->lim.pickup_days * US_PER_DAY);
    lk->out->fig.pickup_until_us = until;
    int64_t remind = until - 2 * US_PER_DAY, over = until + 1;
    if (lk->now_us >= remind)
        lk->out->severity = lk->now_us >= over ? 3 : 2;
    lk->out->next_look_us = lk->now_us < remind ? remind : lk->now_us < over ? over : 0;
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
    if (lk->move != NULL)
        return false;
    const int64_t promised = lk->out->fig.promised_us;
    const int64_t STEPS[] = {after_hours(lk, lk->label_us, lk->lim.label_note_hours),
                             lk->label_us + lk->lim.label_only_days * US_PER_DAY,
                             promised == 0 ? 0 : promised + 1};
    *since_us = lk->label_us;
    lk->out->fig.noted_us = STEPS[0];
    lk->out->flag_late_initial_scan = lk->now_us >= STEPS[0];
    lk->out->severity = lk->now_us >= STEPS[0] ? 2 : 1;
    if (lk->now_us >= STEPS[1] || (promised != 0 && lk->now_us >= STEPS[2]))
        lk->out->severity = 3;
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
        if (STEPS[i] > lk->now_us)
            lk->out->next_look_us = earlier(lk->out->next_look_us, STEPS[i]);
    return true;
}

/* ---- on its way */

bool rule_late(struct look *lk, int64_t *since_us)
{
    if (lk->out->fig.promised_us == 0 || lk->move == NULL)
        return false;
    *since_us = lk->out->fig.promised_us + 1 + lk->lim_way.late_grace_hours * US_PER_H;
    return lk->now_us >= *since_us;
}

bool rule_stuck(struct look *lk, int64_t *since_us)
{
    *since_us = silent_from(lk);
    return *since_us != 0 && lk->now_us >= *since_us;
}

/* The carrier's newest day lies behind the promised one: told before it is late (R71). */
static bool revised(const struct look *lk, int64_t *since_us)
{
    const struct diag_figures *fig = &lk->out->fig;
    bool promised = fig->promise_from != NULL && fig->promise_from[0] != 'r';
    if (!promised || fig->expected_us <= fig->promised_us + 1)
        return false;
    *since_us = lk->pcl->estimate.told_us;
    return true;
}

/* By the merchant's history such a parcel comes after its promise (R71). A carrier that names a day is believed. */
static int64_t late_by_history(const struct look *lk)
{
    if (lk->pcl->estimate.told_us != 0)
        return 0;
    return eta_case_late_from(lk->cas, lk->pcl, lk->carrier, lk->p, &lk->out->fig);
}

bool rule_slow(struct look *lk, int64_t *since_us)
{
    static const unsigned ELSEWHERE = REASON(REASON_REDIRECTED) | REASON(REASON_HELD_AT_LOCATION);
    if (exception_of(lk, ~ELSEWHERE, since_us) || is_now(lk, UNDER_WAY, DELAYS, since_us) ||
        revised(lk, since_us))
        return true;
    int64_t risk = late_by_history(lk);
    *since_us = risk;
    if (risk != 0 && lk->now_us >= risk)
        return true;
    if (lk->v->first_move < 0 || lk->lim_way.transit_days == 0)
        return false;
    int64_t began = lk->pcl->scans[lk->v->first_move].at_us;
    int days = (lk->lim_way.transit_days * lk->lim_way.slow_percent + 99) / 100;
    /* business days are not shorter than days; what lies behind the silence is not the next look */
    int64_t soonest = began + days * US_PER_DAY - DST_SLACK_US;
    if (soonest > lk->now_us && silent_from(lk) != 0 && soonest > silent_from(lk))
        return false;
    int64_t long_us = after_business(lk, began, days);
    *since_us = earlier(risk, long_us);
    return long_us != 0 && lk->now_us >= long_us;
}

static bool is_calm(const struct parcel_scan *s)
{
    return (s->status == PARCEL_ACCEPTED || s->status == PARCEL_IN_TRANSIT ||
            s->status == PARCEL_UNKNOWN) &&
           (REASON(s->reason) & (DELAYS | CUSTOMS | REASON(REASON_ADDRESS_ISSUE))) == 0;
}

/* Since the first of the calm scans that lead up to now: an exception, an attempt or a long silence
 * begins anew. */
bool rule_on_track(struct look *lk, int64_t *since_us)
{
    const struct parcel_scan *s = lk->pcl->scans, *later = lk->move;
    struct look then = *lk;
    for (int i = lk->v->last_move - 1; later != NULL && i >= lk->v->first_move; i--) {
        if ((s[i].flags & SCAN_SYNTHETIC) != 0 || s[i].status == PARCEL_INFO ||
            s[i].status == PARCEL_LABEL_CREATED)
            continue;
        if (!is_calm(&s[i]))
            break;
        then.move = &s[i];
        then.silent_us = -1;
        int64_t gap = later->at_us - s[i].at_us;
        if (gap >= lk->lim.silent_hours * US_PER_H - DST_SLACK_US && silent_from(&then) != 0 &&
            later->at_us >= silent_from(&then))
            break;
        later = &s[i];
    }
    *since_us = later != NULL ? later->at_us : lk->label_us;
    return true;
}
