/*
 * Reading cases: a list passes over rows that were merged into others and still reaches the end; a case at a time holds what had
 * been told by then, and nothing that was told later, however early it happened.
 */
#include "lib/connector_case.h"
#include "lib/story_store.h"

#include "flows/reader.h"

#define PARCEL "1Z7W4E590300010062"

struct world {
    struct fixture f;
    struct account ups;
    struct story_store st;
};

static void world_make(struct world *w)
{
    memset(w, 0, sizeof(*w));
    fixture_init(&w->f);
    test_account(&w->ups, "ups", NULL);
    story_store_open(&w->f.ctx, &w->f.clock, &w->ups, 1, &w->st);
}

static void world_drop(struct world *w)
{
    story_store_close(&w->st);
    test_account_clear(&w->ups);
    fixture_clear(&w->f);
}

/* Told now by one of our own sources; gives the time. */
static int64_t tell_as(struct world *w, enum recv_source source, const char *account, const char *query, struct str body)
{
    struct http_msg msg = {.method = STR("POST"), .body = body, .query = str_of(query)};
    struct append_req req = {.merchant_id = w->st.merchant_id, .source = source, .account = str_of(account), .msg = &msg};
    int64_t pos = 0, folded = 0, now = clock_now_us(&w->f.clock);
    assert_ok(&w->f.ctx, engine_append_wait(&w->f.ctx, w->st.eng, &req, &pos));
    assert_ok(&w->f.ctx, engine_fold_some(&w->f.ctx, w->st.eng, &folded));
    return now;
}

static int64_t tell(struct world *w, const char *account, const char *body)
{
    int64_t at = tell_as(w, RECV_FACTS, account, "", str_of(body));
    clock_advance(&w->f.clock, US_PER_H);
    return at;
}

/* ---- lists */

/* A shop and a back office with an order each of one matter; the reference that says so comes last. */
static void tell_pair(struct world *w, int i, bool joined)
{
    struct str erp = arena_fmt(w->f.arena, "{\"kind\":\"order\",\"order_id\":\"E%d\",\"name\":\"SO%d\",\"changed_at\":\"2026-11-1%dT10:00:00Z\"%s}", i, i,
                               joined ? 7 : 6, joined ? (const char *)arena_fmt(w->f.arena, ",\"order_ref\":\"#%d\"", i).p : "");
    tell_as(w, RECV_FACTS, "erp", "", erp);
}

static void merged_rows_do_not_end_a_list(void **state)
{
    struct world w;
    struct order_case *rows = NULL;
    size_t n = 0, seen = 0;
    int64_t after = 0;
    (void)state;
    world_make(&w);
    for (int i = 1; i <= 3; i++)
        tell_as(&w, RECV_FACTS, "shop", "", arena_fmt(w.f.arena, "{\"kind\":\"order\",\"order_id\":\"%d\",\"name\":\"#%d\"}", i, i));
    for (int i = 1; i <= 3; i++)
        tell_pair(&w, i, false);
    tell_as(&w, RECV_FACTS, "shop", "", STR("{\"kind\":\"order\",\"order_id\":\"9\",\"name\":\"#9\"}"));
    for (int i = 1; i <= 3; i++)
        tell_pair(&w, i, true);
    assert_ok(&w.f.ctx, case_list(&w.f.ctx, w.st.rd, w.st.merchant_id, 3, 2, &rows, &n)); /* rows 4 to 6 were merged away */
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].order_no, 7);
    do { /* as the faces page: until a page is not full */
        assert_ok(&w.f.ctx, case_list(&w.f.ctx, w.st.rd, w.st.merchant_id, after, 2, &rows, &n));
        seen += n;
        after = n > 0 ? rows[n - 1].order_no : after;
    } while (n == 2);
    assert_int_equal(seen, 4);
    assert_ok(&w.f.ctx, case_list(&w.f.ctx, w.st.rd, w.st.merchant_id, after, 2, &rows, &n));
    assert_int_equal(n, 0);
    world_drop(&w);
}

/* ---- a case at a time */

static void read_at(struct world *w, int64_t at_us, struct case_answer *ca)
{
    assert_ok(&w->f.ctx, case_read(&w->f.ctx, w->st.rd, w->st.merchant_id, 1, at_us, ca));
}

#define ORDER "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\"," \
              "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
#define STOCK(n) "{\"kind\":\"inventory_level\",\"sku\":\"MUG\",\"location\":\"east\",\"available\":" n "}\n"
#define SHIPPED "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]," \
                "\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"" PARCEL "\"}]}\n"
#define SCAN(status, at) "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"" PARCEL "\",\"status\":\"" status "\"," \
                         "\"occurred_at\":\"" at "\"}\n"

