/* What decoders of scans share: texts, signers, places, clocks, offsets, estimates, keys and the
 * order of events. */
#include "lib/fixture.h"

#include "connectors/lib/scan_helpers.h"

static void signers(void **state)
{
    static const struct {
        const char *given, *want;
    } T[] = {
        {"John", "John"},
        {"  E MUSTER ", "E MUSTER"},
        {"J. O'Neill-Meyer", "J. O'Neill-Meyer"},
        {"\xc3\x85sa", "\xc3\x85sa"},
        {"Kglass", "Kglass"},
        {"Nonet", "Nonet"},
        {"", ""},
        {"   ", ""},
        {"Signature not required", ""},
        {"SIGNATURE ON FILE", ""},
        {"Signature  Service not requested.", ""},
        {"N/A", ""},
        {"none", ""},
        {"00:00:00", ""},
        {"163000", ""},
        {"+49 30 901820", ""},
        {"201-555-0143", ""},
        {"12.5 LBS", ""},
        {"3KG", ""},
        {"***", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++)
        assert_str(scan_signer(str_of(T[i].given)), T[i].want);
    assert_true(str_empty(scan_signer(STR_NULL)));
}

static void texts(void **state)
{
    static const struct {
        const char *given, *want;
    } T[] = {
        {"USPS Ground Advantage<SUP>&#153;</SUP>", "USPS Ground Advantage"},
        {"Priority Mail<SUP>&reg;</SUP> Express", "Priority Mail Express"},
        {"A &amp; B &lt;C&gt; &quot;D&quot; &#39;E&#x27;", "A & B <C> \"D\" 'E"},
        {"one<br>two<BR/>three", "one two three"},
        {"  many \t\r\n blanks&nbsp; ", "many blanks"},
        {"Smith & Sons; Ltd", "Smith & Sons; Ltd"},
        {"weight < 5 lb", "weight < 5 lb"},
        {"a <b", "a <b"},
        {"&", "&"},
        {"&;", "&;"},
        {"&amp", "&amp"},
        {"<", "<"},
        {"", ""},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct str got = text_plain(&f.ctx, str_of(T[i].given));
        if (!str_eq(got, str_of(T[i].want)))
            fail_msg("%s: got \"%.*s\"", T[i].given, STR_ARG(got));
    }
    fixture_clear(&f);
}

static void phrases(void **state)
{
    (void)state;
    assert_true(has_phrase(STR("Was Delivered."), "delivered"));
    assert_true(has_phrase(STR("delivered"), "delivered"));
    assert_false(has_phrase(STR("UNDELIVERED"), "delivered"));
    assert_false(has_phrase(STR("undelivered deliveredness"), "delivered"));
    assert_true(has_phrase(STR("undelivered, delivered"), "delivered"));
    assert_false(has_phrase(STR(""), "delivered"));
    assert_false(has_phrase(STR_NULL, "x"));
}

static void countries_and_states(void **state)
{
    static const struct {
        const char *given, *want;
    } T[] = {
        {"us", "US"},  {"DEU", "DE"}, {"gbr", "GB"}, {"GERMANY", "DE"}, {"United Kingdom", "GB"},
        {"", ""},      {"X", ""},     {"1A", ""},    {"Xanadu", ""},    {"XYZ", ""},
        {" FR ", "FR"}};
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct str got = scan_country(&f.ctx, str_of(T[i].given));
        if (!str_eq(got, str_of(T[i].want)))
            fail_msg("%s: got \"%.*s\"", T[i].given, STR_ARG(got));
    }
    fixture_clear(&f);
    assert_true(is_us_state(STR("NY")) && is_us_state(STR("PR")) && is_us_state(STR("MP")));
    assert_false(is_us_state(STR("Y ")) || is_us_state(STR("ny")) || is_us_state(STR("XX")) ||
                 is_us_state(STR("N")) || is_us_state(STR("NYC")) || is_us_state(STR_NULL));
}

