/*
 * Limits under random lives of a store: facts, requests of honest and other customers, approvals, results in any order, repeats,
 * refunds made elsewhere, clocks, several things at once, and restarts. After each step: no limit is exceeded, no item is made good
 * for twice, nothing is paid twice, and no action goes a way that the state machine does not have. At the end the whole store is
 * derived again. WISMO_STEPS sets the number of steps, WISMO_SEED the first life.
 */
#include "lib/story_acts.h"

#include "base/data.h"
#include "base/num.h"
#include "base/prng.h"
#include "flows/act_read.h"
#include "flows/reader.h"
#include "flows/request.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#define ORDERS 48
#define CUSTOMERS 12
#define STEPS_DEFAULT 24000
#define LIFE_STEPS 1500
#define ROWS_MAX 4000

static const char *const GRANTS[][2] = {
    {"refund", "{mode: auto, per_action: 40.00, per_order: 40.00, per_customer: 60.00, per_customer_count: 2, customer_days: 30, per_day: 90.00, "
               "two_persons_above: 25.00, undo_minutes: 20, valid_hours: 24}"},
    {"reship", "{mode: auto, per_order_count: 1, per_customer_count: 3, customer_days: 20, per_day: 80.00, undo_minutes: 5}"},
    {"cancel", "{mode: auto, per_customer_count: 2, customer_days: 10, per_day_count: 3}"},
    {"carrier_claim", "{mode: suggest, per_day_count: 4}"},
    {"carrier_inquiry", "{mode: auto, per_order_count: 2, per_day_count: 5}"},
};

/* Whoever asks for something gets it, as far as the guard lets them: the guard alone is what holds here. */
static const char RULES[] =
    "rules:\n"
    "  - {name: refund, when: {request: refund}, do: {act: refund}, because: asked}\n"
    "  - {name: reship, when: {request: reship}, do: {act: reship}, because: asked}\n"
    "  - {name: cancel, when: {request: cancel}, do: {act: cancel}, because: asked}\n"
    "  - {name: claim, when: {request: carrier_claim}, do: {act: carrier_claim}, because: asked}\n"
    "  - name: lost\n"
    "    when: {class: [lost, damaged]}\n"
    "    do:\n"
    "      - act: carrier_inquiry\n"
    "      - act: refund\n"
    "      - offer: [reship, refund]\n"
    "    because: nobody waits\n"
    "  - {name: rest, when: {severity: {at_least: 0}}, do: {hand_over: {due_hours: 24}}, because: a person decides}\n";

struct life {
    struct fixture f;
    struct arena *arena, *step_arena;
    struct ctx ctx;
    struct story_store st;
    struct policy pol;
    struct prng rng;
    enum action_state was[ROWS_MAX]; /* by number */
    size_t seen;
    struct fact last;
    size_t taken, refused;
};

static uint64_t below(struct life *l, uint64_t n)
{
    return (uint64_t)prng_between(&l->rng, 0, (int64_t)n - 1);
}

static struct str number_of(struct life *l, uint64_t order)
{
    return arena_fmt(l->arena, "1Z7W4E59030001%04llu", (unsigned long long)order);
}

/* ---- what happens */

static void append(struct life *l, const struct fact *fct)
{
    assert_ok(&l->ctx, story_store_append(&l->ctx, &l->st, STR("shop"), fct));
    if (below(l, 3) == 0) /* the same again, as vendors do */
        assert_ok(&l->ctx, story_store_append(&l->ctx, &l->st, STR("shop"), fct));
}

static void settle(struct life *l)
{
    if (below(l, 4) > 0) /* else more comes before it is folded */
        assert_ok(&l->ctx, story_store_settle(&l->ctx, &l->st));
}

