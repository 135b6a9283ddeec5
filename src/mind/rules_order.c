/* The rules of a whole order: how it ended, and what of it has not left. Conflicts between its
 * sources are in rules_conflict.c. */
#include "mind/rules.h"

static const struct order_view *anchor(const struct look *lk)
{
    return order_anchor(lk->cas);
}

/* When it was placed, as well as that is known. */
static int64_t placed(const struct look *lk)
{
    const struct order_view *v = anchor(lk);
    return v != NULL && v->placed_us != 0 ? v->placed_us : lk->cas->first_us;
}

static int64_t changed(const struct look *lk)
{
    const struct order_view *v = anchor(lk);
    return v->ver.changed_us != 0 ? v->ver.changed_us : v->ver.learned_us;
}

bool rule_refunded(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    bool full = v != NULL && v->financial == FIN_REFUNDED;
    int64_t last = 0;
    for (size_t i = 0; i < lk->cas->refunds_n; i++) {
        const struct case_refund *r = &lk->cas->refunds[i];
        full = full || r->full;
        if (r->at_us > last)
            last = r->at_us;
        evidence_add(lk->out, "refund", r->ver.ref, r->at_us,
                     r->full ? STR("all of it refunded") : STR("refunded in part"));
    }
    if (full)
        *since_us = last != 0 ? last : v != NULL ? changed(lk) : lk->cas->fresh_us;
    return full;
}

static bool is_cancelled(const struct look *lk)
{
    return anchor(lk) != NULL && anchor(lk)->state == ORDER_CANCELLED;
}

bool goes_on(const struct look *lk)
{
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &lk->cd->parcels[i];
        if (pd->view.last_move >= 0 && pd->d.cls != DIAG_RETURNED && pd->d.cls != DIAG_RETURNING &&
            pd->d.cls != DIAG_CANCELLED)
            return true;
    }
    return false;
}

bool rule_cancelled(struct look *lk, int64_t *since_us)
{
    if (!is_cancelled(lk) || goes_on(lk))
        return false;
    *since_us = changed(lk);
    evidence_add(lk->out, "order", anchor(lk)->ver.ref, *since_us, STR("cancelled"));
    return true;
}

/* ---- complaints about what was sent without a number */

static bool order_reported(struct look *lk, unsigned kinds, int64_t *since_us)
{
    for (size_t i = 0; lk->cd->parcels_n == 0 && i < lk->cas->reports_n; i++) {
        const struct case_report *r = &lk->cas->reports[i];
        if ((1u << (unsigned)r->kind & kinds) == 0)
            continue;
        *since_us = r->at_us;
        evidence_add(lk->out, "report", r->ref, r->at_us, str_of(report_kind_word(r->kind)));
        return true;
    }
    return false;
}

bool rule_order_damaged(struct look *lk, int64_t *since_us)
{
    return order_reported(lk, 1u << REPORT_DAMAGED, since_us);
}

bool rule_order_wrong_item(struct look *lk, int64_t *since_us)
{
    return order_reported(lk, 1u << REPORT_WRONG_ITEM | 1u << REPORT_MISSING_ITEM, since_us);
}

/* ---- what has not left */

/* Something is to be sent and has not left; an order whose items nobody told counts until anything
 * has. */
static bool something_waits(const struct look *lk)
{
    const struct order_view *v = anchor(lk);
    return v != NULL && (lk->waiting > 0 || (v->items_n == 0 && !lk->any_left));
}

bool rule_on_hold(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    const struct case_hold *held = NULL;
    for (size_t i = 0; i < lk->cas->holds_n; i++)
        if (!lk->cas->holds[i].released && (held == NULL || lk->cas->holds[i].at_us < held->at_us))
            held = &lk->cas->holds[i];
    bool stands = held != NULL || (v != NULL && v->state == ORDER_ON_HOLD);
    if (!stands || (lk->any_left && !something_waits(lk)))
        return false;
    *since_us = held == NULL ? changed(lk) : held->at_us != 0 ? held->at_us : held->ver.learned_us;
    if (held != NULL)
        evidence_add(lk->out, "hold", held->ver.ref, held->at_us, held->why);
    return true;
}

static int64_t preorder_end(const struct look *lk)
{
    const struct order_view *v = anchor(lk);
    return v == NULL ? 0 : text_instant(lk, v->preorder_until);
}

bool rule_preorder(struct look *lk, int64_t *since_us)
{
    int64_t until = preorder_end(lk);
    if (until == 0 || lk->now_us > until)
        return false;
    lk->out->fig.preorder_us = until; /* a part that waits says so too */
    if (lk->any_left)
        return false;
    *since_us = placed(lk);
    lk->out->next_look_us = until + 1;
    return true;
}

/* Is there one for this order? A level that is net of open orders is 0 when this one took the last:
 * it lacks when it is oversold, or was empty before the order came. */
