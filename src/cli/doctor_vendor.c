/* See doctor_vendor.h. The requests are those of the poller, made by the same functions. */
#include "cli/doctor_vendor.h"

#include "connectors/lib/oauth.h"
#include "flows/poller_source.h"

#define SINCE_US (3600 * US_PER_S)
#define MADE_UP "1Z7W4E590300010062" /* good check digit; no parcel of ours */

static enum err by_status(struct ctx *ctx, const struct http_msg *msg)
{
    struct str body = str_sub(str_trim(msg->body), 0, 160);
    if (msg->status == 401)
        return ctx_fail(ctx, ERR_DENIED, "the vendor does not accept the key (HTTP 401): %.*s", STR_ARG(body));
    if (msg->status == 403)
        return ctx_fail(ctx, ERR_DENIED, "the key lacks a right (HTTP 403): %.*s", STR_ARG(body));
    if (msg->status == 429)
        return ctx_fail(ctx, ERR_BUSY, "the vendor asks for patience (HTTP 429)");
    if (msg->status >= 500)
        return ctx_fail(ctx, ERR_UNAVAILABLE, "the vendor is in trouble (HTTP %d)", msg->status);
    bool understood = msg->status / 100 == 2 || msg->status == 400 || msg->status == 404 || msg->status == 422;
    return understood ? OK : ctx_fail(ctx, ERR_UNAVAILABLE, "an answer that no sign-in explains (HTTP %d)", msg->status);
}

static enum err get_token(struct ctx *ctx, struct http_client *client, struct source *s, int timeout_ms)
{
    struct out_req req = {0};
    struct http_msg msg = {0};
    struct oauth_token tok = {0};
    enum err e = oauth_request(ctx, s->acct, &req);
    struct http_request http = {.method = req.method, .url = req.url, .headers = req.headers, .headers_n = req.headers_n, .body = req.body,
                                .timeout_ms = timeout_ms, .max_body = s->acct->conn->limits.body_max};
    if (e == OK)
        e = http_client_do(client, ctx, &http, &msg);
    msg.received_us = clock_now_us(ctx->clock);
    if (e == OK)
        e = oauth_decode(ctx, &msg, &tok);
    return e == OK ? secret_set(&s->token, tok.token) : e;
}

static enum err one_read(struct ctx *ctx, struct http_client *client, struct source *s, const struct poll_ask *ask, int timeout_ms)
{
    struct http_request http = {0};
    struct http_msg msg = {0};
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    enum err e = source_request(ctx, s, ask, &http);
    http.timeout_ms = timeout_ms;
    if (e == OK)
        e = http_client_do(client, ctx, &http, &msg);
    msg.received_us = clock_now_us(ctx->clock);
    if (e == OK)
        e = by_status(ctx, &msg);
    if (e == OK && msg.status == 200) /* refusals inside a 200 are the connector's to see */
        e = s->acct->conn->poll->decode(ctx, s->acct, ask, &msg, &d, &cursor);
    return e;
}

enum err vendor_try(struct ctx *ctx, struct http_client *client, const struct account *acct, int timeout_ms)
{
    const struct poll_ops *poll = acct->conn->poll;
    struct source s = {.acct = acct};
    struct poll_ask ask = {.kind = POLL_SINCE, .since_us = clock_now_us(ctx->clock) - SINCE_US};
    bool since = poll != NULL && (poll->kinds & 1u << POLL_SINCE) != 0;
    bool parcel = poll != NULL && !since && (poll->kinds & 1u << POLL_PARCEL) != 0 && acct->conn->role == ROLE_CARRIER;
    bool token = oauth_used(acct->conn);
    if (!token && !since && !parcel)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "nothing can be tried without cost");
    if (parcel)
        ask = (struct poll_ask){.kind = POLL_PARCEL, .tracking_number = STR(MADE_UP), .carrier = str_of(acct->conn->id)};
    pthread_mutex_init(&s.lock, NULL);
    enum err e = token ? get_token(ctx, client, &s, timeout_ms) : OK;
    if (e == OK && (since || (parcel && !token)))
        e = one_read(ctx, client, &s, &ask, timeout_ms);
    secret_clear(&s.token);
    pthread_mutex_destroy(&s.lock);
    return e;
}
