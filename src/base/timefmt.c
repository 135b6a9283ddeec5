/* See timefmt.h. Civil-day arithmetic is the usual shifted-year algorithm (March first), exact for
 * all years in range. */
#include "base/timefmt.h"

#include "base/clock.h"
#include "base/scan.h"

#include <stdio.h>

static int64_t days_from_civil(int y, int m, int d)
{
    y -= m <= 2;
    int64_t era = y / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

int64_t civil_day(int64_t us)
{
    int64_t d = us / US_PER_DAY;
    return us % US_PER_DAY < 0 ? d - 1 : d;
}

int64_t civil_to_us(const struct civil *c)
{
    int64_t s =
        days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->min * 60 + c->sec;
    return s * US_PER_S + c->us;
}

struct civil civil_from_us(int64_t us)
{
    int64_t z = civil_day(us);
    int64_t rest = us % US_PER_DAY; /* not us - z * US_PER_DAY: the first day of all does not fit */
    rest += rest < 0 ? US_PER_DAY : 0;
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / US_PER_H),
        .min = (int)(rest / US_PER_MIN % 60),
        .sec = (int)(rest / US_PER_S % 60),
        .us = (int)(rest % US_PER_S),
    };
}

static int month_days(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

bool civil_valid(const struct civil *c)
{
    return c->year >= 1970 && c->year <= 2199 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= month_days(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->min >= 0 && c->min <= 59 && c->sec >= 0 && c->sec <= 59 && c->us >= 0 &&
           c->us < US_PER_S;
}

int civil_weekday(int64_t us)
{
    int64_t d = (civil_day(us) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(d < 0 ? d + 7 : d);
}

/* The fraction of a second as microseconds; more than six digits are cut. */
static bool scan_fraction(struct scan *s, int *us)
{
    int64_t digit;
    int n = 0, v = 0;
    while (scan_digits(s, 1, 1, &digit)) {
        if (n < 6)
            v = v * 10 + (int)digit;
        n++;
    }
    for (int i = n; i < 6; i++)
        v *= 10;
    *us = v;
    return n > 0;
}

static bool scan_clock(struct scan *s, struct civil *c)
{
    int64_t h, m, sec = 0;
    if (!scan_digits(s, 2, 2, &h) || !scan_char(s, ':') || !scan_digits(s, 2, 2, &m))
        return false;
    if (scan_char(s, ':') && !scan_digits(s, 2, 2, &sec))
        return false;
    if ((scan_char(s, '.') || scan_char(s, ',')) && !scan_fraction(s, &c->us))
        return false;
    c->hour = (int)h;
    c->min = (int)m;
    c->sec = (int)(sec == 60 ? 59 : sec); /* leap second */
    return true;
}

/* "Z", "+01:00", "+0100", "+01", "UTC"; false: something else stands there. */
static bool scan_zone(struct scan *s, bool *known, int32_t *offset_s)
{
    int64_t h, m = 0;
    *known = true;
    *offset_s = 0;
    if (scan_end(s)) {
        *known = false;
        return true;
    }
    if (scan_char(s, 'Z') || scan_char(s, 'z') || scan_lit(s, STR("UTC")) ||
        scan_lit(s, STR("GMT")))
        return scan_end(s);
    bool neg = scan_char(s, '-');
    if (!neg && !scan_char(s, '+'))
        return false;
    if (!scan_digits(s, 2, 2, &h))
        return false;
    (void)scan_char(s, ':');
    if (!scan_end(s) && !scan_digits(s, 2, 2, &m))
        return false;
    if (h > 15 || m > 59 || !scan_end(s))
        return false;
    *offset_s = (int32_t)(h * 3600 + m * 60);
    if (neg)
        *offset_s = -*offset_s;
    return true;
}

struct when when_from_local(int64_t local_us, bool offset_known, int32_t offset_s)
{
    struct when w = {.kind = WHEN_LOCAL, .local_us = local_us, .has_local = true};
    if (offset_known) {
        w.kind = WHEN_UTC;
        w.utc_us = local_us - (int64_t)offset_s * US_PER_S;
    }
    return w;
}

struct when when_from_utc(int64_t utc_us)
{
    return (struct when){.kind = WHEN_UTC, .utc_us = utc_us, .local_us = utc_us};
}

struct when when_from_date(int year, int month, int day)
{
    struct civil c = {.year = year, .month = month, .day = day};
    return (struct when){.kind = WHEN_DATE, .local_us = civil_to_us(&c), .has_local = true};
}

enum err when_parse(struct str text, struct when *out)
{
    struct scan s = scan_of(str_trim(text));
    struct civil c = {0};
    int64_t y, m, d;
    bool known = false;
    int32_t offset_s = 0;
    if (!scan_digits(&s, 4, 4, &y) || !scan_char(&s, '-') || !scan_digits(&s, 2, 2, &m) ||
        !scan_char(&s, '-') || !scan_digits(&s, 2, 2, &d))
        return ERR_PARSE;
    c.year = (int)y;
    c.month = (int)m;
    c.day = (int)d;
    if (scan_end(&s)) {
        if (!civil_valid(&c))
            return ERR_PARSE;
        *out = when_from_date(c.year, c.month, c.day);
        return OK;
    }
    if (!scan_char(&s, 'T') && !scan_char(&s, 't') && !scan_char(&s, ' '))
        return ERR_PARSE;
    if (!scan_clock(&s, &c) || !civil_valid(&c))
        return ERR_PARSE;
    scan_space(&s);
    bool utc = s.rest.n == 1 && (s.rest.p[0] == 'Z' || s.rest.p[0] == 'z');
    if (!scan_zone(&s, &known, &offset_s))
        return ERR_PARSE;
    *out = utc ? when_from_utc(civil_to_us(&c)) : when_from_local(civil_to_us(&c), known, offset_s);
    return OK;
}

/* sep, then v in n digits. */
static char *put_digits(char *p, char sep, int v, int n)
{
    *p++ = sep;
    for (int i = n - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + n;
}

/* By hand: a folded scan writes nineteen of them, and printf took a quarter of its instructions. */
size_t time_write(char *out, int64_t utc_us)
{
    struct civil c = civil_from_us(utc_us);
    char *p = out;
    if (c.year < 0 || c.year > 9999)
        p += snprintf(p, TIME_TEXT_MAX, "%04d", c.year);
    else
        p = put_digits(p, (char)('0' + c.year / 1000), c.year % 1000, 3);
    p = put_digits(p, '-', c.month, 2);
    p = put_digits(p, '-', c.day, 2);
    p = put_digits(p, 'T', c.hour, 2);
    p = put_digits(p, ':', c.min, 2);
    p = put_digits(p, ':', c.sec, 2);
    if (c.us != 0)
        p = put_digits(p, '.', c.us, 6);
    *p++ = 'Z';
    return (size_t)(p - out);
}

struct str time_rfc3339(struct arena *a, int64_t utc_us)
{
    char t[TIME_TEXT_MAX];
    struct str out = STR_NULL;
    return arena_dup(a, (struct str){t, time_write(t, utc_us)}, &out) == OK ? out : STR_NULL;
}

struct str time_local_text(struct arena *a, const struct when *w)
{
    if (w->kind == WHEN_NONE || !w->has_local)
        return STR_NULL;
    struct civil c = civil_from_us(w->local_us);
    if (w->kind == WHEN_DATE)
        return arena_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day);
    return arena_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.min,
                     c.sec);
}

int month_from_name(struct str s)
{
    static const char *const NAMES[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    for (int i = 0; i < 12; i++) {
        struct str full = str_of(NAMES[i]);
        if (str_eq_nocase(s, full) || str_eq_nocase(s, str_sub(full, 0, 3)) ||
            (i == 8 && str_eq_nocase(s, STR("sept"))))
            return i + 1;
    }
    return 0;
}

bool time_from_rfc2822(struct str s, int64_t *out_us)
{
    struct scan c = scan_of(str_trim(s));
    struct civil cv = {0};
    int64_t d, y, h, m, sec;
    int32_t offset_s = 0;
    bool known;
    if (c.rest.n > 4 && c.rest.p[3] == ',')
        (void)scan_take(&c, 4);
    scan_space(&c);
    if (!scan_digits(&c, 1, 2, &d) || !scan_char(&c, ' '))
        return false;
    struct str month = scan_word(&c);
    if (month.n != 3 || !scan_char(&c, ' ') || !scan_digits(&c, 4, 4, &y) || !scan_char(&c, ' ') ||
        !scan_digits(&c, 2, 2, &h) || !scan_char(&c, ':') || !scan_digits(&c, 2, 2, &m) ||
        !scan_char(&c, ':') || !scan_digits(&c, 2, 2, &sec))
        return false;
    scan_space(&c);
    if (!scan_zone(&c, &known, &offset_s))
        return false;
    cv = (struct civil){.year = (int)y,
                        .month = month_from_name(month),
                        .day = (int)d,
                        .hour = (int)h,
                        .min = (int)m,
                        .sec = (int)sec};
    if (!civil_valid(&cv))
        return false;
    *out_us = civil_to_us(&cv) - offset_s * US_PER_S;
    return true;
}
