/* Clocks: a virtual one stands until it is moved; a real one runs on from where it is set. */
#include "lib/fixture.h"

static void test_virtual(void **state)
{
    (void)state;
    struct clock c;
    clock_init_virtual(&c, TEST_NOW_US);
    assert_true(clock_now_us(&c) == TEST_NOW_US);
    clock_advance(&c, 3 * US_PER_H);
    assert_true(clock_now_us(&c) == TEST_NOW_US + 3 * US_PER_H);
    clock_set(&c, 5);
    assert_true(clock_now_us(&c) == 5);
}

static void test_real(void **state)
{
    (void)state;
    struct clock c;
    clock_init_real(&c);
    int64_t now = clock_now_us(&c), mono = clock_mono_us();
    assert_true(now > INT64_C(1700000000000000)); /* this was written later */
    clock_advance(&c, US_PER_DAY);
    assert_true(clock_now_us(&c) >= now + US_PER_DAY);
    assert_true(clock_now_us(&c) < now + US_PER_DAY + 10 * US_PER_MIN);
    clock_set(&c, TEST_NOW_US);
    int64_t set = clock_now_us(&c);
    assert_true(set >= TEST_NOW_US && set < TEST_NOW_US + 10 * US_PER_MIN);
    assert_true(clock_mono_us() >= mono);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_virtual), cmocka_unit_test(test_real)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
