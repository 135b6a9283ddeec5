/* Scan: takes what is asked for or leaves everything as it was. */
#include "lib/fixture.h"

#include "base/scan.h"

static void test_walk(void **state)
{
    (void)state;
    struct scan s = scan_of(STR("ab: 0042\t rest of it;tail"));
    struct str out;
    int64_t v = 0;
    assert_false(scan_char(&s, 'b'));
    assert_true(scan_lit(&s, STR("ab")));
    assert_false(scan_lit(&s, STR(": 0042\t rest of it;tail and more")));
    assert_true(scan_char(&s, ':'));
    scan_space(&s);
    assert_false(scan_digits(&s, 5, 9, &v));
    assert_true(scan_digits(&s, 1, 3, &v) && v == 4);
    assert_true(scan_digits(&s, 1, 3, &v) && v == 2);
    scan_space(&s);
    assert_str(scan_word(&s), "rest");
    scan_space(&s);
    assert_false(scan_until(&s, '!', &out));
    assert_true(scan_until(&s, ';', &out));
    assert_str(out, "of it");
    assert_str(scan_take(&s, 2), "ta");
    assert_false(scan_end(&s));
    assert_str(scan_take(&s, SIZE_MAX), "il");
    assert_true(scan_end(&s));
}

static void test_end(void **state)
{
    static const struct str EMPTY[] = {{NULL, 0}, {"", 0}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct scan s = scan_of(EMPTY[i]);
        struct str out;
        int64_t v;
        assert_true(scan_end(&s));
        scan_space(&s);
        assert_false(scan_char(&s, 0));
        assert_false(scan_digits(&s, 1, 3, &v));
        assert_false(scan_until(&s, ',', &out));
        assert_int_equal(scan_word(&s).n, 0);
        assert_int_equal(scan_take(&s, 5).n, 0);
    }
}

static void test_longest_digits(void **state)
{
    (void)state;
    struct scan s = scan_of(STR("999999999999999999"));
    int64_t v = 0;
    assert_true(scan_digits(&s, 18, 18, &v));
    assert_true(v == INT64_C(999999999999999999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walk), cmocka_unit_test(test_end),
                                       cmocka_unit_test(test_longest_digits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
