/*
 * The poller against a storefront's double. CTest label: flows. Every kind of read that a webhook or a list names, end to end, through
 * whatever the vendor does on the way: too many requests, errors, silence, a cut answer, a page that is no answer, the same again,
 * an older one later. Lists: their cursor, their time, pages that cannot be read. Deliveries and reads of one thing count once.
 */
#include "lib/connector_case.h"
#include "lib/poll_bench.h"

#include "base/metrics.h"

#include <stdio.h>

#define SHOPIFY_PATH "/admin/api/2026-10/graphql.json"

/* A fixture's message; its body ends with NUL. */
static struct http_msg fixture_msg(struct poll_bench *b, const char *dir)
{
    struct http_header *room = ctx_alloc(&b->f.ctx, CASE_HEADERS_MAX * sizeof(*room));
    char path[200];
    snprintf(path, sizeof(path), "tests/fixtures/connectors/%s/in.http", dir);
    struct http_msg msg = test_message(test_read_file(b->f.arena, test_source_path(path)), room);
    assert_ok(&b->f.ctx, arena_dup(b->f.arena, msg.body, &msg.body));
    msg.received_us = TEST_NOW_US;
    return msg;
}

static void push(struct poll_bench *b, const char *account, const char *dir)
{
    struct http_msg msg = fixture_msg(b, dir);
    bench_append_msg(b, RECV_WEBHOOK, account, &msg);
}

static const char *body_of(struct poll_bench *b, const char *dir)
{
    return fixture_msg(b, dir).body.p;
}

static void begin(struct poll_bench *b, const char *connector)
{
    bench_begin(b);
    bench_setting(b, bench_account(b, connector), "store_hash", "abc123");
    bench_open(b);
    bench_source(b, connector)->plan.kinds = 1u << POLL_FETCH; /* lists have tests of their own */
}

/* ---- every kind of read */

struct read_case {
    const char *connector, *hook, *what, *method, *path, *body_has, *answer;
    const char *facts;     /* rows that the answer makes, with what it says */
    int64_t facts_n;
    const char *old[3][2]; /* an older answer: what is written otherwise in it */
};

#define AT_17 "2026-11-17T08:00:00Z"
#define AT_15 "2026-11-15T08:00:00Z"
static const struct read_case READS[] = {
    {"shopify", "shopify/order_edited", "order", "POST", SHOPIFY_PATH, "{\"variables\":{\"id\":\"gid://shopify/Order/820982911946154508\"}}",
     "shopify/poll_order", "fact WHERE kind = 0", 1, {{"\"updatedAt\": \"" AT_17, "\"updatedAt\": \"" AT_15}, {"PAID", "PENDING"}}},
    {"shopify", "shopify/hold_names_no_order", "fulfillment_order", "POST", SHOPIFY_PATH,
     "{\"variables\":{\"id\":\"gid://shopify/FulfillmentOrder/5640\"}}", "shopify/poll_fulfillment_order", "fact WHERE kind = 5", 1,
     {{"2026-11-18T10:00:00Z", AT_15}, {"INVENTORY_OUT_OF_STOCK", "OTHER"}}},
    {"shopify", "shopify/inventory_level", "inventory_item", "POST", SHOPIFY_PATH,
     "{\"variables\":{\"id\":\"gid://shopify/InventoryItem/271878346596884015\"}}", "shopify/poll_inventory_item",
     "inventory WHERE item = 'MUG-BLUE' AND available IN (-2, 7)", 2, {{AT_17, AT_15}, {"-2", "9"}}},
    {"bigcommerce", "bigcommerce/hook_product_stock", "product", "GET", "/stores/abc123/v3/catalog/products/206", NULL,
     "bigcommerce/poll_product", "inventory WHERE item = 'PLATE' AND available = -1", 1, {{"-11-17T", "-11-15T"}, {"-1,", "9,"}}},
    {"bigcommerce", "bigcommerce/hook_variant_stock", "variant", "GET", "/stores/abc123/v3/catalog/products/206/variants/509", NULL,
     "bigcommerce/poll_variant", "inventory WHERE item = 'MUG-BLUE-L' AND available = 5", 1, {{NULL, NULL}}}, /* has no time of change */
};

