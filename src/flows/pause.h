/*
 * The kill switch: a row that whoever sends or acts reads when it claims and again just before each call, and a fact. It is set
 * whether or not a server runs; the server that runs, or the next one, puts the fact into the ledger. docs/messages.md, "Pause".
 */
#ifndef WISMO_FLOWS_PAUSE_H
#define WISMO_FLOWS_PAUSE_H

#include "flows/engine.h"
#include "storage/outbox.h"

#define PAUSE_WHY_MAX 200

struct pause {
    struct str what; /* "all", "messages", "actions", "tell.delay", "refund" ... */
    struct str why;
    bool resume;
};

/*
 * pause_set: durable when it returns; no call starts later than a second after it. merchant_id 0: all of them.
 * Errs: ERR_PARSE what is nothing that can be paused, or why is too long.
 */
MUST_CHECK enum err pause_set(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct pause *p);
/* pause_record: facts of rows that have none yet. */
MUST_CHECK enum err pause_record(struct ctx *ctx, struct engine *eng, struct db *db, int64_t merchant_id);
/* pause_json: {"pauses":[...], "on_the_wire":[...]}: what stands, and calls whose result is not known yet. merchant_id 0: all. */
MUST_CHECK enum err pause_json(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct jw *w);

#endif
