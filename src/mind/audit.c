/* See audit.h. One look per join, each a short list of questions; the order of audit_cause.def says what explains what. */
#include "mind/audit.h"

#include <stdlib.h>

static const struct {
    const char *word, *what;
    enum audit_join join;
    enum audit_fault fault;
} CAUSES[] = {
#define AUDIT_CAUSE(NAME, word, join, fault, what) {word, what, AUDIT_##join, AUDIT_##fault},
#include "mind/audit_cause.def"
#undef AUDIT_CAUSE
};

const char *audit_cause_word(enum audit_cause c)
{
    return CAUSES[c].word;
}

const char *audit_cause_what(enum audit_cause c)
{
    return CAUSES[c].what;
}

enum audit_join audit_cause_join(enum audit_cause c)
{
    return CAUSES[c].join;
}

enum audit_fault audit_cause_fault(enum audit_cause c)
{
    return CAUSES[c].fault;
}

const char *audit_join_word(enum audit_join j)
{
    static const char *const WORDS[AUDIT_JOIN_COUNT] = {"storefront", "warehouse", "stock", "carrier", "helpdesk"};
    return WORDS[j];
}

const char *audit_fault_word(enum audit_fault f)
{
    static const char *const WORDS[AUDIT_FAULT_COUNT] = {"missing", "late", "stale", "contradicting", "complete"};
    return WORDS[f];
}

struct tracer {
    struct ctx *ctx;
    const struct audit_input *in;
    const struct order_view *view;
    struct audit *out;
};

static void find(struct tracer *t, enum audit_cause cause, int64_t since_us, struct fact_ref ref, struct str parcel, struct str detail)
{
    if (t->out->n < AUDIT_FINDINGS_MAX)
        t->out->v[t->out->n++] = (struct audit_finding){cause, since_us, ref, parcel, detail};
}

static const struct fact_ref NO_FACT = {0, 0};

static struct str hours(const struct tracer *t, const char *what, int64_t us)
{
    return arena_fmt(t->ctx->arena, "%s %lld hours", what, (long long)(us / US_PER_H));
}

/* ---- storefront */

/* Which join disagrees: the words of the conflict name the warehouse's pick, or the order itself. */
static void find_conflicts(struct tracer *t)
{
    const struct diagnosis *d = &t->in->cd->order;
    for (size_t i = 0; i < d->evidence_n; i++) {
        const struct evidence *ev = &d->evidence[i];
        if (!str_eq(str_of(ev->what), STR("conflict")))
            continue;
        bool pick = str_contains(ev->detail, STR("has not picked"));
        find(t, pick ? AUDIT_PICK_CONFLICT_CAUSE : AUDIT_ORDER_CONFLICT_CAUSE, ev->at_us, ev->ref, STR_NULL, ev->detail);
    }
}

static bool is_late(enum diag_class c)
{
    return c == DIAG_LATE || c == DIAG_STUCK || c == DIAG_PRESUMED_LOST;
}

static void look_storefront(struct tracer *t)
{
    const struct order_case *cas = t->in->cas;
    if (t->view == NULL) {
        find(t, AUDIT_NO_ORDER_CAUSE, cas->first_us, NO_FACT, STR_NULL, STR("only other sources name it"));
        return;
    }
    find_conflicts(t);
    if (str_empty(cas->customer))
        find(t, AUDIT_NO_CONTACT_CAUSE, t->view->placed_us != 0 ? t->view->placed_us : cas->first_us, t->view->ver.ref, STR_NULL,
             STR("neither e-mail nor phone"));
    for (size_t i = 0; i < t->in->cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &t->in->cd->parcels[i];
        bool named = pd->d.fig.promise_from != NULL && !str_eq(str_of(pd->d.fig.promise_from), STR("rule"));
        if (is_late(pd->d.cls) && !named)
            find(t, AUDIT_NO_PROMISE_CAUSE, t->view->placed_us, t->view->ver.ref, pd->parcel->number, STR("only the usual time is known"));
    }
}

/* ---- warehouse */

static bool waits(const struct tracer *t)
{
    return t->in->cd->waiting_cls == DIAG_FULFILLMENT_LATE || t->in->cd->waiting_cls == DIAG_BACKORDERED;
}

