/* What one account is asked by itself, and how often: the connector's figures, then the account's settings. */
#ifndef WISMO_FLOWS_POLLER_PLAN_H
#define WISMO_FLOWS_POLLER_PLAN_H

#include "connectors/connector.h"

struct poll_rate {
    int calls;         /* at most so many in window_us; 0: no limit */
    int64_t window_us;
};

#define POLL_RATES 2   /* of the vendor's own window, and of a day */

struct poll_plan {
    uint32_t kinds;    /* bits of POLL_...: what its sign-in is good for */
    int64_t every_us;  /* distance of two polls of one parcel or list */
    struct poll_rate rates[POLL_RATES];
};

/* Settings of every account whose connector can be asked; ends with name NULL. */
extern const struct cfg_field poll_settings[];
/* poll_plan_of: Errs: ERR_PARSE a setting is not what it should be; the words name it. */
MUST_CHECK enum err poll_plan_of(struct ctx *ctx, const struct account *acct, struct poll_plan *out);

#endif
