/*
 * Connectors that speak for many carriers: AfterShip, EasyPost, ShipEngine, Easyship. What fixtures cannot show: requests,
 * signatures that fit and that do not, signing keys that change, refusals, bodies that are not theirs, words for carriers, and
 * that a history told twice, by webhook and by a read, makes one parcel.
 */
#include "lib/connector_case.h"

#include "connectors/lib/aggregate.h"
#include "model/parcel.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>

/* ---- requests */

static struct str header_of(const struct out_req *req, const char *name)
{
    struct http_msg m = {.headers = req->headers, .headers_n = req->headers_n};
    return http_msg_header(&m, name);
}

static void parcel_requests(void **state)
{
    static const struct {
        const char *vendor, *setting, *value, *base, *carrier, *number, *url;
    } T[] = {
        {"aftership", "", "", "", "fedex", "79 46", "https://api.aftership.com/tracking/2026-07/trackings?tracking_numbers=79%2046"},
        {"aftership", "api_version", "2025-01", "http://127.0.0.1:8/", "", "A&b=1",
         "http://127.0.0.1:8/tracking/2025-01/trackings?tracking_numbers=A%26b%3D1"},
        {"easypost", "", "", "", "usps", "EZ1000000001", "https://api.easypost.com/v2/trackers?tracking_code=EZ1000000001"},
        {"shipengine", "", "", "", "purolator", "P1",
         "https://api.shipengine.com/v1/tracking?carrier_code=purolator_ca&tracking_number=P1"},
        {"shipengine", "product", "shipstation", "", "usps", "9400",
         "https://api.shipstation.com/v2/tracking?carrier_code=usps&tracking_number=9400"},
        {"shipengine", "", "", "", "some-post", "1", "https://api.shipengine.com/v1/tracking?carrier_code=some-post&tracking_number=1"},
        {"easyship", "", "", "", "ups", "1Z",
         "https://public-api.easyship.com/2024-09/trackings?include_checkpoints=true&tracking_number=1Z"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        struct setting set = {str_of(T[i].setting), str_of(T[i].value)};
        struct poll_ask ask = {.kind = POLL_PARCEL, .carrier = str_of(T[i].carrier), .tracking_number = str_of(T[i].number)};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        acct.settings = &set;
        acct.settings_n = 1;
        acct.base_url = str_of(T[i].base);
        assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
        assert_str(req.method, "GET");
        assert_str(req.url, T[i].url);
        fixture_clear(&f);
    }
}

/* The key goes along with a fetch: only the vendor's own hosts get it, whatever a body names. */
static void fetches_of_shipengine(void **state)
{
    static const struct {
        const char *what, *url, *base;
        enum err want;
        const char *to, *auth;
    } T[] = {
        {"API_TRACK", "https://api.shipengine.com/v1/tracking?x=1", "", OK, "https://api.shipengine.com/v1/tracking?x=1", ""},
        {"API_TRACK", "https://api.shipstation.com/v2/tracking?x=1", "", OK, "https://api.shipstation.com/v2/tracking?x=1", ""},
        {"SHIP_NOTIFY", "https://ssapi.shipstation.com/shipments?batchId=1", "", OK, "https://ssapi.shipstation.com/shipments?batchId=1",
         "Basic dTpz"},
        {"API_TRACK", "http://127.0.0.1:8/x", "http://127.0.0.1:8/", OK, "http://127.0.0.1:8/x", ""},
        {"API_TRACK", "https://api.shipengine.com.example.net/v1", "", ERR_DENIED, "", ""},
        {"API_TRACK", "https://api.shipengine.com@example.net/v1", "", ERR_DENIED, "", ""},
        {"API_TRACK", "https://api.shipengine.com", "", ERR_DENIED, "", ""},
        {"API_TRACK", "http://api.shipengine.com/v1", "", ERR_DENIED, "", ""},
        {"API_TRACK", "https://ssapi.shipstation.com.example.net/", "", ERR_DENIED, "", ""},
        {"API_TRACK", "http://169.254.169.254/latest", "", ERR_DENIED, "", ""},
        {"API_TRACK", "https://api.shipengine.com/v1\r\nX: y", "", ERR_DENIED, "", ""},
        {"API_TRACK", "file:///etc/passwd", "", ERR_DENIED, "", ""},
        {"API_TRACK", "", "", ERR_DENIED, "", ""},
        {"setting:jwks", "/jwks", "", OK, "https://api.shipengine.com/jwks", ""},
        {"setting:jwks", "https://example.net/", "http://127.0.0.1:8", OK, "http://127.0.0.1:8/jwks", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {str_of(T[i].what), str_of(T[i].url)}};
        fixture_init(&f);
        test_account(&acct, "shipengine", NULL);
        acct.base_url = str_of(T[i].base);
        assert_int_equal(secret_set(&acct.api_user, STR("u")), OK);
        assert_int_equal(secret_set(&acct.api_secret, STR("s")), OK);
        enum err e = acct.conn->poll->request(&f.ctx, &acct, &ask, &req);
        if (e != T[i].want)
            fail_msg("%s %s: %s", T[i].what, T[i].url, err_name(e));
        if (e == OK) {
            assert_str(req.url, T[i].to);
            assert_str(header_of(&req, "Authorization"), T[i].auth);
        }
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

/* ---- EasyPost: key in NFKD, bytes as received */

static enum err easypost_verify(struct fixture *f, const char *secret, const char *key, const char *signed_body, const char *body)
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
    struct http_msg msg = {.method = STR("POST"), .headers = &h, .headers_n = 1, .body = str_of(body), .received_us = TEST_NOW_US};
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
    assert_ok(&f.ctx, easypost_verify(&f, "gr\xc3\xbc\xef\xac\x81", "gru\xcc\x88" "fi", body, body));
    assert_int_equal(easypost_verify(&f, "gr\xc3\xbc\xef\xac\x81", "gr\xc3\xbc\xef\xac\x81", body, body), ERR_DENIED);
    /* the same values written anew are other bytes */
    assert_int_equal(easypost_verify(&f, "plain", "plain", body, "{\"result\":{\"weight\":328}}"), ERR_DENIED);
    assert_int_equal(easypost_verify(&f, "plain", "other", body, body), ERR_DENIED);
    assert_int_equal(easypost_verify(&f, NULL, "plain", body, body), ERR_DENIED);
    fixture_clear(&f);
}

/* ---- ShipEngine: RSA, keys by id */

static struct str bn_text(struct arena *a, EVP_PKEY *key, const char *param)
{
    BIGNUM *bn = NULL;
    unsigned char raw[512];
    struct buf b;
    struct str out = STR_NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, param, &bn), 1);
    int n = BN_bn2bin(bn, raw);
    buf_init(&b, 2048);
    base64url_encode((struct str){(const char *)raw, (size_t)n}, &b);
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    BN_free(bn);
    return out;
}

