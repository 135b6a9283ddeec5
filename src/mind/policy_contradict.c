/* Limits that contradict each other, rules that ask for what is not granted, data that nobody brings (R15, C27). */
#include "mind/policy_check.h"

static bool is_on(const struct grant *g)
{
    return g->v[GRANT_MODE] != MODE_OFF;
}

static bool is_set(const struct grant *g, enum grant_field f)
{
    return g->v[f] != GRANT_UNSET;
}

static int line_of(const struct grant *g, enum grant_field f)
{
    return g->line[f] != 0 ? g->line[f] : g->at_line;
}

static int column_of(const struct grant *g, enum grant_field f)
{
    return g->line[f] != 0 ? g->column[f] : g->at_column;
}

#define SAY_GRANT(ck, level, g, field, hint, ...) check_say((ck), (level), line_of((g), (field)), column_of((g), (field)), (hint), __VA_ARGS__)

/* ---- limits of one capability */

static const struct {
    enum grant_field inner, outer;
    enum finding_level level;
    const char *why;
} ORDERED[] = {
    {GRANT_AUTO_UP_TO, GRANT_PER_ACTION, FINDING_WARNING, "no action may cost as much"},
    {GRANT_AUTO_UP_TO, GRANT_TWO_PERSONS_ABOVE, FINDING_ERROR, "two persons would have to approve what acts by itself"},
    {GRANT_TWO_PERSONS_ABOVE, GRANT_PER_ACTION, FINDING_WARNING, "no action may cost as much, so two persons are never asked"},
    {GRANT_PER_ACTION, GRANT_PER_ORDER, FINDING_ERROR, "the order's limit is reached before"},
    {GRANT_PER_ACTION, GRANT_PER_CUSTOMER, FINDING_ERROR, "the customer's limit is reached before"},
    {GRANT_PER_ACTION, GRANT_PER_DAY, FINDING_ERROR, "the day's limit is reached before"},
    {GRANT_PER_ORDER, GRANT_PER_CUSTOMER, FINDING_WARNING, "the customer's limit is reached before"},
    {GRANT_PER_CUSTOMER, GRANT_PER_DAY, FINDING_WARNING, "the day's limit is reached before"},
    {GRANT_PER_ORDER_COUNT, GRANT_PER_CUSTOMER_COUNT, FINDING_WARNING, "the customer's limit is reached before"},
    {GRANT_PER_ORDER_COUNT, GRANT_PER_DAY_COUNT, FINDING_WARNING, "the day's limit is reached before"},
};

static void check_order(struct policy_checker *ck, enum capability c, const struct grant *g)
{
    for (size_t i = 0; i < sizeof(ORDERED) / sizeof(ORDERED[0]); i++)
        if (is_set(g, ORDERED[i].inner) && is_set(g, ORDERED[i].outer) && g->v[ORDERED[i].inner] > g->v[ORDERED[i].outer])
            SAY_GRANT(ck, ORDERED[i].level, g, ORDERED[i].inner, NULL, "%s: %s is more than %s: %s", capability_word(c),
                      grant_field_word(ORDERED[i].inner), grant_field_word(ORDERED[i].outer), ORDERED[i].why);
}

static void check_zero(struct policy_checker *ck, enum capability c, const struct grant *g)
{
    static const enum grant_field LIMITS[] = {GRANT_PER_ACTION, GRANT_PER_ORDER, GRANT_PER_ORDER_COUNT, GRANT_PER_CUSTOMER, GRANT_PER_CUSTOMER_COUNT,
                                              GRANT_PER_DAY, GRANT_PER_DAY_COUNT, GRANT_VALID};
    for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++)
        if (g->v[LIMITS[i]] == 0)
            SAY_GRANT(ck, FINDING_ERROR, g, LIMITS[i], "write mode: off, or take the line out", "%s: %s is 0, so nothing ever passes", capability_word(c),
                      grant_field_word(LIMITS[i]));
    bool by_customer = is_set(g, GRANT_PER_CUSTOMER) || is_set(g, GRANT_PER_CUSTOMER_COUNT);
    if (by_customer && g->v[GRANT_CUSTOMER_DAYS] == 0)
        SAY_GRANT(ck, FINDING_ERROR, g, GRANT_CUSTOMER_DAYS, NULL, "%s: customer_days is 0, so the customer's limits limit nothing", capability_word(c));
}

