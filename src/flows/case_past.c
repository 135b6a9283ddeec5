/* See case_past.h. A row names its facts; what leaves no fact in it (a vendor was asked and told nothing new) has a table by time. */
#include "flows/case_past.h"

#define ORDER_FACTS_MAX 20000

/* When a vendor that was asked last told what it knows, until then; 0: never. now_us: the row's own. */
static enum err heard_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool is_parcel, int64_t number, int64_t at_us,
                            int64_t *heard_us)
{
    struct db_stmt *st = NULL;
    bool row = false;
    if (*heard_us <= at_us)
        return OK;
    enum err e = db_stmt_get(ctx, rd->state, SQL_HEARD_BEFORE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, is_parcel);
    db_bind_i64(st, 3, number);
    db_bind_i64(st, 4, at_us);
    e = db_step(ctx, st, &row);
    if (e == OK)
        *heard_us = row ? db_col_i64(st, 0) : 0;
    db_done(st);
    return e;
}

/* ---- parcels */

static enum err scan_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fact_ref ref, int64_t at_us, struct parcel *old)
{
    struct fact_row row;
    struct fact fct;
    uint64_t hash;
    bool changed;
    enum err e = fact_row_get(ctx, rd->state, merchant_id, ref, &row);
    if (e != OK || row.at_us > at_us)
        return e == ERR_NOTFOUND ? OK : e;
    e = fact_row_read(ctx, &row, &fct, &hash);
    if (e == OK)
        e = parcel_fold_event(ctx, old, &fct, ref, row.at_us, &changed);
    const struct tracking_event *ev = &fct.u.event;
    if (e == OK && !str_empty(ev->next_number))
        e = parcel_link_next(ctx, old, ev->next_carrier, ev->next_number, event_told_us(ev), &changed);
    return e;
}

enum err parcel_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct parcel *pcl, int64_t at_us)
{
    struct parcel old = {.parcel_no = pcl->parcel_no, .number = pcl->number, .diag = DIAG_CLASS_COUNT, .links_n = pcl->links_n,
                         .heard_us = pcl->heard_us, .not_found_us = pcl->not_found_us <= at_us ? pcl->not_found_us : 0};
    enum err e = heard_as_of(ctx, rd, merchant_id, true, pcl->parcel_no, at_us, &old.heard_us);
    memcpy(old.links, pcl->links, sizeof(old.links));
    for (size_t i = 0; e == OK && i < pcl->scans_n; i++)
        e = scan_as_of(ctx, rd, merchant_id, pcl->scans[i].ref, at_us, &old);
    for (size_t i = 0; e == OK && i < pcl->superseded_n; i++)
        e = scan_as_of(ctx, rd, merchant_id, pcl->superseded[i].ref, at_us, &old);
    if (e == OK && str_empty(old.next_number) && pcl->next_told_us <= at_us) { /* told by a link, not by a scan */
        old.next_carrier = pcl->next_carrier;
        old.next_number = pcl->next_number;
        old.next_told_us = pcl->next_told_us;
    }
    if (e == OK)
        *pcl = old;
    return e;
}

/* ---- orders */

static enum err order_facts(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct fact_ref *out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ORDER_FACT_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, order_no);
    db_bind_i64(st, 3, ORDER_FACTS_MAX);
    while ((e = db_step(ctx, st, &row)) == OK && row && *n < ORDER_FACTS_MAX)
        out[(*n)++] = (struct fact_ref){db_col_i64(st, 0), (uint32_t)db_col_i64(st, 1)};
    db_done(st);
    return e;
}

static enum err order_fact_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fact_ref ref, int64_t at_us,
                                 struct order_case *old)
{
    struct fact_row row;
    struct fact fct;
    struct fold_hashes hashes = {0};
    bool changed;
    enum err e = fact_row_get(ctx, rd->state, merchant_id, ref, &row);
    if (e != OK || row.at_us > at_us)
        return e;
    e = fact_row_read(ctx, &row, &fct, &hashes.address_hash);
    if (e == OK)
        e = case_fold(ctx, old, row.account, &fct, ref, &hashes, row.at_us, &changed);
    return e == ERR_LIMIT ? OK : e; /* it had no place then, either */
}

enum err order_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct order_case *cas, int64_t at_us)
{
    struct order_case old = {.order_no = cas->order_no, .diag = DIAG_CLASS_COUNT, .customer = cas->customer, .heard_us = cas->heard_us};
    struct fact_ref *refs = ctx_alloc(ctx, ORDER_FACTS_MAX * sizeof(*refs));
    size_t n = 0;
    enum err e = refs == NULL ? ERR_MEMORY : order_facts(ctx, rd, merchant_id, cas->order_no, refs, &n);
    if (e == OK)
        e = heard_as_of(ctx, rd, merchant_id, false, cas->order_no, at_us, &old.heard_us);
    for (size_t i = 0; e == OK && i < n; i++)
        e = order_fact_as_of(ctx, rd, merchant_id, refs[i], at_us, &old);
    if (e == OK && old.first_us == 0)
        return ctx_fail(ctx, ERR_NOTFOUND, "nothing was known of this order then");
    if (e == OK)
        *cas = old;
    return e;
}

void changes_as_of(struct case_answer *ca, int64_t at_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < ca->changes_n; i++)
        if (ca->changes[i].seen_us <= at_us)
            ca->changes[kept++] = ca->changes[i];
    ca->changes_n = kept;
}
