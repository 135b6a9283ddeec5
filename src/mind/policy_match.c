/* Does a rule match? And the words that say why not. */
#include "mind/situation.h"

static bool has_word(const struct str *words, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], s))
            return true;
    return false;
}

static bool tags_hold(const struct policy_cond *c, const struct situation *sit)
{
    bool any = false;
    for (size_t i = 0; i < sit->tags_n; i++)
        any = any || has_word(c->words, c->words_n, sit->tags[i]);
    return any != c->without;
}

bool cond_holds(const struct policy_cond *c, const struct situation *sit)
{
    if (!sit->known[c->field])
        return false;
    switch (policy_field_row(c->field)->type) {
    case TYPE_ENUM:
        return (c->set >> sit->v[c->field] & 1) != 0;
    case TYPE_INT:
    case TYPE_MONEY:
        return sit->v[c->field] >= c->lo && sit->v[c->field] <= c->hi;
    case TYPE_TEXT:
        return has_word(c->words, c->words_n, sit->text[c->field]) != c->without;
    case TYPE_TAGS:
        return tags_hold(c, sit);
    }
    return false;
}

const struct policy_cond *rule_first_failing(const struct policy_rule *rule, const struct situation *sit)
{
    for (size_t i = 0; i < rule->conds_n; i++)
        if (!cond_holds(&rule->conds[i], sit))
            return &rule->conds[i];
    return NULL;
}

bool rule_sees(const struct policy_rule *rule, const struct situation *sit)
{
    bool asks = sit->ret == NULL;
    for (size_t i = 0; i < rule->conds_n; i++)
        asks = asks || rule->conds[i].field == FIELD_RETURN;
    return asks;
}

const struct policy_rule *policy_match(const struct policy *pol, const struct situation *sit)
{
    for (size_t i = 0; i < pol->rules_n; i++)
        if (rule_sees(&pol->rules[i], sit) && rule_first_failing(&pol->rules[i], sit) == NULL)
            return &pol->rules[i];
    return NULL;
}

/* ---- words */

static void add_list(struct buf *b, size_t *n, struct str word)
{
    if ((*n)++ > 0)
        buf_addz(b, ", ");
    buf_add(b, word);
}

static void add_set(struct buf *b, const struct policy_cond *c)
{
    unsigned count = policy_enum_count(c->field), in = (unsigned)__builtin_popcountll(c->set);
    bool without = in * 2 > count;
    size_t n = 0;
    buf_addz(b, without ? " is not " : in == 1 ? " is " : " is one of ");
    for (unsigned i = 0; i < count; i++)
        if ((c->set >> i & 1) != (without ? 1u : 0u))
            add_list(b, &n, str_of(policy_enum_word(c->field, i)));
}

static struct str figure(struct arena *a, const struct policy *pol, enum policy_field f, int64_t n)
{
    return policy_field_row(f)->type == TYPE_MONEY ? policy_money(a, n, pol->currency) : arena_fmt(a, "%lld", (long long)n);
}

static void add_range(struct buf *b, struct arena *a, const struct policy *pol, const struct policy_cond *c)
{
    struct str lo = figure(a, pol, c->field, c->lo), hi = figure(a, pol, c->field, c->hi);
    if (c->lo == c->hi)
        buf_fmt(b, " is %.*s", STR_ARG(lo));
    else if (c->lo == 0 && c->hi == INT64_MAX)
        buf_addz(b, " is known");
    else if (c->lo == 0)
        buf_fmt(b, " at most %.*s", STR_ARG(hi));
    else if (c->hi == INT64_MAX)
        buf_fmt(b, " at least %.*s", STR_ARG(lo));
    else
        buf_fmt(b, " from %.*s to %.*s", STR_ARG(lo), STR_ARG(hi));
}

static struct str keep(struct arena *a, struct buf *b)
{
    struct str s = STR_NULL;
    if (buf_err(b) != OK || arena_dup(a, buf_str(b), &s) != OK)
        s = STR_NULL;
    buf_clear(b);
    return s;
}

struct str cond_text(struct arena *a, const struct policy *pol, const struct policy_cond *c)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, (size_t)1 << 20);
    buf_addz(&b, policy_field_row(c->field)->word);
    switch (policy_field_row(c->field)->type) {
    case TYPE_ENUM:
        add_set(&b, c);
        break;
    case TYPE_INT:
    case TYPE_MONEY:
        add_range(&b, a, pol, c);
        break;
    case TYPE_TEXT:
    case TYPE_TAGS:
        buf_addz(&b, c->field == FIELD_TAGS ? c->without ? " have none of " : " have one of " : c->without ? " is none of " : " is one of ");
        for (size_t i = 0; i < c->words_n; i++)
            add_list(&b, &n, c->words[i]);
        break;
    }
    return keep(a, &b);
}

struct str situation_text(struct arena *a, const struct policy *pol, const struct situation *sit, enum policy_field f)
{
    struct buf b;
    size_t n = 0;
    if (!sit->known[f])
        return STR("not known");
    switch (policy_field_row(f)->type) {
    case TYPE_ENUM:
        return str_of(policy_enum_word(f, (unsigned)sit->v[f]));
    case TYPE_INT:
    case TYPE_MONEY:
        return figure(a, pol, f, sit->v[f]);
    case TYPE_TEXT:
        return sit->text[f];
    case TYPE_TAGS:
        break;
    }
    if (sit->tags_n == 0)
        return STR("none");
    buf_init(&b, (size_t)1 << 16);
    for (size_t i = 0; i < sit->tags_n; i++)
        add_list(&b, &n, sit->tags[i]);
    return keep(a, &b);
}
