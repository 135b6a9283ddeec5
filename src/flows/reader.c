/*
 * Reading a case: rows joined and diagnosed at the asked time, in one snapshot, with the position it rests on. The past is
 * folded again from the facts that were known then.
 */
#include "flows/reader.h"

#include "base/json.h"
#include "flows/case_join.h"
#include "flows/case_past.h"
#include "flows/promises.h"
#include "model/fact_json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum err reader_open(struct ctx *ctx, struct engine *eng, struct reader **out)
{
    struct reader *rd = calloc(1, sizeof(*rd));
    if (rd == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    rd->eng = eng;
    struct db_options l = {.path = eng->ledger_path, .part = DB_LEDGER, .read_only = true, .cache_mb = 8};
    struct db_options s = {.path = eng->state_path, .part = DB_STATE, .read_only = true, .cache_mb = 32};
    enum err e = db_open(ctx, &l, &rd->ledger);
    if (e == OK)
        e = db_open(ctx, &s, &rd->state);
    if (e != OK) {
        reader_close(rd);
        return e;
    }
    *out = rd;
    return OK;
}

void reader_close(struct reader *rd)
{
    if (rd == NULL)
        return;
    db_close(rd->ledger);
    db_close(rd->state);
    free(rd);
}

enum err reader_position(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fold_reach *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = (struct fold_reach){0};
    enum err e = db_stmt_get(ctx, rd->state, SQL_POSITION_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    e = db_step(ctx, st, &row);
    if (e == OK && row)
        *out = (struct fold_reach){db_col_i64(st, 0), db_col_i64(st, 3)};
    db_done(st);
    return e;
}

/* ---- rows */

enum err reader_order(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct db_stmt **st)
{
    bool row = false;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ORDER_GET, st);
    if (e != OK)
        return e;
    db_bind_i64(*st, 1, merchant_id);
    db_bind_i64(*st, 2, order_no);
    e = db_step(ctx, *st, &row);
    if (e == OK && row)
        return OK;
    db_done(*st);
    return e == OK ? ctx_fail(ctx, ERR_NOTFOUND, "no such order") : e;
}

static enum err read_order(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct order_case *cas,
                           struct str *hist)
{
    struct db_stmt *st = NULL;
    enum err e = reader_order(ctx, rd, merchant_id, order_no, &st);
    if (e != OK)
        return e;
    e = case_decode(ctx, db_col_str(st, 2), cas);
    if (e == OK)
        e = arena_dup(ctx->arena, db_col_str(st, 3), hist);
    cas->order_no = order_no;
    cas->due_us = db_col_i64(st, 0);
    db_done(st);
    return e;
}

static enum err read_parcel(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str number, struct parcel **out,
                            struct str *hist)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = NULL;
    enum err e = db_stmt_get(ctx, rd->state, SQL_PARCEL_BY_NUMBER, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, number);
    e = db_step(ctx, st, &row);
    if (e != OK || !row)
        return e;
    struct parcel *p = ctx_alloc(ctx, sizeof(*p));
    e = p == NULL ? ERR_MEMORY : parcel_decode(ctx, db_col_str(st, 3), p);
    if (e == OK)
        e = arena_dup(ctx->arena, db_col_str(st, 4), hist);
    if (e == OK) {
        p->parcel_no = db_col_i64(st, 0);
        p->due_us = db_col_i64(st, 1);
        *out = p;
    }
    db_done(st);
    return e;
}

/* ---- history of classes */

static enum err add_history(struct ctx *ctx, struct case_answer *ca, struct str hist, struct str number, size_t cap)
{
    struct hist_entry he;
    for (size_t i = 0; hist_get(hist, i, &he) && ca->changes_n < cap; i++)
        ca->changes[ca->changes_n++] = (struct diag_change){he.cls, he.since_us, he.seen_us, number};
    (void)ctx;
    return OK;
}

static int by_seen(const void *a, const void *b)
{
    const struct diag_change *x = a, *y = b;
    if (x->seen_us != y->seen_us)
        return x->seen_us < y->seen_us ? -1 : 1;
    return str_cmp(x->number, y->number);
}

/* ---- joining */

static bool has_parcel(const struct order_case *cas, struct str number)
{
    for (size_t i = 0; i < cas->parcels_n; i++)
        if (str_eq(cas->parcels[i]->number, number))
            return true;
    return false;
}

static enum err join_number(struct ctx *ctx, struct reader *rd, struct case_answer *ca, struct str number, size_t cap, size_t hist_cap)
{
    struct parcel *p = NULL;
    struct str hist = STR_NULL;
    if (has_parcel(ca->cas, number) || ca->cas->parcels_n == cap)
        return OK;
    enum err e = read_parcel(ctx, rd, ca->merchant_id, number, &p, &hist);
    if (e != OK || p == NULL)
        return e;
    ca->cas->parcels[ca->cas->parcels_n++] = p;
    return add_history(ctx, ca, hist, p->number, hist_cap);
}

