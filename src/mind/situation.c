/* See situation.h. What nobody told stays unknown, except that an item nobody knows to be unpicked counts as picked. */
#include "mind/situation.h"

#include "base/num.h"
#include "mind/legal.h"

struct maker {
    struct ctx *ctx;
    const struct situation_input *in;
    struct situation *out;
    const struct order_view *view; /* the order's anchor, NULL: none */
};

static void set(struct maker *m, enum policy_field f, int64_t v)
{
    m->out->known[f] = true;
    m->out->v[f] = v;
}

static void set_text(struct maker *m, enum policy_field f, struct str s)
{
    m->out->known[f] = !str_empty(s);
    m->out->text[f] = s;
}

/* ---- matters */

/* The order's class is its own when no parcel has it: else its parcels are the matters. */
static bool order_is_matter(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (cd->parcels[i].d.cls == cd->order.cls)
            return false;
    return true;
}

size_t situation_count(const struct case_diagnosis *cd)
{
    return cd->parcels_n + (order_is_matter(cd) ? 1 : 0);
}

static bool asks_for_returns(const struct policy *pol)
{
    for (size_t i = 0; i < pol->rules_n; i++)
        for (size_t k = 0; k < pol->rules[i].conds_n; k++)
            if (pol->rules[i].conds[k].field == FIELD_RETURN)
                return true;
    return false;
}

/* The i-th return that has not come to its end; NULL behind the last. */
static const struct case_return *open_return(const struct order_case *cas, size_t i)
{
    int64_t since_us;
    for (size_t k = 0; k < cas->returns_n; k++)
        if (case_return_open(case_return_state(cas, &cas->returns[k], &since_us)) && i-- == 0)
            return &cas->returns[k];
    return NULL;
}

size_t situation_total(const struct situation_input *in)
{
    size_t n = 0;
    if (in->ask->request == REQUEST_NONE && in->cas->returns_n > 0 && asks_for_returns(in->policy))
        while (open_return(in->cas, n) != NULL)
            n++;
    return situation_count(in->cd) + n;
}

/* ---- items */

static const struct case_item *ordered_item(const struct maker *m, struct str key)
{
    for (size_t i = 0; m->view != NULL && i < m->view->items_n; i++)
        if (str_eq(case_item_key(&m->view->items[i]), key))
            return &m->view->items[i];
    return NULL;
}

static void add_item(struct maker *m, struct str key, int64_t quantity)
{
    if (quantity > 0 && m->out->concerned_n < ACTION_ITEMS_MAX)
        m->out->concerned[m->out->concerned_n++] = (struct action_item){key, quantity};
}

static const struct case_fulfillment *parcel_fulfillment(const struct maker *m)
{
    const struct order_case *cas = m->in->cas;
    for (size_t i = 0; m->out->parcel != NULL && i < cas->fulfillments_n; i++)
        for (size_t j = 0; fulfillment_is_live(&cas->fulfillments[i]) && j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, m->out->parcel->parcel->number))
                return &cas->fulfillments[i];
    return NULL;
}

static void add_waiting(struct maker *m)
{
    const struct case_diagnosis *cd = m->in->cd;
    for (size_t i = 0; i < cd->items_n; i++)
        add_item(m, case_item_key(cd->items[i].item), cd->items[i].waiting);
}

static void add_ordered(struct maker *m)
{
    for (size_t i = 0; m->view != NULL && i < m->view->items_n; i++)
        if (m->view->items[i].ships)
            add_item(m, case_item_key(&m->view->items[i]), m->view->items[i].quantity);
}

/* What is in the parcel: told only where its fulfillment has no other one, or the order has no other parcel at all. */
static void add_parcel(struct maker *m)
{
    const struct case_fulfillment *f = parcel_fulfillment(m);
    for (size_t i = 0; f != NULL && f->parcels_n == 1 && i < f->items_n; i++)
        add_item(m, case_item_key(&f->items[i]), f->items[i].quantity);
    bool only = m->in->cas->parcels_n == 1 && m->in->cas->fulfillments_n <= 1;
    if (m->out->concerned_n == 0 && only)
        add_ordered(m);
}

