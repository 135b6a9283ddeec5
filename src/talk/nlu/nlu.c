/*
 * Language first (script and letters), then the part of the model that reads it. An intent that acts has to be surer than the
 * rest: a wrong refund or cancellation costs more than a question back.
 */
#include "talk/nlu/nlu.h"

#define ACT_CONFIDENCE_MIN 0.50f
#define LANGUAGE_CONFIDENCE_MIN 0.30f

enum err nlu_open(struct ctx *ctx, struct model *out)
{
    return model_open(ctx, model_embedded(), out);
}

uint64_t nlu_model_id(void)
{
    return str_hash(model_embedded());
}

static struct str language_name(const struct part_head *h, uint32_t i)
{
    return (struct str){h->language[i], strnlen(h->language[i], MODEL_LANGUAGE_BYTES)};
}

/* The part that reads a language; NULL: none does. *name: a view into the part. */
static const struct model_part *part_of(const struct model *m, struct str lang, struct str *name)
{
    for (size_t p = 1; p < m->n; p++)
        for (uint32_t i = 0; i < m->part[p].head.languages; i++)
            if (str_eq(language_name(&m->part[p].head, i), lang)) {
                *name = language_name(&m->part[p].head, i);
                return &m->part[p];
            }
    return NULL;
}

static enum err find_language(struct ctx *ctx, const struct model *m, struct str text, struct features *ft, struct str *out)
{
    const struct model_part *part = &m->part[0];
    struct tokens *tok = ctx_alloc(ctx, sizeof(*tok));
    float prob[MODEL_CLASSES_MAX], known;
    uint32_t best = 0;
    if (tok == NULL)
        return ERR_MEMORY;
    enum err e = tokens_cut(ctx, text, &part->lex, tok);
    if (e != OK)
        return e;
    features_for_language(tok, ft);
    model_score(part, ft, prob, &known);
    for (uint32_t i = 1; i < part->head.languages && i < part->head.classes; i++)
        best = prob[i] > prob[best] ? i : best;
    *out = prob[best] < LANGUAGE_CONFIDENCE_MIN ? STR("en") : language_name(&part->head, best);
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

enum err nlu_understand(struct ctx *ctx, const struct model *m, struct str text, struct str lang, struct nlu_result *out)
{
    struct features ft;
    struct nlu_result res = {.lang = lang};
    float prob[MODEL_CLASSES_MAX];
    struct tokens *tok = ctx_alloc(ctx, sizeof(*tok));
    if (tok == NULL)
        return ERR_MEMORY;
    enum err e = features_init(ctx, &ft);
    const struct model_part *part = NULL;
    if (e == OK && !str_empty(lang))
        part = part_of(m, lang, &res.lang);
    if (e == OK && part == NULL) {
        e = find_language(ctx, m, text, &ft, &res.lang);
        part = e == OK ? part_of(m, res.lang, &res.lang) : NULL;
    }
    if (e != OK)
        return e;
    if (part == NULL) /* the language part knows a language that no other part reads: the first reads everything else */
        part = &m->part[1];
    e = tokens_cut(ctx, text, &part->lex, tok);
    if (e != OK)
        return e;
    features_of(tok, false, &ft);
    model_score(part, &ft, prob, &res.known);
    rank(prob, &res);
    hold_back(prob, &res);
    res.intent = res.intents[0].intent;
    res.confidence = res.intents[0].confidence;
    signals_of(tok, &res.signals);
    e = slots_of(ctx, tok, &res.slots);
    if (e == OK)
        *out = res;
    return e;
}
