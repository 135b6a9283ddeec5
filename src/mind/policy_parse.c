/*
 * policy.yaml as a struct policy. Every reader goes on after a fault, so that one run shows all of them, each with line, column
 * and what was expected. What only several settings together can get wrong is policy_check.c's.
 */
#include "base/data.h"
#include "base/num.h"
#include "mind/policy_int.h"

PRINTF_LIKE(6, 0)
static void say(struct policy_reader *r, enum finding_level level, int line, int column, const char *hint, const char *fmt, va_list ap)
{
    const struct finding place = {.level = level, .line = line, .column = column};
    findings_add(r->ctx, r->findings, &place, hint, fmt, ap);
}

void pol_say(struct policy_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(r, level, at == NULL ? 0 : at->line, at == NULL ? 0 : at->column, hint, fmt, ap);
    va_end(ap);
}

void pol_say_key(struct policy_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(r, level, at->key_line, at->key_column, hint, fmt, ap);
    va_end(ap);
}

void *pol_alloc(struct policy_reader *r, size_t n, size_t size)
{
    void *p = arena_array(r->ctx->arena, n, size);
    r->no_memory = r->no_memory || p == NULL;
    return p;
}

void pol_unknown(struct policy_reader *r, const struct yaml *at, const char *what, struct str got, const char *(*word)(const void *list, size_t i),
                 const void *list, size_t n)
{
    bool is_key = got.p == at->key.p;
    const char *near = word_near(got, word, list, n);
    struct str hint = near == NULL ? STR("docs/policy.md has them all") : arena_fmt(r->ctx->arena, "did you mean \"%s\"?", near);
    struct yaml place = *at;
    if (is_key) {
        place.line = at->key_line;
        place.column = at->key_column;
    }
    pol_say(r, FINDING_ERROR, &place, hint.p, "%s: there is no \"%.*s\"", what, STR_ARG(got));
}

/* ---- values */

static const char *kind_word(const struct yaml *v)
{
    return v->kind == YAML_LIST ? "a list" : v->kind == YAML_MAP ? "a map" : "a single value";
}

bool pol_is_map(struct policy_reader *r, const struct yaml *v, const char *what)
{
    if (v->kind == YAML_MAP)
        return true;
    pol_say(r, FINDING_ERROR, v, "write `name: value` lines below it", "%s: expected a map, got %s", what, kind_word(v));
    return false;
}

bool pol_text(struct policy_reader *r, const struct yaml *v, const char *what, struct str *out)
{
    if (v->kind != YAML_SCALAR || yaml_is_null(v) || v->text.n == 0) {
        pol_say(r, FINDING_ERROR, v, NULL, "%s: expected a value, got %s", what, v->kind == YAML_SCALAR ? "nothing" : kind_word(v));
        return false;
    }
    *out = v->text;
    return true;
}

bool pol_int(struct policy_reader *r, const struct yaml *v, const char *what, int64_t min, int64_t max, int64_t *out)
{
    struct str text;
    if (!pol_text(r, v, what, &text))
        return false;
    if (num_parse_i64(text, min, max, out) == OK)
        return true;
    pol_say(r, FINDING_ERROR, v, NULL, "%s: expected a whole number from %lld to %lld, got \"%.*s\"", what, (long long)min, (long long)max,
            STR_ARG(text));
    return false;
}

bool pol_money(struct policy_reader *r, const struct yaml *v, const char *what, int64_t *out)
{
    struct str text, amount, currency = r->pol->currency;
    if (!pol_text(r, v, what, &text))
        return false;
    amount = text;
    if (text.n > 4 && text.p[text.n - 4] == ' ') {
        amount = str_trim(str_sub(text, 0, text.n - 4));
        struct str code = str_sub(text, text.n - 3, 3);
        if (!str_eq(code, currency)) {
            pol_say(r, FINDING_ERROR, v, "one policy has one currency; orders in another go to a person", "%s: expected %.*s, got \"%.*s\"", what,
                    STR_ARG(currency), STR_ARG(code));
            return false;
        }
    }
    int64_t n;
    enum err e = num_parse_money(amount, currency, &n);
    if (e == ERR_LIMIT)
        pol_say(r, FINDING_ERROR, v, NULL, "%s: \"%.*s\" is more than any amount can be", what, STR_ARG(text));
    else if (e != OK)
        pol_say(r, FINDING_ERROR, v, "write it like 40.00", "%s: expected an amount in %.*s, got \"%.*s\"", what, STR_ARG(currency), STR_ARG(text));
    else if (n < 0)
        pol_say(r, FINDING_ERROR, v, NULL, "%s: \"%.*s\" is negative", what, STR_ARG(text));
    else
        *out = n;
    return e == OK && n >= 0;
}