static bool was_reported(const struct maker *m, struct str sku)
{
    for (size_t i = 0; i < m->in->cas->reports_n; i++)
        if (str_eq(m->in->cas->reports[i].sku, sku) && m->in->cas->reports[i].kind != REPORT_RECEIVED)
            return true;
    return false;
}

/*
 * A customer who says that an item is damaged, wrong or missing means that item, not all of the parcel. One piece in all needs no
 * name; of several, those that are named stay, and where a name stands for several pieces nobody knows how many.
 */
static void keep_reported(struct maker *m)
{
    struct situation *sit = m->out;
    size_t n = 0;
    if (sit->concerned_n == 1 && sit->concerned[0].quantity == 1)
        return;
    for (size_t i = 0; i < sit->concerned_n; i++)
        if (sit->concerned[i].quantity == 1 && was_reported(m, sit->concerned[i].sku))
            sit->concerned[n++] = sit->concerned[i];
    sit->concerned_n = n;
}

static bool by_report(const struct maker *m)
{
    enum diag_class c = m->out->diag->cls;
    bool carrier = m->out->parcel != NULL && m->out->diag->fig.status == PARCEL_DAMAGED;
    return c == DIAG_WRONG_ITEM || (c == DIAG_DAMAGED && !carrier && m->in->cas->reports_n > 0);
}

static void add_returned(struct maker *m)
{
    for (size_t i = 0; i < m->out->ret->items_n; i++)
        add_item(m, case_item_key(&m->out->ret->items[i]), m->out->ret->items[i].quantity);
}

static void set_concerned(struct maker *m)
{
    if (m->out->ret != NULL)
        add_returned(m);
    else if (m->out->parcel != NULL)
        add_parcel(m);
    else if (m->in->cd->waiting_cls != DIAG_CLASS_COUNT)
        add_waiting(m);
    else if (m->in->cas->parcels_n == 0)
        add_ordered(m);
    m->out->concerned_n = action_items_sort(m->out->concerned, m->out->concerned_n);
    if (m->out->ret == NULL && by_report(m))
        keep_reported(m);
}

static bool is_whole(const struct maker *m)
{
    for (size_t i = 0; m->view != NULL && i < m->view->items_n; i++) {
        struct str key = case_item_key(&m->view->items[i]);
        int64_t of = case_quantity_ordered(m->in->cas, key), q = 0;
        for (size_t k = 0; k < m->out->items_n; k++)
            q = str_eq(m->out->items[k].sku, key) ? m->out->items[k].quantity : q;
        if (q < of)
            return false;
    }
    return m->view != NULL;
}

static int64_t asked_quantity(const struct policy_ask *ask, const struct action_item *it)
{
    int64_t q = 0, sum;
    for (size_t i = 0; i < ask->items_n; i++)
        if (str_eq(ask->items[i].sku, it->sku) && ask->items[i].quantity > 0)
            q = num_add(q, ask->items[i].quantity, &sum) ? sum : INT64_MAX;
    return ask->items_n == 0 || q > it->quantity ? it->quantity : q;
}

/* What is asked for, as far as the matter is about it: nobody gets money for what lies in another parcel. */
static enum err set_items(struct maker *m)
{
    struct situation *sit = m->out;
    sit->concerned = ctx_alloc(m->ctx, 2 * ACTION_ITEMS_MAX * sizeof(*sit->concerned));
    if (sit->concerned == NULL)
        return ERR_MEMORY;
    sit->items = sit->concerned + ACTION_ITEMS_MAX;
    set_concerned(m);
    for (size_t i = 0; i < sit->concerned_n; i++) {
        int64_t q = asked_quantity(m->in->ask, &sit->concerned[i]);
        if (q > 0)
            sit->items[sit->items_n++] = (struct action_item){sit->concerned[i].sku, q};
    }
    sit->whole_order = is_whole(m);
    return OK;
}

static void set_values(struct maker *m)
{
    int64_t sum = 0, worth;
    bool known = m->view != NULL && m->out->currency_ok;
    if (known)
        set(m, FIELD_ORDER_VALUE, m->view->total_minor);
    for (size_t i = 0; known && i < m->out->items_n; i++) {
        const struct case_item *it = ordered_item(m, m->out->items[i].sku);
        known = it != NULL && it->price_minor >= 0 && num_mul(it->price_minor, m->out->items[i].quantity, &worth) && num_add(sum, worth, &sum);
    }
    if (known && m->out->items_n > 0)
        set(m, FIELD_VALUE, sum);
}

