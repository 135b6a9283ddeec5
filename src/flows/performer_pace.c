/* See performer_pace.h. */
#include "flows/performer_pace.h"

bool pace_may_begin(const struct pace *pc, int64_t now_us)
{
    return now_us >= pc->free_us;
}

static void not_before(struct pace *pc, int64_t at_us)
{
    if (at_us > pc->free_us)
        pc->free_us = at_us;
}

void pace_called(struct pace *pc, const struct limits *lim, int64_t now_us)
{
    int64_t from_us = pc->free_us > now_us ? pc->free_us : now_us;
    if (lim->calls > 0)
        not_before(pc, from_us + (int64_t)lim->window_s * US_PER_S / lim->calls);
}

bool pace_ended(struct pace *pc, bool down, int64_t until_us, int64_t now_us)
{
    not_before(pc, until_us);
    if (!down) {
        pc->failures = 0;
        pc->rest_us = 0;
        return false;
    }
    if (++pc->failures < PACE_FAILURES) /* behind a rest one try is enough to tell */
        return false;
    pc->rest_us = pc->rest_us == 0 ? PACE_REST_US : pc->rest_us > PACE_REST_MAX_US / 2 ? PACE_REST_MAX_US : 2 * pc->rest_us;
    not_before(pc, now_us + pc->rest_us);
    return true;
}