static void check_money(struct policy_checker *ck, enum capability c, const struct grant *g)
{
    bool money = (capability_flags(c) & CAP_MONEY) != 0, by_itself = g->v[GRANT_MODE] == MODE_AUTO;
    if (money && by_itself && (!is_set(g, GRANT_PER_ACTION) || !is_set(g, GRANT_PER_DAY)))
        SAY_GRANT(ck, FINDING_ERROR, g, GRANT_MODE, "give both", "%s: auto without %s: nothing would bound what it costs", capability_word(c),
                  is_set(g, GRANT_PER_ACTION) ? "per_day" : "per_action");
    if (money && by_itself && !is_set(g, GRANT_PER_CUSTOMER) && !is_set(g, GRANT_PER_CUSTOMER_COUNT))
        SAY_GRANT(ck, FINDING_WARNING, g, GRANT_MODE, "give per_customer or per_customer_count", "%s: auto without a customer's limit", capability_word(c));
}

static void check_modes(struct policy_checker *ck, enum capability c, const struct grant *g)
{
    if (g->line[GRANT_SHARE] != 0 && g->v[GRANT_MODE] != MODE_AUTO)
        SAY_GRANT(ck, FINDING_WARNING, g, GRANT_SHARE, NULL, "%s: share counts only where the mode is auto", capability_word(c));
    if (is_set(g, GRANT_AUTO_UP_TO) && g->v[GRANT_MODE] != MODE_AUTO)
        SAY_GRANT(ck, FINDING_WARNING, g, GRANT_AUTO_UP_TO, NULL, "%s: auto_up_to counts only where the mode is auto", capability_word(c));
    if (is_set(g, GRANT_UNTIL) && ck->opt->now_us > g->v[GRANT_UNTIL])
        SAY_GRANT(ck, FINDING_WARNING, g, GRANT_UNTIL, "give a later day, or write mode: off", "%s: the grant has ended", capability_word(c));
    if ((capability_flags(c) & CAP_ADDRESS) != 0 && grant_proof(g, c) < PROOF_CODE)
        SAY_GRANT(ck, FINDING_WARNING, g, GRANT_PROOF, "goods that move are what thieves want: one_time_code", "%s: %s is weak proof for another address",
                  capability_word(c), policy_proof_word(grant_proof(g, c)));
}

/* ---- rules against grants */

static bool asks_for(const struct policy_step *s, enum capability c)
{
    for (size_t i = 0; i < s->caps_n; i++)
        if (s->caps[i] == c)
            return true;
    return false;
}

static uint64_t classes_of(const struct policy_rule *r)
{
    uint64_t all = (UINT64_C(1) << DIAG_CLASS_COUNT) - 1;
    for (size_t i = 0; i < r->conds_n; i++)
        if (r->conds[i].field == FIELD_CLASS)
            all &= r->conds[i].set;
    return all;
}

static void check_step(struct policy_checker *ck, const struct policy_rule *r, const struct policy_step *s, enum capability c)
{
    const struct grant *g = &ck->pol->grants[c];
    if (!is_on(g))
        check_say(ck, FINDING_WARNING, s->line, s->column, "grant it, or write hand_over", "rule \"%.*s\": %s is off, so this always goes to a person",
                  STR_ARG(r->name), capability_word(c));
    else if (is_set(g, GRANT_CLASSES) && (classes_of(r) & (uint64_t)g->v[GRANT_CLASSES]) == 0)
        check_say(ck, FINDING_ERROR, s->line, s->column, NULL, "rule \"%.*s\": %s is not granted in any of its classes", STR_ARG(r->name), capability_word(c));
}

/* Two steps that make good for the same items: the second can never pass. */
static void check_twice(struct policy_checker *ck, const struct policy_rule *r)
{
    enum capability first = CAP_COUNT;
    for (size_t i = 0; i < r->steps_n; i++) {
        const struct policy_step *s = &r->steps[i];
        bool acts = s->verb == VERB_ACT || s->verb == VERB_APPROVE;
        if (!acts || s->caps_n == 0 || (capability_flags(s->caps[0]) & CAP_COMPENSATES) == 0)
            continue;
        if (first != CAP_COUNT)
            check_say(ck, FINDING_ERROR, s->line, s->column, "offer both as a choice", "rule \"%.*s\": %s and %s of the same items exclude each other",
                      STR_ARG(r->name), capability_word(first), capability_word(s->caps[0]));
        first = s->caps[0];
    }
}

