/*
 * The performer against a receiver that fails in every way a real one does: what it was asked to do is done once, never twice, and
 * what is not certain is never called refused. And a process that ends between any two steps.
 */
#include "lib/effect_double.h"
#include "lib/act_stage.h"

#include "base/data.h"
#include "flows/act_read.h"
#include "storage/conversations.h"
#include "flows/performer.h"
#include "flows/performer_pace.h"
#include "flows/reader.h"
#include "flows/request.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MAX 12

static void stage_begin(struct stage *s, const enum effect_way *ways, size_t n, const char *grant, bool tickets)
{
    stage_init(s);
    s->d = effect_double_new(ways, n);
    s->acct = (struct account){.merchant = STR("demo"), .id = STR("flow"), .conn = connector_find(STR("webhook")), .role = ROLE_SYSTEM,
                               .base_url = str_of(effect_double_url(s->d)), .performs = (1u << CAP_COUNT) - 1};
    s->acct.tickets = tickets;
    assert_int_equal(secret_set(&s->acct.webhook_secrets[0], STR("a shared secret")), OK);
    stage_open_store(s);
    struct str text = policy_with_grant(&s->ctx, data_file("policy/default.yaml"), "refund", str_of(grant));
    assert_ok(&s->ctx, story_store_policy(&s->ctx, &s->st, policy_with_grant(&s->ctx, text, "carrier_claim", STR("off"))));
}

static void stage_open(struct stage *s, const enum effect_way *ways, size_t n, const char *grant)
{
    stage_begin(s, ways, n, grant, false);
    stage_sent_order(s);
    stage_scan(s, PARCEL_LOST);
}

static void end_stage(struct stage *s)
{
    stage_close(s);
    effect_double_free(s->d);
}

static void run_out(struct stage *s)
{
    stage_run_rounds(s, 20);
}

/* ---- every way of failing */

