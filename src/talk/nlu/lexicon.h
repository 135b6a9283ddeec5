/*
 * Classes of words ("carrier", "clothing", "bank"), so that a noun which no training sentence had still says something, and
 * spellings written out ("u" → "you"). Compiled by the trainer into the model: a sorted table that is read where it lies.
 */
#ifndef WISMO_TALK_NLU_LEXICON_H
#define WISMO_TALK_NLU_LEXICON_H

#include "base/str.h"

#define LEXICON_CLASSES_MAX 96
#define LEXICON_WORD_CLASSES 3
#define LEXICON_CLASS_NONE 255

/* One word; fixed width, little-endian, so that the table is used as it lies in the file. */
struct lexicon_word {
    uint64_t hash;                              /* of the group's salt and the normalised word */
    uint32_t spelled_at;                        /* offset of what it stands for in the texts; 0: itself */
    uint8_t classes[LEXICON_WORD_CLASSES];      /* LEXICON_CLASS_NONE ends */
    uint8_t spelled_n;
};

struct lexicon {
    const struct lexicon_word *words; /* by hash, ascending */
    size_t n;
    struct str texts;
    uint64_t salt; /* lexicon_salt of the group of languages that is read; words of other groups are not seen */
};

/* lexicon_salt: one table holds several groups of languages, "die" means another thing in each. */
uint64_t lexicon_salt(unsigned group);
/* lexicon_find: NULL when the word is not in it. */
const struct lexicon_word *lexicon_find(const struct lexicon *lex, struct str word);
/* lexicon_spelled: the words it stands for, empty when it stands for itself. */
struct str lexicon_spelled(const struct lexicon *lex, const struct lexicon_word *w);

#endif