static bool in_stock(const struct look *lk, const struct case_stock *s)
{
    if (!s->net_of_orders)
        return s->available > 0;
    return s->available > 0 || (s->available == 0 && s->changed_us >= placed(lk));
}

/* No location has any of an item that has not left: the stock row that went empty last, NULL when
 * there is some or none is known. */
static const struct case_stock *missing_stock(const struct look *lk, const struct case_item *it)
{
    const struct case_stock *none = NULL;
    for (size_t i = 0; i < lk->cas->stock_n; i++) {
        const struct case_stock *s = &lk->cas->stock[i];
        if (!str_eq(s->sku, case_item_key(it)))
            continue;
        if (in_stock(lk, s))
            return NULL;
        if (none == NULL || s->changed_us > none->changed_us)
            none = s;
    }
    return none;
}

/* The first day on which stock comes, of the days still ahead. */
static int64_t restock(const struct look *lk, struct str sku)
{
    int64_t at = 0;
    for (size_t i = 0; i < lk->cas->stock_n; i++) {
        int64_t t =
            str_eq(lk->cas->stock[i].sku, sku) ? text_instant(lk, lk->cas->stock[i].restock_at) : 0;
        if (t > lk->now_us)
            at = earlier(at, t);
    }
    return at;
}

/* When the home calendar's days to send it are over; a pre-order's begin with its date. */
static int64_t ships_by(const struct look *lk)
{
    int64_t start = placed(lk), pre = preorder_end(lk);
    return anchor(lk) == NULL
               ? 0
               : after_business(lk, pre > start ? pre : start, lk->lim.fulfillment_days);
}

/* An order waits for all of its items, so the latest of their days counts, and none is told when
 * one has none. */
bool rule_backordered(struct look *lk, int64_t *since_us)
{
    struct diag_figures *fig = &lk->out->fig;
    bool dated = true, any = false;
    for (size_t i = 0; i < lk->cd->items_n; i++) {
        struct item_state *is = &lk->cd->items[i];
        const struct case_stock *s = is->waiting > 0 ? missing_stock(lk, is->item) : NULL;
        if (s == NULL)
            continue;
        int64_t empty = s->changed_us != 0 ? s->changed_us : s->fresh_us,
                comes = restock(lk, s->sku);
        if (!any || empty < *since_us)
            *since_us = empty;
        any = is->short_of_stock = true;
        dated = dated && comes != 0;
        fig->restock_us = comes > fig->restock_us ? comes : fig->restock_us;
        lk->out->next_look_us = earlier(lk->out->next_look_us, comes == 0 ? 0 : comes + 1);
        evidence_add(lk->out, "stock", (struct fact_ref){0, 0}, empty,
                     arena_fmt(lk->ctx->arena, "%.*s: %lld at %.*s", STR_ARG(s->sku),
                               (long long)s->available, STR_ARG(s->location)));
    }
    if (!any)
        return false;
    if (!dated)
        fig->restock_us = 0;
    if (*since_us < placed(lk))
        *since_us = placed(lk);
    fig->ships_by_us = ships_by(lk);
    if (fig->ships_by_us != 0 && lk->now_us >= fig->ships_by_us)
        lk->out->severity = 3;
    else
        lk->out->next_look_us = earlier(lk->out->next_look_us, fig->ships_by_us);
    /* a level that turns wakes the order; a first one, or the thousandth order, waits for this */
    lk->out->next_look_us = earlier(lk->out->next_look_us, lk->now_us + US_PER_DAY);
    return true;
}

bool rule_fulfillment_late(struct look *lk, int64_t *since_us)
{
    if (!something_waits(lk))
        return false;
    *since_us = ships_by(lk);
    lk->out->fig.ships_by_us = *since_us;
    return *since_us != 0 && lk->now_us >= *since_us;
}

bool rule_split(struct look *lk, int64_t *since_us)
{
    int64_t unseen = lk->untracked_us == 0 ? 0 : usual_arrival(lk, lk->untracked_us);
    bool open =
        unseen != 0 && lk->now_us <= unseen; /* a part without a number, inside its usual time */
    bool there = lk->there > 0 && (lk->moving > 0 || lk->labels > 0 || lk->waiting > 0 || open);
    bool moving = (lk->moving > 0 || open) && (lk->labels > 0 || lk->waiting > 0);
    if ((!there && !moving) || (lk->worst != NULL && lk->worst->d.severity > 1))
        return false;
    *since_us = !there && open ? lk->untracked_us : 0;
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &lk->cd->parcels[i];
        int64_t at = there ? pd->d.fig.delivered_us : pd->d.fig.hand_over_us;
        if (pd->d.cls != DIAG_CANCELLED && at != 0)
            *since_us = earlier(*since_us, at);
    }
    if (open)
        lk->out->next_look_us = unseen + 1;
    return true;
}

bool rule_awaiting(struct look *lk, int64_t *since_us)
{
    if (lk->any_left || anchor(lk) == NULL)
        return false;
    *since_us = placed(lk);
    return true;
}
