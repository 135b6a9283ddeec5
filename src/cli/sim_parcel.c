/*
 * See sim_parcel.h. A parcel's way is drawn first: label, scans of its legs, what its fate does to them. What is wrong follows
 * from the way by the world's own measures (the shop's promise, the lane's usual gap), not from what Wismo counts as wrong.
 */
#include "cli/sim_parcel.h"

#include <string.h>

#include "base/clock.h"
#include "base/zone.h"
#include "model/vocab.h"

struct making {
    const struct sim_world *w;
    struct sim_order *o;
    struct prng rng;
    struct str zone;            /* of who works now */
    const struct calendar *cal;
    int parcel;
    uint8_t seq;
    int64_t at_us;              /* where the parcel's time stands */
};

const char *sim_truth_word(enum sim_truth_kind k)
{
    static const char *const WORDS[] = {
#define X(NAME, word) #word,
        SIM_TRUTHS(X)
#undef X
    };
    return WORDS[k];
}

/* ---- working time */

static int64_t offset_us(struct str zone, int64_t at_us)
{
    int32_t s = 0;
    return zone_offset(zone, at_us, &s) == OK ? s * US_PER_S : 0;
}

/* `hours` of working days later. */
static int64_t work_later(const struct making *m, int64_t at_us, double hours)
{
    int64_t off = offset_us(m->zone, at_us), local = at_us + off, left = (int64_t)(hours * (double)US_PER_H);
    for (int days = 0; days < 400; days++) {
        int64_t day = civil_day(local), end = (day + 1) * US_PER_DAY;
        if (calendar_is_business_day(m->cal, day)) {
            if (left < end - local)
                return local + left - off;
            left -= end - local;
        }
        local = end;
    }
    return local - off;
}

static double work_hours(const struct making *m, int64_t from_us, int64_t to_us)
{
    int64_t off = offset_us(m->zone, from_us), sum = 0;
    for (int64_t local = from_us + off, last = to_us + off; local < last;) {
        int64_t end = (civil_day(local) + 1) * US_PER_DAY, stop = end < last ? end : last;
        if (calendar_is_business_day(m->cal, civil_day(local)))
            sum += stop - local;
        local = stop;
    }
    return (double)sum / (double)US_PER_H;
}

/* The next time that a clock on a working day shows an hour within from..to. */
static int64_t at_hours(struct making *m, int64_t at_us, int from, int to)
{
    int64_t off = offset_us(m->zone, at_us), local = at_us + off, day = civil_day(local);
    if (local - day * US_PER_DAY > from * US_PER_H)
        day++;
    while (!calendar_is_business_day(m->cal, day))
        day++;
    return day * US_PER_DAY + from * US_PER_H + prng_between(&m->rng, 0, (to - from) * US_PER_H) - off;
}

/* ---- what is told */

static struct sim_event *add_event(struct making *m, enum sim_event_kind kind, int64_t at_us)
{
    struct sim_order *o = m->o;
    if (o->events_n == SIM_EVENTS_MAX)
        return &o->events[SIM_EVENTS_MAX - 1];
    struct sim_event *ev = &o->events[o->events_n++];
    *ev = (struct sim_event){.at_us = at_us, .order = o->number, .kind = (uint8_t)kind, .parcel = (uint8_t)m->parcel};
    return ev;
}

static void scan(struct making *m, enum parcel_status status, enum reason reason)
{
    struct sim_event *ev = add_event(m, SIM_SCAN, m->at_us);
    ev->status = (uint8_t)status;
    ev->reason = (uint8_t)reason;
    ev->seq = m->seq++;
}

static void add_truth(struct making *m, enum sim_truth_kind kind, int64_t wrong_us, int64_t ask_us, int64_t end_us)
{
    struct sim_order *o = m->o;
    if (wrong_us < end_us && o->truths_n < SIM_TRUTHS_MAX)
        o->truths[o->truths_n++] = (struct sim_truth){(uint8_t)kind, (uint8_t)m->parcel, wrong_us, ask_us, end_us};
}

/* When a customer asks: so many working hours after `from`, awake. */
static int64_t asks(struct making *m, int64_t from_us, const struct sim_patience *p)
{
    int64_t at = work_later(m, from_us, prng_lognormal(&m->rng, p->p50, p->p90)), off = offset_us(m->o->lane->zone, at);
    int64_t local = at + off, morning = civil_day(local) * US_PER_DAY + 8 * US_PER_H;
    if (local < morning)
        return morning + prng_between(&m->rng, 0, 2 * US_PER_H) - off;
    return at;
}

