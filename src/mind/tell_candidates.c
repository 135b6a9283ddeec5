/*
 * What a case could be told of, as it is now: milestones and troubles of its parcels, of the order as a whole, relief after a
 * trouble that was told, and updates that were promised. Each has items: the parcels' numbers, with the occasion behind an @
 * where the same thing can happen again. Nothing here looks at rules, hours or budgets.
 */
#include "mind/tell_int.h"

#include "base/calendar.h"
#include "base/zone.h"

#define SILENCED (KIND_BIT(MESSAGE_SILENT) | KIND_BIT(MESSAGE_PRESUMED_LOST) | KIND_BIT(MESSAGE_LABEL_ONLY) |                  \
                  KIND_BIT(MESSAGE_CUSTOMS_HOLD) | KIND_BIT(MESSAGE_ADDRESS_PROBLEM) | KIND_BIT(MESSAGE_UPDATE))
#define WAS_DELIVERED (KIND_BIT(MESSAGE_DELIVERED) | KIND_BIT(MESSAGE_PARTLY_DELIVERED))
#define UPDATE_LEAD_US (3 * US_PER_H)
#define ORDER_ITEM "order"
#define MORNING_HOUR 9  /* of the promised day: what has not left by then does not come on it */
#define EVENING_HOUR 18 /* what is not out with the driver by then does not, either */

struct str item_number(struct str item)
{
    const char *at = item.n == 0 ? NULL : memchr(item.p, '@', item.n);
    return at == NULL ? item : str_sub(item, 0, (size_t)(at - item.p));
}

void look_at(struct teller *t, int64_t at_us)
{
    if (at_us > t->in->now_us && (t->look_us == 0 || at_us < t->look_us))
        t->look_us = at_us;
}

int64_t local_day_start(const struct teller *t, int64_t at_us, int minutes)
{
    int32_t off = 0;
    int64_t out = 0;
    if (zone_offset(t->zone, at_us, &off) != OK)
        return at_us;
    int64_t wall = civil_day(at_us + off * US_PER_S) * US_PER_DAY + minutes * US_PER_MIN;
    return zone_to_utc(t->zone, wall, &out) == OK ? out : at_us;
}

static bool has_item(struct str items, struct str item)
{
    struct str one;
    bool whole = memchr(item.n == 0 ? "" : item.p, '@', item.n) == NULL;
    while (!str_empty(items) && str_split(&items, '\n', &one))
        if (str_eq(one, item) || (whole && str_eq(item_number(one), item)))
            return true;
    return false;
}

const struct told_entry *told_about(const struct teller *t, uint32_t kinds, uint32_t states, struct str item)
{
    for (size_t i = t->told->n; i > 0; i--) {
        const struct told_entry *e = &t->told->entries[i - 1];
        if ((states & 1u << e->state) != 0 && (kinds & KIND_BIT(e->kind)) != 0 && has_item(e->items, item))
            return e;
    }
    return NULL;
}

bool is_unopened(const struct teller *t, const struct told_entry *e)
{
    int64_t wait = t->in->policy->unopened_hours * US_PER_H;
    return wait > 0 && e->state == TOLD_SENT && !e->opened && message_kind_group(e->kind) == GROUP_TROUBLE && e->channel != CHANNEL_WEBHOOK &&
           t->in->now_us >= e->settled_us + wait;
}

/* ---- adding */

static struct candidate *candidate_of(struct teller *t, enum message_kind kind)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].kind == kind)
            return &t->list[i];
    if (t->n == CANDIDATES_MAX)
        return NULL;
    struct candidate *c = &t->list[t->n++];
    *c = (struct candidate){.kind = kind};
    return c;
}

