/*
 * See backtest_int.h. The facts of a case, in the order in which they were learned, go into an empty case; after each position, and at
 * each time at which the diagnosis or a policy would look again, both policies say what they want. What holds on is told once.
 */
#include "flows/backtest_int.h"

#include "base/zone.h"
#include "flows/case_join.h"
#include "flows/customer_history.h"

#include <stdlib.h>

#define LOOKS_MAX 600 /* of one case: a year and a half of daily looks */
#define HELD_MAX 512
#define CASE_FACTS_MAX 20000

struct told {
    int64_t at_us;
    struct fact_ref ref;
    struct str account;
    struct fact fct;
    uint64_t address_hash;
    struct parcel *parcel;       /* of a scan; else NULL */
};

/* A step that holds: a matter's, of one rule. */
struct held {
    const struct policy_step *step; /* NULL: no rule */
    struct str parcel;
    uint64_t purpose;
    bool *was_refused;
    bool seen;
};

struct walk {
    struct case_walk *w;
    struct ctx *ctx;
    int64_t order_no, now_us;
    struct order_case cas;
    struct parcel **parcels;     /* all it ever had, empty at first */
    size_t parcels_n;
    struct told *told;
    size_t told_n;
    struct customer_order *bought;   /* the customer's orders */
    size_t bought_n;
    struct held held[BACKTEST_SIDES][HELD_MAX];
    size_t held_n[BACKTEST_SIDES];
    size_t looks, first_event;
    uint32_t seq;
    bool acts;                   /* something needs the end of the case */
};

static enum err keep_str(struct walk *k, struct str *s)
{
    return str_empty(*s) ? OK : arena_dup(k->w->out->kept, *s, s);
}

/* ---- what was told */

/* Imported history was learned when it was imported; it happened before. */
static int64_t own_time(const struct fact *fct)
{
    int64_t local;
    unsigned flags = 0;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        return event_instant(&fct->u.event.occurred, &fct->u.event.location, &local, &flags);
    case FACT_ORDER:
        return fct->u.order.placed_us;
    case FACT_FULFILLMENT:
        return fct->u.fulfillment.created_us;
    case FACT_REFUND:
        return fct->u.refund.at_us;
    case FACT_RETURN:
        return fct->u.ret.at_us;
    case FACT_HOLD:
        return fct->u.hold.at_us;
    case FACT_CUSTOMER_REPORT:
        return fct->u.report.at_us;
    default:
        return 0;
    }
}

static enum err add_fact(struct walk *k, struct fact_ref ref, struct parcel *parcel)
{
    struct told *t = &k->told[k->told_n];
    struct fact_row row;
    enum err e = fact_row_get(k->ctx, k->w->rd->state, k->w->m->id, ref, &row);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = fact_row_read(k->ctx, &row, &t->fct, &t->address_hash);
    if (e != OK)
        return e;
    t->ref = ref;
    t->account = row.account;
    t->parcel = parcel;
    t->at_us = row.at_us;
    int64_t own = row.origin == ORIGIN_HISTORY ? own_time(&t->fct) : row.at_us;
    if (row.origin == ORIGIN_HISTORY && own < row.at_us)
        t->at_us = own; /* 0: from the begin */
    k->told_n++;
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->ref.pos != y->ref.pos)
        return x->ref.pos < y->ref.pos ? -1 : 1;
    return (x->ref.idx > y->ref.idx) - (x->ref.idx < y->ref.idx);
}

static enum err order_refs(struct walk *k, struct fact_ref **refs, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    size_t cap = 0;
    *n = 0;
    enum err e = db_stmt_get(k->ctx, k->w->rd->state, SQL_ORDER_FACT_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, k->w->m->id);
    db_bind_i64(st, 2, k->order_no);
    db_bind_i64(st, 3, CASE_FACTS_MAX);
    while ((e = db_step(k->ctx, st, &row)) == OK && row) {
        if (*n == cap) {
            struct fact_ref *v = ctx_alloc(k->ctx, (cap + 64) * 2 * sizeof(*v));
            if (v == NULL)
                e = ERR_MEMORY;
            if (v == NULL)
                break;
            if (*n > 0)
                memcpy(v, *refs, *n * sizeof(*v));
            *refs = v;
            cap = (cap + 64) * 2;
        }
        (*refs)[(*n)++] = (struct fact_ref){db_col_i64(st, 0), (uint32_t)db_col_i64(st, 1)};
    }
    db_done(st);
    return e;
}