/* ---- the way of a parcel */

static int64_t storm_delay(struct making *m)
{
    int64_t day = civil_day(m->at_us) - m->w->start_day;
    for (size_t i = 0; i < m->w->storms_n; i++) {
        const struct sim_storm *s = &m->w->storms[i];
        if (str_eq(s->country, m->o->lane->country) && day >= s->from_day && day < s->from_day + s->days)
            return s->delay;
    }
    return 0;
}

/* The first legs of a parcel that goes abroad are the shop's country's. */
#define LEGS_AT_HOME 2
static void work_where(struct making *m, int leg)
{
    const struct sim_lane *lane = m->o->lane;
    bool home = leg < LEGS_AT_HOME && !str_eq(lane->country, m->w->home_country);
    m->zone = home ? m->w->home_zone : lane->zone;
    m->cal = home ? &m->w->home_cal : &lane->cal;
}

static void one_leg(struct making *m, bool stalls)
{
    const struct sim_lane *lane = m->o->lane;
    int64_t storm = storm_delay(m);
    if (storm > 0 && prng_unit(&m->rng) < 0.7)
        scan(m, PARCEL_EXCEPTION, REASON_WEATHER);
    m->at_us = work_later(m, m->at_us, prng_lognormal(&m->rng, lane->leg_p50, lane->leg_p90) + (double)storm);
    if (stalls)
        m->at_us = work_later(m, m->at_us, (double)prng_between(&m->rng, 3 * 24, 8 * 24));
    if (prng_unit(&m->rng) * 100 >= lane->missing_percent)
        scan(m, PARCEL_IN_TRANSIT, REASON_NONE);
}

static void out_and_home(struct making *m)
{
    m->at_us = at_hours(m, m->at_us, 6, 9);
    scan(m, PARCEL_OUT_FOR_DELIVERY, REASON_NONE);
    m->at_us += prng_between(&m->rng, US_PER_H, 9 * US_PER_H);
    scan(m, PARCEL_DELIVERED, REASON_NONE);
}

static int64_t failed_attempt(struct making *m, enum reason reason)
{
    m->at_us = at_hours(m, m->at_us, 6, 9);
    scan(m, PARCEL_OUT_FOR_DELIVERY, REASON_NONE);
    m->at_us += prng_between(&m->rng, US_PER_H, 9 * US_PER_H);
    scan(m, PARCEL_ATTEMPT_FAILED, reason);
    return m->at_us;
}

static void goes_back(struct making *m)
{
    m->at_us = work_later(m, m->at_us, (double)prng_between(&m->rng, 12, 36));
    scan(m, PARCEL_RETURNING, REASON_NONE);
    add_truth(m, TRUTH_RETURN, m->at_us, asks(m, m->at_us, &m->w->event), SIM_NEVER);
    for (int i = 0; i < m->o->lane->legs; i++)
        one_leg(m, false);
    m->at_us = work_later(m, m->at_us, 12);
    scan(m, PARCEL_RETURNED, REASON_NONE);
}

/* The end of the way by its fate. Gives when it was delivered, SIM_NEVER when it was not. */
static int64_t last_part(struct making *m, enum sim_fate fate)
{
    int64_t wrong = 0;
    switch (fate) {
    case FATE_ATTEMPT:
        wrong = failed_attempt(m, REASON_RECIPIENT_UNAVAILABLE);
        out_and_home(m);
        add_truth(m, TRUTH_ATTEMPT, wrong, asks(m, wrong, &m->w->event), m->at_us);
        return m->at_us;
    case FATE_RETURNED:
        wrong = failed_attempt(m, REASON_RECIPIENT_UNAVAILABLE);
        (void)failed_attempt(m, REASON_RECIPIENT_UNAVAILABLE);
        (void)failed_attempt(m, REASON_RECIPIENT_UNAVAILABLE);
        add_truth(m, TRUTH_ATTEMPT, wrong, asks(m, wrong, &m->w->event), SIM_NEVER);
        goes_back(m);
        return SIM_NEVER;
    case FATE_REFUSED:
        wrong = failed_attempt(m, REASON_REFUSED);
        add_truth(m, TRUTH_ATTEMPT, wrong, asks(m, wrong, &m->w->event), SIM_NEVER);
        goes_back(m);
        return SIM_NEVER;
    case FATE_ADDRESS:
        scan(m, PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE);
        wrong = m->at_us;
        m->at_us = work_later(m, m->at_us, (double)prng_between(&m->rng, 24, 96));
        if (prng_unit(&m->rng) < 0.4) {
            add_truth(m, TRUTH_ADDRESS, wrong, asks(m, wrong, &m->w->event), SIM_NEVER);
            goes_back(m);
            return SIM_NEVER;
        }
        out_and_home(m);
        add_truth(m, TRUTH_ADDRESS, wrong, asks(m, wrong, &m->w->event), m->at_us);
        return m->at_us;
    case FATE_PICKUP:
        m->at_us = at_hours(m, m->at_us, 9, 16);
        scan(m, PARCEL_AVAILABLE_FOR_PICKUP, REASON_NONE);
        m->at_us += prng_between(&m->rng, 4 * US_PER_H, 4 * US_PER_DAY);
        scan(m, PARCEL_DELIVERED, REASON_NONE);
        return m->at_us;
    default:
        out_and_home(m);
        return m->at_us;
    }
}

