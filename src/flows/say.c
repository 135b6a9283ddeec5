/* See say.h. */
#include "flows/say.h"

#include "flows/reader.h"
#include "flows/understand.h"
#include "model/fact_json.h"

#include <time.h>

#define FOLD_WAIT_MS 2000
#define LOOK_EVERY_NS 2000000
#define FACT_BYTES ((size_t)1 << 20)

/* ---- reading */

enum err message_read(struct ctx *ctx, const struct json *v, struct message_in_fact *out)
{
    struct message_in_fact m = {.channel = CHANNEL_CHAT, .verified = json_true(v, "verified"), .automatic = json_true(v, "automatic")};
    const struct {
        const char *key;
        struct str *to;
        size_t max;
    } FIELDS[] = {{"text", &m.text, 65536},          {"choice", &m.choice, SAY_FIELD_MAX},   {"from", &m.from, SAY_FIELD_MAX},
                  {"thread", &m.thread_id, SAY_FIELD_MAX}, {"id", &m.message_id, SAY_FIELD_MAX}, {"reply_to", &m.reply_to, SAY_FIELD_MAX},
                  {"name", &m.from_name, SAY_FIELD_MAX}, {"subject", &m.subject, SAY_FIELD_MAX}, {"language", &m.language, 35}};
    if (!json_is(v, JSON_OBJECT))
        return ctx_fail(ctx, ERR_PARSE, "body: expected one JSON object");
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        const struct json *one = json_get(v, FIELDS[i].key);
        if (one == NULL || json_is(one, JSON_NULL))
            continue;
        if (!json_is(one, JSON_STRING) || one->text.n > FIELDS[i].max)
            return ctx_fail(ctx, ERR_PARSE, "%s: expected a string of at most %zu bytes", FIELDS[i].key, FIELDS[i].max);
        *FIELDS[i].to = one->text;
    }
    struct str channel = json_str(v, "channel");
    if (!str_empty(channel) && !channel_kind_parse(channel, &m.channel))
        return ctx_fail(ctx, ERR_PARSE, "channel: expected chat, email, sms, whatsapp or voice, got \"%.*s\"", STR_ARG(str_sub(channel, 0, 40)));
    if (str_empty(str_trim(m.text)) && str_empty(m.choice))
        return ctx_fail(ctx, ERR_PARSE, "text: what does the customer say?");
    if (str_empty(str_trim(m.from)))
        return ctx_fail(ctx, ERR_PARSE, "from: who says it? An e-mail address, a phone number, or a session of your chat");
    *out = m;
    return OK;
}

/* ---- saying */

static enum err append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, enum recv_source source, const char *account, const struct fact *fct)
{
    const struct fact_to to = {merchant_id, source, account, FACT_BYTES, clock_now_us(ctx->clock)};
    int64_t pos = 0;
    enum err e = fact_append_wait(ctx, eng, &to, fct, &pos);
    return e == OK && pos > 0 ? engine_wait_folded(ctx, eng, merchant_id, pos, FOLD_WAIT_MS) : e;
}

enum err say_only(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct message_in_fact *m)
{
    const struct fact_to to = {merchant_id, RECV_FACTS, SAY_ACCOUNT, FACT_BYTES, clock_now_us(ctx->clock)};
    const struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER, .u.message_in = *m};
    int64_t pos = 0;
    return fact_append_wait(ctx, eng, &to, &fct, &pos);
}

static bool is_answered(const struct conversation *c, struct fact_place at)
{
    return !fact_place_behind(at, c->answered);
}

static enum err last_turn(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct said *out)
{
    struct conversation_line *lines = NULL;
    size_t n = 0;
    enum err e = conversation_lines_read(ctx, rd, merchant_id, out->c.no, 4, &lines, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        if (lines[i].ours)
            out->turn = lines[i].turn;
    return e;
}

enum err said_wait(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct said_message *m, int wait_ms, struct said *out)
{
    struct fact_place at;
    int64_t until = clock_mono_us() + (int64_t)wait_ms * 1000;
    *out = (struct said){.answered = false};
    enum err e = conversation_find(ctx, rd, merchant_id, m->account, m->channel, m->message_id, &out->c, &at);
    while (e == OK && !is_answered(&out->c, at) && clock_mono_us() < until) {
        struct timespec pause = {0, LOOK_EVERY_NS};
        nanosleep(&pause, NULL);
        e = conversation_read(ctx, rd, merchant_id, out->c.no, &out->c);
    }
    out->answered = e == OK && is_answered(&out->c, at);
    return e == OK && out->answered ? last_turn(ctx, rd, merchant_id, out) : e;
}

enum err say(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct message_in_fact *m, int wait_ms,
             struct said *out)
{
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER, .u.message_in = *m};
    const struct said_message by = {STR(SAY_ACCOUNT), m->channel, m->message_id};
    int64_t began = clock_mono_us();
    *out = (struct said){.answered = false};
    fct.u.message_in.at_us = clock_now_us(ctx->clock);
    enum err e = append(ctx, eng, merchant_id, RECV_FACTS, SAY_ACCOUNT, &fct);
    return e == OK ? said_wait(ctx, rd, merchant_id, &by, wait_ms - (int)((clock_mono_us() - began) / 1000), out) : e;
}

void said_json(struct jw *w, const struct said *s)
{
    jw_obj(w);
    jw_ki64(w, "conversation", s->c.no);
    jw_kbool(w, "waiting", !s->answered);
    if (s->answered) {
        jw_kstr(w, "outcome", s->turn.outcome);
        jw_kstr(w, "language", s->turn.language);
        jw_kbool(w, "person", s->c.person != CONVERSATION_NO_PERSON);
        jw_kstr_null(w, "text", s->turn.reply);
        conversation_choices_json(w, s->turn.choices);
    }
    jw_end(w);
}

enum err say_as_person(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, int64_t no, struct str text, struct str by)
{
    struct conversation c;
    struct fact fct = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    if (str_empty(str_trim(text)) || text.n > MESSAGE_TEXT_MAX)
        return ctx_fail(ctx, ERR_PARSE, "text: expected 1 to %d bytes", MESSAGE_TEXT_MAX);
    enum err e = conversation_read(ctx, rd, merchant_id, no, &c);
    if (e != OK)
        return e;
    fct.u.turn = (struct turn_fact){.conversation_no = no, .asked_pos = c.asked.pos, .asked_idx = c.asked.idx, .outcome = STR("person"), .state = c.state,
                                    .order_no = c.order_no, .reply = text, .speaks = true, .by = by, .at_us = clock_now_us(ctx->clock)};
    return append(ctx, eng, merchant_id, RECV_SYSTEM, "talk", &fct);
}
