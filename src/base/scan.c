/* See scan.h. */
#include "base/scan.h"

bool scan_end(const struct scan *s)
{
    return s->rest.n == 0;
}

static void skip(struct scan *s, size_t n)
{
    s->rest.p += n;
    s->rest.n -= n;
}

bool scan_char(struct scan *s, char c)
{
    if (s->rest.n == 0 || s->rest.p[0] != c)
        return false;
    skip(s, 1);
    return true;
}

bool scan_lit(struct scan *s, struct str lit)
{
    if (!str_starts(s->rest, lit))
        return false;
    skip(s, lit.n);
    return true;
}

void scan_space(struct scan *s)
{
    while (s->rest.n > 0 && (s->rest.p[0] == ' ' || s->rest.p[0] == '\t'))
        skip(s, 1);
}

bool scan_digits(struct scan *s, int min, int max, int64_t *out)
{
    int64_t v = 0;
    int n = 0;
    while (n < max && (size_t)n < s->rest.n && s->rest.p[n] >= '0' && s->rest.p[n] <= '9') {
        v = v * 10 + (s->rest.p[n] - '0');
        n++;
    }
    if (n < min)
        return false;
    skip(s, (size_t)n);
    *out = v;
    return true;
}

bool scan_until(struct scan *s, char stop, struct str *out)
{
    const char *at = s->rest.n == 0 ? NULL : memchr(s->rest.p, stop, s->rest.n);
    if (at == NULL)
        return false;
    size_t n = (size_t)(at - s->rest.p);
    *out = (struct str){s->rest.p, n};
    skip(s, n + 1);
    return true;
}

struct str scan_word(struct scan *s)
{
    size_t n = 0;
    while (n < s->rest.n && s->rest.p[n] != ' ' && !(s->rest.p[n] >= '\t' && s->rest.p[n] <= '\r'))
        n++;
    return scan_take(s, n);
}

struct str scan_take(struct scan *s, size_t n)
{
    if (n > s->rest.n)
        n = s->rest.n;
    struct str out = {s->rest.p, n};
    if (n > 0)
        skip(s, n);
    return out;
}
