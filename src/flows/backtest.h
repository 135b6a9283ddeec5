/*
 * Backtest: the merchant's own history under another policy. Each case is folded and diagnosed again, fact by fact and at each time
 * at which something would have been looked at; what both policies would have wanted then goes before their guards, one merchant's
 * wishes in the order of time. What never happened counts as confirmed at once; what was told later stays as it was recorded.
 */
#ifndef WISMO_FLOWS_BACKTEST_H
#define WISMO_FLOWS_BACKTEST_H

#include "flows/engine.h"
#include "mind/guard.h"

enum backtest_side { BACKTEST_NOW, BACKTEST_NEW, BACKTEST_SIDES };

struct backtest_options {
    const struct policy *policies[BACKTEST_SIDES]; /* NULL: none holds, nothing is done */
    int64_t from_us, to_us;   /* decisions in this time count */
    int64_t case_no;          /* of this order every decision is told; 0: none */
    unsigned threads;         /* 0: as many as there are processors, at most 8 */
};

struct backtest_count {
    int64_t n, minor;
};

struct backtest_sums {
    struct {
        struct backtest_count by_itself, approved, shadow;
        int64_t refused, repeats;
    } caps[CAP_COUNT];
    int64_t refused[GUARD_REASON_COUNT]; /* of all capabilities */
    int64_t offers, hand_overs, waits;
    struct backtest_count money, goods;  /* by itself or approved */
    struct backtest_count twice;         /* money that somebody gave back later, too */
    struct backtest_count arrived;       /* made good for, and delivered afterwards */
};

/* One action of either side that the other does not have. */
struct backtest_difference {
    int64_t order_no, at_us, minor;
    struct str order;                    /* its name */
    enum backtest_side side;
    enum capability cap;
    enum guard_outcome outcome;
    struct str rule;
    bool twice, arrived;
};

/* One decision about the order that was asked for. */
struct backtest_step {
    int64_t at_us, minor;
    enum backtest_side side;
    struct str parcel, rule, why;
    enum diag_class cls;
    enum policy_verb verb;
    enum capability cap;                 /* CAP_COUNT: none */
    enum guard_outcome outcome;
    enum guard_reason reason;
};

struct backtest_report {
    int64_t cases, facts, looks, wishes;
    int64_t took_us;
    unsigned threads;
    struct backtest_sums sums[BACKTEST_SIDES];
    int64_t orders_differ;               /* orders with other actions */
    const struct backtest_difference *differences; /* the first BACKTEST_DIFFERENCES_MAX, by time */
    size_t differences_n;
    const struct backtest_step *steps;
    size_t steps_n;
};
#define BACKTEST_DIFFERENCES_MAX 1000

/* backtest_run: everything in ctx's arena. Errs: ERR_MEMORY, ERR_LIMIT, and what the store gives. */
MUST_CHECK enum err backtest_run(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct backtest_options *opt,
                                 struct backtest_report *out);

void backtest_text(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *out);
void backtest_json(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *out);

#endif
