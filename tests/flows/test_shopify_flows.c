/*
 * What is done through Shopify, over HTTP, against a shop that keeps what was done to it: refund, sending again, cancelling, another
 * address between a hold and its release. Whatever fails on the way, and wherever the process ends: each has its effect once.
 * CTest label: flows
 */
#include "lib/act_stage.h"
#include "lib/shopify_double.h"

#include "base/data.h"
#include "flows/act_read.h"
#include "flows/reader.h"
#include "storage/actions.h"

#include <stdio.h>

#define STEPS_MAX 24

struct shop {
    struct stage s;
    struct shopify_double *d;
};

static void shop_open(struct shop *sh, const enum effect_way *mutations, size_t mutations_n, const enum effect_way *queries, size_t queries_n)
{
    static const char *const GRANTS[] = {"refund", "reship", "cancel", "change_address", "hold_fulfillment"};
    stage_init(&sh->s);
    sh->d = shopify_double_new(mutations, mutations_n, queries, queries_n);
    sh->s.acct = (struct account){.merchant = STR("demo"), .id = STR("shop"), .conn = connector_find(STR("shopify")), .role = ROLE_STOREFRONT,
                                  .base_url = str_of(shopify_double_url(sh->d)), .performs = connector_find(STR("shopify"))->act->kinds};
    assert_int_equal(secret_set(&sh->s.acct.api_key, STR("shpat_demo")), OK);
    stage_open_store(&sh->s);
    struct str text = policy_with_grant(&sh->s.ctx, data_file("policy/default.yaml"), "carrier_claim", STR("off"));
    for (size_t i = 0; i < sizeof(GRANTS) / sizeof(GRANTS[0]); i++)
        text = policy_with_grant(&sh->s.ctx, text, GRANTS[i], STR("{mode: auto}"));
    assert_ok(&sh->s.ctx, story_store_policy(&sh->s.ctx, &sh->s.st, text));
}

static void shop_close(struct shop *sh)
{
    stage_close(&sh->s);
    secret_clear(&sh->s.acct.api_key);
    shopify_double_free(sh->d);
}

/* Rounds of an hour: what fails once is tried again well within the time that it may take. */
static void hours(struct shop *sh, int n)
{
    for (int i = 0; i < n; i++) {
        (void)stage_run(&sh->s);
        stage_move(&sh->s, US_PER_H);
    }
}

/* ---- the flows: each begins with what leaves one effect, or two, to be done */

static void begin_refund(struct shop *sh)
{
    stage_sent_order(&sh->s);
    stage_scan(&sh->s, PARCEL_LOST);
    assert_int_equal(stage_ask(&sh->s, CAP_REFUND).outcome, REQUEST_TAKEN);
}

static void begin_reship(struct shop *sh)
{
    struct fact stock = {.kind = FACT_INVENTORY_LEVEL, .role = ROLE_STOREFRONT};
    stock.u.inventory = (struct inventory_fact){.sku = STR("MUG"), .location = STR("main"), .available = 3};
    stage_sent_order(&sh->s);
    stage_fact(&sh->s, &stock);
    stage_scan(&sh->s, PARCEL_LOST);
    assert_int_equal(stage_ask(&sh->s, CAP_RESHIP).outcome, REQUEST_TAKEN);
}

static void begin_cancel(struct shop *sh)
{
    stage_open_order(&sh->s);
    assert_int_equal(stage_ask(&sh->s, CAP_CANCEL).outcome, REQUEST_TAKEN);
}

static void begin_address(struct shop *sh)
{
    static const struct address NEW = {.name = {"Anna Exemple", 12}, .line1 = {"2 New Street", 12}, .city = {"Chicago", 7}, .region = {"IL", 2},
                                       .postal_code = {"60602", 5}, .country = {"US", 2}};
    struct request_given g = {.order_no = 1, .request = REQUEST_FIRST_CAP + CAP_CHANGE_ADDRESS, .channel = CHAN_CHAT, .proof = PROOF_CODE,
                              .confidence = 100, .address = &NEW};
    struct request_answer ans;
    int64_t pos;
    stage_open_order(&sh->s);
    assert_ok(&sh->s.ctx, request_make(&sh->s.ctx, sh->s.st.eng, sh->s.st.rd, sh->s.st.merchant_id, &g, &ans, &pos));
    assert_int_equal(ans.outcome, REQUEST_TAKEN);
}

