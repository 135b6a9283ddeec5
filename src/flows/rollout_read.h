/* The report of a rollout (mind/rollout.h): per capability how far it has come, where people did otherwise, and who was right. */
#ifndef WISMO_FLOWS_ROLLOUT_READ_H
#define WISMO_FLOWS_ROLLOUT_READ_H

#include "base/json.h"
#include "flows/engine.h"
#include "mind/policy.h"
#include "mind/rollout.h"

#define ROLLOUT_LINES_MAX 200

struct rollout_capability {
    int64_t mode, share;                       /* as granted now; mode MODE_OFF, share 100 without a policy */
    int64_t shadow, proposed, by_itself;       /* decided so: in shadow, for a person's word, alone */
    int64_t people[PEOPLE_COUNT];
    int64_t right[PEOPLE_COUNT][FATE_COUNT];   /* what people did, against what became of it */
};
/* One that people decided otherwise. */
struct rollout_line {
    int64_t action_no, order_no, at_us, minor;
    struct str order, rule;
    enum capability cap;
    enum action_state state;
    enum rollout_fate fate;
};
struct rollout {
    struct rollout_capability caps[CAP_COUNT];
    struct rollout_line lines[ROLLOUT_LINES_MAX]; /* the newest first */
    size_t lines_n;
    int64_t actions;
    struct str currency;
};
/* rollout_read: of the newest max actions. Errs: ERR_MEMORY and what the store gives. */
MUST_CHECK enum err rollout_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, struct rollout *out);
void rollout_text(struct ctx *ctx, const struct rollout *r, struct buf *out);
void rollout_json(struct jw *w, const struct rollout *r);

#endif
