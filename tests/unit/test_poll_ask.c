/* What was asked survives as text, whatever bytes it holds; a foreign text is none. */
#include "lib/fixture.h"

#include "connectors/lib/poll_ask.h"

static void there_and_back(void **state)
{
    const struct poll_ask asks[] = {
        {.kind = POLL_PARCEL, .carrier = STR("ups"), .tracking_number = STR("1Z7W4E590300010062")},
        {.kind = POLL_PARCEL, .tracking_number = STR("A&number=B%41\n\xc3\xbc =")},
        {.kind = POLL_PARCEL},
        {.kind = POLL_SINCE, .since_us = INT64_C(1795000000000000)},
        {.kind = POLL_SINCE, .cursor = STR("eyJsYXN0Ijo\x01+/=&ask=fetch")},
        {.kind = POLL_FETCH,
         .fetch = {STR("SHIP_NOTIFY"),
                   STR("https://ssapi.shipstation.com/shipments?batchId=1&a=b")}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        struct fixture f;
        struct poll_ask got;
        const struct poll_ask *a = &asks[i];
        fixture_init(&f);
        struct str text = poll_ask_text(&f.ctx, a);
        for (size_t k = 0; k < text.n; k++)
            assert_true(text.p[k] > ' ' &&
                        text.p[k] <= '~'); /* it stands in a line of the envelope */
        assert_true(poll_ask_parse(&f.ctx, text, &got));
        assert_int_equal(got.kind, a->kind);
        assert_int_equal(got.since_us, a->since_us);
        assert_true(str_eq(got.carrier, a->carrier) &&
                    str_eq(got.tracking_number, a->tracking_number));
        assert_true(str_eq(got.cursor, a->cursor));
        assert_true(str_eq(got.fetch.what, a->fetch.what) && str_eq(got.fetch.id, a->fetch.id));
        fixture_clear(&f);
    }
}

static void foreign_texts(void **state)
{
    static const char *const TEXTS[] = {"",          "number=1", "ask=", "ask=parcels&number=1",
                                        "token=abc", "ask"};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct poll_ask got = {.since_us = 7};
        assert_false(poll_ask_parse(&f.ctx, str_of(TEXTS[i]), &got));
        assert_int_equal(got.since_us, 7);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
                                       cmocka_unit_test(foreign_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
