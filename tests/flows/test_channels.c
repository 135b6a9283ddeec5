/*
 * Ways out against doubles of their vendors: each request is checked, and the double answers too fast, in trouble, not at all, or
 * twice. What became of a message comes back by signed webhook; what fails goes to the next channel.
 */
#include "lib/double.h"
#include "lib/schema.h"
#include "lib/story_store.h"

#include "base/http_client.h"
#include "base/metrics.h"
#include "flows/courier.h"
#include "flows/hook_in.h"
#include "flows/message_list.h"

#include <stdio.h>
#include <stdlib.h>

#define TWILIO_PATH "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
#define CLOUD_PATH "/v23.0/106540352242922/messages"
#define PUBLIC "https://wismo.example"

struct shop {
    struct fixture f;
    struct story_store st;
    struct vendor_double *d;
    struct courier *c;
    struct account acct;
};

static void shop_open(struct shop *p, const enum channel_kind *channels, size_t n)
{
    struct message_policy mp;
    fixture_init(&p->f);
    message_policy_default(&mp);
    mp.enabled = true;
    mp.store = STR("Northwind");
    memcpy(mp.channels, channels, n * sizeof(*channels));
    mp.channels_n = n;
    clock_set(&p->f.clock, TEST_NOW_US);
    story_store_open_messages(&p->f.ctx, &p->f.clock, &mp, &p->st);
    struct message_config *mc = &p->st.mc.messages;
    p->d = double_new();
    mc->from = STR("orders@example.com");
    mc->folder = arena_fmt(p->f.arena, "%s/out", p->st.dir);
    mc->webhook_url = arena_fmt(p->f.arena, "%s/in", double_url(p->d));
    assert_int_equal(secret_set(&mc->webhook_secret, STR("hook-secret")), OK);
    p->acct = (struct account){.public_url = STR(PUBLIC), .base_url = str_of(double_url(p->d))};
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
    assert_ok(&p->f.ctx, courier_new(&p->f.ctx, p->st.eng, &p->c));
}

static void use_account(struct shop *p, const char *connector, const struct setting *settings, size_t n)
{
    p->acct.conn = connector_find(str_of(connector));
    assert_non_null(p->acct.conn);
    p->acct.id = str_of(connector);
    p->acct.merchant = STR("demo");
    p->acct.settings = settings;
    p->acct.settings_n = n;
    assert_int_equal(secret_set(&p->acct.api_user, STR("AC00000000000000000000000000000001")), OK);
    assert_int_equal(secret_set(&p->acct.api_key, STR("key-made-up")), OK);
    assert_int_equal(secret_set(&p->acct.webhook_secrets[0], STR("token-made-up")), OK);
    p->st.mc.accounts = &p->acct;
    p->st.mc.accounts_n = 1;
}

static void shop_close(struct shop *p)
{
    if (double_faults(p->d)[0] != '\0')
        fail_msg("%s", double_faults(p->d));
    assert_int_equal(double_left(p->d), 0);
    (void)story_store_replays(&p->f.ctx, &p->st);
    courier_free(p->c);
    double_free(p->d);
    message_config_clear(&p->st.mc.messages);
    secret_clear(&p->acct.api_user);
    secret_clear(&p->acct.api_key);
    secret_clear(&p->acct.webhook_secrets[0]);
    p->st.mc.accounts_n = 0;
    story_store_close(&p->st);
    fixture_clear(&p->f);
}

