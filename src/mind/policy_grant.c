/* Grants: the settings of each capability, by the rows of grant_field.def. */
#include "base/num.h"
#include "base/timefmt.h"
#include "mind/policy_int.h"

enum grant_type { GT_MODE, GT_PERCENT, GT_DATE, GT_MONEY, GT_COUNT, GT_DAYS, GT_MINUTES, GT_HOURS, GT_CLASSES, GT_PROOF, GT_BOOL };

static const struct {
    const char *word, *def, *what;
    enum grant_type type;
} ROWS[] = {
#define GRANT_FIELD(NAME, word, type, def, what) [GRANT_##NAME] = {word, def, what, GT_##type},
#include "mind/grant_field.def"
#undef GRANT_FIELD
};

/* Whole numbers: from 0 to these; the reason is that no sensible policy has more. */
static const int64_t MOST[] = {[GT_PERCENT] = 100, [GT_COUNT] = 1000000, [GT_DAYS] = 3660, [GT_MINUTES] = 10080, [GT_HOURS] = 8760, [GT_BOOL] = 0};

static const char *field_name(const void *list, size_t i)
{
    (void)list;
    return ROWS[i].word;
}

static const char *mode_name(const void *list, size_t i)
{
    (void)list;
    return grant_mode_word((enum grant_mode)i);
}

static const char *proof_name(const void *list, size_t i)
{
    (void)list;
    return policy_proof_word((unsigned)i);
}

const char *pol_class_name(const void *list, size_t i)
{
    (void)list;
    return diag_class_word((enum diag_class)i);
}

static bool read_word(struct policy_reader *r, const struct yaml *v, const char *what, const char *(*name)(const void *list, size_t i), size_t n,
                      int64_t *out)
{
    struct str text;
    if (!pol_text(r, v, what, &text))
        return false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(text, str_of(name(NULL, i)))) {
            *out = (int64_t)i;
            return true;
        }
    pol_unknown(r, v, what, text, name, NULL, n);
    return false;
}

static bool read_date(struct policy_reader *r, const struct yaml *v, int64_t *out)
{
    struct str text;
    struct when w;
    if (!pol_text(r, v, "until", &text))
        return false;
    if (when_parse(text, &w) != OK || w.kind != WHEN_DATE) {
        pol_say(r, FINDING_ERROR, v, "write it like 2027-06-30", "until: expected a date, got \"%.*s\"", STR_ARG(text));
        return false;
    }
    *out = w.local_us + (int64_t)24 * 3600 * 1000000 - 1;
    return true;
}

static void take_class(struct policy_reader *r, const struct yaml *v, void *to)
{
    enum diag_class c;
    if (diag_class_parse(v->text, &c))
        *(int64_t *)to |= INT64_C(1) << c;
    else
        pol_unknown(r, v, "classes", v->text, pol_class_name, NULL, DIAG_CLASS_COUNT);
}

static bool read_bool(struct policy_reader *r, const struct yaml *v, const char *what, int64_t *out)
{
    struct str text;
    if (!pol_text(r, v, what, &text))
        return false;
    *out = str_eq(text, STR("true"));
    if (*out == 0 && !str_eq(text, STR("false"))) {
        pol_say(r, FINDING_ERROR, v, NULL, "%s: expected true or false, got \"%.*s\"", what, STR_ARG(text));
        return false;
    }
    return true;
}

static bool read_value(struct policy_reader *r, const struct yaml *v, enum grant_field f, int64_t *out)
{
    const char *what = ROWS[f].word;
    switch (ROWS[f].type) {
    case GT_MODE:
        return read_word(r, v, what, mode_name, MODE_COUNT, out);
    case GT_PROOF:
        return read_word(r, v, what, proof_name, PROOF_COUNT, out);
    case GT_DATE:
        return read_date(r, v, out);
    case GT_MONEY:
        return pol_money(r, v, what, out);
    case GT_BOOL:
        return read_bool(r, v, what, out);
    case GT_CLASSES:
        *out = 0;
        pol_words(r, v, what, take_class, out);
        return true;
    case GT_PERCENT:
    case GT_COUNT:
    case GT_DAYS:
    case GT_MINUTES:
    case GT_HOURS:
        return pol_int(r, v, what, 0, MOST[ROWS[f].type], out);
    }
    return false;
}

static void read_field(struct policy_reader *r, const struct yaml *v, enum capability cap)
{
    struct grant *g = &r->pol->grants[cap];
    size_t f = 0;
    int64_t n;
    while (f < GRANT_FIELD_COUNT && !str_eq(v->key, str_of(ROWS[f].word)))
        f++;
    if (f == GRANT_FIELD_COUNT) {
        pol_unknown(r, v, capability_word(cap), v->key, field_name, NULL, GRANT_FIELD_COUNT);
        return;
    }
    if (!read_value(r, v, (enum grant_field)f, &n))
        return;
    g->v[f] = n;
    g->line[f] = v->line;
    g->column[f] = v->column;
    if (ROWS[f].type == GT_MONEY && (capability_flags(cap) & CAP_MONEY) == 0)
        pol_say_key(r, FINDING_ERROR, v, "take the line out; counts can limit it", "%s: %s costs no money, so an amount limits nothing", ROWS[f].word,
                    capability_word(cap));
}

const char *pol_capability_name(const void *list, size_t i)
{
    (void)list;
    return capability_word((enum capability)i);
}

/* Defaults, by the table: those that are more than "none" are modes, numbers or booleans. */
void pol_grants_init(struct policy *pol)
{
    for (int c = 0; c < CAP_COUNT; c++)
        for (int f = 0; f < GRANT_FIELD_COUNT; f++) {
            int64_t n = GRANT_UNSET;
            if (ROWS[f].type == GT_MODE || ROWS[f].type == GT_BOOL)
                n = 0; /* off, false */
            else if (ROWS[f].def != NULL && num_parse_i64(str_of(ROWS[f].def), 0, INT64_MAX, &n) != OK)
                n = GRANT_UNSET;
            pol->grants[c].v[f] = n;
        }
}

static void read_grant(struct policy_reader *r, const struct yaml *v)
{
    enum capability cap;
    if (!capability_parse(v->key, &cap)) {
        pol_unknown(r, v, "grants", v->key, pol_capability_name, NULL, CAP_COUNT);
        return;
    }
    struct grant *g = &r->pol->grants[cap];
    g->at_line = v->key_line;
    g->at_column = v->key_column;
    if (v->kind == YAML_SCALAR) {
        (void)read_word(r, v, "mode", mode_name, MODE_COUNT, &g->v[GRANT_MODE]);
        return;
    }
    if (!pol_is_map(r, v, capability_word(cap)))
        return;
    for (const struct yaml *f = v->first; f != NULL; f = f->next)
        read_field(r, f, cap);
}

void pol_read_grants(struct policy_reader *r, const struct yaml *v)
{
    if (!pol_is_map(r, v, "grants"))
        return;
    for (const struct yaml *c = v->first; c != NULL; c = c->next)
        read_grant(r, c);
}