static struct double_step step_of(struct poll_bench *b, const struct read_case *rc)
{
    return (struct double_step){.method = rc->method, .path = rc->path, .body_has = rc->body_has, .body = body_of(b, rc->answer)};
}

/* The answer with other words in it; each must be there. */
static const char *older(struct poll_bench *b, const struct read_case *rc)
{
    struct str body = str_of(body_of(b, rc->answer));
    for (size_t i = 0; i < 3 && rc->old[i][0] != NULL; i++) {
        const char *at = strstr(body.p, rc->old[i][0]);
        if (at == NULL)
            fail_msg("%s: no \"%s\" in it", rc->answer, rc->old[i][0]);
        body = arena_fmt(b->f.arena, "%.*s%s%s", (int)(at - body.p), body.p, rc->old[i][1], at + strlen(rc->old[i][0]));
    }
    return body.p;
}

static void come_back(struct poll_bench *b)
{
    clock_advance(&b->f.clock, 8 * US_PER_H); /* past any distance of two tries */
    bench_ready(b);
}

static void one_call(struct poll_bench *b)
{
    size_t calls = bench_round(b);
    if (calls != 1)
        fail_msg("%zu calls, want 1; %s", calls, double_faults(b->d));
}

static const struct double_step WRONG[] = {
    {.status = 429, .retry_after_s = 60, .body = "{}"}, {.status = 503, .body = "{}"}, {.status = 500, .body = ""},
    {.cut = CUT_BEFORE, .times = 2}, {.cut = CUT_INSIDE}, {.delay_ms = 600}, {.status = 200, .body = "<html>down for maintenance</html>"}};

/* One thing goes wrong after the other; the read stays and is tried again, and is done once. */
static void each_read_survives_its_vendor(void **state)
{
    enum { N = sizeof(WRONG) / sizeof(WRONG[0]) };
    (void)state;
    for (size_t r = 0; r < sizeof(READS) / sizeof(READS[0]); r++) {
        const struct read_case *rc = &READS[r];
        struct poll_bench b;
        char tried[60];
        begin(&b, rc->connector);
        push(&b, rc->connector, rc->hook);
        assert_int_equal(bench_count(&b, "fetch"), 1);
        for (size_t i = 0; i < N; i++) {
            struct double_step s = step_of(&b, rc);
            s.status = WRONG[i].status;
            s.retry_after_s = WRONG[i].retry_after_s;
            s.cut = WRONG[i].cut;
            s.delay_ms = WRONG[i].delay_ms;
            s.times = WRONG[i].times; /* libcurl asks once more where a kept connection ends without a word */
            s.body = WRONG[i].body != NULL ? WRONG[i].body : s.body;
            double_add(b.d, &s);
            b.f.ctx.deadline_us = s.delay_ms == 0 ? 0 : clock_mono_us() + 200000; /* the vendor's own time-out, made shorter */
            one_call(&b);
            b.f.ctx.deadline_us = 0;
            snprintf(tried, sizeof(tried), "fetch WHERE tries = %zu", i + 1);
            assert_int_equal(bench_count(&b, tried), 1);
            bench_ready(&b);
            assert_int_equal(bench_round(&b), 0); /* its time has not come */
            come_back(&b);
        }
        assert_int_equal(bench_count(&b, rc->facts), 0);
        struct double_step good = step_of(&b, rc), again = good, late = good;
        double_add(b.d, &good);
        one_call(&b);
        assert_int_equal(bench_count(&b, "fetch"), 0);
        assert_int_equal(bench_count(&b, rc->facts), rc->facts_n);
        come_back(&b);
        push(&b, rc->connector, rc->hook); /* named again, told again: the same */
        double_add(b.d, &again);
        one_call(&b);
        assert_int_equal(bench_count(&b, rc->facts), rc->facts_n);
        come_back(&b);
        push(&b, rc->connector, rc->hook); /* an older one, by a cache of the vendor's */
        if (rc->old[0][0] != NULL)
            late.body = older(&b, rc);
        double_add(b.d, &late);
        one_call(&b);
        assert_int_equal(bench_count(&b, rc->facts), rc->facts_n);
        assert_int_equal(bench_count(&b, "fetch"), 0);
        assert_int_equal(double_left(b.d), 0);
        bench_end(&b);
    }
}

