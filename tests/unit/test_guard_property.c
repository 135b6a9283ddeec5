/*
 * The guard under a million random steps: wishes of every kind, approvals, undo, results, outside refunds, restarts (the rows
 * written and read again), clocks that jump forth and back. After each step that keeps a row, what must hold is worked out anew
 * from all rows, by code that shares nothing with the guard.
 */
#include "lib/facts.h"
#include "lib/fixture.h"

#include "mind/guard.h"

#define STEPS 1000000
#define STEPS_A_WORLD 2500
#define ORDERS 24
#define CUSTOMERS 6
#define SKUS 3
#define PARCELS 2
#define ROWS_CAP 1200

static const char *const PARCEL[PARCELS] = {"1Z1", "1Z2"};
static const char *const SKU[SKUS] = {"CUP", "MUG", "TEA"};
static const char *const CUSTOMER[CUSTOMERS] = {"c0", "c1", "c2", "c3", "c4", ""};

struct order {
    struct guard_item items[SKUS];
    int64_t in_parcel[PARCELS][SKUS]; /* what each of its parcels holds; the rest has not left */
    int64_t price[SKUS];
    int64_t paid, refunded_outside;
    bool unclear, picked, cod;
    size_t customer;
};

struct world {
    struct rng rng;
    struct policy pol;
    struct order orders[ORDERS];
    struct action_row rows[ROWS_CAP];
    struct action_item items[ROWS_CAP][SKUS];
    size_t n;
    int64_t now_us, stock[SKUS];
    uint32_t paused;
};

struct tally {
    size_t outcomes[5], reasons[GUARD_REASON_COUNT], rows, restarts, approved, released;
};

static int64_t below(struct world *w, size_t n)
{
    return (int64_t)rng_below(&w->rng, n);
}

static int64_t maybe(struct world *w, int64_t v)
{
    return rng_chance(&w->rng, 3) ? GRANT_UNSET : v;
}

/* ---- a merchant, its limits and its orders */

static void make_grant(struct world *w, enum capability c)
{
    struct grant *g = &w->pol.grants[c];
    static const int64_t MODES[] = {MODE_AUTO, MODE_AUTO, MODE_AUTO, MODE_SUGGEST, MODE_SHADOW, MODE_OFF};
    for (size_t f = 0; f < GRANT_FIELD_COUNT; f++)
        g->v[f] = GRANT_UNSET;
    g->v[GRANT_MODE] = MODES[below(w, 6)];
    g->v[GRANT_SHARE] = rng_chance(&w->rng, 2) ? 100 : below(w, 101);
    g->v[GRANT_PER_ACTION] = maybe(w, 500 + below(w, 4000));
    g->v[GRANT_AUTO_UP_TO] = maybe(w, 500 + below(w, 2000));
    g->v[GRANT_TWO_PERSONS_ABOVE] = maybe(w, 1000 + below(w, 3000));
    g->v[GRANT_PER_ORDER] = maybe(w, 1000 + below(w, 6000));
    g->v[GRANT_PER_ORDER_COUNT] = maybe(w, 1 + below(w, 4));
    g->v[GRANT_PER_CUSTOMER] = maybe(w, 2000 + below(w, 9000));
    g->v[GRANT_PER_CUSTOMER_COUNT] = maybe(w, 1 + below(w, 6));
    g->v[GRANT_CUSTOMER_DAYS] = 1 + below(w, 60);
    g->v[GRANT_PER_DAY] = maybe(w, 2000 + below(w, 20000));
    g->v[GRANT_PER_DAY_COUNT] = maybe(w, 1 + below(w, 12));
    g->v[GRANT_COD] = below(w, 2);
    g->v[GRANT_CONFIDENCE] = below(w, 101);
    g->v[GRANT_UNDO] = below(w, 3) * 30;
    g->v[GRANT_VALID] = 1 + below(w, 100);
}

