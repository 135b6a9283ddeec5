/* Policy files: what is refused, with line, column and words; what the checker finds; the document. */
#include "lib/fixture.h"

#include "mind/policy_check.h"
#include "mind/situation.h"

struct fault {
    const char *name, *text;
    int line, column;
    const char *says, *hint; /* parts of the first finding; hint NULL: not looked at */
};

#define HEAD "currency: EUR\n"
#define ALL "rules:\n  - {name: a, do: hand_over}\n"

/* clang-format off */
static const struct fault FAULTS[] = {
    {"empty", "", 0, 0, "the file is empty", "wismo policy default"},
    {"not a map", "- a\n", 1, 1, "policy: expected a map, got a list", NULL},
    {"not YAML", HEAD "rules: [\n", 3, 1, "did not find expected", NULL},
    {"a key twice", HEAD "currency: USD\n", 2, 1, "stands here already", NULL},
    {"no currency", ALL, 1, 1, "currency: missing", "currency: EUR"},
    {"no such currency", "currency: EUX\n" ALL, 1, 11, "three letters of ISO 4217, got \"EUX\"", NULL},
    {"unknown part", HEAD "rulez: []\n", 2, 1, "policy: there is no \"rulez\"", "did you mean \"rules\"?"},
    {"unknown capability", HEAD "grants: {refnd: auto}\n", 2, 10, "grants: there is no \"refnd\"", "did you mean \"refund\"?"},
    {"unknown mode", HEAD "grants: {refund: always}\n", 2, 18, "mode: there is no \"always\"", NULL},
    {"unknown setting", HEAD "grants:\n  refund: {mode: auto, per_dya: 4}\n", 3, 24, "refund: there is no \"per_dya\"", "did you mean \"per_day\"?"},
    {"amount over int64", HEAD "grants:\n  refund: {per_action: 99999999999999999999.00}\n", 3, 24, "more than any amount can be", NULL},
    {"just over int64", HEAD "grants:\n  refund: {per_action: 92233720368547758.08}\n", 3, 24, "more than any amount can be", NULL},
    {"negative limit", HEAD "grants:\n  refund: {per_action: -1.00}\n", 3, 24, "per_action: \"-1.00\" is negative", NULL},
    {"negative count", HEAD "grants:\n  refund: {per_day_count: -1}\n", 3, 27, "expected a whole number from 0 to 1000000, got \"-1\"", NULL},
    {"parts of a cent", HEAD "grants:\n  refund: {per_action: 1.005}\n", 3, 24, "expected an amount in EUR", "40.00"},
    {"another currency", HEAD "grants:\n  refund: {per_action: 40.00 USD}\n", 3, 24, "expected EUR, got \"USD\"", "go to a person"},
    {"no amount", HEAD "grants:\n  refund: {per_action: much}\n", 3, 24, "expected an amount in EUR, got \"much\"", NULL},
    {"amount for what costs none", HEAD "grants:\n  reattempt: {per_action: 4.00}\n", 3, 15, "per_action: reattempt costs no money", NULL},
    {"share over all", HEAD "grants:\n  refund: {share: 101}\n", 3, 19, "from 0 to 100", NULL},
    {"no date", HEAD "grants:\n  refund: {until: soon}\n", 3, 19, "until: expected a date", "2027-06-30"},
    {"no class", HEAD "grants:\n  refund: {classes: [lots]}\n", 3, 22, "classes: there is no \"lots\"", "\"lost\""},
    {"no truth", HEAD "grants:\n  refund: {cod: maybe}\n", 3, 17, "cod: expected true or false", NULL},
    {"rules no list", HEAD "rules: 4\n", 2, 8, "rules: expected a list", NULL},
    {"rule without name", HEAD "rules:\n  - {do: hand_over}\n", 3, 5, "name: expected a name", NULL},
    {"two of a name", HEAD "rules:\n  - {name: a, do: hand_over}\n  - {name: a, do: hand_over}\n", 4, 12, "another rule is called \"a\"", NULL},
    {"rule without do", HEAD "rules:\n  - {name: a}\n", 3, 5, "do is missing", NULL},
    {"part of a rule", HEAD "rules:\n  - {name: a, doo: hand_over}\n", 3, 15, "rules: there is no \"doo\"", "name, when, do"},
    {"no such field", HEAD "rules:\n  - {name: a, when: {clas: lost}, do: hand_over}\n", 3, 22, "when: there is no \"clas\"", "\"class\""},
    {"no such word", HEAD "rules:\n  - {name: a, when: {class: lots}, do: hand_over}\n", 3, 29, "class: there is no \"lots\"", "\"lost\""},
    {"all words excluded", HEAD "rules:\n  - {name: a, when: {picked: {not: [yes, no]}}, do: hand_over}\n", 3, 30, "no value is left", NULL},
    {"words expected", HEAD "rules:\n  - {name: a, when: {class: {nor: lost}}, do: hand_over}\n", 3, 29, "class: expected words", "{not: [...]}"},
    {"an empty list", HEAD "rules:\n  - {name: a, when: {class: []}, do: hand_over}\n", 3, 29, "an empty list", NULL},
    {"range upside down", HEAD "rules:\n  - {name: a, when: {attempts: {at_least: 5, under: 3}}, do: hand_over}\n", 3, 32, "nothing lies between", NULL},
    {"no such end", HEAD "rules:\n  - {name: a, when: {attempts: {atleast: 5}}, do: hand_over}\n", 3, 33, "attempts: there is no \"atleast\"", "\"at_least\""},
    {"under nothing", HEAD "rules:\n  - {name: a, when: {value: {under: 0.00}}, do: hand_over}\n", 3, 29, "nothing lies between", NULL},
    {"value in another currency", HEAD "rules:\n  - {name: a, when: {value: {under: 40.00 USD}}, do: hand_over}\n", 3, 37, "expected EUR, got \"USD\"", NULL},
    {"confidence over all", HEAD "rules:\n  - {name: a, when: {confidence: {under: 101}}, do: hand_over}\n", 3, 42, "from 0 to 100", NULL},
    {"country", HEAD "rules:\n  - {name: a, when: {country: Germany}, do: hand_over}\n", 3, 31, "expected two letters", "DE"},
    {"no such step", HEAD "rules:\n  - {name: a, do: refund}\n", 3, 19, "do: there is no \"refund\"", NULL},
    {"act without what", HEAD "rules:\n  - {name: a, do: act}\n", 3, 19, "act: expected what", NULL},
    {"two at once", HEAD "rules:\n  - {name: a, do: {act: [refund, reship]}}\n", 3, 34, "act: more than 1", "one step for each"},
    {"a choice twice", HEAD "rules:\n  - {name: a, do: {offer: [refund, refund]}}\n", 3, 36, "stands here twice", NULL},
    {"two names in a step", HEAD "rules:\n  - {name: a, do: {act: refund, wait: {hours: 4}}}\n", 3, 19, "expected one step", NULL},
    {"argument of hand_over", HEAD "rules:\n  - {name: a, do: {hand_over: {hours: 4}}}\n", 3, 32, "hand_over: there is no \"hours\"", "due_hours"},
    {"priority", HEAD "rules:\n  - {name: a, do: {hand_over: {priority: 1}}}\n", 3, 42, "normal, high or urgent", NULL},
    {"nothing takes nothing", HEAD "rules:\n  - {name: a, do: {nothing: much}}\n", 3, 19, "nothing: takes nothing", NULL},
    {"item tag", HEAD "items: [{sku: A}]\n", 2, 9, "expected sku and tag", NULL},
    {"legal", HEAD "legal: {us_mail_order: perhaps}\n", 2, 24, "expected on or off", NULL},
    {"too many tags", HEAD "rules:\n  - {name: a, when: {tags: [a, b, c, d, e, f, g, h]}, do: hand_over}\n", 3, 28, "7 different tags", NULL},
};

