/* Parcels of one account by the time at which they are asked for next: a heap, and which numbers are in it. */
#ifndef WISMO_FLOWS_POLLER_DUE_H
#define WISMO_FLOWS_POLLER_DUE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_entry {
    int64_t due_us, number;
};

struct due_heap { /* zeroed: empty */
    struct due_entry *list;
    size_t n, cap;
    uint8_t *in;      /* a bit for each number */
    size_t in_bytes;
};

/* due_push: a number that is in it stays where it is. Errs: ERR_MEMORY, ERR_LIMIT number out of range. */
MUST_CHECK enum err due_push(struct due_heap *h, int64_t number, int64_t due_us);
/* due_first: the earliest; false when empty. due_pop: takes it out. */
bool due_first(const struct due_heap *h, struct due_entry *out);
void due_pop(struct due_heap *h);
bool due_has(const struct due_heap *h, int64_t number);
void due_clear(struct due_heap *h);

#endif
