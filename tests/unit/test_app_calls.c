/* Telephone calls through the HTTP server, with a double that plays Twilio. CTest label: flows */
#include "lib/phone_double.h"
#include "lib/story_store.h"

#include "base/data.h"
#include "flows/call.h"
#include "flows/conversation.h"
#include "flows/message_list.h"
#include "flows/reader.h"
#include "flows/say.h"
#include "flows/story.h"
#include "flows/talker.h"
#include "mind/policy.h"
#include "server/app.h"
#include "storage/actions.h"

#define CALLS "/calls/twilio/demo"
#define ANNA "+13125550100"

struct world {
    struct fixture f;
    struct story_store st;
    struct account acct;
    struct setting settings[4];
    struct talker *talker;
    struct app *app;
    struct phone p;
};

/* Threads read the configuration: it is whole before they start. */
struct shop {
    size_t settings_n;
    const char *language, *tickets_to;
    bool calls, decides, silent; /* tells by telephone; has the default policy; nobody answers by itself */
};

static struct merchant_config config_of(struct world *w, const struct shop *shop)
{
    struct merchant_config mc = story_store_merchant(&w->acct, 1);
    struct message_policy *mp = &mc.messages.policy;
    struct findings fs = {0};
    struct policy pol;
    mc.promises.home_zone = STR("America/New_York");
    mc.talk = (struct talk_config){.enabled = !shop->silent, .person_hours = 24};
    mp->store = STR("Northwind");
    mp->language = str_of(shop->language == NULL ? "en" : shop->language);
    mc.messages.tickets_to = shop->tickets_to == NULL ? STR_NULL : str_of(shop->tickets_to);
    if (shop->calls) {
        mp->enabled = true;
        mp->channels[0] = CHANNEL_VOICE;
        mp->channels[1] = CHANNEL_EMAIL;
        mp->channels_n = 2;
    }
    if (shop->decides) {
        mc.policy_text = data_file("policy/default.yaml");
        assert_ok(&w->f.ctx, policy_parse(&w->f.ctx, mc.policy_text, &pol, &fs));
        mc.policy_version = pol.version;
    }
    return mc;
}

static void world_open(struct world *w, struct shop shop)
{
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    clock_set(&w->f.clock, TEST_NOW_US);
    w->settings[0] = (struct setting){STR("dial"), STR("+13125550111")};
    w->settings[1] = (struct setting){STR("dial_hours"), STR("09:00-17:00")};
    w->acct = (struct account){.merchant = STR("demo"), .id = STR("twilio"), .conn = connector_find(STR("twilio")), .public_url = STR(PHONE_PUBLIC),
                               .settings = w->settings, .settings_n = shop.settings_n};
    assert_int_equal(secret_set(&w->acct.webhook_secrets[0], STR(PHONE_TOKEN)), OK);
    struct merchant_config mc = config_of(w, &shop);
    story_store_open_live(&w->f.ctx, &w->f.clock, &mc, &w->st);
    const struct talker_options to = {.eng = w->st.eng};
    assert_ok(&w->f.ctx, talker_new(&w->f.ctx, &to, &w->talker));
    assert_ok(&w->f.ctx, talker_start(&w->f.ctx, w->talker));
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    phone_init(&w->p, &w->f, app_port(w->app), "CA00000000000000000000000000000001", ANNA);
}

static void world_close(struct world *w)
{
    phone_clear(&w->p);
    app_stop(w->app, 2000);
    talker_free(w->talker);
    (void)story_store_replays(&w->f.ctx, &w->st);
    story_store_close(&w->st);
    secret_clear(&w->acct.webhook_secrets[0]);
    fixture_clear(&w->f);
}

static void order(struct world *w, const char *id, const char *locale)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .ships = true};
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = clock_now_us(&w->f.clock)};
    fct.u.order = (struct order_fact){.order_id = str_of(id), .name = arena_fmt(w->f.arena, "#%s", id), .placed_us = fct.changed_us, .currency = STR("USD"),
                                      .email = STR("anna@example.com"), .phone = STR("(312) 555-0100"), .items = &ITEM, .items_n = 1,
                                      .financial = FIN_PAID, .locale = str_of(locale)};
    fct.u.order.ship_to = (struct address){.country = STR("US"), .region = STR("IL"), .postal_code = STR("60601")};
    assert_ok(&w->f.ctx, story_store_append(&w->f.ctx, &w->st, STR("shop"), &fct));
    assert_ok(&w->f.ctx, app_settle(&w->f.ctx, w->st.eng, 10000));
}

