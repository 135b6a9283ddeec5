/* See phrases.h. */
#include "mind/phrases.h"

#include "base/clock.h"
#include "base/icu_text.h"
#include "base/timefmt.h"
#include "base/zone.h"
#include "mind/template.h"

#include <ctype.h>

static int64_t local_of(const struct day_of *d, int64_t utc_us)
{
    int32_t off = 0;
    return zone_offset(d->zone, utc_us, &off) == OK ? utc_us + off * US_PER_S : utc_us;
}

static int64_t days_from_now(const struct day_of *d, int64_t local_us)
{
    return civil_day(local_us) - civil_day(local_of(d, d->now_us));
}

bool phrase_is_today(const struct day_of *d, int64_t utc_us)
{
    return days_from_now(d, local_of(d, utc_us)) == 0;
}

/* "Friday, 20 November", with the year when it is another than now's. */
static struct str day_name(const struct day_of *d, int64_t local_us)
{
    static const char *const DAYS[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    static const char *const MONTHS[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct civil c = civil_from_us(local_us), now = civil_from_us(local_of(d, d->now_us));
    const char *day = DAYS[civil_weekday(local_us)], *month = MONTHS[c.month - 1];
    if (c.year != now.year)
        return arena_fmt(d->ctx->arena, "%s, %d %s %d", day, c.day, month, c.year);
    return arena_fmt(d->ctx->arena, "%s, %d %s", day, c.day, month);
}

/* English days are written as the answers always did; other languages as ICU does. */
static struct str date_words(const struct day_of *d, int64_t utc_us)
{
    if (str_eq(d->lang, STR("en")))
        return day_name(d, local_of(d, utc_us));
    bool other_year = civil_from_us(local_of(d, utc_us)).year != civil_from_us(local_of(d, d->now_us)).year;
    return other_year ? icu_date(d->ctx, d->lang, d->zone, utc_us) : icu_day(d->ctx, d->lang, d->zone, utc_us);
}

static struct str word(const struct day_of *d, const char *key)
{
    return words_find(d->lang, str_of(key));
}

static struct str one_value(void *user, struct str name)
{
    (void)name;
    return *(struct str *)user;
}

struct str phrase_day(const struct day_of *d, int64_t utc_us, bool with_on)
{
    if (utc_us == 0)
        return STR_NULL;
    int64_t days = days_from_now(d, local_of(d, utc_us));
    if (days >= -1 && days <= 1)
        return word(d, days == 0 ? "day.today" : days == 1 ? "day.tomorrow" : "day.yesterday");
    struct str day = date_words(d, utc_us);
    struct template_slots slots = {one_value, &day};
    return with_on ? template_fill(d->ctx, word(d, "day.on"), &slots) : day;
}

static const char *part_of_day(int64_t local_us)
{
    int hour = civil_from_us(local_us).hour;
    return hour < 5 ? "early" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

struct str phrase_past(const struct day_of *d, int64_t utc_us, int64_t local_us, bool day_only)
{
    int64_t here = local_of(d, utc_us), days = days_from_now(d, here);
    if (utc_us == 0 || day_only || days > 0 || days < -1)
        return phrase_day(d, utc_us, true);
    bool wall = local_us != 0 && local_us != utc_us && civil_day(local_us) == civil_day(here);
    struct str key = arena_fmt(d->ctx->arena, "when.%s_%s", days == 0 ? "today" : "yesterday", part_of_day(wall ? local_us : here));
    return words_find(d->lang, key);
}

struct str phrase_clock(const struct day_of *d, int64_t utc_us)
{
    struct civil c = civil_from_us(local_of(d, utc_us));
    int h = c.hour % 12 == 0 ? 12 : c.hour % 12;
    const char *half = c.hour < 12 ? "AM" : "PM";
    if (!str_eq(d->lang, STR("en")))
        return icu_clock(d->ctx, d->lang, d->zone, utc_us);
    return c.min == 0 ? arena_fmt(d->ctx->arena, "%d %s", h, half)
                      : arena_fmt(d->ctx->arena, "%d:%02d %s", h, c.min, half);
}

struct str phrase_count(struct ctx *ctx, struct str lang, const char *key, int64_t n)
{
    const struct icu_arg arg = {.name = STR("n"), .is_number = true, .number = n};
    struct str out;
    return icu_message(ctx, lang, words_find(lang, str_of(key)), &arg, 1, &out) == OK ? out : STR_NULL;
}

struct str phrase_age(const struct day_of *d, int64_t since_us)
{
    if (since_us == 0)
        return STR_NULL;
    int64_t h = since_us > d->now_us ? 0 : (d->now_us - since_us) / US_PER_H;
    if (h < 1)
        return word(d, "age.under_hour");
    return phrase_count(d->ctx, d->lang, h < 48 ? "age.hours" : "age.days", h < 48 ? h : h / 24);
}

/* "SAINT-DENIS" reads better as "Saint-Denis"; names that are not all capitals stay. */
static struct str city_case(struct arena *a, struct str city)
{
    for (size_t i = 0; i < city.n; i++)
        if (islower((unsigned char)city.p[i]) || (unsigned char)city.p[i] >= 0x80)
            return city;
    char *p = str_empty(city) ? NULL : arena_alloc(a, city.n);
    for (size_t i = 0; p != NULL && i < city.n; i++) {
        bool first = i == 0 || !isalpha((unsigned char)city.p[i - 1]);
        p[i] = (char)(first ? city.p[i] : tolower((unsigned char)city.p[i]));
    }
    return p == NULL ? city : (struct str){p, city.n};
}

struct str phrase_place(struct arena *a, const struct place *p)
{
    struct str city = city_case(a, str_trim(p->city));
    bool region = !str_empty(p->region) && p->region.n <= 3;
    for (size_t i = 0; i < p->region.n; i++)
        region =
            region &&
            isupper((unsigned char)p->region.p[i]); /* a state's letters, not a district's number */
    return str_empty(city) || !region
               ? city
               : arena_fmt(a, "%.*s, %.*s", STR_ARG(city), STR_ARG(p->region));
}

struct str phrase_capital(struct arena *a, struct str s)
{
    if (str_empty(s))
        return s;
    struct str rest = str_sub(s, 1, s.n);
    return arena_fmt(a, "%c%.*s", toupper((unsigned char)s.p[0]), STR_ARG(rest));
}
