/* The spoken form of texts. */
#include "lib/fixture.h"

#include "mind/template.h"
#include "talk/spoken.h"

#include <string.h>

static const struct {
    const char *lang, *text, *spoken;
} CASES[] = {
    {"en", "", ""},
    {"en", "Your order #1020 is on its way.", "Your order 1 0 2 0 is on its way."},
    {"en", "Order #W-1000001, parcel 1Z7W4E590300010062.", "Order W 1 0 0 0 0 0 1, parcel ending in 0 0 6 2."},
    {"en", "parcel 2 of 3 (UPS 1Z7W4E590300010062) with 2 mugs", "parcel 2 of 3 (UPS ending in 0 0 6 2) with 2 mugs."},
    {"en", "Follow it: https://carrier.example/track?n=1Z7W4E590300010062&x=1", "Follow it:"},
    {"en", "See www.example.com. Thanks", "See . Thanks."},
    {"en", "#1021, placed 2026-11-12: on its way", "1 0 2 1, placed Thursday, November 12: on its way."},
    {"en", "placed 2026-02-31", "placed ending in 0 2 3 1."},
    {"en", "Two lines\nbecome sentences\n- and bullets go", "Two lines. become sentences. and bullets go."},
    {"en", "Postal code 60601, at 18:00 or 6 PM, $1,299.00, in 2026", "Postal code 6 0 6 0 1, at 18:00 or 6 PM, $1,299.00, in 2026."},
    {"en", "NW-1020", "NW 1 0 2 0."},
    {"en", "#help *now* \xf0\x9f\x98\x80", "help now."},
    {"de", "Paket 00340434161094042557 ist da", "Paket mit den letzten Ziffern 2 5 5 7 ist da."},
    {"de", "bestellt am 2026-11-12", "bestellt am Donnerstag, 12. November."},
    {"ja", "\xe6\xb3\xa8\xe6\x96\x87#1020\xe3\x81\xaf\xe5\x88\xb0\xe7\x9d\x80\xe3\x80\x82", "\xe6\xb3\xa8\xe6\x96\x87" "1 0 2 0\xe3\x81\xaf\xe5\x88\xb0\xe7\x9d\x80\xe3\x80\x82"},
    {"hi", "\xe0\xa4\x86\xe0\xa4\xaf\xe0\xa4\xbe\xe0\xa5\xa4", "\xe0\xa4\x86\xe0\xa4\xaf\xe0\xa4\xbe\xe0\xa5\xa4"},
};

static void spoken_forms(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_str(spoken_text(&f.ctx, str_of(CASES[i].lang), str_of(CASES[i].text)), CASES[i].spoken);
    fixture_clear(&f);
}

/* What is too long ends with a whole sentence, whatever its script. */
static void what_is_long(void **state)
{
    static const char *const SENTENCES[] = {"It is on its way and was seen there. ", "\xe6\xb3\xa8\xe6\x96\x87\xe3\x81\xaf\xe5\x88\xb0\xe7\x9d\x80\xe3\x80\x82",
                                            "\xd9\x88\xd8\xb5\xd9\x84"};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t k = 0; k < 3; k++) {
        struct str text = STR(""), one = str_of(SENTENCES[k]);
        while (text.n < 3 * SPOKEN_MAX)
            text = arena_fmt(f.arena, "%.*s%.*s", STR_ARG(text), STR_ARG(one));
        struct str got = spoken_text(&f.ctx, STR("en"), text);
        assert_true(got.n <= SPOKEN_MAX && got.n > SPOKEN_MAX / 2 && str_is_utf8(got));
        assert_true(k == 2 || str_ends(got, str_trim(one)));
    }
    fixture_clear(&f);
}

/* Every language has all words of the telephone, and a figure of the keys where one is pressed. */
static void words_of_the_telephone(void **state)
{
    struct str lang, text, key;
    size_t keys = 0, languages = 0;
    (void)state;
    for (size_t i = 0; !str_empty(key = words_at(i, &lang, &text)); i++) {
        if (!str_starts(key, STR("voice.")))
            continue;
        keys += str_eq(lang, STR("en"));
        languages += str_eq(key, STR("voice.press"));
        assert_false(str_empty(words_find(STR("en"), key)));
        assert_true(!str_eq(key, STR("voice.press")) || (str_contains(text, STR("{n}")) && str_contains(text, STR("{label}"))));
        assert_true(!str_eq(key, STR("voice.greeting")) || str_contains(text, STR("{store}")));
        assert_false(str_contains(text, STR("http")) || str_contains(text, STR("#")));
    }
    size_t all = 0;
    for (size_t i = 0; !str_empty(key = words_at(i, &lang, &text)); i++)
        all += str_starts(key, STR("voice."));
    assert_int_equal(languages, 12);
    assert_int_equal(all, keys * languages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spoken_forms), cmocka_unit_test(what_is_long), cmocka_unit_test(words_of_the_telephone)};
    return cmocka_run_group_tests_name("spoken", tests, NULL, NULL);
}