static void each_way(void **state)
{
    static const struct {
        const char *name;
        enum effect_way ways[10];
        size_t n;
        enum action_state end;
        size_t done;
    } CASES[] = {
        {"done", {EFFECT_DO}, 1, ACTION_CONFIRMED, 1},
        {"busy", {EFFECT_BUSY, EFFECT_BUSY}, 2, ACTION_CONFIRMED, 1},
        {"down", {EFFECT_FAIL, EFFECT_FAIL, EFFECT_CUT}, 3, ACTION_CONFIRMED, 1},
        {"timed out, but done", {EFFECT_DONE_CUT}, 1, ACTION_CONFIRMED, 1},
        {"failed, but done", {EFFECT_DONE_500, EFFECT_BUSY, EFFECT_DONE_CUT}, 3, ACTION_CONFIRMED, 1},
        {"unreadable, but done", {EFFECT_GARBAGE}, 1, ACTION_CONFIRMED, 1},
        {"refused", {EFFECT_REFUSE}, 1, ACTION_REFUSED, 0},
        {"busy for ever", {EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY}, 8, ACTION_REFUSED, 0},
        {"done, then busy for ever", {EFFECT_DONE_CUT, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY, EFFECT_BUSY}, 8,
         ACTION_UNKNOWN, 1},
        {"down for ever", {EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL}, 8, ACTION_UNKNOWN, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct stage s;
        stage_open(&s, CASES[i].ways, CASES[i].n, "{mode: auto}");
        assert_int_equal(stage_ask(&s, CAP_REFUND).outcome, REQUEST_TAKEN);
        run_out(&s);
        if (stage_action(&s).row.state != CASES[i].end || effect_double_done(s.d) != CASES[i].done)
            fail_msg("%s: %s, done %zu times in %zu calls", CASES[i].name, action_state_word(stage_action(&s).row.state), effect_double_done(s.d),
                     effect_double_calls(s.d));
        assert_int_equal(stage_ask(&s, CAP_REFUND).outcome, REQUEST_SAME);
        end_stage(&s);
    }
}

/* A person hears of what was refused, and of what nobody knows. */
static void a_person_hears(void **state)
{
    static const enum effect_way REFUSED[] = {EFFECT_REFUSE};
    struct stage s;
    struct case_acts acts;
    (void)state;
    stage_open(&s, REFUSED, 1, "{mode: auto}");
    (void)stage_ask(&s, CAP_REFUND);
    assert_int_equal(stage_run(&s), 1);
    assert_ok(&s.ctx, case_acts_read(&s.ctx, s.st.rd, s.st.merchant_id, 1, &acts));
    bool found = false;
    for (size_t i = 0; i < acts.tasks.n; i++)
        found = found || (acts.tasks.v[i].state == TASK_OPEN && str_eq(acts.tasks.v[i].key, STR("action/1")));
    assert_true(found);
    end_stage(&s);
}

/* ---- undo, pause, callback */

static void called_back_in_time(void **state)
{
    struct stage s;
    (void)state;
    stage_open(&s, NULL, 0, "{mode: auto, undo_minutes: 30}");
    assert_int_equal(stage_ask(&s, CAP_REFUND).state, ACTION_WAITING);
    stage_move(&s, 29 * US_PER_MIN);
    assert_int_equal(stage_run(&s), 0);
    struct fact undo = {.kind = FACT_VERDICT, .role = ROLE_SYSTEM};
    undo.u.verdict = (struct verdict_fact){.verdict = VERDICT_UNDO, .action_no = 1, .by = STR("customer")};
    stage_fact(&s, &undo);
    stage_move(&s, 2 * US_PER_H);
    assert_int_equal(stage_run(&s), 0);
    assert_int_equal(stage_action(&s).row.state, ACTION_CANCELLED);
    assert_int_equal(effect_double_calls(s.d), 0);
    end_stage(&s);
}

static void nothing_starts_in_a_pause(void **state)
{
    struct stage s;
    struct db *db = NULL;
    (void)state;
    stage_open(&s, NULL, 0, "{mode: auto}");
    (void)stage_ask(&s, CAP_REFUND);
    struct db_options o = {.path = s.st.eng->state_path, .part = DB_STATE, .cache_mb = 1};
    struct control_row row = {.what = STR("refund"), .paused = true, .why = STR("storm"), .changed_us = TEST_NOW_US};
    assert_ok(&s.ctx, db_open(&s.ctx, &o, &db));
    assert_ok(&s.ctx, control_set(&s.ctx, db, s.st.merchant_id, &row));
    assert_int_equal(stage_run(&s), 0);
    row.paused = false;
    assert_ok(&s.ctx, control_set(&s.ctx, db, s.st.merchant_id, &row));
    assert_int_equal(stage_run(&s), 1);
    assert_int_equal(effect_double_done(s.d), 1);
    db_close(db);
    end_stage(&s);
}

static struct str sign(struct stage *s, struct str body)
{
    unsigned char sum[SHA256_LEN];
    struct buf hex;
    size_t n = 0;
    int64_t at_s = clock_now_us(&s->f.clock) / US_PER_S;
    const struct str parts[] = {arena_fmt(s->arena, "%lld.", (long long)at_s), body};
    assert_int_equal(hmac_once(MAC_SHA256, STR("a shared secret"), parts, 2, sum, &n), OK);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)sum, n});
    struct str out = arena_fmt(s->arena, "t=%lld,v1=%.*s", (long long)at_s, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return out;
}

/* Taken at once, told later: by the account's own webhook, in the form that is decoded there. */
static void told_later(void **state)
{
    static const enum effect_way TAKEN[] = {EFFECT_ACCEPT};
    struct stage s;
    struct decoded d = {0};
    (void)state;
    stage_open(&s, TAKEN, 1, "{mode: auto}");
    (void)stage_ask(&s, CAP_REFUND);
    assert_int_equal(stage_run(&s), 1);
    assert_int_equal(stage_action(&s).row.state, ACTION_SENT);
    assert_int_equal(stage_run(&s), 0);
    struct http_msg msg = {.body = arena_fmt(s.ctx.arena, "{\"key\":\"%.*s\",\"outcome\":\"confirmed\",\"id\":\"R7\"}", STR_ARG(stage_action(&s).key)),
                           .received_us = TEST_NOW_US};
    assert_int_equal(s.acct.conn->hook->verify(&s.ctx, &s.acct, &msg), ERR_DENIED);
    struct http_header signature = {STR("Wismo-Signature"), sign(&s, msg.body)};
    msg.headers = &signature;
    msg.headers_n = 1;
    msg.received_us = clock_now_us(&s.f.clock);
    assert_ok(&s.ctx, s.acct.conn->hook->verify(&s.ctx, &s.acct, &msg));
    msg.received_us += US_PER_H;
    assert_int_equal(s.acct.conn->hook->verify(&s.ctx, &s.acct, &msg), ERR_STALE);
    assert_ok(&s.ctx, s.acct.conn->hook->decode(&s.ctx, &s.acct, &msg, &d));
    assert_int_equal(d.n, 1);
    stage_fact(&s, &d.facts[0]);
    assert_int_equal(stage_action(&s).row.state, ACTION_CONFIRMED);
    assert_str(stage_action(&s).row.result_id, "R7");
    stage_fact(&s, &d.facts[0]); /* told twice */
    assert_int_equal(stage_action(&s).row.state, ACTION_CONFIRMED);
    end_stage(&s);
}

