/* Mail services' webhooks: who may post, what a mailbox's connector believes, and free text where a customer has just written. */
#include "lib/connector_case.h"

#include "base/crypto.h"
#include "connectors/lib/message_in.h"


static const char KEY[] = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEw/J3CgNiXl3KQ/dy8D9uUu3R//Xzv84anEiTZRIu5x/1DVRYS5ck29In4EObJktx3ZJs0Ex7moOBTIYCZHbLhw==";
static const char SIG[] = "MEUCIQD55FvItgpBpJV4EWw6FSvLfc3p3+vb6d1TWBMILekJEwIgN8jnabtU/EjVpeeAeM0Pfv7aYk2SWZbIPYh6DsrH/jU=";

static enum err verify(struct fixture *f, const struct account *acct, const char *const headers[][2], const char *body, int64_t at_us)
{
    struct http_header room[CASE_HEADERS_MAX];
    struct http_msg msg = test_hook(room, headers, body);
    msg.received_us = at_us;
    return acct->conn->hook->verify(&f->ctx, acct, &msg);
}

static void sendgrid_signs_or_has_a_password(void **state)
{
    static const char *const SIGNED[][2] = {{"X-Twilio-Email-Event-Webhook-Signature", SIG}, {"X-Twilio-Email-Event-Webhook-Timestamp", "1795000000"}, {NULL, NULL}};
    static const char *const OTHER_TIME[][2] = {{"X-Twilio-Email-Event-Webhook-Signature", SIG}, {"X-Twilio-Email-Event-Webhook-Timestamp", "1795000001"}, {NULL, NULL}};
    static const char *const PASSWORD[][2] = {{"Authorization", "Basic aG9vazptYWRlLXVw"}, {NULL, NULL}}; /* hook:made-up */
    static const char *const NOTHING[][2] = {{NULL, NULL}};
    static const char BODY[] = "[{\"event\":\"open\"}]\r\n";
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "sendgrid", KEY);
    assert_int_equal(verify(&f, &acct, SIGNED, BODY, TEST_NOW_US), OK);
    assert_int_equal(verify(&f, &acct, SIGNED, "[{\"event\":\"open\"}]", TEST_NOW_US), ERR_DENIED);
    assert_int_equal(verify(&f, &acct, OTHER_TIME, BODY, TEST_NOW_US), ERR_DENIED);
    assert_int_equal(verify(&f, &acct, SIGNED, BODY, TEST_NOW_US + US_PER_H), ERR_STALE);
    assert_int_equal(verify(&f, &acct, PASSWORD, BODY, TEST_NOW_US), ERR_DENIED);
    test_account_clear(&acct);
    for (int i = 0; i < 2; i++) {
        test_account(&acct, i == 0 ? "sendgrid" : "postmark", "made-up");
        assert_int_equal(verify(&f, &acct, PASSWORD, BODY, TEST_NOW_US), OK);
        assert_int_equal(verify(&f, &acct, NOTHING, BODY, TEST_NOW_US), ERR_DENIED);
        test_account_clear(&acct);
        test_account(&acct, i == 0 ? "sendgrid" : "postmark", "another");
        assert_int_equal(verify(&f, &acct, PASSWORD, BODY, TEST_NOW_US), ERR_DENIED);
        test_account_clear(&acct);
    }
    fixture_clear(&f);
}

static void mailgun_signs_a_stamp_and_a_token(void **state)
{
    static const char *const FORM[][2] = {{"Content-Type", "application/x-www-form-urlencoded"}, {NULL, NULL}};
    const struct str parts[] = {STR("1795000000"), STR("a-token")};
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct fixture f;
    struct account acct;
    struct buf hex;
    struct str key = STR_NULL;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "mailgun", "made-up");
    assert_int_equal(hmac_once(MAC_SHA256, STR("made-up"), parts, 2, sum, &n), OK);
    buf_init(&hex, 100);
    buf_add_hex(&hex, (struct str){(const char *)sum, n});
    struct str sig = buf_str(&hex);
    const char *form = arena_fmt(f.arena, "timestamp=1795000000&token=a-token&signature=%.*s&body-plain=x", STR_ARG(sig)).p;
    const char *json = arena_fmt(f.arena, "{\"signature\":{\"timestamp\":\"1795000000\",\"token\":\"a-token\",\"signature\":\"%.*s\"},\"event-data\":{}}", STR_ARG(sig)).p;
    const char *other = arena_fmt(f.arena, "timestamp=1795000000&token=b-token&signature=%.*s", STR_ARG(sig)).p;
    assert_int_equal(verify(&f, &acct, FORM, form, TEST_NOW_US), OK);
    assert_int_equal(verify(&f, &acct, FORM, json, TEST_NOW_US), OK);
    assert_int_equal(verify(&f, &acct, FORM, other, TEST_NOW_US), ERR_DENIED);
    assert_int_equal(verify(&f, &acct, FORM, "{}", TEST_NOW_US), ERR_DENIED);
    assert_int_equal(verify(&f, &acct, FORM, "", TEST_NOW_US), ERR_DENIED);
    assert_int_equal(verify(&f, &acct, FORM, form, TEST_NOW_US + 8 * US_PER_H), OK); /* its last attempt */
    assert_int_equal(verify(&f, &acct, FORM, form, TEST_NOW_US + 10 * US_PER_H), ERR_STALE);
    struct http_header room[CASE_HEADERS_MAX];
    struct http_msg msg = test_hook(room, FORM, form);
    assert_ok(&f.ctx, acct.conn->hook->dedupe(&f.ctx, &acct, &msg, &key));
    assert_str(key, "a-token");
    buf_clear(&hex);
    test_account_clear(&acct);
    fixture_clear(&f);
}

