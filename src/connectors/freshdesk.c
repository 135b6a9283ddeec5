/*
 * Freshdesk: hand-overs become tickets (API v2: Create a Ticket, List All Tickets, Create a Note; read 2026-11). It knows neither keys nor
 * external ids of tickets: the key is a tag, and the customer's tickets are listed for it before one is made. The description of a
 * ticket is shown to the customer, so what a colleague needs is a private note behind it. Events come by an automation rule with a body
 * of ours, whose tags hold the key.
 */
#include "base/http_client.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/scan_helpers.h"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://NAME.freshdesk.com"},
    {"api_key", true, true, "API key of an agent"},
    {"webhook_secrets", false, true, "the value of the header X-Wismo-Secret in the automation rule"},
    {"order_field", false, false, "custom field that gets the order's name, such as cf_order"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"base_url", NULL};

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return ticket_form(ctx, msg, out);
}

/* Who asks: by e-mail, else a contact of our own making. */
static struct str contact_id(struct ctx *ctx, const struct ticket_packet *p)
{
    return arena_fmt(ctx->arena, "wismo-%.*s", STR_ARG(p->key));
}

static struct str list_url(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p)
{
    bool mail = !str_empty(p->email);
    struct str who = url_encode(ctx->arena, mail ? p->email : contact_id(ctx, p));
    return url_join(ctx, acct, "", "/api/v2/tickets?per_page=100&", arena_fmt(ctx->arena, "%s=%.*s", mail ? "email" : "unique_external_id", STR_ARG(who)));
}

static void write_ticket(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    struct str field = account_setting(acct, "order_field");
    int64_t priority = strcmp(p->priority, "urgent") == 0 ? 4 : strcmp(p->priority, "high") == 0 ? 3 : 2;
    jw_obj(w);
    jw_kstr(w, "subject", arena_fmt(ctx->arena, "Order %.*s", STR_ARG(p->order_name)));
    jw_kstr(w, "description", ticket_about(ctx, p));
    jw_ki64(w, "status", 2); /* open */
    jw_ki64(w, "priority", priority);
    jw_kstr_opt(w, "name", p->name);
    if (str_empty(p->email)) {
        jw_kstr(w, "unique_external_id", contact_id(ctx, p));
        if (str_empty(p->name))
            jw_kstr(w, "name", STR("Customer"));
    } else {
        jw_kstr(w, "email", p->email);
    }
    ticket_tags(w, "tags", p, true);
    if (!str_empty(field)) {
        jw_key(w, "custom_fields");
        jw_obj(w);
        ticket_field(ctx, w, field, p->order_name);
        jw_end(w);
    }
    jw_end(w);
}

static enum err write_note(struct ctx *ctx, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL;
    enum err e = ticket_note(ctx, p, true, &note);
    jw_obj(w);
    jw_kstr(w, "body", note);
    jw_kbool(w, "private", true);
    jw_end(w);
    return e;
}

static struct str ticket_url(struct ctx *ctx, const struct account *acct, struct str id, const char *tail)
{
    return url_join(ctx, acct, "", "/api/v2/tickets/", arena_fmt(ctx->arena, "%.*s%s", STR_ARG(url_encode(ctx->arena, id)), tail));
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct str id = STR_NULL;
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    if (e != OK)
        return e;
    bool notes = ticket_step_is(carry, "notes", &id), note = ticket_step_is(carry, "note", &id);
    *effect = step > 0 && !notes;
    if (step == 0)
        return ticket_send(ctx, out, "GET", list_url(ctx, acct, p), NULL);
    if (notes)
        return ticket_send(ctx, out, "GET", ticket_url(ctx, acct, id, "/conversations"), NULL);
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    if (note)
        e = write_note(ctx, p, &w);
    else
        write_ticket(ctx, acct, p, &w);
    enum err sent = ticket_send(ctx, out, "POST", note ? ticket_url(ctx, acct, id, "/notes") : url_join(ctx, acct, "", "/api/v2/tickets", STR_NULL), &b);
    return e == OK ? sent : e;
}

/* Ours among the customer's tickets. */
static enum err decode_list(struct ctx *ctx, const struct ticket_packet *p, const struct json *list, struct action_answer *out)
{
    JSON_EACH(t, list) {
        JSON_EACH(tag, json_get(t, "tags")) {
            if (str_eq(json_value_text(tag), p->key))
                return ticket_next(out, arena_fmt(ctx->arena, "notes %.*s", STR_ARG(json_text(t, "id"))));
        }
    }
    return ticket_next(out, STR("make"));
}

static enum err decode_notes(struct ctx *ctx, const struct ticket_packet *p, const struct json *list, struct str id, struct action_answer *out)
{
    JSON_EACH(n, list) {
        if (str_contains(json_str(n, "body_text"), p->key) || str_contains(json_str(n, "body"), p->key))
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
    if (step == 0 && (msg->status == 400 || msg->status == 404)) /* nobody of that address is known there */
        return ticket_next(out, STR("make"));
    if (msg->status >= 300)
        return ticket_refused(ctx, out, "Freshdesk", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (step == 0)
        return decode_list(ctx, p, v, out);
    if (ticket_step_is(carry, "notes", &id))
        return decode_notes(ctx, p, v, id, out);
    if (ticket_step_is(carry, "note", &id))
        return ticket_done(out, id);
    id = json_text(v, "id");
    return str_empty(id) ? ticket_done(out, id) : ticket_next(out, arena_fmt(ctx->arena, "note %.*s", STR_ARG(id)));
}

static const struct hook_ops HOOK = {.verify = ticket_form_verify, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_freshdesk = {
    .id = "freshdesk",
    .title = "Freshdesk",
    .docs_url = "https://developers.freshdesk.com/api/",
    .api_version = "v2",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BASIC_KEY,
    .limits = {.calls = 100, .window_s = 60, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "per account and plan, 200 a minute on the older small ones; a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
};
