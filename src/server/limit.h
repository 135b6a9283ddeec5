/* Token buckets by address: how many questions one address may ask. Bounded: addresses share a bucket when the table is full. */
#ifndef WISMO_SERVER_LIMIT_H
#define WISMO_SERVER_LIMIT_H

#include "base/arena.h"

#define BUCKETS 8192

struct bucket_table;
/* bucket_table_new: each bucket holds `burst` and fills at per_minute. Errs: ERR_MEMORY. */
MUST_CHECK enum err bucket_table_new(struct arena *arena, int per_minute, int burst, struct bucket_table **out);
/* bucket_take: one token at a time on the monotonic clock; false: none left. Thread safe. */
bool bucket_take(struct bucket_table *t, struct str address, int64_t mono_us);

#endif
