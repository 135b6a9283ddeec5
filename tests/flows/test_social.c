/*
 * Messenger and Instagram against doubles of Meta, Chatwoot against one of its: who writes is answered within 24 hours, a person of the team for longer; an echo proves
 * what an answer did not say; nobody is known by an id that looks like a telephone.
 */
#include "lib/double.h"
#include "lib/story_store.h"

#include "flows/conversation.h"
#include "flows/courier.h"
#include "flows/reader.h"

#define PERSON_ID "24560003125550100" /* ends like Anna's telephone */
#define PATH "/v23.0/100200300/messages"

struct page {
    struct fixture f;
    struct story_store st;
    struct vendor_double *d;
    struct courier *c;
    struct account acct;
    struct setting settings[1];
    enum channel_kind channel;
};

static void page_open(struct page *p, const char *vendor, enum channel_kind channel)
{
    struct message_policy mp;
    *p = (struct page){.channel = channel};
    fixture_init(&p->f);
    message_policy_default(&mp);
    mp.enabled = true;
    clock_set(&p->f.clock, TEST_NOW_US);
    story_store_open_messages(&p->f.ctx, &p->f.clock, &mp, &p->st);
    p->d = double_new();
    p->settings[0] = (struct setting){STR("page_id"), STR("100200300")};
    p->acct = (struct account){.merchant = STR("demo"), .id = str_of(vendor), .conn = connector_find(str_of(vendor)), .base_url = str_of(double_url(p->d)),
                               .settings = p->settings, .settings_n = 1};
    assert_int_equal(secret_set(&p->acct.api_key, STR("key-made-up")), OK);
    p->st.mc.accounts = &p->acct;
    p->st.mc.accounts_n = 1;
    assert_ok(&p->f.ctx, courier_new(&p->f.ctx, p->st.eng, &p->c));
}

static void page_close(struct page *p)
{
    if (double_faults(p->d)[0] != '\0')
        fail_msg("%s", double_faults(p->d));
    assert_int_equal(double_left(p->d), 0);
    (void)story_store_replays(&p->f.ctx, &p->st);
    courier_free(p->c);
    double_free(p->d);
    secret_clear(&p->acct.api_key);
    p->st.mc.accounts_n = 0;
    story_store_close(&p->st);
    fixture_clear(&p->f);
}

static void append(struct page *p, const char *source, const struct fact *fct)
{
    assert_ok(&p->f.ctx, story_store_append(&p->f.ctx, &p->st, str_of(source), fct));
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static struct conversation writes(struct page *p, const char *id)
{
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER};
    struct conversation c;
    struct fact_place at;
    fct.u.message_in = (struct message_in_fact){.channel = p->channel, .message_id = str_of(id), .from = STR(PERSON_ID), .text = STR("where is it"),
                                                .verified = true, .at_us = clock_now_us(&p->f.clock)};
    append(p, "social", &fct);
    assert_ok(&p->f.ctx, conversation_find(&p->f.ctx, p->st.rd, p->st.merchant_id, STR("social"), p->channel, str_of(id), &c, &at));
    return c;
}

/* by: a person of the team; "": Wismo. */
static void answers(struct page *p, const struct conversation *c, const char *by, const char *choices)
{
    struct fact fct = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    fct.u.turn = (struct turn_fact){.conversation_no = c->no, .asked_pos = c->asked.pos, .asked_idx = c->asked.idx, .outcome = STR("answered"),
                                    .language = STR("en"), .reply = STR("Which one is it?"), .choices = str_of(choices), .speaks = true,
                                    .by = str_of(by), .at_us = clock_now_us(&p->f.clock)};
    append(p, "wismo", &fct);
}

static size_t run(struct page *p)
{
    size_t n = 0;
    assert_ok(&p->f.ctx, courier_run(&p->f.ctx, p->c, 20, &n));
    return n;
}

