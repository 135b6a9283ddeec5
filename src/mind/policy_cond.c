/* Conditions of a rule, by the type of their field: a word, a list, {not: ...}, or a range. */
#include "base/num.h"
#include "mind/policy_int.h"

static const char *field_name(const void *list, size_t i)
{
    (void)list;
    return policy_field_row((enum policy_field)i)->word;
}

static const char *enum_name(const void *list, size_t i)
{
    return policy_enum_word(*(const enum policy_field *)list, (unsigned)i);
}

/* ---- words of a vocabulary */

static void take_enum(struct policy_reader *r, const struct yaml *v, void *to)
{
    struct policy_cond *c = to;
    unsigned n = policy_enum_count(c->field);
    for (unsigned i = 0; i < n; i++)
        if (str_eq(v->text, str_of(policy_enum_word(c->field, i)))) {
            c->set |= UINT64_C(1) << i;
            return;
        }
    pol_unknown(r, v, policy_field_row(c->field)->word, v->text, enum_name, &c->field, n);
}

/* {not: ...}: gives what stands there. */
static const struct yaml *negated(struct policy_reader *r, const struct yaml *v, bool *without)
{
    const struct yaml *words = v->kind == YAML_MAP ? yaml_get(v, "not") : v;
    *without = v->kind == YAML_MAP;
    if (words == NULL || (v->kind == YAML_MAP && v->count != 1)) {
        pol_say(r, FINDING_ERROR, v, "write a word, a list of words, or {not: [...]}", "%.*s: expected words", STR_ARG(v->key));
        return NULL;
    }
    return words;
}

static void read_enum(struct policy_reader *r, const struct yaml *v, struct policy_cond *c)
{
    bool without;
    const struct yaml *words = negated(r, v, &without);
    if (words == NULL)
        return;
    pol_words(r, words, policy_field_row(c->field)->word, take_enum, c);
    if (without)
        c->set = ~c->set & ((UINT64_C(1) << policy_enum_count(c->field)) - 1);
    if (c->set == 0)
        pol_say(r, FINDING_ERROR, v, NULL, "%.*s: no value is left that it could have", STR_ARG(v->key));
}

/* ---- words of the merchant's world */

struct word_list {
    struct str *v;
    size_t n, cap;
    enum policy_field field;
};

static void take_word(struct policy_reader *r, const struct yaml *v, void *to)
{
    struct word_list *list = to;
    if (v->text.n == 0 || v->text.n > 64) {
        pol_say(r, FINDING_ERROR, v, NULL, "expected a word of 1 to 64 bytes");
        return;
    }
    if (list->field == FIELD_COUNTRY && v->text.n != 2) {
        pol_say(r, FINDING_ERROR, v, "write it like DE", "country: expected two letters, got \"%.*s\"", STR_ARG(v->text));
        return;
    }
    if (list->n < list->cap)
        list->v[list->n++] = v->text;
}

static void keep_tag(struct policy_reader *r, const struct yaml *at, struct str tag)
{
    struct policy *p = r->pol;
    size_t i = 0;
    while (i < p->tags_n && str_cmp(p->tags[i], tag) < 0)
        i++;
    if (i < p->tags_n && str_eq(p->tags[i], tag))
        return;
    if (p->tags_n == POLICY_TAGS_MAX) {
        pol_say(r, FINDING_ERROR, at, "give them to fewer tags", "tags: rules may ask for %d different tags", POLICY_TAGS_MAX);
        return;
    }
    memmove(&p->tags[i + 1], &p->tags[i], (p->tags_n - i) * sizeof(p->tags[0]));
    p->tags[i] = tag;
    p->tags_n++;
}

static void read_words(struct policy_reader *r, const struct yaml *v, struct policy_cond *c)
{
    const struct yaml *words = negated(r, v, &c->without);
    size_t cap = words == NULL ? 0 : words->kind == YAML_LIST ? words->count : 1;
    struct word_list list = {.cap = cap, .field = c->field};
    if (cap > POLICY_WORDS_MAX) {
        pol_say(r, FINDING_ERROR, v, NULL, "%.*s: more than %d words", STR_ARG(v->key), POLICY_WORDS_MAX);
        return;
    }
    if (words == NULL || (list.v = pol_alloc(r, cap, sizeof(*list.v))) == NULL)
        return;
    pol_words(r, words, policy_field_row(c->field)->word, take_word, &list);
    for (size_t i = 0; c->field == FIELD_TAGS && i < list.n; i++)
        keep_tag(r, v, list.v[i]);
    c->words = list.v;
    c->words_n = list.n;
}

