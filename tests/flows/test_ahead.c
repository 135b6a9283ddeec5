/*
 * Decoding ahead is a short cut and nothing else: what it gives is what the raw row gives, and a row whose short cut was lost, was
 * never made, or cannot be trusted (it would need the ledger's time) is decoded from the raw one.
 * CTest label: flows
 */
#include "lib/fixture.h"

#include "base/metrics.h"
#include "flows/ahead.h"

#include <stdio.h>
#include <stdlib.h>

#define ORDER(id)                                                                                                                  \
    "{\"kind\":\"order\",\"order_id\":\"" id "\",\"name\":\"#" id "\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\"," \
    "\"total_minor\":1450,\"email\":\"a" id "@example.com\",\"items\":[{\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":1}]}\n"
#define SENT(id)                                                                                                                    \
    "{\"kind\":\"fulfillment\",\"order_id\":\"" id "\",\"fulfillment_id\":\"f" id "\",\"state\":\"shipped\",\"created_at\":"            \
    "\"2026-11-17T10:00:00Z\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":"      \
    "\"1ZAHEAD" id "\"}]}\n"
#define SCAN(id, status, hour)                                                                                                      \
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZAHEAD" id "\",\"status\":\"" status                      \
    "\",\"occurred_at\":\"2026-11-18T" hour ":00:00Z\",\"description\":\"left with neighbour Zz\",\"signed_by\":\"Zenobia\"}"

static const struct {
    enum recv_source source;
    const char *account, *body;
    bool ahead; /* may it be done ahead? */
} ROWS[] = {
    {RECV_FACTS, "api", ORDER("7") SENT("7"), true},
    {RECV_WEBHOOK, "generic", SCAN("7", "in_transit", "08"), true},
    {RECV_WEBHOOK, "generic", SCAN("7", "in_transit", "08"), true}, /* a repeat */
    {RECV_WEBHOOK, "generic", "{\"kind\":\"tracking_event\",\"status\":\"delivered\"}", true}, /* no number: undecoded */
    {RECV_WEBHOOK, "generic", "not JSON", true},
    {RECV_WEBHOOK, "nobody", SCAN("7", "delivered", "09"), false}, /* an account that is not configured */
    {RECV_FACTS, "api", SCAN("8", "out_for_delivery", "09") "\n" SCAN("8", "delivered", "10"), true},
    /* a stock level without a time takes the ledger's */
    {RECV_WEBHOOK, "shopify", "{\"inventory_item_id\":5,\"location_id\":1,\"available\":3}", false},
    {RECV_FACTS, "api", ORDER("8") SENT("8"), true},
};
#define ROWS_N (sizeof(ROWS) / sizeof(ROWS[0]))

struct world {
    struct fixture f;
    char folder[64], path[96];
    struct config cfg;
    struct merchant_config mc;
    struct account accts[2];
    struct engine *eng;
};

static void world_open(struct world *w, bool no_ahead)
{
    struct engine_options eo = {.config = &w->cfg, .clock = &w->f.clock, .no_threads = true, .no_ahead = no_ahead};
    assert_ok(&w->f.ctx, engine_open(&w->f.ctx, &eo, &w->eng));
}

