/* Slots by the words before them, over tokens: "my name is ...", an amount with its sign. */
#include "talk/nlu/slots.h"

#define NAME_WORDS 2

static bool is_word(const struct tokens *tok, size_t i, const char *word)
{
    return i < tok->n && tok->list[i].kind == TOKEN_WORD && str_eq(tok->list[i].s, str_of(word));
}

/* A word that may be a name: not one of those that hold sentences together, and no number. */
static bool may_name(const struct tokens *tok, size_t i, bool unknown_only)
{
    if (i >= tok->n || tok->list[i].kind != TOKEN_WORD)
        return false;
    const struct lexicon_word *lex = tok->list[i].lex;
    return lex == NULL || (!unknown_only && lex->classes[0] != 0 && lex->classes[0] != 1);
}

/* 0: none; else where the name begins. "i am ..." names only in a short greeting: "i am waiting" tells a mood. */
static size_t name_at(const struct tokens *tok, size_t i, bool *unknown_only)
{
    *unknown_only = false;
    if (is_word(tok, i, "name") && is_word(tok, i + 1, "is"))
        return i + 2;
    if (is_word(tok, i, "name") && i == 0)
        return 1;
    *unknown_only = true;
    bool greets = tok->n <= i + 2 + NAME_WORDS && i <= 2;
    if (greets && ((is_word(tok, i, "i") && is_word(tok, i + 1, "am")) || (is_word(tok, i, "this") && is_word(tok, i + 1, "is"))))
        return i + 2;
    return 0;
}

static enum err find_name(struct ctx *ctx, const struct tokens *tok, struct str *out)
{
    for (size_t i = 0; i < tok->n; i++) {
        bool unknown_only;
        size_t at = name_at(tok, i, &unknown_only), n = 0;
        while (at > 0 && n < NAME_WORDS && may_name(tok, at + n, unknown_only))
            n++;
        if (n == 0)
            continue;
        *out = n == 1 ? tok->list[at].s : arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(tok->list[at].s), STR_ARG(tok->list[at + 1].s));
        return out->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "text: no memory for a name") : OK;
    }
    return OK;
}

enum err slots_of(struct ctx *ctx, const struct tokens *tok, struct str lang, struct slots *out)
{
    struct slots found = {.name = STR_NULL};
    enum err e = find_name(ctx, tok, &found.name);
    for (size_t i = 0; i < tok->n && str_empty(found.amount); i++)
        if (tok->list[i].kind == TOKEN_MONEY)
            found.amount = tok->list[i].raw;
    deadline_find(tok, lang, &found.deadline);
    if (e == OK)
        *out = found;
    return e;
}
