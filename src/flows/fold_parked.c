/*
 * Events that a storefront tells of a fulfillment, without the parcel's number. Where the fulfillment and its number are known they
 * are that parcel's; else they are parked under a stand-in number that no order has, so that nothing watches or shows it, and are
 * told again under the real one as soon as a fulfillment names it. The recorded facts bear the real number: replay finds no more
 * to do.
 */
#include "flows/fold.h"
#include "flows/reader.h"

#include "model/fact_json.h"

static const struct fact_record NONE = {0};

static const struct parcel_ref *first_parcel(const struct order_case *cas, struct str source, struct str fulfillment_id)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *cf = &cas->fulfillments[i];
        if (str_eq(cf->source, source) && str_eq(cf->fulfillment_id, fulfillment_id) && cf->parcels_n > 0)
            return &cf->parcels[0];
    }
    return NULL;
}

/* The event as the parcel's own. An event does not say which of several parcels it is of: of the first, as the shop's pages do. */
static enum err fold_as(struct fold *f, const struct fact *fct, const struct parcel_ref *ref)
{
    struct fact own = *fct;
    own.u.event.tracking_number = ref->tracking_number;
    if (!str_empty(ref->carrier))
        own.u.event.carrier = ref->carrier;
    own.u.event.order_id = own.u.event.fulfillment_id = STR_NULL;
    return fold_event(f, &own, &NONE);
}

enum err fold_parked_event(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct tracking_event *ev = &fct->u.event;
    struct fold_order *fo = NULL;
    enum err e = f->replay ? OK : fold_order_by_id(f, ev->order_id, &fo);
    const struct parcel_ref *ref = fo == NULL ? NULL : first_parcel(&fo->c, f->account, ev->fulfillment_id);
    if (e != OK)
        return e;
    return ref != NULL ? fold_as(f, fct, ref) : fold_event(f, fct, rec);
}

/* The fact behind a parked scan, with its personal part while there is a key for it. */
static enum err read_parked(struct fold *f, struct fact_ref at, struct fact *out)
{
    struct reader rd = {.state = f->db};
    struct fact_row row;
    const struct json *personal = NULL, *v = NULL;
    enum err e = fact_row_get(f->ctx, f->db, f->m->id, at, &row);
    if (e == OK)
        e = fact_row_personal(f->ctx, &rd, f->m, &row, &personal);
    if (e == OK)
        e = json_parse(f->ctx, row.clear, &JSON_LIMITS_WEBHOOK, &v);
    return e == OK ? fact_read(f->ctx, v, personal, out) : e;
}

enum err fold_unpark(struct fold *f, const struct fulfillment_fact *ff)
{
    struct fold_parcel *fp = NULL;
    enum err e = OK;
    if (f->replay || str_empty(ff->parked_under) || ff->parcels_n == 0)
        return OK;
    e = fold_parcel_by_number(f, ff->parked_under, false, &fp);
    for (size_t i = 0; e == OK && fp != NULL && i < fp->p.scans_n; i++) {
        struct fact fct;
        e = read_parked(f, fp->p.scans[i].ref, &fct);
        if (e == OK)
            e = fold_as(f, &fct, &ff->parcels[0]);
        else if (e == ERR_NOTFOUND || e == ERR_DENIED) /* erased since */
            e = OK;
    }
    return e;
}
