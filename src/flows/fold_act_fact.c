/*
 * Facts about actions: what somebody asks for, a person's word, what the courier began and what came of it, the policy that holds
 * from here on. Rows of actions follow these facts, the decisions and nothing else.
 */
#include "flows/customer_history.h"
#include "flows/fold_act.h"
#include "storage/outbox.h"

/* ---- requests */

static bool word_of(enum policy_field field, struct str word, unsigned def, unsigned *out)
{
    *out = def;
    for (unsigned i = 0; i < policy_enum_count(field); i++)
        if (str_eq(word, str_of(policy_enum_word(field, i)))) {
            *out = i;
            return true;
        }
    return str_empty(word);
}

static enum err items_of(struct ctx *ctx, const struct request_fact *r, struct policy_ask *ask)
{
    struct action_item *items = arena_array(ctx->arena, r->items_n + 1, sizeof(*items));
    if (items == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "request: no memory");
    size_t n = 0;
    for (size_t i = 0; i < r->items_n && n < ACTION_ITEMS_MAX; i++)
        items[n++] = (struct action_item){str_empty(r->items[i].sku) ? r->items[i].item_id : r->items[i].sku, r->items[i].quantity};
    ask->items_n = action_items_sort(items, n);
    ask->items = items;
    return OK;
}

enum err act_request_of(struct ctx *ctx, const struct request_fact *r, struct act_request *out)
{
    unsigned request = 0, channel = 0, proof = 0;
    *out = (struct act_request){.id = r->request_id, .parcel = r->tracking_number};
    if (!word_of(FIELD_REQUEST, r->request, REQUEST_NONE, &request) || request == REQUEST_NONE)
        return ctx_fail(ctx, ERR_PARSE, "request: there is no \"%.*s\"", STR_ARG(str_sub(r->request, 0, 40)));
    if (!word_of(FIELD_CHANNEL, r->channel, CHAN_NONE, &channel))
        return ctx_fail(ctx, ERR_PARSE, "channel: there is no \"%.*s\"", STR_ARG(str_sub(r->channel, 0, 40)));
    if (!word_of(FIELD_PROOF, r->proof, PROOF_NONE, &proof))
        return ctx_fail(ctx, ERR_PARSE, "proof: there is no \"%.*s\"", STR_ARG(str_sub(r->proof, 0, 40)));
    if (r->confidence > 100)
        return ctx_fail(ctx, ERR_PARSE, "confidence: expected 0 to 100, got %u", r->confidence);
    out->ask = (struct policy_ask){.request = (enum policy_request)request, .channel = (enum policy_channel)channel,
                                   .proof = (enum policy_proof)proof, .confidence = (int)r->confidence, .sensitive = r->sensitive,
                                   .repeat = r->repeat && !str_empty(r->by), .detail = r->detail, .amount_minor = r->amount_minor};
    return items_of(ctx, r, &out->ask);
}

static enum err add_request(struct fold *f, struct fold_order *fo, struct act_request *req)
{
    struct act_request *kept = ctx_alloc(f->ctx, sizeof(*kept));
    if (kept == NULL)
        return ERR_MEMORY;
    *kept = *req;
    struct act_request **end = &fo->requests;
    while (*end != NULL) /* in the order in which they came; a position has few */
        end = &(*end)->next;
    *end = kept;
    return OK;
}

/* The customer wants it made good for: a claim, whatever comes of it. */
static enum err count_claim(struct fold *f, const struct fold_order *fo, const struct request_fact *r, const struct act_request *req)
{
    enum policy_request q = req->ask.request;
    bool cap = q >= REQUEST_FIRST_CAP && str_empty(r->by);
    bool claims = cap && (capability_flags((enum capability)(q - REQUEST_FIRST_CAP)) & CAP_COMPENSATES) != 0 && q != REQUEST_FIRST_CAP + CAP_CANCEL;
    return claims ? fold_customer_order(f, fo, r->at_us != 0 ? r->at_us : f->now_us) : OK;
}

