/* See poller_source.h. */
#include "flows/poller_source.h"

#include "base/log.h"
#include "base/num.h"
#include "connectors/lib/oauth.h"

#include <stdlib.h>

bool source_ready(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    bool ready = clock_mono_us() >= s->next_call_us;
    pthread_mutex_unlock(&s->lock);
    return ready;
}

bool source_serves(const struct source *s, struct str carrier)
{
    static const char *const ANY[] = {"aftership", "easypost", "shipengine", "easyship"};
    struct str id = str_of(s->acct->conn->id);
    if (s->acct->conn->poll == NULL || (s->acct->conn->poll->kinds & 1u << POLL_PARCEL) == 0)
        return false;
    for (size_t i = 0; i < sizeof(ANY) / sizeof(ANY[0]); i++)
        if (str_eq(id, str_of(ANY[i])))
            return true;
    return str_eq(id, carrier) || (str_eq(id, STR("dhl_unified")) && str_starts(carrier, STR("dhl")));
}

/* ---- sign-in */

static enum err add_header(struct ctx *ctx, struct out_req *req, const char *name, const char *prefix, struct str value)
{
    return out_req_header(ctx, req, str_of(name), arena_fmt(ctx->arena, "%s%.*s", prefix, STR_ARG(value)));
}

static enum err basic(struct ctx *ctx, struct out_req *req, struct str user, struct str password)
{
    struct buf b;
    buf_init(&b, 4096);
    base64_encode(arena_fmt(ctx->arena, "%.*s:%.*s", STR_ARG(user), STR_ARG(password)), &b);
    enum err e = add_header(ctx, req, "Authorization", "Basic ", buf_str(&b));
    buf_clear(&b);
    return e;
}

static enum err sign_in(struct ctx *ctx, struct source *s, struct out_req *req)
{
    const struct account *a = s->acct;
    switch (a->conn->auth) {
    case AUTH_NONE:
        return OK;
    case AUTH_HEADER:
        return add_header(ctx, req, a->conn->auth_name, a->conn->auth_prefix == NULL ? "" : a->conn->auth_prefix, secret_view(&a->api_key));
    case AUTH_BASIC:
        return basic(ctx, req, secret_view(&a->api_user), secret_view(&a->api_key));
    case AUTH_BEARER:
        return add_header(ctx, req, "Authorization", "Bearer ", secret_view(&a->api_key));
    case AUTH_OAUTH2_BASIC:
    case AUTH_OAUTH2_BODY:
        return add_header(ctx, req, "Authorization", "Bearer ", secret_view(&s->token));
    }
    return OK;
}

static struct http_request to_http(const struct source *s, const struct out_req *req)
{
    return (struct http_request){.method = req->method,
                                 .url = req->url,
                                 .headers = req->headers,
                                 .headers_n = req->headers_n,
                                 .body = req->body,
                                 .timeout_ms = s->acct->conn->limits.timeout_ms,
                                 .max_body = s->acct->conn->limits.body_max};
}

static enum err fetch_token(struct ctx *ctx, struct engine *eng, struct source *s, struct http_client *http)
{
    struct out_req req = {0};
    struct http_msg msg;
    struct oauth_token tok;
    enum err e = oauth_request(ctx, s->acct, &req);
    struct http_request hr = to_http(s, &req);
    if (e == OK)
        e = http_client_do(http, ctx, &hr, &msg);
    if (e == OK) {
        msg.received_us = clock_now_us(eng->clock);
        e = oauth_decode(ctx, &msg, &tok);
    }
    if (e == OK)
        e = secret_set(&s->token, tok.token);
    if (e == OK)
        s->token_until_us = tok.expires_us;
    return e;
}

enum err source_request(struct ctx *ctx, struct engine *eng, struct source *s, struct http_client *http, const struct poll_ask *ask,
                        struct http_request *out)
{
    struct out_req req = {0};
    enum err e = OK;
    pthread_mutex_lock(&s->lock);
    if (oauth_used(s->acct->conn) && (s->token.n == 0 || clock_now_us(eng->clock) >= s->token_until_us))
        e = fetch_token(ctx, eng, s, http);
    if (e == OK)
        e = s->acct->conn->poll->request(ctx, s->acct, ask, &req);
    if (e == OK)
        e = sign_in(ctx, s, &req);
    pthread_mutex_unlock(&s->lock);
    *out = to_http(s, &req);
    return e;
}

/* ---- pace and circuit */

/* The least distance of two calls by the vendor's limits. */
static int64_t pace_us(const struct source *s)
{
    const struct limits *l = &s->acct->conn->limits;
    return l->calls <= 0 ? 0 : (int64_t)l->window_s * US_PER_S / l->calls;
}

static void pause_for(struct source *s, int64_t us)
{
    int64_t until = clock_mono_us() + us;
    if (until > s->next_call_us)
        s->next_call_us = until;
}

static int64_t retry_after_us(const struct http_msg *msg)
{
    int64_t sec = 0;
    struct str given = http_msg_header(msg, "Retry-After");
    return num_parse_i64(given, 0, 86400, &sec) == OK ? sec * US_PER_S : 0;
}

static void failed(struct source *s, const struct http_msg *msg)
{
    unsigned char r = 0;
    int64_t wait = msg == NULL ? 0 : retry_after_us(msg);
    s->failures++;
    if (crypto_random(&r, 1) != OK)
        r = 128;
    if (s->failures >= SOURCE_FAILURES_MAX) { /* open; one call after it tells whether it closes */
        s->open_us = s->open_us == 0 ? SOURCE_OPEN_US : s->open_us * 2 > SOURCE_OPEN_MAX_US ? SOURCE_OPEN_MAX_US : s->open_us * 2;
        wait = wait > s->open_us ? wait : s->open_us;
    }
    int64_t backoff = (US_PER_S << (s->failures < 6 ? s->failures : 6)) / 2;
    backoff += backoff * r / 256; /* jitter: accounts that failed together do not come back together */
    pause_for(s, wait > backoff ? wait : backoff);
}

enum err source_answered(struct ctx *ctx, struct source *s, enum err sent, const struct http_msg *msg)
{
    enum err e = sent;
    pthread_mutex_lock(&s->lock);
    pause_for(s, pace_us(s));
    if (sent == OK && msg->status == 401) {
        secret_clear(&s->token); /* the next call signs in anew */
        failed(s, msg);
        e = ctx_fail(ctx, ERR_DENIED, "%s refused the sign-in", s->acct->conn->id);
    } else if (sent == OK && msg->status == 429) {
        failed(s, msg);
        e = ctx_fail(ctx, ERR_BUSY, "%s: too many requests", s->acct->conn->id);
    } else if (sent == OK && msg->status >= 500) {
        failed(s, msg);
        e = ctx_fail(ctx, ERR_UNAVAILABLE, "%s answers %d", s->acct->conn->id, msg->status);
    } else if (sent != OK) {
        failed(s, NULL);
    } else {
        s->failures = 0;
        s->open_us = 0;
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}

enum err source_append(struct ctx *ctx, struct engine *eng, struct source *s, const struct http_msg *msg, int64_t *pos)
{
    struct append_req req = {.merchant_id = s->m->id, .source = RECV_POLL, .account = s->acct->id, .msg = msg};
    return engine_append_wait(ctx, eng, &req, pos);
}
