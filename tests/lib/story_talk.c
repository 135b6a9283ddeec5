/* See story_talk.h. */
#include "lib/story_talk.h"

#include "base/num.h"
#include "flows/message_list.h"
#include "flows/reader.h"

#include <stdlib.h>

static enum err wrong(struct ctx *ctx, const struct story_line *ln, const char *what, struct str got, struct str want)
{
    return ctx_fail(ctx, ERR_CONFLICT, "line %zu: %s is \"%.*s\", expected \"%.*s\"", ln->number, what, STR_ARG(got), STR_ARG(want));
}

static enum err settle(struct ctx *ctx, struct story_store *st, struct story_talk *tk)
{
    size_t n = 1;
    const struct talker_options opt = {.eng = st->eng};
    enum err e = story_store_settle(ctx, st);
    if (e == OK && tk->talker == NULL) {
        st->mc.talk = (struct talk_config){.enabled = true, .person_hours = 24};
        e = talker_new(ctx, &opt, &tk->talker);
    }
    while (e == OK && n > 0) {
        e = talker_run(ctx, tk->talker, 20, &n);
        if (e == OK)
            e = story_store_settle(ctx, st);
    }
    return e;
}

/* ---- the customer */

static enum err remember(struct story_talk *tk, struct str given, struct str *slot)
{
    return str_empty(given) ? OK : arena_dup(tk->arena, given, slot);
}

static enum err reply_key(struct ctx *ctx, struct story_store *st, const struct story_line *ln, struct str what, struct str *key)
{
    struct str kind;
    struct case_message *list = NULL;
    int64_t found[CASE_FIND_MAX];
    size_t orders = 0, n = 0;
    if (str_empty(what) || !str_split(&what, ':', &kind))
        return OK;
    enum err e = case_find(ctx, st->rd, st->merchant_id, what, found, &orders);
    if (e == OK && orders == 1)
        e = case_messages(ctx, st->rd, st->merchant_id, found[0], &list, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        if (str_eq(kind, str_of(message_kind_word(list[i].t.kind))))
            *key = list[i].t.key;
    return e == OK && str_empty(*key) ? ctx_fail(ctx, ERR_PARSE, "line %zu: no such message", ln->number) : e;
}

/* One story alone is printed while it runs. */
static enum err show(struct ctx *ctx, struct story_store *st, const struct story_talk *tk)
{
    struct str text = STR_NULL;
    enum err e = conversation_text(ctx, st->rd, st->merchant_id, tk->conversation_no, 2, &text);
    print_message("%.*s", STR_ARG(text));
    return e;
}

static enum err send(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct message_in_fact *m)
{
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER, .u.message_in = *m};
    struct conversation c;
    struct fact_place at;
    struct str source = str_of(channel_kind_word(m->channel));
    fct.u.message_in.message_id = arena_fmt(ctx->arena, "m%d", ++tk->messages);
    fct.u.message_in.at_us = clock_now_us(st->clock);
    enum err e = story_store_append(ctx, st, source, &fct);
    if (e == OK)
        e = settle(ctx, st, tk);
    if (e == OK)
        e = conversation_find(ctx, st->rd, st->merchant_id, source, m->channel, fct.u.message_in.message_id, &c, &at);
    tk->conversation_no = e == OK ? c.no : 0;
    if (e == OK && getenv("WISMO_STORY") != NULL)
        e = show(ctx, st, tk);
    return e;
}

static enum err says(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln)
{
    struct message_in_fact *last = &tk->last;
    struct str channel = story_get(ln, "channel"), from = story_get(ln, "from");
    if (tk->arena == NULL)
        tk->arena = arena_new((size_t)1 << 20);
    if (!str_empty(channel) && !channel_kind_parse(channel, &last->channel))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: no such channel", ln->number);
    if (!str_empty(from))
        last->verified = true;
    if (!str_empty(from) || !str_empty(channel))
        last->thread_id = STR_NULL;
    if (story_has(ln, "unverified"))
        last->verified = false;
    enum err e = remember(tk, from, &last->from);
    if (e == OK)
        e = remember(tk, story_get(ln, "thread"), &last->thread_id);
    if (e == OK && str_empty(last->thread_id))
        e = remember(tk, arena_fmt(ctx->arena, "%s-%.*s", channel_kind_word(last->channel), STR_ARG(last->from)), &last->thread_id);
    struct message_in_fact m = *last;
    m.text = story_bare(ln, 0);
    m.choice = story_get(ln, "choice");
    m.language = story_get(ln, "language");
    m.from_name = story_get(ln, "name");
    m.automatic = story_has(ln, "automatic");
    if (e == OK)
        e = reply_key(ctx, st, ln, story_get(ln, "reply_to"), &m.reply_to);
    return e == OK ? send(ctx, st, tk, &m) : e;
}

/* ---- the last turn */

static enum err last_turn(struct ctx *ctx, struct story_store *st, struct story_talk *tk, struct turn_fact *out, bool *silent)
{
    struct conversation_line *lines = NULL;
    size_t n = 0;
    enum err e = conversation_lines_read(ctx, st->rd, st->merchant_id, tk->conversation_no, 50, &lines, &n);
    *silent = e == OK && (n == 0 || !lines[n - 1].ours || !lines[n - 1].turn.speaks);
    if (e == OK && n > 0 && lines[n - 1].ours)
        *out = lines[n - 1].turn;
    return e;
}

