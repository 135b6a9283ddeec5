/* A parcel: the order of scans, repeats and corrections, estimates, limits, links, the row form.
 * Status: test_parcel_view. */
#include "lib/facts.h"
#include "lib/fixture.h"

#define H US_PER_H
#define D US_PER_DAY

/* ---- the order of scans */

static struct parcel_scan random_scan(struct rng *r)
{
    static const int64_t TIMES[] = {T0_US, T0_US + 1, T0_US + H, -1, 0};
    return (struct parcel_scan){.at_us = TIMES[rng_below(r, 5)],
                                .seq = (uint32_t)rng_below(r, 3),
                                .status = (enum parcel_status)rng_below(r, PARCEL_STATUS_COUNT),
                                .key = rng_below(r, 3),
                                .content = rng_below(r, 3)};
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void test_total_order(void **state)
{
    struct rng r = rng_of(1);
    (void)state;
    for (int k = 0; k < 200000; k++) {
        struct parcel_scan a = random_scan(&r), b = random_scan(&r), c = random_scan(&r);
        int ab = sign(parcel_scan_cmp(&a, &b)), bc = sign(parcel_scan_cmp(&b, &c)),
            ac = sign(parcel_scan_cmp(&a, &c));
        assert_int_equal(ab, -sign(parcel_scan_cmp(&b, &a)));
        assert_int_equal(parcel_scan_cmp(&a, &a), 0);
        if (ab <= 0 && bc <= 0 && ac > 0)
            fail_msg("not transitive, try %d", k);
        if (ab == 0 && bc != ac)
            fail_msg("equals that differ before a third, try %d", k);
    }
}

/* Each step of the order decides before the next. */
static void test_order_of_criteria(void **state)
{
    const struct parcel_scan rising[] = {
        {.at_us = 1, .seq = 9, .status = PARCEL_CANCELLED, .key = 9, .content = 9},
        {.at_us = 2, .seq = 0, .status = PARCEL_CANCELLED, .key = 9, .content = 9},
        {.at_us = 2, .seq = 1, .status = PARCEL_UNKNOWN, .key = 9, .content = 9},
        {.at_us = 2, .seq = 1, .status = PARCEL_DELIVERED, .key = 0, .content = 9},
        {.at_us = 2, .seq = 1, .status = PARCEL_DELIVERED, .key = 1, .content = 0},
        {.at_us = 2, .seq = 1, .status = PARCEL_DELIVERED, .key = 1, .content = 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++)
        for (size_t j = 0; j < sizeof(rising) / sizeof(rising[0]); j++)
            assert_int_equal(sign(parcel_scan_cmp(&rising[i], &rising[j])), (i > j) - (i < j));
}

/* ---- folding one by one */

struct bench {
    struct fixture f;
    struct parcel pcl;
    int64_t pos, now_us;
};

static void bench_init(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    fixture_init(&b->f);
    b->pcl.number = STR("1Z7W4E590300010062");
    b->pcl.diag = DIAG_CLASS_COUNT;
    b->now_us = T0_US + 100 * D;
}

/*
 * Folds at the next position, an hour later. What says that it changed nothing must have changed
 * nothing; the row is written and read again.
 */
static bool fold(struct bench *b, const struct fact *fct)
{
    bool changed = false;
    struct str before = parcel_bytes(b->f.arena, &b->pcl, true);
    b->now_us += H;
    assert_ok(&b->f.ctx, parcel_fold_event(&b->f.ctx, &b->pcl, fct, (struct fact_ref){++b->pos, 0},
                                           b->now_us, &changed));
    struct str after = parcel_bytes(b->f.arena, &b->pcl, true);
    assert_int_equal(changed, bytes_differ(before, after) >= 0);
    assert_ok(&b->f.ctx, parcel_decode(&b->f.ctx, after, &b->pcl));
    return changed;
}

static struct fact scan(enum parcel_status st, int64_t at_us, const char *id)
{
    return scan_fact("ups", "1Z7W4E590300010062", st, at_us, id);
}

static void test_repeat(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_ACCEPTED, T0_US, "e1"),
                c = scan(PARCEL_IN_TRANSIT, T0_US + H, "e2");
    (void)state;
    bench_init(&b);
    assert_true(fold(&b, &a));
    assert_true(fold(&b, &c));
    int64_t fresh = b.pcl.fresh_us;
    assert_int_equal(fresh, b.now_us);
    for (int i = 0; i < 3; i++) {
        assert_false(fold(&b, &c));
        assert_false(fold(&b, &a));
    }
    assert_int_equal(b.pcl.scans_n, 2);
    assert_int_equal(b.pcl.fresh_us, fresh); /* nothing new was told */
    assert_int_equal(b.pcl.scans[0].ref.pos, 1);
    assert_int_equal(b.pcl.scans[0].learned_us, T0_US + 100 * D + H);
    a.u.event.vendor_seq = 4; /* the poll knows the place in the vendor's list */
    assert_true(fold(&b, &a));
    assert_int_equal(b.pcl.scans[0].seq, 4);
    a.u.event.vendor_seq = 2;
    assert_false(fold(&b, &a));
    assert_int_equal(b.pcl.scans_n, 2);
    fixture_clear(&b.f);
}

static void test_key_is_the_carriers(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_ACCEPTED, T0_US, "1"), c = scan(PARCEL_ACCEPTED, T0_US, "1");
    (void)state;
    bench_init(&b);
    c.u.event.carrier = STR("usps");
    assert_true(fold(&b, &a));
    assert_true(fold(&b, &c));
    assert_int_equal(b.pcl.scans_n, 2);
    assert_int_equal(b.pcl.carriers_n, 2);
    a.key = c.key = STR_NULL; /* without an event id: local time, code, place, text */
    a.u.event.occurred = c.u.event.occurred = when_from_utc(T0_US + H);
    a.u.event.description = STR("Arrived at facility");
    c = a;
    c.u.event.description = STR(" ARRIVED  at facility. ");
    assert_true(fold(&b, &a));
    assert_false(fold(&b, &c));
    c.u.event.location.city = STR("Dayton");
    assert_true(fold(&b, &c));
    fixture_clear(&b.f);
}

