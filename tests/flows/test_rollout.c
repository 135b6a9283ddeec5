/* What a policy decided, against what people did about the same matter and what became of the parcel. */
#include "lib/told_store.h"

#include "flows/rollout_read.h"

static const char STORY[] =
    "start 2026-11-02T15:00:00Z\n"
    "policy refund=\"{mode: shadow}\" reship=\"{mode: suggest}\"\n"
    "stock MUG 9\n"
    "%s"
    "at d1T15:00\n"
    "%s"
    "at d2T15:00\n"
    "request #1001 refund\nrequest #1002 refund\nrequest #1003 refund\nrequest #1004 refund\n"
    "request #1005 reship outcome=approval\n" /* the next one after four shadows and their claims */
    "at d3T15:00\n"
    "refund #1001 refund=R1 amount=1450 currency=USD full\n"
    "scan ups 1Z7W4E590300010001 delivered place=Chicago,IL,US\n"
    "scan ups 1Z7W4E590300010002 delivered place=Chicago,IL,US\n"
    "at d20T15:00\n"
    "scan ups 1Z7W4E590300010009 lost place=Columbus,OH,US\n"
    "request #1009 refund\n";

static void tell(struct told_store *w)
{
    struct buf orders, scans;
    buf_init(&orders, 65536);
    buf_init(&scans, 65536);
    for (int i = 1; i <= 9; i++) {
        buf_fmt(&orders, "order #%d email=c%d@example.com zip=60601 country=US items=\"MUG*1:1450:Blue mug\"\n"
                         "fulfill #%d items=MUG*1 parcels=ups/1Z7W4E590300010%03d\n", 1000 + i, i, 1000 + i, i);
        if (i <= 5)
            buf_fmt(&scans, "scan ups 1Z7W4E590300010%03d lost place=Columbus,OH,US\n", i);
    }
    told_store_tell(w, arena_fmt(w->f.arena, STORY, arena_fmt(w->f.arena, "%.*s", STR_ARG(buf_str(&orders))).p,
                                 arena_fmt(w->f.arena, "%.*s", STR_ARG(buf_str(&scans))).p));
    buf_clear(&orders);
    buf_clear(&scans);
}

static void report(void **state)
{
    struct told_store w;
    static struct rollout r;
    struct buf b;
    (void)state;
    told_store_begin(&w);
    tell(&w);
    buf_init(&b, 65536);
    assert_ok(w.ctx, rollout_read(w.ctx, w.st.rd, w.st.merchant_id, 1000, &r));
    rollout_text(w.ctx, &r, &b);
    const struct rollout_capability *c = &r.caps[CAP_REFUND];
    if (c->shadow != 5 || c->mode != MODE_SHADOW)
        fail_msg("%.*s", STR_ARG(buf_str(&b)));
    assert_int_equal(c->people[PEOPLE_SAME], 1);                     /* #1001: refunded in the shop */
    assert_int_equal(c->right[PEOPLE_SAME][FATE_ARRIVED], 1);        /* and it came: both were wrong */
    assert_int_equal(c->people[PEOPLE_OTHERWISE], 3);
    assert_int_equal(c->right[PEOPLE_OTHERWISE][FATE_ARRIVED], 1);   /* #1002 came: people were right */
    assert_int_equal(c->right[PEOPLE_OTHERWISE][FATE_GONE], 2);      /* #1003, #1004 did not */
    assert_int_equal(c->people[PEOPLE_OPEN], 1);                     /* #1009: just now */
    c = &r.caps[CAP_RESHIP];
    assert_true(c->proposed == 1 && c->shadow == 0 && c->mode == MODE_SUGGEST);
    assert_true(r.lines_n >= 3 && r.lines[0].action_no > r.lines[r.lines_n - 1].action_no);
    assert_true(str_contains(buf_str(&b), STR("people did otherwise              3: 2 the policy was right, 1 people were right")));
    struct jw w2 = jw_of(&b);
    buf_reset(&b);
    rollout_json(&w2, &r);
    assert_true(str_contains(buf_str(&b), STR("\"otherwise\":{\"actions\":3,\"open\":0,\"gone\":2,\"arrived\":1}")));
    buf_clear(&b);
    told_store_end(&w);
}

static void declined(void **state)
{
    struct told_store w;
    static struct rollout r;
    (void)state;
    told_store_begin(&w);
    told_store_tell(&w, STR("start 2026-11-02T15:00:00Z\npolicy\n"
                            "order #1020 email=anna@example.com zip=60601 country=US items=\"MUG*1:1450:Blue mug\"\n"
                            "fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062\n"
                            "scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US\n"
                            "request #1020 refund outcome=approval\nverdict decline 2 by=ann\nverdict approve 1 by=ben\n"));
    assert_ok(w.ctx, rollout_read(w.ctx, w.st.rd, w.st.merchant_id, 1000, &r));
    assert_int_equal(r.caps[CAP_REFUND].people[PEOPLE_OTHERWISE], 1);
    assert_int_equal(r.caps[CAP_REFUND].right[PEOPLE_OTHERWISE][FATE_GONE], 1);
    assert_int_equal(r.caps[CAP_CARRIER_CLAIM].people[PEOPLE_SAME], 1);
    assert_int_equal(r.lines_n, 1);
    assert_str(r.lines[0].order, "#1020");
    told_store_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(report), cmocka_unit_test(declined)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
