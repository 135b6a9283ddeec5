/*
 * A vendor was asked and told nothing new. The scans stay as they are, the diagnosis too; but what is known is as fresh as the
 * answer. At most one such fact a minute is kept, and its time by parcel or order, for who asks what was known at a time.
 */
#include "flows/fold.h"

static enum err heard_add(struct fold *f, bool is_parcel, int64_t number, int64_t heard_us)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_HEARD_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, is_parcel);
    db_bind_i64(st, 3, number);
    db_bind_i64(st, 4, heard_us);
    return db_run(f->ctx, st);
}

static enum err heard_of_parcel(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    enum err e = fold_parcel_by_number(f, fct->u.heard.tracking_number, false, &fp);
    if (e != OK || fp == NULL)
        return e;
    parcel_fold_heard(&fp->p, f->now_us, &changed);
    if (!changed)
        return OK;
    fold_parcel_changed(f, fp);
    e = heard_add(f, true, fp->p.parcel_no, fp->p.heard_us);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

static enum err heard_of_order(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_order *fo = NULL;
    bool changed = false;
    enum err e = fold_order_by_id(f, fct->u.heard.order_id, &fo);
    if (e != OK || fo == NULL)
        return e;
    case_fold_heard(&fo->c, f->now_us, &changed);
    if (!changed)
        return OK;
    fold_order_changed(f, fo);
    e = heard_add(f, false, fo->c.order_no, fo->c.heard_us);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

enum err fold_heard(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    enum err e = str_empty(fct->u.heard.tracking_number) ? OK : heard_of_parcel(f, fct, rec);
    return e == OK && !str_empty(fct->u.heard.order_id) ? heard_of_order(f, fct, rec) : e;
}