static struct str jwks_of(struct arena *a, EVP_PKEY *key, const char *kid)
{
    struct str n = bn_text(a, key, "n"), e = bn_text(a, key, "e");
    return arena_fmt(a, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"other\",\"n\":\"AQAB\",\"e\":\"AQAB\"},"
                        "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"%s\",\"n\":\"%.*s\",\"e\":\"%.*s\"}]}",
                     kid, STR_ARG(n), STR_ARG(e));
}

static struct str rsa_sign(struct arena *a, EVP_PKEY *key, struct str text)
{
    unsigned char raw[512];
    size_t n = sizeof(raw);
    struct buf b;
    struct str out = STR_NULL;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(md, raw, &n, (const unsigned char *)text.p, text.n), 1);
    EVP_MD_CTX_free(md);
    buf_init(&b, 2048);
    base64_encode((struct str){(const char *)raw, n}, &b);
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

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
        struct setting jwks = {STR("jwks"), T[i].has_keys ? jwks_of(f.arena, key, "k1") : STR_NULL};
        acct.settings = &jwks;
        acct.settings_n = 1;
        struct http_header h[] = {{STR("X-ShipEngine-RSA-SHA256-Signature"), rsa_sign(f.arena, key, STR("2026-11-18T11:06:40Z.{\"a\":1}"))},
                                  {STR("X-ShipEngine-Timestamp"), str_of(T[i].stamp)},
                                  {STR("X-ShipEngine-RSA-SHA256-Key-ID"), str_of(T[i].kid)}};
        struct http_msg msg = {.method = STR("POST"), .headers = h, .headers_n = 3, .body = str_of(T[i].body),
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
    static const char *const BAD[] = {"", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kid\":\"a\",\"kty\":\"EC\",\"x\":\"AQ\"}]}", "<html>",
                                      "{\"keys\":[{\"kid\":\"a\",\"n\":\"!\",\"e\":\"AQAB\"}]}", "{\"keys\":\"none\"}"};
    struct fixture f;
    struct account acct;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("setting:jwks"), STR("/jwks")}};
    EVP_PKEY *key = EVP_RSA_gen(2048);
    (void)state;
    fixture_init(&f);
    test_account(&acct, "shipengine", NULL);
    struct http_msg msg = {.status = 200, .body = jwks_of(f.arena, key, "k9"), .received_us = TEST_NOW_US};
    assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor));
    assert_int_equal(d.n, 0);
    assert_false(str_empty(d.note));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        msg.body = str_of(BAD[i]);
        assert_int_equal(acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor), ERR_PARSE);
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
    } T[] = {{"w0rd", "token=w0rd", OK},        {"w0rd", "a=1&token=w0rd", OK},    {"w0rd", "token=word", ERR_DENIED},
             {"w0rd", "token=", ERR_DENIED},    {"w0rd", "", ERR_DENIED},          {NULL, "token=", ERR_DENIED},
             {NULL, "token=w0rd", ERR_DENIED}};
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        fixture_init(&f);
        test_account(&acct, "shipengine", T[i].secret);
        struct http_msg msg = {.method = STR("POST"), .query = str_of(T[i].query), .body = STR("{}"), .received_us = TEST_NOW_US};
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
    static const char *const BROKEN[] = {"", "a.b", "a.b.c.d", "eyJhbGciOiJub25lIn0.e30.", "..", "eyJhbGciOiJIUzI1NiJ9.e30."};
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "easyship", "webh_1");
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]) + sizeof(BROKEN) / sizeof(BROKEN[0]); i++) {
        bool whole = i < sizeof(T) / sizeof(T[0]);
        struct str token = whole ? jwt(f.arena, T[i].head, T[i].claims, T[i].key) : str_of(BROKEN[i - sizeof(T) / sizeof(T[0])]);
        struct http_header h = {STR("X-EASYSHIP-SIGNATURE"), token};
        struct http_msg msg = {.method = STR("POST"), .headers = &h, .headers_n = 1, .body = STR("{}"), .received_us = TEST_NOW_US};
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

/* ---- refusals and bodies that are not theirs */

static void refusals(void **state)
{
    static const struct {
        const char *vendor;
        int status;
        const char *body;
        enum err want;
    } T[] = {
        {"aftership", 401, "{\"meta\":{\"code\":401,\"message\":\"x\"}}", ERR_DENIED},
        {"aftership", 429, "{\"meta\":{\"code\":429}}", ERR_BUSY},
        {"aftership", 500, "{\"meta\":{\"code\":500}}", ERR_BUSY},
        {"aftership", 404, "{\"meta\":{\"code\":4004}}", OK},
        {"aftership", 400, "{\"meta\":{\"code\":4005}}", OK},
        {"easypost", 401, "{\"error\":{\"code\":\"APIKEY.INACTIVE\"}}", ERR_DENIED},
        {"easypost", 429, "{\"error\":{\"code\":\"RATE_LIMITED\"}}", ERR_BUSY},
        {"easypost", 404, "{\"error\":{\"code\":\"TRACKER.NOT_FOUND\"}}", OK},
        {"shipengine", 401, "{\"errors\":[{\"error_code\":\"unauthorized\"}]}", ERR_DENIED},
        {"shipengine", 429, "{\"errors\":[{\"error_code\":\"rate_limit_exceeded\"}]}", ERR_BUSY},
        {"shipengine", 400, "{\"errors\":[{\"error_code\":\"invalid_field_value\"}]}", OK},
        {"easyship", 403, "{\"error\":{\"code\":\"forbidden\"}}", ERR_DENIED},
        {"easyship", 404, "{\"error\":{\"code\":\"resource_not_found\"}}", OK},
        {"easyship", 200, "{\"trackings\":[]}", OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        struct poll_ask ask = {.kind = POLL_PARCEL, .carrier = STR("ups"), .tracking_number = STR("1Z7W4E590300010062")};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct http_msg msg = {.status = T[i].status, .body = str_of(T[i].body), .received_us = TEST_NOW_US};
        enum err e = acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor);
        if (e != T[i].want)
            fail_msg("%s: %s: %s", T[i].vendor, T[i].body, err_name(e));
        assert_int_equal(d.n, e == OK ? 1 : 0);
        if (e == OK) {
            assert_int_equal(d.facts[0].kind, FACT_NOT_FOUND);
            assert_str(d.facts[0].u.not_found.tracking_number, "1Z7W4E590300010062");
            assert_str(d.facts[0].u.not_found.carrier, "ups");
        }
        fixture_clear(&f);
    }
}

static void bad_bodies(void **state)
{
    static const struct {
        const char *vendor, *body, *word;
    } T[] = {
        {"aftership", "", ""},
        {"aftership", "[]", "tracking_number"},
        {"aftership", "{\"event\":\"tracking_update\",\"msg\":{\"slug\":\"ups\"}}", "tracking_number"},
        {"aftership", "{\"msg\":{\"tracking_number\":{}}}", "tracking_number"},
        {"easypost", "{\"result\":{\"object\":\"Tracker\"}}", "tracking_code"},
        {"easypost", "{\"object\":\"Tracker\",\"tracking_code\":\"\"}", "tracking_code"},
        {"shipengine", "{\"resource_type\":\"API_TRACK\",\"data\":{}}", "tracking_number"},
        {"shipengine", "null", "tracking_number"},
        {"easyship", "{\"event_type\":\"shipment.tracking.status.changed\",\"data\":{}}", "tracking_number"},
        {"easyship", "{\"event_type\":\"shipment.tracking.status.changed\"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct http_msg msg = {.method = STR("POST"), .body = str_of(T[i].body), .received_us = TEST_NOW_US};
        enum err e = acct.conn->hook->decode(&f.ctx, &acct, &msg, &d);
        if (e != ERR_PARSE || !str_contains(str_of(f.ctx.msg), str_of(T[i].word)) || f.ctx.msg[0] == '\0')
            fail_msg("%s: %s: %s %s", T[i].vendor, T[i].body, err_name(e), f.ctx.msg);
        fixture_clear(&f);
    }
}

/* ---- words for carriers */

static void carriers(void **state)
{
    static const struct {
        const char *vendor, *word, *carrier;
    } T[] = {
        {"aftership", "fedex", "fedex"},
        {"aftership", "UPS-MI", "ups"},
        {"aftership", "dhl", "dhl_express"},
        {"aftership", "dhl-germany", "dhl_parcel_de"},
        {"aftership", "dhl-global-mail-asia", "dhl_ecommerce"},
        {"aftership", "dhl-something-new", "dhl-something-new"},
        {"aftership", "gls-slovenia", "gls"},
        {"aftership", "Swiss-Post", "swiss-post"},
        {"aftership", "upstart-couriers", "upstart-couriers"},
        {"aftership", "", ""},
        {"easypost", "FedexSmartPost", "fedex"},
        {"easypost", "DHLExpress", "dhl_express"},
        {"easypost", "DhlEcs", "dhl_ecommerce"},
        {"easypost", "CanadaPost", "canada_post"},
        {"easypost", "Veho", "veho"},
        {"shipengine", "stamps_com", "usps"},
        {"shipengine", "dhl_express_worldwide", "dhl_express"},
        {"shipengine", "fedex_uk", "fedex"},
        {"easyship", "USPS - Priority Mail", "usps"},
        {"easyship", "DHL eCommerce - Parcel International Direct", "dhl_ecommerce"},
        {"easyship", "DHL Express Worldwide", "dhl_express"},
        {"easyship", "FedEx International Economy", "fedex"},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct str got = slug_carrier(&f.ctx, T[i].vendor, str_of(T[i].word));
        if (!str_eq(got, str_of(T[i].carrier)))
            fail_msg("%s %s: %.*s, want %s", T[i].vendor, T[i].word, STR_ARG(got), T[i].carrier);
    }
    assert_str(slug_for("aftership", STR("dhl_express")), "dhl");
    assert_str(slug_for("aftership", STR("usps")), "usps");
    assert_str(slug_for("easypost", STR("canada_post")), "CanadaPost");
    assert_str(slug_for("shipengine", STR("nobody")), "nobody");
    fixture_clear(&f);
}

/* ---- all codes that the vendors document, where the folder of facts stands beside the project */

static void all_codes(void **state)
{
    static const char *const VENDORS[] = {"aftership", "easypost", "shipengine", "easyship"};
    struct fixture f;
    int seen = 0, bad = 0;
    const char *path = test_shared_path("facts/carrier-status.tsv");
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    fixture_init(&f);
    struct str text = test_read_file(f.arena, path), line, vendor, code, label, status, reason;
    while (str_split(&text, '\n', &line)) {
        struct status_row row = {0};
        if (!str_split(&line, '\t', &vendor) || !str_split(&line, '\t', &code) || !str_split(&line, '\t', &label) ||
            !str_split(&line, '\t', &status) || !str_split(&line, '\t', &reason))
            continue;
        for (size_t i = 0; i < sizeof(VENDORS) / sizeof(VENDORS[0]); i++) {
            if (!str_eq(vendor, str_of(VENDORS[i])))
                continue;
            seen++;
            if (status_find(VENDORS[i], code, &row) && str_eq(str_of(parcel_status_word(row.status)), status) &&
                str_eq(str_of(reason_word(row.reason)), reason) && !str_empty(row.words))
                continue;
            print_error("%s %.*s\n", VENDORS[i], STR_ARG(code));
            bad++;
        }
    }
    print_message("%d codes\n", seen);
    assert_true(seen > 150);
    assert_int_equal(bad, 0);
    fixture_clear(&f);
}

/* ---- the same history by webhook and by a read */

static void decode_fixture(struct fixture *f, const char *vendor, const char *name, struct decoded *d)
{
    char rel[200];
    struct account acct;
    struct http_header room[CASE_HEADERS_MAX];
    test_account(&acct, vendor, NULL);
    snprintf(rel, sizeof(rel), "tests/fixtures/connectors/%s/%s/in.http", vendor, name);
    struct http_msg msg = test_message(test_read_file(f->arena, test_source_path(rel)), room);
    *d = (struct decoded){0};
    assert_ok(&f->ctx, connector_decode_any(&f->ctx, &acct, &msg, d));
}

/* Folds what arrived; the number of scans that were new. */
static size_t fold_all(struct fixture *f, struct parcel *pcl, const struct decoded *d, int64_t pos)
{
    size_t before = pcl->scans_n;
    for (size_t i = 0; i < d->n; i++) {
        bool changed = false;
        assert_int_equal(d->facts[i].kind, FACT_TRACKING_EVENT);
        assert_ok(&f->ctx, parcel_fold_event(&f->ctx, pcl, &d->facts[i], (struct fact_ref){pos, (uint32_t)i}, TEST_NOW_US, &changed));
    }
    return pcl->scans_n - before;
}

static struct str parcel_text(struct fixture *f, const struct parcel *pcl)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, (size_t)1 << 20);
    parcel_encode(pcl, false, &b);
    assert_int_equal(arena_dup(f->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void told_twice_counts_once(void **state)
{
    static const struct {
        const char *vendor, *push, *poll;
        size_t scans;
    } T[] = {
        {"aftership", "push_in_transit", "push_estimate_revised", 2},
        {"aftership", "push_same_scan_twice", "push_in_transit", 3},
        {"aftership", "push_out_for_delivery", "poll_weather", 4}, /* two of them in both */
        {"easypost", "push_in_transit", "poll_history", 3},
        {"easypost", "push_weather", "push_failed_attempt", 4},
        {"shipengine", "push_in_transit", "poll_history", 1},
        {"shipengine", "push_out_for_delivery", "poll_same_scan_twice", 2},
        {"easyship", "push_history", "poll_history", 2},
        {"easyship", "push_out_for_delivery", "poll_same_scan_twice", 3},
        {"easyship", "push_no_status_of_scans", "push_no_status_of_scans", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct decoded push, poll;
        fixture_init(&f);
        decode_fixture(&f, T[i].vendor, T[i].push, &push);
        decode_fixture(&f, T[i].vendor, T[i].poll, &poll);
        struct parcel a = {.number = push.facts[0].u.event.tracking_number}, b = a;
        (void)fold_all(&f, &a, &push, 1);
        (void)fold_all(&f, &a, &poll, 2);
        assert_int_equal(fold_all(&f, &a, &push, 3) + fold_all(&f, &a, &poll, 4), 0);
        (void)fold_all(&f, &b, &poll, 2);
        (void)fold_all(&f, &b, &push, 1);
        if (a.scans_n != T[i].scans)
            fail_msg("%s %s and %s: %zu scans, want %zu", T[i].vendor, T[i].push, T[i].poll, a.scans_n, T[i].scans);
        if (!str_eq(parcel_text(&f, &a), parcel_text(&f, &b)))
            fail_msg("%s %s and %s: the order of arrival shows", T[i].vendor, T[i].push, T[i].poll);
        fixture_clear(&f);
    }
}

/* Easyship: the status of the whole moves on to the next scan; the scan that had it stays one scan. */
static void status_moves_on(void **state)
{
    static const char FIRST[] = "{\"event_type\":\"shipment.tracking.checkpoints.created\",\"data\":{\"tracking_number\":\"1\",\"courier_name\":\"UPS\","
                                "\"status\":\"In Transit to Customer\",\"checkpoints\":[{\"order_number\":1,\"message\":\"a\",\"checkpoint_time\":\"2026-11-17T10:00:00Z\"}]}}";
    static const char THEN[] = "{\"event_type\":\"shipment.tracking.checkpoints.created\",\"data\":{\"tracking_number\":\"1\",\"courier_name\":\"UPS\","
                               "\"status\":\"Delivered\",\"checkpoints\":[{\"order_number\":1,\"message\":\"a\",\"checkpoint_time\":\"2026-11-17T10:00:00Z\"},"
                               "{\"order_number\":2,\"message\":\"b\",\"checkpoint_time\":\"2026-11-18T10:00:00Z\"}]}}";
    struct fixture f;
    struct account acct;
    struct decoded one = {0}, two = {0};
    struct parcel pcl = {.number = STR("1")};
    struct parcel_view v;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "easyship", NULL);
    struct http_msg msg = {.method = STR("POST"), .body = STR(FIRST), .received_us = TEST_NOW_US};
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &one));
    msg.body = STR(THEN);
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &two));
    (void)fold_all(&f, &pcl, &one, 1);
    (void)fold_all(&f, &pcl, &two, 2);
    assert_int_equal(pcl.scans_n, 2);
    parcel_view_make(&pcl, 0, &v);
    assert_int_equal(v.status, PARCEL_DELIVERED);
    fixture_clear(&f);
}