struct check {
    const char *name, *text;
    enum finding_level level;
    int line;
    const char *says;
};
#define ON "grants:\n  refund: "
#define REFUND "rules:\n  - {name: a, do: {act: refund}}\n"
static const struct check CHECKS[] = {
    {"no rules at all", HEAD, FINDING_ERROR, 0, "gap: no rule covers this: anything"},
    {"one class missing", HEAD "rules:\n  - {name: a, when: {class: {not: lost}}, do: hand_over}\n", FINDING_ERROR, 0, "class is lost (parcel)"},
    {"what is not known", HEAD "rules:\n  - {name: a, when: {value: {at_most: 40.00}}, do: hand_over}\n  - {name: b, when: {value: {over: 40.00}}, do: hand_over}\n",
     FINDING_ERROR, 0, "gap: no rule covers this: value is not known"},
    {"a cent between", HEAD "rules:\n  - {name: a, when: {attempts: {under: 3}}, do: hand_over}\n  - {name: b, when: {attempts: {over: 3}}, do: hand_over}\n",
     FINDING_ERROR, 0, "gap: no rule covers this: attempts is 3"},
    {"another word", HEAD "rules:\n  - {name: a, when: {carrier: [ups, dhl]}, do: hand_over}\n  - {name: b, when: {carrier: {not: [ups]}}, do: hand_over}\n",
     FINDING_ERROR, 0, "carrier is not known"},
    {"tags", HEAD "rules:\n  - {name: a, when: {tags: [x]}, do: hand_over}\n  - {name: b, when: {tags: {not: [x, y]}}, do: hand_over}\n",
     FINDING_ERROR, 0, "tags is y"},
    {"behind a rule for all", HEAD "rules:\n  - {name: a, do: hand_over}\n  - {name: b, when: {class: lost}, do: nothing}\n", FINDING_ERROR, 4,
     "rule \"b\" can never match: a take all of it"},
    {"behind two together", HEAD "rules:\n  - {name: a, when: {attempts: {under: 2}}, do: hand_over}\n  - {name: b, when: {attempts: {at_least: 2}}, do: hand_over}\n"
     "  - {name: c, when: {class: lost}, do: nothing}\n", FINDING_ERROR, 5, "rule \"c\" can never match: a, b take all of it"},
    {"no parcel is so", HEAD "rules:\n  - {name: a, when: {of: parcel, class: backordered}, do: hand_over}\n  - {name: b, do: hand_over}\n", FINDING_ERROR, 3,
     "its conditions exclude each other"},
    {"severity over all", HEAD "rules:\n  - {name: a, when: {severity: {over: 4}}, do: hand_over}\n  - {name: b, do: hand_over}\n", FINDING_ERROR, 3, "can never match"},
    {"overlap", HEAD "rules:\n  - {name: a, when: {class: lost}, do: nothing}\n  - {name: b, when: {payment: cod}, do: hand_over}\n  - {name: c, do: hand_over}\n",
     FINDING_NOTE, 4, "overlap: \"a\" decides before \"b\" where"},

    {"auto without bounds", HEAD ON "auto\n" REFUND, FINDING_ERROR, 3, "auto without per_action"},
    {"auto without a day's", HEAD ON "{mode: auto, per_action: 4.00}\n" REFUND, FINDING_ERROR, 3, "auto without per_day"},
    {"auto without a customer's", HEAD ON "{mode: auto, per_action: 4.00, per_day: 9.00}\n" REFUND, FINDING_WARNING, 3, "without a customer's limit"},
    {"action over order", HEAD ON "{mode: suggest, per_action: 4.00, per_order: 3.00}\n" REFUND, FINDING_ERROR, 3, "per_action is more than per_order"},
    {"action over customer", HEAD ON "{mode: suggest, per_action: 4.00, per_customer: 3.00}\n" REFUND, FINDING_ERROR, 3, "per_action is more than per_customer"},
    {"action over day", HEAD ON "{mode: suggest, per_action: 4.00, per_day: 3.00}\n" REFUND, FINDING_ERROR, 3, "per_action is more than per_day"},
    {"order over customer", HEAD ON "{mode: suggest, per_order: 4.00, per_customer: 3.00}\n" REFUND, FINDING_WARNING, 3, "per_order is more than per_customer"},
    {"customer over day", HEAD ON "{mode: suggest, per_customer: 4.00, per_day: 3.00}\n" REFUND, FINDING_WARNING, 3, "per_customer is more than per_day"},
    {"counts", HEAD ON "{mode: suggest, per_order_count: 4, per_day_count: 3}\n" REFUND, FINDING_WARNING, 3, "per_order_count is more than per_day_count"},
    {"two persons for what is auto", HEAD ON "{mode: auto, auto_up_to: 9.00, two_persons_above: 4.00, per_action: 9.00, per_day: 9.00}\n" REFUND, FINDING_ERROR, 3,
     "two persons would have to approve"},
    {"two persons never", HEAD ON "{mode: suggest, two_persons_above: 9.00, per_action: 4.00}\n" REFUND, FINDING_WARNING, 3, "two persons are never asked"},
    {"zero", HEAD ON "{mode: suggest, per_day_count: 0}\n" REFUND, FINDING_ERROR, 3, "per_day_count is 0, so nothing ever passes"},
    {"no period", HEAD ON "{mode: suggest, per_customer_count: 2, customer_days: 0}\n" REFUND, FINDING_ERROR, 3, "customer_days is 0"},
    {"share without auto", HEAD ON "{mode: suggest, share: 10}\n" REFUND, FINDING_WARNING, 3, "share counts only where the mode is auto"},
    {"over", HEAD ON "{mode: suggest, until: 2026-11-17}\n" REFUND, FINDING_WARNING, 3, "the grant has ended"},
    {"weak proof", HEAD "grants:\n  reroute: {mode: suggest, proof: channel}\nrules:\n  - {name: a, do: {act: reroute}}\n", FINDING_WARNING, 3, "channel is weak proof"},
    {"off", HEAD REFUND, FINDING_WARNING, 3, "refund is off, so this always goes to a person"},
    {"no class in common", HEAD ON "{mode: suggest, classes: [lost]}\nrules:\n  - {name: a, when: {class: damaged}, do: {act: refund}}\n  - {name: b, do: {offer: [refund]}}\n",
     FINDING_ERROR, 5, "not granted in any of its classes"},
    {"both at once", HEAD ON "suggest\n  reship: suggest\nrules:\n  - {name: a, do: [{act: refund}, {act: reship}]}\n", FINDING_ERROR, 6, "exclude each other"},
    {"nobody asks for it", HEAD ON "suggest\n" ALL, FINDING_NOTE, 3, "granted, but no rule asks for it"},
    {"no stock", HEAD "grants:\n  reship: {mode: auto, per_action: 4.00, per_day: 9.00}\nrules:\n  - {name: a, do: {act: reship}}\n", FINDING_ERROR, 3,
     "reship is auto, but no stock source is connected"},
    {"no stock, suggested", HEAD "grants:\n  reship: suggest\nrules:\n  - {name: a, do: {act: reship}}\n", FINDING_WARNING, 3, "no stock source is connected"},
    {"no warehouse", HEAD "grants:\n  change_address: suggest\nrules:\n  - {name: a, do: {act: change_address}}\n", FINDING_WARNING, 3, "everything counts as picked"},
    {"no history", HEAD "rules:\n  - {name: a, when: {claims: {over: 2}}, do: hand_over}\n  - {name: b, do: hand_over}\n", FINDING_WARNING, 3, "claims is never known"},
    {"no history for a limit", HEAD ON "{mode: suggest, max_claims: 2}\n" REFUND, FINDING_WARNING, 3, "customers' history is not known"},
};
/* clang-format on */

