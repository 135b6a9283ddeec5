/* See leakage_read.h. Rows of orders tell which cases may leak; only those are read whole. */
#include "flows/leakage_read.h"

#include "base/num.h"
#include "flows/act_read.h"
#include "flows/reader.h"

#define PAGE 100
#define PAGE_ARENA_MAX ((size_t)1 << 30) /* a bound: what a page of the largest cases may take */

struct leak_reader {
    struct ctx *ctx, *own;       /* what is kept; one page's */
    struct reader *rd;
    int64_t merchant_id;
    struct leakage_report *out;
};

static void add(int64_t *sum, int64_t a, int64_t times)
{
    int64_t more, v;
    *sum = num_mul(a, times, &more) && num_add(*sum, more, &v) ? v : INT64_MAX;
}

static enum err count(struct leak_reader *r, const struct order_case *cas, const struct leakage_case *leak)
{
    const struct order_view *v = order_anchor(cas);
    bool same = v != NULL && str_eq(v->currency, r->out->currency);
    r->out->sent_back += leak->parcels;
    if (same)
        add(&r->out->made_good_minor, leak->made_good, 1);
    for (int l = 0; l < LEAK_COUNT; l++) {
        struct leakage_row *row = &r->out->v[l];
        if (!leak->holds[l])
            continue;
        bool rto = leakage_is_rto((enum leakage)l);
        row->cases++;
        row->cod += leak->cod ? 1 : 0;
        row->parcels += rto ? leak->parcels : 0;
        if (rto)
            add(&row->minor, r->out->rto_minor, leak->parcels);
        else if (same)
            add(&row->minor, leak->made_good, 1);
        enum err e = v == NULL ? OK : arena_dup(r->ctx->arena, v->name, &row->example);
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err look(struct leak_reader *r, int64_t order_no)
{
    struct case_answer ca;
    struct action_list list = {0};
    struct action_row *rows = NULL;
    struct customer_history history;
    struct leakage_case leak;
    enum err e = case_read(r->own, r->rd, r->merchant_id, order_no, 0, &ca);
    if (e == OK)
        e = action_list_order(r->own, r->rd->state, r->merchant_id, order_no, &list);
    if (e == OK)
        e = action_rows_of(r->own, &list, &rows);
    if (e == OK)
        e = act_history_read(r->own, r->rd, &ca, r->out->currency, &history);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    const struct leakage_input in = {.cas = ca.cas, .cd = &ca.cd, .rows = rows, .rows_n = list.n, .history = &history};
    leakage_of(&in, &leak);
    return count(r, ca.cas, &leak);
}

/* Of an order's row alone: whether anything of it came back, or was made good for. */
static enum err may_leak(struct leak_reader *r, const struct order_case *row, bool *out)
{
    struct act_memory tasks;
    enum err e = act_tasks_read(r->own, r->rd, r->merchant_id, row->order_no, &tasks);
    *out = e == OK && (row->diag == DIAG_RETURNING || row->diag == DIAG_RETURNED || row->refunds_n > 0 || tasks.has_actions);
    return e;
}

static enum err look_all(struct leak_reader *r, int64_t after)
{
    struct order_case *rows = NULL;
    size_t n = PAGE;
    enum err e = OK;
    while (e == OK && n == PAGE) {
        arena_reset(r->own->arena);
        e = case_list(r->own, r->rd, r->merchant_id, after, PAGE, &rows, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            bool leaks = false;
            after = rows[i].order_no;
            r->out->orders++;
            e = may_leak(r, &rows[i], &leaks);
            if (e == OK && leaks)
                e = look(r, after);
        }
    }
    return e;
}

enum err leakage_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, int64_t rto_minor, struct leakage_report *out)
{
    struct ctx own = *ctx;
    struct leak_reader r = {.ctx = ctx, .own = &own, .rd = rd, .merchant_id = merchant_id, .out = out};
    struct policy pol;
    struct fold_reach reach = {0};
    *out = (struct leakage_report){.rto_minor = rto_minor, .currency = STR("")};
    own.arena = arena_new(PAGE_ARENA_MAX);
    enum err e = own.arena == NULL ? ctx_fail(ctx, ERR_MEMORY, "leakage: no memory") : act_policy_read(ctx, rd, merchant_id, &pol);
    if (e == OK)
        out->currency = pol.currency;
    if (e == OK)
        e = reader_position(ctx, rd, merchant_id, &reach);
    if (e == OK)
        e = look_all(&r, reach.order_no > max ? reach.order_no - max : 0);
    if (e != OK && own.msg[0] != '\0')
        memcpy(ctx->msg, own.msg, sizeof(ctx->msg));
    arena_free(own.arena);
    return e;
}

/* ---- written */

void leakage_text(struct ctx *ctx, const struct leakage_report *r, struct buf *b)
{
    struct str made = policy_money(ctx->arena, r->made_good_minor, r->currency);
    buf_fmt(b, "%lld orders, %lld parcels sent back, %.*s made good for in all\n\n  %6s %6s %8s %16s\n", (long long)r->orders, (long long)r->sent_back,
            STR_ARG(made), "cases", "cash", "parcels", "cost");
    for (int l = 0; l < LEAK_COUNT; l++) {
        const struct leakage_row *row = &r->v[l];
        bool rto = leakage_is_rto((enum leakage)l);
        struct str cost = rto && r->rto_minor == 0 ? STR("not given") : policy_money(ctx->arena, row->minor, r->currency);
        if (row->cases > 0)
            buf_fmt(b, "  %6lld %6lld %8lld %16.*s  %s; such as %.*s\n", (long long)row->cases, (long long)row->cod, (long long)row->parcels, STR_ARG(cost),
                    leakage_what((enum leakage)l), STR_ARG(row->example));
    }
}

void leakage_json(struct jw *w, const struct leakage_report *r)
{
    jw_obj(w);
    jw_ki64(w, "orders", r->orders);
    jw_ki64(w, "sent_back", r->sent_back);
    jw_ki64(w, "made_good_minor", r->made_good_minor);
    jw_kstr(w, "currency", r->currency);
    jw_ki64(w, "rto_cost_minor", r->rto_minor);
    jw_key(w, "causes");
    jw_arr(w);
    for (int l = 0; l < LEAK_COUNT; l++) {
        const struct leakage_row *row = &r->v[l];
        if (row->cases == 0)
            continue;
        jw_obj(w);
        jw_kstr(w, "cause", str_of(leakage_word((enum leakage)l)));
        jw_kstr(w, "what", str_of(leakage_what((enum leakage)l)));
        jw_ki64(w, "cases", row->cases);
        jw_ki64(w, "cash_on_delivery", row->cod);
        jw_ki64(w, "parcels", row->parcels);
        jw_ki64(w, "cost_minor", row->minor);
        jw_kstr(w, "example", row->example);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}
