/*
 * Chatwoot: hand-overs become conversations with a private note (application API v1; read 2026-11). It knows no keys: the key is a custom
 * attribute of the conversation, and the contact's conversations are listed for it before one is made. Events come by an account webhook,
 * signed by newer releases with a timestamp; older ones sign nothing: end its address with ?token=WORD then.
 * With the setting talk, what customers write in its inboxes (the account webhook's, or an agent bot's) is talked with, until a person has
 * the conversation. Traps: what we write comes back as an event; message_type is a word in events and a number in lists; a contact's address
 * is what they typed, unless the widget's identity check passed (hmac_verified).
 */
#include "base/http_client.h"
#include "base/num.h"
#include "connectors/lib/helpdesk.h"
#include "connectors/lib/message_in.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define KEY_ATTRIBUTE "wismo_key"
#define STAMP_WINDOW_S 300

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://HOST, where Chatwoot runs"},
    {"account_id", true, false, "number of the account"},
    {"inbox_id", true, false, "number of the inbox whose conversations they become"},
    {"api_key", true, true, "access token of an agent or a bot"},
    {"webhook_secrets", false, true, "the webhook's secret, or the word behind ?token= in its address"},
    {"talk", false, false, "true: customers' messages are answered in Chatwoot, until a person has the conversation"},
    {NULL, false, false, NULL},
};
static const char *const NEEDS[] = {"base_url", "account_id", "inbox_id", NULL}, *const SAY_NEEDS[] = {"base_url", "account_id", NULL};

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str stamp = http_msg_header(msg, "X-Chatwoot-Timestamp"), given = http_msg_header(msg, "X-Chatwoot-Signature"), token = STR_NULL;
    const struct str parts[] = {stamp, STR("."), msg->body};
    int64_t at_s = 0;
    if (str_empty(given)) {
        (void)query_get(ctx->arena, msg->query, "token", &token);
        return sig_header_secret(ctx, acct, token);
    }
    enum err e = sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR("sha256="), given, parts, 3);
    if (e == OK && num_parse_i64(stamp, 0, INT64_MAX / US_PER_S, &at_s) != OK)
        e = ctx_fail(ctx, ERR_DENIED, "X-Chatwoot-Timestamp: expected seconds since 1970");
    return e == OK ? sig_fresh(ctx, msg->received_us, at_s * US_PER_S, STAMP_WINDOW_S) : e;
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    (void)ctx;
    (void)acct;
    *key = http_msg_header(msg, "X-Chatwoot-Delivery");
    return OK;
}

static bool changed(const struct json *v, const char *name)
{
    JSON_EACH(c, json_get(v, "changed_attributes")) {
        if (json_get(c, name) != NULL)
            return true;
    }
    return false;
}

/* An answer is what an agent writes to the customer: outgoing, and no private note. */
static bool event_of(const struct json *v, enum ticket_event *out)
{
    struct str event = json_str(v, "event");
    bool public = !json_true(v, "private") && str_eq(json_text(v, "message_type"), STR("outgoing"));
    if (str_eq(event, STR("conversation_status_changed")) && str_eq(json_str(v, "status"), STR("resolved")))
        *out = TICKET_SOLVED;
    else if (str_eq(event, STR("message_created")) && public && str_eq(json_str(json_get(v, "sender"), "type"), STR("user")))
        *out = TICKET_ANSWERED;
    else if (str_eq(event, STR("conversation_updated")) && changed(v, "assignee_id"))
        *out = TICKET_ASSIGNED;
    else
        return false;
    return true;
}

/* What a customer writes; not in a conversation that a person has. */
static bool is_customers(const struct account *acct, const struct json *v, const struct json *conversation)
{
    const struct json *assignee = json_get(json_get(conversation, "meta"), "assignee");
    return str_eq(account_setting(acct, "talk"), STR("true")) && str_eq(json_str(v, "event"), STR("message_created")) &&
           str_eq(json_text(v, "message_type"), STR("incoming")) && !json_true(v, "private") && (assignee == NULL || json_is(assignee, JSON_NULL));
}

