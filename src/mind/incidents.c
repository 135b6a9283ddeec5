/*
 * Incidents under the eye of the diagnosis. Where the parcel was last scanned, the days of an incident are days off for its
 * carrier: silence is not counted in them. Where it was last or where it goes to, the customer is told why it takes longer.
 */
#include <stdlib.h>

#include "base/zone.h"
#include "mind/rules.h"

#define INCIDENT_DAYS_MAX 120

static bool meets(const struct incident *in, struct str carrier, struct str country, struct str region)
{
    return str_eq(in->country, country) && (str_empty(in->carrier) || str_eq(in->carrier, carrier)) &&
           (str_empty(in->region) || str_eq_nocase(in->region, region));
}

static int by_day(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Local days of an incident that lie in the past or are told ahead; one without an end lasts until now. */
static size_t add_days(const struct look *lk, const struct incident *in, int64_t *days, size_t n, size_t max)
{
    int32_t off = 0;
    if (zone_offset(lk->zone, in->from_us, &off) != OK)
        return n;
    int64_t end = in->until_us != 0 ? in->until_us - 1 : lk->now_us;
    for (int64_t d = civil_day(in->from_us + off * US_PER_S); d <= civil_day(end + off * US_PER_S) && n < max; d++)
        days[n++] = d;
    return n;
}

void incidents_rest(struct look *lk, struct str carrier, struct str region)
{
    int64_t *days = NULL;
    size_t n = 0, max = INCIDENT_DAYS_MAX + lk->cal.extra_off_n;
    for (size_t i = 0; i < lk->p->incidents_n; i++) {
        const struct incident *in = &lk->p->incidents[i];
        if (!meets(in, carrier, lk->cal.country, region) || in->from_us > lk->now_us)
            continue;
        if (days == NULL && (days = ctx_alloc(lk->ctx, max * sizeof(*days))) == NULL)
            return;
        n = add_days(lk, in, days, n, INCIDENT_DAYS_MAX);
    }
    if (n == 0)
        return;
    if (lk->cal.extra_off_n > 0)
        memcpy(days + n, lk->cal.extra_off, lk->cal.extra_off_n * sizeof(*days));
    n += lk->cal.extra_off_n;
    qsort(days, n, sizeof(*days), by_day);
    lk->cal.extra_off = days;
    lk->cal.extra_off_n = n;
}

static bool over(const struct look *lk)
{
    enum parcel_status s = lk->v->status;
    return s == PARCEL_DELIVERED || s == PARCEL_RETURNED || s == PARCEL_CANCELLED || s == PARCEL_LOST;
}

void incidents_tell(struct look *lk, struct str carrier)
{
    struct diagnosis *d = lk->out;
    const struct place *at = &d->fig.last_place;
    for (size_t i = 0; i < lk->p->incidents_n && !over(lk); i++) {
        const struct incident *in = &lk->p->incidents[i];
        if (!meets(in, carrier, at->country, at->region) && !meets(in, carrier, lk->dest.country, lk->dest.region))
            continue;
        bool ahead = in->from_us > lk->now_us, gone = in->until_us != 0 && in->until_us <= lk->now_us;
        int64_t turns = ahead ? in->from_us : gone ? 0 : in->until_us;
        if (turns != 0 && earlier(d->next_look_us, turns) != d->next_look_us) {
            d->next_look_us = turns;
            d->next_cls = DIAG_CLASS_COUNT;
        }
        if (ahead || gone || d->fig.incident != NULL)
            continue;
        d->fig.incident = in;
        evidence_add(d, "incident", in->ref, in->from_us, in->id);
    }
}