void pol_words(struct policy_reader *r, const struct yaml *v, const char *what, void (*take)(struct policy_reader *r, const struct yaml *v, void *to),
               void *to)
{
    struct str text;
    if (v->kind == YAML_SCALAR) {
        if (pol_text(r, v, what, &text))
            take(r, v, to);
        return;
    }
    if (v->kind == YAML_MAP || v->count == 0) {
        pol_say(r, FINDING_ERROR, v, NULL, "%s: expected a word or a list of words, got %s", what, v->kind == YAML_MAP ? "a map" : "an empty list");
        return;
    }
    for (const struct yaml *w = v->first; w != NULL; w = w->next)
        if (pol_text(r, w, what, &text))
            take(r, w, to);
}

/* ---- steps */

static const char *verb_name(const void *list, size_t i)
{
    (void)list;
    return policy_verb_word((enum policy_verb)i);
}

static void take_cap(struct policy_reader *r, const struct yaml *v, void *to)
{
    struct policy_step *s = to;
    enum capability c;
    if (!capability_parse(v->text, &c)) {
        pol_unknown(r, v, policy_verb_word(s->verb), v->text, pol_capability_name, NULL, CAP_COUNT);
        return;
    }
    for (size_t i = 0; i < s->caps_n; i++)
        if (s->caps[i] == c) {
            pol_say(r, FINDING_ERROR, v, NULL, "%s: %s stands here twice", policy_verb_word(s->verb), capability_word(c));
            return;
        }
    if (s->caps_n == (s->verb == VERB_OFFER ? POLICY_CAPS_MAX : 1))
        pol_say(r, FINDING_ERROR, v, s->verb == VERB_OFFER ? NULL : "write one step for each", "%s: more than %d", policy_verb_word(s->verb),
                s->verb == VERB_OFFER ? POLICY_CAPS_MAX : 1);
    else
        s->caps[s->caps_n++] = c;
}

static void read_priority(struct policy_reader *r, const struct yaml *v, struct policy_step *s)
{
    for (int p = 0; p < PRIORITY_COUNT; p++)
        if (v->kind == YAML_SCALAR && str_eq(v->text, str_of(policy_priority_word((enum policy_priority)p)))) {
            s->priority = (enum policy_priority)p;
            return;
        }
    pol_say(r, FINDING_ERROR, v, NULL, "priority: expected normal, high or urgent");
}

static void read_arguments(struct policy_reader *r, const struct yaml *v, struct policy_step *s)
{
    const char *hours = s->verb == VERB_WAIT ? "hours" : "due_hours";
    int64_t n;
    if (!pol_is_map(r, v, policy_verb_word(s->verb)))
        return;
    for (const struct yaml *a = v->first; a != NULL; a = a->next) {
        if (str_eq(a->key, str_of(hours))) {
            if (pol_int(r, a, hours, 0, 8760, &n))
                s->hours = (int)n;
        } else if (s->verb == VERB_HAND_OVER && str_eq(a->key, STR("priority")))
            read_priority(r, a, s);
        else if (s->verb == VERB_HAND_OVER && str_eq(a->key, STR("recommend")))
            (void)pol_text(r, a, "recommend", &s->recommend);
        else
            pol_say_key(r, FINDING_ERROR, a, s->verb == VERB_WAIT ? "it takes hours" : "it takes due_hours, priority, recommend", "%s: there is no \"%.*s\"",
                        policy_verb_word(s->verb), STR_ARG(a->key));
    }
}

/* A step is a word, or a map of one name: `act: refund`. */
static void read_step(struct policy_reader *r, const struct yaml *v, struct policy_step *s)
{
    const struct yaml *args = v->kind == YAML_MAP ? v->first : NULL;
    struct str word = v->kind == YAML_SCALAR ? v->text : args == NULL ? STR_NULL : args->key;
    int verb = 0;
    *s = (struct policy_step){.hours = 24, .line = v->line, .column = v->column};
    if (v->kind == YAML_LIST || (v->kind == YAML_MAP && v->count != 1)) {
        pol_say(r, FINDING_ERROR, v, "write `- act: refund`, one step a line", "do: expected one step, got %s", v->kind == YAML_LIST ? "a list" : "several names");
        return;
    }
    while (verb < VERB_COUNT && !str_eq(word, str_of(policy_verb_word((enum policy_verb)verb))))
        verb++;
    if (verb == VERB_COUNT) {
        pol_unknown(r, args == NULL ? v : args, "do", word, verb_name, NULL, VERB_COUNT);
        return;
    }
    s->verb = (enum policy_verb)verb;
    bool takes_caps = s->verb == VERB_OFFER || s->verb == VERB_ACT || s->verb == VERB_APPROVE;
    if (args != NULL && takes_caps)
        pol_words(r, args, policy_verb_word(s->verb), take_cap, s);
    else if (args != NULL && s->verb != VERB_NOTHING)
        read_arguments(r, args, s);
    else if (args != NULL || takes_caps)
        pol_say(r, FINDING_ERROR, v, NULL, takes_caps ? "%s: expected what, such as `%s: refund`" : "%s: takes nothing", policy_verb_word(s->verb),
                policy_verb_word(s->verb));
}