static enum err decode_customers(struct ctx *ctx, const struct account *acct, const struct json *v, const struct json *conversation, int64_t now_us,
                                 struct decoded *out)
{
    const struct json *sender = json_get(v, "sender");
    struct str email = json_str(sender, "email"), phone = json_str(sender, "phone_number");
    struct message_in_fact m = {.channel = CHANNEL_CHAT, .message_id = json_text(v, "id"), .thread_id = json_text(conversation, "id"),
                                .from_name = json_str(sender, "name"), .text = json_str(v, "content"), .at_us = now_us,
                                .verified = account_vouches(acct) && json_true(json_get(conversation, "contact_inbox"), "hmac_verified")};
    m.from = !str_empty(email) ? email : !str_empty(phone) ? phone : arena_fmt(ctx->arena, "contact-%.*s", STR_ARG(json_text(sender, "id")));
    JSON_EACH(a, json_get(v, "attachments"))
        m.attachments += m.attachments < 1000;
    return add_message(ctx, out, &m);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum ticket_event what;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (str_empty(json_str(v, "event")))
        return ctx_fail(ctx, ERR_PARSE, "event: expected the name of an event");
    const struct json *conversation = json_get(v, "conversation") != NULL ? json_get(v, "conversation") : v;
    struct str key = json_str(json_get(conversation, "custom_attributes"), KEY_ATTRIBUTE);
    bool ours = !str_empty(key) && event_of(v, &what);
    if (ours && what == TICKET_ANSWERED)
        return ticket_answer_add(ctx, out, key, json_text(conversation, "id"), json_text(v, "id"), json_str(v, "content"), msg->received_us);
    if (ours)
        return ticket_event_add(ctx, out, key, json_text(conversation, "id"), what, msg->received_us);
    if (str_empty(key) && is_customers(acct, v, conversation))
        return decode_customers(ctx, acct, v, conversation, msg->received_us, out);
    out->note = STR("not about one of our conversations, or nothing that is used");
    return OK;
}

/* ---- tickets: contact, its conversations, then what is missing: "contact", "list C", "make C", "notes N", "note N", "labels N" */

static struct str api(struct ctx *ctx, const struct account *acct, const char *path, struct str id, const char *tail)
{
    struct str account = url_encode(ctx->arena, account_setting(acct, "account_id"));
    return url_join(ctx, acct, "", "/api/v1/accounts/", arena_fmt(ctx->arena, "%.*s%s%.*s%s", STR_ARG(account), path, STR_ARG(url_encode(ctx->arena, id)), tail));
}

/* Without an e-mail address the contact is one of our own making. */
static struct str contact_word(struct ctx *ctx, const struct ticket_packet *p)
{
    return str_empty(p->email) ? arena_fmt(ctx->arena, "wismo-%.*s", STR_ARG(p->key)) : p->email;
}

static void key_number(struct jw *w, const char *name, struct str digits)
{
    int64_t n = 0;
    (void)!num_parse_i64(digits, 0, INT64_MAX, &n);
    jw_ki64(w, name, n);
}

static void write_contact(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct jw *w)
{
    jw_obj(w);
    key_number(w, "inbox_id", account_setting(acct, "inbox_id"));
    jw_kstr(w, "name", str_empty(p->name) ? p->order_name : p->name);
    jw_kstr_opt(w, "email", p->email);
    jw_kstr(w, "identifier", contact_word(ctx, p));
    jw_end(w);
}

static void write_conversation(const struct account *acct, const struct ticket_packet *p, struct str contact, struct jw *w)
{
    jw_obj(w);
    key_number(w, "inbox_id", account_setting(acct, "inbox_id"));
    key_number(w, "contact_id", contact);
    jw_kstr(w, "status", STR("open"));
    jw_key(w, "custom_attributes");
    jw_obj(w);
    jw_kstr(w, KEY_ATTRIBUTE, p->key);
    jw_kstr(w, "wismo_order", p->order_name);
    jw_kstr(w, "wismo_priority", str_of(p->priority));
    jw_end(w);
    jw_end(w);
}