static enum err apply_request(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_order *fo = NULL;
    struct act_request req;
    enum err e = fold_order_by_no(f, fct->u.request.order_no, &fo);
    if (e == ERR_NOTFOUND)
        return fold_fact_keep(f, fct, rec);
    if (e == OK)
        e = act_request_of(f->ctx, &fct->u.request, &req);
    if (e == ERR_PARSE)
        return fold_fact_keep(f, fct, rec); /* from a newer program: kept, not decided */
    if (e != OK)
        return e;
    req.pos = f->pos;
    req.idx = f->replay ? rec->idx : f->idx;
    e = fold_fact_add(f, fct, rec, &fo->subject, fo->key, &fo->have_key, 0);
    if (e == OK)
        e = add_request(f, fo, &req);
    if (e == OK)
        e = count_claim(f, fo, &fct->u.request, &req);
    fold_order_changed(f, fo);
    return e == OK ? fold_touch(f, fo) : e;
}

/* ---- a person's word */

static enum err withdraw(struct fold *f, struct str key, struct str why)
{
    struct outbox_row row;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, key, &row);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e != OK)
        return e;
    row.state = OUTBOX_WITHDRAWN;
    row.settled_us = f->now_us;
    row.why = why;
    return outbox_set(f->ctx, f->db, f->m->id, &row);
}

/* Called back only before it began: an attempt that is folded has been made, or will be looked up. */
static enum err end_action(struct fold *f, struct action_kept *act, const struct verdict_fact *v)
{
    enum action_state s = act->row.state;
    bool fits = v->verdict == VERDICT_DECLINE ? s == ACTION_PROPOSED : s == ACTION_WAITING || s == ACTION_APPROVED;
    if (!fits)
        return ctx_fail(f->ctx, ERR_CONFLICT, "it is %s: there is nothing to %s", action_state_word(s), verdict_word(v->verdict));
    act->row.state = ACTION_CANCELLED;
    return s == ACTION_PROPOSED ? OK : withdraw(f, act->key, v->verdict == VERDICT_UNDO ? STR("called back") : STR("declined"));
}

static enum err judge(struct fold *f, struct action_kept *act, const struct verdict_fact *v)
{
    if (v->verdict != VERDICT_APPROVE)
        return end_action(f, act, v);
    enum err e = action_approve(f->ctx, &act->row, v->by, f->now_us);
    bool goes = act->row.state == ACTION_APPROVED || act->row.state == ACTION_WAITING;
    if (e == OK && goes && act->row.not_after_us != 0)
        act->row.not_after_us += act->row.undo_us; /* its undo window does not eat its time */
    return e == OK && goes ? fold_act_outbox(f, act) : e;
}

static enum err record_verdict(struct fold *f, const struct verdict_fact *v, int64_t order_no, bool done, struct str state, struct str why)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "kind", STR("decision"));
    jw_kstr(&w, "verb", STR("verdict"));
    jw_ki64(&w, "order_no", order_no);
    jw_kstr(&w, "verdict", str_of(verdict_word(v->verdict)));
    jw_ki64(&w, "action_no", v->action_no);
    jw_kbool(&w, "done", done);
    jw_kstr_opt(&w, "state", state);
    jw_kstr_opt(&w, "why", why);
    jw_end(&w);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(f, FACT_DECISION, buf_str(&b));
    buf_clear(&b);
    return e;
}

static enum err judge_action(struct fold *f, const struct verdict_fact *v)
{
    struct action_kept act;
    struct fold_order *fo = NULL;
    enum err e = action_get(f->ctx, f->db, f->m->id, v->action_no, &act);
    if (e == ERR_NOTFOUND)
        return record_verdict(f, v, 0, false, STR_NULL, STR("there is no such action"));
    if (e != OK)
        return e;
    e = judge(f, &act, v);
    if (e == ERR_CONFLICT || e == ERR_STALE)
        return record_verdict(f, v, act.row.order_no, false, str_of(action_state_word(act.row.state)), str_of(f->ctx->msg));
    if (e == OK)
        e = action_set(f->ctx, f->db, f->m->id, &act);
    if (e == OK)
        e = record_verdict(f, v, act.row.order_no, true, str_of(action_state_word(act.row.state)), STR_NULL);
    if (e == OK)
        e = fold_order_by_no(f, act.row.order_no, &fo);
    return e == OK ? fold_touch(f, fo) : e;
}