static void must_say(const char *name, const struct finding *f, int line, int column, const char *says, const char *hint)
{
    if (f->line != line || f->column != column || !str_contains(f->message, str_of(says)) || (hint != NULL && !str_contains(f->hint, str_of(hint))))
        fail_msg("%s: %d:%d: %.*s | %.*s", name, f->line, f->column, STR_ARG(f->message), STR_ARG(f->hint));
}

static void test_faults(void **state)
{
    struct fixture f;
    struct policy pol;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        enum err e = policy_parse(&f.ctx, str_of(FAULTS[i].text), &pol, &fs);
        if (e != ERR_PARSE || fs.errors == 0 || fs.n == 0)
            fail_msg("%s: %s, %zu findings", FAULTS[i].name, err_name(e), fs.n);
        must_say(FAULTS[i].name, &fs.rows[0], FAULTS[i].line, FAULTS[i].column, FAULTS[i].says, FAULTS[i].hint);
    }
    fixture_clear(&f);
}

static void test_checks(void **state)
{
    struct fixture f;
    struct policy pol;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        const struct policy_check_options opt = {.sources_known = true, .overlaps = true, .now_us = TEST_NOW_US};
        enum err e = policy_parse(&f.ctx, str_of(CHECKS[i].text), &pol, &fs);
        if (e != OK)
            fail_msg("%s: %.*s", CHECKS[i].name, STR_ARG(fs.rows[0].message));
        assert_ok(&f.ctx, policy_check(&f.ctx, &pol, &opt, &fs));
        bool found = false;
        for (size_t k = 0; k < fs.n; k++)
            found = found || (fs.rows[k].level == CHECKS[i].level && fs.rows[k].line == CHECKS[i].line && str_contains(fs.rows[k].message, str_of(CHECKS[i].says)));
        for (size_t k = 0; !found && k < fs.n; k++)
            print_message("  %d %d:%d: %.*s\n", (int)fs.rows[k].level, fs.rows[k].line, fs.rows[k].column, STR_ARG(fs.rows[k].message));
        if (!found)
            fail_msg("%s: not found", CHECKS[i].name);
    }
    fixture_clear(&f);
}

