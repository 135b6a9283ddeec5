/* See limits.h. Rules are tried by how much they say: carrier, service, country and season each
 * make a rule more specific. */
#include "mind/limits.h"

#include "base/clock.h"
#include "base/zone.h"

const struct limit_set LIMITS_UNSET = {
#define LIMIT(field, lo, hi, d, words) .field = -1,
#include "mind/limit.def"
#undef LIMIT
    .delivered_trusted = true};

void promises_default(struct promises *out)
{
    static const struct limit_rule INDIA = {.country = {"IN", 2}, .set = {
#define LIMIT(field, lo, hi, d, words) .field = -1,
#include "mind/limit.def"
#undef LIMIT
        .trust_said = true}};
    *out = (struct promises){
        .home_country = STR("US"),
        .home_zone = STR("America/New_York"),
        .base = {
#define LIMIT(field, lo, hi, d, words) .field = (d),
#include "mind/limit.def"
#undef LIMIT
            .delivered_trusted = true},
        .rules = &INDIA,
        .rules_n = 1,
    };
}

static bool has_season(const struct limit_rule *r)
{
    return r->from_day != 0 || r->to_day != 0;
}

static int specificity(const struct limit_rule *r)
{
    return (str_empty(r->carrier) ? 0 : 4) + (str_empty(r->service) ? 0 : 8) +
           (str_empty(r->country) ? 0 : 2) + (has_season(r) ? 1 : 0);
}

static bool rule_fits(const struct limit_rule *r, struct str carrier, struct str service,
                      struct str country, int64_t day)
{
    return (str_empty(r->carrier) || str_eq(r->carrier, carrier)) &&
           (str_empty(r->service) || str_eq_nocase(r->service, service)) &&
           (str_empty(r->country) || str_eq(r->country, country)) &&
           (!has_season(r) || (day >= r->from_day && day <= r->to_day));
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
    if (s->trust_said)
        to->delivered_trusted = s->delivered_trusted;
}

#define FITS_MAX 64 /* rules that fit one parcel; a store has a few */

/* The day of an instant on the merchant's own calendar. */
static int64_t home_day(const struct promises *p, int64_t at_us)
{
    int32_t offset_s = 0;
    if (zone_offset(p->home_zone, at_us, &offset_s) != OK)
        offset_s = 0;
    return civil_day(at_us + offset_s * US_PER_S);
}

/* The rules that fit, the least specific first; of equals the later first, so that the earlier one
 * has the last word. */
static size_t fitting(const struct promises *p, struct str carrier, struct str service,
                      struct str country, int64_t at_us, const struct limit_rule *fits[FITS_MAX])
{
    int64_t day = 0;
    bool day_known = false;
    size_t n = 0;
    for (size_t i = p->rules_n; i-- > 0 && n < FITS_MAX;) {
        const struct limit_rule *r = &p->rules[i];
        if (!day_known && has_season(r)) {
            day = home_day(p, at_us);
            day_known = true;
        }
        if (!rule_fits(r, carrier, service, country, day))
            continue;
        size_t k = n++;
        for (; k > 0 && specificity(fits[k - 1]) > specificity(r); k--)
            fits[k] = fits[k - 1];
        fits[k] = r;
    }
    return n;
}

void limits_for(const struct promises *p, struct str carrier, struct str service,
                struct str country, int64_t at_us, struct limit_set *out)
{
    const struct limit_rule *fits[FITS_MAX];
    *out = p->base;
    size_t n = p->rules_n == 0 ? 0 : fitting(p, carrier, service, country, at_us, fits);
    for (size_t i = 0; i < n; i++)
        overlay(out, &fits[i]->set);
}
