/*
 * A big import of one merchant and the live facts of another (design, rule 3), CTest label: flows. While the import runs, the other
 * merchant's facts come one by one, as webhooks do; each is timed from durable to folded. The short form looks that they are folded
 * while the import goes on, and not behind it; WISMO_LONG imports a million rows and holds the 99th percentile to 250 ms.
 */
#include "lib/fixture.h"

#include "flows/engine.h"
#include "flows/submit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SHORT_ROWS 60000
#define LONG_ROWS 1000000
#define LAG_MAX_US (250 * INT64_C(1000))
#define LAGS_MAX 100000

struct import {
    struct engine *eng;
    struct clock *clock;
    int64_t rows;
    _Atomic int64_t appended, last_pos, refused;
    pthread_t thread;
};

/* ---- the import: ten rows an order: the order, its parcel, eight scans */

static void add_row(struct buf *b, int64_t i)
{
    int64_t no = i / 10, k = i % 10;
    if (k == 0)
        buf_fmt(b, "{\"kind\":\"order\",\"order_id\":\"%lld\",\"name\":\"#%lld\",\"placed_at\":\"2026-11-01T10:00:00Z\",\"currency\":\"EUR\",\"email\":"
                   "\"c%lld@example.com\",\"ship_to\":{\"postal_code\":\"10115\",\"country\":\"DE\"},\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n",
                (long long)no, (long long)no, (long long)no);
    else if (k == 1)
        buf_fmt(b, "{\"kind\":\"fulfillment\",\"order_id\":\"%lld\",\"fulfillment_id\":\"f%lld\",\"state\":\"shipped\",\"created_at\":\"2026-11-02T10:00:00Z\","
                   "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1ZBULK%08lld\"}]}\n",
                (long long)no, (long long)no, (long long)no);
    else
        buf_fmt(b, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZBULK%08lld\",\"status\":\"%s\",\"code\":\"005\","
                   "\"occurred_at\":\"2026-11-0%lldT10:00:00Z\",\"location\":{\"city\":\"Berlin\",\"country\":\"DE\"}}\n",
                (long long)no, k == 9 ? "delivered" : "in_transit", (long long)k);
}

static void on_durable(void *user, enum err e, int64_t pos)
{
    struct import *im = user;
    if (e != OK)
        atomic_fetch_add(&im->refused, 1);
    if (pos > atomic_load(&im->last_pos))
        atomic_store(&im->last_pos, pos);
    atomic_fetch_add(&im->appended, 1);
}

static void nap(int64_t us)
{
    struct timespec ts = {us / US_PER_S, (long)(us % US_PER_S) * 1000};
    nanosleep(&ts, NULL);
}

static void *import_main(void *arg)
{
    struct import *im = arg;
    struct arena *a = arena_new((size_t)16 << 20);
    struct ctx ctx;
    struct buf b;
    int64_t bodies = 0;
    buf_init(&b, (size_t)1 << 20);
    for (int64_t i = 0; i < im->rows; bodies++) {
        struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts")};
        struct append_req req = {.merchant_id = 2, .source = RECV_FACTS, .origin = ORIGIN_HISTORY, .account = STR("import"), .msg = &msg,
                                 .done = on_durable, .user = im};
        buf_reset(&b);
        for (int k = 0; k < SUBMIT_ROW_FACTS && i < im->rows; k++)
            add_row(&b, i++);
        msg.body = buf_str(&b);
        ctx_init(&ctx, a, im->clock, NULL);
        while (engine_append(&ctx, im->eng, &req) == ERR_BUSY)
            nap(2000);
        arena_reset(a);
    }
    while (atomic_load(&im->appended) < bodies)
        nap(1000);
    buf_clear(&b);
    arena_free(a);
    return NULL;
}

/* ---- the other merchant */

static int64_t one_lag(struct fixture *f, struct engine *eng, int64_t i)
{
    struct http_msg msg = {.method = STR("POST")};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg};
    int64_t pos = 0;
    arena_reset(f->arena);
    msg.body = arena_fmt(f->arena, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZLIVE%06lld\",\"status\":\"in_transit\","
                                   "\"occurred_at\":\"2026-11-17T10:00:00Z\",\"event_id\":\"l%lld\"}", (long long)(i % 1000), (long long)i);
    assert_ok(&f->ctx, engine_append_wait(&f->ctx, eng, &req, &pos));
    int64_t from = clock_mono_us();
    assert_ok(&f->ctx, engine_wait_folded(&f->ctx, eng, 1, pos, 60000));
    return clock_mono_us() - from;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool import_goes_on(struct import *im)
{
    struct engine_status st;
    engine_status(im->eng, 2, &st);
    return st.folded < st.head || st.head == 0;
}

static void an_import_does_not_hold_up_another(void **state)
{
    static int64_t lags[LAGS_MAX];
    struct fixture f;
    char folder[64], path[96], cmd[100];
    struct merchant_config mc[2] = {{.name = STR("first")}, {.name = STR("second")}};
    struct import im = {.rows = getenv("WISMO_LONG") != NULL ? LONG_ROWS : SHORT_ROWS};
    size_t n = 0, before_its_end = 0;
    (void)state;
    fixture_init(&f);
    snprintf(folder, sizeof(folder), "/tmp/wismo-neighbour-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/store", folder);
    promises_default(&mc[0].promises);
    promises_default(&mc[1].promises);
    struct config cfg = {.store_path = str_of(path), .cache_mb = 64, .merchants = mc, .merchants_n = 2};
    struct engine_options eo = {.config = &cfg, .clock = &f.clock};
    assert_ok(&f.ctx, engine_open(&f.ctx, &eo, &im.eng));
    im.clock = &f.clock;
    int64_t from = clock_mono_us();
    assert_int_equal(pthread_create(&im.thread, NULL, import_main, &im), 0);
    do {
        lags[n] = one_lag(&f, im.eng, (int64_t)n);
        n++;
        before_its_end += import_goes_on(&im);
        nap(10000);
    } while (import_goes_on(&im) && n < LAGS_MAX);
    pthread_join(im.thread, NULL);
    assert_int_equal(atomic_load(&im.refused), 0);
    assert_ok(&f.ctx, engine_wait_folded(&f.ctx, im.eng, 2, atomic_load(&im.last_pos), 600000));
    qsort(lags, n, sizeof(*lags), by_size);
    print_message("%lld rows imported in %.1f s; of %zu live facts beside them the lag was %.1f ms at the median, %.1f ms at p99, %.1f ms at most\n",
                  (long long)im.rows, (double)(clock_mono_us() - from) / 1e6, n, (double)lags[n / 2] / 1000, (double)lags[n * 99 / 100] / 1000,
                  (double)lags[n - 1] / 1000);
    assert_true(n >= 10 && before_its_end * 10 >= n * 9); /* folded between the import's rows, not behind them */
    if (getenv("WISMO_LONG") != NULL)
        assert_true(lags[n * 99 / 100] < LAG_MAX_US);
    engine_close(im.eng);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_import_does_not_hold_up_another)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
