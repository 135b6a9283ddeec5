/* One input fact into the state: which row it belongs to, and what it does there. See fold.h. */
#include "flows/customer_history.h"
#include "flows/fold.h"

#include "base/log.h"
#include "base/metrics.h"

static enum err order_fact_index(struct fold *f, struct fold_order *fo, uint32_t idx)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_ORDER_FACT_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, fo->c.order_no);
    db_bind_i64(st, 3, f->pos);
    db_bind_i64(st, 4, idx);
    return db_run(f->ctx, st);
}

static enum err link_parcel(struct fold *f, const struct fold_order *fo, struct str number, int64_t since_us)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    enum err e = fold_parcel_by_number(f, number, true, &fp);
    if (e == OK && parcel_link_order(&fp->p, fo->c.order_no, since_us, &changed) != OK)
        LOG(f->ctx->log, LOG_WARN, "parcel_links_full", LOG_I("order_no", fo->c.order_no));
    if (changed)
        fold_parcel_changed(f, fp);
    return e;
}

/* What comes back is linked like what was sent: its scans touch the order, and it is asked about. */
static enum err link_case_parcels(struct fold *f, struct fold_order *fo)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(f->ctx, &fo->c, &refs, &since, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        e = link_parcel(f, fo, refs[i].tracking_number, since[i]);
    for (size_t i = 0; e == OK && i < fo->c.returns_n; i++) {
        struct str number = case_return_parcel(&fo->c, &fo->c.returns[i]);
        if (!str_empty(number))
            e = link_parcel(f, fo, number, fo->c.returns[i].at_us);
    }
    return e;
}

/* Folds a fact of an order's row and records it when it moved something. */
static enum err apply_to_order(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_hashes hashes = {rec->address_hash};
    bool changed = false;
    if (!f->replay && fct->kind == FACT_ORDER)
        hashes.address_hash = fold_address_hash(f, &fct->u.order.ship_to);
    uint32_t idx = f->replay ? rec->idx : f->idx;
    enum err e = case_fold(f->ctx, &fo->c, f->account, fct, (struct fact_ref){f->pos, idx}, &hashes, f->now_us, &changed);
    if (e == ERR_LIMIT) {
        LOG(f->ctx->log, LOG_WARN, "case_full", LOG_I("order_no", fo->c.order_no), LOG_S("why", str_of(f->ctx->msg)));
        e = OK;
    }
    if (e != OK)
        return e;
    if (!changed) {
        f->repeats++;
        return OK;
    }
    fold_order_changed(f, fo);
    e = fold_fact_add(f, fct, rec, &fo->subject, fo->key, &fo->have_key, hashes.address_hash);
    if (e == OK)
        e = order_fact_index(f, fo, idx);
    bool counts = (fct->kind == FACT_ORDER || fct->kind == FACT_CUSTOMER_REPORT) && !str_empty(fo->c.customer);
    if (e == OK && counts) /* else it is counted when its customer is known */
        e = fold_customer_order(f, fo, 0);
    if (e == OK && fct->kind == FACT_ORDER && !f->replay)
        e = fold_order_contacts(f, fo, &fct->u.order);
    if (e == OK)
        e = link_case_parcels(f, fo);
    return e == OK ? fold_touch(f, fo) : e;
}

static enum err touch_linked(struct fold *f, struct fold_parcel *fp)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < fp->p.links_n; i++) {
        struct fold_order *fo = NULL;
        e = fold_order_by_no(f, fp->p.links[i].order_no, &fo);
        if (e == OK)
            e = fold_touch(f, fo);
    }
    return e;
}

static enum err count_unknown(struct fold *f, const struct tracking_event *ev)
{
    struct db_stmt *st = NULL;
    if (ev->status != PARCEL_UNKNOWN || str_empty(ev->code) || f->replay)
        return OK;
    metric_add(METRIC_UNKNOWN_CODES, 0, 1);
    enum err e = db_stmt_get(f->ctx, f->db, SQL_UNKNOWN_CODE_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, f->account);
    db_bind_text(st, 3, ev->carrier);
    db_bind_text(st, 4, str_sub(ev->code, 0, 100));
    db_bind_i64(st, 5, f->now_us);
    return db_run(f->ctx, st);
}

static enum err parcel_changed(struct fold *f, struct fold_parcel *fp, const struct fact *fct, const struct fact_record *rec)
{
    fold_parcel_changed(f, fp);
    enum err e = fold_fact_add(f, fct, rec, &fp->subject, fp->key, &fp->have_key, 0);
    return e == OK ? touch_linked(f, fp) : e;
}

enum err fold_event(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_parcel *fp = NULL;
    bool changed = false, moved_on = false;
    const struct tracking_event *ev = &fct->u.event;
    uint32_t idx = f->replay ? rec->idx : f->idx;
    enum err e = fold_parcel_by_number(f, ev->tracking_number, true, &fp);
    if (e == OK)
        e = parcel_fold_event(f->ctx, &fp->p, fct, (struct fact_ref){f->pos, idx}, f->now_us, &changed);
    if (e == OK && !str_empty(ev->next_number))
        e = parcel_link_next(f->ctx, &fp->p, ev->next_carrier, ev->next_number, event_told_us(ev), &moved_on);
    if (e == OK && !changed && !moved_on) {
        f->repeats++;
        return OK;
    }
    if (e == OK)
        e = count_unknown(f, ev);
    return e == OK ? parcel_changed(f, fp, fct, rec) : e;
}

static enum err apply_not_found(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fold_parcel *fp = NULL;
    bool changed = false;
    if (str_empty(fct->u.not_found.tracking_number))
        return OK;
    enum err e = fold_parcel_by_number(f, fct->u.not_found.tracking_number, true, &fp);
    if (e == OK)
        e = parcel_fold_not_found(f->ctx, &fp->p, f->now_us, &changed);
    return e == OK && changed ? parcel_changed(f, fp, fct, rec) : e;
}

