/* The registry of vendors and what every connector must have; settings, headers, payloads without a known direction; tables of codes. */
#include "lib/connector_case.h"

#include "base/data.h"
#include "connectors/lib/status_map.h"

#include <stdio.h>

static void registry(void **state)
{
    (void)state;
    assert_true(connector_count() >= 13);
    assert_null(connector_at(connector_count()));
    assert_null(connector_find(STR("nobody")));
    assert_null(connector_find(STR("")));
    for (size_t i = 0; i < connector_count(); i++) {
        const struct connector *c = connector_at(i);
        if (i > 0 && strcmp(connector_at(i - 1)->id, c->id) >= 0)
            fail_msg("connectors.def: %s is not in its place", c->id);
        assert_ptr_equal(connector_find(str_of(c->id)), c);
        if (c->title == NULL || c->docs_url == NULL || c->api_version == NULL || (c->hook == NULL && c->poll == NULL) != c->face)
            fail_msg("%s: title, documents, version or both roles are missing", c->id);
        if (c->hook != NULL && (c->hook->verify == NULL || c->hook->decode == NULL))
            fail_msg("%s: a webhook needs verify and decode", c->id);
        if (c->poll != NULL && (c->poll->request == NULL || c->poll->decode == NULL || c->poll->kinds == 0 || c->limits.timeout_ms <= 0))
            fail_msg("%s: polling needs request, decode, kinds and a time limit", c->id);
        if (c->limits.body_max == 0 || c->limits.source == NULL)
            fail_msg("%s: a limit of bodies, or where the figures come from, is missing", c->id);
        if (c->auth == AUTH_HEADER && c->auth_name == NULL)
            fail_msg("%s: which header signs in?", c->id);
        for (const struct cfg_field *f = c->cfg; f != NULL && f->name != NULL; f++)
            if (f->what == NULL || f->what[0] == '\0')
                fail_msg("%s: what is %s?", c->id, f->name);
    }
}

static void settings(void **state)
{
    static const struct setting SET[] = {{{"a", 1}, {"1", 1}}, {{"b", 1}, {"", 0}}};
    struct account acct = {.settings = SET, .settings_n = 2};
    (void)state;
    assert_str(account_setting(&acct, "a"), "1");
    assert_str(account_setting(&acct, "b"), "");
    assert_true(str_empty(account_setting(&acct, "c")));
    assert_true(str_empty(account_setting(NULL, "a")));
}

static void headers(void **state)
{
    struct fixture f;
    struct out_req req = {0};
    (void)state;
    fixture_init(&f);
    for (int i = 0; i < 20; i++)
        assert_ok(&f.ctx, out_req_header(&f.ctx, &req, STR("X-N"), arena_fmt(f.arena, "%d", i)));
    assert_int_equal(req.headers_n, 20);
    assert_str(req.headers[0].value, "0");
    assert_str(req.headers[19].value, "19");
    assert_int_equal(out_req_header(&f.ctx, &req, STR("X-N"), STR("a\r\nX-Evil: 1")), ERR_PARSE);
    assert_int_equal(out_req_header(&f.ctx, &req, STR("X-N"), STR("a\nb")), ERR_PARSE);
    assert_int_equal(out_req_header(&f.ctx, &req, STR("X-N"), STR("a\0b")), ERR_PARSE);
    assert_int_equal(req.headers_n, 20);
    fixture_clear(&f);
}