static void make_order(struct life *l, uint64_t i)
{
    static const struct fact_item ITEMS[] = {
        {.item_id = {"1", 1}, .sku = {"MUG", 3}, .quantity = 1, .price_minor = 1450, .ships = true},
        {.item_id = {"2", 1}, .sku = {"TEA", 3}, .quantity = 2, .price_minor = 990, .ships = true}};
    static struct parcel_ref ref;
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = clock_now_us(&l->f.clock)};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_WAREHOUSE, .changed_us = clock_now_us(&l->f.clock)};
    struct str id = arena_fmt(l->arena, "%llu", 1000 + (unsigned long long)i);
    size_t n = 1 + (size_t)(i & 1);
    ref = (struct parcel_ref){.carrier = STR("ups"), .tracking_number = number_of(l, i)};
    ord.u.order = (struct order_fact){.order_id = id, .name = arena_fmt(l->arena, "#%.*s", STR_ARG(id)), .placed_us = clock_now_us(&l->f.clock),
                                      .currency = STR("USD"), .total_minor = n == 1 ? 1450 : 3430, .items = ITEMS, .items_n = n,
                                      .financial = FIN_PAID, .email = arena_fmt(l->arena, "c%llu@example.com", (unsigned long long)(i % CUSTOMERS))};
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = id, .fulfillment_id = arena_fmt(l->arena, "F%llu", (unsigned long long)i), .items = ITEMS,
                                                  .items_n = n, .parcels = &ref, .parcels_n = i % 4 == 3 ? 0 : 1,
                                                  .state = i % 4 == 3 ? FUL_OPEN : FUL_SHIPPED, .created_us = clock_now_us(&l->f.clock)};
    append(l, &ord);
    append(l, &ful);
}

static void scan(struct life *l)
{
    static const enum parcel_status WORDS[] = {PARCEL_IN_TRANSIT, PARCEL_LOST, PARCEL_DAMAGED, PARCEL_DELIVERED, PARCEL_ATTEMPT_FAILED, PARCEL_RETURNED};
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    enum parcel_status s = WORDS[below(l, sizeof(WORDS) / sizeof(WORDS[0]))];
    fct.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = number_of(l, below(l, ORDERS)), .status = s,
                                          .code = str_of(parcel_status_word(s)), .occurred = when_from_utc(clock_now_us(&l->f.clock) - (int64_t)below(l, 3) * US_PER_H)};
    append(l, &fct);
}

static void stock(struct life *l)
{
    struct fact fct = {.kind = FACT_INVENTORY_LEVEL, .role = ROLE_STOREFRONT};
    fct.u.inventory = (struct inventory_fact){.sku = below(l, 2) == 0 ? STR("MUG") : STR("TEA"), .location = STR("main"), .available = (int64_t)below(l, 6)};
    append(l, &fct);
}

static void outside_refund(struct life *l)
{
    struct fact fct = {.kind = FACT_REFUND, .role = ROLE_STOREFRONT};
    uint64_t i = below(l, ORDERS);
    fct.u.refund = (struct refund_fact){.order_id = arena_fmt(l->ctx.arena, "%llu", 1000 + (unsigned long long)i), .currency = STR("USD"), .amount_minor = 500,
                                        .refund_id = arena_fmt(l->ctx.arena, "R%llu", (unsigned long long)below(l, 1000000)), .at_us = clock_now_us(&l->f.clock)};
    append(l, &fct);
}

static void report(struct life *l)
{
    struct fact fct = {.kind = FACT_CUSTOMER_REPORT, .role = ROLE_CUSTOMER};
    fct.u.report = (struct report_fact){.order_id = arena_fmt(l->ctx.arena, "%llu", 1000 + (unsigned long long)below(l, ORDERS)),
                                        .report = (enum report_kind)below(l, REPORT_COUNT), .at_us = clock_now_us(&l->f.clock)};
    append(l, &fct);
}

static void request(struct life *l)
{
    static const enum capability WANTS[] = {CAP_REFUND, CAP_REFUND, CAP_RESHIP, CAP_CANCEL, CAP_CARRIER_CLAIM, CAP_DISCOUNT};
    const struct action_item item = {below(l, 2) == 0 ? STR("TEA") : STR("MUG"), 1 + (int64_t)below(l, 3)};
    struct request_given g = {.order_no = 1 + (int64_t)below(l, ORDERS), .request = REQUEST_FIRST_CAP + WANTS[below(l, sizeof(WANTS) / sizeof(WANTS[0]))],
                              .channel = CHAN_CHAT, .proof = (enum policy_proof)below(l, PROOF_COUNT), .confidence = below(l, 4) == 0 ? 60 : 100,
                              .amount_minor = (int64_t)below(l, 3) * INT64_C(100000000000)};
    struct request_answer ans;
    int64_t pos;
    if (below(l, 3) == 0) {
        g.items = &item;
        g.items_n = 1;
    }
    enum err e = request_make(&l->ctx, l->st.eng, l->st.rd, l->st.merchant_id, &g, &ans, &pos);
    assert_true(e == OK || e == ERR_NOTFOUND);
    l->taken += e == OK && (ans.outcome == REQUEST_TAKEN || ans.outcome == REQUEST_APPROVAL) ? 1 : 0;
    l->refused += e == OK && ans.outcome == REQUEST_TO_PERSON ? 1 : 0;
}

