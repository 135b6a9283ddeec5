/*
 * Messenger and Instagram by Meta's Send API and webhooks: two connectors that differ in a word. Sources: Meta's Messenger Platform and
 * Instagram messaging references, read 2026-11. People are known by an id within the page; conversations are begun by them, so nothing is told
 * unasked. Answers go out within 24 hours of what they answer, a person's within seven days (tag HUMAN_AGENT, which the app must be
 * granted). There is no key and no look-up: our message's key goes along as metadata and comes back with the echo, so an attempt
 * without an answer waits for one before it is repeated. Traps: bodies are signed as received; echoes of our own messages look like
 * messages.
 */
#include "connectors/lib/message_in.h"
#include "connectors/lib/meta.h"
#include "connectors/lib/phone.h"

#include "base/num.h"

#define TEXT_MAX 1000       /* bytes on Instagram; characters, and twice as many, on Messenger */
#define CHOICES_MAX 13
#define CHOICE_TITLE_MAX 20 /* characters */
#define CHOICE_PAYLOAD_MAX 1000

static const struct cfg_field CFG[] = {
    {"api_key", true, true, "token of the page"},
    {"webhook_secrets", false, true, "app secret: signs what Meta sends to us"},
    {"page_id", true, false, "id of the page; for Instagram that of the page it is linked to, or of the account with base_url https://graph.instagram.com"},
    {"verify_token", false, false, "word of the handshake when the webhook is set up"},
    {NULL, false, false, NULL},
};

/* ---- sending */

static size_t letters(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* "payload\tlabel" lines as quick replies, when all of them can be. */
static bool choices_fit(struct str rest)
{
    struct str line, payload;
    size_t n = 0;
    while (!str_empty(rest) && str_split(&rest, '\n', &line)) {
        if (!str_split(&line, '\t', &payload) || str_empty(payload) || payload.n > CHOICE_PAYLOAD_MAX || str_empty(line) ||
            letters(line) > CHOICE_TITLE_MAX)
            return false;
        n++;
    }
    return n > 0 && n <= CHOICES_MAX;
}

static void write_choices(struct jw *w, struct str rest)
{
    struct str line, payload;
    jw_key(w, "quick_replies");
    jw_arr(w);
    while (!str_empty(rest) && str_split(&rest, '\n', &line) && str_split(&line, '\t', &payload)) {
        jw_obj(w);
        jw_kstr(w, "content_type", STR("text"));
        jw_kstr(w, "title", line);
        jw_kstr(w, "payload", payload);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void write_body(const struct send_ask *ask, struct jw *w)
{
    jw_obj(w);
    jw_key(w, "recipient");
    jw_obj(w);
    jw_kstr(w, "id", ask->to);
    jw_end(w);
    jw_kstr(w, "messaging_type", ask->late ? STR("MESSAGE_TAG") : STR("RESPONSE"));
    if (ask->late)
        jw_kstr(w, "tag", STR("HUMAN_AGENT"));
    jw_key(w, "message");
    jw_obj(w);
    jw_kstr(w, "text", ask->text);
    if (choices_fit(ask->choices))
        write_choices(w, ask->choices);
    jw_kstr(w, "metadata", ask->key);
    jw_end(w);
    jw_end(w);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct out_req *out)
{
    struct str page = account_setting(acct, "page_id");
    struct buf b;
    if (str_empty(page))
        return ctx_fail(ctx, ERR_PARSE, "page_id: not set");
    if (!ask->answers)
        return ctx_fail(ctx, ERR_PARSE, "only what was written is answered here");
    if (ask->late && !ask->person)
        return ctx_fail(ctx, ERR_PARSE, "the 24 hours are over");
    if (ask->text.n > TEXT_MAX)
        return ctx_fail(ctx, ERR_PARSE, "the text is over %d bytes", TEXT_MAX);
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    write_body(ask, &w);
    return meta_post(ctx, acct, page, &b, out);
}

static void result(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, const struct http_msg *msg, struct send_result *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)ask;
    if (msg->status < 200 || msg->status >= 300) {
        meta_refused(ctx, msg, out);
        return;
    }
    bool read = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) == OK && !str_empty(json_str(v, "message_id"));
    *out = (struct send_result){SEND_TAKEN, read ? json_str(v, "message_id") : STR("taken"), 0, false};
}

/* ---- what Meta sends to us */

static int64_t stamp(const struct json *v, int64_t def_us)
{
    int64_t ms;
    return json_i64(v, "timestamp", 0, INT64_C(9999999999999), &ms) == OK ? ms * 1000 : def_us;
}

/* Ours has our key and is the proof that it was sent; any other is a person's at the page, or another program's. */
static enum err decode_echo(struct ctx *ctx, const struct json *message, int64_t at_us, struct decoded *out)
{
    struct str key = json_str(message, "metadata");
    return str_empty(key) ? OK : add_receipt(ctx, out, key, RECEIPT_ACCEPTED, STR("echo"), at_us);
}

static uint32_t count_attachments(const struct json *message)
{
    uint32_t n = 0;
    JSON_EACH(a, json_get(message, "attachments"))
        n += n < 1000;
    return n;
}

static enum err decode_message(struct ctx *ctx, const struct account *acct, enum channel_kind channel, const struct json *v, int64_t now_us,
                               struct decoded *out)
{
    const struct json *message = json_get(v, "message"), *postback = json_get(v, "postback");
    struct message_in_fact m = {.channel = channel, .from = json_text(json_get(v, "sender"), "id"), .verified = account_vouches(acct),
                                .at_us = stamp(v, now_us)};
    if (json_true(message, "is_echo"))
        return decode_echo(ctx, message, m.at_us, out);
    if (json_true(message, "is_deleted") || json_true(message, "is_unsupported") || (message == NULL && postback == NULL))
        return OK; /* deliveries, reads, reactions: they ask for nothing */
    m.message_id = json_str(message != NULL ? message : postback, "mid");
    m.text = message != NULL ? json_str(message, "text") : json_str(postback, "title");
    m.choice = message != NULL ? json_str(json_get(message, "quick_reply"), "payload") : json_str(postback, "payload");
    m.reply_to = json_str(json_get(message, "reply_to"), "mid");
    m.attachments = count_attachments(message);
    if (str_empty(m.message_id)) /* older postbacks have none */
        m.message_id = arena_fmt(ctx->arena, "%.*s/%lld", STR_ARG(m.from), (long long)m.at_us);
    if (str_empty(m.text) && str_empty(m.choice) && m.attachments == 0)
        return OK;
    return add_message(ctx, out, &m);
}

static enum err decode_object(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str object, enum channel_kind channel,
                              struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK && !str_eq(json_str(v, "object"), object))
        e = ctx_fail(ctx, ERR_PARSE, "object: expected %.*s", STR_ARG(object));
    JSON_EACH(entry, json_get(v, "entry")) {
        JSON_EACH(one, json_get(entry, "messaging")) {
            if (e == OK)
                e = decode_message(ctx, acct, channel, one, msg->received_us, out);
        }
    }
    if (e == OK && out->n == 0)
        out->note = STR("nothing that asks for an answer");
    return e;
}

