/*
 * The order as a whole: which items have left, what its own rules say, and its worst parcel.
 * Trouble of a parcel outranks what the order alone would say, except that a cancelled, refunded or
 * contradictory order is that whatever its parcels do.
 */
#include "base/num.h"
#include "base/zone.h"
#include "mind/eta_case.h"
#include "mind/rules.h"

/* ---- items */

static const struct parcel_diagnosis *parcel_named(const struct case_diagnosis *cd,
                                                   struct str number)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (str_eq(cd->parcels[i].parcel->number, number))
            return &cd->parcels[i];
    return NULL;
}

/* A fulfillment has left when its source says so or a parcel of it moves; it is there when each of
 * its parcels is. */
static bool has_left(const struct case_diagnosis *cd, const struct case_fulfillment *f)
{
    for (size_t i = 0; f->state < FUL_SHIPPED && i < f->parcels_n; i++) {
        const struct parcel_diagnosis *pd = parcel_named(cd, f->parcels[i].tracking_number);
        if (pd != NULL && pd->view.last_move >= 0)
            return true;
    }
    return f->state == FUL_SHIPPED;
}

static bool is_there(const struct case_diagnosis *cd, const struct case_fulfillment *f)
{
    for (size_t i = 0; i < f->parcels_n; i++) {
        const struct parcel_diagnosis *pd = parcel_named(cd, f->parcels[i].tracking_number);
        if (pd == NULL || pd->d.cls != DIAG_DELIVERED)
            return false;
    }
    return f->parcels_n > 0;
}

static int64_t quantity_in(const struct case_fulfillment *f, struct str key)
{
    int64_t q = 0;
    for (size_t i = 0; i < f->items_n; i++)
        if (str_eq(case_item_key(&f->items[i]), key) && !num_add(q, f->items[i].quantity, &q))
            return INT64_MAX;
    return q;
}

/* Fulfillments are sorted by source: two that tell of the same goods must not count twice, so the
 * one that tells most counts. Where a warehouse speaks of an item its word counts, and not the
 * shop's "fulfilled" (R2). */
static int64_t quantity_that(const struct look *lk, struct str key,
                             bool (*fits)(const struct case_diagnosis *,
                                          const struct case_fulfillment *))
{
    int64_t best = 0, q = 0, held = 0;
    bool spoke = false;
    for (size_t i = 0; i < lk->cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &lk->cas->fulfillments[i];
        if (i > 0 && !str_eq(f->source, lk->cas->fulfillments[i - 1].source))
            q = 0;
        int64_t one = fulfillment_is_live(f) ? quantity_in(f, key) : 0;
        if (one == 0)
            continue;
        bool fit = fits(lk->cd, f);
        if (f->role == ROLE_WAREHOUSE)
            spoke = true;
        if (fit && f->role == ROLE_WAREHOUSE && !num_add(held, one, &held))
            held = INT64_MAX;
        if (fit && !num_add(q, one, &q))
            q = INT64_MAX;
        best = q > best ? q : best;
    }
    return spoke ? held : best;
}

/* Refunded after the order was last told: its quantity still has what nobody will send. */
static int64_t refunded_since(const struct order_case *cas, const struct order_view *v,
                              struct str key)
{
    int64_t q = 0;
    for (size_t i = 0; i < cas->refunds_n; i++) {
        const struct case_refund *r = &cas->refunds[i];
        for (size_t j = 0; r->ver.learned_us > v->ver.learned_us && j < r->items_n; j++)
            if (str_eq(case_item_key(&r->items[j]), key) && !num_add(q, r->items[j].quantity, &q))
                return INT64_MAX;
    }
    return q;
}

static bool all_voided(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (cd->parcels[i].d.cls != DIAG_CANCELLED)
            return false;
    return cd->parcels_n > 0;
}

static enum err set_items(struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    struct case_diagnosis *cd = lk->cd;
    bool ships = false, voided = all_voided(cd);
    cd->items = ctx_alloc(lk->ctx, ((v == NULL ? 0 : v->items_n) + 1) * sizeof(*cd->items));
    if (cd->items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; v != NULL && i < v->items_n; i++) {
        const struct case_item *it = &v->items[i];
        struct item_state *is = &cd->items[cd->items_n++];
        struct str key = case_item_key(it);
        is->item = it;
        ships = ships || it->ships;
        int64_t left = voided ? 0 : quantity_that(lk, key, has_left),
                there = quantity_that(lk, key, is_there);
        is->shipped = left < it->quantity ? left : it->quantity;
        is->delivered = there < is->shipped ? there : is->shipped;
        int64_t open = it->quantity - is->shipped,
                gone = open > 0 ? refunded_since(lk->cas, v, key) : 0;
        is->waiting = it->ships && open > gone ? open - gone : 0;
        if (!num_add(lk->waiting, is->waiting, &lk->waiting))
            lk->waiting = INT64_MAX;
    }
    cd->order.fig.nothing_ships = cd->items_n > 0 && !ships;
    return OK;
}

