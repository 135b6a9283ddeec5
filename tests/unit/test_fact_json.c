/*
 * Facts as JSON: every kind there and back with all its fields, as the schema has them; the documented members in their order;
 * the split of personal from clear fields; what the strict reader refuses, with the field it names.
 */
#include "lib/connector_case.h"
#include "lib/schema.h"

#include "model/fact_fields.h"

static enum err read_text(struct ctx *ctx, const char *text, const char *personal, struct fact *out)
{
    const struct json *v = NULL, *p = NULL;
    assert_ok(ctx, json_parse(ctx, str_of(text), &JSON_LIMITS_WEBHOOK, &v));
    if (personal != NULL)
        assert_ok(ctx, json_parse(ctx, str_of(personal), &JSON_LIMITS_WEBHOOK, &p));
    return fact_read(ctx, v, p, out);
}

static struct str write_text(struct ctx *ctx, const struct fact *fct)
{
    struct buf b;
    struct str out;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, fct);
    assert_int_equal(buf_err(&b), OK);
    assert_int_equal(arena_dup(ctx->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

/* Full forms as they are written; `secret` are the words that must not stand in the clear part. */
static const struct {
    const char *text;
    const char *secret[8];
} FULL[] = {
    {"{\"kind\":\"order\",\"order_id\":\"1\",\"name\":\"#1020\",\"placed_at\":\"2026-11-16T09:00:00Z\",\"currency\":\"EUR\",\"total_minor\":3990,"
     "\"email\":\"anna@example.com\",\"phone\":\"+15550100\",\"ship_to\":{\"name\":\"Anna Exemple\",\"line1\":\"Musterweg 1\",\"line2\":\"Haus B\","
     "\"city\":\"Berlin\",\"region\":\"BE\",\"postal_code\":\"10115\",\"country\":\"DE\",\"phone\":\"+15550101\"},\"promised_at\":\"2026-11-20\","
     "\"items\":[{\"item_id\":\"11\",\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":2,\"price_minor\":1995},{\"sku\":null,\"title\":\"Gift\","
     "\"quantity\":0,\"price_minor\":0,\"ships\":false}],\"state\":\"on_hold\",\"financial_state\":\"partially_paid\",\"order_ref\":\"R1\","
     "\"preorder_until\":\"2026-12-24\",\"cod\":true,\"service\":\"Express\",\"cancel_reason\":\"customer\",\"locale\":\"de-DE\",\"key\":\"order:1:2\","
     "\"changed_at\":\"2026-11-16T10:00:00.500000Z\",\"role\":\"back_office\"}",
     {"anna@", "Exemple", "Musterweg", "Haus B", "5550100", "5550101", "10115", "Berlin"}},
    {"{\"kind\":\"fulfillment\",\"order_id\":\"1\",\"order_name\":\"#1020\",\"fulfillment_id\":\"F\",\"state\":\"picked\",\"items\":[{\"sku\":\"MUG\","
     "\"title\":null,\"quantity\":1,\"price_minor\":0}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"url\":\"https://example.com/t\"},"
     "{\"carrier\":null,\"tracking_number\":\"A1\",\"url\":null}],\"location\":\"main\",\"created_at\":\"2026-11-16T09:00:00Z\",\"estimated_delivery\":"
     "\"2026-11-20\",\"service\":\"GND\",\"no_notification\":true,\"role\":\"warehouse\"}",
     {NULL}},
    {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"attempt_failed\",\"reason\":\"weather\","
     "\"code\":\"X1\",\"description\":\"Left with M. Muster\",\"occurred_at\":\"2026-11-18T14:15:19Z\",\"occurred_local\":\"2026-11-18T09:15:19\","
     "\"location\":{\"city\":\"Newark\",\"region\":\"NJ\",\"postal_code\":\"071\",\"country\":\"US\"},\"estimated_delivery\":\"2026-11-19\","
     "\"signed_by\":\"MUSTER\",\"drop_off_note\":\"Porch\",\"event_id\":\"e1\",\"sequence\":3,\"synthetic\":true,\"service\":\"GND\","
     "\"next_carrier\":\"usps\",\"next_number\":\"9400\",\"destination_country\":\"CA\",\"pickup_until\":\"2026-11-25\",\"role\":\"carrier\"}",
     {"Muster", "MUSTER", "Porch"}},
    {"{\"kind\":\"inventory_level\",\"sku\":\"MUG\",\"item_ref\":\"9\",\"location\":\"main\",\"available\":-3,\"restock_at\":\"2026-12-01\",\"role\":\"storefront\"}", {NULL}},
    {"{\"kind\":\"inventory_level\",\"sku\":\"9\",\"sku_is_item_ref\":true,\"item_ref\":\"9\",\"location\":null,\"available\":0,\"role\":\"storefront\"}", {NULL}},
    {"{\"kind\":\"refund\",\"order_id\":\"1\",\"refund_id\":\"R\",\"currency\":\"JPY\",\"amount_minor\":3990,\"items\":[],\"full\":true,\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"storefront\"}", {NULL}},
    {"{\"kind\":\"hold\",\"order_id\":\"1\",\"hold_id\":\"H\",\"why\":\"fraud\",\"released\":true,\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"storefront\"}", {NULL}},
    {"{\"kind\":\"customer\",\"customer_id\":\"7\",\"email\":\"anna@example.com\",\"phone\":\"+15550100\",\"name\":\"Anna Exemple\",\"role\":\"storefront\"}",
     {"anna@", "5550100", "Exemple"}},
    {"{\"kind\":\"customer_report\",\"order_id\":\"1\",\"order_name\":\"#1020\",\"report\":\"wrong_item\",\"tracking_number\":\"A1\",\"sku\":\"MUG\",\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"customer\"}", {NULL}},
    {"{\"kind\":\"parcel_link\",\"carrier\":\"ups\",\"tracking_number\":\"A1\",\"next_carrier\":\"usps\",\"next_number\":\"B2\",\"order_id\":\"1\","
     "\"order_name\":\"#1020\",\"role\":\"carrier\"}", {NULL}},
    {"{\"kind\":\"not_found\",\"carrier\":\"ups\",\"tracking_number\":\"A1\",\"code\":\"404\",\"message\":\"none\",\"role\":\"carrier\"}", {NULL}},
    {"{\"kind\":\"incident\",\"incident_id\":\"TX-ICE\",\"what\":\"weather\",\"title\":\"Ice storm warning\",\"carrier\":\"ups\",\"country\":\"US\","
     "\"region\":\"TX\",\"from\":\"2026-11-17T20:00:00Z\",\"until\":\"2026-11-20T06:00:00Z\",\"withdrawn\":true,\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"heard\",\"tracking_number\":\"A1\",\"order_id\":\"1\",\"role\":\"carrier\"}", {NULL}},
    {"{\"kind\":\"told\",\"order_id\":\"1\",\"order_name\":\"#1020\",\"by_person\":true,\"message\":\"delay\",\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"consent\",\"order_id\":\"1\",\"order_name\":\"#1020\",\"channel\":\"sms\",\"withdrawn\":true,\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"customer\"}", {NULL}},
    {"{\"kind\":\"receipt\",\"message_key\":\"0af1\",\"status\":\"retry\",\"attempt\":2,\"detail\":\"421 later\",\"retry_at\":"
     "\"2026-11-18T09:05:00Z\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"attempt\",\"message_key\":\"0af1\",\"attempt\":1,\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"policy\",\"version\":\"0a\",\"body\":\"{}\",\"about\":\"actions\",\"tickets\":true,\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"control\",\"what\":\"messages\",\"paused\":true,\"why\":\"storm\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"estimate_model\",\"id\":\"00ff\",\"body\":\"V0lT\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"request\",\"order_no\":7,\"request_id\":\"m1\",\"request\":\"change_address\",\"channel\":\"chat\",\"proof\":\"one_time_code\","
     "\"confidence\":97,\"sensitive\":true,\"repeat\":true,\"tracking_number\":\"A1\",\"detail\":\"0af1\",\"items\":[{\"sku\":\"MUG\",\"title\":null,"
     "\"quantity\":1,\"price_minor\":0}],\"amount_minor\":500,\"ship_to\":{\"name\":\"Anna Exemple\",\"line1\":\"Musterweg 1\",\"line2\":null,"
     "\"city\":\"Berlin\",\"region\":null,\"postal_code\":\"10115\",\"country\":\"DE\",\"phone\":null},\"note\":\"I moved\",\"by\":\"ann\",\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {"Exemple", "Musterweg", "Berlin", "10115", "moved"}},
    {"{\"kind\":\"verdict\",\"verdict\":\"decline\",\"action_no\":3,\"order_no\":7,\"task\":\"k\",\"by\":\"ann\",\"why\":\"seen\",\"at\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"action_result\",\"action_key\":\"0af1\",\"outcome\":\"retry\",\"attempt\":2,\"result_id\":\"R1\",\"detail\":\"429\",\"retry_at\":"
     "\"2026-11-18T09:05:00Z\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"ticket\",\"ticket_key\":\"0af1\",\"ticket_id\":\"35436\",\"event\":\"answered\",\"answer_id\":\"9\",\"text\":\"Bea here\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {"Bea here", NULL}},
    {"{\"kind\":\"ticket\",\"ticket_key\":\"0af1\",\"ticket_id\":\"35436\",\"event\":\"solved\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"message_in\",\"channel\":\"email\",\"message_id\":\"<a@example.com>\",\"thread_id\":\"<t@example.com>\",\"reply_to\":\""
     "0af1\",\"from\":\"anna@example.com\",\"from_name\":\"Anna Exemple\",\"subject\":\"My parcel\",\"text\":\"where is it\",\"choice\":"
     "\"1\",\"language\":\"de\",\"attachments\":2,\"verified\":true,\"automatic\":true,\"at\":\"2026-11-18T09:00:00Z\",\"lang\":\"en\",\""
     "intents\":\"order_status:93\",\"signals\":\"urgent\",\"sentiment\":-1,\"model\":77,\"conversation_no\":4,\"order_no\":7,\"customer"
     "\":\"c00af\",\"role\":\"customer\"}",
     {"anna@example", "Exemple", "My parcel", "where is it", "t@example"}},
    {"{\"kind\":\"turn\",\"conversation_no\":4,\"asked_pos\":9,\"asked_idx\":1,\"outcome\":\"asked\",\"state\":\"{}\",\"kept\":\"{\\\"zi"
     "p\\\":\\\"10115\\\"}\",\"language\":\"en\",\"order_no\":7,\"reply\":\"Which one?\",\"choices\":\"1\\t#1020\",\"speaks\":true,\"han"
     "ds_over\":true,\"code\":\"123456\",\"sends_code\":true,\"code_channel\":\"sms\",\"by\":\"ann\",\"at\":\"2026-11-18T09:00:00Z\",\"r"
     "ole\":\"system\"}", {"10115", "Which", "1020", "123456"}},
    {"{\"kind\":\"knowledge\",\"source\":\"faq.md\",\"title\":\"Questions\",\"lang\":\"en\",\"body\":\"# Returns\\n\\n30 days.\",\"dated\":"
     "\"2026-11-18T09:00:00Z\",\"role\":\"system\"}", {NULL}},
    {"{\"kind\":\"return\",\"order_id\":\"55\",\"order_name\":\"#1020\",\"return_id\":\"R7\",\"state\":\"approved\",\"items\":[{\"sku\":\"MUG\",\"title\":null,"
     "\"quantity\":1,\"price_minor\":0}],\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"at\":\"2026-11-18T09:00:00Z\",\"role\":"
     "\"storefront\"}", {NULL}},
    {"{\"kind\":\"tick\",\"parcel\":true,\"number\":7,\"due_us\":1795000000000000,\"role\":\"system\"}", {NULL}},
};

static void there_and_back(void **state)
{
    bool seen[FACT_KIND_COUNT] = {false};
    (void)state;
    for (size_t i = 0; i < sizeof(FULL) / sizeof(FULL[0]); i++) {
        struct fixture f;
        struct fact fct;
        fixture_init(&f);
        assert_ok(&f.ctx, read_text(&f.ctx, FULL[i].text, NULL, &fct));
        assert_str(write_text(&f.ctx, &fct), FULL[i].text);
        if (fact_kind_is_input(fct.kind)) /* the rest no input and no output has */
            schema_check_text(&f.ctx, "fact.schema.json", str_of(FULL[i].text));
        seen[fct.kind] = true;
        fixture_clear(&f);
    }
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        if (!seen[k] && fact_fields((enum fact_kind)k) != NULL)
            fail_msg("no %s was tried", fact_kind_word((enum fact_kind)k));
}

static void split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FULL) / sizeof(FULL[0]); i++) {
        struct fixture f;
        struct fact fct, again;
        struct buf clear, personal;
        fixture_init(&f);
        assert_ok(&f.ctx, read_text(&f.ctx, FULL[i].text, NULL, &fct));
        buf_init(&clear, 65536);
        buf_init(&personal, 65536);
        struct jw c = jw_of(&clear), p = jw_of(&personal);
        fact_write_split(f.arena, &c, &p, &fct);
        buf_addc(&clear, '\0');
        buf_addc(&personal, '\0');
        for (size_t k = 0; k < 8 && FULL[i].secret[k] != NULL; k++)
            if (strstr(clear.p, FULL[i].secret[k]) != NULL)
                fail_msg("\"%s\" is in the clear: %s", FULL[i].secret[k], clear.p);
        assert_int_equal(FULL[i].secret[0] != NULL, personal.n > 1);
        assert_null(strstr(clear.p, "null"));
        assert_ok(&f.ctx, read_text(&f.ctx, clear.p, personal.n > 1 ? personal.p : NULL, &again));
        assert_str(write_text(&f.ctx, &again), FULL[i].text);
        if (fct.kind == FACT_ORDER) /* what the fold may know */
            assert_non_null(strstr(clear.p, "\"ship_to\":{\"region\":\"BE\",\"postal_code\":\"101\",\"country\":\"DE\"}"));
        buf_clear(&clear);
        buf_clear(&personal);
        fixture_clear(&f);
    }
}

/* The documented members are there, as null when nothing is known. */
static void least_form(void **state)
{
    static const char *const CASES[][2] = {
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\" 1z-7w 4e\"}",
         "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E\",\"status\":\"unknown\",\"reason\":\"none\",\"code\":null,"
         "\"description\":null,\"occurred_at\":null,\"occurred_local\":null,\"location\":{\"city\":null,\"region\":null,\"postal_code\":null,"
         "\"country\":null},\"estimated_delivery\":null,\"signed_by\":null,\"drop_off_note\":null,\"role\":\"storefront\"}"},
        {"{\"kind\":\"order\",\"order_id\":1,\"nobody_knows\":{\"a\":[1]},\"items\":null,\"name\":null}",
         "{\"kind\":\"order\",\"order_id\":\"1\",\"name\":null,\"placed_at\":null,\"currency\":null,\"total_minor\":0,\"email\":null,\"phone\":null,"
         "\"ship_to\":null,\"promised_at\":null,\"items\":[],\"state\":\"open\",\"financial_state\":\"unknown\",\"role\":\"storefront\"}"},
        {"{\"kind\":\"fulfillment\",\"fulfillment_id\":\"F\"}",
         "{\"kind\":\"fulfillment\",\"order_id\":null,\"fulfillment_id\":\"F\",\"state\":\"pending\",\"items\":[],\"parcels\":[],\"role\":\"storefront\"}"},
        {"{\"kind\":\"inventory_level\"}", "{\"kind\":\"inventory_level\",\"sku\":null,\"location\":null,\"available\":0,\"role\":\"storefront\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct fact fct;
        fixture_init(&f);
        assert_ok(&f.ctx, read_text(&f.ctx, CASES[i][0], NULL, &fct));
        assert_str(write_text(&f.ctx, &fct), CASES[i][1]);
        schema_check_text(&f.ctx, "fact.schema.json", str_of(CASES[i][1]));
        fixture_clear(&f);
    }
}

/* A time is as certain as it is told. */
static void times(void **state)
{
    static const char *const CASES[][3] = {
        {"\"occurred_at\":\"2026-11-18T09:00:00+01:00\"", "\"2026-11-18T08:00:00Z\"", "\"2026-11-18T09:00:00\""},
        {"\"occurred_at\":\"2026-11-18T08:00:00Z\"", "\"2026-11-18T08:00:00Z\"", "null"},
        {"\"occurred_at\":\"2026-11-18T08:00:00Z\",\"occurred_local\":\"2026-11-18T03:00:00\"", "\"2026-11-18T08:00:00Z\"", "\"2026-11-18T03:00:00\""},
        {"\"occurred_local\":\"2026-11-18T03:00:00\"", "null", "\"2026-11-18T03:00:00\""},
        {"\"occurred_local\":\"2026-11-18\"", "null", "\"2026-11-18\""},
        {"\"occurred_at\":null,\"occurred_local\":null", "null", "null"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct fact fct;
        fixture_init(&f);
        struct str in = arena_fmt(f.arena, "{\"kind\":\"tracking_event\",\"carrier\":\"x\",\"tracking_number\":\"A1\",%s}", CASES[i][0]);
        assert_ok(&f.ctx, read_text(&f.ctx, in.p, NULL, &fct));
        struct str want = arena_fmt(f.arena, "\"occurred_at\":%s,\"occurred_local\":%s,", CASES[i][1], CASES[i][2]);
        if (!str_contains(write_text(&f.ctx, &fct), want))
            fail_msg("%s: %.*s", CASES[i][0], STR_ARG(write_text(&f.ctx, &fct)));
        fixture_clear(&f);
    }
}

static void refused(void **state)
{
    static const char *const CASES[][2] = {
        {"[]", "expected an object"},
        {"{}", "kind: expected"},
        {"{\"kind\":\"unicorn\"}", "kind: expected"},
        {"{\"kind\":\"question\"}", "kind: expected"},
        {"{\"kind\":5}", "kind: expected"},
        {"{\"kind\":\"order\"}", "order_id: "},
        {"{\"kind\":\"order\",\"order_id\":\"\"}", "order_id: "},
        {"{\"kind\":\"incident\",\"incident_id\":\"A\",\"what\":\"meteor\",\"country\":\"US\",\"from\":\"2026-11-17T20:00:00Z\"}", "what: expected weather"},
        {"{\"kind\":\"incident\",\"incident_id\":\"A\",\"what\":\"strike\",\"country\":\"USA\",\"from\":\"2026-11-17T20:00:00Z\"}", "country: expected two letters"},
        {"{\"kind\":\"incident\",\"incident_id\":\"A\",\"what\":\"strike\",\"country\":\"US\",\"from\":\"2026-11-17T20:00:00Z\",\"until\":\"2026-11-17T19:00:00Z\"}", "until: expected a time after"},
        {"{\"kind\":\"order\",\"order_id\":[]}", "order_id: expected text"},
        {"{\"kind\":\"order\",\"order_id\":true}", "order_id: expected text"},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"currency\":\"EURO\"}", "currency: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"total_minor\":\"12\"}", "total_minor: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"total_minor\":1.5}", "total_minor: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"total_minor\":1e3}", "total_minor: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"total_minor\":99999999999999999999}", "total_minor: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"placed_at\":\"2026-11-18T09:00:00\"}", "placed_at: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"placed_at\":\"0000-01-01T00:00:00Z\"}", "placed_at: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"placed_at\":\"9999-12-31T00:00:00Z\"}", "placed_at: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"placed_at\":1795000000}", "placed_at: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"state\":\"shipped\"}", "state: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"financial_state\":\"rich\"}", "financial_state: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"cod\":\"yes\"}", "cod: expected true or false"},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"items\":{}}", "items: expected a list"},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[1]}", "items[0]."},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[{},{},{\"quantity\":-1}]}", "items[2].quantity: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[{\"quantity\":1000001}]}", "items[0].quantity: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[{\"sku\":{}}]}", "items[0].sku: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"ship_to\":{\"country\":\"Germany\"}}", "ship_to.country: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"ship_to\":{\"country\":\"de\"}}", "ship_to.country: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"ship_to\":{\"city\":5.5,\"name\":[]}}", "ship_to.name: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"role\":\"wizard\"}", "role: "},
        {"{\"kind\":\"order\",\"order_id\":\"1\",\"changed_at\":\"yesterday\"}", "changed_at: "},
        {"{\"kind\":\"fulfillment\",\"order_id\":\"1\"}", "fulfillment_id: "},
        {"{\"kind\":\"fulfillment\",\"fulfillment_id\":\"1\",\"state\":\"gone\"}", "state: "},
        {"{\"kind\":\"fulfillment\",\"fulfillment_id\":\"1\",\"parcels\":[{\"carrier\":\"ups\"}]}", "tracking_number: empty"},
        {"{\"kind\":\"fulfillment\",\"fulfillment_id\":\"1\",\"parcels\":5}", "parcels: "},
        {"{\"kind\":\"tracking_event\",\"tracking_number\":\"A\"}", "carrier: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\"}", "tracking_number: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\" - \"}", "tracking_number: empty"},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"status\":\"in transit\"}", "status: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"reason\":\"rain\"}", "reason: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"occurred_at\":\"soon\"}", "occurred_at: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"occurred_local\":\"2026-11-18T09:00:00Z\"}", "occurred_local: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"sequence\":-1}", "sequence: "},
        {"{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"A\",\"location\":{\"country\":\"USA\"}}", "location.country: "},
        {"{\"kind\":\"inventory_level\",\"available\":\"3\"}", "available: "},
        {"{\"kind\":\"refund\",\"order_id\":\"1\"}", "refund_id: "},
        {"{\"kind\":\"customer_report\",\"order_id\":\"1\",\"report\":\"bored\"}", "report: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct fact fct = {.kind = FACT_REFUND, .changed_us = 77};
        fixture_init(&f);
        enum err e = read_text(&f.ctx, CASES[i][0], NULL, &fct);
        if (e != ERR_PARSE || !str_starts(str_of(f.ctx.msg), str_of(CASES[i][1])))
            fail_msg("%s: got %s (%s), want \"%s\"", CASES[i][0], err_name(e), f.ctx.msg, CASES[i][1]);
        assert_int_equal(fct.changed_us, 77); /* untouched on failure */
        fixture_clear(&f);
    }
}

