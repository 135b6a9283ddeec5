/*
 * What the classifier sees of a message: hashes in three groups. Words: runs of one to three words, and the same with classes of
 * the lexicon in place of words and unknown words left open ("where is my _"). Characters: runs of two to five inside a word.
 * Hand: length, marks, kinds of values, classes that occur and pairs of them, what a negation covers.
 */
#ifndef WISMO_TALK_NLU_FEATURES_H
#define WISMO_TALK_NLU_FEATURES_H

#include "talk/nlu/tokens.h"

#define FEATURES_WORDS_MAX 3600
#define FEATURES_CHARS_MAX 8000
#define FEATURES_HAND_MAX 400

enum feature_group { FEATURE_WORDS, FEATURE_CHARS, FEATURE_HAND, FEATURE_GROUPS };

struct feature_list {
    uint32_t *hash;
    size_t n, max;
};

struct features {
    struct feature_list group[FEATURE_GROUPS];
};

/* features_init: room in the arena; used again for any number of messages. Errs: ERR_MEMORY. */
MUST_CHECK enum err features_init(struct ctx *ctx, struct features *out);
/*
 * features_of: hide_classed leaves out the letters of words that the lexicon classes, so that training learns the class too.
 * What is over the maximum of a group is left out. Pure.
 */
void features_of(const struct tokens *tok, bool hide_classed, struct features *out);
/* features_for_language: characters (one to four) and words alone; a language's lexicon is not known yet. */
void features_for_language(const struct tokens *tok, struct features *out);

#endif
