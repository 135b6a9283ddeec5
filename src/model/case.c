/*
 * The fold of an order; see case.h. Each fact becomes an object with its version, which goes into
 * the set of its kind (case_set.c). What was learned when belongs to each object, so that the
 * case's freshness follows from what stays.
 */
#include "model/case_int.h"

#define TEXT_MAX 255
#define TITLE_MAX 200

/* ---- keeping strings and lists */

/* At most max bytes, whole characters. */
static struct str dup_max(struct ctx *ctx, struct str s, size_t max, enum err *e)
{
    struct str out = STR_NULL;
    if (s.n > max)
        s = str_sub(s, 0, str_utf8_prefix(str_sub(s, 0, max)));
    if (*e == OK && s.n > 0)
        *e = arena_dup(ctx->arena, s, &out);
    return out;
}

static struct str dup(struct ctx *ctx, struct str s, enum err *e)
{
    return dup_max(ctx, s, TEXT_MAX, e);
}

static struct case_item *dup_items(struct ctx *ctx, const struct fact_item *from, size_t n,
                                   enum err *e)
{
    struct case_item *p = arena_array(ctx->arena, n, sizeof(*p));
    if (p == NULL)
        *e = ERR_MEMORY;
    for (size_t i = 0; *e == OK && i < n; i++)
        p[i] = (struct case_item){.item_id = dup(ctx, from[i].item_id, e),
                                  .sku = dup(ctx, from[i].sku, e),
                                  .title = dup_max(ctx, from[i].title, TITLE_MAX, e),
                                  .quantity = from[i].quantity,
                                  .price_minor = from[i].price_minor,
                                  .ships = from[i].ships};
    return p;
}

static struct parcel_ref *dup_refs(struct ctx *ctx, const struct parcel_ref *from, size_t n,
                                   enum err *e)
{
    struct parcel_ref *p = arena_array(ctx->arena, n, sizeof(*p));
    if (p == NULL)
        *e = ERR_MEMORY;
    for (size_t i = 0; *e == OK && i < n; i++)
        p[i] = (struct parcel_ref){dup(ctx, from[i].carrier, e),
                                   dup(ctx, from[i].tracking_number, e), dup(ctx, from[i].url, e)};
    return p;
}

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

/* ---- facts to objects */

/* What every kind of fact comes with. */
struct arrival {
    struct str source;
    const struct fact *fct;
    struct fact_ref ref;
    int64_t learned_us;
};

static struct version version_of(const struct arrival *in)
{
    return (struct version){.changed_us = in->fct->changed_us,
                            .ref = in->ref,
                            .key = str_hash(in->fct->key),
                            .learned_us = in->learned_us};
}

static enum err no_memory(struct ctx *ctx, enum err e)
{
    return ctx_fail(ctx, e, e == ERR_LIMIT ? "case: an object is too large" : "case: no memory");
}

static enum err fold_order(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                           const struct fold_hashes *hashes, bool *took)
{
    const struct order_fact *o = &in->fct->u.order;
    enum err e = OK;
    struct order_view v = {
        .source = dup(ctx, in->source, &e),
        .role = in->fct->role,
        .ver = version_of(in),
        .order_id = dup(ctx, o->order_id, &e),
        .name = dup(ctx, o->name, &e),
        .currency = dup(ctx, o->currency, &e),
        .promised_at = dup(ctx, o->promised_at, &e),
        .preorder_until = dup(ctx, o->preorder_until, &e),
        .service = dup(ctx, o->service, &e),
        .cancel_reason = dup(ctx, o->cancel_reason, &e),
        .locale = dup(ctx, o->locale, &e),
        .customer_tags = dup(ctx, o->customer_tags, &e),
        .placed_us = o->placed_us,
        .total_minor = o->total_minor,
        .state = o->state,
        .financial = o->financial,
        .cod = o->cod,
        .country = dup(ctx, o->ship_to.country, &e),
        .region = dup(ctx, o->ship_to.region, &e),
        .postal_prefix = dup_max(ctx, o->ship_to.postal_code, 3, &e),
        .address_hash = hashes == NULL ? 0 : hashes->address_hash,
        .items_n = at_most(o->items_n, FACT_ITEMS_MAX),
    };
    v.items = dup_items(ctx, o->items, v.items_n, &e);
    if (e == OK)
        e = case_content(CASE_VIEW, &v, &v.ver.content);
    return e == OK ? case_put(ctx, cas, CASE_VIEW, &v, took) : no_memory(ctx, e);
}