static enum err apply_link(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct parcel_link_fact *l = &fct->u.link;
    struct fold_parcel *fp = NULL;
    struct fold_order *fo = NULL;
    bool changed = false;
    enum err e = OK;
    if (!str_empty(l->next_number)) {
        e = fold_parcel_by_number(f, l->tracking_number, true, &fp);
        if (e == OK)
            e = parcel_link_next(f->ctx, &fp->p, l->next_carrier, l->next_number, fct->changed_us, &changed);
        if (e == OK && changed)
            e = parcel_changed(f, fp, fct, rec);
    }
    if (e == OK && (!str_empty(l->order_id) || !str_empty(l->order_name))) {
        e = fold_order_find(f, l->order_id, l->order_name, STR_NULL, &fo);
        if (e == OK)
            e = apply_to_order(f, fo, fct, rec);
    }
    return e;
}

static enum err apply_tick(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct tick_fact *t = &fct->u.tick;
    enum err e;
    if (t->is_parcel) {
        struct fold_parcel *fp = NULL;
        e = fold_parcel_by_no(f, t->number, &fp);
        if (e != OK || fp == NULL || fp->p.due_us != t->due_us)
            return e;
        fp->p.due_us = 0; /* spent; the diagnosis sets the next */
        fold_parcel_changed(f, fp);
        e = fold_fact_keep(f, fct, rec);
        return e == OK ? touch_linked(f, fp) : e;
    }
    struct fold_order *fo = NULL;
    e = fold_order_by_no(f, t->number, &fo);
    if (e != OK || fo->c.due_us != t->due_us)
        return e == ERR_NOTFOUND ? OK : e;
    fo->c.due_us = 0;
    fold_order_changed(f, fo);
    e = fold_fact_keep(f, fct, rec);
    return e == OK ? fold_touch(f, fo) : e;
}

enum err fold_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct str id = STR_NULL, name = STR_NULL, ref = STR_NULL;
    struct fold_order *fo = NULL;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        return str_empty(fct->u.event.fulfillment_id) ? fold_event(f, fct, rec) : fold_parked_event(f, fct, rec);
    case FACT_NOT_FOUND:
        return apply_not_found(f, fct, rec);
    case FACT_HEARD:
        return fold_heard(f, fct, rec);
    case FACT_INVENTORY_LEVEL:
        return fold_inventory(f, fct, rec);
    case FACT_TICK:
        return apply_tick(f, fct, rec);
    case FACT_INCIDENT:
        return fold_incident(f, fct, rec);
    case FACT_ESTIMATE_MODEL:
        return fold_estimate_model(f, fct, rec);
    case FACT_KNOWLEDGE:
        return fold_knowledge(f, fct, rec);
    case FACT_PARCEL_LINK:
        return apply_link(f, fct, rec);
    case FACT_CUSTOMER:
        return fold_fact_keep(f, fct, rec); /* contacts: known for look-ups; nothing else folds */
    case FACT_ATTEMPT:
    case FACT_RECEIPT:
    case FACT_POLICY:
    case FACT_CONTROL:
        return fold_message_fact(f, NULL, fct, rec);
    case FACT_REQUEST:
    case FACT_VERDICT:
    case FACT_ACTION_RESULT:
    case FACT_TICKET:
        return fold_act_fact(f, fct, rec);
    case FACT_MESSAGE_IN:
    case FACT_TURN:
        return fold_talk_fact(f, fct, rec);
    case FACT_TOLD:
        id = fct->u.told.order_id;
        name = fct->u.told.order_name;
        break;
    case FACT_CONSENT:
        id = fct->u.consent.order_id;
        name = fct->u.consent.order_name;
        break;
    case FACT_ORDER:
        id = fct->u.order.order_id;
        name = fct->u.order.name;
        ref = fct->u.order.order_ref;
        break;
    case FACT_FULFILLMENT:
        id = fct->u.fulfillment.order_id;
        name = fct->u.fulfillment.order_name;
        break;
    case FACT_REFUND:
        id = fct->u.refund.order_id;
        break;
    case FACT_RETURN:
        id = fct->u.ret.order_id;
        name = fct->u.ret.order_name;
        break;
    case FACT_HOLD:
        id = fct->u.hold.order_id;
        break;
    case FACT_CUSTOMER_REPORT:
        id = fct->u.report.order_id;
        name = fct->u.report.order_name;
        break;
    case FACT_QUESTION:
    case FACT_ANSWER:
    case FACT_CUSTOMER_LINK:
    case FACT_DIAGNOSIS:
    case FACT_DECISION:
    case FACT_MESSAGE:
    case FACT_KIND_COUNT:
        return ctx_fail(f->ctx, ERR_PARSE, "kind: %s is not an input fact", fact_kind_word(fct->kind));
    }
    bool named = !str_empty(id) || !str_empty(name), told = fct->kind == FACT_TOLD, consent = fct->kind == FACT_CONSENT;
    if (told && !named)
        return OK; /* about nobody */
    if (consent && !named)
        return fold_consent(f, NULL, fct, rec);
    enum err e = fold_order_find(f, id, name, ref, &fo);
    if (e == OK && (told || consent))
        return told ? fold_message_fact(f, fo, fct, rec) : fold_consent(f, fo, fct, rec);
    if (e == OK)
        e = apply_to_order(f, fo, fct, rec);
    return e == OK && fct->kind == FACT_FULFILLMENT ? fold_unpark(f, &fct->u.fulfillment) : e;
}
