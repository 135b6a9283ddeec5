/*
 * A signed webhook that performs actions: an n8n or Make flow, a 3PL, an ERP, a program of one's own. An action is posted as JSON
 * (docs/actions.md); its receiver does a key at most once, and answers with what came of it, or posts that back later to this
 * account's webhook address, signed the same way.
 */
#include "base/num.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/signature.h"

#define STAMP_WINDOW_S 300

/* ---- signatures: "t=SECONDS,v1=HEX" over "SECONDS.body", so that an old post cannot be played again later */

static enum err sign(struct ctx *ctx, const struct account *acct, struct str body, struct str *out)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf hex;
    int64_t at_s = clock_now_us(ctx->clock) / US_PER_S;
    if (acct->webhook_secrets[0].n == 0)
        return ctx_fail(ctx, ERR_DENIED, "webhook: no secret to sign with is configured");
    const struct str parts[] = {arena_fmt(ctx->arena, "%lld.", (long long)at_s), body};
    enum err e = hmac_once(MAC_SHA256, secret_view(&acct->webhook_secrets[0]), parts, 2, sum, &n);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)sum, n});
    if (e == OK)
        *out = arena_fmt(ctx->arena, "t=%lld,v1=%.*s", (long long)at_s, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return e == OK && out->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "webhook: no memory") : e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str given = http_msg_header(msg, "Wismo-Signature"), stamp;
    int64_t at_s = 0;
    if (!str_split(&given, ',', &stamp) || !str_starts(stamp, STR("t=")) || num_parse_i64(str_sub(stamp, 2, stamp.n), 0, INT64_MAX / US_PER_S, &at_s) != OK)
        return ctx_fail(ctx, ERR_DENIED, "Wismo-Signature: expected t=SECONDS,v1=HEX");
    const struct str parts[] = {arena_fmt(ctx->arena, "%lld.", (long long)at_s), msg->body};
    enum err e = sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR("v1="), given, parts, 2);
    return e == OK ? sig_fresh(ctx, msg->received_us, at_s * US_PER_S, STAMP_WINDOW_S) : e;
}

/* ---- what comes back */

static enum err read_outcome(struct ctx *ctx, const struct json *v, enum action_outcome *out)
{
    if (!action_outcome_parse(json_str(v, "outcome"), out) || *out == OUTCOME_RETRY || *out == OUTCOME_UNKNOWN)
        return ctx_fail(ctx, ERR_PARSE, "outcome: expected confirmed or refused, got \"%.*s\"", STR_ARG(str_sub(json_str(v, "outcome"), 0, 40)));
    return OK;
}

static enum err decode_ticket(struct ctx *ctx, const struct json *v, const struct http_msg *msg, struct decoded *out)
{
    enum ticket_event what;
    if (!ticket_event_parse(json_str(v, "event"), &what))
        return ctx_fail(ctx, ERR_PARSE, "event: expected assigned, answered or solved, got \"%.*s\"", STR_ARG(str_sub(json_str(v, "event"), 0, 40)));
    return ticket_event_add(ctx, out, json_str(v, "key"), json_text(v, "id"), what, msg->received_us);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    struct fact *fct = NULL;
    enum action_outcome outcome;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v);
    if (e == OK && str_empty(json_str(v, "key")))
        e = ctx_fail(ctx, ERR_PARSE, "key: expected the key of the action, or of the ticket");
    if (e == OK && json_get(v, "event") != NULL)
        return decode_ticket(ctx, v, msg, out);
    if (e == OK)
        e = read_outcome(ctx, v, &outcome);
    if (e == OK)
        e = decoded_add(ctx, out, FACT_ACTION_RESULT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_SYSTEM;
    fct->u.result = (struct action_result_fact){.action_key = json_str(v, "key"), .outcome = outcome, .result_id = json_text(v, "id"),
                                                .detail = str_sub(json_str(v, "detail"), 0, 200), .at_us = msg->received_us};
    return OK;
}

/* ---- actions */

static void write_address(struct jw *w, const char *name, const struct address *a)
{
    if (str_empty(a->line1) && str_empty(a->postal_code) && str_empty(a->country))
        return;
    jw_key(w, name);
    jw_obj(w);
    jw_kstr_null(w, "name", a->name);
    jw_kstr_null(w, "line1", a->line1);
    jw_kstr_null(w, "line2", a->line2);
    jw_kstr_null(w, "city", a->city);
    jw_kstr_null(w, "region", a->region);
    jw_kstr_null(w, "postal_code", a->postal_code);
    jw_kstr_null(w, "country", a->country);
    jw_kstr_null(w, "phone", a->phone);
    jw_end(w);
}