static enum err fold_fulfillment(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                                 bool *took)
{
    const struct fulfillment_fact *f = &in->fct->u.fulfillment;
    enum err e = OK;
    struct case_fulfillment c = {
        .source = dup(ctx, in->source, &e),
        .fulfillment_id = dup(ctx, f->fulfillment_id, &e),
        .role = in->fct->role,
        .ver = version_of(in),
        .state = f->state,
        .items_n = at_most(f->items_n, FACT_ITEMS_MAX),
        .parcels_n = at_most(f->parcels_n, FACT_PARCELS_MAX),
        .location = dup(ctx, f->location, &e),
        .service = dup(ctx, f->service, &e),
        .created_us = f->created_us,
        .estimated_delivery = dup(ctx, f->estimated_delivery, &e),
        .no_notification = f->no_notification,
    };
    c.items = dup_items(ctx, f->items, c.items_n, &e);
    c.parcels = dup_refs(ctx, f->parcels, c.parcels_n, &e);
    if (e == OK)
        e = case_content(CASE_FULFILLMENT, &c, &c.ver.content);
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_FULFILLMENT, &c, took);
}

static enum err fold_refund(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                            bool *took)
{
    const struct refund_fact *r = &in->fct->u.refund;
    enum err e = OK;
    struct case_refund c = {
        .source = dup(ctx, in->source, &e),
        .refund_id = dup(ctx, r->refund_id, &e),
        .ver = version_of(in),
        .amount_minor = r->amount_minor,
        .at_us = r->at_us,
        .currency = dup(ctx, r->currency, &e),
        .full = r->full,
        .items_n = at_most(r->items_n, FACT_ITEMS_MAX),
    };
    c.items = dup_items(ctx, r->items, c.items_n, &e);
    if (e == OK)
        e = case_content(CASE_REFUND, &c, &c.ver.content);
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_REFUND, &c, took);
}

static enum err fold_return(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                            bool *took)
{
    const struct return_fact *r = &in->fct->u.ret;
    enum err e = OK;
    struct case_return c = {
        .source = dup(ctx, in->source, &e),
        .return_id = dup(ctx, r->return_id, &e),
        .ver = version_of(in),
        .state = r->state,
        .carrier = dup(ctx, r->carrier, &e),
        .tracking_number = dup(ctx, r->tracking_number, &e),
        .at_us = r->at_us,
        .items_n = at_most(r->items_n, FACT_ITEMS_MAX),
    };
    c.items = dup_items(ctx, r->items, c.items_n, &e);
    if (c.ver.changed_us == 0)
        c.ver.changed_us = r->at_us;
    if (e == OK)
        e = case_content(CASE_RETURN, &c, &c.ver.content);
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_RETURN, &c, took);
}

static enum err fold_hold(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                          bool *took)
{
    const struct hold_fact *h = &in->fct->u.hold;
    enum err e = OK;
    struct case_hold c = {
        .source = dup(ctx, in->source, &e),
        .hold_id = dup(ctx, h->hold_id, &e),
        .why = dup(ctx, h->why, &e),
        .ver = version_of(in),
        .released = h->released,
        .at_us = h->at_us,
    };
    if (c.ver.changed_us == 0)
        c.ver.changed_us = h->at_us;
    if (e == OK)
        e = case_content(CASE_HOLD, &c, &c.ver.content);
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_HOLD, &c, took);
}

static enum err fold_report(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                            bool *took)
{
    const struct report_fact *r = &in->fct->u.report;
    enum err e = OK;
    uint64_t key = str_hash_add(str_hash(in->fct->key), str_of(report_kind_word(r->report)));
    struct case_report c = {
        .kind = r->report,
        .tracking_number = dup(ctx, r->tracking_number, &e),
        .sku = dup(ctx, r->sku, &e),
        .at_us = r->at_us,
        .ref = in->ref,
        .learned_us = in->learned_us,
    };
    c.key = str_hash_add(str_hash_add(key, c.tracking_number), c.sku);
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_REPORT, &c, took);
}

static enum err fold_link(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                          bool *took)
{
    const struct parcel_link_fact *l = &in->fct->u.link;
    enum err e = OK;
    struct case_link c = {dup(ctx, l->carrier, &e), dup(ctx, l->tracking_number, &e),
                          in->learned_us};
    if (e != OK)
        return no_memory(ctx, e);
    return case_put(ctx, cas, CASE_LINK, &c, took);
}

