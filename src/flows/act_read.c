/* See act_read.h. */
#include "flows/act_read.h"

#include "base/zone.h"
#include "flows/customer_history.h"
#include "flows/reader.h"

/* ---- the policy that holds */

static enum err last_policy(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str *version, struct str *text)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *version = *text = STR_NULL;
    enum err e = db_stmt_get(ctx, rd->state, SQL_ACT_POLICY_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    e = db_step(ctx, st, &row);
    if (e == OK && row)
        e = arena_dup(ctx->arena, db_col_str(st, 0), version);
    if (e == OK && row)
        e = arena_dup(ctx->arena, db_col_str(st, 1), text);
    db_done(st);
    if (e == OK && str_eq(*version, STR(ACT_POLICY_OFF)))
        *version = *text = STR_NULL;
    return e;
}

enum err act_policy_known(struct ctx *ctx, struct reader *rd, int64_t merchant_id)
{
    struct str version, text;
    enum err e = last_policy(ctx, rd, merchant_id, &version, &text);
    return e == OK && str_empty(version) ? ctx_fail(ctx, ERR_UNSUPPORTED, "no policy is set: nothing is done by itself") : e;
}

enum err act_policy_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct policy *out)
{
    struct findings findings = {0};
    struct str version, text;
    enum err e = last_policy(ctx, rd, merchant_id, &version, &text);
    if (e == OK && str_empty(version))
        return ctx_fail(ctx, ERR_UNSUPPORTED, "no policy is set: nothing is done by itself");
    return e == OK ? policy_parse(ctx, text, out, &findings) : e;
}

/* ---- a decision as of now */

enum err act_book_read(struct ctx *ctx, struct reader *rd, const struct promises *promises, const struct case_answer *ca, struct guard_book *book,
                       int64_t *day)
{
    struct action_list list = {0};
    struct action_row *rows = NULL;
    int32_t offset_s = 0;
    if (zone_offset(promises->home_zone, ca->as_of_us, &offset_s) != OK)
        offset_s = 0;
    *day = civil_day(ca->as_of_us + offset_s * US_PER_S);
    enum err e = action_list_order(ctx, rd->state, ca->merchant_id, ca->order_no, &list);
    if (e == OK)
        e = action_list_customer(ctx, rd->state, ca->merchant_id, ca->cas->customer, ca->as_of_us - ACT_CUSTOMER_DAYS_MAX * US_PER_DAY, &list);
    if (e == OK)
        e = action_list_day(ctx, rd->state, ca->merchant_id, *day, &list);
    if (e == OK)
        e = action_list_stock(ctx, rd->state, ca->merchant_id, &list);
    if (e == OK)
        e = action_rows_of(ctx, &list, &rows);
    *book = (struct guard_book){.rows = rows, .n = list.n};
    return e;
}

enum err act_history_read(struct ctx *ctx, struct reader *rd, const struct case_answer *ca, struct str currency, struct customer_history *out)
{
    return customer_history_read(ctx, rd->state, ca->merchant_id, ca->cas, currency, ca->as_of_us, out);
}

enum err act_view_read(struct ctx *ctx, struct reader *rd, struct merchant *m, int64_t order_no, struct act_view *out)
{
    *out = (struct act_view){.now_us = 0};
    enum err e = act_policy_read(ctx, rd, m->id, &out->policy);
    if (e == OK)
        e = case_read(ctx, rd, m->id, order_no, 0, &out->ca);
    if (e == OK)
        e = case_stock(ctx, rd, &out->ca);
    if (e != OK)
        return e;
    out->now_us = out->ca.as_of_us;
    e = act_history_read(ctx, rd, &out->ca, out->policy.currency, &out->history);
    if (e != OK)
        return e;
    return act_book_read(ctx, rd, &m->cfg->promises, &out->ca, &out->book, &out->day);
}

enum err act_view_answer(struct ctx *ctx, const struct act_view *view, const struct act_request *req, struct request_answer *out)
{
    struct act_decisions ds;
    const struct act_input in = {.policy = &view->policy, .cas = view->ca.cas, .cd = &view->ca.cd, .ask = &req->ask, .history = &view->history,
                                 .book = &view->book, .now_us = view->now_us, .day = view->day};
    enum err e = policy_decide(ctx, &in, &ds);
    if (e != OK)
        return e;
    act_focus(&ds, &req->ask, req->parcel);
    const struct act_settle_input si = {.decisions = &ds, .ask = &req->ask, .book = &view->book, .now_us = view->now_us};
    request_answer_of(&si, &view->policy, out);
    return OK;
}

