/* See crypto.h. Algorithms are fetched once: an implicit fetch at each use costs microseconds in
 * OpenSSL 3. */
#include "base/crypto.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MAC *hmac_alg;
static EVP_CIPHER *gcm_alg;
static EVP_MD *sha256_alg;
static pthread_key_t thread_key;
static __thread EVP_CIPHER_CTX *t_cipher;

static void free_thread(void *p)
{
    EVP_CIPHER_CTX_free(p);
    t_cipher = NULL;
}

static __thread unsigned char t_random[512];
static __thread size_t t_random_left;

/* A child process must not hand out what its parent has taken: two nonces would be the same. */
static void forget_random(void)
{
    t_random_left = 0;
}

static void fetch_all(void)
{
    (void)pthread_atfork(NULL, NULL, forget_random);
    hmac_alg = EVP_MAC_fetch(NULL, "HMAC", NULL);
    gcm_alg = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    sha256_alg = EVP_MD_fetch(NULL, "SHA256", NULL);
    pthread_key_create(&thread_key, free_thread);
}

/* ---- MACs */

struct mac {
    EVP_MAC_CTX *ctx;
    size_t len;
};

struct mac *mac_new(enum mac_alg alg, struct str key)
{
    char sha1[] = "SHA1", sha2[] = "SHA256";
    OSSL_PARAM params[2] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, alg == MAC_SHA1 ? sha1 : sha2, 0),
        OSSL_PARAM_construct_end()};
    pthread_once(&once, fetch_all);
    struct mac *m = key.n == 0 ? NULL : calloc(1, sizeof(*m));
    if (m == NULL)
        return NULL;
    m->len = alg == MAC_SHA1 ? 20 : 32;
    m->ctx = EVP_MAC_CTX_new(hmac_alg);
    if (m->ctx == NULL || EVP_MAC_init(m->ctx, (const unsigned char *)key.p, key.n, params) != 1) {
        mac_free(m);
        return NULL;
    }
    return m;
}

void mac_free(struct mac *m)
{
    if (m == NULL)
        return;
    EVP_MAC_CTX_free(m->ctx);
    free(m);
}

enum err mac_sum(struct mac *m, const struct str *parts, size_t n, unsigned char out[SHA256_LEN],
                 size_t *out_n)
{
    if (EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (parts[i].n > 0 &&
            EVP_MAC_update(m->ctx, (const unsigned char *)parts[i].p, parts[i].n) != 1)
            return ERR_MEMORY;
    if (EVP_MAC_final(m->ctx, out, out_n, SHA256_LEN) != 1)
        return ERR_MEMORY;
    return *out_n == m->len ? OK : ERR_MEMORY;
}

enum err hmac_once(enum mac_alg alg, struct str key, const struct str *parts, size_t n,
                   unsigned char out[SHA256_LEN], size_t *out_n)
{
    struct mac *m = mac_new(alg, key);
    if (m == NULL)
        return key.n == 0 ? ERR_DENIED : ERR_MEMORY;
    enum err e = mac_sum(m, parts, n, out, out_n);
    mac_free(m);
    return e;
}

void sha256(struct str s, unsigned char out[SHA256_LEN])
{
    unsigned n = 0;
    pthread_once(&once, fetch_all);
    if (EVP_Digest(s.p == NULL ? "" : s.p, s.n, out, &n, sha256_alg, NULL) != 1)
        abort(); /* only when memory is gone */
}

enum err text_version(struct ctx *ctx, struct str text, struct str *out)
{
    unsigned char sum[SHA256_LEN];
    struct buf hex;
    sha256(text, sum);
    buf_init(&hex, 64);
    buf_add_hex(&hex, (struct str){(const char *)sum, 6});
    enum err e = buf_err(&hex);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&hex), out);
    buf_clear(&hex);
    return e == OK ? OK : ctx_fail(ctx, e, "no memory");
}

/* ---- randomness: the system's, taken in blocks per thread */

enum err crypto_random(unsigned char *out, size_t n)
{
    (void)pthread_once(&once, fetch_all);
    for (size_t i = 0; i < n; i++) {
        while (t_random_left == 0) {
            ssize_t got = getrandom(t_random, sizeof(t_random), 0);
            if (got < 0 && errno != EINTR)
                return ERR_IO;
            if (got > 0)
                t_random_left = (size_t)got;
        }
        t_random_left--;
        out[i] = t_random[t_random_left];
        t_random[t_random_left] = 0;
    }
    return OK;
}

/* ---- sealing */

static EVP_CIPHER_CTX *cipher_ctx(void)
{
    pthread_once(&once, fetch_all);
    if (t_cipher == NULL) {
        t_cipher = EVP_CIPHER_CTX_new();
        pthread_setspecific(thread_key, t_cipher);
    }
    return t_cipher;
}

enum err seal(const unsigned char key[KEY_LEN], const unsigned char *nonce, struct str aad,
              struct str plain, struct buf *out)
{
    EVP_CIPHER_CTX *c = cipher_ctx();
    char *room = buf_reserve(out, plain.n + SEAL_OVERHEAD);
    int n = 0, fin = 0;
    if (c == NULL || room == NULL || plain.n > INT32_MAX / 2)
        return ERR_MEMORY;
    unsigned char *p = (unsigned char *)room;
    if (nonce != NULL)
        memcpy(p, nonce, SEAL_NONCE_LEN);
    else if (crypto_random(p, SEAL_NONCE_LEN) != OK)
        return ERR_IO;
    if (EVP_EncryptInit_ex2(c, gcm_alg, key, p, NULL) != 1 ||
        (aad.n > 0 &&
         EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) != 1) ||
        (n = 0,
         plain.n > 0 && EVP_EncryptUpdate(c, p + SEAL_NONCE_LEN, &n, (const unsigned char *)plain.p,
                                          (int)plain.n) != 1) ||
        EVP_EncryptFinal_ex(c, p + SEAL_NONCE_LEN + n, &fin) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_LEN, p + SEAL_NONCE_LEN + plain.n) !=
            1)
        return ERR_MEMORY;
    out->n += plain.n + SEAL_OVERHEAD;
    return OK;
}

enum err unseal(const unsigned char key[KEY_LEN], struct str aad, struct str sealed,
                struct buf *out)
{
    EVP_CIPHER_CTX *c = cipher_ctx();
    int n = 0, fin = 0;
    if (sealed.n < SEAL_OVERHEAD || sealed.n > INT32_MAX / 2)
        return ERR_DENIED;
    size_t len = sealed.n - SEAL_OVERHEAD;
    char *room = buf_reserve(out, len + 1);
    if (c == NULL || room == NULL)
        return ERR_MEMORY;
    const unsigned char *p = (const unsigned char *)sealed.p;
    unsigned char tag[SEAL_TAG_LEN];
    memcpy(tag, p + SEAL_NONCE_LEN + len, SEAL_TAG_LEN);
    if (EVP_DecryptInit_ex2(c, gcm_alg, key, p, NULL) != 1 ||
        (aad.n > 0 &&
         EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) != 1) ||
        (n = 0, len > 0 && EVP_DecryptUpdate(c, (unsigned char *)room, &n, p + SEAL_NONCE_LEN,
                                             (int)len) != 1) ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_LEN, tag) != 1 ||
        EVP_DecryptFinal_ex(c, (unsigned char *)room + n, &fin) != 1)
        return ERR_DENIED;
    out->n += len;
    return OK;
}
