/* A case: versions, views, repeats, limits, questions, merging, the row form. Orders of arrival:
 * test_fold_property. */
#include "lib/facts.h"
#include "lib/fixture.h"

#define H US_PER_H

struct bench {
    struct fixture f;
    struct order_case c;
    int64_t pos, now_us;
};

static void bench_init(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    fixture_init(&b->f);
    b->c.diag = DIAG_CLASS_COUNT;
    b->now_us = T0_US;
}

/*
 * Folds at the next position, an hour later. What says that it changed nothing must have changed
 * nothing; the row is written and read again.
 */
static bool fold_from(struct bench *b, const char *source, const struct fact *fct, uint64_t address)
{
    bool changed = false;
    struct fold_hashes hashes = {address};
    struct str before = case_bytes(b->f.arena, &b->c, true);
    b->now_us += H;
    assert_ok(&b->f.ctx, case_fold(&b->f.ctx, &b->c, str_of(source), fct,
                                   (struct fact_ref){++b->pos, 0}, &hashes, b->now_us, &changed));
    struct str after = case_bytes(b->f.arena, &b->c, true);
    assert_int_equal(changed, bytes_differ(before, after) >= 0);
    assert_ok(&b->f.ctx, case_decode(&b->f.ctx, after, &b->c));
    return changed;
}

static bool fold(struct bench *b, const struct fact *fct)
{
    return fold_from(b, "shop", fct, 0);
}

static struct fact order(enum source_role role, int64_t changed_us, int64_t total)
{
    struct fact fct = {.kind = FACT_ORDER, .key = STR("o"), .role = role, .changed_us = changed_us};
    fct.u.order = (struct order_fact){.order_id = STR("1001"),
                                      .name = STR("#1020"),
                                      .currency = STR("USD"),
                                      .total_minor = total};
    return fct;
}

static struct fact fulfillment(const char *id, enum fulfillment_state st, int64_t changed_us)
{
    struct fact fct = {.kind = FACT_FULFILLMENT, .key = str_of(id), .changed_us = changed_us};
    fct.u.fulfillment = (struct fulfillment_fact){
        .order_id = STR("1001"), .fulfillment_id = str_of(id), .state = st};
    return fct;
}

/* ---- versions */