/* ---- stock, pick, tags */

static enum policy_stock stock_of(const struct maker *m)
{
    size_t enough = 0, short_of = 0;
    for (size_t i = 0; i < m->out->items_n; i++) {
        bool known = false, there = false;
        for (size_t k = 0; k < m->in->cas->stock_n; k++)
            if (str_eq(m->in->cas->stock[k].sku, m->out->items[i].sku)) {
                known = true;
                there = there || m->in->cas->stock[k].available >= m->out->items[i].quantity;
            }
        if (!known)
            return STOCK_UNKNOWN;
        enough += there ? 1 : 0;
        short_of += there ? 0 : 1;
    }
    return enough + short_of == 0 ? STOCK_UNKNOWN : short_of == 0 ? STOCK_ALL : enough == 0 ? STOCK_NONE : STOCK_SOME;
}

/* Unpicked is known only when a warehouse, or the shop's own fulfillment, says that each part is pending or open. */
static bool is_unpicked(const struct maker *m)
{
    const struct order_case *cas = m->in->cas;
    bool said = false;
    if (m->in->cd->parcels_n > 0)
        return false;
    for (size_t i = 0; i < cas->fulfillments_n; i++) {
        if (!fulfillment_is_live(&cas->fulfillments[i]))
            continue;
        if (cas->fulfillments[i].state >= FUL_PICKED)
            return false;
        said = said || cas->fulfillments[i].role == ROLE_WAREHOUSE;
    }
    return said;
}

static bool sku_fits(struct str pattern, struct str sku)
{
    if (pattern.n > 0 && pattern.p[pattern.n - 1] == '*')
        return str_starts(sku, str_sub(pattern, 0, pattern.n - 1));
    return str_eq(pattern, sku);
}

static enum err set_tags(struct maker *m)
{
    const struct policy *pol = m->in->policy;
    struct str *tags = ctx_alloc(m->ctx, (pol->item_tags_n + 1) * sizeof(*tags));
    size_t n = 0;
    if (tags == NULL)
        return ERR_MEMORY;
    for (size_t t = 0; t < pol->item_tags_n; t++) {
        bool fits = false;
        for (size_t i = 0; i < m->out->items_n; i++)
            fits = fits || sku_fits(pol->item_tags[t].sku, m->out->items[i].sku);
        size_t at = 0;
        while (fits && at < n && str_cmp(tags[at], pol->item_tags[t].tag) < 0)
            at++;
        if (!fits || (at < n && str_eq(tags[at], pol->item_tags[t].tag)))
            continue;
        memmove(&tags[at + 1], &tags[at], (n - at) * sizeof(*tags));
        tags[at] = pol->item_tags[t].tag;
        n++;
    }
    m->out->known[FIELD_TAGS] = true;
    m->out->tags = tags;
    m->out->tags_n = n;
    return OK;
}

/* ---- the other fields */

static enum policy_payment payment_of(const struct order_view *v)
{
    static const enum policy_payment OF[FIN_COUNT] = {
        [FIN_UNKNOWN] = PAY_UNKNOWN, [FIN_PENDING] = PAY_PENDING, [FIN_AUTHORIZED] = PAY_PENDING, [FIN_PARTIALLY_PAID] = PAY_PENDING,
        [FIN_PAID] = PAY_PREPAID, [FIN_PARTIALLY_REFUNDED] = PAY_PARTLY_REFUNDED, [FIN_REFUNDED] = PAY_REFUNDED, [FIN_VOIDED] = PAY_VOIDED,
        [FIN_DISPUTED] = PAY_DISPUTED,
    };
    enum policy_payment p = v == NULL ? PAY_UNKNOWN : OF[v->financial];
    bool open = p == PAY_UNKNOWN || p == PAY_PENDING || p == PAY_PREPAID;
    return v != NULL && v->cod && open ? PAY_COD : p;
}

