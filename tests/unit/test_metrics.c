/* The histogram's cells and quantiles, and the metrics in Prometheus's text form. CTest label: flows */
#include "lib/fixture.h"

#include <pthread.h>

#include "base/metrics.h"

static struct histogram h; /* too large for a stack that others share */

static void test_quantile_is_near(void **state)
{
    static const int64_t VALUES[] = {0, 1, 15, 16, 17, 31, 32, 33, 999, 1000, 1024, 65535, 65536, 1000000, 60000000, 3600000000, 2000000000000};
    (void)state;
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
        histogram_reset(&h);
        histogram_add(&h, VALUES[i]);
        int64_t got = histogram_quantile(&h, 500);
        if (got < VALUES[i] || got > VALUES[i] + VALUES[i] / 16)
            fail_msg("%lld read back as %lld", (long long)VALUES[i], (long long)got);
    }
}

static void test_quantiles_of_many(void **state)
{
    static const struct {
        int permille;
        int64_t want;
    } CASES[] = {{1, 100}, {500, 50000}, {900, 90000}, {990, 99000}, {999, 99900}, {1000, 100000}};
    (void)state;
    histogram_reset(&h);
    assert_int_equal(histogram_quantile(&h, 990), 0);
    for (int64_t us = 1; us <= 100000; us++)
        histogram_add(&h, us);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        int64_t got = histogram_quantile(&h, CASES[i].permille);
        if (got < CASES[i].want || got > CASES[i].want + CASES[i].want / 16 + 1)
            fail_msg("quantile %d: got %lld, want about %lld", CASES[i].permille, (long long)got, (long long)CASES[i].want);
    }
}

static void test_edges(void **state)
{
    (void)state;
    histogram_reset(&h);
    histogram_add(&h, -5); /* a clock that was set back */
    assert_int_equal(histogram_below(&h, 0), 1);
    histogram_add(&h, INT64_MAX);
    assert_int_equal(histogram_below(&h, HISTOGRAM_TOP), 2);
    assert_true(histogram_quantile(&h, 1000) > INT64_C(1) << 40);
    histogram_reset(&h);
    for (int power = 0; power < HISTOGRAM_TOP; power++)
        histogram_add(&h, INT64_C(1) << power);
    for (int power = 0; power <= HISTOGRAM_TOP; power++) /* 1, 2 .. 2^(power-1) are below 2^power */
        assert_int_equal(histogram_below(&h, power), power);
}

static void *add_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10000; i++) {
        metric_add(METRIC_HOOKS, 1, 1);
        metric_observe_us(METRIC_H_FOLD_LAG, i);
    }
    return NULL;
}

static void assert_line(struct str text, const char *line)
{
    if (!str_contains(text, str_of(line)))
        fail_msg("no \"%s\" in:\n%.*s", line, STR_ARG(text));
}

static void test_text(void **state)
{
    pthread_t th[4];
    struct buf b;
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&th[i], NULL, add_many, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(th[i], NULL);
    metric_set(METRIC_WATCHED, 0, 77);
    buf_init(&b, 1 << 20);
    metrics_write(&b);
    assert_int_equal(buf_err(&b), OK);
    assert_line(buf_str(&b), "# TYPE wismo_webhooks_total counter\nwismo_webhooks_total{outcome=\"accepted\"} 0\n"
                             "wismo_webhooks_total{outcome=\"repeat\"} 40000\n");
    assert_line(buf_str(&b), "# TYPE wismo_watched_timers gauge\nwismo_watched_timers 77\n");
    assert_line(buf_str(&b), "# TYPE wismo_fold_lag_seconds histogram\nwismo_fold_lag_seconds_bucket{le=\"0.000064\"} 256\n"
                             "wismo_fold_lag_seconds_bucket{le=\"0.000256\"} 1024\n");
    assert_line(buf_str(&b), "wismo_fold_lag_seconds_bucket{le=\"+Inf\"} 40000\nwismo_fold_lag_seconds_sum 199.980000\n"
                             "wismo_fold_lag_seconds_count 40000\n");
    buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile_is_near),
        cmocka_unit_test(test_quantiles_of_many),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
