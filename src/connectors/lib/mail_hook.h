/* What the webhooks of mail services share: Basic sign-in, header blocks, events of mails that went out through them. */
#ifndef WISMO_CONNECTORS_LIB_MAIL_HOOK_H
#define WISMO_CONNECTORS_LIB_MAIL_HOOK_H

#include "connectors/lib/message_in.h"

/* basic_password: of "Authorization: Basic ...", in the arena; empty: none. */
struct str basic_password(struct ctx *ctx, const struct http_msg *msg);
/* header_block_add: "Name: value" as a line of a header, whatever was in them. */
void header_block_add(struct buf *b, struct str name, struct str value);
/*
 * mail_from_fields: headers is a header block, plain and html are UTF-8; host: setting auth_host of the account. from: used when the
 * block has no sender. Errs: those of mail_in_read.
 */
MUST_CHECK enum err mail_from_fields(struct ctx *ctx, const struct account *acct, struct str headers, struct str plain, struct str html,
                                     struct mail_in *out);
/* A word of a service's event and what it means; ends with NULL. */
struct mail_event {
    const char *word;
    enum receipt_status is;
};
/* add_mail_event: of a mail of ours, by its Message-ID; an event that means nothing to us adds nothing. */
MUST_CHECK enum err add_mail_event(struct ctx *ctx, struct decoded *out, const struct mail_event *events, struct str word, struct str message_id,
                                   struct str detail, int64_t at_us);

#endif
