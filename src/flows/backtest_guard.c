/*
 * See backtest_int.h. One side after the other, wants go before the guard in the order of time. What passes becomes a row that is
 * confirmed at once and counts for all behind it; rows are found by order, by customer and by day.
 */
#include "flows/backtest_int.h"

#include <stdlib.h>

#define DAY_ROWS_MAX 20000

struct done {                     /* an action of one side */
    struct action_row row;
    enum backtest_side side;
    enum guard_outcome outcome;
    bool twice, arrived;
    const struct case_end *end;
};

struct row_link {
    size_t order, customer;       /* the row before it of the same, as index + 1 */
};

struct slot {
    uint64_t hash;
    size_t last;                  /* row, as index + 1; 0: free */
};

struct judge {
    struct ctx *ctx;
    const struct backtest_options *opt;
    struct backtest_report *rep;
    const struct case_end *ends;
    size_t ends_n;
    enum backtest_side side;
    struct action_row *rows;
    struct row_link *links;
    size_t n;
    struct slot *orders, *customers;
    size_t slots;                 /* a power of two, more than rows there can be */
    int64_t day;
    size_t day_from;              /* first row of the day */
    struct action_row *book;
    size_t book_cap;
    struct done *done;            /* of both sides */
    size_t done_n;
    struct backtest_step *steps;
    size_t steps_n, steps_cap;
};

/* ---- rows by order and customer */

static struct slot *slot_of(struct slot *table, size_t slots, uint64_t hash)
{
    size_t i = (size_t)(hash & (slots - 1));
    while (table[i].last != 0 && table[i].hash != hash)
        i = (i + 1) & (slots - 1);
    table[i].hash = hash;
    return &table[i];
}

static uint64_t order_hash(int64_t order_no)
{
    return str_hash((struct str){(const char *)&order_no, sizeof(order_no)});
}

static void push(struct judge *j, const struct action_row *row)
{
    struct slot *o = slot_of(j->orders, j->slots, order_hash(row->order_no));
    j->rows[j->n] = *row;
    j->links[j->n].order = o->last;
    o->last = j->n + 1;
    if (!str_empty(row->customer)) {
        struct slot *c = slot_of(j->customers, j->slots, str_hash(row->customer));
        j->links[j->n].customer = c->last;
        c->last = j->n + 1;
    }
    j->n++;
}

static void book_add(struct judge *j, struct guard_book *book, const struct action_row *row)
{
    for (size_t i = 0; i < book->n; i++)
        if (j->book[i].action_no == row->action_no)
            return;
    if (book->n < j->book_cap)
        j->book[book->n++] = *row;
}

/* The guard's rows: of the order, the customer's, and the day's of the same capability. */
static struct guard_book book_for(struct judge *j, const struct wanted *want, const struct guard_wish *wish)
{
    struct guard_book book = {.rows = j->book};
    size_t i;
    for (i = slot_of(j->orders, j->slots, order_hash(want->order_no))->last; i != 0; i = j->links[i - 1].order)
        book_add(j, &book, &j->rows[i - 1]);
    for (i = str_empty(wish->customer) ? 0 : slot_of(j->customers, j->slots, str_hash(wish->customer))->last; i != 0; i = j->links[i - 1].customer)
        book_add(j, &book, &j->rows[i - 1]);
    size_t known = book.n;
    for (i = j->day_from; i < j->n && book.n < j->book_cap; i++) {
        bool there = j->rows[i].cap != wish->cap || j->rows[i].day != want->day;
        for (size_t k = 0; k < known && !there; k++)
            there = j->book[k].action_no == j->rows[i].action_no;
        if (!there)
            j->book[book.n++] = j->rows[i];
    }
    return book;
}

/* ---- what became of it */

static const struct case_end *end_of(const struct judge *j, int64_t order_no)
{
    size_t lo = 0, hi = j->ends_n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (j->ends[mid].order_no < order_no)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < j->ends_n && j->ends[lo].order_no == order_no ? &j->ends[lo] : NULL;
}

static bool shares_items(const struct action_row *row, const struct case_refund *r)
{
    for (size_t i = 0; i < r->items_n; i++)
        for (size_t k = 0; k < row->items_n; k++)
            if (str_eq(case_item_key(&r->items[i]), row->items[k].sku))
                return true;
    return r->full || r->items_n == 0;
}

static bool paid_again(const struct done *d)
{
    for (size_t i = 0; i < d->end->refunds_n; i++) {
        const struct case_refund *r = &d->end->refunds[i];
        int64_t at_us = r->at_us != 0 ? r->at_us : r->ver.learned_us;
        if (at_us > d->row.at_us && shares_items(&d->row, r))
            return true;
    }
    return false;
}

static bool has_arrived(const struct done *d)
{
    for (size_t i = 0; i < d->end->parcels_n; i++)
        if (str_eq(d->end->parcels[i].number, d->row.subject) && d->end->parcels[i].delivered_us > d->row.at_us)
            return true;
    return false;
}

