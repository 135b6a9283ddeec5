/*
 * The web chat: who a visitor is, what they say, and what of a conversation their window shows. A session is a sealed token that the
 * browser keeps: the server keeps nothing of it. It names the thread, and the shop's user where the shop signed one.
 */
#ifndef WISMO_FLOWS_CHAT_H
#define WISMO_FLOWS_CHAT_H

#include "flows/conversation.h"

#define CHAT_TOKEN_MAX 1024
#define CHAT_TEXT_MAX 4000            /* bytes of one message */
#define CHAT_SESSION_US (30 * US_PER_DAY)
#define CHAT_USER_US (31 * US_PER_DAY) /* a user is signed for that long at most */

struct chat_user {
    struct str id, email;             /* email empty: nobody signed for them */
    int64_t until_us;
};
struct chat_session {
    struct str thread;                /* of its messages; also what an unsigned visitor is called */
    int64_t begun_us;
    struct chat_user user;
};

/* chat_account: the merchant's account of the chat; NULL: it has none. */
const struct account *chat_account(const struct merchant_config *mc);
/*
 * chat_user_read: {"id", "email", "expires", "signature"}: hex HMAC-SHA256, under one of the account's secrets, of id, email and
 * expires (seconds since 1970), a line feed between them. Absent (NULL): an empty user.
 * Errs: ERR_PARSE a field is not one, ERR_DENIED the signature is wrong or nobody may sign, ERR_STALE over
 */
MUST_CHECK enum err chat_user_read(struct ctx *ctx, const struct account *acct, const struct json *v, int64_t now_us, struct chat_user *out);
/*
 * chat_session_begin: a token for a new session; or, for a user who signed in meanwhile, for the one before (NULL: none), which had
 * no user or the same one. Errs: ERR_MEMORY, ERR_IO no random numbers
 */
MUST_CHECK enum err chat_session_begin(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct chat_session *before,
                                       const struct chat_user *user, struct str *token);
/* chat_session_read: Errs: ERR_DENIED it is none of ours, ERR_STALE it is over */
MUST_CHECK enum err chat_session_read(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str token, struct chat_session *out);
/* chat_message_read: {"id", "text"} or {"id", "choice", "text"?} of that session. Errs: ERR_PARSE */
MUST_CHECK enum err chat_message_read(struct ctx *ctx, const struct json *v, const struct chat_session *s, struct message_in_fact *out);
/* chat_thread_of: whose window shows this line: who wrote it, or whose words it answers; empty: no chat of ours. */
MUST_CHECK enum err chat_thread_of(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct conversation_line *l, struct str *thread);
/* chat_event: a line as a server-sent event; nothing for a silent turn. */
void chat_event(struct buf *b, const struct conversation_line *l);

#endif
