/* struct str: a view of bytes, passed by value, not NUL-terminated, living as long as what it looks into. */
#ifndef WISMO_BASE_STR_H
#define WISMO_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})
#define STR_NULL ((struct str){NULL, 0})
#define STR_ARG(s) (int)(s).n, (s).p == NULL ? "" : (s).p /* for "%.*s" */

/* str_of: view of a C string; NULL gives an empty view. */
static inline struct str str_of(const char *z)
{
    return (struct str){z, z == NULL ? 0 : strlen(z)};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_empty(struct str s)
{
    return s.n == 0;
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII case only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str needle);
bool str_contains_nocase(struct str s, struct str needle); /* ASCII case only */
int str_cmp(struct str a, struct str b);                   /* bytewise, then length: <0, 0, >0 */
struct str str_trim(struct str s);                         /* ASCII white space at both ends */
struct str str_sub(struct str s, size_t from, size_t n);   /* clamped to s */
/* str_split: takes the part before the first `sep` off *rest; false, and *out empty, when *rest is used up (p == NULL). */
bool str_split(struct str *rest, char sep, struct str *out);
bool str_is_utf8(struct str s); /* well-formed UTF-8 without NUL */
/* str_utf8_prefix: bytes at the beginning that are; equal to s.n when all are. */
size_t str_utf8_prefix(struct str s);
/* str_utf8_take: bytes of the first character of s, which is not empty; *cp is U+FFFD, and one byte is taken, where they are no UTF-8. */
size_t str_utf8_take(struct str s, uint32_t *cp);
/* str_utf8_put: a character's bytes into out; how many. cp is one that str_utf8_take gives. */
size_t str_utf8_put(char out[4], uint32_t cp);
/* str_hash: 64-bit FNV-1a-like hash, stable over builds and machines: may be stored. Not for hostile keys in tables. */
uint64_t str_hash(struct str s);
uint64_t str_hash_add(uint64_t h, struct str s); /* continue a hash; start with str_hash(STR("")) */
/* str_hash_keyed: SipHash-1-3; with a random key strangers cannot make keys collide. Not to be stored. */
uint64_t str_hash_keyed(const uint64_t key[2], struct str s);

#endif