/* More lines than one answer holds: the order is read once more, with all of them. */
static void long_order_is_read_whole(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    (void)state;
    begin(&b, "shopify");
    push(&b, "shopify", "shopify/order_edited");
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = body_of(&b, "shopify/poll_order_many_lines")});
    one_call(&b);
    assert_int_equal(bench_count(&b, "fetch WHERE what = 'order_lines'"), 1);
    bench_ready(&b);
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .status = 502, .body = "{}"});
    one_call(&b);
    come_back(&b);
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = body_of(&b, "shopify/poll_order")});
    one_call(&b);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    bench_case(&b, 1, &ca);
    assert_int_equal(order_anchor(ca.cas)->items_n, 1);
    bench_end(&b);
}

static void bigcommerce_order_comes_in_parts(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    struct double_step order, shipments;
    (void)state;
    begin(&b, "bigcommerce");
    order = (struct double_step){.method = "GET", .path = "/stores/abc123/v2/orders/250", .header = {{"X-Auth-Token", "key"}},
                                 .body = body_of(&b, "bigcommerce/poll_order")};
    shipments = (struct double_step){.method = "GET", .path = "/stores/abc123/v2/orders/250/shipments", .status = 204, .body = ""};
    push(&b, "bigcommerce", "bigcommerce/hook_order");
    double_add(b.d, &order);
    double_add(b.d, &shipments); /* nothing has left: an empty answer */
    assert_int_equal(bench_round(&b), 2);
    bench_case(&b, 1, &ca);
    assert_int_equal(ca.cas->fulfillments_n, 0);
    come_back(&b);
    push(&b, "bigcommerce", "bigcommerce/hook_order");
    order.body = body_of(&b, "bigcommerce/poll_order_refunded");
    shipments.status = 200;
    shipments.body = body_of(&b, "bigcommerce/poll_shipments");
    double_add(b.d, &order);
    double_add(b.d, &shipments);
    assert_int_equal(bench_round(&b), 2);
    bench_case(&b, 1, &ca);
    assert_int_equal(ca.cas->fulfillments_n, 1);
    assert_int_equal(ca.cas->parcels_n, 1);
    assert_int_equal(ca.cas->refunds_n, 1);
    assert_int_equal(ca.cas->refunds[0].amount_minor, 1250);
    assert_int_equal(order_anchor(ca.cas)->financial, FIN_PARTIALLY_REFUNDED);
    bench_end(&b);
}

/* For an answer both parts are asked for at once; no news makes the order as fresh as the answer. */
static void order_is_refreshed_in_parts(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    int64_t pos = 0;
    (void)state;
    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_order");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v2/orders/250", .body = body_of(&b, "bigcommerce/poll_order"), .times = 2});
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v2/orders/250/shipments", .status = 204, .body = ""});
    assert_int_equal(bench_round(&b), 2);
    come_back(&b);
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v2/orders/250/shipments", .body = body_of(&b, "bigcommerce/poll_shipments")});
    bench_case(&b, 1, &ca);
    assert_int_equal(ca.cas->parcels_n, 0);
    assert_ok(&b.f.ctx, bench_refresh(&b, &ca, 3000, &pos));
    assert_true(pos > 0);
    bench_case(&b, 1, &ca);
    assert_int_equal(ca.cas->parcels_n, 1);
    int64_t now = clock_now_us(&b.f.clock);
    assert_int_equal(ca.cas->heard_us, now - now % US_PER_MIN);
    assert_int_equal(double_left(b.d), 0);
    bench_end(&b);
}

/* ---- one read and the others */

/* The first of three is refused by the vendor again and again: the others are read meanwhile. */
static void one_bad_read_holds_no_other_up(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    clock_advance(&b.f.clock, US_PER_S);
    push(&b, "bigcommerce", "bigcommerce/hook_order");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .status = 500, .body = "{}", .times = -1});
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v2/orders/250", .body = body_of(&b, "bigcommerce/poll_order")});
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v2/orders/250/shipments", .status = 204, .body = ""});
    for (int i = 0; i < 6; i++) {
        bench_ready(&b);
        bench_round(&b);
    }
    assert_int_equal(bench_count(&b, "order_case"), 1);
    assert_int_equal(bench_count(&b, "fetch"), 1);
    assert_int_equal(double_left(b.d), 0);
    bench_end(&b);
}

