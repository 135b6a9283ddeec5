/*
 * Crypto against vectors made outside this program: MACs and hashes by Python, signatures by the
 * openssl tool with keys made for this test alone, sealing by another AES-GCM. Then everything that
 * must not verify.
 */
#include "lib/fixture.h"

#include "base/crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MSG "1790000000.{\"order\":\"#1020\"}"

static const char RSA_PEM[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzQh1rAuElWcqR5gTso+Q\n"
                              "7fxQpbLUpXYODBckrbxnQWGa/0cZUMDRDJPs/XStL4wOmYIgSGhVtYrpVtoD8Kpa\n"
                              "0D1I0KGTxtlsjkYnlT6nhdf5KL50x/65PrIC3BRWNAefwoiBL1fbmHl6ffcHJSAV\n"
                              "IjmC7Z+MgXVZSFXv4teOHdKeFtFsBZA25Nde+5ykYOk+Gx7xip+vRxv5kfpTdcr+\n"
                              "k3Qz6gMl/tai3b/rOSK6RdT1avWOIBsyg7lLYbNA7YJsz13AWFsPOCBXsWdoZx2T\n"
                              "auzXJbxf1rvlFznUkmrZgJKher3amulF2+nKosONDWgzKl7iWhs6D9DPZ0/UeoU/\n"
                              "pQIDAQAB\n"
                              "-----END PUBLIC KEY-----\n";
static const char RSA_SIG[] =
    "rjATRjeekXBkHFDaaKvZxUGRCt2jFPtnzrpjFDc0S6jHAtkF6llXKrN5THx93l3FkfKolDSW8BX5u1IbCw73m0aMyoZGcr"
    "dAJhfg"
    "7YxopSTFZ1x5QiV5fV/29Sv0KwuMNthHhEwlWqXy35E3S3bIy8ym8syGuqGlvOl2BscjnMNvT/pYdb+z/"
    "fKOOVmsTZmzui6arvj/"
    "PFSysdS1G82YapSAM+h9VukDmUEWsXLrrxJ9yZPi8nW44M+q0rHBQpSehZLVAd4qf3z4apZ96zLUWinls/"
    "1U4xDipSLm33N7iBQy"
    "XvvSKFBjul5kny+2tt1sN7aZg++a5J/CixfGzETqYQ==";
static const char RSA_N[] =
    "zQh1rAuElWcqR5gTso-Q7fxQpbLUpXYODBckrbxnQWGa_0cZUMDRDJPs_"
    "XStL4wOmYIgSGhVtYrpVtoD8Kpa0D1I0KGTxtlsjkYn"
    "lT6nhdf5KL50x_65PrIC3BRWNAefwoiBL1fbmHl6ffcHJSAVIjmC7Z-MgXVZSFXv4teOHdKeFtFsBZA25Nde-5ykYOk-"
    "Gx7xip-v"
    "Rxv5kfpTdcr-k3Qz6gMl_tai3b_"
    "rOSK6RdT1avWOIBsyg7lLYbNA7YJsz13AWFsPOCBXsWdoZx2TauzXJbxf1rvlFznUkmrZgJKh"
    "er3amulF2-nKosONDWgzKl7iWhs6D9DPZ0_UeoU_pQ";
static const char EC_PEM[] = "-----BEGIN PUBLIC KEY-----\n"
                             "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETQCvTuCvASTU57GMrRPvYmLdHpfE\n"
                             "/KntxBC9iHRRVcut8PL9Evp1IC9oqOaOonDsj/qf2DmW55XO+sphcHJJzA==\n"
                             "-----END PUBLIC KEY-----\n";
static const char EC_DER[] = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETQCvTuCvASTU57GMrRPvYmLdHpfE/"
                             "KntxBC9iHRRVcut8PL9Evp1IC9oqOaOonDs"
                             "j/qf2DmW55XO+sphcHJJzA==";
static const char EC_SIG[] = "MEUCIGGdZI81MaAZdH7U3ou9Q36F/"
                             "aQSN41nEzHb5vnMcJnUAiEA51f8wjWrUySD4cYdpHvzKzueyyK3UJzQ2+ueFTHm5PY=";

static const char P384_DER[] =
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE01xZWA4+/CsGULeWzP3D8uyLEfnCg+py/chXRAXOdToPMkUpkQOoUINiym"
    "Y+3g67k80OgAlKhUwu0WLcFX10pTGvd0REJyBeOTH3Ut44+NkuSpZxplluofkx5ZTQfk4h";
static const char P384_SIG[] =
    "MGUCMQCTaZQys54hFMsquL3ajkjYHaZeGEdD5YWt/x6/n3S2SN389WqWpN7evzN4Dseed1gCME+AvkXOFFXXLULH8f"
    "Dc0Ex5Fww6YEJrOPFxj51iIPr1MWp0lJcue4wbHFsFBBSw+A==";

static void assert_hex(const unsigned char *p, size_t n, const char *want)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add_hex(&b, (struct str){(const char *)p, n});
    if (!str_eq(buf_str(&b), str_of(want)))
        fail_msg("got %.*s, want %s", STR_ARG(buf_str(&b)), want);
    buf_clear(&b);
}