static enum err join_returns(struct ctx *ctx, struct reader *rd, struct case_answer *ca, int64_t at_us)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ca->cas->returns_n; i++) {
        struct str number = case_return_parcel(ca->cas, &ca->cas->returns[i]), hist = STR_NULL;
        struct parcel *p = NULL;
        if (!str_empty(number))
            e = read_parcel(ctx, rd, ca->merchant_id, number, &p, &hist);
        if (e == OK && p != NULL && at_us != 0)
            e = parcel_as_of(ctx, rd, ca->merchant_id, p, at_us);
        ca->cas->returns[i].parcel = p;
    }
    return e;
}

static enum err join_parcels(struct ctx *ctx, struct reader *rd, struct case_answer *ca, struct str order_hist)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(ctx, ca->cas, &refs, &since, &n);
    if (e != OK)
        return e;
    size_t cap = 2 * (n > CASE_PARCELS_MAX ? CASE_PARCELS_MAX : n), hist_cap = (cap + 1) * HIST_MAX;
    ca->cas->parcels = ctx_alloc(ctx, (cap + 1) * sizeof(*ca->cas->parcels));
    ca->cas->parcels_n = 0;
    ca->changes = ctx_alloc(ctx, hist_cap * sizeof(*ca->changes));
    if (ca->cas->parcels == NULL || ca->changes == NULL)
        return ERR_MEMORY;
    e = add_history(ctx, ca, order_hist, STR_NULL, hist_cap);
    for (size_t i = 0; e == OK && i < n; i++)
        e = join_number(ctx, rd, ca, refs[i].tracking_number, cap, hist_cap);
    for (size_t i = 0, m = ca->cas->parcels_n; e == OK && i < m; i++)
        if (!str_empty(ca->cas->parcels[i]->next_number))
            e = join_number(ctx, rd, ca, ca->cas->parcels[i]->next_number, cap, hist_cap);
    if (ca->changes_n > 1)
        qsort(ca->changes, ca->changes_n, sizeof(*ca->changes), by_seen);
    return e;
}

/* ---- the case */

static enum err case_load(struct ctx *ctx, struct reader *rd, int64_t at_us, struct case_answer *ca)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, ca->merchant_id);
    struct str hist = STR_NULL;
    ca->cas = ctx_alloc(ctx, sizeof(*ca->cas));
    if (m == NULL || ca->cas == NULL)
        return m == NULL ? ctx_fail(ctx, ERR_NOTFOUND, "no such merchant") : ERR_MEMORY;
    struct fold_reach reach;
    enum err e = reader_position(ctx, rd, ca->merchant_id, &reach);
    ca->position = reach.pos;
    if (e == OK)
        e = read_order(ctx, rd, ca->merchant_id, ca->order_no, ca->cas, &hist);
    if (e == OK && ca->cas->first_us == 0)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such order"); /* merged into another */
    if (e == OK && at_us != 0)
        e = order_as_of(ctx, rd, ca->merchant_id, ca->cas, at_us);
    if (e == OK)
        e = join_parcels(ctx, rd, ca, hist);
    for (size_t i = 0; e == OK && at_us != 0 && i < ca->cas->parcels_n; i++)
        e = parcel_as_of(ctx, rd, ca->merchant_id, ca->cas->parcels[i], at_us);
    if (e == OK)
        e = join_returns(ctx, rd, ca, at_us);
    if (e == OK && at_us != 0)
        changes_as_of(ca, at_us);
    if (e == OK)
        e = stock_join(ctx, rd->state, ca->merchant_id, at_us, ca->cas);
    struct promises p;
    if (e == OK)
        e = promises_join(ctx, rd->state, m, at_us, &p);
    return e == OK ? diagnose(ctx, ca->cas, &p, ca->as_of_us, &ca->cd) : e;
}

enum err case_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, int64_t at_us, struct case_answer *out)
{
    memset(out, 0, sizeof(*out));
    out->merchant_id = merchant_id;
    out->order_no = order_no;
    out->as_of_us = at_us != 0 ? at_us : clock_now_us(rd->eng->clock);
    enum err e = db_begin_read(ctx, rd->state);
    if (e != OK)
        return e;
    e = ctx_whole(ctx, case_load(ctx, rd, at_us, out));
    db_rollback(rd->state);
    return e;
}

enum err case_stock(struct ctx *ctx, struct reader *rd, struct case_answer *ca)
{
    return stock_join_all(ctx, rd->state, ca->merchant_id, 0, ca->cas);
}

/* ---- finding */

static void add_no(int64_t out[CASE_FIND_MAX], size_t *n, int64_t no)
{
    for (size_t i = 0; i < *n; i++)
        if (out[i] == no)
            return;
    if (*n < CASE_FIND_MAX)
        out[(*n)++] = no;
}

