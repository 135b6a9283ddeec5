/* The frame of the server's pages around what base/html.h writes. */
#ifndef WISMO_SERVER_HTML_H
#define WISMO_SERVER_HTML_H

#include "base/html.h"

/* html_page_begin / end: doctype, head with the title, body with a heading and links home. */
void html_page_begin(struct buf *b, struct str title);
void html_page_end(struct buf *b);

/* What these pages may load: their own inline style (by hash), nothing else; forms go to ourselves; no framing. */
extern const char HTML_CSP[];

#endif