static int64_t hours_since(const struct maker *m, int64_t at_us)
{
    return m->in->now_us > at_us ? (m->in->now_us - at_us) / US_PER_H : 0;
}

static void set_diagnosis(struct maker *m)
{
    const struct diagnosis *d = m->out->diag;
    set(m, FIELD_OF, m->out->parcel != NULL ? OF_PARCEL : OF_ORDER);
    set(m, FIELD_CLASS, d->cls);
    set(m, FIELD_ORDER_CLASS, m->in->cd->order.cls);
    set(m, FIELD_REASON, d->fig.reason);
    set(m, FIELD_SEVERITY, d->severity);
    set(m, FIELD_AGE, hours_since(m, m->out->since_us));
    set(m, FIELD_SILENT, d->fig.silent_hours);
    set(m, FIELD_LATE, d->fig.late_days);
    set(m, FIELD_ATTEMPTS, d->fig.attempts);
    set(m, FIELD_DOUBT, d->fig.delivered_doubt ? 1 : 0);
}

static void set_order(struct maker *m)
{
    const struct order_view *v = m->view;
    struct place dest = case_destination(m->in->cas);
    if (v != NULL && v->placed_us != 0)
        set(m, FIELD_ORDER_AGE, hours_since(m, v->placed_us));
    set_text(m, FIELD_COUNTRY, dest.country);
    set_text(m, FIELD_CARRIER, m->out->parcel == NULL ? STR_NULL : m->out->parcel->carrier);
    set_text(m, FIELD_SERVICE, m->out->parcel == NULL ? v == NULL ? STR_NULL : v->service : m->out->parcel->parcel->service);
    set(m, FIELD_PAYMENT, payment_of(v));
    set(m, FIELD_STOCK, stock_of(m));
    set(m, FIELD_PICKED, is_unpicked(m) ? 0 : 1);
    set(m, FIELD_CLAIM_WINDOW, legal_claim_window(m->out->parcel, m->in->now_us));
    set(m, FIELD_LEGAL, m->in->policy->legal_us_mail_order ? legal_us_mail_order(m->in->cas, m->in->cd, m->in->now_us) : LEGAL_NONE);
}

static void set_ask(struct maker *m)
{
    const struct policy_ask *ask = m->in->ask;
    const struct customer_history *h = m->in->history;
    set(m, FIELD_REQUEST, ask->request);
    set(m, FIELD_CHANNEL, ask->channel);
    set(m, FIELD_CONFIDENCE, ask->request == REQUEST_NONE ? 100 : ask->confidence);
    set(m, FIELD_PROOF, ask->proof);
    set(m, FIELD_SENSITIVE, ask->sensitive ? 1 : 0);
    if (h->known) {
        set(m, FIELD_CLAIMS, h->claims);
        set(m, FIELD_CUSTOMER_VALUE, h->value_minor);
    }
    if (m->view != NULL && m->in->policy->vip_tags_n > 0)
        set(m, FIELD_VIP, case_customer_has(m->in->cas, m->in->policy->vip_tags, m->in->policy->vip_tags_n) ? 1 : 0);
}

static void set_return(struct maker *m)
{
    if (m->out->ret != NULL)
        set(m, FIELD_RETURN, case_return_state(m->in->cas, m->out->ret, &m->out->since_us));
}

enum err situation_make(struct ctx *ctx, const struct situation_input *in, size_t i, struct situation *out)
{
    struct maker m = {.ctx = ctx, .in = in, .out = out, .view = order_anchor(in->cas)};
    *out = (struct situation){0};
    out->parcel = i < in->cd->parcels_n ? &in->cd->parcels[i] : NULL;
    out->diag = out->parcel != NULL ? &out->parcel->d : &in->cd->order;
    out->since_us = out->diag->since_us;
    if (i >= situation_count(in->cd))
        out->ret = open_return(in->cas, i - situation_count(in->cd));
    out->currency_ok = m.view != NULL && str_eq(m.view->currency, in->policy->currency);
    enum err e = set_items(&m);
    if (e == OK)
        e = set_tags(&m);
    if (e != OK)
        return e;
    set_values(&m);
    set_return(&m);
    set_diagnosis(&m);
    set_order(&m);
    set_ask(&m);
    return OK;
}
