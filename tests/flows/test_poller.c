/*
 * The poller against a vendor's double. CTest label: flows. A token is fetched once and used again, a 401 renews it, 429 and
 * 5xx pause, the same scan by push and by poll counts once, reads that webhooks named are done and dropped, an answer is
 * refreshed from storefront and carrier at once.
 */
#include "lib/double.h"
#include "lib/fixture.h"

#include "flows/poller_source.h"

#include <stdio.h>
#include <stdlib.h>

static const char ORDER[] = "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\","
                            "\"email\":\"anna@example.com\",\"ship_to\":{\"postal_code\":\"07102\",\"country\":\"US\"},\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
                            "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
                            "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}\n";
static const char PUSH[] = "{\"trackingNumber\":\"1Z7W4E590300010062\",\"localActivityDate\":\"20261117\",\"localActivityTime\":\"091519\","
                           "\"activityLocation\":{\"city\":\"NEWARK\",\"stateProvince\":\"NJ\",\"country\":\"US\"},\"activityStatus\":{\"type\":\"I\","
                           "\"code\":\"AR\",\"description\":\"Arrived at Facility\",\"descriptionCode\":\"005\"},\"gmtActivityDate\":\"20261117\","
                           "\"gmtActivityTime\":\"141519\"}";
static const char POLLED[] = "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"trackingNumber\":\"1Z7W4E590300010062\",\"activity\":[{\"location\":"
                             "{\"address\":{\"city\":\"Newark\",\"stateProvince\":\"NJ\",\"countryCode\":\"US\"}},\"status\":{\"type\":\"I\",\"code\":\"AR\","
                             "\"description\":\"Arrived at Facility\",\"statusCode\":\"005\"},\"date\":\"20261117\",\"time\":\"091519\",\"gmtDate\":"
                             "\"20261117\",\"gmtTime\":\"141519\",\"gmtOffset\":\"-05:00\"}]}]}]}}";
static const char TOKEN[] = "{\"access_token\":\"t-1\",\"expires_in\":14399,\"token_type\":\"Bearer\"}";
static const char TOKEN2[] = "{\"access_token\":\"t-2\",\"expires_in\":14399,\"token_type\":\"Bearer\"}";

struct bench {
    struct fixture f;
    struct vendor_double *d;
    char folder[64], path[96];
    struct account acct[1];
    struct merchant_config mc;
    struct config cfg;
    struct engine *eng;
    struct poller *pol;
};

static void settle(struct bench *b)
{
    int64_t folded;
    assert_ok(&b->f.ctx, engine_fold_some(&b->f.ctx, b->eng, &folded));
}

static void append(struct bench *b, enum recv_source source, const char *account, const char *body)
{
    struct http_msg msg = {.method = STR("POST"), .body = str_of(body)};
    struct append_req req = {.merchant_id = 1, .source = source, .account = str_of(account), .msg = &msg};
    int64_t pos;
    assert_ok(&b->f.ctx, engine_append_wait(&b->f.ctx, b->eng, &req, &pos));
    settle(b);
}

static void bench_make(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    fixture_init(&b->f);
    b->d = double_new();
    snprintf(b->folder, sizeof(b->folder), "/tmp/wismo-poll-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof(b->path), "%s/store", b->folder);
    b->acct[0] = (struct account){.merchant = STR("shop"), .id = STR("ups"), .conn = connector_find(STR("ups")), .role = ROLE_CARRIER,
                                  .base_url = str_of(double_url(b->d))};
    assert_int_equal(secret_set(&b->acct[0].api_user, STR("id")), OK);
    assert_int_equal(secret_set(&b->acct[0].api_secret, STR("sec")), OK);
    b->mc = (struct merchant_config){.name = STR("shop"), .accounts = b->acct, .accounts_n = 1};
    promises_default(&b->mc.promises);
    b->cfg = (struct config){.store_path = str_of(b->path), .cache_mb = 8, .merchants = &b->mc, .merchants_n = 1};
    struct engine_options eo = {.config = &b->cfg, .clock = &b->f.clock, .no_threads = true};
    assert_ok(&b->f.ctx, engine_open(&b->f.ctx, &eo, &b->eng));
    append(b, RECV_FACTS, "api", ORDER);
    clock_advance(&b->f.clock, 9 * US_PER_H);
    assert_ok(&b->f.ctx, poller_new(&b->f.ctx, b->eng, &b->pol));
}

static void bench_drop(struct bench *b)
{
    char cmd[100];
    assert_string_equal(double_faults(b->d), "");
    poller_free(b->pol);
    engine_close(b->eng);
    double_free(b->d);
    secret_clear(&b->acct[0].api_user);
    secret_clear(&b->acct[0].api_secret);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", b->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&b->f);
}

static size_t scans(struct bench *b)
{
    struct reader *rd = NULL;
    struct case_answer ca;
    settle(b);
    assert_ok(&b->f.ctx, reader_open(&b->f.ctx, b->eng, &rd));
    assert_ok(&b->f.ctx, case_read(&b->f.ctx, rd, 1, 1, 0, &ca));
    size_t n = ca.cas->parcels_n == 1 ? ca.cas->parcels[0]->scans_n : 999;
    reader_close(rd);
    return n;
}

static size_t one_round(struct bench *b)
{
    size_t calls = 0;
    assert_ok(&b->f.ctx, poller_round(&b->f.ctx, b->pol, &calls));
    return calls;
}

static void push_and_poll_count_once(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct bench b;
        bench_make(&b);
        double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN,
                                              .header = {{"Authorization", "Basic aWQ6c2Vj"}}});
        double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/1Z7W4E590300010062", .body = POLLED,
                                              .header = {{"Authorization", "Bearer t-1"}}});
        if (order == 0) {
            append(&b, RECV_WEBHOOK, "ups", PUSH);
            clock_advance(&b.f.clock, 9 * US_PER_H);
        }
        assert_int_equal(one_round(&b), 1);
        if (order == 1)
            append(&b, RECV_WEBHOOK, "ups", PUSH);
        assert_int_equal(scans(&b), 1);
        assert_int_equal(double_left(b.d), 0);
        assert_int_equal(one_round(&b), 0); /* asked a moment ago */
        bench_drop(&b);
    }
}

