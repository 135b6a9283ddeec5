/* Buffers: grow to their bound and not a byte further, remember the first failure, write numbers
 * and hex. */
#include "lib/fixture.h"

#include "base/buf.h"

static void test_grow(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++)
        buf_add(&b, STR("0123456789"));
    assert_int_equal(buf_err(&b), OK);
    assert_int_equal(b.n, 100000);
    for (size_t i = 0; i < b.n; i++)
        assert_int_equal(b.p[i], '0' + (int)(i % 10));
    buf_addc(&b, 'x');
    assert_int_equal(buf_err(&b), ERR_LIMIT);
    assert_int_equal(b.n, 100000);
    buf_clear(&b);
}

static void test_first_failure_stays(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_addz(&b, "12345678");
    buf_addz(&b, "too long");
    assert_int_equal(buf_err(&b), ERR_LIMIT);
    buf_addc(&b, 'x'); /* would fit, but comes after a hole */
    buf_fmt(&b, "%d", 1);
    assert_null(buf_reserve(&b, 1));
    assert_str(buf_str(&b), "12345678");
    buf_reset(&b);
    assert_int_equal(buf_err(&b), OK);
    buf_addz(&b, "again");
    assert_str(buf_str(&b), "again");
    buf_clear(&b);
    buf_addz(&b, "after clear");
    assert_int_equal(buf_err(&b), ERR_LIMIT);
    buf_clear(&b);
}

static void test_reserve(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    char *p = buf_reserve(&b, 1000);
    assert_non_null(p);
    memset(p, 'r', 1000);
    b.n += 1000;
    assert_null(buf_reserve(&b, 1));
    buf_reset(&b);
    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_int_equal(buf_err(&b), ERR_LIMIT);
    buf_clear(&b);
}

static void test_numbers(void **state)
{
    static const struct {
        int64_t v;
        const char *want;
    } CASES[] = {{0, "0"},
                 {-1, "-1"},
                 {7, "7"},
                 {1000, "1000"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        buf_reset(&b);
        buf_add_i64(&b, CASES[i].v);
        assert_str(buf_str(&b), CASES[i].want);
    }
    buf_reset(&b);
    buf_add_hex(&b, (struct str){"\x00\x7f\xff\xa0", 4});
    assert_str(buf_str(&b), "007fffa0");
    buf_reset(&b);
    buf_fmt(&b, "%s %d", "abc", 42);
    assert_str(buf_str(&b), "abc 42");
    buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grow), cmocka_unit_test(test_first_failure_stays),
        cmocka_unit_test(test_reserve), cmocka_unit_test(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
