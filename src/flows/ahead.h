/*
 * Decoding ahead: the thread that takes a message in decodes it, too, while it has it in clear, so that the folder need not open
 * and decode the raw row again. What it gives is only a short cut: a bounded ring of a merchant's newest messages, lost with the
 * process, overwritten when the folder is far behind; the raw row stays the truth. Both ways give the same facts, since this one
 * decodes what the ledger keeps (not what came in) and leaves aside what would need the ledger's time.
 */
#ifndef WISMO_FLOWS_AHEAD_H
#define WISMO_FLOWS_AHEAD_H

#include "flows/engine_int.h"

struct ahead {
    struct ahead *next;      /* of a list of its holder */
    struct arena *arena;     /* holds all of it but this struct */
    size_t bytes;
    int64_t pos, at_us;
    enum recv_source source;
    enum origin origin;
    struct str account;
    struct decoded d;
    enum err e;              /* what decoding gave; its words in why */
    struct str why;
};

/* ahead_make: plain is the envelope's text. NULL: not done ahead (folder far behind, memory, kind of source, time needed). */
struct ahead *ahead_make(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct append_req *req, struct str plain);
/* ahead_read: the same of a row that waits for the folder, with its time. NULL: not worth it, or its raw row has to serve. */
struct ahead *ahead_read(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, const struct received_row *row);
/* ahead_put: the message is durable at pos; before the merchant's head is moved there. */
void ahead_put(struct engine *eng, struct merchant *m, struct ahead *ah, int64_t pos, int64_t at_us);
/* ahead_take: what was decoded of pos, or NULL. The caller gives it back when nothing looks into it any more. */
struct ahead *ahead_take(struct engine *eng, struct merchant *m, int64_t pos);
void ahead_give(struct engine *eng, struct ahead *list);
void ahead_close(struct engine *eng);

/*
 * ahead_back.c: rows that the folder will come to next, when it is far behind and they were not decoded as they came: after a burst,
 * after a crash, while other work takes the processor. A thread of its own reads on before it, so that it folds only.
 * ahead_back_some: one turn over a few hundred rows of m, after those of the last; made: how many were decoded.
 */
#define AHEAD_BACK_LEAST 1024 /* rows behind, from which on it is worth it */
MUST_CHECK enum err ahead_back_some(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, int64_t *made);
void *ahead_back_main(void *eng);

#endif
