/*
 * See dialogue.h. A turn in its order: who must not be answered; what a person has to see; the answer to what was asked; then what
 * the customer wants, matter by matter as they were said, about the order that it turns out to be.
 */
#include "talk/dialogue_int.h"

#include "mind/template.h"

#define MATTERS_MAX 3

struct matter {
    enum intent intent;
    int confidence; /* per cent */
};

struct matters {
    struct matter list[MATTERS_MAX];
    size_t n;
};

/* What can be chosen where nothing was understood: one list, no menus behind it (R94). */
static const struct {
    const char *words;
    enum intent intent;
} OPTIONS[] = {
    {"talk.opt_status", INTENT_ORDER_STATUS},       {"talk.opt_not_received", INTENT_DELIVERED_NOT_RECEIVED},
    {"talk.opt_problem", INTENT_WRONG_OR_MISSING_ITEM}, {"talk.opt_cancel", INTENT_CANCEL_ORDER},
    {"talk.opt_address", INTENT_CHANGE_ADDRESS},    {"talk.opt_person", INTENT_HUMAN_AGENT},
};
#define OPTIONS_N (sizeof(OPTIONS) / sizeof(OPTIONS[0]))

/* ---- beginning */

static struct str language_of(const struct dialogue_heard *in, const struct dialogue_state *st)
{
    size_t blanks = 0;
    for (size_t i = 0; i < in->text.n; i++)
        blanks += in->text.p[i] == ' ';
    struct str heard = words_language(in->nlu.lang);
    bool telling = in->words && !str_empty(heard) && (blanks >= 2 || str_empty(st->lang)); /* "ok" is a word of many languages */
    return telling ? heard : !str_empty(st->lang) ? st->lang : !str_empty(heard) ? heard : in->store_lang;
}

static void count_turn(struct turn *t)
{
    struct dialogue_state *st = t->st;
    uint64_t heard = str_hash_add(str_hash(t->in->text), t->in->choice) & ~(uint64_t)3;
    st->same = heard == st->heard ? st->same + 1 : 0;
    st->heard = heard;
    if (t->in->now_us - st->since_us > US_PER_H) {
        st->since_us = t->in->now_us;
        st->turns = 0;
    }
    st->turns++;
    if (st->proof == PROOF_CODE && t->in->now_us > st->code_until_us) /* a code does not vouch for another day */
        st->proof = PROOF_ORDER_AND_CONTACT;
}

/* A person has it, or it goes round in circles with another machine. */
static bool is_silent(const struct turn *t)
{
    return t->in->person_has_it || t->st->same >= DIALOGUE_SAME_MAX || t->st->turns > DIALOGUE_TURNS_HOUR;
}

static bool is_sensitive(const struct signals *s)
{
    return s->has[SIGNAL_LEGAL] || s->has[SIGNAL_SAFETY] || s->has[SIGNAL_VULNERABLE];
}

static bool is_sure(const struct dialogue_heard *in, enum intent intent)
{
    return in->words && in->nlu.intent == intent && (int)(in->nlu.confidence * 100) >= DIALOGUE_SURE;
}

static bool wants_person(const struct turn *t)
{
    const struct dialogue_heard *in = t->in;
    bool listed = t->awaited == AWAIT_MATTER && t->said.kind == SHORT_NTH && t->said.nth == (int)OPTIONS_N;
    return in->nlu.signals.has[SIGNAL_PERSON] || is_sure(in, INTENT_HUMAN_AGENT) || str_eq(in->choice, STR("person")) || listed;
}

/* ---- what is wanted */

static void add_matter(struct matters *m, enum intent intent, int confidence)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].intent == intent)
            return;
    bool says = intent != INTENT_OTHER && intent != INTENT_GREETING_OR_THANKS && intent < INTENT_COUNT;
    if (says && confidence >= DIALOGUE_SURE && m->n < MATTERS_MAX)
        m->list[m->n++] = (struct matter){intent, confidence};
}

