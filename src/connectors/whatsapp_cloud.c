/*
 * WhatsApp Cloud API: messages out and in, what became of them, and STOP. Sources: Meta's OpenAPI of the business
 * messaging API (v23.0) and its webhook reference, read 2026-11. What we send unasked may meet a closed 24-hour window, so it is
 * always a template; its two body parameters are the order and the text. An answer inside the customer's 24 hours is free text that quotes
 * what it answers, with up to three of its choices as buttons. There is no key and no look-up: our message's key goes along
 * as biz_opaque_callback_data and comes back with each status, so an attempt without an answer waits for one before it is repeated.
 */
#include "connectors/lib/message_in.h"
#include "connectors/lib/meta.h"
#include "connectors/lib/phone.h"

#include "base/num.h"

#define PARAMETER_MAX 1024
#define TEXT_MAX 4096
#define BUTTONS_MAX 3
#define BUTTON_TITLE_MAX 20 /* characters */
#define BUTTON_BODY_MAX 1024

static const struct cfg_field CFG[] = {
    {"api_key", true, true, "token of a system user"},
    {"webhook_secrets", false, true, "app secret: signs what Meta sends to us"},
    {"phone_number_id", true, false, "id of the number that messages come from"},
    {"template", true, false, "approved utility template; {message} is replaced by the kind of message; two body parameters: order, text"},
    {"template_language", false, false, "its language, such as en_US; else the message's"},
    {"verify_token", false, false, "word of the handshake when the webhook is set up"},
    {NULL, false, false, NULL},
};

/* ---- sending */

static struct str template_name(struct ctx *ctx, const struct account *acct, const struct send_ask *ask)
{
    struct str t = account_setting(acct, "template");
    for (size_t i = 0; i + 9 <= t.n; i++)
        if (memcmp(t.p + i, "{message}", 9) == 0)
            return arena_fmt(ctx->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(t, 0, i)), STR_ARG(ask->message), STR_ARG(str_sub(t, i + 9, t.n)));
    return t;
}

/* A parameter has no line breaks and no runs of blanks (132012 otherwise). */
static struct str one_line(struct ctx *ctx, struct str s)
{
    char *p = arena_alloc(ctx->arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        bool blank = (unsigned char)s.p[i] <= 0x20;
        if (!blank || (n > 0 && p[n - 1] != ' '))
            p[n++] = blank ? ' ' : s.p[i];
    }
    return p == NULL ? STR_NULL : (struct str){p, n};
}

static void write_parameter(struct jw *w, struct str text)
{
    jw_obj(w);
    jw_kstr(w, "type", STR("text"));
    jw_kstr(w, "text", text);
    jw_end(w);
}

/* "payload\tlabel" lines as buttons, when all of them can be. */
static size_t count_buttons(const struct send_ask *ask)
{
    struct str rest = ask->choices, line, payload;
    size_t n = 0;
    while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
        if (!str_split(&line, '\t', &payload) || str_empty(payload) || str_empty(line) || line.n > BUTTON_TITLE_MAX)
            return 0;
        n++;
    }
    return n <= BUTTONS_MAX && ask->text.n <= BUTTON_BODY_MAX ? n : 0;
}