enum err act_order_known(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no)
{
    struct db_stmt *st = NULL;
    enum err e = reader_order(ctx, rd, merchant_id, order_no, &st);
    if (e == OK)
        db_done(st);
    return e;
}

enum err act_decision_at(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, const char *verb, const struct json **out)
{
    enum err e = OK;
    for (uint32_t idx = 0; e == OK; idx++) {
        struct fact_row row;
        const struct json *v = NULL;
        e = fact_row_get(ctx, rd->state, merchant_id, (struct fact_ref){pos, idx}, &row);
        if (e != OK || row.kind != FACT_DECISION)
            continue;
        e = json_parse(ctx, row.clear, &JSON_LIMITS_WEBHOOK, &v);
        if (e == OK && str_eq(json_str(v, "verb"), str_of(verb))) {
            *out = v;
            return OK;
        }
    }
    return e;
}

/* ---- what a case shows */

enum err act_tasks_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct act_memory *out)
{
    struct db_stmt *st = NULL;
    struct str acts = STR_NULL;
    enum err e = reader_order(ctx, rd, merchant_id, order_no, &st);
    if (e != OK)
        return e;
    e = arena_dup(ctx->arena, db_col_str(st, 5), &acts);
    db_done(st);
    return e == OK ? act_memory_decode(ctx, acts, out) : e;
}

enum err case_acts_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_acts *out)
{
    struct policy pol;
    *out = (struct case_acts){.policy_version = STR_NULL};
    enum err e = act_policy_read(ctx, rd, merchant_id, &pol);
    if (e == OK) {
        out->policy_version = pol.version;
        out->currency = pol.currency;
    }
    if (e == OK || e == ERR_UNSUPPORTED)
        e = act_tasks_read(ctx, rd, merchant_id, order_no, &out->tasks);
    return e == OK ? action_list_order(ctx, rd->state, merchant_id, order_no, &out->actions) : e;
}

enum err case_acts_join(struct ctx *ctx, struct reader *rd, struct case_answer *ca)
{
    struct case_acts *acts = ctx_alloc(ctx, sizeof(*acts));
    enum err e = acts == NULL ? ERR_MEMORY : case_acts_read(ctx, rd, ca->merchant_id, ca->order_no, acts);
    if (e == OK)
        ca->acts = acts;
    return e;
}

static void items_json(struct jw *w, const struct action_row *r)
{
    jw_key(w, "items");
    jw_arr(w);
    for (size_t i = 0; i < r->items_n; i++) {
        jw_obj(w);
        jw_kstr(w, "sku", r->items[i].sku);
        jw_ki64(w, "quantity", r->items[i].quantity);
        jw_end(w);
    }
    jw_arr_end(w);
}

void action_json(struct jw *w, const struct action_kept *act, struct str currency)
{
    const struct action_row *r = &act->row;
    jw_obj(w);
    jw_ki64(w, "action_no", r->action_no);
    jw_kstr(w, "capability", str_of(capability_word(r->cap)));
    jw_kstr(w, "state", str_of(action_state_word(r->state)));
    jw_kstr(w, "key", act->key);
    jw_kstr(w, "about", r->subject);
    items_json(w, r);
    jw_ki64(w, "amount_minor", r->amount_minor);
    jw_kstr_null(w, "currency", currency);
    jw_kstr(w, "rule", r->rule);
    jw_ktime(w, "decided_at", r->at_us);
    jw_ktime(w, "not_before", r->not_before_us);
    jw_ktime(w, "not_after", r->not_after_us);
    jw_ki64(w, "approvals_needed", r->approvals_needed);
    jw_key(w, "approved_by");
    jw_arr(w);
    for (uint32_t i = 0; i < r->approvals; i++)
        jw_str(w, r->approved_by[i]);
    jw_arr_end(w);
    jw_kstr_null(w, "result_id", r->result_id);
    jw_ki64(w, "generation", r->generation);
    jw_ki64(w, "position", act->pos);
    jw_end(w);
}

