/* See csv.h. */
#include "connectors/lib/csv.h"

#define CELL_MAX 65536

/* The quoted part at the beginning of s: *n bytes with both quotes, *doubled quotes in it. false: never closed. */
static bool quoted_part(struct str s, size_t *n, size_t *doubled)
{
    *doubled = 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] != '"')
            continue;
        if (i + 1 == s.n || s.p[i + 1] != '"') {
            *n = i + 1;
            return true;
        }
        i++;
        (*doubled)++;
    }
    return false;
}

/* A view into the text, or a copy when quotes were doubled. */
static enum err unquote(struct ctx *ctx, struct str inner, size_t doubled, struct str *out)
{
    *out = inner;
    if (doubled == 0)
        return OK;
    char *p = ctx_alloc(ctx, inner.n + 1);
    size_t n = 0;
    if (p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < inner.n; i++) {
        p[n++] = inner.p[i];
        i += inner.p[i] == '"' ? 1 : 0; /* the second of two */
    }
    *out = (struct str){p, n};
    return OK;
}

/* One cell off the rest; *end: it was the last of its row. What stands between a closing quote and the separator is dropped. */
static enum err cell(struct ctx *ctx, struct csv *csv, struct str *out, bool *end)
{
    struct str *r = &csv->rest;
    size_t from = 0, to, doubled = 0;
    struct str inner = STR_NULL;
    bool quoted = r->n > 0 && r->p[0] == '"';
    if (quoted && !quoted_part(*r, &from, &doubled))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: a quote is never closed", csv->line);
    for (to = from; to < r->n && r->p[to] != csv->sep && r->p[to] != '\n'; to++)
        ;
    inner = quoted ? str_sub(*r, 1, from - 2) : str_sub(*r, 0, to);
    if (inner.n >= CELL_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "line %zu: a cell of more than 64 KiB", csv->line);
    for (size_t i = 0; quoted && i < inner.n; i++)
        csv->line += inner.p[i] == '\n';
    enum err e = unquote(ctx, inner, doubled, out);
    *out = str_trim(*out);
    *end = to >= r->n || r->p[to] == '\n';
    *r = str_sub(*r, to + (to < r->n ? 1 : 0), r->n);
    return e;
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

static bool all_empty(const struct str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!str_empty(cells[i]))
            return false;
    return true;
}

enum err csv_next(struct ctx *ctx, struct csv *csv, struct str cells[CSV_COLUMNS_MAX], size_t *n, bool *more)
{
    *more = false;
    while (csv->rest.n > 0) {
        enum err e = row(ctx, csv, cells, n);
        if (e != OK)
            return e;
        if (all_empty(cells, *n)) /* as spreadsheets leave them at the end */
            continue;
        *more = true;
        return OK;
    }
    return OK;
}
