/* Telephone numbers as channels want them (E.164), the words with which people stop messages, and forms as requests. */
#ifndef WISMO_CONNECTORS_LIB_PHONE_H
#define WISMO_CONNECTORS_LIB_PHONE_H

#include "connectors/connector.h"

/*
 * phone_e164: "+13125550100" of what an order has: international ("+" or "00"), or national of a country whose form is known here.
 * Errs: ERR_PARSE it cannot be told which number is meant: none is guessed. In the arena.
 */
MUST_CHECK enum err phone_e164(struct ctx *ctx, struct str number, struct str country, struct str *out);

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