static enum err picks(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln)
{
    struct turn_fact turn = {.at_us = 0};
    struct str payload, label;
    int64_t want = 0;
    bool silent;
    enum err e = last_turn(ctx, st, tk, &turn, &silent);
    if (e == OK && num_parse_i64(story_bare(ln, 0), 1, 20, &want) != OK)
        e = ctx_fail(ctx, ERR_PARSE, "line %zu: expected a number", ln->number);
    for (int64_t i = 1; e == OK && conversation_choice(&turn.choices, &payload, &label); i++)
        if (i == want) {
            struct message_in_fact m = tk->last;
            m.choice = payload;
            return send(ctx, st, tk, &m);
        }
    return e == OK ? wrong(ctx, ln, "choices", turn.choices, story_bare(ln, 0)) : e;
}

static enum err types_code(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln)
{
    struct conversation_line *lines = NULL;
    struct message_in_fact m = tk->last;
    struct str code = STR_NULL;
    size_t n = 0;
    enum err e = conversation_lines_read(ctx, st->rd, st->merchant_id, tk->conversation_no, 50, &lines, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        for (size_t k = 0; lines[i].ours && k + 6 <= lines[i].turn.code.n; k++) {
            struct str six = str_sub(lines[i].turn.code, k, 6);
            size_t digits = 0;
            while (digits < 6 && six.p[digits] >= '0' && six.p[digits] <= '9')
                digits++;
            if (digits == 6)
                code = six;
        }
    if (e == OK && str_empty(code))
        return ctx_fail(ctx, ERR_CONFLICT, "line %zu: no code was sent", ln->number);
    if (story_has(ln, "wrong"))
        code = str_eq(code, STR("123456")) ? STR("123457") : STR("123456");
    m.text = code;
    return e == OK ? send(ctx, st, tk, &m) : e;
}

static enum err check_choices(struct ctx *ctx, const struct story_line *ln, struct str choices)
{
    struct str payload, label, want = story_get(ln, "choice"), all = choices, count = story_get(ln, "choices");
    bool found = str_empty(want);
    int64_t n = 0;
    while (conversation_choice(&choices, &payload, &label)) {
        n++;
        found = found || str_contains(label, want);
    }
    if (!found)
        return wrong(ctx, ln, "choices", all, want);
    struct str got = arena_fmt(ctx->arena, "%lld", (long long)n);
    return str_empty(count) || str_eq(count, got) ? OK : wrong(ctx, ln, "number of choices", arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(got), STR_ARG(all)), count);
}

static enum err bot(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln)
{
    struct turn_fact turn = {.at_us = 0};
    struct str outcome = story_get(ln, "outcome"), lang = story_get(ln, "lang"), not = story_get(ln, "not");
    bool silent = false;
    enum err e = last_turn(ctx, st, tk, &turn, &silent);
    if (e != OK)
        return e;
    if (silent || story_has(ln, "silent"))
        return silent && story_has(ln, "silent") ? OK : wrong(ctx, ln, "what is said", silent ? STR("nothing") : turn.reply, ln->text);
    for (size_t i = 0; !str_empty(story_bare(ln, i)); i++) {
        struct str words = story_bare(ln, i);
        bool flag = str_eq(words, STR("hands_over"));
        if (flag ? !turn.hands_over : !str_contains(turn.reply, words))
            return wrong(ctx, ln, "what is said", turn.reply, words);
    }
    if (!str_empty(not) && str_contains(turn.reply, not))
        return wrong(ctx, ln, "what is said", turn.reply, STR("without it"));
    if (!str_empty(outcome) && !str_eq(outcome, turn.outcome))
        return wrong(ctx, ln, "outcome", arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(turn.outcome), STR_ARG(turn.reply)), outcome);
    if (!str_empty(lang) && !str_eq(lang, turn.language))
        return wrong(ctx, ln, "language", turn.language, lang);
    return check_choices(ctx, ln, turn.choices);
}

/* ---- people, and counting */

static enum err person(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln)
{
    struct conversation c;
    struct fact fct = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    enum err e = conversation_read(ctx, st->rd, st->merchant_id, tk->conversation_no, &c);
    if (e != OK)
        return e;
    fct.u.turn = (struct turn_fact){.conversation_no = c.no, .asked_pos = c.asked.pos, .asked_idx = c.asked.idx, .outcome = STR("person"), .state = c.state,
                                    .order_no = c.order_no, .language = STR("en"), .reply = story_bare(ln, 0), .speaks = true, .by = STR("ann"),
                                    .at_us = clock_now_us(st->clock)};
    e = story_store_append(ctx, st, STR("wismo"), &fct);
    return e == OK ? story_store_settle(ctx, st) : e;
}

static enum err talks(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    struct conversation *list = NULL;
    size_t n = 0;
    enum err e = conversation_list(ctx, st->rd->state, st->merchant_id, CONVERSATION_LIST_ALL, 0, 100, &list, &n);
    struct str got = arena_fmt(ctx->arena, "%zu", n);
    return e != OK ? e : str_eq(got, story_bare(ln, 0)) ? OK : wrong(ctx, ln, "number of conversations", got, story_bare(ln, 0));
}

enum err story_talk(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln, bool *mine)
{
    *mine = true;
    if (str_eq(ln->verb, STR("says")))
        return says(ctx, st, tk, ln);
    if (str_eq(ln->verb, STR("picks")))
        return picks(ctx, st, tk, ln);
    if (str_eq(ln->verb, STR("types_code")))
        return types_code(ctx, st, tk, ln);
    if (str_eq(ln->verb, STR("bot")))
        return bot(ctx, st, tk, ln);
    if (str_eq(ln->verb, STR("person")))
        return person(ctx, st, tk, ln);
    if (str_eq(ln->verb, STR("talks")))
        return talks(ctx, st, ln);
    *mine = false;
    return OK;
}

void story_talk_end(struct story_talk *tk)
{
    talker_free(tk->talker);
    arena_free(tk->arena);
    *tk = (struct story_talk){.talker = NULL};
}