static void test_correction(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_DELIVERED, T0_US, "e1"),
                c = scan(PARCEL_IN_TRANSIT, T0_US + H, "e1");
    (void)state;
    bench_init(&b);
    a.changed_us = T0_US + 2 * H;
    c.changed_us = T0_US + 3 * H;
    assert_true(fold(&b, &a));
    assert_true(fold(&b, &c));
    assert_int_equal(b.pcl.scans_n, 1);
    assert_int_equal(b.pcl.scans[0].status, PARCEL_IN_TRANSIT);
    assert_int_equal(b.pcl.scans[0].at_us, T0_US + H);
    assert_false(fold(&b, &a)); /* the old telling comes again */
    assert_int_equal(b.pcl.scans[0].status, PARCEL_IN_TRANSIT);
    a.changed_us = T0_US + 4 * H; /* and is what the vendor says now */
    assert_true(fold(&b, &a));
    assert_int_equal(b.pcl.scans[0].status, PARCEL_DELIVERED);
    assert_int_equal(b.pcl.scans_n, 1);
    fixture_clear(&b.f);
}

/* A webhook without the city and a poll with it, turn about: the second to come holds, and then
 * nothing moves any more. */
static void test_two_wordings(void **state)
{
    struct bench b;
    struct fact poll = scan(PARCEL_ACCEPTED, T0_US, "e1"), hook = poll;
    (void)state;
    bench_init(&b);
    hook.u.event.location.city = STR_NULL;
    assert_true(fold(&b, &hook));
    assert_true(fold(&b, &poll));
    for (int i = 0; i < 5; i++) {
        assert_false(fold(&b, &hook));
        assert_false(fold(&b, &poll));
    }
    assert_int_equal(b.pcl.scans_n, 1);
    assert_str(b.pcl.scans[0].place.city, "Columbus");
    fixture_clear(&b.f);
}