static void order(struct shop *p, const char *id)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .ships = true};
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = clock_now_us(&p->f.clock)};
    fct.u.order = (struct order_fact){.order_id = str_of(id), .name = arena_fmt(p->f.arena, "#%s", id), .placed_us = fct.changed_us,
                                      .currency = STR("USD"), .email = STR("anna@example.com"), .phone = STR("(312) 555-0100"),
                                      .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    fct.u.order.ship_to = (struct address){.country = STR("US"), .region = STR("IL"), .postal_code = STR("60601")};
    assert_ok(&p->f.ctx, story_store_append(&p->f.ctx, &p->st, STR("shop"), &fct));
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static size_t run(struct shop *p)
{
    size_t n = 0;
    assert_ok(&p->f.ctx, courier_run(&p->f.ctx, p->c, 20, &n));
    return n;
}

static void wait(struct shop *p, int64_t us)
{
    clock_advance(&p->f.clock, us);
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

/* The newest message of the order. */
static struct case_message message(struct shop *p, const char *id)
{
    struct case_message *list = NULL;
    int64_t found[CASE_FIND_MAX];
    size_t orders = 0, n = 0;
    assert_ok(&p->f.ctx, case_find(&p->f.ctx, p->st.rd, p->st.merchant_id, str_of(id), found, &orders));
    assert_int_equal(orders, 1);
    assert_ok(&p->f.ctx, case_messages(&p->f.ctx, p->st.rd, p->st.merchant_id, found[0], &list, &n));
    assert_true(n > 0);
    return list[n - 1];
}

/* ---- the webhook */

static void webhook_answers(void **state)
{
    const enum channel_kind way[] = {CHANNEL_WEBHOOK};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    order(&p, "1020");
    const char *key = arena_fmt(p.f.arena, "%.*s", STR_ARG(message(&p, "1020").t.key)).p;
    const struct double_step STEPS[] = {
        {.method = "POST", .path = "/in", .header = {{"Idempotency-Key", key}, {"Content-Type", "application/json"}},
         .body_has = "{\"message\":\"confirmation\",\"order\":\"#1020\",\"email\":\"anna@example.com\"}", .status = 429, .retry_after_s = 1200},
        {.method = "POST", .path = "/in", .header = {{"Idempotency-Key", key}}, .status = 503},
        {.method = "POST", .path = "/in", .header = {{"Idempotency-Key", key}}, .cut = CUT_BEFORE},
        {.method = "POST", .path = "/in", .header = {{"Idempotency-Key", key}}, .status = 204},
    };
    for (size_t i = 0; i < 4; i++)
        double_add(p.d, &STEPS[i]);
    assert_int_equal(run(&p), 1);
    wait(&p, 19 * US_PER_MIN); /* Retry-After is longer than the usual pause, and holds */
    assert_int_equal(run(&p), 0);
    wait(&p, 2 * US_PER_MIN);
    assert_int_equal(run(&p), 1); /* 503 */
    wait(&p, 10 * US_PER_MIN);
    assert_int_equal(run(&p), 1); /* taken or not, nobody knows: the key makes a second one harmless */
    wait(&p, 20 * US_PER_MIN);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    assert_int_equal(message(&p, "1020").attempts, 4);
    assert_int_equal(run(&p), 0);
    shop_close(&p);
}

static void refused_goes_to_the_next(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_WEBHOOK, CHANNEL_EMAIL};
    const struct double_step gone = {.method = "POST", .path = "/in", .status = 410};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    double_add(p.d, &gone);
    order(&p, "1020");
    assert_int_equal(run(&p), 1);
    struct case_message m = message(&p, "1020");
    assert_int_equal(m.t.channel, CHANNEL_EMAIL);
    assert_int_equal(m.t.generation, 1);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    shop_close(&p);
}

static void a_failing_channel_rests(void **state)
{
    const enum channel_kind way[] = {CHANNEL_WEBHOOK};
    const struct double_step down = {.method = "POST", .path = "/in", .status = 500, .times = 5};
    const struct double_step up = {.method = "POST", .path = "/in", .status = 200, .times = 8};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    double_add(p.d, &down);
    for (int i = 0; i < 8; i++)
        order(&p, arena_fmt(p.f.arena, "%d", 2000 + i).p);
    assert_int_equal(run(&p), 5); /* after five failures nothing is tried */
    assert_int_equal(double_calls(p.d), 5);
    wait(&p, 30 * US_PER_S);
    assert_int_equal(run(&p), 0);
    double_add(p.d, &up);
    for (int i = 0; i < 10; i++) {
        wait(&p, US_PER_MIN);
        (void)run(&p);
    }
    for (int i = 0; i < 8; i++)
        assert_int_equal(message(&p, arena_fmt(p.f.arena, "%d", 2000 + i).p).t.state, TOLD_SENT);
    shop_close(&p);
}

static void pace_is_kept(void **state)
{
    const enum channel_kind way[] = {CHANNEL_WEBHOOK};
    const struct double_step up = {.method = "POST", .path = "/in", .status = 200, .times = 5};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    p.st.mc.messages.per_minute = 2;
    double_add(p.d, &up);
    for (int i = 0; i < 5; i++)
        order(&p, arena_fmt(p.f.arena, "%d", 2000 + i).p);
    assert_int_equal(run(&p), 2);
    assert_int_equal(run(&p), 0);
    wait(&p, US_PER_MIN);
    assert_int_equal(run(&p), 2);
    wait(&p, US_PER_MIN);
    assert_int_equal(run(&p), 1);
    shop_close(&p);
}

/* ---- Twilio */

static const struct setting TWILIO[] = {{{"from", 4}, {"+13125550199", 12}}, {{"whatsapp_from", 13}, {"+13125550198", 12}},
                                        {{"content_sid", 11}, {"HX0000000000000000000000000000000a", 34}}};

/* Names of the form against the vendor's own list. */
static void check_form(struct shop *p, const char *body)
{
    const char *path = test_shared_path("specs/twilio-2010-messages-calls.openapi.json");
    struct str pair, name, form = str_of(body);
    if (path == NULL) {
        print_message("the form is not checked: Twilio's OpenAPI is not here\n");
        return;
    }
    struct str spec = test_read_file(p->f.arena, path);
    while (str_split(&form, '&', &pair)) {
        (void)str_split(&pair, '=', &name);
        if (!str_contains(spec, arena_fmt(p->f.arena, "\"%.*s\": {", STR_ARG(name))))
            fail_msg("%.*s is no parameter of Twilio's", STR_ARG(name));
    }
}

static const char *sms_form(struct shop *p, const char *id)
{
    struct case_message m = message(p, id);
    struct arena *a = p->f.arena;
    struct str callback = arena_fmt(a, PUBLIC "/hooks/twilio/demo?key=%.*s", STR_ARG(m.t.key));
    const char *body = arena_fmt(a, "To=%%2B13125550100&From=%%2B13125550199&Body=%.*s&StatusCallback=%.*s", STR_ARG(url_encode(a, m.brief)),
                                 STR_ARG(url_encode(a, callback))).p;
    check_form(p, body);
    return body;
}

static const char AUTH[] = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTprZXktbWFkZS11cA==";
#define SMS_TAKEN "{\"sid\":\"SM00000000000000000000000000000001\",\"status\":\"queued\",\"error_code\":null}"

static const char *listed(struct shop *p, const char *id, const char *status)
{
    struct buf b;
    struct str out;
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_key(&w, "messages");
    jw_arr(&w);
    jw_obj(&w);
    jw_kstr(&w, "sid", STR("SM00000000000000000000000000000007"));
    jw_kstr(&w, "status", str_of(status));
    jw_kstr(&w, "date_created", STR("Wed, 18 Nov 2026 11:06:41 +0000"));
    jw_kstr(&w, "body", message(p, id).brief);
    jw_end(&w);
    jw_arr_end(&w);
    jw_end(&w);
    buf_addc(&b, '\0');
    assert_int_equal(arena_dup(p->f.arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out.p;
}

static void twilio_sms(void **state)
{
    const enum channel_kind way[] = {CHANNEL_SMS};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    use_account(&p, "twilio", TWILIO, 3);
    p.st.mc.messages.cost_micros[CHANNEL_SMS] = 7900;
    int64_t before = metric_get(METRIC_MESSAGE_COST, CHANNEL_SMS);
    order(&p, "1020");
    const struct double_step fast = {.method = "POST", .path = TWILIO_PATH, .status = 429, .body = "{\"code\":20429,\"status\":429}", .retry_after_s = 30};
    const struct double_step none = {.method = "GET", .path = TWILIO_PATH, .query = {{"To", "+13125550100"}, {"From", "+13125550199"}}, .body = "{\"messages\":[]}"};
    const struct double_step good = {.method = "POST", .path = TWILIO_PATH, .header = {{"Authorization", AUTH}, {"Content-Type", "application/x-www-form-urlencoded"}},
                                     .body_is = sms_form(&p, "1020"), .status = 201, .body = SMS_TAKEN};
    double_add(p.d, &fast);
    double_add(p.d, &none);
    double_add(p.d, &good);
    assert_int_equal(run(&p), 1);
    wait(&p, 31 * US_PER_S);
    assert_int_equal(run(&p), 1);
    struct case_message m = message(&p, "1020");
    assert_int_equal(m.t.state, TOLD_SENT);
    assert_true(str_eq(m.result, STR("SM00000000000000000000000000000001")));
    assert_int_equal(metric_get(METRIC_MESSAGE_COST, CHANNEL_SMS) - before, 7900); /* once, though it was tried twice */
    shop_close(&p);
}

/* The answer is lost: the message is looked up and not sent twice; one that failed at the vendor is. */
static void twilio_unknown_outcome(void **state)
{
    const struct {
        const char *status;
        bool again;
    } CASES[] = {{"sent", false}, {"failed", true}};
    const enum channel_kind way[] = {CHANNEL_SMS};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shop p;
        shop_open(&p, way, 1);
        use_account(&p, "twilio", TWILIO, 3);
        order(&p, "1020");
        const struct double_step lost = {.method = "POST", .path = TWILIO_PATH, .cut = CUT_BEFORE};
        const struct double_step trouble = {.method = "GET", .path = TWILIO_PATH, .status = 500};
        const struct double_step there = {.method = "GET", .path = TWILIO_PATH, .body = listed(&p, "1020", CASES[i].status)};
        const struct double_step again = {.method = "POST", .path = TWILIO_PATH, .status = 201, .body = SMS_TAKEN};
        double_add(p.d, &lost);
        double_add(p.d, &trouble);
        double_add(p.d, &there);
        if (CASES[i].again)
            double_add(p.d, &again);
        assert_int_equal(run(&p), 1);
        wait(&p, 4 * US_PER_MIN);
        assert_int_equal(run(&p), 1); /* nobody can say: not sent yet */
        assert_int_equal(message(&p, "1020").t.state, TOLD_PLANNED);
        wait(&p, 8 * US_PER_MIN);
        assert_int_equal(run(&p), 1);
        assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
        shop_close(&p);
    }
}

static void twilio_says_never(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_SMS, CHANNEL_EMAIL};
    const struct double_step no = {.method = "POST", .path = TWILIO_PATH, .status = 400, .body = "{\"code\":21610,\"status\":400}"};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    use_account(&p, "twilio", TWILIO, 3);
    double_add(p.d, &no);
    order(&p, "1020");
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.channel, CHANNEL_EMAIL);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    shop_close(&p);
}

