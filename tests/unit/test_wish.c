/* What an asker wants besides an answer: told where it is sure, covered by the class where that says it already. */
#include "lib/fixture.h"

#include "talk/wish.h"

static void wishes(void **state)
{
    static const struct {
        const char *text;
        enum diag_class cls;
        const char *has; /* NULL: nothing is said */
    } CASES[] = {
        {"please cancel order #1020, i don't need it any more", DIAG_AWAITING_FULFILLMENT, "cancel the order"},
        {"please cancel order #1020, i don't need it any more", DIAG_CANCELLED, NULL},
        {"I moved house, can you change the delivery address of my order #1020 to 5 Sample Road?", DIAG_AWAITING_FULFILLMENT, "change the address"},
        {"I want my money back for order #1020", DIAG_STUCK, "your money back"},
        {"I want my money back for order #1020", DIAG_REFUNDED, NULL},
        {"where is my order #1020? anna@example.com", DIAG_ON_TRACK, NULL},
        {"when will it arrive", DIAG_ON_TRACK, NULL},
        {"xyzzy", DIAG_ON_TRACK, NULL},
        {"", DIAG_ON_TRACK, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct wish w;
        fixture_init(&f);
        assert_ok(&f.ctx, wish_of(&f.ctx, str_of(CASES[i].text), &w));
        struct str said = wish_words(&f.ctx, STR("en"), &w, CASES[i].cls);
        if (CASES[i].has == NULL ? !str_empty(said) : !str_contains(said, str_of(CASES[i].has)))
            fail_msg("\"%s\": \"%.*s\"", CASES[i].text, STR_ARG(said));
        fixture_clear(&f);
    }
}

static void reports(void **state)
{
    static const struct {
        const char *text;
        bool says;
        enum report_kind said;
    } CASES[] = {
        {"tracking says delivered yesterday but there is no parcel at my door", true, REPORT_NOT_RECEIVED},
        {"the vase was in pieces when I opened the box", true, REPORT_DAMAGED},
        {"you sent me the wrong colour", true, REPORT_WRONG_ITEM},
        {"where is my order", false, REPORT_COUNT},
        {"thank you", false, REPORT_COUNT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct wish w;
        fixture_init(&f);
        assert_ok(&f.ctx, wish_of(&f.ctx, str_of(CASES[i].text), &w));
        if (w.says != CASES[i].says || (w.says && w.said != CASES[i].said))
            fail_msg("%s: %s at %d %%", CASES[i].text, intent_word(w.intent), w.confidence);
        fixture_clear(&f);
    }
}

static void persons(void **state)
{
    struct fixture f;
    struct wish w;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, wish_of(&f.ctx, STR("let me talk to a real person please"), &w));
    assert_true(w.person);
    assert_true(w.model != 0);
    assert_ok(&f.ctx, wish_of(&f.ctx, STR("where is my parcel"), &w));
    assert_false(w.person);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wishes), cmocka_unit_test(reports), cmocka_unit_test(persons)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