static void write_buttons(struct jw *w, const struct send_ask *ask)
{
    struct str rest = ask->choices, line, payload;
    jw_kstr(w, "type", STR("interactive"));
    jw_key(w, "interactive");
    jw_obj(w);
    jw_kstr(w, "type", STR("button"));
    jw_key(w, "body");
    jw_obj(w);
    jw_kstr(w, "text", ask->text);
    jw_end(w);
    jw_key(w, "action");
    jw_obj(w);
    jw_key(w, "buttons");
    jw_arr(w);
    while (!str_empty(rest) && str_split(&rest, '\n', &line) && str_split(&line, '\t', &payload)) {
        jw_obj(w);
        jw_kstr(w, "type", STR("reply"));
        jw_key(w, "reply");
        jw_obj(w);
        jw_kstr(w, "id", payload);
        jw_kstr(w, "title", line);
        jw_end(w);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
    jw_end(w);
}

/* Inside the customer's 24 hours. */
static void write_answer(const struct send_ask *ask, struct jw *w)
{
    jw_obj(w);
    jw_kstr(w, "messaging_product", STR("whatsapp"));
    jw_kstr(w, "recipient_type", STR("individual"));
    jw_kstr(w, "to", str_sub(ask->to, 1, ask->to.n));
    if (!str_empty(ask->answered_id)) {
        jw_key(w, "context");
        jw_obj(w);
        jw_kstr(w, "message_id", ask->answered_id);
        jw_end(w);
    }
    if (count_buttons(ask) > 0) {
        write_buttons(w, ask);
    } else {
        jw_kstr(w, "type", STR("text"));
        jw_key(w, "text");
        jw_obj(w);
        jw_kstr(w, "body", ask->text);
        jw_kbool(w, "preview_url", false);
        jw_end(w);
    }
    jw_kstr(w, "biz_opaque_callback_data", ask->key);
    jw_end(w);
}

static void write_body(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct jw *w)
{
    struct str language = account_setting(acct, "template_language");
    jw_obj(w);
    jw_kstr(w, "messaging_product", STR("whatsapp"));
    jw_kstr(w, "recipient_type", STR("individual"));
    jw_kstr(w, "to", str_sub(ask->to, 1, ask->to.n));
    jw_kstr(w, "type", STR("template"));
    jw_key(w, "template");
    jw_obj(w);
    jw_kstr(w, "name", template_name(ctx, acct, ask));
    jw_key(w, "language");
    jw_obj(w);
    jw_kstr(w, "code", str_empty(language) ? ask->language : language);
    jw_end(w);
    jw_key(w, "components");
    jw_arr(w);
    jw_obj(w);
    jw_kstr(w, "type", STR("body"));
    jw_key(w, "parameters");
    jw_arr(w);
    write_parameter(w, one_line(ctx, ask->order));
    write_parameter(w, one_line(ctx, ask->text));
    jw_arr_end(w);
    jw_end(w);
    jw_arr_end(w);
    jw_end(w);
    jw_kstr(w, "biz_opaque_callback_data", ask->key);
    jw_end(w);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    struct str id = account_setting(acct, "phone_number_id");
    struct buf b;
    size_t max = ask->answers ? TEXT_MAX : PARAMETER_MAX;
    if (str_empty(id) || (!ask->answers && str_empty(account_setting(acct, "template"))))
        return ctx_fail(ctx, ERR_PARSE, "%s: not set", str_empty(id) ? "phone_number_id" : "template");
    if (ask->text.n > max)
        return ctx_fail(ctx, ERR_PARSE, "the text is over %zu bytes", max);
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    if (ask->answers)
        write_answer(ask, &w);
    else
        write_body(ctx, acct, ask, &w);
    return meta_post(ctx, acct, id, &b, out);
}

static void result(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct send_result *out)
{
    const struct json *v = NULL, *first;
    (void)acct;
    (void)ask;
    if (msg->status < 200 || msg->status >= 300) {
        meta_refused(ctx, msg, out);
        return;
    }
    bool read = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) == OK;
    first = read ? json_first(json_get(v, "messages")) : NULL;
    *out = (struct send_result){SEND_TAKEN, first == NULL ? STR("taken") : json_str(first, "id"), 0, false};
}

/* ---- what Meta sends to us */

static int64_t stamp(const struct json *v, int64_t def_us)
{
    int64_t s;
    return num_parse_i64(json_text(v, "timestamp"), 0, INT64_C(9999999999), &s) == OK ? s * US_PER_S : def_us;
}

static enum err decode_status(struct ctx *ctx, const struct json *v, int64_t now_us, struct decoded *out)
{
    static const struct {
        const char *word;
        enum receipt_status is;
    } ENDS[] = {{"delivered", RECEIPT_DELIVERED}, {"read", RECEIPT_OPENED}, {"failed", RECEIPT_FAILED}};
    struct str key = json_str(v, "biz_opaque_callback_data"), status = json_str(v, "status"), detail = status;
    const struct json *errors = json_get(v, "errors");
    if (str_empty(key))
        return OK; /* not ours */
    if (errors != NULL && errors->first != NULL)
        detail = arena_fmt(ctx->arena, "%.*s, code %.*s", STR_ARG(status), STR_ARG(str_sub(json_text(errors->first, "code"), 0, 12)));
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        if (str_eq(status, str_of(ENDS[i].word)))
            return add_receipt(ctx, out, key, ENDS[i].is, detail, stamp(v, now_us));
    return OK;
}

