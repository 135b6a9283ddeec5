/* See case_join.h. */
#include "flows/case_join.h"

static void put64(unsigned char *p, int64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)((uint64_t)v >> (8 * i));
}

static int64_t get64(const unsigned char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return (int64_t)v;
}

enum err hist_add(struct ctx *ctx, struct str hist, const struct hist_entry *he, struct str *out)
{
    while (hist.n >= (size_t)HIST_BYTES * HIST_MAX)
        hist = str_sub(hist, HIST_BYTES, hist.n);
    unsigned char *p = ctx_alloc(ctx, hist.n + HIST_BYTES);
    if (p == NULL)
        return ERR_MEMORY;
    if (hist.n > 0)
        memcpy(p, hist.p, hist.n);
    p[hist.n] = (unsigned char)he->cls;
    put64(p + hist.n + 1, he->since_us);
    put64(p + hist.n + 9, he->seen_us);
    *out = (struct str){(const char *)p, hist.n + HIST_BYTES};
    return OK;
}

bool hist_get(struct str hist, size_t i, struct hist_entry *out)
{
    if (i >= hist.n / HIST_BYTES)
        return false;
    const unsigned char *p = (const unsigned char *)hist.p + i * HIST_BYTES;
    *out = (struct hist_entry){p[0] < DIAG_CLASS_COUNT ? (enum diag_class)p[0] : DIAG_CLASS_COUNT, get64(p + 1), get64(p + 9)};
    return true;
}

static enum err stock_of(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct str item, struct case_stock *out,
                         size_t cap, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(ctx, db, at_us == 0 ? SQL_STOCK_GET : SQL_STOCK_PAST_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, item);
    if (at_us != 0)
        db_bind_i64(st, 3, at_us);
    while ((e = db_step(ctx, st, &row)) == OK && row && *n < cap) {
        struct case_stock *s = &out[*n];
        s->sku = item;
        e = arena_dup(ctx->arena, db_col_str(st, 0), &s->location);
        if (e == OK)
            e = arena_dup(ctx->arena, db_col_str(st, 2), &s->restock_at);
        if (e != OK)
            break;
        s->available = db_col_i64(st, 1);
        s->changed_us = db_col_i64(st, 3);
        s->fresh_us = db_col_i64(st, 4);
        s->net_of_orders = db_col_i64(st, 5) != 0;
        (*n)++;
    }
    db_done(st);
    return e;
}

#define STOCK_ROWS_MAX 64

static enum err join(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct order_case *cas, bool all)
{
    const struct order_view *v = order_anchor(cas);
    enum err e = OK;
    cas->stock = NULL;
    cas->stock_n = 0;
    if (v == NULL || v->state == ORDER_CANCELLED)
        return OK;
    for (size_t i = 0; e == OK && i < v->items_n && cas->stock_n < STOCK_ROWS_MAX; i++) {
        struct str key = case_item_key(&v->items[i]);
        if (!v->items[i].ships || (!all && case_quantity_in_fulfillments(cas, key, FUL_SHIPPED) >= v->items[i].quantity))
            continue;
        if (cas->stock == NULL)
            cas->stock = ctx_alloc(ctx, STOCK_ROWS_MAX * sizeof(*cas->stock));
        if (cas->stock == NULL)
            return ERR_MEMORY;
        e = stock_of(ctx, db, merchant_id, at_us, key, cas->stock, STOCK_ROWS_MAX, &cas->stock_n);
    }
    return e;
}

enum err stock_join(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct order_case *cas)
{
    return join(ctx, db, merchant_id, at_us, cas, false);
}

enum err stock_join_all(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct order_case *cas)
{
    return join(ctx, db, merchant_id, at_us, cas, true);
}