static void what_is_sent(void **state)
{
    const struct json *v = NULL;
    struct stage s;
    (void)state;
    stage_open(&s, NULL, 0, "{mode: auto}");
    (void)stage_ask(&s, CAP_REFUND);
    assert_int_equal(stage_run(&s), 1);
    assert_ok(&s.ctx, json_parse(&s.ctx, str_of(effect_double_last(s.d)), &JSON_LIMITS_SMALL, &v));
    assert_str(json_str(v, "action"), "refund");
    assert_str(json_str(v, "order"), "#1020");
    assert_str(json_str(v, "tracking_number"), "1Z7W4E590300010062");
    assert_str(json_str(v, "carrier"), "ups");
    assert_str(json_str(v, "email"), "anna@example.com");
    assert_str(json_str(v, "currency"), "USD");
    assert_int_equal(json_get(v, "items")->count, 1);
    assert_true(json_true(v, "whole_order"));
    assert_str(json_str(v, "key"), arena_fmt(s.ctx.arena, "%.*s", STR_ARG(stage_action(&s).key)).p);
    end_stage(&s);
}

/* ---- tickets: what a person decides goes to the helpdesk, once, and comes back from it */

static void ticket_event(struct stage *s, struct str key, enum ticket_event what)
{
    struct fact fct = {.kind = FACT_TICKET, .role = ROLE_SYSTEM};
    fct.u.ticket = (struct ticket_fact){.ticket_key = key, .ticket_id = STR("T1"), .event = what, .at_us = clock_now_us(&s->f.clock)};
    stage_fact(s, &fct);
}

static size_t open_tasks(struct stage *s)
{
    struct case_acts acts;
    size_t n = 0;
    assert_ok(&s->ctx, case_acts_read(&s->ctx, s->st.rd, s->st.merchant_id, 1, &acts));
    for (size_t i = 0; i < acts.tasks.n; i++)
        n += acts.tasks.v[i].state == TASK_OPEN && acts.tasks.v[i].verb == VERB_HAND_OVER ? 1 : 0;
    return n;
}

/* Whoever nobody knows an order of gets a ticket with what they wrote, and silence once a person has answered. */
static void a_stranger_asks_for_a_person(void **state)
{
    const struct json *v = NULL;
    struct stage s;
    struct conversation c;
    struct fact said = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER}, turn = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    (void)state;
    stage_begin(&s, NULL, 0, "{mode: suggest}", true);
    said.u.message_in = (struct message_in_fact){.channel = CHANNEL_CHAT, .message_id = STR("m1"), .from = STR("mia@example.com"), .text = STR("human please")};
    stage_fact(&s, &said);
    assert_ok(&s.ctx, conversation_get(&s.ctx, s.st.rd->state, s.st.merchant_id, 1, &c));
    turn.u.turn = (struct turn_fact){.conversation_no = 1, .asked_pos = c.asked.pos, .asked_idx = c.asked.idx, .outcome = STR("handed"), .reply = STR("A person"),
                                     .speaks = true, .hands_over = true};
    stage_fact(&s, &turn);
    run_out(&s);
    assert_int_equal(effect_double_done(s.d), 1);
    assert_ok(&s.ctx, json_parse(&s.ctx, str_of(effect_double_last(s.d)), &JSON_LIMITS_SMALL, &v));
    assert_str(json_str(v, "action"), "ticket");
    assert_str(json_str(v, "email"), "mia@example.com");
    assert_true(str_contains(json_str(v, "text"), STR("Customer: human please")));
    ticket_event(&s, json_str(v, "key"), TICKET_ANSWERED);
    assert_ok(&s.ctx, conversation_get(&s.ctx, s.st.rd->state, s.st.merchant_id, 1, &c));
    assert_int_equal(c.person, CONVERSATION_HAS_PERSON);
    ticket_event(&s, json_str(v, "key"), TICKET_SOLVED);
    assert_ok(&s.ctx, conversation_get(&s.ctx, s.st.rd->state, s.st.merchant_id, 1, &c));
    assert_int_equal(c.person, CONVERSATION_NO_PERSON);
    end_stage(&s);
}

