/* See audit_read.h. A case is read twice: as it was known when it was handed over, and as it is known now. */
#include "flows/audit_read.h"

#include "flows/act_read.h"
#include "flows/reader.h"

#include <stdlib.h>

#define PAGE 100
#define PAGE_ARENA_MAX ((size_t)1 << 30) /* a bound: what a page of the largest cases may take */

static void add(int64_t *sum, int64_t more)
{
    *sum = more > 0 && *sum > INT64_MAX - more ? INT64_MAX : *sum + more;
}

static bool is_ours(const struct action_list *acts, const struct case_refund *r)
{
    for (size_t i = 0; i < acts->n; i++)
        if (!str_empty(acts->v[i].row.result_id) && str_eq(acts->v[i].row.result_id, r->refund_id))
            return true;
    return false;
}

/* When nothing of it waited any more: the last task's end. */
static int64_t settled_us(const struct act_memory *tasks)
{
    int64_t last = 0;
    for (size_t i = 0; i < tasks->n; i++) {
        if (tasks->v[i].verb != VERB_HAND_OVER || tasks->v[i].state == TASK_HISTORY)
            continue;
        if (tasks->v[i].state == TASK_OPEN)
            return 0;
        last = tasks->v[i].closed_us > last ? tasks->v[i].closed_us : last;
    }
    return last;
}

static void set_cost(const struct act_memory *tasks, const struct action_list *acts, const struct order_case *now, int64_t now_us,
                     struct case_audit *out)
{
    int64_t end_us = settled_us(tasks);
    for (size_t i = 0; i < acts->n; i++) {
        const struct action_row *r = &acts->v[i].row;
        if (action_state_is_live(r->state) && r->at_us >= out->escalated_us)
            add(&out->cost.minor, r->amount_minor);
    }
    for (size_t i = 0; i < now->refunds_n; i++)
        if (!is_ours(acts, &now->refunds[i]) && now->refunds[i].ver.learned_us >= out->escalated_us &&
            str_eq(now->refunds[i].currency, out->currency))
            add(&out->cost.minor, now->refunds[i].amount_minor);
    out->cost.settled = end_us != 0;
    out->cost.hours = ((end_us != 0 ? end_us : now_us) - out->escalated_us) / US_PER_H;
}

static enum err tickets_on(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ACT_POLICY_LAST, &st);
    *out = false;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    e = db_step(ctx, st, &row);
    *out = e == OK && row && db_col_i64(st, 2) != 0;
    db_done(st);
    return e;
}

enum err audit_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_audit *out)
{
    struct act_memory tasks;
    struct action_list acts = {0};
    struct case_answer now, then;
    struct case_audit a = {.order_no = order_no};
    bool tickets = false;
    enum err e = case_read(ctx, rd, merchant_id, order_no, 0, &now);
    if (e == OK)
        e = act_tasks_read(ctx, rd, merchant_id, order_no, &tasks);
    if (e == OK)
        e = action_list_order(ctx, rd->state, merchant_id, order_no, &acts);
    if (e != OK)
        return e;
    a.escalated_us = audit_escalated(now.cas, &tasks, &a.rule);
    if (a.escalated_us == 0)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "it never came before a person: there is nothing to audit");
    e = case_read(ctx, rd, merchant_id, order_no, a.escalated_us, &then);
    if (e == OK)
        e = tickets_on(ctx, rd, merchant_id, &tickets);
    if (e != OK)
        return e;
    const struct order_view *v = order_anchor(now.cas);
    a.order = v == NULL ? STR_NULL : v->name;
    a.currency = v == NULL ? STR_NULL : v->currency;
    a.cls = then.cd.order.cls;
    const struct audit_input in = {.limits = engine_merchant_by_id(rd->eng, merchant_id)->cfg->audit, .cas = then.cas, .cd = &then.cd, .now = now.cas, .tasks = &tasks, .tickets = tickets,
                                   .at_us = a.escalated_us, .now_us = now.as_of_us};
    e = audit_case(ctx, &in, &a.audit);
    set_cost(&tasks, &acts, now.cas, now.as_of_us, &a);
    if (e == OK)
        *out = a;
    return e;
}

/* ---- all of them */

struct ranker {
    struct audit_ranking *out;
    struct audit_rank by_cause[AUDIT_CAUSE_COUNT];
    struct ctx *ctx;               /* what is kept */
};

