/* Arena: memory of one unit of work, freed as a whole. Growth is bounded; allocation past the bound fails. */
#ifndef WISMO_BASE_ARENA_H
#define WISMO_BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

struct arena;

/* arena_new: an arena that hands out at most max_bytes. NULL when memory is short. */
struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *a); /* accepts NULL */
/* arena_reset: forget everything handed out, keep the first block for reuse. */
void arena_reset(struct arena *a);
/* arena_alloc: zeroed, aligned for any type; NULL when the bound is reached or memory is short. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* arena_array: count * size with an overflow check. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* arena_dup: copy of s with a NUL behind it (not counted). *out untouched on failure. */
MUST_CHECK enum err arena_dup(struct arena *a, struct str s, struct str *out);
/* arena_fmt: printf into the arena; gives STR_NULL when the bound is reached. */
struct str arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
size_t arena_used(const struct arena *a);
/* arena_failed: since the last reset something was asked for that could not be given: what was made may lack a part. */
bool arena_failed(const struct arena *a);
void arena_fail(struct arena *a); /* says so: memory was short elsewhere in the same work */

#endif