static void test_without_a_time(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_IN_TRANSIT, 0, "e1"), far = scan(PARCEL_IN_TRANSIT, 0, "e2");
    (void)state;
    bench_init(&b);
    a.u.event.occurred = (struct when){.kind = WHEN_NONE};
    a.u.event.estimated_delivery = STR("2026-11-30");
    assert_true(fold(&b, &a));
    assert_int_equal(b.pcl.scans[0].at_us, b.now_us); /* when it was learned */
    assert_true((b.pcl.scans[0].flags & SCAN_ESTIMATED) != 0);
    assert_false(fold(&b, &a));
    far.u.event.occurred = (struct when){.kind = WHEN_UTC, .utc_us = INT64_MAX};
    assert_true(fold(&b, &far));
    assert_int_equal(b.pcl.scans[1].at_us, b.now_us);
    fixture_clear(&b.f);
}

static void test_texts_are_cut_at_characters(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_UNKNOWN, T0_US, "e1");
    (void)state;
    bench_init(&b);
    a.u.event.code = STR("0123456789012345678901234567890123456\xe2\x82\xac\xe2\x82\xac");
    a.u.event.location.city = STR("01234567890123456789012345678901234567890123456\xc3\xa4");
    assert_true(fold(&b, &a));
    assert_int_equal(b.pcl.scans[0].code.n, 40);
    assert_int_equal(b.pcl.scans[0].place.city.n, 47);
    assert_true(str_is_utf8(b.pcl.scans[0].code) && str_is_utf8(b.pcl.scans[0].place.city));
    fixture_clear(&b.f);
}

static void test_signer_and_note(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_DELIVERED, T0_US, "e1");
    (void)state;
    bench_init(&b);
    assert_true(fold(&b, &a));
    a.u.event.signed_by = STR("A. EXEMPLE");
    a.u.event.drop_off_note = STR("porch");
    a.u.event.synthetic = true;
    assert_true(fold(&b, &a));
    assert_int_equal(b.pcl.scans[0].flags, SCAN_HAS_SIGNER | SCAN_HAS_NOTE | SCAN_SYNTHETIC);
    fixture_clear(&b.f);
}

/* ---- what is told of the parcel as a whole */

static void test_estimates(void **state)
{
    static const struct {
        int64_t at_us;
        const char *text;
        bool changed;
    } steps[] = {
        {T0_US + 2 * H, "2026-11-20", true},
        {T0_US + 1 * H, "2026-11-22", true},  /* told earlier, learned later: the first */
        {T0_US + 3 * H, "2026-11-25", true},  /* the last */
        {T0_US + 3 * H, "2026-11-24", false}, /* the same instant: the later day stays */
        {T0_US + 2 * H, "2026-11-28", false},
        {T0_US + 4 * H, "no date", false},
    };
    struct bench b;
    (void)state;
    bench_init(&b);
    for (size_t i = 0; i < 3; i++) {
        struct fact a = scan(PARCEL_IN_TRANSIT, T0_US + (int64_t)i * H + H,
                             i == 0   ? "e0"
                             : i == 1 ? "e1"
                                      : "e2");
        assert_true(fold(&b, &a));
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        size_t k = steps[i].at_us == T0_US + H ? 0 : steps[i].at_us == T0_US + 2 * H ? 1 : 2;
        struct fact a = scan(PARCEL_IN_TRANSIT, T0_US + (int64_t)k * H + H,
                             k == 0   ? "e0"
                             : k == 1 ? "e1"
                                      : "e2");
        a.u.event.estimated_delivery = str_of(steps[i].text);
        if (fold(&b, &a) != steps[i].changed)
            fail_msg("step %zu", i);
    }
    assert_int_equal(b.pcl.first_estimate.told_us, T0_US + H);
    assert_str(time_local_text(b.f.arena, &b.pcl.first_estimate.when), "2026-11-22");
    assert_str(time_local_text(b.f.arena, &b.pcl.estimate.when), "2026-11-25");
    assert_int_equal(b.pcl.scans_n, 3);
    fixture_clear(&b.f);
}

