/*
 * Business days by country: weekends and public holidays are data (data/holidays.tsv, each row with its source and rule:
 * fixed date, n-th weekday, relative to Easter, given dates; see calendar_rules.h). A merchant can add days. Holidays are known
 * for the years 2000 to 2060 (those that authorities or the moon set: as far as the table gives dates); outside, only weekends
 * are. Thread safe. Pure: no clock of its own.
 */
#ifndef WISMO_BASE_CALENDAR_H
#define WISMO_BASE_CALENDAR_H

#include "base/ctx.h"

struct calendar {
    struct str country;          /* ISO alpha-2; unknown countries have a Saturday-Sunday weekend and no holidays */
    struct str region;           /* may be empty: national holidays only */
    const int64_t *extra_off;    /* further days off, as days since 1970, sorted; may be NULL */
    size_t extra_off_n;
    const int64_t *extra_work;   /* days worked although the table says off (sorted; may be NULL) */
    size_t extra_work_n;
    bool saturday_works;         /* carriers that deliver on Saturdays */
};

/* calendar_is_business_day: day = days since 1970 in the place's own zone. */
bool calendar_is_business_day(const struct calendar *cal, int64_t day);
/* calendar_holiday_name: English name, or empty when that day is no holiday. */
struct str calendar_holiday_name(const struct calendar *cal, int64_t day);
/*
 * calendar_add_business: the instant n business days after start_us, at the same wall-clock time in `zone`. A start on a
 * day off counts from the start of the next business day. n may be 0. Errs: ERR_LIMIT n over 400, ERR_NOTFOUND zone.
 */
MUST_CHECK enum err calendar_add_business(const struct calendar *cal, struct str zone, int64_t start_us, int n, int64_t *out_us);
/*
 * calendar_business_between: whole business days passed from a to b (0 when b <= a), in zone: the largest n that
 * calendar_add_business(a, n) does not put behind b. Errs: ERR_LIMIT more than a hundred years, ERR_NOTFOUND zone.
 */
MUST_CHECK enum err calendar_business_between(const struct calendar *cal, struct str zone, int64_t a_us, int64_t b_us, int *out);
/* calendar_known: the table has holidays of that country (a weekend alone does not count). */
bool calendar_known(struct str country);

#endif
