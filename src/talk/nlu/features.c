/* See features.h. Every hash has a salt that says what kind of feature it is, so that a word and its letters never meet. */
#include "talk/nlu/features.h"

#define NEGATION_REACH 4
#define PAIR_CLASSES_MAX 14

enum salt {
    SALT_WORD1 = 1, SALT_WORD2, SALT_WORD3, SALT_CLASS2, SALT_CLASS3, SALT_OPEN3, SALT_OPEN4, SALT_CHARS, SALT_HAND, SALT_CLASS,
    SALT_PAIR, SALT_NEGATED, SALT_FIRST, SALT_KIND, SALT_ACCENT
};

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static void put(struct feature_list *l, uint64_t h)
{
    if (l->n < l->max)
        l->hash[l->n++] = (uint32_t)(mix(h, 0x5bd1e995) >> 32);
}

enum err features_init(struct ctx *ctx, struct features *out)
{
    static const size_t MAX[FEATURE_GROUPS] = {FEATURES_WORDS_MAX, FEATURES_CHARS_MAX, FEATURES_HAND_MAX};
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        out->group[g] = (struct feature_list){.max = MAX[g]};
        out->group[g].hash = arena_array(ctx->arena, MAX[g], sizeof(uint32_t));
        if (out->group[g].hash == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "text: no memory for its features");
    }
    return OK;
}

/* ---- words */

/* A token in three readings: the word, its class where it has one, and open where nobody knows it. */
struct reading {
    uint64_t word, cls, open;
    bool classed, known;
};

static uint8_t first_class(const struct token *t)
{
    return t->lex == NULL ? LEXICON_CLASS_NONE : t->lex->classes[0];
}

static struct reading read_token(const struct token *t, bool hide)
{
    struct reading r = {.word = str_hash(t->s), .known = t->kind != TOKEN_WORD || t->lex != NULL};
    uint8_t cls = first_class(t);
    r.classed = cls != LEXICON_CLASS_NONE && cls != 0; /* class 0: function words, which stand for themselves */
    r.cls = r.classed ? mix(SALT_CLASS, cls) : r.word;
    r.open = r.known ? r.cls : mix(SALT_CLASS, 1000);
    if (hide && r.classed)
        r.word = r.cls;
    return r;
}

static void put_runs(struct feature_list *l, const struct reading *r, size_t i, size_t n)
{
    const struct reading *b = i + 1 < n ? &r[i + 1] : NULL, *c = i + 2 < n ? &r[i + 2] : NULL, *d = i + 3 < n ? &r[i + 3] : NULL;
    put(l, mix(SALT_WORD1, r[i].word));
    if (b == NULL)
        return;
    put(l, mix(mix(SALT_WORD2, r[i].word), b->word));
    if (r[i].classed || b->classed)
        put(l, mix(mix(SALT_CLASS2, r[i].cls), b->cls));
    if (c == NULL)
        return;
    put(l, mix(mix(mix(SALT_WORD3, r[i].word), b->word), c->word));
    if (r[i].classed || b->classed || c->classed)
        put(l, mix(mix(mix(SALT_CLASS3, r[i].cls), b->cls), c->cls));
    if (!r[i].known || !b->known || !c->known)
        put(l, mix(mix(mix(SALT_OPEN3, r[i].open), b->open), c->open));
    if (d != NULL)
        put(l, mix(mix(mix(mix(SALT_OPEN4, r[i].open), b->open), c->open), d->open));
}

static void put_words(const struct tokens *tok, bool hide, struct features *out)
{
    struct reading r[TOKENS_MAX + 2];
    size_t n = 0;
    r[n++] = (struct reading){.word = 1, .cls = 1, .open = 1, .known = true}; /* the beginning */
    for (size_t i = 0; i < tok->n; i++)
        r[n++] = read_token(&tok->list[i], hide);
    r[n++] = (struct reading){.word = 2, .cls = 2, .open = 2, .known = true};
    for (size_t i = 0; i < n; i++)
        put_runs(&out->group[FEATURE_WORDS], r, i, n);
}

/* ---- characters */

