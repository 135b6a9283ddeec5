/*
 * One thing told by a vendor's webhook and by its answer to our poll, in both orders and again: it counts once. CTest label: flows.
 * For each vendor that has both. And an answer that tells nothing new makes what is known fresher, and nothing else.
 */
#include "lib/poll_bench.h"

/* ---- scans */

struct vendor {
    const char *connector, *carrier, *number;
    const char *push, *polled; /* the same two scans */
    const char *method, *path;
    const char *token_path;    /* NULL: signs in with a key */
};

#define UPS_SCAN(date, time, gmt, code, words)                                                                                      \
    "{\"location\":{\"address\":{\"city\":\"Newark\",\"stateProvince\":\"NJ\",\"countryCode\":\"US\"}},\"status\":{\"type\":\"I\",\"code\":\"" \
    code "\",\"description\":\"" words "\",\"statusCode\":\"005\"},\"date\":\"" date "\",\"time\":\"" time "\",\"gmtDate\":\"" date     \
    "\",\"gmtTime\":\"" gmt "\",\"gmtOffset\":\"-05:00\"}"
#define UPS_PUSH                                                                                                                    \
    "{\"trackingNumber\":\"1Z7W4E590300010062\",\"localActivityDate\":\"20261117\",\"localActivityTime\":\"091519\","                   \
    "\"activityLocation\":{\"city\":\"NEWARK\",\"stateProvince\":\"NJ\",\"country\":\"US\"},\"activityStatus\":{\"type\":\"I\","           \
    "\"code\":\"AR\",\"description\":\"Arrived at Facility\",\"descriptionCode\":\"005\"},\"gmtActivityDate\":\"20261117\","              \
    "\"gmtActivityTime\":\"141519\"}"
#define FEDEX                                                                                                                       \
    "{\"trackingNumberInfo\":{\"trackingNumber\":\"794658210417\",\"carrierCode\":\"FDXE\"},\"scanEvents\":[{\"date\":"                 \
    "\"2026-11-17T03:12:00-06:00\",\"eventType\":\"AR\",\"eventDescription\":\"Arrived at FedEx location\",\"scanLocation\":{\"city\":"  \
    "\"MEMPHIS\",\"stateOrProvinceCode\":\"TN\",\"postalCode\":\"38118\",\"countryCode\":\"US\"}}],\"dateAndTimes\":[{\"type\":\"SHIP\","  \
    "\"dateTime\":\"2026-11-16T00:00:00-06:00\"}]}"
#define USPS_EVENTS                                                                                                                 \
    "\"trackingNumber\":\"9400100000000000000129\",\"trackingEvents\":[{\"eventType\":\"Arrived at USPS Regional Facility\","           \
    "\"eventCode\":\"10\",\"eventTimestamp\":\"2026-11-17T04:10:00\",\"eventCity\":\"HOUSTON\",\"eventState\":\"TX\",\"eventZIP\":\"77063\"," \
    "\"eventCountry\":null,\"GMTTimestamp\":\"2026-11-17T10:10:00Z\",\"GMTOffset\":\"-06:00\"}]"
#define DHL_EVENT                                                                                                                   \
    "{\"timestamp\":\"2026-11-17T22:14:00\",\"statusCode\":\"transit\",\"status\":\"processed in the parcel center\",\"description\":"   \
    "\"The shipment has been processed in the parcel center\",\"location\":{\"address\":{\"countryCode\":\"DE\",\"addressLocality\":"    \
    "\"Hannover\"}}}"
#define AFTERSHIP                                                                                                                   \
    "{\"tracking_number\":\"794658210417\",\"slug\":\"fedex\",\"tag\":\"InTransit\",\"checkpoints\":[{\"slug\":\"fedex\",\"tag\":"       \
    "\"InTransit\",\"subtag\":\"InTransit_003\",\"message\":\"Arrival scan\",\"checkpoint_time\":\"2026-11-17T08:00:00\",\"city\":"     \
    "\"Dallas\",\"state\":\"TX\",\"country_region\":\"USA\"}]}"