/* The default policy: no gap, no dead rule, nothing that contradicts; and each of its rules is needed. */
static void test_default_holds_together(void **state)
{
    struct fixture f;
    struct policy pol;
    const struct policy_check_options opt = {.now_us = TEST_NOW_US};
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, policy_default(&f.ctx, &pol));
    struct findings fs = {0};
    assert_ok(&f.ctx, policy_check(&f.ctx, &pol, &opt, &fs));
    for (size_t i = 0; i < fs.n; i++)
        if (fs.rows[i].level != FINDING_NOTE)
            fail_msg("%d: %.*s", fs.rows[i].line, STR_ARG(fs.rows[i].message));
    struct policy less = pol;
    less.rules_n--; /* without its last rule the calm classes are gaps */
    fs = (struct findings){0};
    assert_ok(&f.ctx, policy_check(&f.ctx, &less, &opt, &fs));
    assert_true(fs.errors > 0);
    for (unsigned c = 0; c < CAP_COUNT; c++) /* nothing that costs money is granted by itself */
        if ((capability_flags((enum capability)c) & CAP_MONEY) != 0)
            assert_true(pol.grants[c].v[GRANT_MODE] != MODE_AUTO);
    fixture_clear(&f);
}

static void test_values(void **state)
{
    static const char TEXT[] = "currency: JPY\nlegal: {us_mail_order: on}\nitems: [{sku: F-*, tag: cold}]\n"
                               "grants:\n  refund: {mode: auto, share: 10, until: 2027-06-30, per_action: 4000, per_day: 9000 JPY, classes: [lost, damaged], cod: true, proof: channel}\n"
                               "rules:\n  - name: a\n    when: {value: {over: 100, at_most: 4000}, carrier: {not: [ups]}, class: {not: [lost]}, attempts: 3}\n"
                               "    do: [{offer: [reship, refund]}, {wait: {hours: 4}}, {hand_over: {due_hours: 2, priority: urgent, recommend: call}}]\n    because: why not\n";
    struct fixture f;
    struct policy pol, again;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, policy_parse(&f.ctx, STR(TEXT), &pol, &fs));
    const struct grant *g = &pol.grants[CAP_REFUND];
    assert_true(pol.legal_us_mail_order && g->v[GRANT_MODE] == MODE_AUTO && g->v[GRANT_SHARE] == 10 && g->v[GRANT_PER_ACTION] == 4000);
    assert_int_equal(g->v[GRANT_PER_DAY], 9000);
    assert_int_equal(g->v[GRANT_CLASSES], INT64_C(1) << DIAG_LOST | INT64_C(1) << DIAG_DAMAGED);
    assert_true(g->v[GRANT_COD] == 1 && grant_proof(g, CAP_REFUND) == PROOF_CHANNEL && grant_proof(&pol.grants[CAP_REROUTE], CAP_REROUTE) == PROOF_CODE);
    assert_int_equal(g->v[GRANT_UNTIL], INT64_C(1814400000000000) - 1); /* the last microsecond of 2027-06-30 */
    assert_int_equal(pol.grants[CAP_CANCEL].v[GRANT_MODE], MODE_OFF);
    const struct policy_rule *r = &pol.rules[0];
    assert_true(r->conds_n == 4 && r->conds[0].lo == 101 && r->conds[0].hi == 4000 && r->conds[1].without && r->conds[3].lo == 3 && r->conds[3].hi == 3);
    assert_true((r->conds[2].set >> DIAG_LOST & 1) == 0 && (r->conds[2].set >> DIAG_DAMAGED & 1) == 1);
    assert_true(r->steps_n == 3 && r->steps[0].caps[0] == CAP_RESHIP && r->steps[1].hours == 4 && r->steps[2].priority == PRIORITY_URGENT);
    assert_str(cond_text(f.arena, &pol, &r->conds[0]), "value from 101 JPY to 4000 JPY");
    assert_str(r->steps[2].recommend, "call");
    assert_ok(&f.ctx, policy_parse(&f.ctx, STR(TEXT), &again, &fs));
    assert_true(str_eq(again.version, pol.version) && pol.version.n == 16);
    assert_str(policy_money(f.arena, INT64_MIN, STR("EUR")), "-92233720368547758.08 EUR");
    assert_str(policy_money(f.arena, 5, STR("KWD")), "0.005 KWD");
    fixture_clear(&f);
}

static void test_document(void **state)
{
    struct fixture f;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, 1 << 20);
    policy_doc(&b);
    assert_int_equal(buf_err(&b), OK);
    if (!str_eq(test_read_file(f.arena, test_source_path("docs/policy.md")), buf_str(&b)))
        fail_msg("docs/policy.md is not what `wismo policy-doc` prints");
    buf_clear(&b);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults), cmocka_unit_test(test_checks),   cmocka_unit_test(test_default_holds_together),
        cmocka_unit_test(test_values), cmocka_unit_test(test_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