static void wait(struct page *p, int64_t us)
{
    clock_advance(&p->f.clock, us);
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static void answered(struct page *p)
{
    struct conversation c = writes(p, "m_one");
    const struct double_step fast = {.method = "POST", .path = PATH, .status = 400, .body = "{\"error\":{\"message\":\"too many\",\"code\":613}}"};
    const struct double_step good = {
        .method = "POST", .path = PATH, .header = {{"Authorization", "Bearer key-made-up"}, {"Content-Type", "application/json"}},
        .body_has = "{\"recipient\":{\"id\":\"" PERSON_ID "\"},\"messaging_type\":\"RESPONSE\",\"message\":{\"text\":\"Which one is it?\\n1. #1020\\n2. #1021\","
                    "\"quick_replies\":[{\"content_type\":\"text\",\"title\":\"#1020\",\"payload\":\"order:1\"},"
                    "{\"content_type\":\"text\",\"title\":\"#1021\",\"payload\":\"order:2\"}]}}",
        .body = "{\"recipient_id\":\"" PERSON_ID "\",\"message_id\":\"m_ours\"}"};
    double_add(p->d, &fast);
    double_add(p->d, &good);
    answers(p, &c, "", "order:1\t#1020\norder:2\t#1021");
    assert_int_equal(run(p), 1);
    wait(p, 10 * US_PER_MIN);
    assert_int_equal(run(p), 1);
    assert_int_equal(run(p), 0);
}

/* The answer was cut, the echo comes: it is not sent twice. */
static void proved_by_its_echo(struct page *p)
{
    struct conversation c = writes(p, "m_two");
    struct outbox_row *rows = NULL;
    size_t n = 0;
    const struct double_step cut = {.method = "POST", .path = PATH, .cut = CUT_BEFORE};
    double_add(p->d, &cut);
    answers(p, &c, "", "");
    assert_int_equal(run(p), 1);
    assert_ok(&p->f.ctx, outbox_list(&p->f.ctx, p->st.rd->state, p->st.merchant_id, OUTBOX_LIST_STATE, OUTBOX_OPEN, STR(""), 10, &rows, &n));
    assert_int_equal(n, 1);
    struct fact fct = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    fct.u.receipt = (struct receipt_fact){.message_key = rows[n - 1].key, .status = RECEIPT_ACCEPTED, .detail = STR("echo"), .at_us = clock_now_us(&p->f.clock)};
    append(p, "social", &fct);
    wait(p, US_PER_H);
    assert_int_equal(run(p), 0);
}

static void the_window(struct page *p)
{
    struct conversation c = writes(p, "m_three");
    wait(p, 25 * US_PER_H);
    answers(p, &c, "", ""); /* too late for a machine */
    assert_int_equal(run(p), 0);
    const struct double_step tagged = {.method = "POST", .path = PATH, .body_has = "{\"messaging_type\":\"MESSAGE_TAG\",\"tag\":\"HUMAN_AGENT\"}",
                                       .body = "{\"message_id\":\"m_late\"}"};
    double_add(p->d, &tagged);
    answers(p, &c, "bea", "");
    assert_int_equal(run(p), 1);
}

static void both(void **state)
{
    static const struct {
        const char *vendor;
        enum channel_kind channel;
    } VENDORS[] = {{"messenger", CHANNEL_MESSENGER}, {"instagram", CHANNEL_INSTAGRAM}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct page p;
        page_open(&p, VENDORS[i].vendor, VENDORS[i].channel);
        answered(&p);
        proved_by_its_echo(&p);
        the_window(&p);
        page_close(&p);
    }
}

/* The same digits by a text message are Anna; by Messenger they are nobody that we know. */
static void an_id_is_no_telephone(void **state)
{
    struct page p;
    struct conversation social, sms;
    struct fact_place at;
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER};
    (void)state;
    page_open(&p, "messenger", CHANNEL_MESSENGER);
    social = writes(&p, "m_one");
    fct.u.message_in = (struct message_in_fact){.channel = CHANNEL_SMS, .message_id = STR("s1"), .from = STR("+13125550100"), .text = STR("hi"), .verified = true};
    append(&p, "social", &fct);
    assert_ok(&p.f.ctx, conversation_find(&p.f.ctx, p.st.rd, p.st.merchant_id, STR("social"), CHANNEL_SMS, STR("s1"), &sms, &at));
    assert_false(str_eq(social.customer, sms.customer));
    assert_int_not_equal(social.no, sms.no);
    page_close(&p);
}

