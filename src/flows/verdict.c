/* See verdict.h. */
#include "flows/verdict.h"

#include "flows/reader.h"
#include "model/fact_json.h"

#define VERDICT_WAIT_MS 2000

enum err verdict_give(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct verdict_fact *v,
                      struct verdict_answer *out)
{
    struct fact fct = {.kind = FACT_VERDICT, .role = ROLE_SYSTEM, .u.verdict = *v};
    const struct json *told = NULL;
    *out = (struct verdict_answer){.done = false};
    if (str_empty(v->by))
        return ctx_fail(ctx, ERR_PARSE, "by: who says so?");
    enum err e = fact_append_wait(ctx, eng, &(struct fact_to){.merchant_id = merchant_id, .max = 65536}, &fct, &out->pos);
    if (e == OK)
        e = engine_wait_folded(ctx, eng, merchant_id, out->pos, VERDICT_WAIT_MS);
    if (e == OK)
        e = act_decision_at(ctx, rd, merchant_id, out->pos, "verdict", &told);
    if (e != OK)
        return e;
    out->done = json_true(told, "done");
    out->state = json_str(told, "state");
    out->why = json_str(told, "why");
    return OK;
}

/* ---- what waits for approval */

enum err approvals_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, size_t max, struct approval **out, size_t *n)
{
    struct action_list list = {0};
    enum err e = action_list_state(ctx, rd->state, merchant_id, ACTION_PROPOSED, &list);
    *n = 0;
    *out = arena_array(ctx->arena, max + 1, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "approvals: no memory");
    for (size_t i = 0; e == OK && i < list.n && *n < max; i++) {
        struct approval *a = &(*out)[*n];
        a->act = list.v[i];
        e = case_read(ctx, rd, merchant_id, a->act.row.order_no, 0, &a->ca);
        if (e == OK)
            e = case_acts_read(ctx, rd, merchant_id, a->act.row.order_no, &a->acts);
        (*n)++;
    }
    return e;
}

static struct str order_name(const struct approval *a)
{
    const struct order_view *v = order_anchor(a->ca.cas);
    return v == NULL ? STR_NULL : v->name;
}

void approvals_json(struct ctx *ctx, struct jw *w, const struct approval *list, size_t n)
{
    jw_obj(w);
    jw_key(w, "approvals");
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        const struct approval *a = &list[i];
        jw_obj(w);
        jw_kstr_null(w, "order", order_name(a));
        jw_ki64(w, "order_no", a->act.row.order_no);
        jw_kstr(w, "class", str_of(diag_class_word(a->ca.cd.order.cls)));
        jw_kstr(w, "case", diagnosis_for_operator(ctx, a->ca.cas, &a->ca.cd, NULL, a->ca.as_of_us));
        jw_key(w, "action");
        action_json(w, &a->act, a->acts.currency);
        case_acts_json(w, &a->acts);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}

void approvals_text(struct ctx *ctx, struct buf *b, const struct approval *list, size_t n)
{
    if (n == 0)
        buf_addz(b, "nothing waits for approval\n");
    for (size_t i = 0; i < n; i++) {
        const struct action_row *r = &list[i].act.row;
        struct str money = policy_money(ctx->arena, r->amount_minor, list[i].acts.currency), name = order_name(&list[i]);
        struct str until = str_sub(time_rfc3339(ctx->arena, r->not_after_us), 0, 16);
        buf_fmt(b, "%5lld  %-16s %.*s  %.*s", (long long)r->action_no, capability_word(r->cap), STR_ARG(name), STR_ARG(money));
        buf_fmt(b, "  until %.*s, %u of %u approvals, rule %.*s\n       %.*s\n", STR_ARG(until), r->approvals, r->approvals_needed, STR_ARG(r->rule),
                STR_ARG(diagnosis_for_operator(ctx, list[i].ca.cas, &list[i].ca.cd, NULL, list[i].ca.as_of_us)));
    }
}
