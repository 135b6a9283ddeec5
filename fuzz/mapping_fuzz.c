/* A custom store's mapping at work: the first byte picks one, the rest is the document. What comes out can be written and read. */
#include "fuzz.h"

#include "connectors/connector.h"
#include "model/fact_json.h"

static const char *const MAPPINGS[] = {
    "{\"facts\":[{\"kind\":\"order\",\"each\":\"orders\",\"time\":\"unix\",\"currency\":\"EUR\",\"fields\":{\"order_id\":\"id\",\"name\":\"no\","
    "\"placed_at\":\"ts\",\"total_minor\":\"sum\",\"email\":\"c.mail\",\"ship_to\":{\"city\":\"a.town\",\"country\":\"=DE\"},"
    "\"items\":{\"each\":\"rows\",\"fields\":{\"sku\":\"art\",\"quantity\":\"n\",\"price_minor\":\"p\"}},\"state\":\"st\",\"cod\":\"cod\"},"
    "\"values\":{\"state\":{\"STORNO\":\"cancelled\",\"neu\":\"open\"}}}]}",
    "{\"format\":\"csv\",\"facts\":[{\"kind\":\"tracking_event\",\"time\":\"%d.%m.%Y %H:%M\",\"zone\":\"Europe/Berlin\",\"statuses\":\"ups\","
    "\"fields\":{\"carrier\":\"c\",\"tracking_number\":\"n\",\"status\":\"s\",\"occurred_at\":\"t\",\"estimated_delivery\":\"e\"}}]}",
    "{\"format\":\"ndjson\",\"facts\":[{\"kind\":\"fulfillment\",\"time\":\"%b %d, %Y %I:%M:%S.%f %p %z\",\"fields\":{\"order_id\":\"o\","
    "\"fulfillment_id\":\"f\",\"created_at\":\"t\",\"items\":\"i\",\"parcels\":\"p\"}},{\"kind\":\"inventory_level\",\"each\":\"stock\","
    "\"fields\":{\"sku\":\"s\",\"available\":\"q\"}}]}",
    "{\"format\":\"csv\"}",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct account acct = {.id = STR("shop"), .conn = connector_find(STR("generic"))};
    struct decoded d = {0};
    struct clock clock;
    struct ctx ctx;
    FUZZ_CHECK(a != NULL && acct.conn != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    size_t pick = size == 0 ? 0 : data[0] % (sizeof(MAPPINGS) / sizeof(MAPPINGS[0]));
    FUZZ_CHECK(json_parse(&ctx, str_of(MAPPINGS[pick]), &JSON_LIMITS_SMALL, &acct.mapping) == OK);
    struct http_msg msg = {.body = {(const char *)data + (size > 0), size - (size > 0)}, .received_us = INT64_C(1795000000000000)};
    enum err e = acct.conn->hook->decode(&ctx, &acct, &msg, &d);
    FUZZ_CHECK(e == OK || ctx.msg[0] != '\0');
    struct buf b;
    buf_init(&b, (size_t)64 << 20);
    for (size_t i = 0; e == OK && i < d.n && i < 50; i++) {
        const struct json *v = NULL;
        struct fact again;
        struct jw w = jw_of(&b);
        buf_reset(&b);
        fact_write(a, &w, &d.facts[i]);
        FUZZ_CHECK(buf_err(&b) == OK && json_parse(&ctx, buf_str(&b), &JSON_LIMITS_WEBHOOK, &v) == OK);
        FUZZ_CHECK(fact_read(&ctx, v, NULL, &again) == OK);
    }
    buf_clear(&b);
    arena_free(a);
    return 0;
}
