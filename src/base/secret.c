/* See secret.h. */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>

enum err secret_set(struct secret *s, struct str bytes)
{
    unsigned char *p = malloc(bytes.n + 1);
    if (p == NULL)
        return ERR_MEMORY;
    if (bytes.n > 0)
        memcpy(p, bytes.p, bytes.n);
    p[bytes.n] = 0;
    secret_clear(s);
    s->p = p;
    s->n = bytes.n;
    return OK;
}

void secret_clear(struct secret *s)
{
    if (s->p != NULL)
        OPENSSL_cleanse(s->p, s->n);
    free(s->p);
    *s = (struct secret){NULL, 0};
}

struct str secret_view(const struct secret *s)
{
    return (struct str){(const char *)s->p, s->n};
}

bool bytes_eq_ct(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

bool secret_eq(const struct secret *s, struct str given)
{
    return s->n > 0 && bytes_eq_ct(secret_view(s), given);
}
