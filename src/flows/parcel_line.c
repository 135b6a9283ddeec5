/*
 * Folding without a store: each fact's place in the list stands for its ledger reference, so that a parcel's scans lead back to
 * the facts with the vendor's own words and times.
 */
#include "flows/parcel_line.h"

#include <stdlib.h>

struct line {
    struct str number;
    struct parcel pcl;
    const struct not_found_fact *not_found;
    bool known; /* a fact tells of it, beside "not found" */
};

struct lines {
    struct ctx *ctx;
    const struct decoded *d;
    struct line *list;
    size_t n, cap;
};

static enum err find_line(struct lines *ls, struct str number, struct line **out)
{
    for (size_t i = 0; i < ls->n; i++)
        if (str_eq(ls->list[i].number, number)) {
            *out = &ls->list[i];
            return OK;
        }
    if (ls->n == ls->cap) {
        size_t cap = ls->cap == 0 ? 8 : ls->cap * 2;
        struct line *more = arena_array(ls->ctx->arena, cap, sizeof(*more));
        if (more == NULL)
            return ctx_fail(ls->ctx, ERR_MEMORY, "no memory for parcels");
        if (ls->n > 0)
            memcpy(more, ls->list, ls->n * sizeof(*more));
        ls->list = more;
        ls->cap = cap;
    }
    ls->list[ls->n] = (struct line){.number = number, .pcl = {.number = number, .diag = DIAG_CLASS_COUNT}};
    *out = &ls->list[ls->n++];
    return OK;
}

static enum err add_number(struct lines *ls, struct str carrier, struct str number)
{
    struct line *ln;
    if (str_empty(number))
        return OK;
    enum err e = find_line(ls, number, &ln);
    if (e != OK)
        return e;
    ln->known = true;
    if (ln->pcl.carriers_n == 0 && !str_empty(carrier))
        ln->pcl.carriers[ln->pcl.carriers_n++] = carrier;
    return OK;
}

static enum err add_event(struct lines *ls, const struct fact *fct, uint32_t idx, int64_t now_us)
{
    struct line *ln;
    bool changed;
    enum err e = find_line(ls, fct->u.event.tracking_number, &ln);
    if (e != OK)
        return e;
    ln->known = true;
    return parcel_fold_event(ls->ctx, &ln->pcl, fct, (struct fact_ref){1, idx}, now_us, &changed);
}

static enum err add_fact(struct lines *ls, const struct fact *fct, uint32_t idx, int64_t now_us)
{
    struct line *ln;
    enum err e = OK;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        return add_event(ls, fct, idx, now_us);
    case FACT_NOT_FOUND:
        e = find_line(ls, fct->u.not_found.tracking_number, &ln);
        if (e == OK)
            ln->not_found = &fct->u.not_found;
        return e;
    case FACT_FULFILLMENT:
        for (size_t i = 0; i < fct->u.fulfillment.parcels_n && e == OK; i++)
            e = add_number(ls, fct->u.fulfillment.parcels[i].carrier, fct->u.fulfillment.parcels[i].tracking_number);
        return e;
    case FACT_PARCEL_LINK:
        e = add_number(ls, fct->u.link.carrier, fct->u.link.tracking_number);
        return e != OK ? e : add_number(ls, fct->u.link.next_carrier, fct->u.link.next_number);
    default:
        return OK;
    }
}

/* ---- writing */

static void event_times(struct ctx *ctx, struct jw *w, const struct when *at)
{
    jw_ktime(w, "occurred_at", at->kind == WHEN_UTC ? at->utc_us : 0);
    jw_kstr_null(w, "occurred_local", at->kind == WHEN_UTC && !at->has_local ? STR_NULL : time_local_text(ctx->arena, at));
}

static void place_json(struct jw *w, const struct place *pl)
{
    jw_key(w, "location");
    jw_obj(w);
    jw_kstr_null(w, "city", pl->city);
    jw_kstr_null(w, "region", pl->region);
    jw_kstr_null(w, "postal_code", pl->postal_code);
    jw_kstr_null(w, "country", pl->country);
    jw_end(w);
}

