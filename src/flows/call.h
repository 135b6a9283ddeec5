/*
 * A telephone call, step by step: what a vendor heard is made durable, answered by the dialogue like any other message, and said in
 * its spoken form. A call is kept nowhere but in the addresses that the vendor is given (struct call_state): a restart in its midst
 * changes nothing, and a step that comes twice is answered alike.
 */
#ifndef WISMO_FLOWS_CALL_H
#define WISMO_FLOWS_CALL_H

#include "connectors/connector.h"
#include "flows/engine.h"

struct call_desk {
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;
    const struct account *acct;
    int wait_ms;            /* for a turn; then the caller is asked for a moment */
};
/* call_take: the step's own row of the ledger, durable and folded. Errs: those of appending; ERR_TIMEOUT it is durable. */
MUST_CHECK enum err call_take(struct ctx *ctx, const struct call_desk *desk, const struct http_msg *msg, struct str dedupe);
/* call_answer: what is said next. Errs: those of reading. */
MUST_CHECK enum err call_answer(struct ctx *ctx, const struct call_desk *desk, const struct call_step *st, struct call_say *out);
/* call_hours_parse: "09:00-17:00" in minutes of the day. Errs: ERR_PARSE */
MUST_CHECK enum err call_hours_parse(struct ctx *ctx, struct str text, int *from_min, int *until_min);

#endif