#define EASYPOST                                                                                                                    \
    "{\"id\":\"trk_1\",\"object\":\"Tracker\",\"tracking_code\":\"794658210417\",\"carrier\":\"FedEx\",\"status\":\"in_transit\","       \
    "\"tracking_details\":[{\"object\":\"TrackingDetail\",\"message\":\"Arrived\",\"status\":\"in_transit\",\"status_detail\":"        \
    "\"arrived_at_facility\",\"datetime\":\"2026-11-17T09:00:00Z\",\"source\":\"FedEx\",\"tracking_location\":{\"city\":\"HOUSTON\"}}]}"
#define SHIPENGINE                                                                                                                  \
    "{\"tracking_number\":\"794658210417\",\"carrier_code\":\"fedex\",\"status_code\":\"IT\",\"events\":[{\"occurred_at\":"             \
    "\"2026-11-17T20:00:00Z\",\"carrier_occurred_at\":\"2026-11-17T12:00:00\",\"description\":\"Arrived\",\"city_locality\":\"Oakland\"," \
    "\"state_province\":\"CA\",\"postal_code\":\"94602\",\"country_code\":\"US\",\"event_code\":\"AR\",\"status_code\":\"IT\","          \
    "\"status_detail_code\":\"HUB_SCAN_IN\"}]}"
#define EASYSHIP                                                                                                                    \
    "\"tracking_number\":\"794658210417\",\"courier_name\":\"FedEx International Economy\",\"status\":\"In Transit to Customer\","      \
    "\"checkpoints\":[{\"checkpoint_time\":\"2026-11-17T18:00:00+08:00\",\"message\":\"Departed\",\"city\":\"Hong Kong\",\"country\":"   \
    "\"HK\",\"primary_status\":\"In Transit to Customer\"}]"

static const struct vendor VENDORS[] = {
    {"ups", "ups", "1Z7W4E590300010062", UPS_PUSH,
     "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"trackingNumber\":\"1Z7W4E590300010062\",\"activity\":["
     UPS_SCAN("20261117", "091519", "141519", "AR", "Arrived at Facility") "]}]}]}}",
     "GET", "/api/track/v1/details/1Z7W4E590300010062", "/security/v1/oauth/token"},
    {"fedex", "fedex", "794658210417", "{\"trackingNumber\":\"794658210417\",\"trackResults\":[" FEDEX "]}",
     "{\"output\":{\"completeTrackResults\":[{\"trackingNumber\":\"794658210417\",\"trackResults\":[" FEDEX "]}]}}", "POST",
     "/track/v1/trackingnumbers", "/oauth/token"},
    {"usps", "usps", "9400100000000000000129", "{\"subscriptionId\":\"s1\",\"payload\":{" USPS_EVENTS "}}",
     "{" USPS_EVENTS ",\"statusCategory\":\"In Transit\"}", "GET", "/tracking/v3/tracking/9400100000000000000129", "/oauth2/v3/token"},
    {"dhl_unified", "dhl_parcel_de", "00340434161094000006",
     "{\"shipments\":[{\"id\":\"00340434161094000006\",\"service\":\"parcel-de\",\"status\":" DHL_EVENT "}]}",
     "{\"shipments\":[{\"id\":\"00340434161094000006\",\"service\":\"parcel-de\",\"status\":" DHL_EVENT ",\"events\":[" DHL_EVENT "]}]}", "GET",
     "/track/shipments", NULL},
    {"aftership", "fedex", "794658210417", "{\"event\":\"tracking_update\",\"event_id\":\"e1\",\"msg\":" AFTERSHIP "}",
     "{\"meta\":{\"code\":200},\"data\":{\"trackings\":[" AFTERSHIP "]}}", "GET", "/tracking/2026-07/trackings", NULL},
    {"easypost", "fedex", "794658210417", "{\"object\":\"Event\",\"description\":\"tracker.updated\",\"result\":" EASYPOST "}",
     "{\"trackers\":[" EASYPOST "]}", "GET", "/v2/trackers", NULL},
    {"shipengine", "fedex", "794658210417", "{\"resource_type\":\"API_TRACK\",\"data\":" SHIPENGINE "}", SHIPENGINE, "GET", "/v1/tracking", NULL},
    {"easyship", "fedex", "794658210417", "{\"event_type\":\"shipment.tracking.checkpoints.created\",\"tracking\":{" EASYSHIP "}}",
     "{\"trackings\":[{" EASYSHIP "}]}", "GET", "/2024-09/trackings", NULL},
};

