/*
 * See case.h. An order's row is a set of versioned objects, each kept sorted by its key: the higher version stays, so any
 * order of arrival ends the same. One insert routine serves all kinds.
 */
#include "model/case.h"

#include <stdlib.h>

int version_cmp(const struct version *a, const struct version *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us < b->changed_us ? -1 : 1;
    if (a->ref.pos != b->ref.pos)
        return a->ref.pos < b->ref.pos ? -1 : 1;
    if (a->ref.idx != b->ref.idx)
        return a->ref.idx < b->ref.idx ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

/* ---- keeping strings and lists */

static struct str dup(struct ctx *ctx, struct str s, enum err *e)
{
    struct str out = STR_NULL;
    if (*e == OK && s.n > 0)
        *e = arena_dup(ctx->arena, str_sub(s, 0, 1024), &out);
    return out;
}

static struct case_item *dup_items(struct ctx *ctx, const struct fact_item *from, size_t n, enum err *e)
{
    struct case_item *p = arena_array(ctx->arena, n == 0 ? 1 : n, sizeof(*p));
    if (p == NULL)
        *e = ERR_MEMORY;
    for (size_t i = 0; *e == OK && i < n; i++)
        p[i] = (struct case_item){.item_id = dup(ctx, from[i].item_id, e),
                                  .sku = dup(ctx, from[i].sku, e),
                                  .title = dup(ctx, from[i].title, e),
                                  .quantity = from[i].quantity,
                                  .price_minor = from[i].price_minor,
                                  .ships = from[i].ships};
    return p;
}

static struct parcel_ref *dup_refs(struct ctx *ctx, const struct parcel_ref *from, size_t n, enum err *e)
{
    struct parcel_ref *p = arena_array(ctx->arena, n == 0 ? 1 : n, sizeof(*p));
    if (p == NULL)
        *e = ERR_MEMORY;
    for (size_t i = 0; *e == OK && i < n; i++)
        p[i] = (struct parcel_ref){dup(ctx, from[i].carrier, e), dup(ctx, from[i].tracking_number, e), dup(ctx, from[i].url, e)};
    return p;
}

/* ---- one sorted list of objects of any kind */

struct list_kind {
    size_t size, max;
    int (*cmp)(const void *a, const void *b);                     /* by identity: 0 is the same object */
    const struct version *(*ver)(const void *obj);                /* NULL: objects never change */
    const char *name;
};

/* Puts obj into list; *took false when an equal or higher version stands there, or the list is full of lower keys. */
static enum err list_put(struct ctx *ctx, const struct list_kind *k, void **list, size_t *n, const void *obj, bool *took)
{
    char *p = *list;
    size_t i = 0;
    int c = 1;
    *took = false;
    while (i < *n && (c = k->cmp(p + i * k->size, obj)) < 0)
        i++;
    if (i < *n && c == 0) {
        if (k->ver == NULL || version_cmp(k->ver(obj), k->ver(p + i * k->size)) <= 0)
            return OK;
        memcpy(p + i * k->size, obj, k->size);
        *took = true;
        return OK;
    }
    if (i >= k->max)
        return ctx_fail(ctx, ERR_LIMIT, "%s: more than %zu", k->name, k->max);
    size_t keep = *n < k->max ? *n : k->max - 1;
    char *bigger = arena_array(ctx->arena, keep + 1, k->size);
    if (bigger == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "case: no memory");
    if (i > 0)
        memcpy(bigger, p, i * k->size);
    memcpy(bigger + i * k->size, obj, k->size);
    if (keep > i)
        memcpy(bigger + (i + 1) * k->size, p + i * k->size, (keep - i) * k->size);
    *list = bigger;
    *n = keep + 1;
    *took = true;
    return OK;
}

static int cmp2(struct str a1, struct str b1, struct str a2, struct str b2)
{
    int c = str_cmp(a1, b1);
    return c != 0 ? c : str_cmp(a2, b2);
}

static int view_cmp(const void *a, const void *b)
{
    const struct order_view *x = a, *y = b;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return str_cmp(x->source, y->source);
}

static const struct version *view_ver(const void *v)
{
    return &((const struct order_view *)v)->ver;
}

static int ful_cmp(const void *a, const void *b)
{
    const struct case_fulfillment *x = a, *y = b;
    return cmp2(x->source, y->source, x->fulfillment_id, y->fulfillment_id);
}

static const struct version *ful_ver(const void *v)
{
    return &((const struct case_fulfillment *)v)->ver;
}

static int refund_cmp(const void *a, const void *b)
{
    const struct case_refund *x = a, *y = b;
    return cmp2(x->source, y->source, x->refund_id, y->refund_id);
}

static const struct version *refund_ver(const void *v)
{
    return &((const struct case_refund *)v)->ver;
}

static int hold_cmp(const void *a, const void *b)
{
    const struct case_hold *x = a, *y = b;
    return cmp2(x->source, y->source, x->hold_id, y->hold_id);
}

static const struct version *hold_ver(const void *v)
{
    return &((const struct case_hold *)v)->ver;
}

static int report_cmp(const void *a, const void *b)
{
    const struct case_report *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static int link_cmp(const void *a, const void *b)
{
    const struct parcel_ref *x = a, *y = b;
    return cmp2(x->tracking_number, y->tracking_number, x->carrier, y->carrier);
}

static const struct list_kind VIEWS = {sizeof(struct order_view), CASE_VIEWS_MAX, view_cmp, view_ver, "views of an order"};
static const struct list_kind FULFILLMENTS = {sizeof(struct case_fulfillment), CASE_FULFILLMENTS_MAX, ful_cmp, ful_ver, "fulfillments"};
static const struct list_kind REFUNDS = {sizeof(struct case_refund), CASE_REFUNDS_MAX, refund_cmp, refund_ver, "refunds"};
static const struct list_kind HOLDS = {sizeof(struct case_hold), CASE_HOLDS_MAX, hold_cmp, hold_ver, "holds"};
static const struct list_kind REPORTS = {sizeof(struct case_report), CASE_REPORTS_MAX, report_cmp, NULL, "reports"};
static const struct list_kind LINKS = {sizeof(struct parcel_ref), CASE_LINKS_MAX, link_cmp, NULL, "parcel links"};

static enum err put_view(struct ctx *ctx, struct order_case *cas, const struct order_view *v, bool *took)
{
    void *list = cas->views;
    size_t n = cas->views_n;
    enum err e = list_put(ctx, &VIEWS, &list, &n, v, took);
    if (e == OK && list != cas->views)
        memcpy(cas->views, list, n * sizeof(*cas->views));
    cas->views_n = n;
    return e;
}

/* ---- facts to objects */

static struct version version_of(const struct fact *fct, struct fact_ref ref)
{
    return (struct version){fct->changed_us, ref, str_hash(fct->key)};
}

static enum err fold_order(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct, struct fact_ref ref,
                           const struct fold_hashes *hashes, bool *took)
{
    const struct order_fact *o = &fct->u.order;
    enum err e = OK;
    struct order_view v = {
        .source = dup(ctx, source, &e),
        .role = fct->role,
        .ver = version_of(fct, ref),
        .order_id = dup(ctx, o->order_id, &e),
        .name = dup(ctx, o->name, &e),
        .currency = dup(ctx, o->currency, &e),
        .promised_at = dup(ctx, o->promised_at, &e),
        .preorder_until = dup(ctx, o->preorder_until, &e),
        .service = dup(ctx, o->service, &e),
        .cancel_reason = dup(ctx, o->cancel_reason, &e),
        .locale = dup(ctx, o->locale, &e),
        .placed_us = o->placed_us,
        .total_minor = o->total_minor,
        .state = o->state,
        .financial = o->financial,
        .cod = o->cod,
        .country = dup(ctx, o->ship_to.country, &e),
        .region = dup(ctx, o->ship_to.region, &e),
        .postal_prefix = dup(ctx, str_sub(o->ship_to.postal_code, 0, 3), &e),
        .address_hash = hashes == NULL ? 0 : hashes->address_hash,
        .items = dup_items(ctx, o->items, o->items_n, &e),
        .items_n = o->items_n,
    };
    return e == OK ? put_view(ctx, cas, &v, took) : ctx_fail(ctx, e, "case: no memory");
}

static enum err fold_fulfillment(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct,
                                 struct fact_ref ref, bool *took)
{
    const struct fulfillment_fact *f = &fct->u.fulfillment;
    enum err e = OK;
    struct case_fulfillment c = {
        .source = dup(ctx, source, &e),
        .fulfillment_id = dup(ctx, f->fulfillment_id, &e),
        .role = fct->role,
        .ver = version_of(fct, ref),
        .state = f->state,
        .items = dup_items(ctx, f->items, f->items_n, &e),
        .items_n = f->items_n,
        .parcels = dup_refs(ctx, f->parcels, f->parcels_n, &e),
        .parcels_n = f->parcels_n,
        .location = dup(ctx, f->location, &e),
        .service = dup(ctx, f->service, &e),
        .created_us = f->created_us,
        .estimated_delivery = dup(ctx, f->estimated_delivery, &e),
        .no_notification = f->no_notification,
    };
    if (e != OK)
        return ctx_fail(ctx, e, "case: no memory");
    return list_put(ctx, &FULFILLMENTS, (void **)(void *)&cas->fulfillments, &cas->fulfillments_n, &c, took);
}

static enum err fold_refund(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct, struct fact_ref ref,
                            bool *took)
{
    const struct refund_fact *r = &fct->u.refund;
    enum err e = OK;
    struct case_refund c = {
        .source = dup(ctx, source, &e),
        .refund_id = dup(ctx, r->refund_id, &e),
        .ver = version_of(fct, ref),
        .amount_minor = r->amount_minor,
        .at_us = r->at_us,
        .currency = dup(ctx, r->currency, &e),
        .full = r->full,
        .items = dup_items(ctx, r->items, r->items_n, &e),
        .items_n = r->items_n,
    };
    if (e != OK)
        return ctx_fail(ctx, e, "case: no memory");
    return list_put(ctx, &REFUNDS, (void **)(void *)&cas->refunds, &cas->refunds_n, &c, took);
}

static enum err fold_hold(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct, struct fact_ref ref,
                          bool *took)
{
    const struct hold_fact *h = &fct->u.hold;
    enum err e = OK;
    struct case_hold c = {
        .source = dup(ctx, source, &e),
        .hold_id = dup(ctx, h->hold_id, &e),
        .why = dup(ctx, h->why, &e),
        .ver = version_of(fct, ref),
        .released = h->released,
        .at_us = h->at_us,
    };
    if (c.ver.changed_us == 0)
        c.ver.changed_us = h->at_us;
    if (e != OK)
        return ctx_fail(ctx, e, "case: no memory");
    return list_put(ctx, &HOLDS, (void **)(void *)&cas->holds, &cas->holds_n, &c, took);
}

static enum err fold_report(struct ctx *ctx, struct order_case *cas, const struct fact *fct, struct fact_ref ref, bool *took)
{
    const struct report_fact *r = &fct->u.report;
    enum err e = OK;
    struct case_report c = {
        .key = str_hash_add(str_hash_add(str_hash(fct->key), str_of(report_kind_word(r->report))), r->tracking_number),
        .kind = r->report,
        .tracking_number = dup(ctx, r->tracking_number, &e),
        .sku = dup(ctx, r->sku, &e),
        .at_us = r->at_us,
        .ref = ref,
    };
    if (e != OK)
        return ctx_fail(ctx, e, "case: no memory");
    return list_put(ctx, &REPORTS, (void **)(void *)&cas->reports, &cas->reports_n, &c, took);
}

static enum err fold_link(struct ctx *ctx, struct order_case *cas, const struct fact *fct, bool *took)
{
    enum err e = OK;
    struct parcel_ref c = {dup(ctx, fct->u.link.carrier, &e), dup(ctx, fct->u.link.tracking_number, &e), STR_NULL};
    if (e != OK)
        return ctx_fail(ctx, e, "case: no memory");
    return list_put(ctx, &LINKS, (void **)(void *)&cas->links, &cas->links_n, &c, took);
}

enum err case_fold(struct ctx *ctx, struct order_case *cas, struct str source, const struct fact *fct, struct fact_ref ref,
                   const struct fold_hashes *hashes, int64_t learned_us, bool *changed)
{
    bool took = false;
    enum err e = OK;
    switch (fct->kind) {
    case FACT_ORDER:
        e = fold_order(ctx, cas, source, fct, ref, hashes, &took);
        break;
    case FACT_FULFILLMENT:
        e = fold_fulfillment(ctx, cas, source, fct, ref, &took);
        break;
    case FACT_REFUND:
        e = fold_refund(ctx, cas, source, fct, ref, &took);
        break;
    case FACT_HOLD:
        e = fold_hold(ctx, cas, source, fct, ref, &took);
        break;
    case FACT_CUSTOMER_REPORT:
        e = fold_report(ctx, cas, fct, ref, &took);
        break;
    case FACT_PARCEL_LINK:
        e = fold_link(ctx, cas, fct, &took);
        break;
    default:
        return ctx_fail(ctx, ERR_PARSE, "kind: %s does not belong to an order", fact_kind_word(fct->kind));
    }
    if (e != OK)
        return e;
    if (took) {
        if (learned_us > cas->fresh_us)
            cas->fresh_us = learned_us;
        if (cas->first_us == 0 || learned_us < cas->first_us)
            cas->first_us = learned_us;
    }
    *changed = took;
    return OK;
}

/* ---- merging */

static enum err merge_list(struct ctx *ctx, const struct list_kind *k, void **list, size_t *n, const void *from, size_t from_n)
{
    enum err e = OK;
    bool took;
    for (size_t i = 0; e == OK && i < from_n; i++)
        e = list_put(ctx, k, list, n, (const char *)from + i * k->size, &took);
    return e == ERR_LIMIT ? OK : e;
}

enum err case_merge(struct ctx *ctx, struct order_case *cas, const struct order_case *from)
{
    enum err e = OK;
    bool took;
    for (size_t i = 0; e == OK && i < from->views_n; i++)
        e = put_view(ctx, cas, &from->views[i], &took);
    if (e == ERR_LIMIT)
        e = OK;
    if (e == OK)
        e = merge_list(ctx, &FULFILLMENTS, (void **)(void *)&cas->fulfillments, &cas->fulfillments_n, from->fulfillments, from->fulfillments_n);
    if (e == OK)
        e = merge_list(ctx, &REFUNDS, (void **)(void *)&cas->refunds, &cas->refunds_n, from->refunds, from->refunds_n);
    if (e == OK)
        e = merge_list(ctx, &HOLDS, (void **)(void *)&cas->holds, &cas->holds_n, from->holds, from->holds_n);
    if (e == OK)
        e = merge_list(ctx, &REPORTS, (void **)(void *)&cas->reports, &cas->reports_n, from->reports, from->reports_n);
    if (e == OK)
        e = merge_list(ctx, &LINKS, (void **)(void *)&cas->links, &cas->links_n, from->links, from->links_n);
    if (from->fresh_us > cas->fresh_us)
        cas->fresh_us = from->fresh_us;
    if (from->first_us != 0 && (cas->first_us == 0 || from->first_us < cas->first_us))
        cas->first_us = from->first_us;
    if (str_empty(cas->customer))
        cas->customer = from->customer;
    return e;
}

/* ---- questions to a case */

const struct order_view *order_anchor(const struct order_case *cas)
{
    return cas->views_n > 0 ? &cas->views[0] : NULL; /* sorted by role: storefront first */
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

int64_t case_quantity_ordered(const struct order_case *cas, struct str key)
{
    const struct order_view *v = order_anchor(cas);
    int64_t q = 0;
    for (size_t i = 0; v != NULL && i < v->items_n; i++)
        if (str_eq(case_item_key(&v->items[i]), key))
            q += v->items[i].quantity;
    return q;
}

/* The same fulfillment told by two sources must not count twice: the source that tells most counts. */
/*
 * What warehouses say of an item: they hold the goods, so where one of them speaks of it, its word counts and not the shop's
 * "fulfilled". *spoke: any did. Several warehouses each send their part.
 */
static int64_t quantity_in_warehouses(const struct order_case *cas, struct str key, enum fulfillment_state at_least, bool *spoke)
{
    int64_t q = 0;
    *spoke = false;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *f = &cas->fulfillments[i];
        for (size_t j = 0; f->role == ROLE_WAREHOUSE && fulfillment_is_live(f) && j < f->items_n; j++)
            if (str_eq(case_item_key(&f->items[j]), key)) {
                *spoke = true;
                q += f->state >= at_least ? f->items[j].quantity : 0;
            }
    }
    return q;
}

int64_t case_quantity_in_fulfillments(const struct order_case *cas, struct str key, enum fulfillment_state at_least)
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
                q += f->items[j].quantity;
        best = q > best ? q : best;
    }
    return best;
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

enum err case_parcel_numbers(struct ctx *ctx, const struct order_case *cas, struct parcel_ref **out, int64_t **since_us, size_t *n)
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
        for (size_t j = 0; fulfillment_is_live(&cas->fulfillments[i]) && j < cas->fulfillments[i].parcels_n; j++)
            nums[k++] = (struct numbered){cas->fulfillments[i].parcels[j], cas->fulfillments[i].created_us};
    const struct order_view *v = order_anchor(cas);
    for (size_t i = 0; i < cas->links_n; i++)
        nums[k++] = (struct numbered){cas->links[i], v == NULL ? 0 : v->placed_us};
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
