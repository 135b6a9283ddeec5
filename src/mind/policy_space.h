/*
 * The space of situations that a policy tells apart: each field cut into pieces, such that every rule holds for all of a piece or
 * for none of it. A box is a set of pieces for each field; a rule is a box.
 */
#ifndef WISMO_MIND_POLICY_SPACE_H
#define WISMO_MIND_POLICY_SPACE_H

#include "mind/situation.h"

#define SPACE_PIECES_MAX 256

struct piece_set {
    uint64_t w[SPACE_PIECES_MAX / 64];
};

struct space_field {
    unsigned n;              /* pieces */
    bool unknown;            /* the last piece: not known */
    int64_t *starts;         /* INT, MONEY: where each piece begins */
    struct str *words;       /* TEXT: then one piece for all other words */
};

struct space {
    const struct policy *pol;
    struct space_field fields[FIELD_COUNT]; /* OF has none of its own: CLASS holds pairs of both */
};

struct box {
    struct piece_set set[FIELD_COUNT];
};

/* space_make: Errs: ERR_MEMORY, ERR_LIMIT more pieces of one field than SPACE_PIECES_MAX (the words say which field) */
MUST_CHECK enum err space_make(struct ctx *ctx, const struct policy *pol, struct space *out);
void space_all(const struct space *sp, struct box *out);
void space_rule(const struct space *sp, const struct policy_rule *rule, struct box *out);
/* box_and: false when nothing is in both. */
bool box_and(const struct box *a, const struct box *b, struct box *out);
bool piece_set_empty(const struct piece_set *s);
bool box_has(const struct box *outer, const struct box *inner); /* all of inner lies in outer */
/* space_words: the box in words, only what it restricts: "class is lost; stock is unknown". space_piece: a piece in words. */
struct str space_words(const struct space *sp, struct arena *a, const struct box *b);
struct str space_piece(const struct space *sp, struct arena *a, enum policy_field f, unsigned piece);
/* space_set: gives a situation a value of that piece; tags is room for its list. */
void space_set(const struct space *sp, enum policy_field f, unsigned piece, struct situation *sit, struct str tags[POLICY_TAGS_MAX]);

#endif