static struct version random_version(struct rng *r)
{
    return (struct version){.changed_us = (int64_t)rng_below(r, 3),
                            .ref = {(int64_t)rng_below(r, 3), (uint32_t)rng_below(r, 2)},
                            .key = rng_below(r, 3),
                            .content = rng_below(r, 2)};
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void test_version_order(void **state)
{
    struct rng r = rng_of(3);
    const struct version rising[] = {
        {.changed_us = 1, .ref = {9, 9}, .key = 9}, {.changed_us = 2, .ref = {1, 9}, .key = 9},
        {.changed_us = 2, .ref = {2, 0}, .key = 9}, {.changed_us = 2, .ref = {2, 1}, .key = 0},
        {.changed_us = 2, .ref = {2, 1}, .key = 1},
    };
    (void)state;
    for (size_t i = 0; i + 1 < sizeof(rising) / sizeof(rising[0]); i++)
        assert_true(version_cmp(&rising[i], &rising[i + 1]) < 0);
    for (int k = 0; k < 100000; k++) {
        struct version a = random_version(&r), b = random_version(&r), c = random_version(&r);
        int ab = sign(version_cmp(&a, &b));
        assert_int_equal(ab, -sign(version_cmp(&b, &a)));
        if (ab <= 0 && version_cmp(&b, &c) <= 0)
            assert_true(version_cmp(&a, &c) <= 0);
    }
}

static void test_highest_version(void **state)
{
    struct bench b;
    struct fact v1 = order(ROLE_STOREFRONT, T0_US + 1, 100),
                v2 = order(ROLE_STOREFRONT, T0_US + 2, 200);
    (void)state;
    bench_init(&b);
    assert_true(fold(&b, &v2));
    assert_false(fold(&b, &v1)); /* a webhook that comes late */
    assert_false(fold(&b, &v2)); /* the poll tells it too */
    assert_int_equal(b.c.views_n, 1);
    assert_int_equal(b.c.views[0].total_minor, 200);
    assert_int_equal(b.c.fresh_us, T0_US + H);
    assert_int_equal(b.c.first_us, T0_US + H);
    v1.changed_us = T0_US + 3;
    assert_true(fold(&b, &v1));
    assert_int_equal(b.c.views[0].total_minor, 100);
    assert_int_equal(b.c.fresh_us, b.now_us);
    assert_int_equal(b.c.first_us, T0_US + H);
    fixture_clear(&b.f);
}

/* Two changes in one second of the vendor's clock: received last holds; the first, sent again, is a
 * repeat. */
static void test_one_second(void **state)
{
    struct bench b;
    struct fact created = order(ROLE_STOREFRONT, T0_US, 100), paid = created;
    (void)state;
    bench_init(&b);
    paid.u.order.financial = FIN_PAID;
    assert_true(fold(&b, &created));
    assert_true(fold(&b, &paid));
    assert_false(fold(&b, &created));
    assert_false(fold(&b, &paid));
    assert_int_equal(b.c.views[0].financial, FIN_PAID);
    fixture_clear(&b.f);
}

/* A source without times of change: what it said last holds, also when it said it before. */
static void test_no_time_of_change(void **state)
{
    struct bench b;
    struct fact open = order(ROLE_STOREFRONT, 0, 100), held = open;
    (void)state;
    bench_init(&b);
    held.u.order.state = ORDER_ON_HOLD;
    assert_true(fold(&b, &open));
    assert_false(fold(&b, &open));
    assert_true(fold(&b, &held));
    assert_true(fold(&b, &open));
    assert_int_equal(b.c.views[0].state, ORDER_OPEN);
    fixture_clear(&b.f);
}

/* Whatever a fact says shows in the content: each field alone makes a change. */
static void test_every_field_counts(void **state)
{
    struct fact_item item = {.item_id = STR("1"),
                             .sku = STR("MUG"),
                             .title = STR("Blue mug"),
                             .quantity = 1,
                             .price_minor = 1450,
                             .ships = true};
    (void)state;
    for (int k = 0; k < 21; k++) {
        struct bench b;
        struct fact fct = order(ROLE_STOREFRONT, 0, 100);
        struct order_fact *o = &fct.u.order;
        uint64_t address = 1;
        bench_init(&b);
        o->items = &item;
        o->items_n = 1;
        struct fact_item other = item;
        assert_true(fold_from(&b, "shop", &fct, address));
        o->items = &other;
        assert_false(fold_from(&b, "shop", &fct, address));
        switch (k) {
        case 0:
            o->name = STR("#1021");
            break;
        case 1:
            o->currency = STR("EUR");
            break;
        case 2:
            o->promised_at = STR("2026-11-25");
            break;
        case 3:
            o->preorder_until = STR("2026-11-25");
            break;
        case 4:
            o->service = STR("Express");
            break;
        case 5:
            o->cancel_reason = STR("fraud");
            break;
        case 6:
            o->locale = STR("en");
            break;
        case 7:
            o->placed_us = 1;
            break;
        case 8:
            o->total_minor = 1;
            break;
        case 9:
            o->state = ORDER_CLOSED;
            break;
        case 10:
            o->financial = FIN_PAID;
            break;
        case 11:
            o->cod = true;
            break;
        case 12:
            o->ship_to.country = STR("US");
            break;
        case 13:
            o->ship_to.region = STR("OH");
            break;
        case 14:
            o->ship_to.postal_code = STR("43004");
            break;
        case 15:
            address = 2;
            break;
        case 16:
            other.sku = STR("CUP");
            break;
        case 17:
            other.title = STR("Red mug");
            break;
        case 18:
            other.quantity = 2;
            break;
        case 19:
            other.ships = false;
            break;
        default:
            o->items_n = 0;
            break;
        }
        if (!fold_from(&b, "shop", &fct, address))
            fail_msg("field %d does not count", k);
        fixture_clear(&b.f);
    }
}

/* ---- views */

static void test_views(void **state)
{
    static const struct {
        const char *source;
        enum source_role role;
    } told[] = {{"wms", ROLE_WAREHOUSE},
                {"erp", ROLE_BACK_OFFICE},
                {"shop2", ROLE_STOREFRONT},
                {"shop1", ROLE_STOREFRONT},
                {"wms2", ROLE_WAREHOUSE}};
    static const char *const want[] = {"shop1", "shop2", "erp", "wms"};
    struct bench b;
    bool changed = true;
    (void)state;
    bench_init(&b);
    assert_null(order_anchor(&b.c));
    for (size_t i = 0; i < 4; i++) {
        struct fact fct = order(told[i].role, 0, 100);
        fct.u.order.ship_to.country = i == 0 ? STR("US") : STR_NULL;
        fct.u.order.ship_to.postal_code = STR("43004-1234");
        assert_true(fold_from(&b, told[i].source, &fct, 0));
    }
    struct fact fifth = order(told[4].role, 0, 100);
    assert_int_equal(case_fold(&b.f.ctx, &b.c, STR("wms2"), &fifth, (struct fact_ref){9, 0}, NULL,
                               b.now_us, &changed),
                     ERR_LIMIT);
    assert_int_equal(b.c.views_n, CASE_VIEWS_MAX);
    for (size_t i = 0; i < 4; i++)
        assert_str(b.c.views[i].source, want[i]);
    assert_str(order_anchor(&b.c)->source, "shop1");
    assert_str(case_destination(&b.c).country, "US"); /* of the first view that knows it */
    assert_str(case_destination(&b.c).postal_code, "430");
    fixture_clear(&b.f);
}

/* ---- items */

static void test_item_keys(void **state)
{
    struct case_item it = {.item_id = STR("77"), .sku = STR("MUG"), .title = STR("Blue mug")};
    (void)state;
    assert_str(case_item_key(&it), "MUG");
    it.sku = STR_NULL;
    assert_str(case_item_key(&it), "77");
    it.item_id = STR_NULL;
    assert_str(case_item_key(&it), "Blue mug");
}

static void add_fulfillment(struct bench *b, const char *source, enum source_role role,
                            const char *id, enum fulfillment_state st, int64_t quantity)
{
    struct fact_item item = {.sku = STR("MUG"), .quantity = quantity};
    struct fact fct = fulfillment(id, st, 0);
    fct.role = role;
    fct.u.fulfillment.items = &item;
    fct.u.fulfillment.items_n = 1;
    assert_true(fold_from(b, source, &fct, 0));
}

static void test_quantities(void **state)
{
    struct bench b;
    struct fact_item lines[] = {{.sku = STR("MUG"), .quantity = 3},
                                {.sku = STR("CUP"), .quantity = 1},
                                {.sku = STR("MUG"), .quantity = 2}};
    struct fact fct = order(ROLE_STOREFRONT, 0, 100);
    (void)state;
    bench_init(&b);
    assert_int_equal(case_quantity_ordered(&b.c, STR("MUG")), 0);
    fct.u.order.items = lines;
    fct.u.order.items_n = 3;
    assert_true(fold(&b, &fct));
    assert_int_equal(case_quantity_ordered(&b.c, STR("MUG")), 5);
    assert_int_equal(case_quantity_ordered(&b.c, STR("CUP")), 1);
    add_fulfillment(&b, "shop", ROLE_STOREFRONT, "f1", FUL_SHIPPED, 2);
    add_fulfillment(&b, "shop", ROLE_STOREFRONT, "f2", FUL_OPEN, 1);
    add_fulfillment(&b, "shop", ROLE_STOREFRONT, "f3", FUL_CANCELLED, 4);
    add_fulfillment(&b, "erp", ROLE_BACK_OFFICE, "x1", FUL_SHIPPED, 2);
    assert_int_equal(case_quantity_in_fulfillments(&b.c, STR("MUG"), FUL_SHIPPED),
                     2); /* told twice, sent once */
    assert_int_equal(case_quantity_in_fulfillments(&b.c, STR("MUG"), FUL_OPEN), 3);
    add_fulfillment(&b, "wms", ROLE_WAREHOUSE, "w1", FUL_PICKED, 2);
    assert_int_equal(case_quantity_in_fulfillments(&b.c, STR("MUG"), FUL_SHIPPED),
                     0); /* the warehouse holds the goods */
    assert_int_equal(case_quantity_in_fulfillments(&b.c, STR("MUG"), FUL_PICKED), 2);
    add_fulfillment(&b, "wms2", ROLE_WAREHOUSE, "w2", FUL_SHIPPED, INT64_MAX);
    add_fulfillment(&b, "wms2", ROLE_WAREHOUSE, "w3", FUL_SHIPPED, INT64_MAX);
    assert_true(case_quantity_in_fulfillments(&b.c, STR("MUG"), FUL_SHIPPED) == INT64_MAX);
    fixture_clear(&b.f);
}

/* ---- parcels */

static void test_parcel_numbers(void **state)
{
    struct bench b;
    struct parcel_ref *refs = NULL, two[] = {{.tracking_number = STR("B")},
                                             {.carrier = STR("ups"), .tracking_number = STR("A")}};
    struct parcel_ref again[] = {{.carrier = STR("usps"), .tracking_number = STR("B")}},
                      dead[] = {{.tracking_number = STR("Z")}};
    struct fact f1 = fulfillment("f1", FUL_SHIPPED, 0), f2 = fulfillment("f2", FUL_SHIPPED, 0),
                f3 = fulfillment("f3", FUL_CANCELLED, 0);
    struct fact link = {.kind = FACT_PARCEL_LINK, .key = STR("l")},
                ord = order(ROLE_STOREFRONT, 0, 1);
    int64_t *since = NULL;
    size_t n = 0;
    (void)state;
    bench_init(&b);
    f1.u.fulfillment.parcels = two;
    f1.u.fulfillment.parcels_n = 2;
    f1.u.fulfillment.created_us = 50;
    f2.u.fulfillment.parcels = again;
    f2.u.fulfillment.parcels_n = 1;
    f2.u.fulfillment.created_us = 40;
    f3.u.fulfillment.parcels = dead;
    f3.u.fulfillment.parcels_n = 1;
    link.u.link = (struct parcel_link_fact){
        .order_id = STR("1001"), .carrier = STR("dpd"), .tracking_number = STR("C")};
    ord.u.order.placed_us = 30;
    assert_true(fold(&b, &f1));
    assert_true(fold(&b, &f2));
    assert_true(fold(&b, &f3));
    assert_true(fold(&b, &link));
    assert_false(fold(&b, &link));
    assert_true(fold(&b, &ord));
    assert_ok(&b.f.ctx, case_parcel_numbers(&b.f.ctx, &b.c, &refs, &since, &n));
    assert_int_equal(n, 3);
    assert_str(refs[0].tracking_number, "A");
    assert_str(refs[0].carrier, "ups");
    assert_int_equal(since[0], 50);
    assert_str(refs[1].tracking_number, "B");
    assert_str(refs[1].carrier, "usps");
    assert_int_equal(since[1], 40); /* the earliest that is known */
    assert_str(refs[2].tracking_number, "C");
    assert_int_equal(since[2], 30);
    fixture_clear(&b.f);
}

/* ---- what else happens to an order */

static void test_hold_and_release(void **state)
{
    struct bench b;
    struct fact hold = {.kind = FACT_HOLD, .key = STR("h1")}, released;
    (void)state;
    bench_init(&b);
    hold.u.hold = (struct hold_fact){
        .order_id = STR("1001"), .hold_id = STR("h1"), .why = STR("address check"), .at_us = T0_US};
    released = hold;
    released.u.hold.released = true;
    released.u.hold.at_us = T0_US + H;
    assert_true(fold(&b, &released));
    assert_false(fold(&b, &hold)); /* placed before it was released */
    assert_int_equal(b.c.holds_n, 1);
    assert_true(b.c.holds[0].released);
    fixture_clear(&b.f);
}

static void test_reports(void **state)
{
    struct bench b;
    struct fact r = {.kind = FACT_CUSTOMER_REPORT, .key = STR("m1")};
    (void)state;
    bench_init(&b);
    r.u.report = (struct report_fact){
        .order_id = STR("1001"), .report = REPORT_DAMAGED, .sku = STR("MUG"), .at_us = T0_US};
    assert_true(fold(&b, &r));
    assert_false(fold(&b, &r));
    r.u.report.sku = STR("CUP"); /* one message about two items */
    assert_true(fold(&b, &r));
    r.u.report.at_us = T0_US - H;
    r.u.report.report = REPORT_NOT_RECEIVED;
    assert_true(fold(&b, &r));
    assert_int_equal(b.c.reports_n, 3);
    assert_int_equal(b.c.reports[0].kind, REPORT_NOT_RECEIVED);
    fixture_clear(&b.f);
}

static void test_full_sets(void **state)
{
    struct bench b;
    bool changed = false;
    (void)state;
    bench_init(&b);
    for (int i = CASE_FULFILLMENTS_MAX + 20; i > 0; i--) {
        struct fact fct = fulfillment(arena_fmt(b.f.arena, "f%03d", i).p, FUL_OPEN, 0);
        assert_ok(&b.f.ctx, case_fold(&b.f.ctx, &b.c, STR("shop"), &fct,
                                      (struct fact_ref){500 - i, 0}, NULL, T0_US, &changed));
        assert_true(changed);
    }
    struct fact fct = fulfillment("f999", FUL_OPEN, 0);
    struct str before = case_bytes(b.f.arena, &b.c, true);
    assert_int_equal(case_fold(&b.f.ctx, &b.c, STR("shop"), &fct, (struct fact_ref){999, 0}, NULL,
                               T0_US, &changed),
                     ERR_LIMIT);
    assert_int_equal(bytes_differ(before, case_bytes(b.f.arena, &b.c, true)), -1);
    assert_int_equal(b.c.fulfillments_n, CASE_FULFILLMENTS_MAX);
    assert_str(b.c.fulfillments[0].fulfillment_id, "f001");
    assert_str(b.c.fulfillments[CASE_FULFILLMENTS_MAX - 1].fulfillment_id, "f100");
    fixture_clear(&b.f);
}

static void test_other_kinds(void **state)
{
    struct bench b;
    bool changed = false;
    (void)state;
    bench_init(&b);
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        struct fact fct = {.kind = (enum fact_kind)k};
        bool folds = k == FACT_ORDER || k == FACT_FULFILLMENT || k == FACT_REFUND ||
                     k == FACT_HOLD || k == FACT_RETURN || k == FACT_CUSTOMER_REPORT || k == FACT_PARCEL_LINK;
        enum err e = case_fold(&b.f.ctx, &b.c, STR("shop"), &fct, (struct fact_ref){k + 1, 0}, NULL,
                               T0_US, &changed);
        if (e != (folds ? OK : ERR_PARSE))
            fail_msg("%s: %s", fact_kind_word(fct.kind), err_name(e));
    }
    fixture_clear(&b.f);
}

