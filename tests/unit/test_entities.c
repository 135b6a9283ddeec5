/* Entities in customers' words: a table of texts and what has to be found in them, then the odd bytes. */
#include "lib/fixture.h"

#include "talk/entities.h"

struct want {
    const char *name, *text;
    enum entity_kind kind;
    const char *value; /* NULL: none of that kind at that certainty or above */
    enum entity_certainty at_least;
};

static const struct want CASES[] = {
    {"mark", "where is my stuff? #1020 anna@example.com", ENTITY_ORDER, "#1020", ENTITY_NAMED},
    {"mark with blank", "order # 1020 please", ENTITY_ORDER, "1020", ENTITY_NAMED},
    {"word", "Where is order 1020?", ENTITY_ORDER, "1020", ENTITY_NAMED},
    {"words between", "my order number is: 1020.", ENTITY_ORDER, "1020", ENTITY_NAMED},
    {"numero sign", "order \xE2\x84\x96 1020", ENTITY_ORDER, "1020", ENTITY_NAMED},
    {"german", "Wo bleibt meine Bestellung Nr. 20455?", ENTITY_ORDER, "20455", ENTITY_NAMED},
    {"spanish", "pedido n\xC3\xBAmero 7781", ENTITY_ORDER, "7781", ENTITY_NAMED},
    {"letters and digits", "order SO-10234 is late", ENTITY_ORDER, "SO-10234", ENTITY_NAMED},
    {"bare", "1020 anna@example.com", ENTITY_ORDER, "1020", ENTITY_WEAK},
    {"full width", "\xEF\xBC\x83\xEF\xBC\x91\xEF\xBC\x90\xEF\xBC\x92\xEF\xBC\x90", ENTITY_ORDER, "#1020", ENTITY_NAMED},
    {"merchant pattern", "any news on nw-5512?", ENTITY_ORDER, "nw-5512", ENTITY_NAMED},
    {"a word is no order", "where is my order please", ENTITY_ORDER, NULL, ENTITY_WEAK},
    {"e-mail", "Anna <anna.b+shop@mail.example.com>, thanks", ENTITY_EMAIL, "anna.b+shop@mail.example.com", ENTITY_FORM},
    {"e-mail at the end", "write to anna@example.com.", ENTITY_EMAIL, "anna@example.com", ENTITY_FORM},
    {"mailto", "mailto:anna@example.com", ENTITY_EMAIL, "anna@example.com", ENTITY_FORM},
    {"no domain dot", "anna@localhost", ENTITY_EMAIL, NULL, ENTITY_WEAK},
    {"two ats", "a@b@example.com", ENTITY_EMAIL, NULL, ENTITY_WEAK},
    {"empty label", "anna@example..com", ENTITY_EMAIL, NULL, ENTITY_WEAK},
    {"zip word", "#1020, zip 10115", ENTITY_ZIP, "10115", ENTITY_NAMED},
    {"zip plus four", "ship to 73301-0001 please", ENTITY_ZIP, "73301-0001", ENTITY_FORM},
    {"state before", "Austin TX 73301", ENTITY_ZIP, "73301", ENTITY_FORM},
    {"canada", "order #7 K1A 0B1", ENTITY_ZIP, "K1A 0B1", ENTITY_FORM},
    {"canada lower case", "k1a0b1", ENTITY_ZIP, "k1a0b1", ENTITY_FORM},
    {"britain", "it goes to SW1A 1AA, London", ENTITY_ZIP, "SW1A 1AA", ENTITY_FORM},
    {"britain short", "M1 1AE", ENTITY_ZIP, "M1 1AE", ENTITY_FORM},
    {"netherlands", "1012 AB Amsterdam", ENTITY_ZIP, "1012 AB", ENTITY_FORM},
    {"germany prefixed", "D-10115 Berlin", ENTITY_ZIP, "D-10115", ENTITY_FORM},
    {"germany word", "PLZ: 10115", ENTITY_ZIP, "10115", ENTITY_NAMED},
    {"brazil", "cep 01310-100", ENTITY_ZIP, "01310-100", ENTITY_NAMED},
    {"india", "pincode 560001", ENTITY_ZIP, "560001", ENTITY_NAMED},
    {"australia by word", "postcode 2000", ENTITY_ZIP, "2000", ENTITY_NAMED},
    {"bare five", "#1020 10115", ENTITY_ZIP, "10115", ENTITY_WEAK},
    {"an order is no zip", "order 10115", ENTITY_ZIP, NULL, ENTITY_WEAK},
    {"phone plus", "call +49 30 901820", ENTITY_PHONE, "+4930901820", ENTITY_FORM},
    {"phone us", "my number (415) 555-0100", ENTITY_PHONE, "4155550100", ENTITY_FORM},
    {"phone word", "tel 5550100", ENTITY_PHONE, "5550100", ENTITY_NAMED},
    {"ups", "1Z7W4E590300010062 where?", ENTITY_TRACKING, "1Z7W4E590300010062", ENTITY_FORM},
    {"ups in groups", "1Z 7W4 E59 03 0001 0062", ENTITY_TRACKING, "1Z7W4E590300010062", ENTITY_FORM},
    {"usps in groups", "9400 1118 0000 0000 0000 66 is lost", ENTITY_TRACKING, "9400111800000000000066", ENTITY_FORM},
    {"named number", "tracking number 123456789012", ENTITY_TRACKING, "123456789012", ENTITY_NAMED},
    {"number after order", "order 1Z7W4E590300010062", ENTITY_TRACKING, "1Z7W4E590300010062", ENTITY_FORM},
    {"order is no tracking", "#1020 anna@example.com", ENTITY_TRACKING, NULL, ENTITY_WEAK},
};

