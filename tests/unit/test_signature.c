/*
 * Signatures: vectors made with another program (Python's hmac) and, where the folder of facts stands beside the project, those
 * of its table; both secrets of a rotation, forged and malformed ones, times, tokens, accounts without a secret.
 */
#include "lib/connector_case.h"

#include "base/num.h"
#include "connectors/lib/signature.h"

#define BODY "{\"order\":\"#1020\"}"

struct signer {
    struct fixture f;
    struct account acct;
};

static void open_signer(struct signer *s, const char *first, const char *second)
{
    fixture_init(&s->f);
    s->acct = (struct account){.id = STR("t"), .conn = connector_find(STR("shopify"))};
    if (first != NULL)
        assert_int_equal(secret_set(&s->acct.webhook_secrets[0], str_of(first)), OK);
    if (second != NULL)
        assert_int_equal(secret_set(&s->acct.webhook_secrets[1], str_of(second)), OK);
}

static void close_signer(struct signer *s)
{
    test_account_clear(&s->acct);
    fixture_clear(&s->f);
}

static const char B64[] = "VBct/v+nc8H7S9m1rae7+N8Hqy2hQ8iv6M8YfskB0/0=";
static const char HEX[] = "f4b1567bceb560ba08af1bd25bbe97e67972890cfe4655943eb25fee940debfb";

static void macs(void **state)
{
    static const struct {
        const char *name, *first, *second, *prefix, *given;
        enum mac_alg alg;
        enum sig_encoding enc;
        enum err want;
    } CASES[] = {
        {"base64", "first-secret", NULL, "", B64, MAC_SHA256, SIG_BASE64, OK},
        {"second secret, hex", "first-secret", "second-secret", "", HEX, MAC_SHA256, SIG_HEX, OK},
        {"secrets swapped", "second-secret", "first-secret", "", B64, MAC_SHA256, SIG_BASE64, OK},
        {"SHA-1 with a prefix", "first-secret", NULL, "sha1=", "sha1=fd76fc5d10e841dc2df918f8bde394c668007772", MAC_SHA1, SIG_HEX, OK},
        {"prefix missing", "first-secret", NULL, "sha1=", "fd76fc5d10e841dc2df918f8bde394c668007772", MAC_SHA1, SIG_HEX, ERR_DENIED},
        {"prefix alone", "first-secret", NULL, "sha1=", "sha1=", MAC_SHA1, SIG_HEX, ERR_DENIED},
        {"wrong secret", "third-secret", NULL, "", B64, MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"no secret", NULL, NULL, "", B64, MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"other algorithm", "first-secret", NULL, "", B64, MAC_SHA1, SIG_BASE64, ERR_DENIED},
        {"other encoding", "first-secret", NULL, "", B64, MAC_SHA256, SIG_HEX, ERR_DENIED},
        {"empty", "first-secret", NULL, "", "", MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"cut", "first-secret", NULL, "", "VBct/v+nc8H7S9m1rae7+N8Hqy2hQ8iv6M8YfskB", MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"with more behind", "first-secret", NULL, "", "VBct/v+nc8H7S9m1rae7+N8Hqy2hQ8iv6M8YfskB0/0=AAAA", MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"one bit", "first-secret", NULL, "", "VBct/v+nc8H7S9m1rae7+N8Hqy2hQ8iv6M8YfskB0/w=", MAC_SHA256, SIG_BASE64, ERR_DENIED},
        {"no base64", "first-secret", NULL, "", "!!!!", MAC_SHA256, SIG_BASE64, ERR_DENIED},
    };
    (void)state;
    for (int round = 0; round < 2; round++) /* the second time with kept contexts */
        for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
            struct signer s;
            struct str body = STR(BODY);
            open_signer(&s, CASES[i].first, CASES[i].second);
            enum err e = sig_hmac(&s.f.ctx, &s.acct, CASES[i].alg, CASES[i].enc, str_of(CASES[i].prefix), str_of(CASES[i].given), &body, 1);
            if (e != CASES[i].want)
                fail_msg("%s: got %s (%s)", CASES[i].name, err_name(e), s.f.ctx.msg);
            close_signer(&s);
        }
}

