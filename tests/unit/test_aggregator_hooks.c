/*
 * Webhooks of AfterShip, EasyPost, ShipEngine, Easyship: signatures that fit and that do not,
 * signing keys that change, tokens, and the deliveries' own keys.
 */
#include "lib/connector_case.h"
#include "lib/rsa_key.h"

/* ---- EasyPost: key in NFKD, bytes as received */

static enum err easypost_verify(struct fixture *f, const char *secret, const char *key,
                                const char *signed_body, const char *body)
{
    struct account acct;
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf sig;
    struct str part = str_of(signed_body);
    test_account(&acct, "easypost", secret);
    buf_init(&sig, 256);
    assert_int_equal(hmac_once(MAC_SHA256, str_of(key), &part, 1, sum, &n), OK);
    buf_addz(&sig, "hmac-sha256-hex=");
    buf_add_hex(&sig, (struct str){(const char *)sum, n});
    struct http_header h = {STR("X-Hmac-Signature"), buf_str(&sig)};
    struct http_msg msg = {.method = STR("POST"),
                           .headers = &h,
                           .headers_n = 1,
                           .body = str_of(body),
                           .received_us = TEST_NOW_US};
    enum err e = acct.conn->hook->verify(&f->ctx, &acct, &msg);
    buf_clear(&sig);
    test_account_clear(&acct);
    return e;
}

static void easypost_signatures(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    const char *body = "{\"result\":{\"weight\":328.0}}";
    assert_ok(&f.ctx, easypost_verify(&f, "plain", "plain", body, body));
    /* U+00FC is "u" and U+0308 when taken apart, U+FB01 is "fi" */
    assert_ok(&f.ctx, easypost_verify(&f, "gr\xc3\xbc\xef\xac\x81",
                                      "gru\xcc\x88"
                                      "fi",
                                      body, body));
    assert_int_equal(
        easypost_verify(&f, "gr\xc3\xbc\xef\xac\x81", "gr\xc3\xbc\xef\xac\x81", body, body),
        ERR_DENIED);
    /* the same values written anew are other bytes */
    assert_int_equal(easypost_verify(&f, "plain", "plain", body, "{\"result\":{\"weight\":328}}"),
                     ERR_DENIED);
    assert_int_equal(easypost_verify(&f, "plain", "other", body, body), ERR_DENIED);
    assert_int_equal(easypost_verify(&f, NULL, "plain", body, body), ERR_DENIED);
    fixture_clear(&f);
}

/* ---- ShipEngine: RSA, keys by id */

static void shipengine_signatures(void **state)
{
    static const struct {
        const char *kid, *stamp, *body; /* as sent */
        int64_t later_s;
        bool has_keys;
        enum err want, lacks;
    } T[] = {
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":1}", 0, true, OK, ERR_NOTFOUND},
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":1}", 299, true, OK, ERR_NOTFOUND},
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":1}", 301, true, ERR_STALE, ERR_NOTFOUND},
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":1}", -301, true, ERR_STALE, ERR_NOTFOUND},
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":2}", 0, true, ERR_DENIED, ERR_NOTFOUND},
        {"k1", "2026-11-18T11:06:41Z", "{\"a\":1}", 0, true, ERR_DENIED, ERR_NOTFOUND},
        {"k1", "2026-11-18", "{\"a\":1}", 0, true, ERR_DENIED, ERR_NOTFOUND},
        {"k1", "", "{\"a\":1}", 0, true, ERR_DENIED, ERR_NOTFOUND},
        {"other", "2026-11-18T11:06:40Z", "{\"a\":1}", 0, true, ERR_DENIED, ERR_NOTFOUND},
        {"k2", "2026-11-18T11:06:40Z", "{\"a\":1}", 0, true, ERR_DENIED, OK},
        {"k1", "2026-11-18T11:06:40Z", "{\"a\":1}", 0, false, ERR_DENIED, OK},
        {"", "2026-11-18T11:06:40Z", "{\"a\":1}", 0, true, ERR_DENIED, ERR_NOTFOUND},
    };
    EVP_PKEY *key = EVP_RSA_gen(2048);
    (void)state;
    assert_non_null(key);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct fetch_request want = {0};
        fixture_init(&f);
        test_account(&acct, "shipengine", NULL);
        struct setting jwks = {STR("jwks"), T[i].has_keys ? rsa_key_jwks(f.arena, key, "k1") : STR_NULL};
        acct.settings = &jwks;
        acct.settings_n = 1;
        struct http_header h[] = {{STR("X-ShipEngine-RSA-SHA256-Signature"),
                                   rsa_key_sign(f.arena, key, STR("2026-11-18T11:06:40Z.{\"a\":1}"))},
                                  {STR("X-ShipEngine-Timestamp"), str_of(T[i].stamp)},
                                  {STR("X-ShipEngine-RSA-SHA256-Key-ID"), str_of(T[i].kid)}};
        struct http_msg msg = {.method = STR("POST"),
                               .headers = h,
                               .headers_n = 3,
                               .body = str_of(T[i].body),
                               .received_us = TEST_NOW_US + T[i].later_s * US_PER_S};
        enum err e = acct.conn->hook->verify(&f.ctx, &acct, &msg);
        if (e != T[i].want)
            fail_msg("case %zu: %s: %s", i, err_name(e), f.ctx.msg);
        assert_int_equal(acct.conn->hook->lacks(&f.ctx, &acct, &msg, &want), T[i].lacks);
        if (T[i].lacks == OK)
            assert_str(want.what, "setting:jwks");
        fixture_clear(&f);
    }
    EVP_PKEY_free(key);
}

