/*
 * A store's history under other policies: under the same one it gives what was really done; under another the actions, caps, refunds
 * that somebody made later, parcels that came after all, and every decision about one order.
 * CTest label: flows
 */
#include "lib/told_store.h"

#include "base/data.h"
#include "flows/backtest.h"
#include "flows/reader.h"
#include "storage/actions.h"

#define START "start 2026-11-16T15:00:00Z\n"

static const char RULES[] =
    "rules:\n"
    "  - {name: asked, when: {request: refund}, do: {act: refund}, because: asked}\n"
    "  - name: lost\n"
    "    when: {class: lost}\n"
    "    do:\n"
    "      - act: refund\n"
    "      - act: carrier_claim\n"
    "    because: nobody waits\n"
    "  - {name: rest, when: {severity: {at_least: 0}}, do: nothing, because: calm}\n";

/* Nothing performs here: what is approved must not expire. */
static const char LIVE[] = "  refund: {mode: auto, per_day: 50.00, per_customer_count: 2, valid_hours: 720}\n"
                           "  carrier_claim: {mode: auto, per_day_count: 4, valid_hours: 720}\n";

static void policy(struct told_store *w, const char *grants, struct policy *out)
{
    struct findings fs = {0};
    struct str text = arena_fmt(w->f.arena, "currency: USD\ngrants:\n%s%s", grants, RULES);
    assert_ok(w->ctx, policy_parse(w->ctx, text, out, &fs));
}

static void run(struct told_store *w, const struct policy *now, const struct policy *new, int64_t case_no, struct backtest_report *rep)
{
    struct backtest_options opt = {.policies = {now, new}, .from_us = clock_now_us(&w->f.clock) - 60 * US_PER_DAY,
                                   .to_us = clock_now_us(&w->f.clock), .case_no = case_no, .threads = 2};
    assert_ok(w->ctx, backtest_run(w->ctx, w->st.eng, w->st.merchant_id, &opt, rep));
}

static void order(struct buf *b, int i, const char *customer)
{
    buf_fmt(b, "order #%d email=%s@example.com zip=60601 country=US items=\"MUG*1:1450:Blue mug\"\n"
               "fulfill #%d items=MUG*1 parcels=ups/1Z7W4E590300010%03d\n", 1000 + i, customer, 1000 + i, i);
}

static void scan(struct buf *b, int i, const char *status)
{
    buf_fmt(b, "scan ups 1Z7W4E590300010%03d %s place=Columbus,OH,US\n", i, status);
}

/* Four orders on three days: #1001 and #1002 lost on day 2, #1003 on day 3; #1001 comes after all, #1003 is refunded in the shop. */
static void tell_losses(struct told_store *w)
{
    struct buf b;
    buf_init(&b, 65536);
    buf_addz(&b, START);
    for (int i = 1; i <= 4; i++)
        order(&b, i, i == 2 ? "ben" : "anna");
    buf_addz(&b, "at d1T15:00\n");
    for (int i = 1; i <= 4; i++)
        scan(&b, i, "accepted");
    buf_addz(&b, "at d2T15:00\n");
    scan(&b, 1, "lost");
    buf_addz(&b, "at d2T16:00\n");
    scan(&b, 2, "lost");
    buf_addz(&b, "at d3T15:00\n");
    scan(&b, 3, "lost");
    scan(&b, 4, "in_transit");
    buf_addz(&b, "at d4T15:00\n");
    scan(&b, 1, "delivered");
    buf_addz(&b, "refund #1003 refund=R1 amount=1450 currency=USD full\nat d6T15:00\n");
    told_store_tell(w, buf_str(&b));
    buf_clear(&b);
}

static void another_policy(void **state)
{
    struct told_store w;
    struct policy pol;
    struct backtest_report rep;
    (void)state;
    told_store_begin(&w);
    tell_losses(&w);
    policy(&w, "  refund: {mode: auto, per_day: 20.00}\n  carrier_claim: suggest\n", &pol);
    run(&w, NULL, &pol, 1, &rep);
    const struct backtest_sums *s = &rep.sums[BACKTEST_NEW];
    assert_int_equal(rep.cases, 4);
    assert_int_equal(s->caps[CAP_REFUND].by_itself.n, 2); /* the second one of the day is over the day's limit */
    assert_int_equal(s->caps[CAP_REFUND].by_itself.minor, 2900);
    assert_int_equal(s->caps[CAP_REFUND].refused, 1);
    assert_int_equal(s->refused[GUARD_PER_DAY], 1);
    assert_int_equal(s->caps[CAP_CARRIER_CLAIM].approved.n, 3);
    assert_int_equal(s->money.minor, 2900);
    assert_int_equal(s->arrived.n, 1);
    assert_int_equal(s->twice.n, 1);
    assert_int_equal(s->twice.minor, 1450);
    assert_int_equal(rep.sums[BACKTEST_NOW].money.n, 0);
    assert_int_equal(rep.orders_differ, 3);
    assert_true(rep.steps_n == 2 && rep.steps[0].cap == CAP_REFUND && rep.steps[0].outcome == GUARD_AUTO);
    assert_true(str_contains(rep.steps[0].why, STR("rule lost: class is lost (lost)")));
    assert_true(rep.differences_n == 5 && rep.differences[0].arrived && str_eq(rep.differences[0].order, STR("#1001")));
    told_store_end(&w);
}

