/* What could not be decoded is decoded again later, as what it was: history stays history, which causes nothing. */
#include "lib/fixture.h"
#include "lib/story_store.h"

#include "flows/engine_int.h"

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static void append(struct fixture *f, struct story_store *st, enum origin origin, const char *id)
{
    struct http_msg msg = {.method = STR("POST"), .received_us = TEST_NOW_US,
                           .body = arena_fmt(f->arena, "{\"kind\":\"order\",\"order_id\":\"%s\",\"name\":\"#%s\"}", id, id)};
    struct append_req req = {.merchant_id = st->merchant_id, .source = RECV_WEBHOOK, .origin = origin, .account = STR("own"), .msg = &msg,
                             .done = ignore_done};
    assert_ok(&f->ctx, engine_append(&f->ctx, st->eng, &req));
    assert_ok(&f->ctx, story_store_settle(&f->ctx, st));
}

static enum origin origin_of(struct fixture *f, struct story_store *st, const char *order_id)
{
    struct db_stmt *stmt = NULL;
    bool row = true;
    enum origin found = ORIGIN_LIVE;
    size_t n = 0;
    assert_ok(&f->ctx, db_stmt_get(&f->ctx, st->eng->state, SQL_FACT_OF_KIND, &stmt));
    db_bind_i64(stmt, 1, st->merchant_id);
    db_bind_i64(stmt, 2, FACT_ORDER);
    while (db_step(&f->ctx, stmt, &row) == OK && row)
        if (str_contains(db_col_str(stmt, 8), arena_fmt(f->arena, "\"order_id\":\"%s\"", order_id))) {
            found = (enum origin)db_col_i64(stmt, 3);
            n++;
        }
    db_done(stmt);
    assert_int_equal(n, 1);
    return found;
}

static void origin_stays(void **state)
{
    struct fixture f;
    struct story_store st;
    struct account accounts[] = {{.merchant = STR("demo"), .id = STR("own"), .conn = connector_find(STR("wismo")), .role = ROLE_STOREFRONT}};
    int64_t tried = 0, decoded = 0;
    (void)state;
    fixture_init(&f);
    story_store_open(&f.ctx, &f.clock, accounts, 0, &st); /* the account is not configured yet */
    append(&f, &st, ORIGIN_HISTORY, "7");
    append(&f, &st, ORIGIN_LIVE, "8");
    assert_ok(&f.ctx, engine_redecode(&f.ctx, st.eng, st.merchant_id, &tried, &decoded));
    assert_int_equal(tried, 2);
    assert_int_equal(decoded, 0);
    st.mc.accounts_n = 1;
    assert_ok(&f.ctx, engine_redecode(&f.ctx, st.eng, st.merchant_id, &tried, &decoded));
    assert_int_equal(decoded, 2);
    assert_int_equal(origin_of(&f, &st, "7"), ORIGIN_HISTORY);
    assert_int_equal(origin_of(&f, &st, "8"), ORIGIN_LIVE);
    assert_ok(&f.ctx, engine_redecode(&f.ctx, st.eng, st.merchant_id, &tried, &decoded));
    assert_int_equal(tried, 0);
    story_store_close(&st);
    fixture_clear(&f);
}

/* More than a page that nobody can decode stands before those that decode now. */
static void all_are_tried(void **state)
{
    enum { BAD = 2 * UNDECODED_PAGE + 7, GOOD = 30 };
    struct fixture f;
    struct story_store st;
    struct account accounts[] = {{.merchant = STR("demo"), .id = STR("own"), .conn = connector_find(STR("wismo")), .role = ROLE_STOREFRONT}};
    int64_t tried = 0, decoded = 0, undecoded = 0, aside = 0;
    (void)state;
    fixture_init(&f);
    story_store_open(&f.ctx, &f.clock, accounts, 0, &st);
    for (int i = 0; i < BAD + GOOD; i++) {
        struct http_msg msg = {.method = STR("POST"), .received_us = TEST_NOW_US};
        msg.body = i < BAD ? STR("{\"kind\":\"order\"}") : arena_fmt(f.arena, "{\"kind\":\"order\",\"order_id\":\"%d\"}", i);
        struct append_req req = {.merchant_id = st.merchant_id, .source = RECV_WEBHOOK, .account = STR("own"), .msg = &msg, .done = ignore_done};
        assert_ok(&f.ctx, engine_append(&f.ctx, st.eng, &req));
    }
    assert_ok(&f.ctx, story_store_settle(&f.ctx, &st));
    assert_ok(&f.ctx, ledger_undecoded_counts(&f.ctx, st.rd, st.merchant_id, &undecoded, &aside));
    assert_int_equal(undecoded, BAD + GOOD);
    assert_int_equal(aside, 0);
    st.mc.accounts_n = 1;
    assert_ok(&f.ctx, engine_redecode(&f.ctx, st.eng, st.merchant_id, &tried, &decoded));
    assert_int_equal(tried, BAD + GOOD);
    assert_int_equal(decoded, GOOD);
    assert_ok(&f.ctx, ledger_undecoded_counts(&f.ctx, st.rd, st.merchant_id, &undecoded, &aside));
    assert_int_equal(undecoded, BAD);
    story_store_close(&st);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(origin_stays), cmocka_unit_test(all_are_tried)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
