/* The newest part of a mail's text: what its writer has just written, without what is quoted below, above or between, and without a
 * signature that is marked as one. */
#ifndef WISMO_CONNECTORS_LIB_MAIL_NEWEST_H
#define WISMO_CONNECTORS_LIB_MAIL_NEWEST_H

#include "base/ctx.h"

/*
 * mail_newest: text is what inbound_text gives, or longer, with \n at line ends. Pure; linear. When nothing is left (a mail that is
 * forwarded without a word), the text as it was: a customer who sends our mail on wants it read. Errs: ERR_MEMORY.
 */
MUST_CHECK enum err mail_newest(struct ctx *ctx, struct str text, struct str *out);

#endif