static enum err end_tasks(struct fold *f, const struct verdict_fact *v)
{
    struct fold_order *fo = NULL;
    struct act_memory mem;
    enum err e = fold_order_by_no(f, v->order_no, &fo);
    if (e == ERR_NOTFOUND)
        return record_verdict(f, v, 0, false, STR_NULL, STR("there is no such order"));
    if (e == OK)
        e = fold_act_memory(f, fo, &mem);
    if (e != OK)
        return e;
    for (size_t i = 0; e == OK && i < mem.n; i++)
        if (mem.v[i].state == TASK_OPEN && (str_empty(v->task) || str_eq(mem.v[i].key, v->task)))
            e = fold_ticket_close(f, fo->c.order_no, &mem.v[i]);
    if (e != OK)
        return e;
    size_t n = act_memory_end(&mem, v->task, v->by, f->now_us);
    e = n == 0 ? OK : fold_act_memory_put(f, fo, &mem);
    if (e == OK)
        e = record_verdict(f, v, v->order_no, n > 0, STR_NULL, n > 0 ? STR_NULL : STR("nothing of it is open"));
    return e == OK ? fold_touch(f, fo) : e;
}

static enum err apply_verdict(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct verdict_fact *v = &fct->u.verdict;
    enum err e = fold_fact_keep(f, fct, rec);
    if (e != OK)
        return e;
    return v->verdict == VERDICT_DONE ? end_tasks(f, v) : judge_action(f, v);
}

/* ---- what the courier says */