static void task_json(struct jw *w, const struct act_task *t)
{
    struct str one, rest = t->choices;
    jw_obj(w);
    jw_kstr(w, "task", t->key);
    jw_kstr(w, "what", str_of(policy_verb_word(t->verb)));
    jw_kstr(w, "state", str_of(task_state_word(t->state)));
    jw_kstr_null(w, "tracking_number", t->parcel);
    jw_kstr_null(w, "rule", t->rule);
    jw_kstr(w, "priority", str_of(policy_priority_word(t->priority)));
    jw_kstr_null(w, "recommend", t->recommend);
    jw_key(w, "choices");
    jw_arr(w);
    while (!str_empty(rest) && str_split(&rest, '\n', &one))
        jw_str(w, one);
    jw_arr_end(w);
    jw_ktime(w, "opened_at", t->opened_us);
    jw_ktime(w, "due_at", t->due_us);
    jw_kbool(w, "missed", t->missed);
    jw_ktime(w, "closed_at", t->closed_us);
    jw_kstr_null(w, "closed_by", t->closed_by);
    jw_end(w);
}

void case_acts_json(struct jw *w, const struct case_acts *acts)
{
    jw_kstr_null(w, "policy", acts->policy_version);
    jw_key(w, "waiting");
    jw_arr(w);
    for (size_t i = 0; i < acts->tasks.n; i++)
        if (acts->tasks.v[i].state == TASK_OPEN || acts->tasks.v[i].state == TASK_DONE)
            task_json(w, &acts->tasks.v[i]);
    jw_arr_end(w);
    jw_key(w, "actions");
    jw_arr(w);
    for (size_t i = 0; i < acts->actions.n; i++)
        action_json(w, &acts->actions.v[i], acts->currency);
    jw_arr_end(w);
}

/* ---- as text */

static struct str short_time(struct arena *a, int64_t us)
{
    return us == 0 ? STR("-") : str_sub(time_rfc3339(a, us), 0, 16);
}

static void task_text(struct arena *a, struct buf *b, const struct act_task *t)
{
    struct str due = short_time(a, t->due_us);
    buf_fmt(b, "  %-10s %-7s %.*s", policy_verb_word(t->verb), policy_priority_word(t->priority), STR_ARG(t->rule));
    if (!str_empty(t->parcel))
        buf_fmt(b, " (%.*s)", STR_ARG(t->parcel));
    if (t->due_us != 0)
        buf_fmt(b, ", until %.*s%s", STR_ARG(due), t->missed ? ", missed" : "");
    struct str one, rest = t->choices;
    for (const char *gap = ": "; !str_empty(rest) && str_split(&rest, '\n', &one); gap = " or ")
        buf_fmt(b, "%s%.*s", gap, STR_ARG(one));
    if (!str_empty(t->recommend))
        buf_fmt(b, "\n             %.*s", STR_ARG(t->recommend));
    buf_addc(b, '\n');
}

void case_acts_text(struct ctx *ctx, struct buf *b, const struct case_acts *acts)
{
    bool head = false;
    for (size_t i = 0; i < acts->tasks.n; i++)
        if (acts->tasks.v[i].state == TASK_OPEN) {
            buf_addz(b, head ? "" : "\nWaiting:\n");
            head = true;
            task_text(ctx->arena, b, &acts->tasks.v[i]);
        }
    for (size_t i = 0; i < acts->actions.n; i++) {
        const struct action_row *r = &acts->actions.v[i].row;
        struct str money = policy_money(ctx->arena, r->amount_minor, acts->currency), at = short_time(ctx->arena, r->at_us);
        buf_fmt(b, "%s  %4lld %-16s %-10s %.*s", i == 0 ? "\nActions:\n" : "", (long long)r->action_no, capability_word(r->cap),
                action_state_word(r->state), STR_ARG(at));
        if (r->amount_minor > 0)
            buf_fmt(b, "  %.*s", STR_ARG(money));
        if (!str_empty(r->subject))
            buf_fmt(b, "  %.*s", STR_ARG(r->subject));
        buf_fmt(b, "  by rule %.*s\n", STR_ARG(r->rule));
    }
}