static void read_steps(struct policy_reader *r, const struct yaml *v, struct policy_rule *rule)
{
    size_t n = v->kind == YAML_LIST ? v->count : 1;
    if (n == 0 || n > POLICY_STEPS_MAX) {
        pol_say(r, FINDING_ERROR, v, NULL, "do: expected 1 to %d steps", POLICY_STEPS_MAX);
        return;
    }
    rule->steps = pol_alloc(r, n, sizeof(*rule->steps));
    if (rule->steps == NULL)
        return;
    rule->steps_n = n;
    const struct yaml *step = v->kind == YAML_LIST ? v->first : v;
    for (size_t i = 0; i < n; i++, step = step->next)
        read_step(r, step, &rule->steps[i]);
}

/* ---- rules */

static bool name_taken(const struct policy *p, size_t before, struct str name)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(p->rules[i].name, name))
            return true;
    return false;
}

static void read_rule_field(struct policy_reader *r, const struct yaml *v, struct policy_rule *rule)
{
    if (str_eq(v->key, STR("name")))
        (void)pol_text(r, v, "name", &rule->name);
    else if (str_eq(v->key, STR("because")))
        (void)pol_text(r, v, "because", &rule->because);
    else if (str_eq(v->key, STR("when")))
        pol_read_when(r, v, rule);
    else if (str_eq(v->key, STR("do")))
        read_steps(r, v, rule);
    else
        pol_say_key(r, FINDING_ERROR, v, "a rule has name, when, do and because", "rules: there is no \"%.*s\"", STR_ARG(v->key));
}

static void read_rule(struct policy_reader *r, const struct yaml *v, size_t i)
{
    struct policy_rule *rule = &r->pol->rules[i];
    rule->line = v->line;
    rule->column = v->column;
    if (!pol_is_map(r, v, "rules"))
        return;
    for (const struct yaml *f = v->first; f != NULL; f = f->next)
        read_rule_field(r, f, rule);
    if (rule->name.n == 0 || rule->name.n > 64)
        pol_say(r, FINDING_ERROR, v, "decisions name their rule", "name: expected a name of 1 to 64 bytes");
    else if (name_taken(r->pol, i, rule->name))
        pol_say(r, FINDING_ERROR, yaml_get(v, "name"), NULL, "name: another rule is called \"%.*s\"", STR_ARG(rule->name));
    if (yaml_get(v, "do") == NULL)
        pol_say(r, FINDING_ERROR, v, "say what is done, such as `do: hand_over`", "rule \"%.*s\": do is missing", STR_ARG(rule->name));
}

static void read_rules(struct policy_reader *r, const struct yaml *v)
{
    if (v->kind != YAML_LIST || v->count > POLICY_RULES_MAX) {
        pol_say(r, FINDING_ERROR, v, NULL, "rules: expected a list of at most %d rules", POLICY_RULES_MAX);
        return;
    }
    r->pol->rules = pol_alloc(r, v->count, sizeof(*r->pol->rules));
    if (r->pol->rules == NULL)
        return;
    for (const struct yaml *rule = v->first; rule != NULL; rule = rule->next)
        read_rule(r, rule, r->pol->rules_n++);
}

/* ---- the rest of the file */

static void read_item_tag(struct policy_reader *r, const struct yaml *v, struct policy_item_tag *out)
{
    if (!pol_is_map(r, v, "items"))
        return;
    for (const struct yaml *f = v->first; f != NULL; f = f->next) {
        if (str_eq(f->key, STR("sku")))
            (void)pol_text(r, f, "sku", &out->sku);
        else if (str_eq(f->key, STR("tag")))
            (void)pol_text(r, f, "tag", &out->tag);
        else
            pol_say_key(r, FINDING_ERROR, f, "write {sku: FRESH-*, tag: perishable}", "items: there is no \"%.*s\"", STR_ARG(f->key));
    }
    if (out->sku.n == 0 || out->tag.n == 0)
        pol_say(r, FINDING_ERROR, v, "write {sku: FRESH-*, tag: perishable}", "items: expected sku and tag");
}

static void read_items(struct policy_reader *r, const struct yaml *v)
{
    if (v->kind != YAML_LIST || v->count > POLICY_ITEM_TAGS_MAX) {
        pol_say(r, FINDING_ERROR, v, "write {sku: FRESH-*, tag: perishable} lines", "items: expected a list of at most %d", POLICY_ITEM_TAGS_MAX);
        return;
    }
    r->pol->item_tags = pol_alloc(r, v->count, sizeof(*r->pol->item_tags));
    for (const struct yaml *t = v->first; r->pol->item_tags != NULL && t != NULL; t = t->next)
        read_item_tag(r, t, &r->pol->item_tags[r->pol->item_tags_n++]);
}

