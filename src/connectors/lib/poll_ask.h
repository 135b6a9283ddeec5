/*
 * What was asked, kept beside the answer: an answer "no such number" does not say which number it
 * is about, and the ledger's answers are decoded long after they were asked for. The text is a
 * query, so that it is kept as the answer's own (http_msg.query, which an answer of a vendor does
 * not have).
 */
#ifndef WISMO_CONNECTORS_LIB_POLL_ASK_H
#define WISMO_CONNECTORS_LIB_POLL_ASK_H

#include "connectors/connector.h"

/* poll_ask_text: in the arena; the recipient's postal code is left out. Empty when memory is short.
 */
struct str poll_ask_text(struct ctx *ctx, const struct poll_ask *ask);
/* poll_ask_parse: false when the text is not one of these: then nothing is known of what was asked.
 */
bool poll_ask_parse(struct ctx *ctx, struct str text, struct poll_ask *out);

#endif
