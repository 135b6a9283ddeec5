/* Business days: known days of known years, country by country, then what must hold between the
 * questions. */
#include "lib/fixture.h"

#include "base/calendar.h"
#include "base/calendar_rules.h"
#include "base/timefmt.h"

static int64_t us_of(const char *text)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK)
        fail_msg("%s", text);
    return w.kind == WHEN_UTC ? w.utc_us : w.local_us;
}

static int64_t day_of(const char *date)
{
    return civil_day(us_of(date));
}

static void test_easter(void **state)
{
    /* Dates of the churches' tables, among them the earliest and the latest possible. */
    static const char *const DAYS[] = {"1970-03-29", "2000-04-23", "2008-03-23", "2011-04-24",
                                       "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
                                       "2030-04-21", "2038-04-25", "2049-04-18", "2100-03-28"};
    (void)state;
    for (size_t i = 0; i < sizeof(DAYS) / sizeof(DAYS[0]); i++) {
        struct civil c = civil_from_us(us_of(DAYS[i]));
        if (easter_day(c.year) != day_of(DAYS[i]))
            fail_msg("%s", DAYS[i]);
    }
    for (int y = 1970; y < 2200; y++) {
        struct civil c = civil_from_us(easter_day(y) * US_PER_DAY);
        assert_int_equal(civil_weekday(easter_day(y) * US_PER_DAY), 6);
        assert_true((c.month == 3 && c.day >= 22) || (c.month == 4 && c.day <= 25));
    }
}