/* A limit for the customer: #1001 and #1003 are hers, so the second goes to a person, on another day, too. */
static void limit_of_a_customer(void **state)
{
    struct told_store w;
    struct policy now, pol;
    struct backtest_report rep;
    (void)state;
    told_store_begin(&w);
    tell_losses(&w);
    policy(&w, "  refund: {mode: auto}\n", &now);
    policy(&w, "  refund: {mode: auto, per_customer_count: 1}\n", &pol);
    run(&w, &now, &pol, 0, &rep);
    assert_int_equal(rep.sums[BACKTEST_NOW].caps[CAP_REFUND].by_itself.n, 3);
    assert_int_equal(rep.sums[BACKTEST_NEW].caps[CAP_REFUND].by_itself.n, 2);
    assert_int_equal(rep.sums[BACKTEST_NEW].refused[GUARD_PER_CUSTOMER], 1);
    assert_int_equal(rep.orders_differ, 1);
    assert_true(rep.differences_n == 1 && rep.differences[0].side == BACKTEST_NOW);
    told_store_end(&w);
}

/* Imported history happened before it was imported: its days count as they were. */
static void imported(void **state)
{
    struct told_store w;
    struct policy pol;
    struct backtest_report rep;
    (void)state;
    told_store_begin(&w);
    w.history = true;
    tell_losses(&w);
    policy(&w, "  refund: {mode: auto, per_day: 20.00}\n", &pol);
    run(&w, NULL, &pol, 0, &rep);
    assert_int_equal(rep.sums[BACKTEST_NEW].caps[CAP_REFUND].by_itself.n, 2);
    assert_int_equal(rep.sums[BACKTEST_NEW].refused[GUARD_PER_DAY], 1);
    told_store_end(&w);
}

/* What the store itself did under a policy is what its backtest gives: each action, its amount, and what was held back. */
static void same_as_it_was(void **state)
{
    struct told_store w;
    struct policy pol;
    struct backtest_report rep;
    struct action_list acts = {0};
    struct buf b;
    int64_t refunds = 0, claims = 0, minor = 0;
    (void)state;
    told_store_begin(&w);
    buf_init(&b, 1 << 20);
    told_store_tell(&w, STR(START));
    policy(&w, LIVE, &pol);
    assert_ok(w.ctx, story_store_policy(w.ctx, &w.st, arena_fmt(w.f.arena, "currency: USD\ngrants:\n%s%s", LIVE, RULES)));
    buf_addz(&b, START);
    for (int i = 1; i <= 40; i++)
        order(&b, i, i % 3 == 0 ? "anna" : i % 3 == 1 ? "ben" : arena_fmt(w.f.arena, "c%d", i).p);
    for (int day = 1; day <= 10; day++) {
        buf_fmt(&b, "at d%dT15:00\n", day);
        for (int i = 1; i <= 40; i++)
            if (i % 10 == day - 1)
                scan(&b, i, i % 4 == 0 ? "in_transit" : "lost");
        buf_fmt(&b, "at d%dT16:00\nrequest #%d refund\n", day, 1000 + day);
    }
    told_store_tell(&w, buf_str(&b));
    assert_ok(w.ctx, action_list_page(w.ctx, w.st.rd->state, w.st.merchant_id, 0, 1000, &acts));
    for (size_t i = 0; i < acts.n; i++) {
        refunds += acts.v[i].row.cap == CAP_REFUND ? 1 : 0;
        claims += acts.v[i].row.cap == CAP_CARRIER_CLAIM ? 1 : 0;
        minor += acts.v[i].row.cap == CAP_REFUND ? acts.v[i].row.amount_minor : 0;
    }
    assert_true(refunds > 7 && claims > 15);
    run(&w, &pol, &pol, 0, &rep);
    for (int side = 0; side < BACKTEST_SIDES; side++) {
        assert_int_equal(rep.sums[side].caps[CAP_REFUND].by_itself.n, refunds);
        assert_int_equal(rep.sums[side].caps[CAP_REFUND].by_itself.minor, minor);
        assert_int_equal(rep.sums[side].caps[CAP_CARRIER_CLAIM].by_itself.n, claims);
        assert_true(rep.sums[side].refused[GUARD_PER_CUSTOMER] > 0);
    }
    assert_int_equal(rep.orders_differ, 0);
    buf_clear(&b);
    told_store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_policy), cmocka_unit_test(limit_of_a_customer), cmocka_unit_test(imported),
                                       cmocka_unit_test(same_as_it_was)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
