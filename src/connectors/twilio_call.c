/*
 * Twilio's telephone calls: each request tells what the caller said or pressed, the answer is TwiML that says the next thing and where
 * to go on. Sources: "TwiML for Programmable Voice" (Say, Gather, Redirect, Dial), "Twilio's request to your application", "Call
 * resource" and the changelog of 2020-09-21 (StirVerstat), read 2026-11. What a call is about stands in the addresses that Twilio is
 * given, which it signs with the rest: s step, t tries, w waits, l language, k key of our message, c what the keys stand for, v the
 * number is vouched for, d a person was dialled. Only characters that need no escape stand in them, as they are signed as they are
 * sent. Traps: a caller's number is the caller's word unless the networks vouch for it; an answering machine picks up, too, and such
 * a call is "completed"; a Gather without input asks nobody unless actionOnEmptyResult is set; a
 * call has no idempotency key.
 */
#include "connectors/twilio_int.h"

#include "base/html.h"
#include "base/http_client.h"
#include "base/num.h"

#define STEPS_MAX 200
#define KEY_HEX 32
#define LANG_MAX 8
#define CHOICES_BYTES 2048
#define SID_SHOWN 12
#define DIAL_TIMEOUT "25"  /* seconds that a person's telephone rings */
#define GATHER_TIMEOUT "6" /* seconds until nothing was said */

/* ---- what Twilio tells */

static struct str param(struct ctx *ctx, const struct http_msg *msg, const char *name)
{
    struct str out = STR_NULL;
    return query_get(ctx->arena, msg->query, name, &out) ? out : STR_NULL;
}

static int number(struct ctx *ctx, const struct http_msg *msg, const char *name)
{
    int64_t n = 0;
    return num_parse_i64(param(ctx, msg, name), 0, STEPS_MAX, &n) == OK ? (int)n : 0;
}

static bool is_word(struct str s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n > 0 && s.n <= max;
}

/* "order~12.person" is "order:12" and "person", a line each. */
static struct str choices_of(struct ctx *ctx, struct str packed)
{
    struct buf b;
    buf_init(&b, CHOICES_BYTES);
    for (size_t i = 0; i < packed.n; i++)
        buf_addc(&b, packed.p[i] == '~' ? ':' : packed.p[i] == '.' ? '\n' : packed.p[i]);
    return buf_move(&b, ctx->arena);
}

static struct call_state state_of(struct ctx *ctx, const struct http_msg *msg)
{
    struct str key = param(ctx, msg, "k"), lang = param(ctx, msg, "l");
    return (struct call_state){.step = number(ctx, msg, "s"), .tries = number(ctx, msg, "t"), .waits = number(ctx, msg, "w"),
                               .lang = is_word(lang, LANG_MAX) ? lang : STR_NULL, .key = key.n == KEY_HEX && is_word(key, KEY_HEX) ? key : STR_NULL,
                               .choices = choices_of(ctx, param(ctx, msg, "c")), .vouched = number(ctx, msg, "v") == 1};
}

static struct str choice_at(struct str choices, int64_t nth)
{
    struct str one = STR_NULL;
    for (int64_t i = 0; i < nth; i++)
        if (str_empty(choices) || !str_split(&choices, '\n', &one))
            return STR_NULL;
    return one;
}

/* One key is a choice; zero is a person, nine behind the last choice of a call of ours is an end of them. */
static struct str choice_of(const struct call_state *at, struct str digits)
{
    if (digits.n != 1 || digits.p[0] < '0' || digits.p[0] > '9')
        return STR_NULL;
    struct str chosen = choice_at(at->choices, digits.p[0] - '0');
    if (digits.p[0] == '0')
        return STR("person");
    return str_empty(chosen) && digits.p[0] == '9' && !str_empty(at->key) ? STR(CALL_CHOICE_STOP) : chosen;
}

