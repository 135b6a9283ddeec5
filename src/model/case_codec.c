/* The row form of an order; version 1. See case.h and pack.h. */
#include "model/case.h"
#include "model/pack.h"

#define VERSION 1
#define LIST_MAX 500

static void pack_version(struct pack *p, struct version *v, bool refs)
{
    uint64_t idx = v->ref.idx;
    pack_i64(p, &v->changed_us);
    pack_fixed64(p, &v->key);
    if (!refs)
        return;
    pack_i64(p, &v->ref.pos);
    pack_u64(p, &idx);
    v->ref.idx = (uint32_t)idx;
}

static void pack_items(struct pack *p, struct case_item **items, size_t *n)
{
    pack_count(p, n, LIST_MAX);
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

static void pack_refs(struct pack *p, struct parcel_ref **refs, size_t *n)
{
    pack_count(p, n, LIST_MAX);
    *refs = pack_list(p, *refs, *n, sizeof(**refs));
    for (size_t i = 0; i < *n && p->err == OK; i++) {
        pack_str(p, &(*refs)[i].carrier);
        pack_str(p, &(*refs)[i].tracking_number);
        pack_str(p, &(*refs)[i].url);
    }
}

#define PACK_ENUM(p, field, type, count)                                                                               \
    do {                                                                                                               \
        int v_ = (int)(field);                                                                                         \
        pack_enum((p), &v_, (count));                                                                                  \
        (field) = (enum type)v_;                                                                                       \
    } while (0)

static void pack_view(struct pack *p, struct order_view *v, bool refs)
{
    struct str *const texts[] = {&v->source, &v->order_id, &v->name, &v->currency, &v->promised_at, &v->preorder_until, &v->service,
                                 &v->cancel_reason, &v->locale, &v->country, &v->region, &v->postal_prefix};
    PACK_ENUM(p, v->role, source_role, ROLE_COUNT);
    pack_version(p, &v->ver, refs);
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

static void pack_fulfillment(struct pack *p, struct case_fulfillment *f, bool refs)
{
    pack_str(p, &f->source);
    pack_str(p, &f->fulfillment_id);
    PACK_ENUM(p, f->role, source_role, ROLE_COUNT);
    pack_version(p, &f->ver, refs);
    PACK_ENUM(p, f->state, fulfillment_state, FUL_STATE_COUNT);
    pack_items(p, &f->items, &f->items_n);
    pack_refs(p, &f->parcels, &f->parcels_n);
    pack_str(p, &f->location);
    pack_str(p, &f->service);
    pack_i64(p, &f->created_us);
    pack_str(p, &f->estimated_delivery);
    pack_bool(p, &f->no_notification);
}

static void pack_refund(struct pack *p, struct case_refund *r, bool refs)
{
    pack_str(p, &r->source);
    pack_str(p, &r->refund_id);
    pack_version(p, &r->ver, refs);
    pack_i64(p, &r->amount_minor);
    pack_i64(p, &r->at_us);
    pack_str(p, &r->currency);
    pack_bool(p, &r->full);
    pack_items(p, &r->items, &r->items_n);
}

static void pack_hold(struct pack *p, struct case_hold *h, bool refs)
{
    pack_str(p, &h->source);
    pack_str(p, &h->hold_id);
    pack_str(p, &h->why);
    pack_version(p, &h->ver, refs);
    pack_bool(p, &h->released);
    pack_i64(p, &h->at_us);
}

static void pack_report(struct pack *p, struct case_report *r, bool refs)
{
    uint64_t idx = r->ref.idx;
    pack_fixed64(p, &r->key);
    PACK_ENUM(p, r->kind, report_kind, REPORT_COUNT);
    pack_str(p, &r->tracking_number);
    pack_str(p, &r->sku);
    pack_i64(p, &r->at_us);
    if (!refs)
        return;
    pack_i64(p, &r->ref.pos);
    pack_u64(p, &idx);
    r->ref.idx = (uint32_t)idx;
}

#define PACK_LIST(p, list, n, max, one, refs)                                                                          \
    do {                                                                                                               \
        pack_count((p), &(n), (max));                                                                                  \
        (list) = pack_list((p), (list), (n), sizeof(*(list)));                                                         \
        for (size_t i_ = 0; i_ < (n) && (p)->err == OK; i_++)                                                          \
            one((p), &(list)[i_], (refs));                                                                             \
    } while (0)

static void pack_case(struct pack *p, struct order_case *cas, bool refs)
{
    int version = VERSION;
    pack_int(p, &version);
    if (version != VERSION)
        p->err = ERR_CORRUPT;
    pack_count(p, &cas->views_n, CASE_VIEWS_MAX);
    for (size_t i = 0; i < cas->views_n && p->err == OK; i++)
        pack_view(p, &cas->views[i], refs);
    PACK_LIST(p, cas->fulfillments, cas->fulfillments_n, CASE_FULFILLMENTS_MAX, pack_fulfillment, refs);
    PACK_LIST(p, cas->refunds, cas->refunds_n, CASE_REFUNDS_MAX, pack_refund, refs);
    PACK_LIST(p, cas->holds, cas->holds_n, CASE_HOLDS_MAX, pack_hold, refs);
    PACK_LIST(p, cas->reports, cas->reports_n, CASE_REPORTS_MAX, pack_report, refs);
    pack_refs(p, &cas->links, &cas->links_n);
    pack_i64(p, &cas->fresh_us);
    pack_i64(p, &cas->first_us);
    if (!refs)
        return;
    pack_str(p, &cas->customer);
    PACK_ENUM(p, cas->diag, diag_class, DIAG_CLASS_COUNT + 1);
    pack_i64(p, &cas->diag_since_us);
}

void case_encode(const struct order_case *cas, bool with_refs, struct buf *out)
{
    struct order_case copy = *cas;
    struct pack p = pack_writer(out);
    pack_case(&p, &copy, with_refs);
}

enum err case_decode(struct ctx *ctx, struct str row, struct order_case *out)
{
    struct pack p = pack_reader(ctx, row);
    memset(out, 0, sizeof(*out));
    pack_case(&p, out, true);
    if (p.err == OK && p.in.n > 0)
        p.err = ERR_CORRUPT;
    return p.err == OK ? OK : ctx_fail(ctx, p.err, "order row: cannot be read");
}
