/* See actions.h. What is looked for stands in columns, the rest in a body of the model's own form. */
#include "storage/actions.h"

static bool holds_stock(const struct action_row *r)
{
    return (capability_flags(r->cap) & CAP_STOCK) != 0 && r->state != ACTION_CONFIRMED &&
           (action_state_is_live(r->state) || r->state == ACTION_SHADOW);
}

static enum err write_row(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct action_kept *act, bool is_new)
{
    struct db_stmt *st = NULL;
    const struct action_row *r = &act->row;
    struct buf body;
    buf_init(&body, (size_t)1 << 20);
    action_rows_encode(r, 1, &body);
    enum err e = buf_err(&body);
    if (e == OK)
        e = db_stmt_get(ctx, db, is_new ? SQL_ACTION_ADD : SQL_ACTION_SET, &st);
    if (e == OK) {
        int i = 1;
        db_bind_i64(st, i++, merchant_id);
        db_bind_i64(st, i++, r->action_no);
        db_bind_i64(st, i++, r->state);
        db_bind_i64(st, i++, holds_stock(r));
        db_bind_blob(st, i++, buf_str(&body));
        if (is_new) {
            db_bind_text(st, i++, act->key);
            db_bind_i64(st, i++, r->order_no);
            db_bind_text(st, i++, r->customer.p == NULL ? STR("") : r->customer);
            db_bind_i64(st, i++, r->at_us);
            db_bind_i64(st, i++, r->day);
            const int64_t places[] = {act->pos, act->idx, act->request_pos, act->request_idx};
            for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
                db_bind_i64(st, i++, places[k]);
        }
        e = db_run(ctx, st);
    }
    buf_clear(&body);
    return e;
}

enum err action_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct action_kept *act)
{
    return write_row(ctx, db, merchant_id, act, true);
}

enum err action_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct action_kept *act)
{
    return write_row(ctx, db, merchant_id, act, false);
}

/* Columns: action_no, order_no, key, pos, idx, request_pos, request_idx, body. The order's number may have moved since. */
static enum err row_from(struct ctx *ctx, struct db_stmt *st, struct action_kept *out)
{
    struct action_row *rows = NULL;
    size_t n = 0;
    *out = (struct action_kept){.pos = db_col_i64(st, 3), .idx = db_col_i64(st, 4), .request_pos = db_col_i64(st, 5),
                                .request_idx = db_col_i64(st, 6)};
    enum err e = arena_dup(ctx->arena, db_col_str(st, 2), &out->key);
    if (e == OK)
        e = action_rows_decode(ctx, db_col_str(st, 7), &rows, &n);
    if (e == OK && n != 1)
        e = ctx_fail(ctx, ERR_CORRUPT, "actions: not as they were written");
    if (e != OK)
        return e;
    out->row = rows[0];
    out->row.action_no = db_col_i64(st, 0);
    out->row.order_no = db_col_i64(st, 1);
    return OK;
}

static enum err get_one(struct ctx *ctx, struct db_stmt *st, struct action_kept *out)
{
    bool row = false;
    enum err e = db_step(ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such action");
    if (e == OK)
        e = row_from(ctx, st, out);
    db_done(st);
    return e;
}

enum err action_get(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t action_no, struct action_kept *out)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_ACTION_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, action_no);
    return get_one(ctx, st, out);
}

enum err action_by_key(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, struct action_kept *out)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_ACTION_BY_KEY, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, key);
    return get_one(ctx, st, out);
}

enum err action_last_no(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = 0;
    enum err e = db_stmt_get(ctx, db, SQL_ACTION_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        *out = db_col_i64(st, 0);
        db_done(st);
    }
    return e;
}

/* ---- lists */

static bool has(const struct action_list *list, int64_t action_no)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].row.action_no == action_no)
            return true;
    return false;
}

static enum err push(struct ctx *ctx, struct action_list *list, const struct action_kept *act)
{
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? 16 : 2 * list->cap;
        struct action_kept *v = arena_array(ctx->arena, cap, sizeof(*v));
        if (v == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "actions: no memory");
        if (list->n > 0)
            memcpy(v, list->v, list->n * sizeof(*v));
        list->v = v;
        list->cap = cap;
    }
    list->v[list->n++] = *act;
    return OK;
}

static enum err collect(struct ctx *ctx, struct db_stmt *st, struct action_list *out)
{
    bool row = true;
    enum err e = OK;
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        struct action_kept act;
        if (has(out, db_col_i64(st, 0)))
            continue;
        e = row_from(ctx, st, &act);
        if (e == OK)
            e = push(ctx, out, &act);
        if (e != OK)
            break;
    }
    db_done(st);
    return e;
}

static enum err list_by(struct ctx *ctx, struct db *db, int64_t merchant_id, enum sql_id id, int64_t arg, struct action_list *out)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, arg);
    return collect(ctx, st, out);
}

enum err action_list_order(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t order_no, struct action_list *out)
{
    return list_by(ctx, db, merchant_id, SQL_ACTION_OF_ORDER, order_no, out);
}

enum err action_list_day(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t day, struct action_list *out)
{
    return list_by(ctx, db, merchant_id, SQL_ACTION_OF_DAY, day, out);
}

enum err action_list_stock(struct ctx *ctx, struct db *db, int64_t merchant_id, struct action_list *out)
{
    return list_by(ctx, db, merchant_id, SQL_ACTION_STOCK, 1, out);
}

enum err action_list_state(struct ctx *ctx, struct db *db, int64_t merchant_id, enum action_state state, struct action_list *out)
{
    return list_by(ctx, db, merchant_id, SQL_ACTION_IN_STATE, state, out);
}

enum err action_list_customer(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t since_us, struct action_list *out)
{
    struct db_stmt *st = NULL;
    if (str_empty(customer))
        return OK;
    enum err e = db_stmt_get(ctx, db, SQL_ACTION_OF_CUSTOMER, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, customer);
    db_bind_i64(st, 3, since_us);
    return collect(ctx, st, out);
}

enum err action_list_page(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t after_no, int64_t max, struct action_list *out)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_ACTION_PAGE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, after_no);
    db_bind_i64(st, 3, max);
    return collect(ctx, st, out);
}

enum err action_rows_of(struct ctx *ctx, const struct action_list *list, struct action_row **out)
{
    *out = arena_array(ctx->arena, list->n + 1, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "actions: no memory");
    for (size_t i = 0; i < list->n; i++)
        (*out)[i] = list->v[i].row;
    return OK;
}