/* Reads of another account of the same merchant are not counted against this one's turn. */
static void each_account_has_its_own_reads(void **state)
{
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    bench_setting(&b, bench_account(&b, "bigcommerce"), "store_hash", "abc123");
    struct account *shop = bench_account(&b, "shopify");
    shop->base_url = STR("http://127.0.0.1:1"); /* does not answer */
    bench_open(&b);
    for (size_t i = 0; i < 2; i++)
        b.pol->sources[i].plan.kinds = 1u << POLL_FETCH;
    for (int i = 0; i < 250; i++) {
        struct http_msg msg = {.body = arena_fmt(b.f.arena, "{\"order_edit\":{\"order_id\":%d}}", i + 1)};
        bench_append_msg(&b, RECV_WEBHOOK, "shopify", &msg);
    }
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .body = body_of(&b, "bigcommerce/poll_product")});
    assert_int_equal(bench_round(&b), 2);
    assert_int_equal(bench_count(&b, "inventory WHERE item = 'PLATE'"), 1);
    bench_end(&b);
}

/* A read that is named again while its answer is under way is done once more: the answer may be older than what is named now. */
static void named_again_is_read_again(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    struct source *s = bench_source(&b, "bigcommerce");
    struct poll_worker *w = &b.pol->workers[0];
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .body = body_of(&b, "bigcommerce/poll_product")});
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    /* the same by hand, with a delivery between the list of reads and the end of one */
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    struct db_stmt *st = NULL;
    bool row = false;
    assert_ok(&b.f.ctx, db_stmt_get(&b.f.ctx, w->db, SQL_FETCH_LIST, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, s->acct->id);
    db_bind_i64(st, 3, INT64_MAX);
    db_bind_i64(st, 4, 10);
    assert_ok(&b.f.ctx, db_step(&b.f.ctx, st, &row));
    int64_t asked_us = db_col_i64(st, 2);
    db_done(st);
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    assert_ok(&b.f.ctx, db_stmt_get(&b.f.ctx, w->db, SQL_FETCH_DROP, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, s->acct->id);
    db_bind_text(st, 3, STR("product"));
    db_bind_text(st, 4, STR("206"));
    db_bind_i64(st, 5, asked_us);
    assert_ok(&b.f.ctx, db_run(&b.f.ctx, st));
    assert_int_equal(bench_count(&b, "fetch"), 1);
    bench_end(&b);
}

/* What the connector will not ask for is dropped and told; nothing enters the ledger. An answer that nobody can read is kept once. */
static void reads_that_cannot_be_done(void **state)
{
    struct poll_bench b;
    struct engine_status before, after;
    int64_t given_up = metric_get(METRIC_POLL_GIVEN_UP, 0);
    (void)state;
    begin(&b, "shipengine");
    bench_append(&b, RECV_WEBHOOK, "shipengine", STR("{\"resource_type\":\"SHIP_NOTIFY\",\"resource_url\":\"https://evil.example.net/x\"}"));
    assert_int_equal(bench_count(&b, "fetch"), 1);
    engine_status(b.eng, 1, &before);
    bench_round(&b);
    engine_status(b.eng, 1, &after);
    assert_int_equal(after.head, before.head);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    assert_int_equal(bench_count(&b, "undecoded"), 0);
    assert_int_equal(metric_get(METRIC_POLL_GIVEN_UP, 0), given_up + 1);
    bench_end(&b);

    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .body = "{\"data\":{\"no\":1}}", .times = -1});
    for (int i = 0; i < 20; i++) {
        bench_round(&b);
        come_back(&b);
    }
    assert_int_equal(bench_count(&b, "undecoded"), 1);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    assert_int_equal(double_calls(b.d), 16);
    assert_int_equal(metric_get(METRIC_POLL_GIVEN_UP, 0), given_up + 2);
    bench_end(&b);
}