static void finds_what_is_named(void **state)
{
    (void)state;
    static const struct str PATTERNS[] = {{"NW-{n}", 6}};
    static const struct entity_patterns PAT = {PATTERNS, 1};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        fixture_init(&f);
        struct entities ent;
        assert_ok(&f.ctx, entities_find(&f.ctx, str_of(CASES[i].text), &PAT, &ent));
        const struct entity *best = entities_best(&ent, CASES[i].kind);
        if (CASES[i].value == NULL && best != NULL && best->certainty >= CASES[i].at_least)
            fail_msg("%s: found \"%.*s\"", CASES[i].name, STR_ARG(best->text));
        if (CASES[i].value != NULL && (best == NULL || best->certainty < CASES[i].at_least ||
                                       !str_eq(best->text, str_of(CASES[i].value))))
            fail_msg("%s: got \"%.*s\" (%d), want \"%s\"", CASES[i].name, STR_ARG(best == NULL ? STR_NULL : best->text),
                     best == NULL ? 0 : (int)best->certainty, CASES[i].value);
        fixture_clear(&f);
    }
}

static void both_readings_of_bare_digits(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct entities ent;
    assert_ok(&f.ctx, entities_find(&f.ctx, STR("where is 10115"), NULL, &ent));
    assert_int_equal(entities_count(&ent, ENTITY_ORDER, ENTITY_WEAK), 1);
    assert_int_equal(entities_count(&ent, ENTITY_ZIP, ENTITY_WEAK), 1);
    assert_int_equal(entities_count(&ent, ENTITY_ZIP, ENTITY_FORM), 0);
    fixture_clear(&f);
}

static void bounded_and_safe(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char *big = arena_alloc(f.arena, 200000);
    for (size_t i = 0; i < 200000; i++)
        big[i] = "#12 "[i % 4];
    struct entities ent;
    assert_ok(&f.ctx, entities_find(&f.ctx, (struct str){big, 200000}, NULL, &ent));
    assert_int_equal(ent.n, ENTITIES_MAX);
    assert_true(ent.folded.n <= ENTITIES_TEXT_MAX);
    static const char ODD[] = "\xFF\xC3(#10\0" "20) \xE2\x82 anna@example.com \xF0\x9F\x93\xA6 \xED\xA0\x80";
    assert_ok(&f.ctx, entities_find(&f.ctx, (struct str){ODD, sizeof(ODD) - 1}, NULL, &ent));
    assert_true(str_is_utf8(ent.folded));
    assert_str(entities_best(&ent, ENTITY_EMAIL)->text, "anna@example.com");
    assert_ok(&f.ctx, entities_find(&f.ctx, STR_NULL, NULL, &ent));
    assert_int_equal(ent.n, 0);
    fixture_clear(&f);
}

/* Every prefix and every suffix of a text with all kinds in it, also cut inside characters: no finding may crash. */
static void cut_anywhere(void **state)
{
    (void)state;
    static const char TEXT[] = "Hallo! Bestellung #1020 \xE2\x80\x93 D\xE2\x80\x91" "10115, +49 30 901820 anna@example.com 1Z7W4E590300010062";
    for (size_t i = 0; i < sizeof(TEXT); i++) {
        struct fixture f;
        fixture_init(&f);
        struct entities ent;
        assert_ok(&f.ctx, entities_find(&f.ctx, (struct str){TEXT, i}, NULL, &ent));
        assert_ok(&f.ctx, entities_find(&f.ctx, (struct str){TEXT + i, sizeof(TEXT) - 1 - i + (i == sizeof(TEXT))}, NULL, &ent));
        fixture_clear(&f);
    }
}

static void words_are_whole(void **state)
{
    (void)state;
    static const char *const WORDS[] = {"human", "speak to someone", NULL};
    assert_true(text_has_word(STR("Give me a HUMAN!"), WORDS));
    assert_true(text_has_word(STR("I want to speak  to someone"), WORDS));
    assert_false(text_has_word(STR("humanity"), WORDS));
    assert_false(text_has_word(STR("inhuman"), WORDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_named), cmocka_unit_test(both_readings_of_bare_digits),
        cmocka_unit_test(bounded_and_safe),    cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(words_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
