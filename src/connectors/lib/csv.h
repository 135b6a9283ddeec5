/* CSV (RFC 4180: quotes, doubled quotes, line breaks inside quotes) row by row; the separator is found in the header. */
#ifndef WISMO_CONNECTORS_LIB_CSV_H
#define WISMO_CONNECTORS_LIB_CSV_H

#include "base/ctx.h"

#define CSV_COLUMNS_MAX 200

struct csv {
    struct str rest;
    char sep;
    size_t line;                       /* of the row read last, from 1 */
    struct str header[CSV_COLUMNS_MAX];
    size_t columns;
};

/* csv_open: reads the header row; comma, semicolon or tab, whichever it has most of. Errs: ERR_PARSE empty, ERR_LIMIT columns. */
MUST_CHECK enum err csv_open(struct ctx *ctx, struct str text, struct csv *out);
/* csv_next: cells of the next row that has any text; *n cells. *more false at the end. Errs: ERR_PARSE quote never closed. */
MUST_CHECK enum err csv_next(struct ctx *ctx, struct csv *csv, struct str cells[CSV_COLUMNS_MAX], size_t *n, bool *more);

#endif
