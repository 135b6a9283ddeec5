/* The rules of a whole order, tried before its worst parcel speaks (conflicts, cancellation) or for what has not left. */
#include "mind/rules.h"

static const struct order_view *anchor(const struct look *lk)
{
    return order_anchor(lk->cas);
}

bool rule_refunded(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    bool full = v != NULL && v->financial == FIN_REFUNDED;
    for (size_t i = 0; i < lk->cas->refunds_n; i++) {
        const struct case_refund *r = &lk->cas->refunds[i];
        full = full || r->full;
        if (r->at_us > *since_us)
            *since_us = r->at_us;
        evidence_add(lk->out, "refund", r->ver.ref, r->at_us, STR("refund at the storefront"));
    }
    if (full && *since_us == 0)
        *since_us = v != NULL && v->ver.changed_us != 0 ? v->ver.changed_us : lk->cas->fresh_us;
    return full;
}

static bool is_moving(const struct look *lk)
{
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        enum diag_class c = lk->cd->parcels[i].d.cls;
        if (lk->cd->parcels[i].view.last_move >= 0 && c != DIAG_RETURNED && c != DIAG_RETURNING && c != DIAG_CANCELLED)
            return true;
    }
    return false;
}

bool rule_cancelled(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    if (v == NULL || v->state != ORDER_CANCELLED || is_moving(lk))
        return false;
    *since_us = v->ver.changed_us != 0 ? v->ver.changed_us : lk->cas->fresh_us;
    evidence_add(lk->out, "order", v->ver.ref, *since_us, STR("cancelled at the storefront"));
    return true;
}

static void say_conflict(struct look *lk, struct str what, struct fact_ref ref, int64_t at_us, int64_t *since_us)
{
    if (str_empty(lk->out->conflict)) {
        lk->out->conflict = what;
        *since_us = at_us;
    }
    evidence_add(lk->out, "conflict", ref, at_us, what);
}

static int64_t quantity_of(const struct order_view *v, struct str key)
{
    int64_t q = 0;
    for (size_t i = 0; i < v->items_n; i++)
        if (str_eq(case_item_key(&v->items[i]), key))
            q += v->items[i].quantity;
    return q;
}

/* R176: items, quantity or address differ between the storefront and the back office. */
static void compare_views(struct look *lk, int64_t *since_us)
{
    const struct order_view *a = anchor(lk);
    for (size_t k = 1; a != NULL && k < lk->cas->views_n; k++) {
        const struct order_view *b = &lk->cas->views[k];
        int64_t at = a->ver.changed_us > b->ver.changed_us ? a->ver.changed_us : b->ver.changed_us;
        for (size_t i = 0; i < a->items_n && b->items_n > 0; i++) {
            struct str key = case_item_key(&a->items[i]);
            int64_t qa = quantity_of(a, key), qb = quantity_of(b, key);
            if (qa != qb)
                say_conflict(lk, arena_fmt(lk->ctx->arena, "%.*s: %.*s has %lld, %.*s has %lld", STR_ARG(key), STR_ARG(a->source),
                                           (long long)qa, STR_ARG(b->source), (long long)qb),
                             b->ver.ref, at, since_us);
        }
        for (size_t i = 0; i < b->items_n && a->items_n > 0; i++)
            if (quantity_of(a, case_item_key(&b->items[i])) == 0 && b->items[i].quantity > 0)
                say_conflict(lk, arena_fmt(lk->ctx->arena, "%.*s: only %.*s has it", STR_ARG(case_item_key(&b->items[i])),
                                           STR_ARG(b->source)),
                             b->ver.ref, at, since_us);
        if (a->address_hash != 0 && b->address_hash != 0 && a->address_hash != b->address_hash)
            say_conflict(lk, arena_fmt(lk->ctx->arena, "the address differs between %.*s and %.*s", STR_ARG(a->source),
                                       STR_ARG(b->source)),
                         b->ver.ref, at, since_us);
    }
}

/* R2: the storefront calls a line fulfilled, the warehouse has not picked it. */
static void compare_warehouse(struct look *lk, int64_t *since_us)
{
    for (size_t i = 0; i < lk->cas->fulfillments_n; i++) {
        const struct case_fulfillment *w = &lk->cas->fulfillments[i];
        if (w->role != ROLE_WAREHOUSE || !fulfillment_is_live(w) || w->state >= FUL_PICKED)
            continue;
        for (size_t j = 0; j < w->items_n; j++)
            for (size_t k = 0; k < lk->cas->fulfillments_n; k++) {
                const struct case_fulfillment *s = &lk->cas->fulfillments[k];
                if (s->role != ROLE_STOREFRONT || s->state != FUL_SHIPPED)
                    continue;
                for (size_t n = 0; n < s->items_n; n++)
                    if (str_eq(case_item_key(&s->items[n]), case_item_key(&w->items[j])))
                        say_conflict(lk, arena_fmt(lk->ctx->arena, "%.*s: %.*s calls it shipped, %.*s has not picked it",
                                                   STR_ARG(case_item_key(&w->items[j])), STR_ARG(s->source), STR_ARG(w->source)),
                                     w->ver.ref, w->ver.changed_us, since_us);
            }
    }
}

