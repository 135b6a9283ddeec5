/* Custom stores: mappings of JSON, NDJSON and CSV, our own column names, times, amounts, words, and what is refused. */
#include "lib/connector_case.h"

#include "base/crypto.h"
#include "connectors/lib/time_pattern.h"

struct shop {
    struct fixture f;
    struct account acct;
};

static void open_shop(struct shop *s, const char *mapping)
{
    fixture_init(&s->f);
    test_account(&s->acct, "generic", "a-secret");
    if (mapping != NULL)
        assert_ok(&s->f.ctx, json_parse(&s->f.ctx, str_of(mapping), &JSON_LIMITS_SMALL, &s->acct.mapping));
}

static void close_shop(struct shop *s)
{
    test_account_clear(&s->acct);
    fixture_clear(&s->f);
}

static enum err decode(struct shop *s, const char *body, struct decoded *d)
{
    struct http_msg msg = {.method = STR("POST"), .body = str_of(body), .received_us = TEST_NOW_US};
    *d = (struct decoded){0};
    return s->acct.conn->hook->decode(&s->f.ctx, &s->acct, &msg, d);
}

/* The facts without their last members (key, time of change, role), one a line. */
static void decodes(const char *name, const char *mapping, const char *body, const char *want)
{
    struct shop s;
    struct decoded d;
    struct buf b;
    open_shop(&s, mapping);
    if (decode(&s, body, &d) != OK)
        fail_msg("%s: %s", name, s.f.ctx.msg);
    struct str rest = decoded_text(&s.f.ctx, &d, STR_NULL), line;
    buf_init(&b, (size_t)1 << 20);
    while (str_split(&rest, '\n', &line)) {
        const char *key = line.n == 0 ? NULL : memmem(line.p, line.n, ",\"key\":", 7);
        if (key != NULL)
            buf_fmt(&b, "%.*s}\n", (int)(key - line.p), line.p);
    }
    if (!str_eq(buf_str(&b), str_of(want)))
        fail_msg("%s: got\n%.*s-- want\n%s", name, STR_ARG(buf_str(&b)), want);
    buf_clear(&b);
    close_shop(&s);
}

#define NO_SHIP "\"email\":null,\"phone\":null,\"ship_to\":null,\"promised_at\":null"

