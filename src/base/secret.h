/* struct secret: bytes without a printer, wiped when cleared, compared in constant time. */
#ifndef WISMO_BASE_SECRET_H
#define WISMO_BASE_SECRET_H

#include "base/err.h"
#include "base/str.h"

struct secret {
    unsigned char *p;
    size_t n;
};

MUST_CHECK enum err secret_set(struct secret *s, struct str bytes); /* copies */
void secret_clear(struct secret *s);                                /* wipes and frees */
struct str secret_view(const struct secret *s);                     /* for crypto calls and outgoing headers only */
bool secret_eq(const struct secret *s, struct str given);           /* constant time in the content */
bool bytes_eq_ct(struct str a, struct str b);                       /* constant time in the content */

#endif