static enum err fold_object(struct ctx *ctx, struct order_case *cas, const struct arrival *in,
                            const struct fold_hashes *hashes, bool *took)
{
    switch (in->fct->kind) {
    case FACT_ORDER:
        return fold_order(ctx, cas, in, hashes, took);
    case FACT_FULFILLMENT:
        return fold_fulfillment(ctx, cas, in, took);
    case FACT_REFUND:
        return fold_refund(ctx, cas, in, took);
    case FACT_RETURN:
        return fold_return(ctx, cas, in, took);
    case FACT_HOLD:
        return fold_hold(ctx, cas, in, took);
    case FACT_CUSTOMER_REPORT:
        return fold_report(ctx, cas, in, took);
    case FACT_PARCEL_LINK:
        return fold_link(ctx, cas, in, took);
    default:
        return ctx_fail(ctx, ERR_PARSE, "kind: %s does not belong to an order",
                        fact_kind_word(in->fct->kind));
    }
}

/* ---- freshness: the newest of what stays */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t freshness(const struct order_case *cas)
{
    int64_t t = 0;
    for (size_t i = 0; i < cas->views_n; i++)
        t = later(t, cas->views[i].ver.learned_us);
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        t = later(t, cas->fulfillments[i].ver.learned_us);
    for (size_t i = 0; i < cas->refunds_n; i++)
        t = later(t, cas->refunds[i].ver.learned_us);
    for (size_t i = 0; i < cas->returns_n; i++)
        t = later(t, cas->returns[i].ver.learned_us);
    for (size_t i = 0; i < cas->holds_n; i++)
        t = later(t, cas->holds[i].ver.learned_us);
    for (size_t i = 0; i < cas->reports_n; i++)
        t = later(t, cas->reports[i].learned_us);
    for (size_t i = 0; i < cas->links_n; i++)
        t = later(t, cas->links[i].learned_us);
    return t;
}

enum err case_fold(struct ctx *ctx, struct order_case *cas, struct str source,
                   const struct fact *fct, struct fact_ref ref, const struct fold_hashes *hashes,
                   int64_t learned_us, bool *changed)
{
    struct arrival in = {source, fct, ref, learned_us};
    bool took = false;
    enum err e = fold_object(ctx, cas, &in, hashes, &took);
    if (e != OK && e != ERR_LIMIT)
        return e;
    if (took)
        cas->fresh_us = freshness(cas);
    if (cas->first_us == 0 || learned_us < cas->first_us) {
        cas->first_us = learned_us; /* facts without a place were learned too */
        took = true;
    }
    if (e == OK)
        *changed = took;
    return e;
}

void case_fold_heard(struct order_case *cas, int64_t learned_us, bool *changed)
{
    int64_t minute_us = learned_us - learned_us % US_PER_MIN;
    *changed = minute_us > cas->heard_us;
    if (*changed)
        cas->heard_us = minute_us;
}

int64_t case_heard_us(const struct order_case *cas)
{
    return cas->heard_us > cas->fresh_us ? cas->heard_us : cas->fresh_us;
}

/* ---- merging */

static enum err merge_list(struct ctx *ctx, struct order_case *cas, enum case_object kind,
                           const void *from, size_t n, size_t size)
{
    enum err e = OK;
    bool took;
    for (size_t i = 0; e == OK && i < n; i++)
        e = case_put(ctx, cas, kind, (const char *)from + i * size, &took);
    return e == ERR_LIMIT ? OK : e; /* what follows has no place either */
}

#define MERGE(kind, list)                                                                          \
    merge_list(ctx, cas, (kind), from->list, from->list##_n, sizeof(*from->list))

enum err case_merge(struct ctx *ctx, struct order_case *cas, const struct order_case *from)
{
    enum err e = MERGE(CASE_VIEW, views);
    if (e == OK)
        e = MERGE(CASE_FULFILLMENT, fulfillments);
    if (e == OK)
        e = MERGE(CASE_REFUND, refunds);
    if (e == OK)
        e = MERGE(CASE_RETURN, returns);
    if (e == OK)
        e = MERGE(CASE_HOLD, holds);
    if (e == OK)
        e = MERGE(CASE_REPORT, reports);
    if (e == OK)
        e = MERGE(CASE_LINK, links);
    cas->fresh_us = freshness(cas);
    if (from->heard_us > cas->heard_us)
        cas->heard_us = from->heard_us;
    if (from->first_us != 0 && (cas->first_us == 0 || from->first_us < cas->first_us))
        cas->first_us = from->first_us;
    if (str_empty(cas->customer))
        cas->customer = from->customer;
    return e;
}
