/* See knowledge.h. */
#include "storage/knowledge.h"

#include "base/buf.h"

#define MATCH_MAX 4096 /* bytes of a question to the index */

static enum err get(struct ctx *ctx, struct db *db, enum sql_id id, int64_t merchant_id, struct db_stmt **st)
{
    enum err e = db_stmt_get(ctx, db, id, st);
    if (e == OK)
        db_bind_i64(*st, 1, merchant_id);
    return e;
}

static enum err keep(struct ctx *ctx, struct db_stmt *st, int col, struct str *out)
{
    return arena_dup(ctx->arena, db_col_str(st, col), out) == OK ? OK : ctx_fail(ctx, ERR_MEMORY, "knowledge: no memory");
}

/* ---- documents */

enum err knowledge_doc_last(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str source, struct knowledge_doc *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_DOC_LAST, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_text(st, 2, source);
    e = db_step(ctx, st, &row);
    if (e != OK || !row)
        return e != OK ? e : ERR_NOTFOUND;
    *out = (struct knowledge_doc){.source = source, .version = db_col_i64(st, 0), .state = (enum knowledge_state)db_col_i64(st, 1),
                                  .dated_us = db_col_i64(st, 4)};
    e = keep(ctx, st, 2, &out->title);
    if (e == OK)
        e = keep(ctx, st, 3, &out->lang);
    if (e == OK)
        e = keep(ctx, st, 5, &out->digest);
    db_done(st);
    return e;
}

static enum err drop(struct ctx *ctx, struct db *db, enum sql_id id, int64_t merchant_id, struct str source)
{
    struct db_stmt *st = NULL;
    enum err e = get(ctx, db, id, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_text(st, 2, source);
    return db_run(ctx, st);
}

enum err knowledge_doc_retire(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_doc *doc, enum knowledge_state state)
{
    struct db_stmt *st = NULL;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_DOC_RETIRE, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_text(st, 2, doc->source);
    db_bind_i64(st, 3, doc->version);
    db_bind_i64(st, 4, state);
    e = db_run(ctx, st);
    if (e == OK)
        e = drop(ctx, db, SQL_KNOWLEDGE_INDEX_DROP, merchant_id, doc->source);
    return e == OK ? drop(ctx, db, SQL_KNOWLEDGE_PASSAGE_DROP, merchant_id, doc->source) : e;
}

enum err knowledge_doc_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_doc *doc)
{
    struct db_stmt *st = NULL;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_DOC_ADD, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_text(st, 2, doc->source);
    db_bind_i64(st, 3, doc->version);
    db_bind_i64(st, 4, doc->pos);
    db_bind_i64(st, 5, doc->idx);
    db_bind_i64(st, 6, doc->at_us);
    db_bind_i64(st, 7, doc->state);
    db_bind_text(st, 8, doc->title);
    db_bind_text(st, 9, doc->lang);
    db_bind_i64(st, 10, doc->dated_us);
    db_bind_text(st, 11, doc->digest);
    db_bind_i64(st, 12, doc->passages);
    return db_run(ctx, st);
}

enum err knowledge_doc_list(struct ctx *ctx, struct db *db, int64_t merchant_id, size_t max, struct knowledge_doc **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = false;
    struct knowledge_doc *list = arena_array(ctx->arena, max + 1, sizeof(*list));
    enum err e = list == NULL ? ctx_fail(ctx, ERR_MEMORY, "knowledge: no memory") : get(ctx, db, SQL_KNOWLEDGE_DOC_LIST, merchant_id, &st);
    size_t k = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 2, (int64_t)max);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        struct knowledge_doc *d = &list[k++];
        *d = (struct knowledge_doc){.version = db_col_i64(st, 1), .state = (enum knowledge_state)db_col_i64(st, 2), .dated_us = db_col_i64(st, 5),
                                    .at_us = db_col_i64(st, 6), .passages = db_col_i64(st, 7)};
        e = keep(ctx, st, 0, &d->source);
        if (e == OK)
            e = keep(ctx, st, 3, &d->title);
        if (e == OK)
            e = keep(ctx, st, 4, &d->lang);
        if (e != OK)
            break;
    }
    db_done(st);
    *out = list;
    *n = k;
    return e;
}

/* ---- passages */

enum err knowledge_passage_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct knowledge_passage *p)
{
    struct db_stmt *st = NULL;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_PASSAGE_ADD, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 2, p->passage_no);
    db_bind_text(st, 3, p->source);
    db_bind_text(st, 4, p->heading);
    db_bind_text(st, 5, p->body);
    e = db_run(ctx, st);
    if (e == OK)
        e = get(ctx, db, SQL_KNOWLEDGE_INDEX_ADD, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 2, p->passage_no);
    db_bind_text(st, 3, p->source);
    db_bind_text(st, 4, p->lang);
    db_bind_text(st, 5, p->heading_terms);
    db_bind_text(st, 6, p->body_terms);
    return db_run(ctx, st);
}

