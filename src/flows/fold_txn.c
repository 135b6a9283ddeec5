/* The rows of a fold transaction: loaded on first use, kept in maps, written sorted at the end. See fold.h. */
#include "flows/fold.h"
#include "flows/promises.h"

#include <stdlib.h>

#ifndef WISMO_BUILD
#define WISMO_BUILD 0
#endif

int64_t build_id(void)
{
    return WISMO_BUILD;
}

/* ---- maps: open addressing, arena memory */

static void *map_find(const struct fold_map *map, uint64_t h, bool (*same)(const void *, const void *), const void *key)
{
    if (map->cap == 0)
        return NULL;
    for (size_t i = h & (map->cap - 1); map->slots[i] != NULL; i = (i + 1) & (map->cap - 1))
        if (map->hashes[i] == h && same(map->slots[i], key))
            return map->slots[i];
    return NULL;
}

static void map_put_raw(struct fold_map *map, uint64_t h, void *v)
{
    size_t i = h & (map->cap - 1);
    while (map->slots[i] != NULL)
        i = (i + 1) & (map->cap - 1);
    map->slots[i] = v;
    map->hashes[i] = h;
}

static enum err map_put(struct ctx *ctx, struct fold_map *map, uint64_t h, void *v)
{
    if (map->n * 2 >= map->cap) {
        struct fold_map bigger = {.cap = map->cap == 0 ? 256 : map->cap * 2, .n = map->n};
        bigger.slots = arena_array(ctx->arena, bigger.cap, sizeof(void *));
        bigger.hashes = arena_array(ctx->arena, bigger.cap, sizeof(uint64_t));
        if (bigger.slots == NULL || bigger.hashes == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "fold: no memory");
        for (size_t i = 0; i < map->cap; i++)
            if (map->slots[i] != NULL)
                map_put_raw(&bigger, map->hashes[i], map->slots[i]);
        *map = bigger;
    }
    map_put_raw(map, h, v);
    map->n++;
    return OK;
}

static uint64_t hash_no(int64_t no)
{
    return (uint64_t)no * UINT64_C(0x9E3779B97F4A7C15) >> 7;
}

static bool same_number(const void *v, const void *key)
{
    return str_eq(((const struct fold_parcel *)v)->p.number, *(const struct str *)key);
}

static bool same_parcel_no(const void *v, const void *key)
{
    return ((const struct fold_parcel *)v)->p.parcel_no == *(const int64_t *)key;
}

static bool same_order_no(const void *v, const void *key)
{
    return ((const struct fold_order *)v)->c.order_no == *(const int64_t *)key;
}

/* Appends v to a growing arena array of pointers. */
static enum err list_push(struct ctx *ctx, void ***list, size_t *n, size_t *cap, void *v)
{
    if (*n == *cap) {
        size_t more = *cap == 0 ? 128 : *cap * 2;
        void **p = arena_array(ctx->arena, more, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "fold: no memory");
        if (*n > 0)
            memcpy(p, *list, *n * sizeof(*p));
        *list = p;
        *cap = more;
    }
    (*list)[(*n)++] = v;
    return OK;
}

/* ---- parcels */

static enum err parcel_remember(struct fold *f, struct fold_parcel *fp)
{
    enum err e = map_put(f->ctx, &f->parcels, str_hash(fp->p.number), fp);
    if (e == OK)
        e = map_put(f->ctx, &f->parcel_nos, hash_no(fp->p.parcel_no), fp);
    if (e == OK)
        e = list_push(f->ctx, (void ***)(void *)&f->all_parcels, &f->parcels_n, &f->parcels_cap, fp);
    return e;
}

/* Columns: parcel_no, due_us, subject, body, hist. */
static enum err parcel_from_row(struct fold *f, struct db_stmt *st, struct fold_parcel **out)
{
    struct fold_parcel *fp = ctx_alloc(f->ctx, sizeof(*fp));
    if (fp == NULL)
        return ERR_MEMORY;
    int64_t no = db_col_i64(st, 0);
    fp->stored_due = db_col_i64(st, 1);
    fp->subject = db_col_i64(st, 2);
    enum err e = parcel_decode(f->ctx, db_col_str(st, 3), &fp->p);
    if (e == OK)
        e = arena_dup(f->ctx->arena, db_col_str(st, 4), &fp->hist);
    fp->p.parcel_no = no;
    fp->p.due_us = fp->stored_due;
    if (e == OK)
        e = parcel_remember(f, fp);
    if (e == OK)
        *out = fp;
    return e;
}

static enum err parcel_new(struct fold *f, struct str number, struct fold_parcel **out)
{
    struct fold_parcel *fp = ctx_alloc(f->ctx, sizeof(*fp));
    if (fp == NULL)
        return ERR_MEMORY;
    enum err e = arena_dup(f->ctx->arena, number, &fp->p.number);
    fp->p.parcel_no = ++f->parcel_no;
    fp->p.diag = DIAG_CLASS_COUNT;
    fp->is_new = fp->dirty = true;
    if (e == OK)
        e = parcel_remember(f, fp);
    if (e == OK)
        *out = fp;
    return e;
}

