/* See signature.h. Keyed MAC contexts are kept per thread: a one-shot HMAC costs three times as much. */
#include "connectors/lib/signature.h"

#include "base/num.h"

#include <pthread.h>
#include <stdlib.h>

#define KEPT 64

struct kept_mac {
    enum mac_alg alg;
    struct secret key; /* whole: a hash of it could be another key's, too */
    struct mac *mac;
};

static __thread struct kept_mac *t_macs;
static pthread_key_t macs_key;
static pthread_once_t macs_once = PTHREAD_ONCE_INIT;

static void free_macs(void *p)
{
    struct kept_mac *k = p;
    for (int i = 0; i < KEPT; i++) {
        mac_free(k[i].mac);
        secret_clear(&k[i].key);
    }
    free(k);
    t_macs = NULL;
}

static void make_key(void)
{
    pthread_key_create(&macs_key, free_macs);
}

static struct mac *mac_for(enum mac_alg alg, struct str key)
{
    if (t_macs == NULL) {
        pthread_once(&macs_once, make_key);
        t_macs = calloc(KEPT, sizeof(*t_macs));
        pthread_setspecific(macs_key, t_macs);
    }
    if (t_macs == NULL)
        return NULL;
    struct kept_mac *k = &t_macs[(str_hash(key) * 2 + (uint64_t)alg) % KEPT];
    if (k->mac != NULL && k->alg == alg && secret_eq(&k->key, key))
        return k->mac;
    mac_free(k->mac);
    k->mac = NULL;
    k->alg = alg;
    if (secret_set(&k->key, key) == OK)
        k->mac = mac_new(alg, key);
    return k->mac;
}

/* The account says that its webhooks need no signature, and has no secret to check one with (sandboxes; doctor warns). */
static bool insecure(const struct account *acct)
{
    for (size_t i = 0; i < ACCOUNT_SECRETS_MAX; i++)
        if (acct->webhook_secrets[i].n > 0)
            return false;
    return str_eq(account_setting(acct, "insecure"), STR("true"));
}

static enum err decode_given(enum sig_encoding enc, struct str given, struct buf *out)
{
    return enc == SIG_HEX ? hex_decode(given, out) : base64_decode(given, out);
}

enum err sig_hmac(struct ctx *ctx, const struct account *acct, enum mac_alg alg, enum sig_encoding enc, struct str prefix,
                  struct str given, const struct str *parts, size_t n)
{
    struct buf want;
    bool fits = false, any = false;
    if (insecure(acct))
        return OK;
    if (str_empty(given) || !str_starts(given, prefix))
        return ctx_fail(ctx, ERR_DENIED, "signature: missing or not of the expected form");
    buf_init(&want, 128);
    enum err e = decode_given(enc, str_sub(given, prefix.n, given.n), &want);
    bool failed = e != OK && err_is_transient(e); /* on our side: no verdict on the signature */
    for (size_t i = 0; e == OK && i < ACCOUNT_SECRETS_MAX; i++) {
        unsigned char sum[SHA256_LEN];
        size_t len = 0;
        if (acct->webhook_secrets[i].n == 0)
            continue;
        any = true;
        struct mac *m = mac_for(alg, secret_view(&acct->webhook_secrets[i]));
        failed = failed || m == NULL || mac_sum(m, parts, n, sum, &len) != OK;
        if (failed)
            continue;
        fits = bytes_eq_ct((struct str){(const char *)sum, len}, buf_str(&want)) || fits;
    }
    buf_clear(&want);
    if (fits)
        return OK;
    if (failed)
        return ctx_fail(ctx, ERR_MEMORY, "signature: no memory to check it");
    return ctx_fail(ctx, ERR_DENIED, any || e != OK ? "signature: does not fit" : "signature: no secret is configured for this account");
}

enum err sig_header_secret(struct ctx *ctx, const struct account *acct, struct str given)
{
    bool fits = insecure(acct);
    for (size_t i = 0; i < ACCOUNT_SECRETS_MAX; i++)
        fits = secret_eq(&acct->webhook_secrets[i], given) || fits;
    return fits ? OK : ctx_fail(ctx, ERR_DENIED, "shared secret: missing or wrong");
}