static enum err load_parcel(struct walk *k, const struct parcel *from)
{
    struct parcel *p = ctx_alloc(k->ctx, sizeof(*p));
    enum err e = p == NULL ? ERR_MEMORY : OK;
    if (e != OK)
        return e;
    *p = (struct parcel){.parcel_no = from->parcel_no, .number = from->number, .diag = DIAG_CLASS_COUNT, .links_n = from->links_n};
    memcpy(p->links, from->links, sizeof(p->links));
    k->parcels[k->parcels_n++] = p;
    for (size_t s = 0; e == OK && s < from->scans_n; s++)
        e = add_fact(k, from->scans[s].ref, p);
    for (size_t s = 0; e == OK && s < from->superseded_n; s++)
        e = add_fact(k, from->superseded[s].ref, p);
    return e;
}

/* Of two returns with one parcel the first: its scans are folded once. */
static const struct parcel *comes_back(const struct order_case *cas, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (cas->returns[j].parcel != NULL && cas->returns[i].parcel != NULL &&
            str_eq(cas->returns[j].parcel->number, cas->returns[i].parcel->number))
            return NULL;
    return cas->returns[i].parcel;
}

static enum err load(struct walk *k, const struct order_case *final)
{
    struct fact_ref *refs = NULL;
    size_t n = 0, most;
    enum err e = order_refs(k, &refs, &n);
    most = n;
    for (size_t i = 0; i < final->parcels_n; i++)
        most += final->parcels[i]->scans_n + final->parcels[i]->superseded_n;
    for (size_t i = 0; i < final->returns_n; i++)
        most += comes_back(final, i) == NULL ? 0 : final->returns[i].parcel->scans_n + final->returns[i].parcel->superseded_n;
    k->told = ctx_alloc(k->ctx, (most + 1) * sizeof(*k->told));
    k->parcels = ctx_alloc(k->ctx, (final->parcels_n + final->returns_n + 1) * sizeof(*k->parcels));
    k->cas.parcels = ctx_alloc(k->ctx, (final->parcels_n + 1) * sizeof(*k->cas.parcels));
    if (k->told == NULL || k->parcels == NULL || k->cas.parcels == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; e == OK && i < n; i++)
        e = add_fact(k, refs[i], NULL);
    for (size_t i = 0; e == OK && i < final->parcels_n; i++)
        e = load_parcel(k, final->parcels[i]);
    for (size_t i = 0; e == OK && i < final->returns_n; i++)
        if (comes_back(final, i) != NULL)
            e = load_parcel(k, final->returns[i].parcel);
    if (e == OK && k->told_n > 1)
        qsort(k->told, k->told_n, sizeof(*k->told), by_time);
    k->w->out->facts += (int64_t)k->told_n;
    return e;
}

/* ---- folding */

static enum err fold_told(struct walk *k, const struct told *t)
{
    struct fold_hashes hashes = {t->address_hash};
    bool changed = false;
    enum err e;
    if (t->parcel == NULL)
        e = case_fold(k->ctx, &k->cas, t->account, &t->fct, t->ref, &hashes, t->at_us, &changed);
    else
        e = parcel_fold_event(k->ctx, t->parcel, &t->fct, t->ref, t->at_us, &changed);
    const struct tracking_event *ev = &t->fct.u.event;
    if (e == OK && t->parcel != NULL && !str_empty(ev->next_number))
        e = parcel_link_next(k->ctx, t->parcel, ev->next_carrier, ev->next_number, event_told_us(ev), &changed);
    return e == ERR_LIMIT ? OK : e; /* it had no place then, either */
}

static struct parcel *parcel_numbered(const struct walk *k, struct str number)
{
    for (size_t i = 0; !str_empty(number) && i < k->parcels_n; i++)
        if (str_eq(k->parcels[i]->number, number))
            return k->parcels[i];
    return NULL;
}

