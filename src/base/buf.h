/* struct buf: owned, growing bytes with an upper bound. Remembers its first failure: append freely, check once. */
#ifndef WISMO_BASE_BUF_H
#define WISMO_BASE_BUF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap, max;
    enum err err; /* first failure: ERR_LIMIT or ERR_MEMORY; later appends do nothing */
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);  /* frees; usable again with the same max */
void buf_reset(struct buf *b);  /* empties, keeps memory, forgets the failure */
/* buf_room: does b hold n more bytes, or can it be made to? */
bool buf_room(struct buf *b, size_t n);
static inline void buf_add(struct buf *b, struct str s)
{
    if (s.n == 0 || !((b->err == OK && s.n <= b->cap - b->n) || buf_room(b, s.n)))
        return;
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}
static inline void buf_addc(struct buf *b, char c)
{
    if ((b->err == OK && b->n < b->cap) || buf_room(b, 1))
        b->p[b->n++] = c;
}
void buf_addz(struct buf *b, const char *z);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_add_i64(struct buf *b, int64_t v);
void buf_add_hex(struct buf *b, struct str bytes); /* lower case */
/* buf_reserve: room for n more bytes at b->p + b->n, NULL on failure; the caller raises b->n itself. */
char *buf_reserve(struct buf *b, size_t n);
static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p, b->n};
}
/* buf_move: what b holds, in the arena; b is cleared. STR_NULL when b has failed; that memory was short, the arena knows then. */
struct str buf_move(struct buf *b, struct arena *a);
MUST_CHECK enum err buf_err(const struct buf *b);

#endif