static const struct {
    const char *country, *region, *date;
    const char *name; /* "" a business day, "-" the weekend, else the holiday's beginning */
} DAYS[] = {
    {"US", "", "2026-11-26", "Thanksgiving"},
    {"US", "", "2026-11-27", ""},
    {"US", "", "2026-07-03", "Independence"}, /* the 4th is a Saturday */
    {"US", "", "2027-07-05", "Independence"}, /* the 4th is a Sunday */
    {"US", "", "2027-12-31", "New Year"},     /* 1 January 2028 is a Saturday */
    {"US", "", "2026-01-19", "Birthday of Martin"},
    {"US", "", "2026-05-25", "Memorial"},
    {"US", "", "2020-06-19", ""},
    {"US", "", "2026-06-19", "Juneteenth"},
    {"US", "", "2026-11-21", "-"},
    {"CA", "", "2026-05-18", "Victoria"},
    {"CA", "", "2026-10-12", "Thanksgiving"},
    {"CA", "", "2026-12-28", "Boxing"}, /* the 26th is a Saturday */
    {"CA", "QC", "2026-06-24", "National Holiday of Quebec"},
    {"CA", "", "2026-06-24", ""},
    {"CA", "ON", "2026-02-16", "Family"},
    {"GB", "", "2026-04-06", "Easter Monday"},
    {"GB", "SCT", "2026-04-06", ""},
    {"GB", "SCT", "2026-11-30", "Saint Andrew"},
    {"GB", "", "2026-12-28", "Boxing"},
    {"GB", "", "2021-12-27", "Christmas"}, /* a Saturday and a Sunday */
    {"GB", "", "2021-12-28", "Boxing"},
    {"GB", "", "2022-12-27", "Christmas"}, /* Sunday; Boxing Day keeps its Monday */
    {"GB", "", "2022-12-26", "Boxing"},
    {"GB", "", "2022-06-02", "Platinum"},
    {"GB", "", "2022-05-30", ""}, /* moved to 2 June that year */
    {"GB", "", "2026-08-31", "Summer"},
    {"GB", "SCT", "2026-08-03", "Summer"},
    {"GB", "SCT", "2022-01-03", "New Year"}, /* both days fell on a weekend */
    {"GB", "SCT", "2022-01-04", "2 January"},
    {"GB", "", "2023-01-02", "New Year"},
    {"GB", "", "2023-01-03", ""},
    {"GB", "SCT", "2023-01-02",
     "2 January"}, /* taken, so that the first's substitute is a day later */
    {"GB", "SCT", "2023-01-03", "New Year"},
    {"GB", "SCT", "2023-01-04", ""},
    {"DE", "", "2026-10-03", "German Unity"},
    {"DE", "", "2026-06-04", ""},
    {"DE", "BY", "2026-06-04", "Corpus Christi"},
    {"DE", "SN", "2026-11-18", "Day of Repentance"},
    {"DE", "NI", "2017-10-31", "Reformation"},
    {"DE", "NI", "2016-10-31", ""},
    {"DE", "BE", "2026-03-08", "International"},
    {"FR", "", "2026-05-14", "Ascension"},
    {"FR", "", "2026-07-14", "Bastille"},
    {"FR", "", "2026-04-03", ""},
    {"FR", "67", "2026-04-03", "Good Friday"},
    {"ES", "", "2026-10-12", "National"},
    {"IT", "", "2026-06-02", "Republic"},
    {"IT", "", "2027-10-04", "Saint Francis"},
    {"IT", "", "2024-10-04", ""},
    {"NL", "", "2026-04-27", "King"},
    {"NL", "", "2025-04-26", "King"}, /* the 27th is a Sunday */
    {"NL", "", "2025-05-05", "Liberation"},
    {"NL", "", "2026-05-05", ""},
    {"IN", "", "2026-01-26", "Republic"},
    {"IN", "", "2026-03-04", "Holi"},
    {"IN", "", "2024-10-31", "Diwali"},
    {"IN", "", "2026-11-21", ""}, /* Saturdays are worked */
    {"IN", "", "2026-11-22", "-"},
    {"BR", "", "2026-02-17", "Carnival"},
    {"BR", "", "2023-11-20", ""},
    {"BR", "", "2026-11-20", "Black"},
    {"AU", "", "2026-01-26", "Australia"},
    {"AU", "", "2025-01-27", "Australia"}, /* the 26th is a Sunday */
    {"AU", "", "2025-01-28", ""},
    {"AU", "NSW", "2026-06-08", "King"},
    {"AU", "QLD", "2026-06-08", ""},
    {"AU", "QLD", "2026-10-05", "King"},
    {"AU", "VIC", "2026-11-03", "Melbourne Cup"},
    {"AU", "WA", "2026-04-27", "Anzac"},
    {"AU", "VIC", "2026-04-27", ""},
    {"AU", "QLD", "2026-04-27", ""}, /* Anzac Day on a Saturday: no day instead of it */
    {"AU", "ACT", "2026-04-27", "Anzac"},
    {"AU", "NSW", "2026-04-27", "Anzac"},
    {"AU", "QLD", "2027-04-26", "Anzac"}, /* on a Sunday: Monday */
    {"AU", "NT", "2027-04-26", "Anzac"},
    {"AU", "SA", "2027-04-26", "Anzac"},
    {"AU", "NSW", "2027-04-26", "Anzac"},
    {"AU", "TAS", "2027-04-26", ""},
    {"AU", "VIC", "2027-04-26", ""},
    {"AT", "", "2026-10-26", "National"},
    {"BE", "", "2026-07-21", "National"},
    {"CH", "", "2026-12-25", "Christmas"},
    {"CH", "TI", "2026-04-03", ""},
    {"CH", "ZH", "2026-04-03", "Good Friday"},
    {"IE", "", "2026-02-02", "Saint Brigid"},
    {"IE", "", "2030-02-01", "Saint Brigid"},
    {"IE", "", "2030-02-04", ""},
    {"PL", "", "2026-12-24", "Christmas Eve"},
    {"PL", "", "2024-12-24", ""},
    {"SE", "", "2026-06-19", "Midsummer Eve"},
    {"DK", "", "2023-05-05", "General Prayer"},
    {"DK", "", "2024-04-26", ""},
    {"NO", "", "2027-05-17", "Constitution"},
    {"FI", "", "2027-12-06", "Independence"},
    {"PT", "", "2026-06-10", "Portugal"},
    {"PT", "", "2014-12-01", ""},
    {"JP", "", "2026-05-06", "Constitution"}, /* 3 May is a Sunday, the 4th and 5th are taken */
    {"JP", "", "2026-09-22", "Citizens"},
    {"JP", "", "2024-09-23", "Autumnal"},
    {"MX", "", "2026-11-16", "Revolution"},
    {"MX", "", "2024-10-01", "Change"},
    {"CN", "", "2026-02-17", "Spring"},
    {"CN", "", "2026-02-14", ""}, /* a Saturday that is worked */
    {"CN", "", "2026-02-21", "Spring"},
    {"CN", "", "2026-03-07", "-"},
    {"AE", "", "2021-12-10", "-"}, /* a Friday, until the end of 2021 */
    {"AE", "", "2022-01-07", ""},
    {"AE", "", "2026-12-02", "National"},
    {"SA", "", "2026-09-23", "National"},
    {"SA", "", "2026-11-20", "-"},
    {"SA", "", "2026-11-22", ""},
    {"EG", "", "2026-11-20", "-"},
    {"EG", "", "2026-11-22", ""},
    {"ZZ", "", "2026-11-21", "-"},
    {"ZZ", "", "2026-12-25", ""},
    {"", "", "2026-12-25", ""},
};