static void refused_token_is_renewed(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b);
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/1Z7W4E590300010062", .status = 401, .body = "{}"});
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN2});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/1Z7W4E590300010062", .body = POLLED,
                                          .header = {{"Authorization", "Bearer t-2"}}});
    struct source s = {.m = engine_merchant_by_id(b.eng, 1), .acct = &b.acct[0], .lock = PTHREAD_MUTEX_INITIALIZER};
    struct http_client *http = http_client_new();
    struct poll_ask ask = {.kind = POLL_PARCEL, .tracking_number = STR("1Z7W4E590300010062"), .carrier = STR("ups")};
    for (int i = 0; i < 2; i++) {
        struct http_request req;
        struct http_msg msg;
        assert_ok(&b.f.ctx, source_request(&b.f.ctx, b.eng, &s, http, &ask, &req));
        enum err e = source_answered(&b.f.ctx, &s, http_client_do(http, &b.f.ctx, &req, &msg), &msg);
        assert_int_equal(e, i == 0 ? ERR_DENIED : OK);
    }
    secret_clear(&s.token);
    http_client_free(http);
    bench_drop(&b);
}

static void throttled_and_down_pause(void **state)
{
    struct ctx ctx;
    struct source s = {.acct = &(struct account){.conn = connector_find(STR("ups"))}, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct http_header after = {STR("Retry-After"), STR("120")};
    struct http_msg busy = {.status = 429, .headers = &after, .headers_n = 1}, down = {.status = 503}, fine = {.status = 200};
    (void)state;
    ctx_init(&ctx, NULL, NULL, NULL);
    int64_t now = clock_mono_us();
    assert_int_equal(source_answered(&ctx, &s, OK, &busy), ERR_BUSY);
    assert_true(s.next_call_us >= now + 119 * US_PER_S); /* as long as the vendor says */
    assert_false(source_ready(&s));
    s.next_call_us = 0;
    for (int i = 0; i < SOURCE_FAILURES_MAX; i++)
        assert_int_equal(source_answered(&ctx, &s, OK, &down), ERR_UNAVAILABLE);
    assert_true(s.next_call_us >= now + SOURCE_OPEN_US); /* the circuit is open */
    int64_t first = s.open_us;
    s.next_call_us = 0;
    assert_int_equal(source_answered(&ctx, &s, ERR_TIMEOUT, &down), ERR_TIMEOUT); /* the one call after it failed: longer */
    assert_true(s.open_us > first);
    s.next_call_us = 0;
    assert_int_equal(source_answered(&ctx, &s, OK, &fine), OK); /* it closes */
    assert_int_equal(s.failures, 0);
    assert_int_equal(s.open_us, 0);
}

/* "No such number" without the number: what was asked is kept beside the answer. */
static void unknown_number_is_the_one_asked(void **state)
{
    struct bench b;
    struct reader *rd = NULL;
    struct case_answer ca;
    (void)state;
    bench_make(&b);
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/1Z7W4E590300010062",
                                          .body = "{\"response\":{\"errors\":[{\"code\":\"TW0001\",\"message\":\"not found\"}]}}"});
    assert_int_equal(one_round(&b), 1);
    assert_int_equal(scans(&b), 0);
    assert_ok(&b.f.ctx, reader_open(&b.f.ctx, b.eng, &rd));
    assert_ok(&b.f.ctx, case_read(&b.f.ctx, rd, 1, 1, 0, &ca));
    assert_int_equal(ca.cas->parcels_n, 1);
    assert_true(ca.cas->parcels[0]->not_found_us > 0);
    reader_close(rd);
    bench_drop(&b);
}

static void answers_are_refreshed(void **state)
{
    struct bench b;
    struct reader *rd = NULL;
    struct case_answer ca;
    int64_t pos = 0;
    (void)state;
    bench_make(&b);
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/1Z7W4E590300010062", .body = POLLED});
    assert_ok(&b.f.ctx, reader_open(&b.f.ctx, b.eng, &rd));
    assert_ok(&b.f.ctx, case_read(&b.f.ctx, rd, 1, 1, 0, &ca));
    assert_int_equal(scans(&b), 0);
    assert_ok(&b.f.ctx, poller_refresh(b.pol, &b.f.ctx, 1, &ca, 3000, &pos));
    assert_true(pos > 0);
    assert_int_equal(scans(&b), 1);
    reader_close(rd);
    bench_drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push_and_poll_count_once),
        cmocka_unit_test(refused_token_is_renewed),
        cmocka_unit_test(throttled_and_down_pause),
        cmocka_unit_test(unknown_number_is_the_one_asked),
        cmocka_unit_test(answers_are_refreshed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
