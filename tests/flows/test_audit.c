/*
 * Cases that came before a person, traced back: for each join a story whose trail breaks there, what is named, since when, and what it
 * cost; then all of them ranked.
 */
#include "lib/told_store.h"

#include "flows/audit_read.h"

#define START "start 2026-11-16T15:00:00Z\npolicy refund=\"{mode: auto}\"\n"
#define ORDER "order #1020 email=anna@example.com zip=60601 country=US items=\"MUG*1:1450:Blue mug\"\n"
#define PARCEL "fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062\n"
#define SCAN "scan ups 1Z7W4E590300010062 "

static const struct {
    const char *name, *story;
    enum audit_cause cause;
    const char *since, *says;     /* since: NULL: not looked at; says: in the text */
} CASES[] = {
    {"nothing of the warehouse", START ORDER "at d9T15:00\n", AUDIT_NO_FULFILLMENT_CAUSE, "2026-11-16T15:00", "warehouse  missing"},
    {"begun and forgotten", START ORDER "fulfill #1020 items=MUG*1 state=open\nat d9T15:00\n", AUDIT_STALE_FULFILLMENT_CAUSE, "2026-11-16T15:00", "nothing for"},
    {"no scan behind the label", START ORDER PARCEL SCAN "label_created\nat d9T15:00\n", AUDIT_NO_SCAN_CAUSE, NULL, "1Z7W4E590300010062"},
    {"silent", START ORDER PARCEL SCAN "accepted place=Newark,NJ,US\nat d12T15:00\n", AUDIT_NO_PROMISE_CAUSE, NULL, "carrier    stale"},
    {"silent, with a promise", START "order #1020 email=anna@example.com zip=60601 country=US promised=2026-11-19 items=\"MUG*1:1450:Blue mug\"\n" PARCEL SCAN
     "accepted place=Newark,NJ,US\nat d12T15:00\n", AUDIT_STALE_SCAN_CAUSE, "2026-11-16T15:00", "hours without a scan"},
    {"told behind the hand-over", START "order #1020 email=anna@example.com zip=60601 country=US promised=2026-11-19 items=\"MUG*1:1450:Blue mug\"\n" PARCEL SCAN
     "accepted place=Newark,NJ,US\nat d12T15:00\nat d12T18:00\nscan ups 1Z7W4E590300010062 in_transit at=d2T10:00 place=Columbus,OH,US\n", AUDIT_LATE_SCAN_CAUSE,
     "2026-11-18T10:00", "in_transit, told after"},
    {"delivered, and not there", START ORDER PARCEL SCAN "delivered place=Chicago,IL,US\nat d1T15:00\nreport #1020 not_received\nat d5T15:00\n",
     AUDIT_SCAN_CONFLICT_CAUSE, NULL, "the customer does not have it"},
    {"nobody can be reached", START "order #1020 zip=60601 country=US items=\"MUG*1:1450:Blue mug\"\n" PARCEL SCAN
     "accepted place=Newark,NJ,US\nat d12T15:00\n", AUDIT_NO_CONTACT_CAUSE, "2026-11-16T15:00", "neither e-mail nor phone"},
    {"the matter itself", START ORDER PARCEL SCAN "attempt_failed reason=refused place=Chicago,IL,US\nat d0T18:00\n", AUDIT_NOTHING_CAUSE, NULL, "the trail is whole"},
    {"a trail that is whole, and missed", START ORDER PARCEL SCAN "attempt_failed reason=refused place=Chicago,IL,US\nat d3T18:00\n", AUDIT_NOTHING_CAUSE, NULL,
     "nobody had ended it when it was due"},
};

static void one(const char *name, const char *story, enum audit_cause cause, const char *since, const char *says)
{
    struct told_store w;
    struct case_audit a;
    struct buf b;
    told_store_begin(&w);
    told_store_tell(&w, str_of(story));
    enum err e = audit_read(w.ctx, w.st.rd, w.st.merchant_id, told_store_order(&w, "1020"), &a);
    if (e != OK)
        fail_msg("%s: %s", name, w.ctx->msg);
    buf_init(&b, 65536);
    audit_text(w.ctx, &a, &b);
    if (a.audit.v[0].cause != cause || !str_contains(buf_str(&b), str_of(says)))
        fail_msg("%s: expected %s and \"%s\":\n%.*s", name, audit_cause_word(cause), says, STR_ARG(buf_str(&b)));
    if (since != NULL)
        assert_str(str_sub(time_rfc3339(w.f.arena, a.audit.v[0].since_us), 0, 16), since);
    assert_true(a.escalated_us > 0 && a.audit.n >= 1);
    buf_clear(&b);
    told_store_end(&w);
}