/* A right that the app does not have is no outage: other reads go on, and the one is given up soon. */
static void denied_object_is_no_outage(void **state)
{
    static const char NO_RIGHT[] = "{\"errors\":[{\"message\":\"Access denied\",\"extensions\":{\"code\":\"ACCESS_DENIED\"}}],\"data\":null}";
    struct poll_bench b;
    (void)state;
    begin(&b, "shopify");
    for (int i = 0; i < 7; i++) {
        struct str body = arena_fmt(b.f.arena, "{\"inventory_item_id\":%d,\"location_id\":1,\"available\":1}", 100 + i);
        struct http_msg msg = {.method = STR("POST"), .body = body};
        bench_append_msg(&b, RECV_WEBHOOK, "shopify", &msg);
    }
    push(&b, "shopify", "shopify/order_edited");
    assert_int_equal(bench_count(&b, "fetch"), 8);
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = NO_RIGHT, .times = 7});
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = body_of(&b, "shopify/poll_order")});
    for (int i = 0; i < 8; i++) {
        bench_ready(&b);
        one_call(&b);
        assert_int_equal(bench_source(&b, "shopify")->failures, 0);
    }
    assert_int_equal(bench_count(&b, "fetch"), 7);
    assert_int_equal(bench_count(&b, "order_case"), 1);
    double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = NO_RIGHT, .times = 14});
    for (int i = 0; i < 14; i++) {
        come_back(&b);
        bench_round(&b);
    }
    assert_int_equal(bench_count(&b, "fetch"), 0);
    bench_end(&b);
}

/* A key that expired: what was named meanwhile waits for the new one, however long. */
static void refused_sign_in_loses_no_read(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .status = 401, .body = "{}", .times = 30});
    for (int i = 0; i < 30; i++) {
        one_call(&b);
        assert_int_equal(bench_count(&b, "fetch"), 1);
        come_back(&b);
    }
    assert_int_equal(bench_source(&b, "bigcommerce")->failures, 30);
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .body = body_of(&b, "bigcommerce/poll_product")});
    one_call(&b);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    bench_end(&b);
}

/* Deleted at the vendor meanwhile. */
static void gone_at_the_vendor(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b, "bigcommerce");
    push(&b, "bigcommerce", "bigcommerce/hook_product_stock");
    double_add(b.d, &(struct double_step){.path = "/stores/abc123/v3/catalog/products/206", .status = 404,
                                          .body = "{\"status\":404,\"title\":\"A product was not found\"}"});
    one_call(&b);
    assert_int_equal(bench_count(&b, "fetch"), 0);
    assert_int_equal(bench_count(&b, "undecoded"), 0);
    bench_end(&b);
}

/* ---- lists */

static const char PAGE_1[] = "{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"c1\"},\"nodes\":[{\"legacyResourceId\":\"1\"}]}}}";
static const char PAGE_2[] = "{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":\"c2\"},\"nodes\":[{\"legacyResourceId\":\"2\"}]}}}";
static const char NOTHING[] = "{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":false},\"nodes\":[]}}}";
static const char EXPIRED[] = "{\"errors\":[{\"message\":\"Invalid cursor for current pagination sort.\"}]}";

static void begin_lists(struct poll_bench *b, const char *connector)
{
    begin(b, connector);
    bench_source(b, connector)->plan.kinds = 1u << POLL_SINCE;
}

static void shopify_page(struct poll_bench *b, const char *q, const char *after, const char *answer, int status)
{
    struct str has = arena_fmt(b->f.arena, "{\"variables\":{\"q\":\"updated_at:>='%s'\",\"after\":%s}}", q, after);
    double_add(b->d, &(struct double_step){.method = "POST", .path = SHOPIFY_PATH, .body_has = has.p, .body = answer, .status = status});
}

