/*
 * How fast an account may be asked to do things, and when it is left alone. In memory only: after a restart the first call finds out
 * again. Times are the engine's clock.
 */
#ifndef WISMO_FLOWS_PERFORMER_PACE_H
#define WISMO_FLOWS_PERFORMER_PACE_H

#include "connectors/connector.h"

#define PACE_FAILURES 5                 /* in a row: then the account rests */
#define PACE_REST_US (30 * US_PER_S)    /* and twice as long after each try that fails */
#define PACE_REST_MAX_US (30 * US_PER_MIN)

struct pace {
    int64_t free_us;    /* nothing is begun before */
    int64_t rest_us;    /* how long it rests next time; 0: it did not yet */
    int failures;       /* in a row */
};

/* pace_may_begin: an action of the account may be begun now. */
bool pace_may_begin(const struct pace *pc, int64_t now_us);
/* pace_called: one call of it: the next action begins when the vendor's window has room for what was called. */
void pace_called(struct pace *pc, const struct limits *lim, int64_t now_us);
/* pace_ended: down: the account did not answer, or could not; until_us: it said when it can again, 0. true: it rests from now on. */
bool pace_ended(struct pace *pc, bool down, int64_t until_us, int64_t now_us);

#endif