static void read_vip(struct policy_reader *r, const struct yaml *v)
{
    if (v->kind != YAML_LIST || v->count > POLICY_VIP_TAGS_MAX) {
        pol_say(r, FINDING_ERROR, v, "write it like vip: [vip, gold]", "vip: expected a list of at most %d tags", POLICY_VIP_TAGS_MAX);
        return;
    }
    for (const struct yaml *t = v->first; t != NULL; t = t->next)
        if (pol_text(r, t, "vip", &r->pol->vip_tags[r->pol->vip_tags_n]))
            r->pol->vip_tags_n++;
}

static void read_legal(struct policy_reader *r, const struct yaml *v)
{
    if (!pol_is_map(r, v, "legal"))
        return;
    for (const struct yaml *f = v->first; f != NULL; f = f->next) {
        bool on = f->kind == YAML_SCALAR && str_eq(f->text, STR("on"));
        if (!str_eq(f->key, STR("us_mail_order")))
            pol_say_key(r, FINDING_ERROR, f, "there is us_mail_order", "legal: there is no \"%.*s\"", STR_ARG(f->key));
        else if (!on && !(f->kind == YAML_SCALAR && str_eq(f->text, STR("off"))))
            pol_say(r, FINDING_ERROR, f, NULL, "us_mail_order: expected on or off");
        else
            r->pol->legal_us_mail_order = on;
    }
}

static void read_currency(struct policy_reader *r, const struct yaml *root)
{
    const struct yaml *v = yaml_get(root, "currency");
    r->pol->currency = STR("USD");
    struct str code;
    if (v == NULL)
        pol_say(r, FINDING_ERROR, root, "write it like currency: EUR", "currency: missing");
    else if (pol_text(r, v, "currency", &code) && num_is_currency(code))
        r->pol->currency = code;
    else if (v->kind == YAML_SCALAR)
        pol_say(r, FINDING_ERROR, v, "write it like EUR", "currency: expected three letters of ISO 4217, got \"%.*s\"", STR_ARG(v->text));
}

static const struct {
    const char *word;
    void (*read)(struct policy_reader *r, const struct yaml *v);
} PARTS[] = {{"currency", NULL}, {"legal", read_legal}, {"items", read_items}, {"vip", read_vip}, {"grants", pol_read_grants}, {"rules", read_rules}};
#define PARTS_N (sizeof(PARTS) / sizeof(PARTS[0]))

static const char *part_name(const void *list, size_t i)
{
    (void)list;
    return PARTS[i].word;
}

static void read_file(struct policy_reader *r, const struct yaml *root)
{
    if (root == NULL || !pol_is_map(r, root, "policy")) {
        if (root == NULL)
            pol_say(r, FINDING_ERROR, NULL, "wismo policy default prints one to begin with", "the file is empty");
        return;
    }
    read_currency(r, root); /* amounts need it, wherever it stands */
    for (const struct yaml *v = root->first; v != NULL; v = v->next) {
        size_t i = 0;
        while (i < PARTS_N && !str_eq(v->key, str_of(PARTS[i].word)))
            i++;
        if (i == PARTS_N)
            pol_unknown(r, v, "policy", v->key, part_name, NULL, PARTS_N);
        else if (PARTS[i].read != NULL)
            PARTS[i].read(r, v);
    }
}

enum err policy_parse(struct ctx *ctx, struct str text, struct policy *out, struct findings *findings)
{
    struct policy pol = {0};
    struct policy_reader r = {.ctx = ctx, .findings = findings, .pol = &pol};
    struct yaml *root = NULL;
    struct yaml_fault fault;
    *findings = (struct findings){0};
    pol_grants_init(&pol);
    pol.version = arena_fmt(ctx->arena, "%016llx", (unsigned long long)str_hash(text));
    enum err e = yaml_parse(ctx, text, &root, &fault);
    if (e == ERR_MEMORY)
        return e;
    if (e != OK) {
        const struct yaml at = {.line = fault.line, .column = fault.column};
        pol_say(&r, FINDING_ERROR, &at, NULL, "%.*s", STR_ARG(fault.message));
    } else
        read_file(&r, root);
    if (r.no_memory || pol.version.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "policy: too much for its memory");
    if (findings->errors > 0)
        return ctx_fail(ctx, ERR_PARSE, "policy: %zu error%s", findings->errors, findings->errors == 1 ? "" : "s");
    *out = pol;
    return OK;
}

enum err policy_default(struct ctx *ctx, struct policy *out)
{
    struct findings findings;
    return policy_parse(ctx, data_file("policy/default.yaml"), out, &findings);
}