static void count(struct backtest_count *c, int64_t minor)
{
    c->n++;
    c->minor += minor;
}

/* ---- verdicts */

static void keep_done(struct judge *j, const struct guard_verdict *v)
{
    struct backtest_sums *s = &j->rep->sums[j->side];
    struct done d = {.row = v->row, .side = j->side, .outcome = v->outcome, .end = end_of(j, v->row.order_no)};
    unsigned flags = capability_flags(v->row.cap);
    bool real = v->outcome != GUARD_SHADOWED, good = real && (flags & CAP_COMPENSATES) != 0 && d.end != NULL;
    count(v->outcome == GUARD_AUTO       ? &s->caps[v->row.cap].by_itself
          : v->outcome == GUARD_APPROVAL ? &s->caps[v->row.cap].approved
                                         : &s->caps[v->row.cap].shadow,
          v->row.amount_minor);
    if (real && (flags & CAP_MONEY) != 0)
        count((flags & CAP_STOCK) != 0 ? &s->goods : &s->money, v->row.amount_minor);
    d.twice = good && paid_again(&d);
    d.arrived = good && has_arrived(&d);
    if (d.twice)
        count(&s->twice, v->row.amount_minor);
    if (d.arrived)
        count(&s->arrived, v->row.amount_minor);
    d.row.state = real ? ACTION_CONFIRMED : ACTION_SHADOW;
    d.row.action_no = (int64_t)j->n + 1;
    push(j, &d.row);
    j->done[j->done_n++] = d;
}

static void check(struct judge *j, const struct wanted *want, struct guard_wish *wish, struct guard_verdict *v)
{
    struct guard_book book = book_for(j, want, wish);
    if (wish->rest)
        act_wish_rest(wish, &book);
    guard_check(j->opt->policies[j->side], wish, &book, want->at_us, want->day, v);
    j->rep->wishes++;
}

static enum err tell_step(struct judge *j, const struct wanted *want, const struct guard_wish *wish, const struct guard_verdict *v)
{
    if (want->order_no != j->opt->case_no)
        return OK;
    if (j->steps_n == j->steps_cap) {
        size_t cap = j->steps_cap == 0 ? 64 : 2 * j->steps_cap;
        struct backtest_step *steps = ctx_alloc(j->ctx, cap * sizeof(*steps));
        if (steps == NULL)
            return ERR_MEMORY;
        if (j->steps_n > 0)
            memcpy(steps, j->steps, j->steps_n * sizeof(*steps));
        j->steps = steps;
        j->steps_cap = cap;
    }
    j->steps[j->steps_n++] = (struct backtest_step){
        .at_us = want->at_us, .side = j->side, .parcel = want->parcel, .rule = want->rule, .why = want->why, .cls = want->cls, .verb = want->verb,
        .cap = wish == NULL ? CAP_COUNT : wish->cap, .minor = wish == NULL ? 0 : wish->amount_minor,
        .outcome = v == NULL ? GUARD_REFUSED : v->outcome, .reason = v == NULL ? GUARD_NONE : v->reason};
    return OK;
}

static enum err judge_act(struct judge *j, const struct wanted *want)
{
    struct backtest_sums *s = &j->rep->sums[j->side];
    struct guard_verdict v;
    if (want->again && *want->was_refused) /* a person has it */
        return OK;
    check(j, want, &want->wishes[0], &v);
    *want->was_refused = v.outcome == GUARD_REFUSED;
    if (v.outcome == GUARD_REPEAT)
        s->caps[want->wishes[0].cap].repeats++;
    else if (v.outcome == GUARD_REFUSED) {
        s->caps[want->wishes[0].cap].refused++;
        s->refused[v.reason]++;
        s->hand_overs += v.reason == GUARD_COMPENSATED ? 0 : 1;
    } else
        keep_done(j, &v);
    return tell_step(j, want, &want->wishes[0], &v);
}

static enum err judge_offer(struct judge *j, const struct wanted *want)
{
    struct backtest_sums *s = &j->rep->sums[j->side];
    bool any = false, good = false;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < want->wishes_n; i++) {
        struct guard_verdict v;
        check(j, want, &want->wishes[i], &v);
        any = any || v.outcome != GUARD_REFUSED;
        good = good || (v.outcome == GUARD_REFUSED && v.reason == GUARD_COMPENSATED);
        e = tell_step(j, want, &want->wishes[i], &v);
    }
    s->offers += any ? 1 : 0;
    s->hand_overs += !any && !good ? 1 : 0;
    return e;
}

