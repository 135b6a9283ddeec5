/*
 * Twilio: text messages, WhatsApp and calls out, messages in, what became of them, and STOP; what is said in calls: twilio_call.c. Sources: Twilio's OpenAPI (twilio/twilio-oai, April 2026)
 * and "Webhooks security", read 2026-11. A message has no idempotency key: an attempt without an answer is looked up in the list of
 * what was sent to that number. WhatsApp goes out as an approved template (63016 otherwise): its variables are the order and the
 * text; an answer inside the customer's 24 hours is free text. Status callbacks may come out of order; only the ends are told. Traps: the signature is over the public address, as
 * configured, never over the Host header; repeated parameters count once, sorted; new ones come without notice.
 */
#include "connectors/twilio_int.h"

#include "connectors/lib/signature.h"

#include "base/http_client.h"
#include "base/num.h"

#include <stdlib.h>

#define BASE "https://api.twilio.com"
#define BODY_MAX 1600     /* Twilio takes so many characters */
#define PARAMS_MAX 200
#define LOOK_ROWS "50"

static const struct cfg_field CFG[] = {
    {"api_user", true, true, "account SID, or an API key's SID"},
    {"api_key", true, true, "auth token, or the API key's secret"},
    {"webhook_secrets", false, true, "auth token: signs what Twilio sends to us"},
    {"account_sid", false, false, "account SID when api_user is an API key"},
    {"from", false, false, "number that text messages come from, such as +13125550100"},
    {"messaging_service_sid", false, false, "messaging service instead of a number"},
    {"voice_from", false, false, "number that calls come from; `from` unless set"},
    {"whatsapp_from", false, false, "number that WhatsApp messages come from"},
    {"content_sid", false, false, "approved template for WhatsApp: {{1}} is the order, {{2}} the text"},
    {"trust_caller", false, false, "true: a caller's number is believed although the networks do not vouch for it; anybody can show another's"},
    {"dial", false, false, "number of a person, such as +13125550111: calls that want one are passed on"},
    {"dial_hours", false, false, "when somebody is there, such as 09:00-17:00, on working days of the home country; always unless set"},
    {NULL, false, false, NULL},
};

/* ---- sending */

static struct str account_sid(const struct account *acct)
{
    struct str sid = account_setting(acct, "account_sid");
    return str_empty(sid) ? secret_view(&acct->api_user) : sid;
}

struct str twilio_list_url(struct ctx *ctx, const struct account *acct, const char *list)
{
    struct str sid = account_sid(acct), base = str_empty(acct->base_url) ? STR(BASE) : acct->base_url;
    return arena_fmt(ctx->arena, "%.*s/2010-04-01/Accounts/%.*s/%s.json", STR_ARG(base), STR_ARG(url_encode(ctx->arena, sid)), list);
}

static struct str address(struct ctx *ctx, const struct send_ask *ask, struct str number)
{
    return ask->channel == CHANNEL_WHATSAPP && !str_empty(number) ? arena_fmt(ctx->arena, "whatsapp:%.*s", STR_ARG(number)) : number;
}

static struct str from_of(struct ctx *ctx, const struct account *acct, const struct send_ask *ask)
{
    return address(ctx, ask, account_setting(acct, ask->channel == CHANNEL_WHATSAPP ? "whatsapp_from" : "from"));
}

