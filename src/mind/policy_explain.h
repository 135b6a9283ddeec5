/*
 * Why a policy decides as it does (C2): the rule, the figures it saw, each earlier rule's first condition that does not hold, and
 * what would change it: every single fact that would make another rule decide, found by trying each piece of each field, and what
 * time alone will do.
 */
#ifndef WISMO_MIND_POLICY_EXPLAIN_H
#define WISMO_MIND_POLICY_EXPLAIN_H

#include "base/json.h"
#include "mind/decide_act.h"

/* One fact that would change the decision. */
struct explain_change {
    enum policy_field field;
    struct str value;               /* "under 40.00 USD"; several values that lead to the same rule stand together */
    struct str fact;                /* of a class: what would have to happen, "a scan shows it moving" */
    const struct policy_rule *rule; /* that would decide; NULL: none, a person */
    int64_t at_us;                  /* time alone brings it then; 0: it does not */
};

struct explain_matter {
    struct situation sit;
    const struct policy_rule *rule; /* NULL: none */
    struct explain_change *changes;
    size_t changes_n;
    /* what it becomes at the diagnosis' next look if nothing comes */
    int64_t next_us;                /* 0: nothing changes by time alone */
    enum diag_class next_cls;
    const struct policy_rule *next_rule;
};

struct explanation {
    const struct policy *policy;
    int64_t now_us;
    struct str order;               /* its name */
    struct explain_matter *matters;
    size_t n;
    struct act_decisions decisions;
};

/* policy_explain: Errs: ERR_MEMORY, ERR_LIMIT the policy tells too many values apart */
MUST_CHECK enum err policy_explain(struct ctx *ctx, const struct act_input *in, const struct promises *promises, struct explanation *out);
/* As text for a person, as JSON by docs/policy-explain.schema.json. */
void policy_explain_text(struct ctx *ctx, const struct explanation *ex, struct buf *out);
void policy_explain_json(struct ctx *ctx, const struct explanation *ex, struct jw *w);

#endif
