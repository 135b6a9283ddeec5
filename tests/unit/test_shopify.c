/* Shopify beyond its fixtures: what is asked for, errors inside a 200, topics, the status table, values that are refused. */
#include "lib/connector_case.h"

#include "base/crypto.h"
#include "connectors/lib/status_map.h"

struct shop {
    struct fixture f;
    struct account acct;
};

static void open_shop(struct shop *s)
{
    fixture_init(&s->f);
    test_account(&s->acct, "shopify", "client-secret");
    s->acct.base_url = STR("https://demo.example.com/");
}

static void close_shop(struct shop *s)
{
    test_account_clear(&s->acct);
    fixture_clear(&s->f);
}

/* ---- requests */

static void requests(void **state)
{
    static const struct {
        struct poll_ask ask;
        const char *variables, *has;
    } CASES[] = {
        {{.kind = POLL_SINCE, .since_us = TEST_NOW_US},
         "{\"q\":\"updated_at:>='2026-11-18T11:06:40Z'\",\"after\":null}", "sortKey:UPDATED_AT"},
        {{.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = {"eyJ4Ijo\"1", 9}},
         "{\"q\":\"updated_at:>='2026-11-18T11:06:40Z'\",\"after\":\"eyJ4Ijo\\\"1\"}", "after:$after"},
        {{.kind = POLL_FETCH, .fetch = {{"order", 5}, {"820982911946154508", 18}}},
         "{\"id\":\"gid://shopify/Order/820982911946154508\"}", "fulfillments("},
        {{.kind = POLL_FETCH, .fetch = {{"order_lines", 11}, {"1", 1}}}, "{\"id\":\"gid://shopify/Order/1\"}", "lineItems(first:250)"},
        {{.kind = POLL_FETCH, .fetch = {{"fulfillment_order", 17}, {"1\"}", 3}}},
         "{\"id\":\"gid://shopify/FulfillmentOrder/1\\\"}\"}", "fulfillmentHolds"},
        {{.kind = POLL_FETCH, .fetch = {{"inventory_item", 14}, {"9", 1}}}, "{\"id\":\"gid://shopify/InventoryItem/9\"}", "inventoryLevels"},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct out_req req = {0};
        const struct json *v = NULL;
        struct buf b;
        assert_ok(&s.f.ctx, s.acct.conn->poll->request(&s.f.ctx, &s.acct, &CASES[i].ask, &req));
        assert_str(req.method, "POST");
        assert_str(req.url, "https://demo.example.com/admin/api/2026-10/graphql.json");
        assert_ok(&s.f.ctx, json_parse(&s.f.ctx, req.body, &JSON_LIMITS_SMALL, &v));
        assert_true(str_contains(json_str(v, "query"), str_of(CASES[i].has)));
        buf_init(&b, 4096);
        struct jw w = jw_of(&b);
        json_write(&w, json_get(v, "variables"));
        assert_str(buf_str(&b), CASES[i].variables);
        buf_clear(&b);
    }
    struct out_req req = {0};
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("unicorn"), STR("1")}};
    assert_int_equal(s.acct.conn->poll->request(&s.f.ctx, &s.acct, &ask, &req), ERR_UNSUPPORTED);
    close_shop(&s);
}

/* ---- answers */

static void errors_inside_a_200(void **state)
{
    static const struct {
        const char *body;
        enum err want;
    } CASES[] = {
        {"{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}],\"extensions\":{\"cost\":{}}}", ERR_BUSY},
        {"{\"data\":{\"order\":null},\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}", ERR_DENIED},
        {"{\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}", ERR_UNAVAILABLE},
        {"{\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"SHOP_INACTIVE\"}}]}", ERR_UNAVAILABLE},
        {"{\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"MAX_COST_EXCEEDED\"}}]}", ERR_LIMIT},
        {"{\"errors\":[{\"message\":\"Field 'x' doesn't exist\"}]}", ERR_PARSE},
        {"{\"errors\":\"[API] Invalid API key or access token\"}", ERR_PARSE},
        {"{\"errors\":[]}", ERR_PARSE},
        {"{\"data\":{\"order\":null}}", OK},
        {"{\"data\":{\"order\":{\"legacyResourceId\":null}}}", ERR_PARSE},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_msg msg = {.status = 200, .body = str_of(CASES[i].body), .received_us = TEST_NOW_US};
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        enum err e = s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor);
        if (e != CASES[i].want)
            fail_msg("%s: got %s (%s)", CASES[i].body, err_name(e), s.f.ctx.msg);
        assert_int_equal(d.n, 0);
    }
    close_shop(&s);
}