/* Its first page at 11:06:40; too many requests in the midst; it ends at 11:26:40. The next one begins before its begin, not its end. */
static void list_goes_on_and_keeps_its_begin(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_lists(&b, "shopify");
    shopify_page(&b, "2026-11-11T11:06:40Z", "null", PAGE_1, 200);
    assert_int_equal(bench_round(&b), 1); /* the pace: one call at once */
    bench_ready(&b);
    shopify_page(&b, "2026-11-11T11:06:40Z", "\"c1\"", "{}", 429);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(bench_round(&b), 0); /* waits */
    clock_advance(&b.f.clock, 20 * US_PER_MIN);
    bench_reopen(&b); /* a restart in the midst of it */
    bench_source(&b, "shopify")->plan.kinds = 1u << POLL_SINCE;
    shopify_page(&b, "2026-11-11T11:06:40Z", "\"c1\"", PAGE_2, 200);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(bench_count(&b, "fetch WHERE what = 'order'"), 2);
    bench_ready(&b);
    shopify_page(&b, "2026-11-18T11:01:40Z", "null", NOTHING, 200); /* its begin is longer ago than the distance: at once */
    assert_int_equal(bench_round(&b), 1);
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 0); /* until the distance is over */
    clock_advance(&b.f.clock, 10 * US_PER_MIN);
    shopify_page(&b, "2026-11-18T11:21:40Z", "null", NOTHING, 200);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(double_left(b.d), 0);
    bench_end(&b);
}

/* A cursor that the vendor does not know any more: the list begins again, with a growing distance, and the ledger gets one row. */
static void unreadable_list_begins_again(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_lists(&b, "shopify");
    shopify_page(&b, "2026-11-11T11:06:40Z", "null", PAGE_1, 200);
    bench_round(&b);
    shopify_page(&b, "2026-11-11T11:06:40Z", "\"c1\"", EXPIRED, 200);
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 1);
    struct source *s = bench_source(&b, "shopify");
    s->pause_until_us = 0;
    memset(s->pace_us, 0, sizeof(s->pace_us));
    assert_int_equal(bench_round(&b), 0); /* not at once */
    int64_t wait = s->list_after_us - clock_mono_us();
    for (int i = 0; i < 5; i++) {
        shopify_page(&b, "2026-11-11T11:06:40Z", "null", "<html>", 200);
        bench_ready(&b);
        assert_int_equal(bench_round(&b), 1);
    }
    assert_true(s->list_after_us - clock_mono_us() > 5 * wait);
    assert_int_equal(bench_count(&b, "undecoded"), 1);
    shopify_page(&b, "2026-11-11T11:06:40Z", "null", PAGE_1, 200);
    bench_ready(&b);
    bench_round(&b);
    shopify_page(&b, "2026-11-11T11:06:40Z", "\"c1\"", PAGE_2, 200);
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(bench_count(&b, "fetch WHERE what = 'order'"), 2);
    assert_int_equal(double_left(b.d), 0);
    bench_end(&b);
}

/* Throttled inside a 200: as good as a 429. */
static void throttled_inside_an_answer(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_lists(&b, "shopify");
    shopify_page(&b, "2026-11-11T11:06:40Z", "null", "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]}", 200);
    assert_int_equal(bench_round(&b), 1);
    struct source *s = bench_source(&b, "shopify");
    assert_int_equal(s->throttles, 1);
    assert_true(s->pause_until_us > clock_mono_us());
    assert_int_equal(bench_count(&b, "undecoded"), 0);
    bench_end(&b);
}

/* BigCommerce's list goes on by time, and by page where a page is full of one second. */
static const char *bc_list(struct poll_bench *b, int from, int n, int step)
{
    struct buf buf;
    struct str out = STR_NULL;
    buf_init(&buf, (size_t)1 << 20);
    buf_addc(&buf, '[');
    for (int i = from; i < from + n; i++)
        buf_fmt(&buf, "%s{\"id\":%d,\"date_modified\":\"Wed, 18 Nov 2026 10:%02d:%02d +0000\"}", i > from ? "," : "", i, i * step / 60 % 60,
                i * step % 60);
    buf_addc(&buf, ']');
    assert_ok(&b->f.ctx, arena_dup(b->f.arena, buf_str(&buf), &out));
    buf_clear(&buf);
    return out.p;
}

static void bc_page(struct poll_bench *b, const char *min, const char *page, const char *answer)
{
    double_add(b->d, &(struct double_step){.method = "GET", .path = "/stores/abc123/v2/orders", .body = answer,
                                           .query = {{"page", page}, {"min_date_modified", min}, {"sort", "date_modified:asc"}}});
}