/* Chatwoot: answered in the conversation that it came from; one that may have been sent is looked for. */
static void chatwoot(void **state)
{
    static const struct setting SET[] = {{{"account_id", 10}, {"1", 1}}, {{"talk", 4}, {"true", 4}}};
    static const char PLACE[] = "/api/v1/accounts/1/conversations/2/messages";
    struct page p;
    struct conversation c;
    struct fact_place at;
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER};
    (void)state;
    page_open(&p, "chatwoot", CHANNEL_CHAT);
    p.acct.settings = SET;
    p.acct.settings_n = 2;
    fct.u.message_in = (struct message_in_fact){.channel = CHANNEL_CHAT, .message_id = STR("1"), .thread_id = STR("2"), .from = STR("ana@example.net"),
                                                .text = STR("hello"), .at_us = clock_now_us(&p.f.clock)};
    append(&p, "chatwoot", &fct);
    assert_ok(&p.f.ctx, conversation_find(&p.f.ctx, p.st.rd, p.st.merchant_id, STR("chatwoot"), CHANNEL_CHAT, STR("1"), &c, &at));
    const struct double_step cut = {.method = "POST", .path = PLACE, .header = {{"api_access_token", "key-made-up"}}, .cut = CUT_BEFORE,
                                    .body_is = "{\"content\":\"Which one is it?\\n1. #1020\\n2. #1021\",\"message_type\":\"outgoing\",\"private\":false}"};
    const struct double_step none = {.method = "GET", .path = PLACE, .body = "{\"payload\":[{\"id\":1,\"content\":\"hello\",\"message_type\":0,\"created_at\":1795000000}]}"};
    const struct double_step good = {.method = "POST", .path = PLACE, .body = "{\"id\":9,\"content\":\"Which one is it?\"}"};
    double_add(p.d, &cut);
    double_add(p.d, &none);
    double_add(p.d, &good);
    answers(&p, &c, "", "order:1\t#1020\norder:2\t#1021");
    assert_int_equal(run(&p), 1);
    wait(&p, 20 * US_PER_MIN);
    assert_int_equal(run(&p), 1);
    assert_int_equal(run(&p), 0);

    fct.u.message_in.message_id = STR("3"); /* the same by the merchant's own door: nobody is called */
    append(&p, "messages", &fct);
    assert_ok(&p.f.ctx, conversation_find(&p.f.ctx, p.st.rd, p.st.merchant_id, STR("messages"), CHANNEL_CHAT, STR("3"), &c, &at));
    answers(&p, &c, "", "");
    assert_int_equal(run(&p), 1);
    page_close(&p);
}

/* Who is heard in Chatwoot, and by whose word. */
static void who_is_heard(void **state)
{
    static const struct setting SET[] = {{{"talk", 4}, {"true", 4}}};
#define EVENT(type, sender, conversation)                                                                                                            \
    "{\"event\":\"message_created\",\"id\":5,\"content\":\"hi\",\"message_type\":\"" type "\",\"private\":false,\"sender\":{" sender "},\"conversation\":{\"id\":2" conversation "}}"
#define ANA "\"id\":31,\"email\":\"ana@example.net\",\"type\":\"contact\""
    static const struct {
        const char *name, *body;
        size_t settings;
        const char *from; /* NULL: nobody is heard */
        bool verified;
    } CASES[] = {
        {"a customer", EVENT("incoming", ANA, ""), 1, "ana@example.net", false},
        {"whom the widget's check knows", EVENT("incoming", ANA, ",\"contact_inbox\":{\"hmac_verified\":true}"), 1, "ana@example.net", true},
        {"without an address", EVENT("incoming", "\"id\":31", ",\"meta\":{\"assignee\":null}"), 1, "contact-31", false},
        {"not asked for", EVENT("incoming", ANA, ""), 0, NULL, false},
        {"what we said ourselves", EVENT("outgoing", "\"id\":1,\"type\":\"agent_bot\"", ""), 1, NULL, false},
        {"a person has it", EVENT("incoming", ANA, ",\"meta\":{\"assignee\":{\"id\":7}}"), 1, NULL, false},
        {"a ticket of ours", EVENT("incoming", ANA, ",\"custom_attributes\":{\"wismo_key\":\"0af1\"}"), 1, NULL, false},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct account acct = {.id = STR("chatwoot"), .conn = connector_find(STR("chatwoot")), .settings = SET, .settings_n = CASES[i].settings};
        const struct http_msg msg = {.method = STR("POST"), .body = str_of(CASES[i].body), .received_us = TEST_NOW_US};
        struct decoded d = {0};
        assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &d));
        if (d.n != (CASES[i].from == NULL ? 0 : 1))
            fail_msg("%s: %zu facts", CASES[i].name, d.n);
        if (d.n == 1 && (!str_eq(d.facts[0].u.message_in.from, str_of(CASES[i].from)) || d.facts[0].u.message_in.verified != CASES[i].verified))
            fail_msg("%s: from %.*s", CASES[i].name, STR_ARG(d.facts[0].u.message_in.from));
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both), cmocka_unit_test(an_id_is_no_telephone), cmocka_unit_test(chatwoot), cmocka_unit_test(who_is_heard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