/* ---- what fact.h has beside the JSON form */

static void numbers(void **state)
{
    static const char *const CASES[][2] = {
        {"1z 7w4e-59.03/0001\t0062\r\n", "1Z7W4E590300010062"},
        {"\xef\xbb\xbf" "A\xc2\xa0" "1\xe2\x80\x8b\xe2\x80\x93" "2", "A12"},
        {"\xc3\xa4" "1", "\xc3\xa4" "1"},
        {"", NULL},
        {" -./\xc2\xa0", NULL},
        {"123456789012345678901234567890123456789012345678901234567890ABCDE", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct str out = STR_NULL;
        fixture_init(&f);
        enum err e = tracking_number_normalise(&f.ctx, str_of(CASES[i][0]), &out);
        assert_int_equal(e, CASES[i][1] == NULL ? ERR_PARSE : OK);
        if (CASES[i][1] != NULL)
            assert_str(out, CASES[i][1]);
        fixture_clear(&f);
    }
}

/* Rule 3 of the facts on carriers: same local time, code, place and text, however the text is set, are one scan. */
static void scan_keys(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    struct tracking_event a = {.code = STR("OT"), .description = STR("Out for  Delivery. "), .location = {.city = STR("NEWARK"), .country = STR("US")}};
    a.occurred = when_from_local(TEST_NOW_US, true, -18000);
    struct tracking_event b = a;
    b.description = STR("out for delivery");
    b.location.city = STR("Newark");
    b.occurred = when_from_local(TEST_NOW_US, false, 0); /* the zone of the other answer is not told */
    struct str key = tracking_event_key(f.arena, &a);
    assert_true(key.n > 0 && str_eq(key, tracking_event_key(f.arena, &b)));
    b.code = STR("OD");
    assert_false(str_eq(key, tracking_event_key(f.arena, &b)));
    b = a;
    b.occurred = when_from_local(TEST_NOW_US + US_PER_S, true, -18000);
    assert_false(str_eq(key, tracking_event_key(f.arena, &b)));
    b = a;
    b.location.city = STR("Elizabeth");
    assert_false(str_eq(key, tracking_event_key(f.arena, &b)));
    b = a;
    b.description = STR("");
    b.code = STR("OT|out for delivery"); /* parts do not run into each other */
    assert_false(str_eq(key, tracking_event_key(f.arena, &b)));
    fixture_clear(&f);
}

static void lists_grow(void **state)
{
    struct fixture f;
    struct decoded d = {0};
    struct fact *fct = NULL;
    (void)state;
    fixture_init(&f);
    for (int i = 0; i < 1000; i++) {
        assert_ok(&f.ctx, decoded_add(&f.ctx, &d, FACT_HOLD, &fct));
        assert_int_equal(fct->changed_us, 0);
        fct->changed_us = i;
        assert_ok(&f.ctx, decoded_fetch(&f.ctx, &d, STR("order"), arena_fmt(f.arena, "%d", i)));
    }
    assert_int_equal(d.n, 1000);
    assert_int_equal(d.fetches_n, 1000);
    assert_int_equal(d.facts[321].changed_us, 321);
    assert_str(d.fetches[999].id, "999");
    d.n = DECODED_FACTS_MAX;
    assert_int_equal(decoded_add(&f.ctx, &d, FACT_HOLD, &fct), ERR_LIMIT);
    fixture_clear(&f);
}

static void report_words(void **state)
{
    enum report_kind k;
    (void)state;
    for (int i = 0; i < REPORT_COUNT; i++) {
        assert_true(report_kind_parse(str_of(report_kind_word((enum report_kind)i)), &k));
        assert_int_equal(k, i);
    }
    assert_false(report_kind_parse(STR("late"), &k));
    assert_false(report_kind_parse(STR(""), &k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(split),     cmocka_unit_test(least_form), cmocka_unit_test(times),        cmocka_unit_test(refused),
        cmocka_unit_test(numbers),        cmocka_unit_test(scan_keys), cmocka_unit_test(lists_grow), cmocka_unit_test(report_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
