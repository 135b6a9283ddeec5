/* Numbers from outside: overflow is told, money has its currency's digits, nothing is guessed. */
#include "lib/fixture.h"

#include "base/num.h"

static void test_checked(void **state)
{
    int64_t out = 77;
    (void)state;
    assert_true(num_add(2, 3, &out) && out == 5);
    assert_false(num_add(INT64_MAX, 1, &out));
    assert_false(num_add(INT64_MIN, -1, &out));
    assert_true(num_mul(-4, 5, &out) && out == -20);
    assert_false(num_mul(INT64_MIN, -1, &out));
    assert_false(num_mul(INT64_MAX / 2, 3, &out));
}

static const struct {
    const char *text;
    int64_t min, max;
    enum err err;
    int64_t want;
} INTS[] = {
    {"0", 0, 9, OK, 0},
    {"+7", 0, 9, OK, 7},
    {"-7", -9, 9, OK, -7},
    {"007", 0, 9, OK, 7},
    {"9223372036854775807", INT64_MIN, INT64_MAX, OK, INT64_MAX},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, OK, INT64_MIN},
    {"9223372036854775808", INT64_MIN, INT64_MAX, ERR_LIMIT, 0},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, ERR_LIMIT, 0},
    {"99999999999999999999999999", 0, INT64_MAX, ERR_LIMIT, 0},
    {"10", 0, 9, ERR_LIMIT, 0},
    {"-1", 0, 9, ERR_LIMIT, 0},
    {"", 0, 9, ERR_PARSE, 0},
    {"-", -9, 9, ERR_PARSE, 0},
    {"+", -9, 9, ERR_PARSE, 0},
    {" 1", 0, 9, ERR_PARSE, 0},
    {"1 ", 0, 9, ERR_PARSE, 0},
    {"1.0", 0, 9, ERR_PARSE, 0},
    {"1e2", 0, 999, ERR_PARSE, 0},
    {"0x1", 0, 9, ERR_PARSE, 0},
    {"--1", -9, 9, ERR_PARSE, 0},
    {"\xd9\xa3", 0, 9, ERR_PARSE, 0}, /* an Arabic-Indic three */
};

static void test_ints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(INTS) / sizeof(INTS[0]); i++) {
        int64_t out = 12345;
        enum err e = num_parse_i64(str_of(INTS[i].text), INTS[i].min, INTS[i].max, &out);
        if (e != INTS[i].err || out != (e == OK ? INTS[i].want : 12345))
            fail_msg("\"%s\": %s, %lld", INTS[i].text, err_name(e), (long long)out);
    }
}

static const struct {
    const char *text, *currency;
    enum err err;
    int64_t want;
} MONEY[] = {
    {"199.00", "EUR", OK, 19900},
    {"199", "EUR", OK, 19900},
    {"199.9", "USD", OK, 19990},
    {"-3.5", "USD", OK, -350},
    {"0.01", "GBP", OK, 1},
    {"1.2300", "EUR", OK, 123},
    {"500", "JPY", OK, 500},
    {"500.00", "JPY", OK, 500},
    {"500.5", "JPY", ERR_PARSE, 0},
    {"1.234", "KWD", OK, 1234},
    {"1.2345", "KWD", ERR_PARSE, 0},
    {"1.001", "EUR", ERR_PARSE, 0},
    {"92233720368547758.07", "EUR", OK, INT64_MAX},
    {"92233720368547758.08", "EUR", ERR_LIMIT, 0},
    {"99999999999999999999", "EUR", ERR_LIMIT, 0},
    {"1e2", "EUR", ERR_PARSE, 0},
    {"1,00", "EUR", ERR_PARSE, 0},
    {"1.2.3", "EUR", ERR_PARSE, 0},
    {".5", "EUR", ERR_PARSE, 0},
    {"-", "EUR", ERR_PARSE, 0},
    {"", "EUR", ERR_PARSE, 0},
    {"$5", "USD", ERR_PARSE, 0},
    {"NaN", "USD", ERR_PARSE, 0},
    {"5", "XYZ", ERR_PARSE, 0},
    {"5", "eur", ERR_PARSE, 0},
    {"5", "", ERR_PARSE, 0},
};

static void test_money(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(MONEY) / sizeof(MONEY[0]); i++) {
        int64_t out = 12345;
        enum err e = num_parse_money(str_of(MONEY[i].text), str_of(MONEY[i].currency), &out);
        if (e != MONEY[i].err || out != (e == OK ? MONEY[i].want : 12345))
            fail_msg("\"%s\" %s: %s, %lld", MONEY[i].text, MONEY[i].currency, err_name(e),
                     (long long)out);
    }
}

static void test_currencies(void **state)
{
    (void)state;
    assert_int_equal(num_currency_digits(STR("INR")), 2);
    assert_int_equal(num_currency_digits(STR("KRW")), 0);
    assert_int_equal(num_currency_digits(STR("BHD")), 3);
    assert_int_equal(num_currency_digits(STR("EU")), -1);
    assert_int_equal(num_currency_digits(STR("EURO")), -1);
    assert_int_equal(num_currency_digits(STR("UR ")), -1); /* inside the list, but no code */
    assert_int_equal(num_currency_digits(STR_NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checked), cmocka_unit_test(test_ints),
                                       cmocka_unit_test(test_money),
                                       cmocka_unit_test(test_currencies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