static int64_t some_action(struct life *l)
{
    return l->seen == 0 ? 1 : 1 + (int64_t)(l->seen > 12 && below(l, 3) > 0 ? l->seen - 1 - below(l, 12) : below(l, l->seen));
}

static void verdict(struct life *l)
{
    static const char *const PEOPLE[] = {"ann", "ben", "cleo"};
    struct fact fct = {.kind = FACT_VERDICT, .role = ROLE_SYSTEM};
    fct.u.verdict = (struct verdict_fact){.verdict = (enum person_verdict)below(l, 3), .action_no = some_action(l), .by = str_of(PEOPLE[below(l, 3)]),
                                          .at_us = clock_now_us(&l->f.clock)};
    append(l, &fct);
}

static void does(struct life *l)
{
    static const enum action_outcome CAME[] = {OUTCOME_CONFIRMED, OUTCOME_CONFIRMED, OUTCOME_REFUSED, OUTCOME_UNKNOWN, OUTCOME_RETRY};
    struct action_kept act;
    struct outbox_row row;
    if (action_get(&l->ctx, l->st.rd->state, l->st.merchant_id, some_action(l), &act) != OK ||
        outbox_get(&l->ctx, l->st.rd->state, l->st.merchant_id, act.key, &row) != OK || row.state != OUTBOX_OPEN ||
        row.not_before_us > clock_now_us(&l->f.clock))
        return;
    struct fact begun = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM}, came = {.kind = FACT_ACTION_RESULT, .role = ROLE_SYSTEM};
    uint32_t n = (uint32_t)row.attempts + 1;
    begun.u.attempt = (struct attempt_fact){.message_key = act.key, .attempt = n, .at_us = clock_now_us(&l->f.clock)};
    came.u.result = (struct action_result_fact){.action_key = act.key, .outcome = CAME[below(l, sizeof(CAME) / sizeof(CAME[0]))], .attempt = n,
                                                .result_id = arena_fmt(l->ctx.arena, "V%lld", (long long)act.row.action_no),
                                                .detail = STR("came"), .retry_us = clock_now_us(&l->f.clock) + 1, .at_us = clock_now_us(&l->f.clock)};
    append(l, &begun);
    if (below(l, 5) > 0) /* else the process ended here */
        append(l, &came);
}

static void time_passes(struct life *l)
{
    int64_t span = below(l, 6) == 0 ? (int64_t)below(l, 72) * US_PER_H : (int64_t)below(l, 40) * US_PER_MIN;
    clock_set(&l->f.clock, clock_now_us(&l->f.clock) + span + 1);
}

static void open_again(struct life *l)
{
    reader_close(l->st.rd);
    engine_close(l->st.eng);
    struct engine_options eo = {.config = &l->st.cfg, .clock = l->st.clock, .no_threads = true, .no_sync = true};
    assert_ok(&l->ctx, engine_open(&l->ctx, &eo, &l->st.eng));
    assert_ok(&l->ctx, reader_open(&l->ctx, l->st.eng, &l->st.rd));
}

static void restart(struct life *l)
{
    if (below(l, 20) == 0)
        open_again(l);
}

static void (*const STEPS[])(struct life *l) = {scan, scan, stock, report, outside_refund, request, request, request, verdict, verdict,
                                                does, does, does, time_passes, restart};

/* ---- what must hold */

static bool is_live(const struct action_row *r)
{
    return action_state_is_live(r->state);
}

static void hold_sum(struct life *l, const struct action_row *r, enum grant_field f, int64_t sum, const char *what)
{
    int64_t limit = l->pol.grants[r->cap].v[f];
    if (limit != GRANT_UNSET && sum > limit)
        fail_msg("action %lld (%s, order %lld): %s: %lld, limit %lld", (long long)r->action_no, capability_word(r->cap), (long long)r->order_no, what,
                 (long long)sum, (long long)limit);
}