static bool check_rules(struct policy_checker *ck, enum capability c)
{
    bool used = false;
    for (size_t i = 0; i < ck->pol->rules_n; i++)
        for (size_t k = 0; k < ck->pol->rules[i].steps_n; k++)
            if (asks_for(&ck->pol->rules[i].steps[k], c)) {
                used = true;
                check_step(ck, &ck->pol->rules[i], &ck->pol->rules[i].steps[k], c);
            }
    return used;
}

/* ---- data that nobody brings */

static const char *const SOURCE_NAMES[] = {
    [SOURCE_ALWAYS] = "", [SOURCE_STOREFRONT] = "storefront", [SOURCE_STOCK] = "stock source", [SOURCE_WAREHOUSE] = "warehouse",
    [SOURCE_ITEMS] = "`items` with tags", [SOURCE_HISTORY] = "storefront, which names customers,", [SOURCE_MARKS] = "source of customers' marks"};

static bool is_missing(const struct policy_checker *ck, enum policy_source s)
{
    return ck->opt->sources_known && s != SOURCE_ALWAYS && !ck->opt->sources[s];
}

static void check_needs(struct policy_checker *ck, enum capability c, const struct grant *g)
{
    unsigned flags = capability_flags(c);
    enum finding_level level = g->v[GRANT_MODE] == MODE_AUTO ? FINDING_ERROR : FINDING_WARNING;
    const char *mode = grant_mode_word((enum grant_mode)g->v[GRANT_MODE]);
    if ((flags & CAP_STOCK) != 0 && is_missing(ck, SOURCE_STOCK))
        SAY_GRANT(ck, level, g, GRANT_MODE, "connect one, or write mode: off", "%s is %s, but no stock source is connected: it never passes", capability_word(c), mode);
    if ((flags & CAP_UNPICKED) != 0 && is_missing(ck, SOURCE_WAREHOUSE))
        SAY_GRANT(ck, level, g, GRANT_MODE, "connect one, or write mode: off", "%s is %s, but no warehouse is connected: everything counts as picked",
                  capability_word(c), mode);
    if (is_set(g, GRANT_MAX_CLAIMS) && is_missing(ck, SOURCE_HISTORY))
        SAY_GRANT(ck, level, g, GRANT_MAX_CLAIMS, "connect one, or take the line out", "%s: max_claims, but customers' history is not known: it never passes",
                  capability_word(c));
}

static void check_fields(struct policy_checker *ck)
{
    for (size_t i = 0; i < ck->pol->rules_n; i++)
        for (size_t k = 0; k < ck->pol->rules[i].conds_n; k++) {
            const struct policy_cond *c = &ck->pol->rules[i].conds[k];
            enum policy_source s = policy_field_row(c->field)->source;
            if (s == SOURCE_ITEMS && ck->pol->item_tags_n == 0 && !c->without)
                check_say(ck, FINDING_NOTE, c->line, c->column, "list them under `items`", "rule \"%.*s\": no item has a tag yet", STR_ARG(ck->pol->rules[i].name));
            else if (s != SOURCE_ITEMS && is_missing(ck, s))
                check_say(ck, FINDING_WARNING, c->line, c->column, "connect one", "rule \"%.*s\": %s is never known: no %s is connected",
                          STR_ARG(ck->pol->rules[i].name), policy_field_row(c->field)->word, SOURCE_NAMES[s]);
        }
}

void check_contradictions(struct policy_checker *ck)
{
    for (unsigned i = 0; i < CAP_COUNT; i++) {
        enum capability c = (enum capability)i;
        const struct grant *g = &ck->pol->grants[c];
        bool used = check_rules(ck, c);
        if (!is_on(g))
            continue;
        check_order(ck, c, g);
        check_zero(ck, c, g);
        check_money(ck, c, g);
        check_modes(ck, c, g);
        check_needs(ck, c, g);
        if (!used)
            SAY_GRANT(ck, FINDING_NOTE, g, GRANT_MODE, "write mode: off, or a rule that uses it", "%s: granted, but no rule asks for it", capability_word(c));
    }
    for (size_t i = 0; i < ck->pol->rules_n; i++)
        check_twice(ck, &ck->pol->rules[i]);
    check_fields(ck);
}
