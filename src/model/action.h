/*
 * Actions: what Wismo may do outside, one row each, from the proposal to its end. The rows are also the merchant's budgets: a live
 * row has reserved its amount, its items and its stock; refusal, cancellation and expiry release them. A flow keeps them as they
 * stand here, changed in the transaction that writes the outbox row.
 */
#ifndef WISMO_MODEL_ACTION_H
#define WISMO_MODEL_ACTION_H

#include "base/buf.h"
#include "base/ctx.h"

enum capability {
#define CAPABILITY(NAME, word, flags, what) CAP_##NAME,
#include "model/capability.def"
#undef CAPABILITY
    CAP_COUNT
};
enum capability_flag { CAP_MONEY = 1, CAP_COMPENSATES = 2, CAP_STOCK = 4, CAP_ADDRESS = 8, CAP_UNPICKED = 16, CAP_PARCEL = 32, CAP_ITEMS = 64 };
enum action_state {
#define ACTION_STATE(NAME, word, live) ACTION_##NAME,
#include "model/action_state.def"
#undef ACTION_STATE
    ACTION_STATE_COUNT
};

const char *capability_word(enum capability c);
const char *capability_what(enum capability c);
unsigned capability_flags(enum capability c);
bool capability_parse(struct str word, enum capability *out);
const char *action_state_word(enum action_state s);
bool action_state_is_live(enum action_state s);
/* action_may_become: the state machine; false also for a state that follows itself. */
bool action_may_become(enum action_state from, enum action_state to);

struct action_item {
    struct str sku;       /* case_item_key of the item */
    int64_t quantity;
};

#define ACTION_ITEMS_MAX 100
#define ACTION_ROWS_MAX 100000

struct action_row {
    int64_t action_no;    /* number in its merchant, 0 before it is kept */
    int64_t order_no;
    struct str customer;  /* random id, empty: not known */
    enum capability cap;
    struct str subject;   /* parcel and what tells two matters of it apart, such as "1Z1#2"; empty: the order */
    const struct action_item *items; /* sorted by sku, each once */
    size_t items_n;
    uint32_t generation;  /* of this purpose, from 1 */
    int64_t amount_minor; /* money, or worth of the goods */
    enum action_state state;
    int64_t at_us;        /* reserved */
    int64_t day;          /* of the merchant's calendar, days since 1970 */
    int64_t not_before_us, not_after_us;
    uint32_t approvals_needed; /* 0, 1, or 2 */
    struct str approved_by[2]; /* persons, each once */
    uint32_t approvals;
    int64_t undo_us;      /* it waits this long once it is approved */
    struct str result_id; /* the vendor's id of what was done: the fact that comes back names it too */
    struct str rule;
};

/* action_items_sort: by sku, quantities of one sku added. Gives how many are left. */
size_t action_items_sort(struct action_item *items, size_t n);
/* action_purpose_eq: same order, capability, subject and items: the same wish. */
bool action_purpose_eq(const struct action_row *a, const struct action_row *b);
/* action_key: key of the effect, unique in a merchant: capability, order, subject, items, generation. In the arena. */
struct str action_key(struct arena *a, const struct action_row *act);

/*
 * action_approve: one person's word. The last one that is needed makes it approved, or waiting when it can be undone.
 * Errs: ERR_CONFLICT not proposed (any more), or this person has approved already; ERR_STALE its time is over (row unchanged)
 */
MUST_CHECK enum err action_approve(struct ctx *ctx, struct action_row *act, struct str person, int64_t now_us);

void action_rows_encode(const struct action_row *rows, size_t n, struct buf *out);
MUST_CHECK enum err action_rows_decode(struct ctx *ctx, struct str text, struct action_row **rows, size_t *n); /* ERR_CORRUPT */

#endif