static void pages(void **state)
{
    struct shop s;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    (void)state;
    open_shop(&s);
    struct http_msg msg = {.status = 200, .received_us = TEST_NOW_US};
    msg.body = STR("{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"abc\"},\"nodes\":[{\"legacyResourceId\":\"1\"}]}}}");
    assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
    assert_str(cursor, "abc");
    assert_int_equal(d.fetches_n, 1);
    msg.body = STR("{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":\"abc\"},\"nodes\":[]}}}");
    assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &msg, &d, &cursor));
    assert_true(str_empty(cursor));
    close_shop(&s);
}

/* The same change by webhook and by reading is one version: the same natural keys. */
static void same_keys(void **state)
{
    static const char HOOK[] = "{\"id\":5,\"name\":\"#1\",\"currency\":\"EUR\",\"updated_at\":\"2026-11-17T09:00:00+01:00\",\"line_items\":[],"
                               "\"fulfillments\":[{\"id\":6,\"status\":\"success\",\"updated_at\":\"2026-11-17T09:00:00+01:00\",\"line_items\":[]}],"
                               "\"refunds\":[{\"id\":7,\"created_at\":\"2026-11-17T08:00:00Z\"}]}";
    static const char READ[] = "{\"data\":{\"order\":{\"legacyResourceId\":\"5\",\"name\":\"#1\",\"currencyCode\":\"EUR\",\"updatedAt\":\"2026-11-17T08:00:00Z\","
                               "\"lineItems\":{\"nodes\":[]},\"fulfillments\":[{\"legacyResourceId\":\"6\",\"status\":\"SUCCESS\","
                               "\"updatedAt\":\"2026-11-17T08:00:00Z\"}],\"refunds\":[{\"legacyResourceId\":\"7\",\"createdAt\":\"2026-11-17T08:00:00Z\"}]}}}";
    struct shop s;
    struct decoded a = {0}, b = {0};
    struct http_header room[CASE_HEADERS_MAX];
    struct str cursor = STR_NULL;
    (void)state;
    open_shop(&s);
    struct http_msg hook = test_hook(room, (const char *const[][2]){{"X-Shopify-Topic", "orders/updated"}, {NULL, NULL}}, HOOK);
    struct http_msg read = {.status = 200, .body = STR(READ), .received_us = TEST_NOW_US};
    assert_ok(&s.f.ctx, s.acct.conn->hook->decode(&s.f.ctx, &s.acct, &hook, &a));
    assert_ok(&s.f.ctx, s.acct.conn->poll->decode(&s.f.ctx, &s.acct, NULL, &read, &b, &cursor));
    assert_int_equal(a.n, 3);
    assert_int_equal(b.n, 3);
    for (size_t i = 0; i < 3; i++)
        if (a.facts[i].kind != b.facts[i].kind || !str_eq(a.facts[i].key, b.facts[i].key))
            fail_msg("%.*s and %.*s", STR_ARG(a.facts[i].key), STR_ARG(b.facts[i].key));
    close_shop(&s);
}

/* ---- webhooks */

static void refused(void **state)
{
    static const struct {
        const char *topic, *body, *words;
    } CASES[] = {
        {"orders/create", "{\"name\":\"#1\",\"line_items\":[]}", "id: missing"},
        {"orders/create", "{\"id\":1,\"currency\":\"ZZZ\",\"line_items\":[]}", "currency: "},
        {"orders/create", "{\"id\":1,\"currency\":\"EUR\",\"total_price\":\"1,5\",\"line_items\":[]}", "total_price: "},
        {"orders/create", "{\"id\":1,\"currency\":\"EUR\",\"line_items\":[{\"quantity\":1},{\"quantity\":-1}]}", "line_items[1].quantity: "},
        {"orders/create", "{\"id\":1,\"currency\":\"EUR\",\"line_items\":[{\"price\":\"abc\"}]}", "line_items[0].price: "},
        {"orders/create", "{\"id\":1,\"created_at\":\"0000-01-01T00:00:00Z\",\"line_items\":[]}", "created_at: "},
        {"orders/create", "{\"id\":1,\"created_at\":\"9999-01-01T00:00:00Z\",\"line_items\":[]}", "created_at: "},
        {"fulfillments/create", "{\"order_id\":1}", "fulfillment.id: missing"},
        {"fulfillments/create", "{\"id\":1}", "order_id: missing"},
        {"fulfillment_events/create", "{\"id\":1,\"fulfillment_id\":2,\"status\":\"delivered\"}", "happened_at: "},
        {"inventory_levels/update", "{\"location_id\":1,\"available\":1}", "inventory_item_id: missing"},
        {"inventory_levels/update", "{\"inventory_item_id\":1,\"available\":\"many\"}", "available: "},
        {"refunds/create", "{\"id\":1}", "refund: id or order_id missing"},
        {"refunds/create", "{\"id\":1,\"order_id\":1,\"refund_line_items\":[{\"quantity\":-1}]}", "refund_line_items[0].quantity: "},
        {"fulfillment_holds/added", "{\"fulfillment_order\":{}}", "fulfillment_order.id: missing"},
        {"customers/update", "{\"email\":\"anna@example.com\"}", "id: missing"},
        {"orders/create", "[]", "body: expected an object"},
        {NULL, "{\"a\":1}", "X-Shopify-Topic: missing"},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_header room[CASE_HEADERS_MAX];
        struct decoded d = {0};
        struct http_msg msg = test_hook(room, (const char *const[][2]){{"x-shopify-topic", CASES[i].topic}, {NULL, NULL}}, CASES[i].body);
        msg.headers_n = CASES[i].topic == NULL ? 0 : 1;
        enum err e = s.acct.conn->hook->decode(&s.f.ctx, &s.acct, &msg, &d);
        if (e != ERR_PARSE || !str_starts(str_of(s.f.ctx.msg), str_of(CASES[i].words)))
            fail_msg("%s: got %s (%s)", CASES[i].body, err_name(e), s.f.ctx.msg);
    }
    close_shop(&s);
}

