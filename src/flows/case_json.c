/*
 * The case written out: order, items with what has left, parcels with their scans newest first, the diagnosis with its
 * evidence and both explanations, the history of classes. Times are RFC 3339 UTC; money is minor units with its currency;
 * ages count from as_of.
 */
#include "flows/case_json.h"
#include "flows/act_read.h"
#include "flows/message_list.h"

#include "connectors/lib/tracking_number.h"

struct view {
    struct ctx *ctx;
    struct jw *w;
    const struct case_answer *ca;
    const struct case_json_options *opt;
};

static void key_age(struct jw *w, const char *key, int64_t at_us, int64_t now_us)
{
    jw_key(w, key);
    if (at_us == 0 || now_us == 0)
        jw_null(w);
    else
        jw_i64(w, (now_us - at_us) / US_PER_S);
}

/* A local wall clock, kept as if it were UTC: written without a zone. */
static void key_local(struct ctx *ctx, struct jw *w, const char *key, int64_t local_us)
{
    struct when when = {.kind = WHEN_LOCAL, .local_us = local_us, .has_local = true};
    jw_kstr_null(w, key, local_us == 0 ? STR_NULL : time_local_text(ctx->arena, &when));
}

static void place_json(struct jw *w, const char *key, const struct place *pl)
{
    jw_key(w, key);
    jw_obj(w);
    jw_kstr_null(w, "city", pl->city);
    jw_kstr_null(w, "region", pl->region);
    jw_kstr_null(w, "country", pl->country);
    jw_end(w);
}

/* ---- diagnosis */

static void class_json(struct jw *w, const char *key, enum diag_class cls)
{
    jw_kstr_null(w, key, cls < DIAG_CLASS_COUNT ? str_of(diag_class_word(cls)) : STR_NULL);
}

static void evidence_json(struct jw *w, const struct diagnosis *d, int64_t now_us)
{
    jw_key(w, "evidence");
    jw_arr(w);
    for (size_t i = 0; i < d->evidence_n; i++) {
        const struct evidence *ev = &d->evidence[i];
        jw_obj(w);
        jw_kstr(w, "what", str_of(ev->what));
        jw_ktime(w, "at", ev->at_us);
        key_age(w, "age_s", ev->at_us, now_us);
        jw_kstr(w, "detail", ev->detail);
        jw_ki64(w, "position", ev->ref.pos);
        jw_ki64(w, "index", ev->ref.idx);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void estimate_json(struct jw *w, const struct diag_estimate *est)
{
    jw_key(w, "estimate");
    jw_obj(w);
    jw_ktime(w, "p10", est->p10_us);
    jw_ktime(w, "p50", est->p50_us);
    jw_ktime(w, "p90", est->p90_us);
    if (est->late_pm >= 0)
        jw_ki64(w, "late_per_mille", est->late_pm);
    jw_ki64(w, "never_per_mille", est->never_pm);
    jw_kstr(w, "group", est->group);
    jw_ki64(w, "n", est->n);
    jw_kstr(w, "model", est->model);
    jw_end(w);
}

static void figures_json(struct ctx *ctx, struct jw *w, const struct diag_figures *fig)
{
    const struct {
        const char *key;
        int64_t at_us;
    } TIMES[] = {{"promised_at", fig->promised_us}, {"expected_at", fig->expected_us}, {"delivered_at", fig->delivered_us},
                 {"hand_over_at", fig->hand_over_us}, {"label_at", fig->label_us}, {"attempt_at", fig->attempt_us},
                 {"pickup_until", fig->pickup_until_us}, {"customs_since", fig->customs_us}, {"ships_by", fig->ships_by_us},
                 {"restock_at", fig->restock_us}, {"preorder_until", fig->preorder_us},
                 {"sent_at", fig->sent_us}, {"first_scan_due_at", fig->noted_us}};
    const struct {
        const char *key;
        bool yes;
    } SIGNS[] = {{"expected_day_only", fig->expected_day_only}, {"delivered_doubt", fig->delivered_doubt},
                 {"attempt_overdue", fig->attempt_overdue}, {"untracked", fig->untracked}, {"nothing_ships", fig->nothing_ships}};
    jw_key(w, "figures");
    jw_obj(w);
    for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++)
        if (TIMES[i].at_us != 0)
            jw_ktime(w, TIMES[i].key, TIMES[i].at_us);
    if (fig->promise_from != NULL)
        jw_kstr(w, "promise_from", str_of(fig->promise_from));
    if (fig->last_scan_us != 0) {
        jw_ktime(w, "last_scan_at", fig->last_scan_us);
        key_local(ctx, w, "last_scan_local", fig->last_local_us);
        jw_kbool(w, "last_scan_estimated", fig->last_estimated);
        place_json(w, "last_scan_place", &fig->last_place);
    }
    if (fig->incident != NULL) {
        jw_kstr(w, "incident", str_of(incident_kind_word(fig->incident->kind)));
        jw_kstr(w, "incident_id", fig->incident->id);
    }
    if (fig->estimate.known)
        estimate_json(w, &fig->estimate);
    if (fig->attempts > 0)
        jw_ki64(w, "attempts", fig->attempts);
    if (fig->silent_hours > 0)
        jw_ki64(w, "silent_hours", fig->silent_hours);
    if (fig->late_days > 0)
        jw_ki64(w, "late_days", fig->late_days);
    for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++)
        if (SIGNS[i].yes)
            jw_kbool(w, SIGNS[i].key, true);
    jw_end(w);
}

