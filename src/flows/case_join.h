/* Joining a case: its parcels and the stock of what has not left, for the fold and for readers alike. */
#ifndef WISMO_FLOWS_CASE_JOIN_H
#define WISMO_FLOWS_CASE_JOIN_H

#include "mind/diagnosis.h"
#include "storage/db.h"

/* stock_join: fills cas->stock for items of which some have not left, as it was known at at_us (0: now). Reads nothing when all have. */
MUST_CHECK enum err stock_join(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct order_case *cas);
/* stock_join_all: the same of all items that are sent by parcel, for decisions: what was sent may be sent again. */
MUST_CHECK enum err stock_join_all(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct order_case *cas);

/* A class change as kept in a row's history: opened at since, seen at seen. */
struct hist_entry {
    enum diag_class cls;
    int64_t since_us, seen_us;
};
#define HIST_BYTES 17
#define HIST_MAX 32
/* hist_add: history with one more entry, the oldest dropped beyond HIST_MAX; in the arena. hist_get: the i-th, false at the end. */
MUST_CHECK enum err hist_add(struct ctx *ctx, struct str hist, const struct hist_entry *he, struct str *out);
bool hist_get(struct str hist, size_t i, struct hist_entry *out);

#endif