static void make_order(struct world *w, struct order *o)
{
    *o = (struct order){.customer = (size_t)below(w, CUSTOMERS), .picked = rng_chance(&w->rng, 2), .cod = rng_chance(&w->rng, 8)};
    for (size_t s = 0; s < SKUS; s++) {
        o->price[s] = 100 + below(w, 1500);
        o->items[s] = (struct guard_item){.sku = str_of(SKU[s]), .ordered = below(w, 4)};
        o->in_parcel[0][s] = below(w, (size_t)o->items[s].ordered + 1);
        o->in_parcel[1][s] = below(w, (size_t)(o->items[s].ordered - o->in_parcel[0][s]) + 1);
        o->paid += o->price[s] * o->items[s].ordered;
    }
}

static void make_world(struct world *w)
{
    w->n = 0;
    w->paused = 0;
    w->now_us = T0_US;
    for (unsigned c = 0; c < CAP_COUNT; c++)
        make_grant(w, (enum capability)c);
    for (size_t i = 0; i < ORDERS; i++)
        make_order(w, &w->orders[i]);
    for (size_t s = 0; s < SKUS; s++)
        w->stock[s] = below(w, 12);
}

/* ---- what must hold, from the rows alone */

static bool makes_good(enum capability c)
{
    return c == CAP_REFUND || c == CAP_RESHIP || c == CAP_EXCHANGE || c == CAP_CANCEL;
}

static bool gives_money(enum capability c)
{
    return c == CAP_REFUND || c == CAP_CANCEL || c == CAP_DISCOUNT || c == CAP_EDIT_ORDER;
}

static bool lives(const struct action_row *r)
{
    return r->state <= ACTION_CONFIRMED;
}

static int64_t of_sku(const struct action_row *r, size_t s)
{
    int64_t q = 0;
    for (size_t i = 0; i < r->items_n; i++)
        if (str_eq(r->items[i].sku, str_of(SKU[s])))
            q += r->items[i].quantity;
    return q;
}

static void must(bool ok, const char *what, size_t step)
{
    if (!ok)
        fail_msg("step %zu: %s", step, what);
}

static void check_order(const struct world *w, int64_t order_no, size_t step)
{
    const struct order *o = &w->orders[order_no];
    int64_t good[SKUS] = {0}, refunded[SKUS] = {0}, reshipped[SKUS] = {0}, money = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct action_row *r = &w->rows[i];
        if (r->order_no != order_no || !lives(r))
            continue;
        money += gives_money(r->cap) ? r->amount_minor : 0;
        for (size_t s = 0; s < SKUS && makes_good(r->cap); s++) {
            good[s] += of_sku(r, s);
            refunded[s] += r->cap == CAP_REFUND || r->cap == CAP_CANCEL ? of_sku(r, s) : 0;
            reshipped[s] += r->cap == CAP_RESHIP || r->cap == CAP_EXCHANGE ? of_sku(r, s) : 0;
        }
    }
    const struct action_row *last = &w->rows[w->n - 1];
    for (size_t s = 0; s < SKUS; s++) {
        /* what came from outside after our own promise cannot be undone by us: but nothing is added to it */
        bool adds = lives(last) && makes_good(last->cap) && of_sku(last, s) > 0;
        must(!adds || good[s] + o->items[s].refunded_outside <= o->items[s].ordered, "paid again what was paid elsewhere", step);
        must(good[s] <= o->items[s].ordered, "an item was made good for more often than it was bought", step);
        must(refunded[s] + reshipped[s] <= o->items[s].ordered, "one item was refunded and sent again", step);
    }
    bool gives = lives(last) && gives_money(last->cap);
    must(!gives || money + o->refunded_outside <= o->paid, "more was given back than was paid", step);
}

/* One piece of goods: what is in a parcel is refunded or sent again, not both, and once. */
static void check_parcels(const struct world *w, int64_t order_no, size_t step)
{
    for (size_t p = 0; p < PARCELS; p++)
        for (size_t s = 0; s < SKUS; s++) {
            int64_t good = 0;
            for (size_t i = 0; i < w->n; i++)
                if (w->rows[i].order_no == order_no && lives(&w->rows[i]) && makes_good(w->rows[i].cap) && str_eq(w->rows[i].subject, str_of(PARCEL[p])))
                    good += of_sku(&w->rows[i], s);
            must(good <= w->orders[order_no].in_parcel[p][s], "more was made good for than the parcel held", step);
        }
}