static void twilio_whatsapp(void **state)
{
    const enum channel_kind way[] = {CHANNEL_WHATSAPP};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    use_account(&p, "twilio", TWILIO, 3);
    order(&p, "1020");
    struct case_message m = message(&p, "1020");
    struct arena *a = p.f.arena;
    struct str vars = arena_fmt(a, "{\"1\":\"#1020\",\"2\":\"%.*s\"}", STR_ARG(m.brief)), callback = arena_fmt(a, PUBLIC "/hooks/twilio/demo?key=%.*s", STR_ARG(m.t.key));
    const char *form = arena_fmt(a, "To=whatsapp%%3A%%2B13125550100&From=whatsapp%%3A%%2B13125550198&ContentSid=HX0000000000000000000000000000000a&"
                                    "ContentVariables=%.*s&StatusCallback=%.*s", STR_ARG(url_encode(a, vars)), STR_ARG(url_encode(a, callback))).p;
    const struct double_step good = {.method = "POST", .path = TWILIO_PATH, .body_is = form, .status = 201, .body = SMS_TAKEN};
    check_form(&p, form);
    double_add(p.d, &good);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    shop_close(&p);
}

/* ---- what vendors tell us */

static void ignore(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static enum err deliver(struct shop *p, struct http_msg *msg)
{
    msg->received_us = clock_now_us(&p->f.clock);
    enum err e = hook_append(&p->f.ctx, p->st.eng, p->st.merchant_id, &p->acct, msg, ignore, NULL);
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
    return e;
}

/* By Twilio's recipe: the public address, then each parameter's name and value, sorted by name. */
static enum err from_twilio(struct shop *p, const char *query, const char *body, const char *sorted, const char *token)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf b;
    const struct str parts[] = {arena_fmt(p->f.arena, PUBLIC "/hooks/twilio/demo%s%s", query[0] == '\0' ? "" : "?", query), str_of(sorted)};
    assert_int_equal(hmac_once(MAC_SHA1, str_of(token), parts, 2, sum, &n), OK);
    buf_init(&b, 128);
    base64_encode((struct str){(const char *)sum, n}, &b);
    struct http_header h = {STR("X-Twilio-Signature"), buf_str(&b)};
    struct http_msg msg = {.method = STR("POST"), .path = STR("/hooks/twilio/demo"), .query = str_of(query), .headers = &h, .headers_n = 1, .body = str_of(body)};
    enum err e = deliver(p, &msg);
    buf_clear(&b);
    return e;
}

