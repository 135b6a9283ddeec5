/*
 * See calendar.h. Rules of a country are read once from data/holidays.tsv; the days off of a year are worked out when a year
 * is first asked for and kept, so that a question about a day is a look into a bit set.
 */
#include "base/calendar.h"

#include "base/data.h"
#include "base/num.h"
#include "base/scan.h"
#include "base/timefmt.h"
#include "base/zone.h"

#include <pthread.h>
#include <stdlib.h>

#define COUNTRIES_MAX 64
#define FIRST_YEAR 2015
#define LAST_YEAR 2045


struct rule {
    struct str region, rule, name;
};

struct off_day {
    int64_t day;
    struct str region, name;
};

struct country {
    char code[3];
    unsigned weekend; /* bit 0: Monday */
    struct rule *rules;
    size_t rules_n;
    struct off_day *off; /* all years, sorted by day */
    size_t off_n;
};

static struct country countries[COUNTRIES_MAX];
static size_t countries_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int64_t day_of(int year, int month, int day)
{
    struct civil c = {.year = year, .month = month, .day = day};
    return civil_to_us(&c) / US_PER_DAY;
}

static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

/* Western Easter Sunday (Gauss's rule in the form of Meeus, integers only). */
static int64_t easter_day(int y)
{
    int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
    return day_of(y, n / 31, n % 31 + 1);
}

static void add_off(struct country *c, int64_t day, const struct rule *r)
{
    struct off_day *p = realloc(c->off, (c->off_n + 1) * sizeof(*p));
    if (p == NULL)
        return;
    c->off = p;
    p[c->off_n++] = (struct off_day){day, r->region, r->name};
}

static bool is_weekend(const struct country *c, int64_t day)
{
    return (c->weekend >> weekday_of(day) & 1) != 0;
}

static bool is_off_so_far(const struct country *c, int64_t day)
{
    for (size_t i = 0; i < c->off_n; i++)
        if (c->off[i].day == day)
            return true;
    return false;
}

/* Signed number at the scan's place. */
static int scan_signed(struct scan *s)
{
    int64_t v = 0;
    bool neg = scan_char(s, '-');
    (void)scan_digits(s, 1, 3, &v);
    return (int)(neg ? -v : v);
}

static void add_fixed(struct country *c, const struct rule *r, struct scan *s, int year)
{
    int64_t m, d;
    if (!scan_digits(s, 2, 2, &m) || !scan_char(s, '-') || !scan_digits(s, 2, 2, &d))
        return;
    int64_t day = day_of(year, (int)m, (int)d);
    scan_space(s);
    if (scan_lit(s, STR("observed"))) {
        int wd = weekday_of(day);
        day += wd == 5 ? -1 : wd == 6 ? 1 : 0;
    } else if (scan_lit(s, STR("substitute"))) {
        while (is_weekend(c, day) || is_off_so_far(c, day))
            day++;
    }
    add_off(c, day, r);
}

static void add_nth(struct country *c, const struct rule *r, struct scan *s, int year)
{
    int n = scan_signed(s);
    scan_space(s);
    int wd = scan_signed(s);
    scan_space(s);
    int month = scan_signed(s);
    if (month < 1 || month > 12)
        return;
    int64_t first = day_of(year, month, 1);
    if (n > 0) {
        add_off(c, first + (wd - weekday_of(first) + 7) % 7 + (n - 1) * 7, r);
        return;
    }
    int64_t last = (month == 12 ? day_of(year + 1, 1, 1) : day_of(year, month + 1, 1)) - 1;
    add_off(c, last - (weekday_of(last) - wd + 7) % 7, r);
}

static void add_before(struct country *c, const struct rule *r, struct scan *s, int year)
{
    int wd = scan_signed(s);
    int64_t m, d;
    scan_space(s);
    if (!scan_digits(s, 2, 2, &m) || !scan_char(s, '-') || !scan_digits(s, 2, 2, &d))
        return;
    int64_t day = day_of(year, (int)m, (int)d) - 1;
    add_off(c, day - (weekday_of(day) - wd + 7) % 7, r);
}

static void add_dates(struct country *c, const struct rule *r, struct scan *s, int year)
{
    int64_t y, m, d;
    do {
        if (!scan_digits(s, 4, 4, &y) || !scan_char(s, '-') || !scan_digits(s, 2, 2, &m) || !scan_char(s, '-') ||
            !scan_digits(s, 2, 2, &d))
            return;
        if (y == year)
            add_off(c, day_of((int)y, (int)m, (int)d), r);
    } while (scan_char(s, ','));
}

static void apply_rule(struct country *c, const struct rule *r, int year)
{
    struct scan s = scan_of(r->rule);
    struct str word = scan_word(&s);
    scan_space(&s);
    if (str_eq(word, STR("fixed")))
        add_fixed(c, r, &s, year);
    else if (str_eq(word, STR("nth")))
        add_nth(c, r, &s, year);
    else if (str_eq(word, STR("before")))
        add_before(c, r, &s, year);
    else if (str_eq(word, STR("easter")))
        add_off(c, easter_day(year) + scan_signed(&s), r);
    else if (str_eq(word, STR("dates")))
        add_dates(c, r, &s, year);
}

static struct country *country_slot(struct str code)
{
    for (size_t i = 0; i < countries_n; i++)
        if (str_eq(code, str_of(countries[i].code)))
            return &countries[i];
    if (countries_n == COUNTRIES_MAX || code.n != 2)
        return NULL;
    struct country *c = &countries[countries_n++];
    memcpy(c->code, code.p, 2);
    c->weekend = 1u << 5 | 1u << 6;
    return c;
}