static void check_limits(const struct world *w, const struct action_row *last, size_t step)
{
    const struct grant *g = &w->pol.grants[last->cap];
    int64_t day = 0, day_n = 0, cust = 0, cust_n = 0, ord = 0, ord_n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct action_row *r = &w->rows[i];
        bool counts = lives(r) || (last->state == ACTION_SHADOW && r->state == ACTION_SHADOW);
        if (r->cap != last->cap || !counts)
            continue;
        if (r->day == last->day)
            day += r->amount_minor, day_n++;
        if (r->order_no == last->order_no)
            ord += r->amount_minor, ord_n++;
        if (str_eq(r->customer, last->customer) && r->at_us > last->at_us - g->v[GRANT_CUSTOMER_DAYS] * US_PER_DAY)
            cust += r->amount_minor, cust_n++;
    }
#define WITHIN(f, n) (g->v[f] == GRANT_UNSET || (n) <= g->v[f])
    must(WITHIN(GRANT_PER_ACTION, last->amount_minor), "over per_action", step);
    must(WITHIN(GRANT_PER_DAY, day) && WITHIN(GRANT_PER_DAY_COUNT, day_n), "over per_day", step);
    must(WITHIN(GRANT_PER_ORDER, ord) && WITHIN(GRANT_PER_ORDER_COUNT, ord_n), "over per_order", step);
    must(WITHIN(GRANT_PER_CUSTOMER, cust) && WITHIN(GRANT_PER_CUSTOMER_COUNT, cust_n), "over per_customer", step);
#undef WITHIN
    bool person = (g->v[GRANT_AUTO_UP_TO] != GRANT_UNSET && last->amount_minor > g->v[GRANT_AUTO_UP_TO]) || g->v[GRANT_MODE] == MODE_SUGGEST;
    must(g->v[GRANT_MODE] != MODE_OFF, "acted though it is off", step);
    must(!person || last->state == ACTION_PROPOSED || last->state == ACTION_SHADOW, "went by itself though a person approves", step);
}

static void check_stock(const struct world *w, size_t step)
{
    for (size_t s = 0; s < SKUS; s++) {
        int64_t held = 0;
        for (size_t i = 0; i < w->n; i++)
            if (lives(&w->rows[i]) && w->rows[i].state != ACTION_CONFIRMED && (w->rows[i].cap == CAP_RESHIP || w->rows[i].cap == CAP_EXCHANGE))
                held += of_sku(&w->rows[i], s);
        must(held <= w->stock[s], "more was promised than is in stock", step);
    }
}

static void check_keys(struct world *w, const struct action_row *last, size_t step)
{
    for (size_t i = 0; i + 1 < w->n; i++)
        if (action_purpose_eq(&w->rows[i], last)) {
            must(w->rows[i].generation != last->generation, "two rows have one key", step);
            must(!lives(&w->rows[i]) || last->state == ACTION_SHADOW || !makes_good(last->cap), "the same wish was taken twice", step);
        }
}

/* ---- steps */

