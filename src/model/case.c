/*
 * The fold of an order; see case.h. A row is sets of versioned objects, each kept sorted by its
 * identity: of an object the higher version stays, of a full set the lowest identities, so any
 * order of arrival ends the same. One routine serves all sets. What was learned when belongs to
 * each version, so that the case's freshness follows from what stays.
 */
#include "model/case_int.h"

#define TEXT_MAX 255
#define TITLE_MAX 200

static int ref_cmp(struct fact_ref a, struct fact_ref b)
{
    if (a.pos != b.pos)
        return a.pos < b.pos ? -1 : 1;
    return (a.idx > b.idx) - (a.idx < b.idx);
}

int version_cmp(const struct version *a, const struct version *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us < b->changed_us ? -1 : 1;
    int c = ref_cmp(a->ref, b->ref);
    if (c != 0)
        return c;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->content > b->content) - (a->content < b->content);
}

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

/* ---- one sorted set of objects of any kind */

struct set_kind {
    size_t size, max;
    int (*cmp)(const void *a, const void *b); /* by identity: 0 is the same object */
    struct version *(*ver)(void *obj);        /* NULL: objects never change */
    bool (*repeat)(void *old,
                   const void *obj); /* of those: what a repeat adds; true when anything moved */
    const char *name;
};

/* The same version again: the first that was received stays. In order of receipt nothing moves. */
static bool version_again(struct version *old, const struct version *v)
{
    bool earlier = ref_cmp(v->ref, old->ref) < 0, sooner = v->learned_us < old->learned_us;
    if (earlier) {
        old->ref = v->ref;
        old->key = v->key;
    }
    if (sooner)
        old->learned_us = v->learned_us;
    return earlier || sooner;
}

/* Another telling of an object that the set has. */
static bool replace(const struct set_kind *k, void *old, const void *obj, void *scratch)
{
    if (k->ver == NULL)
        return k->repeat(old, obj);
    memcpy(scratch, obj, k->size);
    struct version *was = k->ver(old), *v = k->ver(scratch);
    bool same_time = v->changed_us == was->changed_us;
    if (same_time && v->content == was->content)
        return version_again(was, v);
    if (same_time && v->changed_us != 0 && v->content == was->replaced)
        return false; /* a repeat that comes late, after what it was replaced by */
    if (version_cmp(v, was) < 0)
        return false;
    v->replaced = same_time ? was->content : 0;
    memcpy(old, scratch, k->size);
    return true;
}

/* Room at i in a set: a copy with a gap; of a full set the last falls out. */
static enum err make_gap(struct ctx *ctx, const struct set_kind *k, char **list, size_t *n,
                         size_t i)
{
    size_t stay = at_most(*n, k->max - 1);
    char *bigger = arena_array(ctx->arena, stay + 1, k->size);
    if (bigger == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "case: no memory");
    if (i > 0)
        memcpy(bigger, *list, i * k->size);
    if (stay > i)
        memcpy(bigger + (i + 1) * k->size, *list + i * k->size, (stay - i) * k->size);
    *list = bigger;
    *n = stay + 1;
    return OK;
}

