/*
 * The row form of an order, version 1; see case.h and pack.h. The canonical form leaves out what
 * differs by arrival (positions of facts) and what the fold of facts does not make (customer,
 * diagnosis).
 */
#include "model/case_int.h"
#include "model/pack.h"

#define VERSION 4 /* 1: without heard_us; 2: without returns; 3: without customer_tags */
#define OBJECT_BYTES_MAX                                                                           \
    ((size_t)4 << 20) /* FACT_ITEMS_MAX items with all their texts at full length */

static void pack_ref(struct pack *p, struct fact_ref *ref)
{
    pack_i64(p, &ref->pos);
    pack_u32(p, &ref->idx);
}

static void pack_version(struct pack *p, struct version *v, bool refs)
{
    pack_i64(p, &v->changed_us);
    pack_i64(p, &v->learned_us);
    pack_fixed64(p, &v->key);
    pack_fixed64(p, &v->content);
    if (!refs)
        return;
    pack_u64(p, &v->replaced);
    pack_ref(p, &v->ref);
}

static void pack_items(struct pack *p, struct case_item **items, size_t *n)
{
    pack_count(p, n, FACT_ITEMS_MAX);
    *items = pack_list(p, *items, *n, sizeof(**items));
    for (size_t i = 0; i < *n && p->err == OK; i++) {
        struct case_item *it = &(*items)[i];
        pack_str(p, &it->item_id);
        pack_str(p, &it->sku);
        pack_str(p, &it->title);
        pack_i64(p, &it->quantity);
        pack_i64(p, &it->price_minor);
        pack_bool(p, &it->ships);
    }
}

static void pack_parcels(struct pack *p, struct parcel_ref **refs, size_t *n)
{
    pack_count(p, n, FACT_PARCELS_MAX);
    *refs = pack_list(p, *refs, *n, sizeof(**refs));
    for (size_t i = 0; i < *n && p->err == OK; i++) {
        pack_str(p, &(*refs)[i].carrier);
        pack_str(p, &(*refs)[i].tracking_number);
        pack_str(p, &(*refs)[i].url);
    }
}

static void pack_view(struct pack *p, struct order_view *v)
{
    struct str *const texts[] = {&v->source,   &v->order_id,      &v->name,
                                 &v->currency, &v->promised_at,   &v->preorder_until,
                                 &v->service,  &v->cancel_reason, &v->locale,
                                 &v->country,  &v->region,        &v->postal_prefix};
    PACK_ENUM(p, v->role, source_role, ROLE_COUNT);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        pack_str(p, texts[i]);
    pack_i64(p, &v->placed_us);
    pack_i64(p, &v->total_minor);
    PACK_ENUM(p, v->state, order_state, ORDER_STATE_COUNT);
    PACK_ENUM(p, v->financial, financial_state, FIN_COUNT);
    pack_bool(p, &v->cod);
    pack_fixed64(p, &v->address_hash);
    pack_items(p, &v->items, &v->items_n);
}

static void pack_fulfillment(struct pack *p, struct case_fulfillment *f)
{
    pack_str(p, &f->source);
    pack_str(p, &f->fulfillment_id);
    PACK_ENUM(p, f->role, source_role, ROLE_COUNT);
    PACK_ENUM(p, f->state, fulfillment_state, FUL_STATE_COUNT);
    pack_items(p, &f->items, &f->items_n);
    pack_parcels(p, &f->parcels, &f->parcels_n);
    pack_str(p, &f->location);
    pack_str(p, &f->service);
    pack_i64(p, &f->created_us);
    pack_str(p, &f->estimated_delivery);
    pack_bool(p, &f->no_notification);
}

static void pack_refund(struct pack *p, struct case_refund *r)
{
    pack_str(p, &r->source);
    pack_str(p, &r->refund_id);
    pack_i64(p, &r->amount_minor);
    pack_i64(p, &r->at_us);
    pack_str(p, &r->currency);
    pack_bool(p, &r->full);
    pack_items(p, &r->items, &r->items_n);
}

static void pack_return(struct pack *p, struct case_return *r)
{
    pack_str(p, &r->source);
    pack_str(p, &r->return_id);
    PACK_ENUM(p, r->state, return_state, RETURN_STATE_COUNT);
    pack_str(p, &r->carrier);
    pack_str(p, &r->tracking_number);
    pack_i64(p, &r->at_us);
    pack_items(p, &r->items, &r->items_n);
}

static void pack_hold(struct pack *p, struct case_hold *h)
{
    pack_str(p, &h->source);
    pack_str(p, &h->hold_id);
    pack_str(p, &h->why);
    pack_bool(p, &h->released);
    pack_i64(p, &h->at_us);
}

static void pack_report(struct pack *p, struct case_report *r, bool refs)
{
    pack_fixed64(p, &r->key);
    PACK_ENUM(p, r->kind, report_kind, REPORT_COUNT);
    pack_str(p, &r->tracking_number);
    pack_str(p, &r->sku);
    pack_i64(p, &r->at_us);
    pack_i64(p, &r->learned_us);
    if (refs)
        pack_ref(p, &r->ref);
}

