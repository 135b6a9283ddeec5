/*
 * What a turn says: paragraphs one by one, choices, questions back, the way to a person, and at the end what is left of it when
 * nothing is told twice.
 */
#include "talk/dialogue_int.h"

#include "base/zone.h"
#include "mind/phrases.h"
#include "mind/template.h"

#define REPLY_MAX 16384

void turn_say(struct turn *t, struct str text)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->paragraph[i], text))
            return;
    if (!str_empty(text) && t->n < TURN_PARAGRAPHS_MAX)
        t->paragraph[t->n++] = text;
}

void turn_say_key(struct turn *t, const char *key)
{
    turn_say(t, words_find(t->lang, str_of(key)));
}

struct str turn_words(struct turn *t, const char *key, struct fill_pair *pairs)
{
    const char *spoken = arena_fmt(t->ctx->arena, "voice.%s", key).p;
    bool other = t->in->channel == CHANNEL_VOICE && spoken != NULL && !str_empty(words_find(t->lang, str_of(spoken)));
    return fill_words(t->ctx, t->lang, other ? spoken : key, pairs);
}

void turn_say_filled(struct turn *t, const char *key, struct fill_pair *pairs)
{
    turn_say(t, turn_words(t, key, pairs));
}

void turn_choice(struct turn *t, struct str payload, struct str label)
{
    const char *gap = str_empty(t->choices) ? "" : "\n";
    t->choices = arena_fmt(t->ctx->arena, "%.*s%s%.*s\t%.*s", STR_ARG(t->choices), gap, STR_ARG(payload), STR_ARG(label));
}

enum err turn_ask_back(struct turn *t, enum dialogue_await await, struct str question)
{
    if (t->asked_before && !t->progress)
        return turn_hand_over(t, "talk.person", NULL, false);
    turn_say(t, question);
    t->st->await = await;
    t->asks = true;
    return OK;
}

/* ---- days in the customer's zone */

static struct day_of day_of(const struct turn *t)
{
    bool exact;
    struct place dest = t->have_order ? case_destination(t->ord.cas) : (struct place){.country = STR_NULL};
    return (struct day_of){t->ctx, zone_of_place(dest.country, dest.region, &exact), t->in->now_us, t->lang};
}

struct str turn_due(struct turn *t, int64_t due_us)
{
    struct day_of d = day_of(t);
    struct fill_pair values[] = {{"expected_on", phrase_day(&d, due_us, true)}, {"expected_clock", phrase_clock(&d, due_us)}, {NULL, STR_NULL}};
    return due_us == 0 ? STR_NULL : fill_words(t->ctx, t->lang, "part.expected_by", values);
}

void turn_say_deadline(struct turn *t)
{
    turn_say(t, reply_deadline(t->ctx, t->lang, t->ord.cas, t->ord.cd, &t->in->nlu.slots.deadline, t->in->now_us));
}

/* ---- to a person */

static enum err ask_person(struct turn *t, bool sensitive, int64_t *due_us)
{
    struct request_answer ans;
    struct dialogue_ask ask = {.order_no = t->ord.order_no, .id = t->in->message_id, .request = REQUEST_PERSON, .proof = t->st->proof,
                               .confidence = 100, .sensitive = sensitive, .note = str_sub(t->in->text, 0, 1000)};
    *due_us = t->in->person_hours == 0 ? 0 : t->in->now_us + t->in->person_hours * US_PER_H;
    if (!t->have_order)
        return OK;
    enum err e = t->ports->request(t->ports->user, t->ctx, &ask, true, &ans);
    if (e == OK && ans.due_us != 0)
        *due_us = ans.due_us;
    return e == ERR_UNSUPPORTED || e == ERR_TIMEOUT ? OK : e; /* without a policy the conversation itself is what waits */
}

enum err turn_hand_over(struct turn *t, const char *key, const char *wish, bool sensitive)
{
    bool again = t->in->person_asked && t->st->due_us > t->in->now_us && !sensitive;
    enum err e = OK;
    t->over = true;
    if (!again)
        e = ask_person(t, sensitive, &t->st->due_us);
    if (e != OK)
        return e;
    struct fill_pair values[] = {{"due", turn_due(t, t->st->due_us)},
                                 {"wish", wish == NULL ? STR_NULL : words_find(t->lang, arena_fmt(t->ctx->arena, "wish.%s", wish))},
                                 {NULL, STR_NULL}};
    turn_say_filled(t, again ? "talk.person_again" : key, values);
    t->out->hands_over = true;
    t->st->await = AWAIT_NOTHING;
    t->st->want = CAP_COUNT;
    t->st->matter = INTENT_COUNT;
    t->choices = STR_NULL;
    return OK;
}

/* ---- the end */

static uint64_t mark_of(struct str text)
{
    return str_hash(text) & ~(uint64_t)3;
}

static bool was_told(const struct dialogue_state *st, uint64_t mark)
{
    for (size_t i = 0; i < st->told_n; i++)
        if (st->told[i] == mark)
            return true;
    return false;
}

static void remember(struct dialogue_state *st, uint64_t mark)
{
    if (was_told(st, mark))
        return;
    if (st->told_n == DIALOGUE_TOLD_MAX)
        memmove(st->told, st->told + 1, --st->told_n * sizeof(st->told[0]));
    st->told[st->told_n++] = mark;
}

/* A paragraph that was told is left out; a list to choose from says by itself what it is. */
static void leave_out_told(struct turn *t)
{
    size_t n = 0;
    bool dropped = false;
    for (size_t i = 0; i < t->n; i++) {
        if (was_told(t->st, mark_of(t->paragraph[i])))
            dropped = true;
        else
            t->paragraph[n++] = t->paragraph[i];
    }
    t->n = n;
    if (n > 0 || !dropped)
        return;
    const char *const AGAIN[] = {"talk.same_news", "talk.same_person"};
    for (size_t i = 0; i < 2 && t->n == 0; i++)
        if (!was_told(t->st, mark_of(words_find(t->lang, str_of(AGAIN[i])))))
            turn_say_key(t, AGAIN[i]);
}

static enum dialogue_outcome outcome_of(const struct turn *t)
{
    return t->n == 0 ? DIALOGUE_SILENT : t->over ? DIALOGUE_HANDED : t->acted ? DIALOGUE_ACTED : t->asks ? DIALOGUE_ASKED : DIALOGUE_ANSWERED;
}

enum err turn_finish(struct turn *t)
{
    struct buf b;
    if (!t->asks) /* a question that is asked again is asked in the same words */
        leave_out_told(t);
    buf_init(&b, REPLY_MAX);
    for (size_t i = 0; i < t->n; i++) {
        buf_addz(&b, i > 0 ? "\n" : "");
        buf_add(&b, t->paragraph[i]);
        remember(t->st, mark_of(t->paragraph[i]));
    }
    t->out->outcome = outcome_of(t);
    t->out->reply = buf_move(&b, t->ctx->arena);
    t->out->choices = t->n == 0 ? STR_NULL : t->choices;
    t->out->lang = t->st->lang = t->lang;
    t->st->asked = t->asks;
    t->st->order_no = t->have_order ? t->ord.order_no : t->st->order_no;
    return ctx_whole(t->ctx, OK);
}
