/* BigCommerce beyond its fixtures: what is asked for, where a list goes on, errors of both APIs, both ways of signing. */
#include "lib/connector_case.h"

#include "base/crypto.h"

struct shop {
    struct fixture f;
    struct account acct;
};

static const struct setting SETTINGS[] = {{{"store_hash", 10}, {"abc123", 6}}};

static void open_shop(struct shop *s)
{
    fixture_init(&s->f);
    test_account(&s->acct, "bigcommerce", "client-secret");
    s->acct.settings = SETTINGS;
    s->acct.settings_n = 1;
}

static void close_shop(struct shop *s)
{
    test_account_clear(&s->acct);
    fixture_clear(&s->f);
}

static void requests(void **state)
{
    static const struct {
        struct poll_ask ask;
        const char *path;
    } CASES[] = {
        {{.kind = POLL_SINCE, .since_us = TEST_NOW_US},
         "/v2/orders?limit=50&sort=date_modified:asc&page=1&min_date_modified=2026-11-18T11%3A06%3A40Z"},
        {{.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = {"2026-11-19T00:00:00Z 3", 22}},
         "/v2/orders?limit=50&sort=date_modified:asc&page=3&min_date_modified=2026-11-19T00%3A00%3A00Z"},
        {{.kind = POLL_FETCH, .fetch = {{"order", 5}, {"250", 3}}}, "/v2/orders/250?include=consignments,consignments.line_items"},
        {{.kind = POLL_FETCH, .fetch = {{"shipments", 9}, {"250", 3}}}, "/v2/orders/250/shipments?limit=250"},
        {{.kind = POLL_FETCH, .fetch = {{"product", 7}, {"../x?y", 6}}}, "/v3/catalog/products/..%2Fx%3Fy"},
        {{.kind = POLL_FETCH, .fetch = {{"variant", 7}, {"206/509", 7}}}, "/v3/catalog/products/206/variants/509"},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct out_req req = {0};
        assert_ok(&s.f.ctx, s.acct.conn->poll->request(&s.f.ctx, &s.acct, &CASES[i].ask, &req));
        assert_str(req.method, "GET");
        assert_str(req.url, arena_fmt(s.f.arena, "https://api.bigcommerce.com/stores/abc123%s", CASES[i].path).p);
    }
    struct out_req req = {0};
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("unicorn"), STR("1")}};
    assert_int_equal(s.acct.conn->poll->request(&s.f.ctx, &s.acct, &ask, &req), ERR_UNSUPPORTED);
    close_shop(&s);
}

/* n orders, the i-th changed i * step seconds after noon. */
static struct str list_of(struct arena *a, int n, int step)
{
    struct buf b;
    struct str out;
    buf_init(&b, 65536);
    for (int i = 0; i < n; i++)
        buf_fmt(&b, "%c{\"id\":%d,\"date_modified\":\"Wed, 18 Nov 2026 12:%02d:%02d +0000\"}", i == 0 ? '[' : ',', 100 + i, i * step / 60, i * step % 60);
    buf_addc(&b, ']');
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void where_a_list_goes_on(void **state)
{
    static const struct {
        int n, step;
        const char *cursor, *want;
    } CASES[] = {
        {3, 1, "", ""},
        {50, 1, "", "2026-11-18T12:00:49Z 1"},
        {50, 1, "2026-11-18T12:00:00Z 4", "2026-11-18T12:00:49Z 1"},
        {50, 0, "", "2026-11-18T11:06:40Z 2"},                       /* all of one second: the next page of it */
        {50, 0, "2026-11-18T12:00:00Z 2", "2026-11-18T12:00:00Z 3"},
        {49, 1, "2026-11-18T12:00:00Z 2", ""},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        struct poll_ask ask = {.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = str_of(CASES[i].cursor)};
        struct http_msg msg = {.status = 200, .body = list_of(s.f.arena, CASES[i].n, CASES[i].step), .received_us = TEST_NOW_US};
        assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, &ask, &msg, &d, &cursor));
        assert_str(cursor, CASES[i].want);
        assert_int_equal(d.n, 0); /* half an order would be a version of its own: all are read whole */
        assert_int_equal(d.fetches_n, 2 * CASES[i].n);
    }
    close_shop(&s);
}

static void answers(void **state)
{
    static const struct {
        const char *body;
        enum err want;
    } CASES[] = {
        {"", OK},
        {"[]", OK},
        {"[{\"status\":404,\"message\":\"The requested resource was not found.\"}]", ERR_NOTFOUND},
        {"{\"status\":404,\"title\":\"Not found\",\"type\":\"https://developer.example.com\"}", ERR_NOTFOUND},
        {"[{\"status\":401,\"message\":\"You are not authorized.\"}]", ERR_DENIED},
        {"{\"status\":429,\"title\":\"Too many requests\"}", ERR_BUSY},
        {"{\"status\":503,\"title\":\"Down\"}", ERR_UNAVAILABLE},
        {"{\"status\":422,\"title\":\"Invalid\"}", ERR_PARSE},
        {"{}", ERR_PARSE},
        {"\"x\"", ERR_PARSE},
        {"{\"id\":1,\"status_id\":\"x\",\"billing_address\":{}}", ERR_PARSE},
        {"{\"id\":1,\"status_id\":1,\"date_created\":\"Mon, 99 Nov 2026 10:00:00 +0000\"}", ERR_PARSE},
        {"{\"id\":1,\"status_id\":1,\"currency_code\":\"??\"}", ERR_PARSE},
        {"{\"id\":1,\"status_id\":1,\"currency_code\":\"EUR\",\"products\":[{\"quantity\":-1}]}", ERR_PARSE},
        {"[{\"id\":1,\"order_address_id\":1,\"tracking_number\":\"x\"}]", ERR_PARSE},
        {"{\"data\":{\"sku\":\"A\",\"inventory_level\":\"many\"}}", ERR_PARSE},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        struct http_msg msg = {.status = 200, .body = str_of(CASES[i].body), .received_us = TEST_NOW_US};
        enum err e = s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor);
        if (e != CASES[i].want)
            fail_msg("%s: got %s (%s)", CASES[i].body, err_name(e), s.f.ctx.msg);
    }
    close_shop(&s);
}