static void test_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(DAYS) / sizeof(DAYS[0]); i++) {
        struct calendar cal = {.country = str_of(DAYS[i].country),
                               .region = str_of(DAYS[i].region)};
        int64_t day = day_of(DAYS[i].date);
        struct str name = calendar_holiday_name(&cal, day), want = str_of(DAYS[i].name);
        bool holiday = want.n > 1;
        if (calendar_is_business_day(&cal, day) != (want.n == 0) ||
            (holiday ? !str_starts(name, want) : name.n > 0))
            fail_msg("%s %s %s: \"%.*s\"", DAYS[i].country, DAYS[i].region, DAYS[i].date,
                     STR_ARG(name));
    }
}

static void test_table(void **state)
{
    static const char *const KNOWN[] = {"US", "CA", "GB", "DE", "FR", "ES", "IT", "NL", "IN",
                                        "BR", "AU", "AT", "BE", "CH", "IE", "PL", "SE", "DK",
                                        "NO", "FI", "PT", "JP", "MX", "CN", "AE", "SA"};
    (void)state;
    if (calendar_bad_row().n > 0)
        fail_msg("%.*s", STR_ARG(calendar_bad_row()));
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        const struct country_days *c = country_find(str_of(KNOWN[i]));
        assert_true(calendar_known(str_of(KNOWN[i])));
        for (size_t k = 0; k < c->n; k++) {
            assert_true(rule_name(c->days[k].rule).n > 0);
            assert_true(rule_source(c->days[k].rule).n > 0);
            assert_true(k == 0 || c->days[k - 1].day <= c->days[k].day);
        }
    }
    assert_false(calendar_known(STR("ZZ")));
    assert_false(calendar_known(STR("EG"))); /* a weekend alone is no table of holidays */
    assert_false(calendar_known(STR("DEU")));
    assert_true(calendar_known(STR("de")));
}

static void test_merchant_days(void **state)
{
    int64_t off[] = {day_of("2026-11-24"), day_of("2026-11-25")},
            work[] = {day_of("2026-11-22"), day_of("2026-11-26")};
    struct calendar cal = {.country = STR("US"),
                           .extra_off = off,
                           .extra_off_n = 2,
                           .extra_work = work,
                           .extra_work_n = 2};
    (void)state;
    assert_false(calendar_is_business_day(&cal, off[0]));
    assert_false(calendar_is_business_day(&cal, off[1]));
    assert_true(calendar_is_business_day(&cal, work[0])); /* a Sunday */
    assert_true(calendar_is_business_day(&cal, work[1])); /* Thanksgiving */
    assert_true(calendar_is_business_day(&cal, day_of("2026-11-23")));
    assert_false(calendar_is_business_day(&cal, day_of("2026-11-21")));
    cal.saturday_works = true;
    assert_true(calendar_is_business_day(&cal, day_of("2026-11-21")));
    assert_false(calendar_is_business_day(&cal, day_of("2026-11-29")));
}

static const struct {
    const char *name, *country, *zone, *start;
    int n;
    const char *want;
} ADDS[] = {
    {"same day", "US", "America/New_York", "2026-11-23T15:00:00Z", 0, "2026-11-23T15:00:00Z"},
    {"next day", "US", "America/New_York", "2026-11-23T15:00:00Z", 1, "2026-11-24T15:00:00Z"},
    {"over Thanksgiving and the weekend", "US", "America/New_York", "2026-11-25T15:00:00Z", 2,
     "2026-11-30T15:00:00Z"},
    {"weekend starts Monday at midnight", "US", "America/New_York", "2026-11-21T15:00:00Z", 0,
     "2026-11-23T05:00:00Z"},
    {"weekend and one", "US", "America/New_York", "2026-11-21T15:00:00Z", 1,
     "2026-11-24T05:00:00Z"},
    {"Friday evening there is Saturday in UTC", "US", "America/Los_Angeles", "2026-11-21T03:00:00Z",
     1, "2026-11-24T03:00:00Z"},
    {"same wall clock over summer time's end", "US", "America/New_York", "2026-10-30T14:00:00Z", 1,
     "2026-11-02T15:00:00Z"},
    {"same wall clock over its beginning", "DE", "Europe/Berlin", "2026-03-27T09:00:00Z", 1,
     "2026-03-30T08:00:00Z"},
    {"over Easter", "DE", "Europe/Berlin", "2026-04-02T10:00:00Z", 1, "2026-04-07T10:00:00Z"},
    {"Spring Festival", "CN", "Asia/Shanghai", "2026-02-13T04:00:00Z", 2, "2026-02-24T04:00:00Z"},
    {"Friday and Saturday off", "SA", "Asia/Riyadh", "2026-11-19T09:00:00Z", 1,
     "2026-11-22T09:00:00Z"},
    {"unknown country", "ZZ", "UTC", "2026-12-24T09:00:00Z", 1, "2026-12-25T09:00:00Z"},
};