static void look_fulfillment(struct tracer *t, const struct case_fulfillment *f)
{
    bool sent = f->state >= FUL_SHIPPED;
    int64_t told = f->ver.learned_us, made = f->created_us;
    if (!sent && waits(t) && t->in->at_us - told > t->in->limits.late_hours * US_PER_H)
        find(t, AUDIT_STALE_FULFILLMENT_CAUSE, told, f->ver.ref, STR_NULL, hours(t, "nothing for", t->in->at_us - told));
    if (sent && f->parcels_n == 0 && t->in->cd->order.fig.untracked)
        find(t, AUDIT_NO_NUMBER_CAUSE, told, f->ver.ref, STR_NULL, f->source);
    if (made >= t->in->cas->first_us && told - made > t->in->limits.late_hours * US_PER_H)
        find(t, AUDIT_LATE_FULFILLMENT_CAUSE, made, f->ver.ref, STR_NULL, hours(t, "told after", told - made));
}

static void look_warehouse(struct tracer *t)
{
    const struct order_case *cas = t->in->cas;
    size_t live = 0;
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        if (fulfillment_is_live(&cas->fulfillments[i])) {
            live++;
            look_fulfillment(t, &cas->fulfillments[i]);
        }
    if (live == 0 && t->view != NULL && cas->parcels_n == 0 && waits(t))
        find(t, AUDIT_NO_FULFILLMENT_CAUSE, t->view->placed_us != 0 ? t->view->placed_us : cas->first_us, t->view->ver.ref, STR_NULL,
             hours(t, "nothing for", t->in->at_us - (t->view->placed_us != 0 ? t->view->placed_us : cas->first_us)));
}

/* ---- stock */

static int64_t stock_told(const struct order_case *cas, struct str sku)
{
    int64_t newest = 0;
    for (size_t i = 0; i < cas->stock_n; i++)
        if (str_eq(cas->stock[i].sku, sku) && cas->stock[i].fresh_us > newest)
            newest = cas->stock[i].fresh_us;
    return newest;
}

static void look_stock(struct tracer *t)
{
    for (size_t i = 0; waits(t) && i < t->in->cd->items_n; i++) {
        const struct item_state *it = &t->in->cd->items[i];
        if (it->waiting <= 0)
            continue;
        struct str sku = case_item_key(it->item);
        int64_t told = stock_told(t->in->cas, sku);
        if (told == 0)
            find(t, AUDIT_NO_STOCK_CAUSE, t->in->cas->first_us, NO_FACT, STR_NULL, sku);
        else if (t->in->at_us - told > t->in->limits.stock_stale_hours * US_PER_H)
            find(t, AUDIT_STALE_STOCK_CAUSE, told, NO_FACT, STR_NULL, arena_fmt(t->ctx->arena, "%.*s: last told %lld hours before", STR_ARG(sku),
                                                                              (long long)((t->in->at_us - told) / US_PER_H)));
    }
}

/* ---- carrier */

static const struct parcel *parcel_now(const struct tracer *t, struct str number)
{
    for (size_t i = 0; i < t->in->now->parcels_n; i++)
        if (str_eq(t->in->now->parcels[i]->number, number))
            return t->in->now->parcels[i];
    return NULL;
}

/* The scan that had happened and was told behind the hand-over; of several the first that happened. */
static void find_late_scan(struct tracer *t, struct str number)
{
    const struct parcel *pcl = parcel_now(t, number);
    for (size_t i = 0; pcl != NULL && i < pcl->scans_n; i++) {
        const struct parcel_scan *s = &pcl->scans[i];
        bool late = s->at_us < t->in->at_us && s->learned_us > t->in->at_us && s->learned_us - s->at_us > US_PER_H;
        if (!late || s->at_us < t->in->cas->first_us || (s->flags & SCAN_SYNTHETIC) != 0)
            continue;
        find(t, AUDIT_LATE_SCAN_CAUSE, s->at_us, s->ref, number, hours(t, arena_fmt(t->ctx->arena, "%s, told after", parcel_status_word(s->status)).p,
                                                                     s->learned_us - s->at_us));
        return;
    }
}