static void bigcommerce_lists(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_lists(&b, "bigcommerce");
    bc_page(&b, "2026-11-11T11:06:40Z", "1", bc_list(&b, 0, 50, 1)); /* full, of 50 seconds: on from the last one's */
    bc_page(&b, "2026-11-18T10:00:49Z", "1", bc_list(&b, 50, 50, 0)); /* full, of one second: its next page */
    bc_page(&b, "2026-11-18T10:00:49Z", "2", bc_list(&b, 100, 3, 1));
    for (int i = 0; i < 3 && double_left(b.d) > 0; i++) {
        bench_ready(&b);
        bench_round(&b);
    }
    assert_int_equal(double_left(b.d), 0);
    assert_int_equal(bench_count(&b, "fetch WHERE what = 'order'"), 103);
    assert_int_equal(bench_count(&b, "fetch WHERE what = 'shipments'"), 103);
    bench_end(&b);
}

/* ---- events of a fulfillment whose number is not in them */

static size_t scans_of(struct poll_bench *b, const char *number)
{
    const struct parcel *pcl = bench_parcel(b, 1, number);
    return pcl == NULL ? 999 : pcl->scans_n;
}

static void replays_the_same(struct poll_bench *b)
{
    struct replay_report rep = {0};
    assert_ok(&b->f.ctx, engine_replay(&b->f.ctx, b->eng, 1, &rep));
    if (rep.differences != 0)
        fail_msg("replay: %lld differences: %.*s", (long long)rep.differences, STR_ARG(rep.first));
    assert_true(rep.facts > 0);
}

static void parked_events_find_their_parcel(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct poll_bench b;
        struct case_answer ca;
        begin(&b, "shopify");
        push(&b, "shopify", "shopify/order_created");
        push(&b, "shopify", order == 0 ? "shopify/fulfillment_event" : "shopify/fulfillment_free_text");
        if (order == 0) { /* nobody sees or watches what has no number yet */
            bench_case(&b, 1, &ca);
            assert_int_equal(ca.cas->parcels_n, 0);
            assert_int_equal(bench_count(&b, "parcel WHERE number = 'SHOPIFYFUL255858046' AND due_us = 0"), 1);
        }
        push(&b, "shopify", order == 0 ? "shopify/fulfillment_free_text" : "shopify/fulfillment_event");
        const struct parcel *pcl = bench_parcel(&b, 1, "1Z7W4E590300010062");
        assert_non_null(pcl);
        assert_int_equal(pcl->scans_n, 1);
        assert_int_equal(pcl->scans[0].status, PARCEL_OUT_FOR_DELIVERY);
        assert_str(pcl->carriers[0], "ups");
        bench_case(&b, 1, &ca);
        assert_int_equal(ca.cas->parcels_n, 1);
        assert_int_equal(bench_count(&b, "parcel WHERE number LIKE 'SHOPIFYFUL%' AND due_us > 0"), 0);
        push(&b, "shopify", "shopify/fulfillment_event"); /* told again by either way, and read: still one */
        push(&b, "shopify", "shopify/fulfillment_free_text");
        double_add(b.d, &(struct double_step){.path = SHOPIFY_PATH, .body = body_of(&b, "shopify/poll_orders")});
        one_call(&b);
        assert_int_equal(scans_of(&b, "1Z7W4E590300010062"), 1);
        replays_the_same(&b);
        bench_end(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_read_survives_its_vendor),
        cmocka_unit_test(long_order_is_read_whole),
        cmocka_unit_test(bigcommerce_order_comes_in_parts),
        cmocka_unit_test(order_is_refreshed_in_parts),
        cmocka_unit_test(one_bad_read_holds_no_other_up),
        cmocka_unit_test(each_account_has_its_own_reads),
        cmocka_unit_test(named_again_is_read_again),
        cmocka_unit_test(reads_that_cannot_be_done),
        cmocka_unit_test(denied_object_is_no_outage),
        cmocka_unit_test(refused_sign_in_loses_no_read),
        cmocka_unit_test(gone_at_the_vendor),
        cmocka_unit_test(list_goes_on_and_keeps_its_begin),
        cmocka_unit_test(unreadable_list_begins_again),
        cmocka_unit_test(throttled_inside_an_answer),
        cmocka_unit_test(bigcommerce_lists),
        cmocka_unit_test(parked_events_find_their_parcel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