static void test_mac(void **state)
{
    static const struct {
        enum mac_alg alg;
        const char *key, *want;
    } CASES[] = {
        {MAC_SHA256, "our own key",
         "a66a33354f1420f52a04c6d735e46146aa9c977267318c5b6195f81533d1ada9"},
        {MAC_SHA1, "our own key", "a44a28d15865d6b7492401af68db9587805168b2"},
        {MAC_SHA256,
         "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
         "KKKKKKKKKKK",
         "b4e9e817a8fd891d1e041cc841efc12fd530179194983c5fef76c59a640f21b2"}, /* longer than a block
                                                                               */
    };
    const struct str whole[] = {STR(MSG)}, parts[] = {STR("1790000000"), STR_NULL, STR("."),
                                                      STR("{\"order\":"), STR("\"#1020\"}")};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        unsigned char out[SHA256_LEN];
        size_t n = 0;
        struct mac *m = mac_new(CASES[i].alg, str_of(CASES[i].key));
        assert_non_null(m);
        for (int again = 0; again < 3; again++) { /* the kept context starts anew each time */
            assert_int_equal(mac_sum(m, again == 1 ? parts : whole, again == 1 ? 5 : 1, out, &n),
                             OK);
            assert_hex(out, n, CASES[i].want);
        }
        mac_free(m);
        assert_int_equal(hmac_once(CASES[i].alg, str_of(CASES[i].key), parts, 5, out, &n), OK);
        assert_hex(out, n, CASES[i].want);
    }
    unsigned char out[SHA256_LEN];
    size_t n;
    assert_null(mac_new(MAC_SHA256, STR("")));
    assert_int_equal(hmac_once(MAC_SHA256, STR(""), whole, 1, out, &n),
                     ERR_DENIED); /* an empty secret signs nothing */
    mac_free(NULL);
}

