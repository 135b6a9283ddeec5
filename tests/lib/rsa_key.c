/* See rsa_key.h. */
#include "lib/rsa_key.h"

#include "base/crypto.h"

#include <openssl/bn.h>

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

struct str rsa_key_jwks(struct arena *a, EVP_PKEY *key, const char *kid)
{
    struct str n = bn_text(a, key, "n"), e = bn_text(a, key, "e");
    return arena_fmt(
        a,
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"other\",\"n\":\"AQAB\",\"e\":\"AQAB\"},"
        "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"%s\",\"n\":\"%.*s\",\"e\":\"%.*s\"}]}",
        kid, STR_ARG(n), STR_ARG(e));
}

struct str rsa_key_sign(struct arena *a, EVP_PKEY *key, struct str text)
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