static void test_wide_texts(void **state)
{
    struct bench b;
    struct fact a = scan(PARCEL_ACCEPTED, T0_US, "e1");
    (void)state;
    bench_init(&b);
    a.u.event.dest_country = STR("US");
    a.u.event.service = STR("GND");
    a.u.event.pickup_until = STR("2026-11-30");
    assert_true(fold(&b, &a));
    assert_str(b.pcl.dest_country, "US");
    assert_str(b.pcl.service, "GND");
    assert_int_equal(b.pcl.pickup_until_us,
                     (INT64_C(1796083199) + 5 * 3600) * US_PER_S); /* 23:59:59 in Ohio */
    a.u.event.pickup_until = STR("2026-11-29");
    assert_false(fold(&b, &a));
    fixture_clear(&b.f);
}

/* Asked, nothing new: fresher by the minute, in any order; the scans and what they say stay. */
static void test_heard(void **state)
{
    struct bench b;
    struct parcel back;
    bool changed = false;
    (void)state;
    bench_init(&b);
    struct fact a = scan(PARCEL_IN_TRANSIT, T0_US, "e1");
    assert_true(fold(&b, &a));
    int64_t fresh = b.pcl.fresh_us;
    assert_int_equal(parcel_heard_us(&b.pcl), fresh);
    parcel_fold_heard(&b.pcl, fresh + 3 * H, &changed);
    assert_true(changed);
    parcel_fold_heard(&b.pcl, fresh + 2 * H, &changed);
    assert_false(changed);
    parcel_fold_heard(&b.pcl, fresh + 3 * H, &changed);
    assert_false(changed);
    assert_true(parcel_heard_us(&b.pcl) >= fresh + 3 * H - US_PER_MIN);
    assert_int_equal(b.pcl.heard_us % US_PER_MIN, 0);
    assert_int_equal(b.pcl.fresh_us, fresh);
    assert_int_equal(b.pcl.scans_n, 1);
    assert_ok(&b.f.ctx, parcel_decode(&b.f.ctx, parcel_bytes(b.f.arena, &b.pcl, true), &back));
    assert_int_equal(back.heard_us, b.pcl.heard_us);
    fixture_clear(&b.f);
}

/* A row of the first version, as a store of that time has it. */
static void test_older_row(void **state)
{
    struct bench b;
    struct parcel back;
    (void)state;
    bench_init(&b);
    struct str row = test_read_file(b.f.arena, test_source_path("fuzz/corpus/parcel_row/story00_0"));
    assert_int_equal(row.p[0], 1);
    assert_ok(&b.f.ctx, parcel_decode(&b.f.ctx, row, &back));
    assert_true(back.scans_n > 0);
    assert_int_equal(back.heard_us, 0);
    struct str anew = parcel_bytes(b.f.arena, &back, true);
    assert_int_equal(anew.p[0], 2);
    assert_ok(&b.f.ctx, parcel_decode(&b.f.ctx, anew, &b.pcl));
    assert_int_equal(b.pcl.scans_n, back.scans_n);
    fixture_clear(&b.f);
}

static void test_not_found(void **state)
{
    struct bench b;
    bool changed = false;
    const int64_t hour = T0_US - T0_US % H;
    (void)state;
    bench_init(&b);
    assert_ok(&b.f.ctx, parcel_fold_not_found(&b.f.ctx, &b.pcl, hour + 5, &changed));
    assert_true(changed);
    assert_ok(&b.f.ctx, parcel_fold_not_found(&b.f.ctx, &b.pcl, hour + H - 1, &changed));
    assert_false(changed);
    assert_ok(&b.f.ctx, parcel_fold_not_found(&b.f.ctx, &b.pcl, hour + 3 * H, &changed));
    assert_true(changed);
    assert_int_equal(b.pcl.not_found_us, hour + 3 * H);
    assert_int_equal(b.pcl.fresh_us, 0); /* no news */
    assert_int_equal(b.pcl.scans_n, 0);
    fixture_clear(&b.f);
}

