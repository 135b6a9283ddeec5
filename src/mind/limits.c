/* See limits.h. Rules are tried by how much they say: carrier, service, country and season each make a rule more specific. */
#include "mind/limits.h"

#include "base/clock.h"

void promises_default(struct promises *out)
{
    static const struct limit_rule INDIA = {
        .country = {"IN", 2},
        .set = {.fulfillment_days = -1, .label_only_days = -1, .label_note_hours = -1, .silent_hours = -1, .lost_days = -1,
                .customs_days = -1, .pickup_days = -1, .attempt_look_hours = -1, .late_grace_hours = -1, .transit_days = -1,
                .slow_percent = -1, .fresh_minutes = -1, .after_delivery_days = -1, .delivered_trusted = false},
    };
    *out = (struct promises){
        .home_country = STR("US"),
        .home_zone = STR("America/New_York"),
        .base = {.fulfillment_days = 3, .label_only_days = 4, .label_note_hours = 24, .silent_hours = 48, .lost_days = 5,
                 .customs_days = 5, .pickup_days = 7, .attempt_look_hours = 24, .late_grace_hours = 0, .transit_days = 7,
                 .slow_percent = 130, .fresh_minutes = 360, .after_delivery_days = 7, .delivered_trusted = true},
        .rules = &INDIA,
        .rules_n = 1,
    };
}

static int specificity(const struct limit_rule *r)
{
    return (str_empty(r->carrier) ? 0 : 4) + (str_empty(r->service) ? 0 : 8) + (str_empty(r->country) ? 0 : 2) +
           (r->from_day == 0 && r->to_day == 0 ? 0 : 1);
}

static bool rule_fits(const struct limit_rule *r, struct str carrier, struct str service, struct str country, int64_t day)
{
    return (str_empty(r->carrier) || str_eq(r->carrier, carrier)) && (str_empty(r->service) || str_eq_nocase(r->service, service)) &&
           (str_empty(r->country) || str_eq(r->country, country)) &&
           ((r->from_day == 0 && r->to_day == 0) || (day >= r->from_day && day <= r->to_day));
}

static void take(int *to, int v)
{
    if (v >= 0)
        *to = v;
}

static void overlay(struct limit_set *to, const struct limit_set *s)
{
    take(&to->fulfillment_days, s->fulfillment_days);
    take(&to->label_only_days, s->label_only_days);
    take(&to->label_note_hours, s->label_note_hours);
    take(&to->silent_hours, s->silent_hours);
    take(&to->lost_days, s->lost_days);
    take(&to->customs_days, s->customs_days);
    take(&to->pickup_days, s->pickup_days);
    take(&to->attempt_look_hours, s->attempt_look_hours);
    take(&to->late_grace_hours, s->late_grace_hours);
    take(&to->transit_days, s->transit_days);
    take(&to->slow_percent, s->slow_percent);
    take(&to->fresh_minutes, s->fresh_minutes);
    take(&to->after_delivery_days, s->after_delivery_days);
    to->delivered_trusted = to->delivered_trusted && s->delivered_trusted;
}

/* From the least to the most specific, so that the most specific has the last word on each figure. */
void limits_for(const struct promises *p, struct str carrier, struct str service, struct str country, int64_t at_us,
                struct limit_set *out)
{
    int64_t day = civil_day(at_us);
    *out = p->base;
    for (int level = 0; level <= 15; level++)
        for (size_t i = 0; i < p->rules_n; i++)
            if (specificity(&p->rules[i]) == level && rule_fits(&p->rules[i], carrier, service, country, day))
                overlay(out, &p->rules[i].set);
}
