/* See short_answer.h. Phrases are cut as messages are, so that accents, capitals and apostrophes make no difference. */
#include "talk/short_answer.h"

#include "base/data.h"
#include "base/num.h"
#include "talk/nlu/tokens.h"

#define SHORT_TOKENS 9 /* "no sorry I meant the other one please": more is a message of its own */
#define PHRASE_TOKENS 8

struct said {
    struct str word[SHORT_TOKENS];
    size_t n;
};

static const struct {
    const char *word;
    enum short_kind kind;
    int nth;
    bool begins; /* counts at the beginning alone */
} KINDS[] = {
    {"other", SHORT_OTHER, 0, false}, {"both", SHORT_BOTH, 0, false},  {"first", SHORT_NTH, 1, false}, {"second", SHORT_NTH, 2, false},
    {"third", SHORT_NTH, 3, false},   {"last", SHORT_LAST, 0, false},  {"lost", SHORT_LOST, 0, false}, {"yes", SHORT_YES, 0, true},
    {"no", SHORT_NO, 0, true},
};
#define KINDS_N (sizeof(KINDS) / sizeof(KINDS[0]))

static enum err cut(struct ctx *ctx, struct str text, struct tokens *tok, struct said *out, size_t max)
{
    static const struct lexicon NONE;
    out->n = 0;
    enum err e = tokens_cut(ctx, text, &NONE, tok);
    for (size_t i = 0; e == OK && i < tok->n && i <= max; i++) {
        if (tok->list[i].kind == TOKEN_EMOJI || tok->list[i].kind == TOKEN_EMOJI_GOOD || tok->list[i].kind == TOKEN_EMOJI_BAD)
            continue;
        if (out->n == max) {
            out->n = max + 1; /* too long */
            return OK;
        }
        out->word[out->n++] = tok->list[i].s;
    }
    return e;
}

static bool stands_at(const struct said *s, size_t at, const struct said *phrase)
{
    if (phrase->n == 0 || phrase->n > PHRASE_TOKENS || at + phrase->n > s->n)
        return false;
    for (size_t i = 0; i < phrase->n; i++)
        if (!str_eq(s->word[at + i], phrase->word[i]))
            return false;
    return true;
}

/* Words of the best phrase of a row that is said; 0: none is. */
static enum err row_match(struct ctx *ctx, const struct said *s, struct str phrases, bool begins, struct tokens *tok, size_t *words)
{
    struct str one;
    enum err e = OK;
    *words = 0;
    while (e == OK && !str_empty(phrases) && str_split(&phrases, '|', &one)) {
        struct said phrase;
        e = cut(ctx, one, tok, &phrase, PHRASE_TOKENS);
        for (size_t at = 0; e == OK && at < (begins ? 1 : s->n); at++)
            if (stands_at(s, at, &phrase) && phrase.n > *words)
                *words = phrase.n;
    }
    return e;
}

static size_t kind_of(struct str word)
{
    size_t k = 0;
    while (k < KINDS_N && !str_eq(word, str_of(KINDS[k].word)))
        k++;
    return k;
}

static enum err match_all(struct ctx *ctx, const struct said *s, struct str lang, struct tokens *tok, size_t found[KINDS_N])
{
    struct str rest = data_file("talk/replies.tsv"), line, kind, of;
    enum err e = OK;
    while (e == OK && data_line(&rest, &line)) {
        size_t words = 0;
        if (!str_split(&line, '\t', &kind) || !str_split(&line, '\t', &of) || (!str_eq(of, STR("en")) && !str_eq(of, lang)))
            continue;
        size_t k = kind_of(kind);
        if (k == KINDS_N)
            continue;
        e = row_match(ctx, s, line, KINDS[k].begins, tok, &words);
        found[k] = words > found[k] ? words : found[k];
    }
    return e;
}

/* A number alone, "2", "#2.", "number 2". */
static bool number_in(const struct tokens *tok, int *nth)
{
    size_t words = 0;
    int64_t v = 0;
    for (size_t i = 0; i < tok->n; i++) {
        words += tok->list[i].kind == TOKEN_WORD;
        if (tok->list[i].kind == TOKEN_SMALL_NUMBER && (num_parse_i64(tok->list[i].raw, 1, 99, &v) != OK || *nth != 0))
            return false;
        if (tok->list[i].kind == TOKEN_SMALL_NUMBER)
            *nth = (int)v;
    }
    return *nth != 0 && words <= 2;
}

enum err short_answer_of(struct ctx *ctx, struct str text, struct str lang, struct short_answer *out)
{
    size_t found[KINDS_N] = {0};
    struct said s;
    int nth = 0;
    struct tokens *tok = ctx_alloc(ctx, sizeof(*tok));
    *out = (struct short_answer){.kind = SHORT_NONE};
    if (tok == NULL)
        return ERR_MEMORY;
    enum err e = cut(ctx, text, tok, &s, SHORT_TOKENS);
    if (e != OK || s.n == 0 || s.n > SHORT_TOKENS)
        return e;
    if (number_in(tok, &nth)) {
        *out = (struct short_answer){.kind = SHORT_NTH, .nth = nth, .alone = true};
        return OK;
    }
    e = match_all(ctx, &s, lang, tok, found);
    size_t no = found[kind_of(STR("no"))];
    for (size_t k = 0; k < KINDS_N && out->kind == SHORT_NONE; k++)
        if (found[k] > 0)
            *out = (struct short_answer){.kind = KINDS[k].kind, .nth = KINDS[k].nth, .negated = no > 0, .alone = found[k] == s.n};
    if (out->kind == SHORT_YES && no > found[kind_of(STR("yes"))]) /* "ok no" begins with both: the longer phrase */
        out->kind = SHORT_NO;
    if (out->kind == SHORT_YES || out->kind == SHORT_NO)
        out->alone = out->alone || s.n <= 3;
    return e;
}