/* A file has no direction: whichever decoder makes something of it. */
static void any_direction(void **state)
{
    static const struct {
        const char *connector, *body;
        int status;
        enum err want;
        size_t facts, reads;
    } CASES[] = {
        {"shopify", "{\"id\":1,\"line_items\":[]}", 0, OK, 1, 0},
        {"shopify", "{\"data\":{\"order\":{\"legacyResourceId\":\"1\",\"lineItems\":{\"nodes\":[]}}}}", 0, OK, 1, 0},
        {"shopify", "{\"data\":{\"order\":{\"legacyResourceId\":\"1\",\"lineItems\":{\"nodes\":[]}}}}", 200, OK, 1, 0},
        {"shopify", "{\"a\":1}", 0, ERR_PARSE, 0, 0},
        {"bigcommerce", "{\"scope\":\"store/order/created\",\"data\":{\"id\":1}}", 0, OK, 0, 2},
        {"bigcommerce", "{\"id\":1,\"status_id\":2}", 0, OK, 1, 0},
        {"bigcommerce", "", 204, OK, 0, 0},
        {"wismo", "{\"kind\":\"hold\",\"order_id\":\"1\",\"hold_id\":\"2\"}", 0, OK, 1, 0},
        {"wismo", "{\"kind\":\"hold\",\"order_id\":\"1\",\"hold_id\":\"2\"}", 200, ERR_UNSUPPORTED, 0, 0},
        {"wismo", "x", 0, ERR_PARSE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        struct http_msg msg = {.status = CASES[i].status, .body = str_of(CASES[i].body), .received_us = TEST_NOW_US};
        enum err e = connector_decode_any(&f.ctx, &acct, &msg, &d);
        if (e != CASES[i].want || d.n != CASES[i].facts || d.fetches_n != CASES[i].reads)
            fail_msg("%s %s: %s (%s), %zu facts, %zu reads", CASES[i].connector, CASES[i].body, err_name(e), f.ctx.msg, d.n, d.fetches_n);
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

static int same_code(struct str a, struct str b)
{
    return str_eq_nocase(a, b);
}

/* Every row of every table: four columns, words of ours, no code twice; and it is found, in any case of its letters. */
static void tables(void **state)
{
    size_t all = 0;
    (void)state;
    for (size_t i = 0; i < connector_count(); i++) {
        static struct str codes[4000];
        size_t n = 0;
        char path[100], upper[200];
        const char *table = connector_at(i)->status_file;
        struct str line;
        if (table == NULL)
            continue;
        snprintf(path, sizeof(path), "status/%s.tsv", table);
        struct str rest = data_file(path);
        while (data_line(&rest, &line)) {
            struct str row = line, code = STR_NULL, status = STR_NULL, reason = STR_NULL;
            enum parcel_status st;
            enum reason rs;
            struct status_row found;
            (void)str_split(&line, '\t', &code);
            (void)str_split(&line, '\t', &status);
            (void)str_split(&line, '\t', &reason);
            if (str_empty(code) || !parcel_status_parse(status, &st) || !reason_parse(reason, &rs) || str_empty(line) || str_contains(line, STR("\t")))
                fail_msg("%s: %.*s: expected code, status, reason, words", path, STR_ARG(row));
            for (size_t k = 0; k < n; k++)
                if (same_code(codes[k], code))
                    fail_msg("%s: %.*s stands twice", path, STR_ARG(code));
            assert_true(n < 4000 && code.n < sizeof(upper));
            codes[n++] = code;
            for (size_t k = 0; k < code.n; k++)
                upper[k] = code.p[k] >= 'a' && code.p[k] <= 'z' ? (char)(code.p[k] - 32) : code.p[k];
            assert_true(status_find(table, code, &found) && found.status == st && found.reason == rs);
            assert_true(status_find(table, (struct str){upper, code.n}, &found) && found.status == st && str_eq(found.words, line));
            assert_false(code.n > 1 && status_find(table, str_sub(code, 0, code.n - 1), &found) && str_eq(found.code, code));
        }
        if (n == 0)
            fail_msg("%s: empty or absent", path);
        all += n;
    }
    print_message("%zu codes\n", all);
}

static void prefixed(void **state)
{
    struct status_row row;
    (void)state;
    assert_true(status_find_prefixed("shopify", "in_", STR("transit"), &row));
    assert_int_equal(row.status, PARCEL_IN_TRANSIT);
    assert_false(status_find_prefixed("shopify", "x:", STR("in_transit"), &row));
    char wide[400];
    memset(wide, 'a', sizeof(wide));
    assert_false(status_find_prefixed("shopify", "", (struct str){wide, sizeof(wide)}, &row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(registry),      cmocka_unit_test(settings), cmocka_unit_test(headers),
                                       cmocka_unit_test(any_direction), cmocka_unit_test(tables),   cmocka_unit_test(prefixed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
