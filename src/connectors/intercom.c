/*
 * Intercom: hand-overs become tickets (API 2.16, OpenAPI description of the vendor: create a ticket, search tickets, reply to a ticket).
 * It knows no keys: the key stands in the ticket's title, which is searched before one is made. Title and description may be shown to
 * the customer, so what a colleague needs is a note behind it. Events come by a webhook of the app; the title names the key.
 */
#include "base/http_client.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://api.intercom.io"
#define API_VERSION "2.16"

static const struct cfg_field CFG[] = {
    {"api_key", true, true, "access token of the app"},
    {"webhook_secrets", false, true, "the app's client secret"},
    {"ticket_type_id", true, false, "number of the type of ticket"},
    {"admin_id", true, false, "number of the teammate who writes the note"},
    {"base_url", false, false, "https://api.eu.intercom.io or https://api.au.intercom.io for a workspace there"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"ticket_type_id", "admin_id", NULL};

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA1, SIG_HEX, STR("sha1="), http_msg_header(msg, "X-Hub-Signature"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK)
        *key = json_str(v, "id");
    return OK;
}

static bool event_of(struct str topic, const struct json *ticket, enum ticket_event *out)
{
    if (str_eq(topic, STR("ticket.admin.assigned")) || str_eq(topic, STR("ticket.team.assigned")))
        *out = TICKET_ASSIGNED;
    else if (str_eq(topic, STR("ticket.admin.replied")))
        *out = TICKET_ANSWERED;
    else if (str_eq(topic, STR("ticket.state.updated")) && str_eq(json_str(json_get(ticket, "ticket_state"), "category"), STR("resolved")))
        *out = TICKET_SOLVED;
    else if (str_eq(topic, STR("ticket.closed")))
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
    if (str_empty(json_str(v, "topic")))
        return ctx_fail(ctx, ERR_PARSE, "topic: expected the topic of a notification");
    const struct json *item = json_path(v, "data.item"), *ticket = json_get(item, "ticket") != NULL ? json_get(item, "ticket") : item;
    struct str key = ticket_key_among(json_str(json_get(ticket, "ticket_attributes"), "_default_title_"));
    if (!str_empty(key) && event_of(json_str(v, "topic"), ticket, &what))
        return ticket_event_add(ctx, out, key, json_text(ticket, "id"), what, msg->received_us);
    out->note = STR("not about one of our tickets, or nothing that is used");
    return OK;
}

/* ---- tickets */

static void write_search(struct jw *w, const struct ticket_packet *p)
{
    jw_obj(w);
    jw_key(w, "query");
    jw_obj(w);
    jw_kstr(w, "field", STR("title"));
    jw_kstr(w, "operator", STR("~"));
    jw_kstr(w, "value", p->key);
    jw_end(w);
    jw_end(w);
}

static void write_ticket(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    jw_obj(w);
    jw_kstr(w, "ticket_type_id", account_setting(acct, "ticket_type_id"));
    jw_key(w, "contacts");
    jw_arr(w);
    jw_obj(w);
    jw_kstr(w, "email", p->email);
    jw_end(w);
    jw_arr_end(w);
    jw_key(w, "ticket_attributes");
    jw_obj(w);
    jw_kstr(w, "_default_title_", arena_fmt(ctx->arena, "Order %.*s [%.*s]", STR_ARG(p->order_name), STR_ARG(p->key)));
    jw_kstr(w, "_default_description_", ticket_about(ctx, p));
    jw_end(w);
    jw_end(w);
}

static enum err write_note(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL;
    enum err e = ticket_note(ctx, p, true, &note);
    jw_obj(w);
    jw_kstr(w, "message_type", STR("note"));
    jw_kstr(w, "type", STR("admin"));
    jw_kstr(w, "admin_id", account_setting(acct, "admin_id"));
    jw_kstr(w, "body", note);
    jw_end(w);
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct str id = STR_NULL;
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    if (e == OK && str_empty(p->email))
        e = ctx_fail(ctx, ERR_DENIED, "Intercom: a ticket needs the customer's e-mail address");
    if (e == OK)
        e = out_req_header(ctx, out, STR("Intercom-Version"), STR(API_VERSION));
    if (e != OK)
        return e;
    bool read = ticket_step_is(carry, "read", &id), note = ticket_step_is(carry, "note", &id);
    struct str enc = url_encode(ctx->arena, id);
    *effect = step > 0 && !read;
    if (read)
        return ticket_send(ctx, out, "GET", url_join(ctx, acct, BASE, "/tickets/", enc), NULL);
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    if (step == 0)
        write_search(&w, p);
    else if (note)
        e = write_note(ctx, acct, p, &w);
    else
        write_ticket(ctx, acct, p, &w);
    struct str url = step == 0 ? url_join(ctx, acct, BASE, "/tickets/search", STR_NULL)
                     : note    ? url_join(ctx, acct, BASE, "/tickets/", arena_fmt(ctx->arena, "%.*s/reply", STR_ARG(enc)))
                               : url_join(ctx, acct, BASE, "/tickets", STR_NULL);
    enum err sent = ticket_send(ctx, out, "POST", url, &b);
    return e == OK ? sent : e;
}

static enum err decode_read(struct ctx *ctx, const struct ticket_packet *p, const struct json *v, struct str id, struct action_answer *out)
{
    JSON_EACH(part, json_path(v, "ticket_parts.ticket_parts")) {
        if (str_contains(json_str(part, "body"), p->key))
            return ticket_done(out, id);
    }
    return ticket_next(out, arena_fmt(ctx->arena, "note %.*s", STR_ARG(id)));
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, const struct http_msg *msg,
                       struct action_answer *out)
{
    const struct json *v = NULL;
    struct str id = STR_NULL;
    (void)acct;
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "Intercom", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (step == 0) {
        id = json_text(json_path(v, "tickets.0"), "id");
        return ticket_next(out, str_empty(id) ? STR("make") : arena_fmt(ctx->arena, "read %.*s", STR_ARG(id)));
    }
    if (ticket_step_is(carry, "read", &id))
        return decode_read(ctx, p, v, id, out);
    if (ticket_step_is(carry, "note", &id))
        return ticket_done(out, id);
    id = json_text(v, "id");
    return str_empty(id) ? ticket_done(out, id) : ticket_next(out, arena_fmt(ctx->arena, "note %.*s", STR_ARG(id)));
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_intercom = {
    .id = "intercom",
    .title = "Intercom",
    .docs_url = "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets",
    .api_version = API_VERSION,
    .role = ROLE_SYSTEM,
    .auth = AUTH_BEARER,
    .base_url = BASE,
    .limits = {.calls = 100, .window_s = 10, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "10,000 a minute for an app, in slices of ten seconds; unconfirmed, a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
