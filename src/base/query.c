/* Percent-encoding and the parameters of a query or form body. See http_client.h. */
#include "base/http_client.h"

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

struct str url_encode(struct arena *a, struct str s)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *p = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;
    if (p == NULL)
        return STR_NULL;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_unreserved(s.p[i])) {
            p[n++] = s.p[i];
            continue;
        }
        p[n++] = '%';
        p[n++] = HEX[c >> 4];
        p[n++] = HEX[c & 15];
    }
    return (struct str){p, n};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that *s begins with, decoded and taken off; -1 for a broken escape. *s is not empty. */
static int take_byte(struct str *s)
{
    int c = s->p[0] == '+' ? ' ' : (unsigned char)s->p[0];
    size_t n = 1;
    if (c == '%') {
        int hi = s->n < 3 ? -1 : hex_value(s->p[1]);
        int lo = hi < 0 ? -1 : hex_value(s->p[2]);
        if (lo < 0)
            return -1;
        c = hi << 4 | lo;
        n = 3;
    }
    *s = str_sub(*s, n, s->n);
    return c;
}

/* Names are compared as they stand: a query of a million names costs no memory. */
static bool is_named(struct str coded, struct str name)
{
    while (coded.n > 0 && name.n > 0) {
        if (take_byte(&coded) != (unsigned char)name.p[0])
            return false;
        name = str_sub(name, 1, name.n);
    }
    return coded.n == 0 && name.n == 0;
}

bool query_decode(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (p == NULL)
        return false;
    while (s.n > 0) {
        int c = take_byte(&s);
        if (c <= 0)
            return false;
        p[n++] = (char)c;
    }
    *out = (struct str){p, n};
    return true;
}

bool query_get(struct arena *a, struct str query, const char *name, struct str *out)
{
    struct str pair, key;
    while (str_split(&query, '&', &pair)) {
        struct str value = pair;
        if (str_split(&value, '=', &key) && is_named(key, str_of(name)))
            return query_decode(a, value, out);
    }
    return false;
}