bool rule_conflict(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    if (v != NULL && v->state == ORDER_CANCELLED && is_moving(lk))
        say_conflict(lk, STR("the order is cancelled, but a parcel of it is on its way"), v->ver.ref, v->ver.changed_us, since_us);
    compare_warehouse(lk, since_us);
    compare_views(lk, since_us);
    if (str_empty(lk->out->conflict) || lk->all_there)
        return false;
    if (*since_us == 0)
        *since_us = lk->cas->fresh_us;
    /* a parcel in trouble outranks it; the conflict stays as a note */
    return lk->worst == NULL || lk->worst->d.severity < 3;
}

bool rule_on_hold(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    const struct case_hold *held = NULL;
    for (size_t i = 0; i < lk->cas->holds_n; i++)
        if (!lk->cas->holds[i].released)
            held = &lk->cas->holds[i];
    if (lk->any_left || (held == NULL && (v == NULL || v->state != ORDER_ON_HOLD)))
        return false;
    *since_us = held != NULL ? held->at_us : v->ver.changed_us;
    if (held != NULL)
        evidence_add(lk->out, "hold", held->ver.ref, held->at_us, held->why);
    return true;
}

/* The end of a date or instant that the source gave as text; 0: none. */
static int64_t text_instant(struct str s, struct str country, struct str region)
{
    struct when w;
    return str_empty(s) || when_parse(s, &w) != OK ? 0 : estimate_instant(&w, country, region);
}

static int64_t preorder_end(const struct look *lk)
{
    const struct order_view *v = anchor(lk);
    return v == NULL ? 0 : text_instant(v->preorder_until, lk->p->home_country, STR_NULL);
}

bool rule_preorder(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    int64_t until = preorder_end(lk);
    if (lk->any_left || until == 0 || lk->now_us > until)
        return false;
    *since_us = v->placed_us;
    lk->out->fig.preorder_us = until;
    lk->out->next_look_us = until + 1;
    return true;
}

/* No location has any of an item that has not left. */
static const struct case_stock *missing_stock(const struct look *lk, const struct case_item *it)
{
    const struct case_stock *none = NULL;
    for (size_t i = 0; i < lk->cas->stock_n; i++) {
        const struct case_stock *s = &lk->cas->stock[i];
        if (!str_eq(s->sku, case_item_key(it)))
            continue;
        if (s->available > 0)
            return NULL;
        if (none == NULL || s->changed_us < none->changed_us)
            none = s;
    }
    return none;
}

bool rule_backordered(struct look *lk, int64_t *since_us)
{
    for (size_t i = 0; i < lk->cd->items_n; i++) {
        const struct item_state *is = &lk->cd->items[i];
        const struct case_stock *s = is->waiting > 0 ? missing_stock(lk, is->item) : NULL;
        if (s == NULL)
            continue;
        *since_us = s->changed_us != 0 ? s->changed_us : s->fresh_us;
        lk->out->fig.restock_us = text_instant(s->restock_at, lk->p->home_country, STR_NULL);
        evidence_add(lk->out, "stock", (struct fact_ref){0, 0}, s->changed_us,
                     arena_fmt(lk->ctx->arena, "%.*s: %lld at %.*s", STR_ARG(s->sku), (long long)s->available, STR_ARG(s->location)));
        lk->out->next_look_us = lk->now_us + US_PER_DAY;
        return true;
    }
    return false;
}

static int64_t ships_by(struct look *lk)
{
    const struct order_view *v = anchor(lk);
    if (v == NULL)
        return 0;
    int64_t start = v->placed_us != 0 ? v->placed_us : lk->cas->first_us, pre = preorder_end(lk);
    if (pre > start)
        start = pre;
    return after_business(lk, start, lk->lim.fulfillment_days);
}

bool rule_fulfillment_late(struct look *lk, int64_t *since_us)
{
    if (lk->waiting == 0)
        return false;
    *since_us = ships_by(lk);
    lk->out->fig.ships_by_us = *since_us;
    return *since_us != 0 && lk->now_us >= *since_us;
}

bool rule_split(struct look *lk, int64_t *since_us)
{
    bool some_there = false, some_not = lk->waiting > 0;
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        bool there = lk->cd->parcels[i].d.cls == DIAG_DELIVERED;
        some_there = some_there || there;
        some_not = some_not || (!there && lk->cd->parcels[i].d.cls != DIAG_CANCELLED);
        if (there)
            *since_us = lk->cd->parcels[i].d.since_us;
    }
    bool partly_left = lk->any_left && lk->waiting > 0;
    if (!(some_there && some_not) && !partly_left)
        return false;
    if (*since_us == 0 && lk->worst != NULL)
        *since_us = lk->worst->d.since_us;
    return lk->worst == NULL || lk->worst->d.severity <= 1;
}

bool rule_awaiting(struct look *lk, int64_t *since_us)
{
    const struct order_view *v = anchor(lk);
    if (lk->any_left || v == NULL)
        return false;
    *since_us = v->placed_us != 0 ? v->placed_us : lk->cas->first_us;
    return true;
}