static struct conversation newest(struct world *w, size_t want)
{
    struct conversation *list = NULL;
    size_t n = 0;
    assert_ok(&w->f.ctx, conversations_read(&w->f.ctx, w->st.rd, w->st.merchant_id, CONVERSATION_LIST_ALL, 0, 100, &list, &n));
    assert_int_equal(n, want);
    return list[n - 1];
}

static struct str transcript(struct world *w, int64_t no)
{
    struct str text;
    assert_ok(&w->f.ctx, conversation_text(&w->f.ctx, w->st.rd, w->st.merchant_id, no, 50, &text));
    return text;
}

/* ---- calls in */

/* A number that the networks vouch for is as good as a mail that passed DMARC: nothing is asked that is known. */
static void a_vouched_number(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    w.p.stir = "TN-Validation-Passed-A";
    phone_begins(&w.p, CALLS);
    phone_heard(&w.p, "Hello, this is Northwind");
    assert_str(w.p.language, "en-US");
    w.p.stir = NULL; /* said once, it holds for the call */
    phone_says(&w.p, "where is my order");
    phone_heard(&w.p, "Your order 1 0 2 0 is being prepared");
    phone_heard(&w.p, "Is there anything else?");
    phone_again(&w.p); /* the answer was lost: the same one, and no second turn */
    phone_says(&w.p, "thank you");
    phone_heard(&w.p, "welcome");
    struct conversation c = newest(&w, 1);
    assert_int_equal(c.channel, CHANNEL_VOICE);
    struct conversation_line *lines = NULL;
    size_t n = 0;
    assert_ok(&w.f.ctx, conversation_lines_read(&w.f.ctx, w.st.rd, w.st.merchant_id, c.no, 50, &lines, &n));
    assert_int_equal(n, 4);
    world_close(&w);
}

/* Anybody can show another's number: it counts as a detail that was said, and the order's number has to come besides. */
static void a_number_that_nobody_vouches_for(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    w.p.stir = "TN-Validation-Passed-B";
    phone_begins(&w.p, CALLS);
    phone_says(&w.p, "where is my order");
    phone_heard(&w.p, "what is the order number?");
    phone_not_heard(&w.p, "prepared");
    assert_false(w.p.one_key);
    phone_presses(&w.p, "1020");
    phone_heard(&w.p, "Your order 1 0 2 0 is being prepared");
    /* a stranger's number, and an order that exists: nothing */
    struct phone other;
    phone_init(&other, &w.f, app_port(w.app), "CA00000000000000000000000000000002", "+442071838750");
    phone_begins(&other, CALLS);
    phone_presses(&other, "1020");
    phone_heard(&other, "what is the e-mail address or the postal code");
    phone_presses(&other, "60601");
    phone_heard(&other, "Your order 1 0 2 0 is being prepared");
    /* an order that does not exist is told of in the same words */
    struct phone third;
    phone_init(&third, &w.f, app_port(w.app), "CA00000000000000000000000000000003", "+442071838750");
    phone_begins(&third, CALLS);
    phone_presses(&third, "7777");
    phone_heard(&third, "what is the e-mail address or the postal code");
    phone_presses(&third, "60601");
    phone_heard(&third, "could not find");
    phone_clear(&third);
    phone_clear(&other);
    world_close(&w);
}

static void a_withheld_number(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    w.p.number = "anonymous";
    phone_begins(&w.p, CALLS);
    phone_says(&w.p, "where is my parcel");
    phone_heard(&w.p, "order number, and the e-mail address or the postal code");
    phone_presses(&w.p, "1020");
    phone_presses(&w.p, "60601");
    phone_heard(&w.p, "is being prepared");
    world_close(&w);
}

/* Nothing is heard three times: a person, with what was said before. */
static void nothing_is_heard(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    w.p.stir = "TN-Validation-Passed-A";
    phone_begins(&w.p, CALLS);
    phone_is_silent(&w.p);
    phone_heard(&w.p, "I did not hear anything");
    phone_is_silent(&w.p);
    phone_heard(&w.p, "I did not hear anything");
    phone_is_silent(&w.p);
    phone_heard(&w.p, "A person of our team takes it from here");
    phone_heard(&w.p, "They know what you told me");
    assert_true(str_empty(w.p.next));
    assert_int_equal(newest(&w, 1).person, CONVERSATION_WANTS_PERSON);
    world_close(&w);
}