static void make_wish(struct world *w, struct guard_wish *wish, struct action_item items[SKUS])
{
    int64_t no = below(w, ORDERS);
    struct order *o = &w->orders[no];
    *wish = (struct guard_wish){.cap = rng_chance(&w->rng, 2) ? (enum capability)below(w, 4) : (enum capability)below(w, CAP_COUNT), .order_no = no,
                                .customer = str_of(CUSTOMER[o->customer]), .currency_ok = !rng_chance(&w->rng, 30), .picked = o->picked, .cod = o->cod,
                                .disputed = rng_chance(&w->rng, 50), .paid_minor = o->paid, .refunded_outside_minor = o->refunded_outside,
                                .outside_refund_unclear = o->unclear, .order_items = o->items, .order_items_n = SKUS, .cls = (enum diag_class)below(w, DIAG_CLASS_COUNT),
                                .from_customer = rng_chance(&w->rng, 2), .confidence = (int)below(w, 101), .proof = (enum policy_proof)below(w, PROOF_COUNT),
                                .repeat = rng_chance(&w->rng, 10), .amount_known = !rng_chance(&w->rng, 30)};
    bool all = rng_chance(&w->rng, 2);
    int64_t worth = 0;
    size_t parcel = (size_t)below(w, PARCELS + 1); /* the last: the order */
    if ((capability_flags(wish->cap) & CAP_PARCEL) != 0 || (makes_good(wish->cap) && wish->cap != CAP_CANCEL))
        wish->subject = parcel < PARCELS ? str_of(PARCEL[parcel]) : STR_NULL;
    for (size_t s = 0; s < SKUS && makes_good(wish->cap); s++) {
        int64_t held = str_empty(wish->subject) ? o->items[s].ordered : o->in_parcel[parcel][s];
        int64_t q = all ? held : below(w, 4);
        o->items[s].concerned = held;
        o->items[s].stock_known = true;
        o->items[s].available = w->stock[s];
        if (q > 0)
            items[wish->items_n++] = (struct action_item){str_of(SKU[s]), q};
        worth += q * o->price[s];
    }
    wish->items = items;
    wish->amount_minor = makes_good(wish->cap) ? worth : below(w, 3000);
}

static void step_wish(struct world *w, struct tally *t, size_t step)
{
    struct action_item items[SKUS];
    struct guard_wish wish;
    struct guard_verdict v;
    const struct guard_book book = {w->rows, w->n, w->paused};
    make_wish(w, &wish, items);
    guard_check(&w->pol, &wish, &book, w->now_us, w->now_us / US_PER_DAY, &v);
    t->outcomes[v.outcome]++;
    t->reasons[v.reason]++;
    if (v.outcome == GUARD_REPEAT)
        must(v.same != NULL && action_purpose_eq(v.same, &w->rows[v.same - w->rows]) && v.same->order_no == wish.order_no, "the first's state is another's", step);
    if (v.outcome == GUARD_REFUSED || v.outcome == GUARD_REPEAT || w->n == ROWS_CAP)
        return;
    memcpy(w->items[w->n], items, sizeof(items));
    w->rows[w->n] = v.row;
    w->rows[w->n].items = w->items[w->n];
    w->rows[w->n].action_no = (int64_t)w->n + 1;
    w->n++;
    t->rows++;
    const struct action_row *last = &w->rows[w->n - 1];
    must((w->paused >> last->cap & 1) == 0, "acted though it is paused", step);
    check_limits(w, last, step);
    check_order(w, last->order_no, step);
    check_parcels(w, last->order_no, step);
    check_stock(w, step);
    check_keys(w, last, step);
}

static void step_state(struct world *w, struct ctx *ctx, struct tally *t)
{
    if (w->n == 0)
        return;
    struct action_row *r = &w->rows[below(w, w->n)];
    enum action_state to = (enum action_state)below(w, ACTION_STATE_COUNT);
    if (r->state == ACTION_PROPOSED && rng_chance(&w->rng, 2)) {
        enum err e = action_approve(ctx, r, rng_chance(&w->rng, 2) ? STR("ann") : STR("bob"), w->now_us);
        t->approved += e == OK;
        if (r->state != ACTION_PROPOSED)
            must(r->approvals >= r->approvals_needed, "approved with too few persons", 0);
        return;
    }
    if (r->state == ACTION_PROPOSED && to == ACTION_APPROVED)
        return; /* only by a person's word */
    if (!action_may_become(r->state, to))
        return;
    if (to == ACTION_CONFIRMED && (r->cap == CAP_RESHIP || r->cap == CAP_EXCHANGE))
        for (size_t s = 0; s < SKUS; s++)
            w->stock[s] -= of_sku(r, s); /* it has left */
    t->released += action_state_is_live(r->state) && !action_state_is_live(to);
    r->state = to;
}

static void step_outside(struct world *w)
{
    int64_t no = below(w, ORDERS);
    struct order *o = &w->orders[no];
    size_t s = (size_t)below(w, SKUS);
    if (rng_chance(&w->rng, 4))
        o->unclear = true;
    else if (o->items[s].refunded_outside < o->items[s].ordered)
        o->items[s].refunded_outside++;
    o->refunded_outside += o->price[s];
}

