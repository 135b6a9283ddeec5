/* Zones: offsets on both sides of clock changes, wall clocks in gaps and overlaps, places, and many
 * threads at once. */
#include "lib/fixture.h"

#include "base/data.h"
#include "base/timefmt.h"
#include "base/zone.h"

#include <pthread.h>

static int64_t us_of(const char *text)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK)
        fail_msg("%s", text);
    return w.kind == WHEN_UTC ? w.utc_us : w.local_us;
}

static const struct {
    const char *zone, *at;
    int want_min;
} OFFSETS[] = {
    {"UTC", "2026-07-01T00:00:00Z", 0},
    {"America/New_York", "2026-03-08T06:59:59.999999Z", -300},
    {"America/New_York", "2026-03-08T07:00:00Z", -240},
    {"America/New_York", "2026-11-01T05:59:59Z", -240},
    {"America/New_York", "2026-11-01T06:00:00Z", -300},
    {"Europe/Berlin", "2026-03-29T00:59:59Z", 60},
    {"Europe/Berlin", "2026-03-29T01:00:00Z", 120},
    {"Asia/Kolkata", "2026-06-01T00:00:00Z", 330},
    {"Asia/Kathmandu", "2026-06-01T00:00:00Z", 345},
    {"Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660},
    {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", 630},
    {"America/Sao_Paulo", "2018-12-01T00:00:00Z", -120}, /* it had summer time then */
    {"America/Sao_Paulo", "2026-12-01T00:00:00Z", -180},
    {"Pacific/Kiritimati", "2026-12-01T00:00:00Z", 840},
    {"Europe/London", "1970-06-01T00:00:00Z", 60}, /* British Standard Time all year */
    {"America/New_York", "2150-07-01T00:00:00Z", -240},
};

static void test_offsets(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) /* the second round comes from the cache */
        for (size_t i = 0; i < sizeof(OFFSETS) / sizeof(OFFSETS[0]); i++) {
            int32_t s = 1;
            enum err e = zone_offset(str_of(OFFSETS[i].zone), us_of(OFFSETS[i].at), &s);
            if (e != OK || s != OFFSETS[i].want_min * 60)
                fail_msg("%s %s: %s %d", OFFSETS[i].zone, OFFSETS[i].at, err_name(e), (int)s);
        }
}

static const struct {
    const char *name, *zone, *local, *utc;
} LOCALS[] = {
    {"plain", "America/New_York", "2026-07-04T12:00:00", "2026-07-04T16:00:00Z"},
    {"gap: later", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"},
    {"gap's first second", "America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z"},
    {"just before the gap", "America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z"},
    {"just behind the gap", "America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z"},
    {"overlap: first", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"},
    {"behind the overlap", "America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z"},
    {"berlin gap", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"},
    {"berlin overlap", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
    {"half an hour", "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
    {"a day that never was", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"},
};

static void test_locals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(LOCALS) / sizeof(LOCALS[0]); i++) {
        int64_t utc = 0;
        enum err e = zone_to_utc(str_of(LOCALS[i].zone), us_of(LOCALS[i].local), &utc);
        if (e != OK || utc != us_of(LOCALS[i].utc))
            fail_msg("%s: %s, off by %lld s", LOCALS[i].name, err_name(e),
                     (long long)((utc - us_of(LOCALS[i].utc)) / US_PER_S));
    }
}

static void test_unknown(void **state)
{
    static const struct str NAMES[] = {
        {"", 0},
        {NULL, 0},
        {"Mars/Olympus", 12},
        {"europe/berlin", 13},
        {"Europe/Berlin ", 14},
        {"Etc/Unknown", 11},
        {"GMT+25:99", 9},
        {"Europe\0Berlin", 13},
        {"\xff\xfe", 2},
        {"A/very/long/name/that/is/no/zone/at/all/and/goes/on/and/on", 59}};
    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        int32_t s = 99;
        int64_t utc = 99;
        if (zone_offset(NAMES[i], TEST_NOW_US, &s) != ERR_NOTFOUND || s != 99 ||
            zone_to_utc(NAMES[i], TEST_NOW_US, &utc) != ERR_NOTFOUND || utc != 99)
            fail_msg("\"%.*s\" was taken", STR_ARG(NAMES[i]));
    }
    int64_t utc;
    assert_int_equal(zone_to_utc(STR("UTC"), INT64_MAX, &utc), ERR_LIMIT);
    assert_int_equal(zone_to_utc(STR("UTC"), INT64_MIN, &utc), ERR_LIMIT);
}

/* Cached or asked anew, hour by hour through three years: a wall clock made from an instant leads
 * back to it, or, in the hour that comes twice, to the first of the two. */
static void test_round_trip(void **state)
{
    static const char *const ZONES[] = {"America/New_York", "Europe/Berlin", "Australia/Sydney",
                                        "America/St_Johns", "Africa/Casablanca"};
    int64_t from = us_of("2024-01-01T00:00:00Z"), to = us_of("2027-01-01T00:00:00Z");
    (void)state;
    for (int64_t t = from; t < to; t += 30 * US_PER_MIN)
        for (size_t i = 0; i < sizeof(ZONES) / sizeof(ZONES[0]); i++) {
            int32_t off, again;
            int64_t back;
            assert_int_equal(zone_offset(str_of(ZONES[i]), t, &off), OK);
            assert_int_equal(zone_to_utc(str_of(ZONES[i]), t + off * US_PER_S, &back), OK);
            assert_int_equal(zone_offset(str_of(ZONES[i]), back, &again), OK);
            if (back != t && !(back < t && t - back <= US_PER_H &&
                               back + again * US_PER_S == t + off * US_PER_S))
                fail_msg("%s at %lld", ZONES[i], (long long)t);
        }
}

static const struct {
    const char *country, *region, *zone;
    bool exact;
} PLACES[] = {
    {"DE", "", "Europe/Berlin", true},
    {"de", "", "Europe/Berlin", true},
    {"US", "", "America/New_York", false},
    {"US", "TX", "America/Chicago", false},
    {"US", "US-CA", "America/Los_Angeles", true},
    {"us", "ny", "America/New_York", true},
    {"US", "New York", "America/New_York", false}, /* a name is no code: the country's zone */
    {"CA", "BC", "America/Vancouver", false},
    {"CA", "AB", "America/Edmonton", true},
    {"AU", "WA", "Australia/Perth", false},
    {"AU", "QLD", "Australia/Brisbane", true},
    {"BR", "AM", "America/Manaus", false},
    {"MX", "BCN", "America/Tijuana", true},
    {"RU", "SVE", "Asia/Yekaterinburg", true},
    {"ES", "GC", "Atlantic/Canary", true},
    {"PT", "20", "Atlantic/Azores", true},
    {"IN", "MH", "Asia/Kolkata", true},
    {"CN", "XJ", "Asia/Shanghai", true},
    {"XX", "", "UTC", false},
    {"", "", "UTC", false},
    {"USA", "TX", "UTC", false},
};

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
        bool exact = !PLACES[i].exact;
        struct str z = zone_of_place(str_of(PLACES[i].country), str_of(PLACES[i].region), &exact);
        if (!str_eq(z, str_of(PLACES[i].zone)) || exact != PLACES[i].exact)
            fail_msg("%s %s: %.*s %d", PLACES[i].country, PLACES[i].region, STR_ARG(z), exact);
    }
}

/* Each row of the table has four fields, a zone that ICU knows, and a key of its own. */
static void test_table(void **state)
{
    struct str rest = data_file("zones.tsv"), line, last = STR("");
    size_t n = 0;
    (void)state;
    while (data_line(&rest, &line)) {
        struct str f[5], row = line, key;
        int fields = 0;
        int32_t s;
        bool exact;
        while (fields < 5 && str_split(&row, '\t', &f[fields]))
            fields++;
        if (fields != 4 || zone_offset(f[2], TEST_NOW_US, &s) != OK ||
            !(str_eq(f[3], STR("exact")) || str_eq(f[3], STR("likely"))))
            fail_msg("%.*s", STR_ARG(line));
        key = (struct str){f[0].p, f[0].n + 1 + f[1].n};
        if (str_cmp(last, key) >= 0)
            fail_msg("not in order or twice: %.*s", STR_ARG(line));
        last = key;
        struct str found = zone_of_place(f[0], str_eq(f[1], STR("-")) ? STR("") : f[1], &exact);
        if (!str_eq(found, f[2]) || exact != str_eq(f[3], STR("exact")))
            fail_msg("not found: %.*s", STR_ARG(line));
        n++;
    }
    assert_true(n > 500);
}

static void *in_thread(void *out)
{
    int64_t sum = 0;
    for (int i = 0; i < 2000; i++)
        for (size_t k = 0; k < sizeof(OFFSETS) / sizeof(OFFSETS[0]); k++) {
            int32_t s = 0;
            if (zone_offset(str_of(OFFSETS[k].zone), TEST_NOW_US + i * US_PER_DAY, &s) != OK)
                return NULL;
            sum += s;
        }
    *(int64_t *)out = sum;
    return out;
}

static void test_threads(void **state)
{
    enum { THREADS = 4 };
    pthread_t t[THREADS];
    int64_t sums[THREADS] = {0};
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, in_thread, &sums[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *r;
        assert_int_equal(pthread_join(t[i], &r), 0);
        assert_non_null(r);
        assert_true(sums[i] == sums[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets), cmocka_unit_test(test_locals),
        cmocka_unit_test(test_unknown), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_places),  cmocka_unit_test(test_table),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