/* ---- ranges */

static bool read_bound(struct policy_reader *r, const struct yaml *v, const struct policy_cond *c, const char *what, int64_t *out)
{
    if (policy_field_row(c->field)->type == TYPE_MONEY)
        return pol_money(r, v, what, out);
    return pol_int(r, v, what, 0, c->field == FIELD_CONFIDENCE ? 100 : 1000000, out);
}

static const struct {
    const char *word;
    bool low;      /* else the high end */
    int64_t shift; /* from the figure to the end that still belongs to the range */
} BOUNDS[] = {{"at_least", true, 0}, {"over", true, 1}, {"at_most", false, 0}, {"under", false, -1}};
#define BOUNDS_N (sizeof(BOUNDS) / sizeof(BOUNDS[0]))

static const char *bound_name(const void *list, size_t i)
{
    (void)list;
    return BOUNDS[i].word;
}

static void read_end(struct policy_reader *r, const struct yaml *v, struct policy_cond *c)
{
    for (size_t i = 0; i < BOUNDS_N; i++) {
        int64_t n;
        if (!str_eq(v->key, str_of(BOUNDS[i].word)))
            continue;
        if (!read_bound(r, v, c, policy_field_row(c->field)->word, &n))
            return;
        if (BOUNDS[i].low)
            c->lo = n == INT64_MAX ? n : n + BOUNDS[i].shift;
        else
            c->hi = n + BOUNDS[i].shift;
        return;
    }
    pol_unknown(r, v, policy_field_row(c->field)->word, v->key, bound_name, NULL, BOUNDS_N);
}

static void read_range(struct policy_reader *r, const struct yaml *v, struct policy_cond *c)
{
    c->lo = 0;
    c->hi = INT64_MAX;
    if (v->kind == YAML_SCALAR) {
        if (read_bound(r, v, c, policy_field_row(c->field)->word, &c->lo))
            c->hi = c->lo;
        return;
    }
    if (v->kind == YAML_LIST || v->count == 0) {
        pol_say(r, FINDING_ERROR, v, "write it like {at_least: 2, under: 5}", "%.*s: expected a figure or a range", STR_ARG(v->key));
        return;
    }
    for (const struct yaml *e = v->first; e != NULL; e = e->next)
        read_end(r, e, c);
    if (c->lo > c->hi)
        pol_say(r, FINDING_ERROR, v, NULL, "%.*s: nothing lies between these ends", STR_ARG(v->key));
}

static void read_cond(struct policy_reader *r, const struct yaml *v, struct policy_rule *rule)
{
    int f = 0;
    while (f < FIELD_COUNT && !str_eq(v->key, str_of(policy_field_row((enum policy_field)f)->word)))
        f++;
    if (f == FIELD_COUNT) {
        pol_unknown(r, v, "when", v->key, field_name, NULL, FIELD_COUNT);
        return;
    }
    struct policy_cond *c = &rule->conds[rule->conds_n++];
    *c = (struct policy_cond){.field = (enum policy_field)f, .line = v->key_line, .column = v->key_column};
    switch (policy_field_row(c->field)->type) {
    case TYPE_ENUM:
        read_enum(r, v, c);
        break;
    case TYPE_TEXT:
    case TYPE_TAGS:
        read_words(r, v, c);
        break;
    case TYPE_INT:
    case TYPE_MONEY:
        read_range(r, v, c);
        break;
    }
}

void pol_read_when(struct policy_reader *r, const struct yaml *v, struct policy_rule *rule)
{
    if (!pol_is_map(r, v, "when"))
        return;
    if (v->count > POLICY_CONDS_MAX) {
        pol_say(r, FINDING_ERROR, v, NULL, "when: more than %d conditions", POLICY_CONDS_MAX);
        return;
    }
    rule->conds = pol_alloc(r, v->count, sizeof(*rule->conds));
    for (const struct yaml *c = v->first; rule->conds != NULL && c != NULL; c = c->next)
        read_cond(r, c, rule);
}
