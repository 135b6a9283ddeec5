/*
 * Rows that cannot be folded, CTest label: flows. A row of the ledger whose bytes are damaged, and one that meets a damaged row of the
 * state, are kept raw, listed and passed over: the rows before and behind them are folded, the log says it once, replay has no
 * difference. A store that fails as a whole is no fault of a row: the merchant waits, and nobody waits for it.
 */
#include "lib/fixture.h"

#include "base/log.h"
#include "base/metrics.h"
#include "flows/reader.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct store {
    struct fixture f;
    char folder[64], path[96], log_path[96];
    struct log log;
    struct config cfg;
    struct merchant_config mc[2];
    struct engine *eng;
};

static void store_open(struct store *s, bool threads)
{
    /* rows are damaged before they are folded: nothing of them may have been decoded */
    struct engine_options eo = {.config = &s->cfg, .clock = &s->f.clock, .log = &s->log, .no_threads = !threads, .no_ahead = true};
    assert_ok(&s->f.ctx, engine_open(&s->f.ctx, &eo, &s->eng));
}

static void store_make(struct store *s)
{
    memset(s, 0, sizeof(*s));
    fixture_init(&s->f);
    snprintf(s->folder, sizeof(s->folder), "/tmp/wismo-aside-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path, sizeof(s->path), "%s/store", s->folder);
    snprintf(s->log_path, sizeof(s->log_path), "%s/log", s->folder);
    s->log = (struct log){.fd = open(s->log_path, O_CREAT | O_APPEND | O_WRONLY, 0600), .min = LOG_WARN, .clock = &s->f.clock};
    assert_true(s->log.fd >= 0);
    s->f.ctx.log = &s->log;
    for (int i = 0; i < 2; i++) {
        s->mc[i].name = i == 0 ? STR("first") : STR("second");
        promises_default(&s->mc[i].promises);
    }
    s->cfg = (struct config){.store_path = str_of(s->path), .cache_mb = 8, .merchants = s->mc, .merchants_n = 2};
    store_open(s, false);
}

static void store_drop(struct store *s)
{
    char cmd[100];
    engine_close(s->eng);
    close(s->log.fd);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", s->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&s->f);
}

static int64_t append(struct store *s, int64_t merchant_id, const char *number)
{
    struct http_msg msg = {.method = STR("POST")};
    struct append_req req = {.merchant_id = merchant_id, .source = RECV_FACTS, .account = STR("api"), .msg = &msg};
    int64_t pos = 0;
    msg.body = arena_fmt(s->f.arena, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"%s\",\"status\":\"in_transit\","
                                     "\"occurred_at\":\"2026-11-17T10:00:%02lldZ\"}", number, (long long)(clock_now_us(&s->f.clock) / US_PER_S % 60));
    clock_advance(&s->f.clock, US_PER_S);
    assert_ok(&s->f.ctx, engine_append_wait(&s->f.ctx, s->eng, &req, &pos));
    return pos;
}

static void settle(struct store *s)
{
    int64_t folded = 0;
    assert_ok(&s->f.ctx, engine_fold_some(&s->f.ctx, s->eng, &folded));
}

static void hurt(struct store *s, const char *file, const char *sql)
{
    char p[200];
    sqlite3 *db = NULL;
    snprintf(p, sizeof(p), "%s/%s", s->path, file);
    assert_int_equal(sqlite3_open(p, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static size_t scans(struct store *s, struct reader *rd, const char *number)
{
    struct db_stmt *st = NULL;
    struct parcel pcl = {0};
    bool row = false;
    assert_ok(&s->f.ctx, db_stmt_get(&s->f.ctx, rd->state, SQL_PARCEL_BY_NUMBER, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, str_of(number));
    assert_ok(&s->f.ctx, db_step(&s->f.ctx, st, &row));
    if (row)
        assert_ok(&s->f.ctx, parcel_decode(&s->f.ctx, db_col_str(st, 3), &pcl));
    db_done(st);
    return pcl.scans_n;
}

static size_t said(struct store *s, const char *event)
{
    struct str text = test_read_file(s->f.arena, s->log_path), line;
    size_t n = 0;
    while (str_split(&text, '\n', &line))
        n += str_contains(line, arena_fmt(s->f.arena, "\"%s\"", event));
    return n;
}

static void assert_listed(struct store *s, struct reader *rd, int64_t pos, const char *why)
{
    struct undecoded_row *rows = NULL;
    size_t n = 0;
    assert_ok(&s->f.ctx, ledger_undecoded(&s->f.ctx, rd, 1, 0, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (rows[i].pos == pos) {
            assert_true(rows[i].set_aside);
            if (!str_contains(rows[i].why, str_of(why)))
                fail_msg("position %lld: \"%.*s\", not \"%s\"", (long long)pos, STR_ARG(rows[i].why), why);
            return;
        }
    fail_msg("position %lld is not listed", (long long)pos);
}

static void damaged_rows_are_passed_over(void **state)
{
    static const int64_t BAD[] = {2, 3, 5};
    struct store s;
    struct reader *rd = NULL;
    struct replay_report rep;
    int64_t before = metric_get(METRIC_SET_ASIDE, 0), tried = 0, decoded = 0;
    (void)state;
    store_make(&s);
    for (int i = 1; i <= 6; i++)
        append(&s, 1, "1ZASIDE1");
    hurt(&s, "ledger.db", "UPDATE received SET body = zeroblob(length(body)) WHERE pos IN (2, 3, 5)");
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_int_equal(scans(&s, rd, "1ZASIDE1"), 3);
    for (size_t i = 0; i < 3; i++)
        assert_listed(&s, rd, BAD[i], "its bytes are not what was written");
    assert_int_equal(metric_get(METRIC_SET_ASIDE, 0), before + 3);
    assert_int_equal(said(&s, "set_aside"), 3);
    append(&s, 1, "1ZASIDE1");
    settle(&s);
    assert_int_equal(scans(&s, rd, "1ZASIDE1"), 4);
    assert_int_equal(said(&s, "set_aside"), 3); /* once for each, not once a turn */
    assert_ok(&s.f.ctx, engine_redecode(&s.f.ctx, s.eng, 1, &tried, &decoded));
    assert_int_equal(tried, 3);
    assert_int_equal(decoded, 0);
    assert_listed(&s, rd, 5, "its bytes are not what was written");
    assert_ok(&s.f.ctx, engine_replay(&s.f.ctx, s.eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
    reader_close(rd);
    store_drop(&s);
}

/* The row of one parcel is damaged: its scans are set aside until the row is whole again, all others go on. */
static void a_damaged_parcel_stops_nobody(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    int64_t tried = 0, decoded = 0;
    (void)state;
    store_make(&s);
    append(&s, 1, "1ZASIDE1");
    settle(&s);
    hurt(&s, "state.db", "CREATE TABLE kept AS SELECT body FROM parcel; UPDATE parcel SET body = x'0102'");
    append(&s, 1, "1ZASIDE2");
    int64_t bad = append(&s, 1, "1ZASIDE1");
    append(&s, 1, "1ZASIDE2");
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_int_equal(scans(&s, rd, "1ZASIDE2"), 2);
    assert_listed(&s, rd, bad, "parcel");
    assert_int_equal(said(&s, "set_aside"), 1);
    hurt(&s, "state.db", "UPDATE parcel SET body = (SELECT body FROM kept) WHERE number = '1ZASIDE1'; DROP TABLE kept");
    assert_ok(&s.f.ctx, engine_redecode(&s.f.ctx, s.eng, 1, &tried, &decoded));
    assert_int_equal(decoded, 1);
    assert_int_equal(scans(&s, rd, "1ZASIDE1"), 2); /* what was kept raw is not lost */
    reader_close(rd);
    store_drop(&s);
}

/* The store fails for one merchant alone: its rows wait, are not set aside, and the other's go on; the log does not fill. */
static void a_failing_store_is_waited_for(void **state)
{
    struct store s;
    struct undecoded_row *rows = NULL;
    struct reader *rd = NULL;
    size_t n = 0;
    (void)state;
    store_make(&s);
    int64_t stuck = append(&s, 1, "1ZASIDE1");
    hurt(&s, "state.db", "CREATE TRIGGER stop BEFORE INSERT ON fact WHEN new.merchant_id = 1 BEGIN SELECT length(zeroblob(2000000000) || new.pos); END");
    engine_close(s.eng);
    store_open(&s, true);
    for (int i = 0; i < 10; i++) {
        int64_t pos = append(&s, 2, "1ZASIDE2"), from = clock_mono_us();
        assert_ok(&s.f.ctx, engine_wait_folded(&s.f.ctx, s.eng, 2, pos, 10000));
        assert_true(clock_mono_us() - from < 5 * US_PER_S);
        usleep(100000);
    }
    struct engine_status st;
    engine_status(s.eng, 1, &st);
    assert_true(st.folded < stuck);
    size_t lines = said(&s, "fold_failed");
    assert_true(lines >= 1 && lines <= 5); /* the first, second, fourth ... of a second's failures */
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, ledger_undecoded(&s.f.ctx, rd, 1, 0, &rows, &n));
    assert_int_equal(n, 0);
    hurt(&s, "state.db", "DROP TRIGGER stop");
    assert_ok(&s.f.ctx, engine_wait_folded(&s.f.ctx, s.eng, 1, stuck, 30000));
    assert_int_equal(scans(&s, rd, "1ZASIDE1"), 1);
    reader_close(rd);
    store_drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_rows_are_passed_over),
        cmocka_unit_test(a_damaged_parcel_stops_nobody),
        cmocka_unit_test(a_failing_store_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
