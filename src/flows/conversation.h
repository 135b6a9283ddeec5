/* Conversations read back, with their personal words where their key still is: for the dialogue, the courier, people and tests. */
#ifndef WISMO_FLOWS_CONVERSATION_H
#define WISMO_FLOWS_CONVERSATION_H

#include "flows/channel.h"
#include "storage/conversations.h"
#include "storage/outbox.h"
#include "storage/vault.h"

#define CONVERSATION_LINES_MAX 100 /* that are looked at; older ones stay in the ledger */

struct conversation_line {
    struct fact_place at;
    struct str account;        /* that it came by */
    int64_t at_us;
    bool ours;                 /* a turn, else a message */
    struct message_in_fact in; /* words empty when they were erased */
    struct turn_fact turn;
};

/* conversation_lines_read: the newest max, oldest first. */
MUST_CHECK enum err conversation_lines_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, size_t max,
                                            struct conversation_line **out, size_t *n);
/* conversation_line_read: one line, at a place that conversation_lines or conversation_news gave. */
struct merchant;
MUST_CHECK enum err conversation_line_read(struct ctx *ctx, struct reader *rd, struct merchant *m, struct fact_place at, struct conversation_line *out);
/* conversation_thread_hash: how a thread of a channel leads to its conversation. conversation_of_thread: 0: nothing was said in it. */
MUST_CHECK enum err conversation_thread_hash(struct ctx *ctx, const struct merchant *m, enum channel_kind channel, struct str account,
                                             struct str thread_id, unsigned char out[CONTACT_HASH_LEN]);
MUST_CHECK enum err conversation_of_thread(struct ctx *ctx, struct reader *rd, const struct merchant *m, enum channel_kind channel,
                                           struct str account, struct str thread_id, int64_t *no);
/* conversation_find: by the vendor's or caller's id of a message in it. Errs: ERR_NOTFOUND. at: that message. */
MUST_CHECK enum err conversation_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str account, enum channel_kind channel,
                                      struct str message_id, struct conversation *out, struct fact_place *at);
/* conversations_read: see conversation_list of storage. */
MUST_CHECK enum err conversations_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, enum conversation_list which, int64_t arg, size_t max,
                                       struct conversation **out, size_t *n);
/* conversation_read: by its number. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err conversation_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, struct conversation *out);
/* conversation_json: the conversation with its lines, as people and chats read it. */
MUST_CHECK enum err conversation_json(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct conversation *c, struct jw *w);
/* conversation_text: the same as text, "Customer: ...", for a ticket. In the arena. */
MUST_CHECK enum err conversation_text(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, size_t max, struct str *out);
/* conversation_choice: one line of a turn's choices; false: there is no further. */
bool conversation_choice(struct str *choices, struct str *payload, struct str *label);
void conversation_choices_json(struct jw *w, struct str choices); /* "choices": [{"choice", "label"}] */
/* conversation_outgoing: what a reply's row sends, and to whom. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err conversation_outgoing(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row,
                                          struct outgoing *out);

/* conversation_message_id: how a message is known in its conversation: once for the account, channel and id. In the arena. */
struct str conversation_message_id(struct arena *a, struct str account, enum channel_kind channel, struct str message_id);

#endif
