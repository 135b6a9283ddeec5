/*
 * See pack.h. The writer keeps its numbers in the buffer's spare room and asks for more only when
 * ten bytes are not left; a row has hundreds of them. The reader takes only the shortest form of a
 * number, so that a row has one spelling.
 */
#include "model/pack.h"

#define VARINT_MAX 10

struct pack pack_writer(struct buf *out)
{
    return (struct pack){.out = out};
}

struct pack pack_reader(struct ctx *ctx, struct str row)
{
    struct pack p = {.arena = ctx->arena};
    p.err = arena_dup(ctx->arena, row, &p.in);
    return p;
}

enum err pack_end(const struct pack *p)
{
    return p->err == OK && p->in.n > 0 ? ERR_CORRUPT : p->err;
}

void pack_corrupt(struct pack *p)
{
    if (p->err == OK)
        p->err = ERR_CORRUPT;
    p->in = STR_NULL;
}

static void write_varint(struct buf *b, uint64_t x)
{
    char *at =
        b->err == OK && b->cap - b->n >= VARINT_MAX ? b->p + b->n : buf_reserve(b, VARINT_MAX);
    if (at == NULL)
        return;
    size_t n = 0;
    for (; x >= 0x80; x >>= 7)
        at[n++] = (char)(x | 0x80);
    at[n++] = (char)x;
    b->n += n;
}

static uint64_t read_varint(struct pack *p)
{
    const unsigned char *in = (const unsigned char *)p->in.p;
    uint64_t x = 0;
    for (size_t i = 0; i < p->in.n && i < VARINT_MAX; i++) {
        x |= (uint64_t)(in[i] & 0x7f) << (7 * i);
        if (in[i] >= 0x80)
            continue;
        if ((i > 0 && in[i] == 0) || (i == VARINT_MAX - 1 && in[i] > 1))
            break; /* longer than need be, or more than 64 bits */
        p->in.p += i + 1;
        p->in.n -= i + 1;
        return x;
    }
    pack_corrupt(p);
    return 0;
}

void pack_u64(struct pack *p, uint64_t *v)
{
    if (p->out != NULL)
        write_varint(p->out, *v);
    else
        *v = read_varint(p);
}

void pack_u32(struct pack *p, uint32_t *v)
{
    if (p->out != NULL) {
        write_varint(p->out, *v);
        return;
    }
    uint64_t x = read_varint(p);
    if (x > UINT32_MAX)
        pack_corrupt(p);
    *v = x > UINT32_MAX ? 0 : (uint32_t)x;
}

void pack_i64(struct pack *p, int64_t *v)
{
    if (p->out != NULL) {
        write_varint(p->out, ((uint64_t)*v << 1) ^ (uint64_t)(*v >> 63));
        return;
    }
    uint64_t z = read_varint(p);
    *v = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
}

unsigned pack_below(struct pack *p, unsigned v, unsigned count)
{
    if (p->out != NULL) {
        write_varint(p->out, v);
        return v;
    }
    uint64_t x = read_varint(p);
    if (x >= count) {
        pack_corrupt(p);
        x = 0;
    }
    return (unsigned)x;
}

void pack_bool(struct pack *p, bool *v)
{
    unsigned x = pack_below(p, p->out != NULL && *v, 2);
    if (p->out == NULL)
        *v = x != 0;
}

void pack_fixed64(struct pack *p, uint64_t *v)
{
    char t[8];
    if (p->out != NULL) {
        for (unsigned i = 0; i < 8; i++)
            t[i] = (char)(*v >> (8 * i));
        buf_add(p->out, (struct str){t, 8});
        return;
    }
    *v = 0;
    if (p->in.n < 8) {
        pack_corrupt(p);
        return;
    }
    for (unsigned i = 0; i < 8; i++)
        *v |= (uint64_t)(unsigned char)p->in.p[i] << (8 * i);
    p->in.p += 8;
    p->in.n -= 8;
}

void pack_str(struct pack *p, struct str *s)
{
    if (p->out != NULL) {
        write_varint(p->out, s->n);
        buf_add(p->out, *s);
        return;
    }
    uint64_t n = read_varint(p);
    *s = STR_NULL;
    if (n > p->in.n) {
        pack_corrupt(p);
        return;
    }
    if (n == 0)
        return;
    *s = (struct str){p->in.p, (size_t)n};
    p->in.p += n;
    p->in.n -= (size_t)n;
}

void pack_count(struct pack *p, size_t *n, size_t max)
{
    if (p->out != NULL) {
        write_varint(p->out, *n);
        return;
    }
    uint64_t x = read_varint(p);
    *n = x > max ? 0 : (size_t)x;
    if (x > max)
        pack_corrupt(p);
}

void *pack_list(struct pack *p, void *list, size_t n, size_t size)
{
    if (p->out != NULL)
        return list;
    void *got = arena_array(p->arena, n, size);
    if (got == NULL) {
        p->err = ERR_MEMORY;
        p->in = STR_NULL;
    }
    return got;
}