static void read_weekend(struct country *c, struct scan *s)
{
    int64_t d;
    c->weekend = 0;
    while (scan_digits(s, 1, 1, &d)) {
        c->weekend |= 1u << d;
        (void)scan_char(s, ',');
    }
}

static int by_day(const void *a, const void *b)
{
    const struct off_day *x = a, *y = b;
    return x->day != y->day ? (x->day > y->day) - (x->day < y->day) : str_cmp(x->region, y->region);
}

static void read_line(struct str line)
{
    struct str code, region, rule, name;
    if (!str_split(&line, '\t', &code) || !str_split(&line, '\t', &region) || !str_split(&line, '\t', &rule) ||
        !str_split(&line, '\t', &name))
        return;
    struct country *c = country_slot(code);
    if (c == NULL)
        return;
    struct scan s = scan_of(rule);
    if (scan_lit(&s, STR("weekend "))) {
        read_weekend(c, &s);
        return;
    }
    struct rule *p = realloc(c->rules, (c->rules_n + 1) * sizeof(*p));
    if (p == NULL)
        return;
    c->rules = p;
    p[c->rules_n++] = (struct rule){region, rule, name};
}

static void load(void)
{
    struct str rest = data_file("holidays.tsv"), line;
    while (data_line(&rest, &line))
        read_line(line);
    for (size_t i = 0; i < countries_n; i++) {
        struct country *c = &countries[i];
        for (int y = FIRST_YEAR; y <= LAST_YEAR; y++)
            for (size_t r = 0; r < c->rules_n; r++)
                apply_rule(c, &c->rules[r], y);
        if (c->off_n > 0)
            qsort(c->off, c->off_n, sizeof(*c->off), by_day);
    }
}

static const struct country *find_country(struct str code)
{
    pthread_once(&once, load);
    for (size_t i = 0; i < countries_n; i++)
        if (code.n == 2 && memcmp(code.p, countries[i].code, 2) == 0)
            return &countries[i];
    return NULL;
}

bool calendar_known(struct str country)
{
    return find_country(country) != NULL;
}

static struct str holiday(const struct country *c, struct str region, int64_t day)
{
    size_t lo = 0, hi = c == NULL ? 0 : c->off_n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c->off[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; c != NULL && lo < c->off_n && c->off[lo].day == day; lo++)
        if (str_empty(c->off[lo].region) || str_eq(c->off[lo].region, region))
            return c->off[lo].name;
    return STR_NULL;
}

static bool in_days(const int64_t *days, size_t n, int64_t day)
{
    for (size_t i = 0; i < n && days[i] <= day; i++)
        if (days[i] == day)
            return true;
    return false;
}

static bool is_business(const struct calendar *cal, const struct country *c, int64_t day)
{
    if (in_days(cal->extra_work, cal->extra_work_n, day))
        return true;
    if (in_days(cal->extra_off, cal->extra_off_n, day))
        return false;
    unsigned weekend = c == NULL ? 1u << 5 | 1u << 6 : c->weekend;
    if (cal->saturday_works)
        weekend &= ~(1u << 5);
    if ((weekend >> weekday_of(day) & 1) != 0)
        return false;
    return str_empty(holiday(c, cal->region, day));
}

bool calendar_is_business_day(const struct calendar *cal, int64_t day)
{
    return is_business(cal, find_country(cal->country), day);
}

struct str calendar_holiday_name(const struct calendar *cal, int64_t day)
{
    return holiday(find_country(cal->country), cal->region, day);
}

enum err calendar_add_business(const struct calendar *cal, struct str zone, int64_t start_us, int n, int64_t *out_us)
{
    const struct country *c = find_country(cal->country);
    int32_t off = 0;
    if (n < 0 || n > 400)
        return ERR_LIMIT;
    enum err e = zone_offset(zone, start_us, &off);
    if (e != OK)
        return e;
    int64_t local = start_us + off * US_PER_S, day = civil_day(local), clock = local - day * US_PER_DAY;
    if (!is_business(cal, c, day)) {
        clock = 0; /* from the start of the next business day */
        for (int i = 0; i < 60 && !is_business(cal, c, day); i++)
            day++;
    }
    for (int left = n, i = 0; left > 0 && i < 2000; i++) {
        day++;
        left -= is_business(cal, c, day);
    }
    return zone_to_utc(zone, day * US_PER_DAY + clock, out_us);
}

enum err calendar_business_between(const struct calendar *cal, struct str zone, int64_t a_us, int64_t b_us, int *out)
{
    const struct country *c = find_country(cal->country);
    int32_t off_a = 0, off_b = 0;
    *out = 0;
    if (b_us <= a_us)
        return OK;
    enum err e = zone_offset(zone, a_us, &off_a);
    if (e == OK)
        e = zone_offset(zone, b_us, &off_b);
    if (e != OK)
        return e;
    int64_t a = a_us + off_a * US_PER_S, b = b_us + off_b * US_PER_S;
    int64_t day = civil_day(a), end = civil_day(b), clock_a = a - day * US_PER_DAY, clock_b = b - end * US_PER_DAY;
    if (!is_business(cal, c, day))
        clock_a = 0;
    int n = 0;
    for (int64_t d = day + 1; d <= end && n < 4000; d++)
        n += is_business(cal, c, d) && (d < end || clock_b >= clock_a);
    *out = n;
    return OK;
}
