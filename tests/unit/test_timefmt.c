/* Civil time: every shape of time that is read, every one that is refused, and days back and forth
 * over all years. */
#include "lib/fixture.h"

#include "base/timefmt.h"

/* Seconds since 1970 of the instant or wall clock; us is the fraction. */
static const struct {
    const char *text;
    enum when_kind kind; /* WHEN_NONE: refused */
    int64_t utc_s, local_s;
    int us;
    bool has_local;
} CASES[] = {
    {"2026-11-23T10:00:00Z", WHEN_UTC, 1795428000, 1795428000, 0, false},
    {"2026-11-23t10:00:00z", WHEN_UTC, 1795428000, 1795428000, 0, false},
    {"2026-11-23 10:00:00Z", WHEN_UTC, 1795428000, 1795428000, 0, false},
    {"2026-11-23T10:00:00+00:00", WHEN_UTC, 1795428000, 1795428000, 0, true},
    {"2026-11-23T10:00:00-05:00", WHEN_UTC, 1795446000, 1795428000, 0, true},
    {"2026-11-23T10:00:00+0530", WHEN_UTC, 1795408200, 1795428000, 0, true},
    {"2026-11-23T10:00:00+14", WHEN_UTC, 1795377600, 1795428000, 0, true},
    {"2026-11-23 10:00:00 +01:00", WHEN_UTC, 1795424400, 1795428000, 0, true},
    {"2026-11-23 10:00:00 UTC", WHEN_UTC, 1795428000, 1795428000, 0, true},
    {"2026-11-23T10:00:00.5Z", WHEN_UTC, 1795428000, 1795428000, 500000, false},
    {"2026-11-23T10:00:00.123456789Z", WHEN_UTC, 1795428000, 1795428000, 123456, false},
    {"2026-11-23T10:00:00,25Z", WHEN_UTC, 1795428000, 1795428000, 250000, false},
    {"2026-11-23T10:00", WHEN_LOCAL, 0, 1795428000, 0, true},
    {"2026-11-23T10:00:00", WHEN_LOCAL, 0, 1795428000, 0, true},
    {" 2026-11-23T10:00:00.000 ", WHEN_LOCAL, 0, 1795428000, 0, true},
    {"2026-11-23", WHEN_DATE, 0, 1795392000, 0, true},
    {"2024-02-29", WHEN_DATE, 0, 1709164800, 0, true},
    {"2016-12-31T23:59:60Z", WHEN_UTC, 1483228799, 1483228799, 0,
     false}, /* a leap second stays inside its day */
    {"1970-01-01T00:00:00Z", WHEN_UTC, 0, 0, 0, false},
    {"2199-12-31T23:59:59Z", WHEN_UTC, 7258118399, 7258118399, 0, false},
    {"", WHEN_NONE, 0, 0, 0, false},
    {"now", WHEN_NONE, 0, 0, 0, false},
    {"0000-01-01", WHEN_NONE, 0, 0, 0, false},
    {"1969-12-31T23:59:59Z", WHEN_NONE, 0, 0, 0, false},
    {"2200-01-01", WHEN_NONE, 0, 0, 0, false},
    {"9999-12-31T23:59:59Z", WHEN_NONE, 0, 0, 0, false},
    {"2023-02-29", WHEN_NONE, 0, 0, 0, false},
    {"2100-02-29", WHEN_NONE, 0, 0, 0, false},
    {"2026-13-01", WHEN_NONE, 0, 0, 0, false},
    {"2026-00-10", WHEN_NONE, 0, 0, 0, false},
    {"2026-04-31", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T24:00:00Z", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:60:00Z", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:61Z", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T1:00:00Z", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00.Z", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00+25:00", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00+01:99", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00+1", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00Zjunk", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T10:00:00 EST", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-23T", WHEN_NONE, 0, 0, 0, false},
    {"2026-11-2", WHEN_NONE, 0, 0, 0, false},
    {"26-11-23", WHEN_NONE, 0, 0, 0, false},
    {"2026/11/23", WHEN_NONE, 0, 0, 0, false},
    {"-2026-11-23", WHEN_NONE, 0, 0, 0, false},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct when w = {.kind = WHEN_NONE, .utc_us = 7};
        enum err e = when_parse(str_of(CASES[i].text), &w);
        if (CASES[i].kind == WHEN_NONE) {
            if (e != ERR_PARSE || w.utc_us != 7)
                fail_msg("\"%s\" was taken", CASES[i].text);
            continue;
        }
        if (e != OK || w.kind != CASES[i].kind || w.has_local != CASES[i].has_local ||
            w.local_us != CASES[i].local_s * US_PER_S + CASES[i].us ||
            w.utc_us != (w.kind == WHEN_UTC ? CASES[i].utc_s * US_PER_S + CASES[i].us : 0))
            fail_msg("\"%s\": %s, kind %d, utc %lld, local %lld", CASES[i].text, err_name(e),
                     (int)w.kind, (long long)w.utc_us, (long long)w.local_us);
    }
}

