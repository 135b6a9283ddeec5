/*
 * Does a policy hold together? Gaps, rules that can never match, overlaps, limits that contradict each other, data that nobody
 * brings. The rules are looked at symbolically: each field falls into the pieces that the rules tell apart, so every situation
 * there can be is covered, not a sample. A situation that cannot come together in life may be named as a gap; none is missed.
 */
#ifndef WISMO_MIND_POLICY_CHECK_H
#define WISMO_MIND_POLICY_CHECK_H

#include "mind/policy.h"

struct policy_check_options {
    bool sources_known;              /* else what is connected is not looked at */
    bool sources[SOURCE_COUNT];
    bool overlaps;                   /* as notes: pairs of rules where the order decides */
    int64_t now_us;                  /* 0: grants that have ended are not told of */
};

/* policy_check: adds to findings; errors: it should not be used so. Errs: ERR_MEMORY */
MUST_CHECK enum err policy_check(struct ctx *ctx, const struct policy *pol, const struct policy_check_options *opt, struct findings *findings);

/* ---- inside: policy_cover.c, policy_contradict.c */
struct policy_checker {
    struct ctx *ctx;
    const struct policy *pol;
    const struct policy_check_options *opt;
    struct findings *findings;
};
void check_say(struct policy_checker *ck, enum finding_level level, int line, int column, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
MUST_CHECK enum err check_cover(struct policy_checker *ck);
void check_contradictions(struct policy_checker *ck);

#endif