/* ---- merging */

static void test_merge(void **state)
{
    struct bench a, b;
    struct fact v1 = order(ROLE_STOREFRONT, T0_US, 100),
                v2 = order(ROLE_STOREFRONT, T0_US + 1, 200), erp = order(ROLE_BACK_OFFICE, 0, 300);
    struct fact f1 = fulfillment("f1", FUL_OPEN, 1), f2 = fulfillment("f2", FUL_OPEN, 1);
    (void)state;
    bench_init(&a);
    bench_init(&b);
    b.now_us += 10 * H;
    assert_true(fold(&a, &v1));
    assert_true(fold(&a, &f1));
    assert_true(fold(&b, &v2));
    assert_true(fold_from(&b, "erp", &erp, 0));
    assert_true(fold(&b, &f2));
    b.c.customer = STR("c1");
    int64_t first = a.c.first_us, fresh = b.c.fresh_us;
    assert_ok(&a.f.ctx, case_merge(&a.f.ctx, &a.c, &b.c));
    assert_int_equal(a.c.views_n, 2);
    assert_int_equal(a.c.views[0].total_minor, 200);
    assert_int_equal(a.c.fulfillments_n, 2);
    assert_int_equal(a.c.first_us, first);
    assert_int_equal(a.c.fresh_us, fresh);
    assert_str(a.c.customer, "c1");
    fixture_clear(&a.f);
    fixture_clear(&b.f);
}