struct sums {
    int64_t order, order_n, customer, customer_n, day, day_n;
};

static void hold_limits(struct life *l, const struct action_row *rows, size_t n, const struct action_row *r)
{
    struct sums s = {0};
    int64_t days = l->pol.grants[r->cap].v[GRANT_CUSTOMER_DAYS];
    for (size_t i = 0; i < n; i++) {
        const struct action_row *o = &rows[i];
        if (o->cap != r->cap || !is_live(o))
            continue;
        bool order = o->order_no == r->order_no, day = o->day == r->day;
        /* what was reserved up to this one, in the period that it saw */
        bool customer = str_eq(o->customer, r->customer) && o->action_no <= r->action_no && o->at_us > r->at_us - days * US_PER_DAY;
        s.order += order ? o->amount_minor : 0;
        s.order_n += order ? 1 : 0;
        s.customer += customer ? o->amount_minor : 0;
        s.customer_n += customer ? 1 : 0;
        s.day += day ? o->amount_minor : 0;
        s.day_n += day ? 1 : 0;
    }
    hold_sum(l, r, GRANT_PER_ACTION, r->amount_minor, "one action");
    hold_sum(l, r, GRANT_PER_ORDER, s.order, "the order");
    hold_sum(l, r, GRANT_PER_ORDER_COUNT, s.order_n, "actions of the order");
    hold_sum(l, r, GRANT_PER_CUSTOMER, s.customer, "the customer");
    hold_sum(l, r, GRANT_PER_CUSTOMER_COUNT, s.customer_n, "actions of the customer");
    hold_sum(l, r, GRANT_PER_DAY, s.day, "the day");
    hold_sum(l, r, GRANT_PER_DAY_COUNT, s.day_n, "actions of the day");
}

/* An item gets one compensation, and of money no more than was paid. */
static void hold_items(const struct action_row *rows, size_t n, int64_t order_no)
{
    int64_t mug = 0, tea = 0, money = 0;
    for (size_t i = 0; i < n; i++) {
        const struct action_row *r = &rows[i];
        if (r->order_no != order_no || !is_live(r))
            continue;
        bool goods = (capability_flags(r->cap) & CAP_COMPENSATES) != 0;
        money += (capability_flags(r->cap) & CAP_MONEY) != 0 && (capability_flags(r->cap) & CAP_STOCK) == 0 ? r->amount_minor : 0;
        for (size_t k = 0; goods && k < r->items_n; k++) {
            mug += str_eq(r->items[k].sku, STR("MUG")) ? r->items[k].quantity : 0;
            tea += str_eq(r->items[k].sku, STR("TEA")) ? r->items[k].quantity : 0;
        }
    }
    bool two = (order_no - 1) % 2 == 1;
    if (mug > 1 || tea > (two ? 2 : 0) || money > (two ? 3430 : 1450))
        fail_msg("order %lld: %lld mugs, %lld teas, %lld minor units", (long long)order_no, (long long)mug, (long long)tea, (long long)money);
}

static bool reachable(enum action_state from, enum action_state to, int steps)
{
    if (from == to)
        return true;
    for (int s = 0; steps > 0 && s < ACTION_STATE_COUNT; s++)
        if (action_may_become(from, (enum action_state)s) && reachable((enum action_state)s, to, steps - 1))
            return true;
    return false;
}

static void hold_states(struct life *l, const struct action_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t no = rows[i].action_no;
        assert_true(no >= 1 && no < ROWS_MAX && no == (int64_t)i + 1);
        if ((size_t)no <= l->seen && !reachable(l->was[no], rows[i].state, 6))
            fail_msg("action %lld: from %s to %s", (long long)no, action_state_word(l->was[no]), action_state_word(rows[i].state));
        if (rows[i].approvals_needed == 2 && (rows[i].state == ACTION_SENT || rows[i].state == ACTION_CONFIRMED) &&
            (rows[i].approvals != 2 || str_eq(rows[i].approved_by[0], rows[i].approved_by[1])))
            fail_msg("action %lld went without two persons", (long long)no);
        l->was[no] = rows[i].state;
    }
    l->seen = n;
}