static void decode_one(struct fixture *f, struct account *acct, const char *body, struct decoded *d)
{
    static const char *const NOTHING[][2] = {{NULL, NULL}};
    struct http_header room[CASE_HEADERS_MAX];
    struct http_msg msg = test_hook(room, NOTHING, body);
    msg.received_us = TEST_NOW_US;
    *d = (struct decoded){.n = 0};
    assert_ok(&f->ctx, acct->conn->hook->decode(&f->ctx, acct, &msg, d));
}

#define MAIL "From: Anna <anna@example.com>\r\nMessage-ID: <m1@example.com>\r\nReferences: <0af10af10af10af10af10af10af10af1@shop.example> <x@example.com>\r\nIn-Reply-To: <x@example.com>\r\n"

static void whom_a_mail_is_believed_to_be_of(void **state)
{
    static const struct setting HOST[] = {{{"auth_host", 9}, {"mx.shop.example", 15}}, {{NULL, 0}, {NULL, 0}}};
    static const char PASSED[] = "Authentication-Results: mx.shop.example; dmarc=pass header.from=example.com\r\n" MAIL "\r\nhello";
    struct fixture f;
    struct account acct;
    struct decoded d;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "mail", "made-up");
    decode_one(&f, &acct, PASSED, &d);
    assert_false(d.facts[0].u.message_in.verified); /* no host is set */
    acct.settings = HOST;
    acct.settings_n = 1;
    decode_one(&f, &acct, PASSED, &d);
    assert_true(d.facts[0].u.message_in.verified);
    assert_str(d.facts[0].u.message_in.reply_to, "<0af10af10af10af10af10af10af10af1@shop.example>"); /* ours, further up */
    decode_one(&f, &acct, MAIL "\r\nhello", &d);
    assert_false(d.facts[0].u.message_in.verified);
    decode_one(&f, &acct, "From: a@example.com, b@example.com\r\n\r\nhello", &d);
    assert_int_equal(d.n, 0);
    assert_str(d.note, "a mail without one sender");
    decode_one(&f, &acct, "From: a@example.com\r\n\r\nhello", &d);
    assert_true(str_starts(d.facts[0].u.message_in.message_id, STR("sha256:")));
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* An account that takes unsigned posts vouches for nobody. */
static void unsigned_posts_are_not_believed(void **state)
{
    static const struct setting INSECURE[] = {{{"insecure", 8}, {"true", 4}}};
    static const char BODY[] = "MessageSid=SM1&From=%2B13125550100&Body=hello&NumMedia=0";
    struct fixture f;
    struct account acct;
    struct decoded d;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "twilio", NULL);
    decode_one(&f, &acct, BODY, &d);
    assert_true(d.facts[0].u.message_in.verified);
    acct.settings = INSECURE;
    acct.settings_n = 1;
    decode_one(&f, &acct, BODY, &d);
    assert_false(d.facts[0].u.message_in.verified);
    test_account_clear(&acct);
    fixture_clear(&f);
}

static struct str sent(struct fixture *f, const struct account *acct, const struct send_ask *ask)
{
    struct out_req req = {.headers_n = 0};
    assert_ok(&f->ctx, acct->conn->send->request(&f->ctx, acct, ask, &req));
    return req.body;
}

static void answers_are_free_text(void **state)
{
    static const struct setting TWILIO[] = {{{"whatsapp_from", 13}, {"+13125550198", 12}}}, META[] = {{{"phone_number_id", 15}, {"106", 3}}};
    struct send_ask ask = {.channel = CHANNEL_WHATSAPP, .key = STR("0af1"), .to = STR("+13125550100"), .text = STR("Which one?\n1 #1020\n2 #1021"), .answers = true,
                           .answered_id = STR("wamid.1"), .choices = STR("1\t#1020\n2\t#1021")};
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "twilio", NULL);
    acct.settings = TWILIO;
    acct.settings_n = 1;
    struct str body = sent(&f, &acct, &ask);
    assert_true(str_contains(body, STR("Body=Which%20one")) && !str_contains(body, STR("ContentSid")));
    test_account_clear(&acct);
    test_account(&acct, "whatsapp_cloud", NULL);
    acct.settings = META;
    acct.settings_n = 1;
    body = sent(&f, &acct, &ask);
    assert_true(str_contains(body, STR("\"context\":{\"message_id\":\"wamid.1\"}")) &&
                str_contains(body, STR("\"reply\":{\"id\":\"2\",\"title\":\"#1021\"}")));
    ask.choices = STR("1\ta\n2\tb\n3\tc\n4\td"); /* more than WhatsApp has buttons for */
    body = sent(&f, &acct, &ask);
    assert_true(str_contains(body, STR("\"type\":\"text\",\"text\":{\"body\":\"Which one?")) && !str_contains(body, STR("buttons")));
    test_account_clear(&acct);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sendgrid_signs_or_has_a_password), cmocka_unit_test(mailgun_signs_a_stamp_and_a_token),
        cmocka_unit_test(whom_a_mail_is_believed_to_be_of), cmocka_unit_test(unsigned_posts_are_not_believed), cmocka_unit_test(answers_are_free_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