/* What waits for a helpdesk, with its packet's words. */
static void a_ticket(struct world *w, int64_t conversation_no)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    assert_ok(&w->f.ctx, outbox_list(&w->f.ctx, w->st.rd->state, w->st.merchant_id, OUTBOX_LIST_TICKETS, clock_now_us(&w->f.clock), STR_NULL, 50, &rows, &n));
    assert_int_equal(n, 1);
    assert_str(rows[0].items, arena_fmt(w->f.arena, "%s%lld", CONVERSATION_TICKET, (long long)conversation_no).p);
}

/* A person in hours: connected; nobody picks up: told so. Out of hours: a ticket, at once, with the transcript. */
static void a_person(void **state)
{
    static const struct {
        int64_t shift_us;
        bool there;
    } CASES[] = {{4 * US_PER_H, true}, {-3 * US_PER_H, false}, {3 * US_PER_DAY + 4 * US_PER_H, false}}; /* 10:06, 03:06, Saturday 10:06 in New York */
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        world_open(&w, (struct shop){.settings_n = 2, .tickets_to = "desk@example.com", .decides = true});
        clock_set(&w.f.clock, TEST_NOW_US + CASES[i].shift_us);
        phone_begins(&w.p, CALLS);
        phone_says(&w.p, "my blue mug arrived in pieces, I want to talk to a human being");
        if (CASES[i].there) {
            phone_heard(&w.p, "connecting you");
            assert_str(w.p.dials, "+13125550111");
            phone_dialled(&w.p, "no-answer");
            phone_heard(&w.p, "Nobody of our team is free");
        } else {
            phone_heard(&w.p, "A person of our team takes it from here");
            phone_heard(&w.p, "Goodbye");
        }
        assert_true(str_empty(w.p.next));
        struct conversation c = newest(&w, 1);
        assert_int_equal(c.person, CONVERSATION_WANTS_PERSON);
        assert_true(str_contains(transcript(&w, c.no), STR("Customer: my blue mug arrived in pieces")));
        a_ticket(&w, c.no);
        world_close(&w);
    }
}

/* The call is over when a person of the team answers: by text message. */
static void a_person_writes_later(void **state)
{
    struct outbox_row *rows = NULL;
    size_t n = 0, texts = 0;
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    phone_begins(&w.p, CALLS);
    phone_says(&w.p, "I want to talk to a human being");
    struct conversation c = newest(&w, 1);
    assert_ok(&w.f.ctx, say_as_person(&w.f.ctx, w.st.eng, w.st.rd, w.st.merchant_id, c.no, STR("Hello, this is Ann."), STR("ann")));
    assert_ok(&w.f.ctx, outbox_list(&w.f.ctx, w.st.rd->state, w.st.merchant_id, OUTBOX_LIST_DUE, clock_now_us(&w.f.clock), STR_NULL, 50, &rows, &n));
    for (size_t i = 0; i < n; i++)
        texts += rows[i].channel == CHANNEL_SMS;
    assert_int_equal(texts, 1);
    world_close(&w);
}

/* Nobody answers by itself: what is said is kept for people, and the caller hears so at once. */
static void without_conversations(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.silent = true});
    phone_begins(&w.p, CALLS);
    phone_says(&w.p, "where is my order");
    phone_heard(&w.p, "All is written down, and somebody gets back to you.");
    assert_true(str_empty(w.p.next) && w.p.redirects == 0);
    assert_true(str_contains(transcript(&w, newest(&w, 1).no), STR("Customer: where is my order")));
    world_close(&w);
}