static enum err rank(struct ranker *r, const struct case_audit *a)
{
    struct audit_rank *k = &r->by_cause[a->audit.v[0].cause];
    enum err e = OK;
    if (str_empty(r->out->currency))
        e = arena_dup(r->ctx->arena, a->currency, &r->out->currency);
    int64_t minor = str_eq(a->currency, r->out->currency) ? a->cost.minor : 0;
    r->out->escalated++;
    if (k->cases == 0 || minor > k->example_minor) {
        k->example_minor = minor;
        if (e == OK)
            e = arena_dup(r->ctx->arena, a->order, &k->example);
    }
    k->cases++;
    k->open += a->cost.settled ? 0 : 1;
    add(&k->minor, minor);
    add(&k->hours, a->cost.hours);
    int64_t since = a->audit.v[0].since_us;
    k->oldest_us = k->oldest_us == 0 || since < k->oldest_us ? since : k->oldest_us;
    return e;
}

static int by_cost(const void *a, const void *b)
{
    const struct audit_rank *x = a, *y = b;
    if (x->minor != y->minor)
        return x->minor > y->minor ? -1 : 1;
    if (x->cases != y->cases)
        return x->cases > y->cases ? -1 : 1;
    return (x->cause > y->cause) - (x->cause < y->cause);
}

/* Of an order's row alone: whether there is something to audit. */
static enum err is_escalated(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct order_case *row, bool *out)
{
    struct act_memory tasks;
    struct str rule;
    enum err e = act_tasks_read(ctx, rd, merchant_id, row->order_no, &tasks);
    *out = e == OK && audit_escalated(row, &tasks, &rule) != 0;
    return e;
}

static enum err rank_row(struct ranker *r, struct ctx *own, struct reader *rd, int64_t merchant_id, const struct order_case *row)
{
    struct case_audit a;
    bool escalated = false;
    enum err e = is_escalated(own, rd, merchant_id, row, &escalated);
    r->out->orders++;
    if (e == OK && escalated)
        e = audit_read(own, rd, merchant_id, row->order_no, &a);
    if (e == OK && escalated)
        e = rank(r, &a);
    return e == ERR_NOTFOUND ? OK : e; /* nothing was known of it when it came: a complaint about nothing yet */
}

static enum err rank_all(struct ranker *r, struct ctx *own, struct reader *rd, int64_t merchant_id, int64_t after)
{
    struct order_case *rows = NULL;
    size_t n = PAGE;
    enum err e = OK;
    while (e == OK && n == PAGE) {
        arena_reset(own->arena);
        e = case_list(own, rd, merchant_id, after, PAGE, &rows, &n);
        for (size_t i = 0; e == OK && i < n; i++) {
            after = rows[i].order_no;
            e = rank_row(r, own, rd, merchant_id, &rows[i]);
        }
    }
    return e;
}

enum err audit_all(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, struct audit_ranking *out)
{
    struct arena *own = arena_new(PAGE_ARENA_MAX);
    struct ranker *r = ctx_alloc(ctx, sizeof(*r));
    struct ctx inner = *ctx;
    struct policy pol;
    struct fold_reach reach;
    *out = (struct audit_ranking){.n = 0};
    if (own == NULL || r == NULL) {
        arena_free(own);
        return ctx_fail(ctx, ERR_MEMORY, "audit: no memory");
    }
    *r = (struct ranker){.out = out, .ctx = ctx};
    inner.arena = own;
    enum err e = reader_position(ctx, rd, merchant_id, &reach);
    if (e == OK)
        e = act_policy_read(ctx, rd, merchant_id, &pol);
    if (e == OK)
        out->currency = pol.currency;
    if (e == OK || e == ERR_UNSUPPORTED) /* without a policy there are complaints still */
        e = rank_all(r, &inner, rd, merchant_id, reach.order_no > max ? reach.order_no - max : 0);
    if (e != OK)
        memcpy(ctx->msg, inner.msg, sizeof(ctx->msg));
    arena_free(own);
    for (int c = 0; c < AUDIT_CAUSE_COUNT; c++)
        if (r->by_cause[c].cases > 0) {
            out->v[out->n] = r->by_cause[c];
            out->v[out->n++].cause = (enum audit_cause)c;
        }
    if (out->n > 1)
        qsort(out->v, out->n, sizeof(out->v[0]), by_cost);
    return e;
}

/* ---- written */

static struct str minute(struct arena *a, int64_t us)
{
    return us == 0 ? STR("-") : str_sub(time_rfc3339(a, us), 0, 16);
}