static bool refunded(const struct shopify_done *n) { return n->refunds == 1 && n->refunded_minor == 1450; }
static bool sent_again(const struct shopify_done *n) { return n->orders == 1; }
static bool cancelled(const struct shopify_done *n) { return n->cancels == 1; }
static bool moved(const struct shopify_done *n)
{
    return n->holds == 1 && n->addresses == 1 && n->releases == 1 && !n->held && strcmp(n->address1, "2 New Street") == 0;
}

static const struct flow {
    const char *name;
    void (*begin)(struct shop *sh);
    bool (*once)(const struct shopify_done *n);
    size_t effects; /* of all kinds */
    int steps;      /* that a process can end at, at least */
    bool at_most;   /* sent once only: what is not certain then is looked up and goes to a person */
} FLOWS[] = {
    {"refund", begin_refund, refunded, 1, 6, false},
    {"reship", begin_reship, sent_again, 1, 6, false},
    {"cancel", begin_cancel, cancelled, 1, 6, true},
    {"address", begin_address, moved, 3, 9, false},
};
#define FLOWS_N (sizeof(FLOWS) / sizeof(FLOWS[0]))

static size_t effects_of(const struct shopify_done *n)
{
    return n->refunds + n->cancels + n->addresses + n->holds + n->releases + n->orders;
}

static bool all_confirmed(struct shop *sh)
{
    struct case_acts acts;
    assert_ok(&sh->s.ctx, case_acts_read(&sh->s.ctx, sh->s.st.rd, sh->s.st.merchant_id, 1, &acts));
    for (size_t i = 0; i < acts.actions.n; i++)
        if (acts.actions.v[i].row.state != ACTION_CONFIRMED)
            return false;
    return acts.actions.n > 0;
}

static size_t open_tasks(struct shop *sh)
{
    struct case_acts acts;
    size_t n = 0;
    assert_ok(&sh->s.ctx, case_acts_read(&sh->s.ctx, sh->s.st.rd, sh->s.st.merchant_id, 1, &acts));
    for (size_t i = 0; i < acts.tasks.n; i++)
        n += acts.tasks.v[i].state == TASK_OPEN;
    return n;
}

static void check_once(struct shop *sh, const struct flow *flow, const char *how)
{
    struct shopify_done n = shopify_double_done(sh->d);
    if (flow->at_most && effects_of(&n) == 0 && stage_action(&sh->s).row.state == ACTION_UNKNOWN && open_tasks(sh) > 0)
        return;
    if (!flow->once(&n) || effects_of(&n) != flow->effects || !all_confirmed(sh))
        fail_msg("%s, %s: refunds %zu (%lld), orders %zu, cancels %zu, holds %zu, addresses %zu, releases %zu, %s; in %zu calls, first action %s",
                 flow->name, how, n.refunds, n.refunded_minor, n.orders, n.cancels, n.holds, n.addresses, n.releases, n.held ? "held" : "not held",
                 n.calls, action_state_word(stage_action(&sh->s).row.state));
}

static void each_way(void **state)
{
    static const struct {
        const char *name;
        enum effect_way mutations[4], queries[4];
        size_t mutations_n, queries_n;
    } CASES[] = {
        {"done", {EFFECT_DO}, {EFFECT_DO}, 0, 0},
        {"throttled", {EFFECT_BUSY, EFFECT_BUSY}, {EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY}, 2, 3},
        {"down", {EFFECT_FAIL}, {EFFECT_FAIL, EFFECT_CUT, EFFECT_GARBAGE}, 1, 3},
        {"timed out, but done", {EFFECT_DONE_CUT}, {EFFECT_DO}, 1, 0},
        {"failed, but done", {EFFECT_DONE_500}, {EFFECT_DO}, 1, 0},
        {"unreadable, but done", {EFFECT_GARBAGE}, {EFFECT_DO}, 1, 0},
        {"done, then no look", {EFFECT_DONE_CUT}, {EFFECT_DO, EFFECT_FAIL, EFFECT_CUT}, 1, 3},
    };
    (void)state;
    for (size_t f = 0; f < FLOWS_N; f++)
        for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
            struct shop sh;
            shop_open(&sh, CASES[i].mutations, CASES[i].mutations_n, CASES[i].queries, CASES[i].queries_n);
            FLOWS[f].begin(&sh);
            hours(&sh, 14);
            check_once(&sh, &FLOWS[f], CASES[i].name);
            shop_close(&sh);
        }
}