/* One item more for a kind. Several parcels with the same news are one candidate: the earliest event counts. */
static struct candidate *add(struct teller *t, enum message_kind kind, struct str item, int64_t event_us)
{
    const struct tell_kind *k = tell_kind_of(kind);
    uint32_t kinds = (WAS_DELIVERED & KIND_BIT(kind)) != 0 ? WAS_DELIVERED : KIND_BIT(kind);
    /* what only waits is found again, so that it can be held against what is now */
    const struct told_entry *was = told_about(t, kinds, SETTLED, item);
    if (item.p == NULL || (was != NULL && !is_unopened(t, was)))
        return NULL;
    struct candidate *c = candidate_of(t, kind);
    if (c == NULL || c->items_n == MESSAGE_ITEMS_MAX)
        return NULL;
    c->items[c->items_n++] = item;
    if (c->event_us == 0 || event_us < c->event_us)
        c->event_us = event_us;
    c->not_before_us = c->event_us + k->grace_min * US_PER_MIN;
    c->not_after_us = c->event_us + k->life_hours * US_PER_H;
    return c;
}

static struct str occasion(const struct teller *t, struct str number, const char *mark, int64_t at_us)
{
    return arena_fmt(t->ctx->arena, "%.*s@%s%lld", STR_ARG(number), mark, (long long)at_us);
}

static struct str at_second(const struct teller *t, struct str number, int64_t at_us)
{
    return occasion(t, number, "", at_us / US_PER_S);
}

static struct str at_day(const struct teller *t, struct str number, const char *mark, int64_t at_us)
{
    int32_t off = 0;
    if (zone_offset(t->zone, at_us, &off) != OK)
        off = 0;
    return occasion(t, number, mark, at_us == 0 ? 0 : civil_day(at_us + off * US_PER_S));
}

/* ---- parcels */

static bool is_silenced(const struct teller *t, const struct parcel *pcl)
{
    const struct order_case *cas = t->in->cas;
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t k = 0; cas->fulfillments[i].no_notification && k < cas->fulfillments[i].parcels_n; k++)
            if (str_eq(cas->fulfillments[i].parcels[k].tracking_number, pcl->number))
                return true;
    return false;
}

static int64_t scan_us(const struct parcel_diagnosis *pd, int i)
{
    return i < 0 ? pd->d.since_us : pd->parcel->scans[i].at_us;
}

static struct candidate *shipped(struct teller *t, const struct parcel_diagnosis *pd)
{
    struct candidate *c = add(t, MESSAGE_SHIPPED, pd->parcel->number, pd->d.fig.label_us);
    if (c != NULL) {
        c->not_before_us = c->event_us + t->in->policy->gather_minutes * US_PER_MIN;
        c->said_us = pd->d.fig.expected_us > c->said_us ? pd->d.fig.expected_us : c->said_us;
    }
    return c;
}

static size_t named_parcels(const struct case_diagnosis *cd)
{
    size_t n = 0;
    for (size_t i = 0; i < cd->parcels_n; i++)
        n += parcel_is_named(cd, i) ? 1 : 0;
    return n;
}

/* An order in several parcels has enough to tell without it. */
static void midpoint(struct teller *t, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = &pd->d.fig;
    if (named_parcels(t->in->cd) > 1)
        return;
    int64_t end = fig->expected_us != 0 ? fig->expected_us : fig->promised_us;
    if (fig->hand_over_us == 0 || pd->d.flag_not_updated || end - fig->hand_over_us <= t->in->policy->midpoint_days * US_PER_DAY)
        return;
    int64_t mid = fig->hand_over_us + (end - fig->hand_over_us) / 2;
    if (told_about(t, KIND_BIT(MESSAGE_MIDPOINT), SETTLED, pd->parcel->number) == NULL)
        look_at(t, mid);
    struct candidate *c = t->in->now_us < mid ? NULL : add(t, MESSAGE_MIDPOINT, pd->parcel->number, mid);
    if (c != NULL)
        c->said_us = fig->expected_us;
}

static void out_for_delivery(struct teller *t, const struct parcel_diagnosis *pd)
{
    int64_t at = scan_us(pd, pd->view.out_for_delivery);
    struct candidate *c = add(t, MESSAGE_OUT_FOR_DELIVERY, at_day(t, pd->parcel->number, "", at), at);
    if (c == NULL)
        return;
    int64_t morning = local_day_start(t, c->event_us, t->in->policy->morning_min);
    c->not_before_us = c->event_us > morning ? c->event_us : morning;
    c->not_after_us = local_day_start(t, c->event_us, 20 * 60);
    c->said_us = pd->d.fig.expected_us;
}

