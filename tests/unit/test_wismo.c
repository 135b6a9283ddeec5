/* Our own facts as a payload: one object, an array, lines; roles and keys that are not told; what is refused, with its line. */
#include "lib/connector_case.h"

struct own {
    struct fixture f;
    struct account acct;
};

static void open_own(struct own *o)
{
    fixture_init(&o->f);
    test_account(&o->acct, "wismo", NULL);
}

static void close_own(struct own *o)
{
    test_account_clear(&o->acct);
    fixture_clear(&o->f);
}

static enum err decode(struct own *o, const char *body, struct decoded *d)
{
    struct http_msg msg = {.method = STR("POST"), .body = str_of(body), .received_us = TEST_NOW_US};
    *d = (struct decoded){0};
    return o->acct.conn->hook->decode(&o->f.ctx, &o->acct, &msg, d);
}

static void shapes(void **state)
{
    static const struct {
        const char *body;
        size_t n;
    } CASES[] = {
        {"{\"kind\":\"inventory_level\",\"sku\":\"A\"}", 1},
        {"{\n \"kind\": \"inventory_level\",\n \"sku\": \"A\"\n}\n", 1},
        {"[]", 0},
        {"[{\"kind\":\"inventory_level\",\"sku\":\"A\"},\n {\"kind\":\"hold\",\"order_id\":\"1\",\"hold_id\":\"2\"}]", 2},
        {"{\"kind\":\"inventory_level\",\"sku\":\"A\"}\n{\"kind\":\"inventory_level\",\"sku\":\"B\"}\n", 2},
        {"{\"kind\":\"inventory_level\",\"sku\":\"A\"}\r\n\r\n{\"kind\":\"inventory_level\",\"sku\":\"B\"}", 2},
        {"{\"kind\":\"inventory_level\",\"sku\":\"{\"}\n[{\"kind\":\"inventory_level\"},{\"kind\":\"inventory_level\",\"sku\":\"B\"}]", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct own o;
        struct decoded d;
        open_own(&o);
        if (decode(&o, CASES[i].body, &d) != OK || d.n != CASES[i].n)
            fail_msg("%s: %zu facts (%s)", CASES[i].body, d.n, o.f.ctx.msg);
        close_own(&o);
    }
}

static void roles_and_carriers(void **state)
{
    static const struct {
        const char *body;
        enum source_role role;
    } CASES[] = {
        {"{\"kind\":\"order\",\"order_id\":\"1\"}", ROLE_STOREFRONT},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"role\":\"back_office\"}", ROLE_BACK_OFFICE},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"UPS Ground\",\"tracking_number\":\"A1\"}", ROLE_CARRIER},
        {"{\"kind\":\"not_found\",\"carrier\":\"UPS\",\"tracking_number\":\"A1\"}", ROLE_CARRIER},
        {"{\"kind\":\"customer_report\",\"order_id\":\"1\",\"report\":\"damaged\"}", ROLE_CUSTOMER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct own o;
        struct decoded d;
        open_own(&o);
        assert_ok(&o.f.ctx, decode(&o, CASES[i].body, &d));
        assert_int_equal(d.facts[0].role, CASES[i].role);
        if (d.facts[0].kind == FACT_TRACKING_EVENT)
            assert_str(d.facts[0].u.event.carrier, "ups");
        if (d.facts[0].kind == FACT_NOT_FOUND)
            assert_str(d.facts[0].u.not_found.carrier, "ups");
        close_own(&o);
    }
}

/* A key that is told stays; else the content is the key, in whatever order its members stand. */
static void keys(void **state)
{
    struct own o;
    struct decoded d;
    (void)state;
    open_own(&o);
    assert_ok(&o.f.ctx, decode(&o,
                               "[{\"kind\":\"order\",\"order_id\":\"1\",\"name\":\"#1\"},{\"name\":\"#1\",\"order_id\":1,\"x\":2,\"kind\":\"order\"},"
                               "{\"kind\":\"order\",\"order_id\":\"1\",\"name\":\"#2\"},{\"kind\":\"order\",\"order_id\":\"1\",\"key\":\"v7\"},"
                               "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A1\",\"event_id\":\"e9\"},"
                               "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A1\",\"code\":\"X\"}]", &d));
    assert_true(str_eq(d.facts[0].key, d.facts[1].key));
    assert_false(str_eq(d.facts[0].key, d.facts[2].key));
    assert_str(d.facts[3].key, "v7");
    assert_str(d.facts[4].key, "e9");
    assert_str(d.facts[5].key, "-|x|||");
    close_own(&o);
}

static void refused(void **state)
{
    static const char *const CASES[][2] = {
        {"", "body: empty"},
        {" \n ", "body: empty"},
        {"5", "expected an object"},
        {"[5]", "expected an object"},
        {"{\"kind\":\"tick\",\"number\":1,\"due_us\":5}", "kind: a tick does not come from outside"},
        {"{\"kind\":\"inventory_level\"}\n{\"kind\":\"inventory_level\",\"available\":\"x\"}", "line 2: available: "},
        {"{\"kind\":\"inventory_level\"}\n\n{\"kind\":\"unicorn\"}", "line 3: kind: "},
        {"{\"kind\":\"inventory_level\"}\n{\"kind\":\"inventory", "line 2: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct own o;
        struct decoded d;
        open_own(&o);
        enum err e = decode(&o, CASES[i][0], &d);
        if (e != ERR_PARSE || !str_starts(str_of(o.f.ctx.msg), str_of(CASES[i][1])))
            fail_msg("%s: got %s (%s)", CASES[i][0], err_name(e), o.f.ctx.msg);
        close_own(&o);
    }
}

static void no_webhook(void **state)
{
    struct own o;
    struct http_msg msg = {.body = STR("{}")};
    (void)state;
    open_own(&o);
    assert_int_equal(o.acct.conn->hook->verify(&o.f.ctx, &o.acct, &msg), ERR_DENIED);
    close_own(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(roles_and_carriers), cmocka_unit_test(keys), cmocka_unit_test(refused),
                                       cmocka_unit_test(no_webhook)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
