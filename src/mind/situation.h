/*
 * A situation: one matter of a case (a parcel, or the order as a whole) as the policy sees it: each field known or not, and the
 * items that an action would be about. Made from the case, its diagnosis, what the customer asks for and their history; pure.
 */
#ifndef WISMO_MIND_SITUATION_H
#define WISMO_MIND_SITUATION_H

#include "mind/diagnosis.h"
#include "mind/policy.h"

struct customer_history {
    bool known;
    int64_t claims;          /* in the last year, this one not counted */
    int64_t value_minor;     /* bought in all, in the policy's currency */
};

/* What the customer asks for; all zero: nobody asks, a scan or a timer brought this up. */
struct policy_ask {
    enum policy_request request;
    enum policy_channel channel;
    enum policy_proof proof;
    int confidence;          /* per cent; not looked at when request is none */
    bool sensitive;
    bool repeat;             /* a person asks again, knowing what was done */
    struct str detail;       /* tells two wishes of a kind apart: hash of the new address, the chosen day */
    const struct action_item *items; /* asked for; none: all that the matter is about */
    size_t items_n;
    int64_t amount_minor;    /* discount, edit_order: what it costs; 0: not told */
};

struct situation {
    bool known[FIELD_COUNT];
    int64_t v[FIELD_COUNT];          /* ENUM, INT, MONEY */
    struct str text[FIELD_COUNT];    /* TEXT */
    const struct str *tags;          /* sorted */
    size_t tags_n;
    /* what an action would be about */
    const struct parcel_diagnosis *parcel; /* NULL: the order */
    const struct case_return *ret;   /* what is sent back; NULL: the matter is no return */
    int64_t since_us;                /* the class, or the return's state, is true since then */
    const struct diagnosis *diag;
    struct action_item *concerned;   /* what the matter is about; none: nobody knows, as with several parcels of one fulfillment */
    size_t concerned_n;
    struct action_item *items;       /* those of them that are asked for; sorted by sku */
    size_t items_n;
    bool whole_order;                /* they are all that was ordered */
    bool currency_ok;                /* the order is in the policy's currency */
};

/* situation_count: matters of a case: the order where its class is its own, and each parcel. */
size_t situation_count(const struct case_diagnosis *cd);

struct situation_input {
    const struct policy *policy;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct policy_ask *ask;
    const struct customer_history *history;
    int64_t now_us;
};
/* situation_total: with the returns that have not come to their end, where nobody asks for anything and a rule asks for `return`. */
size_t situation_total(const struct situation_input *in);
/* situation_make: the i-th matter: parcels, the order, returns. Errs: ERR_MEMORY */
MUST_CHECK enum err situation_make(struct ctx *ctx, const struct situation_input *in, size_t i, struct situation *out);

/* ---- matching (policy_match.c) */

/* cond_holds: false too when the field is not known. */
bool cond_holds(const struct policy_cond *c, const struct situation *sit);
/* rule_first_failing: the first condition that does not hold, NULL: the rule matches. */
const struct policy_cond *rule_first_failing(const struct policy_rule *rule, const struct situation *sit);
/* rule_sees: a return is seen by the rules alone that ask for `return`: others speak of what was sent. */
bool rule_sees(const struct policy_rule *rule, const struct situation *sit);
/* policy_match: the first rule that matches; NULL: none, a person decides. */
const struct policy_rule *policy_match(const struct policy *pol, const struct situation *sit);
/* cond_text: the condition in words: "value under 40.00 USD"; situation_text: the value of a field: "38.50 USD", "not known". */
struct str cond_text(struct arena *a, const struct policy *pol, const struct policy_cond *c);
struct str situation_text(struct arena *a, const struct policy *pol, const struct situation *sit, enum policy_field f);

#endif
