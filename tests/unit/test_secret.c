/* Secrets: copied, compared whole, replaced and wiped; an unset one equals nothing. */
#include "lib/fixture.h"

#include "base/secret.h"

static void test_secret(void **state)
{
    (void)state;
    struct secret s = {0};
    char given[] = "hunter22";
    assert_false(secret_eq(&s, STR("")));
    assert_int_equal(secret_set(&s, str_of(given)), OK);
    memset(given, 'x', sizeof(given) - 1); /* it has its own copy */
    assert_true(secret_eq(&s, STR("hunter22")));
    assert_false(secret_eq(&s, STR("hunter2")));
    assert_false(secret_eq(&s, STR("hunter222")));
    assert_false(secret_eq(&s, STR("Hunter22")));
    assert_false(secret_eq(&s, STR_NULL));
    assert_str(secret_view(&s), "hunter22");
    assert_int_equal(secret_set(&s, secret_view(&s)), OK); /* from itself */
    assert_str(secret_view(&s), "hunter22");
    assert_int_equal(secret_set(&s, STR("other")), OK);
    assert_false(secret_eq(&s, STR("hunter22")));
    secret_clear(&s);
    assert_null(s.p);
    assert_false(secret_eq(&s, STR("other")));
    secret_clear(&s);
}

static void test_bytes(void **state)
{
    (void)state;
    assert_true(bytes_eq_ct(STR("abc"), STR("abc")));
    assert_false(bytes_eq_ct(STR("abc"), STR("abd")));
    assert_false(bytes_eq_ct(STR("abc"), STR("ab")));
    assert_true(bytes_eq_ct(STR_NULL, STR("")));
    assert_true(bytes_eq_ct((struct str){"a\0b", 3}, (struct str){"a\0b", 3}));
    assert_false(bytes_eq_ct((struct str){"a\0b", 3}, (struct str){"a\0c", 3}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_secret), cmocka_unit_test(test_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
