/* What waits, went out or could not, for the people who look after it: rows of the outbox as text or JSON, and sending one again. */
#ifndef WISMO_FLOWS_OUTBOX_LIST_H
#define WISMO_FLOWS_OUTBOX_LIST_H

#include "flows/engine.h"
#include "storage/outbox.h"

struct outbox_ask {
    bool dead;          /* dead letters only */
    int64_t order_no;   /* of one order; 0: all that waits, and dead letters */
    size_t max;
};
/* outbox_show: {"rows":[...], "counts":{...}} or a line a row. */
MUST_CHECK enum err outbox_show(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_ask *ask, bool json,
                                struct buf *out);
/* outbox_resend: a person's explicit repeat of a dead letter: the next generation. Errs: ERR_NOTFOUND, ERR_CONFLICT not dead. */
MUST_CHECK enum err outbox_resend(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str key);

#endif
