/*
 * After the facts of a position: each order they touched is joined with its parcels and stock and diagnosed once. Rows take the
 * new classes, their history and the times of the next look; each change of class is a derived fact with its words.
 */
#include "flows/fold.h"

#include "base/json.h"
#include "flows/case_join.h"

#include <stdlib.h>

static bool joined(const struct order_case *cas, const struct parcel *p)
{
    for (size_t i = 0; i < cas->parcels_n; i++)
        if (cas->parcels[i] == p)
            return true;
    return false;
}

/* The parcel and the leg it goes on as: scans of the second leg touch the order too. */
static enum err join_one(struct fold *f, struct fold_order *fo, struct str number, int64_t since_us, size_t cap,
                         struct fold_parcel **rows)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    enum err e = fold_parcel_by_number(f, number, true, &fp);
    if (e != OK || joined(&fo->c, &fp->p) || fo->c.parcels_n == cap)
        return e;
    if (parcel_find_link(&fp->p, fo->c.order_no) == NULL &&
        parcel_link_order(&fp->p, fo->c.order_no, since_us, &changed) == OK && changed)
        fold_parcel_changed(f, fp);
    rows[fo->c.parcels_n] = fp;
    fo->c.parcels[fo->c.parcels_n++] = &fp->p;
    return OK;
}

static enum err join_parcels(struct fold *f, struct fold_order *fo, struct fold_parcel ***rows)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(f->ctx, &fo->c, &refs, &since, &n);
    if (e != OK)
        return e;
    if (n > CASE_PARCELS_MAX)
        n = CASE_PARCELS_MAX;
    fo->c.parcels = ctx_alloc(f->ctx, 2 * (n + 1) * sizeof(*fo->c.parcels)); /* room for second legs */
    *rows = ctx_alloc(f->ctx, 2 * (n + 1) * sizeof(**rows));
    if (fo->c.parcels == NULL || *rows == NULL)
        return ERR_MEMORY;
    fo->c.parcels_n = 0;
    size_t cap = 2 * n;
    for (size_t i = 0; e == OK && i < n; i++)
        e = join_one(f, fo, refs[i].tracking_number, since[i], cap, *rows);
    for (size_t i = 0; e == OK && i < fo->c.parcels_n && i < n; i++)
        if (!str_empty(fo->c.parcels[i]->next_number))
            e = join_one(f, fo, fo->c.parcels[i]->next_number, since[i], cap, *rows);
    for (size_t i = 0; e == OK && i < fo->c.returns_n; i++) {
        struct str number = case_return_parcel(&fo->c, &fo->c.returns[i]);
        struct fold_parcel *fp = NULL;
        if (!str_empty(number))
            e = fold_parcel_by_number(f, number, true, &fp);
        fo->c.returns[i].parcel = fp == NULL ? NULL : &fp->p;
    }
    return e;
}

static void write_text(struct fold *f, struct jw *w, const struct fold_order *fo, const struct case_diagnosis *cd,
                       const struct parcel_diagnosis *pd)
{
    jw_kstr(w, "customer", diagnosis_for_customer(f->ctx, STR("en"), &fo->c, cd, pd, f->now_us));
    jw_kstr(w, "operator", diagnosis_for_operator(f->ctx, &fo->c, cd, pd, f->now_us));
}

static enum err record_change(struct fold *f, const struct fold_order *fo, const struct case_diagnosis *cd,
                              const struct parcel_diagnosis *pd, const struct diagnosis *d)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "kind", STR("diagnosis"));
    jw_ki64(&w, "order_no", fo->c.order_no);
    if (pd != NULL)
        jw_kstr(&w, "tracking_number", pd->parcel->number);
    jw_kstr(&w, "class", str_of(diag_class_word(d->cls)));
    jw_ki64(&w, "severity", d->severity);
    jw_ktime(&w, "since", d->since_us);
    jw_ktime(&w, "next_look", d->next_look_us);
    write_text(f, &w, fo, cd, pd);
    jw_end(&w);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(f, FACT_DIAGNOSIS, buf_str(&b));
    buf_clear(&b);
    f->diagnosed++;
    return e;
}

