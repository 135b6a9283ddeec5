/* Templates of data/words with a few values that are at hand. */
#ifndef WISMO_TALK_FILL_H
#define WISMO_TALK_FILL_H

#include "base/ctx.h"

struct fill_pair {
    const char *name; /* NULL ends a list */
    struct str value; /* empty: what asks for it is left out */
};
/* fill_words: the template of a key, filled in; in the arena, empty when there is none. */
struct str fill_words(struct ctx *ctx, struct str lang, const char *key, struct fill_pair *pairs);

#endif
