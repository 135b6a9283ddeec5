/*
 * HTML written with escapes. Markup is constant text only (HTML() takes nothing but a literal); everything else goes through
 * html_text, which is safe in text and in double-quoted attributes alike.
 */
#ifndef WISMO_SERVER_HTML_H
#define WISMO_SERVER_HTML_H

#include "base/buf.h"

#define HTML(b, literal) buf_add((b), STR(literal))

/* html_text: & < > " ' become entities; control characters but newline and tab are dropped; ill-formed UTF-8 becomes U+FFFD. */
void html_text(struct buf *b, struct str s);
void html_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3); /* at most 1,000 bytes, then escaped */
/* html_page_begin / end: doctype, head with the title, body with a heading and links home. */
void html_page_begin(struct buf *b, struct str title);
void html_page_end(struct buf *b);

/* What these pages may load: their own inline style (by hash), nothing else; forms go to ourselves; no framing. */
extern const char HTML_CSP[];

#endif
