/* The way out of a channel: the link of a mail, by page and by one click; STOP by a contact, also one that has no order yet. */
#include "lib/story_store.h"

#include "base/http_client.h"
#include "flows/courier.h"
#include "flows/message_list.h"
#include "flows/way_out.h"
#include "mind/message_text.h"
#include "server/app.h"

#include <stdio.h>

#define LINK "https://shop.example/unsubscribe/demo/"

struct shop {
    struct fixture f;
    struct story_store st;
};

static void shop_open(struct shop *p, enum channel_kind channel)
{
    struct message_policy mp;
    fixture_init(&p->f);
    message_policy_default(&mp);
    mp.enabled = true;
    mp.store = STR("Northwind");
    mp.channels[0] = channel;
    clock_set(&p->f.clock, TEST_NOW_US);
    story_store_open_messages(&p->f.ctx, &p->f.clock, &mp, &p->st);
    p->st.mc.messages.from = STR("orders@example.com");
    p->st.mc.messages.folder = arena_fmt(p->f.arena, "%s/out", p->st.dir);
    p->st.cfg.public_url = STR("https://shop.example");
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static void shop_close(struct shop *p)
{
    (void)story_store_replays(&p->f.ctx, &p->st);
    story_store_close(&p->st);
    fixture_clear(&p->f);
}

static void order_in(struct shop *p, const char *id, const char *email, const char *phone, const char *locale)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .ships = true};
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = clock_now_us(&p->f.clock)};
    fct.u.order = (struct order_fact){.order_id = str_of(id), .name = arena_fmt(p->f.arena, "#%s", id), .placed_us = fct.changed_us,
                                      .currency = STR("USD"), .email = str_of(email), .phone = str_of(phone), .items = &ITEM, .items_n = 1,
                                      .financial = FIN_PAID, .locale = str_of(locale)};
    fct.u.order.ship_to = (struct address){.country = STR("US"), .region = STR("IL"), .postal_code = STR("60601")};
    assert_ok(&p->f.ctx, story_store_append(&p->f.ctx, &p->st, STR("shop"), &fct));
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static void order(struct shop *p, const char *id, const char *email, const char *phone)
{
    order_in(p, id, email, phone, "en");
}

static struct told_entry first_told(struct shop *p, const char *id)
{
    struct case_message *list = NULL;
    int64_t found[CASE_FIND_MAX];
    size_t orders = 0, n = 0;
    assert_ok(&p->f.ctx, case_find(&p->f.ctx, p->st.rd, p->st.merchant_id, str_of(id), found, &orders));
    assert_int_equal(orders, 1);
    assert_ok(&p->f.ctx, case_messages(&p->f.ctx, p->st.rd, p->st.merchant_id, found[0], &list, &n));
    assert_true(n > 0);
    return list[0].t;
}

static void send_all(struct shop *p)
{
    struct courier *c = NULL;
    size_t n = 0;
    assert_ok(&p->f.ctx, courier_new(&p->f.ctx, p->st.eng, &c));
    assert_ok(&p->f.ctx, courier_run(&p->f.ctx, c, 10, &n));
    courier_free(c);
}

