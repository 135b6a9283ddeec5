/*
 * Decisions over whole lives: random orders with several parcels, scans, reports, wishes, refunds of our own that come back as
 * facts and others that do not; everything granted by itself. What is paid and sent again is held against what was bought, and
 * against what each parcel can have held.
 */
#include "lib/case_story.h"
#include "lib/facts.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "mind/decide_act.h"

#define LIVES 4000
#define ROWS_CAP 200
#define PRICE_MUG 2000
#define PRICE_CUP 900

static const char *const POLICIES[] = {
    "currency: USD\ngrants:\n  refund: {mode: auto, per_action: 500.00, per_day: 900.00}\n  reship: {mode: auto, per_action: 500.00, per_day: 900.00}\n"
    "  cancel: {mode: auto, per_action: 500.00, per_day: 900.00}\n"
    "rules:\n  - {name: wished, when: {request: reship}, do: [{act: reship}]}\n  - {name: stop, when: {request: cancel}, do: {act: cancel}}\n"
    "  - {name: gone, when: {class: [lost, presumed_lost, returned, damaged, wrong_item, delivered_not_received]}, do: [{act: refund}]}\n  - {name: rest, do: nothing}\n",
    "currency: USD\ngrants:\n  refund: {mode: auto, per_action: 500.00, per_day: 900.00}\n  reship: {mode: auto, per_action: 500.00, per_day: 900.00}\n"
    "  cancel: {mode: auto, per_action: 500.00, per_day: 900.00}\n"
    "rules:\n  - {name: stop, when: {request: cancel}, do: [{act: cancel}, {act: refund}]}\n  - {name: money, when: {request: refund}, do: [{act: refund}, {act: reship}]}\n"
    "  - {name: gone, do: [{act: reship}, {act: refund}]}\n",
};

struct life {
    struct rng rng;
    struct policy pol;
    struct promises promises;
    struct action_row rows[ROWS_CAP];
    struct action_item items[ROWS_CAP][2];
    char ids[ROWS_CAP][16], subjects[ROWS_CAP][32];
    size_t n;
    int64_t mugs, cups, total, outside_minor;
    int64_t held[2][2];       /* parcel, item: what it holds; -1: nobody says */
    int64_t outside[2];
    size_t decided, paid, refused, refunds_told;
};

static int64_t quantity(const struct action_row *r, const char *sku)
{
    int64_t q = 0;
    for (size_t i = 0; i < r->items_n; i++)
        if (str_eq(r->items[i].sku, str_of(sku)))
            q += r->items[i].quantity;
    return q;
}

static bool makes_good(const struct action_row *r)
{
    return r->state <= ACTION_CONFIRMED && (r->cap == CAP_REFUND || r->cap == CAP_RESHIP || r->cap == CAP_CANCEL);
}

static void must(bool ok, const struct life *l, const char *what)
{
    if (!ok)
        fail_msg("%s: mugs %lld cups %lld", what, (long long)l->mugs, (long long)l->cups);
}

static void check(const struct life *l)
{
    int64_t good[2] = {0, 0}, in[2][2] = {{0, 0}, {0, 0}}, money = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct action_row *r = &l->rows[i];
        if (!makes_good(r))
            continue;
        money += r->cap == CAP_RESHIP ? 0 : r->amount_minor;
        for (int s = 0; s < 2; s++) {
            int64_t q = quantity(r, s == 0 ? "MUG" : "CUP");
            good[s] += q;
            for (int p = 0; p < 2; p++)
                in[p][s] += str_eq(r->subject, str_of(p == 0 ? "1Z1" : "1Z2")) ? q : 0;
        }
    }
    must(good[0] <= l->mugs && good[1] <= l->cups, l, "made good for more than was bought");
    must(money <= l->total, l, "gave back more than was paid");
    for (int p = 0; p < 2; p++)
        for (int s = 0; s < 2; s++)
            must(in[p][s] <= (l->held[p][s] < 0 ? 0 : l->held[p][s]), l, "made good for more than a parcel can have held");
}

static void keep(struct life *l, const struct action_row *row)
{
    struct action_row *r = &l->rows[l->n];
    assert_true(l->n < ROWS_CAP && row->items_n <= 2);
    *r = *row;
    memcpy(l->items[l->n], row->items, row->items_n * sizeof(*row->items));
    for (size_t i = 0; i < row->items_n; i++)
        l->items[l->n][i].sku = str_eq(row->items[i].sku, STR("MUG")) ? STR("MUG") : STR("CUP");
    r->items = l->items[l->n];
    memcpy(l->subjects[l->n], row->subject.p == NULL ? "" : row->subject.p, row->subject.n);
    r->subject = (struct str){l->subjects[l->n], row->subject.n};
    r->rule = STR_NULL;
    /* its amount is what is bought of its items, never more */
    int64_t worth = PRICE_MUG * quantity(r, "MUG") + PRICE_CUP * quantity(r, "CUP");
    must(r->amount_minor <= worth, l, "costs more than its goods");
    must(r->amount_minor + l->outside_minor <= l->total || r->cap == CAP_RESHIP, l, "pays what others paid");
    l->n++;
    l->paid++;
}