/* The rows written and read again: a program that starts anew. */
static void step_restart(struct world *w, struct fixture *f, struct tally *t)
{
    struct buf b;
    struct action_row *rows = NULL;
    size_t n = 0;
    arena_reset(f->arena);
    buf_init(&b, (size_t)8 << 20);
    action_rows_encode(w->rows, w->n, &b);
    assert_int_equal(buf_err(&b), OK);
    assert_ok(&f->ctx, action_rows_decode(&f->ctx, buf_str(&b), &rows, &n));
    assert_int_equal(n, w->n);
    for (size_t i = 0; i < n; i++) {
        must(action_purpose_eq(&rows[i], &w->rows[i]) && rows[i].state == w->rows[i].state && rows[i].amount_minor == w->rows[i].amount_minor &&
                 rows[i].day == w->rows[i].day && rows[i].generation == w->rows[i].generation && rows[i].approvals == w->rows[i].approvals,
             "a row came back another", i);
        const struct action_item *kept = w->rows[i].items;
        w->rows[i] = rows[i];
        w->rows[i].items = kept;
        for (size_t c = 0; c < CUSTOMERS; c++) /* texts that outlive the arena */
            if (str_eq(rows[i].customer, str_of(CUSTOMER[c])))
                w->rows[i].customer = str_of(CUSTOMER[c]);
        w->rows[i].subject = str_eq(rows[i].subject, STR("1Z1")) ? STR("1Z1") : str_eq(rows[i].subject, STR("1Z2")) ? STR("1Z2") : STR_NULL;
        for (uint32_t k = 0; k < rows[i].approvals; k++)
            w->rows[i].approved_by[k] = str_eq(rows[i].approved_by[k], STR("ann")) ? STR("ann") : STR("bob");
        w->rows[i].rule = w->rows[i].result_id = STR_NULL;
    }
    buf_clear(&b);
    t->restarts++;
}

static void step_clock(struct world *w)
{
    if (rng_chance(&w->rng, 12))
        w->now_us -= below(w, 40) * US_PER_H;
    else
        w->now_us += below(w, 30) * US_PER_H;
    if (rng_chance(&w->rng, 10))
        w->paused ^= 1u << below(w, CAP_COUNT);
}

static void test_no_limit_is_exceeded(void **state)
{
    static struct world w;
    struct fixture f;
    struct tally t = {0};
    (void)state;
    fixture_init(&f);
    w.rng = rng_of(4711);
    for (size_t step = 0; step < STEPS; step++) {
        if (step % STEPS_A_WORLD == 0)
            make_world(&w);
        int64_t kind = below(&w, 100);
        if (kind < 60)
            step_wish(&w, &t, step);
        else if (kind < 90)
            step_state(&w, &f.ctx, &t);
        else if (kind < 97)
            step_clock(&w);
        else if (kind < 98)
            step_outside(&w);
        else if (step % 10 == 0)
            step_restart(&w, &f, &t);
    }
    for (unsigned o = 0; o < 5; o++)
        if (t.outcomes[o] == 0)
            fail_msg("outcome %s never came", guard_outcome_word((enum guard_outcome)o));
    for (unsigned r = 0; r < GUARD_REASON_COUNT; r++) {
        bool elsewhere = r == GUARD_EXPIRED || r == GUARD_CLASS || r == GUARD_CLAIMS || r == GUARD_RULE; /* test_guard.c */
        if (t.reasons[r] == 0 && !elsewhere)
            fail_msg("reason %s never came", guard_reason_word((enum guard_reason)r));
    }
    assert_true(t.rows > 20000 && t.restarts > 500 && t.approved > 1000 && t.released > 1000);
    print_message("%d steps: %zu kept, %zu repeats, %zu refused, %zu approved, %zu released, %zu restarts\n", STEPS, t.rows,
                  t.outcomes[GUARD_REPEAT], t.outcomes[GUARD_REFUSED], t.approved, t.released, t.restarts);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_limit_is_exceeded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