static void make_order(struct poll_bench *b, const struct vendor *v)
{
    struct str text = arena_fmt(
        b->f.arena,
        "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\",\"items\":[{\"sku\":"
        "\"MUG\",\"quantity\":1}]}\n"
        "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
        "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"%s\",\"tracking_number\":\"%s\"}]}\n",
        v->carrier, v->number);
    bench_append(b, RECV_FACTS, "api", text);
}

static void begin(struct poll_bench *b, const struct vendor *v)
{
    static const char TOKEN[] = "{\"access_token\":\"t-1\",\"expires_in\":864000,\"token_type\":\"Bearer\"}";
    bench_begin(b);
    bench_account(b, v->connector);
    bench_open(b);
    make_order(b, v);
    if (v->token_path != NULL)
        double_add(b->d, &(struct double_step){.method = "POST", .path = v->token_path, .body = TOKEN});
    double_add(b->d, &(struct double_step){.method = v->method, .path = v->path, .body = v->polled, .times = -1});
}

static void poll_it(struct poll_bench *b)
{
    clock_advance(&b->f.clock, 16 * US_PER_H);
    bench_ready(b);
    size_t calls = bench_round(b);
    if (calls != 1)
        fail_msg("%zu calls, want 1: %s", calls, double_faults(b->d));
}

static void tell(struct poll_bench *b, const struct vendor *v)
{
    bench_append(b, RECV_WEBHOOK, v->connector, str_of(v->push));
}

static void one_scan(struct poll_bench *b, const struct vendor *v, const char *when)
{
    const struct parcel *pcl = bench_parcel(b, 1, v->number);
    assert_non_null(pcl);
    if (pcl->scans_n != 1)
        fail_msg("%s, %s: %zu scans, want one", v->connector, when, pcl->scans_n);
    assert_int_equal(bench_count(b, "undecoded"), 0);
}

static void replays_the_same(struct poll_bench *b)
{
    struct replay_report rep = {0};
    assert_ok(&b->f.ctx, engine_replay(&b->f.ctx, b->eng, 1, &rep));
    if (rep.differences != 0)
        fail_msg("replay: %lld differences: %.*s", (long long)rep.differences, STR_ARG(rep.first));
}

static void each_scan_counts_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(VENDORS) / sizeof(VENDORS[0]); i++)
        for (int order = 0; order < 2; order++) {
            const struct vendor *v = &VENDORS[i];
            struct poll_bench b;
            int64_t facts = 0;
            begin(&b, v);
            for (int again = 0; again < 3; again++) {
                if (order == 0)
                    tell(&b, v);
                else
                    poll_it(&b);
                one_scan(&b, v, order == 0 ? "sent" : "asked");
                if (order == 0)
                    poll_it(&b);
                else
                    tell(&b, v);
                one_scan(&b, v, order == 0 ? "sent, then asked" : "asked, then sent");
                /* UPS writes the city otherwise when it sends: a correction, once, not to and fro */
                int64_t now = bench_count(&b, "fact WHERE kind = 2");
                assert_true(now <= 2 && (again == 0 || now == facts));
                facts = now;
            }
            replays_the_same(&b);
            bench_end(&b);
        }
}

/* ---- no news */

static void no_news_is_fresher(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(VENDORS) / sizeof(VENDORS[0]); i++) {
        const struct vendor *v = &VENDORS[i];
        struct poll_bench b;
        begin(&b, v);
        poll_it(&b);
        const struct parcel *pcl = bench_parcel(&b, 1, v->number);
        int64_t fresh = pcl->fresh_us;
        assert_true(parcel_heard_us(pcl) == fresh);
        poll_it(&b);
        poll_it(&b);
        int64_t now = clock_now_us(&b.f.clock);
        pcl = bench_parcel(&b, 1, v->number);
        assert_int_equal(pcl->fresh_us, fresh); /* nothing new was told */
        if (parcel_heard_us(pcl) != now - now % US_PER_MIN)
            fail_msg("%s: heard of %lld us ago", v->connector, (long long)(now - parcel_heard_us(pcl)));
        assert_int_equal(bench_count(&b, "fact WHERE kind = 2"), 1);
        replays_the_same(&b);
        bench_reopen(&b); /* the times are in the store: a restart asks for nothing that was asked for a moment ago */
        assert_int_equal(bench_round(&b), 0);
        bench_end(&b);
    }
}

