/* Error codes: each has a name of its own, and the ones worth another try are exactly these. */
#include "lib/fixture.h"

static void test_names_are_distinct(void **state)
{
    (void)state;
    for (int a = OK; a <= ERR_CORRUPT; a++) {
        assert_non_null(err_name((enum err)a));
        assert_string_not_equal(err_name((enum err)a), "unknown");
        for (int b = OK; b < a; b++)
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
    }
    assert_string_equal(err_name((enum err)(ERR_CORRUPT + 1)), "unknown");
}

static void test_transient(void **state)
{
    static const enum err AGAIN[] = {ERR_MEMORY, ERR_IO, ERR_BUSY, ERR_TIMEOUT, ERR_UNAVAILABLE};
    (void)state;
    for (int e = OK; e <= ERR_CORRUPT; e++) {
        bool want = false;
        for (size_t i = 0; i < sizeof(AGAIN) / sizeof(AGAIN[0]); i++)
            want = want || (int)AGAIN[i] == e;
        if (err_is_transient((enum err)e) != want)
            fail_msg("%s", err_name((enum err)e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_are_distinct),
                                       cmocka_unit_test(test_transient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