static void twilio_receipts(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_SMS, CHANNEL_EMAIL};
    const struct double_step good = {.method = "POST", .path = TWILIO_PATH, .status = 201, .body = SMS_TAKEN, .times = 2};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    use_account(&p, "twilio", TWILIO, 3);
    double_add(p.d, &good);
    order(&p, "1020");
    order(&p, "1021");
    assert_int_equal(run(&p), 2);
    const char *one = arena_fmt(p.f.arena, "key=%.*s", STR_ARG(message(&p, "1020").t.key)).p, *two = arena_fmt(p.f.arena, "key=%.*s", STR_ARG(message(&p, "1021").t.key)).p;
    assert_int_equal(from_twilio(&p, one, "MessageStatus=delivered&MessageSid=SM1", "MessageSidSM1MessageStatusdelivered", "wrong"), ERR_DENIED);
    assert_int_equal(from_twilio(&p, one, "MessageStatus=sent&MessageSid=SM1", "MessageSidSM1MessageStatussent", "token-made-up"), OK);
    assert_int_equal(from_twilio(&p, one, "MessageStatus=delivered&MessageSid=SM1", "MessageSidSM1MessageStatusdelivered", "token-made-up"), OK);
    assert_true(str_eq(message(&p, "1020").result, STR("delivered")));
    /* undelivered: the next channel is tried, as it is still news */
    assert_int_equal(from_twilio(&p, two, "ErrorCode=30003&MessageStatus=undelivered&MessageSid=SM2", "ErrorCode30003MessageSidSM2MessageStatusundelivered", "token-made-up"), OK);
    struct case_message m = message(&p, "1021");
    assert_int_equal(m.t.channel, CHANNEL_EMAIL);
    assert_int_equal(m.t.state, TOLD_PLANNED);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1021").t.state, TOLD_SENT);
    shop_close(&p);
}