static void stock_is_that_of_the_time(void **state)
{
    struct world w;
    struct case_answer ca;
    (void)state;
    world_make(&w);
    int64_t ordered = tell(&w, "shop", ORDER);
    int64_t none = tell(&w, "shop", STOCK("0"));
    tell(&w, "shop", STOCK("0")); /* again: no new state */
    int64_t some = tell(&w, "shop", STOCK("5"));
    read_at(&w, 0, &ca);
    assert_int_equal(ca.cas->stock_n, 1);
    assert_int_equal(ca.cas->stock[0].available, 5);
    assert_int_equal(ca.cd.order.cls, DIAG_AWAITING_FULFILLMENT);
    read_at(&w, some - 1, &ca);
    assert_int_equal(ca.cas->stock[0].available, 0);
    assert_true(ca.cas->stock[0].fresh_us == none);
    assert_int_equal(ca.cd.order.cls, DIAG_BACKORDERED);
    read_at(&w, none - 1, &ca);
    assert_int_equal(ca.cas->stock_n, 0); /* nobody had told of stock */
    assert_int_equal(ca.cd.order.cls, DIAG_AWAITING_FULFILLMENT);
    assert_int_equal(case_read(&w.f.ctx, w.st.rd, w.st.merchant_id, 1, ordered - 1, &ca), ERR_NOTFOUND);
    struct replay_report rep;
    assert_ok(&w.f.ctx, engine_replay(&w.f.ctx, w.st.eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
    world_drop(&w);
}

/* The scan of Tuesday that was told on Thursday is not known on Wednesday. */
static void what_was_told_later_was_not_known(void **state)
{
    struct world w;
    struct case_answer ca;
    (void)state;
    world_make(&w);
    tell(&w, "shop", ORDER SHIPPED);
    int64_t first = tell(&w, "ups", SCAN("accepted", "2026-11-16T14:00:00Z"));
    clock_advance(&w.f.clock, 2 * US_PER_DAY);
    int64_t late = tell(&w, "ups", SCAN("out_for_delivery", "2026-11-16T16:00:00Z") SCAN("delivered", "2026-11-16T18:00:00Z"));
    read_at(&w, 0, &ca);
    assert_int_equal(ca.cas->parcels[0]->scans_n, 3);
    assert_int_equal(ca.cd.order.cls, DIAG_DELIVERED);
    read_at(&w, late - 1, &ca);
    assert_int_equal(ca.cas->parcels[0]->scans_n, 1);
    assert_int_not_equal(ca.cd.order.cls, DIAG_DELIVERED);
    assert_true(ca.as_of_us == late - 1);
    assert_true(parcel_heard_us(ca.cas->parcels[0]) == first);
    for (size_t i = 0; i < ca.changes_n; i++)
        assert_true(ca.changes[i].seen_us < late); /* flags that opened or cleared later are not its history yet */
    world_drop(&w);
}

static int64_t ask_ups(struct world *w)
{
    static const char POLLED[] = "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"trackingNumber\":\"" PARCEL "\",\"activity\":[{\"location\":"
                                 "{\"address\":{\"city\":\"Newark\",\"countryCode\":\"US\"}},\"status\":{\"type\":\"I\",\"statusCode\":\"005\"},"
                                 "\"date\":\"20261116\",\"time\":\"091519\",\"gmtDate\":\"20261116\",\"gmtTime\":\"141519\",\"gmtOffset\":\"-05:00\"}]}]}]}}";
    int64_t at = tell_as(w, RECV_POLL, "ups", "ask=parcel&carrier=ups&number=" PARCEL, str_of(POLLED));
    clock_advance(&w->f.clock, 4 * US_PER_H);
    return at;
}

/* A vendor that was asked and told nothing new: how fresh that made it, at each time. */
static void heard_is_that_of_the_time(void **state)
{
    struct world w;
    struct case_answer ca;
    (void)state;
    world_make(&w);
    tell(&w, "shop", ORDER SHIPPED);
    int64_t told = ask_ups(&w), heard[3];
    for (int i = 0; i < 3; i++) {
        heard[i] = ask_ups(&w);
        heard[i] -= heard[i] % US_PER_MIN;
    }
    read_at(&w, 0, &ca);
    assert_true(parcel_heard_us(ca.cas->parcels[0]) == heard[2]);
    for (int i = 2; i > 0; i--) {
        read_at(&w, heard[i] - 1, &ca);
        assert_true(parcel_heard_us(ca.cas->parcels[0]) == heard[i - 1]);
    }
    read_at(&w, heard[0] - 1, &ca);
    assert_true(parcel_heard_us(ca.cas->parcels[0]) == told);
    world_drop(&w);
}

/* An order that changed seven hundred times: its past is that of the time, not of its first changes. */
static void long_histories_are_read_whole(void **state)
{
    enum { N = 700 };
    struct world w;
    struct case_answer ca;
    int64_t at[N];
    (void)state;
    world_make(&w);
    for (int i = 0; i < N; i++) {
        at[i] = clock_now_us(&w.f.clock);
        tell_as(&w, RECV_FACTS, "shop", "", arena_fmt(w.f.arena, "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"currency\":\"EUR\","
                                                      "\"total_minor\":%d,\"changed_at\":\"2026-11-16T10:%02d:%02dZ\"}", i, i / 60, i % 60));
        clock_advance(&w.f.clock, US_PER_S);
    }
    for (int i = 599; i < N; i += 50) {
        read_at(&w, at[i], &ca);
        assert_int_equal(ca.cas->views[0].total_minor, i);
    }
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_rows_do_not_end_a_list),
        cmocka_unit_test(stock_is_that_of_the_time),
        cmocka_unit_test(what_was_told_later_was_not_known),
        cmocka_unit_test(heard_is_that_of_the_time),
        cmocka_unit_test(long_histories_are_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