enum err knowledge_langs(struct ctx *ctx, struct db *db, int64_t merchant_id, struct knowledge_lang out[KNOWLEDGE_LANGS_MAX], size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_LANGS, merchant_id, &st);
    size_t k = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 2, KNOWLEDGE_LANGS_MAX);
    while (k < KNOWLEDGE_LANGS_MAX && (e = db_step(ctx, st, &row)) == OK && row) {
        e = keep(ctx, st, 0, &out[k].lang);
        if (e != OK)
            break;
        out[k++].passages = db_col_i64(st, 1);
    }
    db_done(st);
    *n = k;
    return e;
}

/* A term in quotes is a word to the index, whatever is in it. */
static void add_term(struct buf *b, struct str term)
{
    if (b->n > 0)
        buf_addz(b, " OR ");
    buf_addc(b, '"');
    for (size_t i = 0; i < term.n; i++) {
        if (term.p[i] == '"')
            buf_addc(b, '"');
        buf_addc(b, term.p[i]);
    }
    buf_addc(b, '"');
}

static enum err match(struct ctx *ctx, const struct str *terms, size_t n, struct str *out)
{
    struct buf b;
    buf_init(&b, MATCH_MAX);
    for (size_t i = 0; i < n; i++)
        add_term(&b, terms[i]);
    enum err e = buf_err(&b);
    *out = buf_move(&b, ctx->arena);
    return e == OK && out->p == NULL ? ERR_MEMORY : e;
}

enum err knowledge_term_count(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str lang, struct str term, int64_t *out)
{
    struct db_stmt *st = NULL;
    struct str words;
    bool row = false;
    enum err e = match(ctx, &term, 1, &words);
    if (e == OK)
        e = get(ctx, db, SQL_KNOWLEDGE_TERM_COUNT, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_text(st, 2, lang);
    db_bind_text(st, 3, words);
    e = db_step(ctx, st, &row);
    *out = e == OK && row ? db_col_i64(st, 0) : 0;
    db_done(st);
    return e;
}

static enum err read_found(struct ctx *ctx, struct db_stmt *st, struct knowledge_found *out)
{
    struct str *const TEXTS[] = {&out->heading, &out->body, &out->source, &out->title, &out->lang};
    enum err e = OK;
    *out = (struct knowledge_found){.passage_no = db_col_i64(st, 0), .version = db_col_i64(st, 6), .dated_us = db_col_i64(st, 7)};
    for (int i = 0; e == OK && i < (int)(sizeof(TEXTS) / sizeof(TEXTS[0])); i++)
        e = keep(ctx, st, i + 1, TEXTS[i]);
    return e;
}

enum err knowledge_find(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str lang, const struct str *terms, size_t terms_n,
                        struct knowledge_found out[KNOWLEDGE_FOUND_MAX], size_t *n)
{
    struct db_stmt *st = NULL;
    struct str words;
    bool row = false;
    size_t k = 0;
    *n = 0;
    enum err e = match(ctx, terms, terms_n, &words);
    if (e == OK && terms_n > 0)
        e = get(ctx, db, SQL_KNOWLEDGE_FIND, merchant_id, &st);
    if (e != OK || terms_n == 0)
        return e;
    db_bind_text(st, 2, lang);
    db_bind_text(st, 3, words);
    db_bind_i64(st, 4, KNOWLEDGE_FOUND_MAX);
    while (k < KNOWLEDGE_FOUND_MAX && (e = db_step(ctx, st, &row)) == OK && row) {
        e = read_found(ctx, st, &out[k]);
        if (e != OK)
            break;
        k++;
    }
    db_done(st);
    *n = k;
    return e;
}

/* ---- gaps */

enum err knowledge_gap_add(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t pos, int64_t at_us)
{
    struct db_stmt *st = NULL;
    enum err e = get(ctx, db, SQL_KNOWLEDGE_GAP_ADD, merchant_id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 2, pos);
    db_bind_i64(st, 3, at_us);
    return db_run(ctx, st);
}

enum err knowledge_gap_list(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t since_us, size_t max, struct knowledge_gap **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = false;
    struct knowledge_gap *list = arena_array(ctx->arena, max + 1, sizeof(*list));
    enum err e = list == NULL ? ctx_fail(ctx, ERR_MEMORY, "knowledge: no memory") : get(ctx, db, SQL_KNOWLEDGE_GAP_LIST, merchant_id, &st);
    size_t k = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 2, since_us);
    db_bind_i64(st, 3, (int64_t)max);
    while (k < max && (e = db_step(ctx, st, &row)) == OK && row)
        list[k++] = (struct knowledge_gap){db_col_i64(st, 0), db_col_i64(st, 1)};
    db_done(st);
    *out = list;
    *n = k;
    return e;
}