static void test_next_leg(void **state)
{
    static const struct {
        const char *carrier, *number;
        int64_t told_us;
        bool changed;
    } steps[] = {
        {"usps", "9400100000000000000000", 5, true},
        {"usps", "9400100000000000000000", 5, false},
        {"usps", "9400100000000000000001", 4, false},
        {"usps", "9400100000000000000001", 5, true},
        {"usps", "9400100000000000000000", 5, false},
        {"usps", "9400100000000000000000", 6, true},
        {"usps", "", 9, false},
        {"usps", "1Z7W4E590300010062", 9, false},
    };
    struct bench b;
    (void)state;
    bench_init(&b);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        bool changed = true;
        assert_ok(&b.f.ctx, parcel_link_next(&b.f.ctx, &b.pcl, str_of(steps[i].carrier),
                                             str_of(steps[i].number), steps[i].told_us, &changed));
        if (changed != steps[i].changed)
            fail_msg("step %zu", i);
    }
    assert_str(b.pcl.next_number, "9400100000000000000000");
    assert_int_equal(b.pcl.next_told_us, 6);
    fixture_clear(&b.f);
}

/* ---- limits */

static void test_orders_that_share(void **state)
{
    struct parcel pcl = {.links_n = 0};
    bool changed = false;
    (void)state;
    for (int64_t no = 20; no > 10; no--)
        assert_int_equal(parcel_link_order(&pcl, no, 0, &changed), OK);
    assert_int_equal(parcel_link_order(&pcl, 40, 0, &changed), ERR_LIMIT);
    assert_false(changed);
    assert_int_equal(pcl.links_n, PARCEL_LINKS_MAX);
    for (size_t i = 0; i < PARCEL_LINKS_MAX; i++)
        assert_int_equal(pcl.links[i].order_no, 11 + (int64_t)i);
    assert_null(parcel_find_link(&pcl, 20));
    assert_int_equal(parcel_link_order(&pcl, 12, 77, &changed), OK);
    assert_true(changed);
    assert_int_equal(parcel_link_order(&pcl, 12, 78, &changed), OK);
    assert_false(changed); /* the earliest stays */
    assert_int_equal(parcel_link_order(&pcl, 12, 0, &changed), OK);
    assert_false(changed);
    assert_int_equal(parcel_find_link(&pcl, 12)->since_us, 77);
}

static void test_many_scans(void **state)
{
    struct bench b;
    (void)state;
    bench_init(&b);
    for (int i = 0; i < 3 * PARCEL_SCANS_MAX; i++) {
        char *id = arena_alloc(b.f.arena, 16);
        int64_t at = T0_US + ((int64_t)i * 7919 % (3 * PARCEL_SCANS_MAX)) * US_PER_MIN;
        bool changed = false;
        memcpy(id, "e000", 4);
        for (int d = 3, x = i; d > 0; d--, x /= 10)
            id[d] = (char)('0' + x % 10);
        struct fact a = scan(PARCEL_IN_TRANSIT, at, id);
        assert_ok(&b.f.ctx, parcel_fold_event(&b.f.ctx, &b.pcl, &a, (struct fact_ref){i + 1, 0},
                                              b.now_us, &changed));
    }
    assert_int_equal(b.pcl.scans_n, PARCEL_SCANS_MAX);
    for (size_t i = 0; i < PARCEL_SCANS_MAX; i++)
        assert_int_equal(b.pcl.scans[i].at_us,
                         T0_US + (int64_t)(2 * PARCEL_SCANS_MAX + i) * US_PER_MIN);
    struct fact old = scan(PARCEL_ACCEPTED, T0_US - D, "too old");
    assert_false(fold(&b, &old));
    fixture_clear(&b.f);
}

