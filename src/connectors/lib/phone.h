/* What the channels to telephones share: the words with which people stop messages, forms as requests, receipts and consent. */
#ifndef WISMO_CONNECTORS_LIB_PHONE_H
#define WISMO_CONNECTORS_LIB_PHONE_H

#include "connectors/connector.h"

enum stop_word { STOP_NONE, STOP_STOP, STOP_START };
/* stop_word_of: the whole text is one of the words that carriers make senders obey. */
enum stop_word stop_word_of(struct str text);

/* form_add: "&name=value", percent-encoded. */
void form_add(struct arena *a, struct buf *b, const char *name, struct str value);

/* add_receipt, add_consent: what a vendor's webhook tells of a message, or of a person. */
MUST_CHECK enum err add_receipt(struct ctx *ctx, struct decoded *out, struct str key, enum receipt_status status, struct str detail,
                                int64_t at_us);
MUST_CHECK enum err add_consent(struct ctx *ctx, struct decoded *out, struct str contact, enum channel_kind channel, bool withdrawn,
                                int64_t at_us);

#endif
