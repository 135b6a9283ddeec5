/*
 * Odoo: what is asked by both of its interfaces, where the lists go on, faults inside a 200; and its facts beside the storefront's: a
 * difference is a conflict that is said, and ends when both say the same (R17).
 */
#include "lib/story_store.h"

#include "lib/connector_case.h"

#include "flows/reader.h"

#include <stdio.h>

#define BASE "https://company.example.com"

static void odoo_account(struct account *acct, const struct setting *set, size_t n)
{
    test_account(acct, "odoo", NULL);
    acct->base_url = STR(BASE);
    acct->settings = set;
    acct->settings_n = n;
}

/* ---- requests */

static void json2(void **state)
{
    static const struct setting SET[] = {{{"database", 8}, {"shop", 4}}};
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    const struct json *v = NULL;
    struct poll_ask ask = {.kind = POLL_SINCE, .since_us = TEST_NOW_US};
    (void)state;
    fixture_init(&f);
    odoo_account(&acct, SET, 1);
    assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
    assert_str(req.url, BASE "/json/2/sale.order/web_search_read");
    assert_str(req.headers[0].name, "X-Odoo-Database");
    assert_ok(&f.ctx, json_parse(&f.ctx, req.body, &JSON_LIMITS_SMALL, &v));
    assert_str(json_value_text(json_path(v, "domain.0.2")), "2026-11-18 11:06:40");
    assert_non_null(json_path(v, "specification.order_line.fields.product_id.fields.default_code"));
    ask = (struct poll_ask){.kind = POLL_FETCH, .fetch = {STR("product"), STR("7")}};
    req = (struct out_req){0};
    assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
    assert_str(req.url, BASE "/json/2/stock.quant/web_search_read");
    assert_ok(&f.ctx, json_parse(&f.ctx, req.body, &JSON_LIMITS_SMALL, &v));
    assert_str(json_value_text(json_path(v, "domain.0.2")), "7");
    ask.fetch.id = STR("7]]");
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &ask, &req), ERR_UNSUPPORTED);
    ask.fetch = (struct fetch_request){STR("partner"), STR("7")};
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &ask, &req), ERR_UNSUPPORTED);
    fixture_clear(&f);
}

static void json_rpc(void **state)
{
    static const struct setting SET[] = {{{"interface", 9}, {"jsonrpc", 7}}, {{"database", 8}, {"shop", 4}}, {{"uid", 3}, {"2", 1}}};
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    const struct json *v = NULL;
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("pickings"), STR("42")}};
    (void)state;
    fixture_init(&f);
    odoo_account(&acct, SET, 2);
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &ask, &req), ERR_DENIED);
    acct.settings_n = 3;
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &ask, &req), ERR_DENIED); /* no key */
    assert_int_equal(secret_set(&acct.api_key, STR("k3y")), OK);
    assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
    assert_str(req.url, BASE "/jsonrpc");
    assert_ok(&f.ctx, json_parse(&f.ctx, req.body, &JSON_LIMITS_SMALL, &v));
    static const char *const ARGS[] = {"shop", "2", "k3y", "stock.picking", "web_search_read"};
    for (size_t i = 0; i < sizeof(ARGS) / sizeof(ARGS[0]); i++)
        assert_str(json_value_text(json_at(json_path(v, "params.args"), i)), ARGS[i]);
    assert_str(json_value_text(json_path(v, "params.args.6.domain.0.2")), "42");
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* ---- lists */