static void test_many_carriers(void **state)
{
    static const char *const IDS[] = {"h", "b", "f", "d", "a", "g", "e", "c"};
    struct bench b;
    (void)state;
    bench_init(&b);
    for (int i = 0; i < 8; i++) {
        struct fact a = scan(PARCEL_IN_TRANSIT, T0_US + i * H, "e");
        a.u.event.carrier = str_of(IDS[i]);
        assert_true(fold(&b, &a));
    }
    assert_int_equal(b.pcl.carriers_n, PARCEL_CARRIERS_MAX);
    assert_int_equal(b.pcl.scans_n, 8);
    for (size_t i = 0; i < 8; i++) {
        int want =
            IDS[i][0] - 'a' < PARCEL_CARRIERS_MAX ? IDS[i][0] - 'a' : PARCEL_CARRIERS_MAX - 1;
        assert_int_equal(b.pcl.scans[i].carrier, want);
    }
    assert_str(b.pcl.carriers[5], "f");
    fixture_clear(&b.f);
}

/* ---- times */

static const struct {
    const char *name, *when, *country, *region, *want; /* want: RFC 3339 */
    unsigned flags;
    const char *local;
} INSTANTS[] = {
    {"instant", "2026-11-18T10:00:00Z", "US", "OH", "2026-11-18T10:00:00Z", 0, ""},
    {"offset", "2026-11-18T10:00:00+01:00", "US", "OH", "2026-11-18T09:00:00Z", 0,
     "2026-11-18T10:00:00"},
    {"wall clock in Ohio", "2026-11-18T10:00:00", "US", "OH", "2026-11-18T15:00:00Z",
     SCAN_ESTIMATED, "2026-11-18T10:00:00"},
    {"in summer", "2026-07-18T10:00:00", "US", "OH", "2026-07-18T14:00:00Z", SCAN_ESTIMATED,
     "2026-07-18T10:00:00"},
    {"in India", "2026-11-18T10:00:00", "IN", "", "2026-11-18T04:30:00Z", SCAN_ESTIMATED,
     "2026-11-18T10:00:00"},
    {"nowhere", "2026-11-18T10:00:00", "", "", "2026-11-18T10:00:00Z", SCAN_ESTIMATED,
     "2026-11-18T10:00:00"},
    {"no such country", "2026-11-18T10:00:00", "QQ", "", "2026-11-18T10:00:00Z", SCAN_ESTIMATED,
     "2026-11-18T10:00:00"},
    {"day in Germany", "2026-11-18", "DE", "", "2026-11-18T11:00:00Z",
     SCAN_ESTIMATED | SCAN_DATE_ONLY, NULL},
};

static void test_instants(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(INSTANTS) / sizeof(INSTANTS[0]); i++) {
        struct when w, local;
        unsigned flags = 0;
        int64_t local_us = -1;
        struct place at = {.country = str_of(INSTANTS[i].country),
                           .region = str_of(INSTANTS[i].region)};
        assert_int_equal(when_parse(str_of(INSTANTS[i].when), &w), OK);
        struct str got = time_rfc3339(f.arena, event_instant(&w, &at, &local_us, &flags));
        if (!str_eq(got, str_of(INSTANTS[i].want)) || flags != INSTANTS[i].flags)
            fail_msg("%s: %.*s, flags %u", INSTANTS[i].name, STR_ARG(got), flags);
        if (INSTANTS[i].local != NULL && INSTANTS[i].local[0] != '\0') {
            assert_int_equal(when_parse(str_of(INSTANTS[i].local), &local), OK);
            assert_int_equal(local_us, local.local_us);
        } else if (INSTANTS[i].local != NULL) {
            assert_int_equal(local_us, w.has_local ? w.local_us : 0);
        }
    }
    fixture_clear(&f);
}

