/*
 * See call.h. Three kinds of steps say something by themselves: the beginning, a silence and the end of a dialled person's part; all
 * others say what the dialogue's turn says. Nobody is asked more than CALL_TRIES_MAX times: then the caller gets a person, by
 * telephone where one is there, else by a ticket, which has what was said so far.
 */
#include "flows/call.h"

#include "base/calendar.h"
#include "base/icu_text.h"
#include "base/zone.h"
#include "flows/ask.h"
#include "flows/message_list.h"
#include "flows/reader.h"
#include "flows/say.h"
#include "mind/template.h"
#include "talk/dialogue.h"
#include "talk/fill.h"
#include "talk/spoken.h"

#define FOLD_WAIT_MS 3000
#define WAITS_MAX 8      /* moments that a caller is asked for, one after the other */
#define DAYS_OFFERED 3
#define DAYS_LOOKED_AT 14

struct call {
    struct ctx *ctx;
    const struct call_desk *desk;
    const struct merchant_config *mc;
    const struct call_step *st;
    struct call_say *out;
    struct str lang;
};

/* ---- saying */

static void say_text(struct call *c, struct str text)
{
    const char *gap = str_empty(c->out->text) || str_empty(text) ? "" : " ";
    c->out->text = arena_fmt(c->ctx->arena, "%.*s%s%.*s", STR_ARG(c->out->text), gap, STR_ARG(text));
}

static void say_key(struct call *c, const char *key)
{
    struct fill_pair values[] = {{"store", c->mc->messages.policy.store}, {NULL, STR_NULL}};
    say_text(c, fill_words(c->ctx, c->lang, key, values));
}

/* A label is no sentence of its own. */
static struct str spoken_label(struct call *c, struct str label)
{
    struct str s = spoken_text(c->ctx, c->lang, label);
    return str_ends(s, STR(".")) && !str_ends(label, STR(".")) ? str_sub(s, 0, s.n - 1) : s;
}