static struct str page_of(struct fixture *f, int n, bool one_second)
{
    struct buf b;
    struct str out;
    buf_init(&b, 1 << 20);
    buf_addz(&b, "{\"records\":[");
    for (int i = 0; i < n; i++)
        buf_fmt(&b, "%s{\"id\":%d,\"name\":\"S%d\",\"order_line\":[],\"write_date\":\"2026-11-18 10:00:%02d\"}", i == 0 ? "" : ",", i + 1, i + 1, one_second ? 0 : i);
    buf_addz(&b, "]}");
    assert_int_equal(arena_dup(f->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void lists(void **state)
{
    static const struct {
        const char *cursor;
        int n;
        bool one_second;
        const char *next;
    } CASES[] = {
        {"", 3, false, "picking 0 2026-11-18 11:06:40 2026-11-18 11:06:40"},
        {"", 40, false, "order 0 2026-11-18 11:06:40 2026-11-18 10:00:39"},
        {"", 40, true, "order 40 2026-11-18 11:06:40 2026-11-18 11:06:40"},
        {"order 40 2026-11-18 09:00:00 2026-11-18 10:00:00", 40, true, "order 80 2026-11-18 09:00:00 2026-11-18 10:00:00"},
        {"order 40 2026-11-18 09:00:00 2026-11-18 10:00:00", 0, true, "picking 0 2026-11-18 09:00:00 2026-11-18 09:00:00"},
        {"picking 0 2026-11-18 09:00:00 2026-11-18 09:00:00", 0, true, "stock 0 2026-11-18 09:00:00 2026-11-18 09:00:00"},
        {"stock 0 2026-11-18 09:00:00 2026-11-18 09:00:00", 0, true, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR("");
        fixture_init(&f);
        odoo_account(&acct, NULL, 0);
        struct poll_ask ask = {.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = str_of(CASES[i].cursor)};
        struct http_msg msg = {.status = 200, .body = page_of(&f, CASES[i].n, CASES[i].one_second)};
        assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor));
        assert_str(cursor, CASES[i].next);
        fixture_clear(&f);
    }
}

/* Changed quants have their products read, each once. */
static void quants_name_products(void **state)
{
    static const char BODY[] = "{\"records\":[{\"id\":1,\"product_id\":{\"id\":7},\"location_id\":{\"id\":8},\"reserved_quantity\":0},"
                               "{\"id\":2,\"product_id\":{\"id\":9},\"location_id\":{\"id\":8},\"reserved_quantity\":0},"
                               "{\"id\":3,\"product_id\":{\"id\":7},\"location_id\":{\"id\":18},\"reserved_quantity\":0}]}";
    struct fixture f;
    struct account acct;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    (void)state;
    fixture_init(&f);
    odoo_account(&acct, NULL, 0);
    struct poll_ask ask = {.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = STR("stock 0 2026-11-18 09:00:00 2026-11-18 09:00:00")};
    struct http_msg msg = {.status = 200, .body = STR(BODY)};
    assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor));
    assert_int_equal(d.n, 0);
    assert_int_equal(d.fetches_n, 2);
    assert_str(d.fetches[0].id, "7");
    assert_str(d.fetches[1].id, "9");
    fixture_clear(&f);
}

