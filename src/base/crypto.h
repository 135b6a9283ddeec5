/*
 * Crypto on OpenSSL 3: MACs with kept keyed contexts, hashes, AES-256-GCM sealing, key wrapping, public-key verification,
 * base64 and hex. Every function is thread safe; a struct mac belongs to one thread.
 */
#ifndef WISMO_BASE_CRYPTO_H
#define WISMO_BASE_CRYPTO_H

#include "base/buf.h"
#include "base/ctx.h"

#define SHA256_LEN 32
#define KEY_LEN 32          /* AES-256 */
#define SEAL_NONCE_LEN 12
#define SEAL_TAG_LEN 16
#define SEAL_OVERHEAD (SEAL_NONCE_LEN + SEAL_TAG_LEN)

enum mac_alg { MAC_SHA256, MAC_SHA1 };
struct mac; /* keyed HMAC context */
struct mac *mac_new(enum mac_alg alg, struct str key); /* NULL: memory, or an empty key */
void mac_free(struct mac *m);
/* mac_sum: HMAC over the parts joined; out has 32 (SHA-256) or 20 (SHA-1) bytes, *out_n says which. Reusable at once. */
MUST_CHECK enum err mac_sum(struct mac *m, const struct str *parts, size_t n, unsigned char out[SHA256_LEN], size_t *out_n);
/* hmac_once: the same without a kept context. */
MUST_CHECK enum err hmac_once(enum mac_alg alg, struct str key, const struct str *parts, size_t n,
                              unsigned char out[SHA256_LEN], size_t *out_n);
void sha256(struct str s, unsigned char out[SHA256_LEN]);
/* text_version: names a text by the first twelve hexadecimal digits of its SHA-256, in ctx's arena. */
MUST_CHECK enum err text_version(struct ctx *ctx, struct str text, struct str *out);

MUST_CHECK enum err crypto_random(unsigned char *out, size_t n); /* from the operating system */

/* seal: nonce || ciphertext || tag appended to out; aad binds it to its place. nonce NULL: a random one. */
MUST_CHECK enum err seal(const unsigned char key[KEY_LEN], const unsigned char *nonce, struct str aad, struct str plain, struct buf *out);
/* unseal: ERR_DENIED when key, aad or bytes are wrong. */
MUST_CHECK enum err unseal(const unsigned char key[KEY_LEN], struct str aad, struct str sealed, struct buf *out);

/* verify_rsa_sha256: PKCS#1 v1.5; key as PEM or base64 DER SubjectPublicKeyInfo. ERR_DENIED when it does not verify. */
MUST_CHECK enum err verify_rsa_sha256(struct str public_key, const struct str *parts, size_t n, struct str sig);
/* verify_ecdsa_sha256: P-256, DER signature. */
MUST_CHECK enum err verify_ecdsa_sha256(struct str public_key, const struct str *parts, size_t n, struct str sig);
/* rsa_public_from_jwk: PEM text of an RSA key given as base64url n and e. */
MUST_CHECK enum err rsa_public_from_jwk(struct ctx *ctx, struct str n, struct str e, struct str *out_pem);

MUST_CHECK enum err base64_decode(struct str s, struct buf *out);    /* standard, padding whole or absent, strict alphabet */
MUST_CHECK enum err base64url_decode(struct str s, struct buf *out);
void base64_encode(struct str bytes, struct buf *out);
void base64url_encode(struct str bytes, struct buf *out);            /* no padding */
MUST_CHECK enum err hex_decode(struct str s, struct buf *out);       /* either case */

#endif
