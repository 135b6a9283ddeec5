/*
 * Tickets: what is handed over gets a row in the outbox, where a helpdesk takes it up (performer.c), and what people do there comes
 * back as facts: solved ends the task, answered keeps the messages quiet.
 */
#include "flows/fold_act.h"
#include "mind/tell.h"
#include "model/message.h"
#include "storage/conversations.h"
#include "storage/outbox.h"

#define TICKET_LATE_US (3 * US_PER_DAY) /* behind its due time nobody is helped by a new ticket */

/* Of a task that came back it is another ticket. */
static struct str ticket_key(struct fold *f, int64_t order_no, const struct act_task *t)
{
    struct str what = arena_fmt(f->ctx->arena, "%.*s@%lld", STR_ARG(t->key), (long long)t->opened_us);
    return effect_key(f->ctx->arena, f->m->id, order_no, STR("ticket"), what, 1);
}

enum err fold_ticket_open(struct fold *f, int64_t order_no, const struct act_task *t, int64_t idx)
{
    if (!f->act_tickets)
        return OK;
    struct outbox_row row = {.key = ticket_key(f, order_no, t), .order_no = order_no, .capability = STR("ticket"), .channel = OUTBOX_TICKET,
                             .generation = 1, .items = t->key, .not_before_us = f->now_us, .not_after_us = t->due_us + TICKET_LATE_US,
                             .next_us = f->now_us, .why = STR(""), .pos = f->pos, .idx = idx, .lease_by = STR("")};
    enum err e = row.key.p == NULL ? ctx_fail(f->ctx, ERR_MEMORY, "ticket: no memory") : outbox_put(f->ctx, f->db, f->m->id, &row);
    return e == ERR_CONFLICT ? OK : e; /* asked for twice in one instant */
}

enum err fold_ticket_of_talk(struct fold *f, int64_t conversation_no, struct fact_place at)
{
    const struct policy *pol = NULL;
    enum err e = f->have_act_policy ? OK : fold_act_policy(f, &pol); /* whether there are tickets stands beside it */
    if (e != OK || !f->act_tickets)
        return e;
    struct str what = arena_fmt(f->ctx->arena, "%lld.%lld", (long long)at.pos, (long long)at.idx);
    struct outbox_row row = {.key = effect_key(f->ctx->arena, f->m->id, conversation_no, STR("ticket.talk"), what, 1), .capability = STR("ticket"),
                             .channel = OUTBOX_TICKET, .generation = 1, .items = arena_fmt(f->ctx->arena, "%s%lld", CONVERSATION_TICKET, (long long)conversation_no),
                             .not_before_us = f->now_us, .not_after_us = f->now_us + TICKET_LATE_US, .next_us = f->now_us, .why = STR(""),
                             .pos = at.pos, .idx = at.idx, .lease_by = STR("")};
    return row.key.p == NULL || row.items.p == NULL ? ctx_fail(f->ctx, ERR_MEMORY, "ticket: no memory") : outbox_put(f->ctx, f->db, f->m->id, &row);
}

enum err fold_ticket_close(struct fold *f, int64_t order_no, const struct act_task *t)
{
    struct outbox_row row;
    enum err e = f->act_tickets ? outbox_get(f->ctx, f->db, f->m->id, ticket_key(f, order_no, t), &row) : ERR_NOTFOUND;
    if (e != OK || row.state != OUTBOX_OPEN || row.attempts > 0)
        return e == ERR_NOTFOUND ? OK : e;
    row.state = OUTBOX_WITHDRAWN;
    row.settled_us = f->now_us;
    row.why = STR("settled before it left");
    return outbox_set(f->ctx, f->db, f->m->id, &row);
}

/* ---- what the courier says of it, and people in the helpdesk */

enum err fold_ticket_result(struct fold *f, struct outbox_row *row, const struct action_result_fact *r)
{
    bool retries = r->outcome == OUTCOME_RETRY || (r->outcome == OUTCOME_UNKNOWN && r->retry_us != 0);
    if (row->state != OUTBOX_OPEN)
        return OK;
    row->started = 0;
    row->why = str_empty(r->result_id) ? r->detail : arena_fmt(f->ctx->arena, "ticket %.*s", STR_ARG(r->result_id));
    if (retries)
        row->next_us = r->retry_us;
    else {
        row->state = r->outcome == OUTCOME_CONFIRMED ? OUTBOX_DONE : OUTBOX_DEAD;
        row->settled_us = f->now_us;
    }
    return outbox_set(f->ctx, f->db, f->m->id, row);
}

static enum err solved(struct fold *f, struct fold_order *fo, struct str task)
{
    struct act_memory mem;
    enum err e = fold_act_memory(f, fo, &mem);
    if (e != OK || act_memory_end(&mem, task, STR("helpdesk"), f->now_us) == 0)
        return e;
    return fold_act_memory_put(f, fo, &mem);
}

static enum err answered(struct fold *f, struct fold_order *fo, int64_t at_us)
{
    struct tellings told;
    struct told_elsewhere o = {true, MESSAGE_KIND_COUNT, at_us != 0 && at_us <= f->now_us ? at_us : f->now_us};
    enum err e = tellings_decode(f->ctx, fo->told, &told);
    if (e != OK)
        return e;
    tellings_add_elsewhere(&told, &o);
    return fold_tellings_put(f, fo, &told);
}

/* What was written there, and to which conversation; an answer that was told before stays one. */
static enum err resolve_answer(struct fold *f, const struct outbox_row *row, struct ticket_fact *t)
{
    if (f->replay)
        return OK;
    t->conversation_no = 0;
    enum err e = str_empty(t->text) ? OK : fold_talk_of_answer(f, row->items, row->order_no, t);
    if (t->conversation_no == 0)
        t->text = STR_NULL; /* it is nobody's here: the helpdesk keeps it */
    return e;
}

enum err fold_ticket_event(struct fold *f, struct ticket_fact *t, bool *known)
{
    struct outbox_row row;
    struct fold_order *fo = NULL;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, t->ticket_key, &row);
    *known = e == OK && row.channel == OUTBOX_TICKET;
    if (!*known)
        return e == ERR_NOTFOUND ? OK : e;
    e = resolve_answer(f, &row, t);
    if (e != OK)
        return e;
    if (row.order_no == 0)
        return t->event == TICKET_ASSIGNED ? OK : fold_talk_ticket(f, row.items, t->event == TICKET_ANSWERED);
    e = fold_order_by_no(f, row.order_no, &fo);
    if (e == OK && t->event == TICKET_SOLVED)
        e = solved(f, fo, row.items);
    if (e == OK && t->event == TICKET_ANSWERED)
        e = answered(f, fo, t->at_us);
    if (e == OK && t->event != TICKET_ASSIGNED)
        e = fold_talk_person(f, row.order_no, t->event == TICKET_ANSWERED);
    return e == OK ? fold_touch(f, fo) : e;
}
