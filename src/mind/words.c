/*
 * The words of a diagnosis: which texts are said, of the order as a whole, parcel by parcel, item
 * by item. The texts are templates in data/words; words_values.c knows what they may ask for. No
 * carrier's text and nothing personal passes through the customer's words; the operator's have raw
 * codes and limits.
 */
#include "mind/words_int.h"

#include "base/zone.h"

static struct words words_of(struct ctx *ctx, struct str lang, const struct order_case *cas,
                             const struct case_diagnosis *cd, const struct parcel_diagnosis *pd,
                             int64_t now_us)
{
    bool exact;
    struct place dest = case_destination(cas);
    struct words w = {
        .ctx = ctx, .cas = cas, .cd = cd, .pd = pd, .d = pd == NULL ? &cd->order : &pd->d};
    if (str_empty(dest.country) && cas->parcels_n > 0)
        dest = (struct place){.country = pd != NULL ? pd->parcel->dest_country
                                                    : cas->parcels[0]->dest_country};
    if (str_empty(dest.country))
        dest = w.d->fig.last_place;
    w.day = (struct day_of){ctx, zone_of_place(dest.country, dest.region, &exact), now_us, lang};
    return w;
}

/* ---- texts for the customer */

/* The template of a verdict: some classes say other things where the figures are of another kind.
 */
static struct str customer_key(const struct words *w)
{
    const struct diagnosis *d = w->d;
    const char *kind = "";
    if (d->fig.untracked && (d->cls == DIAG_ON_TRACK || d->cls == DIAG_LATE))
        kind = "_untracked";
    else if (d->cls == DIAG_LATE && d->fig.promise_from != NULL && d->fig.promise_from[0] == 'r')
        kind = "_usual";
    else if (d->cls == DIAG_SLOW && d->fig.status == PARCEL_EXCEPTION)
        kind = "_problem";
    else if (d->cls == DIAG_AWAITING_FULFILLMENT && d->fig.nothing_ships)
        kind = "_nothing";
    else if (w->pd != NULL && (d->cls == DIAG_CANCELLED || d->cls == DIAG_DATA_CONFLICT))
        kind = "_parcel";
    return arena_fmt(w->ctx->arena, "customer.%s%s", diag_class_word(d->cls), kind);
}

static struct str verdict(struct words *w)
{
    return words_fill_text(w, words_find(w->day.lang, customer_key(w)));
}

/* A leg that was handed on is not a parcel of its own. */
static bool is_first_leg(const struct case_diagnosis *cd, size_t i)
{
    for (size_t j = 0; j < cd->parcels_n; j++)
        if (j != i && !str_empty(cd->parcels[i].parcel->next_number) &&
            str_eq(cd->parcels[i].parcel->next_number, cd->parcels[j].parcel->number) &&
            cd->parcels[j].view.last_move >= 0)
            return true;
    return false;
}

bool parcel_is_named(const struct case_diagnosis *cd, size_t i)
{
    return !is_first_leg(cd, i) && cd->parcels[i].d.cls != DIAG_CANCELLED;
}

static size_t named(const struct case_diagnosis *cd)
{
    size_t n = 0;
    for (size_t i = 0; i < cd->parcels_n; i++)
        n += parcel_is_named(cd, i);
    return n;
}

static void add_line(struct buf *b, struct str text)
{
    if (b->n > 0 && !str_empty(text))
        buf_addc(b, '\n');
    buf_add(b, text);
}

static bool waits(const struct words *w)
{
    return w->cd->waiting_cls < DIAG_CLASS_COUNT;
}

static bool some_left(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->items_n; i++)
        if (cd->items[i].shipped > 0)
            return true;
    return false;
}

/* The order's sources disagree, and not the scans of one parcel. */
static bool is_own_conflict(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (cd->parcels[i].d.cls == DIAG_DATA_CONFLICT)
            return false;
    return cd->order.cls == DIAG_DATA_CONFLICT;
}

/* What the whole has to say before its parts do. */
static struct str headline(struct words *w, size_t n)
{
    if (w->d->cls == DIAG_SPLIT_INCOMPLETE || is_own_conflict(w->cd))
        return verdict(w);
    w->of = n;
    if (waits(w))
        return words_fill(w, "part.parts");
    return words_fill(w, w->d->cls == DIAG_DELIVERED ? "part.all_there" : "part.parcels");
}

static void add_parcels(struct buf *b, const struct words *order, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < order->cd->parcels_n; i++) {
        if (!parcel_is_named(order->cd, i))
            continue;
        struct words w = *order;
        w.pd = &order->cd->parcels[i];
        w.d = &w.pd->d;
        w.number = ++k;
        w.of = n;
        w.subject = words_fill(&w, n > 1                                  ? "part.parcel_of"
                                   : waits(order) && some_left(order->cd) ? "part.only_parcel"
                                                                          : "part.your_parcel");
        add_line(b, verdict(&w));
    }
}

/* What has left, and what has not and why. */
static void add_items(struct buf *b, struct words *w)
{
    if (!waits(w))
        return;
    add_line(b, words_fill(w, "part.left"));
    add_line(
        b, words_fill_text(w, words_text(w, "part.waiting", diag_class_word(w->cd->waiting_cls))));
}

/* One sentence where there is one thing to say, else the whole, parcel by parcel, and item by item
 * where not all has left. */
static struct str order_text(struct words *w)
{
    enum diag_class c = w->d->cls;
    size_t n = named(w->cd);
    struct buf b;
    w->subject = words_order(w);
    bool ended = c == DIAG_CANCELLED || c == DIAG_REFUNDED;
    bool parts = n > 1 || is_own_conflict(w->cd) || (waits(w) && (n == 1 || some_left(w->cd)));
    if (ended || !parts)
        return verdict(w);
    buf_init(&b, 65536);
    add_line(&b, headline(w, n));
    add_parcels(&b, w, n);
    add_items(&b, w);
    return words_keep(w, &b);
}

struct str diagnosis_for_customer(struct ctx *ctx, struct str lang, const struct order_case *cas,
                                  const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    struct words w = words_of(ctx, lang, cas, cd, pd, now_us);
    if (pd == NULL)
        return order_text(&w);
    w.subject = words_text(&w, "part.your_parcel", NULL);
    return verdict(&w);
}

/* ---- texts for the operator */

struct str diagnosis_for_operator(struct ctx *ctx, const struct order_case *cas,
                                  const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    struct words w = words_of(ctx, STR("en"), cas, cd, pd, now_us);
    return words_fill(&w, "operator.any");
}