static void test_sha256(void **state)
{
    unsigned char out[SHA256_LEN];
    (void)state;
    sha256(STR(MSG), out);
    assert_hex(out, sizeof(out),
               "00f0551cc727a827ccb72c18c64551c837368cc6f4057108754e98084cb6d878");
    sha256(STR_NULL, out);
    assert_hex(out, sizeof(out),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void key_and_nonce(unsigned char key[KEY_LEN], unsigned char nonce[SEAL_NONCE_LEN])
{
    for (int i = 0; i < KEY_LEN; i++)
        key[i] = (unsigned char)i;
    for (int i = 0; i < SEAL_NONCE_LEN; i++)
        nonce[i] = (unsigned char)(100 + i);
}

static void test_seal_vector(void **state)
{
    unsigned char key[KEY_LEN], nonce[SEAL_NONCE_LEN];
    struct buf b;
    (void)state;
    key_and_nonce(key, nonce);
    buf_init(&b, 1000);
    assert_int_equal(seal(key, nonce, STR("merchant/7"), STR("Anna Example"), &b), OK);
    assert_hex((const unsigned char *)b.p, b.n,
               "6465666768696a6b6c6d6e6f0975b00759ac2eff5312338d64a338791c6ab640dfff29255da58b86");
    buf_clear(&b);
}

static void test_seal_round_trip(void **state)
{
    unsigned char key[KEY_LEN], nonce[SEAL_NONCE_LEN];
    char plain[300];
    struct buf sealed, back;
    (void)state;
    key_and_nonce(key, nonce);
    buf_init(&sealed, 4096);
    buf_init(&back, 4096);
    for (size_t n = 0; n < sizeof(plain); n++) {
        plain[n] = (char)n;
        buf_reset(&sealed);
        buf_reset(&back);
        buf_addz(&sealed, "before");
        buf_addz(&back, "kept");
        assert_int_equal(seal(key, NULL, STR("aad"), (struct str){plain, n}, &sealed), OK);
        assert_int_equal(sealed.n, 6 + n + SEAL_OVERHEAD);
        assert_int_equal(unseal(key, STR("aad"), str_sub(buf_str(&sealed), 6, SIZE_MAX), &back),
                         OK);
        assert_true(str_eq(str_sub(buf_str(&back), 4, SIZE_MAX), (struct str){plain, n}));
        assert_str(str_sub(buf_str(&back), 0, 4), "kept");
    }
    buf_clear(&sealed);
    buf_clear(&back);
}

static void test_unseal_refuses(void **state)
{
    unsigned char key[KEY_LEN], other[KEY_LEN], nonce[SEAL_NONCE_LEN];
    struct buf sealed, back;
    (void)state;
    key_and_nonce(key, nonce);
    key_and_nonce(other, nonce);
    other[31] ^= 1;
    buf_init(&sealed, 4096);
    buf_init(&back, 4096);
    assert_int_equal(seal(key, NULL, STR("aad"), STR("Anna Example"), &sealed), OK);
    assert_int_equal(unseal(other, STR("aad"), buf_str(&sealed), &back), ERR_DENIED);
    assert_int_equal(unseal(key, STR("aae"), buf_str(&sealed), &back), ERR_DENIED);
    assert_int_equal(unseal(key, STR(""), buf_str(&sealed), &back), ERR_DENIED);
    for (size_t n = 0; n < sealed.n; n++)
        assert_int_equal(unseal(key, STR("aad"), str_sub(buf_str(&sealed), 0, n), &back),
                         ERR_DENIED);
    for (size_t bit = 0; bit < sealed.n * 8; bit++) {
        sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(unseal(key, STR("aad"), buf_str(&sealed), &back), ERR_DENIED);
        sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ (1 << bit % 8));
    }
    assert_int_equal(back.n, 0); /* nothing unverified got out */
    assert_int_equal(unseal(key, STR("aad"), buf_str(&sealed), &back), OK);
    struct buf small;
    buf_init(&small, 10);
    assert_int_not_equal(seal(key, NULL, STR("aad"), STR("Anna Example"), &small), OK);
    assert_int_equal(small.n, 0);
    buf_clear(&small);
    buf_clear(&sealed);
    buf_clear(&back);
}

static void test_random(void **state)
{
    unsigned char a[32], b[32], big[2000];
    int fds[2], ones = 0;
    (void)state;
    assert_int_equal(crypto_random(a, sizeof(a)), OK);
    assert_int_equal(crypto_random(b, sizeof(b)), OK);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(crypto_random(big, sizeof(big)), OK);
    for (size_t i = 0; i < sizeof(big) * 8; i++)
        ones += big[i / 8] >> i % 8 & 1;
    assert_in_range(ones, 7300, 8700); /* 16,000 fair bits: eleven standard deviations */
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool ok =
            crypto_random(b, sizeof(b)) == OK && write(fds[1], b, sizeof(b)) == (ssize_t)sizeof(b);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(crypto_random(a, sizeof(a)), OK);
    assert_int_equal(read(fds[0], b, sizeof(b)), (ssize_t)sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a)); /* a child goes its own way */
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

typedef enum err verify_fn(struct str key, const struct str *parts, size_t n, struct str sig);

static void check_signature(verify_fn *verify, struct str key, struct str other_key,
                            const char *sig64)
{
    const struct str parts[] = {STR("1790000000"), STR("."), STR_NULL,
                                STR("{\"order\":\"#1020\"}")},
                     changed[] = {STR(MSG " ")};
    struct buf sig;
    buf_init(&sig, 4096);
    assert_int_equal(base64_decode(str_of(sig64), &sig), OK);
    assert_int_equal(verify(key, parts, 4, buf_str(&sig)), OK);
    assert_int_equal(verify(key, changed, 1, buf_str(&sig)), ERR_DENIED);
    assert_int_equal(verify(key, parts, 3, buf_str(&sig)), ERR_DENIED);
    assert_int_equal(verify(other_key, parts, 4, buf_str(&sig)), ERR_DENIED);
    assert_int_equal(verify(STR(""), parts, 4, buf_str(&sig)), ERR_DENIED);
    assert_int_equal(verify(STR("bm90IGEga2V5"), parts, 4, buf_str(&sig)), ERR_DENIED);
    assert_int_equal(verify(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                            parts, 4, buf_str(&sig)),
                     ERR_DENIED);
    assert_int_equal(verify(key, parts, 4, STR("")), ERR_DENIED);
    for (size_t n = 0; n < sig.n; n += 7)
        assert_int_equal(verify(key, parts, 4, str_sub(buf_str(&sig), 0, n)), ERR_DENIED);
    for (size_t i = 0; i < sig.n; i += 5) {
        sig.p[i] = (char)(sig.p[i] ^ 0x10);
        assert_int_equal(verify(key, parts, 4, buf_str(&sig)), ERR_DENIED);
        sig.p[i] = (char)(sig.p[i] ^ 0x10);
    }
    buf_clear(&sig);
}

static void test_signatures(void **state)
{
    (void)state;
    check_signature(verify_rsa_sha256, str_of(RSA_PEM), str_of(EC_PEM), RSA_SIG);
    check_signature(verify_ecdsa_sha256, str_of(EC_PEM), str_of(RSA_PEM), EC_SIG);
    check_signature(verify_ecdsa_sha256, str_of(EC_DER), str_of(RSA_PEM), EC_SIG);
}

/* A signature that is right for a key of another kind must not pass for the kind that was asked
 * for. */
static void test_kind_of_key(void **state)
{
    const struct str parts[] = {STR(MSG)};
    struct buf rsa, ec;
    (void)state;
    buf_init(&rsa, 4096);
    buf_init(&ec, 4096);
    assert_int_equal(base64_decode(str_of(RSA_SIG), &rsa), OK);
    assert_int_equal(base64_decode(str_of(EC_SIG), &ec), OK);
    assert_int_equal(verify_ecdsa_sha256(str_of(RSA_PEM), parts, 1, buf_str(&rsa)), ERR_DENIED);
    assert_int_equal(verify_rsa_sha256(str_of(EC_PEM), parts, 1, buf_str(&ec)), ERR_DENIED);
    buf_reset(&ec);
    assert_int_equal(base64_decode(str_of(P384_SIG), &ec), OK); /* right, but of another curve */
    assert_int_equal(verify_ecdsa_sha256(str_of(P384_DER), parts, 1, buf_str(&ec)), ERR_DENIED);
    buf_clear(&rsa);
    buf_clear(&ec);
}

static void test_jwk(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct str pem = STR("untouched");
    assert_int_equal(rsa_public_from_jwk(&f.ctx, STR("!!"), STR("AQAB"), &pem), ERR_PARSE);
    assert_int_equal(rsa_public_from_jwk(&f.ctx, STR(""), STR("AQAB"), &pem), ERR_PARSE);
    assert_int_equal(rsa_public_from_jwk(&f.ctx, str_of(RSA_N), STR(""), &pem), ERR_PARSE);
    assert_str(pem, "untouched");
    assert_ok(&f.ctx, rsa_public_from_jwk(&f.ctx, str_of(RSA_N), STR("AQAB"), &pem));
    assert_str(pem, RSA_PEM);
    check_signature(verify_rsa_sha256, pem, str_of(EC_PEM), RSA_SIG);
    fixture_clear(&f);
}

static const struct {
    const char *text;
    bool url;
    struct str bytes; /* p NULL: refused */
    bool plain_form;  /* encoding the bytes gives the text again */
} BASE64[] = {
    {"", false, {"", 0}, true},
    {"QQ==", false, {"A", 1}, true},
    {"QQ", false, {"A", 1}, false},
    {"QUI=", false, {"AB", 2}, true},
    {"QUI", true, {"AB", 2}, true},
    {"QUJD", false, {"ABC", 3}, true},
    {"+/8=", false, {"\xfb\xff", 2}, true},
    {"-_8", true, {"\xfb\xff", 2}, true},
    {"-_8", false, {NULL, 0}, false},
    {"+/8", true, {NULL, 0}, false},
    {"Q", false, {NULL, 0}, false},
    {"QUJDQ", false, {NULL, 0}, false},
    {"QQ=", false, {NULL, 0}, false},
    {"QQ===", false, {NULL, 0}, false},
    {"QUJD====", false, {NULL, 0}, false},
    {"Q=Q=", false, {NULL, 0}, false},
    {"QU JD", false, {NULL, 0}, false},
    {"QUJD\n", false, {NULL, 0}, false},
    {"QU\xc3\xa9", false, {NULL, 0}, false},
};

static void test_base64(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof(BASE64) / sizeof(BASE64[0]); i++) {
        struct str text = str_of(BASE64[i].text);
        buf_reset(&b);
        enum err e = BASE64[i].url ? base64url_decode(text, &b) : base64_decode(text, &b);
        if (e != (BASE64[i].bytes.p == NULL ? ERR_PARSE : OK) ||
            (e == OK && !str_eq(buf_str(&b), BASE64[i].bytes)))
            fail_msg("%s: %s", BASE64[i].text, err_name(e));
        if (!BASE64[i].plain_form)
            continue;
        buf_reset(&b);
        BASE64[i].url ? base64url_encode(BASE64[i].bytes, &b) : base64_encode(BASE64[i].bytes, &b);
        assert_str(buf_str(&b), BASE64[i].text);
    }
    buf_clear(&b);
    buf_init(&b, 2);
    assert_int_equal(base64_decode(STR("QUJD"), &b), ERR_LIMIT);
    buf_clear(&b);
}