static void join_number(struct walk *k, struct str number)
{
    struct parcel *p = parcel_numbered(k, number);
    for (size_t i = 0; i < k->cas.parcels_n; i++)
        if (k->cas.parcels[i] == p)
            return;
    if (p != NULL)
        k->cas.parcels[k->cas.parcels_n++] = p;
}

/* The parcels that the case had named by then. */
static enum err join_parcels(struct walk *k)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    enum err e = case_parcel_numbers(k->ctx, &k->cas, &refs, &since, &n);
    k->cas.parcels_n = 0;
    for (size_t i = 0; e == OK && i < n; i++)
        join_number(k, refs[i].tracking_number);
    for (size_t i = 0, m = k->cas.parcels_n; e == OK && i < m; i++)
        if (!str_empty(k->cas.parcels[i]->next_number))
            join_number(k, k->cas.parcels[i]->next_number);
    for (size_t i = 0; e == OK && i < k->cas.returns_n; i++)
        k->cas.returns[i].parcel = parcel_numbered(k, case_return_parcel(&k->cas, &k->cas.returns[i]));
    return e;
}

/* ---- what is wanted */

static uint64_t purpose_of(const struct act_decision *dec)
{
    uint64_t h = str_hash(dec->parcel);
    for (size_t i = 0; i < dec->choices_n + dec->refused_n; i++) {
        const struct act_choice *c = i < dec->choices_n ? &dec->choices[i] : &dec->refused[i - dec->choices_n];
        h = str_hash_add(h, str_of(capability_word(c->cap)));
        h = str_hash_add(h, c->wish->subject);
        for (size_t k = 0; k < c->wish->items_n; k++) {
            h = str_hash_add(h, c->wish->items[k].sku);
            h += (uint64_t)c->wish->items[k].quantity;
        }
    }
    return h;
}

static enum err keep_items(struct walk *k, struct guard_wish *w)
{
    struct arena *a = k->w->out->kept;
    struct action_item *items = arena_array(a, w->items_n + 1, sizeof(*items));
    struct guard_item *order_items = arena_array(a, w->order_items_n + 1, sizeof(*order_items));
    if (items == NULL || order_items == NULL)
        return ctx_fail(k->ctx, ERR_MEMORY, "backtest: no memory");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < w->items_n; i++) {
        items[i] = w->items[i];
        e = keep_str(k, &items[i].sku);
    }
    for (size_t i = 0; e == OK && i < w->order_items_n; i++) {
        order_items[i] = w->order_items[i];
        e = keep_str(k, &order_items[i].sku);
    }
    w->items = items;
    w->order_items = order_items;
    return e;
}

static enum err keep_wish(struct walk *k, const struct guard_wish *from, struct guard_wish *to)
{
    *to = *from;
    enum err e = keep_str(k, &to->customer);
    if (e == OK)
        e = keep_str(k, &to->subject);
    return e == OK ? keep_items(k, to) : e; /* its rule lives as long as the policy */
}

static enum err room_for_wanted(struct walk *k)
{
    struct wanted_list *l = k->w->out;
    if (l->n < l->cap)
        return OK;
    size_t cap = l->cap == 0 ? 1024 : 2 * l->cap;
    struct wanted *v = arena_array(l->kept, cap, sizeof(*v));
    if (v == NULL)
        return ctx_fail(k->ctx, ERR_MEMORY, "backtest: no memory");
    if (l->n > 0)
        memcpy(v, l->v, l->n * sizeof(*v));
    l->v = v;
    l->cap = cap;
    return OK;
}

static int64_t day_of(const struct walk *k)
{
    int32_t offset_s = 0;
    if (zone_offset(k->w->promises->home_zone, k->now_us, &offset_s) != OK)
        offset_s = 0;
    return civil_day(k->now_us + offset_s * US_PER_S);
}

/* The verb that the rule's step has: what no rule covers goes to a person. */
static enum policy_verb verb_of(const struct act_decision *dec)
{
    return dec->step == NULL ? VERB_HAND_OVER : dec->step->verb;
}