/* The row of a parcel by number (number.p != NULL) or by parcel_no; *out NULL when there is none. */
static enum err parcel_load(struct fold *f, struct str number, int64_t no, struct fold_parcel **out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(f->ctx, f->db, number.p != NULL ? SQL_PARCEL_BY_NUMBER : SQL_PARCEL_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    if (number.p != NULL)
        db_bind_text(st, 2, number);
    else
        db_bind_i64(st, 2, no);
    e = db_step(f->ctx, st, &row);
    *out = NULL;
    if (e == OK && row) {
        e = parcel_from_row(f, st, out);
        db_done(st);
    }
    return e;
}

enum err fold_parcel_by_number(struct fold *f, struct str number, bool create, struct fold_parcel **out)
{
    struct fold_parcel *fp = map_find(&f->parcels, str_hash(number), same_number, &number);
    enum err e = OK;
    if (fp == NULL)
        e = parcel_load(f, number, 0, &fp);
    if (e == OK && fp == NULL && create)
        e = parcel_new(f, number, &fp);
    if (e == OK)
        *out = fp;
    return e;
}

enum err fold_parcel_by_no(struct fold *f, int64_t no, struct fold_parcel **out)
{
    struct fold_parcel *fp = map_find(&f->parcel_nos, hash_no(no), same_parcel_no, &no);
    enum err e = fp == NULL ? parcel_load(f, STR_NULL, no, &fp) : OK;
    if (e == OK)
        *out = fp;
    return e;
}

/* ---- orders */

static enum err order_remember(struct fold *f, struct fold_order *fo)
{
    enum err e = map_put(f->ctx, &f->orders, hash_no(fo->c.order_no), fo);
    if (e == OK)
        e = list_push(f->ctx, (void ***)(void *)&f->all_orders, &f->orders_n, &f->orders_cap, fo);
    return e;
}

static enum err order_from_row(struct fold *f, int64_t no, struct db_stmt *st, struct fold_order **out)
{
    struct fold_order *fo = ctx_alloc(f->ctx, sizeof(*fo));
    if (fo == NULL)
        return ERR_MEMORY;
    fo->stored_due = db_col_i64(st, 0);
    fo->subject = db_col_i64(st, 1);
    enum err e = case_decode(f->ctx, db_col_str(st, 2), &fo->c);
    if (e == OK)
        e = arena_dup(f->ctx->arena, db_col_str(st, 3), &fo->hist);
    if (e == OK)
        e = arena_dup(f->ctx->arena, db_col_str(st, 4), &fo->told);
    if (e == OK)
        e = arena_dup(f->ctx->arena, db_col_str(st, 5), &fo->acts);
    fo->c.order_no = no;
    fo->c.due_us = fo->stored_due;
    if (e == OK)
        e = order_remember(f, fo);
    if (e == OK)
        *out = fo;
    return e;
}

enum err fold_order_by_no(struct fold *f, int64_t no, struct fold_order **out)
{
    struct fold_order *fo = map_find(&f->orders, hash_no(no), same_order_no, &no);
    if (fo != NULL) {
        *out = fo;
        return OK;
    }
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ORDER_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, no);
    e = db_step(f->ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(f->ctx, ERR_NOTFOUND, "order %lld of the merchant is not in the store", (long long)no);
    if (e == OK) {
        e = order_from_row(f, no, st, out);
        db_done(st);
    }
    return e;
}

enum err fold_order_new(struct fold *f, struct fold_order **out)
{
    struct fold_order *fo = ctx_alloc(f->ctx, sizeof(*fo));
    if (fo == NULL)
        return ERR_MEMORY;
    fo->c.order_no = ++f->order_no;
    fo->c.diag = DIAG_CLASS_COUNT;
    fo->is_new = fo->dirty = true;
    enum err e = order_remember(f, fo);
    if (e == OK)
        *out = fo;
    return e;
}

enum err fold_touch(struct fold *f, struct fold_order *o)
{
    if (o->queued)
        return OK;
    o->queued = true;
    return list_push(f->ctx, (void ***)(void *)&f->touched, &f->touched_n, &f->touched_cap, o);
}

void fold_order_changed(struct fold *f, struct fold_order *o)
{
    o->dirty = true;
    o->changed_pos = f->pos;
}

void fold_parcel_changed(struct fold *f, struct fold_parcel *p)
{
    p->dirty = true;
    p->changed_pos = f->pos;
}

/* ---- begin, position, flush */

enum err fold_begin(struct fold *f, struct ctx *ctx, struct merchant *m, struct db *db)
{
    struct db_stmt *st = NULL;
    bool row = false;
    f->ctx = ctx;
    f->m = m;
    f->db = db;
    enum err e = db_stmt_get(ctx, db, SQL_POSITION_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        f->pos = db_col_i64(st, 0);
        f->now_us = db_col_i64(st, 1);
        f->parcel_no = db_col_i64(st, 2);
        f->order_no = db_col_i64(st, 3);
        f->subject_no = db_col_i64(st, 4);
        db_done(st);
    }
    return e == OK ? promises_join(ctx, db, m, 0, &f->promises) : e;
}

void fold_position(struct fold *f, int64_t pos, int64_t at_us, enum origin origin, struct str account)
{
    f->pos = pos;
    f->idx = 0;
    f->at_us = at_us;
    if (at_us > f->now_us)
        f->now_us = at_us; /* never backwards */
    f->origin = origin;
    f->account = account;
}

enum err fold_position_end(struct fold *f)
{
    return f->touched_n == 0 ? OK : fold_diagnose_touched(f);
}

static enum err write_parcel(struct fold *f, struct fold_parcel *fp, struct buf *b)
{
    struct db_stmt *st = NULL;
    buf_reset(b);
    parcel_encode(&fp->p, true, b);
    enum err e = buf_err(b);
    if (e == OK)
        e = db_stmt_get(f->ctx, f->db, fp->is_new ? SQL_PARCEL_ADD : SQL_PARCEL_SET, &st);
    if (e != OK)
        return e;
    int i = 1;
    db_bind_i64(st, i++, f->m->id);
    db_bind_i64(st, i++, fp->p.parcel_no);
    db_bind_i64(st, i++, fp->p.due_us);
    db_bind_i64(st, i++, fp->subject);
    if (fp->is_new)
        db_bind_text(st, i++, fp->p.number);
    db_bind_blob(st, i++, buf_str(b));
    db_bind_blob(st, i++, fp->hist);
    return db_run(f->ctx, st);
}

static enum err write_order(struct fold *f, struct fold_order *fo, struct buf *b)
{
    struct db_stmt *st = NULL;
    buf_reset(b);
    case_encode(&fo->c, true, b);
    enum err e = buf_err(b);
    if (e == OK)
        e = db_stmt_get(f->ctx, f->db, fo->is_new ? SQL_ORDER_ADD : SQL_ORDER_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, fo->c.order_no);
    db_bind_i64(st, 3, fo->c.due_us);
    db_bind_i64(st, 4, fo->subject);
    db_bind_blob(st, 5, buf_str(b));
    db_bind_blob(st, 6, fo->hist);
    db_bind_blob(st, 7, fo->told);
    db_bind_blob(st, 8, fo->acts);
    return db_run(f->ctx, st);
}

static int by_parcel_no(const void *a, const void *b)
{
    int64_t x = (*(struct fold_parcel *const *)a)->p.parcel_no, y = (*(struct fold_parcel *const *)b)->p.parcel_no;
    return (x > y) - (x < y);
}

static int by_order_no(const void *a, const void *b)
{
    int64_t x = (*(struct fold_order *const *)a)->c.order_no, y = (*(struct fold_order *const *)b)->c.order_no;
    return (x > y) - (x < y);
}

static enum err write_position(struct fold *f)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_POSITION_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, f->pos);
    db_bind_i64(st, 3, f->now_us);
    db_bind_i64(st, 4, f->parcel_no);
    db_bind_i64(st, 5, f->order_no);
    db_bind_i64(st, 6, f->subject_no);
    return db_run(f->ctx, st);
}