/* The read of the key set: only one that can be used is kept. */
static void shipengine_key_sets(void **state)
{
    static const char *const BAD[] = {"",
                                      "{}",
                                      "{\"keys\":[]}",
                                      "{\"keys\":[{\"kid\":\"a\",\"kty\":\"EC\",\"x\":\"AQ\"}]}",
                                      "<html>",
                                      "{\"keys\":[{\"kid\":\"a\",\"n\":\"!\",\"e\":\"AQAB\"}]}",
                                      "{\"keys\":\"none\"}"};
    struct fixture f;
    struct account acct;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("setting:jwks"), STR("/jwks")}};
    EVP_PKEY *key = EVP_RSA_gen(2048);
    (void)state;
    fixture_init(&f);
    test_account(&acct, "shipengine", NULL);
    struct http_msg msg = {
        .status = 200, .body = rsa_key_jwks(f.arena, key, "k9"), .received_us = TEST_NOW_US};
    assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor));
    assert_int_equal(d.n, 0);
    assert_false(str_empty(d.note));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        msg.body = str_of(BAD[i]);
        assert_int_equal(acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor),
                         ERR_PARSE);
    }
    EVP_PKEY_free(key);
    fixture_clear(&f);
}

/* Classic hooks are not signed: the word in their URL. */
static void shipstation_token(void **state)
{
    static const struct {
        const char *secret, *query;
        enum err want;
    } T[] = {{"w0rd", "token=w0rd", OK},         {"w0rd", "a=1&token=w0rd", OK},
             {"w0rd", "token=word", ERR_DENIED}, {"w0rd", "token=", ERR_DENIED},
             {"w0rd", "", ERR_DENIED},           {NULL, "token=", ERR_DENIED},
             {NULL, "token=w0rd", ERR_DENIED}};
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        fixture_init(&f);
        test_account(&acct, "shipengine", T[i].secret);
        struct http_msg msg = {.method = STR("POST"),
                               .query = str_of(T[i].query),
                               .body = STR("{}"),
                               .received_us = TEST_NOW_US};
        assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), T[i].want);
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

/* ---- Easyship: a token */

static struct str jwt(struct arena *a, const char *head, const char *claims, const char *key)
{
    struct buf b;
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct str out = STR_NULL;
    buf_init(&b, 4096);
    base64url_encode(str_of(head), &b);
    buf_addc(&b, '.');
    base64url_encode(str_of(claims), &b);
    struct str text = buf_str(&b);
    assert_int_equal(hmac_once(MAC_SHA256, str_of(key), &text, 1, sum, &n), OK);
    buf_addc(&b, '.');
    base64url_encode((struct str){(const char *)sum, n}, &b);
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void easyship_tokens(void **state)
{
    static const struct {
        const char *head, *claims, *key;
        enum err want;
    } T[] = {
        {"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"company_id\":\"C1\"}", "webh_1", OK},
        {"{\"alg\":\"HS256\"}", "{\"exp\":1795000100}", "webh_1", OK},
        {"{\"alg\":\"HS256\"}", "{\"exp\":1794990000}", "webh_1", ERR_STALE},
        {"{\"alg\":\"HS256\"}", "{}", "webh_2", ERR_DENIED},
        {"{\"alg\":\"none\"}", "{}", "webh_1", ERR_DENIED},
        {"{\"alg\":\"HS512\"}", "{}", "webh_1", ERR_DENIED},
        {"{}", "{}", "webh_1", ERR_DENIED},
    };
    static const char *const BROKEN[] = {
        "", "a.b", "a.b.c.d", "eyJhbGciOiJub25lIn0.e30.", "..", "eyJhbGciOiJIUzI1NiJ9.e30."};
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "easyship", "webh_1");
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]) + sizeof(BROKEN) / sizeof(BROKEN[0]); i++) {
        bool whole = i < sizeof(T) / sizeof(T[0]);
        struct str token = whole ? jwt(f.arena, T[i].head, T[i].claims, T[i].key)
                                 : str_of(BROKEN[i - sizeof(T) / sizeof(T[0])]);
        struct http_header h = {STR("X-EASYSHIP-SIGNATURE"), token};
        struct http_msg msg = {.method = STR("POST"),
                               .headers = &h,
                               .headers_n = 1,
                               .body = STR("{}"),
                               .received_us = TEST_NOW_US};
        enum err e = acct.conn->hook->verify(&f.ctx, &acct, &msg);
        if (e != (whole ? T[i].want : ERR_DENIED))
            fail_msg("token %zu: %s", i, err_name(e));
    }
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* ---- deliveries have the vendor's key */

static void delivery_keys(void **state)
{
    static const struct {
        const char *vendor, *body, *key;
    } T[] = {{"aftership", "{\"event_id\":\"e-1\",\"msg\":{}}", "e-1"},
             {"aftership", "{\"event_id\":7}", ""},
             {"aftership", "{", ""},
             {"easypost", "{\"id\":\"evt_1\"}", "evt_1"},
             {"easypost", "", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct str key = STR("?");
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct http_msg msg = {.method = STR("POST"), .body = str_of(T[i].body)};
        assert_ok(&f.ctx, acct.conn->hook->dedupe(&f.ctx, &acct, &msg, &key));
        assert_str(key, T[i].key);
        fixture_clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easypost_signatures), cmocka_unit_test(shipengine_signatures),
        cmocka_unit_test(shipengine_key_sets), cmocka_unit_test(shipstation_token),
        cmocka_unit_test(easyship_tokens),     cmocka_unit_test(delivery_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