static enum err add_wanted(struct walk *k, enum backtest_side side, const struct act_decision *dec, bool again, bool **was_refused)
{
    struct arena *a = k->w->out->kept;
    size_t n = dec->choices_n + dec->refused_n;
    if (*was_refused == NULL)
        *was_refused = arena_alloc(a, sizeof(**was_refused));
    struct wanted want = {.at_us = k->now_us, .day = day_of(k), .order_no = k->order_no, .seq = k->seq++, .side = side, .again = again,
                          .was_refused = *was_refused, .verb = verb_of(dec), .cls = dec->cls, .parcel = dec->parcel,
                          .rule = dec->rule == NULL ? STR_NULL : dec->rule->name, .wishes_n = n,
                          .wishes = arena_array(a, n + 1, sizeof(*want.wishes))};
    if (*was_refused == NULL || want.wishes == NULL)
        return ctx_fail(k->ctx, ERR_MEMORY, "backtest: no memory");
    enum err e = keep_str(k, &want.parcel);
    if (e == OK && k->order_no == k->w->opt->case_no)
        e = arena_dup(a, dec->why, &want.why);
    for (size_t i = 0; e == OK && i < n; i++)
        e = keep_wish(k, (i < dec->choices_n ? &dec->choices[i] : &dec->refused[i - dec->choices_n])->wish, &want.wishes[i]);
    if (e == OK)
        e = room_for_wanted(k);
    if (e != OK)
        return e;
    k->w->out->v[k->w->out->n++] = want;
    k->acts = k->acts || n > 0;
    return OK;
}

static struct held *held_of(struct walk *k, enum backtest_side side, const struct act_decision *dec)
{
    for (size_t i = 0; i < k->held_n[side]; i++)
        if (k->held[side][i].step == dec->step && str_eq(k->held[side][i].parcel, dec->parcel))
            return &k->held[side][i];
    return NULL;
}

static enum err hold(struct walk *k, enum backtest_side side, const struct act_decision *dec)
{
    struct held *h = held_of(k, side, dec);
    uint64_t purpose = purpose_of(dec);
    bool again = h != NULL;
    if (verb_of(dec) == VERB_NOTHING || (h == NULL && k->held_n[side] == HELD_MAX))
        return OK;
    if (h == NULL) {
        h = &k->held[side][k->held_n[side]++];
        *h = (struct held){.step = dec->step, .parcel = dec->parcel};
    }
    h->seen = true;
    if (again && h->purpose == purpose)
        return OK;
    h->purpose = purpose;
    return add_wanted(k, side, dec, again, &h->was_refused);
}

static void forget_unseen(struct walk *k, enum backtest_side side)
{
    size_t n = 0;
    for (size_t i = 0; i < k->held_n[side]; i++)
        if (k->held[side][i].seen)
            k->held[side][n++] = k->held[side][i];
    k->held_n[side] = n;
}

static enum err decide(struct walk *k, enum backtest_side side, const struct case_diagnosis *cd, const struct act_request *req,
                       struct act_decisions *ds)
{
    static const struct policy_ask NOBODY = {.request = REQUEST_NONE};
    static const struct guard_book EMPTY = {.n = 0};
    const struct policy *pol = k->w->opt->policies[side];
    struct customer_history history = {.known = false};
    if (!str_empty(k->cas.customer))
        customer_history_of(k->bought, k->bought_n, k->order_no, pol->currency, k->now_us, &history);
    const struct act_input in = {.policy = pol, .cas = &k->cas, .cd = cd, .ask = req == NULL ? &NOBODY : &req->ask, .history = &history,
                                 .book = &EMPTY, .now_us = k->now_us, .day = day_of(k)};
    enum err e = policy_decide(k->ctx, &in, ds);
    if (e == OK && req != NULL)
        act_focus(ds, &req->ask, req->parcel);
    return e;
}