static void customs(struct making *m)
{
    int64_t wrong = m->at_us;
    scan(m, PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD);
    m->at_us = work_later(m, m->at_us, (double)prng_between(&m->rng, 4 * 24, 14 * 24));
    scan(m, PARCEL_IN_TRANSIT, REASON_NONE);
    add_truth(m, TRUTH_CUSTOMS, wrong, asks(m, wrong, &m->w->event), m->at_us);
}

/* ---- what is wrong with it, by the world's measures */

static bool waits_for_reason(const struct sim_event *ev)
{
    return ev->status == PARCEL_ATTEMPT_FAILED || ev->status == PARCEL_AVAILABLE_FOR_PICKUP || ev->status == PARCEL_RETURNING ||
           (ev->status == PARCEL_EXCEPTION && (ev->reason == REASON_CUSTOMS_HOLD || ev->reason == REASON_ADDRESS_ISSUE));
}

/* Gaps between scans that are longer than the lane's usual ones; lost: the last one never ends. */
static void find_silences(struct making *m, size_t first, bool lost)
{
    struct sim_order *o = m->o;
    for (size_t i = first; i < o->events_n; i++) {
        const struct sim_event *ev = &o->events[i];
        bool last = i + 1 == o->events_n;
        if (ev->kind != SIM_SCAN || waits_for_reason(ev) || (last && !lost))
            continue;
        work_where(m, ev->seq);
        int64_t next = last ? SIM_NEVER : o->events[i + 1].at_us;
        if (last || work_hours(m, ev->at_us, next) > o->lane->gap_limit)
            add_truth(m, TRUTH_SILENT, work_later(m, ev->at_us, o->lane->gap_limit), asks(m, ev->at_us, &m->w->silence), next);
    }
}

static void find_late(struct making *m, int64_t delivered_us)
{
    struct sim_order *o = m->o;
    int64_t end = (o->promised_day + 1) * US_PER_DAY, wrong = end - offset_us(o->lane->zone, end);
    if (delivered_us > wrong)
        add_truth(m, TRUTH_LATE, wrong, asks(m, wrong, &m->w->promise), delivered_us);
}

static void carrier_part(struct making *m, enum sim_fate fate, int64_t label_us)
{
    const struct sim_lane *lane = m->o->lane;
    size_t first = m->o->events_n;
    int turn = (int)prng_between(&m->rng, 1, lane->legs > 1 ? lane->legs - 1 : 1);
    int64_t delivered = SIM_NEVER;
    work_where(m, 0);
    m->at_us = work_later(m, label_us, prng_lognormal(&m->rng, m->w->pickup_p50, m->w->pickup_p90));
    if (fate == FATE_DOCK)
        m->at_us = work_later(m, m->at_us, (double)prng_between(&m->rng, 4 * 24, 9 * 24));
    int64_t expected = work_later(m, label_us, m->w->pickup_limit);
    add_truth(m, TRUTH_LEFT_BEHIND, expected, asks(m, label_us, &m->w->silence), m->at_us);
    scan(m, PARCEL_ACCEPTED, REASON_NONE);
    for (int i = 0; i < lane->legs; i++) {
        if (fate == FATE_LOST && i == turn)
            break;
        work_where(m, i);
        if (fate == FATE_CUSTOMS && i == turn)
            customs(m);
        one_leg(m, fate == FATE_STALLED && i == turn);
    }
    work_where(m, lane->legs);
    if (fate != FATE_LOST)
        delivered = last_part(m, fate);
    find_silences(m, first, fate == FATE_LOST);
    find_late(m, delivered);
    if (fate == FATE_NOT_RECEIVED && delivered != SIM_NEVER) {
        int64_t told = asks(m, delivered, &m->w->event);
        add_event(m, SIM_REPORT, told);
        add_truth(m, TRUTH_NOT_RECEIVED, delivered, told, SIM_NEVER);
    }
}