static void mapped_json(void **state)
{
    (void)state;
    decodes("a list with nested lines",
            "{\"facts\":[{\"kind\":\"order\",\"each\":\"data.orders\",\"time\":\"unix\",\"currency\":\"EUR\",\"fields\":{\"order_id\":\"id\",\"name\":\"no\","
            "\"placed_at\":\"ts\",\"total_minor\":\"sum\",\"email\":\"c.mail\",\"ship_to\":{\"city\":\"a.town\",\"country\":\"=DE\"},"
            "\"items\":{\"each\":\"rows\",\"fields\":{\"sku\":\"art\",\"quantity\":\"n\",\"price_minor\":\"p\"}},\"state\":\"st\"},"
            "\"values\":{\"state\":{\"STORNO\":\"cancelled\",\"neu\":\"open\"}}}]}",
            "{\"data\":{\"orders\":[{\"id\":9007199254740993,\"no\":\"A-1\",\"ts\":1795000000,\"sum\":\"39.90\",\"c\":{\"mail\":\"anna@example.com\"},"
            "\"a\":{\"town\":\"Kiel\"},\"rows\":[{\"art\":\"MUG\",\"n\":\"2\",\"p\":19.95}],\"st\":\"storno\"}]}}",
            "{\"kind\":\"order\",\"order_id\":\"9007199254740993\",\"name\":\"A-1\",\"placed_at\":\"2026-11-18T11:06:40Z\",\"currency\":\"EUR\","
            "\"total_minor\":3990,\"email\":\"anna@example.com\",\"phone\":null,\"ship_to\":{\"name\":null,\"line1\":null,\"line2\":null,\"city\":\"Kiel\","
            "\"region\":null,\"postal_code\":null,\"country\":\"DE\",\"phone\":null},\"promised_at\":null,\"items\":[{\"sku\":\"MUG\",\"title\":null,"
            "\"quantity\":2,\"price_minor\":1995}],\"state\":\"cancelled\",\"financial_state\":\"unknown\"}\n");
    decodes("two kinds of one document",
            "{\"facts\":[{\"kind\":\"fulfillment\",\"fields\":{\"order_id\":\"order\",\"fulfillment_id\":\"id\",\"state\":\"=shipped\",\"parcels\":\"tracking\"}},"
            "{\"kind\":\"inventory_level\",\"each\":\"stock\",\"fields\":{\"sku\":\"s\",\"location\":\"=main\",\"available\":\"q\"}}]}",
            "{\"order\":7,\"id\":1,\"tracking\":\"UPS 1Z7W4E590300010062; 00340434161094000006\",\"stock\":[{\"s\":\"MUG\",\"q\":-2},{\"s\":\"TEA\",\"q\":\"4\"}]}",
            "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"1\",\"state\":\"shipped\",\"items\":[],\"parcels\":[{\"carrier\":\"ups\","
            "\"tracking_number\":\"1Z7W4E590300010062\",\"url\":null},{\"carrier\":null,\"tracking_number\":\"00340434161094000006\",\"url\":null}]}\n"
            "{\"kind\":\"inventory_level\",\"sku\":\"MUG\",\"location\":\"main\",\"available\":-2}\n"
            "{\"kind\":\"inventory_level\",\"sku\":\"TEA\",\"location\":\"main\",\"available\":4}\n");
    decodes("NDJSON", "{\"format\":\"ndjson\",\"facts\":[{\"kind\":\"inventory_level\",\"fields\":{\"sku\":\"s\",\"available\":\"q\"}}]}",
            "{\"s\":\"A\",\"q\":1}\n\n{\"s\":\"B\",\"q\":2}\n",
            "{\"kind\":\"inventory_level\",\"sku\":\"A\",\"location\":null,\"available\":1}\n"
            "{\"kind\":\"inventory_level\",\"sku\":\"B\",\"location\":null,\"available\":2}\n");
}

#define SCAN(status, reason, code, at, local)                                                                                       \
    "{\"kind\":\"tracking_event\",\"carrier\":\"dhl_paket\",\"tracking_number\":\"A1\",\"status\":\"" status "\",\"reason\":\"" reason      \
    "\",\"code\":\"" code "\",\"description\":null,\"occurred_at\":" at ",\"occurred_local\":" local ",\"location\":{\"city\":null,"    \
    "\"region\":null,\"postal_code\":null,\"country\":null},\"estimated_delivery\":null,\"signed_by\":null,\"drop_off_note\":null}\n"

/* Carriers' words through a table, the merchant's own, or unknown with the raw word; clocks with a zone from the mapping. */
static void mapped_scans(void **state)
{
    static const char MAP[] = "{\"format\":\"csv\",\"facts\":[{\"kind\":\"tracking_event\",\"time\":\"%d.%m.%Y %H:%M\",\"zone\":\"Europe/Berlin\",\"statuses\":\"ups\","
                              "\"fields\":{\"carrier\":\"=dhl_paket\",\"tracking_number\":\"Nummer\",\"status\":\"Status\",\"occurred_at\":\"Zeit\"},"
                              "\"values\":{\"status\":{\"unterwegs\":\"in_transit\"}}}]}";
    (void)state;
    decodes("semicolons, quotes, a clock in a zone", MAP,
            "Nummer;Status;Zeit\r\n\"a 1\";\"Unterwegs\";18.11.2026 09:00\r\nA1;\"neu; ganz \"\"neu\"\"\";18.07.2026 9:00\r\n",
            SCAN("in_transit", "none", "Unterwegs", "\"2026-11-18T08:00:00Z\"", "null")
            SCAN("unknown", "none", "neu; ganz \\\"neu\\\"", "\"2026-07-18T07:00:00Z\"", "null"));
}

