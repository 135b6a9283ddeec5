/* See poller_due.h. 16 bytes a parcel that is watched, and a bit a parcel that there is. */
#include "flows/poller_due.h"

#include <stdlib.h>
#include <string.h>

bool due_has(const struct due_heap *h, int64_t number)
{
    size_t at = (size_t)number / 8;
    return number >= 0 && at < h->in_bytes && (h->in[at] >> (number % 8) & 1) != 0;
}

static enum err room_for_bit(struct due_heap *h, int64_t number)
{
    size_t need = (size_t)number / 8 + 1, bytes = h->in_bytes == 0 ? 128 : h->in_bytes;
    if (number < 0 || number > INT32_MAX)
        return ERR_LIMIT;
    if (need <= h->in_bytes)
        return OK;
    while (bytes < need)
        bytes *= 2;
    uint8_t *more = realloc(h->in, bytes);
    if (more == NULL)
        return ERR_MEMORY;
    memset(more + h->in_bytes, 0, bytes - h->in_bytes);
    h->in = more;
    h->in_bytes = bytes;
    return OK;
}

static enum err room_for_entry(struct due_heap *h)
{
    if (h->n < h->cap)
        return OK;
    size_t cap = h->cap == 0 ? 64 : h->cap * 2;
    struct due_entry *more = realloc(h->list, cap * sizeof(*more));
    if (more == NULL)
        return ERR_MEMORY;
    h->list = more;
    h->cap = cap;
    return OK;
}

static bool before(const struct due_entry *a, const struct due_entry *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->number < b->number;
}

enum err due_push(struct due_heap *h, int64_t number, int64_t due_us)
{
    enum err e = room_for_bit(h, number);
    if (e == OK && due_has(h, number))
        return OK;
    if (e == OK)
        e = room_for_entry(h);
    if (e != OK)
        return e;
    struct due_entry mine = {due_us, number};
    size_t i = h->n++;
    for (; i > 0 && before(&mine, &h->list[(i - 1) / 2]); i = (i - 1) / 2)
        h->list[i] = h->list[(i - 1) / 2];
    h->list[i] = mine;
    h->in[number / 8] |= (uint8_t)(1u << (number % 8));
    return OK;
}

bool due_first(const struct due_heap *h, struct due_entry *out)
{
    if (h->n > 0)
        *out = h->list[0];
    return h->n > 0;
}

void due_pop(struct due_heap *h)
{
    int64_t number = h->list[0].number;
    struct due_entry last = h->list[--h->n];
    size_t i = 0;
    for (size_t child = 1; child < h->n; child = 2 * i + 1) {
        if (child + 1 < h->n && before(&h->list[child + 1], &h->list[child]))
            child++;
        if (!before(&h->list[child], &last))
            break;
        h->list[i] = h->list[child];
        i = child;
    }
    if (h->n > 0)
        h->list[i] = last;
    h->in[number / 8] &= (uint8_t)~(1u << (number % 8));
}

void due_clear(struct due_heap *h)
{
    free(h->list);
    free(h->in);
    memset(h, 0, sizeof(*h));
}
