/* Limits: the figures by default, which rule has the last word on which figure, seasons by the home
 * calendar. */
#include "lib/fixture.h"

#include "mind/limits_text.h"

#define UNSET                                                                                      \
    {                                                                                              \
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, true, false                            \
    }

static int64_t us(const char *text)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK)
        fail_msg("%s", text);
    return w.kind == WHEN_UTC ? w.utc_us : w.local_us;
}

static struct limit_rule rule_of(const char *carrier, const char *service, const char *country)
{
    return (struct limit_rule){.carrier = str_of(carrier),
                               .service = str_of(service),
                               .country = str_of(country),
                               .set = UNSET};
}

static void test_defaults(void **state)
{
    struct promises p;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    limits_for(&p, STR("ups"), STR_NULL, STR("US"), us("2026-11-18T12:00:00Z"), &s);
    assert_int_equal(s.silent_hours, 48);
    assert_int_equal(s.lost_days, 5);
    assert_int_equal(s.fulfillment_days, 3);
    assert_int_equal(s.label_only_days, 4);
    assert_int_equal(s.label_note_hours, 48);
    assert_true(s.delivered_trusted);
    limits_for(&p, STR("delhivery"), STR_NULL, STR("IN"), us("2026-11-18T12:00:00Z"), &s);
    assert_false(s.delivered_trusted);
    assert_int_equal(s.silent_hours, 48); /* India's rule says nothing of it */
}

/* A merchant's rule for India that speaks of other figures leaves the weaker trust; one that says so
 * gives it back, and a carrier's rule stands above the country's. */
static void test_trust(void **state)
{
    struct limit_rule rules[3] = {rule_of(NULL, NULL, "IN"), rule_of("bluedart", NULL, NULL)};
    struct promises p, def;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    promises_default(&def);
    rules[0].set.lost_days = 9;
    rules[2] = def.rules[0];
    p.rules = rules;
    p.rules_n = 3;
    limits_for(&p, STR("bluedart"), STR_NULL, STR("IN"), us("2026-11-18"), &s);
    assert_false(s.delivered_trusted);
    assert_int_equal(s.lost_days, 9);
    rules[1].set.trust_said = rules[1].set.delivered_trusted = true;
    limits_for(&p, STR("bluedart"), STR_NULL, STR("IN"), us("2026-11-18"), &s);
    assert_true(s.delivered_trusted);
    limits_for(&p, STR("delhivery"), STR_NULL, STR("IN"), us("2026-11-18"), &s);
    assert_false(s.delivered_trusted);
    rules[0].set.trust_said = rules[0].set.delivered_trusted = true;
    limits_for(&p, STR("delhivery"), STR_NULL, STR("IN"), us("2026-11-18"), &s);
    assert_true(s.delivered_trusted);
}

/* What each of these rules says of silent_hours; the most specific that fits has the last word. */
static void test_specificity(void **state)
{
    static const struct {
        const char *carrier, *service, *country;
        int want;
    } CASES[] = {
        {"usps", "", "FR", 48},      {"usps", "", "DE", 72},      {"ups", "", "FR", 60},
        {"ups", "", "DE", 84},       {"ups", "Ground", "FR", 90}, {"usps", "ground", "DE", 90},
        {"ups", "GROUND", "DE", 90}, {"ups", "Air", "DE", 84},    {"", "", "", 48},
    };
    struct limit_rule rules[] = {rule_of("ups", NULL, "DE"), rule_of(NULL, "Ground", NULL),
                                 rule_of("ups", NULL, NULL), rule_of(NULL, NULL, "DE")};
    struct promises p;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    rules[0].set.silent_hours = 84;
    rules[1].set.silent_hours = 90;
    rules[2].set.silent_hours = 60;
    rules[2].set.lost_days = 9;
    rules[3].set.silent_hours = 72;
    p.rules = rules;
    p.rules_n = sizeof(rules) / sizeof(rules[0]);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        limits_for(&p, str_of(CASES[i].carrier), str_of(CASES[i].service), str_of(CASES[i].country),
                   us("2026-11-18"), &s);
        if (s.silent_hours != CASES[i].want)
            fail_msg("%s %s %s: %d, want %d", CASES[i].carrier, CASES[i].service, CASES[i].country,
                     s.silent_hours, CASES[i].want);
    }
    limits_for(&p, STR("ups"), STR_NULL, STR("DE"), us("2026-11-18"), &s);
    assert_int_equal(s.lost_days,
                     9); /* what the more specific rule leaves open the next one says */
}

static void test_equals_the_first_wins(void **state)
{
    struct limit_rule rules[] = {rule_of("ups", NULL, NULL), rule_of("ups", NULL, NULL)};
    struct promises p;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    rules[0].set.silent_hours = 10;
    rules[1].set.silent_hours = 20;
    rules[1].set.lost_days = 2;
    p.rules = rules;
    p.rules_n = 2;
    limits_for(&p, STR("ups"), STR_NULL, STR_NULL, us("2026-11-18"), &s);
    assert_int_equal(s.silent_hours, 10);
    assert_int_equal(s.lost_days, 2);
}