enum err fold_act_attempt(struct fold *f, struct outbox_row *row, const struct fact *fct, const struct fact_record *rec)
{
    const struct attempt_fact *a = &fct->u.attempt;
    struct action_kept act;
    if (row->state != OUTBOX_OPEN || (int64_t)a->attempt <= row->attempts) {
        f->repeats++;
        return OK;
    }
    bool ticket = row->channel == OUTBOX_TICKET;
    enum err e = ticket ? OK : action_by_key(f->ctx, f->db, f->m->id, row->key, &act);
    /* an attempt before this one has no result: it may have been done */
    enum action_state to = row->started != 0 ? ACTION_UNKNOWN : ACTION_SENT;
    row->started = row->attempts = a->attempt;
    if (e == OK)
        e = outbox_set(f->ctx, f->db, f->m->id, row);
    if (e == OK && !ticket && action_may_become(act.row.state, to)) {
        act.row.state = to;
        e = action_set(f->ctx, f->db, f->m->id, &act);
    }
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

/* It did not happen, or nobody knows whether it did: a person takes it from here. */
static enum err ask_person(struct fold *f, struct fold_order *fo, const struct action_kept *act, bool refused)
{
    struct act_memory mem;
    enum err e = fold_act_memory(f, fo, &mem);
    if (e != OK)
        return e;
    const char *what = refused ? "it was refused: decide what happens instead" : "whether it was done is not known: look there, then say so";
    struct act_task task = {.key = arena_fmt(f->ctx->arena, "action/%lld", (long long)act->row.action_no), .verb = VERB_HAND_OVER, .asked = true,
                            .rule = act->row.rule, .priority = PRIORITY_HIGH, .opened_us = f->now_us,
                            .due_us = f->now_us + ACT_HAND_OVER_HOURS * US_PER_H, .choices = STR(""),
                            .recommend = arena_fmt(f->ctx->arena, "%s: %s", capability_word(act->row.cap), what)};
    if (task.key.p == NULL || task.recommend.p == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "tasks: no memory");
    act_memory_put(&mem, &task);
    e = fold_act_memory_put(f, fo, &mem);
    if (e == OK && !f->have_act_policy) /* whether there are tickets stands beside it */
        e = fold_act_policy(f, &(const struct policy *){NULL});
    return e == OK ? fold_ticket_open(f, fo->c.order_no, &task, 0) : e;
}

static void settle_row(struct fold *f, struct outbox_row *row, const struct action_result_fact *r)
{
    bool retries = r->outcome == OUTCOME_RETRY || (r->outcome == OUTCOME_UNKNOWN && r->retry_us != 0);
    row->why = r->detail;
    row->started = 0;
    if (retries) {
        row->next_us = r->retry_us;
        return;
    }
    row->state = r->outcome == OUTCOME_CONFIRMED ? OUTBOX_DONE : OUTBOX_DEAD;
    row->settled_us = f->now_us;
}

static enum action_state state_after(const struct action_row *row, enum action_outcome o)
{
    static const enum action_state TO[OUTCOME_COUNT] = {ACTION_CONFIRMED, ACTION_REFUSED, ACTION_UNKNOWN, ACTION_SENT};
    return action_may_become(row->state, TO[o]) ? TO[o] : row->state;
}

static enum err settle_action(struct fold *f, struct outbox_row *row, struct action_kept *act, const struct action_result_fact *r)
{
    struct fold_order *fo = NULL;
    enum action_state was = act->row.state;
    bool over = was == ACTION_CONFIRMED || was == ACTION_REFUSED || !action_state_is_live(was);
    if (over) /* the first word stands */
        return OK;
    act->row.state = state_after(&act->row, r->outcome);
    if (!str_empty(r->result_id))
        act->row.result_id = r->result_id;
    settle_row(f, row, r);
    enum err e = outbox_set(f->ctx, f->db, f->m->id, row);
    if (e == OK)
        e = action_set(f->ctx, f->db, f->m->id, act);
    if (e == OK)
        e = fold_order_by_no(f, act->row.order_no, &fo);
    if (e == OK && row->state == OUTBOX_DEAD)
        e = ask_person(f, fo, act, r->outcome == OUTCOME_REFUSED);
    return e == OK ? fold_touch(f, fo) : e;
}

static enum err apply_result(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct outbox_row row;
    struct action_kept act;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, fct->u.result.action_key, &row);
    if (e == OK && row.channel == OUTBOX_TICKET) {
        e = fold_ticket_result(f, &row, &fct->u.result);
        return e == OK ? fold_fact_keep(f, fct, rec) : e;
    }
    if (e == OK)
        e = action_by_key(f->ctx, f->db, f->m->id, fct->u.result.action_key, &act);
    if (e == ERR_NOTFOUND) {
        f->repeats++;
        return OK;
    }
    if (e == OK)
        e = settle_action(f, &row, &act, &fct->u.result);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

static enum err apply_ticket(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fact one = *fct;
    bool known = false;
    enum err e = fold_ticket_event(f, &one.u.ticket, &known);
    if (e == OK && !known)
        f->repeats++; /* of another store */
    if (e != OK || !known)
        return e;
    return one.u.ticket.conversation_no == 0 ? fold_fact_keep(f, &one, rec) : fold_talk_answer(f, &one, rec);
}

/* ---- the policy */

static enum err apply_policy(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct db_stmt *st = NULL;
    bool row = false, same = false;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ACT_POLICY_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    e = db_step(f->ctx, st, &row);
    if (e == OK && row)
        same = str_eq(db_col_str(st, 0), fct->u.policy.version) && (db_col_i64(st, 2) != 0) == fct->u.policy.tickets;
    db_done(st);
    if (e != OK || same) {
        f->repeats++;
        return e;
    }
    e = db_stmt_get(f->ctx, f->db, SQL_ACT_POLICY_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, f->pos);
    db_bind_text(st, 3, fct->u.policy.version);
    db_bind_text(st, 4, fct->u.policy.body);
    db_bind_i64(st, 5, fct->u.policy.tickets);
    e = db_run(f->ctx, st);
    f->have_act_policy = false;
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

enum err fold_act_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    switch (fct->kind) {
    case FACT_REQUEST:
        return apply_request(f, fct, rec);
    case FACT_VERDICT:
        return apply_verdict(f, fct, rec);
    case FACT_ACTION_RESULT:
        return apply_result(f, fct, rec);
    case FACT_TICKET:
        return apply_ticket(f, fct, rec);
    default:
        return apply_policy(f, fct, rec);
    }
}
