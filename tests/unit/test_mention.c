/* Which article of an order a message speaks of. */
#include "lib/fixture.h"

#include "talk/mention.h"

static const struct str ITEMS[] = {{"Rain Jacket, blue / M", 21}, {"Rain Trousers, black", 20}, {"Wool Socks (3 pairs)", 20},
                                   {"Espressomaschine Milano", 23}, {"マグカップ 白", 19}, {"سماعة بلوتوث", 23}};

struct want_item {
    const char *text;
    int item;    /* -1: none is named */
    bool alone;
};
static const struct want_item CASES[] = {
    {"the blue jacket came torn", 0, true},
    {"my jackets zip is broken", 0, true},
    {"the rain trousers are too long", 1, true},
    {"everything for the rain is missing", 0, false},
    {"one pair of sock is not there", 2, true},
    {"die espressomaschinen sind kaputt", 3, true},
    {"my espresomaschine leaks", 3, true},
    {"マグカップが割れていました", 4, true},
    {"السماعة ما تشتغل، سماعة خربانة", 5, true},
    {"where is my order", -1, false},
    {"", -1, false},
};

static void finds_the_article(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        size_t item = 99;
        bool alone = false;
        fixture_init(&f);
        enum err e = mention_find(&f.ctx, str_of(CASES[i].text), ITEMS, sizeof(ITEMS) / sizeof(ITEMS[0]), &item, &alone);
        if (CASES[i].item < 0 ? e != ERR_NOTFOUND : e != OK || item != (size_t)CASES[i].item || alone != CASES[i].alone)
            fail_msg("\"%s\": error %d, article %zu, alone %d", CASES[i].text, (int)e, item, alone);
        fixture_clear(&f);
    }
}

static void a_word_of_all_names_none(void **state)
{
    (void)state;
    static const struct str SAME[] = {{"Shirt red", 9}, {"Shirt green", 11}};
    struct fixture f;
    size_t item;
    bool alone;
    fixture_init(&f);
    assert_ok(&f.ctx, mention_find(&f.ctx, STR("the shirt is wrong"), SAME, 2, &item, &alone));
    assert_false(alone);
    assert_ok(&f.ctx, mention_find(&f.ctx, STR("the green shirt is wrong"), SAME, 2, &item, &alone));
    assert_int_equal(item, 1);
    assert_true(alone);
    assert_int_equal(mention_find(&f.ctx, STR("shirt"), SAME, 0, &item, &alone), ERR_NOTFOUND);
    assert_int_equal(mention_find(&f.ctx, STR("shirt"), SAME, MENTION_ITEMS_MAX + 1, &item, &alone), ERR_LIMIT);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_the_article), cmocka_unit_test(a_word_of_all_names_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