static void test_hex(void **state)
{
    static const char *const BAD[] = {"0", "0g", ":0", "0:", "  ", "0x", "\xff\xff", "abc"};
    struct buf b;
    (void)state;
    buf_init(&b, 1000);
    assert_int_equal(hex_decode(STR("00ffAbCdEf09"), &b), OK);
    assert_true(str_eq(buf_str(&b), (struct str){"\x00\xff\xab\xcd\xef\x09", 6}));
    assert_int_equal(hex_decode(STR(""), &b), OK);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (hex_decode(str_of(BAD[i]), &b) != ERR_PARSE)
            fail_msg("%s was taken", BAD[i]);
    buf_clear(&b);
}

/* Threads come and go; each has contexts of its own. */
static void *in_thread(void *out)
{
    unsigned char key[KEY_LEN], nonce[SEAL_NONCE_LEN];
    struct buf a, b;
    bool ok = true;
    key_and_nonce(key, nonce);
    buf_init(&a, 4096);
    buf_init(&b, 4096);
    for (int i = 0; i < 500 && ok; i++) {
        buf_reset(&a);
        buf_reset(&b);
        ok = seal(key, NULL, STR("t"), STR("some text"), &a) == OK &&
             unseal(key, STR("t"), buf_str(&a), &b) == OK && str_eq(buf_str(&b), STR("some text"));
    }
    buf_clear(&a);
    buf_clear(&b);
    *(bool *)out = ok;
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t t[4];
    bool ok[4] = {false};
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, in_thread, &ok[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(t[i], NULL), 0);
        assert_true(ok[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_seal_vector),
        cmocka_unit_test(test_seal_round_trip),
        cmocka_unit_test(test_unseal_refuses),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_kind_of_key),
        cmocka_unit_test(test_jwk),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
