/* Money and integers: the first three bytes are the currency. What is taken is written back as
 * decimal text and is the same. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/num.h"

static struct str money_text(struct arena *a, int64_t minor, int digits)
{
    uint64_t abs = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor, unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    const char *sign = minor < 0 ? "-" : "";
    if (digits == 0)
        return arena_fmt(a, "%s%llu", sign, (unsigned long long)abs);
    return arena_fmt(a, "%s%llu.%0*llu", sign, (unsigned long long)(abs / unit), digits,
                     (unsigned long long)(abs % unit));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size}, currency = str_sub(text, 0, 3),
               amount = str_sub(text, 3, size);
    struct arena *a = arena_new(4096);
    int64_t v = 7, again;
    FUZZ_CHECK(a != NULL);
    enum err e = num_parse_money(amount, currency, &v);
    if (e == OK)
        FUZZ_CHECK(num_parse_money(money_text(a, v, num_currency_digits(currency)), currency,
                                   &again) == OK &&
                   again == v);
    else
        FUZZ_CHECK((e == ERR_PARSE || e == ERR_LIMIT) && v == 7);
    v = 7;
    if (num_parse_i64(text, -1000, INT64_MAX, &v) == OK)
        FUZZ_CHECK(v >= -1000 &&
                   num_parse_i64(arena_fmt(a, "%lld", (long long)v), -1000, INT64_MAX, &again) ==
                       OK &&
                   again == v);
    else
        FUZZ_CHECK(v == 7);
    arena_free(a);
    return 0;
}