static void twilio_stop(void **state)
{
    const enum channel_kind way[] = {CHANNEL_SMS};
    struct shop p;
    (void)state;
    shop_open(&p, way, 1);
    use_account(&p, "twilio", TWILIO, 3);
    assert_int_equal(from_twilio(&p, "", "From=%2B13125550100&Body=Stop.&MessageSid=SM9", "BodyStop.From+13125550100MessageSidSM9", "token-made-up"), OK);
    order(&p, "1020");
    assert_int_equal(message(&p, "1020").t.state, TOLD_QUIET);
    wait(&p, US_PER_MIN);
    assert_int_equal(from_twilio(&p, "", "From=%2B13125550100&Body=please+stop+by&MessageSid=SM10", "Bodyplease stop byFrom+13125550100MessageSidSM10", "token-made-up"), OK);
    assert_int_equal(from_twilio(&p, "", "From=%2B13125550100&Body=x&OptOutType=START&MessageSid=SM11", "BodyxFrom+13125550100MessageSidSM11OptOutTypeSTART", "token-made-up"), OK);
    order(&p, "1021");
    assert_int_equal(message(&p, "1021").t.state, TOLD_PLANNED);
    shop_close(&p);
}

/* ---- Twilio, by telephone */

#define CALLS_PATH "/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls.json"
#define CALL_TAKEN "{\"sid\":\"CA00000000000000000000000000000001\",\"status\":\"queued\"}"

static const char *call_form(struct shop *p, const char *id)
{
    struct arena *a = p->f.arena;
    struct str key = message(p, id).t.key;
    struct str url = arena_fmt(a, PUBLIC "/calls/twilio/demo?k=%.*s", STR_ARG(key)), callback = arena_fmt(a, PUBLIC "/hooks/twilio/demo?key=%.*s", STR_ARG(key));
    const char *body = arena_fmt(a, "To=%%2B13125550100&From=%%2B13125550199&Url=%.*s&MachineDetection=Enable&Timeout=25&StatusCallback=%.*s",
                                 STR_ARG(url_encode(a, url)), STR_ARG(url_encode(a, callback))).p;
    check_form(p, body);
    return body;
}

