/*
 * Zendesk: hand-overs become tickets, and what agents do with them comes back (event subscriptions of a webhook). A ticket carries its
 * key as external_id, which is looked for before one is made; the same key goes along as Idempotency-Key.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ "Create Ticket", and /documentation/webhooks/verifying/
 */
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define STAMP_WINDOW_S 300

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str stamp = http_msg_header(msg, "X-Zendesk-Webhook-Signature-Timestamp");
    const struct str parts[] = {stamp, msg->body};
    struct when w = {0};
    enum err e = sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), http_msg_header(msg, "X-Zendesk-Webhook-Signature"), parts, 2);
    if (e == OK && (when_parse(stamp, &w) != OK || w.kind != WHEN_UTC))
        e = ctx_fail(ctx, ERR_DENIED, "X-Zendesk-Webhook-Signature-Timestamp: expected a time");
    return e == OK ? sig_fresh(ctx, msg->received_us, w.utc_us, STAMP_WINDOW_S) : e;
}

/* The event's own id: the same when it is sent again. */
static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK)
        *key = json_str(v, "id");
    return OK;
}

/* Status words stand in upper case, mostly. */
static bool event_of(const struct json *v, enum ticket_event *out)
{
    struct str type = json_str(v, "type");
    const struct json *ev = json_get(v, "event"), *comment = json_get(ev, "comment");
    struct str now = json_str(ev, "current");
    if (str_eq(type, STR("zen:event-type:ticket.agent_assignment_changed")))
        *out = TICKET_ASSIGNED;
    else if (str_eq(type, STR("zen:event-type:ticket.comment_added")) && json_true(comment, "is_public") && json_true(json_get(comment, "author"), "is_staff"))
        *out = TICKET_ANSWERED;
    else if (str_eq(type, STR("zen:event-type:ticket.status_changed")) && (str_eq_nocase(now, STR("solved")) || str_eq_nocase(now, STR("closed"))))
        *out = TICKET_SOLVED;
    else
        return false;
    return true;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum ticket_event what;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *detail = json_get(v, "detail");
    if (str_empty(json_str(v, "type")))
        return ctx_fail(ctx, ERR_PARSE, "type: expected the type of an event");
    if (!event_of(v, &what) || str_empty(json_str(detail, "external_id"))) {
        out->note = STR("not about one of our tickets, or nothing that is used");
        return OK;
    }
    const struct json *comment = json_path(v, "event.comment");
    if (what == TICKET_ANSWERED)
        return ticket_answer_add(ctx, out, json_str(detail, "external_id"), json_text(detail, "id"), json_text(comment, "id"), json_str(comment, "body"),
                                 msg->received_us);
    return ticket_event_add(ctx, out, json_str(detail, "external_id"), json_text(detail, "id"), what, msg->received_us);
}

/* ---- tickets */

static void write_ticket(struct jw *w, const struct ticket_packet *p)
{
    jw_obj(w);
    jw_key(w, "ticket");
    jw_obj(w);
    jw_kstr(w, "subject", p->subject);
    jw_kstr(w, "external_id", p->key);
    jw_kstr(w, "priority", str_of(p->priority));
    jw_kstr(w, "type", STR("task"));
    jw_ktime(w, "due_at", p->due_us);
    if (!str_empty(p->email)) {
        jw_key(w, "requester");
        jw_obj(w);
        jw_kstr(w, "email", p->email);
        jw_kstr(w, "name", str_empty(p->name) ? p->email : p->name);
        jw_end(w);
    }
    jw_key(w, "tags");
    jw_arr(w);
    for (size_t i = 0; i < p->tags_n; i++)
        jw_str(w, p->tags[i]);
    jw_arr_end(w);
    jw_key(w, "comment");
    jw_obj(w);
    jw_kstr(w, "body", p->text);
    jw_kbool(w, "public", false);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct buf b;
    (void)carry;
    *effect = step > 0;
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "Zendesk: base_url is needed, such as https://example.zendesk.com");
    out->method = step == 0 ? STR("GET") : STR("POST");
    out->url = step == 0 ? url_join(ctx, acct, "", "/api/v2/search.json?query=", arena_fmt(ctx->arena, "type%%3Aticket%%20external_id%%3A%.*s", STR_ARG(p->key)))
                         : url_join(ctx, acct, "", "/api/v2/tickets.json", STR_NULL);
    if (step == 0)
        return OK;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    write_ticket(&w, p);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    if (e == OK)
        e = out_req_header(ctx, out, STR("Content-Type"), STR("application/json"));
    return e == OK ? out_req_header(ctx, out, STR("Idempotency-Key"), p->key) : e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)p;
    (void)carry;
    *out = (struct action_answer){.step = STEP_REFUSED, .detail = arena_fmt(ctx->arena, "Zendesk answers %d", msg->status)};
    if (msg->status >= 300)
        return OK;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *found = step == 0 ? json_path(v, "results.0") : json_get(v, "ticket");
    out->id = json_text(found, "id");
    out->step = !str_empty(out->id) ? STEP_DONE : step == 0 ? STEP_NEXT : STEP_UNKNOWN;
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_zendesk = {
    .id = "zendesk",
    .title = "Zendesk",
    .docs_url = "https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/",
    .api_version = "v2",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BASIC,
    .limits = {.calls = 200, .window_s = 60, .timeout_ms = 15000, .body_max = (size_t)2 << 20,
               .source = "developer.zendesk.com, rate limits: 200 requests a minute on the smallest plan"},
    .hook = &HOOK,
    .ticket = &TICKET,
};
