/* See time_pattern.h. */
#include "connectors/lib/time_pattern.h"

#include "base/clock.h"
#include "base/scan.h"

struct parts {
    struct civil c;
    int32_t offset_s;
    bool hour, offset, pm, half;
};

static bool letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static struct str take_letters(struct scan *s)
{
    size_t n = 0;
    while (n < s->rest.n && letter(s->rest.p[n]))
        n++;
    return scan_take(s, n);
}

static bool take_month(struct scan *s, int *out)
{
    *out = month_from_name(take_letters(s));
    return *out > 0;
}

static bool take_half(struct scan *s, struct parts *p)
{
    struct str w = take_letters(s);
    p->half = str_eq_nocase(w, STR("AM")) || str_eq_nocase(w, STR("PM"));
    p->pm = str_eq_nocase(w, STR("PM"));
    return p->half;
}

/* "Z", "+01", "+0100", "+01:00" */
static bool take_offset(struct scan *s, struct parts *p)
{
    int64_t h, m = 0;
    p->offset = true;
    if (scan_char(s, 'Z'))
        return true;
    bool minus = scan_char(s, '-');
    if ((!minus && !scan_char(s, '+')) || !scan_digits(s, 2, 2, &h))
        return false;
    bool colon = scan_char(s, ':');
    if (!scan_digits(s, 2, 2, &m) && colon)
        return false;
    p->offset_s = (int32_t)(h * 3600 + m * 60) * (minus ? -1 : 1);
    return h <= 15 && m <= 59;
}

static bool take_number(struct scan *s, int min, int max, int *out)
{
    int64_t n;
    if (!scan_digits(s, min, max, &n))
        return false;
    *out = (int)n;
    return true;
}

static bool take_field(struct scan *s, char f, struct parts *p)
{
    int64_t skip;
    switch (f) {
    case 'Y':
        return take_number(s, 4, 4, &p->c.year);
    case 'y':
        if (!take_number(s, 2, 2, &p->c.year))
            return false;
        p->c.year += 2000;
        return true;
    case 'm':
        return take_number(s, 1, 2, &p->c.month);
    case 'd':
        return take_number(s, 1, 2, &p->c.day);
    case 'b':
        return take_month(s, &p->c.month);
    case 'H':
    case 'I':
        p->hour = true;
        return take_number(s, 1, 2, &p->c.hour);
    case 'M':
        return take_number(s, 2, 2, &p->c.min);
    case 'S':
        return take_number(s, 2, 2, &p->c.sec);
    case 'f':
        return scan_digits(s, 1, 9, &skip);
    case 'p':
        return take_half(s, p);
    case 'z':
        return take_offset(s, p);
    default:
        return f == '%' && scan_char(s, '%');
    }
}

static bool take_all(struct scan *s, struct str pattern, struct parts *p)
{
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        bool fits;
        if (c == '%')
            fits = ++i < pattern.n && take_field(s, pattern.p[i], p);
        else if (c == ' ')
            fits = (scan_space(s), true);
        else
            fits = scan_char(s, c);
        if (!fits)
            return false;
    }
    return scan_end(s);
}

enum err time_by_pattern(struct str text, struct str pattern, struct when *out)
{
    struct parts p = {.hour = false};
    struct scan s = scan_of(str_trim(text));
    if (!take_all(&s, pattern, &p))
        return ERR_PARSE;
    if (p.half) {
        if (p.c.hour < 1 || p.c.hour > 12)
            return ERR_PARSE;
        p.c.hour = p.c.hour % 12 + (p.pm ? 12 : 0);
    }
    if (!civil_valid(&p.c) || p.c.year < 1970 || p.c.year > 2199)
        return ERR_PARSE;
    if (!p.hour)
        *out = when_from_date(p.c.year, p.c.month, p.c.day);
    else
        *out = when_from_local(civil_to_us(&p.c), p.offset, p.offset_s);
    return OK;
}