/* What became of a call: reached, or on to the next channel; busy, nobody, a machine; twice, and out of order. */
static void twilio_calls(void **state)
{
    static const struct {
        const char *name, *bodies[3], *sorted[3]; /* as they come */
        bool reached;
    } CASES[] = {
        {"completed", {"CallSid=CA1&CallStatus=completed&CallDuration=31", NULL}, {"CallDuration31CallSidCA1CallStatuscompleted", NULL}, true},
        {"busy", {"CallSid=CA1&CallStatus=busy&SipResponseCode=486", NULL}, {"CallSidCA1CallStatusbusySipResponseCode486", NULL}, false},
        {"nobody", {"CallSid=CA1&CallStatus=no-answer", NULL}, {"CallSidCA1CallStatusno-answer", NULL}, false},
        {"failed", {"CallSid=CA1&CallStatus=failed", NULL}, {"CallSidCA1CallStatusfailed", NULL}, false},
        {"a machine", {"AnsweredBy=machine_start&CallSid=CA1&CallStatus=completed", NULL}, {"AnsweredBymachine_startCallSidCA1CallStatuscompleted", NULL}, false},
        {"twice", {"CallSid=CA1&CallStatus=no-answer", "CallSid=CA1&CallStatus=no-answer", NULL}, {"CallSidCA1CallStatusno-answer", "CallSidCA1CallStatusno-answer", NULL}, false},
        {"ringing last", {"CallSid=CA1&CallStatus=completed", "CallSid=CA1&CallStatus=ringing", NULL}, {"CallSidCA1CallStatuscompleted", "CallSidCA1CallStatusringing", NULL}, true},
    };
    const enum channel_kind ways[] = {CHANNEL_VOICE, CHANNEL_EMAIL};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct shop p;
        shop_open(&p, ways, 2);
        use_account(&p, "twilio", TWILIO, 3);
        p.st.mc.messages.cost_micros[CHANNEL_VOICE] = 140000;
        order(&p, "1020");
        const struct double_step good = {.method = "POST", .path = CALLS_PATH, .header = {{"Authorization", AUTH}}, .body_is = call_form(&p, "1020"),
                                         .status = 201, .body = CALL_TAKEN};
        double_add(p.d, &good);
        assert_int_equal(run(&p), 1);
        struct case_message m = message(&p, "1020");
        assert_int_equal(m.t.state, TOLD_SENT);
        assert_true(str_starts(m.brief, STR("Hello, this is Northwind, about your order #1020.")));
        const char *query = arena_fmt(p.f.arena, "key=%.*s", STR_ARG(m.t.key)).p;
        for (size_t k = 0; k < 3 && CASES[i].bodies[k] != NULL; k++)
            assert_int_equal(from_twilio(&p, query, CASES[i].bodies[k], CASES[i].sorted[k], "token-made-up"), OK);
        m = message(&p, "1020");
        if (m.t.channel != (CASES[i].reached ? CHANNEL_VOICE : CHANNEL_EMAIL))
            fail_msg("%s: next by %s", CASES[i].name, channel_kind_word(m.t.channel));
        assert_int_equal(run(&p), CASES[i].reached ? 0 : 1);
        shop_close(&p);
    }
}

/* The answer is lost: the list of calls to the number tells whether it was made. */
static void twilio_call_unknown(void **state)
{
    static const char *const LISTS[] = {
        "{\"calls\":[{\"sid\":\"CA7\",\"status\":\"in-progress\",\"direction\":\"outbound-api\",\"date_created\":\"Wed, 18 Nov 2026 11:06:41 +0000\"}]}",
        "{\"calls\":[{\"sid\":\"CA6\",\"status\":\"completed\",\"direction\":\"outbound-api\",\"date_created\":\"Tue, 17 Nov 2026 11:06:41 +0000\"},"
        "{\"sid\":\"CA8\",\"status\":\"completed\",\"direction\":\"inbound\",\"date_created\":\"Wed, 18 Nov 2026 11:06:41 +0000\"}]}",
    };
    const enum channel_kind way[] = {CHANNEL_VOICE};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shop p;
        shop_open(&p, way, 1);
        use_account(&p, "twilio", TWILIO, 3);
        order(&p, "1020");
        const struct double_step lost = {.method = "POST", .path = CALLS_PATH, .cut = CUT_BEFORE};
        const struct double_step list = {.method = "GET", .path = CALLS_PATH, .query = {{"To", "+13125550100"}, {"From", "+13125550199"}}, .body = LISTS[i]};
        const struct double_step again = {.method = "POST", .path = CALLS_PATH, .status = 201, .body = CALL_TAKEN};
        double_add(p.d, &lost);
        double_add(p.d, &list);
        if (i == 1)
            double_add(p.d, &again);
        assert_int_equal(run(&p), 1);
        wait(&p, 4 * US_PER_MIN);
        assert_int_equal(run(&p), 1);
        assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
        shop_close(&p);
    }
}

/* ---- bounces and complaints */