/* ---- the row */

static void fill(struct bench *b)
{
    struct fact_item items[] = {{.item_id = STR("1"),
                                 .sku = STR("MUG"),
                                 .title = STR("Blue mug"),
                                 .quantity = 2,
                                 .price_minor = 1450,
                                 .ships = true}};
    struct parcel_ref refs[] = {{.carrier = STR("ups"),
                                 .tracking_number = STR("1Z"),
                                 .url = STR("https://example.com/1Z")}};
    struct fact o = order(ROLE_STOREFRONT, T0_US, 2900), f = fulfillment("f1", FUL_SHIPPED, T0_US),
                r = {.kind = FACT_REFUND, .key = STR("r")};
    struct fact h = {.kind = FACT_HOLD, .key = STR("h")},
                rep = {.kind = FACT_CUSTOMER_REPORT, .key = STR("m")},
                l = {.kind = FACT_PARCEL_LINK};
    bench_init(b);
    o.u.order.items = f.u.fulfillment.items = r.u.refund.items = items;
    o.u.order.items_n = f.u.fulfillment.items_n = r.u.refund.items_n = 1;
    o.u.order.ship_to =
        (struct address){.country = STR("US"), .region = STR("OH"), .postal_code = STR("43004")};
    f.u.fulfillment.parcels = refs;
    f.u.fulfillment.parcels_n = 1;
    r.u.refund.refund_id = STR("r1");
    r.u.refund.amount_minor = -5;
    h.u.hold.hold_id = STR("h1");
    h.u.hold.at_us = T0_US;
    rep.u.report.sku = STR("MUG");
    l.u.link.tracking_number = STR("9400");
    const struct fact *const all[] = {&o, &f, &r, &h, &rep, &l};
    for (size_t i = 0; i < 6; i++)
        assert_true(fold_from(b, "shop", all[i], 42));
    b->c.customer = STR("c0123456789abcdef");
    b->c.diag = DIAG_SLOW;
    b->c.diag_since_us = T0_US;
}

