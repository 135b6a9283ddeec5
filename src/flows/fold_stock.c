/*
 * Inventory levels: one row an item and location, the newest by the vendor's time, and the orders that wait for an item. A
 * level that turns (none, some, oversold, another day of restocking) wakes the orders that wait for the item, the oldest
 * first; what is beyond STOCK_WAKE_MAX is looked at again within a day, as each order that is short of stock is.
 */
#include "flows/fold.h"

#define STOCK_WAKE_MAX 1000 /* orders a fact may wake: bounds the transaction */

static int sign(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* Would this level tell a waiting order something else than the row that stands there now? */
static enum err level_turns(struct fold *f, const struct inventory_fact *v, struct str item, bool *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_STOCK_AT, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, item);
    db_bind_text(st, 3, v->location);
    e = db_step(f->ctx, st, &row);
    *out = e == OK && (!row || sign(db_col_i64(st, 0)) != sign(v->available) || !str_eq(db_col_str(st, 1), v->restock_at));
    db_done(st);
    return e;
}

static enum err stock_row(struct fold *f, enum sql_id id, const struct fact *fct, struct str item)
{
    const struct inventory_fact *v = &fct->u.inventory;
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, item);
    db_bind_text(st, 3, v->location);
    db_bind_i64(st, 4, fct->changed_us);
    db_bind_i64(st, 5, f->pos);
    db_bind_i64(st, 6, v->available);
    db_bind_text(st, 7, v->restock_at);
    db_bind_i64(st, 8, f->now_us);
    db_bind_i64(st, 9, v->net_of_orders);
    return db_run(f->ctx, st);
}

/* A vendor's item id stands for its SKU once a fact has told both. */
static enum err stock_item(struct fold *f, const struct inventory_fact *v, struct str *item)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *item = v->sku;
    if (str_empty(v->item_ref))
        return OK;
    enum err e = db_stmt_get(f->ctx, f->db, str_empty(v->sku) ? SQL_ITEM_REF_GET : SQL_ITEM_REF_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, f->account);
    db_bind_text(st, 3, v->item_ref);
    if (!str_empty(v->sku)) {
        db_bind_text(st, 4, v->sku);
        return db_run(f->ctx, st);
    }
    e = db_step(f->ctx, st, &row);
    if (e == OK && row) {
        e = arena_dup(f->ctx->arena, db_col_str(st, 0), item);
        db_done(st);
    } else if (e == OK) {
        *item = arena_fmt(f->ctx->arena, "ref:%.*s:%.*s", STR_ARG(f->account), STR_ARG(v->item_ref));
    }
    return e;
}

static enum err waiting_orders(struct fold *f, struct str item, int64_t **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = ctx_alloc(f->ctx, STOCK_WAKE_MAX * sizeof(**out));
    enum err e = *out == NULL ? ERR_MEMORY : db_stmt_get(f->ctx, f->db, SQL_STOCK_WAIT_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, item);
    db_bind_i64(st, 3, STOCK_WAKE_MAX);
    while ((e = db_step(f->ctx, st, &row)) == OK && row && *n < STOCK_WAKE_MAX)
        (*out)[(*n)++] = db_col_i64(st, 0);
    db_done(st);
    return e;
}

static enum err wake(struct fold *f, struct str item)
{
    int64_t *nos = NULL;
    size_t n = 0;
    enum err e = waiting_orders(f, item, &nos, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fold_order *fo = NULL;
        e = fold_order_by_no(f, nos[i], &fo);
        if (e == OK)
            e = fold_touch(f, fo);
    }
    return e;
}

enum err fold_inventory(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct str item = STR_NULL;
    bool turns = false;
    enum err e = stock_item(f, &fct->u.inventory, &item);
    if (e == OK)
        e = level_turns(f, &fct->u.inventory, item, &turns);
    if (e == OK)
        e = stock_row(f, SQL_STOCK_PAST_ADD, fct, item); /* first: it compares with the row as it stands */
    if (e == OK)
        e = stock_row(f, SQL_STOCK_SET, fct, item);
    if (e == OK)
        e = fold_fact_keep(f, fct, rec);
    return e == OK && turns ? wake(f, item) : e;
}

static enum err wait_row(struct fold *f, enum sql_id id, struct str item, int64_t order_no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, item);
    db_bind_i64(st, 3, order_no);
    return db_run(f->ctx, st);
}

static bool stock_known(const struct order_case *cas, struct str item)
{
    for (size_t i = 0; i < cas->stock_n; i++)
        if (str_eq(cas->stock[i].sku, item))
            return true;
    return false;
}

/* An item of which no level was ever heard is not noted: the first one is seen with the order's next look. */
enum err fold_stock_wait(struct fold *f, const struct fold_order *fo, const struct case_diagnosis *cd, enum diag_class was)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < cd->items_n; i++) {
        struct str item = case_item_key(cd->items[i].item);
        if (cd->items[i].waiting > 0 && stock_known(&fo->c, item))
            e = wait_row(f, SQL_STOCK_WAIT_ADD, item, fo->c.order_no);
        else if (cd->items[i].waiting <= 0 && fo->c.diag != was)
            e = wait_row(f, SQL_STOCK_WAIT_DROP, item, fo->c.order_no);
    }
    return e;
}