/* All there, or a part of it: other parcels are still under way, or items have not left. */
static void delivered(struct teller *t, const struct parcel_diagnosis *pd)
{
    const struct case_diagnosis *cd = t->in->cd;
    size_t named = named_parcels(cd), there = 0;
    bool waits = cd->waiting_cls < DIAG_CLASS_COUNT;
    for (size_t i = 0; i < cd->parcels_n; i++)
        there += parcel_is_named(cd, i) && cd->parcels[i].d.cls == DIAG_DELIVERED;
    bool whole = there == named && !waits;
    struct candidate *c = add(t, whole ? MESSAGE_DELIVERED : MESSAGE_PARTLY_DELIVERED, pd->parcel->number, pd->d.fig.delivered_us);
    if (c != NULL && named > 1)
        c->not_before_us = c->event_us + t->in->policy->gather_minutes * US_PER_MIN;
}

static int64_t promise_due(const struct teller *t, int days)
{
    const struct message_policy *mp = t->in->policy;
    struct calendar cal = {.country = mp->country};
    struct teller home = {.ctx = t->ctx, .zone = mp->zone};
    int64_t at = 0;
    if (calendar_add_business(&cal, mp->zone, t->in->now_us, days, &at) != OK)
        at = t->in->now_us + days * US_PER_DAY;
    return local_day_start(&home, at, mp->promise_hour * 60);
}

static void silent(struct teller *t, const struct parcel_diagnosis *pd)
{
    struct candidate *c = add(t, MESSAGE_SILENT, at_second(t, pd->parcel->number, pd->d.fig.last_scan_us), pd->d.since_us);
    if (c != NULL)
        c->promise_us = promise_due(t, 1);
}

static bool is_promised(const struct diag_figures *fig)
{
    return fig->promised_us != 0 && fig->promise_from != NULL && fig->promise_from[0] != 'r';
}

/* The hour of the promised day from which on it is told that the day will not hold; the time alone may make it so. */
static bool promise_breaks(struct teller *t, const struct diag_figures *fig, int hour, int64_t *at_us)
{
    if (!is_promised(fig))
        return false;
    *at_us = local_day_start(t, fig->promised_us, hour * 60);
    look_at(t, *at_us);
    return t->in->now_us >= *at_us;
}

/* Not out with the driver on the evening of the promised day, and no other day named: told before it is late (R71). */
static void evening(struct teller *t, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = &pd->d.fig;
    int64_t at;
    if (fig->expected_us > fig->promised_us || !promise_breaks(t, fig, EVENING_HOUR, &at) || t->in->now_us > fig->promised_us)
        return;
    (void)add(t, MESSAGE_DELAY, at_day(t, pd->parcel->number, "p", fig->promised_us), at);
}

/* Late, or the day moved behind the promised one: news again when the named day is another. */
static void delay(struct teller *t, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = &pd->d.fig;
    bool moved = fig->expected_us != 0 && fig->promised_us != 0 && fig->expected_us > fig->promised_us;
    if (pd->d.cls == DIAG_SLOW && !moved && fig->status != PARCEL_EXCEPTION)
        return;
    struct str item = fig->expected_us != 0 ? at_day(t, pd->parcel->number, "e", fig->expected_us)
                                            : at_day(t, pd->parcel->number, "p", fig->promised_us);
    struct str unsent = at_day(t, STR(ORDER_ITEM), "p", fig->promised_us);
    if (fig->expected_us == 0 && told_about(t, KIND_BIT(MESSAGE_FULFILLMENT_LATE), SAID, unsent) != NULL)
        return; /* the customer knows that this day did not hold */
    struct candidate *c = add(t, MESSAGE_DELAY, item, pd->d.since_us);
    if (c != NULL)
        c->said_us = fig->expected_us > c->said_us ? fig->expected_us : c->said_us;
}

static void presumed_lost(struct teller *t, const struct parcel_diagnosis *pd)
{
    struct candidate *c = add(t, MESSAGE_PRESUMED_LOST, pd->parcel->number, pd->d.since_us);
    if (c != NULL)
        c->promise_us = promise_due(t, 2);
}