static void own_names(void **state)
{
    (void)state;
    decodes("lines of one order", NULL,
            "order_id,name,currency,total_minor,items.sku,items.quantity,cod\n7,#7,EUR,3990,MUG,2,yes\n7,#7,EUR,3990,TEA,1,yes\n8,#8,EUR,100,TEA,1,no\n",
            "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":null,\"currency\":\"EUR\",\"total_minor\":3990," NO_SHIP ",\"items\":["
            "{\"sku\":\"MUG\",\"title\":null,\"quantity\":2,\"price_minor\":0},{\"sku\":\"TEA\",\"title\":null,\"quantity\":1,\"price_minor\":0}],"
            "\"state\":\"open\",\"financial_state\":\"unknown\",\"cod\":true}\n"
            "{\"kind\":\"order\",\"order_id\":\"8\",\"name\":\"#8\",\"placed_at\":null,\"currency\":\"EUR\",\"total_minor\":100," NO_SHIP ",\"items\":["
            "{\"sku\":\"TEA\",\"title\":null,\"quantity\":1,\"price_minor\":0}],\"state\":\"open\",\"financial_state\":\"unknown\"}\n");
    decodes("items in one cell", NULL, "order_id;items\n7;\"MUG x 2; TEA; A x B \xc3\x97 1 ; \"\n",
            "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":null,\"placed_at\":null,\"currency\":null,\"total_minor\":0," NO_SHIP ",\"items\":["
            "{\"sku\":\"MUG\",\"title\":null,\"quantity\":2,\"price_minor\":0},{\"sku\":\"TEA\",\"title\":null,\"quantity\":1,\"price_minor\":0},"
            "{\"sku\":\"A x B\",\"title\":null,\"quantity\":1,\"price_minor\":0}],\"state\":\"open\",\"financial_state\":\"unknown\"}\n");
    decodes("rows of one fulfillment", NULL,
            "order_id,fulfillment_id,state,items.sku,items.quantity,parcels.carrier,parcels.tracking_number\n"
            "7,F1,shipped,MUG,2,FedEx Ground,7123 4567 8901\n7,F1,shipped,TEA,1,FedEx Ground,712345678901\n7,F1,shipped,,,Our van,V-2\n",
            "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"F1\",\"state\":\"shipped\",\"items\":[{\"sku\":\"MUG\",\"title\":null,"
            "\"quantity\":2,\"price_minor\":0},{\"sku\":\"TEA\",\"title\":null,\"quantity\":1,\"price_minor\":0}],\"parcels\":[{\"carrier\":\"fedex\","
            "\"tracking_number\":\"712345678901\",\"url\":null},{\"carrier\":\"our van\",\"tracking_number\":\"V2\",\"url\":null}]}\n");
    decodes("a scan by its columns", NULL, "carrier\ttracking_number\tstatus\toccurred_at\ndhl_paket\tA1\tdelivered\t2026-11-18 09:00\n",
            SCAN("delivered", "none", "delivered", "null", "\"2026-11-18T09:00:00\""));
    decodes("a link", NULL, "order_name,tracking_number\n#7,A1\n",
            "{\"kind\":\"parcel_link\",\"carrier\":null,\"tracking_number\":\"A1\",\"order_name\":\"#7\"}\n");
}