static bool ends_sentence(char c)
{
    return c == '.' || c == '?' || c == '!' || c == '\n' || c == ';';
}

/* Two things in one message stand in two sentences more often than not: each is understood by itself, in its order. */
static enum err by_sentences(struct turn *t, struct matters *m)
{
    struct model model;
    struct str text = t->in->text;
    size_t from = 0, sentences = 0;
    enum err e = nlu_open(t->ctx, &model);
    for (size_t i = 0; e == OK && i <= text.n && sentences < 8; i++) {
        struct nlu_result r;
        struct str one = str_trim(str_sub(text, from, i - from));
        if (i < text.n && !ends_sentence(text.p[i]))
            continue;
        from = i + 1;
        if (one.n < 8 || one.n == text.n)
            continue;
        sentences++;
        e = nlu_understand(t->ctx, &model, one, t->in->nlu.lang, &r);
        if (e == OK)
            add_matter(m, r.intent, (int)(r.confidence * 100));
    }
    return e;
}

static enum intent chosen_option(const struct turn *t)
{
    if (str_starts(t->in->choice, STR("intent:")))
        return intent_from_word(str_sub(t->in->choice, 7, 40));
    bool listed = t->awaited == AWAIT_MATTER && t->said.kind == SHORT_NTH && t->said.nth > 0 && t->said.nth <= (int)OPTIONS_N;
    return listed ? OPTIONS[t->said.nth - 1].intent : INTENT_COUNT;
}

/* "And where is it now?": what might be about an order's state is, where there is one; a wrong guess tells no stranger anything. */
static bool leans_to_status(const struct turn *t)
{
    for (size_t i = 0; i < t->in->nlu.intents_n; i++)
        if (t->in->nlu.intents[i].intent == INTENT_ORDER_STATUS)
            return t->in->nlu.intents[i].confidence >= (t->have_order || t->in->verified ? 0.15f : 0.25f);
    return false;
}

static enum err find_matters(struct turn *t, struct matters *m)
{
    enum intent chosen = chosen_option(t);
    enum err e = OK;
    m->n = 0;
    if (chosen < INTENT_COUNT)
        add_matter(m, chosen, 100);
    t->progress = t->progress || m->n > 0;
    if (m->n > 0 || !t->in->words || t->said.alone)
        return OK;
    e = by_sentences(t, m);
    add_matter(m, t->in->nlu.intent, (int)(t->in->nlu.confidence * 100));
    if (m->n == 0 && leans_to_status(t))
        add_matter(m, INTENT_ORDER_STATUS, DIALOGUE_SURE);
    return e;
}

/* ---- nothing that is understood */

static enum err ask_what(struct turn *t)
{
    enum err e = turn_ask_back(t, AWAIT_MATTER, words_find(t->lang, STR("talk.what")));
    for (size_t i = 0; e == OK && t->asks && i < OPTIONS_N; i++) {
        bool person = OPTIONS[i].intent == INTENT_HUMAN_AGENT;
        struct str payload = person ? STR("person") : arena_fmt(t->ctx->arena, "intent:%s", intent_word(OPTIONS[i].intent));
        turn_choice(t, payload, words_find(t->lang, str_of(OPTIONS[i].words)));
    }
    return e;
}

/* Words of a language, not numbers and marks alone. */
static bool has_words(const struct turn *t)
{
    size_t letters = 0;
    for (size_t i = 0; i < t->in->ent.folded.n; i++) {
        unsigned char c = (unsigned char)t->in->ent.folded.p[i];
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC3 && c < 0xF0); /* emoji begin with F0 */
    }
    return letters >= 8;
}

