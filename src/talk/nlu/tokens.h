/*
 * Tokens of a customer's message as the classifier sees them: lower case, without accents, apostrophes and stretched letters,
 * chat spellings written out by the lexicon, and what carries a value (numbers, addresses, links, mentions, emoji) as its kind.
 * Training and understanding cut the same way, byte for byte: this is the only place that does.
 */
#ifndef WISMO_TALK_NLU_TOKENS_H
#define WISMO_TALK_NLU_TOKENS_H

#include "base/ctx.h"
#include "talk/nlu/lexicon.h"

#define TOKENS_MAX 400        /* a long mail's first paragraphs; what follows is quoted history and small print */
#define TOKEN_BYTES_MAX 60    /* longer "words" are noise: cut */
#define TOKENS_TEXT_MAX 4096
#define TOKENS_ACCENTED_MAX 12

enum token_kind {
    TOKEN_WORD,
    TOKEN_SMALL_NUMBER, /* up to three digits */
    TOKEN_LONG_NUMBER,  /* four and more */
    TOKEN_CODE,         /* letters and digits, or marked with # */
    TOKEN_EMAIL,
    TOKEN_URL,
    TOKEN_MENTION,
    TOKEN_MONEY,
    TOKEN_TIME,
    TOKEN_EMOJI_GOOD,
    TOKEN_EMOJI_BAD,
    TOKEN_EMOJI,
    TOKEN_KIND_COUNT
};

struct token {
    struct str s;              /* normalised; for other kinds than words a name such as "<email>" */
    enum token_kind kind;
    struct str raw;            /* TOKEN_MONEY: as written; numbers: their digits; else empty */
    const struct lexicon_word *lex; /* classes of the word, NULL when the lexicon does not have it */
    bool cjk;                  /* of a script without blanks: a run of one kind of its characters */
    bool glued;                /* cjk: goes on where the token before ends */
};

struct tokens {
    struct token list[TOKENS_MAX];
    size_t n;
    unsigned questions, exclamations; /* marks in the text */
    unsigned letters, capitals;       /* of the text as written */
    uint16_t accented[TOKENS_ACCENTED_MAX]; /* which Latin letters with marks occur: they tell the language */
    size_t accented_n;
};

/* tokens_cut: never fails on content; ill-formed UTF-8 counts as blanks. Errs: ERR_MEMORY. Owns: bytes in ctx's arena. */
MUST_CHECK enum err tokens_cut(struct ctx *ctx, struct str text, const struct lexicon *lex, struct tokens *out);
const char *token_kind_name(enum token_kind k);

#endif