/* Too long on the dock, or still there on the morning of the promised day. */
static void label_only(struct teller *t, const struct parcel_diagnosis *pd)
{
    int64_t at = pd->d.fig.label_us + pd->d.limits.label_only_days * US_PER_DAY, morning;
    bool breaks = promise_breaks(t, &pd->d.fig, MORNING_HOUR, &morning);
    if (pd->d.severity >= 3 || breaks)
        (void)add(t, MESSAGE_LABEL_ONLY, pd->parcel->number, breaks && (pd->d.severity < 3 || morning < at) ? morning : at);
}

static void customs(struct teller *t, const struct parcel_diagnosis *pd)
{
    bool is_long = pd->d.severity >= 3;
    (void)add(t, MESSAGE_CUSTOMS_HOLD, occasion(t, pd->parcel->number, is_long ? "long" : "", pd->d.fig.customs_us / US_PER_S),
              is_long ? t->in->now_us : pd->d.since_us);
}

static void pickup(struct teller *t, const struct parcel_diagnosis *pd)
{
    int64_t until = pd->d.fig.pickup_until_us;
    struct candidate *c = add(t, MESSAGE_PICKUP_WAITING, at_second(t, pd->parcel->number, pd->d.since_us), pd->d.since_us);
    if (c != NULL)
        c->said_us = until;
    if (pd->d.severity < 2 || until <= t->in->now_us)
        return;
    c = add(t, MESSAGE_PICKUP_REMINDER, at_second(t, pd->parcel->number, pd->d.since_us), t->in->now_us);
    if (c != NULL) {
        c->not_after_us = until;
        c->said_us = until;
    }
}

/* It moves again after a trouble that the customer knows of, and nothing has been said since that would say so too. */
static void moving_again(struct teller *t, const struct parcel_diagnosis *pd)
{
    const struct told_entry *e = told_about(t, ALL_KINDS, SAID, pd->parcel->number);
    if (e == NULL || (SILENCED & KIND_BIT(e->kind)) == 0 || pd->d.fig.last_scan_us <= e->event_us ||
        pd->d.flag_not_updated)
        return;
    struct candidate *c = add(t, MESSAGE_MOVING_AGAIN, at_second(t, pd->parcel->number, e->event_us), pd->d.fig.last_scan_us);
    if (c != NULL)
        c->said_us = pd->d.fig.expected_us;
}

static void find_parcel(struct teller *t, const struct parcel_diagnosis *pd)
{
    struct str number = pd->parcel->number;
    size_t before = t->n;
    switch (pd->d.cls) {
    case DIAG_LABEL_ONLY:
        (void)shipped(t, pd);
        label_only(t, pd);
        break;
    case DIAG_ON_TRACK:
    case DIAG_SLOW:
    case DIAG_LATE:
        (void)shipped(t, pd);
        if (pd->d.cls == DIAG_ON_TRACK)
            midpoint(t, pd);
        if (pd->d.cls != DIAG_LATE)
            evening(t, pd);
        moving_again(t, pd);
        if (pd->d.cls != DIAG_ON_TRACK)
            delay(t, pd);
        break;
    case DIAG_STUCK:
        silent(t, pd);
        break;
    case DIAG_PRESUMED_LOST:
    case DIAG_LOST:
        presumed_lost(t, pd);
        break;
    case DIAG_OUT_FOR_DELIVERY:
        out_for_delivery(t, pd);
        break;
    case DIAG_DELIVERED:
        delivered(t, pd);
        break;
    case DIAG_ATTEMPT_FAILED:
        (void)add(t, MESSAGE_ATTEMPT_FAILED, at_second(t, number, pd->d.fig.attempt_us), pd->d.fig.attempt_us);
        break;
    case DIAG_ADDRESS_PROBLEM:
        (void)add(t, MESSAGE_ADDRESS_PROBLEM, at_second(t, number, pd->d.since_us), pd->d.since_us);
        break;
    case DIAG_CUSTOMS_HOLD:
        customs(t, pd);
        break;
    case DIAG_PICKUP_WAITING:
        pickup(t, pd);
        break;
    case DIAG_RETURNING:
        (void)add(t, MESSAGE_RETURNING, number, pd->d.since_us);
        break;
    default:
        break;
    }
    for (size_t i = before; i < t->n; i++) {
        t->list[i].carrier = pd->carrier;
        t->list[i].no_notification = is_silenced(t, pd->parcel);
    }
}

