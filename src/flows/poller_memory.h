/*
 * What is remembered of an account's polls over a restart, and shown by doctor: how much of each window of calls is used up, how long
 * the vendor asked for patience, when it last gave an answer. Times are of the engine's clock.
 */
#ifndef WISMO_FLOWS_POLLER_MEMORY_H
#define WISMO_FLOWS_POLLER_MEMORY_H

#include "flows/poller_source.h"

struct poll_memory {
    int64_t told_us, failed_us;  /* 0: never */
    int64_t failures;            /* in a row */
    int64_t pause_us;            /* not asked before */
    int64_t free_us[POLL_RATES]; /* when each window has room again, see source.pace_us */
    int64_t parcels, parcel_due_us; /* that are watched; when the first is asked for, 0: none */
};

/* poll_memory_get: zeros when the account was never asked. */
MUST_CHECK enum err poll_memory_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str account, struct poll_memory *out);
/* poll_memory_load: into a source that was just made. poll_memory_save: writes when something moved. */
MUST_CHECK enum err poll_memory_load(struct ctx *ctx, struct db *db, struct engine *eng, struct source *s);
MUST_CHECK enum err poll_memory_save(struct ctx *ctx, struct db *db, struct engine *eng, struct source *s);

#endif
