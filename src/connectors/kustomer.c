/*
 * Kustomer: hand-overs become conversations with an internal note (REST v1; read 2026-11). externalId is unique there and is our key: it
 * is looked for before a conversation is made, and a second one of the same key would be refused (409). Events come by an outbound webhook,
 * signed with its token.
 */
#include "base/http_client.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://ORG.api.kustomerapp.com"},
    {"api_key", true, true, "API key with the roles to read and write customers, conversations and notes"},
    {"webhook_secrets", false, true, "the token of the outbound webhook"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"base_url", NULL};

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR(""), http_msg_header(msg, "X-Kustomer-Webhook-Signature"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK)
        *key = json_text(v, "id");
    return OK;
}

/* A change names what changed: attributes.status to done, assignedUsers. */
static bool event_of(const struct json *v, const struct json *attributes, enum ticket_event *out)
{
    const struct json *changes = json_path(v, "changes.attributes");
    if (!str_eq(json_str(v, "name"), STR("kustomer.conversation.update")))
        return false;
    if (json_get(changes, "status") != NULL && str_eq(json_str(attributes, "status"), STR("done")))
        *out = TICKET_SOLVED;
    else if (json_get(changes, "lastMessageOut") != NULL)
        *out = TICKET_ANSWERED;
    else if (json_path(v, "changes.relationships.assignedUsers") != NULL || json_get(changes, "assignedUsers") != NULL)
        *out = TICKET_ASSIGNED;
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
    if (str_empty(json_str(v, "name")))
        return ctx_fail(ctx, ERR_PARSE, "name: expected the name of an event");
    const struct json *data = json_get(v, "data"), *attributes = json_get(data, "attributes");
    struct str key = ticket_key_among(json_str(attributes, "externalId"));
    if (!str_empty(key) && event_of(v, attributes, &what))
        return ticket_event_add(ctx, out, key, json_text(data, "id"), what, msg->received_us);
    out->note = STR("not about one of our conversations, or nothing that is used");
    return OK;
}

/* ---- tickets: conversation by key, customer by e-mail, then what is missing */

static void write_customer(struct jw *w, const struct ticket_packet *p)
{
    jw_obj(w);
    jw_kstr(w, "name", str_empty(p->name) ? p->order_name : p->name);
    if (!str_empty(p->email)) {
        jw_key(w, "emails");
        jw_arr(w);
        jw_obj(w);
        jw_kstr(w, "email", p->email);
        jw_end(w);
        jw_arr_end(w);
    }
    jw_end(w);
}

static void write_conversation(struct jw *w, const struct ticket_packet *p, struct str customer)
{
    jw_obj(w);
    jw_kstr(w, "customer", customer);
    jw_kstr(w, "name", p->subject);
    jw_kstr(w, "status", STR("open"));
    jw_ki64(w, "priority", strcmp(p->priority, "urgent") == 0 ? 5 : strcmp(p->priority, "high") == 0 ? 4 : 3);
    jw_kstr(w, "externalId", p->key);
    ticket_tags(w, "tags", p, false);
    jw_end(w);
}

static enum err write_step(struct ctx *ctx, const struct ticket_packet *p, struct str carry, struct jw *w, const char **path, struct str *tail)
{
    struct str id = STR_NULL, note = STR_NULL;
    *tail = STR_NULL;
    if (ticket_step_is(carry, "customer", &id)) {
        *path = "/v1/customers";
        write_customer(w, p);
        return OK;
    }
    if (ticket_step_is(carry, "make", &id)) {
        *path = "/v1/conversations";
        write_conversation(w, p, id);
        return OK;
    }
    (void)ticket_step_is(carry, "note", &id);
    *path = "/v1/conversations/";
    *tail = arena_fmt(ctx->arena, "%.*s/notes", STR_ARG(url_encode(ctx->arena, id)));
    enum err e = ticket_note(ctx, p, false, &note);
    jw_obj(w);
    jw_kstr(w, "body", note);
    jw_end(w);
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    const char *path = NULL;
    struct str id = STR_NULL, tail = STR_NULL;
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    bool who = ticket_step_is(carry, "who", &id), notes = ticket_step_is(carry, "notes", &id);
    *effect = step > 0 && !who && !notes;
    if (e != OK)
        return e;
    if (step == 0)
        return ticket_send(ctx, out, "GET", url_join(ctx, acct, "", "/v1/conversations/externalId=", p->key), NULL);
    if (who)
        return ticket_send(ctx, out, "GET", url_join(ctx, acct, "", "/v1/customers/email=", url_encode(ctx->arena, p->email)), NULL);
    if (notes)
        return ticket_send(ctx, out, "GET", url_join(ctx, acct, "", "/v1/conversations/", arena_fmt(ctx->arena, "%.*s/notes", STR_ARG(url_encode(ctx->arena, id)))), NULL);
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    e = write_step(ctx, p, carry, &w, &path, &tail);
    enum err sent = ticket_send(ctx, out, "POST", url_join(ctx, acct, "", path, tail), &b);
    return e == OK ? sent : e;
}

static enum err decode_notes(struct ctx *ctx, const struct ticket_packet *p, const struct json *v, struct str id, struct action_answer *out)
{
    JSON_EACH(n, json_get(v, "data")) {
        if (str_contains(json_str(json_get(n, "attributes"), "body"), p->key))
            return ticket_done(out, id);
    }
    return ticket_next(out, arena_fmt(ctx->arena, "note %.*s", STR_ARG(id)));
}

/* What was asked for is not there: the next thing that is missing. */
static bool decode_missing(const struct ticket_packet *p, int step, struct str carry, struct action_answer *out)
{
    struct str none = STR_NULL;
    if (step == 0)
        return ticket_next(out, str_empty(p->email) ? STR("customer") : STR("who")) == OK;
    return ticket_step_is(carry, "who", &none) && ticket_next(out, STR("customer")) == OK;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, const struct http_msg *msg,
                       struct action_answer *out)
{
    const struct json *v = NULL;
    struct str at = STR_NULL;
    (void)acct;
    if (msg->status == 404 && decode_missing(p, step, carry, out))
        return OK;
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "Kustomer", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str id = json_text(json_get(v, "data"), "id");
    if (ticket_step_is(carry, "notes", &at))
        return decode_notes(ctx, p, v, at, out);
    if (ticket_step_is(carry, "note", &at))
        return ticket_done(out, at);
    if (str_empty(id))
        return ticket_done(out, id);
    bool customer = ticket_step_is(carry, "who", &at) || ticket_step_is(carry, "customer", &at);
    return ticket_next(out, arena_fmt(ctx->arena, "%s %.*s", step == 0 ? "notes" : customer ? "make" : "note", STR_ARG(id)));
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_kustomer = {
    .id = "kustomer",
    .title = "Kustomer",
    .docs_url = "https://developer.kustomer.com/kustomer-api-docs/reference/createconversation",
    .api_version = "v1",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BEARER,
    .limits = {.calls = 100, .window_s = 60, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "1,000 a minute for an organisation, 100 searches for a key; a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