static struct str variables(struct ctx *ctx, const struct send_ask *ask)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 8192);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "1", ask->order);
    jw_kstr(&w, "2", ask->text);
    jw_end(&w);
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static enum err write_form(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct buf *b)
{
    struct str service = account_setting(acct, "messaging_service_sid"), from = from_of(ctx, acct, ask), content = account_setting(acct, "content_sid");
    bool whatsapp = ask->channel == CHANNEL_WHATSAPP;
    bool templated = whatsapp && !ask->answers;
    if (templated && str_empty(content))
        return ctx_fail(ctx, ERR_PARSE, "content_sid: WhatsApp needs an approved template");
    if (str_empty(from) && (whatsapp || str_empty(service)))
        return ctx_fail(ctx, ERR_PARSE, "%s: not set", whatsapp ? "whatsapp_from" : "from");
    if (ask->text.n > BODY_MAX)
        return ctx_fail(ctx, ERR_PARSE, "the text is over %d bytes", BODY_MAX);
    form_add(ctx->arena, b, "To", address(ctx, ask, ask->to));
    if (!whatsapp && !str_empty(service))
        form_add(ctx->arena, b, "MessagingServiceSid", service);
    else
        form_add(ctx->arena, b, "From", from);
    if (templated) {
        form_add(ctx->arena, b, "ContentSid", content);
        form_add(ctx->arena, b, "ContentVariables", variables(ctx, ask));
    } else {
        form_add(ctx->arena, b, "Body", ask->text);
    }
    if (!str_empty(ask->receipt_url))
        form_add(ctx->arena, b, "StatusCallback", arena_fmt(ctx->arena, "%.*s?key=%.*s", STR_ARG(ask->receipt_url), STR_ARG(ask->key)));
    return buf_err(b);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    struct buf b;
    buf_init(&b, 65536);
    bool calls = ask->channel == CHANNEL_VOICE;
    enum err e = calls ? twilio_call_form(ctx, acct, ask, &b) : write_form(ctx, acct, ask, &b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    out->method = STR("POST");
    out->url = twilio_list_url(ctx, acct, calls ? "Calls" : "Messages");
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/x-www-form-urlencoded")) : e;
}

/* Codes that say "not now" and "the account, not this message"; all others say that this number cannot be written to. */
static enum send_outcome outcome_of(int status, int64_t code, bool *channel)
{
    *channel = status >= 500 || status == 401 || status == 403;
    if (status == 429 || code == 20429 || code == 63018)
        return SEND_LATER;
    return *channel ? SEND_LATER : SEND_REFUSED;
}

static void result(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct send_result *out)
{
    const struct json *v = NULL;
    int64_t code = 0;
    bool read = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) == OK;
    (void)acct;
    (void)ask;
    if (msg->status >= 200 && msg->status < 300) {
        *out = (struct send_result){SEND_TAKEN, read ? json_str(v, "sid") : STR("taken"), 0, false};
        return;
    }
    if (read && json_i64(v, "code", 0, 999999, &code) != OK)
        code = 0;
    *out = (struct send_result){.detail = arena_fmt(ctx->arena, "answered %d, code %lld", msg->status, (long long)code)};
    out->outcome = outcome_of(msg->status, code, &out->channel_failed);
}

/* ---- looking up */

static enum err look(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    bool calls = ask->channel == CHANNEL_VOICE;
    struct str from = calls ? twilio_call_from(acct) : from_of(ctx, acct, ask);
    bool by_service = ask->channel == CHANNEL_SMS && !str_empty(account_setting(acct, "messaging_service_sid"));
    struct buf b;
    buf_init(&b, 4096);
    form_add(ctx->arena, &b, "To", address(ctx, ask, ask->to));
    if (!by_service)
        form_add(ctx->arena, &b, "From", from);
    form_add(ctx->arena, &b, "PageSize", STR(LOOK_ROWS));
    out->method = STR("GET");
    out->url = arena_fmt(ctx->arena, "%.*s?%.*s", STR_ARG(twilio_list_url(ctx, acct, calls ? "Calls" : "Messages")), STR_ARG(buf_str(&b)));
    enum err e = buf_err(&b);
    buf_clear(&b);
    return e;
}

