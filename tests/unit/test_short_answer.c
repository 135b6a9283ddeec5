/* Yes, no, both, the other one, numbers and "I don't have it" in every language that messages are understood in. */
#include "lib/fixture.h"

#include "talk/short_answer.h"

static const struct {
    const char *text, *lang;
    enum short_kind kind;
    int nth;
} CASES[] = {
    {"Yes!", "en", SHORT_YES, 0},
    {"yep go ahead", "en", SHORT_YES, 0},
    {"No, the other one", "en", SHORT_OTHER, 0},
    {"both please", "en", SHORT_BOTH, 0},
    {"2", "en", SHORT_NTH, 2},
    {"number 3 please", "en", SHORT_NTH, 3},
    {"the second one", "en", SHORT_NTH, 2},
    {"the last one", "en", SHORT_LAST, 0},
    {"i don't have it", "en", SHORT_LOST, 0},
    {"nope, leave it", "en", SHORT_NO, 0},
    {"no way i am waiting another week for this parcel, i want my money", "en", SHORT_NONE, 0},
    {"where is it?", "en", SHORT_NONE, 0},
    {"", "en", SHORT_NONE, 0},
    {"1020", "en", SHORT_NONE, 0},
    {"S\xc3\xad, por favor", "es", SHORT_YES, 0},
    {"no, la otra", "es", SHORT_OTHER, 0},
    {"los dos", "es", SHORT_BOTH, 0},
    {"Oui", "fr", SHORT_YES, 0},
    {"non merci", "fr", SHORT_NO, 0},
    {"la deuxi\xc3\xa8me", "fr", SHORT_NTH, 2},
    {"les deux", "fr", SHORT_BOTH, 0},
    {"ja genau", "de", SHORT_YES, 0},
    {"Nein, die andere", "de", SHORT_OTHER, 0},
    {"beide", "de", SHORT_BOTH, 0},
    {"s\xc3\xac", "it", SHORT_YES, 0},
    {"l'altro", "it", SHORT_OTHER, 0},
    {"sim", "pt", SHORT_YES, 0},
    {"n\xc3\xa3o", "pt", SHORT_NO, 0},
    {"allebei", "nl", SHORT_BOTH, 0},
    {"nee", "nl", SHORT_NO, 0},
    {"tak", "pl", SHORT_YES, 0},
    {"obie", "pl", SHORT_BOTH, 0},
    {"nej", "sv", SHORT_NO, 0},
    {"b\xc3\xa5" "da", "sv", SHORT_BOTH, 0},
    {"\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa4\x81", "hi", SHORT_YES, 0},
    {"\xe0\xa4\xa6\xe0\xa5\x8b\xe0\xa4\xa8\xe0\xa5\x8b\xe0\xa4\x82", "hi", SHORT_BOTH, 0},
    {"haan ji", "hi-Latn", SHORT_YES, 0},
    {"nahi", "hi-Latn", SHORT_NO, 0},
    {"dono", "hi-Latn", SHORT_BOTH, 0},
    {"\xe3\x81\xaf\xe3\x81\x84", "ja", SHORT_YES, 0},
    {"\xe3\x81\x84\xe3\x81\x84\xe3\x81\x88", "ja", SHORT_NO, 0},
    {"\xe4\xb8\xa1\xe6\x96\xb9", "ja", SHORT_BOTH, 0},
    {"\xd9\x86\xd8\xb9\xd9\x85", "ar", SHORT_YES, 0},
    {"\xd9\x84\xd8\xa7", "ar", SHORT_NO, 0},
    {"\xd9\x83\xd9\x84\xd8\xa7\xd9\x87\xd9\x85\xd8\xa7", "ar", SHORT_BOTH, 0},
};

static void short_answers(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct short_answer a;
        fixture_init(&f);
        assert_ok(&f.ctx, short_answer_of(&f.ctx, str_of(CASES[i].text), str_of(CASES[i].lang), &a));
        if (a.kind != CASES[i].kind || (CASES[i].nth != 0 && a.nth != CASES[i].nth)) {
            print_error("\"%s\" (%s) is %d, expected %d\n", CASES[i].text, CASES[i].lang, (int)a.kind, (int)CASES[i].kind);
            wrong++;
        }
        fixture_clear(&f);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(short_answers)};
    return cmocka_run_group_tests_name("short_answer", tests, NULL, NULL);
}