/*
 * The next look of a row. A row that this position changed takes it as it is; another keeps an earlier look, which will be
 * taken and then set anew: so a scan of one parcel does not rewrite its order.
 */
static bool due_moves(int64_t have, int64_t want, bool changed_now)
{
    if (changed_now)
        return have != want;
    return want != 0 && (have == 0 || want < have);
}

static enum err set_parcel(struct fold *f, struct fold_order *fo, struct fold_parcel *fp, const struct case_diagnosis *cd,
                           const struct parcel_diagnosis *pd)
{
    enum err e = OK;
    /* a shared parcel speaks through its first order */
    if (fp->p.links_n > 0 && fp->p.links[0].order_no != fo->c.order_no)
        return OK;
    if (fp->p.diag != pd->d.cls) {
        struct hist_entry he = {pd->d.cls, pd->d.since_us, f->now_us};
        fp->p.diag = pd->d.cls;
        fp->p.diag_since_us = pd->d.since_us;
        e = hist_add(f->ctx, fp->hist, &he, &fp->hist);
        fold_parcel_changed(f, fp);
        if (e == OK)
            e = record_change(f, fo, cd, pd, &pd->d);
    }
    if (due_moves(fp->p.due_us, pd->d.next_look_us, fp->changed_pos == f->pos)) {
        fp->p.due_us = pd->d.next_look_us;
        fold_parcel_changed(f, fp);
    }
    return e;
}

static enum err set_order(struct fold *f, struct fold_order *fo, const struct case_diagnosis *cd)
{
    enum err e = OK;
    const struct diagnosis *d = &cd->order;
    if (fo->c.diag != d->cls) {
        struct hist_entry he = {d->cls, d->since_us, f->now_us};
        fo->c.diag = d->cls;
        fo->c.diag_since_us = d->since_us;
        e = hist_add(f->ctx, fo->hist, &he, &fo->hist);
        fold_order_changed(f, fo);
        if (e == OK)
            e = record_change(f, fo, cd, NULL, d);
    }
    if (due_moves(fo->c.due_us, d->next_look_us, fo->changed_pos == f->pos)) {
        fo->c.due_us = d->next_look_us;
        fold_order_changed(f, fo);
    }
    return e;
}

static enum err diagnose_order(struct fold *f, struct fold_order *fo)
{
    struct fold_parcel **rows = NULL;
    struct case_diagnosis cd;
    memset(&cd, 0, sizeof(cd));
    if (fo->c.views_n == 0 && fo->c.fulfillments_n == 0 && fo->c.links_n == 0) {
        fo->c.due_us = 0; /* merged away */
        return OK;
    }
    enum err e = join_parcels(f, fo, &rows);
    if (e == OK)
        e = stock_join(f->ctx, f->db, f->m->id, 0, &fo->c);
    if (e == OK)
        e = diagnose(f->ctx, &fo->c, &f->promises, f->now_us, &cd);
    for (size_t i = 0; e == OK && i < cd.parcels_n && i < fo->c.parcels_n; i++)
        e = set_parcel(f, fo, rows[i], &cd, &cd.parcels[i]);
    enum diag_class was = fo->c.diag;
    if (e == OK)
        e = set_order(f, fo, &cd);
    if (e == OK)
        e = fold_decide(f, fo, &cd);
    if (e == OK)
        e = fold_act(f, fo, &cd);
    return e == OK ? fold_stock_wait(f, fo, &cd, was) : e;
}

static int by_order_no(const void *a, const void *b)
{
    int64_t x = (*(struct fold_order *const *)a)->c.order_no, y = (*(struct fold_order *const *)b)->c.order_no;
    return (x > y) - (x < y);
}

enum err fold_diagnose_touched(struct fold *f)
{
    enum err e = OK;
    qsort(f->touched, f->touched_n, sizeof(*f->touched), by_order_no);
    for (size_t i = 0; e == OK && i < f->touched_n; i++)
        e = diagnose_order(f, f->touched[i]);
    for (size_t i = 0; i < f->touched_n; i++)
        f->touched[i]->queued = false;
    f->touched_n = 0;
    return e;
}
