/*
 * The signed webhook: JSON to the merchant's own address, for n8n, Make and their own code. Its key goes along, so that the
 * receiver drops a second one; what is signed holds the time, so that an old post cannot be played again later.
 */
#include "flows/channel.h"

#include "base/crypto.h"
#include "base/http_client.h"
#include "base/num.h"

#define BODY_MAX ((size_t)1 << 20)
#define ANSWER_MAX ((size_t)1 << 16)
#define RETRY_AFTER_MAX_S (24 * 3600)

static void write_body(struct jw *w, const struct outgoing *o)
{
    jw_obj(w);
    jw_kstr(w, "key", o->key);
    jw_kstr(w, "message", outgoing_word(o));
    jw_kstr(w, "order", o->order);
    jw_kstr(w, "language", o->m.language);
    jw_kstr_null(w, "email", o->who.email);
    jw_kstr_null(w, "phone", o->who.phone);
    jw_kstr_null(w, "name", o->who.ship_to.name);
    jw_kstr(w, "subject", o->m.subject);
    jw_kstr(w, "text", o->m.text);
    jw_kstr(w, "short", o->m.brief);
    jw_ktime(w, "happened_at", o->m.t.event_us);
    if (o->test)
        jw_kbool(w, "test", true);
    jw_end(w);
}

static enum err sign(struct ctx *ctx, const struct secret *secret, int64_t at_s, struct str body, struct str *out)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf hex;
    struct str at = arena_fmt(ctx->arena, "%lld.", (long long)at_s);
    const struct str parts[] = {at, body};
    enum err e = hmac_once(MAC_SHA256, secret_view(secret), parts, 2, sum, &n);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)sum, n});
    if (e == OK)
        *out = arena_fmt(ctx->arena, "t=%lld,v1=%.*s", (long long)at_s, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return e == OK && out->p == NULL ? ERR_MEMORY : e;
}

static bool make(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no)
{
    const struct message_config *mc = &o->merchant->messages;
    struct str signature = STR_NULL;
    struct buf b;
    buf_init(&b, BODY_MAX);
    struct jw w = jw_of(&b);
    write_body(&w, o);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->req.body);
    if (e == OK)
        e = sign(ctx, &mc->webhook_secret, o->now_us / US_PER_S, out->req.body, &signature);
    buf_clear(&b);
    out->req.method = STR("POST");
    out->req.url = mc->webhook_url;
    if (e == OK)
        e = out_req_header(ctx, &out->req, STR("Content-Type"), STR("application/json"));
    if (e == OK)
        e = out_req_header(ctx, &out->req, STR("Wismo-Signature"), signature);
    if (e == OK)
        e = out_req_header(ctx, &out->req, STR("Idempotency-Key"), o->key);
    if (e != OK) {
        *no = (struct send_result){SEND_WRONG, arena_fmt(ctx->arena, "webhook: %s", err_name(e)), 0, false};
        return false;
    }
    return true;
}

int64_t channel_retry_after(const struct http_msg *msg, int64_t now_us)
{
    int64_t s = 0;
    return num_parse_i64(http_msg_header(msg, "Retry-After"), 0, RETRY_AFTER_MAX_S, &s) == OK ? now_us + s * US_PER_S : 0;
}

static struct send_result post(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy)
{
    struct http_msg answer = {0};
    struct http_request req = {.method = rdy->req.method, .url = rdy->req.url, .headers = rdy->req.headers, .headers_n = rdy->req.headers_n,
                               .body = rdy->req.body, .max_body = ANSWER_MAX};
    if (http_client_do(http, ctx, &req, &answer) != OK)
        return (struct send_result){SEND_LATER, arena_fmt(ctx->arena, "%s", ctx->msg), 0, true};
    struct str why = arena_fmt(ctx->arena, "answered %d", answer.status);
    if (answer.status >= 200 && answer.status < 300)
        return (struct send_result){SEND_TAKEN, why, 0, false};
    bool later = answer.status == 429 || answer.status == 408 || answer.status >= 500;
    return later ? (struct send_result){SEND_LATER, why, channel_retry_after(&answer, o->now_us), answer.status >= 500}
                 : (struct send_result){SEND_REFUSED, why, 0, false};
}

const struct channel channel_hook = {make, post, NULL};