/* Kinds of messages whose words, or what was pressed, we read; others count as attachments. */
static void read_words(const struct json *v, struct message_in_fact *m)
{
    const struct json *button = json_get(v, "button"), *pressed = json_get(v, "interactive"), *reply = json_get(pressed, "button_reply");
    struct str type = json_str(v, "type");
    if (reply == NULL)
        reply = json_get(pressed, "list_reply");
    m->text = json_str(json_get(v, "text"), "body");
    if (str_eq(type, STR("button"))) {
        m->text = json_str(button, "text");
        m->choice = json_str(button, "payload");
    } else if (str_eq(type, STR("interactive"))) {
        m->text = json_str(reply, "title");
        m->choice = json_str(reply, "id");
    } else if (!str_eq(type, STR("text"))) {
        JSON_EACH(c, v)
            if (str_eq(c->key, type))
                m->text = json_str(c, "caption");
        m->attachments = 1;
    }
}

static struct str profile_name(const struct json *contacts, struct str wa_id)
{
    JSON_EACH(c, contacts)
        if (str_eq(json_str(c, "wa_id"), wa_id))
            return json_str(json_get(c, "profile"), "name");
    return STR_NULL;
}

/* A reaction asks for nothing; "system" is a changed number, "unsupported" what Meta itself could not read. */
static bool is_nothing(struct str type)
{
    static const char *const TYPES[] = {"reaction", "system", "unsupported", "unknown"};
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (str_eq(type, str_of(TYPES[i])))
            return true;
    return false;
}

static enum err decode_message(struct ctx *ctx, const struct account *acct, const struct json *v, const struct json *contacts, int64_t now_us,
                               struct decoded *out)
{
    struct str wa_id = json_str(v, "from"), from = arena_fmt(ctx->arena, "+%.*s", STR_ARG(wa_id));
    struct message_in_fact m = {.channel = CHANNEL_WHATSAPP, .message_id = json_str(v, "id"), .from = from, .from_name = profile_name(contacts, wa_id),
                                .reply_to = json_str(json_get(v, "context"), "id"), .verified = account_vouches(acct), .at_us = stamp(v, now_us)};
    enum stop_word word = stop_word_of(json_str(json_get(v, "text"), "body"));
    if (str_empty(wa_id) || is_nothing(json_str(v, "type")))
        return OK;
    if (word != STOP_NONE)
        return add_consent(ctx, out, from, CHANNEL_WHATSAPP, word == STOP_STOP, m.at_us);
    read_words(v, &m);
    word = stop_word_of(m.choice); /* a pressed "Unsubscribe" is a no, and words to be answered */
    enum err e = word == STOP_NONE ? OK : add_consent(ctx, out, from, CHANNEL_WHATSAPP, word == STOP_STOP, m.at_us);
    return e == OK ? add_message(ctx, out, &m) : e;
}

static enum err decode_value(struct ctx *ctx, const struct account *acct, const struct json *value, int64_t now_us, struct decoded *out)
{
    enum err e = OK;
    JSON_EACH(s, json_get(value, "statuses")) {
        if (e == OK)
            e = decode_status(ctx, s, now_us, out);
    }
    JSON_EACH(m, json_get(value, "messages")) {
        if (e == OK)
            e = decode_message(ctx, acct, m, json_get(value, "contacts"), now_us, out);
    }
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK && !str_eq(json_str(v, "object"), STR("whatsapp_business_account")))
        e = ctx_fail(ctx, ERR_PARSE, "object: expected whatsapp_business_account");
    JSON_EACH(entry, json_get(v, "entry")) {
        JSON_EACH(change, json_get(entry, "changes")) {
            if (e == OK)
                e = decode_value(ctx, acct, json_get(change, "value"), msg->received_us, out);
        }
    }
    if (e == OK && out->n == 0)
        out->note = STR("nothing that ends a message of ours");
    return e;
}

static const struct hook_ops HOOK = {.verify = meta_verify, .reply = meta_reply, .decode = decode};
static const struct send_ops SEND = {.channels = 1u << CHANNEL_WHATSAPP, .request = request, .result = result};

const struct connector connector_whatsapp_cloud = {
    .id = "whatsapp_cloud",
    .title = "WhatsApp Cloud API",
    .docs_url = "https://developers.facebook.com/docs/whatsapp/cloud-api",
    .api_version = META_VERSION,
    .role = ROLE_SYSTEM,
    .auth = AUTH_BEARER,
    .base_url = META_BASE,
    .limits = {.calls = 80, .window_s = 1, .timeout_ms = 15000, .body_max = (size_t)1 << 20, .source = "Meta: 80 messages a second for a number"},
    .cfg = CFG,
    .hook = &HOOK,
    .send = &SEND,
};