static enum err judge_one(struct judge *j, const struct wanted *want)
{
    struct backtest_sums *s = &j->rep->sums[j->side];
    if (want->day != j->day) {
        j->day = want->day;
        j->day_from = j->n;
    }
    if ((want->verb == VERB_ACT || want->verb == VERB_APPROVE) && want->wishes_n > 0)
        return judge_act(j, want);
    if (want->verb == VERB_OFFER)
        return judge_offer(j, want);
    s->hand_overs += want->verb == VERB_HAND_OVER ? 1 : 0;
    s->waits += want->verb == VERB_WAIT ? 1 : 0;
    return tell_step(j, want, NULL, NULL);
}

static enum err judge_side(struct judge *j, const struct wanted *wants, size_t n)
{
    enum err e = OK;
    memset(j->orders, 0, j->slots * sizeof(*j->orders));
    memset(j->customers, 0, j->slots * sizeof(*j->customers));
    j->n = j->day_from = 0;
    j->day = INT64_MIN;
    for (size_t i = 0; e == OK && i < n; i++)
        if (wants[i].side == j->side)
            e = judge_one(j, &wants[i]);
    return e;
}

/* ---- what differs */

static int by_order(const void *a, const void *b)
{
    const struct done *x = a, *y = b;
    if (x->row.order_no != y->row.order_no)
        return x->row.order_no < y->row.order_no ? -1 : 1;
    if (x->side != y->side)
        return x->side < y->side ? -1 : 1;
    return (x->row.action_no > y->row.action_no) - (x->row.action_no < y->row.action_no);
}

static bool has_same(const struct done *v, size_t n, const struct done *d)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].side != d->side && v[i].outcome == d->outcome && v[i].row.amount_minor == d->row.amount_minor &&
            action_purpose_eq(&v[i].row, &d->row))
            return true;
    return false;
}

static int by_difference(const void *a, const void *b)
{
    const struct backtest_difference *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->order_no != y->order_no)
        return x->order_no < y->order_no ? -1 : 1;
    return x->side != y->side ? (x->side < y->side ? -1 : 1) : (x->cap > y->cap) - (x->cap < y->cap);
}

static enum err compare(struct judge *j)
{
    struct backtest_difference *v = ctx_alloc(j->ctx, (j->done_n + 1) * sizeof(*v));
    size_t n = 0;
    if (v == NULL)
        return ERR_MEMORY;
    if (j->done_n > 1)
        qsort(j->done, j->done_n, sizeof(*j->done), by_order);
    for (size_t i = 0, k; i < j->done_n; i = k) {
        size_t before = n;
        for (k = i; k < j->done_n && j->done[k].row.order_no == j->done[i].row.order_no; k++) {}
        for (size_t d = i; d < k; d++)
            if (!has_same(&j->done[i], k - i, &j->done[d]))
                v[n++] = (struct backtest_difference){
                    .order_no = j->done[d].row.order_no, .at_us = j->done[d].row.at_us, .minor = j->done[d].row.amount_minor,
                    .order = j->done[d].end == NULL ? STR_NULL : j->done[d].end->name, .side = j->done[d].side, .cap = j->done[d].row.cap,
                    .outcome = j->done[d].outcome, .rule = j->done[d].row.rule, .twice = j->done[d].twice, .arrived = j->done[d].arrived};
        j->rep->orders_differ += n > before ? 1 : 0;
    }
    if (n > 1)
        qsort(v, n, sizeof(*v), by_difference);
    j->rep->differences = v;
    j->rep->differences_n = n < BACKTEST_DIFFERENCES_MAX ? n : BACKTEST_DIFFERENCES_MAX;
    return OK;
}

enum err judge_all(struct ctx *ctx, const struct backtest_options *opt, const struct wanted *wants, size_t wants_n, const struct case_end *ends,
                   size_t ends_n, struct backtest_report *rep)
{
    struct judge j = {.ctx = ctx, .opt = opt, .rep = rep, .ends = ends, .ends_n = ends_n, .slots = 64, .book_cap = DAY_ROWS_MAX};
    enum err e = OK;
    while (j.slots < 4 * wants_n)
        j.slots *= 2;
    j.rows = ctx_alloc(ctx, (wants_n + 1) * sizeof(*j.rows));
    j.links = ctx_alloc(ctx, (wants_n + 1) * sizeof(*j.links));
    j.orders = ctx_alloc(ctx, j.slots * sizeof(*j.orders));
    j.customers = ctx_alloc(ctx, j.slots * sizeof(*j.customers));
    j.book = ctx_alloc(ctx, j.book_cap * sizeof(*j.book));
    j.done = ctx_alloc(ctx, (wants_n + 1) * sizeof(*j.done));
    if (j.rows == NULL || j.links == NULL || j.orders == NULL || j.customers == NULL || j.book == NULL || j.done == NULL)
        return ERR_MEMORY;
    for (int side = 0; e == OK && side < BACKTEST_SIDES; side++) {
        j.side = (enum backtest_side)side;
        if (opt->policies[side] != NULL)
            e = judge_side(&j, wants, wants_n);
    }
    if (e == OK)
        e = compare(&j);
    rep->steps = j.steps;
    rep->steps_n = j.steps_n;
    return e;
}
