/* See policy_space.h. */
#include "mind/policy_space.h"

#include <stdlib.h>

#include "mind/rules.h"

#define CLASS_PAIRS (2 * DIAG_CLASS_COUNT) /* class + DIAG_CLASS_COUNT * of */
_Static_assert((int)CLASS_PAIRS <= SPACE_PIECES_MAX, "all pairs of class and matter have a piece");
_Static_assert(1 << POLICY_TAGS_MAX <= SPACE_PIECES_MAX, "all sets of tags have a piece");

static void add(struct piece_set *s, unsigned i)
{
    s->w[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool has(const struct piece_set *s, unsigned i)
{
    return (s->w[i / 64] >> (i % 64) & 1) != 0;
}

bool piece_set_empty(const struct piece_set *s)
{
    uint64_t any = 0;
    for (size_t i = 0; i < SPACE_PIECES_MAX / 64; i++)
        any |= s->w[i];
    return any == 0;
}

/* ---- cutting */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int by_word(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int64_t most(enum policy_field f)
{
    return f == FIELD_SEVERITY ? 4 : f == FIELD_CONFIDENCE ? 100 : INT64_MAX;
}

static size_t cond_count(const struct policy *pol, enum policy_field f, size_t *words)
{
    size_t n = 0;
    *words = 0;
    for (size_t i = 0; i < pol->rules_n; i++)
        for (size_t k = 0; k < pol->rules[i].conds_n; k++)
            if (pol->rules[i].conds[k].field == f) {
                n++;
                *words += pol->rules[i].conds[k].words_n;
            }
    return n;
}

static unsigned unique_numbers(int64_t *v, size_t n)
{
    unsigned k = 0;
    qsort(v, n, sizeof(*v), by_number);
    for (size_t i = 0; i < n; i++)
        if (k == 0 || v[k - 1] != v[i])
            v[k++] = v[i];
    return k;
}

static enum err cut_numbers(struct ctx *ctx, const struct policy *pol, enum policy_field f, struct space_field *sf)
{
    size_t words, n = cond_count(pol, f, &words), at = 1;
    sf->starts = ctx_alloc(ctx, (2 * n + 1) * sizeof(*sf->starts));
    if (sf->starts == NULL)
        return ERR_MEMORY;
    sf->starts[0] = 0;
    for (size_t i = 0; i < pol->rules_n; i++)
        for (size_t k = 0; k < pol->rules[i].conds_n; k++) {
            const struct policy_cond *c = &pol->rules[i].conds[k];
            if (c->field != f)
                continue;
            if (c->lo <= most(f))
                sf->starts[at++] = c->lo;
            if (c->hi < most(f))
                sf->starts[at++] = c->hi + 1;
        }
    sf->n = unique_numbers(sf->starts, at);
    return OK;
}

static enum err cut_words(struct ctx *ctx, const struct policy *pol, enum policy_field f, struct space_field *sf)
{
    size_t n, at = 0;
    (void)cond_count(pol, f, &n);
    sf->words = ctx_alloc(ctx, (n + 1) * sizeof(*sf->words));
    if (sf->words == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < pol->rules_n; i++)
        for (size_t k = 0; k < pol->rules[i].conds_n; k++)
            for (size_t w = 0; pol->rules[i].conds[k].field == f && w < pol->rules[i].conds[k].words_n; w++)
                sf->words[at++] = pol->rules[i].conds[k].words[w];
    if (at > 0)
        qsort(sf->words, at, sizeof(*sf->words), by_word);
    unsigned k = 0;
    for (size_t i = 0; i < at; i++)
        if (k == 0 || !str_eq(sf->words[k - 1], sf->words[i]))
            sf->words[k++] = sf->words[i];
    sf->n = k + 1;
    return OK;
}

static enum err cut(struct ctx *ctx, const struct policy *pol, enum policy_field f, struct space_field *sf)
{
    enum err e = OK;
    switch (policy_field_row(f)->type) {
    case TYPE_ENUM:
        sf->n = f == FIELD_CLASS ? CLASS_PAIRS : f == FIELD_OF ? 1 : policy_enum_count(f);
        break;
    case TYPE_INT:
    case TYPE_MONEY:
        e = cut_numbers(ctx, pol, f, sf);
        break;
    case TYPE_TEXT:
        e = cut_words(ctx, pol, f, sf);
        break;
    case TYPE_TAGS:
        sf->n = 1u << pol->tags_n;
        break;
    }
    sf->unknown = policy_field_may_be_unknown(f);
    sf->n += sf->unknown ? 1 : 0;
    if (e == OK && sf->n > SPACE_PIECES_MAX)
        e = ctx_fail(ctx, ERR_LIMIT, "%s: the rules tell more than %d values apart", policy_field_row(f)->word, SPACE_PIECES_MAX);
    return e;
}

enum err space_make(struct ctx *ctx, const struct policy *pol, struct space *out)
{
    *out = (struct space){.pol = pol};
    enum err e = OK;
    for (unsigned f = 0; f < FIELD_COUNT && e == OK; f++)
        e = cut(ctx, pol, (enum policy_field)f, &out->fields[f]);
    return e;
}

/* ---- boxes */

/* A parcel can only have the classes that rules of parcels give. */
static bool pair_can_be(unsigned pair)
{
    if (pair / DIAG_CLASS_COUNT == OF_ORDER)
        return true;
    for (size_t i = 0; i < RULES_N; i++)
        if (RULES[i].level == LEVEL_PARCEL && (unsigned)RULES[i].cls == pair % DIAG_CLASS_COUNT)
            return true;
    return false;
}

void space_all(const struct space *sp, struct box *out)
{
    *out = (struct box){0};
    for (unsigned f = 0; f < FIELD_COUNT; f++)
        for (unsigned i = 0; i < sp->fields[f].n; i++)
            if (f != FIELD_CLASS || pair_can_be(i))
                add(&out->set[f], i);
}

static struct str piece_word(const struct space_field *sf, unsigned i)
{
    return i + 1 < sf->n - (sf->unknown ? 1u : 0u) ? sf->words[i] : STR_NULL;
}

static bool word_in(const struct policy_cond *c, struct str word)
{
    for (size_t i = 0; i < c->words_n; i++)
        if (str_eq(c->words[i], word))
            return true;
    return false;
}

static bool tags_in(const struct space *sp, const struct policy_cond *c, unsigned set)
{
    for (size_t t = 0; t < sp->pol->tags_n; t++)
        if ((set >> t & 1) != 0 && word_in(c, sp->pol->tags[t]))
            return true;
    return false;
}

static bool piece_holds(const struct space *sp, const struct policy_cond *c, unsigned i)
{
    const struct space_field *sf = &sp->fields[c->field == FIELD_OF ? FIELD_CLASS : c->field];
    if (sf->unknown && i + 1 == sf->n)
        return false;
    switch (policy_field_row(c->field)->type) {
    case TYPE_ENUM:
        i = c->field == FIELD_OF ? i / DIAG_CLASS_COUNT : c->field == FIELD_CLASS ? i % DIAG_CLASS_COUNT : i;
        return (c->set >> i & 1) != 0;
    case TYPE_INT:
    case TYPE_MONEY:
        return sf->starts[i] >= c->lo && sf->starts[i] <= c->hi;
    case TYPE_TEXT:
        return (!str_empty(piece_word(sf, i)) && word_in(c, piece_word(sf, i))) != c->without;
    case TYPE_TAGS:
        return tags_in(sp, c, i) != c->without;
    }
    return false;
}

void space_rule(const struct space *sp, const struct policy_rule *rule, struct box *out)
{
    space_all(sp, out);
    for (size_t k = 0; k < rule->conds_n; k++) {
        const struct policy_cond *c = &rule->conds[k];
        enum policy_field f = c->field == FIELD_OF ? FIELD_CLASS : c->field;
        struct piece_set keep = {{0}};
        for (unsigned i = 0; i < sp->fields[f].n; i++)
            if (has(&out->set[f], i) && piece_holds(sp, c, i))
                add(&keep, i);
        out->set[f] = keep;
    }
}

bool box_and(const struct box *a, const struct box *b, struct box *out)
{
    bool any = true;
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        for (size_t i = 0; i < SPACE_PIECES_MAX / 64; i++)
            out->set[f].w[i] = a->set[f].w[i] & b->set[f].w[i];
        any = any && !piece_set_empty(&out->set[f]);
    }
    return any;
}

bool box_has(const struct box *outer, const struct box *inner)
{
    for (unsigned f = 0; f < FIELD_COUNT; f++)
        for (size_t i = 0; i < SPACE_PIECES_MAX / 64; i++)
            if ((inner->set[f].w[i] & ~outer->set[f].w[i]) != 0)
                return false;
    return true;
}

/* ---- words */

static struct str amount(struct arena *a, const struct space *sp, enum policy_field f, int64_t n)
{
    return policy_field_row(f)->type == TYPE_MONEY ? policy_money(a, n, sp->pol->currency) : arena_fmt(a, "%lld", (long long)n);
}

static struct str range_words(const struct space *sp, struct arena *a, enum policy_field f, unsigned i)
{
    const struct space_field *sf = &sp->fields[f];
    unsigned known = sf->n - (sf->unknown ? 1 : 0);
    struct str lo = amount(a, sp, f, sf->starts[i]);
    if (i + 1 >= known)
        return arena_fmt(a, "%.*s or more", STR_ARG(lo));
    struct str hi = amount(a, sp, f, sf->starts[i + 1] - 1);
    return str_eq(lo, hi) ? lo : arena_fmt(a, "%.*s to %.*s", STR_ARG(lo), STR_ARG(hi));
}

static struct str tag_words(const struct space *sp, struct arena *a, unsigned set)
{
    struct str s = STR_NULL;
    for (size_t t = 0; t < sp->pol->tags_n; t++)
        if ((set >> t & 1) != 0)
            s = str_empty(s) ? sp->pol->tags[t] : arena_fmt(a, "%.*s+%.*s", STR_ARG(s), STR_ARG(sp->pol->tags[t]));
    return str_empty(s) ? STR("none of those asked for") : s;
}

struct str space_piece(const struct space *sp, struct arena *a, enum policy_field f, unsigned i)
{
    const struct space_field *sf = &sp->fields[f];
    if (sf->unknown && i + 1 == sf->n)
        return STR("not known");
    switch (policy_field_row(f)->type) {
    case TYPE_ENUM:
        if (f == FIELD_CLASS)
            return arena_fmt(a, "%s (%s)", diag_class_word((enum diag_class)(i % DIAG_CLASS_COUNT)), policy_enum_word(FIELD_OF, i / DIAG_CLASS_COUNT));
        return str_of(policy_enum_word(f, i));
    case TYPE_INT:
    case TYPE_MONEY:
        return range_words(sp, a, f, i);
    case TYPE_TEXT:
        return str_empty(piece_word(sf, i)) ? STR("another one") : piece_word(sf, i);
    case TYPE_TAGS:
        return tag_words(sp, a, i);
    }
    return STR_NULL;
}

struct str space_words(const struct space *sp, struct arena *a, const struct box *b)
{
    struct box all;
    struct str s = STR_NULL;
    space_all(sp, &all);
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        unsigned first = 0, n = 0;
        for (unsigned i = sp->fields[f].n; i-- > 0;)
            if (has(&b->set[f], i)) {
                first = i;
                n++;
            }
        if (n == 0 || memcmp(&all.set[f], &b->set[f], sizeof(all.set[f])) == 0)
            continue;
        s = arena_fmt(a, "%.*s%s%s is %.*s", STR_ARG(s), str_empty(s) ? "" : "; ", policy_field_row((enum policy_field)f)->word,
                      STR_ARG(space_piece(sp, a, (enum policy_field)f, first)));
    }
    return str_empty(s) ? STR("anything") : s;
}

/* ---- situations */

static void set_tag_list(const struct space *sp, unsigned set, struct situation *sit, struct str *room)
{
    sit->tags = room;
    sit->tags_n = 0;
    for (size_t t = 0; t < sp->pol->tags_n; t++)
        if ((set >> t & 1) != 0)
            room[sit->tags_n++] = sp->pol->tags[t];
}

void space_set(const struct space *sp, enum policy_field f, unsigned i, struct situation *sit, struct str tags[POLICY_TAGS_MAX])
{
    const struct space_field *sf = &sp->fields[f];
    sit->known[f] = !(sf->unknown && i + 1 == sf->n);
    if (!sit->known[f])
        return;
    switch (policy_field_row(f)->type) {
    case TYPE_ENUM:
        sit->v[f] = f == FIELD_CLASS ? i % DIAG_CLASS_COUNT : i;
        if (f == FIELD_CLASS) {
            sit->known[FIELD_OF] = true;
            sit->v[FIELD_OF] = i / DIAG_CLASS_COUNT;
        }
        break;
    case TYPE_INT:
    case TYPE_MONEY:
        sit->v[f] = sf->starts[i];
        break;
    case TYPE_TEXT:
        sit->text[f] = str_empty(piece_word(sf, i)) ? STR("\x01") : piece_word(sf, i); /* a word that nobody writes */
        break;
    case TYPE_TAGS:
        set_tag_list(sp, i, sit, tags);
        break;
    }
}
