/* What every channel does to a person's words before anybody reads them. */
#ifndef WISMO_CONNECTORS_LIB_INBOUND_TEXT_H
#define WISMO_CONNECTORS_LIB_INBOUND_TEXT_H

#include "base/ctx.h"

#define INBOUND_TEXT_MAX 16384 /* bytes; more is cut at a character */

/*
 * inbound_text: well-formed UTF-8 with \n at line ends and nothing that cannot be seen: no NUL or other control character, no
 * zero-width or bidirectional mark, except a joiner between two letters beyond ASCII, where scripts and emojis need it.
 * Trimmed; *cut says that it was longer than INBOUND_TEXT_MAX. Errs: ERR_MEMORY.
 */
MUST_CHECK enum err inbound_text(struct ctx *ctx, struct str raw, struct str *out, bool *cut);
/* inbound_line: the same as one line of at most max bytes: names, subjects, ids. */
MUST_CHECK enum err inbound_line(struct ctx *ctx, struct str raw, size_t max, struct str *out);

#endif