void audit_text(struct ctx *ctx, const struct case_audit *a, struct buf *b)
{
    struct str at = minute(ctx->arena, a->escalated_us), cost = policy_money(ctx->arena, a->cost.minor, a->currency);
    buf_fmt(b, "%.*s came before a person on %.*s (%s%.*s), diagnosed %s; %s %lld hours, %.*s since\n", STR_ARG(a->order), STR_ARG(at),
            str_empty(a->rule) ? "the customer complained" : "rule ", STR_ARG(a->rule), diag_class_word(a->cls),
            a->cost.settled ? "settled after" : "open for", (long long)a->cost.hours, STR_ARG(cost));
    for (size_t i = 0; i < a->audit.n; i++) {
        const struct audit_finding *f = &a->audit.v[i];
        struct str since = minute(ctx->arena, f->since_us);
        buf_fmt(b, "  %s %-10s %-13s since %.*s: %s", i == 0 ? "cause" : "     ", audit_join_word(audit_cause_join(f->cause)),
                audit_fault_word(audit_cause_fault(f->cause)), STR_ARG(since), audit_cause_what(f->cause));
        if (!str_empty(f->detail))
            buf_fmt(b, "; %.*s", STR_ARG(f->detail));
        if (!str_empty(f->parcel))
            buf_fmt(b, " (%.*s)", STR_ARG(f->parcel));
        if (f->ref.pos != 0)
            buf_fmt(b, ", fact %lld.%u", (long long)f->ref.pos, f->ref.idx);
        buf_addc(b, '\n');
    }
}

static void finding_json(struct jw *w, const struct audit_finding *f)
{
    jw_obj(w);
    jw_kstr(w, "cause", str_of(audit_cause_word(f->cause)));
    jw_kstr(w, "join", str_of(audit_join_word(audit_cause_join(f->cause))));
    jw_kstr(w, "fault", str_of(audit_fault_word(audit_cause_fault(f->cause))));
    jw_kstr(w, "what", str_of(audit_cause_what(f->cause)));
    jw_ktime(w, "since", f->since_us);
    jw_kstr_null(w, "tracking_number", f->parcel);
    jw_kstr_null(w, "detail", f->detail);
    jw_ki64(w, "position", f->ref.pos);
    jw_ki64(w, "index", f->ref.idx);
    jw_end(w);
}

void audit_json(struct jw *w, const struct case_audit *a)
{
    jw_obj(w);
    jw_kstr(w, "order", a->order);
    jw_ki64(w, "order_no", a->order_no);
    jw_ktime(w, "escalated_at", a->escalated_us);
    jw_kstr_null(w, "rule", a->rule);
    jw_kstr(w, "class", str_of(diag_class_word(a->cls)));
    jw_ki64(w, "cost_minor", a->cost.minor);
    jw_kstr_null(w, "currency", a->currency);
    jw_ki64(w, "hours", a->cost.hours);
    jw_kbool(w, "settled", a->cost.settled);
    jw_key(w, "findings");
    jw_arr(w);
    for (size_t i = 0; i < a->audit.n; i++)
        finding_json(w, &a->audit.v[i]);
    jw_arr_end(w);
    jw_end(w);
}

void audit_ranking_text(struct ctx *ctx, const struct audit_ranking *r, struct buf *b)
{
    buf_fmt(b, "%lld of %lld orders came before a person\n\n", (long long)r->escalated, (long long)r->orders);
    buf_fmt(b, "  %6s %6s %9s %16s  %-10s %-13s\n", "cases", "open", "hours", "cost", "join", "fault");
    for (size_t i = 0; i < r->n; i++) {
        const struct audit_rank *k = &r->v[i];
        struct str cost = policy_money(ctx->arena, k->minor, r->currency), since = minute(ctx->arena, k->oldest_us);
        buf_fmt(b, "  %6lld %6lld %9lld %16.*s  %-10s %-13s %s; first on %.*s, such as %.*s\n", (long long)k->cases, (long long)k->open,
                (long long)k->hours, STR_ARG(cost), audit_join_word(audit_cause_join(k->cause)), audit_fault_word(audit_cause_fault(k->cause)),
                audit_cause_what(k->cause), STR_ARG(since), STR_ARG(k->example));
    }
}

void audit_ranking_json(struct jw *w, const struct audit_ranking *r)
{
    jw_obj(w);
    jw_ki64(w, "orders", r->orders);
    jw_ki64(w, "escalated", r->escalated);
    jw_kstr_null(w, "currency", r->currency);
    jw_key(w, "causes");
    jw_arr(w);
    for (size_t i = 0; i < r->n; i++) {
        const struct audit_rank *k = &r->v[i];
        jw_obj(w);
        jw_kstr(w, "cause", str_of(audit_cause_word(k->cause)));
        jw_kstr(w, "join", str_of(audit_join_word(audit_cause_join(k->cause))));
        jw_kstr(w, "fault", str_of(audit_fault_word(audit_cause_fault(k->cause))));
        jw_kstr(w, "what", str_of(audit_cause_what(k->cause)));
        jw_ki64(w, "cases", k->cases);
        jw_ki64(w, "open", k->open);
        jw_ki64(w, "hours", k->hours);
        jw_ki64(w, "cost_minor", k->minor);
        jw_ktime(w, "first_since", k->oldest_us);
        jw_kstr_null(w, "example", k->example);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}
