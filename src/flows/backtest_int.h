/* Inside of the backtest: a case's walk through its history (backtest_case.c) and the guards behind it (backtest_guard.c). */
#ifndef WISMO_FLOWS_BACKTEST_INT_H
#define WISMO_FLOWS_BACKTEST_INT_H

#include "flows/backtest.h"
#include "flows/fold_act.h"
#include "flows/reader.h"

/* What a rule wanted at a time: before the guard. */
struct wanted {
    int64_t at_us, day, order_no;
    uint32_t seq;                 /* of its case */
    enum backtest_side side;
    bool again;                   /* its matter has held since before: only what it is about changed */
    bool *was_refused;            /* of this matter and step: a person has it while it holds */
    enum policy_verb verb;
    enum diag_class cls;
    struct str rule, parcel, why; /* why: of the case that was asked for */
    struct guard_wish *wishes;
    size_t wishes_n;
};

/* What became of a case in the end, as far as it was recorded. */
struct case_end {
    int64_t order_no;
    struct str name;
    struct case_refund *refunds;  /* that none of our own actions names */
    size_t refunds_n;
    struct parcel_end {
        struct str number;
        int64_t delivered_us;     /* 0: it was not */
    } *parcels;
    size_t parcels_n;
};

/* Grows in an arena of its own, which outlives the cases. */
struct wanted_list {
    struct arena *kept;
    struct wanted *v;
    size_t n, cap;
    struct case_end *ends;
    size_t ends_n, ends_cap;
    int64_t cases, facts, looks;
};

struct request_list { /* recorded requests, sorted by order, then position */
    struct act_request *v;
    int64_t *order_no, *at_us;
    size_t n;
};

struct case_walk {
    struct ctx *ctx;              /* its arena is this case's */
    struct reader *rd;
    struct merchant *m;
    const struct promises *promises;
    const struct backtest_options *opt;
    const struct request_list *requests;
    struct wanted_list *out;
};
/* walk_case: ERR_NOTFOUND: there is no such order, or it was merged into another. */
MUST_CHECK enum err walk_case(struct case_walk *w, int64_t order_no);

/* judge_all: wants in the order of time, ends by order. */
MUST_CHECK enum err judge_all(struct ctx *ctx, const struct backtest_options *opt, const struct wanted *wants, size_t wants_n,
                              const struct case_end *ends, size_t ends_n, struct backtest_report *rep);

#endif
