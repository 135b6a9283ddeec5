/*
 * Sources that disagree about an order (C12): said, with what disagrees, and never settled by a
 * guess. Every disagreement is evidence; the first one is the text.
 */
#include "base/num.h"
#include "mind/rules.h"

static void say_conflict(struct look *lk, struct str what, const struct version *ver,
                         int64_t *since_us)
{
    int64_t at = ver->changed_us != 0 ? ver->changed_us : ver->learned_us;
    if (str_empty(lk->out->conflict)) {
        lk->out->conflict = what;
        *since_us = at;
    }
    evidence_add(lk->out, "conflict", ver->ref, at, what);
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return num_add(a, b, &sum) ? sum : INT64_MAX;
}

/* ---- storefront and back office */

static int64_t quantity_of(const struct order_view *v, struct str sku)
{
    int64_t q = 0;
    for (size_t i = 0; i < v->items_n; i++)
        if (str_eq(v->items[i].sku, sku))
            q = plus(q, v->items[i].quantity);
    return q;
}

/* Item ids mean something at their source alone: only lines with a SKU can be compared. */
static bool is_comparable(const struct order_view *v)
{
    for (size_t i = 0; i < v->items_n; i++)
        if (str_empty(v->items[i].sku) && v->items[i].ships)
            return false;
    return v->items_n > 0;
}

static bool named_before(const struct order_view *v, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(v->items[k].sku, v->items[i].sku))
            return true;
    return false;
}

/* Lines of `of` that count otherwise in the other view; twice the same SKU is told once. */
static void compare_items(struct look *lk, const struct order_view *of,
                          const struct order_view *other, const struct version *ver,
                          bool missing_only, int64_t *since_us)
{
    for (size_t i = 0; i < of->items_n; i++) {
        struct str sku = of->items[i].sku;
        if (!of->items[i].ships || str_empty(sku) || named_before(of, i))
            continue;
        int64_t q = quantity_of(of, sku), r = quantity_of(other, sku);
        if (q == r || (missing_only && r != 0))
            continue;
        say_conflict(lk,
                     arena_fmt(lk->ctx->arena, "%.*s: %.*s has %lld, %.*s has %lld", STR_ARG(sku),
                               STR_ARG(of->source), (long long)q, STR_ARG(other->source),
                               (long long)r),
                     ver, since_us);
    }
}

static void compare_view(struct look *lk, const struct order_view *a, const struct order_view *b,
                         int64_t *since_us)
{
    const struct version *later = version_cmp(&a->ver, &b->ver) > 0 ? &a->ver : &b->ver;
    if (is_comparable(a) && is_comparable(b)) {
        compare_items(lk, a, b, later, false, since_us);
        compare_items(lk, b, a, later, true, since_us);
    }
    if (a->address_hash != 0 && b->address_hash != 0 && a->address_hash != b->address_hash)
        say_conflict(lk,
                     arena_fmt(lk->ctx->arena, "the address differs between %.*s and %.*s",
                               STR_ARG(a->source), STR_ARG(b->source)),
                     later, since_us);
    if (b->state == ORDER_CANCELLED && a->state != ORDER_CANCELLED)
        say_conflict(lk,
                     arena_fmt(lk->ctx->arena, "%.*s calls it cancelled, %.*s does not",
                               STR_ARG(b->source), STR_ARG(a->source)),
                     &b->ver, since_us);
}

/* ---- storefront and warehouse */

/* How much of an item the fulfillments of a role hold, from a state on. */
static int64_t held_by(const struct order_case *cas, enum source_role role, struct str key,
                       enum fulfillment_state at_least)
{
    int64_t q = 0;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &cas->fulfillments[i];
        for (size_t j = 0;
             f->role == role && fulfillment_is_live(f) && f->state >= at_least && j < f->items_n;
             j++)
            if (str_eq(case_item_key(&f->items[j]), key))
                q = plus(q, f->items[j].quantity);
    }
    return q;
}

/* R2: the storefront calls more of an item sent than the warehouse, which has some of it open, has
 * picked. */
static void compare_warehouse(struct look *lk, int64_t *since_us)
{
    for (size_t i = 0; i < lk->cas->fulfillments_n; i++) {
        const struct case_fulfillment *w = &lk->cas->fulfillments[i];
        if (w->role != ROLE_WAREHOUSE || !fulfillment_is_live(w) || w->state >= FUL_PICKED)
            continue;
        for (size_t j = 0; j < w->items_n; j++) {
            struct str key = case_item_key(&w->items[j]);
            if (held_by(lk->cas, ROLE_STOREFRONT, key, FUL_SHIPPED) <=
                held_by(lk->cas, ROLE_WAREHOUSE, key, FUL_PICKED))
                continue;
            say_conflict(lk,
                         arena_fmt(lk->ctx->arena,
                                   "%.*s: the shop calls it sent, %.*s has not picked it",
                                   STR_ARG(key), STR_ARG(w->source)),
                         &w->ver, since_us);
        }
    }
}

bool rule_conflict(struct look *lk, int64_t *since_us)
{
    const struct order_view *a = order_anchor(lk->cas);
    if (a != NULL && a->state == ORDER_CANCELLED && goes_on(lk))
        say_conflict(lk, STR("the order is cancelled, but a parcel of it is on its way"), &a->ver,
                     since_us);
    compare_warehouse(lk, since_us);
    for (size_t k = 1; k < lk->cas->views_n; k++)
        if (lk->cas->views[k].role !=
            ROLE_WAREHOUSE) /* warehouses know their part of an order (R177) */
            compare_view(lk, a, &lk->cas->views[k], since_us);
    bool all_there = lk->there > 0 && lk->moving + lk->labels == 0 && lk->waiting == 0;
    if (str_empty(lk->out->conflict) || all_there)
        return false;
    /* a parcel in trouble outranks it; the conflict stays as a note */
    return lk->worst == NULL || lk->worst->d.severity < 3;
}