static enum err from_mail_server(struct shop *p, struct str text, const char *secret)
{
    struct http_header h = {STR("X-Wismo-Secret"), str_of(secret)};
    struct http_msg msg = {.method = STR("POST"), .path = STR("/hooks/mail_reports/demo"), .headers = &h, .headers_n = 1, .body = text};
    return deliver(p, &msg);
}

static struct str bounce_of(struct shop *p, const char *id, const char *kind, const char *field)
{
    return arena_fmt(p->f.arena, "Content-Type: multipart/report; report-type=%s; boundary=b\r\n\r\n--b\r\nContent-Type: message/%s\r\n\r\n%s\r\n\r\n--b\r\n"
                                 "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <%.*s@example.com>\r\n\r\n--b--\r\n", kind, kind, field,
                     STR_ARG(message(p, id).t.key));
}

static void mails_come_back(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_EMAIL, CHANNEL_WEBHOOK};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    use_account(&p, "mail_reports", NULL, 0);
    order(&p, "1020");
    assert_int_equal(run(&p), 1);
    struct str bounce = bounce_of(&p, "1020", "delivery-status", "Action: failed\r\nStatus: 5.1.1"), spam = bounce_of(&p, "1020", "feedback-report", "Feedback-Type: abuse");
    assert_int_equal(from_mail_server(&p, bounce, "guess"), ERR_DENIED);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    assert_int_equal(from_mail_server(&p, bounce, "token-made-up"), OK);
    assert_int_equal(message(&p, "1020").t.channel, CHANNEL_WEBHOOK);
    assert_int_equal(message(&p, "1020").t.state, TOLD_PLANNED);
    /* and a complaint is a no to mails, for what comes later too */
    assert_int_equal(from_mail_server(&p, spam, "token-made-up"), OK);
    order(&p, "1021");
    assert_int_equal(message(&p, "1021").t.channel, CHANNEL_WEBHOOK);
    shop_close(&p);
}

/* ---- WhatsApp Cloud API */

static const struct setting CLOUD[] = {{{"phone_number_id", 15}, {"106540352242922", 15}}, {{"template", 8}, {"order_{message}", 15}},
                                       {{"template_language", 17}, {"en_US", 5}}, {{"verify_token", 12}, {"hello-meta", 10}}};

static enum err from_meta(struct shop *p, struct str body, const char *secret)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf b;
    assert_int_equal(hmac_once(MAC_SHA256, str_of(secret), &body, 1, sum, &n), OK);
    buf_init(&b, 128);
    buf_addz(&b, "sha256=");
    buf_add_hex(&b, (struct str){(const char *)sum, n});
    struct http_header h = {STR("X-Hub-Signature-256"), buf_str(&b)};
    struct http_msg msg = {.method = STR("POST"), .path = STR("/hooks/whatsapp_cloud/demo"), .headers = &h, .headers_n = 1, .body = body};
    enum err e = deliver(p, &msg);
    buf_clear(&b);
    return e;
}

static struct str meta_value(struct shop *p, const char *value)
{
    return arena_fmt(p->f.arena, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":{\"messaging_product\":"
                                 "\"whatsapp\",%s}}]}]}", value);
}

static void cloud_sends_a_template(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_WHATSAPP, CHANNEL_EMAIL};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    use_account(&p, "whatsapp_cloud", CLOUD, 4);
    order(&p, "1020");
    struct case_message m = message(&p, "1020");
    const char *body = arena_fmt(p.f.arena, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"13125550100\",\"type\":\"template\",\"template\":"
                                            "{\"name\":\"order_confirmation\",\"language\":{\"code\":\"en_US\"},\"components\":[{\"type\":\"body\",\"parameters\":[{\"type\":"
                                            "\"text\",\"text\":\"#1020\"},{\"type\":\"text\",\"text\":\"%.*s\"}]}]},\"biz_opaque_callback_data\":\"%.*s\"}",
                                 STR_ARG(m.brief), STR_ARG(m.t.key)).p;
    const struct double_step good = {.method = "POST", .path = CLOUD_PATH, .header = {{"Authorization", "Bearer key-made-up"}}, .body_is = body,
                                     .body = "{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wamid.A\"}]}"};
    double_add(p.d, &good);
    assert_int_equal(run(&p), 1);
    assert_true(str_eq(message(&p, "1020").result, STR("wamid.A")));
    /* it fails on its way: the next channel */
    const char *failed = arena_fmt(p.f.arena, "\"statuses\":[{\"id\":\"wamid.A\",\"status\":\"failed\",\"timestamp\":\"1795000500\",\"errors\":[{\"code\":131026}],"
                                              "\"biz_opaque_callback_data\":\"%.*s\"}]", STR_ARG(m.t.key)).p;
    assert_int_equal(from_meta(&p, meta_value(&p, failed), "token-made-up"), OK);
    assert_int_equal(message(&p, "1020").t.channel, CHANNEL_EMAIL);
    assert_int_equal(run(&p), 1);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    shop_close(&p);
}

