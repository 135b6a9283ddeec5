/* See customer_orders.h. */
#include "storage/customer_orders.h"

enum err customer_order_put(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, const struct customer_order *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CUSTOMER_ORDER_PUT, &st);
    if (e != OK)
        return e;
    const struct {
        int at;
        int64_t v;
    } NUMBERS[] = {{1, merchant_id}, {3, row->order_no}, {4, row->placed_us}, {5, row->claim_us}, {6, row->total_minor}};
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        db_bind_i64(st, NUMBERS[i].at, NUMBERS[i].v);
    db_bind_text(st, 2, customer);
    db_bind_text(st, 7, row->currency.p == NULL ? STR("") : row->currency);
    return db_run(ctx, st);
}

enum err customer_order_drop(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t order_no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CUSTOMER_ORDER_DROP, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, customer);
    db_bind_i64(st, 3, order_no);
    return db_run(ctx, st);
}

static enum err push(struct ctx *ctx, struct customer_order **v, size_t *n, size_t *cap, const struct customer_order *row)
{
    if (*n == *cap) {
        size_t more = *cap == 0 ? 16 : 4 * *cap;
        struct customer_order *grown = ctx_alloc(ctx, more * sizeof(*grown));
        if (grown == NULL)
            return ERR_MEMORY;
        if (*n > 0)
            memcpy(grown, *v, *n * sizeof(**v));
        *v = grown;
        *cap = more;
    }
    (*v)[*n] = *row;
    return arena_dup(ctx->arena, row->currency, &(*v)[(*n)++].currency);
}

enum err customer_order_list(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, struct customer_order **out, size_t *n)
{
    struct db_stmt *st = NULL;
    size_t cap = 0;
    bool row = true;
    *out = NULL;
    *n = 0;
    enum err e = db_stmt_get(ctx, db, SQL_CUSTOMER_ORDER_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, customer);
    db_bind_i64(st, 3, CUSTOMER_ORDERS_MAX);
    while (e == OK && (e = db_step(ctx, st, &row)) == OK && row) {
        const struct customer_order one = {.order_no = db_col_i64(st, 0), .placed_us = db_col_i64(st, 1), .claim_us = db_col_i64(st, 2),
                                           .total_minor = db_col_i64(st, 3), .currency = db_col_str(st, 4)};
        e = push(ctx, out, n, &cap, &one);
    }
    db_done(st);
    return e;
}