static void last_event_json(struct lines *ls, struct jw *w, const struct parcel *pcl, const struct parcel_view *view)
{
    int last = view->last >= 0 ? view->last : (int)view->to - 1;
    jw_key(w, "last_event");
    if (view->to == view->from || last < 0) {
        jw_null(w);
        return;
    }
    const struct tracking_event *ev = &ls->d->facts[pcl->scans[last].ref.idx].u.event;
    jw_obj(w);
    event_times(ls->ctx, w, &ev->occurred);
    jw_kstr_null(w, "description", ev->description);
    place_json(w, &ev->location);
    jw_end(w);
}

/* The newest scan that has the field: what was signed or noted last is what holds. */
static struct str newest_text(struct lines *ls, const struct parcel *pcl, unsigned flag, bool signer)
{
    for (size_t i = pcl->scans_n; i > 0; i--)
        if ((pcl->scans[i - 1].flags & flag) != 0) {
            const struct tracking_event *ev = &ls->d->facts[pcl->scans[i - 1].ref.idx].u.event;
            return signer ? ev->signed_by : ev->drop_off_note;
        }
    return STR_NULL;
}

static struct str estimate_text(struct ctx *ctx, const struct when *w)
{
    if (w->kind == WHEN_UTC)
        return time_rfc3339(ctx->arena, w->utc_us);
    return w->kind == WHEN_NONE ? STR_NULL : time_local_text(ctx->arena, w);
}

static void parcel_json(struct lines *ls, struct jw *w, const struct parcel *pcl)
{
    struct parcel_view view;
    parcel_view_make(pcl, 0, &view);
    int carrier = view.last >= 0 ? pcl->scans[view.last].carrier : 0;
    jw_obj(w);
    jw_kstr(w, "kind", STR("parcel"));
    jw_kstr_null(w, "carrier", carrier >= 0 && (size_t)carrier < pcl->carriers_n ? pcl->carriers[carrier] : STR_NULL);
    jw_kstr(w, "tracking_number", pcl->number);
    jw_kstr(w, "status", str_of(parcel_status_word(view.status)));
    jw_kstr(w, "reason", str_of(reason_word(view.reason)));
    last_event_json(ls, w, pcl, &view);
    jw_kstr_null(w, "estimated_delivery", estimate_text(ls->ctx, &pcl->estimate.when));
    jw_ki64(w, "events", (int64_t)pcl->scans_n);
    jw_kstr_null(w, "signed_by", newest_text(ls, pcl, SCAN_HAS_SIGNER, true));
    jw_kstr_null(w, "drop_off_note", newest_text(ls, pcl, SCAN_HAS_NOTE, false));
    jw_end(w);
}

static void not_found_json(struct jw *w, const struct not_found_fact *nf)
{
    jw_obj(w);
    jw_kstr(w, "kind", STR("not_found"));
    jw_kstr_null(w, "carrier", nf->carrier);
    jw_kstr_null(w, "tracking_number", nf->tracking_number);
    jw_kstr_null(w, "code", nf->code);
    jw_kstr_null(w, "message", nf->message);
    jw_end(w);
}

static int by_number(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return str_cmp(x->number, y->number);
}

enum err parcel_lines(struct ctx *ctx, const struct decoded *d, int64_t now_us, struct buf *out)
{
    struct lines ls = {.ctx = ctx, .d = d};
    for (size_t i = 0; i < d->n; i++) {
        enum err e = add_fact(&ls, &d->facts[i], (uint32_t)i, now_us);
        if (e != OK)
            return e;
    }
    if (ls.n > 1)
        qsort(ls.list, ls.n, sizeof(*ls.list), by_number);
    for (size_t i = 0; i < ls.n; i++) {
        struct jw w = jw_of(out);
        if (ls.list[i].known)
            parcel_json(&ls, &w, &ls.list[i].pcl);
        else if (ls.list[i].not_found != NULL)
            not_found_json(&w, ls.list[i].not_found);
        buf_addc(out, '\n');
    }
    return buf_err(out);
}
