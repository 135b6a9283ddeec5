/*
 * Trail audit: why a case came before a person, traced backwards through its joins: storefront, warehouse, stock, carrier, helpdesk.
 * A pure function of the case as it was known when it was handed over, of what is known now, and of the tasks; what was told later,
 * but had happened before, is a fact that came late.
 */
#ifndef WISMO_MIND_AUDIT_H
#define WISMO_MIND_AUDIT_H

#include "mind/act_memory.h"

enum audit_join { AUDIT_STOREFRONT, AUDIT_WAREHOUSE, AUDIT_STOCK, AUDIT_CARRIER, AUDIT_HELPDESK, AUDIT_JOIN_COUNT };
enum audit_fault { AUDIT_MISSING, AUDIT_LATE, AUDIT_STALE, AUDIT_CONTRADICTING, AUDIT_COMPLETE, AUDIT_FAULT_COUNT };
enum audit_cause {
#define AUDIT_CAUSE(NAME, word, join, fault, what) AUDIT_##NAME##_CAUSE,
#include "mind/audit_cause.def"
#undef AUDIT_CAUSE
    AUDIT_CAUSE_COUNT
};

const char *audit_cause_word(enum audit_cause c);
const char *audit_cause_what(enum audit_cause c);
enum audit_join audit_cause_join(enum audit_cause c);
enum audit_fault audit_cause_fault(enum audit_cause c);
const char *audit_join_word(enum audit_join j);
const char *audit_fault_word(enum audit_fault f);

#define AUDIT_FINDINGS_MAX 32
struct audit_finding {
    enum audit_cause cause;
    int64_t since_us;        /* when the trail broke */
    struct fact_ref ref;     /* the fact it shows in; pos 0: its absence */
    struct str parcel;       /* its number; empty: the order */
    struct str detail;
};

struct audit_limits {                  /* of the merchant: `audit` of the configuration */
    int late_hours;                    /* told this long after it happened: late */
    int stock_stale_hours;             /* items wait, and their stock was last told this long ago */
};

struct audit_input {
    struct audit_limits limits;
    const struct order_case *cas;      /* as it was known at at_us */
    const struct case_diagnosis *cd;   /* as of then */
    const struct order_case *now;      /* with its parcels, as it is known now */
    const struct act_memory *tasks;
    bool tickets;                      /* what is handed over becomes a ticket */
    int64_t at_us, now_us;             /* handed over; now */
};
struct audit {
    struct audit_finding v[AUDIT_FINDINGS_MAX]; /* the first is the cause; never empty */
    size_t n;
};

/*
 * audit_escalated: when a case came before a person first: its first task, else the customer's first complaint. 0: it never did.
 * *rule: of the task, empty: a complaint.
 */
int64_t audit_escalated(const struct order_case *cas, const struct act_memory *tasks, struct str *rule);
/* audit_case: words are in ctx's arena. Errs: ERR_MEMORY */
MUST_CHECK enum err audit_case(struct ctx *ctx, const struct audit_input *in, struct audit *out);

#endif