static void notes(void **state)
{
    static const char *const TOPICS[] = {"orders/delete", "products/update", "app/uninstalled",
                                         "fulfillment_orders/moved", "inventory_levels/disconnect", "variants/in_stock"};
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(TOPICS) / sizeof(TOPICS[0]); i++) {
        struct http_header room[CASE_HEADERS_MAX];
        struct decoded d = {0};
        struct http_msg msg = test_hook(room, (const char *const[][2]){{"X-Shopify-Topic", TOPICS[i]}, {NULL, NULL}}, "{\"id\":1}");
        assert_ok(&s.f.ctx, s.acct.conn->hook->decode(&s.f.ctx, &s.acct, &msg, &d));
        assert_int_equal(d.n + d.fetches_n, 0);
        assert_true(str_starts(d.note, STR("topic not used: ")));
    }
    close_shop(&s);
}

/* Every word of fulfillment events and of shipment_status (shopify.dev, FulfillmentEventStatus) has a status of ours. */
static void statuses(void **state)
{
    static const struct {
        const char *word;
        enum parcel_status want;
    } WORDS[] = {
        {"label_purchased", PARCEL_LABEL_CREATED}, {"label_printed", PARCEL_LABEL_CREATED}, {"confirmed", PARCEL_LABEL_CREATED},
        {"carrier_picked_up", PARCEL_ACCEPTED}, {"in_transit", PARCEL_IN_TRANSIT}, {"delayed", PARCEL_EXCEPTION},
        {"out_for_delivery", PARCEL_OUT_FOR_DELIVERY}, {"attempted_delivery", PARCEL_ATTEMPT_FAILED},
        {"ready_for_pickup", PARCEL_AVAILABLE_FOR_PICKUP}, {"delivered", PARCEL_DELIVERED}, {"failure", PARCEL_EXCEPTION},
        {"IN_TRANSIT", PARCEL_IN_TRANSIT},
    };
    struct status_row row;
    (void)state;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        assert_true(status_find("shopify", str_of(WORDS[i].word), &row));
        assert_int_equal(row.status, WORDS[i].want);
        assert_false(str_empty(row.words));
    }
    assert_false(status_find("shopify", STR("undelivered"), &row)); /* never by a part of a word */
    assert_false(status_find("shopify", STR(""), &row));
    assert_false(status_find("nobody", STR("delivered"), &row));
}

static void signed_delivery(void **state)
{
    struct shop s;
    struct http_header room[CASE_HEADERS_MAX];
    struct str body = STR("{\"id\":1}"), key = STR_NULL;
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf sig;
    (void)state;
    open_shop(&s);
    buf_init(&sig, 256);
    assert_int_equal(hmac_once(MAC_SHA256, STR("client-secret"), &body, 1, sum, &n), OK);
    base64_encode((struct str){(const char *)sum, n}, &sig);
    struct str given = arena_fmt(s.f.arena, "%.*s", STR_ARG(buf_str(&sig)));
    struct http_msg msg = test_hook(room, (const char *const[][2]){{"X-Shopify-Hmac-SHA256", given.p}, {"X-Shopify-Webhook-Id", "b-1"},
                                                                 {"X-Shopify-Triggered-At", "2020-01-01T00:00:00Z"}, {NULL, NULL}}, "{\"id\":1}");
    assert_ok(&s.f.ctx, s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg)); /* an old delivery is no forged one */
    assert_ok(&s.f.ctx, s.acct.conn->hook->dedupe(&s.f.ctx, &s.acct, &msg, &key));
    assert_str(key, "b-1");
    msg.body = STR("{\"id\":1} ");
    assert_int_equal(s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg), ERR_DENIED);
    buf_clear(&sig);
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests), cmocka_unit_test(errors_inside_a_200), cmocka_unit_test(pages), cmocka_unit_test(same_keys),
        cmocka_unit_test(refused),  cmocka_unit_test(notes),               cmocka_unit_test(statuses), cmocka_unit_test(signed_delivery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