/* status_id of the orders API: every documented one. */
static void statuses(void **state)
{
    static const struct {
        int id;
        enum order_state state;
        enum financial_state financial;
    } CASES[] = {
        {0, ORDER_OPEN, FIN_PENDING},  {1, ORDER_OPEN, FIN_PENDING},    {2, ORDER_OPEN, FIN_PAID},       {3, ORDER_OPEN, FIN_PAID},
        {4, ORDER_CLOSED, FIN_REFUNDED}, {5, ORDER_CANCELLED, FIN_UNKNOWN}, {6, ORDER_CANCELLED, FIN_VOIDED}, {7, ORDER_OPEN, FIN_PENDING},
        {8, ORDER_OPEN, FIN_PAID},     {9, ORDER_OPEN, FIN_PAID},       {10, ORDER_CLOSED, FIN_PAID},    {11, ORDER_OPEN, FIN_PAID},
        {12, ORDER_ON_HOLD, FIN_PAID}, {13, ORDER_OPEN, FIN_DISPUTED},  {14, ORDER_OPEN, FIN_PARTIALLY_REFUNDED}, {15, ORDER_OPEN, FIN_UNKNOWN},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        struct http_msg msg = {.status = 200, .body = arena_fmt(s.f.arena, "{\"id\":\"7\",\"status_id\":%d}", CASES[i].id), .received_us = TEST_NOW_US};
        assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
        assert_int_equal(d.facts[0].u.order.state, CASES[i].state);
        assert_int_equal(d.facts[0].u.order.financial, CASES[i].financial);
    }
    close_shop(&s);
}

/* A variant tells no time of change: two readings are two versions, the later one wins. */
static void a_level_without_time(void **state)
{
    struct shop s;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    struct http_msg msg = {.status = 200, .body = STR("{\"data\":{\"id\":5,\"product_id\":2,\"sku\":\"A\",\"inventory_level\":3}}"), .received_us = TEST_NOW_US};
    (void)state;
    open_shop(&s);
    assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
    msg.received_us += US_PER_S;
    assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
    assert_int_equal(d.n, 2);
    assert_int_equal(d.facts[0].changed_us, TEST_NOW_US);
    assert_true(d.facts[1].changed_us > d.facts[0].changed_us);
    assert_false(str_eq(d.facts[0].key, d.facts[1].key));
    close_shop(&s);
}

/* A tracking number that is added to a shipment later is another version of it, although no time of change is told. */
static void a_shipment_that_changed(void **state)
{
    struct shop s;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    struct http_msg msg = {.status = 200, .received_us = TEST_NOW_US};
    (void)state;
    open_shop(&s);
    for (int i = 0; i < 3; i++) {
        msg.body = i == 1 ? STR("[{\"id\":1,\"order_id\":2,\"order_address_id\":3,\"tracking_number\":\"\",\"date_created\":\"Wed, 18 Nov 2026 12:00:00 +0000\"}]")
                          : STR("[{\"id\":1,\"order_id\":2,\"order_address_id\":3,\"tracking_number\":\"1Z7W4E590300010062\",\"date_created\":\"Wed, 18 Nov 2026 12:00:00 +0000\"}]");
        assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
    }
    assert_int_equal(d.n, 3);
    assert_true(str_eq(d.facts[0].key, d.facts[2].key));
    assert_false(str_eq(d.facts[0].key, d.facts[1].key));
    close_shop(&s);
}

static void both_ways_of_signing(void **state)
{
    struct shop s;
    struct http_header room[CASE_HEADERS_MAX];
    struct str key = STR_NULL;
    (void)state;
    open_shop(&s);
    struct http_msg msg = test_hook(room, (const char *const[][2]){{"X-Wismo-Token", "client-secret"}, {NULL, NULL}}, "{\"hash\":\"h1\"}");
    assert_ok(&s.f.ctx, s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg));
    assert_ok(&s.f.ctx, s.acct.conn->hook->dedupe(&s.f.ctx, &s.acct, &msg, &key));
    assert_str(key, "h1");
    /* where the vendor signs, the token does not help a wrong signature */
    msg = test_hook(room, (const char *const[][2]){{"X-Wismo-Token", "client-secret"}, {"webhook-id", "m1"}, {"webhook-timestamp", "1795000000"},
                                                   {"webhook-signature", "v1,AAAA"}, {NULL, NULL}}, "{\"hash\":\"h1\"}");
    assert_int_equal(s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg), ERR_DENIED);
    assert_ok(&s.f.ctx, s.acct.conn->hook->dedupe(&s.f.ctx, &s.acct, &msg, &key));
    assert_str(key, "m1");
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests), cmocka_unit_test(where_a_list_goes_on), cmocka_unit_test(answers), cmocka_unit_test(statuses),
        cmocka_unit_test(a_level_without_time), cmocka_unit_test(a_shipment_that_changed), cmocka_unit_test(both_ways_of_signing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