static void places_left(void **state)
{
    static const struct {
        const char *where;
        enum reason want;
    } T[] = {
        {"FRONT DOOR", REASON_LEFT_SAFE_PLACE},
        {"Left at: Neighbor", REASON_LEFT_WITH_NEIGHBOR},
        {"In/At Mailbox", REASON_MAILBOX},
        {"Receptionist", REASON_NONE},
        {"", REASON_NONE},
        {"OUTDOOR", REASON_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++)
        assert_int_equal(scan_left(str_of(T[i].where)), T[i].want);
}

static void clocks(void **state)
{
    static const struct {
        const char *ymd, *hms, *want; /* NULL: no time */
    } T[] = {
        {"20240423", "091519", "2024-04-23T09:15:19"},
        {"20240423", "74700", "2024-04-23T07:47:00"}, /* leading zeros are missing */
        {"20240423", "700", "2024-04-23T00:07:00"},
        {"20240423", "0", "2024-04-23T00:00:00"},
        {"20240423", "", "2024-04-23T00:00:00"},
        {"20240229", "235959", "2024-02-29T23:59:59"},
        {"20230229", "000000", NULL},
        {"20240423", "240000", NULL},
        {"20240423", "236000", NULL},
        {"20240423", "1234567", NULL},
        {"2024042", "091519", NULL},
        {"00010101", "091519", NULL},
        {"99991231", "091519", NULL},
        {"string", "string", NULL},
        {"20240423", "-1", NULL},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        int64_t us = 0;
        bool ok = time_ymd_hms(str_of(T[i].ymd), str_of(T[i].hms), &us);
        if (ok != (T[i].want != NULL))
            fail_msg("%s %s", T[i].ymd, T[i].hms);
        struct when w = {.kind = WHEN_LOCAL, .local_us = us, .has_local = true};
        if (ok)
            assert_str(time_local_text(f.arena, &w), T[i].want);
    }
    fixture_clear(&f);
}

static void offsets(void **state)
{
    static const struct {
        const char *given;
        bool ok;
        int32_t want;
    } T[] = {
        {"-05:00", true, -18000}, {"+0530", true, 19800},   {"Z", true, 0},   {"+01", true, 3600},
        {" +00:00 ", true, 0},    {"-09:30", true, -34200}, {"", false, 0},   {"05:00", false, 0},
        {"+16:00", false, 0},     {"+01:60", false, 0},     {"+1", false, 0}, {"EST", false, 0},
        {"+01:00x", false, 0},    {"Zulu", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        int32_t got = 77;
        bool ok = parse_offset(str_of(T[i].given), &got);
        if (ok != T[i].ok || (ok && got != T[i].want))
            fail_msg("%s: %d, %d", T[i].given, ok, (int)got);
    }
}

static void estimates(void **state)
{
    static const struct {
        const char *given, *want;
    } T[] = {
        {"2026-11-19T00:00:00Z", "2026-11-19"},
        {"2026-11-19T00:00:00-06:00", "2026-11-19"},
        {"2026-11-19T00:00:00", "2026-11-19"},
        {"2026-11-19", "2026-11-19"},
        {"2026-11-19T18:00:00-05:00", "2026-11-19T18:00:00-05:00"},
        {"2026-11-19T18:00:00", "2026-11-19T18:00:00"},
        {"soon", ""},
        {"", ""},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++)
        assert_str(estimate_text(&f.ctx, str_of(T[i].given)), T[i].want);
    fixture_clear(&f);
}

/* Newest first or last as listed; a note is not the newest; an end drops the estimate. */
static void order_and_estimate(void **state)
{
    static const struct {
        enum parcel_status status[3]; /* as listed, newest first */
        size_t newest;
        bool estimate;
    } T[] = {
        {{PARCEL_IN_TRANSIT, PARCEL_ACCEPTED, PARCEL_LABEL_CREATED}, 0, true},
        {{PARCEL_INFO, PARCEL_OUT_FOR_DELIVERY, PARCEL_ACCEPTED}, 1, true},
        {{PARCEL_INFO, PARCEL_DELIVERED, PARCEL_OUT_FOR_DELIVERY}, 1, false},
        {{PARCEL_INFO, PARCEL_INFO, PARCEL_INFO}, 0, true},
        {{PARCEL_RETURNING, PARCEL_EXCEPTION, PARCEL_ACCEPTED}, 0, false},
        {{PARCEL_RETURNED, PARCEL_RETURNING, PARCEL_ACCEPTED}, 0, false},
        {{PARCEL_LOST, PARCEL_IN_TRANSIT, PARCEL_ACCEPTED}, 0, false},
        {{PARCEL_CANCELLED, PARCEL_LABEL_CREATED, PARCEL_LABEL_CREATED}, 0, false},
        {{PARCEL_ATTEMPT_FAILED, PARCEL_OUT_FOR_DELIVERY, PARCEL_ACCEPTED}, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++)
        for (int turned = 0; turned < 2; turned++) {
            struct fixture f;
            struct decoded d = {0};
            struct tracking_event *ev = NULL;
            fixture_init(&f);
            assert_null(scan_newest(&d, 0));
            scan_estimate(&d, 0, STR("2026-11-19"));
            for (size_t k = 0; k < 3; k++) {
                assert_ok(&f.ctx, scan_add(&f.ctx, &d, STR("ups"), STR("1z 7"), &ev));
                ev->status = T[i].status[turned ? 2 - k : k];
                ev->description = arena_fmt(f.arena, "%d", (int)k);
            }
            scan_done(&f.ctx, &d, 0, !turned);
            scan_estimate(&d, 0, STR("2026-11-19"));
            struct tracking_event *newest = scan_newest(&d, 0);
            assert_ptr_equal(newest, &d.facts[turned ? 2 - T[i].newest : T[i].newest].u.event);
            assert_int_equal(!str_empty(newest->estimated_delivery), T[i].estimate);
            for (size_t k = 0; k < 3; k++) {
                assert_int_equal(d.facts[k].u.event.vendor_seq, turned ? k : 2 - k);
                assert_str(d.facts[k].u.event.tracking_number, "1Z7");
                assert_false(str_empty(d.facts[k].key));
            }
            fixture_clear(&f);
        }
}

static void codes(void **state)
{
    struct tracking_event ev = {0};
    const struct code_try tries[] = {{"", STR("999")}, {"type:", STR("I")}, {"", STR("OT")}};
    const struct code_try none[] = {{"", STR("  ")}, {"type:", STR("Q")}, {"", STR("QQ")}};
    (void)state;
    scan_map(&ev, "ups", tries, 3);
    assert_int_equal(ev.status, PARCEL_IN_TRANSIT);
    assert_str(ev.code, "999"); /* the raw word, though another one told */
    ev = (struct tracking_event){0};
    scan_map(&ev, "ups", none, 3);
    assert_int_equal(ev.status, PARCEL_UNKNOWN);
    assert_str(ev.code, "Q");
    assert_false(scan_reason(&ev, "fedex", "delay:", STR("NEW")));
    assert_false(scan_reason(&ev, "fedex", "delay:", STR_NULL));
    assert_true(scan_reason(&ev, "fedex", "delay:", STR("WEATHER")));
    assert_int_equal(ev.reason, REASON_WEATHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signers),
        cmocka_unit_test(texts),
        cmocka_unit_test(phrases),
        cmocka_unit_test(countries_and_states),
        cmocka_unit_test(places_left),
        cmocka_unit_test(clocks),
        cmocka_unit_test(offsets),
        cmocka_unit_test(estimates),
        cmocka_unit_test(order_and_estimate),
        cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
