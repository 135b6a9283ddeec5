/* See conversations.h. */
#include "storage/conversations.h"

bool conversation_owns(struct str capability)
{
    return str_eq(capability, STR(CONVERSATION_REPLY)) || str_eq(capability, STR(CONVERSATION_CODE));
}

enum err conversation_put(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct conversation *c)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_PUT, &st);
    if (e != OK)
        return e;
    int i = 1;
    db_bind_i64(st, i++, merchant_id);
    db_bind_i64(st, i++, c->no);
    db_bind_i64(st, i++, c->subject);
    db_bind_i64(st, i++, c->order_no);
    db_bind_text(st, i++, c->customer.p == NULL ? STR("") : c->customer);
    db_bind_i64(st, i++, c->channel);
    db_bind_text(st, i++, c->state.p == NULL ? STR("") : c->state);
    const int64_t numbers[] = {c->opened_us,    c->last_us,      c->asked.pos, c->asked.idx, c->answered.pos,
                               c->answered.idx, c->turn.pos,     c->turn.idx,  c->waiting,   c->person};
    for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
        db_bind_i64(st, i++, numbers[k]);
    return db_run(ctx, st);
}

static enum err row_from(struct ctx *ctx, struct db_stmt *st, struct conversation *out)
{
    *out = (struct conversation){.no = db_col_i64(st, 0), .subject = db_col_i64(st, 1), .order_no = db_col_i64(st, 2),
                                 .channel = (enum channel_kind)db_col_i64(st, 4), .opened_us = db_col_i64(st, 6),
                                 .last_us = db_col_i64(st, 7), .asked = {db_col_i64(st, 8), db_col_i64(st, 9)},
                                 .answered = {db_col_i64(st, 10), db_col_i64(st, 11)}, .turn = {db_col_i64(st, 12), db_col_i64(st, 13)},
                                 .waiting = db_col_i64(st, 14) != 0,
                                 .person = (enum conversation_person)db_col_i64(st, 15)};
    enum err e = arena_dup(ctx->arena, db_col_str(st, 3), &out->customer);
    return e == OK ? arena_dup(ctx->arena, db_col_str(st, 5), &out->state) : e;
}

enum err conversation_get(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, struct conversation *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, no);
    e = db_step(ctx, st, &row);
    if (e == OK && row)
        e = row_from(ctx, st, out);
    db_done(st);
    return e == OK && !row ? ctx_fail(ctx, ERR_NOTFOUND, "no such conversation") : e;
}

/* One number of a statement that is bound already; 0: no row. */
static enum err one_number(struct ctx *ctx, struct db_stmt *st, int64_t *out)
{
    bool row = false;
    enum err e = db_step(ctx, st, &row);
    *out = e == OK && row ? db_col_i64(st, 0) : 0;
    db_done(st);
    return e;
}

enum err conversation_last_no(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t *out)
{
    struct db_stmt *st = NULL;
    *out = 0;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    return one_number(ctx, st, out);
}

enum err conversation_of_customer(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t since_us, int64_t *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = 0;
    if (str_empty(customer))
        return OK;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_OF_CUSTOMER, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, customer);
    e = db_step(ctx, st, &row);
    if (e == OK && row && db_col_i64(st, 1) >= since_us)
        *out = db_col_i64(st, 0);
    db_done(st);
    return e;
}

enum err conversation_list(struct ctx *ctx, struct db *db, int64_t merchant_id, enum conversation_list which, int64_t arg, size_t max,
                           struct conversation **out, size_t *n)
{
    static const enum sql_id IDS[] = {SQL_CONVERSATION_PAGE, SQL_CONVERSATION_WAITING, SQL_CONVERSATION_OF_ORDER, SQL_CONVERSATION_PERSON};
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = arena_array(ctx->arena, max + 1, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "conversations: no memory");
    enum err e = db_stmt_get(ctx, db, IDS[which], &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, arg);
    db_bind_i64(st, 3, (int64_t)max);
    while (*n < max && (e = db_step(ctx, st, &row)) == OK && row) {
        e = row_from(ctx, st, &(*out)[*n]);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

enum err conversation_key_set(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str hash, int64_t no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_KEY_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_blob(st, 2, hash);
    db_bind_i64(st, 3, no);
    return db_run(ctx, st);
}

enum err conversation_key_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str hash, int64_t *out)
{
    struct db_stmt *st = NULL;
    *out = 0;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_KEY_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_blob(st, 2, hash);
    return one_number(ctx, st, out);
}

enum err conversation_line_add(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, struct fact_place at, struct str message)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_LINE_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, no);
    db_bind_i64(st, 3, at.pos);
    db_bind_i64(st, 4, at.idx);
    db_bind_text(st, 5, message.p == NULL ? STR("") : message);
    return db_run(ctx, st);
}

bool fact_place_behind(struct fact_place a, struct fact_place b)
{
    return a.pos > b.pos || (a.pos == b.pos && a.idx > b.idx);
}

/* Of a statement that is bound but for its merchant and limit. */
static enum err places(struct ctx *ctx, struct db_stmt *st, int64_t merchant_id, size_t max, struct fact_place **out, size_t *n)
{
    bool row = true;
    enum err e = OK;
    *n = 0;
    *out = arena_array(ctx->arena, max + 1, sizeof(**out));
    if (*out == NULL) {
        db_done(st);
        return ctx_fail(ctx, ERR_MEMORY, "conversations: no memory");
    }
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 3, (int64_t)max);
    while (*n < max && (e = db_step(ctx, st, &row)) == OK && row)
        (*out)[(*n)++] = (struct fact_place){db_col_i64(st, 0), db_col_i64(st, 1)};
    db_done(st);
    return e;
}

enum err conversation_lines(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t no, size_t max, struct fact_place **out, size_t *n)
{
    struct db_stmt *st = NULL;
    *n = 0;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_LINES, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 2, no);
    e = places(ctx, st, merchant_id, max, out, n);
    for (size_t i = 0; i < *n / 2; i++) { /* they come newest first */
        struct fact_place t = (*out)[i];
        (*out)[i] = (*out)[*n - 1 - i];
        (*out)[*n - 1 - i] = t;
    }
    return e;
}

enum err conversation_news(struct ctx *ctx, struct db *db, int64_t merchant_id, struct fact_place after, size_t max, struct fact_place **out,
                           size_t *n)
{
    struct db_stmt *st = NULL;
    *n = 0;
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_NEWS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 2, after.pos);
    db_bind_i64(st, 4, after.idx);
    return places(ctx, st, merchant_id, max, out, n);
}

enum err conversation_by_message(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str message, int64_t *no, struct fact_place *at)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *no = 0;
    *at = (struct fact_place){0, 0};
    enum err e = db_stmt_get(ctx, db, SQL_CONVERSATION_MESSAGE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, message);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        *no = db_col_i64(st, 0);
        *at = (struct fact_place){db_col_i64(st, 1), db_col_i64(st, 2)};
    }
    db_done(st);
    return e;
}
