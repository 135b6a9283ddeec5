/* See conversation.h. A line is a fact: its clear part always, its sealed part while the conversation's key is there. */
#include "flows/conversation.h"

#include "base/num.h"
#include "flows/reader.h"
#include "model/fact_json.h"

static const char *const NUMBERS[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};

struct str conversation_message_id(struct arena *a, struct str account, enum channel_kind channel, struct str message_id)
{
    return arena_fmt(a, "%.*s %s %.*s", STR_ARG(str_sub(account, 0, 80)), channel_kind_word(channel), STR_ARG(str_sub(message_id, 0, 400)));
}

/* ---- lines */

enum err conversation_line_read(struct ctx *ctx, struct reader *rd, struct merchant *m, struct fact_place at, struct conversation_line *out)
{
    struct fact_row row;
    struct fact fct;
    enum err e = fact_row_whole(ctx, rd, m, (struct fact_ref){at.pos, (uint32_t)at.idx}, &row, &fct);
    if (e != OK)
        return e;
    *out = (struct conversation_line){.at = at, .account = row.account, .at_us = row.at_us, .ours = fct.kind != FACT_MESSAGE_IN};
    if (fct.kind == FACT_TURN)
        out->turn = fct.u.turn;
    else if (fct.kind == FACT_TICKET) /* an answer in the helpdesk is a person's turn */
        out->turn = (struct turn_fact){.conversation_no = fct.u.ticket.conversation_no, .asked_pos = fct.u.ticket.asked_pos,
                                       .asked_idx = fct.u.ticket.asked_idx, .outcome = STR("person"), .reply = fct.u.ticket.text, .speaks = true,
                                       .by = STR("helpdesk"), .at_us = fct.u.ticket.at_us};
    else
        out->in = fct.u.message_in;
    return OK;
}

enum err conversation_lines_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, size_t max,
                                 struct conversation_line **out, size_t *n)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    struct fact_place *places = NULL;
    size_t places_n = 0;
    *n = 0;
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    enum err e = conversation_lines(ctx, rd->state, merchant_id, no, max, &places, &places_n);
    *out = e == OK ? arena_array(ctx->arena, places_n + 1, sizeof(**out)) : NULL;
    if (e == OK && *out == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "conversation: no memory");
    for (size_t i = 0; e == OK && i < places_n; i++) {
        e = conversation_line_read(ctx, rd, m, places[i], &(*out)[i]);
        *n = i + 1;
    }
    return e;
}

enum err conversation_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, struct conversation *out)
{
    return conversation_get(ctx, rd->state, merchant_id, no, out);
}

enum err conversations_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, enum conversation_list which, int64_t arg, size_t max,
                            struct conversation **out, size_t *n)
{
    return conversation_list(ctx, rd->state, merchant_id, which, arg, max, out, n);
}

enum err conversation_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str account, enum channel_kind channel,
                           struct str message_id, struct conversation *out, struct fact_place *at)
{
    int64_t no = 0;
    struct str id = conversation_message_id(ctx->arena, account, channel, message_id);
    enum err e = conversation_by_message(ctx, rd->state, merchant_id, id, &no, at);
    if (e == OK && no == 0)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such message");
    return e == OK ? conversation_get(ctx, rd->state, merchant_id, no, out) : e;
}

enum err conversation_thread_hash(struct ctx *ctx, const struct merchant *m, enum channel_kind channel, struct str account, struct str thread_id,
                                  unsigned char out[CONTACT_HASH_LEN])
{
    struct str thread = arena_fmt(ctx->arena, "thread|%s|%.*s|%.*s", channel_kind_word(channel), STR_ARG(account), STR_ARG(thread_id));
    return contact_hash(ctx, &m->keys, CONTACT_ADDRESS, thread, out);
}

