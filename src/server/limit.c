/* A fixed table; an address falls into a slot by its hash. Two that share one share its tokens: the safe direction. */
#include "server/limit.h"

#include <pthread.h>

#define TOKEN INT64_C(60000000) /* a token in millionths of a minute's share: us times per_minute */

struct bucket {
    int64_t filled_us, level;
};

struct bucket_table {
    pthread_mutex_t lock;
    int64_t per_minute, max;
    struct bucket *list;
};

enum err bucket_table_new(struct arena *arena, int per_minute, int burst, struct bucket_table **out)
{
    struct bucket_table *t = arena_alloc(arena, sizeof(*t));
    struct bucket *list = arena_array(arena, BUCKETS, sizeof(*list));
    if (t == NULL || list == NULL)
        return ERR_MEMORY;
    *t = (struct bucket_table){.per_minute = per_minute, .max = burst * TOKEN, .list = list};
    pthread_mutex_init(&t->lock, NULL);
    *out = t;
    return OK;
}

bool bucket_take(struct bucket_table *t, struct str address, int64_t mono_us)
{
    struct bucket *b = &t->list[str_hash(address) % BUCKETS];
    pthread_mutex_lock(&t->lock);
    int64_t passed = mono_us - b->filled_us;
    if (b->filled_us == 0 || passed > t->max / t->per_minute)
        b->level = t->max;
    else if (passed > 0)
        b->level = b->level + passed * t->per_minute > t->max ? t->max : b->level + passed * t->per_minute;
    b->filled_us = mono_us;
    bool ok = b->level >= TOKEN;
    b->level -= ok ? TOKEN : 0;
    pthread_mutex_unlock(&t->lock);
    return ok;
}
