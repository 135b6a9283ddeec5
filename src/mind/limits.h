/*
 * A merchant's promises and limits: what counts as late, stuck, lost. Each has a default, can be
 * set for the merchant, and overridden per carrier, service, destination country and season. For
 * each figure the most specific rule that gives it has the last word (service before carrier before
 * country before season); of equals the first.
 */
#ifndef WISMO_MIND_LIMITS_H
#define WISMO_MIND_LIMITS_H

#include "model/case.h"
#include "model/incident.h"

struct eta_model;

struct limit_set {
    int fulfillment_days; /* business days from order to hand-over: 3 */
    int label_only_days;  /* calendar days on "label created" before it needs a word: 4 */
    int label_note_hours; /* label without first scan: overdue after 48 h of working days */
    int silent_hours; /* no scan: 48, counted in the carrier's working days to the same clock time
                       */
    int lost_days;    /* business days without movement: 5 */
    int customs_days; /* business days in customs before a person is asked: 5 */
    int pickup_days;  /* days a pickup point keeps a parcel when the carrier does not say: 7 */
    int attempt_look_hours; /* after a failed attempt: look again after 24 h */
    int late_grace_hours;   /* after the promised day before "late": 0 */
    int transit_days;  /* usual business days hand-over to delivery when no estimate is known: 7 */
    int slow_percent;  /* moving, but at this share of the usual time without being close: 130 */
    int fresh_minutes; /* a scan older than this is re-read before an answer: 360 */
    int after_delivery_days; /* a delivered case stays under watch: 7 */
    bool delivered_trusted;  /* false where scans are poor (India): R72 */
    bool trust_said;         /* in a rule: it says delivered_trusted */
};

/* Of a rule that sets nothing yet. */
extern const struct limit_set LIMITS_UNSET;

struct limit_rule { /* empty or 0: any */
    struct str carrier, service, country;
    int64_t from_day, to_day; /* days since 1970, season; both 0: always */
    struct limit_set set;     /* field < 0: not set by this rule; delivered_trusted: trust_said */
};

struct promises {
    struct str
        home_country; /* where the merchant ships from: its calendar counts the fulfillment time */
    struct str home_zone;
    struct limit_set base;
    const struct limit_rule *rules;
    size_t rules_n;
    const int64_t *extra_off; /* the merchant's own days off, days since 1970, sorted */
    size_t extra_off_n;
    const struct incident *incidents; /* as known now; not from the configuration */
    size_t incidents_n;
    const struct eta_model *eta; /* learned estimates; NULL: none. Not from the configuration */
};

void promises_default(struct promises *out); /* home_country "US", zone "America/New_York", the
                                                figures above, India untrusted */
/*
 * limits_for: the figures that hold for a parcel or order. at_us is when the matter began (the
 * order was placed, the parcel was scanned), not now: so a season that ends does not change what
 * was promised in it. Its days are those of home_zone.
 */
void limits_for(const struct promises *p, struct str carrier, struct str service,
                struct str country, int64_t at_us, struct limit_set *out);

#endif
