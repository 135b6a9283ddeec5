/* Claim windows and the mail-order clock at their edges; every row of the tables has figures and a source. */
#include "lib/facts.h"
#include "lib/fixture.h"

#include "base/data.h"
#include "base/num.h"
#include "mind/legal.h"

#define D(n) ((int64_t)(n) * US_PER_DAY)

struct window_case {
    const char *name, *carrier;
    enum diag_class cls;
    int64_t after_us; /* what it counts from: T0 */
    enum policy_window want;
};

/* promised, handed over, delivered: 10, 0 and 12 days after T0 */
static const struct window_case WINDOWS[] = {
    {"ups, lost, before the promised day is over", "ups", DIAG_LOST, D(11) - 1, WINDOW_NOT_YET},
    {"ups, lost, the day after", "ups", DIAG_LOST, D(11), WINDOW_OPEN},
    {"ups, lost, a week before the end", "ups", DIAG_LOST, D(10 + 60 - 7), WINDOW_CLOSING},
    {"ups, lost, the last moment", "ups", DIAG_LOST, D(10 + 60), WINDOW_CLOSING},
    {"ups, lost, over", "ups", DIAG_LOST, D(10 + 60) + 1, WINDOW_CLOSED},
    {"ups, damaged counts from the delivery", "ups", DIAG_DAMAGED, D(12), WINDOW_OPEN},
    {"usps, lost, two weeks", "usps", DIAG_PRESUMED_LOST, D(15) - 1, WINDOW_NOT_YET},
    {"usps, lost, fifteen days", "usps", DIAG_PRESUMED_LOST, D(15), WINDOW_OPEN},
    {"usps, over", "usps", DIAG_LOST, D(60) + 1, WINDOW_CLOSED},
    {"fedex, nine months", "fedex", DIAG_LOST, D(262), WINDOW_OPEN},
    {"dhl express, a month", "dhl_express", DIAG_WRONG_ITEM, D(30) + 1, WINDOW_CLOSED},
    {"not received is as lost", "dhl_express", DIAG_DELIVERED_NOT_RECEIVED, D(1), WINDOW_OPEN},
    {"a carrier that is not listed", "nobody", DIAG_LOST, D(1), WINDOW_UNKNOWN},
};

static void test_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(WINDOWS) / sizeof(WINDOWS[0]); i++) {
        struct parcel_diagnosis pd = {.carrier = str_of(WINDOWS[i].carrier)};
        pd.d.cls = WINDOWS[i].cls;
        pd.d.fig.hand_over_us = T0_US;
        pd.d.fig.promised_us = T0_US + D(10);
        pd.d.fig.delivered_us = T0_US + D(12);
        enum policy_window got = legal_claim_window(&pd, T0_US + WINDOWS[i].after_us);
        if (got != WINDOWS[i].want)
            fail_msg("%s: %s", WINDOWS[i].name, policy_enum_word(FIELD_CLAIM_WINDOW, got));
        if (got != WINDOW_UNKNOWN)
            assert_true((legal_claim_until(&pd) < T0_US + WINDOWS[i].after_us) == (got == WINDOW_CLOSED));
    }
    struct parcel_diagnosis none = {.carrier = STR("ups")};
    none.d.cls = DIAG_LOST;
    assert_int_equal(legal_claim_window(&none, T0_US), WINDOW_UNKNOWN); /* no promised day */
    assert_int_equal(legal_claim_window(NULL, T0_US), WINDOW_UNKNOWN);
}

static enum policy_legal mail_order(int64_t after_us, const char *country, bool cod, int64_t waiting, int64_t *next)
{
    struct order_case cas = {.views_n = 1};
    struct item_state item = {.waiting = waiting};
    struct case_diagnosis cd = {.items = &item, .items_n = 1};
    cas.views[0] = (struct order_view){.placed_us = T0_US, .country = str_of(country), .cod = cod};
    *next = legal_us_mail_order_next(&cas, &cd, T0_US + after_us);
    return legal_us_mail_order(&cas, &cd, T0_US + after_us);
}

static void test_mail_order(void **state)
{
    int64_t next;
    (void)state;
    /* nobody promised a day: thirty days */
    assert_int_equal(mail_order(D(30) - 1, "US", false, 1, &next), LEGAL_NONE);
    assert_int_equal(next, T0_US + D(30));
    assert_int_equal(mail_order(D(30), "US", false, 1, &next), LEGAL_OPTION_NOTICE);
    assert_int_equal(next, T0_US + D(53));
    assert_int_equal(mail_order(D(53), "US", false, 1, &next), LEGAL_CONSENT);
    assert_int_equal(mail_order(D(60), "US", false, 1, &next), LEGAL_REFUND);
    assert_int_equal(next, 0);
    assert_int_equal(mail_order(D(60), "DE", false, 1, &next), LEGAL_NONE);
    assert_int_equal(mail_order(D(60), "US", true, 1, &next), LEGAL_NONE); /* cash on delivery is outside the rule */
    assert_int_equal(mail_order(D(60), "US", false, 0, &next), LEGAL_NONE);
}

static void check_table(const char *file, size_t columns, size_t day, size_t source)
{
    struct str rest = data_file(file), line;
    size_t rows = 0;
    while (data_line(&rest, &line)) {
        struct str col = STR_NULL;
        int64_t n;
        size_t i = 0;
        for (; str_split(&line, '\t', &col); i++) {
            if (i == day)
                assert_int_equal(num_parse_i64(col, 0, 3660, &n), OK);
            if (i == source)
                assert_true(str_contains(col, STR("read 20")));
        }
        assert_int_equal(i, columns);
        rows++;
    }
    assert_true(rows >= 3);
}

static void test_tables(void **state)
{
    (void)state;
    check_table("legal/claim_windows.tsv", 6, 4, 5);
    check_table("legal/clocks.tsv", 5, 2, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_windows), cmocka_unit_test(test_mail_order), cmocka_unit_test(test_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