static void refused(void **state)
{
    static const struct {
        const char *mapping, *body, *words;
        enum err want;
    } CASES[] = {
        {NULL, "", "body: empty", ERR_PARSE},
        {NULL, "order_id,items.sku,items.quantity\n7,MUG,-1\n", "line 2: items[0].quantity: ", ERR_PARSE},
        {NULL, "order_id,currency\n7,EUR\n8,ZZZ\n", "line 3: currency: ", ERR_PARSE},
        {NULL, "order_id,placed_at\n7,2026-11-18 09:00\n", "line 2: placed_at: ", ERR_PARSE},
        {NULL, "order_id,placed_at\n7,0000-00-00\n", "line 2: placed_at: ", ERR_PARSE},
        {NULL, "order_id,cod\n7,perhaps\n", "line 2: cod: expected true or false", ERR_PARSE},
        {NULL, "order_id,total_minor\n7,39.90\n", "line 2: total_minor: expected an amount in minor units", ERR_PARSE},
        {NULL, "order_id,name\n7,\"open\n", "line ", ERR_PARSE},
        {NULL, "order_id,items\n7,MUG x many\n", "line 2: items.quantity: ", ERR_PARSE},
        {NULL, "{\"kind\":\"tick\",\"number\":1,\"due_us\":1}", "kind: a tick", ERR_PARSE},
        {NULL, "{\"kind\":\"unicorn\"}", "kind: expected", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"time\":\"iso\",\"fields\":{}}]}", "{}", "mapping: time: ", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"zone\":\"Mars/Base\",\"fields\":{}}]}", "{}", "mapping: zone: ", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"money\":\"gold\",\"fields\":{}}]}", "{}", "mapping: money: ", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"statuses\":\"nobody\",\"fields\":{}}]}", "{}", "mapping: statuses: ", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"fields\":{\"order_id\":\"id\",\"total_minor\":\"t\"}}]}", "{\"id\":1,\"t\":\"5.00\"}",
         "total_minor: expected an amount and a currency", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"fields\":{\"order_id\":\"missing\"}}]}", "{\"id\":1}", "order_id: ", ERR_PARSE},
        {"{\"facts\":[{\"kind\":\"order\",\"time\":\"%d/%m/%Y\",\"fields\":{\"order_id\":\"id\",\"placed_at\":\"t\"}}]}", "{\"id\":1,\"t\":\"2026-11-18\"}",
         "placed_at: expected a time of the form %d/%m/%Y", ERR_PARSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct shop s;
        struct decoded d;
        open_shop(&s, CASES[i].mapping);
        enum err e = decode(&s, CASES[i].body, &d);
        if (e != CASES[i].want || !str_starts(str_of(s.f.ctx.msg), str_of(CASES[i].words)))
            fail_msg("%s: got %s (%s), want \"%s\"", CASES[i].body, err_name(e), s.f.ctx.msg, CASES[i].words);
        close_shop(&s);
    }
}

/* A key is the content's: the same however it is written, another when anything changes. */
static void keys(void **state)
{
    struct shop s;
    struct decoded a, b, c;
    (void)state;
    open_shop(&s, NULL);
    assert_ok(&s.f.ctx, decode(&s, "{\"kind\":\"inventory_level\",\"sku\":\"A\",\"available\":1}", &a));
    assert_ok(&s.f.ctx, decode(&s, "sku,available\nA,1\n", &b));
    assert_ok(&s.f.ctx, decode(&s, "sku,available\nA,2\n", &c));
    assert_true(a.n == 1 && b.n == 1 && c.n == 1);
    assert_true(str_eq(a.facts[0].key, b.facts[0].key));
    assert_false(str_eq(a.facts[0].key, c.facts[0].key));
    close_shop(&s);
}

static void patterns(void **state)
{
    static const struct {
        const char *text, *pattern, *want; /* NULL: refused */
    } CASES[] = {
        {"18/11/2026", "%d/%m/%Y", "2026-11-18"},
        {"1/2/26 7:05", "%d/%m/%y %H:%M", "2026-02-01T07:05:00"},
        {"Nov 18, 2026 12:05 AM", "%b %d, %Y %I:%M %p", "2026-11-18T00:05:00"},
        {"November 18 2026   12:05 pm", "%b %d %Y %I:%M %p", "2026-11-18T12:05:00"},
        {"2026-11-18 10:00:30.125+0530", "%Y-%m-%d %H:%M:%S.%f%z", "2026-11-18T04:30:30Z"},
        {"20261118T100000Z", "%Y%m%dT%H%M%S%z", "2026-11-18T10:00:00Z"},
        {"10:00 18.11.2026", "%H:%M %d.%m.%Y", "2026-11-18T10:00:00"},
        {"29/02/2028", "%d/%m/%Y", "2028-02-29"},
        {"29/02/2026", "%d/%m/%Y", NULL},
        {"18/11/2026 x", "%d/%m/%Y", NULL},
        {"18/11", "%d/%m/%Y", NULL},
        {"13:00 PM 18/11/2026", "%I:%M %p %d/%m/%Y", NULL},
        {"1/1/1969", "%d/%m/%Y", NULL},
        {"", "%d", NULL},
        {"18", "%", NULL},
        {"18", "%d%", NULL},
        {"18", "%q", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct when w;
        fixture_init(&f);
        enum err e = time_by_pattern(str_of(CASES[i].text), str_of(CASES[i].pattern), &w);
        if ((e == OK) != (CASES[i].want != NULL))
            fail_msg("%s by %s: %s", CASES[i].text, CASES[i].pattern, err_name(e));
        if (e == OK)
            assert_str(w.kind == WHEN_UTC ? time_rfc3339(f.arena, w.utc_us) : time_local_text(f.arena, &w), CASES[i].want);
        fixture_clear(&f);
    }
}

static void signatures(void **state)
{
    static const struct {
        struct setting settings[3];
        const char *header, *prefix;
        bool hex, mac;
    } CASES[] = {
        {{{{NULL, 0}, {NULL, 0}}}, "X-Wismo-Signature", "", true, true},
        {{{{"signature_header", 16}, {"X-Shop-Sign", 11}}, {{"signature_encoding", 18}, {"base64", 6}}, {{"signature_prefix", 16}, {"sha256=", 7}}},
         "X-Shop-Sign", "sha256=", false, true},
        {{{{"signature", 9}, {"secret", 6}}}, "X-Wismo-Signature", "", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct shop s;
        struct http_header room[CASE_HEADERS_MAX];
        struct str body = STR("{}");
        unsigned char sum[SHA256_LEN];
        size_t n = 0;
        struct buf sig;
        open_shop(&s, NULL);
        s.acct.settings = CASES[i].settings;
        s.acct.settings_n = 3;
        buf_init(&sig, 256);
        buf_addz(&sig, CASES[i].prefix);
        assert_int_equal(hmac_once(MAC_SHA256, STR("a-secret"), &body, 1, sum, &n), OK);
        if (!CASES[i].mac)
            buf_addz(&sig, "a-secret");
        else if (CASES[i].hex)
            buf_add_hex(&sig, (struct str){(const char *)sum, n});
        else
            base64_encode((struct str){(const char *)sum, n}, &sig);
        struct str given = arena_fmt(s.f.arena, "%.*s", STR_ARG(buf_str(&sig)));
        struct http_msg msg = test_hook(room, (const char *const[][2]){{CASES[i].header, given.p}, {NULL, NULL}}, "{}");
        assert_ok(&s.f.ctx, s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg));
        room[0].value = STR("nothing");
        assert_int_equal(s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg), ERR_DENIED);
        msg.headers_n = 0;
        assert_int_equal(s.acct.conn->hook->verify(&s.f.ctx, &s.acct, &msg), ERR_DENIED);
        buf_clear(&sig);
        close_shop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapped_json), cmocka_unit_test(mapped_scans), cmocka_unit_test(own_names), cmocka_unit_test(refused),
        cmocka_unit_test(keys),        cmocka_unit_test(patterns),     cmocka_unit_test(signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
