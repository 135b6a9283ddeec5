/*
 * Compact binary rows: one description of a struct serves writing and reading. Numbers are variable-length (zigzag), strings
 * carry their length. Reading is bounded and never trusts a byte: after a failure everything reads as empty and err is set.
 */
#ifndef WISMO_MODEL_PACK_H
#define WISMO_MODEL_PACK_H

#include "base/buf.h"
#include "base/ctx.h"

struct pack {
    struct buf *out;     /* writing when not NULL */
    struct str in;       /* what is left to read */
    struct arena *arena; /* strings are copied here */
    enum err err;
};

static inline struct pack pack_writer(struct buf *out)
{
    return (struct pack){.out = out};
}
static inline struct pack pack_reader(struct ctx *ctx, struct str row)
{
    return (struct pack){.in = row, .arena = ctx->arena};
}
void pack_u64(struct pack *p, uint64_t *v);
void pack_i64(struct pack *p, int64_t *v);
void pack_int(struct pack *p, int *v);
void pack_bool(struct pack *p, bool *v);
void pack_str(struct pack *p, struct str *s);
void pack_fixed64(struct pack *p, uint64_t *v); /* eight bytes: hashes */
/* pack_count: a length within max; gives it when reading. */
void pack_count(struct pack *p, size_t *n, size_t max);
/* pack_enum: value below count. */
void pack_enum(struct pack *p, int *v, int count);
/* pack_list: reading: allocates *list with room for n of size; writing: nothing. */
void *pack_list(struct pack *p, void *list, size_t n, size_t size);

#endif