static void handed_over(void **state)
{
    static const enum effect_way WAYS[] = {EFFECT_DONE_CUT, EFFECT_BUSY};
    const struct json *v = NULL;
    struct stage s;
    (void)state;
    stage_begin(&s, WAYS, 2, "{mode: suggest}", true);
    stage_sent_order(&s);
    stage_scan(&s, PARCEL_RETURNING); /* a person finds out why */
    assert_int_equal(open_tasks(&s), 1);
    run_out(&s);
    assert_int_equal(effect_double_done(s.d), 1);
    assert_ok(&s.ctx, json_parse(&s.ctx, str_of(effect_double_last(s.d)), &JSON_LIMITS_SMALL, &v));
    assert_str(json_str(v, "action"), "ticket");
    assert_str(json_str(v, "order"), "#1020");
    assert_str(json_str(v, "email"), "anna@example.com");
    assert_str(json_str(v, "rule"), "going-back");
    static const char *const SAYS[] = {"Next step: find out why", "Mug", "1Z7W4E590300010062", "Rule: going-back"};
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++)
        if (!str_contains(json_str(v, "text"), str_of(SAYS[i])))
            fail_msg("the packet does not say \"%s\": %.*s", SAYS[i], STR_ARG(json_str(v, "text")));
    ticket_event(&s, STR("of another store"), TICKET_SOLVED);
    ticket_event(&s, json_str(v, "key"), TICKET_ASSIGNED);
    ticket_event(&s, json_str(v, "key"), TICKET_ANSWERED);
    assert_int_equal(open_tasks(&s), 1);
    ticket_event(&s, json_str(v, "key"), TICKET_SOLVED);
    ticket_event(&s, json_str(v, "key"), TICKET_SOLVED);
    assert_int_equal(open_tasks(&s), 0);
    end_stage(&s);
}

/* What settles itself before the ticket left makes none. */
static void settled_before_it_left(void **state)
{
    struct stage s;
    (void)state;
    stage_begin(&s, NULL, 0, "{mode: suggest}", true);
    stage_sent_order(&s);
    stage_scan(&s, PARCEL_ATTEMPT_FAILED);
    assert_int_equal(open_tasks(&s), 1);
    stage_move(&s, US_PER_H);
    stage_scan(&s, PARCEL_DELIVERED);
    assert_int_equal(open_tasks(&s), 0);
    run_out(&s);
    assert_int_equal(effect_double_calls(s.d), 0);
    end_stage(&s);
}

/* ---- an account that does not answer is left alone */

static void orders_lost(struct stage *s, int n)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .price_minor = 1450, .ships = true};
    for (int i = 0; i < n; i++) {
        struct parcel_ref parcel = {.carrier = STR("ups"), .tracking_number = arena_fmt(s->arena, "1Z7W4E59030002%04d", i)};
        struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
        struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
        struct fact lost = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
        struct str id = arena_fmt(s->arena, "%d", 3000 + i);
        ord.u.order = (struct order_fact){.order_id = id, .name = arena_fmt(s->arena, "#%d", 3000 + i), .placed_us = TEST_NOW_US - US_PER_DAY,
                                          .currency = STR("USD"), .total_minor = 1450, .items = &ITEM, .items_n = 1, .financial = FIN_PAID,
                                          .email = arena_fmt(s->arena, "c%d@example.com", i)};
        ful.u.fulfillment = (struct fulfillment_fact){.order_id = id, .fulfillment_id = id, .state = FUL_SHIPPED, .items = &ITEM, .items_n = 1,
                                                      .parcels = &parcel, .parcels_n = 1, .created_us = TEST_NOW_US};
        lost.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = parcel.tracking_number, .status = PARCEL_LOST,
                                               .code = STR("lost"), .occurred = when_from_utc(TEST_NOW_US)};
        stage_fact(s, &ord);
        stage_fact(s, &ful);
        stage_fact(s, &lost);
        struct request_given g = {.order_no = i + 1, .request = REQUEST_FIRST_CAP + CAP_REFUND, .channel = CHAN_CHAT, .proof = PROOF_ORDER_AND_CONTACT,
                                  .confidence = 100};
        struct request_answer ans;
        int64_t pos;
        assert_ok(&s->ctx, request_make(&s->ctx, s->st.eng, s->st.rd, s->st.merchant_id, &g, &ans, &pos));
        assert_int_equal(ans.outcome, REQUEST_TAKEN);
    }
}

