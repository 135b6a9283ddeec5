/*
 * After an order was diagnosed: what its policy decides. The decision is pure (mind/decide_act.h), and what of it is new too
 * (mind/act_memory.h); here its facts, the actions with their reservations and their rows in the outbox are written in the fold's
 * transaction. The wide look at the budgets is taken only where an action is in question, so that a calm scan reads nothing more.
 */
#include "flows/fold_act.h"

#include "base/zone.h"
#include "flows/case_join.h"
#include "flows/customer_history.h"
#include "model/message.h"
#include "storage/outbox.h"

/* ---- the policy that holds */

static enum err parse_rules(struct fold *f, struct str version, struct str text)
{
    struct act_rules *rules = f->rules;
    struct findings findings = {0};
    struct ctx inner = *f->ctx;
    struct str kept;
    if (rules == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "policy: nowhere to keep it");
    if (rules->arena == NULL)
        rules->arena = arena_new(ACT_RULES_ARENA_MAX);
    if (rules->arena == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "policy: no memory");
    arena_reset(rules->arena);
    rules->version = STR_NULL;
    inner.arena = rules->arena;
    enum err e = arena_dup(rules->arena, text, &kept);
    if (e == OK)
        e = policy_parse(&inner, kept, &rules->policy, &findings);
    if (e == OK)
        e = arena_dup(rules->arena, version, &rules->version);
    if (e == ERR_PARSE) /* written by a newer program: nothing is decided by it */
        return arena_dup(rules->arena, STR("unreadable"), &rules->version);
    return e;
}

void act_rules_clear(struct act_rules *rules)
{
    arena_free(rules->arena);
    *rules = (struct act_rules){.arena = NULL};
}

static enum err load_rules(struct fold *f)
{
    struct db_stmt *st = NULL;
    struct str version = STR_NULL, text = STR_NULL;
    bool row = false;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ACT_POLICY_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    e = db_step(f->ctx, st, &row);
    if (e == OK && row)
        e = arena_dup(f->ctx->arena, db_col_str(st, 0), &version);
    if (e == OK && row && (f->rules == NULL || !str_eq(f->rules->version, version)))
        e = arena_dup(f->ctx->arena, db_col_str(st, 1), &text);
    f->act_tickets = e == OK && row && db_col_i64(st, 2) != 0;
    db_done(st);
    bool none = e == OK && (!row || str_eq(version, STR(ACT_POLICY_OFF)));
    if (e == OK && !none && !str_empty(text))
        e = parse_rules(f, version, text);
    f->act_policy = e == OK && !none && str_eq(f->rules->version, version) ? &f->rules->policy : NULL;
    f->have_act_policy = e == OK;
    return e;
}

enum err fold_act_policy(struct fold *f, const struct policy **out)
{
    enum err e = f->have_act_policy ? OK : load_rules(f);
    *out = f->act_policy;
    return e;
}

/* ---- what is kept */

enum err fold_act_memory(struct fold *f, struct fold_order *fo, struct act_memory *out)
{
    return act_memory_decode(f->ctx, fo->acts, out);
}

enum err fold_act_memory_put(struct fold *f, struct fold_order *fo, const struct act_memory *mem)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    act_memory_encode(mem, &b);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(f->ctx->arena, buf_str(&b), &fo->acts);
    buf_clear(&b);
    if (e == OK)
        fold_order_changed(f, fo);
    return e;
}

enum err fold_act_merge(struct fold *f, struct fold_order *into, struct fold_order *from)
{
    struct act_memory a, b;
    if (str_empty(from->acts))
        return OK;
    enum err e = fold_act_memory(f, into, &a);
    if (e == OK)
        e = fold_act_memory(f, from, &b);
    from->acts = STR_NULL;
    if (e != OK)
        return e;
    act_memory_merge(&a, &b);
    return fold_act_memory_put(f, into, &a);
}

