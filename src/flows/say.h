/*
 * Two verbs of conversations that faces offer: a customer's message through our own door, with the turn that answers it when that
 * comes in time; and a person of the team who answers.
 */
#ifndef WISMO_FLOWS_SAY_H
#define WISMO_FLOWS_SAY_H

#include "flows/conversation.h"

#define SAY_ACCOUNT "messages" /* account of messages that come so */
#define SAY_FIELD_MAX 400      /* ids, contacts, subjects */

struct said {
    struct conversation c;
    bool answered;         /* turn is the answer to it, or to it and others */
    struct turn_fact turn;
};
/* said_wait: the turn that answers a message, at most wait_ms later; ctx's arena grows meanwhile. Errs: ERR_NOTFOUND it is not folded yet */
struct said_message {
    struct str account;
    enum channel_kind channel;
    struct str message_id;
};
MUST_CHECK enum err said_wait(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct said_message *m, int wait_ms, struct said *out);
/* message_read: a message from JSON: text or choice, from, channel, thread, id, reply_to, name, subject, language, verified. Errs: ERR_PARSE */
MUST_CHECK enum err message_read(struct ctx *ctx, const struct json *v, struct message_in_fact *out);
/*
 * say: recorded and folded; then waits at most wait_ms for its turn.
 * Errs: ERR_BUSY, ERR_TIMEOUT it is recorded, and will be folded
 */
MUST_CHECK enum err say(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct message_in_fact *m, int wait_ms,
                        struct said *out);
/* say_only: recorded; who waits for the answer reads it elsewhere. */
MUST_CHECK enum err say_only(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct message_in_fact *m);
void said_json(struct jw *w, const struct said *s);
/* say_as_person: answers the conversation, which is theirs from now on. Errs: ERR_NOTFOUND, ERR_PARSE no text, ERR_TIMEOUT recorded */
MUST_CHECK enum err say_as_person(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, int64_t no, struct str text,
                                  struct str by);

#endif