/* "Press 1: Where my order is." */
static void say_choices(struct call *c, struct str choices)
{
    static const char *const KEYS[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    struct str payload, label;
    for (size_t i = 0; i < 9 && conversation_choice(&choices, &payload, &label); i++) {
        struct fill_pair values[] = {{"n", str_of(KEYS[i])}, {"label", spoken_label(c, label)}, {NULL, STR_NULL}};
        say_text(c, fill_words(c->ctx, c->lang, "voice.press", values));
        c->out->at.choices = i == 0 ? payload : arena_fmt(c->ctx->arena, "%.*s\n%.*s", STR_ARG(c->out->at.choices), STR_ARG(payload));
    }
}

static void then(struct call *c, enum call_next next)
{
    c->out->next = next;
    c->out->at.lang = c->lang;
    if (next == CALL_GATHER)
        c->out->at.step = c->st->at.step + 1;
}

/* The step as it goes on: the same call, nothing waited for. */
static void go_on(struct call *c)
{
    c->out->at = c->st->at;
    c->out->at.choices = STR_NULL;
    c->out->at.tries = c->out->at.waits = 0;
}

/* ---- people */

enum err call_hours_parse(struct ctx *ctx, struct str text, int *from_min, int *until_min)
{
    int min[2] = {0, 0};
    bool good = text.n == 11 && text.p[5] == '-';
    for (size_t k = 0; good && k < 2; k++) {
        const char *p = text.p + k * 6;
        good = p[0] >= '0' && p[0] <= '2' && p[1] >= '0' && p[1] <= '9' && p[2] == ':' && p[3] >= '0' && p[3] <= '5' && p[4] >= '0' && p[4] <= '9';
        min[k] = ((p[0] - '0') * 10 + p[1] - '0') * 60 + (p[3] - '0') * 10 + p[4] - '0';
    }
    if (!good || min[0] >= min[1] || min[1] > 24 * 60)
        return ctx_fail(ctx, ERR_PARSE, "expected hours such as 09:00-17:00, got \"%.*s\"", STR_ARG(str_sub(text, 0, 40)));
    *from_min = min[0];
    *until_min = min[1];
    return OK;
}

static bool somebody_is_there(struct call *c)
{
    const struct promises *p = &c->mc->promises;
    struct calendar cal = {.country = p->home_country, .extra_off = p->extra_off, .extra_off_n = p->extra_off_n};
    struct str hours = account_setting(c->desk->acct, "dial_hours");
    int64_t now = clock_now_us(c->ctx->clock);
    int32_t off = 0;
    int from = 0, until = 0;
    if (str_empty(account_setting(c->desk->acct, "dial")))
        return false;
    if (str_empty(hours))
        return true;
    if (call_hours_parse(c->ctx, hours, &from, &until) != OK || zone_offset(p->home_zone, now, &off) != OK)
        return false;
    int64_t local = now + off * US_PER_S, minute = local % US_PER_DAY / US_PER_MIN;
    return calendar_is_business_day(&cal, civil_day(local)) && minute >= from && minute < until;
}

/* What was said is with the ticket already; what is said of it is the turn's, or that somebody gets back. */
static void to_person(struct call *c, struct str said)
{
    go_on(c);
    if (somebody_is_there(c)) {
        say_key(c, "voice.connect");
        c->out->dial = account_setting(c->desk->acct, "dial");
        then(c, CALL_DIAL);
        return;
    }
    if (str_empty(said))
        say_key(c, "voice.nobody");
    say_text(c, said);
    say_key(c, "voice.goodbye");
    then(c, CALL_END);
}

static void end_with(struct call *c, const char *key)
{
    go_on(c);
    say_key(c, key);
    then(c, CALL_END);
}

/* ---- what the dialogue says */

static void say_turn(struct call *c, const struct said *s)
{
    struct str lang = words_language(s->turn.language), text;
    bool asks = str_eq(s->turn.outcome, str_of(dialogue_outcome_word(DIALOGUE_ASKED)));
    c->lang = str_empty(lang) ? c->lang : lang;
    text = spoken_text(c->ctx, c->lang, s->turn.reply);
    if (s->turn.hands_over || (!s->turn.speaks && s->c.person != CONVERSATION_NO_PERSON)) {
        to_person(c, text);
        return;
    }
    go_on(c);
    say_text(c, text);
    say_choices(c, s->turn.choices);
    if (!asks && str_empty(s->turn.choices))
        say_key(c, "voice.more");
    then(c, CALL_GATHER);
}

static enum err turn_of(struct call *c, struct str message_id, int wait_ms)
{
    const struct said_message m = {c->desk->acct->id, CHANNEL_VOICE, message_id};
    struct said s = {.answered = false};
    enum err e = said_wait(c->ctx, c->desk->rd, c->desk->merchant_id, &m, c->mc->talk.enabled ? wait_ms : 0, &s);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    if (s.answered) {
        say_turn(c, &s);
        return OK;
    }
    if (!c->mc->talk.enabled) { /* it is kept and listed: people answer */
        end_with(c, "voice.nobody");
        return OK;
    }
    if (c->st->at.waits >= WAITS_MAX) {
        end_with(c, "voice.later");
        return OK;
    }
    c->out->at = c->st->at;
    c->out->at.waits++;
    if (c->st->at.waits == 0)
        say_key(c, "voice.moment");
    then(c, CALL_WAIT);
    return OK;
}

/* ---- calls of our own */

/* What can be done about a trouble by one key; each is a wish to the policy. */
static const struct {
    enum message_kind kind;
    const char *payload, *label;
} KEYS[] = {
    {MESSAGE_ATTEMPT_FAILED, "want:reattempt", "voice.opt_again"},     {MESSAGE_ATTEMPT_FAILED, CALL_CHOICE_DAYS, "voice.opt_day"},
    {MESSAGE_ATTEMPT_FAILED, "want:change_address", "talk.opt_address"}, {MESSAGE_ATTEMPT_FAILED, "want:cancel", "talk.opt_cancel"},
    {MESSAGE_ADDRESS_PROBLEM, "want:reattempt", "voice.opt_again"},    {MESSAGE_ADDRESS_PROBLEM, "want:change_address", "talk.opt_address"},
    {MESSAGE_ADDRESS_PROBLEM, "want:cancel", "talk.opt_cancel"},       {MESSAGE_FULFILLMENT_LATE, "want:cancel", "talk.opt_cancel"},
    {MESSAGE_BACKORDERED, "want:cancel", "talk.opt_cancel"},           {MESSAGE_DELIVERED, "intent:delivered_not_received", "talk.opt_not_received"},
};

static void say_keys(struct call *c, enum message_kind kind)
{
    struct str choices = STR_NULL;
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        if (KEYS[i].kind == kind)
            choices = arena_fmt(c->ctx->arena, "%.*s%s%s\t%.*s", STR_ARG(choices), str_empty(choices) ? "" : "\n", KEYS[i].payload,
                                STR_ARG(words_find(c->lang, str_of(KEYS[i].label))));
    if (message_kind_group(kind) == GROUP_TROUBLE)
        choices = arena_fmt(c->ctx->arena, "%.*s%sperson\t%.*s", STR_ARG(choices), str_empty(choices) ? "" : "\n",
                            STR_ARG(words_find(c->lang, STR("talk.opt_person"))));
    say_choices(c, choices);
    say_key(c, "voice.keys");
}

static enum err tell(struct call *c)
{
    struct case_message m;
    int64_t order_no = 0;
    enum err e = message_by_key(c->ctx, c->desk->rd, c->desk->merchant_id, c->st->at.key, &order_no, &m);
    if (e == ERR_NOTFOUND || (e == OK && (str_empty(m.brief) || c->st->machine))) { /* nothing is told to a machine: who hears it? */
        go_on(c);
        then(c, CALL_END);
        return OK;
    }
    if (e != OK)
        return e;
    struct str lang = words_language(m.language);
    c->lang = str_empty(lang) ? c->lang : lang;
    go_on(c);
    c->out->at.tries = c->st->at.tries;
    say_text(c, spoken_text(c->ctx, c->lang, m.brief));
    say_keys(c, m.t.kind);
    then(c, CALL_GATHER);
    return OK;
}

/* The next days on which carriers deliver there. */
static enum err offer_days(struct call *c)
{
    struct case_message m;
    struct case_answer ca;
    int64_t order_no = 0, now = clock_now_us(c->ctx->clock);
    int32_t off = 0;
    bool exact;
    struct str choices = STR_NULL;
    enum err e = message_by_key(c->ctx, c->desk->rd, c->desk->merchant_id, c->st->at.key, &order_no, &m);
    if (e == OK)
        e = case_read(c->ctx, c->desk->rd, c->desk->merchant_id, order_no, 0, &ca);
    if (e != OK)
        return e;
    struct place dest = case_destination(ca.cas);
    struct calendar cal = {.country = dest.country, .region = dest.region};
    if (zone_offset(zone_of_place(dest.country, dest.region, &exact), now, &off) != OK)
        off = 0;
    int64_t today = civil_day(now + off * US_PER_S);
    for (int64_t day = today + 1, n = 0; n < DAYS_OFFERED && day < today + DAYS_LOOKED_AT; day++) {
        struct civil d = civil_from_us(day * US_PER_DAY);
        if (!calendar_is_business_day(&cal, day))
            continue;
        choices = arena_fmt(c->ctx->arena, "%.*s%swant:reattempt:%04d-%02d-%02d\t%.*s", STR_ARG(choices), n++ == 0 ? "" : "\n", d.year, d.month,
                            d.day, STR_ARG(icu_day(c->ctx, c->lang, STR("UTC"), day * US_PER_DAY + US_PER_DAY / 2)));
    }
    go_on(c);
    say_key(c, "voice.which_day");
    say_choices(c, choices);
    then(c, CALL_GATHER);
    return OK;
}

/* ---- steps */

static void greet(struct call *c)
{
    go_on(c);
    say_key(c, "voice.greeting");
    then(c, CALL_GATHER);
}

/* Nothing was said: it is asked again, and a message of ours is told once more. */
static enum err silence(struct call *c)
{
    if (!str_empty(c->st->choice)) /* the last time: decode asked for a person */
        return turn_of(c, c->st->message_id, c->desk->wait_ms);
    if (!str_empty(c->st->at.key) && c->st->at.tries > 0) {
        end_with(c, "voice.goodbye");
        return OK;
    }
    if (!str_empty(c->st->at.key) && c->st->at.step == 1) {
        enum err e = tell(c);
        c->out->at.step = c->st->at.step;
        c->out->at.tries = c->st->at.tries + 1;
        return e;
    }
    c->out->at = c->st->at;
    say_key(c, "voice.no_input");
    then(c, CALL_GATHER);
    c->out->at.tries = c->st->at.tries + 1;
    return OK;
}

/* The star: a message of ours, or the turn of the step before. */
static enum err again(struct call *c)
{
    struct str id = c->st->message_id;
    size_t tail = id.n;
    while (tail > 0 && id.p[tail - 1] != '-')
        tail--;
    if (c->st->at.step == 1 && !str_empty(c->st->at.key))
        return tell(c);
    if (c->st->at.step == 1) {
        greet(c);
        return OK;
    }
    return turn_of(c, arena_fmt(c->ctx->arena, "%.*s%d", STR_ARG(str_sub(id, 0, tail)), c->st->at.step - 1), 0);
}

static enum err heard(struct call *c)
{
    if (str_eq(c->st->choice, STR(CALL_CHOICE_DAYS)))
        return offer_days(c);
    if (!str_eq(c->st->choice, STR(CALL_CHOICE_STOP)))
        return turn_of(c, c->st->message_id, c->desk->wait_ms);
    end_with(c, "voice.stopped");
    return OK;
}

enum err call_answer(struct ctx *ctx, const struct call_desk *desk, const struct call_step *st, struct call_say *out)
{
    struct call c = {ctx, desk, engine_merchant_config(desk->eng, desk->merchant_id), st, out, words_language(st->at.lang)};
    enum err e = OK;
    *out = (struct call_say){.next = CALL_END};
    if (c.mc == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    if (str_empty(c.lang))
        c.lang = store_language(c.mc);
    switch (st->event) {
    case CALL_BEGINS:
        if (str_empty(st->at.key))
            greet(&c);
        else
            e = tell(&c);
        break;
    case CALL_HEARD:
        e = heard(&c);
        break;
    case CALL_SILENCE:
        e = silence(&c);
        break;
    case CALL_AGAIN:
        e = again(&c);
        break;
    case CALL_WAITS:
        e = turn_of(&c, st->message_id, desk->wait_ms);
        break;
    case CALL_DIALLED:
        end_with(&c, st->connected ? "voice.goodbye" : "voice.nobody");
        break;
    }
    return ctx_whole(ctx, e);
}

enum err call_take(struct ctx *ctx, const struct call_desk *desk, const struct http_msg *msg, struct str dedupe)
{
    struct append_req req = {.merchant_id = desk->merchant_id, .source = RECV_WEBHOOK, .origin = ORIGIN_LIVE, .account = desk->acct->id,
                             .request_id = str_of(ctx->request_id), .dedupe = dedupe, .msg = msg};
    int64_t pos = 0;
    enum err e = engine_append_wait(ctx, desk->eng, &req, &pos);
    return e == OK && pos > 0 ? engine_wait_folded(ctx, desk->eng, desk->merchant_id, pos, FOLD_WAIT_MS) : e;
}