/* A purpose has one live action at a time: its generations do not overlap. */
static void hold_purposes(const struct action_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; is_live(&rows[i]) && k < i; k++)
            if (is_live(&rows[k]) && action_purpose_eq(&rows[i], &rows[k]))
                fail_msg("actions %lld and %lld are the same", (long long)rows[k].action_no, (long long)rows[i].action_no);
}

static void hold(struct life *l)
{
    struct action_list list = {0};
    struct action_row *rows = NULL;
    assert_ok(&l->ctx, action_list_page(&l->ctx, l->st.rd->state, l->st.merchant_id, 0, ROWS_MAX, &list));
    assert_ok(&l->ctx, action_rows_of(&l->ctx, &list, &rows));
    for (size_t i = 0; i < list.n; i++)
        if (is_live(&rows[i]))
            hold_limits(l, rows, list.n, &rows[i]);
    for (int64_t o = 1; o <= ORDERS; o++)
        hold_items(rows, list.n, o);
    hold_purposes(rows, list.n);
    hold_states(l, rows, list.n);
}

/* ---- lives */

static void life_begin(struct life *l, uint64_t seed)
{
    struct findings fs = {0};
    struct str text = data_file("policy/default.yaml");
    *l = (struct life){.seen = 0};
    l->rng = prng_of(seed, 0);
    fixture_init(&l->f);
    l->arena = arena_new((size_t)256 << 20);
    l->step_arena = arena_new((size_t)256 << 20);
    assert_true(l->arena != NULL && l->step_arena != NULL);
    l->ctx = l->f.ctx;
    l->ctx.arena = l->arena;
    clock_set(&l->f.clock, TEST_NOW_US);
    story_store_open(&l->ctx, &l->f.clock, NULL, 0, &l->st);
    for (size_t i = 0; i < sizeof(GRANTS) / sizeof(GRANTS[0]); i++)
        text = policy_with_grant(&l->ctx, text, GRANTS[i][0], str_of(GRANTS[i][1]));
    size_t head = 0;
    while (!str_starts(str_sub(text, head, text.n), STR("\nrules:")))
        head++;
    text = arena_fmt(l->arena, "%.*s\n%s", STR_ARG(str_sub(text, 0, head)), RULES);
    open_again(l);
    assert_ok(&l->ctx, story_store_policy(&l->ctx, &l->st, text));
    assert_ok(&l->ctx, policy_parse(&l->ctx, text, &l->pol, &fs));
    for (uint64_t i = 0; i < ORDERS; i++)
        make_order(l, i);
    assert_ok(&l->ctx, story_store_settle(&l->ctx, &l->st));
    l->ctx.arena = l->step_arena;
}

static void life_end(struct life *l)
{
    assert_ok(&l->ctx, story_store_settle(&l->ctx, &l->st));
    struct replay_report rep = story_store_replays(&l->ctx, &l->st);
    assert_true(rep.compared_actions == (int64_t)l->seen);
    story_store_close(&l->st);
    arena_free(l->step_arena);
    arena_free(l->arena);
    fixture_clear(&l->f);
}

static int64_t setting(const char *name, int64_t def)
{
    const char *s = getenv(name);
    int64_t n = def;
    return s != NULL && num_parse_i64(str_of(s), 1, INT64_C(1000000000), &n) == OK ? n : def;
}

static void lives(void **state)
{
    int64_t steps = setting("WISMO_STEPS", STEPS_DEFAULT);
    uint64_t seed = (uint64_t)setting("WISMO_SEED", 1);
    size_t actions = 0, taken = 0, refused = 0;
    (void)state;
    for (int64_t done = 0; done < steps; done += LIFE_STEPS, seed++) {
        struct life l;
        life_begin(&l, seed);
        for (int i = 0; i < LIFE_STEPS; i++) {
            STEPS[below(&l, sizeof(STEPS) / sizeof(STEPS[0]))](&l);
            settle(&l);
            if (i % 5 == 0)
                hold(&l);
            arena_reset(l.step_arena);
        }
        assert_ok(&l.ctx, story_store_settle(&l.ctx, &l.st));
        hold(&l);
        actions += l.seen;
        taken += l.taken;
        refused += l.refused;
        life_end(&l);
    }
    print_message("%lld steps: %zu actions, %zu requests went through, %zu went to a person\n", (long long)steps, actions, taken, refused);
    assert_true(actions > 20 && taken > 10 && refused > 10); /* there was something to hold */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
