/* Templates of data/words: {name} and [alternative|alternative]. Pure text work; see
 * data/words/en.tsv. */
#ifndef WISMO_MIND_TEMPLATE_H
#define WISMO_MIND_TEMPLATE_H

#include "base/buf.h"
#include "base/ctx.h"

/* What gives the values: asked only for the names that a template has, each time it has them.
 * Empty: no value. */
struct template_slots {
    struct str (*value)(void *user, struct str name);
    void *user;
};

/* words_find: the template of a key in a language (such as "en"); empty when there is none. */
struct str words_find(struct str lang, struct str key);
/* words_language: the language that has texts for a BCP 47 tag ("pt-BR": "pt"); empty: none. Lives as long as the program. */
struct str words_language(struct str wanted);
/* words_at: the i-th key of all languages, for tests and lists; empty behind the last. */
struct str words_at(size_t i, struct str *lang, struct str *text);
/* template_fill: in ctx's arena; empty when memory is short. An unknown {name} counts as empty. */
struct str template_fill(struct ctx *ctx, struct str tpl, const struct template_slots *slots);

#endif