static bool gives_details(const struct turn *t)
{
    bool keyed = t->in->channel == CHANNEL_VOICE && !has_words(t); /* a telephone has figures alone */
    return t->in->ent.n > 0 && (t->awaited == AWAIT_IDENTITY || keyed || (t->in->ent.n > 1 && !has_words(t)) || entities_count(&t->in->ent, ENTITY_ORDER, ENTITY_FORM) > 0 ||
                                entities_count(&t->in->ent, ENTITY_EMAIL, ENTITY_FORM) > 0 ||
                                entities_count(&t->in->ent, ENTITY_TRACKING, ENTITY_FORM) > 0);
}

/* What is no matter of an order may stand in the merchant's own texts. */
static enum err quote(struct turn *t, bool *answered)
{
    struct str text = STR_NULL;
    enum err e = has_words(t) && t->in->words ? t->ports->quote(t->ports->user, t->ctx, t->in->text, t->in->nlu.lang, t->lang, &text) : OK;
    turn_say(t, text);
    *answered = !str_empty(text);
    return e;
}

static enum err not_understood(struct turn *t)
{
    const struct dialogue_heard *in = t->in;
    if (is_sure(in, INTENT_GREETING_OR_THANKS)) {
        turn_say_key(t, t->st->turns > 1 || in->nlu.signals.sentiment > 0 ? "talk.welcome" : "talk.hello");
        return OK;
    }
    bool nod = (t->said.kind == SHORT_YES || t->said.kind == SHORT_NO) && t->said.alone; /* "ok" behind an answer asks nothing */
    if (nod && t->st->turns > 1 && t->awaited == AWAIT_NOTHING) {
        turn_say_key(t, "talk.welcome");
        return OK;
    }
    bool unread = has_words(t) && str_eq(in->nlu.lang, STR("und")); /* a language that nothing here reads (R50) */
    bool answered = false;
    enum err e = quote(t, &answered);
    if (e != OK || answered)
        return e;
    if (unread || (is_sure(in, INTENT_OTHER) && has_words(t) && in->text.n > 24))
        return turn_hand_over(t, "talk.beyond", NULL, false);
    return ask_what(t);
}

/* ---- matters */

static enum err one_matter(struct turn *t, const struct matter *m)
{
    static const struct {
        enum intent intent;
        enum capability cap;
    } WISHES[] = {{INTENT_CANCEL_ORDER, CAP_CANCEL}, {INTENT_CHANGE_ADDRESS, CAP_CHANGE_ADDRESS}, {INTENT_REFUND_REQUEST, CAP_REFUND},
                  {INTENT_RESHIP_REQUEST, CAP_RESHIP}};
    for (size_t i = 0; i < sizeof(WISHES) / sizeof(WISHES[0]); i++)
        if (WISHES[i].intent == m->intent)
            return turn_want(t, WISHES[i].cap, m->confidence);
    switch (m->intent) {
    case INTENT_DELIVERED_NOT_RECEIVED:
        return turn_report(t, REPORT_NOT_RECEIVED);
    case INTENT_DAMAGED_ITEM:
        return turn_report(t, REPORT_DAMAGED);
    case INTENT_WRONG_OR_MISSING_ITEM:
        return turn_report(t, REPORT_WRONG_ITEM);
    case INTENT_REFUND_STATUS:
        return turn_refund_status(t);
    case INTENT_RETURN_REQUEST:
        return turn_return(t, m->confidence);
    case INTENT_CHANGE_ORDER:
    case INTENT_INVOICE_OR_PAYMENT:
        return turn_hand_over(t, "talk.passed_on", intent_word(m->intent), false);
    case INTENT_COMPLAINT:
        turn_say_key(t, "talk.sorry");
        return turn_status(t);
    default:
        return turn_status(t);
    }
}

static enum err all_matters(struct turn *t, const struct matters *m)
{
    enum err e = turn_settle_order(t);
    if (e == OK && !t->have_order && !t->over)
        t->st->matter = m->list[0].intent; /* as soon as it is known which order */
    for (size_t i = 0; e == OK && t->have_order && !t->over && !t->asks && i < m->n; i++)
        e = one_matter(t, &m->list[i]);
    if (e == OK && t->have_order && !t->over && t->in->nlu.signals.sentiment <= -2 && t->in->words && t->st->turns > 1)
        e = turn_hand_over(t, "talk.person", NULL, false); /* furious, and not for the first time */
    return e;
}