static void cloud_stop_and_handshake(void **state)
{
    const enum channel_kind way[] = {CHANNEL_WHATSAPP};
    struct shop p;
    struct buf b;
    (void)state;
    shop_open(&p, way, 1);
    use_account(&p, "whatsapp_cloud", CLOUD, 4);
    assert_int_equal(from_meta(&p, meta_value(&p, "\"messages\":[{\"from\":\"13125550100\",\"id\":\"wamid.B\",\"timestamp\":\"1795000000\",\"type\":\"text\","
                                                  "\"text\":{\"body\":\"STOP\"}}]"), "token-made-up"), OK);
    order(&p, "1020");
    assert_int_equal(message(&p, "1020").t.state, TOLD_QUIET);
    struct http_msg hello = {.method = STR("GET"), .query = STR("hub.mode=subscribe&hub.verify_token=hello-meta&hub.challenge=4711")};
    buf_init(&b, 256);
    assert_ok(&p.f.ctx, p.acct.conn->hook->reply(&p.f.ctx, &p.acct, &hello, &b));
    assert_true(str_eq(buf_str(&b), STR("4711")));
    hello.query = STR("hub.mode=subscribe&hub.verify_token=guess&hub.challenge=4711");
    assert_int_equal(p.acct.conn->hook->reply(&p.f.ctx, &p.acct, &hello, &b), ERR_DENIED);
    buf_clear(&b);
    shop_close(&p);
}

static void cloud_answer_lost(void **state)
{
    const enum channel_kind ways[] = {CHANNEL_WHATSAPP, CHANNEL_EMAIL};
    struct shop p;
    (void)state;
    shop_open(&p, ways, 2);
    use_account(&p, "whatsapp_cloud", CLOUD, 4);
    order(&p, "1020");
    struct case_message m = message(&p, "1020");
    const struct double_step fast = {.method = "POST", .path = CLOUD_PATH, .status = 400, .body = "{\"error\":{\"message\":\"pair rate\",\"code\":131056}}"};
    const struct double_step lost = {.method = "POST", .path = CLOUD_PATH, .cut = CUT_BEFORE};
    double_add(p.d, &fast);
    double_add(p.d, &lost);
    assert_int_equal(run(&p), 1);
    wait(&p, 4 * US_PER_MIN);
    assert_int_equal(run(&p), 1);
    wait(&p, 9 * US_PER_MIN);
    assert_int_equal(run(&p), 0); /* no key and no look-up: a status may still tell */
    /* it does: the message had arrived */
    const char *delivered = arena_fmt(p.f.arena, "\"statuses\":[{\"id\":\"wamid.A\",\"status\":\"delivered\",\"timestamp\":\"1795000500\",\"biz_opaque_callback_data\":\"%.*s\"}]", STR_ARG(m.t.key)).p;
    assert_int_equal(from_meta(&p, meta_value(&p, delivered), "wrong"), ERR_DENIED);
    assert_int_equal(from_meta(&p, meta_value(&p, delivered), "token-made-up"), OK);
    assert_int_equal(message(&p, "1020").t.state, TOLD_SENT);
    shop_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(webhook_answers),   cmocka_unit_test(refused_goes_to_the_next), cmocka_unit_test(a_failing_channel_rests),
        cmocka_unit_test(pace_is_kept),      cmocka_unit_test(twilio_sms),               cmocka_unit_test(twilio_unknown_outcome),
        cmocka_unit_test(twilio_says_never), cmocka_unit_test(twilio_whatsapp),          cmocka_unit_test(twilio_receipts),
        cmocka_unit_test(mails_come_back),
        cmocka_unit_test(twilio_stop), cmocka_unit_test(twilio_calls), cmocka_unit_test(twilio_call_unknown),       cmocka_unit_test(cloud_sends_a_template),   cmocka_unit_test(cloud_stop_and_handshake),
        cmocka_unit_test(cloud_answer_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
