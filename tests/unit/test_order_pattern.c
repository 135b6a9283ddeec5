/* Order-name patterns learned from a merchant's orders, and that they find such names again. */
#include "lib/fixture.h"

#include <stdio.h>

#include "talk/order_pattern.h"

#define NAMES_MAX 24

struct want_patterns {
    const char *name, *names[NAMES_MAX], *patterns; /* joined with blanks */
};
static const struct want_patterns CASES[] = {
    {"mark", {"#1020", "#1021", "#999"}, "#{n3-5}"},
    {"prefix", {"EU-10442", "EU-10443", "eu-10444"}, "EU-{n5-6}"},
    {"two prefixes", {"EU-10442", "EU-10443", "US-7781"}, "EU-{n5-6} US-{n4-5}"},
    {"no separator", {"SO10234", "SO10235"}, "SO{n5-6}"},
    {"suffix", {"1020/A", "1021/A"}, "{n4-5}/A"},
    {"varying letters", {"AB-100", "CD-101", "EF-102", "GH-103", "IJ-104"}, "{a2}-{n3-4}"},
    {"mixture", {"X7K2P9", "B4T8Q1"}, "{w6}"},
    {"year", {"2026-000123", "2026-000124"}, "{n4-5}-{n6-7}"},
    {"digits alone teach nothing", {"1020", "1021", "10115"}, ""},
    {"braces teach nothing", {"{n}-12", "a{1"}, ""},
    {"none", {NULL}, ""},
    {"an accident is left out",
     {"#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9", "#10", "#11", "#12", "#13", "#14", "#15", "#16", "#17", "#18", "#19", "#20",
      "TEST-9"},
     "#{n1-3}"},
};

static size_t count_names(const struct want_patterns *w, struct str *out)
{
    size_t n = 0;
    while (n < NAMES_MAX && w->names[n] != NULL) {
        out[n] = str_of(w->names[n]);
        n++;
    }
    return n;
}

static void learns_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct str names[NAMES_MAX], pat[ORDER_PATTERNS_MAX];
        char got[256] = "";
        size_t n = count_names(&CASES[i], names), m = 0;
        fixture_init(&f);
        assert_ok(&f.ctx, order_pattern_learn(&f.ctx, names, n, pat, &m));
        for (size_t k = 0; k < m; k++)
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s", k == 0 ? "" : " ", STR_ARG(pat[k]));
        if (strcmp(got, CASES[i].patterns) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", CASES[i].name, got, CASES[i].patterns);
        fixture_clear(&f);
    }
}

static void finds_such_names(void **state)
{
    (void)state;
    static const struct str NAMES[] = {{"EU-10442", 8}, {"EU-10443", 8}};
    struct fixture f;
    struct str pat[ORDER_PATTERNS_MAX];
    struct entity_patterns found = {pat, 0};
    struct entities ent;
    fixture_init(&f);
    assert_ok(&f.ctx, order_pattern_learn(&f.ctx, NAMES, 2, pat, &found.n));
    assert_ok(&f.ctx, entities_find(&f.ctx, STR("still waiting for eu-20551 here"), &found, &ent));
    assert_non_null(entities_best(&ent, ENTITY_ORDER));
    assert_str(entities_best(&ent, ENTITY_ORDER)->text, "eu-20551");
    assert_int_equal(entities_best(&ent, ENTITY_ORDER)->certainty, ENTITY_NAMED);
    assert_int_equal(entity_pattern_match(STR("EU-{n5-6}"), STR("EU-1044")), 0);
    assert_int_equal(entity_pattern_match(STR("{a2}-{n}"), STR("ab-7781")), 7);
    assert_int_equal(entity_pattern_match(STR("{a2"), STR("{a2")), 3);
    assert_int_equal(entity_pattern_match(STR("{n9-}"), STR("123456789")), 0);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(learns_forms), cmocka_unit_test(finds_such_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