static void killed_between_steps(void **state)
{
    static const enum effect_way WAYS[][1] = {{EFFECT_DO}, {EFFECT_DONE_CUT}};
    (void)state;
    for (size_t f = 0; f < FLOWS_N; f++)
        for (size_t w = 0; w < 2; w++) {
            bool more = true;
            int killed = 0;
            for (int at = 1; at <= STEPS_MAX && more; at++) {
                struct shop sh;
                char how[60];
                shop_open(&sh, WAYS[w], 1, NULL, 0);
                FLOWS[f].begin(&sh);
                more = stage_end_at(&sh.s, at);
                killed += more;
                hours(&sh, 12);
                snprintf(how, sizeof(how), "%s, ended at step %d", w == 0 ? "done" : "timed out", at);
                check_once(&sh, &FLOWS[f], how);
                shop_close(&sh);
            }
            if (killed < FLOWS[f].steps)
                fail_msg("%s: ended at %d steps only", FLOWS[f].name, killed);
        }
}

/* The warehouse was quicker: nothing is cancelled or moved, nothing stays held, and a person hears of it. */
static void picked_in_the_meantime(void **state)
{
    (void)state;
    for (size_t f = 2; f < FLOWS_N; f++) {
        struct shop sh;
        shop_open(&sh, NULL, 0, NULL, 0);
        FLOWS[f].begin(&sh);
        shopify_double_picked(sh.d);
        hours(&sh, 12);
        struct shopify_done n = shopify_double_done(sh.d);
        assert_int_equal(effects_of(&n), 0);
        assert_true(open_tasks(&sh) > 0);
        shop_close(&sh);
    }
}

/* An address that Shopify does not take: the order is held no longer, however the release goes, and a person hears of it. */
static void refused_address(void **state)
{
    static const enum effect_way WAYS[][3] = {{EFFECT_DO, EFFECT_DO, EFFECT_DO}, {EFFECT_DO, EFFECT_DO, EFFECT_DONE_CUT}, {EFFECT_DO, EFFECT_DO, EFFECT_FAIL}};
    (void)state;
    for (size_t w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
        struct shop sh;
        shop_open(&sh, WAYS[w], 3, NULL, 0);
        shopify_double_refuses_address(sh.d);
        begin_address(&sh);
        hours(&sh, 14);
        struct shopify_done n = shopify_double_done(sh.d);
        if (n.held || n.holds != 1 || n.releases != 1 || n.addresses != 0 || open_tasks(&sh) == 0)
            fail_msg("way %zu: holds %zu, releases %zu, %s, %zu tasks", w, n.holds, n.releases, n.held ? "held" : "not held", open_tasks(&sh));
        shop_close(&sh);
    }
}

/* Shopify is down behind the hold until the address may not be changed any more: a person hears of what is held. */
static void held_and_too_late(void **state)
{
    static const enum effect_way QUERIES[] = {EFFECT_DO,   EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY,
                                              EFFECT_FAIL, EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY, EFFECT_FAIL, EFFECT_BUSY};
    struct shop sh;
    (void)state;
    shop_open(&sh, NULL, 0, QUERIES, 16);
    begin_address(&sh);
    stage_run_rounds(&sh.s, 20);
    struct shopify_done n = shopify_double_done(sh.d);
    assert_true(n.held && n.addresses == 0);
    assert_true(open_tasks(&sh) > 0);
    shop_close(&sh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way),
        cmocka_unit_test(killed_between_steps),
        cmocka_unit_test(picked_in_the_meantime),
        cmocka_unit_test(refused_address),
        cmocka_unit_test(held_and_too_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
