/* See csv.h. */
#include "connectors/lib/csv.h"

/* One cell off the rest; *end: it was the last of its row. */
static enum err cell(struct ctx *ctx, struct csv *csv, struct str *out, bool *end)
{
    struct str *r = &csv->rest;
    size_t i = 0, n = 0;
    bool quoted = r->n > 0 && r->p[0] == '"', closed = !quoted;
    char *p = ctx_alloc(ctx, 1);
    const char *from = r->p;
    if (quoted) {
        p = ctx_alloc(ctx, r->n < 65536 ? r->n + 1 : 65536);
        for (i = 1; p != NULL && i < r->n; i++) {
            if (r->p[i] == '"' && i + 1 < r->n && r->p[i + 1] == '"')
                i++;
            else if (r->p[i] == '"') {
                closed = true;
                i++;
                break;
            }
            if (n >= 65535)
                return ctx_fail(ctx, ERR_LIMIT, "line %zu: a cell of more than 64 KiB", csv->line);
            csv->line += r->p[i] == '\n';
            p[n++] = r->p[i];
        }
        from = p;
    }
    if (p == NULL)
        return ERR_MEMORY;
    if (!closed)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: a quote is never closed", csv->line);
    size_t start = i;
    while (i < r->n && r->p[i] != csv->sep && r->p[i] != '\n')
        i++;
    if (!quoted)
        n = i - start;
    *out = str_trim((struct str){from, n});
    *end = i >= r->n || r->p[i] == '\n';
    *r = str_sub(*r, i + (i < r->n ? 1 : 0), r->n);
    return OK;
}

static enum err row(struct ctx *ctx, struct csv *csv, struct str cells[CSV_COLUMNS_MAX], size_t *n)
{
    bool end = false;
    *n = 0;
    csv->line++;
    while (!end) {
        if (*n == CSV_COLUMNS_MAX)
            return ctx_fail(ctx, ERR_LIMIT, "line %zu: more than %d columns", csv->line, CSV_COLUMNS_MAX);
        enum err e = cell(ctx, csv, &cells[*n], &end);
        if (e != OK)
            return e;
        (*n)++;
    }
    return OK;
}

enum err csv_open(struct ctx *ctx, struct str text, struct csv *out)
{
    size_t commas = 0, semis = 0, tabs = 0;
    memset(out, 0, sizeof(*out));
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++) {
        commas += text.p[i] == ',';
        semis += text.p[i] == ';';
        tabs += text.p[i] == '\t';
    }
    out->sep = tabs > commas && tabs > semis ? '\t' : semis > commas ? ';' : ',';
    out->rest = text;
    if (str_empty(str_trim(text)))
        return ctx_fail(ctx, ERR_PARSE, "CSV: empty");
    return row(ctx, out, out->header, &out->columns);
}

enum err csv_next(struct ctx *ctx, struct csv *csv, struct str cells[CSV_COLUMNS_MAX], size_t *n, bool *more)
{
    *more = false;
    while (csv->rest.n > 0) {
        enum err e = row(ctx, csv, cells, n);
        if (e != OK)
            return e;
        if (*n == 1 && str_empty(cells[0]))
            continue;
        *more = true;
        return OK;
    }
    return OK;
}
