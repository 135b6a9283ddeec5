/* struct scan: reads bounded input from left to right; no pointer arithmetic in parsers. */
#ifndef WISMO_BASE_SCAN_H
#define WISMO_BASE_SCAN_H

#include "base/err.h"
#include "base/str.h"

struct scan {
    struct str rest;
};

static inline struct scan scan_of(struct str s)
{
    return (struct scan){s};
}

bool scan_end(const struct scan *s);
bool scan_char(struct scan *s, char c);              /* takes c if it is next */
bool scan_lit(struct scan *s, struct str lit);       /* takes lit if it is next */
void scan_space(struct scan *s);                     /* skips blanks and tabs */
bool scan_digits(struct scan *s, int min, int max, int64_t *out); /* min..max digits (max <= 18) */
bool scan_until(struct scan *s, char stop, struct str *out);      /* up to stop (taken); false when stop is absent */
struct str scan_word(struct scan *s);                /* up to white space */
struct str scan_take(struct scan *s, size_t n);      /* at most n bytes */

#endif