static void faults(void **state)
{
    static const struct {
        const char *body, *says;
        enum err err;
    } CASES[] = {
        {"{\"name\":\"werkzeug.exceptions.Unauthorized\",\"message\":\"Invalid apikey\",\"arguments\":[],\"context\":{},\"debug\":\"\"}", "Unauthorized", ERR_DENIED},
        {"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":200,\"message\":\"Odoo Server Error\",\"data\":{\"name\":\"odoo.exceptions.AccessError\",\"message\":\"no\"}}}", "AccessError",
         ERR_DENIED},
        {"{\"error\":{\"code\":100,\"data\":{\"name\":\"psycopg2.errors.SerializationFailure\",\"message\":\"x\"}}}", "Serialization", ERR_BUSY},
        {"{\"error\":{\"code\":200,\"data\":{\"name\":\"odoo.exceptions.MissingError\",\"message\":\"x\"}}}", "Missing", ERR_NOTFOUND},
        {"{\"error\":{\"code\":404,\"message\":\"404: Not Found\"}}", "404", ERR_PARSE},
        {"{\"result\":false}", "records", ERR_PARSE},
        {"{\"records\":[{\"id\":1}]}", "records[0]", ERR_PARSE},
        {"{\"records\":[{\"order_line\":[]}]}", "id: missing", ERR_PARSE},
        {"{\"records\":[{\"id\":1,\"move_ids\":[],\"sale_id\":false}]}", "sale_id", ERR_PARSE},
        {"{\"records\":[{\"id\":1,\"order_line\":[{\"product_id\":{\"id\":1},\"product_uom_qty\":-1.0}]}]}", "product_uom_qty", ERR_PARSE},
        {"{\"records\":[{\"id\":1,\"order_line\":[],\"date_order\":\"soon\"}]}", "date_order", ERR_PARSE},
        {"{\"records\":[{\"id\":1,\"order_line\":[],\"currency_id\":{\"name\":\"EUR\"},\"amount_total\":1e3}]}", "amount_total", ERR_PARSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        fixture_init(&f);
        odoo_account(&acct, NULL, 0);
        struct http_msg msg = {.status = 200, .body = str_of(CASES[i].body)};
        enum err e = acct.conn->poll->decode(&f.ctx, &acct, NULL, &msg, &d, &cursor);
        if (e != CASES[i].err || strstr(f.ctx.msg, CASES[i].says) == NULL)
            fail_msg("case %zu: %s: %s", i, err_name(e), f.ctx.msg);
        fixture_clear(&f);
    }
}

static void rounded(void **state)
{
    static const struct {
        const char *given, *currency;
        int64_t want;
    } CASES[] = {{"42.800000000000004", "EUR", 4280}, {"42.795", "EUR", 4280}, {"42.794", "EUR", 4279}, {"-3.999", "EUR", -400}, {"1999.5", "JPY", 2000},
                 {"5000.0", "JPY", 5000}, {"7", "EUR", 700}, {"0.0005", "KWD", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        fixture_init(&f);
        odoo_account(&acct, NULL, 0);
        struct http_msg msg = {.status = 200, .body = arena_fmt(f.arena, "{\"records\":[{\"id\":1,\"order_line\":[],\"currency_id\":{\"name\":\"%s\"},\"amount_total\":%s}]}",
                                                                CASES[i].currency, CASES[i].given)};
        assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, NULL, &msg, &d, &cursor));
        if (d.facts[0].u.order.total_minor != CASES[i].want)
            fail_msg("%s %s: got %lld", CASES[i].given, CASES[i].currency, (long long)d.facts[0].u.order.total_minor);
        fixture_clear(&f);
    }
}

static void token_in_the_address(void **state)
{
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    odoo_account(&acct, NULL, 0);
    struct http_msg msg = {.method = STR("POST"), .query = STR("token=w%6Frd"), .body = STR("{}"), .received_us = TEST_NOW_US};
    assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), ERR_DENIED);
    assert_int_equal(secret_set(&acct.webhook_secrets[0], STR("word")), OK);
    assert_ok(&f.ctx, acct.conn->hook->verify(&f.ctx, &acct, &msg));
    msg.query = STR("token=words");
    assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), ERR_DENIED);
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* ---- beside the storefront */

#define SALE(qty, state, changed)                                                                                                   \
    "{\"records\":[{\"id\":42,\"name\":\"S00042\",\"client_order_ref\":\"#1020\",\"state\":\"" state "\",\"currency_id\":{\"name\":\"EUR\"},"              \
    "\"date_order\":\"2026-11-18 09:00:00\",\"write_date\":\"2026-11-18 " changed "\",\"order_line\":[{\"id\":101,\"product_id\":{\"id\":7,"             \
    "\"default_code\":\"MUG\",\"name\":\"Mug\"},\"product_uom_qty\":" qty ",\"price_unit\":15.0}]}]}"