static enum err want(struct walk *k, enum backtest_side side, const struct case_diagnosis *cd, const struct act_request *req, int64_t *look_us)
{
    struct act_decisions ds;
    enum err e = decide(k, side, cd, req, &ds);
    for (size_t i = 0; e == OK && req == NULL && i < k->held_n[side]; i++)
        k->held[side][i].seen = false;
    for (size_t i = 0; e == OK && i < ds.n; i++) {
        bool *own = NULL;
        if (req == NULL)
            e = hold(k, side, &ds.v[i]);
        else if (verb_of(&ds.v[i]) != VERB_NOTHING && verb_of(&ds.v[i]) != VERB_WAIT)
            e = add_wanted(k, side, &ds.v[i], false, &own);
    }
    if (req != NULL || e != OK)
        return e;
    forget_unseen(k, side);
    if (ds.next_look_us != 0 && (*look_us == 0 || ds.next_look_us < *look_us))
        *look_us = ds.next_look_us;
    return OK;
}

/* ---- a look, at a time */

static enum err join_stock(struct walk *k, struct case_diagnosis *cd)
{
    bool asks = false;
    for (size_t i = 0; i < BACKTEST_SIDES; i++)
        asks = asks || (k->w->opt->policies[i] != NULL && act_needs_stock(k->w->opt->policies[i], cd));
    for (size_t i = 0; i < k->w->requests->n && !asks; i++) /* a reship that is asked for looks at stock, too */
        asks = k->w->requests->order_no[i] == k->order_no;
    return asks ? stock_join_all(k->ctx, k->w->rd->state, k->w->m->id, k->now_us, &k->cas) : OK;
}

static enum err look(struct walk *k, const struct act_request *req, int64_t *next_us)
{
    struct case_diagnosis cd;
    enum err e = join_parcels(k);
    *next_us = 0;
    if (e == OK)
        e = stock_join(k->ctx, k->w->rd->state, k->w->m->id, k->now_us, &k->cas);
    if (e == OK)
        e = diagnose(k->ctx, &k->cas, k->w->promises, k->now_us, &cd);
    if (e == OK)
        e = join_stock(k, &cd);
    if (e != OK)
        return e;
    *next_us = cd.next_look_us;
    k->looks++;
    k->w->out->looks++;
    for (int side = 0; e == OK && side < BACKTEST_SIDES; side++)
        if (k->w->opt->policies[side] != NULL)
            e = want(k, (enum backtest_side)side, &cd, req, next_us);
    return e;
}

/* Looks until the next fact. */
static enum err look_until(struct walk *k, int64_t until_us)
{
    int64_t next = 0;
    enum err e = OK;
    if (k->now_us < k->w->opt->from_us)
        k->now_us = k->w->opt->from_us;
    while (e == OK && k->now_us < until_us && k->looks < LOOKS_MAX && k->cas.first_us != 0) {
        e = look(k, NULL, &next);
        if (next <= k->now_us)
            break;
        k->now_us = next;
    }
    return e;
}

static enum err ask(struct walk *k, size_t at, int64_t now_us)
{
    int64_t unused;
    if (now_us < k->w->opt->from_us || now_us > k->w->opt->to_us || k->cas.first_us == 0)
        return OK;
    k->now_us = now_us;
    return look(k, &k->w->requests->v[at], &unused);
}

/* ---- the case */

static size_t first_request(const struct request_list *l, int64_t order_no)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (l->order_no[mid] < order_no)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static enum err walk_times(struct walk *k)
{
    const struct request_list *rq = k->w->requests;
    size_t r = first_request(rq, k->order_no);
    int64_t end_us = k->w->opt->to_us + 1;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < k->told_n && k->told[i].at_us < end_us;) {
        size_t n = i;
        for (; e == OK && n < k->told_n && k->told[n].at_us == k->told[i].at_us; n++)
            e = fold_told(k, &k->told[n]);
        int64_t next_us = n < k->told_n && k->told[n].at_us < end_us ? k->told[n].at_us : end_us;
        k->now_us = k->told[i].at_us;
        for (; e == OK && r < rq->n && rq->order_no[r] == k->order_no && rq->at_us[r] < next_us; r++) {
            e = look_until(k, rq->at_us[r]);
            if (e == OK)
                e = ask(k, r, rq->at_us[r]);
        }
        if (e == OK)
            e = look_until(k, next_us);
        i = n;
    }
    return e;
}