enum err fold_act_outbox(struct fold *f, const struct action_kept *act)
{
    const struct action_row *r = &act->row;
    struct outbox_row row = {.key = act->key,
                             .order_no = r->order_no,
                             .capability = arena_fmt(f->ctx->arena, "act.%s", capability_word(r->cap)),
                             .channel = OUTBOX_ACTION,
                             .generation = (int)r->generation,
                             .items = arena_fmt(f->ctx->arena, "%lld", (long long)r->action_no),
                             .not_before_us = r->not_before_us,
                             .not_after_us = r->not_after_us,
                             .next_us = r->not_before_us,
                             .why = STR(""),
                             .pos = act->pos,
                             .idx = act->idx,
                             .lease_by = STR("")};
    return outbox_put(f->ctx, f->db, f->m->id, &row);
}

static enum err keep_action(struct fold *f, const struct action_row *row, int64_t idx, const struct act_request *req)
{
    struct action_kept act = {.row = *row, .pos = f->pos, .idx = idx};
    struct str purpose = action_key(f->ctx->arena, row);
    act.key = effect_key(f->ctx->arena, f->m->id, row->order_no, str_of(capability_word(row->cap)), purpose, (int)row->generation);
    if (req != NULL) {
        act.request_pos = req->pos;
        act.request_idx = req->idx;
    }
    if (purpose.p == NULL || act.key.p == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "actions: no memory");
    enum err e = action_add(f->ctx, f->db, f->m->id, &act);
    if (e == OK && (row->state == ACTION_APPROVED || row->state == ACTION_WAITING))
        e = fold_act_outbox(f, &act);
    return e;
}

static enum err record_item(struct fold *f, const struct fold_order *fo, const struct act_item *it)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 18);
    struct jw w = jw_of(&b);
    act_item_write(&w, it, fo->c.order_no, f->act_policy);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(f, FACT_DECISION, buf_str(&b));
    buf_clear(&b);
    return e;
}

/* ---- deciding */

struct deciding {
    struct fold *f;
    struct fold_order *fo;
    const struct case_diagnosis *cd;
    struct act_memory mem;
    struct action_list list;   /* rows seen so far */
    struct customer_history history;
    int64_t next_no, look_us;
    bool wide, stock, asked_history, changed;
};

static int64_t merchant_day(const struct fold *f)
{
    int32_t offset_s = 0;
    if (zone_offset(f->promises.home_zone, f->now_us, &offset_s) != OK)
        offset_s = 0;
    return civil_day(f->now_us + offset_s * US_PER_S);
}

static enum err join_stock(struct deciding *d)
{
    if (d->stock)
        return OK;
    d->stock = true;
    return stock_join_all(d->f->ctx, d->f->db, d->f->m->id, 0, &d->fo->c);
}

static enum err join_history(struct deciding *d)
{
    struct fold *f = d->f;
    if (d->asked_history)
        return OK;
    d->asked_history = true;
    return customer_history_read(f->ctx, f->db, f->m->id, &d->fo->c, f->act_policy->currency, f->now_us, &d->history);
}

/* All that limits look at: the customer's rows of the longest period there can be, the day's, and those that hold stock. */
static enum err look_wide(struct deciding *d)
{
    struct fold *f = d->f;
    if (d->wide)
        return OK;
    d->wide = true;
    enum err e = join_stock(d);
    if (e == OK)
        e = join_history(d);
    if (e == OK)
        e = action_list_customer(f->ctx, f->db, f->m->id, d->fo->c.customer, f->now_us - ACT_CUSTOMER_DAYS_MAX * US_PER_DAY, &d->list);
    if (e == OK)
        e = action_list_day(f->ctx, f->db, f->m->id, merchant_day(f), &d->list);
    if (e == OK)
        e = action_list_stock(f->ctx, f->db, f->m->id, &d->list);
    if (e == OK && d->next_no == 0) {
        e = action_last_no(f->ctx, f->db, f->m->id, &d->next_no);
        d->next_no++;
    }
    return e;
}

static void look_at(struct deciding *d, int64_t at_us)
{
    if (at_us > d->f->now_us && (d->look_us == 0 || at_us < d->look_us))
        d->look_us = at_us;
}