static void test_row(void **state)
{
    struct bench b;
    struct order_case back;
    (void)state;
    fill(&b);
    struct str row = case_bytes(b.f.arena, &b.c, true);
    assert_ok(&b.f.ctx, case_decode(&b.f.ctx, row, &back));
    assert_int_equal(bytes_differ(row, case_bytes(b.f.arena, &back, true)), -1);
    assert_int_equal(back.views[0].address_hash, 42);
    assert_str(back.views[0].items[0].title, "Blue mug");
    assert_str(back.fulfillments[0].parcels[0].url, "https://example.com/1Z");
    assert_int_equal(back.refunds[0].amount_minor, -5);
    assert_str(back.customer, "c0123456789abcdef");
    assert_int_equal(back.diag, DIAG_SLOW);
    struct order_case empty = {.diag = DIAG_CLASS_COUNT};
    assert_ok(&b.f.ctx, case_decode(&b.f.ctx, case_bytes(b.f.arena, &empty, true), &back));
    assert_int_equal(back.views_n + back.fulfillments_n + back.links_n, 0);
    fixture_clear(&b.f);
}

static void test_damaged_rows(void **state)
{
    struct bench b;
    struct order_case back;
    (void)state;
    fill(&b);
    struct str row = case_bytes(b.f.arena, &b.c, true);
    for (size_t cut = 0; cut < row.n; cut++)
        if (case_decode(&b.f.ctx, str_sub(row, 0, cut), &back) != ERR_CORRUPT)
            fail_msg("cut at %zu of %zu is taken", cut, row.n);
    for (size_t i = 0; i < row.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            char *odd = arena_alloc(b.f.arena, row.n);
            memcpy(odd, row.p, row.n);
            odd[i] = (char)(odd[i] ^ (1 << bit));
            enum err e = case_decode(&b.f.ctx, (struct str){odd, row.n}, &back);
            if (e == OK)
                assert_int_equal(
                    bytes_differ((struct str){odd, row.n}, case_bytes(b.f.arena, &back, true)), -1);
            else
                assert_int_equal(e, ERR_CORRUPT);
        }
    fixture_clear(&b.f);
}

static void test_unsorted_row(void **state)
{
    struct bench b;
    struct order_case back;
    struct fact f1 = fulfillment("f1", FUL_OPEN, 0), f2 = fulfillment("f2", FUL_OPEN, 0);
    (void)state;
    bench_init(&b);
    assert_true(fold(&b, &f1));
    assert_true(fold(&b, &f2));
    struct case_fulfillment t = b.c.fulfillments[0];
    b.c.fulfillments[0] = b.c.fulfillments[1];
    b.c.fulfillments[1] = t;
    assert_int_equal(case_decode(&b.f.ctx, case_bytes(b.f.arena, &b.c, true), &back), ERR_CORRUPT);
    fixture_clear(&b.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_order),
        cmocka_unit_test(test_highest_version),
        cmocka_unit_test(test_one_second),
        cmocka_unit_test(test_no_time_of_change),
        cmocka_unit_test(test_every_field_counts),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_item_keys),
        cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_parcel_numbers),
        cmocka_unit_test(test_hold_and_release),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_full_sets),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_damaged_rows),
        cmocka_unit_test(test_unsorted_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