enum err fold_flush(struct fold *f)
{
    struct buf b;
    enum err e = OK;
    buf_init(&b, (size_t)64 << 20);
    if (f->parcels_n > 0)
        qsort(f->all_parcels, f->parcels_n, sizeof(*f->all_parcels), by_parcel_no);
    if (f->orders_n > 0)
        qsort(f->all_orders, f->orders_n, sizeof(*f->all_orders), by_order_no);
    for (size_t i = 0; e == OK && i < f->parcels_n; i++)
        if (f->all_parcels[i]->dirty)
            e = write_parcel(f, f->all_parcels[i], &b);
    for (size_t i = 0; e == OK && i < f->orders_n; i++)
        if (f->all_orders[i]->dirty)
            e = write_order(f, f->all_orders[i], &b);
    if (e == OK)
        e = write_position(f);
    buf_clear(&b);
    return e;
}

void fold_due_each(struct fold *f, void (*fn)(void *user, bool is_parcel, int64_t number, int64_t due_us), void *user)
{
    for (size_t i = 0; i < f->parcels_n; i++)
        if (f->all_parcels[i]->p.due_us != f->all_parcels[i]->stored_due)
            fn(user, true, f->all_parcels[i]->p.parcel_no, f->all_parcels[i]->p.due_us);
    for (size_t i = 0; i < f->orders_n; i++)
        if (f->all_orders[i]->c.due_us != f->all_orders[i]->stored_due)
            fn(user, false, f->all_orders[i]->c.order_no, f->all_orders[i]->c.due_us);
}
