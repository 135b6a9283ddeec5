/* See buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_clear(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->err = OK;
}

static bool grow(struct buf *b, size_t n)
{
    if (b->err != OK)
        return false;
    if (n > b->max - b->n) {
        b->err = ERR_LIMIT;
        return false;
    }
    size_t cap = b->cap < 256 ? 256 : b->cap * 2;
    if (cap > b->max)
        cap = b->max;
    if (cap < b->n + n)
        cap = b->n + n;
    char *p = realloc(b->p, cap);
    if (p == NULL) {
        b->err = ERR_MEMORY;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

bool buf_room(struct buf *b, size_t n)
{
    return (b->err == OK && n <= b->cap - b->n) || grow(b, n);
}

void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, str_of(z));
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    size_t left = b->err == OK ? b->cap - b->n : 0;
    int n = vsnprintf(left > 0 ? b->p + b->n : NULL, left, fmt, ap);
    va_end(ap);
    if (n >= 0 && buf_room(b, (size_t)n + 1)) {
        if ((size_t)n >= left)
            vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_add_i64(struct buf *b, int64_t v)
{
    char t[24];
    size_t i = sizeof(t);
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    do {
        t[--i] = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0);
    if (v < 0)
        t[--i] = '-';
    buf_add(b, (struct str){t + i, sizeof(t) - i});
}

void buf_add_hex(struct buf *b, struct str bytes)
{
    static const char HEX[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        buf_add(b, (struct str){(const char[]){HEX[c >> 4], HEX[c & 15]}, 2});
    }
}

char *buf_reserve(struct buf *b, size_t n)
{
    return buf_room(b, n) ? b->p + b->n : NULL;
}

struct str buf_move(struct buf *b, struct arena *a)
{
    struct str out = STR_NULL;
    if (b->err == ERR_MEMORY)
        arena_fail(a);
    if (b->err != OK || arena_dup(a, buf_str(b), &out) != OK)
        out = STR_NULL;
    buf_clear(b);
    return out;
}

enum err buf_err(const struct buf *b)
{
    return b->err;
}