static const struct {
    const char *when, *country, *region, *want;
} ENDS[] = {
    {"2026-11-20", "US", "CA", "2026-11-21T07:59:59Z"},
    {"2026-11-20", "DE", "", "2026-11-20T22:59:59Z"},
    {"2026-11-20", "", "", "2026-11-20T23:59:59Z"},
    {"2026-11-20T18:00:00", "GB", "", "2026-11-20T18:00:00Z"},
    {"2026-11-20T18:00:00", "IN", "", "2026-11-20T12:30:00Z"},
    {"2026-11-20T18:00:00Z", "IN", "", "2026-11-20T18:00:00Z"},
    {"2026-11-20T18:00:00+01:00", "IN", "", "2026-11-20T17:00:00Z"},
};

static void test_estimate_instants(void **state)
{
    struct fixture f;
    struct when w = {.kind = WHEN_NONE};
    (void)state;
    fixture_init(&f);
    assert_int_equal(estimate_instant(&w, STR("US"), STR("CA")), 0);
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++) {
        assert_int_equal(when_parse(str_of(ENDS[i].when), &w), OK);
        assert_str(time_rfc3339(f.arena, estimate_instant(&w, str_of(ENDS[i].country),
                                                          str_of(ENDS[i].region))),
                   ENDS[i].want);
    }
    fixture_clear(&f);
}

/* ---- the row */

static void fill(struct bench *b)
{
    bool changed;
    bench_init(b);
    struct fact a = scan(PARCEL_ACCEPTED, T0_US, "e1"),
                c = scan(PARCEL_IN_TRANSIT, T0_US + D, "e2"), l = a;
    a.changed_us = T0_US + 1;
    a.u.event.vendor_seq = 3;
    a.u.event.estimated_delivery = STR("2026-11-25T18:00:00");
    a.u.event.dest_country = STR("CA");
    a.u.event.service = STR("GND");
    c.u.event.pickup_until = STR("2026-11-28");
    c.u.event.estimated_delivery = STR("2026-11-26T18:00:00Z");
    l.u.event.occurred = when_from_local(T0_US, false, 0);
    l.u.event.carrier = STR("canada_post");
    assert_true(fold(b, &a));
    assert_true(fold(b, &c));
    assert_true(fold(b, &l));
    c.u.event.location.city = STR("Buffalo");
    assert_true(fold(b, &c));
    assert_ok(&b->f.ctx,
              parcel_link_next(&b->f.ctx, &b->pcl, STR("usps"), STR("9400"), T0_US, &changed));
    assert_ok(&b->f.ctx, parcel_fold_not_found(&b->f.ctx, &b->pcl, T0_US, &changed));
    assert_int_equal(parcel_link_order(&b->pcl, 7, T0_US, &changed), OK);
    assert_int_equal(parcel_link_order(&b->pcl, 9, 0, &changed), OK);
    b->pcl.diag = DIAG_ON_TRACK;
    b->pcl.diag_since_us = T0_US;
    assert_int_equal(b->pcl.superseded_n, 1);
}

static void test_row(void **state)
{
    struct bench b;
    struct parcel back;
    (void)state;
    fill(&b);
    struct str row = parcel_bytes(b.f.arena, &b.pcl, true);
    assert_ok(&b.f.ctx, parcel_decode(&b.f.ctx, row, &back));
    assert_int_equal(bytes_differ(row, parcel_bytes(b.f.arena, &back, true)), -1);
    assert_int_equal(back.scans_n, 3);
    assert_int_equal(back.superseded_n, 1);
    assert_int_equal(back.scans[0].local_us, b.pcl.scans[0].local_us);
    assert_int_equal(back.scans[0].learned_us, b.pcl.scans[0].learned_us);
    assert_int_equal(back.scans[0].changed_us, T0_US + 1);
    assert_int_equal(back.fresh_us, b.pcl.fresh_us);
    assert_int_equal(back.diag, DIAG_ON_TRACK);
    assert_str(back.scans[2].place.city, "Buffalo");
    struct parcel empty = {.diag = DIAG_CLASS_COUNT};
    assert_ok(&b.f.ctx, parcel_decode(&b.f.ctx, parcel_bytes(b.f.arena, &empty, true), &back));
    assert_int_equal(back.scans_n, 0);
    assert_int_equal(back.diag, DIAG_CLASS_COUNT);
    fixture_clear(&b.f);
}

