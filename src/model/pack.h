/*
 * Compact binary rows: one description of a struct serves writing and reading. Numbers are
 * variable-length (zigzag), strings carry their length. Reading is bounded and never trusts a byte:
 * only what a writer would have written is taken; after a failure everything reads as empty and err
 * is set. Writing changes nothing in the struct.
 */
#ifndef WISMO_MODEL_PACK_H
#define WISMO_MODEL_PACK_H

#include "base/buf.h"
#include "base/ctx.h"

struct pack {
    struct buf *out; /* writing when not NULL */
    struct str in; /* what is left to read: a copy of the row in the arena; strings look into it */
    struct arena *arena;
    enum err err;
};

struct pack pack_writer(struct buf *out);
/* pack_reader: copies the row into ctx's arena once; err is ERR_MEMORY when that fails. */
struct pack pack_reader(struct ctx *ctx, struct str row);
/* pack_end: what reading gave: ERR_CORRUPT too when bytes are left over. */
MUST_CHECK enum err pack_end(const struct pack *p);
/* pack_corrupt: the caller found a value that no writer writes. */
void pack_corrupt(struct pack *p);

void pack_u64(struct pack *p, uint64_t *v);
void pack_u32(struct pack *p, uint32_t *v);
void pack_i64(struct pack *p, int64_t *v);
void pack_bool(struct pack *p, bool *v);
void pack_str(struct pack *p, struct str *s);
void pack_fixed64(struct pack *p, uint64_t *v); /* eight bytes: hashes */
/* pack_below: a value below count; reading gives 0 when it is not. */
unsigned pack_below(struct pack *p, unsigned v, unsigned count);
/* pack_count: a length within max; gives it when reading. */
void pack_count(struct pack *p, size_t *n, size_t max);
/* pack_list: reading: room for n of size, zeroed; writing: list itself. */
void *pack_list(struct pack *p, void *list, size_t n, size_t size);

/* PACK_ENUM: a field of `enum type` whose values are below count. */
#define PACK_ENUM(p, field, type, count)                                                           \
    do {                                                                                           \
        unsigned v_ = pack_below((p), (unsigned)(field), (unsigned)(count));                       \
        if ((p)->out == NULL)                                                                      \
            (field) = (enum type)v_;                                                               \
    } while (0)

#endif
