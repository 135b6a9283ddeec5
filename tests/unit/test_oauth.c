/* Sign-in by client credentials: the request of each vendor that uses it, and answers good, odd and
 * refused. */
#include "lib/connector_case.h"

#include "connectors/lib/oauth.h"

static struct str header_of(const struct out_req *req, const char *name)
{
    struct http_msg m = {.headers = req->headers, .headers_n = req->headers_n};
    return http_msg_header(&m, name);
}

static void requests(void **state)
{
    static const struct {
        const char *vendor, *base, *scope, *url, *auth, *body;
    } T[] = {
        {"ups", "", "", "https://onlinetools.ups.com/security/v1/oauth/token",
         "Basic aWQ6czNjcmV0IC8=", "grant_type=client_credentials"},
        {"fedex", "", "", "https://apis.fedex.com/oauth/token", "",
         "grant_type=client_credentials&client_id=id&client_secret=s3cret%20%2F"},
        {"usps", "http://127.0.0.1:9/", "tracking", "http://127.0.0.1:9/oauth2/v3/token", "",
         "grant_type=client_credentials&client_id=id&client_secret=s3cret%20%2F&scope=tracking"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct setting scope = {STR("scope"), str_of(T[i].scope)};
        acct.base_url = str_of(T[i].base);
        acct.settings = &scope;
        acct.settings_n = 1;
        assert_int_equal(oauth_request(&f.ctx, &acct, &req), ERR_DENIED); /* nothing configured */
        assert_int_equal(secret_set(&acct.api_user, STR("id")), OK);
        assert_int_equal(secret_set(&acct.api_secret, STR("s3cret /")), OK);
        assert_ok(&f.ctx, oauth_request(&f.ctx, &acct, &req));
        assert_str(req.method, "POST");
        assert_str(req.url, T[i].url);
        assert_str(header_of(&req, "Authorization"), T[i].auth);
        assert_str(header_of(&req, "Content-Type"), "application/x-www-form-urlencoded");
        assert_str(req.body, T[i].body);
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

static void other_sign_ins(void **state)
{
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    (void)state;
    fixture_init(&f);
    test_account(&acct, "aftership", NULL);
    assert_false(oauth_used(acct.conn));
    assert_int_equal(oauth_request(&f.ctx, &acct, &req), ERR_UNSUPPORTED);
    assert_int_equal(req.headers_n, 0);
    fixture_clear(&f);
}

static void answers(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err want;
        int64_t life_s; /* after which the token is not used any more */
        const char *words;
    } T[] = {
        {200, "{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":3600}", OK, 3540,
         NULL},
        {200, "{\"access_token\":\"abc\",\"token_type\":\"bearer\",\"expires_in\":\"14399\"}", OK,
         14339, NULL},
        {200, "{\"access_token\":\"abc\",\"token_type\":\"BearerToken\",\"expires_in\":100}", OK,
         90, NULL},
        {200, "{\"access_token\":\"abc\"}", OK, 270, NULL},
        {200, "{\"access_token\":\"abc\",\"expires_in\":-1}", OK, 270, NULL},
        {200, "{\"access_token\":\"abc\",\"expires_in\":99999999999999}", OK, 270, NULL},
        {200, "{\"access_token\":\"a\\nb\",\"expires_in\":60}", ERR_PARSE, 0, "byte 1"},
        {200, "{\"access_token\":\"abc\",\"token_type\":\"mac\"}", ERR_PARSE, 0, "token_type"},
        {200, "{\"expires_in\":60}", ERR_PARSE, 0, "access_token"},
        {200, "<html>", ERR_PARSE, 0, ""},
        {200, "{\"error\":\"invalid_scope\"}", ERR_DENIED, 0, "invalid_scope"},
        {401, "{\"error\":\"invalid_client\",\"error_description\":\"id\"}", ERR_DENIED, 0,
         "invalid_client"},
        {400, "{\"errors\":[{\"code\":\"NOT.AUTHORIZED.ERROR\",\"message\":\"x\"}]}", ERR_DENIED, 0,
         "NOT.AUTHORIZED.ERROR"},
        {401, "{\"response\":{\"errors\":[{\"code\":\"10401\"}]}}", ERR_DENIED, 0, "10401"},
        {403, "<html>", ERR_DENIED, 0, "403"},
        {429, "", ERR_BUSY, 0, "too many"},
        {503, "", ERR_UNAVAILABLE, 0, "503"},
        {302, "", ERR_DENIED, 0, "302"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct oauth_token tok = {0};
        fixture_init(&f);
        struct http_msg msg = {
            .status = T[i].status, .body = str_of(T[i].body), .received_us = TEST_NOW_US};
        enum err e = oauth_decode(&f.ctx, &msg, &tok);
        if (e != T[i].want)
            fail_msg("%s: %s, want %s: %s", T[i].body, err_name(e), err_name(T[i].want), f.ctx.msg);
        if (e == OK) {
            assert_str(tok.token, "abc");
            assert_int_equal(tok.expires_us, TEST_NOW_US + T[i].life_s * US_PER_S);
        } else {
            assert_true(str_empty(tok.token));
            assert_true(str_contains(str_of(f.ctx.msg), str_of(T[i].words)));
        }
        fixture_clear(&f);
    }
}

/* A secret with a line break would become a header of its own. */
static void line_breaks(void **state)
{
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    (void)state;
    fixture_init(&f);
    test_account(&acct, "fedex", NULL);
    assert_int_equal(secret_set(&acct.api_user, STR("id\r\nX: y")), OK);
    assert_int_equal(secret_set(&acct.api_secret, STR("s")), OK);
    assert_ok(&f.ctx, oauth_request(&f.ctx, &acct, &req));
    assert_str(req.body,
               "grant_type=client_credentials&client_id=id%0D%0AX%3A%20y&client_secret=s");
    test_account_clear(&acct);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(other_sign_ins),
        cmocka_unit_test(answers),
        cmocka_unit_test(line_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