static size_t round_of(struct stage *s, struct performer *p, int64_t after_us)
{
    size_t n = 0, before = effect_double_calls(s->d);
    stage_move(s, after_us);
    assert_ok(&s->ctx, performer_run(&s->ctx, p, 20, &n));
    return effect_double_calls(s->d) - before;
}

static void an_account_rests(void **state)
{
    static const enum effect_way WAYS[] = {EFFECT_FAIL, EFFECT_CUT, EFFECT_DONE_CUT, EFFECT_FAIL, EFFECT_DONE_500, EFFECT_FAIL};
    struct performer *p = NULL;
    struct stage s;
    (void)state;
    stage_begin(&s, WAYS, 6, "{mode: auto}", false);
    orders_lost(&s, 9);
    assert_ok(&s.ctx, performer_new(&s.ctx, s.st.eng, &p));
    assert_int_equal(round_of(&s, p, 0), PACE_FAILURES); /* then it is left alone, though four more are due */
    assert_int_equal(round_of(&s, p, 0), 0);
    assert_int_equal(round_of(&s, p, PACE_REST_US + 1), 1); /* one try, in vain: it rests twice as long */
    assert_int_equal(round_of(&s, p, PACE_REST_US + 1), 0);
    assert_true(round_of(&s, p, PACE_REST_US + 1) >= 3);   /* it works again: all that are due */
    for (int i = 0; i < 6; i++)
        (void)round_of(&s, p, 3 * US_PER_H);
    assert_int_equal(effect_double_done(s.d), 9); /* each once */
    performer_free(p);
    end_stage(&s);
}

/* 429 speaks for the account: nothing of it is begun before it said. */
static void an_account_says_when(void **state)
{
    static const enum effect_way WAYS[] = {EFFECT_BUSY};
    struct performer *p = NULL;
    struct stage s;
    (void)state;
    stage_begin(&s, WAYS, 1, "{mode: auto}", false);
    orders_lost(&s, 4);
    assert_ok(&s.ctx, performer_new(&s.ctx, s.st.eng, &p));
    assert_int_equal(round_of(&s, p, 0), 1);
    assert_int_equal(round_of(&s, p, 0), 0);
    for (int i = 0; i < 3; i++)
        (void)round_of(&s, p, 3 * US_PER_H);
    assert_int_equal(effect_double_done(s.d), 4);
    performer_free(p);
    end_stage(&s);
}

static void calls_are_spaced(void **state)
{
    const struct limits two_a_second = {.calls = 2, .window_s = 1}, none = {.calls = 0};
    struct pace pc = {0};
    int64_t now = TEST_NOW_US;
    (void)state;
    pace_called(&pc, &none, now);
    assert_true(pace_may_begin(&pc, now));
    for (int i = 0; i < 3; i++) /* an action of three calls */
        pace_called(&pc, &two_a_second, now);
    assert_false(pace_may_begin(&pc, now + 1400000));
    assert_true(pace_may_begin(&pc, now + 1500000));
    for (int i = 0; i < 40; i++)
        (void)pace_ended(&pc, true, 0, now);
    assert_true(pc.free_us == now + PACE_REST_MAX_US); /* it is tried again, however long it has been down */
    assert_false(pace_ended(&pc, false, 0, now));
    assert_int_equal(pc.failures, 0);
}

/* ---- ends between any two steps */

/* The flows that end in a call: each leaves one effect to be done. */
static void flow_refund(struct stage *s)
{
    stage_sent_order(s);
    stage_scan(s, PARCEL_LOST);
    assert_int_equal(stage_ask(s, CAP_REFUND).outcome, REQUEST_TAKEN);
}

static void say(struct stage *s, const char *who)
{
    struct fact word = {.kind = FACT_VERDICT, .role = ROLE_SYSTEM};
    word.u.verdict = (struct verdict_fact){.verdict = VERDICT_APPROVE, .action_no = 1, .by = str_of(who)};
    stage_fact(s, &word);
}

static void flow_approved(struct stage *s)
{
    stage_sent_order(s);
    stage_scan(s, PARCEL_LOST);
    assert_int_equal(stage_ask(s, CAP_REFUND).outcome, REQUEST_APPROVAL);
    say(s, "ann");
    say(s, "ben");
    assert_int_equal(stage_action(s).row.state, ACTION_WAITING);
    stage_move(s, 31 * US_PER_MIN);
}

