/*
 * The guard: the only place that lets an action pass. A pure function: a wish, the grant, the rows of what was done and reserved
 * before, in; a verdict and the row to reserve, out. The flow calls it inside the transaction that keeps the row, one merchant at a
 * time, so that a limit holds whatever arrives together.
 */
#ifndef WISMO_MIND_GUARD_H
#define WISMO_MIND_GUARD_H

#include "mind/policy.h"

enum guard_reason {
#define GUARD_REASON(NAME, word, what) GUARD_##NAME,
#include "mind/guard_reason.def"
#undef GUARD_REASON
    GUARD_REASON_COUNT
};
const char *guard_reason_word(enum guard_reason r);
const char *guard_reason_what(enum guard_reason r);

enum guard_outcome {
    GUARD_AUTO,      /* goes, after its undo window */
    GUARD_APPROVAL,  /* one or two persons approve; it is reserved */
    GUARD_SHADOWED,  /* recorded as if, nothing is done */
    GUARD_REPEAT,    /* asked for before: *same */
    GUARD_REFUSED    /* a person gets the case */
};
const char *guard_outcome_word(enum guard_outcome o);

/*
 * An item of the order: how many were bought; how many of them this matter is about, such as those in the lost parcel; how many
 * others gave money back for (facts of refunds that are not ours).
 */
struct guard_item {
    struct str sku;
    int64_t ordered, concerned, refunded_outside;
    bool stock_known;
    int64_t available;        /* most that one location has free, what is reserved here not taken out */
};

struct guard_wish {
    enum capability cap;
    int64_t order_no;
    struct str customer;      /* empty: not known */
    struct str subject;       /* see action.h */
    const struct action_item *items; /* sorted; each once, quantity over 0 */
    size_t items_n;
    bool amount_known;
    int64_t amount_minor;     /* over 0 where it costs money */
    bool rest;                /* the amount is all that is left of the order's money */
    enum diag_class cls;
    bool from_customer;       /* asked for: confidence and proof count */
    int confidence;
    enum policy_proof proof;
    bool ask_person;          /* the rule says approve */
    bool repeat;              /* a person asks again, knowing the first */
    struct str rule;
    /* the order */
    bool currency_ok, picked, cod, disputed;
    const struct guard_item *order_items;
    size_t order_items_n;
    int64_t paid_minor;       /* total of the order */
    int64_t refunded_outside_minor;
    bool outside_refund_unclear; /* one of them names no items */
    bool claims_known;
    int64_t claims;
};

/*
 * The rows: all of this order; of this capability, all of the customer's in customer_days and all of the merchant's day; and all
 * live ones that hold stock of these items. More rows do no harm.
 */
struct guard_book {
    const struct action_row *rows;
    size_t n;
    uint32_t paused;          /* bits of capabilities */
};

struct guard_verdict {
    enum guard_outcome outcome;
    enum guard_reason reason;
    int64_t limit, used;      /* of the limit that decided, without this action; 0 when it is none */
    const struct action_row *same;
    struct action_row row;    /* AUTO, APPROVAL, SHADOWED: to be kept; views into the wish */
};

/* guard_check: day is the merchant's, days since 1970. */
void guard_check(const struct policy *pol, const struct guard_wish *wish, const struct guard_book *book, int64_t now_us, int64_t day,
                 struct guard_verdict *out);
/* guard_in_share: whether an order is among the per cent in which a capability acts by itself: the same answer each time. */
bool guard_in_share(int64_t order_no, enum capability cap, int64_t percent);

#endif
