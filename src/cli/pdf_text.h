/* The text of a PDF, by poppler's pdftotext in a process of its own: a file that breaks it breaks nothing else. */
#ifndef WISMO_CLI_PDF_TEXT_H
#define WISMO_CLI_PDF_TEXT_H

#include "base/ctx.h"

/* pdf_text: at most max bytes. Errs: ERR_UNSUPPORTED no pdftotext here, ERR_PARSE it gave up on the file, ERR_LIMIT, ERR_IO. */
MUST_CHECK enum err pdf_text(struct ctx *ctx, const char *path, size_t max, struct str *out);

#endif
