/*
 * The text of an HTML page or mail: one line a block, "- " before items of a list, "> " before quoted lines, no scripts, styles or what
 * is hidden. On libxml2's HTML parser, which takes any bytes; nothing is loaded.
 */
#ifndef WISMO_BASE_HTML_PLAIN_H
#define WISMO_BASE_HTML_PLAIN_H

#include "base/ctx.h"

#define HTML_PLAIN_MAX ((size_t)4 << 20)

/* html_plain: html is UTF-8. headings: h1 to h6 become lines that begin with "# " to "###### ". Errs: ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err html_plain(struct ctx *ctx, struct str html, bool headings, struct str *out);

#endif