/* "No such number" is no telling. */
static void unknown_is_not_heard_of(void **state)
{
    const struct vendor *v = &VENDORS[4];
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    bench_account(&b, v->connector);
    bench_open(&b);
    make_order(&b, v);
    double_add(b.d, &(struct double_step){.method = v->method, .path = v->path, .body = "{\"meta\":{\"code\":200},\"data\":{\"trackings\":[]}}"});
    poll_it(&b);
    const struct parcel *pcl = bench_parcel(&b, 1, v->number);
    assert_int_equal(pcl->heard_us, 0);
    assert_true(pcl->not_found_us > 0);
    bench_end(&b);
}

/* ---- a storefront's objects: an order with its refund, its fulfillment, an event of that */

#define SHOP_ORDER                                                                                                                  \
    "{\"id\":820982911946154508,\"name\":\"#1020\",\"email\":\"anna@example.com\",\"currency\":\"EUR\",\"created_at\":"                 \
    "\"2026-11-16T09:00:00Z\",\"updated_at\":\"2026-11-17T09:00:00Z\",\"financial_status\":\"partially_refunded\","                     \
    "\"total_price\":\"39.90\",\"line_items\":[{\"id\":11,\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":2,\"current_quantity\":2,\"price\":" \
    "\"19.95\",\"requires_shipping\":true}],\"fulfillments\":[{\"id\":31,\"order_id\":820982911946154508,\"status\":\"success\","        \
    "\"created_at\":\"2026-11-17T08:00:00Z\",\"updated_at\":\"2026-11-17T08:30:00Z\",\"tracking_company\":\"UPS\",\"shipment_status\":"  \
    "\"in_transit\",\"tracking_numbers\":[\"1Z7W4E590300010062\"],\"tracking_urls\":[],\"line_items\":[{\"id\":11,\"sku\":\"MUG\","      \
    "\"title\":\"Mug\",\"quantity\":2}]}],\"refunds\":[{\"id\":41,\"created_at\":\"2026-11-17T07:00:00Z\",\"transactions\":[{\"kind\":"  \
    "\"refund\",\"status\":\"success\",\"amount\":\"5.00\",\"currency\":\"EUR\"}],\"refund_line_items\":[]}]}"
#define SHOP_EVENT                                                                                                                  \
    "{\"id\":901,\"fulfillment_id\":31,\"order_id\":820982911946154508,\"status\":\"in_transit\",\"message\":\"Processed\","            \
    "\"happened_at\":\"2026-11-17T15:00:00Z\",\"city\":\"Berlin\",\"country\":\"DE\"}"
#define SHOP_READ                                                                                                                   \
    "{\"data\":{\"order\":{\"legacyResourceId\":\"820982911946154508\",\"name\":\"#1020\",\"createdAt\":\"2026-11-16T09:00:00Z\","        \
    "\"updatedAt\":\"2026-11-17T09:00:00Z\",\"email\":\"anna@example.com\",\"currencyCode\":\"EUR\",\"displayFinancialStatus\":"          \
    "\"PARTIALLY_REFUNDED\",\"paymentGatewayNames\":[],\"disputes\":[],\"currentTotalPriceSet\":{\"shopMoney\":{\"amount\":\"39.9\","     \
    "\"currencyCode\":\"EUR\"}},\"lineItems\":{\"pageInfo\":{\"hasNextPage\":false},\"nodes\":[{\"id\":\"gid://shopify/LineItem/11\","     \
    "\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":2,\"currentQuantity\":2,\"requiresShipping\":true,\"originalUnitPriceSet\":"          \
    "{\"shopMoney\":{\"amount\":\"19.95\"}}}]},\"fulfillments\":[{\"legacyResourceId\":\"31\",\"status\":\"SUCCESS\",\"createdAt\":"       \
    "\"2026-11-17T08:00:00Z\",\"updatedAt\":\"2026-11-17T08:30:00Z\",\"trackingInfo\":[{\"company\":\"UPS\",\"number\":"                \
    "\"1Z7W4E590300010062\"}],\"fulfillmentLineItems\":{\"nodes\":[{\"quantity\":2,\"lineItem\":{\"id\":\"gid://shopify/LineItem/11\","   \
    "\"sku\":\"MUG\",\"title\":\"Mug\"}}]},\"events\":{\"nodes\":[{\"id\":\"gid://shopify/FulfillmentEvent/901\",\"status\":"             \
    "\"IN_TRANSIT\",\"happenedAt\":\"2026-11-17T15:00:00Z\",\"message\":\"Processed\",\"city\":\"Berlin\",\"country\":\"DE\"}]}}],"        \
    "\"refunds\":[{\"legacyResourceId\":\"41\",\"createdAt\":\"2026-11-17T07:00:00Z\",\"totalRefundedSet\":{\"shopMoney\":{\"amount\":"     \
    "\"5.0\",\"currencyCode\":\"EUR\"}},\"refundLineItems\":{\"nodes\":[]}}]}}}"