static void world_make(struct world *w, bool no_ahead)
{
    memset(w, 0, sizeof(*w));
    fixture_init(&w->f);
    snprintf(w->folder, sizeof(w->folder), "/tmp/wismo-ahead-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof(w->path), "%s/store", w->folder);
    w->accts[0] = (struct account){.merchant = STR("one"), .id = STR("generic"), .conn = connector_find(STR("generic"))};
    w->accts[1] = (struct account){.merchant = STR("one"), .id = STR("shopify"), .conn = connector_find(STR("shopify"))};
    w->mc = (struct merchant_config){.name = STR("one"), .accounts = w->accts, .accounts_n = 2};
    promises_default(&w->mc.promises);
    w->cfg = (struct config){.store_path = str_of(w->path), .cache_mb = 32, .merchants = &w->mc, .merchants_n = 1};
    world_open(w, no_ahead);
}

static void world_drop(struct world *w)
{
    char cmd[100];
    engine_close(w->eng);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", w->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&w->f);
}

static void append_row(struct world *w, enum recv_source source, struct str account, struct str body)
{
    static const struct http_header TOPIC[] = {{{"X-Shopify-Topic", 15}, {"inventory_levels/update", 23}}};
    struct http_msg msg = {.method = STR("POST"), .path = STR("/hooks/x/one"), .headers = TOPIC, .headers_n = 1, .body = body};
    struct append_req req = {.merchant_id = 1, .source = source, .account = account, .msg = &msg};
    int64_t pos = 0;
    assert_ok(&w->f.ctx, engine_append_wait(&w->f.ctx, w->eng, &req, &pos));
}

static void append_all(struct world *w)
{
    for (size_t i = 0; i < ROWS_N; i++) {
        append_row(w, ROWS[i].source, str_of(ROWS[i].account), str_of(ROWS[i].body));
        clock_advance(&w->f.clock, US_PER_MIN);
    }
}

/* How many of the rows folded now were decoded ahead. */
static int64_t settle(struct world *w)
{
    int64_t before = metric_get(METRIC_FOLDED_AHEAD, 0), folded = 0;
    assert_ok(&w->f.ctx, engine_fold_some(&w->f.ctx, w->eng, &folded));
    return metric_get(METRIC_FOLDED_AHEAD, 0) - before;
}

/* Every fact in the ledger's order but for what is random in it (keys, sealed bytes, the customer's id), and what was refused. */
static struct str facts_of(struct world *w)
{
    struct buf b;
    struct db_stmt *st = NULL;
    bool row = true;
    buf_init(&b, (size_t)1 << 20);
    assert_ok(&w->f.ctx, db_stmt_get(&w->f.ctx, w->eng->state, SQL_FACT_FROM, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, 0);
    db_bind_i64(st, 3, 0);
    db_bind_i64(st, 4, 100000);
    while (db_step(&w->f.ctx, st, &row) == OK && row) {
        for (int i = 0; i < 7; i++)
            if (i == 5)
                buf_add(&b, db_col_str(st, i));
            else
                buf_fmt(&b, " %lld ", (long long)db_col_i64(st, i));
        if (db_col_i64(st, 2) != FACT_CUSTOMER_LINK)
            buf_add(&b, db_col_str(st, 8));
        buf_fmt(&b, " sealed %zu\n", db_col_str(st, 9).n);
    }
    assert_ok(&w->f.ctx, db_stmt_get(&w->f.ctx, w->eng->state, SQL_UNDECODED_LIST, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, 0);
    db_bind_i64(st, 3, 1000);
    while (db_step(&w->f.ctx, st, &row) == OK && row)
        buf_fmt(&b, "undecoded %lld %.*s\n", (long long)db_col_i64(st, 0), STR_ARG(db_col_str(st, 3)));
    assert_int_equal(buf_err(&b), OK);
    return buf_move(&b, w->f.arena);
}

static void replay_is_whole(struct world *w)
{
    struct replay_report rep;
    assert_ok(&w->f.ctx, engine_replay(&w->f.ctx, w->eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
}

static void both_ways_are_one(void **state)
{
    struct world ahead, raw;
    int64_t may = 0;
    (void)state;
    for (size_t i = 0; i < ROWS_N; i++)
        may += ROWS[i].ahead;
    world_make(&ahead, false);
    world_make(&raw, true);
    for (int round = 0; round < 2; round++) { /* all repeats, the second time, in blocks that go round */
        append_all(&ahead);
        append_all(&raw);
        assert_int_equal(settle(&ahead), may);
        assert_int_equal(settle(&raw), 0);
    }
    struct str want = facts_of(&raw);
    assert_true(str_contains(want, STR("undecoded 4")) && str_contains(want, STR("undecoded 6")));
    assert_true(str_contains(want, STR("delivered")));
    assert_str(facts_of(&ahead), want.p);
    replay_is_whole(&ahead);
    world_drop(&ahead);
    world_drop(&raw);
}

/* The process ends between the append and the fold. */
static void lost_with_the_process(void **state)
{
    struct world w, raw;
    (void)state;
    world_make(&w, false);
    world_make(&raw, true);
    append_all(&w);
    append_all(&raw);
    engine_close(w.eng);
    world_open(&w, false);
    assert_int_equal(settle(&w), 0);
    settle(&raw);
    assert_str(facts_of(&w), facts_of(&raw).p);
    replay_is_whole(&w);
    world_drop(&w);
    world_drop(&raw);
}

/* One in three is thrown away, another stands in the wrong place: the ring is never believed, only asked. */
static void lost_one_by_one(void **state)
{
    struct world w, raw;
    (void)state;
    world_make(&w, false);
    world_make(&raw, true);
    append_all(&w);
    append_all(&raw);
    for (size_t pos = 1; pos <= ROWS_N; pos += 3)
        ahead_give(w.eng, atomic_exchange(&w.eng->merchants[0].ahead[pos], NULL));
    struct ahead *second = atomic_exchange(&w.eng->merchants[0].ahead[2], NULL);
    ahead_give(w.eng, atomic_exchange(&w.eng->merchants[0].ahead[3], second));
    int64_t taken = settle(&w);
    assert_true(taken > 0 && taken < (int64_t)ROWS_N);
    settle(&raw);
    assert_str(facts_of(&w), facts_of(&raw).p);
    world_drop(&w);
    world_drop(&raw);
}

/* Rows that a burst or a crash left behind are decoded before the folder comes to them, with the ledger's time; but for the next few. */
static void read_back(void **state)
{
    struct world w, raw;
    int64_t made = 0, all = 0;
    (void)state;
    world_make(&w, false);
    world_make(&raw, true);
    for (int i = 0; i < AHEAD_BACK_LEAST / (int)ROWS_N + 1; i++) {
        append_all(&w);
        append_all(&raw);
    }
    engine_close(w.eng);
    world_open(&w, false);
    do {
        assert_ok(&w.f.ctx, ahead_back_some(&w.f.ctx, w.eng, w.eng->ledger_read, &w.eng->merchants[0], &made));
        all += made;
    } while (made > 0);
    assert_true(all > AHEAD_BACK_LEAST / 2);
    assert_int_equal(settle(&w), all);
    settle(&raw);
    assert_str(facts_of(&w), facts_of(&raw).p);
    replay_is_whole(&w);
    assert_ok(&w.f.ctx, ahead_back_some(&w.f.ctx, w.eng, w.eng->ledger_read, &w.eng->merchants[0], &made));
    assert_int_equal(made, 0); /* nothing is left to do */
    world_drop(&w);
    world_drop(&raw);
}

/* A folder far behind: the ring holds what it holds, all are folded once. */
static void more_than_the_ring(void **state)
{
    struct world w;
    struct engine_status st;
    const int n = AHEAD_SLOTS + 100;
    (void)state;
    world_make(&w, false);
    for (int i = 0; i < n; i++) {
        struct str body = arena_fmt(w.f.arena, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZRING%d\",\"status\":"
                                               "\"in_transit\",\"occurred_at\":\"2026-11-18T08:00:00Z\"}", i % 50);
        append_row(&w, RECV_WEBHOOK, STR("generic"), body);
    }
    int64_t taken = settle(&w);
    assert_true(taken > 0 && taken <= AHEAD_SLOTS);
    engine_status(w.eng, 1, &st);
    assert_int_equal(st.head, n);
    assert_int_equal(st.folded, n);
    replay_is_whole(&w);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_are_one),
        cmocka_unit_test(lost_with_the_process),
        cmocka_unit_test(lost_one_by_one),
        cmocka_unit_test(read_back),
        cmocka_unit_test(more_than_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
