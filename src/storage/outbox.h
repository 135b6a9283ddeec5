/*
 * The outbox: rows of what decisions want done outside. The fold writes them in its transaction, from facts alone; the courier
 * writes only the lease. One row a key for ever: a second effect of the same purpose cannot be.
 */
#ifndef WISMO_STORAGE_OUTBOX_H
#define WISMO_STORAGE_OUTBOX_H

#include "storage/db.h"

enum outbox_state { OUTBOX_OPEN, OUTBOX_DONE, OUTBOX_DEAD, OUTBOX_WITHDRAWN, OUTBOX_STATE_COUNT };
const char *outbox_state_word(enum outbox_state s);

#define OUTBOX_TICKET 101 /* and of tickets, whose items are the key of the task */
#define OUTBOX_ACTION 100 /* channel of rows that are actions; messages have a channel of model/channel_kind.def */

struct outbox_row {
    struct str key;
    int64_t order_no;
    struct str capability;   /* "tell.shipped" */
    int channel, generation;
    struct str items;        /* sorted, one a line */
    enum outbox_state state;
    int64_t not_before_us, not_after_us;
    int64_t next_us;         /* not before this, after a failed attempt */
    int64_t attempts;        /* started so far */
    int64_t started;         /* number of the attempt without a result, 0: none */
    int64_t settled_us;
    struct str why;          /* last result in words */
    int64_t pos, idx;        /* its decision's fact */
    int64_t text_pos, text_idx; /* its text's fact; 0: not rendered yet */
    int64_t lease_us;        /* claimed until then */
    struct str lease_by;
};

MUST_CHECK enum err outbox_put(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct outbox_row *row); /* ERR_CONFLICT: the key is there */
/* outbox_get: copied into the arena. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err outbox_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, struct outbox_row *out);
/* outbox_set: what changes in a row's life: state, next_us, attempts, started, settled_us, why, text. */
MUST_CHECK enum err outbox_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct outbox_row *row);

enum outbox_list { OUTBOX_LIST_ORDER, OUTBOX_LIST_STATE, OUTBOX_LIST_DUE, OUTBOX_LIST_STARTED, OUTBOX_LIST_PAGE, OUTBOX_LIST_ACTIONS, OUTBOX_LIST_TICKETS };
/*
 * outbox_list: which rows arg means: an order's (its number), of a state, due at a time, started no later than a time and without
 * a result; PAGE: behind a key; ACTIONS, TICKETS: those due at a time. In the arena.
 */
MUST_CHECK enum err outbox_list(struct ctx *ctx, struct db *db, int64_t merchant_id, enum outbox_list which, int64_t arg, struct str after,
                                size_t max, struct outbox_row **out, size_t *n);
/* outbox_lease: *got false when another has it or it is no longer open. */
MUST_CHECK enum err outbox_lease(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, int64_t now_us, int64_t until_us,
                                 struct str by, bool *got);
/* outbox_counts: rows by state. */
MUST_CHECK enum err outbox_counts(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t out[OUTBOX_STATE_COUNT]);

/*
 * The pause: rows outside the fold, read when claiming and again just before each call. what is a capability ("tell.delay",
 * "refund"), a group of them ("messages", "actions") or "all".
 */
struct control_row {
    struct str what;
    bool paused;
    struct str why;
    int64_t changed_us;
    bool recorded; /* its fact is in the ledger */
};
#define CONTROL_ALL "all"
#define CONTROL_MESSAGES "messages"
#define CONTROL_ACTIONS "actions"
#define CONTROL_WHAT_MAX 64
#define CONTROLS_MAX 200
/* control_is_paused: the capability, its group, or everything. */
MUST_CHECK enum err control_is_paused(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str capability, struct str group,
                                      bool *out);
MUST_CHECK enum err control_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row);
/* control_learn: from its fact: a store that is derived again is paused again; a row that changed since stays. */
MUST_CHECK enum err control_learn(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row);
MUST_CHECK enum err control_list(struct ctx *ctx, struct db *db, int64_t merchant_id, struct control_row **out, size_t *n);
MUST_CHECK enum err control_set_recorded(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row);

#endif
