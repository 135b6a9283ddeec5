/* Views: comparison, cutting, splitting, UTF-8 and hashes, with the odd ends: empty, NULL, longer
 * than the text. */
#include "lib/fixture.h"

static const struct {
    const char *a, *b;
    bool eq, nocase, starts, ends, has, has_nocase;
    int cmp;
} PAIRS[] = {
    {"", "", true, true, true, true, true, true, 0},
    {"abc", "abc", true, true, true, true, true, true, 0},
    {"abc", "ABC", false, true, false, false, false, true, 1},
    {"abc", "ab", false, false, true, false, true, true, 1},
    {"abc", "bc", false, false, false, true, true, true, -1},
    {"ab", "abc", false, false, false, false, false, false, -1},
    {"xAbCx", "abc", false, false, false, false, false, true, 1},
    {"\xc3\xa9", "\xc3\x89", false, false, false, false, false, false, 1}, /* only ASCII folds */
    {"abc", "", false, false, true, true, true, true, 1},
};

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        struct str a = str_of(PAIRS[i].a), b = str_of(PAIRS[i].b);
        int cmp = str_cmp(a, b);
        bool ok = str_eq(a, b) == PAIRS[i].eq && str_eq_nocase(a, b) == PAIRS[i].nocase &&
                  str_starts(a, b) == PAIRS[i].starts && str_ends(a, b) == PAIRS[i].ends &&
                  str_contains(a, b) == PAIRS[i].has &&
                  str_contains_nocase(a, b) == PAIRS[i].has_nocase &&
                  (cmp > 0) - (cmp < 0) == PAIRS[i].cmp;
        if (!ok)
            fail_msg("\"%s\" and \"%s\"", PAIRS[i].a, PAIRS[i].b);
    }
    assert_true(str_eq(STR_NULL, STR("")));
    assert_true(str_cmp(STR_NULL, STR("")) == 0);
}

static void test_trim_and_sub(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_str(str_trim(STR(" \n ")), "");
    assert_str(str_trim(STR_NULL), "");
    assert_str(str_sub(STR("abcdef"), 2, 3), "cde");
    assert_str(str_sub(STR("abc"), 1, SIZE_MAX), "bc");
    assert_str(str_sub(STR("abc"), SIZE_MAX, SIZE_MAX), "");
    assert_null(str_sub(STR_NULL, 3, 3).p);
}

static const struct {
    const char *text;
    const char *parts[5];
} SPLITS[] = {
    {"a,b,c", {"a", "b", "c"}}, {"", {""}},         {",", {"", ""}}, {"a,", {"a", ""}},
    {",,x", {"", "", "x"}},     {"none", {"none"}},
};

static void test_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SPLITS) / sizeof(SPLITS[0]); i++) {
        struct str rest = str_of(SPLITS[i].text), part;
        size_t n = 0;
        while (str_split(&rest, ',', &part)) {
            assert_non_null(SPLITS[i].parts[n]);
            assert_str(part, SPLITS[i].parts[n]);
            n++;
        }
        assert_null(SPLITS[i].parts[n]);
        assert_false(str_split(&rest, ',', &part));
        assert_true(part.p == NULL && part.n == 0);
    }
}

static const struct {
    const char *name;
    struct str bytes;
    size_t well; /* bytes that are well-formed at the beginning */
} UTF8[] = {
    {"empty", {"", 0}, 0},
    {"plain", {"hello, world", 12}, 12},
    {"two bytes", {"caf\xc3\xa9", 5}, 5},
    {"three bytes", {"\xe2\x82\xac", 3}, 3},
    {"four bytes", {"\xf0\x9f\x93\xa6", 4}, 4},
    {"last scalar", {"\xf4\x8f\xbf\xbf", 4}, 4},
    {"behind the last", {"\xf4\x90\x80\x80", 4}, 0},
    {"NUL", {"ab\0cd", 5}, 2},
    {"NUL in a plain run", {"abcdefgh\0bcdefghi", 17}, 8},
    {"overlong slash", {"\xc0\xaf", 2}, 0},
    {"overlong three", {"\xe0\x80\xaf", 3}, 0},
    {"overlong four", {"\xf0\x80\x80\xaf", 4}, 0},
    {"surrogate", {"x\xed\xa0\x80", 4}, 1},
    {"lone continuation", {"\x80", 1}, 0},
    {"cut", {"abc\xe2\x82", 5}, 3},
    {"five bytes", {"\xf8\x88\x80\x80\x80", 5}, 0},
    {"bad second byte", {"\xc3\x28", 2}, 0},
    {"bad behind sixteen", {"0123456789abcdef\xff", 17}, 16},
};

static void test_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(UTF8) / sizeof(UTF8[0]); i++)
        if (str_utf8_prefix(UTF8[i].bytes) != UTF8[i].well ||
            str_is_utf8(UTF8[i].bytes) != (UTF8[i].well == UTF8[i].bytes.n))
            fail_msg("%s: %zu", UTF8[i].name, str_utf8_prefix(UTF8[i].bytes));
}

/* The stored hash must never change: these values are in stores. */
static void test_hash(void **state)
{
    (void)state;
    uint64_t ab_c = str_hash_add(str_hash_add(str_hash(STR("")), STR("ab")), STR("c"));
    uint64_t a_bc = str_hash_add(str_hash_add(str_hash(STR("")), STR("a")), STR("bc"));
    assert_true(ab_c != a_bc);
    assert_true(str_hash(STR("")) == str_hash(STR_NULL));
    assert_true(str_hash(STR("")) == UINT64_C(0xaf647249fd21790a));
    assert_true(str_hash(STR("1Z999AA10123456784")) == UINT64_C(0xa9f204c906a4b637));
    assert_true(str_hash_add(str_hash(STR("dhl")), STR("42")) == UINT64_C(0x5cee0f91429478c0));
}

/* Made with an independent implementation of the reference algorithm: keys 0..15, bytes 0..n-1, one
 * and three rounds. */
static void test_keyed_hash(void **state)
{
    static const uint64_t KEY[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    static const uint64_t OTHER[2] = {1, 2};
    static const struct {
        size_t n;
        uint64_t want;
    } CASES[] = {
        {0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},
        {7, UINT64_C(0xd3927d989bb11140)},  {8, UINT64_C(0x369095118d299a8e)},
        {9, UINT64_C(0x25a48eb36c063de4)},  {16, UINT64_C(0xcc4fdd1a7d908b66)},
        {31, UINT64_C(0x2370dd1f8c21d1bc)},
    };
    char bytes[32];
    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct str s = {bytes, CASES[i].n};
        if (str_hash_keyed(KEY, s) != CASES[i].want)
            fail_msg("%zu bytes: %016llx", s.n, (unsigned long long)str_hash_keyed(KEY, s));
        assert_true(str_hash_keyed(OTHER, s) != CASES[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs), cmocka_unit_test(test_trim_and_sub),
        cmocka_unit_test(test_split), cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_hash),  cmocka_unit_test(test_keyed_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
