/*
 * The trained model: one block of bytes, used where it lies (compiled into the program, so mapped and shared by the kernel).
 * Linear: a feature's row has four bits for each class and the step they count in; rows stand in buckets of eight with 16 bits of
 * the feature's hash, so that a feature that training did not keep gives nothing instead of somebody else's weights.
 *
 * Layout, little-endian: "WISMONL2", u32 bytes, u32 parts, then parts. A part: see struct part_head in model.c.
 */
#ifndef WISMO_TALK_NLU_MODEL_H
#define WISMO_TALK_NLU_MODEL_H

#include "talk/nlu/features.h"
#include "talk/nlu/intent.h"

#define MODEL_MAGIC "WISMONL2"
#define MODEL_PARTS_MAX 4
#define MODEL_CLASSES_MAX 24
#define MODEL_BUCKET_ROWS 8
#define MODEL_STEPS 256
#define MODEL_LEVEL_MAX 7 /* a weight is -7..7 steps, stored as 1..15 */
#define MODEL_LANGUAGES_MAX 16
#define MODEL_LANGUAGE_BYTES 8

/* What a part decides and for which languages; as it lies in the block. */
struct part_head {
    uint32_t bytes;          /* of the whole part, padded to 8 */
    uint32_t classes;        /* columns */
    uint32_t buckets;
    uint32_t lexicon_words, lexicon_bytes;
    uint32_t languages;      /* part 0: its classes; others: the languages it reads */
    float temperature;
    float bias[MODEL_CLASSES_MAX], step[MODEL_STEPS], weight[FEATURE_GROUPS];
    char language[MODEL_LANGUAGES_MAX][MODEL_LANGUAGE_BYTES]; /* NUL-padded */
    uint8_t lexicon[MODEL_LANGUAGES_MAX]; /* the group of each language's words, see lexicon_salt */
};

struct model_part {
    struct part_head head;
    const unsigned char *buckets;
    struct lexicon lex;
};

struct model {
    struct model_part part[MODEL_PARTS_MAX]; /* part 0 tells the language */
    size_t n;
};

/* model_open: checks sizes, keeps views into block (8-aligned, as long as the model is used). Errs: ERR_PARSE. */
MUST_CHECK enum err model_open(struct ctx *ctx, struct str block, struct model *out);
/* model_lexicon: the words of the part's language no. i. */
struct lexicon model_lexicon(const struct model_part *part, uint32_t i);
/* model_embedded: the block that was trained when the program was built. */
struct str model_embedded(void);
/* model_score: calibrated probabilities of the part's classes; *known: share of the words' features that training kept. */
void model_score(const struct model_part *part, const struct features *ft, float *prob, float *known);
/* model_place: bucket and mark of a feature; the trainer places rows with it. */
static inline uint32_t model_bucket(uint32_t hash, uint32_t buckets)
{
    return (uint32_t)((uint64_t)hash * buckets >> 32);
}
static inline uint16_t model_mark(uint32_t hash)
{
    uint32_t h = hash * 0x85EBCA6Bu;
    h ^= h >> 15;
    return (uint16_t)(h & 0xFFFF) == 0 ? 1 : (uint16_t)(h & 0xFFFF); /* 0: empty */
}
/* model_row_bytes: which step, then two classes a byte, the first in the low half. */
static inline size_t model_row_bytes(uint32_t classes)
{
    return 1 + ((size_t)classes + 1) / 2;
}
static inline size_t model_bucket_bytes(uint32_t classes)
{
    return MODEL_BUCKET_ROWS * (sizeof(uint16_t) + model_row_bytes(classes));
}

#endif
