/* Questions to a case: who anchors it, what of an item was ordered and has left, which parcels it
 * has. Pure; see case.h. */
#include "model/case.h"

#include "base/num.h"

#include <stdlib.h>

const struct order_view *order_anchor(const struct order_case *cas)
{
    return cas->views_n > 0 ? &cas->views[0] : NULL; /* sorted by role: storefront first */
}

bool case_customer_has(const struct order_case *cas, const struct str *tags, size_t n)
{
    for (size_t v = 0; v < cas->views_n; v++) {
        struct str rest = cas->views[v].customer_tags, tag;
        while (!str_empty(rest) && str_split(&rest, ',', &tag))
            for (size_t i = 0; i < n; i++)
                if (str_eq_nocase(str_trim(tag), tags[i]))
                    return true;
    }
    return false;
}

bool fulfillment_is_live(const struct case_fulfillment *ful)
{
    return ful->state != FUL_CANCELLED && ful->state != FUL_ERROR;
}

struct place case_destination(const struct order_case *cas)
{
    for (size_t i = 0; i < cas->views_n; i++)
        if (!str_empty(cas->views[i].country))
            return (struct place){.region = cas->views[i].region,
                                  .postal_code = cas->views[i].postal_prefix,
                                  .country = cas->views[i].country};
    return (struct place){0};
}

struct str case_item_key(const struct case_item *it)
{
    if (!str_empty(it->sku))
        return it->sku;
    return str_empty(it->item_id) ? it->title : it->item_id;
}

/* Sums do not overflow: what lies beyond counts as the most there can be. */
static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    if (num_add(a, b, &sum))
        return sum;
    return b > 0 ? INT64_MAX : INT64_MIN;
}

int64_t case_quantity_ordered(const struct order_case *cas, struct str key)
{
    const struct order_view *v = order_anchor(cas);
    int64_t q = 0;
    for (size_t i = 0; v != NULL && i < v->items_n; i++)
        if (str_eq(case_item_key(&v->items[i]), key))
            q = plus(q, v->items[i].quantity);
    return q;
}

/*
 * What warehouses say of an item: they hold the goods, so where one of them speaks of it, its word
 * counts and not the shop's "fulfilled". *spoke: any did. Several warehouses each send their part.
 */
static int64_t quantity_in_warehouses(const struct order_case *cas, struct str key,
                                      enum fulfillment_state at_least, bool *spoke)
{
    int64_t q = 0;
    *spoke = false;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &cas->fulfillments[i];
        for (size_t j = 0; f->role == ROLE_WAREHOUSE && fulfillment_is_live(f) && j < f->items_n;
             j++)
            if (str_eq(case_item_key(&f->items[j]), key)) {
                *spoke = true;
                q = plus(q, f->state >= at_least ? f->items[j].quantity : 0);
            }
    }
    return q;
}

/* The same fulfillment told by two sources must not count twice: the source that tells most counts.
 */
int64_t case_quantity_in_fulfillments(const struct order_case *cas, struct str key,
                                      enum fulfillment_state at_least)
{
    int64_t best = 0, q = 0;
    bool spoke;
    int64_t held = quantity_in_warehouses(cas, key, at_least, &spoke);
    if (spoke)
        return held;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &cas->fulfillments[i];
        if (i > 0 && !str_eq(f->source, cas->fulfillments[i - 1].source))
            q = 0;
        for (size_t j = 0; fulfillment_is_live(f) && f->state >= at_least && j < f->items_n; j++)
            if (str_eq(case_item_key(&f->items[j]), key))
                q = plus(q, f->items[j].quantity);
        best = q > best ? q : best;
    }
    return best;
}

static bool is_outbound(const struct order_case *cas, struct str number)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0; j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, number))
                return true;
    for (size_t i = 0; i < cas->links_n; i++)
        if (str_eq(cas->links[i].tracking_number, number))
            return true;
    for (size_t i = 0; i < cas->parcels_n; i++) /* a second leg of one that was sent */
        if (str_eq(cas->parcels[i]->number, number))
            return true;
    return false;
}

struct str case_return_parcel(const struct order_case *cas, const struct case_return *ret)
{
    return is_outbound(cas, ret->tracking_number) ? STR_NULL : ret->tracking_number;
}

bool case_return_open(enum return_state s)
{
    return s < RETURN_DECLINED;
}

enum return_state case_return_state(const struct order_case *cas, const struct case_return *ret,
                                    int64_t *since_us)
{
    struct parcel_view v;
    *since_us = ret->at_us;
    if (ret->parcel == NULL || ret->state >= RETURN_RECEIVED)
        return ret->state;
    const struct parcel_link *link = parcel_find_link(ret->parcel, cas->order_no);
    parcel_view_make(ret->parcel, link == NULL ? 0 : link->since_us, &v);
    enum return_state s = v.status == PARCEL_DELIVERED && v.delivered >= 0 ? RETURN_ARRIVED
                          : v.last_move >= 0                               ? RETURN_ON_ITS_WAY
                                                                           : ret->state;
    int at = s == RETURN_ARRIVED ? v.delivered : v.last_move;
    if (s <= ret->state || at < 0)
        return ret->state;
    *since_us = ret->parcel->scans[at].at_us;
    return s;
}

struct numbered {
    struct parcel_ref ref;
    int64_t since_us;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int c = str_cmp(x->ref.tracking_number, y->ref.tracking_number);
    if (c != 0)
        return c;
    if (x->since_us != y->since_us)
        return x->since_us < y->since_us ? -1 : 1;
    return str_cmp(x->ref.carrier, y->ref.carrier);
}

enum err case_parcel_numbers(struct ctx *ctx, const struct order_case *cas, struct parcel_ref **out,
                             int64_t **since_us, size_t *n)
{
    size_t all = cas->links_n, k = 0, kept = 0;
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        all += cas->fulfillments[i].parcels_n;
    struct numbered *nums = ctx_alloc(ctx, (all + 1) * sizeof(*nums));
    *out = ctx_alloc(ctx, (all + 1) * sizeof(**out));
    *since_us = ctx_alloc(ctx, (all + 1) * sizeof(**since_us));
    if (nums == NULL || *out == NULL || *since_us == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0;
             fulfillment_is_live(&cas->fulfillments[i]) && j < cas->fulfillments[i].parcels_n; j++)
            nums[k++] =
                (struct numbered){cas->fulfillments[i].parcels[j], cas->fulfillments[i].created_us};
    const struct order_view *v = order_anchor(cas);
    for (size_t i = 0; i < cas->links_n; i++)
        nums[k++] = (struct numbered){
            {.carrier = cas->links[i].carrier, .tracking_number = cas->links[i].tracking_number},
            v == NULL ? 0 : v->placed_us};
    qsort(nums, k, sizeof(*nums), by_number);
    for (size_t i = 0; i < k; i++) {
        if (kept > 0 && str_eq((*out)[kept - 1].tracking_number, nums[i].ref.tracking_number)) {
            if (str_empty((*out)[kept - 1].carrier))
                (*out)[kept - 1].carrier = nums[i].ref.carrier;
            if ((*since_us)[kept - 1] == 0)
                (*since_us)[kept - 1] = nums[i].since_us;
            continue;
        }
        (*out)[kept] = nums[i].ref;
        (*since_us)[kept++] = nums[i].since_us;
    }
    *n = kept;
    return OK;
}