static void limits_json(struct jw *w, const struct limit_set *set)
{
    const struct {
        const char *key;
        int v;
    } ROWS[] = {{"fulfillment_days", set->fulfillment_days}, {"label_only_days", set->label_only_days},
                {"label_note_hours", set->label_note_hours}, {"silent_hours", set->silent_hours}, {"lost_days", set->lost_days},
                {"customs_days", set->customs_days}, {"pickup_days", set->pickup_days},
                {"attempt_look_hours", set->attempt_look_hours}, {"late_grace_hours", set->late_grace_hours},
                {"transit_days", set->transit_days}, {"slow_percent", set->slow_percent}, {"fresh_minutes", set->fresh_minutes},
                {"after_delivery_days", set->after_delivery_days}};
    jw_key(w, "limits");
    jw_obj(w);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        jw_ki64(w, ROWS[i].key, ROWS[i].v);
    jw_kbool(w, "delivered_trusted", set->delivered_trusted);
    jw_end(w);
}

static void diagnosis_json(const struct view *v, const struct diagnosis *d, const struct parcel_diagnosis *pd)
{
    struct jw *w = v->w;
    const struct case_answer *ca = v->ca;
    jw_key(w, "diagnosis");
    jw_obj(w);
    jw_kstr(w, "class", str_of(diag_class_word(d->cls)));
    jw_ki64(w, "severity", d->severity);
    jw_ktime(w, "since", d->since_us);
    jw_ktime(w, "next_look", d->next_look_us);
    class_json(w, "next_class", d->next_cls);
    jw_kbool(w, "stale", d->stale);
    jw_kbool(w, "late_initial_scan", d->flag_late_initial_scan);
    jw_kbool(w, "not_updated_recently", d->flag_not_updated);
    jw_kstr_null(w, "conflict", d->conflict);
    jw_kstr(w, "customer", diagnosis_for_customer(v->ctx, STR("en"), ca->cas, &ca->cd, pd, ca->as_of_us));
    jw_kstr(w, "operator", diagnosis_for_operator(v->ctx, ca->cas, &ca->cd, pd, ca->as_of_us));
    figures_json(v->ctx, w, &d->fig);
    limits_json(w, &d->limits);
    evidence_json(w, d, ca->as_of_us);
    jw_end(w);
}

/* ---- order */