/* ---- the order as a whole */

static void confirmation(struct teller *t, const struct order_view *v)
{
    enum diag_class c = t->in->cd->order.cls;
    if (v->role != ROLE_STOREFRONT || c == DIAG_CANCELLED || c == DIAG_REFUNDED)
        return;
    struct candidate *cand = add(t, MESSAGE_CONFIRMATION, STR(ORDER_ITEM), v->placed_us != 0 ? v->placed_us : v->ver.learned_us);
    if (cand != NULL)
        cand->said_us = t->in->cd->order.fig.preorder_us;
}

/* New date of a thing that has one: told when none or another was named before. */
static void dated(struct teller *t, enum message_kind kind, int64_t said_us, int64_t event_us)
{
    struct candidate *c = add(t, kind, at_day(t, STR(ORDER_ITEM), "", said_us), event_us);
    if (c != NULL)
        c->said_us = said_us;
}

/* At once, with each new date; without one once more when it should have left. */
static void backordered(struct teller *t, const struct diagnosis *d, int64_t since_us)
{
    dated(t, MESSAGE_BACKORDERED, d->fig.restock_us, since_us);
    if (d->fig.restock_us != 0 || d->fig.ships_by_us == 0)
        return;
    look_at(t, d->fig.ships_by_us + 1);
    if (t->in->now_us > d->fig.ships_by_us)
        (void)add(t, MESSAGE_FULFILLMENT_LATE, STR(ORDER_ITEM "@late"), d->fig.ships_by_us);
}

/* The confirmation names the day of a pre-order; only another day is news. */
static void preorder(struct teller *t, const struct diagnosis *d)
{
    const struct told_entry *e = told_about(t, KIND_BIT(MESSAGE_CONFIRMATION) | KIND_BIT(MESSAGE_PREORDER), SETTLED, STR(ORDER_ITEM));
    if (e != NULL && e->said_us != 0 && e->said_us != d->fig.preorder_us)
        dated(t, MESSAGE_PREORDER, d->fig.preorder_us, t->in->now_us);
}

static int64_t released_us(const struct order_case *cas)
{
    int64_t at = 0;
    for (size_t i = 0; i < cas->holds_n; i++)
        if (cas->holds[i].released && cas->holds[i].at_us > at)
            at = cas->holds[i].at_us;
    return at;
}

/* A hold that the customer knows of is over. */
static void solved(struct teller *t, const struct diagnosis *d)
{
    const struct told_entry *e = told_about(t, KIND_BIT(MESSAGE_ON_HOLD) | KIND_BIT(MESSAGE_SOLVED), SAID, STR(ORDER_ITEM));
    int64_t at = released_us(t->in->cas);
    if (e != NULL && e->kind == MESSAGE_ON_HOLD && d->cls == DIAG_AWAITING_FULFILLMENT && at > e->event_us)
        (void)add(t, MESSAGE_SOLVED, at_second(t, STR(ORDER_ITEM), e->event_us), at);
}

/* Money back after a trouble that the customer knows of. */
static void refunded(struct teller *t, const struct diagnosis *d)
{
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        bool lost = e->kind == MESSAGE_PRESUMED_LOST || e->kind == MESSAGE_RETURNING || e->kind == MESSAGE_BACKORDERED;
        if (lost && (SAID & 1u << e->state) != 0) {
            (void)add(t, MESSAGE_SOLVED, STR(ORDER_ITEM "@refund"), d->since_us);
            return;
        }
    }
}

/* Sent without a number to follow (B50): that it has left is all there is to say. */
static void untracked(struct teller *t, const struct diagnosis *d)
{
    if (d->fig.untracked && d->fig.sent_us != 0)
        (void)add(t, MESSAGE_SHIPPED, STR(ORDER_ITEM "@untracked"), d->fig.sent_us);
}

