/*
 * A merchant's own texts as passages that can be quoted, and words as what they are found by. Pure: the same text gives the same
 * passages and the same terms, whatever else there is.
 */
#ifndef WISMO_TALK_KNOWLEDGE_H
#define WISMO_TALK_KNOWLEDGE_H

#include "base/ctx.h"

#define KNOWLEDGE_TEXT_MAX ((size_t)1 << 20) /* bytes of one document */
#define KNOWLEDGE_PASSAGES_MAX 2000          /* of one document */
#define KNOWLEDGE_PASSAGE_BYTES 700          /* what fits into an answer; a longer paragraph is cut between sentences */
#define KNOWLEDGE_TERMS_MAX 24               /* of a question */

struct passage {
    struct str heading; /* the nearest above it, or the question it answers; may be empty */
    struct str body;
};

/*
 * knowledge_passages: Markdown or plain text: headings begin with '#' or are underlined, or end with a question mark and stand alone.
 * Errs: ERR_LIMIT too long or too many passages, ERR_MEMORY. Owns: views into text and the arena.
 */
MUST_CHECK enum err knowledge_passages(struct ctx *ctx, struct str text, struct passage **out, size_t *n);

/*
 * knowledge_terms: words of a text as they are indexed: lower case, without accents on Latin letters, stemmed by Snowball where it knows
 * the language, shortened to six letters in Polish; Chinese and Japanese in pairs of characters. Without the language's stop words.
 * unique: each once. Errs: ERR_MEMORY.
 */
struct terms {
    struct str *list;
    size_t n, cap;
};
MUST_CHECK enum err knowledge_terms(struct ctx *ctx, struct str lang, struct str text, bool unique, size_t max, struct terms *out);
/* terms_join: with single blanks, in the arena. terms_has: is it one of them? */
struct str terms_join(struct ctx *ctx, const struct terms *t);
bool terms_has(const struct terms *t, struct str term);

#endif