static void send_shopify(struct poll_bench *b)
{
    static const struct http_header ORDER_TOPIC = {{"X-Shopify-Topic", 15}, {"orders/updated", 14}},
                                    EVENT_TOPIC = {{"X-Shopify-Topic", 15}, {"fulfillment_events/create", 25}};
    struct http_msg order = {.method = STR("POST"), .headers = &ORDER_TOPIC, .headers_n = 1, .body = STR(SHOP_ORDER)};
    struct http_msg event = {.method = STR("POST"), .headers = &EVENT_TOPIC, .headers_n = 1, .body = STR(SHOP_EVENT)};
    bench_append_msg(b, RECV_WEBHOOK, "shopify", &event);
    bench_append_msg(b, RECV_WEBHOOK, "shopify", &order);
}

static void read_shopify(struct poll_bench *b)
{
    clock_advance(&b->f.clock, US_PER_MIN);
    bench_ready(b);
    bench_round(b);
}

static void shopify_counts_once(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct poll_bench b;
        int64_t facts = 0;
        bench_begin(&b);
        bench_account(&b, "shopify");
        bench_open(&b);
        bench_source(&b, "shopify")->plan.kinds = 1u << POLL_FETCH;
        double_add(b.d, &(struct double_step){.path = "/admin/api/2026-10/graphql.json", .body = SHOP_READ, .times = -1});
        if (order == 1) { /* read first: an edit names the order only */
            bench_append(&b, RECV_WEBHOOK, "shopify", STR("{\"order_edit\":{\"order_id\":820982911946154508}}"));
            read_shopify(&b);
        }
        for (int again = 0; again < 4; again++) {
            struct case_answer ca;
            send_shopify(&b);
            read_shopify(&b);
            bench_case(&b, 1, &ca);
            assert_int_equal(ca.cas->fulfillments_n, 1);
            assert_int_equal(ca.cas->refunds_n, 1);
            assert_int_equal(ca.cas->refunds[0].amount_minor, 500);
            assert_int_equal(ca.cas->parcels_n, 1);
            assert_int_equal(ca.cas->parcels[0]->scans_n, 1); /* the event, not the status word beside it as well */
            assert_int_equal(ca.cas->parcels[0]->scans[0].status, PARCEL_IN_TRANSIT);
            assert_int_equal(bench_count(&b, "order_case"), 1);
            int64_t clock_us = clock_now_us(&b.f.clock); /* read again without news: the order is as fresh as the answer */
            assert_true(case_heard_us(ca.cas) >= clock_us - clock_us % US_PER_MIN);
            int64_t now = bench_count(&b, "fact WHERE kind IN (0, 1, 4)");
            if (again > 1)
                assert_int_equal(now, facts); /* nothing goes to and fro between the two ways of telling */
            facts = now;
        }
        assert_int_equal(bench_count(&b, "fetch"), 0);
        replays_the_same(&b);
        bench_end(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scan_counts_once),
        cmocka_unit_test(no_news_is_fresher),
        cmocka_unit_test(unknown_is_not_heard_of),
        cmocka_unit_test(shopify_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