static bool is_number(struct str s)
{
    if (s.n < 7 || s.n > 16 || s.p[0] != '+')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static bool is_machine(struct str answered_by)
{
    return str_starts(answered_by, STR("machine")) || str_eq(answered_by, STR("fax"));
}

static bool is_connected(struct str dial_status)
{
    return str_eq(dial_status, STR("completed")) || str_eq(dial_status, STR("answered"));
}

static enum call_event event_of(const struct call_step *st, const struct http_msg *msg, struct ctx *ctx, struct str digits, struct str speech)
{
    if (st->at.step == 0)
        return CALL_BEGINS;
    if (number(ctx, msg, "d") == 1)
        return CALL_DIALLED;
    if (str_eq(digits, STR("*")))
        return CALL_AGAIN;
    if (!str_empty(digits) || !str_empty(speech))
        return CALL_HEARD;
    return st->at.waits > 0 ? CALL_WAITS : CALL_SILENCE;
}

static enum err read_step(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct call_step *out)
{
    struct str sid = twilio_field(ctx, msg, "CallSid"), digits = twilio_field(ctx, msg, "Digits");
    struct call_step st = {.at = state_of(ctx, msg)};
    (void)acct;
    if (sid.n < 2 || sid.n > 64 || !str_starts(sid, STR("CA")))
        return ctx_fail(ctx, ERR_PARSE, "CallSid: missing");
    bool outgoing = str_starts(twilio_field(ctx, msg, "Direction"), STR("outbound"));
    struct str other = twilio_field(ctx, msg, outgoing ? "To" : "From");
    st.event = event_of(&st, msg, ctx, digits, str_trim(twilio_field(ctx, msg, "SpeechResult")));
    st.number = is_number(other) ? other : STR_NULL;
    st.at.vouched = outgoing || st.at.vouched || (st.at.step == 0 && str_eq(twilio_field(ctx, msg, "StirVerstat"), STR("TN-Validation-Passed-A")));
    st.machine = is_machine(twilio_field(ctx, msg, "AnsweredBy"));
    st.connected = is_connected(twilio_field(ctx, msg, "DialCallStatus"));
    st.message_id = arena_fmt(ctx->arena, "%.*s-%d", STR_ARG(sid), st.at.step);
    st.choice = st.event == CALL_HEARD ? choice_of(&st.at, digits) : STR_NULL;
    if (st.event == CALL_SILENCE && st.at.tries + 1 >= CALL_TRIES_MAX && str_empty(st.at.key))
        st.choice = STR("person");
    *out = st;
    return OK;
}

/* ---- what becomes of it in the ledger */

/* A withheld number is nobody's: a caller of this call alone, in letters enough not to look like a number. */
static struct str caller(struct ctx *ctx, const struct call_step *st)
{
    return str_empty(st->number) ? arena_fmt(ctx->arena, "withheld caller of %.*s", STR_ARG(str_sub(st->message_id, 0, SID_SHOWN))) : st->number;
}

static enum err heard(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, const struct call_step *st, struct decoded *out)
{
    struct str digits = twilio_field(ctx, msg, "Digits"), sid = twilio_field(ctx, msg, "CallSid");
    bool trusts = str_eq(account_setting(acct, "trust_caller"), STR("true"));
    struct message_in_fact m = {.channel = CHANNEL_VOICE, .message_id = st->message_id, .thread_id = sid, .reply_to = st->at.key,
                                .from = caller(ctx, st), .choice = st->choice, .language = st->at.lang, .at_us = msg->received_us,
                                .verified = account_vouches(acct) && !str_empty(st->number) && (st->at.vouched || trusts)};
    if (str_empty(st->choice))
        m.text = str_empty(digits) ? twilio_field(ctx, msg, "SpeechResult") : digits;
    return add_message(ctx, out, &m);
}

/* Who answers a call of ours has heard what it says. */
static enum err decode_step(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct call_step st;
    enum err e = read_step(ctx, acct, msg, &st);
    if (e != OK)
        return e;
    bool told = !str_empty(st.at.key), wants_days = str_eq(st.choice, STR(CALL_CHOICE_DAYS));
    if (st.event == CALL_BEGINS && told && st.machine)
        return add_receipt(ctx, out, st.at.key, RECEIPT_FAILED, STR("a machine picked it up"), msg->received_us);
    if (st.event == CALL_HEARD && told)
        e = add_receipt(ctx, out, st.at.key, RECEIPT_OPENED, STR("answered in the call"), msg->received_us);
    if (e == OK && str_eq(st.choice, STR(CALL_CHOICE_STOP)))
        return add_consent(ctx, out, st.number, CHANNEL_VOICE, true, msg->received_us);
    if (e == OK && !wants_days && (st.event == CALL_HEARD || !str_empty(st.choice)))
        return heard(ctx, acct, msg, &st, out);
    out->note = STR("a step of a call");
    return e;
}

static enum err decode_end(struct ctx *ctx, const struct http_msg *msg, struct str status, struct decoded *out)
{
    struct str key = param(ctx, msg, "key"), code = twilio_field(ctx, msg, "SipResponseCode");
    bool reached = str_eq(status, STR("completed")) && !is_machine(twilio_field(ctx, msg, "AnsweredBy"));
    if (str_empty(key)) {
        out->note = STR("a call ended");
        return OK;
    }
    struct str detail = str_empty(code) ? status : arena_fmt(ctx->arena, "%.*s, code %.*s", STR_ARG(status), STR_ARG(str_sub(code, 0, 12)));
    return add_receipt(ctx, out, key, reached ? RECEIPT_DELIVERED : RECEIPT_FAILED, detail, msg->received_us);
}

static bool is_end(struct str status)
{
    static const char *const ENDS[] = {"completed", "busy", "no-answer", "failed", "canceled"};
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        if (str_eq(status, str_of(ENDS[i])))
            return true;
    return false;
}

enum err twilio_call_decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct str status = twilio_field(ctx, msg, "CallStatus");
    return number(ctx, msg, "s") == 0 && is_end(status) ? decode_end(ctx, msg, status, out) : decode_step(ctx, acct, msg, out);
}

