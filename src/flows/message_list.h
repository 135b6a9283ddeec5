/* What a customer was told of an order, is going to be told, and was deliberately not told: for pages, commands and tests. */
#ifndef WISMO_FLOWS_MESSAGE_LIST_H
#define WISMO_FLOWS_MESSAGE_LIST_H

#include "flows/engine.h"
#include "base/json.h"
#include "model/message.h"

struct case_message {
    struct told_entry t;
    struct str subject, text, brief, language; /* empty before it is rendered */
    int64_t attempts;
    struct str result;      /* the channel's last word */
    int64_t position;       /* of the decision */
};

/* case_messages: oldest first, in the arena. Errs: ERR_NOTFOUND no such order. */
MUST_CHECK enum err case_messages(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_message **out,
                                  size_t *n);
/* case_messages_join: the same into an answer about now; one about the past stays without. */
MUST_CHECK enum err case_messages_join(struct ctx *ctx, struct reader *rd, struct case_answer *ca);
/* message_by_key: one message with its order. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err message_by_key(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str key, int64_t *order_no,
                                   struct case_message *out);
/* case_messages_json: an array under "messages" of an open object. */
void case_messages_json(struct jw *w, const struct case_message *list, size_t n);

struct promise_row {
    int64_t order_no, made_us, due_us;
    struct str key;         /* of the message that made it */
    enum promise_state state;
};
/* promise_list: of a state, those due first first; in the arena. */
MUST_CHECK enum err promise_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, enum promise_state state, size_t max,
                                 struct promise_row **out, size_t *n);
/* promises_show: open and unkept ones with their orders, and the counts; as text or JSON. */
MUST_CHECK enum err promises_show(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool json, struct buf *out);

struct message_counts {
    int64_t open, done, dead, withdrawn;
    int64_t promises_open, promises_kept, promises_unkept;
};
MUST_CHECK enum err message_counts(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct message_counts *out);

#endif
