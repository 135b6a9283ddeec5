/* See pack.h. */
#include "model/pack.h"

static void corrupt(struct pack *p)
{
    p->err = ERR_CORRUPT;
    p->in = STR_NULL;
}

void pack_u64(struct pack *p, uint64_t *v)
{
    if (p->out != NULL) {
        char t[10];
        size_t n = 0;
        uint64_t x = *v;
        while (x >= 0x80) {
            t[n++] = (char)(x | 0x80);
            x >>= 7;
        }
        t[n++] = (char)x;
        buf_add(p->out, (struct str){t, n});
        return;
    }
    uint64_t x = 0;
    size_t i = 0;
    *v = 0;
    for (;; i++) {
        if (i >= p->in.n || i > 9) {
            corrupt(p);
            return;
        }
        unsigned char c = (unsigned char)p->in.p[i];
        x |= (uint64_t)(c & 0x7f) << (7 * i);
        if (c < 0x80)
            break;
    }
    p->in.p += i + 1;
    p->in.n -= i + 1;
    *v = x;
}

void pack_i64(struct pack *p, int64_t *v)
{
    uint64_t z = p->out == NULL ? 0 : ((uint64_t)*v << 1) ^ (uint64_t)(*v >> 63);
    pack_u64(p, &z);
    if (p->out == NULL)
        *v = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
}

void pack_int(struct pack *p, int *v)
{
    int64_t x = *v;
    pack_i64(p, &x);
    if (p->out == NULL) {
        if (x < INT32_MIN || x > INT32_MAX)
            corrupt(p);
        else
            *v = (int)x;
    }
}

void pack_bool(struct pack *p, bool *v)
{
    uint64_t x = p->out != NULL && *v ? 1 : 0;
    pack_u64(p, &x);
    if (p->out == NULL)
        *v = x != 0;
}

void pack_fixed64(struct pack *p, uint64_t *v)
{
    char t[8];
    if (p->out != NULL) {
        for (int i = 0; i < 8; i++)
            t[i] = (char)(*v >> (8 * i));
        buf_add(p->out, (struct str){t, 8});
        return;
    }
    *v = 0;
    if (p->in.n < 8) {
        corrupt(p);
        return;
    }
    for (int i = 0; i < 8; i++)
        *v |= (uint64_t)(unsigned char)p->in.p[i] << (8 * i);
    p->in.p += 8;
    p->in.n -= 8;
}

void pack_str(struct pack *p, struct str *s)
{
    uint64_t n = p->out != NULL ? s->n : 0;
    pack_u64(p, &n);
    if (p->out != NULL) {
        buf_add(p->out, *s);
        return;
    }
    *s = STR_NULL;
    if (n > p->in.n) {
        corrupt(p);
        return;
    }
    if (n == 0)
        return;
    if (arena_dup(p->arena, (struct str){p->in.p, (size_t)n}, s) != OK) {
        p->err = ERR_MEMORY;
        p->in = STR_NULL;
        return;
    }
    p->in.p += n;
    p->in.n -= n;
}

void pack_count(struct pack *p, size_t *n, size_t max)
{
    uint64_t x = p->out != NULL ? *n : 0;
    pack_u64(p, &x);
    if (p->out != NULL)
        return;
    *n = 0;
    if (x > max)
        corrupt(p);
    else if (p->err == OK)
        *n = (size_t)x;
}

void pack_enum(struct pack *p, int *v, int count)
{
    uint64_t x = p->out != NULL ? (uint64_t)*v : 0;
    pack_u64(p, &x);
    if (p->out != NULL)
        return;
    *v = 0;
    if (x >= (uint64_t)count)
        corrupt(p);
    else
        *v = (int)x;
}

void *pack_list(struct pack *p, void *list, size_t n, size_t size)
{
    if (p->out != NULL)
        return list;
    void *got = arena_array(p->arena, n == 0 ? 1 : n, size);
    if (got == NULL)
        p->err = ERR_MEMORY;
    return got;
}