/* A refund as the shop tells it: ours by its id, or somebody's. */
static void tell_refund(struct life *l, struct case_story *cs, struct ctx *ctx, struct str id, int64_t mugs, int64_t amount)
{
    struct fact_item item = {.sku = STR("MUG"), .quantity = mugs};
    struct fact fct = {.kind = FACT_REFUND, .key = id, .changed_us = cs->now_us, .role = ROLE_STOREFRONT};
    bool changed;
    fct.u.refund = (struct refund_fact){.order_id = STR("1"), .refund_id = id, .items = &item, .items_n = mugs > 0 ? 1 : 0, .amount_minor = amount,
                                        .currency = STR("USD"), .at_us = cs->now_us};
    assert_ok(ctx, case_fold(ctx, &cs->cas, STR("facts"), &fct, (struct fact_ref){++cs->facts, 0}, &(struct fold_hashes){0}, cs->now_us, &changed));
    l->refunds_told++;
}

static void happen_outside(struct life *l, struct case_story *cs, struct ctx *ctx)
{
    for (size_t i = 0; i < l->n; i++) {
        struct action_row *r = &l->rows[i];
        if (r->state == ACTION_APPROVED && rng_chance(&l->rng, 2)) {
            bool refused = rng_chance(&l->rng, 5);
            r->state = refused ? ACTION_REFUSED : ACTION_CONFIRMED;
            if (!refused && r->cap != CAP_RESHIP) {
                snprintf(l->ids[i], sizeof(l->ids[i]), "w%zu", i);
                r->result_id = str_of(l->ids[i]);
                tell_refund(l, cs, ctx, r->result_id, quantity(r, "MUG"), r->amount_minor);
            }
        }
    }
    if (l->mugs > 0 && rng_chance(&l->rng, 25)) {
        static const char *const IDS[] = {"o0", "o1", "o2", "o3"};
        size_t k = (size_t)(l->outside[0] & 3);
        l->outside[0]++;
        l->outside_minor += PRICE_MUG;
        tell_refund(l, cs, ctx, str_of(IDS[k]), 1, PRICE_MUG);
    }
}

static void on_line(struct case_story *cs, struct ctx *ctx, const struct story_line *ln, void *user)
{
    struct life *l = user;
    struct case_diagnosis cd;
    struct act_decisions ds;
    static const enum policy_request ASKS[] = {REQUEST_NONE, REQUEST_NONE, (enum policy_request)(REQUEST_FIRST_CAP + CAP_REFUND),
                                               (enum policy_request)(REQUEST_FIRST_CAP + CAP_RESHIP), (enum policy_request)(REQUEST_FIRST_CAP + CAP_CANCEL)};
    struct action_item wished[] = {{STR("CUP"), 1 + (int64_t)rng_below(&l->rng, 3)}, {STR("MUG"), 1}};
    struct policy_ask ask = {.request = ASKS[rng_below(&l->rng, 5)], .confidence = 99, .proof = PROOF_CODE, .repeat = rng_chance(&l->rng, 4)};
    struct customer_history history = {0};
    (void)ln;
    if (rng_chance(&l->rng, 4)) {
        ask.items = wished;
        ask.items_n = 1 + rng_below(&l->rng, 2);
    }
    happen_outside(l, cs, ctx);
    const struct guard_book book = {.rows = l->rows, .n = l->n};
    cs->cas.customer = STR("c1");
    assert_ok(ctx, diagnose(ctx, &cs->cas, &l->promises, cs->now_us, &cd));
    const struct act_input in = {&l->pol, &cs->cas, &cd, &ask, &history, &book, cs->now_us, civil_day(cs->now_us)};
    assert_ok(ctx, policy_decide(ctx, &in, &ds));
    for (size_t i = 0; i < ds.n; i++) {
        l->refused += ds.v[i].refused_n;
        if (ds.v[i].verb == VERB_ACT && ds.v[i].choices[0].verdict.outcome == GUARD_AUTO)
            keep(l, &ds.v[i].choices[0].verdict.row);
    }
    l->decided++;
    check(l);
}

/* ---- a life as a story */

