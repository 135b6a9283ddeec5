/*
 * Reads data/holidays.tsv and works out each country's days. Rules become structs; each year of
 * each country first gets the days the rules name, then, in the order of the dates, the days given
 * in place of those that fall on a weekend: that is what makes Boxing Day's follow Christmas Day's.
 * See calendar_rules.h.
 */
#include "base/calendar_rules.h"

#include "base/data.h"
#include "base/num.h"
#include "base/scan.h"
#include "base/timefmt.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>

#define RULES_MAX 1024
#define COUNTRIES_MAX 96
#define YEAR_DAYS_MAX 256 /* days off and worked of one country in one year */
#define WEEKEND_DEFAULT 0x60U

enum rule_kind {
    RULE_WEEKEND,
    RULE_DATE,
    RULE_NTH,
    RULE_EASTER,
    RULE_ONAFTER,
    RULE_ONBEFORE,
    RULE_DAYS,
    RULE_WORK
};
enum sub_kind { SUB_NONE, SUB_NEAREST, SUB_NEXT, SUB_SUNDAY, SUB_BEFORE };

struct rule {
    char code[2];
    struct str regions, name, source;
    enum rule_kind kind;
    enum sub_kind sub;
    int month, day, weekday, nth; /* nth: also the days after Easter */
    int from, until;              /* years */
    unsigned mask;                /* weekend */
    struct str list;              /* days, work: the dates */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct rule rules[RULES_MAX];
static size_t rules_n;
static struct country_days countries[COUNTRIES_MAX];
static size_t countries_n;
static struct str bad_row;

static const char *const WEEKDAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int64_t day_of(int year, int month, int day)
{
    return civil_day(civil_to_us(&(struct civil){.year = year, .month = month, .day = day}));
}

/* The method of the "Anonymous Gregorian" computation, 1876 (Meeus, Astronomical Algorithms, ch.
 * 8). */
int64_t easter_day(int y)
{
    int a = y % 19, b = y / 100, c = y % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;
    return day_of(y, n / 31, n % 31 + 1);
}

static int weekday_of(int64_t day)
{
    return civil_weekday(day * US_PER_DAY);
}

/* ---- reading */

static bool find_weekday(struct str word, int *out)
{
    for (int i = 0; i < 7; i++)
        if (str_eq(word, str_of(WEEKDAYS[i]))) {
            *out = i;
            return true;
        }
    return false;
}

static struct str next_word(struct scan *s)
{
    scan_space(s);
    return scan_word(s);
}

static bool take_int(struct scan *s, int min, int max, int *out)
{
    int64_t v;
    if (num_parse_i64(next_word(s), min, max, &v) != OK)
        return false;
    *out = (int)v;
    return true;
}

static bool take_month_day(struct scan *s, struct rule *r)
{
    struct scan w = scan_of(next_word(s));
    int64_t m, d;
    if (!scan_digits(&w, 2, 2, &m) || !scan_char(&w, '-') || !scan_digits(&w, 2, 2, &d) ||
        !scan_end(&w))
        return false;
    r->month = (int)m;
    r->day = (int)d;
    return civil_valid(&(struct civil){.year = 2000, .month = r->month, .day = r->day});
}

static bool take_date(struct scan *s, int64_t *day)
{
    struct when w;
    struct scan ahead = *s;
    if (when_parse(next_word(&ahead), &w) != OK || w.kind != WHEN_DATE)
        return false;
    *day = civil_day(w.local_us);
    *s = ahead;
    return true;
}

/* The years of a list are those of its first and last date, so that other years need not read it.
 */
static bool take_list(struct scan *s, struct rule *r)
{
    int64_t day, first = -1, last = -1;
    r->list = s->rest;
    while (take_date(s, &day)) {
        if (day <= last)
            return false;
        first = first < 0 ? day : first;
        last = day;
    }
    r->list.n -= s->rest.n;
    r->from = civil_from_us(first * US_PER_DAY).year;
    r->until = civil_from_us(last * US_PER_DAY).year;
    return last >= 0;
}

static bool take_weekend(struct scan *s, struct rule *r)
{
    int wd;
    struct scan ahead = *s;
    while (find_weekday(next_word(&ahead), &wd)) {
        r->mask |= 1U << wd;
        *s = ahead;
    }
    return r->mask != 0;
}

static bool take_rule(struct scan *s, struct rule *r)
{
    static const char *const WORDS[] = {"weekend", "date",     "nth",  "easter",
                                        "onafter", "onbefore", "days", "work"};
    struct str word = next_word(s);
    size_t i = 0;
    while (i < sizeof(WORDS) / sizeof(WORDS[0]) && !str_eq(word, str_of(WORDS[i])))
        i++;
    r->kind = (enum rule_kind)i;
    switch (i) {
    case RULE_WEEKEND:
        return take_weekend(s, r);
    case RULE_DATE:
        return take_month_day(s, r);
    case RULE_NTH:
        return take_int(s, -1, 5, &r->nth) && r->nth != 0 &&
               find_weekday(next_word(s), &r->weekday) && take_int(s, 1, 12, &r->month);
    case RULE_EASTER:
        return take_int(s, -60, 80, &r->nth);
    case RULE_ONAFTER:
    case RULE_ONBEFORE:
        return take_month_day(s, r) && find_weekday(next_word(s), &r->weekday);
    case RULE_DAYS:
    case RULE_WORK:
        return take_list(s, r);
    default:
        return false;
    }
}

static bool take_sub(struct scan *s, struct rule *r)
{
    static const char *const WORDS[] = {"", "nearest", "next", "sunday", "before"};
    struct str word = next_word(s);
    for (int i = 1; i < 5; i++)
        if (str_eq(word, str_of(WORDS[i]))) {
            r->sub = (enum sub_kind)i;
            return true;
        }
    return false;
}

static bool take_options(struct scan *s, struct rule *r)
{
    for (;;) {
        struct str word = next_word(s);
        if (word.n == 0)
            return true;
        bool ok = str_eq(word, STR("from"))    ? take_int(s, 1970, 2199, &r->from)
                  : str_eq(word, STR("until")) ? take_int(s, 1970, 2199, &r->until)
                  : str_eq(word, STR("sub"))   ? take_sub(s, r)
                                               : false;
        if (!ok)
            return false;
    }
}

static bool read_row(struct str line, struct rule *r)
{
    struct str f[5];
    *r = (struct rule){.from = CALENDAR_FIRST_YEAR, .until = CALENDAR_LAST_YEAR};
    for (int i = 0; i < 5; i++)
        if (!str_split(&line, '\t', &f[i]))
            return false;
    if (f[0].n != 2 || line.p != NULL || f[1].n == 0 || f[3].n == 0 || f[4].n == 0)
        return false;
    memcpy(r->code, f[0].p, 2);
    r->regions = f[1];
    r->name = f[3];
    r->source = f[4];
    struct scan s = scan_of(f[2]);
    return take_rule(&s, r) && take_options(&s, r);
}

/* ---- working out */

struct year {
    struct holiday days[YEAR_DAYS_MAX];
    size_t n;
};

static void put(struct year *y, int64_t day, size_t rule, enum holiday_kind kind, bool moved)
{
    if (y->n < YEAR_DAYS_MAX)
        y->days[y->n++] = (struct holiday){(int32_t)day, (uint16_t)rule, (uint8_t)kind, moved};
}

static int month_length(int year, int month)
{
    return (int)(month == 12 ? 31 : day_of(year, month + 1, 1) - day_of(year, month, 1));
}

static int64_t nth_weekday(const struct rule *r, int year)
{
    if (r->nth > 0) {
        int64_t first = day_of(year, r->month, 1);
        return first + (r->weekday - weekday_of(first) + 7) % 7 + 7 * (r->nth - 1);
    }
    int64_t last = day_of(year, r->month, month_length(year, r->month));
    return last - (weekday_of(last) - r->weekday + 7) % 7;
}

static void put_list(struct year *y, size_t i, int year)
{
    struct scan s = scan_of(rules[i].list);
    int64_t day, first = day_of(year, 1, 1), last = day_of(year, 12, 31);
    while (take_date(&s, &day))
        if (day >= first && day <= last)
            put(y, day, i, rules[i].kind == RULE_WORK ? HOLIDAY_WORKED : HOLIDAY_OFF, false);
}

static void put_rule(struct year *y, size_t i, int year)
{
    const struct rule *r = &rules[i];
    int64_t day;
    if (year < r->from || year > r->until)
        return;
    switch (r->kind) {
    case RULE_DATE:
        put(y, day_of(year, r->month, r->day), i, HOLIDAY_OFF, false);
        break;
    case RULE_NTH:
        put(y, nth_weekday(r, year), i, HOLIDAY_OFF, false);
        break;
    case RULE_EASTER:
        put(y, easter_day(year) + r->nth, i, HOLIDAY_OFF, false);
        break;
    case RULE_ONAFTER:
        day = day_of(year, r->month, r->day);
        put(y, day + (r->weekday - weekday_of(day) + 7) % 7, i, HOLIDAY_OFF, false);
        break;
    case RULE_ONBEFORE:
        day = day_of(year, r->month, r->day);
        put(y, day - (weekday_of(day) - r->weekday + 7) % 7, i, HOLIDAY_OFF, false);
        break;
    case RULE_DAYS:
    case RULE_WORK:
        put_list(y, i, year);
        break;
    case RULE_WEEKEND:
        break;
    }
}

static int by_day(const void *a, const void *b)
{
    const struct holiday *x = a, *y = b;
    int c = (x->day > y->day) - (x->day < y->day);
    return c != 0 ? c : (x->rule > y->rule) - (x->rule < y->rule);
}

/* Taken: by a day off that holds wherever this rule holds (national, or of the very same regions).
 */
static bool is_taken(const struct year *y, size_t rule, int64_t day)
{
    for (size_t i = 0; i < y->n; i++) {
        struct str other = rules[y->days[i].rule].regions;
        if (y->days[i].day == day &&
            (str_eq(other, STR("-")) || str_eq(other, rules[rule].regions)))
            return true;
    }
    return false;
}

static int64_t next_free(const struct year *y, const struct country_days *c, size_t rule,
                         int64_t day)
{
    while ((country_weekend(c, day) >> weekday_of(day) & 1) != 0 || is_taken(y, rule, day))
        day++;
    return day;
}

static void put_substitute(struct year *y, const struct country_days *c, struct holiday h)
{
    int wd = weekday_of(h.day);
    bool off = (country_weekend(c, h.day) >> wd & 1) != 0, sunday = wd == 6;
    switch (rules[h.rule].sub) {
    case SUB_NONE:
        break;
    case SUB_NEAREST:
        if (off)
            put(y, wd == 5 ? h.day - 1 : h.day + 1, h.rule, HOLIDAY_OFF, true);
        break;
    case SUB_NEXT:
        if (off)
            put(y, next_free(y, c, h.rule, h.day), h.rule, HOLIDAY_OFF, true);
        break;
    case SUB_SUNDAY: /* Saturdays do not matter here, so a free Saturday would be no substitute:
                        Monday at the earliest */
        if (sunday)
            put(y, next_free(y, c, h.rule, h.day + 1), h.rule, HOLIDAY_OFF, true);
        break;
    case SUB_BEFORE:
        if (sunday)
            put(y, h.day - 1, h.rule, HOLIDAY_OFF, true);
        break;
    }
}

static void work_out_year(const struct country_days *c, int year, struct year *y)
{
    y->n = 0;
    for (size_t i = c->first_rule; i < c->first_rule + c->rules_n; i++)
        put_rule(y, i, year);
    qsort(y->days, y->n, sizeof(y->days[0]), by_day);
    size_t named = y->n;
    for (size_t i = 0; i < named; i++)
        put_substitute(y, c, y->days[i]);
}

static void work_out(struct country_days *c)
{
    struct year y;
    size_t cap = 0;
    for (int year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR; year++) {
        work_out_year(c, year, &y);
        if (c->n + y.n > cap) {
            cap = (c->n + y.n) * 2;
            struct holiday *more = realloc(c->days, cap * sizeof(*more));
            if (more == NULL)
                abort(); /* at start, a few kilobytes: nothing works without them */
            c->days = more;
        }
        if (y.n > 0)
            memcpy(c->days + c->n, y.days, y.n * sizeof(y.days[0]));
        c->n += y.n;
    }
    if (c->n > 0)
        qsort(c->days, c->n, sizeof(c->days[0]), by_day);
}

/* The rows of a country stand together: its rules are a stretch of the array. */
static struct country_days *country_of(const char code[2])
{
    struct country_days *last = countries_n == 0 ? NULL : &countries[countries_n - 1];
    if (last != NULL && memcmp(last->code, code, 2) == 0)
        return last;
    for (size_t i = 0; i < countries_n; i++)
        if (memcmp(countries[i].code, code, 2) == 0)
            return NULL;
    if (countries_n == COUNTRIES_MAX)
        return NULL;
    struct country_days *c = &countries[countries_n++];
    memcpy(c->code, code, 2);
    c->first_rule = rules_n;
    return c;
}

static bool add_rule(const struct rule *r)
{
    struct country_days *c = rules_n == RULES_MAX ? NULL : country_of(r->code);
    if (c == NULL)
        return false;
    if (r->kind == RULE_WEEKEND) {
        if (c->weekends_n == WEEKENDS_MAX)
            return false;
        c->weekends[c->weekends_n].from_day =
            (int32_t)day_of(r->from == CALENDAR_FIRST_YEAR ? 1970 : r->from, 1, 1);
        c->weekends[c->weekends_n++].mask = (uint8_t)r->mask;
    }
    rules[rules_n++] = *r;
    c->rules_n++;
    return true;
}

static void load(void)
{
    struct str rest = data_file("holidays.tsv"), line;
    struct rule r;
    while (data_line(&rest, &line))
        if ((!read_row(line, &r) || !add_rule(&r)) && bad_row.n == 0)
            bad_row = line;
    for (size_t i = 0; i < countries_n; i++)
        work_out(&countries[i]);
}

/* ---- asking */

const struct country_days *country_find(struct str country)
{
    (void)pthread_once(&once, load);
    if (country.n != 2)
        return NULL;
    for (size_t i = 0; i < countries_n; i++)
        if (str_eq_nocase(country, (struct str){countries[i].code, 2}))
            return &countries[i];
    return NULL;
}

unsigned country_weekend(const struct country_days *c, int64_t day)
{
    unsigned mask = WEEKEND_DEFAULT;
    for (size_t i = 0; c != NULL && i < c->weekends_n && c->weekends[i].from_day <= day; i++)
        mask = c->weekends[i].mask;
    return mask;
}

static bool has_word(struct str list, struct str word)
{
    struct str part;
    while (str_split(&list, ',', &part))
        if (str_eq_nocase(part, word))
            return true;
    return false;
}

bool rule_has_region(uint16_t rule, struct str region)
{
    struct str list = rules[rule].regions;
    if (list.p[0] == '-')
        return true;
    if (list.p[0] == '!')
        return region.n == 0 || !has_word(str_sub(list, 1, list.n), region);
    return region.n > 0 && has_word(list, region);
}

struct str rule_name(uint16_t rule)
{
    return rules[rule].name;
}

struct str rule_source(uint16_t rule)
{
    return rules[rule].source;
}

struct str calendar_bad_row(void)
{
    (void)pthread_once(&once, load);
    return bad_row;
}
