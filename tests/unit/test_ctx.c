/* ctx keeps the words of the last failure, cut to its size, and says when its memory is used up. */
#include "lib/fixture.h"

static void test_words(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_string_equal(f.ctx.msg, "");
    assert_int_equal(
        ctx_fail(&f.ctx, ERR_PARSE, "order %.*s: total missing", STR_ARG(STR("#1020"))), ERR_PARSE);
    assert_string_equal(f.ctx.msg, "order #1020: total missing");
    assert_int_equal(ctx_fail(&f.ctx, ERR_LIMIT, "%01000d", 1), ERR_LIMIT);
    assert_int_equal(strlen(f.ctx.msg), CTX_MSG_MAX - 1);
    fixture_clear(&f);
}

static void test_alloc(void **state)
{
    (void)state;
    struct arena *a = arena_new(100);
    struct clock c;
    struct ctx ctx;
    clock_init_virtual(&c, 0);
    ctx_init(&ctx, a, &c, NULL);
    assert_non_null(ctx_alloc(&ctx, 50));
    assert_string_equal(ctx.msg, "");
    assert_null(ctx_alloc(&ctx, 100));
    assert_non_null(strstr(ctx.msg, "100 bytes"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_alloc)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