/* Zero is a person at any time; the star says it again. */
static void keys_that_always_hold(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    order(&w, "1021", "en");
    w.p.stir = "TN-Validation-Passed-A";
    phone_begins(&w.p, CALLS);
    phone_presses(&w.p, "*");
    phone_heard(&w.p, "Hello, this is Northwind");
    phone_says(&w.p, "where is my order");
    phone_heard(&w.p, "Which one do you mean?");
    phone_heard(&w.p, "Press 1: 1 0 2 1, placed Wednesday");
    assert_true(w.p.one_key);
    phone_presses(&w.p, "*");
    phone_heard(&w.p, "Press 2: 1 0 2 0");
    phone_presses(&w.p, "2");
    phone_heard(&w.p, "Your order 1 0 2 0 is being prepared");
    phone_presses(&w.p, "0");
    phone_heard(&w.p, "A person of our team");
    world_close(&w);
}

static void in_german(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.language = "de"});
    order(&w, "1020", "de");
    w.p.stir = "TN-Validation-Passed-A";
    phone_begins(&w.p, CALLS);
    assert_str(w.p.language, "de-DE");
    phone_heard(&w.p, "Guten Tag, hier ist Northwind");
    phone_says(&w.p, "wo ist meine Bestellung");
    phone_heard(&w.p, "1 0 2 0");
    assert_str(w.p.language, "de-DE");
    phone_says(&w.p, "ich möchte mit einem Menschen sprechen");
    phone_heard(&w.p, "was Sie mir gesagt haben");
    world_close(&w);
}

/* What was begun by mail goes on by telephone: one conversation, one order, nothing asked twice (R48). */
static void from_mail_to_telephone(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    order(&w, "1020", "en");
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER};
    fct.u.message_in = (struct message_in_fact){.channel = CHANNEL_EMAIL, .message_id = STR("m1"), .from = STR("anna@example.com"), .verified = true,
                                                .text = STR("Please cancel my order"), .thread_id = STR("m1"), .at_us = clock_now_us(&w.f.clock)};
    assert_ok(&w.f.ctx, story_store_append(&w.f.ctx, &w.st, STR("mail"), &fct));
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    w.p.stir = "TN-Validation-Passed-A";
    phone_begins(&w.p, CALLS);
    phone_says(&w.p, "hello I wrote you a mail, where is it now");
    struct conversation c = newest(&w, 1);
    assert_int_equal(c.channel, CHANNEL_VOICE);
    world_close(&w);
}

/* What is not signed, of another account, or out of shape. */
static void what_is_refused(void **state)
{
    static const char *const GOOD[][2] = {{"CallSid", "CA00000000000000000000000000000009"}, {"From", ANNA}, {"Direction", "inbound"}, {"SpeechResult", "hi"}};
    static const char *const NO_CALL[][2] = {{"From", ANNA}};
    struct world w;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    assert_int_equal(phone_post(&w.p, CALLS, GOOD, 4, "another"), 401);
    assert_int_equal(phone_post(&w.p, CALLS "?s=1", GOOD, 4, "another"), 401);
    assert_int_equal(phone_post(&w.p, CALLS, NO_CALL, 1, PHONE_TOKEN), 400);
    assert_int_equal(phone_post(&w.p, "/calls/shopify/demo", GOOD, 4, PHONE_TOKEN), 404);
    assert_int_equal(phone_post(&w.p, CALLS "?s=1&l=%3Cx&t=99999&c=..~~..&k=zz", GOOD, 4, PHONE_TOKEN), 200);
    world_close(&w);
}

/* The dialogue does not come in time: the caller is asked for a moment, and told when it never comes. */
static void no_turn_comes(void **state)
{
    struct world w;
    struct call_say say;
    (void)state;
    world_open(&w, (struct shop){.settings_n = 0});
    talker_free(w.talker);
    w.talker = NULL;
    struct call_desk desk = {.eng = w.st.eng, .rd = w.st.rd, .merchant_id = w.st.merchant_id, .acct = &w.acct, .wait_ms = 1};
    struct call_step st = {.event = CALL_HEARD, .at = {.step = 1, .lang = STR("en")}, .message_id = STR("CA1-1")};
    assert_ok(&w.f.ctx, call_answer(&w.f.ctx, &desk, &st, &say));
    assert_int_equal(say.next, CALL_WAIT);
    assert_str(say.text, "One moment, please.");
    for (int i = 0; i < 20 && say.next == CALL_WAIT; i++) {
        st.event = CALL_WAITS;
        st.at = say.at;
        assert_ok(&w.f.ctx, call_answer(&w.f.ctx, &desk, &st, &say));
    }
    assert_int_equal(say.next, CALL_END);
    assert_true(str_contains(say.text, STR("call again")));
    world_close(&w);
}