/* More keys than contexts are kept, each again and again: no key is taken for another. */
static void many_keys(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 200; i++) {
            struct signer s;
            unsigned char sum[SHA256_LEN];
            size_t n = 0;
            struct str body = STR(BODY);
            struct buf given;
            open_signer(&s, NULL, NULL);
            struct str key = arena_fmt(s.f.arena, "key-%d", i), other = arena_fmt(s.f.arena, "key-%d", i + 1);
            assert_int_equal(secret_set(&s.acct.webhook_secrets[0], key), OK);
            buf_init(&given, 128);
            for (int right = 0; right < 2; right++) {
                assert_int_equal(hmac_once(MAC_SHA256, right == 1 ? key : other, &body, 1, sum, &n), OK);
                buf_reset(&given);
                buf_add_hex(&given, (struct str){(const char *)sum, n});
                assert_int_equal(sig_hmac(&s.f.ctx, &s.acct, MAC_SHA256, SIG_HEX, STR(""), buf_str(&given), &body, 1), right == 1 ? OK : ERR_DENIED);
            }
            buf_clear(&given);
            close_signer(&s);
        }
}

static void shared_secrets(void **state)
{
    struct signer s;
    (void)state;
    open_signer(&s, "one", "two");
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR("one")), OK);
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR("two")), OK);
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR("onE")), ERR_DENIED);
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR("")), ERR_DENIED);
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR_NULL), ERR_DENIED);
    close_signer(&s);
    open_signer(&s, NULL, NULL);
    assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR("")), ERR_DENIED);
    close_signer(&s);
}

static void insecure_accounts(void **state)
{
    static const struct setting SET[] = {{{"insecure", 8}, {"true", 4}}};
    static const struct setting OFF[] = {{{"insecure", 8}, {"1", 1}}};
    struct str body = STR(BODY);
    struct http_msg msg = {.body = body, .received_us = TEST_NOW_US};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct signer s;
        open_signer(&s, i == 2 ? "a-secret" : NULL, NULL); /* a secret is checked whatever the setting says */
        s.acct.settings = i == 1 ? OFF : SET;
        s.acct.settings_n = 1;
        enum err want = i == 0 ? OK : ERR_DENIED;
        assert_int_equal(sig_hmac(&s.f.ctx, &s.acct, MAC_SHA256, SIG_HEX, STR(""), STR_NULL, &body, 1), want);
        assert_int_equal(sig_header_secret(&s.f.ctx, &s.acct, STR_NULL), want);
        assert_int_equal(sig_standard_webhooks(&s.f.ctx, &s.acct, &msg), want);
        assert_int_equal(sig_jwt_hs256(&s.f.ctx, &s.acct, STR_NULL, TEST_NOW_US), want);
        close_signer(&s);
    }
}

#define SIG1 "v1,TA3+o1xiYR6oArtIZhcXMC/zSKw4HEUkSsHigPlkdoQ="