enum err conversation_of_thread(struct ctx *ctx, struct reader *rd, const struct merchant *m, enum channel_kind channel, struct str account,
                                struct str thread_id, int64_t *no)
{
    unsigned char h[CONTACT_HASH_LEN];
    enum err e = conversation_thread_hash(ctx, m, channel, account, thread_id, h);
    return e == OK ? conversation_key_get(ctx, rd->state, m->id, (struct str){(const char *)h, CONTACT_HASH_LEN}, no) : e;
}

/* ---- shown */

bool conversation_choice(struct str *choices, struct str *payload, struct str *label)
{
    struct str line;
    if (str_empty(*choices) || !str_split(choices, '\n', &line))
        return false;
    (void)str_split(&line, '\t', payload);
    *label = line.p == NULL ? *payload : line;
    return true;
}

void conversation_choices_json(struct jw *w, struct str choices)
{
    struct str payload, label;
    jw_key(w, "choices");
    jw_arr(w);
    while (conversation_choice(&choices, &payload, &label)) {
        jw_obj(w);
        jw_kstr(w, "choice", payload);
        jw_kstr(w, "label", label);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void line_json(struct jw *w, const struct conversation_line *l)
{
    jw_obj(w);
    jw_kstr(w, "from", !l->ours ? STR("customer") : str_empty(l->turn.by) ? STR("wismo") : STR("person"));
    jw_ktime(w, "at", l->at_us);
    jw_ki64(w, "position", l->at.pos);
    if (l->ours) {
        jw_kstr(w, "outcome", l->turn.outcome);
        jw_kstr(w, "language", l->turn.language);
        jw_kstr_null(w, "text", l->turn.reply);
        conversation_choices_json(w, l->turn.choices);
    } else {
        jw_kstr(w, "channel", str_of(channel_kind_word(l->in.channel)));
        jw_kstr_null(w, "text", l->in.text);
        jw_kstr_opt(w, "choice", l->in.choice);
        jw_kstr_opt(w, "language", l->in.lang);
        jw_kstr_opt(w, "intents", l->in.intents);
        jw_kstr_opt(w, "signals", l->in.signals);
        jw_kbool(w, "verified", l->in.verified);
        jw_kbool(w, "automatic", l->in.automatic);
    }
    jw_end(w);
}

enum err conversation_json(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct conversation *c, struct jw *w)
{
    struct conversation_line *lines = NULL;
    size_t n = 0;
    enum err e = conversation_lines_read(ctx, rd, merchant_id, c->no, CONVERSATION_LINES_MAX, &lines, &n);
    if (e != OK)
        return e;
    jw_obj(w);
    jw_ki64(w, "conversation", c->no);
    jw_kstr(w, "channel", str_of(channel_kind_word(c->channel)));
    jw_kbool(w, "waiting", c->waiting);
    jw_ktime(w, "opened_at", c->opened_us);
    jw_ktime(w, "last_at", c->last_us);
    jw_key(w, "lines");
    jw_arr(w);
    for (size_t i = 0; i < n; i++)
        line_json(w, &lines[i]);
    jw_arr_end(w);
    jw_end(w);
    return OK;
}

static void line_text(struct arena *a, struct buf *b, const struct conversation_line *l)
{
    struct str when = time_rfc3339(a, l->at_us - l->at_us % US_PER_S), choices = l->turn.choices, payload, label;
    const char *who = !l->ours ? "Customer" : str_empty(l->turn.by) ? "Wismo" : "Team";
    struct str text = l->ours ? l->turn.reply : str_empty(l->in.text) ? l->in.choice : l->in.text;
    if (l->ours && !l->turn.speaks)
        return;
    buf_fmt(b, "%.*s %s: %.*s\n", STR_ARG(when), who, STR_ARG(text));
    for (size_t i = 0; l->ours && i < 9 && conversation_choice(&choices, &payload, &label); i++)
        buf_fmt(b, "  %s. %.*s\n", NUMBERS[i], STR_ARG(label));
}

enum err conversation_text(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t no, size_t max, struct str *out)
{
    struct conversation_line *lines = NULL;
    struct buf b;
    size_t n = 0;
    enum err e = conversation_lines_read(ctx, rd, merchant_id, no, max, &lines, &n);
    buf_init(&b, (size_t)4 << 20);
    for (size_t i = 0; e == OK && i < n; i++)
        line_text(ctx->arena, &b, &lines[i]);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

/* ---- sent */

/* A channel without buttons has the choices as numbers behind the text; whoever has buttons takes them from o->choices. */
static struct str with_numbers(struct ctx *ctx, struct str text, struct str choices)
{
    struct str payload, label;
    for (size_t i = 0; i < 9 && conversation_choice(&choices, &payload, &label); i++)
        text = arena_fmt(ctx->arena, "%.*s\n%s. %.*s", STR_ARG(text), NUMBERS[i], STR_ARG(label));
    return text;
}

static const struct conversation_line *last_message(const struct conversation_line *lines, size_t n)
{
    for (size_t i = n; i > 0; i--)
        if (!lines[i - 1].ours)
            return &lines[i - 1];
    return NULL;
}

/* A code is told to whom the order belongs, whoever asks. */
static enum err code_outgoing(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row,
                              const struct turn_fact *t, struct outgoing *out)
{
    struct case_answer ca;
    enum err e = case_read(ctx, rd, merchant_id, row->order_no, 0, &ca);
    if (e == OK)
        e = case_personal(ctx, rd, &ca, &out->who);
    out->m = (struct case_message){.t = {.kind = MESSAGE_KIND_COUNT, .channel = (enum channel_kind)row->channel, .key = row->key},
                                   .language = t->language, .attempts = row->attempts, .position = row->pos, .text = t->code, .brief = t->code,
                                   .subject = out->merchant->messages.policy.store};
    out->thread = arena_fmt(ctx->arena, "code-%.*s", STR_ARG(row->key));
    return e == OK ? ctx_whole(ctx, OK) : e;
}

enum err conversation_outgoing(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row, struct outgoing *out)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    struct conversation_line *lines = NULL, said;
    const struct conversation_line *asked;
    int64_t no = 0;
    size_t n = 0;
    enum err e = m == NULL ? ERR_NOTFOUND : num_parse_i64(row->items, 1, INT64_MAX, &no);
    if (e == OK)
        e = conversation_line_read(ctx, rd, m, (struct fact_place){row->text_pos, row->text_idx}, &said);
    if (e == OK)
        e = conversation_lines_read(ctx, rd, merchant_id, no, CONVERSATION_LINES_MAX, &lines, &n);
    asked = last_message(lines, n);
    if (e != OK || asked == NULL)
        return e == OK ? ctx_fail(ctx, ERR_NOTFOUND, "no message to answer") : e;
    bool mail = str_contains(asked->in.from, STR("@")), handle = channel_kind_has_handles(asked->in.channel);
    if (str_eq(row->capability, STR(CONVERSATION_CODE)))
        return code_outgoing(ctx, rd, merchant_id, row, &said.turn, out);
    out->m = (struct case_message){.t = {.kind = MESSAGE_KIND_COUNT, .channel = (enum channel_kind)row->channel, .key = row->key},
                                   .language = said.turn.language, .attempts = row->attempts, .position = row->pos};
    out->m.text = out->m.brief = with_numbers(ctx, said.turn.reply, said.turn.choices);
    out->m.subject = asked->in.subject;
    out->who.email = mail ? asked->in.from : STR_NULL;
    out->who.phone = mail || handle ? STR_NULL : asked->in.from;
    out->who.ship_to.name = asked->in.from_name;
    out->answer = (struct outgoing_answer){.is = true, .to = asked->in.from, .message_id = asked->in.message_id, .thread_id = asked->in.thread_id,
                                           .account = asked->account, .asked_us = asked->at_us, .person = !str_empty(said.turn.by),
                                           .text = said.turn.reply, .choices = said.turn.choices};
    return ctx_whole(ctx, OK);
}
