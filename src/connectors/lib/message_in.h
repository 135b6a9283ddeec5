/* What every channel in shares: a customer's message as a fact, and a mail as one. */
#ifndef WISMO_CONNECTORS_LIB_MESSAGE_IN_H
#define WISMO_CONNECTORS_LIB_MESSAGE_IN_H

#include "connectors/connector.h"
#include "connectors/lib/mail_in.h"

/* add_message: m as the vendor gave it; words are made safe to read (inbound_text.h). Errs: ERR_PARSE without id or sender, ERR_MEMORY. */
MUST_CHECK enum err add_message(struct ctx *ctx, struct decoded *out, const struct message_in_fact *m);
/*
 * add_mail: its thread is its first reference; it answers the newest mail of ours among those it names. A mail without one sender, which
 * nobody could answer, gives a note.
 */
MUST_CHECK enum err add_mail(struct ctx *ctx, struct decoded *out, const struct mail_in *mail, int64_t at_us);
/* account_vouches: what comes by its webhook was verified: nobody else could have sent it. */
bool account_vouches(const struct account *acct);
/* mail_key: our message's key in <KEY@domain>, of ours or of a list of references; false: it is not ours. */
bool mail_key(struct str id, struct str *key);

#endif
