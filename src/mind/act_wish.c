/* What the guard is asked: the order's items, what was given back elsewhere, the amount. Unknown stays unknown. */
#include "base/num.h"
#include "mind/decide_act.h"

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return num_add(a, b, &sum) ? sum : INT64_MAX;
}

/* ---- what the order says */

static struct guard_item *item_named(struct guard_item *items, size_t n, struct str sku)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(items[i].sku, sku))
            return &items[i];
    return NULL;
}

static void add_stock(const struct order_case *cas, struct guard_item *it)
{
    for (size_t i = 0; i < cas->stock_n; i++)
        if (str_eq(cas->stock[i].sku, it->sku)) {
            it->available = !it->stock_known || cas->stock[i].available > it->available ? cas->stock[i].available : it->available;
            it->stock_known = true;
        }
}

static enum err set_order_items(struct ctx *ctx, const struct order_case *cas, struct guard_wish *w)
{
    const struct order_view *v = order_anchor(cas);
    size_t n = v == NULL ? 0 : v->items_n;
    struct guard_item *items = ctx_alloc(ctx, (n + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        struct str key = case_item_key(&v->items[i]);
        if (item_named(items, w->order_items_n, key) != NULL)
            continue;
        struct guard_item *it = &items[w->order_items_n++];
        *it = (struct guard_item){.sku = key, .ordered = case_quantity_ordered(cas, key)};
        add_stock(cas, it);
    }
    w->order_items = items;
    return OK;
}

static struct guard_item *mutable_items(struct guard_wish *w)
{
    union { /* ours until the wish is handed out */
        const struct guard_item *from;
        struct guard_item *to;
    } items = {.from = w->order_items};
    return items.to;
}

/* ---- what was given back elsewhere: facts of refunds that none of our own actions names */

static bool is_ours(const struct guard_book *book, int64_t order_no, const struct case_refund *r)
{
    for (size_t i = 0; i < book->n; i++)
        if (book->rows[i].order_no == order_no && !str_empty(book->rows[i].result_id) && str_eq(book->rows[i].result_id, r->refund_id))
            return true;
    return false;
}

static void add_refund(struct guard_wish *w, struct guard_item *items, const struct case_refund *r, struct str currency)
{
    w->refunded_outside_minor = plus(w->refunded_outside_minor, r->amount_minor);
    w->outside_refund_unclear = w->outside_refund_unclear || !str_eq(r->currency, currency) || (!r->full && r->items_n == 0) || r->amount_minor < 0;
    for (size_t i = 0; r->full && i < w->order_items_n; i++)
        items[i].refunded_outside = items[i].ordered;
    for (size_t i = 0; !r->full && i < r->items_n; i++) {
        struct guard_item *it = item_named(items, w->order_items_n, case_item_key(&r->items[i]));
        if (it == NULL)
            w->outside_refund_unclear = true;
        else
            it->refunded_outside = plus(it->refunded_outside, r->items[i].quantity);
    }
}

static void set_refunds(const struct act_input *in, struct guard_wish *w, struct str currency)
{
    for (size_t i = 0; i < in->cas->refunds_n; i++)
        if (!is_ours(in->book, w->order_no, &in->cas->refunds[i]))
            add_refund(w, mutable_items(w), &in->cas->refunds[i], currency);
}

/* ---- the amount */

void act_wish_rest(struct guard_wish *w, const struct guard_book *book)
{
    int64_t back = w->refunded_outside_minor;
    for (size_t i = 0; i < book->n; i++) {
        const struct action_row *r = &book->rows[i];
        bool paid = (capability_flags(r->cap) & CAP_MONEY) != 0 && (capability_flags(r->cap) & CAP_STOCK) == 0;
        if (r->order_no == w->order_no && action_state_is_live(r->state) && paid)
            back = plus(back, r->amount_minor);
    }
    w->amount_known = w->paid_minor > 0;
    w->amount_minor = back < w->paid_minor ? w->paid_minor - back : 0;
}

static void set_amount(const struct act_input *in, const struct situation *sit, struct guard_wish *w)
{
    bool whole = sit->whole_order || w->cap == CAP_CANCEL;
    if (w->cap == CAP_DISCOUNT || w->cap == CAP_EDIT_ORDER) {
        w->amount_known = in->ask->amount_minor > 0;
        w->amount_minor = in->ask->amount_minor;
    } else if ((w->cap == CAP_REFUND || w->cap == CAP_CANCEL) && whole) {
        w->rest = true;
        act_wish_rest(w, in->book);
    } else {
        w->amount_known = sit->known[FIELD_VALUE];
        w->amount_minor = sit->known[FIELD_VALUE] ? sit->v[FIELD_VALUE] : 0;
    }
}

/* ---- the purpose */

/* A parcel's number, also for what makes good for its items; attempts tell two failed deliveries apart, the detail two addresses. */
static struct str subject_of(struct ctx *ctx, const struct act_input *in, const struct situation *sit, enum capability cap)
{
    struct str number = sit->parcel == NULL ? STR_NULL : sit->parcel->parcel->number, detail = str_sub(in->ask->detail, 0, 64);
    if (cap == CAP_NOTE_ORDER) /* once for each state of a matter */
        return arena_fmt(ctx->arena, "%.*s#%s", STR_ARG(sit->ret != NULL ? sit->ret->return_id : number), sit->ret != NULL
                         ? return_state_word((enum return_state)sit->v[FIELD_RETURN]) : diag_class_word(sit->diag->cls));
    if ((capability_flags(cap) & CAP_PARCEL) == 0 && (capability_flags(cap) & CAP_COMPENSATES) == 0)
        return detail;
    if (cap == CAP_CANCEL) /* of the whole order */
        return STR_NULL;
    if (sit->ret != NULL)
        return arena_fmt(ctx->arena, "return:%.*s", STR_ARG(str_sub(sit->ret->return_id, 0, 100)));
    if (str_empty(number))
        return STR_NULL;
    if (cap == CAP_REATTEMPT)
        return arena_fmt(ctx->arena, "%.*s#%lld", STR_ARG(number), (long long)sit->v[FIELD_ATTEMPTS]);
    if ((capability_flags(cap) & CAP_ADDRESS) != 0 && !str_empty(detail))
        return arena_fmt(ctx->arena, "%.*s#%.*s", STR_ARG(number), STR_ARG(detail));
    return number;
}

static void set_concerned(const struct situation *sit, struct guard_wish *w)
{
    struct guard_item *items = mutable_items(w);
    for (size_t i = 0; i < w->order_items_n; i++)
        items[i].concerned = w->cap == CAP_CANCEL ? items[i].ordered : 0;
    for (size_t i = 0; w->cap != CAP_CANCEL && i < sit->concerned_n; i++) {
        struct guard_item *it = item_named(items, w->order_items_n, sit->concerned[i].sku);
        if (it != NULL)
            it->concerned = sit->concerned[i].quantity;
    }
}

static enum err set_items(struct ctx *ctx, const struct situation *sit, struct guard_wish *w)
{
    if ((capability_flags(w->cap) & (CAP_COMPENSATES | CAP_ITEMS)) == 0)
        return OK;
    w->items = sit->items;
    w->items_n = sit->items_n;
    set_concerned(sit, w);
    if (w->cap != CAP_CANCEL)
        return OK;
    struct action_item *all = ctx_alloc(ctx, (w->order_items_n + 1) * sizeof(*all));
    if (all == NULL)
        return ERR_MEMORY;
    w->items_n = 0;
    for (size_t i = 0; i < w->order_items_n; i++)
        if (w->order_items[i].ordered > 0)
            all[w->items_n++] = (struct action_item){w->order_items[i].sku, w->order_items[i].ordered};
    w->items_n = action_items_sort(all, w->items_n);
    w->items = all;
    return OK;
}

enum err act_wish(struct ctx *ctx, const struct act_input *in, const struct situation *sit, enum capability cap, struct guard_wish *out)
{
    const struct order_view *v = order_anchor(in->cas);
    struct guard_wish w = {.cap = cap, .order_no = in->cas->order_no, .customer = in->cas->customer, .cls = sit->diag->cls};
    enum policy_payment pay = (enum policy_payment)sit->v[FIELD_PAYMENT];
    w.subject = subject_of(ctx, in, sit, cap);
    w.from_customer = in->ask->request != REQUEST_NONE;
    w.confidence = in->ask->confidence;
    w.proof = in->ask->proof;
    w.repeat = in->ask->repeat;
    w.currency_ok = sit->currency_ok;
    w.picked = sit->v[FIELD_PICKED] != 0;
    w.cod = v != NULL && v->cod;
    w.disputed = pay == PAY_DISPUTED || pay == PAY_VOIDED;
    w.paid_minor = v == NULL ? 0 : v->total_minor;
    w.claims_known = sit->known[FIELD_CLAIMS];
    w.claims = sit->v[FIELD_CLAIMS];
    enum err e = set_order_items(ctx, in->cas, &w);
    if (e != OK)
        return e;
    set_refunds(in, &w, v == NULL ? STR_NULL : v->currency);
    e = set_items(ctx, sit, &w);
    if (e != OK)
        return e;
    set_amount(in, sit, &w);
    *out = w;
    return OK;
}