struct str twilio_call_key(struct ctx *ctx, const struct http_msg *msg)
{
    struct str sid = twilio_field(ctx, msg, "CallSid"), status = twilio_field(ctx, msg, "CallStatus");
    return arena_fmt(ctx->arena, "%.*s %.*s %.*s", STR_ARG(sid), STR_ARG(status), STR_ARG(msg->query));
}

/* ---- what is said next */

/* Languages as Say and Gather name them. */
static const char *tag_of(struct str lang)
{
    static const char *const TAGS[][2] = {{"en", "en-US"}, {"es", "es-US"}, {"fr", "fr-FR"}, {"de", "de-DE"}, {"it", "it-IT"}, {"pt", "pt-BR"},
                                          {"nl", "nl-NL"}, {"pl", "pl-PL"}, {"sv", "sv-SE"}, {"hi", "hi-IN"}, {"ja", "ja-JP"}, {"ar", "ar-AE"}};
    for (size_t i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
        if (str_eq(lang, str_of(TAGS[i][0])))
            return TAGS[i][1];
    return "en-US";
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static void pack(struct buf *b, struct str choices)
{
    for (size_t i = 0; i < choices.n; i++)
        buf_addc(b, choices.p[i] == ':' ? '~' : choices.p[i] == '\n' ? '.' : is_plain(choices.p[i]) ? choices.p[i] : '_');
}

static void address(struct buf *b, const struct account *acct, const struct http_msg *msg, const struct call_state *at, bool dial)
{
    html_text(b, acct->public_url);
    html_text(b, msg->path);
    buf_fmt(b, "?s=%d&amp;t=%d&amp;w=%d&amp;l=%.*s", at->step, at->tries, at->waits, STR_ARG(at->lang));
    if (!str_empty(at->key))
        buf_fmt(b, "&amp;k=%.*s", STR_ARG(at->key));
    if (at->vouched)
        buf_addz(b, "&amp;v=1");
    if (dial)
        buf_addz(b, "&amp;d=1");
    if (!str_empty(at->choices)) {
        buf_addz(b, "&amp;c=");
        pack(b, at->choices);
    }
}

static void say_text(struct buf *b, struct str lang, struct str text)
{
    if (str_empty(text))
        return;
    buf_fmt(b, "<Say language=\"%s\">", tag_of(lang));
    html_text(b, text);
    buf_addz(b, "</Say>");
}

static void gather(struct buf *b, const struct account *acct, const struct http_msg *msg, const struct call_say *say)
{
    bool keys = !str_empty(say->at.choices);
    buf_addz(b, "<Gather input=\"speech dtmf\" method=\"POST\" timeout=\"" GATHER_TIMEOUT "\" speechTimeout=\"auto\" actionOnEmptyResult=\"true\"");
    buf_fmt(b, " %s language=\"%s\" action=\"", keys ? "numDigits=\"1\"" : "finishOnKey=\"#\"", tag_of(say->at.lang));
    address(b, acct, msg, &say->at, false);
    buf_addz(b, "\">");
    say_text(b, say->at.lang, say->text);
    buf_addz(b, "</Gather>");
}

static enum err answer(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, const struct call_say *say, struct buf *body)
{
    (void)ctx;
    buf_addz(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>");
    if (say->next == CALL_GATHER)
        gather(body, acct, msg, say);
    else
        say_text(body, say->at.lang, say->text);
    if (say->next == CALL_WAIT) {
        buf_addz(body, "<Pause length=\"1\"/><Redirect method=\"POST\">");
        address(body, acct, msg, &say->at, false);
        buf_addz(body, "</Redirect>");
    } else if (say->next == CALL_DIAL) {
        buf_addz(body, "<Dial method=\"POST\" timeout=\"" DIAL_TIMEOUT "\" action=\"");
        address(body, acct, msg, &say->at, true);
        buf_addz(body, "\"><Number>");
        html_text(body, say->dial);
        buf_addz(body, "</Number></Dial>");
    } else if (say->next == CALL_END) {
        buf_addz(body, "<Hangup/>");
    }
    buf_addz(body, "</Response>\n");
    return buf_err(body);
}

/* ---- calls of our own */

#define RING_TIMEOUT "25" /* seconds; longer is answered by machines */

struct str twilio_call_from(const struct account *acct)
{
    struct str own = account_setting(acct, "voice_from");
    return str_empty(own) ? account_setting(acct, "from") : own;
}

static struct str spoken_alone(struct ctx *ctx, const struct send_ask *ask)
{
    struct buf b;
    buf_init(&b, 65536);
    buf_addz(&b, "<Response>");
    say_text(&b, ask->language, ask->text);
    buf_addz(&b, "</Response>");
    return buf_move(&b, ctx->arena);
}

/* A machine is found out before anything is said: what became of an order is nobody's but the customer's. */
enum err twilio_call_form(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct buf *b)
{
    struct str from = twilio_call_from(acct);
    if (str_empty(from))
        return ctx_fail(ctx, ERR_PARSE, "voice_from: not set");
    form_add(ctx->arena, b, "To", ask->to);
    form_add(ctx->arena, b, "From", from);
    if (str_empty(ask->call_url))
        form_add(ctx->arena, b, "Twiml", spoken_alone(ctx, ask));
    else
        form_add(ctx->arena, b, "Url", arena_fmt(ctx->arena, "%.*s?k=%.*s", STR_ARG(ask->call_url), STR_ARG(ask->key)));
    form_add(ctx->arena, b, "MachineDetection", STR("Enable"));
    form_add(ctx->arena, b, "Timeout", STR(RING_TIMEOUT));
    if (!str_empty(ask->receipt_url))
        form_add(ctx->arena, b, "StatusCallback", arena_fmt(ctx->arena, "%.*s?key=%.*s", STR_ARG(ask->receipt_url), STR_ARG(ask->key)));
    return buf_err(b);
}

/* Any call to that number since: Twilio keeps nothing of ours with a call, and one too few is better than a second one. */
bool twilio_call_found(const struct json *list, const struct send_ask *ask, struct str *id)
{
    int64_t at = 0;
    JSON_EACH(c, json_get(list, "calls")) {
        bool ours = str_starts(json_str(c, "direction"), STR("outbound"));
        if (ours && time_from_rfc2822(json_str(c, "date_created"), &at) && at + TWILIO_LOOK_SLACK_US >= ask->since_us) {
            *id = json_str(c, "sid");
            return true;
        }
    }
    return false;
}

const struct call_ops twilio_call = {.read = read_step, .answer = answer};