/* ---- parcels together */

/* Sent without a number, when no number of the same source tells of it; the latest of them. */
static int64_t untracked_since(const struct order_case *cas)
{
    int64_t at = 0;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &cas->fulfillments[i];
        int64_t sent = fulfillment_is_live(f) && f->state == FUL_SHIPPED && f->parcels_n == 0
                           ? fulfillment_sent_us(f)
                           : 0;
        bool tracked_elsewhere = false;
        for (size_t k = 0; k < cas->fulfillments_n; k++)
            tracked_elsewhere =
                tracked_elsewhere ||
                (cas->fulfillments[k].parcels_n > 0 && fulfillment_is_live(&cas->fulfillments[k]) &&
                 !str_eq(cas->fulfillments[k].source, f->source));
        if (sent > at && !tracked_elsewhere)
            at = sent;
    }
    return at;
}

static void count_parcels(struct look *lk)
{
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &lk->cd->parcels[i];
        switch (pd->d.cls) {
        case DIAG_CANCELLED:
            break;
        case DIAG_DELIVERED:
            lk->there++;
            break;
        case DIAG_LABEL_ONLY:
            lk->labels++;
            break;
        default:
            lk->moving++;
        }
    }
}

/* Of equals the one that is not there yet speaks. A voided label says nothing. */
static const struct parcel_diagnosis *worst_parcel(const struct case_diagnosis *cd)
{
    const struct parcel_diagnosis *w = NULL;
    for (size_t i = 0; i < cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &cd->parcels[i];
        if (pd->d.cls == DIAG_CANCELLED)
            continue;
        if (w == NULL || pd->d.severity > w->d.severity ||
            (pd->d.severity == w->d.severity && w->d.cls == DIAG_DELIVERED))
            w = pd;
    }
    return w;
}

/* ---- verdicts */

int64_t usual_arrival(const struct look *lk, int64_t sent_us)
{
    int64_t t = after_business(lk, sent_us, lk->lim.transit_days);
    return t == 0 ? 0 : end_of_day(lk->dest_zone, t);
}

/* Shipped without a number: on its way until the usual time has passed, and then a question rather
 * than an alarm (B50). */
static void diagnose_untracked(struct look *lk)
{
    struct diagnosis *d = lk->out;
    const struct order_view *v = order_anchor(lk->cas);
    if (lk->untracked_us == 0) { /* no order and no label that still counts */
        d->cls = DIAG_AWAITING_FULFILLMENT;
        d->severity = diag_class_severity(d->cls);
        d->since_us = lk->cas->first_us;
        return;
    }
    int64_t promised = v == NULL ? 0 : promised_day(lk, v->promised_at);
    d->fig.promise_from = promised != 0 ? "storefront" : "rule";
    if (promised == 0)
        promised = usual_arrival(lk, lk->untracked_us);
    bool late = promised != 0 && lk->now_us > promised;
    d->fig.untracked = true;
    d->fig.sent_us = d->fig.hand_over_us = lk->untracked_us;
    d->fig.promised_us = promised;
    d->cls = late ? DIAG_LATE : DIAG_ON_TRACK;
    d->severity = late ? 1 : 0;
    d->since_us = late ? promised + 1 : lk->untracked_us;
    int64_t own = d->next_look_us, turns = late || promised == 0 ? 0 : promised + 1;
    d->next_look_us = earlier(own, turns);
    if (turns != 0 && d->next_look_us == turns)
        d->next_cls = own == turns ? DIAG_CLASS_COUNT : DIAG_LATE;
}

/* The worst parcel's verdict; what the order's own rules have found stays beside it. */
static void order_from_worst(struct look *lk)
{
    struct diagnosis *d = lk->out, own = *d;
    *d = lk->worst->d;
    if (!str_empty(own.conflict))
        d->conflict = own.conflict;
    for (size_t i = 0; i < own.evidence_n; i++)
        evidence_add(d, own.evidence[i].what, own.evidence[i].ref, own.evidence[i].at_us,
                     own.evidence[i].detail);
    d->fig.ships_by_us = own.fig.ships_by_us;
    d->fig.restock_us = own.fig.restock_us;
    d->fig.preorder_us = own.fig.preorder_us;
    d->fig.nothing_ships = own.fig.nothing_ships;
    if (own.next_look_us != 0 && earlier(d->next_look_us, own.next_look_us) != d->next_look_us) {
        bool outranks =
            own.next_cls < DIAG_CLASS_COUNT && diag_class_severity(own.next_cls) >= d->severity;
        d->next_look_us = own.next_look_us;
        d->next_cls = outranks ? own.next_cls : DIAG_CLASS_COUNT;
    }
}

