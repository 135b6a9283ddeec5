/*
 * See arena.h. Blocks in a list; the first is kept over a reset, so that a unit of work mostly allocates nothing. An arena of
 * large works (the folder's slices) keeps more: pages given back to the kernel come back zeroed, which costs more than the work.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_BLOCK ((size_t)16 << 10)
#define ALIGN ((size_t)16)
#define BLOCK_MAX ((size_t)1 << 20)
#define LARGE_WORK ((size_t)256 << 20) /* arenas that may grow so far keep blocks over a reset */
#define KEPT_BLOCKS 64

struct block {
    struct block *next;
    size_t cap, used;
    _Alignas(16) char data[];
};

struct arena {
    struct block *head, *first; /* head: where we allocate now */
    struct block *kept;         /* of BLOCK_MAX each, for the next work */
    size_t kept_n;
    size_t max, used;           /* used: handed out */
    bool failed;
};

static struct block *block_new(size_t cap)
{
    struct block *b = malloc(sizeof(*b) + cap);
    if (b != NULL)
        *b = (struct block){NULL, cap, 0};
    return b;
}

struct arena *arena_new(size_t max_bytes)
{
    struct arena *a = calloc(1, sizeof(*a));
    if (a == NULL)
        return NULL;
    a->max = max_bytes;
    a->first = a->head = block_new(max_bytes < FIRST_BLOCK ? max_bytes + ALIGN : FIRST_BLOCK);
    if (a->first == NULL) {
        free(a);
        return NULL;
    }
    return a;
}

static void free_blocks(struct block *b, const struct block *keep)
{
    while (b != NULL) {
        struct block *next = b->next;
        if (b != keep)
            free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    free_blocks(a->head, NULL);
    free_blocks(a->kept, NULL);
    free(a);
}

static void keep_blocks(struct arena *a)
{
    while (a->head != a->first && a->kept_n < KEPT_BLOCKS) {
        struct block *b = a->head;
        a->head = b->next;
        if (b->cap != BLOCK_MAX) {
            free(b);
            continue;
        }
        b->next = a->kept;
        a->kept = b;
        a->kept_n++;
    }
}

void arena_reset(struct arena *a)
{
    if (a->max >= LARGE_WORK)
        keep_blocks(a);
    free_blocks(a->head, a->first);
    a->head = a->first;
    a->failed = false;
    a->first->next = NULL;
    a->first->used = 0;
    a->used = 0;
}

static struct block *take_kept(struct arena *a)
{
    struct block *b = a->kept;
    a->kept = b->next;
    a->kept_n--;
    b->used = 0;
    return b;
}

/* A block for n bytes more; doubles up to BLOCK_MAX. */
static bool grow(struct arena *a, size_t n)
{
    size_t cap = a->head->cap * 2;
    if (cap > BLOCK_MAX)
        cap = BLOCK_MAX;
    if (cap < n)
        cap = n;
    struct block *b = a->kept_n > 0 && n <= BLOCK_MAX ? take_kept(a) : block_new(cap);
    if (b == NULL)
        return false;
    b->next = a->head;
    a->head = b;
    return true;
}

/* As arena_alloc, but what it gives is not zeroed. */
static void *take(struct arena *a, size_t n)
{
    size_t room = (n + ALIGN - 1) & ~(ALIGN - 1);
    if (room < n || room > a->max - a->used || (room > a->head->cap - a->head->used && !grow(a, room))) {
        a->failed = true;
        return NULL;
    }
    void *p = a->head->data + a->head->used;
    a->head->used += room;
    a->used += room;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = take(a, n);
    return p == NULL ? NULL : memset(p, 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;
    return arena_alloc(a, __builtin_mul_overflow(count, size, &n) ? SIZE_MAX : n);
}

enum err arena_dup(struct arena *a, struct str s, struct str *out)
{
    char *p = take(a, s.n + 1);
    if (p == NULL)
        return ERR_MEMORY;
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    *out = (struct str){p, s.n};
    return OK;
}

/* Printed where it will stand; only what has no room there is printed again in another block. */
struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    char *at = a->head->data + a->head->used;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(at, a->head->cap - a->head->used, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : take(a, (size_t)n + 1);
    if (p != NULL && p != at)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p == NULL ? STR_NULL : (struct str){p, (size_t)n};
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

void arena_fail(struct arena *a)
{
    a->failed = true;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}