static void each_join(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        one(CASES[i].name, CASES[i].story, CASES[i].cause, CASES[i].since, CASES[i].says);
}

/* What is late is the merchant's word: with a month's patience the same trail breaks elsewhere. */
static void as_configured(void **state)
{
    struct told_store w;
    struct case_audit a;
    (void)state;
    told_store_begin(&w);
    told_store_tell(&w, STR(START ORDER "fulfill #1020 items=MUG*1 state=open\nat d9T15:00\n"));
    w.st.mc.audit.late_hours = 720;
    assert_ok(w.ctx, audit_read(w.ctx, w.st.rd, w.st.merchant_id, told_store_order(&w, "1020"), &a));
    for (size_t i = 0; i < a.audit.n; i++)
        assert_int_not_equal(a.audit.v[i].cause, AUDIT_STALE_FULFILLMENT_CAUSE);
    told_store_end(&w);
}

static void calm(void **state)
{
    struct told_store w;
    struct case_audit a;
    (void)state;
    told_store_begin(&w);
    told_store_tell(&w, STR(START ORDER PARCEL SCAN "accepted place=Newark,NJ,US\nat d1T15:00\n"));
    assert_int_equal(audit_read(w.ctx, w.st.rd, w.st.merchant_id, told_store_order(&w, "1020"), &a), ERR_UNSUPPORTED);
    told_store_end(&w);
}

/* Three orders without a word of the warehouse, one lost and paid for by us, one paid for in the shop, and a calm one. */
static void ranked(void **state)
{
    struct told_store w;
    struct audit_ranking r;
    struct buf b;
    (void)state;
    told_store_begin(&w);
    buf_init(&b, 65536);
    buf_addz(&b, "start 2026-11-16T15:00:00Z\npolicy refund=\"{mode: auto, valid_hours: 720}\"\n");
    for (int i = 0; i < 6; i++)
        buf_fmt(&b, "order #%d email=c%d@example.com zip=60601 country=US promised=2026-11-19 items=\"MUG*1:1450:Blue mug\"\n", 1001 + i, i);
    for (int i = 3; i < 6; i++)
        buf_fmt(&b, "fulfill #%d items=MUG*1 parcels=ups/1Z7W4E59030001%04d\nscan ups 1Z7W4E59030001%04d accepted place=Newark,NJ,US\n", 1001 + i, i, i);
    buf_addz(&b, "at d3T15:00\nscan ups 1Z7W4E590300010005 delivered place=Chicago,IL,US\n"
                 "at d8T15:00\nat d9T15:00\nscan ups 1Z7W4E590300010003 lost place=Columbus,OH,US\nrequest #1004 refund outcome=taken\n"
                 "refund #1005 refund=R1 amount=1450 currency=USD full\nat d10T15:00\n");
    told_store_tell(&w, buf_str(&b));
    buf_reset(&b);
    assert_ok(w.ctx, audit_all(w.ctx, w.st.rd, w.st.merchant_id, 1000, &r));
    audit_ranking_text(w.ctx, &r, &b);
    if (r.orders != 6 || r.escalated != 5 || r.n != 2)
        fail_msg("%.*s", STR_ARG(buf_str(&b)));
    assert_int_equal(r.v[0].cause, AUDIT_STALE_SCAN_CAUSE);
    assert_int_equal(r.v[0].cases, 2);
    assert_int_equal(r.v[0].minor, 2900);
    assert_int_equal(r.v[1].cause, AUDIT_NO_FULFILLMENT_CAUSE);
    assert_int_equal(r.v[1].cases, 3);
    assert_int_equal(r.v[1].open, 3);
    assert_true(r.v[1].hours > 0);
    assert_ok(w.ctx, audit_all(w.ctx, w.st.rd, w.st.merchant_id, 2, &r)); /* the newest two */
    assert_int_equal(r.orders, 2);
    buf_clear(&b);
    told_store_end(&w);
}

/* docs/actions.md lists every cause as the table has it. */
static void documented(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    struct str doc = test_read_file(f.arena, test_source_path("docs/actions.md"));
    for (int c = 0; c < AUDIT_CAUSE_COUNT; c++) {
        enum audit_cause k = (enum audit_cause)c;
        struct str row = arena_fmt(f.arena, "| `%s` | %s | %s | %s |", audit_cause_word(k), audit_join_word(audit_cause_join(k)),
                                   audit_fault_word(audit_cause_fault(k)), audit_cause_what(k));
        if (!str_contains(doc, row))
            fail_msg("docs/actions.md lacks: %.*s", STR_ARG(row));
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_join), cmocka_unit_test(as_configured), cmocka_unit_test(calm), cmocka_unit_test(ranked), cmocka_unit_test(documented)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