static void items_json(struct jw *w, const struct case_item *items, size_t n)
{
    jw_key(w, "items");
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(w);
        jw_kstr_null(w, "sku", items[i].sku);
        jw_kstr_null(w, "title", items[i].title);
        jw_ki64(w, "quantity", items[i].quantity);
        jw_ki64(w, "price_minor", items[i].price_minor);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void item_states_json(struct jw *w, const struct case_diagnosis *cd)
{
    jw_key(w, "items");
    jw_arr(w);
    for (size_t i = 0; i < cd->items_n; i++) {
        const struct item_state *it = &cd->items[i];
        jw_obj(w);
        jw_kstr_null(w, "sku", it->item->sku);
        jw_kstr_null(w, "title", it->item->title);
        jw_ki64(w, "quantity", it->item->quantity);
        jw_ki64(w, "price_minor", it->item->price_minor);
        jw_ki64(w, "shipped", it->shipped);
        jw_ki64(w, "delivered", it->delivered);
        jw_ki64(w, "waiting", it->waiting);
        jw_kbool(w, "short_of_stock", it->short_of_stock);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void view_json(struct jw *w, const struct order_view *ov, int64_t now_us)
{
    jw_obj(w);
    jw_kstr(w, "source", ov->source);
    jw_kstr(w, "role", str_of(source_role_word(ov->role)));
    jw_kstr(w, "order_id", ov->order_id);
    jw_kstr_null(w, "name", ov->name);
    jw_ktime(w, "placed_at", ov->placed_us);
    jw_kstr_null(w, "currency", ov->currency);
    jw_ki64(w, "total_minor", ov->total_minor);
    jw_kstr_null(w, "promised_at", ov->promised_at);
    jw_kstr_null(w, "preorder_until", ov->preorder_until);
    jw_kstr_null(w, "service", ov->service);
    jw_kstr(w, "state", str_of(order_state_word(ov->state)));
    jw_kstr(w, "financial_state", str_of(financial_state_word(ov->financial)));
    jw_kbool(w, "cod", ov->cod);
    jw_kstr_null(w, "cancel_reason", ov->cancel_reason);
    jw_kstr_null(w, "country", ov->country);
    jw_kstr_null(w, "region", ov->region);
    jw_ktime(w, "changed_at", ov->ver.changed_us);
    key_age(w, "age_s", ov->ver.changed_us, now_us);
    jw_ki64(w, "position", ov->ver.ref.pos);
    items_json(w, ov->items, ov->items_n);
    jw_end(w);
}

static void fulfillments_json(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "fulfillments");
    jw_arr(w);
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        const struct case_fulfillment *ful = &cas->fulfillments[i];
        jw_obj(w);
        jw_kstr(w, "source", ful->source);
        jw_kstr(w, "role", str_of(source_role_word(ful->role)));
        jw_kstr(w, "fulfillment_id", ful->fulfillment_id);
        jw_kstr(w, "state", str_of(fulfillment_state_word(ful->state)));
        jw_kstr_null(w, "location", ful->location);
        jw_ktime(w, "created_at", ful->created_us);
        jw_ktime(w, "changed_at", ful->ver.changed_us);
        items_json(w, ful->items, ful->items_n);
        jw_key(w, "tracking_numbers");
        jw_arr(w);
        for (size_t k = 0; k < ful->parcels_n; k++)
            jw_str(w, ful->parcels[k].tracking_number);
        jw_arr_end(w);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void refunds_json(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "refunds");
    jw_arr(w);
    for (size_t i = 0; i < cas->refunds_n; i++) {
        const struct case_refund *r = &cas->refunds[i];
        jw_obj(w);
        jw_kstr(w, "refund_id", r->refund_id);
        jw_ki64(w, "amount_minor", r->amount_minor);
        jw_kstr_null(w, "currency", r->currency);
        jw_kbool(w, "full", r->full);
        jw_ktime(w, "at", r->at_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void returns_json(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "returns");
    jw_arr(w);
    for (size_t i = 0; i < cas->returns_n; i++) {
        const struct case_return *r = &cas->returns[i];
        int64_t since_us = 0;
        enum return_state s = case_return_state(cas, r, &since_us);
        jw_obj(w);
        jw_kstr(w, "source", r->source);
        jw_kstr(w, "return_id", r->return_id);
        jw_kstr(w, "state", str_of(return_state_word(s)));
        jw_ktime(w, "since", since_us);
        jw_kstr_null(w, "carrier", r->carrier);
        jw_kstr_null(w, "tracking_number", r->tracking_number);
        items_json(w, r->items, r->items_n);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void holds_json(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "holds");
    jw_arr(w);
    for (size_t i = 0; i < cas->holds_n; i++) {
        jw_obj(w);
        jw_kstr(w, "hold_id", cas->holds[i].hold_id);
        jw_kstr_null(w, "why", cas->holds[i].why);
        jw_kbool(w, "released", cas->holds[i].released);
        jw_ktime(w, "at", cas->holds[i].at_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void reports_json(struct jw *w, const struct order_case *cas)
{
    jw_key(w, "reports");
    jw_arr(w);
    for (size_t i = 0; i < cas->reports_n; i++) {
        jw_obj(w);
        jw_kstr(w, "report", str_of(report_kind_word(cas->reports[i].kind)));
        jw_kstr_null(w, "tracking_number", cas->reports[i].tracking_number);
        jw_kstr_null(w, "sku", cas->reports[i].sku);
        jw_ktime(w, "at", cas->reports[i].at_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void stock_json(struct jw *w, const struct order_case *cas, int64_t now_us)
{
    jw_key(w, "stock");
    jw_arr(w);
    for (size_t i = 0; i < cas->stock_n; i++) {
        const struct case_stock *st = &cas->stock[i];
        jw_obj(w);
        jw_kstr(w, "sku", st->sku);
        jw_kstr_null(w, "location", st->location);
        jw_ki64(w, "available", st->available);
        jw_kbool(w, "net_of_orders", st->net_of_orders);
        jw_kstr_null(w, "restock_at", st->restock_at);
        jw_ktime(w, "changed_at", st->changed_us);
        key_age(w, "heard_s", st->fresh_us, now_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

/* ---- parcels */

static void scan_words(const struct view *v, const struct parcel_scan *s)
{
    struct str description = STR_NULL, signer = STR_NULL, note = STR_NULL;
    if (v->opt == NULL || v->opt->personal == NULL)
        return;
    if (case_scan_text(v->ctx, v->opt->personal, v->ca->merchant_id, s->ref, &description, &signer, &note) != OK)
        return; /* its key is gone: the scan stays, its words do not */
    jw_kstr_null(v->w, "description", description);
    jw_kstr_null(v->w, "signed_by", signer);
    jw_kstr_null(v->w, "drop_off_note", note);
}

static void scan_json(const struct view *v, const struct parcel *pcl, const struct parcel_scan *s)
{
    struct jw *w = v->w;
    jw_obj(w);
    jw_ktime(w, "at", s->at_us);
    key_local(v->ctx, w, "local", s->local_us);
    jw_kbool(w, "estimated", (s->flags & SCAN_ESTIMATED) != 0);
    jw_kbool(w, "date_only", (s->flags & SCAN_DATE_ONLY) != 0);
    jw_kbool(w, "synthetic", (s->flags & SCAN_SYNTHETIC) != 0);
    key_age(w, "age_s", s->at_us, v->ca->as_of_us);
    jw_kstr(w, "status", str_of(parcel_status_word(s->status)));
    jw_kstr(w, "reason", str_of(reason_word(s->reason)));
    jw_kstr_null(w, "code", s->code);
    jw_kstr_null(w, "carrier", s->carrier >= 0 && (size_t)s->carrier < pcl->carriers_n ? pcl->carriers[s->carrier] : STR_NULL);
    place_json(w, "place", &s->place);
    jw_ki64(w, "position", s->ref.pos);
    scan_words(v, s);
    jw_end(w);
}

/* Who brings it in the country it goes to: the carrier of the second leg, or the post there under the same number (R118). */
static void destination_json(struct ctx *ctx, struct jw *w, const struct parcel *pcl, struct str country)
{
    bool leg = !str_empty(pcl->next_number);
    struct str carrier = leg ? pcl->next_carrier : post_at_destination(pcl->number, country);
    jw_kstr_null(w, "destination_carrier", carrier);
    jw_kstr_null(w, "destination_url", str_empty(carrier) ? STR_NULL : carrier_url(ctx->arena, carrier, leg ? pcl->next_number : pcl->number));
}

static void parcel_head(struct ctx *ctx, struct jw *w, const struct case_answer *ca, const struct parcel_diagnosis *pd)
{
    const struct parcel *pcl = pd->parcel;
    struct str country = case_destination(ca->cas).country;
    int64_t now_us = ca->as_of_us;
    jw_kstr_null(w, "carrier", pd->carrier);
    jw_kstr_null(w, "carrier_title", carrier_title(pd->carrier));
    jw_kstr(w, "tracking_number", pcl->number);
    jw_kstr_null(w, "url", carrier_url(ctx->arena, pd->carrier, pcl->number));
    destination_json(ctx, w, pcl, str_empty(country) ? pcl->dest_country : country);
    jw_kstr(w, "status", str_of(parcel_status_word(pd->view.status)));
    jw_kstr(w, "reason", str_of(reason_word(pd->view.reason)));
    jw_ktime(w, "heard_at", parcel_heard_us(pcl));
    key_age(w, "heard_s", parcel_heard_us(pcl), now_us);
}

void case_json_parcel_brief(struct ctx *ctx, struct jw *w, const struct case_answer *ca, size_t i)
{
    const struct parcel_diagnosis *pd = &ca->cd.parcels[i];
    jw_obj(w);
    parcel_head(ctx, w, ca, pd);
    jw_kstr(w, "class", str_of(diag_class_word(pd->d.cls)));
    jw_ktime(w, "last_scan_at", pd->d.fig.last_scan_us);
    key_age(w, "last_scan_s", pd->d.fig.last_scan_us, ca->as_of_us);
    jw_ktime(w, "expected_at", pd->d.fig.expected_us);
    jw_kbool(w, "stale", pd->d.stale);
    jw_end(w);
}

static void parcel_json(const struct view *v, const struct parcel_diagnosis *pd)
{
    struct jw *w = v->w;
    const struct parcel *pcl = pd->parcel;
    jw_obj(w);
    parcel_head(v->ctx, w, v->ca, pd);
    jw_kstr_null(w, "service", pcl->service);
    jw_kstr_null(w, "next_carrier", pcl->next_carrier);
    jw_kstr_null(w, "next_number", pcl->next_number);
    jw_ki64(w, "shared_with_orders", pcl->links_n > 0 ? (int64_t)pcl->links_n - 1 : 0);
    diagnosis_json(v, &pd->d, pd);
    jw_key(w, "scans");
    jw_arr(w);
    for (size_t i = pd->view.to; i > pd->view.from; i--)
        scan_json(v, pcl, &pcl->scans[i - 1]);
    jw_arr_end(w);
    jw_end(w);
}

/* ---- the rest */

static void changes_json(struct jw *w, const struct case_answer *ca)
{
    jw_key(w, "changes");
    jw_arr(w);
    for (size_t i = 0; i < ca->changes_n; i++) {
        jw_obj(w);
        jw_kstr_null(w, "tracking_number", ca->changes[i].number);
        class_json(w, "class", ca->changes[i].cls);
        jw_ktime(w, "since", ca->changes[i].since_us);
        jw_ktime(w, "seen", ca->changes[i].seen_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void address_json(struct jw *w, const struct address *a)
{
    jw_key(w, "ship_to");
    jw_obj(w);
    jw_kstr_null(w, "name", a->name);
    jw_kstr_null(w, "line1", a->line1);
    jw_kstr_null(w, "line2", a->line2);
    jw_kstr_null(w, "city", a->city);
    jw_kstr_null(w, "region", a->region);
    jw_kstr_null(w, "postal_code", a->postal_code);
    jw_kstr_null(w, "country", a->country);
    jw_kstr_null(w, "phone", a->phone);
    jw_end(w);
}

static enum err personal_json(const struct view *v)
{
    struct personal per = {0};
    if (v->opt == NULL || v->opt->personal == NULL)
        return OK;
    enum err e = case_personal(v->ctx, v->opt->personal, v->ca, &per);
    if (e != OK)
        return e;
    jw_key(v->w, "personal");
    jw_obj(v->w);
    jw_kstr_null(v->w, "email", per.email);
    jw_kstr_null(v->w, "phone", per.phone);
    address_json(v->w, &per.ship_to);
    jw_end(v->w);
    return OK;
}

static void order_json(const struct view *v)
{
    const struct order_case *cas = v->ca->cas;
    const struct order_view *ov = order_anchor(cas);
    struct jw *w = v->w;
    jw_kstr_null(w, "order", ov == NULL ? STR_NULL : ov->name);
    jw_kstr_null(w, "order_id", ov == NULL ? STR_NULL : ov->order_id);
    jw_ki64(w, "order_no", v->ca->order_no);
    jw_ki64(w, "position", v->ca->position);
    jw_ktime(w, "as_of", v->ca->as_of_us);
    jw_ktime(w, "heard_at", case_heard_us(cas));
    key_age(w, "heard_s", case_heard_us(cas), v->ca->as_of_us);
    jw_kstr_null(w, "customer", cas->customer);
    diagnosis_json(v, &v->ca->cd.order, NULL);
    class_json(w, "waiting_class", v->ca->cd.waiting_cls);
    item_states_json(w, &v->ca->cd);
}

enum err case_json(struct ctx *ctx, struct jw *w, const struct case_answer *ca, const struct case_json_options *opt)
{
    struct view v = {ctx, w, ca, opt};
    jw_obj(w);
    order_json(&v);
    enum err e = personal_json(&v);
    if (e != OK)
        return e;
    jw_key(w, "parcels");
    jw_arr(w);
    for (size_t i = 0; i < ca->cd.parcels_n; i++)
        parcel_json(&v, &ca->cd.parcels[i]);
    jw_arr_end(w);
    jw_key(w, "sources");
    jw_arr(w);
    for (size_t i = 0; i < ca->cas->views_n; i++)
        view_json(w, &ca->cas->views[i], ca->as_of_us);
    jw_arr_end(w);
    fulfillments_json(w, ca->cas);
    refunds_json(w, ca->cas);
    returns_json(w, ca->cas);
    holds_json(w, ca->cas);
    reports_json(w, ca->cas);
    stock_json(w, ca->cas, ca->as_of_us);
    changes_json(w, ca);
    case_messages_json(w, ca->messages, ca->messages_n);
    if (ca->acts != NULL)
        case_acts_json(w, ca->acts);
    jw_end(w);
    return buf_err(w->b);
}

void case_json_row(struct jw *w, const struct order_case *cas, int64_t now_us)
{
    const struct order_view *ov = order_anchor(cas);
    jw_obj(w);
    jw_ki64(w, "order_no", cas->order_no);
    jw_kstr_null(w, "order", ov == NULL ? STR_NULL : ov->name);
    class_json(w, "class", cas->diag);
    jw_ki64(w, "severity", cas->diag < DIAG_CLASS_COUNT ? diag_class_severity(cas->diag) : 0);
    jw_ktime(w, "since", cas->diag_since_us);
    jw_ktime(w, "placed_at", ov == NULL ? 0 : ov->placed_us);
    jw_kstr_null(w, "country", ov == NULL ? STR_NULL : ov->country);
    jw_ktime(w, "heard_at", case_heard_us(cas));
    key_age(w, "heard_s", case_heard_us(cas), now_us);
    jw_end(w);
}
