/* See str.h. */
#include "base/str.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_nocase(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool str_eq_nocase(struct str a, struct str b)
{
    return a.n == b.n && same_nocase(a.p, b.p, a.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

bool str_contains(struct str s, struct str needle)
{
    return needle.n == 0 || (s.n >= needle.n && memmem(s.p, s.n, needle.p, needle.n) != NULL);
}

bool str_contains_nocase(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (same_nocase(s.p + i, needle.p, needle.n))
            return true;
    return false;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){s.p == NULL ? NULL : s.p + from, n};
}

bool str_split(struct str *rest, char sep, struct str *out)
{
    if (rest->p == NULL) {
        *out = STR_NULL;
        return false;
    }
    const char *at = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);
    if (at == NULL) {
        *out = *rest;
        *rest = STR_NULL;
        return true;
    }
    size_t n = (size_t)(at - rest->p);
    *out = (struct str){rest->p, n};
    *rest = (struct str){at + 1, rest->n - n - 1};
    return true;
}

/* Length of the well-formed sequence at p, 0 when it is ill-formed (overlong, surrogate, out of
 * range, NUL). */
static size_t utf8_len(const unsigned char *p, size_t n)
{
    unsigned c = p[0];
    if (c == 0)
        return 0;
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || (c == 0xf0 && p[1] < 0x90) ||
        (c == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

/* Eight bytes at once: all in 1..127? A byte of 0 or of 128 and more sets its high bit in one of
 * the two terms. */
static bool is_plain8(const unsigned char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return ((w | (w - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

size_t str_utf8_prefix(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;
    while (i < s.n) {
        if (s.n - i >= 8 && is_plain8(p + i)) {
            i += 8;
            continue;
        }
        size_t len = utf8_len(p + i, s.n - i);
        if (len == 0)
            break;
        i += len;
    }
    return i;
}

bool str_is_utf8(struct str s)
{
    return str_utf8_prefix(s) == s.n;
}

uint64_t str_hash_add(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        h ^= (unsigned char)s.p[i];
        h *= UINT64_C(0x100000001b3);
    }
    h ^= 0xff; /* ends the part: "ab" + "c" is not "a" + "bc" */
    h *= UINT64_C(0x100000001b3);
    return h ^ (h >> 29);
}

uint64_t str_hash(struct str s)
{
    return str_hash_add(UINT64_C(0xcbf29ce484222325), s);
}

/* SipHash by Aumasson and Bernstein (https://www.aumasson.jp/siphash/siphash.pdf), one round a word
 * and three at the end. */
static void sip_round(uint64_t v[4])
{
#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
    v[0] += v[1];
    v[1] = ROTL(v[1], 13) ^ v[0];
    v[0] = ROTL(v[0], 32);
    v[2] += v[3];
    v[3] = ROTL(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = ROTL(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = ROTL(v[1], 17) ^ v[2];
    v[2] = ROTL(v[2], 32);
#undef ROTL
}

static void sip_word(uint64_t v[4], uint64_t w)
{
    v[3] ^= w;
    sip_round(v);
    v[0] ^= w;
}

uint64_t str_hash_keyed(const uint64_t key[2], struct str s)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t w, last = (uint64_t)s.n << 56;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        memcpy(&w, s.p + i, 8);
        sip_word(v, w);
    }
    for (size_t k = 0; i + k < s.n; k++)
        last |= (uint64_t)(unsigned char)s.p[i + k] << (8 * k);
    sip_word(v, last);
    v[2] ^= 0xff;
    for (int k = 0; k < 3; k++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

size_t str_utf8_take(struct str s, uint32_t *cp)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    *cp = c;
    if (n == 1)
        return 1;
    if (n > s.n || !str_is_utf8((struct str){s.p, n})) {
        *cp = 0xFFFD;
        return 1;
    }
    *cp = c & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        *cp = *cp << 6 | ((unsigned char)s.p[i] & 0x3F);
    return n;
}

size_t str_utf8_put(char out[4], uint32_t cp)
{
    size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)(LEAD[n] | cp);
    return n;
}
