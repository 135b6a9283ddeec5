/* See wheel.h. Items live in one array and link by index; 0 means none. A slot holds items of several rounds. */
#include "flows/wheel.h"

#include <stdlib.h>

#define SLOTS (1u << 18) /* 73 hours of seconds: most limits fall into one round */

struct item {
    uint32_t next, prev;   /* in the slot's list, or next free */
    uint32_t owner;        /* index + 1 into owners */
    uint32_t number;
    uint32_t slot;         /* whose list it is in */
    int64_t due_us;
};

struct wheel {
    struct item *items;
    uint32_t items_n, items_cap, free;
    uint32_t *slots;
    struct wheel_owner **owners;
    uint32_t owners_n;
    int64_t swept_s; /* every slot up to this second was looked at */
    size_t count;
};

struct wheel *wheel_new(int64_t now_us)
{
    struct wheel *w = calloc(1, sizeof(*w));
    if (w == NULL)
        return NULL;
    w->slots = calloc(SLOTS, sizeof(*w->slots));
    w->items_n = 1; /* item 0 is "none" */
    w->swept_s = now_us / US_PER_S - 1;
    if (w->slots == NULL) {
        free(w);
        return NULL;
    }
    return w;
}

void wheel_free(struct wheel *w)
{
    if (w == NULL)
        return;
    free(w->items);
    free(w->slots);
    free(w->owners);
    free(w);
}

void wheel_owner_clear(struct wheel_owner *o)
{
    free(o->items);
    o->items = NULL;
    o->cap = 0;
}

size_t wheel_count(const struct wheel *w)
{
    return w->count;
}

/* The second in which an item is looked at: one that is past already comes with the next sweep. */
static uint32_t slot_of(const struct wheel *w, int64_t due_us)
{
    int64_t s = (due_us + US_PER_S - 1) / US_PER_S;
    if (s <= w->swept_s)
        s = w->swept_s + 1;
    return (uint32_t)((uint64_t)s & (SLOTS - 1));
}

static void unlink_item(struct wheel *w, uint32_t i)
{
    struct item *it = &w->items[i];
    if (it->prev != 0)
        w->items[it->prev].next = it->next;
    else
        w->slots[it->slot] = it->next;
    if (it->next != 0)
        w->items[it->next].prev = it->prev;
}

static void link_item(struct wheel *w, uint32_t i, uint32_t slot)
{
    struct item *it = &w->items[i];
    it->prev = 0;
    it->slot = slot;
    it->next = w->slots[slot];
    if (it->next != 0)
        w->items[it->next].prev = i;
    w->slots[slot] = i;
}

static enum err new_item(struct wheel *w, uint32_t *out)
{
    if (w->free != 0) {
        *out = w->free;
        w->free = w->items[w->free].next;
        return OK;
    }
    if (w->items_n >= w->items_cap) {
        uint32_t cap = w->items_cap == 0 ? 1024 : w->items_cap * 2;
        struct item *p = realloc(w->items, (size_t)cap * sizeof(*p));
        if (p == NULL)
            return ERR_MEMORY;
        w->items = p;
        w->items_cap = cap;
    }
    *out = w->items_n++;
    return OK;
}

static enum err owner_room(struct wheel_owner *o, int64_t number)
{
    if (number >= 0 && (size_t)number < o->cap)
        return OK;
    if (number < 0 || number > INT32_MAX)
        return ERR_LIMIT;
    size_t cap = o->cap == 0 ? 256 : o->cap;
    while (cap <= (size_t)number)
        cap *= 2;
    uint32_t *p = realloc(o->items, cap * sizeof(*p));
    if (p == NULL)
        return ERR_MEMORY;
    memset(p + o->cap, 0, (cap - o->cap) * sizeof(*p));
    o->items = p;
    o->cap = cap;
    return OK;
}

static enum err owner_index(struct wheel *w, struct wheel_owner *o, uint32_t *out)
{
    for (uint32_t i = w->owners_n; i > 0; i--)
        if (w->owners[i - 1] == o) {
            *out = i;
            return OK;
        }
    struct wheel_owner **p = realloc(w->owners, (w->owners_n + 1) * sizeof(*p));
    if (p == NULL)
        return ERR_MEMORY;
    w->owners = p;
    p[w->owners_n++] = o;
    *out = w->owners_n;
    return OK;
}

static void drop_item(struct wheel *w, struct wheel_owner *o, uint32_t i)
{
    o->items[w->items[i].number] = 0;
    w->items[i].next = w->free;
    w->free = i;
    w->count--;
}

enum err wheel_set(struct wheel *w, struct wheel_owner *o, int64_t number, int64_t due_us)
{
    enum err e = owner_room(o, number);
    if (e != OK)
        return e;
    uint32_t i = o->items[number];
    if (i != 0 && w->items[i].due_us == due_us)
        return OK;
    if (i != 0) {
        unlink_item(w, i);
        if (due_us == 0) {
            drop_item(w, o, i);
            return OK;
        }
    } else {
        uint32_t owner = 0;
        if (due_us == 0)
            return OK;
        e = owner_index(w, o, &owner);
        if (e == OK)
            e = new_item(w, &i);
        if (e != OK)
            return e;
        w->items[i].owner = owner;
        w->items[i].number = (uint32_t)number;
        o->items[number] = i;
        w->count++;
    }
    w->items[i].due_us = due_us;
    link_item(w, i, slot_of(w, due_us));
    return OK;
}

/* Takes what is due out of one slot; false when out is full. */
static bool sweep_slot(struct wheel *w, uint32_t slot, int64_t now_us, struct wheel_due *out, size_t max, size_t *n)
{
    uint32_t i = w->slots[slot];
    while (i != 0) {
        struct item *it = &w->items[i];
        uint32_t next = it->next;
        if (it->due_us <= now_us) {
            if (*n == max)
                return false;
            struct wheel_owner *o = w->owners[it->owner - 1];
            out[(*n)++] = (struct wheel_due){o->merchant_id, it->number, it->due_us, o->is_parcel};
            unlink_item(w, i);
            drop_item(w, o, i);
        }
        i = next;
    }
    return true;
}

size_t wheel_pop(struct wheel *w, int64_t now_us, struct wheel_due *out, size_t max)
{
    size_t n = 0;
    int64_t now_s = now_us / US_PER_S;
    if (now_s - w->swept_s > SLOTS)
        w->swept_s = now_s - SLOTS; /* a jump over a whole round: every slot is looked at once */
    while (w->swept_s < now_s) {
        if (!sweep_slot(w, (uint32_t)((uint64_t)(w->swept_s + 1) & (SLOTS - 1)), now_us, out, max, &n))
            return n;
        w->swept_s++;
    }
    return n;
}