static void standard_webhooks(void **state)
{
    static const struct {
        const char *name, *id, *stamp, *sigs;
        int64_t later_s;
        enum err want;
    } CASES[] = {
        {"right", "msg_1", "1795000000", SIG1, 0, OK},
        {"one of several", "msg_1", "1795000000", "v1a,AAAA v1,AAAA " SIG1, 0, OK},
        {"300 s later", "msg_1", "1795000000", SIG1, 300, OK},
        {"301 s later", "msg_1", "1795000000", SIG1, 301, ERR_STALE},
        {"300 s before", "msg_1", "1795000000", SIG1, -300, OK},
        {"301 s before", "msg_1", "1795000000", SIG1, -301, ERR_STALE},
        {"other id", "msg_2", "1795000000", SIG1, 0, ERR_DENIED},
        {"other time", "msg_1", "1795000001", SIG1, 0, ERR_DENIED},
        {"no id", "", "1795000000", SIG1, 0, ERR_DENIED},
        {"no time", "msg_1", "", SIG1, 0, ERR_DENIED},
        {"time is no number", "msg_1", "1795000000 ", SIG1, 0, ERR_DENIED},
        {"time out of range", "msg_1", "99999999999999999999", SIG1, 0, ERR_DENIED},
        {"no signature", "msg_1", "1795000000", "", 0, ERR_DENIED},
        {"other version", "msg_1", "1795000000", "v2,TA3+o1xiYR6oArtIZhcXMC/zSKw4HEUkSsHigPlkdoQ=", 0, ERR_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct signer s;
        struct http_header room[CASE_HEADERS_MAX];
        open_signer(&s, "old", "first-secret");
        struct http_msg msg = test_hook(room, (const char *const[][2]){{"Webhook-Id", CASES[i].id}, {"Webhook-Timestamp", CASES[i].stamp},
                                                                     {"Webhook-Signature", CASES[i].sigs}, {NULL, NULL}}, BODY);
        msg.received_us = INT64_C(1795000000) * US_PER_S + CASES[i].later_s * US_PER_S;
        enum err e = sig_standard_webhooks(&s.f.ctx, &s.acct, &msg);
        if (e != CASES[i].want)
            fail_msg("%s: got %s (%s)", CASES[i].name, err_name(e), s.f.ctx.msg);
        close_signer(&s);
    }
}

static void tokens(void **state)
{
    static const struct {
        const char *name, *token;
        enum err want;
    } CASES[] = {
        {"plain", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.4Gk1wCjse5neEFhL2JGuVOav1MUnpnhEZVK6V-EyiAE", OK},
        {"ends in 30 s", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTUwMDAwMzB9.2goEZ0mGJ-uuwrRMxvFisNEEWiW87FMPKjz7wRyKDLM", OK},
        {"ended 100 s ago", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTQ5OTk5MDB9.4pFrlaestRX_Vj7LVbDMkLIhvGGdKuNrpVhS2OP7W4s", ERR_STALE},
        {"begins in 100 s", "eyJhbGciOiJIUzI1NiJ9.eyJuYmYiOjE3OTUwMDAxMDB9.s-CF1wSb2p5ivqR5Jmy1WVWktP1B52wp8VbVRx6xE_M", ERR_STALE},
        {"alg none", "eyJhbGciOiJub25lIn0.e30.fIUau3KQvZq0kK5Sza2OkL36Ry6-JPHqob6K_7SZFdg", ERR_DENIED},
        {"alg none, nothing signed", "eyJhbGciOiJub25lIn0.e30.", ERR_DENIED},
        {"alg HS512", "eyJhbGciOiJIUzUxMiJ9.e30.JSz0PNlwUsjfZSMbZeL5RyQcp4Pk7swEwbMthQ3qSpI", ERR_DENIED},
        {"content is no JSON", "eyJhbGciOiJIUzI1NiJ9.eA.dYv6d5Y3BRSqs6LNxUfEItNlLusqJXtKpnPJl7cjbkU", ERR_DENIED},
        {"other content", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIyIn0.4Gk1wCjse5neEFhL2JGuVOav1MUnpnhEZVK6V-EyiAE", ERR_DENIED},
        {"two parts", "eyJhbGciOiJIUzI1NiJ9.e30", ERR_DENIED},
        {"four parts", "eyJhbGciOiJIUzI1NiJ9.e30.AA.AA", ERR_DENIED},
        {"empty", "", ERR_DENIED},
        {"dots", "..", ERR_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct signer s;
        open_signer(&s, "old", "first-secret");
        enum err e = sig_jwt_hs256(&s.f.ctx, &s.acct, str_of(CASES[i].token), TEST_NOW_US);
        if (e != CASES[i].want)
            fail_msg("%s: got %s (%s)", CASES[i].name, err_name(e), s.f.ctx.msg);
        close_signer(&s);
    }
}

/* ---- the table of facts: vendor, header, algorithm, encoding, content, replay, secret, other inputs, body, expected, ... */

static const struct {
    const char *vendor, *prefix;
    enum mac_alg alg;
    enum sig_encoding enc;
} PLAIN[] = {
    {"shopify", "", MAC_SHA256, SIG_BASE64}, {"woocommerce", "", MAC_SHA256, SIG_BASE64}, {"intercom", "sha1=", MAC_SHA1, SIG_HEX},
    {"kustomer", "", MAC_SHA256, SIG_HEX},   {"meta (WhatsApp Cloud, Messenger, Instagram)", "sha256=", MAC_SHA256, SIG_HEX},
};

static struct str input(struct str all, const char *name)
{
    struct str one, key;
    while (str_split(&all, ';', &one)) {
        one = str_trim(one);
        if (str_split(&one, '=', &key) && str_eq(key, str_of(name)))
            return one;
    }
    return STR_NULL;
}

static bool check_row(struct signer *s, struct str *col)
{
    struct str vendor = col[0], body = col[8];
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        if (!str_eq(vendor, str_of(PLAIN[i].vendor)))
            continue;
        assert_int_equal(secret_set(&s->acct.webhook_secrets[0], col[6]), OK);
        assert_ok(&s->f.ctx, sig_hmac(&s->f.ctx, &s->acct, PLAIN[i].alg, PLAIN[i].enc, str_of(PLAIN[i].prefix), col[9], &body, 1));
        body.n--;
        assert_int_equal(sig_hmac(&s->f.ctx, &s->acct, PLAIN[i].alg, PLAIN[i].enc, str_of(PLAIN[i].prefix), col[9], &body, 1), ERR_DENIED);
        return true;
    }
    bool whsec = str_starts(col[6], STR("whsec_"));
    if (!str_eq(vendor, STR("bigcommerce")) && !whsec)
        return false;
    struct buf key;
    int64_t stamp = 0;
    buf_init(&key, 256);
    if (whsec)
        assert_int_equal(base64_decode(str_sub(col[6], 6, col[6].n), &key), OK);
    else /* "bc-client-secret (...)": the first word */
        for (size_t i = 0; i < col[6].n && col[6].p[i] != ' '; i++)
            buf_addc(&key, col[6].p[i]);
    assert_int_equal(secret_set(&s->acct.webhook_secrets[0], buf_str(&key)), OK);
    buf_clear(&key);
    struct http_header h[] = {{STR("webhook-id"), input(col[7], "webhook-id")}, {STR("webhook-timestamp"), input(col[7], "webhook-timestamp")},
                              {STR("webhook-signature"), col[9]}};
    assert_int_equal(num_parse_i64(h[1].value, 1, INT64_C(9999999999), &stamp), OK);
    struct http_msg msg = {.headers = h, .headers_n = 3, .body = body, .received_us = stamp * US_PER_S};
    assert_ok(&s->f.ctx, sig_standard_webhooks(&s->f.ctx, &s->acct, &msg));
    return true;
}

static void table_of_facts(void **state)
{
    const char *path = test_shared_path("facts/signatures.tsv");
    int rows = 0;
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    struct signer s;
    open_signer(&s, NULL, NULL);
    struct str text = test_read_file(s.f.arena, path), line;
    while (str_split(&text, '\n', &line)) {
        struct str col[11] = {STR_NULL};
        size_t n = 0;
        while (n < 11 && str_split(&line, '\t', &col[n]))
            n++;
        rows += n >= 10 && check_row(&s, col) ? 1 : 0;
    }
    print_message("%d vectors\n", rows);
    assert_int_equal(rows, 7);
    close_signer(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(macs),              cmocka_unit_test(many_keys), cmocka_unit_test(shared_secrets), cmocka_unit_test(insecure_accounts),
        cmocka_unit_test(standard_webhooks), cmocka_unit_test(tokens),    cmocka_unit_test(table_of_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