static enum err decode_page(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    return decode_object(ctx, acct, msg, STR("page"), CHANNEL_MESSENGER, out);
}

static enum err decode_instagram(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    return decode_object(ctx, acct, msg, STR("instagram"), CHANNEL_INSTAGRAM, out);
}

static const struct hook_ops HOOK_PAGE = {.verify = meta_verify, .reply = meta_reply, .decode = decode_page};
static const struct hook_ops HOOK_INSTAGRAM = {.verify = meta_verify, .reply = meta_reply, .decode = decode_instagram};
static const struct send_ops SEND_PAGE = {.channels = 1u << CHANNEL_MESSENGER, .request = request, .result = result};
static const struct send_ops SEND_INSTAGRAM = {.channels = 1u << CHANNEL_INSTAGRAM, .request = request, .result = result};

const struct connector connector_messenger = {
    .id = "messenger",
    .title = "Messenger",
    .docs_url = "https://developers.facebook.com/docs/messenger-platform",
    .api_version = META_VERSION,
    .role = ROLE_SYSTEM,
    .auth = AUTH_BEARER,
    .base_url = META_BASE,
    .limits = {.calls = 40, .window_s = 1, .timeout_ms = 15000, .body_max = (size_t)1 << 20, .source = "a careful figure"},
    .cfg = CFG,
    .hook = &HOOK_PAGE,
    .send = &SEND_PAGE,
};

const struct connector connector_instagram = {
    .id = "instagram",
    .title = "Instagram",
    .docs_url = "https://developers.facebook.com/docs/instagram-platform",
    .api_version = META_VERSION,
    .role = ROLE_SYSTEM,
    .auth = AUTH_BEARER,
    .base_url = META_BASE,
    .limits = {.calls = 40, .window_s = 1, .timeout_ms = 15000, .body_max = (size_t)1 << 20, .source = "a careful figure"},
    .cfg = CFG,
    .hook = &HOOK_INSTAGRAM,
    .send = &SEND_INSTAGRAM,
};
