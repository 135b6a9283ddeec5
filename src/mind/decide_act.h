/*
 * The decision to act: a pure function (case, diagnosis, policy, what was done before, what is asked, now) -> decisions, each with
 * its reason. The first rule that matches says what; the guard says whether; what neither lets pass goes to a person.
 */
#ifndef WISMO_MIND_DECIDE_ACT_H
#define WISMO_MIND_DECIDE_ACT_H

#include "mind/guard.h"
#include "mind/situation.h"

#define ACT_MATTERS_MAX 151      /* parcels of a case, the order, and its returns */
#define ACT_HAND_OVER_HOURS 24   /* a person looks within this, unless the rule says otherwise (R124) */

struct act_choice {
    enum capability cap;
    const struct guard_wish *wish; /* what the guard was asked */
    struct guard_verdict verdict;
};

struct act_decision {
    enum policy_verb verb;       /* HAND_OVER also where the guard refused, or no rule matched */
    const struct policy_rule *rule; /* NULL: none matched */
    const struct policy_step *step; /* of the rule; NULL: none matched */
    size_t matter;               /* see situation_make */
    struct str parcel;           /* its number, or the return's; empty: the order */
    enum diag_class cls;
    struct act_choice choices[POLICY_CAPS_MAX]; /* ACT, APPROVE: one, reserved; OFFER: what may be offered, not reserved yet */
    size_t choices_n;
    struct act_choice refused[POLICY_CAPS_MAX]; /* what the guard did not let pass */
    size_t refused_n;
    int64_t at_us;               /* HAND_OVER: due; WAIT: the next look; else 0 */
    enum policy_priority priority;
    struct str recommend;        /* HAND_OVER: the next step for the person */
    struct str why;              /* the rule, and the figures it saw */
};

struct act_decisions {
    struct act_decision *v;
    size_t n;
    struct str policy_version;
    int64_t next_look_us;        /* earliest wait, or when an hour alone may make another rule decide; 0: none */
};

struct act_input {
    const struct policy *policy;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct policy_ask *ask;              /* all zero: nobody asks */
    const struct customer_history *history;
    const struct guard_book *book;             /* see guard.h for the rows it needs */
    int64_t now_us;
    int64_t day;                               /* of the merchant's calendar, days since 1970 */
};

/*
 * policy_decide: in the order of the matters and of their rule's steps. Rows in ACT and APPROVE are to be kept in the same
 * transaction; each one already counts for those behind it.
 * Errs: ERR_MEMORY
 */
MUST_CHECK enum err policy_decide(struct ctx *ctx, const struct act_input *in, struct act_decisions *out);

/* act_needs_stock, act_needs_history: whether a rule that may decide here asks for stock, or for the customer's history. */
bool act_needs_stock(const struct policy *pol, const struct case_diagnosis *cd);
bool act_needs_history(const struct policy *pol, const struct case_diagnosis *cd);

/* act_wish: what the guard is asked for a capability in a situation. Errs: ERR_MEMORY */
MUST_CHECK enum err act_wish(struct ctx *ctx, const struct act_input *in, const struct situation *sit, enum capability cap,
                             struct guard_wish *out);
/* act_wish_rest: the amount of a wish for all that is left of the order's money, with what the rows of the book gave back. */
void act_wish_rest(struct guard_wish *wish, const struct guard_book *book);

#endif