static enum err write_note(struct ctx *ctx, const struct ticket_packet *p, struct jw *w)
{
    struct str note = STR_NULL;
    enum err e = ticket_note(ctx, p, false, &note);
    jw_obj(w);
    jw_kstr(w, "content", note);
    jw_kstr(w, "message_type", STR("outgoing"));
    jw_kbool(w, "private", true);
    jw_end(w);
    return e;
}

static enum err write_step(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, struct str carry, struct jw *w, struct str *url)
{
    struct str id = STR_NULL;
    if (ticket_step_is(carry, "contact", &id)) {
        *url = api(ctx, acct, "/contacts", STR_NULL, "");
        write_contact(ctx, acct, p, w);
    } else if (ticket_step_is(carry, "make", &id)) {
        *url = api(ctx, acct, "/conversations", STR_NULL, "");
        write_conversation(acct, p, id, w);
    } else if (ticket_step_is(carry, "labels", &id)) {
        *url = api(ctx, acct, "/conversations/", id, "/labels");
        jw_obj(w);
        ticket_tags(w, "labels", p, false);
        jw_end(w);
    } else {
        (void)ticket_step_is(carry, "note", &id);
        *url = api(ctx, acct, "/conversations/", id, "/messages");
        return write_note(ctx, p, w);
    }
    return OK;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct ticket_packet *p, int step, struct str carry, struct out_req *out,
                        bool *effect)
{
    struct str id = STR_NULL, url = STR_NULL;
    struct buf b;
    enum err e = ticket_needs(ctx, acct, NEEDS);
    bool list = ticket_step_is(carry, "list", &id), notes = ticket_step_is(carry, "notes", &id);
    *effect = step > 0 && !list && !notes;
    if (e != OK)
        return e;
    if (step == 0)
        return ticket_send(ctx, out, "GET", api(ctx, acct, "/contacts/search?q=", contact_word(ctx, p), ""), NULL);
    if (list || notes)
        return ticket_send(ctx, out, "GET", list ? api(ctx, acct, "/contacts/", id, "/conversations") : api(ctx, acct, "/conversations/", id, "/messages"), NULL);
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    e = write_step(ctx, acct, p, carry, &w, &url);
    enum err sent = ticket_send(ctx, out, "POST", url, &b);
    return e == OK ? sent : e;
}

/* A search finds words: the contact is the one whose address or identifier it is. */
static enum err decode_search(struct ctx *ctx, const struct ticket_packet *p, const struct json *v, struct action_answer *out)
{
    struct str word = contact_word(ctx, p);
    JSON_EACH(c, json_get(v, "payload")) {
        if (str_eq_nocase(json_str(c, "email"), word) || str_eq(json_str(c, "identifier"), word))
            return ticket_next(out, arena_fmt(ctx->arena, "list %.*s", STR_ARG(json_text(c, "id"))));
    }
    return ticket_next(out, STR("contact"));
}

static enum err decode_list(struct ctx *ctx, const struct ticket_packet *p, const struct json *v, struct str contact, struct action_answer *out)
{
    JSON_EACH(c, json_get(v, "payload")) {
        if (str_eq(json_str(json_get(c, "custom_attributes"), KEY_ATTRIBUTE), p->key))
            return ticket_next(out, arena_fmt(ctx->arena, "notes %.*s", STR_ARG(json_text(c, "id"))));
    }
    return ticket_next(out, arena_fmt(ctx->arena, "make %.*s", STR_ARG(contact)));
}

