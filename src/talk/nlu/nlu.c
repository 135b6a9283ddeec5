/*
 * Language first (script and letters; what the asker says of it weighs much, but does not decide), then the part of the model that
 * reads it. An intent that acts has to be surer than the rest: a wrong refund or cancellation costs more than a question back.
 */
#include "talk/nlu/nlu.h"

#include <pthread.h>

#define ACT_CONFIDENCE_MIN 0.55f
#define LANGUAGE_CONFIDENCE_MIN 0.40f
#define HINT_ODDS 20.0f         /* what a hint adds to the odds of a language */
#define UNREAD_CONFIDENCE 0.20f /* of "other", in a language that nothing here reads */
#define UNREAD STR("und")

enum err nlu_open(struct ctx *ctx, struct model *out)
{
    return model_open(ctx, model_embedded(), out);
}

static uint64_t model_id;
static pthread_once_t model_hashed = PTHREAD_ONCE_INIT;

static void hash_model(void)
{
    model_id = str_hash(model_embedded());
}

/* Once: the model is megabytes, and each question is recorded with it. */
uint64_t nlu_model_id(void)
{
    pthread_once(&model_hashed, hash_model);
    return model_id;
}

static struct str language_name(const struct part_head *h, uint32_t i)
{
    return (struct str){h->language[i], strnlen(h->language[i], MODEL_LANGUAGE_BYTES)};
}

/* Who reads a message: a part of the model and the number of the language in it. */
struct reader {
    const struct model_part *part; /* NULL: nobody reads that language */
    uint32_t language;
};

static struct reader reader_of(const struct model *m, struct str lang)
{
    for (size_t p = 1; p < m->n; p++)
        for (uint32_t i = 0; i < m->part[p].head.languages; i++)
            if (str_eq_nocase(language_name(&m->part[p].head, i), lang))
                return (struct reader){&m->part[p], i};
    return (struct reader){NULL, 0};
}

/* "pt-BR" and "pt_BR" are "pt"; "hi-Latn" is itself. */
static struct str known_hint(const struct model *m, struct str hint)
{
    if (reader_of(m, hint).part != NULL)
        return hint;
    for (size_t i = 0; i < hint.n; i++)
        if (hint.p[i] == '-' || hint.p[i] == '_')
            return str_sub(hint, 0, i);
    return hint;
}

/* The language of the words; without words the hint; "und" where neither tells. */
static enum err find_language(struct ctx *ctx, const struct model *m, struct str text, struct str hint, struct features *ft, struct tokens *tok,
                              struct str *out)
{
    const struct model_part *part = &m->part[0];
    struct lexicon none = {.n = 0};
    float prob[MODEL_CLASSES_MAX], known, total = 0;
    uint32_t best = 0;
    enum err e = tokens_cut(ctx, text, &none, tok);
    if (e != OK)
        return e;
    features_for_language(tok, ft);
    model_score(part, ft, prob, &known);
    hint = known_hint(m, hint);
    for (uint32_t i = 0; i < part->head.classes; i++) {
        prob[i] *= str_eq_nocase(language_name(&part->head, i), hint) ? HINT_ODDS : 1;
        total += prob[i];
        best = prob[i] > prob[best] ? i : best;
    }
    if (ft->group[FEATURE_CHARS].n > 0)
        *out = prob[best] < LANGUAGE_CONFIDENCE_MIN * total ? UNREAD : language_name(&part->head, best);
    else
        *out = reader_of(m, hint).part != NULL ? hint : UNREAD;
    return OK;
}

static void rank(const float *prob, struct nlu_result *out)
{
    bool used[INTENT_COUNT] = {false};
    for (out->intents_n = 0; out->intents_n < NLU_INTENTS_MAX; out->intents_n++) {
        size_t best = INTENT_COUNT;
        for (size_t c = 0; c < INTENT_COUNT; c++)
            if (!used[c] && (best == INTENT_COUNT || prob[c] > prob[best]))
                best = c;
        if (best == INTENT_COUNT || (out->intents_n > 0 && prob[best] < NLU_INTENT_FLOOR))
            return;
        used[best] = true;
        out->intents[out->intents_n] = (struct intent_guess){(enum intent)best, prob[best]};
    }
}

/* What acts and is not sure makes room for the next that does not act. */
static void hold_back(const float *prob, struct nlu_result *out)
{
    if (!intent_acts(out->intents[0].intent) || out->intents[0].confidence >= ACT_CONFIDENCE_MIN)
        return;
    size_t best = INTENT_OTHER;
    for (size_t c = 0; c < INTENT_COUNT; c++)
        if (!intent_acts((enum intent)c) && prob[c] > prob[best])
            best = c;
    size_t at = 1;
    while (at < out->intents_n && out->intents[at].intent != (enum intent)best)
        at++;
    if (at == out->intents_n)
        at = out->intents_n < NLU_INTENTS_MAX ? out->intents_n++ : NLU_INTENTS_MAX - 1;
    for (; at > 0; at--)
        out->intents[at] = out->intents[at - 1];
    out->intents[0] = (struct intent_guess){(enum intent)best, prob[best]};
}

/* Words in a language that nothing here reads: what they ask for is not guessed at. */
static void leave_unread(struct nlu_result *out)
{
    out->intents[0] = (struct intent_guess){INTENT_OTHER, UNREAD_CONFIDENCE};
    out->intents_n = 1;
}

enum err nlu_understand(struct ctx *ctx, const struct model *m, struct str text, struct str lang, struct nlu_result *out)
{
    struct features ft;
    struct nlu_result res = {.lang = lang};
    float prob[MODEL_CLASSES_MAX];
    struct tokens *tok = ctx_alloc(ctx, sizeof(*tok));
    if (tok == NULL)
        return ERR_MEMORY;
    enum err e = features_init(ctx, &ft);
    if (e == OK)
        e = find_language(ctx, m, text, lang, &ft, tok, &res.lang);
    if (e != OK)
        return e;
    struct reader rd = reader_of(m, res.lang);
    if (rd.part != NULL)
        res.lang = language_name(&rd.part->head, rd.language);
    bool unread = rd.part == NULL && tok->letters > 0;
    if (rd.part == NULL) /* numbers and marks say the same in every language */
        rd = (struct reader){&m->part[1], 0};
    struct lexicon lex = model_lexicon(rd.part, rd.language);
    e = tokens_cut(ctx, text, &lex, tok);
    if (e != OK)
        return e;
    features_of(tok, false, &ft);
    model_score(rd.part, &ft, prob, &res.known);
    rank(prob, &res);
    hold_back(prob, &res);
    if (unread)
        leave_unread(&res);
    res.intent = res.intents[0].intent;
    res.confidence = res.intents[0].confidence;
    signals_of(tok, &res.signals);
    e = slots_of(ctx, tok, res.lang, &res.slots);
    if (e == OK)
        e = arena_dup(ctx->arena, res.lang, &res.lang); /* outlives the model */
    if (e == OK)
        *out = res;
    return e;
}