/* The season's first and last day are days in the home zone, here five hours behind UTC. */
static void test_season(void **state)
{
    static const struct {
        const char *at;
        int want;
    } CASES[] = {
        {"2026-11-20T04:59:59Z", 3}, {"2026-11-20T05:00:00Z", 6}, {"2026-12-25T12:00:00Z", 6},
        {"2027-01-05T04:59:59Z", 6}, {"2027-01-05T05:00:00Z", 3}, {"2025-12-01T12:00:00Z", 3},
    };
    struct limit_rule rule = rule_of(NULL, NULL, NULL);
    struct promises p;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    rule.from_day = civil_day(us("2026-11-20"));
    rule.to_day = civil_day(us("2027-01-04"));
    rule.set.fulfillment_days = 6;
    p.rules = &rule;
    p.rules_n = 1;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        limits_for(&p, STR_NULL, STR_NULL, STR_NULL, us(CASES[i].at), &s);
        if (s.fulfillment_days != CASES[i].want)
            fail_msg("%s: %d", CASES[i].at, s.fulfillment_days);
    }
}

static void test_many_rules(void **state)
{
    struct limit_rule rules[200];
    struct promises p;
    struct limit_set s;
    (void)state;
    promises_default(&p);
    for (size_t i = 0; i < 200; i++)
        rules[i] = rule_of(i == 150 ? "ups" : "fedex", NULL, NULL);
    rules[150].set.silent_hours = 30;
    p.rules = rules;
    p.rules_n = 200;
    limits_for(&p, STR("ups"), STR_NULL, STR_NULL, us("2026-11-18"), &s);
    assert_int_equal(s.silent_hours, 30);
}

/* What the ledger records comes back as it was, in the same text. */
static void test_recorded(void **state)
{
    static const int64_t OFF[] = {-3, 20412, 20413};
    struct fixture f;
    struct limit_rule rules[2] = {rule_of("ups", "GND", "DE"), rule_of(NULL, NULL, "IN")};
    struct promises p, back;
    struct limit_set a, b;
    struct str text, version, text2, version2;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    assert_ok(&f.ctx, promises_text(&f.ctx, &p, &text2, &version2));
    p.home_country = STR("DE");
    p.home_zone = STR("Europe/Berlin");
    p.base.silent_hours = 10;
    p.base.delivered_trusted = false;
    rules[0].set.customs_days = 0;
    rules[0].from_day = 20400;
    rules[0].to_day = 20410;
    rules[1].set.trust_said = true;
    rules[1].set.delivered_trusted = true;
    p.rules = rules;
    p.rules_n = 2;
    p.extra_off = OFF;
    p.extra_off_n = 3;
    assert_ok(&f.ctx, promises_text(&f.ctx, &p, &text, &version));
    assert_true(version.n == 12 && !str_eq(version, version2));
    assert_ok(&f.ctx, promises_read(&f.ctx, text, &back));
    assert_ok(&f.ctx, promises_text(&f.ctx, &back, &text2, &version2));
    assert_str(text2, text.p);
    assert_true(str_eq(version, version2) && back.extra_off_n == 3 && back.extra_off[0] == -3);
    for (int64_t day = 20395; day < 20415; day++) {
        limits_for(&p, STR("ups"), STR("GND"), STR("DE"), day * US_PER_DAY, &a);
        limits_for(&back, STR("ups"), STR("GND"), STR("DE"), day * US_PER_DAY, &b);
        assert_memory_equal(&a, &b, sizeof(a));
    }
    fixture_clear(&f);
}

static void test_not_as_recorded(void **state)
{
    struct fixture f;
    struct promises p;
    struct str text, version;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    assert_ok(&f.ctx, promises_text(&f.ctx, &p, &text, &version));
    for (size_t n = 0; n < text.n; n++) /* cut anywhere */
        assert_int_equal(promises_read(&f.ctx, str_sub(text, 0, n), &p), ERR_PARSE);
    static const char *const BAD[] = {"[]", "{}", "{\"limits\":{\"silent_hours\":48}}"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_int_equal(promises_read(&f.ctx, str_of(BAD[i]), &p), ERR_PARSE);
    struct str big = arena_fmt(f.arena, "%.*s,\"days_off\":[99999999999]}", (int)(text.n - 1), text.p);
    assert_int_equal(promises_read(&f.ctx, big, &p), ERR_PARSE);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_trust),
        cmocka_unit_test(test_specificity),
        cmocka_unit_test(test_equals_the_first_wins),
        cmocka_unit_test(test_season),
        cmocka_unit_test(test_many_rules),
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_not_as_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
