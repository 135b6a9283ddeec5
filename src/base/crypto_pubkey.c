/* Public-key signatures: keys come as PEM or as base64 DER SubjectPublicKeyInfo. See crypto.h. */
#include "base/crypto.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static EVP_PKEY *read_key(struct str text)
{
    EVP_PKEY *k = NULL;
    if (str_contains(text, STR("-----BEGIN"))) {
        BIO *bio = text.n > 65536 ? NULL : BIO_new_mem_buf(text.p, (int)text.n);
        if (bio != NULL)
            k = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
        BIO_free(bio);
        return k;
    }
    struct buf der;
    buf_init(&der, 65536);
    if (base64_decode(text, &der) == OK && der.n > 0) {
        const unsigned char *p = (const unsigned char *)der.p;
        k = d2i_PUBKEY(NULL, &p, (long)der.n);
    }
    buf_clear(&der);
    return k;
}

/* The kind that was asked for: RSA, or an elliptic curve, which has to be P-256. */
static bool is_kind(const EVP_PKEY *k, int type)
{
    char group[32] = "";
    size_t n = 0;
    if (EVP_PKEY_get_base_id(k) != type)
        return false;
    return type != EVP_PKEY_EC || (EVP_PKEY_get_group_name(k, group, sizeof(group), &n) == 1 &&
                                   strcmp(group, "prime256v1") == 0);
}

static enum err verify(struct str public_key, int type, const struct str *parts, size_t n,
                       struct str sig)
{
    EVP_PKEY *k = read_key(public_key);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = k != NULL && c != NULL && is_kind(k, type) &&
              EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, k) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = parts[i].n == 0 || EVP_DigestVerifyUpdate(c, parts[i].p, parts[i].n) == 1;
    ok = ok && EVP_DigestVerifyFinal(c, (const unsigned char *)sig.p, sig.n) == 1;
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(k);
    return ok ? OK : ERR_DENIED;
}

enum err verify_rsa_sha256(struct str public_key, const struct str *parts, size_t n, struct str sig)
{
    return verify(public_key, EVP_PKEY_RSA, parts, n, sig);
}

enum err verify_ecdsa_sha256(struct str public_key, const struct str *parts, size_t n,
                             struct str sig)
{
    return verify(public_key, EVP_PKEY_EC, parts, n, sig);
}

static EVP_PKEY *rsa_from_numbers(struct str n, struct str e)
{
    BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL);
    BIGNUM *be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *k = NULL;
    if (bn != NULL && be != NULL && bld != NULL && c != NULL &&
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(bld)) != NULL && EVP_PKEY_fromdata_init(c) == 1 &&
        EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
        k = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);
    EVP_PKEY_CTX_free(c);
    BN_free(bn);
    BN_free(be);
    return k;
}

enum err rsa_public_from_jwk(struct ctx *ctx, struct str n, struct str e, struct str *out_pem)
{
    struct buf bn, be;
    buf_init(&bn, 4096);
    buf_init(&be, 64);
    EVP_PKEY *k = NULL;
    if (base64url_decode(n, &bn) == OK && base64url_decode(e, &be) == OK && bn.n > 0 && be.n > 0)
        k = rsa_from_numbers(buf_str(&bn), buf_str(&be));
    buf_clear(&bn);
    buf_clear(&be);
    BIO *bio = BIO_new(BIO_s_mem());
    enum err err = ERR_PARSE;
    char *p = NULL;
    if (k != NULL && bio != NULL && PEM_write_bio_PUBKEY(bio, k) == 1) {
        long len = BIO_get_mem_data(bio, &p);
        err = arena_dup(ctx->arena, (struct str){p, (size_t)len}, out_pem);
    }
    if (err != OK)
        (void)ctx_fail(ctx, err, "jwk: n and e are no RSA public key");
    BIO_free(bio);
    EVP_PKEY_free(k);
    return err;
}