/* The link as it stands in the mail's header. */
static struct str link_in_mail(struct shop *p, struct str key)
{
    char path[256];
    snprintf(path, sizeof(path), "%.*s/%.*s.eml", STR_ARG(p->st.mc.messages.folder), STR_ARG(key));
    struct str mail = test_read_file(p->f.arena, path), line;
    bool one_click = str_contains(mail, STR("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    assert_true(one_click);
    while (str_split(&mail, '\n', &line))
        if (str_starts(line, STR("List-Unsubscribe: <" LINK)))
            return str_sub(line, sizeof("List-Unsubscribe: <") - 1, line.n - sizeof("List-Unsubscribe: <") - 1);
    fail_msg("no link in %s", path);
    return STR_NULL;
}

static int call(struct shop *p, struct app *app, const char *method, struct str path, const char *body, const char *has)
{
    struct http_client *c = http_client_new();
    struct http_msg msg = {0};
    struct http_request req = {.method = str_of(method), .body = str_of(body), .timeout_ms = 10000};
    req.url = arena_fmt(p->f.arena, "http://127.0.0.1:%d%.*s", app_port(app), STR_ARG(path));
    assert_non_null(c);
    assert_ok(&p->f.ctx, http_client_do(c, &p->f.ctx, &req, &msg));
    http_client_free(c);
    if (has != NULL && !str_contains(msg.body, str_of(has)))
        fail_msg("\"%s\" is not in %.*s", has, STR_ARG(msg.body));
    return msg.status;
}

static void by_the_link(void **state)
{
    struct shop p;
    struct app *app = NULL;
    (void)state;
    shop_open(&p, CHANNEL_EMAIL);
    order(&p, "1020", "anna@example.com", NULL);
    send_all(&p);
    assert_int_equal(first_told(&p, "1020").state, TOLD_SENT);
    struct str link = link_in_mail(&p, first_told(&p, "1020").key);
    struct str path = str_sub(link, sizeof("https://shop.example") - 1, link.n);
    struct app_options ao = {.config = &p.st.cfg, .eng = p.st.eng, .clock = &p.f.clock};
    assert_ok(&p.f.ctx, app_start(&p.f.ctx, &ao, &app));
    /* a scanner that opens every link takes nobody off */
    assert_int_equal(call(&p, app, "GET", path, NULL, "<form method=\"post\">"), 200);
    order(&p, "1021", "anna@example.com", NULL);
    assert_int_equal(first_told(&p, "1021").state, TOLD_PLANNED);
    char *wrong = arena_alloc(p.f.arena, path.n);
    for (size_t i = sizeof("/unsubscribe/demo/") - 1; i + 1 < path.n; i += 7) { /* the last letter has bits that nobody reads */
        memcpy(wrong, path.p, path.n);
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        assert_int_equal(call(&p, app, "POST", (struct str){wrong, path.n}, "List-Unsubscribe=One-Click", NULL), 404);
    }
    assert_int_equal(call(&p, app, "POST", STR("/unsubscribe/demo/AAAA"), "", NULL), 404);
    assert_int_equal(call(&p, app, "POST", path, "List-Unsubscribe=One-Click", "You get no more messages"), 200);
    assert_int_equal(call(&p, app, "POST", path, "List-Unsubscribe=One-Click", "You get no more messages"), 200);
    app_stop(app, 2000);
    /* it holds for what the customer orders later, and for nobody else */
    order(&p, "1022", "Anna@Example.com", NULL);
    struct told_entry t = first_told(&p, "1022");
    assert_int_equal(t.state, TOLD_QUIET);
    assert_true(str_eq(t.why, STR("no_channel")));
    order(&p, "1023", "ben@example.com", NULL);
    assert_int_equal(first_told(&p, "1023").state, TOLD_PLANNED);
    shop_close(&p);
}

/* The page speaks the message's language, and in its direction. */
static void in_arabic(void **state)
{
    struct shop p;
    struct app *app = NULL;
    (void)state;
    shop_open(&p, CHANNEL_EMAIL);
    order_in(&p, "1020", "amal@example.com", NULL, "ar-EG");
    send_all(&p);
    struct str link = link_in_mail(&p, first_told(&p, "1020").key);
    struct str path = str_sub(link, sizeof("https://shop.example") - 1, link.n);
    struct app_options ao = {.config = &p.st.cfg, .eng = p.st.eng, .clock = &p.f.clock};
    assert_ok(&p.f.ctx, app_start(&p.f.ctx, &ao, &app));
    assert_int_equal(call(&p, app, "GET", path, NULL, "<html lang=\"ar\" dir=\"rtl\">"), 200);
    assert_int_equal(call(&p, app, "POST", path, "", arena_fmt(p.f.arena, "%.*s", STR_ARG(message_words(STR("ar"), STR("way_out.done")))).p), 200);
    app_stop(app, 2000);
    shop_close(&p);
}

static void say(struct shop *p, const char *contact, const char *channel, bool withdrawn)
{
    struct fact fct = {.kind = FACT_CONSENT, .role = ROLE_CUSTOMER};
    clock_advance(&p->f.clock, US_PER_MIN);
    fct.u.consent = (struct consent_fact){.contact = str_of(contact), .channel = str_of(channel), .withdrawn = withdrawn,
                                          .at_us = clock_now_us(&p->f.clock)};
    assert_ok(&p->f.ctx, story_store_append(&p->f.ctx, &p->st, STR("sms"), &fct));
    assert_ok(&p->f.ctx, story_store_settle(&p->f.ctx, &p->st));
}

static void by_contact(void **state)
{
    struct shop p;
    (void)state;
    shop_open(&p, CHANNEL_SMS);
    order(&p, "1020", "anna@example.com", "+1 312 555 0100");
    assert_int_equal(first_told(&p, "1020").state, TOLD_PLANNED);
    say(&p, "+13125550100", "sms", true);
    assert_int_equal(first_told(&p, "1020").state, TOLD_WITHDRAWN);
    order(&p, "1021", "anna@example.com", "+1 312 555 0100");
    assert_int_equal(first_told(&p, "1021").state, TOLD_QUIET);
    say(&p, "+13125550100", "sms", false);
    order(&p, "1022", "anna@example.com", "+1 312 555 0100");
    assert_int_equal(first_told(&p, "1022").state, TOLD_PLANNED);
    /* a number that has no order yet */
    say(&p, "+13125550199", "sms", true);
    order(&p, "1023", "carl@example.com", "(312) 555-0199");
    assert_int_equal(first_told(&p, "1023").state, TOLD_QUIET);
    say(&p, "?", "sms", true);
    shop_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_the_link), cmocka_unit_test(in_arabic), cmocka_unit_test(by_contact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
