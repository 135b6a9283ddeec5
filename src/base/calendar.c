/*
 * Business days. data/holidays.tsv is read once; each country's rules are worked out for the years
 * 2000 to 2060 into one sorted list of days, so that a question is a binary search. Outside these
 * years only the weekend counts. Who asks for a region gets the national rows and the region's. See
 * calendar.h; the rules' grammar stands in calendar_rules.h.
 */
#include "base/calendar.h"

#include "base/calendar_rules.h"
#include "base/zone.h"

#include <stdlib.h>

#define ADD_MAX 400
#define STEPS_MAX 4000 /* days looked at before a calendar without business days is given up */
#define SATURDAY 5

/* Day of the week of a day since 1970: 0 Monday .. 6 Sunday. 1970-01-01 was a Thursday. */
static int weekday(int64_t day)
{
    int64_t d = (day + 3) % 7;
    return (int)(d < 0 ? d + 7 : d);
}

static bool in_sorted(const int64_t *days, size_t n, int64_t day)
{
    size_t lo = 0, hi = days == NULL ? 0 : n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (days[mid] == day)
            return true;
        if (days[mid] < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

static const struct holiday *holiday_on(const struct country_days *c, struct str region,
                                        int64_t day, enum holiday_kind kind)
{
    size_t lo = 0, hi = c == NULL ? 0 : c->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->days[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; c != NULL && lo < c->n && c->days[lo].day == day; lo++)
        if (c->days[lo].kind == kind && rule_has_region(c->days[lo].rule, region))
            return &c->days[lo];
    return NULL;
}

static bool is_business_day(const struct calendar *cal, const struct country_days *c, int64_t day)
{
    if (in_sorted(cal->extra_work, cal->extra_work_n, day))
        return true;
    if (in_sorted(cal->extra_off, cal->extra_off_n, day))
        return false;
    if (holiday_on(c, cal->region, day, HOLIDAY_WORKED) != NULL)
        return true;
    int wd = weekday(day);
    if ((country_weekend(c, day) >> wd & 1) != 0 && !(wd == SATURDAY && cal->saturday_works))
        return false;
    return holiday_on(c, cal->region, day, HOLIDAY_OFF) == NULL;
}

bool calendar_is_business_day(const struct calendar *cal, int64_t day)
{
    return is_business_day(cal, country_find(cal->country), day);
}

struct str calendar_holiday_name(const struct calendar *cal, int64_t day)
{
    const struct holiday *h = holiday_on(country_find(cal->country), cal->region, day, HOLIDAY_OFF);
    return h == NULL ? STR_NULL : rule_name(h->rule);
}

bool calendar_known(struct str country)
{
    const struct country_days *c = country_find(country);
    return c != NULL && c->n > 0;
}

/* The n-th business day from *day on (the day itself is number 0 when it is one; a day off gives
 * the next one). */
static bool step(const struct calendar *cal, const struct country_days *c, int64_t *day, int n)
{
    int64_t d = *day;
    int left = STEPS_MAX;
    while (!is_business_day(cal, c, d) && left-- > 0)
        d++;
    for (; n > 0 && left > 0; n--) {
        d++;
        while (!is_business_day(cal, c, d) && left-- > 0)
            d++;
    }
    *day = d;
    return left > 0;
}

static enum err to_local(struct str zone, int64_t utc_us, int64_t *local_us)
{
    int32_t offset_s;
    enum err e = zone_offset(zone, utc_us, &offset_s);
    if (e == OK && __builtin_add_overflow(utc_us, offset_s * US_PER_S, local_us))
        return ERR_LIMIT;
    return e;
}

static int64_t floor_day(int64_t us)
{
    return us / US_PER_DAY - (us % US_PER_DAY < 0);
}

enum err calendar_add_business(const struct calendar *cal, struct str zone, int64_t start_us, int n,
                               int64_t *out_us)
{
    const struct country_days *c = country_find(cal->country);
    int64_t local;
    if (n < 0 || n > ADD_MAX)
        return ERR_LIMIT;
    enum err e = to_local(zone, start_us, &local);
    if (e != OK)
        return e;
    int64_t day = floor_day(local), clock = local - day * US_PER_DAY;
    if (is_business_day(cal, c, day) && n == 0) {
        *out_us = start_us;
        return OK;
    }
    if (!is_business_day(cal, c, day))
        clock = 0;
    if (!step(cal, c, &day, n) || __builtin_mul_overflow(day, US_PER_DAY, &local) ||
        __builtin_add_overflow(local, clock, &local))
        return ERR_LIMIT;
    return zone_to_utc(zone, local, out_us);
}

enum err calendar_business_between(const struct calendar *cal, struct str zone, int64_t a_us,
                                   int64_t b_us, int *out)
{
    const struct country_days *c = country_find(cal->country);
    int64_t a, b;
    if (b_us <= a_us) {
        *out = 0;
        return OK;
    }
    enum err e = to_local(zone, a_us, &a);
    if (e == OK)
        e = to_local(zone, b_us, &b);
    if (e != OK)
        return e;
    int64_t from = floor_day(a), to = floor_day(b), from_clock = a - from * US_PER_DAY,
            to_clock = b - to * US_PER_DAY;
    if (to - from > 366 * 100)
        return ERR_LIMIT;
    if (!is_business_day(cal, c, from)) {
        from_clock = 0;
        if (!step(cal, c, &from, 0))
            return ERR_LIMIT;
    }
    int n = 0;
    for (int64_t d = from + 1; d <= to; d++)
        n += is_business_day(cal, c, d) && (d < to || to_clock >= from_clock);
    *out = n;
    return OK;
}
