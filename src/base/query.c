/* Percent-encoding and the parameters of a query or form body. See http_client.h. */
#include "base/http_client.h"

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
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

/* false: a broken escape, a NUL, or no memory. */
static bool decode(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (p == NULL)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int c = s.p[i] == '+' ? ' ' : (unsigned char)s.p[i];
        if (c == '%') {
            int hi = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
            int lo = hi < 0 ? -1 : hex_value(s.p[i + 2]);
            if (hi < 0 || lo < 0)
                return false;
            c = hi << 4 | lo;
            i += 2;
        }
        if (c == 0)
            return false;
        p[n++] = (char)c;
    }
    *out = (struct str){p, n};
    return true;
}

bool query_get(struct arena *a, struct str query, const char *name, struct str *out)
{
    struct str pair, key, want = str_of(name);
    while (str_split(&query, '&', &pair)) {
        struct str value = pair;
        if (!str_split(&value, '=', &key))
            continue;
        if (value.p == NULL)
            value = STR("");
        if (!decode(a, key, &key) || !str_eq(key, want))
            continue;
        return decode(a, value, out);
    }
    return false;
}