static void look_parcel(struct tracer *t, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = &pd->d.fig;
    struct str number = pd->parcel->number;
    int64_t label = fig->label_us != 0 ? fig->label_us : t->in->cas->first_us;
    bool over = fig->status == PARCEL_DELIVERED || fig->status == PARCEL_RETURNED || fig->status == PARCEL_LOST;
    if (pd->parcel->scans_n == 0 && pd->parcel->not_found_us != 0)
        find(t, AUDIT_NUMBER_UNKNOWN_CAUSE, label, NO_FACT, number, STR("asked, and not found"));
    else if (pd->d.cls == DIAG_LABEL_ONLY)
        find(t, AUDIT_NO_SCAN_CAUSE, label, NO_FACT, number, hours(t, "none for", t->in->at_us - label));
    for (size_t i = 0; i < pd->d.evidence_n; i++)
        if (str_eq(str_of(pd->d.evidence[i].what), STR("conflict")))
            find(t, AUDIT_SCAN_CONFLICT_CAUSE, pd->d.evidence[i].at_us, pd->d.evidence[i].ref, number, pd->d.evidence[i].detail);
    if (pd->d.cls == DIAG_DELIVERED_NOT_RECEIVED)
        find(t, AUDIT_SCAN_CONFLICT_CAUSE, fig->delivered_us, NO_FACT, number, STR("scanned as delivered, and the customer does not have it"));
    find_late_scan(t, number);
    if (!over && fig->last_scan_us != 0 && (pd->d.stale || is_late(pd->d.cls)) && fig->silent_hours > 0)
        find(t, AUDIT_STALE_SCAN_CAUSE, fig->last_scan_us, NO_FACT, number, arena_fmt(t->ctx->arena, "%d hours without a scan", fig->silent_hours));
}

/* ---- helpdesk */

static void look_helpdesk(struct tracer *t)
{
    bool handed = false;
    for (size_t i = 0; i < t->in->tasks->n; i++) {
        const struct act_task *task = &t->in->tasks->v[i];
        handed = handed || (task->verb == VERB_HAND_OVER && task->state != TASK_HISTORY);
        if (task->verb == VERB_HAND_OVER && task->missed)
            find(t, AUDIT_MISSED_CAUSE, task->due_us, NO_FACT, task->parcel, task->rule);
    }
    if (handed && !t->in->tickets)
        find(t, AUDIT_NO_TICKET_CAUSE, t->in->at_us, NO_FACT, STR_NULL, STR("it waits here alone: wismo case, GET /v1/cases"));
}

/* ---- all of it */

static int by_cause(const void *a, const void *b)
{
    const struct audit_finding *x = a, *y = b;
    if (x->cause != y->cause)
        return x->cause < y->cause ? -1 : 1;
    if (x->since_us != y->since_us)
        return x->since_us < y->since_us ? -1 : 1;
    return str_cmp(x->parcel, y->parcel);
}

enum err audit_case(struct ctx *ctx, const struct audit_input *in, struct audit *out)
{
    struct tracer t = {.ctx = ctx, .in = in, .view = order_anchor(in->cas), .out = out};
    out->n = 0;
    look_storefront(&t);
    look_warehouse(&t);
    look_stock(&t);
    for (size_t i = 0; i < in->cd->parcels_n; i++)
        if (parcel_is_named(in->cd, i))
            look_parcel(&t, &in->cd->parcels[i]);
    look_helpdesk(&t);
    if (out->n > 1)
        qsort(out->v, out->n, sizeof(out->v[0]), by_cause);
    if (out->n == 0 || audit_cause_join(out->v[0].cause) == AUDIT_HELPDESK) { /* what came behind is no cause of the hand-over */
        memmove(&out->v[1], &out->v[0], (out->n < AUDIT_FINDINGS_MAX ? out->n : AUDIT_FINDINGS_MAX - 1) * sizeof(out->v[0]));
        out->n += out->n < AUDIT_FINDINGS_MAX ? 1 : 0;
        out->v[0] = (struct audit_finding){AUDIT_NOTHING_CAUSE, in->at_us, NO_FACT, STR_NULL, STR("")};
    }
    return ctx_whole(ctx, OK);
}

int64_t audit_escalated(const struct order_case *cas, const struct act_memory *tasks, struct str *rule)
{
    int64_t first = 0;
    *rule = STR_NULL;
    for (size_t i = 0; i < tasks->n; i++) {
        const struct act_task *t = &tasks->v[i];
        if (t->verb == VERB_HAND_OVER && t->state != TASK_HISTORY && (first == 0 || t->opened_us < first)) {
            first = t->opened_us;
            *rule = t->rule;
        }
    }
    for (size_t i = 0; first == 0 && i < cas->reports_n; i++)
        if (cas->reports[i].kind != REPORT_RECEIVED)
            first = cas->reports[i].learned_us;
    return first;
}
