/*
 * nlu_train: from sentences to the model block. Runs when Wismo is built: reads nlu/corpus and nlu/lexicon, writes one file,
 * the same bytes for the same input. Not part of the program: memory is asked for and kept, a failure ends it with a message.
 */
#ifndef WISMO_NLU_TRAIN_H
#define WISMO_NLU_TRAIN_H

#include "base/buf.h"
#include "talk/nlu/model.h"

#define LABELS_MAX 3

_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);
void *need(size_t count, size_t size); /* zeroed */

/* A stream of numbers from a seed; the same everywhere. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
size_t dice_below(struct dice *d, size_t n); /* 0 .. n-1; n > 0 */
bool dice_chance(struct dice *d, unsigned per_mille);

/* ---- grammar.c: the sentences of a language */

struct line {
    struct str text;              /* template */
    uint8_t labels[LABELS_MAX];   /* enum intent, the first is the label */
    size_t labels_n;
};
struct grammar {
    struct str language;
    struct line *lines;
    size_t n, cap;
    struct named_list *lists;
    size_t lists_n, lists_cap;
};
/* grammar_read: every *.txt of a folder, in the order of their names, _lists.txt first. False: no such folder. */
bool grammar_read(const char *folder, struct str language, struct grammar *out);
/* grammar_draw: one sentence of a template, into buf; blanks made single. */
void grammar_draw(const struct grammar *g, struct str text, struct dice *d, struct buf *out);
/* grammar_count: how many sentences it can be, at most a million. */
size_t grammar_count(const struct grammar *g, struct str text);
bool grammar_has_list(const struct grammar *g, const char *name);
void grammar_check(const struct grammar *g); /* every list that is used exists; ends the program otherwise */

/* ---- builtin.c: {order_id} and the like; false: no such name */
bool builtin_draw(struct str name, struct dice *d, struct buf *out);

/* ---- noise.c: how people type */
void noise_add(const struct grammar *g, struct dice *d, struct buf *text);

/* ---- lexicon_read.c */
struct lexicon_file {
    struct lexicon_word *words;
    size_t n, cap;
    struct buf texts;
};
void lexicon_init(struct lexicon_file *out);
/* lexicon_read: adds a file's words as those of a group; nothing where there is no such file. */
void lexicon_read(const char *path, unsigned group, struct lexicon_file *out);
void lexicon_sort(struct lexicon_file *out);

/* ---- samples.c */
struct sample {
    uint32_t line;                /* which template it came of */
    uint32_t at[FEATURE_GROUPS + 1]; /* offsets into features */
    uint8_t labels[LABELS_MAX], labels_n;
    bool held;                    /* kept out of training when the temperature is found */
};
struct samples {
    struct sample *list;
    size_t n, cap;
    uint32_t *features;           /* hashes; after vocab_number: rows, or ROW_NONE */
    size_t features_n, features_cap;
    float weight[MODEL_CLASSES_MAX];
};
#define ROW_NONE UINT32_MAX
struct draw_plan {
    size_t per_line;              /* at most */
    bool language;                /* features of the language part; the label is this language */
    uint8_t language_no;
    const struct lexicon *lex;
};
/* samples_avoid: the messages of a test file ("intent, tab, message"): a sentence that is one of them is never drawn. */
void samples_avoid(const char *path);
void samples_draw(const struct grammar *g, const struct draw_plan *plan, struct samples *out);

/* ---- fit.c */
struct fitted {
    struct part_head head;
    unsigned char *buckets;
    size_t buckets_n;
};
struct fit_plan {
    uint32_t classes, buckets;
    int epochs;
    unsigned drop;                /* of a thousand features, left out at each step */
    float rate, decay, weight[FEATURE_GROUPS];
    float other_share;            /* what the last class weighs of all; 0: as it is */
    const char *dump;             /* samples in liblinear's format, to compare with; NULL */
};
void fit(struct samples *s, const struct fit_plan *plan, const char *what, struct fitted *out);

#endif