static enum err pending_or(struct turn *t, enum intent otherwise)
{
    struct matters m = {.n = 1, .list = {{t->st->matter < INTENT_COUNT ? t->st->matter : otherwise, 100}}};
    t->st->matter = INTENT_COUNT;
    return all_matters(t, &m);
}

/* A person gets the order, too, where the message names it; what is missing is not asked for. */
static enum err to_person(struct turn *t, const char *key, bool sensitive)
{
    enum err e = t->have_order || (!t->in->verified && t->in->ent.n < 2) ? OK : turn_settle_order(t);
    t->n = 0;
    t->choices = STR_NULL;
    t->asks = false;
    return e == OK ? turn_hand_over(t, key, NULL, sensitive) : e;
}

/* "want:cancel", "want:reattempt:2026-11-25": what a key of the telephone or a button under a message stands for. */
static enum err chosen_want(struct turn *t)
{
    struct str rest = str_sub(t->in->choice, 5, t->in->choice.n), word;
    enum capability cap;
    if (!str_split(&rest, ':', &word) || !capability_parse(word, &cap))
        return ask_what(t);
    t->detail = str_sub(rest, 0, 10);
    enum err e = turn_settle_order(t);
    return e == OK && t->have_order && !t->over ? turn_want(t, cap, 100) : e;
}

static enum err respond(struct turn *t)
{
    struct matters m;
    bool answered = false;
    enum err e = turn_known_order(t);
    if (e != OK)
        return e;
    t->progress = t->said.kind == SHORT_LOST;
    if (is_sensitive(&t->in->nlu.signals))
        return to_person(t, "talk.sensitive", true);
    if (wants_person(t) || t->st->turns == DIALOGUE_TURNS_HOUR)
        return to_person(t, "talk.person", false);
    if (str_starts(t->in->choice, STR("want:")))
        return chosen_want(t);
    e = turn_answered_wish(t, &answered);
    if (e != OK || answered)
        return e;
    e = turn_answered_order(t, &answered);
    if (e != OK || (answered && t->n > 0))
        return e;
    if (answered)
        return pending_or(t, INTENT_ORDER_STATUS);
    e = find_matters(t, &m);
    if (e == OK && m.n == 1 && m.list[0].intent == INTENT_DELIVERY_OPTIONS && !gives_details(t)) {
        e = quote(t, &answered);
        if (answered)
            return e;
    }
    if (e != OK || m.n > 0)
        return e == OK ? all_matters(t, &m) : e;
    if (gives_details(t) || (t->awaited == AWAIT_IDENTITY && t->said.kind == SHORT_LOST))
        return pending_or(t, INTENT_ORDER_STATUS);
    return not_understood(t);
}

enum err dialogue_turn(struct ctx *ctx, const struct dialogue_heard *in, const struct dialogue_ports *ports, struct dialogue_state *st,
                       struct dialogue_kept *kept, struct dialogue_out *out)
{
    struct turn t = {.ctx = ctx, .in = in, .ports = ports, .st = st, .kept = kept, .out = out, .asked_before = st->asked, .awaited = st->await};
    *out = (struct dialogue_out){.outcome = DIALOGUE_SILENT};
    t.lang = language_of(in, st);
    out->lang = t.lang;
    count_turn(&t);
    if (is_silent(&t))
        return OK;
    enum err e = short_answer_of(ctx, in->text, str_eq(in->nlu.lang, STR("hi-Latn")) ? in->nlu.lang : t.lang, &t.said);
    st->await = AWAIT_NOTHING;
    if (e == OK)
        e = respond(&t);
    return e == OK ? turn_finish(&t) : e;
}