enum err sig_fresh(struct ctx *ctx, int64_t received_us, int64_t stamp_us, int window_s)
{
    int64_t d = received_us - stamp_us;
    if (d < 0)
        d = -d;
    if (d > window_s * US_PER_S)
        return ctx_fail(ctx, ERR_STALE, "signature: its time is %lld s away, at most %d s are allowed", (long long)(d / US_PER_S), window_s);
    return OK;
}

enum err sig_standard_webhooks(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str id = http_msg_header(msg, "webhook-id"), stamp = http_msg_header(msg, "webhook-timestamp");
    struct str sigs = http_msg_header(msg, "webhook-signature"), one;
    int64_t s = 0;
    if (insecure(acct))
        return OK;
    if (str_empty(id) || str_empty(sigs) || num_parse_i64(stamp, 0, INT64_C(9999999999), &s) != OK)
        return ctx_fail(ctx, ERR_DENIED, "webhook-id, webhook-timestamp or webhook-signature: missing or malformed");
    const struct str parts[] = {id, STR("."), stamp, STR("."), msg->body};
    enum err e = ERR_DENIED;
    for (int i = 0; e != OK && i < 8 && str_split(&sigs, ' ', &one); i++)
        e = sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR("v1,"), one, parts, 5);
    return e == OK ? sig_fresh(ctx, msg->received_us, s * US_PER_S, 300) : e;
}

static enum err jwt_times(struct ctx *ctx, struct str payload, int64_t now_us)
{
    const struct json *v = NULL;
    int64_t t;
    enum err e = json_parse(ctx, payload, &JSON_LIMITS_SMALL, &v);
    if (e != OK)
        return ctx_fail(ctx, ERR_DENIED, "token: its content is no JSON");
    if (json_i64(v, "exp", 0, INT64_C(9999999999), &t) == OK && now_us > (t + 60) * US_PER_S)
        return ctx_fail(ctx, ERR_STALE, "token: expired");
    if (json_i64(v, "nbf", 0, INT64_C(9999999999), &t) == OK && now_us < (t - 60) * US_PER_S)
        return ctx_fail(ctx, ERR_STALE, "token: not valid yet");
    return OK;
}

enum err sig_jwt_hs256(struct ctx *ctx, const struct account *acct, struct str token, int64_t now_us)
{
    struct str rest = token, head, body;
    struct buf plain, mac;
    const struct json *v = NULL;
    if (insecure(acct))
        return OK;
    if (!str_split(&rest, '.', &head) || !str_split(&rest, '.', &body) || str_empty(rest) || str_contains(rest, STR(".")))
        return ctx_fail(ctx, ERR_DENIED, "token: missing or malformed");
    buf_init(&plain, 65536);
    buf_init(&mac, 256);
    enum err e = base64url_decode(head, &plain);
    if (e == OK)
        e = json_parse(ctx, buf_str(&plain), &JSON_LIMITS_SMALL, &v);
    if (e != OK || !str_eq(json_str(v, "alg"), STR("HS256")))
        e = ctx_fail(ctx, ERR_DENIED, "token: expected alg HS256");
    if (e == OK && base64url_decode(rest, &mac) != OK)
        e = ctx_fail(ctx, ERR_DENIED, "token: malformed");
    if (e == OK) {
        struct buf std;
        const struct str parts[] = {head, STR("."), body};
        buf_init(&std, 256);
        base64_encode(buf_str(&mac), &std);
        e = sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), buf_str(&std), parts, 3);
        buf_clear(&std);
    }
    struct str payload = STR_NULL;
    buf_reset(&plain);
    if (e == OK && (base64url_decode(body, &plain) != OK || arena_dup(ctx->arena, buf_str(&plain), &payload) != OK))
        e = ctx_fail(ctx, ERR_DENIED, "token: malformed");
    buf_clear(&plain);
    buf_clear(&mac);
    return e == OK ? jwt_times(ctx, payload, now_us) : e;
}