static enum err find_alias(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str alias, int64_t out[CASE_FIND_MAX], size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ALIAS_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, alias);
    while ((e = db_step(ctx, st, &row)) == OK && row)
        add_no(out, n, db_col_i64(st, 0));
    return e;
}

struct str order_alias_name(struct arena *a, struct str name)
{
    char *p = arena_alloc(a, name.n + 3);
    size_t n = 0;
    if (p == NULL)
        return STR_NULL;
    p[n++] = 'n';
    p[n++] = ':';
    name = str_trim(name);
    for (size_t i = 0; i < name.n && n < 300; i++)
        if (name.p[i] != '#' && name.p[i] != ' ')
            p[n++] = (char)toupper((unsigned char)name.p[i]);
    return (struct str){p, n};
}

enum err case_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str what, int64_t out[CASE_FIND_MAX], size_t *n)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    struct str number = STR_NULL, hist = STR_NULL;
    struct parcel *p = NULL;
    *n = 0;
    enum err e = find_alias(ctx, rd, merchant_id, order_alias_name(ctx->arena, what), out, n);
    for (size_t i = 0; e == OK && m != NULL && i < m->cfg->accounts_n; i++)
        e = find_alias(ctx, rd, merchant_id, arena_fmt(ctx->arena, "i:%.*s:%.*s", STR_ARG(m->cfg->accounts[i].id), STR_ARG(what)), out, n);
    if (e == OK)
        e = find_alias(ctx, rd, merchant_id, arena_fmt(ctx->arena, "i:api:%.*s", STR_ARG(what)), out, n);
    if (e == OK && *n == 0 && tracking_number_normalise(ctx, what, &number) == OK) {
        e = read_parcel(ctx, rd, merchant_id, number, &p, &hist);
        for (size_t i = 0; e == OK && p != NULL && i < p->links_n; i++)
            add_no(out, n, p->links[i].order_no);
    }
    return ctx_whole(ctx, e);
}

/* ---- sealed fields */

enum err case_personal(struct ctx *ctx, struct reader *rd, const struct case_answer *ca, struct personal *out)
{
    const struct order_view *v = order_anchor(ca->cas);
    struct merchant *m = engine_merchant_by_id(rd->eng, ca->merchant_id);
    const struct json *secret = NULL;
    struct fact_row row;
    struct fact fct;
    memset(out, 0, sizeof(*out));
    if (v == NULL || m == NULL)
        return OK;
    enum err e = fact_row_get(ctx, rd->state, ca->merchant_id, v->ver.ref, &row);
    if (e == OK)
        e = fact_row_personal(ctx, rd, m, &row, &secret);
    const struct json *clear = NULL;
    if (e == OK && secret != NULL)
        e = json_parse(ctx, row.clear, &JSON_LIMITS_WEBHOOK, &clear);
    if (e == OK && secret != NULL)
        e = fact_read(ctx, clear, secret, &fct);
    if (e == OK && secret != NULL && fct.kind == FACT_ORDER)
        *out = (struct personal){fct.u.order.email, fct.u.order.phone, fct.u.order.ship_to};
    return ctx_whole(ctx, e);
}

enum err case_scan_text(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fact_ref ref, struct str *description,
                        struct str *signed_by, struct str *note)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    const struct json *v = NULL;
    struct fact_row row;
    *description = *signed_by = *note = STR_NULL;
    if (m == NULL || ref.pos == 0)
        return OK;
    enum err e = fact_row_get(ctx, rd->state, merchant_id, ref, &row);
    if (e == OK)
        e = fact_row_personal(ctx, rd, m, &row, &v);
    if (e == OK) {
        *description = json_str(v, "description");
        *signed_by = json_str(v, "signed_by");
        *note = json_str(v, "drop_off_note");
    }
    return ctx_whole(ctx, e);
}

/* One page of rows; those that were merged into another order are passed over. *more: there may be rows behind them. */
static enum err list_page(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t *after_no, size_t max, struct order_case *out,
                          size_t *n, bool *more)
{
    struct db_stmt *st = NULL;
    bool row = true;
    size_t rows = 0, from = *n;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ORDER_PAGE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, *after_no);
    db_bind_i64(st, 3, (int64_t)(max - from));
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        struct order_case *c = &out[*n];
        *after_no = db_col_i64(st, 0);
        rows++;
        e = case_decode(ctx, db_col_str(st, 3), c);
        if (e != OK)
            break;
        c->order_no = *after_no;
        c->due_us = db_col_i64(st, 1);
        *n += c->first_us != 0;
    }
    db_done(st);
    *more = rows == max - from;
    return e;
}

enum err case_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t after_no, size_t max, struct order_case **out, size_t *n)
{
    bool more = max > 0;
    enum err e = OK;
    *n = 0;
    *out = ctx_alloc(ctx, (max + 1) * sizeof(**out));
    if (*out == NULL)
        return ERR_MEMORY;
    while (e == OK && more && *n < max)
        e = list_page(ctx, rd, merchant_id, &after_no, max, *out, n, &more);
    return e;
}