static void write_call(struct jw *w, const struct action_call *call)
{
    jw_obj(w);
    jw_kstr(w, "key", call->key);
    jw_kstr(w, "action", str_of(capability_word(call->cap)));
    jw_kstr(w, "order", call->order_name);
    jw_kstr_null(w, "order_id", call->order_id);
    jw_kstr_null(w, "carrier", call->carrier);
    jw_kstr_null(w, "tracking_number", call->tracking_number);
    jw_key(w, "items");
    jw_arr(w);
    for (size_t i = 0; i < call->lines_n; i++) {
        jw_obj(w);
        jw_kstr(w, "sku", call->lines[i].sku);
        jw_kstr_null(w, "item_id", call->lines[i].item_id);
        jw_kstr_null(w, "title", call->lines[i].title);
        jw_ki64(w, "quantity", call->lines[i].quantity);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_kbool(w, "whole_order", call->whole);
    jw_ki64(w, "amount_minor", call->amount_minor);
    jw_kstr_null(w, "currency", call->currency);
    jw_kstr_null(w, "email", call->email);
    jw_kstr_null(w, "phone", call->phone);
    write_address(w, "ship_to", &call->ship_to);
    write_address(w, "new_address", &call->new_address);
    jw_kstr_null(w, "detail", call->detail);
    jw_kstr_opt(w, "note", call->note);
    jw_kstr(w, "rule", call->rule);
    jw_kbool(w, "again", call->again);
    jw_end(w);
}

static enum err post(struct ctx *ctx, const struct account *acct, struct str key, struct buf *body, struct out_req *out)
{
    struct str signature = STR_NULL;
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "webhook: base_url says where it is posted; it is not configured");
    out->method = STR("POST");
    out->url = acct->base_url;
    enum err e = buf_err(body);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(body), &out->body);
    if (e == OK)
        e = sign(ctx, acct, out->body, &signature);
    if (e == OK)
        e = out_req_header(ctx, out, STR("Content-Type"), STR("application/json"));
    if (e == OK)
        e = out_req_header(ctx, out, STR("Idempotency-Key"), key);
    return e == OK ? out_req_header(ctx, out, STR("Wismo-Signature"), signature) : e;
}

static enum err act_request(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                            struct out_req *out, bool *effect)
{
    struct buf b;
    (void)step;
    (void)carry;
    *effect = true;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    write_call(&w, call);
    enum err e = post(ctx, acct, call->key, &b, out);
    buf_clear(&b);
    return e;
}

/* Without an outcome in the answer it was taken, and what came of it is posted back. */
static enum err act_decode(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                           const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    enum action_outcome outcome;
    (void)acct;
    (void)call;
    (void)step;
    (void)carry;
    *out = (struct action_answer){.step = STEP_ACCEPTED, .detail = arena_fmt(ctx->arena, "answered %d", msg->status)};
    if (msg->status >= 300) {
        out->step = STEP_REFUSED;
        return OK;
    }
    if (json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) != OK || str_empty(json_str(v, "outcome")))
        return OK;
    enum err e = str_eq(json_str(v, "outcome"), STR("accepted")) ? ERR_NOTFOUND : read_outcome(ctx, v, &outcome);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    out->step = outcome == OUTCOME_CONFIRMED ? STEP_DONE : STEP_REFUSED;
    out->id = json_text(v, "id");
    out->detail = str_sub(json_str(v, "detail"), 0, 200);
    return OK;
}

/* ---- tickets */

static void write_packet(struct jw *w, const struct ticket_packet *p)
{
    jw_obj(w);
    jw_kstr(w, "key", p->key);
    jw_kstr(w, "action", STR("ticket"));
    jw_kstr(w, "order", p->order_name);
    jw_kstr_null(w, "email", p->email);
    jw_kstr_null(w, "name", p->name);
    jw_kstr(w, "subject", p->subject);
    jw_kstr(w, "text", p->text);
    jw_kstr(w, "priority", str_of(p->priority));
    jw_kstr(w, "class", p->cls);
    jw_kstr_null(w, "rule", p->rule);
    jw_kstr_null(w, "recommend", p->recommend);
    jw_ktime(w, "due_at", p->due_us);
    jw_end(w);
}

static enum err ticket_request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                               bool *effect)
{
    struct buf b;
    (void)step;
    (void)carry;
    *effect = true;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    write_packet(&w, p);
    enum err e = post(ctx, acct, p->key, &b, out);
    buf_clear(&b);
    return e;
}

/* Who took a packet need not say more. */
static enum err ticket_decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry,
                              const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)p;
    (void)step;
    (void)carry;
    *out = (struct action_answer){.step = msg->status < 300 ? STEP_DONE : STEP_REFUSED, .detail = arena_fmt(ctx->arena, "answered %d", msg->status)};
    if (msg->status < 300 && json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) == OK)
        out->id = json_text(v, "id");
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = ticket_request, .decode = ticket_decode};
static const struct act_ops ACT = {.kinds = (1u << CAP_COUNT) - 1, .request = act_request, .decode = act_decode};

const struct connector connector_webhook = {
    .id = "webhook",
    .title = "Signed webhook",
    .docs_url = "docs/actions.md",
    .api_version = "1",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.timeout_ms = 15000, .body_max = (size_t)1 << 16, .source = "ours: docs/actions.md"},
    .hook = &HOOK,
    .act = &ACT,
    .ticket = &TICKET,
};
