/* Between words.c (what is said) and words_values.c (what the {names} in it mean). */
#ifndef WISMO_MIND_WORDS_INT_H
#define WISMO_MIND_WORDS_INT_H

#include "mind/phrases.h"
#include "mind/rules.h"
#include "mind/template.h"

struct words {
    struct ctx *ctx;
    struct day_of day;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct parcel_diagnosis *pd; /* NULL: the order */
    const struct diagnosis *d;
    struct str subject; /* "your order #1020", "parcel 1 of 2" */
    size_t number, of;  /* parcel number of how many */
};

/* words_text: the template "group.word" or, without a word, of the key; empty when there is none.
 */
struct str words_text(struct words *w, const char *group, const char *word);
/* words_fill: the template of a key filled in; words_fill_text: a template filled in. Both in the
 * arena. */
struct str words_fill(struct words *w, const char *key);
struct str words_fill_text(struct words *w, struct str tpl);
/* words_order: "your order #1020". */
struct str words_order(struct words *w);
/* words_keep: what the buffer holds, in the arena; clears the buffer. */
struct str words_keep(struct words *w, struct buf *b);

#endif