/* Nothing has left on the morning of the promised day. */
static void promise_without_parcel(struct teller *t, const struct diagnosis *d)
{
    int64_t at;
    if (named_parcels(t->in->cd) == 0 && !d->fig.untracked && d->cls != DIAG_PREORDER && promise_breaks(t, &d->fig, MORNING_HOUR, &at))
        (void)add(t, MESSAGE_FULFILLMENT_LATE, at_day(t, STR(ORDER_ITEM), "p", d->fig.promised_us), at);
}

static void find_order(struct teller *t, const struct order_view *v)
{
    const struct diagnosis *d = &t->in->cd->order;
    enum diag_class waiting = t->in->cd->waiting_cls < DIAG_CLASS_COUNT ? t->in->cd->waiting_cls : d->cls;
    confirmation(t, v);
    if (d->cls == DIAG_REFUNDED) {
        refunded(t, d);
        return;
    }
    if (d->cls == DIAG_CANCELLED || d->cls == DIAG_DATA_CONFLICT)
        return;
    solved(t, d);
    untracked(t, d);
    if (waiting == DIAG_FULFILLMENT_LATE)
        (void)add(t, MESSAGE_FULFILLMENT_LATE, STR(ORDER_ITEM "@late"), d->cls == waiting ? d->since_us : t->in->now_us);
    else if (waiting == DIAG_BACKORDERED)
        backordered(t, d, d->cls == waiting ? d->since_us : t->in->now_us);
    else if (d->cls == DIAG_ON_HOLD)
        (void)add(t, MESSAGE_ON_HOLD, at_second(t, STR(ORDER_ITEM), d->since_us), d->since_us);
    else if (d->cls == DIAG_PREORDER)
        preorder(t, d);
    promise_without_parcel(t, d);
}

/* ---- promises: what is known is sent before the promised hour (R84) */

static bool ended(const struct teller *t)
{
    enum diag_class c = t->in->cd->order.cls;
    return c == DIAG_CANCELLED || c == DIAG_REFUNDED || c == DIAG_DELIVERED || c == DIAG_RETURNED;
}

static void updates(struct teller *t)
{
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        if (e->promise != PROMISE_OPEN || e->promise_us == 0 || ended(t))
            continue;
        int64_t from = e->promise_us - UPDATE_LEAD_US;
        look_at(t, from);
        look_at(t, e->promise_us + 1);
        if (t->in->now_us < from || t->in->now_us > e->promise_us)
            continue;
        struct candidate *c = add(t, MESSAGE_UPDATE, at_second(t, item_number(e->items), e->promise_us), from);
        if (c != NULL)
            c->not_after_us = e->promise_us;
    }
}

/* ---- all of it */

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_items(struct candidate *c)
{
    for (size_t i = 1; i < c->items_n; i++)
        for (size_t k = i; k > 0 && by_text(&c->items[k - 1], &c->items[k]) > 0; k--) {
            struct str x = c->items[k];
            c->items[k] = c->items[k - 1];
            c->items[k - 1] = x;
        }
}

enum err find_candidates(struct teller *t)
{
    const struct case_diagnosis *cd = t->in->cd;
    const struct order_view *v = order_anchor(t->in->cas);
    t->n = 0;
    t->look_us = 0;
    if (t->list == NULL)
        t->list = arena_array(t->ctx->arena, CANDIDATES_MAX, sizeof(*t->list));
    if (t->list == NULL)
        return ctx_fail(t->ctx, ERR_MEMORY, "messages: no memory");
    if (v == NULL)
        return OK; /* parcels without an order: nobody to tell */
    find_order(t, v);
    bool ended_early = cd->order.cls == DIAG_CANCELLED || cd->order.cls == DIAG_REFUNDED;
    for (size_t i = 0; i < cd->parcels_n && !ended_early; i++)
        if (parcel_is_named(cd, i))
            find_parcel(t, &cd->parcels[i]);
    updates(t);
    for (size_t i = 0; i < t->n; i++)
        sort_items(&t->list[i]);
    return OK;
}