static void test_add(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ADDS) / sizeof(ADDS[0]); i++) {
        struct calendar cal = {.country = str_of(ADDS[i].country)};
        int64_t out = 0;
        enum err e = calendar_add_business(&cal, str_of(ADDS[i].zone), us_of(ADDS[i].start),
                                           ADDS[i].n, &out);
        if (e != OK || out != us_of(ADDS[i].want))
            fail_msg("%s: %s, off by %lld min", ADDS[i].name, err_name(e),
                     (long long)((out - us_of(ADDS[i].want)) / US_PER_MIN));
    }
}

static void test_refusals(void **state)
{
    struct calendar cal = {.country = STR("US")};
    int64_t out = 5, every[3000];
    int n = 5;
    (void)state;
    assert_int_equal(calendar_add_business(&cal, STR("UTC"), TEST_NOW_US, -1, &out), ERR_LIMIT);
    assert_int_equal(calendar_add_business(&cal, STR("UTC"), TEST_NOW_US, 401, &out), ERR_LIMIT);
    assert_int_equal(calendar_add_business(&cal, STR("Nowhere"), TEST_NOW_US, 1, &out),
                     ERR_NOTFOUND);
    assert_int_equal(
        calendar_business_between(&cal, STR("Nowhere"), TEST_NOW_US, TEST_NOW_US + 1, &n),
        ERR_NOTFOUND);
    assert_int_equal(calendar_business_between(&cal, STR("UTC"), 0, US_PER_DAY * 366 * 101, &n),
                     ERR_LIMIT);
    assert_int_equal(calendar_add_business(&cal, STR("UTC"), INT64_MAX - 5, 1, &out), ERR_LIMIT);
    assert_true(out == 5 && n == 5);
    assert_int_equal(calendar_add_business(&cal, STR("UTC"), TEST_NOW_US, 400, &out), OK);
    for (int i = 0; i < 3000; i++) /* a shop that is always closed */
        every[i] = civil_day(TEST_NOW_US) + i;
    cal.extra_off = every;
    cal.extra_off_n = 3000;
    assert_int_equal(calendar_add_business(&cal, STR("UTC"), TEST_NOW_US, 1, &out),
                     OK); /* after all that time */
}

/* n days on is n days between, less is less, and the days between never go back as time goes on. */
static void test_agree(void **state)
{
    static const struct calendar CALS[] = {{.country = {"US", 2}},
                                           {.country = {"GB", 2}, .saturday_works = true},
                                           {.country = {"CN", 2}},
                                           {.country = {"SA", 2}}};
    (void)state;
    for (size_t k = 0; k < sizeof(CALS) / sizeof(CALS[0]); k++) {
        int64_t start = us_of("2026-01-01T05:30:00Z");
        for (int i = 0; i < 500; i++, start += 17 * US_PER_H) {
            int last = 0;
            for (int n = 1; n <= 6; n++) {
                int64_t due;
                int between, before;
                assert_int_equal(
                    calendar_add_business(&CALS[k], STR("Asia/Kolkata"), start, n, &due), OK);
                assert_int_equal(
                    calendar_business_between(&CALS[k], STR("Asia/Kolkata"), start, due, &between),
                    OK);
                assert_int_equal(calendar_business_between(&CALS[k], STR("Asia/Kolkata"), start,
                                                           due - 1, &before),
                                 OK);
                if (between != n || before != n - 1 || between <= last)
                    fail_msg("calendar %zu, start %lld, n %d: %d and %d", k, (long long)start, n,
                             between, before);
                last = between;
            }
        }
    }
    int n = 9;
    assert_int_equal(calendar_business_between(&CALS[0], STR("UTC"), 1000, 1000, &n), OK);
    assert_int_equal(n, 0);
    n = 9;
    assert_int_equal(calendar_business_between(&CALS[0], STR("UTC"), TEST_NOW_US,
                                               TEST_NOW_US - US_PER_DAY * 30, &n),
                     OK);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_easter),   cmocka_unit_test(test_days),
        cmocka_unit_test(test_table),    cmocka_unit_test(test_merchant_days),
        cmocka_unit_test(test_add),      cmocka_unit_test(test_agree),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