static void flow_reship(struct stage *s)
{
    struct fact stock = {.kind = FACT_INVENTORY_LEVEL, .role = ROLE_STOREFRONT};
    stock.u.inventory = (struct inventory_fact){.sku = STR("MUG"), .location = STR("main"), .available = 3};
    stage_sent_order(s);
    stage_fact(s, &stock);
    stage_scan(s, PARCEL_LOST);
    assert_int_equal(stage_ask(s, CAP_RESHIP).outcome, REQUEST_TAKEN);
}

static void flow_cancel(struct stage *s)
{
    stage_open_order(s);
    assert_int_equal(stage_ask(s, CAP_CANCEL).outcome, REQUEST_TAKEN);
}

/* Nobody asks: five business days without a movement. */
static void flow_inquiry(struct stage *s)
{
    stage_sent_order(s);
    stage_scan(s, PARCEL_IN_TRANSIT);
    stage_move(s, 9 * US_PER_DAY);
    assert_int_equal(stage_action(s).row.cap, CAP_CARRIER_INQUIRY);
}

static void flow_ticket(struct stage *s)
{
    stage_sent_order(s);
    stage_scan(s, PARCEL_RETURNING);
    assert_int_equal(open_tasks(s), 1);
}

static const struct flow {
    const char *name, *grant, *value;
    bool ticket;
    void (*begin)(struct stage *s);
} FLOWS[] = {
    {"refund", "refund", "{mode: auto}", false, flow_refund},
    {"refund, two persons, undo", "refund", "{mode: suggest, two_persons_above: 10.00, undo_minutes: 30}", false, flow_approved},
    {"reship", "reship", "{mode: auto}", false, flow_reship},
    {"cancel", "cancel", "{mode: auto}", false, flow_cancel},
    {"inquiry", "carrier_inquiry", "{mode: auto}", false, flow_inquiry},
    {"ticket", "refund", "{mode: suggest}", true, flow_ticket},
};

static void stage_flow(struct stage *s, const struct flow *flow, const enum effect_way *ways)
{
    stage_begin(s, ways, 1, "{mode: suggest}", flow->ticket);
    struct str text = policy_with_grant(&s->ctx, data_file("policy/default.yaml"), "carrier_claim", STR("off"));
    assert_ok(&s->ctx, story_store_policy(&s->ctx, &s->st, policy_with_grant(&s->ctx, text, flow->grant, str_of(flow->value))));
    flow->begin(s);
}

static int kill_flow(const struct flow *flow, const enum effect_way *ways)
{
    int killed = 0;
    bool more = true;
    for (int at = 1; at <= STEPS_MAX && more; at++) {
        struct stage s;
        stage_flow(&s, flow, ways);
        more = stage_end_at(&s, at); /* else there are no more steps */
        killed += more ? 1 : 0;
        stage_run_rounds(&s, 5);
        if (effect_double_done(s.d) != 1 || (!flow->ticket && stage_action(&s).row.state != ACTION_CONFIRMED))
            fail_msg("%s, ended at step %d: done %zu times in %zu calls", flow->name, at, effect_double_done(s.d), effect_double_calls(s.d));
        end_stage(&s);
    }
    return killed;
}

static void killed_between_steps(void **state)
{
    static const enum effect_way WAYS[][1] = {{EFFECT_DO}, {EFFECT_DONE_CUT}, {EFFECT_FAIL}};
    (void)state;
    for (size_t i = 0; i < sizeof(FLOWS) / sizeof(FLOWS[0]); i++)
        for (size_t w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
            int killed = kill_flow(&FLOWS[i], WAYS[w]);
            if (killed < 6) /* the steps there are */
                fail_msg("%s: ended at %d steps only", FLOWS[i].name, killed);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way),         cmocka_unit_test(a_person_hears),       cmocka_unit_test(called_back_in_time),
        cmocka_unit_test(nothing_starts_in_a_pause), cmocka_unit_test(told_later),  cmocka_unit_test(what_is_sent),
        cmocka_unit_test(an_account_rests), cmocka_unit_test(an_account_says_when), cmocka_unit_test(calls_are_spaced),
        cmocka_unit_test(a_stranger_asks_for_a_person), cmocka_unit_test(handed_over), cmocka_unit_test(settled_before_it_left),
        cmocka_unit_test(killed_between_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
