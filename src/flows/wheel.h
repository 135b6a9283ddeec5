/*
 * Timers in memory: a hashed wheel of one-second slots with intrusive lists. What is due lives in the store's due_at columns;
 * the wheel is only an index of them, rebuilt at start. Items are the parcels and orders of a merchant, by their dense numbers.
 */
#ifndef WISMO_FLOWS_WHEEL_H
#define WISMO_FLOWS_WHEEL_H

#include "base/ctx.h"

struct wheel;

/* Who owns a range of items: one merchant's parcels, or its orders. */
struct wheel_owner {
    int64_t merchant_id;
    bool is_parcel;
    uint32_t *items; /* item of each number, 0: none */
    size_t cap;
};

struct wheel_due {
    int64_t merchant_id, number, due_us;
    bool is_parcel;
};

struct wheel *wheel_new(int64_t now_us);
void wheel_free(struct wheel *w);
void wheel_owner_clear(struct wheel_owner *o);
/* wheel_set: due_us 0 removes. Errs: ERR_MEMORY. */
MUST_CHECK enum err wheel_set(struct wheel *w, struct wheel_owner *o, int64_t number, int64_t due_us);
/* wheel_pop: at most max items due at now_us, removed from the wheel; call again while it gives max. */
size_t wheel_pop(struct wheel *w, int64_t now_us, struct wheel_due *out, size_t max);
size_t wheel_count(const struct wheel *w);

#endif