/* A forecast in the future neither moves the parcel nor holds its estimate. */
static void forecast_is_no_news(void **state)
{
    struct fixture f;
    struct decoded d;
    struct parcel pcl = {.number = STR("9400100000000000000007")};
    struct parcel_view v;
    (void)state;
    fixture_init(&f);
    decode_fixture(&f, "easypost", "push_in_transit", &d);
    (void)fold_all(&f, &pcl, &d, 1);
    parcel_view_make(&pcl, 0, &v);
    assert_int_equal(v.status, PARCEL_IN_TRANSIT);
    assert_int_equal(v.last, 1);
    assert_int_equal(v.last_move, 1);
    assert_true(pcl.estimate.told_us < TEST_NOW_US);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parcel_requests),
        cmocka_unit_test(fetches_of_shipengine),
        cmocka_unit_test(easypost_signatures),
        cmocka_unit_test(shipengine_signatures),
        cmocka_unit_test(shipengine_key_sets),
        cmocka_unit_test(shipstation_token),
        cmocka_unit_test(easyship_tokens),
        cmocka_unit_test(delivery_keys),
        cmocka_unit_test(refusals),
        cmocka_unit_test(bad_bodies),
        cmocka_unit_test(carriers),
        cmocka_unit_test(all_codes),
        cmocka_unit_test(told_twice_counts_once),
        cmocka_unit_test(status_moves_on),
        cmocka_unit_test(forecast_is_no_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