static void add_parcels(struct life *l, struct buf *b)
{
    for (int p = 0; p < 2; p++)
        for (int s = 0; s < 2; s++)
            l->held[p][s] = 0;
    if (rng_chance(&l->rng, 4)) { /* one fulfillment, two parcels: nobody says what is in which */
        buf_fmt(b, "fulfill #1 id=f items=MUG*%lld;CUP*%lld parcels=ups/1Z1,ups/1Z2\n", (long long)l->mugs, (long long)l->cups);
        memset(l->held, -1, sizeof(l->held));
        return;
    }
    l->held[0][0] = (int64_t)rng_below(&l->rng, (size_t)l->mugs + 1);
    l->held[0][1] = l->cups;
    l->held[1][0] = l->mugs - l->held[0][0];
    buf_fmt(b, "fulfill #1 id=f1 items=MUG*%lld;CUP*%lld parcels=ups/1Z1\n", (long long)l->held[0][0], (long long)l->cups);
    if (rng_chance(&l->rng, 3)) {
        l->held[1][0] = 0; /* the rest stays where it is */
        return;
    }
    buf_fmt(b, "fulfill #1 id=f2 items=MUG*%lld parcels=ups/1Z2\n", (long long)l->held[1][0]);
}

static void add_event(struct life *l, struct buf *b, int day, int n)
{
    static const char *const SCANS[] = {"accepted", "in_transit", "in_transit", "lost", "delivered", "delivered", "damaged", "returning", "returned", "exception", "attempt_failed"};
    static const char *const REPORTS[] = {"not_received", "damaged sku=CUP", "wrong_item sku=MUG", "missing_item", "received"};
    int64_t kind = (int64_t)rng_below(&l->rng, 10);
    if (kind < 6)
        buf_fmt(b, "scan ups %s %s place=Chicago,IL,US event=e%d\n", rng_chance(&l->rng, 2) ? "1Z1" : "1Z2", SCANS[rng_below(&l->rng, 11)], day * 100 + n);
    else if (kind < 8)
        buf_fmt(b, "report #1 %s\n", REPORTS[rng_below(&l->rng, 5)]);
    else if (kind == 8)
        buf_fmt(b, "stock MUG %d\nstock CUP 9\n", (int)rng_below(&l->rng, 4));
}

static void make_story(struct life *l, struct buf *b)
{
    l->mugs = 1 + (int64_t)rng_below(&l->rng, 3);
    l->cups = 1 + (int64_t)rng_below(&l->rng, 2);
    l->total = l->mugs * PRICE_MUG + l->cups * PRICE_CUP;
    buf_fmt(b, "at d0T14:00\nstock MUG 9\nstock CUP 9\norder #1 country=US items=MUG*%lld:%d;CUP*%lld:%d financial=paid\ndecide\nat d0T15:00\n", (long long)l->mugs,
            PRICE_MUG, (long long)l->cups, PRICE_CUP);
    add_parcels(l, b);
    for (int day = 1; day < 14; day += 1 + (int)rng_below(&l->rng, 3)) {
        buf_fmt(b, "at d%dT12:00\n", day);
        for (int n = 0; n < 2; n++)
            add_event(l, b, day, n);
        buf_addz(b, "decide\n");
    }
}

static void test_lives(void **state)
{
    static struct life l;
    struct fixture f;
    struct when day0;
    size_t decided = 0, paid = 0, refused = 0, told = 0;
    (void)state;
    fixture_init(&f);
    assert_int_equal(when_parse(STR("2026-11-16T00:00:00Z"), &day0), OK);
    for (size_t i = 0; i < LIVES; i++) {
        struct case_story cs = {.line = on_line, .user = &l};
        struct findings fs;
        struct buf b;
        arena_reset(f.arena);
        memset(&l, 0, sizeof(l));
        l.rng = rng_of(i + 1);
        promises_default(&l.promises);
        assert_ok(&f.ctx, policy_parse(&f.ctx, str_of(POLICIES[i % 2]), &l.pol, &fs));
        buf_init(&b, 65536);
        make_story(&l, &b);
        assert_int_equal(buf_err(&b), OK);
        enum err e = case_story_read(&f.ctx, &cs, day0.utc_us, buf_str(&b));
        if (e != OK)
            fail_msg("%s\n%.*s", f.ctx.msg, STR_ARG(buf_str(&b)));
        buf_clear(&b);
        decided += l.decided;
        paid += l.paid;
        refused += l.refused;
        told += l.refunds_told;
    }
    print_message("%zu decisions, %zu actions, %zu refusals, %zu refunds told\n", decided, paid, refused, told);
    assert_true(decided > LIVES * 5 && paid > LIVES / 2 && refused > LIVES && told > 500);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