/* ---- the order */

static int64_t end_of_business_days(const struct making *m, int64_t from_us, int days)
{
    int64_t day = civil_day(from_us + offset_us(m->zone, from_us));
    while (days > 0 || !calendar_is_business_day(m->cal, day))
        if (calendar_is_business_day(m->cal, ++day))
            days--;
    return day;
}

static enum sim_fate draw_fate(struct making *m)
{
    int64_t x = prng_between(&m->rng, 0, 9999);
    for (int f = 0; f < FATE_FINE; f++) {
        if (x >= m->w->fates[f]) {
            x -= m->w->fates[f];
            continue;
        }
        bool fits = (f != FATE_CUSTOMS || m->o->lane->customs) && (f != FATE_REFUSED || m->o->lane->cod);
        return fits ? (enum sim_fate)f : FATE_FINE;
    }
    return FATE_FINE;
}

static const struct sim_lane *draw_lane(struct making *m)
{
    int64_t x = prng_between(&m->rng, 0, m->w->shares - 1);
    for (size_t i = 0; i + 1 < m->w->lanes_n; i++) {
        if (x < m->w->lanes[i].share)
            return &m->w->lanes[i];
        x -= m->w->lanes[i].share;
    }
    return &m->w->lanes[m->w->lanes_n - 1];
}

/* Label time by handling and fate; SIM_NEVER: never sent. */
static int64_t handling(struct making *m, enum sim_fate fate)
{
    struct sim_order *o = m->o;
    m->zone = m->w->home_zone;
    m->cal = &m->w->home_cal;
    int64_t from = o->placed_us;
    if (fate == FATE_BACKORDERED) {
        from = work_later(m, from, (double)prng_between(&m->rng, 5 * 24, 12 * 24));
        add_event(m, SIM_STOCK, o->placed_us)->stock = -1;
        add_event(m, SIM_STOCK, from)->stock = 20;
        add_truth(m, TRUTH_NO_STOCK, o->placed_us, asks(m, o->placed_us, &m->w->order), from);
    }
    int64_t label = work_later(m, from, prng_lognormal(&m->rng, m->w->handling_p50, m->w->handling_p90));
    if (fate == FATE_LATE_SHIP)
        label = work_later(m, label, (double)prng_between(&m->rng, 3 * 24, 7 * 24));
    if (fate == FATE_FORGOTTEN)
        label = SIM_NEVER;
    add_truth(m, TRUTH_NOT_SENT, work_later(m, o->placed_us, 24.0 * m->w->sla_days), asks(m, o->placed_us, &m->w->order), label);
    return label;
}

void sim_order_make(const struct sim_world *w, uint64_t seed, uint32_t number, int day, struct sim_order *out)
{
    struct making m = {.w = w, .o = out, .rng = prng_of(seed, number), .zone = w->home_zone, .cal = &w->home_cal};
    out->events_n = out->truths_n = 0;
    out->number = number;
    out->lane = draw_lane(&m);
    out->parcels = prng_between(&m.rng, 0, 99) < w->split_percent ? 2 : 1;
    int64_t midnight = (w->start_day + day) * US_PER_DAY;
    out->placed_us = midnight - offset_us(w->home_zone, midnight) + prng_between(&m.rng, 6 * US_PER_H, US_PER_DAY - US_PER_MIN);
    m.zone = out->lane->zone;
    m.cal = &out->lane->cal;
    out->promised_day = end_of_business_days(&m, out->placed_us, out->lane->promise_days);
    add_event(&m, SIM_ORDER, out->placed_us);
    for (m.parcel = 0; m.parcel < out->parcels; m.parcel++) {
        enum sim_fate fate = out->fate[m.parcel] = draw_fate(&m);
        size_t truths = out->truths_n;
        int64_t label = handling(&m, fate);
        for (size_t i = truths; i < out->truths_n; i++)
            out->truths[i].parcel = SIM_WHOLE_ORDER;
        m.seq = 0;
        if (label == SIM_NEVER)
            continue;
        add_event(&m, SIM_LABEL, label);
        carrier_part(&m, fate, label);
    }
}
