/* Templates of data/words: {name} and [alternative|alternative]. Pure text work; see data/words/en.tsv. */
#ifndef WISMO_MIND_TEMPLATE_H
#define WISMO_MIND_TEMPLATE_H

#include "base/buf.h"
#include "base/ctx.h"

struct slot {
    const char *name;
    struct str value; /* empty: has no value */
};

/* words_find: the template of a key in a language; empty when there is none. */
struct str words_find(struct str lang, struct str key);
/* template_fill: in ctx's arena. An unknown {name} counts as empty. */
struct str template_fill(struct ctx *ctx, struct str tpl, const struct slot *slots, size_t n);

#endif