/* Every day from 1970 to 2199, counted by hand beside the arithmetic. */
static void test_every_day(void **state)
{
    static const int LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = 0;
    int weekday = 3; /* a Thursday */
    (void)state;
    for (int y = 1970; y < 2200; y++) {
        bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        for (int m = 1; m <= 12; m++) {
            int length = LENGTH[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= length; d++, day++, weekday = (weekday + 1) % 7) {
                struct civil c = civil_from_us(day * US_PER_DAY + 12 * US_PER_H);
                if (c.year != y || c.month != m || c.day != d || c.hour != 12 ||
                    civil_weekday(day * US_PER_DAY) != weekday ||
                    civil_to_us(&c) != day * US_PER_DAY + 12 * US_PER_H)
                    fail_msg("%04d-%02d-%02d", y, m, d);
            }
            assert_false(civil_valid(&(struct civil){.year = y, .month = m, .day = length + 1}));
        }
    }
}

static void test_before_1970(void **state)
{
    (void)state;
    assert_true(civil_day(-1) == -1);
    assert_true(civil_day(-US_PER_DAY) == -1);
    assert_true(civil_day(0) == 0);
    assert_int_equal(civil_weekday(-1), 2);
    struct civil c = civil_from_us(-1);
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.us, 999999);
}

static void test_text(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_str(time_rfc3339(f.arena, TEST_NOW_US), "2026-11-18T11:06:40Z");
    assert_str(time_rfc3339(f.arena, TEST_NOW_US + 1), "2026-11-18T11:06:40.000001Z");
    const struct civil early = {.year = 7, .month = 1, .day = 2}, late = {.year = 12026, .month = 11, .day = 8, .hour = 23, .us = 45};
    assert_str(time_rfc3339(f.arena, civil_to_us(&early)), "0007-01-02T00:00:00Z");
    assert_str(time_rfc3339(f.arena, civil_to_us(&late)), "12026-11-08T23:00:00.000045Z");
    char t[TIME_TEXT_MAX];
    assert_true(time_write(t, INT64_MIN) <= sizeof(t) && time_write(t, INT64_MAX) <= sizeof(t));
    struct when w = when_from_local(TEST_NOW_US, true, -18000);
    assert_str(time_local_text(f.arena, &w), "2026-11-18T11:06:40");
    assert_str(time_rfc3339(f.arena, w.utc_us), "2026-11-18T16:06:40Z");
    w = when_from_date(2026, 2, 3);
    assert_str(time_local_text(f.arena, &w), "2026-02-03");
    w = when_from_utc(TEST_NOW_US);
    assert_str(time_local_text(f.arena, &w), ""); /* no wall clock was given */
    w = (struct when){0};
    assert_str(time_local_text(f.arena, &w), "");
    fixture_clear(&f);
}

static void test_months(void **state)
{
    static const struct {
        const char *word;
        int want;
    } MONTHS[] = {{"Jan", 1},      {"january", 1},   {"FEB", 2},  {"May", 5},
                  {"Sept", 9},     {"September", 9}, {"dec", 12}, {"Ja", 0},
                  {"Januarys", 0}, {"", 0},          {"Febr", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(MONTHS) / sizeof(MONTHS[0]); i++)
        if (month_from_name(str_of(MONTHS[i].word)) != MONTHS[i].want)
            fail_msg("%s", MONTHS[i].word);
}

static void test_rfc2822(void **state)
{
    static const struct {
        const char *text;
        int64_t want_s; /* -1: none */
    } MAIL[] = {
        {"Mon, 23 Nov 2026 10:00:00 +0000", 1795428000},
        {"Mon, 23 Nov 2026 10:00:00 GMT", 1795428000},
        {"Mon, 23 Nov 2026 04:00:00 -0600", 1795428000},
        {"23 Nov 2026 10:00:00", 1795428000},
        {" 3 Nov 2026 10:00:00 +0000", 1793700000},
        {"Mon, 23 Nov 2026 10:00:00 EST5EDT", -1},
        {"Mon, 31 Feb 2026 10:00:00 +0000", -1},
        {"Mon, 23 Non 2026 10:00:00 +0000", -1},
        {"Mon, 23 Nov 26 10:00:00 +0000", -1},
        {"Mon, 23 Nov 2026 25:00:00 +0000", -1},
        {"Mon, 23 Nov 2026 10:00", -1},
        {"Mon,", -1},
        {"120", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(MAIL) / sizeof(MAIL[0]); i++) {
        int64_t us = -1 * US_PER_S;
        bool is = time_from_rfc2822(str_of(MAIL[i].text), &us);
        if (is != (MAIL[i].want_s >= 0) || us != MAIL[i].want_s * US_PER_S)
            fail_msg("%s: %d %lld", MAIL[i].text, is, (long long)us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rfc2822), cmocka_unit_test(test_parse),
                                       cmocka_unit_test(test_every_day),
                                       cmocka_unit_test(test_before_1970),
                                       cmocka_unit_test(test_text), cmocka_unit_test(test_months)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