/* ---- calls out */

static enum err take_time(void *user, struct ctx *ctx, int64_t now_us)
{
    struct world *w = user;
    enum err e = app_settle(ctx, w->st.eng, 10000);
    clock_set(&w->f.clock, now_us);
    return e;
}

static enum err take_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    return story_store_append(ctx, &((struct world *)user)->st, source, fct);
}

/* A store that tells failed deliveries by telephone, and a delivery that failed at one in the afternoon in Chicago. */
static void failed_delivery(struct world *w, const char *locale)
{
    const struct story_reader reader = {w, take_time, take_fact, NULL};
    world_open(w, (struct shop){.calls = true, .decides = true});
    struct str story = arena_fmt(w->f.arena, "start 2026-11-16T15:00:00Z\n"
                                 "order #1020 name=\"Anna Exemple\" email=anna@example.com phone=" ANNA " locale=%s city=Chicago region=IL zip=60601 country=US "
                                 "items=\"MUG*1:1450:Blue mug\"\nfulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062\nat d2T19:00\n"
                                 "scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable\nat d2T19:05\n", locale);
    assert_ok(&w->f.ctx, story_read(&w->f.ctx, story, TEST_NOW_US, &reader));
    assert_ok(&w->f.ctx, app_settle(&w->f.ctx, w->st.eng, 10000));
    w->p.ours = true;
}

static struct case_message told(struct world *w, enum message_kind kind)
{
    struct case_message *list = NULL;
    size_t n = 0;
    assert_ok(&w->f.ctx, case_messages(&w->f.ctx, w->st.rd, w->st.merchant_id, 1, &list, &n));
    for (size_t i = n; i > 0; i--)
        if (list[i - 1].t.kind == kind)
            return list[i - 1];
    fail_msg("%s: not told", message_kind_word(kind));
    return (struct case_message){.attempts = 0};
}

static const char *call_url(struct world *w)
{
    struct case_message m = told(w, MESSAGE_ATTEMPT_FAILED);
    assert_int_equal(m.t.channel, CHANNEL_VOICE);
    return arena_fmt(w->f.arena, CALLS "?k=%.*s", STR_ARG(m.t.key)).p;
}

/* Says what happened, takes a day by keys; the request goes through the policy like any other (R113, R166). */
static void a_day_by_keys(void **state)
{
    struct world w;
    struct action_list acts = {.n = 0};
    (void)state;
    failed_delivery(&w, "en");
    w.p.answered_by = "human";
    phone_begins(&w.p, call_url(&w));
    phone_heard(&w.p, "Hello, this is Northwind, about your order 1 0 2 0. The carrier tried to deliver it and could not");
    phone_heard(&w.p, "Press 1: The address is right, please deliver again. Press 2: Choose another day.");
    phone_heard(&w.p, "Press 5: Talk to a person.");
    phone_is_silent(&w.p); /* told once more */
    phone_heard(&w.p, "about your order 1 0 2 0");
    phone_presses(&w.p, "2");
    phone_heard(&w.p, "On which day is somebody there? Press 1: Thursday, November 19. Press 2: Friday, November 20. Press 3: Monday, November 23.");
    phone_presses(&w.p, "2");
    phone_heard(&w.p, "I have asked for another delivery attempt");
    phone_again(&w.p); /* twice, and one request */
    assert_true(told(&w, MESSAGE_ATTEMPT_FAILED).t.opened);
    assert_ok(&w.f.ctx, action_list_order(&w.f.ctx, w.st.rd->state, w.st.merchant_id, 1, &acts));
    assert_int_equal(acts.n, 1);
    assert_int_equal(acts.v[0].row.cap, CAP_REATTEMPT);
    struct conversation c = newest(&w, 1);
    assert_int_equal(c.order_no, 1);
    world_close(&w);
}

static void other_keys(void **state)
{
    static const struct {
        const char *locale, *key, *heard;
    } CASES[] = {{"en", "1", "I have asked for another delivery attempt"}, {"en", "3", "Please say street and number"}, {"en", "0", "A person of our team"},
                 {"en", "5", "A person of our team"}, {"de", "5", "was Sie mir gesagt haben"}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct world w;
        failed_delivery(&w, CASES[i].locale);
        phone_begins(&w.p, call_url(&w));
        phone_presses(&w.p, CASES[i].key);
        phone_heard(&w.p, CASES[i].heard);
        world_close(&w);
    }
}