/* Puts obj into the set; *took false when nothing moved. */
static enum err set_put(struct ctx *ctx, const struct set_kind *k, void **set, size_t *n,
                        const void *obj, bool *took)
{
    char *list = *set;
    size_t lo = 0, hi = *n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (k->cmp(list + mid * k->size, obj) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < *n && k->cmp(list + lo * k->size, obj) == 0) {
        void *scratch = ctx_alloc(ctx, k->size);
        if (scratch == NULL)
            return ERR_MEMORY;
        *took = replace(k, list + lo * k->size, obj, scratch);
        return OK;
    }
    if (lo >= k->max)
        return ctx_fail(ctx, ERR_LIMIT, "%s: more than %zu", k->name, k->max);
    enum err e = make_gap(ctx, k, &list, n, lo);
    if (e != OK)
        return e;
    memcpy(list + lo * k->size, obj, k->size);
    *set = list;
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

static struct version *view_ver(void *v)
{
    return &((struct order_view *)v)->ver;
}

static int ful_cmp(const void *a, const void *b)
{
    const struct case_fulfillment *x = a, *y = b;
    return cmp2(x->source, y->source, x->fulfillment_id, y->fulfillment_id);
}

static struct version *ful_ver(void *v)
{
    return &((struct case_fulfillment *)v)->ver;
}

static int refund_cmp(const void *a, const void *b)
{
    const struct case_refund *x = a, *y = b;
    return cmp2(x->source, y->source, x->refund_id, y->refund_id);
}

static struct version *refund_ver(void *v)
{
    return &((struct case_refund *)v)->ver;
}

static int hold_cmp(const void *a, const void *b)
{
    const struct case_hold *x = a, *y = b;
    return cmp2(x->source, y->source, x->hold_id, y->hold_id);
}

static struct version *hold_ver(void *v)
{
    return &((struct case_hold *)v)->ver;
}

static int report_cmp(const void *a, const void *b)
{
    const struct case_report *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static bool report_again(void *old, const void *obj)
{
    struct case_report *r = old;
    const struct case_report *again = obj;
    bool earlier = ref_cmp(again->ref, r->ref) < 0, sooner = again->learned_us < r->learned_us;
    if (earlier)
        r->ref = again->ref;
    if (sooner)
        r->learned_us = again->learned_us;
    return earlier || sooner;
}

static int link_cmp(const void *a, const void *b)
{
    const struct case_link *x = a, *y = b;
    return cmp2(x->tracking_number, y->tracking_number, x->carrier, y->carrier);
}

static bool link_again(void *old, const void *obj)
{
    struct case_link *link = old;
    const struct case_link *again = obj;
    if (again->learned_us >= link->learned_us)
        return false;
    link->learned_us = again->learned_us;
    return true;
}

static const struct set_kind VIEWS = {
    sizeof(struct order_view), CASE_VIEWS_MAX, view_cmp, view_ver, NULL, "views of an order"};
static const struct set_kind FULFILLMENTS = {
    sizeof(struct case_fulfillment), CASE_FULFILLMENTS_MAX, ful_cmp, ful_ver, NULL, "fulfillments"};
static const struct set_kind REFUNDS = {
    sizeof(struct case_refund), CASE_REFUNDS_MAX, refund_cmp, refund_ver, NULL, "refunds"};
static const struct set_kind HOLDS = {
    sizeof(struct case_hold), CASE_HOLDS_MAX, hold_cmp, hold_ver, NULL, "holds"};
static const struct set_kind REPORTS = {
    sizeof(struct case_report), CASE_REPORTS_MAX, report_cmp, NULL, report_again, "reports"};
static const struct set_kind LINKS = {
    sizeof(struct case_link), CASE_LINKS_MAX, link_cmp, NULL, link_again, "parcel links"};

/* A list that an arena array holds. */
#define PUT(ctx, kind, list, n, obj, took)                                                         \
    set_put((ctx), &(kind), (void **)(void *)&(list), &(n), (obj), (took))

static enum err put_view(struct ctx *ctx, struct order_case *cas, const struct order_view *v,
                         bool *took)
{
    void *list = cas->views;
    size_t n = cas->views_n;
    enum err e = set_put(ctx, &VIEWS, &list, &n, v, took);
    if (e == OK && list != cas->views)
        memcpy(cas->views, list, n * sizeof(*cas->views));
    cas->views_n = n;
    return e;
}

static bool ascends(const struct set_kind *k, const void *list, size_t n)
{
    const char *p = list;
    for (size_t i = 1; i < n; i++)
        if (k->cmp(p + (i - 1) * k->size, p + i * k->size) >= 0)
            return false;
    return true;
}

bool case_is_sorted(const struct order_case *cas)
{
    return ascends(&VIEWS, cas->views, cas->views_n) &&
           ascends(&FULFILLMENTS, cas->fulfillments, cas->fulfillments_n) &&
           ascends(&REFUNDS, cas->refunds, cas->refunds_n) &&
           ascends(&HOLDS, cas->holds, cas->holds_n) &&
           ascends(&REPORTS, cas->reports, cas->reports_n) &&
           ascends(&LINKS, cas->links, cas->links_n);
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
    return e == OK ? put_view(ctx, cas, &v, took) : no_memory(ctx, e);
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
    return PUT(ctx, FULFILLMENTS, cas->fulfillments, cas->fulfillments_n, &c, took);
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
    return PUT(ctx, REFUNDS, cas->refunds, cas->refunds_n, &c, took);
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
    return PUT(ctx, HOLDS, cas->holds, cas->holds_n, &c, took);
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
    return PUT(ctx, REPORTS, cas->reports, cas->reports_n, &c, took);
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
    return PUT(ctx, LINKS, cas->links, cas->links_n, &c, took);
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

/* ---- merging */

static enum err merge_set(struct ctx *ctx, const struct set_kind *k, void **set, size_t *n,
                          const void *from, size_t from_n)
{
    enum err e = OK;
    bool took;
    for (size_t i = 0; e == OK && i < from_n; i++)
        e = set_put(ctx, k, set, n, (const char *)from + i * k->size, &took);
    return e == ERR_LIMIT ? OK : e;
}

#define MERGE(ctx, kind, into, from, list)                                                         \
    merge_set((ctx), &(kind), (void **)(void *)&(into)->list, &(into)->list##_n, (from)->list,     \
              (from)->list##_n)

enum err case_merge(struct ctx *ctx, struct order_case *cas, const struct order_case *from)
{
    enum err e = OK;
    bool took;
    for (size_t i = 0; e == OK && i < from->views_n; i++)
        e = put_view(ctx, cas, &from->views[i], &took);
    if (e == ERR_LIMIT)
        e = OK;
    if (e == OK)
        e = MERGE(ctx, FULFILLMENTS, cas, from, fulfillments);
    if (e == OK)
        e = MERGE(ctx, REFUNDS, cas, from, refunds);
    if (e == OK)
        e = MERGE(ctx, HOLDS, cas, from, holds);
    if (e == OK)
        e = MERGE(ctx, REPORTS, cas, from, reports);
    if (e == OK)
        e = MERGE(ctx, LINKS, cas, from, links);
    cas->fresh_us = freshness(cas);
    if (from->first_us != 0 && (cas->first_us == 0 || from->first_us < cas->first_us))
        cas->first_us = from->first_us;
    if (str_empty(cas->customer))
        cas->customer = from->customer;
    return e;
}
