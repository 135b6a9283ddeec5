/* Arena: zeroed and aligned memory inside a bound, reset for reuse, and refusals instead of
 * overflow. */
#include "lib/fixture.h"

static void test_alloc(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    assert_non_null(a);
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = arena_alloc(a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, n); /* must not reach what comes next */
    }
    assert_true(arena_used(a) >= 300 * 299 / 2);
    arena_free(a);
    arena_free(NULL);
}

static void test_bound(void **state)
{
    static const size_t HUGE_SIZES[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2, 1001, 100000};
    (void)state;
    struct arena *a = arena_new(1000);
    for (size_t i = 0; i < sizeof(HUGE_SIZES) / sizeof(HUGE_SIZES[0]); i++)
        assert_null(arena_alloc(a, HUGE_SIZES[i]));
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_null(arena_array(a, 3, SIZE_MAX / 2));
    assert_non_null(arena_alloc(a, 900));
    assert_null(arena_alloc(a, 100));
    struct str out = STR("kept");
    assert_int_equal(
        arena_dup(
            a,
            (struct str){"0123456789012345678901234567890123456789012345678901234567890123456789"
                         "0123456789012345678901234567890123456789",
                         110},
            &out),
        ERR_MEMORY);
    assert_str(out, "kept");
    assert_null(arena_fmt(a, "%0200d", 1).p);
    arena_free(a);
}

static void test_reset(void **state)
{
    (void)state;
    struct arena *a = arena_new((size_t)8 << 20);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 60; i++) {
            unsigned char *p = arena_alloc(a, 100000);
            assert_non_null(p);
            assert_int_equal(p[99999], 0);
            memset(p, 0x55, 100000);
        }
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void test_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct str s, empty;
    assert_int_equal(arena_dup(a, STR("parcel"), &s), OK);
    assert_str(s, "parcel");
    assert_int_equal(s.p[s.n], 0);
    assert_int_equal(arena_dup(a, STR_NULL, &empty), OK);
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
    assert_str(arena_fmt(a, "%s-%d", "a", 7), "a-7");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alloc), cmocka_unit_test(test_bound),
                                       cmocka_unit_test(test_reset), cmocka_unit_test(test_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
