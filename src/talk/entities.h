/*
 * What a customer's words name: order names, e-mail addresses, postal codes, phone and tracking numbers. By form and by the
 * words before them ("order 1020", "zip 10115"), with a certainty each; deciding which of them to use is the asker's part.
 * Pure and bounded: reads at most ENTITIES_TEXT_MAX bytes and keeps at most ENTITIES_MAX finds, the leftmost ones.
 */
#ifndef WISMO_TALK_ENTITIES_H
#define WISMO_TALK_ENTITIES_H

#include "base/ctx.h"

#define ENTITIES_MAX 32
#define ENTITIES_TEXT_MAX 8192 /* a long e-mail's first screens; what follows is quoted history */
#define ENTITY_PATTERN_MAX 64

enum entity_kind { ENTITY_ORDER, ENTITY_EMAIL, ENTITY_ZIP, ENTITY_PHONE, ENTITY_TRACKING, ENTITY_KIND_COUNT };

/* ENTITY_WEAK: the form alone fits, and fits other things too ("10115"); ENTITY_FORM: a form of its own ("K1A 0B1", "#1020");
 * ENTITY_NAMED: a word before it says what it is. */
enum entity_certainty { ENTITY_WEAK = 1, ENTITY_FORM, ENTITY_NAMED };

struct entity {
    enum entity_kind kind;
    enum entity_certainty certainty;
    struct str text;   /* ready for a look-up: tracking number normalised, the rest as typed without decoration */
    size_t at;         /* where it begins in the folded text */
    const char *form;  /* ENTITY_ZIP: countries of the form ("US DE FR"); else NULL */
};

struct entities {
    struct str folded; /* the text with odd blanks, dashes and full-width characters made plain */
    struct entity list[ENTITIES_MAX];
    size_t n;
};

/*
 * Patterns of a merchant's order names, tried first: literal characters (ASCII case ignored), {n} one or more digits, {a} one or
 * more letters, {w} one or more of both; {n5} just five, {n4-6} four to six. "EU-{n}" finds "eu-10442". See talk/order_pattern.h.
 */
struct entity_patterns {
    const struct str *list;
    size_t n;
};

/*
 * entities_find: everything named in text, leftmost first within a kind; one stretch of text may be a weak order and a weak
 * postal code at once. Ill-formed UTF-8 counts as a blank. patterns may be NULL.
 * Errs: ERR_MEMORY. Owns: views into a copy in ctx's arena.
 */
MUST_CHECK enum err entities_find(struct ctx *ctx, struct str text, const struct entity_patterns *patterns, struct entities *out);
/* entities_best: the most certain of a kind, leftmost of equals; NULL when there is none. */
const struct entity *entities_best(const struct entities *ent, enum entity_kind kind);
size_t entities_count(const struct entities *ent, enum entity_kind kind, enum entity_certainty at_least);
/* entity_pattern_match: bytes of s that the pattern takes from its beginning, 0 when it does not fit. */
size_t entity_pattern_match(struct str pattern, struct str s);
/* text_fold: the plain form of a customer's text, see struct entities; in the arena, cut at a character. */
MUST_CHECK enum err text_fold(struct ctx *ctx, struct str text, struct str *out);
/* text_has_word: one of the words (a NULL-ended list; lower case; several words with single blanks) stands in the folded text. */
bool text_has_word(struct str folded, const char *const *words);
const char *entity_kind_word(enum entity_kind k);

#endif