/* A template's text stands inside what was sent, a text message's is all of it; of a call only its number is told. */
static bool found(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct str *id)
{
    const struct json *v = NULL;
    int64_t at = 0;
    (void)acct;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) != OK)
        return false;
    if (ask->channel == CHANNEL_VOICE)
        return twilio_call_found(v, ask, id);
    JSON_EACH(m, json_get(v, "messages")) {
        struct str status = json_str(m, "status");
        bool gone = str_eq(status, STR("failed")) || str_eq(status, STR("undelivered")) || str_eq(status, STR("canceled"));
        bool since = time_from_rfc2822(json_str(m, "date_created"), &at) && at + TWILIO_LOOK_SLACK_US >= ask->since_us;
        if (!gone && since && str_contains(json_str(m, "body"), ask->text)) {
            *id = json_str(m, "sid");
            return true;
        }
    }
    return false;
}

/* ---- what Twilio sends to us */

struct param {
    struct str name, value;
};

static int by_name(const void *a, const void *b)
{
    const struct param *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    return c != 0 ? c : str_cmp(x->value, y->value);
}

static enum err read_params(struct ctx *ctx, struct str form, struct param *out, size_t *n)
{
    struct str one, name;
    *n = 0;
    while (str_split(&form, '&', &one)) {
        if (*n == PARAMS_MAX)
            return ctx_fail(ctx, ERR_DENIED, "signature: over %d parameters", PARAMS_MAX);
        struct str value = one;
        (void)str_split(&value, '=', &name);
        if (!query_decode(ctx->arena, name, &out[*n].name) || !query_decode(ctx->arena, value.p == NULL ? STR("") : value, &out[*n].value))
            return ctx_fail(ctx, ERR_DENIED, "signature: a parameter cannot be read");
        *n += str_empty(one) ? 0 : 1;
    }
    return OK;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct param *params = ctx_alloc(ctx, PARAMS_MAX * sizeof(*params));
    struct str *parts = ctx_alloc(ctx, (PARAMS_MAX * 2 + 1) * sizeof(*parts));
    size_t n = 0, parts_n = 1;
    if (params == NULL || parts == NULL)
        return ERR_MEMORY;
    if (str_empty(acct->public_url) && !str_eq(account_setting(acct, "insecure"), STR("true")))
        return ctx_fail(ctx, ERR_DENIED, "signature: server.public_url is not set, and it is signed");
    enum err e = read_params(ctx, msg->body, params, &n);
    if (e != OK)
        return e;
    if (n > 1)
        qsort(params, n, sizeof(*params), by_name);
    parts[0] = arena_fmt(ctx->arena, "%.*s%.*s%s%.*s", STR_ARG(acct->public_url), STR_ARG(msg->path), str_empty(msg->query) ? "" : "?", STR_ARG(msg->query));
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && str_eq(params[i].name, params[i - 1].name);
        if (again && str_eq(params[i].value, params[i - 1].value))
            continue;
        if (!again)
            parts[parts_n++] = params[i].name;
        parts[parts_n++] = params[i].value;
    }
    return sig_hmac(ctx, acct, MAC_SHA1, SIG_BASE64, STR(""), http_msg_header(msg, "X-Twilio-Signature"), parts, parts_n);
}

struct str twilio_field(struct ctx *ctx, const struct http_msg *msg, const char *name)
{
    struct str out = STR_NULL;
    return query_get(ctx->arena, msg->body, name, &out) ? out : STR_NULL;
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    struct str sid = twilio_field(ctx, msg, "MessageSid"), status = twilio_field(ctx, msg, "MessageStatus");
    (void)acct;
    if (!str_empty(twilio_field(ctx, msg, "CallSid")))
        *key = twilio_call_key(ctx, msg);
    else if (!str_empty(sid))
        *key = arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(sid), STR_ARG(status));
    return OK;
}