static void test_damaged_rows(void **state)
{
    struct bench b;
    struct parcel back;
    (void)state;
    fill(&b);
    struct str row = parcel_bytes(b.f.arena, &b.pcl, true);
    for (size_t cut = 0; cut < row.n; cut++)
        if (parcel_decode(&b.f.ctx, str_sub(row, 0, cut), &back) != ERR_CORRUPT)
            fail_msg("cut at %zu of %zu is taken", cut, row.n);
    for (size_t i = 0; i < row.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            char *odd = arena_alloc(b.f.arena, row.n);
            memcpy(odd, row.p, row.n);
            odd[i] = (char)(odd[i] ^ (1 << bit));
            enum err e = parcel_decode(&b.f.ctx, (struct str){odd, row.n}, &back);
            struct parcel_view v;
            if (e == OK) { /* then it is another row, which says what it says */
                assert_int_equal(
                    bytes_differ((struct str){odd, row.n}, parcel_bytes(b.f.arena, &back, true)),
                    -1);
                parcel_view_make(&back, T0_US, &v);
            } else {
                assert_int_equal(e, ERR_CORRUPT);
            }
        }
    fixture_clear(&b.f);
}

/* The canonical form does not know positions, nor what the diagnosis wrote. */
static void test_canonical(void **state)
{
    struct bench b, c;
    (void)state;
    fill(&b);
    fill(&c);
    for (size_t i = 0; i < c.pcl.scans_n; i++)
        c.pcl.scans[i].ref.pos += 1000;
    c.pcl.diag = DIAG_LATE;
    c.pcl.due_us = 5;
    assert_int_equal(bytes_differ(parcel_bytes(b.f.arena, &b.pcl, false),
                                  parcel_bytes(c.f.arena, &c.pcl, false)),
                     -1);
    assert_true(bytes_differ(parcel_bytes(b.f.arena, &b.pcl, true),
                             parcel_bytes(c.f.arena, &c.pcl, true)) >= 0);
    fixture_clear(&b.f);
    fixture_clear(&c.f);
}

/* Every allocation may fail: an error, and no crash. */
static void test_short_memory(void **state)
{
    struct fact a = scan(PARCEL_ACCEPTED, T0_US, "e1");
    size_t failed = 0;
    (void)state;
    a.u.event.estimated_delivery = STR("2026-11-25");
    a.u.event.dest_country = STR("CA");
    a.u.event.service = STR("GND");
    for (size_t bytes = 0; bytes < 8192; bytes += 16) {
        struct arena *arena = arena_new(bytes);
        struct clock clock;
        struct ctx ctx;
        struct parcel pcl = {.number = STR("X"), .diag = DIAG_CLASS_COUNT};
        bool changed = false;
        clock_init_virtual(&clock, T0_US);
        ctx_init(&ctx, arena, &clock, NULL);
        enum err e = parcel_fold_event(&ctx, &pcl, &a, (struct fact_ref){1, 0}, T0_US, &changed);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_int_equal(changed, e == OK);
        failed += e != OK;
        arena_free(arena);
    }
    assert_in_range(failed, 1, 510);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_total_order),
        cmocka_unit_test(test_order_of_criteria),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_key_is_the_carriers),
        cmocka_unit_test(test_correction),
        cmocka_unit_test(test_two_wordings),
        cmocka_unit_test(test_without_a_time),
        cmocka_unit_test(test_texts_are_cut_at_characters),
        cmocka_unit_test(test_signer_and_note),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_wide_texts),
        cmocka_unit_test(test_heard),
        cmocka_unit_test(test_older_row),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_next_leg),
        cmocka_unit_test(test_orders_that_share),
        cmocka_unit_test(test_many_scans),
        cmocka_unit_test(test_many_carriers),
        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_estimate_instants),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_damaged_rows),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
