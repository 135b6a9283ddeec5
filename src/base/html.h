/*
 * HTML written with escapes. Markup is constant text only (HTML() takes nothing but a literal); everything else goes through
 * html_text, which is safe in text and in double-quoted attributes alike.
 */
#ifndef WISMO_BASE_HTML_H
#define WISMO_BASE_HTML_H

#include "base/buf.h"

#define HTML(b, literal) buf_add((b), STR(literal))

/* html_text: & < > " ' become entities; control characters but newline and tab are dropped; ill-formed UTF-8 becomes U+FFFD. */
void html_text(struct buf *b, struct str s);
void html_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3); /* at most 1,000 bytes, then escaped */

#endif