static bool in_question(const struct act_decisions *ds)
{
    for (size_t i = 0; i < ds->n; i++)
        if (ds->v[i].choices_n > 0 || ds->v[i].refused_n > 0)
            return true;
    return false;
}

static enum err decide(struct deciding *d, const struct policy_ask *ask, struct guard_book *book, struct act_decisions *out)
{
    struct fold *f = d->f;
    struct action_row *rows = NULL;
    struct act_input in = {.policy = f->act_policy, .cas = &d->fo->c, .cd = d->cd, .ask = ask, .history = &d->history, .book = book,
                           .now_us = f->now_us, .day = merchant_day(f)};
    for (;;) {
        bool was_wide = d->wide;
        enum err e = action_rows_of(f->ctx, &d->list, &rows);
        *book = (struct guard_book){.rows = rows, .n = d->list.n};
        if (e == OK)
            e = policy_decide(f->ctx, &in, out);
        if (e != OK || was_wide || !in_question(out))
            return e;
        e = look_wide(d);
        if (e != OK)
            return e;
    }
}

static enum err apply_item(struct deciding *d, const struct act_item *it, const struct act_request *req)
{
    struct fold *f = d->f;
    enum err e = record_item(f, d->fo, it);
    if (e == OK && it->keeps)
        e = keep_action(f, &it->dec->choices[0].verdict.row, f->derived_idx, req);
    bool task = it->task != NULL && it->task->verb == VERB_HAND_OVER;
    if (e == OK && task && it->novelty == ACT_NEW)
        e = fold_ticket_open(f, d->fo->c.order_no, it->task, f->derived_idx);
    if (e == OK && task && it->novelty == ACT_CLOSED)
        e = fold_ticket_close(f, d->fo->c.order_no, it->task);
    return e;
}

/* The rows that were kept count for what is decided next in this position. */
static enum err reload(struct deciding *d)
{
    return action_list_order(d->f->ctx, d->f->db, d->f->m->id, d->fo->c.order_no, &d->list);
}

static enum err settle(struct deciding *d, const struct act_settle_input *in, const struct act_request *req)
{
    struct act_settled out;
    bool kept = false;
    enum err e = act_settle(d->f->ctx, in, &d->mem, &out);
    for (size_t i = 0; e == OK && i < out.n; i++) {
        e = apply_item(d, &out.v[i], req);
        kept = kept || out.v[i].keeps;
        d->next_no += out.v[i].keeps ? 1 : 0;
    }
    if (e != OK)
        return e;
    d->changed = d->changed || out.changed || (kept && !d->mem.has_actions);
    d->mem.has_actions = d->mem.has_actions || kept;
    look_at(d, out.next_look_us);
    return kept ? reload(d) : OK;
}

static enum err decide_now(struct deciding *d)
{
    static const struct policy_ask NOBODY = {.request = REQUEST_NONE};
    struct act_decisions ds;
    struct guard_book book;
    enum err e = decide(d, &NOBODY, &book, &ds);
    const struct act_settle_input in = {.decisions = &ds, .ask = &NOBODY, .book = &book, .history = d->f->origin == ORIGIN_HISTORY,
                                        .now_us = d->f->now_us, .next_action_no = d->next_no};
    if (e == OK)
        look_at(d, ds.next_look_us);
    return e == OK ? settle(d, &in, NULL) : e;
}

/* ---- requests */

static enum err record_answer(struct deciding *d, const struct request_answer *ans, const struct act_request *req)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 18);
    struct jw w = jw_of(&b);
    request_answer_write(&w, ans, d->fo->c.order_no, req->id, d->f->act_policy->currency);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(d->f, FACT_DECISION, buf_str(&b));
    buf_clear(&b);
    return e;
}

