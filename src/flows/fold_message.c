/*
 * Facts about messages: what the courier did with a row (attempt, receipt), what others told the customer,
 * which rules hold from here on, a pause. Rows of the outbox and the orders' memory follow these facts and nothing else,
 * so that a lost or replayed state comes out the same.
 */
#include "flows/fold.h"
#include "flows/promises.h"

#include "storage/conversations.h"
#include "storage/outbox.h"

/* ---- the courier's facts */

/*
 * The row of a key with its order and what that remembers; *found false: no such row, a repeat from another store. A reply within a
 * conversation, or the ticket of one, is nothing that an order remembers: *fo stays NULL.
 */
static enum err find(struct fold *f, struct str key, struct outbox_row *row, struct fold_order **fo, struct tellings *told, bool *found)
{
    *found = false;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, key, row);
    if (e == ERR_NOTFOUND) {
        f->repeats++;
        return OK;
    }
    bool reply = e == OK && (conversation_owns(row->capability) || row->order_no == 0);
    if (e == OK && !reply)
        e = fold_order_by_no(f, row->order_no, fo);
    if (e == OK)
        e = tellings_decode(f->ctx, reply ? STR_NULL : (*fo)->told, told);
    *found = e == OK;
    return e;
}

static enum err apply_attempt(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct attempt_fact *a = &fct->u.attempt;
    struct outbox_row row;
    struct fold_order *fo = NULL;
    struct tellings told;
    bool found;
    enum err e = find(f, a->message_key, &row, &fo, &told, &found);
    if (e != OK || !found)
        return e;
    if (row.channel == OUTBOX_ACTION || row.channel == OUTBOX_TICKET)
        return fold_act_attempt(f, &row, fct, rec);
    struct told_entry *t = tellings_find_key(&told, a->message_key);
    if (row.state == OUTBOX_OPEN && (int64_t)a->attempt > row.attempts) {
        row.started = row.attempts = a->attempt;
        e = outbox_set(f->ctx, f->db, f->m->id, &row);
        if (e == OK && t != NULL) {
            t->state = TOLD_CLAIMED;
            e = fold_tellings_put(f, fo, &told);
        }
    }
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

/* A channel took it: what it promises is an obligation from now on. */
static enum err sent(struct fold *f, struct fold_order *fo, struct told_entry *t, int64_t at_us)
{
    t->state = TOLD_SENT;
    t->settled_us = at_us;
    if (t->promise_us == 0 || t->promise != PROMISE_NONE)
        return OK;
    t->promise = PROMISE_OPEN;
    return fold_obligation(f, fo->c.order_no, t);
}

static enum err settle(struct fold *f, struct fold_order *fo, struct outbox_row *row, struct told_entry *t, const struct receipt_fact *r)
{
    int64_t at = r->at_us != 0 && r->at_us <= f->now_us ? r->at_us : f->now_us;
    bool waits = row->state == OUTBOX_OPEN || row->state == OUTBOX_WITHDRAWN;
    row->why = r->detail;
    switch (r->status) {
    case RECEIPT_ACCEPTED:
    case RECEIPT_DELIVERED:
        if (!waits)
            return OK;
        row->state = OUTBOX_DONE;
        row->started = 0;
        row->settled_us = at;
        return t == NULL ? OK : sent(f, fo, t, at);
    case RECEIPT_RETRY:
        if (!waits)
            return OK;
        row->started = 0;
        row->next_us = r->retry_us;
        if (t != NULL && t->state == TOLD_CLAIMED)
            t->state = TOLD_PLANNED; /* nobody has it now: it may be withdrawn again */
        return OK;
    case RECEIPT_FAILED:
    case RECEIPT_REFUSED:
    case RECEIPT_BOUNCED:
        row->state = OUTBOX_DEAD;
        row->started = 0;
        row->settled_us = at;
        if (t != NULL) {
            t->state = TOLD_FAILED;
            t->settled_us = at;
        }
        return OK;
    case RECEIPT_RESENT: /* see ask_again */
        return OK;
    case RECEIPT_WITHDRAWN:
        row->started = 0;
        return OK;
    case RECEIPT_OPENED:
    case RECEIPT_CLICKED:
        if (t != NULL)
            t->opened = true;
        return OK;
    case RECEIPT_COMPLAINED:
    case RECEIPT_STATUS_COUNT:
        break;
    }
    return OK;
}

/* A person's explicit repeat: the next generation on the same channel; that no channel was left holds no longer. */
static void ask_again(struct tellings *told, const struct told_entry *t)
{
    if (t == NULL || t->state != TOLD_FAILED)
        return;
    for (size_t i = 0; i < told->n; i++) {
        struct told_entry *e = &told->entries[i];
        bool same = e->kind == t->kind && str_eq(e->items, t->items);
        if (e == t || (same && e->state == TOLD_QUIET && str_eq(e->why, STR("no_channel"))))
            e->state = TOLD_WITHDRAWN;
    }
}

static enum err apply_receipt(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct receipt_fact *r = &fct->u.receipt;
    struct outbox_row row;
    struct fold_order *fo = NULL;
    struct tellings told;
    bool found;
    enum err e = find(f, r->message_key, &row, &fo, &told, &found);
    if (e == OK && found && (row.channel == OUTBOX_ACTION || row.channel == OUTBOX_TICKET)) {
        f->repeats++; /* what came of an action is told otherwise */
        return OK;
    }
    if (e != OK || !found)
        return e;
    e = settle(f, fo, &row, tellings_find_key(&told, r->message_key), r);
    if (r->status == RECEIPT_RESENT)
        ask_again(&told, tellings_find_key(&told, r->message_key));
    if (e == OK)
        e = outbox_set(f->ctx, f->db, f->m->id, &row);
    if (fo == NULL)
        return e == OK ? fold_fact_keep(f, fct, rec) : e;
    if (e == OK && r->status == RECEIPT_COMPLAINED) /* who calls it spam wants no more of it */
        e = fold_consent_set(f, fo, (enum channel_kind)row.channel, true, f->now_us);
    if (e == OK)
        e = fold_tellings_put(f, fo, &told);
    if (e == OK)
        e = fold_fact_keep(f, fct, rec);
    return e == OK ? fold_touch(f, fo) : e;
}

/* ---- what others told */

static enum err apply_told(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    const struct told_fact *td = &fct->u.told;
    struct tellings told;
    struct told_elsewhere o = {td->by_person, MESSAGE_KIND_COUNT, td->at_us != 0 ? td->at_us : f->now_us};
    if (!str_empty(td->message) && !message_kind_parse(td->message, &o.kind))
        o.kind = MESSAGE_KIND_COUNT;
    enum err e = tellings_decode(f->ctx, fo->told, &told);
    if (e != OK)
        return e;
    tellings_add_elsewhere(&told, &o);
    e = fold_tellings_put(f, fo, &told);
    if (e == OK)
        e = fold_fact_keep(f, fct, rec);
    return e == OK ? fold_touch(f, fo) : e;
}

/* ---- rules */

static enum err apply_policy(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct db_stmt *st = NULL;
    struct message_policy mp;
    bool row = false, same = false;
    if (str_eq(fct->u.policy.about, STR(PROMISES_ABOUT)))
        return fold_promises(f, fct, rec);
    if (!str_empty(fct->u.policy.about))
        return fold_act_fact(f, fct, rec);
    enum err e = message_policy_read(f->ctx, fct->u.policy.body, &mp);
    if (e == ERR_PARSE)
        return fold_fact_keep(f, fct, rec); /* from a newer program: the rules stay as they are */
    if (e == OK)
        e = db_stmt_get(f->ctx, f->db, SQL_POLICY_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    e = db_step(f->ctx, st, &row);
    if (e == OK && row)
        same = str_eq(db_col_str(st, 0), mp.version);
    db_done(st);
    if (e != OK || same) {
        f->repeats++;
        return e;
    }
    e = db_stmt_get(f->ctx, f->db, SQL_POLICY_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, f->pos);
    db_bind_text(st, 3, mp.version);
    db_bind_text(st, 4, fct->u.policy.body);
    e = db_run(f->ctx, st);
    f->have_policy = false;
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

static enum err apply_control(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct control_fact *c = &fct->u.control;
    struct control_row row = {.what = str_empty(c->what) ? STR(CONTROL_MESSAGES) : c->what, .paused = c->paused, .why = c->why,
                              .changed_us = c->at_us};
    enum err e = control_learn(f->ctx, f->db, f->m->id, &row);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}

enum err fold_message_fact(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    switch (fct->kind) {
    case FACT_ATTEMPT:
        return apply_attempt(f, fct, rec);
    case FACT_RECEIPT:
        return apply_receipt(f, fct, rec);
    case FACT_TOLD:
        return apply_told(f, fo, fct, rec);
    case FACT_POLICY:
        return apply_policy(f, fct, rec);
    case FACT_CONTROL:
        return apply_control(f, fct, rec);
    default:
        return fold_fact_keep(f, fct, rec);
    }
}
