/* See action_call.h. */
#include "flows/action_call.h"

#include "flows/act_read.h"
#include "flows/reader.h"
#include "model/fact_json.h"

static const struct order_view *view_at(const struct order_case *cas, struct str account)
{
    for (size_t i = 0; i < cas->views_n; i++)
        if (str_eq(cas->views[i].source, account))
            return &cas->views[i];
    return NULL;
}

static const struct case_item *item_of(const struct order_view *v, struct str key)
{
    for (size_t i = 0; v != NULL && i < v->items_n; i++)
        if (str_eq(case_item_key(&v->items[i]), key))
            return &v->items[i];
    return NULL;
}

static enum err set_lines(struct ctx *ctx, const struct order_case *cas, const struct order_view *here, const struct action_row *r,
                          struct action_call *out)
{
    struct action_line *lines = arena_array(ctx->arena, r->items_n + 1, sizeof(*lines));
    if (lines == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "action: no memory");
    for (size_t i = 0; i < r->items_n; i++) {
        const struct case_item *at = item_of(here, r->items[i].sku), *any = at != NULL ? at : item_of(order_anchor(cas), r->items[i].sku);
        lines[i] = (struct action_line){.sku = r->items[i].sku, .quantity = r->items[i].quantity};
        if (at != NULL)
            lines[i].item_id = at->item_id;
        if (any != NULL)
            lines[i].title = any->title;
    }
    out->lines = lines;
    out->lines_n = r->items_n;
    return OK;
}

static bool is_whole(const struct order_case *cas, const struct action_row *r)
{
    const struct order_view *v = order_anchor(cas);
    for (size_t i = 0; v != NULL && i < v->items_n; i++) {
        int64_t taken = 0;
        for (size_t k = 0; k < r->items_n; k++)
            if (str_eq(r->items[k].sku, case_item_key(&v->items[i])))
                taken = r->items[k].quantity;
        if (taken < case_quantity_ordered(cas, case_item_key(&v->items[i])))
            return false;
    }
    return v != NULL && r->items_n > 0;
}

/* The parcel's number stands before what tells two matters of it apart. */
static void set_parcel(const struct case_diagnosis *cd, struct str subject, struct action_call *out)
{
    struct str number = subject;
    const char *mark = subject.n == 0 ? NULL : memchr(subject.p, '#', subject.n);
    if (mark != NULL)
        number = str_sub(subject, 0, (size_t)(mark - subject.p));
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (str_eq(cd->parcels[i].parcel->number, number)) {
            out->tracking_number = number;
            out->carrier = cd->parcels[i].carrier;
        }
}

/* What the note says: the state that it was decided for, and what is known by now. */
static void set_note(struct ctx *ctx, const struct case_answer *ca, const struct action_row *r, struct action_call *out)
{
    const struct parcel_diagnosis *pd = NULL;
    struct str state = r->subject, number = STR_NULL;
    (void)str_split(&state, '#', &number);
    for (size_t i = 0; i < ca->cd.parcels_n; i++)
        if (str_eq(ca->cd.parcels[i].parcel->number, number))
            pd = &ca->cd.parcels[i];
    struct str known = str_sub(diagnosis_for_operator(ctx, ca->cas, &ca->cd, pd, ca->as_of_us), 0, 500);
    out->detail = state;
    out->note = arena_fmt(ctx->arena, "%.*s%s%.*s (rule %.*s). %.*s", STR_ARG(number), str_empty(number) ? "" : " ", STR_ARG(state), STR_ARG(r->rule),
                          (int)str_utf8_prefix(known), known.p);
}

/* What was asked for, with its new address unsealed. */
static enum err set_request(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct action_kept *act, struct action_call *out)
{
    struct fact_row row;
    struct fact fct;
    if (act->request_pos == 0)
        return OK;
    enum err e = fact_row_whole(ctx, rd, m, (struct fact_ref){act->request_pos, (uint32_t)act->request_idx}, &row, &fct);
    if (e != OK)
        return e;
    out->detail = fct.u.request.detail;
    if (!str_empty(fct.u.request.ship_to.line1) || !str_empty(fct.u.request.ship_to.postal_code) || !str_empty(fct.u.request.ship_to.phone))
        out->new_address = fct.u.request.ship_to;
    return OK;
}

enum err action_call_make(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct account *acct,
                          const struct action_kept *act, struct action_call *out)
{
    struct case_answer ca;
    struct personal who;
    const struct action_row *r = &act->row;
    struct action_call call = {.key = act->key, .cap = r->cap, .amount_minor = r->amount_minor, .rule = r->rule};
    enum err e = case_read(ctx, rd, m->id, r->order_no, 0, &ca);
    if (e == OK)
        e = case_personal(ctx, rd, &ca, &who);
    if (e != OK)
        return e;
    const struct order_view *anchor = order_anchor(ca.cas), *here = view_at(ca.cas, acct->id);
    call.order_name = anchor == NULL ? STR_NULL : anchor->name;
    call.currency = anchor == NULL ? STR_NULL : anchor->currency;
    call.order_id = here == NULL ? STR_NULL : here->order_id;
    call.email = who.email;
    call.phone = who.phone;
    call.ship_to = who.ship_to;
    call.whole = is_whole(ca.cas, r);
    set_parcel(&ca.cd, r->subject, &call);
    e = set_lines(ctx, ca.cas, here, r, &call);
    if (e == OK)
        e = set_request(ctx, rd, m, act, &call);
    if (e == OK && r->cap == CAP_NOTE_ORDER)
        set_note(ctx, &ca, r, &call);
    if (e == OK && (r->cap == CAP_CHANGE_ADDRESS || r->cap == CAP_REROUTE) && str_empty(call.new_address.line1))
        e = ctx_fail(ctx, ERR_DENIED, "no new address is known, or it was erased");
    if (e == OK)
        *out = call;
    return e;
}
