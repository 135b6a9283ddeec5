/* See policy_check.h. */
#include "mind/policy_check.h"

void check_say(struct policy_checker *ck, enum finding_level level, int line, int column, const char *hint, const char *fmt, ...)
{
    const struct finding place = {.level = level, .line = line, .column = column};
    va_list ap;
    va_start(ap, fmt);
    findings_add(ck->ctx, ck->findings, &place, hint, fmt, ap);
    va_end(ap);
}

enum err policy_check(struct ctx *ctx, const struct policy *pol, const struct policy_check_options *opt, struct findings *findings)
{
    struct policy_checker ck = {ctx, pol, opt, findings};
    check_contradictions(&ck);
    return check_cover(&ck);
}