/* The figures of the worst parcel beside an order's own verdict. */
static void figures_from_worst(struct look *lk)
{
    struct diag_figures own = lk->out->fig, *fig = &lk->out->fig;
    *fig = lk->worst->d.fig;
    fig->ships_by_us = own.ships_by_us;
    fig->restock_us = own.restock_us;
    fig->preorder_us = own.preorder_us;
    fig->nothing_ships = own.nothing_ships;
}

static enum diag_class why_waiting(const struct look *lk, bool decided)
{
    enum diag_class c = decided ? lk->out->cls : DIAG_CLASS_COUNT;
    if (lk->waiting == 0)
        return DIAG_CLASS_COUNT;
    if (c == DIAG_ON_HOLD || c == DIAG_PREORDER || c == DIAG_BACKORDERED ||
        c == DIAG_FULFILLMENT_LATE)
        return c;
    return lk->out->fig.preorder_us > lk->now_us ? DIAG_PREORDER : DIAG_AWAITING_FULFILLMENT;
}

/* The earliest of the order's and all parcels' looks; what it becomes then is known only when it is
 * the order's own or the worst's and no other parcel changes otherwise at the same moment. */
static void set_looks(struct look *lk)
{
    struct diagnosis *d = lk->out;
    for (size_t i = 0; i < lk->cd->parcels_n; i++) {
        const struct diagnosis *p = &lk->cd->parcels[i].d;
        int64_t t = p->next_look_us;
        bool tie = t != 0 && t == d->next_look_us && p->next_cls != d->next_cls;
        if (t != 0 && (tie || earlier(d->next_look_us, t) != d->next_look_us)) {
            d->next_look_us = t;
            d->next_cls = DIAG_CLASS_COUNT;
        }
    }
    lk->cd->next_look_us = d->next_look_us;
}

static void set_order(struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    bool exact;
    lk->out = &lk->cd->order;
    lk->pcl = NULL;
    lk->cal = (struct calendar){.country = lk->p->home_country,
                                .extra_off = lk->p->extra_off,
                                .extra_off_n = lk->p->extra_off_n};
    lk->zone = lk->p->home_zone;
    incidents_rest(lk, STR_NULL, STR_NULL);
    lk->dest = case_destination(lk->cas);
    lk->dest_zone = str_empty(lk->dest.country)
                        ? lk->zone
                        : zone_of_place(lk->dest.country, lk->dest.region, &exact);
    int64_t began = v != NULL && v->placed_us != 0 ? v->placed_us : lk->cas->first_us;
    limits_for(lk->p, STR_NULL, v == NULL ? STR_NULL : v->service, lk->dest.country, began,
               &lk->lim);
    lk->out->limits = lk->lim;
    lk->worst = worst_parcel(lk->cd);
    count_parcels(lk);
    lk->untracked_us = untracked_since(lk->cas);
    lk->any_left = lk->labels + lk->moving + lk->there > 0 || lk->untracked_us != 0;
    if (v != NULL)
        evidence_add(lk->out, "order", v->ver.ref,
                     v->ver.changed_us != 0 ? v->ver.changed_us : v->placed_us, v->name);
}

/* Nothing has left: what was promised, and when such orders arrive. */
static void look_ahead(struct look *lk)
{
    const struct order_view *v = order_anchor(lk->cas);
    struct diag_figures *fig = &lk->out->fig;
    fig->promised_us = v == NULL ? 0 : promised_day(lk, v->promised_at);
    fig->promise_from = fig->promised_us == 0 ? NULL : "storefront";
    eta_case_estimate(lk->ctx, lk->cas, NULL, STR_NULL, lk->p, lk->now_us, fig);
}

enum err diagnose_order(struct look *lk)
{
    set_order(lk);
    struct diagnosis *d = lk->out;
    enum err e = set_items(lk);
    if (e != OK)
        return e;
    bool decided = run_rules(lk, LEVEL_ORDER);
    bool alone = decided && (d->cls == DIAG_REFUNDED || d->cls == DIAG_CANCELLED ||
                             d->cls == DIAG_DATA_CONFLICT);
    lk->cd->waiting_cls = why_waiting(lk, decided);
    if (lk->worst != NULL && !alone && (!decided || lk->worst->d.severity > d->severity))
        order_from_worst(lk);
    else if (lk->worst != NULL)
        figures_from_worst(lk);
    else if (!decided)
        diagnose_untracked(lk);
    else if (!lk->any_left && !alone)
        look_ahead(lk);
    set_looks(lk);
    return OK;
}
