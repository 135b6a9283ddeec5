/* Which order a fact belongs to: by its ids at each source, its name and its references; two that turn out to be one are joined. */
#include "flows/customer_history.h"
#include "flows/fold.h"
#include "flows/reader.h"

#include "base/log.h"

#include <stdio.h>

#define ALIAS_MAX 300

static struct str alias_id(char buf[ALIAS_MAX], struct str account, struct str id)
{
    int n = snprintf(buf, ALIAS_MAX, "i:%.*s:%.*s", STR_ARG(str_sub(account, 0, 80)), STR_ARG(str_sub(id, 0, 200)));
    return (struct str){buf, (size_t)n};
}

static enum err alias_get(struct fold *f, struct str alias, int64_t *out, size_t max, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ALIAS_GET, &st);
    *n = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, alias);
    while ((e = db_step(f->ctx, st, &row)) == OK && row)
        if (*n < max)
            out[(*n)++] = db_col_i64(st, 0);
    return e;
}

static enum err alias_add(struct fold *f, struct str alias, int64_t order_no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ALIAS_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, alias);
    db_bind_i64(st, 3, order_no);
    return db_run(f->ctx, st);
}

/* Has this row a view from another object of the same source? Then a shared name is no proof that they are one order. */
static bool has_other_view(const struct order_case *cas, struct str source, struct str order_id)
{
    for (size_t i = 0; !str_empty(order_id) && i < cas->views_n; i++)
        if (str_eq(cas->views[i].source, source) && !str_eq(cas->views[i].order_id, order_id))
            return true;
    return false;
}

static enum err order_by_name(struct fold *f, struct str name, struct str order_id, struct fold_order **out)
{
    int64_t nos[20];
    size_t n = 0;
    enum err e = str_empty(name) ? OK : alias_get(f, order_alias_name(f->ctx->arena, name), nos, 20, &n);
    *out = NULL;
    /* the newest first: a name that is used again means the newer order */
    for (size_t i = n; e == OK && i > 0 && *out == NULL; i--) {
        struct fold_order *fo = NULL;
        e = fold_order_by_no(f, nos[i - 1], &fo);
        if (e == OK && !has_other_view(&fo->c, f->account, order_id))
            *out = fo;
    }
    return e;
}

enum err fold_order_by_id(struct fold *f, struct str id, struct fold_order **out)
{
    char buf[ALIAS_MAX];
    int64_t no = 0;
    size_t n = 0;
    *out = NULL;
    enum err e = str_empty(id) ? OK : alias_get(f, alias_id(buf, f->account, id), &no, 1, &n);
    return e == OK && n > 0 ? fold_order_by_no(f, no, out) : e;
}

static enum err run_two(struct fold *f, enum sql_id id, int64_t from, int64_t into)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, from);
    db_bind_i64(st, 3, into);
    return db_run(f->ctx, st);
}

static enum err relink_parcel(struct fold *f, struct str number, int64_t from, int64_t into, int64_t since_us)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    size_t k = 0;
    enum err e = fold_parcel_by_number(f, number, true, &fp);
    if (e != OK)
        return e;
    for (size_t j = 0; j < fp->p.links_n; j++)
        if (fp->p.links[j].order_no != from)
            fp->p.links[k++] = fp->p.links[j];
    fp->p.links_n = k;
    fold_parcel_changed(f, fp);
    if (parcel_link_order(&fp->p, into, since_us, &changed) != OK)
        LOG(f->ctx->log, LOG_WARN, "parcel_links_full", LOG_I("order_no", into));
    return OK;
}

static enum err relink_parcels(struct fold *f, const struct order_case *from, int64_t into)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(f->ctx, from, &refs, &since, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        e = relink_parcel(f, refs[i].tracking_number, from->order_no, into, since[i]);
    for (size_t i = 0; e == OK && i < from->returns_n; i++)
        if (!str_empty(from->returns[i].tracking_number))
            e = relink_parcel(f, from->returns[i].tracking_number, from->order_no, into, from->returns[i].at_us);
    return e;
}

/* Two rows turn out to be one order: the older number keeps everything. */
static enum err merge_orders(struct fold *f, struct fold_order *into, struct fold_order *from)
{
    enum err e = relink_parcels(f, &from->c, into->c.order_no);
    if (e == OK)
        e = fold_customer_merged(f, from->c.customer, from->c.order_no);
    if (e == OK)
        e = case_merge(f->ctx, &into->c, &from->c);
    if (e == OK)
        e = fold_customer_order(f, into, 0);
    static const enum sql_id MOVES[] = {SQL_ALIAS_MOVE, SQL_ORDER_FACT_MOVE, SQL_CONTACT_MOVE, SQL_OUTBOX_MOVE, SQL_ACTION_MOVE,
                                       SQL_CONVERSATION_MOVE};
    for (size_t i = 0; e == OK && i < sizeof(MOVES) / sizeof(MOVES[0]); i++)
        e = run_two(f, MOVES[i], from->c.order_no, into->c.order_no);
    int64_t no = from->c.order_no;
    memset(&from->c, 0, sizeof(from->c));
    from->c.order_no = no;
    from->c.diag = DIAG_CLASS_COUNT;
    from->hist = STR_NULL;
    if (e == OK)
        e = fold_tellings_merge(f, into, from);
    if (e == OK)
        e = fold_act_merge(f, into, from);
    fold_order_changed(f, from);
    fold_order_changed(f, into);
    return e;
}

/* The row of an order by its id at this source, else by name or reference; made when there is none; merged when there are two. */
enum err fold_order_find(struct fold *f, struct str id, struct str name, struct str ref, struct fold_order **out)
{
    struct fold_order *by_id = NULL, *by_name = NULL;
    char buf[ALIAS_MAX];
    enum err e = fold_order_by_id(f, id, &by_id);
    if (e == OK)
        e = order_by_name(f, str_empty(ref) ? name : ref, id, &by_name);
    if (e == OK && by_id != NULL && by_name != NULL && by_id != by_name) {
        bool id_first = by_id->c.order_no < by_name->c.order_no;
        e = merge_orders(f, id_first ? by_id : by_name, id_first ? by_name : by_id);
        *out = id_first ? by_id : by_name;
    } else if (by_id != NULL || by_name != NULL) {
        *out = by_id != NULL ? by_id : by_name;
    } else if (e == OK) {
        e = fold_order_new(f, out);
    }
    if (e == OK && !str_empty(id) && by_id == NULL)
        e = alias_add(f, alias_id(buf, f->account, id), (*out)->c.order_no);
    if (e == OK && !str_empty(name))
        e = alias_add(f, order_alias_name(f->ctx->arena, name), (*out)->c.order_no);
    if (e == OK && !str_empty(ref))
        e = alias_add(f, order_alias_name(f->ctx->arena, ref), (*out)->c.order_no);
    return e;
}
