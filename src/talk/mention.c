/*
 * Titles and text are cut into words as the classifier cuts them. Words are alike when they are the same, when one begins the other
 * ("jacket", "jackets"; "Jacke", "Jacken") or, in longer words, when one letter differs. Scripts without blanks: pieces likewise.
 */
#include "talk/mention.h"

#include "talk/nlu/tokens.h"

#define TITLE_WORDS_MAX 64 /* of the text too: who names an article does so early */
#define STEM_MIN 4   /* letters that have to be the same */
#define ENDING_MAX 3
#define TYPO_MIN 6
#define NEARLY 0.7f  /* of the best's score: a second one like that is as likely meant */

struct title {
    struct str word[TITLE_WORDS_MAX];
    size_t n;
};

static bool is_plain(const struct token *t)
{
    return t->kind == TOKEN_WORD && t->s.n >= 3;
}

static enum err cut_title(struct ctx *ctx, struct str s, struct tokens *tok, struct title *out)
{
    static const struct lexicon NONE;
    enum err e = tokens_cut(ctx, s, &NONE, tok);
    out->n = 0;
    for (size_t i = 0; e == OK && i < tok->n && out->n < TITLE_WORDS_MAX; i++)
        if (is_plain(&tok->list[i]))
            out->word[out->n++] = tok->list[i].s;
    return e;
}

static size_t shared_prefix(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* One letter replaced, left out or added. */
static bool one_letter_off(struct str a, struct str b)
{
    size_t same = shared_prefix(a, b);
    struct str x = str_sub(a, same, a.n - same), y = str_sub(b, same, b.n - same);
    return (x.n == y.n && x.n > 0 && str_eq(str_sub(x, 1, x.n), str_sub(y, 1, y.n))) ||
           (x.n == y.n + 1 && str_eq(str_sub(x, 1, x.n), y)) || (y.n == x.n + 1 && str_eq(str_sub(y, 1, y.n), x));
}

static bool alike(struct str a, struct str b)
{
    if (str_eq(a, b))
        return true;
    size_t same = shared_prefix(a, b), longer = a.n > b.n ? a.n : b.n;
    return (same >= STEM_MIN && longer - same <= ENDING_MAX) || (a.n >= TYPO_MIN && b.n >= TYPO_MIN && one_letter_off(a, b));
}

static bool has_word(const struct title *t, struct str word)
{
    for (size_t i = 0; i < t->n; i++)
        if (alike(t->word[i], word))
            return true;
    return false;
}

/* Every word of the title once, however often the text says it; shared with k titles it is worth one k-th. */
static float score_of(const struct title *said, const struct title *list, size_t n, size_t at)
{
    float sum = 0;
    for (size_t i = 0; i < list[at].n; i++) {
        size_t having = 0;
        if (!has_word(said, list[at].word[i]))
            continue;
        for (size_t k = 0; k < n; k++)
            having += has_word(&list[k], list[at].word[i]);
        sum += 1.0f / (float)having;
    }
    return sum;
}

enum err mention_find(struct ctx *ctx, struct str text, const struct str *titles, size_t n, size_t *item, bool *alone)
{
    struct tokens *tok = ctx_alloc(ctx, sizeof(*tok));
    struct title *list = arena_array(ctx->arena, n + 1, sizeof(*list));
    if (tok == NULL || list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "articles: no memory for their words");
    if (n > MENTION_ITEMS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "articles: more than %d", MENTION_ITEMS_MAX);
    enum err e = cut_title(ctx, text, tok, &list[n]);
    for (size_t i = 0; e == OK && i < n; i++)
        e = cut_title(ctx, titles[i], tok, &list[i]);
    if (e != OK)
        return e;
    float best = 0, second = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        float s = score_of(&list[n], list, n, i);
        if (s > best) {
            second = best;
            best = s;
            at = i;
        } else if (s > second)
            second = s;
    }
    if (best <= 0)
        return ctx_fail(ctx, ERR_NOTFOUND, "articles: none is named");
    *item = at;
    *alone = second < best * NEARLY;
    return OK;
}