#define PICKING(state, changed)                                                                                                     \
    "{\"records\":[{\"id\":77,\"sale_id\":{\"id\":42},\"state\":\"" state "\",\"write_date\":\"2026-11-18 " changed "\",\"move_ids\":[{\"id\":200,"        \
    "\"product_id\":{\"id\":7,\"default_code\":\"MUG\"},\"product_uom_qty\":2.0,\"quantity\":2.0}]}]}"

static void told_by_odoo(struct fixture *f, struct story_store *st, const char *body)
{
    struct account acct;
    struct decoded d = {0};
    struct str cursor = STR_NULL;
    odoo_account(&acct, NULL, 0);
    struct http_msg msg = {.status = 200, .body = str_of(body), .received_us = clock_now_us(&f->clock)};
    assert_ok(&f->ctx, acct.conn->poll->decode(&f->ctx, &acct, NULL, &msg, &d, &cursor));
    for (size_t i = 0; i < d.n; i++)
        assert_ok(&f->ctx, story_store_append(&f->ctx, st, STR("odoo"), &d.facts[i]));
    assert_ok(&f->ctx, story_store_settle(&f->ctx, st));
}

static void expect(struct fixture *f, struct story_store *st, bool conflict, const char *says)
{
    struct case_answer ca;
    assert_ok(&f->ctx, case_read(&f->ctx, st->rd, st->merchant_id, 1, 0, &ca));
    bool is = ca.cd.order.cls == DIAG_DATA_CONFLICT;
    if (is != conflict || (conflict && !str_contains(ca.cd.order.conflict, str_of(says))))
        fail_msg("%s: %s, \"%.*s\"", says, diag_class_word(ca.cd.order.cls), STR_ARG(ca.cd.order.conflict));
    clock_set(&f->clock, clock_now_us(&f->clock) + US_PER_MIN);
}

static void differences_are_said(void **state)
{
    static const struct fact_item ITEM = {.item_id = {"11", 2}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 2, .price_minor = 1500, .ships = true};
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US - US_PER_H};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fixture f;
    struct story_store st;
    (void)state;
    fixture_init(&f);
    story_store_open(&f.ctx, &f.clock, NULL, 0, &st);
    ord.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .placed_us = TEST_NOW_US - US_PER_H, .currency = STR("EUR"), .total_minor = 3000,
                                      .email = STR("anna@example.com"), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    assert_ok(&f.ctx, story_store_append(&f.ctx, &st, STR("shop"), &ord));
    told_by_odoo(&f, &st, SALE("2.0", "sale", "10:05:00"));
    expect(&f, &st, false, "");
    told_by_odoo(&f, &st, SALE("1.0", "sale", "10:10:00")); /* somebody took one out there */
    expect(&f, &st, true, "MUG: shop has 2, odoo has 1");
    told_by_odoo(&f, &st, SALE("2.0", "sale", "10:15:00"));
    expect(&f, &st, false, "");
    told_by_odoo(&f, &st, PICKING("assigned", "10:20:00")); /* the shop calls it sent before the warehouse has picked it */
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = STR("1020"), .fulfillment_id = STR("F1"), .state = FUL_SHIPPED, .items = &ITEM, .items_n = 1,
                                                  .created_us = TEST_NOW_US};
    assert_ok(&f.ctx, story_store_append(&f.ctx, &st, STR("shop"), &ful));
    assert_ok(&f.ctx, story_store_settle(&f.ctx, &st));
    expect(&f, &st, true, "has not picked it");
    told_by_odoo(&f, &st, PICKING("done", "10:30:00"));
    expect(&f, &st, false, "");
    told_by_odoo(&f, &st, SALE("2.0", "cancel", "10:40:00"));
    expect(&f, &st, true, "odoo calls it cancelled");
    story_store_close(&st);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(json2),  cmocka_unit_test(json_rpc), cmocka_unit_test(lists), cmocka_unit_test(quants_name_products),
                                       cmocka_unit_test(faults), cmocka_unit_test(rounded),  cmocka_unit_test(token_in_the_address),
                                       cmocka_unit_test(differences_are_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