static enum err decode_notes(struct ctx *ctx, const struct ticket_packet *p, const struct json *v, struct str id, struct action_answer *out)
{
    JSON_EACH(m, json_get(v, "payload")) {
        if (str_contains(json_str(m, "content"), p->key))
            return ticket_next(out, arena_fmt(ctx->arena, "labels %.*s", STR_ARG(id)));
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
        return ticket_refused(ctx, out, "Chatwoot", msg->status);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (step == 0)
        return decode_search(ctx, p, v, out);
    if (ticket_step_is(carry, "list", &id))
        return decode_list(ctx, p, v, id, out);
    if (ticket_step_is(carry, "notes", &id))
        return decode_notes(ctx, p, v, id, out);
    if (ticket_step_is(carry, "note", &id))
        return ticket_next(out, arena_fmt(ctx->arena, "labels %.*s", STR_ARG(id)));
    if (ticket_step_is(carry, "labels", &id))
        return ticket_done(out, id);
    bool contact = ticket_step_is(carry, "contact", &id);
    id = contact ? json_text(json_path(v, "payload.contact"), "id") : json_text(v, "id");
    return str_empty(id) ? ticket_done(out, id) : ticket_next(out, arena_fmt(ctx->arena, "%s %.*s", contact ? "make" : "note", STR_ARG(id)));
}

/* ---- answers to customers: a message of their conversation; one that may have been sent is looked for among the newest */

static enum err say_request(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    struct buf b;
    if (!ask->answers || str_empty(ask->to))
        return ctx_fail(ctx, ERR_PARSE, "only what was written in Chatwoot is answered there");
    enum err e = ticket_needs(ctx, acct, SAY_NEEDS);
    if (e != OK)
        return e;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "content", ask->text);
    jw_kstr(&w, "message_type", STR("outgoing"));
    jw_kbool(&w, "private", false);
    jw_end(&w);
    return ticket_send(ctx, out, "POST", api(ctx, acct, "/conversations/", ask->to, "/messages"), &b);
}

static void say_result(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct send_result *out)
{
    const struct json *v = NULL;
    bool later = msg->status == 429 || msg->status >= 500 || msg->status == 401;
    (void)acct;
    (void)ask;
    if (msg->status >= 200 && msg->status < 300)
        *out = (struct send_result){SEND_TAKEN, json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) == OK ? json_text(v, "id") : STR("taken"), 0, false};
    else
        *out = (struct send_result){later ? SEND_LATER : SEND_REFUSED, arena_fmt(ctx->arena, "answered %d", msg->status), 0, later && msg->status != 429};
}

static enum err say_look(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    return ticket_send(ctx, out, "GET", api(ctx, acct, "/conversations/", ask->to, "/messages"), NULL);
}

static bool say_found(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct str *id)
{
    const struct json *v = NULL;
    int64_t at_s = 0;
    (void)acct;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) != OK)
        return false;
    JSON_EACH(m, json_get(v, "payload")) {
        bool sent = json_i64(m, "created_at", 0, INT64_MAX / US_PER_S, &at_s) == OK && (at_s + 1) * US_PER_S > ask->since_us;
        if (sent && str_eq(json_text(m, "message_type"), STR("1")) && !json_true(m, "private") && str_eq(json_str(m, "content"), ask->text)) {
            *id = json_text(m, "id");
            return true;
        }
    }
    return false;
}

static const struct send_ops SEND = {.channels = 1u << CHANNEL_CHAT, .request = say_request, .result = say_result, .look = say_look, .found = say_found};
static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};
static const struct ticket_ops TICKET = {.request = request, .decode = decode};

const struct connector connector_chatwoot = {
    .id = "chatwoot",
    .title = "Chatwoot",
    .docs_url = "https://developers.chatwoot.com/api-reference/conversations/create-new-conversation",
    .api_version = "v1",
    .role = ROLE_SYSTEM,
    .auth = AUTH_HEADER,
    .auth_name = "api_access_token",
    .auth_prefix = "",
    .limits = {.calls = 60, .window_s = 60, .timeout_ms = 15000, .body_max = (size_t)5 << 20, .source = "a setting of who runs it; a careful figure"},
    .cfg = CFG,
    .hook = &HOOK,
    .ticket = &TICKET,
    .send = &SEND,
};