static void by_speech(void **state)
{
    struct world w;
    (void)state;
    failed_delivery(&w, "en");
    phone_begins(&w.p, call_url(&w));
    phone_says(&w.p, "where is it now"); /* what it is about is known */
    phone_heard(&w.p, "The carrier tried to deliver your order 1 0 2 0");
    world_close(&w);
}

/* No more calls: said by a key, held at once; the next message goes another way. */
static void no_more_calls(void **state)
{
    const struct story_reader reader = {NULL, take_time, take_fact, NULL};
    struct world w;
    struct story_reader rd = reader;
    (void)state;
    failed_delivery(&w, "en");
    phone_begins(&w.p, call_url(&w));
    phone_heard(&w.p, "For no more such calls, press nine.");
    phone_presses(&w.p, "9");
    phone_heard(&w.p, "You get no more calls like this.");
    assert_true(str_empty(w.p.next));
    rd.user = &w;
    assert_ok(&w.f.ctx, story_read(&w.f.ctx, STR("start 2026-11-19T18:00:00Z\nscan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US\nat +1h\n"), TEST_NOW_US, &rd));
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    assert_int_equal(told(&w, MESSAGE_DELIVERED).t.channel, CHANNEL_EMAIL);
    world_close(&w);
}

/* A machine hears nothing of the order; the next channel is tried. */
static void a_machine(void **state)
{
    struct world w;
    (void)state;
    failed_delivery(&w, "en");
    w.p.answered_by = "machine_start";
    phone_begins(&w.p, call_url(&w));
    assert_true(str_empty(w.p.said) && str_empty(w.p.next));
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    assert_int_equal(told(&w, MESSAGE_ATTEMPT_FAILED).t.channel, CHANNEL_EMAIL);
    world_close(&w);
}

static void nobody_answers_the_call(void **state)
{
    struct world w;
    (void)state;
    failed_delivery(&w, "en");
    phone_begins(&w.p, call_url(&w));
    phone_is_silent(&w.p);
    phone_is_silent(&w.p);
    phone_heard(&w.p, "Goodbye.");
    assert_true(str_empty(w.p.next));
    /* a call for a message that does not exist says nothing */
    phone_begins(&w.p, CALLS "?k=00000000000000000000000000000000");
    assert_true(str_empty(w.p.said) && str_empty(w.p.next));
    world_close(&w);
}

static void hours(void **state)
{
    static const struct {
        const char *text;
        int from, until;
    } CASES[] = {{"09:00-17:00", 540, 1020}, {"00:00-24:00", 0, 1440}, {"17:00-09:00", -1, 0}, {"9-17", -1, 0}, {"09:00 17:00", -1, 0}, {"09:60-17:00", -1, 0}, {"25:00-26:00", -1, 0}, {"", -1, 0}};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        int from = -1, until = 0;
        enum err e = call_hours_parse(&f.ctx, str_of(CASES[i].text), &from, &until);
        assert_int_equal(e, CASES[i].from < 0 ? ERR_PARSE : OK);
        assert_int_equal(from, CASES[i].from);
        assert_int_equal(until, CASES[i].until);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vouched_number), cmocka_unit_test(a_number_that_nobody_vouches_for), cmocka_unit_test(a_withheld_number),
        cmocka_unit_test(nothing_is_heard), cmocka_unit_test(a_person),                         cmocka_unit_test(keys_that_always_hold),
        cmocka_unit_test(in_german),        cmocka_unit_test(from_mail_to_telephone),           cmocka_unit_test(what_is_refused),
        cmocka_unit_test(no_turn_comes),    cmocka_unit_test(hours),            cmocka_unit_test(a_day_by_keys),                     cmocka_unit_test(other_keys),
        cmocka_unit_test(by_speech),        cmocka_unit_test(no_more_calls),                     cmocka_unit_test(a_machine),
        cmocka_unit_test(nobody_answers_the_call), cmocka_unit_test(a_person_writes_later),      cmocka_unit_test(without_conversations),
    };
    return cmocka_run_group_tests_name("app_calls", tests, NULL, NULL);
}