static size_t char_len(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void put_grams(struct feature_list *l, const unsigned char *p, size_t n, size_t min, size_t max)
{
    for (size_t i = 0; i < n; i += char_len(p[i])) {
        uint64_t h = SALT_CHARS;
        size_t at = i;
        for (size_t k = 1; k <= max && at < n; k++) {
            size_t len = char_len(p[at]);
            for (size_t b = 0; b < len && at + b < n; b++)
                h = mix(h, p[at + b]);
            at += len;
            if (k >= min)
                put(l, mix(h, k));
        }
    }
}

/* Tokens i.. of a script without blanks that are glued together, as one. */
static void put_wide_chars(const struct tokens *tok, size_t i, struct features *out)
{
    unsigned char run[TOKENS_TEXT_MAX];
    size_t n = 0, k = i;
    while (k < tok->n && (k == i || tok->list[k].glued) && n + tok->list[k].s.n <= sizeof(run)) {
        memcpy(run + n, tok->list[k].s.p, tok->list[k].s.n);
        n += tok->list[k++].s.n;
    }
    put_grams(&out->group[FEATURE_CHARS], run, n, 1, 4);
}

static void put_chars(const struct token *t, size_t min, size_t max, struct features *out)
{
    unsigned char word[TOKEN_BYTES_MAX + 10];
    size_t n = 0;
    word[n++] = '<';
    memcpy(word + n, t->s.p, t->s.n < TOKEN_BYTES_MAX ? t->s.n : TOKEN_BYTES_MAX);
    n += t->s.n < TOKEN_BYTES_MAX ? t->s.n : TOKEN_BYTES_MAX;
    word[n++] = '>';
    put_grams(&out->group[FEATURE_CHARS], word, n, min, max);
}

/* ---- hand-made */

static unsigned bucket(size_t n)
{
    static const unsigned STEPS[] = {1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 50, 100};
    unsigned b = 0;
    while (b < sizeof(STEPS) / sizeof(STEPS[0]) && n > STEPS[b])
        b++;
    return b;
}

static size_t classes_in(const struct tokens *tok, uint8_t *list, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < tok->n; i++)
        for (size_t k = 0; tok->list[i].lex != NULL && k < LEXICON_WORD_CLASSES; k++) {
            uint8_t c = tok->list[i].lex->classes[k];
            if (c != LEXICON_CLASS_NONE && c != 0 && n < max && memchr(list, c, n) == NULL)
                list[n++] = c;
        }
    for (size_t i = 1; i < n; i++) /* insertion sort: a handful */
        for (size_t k = i; k > 0 && list[k - 1] > list[k]; k--) {
            uint8_t c = list[k];
            list[k] = list[k - 1];
            list[k - 1] = c;
        }
    return n;
}

static void put_classes(const struct tokens *tok, struct feature_list *l)
{
    uint8_t cls[PAIR_CLASSES_MAX];
    size_t n = classes_in(tok, cls, PAIR_CLASSES_MAX);
    for (size_t i = 0; i < n; i++) {
        put(l, mix(SALT_HAND, cls[i] + 100u));
        for (size_t k = i + 1; k < n; k++)
            put(l, mix(mix(SALT_PAIR, cls[i]), cls[k]));
    }
}

/* Words and classes after "not", "never", "without" ...: the lexicon's class 1 holds the negations. */
static void put_negated(const struct tokens *tok, struct feature_list *l)
{
    size_t reach = 0;
    for (size_t i = 0; i < tok->n; i++) {
        uint8_t cls = first_class(&tok->list[i]);
        if (reach > 0) {
            put(l, mix(SALT_NEGATED, cls == LEXICON_CLASS_NONE || cls == 0 ? str_hash(tok->list[i].s) : cls));
            reach--;
        }
        if (cls == 1)
            reach = NEGATION_REACH;
    }
}

static void put_hand(const struct tokens *tok, struct features *out)
{
    struct feature_list *l = &out->group[FEATURE_HAND];
    bool kinds[TOKEN_KIND_COUNT] = {false};
    for (size_t i = 0; i < tok->n; i++)
        kinds[tok->list[i].kind] = true;
    put(l, mix(SALT_HAND, 1));
    put(l, mix(SALT_HAND, 10 + bucket(tok->n)));
    put(l, mix(SALT_HAND, 30 + (tok->questions > 2 ? 2 : tok->questions)));
    put(l, mix(SALT_HAND, 40 + (tok->exclamations > 2 ? 2 : tok->exclamations)));
    if (tok->letters > 8 && tok->capitals * 2 > tok->letters)
        put(l, mix(SALT_HAND, 50));
    for (size_t k = 1; k < TOKEN_KIND_COUNT; k++)
        if (kinds[k])
            put(l, mix(SALT_KIND, k));
    if (tok->n > 0) {
        uint8_t cls = first_class(&tok->list[0]);
        put(l, mix(SALT_FIRST, cls == LEXICON_CLASS_NONE || cls == 0 ? str_hash(tok->list[0].s) : cls));
    }
    put_classes(tok, l);
    put_negated(tok, l);
}

/* ---- all */

static void clear(struct features *out)
{
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        out->group[g].n = 0;
}

void features_of(const struct tokens *tok, bool hide_classed, struct features *out)
{
    clear(out);
    put_words(tok, hide_classed, out);
    for (size_t i = 0; i < tok->n; i++) {
        const struct token *t = &tok->list[i];
        bool classed = first_class(t) != LEXICON_CLASS_NONE && first_class(t) != 0;
        if (t->cjk && !t->glued)
            put_wide_chars(tok, i, out);
        else if (t->kind == TOKEN_WORD && !t->cjk && !(hide_classed && classed))
            put_chars(t, 2, 5, out);
    }
    put_hand(tok, out);
}

void features_for_language(const struct tokens *tok, struct features *out)
{
    clear(out);
    for (size_t i = 0; i < tok->n; i++) {
        if (tok->list[i].kind != TOKEN_WORD)
            continue;
        put(&out->group[FEATURE_WORDS], mix(SALT_WORD1, str_hash(tok->list[i].s)));
        if (!tok->list[i].cjk)
            put_chars(&tok->list[i], 1, 4, out);
        else if (!tok->list[i].glued)
            put_wide_chars(tok, i, out);
    }
    for (size_t i = 0; i < tok->accented_n; i++)
        put(&out->group[FEATURE_HAND], mix(SALT_ACCENT, tok->accented[i]));
}