static void pack_link(struct pack *p, struct case_link *link)
{
    pack_str(p, &link->carrier);
    pack_str(p, &link->tracking_number);
    pack_i64(p, &link->learned_us);
}

/* A list within max; `each` packs the element at i. */
#define PACK_LIST(p, list, n, max, each)                                                           \
    do {                                                                                           \
        pack_count((p), &(n), (max));                                                              \
        (list) = pack_list((p), (list), (n), sizeof(*(list)));                                     \
        for (size_t i = 0; i < (n) && (p)->err == OK; i++) {                                       \
            each;                                                                                  \
        }                                                                                          \
    } while (0)

static void pack_objects(struct pack *p, struct order_case *cas, bool refs)
{
    PACK_LIST(p, cas->fulfillments, cas->fulfillments_n, CASE_FULFILLMENTS_MAX,
              pack_version(p, &cas->fulfillments[i].ver, refs);
              pack_fulfillment(p, &cas->fulfillments[i]));
    PACK_LIST(p, cas->refunds, cas->refunds_n, CASE_REFUNDS_MAX,
              pack_version(p, &cas->refunds[i].ver, refs);
              pack_refund(p, &cas->refunds[i]));
    PACK_LIST(p, cas->holds, cas->holds_n, CASE_HOLDS_MAX,
              pack_version(p, &cas->holds[i].ver, refs);
              pack_hold(p, &cas->holds[i]));
    PACK_LIST(p, cas->reports, cas->reports_n, CASE_REPORTS_MAX,
              pack_report(p, &cas->reports[i], refs));
    PACK_LIST(p, cas->links, cas->links_n, CASE_LINKS_MAX, pack_link(p, &cas->links[i]));
}

static void pack_returns(struct pack *p, struct order_case *cas, bool refs)
{
    PACK_LIST(p, cas->returns, cas->returns_n, CASE_RETURNS_MAX,
              pack_version(p, &cas->returns[i].ver, refs);
              pack_return(p, &cas->returns[i]));
}

static void pack_case(struct pack *p, struct order_case *cas, bool refs)
{
    unsigned version = (unsigned)pack_below(p, VERSION, VERSION + 1);
    if (version == 0)
        pack_corrupt(p);
    pack_count(p, &cas->views_n, CASE_VIEWS_MAX);
    for (size_t i = 0; i < cas->views_n && p->err == OK; i++) {
        struct order_view v = cas->views[i];
        pack_version(p, &v.ver, refs);
        pack_view(p, &v);
        if (version > 3)
            pack_str(p, &v.customer_tags);
        cas->views[i] = v;
    }
    pack_objects(p, cas, refs);
    if (version > 2)
        pack_returns(p, cas, refs);
    pack_i64(p, &cas->fresh_us);
    if (version > 1)
        pack_i64(p, &cas->heard_us);
    pack_i64(p, &cas->first_us);
    if (!refs)
        return;
    pack_str(p, &cas->customer);
    PACK_ENUM(p, cas->diag, diag_class, DIAG_CLASS_COUNT + 1);
    pack_i64(p, &cas->diag_since_us);
}

void case_encode(const struct order_case *cas, bool with_refs, struct buf *out)
{
    struct order_case copy = *cas; /* lists are shared and only read */
    struct pack p = pack_writer(out);
    pack_case(&p, &copy, with_refs);
}

enum err case_decode(struct ctx *ctx, struct str row, struct order_case *out)
{
    struct order_case cas = {.order_no = 0};
    struct pack p = pack_reader(ctx, row);
    pack_case(&p, &cas, true);
    enum err e = pack_end(&p);
    if (e == OK && !case_is_sorted(&cas))
        e = ERR_CORRUPT;
    if (e != OK)
        return ctx_fail(ctx, e, "order row: cannot be read");
    *out = cas;
    return OK;
}

enum err case_content(enum case_object kind, const void *obj, uint64_t *out)
{
    struct buf b;
    struct pack p = pack_writer(&b);
    buf_init(&b, OBJECT_BYTES_MAX);
    switch (kind) {
    case CASE_VIEW: {
        struct order_view v = *(const struct order_view *)obj;
        pack_view(&p, &v);
        if (!str_empty(v.customer_tags)) /* else it says what it said before there were any */
            pack_str(&p, &v.customer_tags);
        break;
    }
    case CASE_FULFILLMENT: {
        struct case_fulfillment f = *(const struct case_fulfillment *)obj;
        pack_fulfillment(&p, &f);
        break;
    }
    case CASE_REFUND: {
        struct case_refund r = *(const struct case_refund *)obj;
        pack_refund(&p, &r);
        break;
    }
    case CASE_RETURN: {
        struct case_return r = *(const struct case_return *)obj;
        pack_return(&p, &r);
        break;
    }
    case CASE_HOLD: {
        struct case_hold h = *(const struct case_hold *)obj;
        pack_hold(&p, &h);
        break;
    }
    case CASE_REPORT:
    case CASE_LINK:
        return ERR_UNSUPPORTED;
    }
    enum err e = buf_err(&b);
    if (e == OK)
        *out = str_hash(buf_str(&b));
    buf_clear(&b);
    return e;
}
