/*
 * Connectors that speak for many carriers: AfterShip, EasyPost, ShipEngine, Easyship. What fixtures
 * cannot show: requests, refusals, bodies that are not theirs, words for carriers, and that a
 * history told twice, by webhook and by a read, makes one parcel. Their signatures are
 * test_aggregator_hooks.c's.
 */
#include "lib/connector_case.h"

#include "connectors/lib/aggregate.h"
#include "model/parcel.h"

#include <stdio.h>

/* ---- requests */

static struct str header_of(const struct out_req *req, const char *name)
{
    struct http_msg m = {.headers = req->headers, .headers_n = req->headers_n};
    return http_msg_header(&m, name);
}

static void parcel_requests(void **state)
{
    static const struct {
        const char *vendor, *setting, *value, *base, *carrier, *number, *url;
    } T[] = {
        {"aftership", "", "", "", "fedex", "79 46",
         "https://api.aftership.com/tracking/2026-07/trackings?tracking_numbers=79%2046"},
        {"aftership", "api_version", "2025-01", "http://127.0.0.1:8/", "", "A&b=1",
         "http://127.0.0.1:8/tracking/2025-01/trackings?tracking_numbers=A%26b%3D1"},
        {"easypost", "", "", "", "usps", "EZ1000000001",
         "https://api.easypost.com/v2/trackers?tracking_code=EZ1000000001"},
        {"shipengine", "", "", "", "purolator", "P1",
         "https://api.shipengine.com/v1/tracking?carrier_code=purolator_ca&tracking_number=P1"},
        {"shipengine", "product", "shipstation", "", "usps", "9400",
         "https://api.shipstation.com/v2/tracking?carrier_code=usps&tracking_number=9400"},
        {"shipengine", "", "", "", "some-post", "1",
         "https://api.shipengine.com/v1/tracking?carrier_code=some-post&tracking_number=1"},
        {"easyship", "", "", "", "ups", "1Z",
         "https://public-api.easyship.com/2024-09/"
         "trackings?include_checkpoints=true&tracking_number=1Z"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        struct setting set = {str_of(T[i].setting), str_of(T[i].value)};
        struct poll_ask ask = {.kind = POLL_PARCEL,
                               .carrier = str_of(T[i].carrier),
                               .tracking_number = str_of(T[i].number)};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        acct.settings = &set;
        acct.settings_n = 1;
        acct.base_url = str_of(T[i].base);
        assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
        assert_str(req.method, "GET");
        assert_str(req.url, T[i].url);
        fixture_clear(&f);
    }
}

/* The key goes along with a fetch: only the vendor's own hosts get it, whatever a body names. */
static void fetches_of_shipengine(void **state)
{
    static const struct {
        const char *what, *url, *base;
        enum err want;
        const char *to, *auth;
    } T[] = {
        {"API_TRACK", "https://api.shipengine.com/v1/tracking?x=1", "", OK,
         "https://api.shipengine.com/v1/tracking?x=1", ""},
        {"API_TRACK", "https://api.shipstation.com/v2/tracking?x=1", "", OK,
         "https://api.shipstation.com/v2/tracking?x=1", ""},
        {"SHIP_NOTIFY", "https://ssapi.shipstation.com/shipments?batchId=1", "", OK,
         "https://ssapi.shipstation.com/shipments?batchId=1", "Basic dTpz"},
        {"API_TRACK", "http://127.0.0.1:8/x", "http://127.0.0.1:8/", OK, "http://127.0.0.1:8/x",
         ""},
        {"API_TRACK", "https://api.shipengine.com.example.net/v1", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "https://api.shipengine.com@example.net/v1", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "https://api.shipengine.com", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "http://api.shipengine.com/v1", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "https://ssapi.shipstation.com.example.net/", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "http://169.254.169.254/latest", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "https://api.shipengine.com/v1\r\nX: y", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "file:///etc/passwd", "", ERR_UNSUPPORTED, "", ""},
        {"API_TRACK", "", "", ERR_UNSUPPORTED, "", ""},
        {"setting:jwks", "/jwks", "", OK, "https://api.shipengine.com/jwks", ""},
        {"setting:jwks", "https://example.net/", "http://127.0.0.1:8", OK,
         "http://127.0.0.1:8/jwks", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct out_req req = {0};
        struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {str_of(T[i].what), str_of(T[i].url)}};
        fixture_init(&f);
        test_account(&acct, "shipengine", NULL);
        acct.base_url = str_of(T[i].base);
        assert_int_equal(secret_set(&acct.api_user, STR("u")), OK);
        assert_int_equal(secret_set(&acct.api_secret, STR("s")), OK);
        enum err e = acct.conn->poll->request(&f.ctx, &acct, &ask, &req);
        if (e != T[i].want)
            fail_msg("%s %s: %s", T[i].what, T[i].url, err_name(e));
        if (e == OK) {
            assert_str(req.url, T[i].to);
            assert_str(header_of(&req, "Authorization"), T[i].auth);
        }
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

/* ---- refusals and bodies that are not theirs */

static void refusals(void **state)
{
    static const struct {
        const char *vendor;
        int status;
        const char *body;
        enum err want;
    } T[] = {
        {"aftership", 401, "{\"meta\":{\"code\":401,\"message\":\"x\"}}", ERR_DENIED},
        {"aftership", 429, "{\"meta\":{\"code\":429}}", ERR_BUSY},
        {"aftership", 500, "{\"meta\":{\"code\":500}}", ERR_BUSY},
        {"aftership", 404, "{\"meta\":{\"code\":4004}}", OK},
        {"aftership", 400, "{\"meta\":{\"code\":4005}}", OK},
        {"easypost", 401, "{\"error\":{\"code\":\"APIKEY.INACTIVE\"}}", ERR_DENIED},
        {"easypost", 429, "{\"error\":{\"code\":\"RATE_LIMITED\"}}", ERR_BUSY},
        {"easypost", 404, "{\"error\":{\"code\":\"TRACKER.NOT_FOUND\"}}", OK},
        {"shipengine", 401, "{\"errors\":[{\"error_code\":\"unauthorized\"}]}", ERR_DENIED},
        {"shipengine", 429, "{\"errors\":[{\"error_code\":\"rate_limit_exceeded\"}]}", ERR_BUSY},
        {"shipengine", 400, "{\"errors\":[{\"error_code\":\"invalid_field_value\"}]}", OK},
        {"easyship", 403, "{\"error\":{\"code\":\"forbidden\"}}", ERR_DENIED},
        {"easyship", 404, "{\"error\":{\"code\":\"resource_not_found\"}}", OK},
        {"easyship", 200, "{\"trackings\":[]}", OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        struct poll_ask ask = {.kind = POLL_PARCEL,
                               .carrier = STR("ups"),
                               .tracking_number = STR("1Z7W4E590300010062")};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct http_msg msg = {
            .status = T[i].status, .body = str_of(T[i].body), .received_us = TEST_NOW_US};
        enum err e = acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor);
        if (e != T[i].want)
            fail_msg("%s: %s: %s", T[i].vendor, T[i].body, err_name(e));
        assert_int_equal(d.n, e == OK ? 1 : 0);
        if (e == OK) {
            assert_int_equal(d.facts[0].kind, FACT_NOT_FOUND);
            assert_str(d.facts[0].u.not_found.tracking_number, "1Z7W4E590300010062");
            assert_str(d.facts[0].u.not_found.carrier, "ups");
        }
        fixture_clear(&f);
    }
}

static void bad_bodies(void **state)
{
    static const struct {
        const char *vendor, *body, *word;
    } T[] = {
        {"aftership", "", ""},
        {"aftership", "[]", "tracking_number"},
        {"aftership", "{\"event\":\"tracking_update\",\"msg\":{\"slug\":\"ups\"}}",
         "tracking_number"},
        {"aftership", "{\"msg\":{\"tracking_number\":{}}}", "tracking_number"},
        {"easypost", "{\"result\":{\"object\":\"Tracker\"}}", "tracking_code"},
        {"easypost", "{\"object\":\"Tracker\",\"tracking_code\":\"\"}", "tracking_code"},
        {"shipengine", "{\"resource_type\":\"API_TRACK\",\"data\":{}}", "tracking_number"},
        {"shipengine", "null", "tracking_number"},
        {"easyship", "{\"event_type\":\"shipment.tracking.status.changed\",\"data\":{}}",
         "tracking_number"},
        {"easyship", "{\"event_type\":\"shipment.tracking.status.changed\"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        fixture_init(&f);
        test_account(&acct, T[i].vendor, NULL);
        struct http_msg msg = {
            .method = STR("POST"), .body = str_of(T[i].body), .received_us = TEST_NOW_US};
        enum err e = acct.conn->hook->decode(&f.ctx, &acct, &msg, &d);
        if (e != ERR_PARSE || !str_contains(str_of(f.ctx.msg), str_of(T[i].word)) ||
            f.ctx.msg[0] == '\0')
            fail_msg("%s: %s: %s %s", T[i].vendor, T[i].body, err_name(e), f.ctx.msg);
        fixture_clear(&f);
    }
}

/* ---- words for carriers */

static void carriers(void **state)
{
    static const struct {
        const char *vendor, *word, *carrier;
    } T[] = {
        {"aftership", "fedex", "fedex"},
        {"aftership", "UPS-MI", "ups"},
        {"aftership", "dhl", "dhl_express"},
        {"aftership", "dhl-germany", "dhl_parcel_de"},
        {"aftership", "dhl-global-mail-asia", "dhl_ecommerce"},
        {"aftership", "dhl-something-new", "dhl-something-new"},
        {"aftership", "gls-slovenia", "gls"},
        {"aftership", "Swiss-Post", "swiss-post"},
        {"aftership", "upstart-couriers", "upstart-couriers"},
        {"aftership", "", ""},
        {"easypost", "FedexSmartPost", "fedex"},
        {"easypost", "DHLExpress", "dhl_express"},
        {"easypost", "DhlEcs", "dhl_ecommerce"},
        {"easypost", "CanadaPost", "canada_post"},
        {"easypost", "Veho", "veho"},
        {"shipengine", "stamps_com", "usps"},
        {"shipengine", "dhl_express_worldwide", "dhl_express"},
        {"shipengine", "fedex_uk", "fedex"},
        {"easyship", "USPS - Priority Mail", "usps"},
        {"easyship", "DHL eCommerce - Parcel International Direct", "dhl_ecommerce"},
        {"easyship", "DHL Express Worldwide", "dhl_express"},
        {"easyship", "FedEx International Economy", "fedex"},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct str got = slug_carrier(&f.ctx, T[i].vendor, str_of(T[i].word));
        if (!str_eq(got, str_of(T[i].carrier)))
            fail_msg("%s %s: %.*s, want %s", T[i].vendor, T[i].word, STR_ARG(got), T[i].carrier);
    }
    assert_str(slug_for("aftership", STR("dhl_express")), "dhl");
    assert_str(slug_for("aftership", STR("usps")), "usps");
    assert_str(slug_for("easypost", STR("canada_post")), "CanadaPost");
    assert_str(slug_for("shipengine", STR("nobody")), "nobody");
    fixture_clear(&f);
}

/* ---- all codes that the vendors document, where the folder of facts stands beside the project */

static void all_codes(void **state)
{
    static const char *const VENDORS[] = {"aftership", "easypost", "shipengine", "easyship"};
    struct fixture f;
    int seen = 0, bad = 0;
    const char *path = test_shared_path("facts/carrier-status.tsv");
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    fixture_init(&f);
    struct str text = test_read_file(f.arena, path), line, vendor, code, label, status, reason;
    while (str_split(&text, '\n', &line)) {
        struct status_row row = {0};
        if (!str_split(&line, '\t', &vendor) || !str_split(&line, '\t', &code) ||
            !str_split(&line, '\t', &label) || !str_split(&line, '\t', &status) ||
            !str_split(&line, '\t', &reason))
            continue;
        for (size_t i = 0; i < sizeof(VENDORS) / sizeof(VENDORS[0]); i++) {
            if (!str_eq(vendor, str_of(VENDORS[i])))
                continue;
            seen++;
            if (status_find(VENDORS[i], code, &row) &&
                str_eq(str_of(parcel_status_word(row.status)), status) &&
                str_eq(str_of(reason_word(row.reason)), reason) && !str_empty(row.words))
                continue;
            print_error("%s %.*s\n", VENDORS[i], STR_ARG(code));
            bad++;
        }
    }
    print_message("%d codes\n", seen);
    assert_true(seen > 150);
    assert_int_equal(bad, 0);
    fixture_clear(&f);
}

/* ---- the same history by webhook and by a read */

static void decode_fixture(struct fixture *f, const char *vendor, const char *name,
                           struct decoded *d)
{
    char rel[200];
    struct account acct;
    struct http_header room[CASE_HEADERS_MAX];
    test_account(&acct, vendor, NULL);
    snprintf(rel, sizeof(rel), "tests/fixtures/connectors/%s/%s/in.http", vendor, name);
    struct http_msg msg = test_message(test_read_file(f->arena, test_source_path(rel)), room);
    *d = (struct decoded){0};
    assert_ok(&f->ctx, connector_decode_any(&f->ctx, &acct, &msg, d));
}

/* Folds what arrived; the number of scans that were new. */
static size_t fold_all(struct fixture *f, struct parcel *pcl, const struct decoded *d, int64_t pos)
{
    size_t before = pcl->scans_n;
    for (size_t i = 0; i < d->n; i++) {
        bool changed = false;
        assert_int_equal(d->facts[i].kind, FACT_TRACKING_EVENT);
        assert_ok(&f->ctx,
                  parcel_fold_event(&f->ctx, pcl, &d->facts[i], (struct fact_ref){pos, (uint32_t)i},
                                    TEST_NOW_US, &changed));
    }
    return pcl->scans_n - before;
}

static struct str parcel_text(struct fixture *f, const struct parcel *pcl)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, (size_t)1 << 20);
    parcel_encode(pcl, false, &b);
    assert_int_equal(arena_dup(f->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void told_twice_counts_once(void **state)
{
    static const struct {
        const char *vendor, *push, *poll;
        size_t scans;
    } T[] = {
        {"aftership", "push_in_transit", "push_estimate_revised", 2},
        {"aftership", "push_same_scan_twice", "push_in_transit", 3},
        {"aftership", "push_out_for_delivery", "poll_weather", 4}, /* two of them in both */
        {"easypost", "push_in_transit", "poll_history", 3},
        {"easypost", "push_weather", "push_failed_attempt", 4},
        {"shipengine", "push_in_transit", "poll_history", 1},
        {"shipengine", "push_out_for_delivery", "poll_same_scan_twice", 2},
        {"easyship", "push_history", "poll_history", 2},
        {"easyship", "push_out_for_delivery", "poll_same_scan_twice", 3},
        {"easyship", "push_no_status_of_scans", "push_no_status_of_scans", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct decoded push, poll;
        fixture_init(&f);
        decode_fixture(&f, T[i].vendor, T[i].push, &push);
        decode_fixture(&f, T[i].vendor, T[i].poll, &poll);
        struct parcel a = {.number = push.facts[0].u.event.tracking_number}, b = a;
        (void)fold_all(&f, &a, &push, 1);
        (void)fold_all(&f, &a, &poll, 2);
        assert_int_equal(fold_all(&f, &a, &push, 3) + fold_all(&f, &a, &poll, 4), 0);
        (void)fold_all(&f, &b, &poll, 2);
        (void)fold_all(&f, &b, &push, 1);
        if (a.scans_n != T[i].scans)
            fail_msg("%s %s and %s: %zu scans, want %zu", T[i].vendor, T[i].push, T[i].poll,
                     a.scans_n, T[i].scans);
        if (!str_eq(parcel_text(&f, &a), parcel_text(&f, &b)))
            fail_msg("%s %s and %s: the order of arrival shows", T[i].vendor, T[i].push, T[i].poll);
        fixture_clear(&f);
    }
}

/* Easyship: the status of the whole moves on to the next scan; the scan that had it stays one scan.
 */
static void status_moves_on(void **state)
{
    static const char FIRST[] = "{\"event_type\":\"shipment.tracking.checkpoints.created\","
                                "\"data\":{\"tracking_number\":\"1\",\"courier_name\":\"UPS\","
                                "\"status\":\"In Transit to "
                                "Customer\",\"checkpoints\":[{\"order_number\":1,\"message\":\"a\","
                                "\"checkpoint_time\":\"2026-11-17T10:00:00Z\"}]}}";
    static const char THEN[] =
        "{\"event_type\":\"shipment.tracking.checkpoints.created\",\"data\":{\"tracking_number\":"
        "\"1\",\"courier_name\":\"UPS\","
        "\"status\":\"Delivered\",\"checkpoints\":[{\"order_number\":1,\"message\":\"a\","
        "\"checkpoint_time\":\"2026-11-17T10:00:00Z\"},"
        "{\"order_number\":2,\"message\":\"b\",\"checkpoint_time\":\"2026-11-18T10:00:00Z\"}]}}";
    struct fixture f;
    struct account acct;
    struct decoded one = {0}, two = {0};
    struct parcel pcl = {.number = STR("1")};
    struct parcel_view v;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "easyship", NULL);
    struct http_msg msg = {.method = STR("POST"), .body = STR(FIRST), .received_us = TEST_NOW_US};
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &one));
    msg.body = STR(THEN);
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &two));
    (void)fold_all(&f, &pcl, &one, 1);
    (void)fold_all(&f, &pcl, &two, 2);
    assert_int_equal(pcl.scans_n, 2);
    parcel_view_make(&pcl, 0, &v);
    assert_int_equal(v.status, PARCEL_DELIVERED);
    fixture_clear(&f);
}

/* A forecast in the future neither moves the parcel nor holds its estimate. */
static void forecast_is_no_news(void **state)
{
    struct fixture f;
    struct decoded d;
    struct parcel pcl = {.number = STR("9400100000000000000007")};
    struct parcel_view v;
    (void)state;
    fixture_init(&f);
    decode_fixture(&f, "easypost", "push_in_transit", &d);
    (void)fold_all(&f, &pcl, &d, 1);
    parcel_view_make(&pcl, 0, &v);
    assert_int_equal(v.status, PARCEL_IN_TRANSIT);
    assert_int_equal(v.last, 1);
    assert_int_equal(v.last_move, 1);
    assert_true(pcl.estimate.told_us < TEST_NOW_US);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parcel_requests),
        cmocka_unit_test(fetches_of_shipengine),
        cmocka_unit_test(refusals),
        cmocka_unit_test(bad_bodies),
        cmocka_unit_test(carriers),
        cmocka_unit_test(all_codes),
        cmocka_unit_test(told_twice_counts_once),
        cmocka_unit_test(status_moves_on),
        cmocka_unit_test(forecast_is_no_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
