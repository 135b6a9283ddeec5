/* Parcels that came back, by why, and what was given for nothing, by how. */
#include "lib/told_store.h"

#include "flows/leakage_read.h"

static const char STORY[] =
    "start 2026-11-02T15:00:00Z\n"
    "policy refund=\"{mode: auto, valid_hours: 720, per_customer_count: 9, per_customer: 900.00}\" carrier_claim=off\n"
    "%s"
    "at d1T15:00\n"
    "scan ups 1Z7W4E590300010001 attempt_failed reason=refused place=Chicago,IL,US\n"
    "scan ups 1Z7W4E590300010002 attempt_failed reason=recipient_unavailable place=Chicago,IL,US\n"
    "scan ups 1Z7W4E590300010003 lost place=Columbus,OH,US\n"
    "scan ups 1Z7W4E590300010004 delivered signed=Doe place=Chicago,IL,US\n"
    "scan ups 1Z7W4E590300010005 lost place=Columbus,OH,US\n"
    "scan ups 1Z7W4E590300010006 lost place=Columbus,OH,US\n"
    "scan ups 1Z7W4E590300010007 in_transit place=Columbus,OH,US\n"
    "at d2T15:00\n"
    "scan ups 1Z7W4E590300010001 returning reason=rto_initiated place=Chicago,IL,US\n"
    "scan ups 1Z7W4E590300010002 returned place=Newark,NJ,US\n"
    "request #1003 refund outcome=taken\n"
    "report #1004 not_received\n"
    "request #1005 refund outcome=taken\n"
    "request #1006 refund outcome=taken\n"
    "at d3T15:00\n"
    "scan ups 1Z7W4E590300010003 delivered place=Chicago,IL,US\n"
    "refund #1004 refund=R4 amount=1450 currency=USD full\n"
    "refund #1005 refund=R5 amount=1450 currency=USD full\n"
    "refund #1002 refund=R2 amount=1450 currency=USD full\n"
    "at d4T15:00\n";

static void by_cause(void **state)
{
    static const struct {
        enum leakage cause;
        int64_t cases, minor;
        const char *example;
    } WANT[] = {
        {LEAK_RTO_REFUSED, 1, 700, "#1001"}, {LEAK_RTO_ABSENT, 1, 700, "#1002"}, {LEAK_ARRIVED, 1, 1450, "#1003"}, {LEAK_AGAINST_SCAN, 1, 1450, "#1004"},
        {LEAK_TWICE, 1, 2900, "#1005"}, {LEAK_MANY_CLAIMS, 3, 5800, "#1006"}, {LEAK_RTO_OTHER, 0, 0, NULL},
    };
    struct told_store w;
    struct leakage_report r;
    struct buf b;
    (void)state;
    told_store_begin(&w);
    buf_init(&b, 65536);
    for (int i = 1; i <= 7; i++) /* 1003, 1005 and 1006 are one customer's: each has two other claims */
        buf_fmt(&b, "order #%d email=%s%d@example.com zip=60601 country=US %s items=\"MUG*1:1450:Blue mug\"\n"
                    "fulfill #%d items=MUG*1 parcels=ups/1Z7W4E590300010%03d\n", 1000 + i, i == 3 || i == 5 || i == 6 ? "anna" : "c",
                i == 3 || i == 5 || i == 6 ? 0 : i, i == 1 ? "cod" : "", 1000 + i, i);
    told_store_tell(&w, arena_fmt(w.f.arena, STORY, arena_fmt(w.f.arena, "%.*s", STR_ARG(buf_str(&b))).p));
    assert_ok(w.ctx, leakage_read(w.ctx, w.st.rd, w.st.merchant_id, 1000, 700, &r));
    buf_reset(&b);
    leakage_text(w.ctx, &r, &b);
    for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++) {
        const struct leakage_row *row = &r.v[WANT[i].cause];
        if (row->cases != WANT[i].cases || row->minor != WANT[i].minor || (WANT[i].example != NULL && !str_eq(row->example, str_of(WANT[i].example))))
            fail_msg("%s: %lld cases, %lld, %.*s:\n%.*s", leakage_word(WANT[i].cause), (long long)row->cases, (long long)row->minor,
                     STR_ARG(row->example), STR_ARG(buf_str(&b)));
    }
    assert_int_equal(r.orders, 7);
    assert_int_equal(r.sent_back, 2);
    assert_int_equal(r.v[LEAK_RTO_REFUSED].cod, 1);
    assert_ok(w.ctx, leakage_read(w.ctx, w.st.rd, w.st.merchant_id, 1, 0, &r)); /* the newest one is calm */
    assert_int_equal(r.orders, 1);
    assert_int_equal(r.made_good_minor, 0);
    buf_clear(&b);
    told_store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_cause)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
