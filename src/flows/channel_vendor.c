/*
 * A text message, WhatsApp or a call by the merchant's account at a vendor: the connector makes the request and reads the answer, here are
 * sign-in, the call, and the look-up of an attempt whose outcome is not known. What becomes of a message comes back by webhook.
 */
#include "flows/channel.h"

#include "base/http_client.h"
#include "base/phone.h"
#include "flows/sign_in.h"

#define FREE_ANSWER_US (24 * US_PER_H)
#define WAIT_FOR_RECEIPT_US (10 * US_PER_MIN) /* where nothing can be looked up, a receipt may still tell */

static struct send_result refused(struct ctx *ctx)
{
    return (struct send_result){SEND_REFUSED, arena_fmt(ctx->arena, "%s", ctx->msg), 0, false};
}

static struct str own_url(struct ctx *ctx, const struct outgoing *o, const struct account *acct, const char *route)
{
    if (str_empty(acct->public_url) || o->test)
        return STR_NULL;
    return arena_fmt(ctx->arena, "%.*s/%s/%.*s/%.*s", STR_ARG(acct->public_url), route, STR_ARG(acct->id), STR_ARG(o->merchant->name));
}

/* Where people are known by numbers: the customer's. Else who wrote is answered, and nobody is told unasked. */
static enum err address(struct ctx *ctx, const struct outgoing *o, struct str *to)
{
    struct str phone = str_empty(o->who.phone) ? o->who.ship_to.phone : o->who.phone;
    if (channel_kind_has_handles(o->m.t.channel) || o->m.t.channel == CHANNEL_CHAT) {
        *to = o->m.t.channel == CHANNEL_CHAT ? o->answer.thread_id : o->answer.to;
        return o->answer.is && !str_empty(*to) ? OK : ctx_fail(ctx, ERR_NOTFOUND, "only who has written is answered by this channel");
    }
    if (str_empty(phone))
        return ctx_fail(ctx, ERR_NOTFOUND, "no phone number is known, or it was erased");
    return phone_e164(ctx, phone, o->who.ship_to.country, to);
}

static bool make(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no)
{
    const struct account *acct = channel_account_of(o);
    if (acct == NULL) {
        *no = (struct send_result){SEND_REFUSED, STR("no account sends by this channel"), 0, false};
        return false;
    }
    out->acct = acct;
    out->ask = (struct send_ask){.channel = o->m.t.channel, .key = o->key, .order = o->order, .message = outgoing_word(o),
                                 .text = o->m.brief, .language = o->m.language, .receipt_url = own_url(ctx, o, acct, "hooks"), .since_us = o->since_us,
                                 .answers = o->answer.is, .thread = o->answer.thread_id, .answered_id = o->answer.message_id,
                                 .choices = o->answer.choices, .person = o->answer.person,
                                 .late = o->answer.is && o->now_us - o->answer.asked_us > FREE_ANSWER_US};
    if (o->m.t.channel == CHANNEL_VOICE)
        out->ask.call_url = own_url(ctx, o, acct, "calls");
    enum err e = address(ctx, o, &out->ask.to);
    if (e == OK)
        e = acct->conn->send->request(ctx, acct, &out->ask, &out->req);
    if (e == OK)
        e = sign_in(ctx, acct, STR_NULL, &out->req);
    if (e != OK)
        *no = refused(ctx);
    return e == OK;
}

static enum err ask_vendor(struct ctx *ctx, struct http_client *http, const struct account *acct, const struct out_req *req, struct http_msg *out)
{
    struct http_request h = {.method = req->method, .url = req->url, .headers = req->headers, .headers_n = req->headers_n, .body = req->body,
                             .timeout_ms = acct->conn->limits.timeout_ms, .max_body = acct->conn->limits.body_max};
    return http_client_do(http, ctx, &h, out);
}

static struct send_result send_it(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy)
{
    const struct send_ops *s = rdy->acct->conn->send;
    struct http_msg answer = {0};
    struct send_result r;
    if (ask_vendor(ctx, http, rdy->acct, &rdy->req, &answer) != OK)
        return (struct send_result){SEND_LATER, arena_fmt(ctx->arena, "%s", ctx->msg), s->look == NULL ? o->now_us + WAIT_FOR_RECEIPT_US : 0, true};
    s->result(ctx, rdy->acct, &rdy->ask, &answer, &r);
    if (r.outcome == SEND_LATER)
        r.retry_us = channel_retry_after(&answer, o->now_us);
    return r;
}

/* True when it arrived, and also when nobody can say now: then it is not sent a second time yet. */
static bool taken(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy, struct send_result *out)
{
    const struct send_ops *s = rdy->acct->conn->send;
    struct out_req req = {0};
    struct http_msg answer = {0};
    struct str id = STR_NULL;
    (void)o;
    if (s->look == NULL)
        return false;
    enum err e = s->look(ctx, rdy->acct, &rdy->ask, &req);
    if (e == OK)
        e = sign_in(ctx, rdy->acct, STR_NULL, &req);
    if (e == OK)
        e = ask_vendor(ctx, http, rdy->acct, &req, &answer);
    if (e != OK || answer.status != 200) {
        *out = (struct send_result){SEND_LATER, STR("an attempt before cannot be looked up now"), channel_retry_after(&answer, o->now_us), true};
        return true;
    }
    if (!s->found(ctx, rdy->acct, &rdy->ask, &answer, &id))
        return false;
    *out = (struct send_result){SEND_TAKEN, arena_fmt(ctx->arena, "sent by an attempt before: %.*s", STR_ARG(id)), 0, false};
    return true;
}

const struct channel channel_vendor = {make, send_it, taken};