static enum err decide_request(struct deciding *d, const struct act_request *req)
{
    struct act_decisions ds;
    struct guard_book book;
    struct request_answer ans;
    enum err e = decide(d, &req->ask, &book, &ds);
    if (e != OK)
        return e;
    act_focus(&ds, &req->ask, req->parcel);
    const struct act_settle_input in = {.decisions = &ds, .ask = &req->ask, .book = &book, .now_us = d->f->now_us, .next_action_no = d->next_no};
    e = settle(d, &in, req);
    if (e != OK)
        return e;
    request_answer_of(&in, d->f->act_policy, &ans);
    return record_answer(d, &ans, req);
}

/* ---- what time does to actions */

static enum err expire(struct deciding *d, struct action_kept *act)
{
    struct fold *f = d->f;
    struct outbox_row row;
    struct str clear = arena_fmt(f->ctx->arena, "{\"kind\":\"decision\",\"verb\":\"expire\",\"order_no\":%lld,\"action_no\":%lld}",
                                 (long long)d->fo->c.order_no, (long long)act->row.action_no);
    bool sent_off = act->row.state != ACTION_PROPOSED;
    act->row.state = ACTION_EXPIRED;
    enum err e = clear.p == NULL ? ERR_MEMORY : fold_derived(f, FACT_DECISION, clear);
    if (e == OK)
        e = action_set(f->ctx, f->db, f->m->id, act);
    if (e == OK && sent_off)
        e = outbox_get(f->ctx, f->db, f->m->id, act->key, &row);
    if (e != OK || !sent_off)
        return e;
    row.state = OUTBOX_WITHDRAWN;
    row.settled_us = f->now_us;
    row.why = STR("its time is over");
    return outbox_set(f->ctx, f->db, f->m->id, &row);
}

static enum err watch_actions(struct deciding *d)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < d->list.n; i++) {
        struct action_kept *act = &d->list.v[i];
        struct action_row *r = &act->row;
        bool waits = r->state == ACTION_PROPOSED || r->state == ACTION_APPROVED || r->state == ACTION_WAITING;
        if (r->order_no != d->fo->c.order_no || !waits)
            continue;
        if (r->not_after_us != 0 && d->f->now_us > r->not_after_us)
            e = expire(d, act);
        else {
            look_at(d, r->not_before_us); /* the fold passes it, and then it may leave */
            look_at(d, r->not_after_us == 0 ? 0 : r->not_after_us + 1);
        }
    }
    return e;
}

/* ---- one order */

static enum err decide_all(struct deciding *d)
{
    struct fold *f = d->f;
    enum err e = fold_act_memory(f, d->fo, &d->mem);
    if (e == OK && d->mem.has_actions)
        e = action_list_order(f->ctx, f->db, f->m->id, d->fo->c.order_no, &d->list);
    if (e == OK && d->mem.has_actions)
        e = watch_actions(d);
    if (e == OK && act_needs_stock(f->act_policy, d->cd))
        e = join_stock(d);
    if (e == OK && act_needs_history(f->act_policy, d->cd))
        e = join_history(d);
    if (e == OK)
        e = decide_now(d);
    for (const struct act_request *req = d->fo->requests; e == OK && req != NULL; req = req->next)
        e = decide_request(d, req);
    if (e == OK && d->mem.has_actions)
        e = watch_actions(d);
    if (e == OK && d->changed)
        e = fold_act_memory_put(f, d->fo, &d->mem);
    return e;
}

enum err fold_act(struct fold *f, struct fold_order *fo, const struct case_diagnosis *cd)
{
    struct deciding d = {.f = f, .fo = fo, .cd = cd};
    const struct policy *pol = NULL;
    struct case_stock *stock = fo->c.stock;
    size_t stock_n = fo->c.stock_n;
    enum err e = fold_act_policy(f, &pol);
    if (e == OK && pol != NULL)
        e = decide_all(&d);
    fo->c.stock = stock; /* what else looks at the case sees what it was diagnosed with */
    fo->c.stock_n = stock_n;
    fo->requests = NULL;
    if (e != OK || d.look_us == 0 || (fo->c.due_us != 0 && fo->c.due_us <= d.look_us))
        return e;
    fo->c.due_us = d.look_us;
    fold_order_changed(f, fo);
    return OK;
}