/* Refunds that our own actions made are effects of the policy that held: they are no part of the history. */
static enum err drop_own_refunds(struct walk *k)
{
    struct action_list own = {0};
    size_t n = 0;
    enum err e = action_list_order(k->ctx, k->w->rd->state, k->w->m->id, k->order_no, &own);
    for (size_t i = 0; e == OK && i < k->told_n; i++) {
        const struct fact *fct = &k->told[i].fct;
        bool ours = false;
        for (size_t j = 0; j < own.n && fct->kind == FACT_REFUND; j++)
            ours = ours || (!str_empty(own.v[j].row.result_id) && str_eq(own.v[j].row.result_id, fct->u.refund.refund_id));
        if (!ours)
            k->told[n++] = k->told[i];
    }
    k->told_n = e == OK ? n : k->told_n;
    return e;
}

static enum err keep_refunds(struct walk *k, struct case_end *end)
{
    end->refunds = arena_array(k->w->out->kept, k->cas.refunds_n + 1, sizeof(*end->refunds));
    enum err e = end->refunds == NULL ? ERR_MEMORY : OK;
    for (size_t i = 0; e == OK && i < k->cas.refunds_n; i++) {
        struct case_refund *r = &end->refunds[end->refunds_n++];
        *r = k->cas.refunds[i];
        r->items = arena_array(k->w->out->kept, r->items_n + 1, sizeof(*r->items));
        e = r->items == NULL ? ERR_MEMORY : OK;
        for (size_t j = 0; e == OK && j < r->items_n; j++) {
            r->items[j] = k->cas.refunds[i].items[j];
            e = keep_str(k, &r->items[j].sku);
            if (e == OK)
                e = keep_str(k, &r->items[j].item_id);
        }
    }
    return e;
}

static enum err keep_end(struct walk *k, const struct case_diagnosis *final)
{
    struct wanted_list *l = k->w->out;
    const struct order_view *v = order_anchor(&k->cas);
    struct case_end end = {.order_no = k->order_no, .name = v == NULL ? STR_NULL : v->name};
    if (l->ends_n == l->ends_cap) {
        size_t cap = l->ends_cap == 0 ? 256 : 2 * l->ends_cap;
        struct case_end *ends = arena_array(l->kept, cap, sizeof(*ends));
        if (ends == NULL)
            return ctx_fail(k->ctx, ERR_MEMORY, "backtest: no memory");
        if (l->ends_n > 0)
            memcpy(ends, l->ends, l->ends_n * sizeof(*ends));
        l->ends = ends;
        l->ends_cap = cap;
    }
    end.parcels = arena_array(l->kept, final->parcels_n + 1, sizeof(*end.parcels));
    enum err e = end.parcels == NULL ? ERR_MEMORY : keep_str(k, &end.name);
    for (size_t i = 0; e == OK && i < final->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &final->parcels[i];
        bool there = pd->d.fig.status == PARCEL_DELIVERED;
        end.parcels[i] = (struct parcel_end){pd->parcel->number, there ? pd->d.fig.delivered_us : 0};
        e = keep_str(k, &end.parcels[i].number);
        end.parcels_n++;
    }
    if (e == OK)
        e = keep_refunds(k, &end);
    if (e == OK)
        l->ends[l->ends_n++] = end;
    return e;
}

enum err walk_case(struct case_walk *w, int64_t order_no)
{
    struct walk *k = ctx_alloc(w->ctx, sizeof(*k));
    struct case_answer ca;
    if (k == NULL)
        return ERR_MEMORY;
    enum err e = case_read(w->ctx, w->rd, w->m->id, order_no, 0, &ca);
    if (e != OK)
        return e;
    k->w = w;
    k->ctx = w->ctx;
    k->order_no = order_no;
    k->cas = (struct order_case){.order_no = order_no, .diag = DIAG_CLASS_COUNT, .customer = ca.cas->customer};
    e = load(k, ca.cas);
    if (e == OK && !str_empty(k->cas.customer))
        e = customer_order_list(k->ctx, w->rd->state, w->m->id, k->cas.customer, &k->bought, &k->bought_n);
    if (e == OK)
        e = drop_own_refunds(k);
    if (e == OK)
        e = walk_times(k);
    if (e == OK && k->acts)
        e = keep_end(k, &ca.cd);
    w->out->cases++;
    return ctx_whole(w->ctx, e);
}