static enum err decode_status(struct ctx *ctx, const struct http_msg *msg, struct str status, struct decoded *out)
{
    static const struct {
        const char *word;
        enum receipt_status is;
    } ENDS[] = {{"delivered", RECEIPT_DELIVERED}, {"read", RECEIPT_OPENED}, {"undelivered", RECEIPT_FAILED}, {"failed", RECEIPT_FAILED}};
    struct str key = STR_NULL, code = twilio_field(ctx, msg, "ErrorCode");
    if (!query_get(ctx->arena, msg->query, "key", &key) || str_empty(key)) {
        out->note = STR("a message that is not ours");
        return OK;
    }
    struct str detail = str_empty(code) ? status : arena_fmt(ctx->arena, "%.*s, code %.*s", STR_ARG(status), STR_ARG(str_sub(code, 0, 12)));
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        if (str_eq(status, str_of(ENDS[i].word)))
            return add_receipt(ctx, out, key, ENDS[i].is, detail, msg->received_us);
    out->note = STR("on its way");
    return OK;
}

/* A customer's words, or the button that they pressed. */
static enum err decode_message(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str from, bool whatsapp,
                               struct decoded *out)
{
    static const char *const PAYLOADS[] = {"ButtonPayload", "ListId"}, *const WORDS[] = {"Body", "ButtonText", "ListTitle"};
    struct message_in_fact m = {.channel = whatsapp ? CHANNEL_WHATSAPP : CHANNEL_SMS, .message_id = twilio_field(ctx, msg, "MessageSid"), .from = from,
                                .from_name = twilio_field(ctx, msg, "ProfileName"), .reply_to = twilio_field(ctx, msg, "OriginalRepliedMessageSid"),
                                .verified = account_vouches(acct), .at_us = msg->received_us};
    int64_t media = 0;
    for (size_t i = 0; i < sizeof(PAYLOADS) / sizeof(PAYLOADS[0]) && str_empty(m.choice); i++)
        m.choice = twilio_field(ctx, msg, PAYLOADS[i]);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]) && str_empty(m.text); i++)
        m.text = twilio_field(ctx, msg, WORDS[i]);
    if (num_parse_i64(twilio_field(ctx, msg, "NumMedia"), 0, 10, &media) == OK)
        m.attachments = (uint32_t)media;
    return add_message(ctx, out, &m);
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct str status = twilio_field(ctx, msg, "MessageStatus"), from = twilio_field(ctx, msg, "From"), opt = twilio_field(ctx, msg, "OptOutType");
    if (!str_empty(twilio_field(ctx, msg, "CallSid")))
        return twilio_call_decode(ctx, acct, msg, out);
    if (!str_empty(status))
        return decode_status(ctx, msg, status, out);
    if (str_empty(from))
        return ctx_fail(ctx, ERR_PARSE, "From: missing");
    bool whatsapp = str_starts(from, STR("whatsapp:"));
    enum stop_word word = stop_word_of(str_empty(opt) ? twilio_field(ctx, msg, "Body") : opt);
    if (whatsapp)
        from = str_sub(from, 9, from.n);
    if (word == STOP_NONE)
        return decode_message(ctx, acct, msg, from, whatsapp, out);
    return add_consent(ctx, out, from, whatsapp ? CHANNEL_WHATSAPP : CHANNEL_SMS, word == STOP_STOP, msg->received_us);
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode};
static const struct send_ops SEND = {.channels = 1u << CHANNEL_SMS | 1u << CHANNEL_WHATSAPP | 1u << CHANNEL_VOICE, .request = request, .result = result, .look = look,
                                     .found = found};

const struct connector connector_twilio = {
    .id = "twilio",
    .title = "Twilio",
    .docs_url = "https://www.twilio.com/docs/messaging/api/message-resource",
    .api_version = "2010-04-01",
    .role = ROLE_SYSTEM,
    .auth = AUTH_BASIC,
    .base_url = BASE,
    .limits = {.timeout_ms = 15000, .body_max = (size_t)1 << 20, .source = "Twilio: by account and sender; 429 tells"},
    .cfg = CFG,
    .hook = &HOOK,
    .send = &SEND,
    .call = &twilio_call,
};
