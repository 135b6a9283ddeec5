/*
 * kill -9 at random moments: a child process appends scans and tells which ones were acknowledged; the parent kills it, again
 * and again, at least 200 times. In the end no acknowledged scan is lost, none counts twice, and the parcels are those of a run
 * that was never killed. What was sent but not acknowledged is sent again, as a vendor would.
 */
#include "lib/fixture.h"

#include "flows/fold.h"
#include "flows/reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILLS 200
#define PARCELS 40
#define SCANS_MIN 4000

static char folder[64];

static void make_config(struct config *cfg, struct merchant_config *mc, const char *name)
{
    static char path[2][128];
    static int which;
    char *p = path[which++ % 2];
    snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
    *mc = (struct merchant_config){.name = STR("kill")};
    promises_default(&mc->promises);
    *cfg = (struct config){.store_path = str_of(p), .cache_mb = 16, .merchants = mc, .merchants_n = 1};
}

static struct str scan_text(struct arena *a, int64_t i)
{
    struct str at = time_rfc3339(a, INT64_C(1790000000000000) + i * US_PER_MIN);
    return arena_fmt(a, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZKILL%06lld\",\"status\":\"in_transit\","
                        "\"code\":\"005\",\"occurred_at\":\"%.*s\",\"event_id\":\"k%lld\",\"location\":{\"city\":\"Newark\",\"country\":\"US\"}}",
                     (long long)(i % PARCELS), STR_ARG(at), (long long)i);
}

/* ---- the child: appends from a number on, writes each acknowledged number to the pipe */

struct ack {
    int fd;
    int64_t i;
};

static void acknowledged(void *user, enum err e, int64_t pos)
{
    struct ack *k = user;
    (void)pos;
    if (e == OK && write(k->fd, &k->i, sizeof(k->i)) != (ssize_t)sizeof(k->i))
        _exit(3);
    free(k);
}

static void child(int fd, int64_t from)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct clock clk;
    struct ctx ctx;
    struct config cfg;
    struct merchant_config mc;
    struct engine *eng = NULL;
    clock_init_virtual(&clk, TEST_NOW_US); /* learned times are alike in every run */
    ctx_init(&ctx, a, &clk, NULL);
    make_config(&cfg, &mc, "killed");
    struct engine_options eo = {.config = &cfg, .clock = &clk};
    if (engine_open(&ctx, &eo, &eng) != OK)
        _exit(2);
    for (int64_t i = from;; i++) {
        struct http_msg msg = {.method = STR("POST"), .body = scan_text(a, i)};
        struct ack *k = malloc(sizeof(*k));
        *k = (struct ack){fd, i};
        struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg, .done = acknowledged, .user = k};
        while (engine_append(&ctx, eng, &req) == ERR_BUSY)
            usleep(500);
        arena_reset(a);
        if (i % 8 == 0)
            usleep(300);
    }
}

/* ---- the parent */

static void note_acks(int fd, bool *acked, int64_t cap)
{
    int64_t i;
    ssize_t n;
    while ((n = read(fd, &i, sizeof(i))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof(i))
            break; /* cut in the middle: that one was not told */
        if (i < cap)
            acked[i] = true;
    }
}

static void live_and_die(unsigned ms, int64_t from, bool *acked, int64_t cap)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(fds[0]);
        child(fds[1], from);
    }
    close(fds[1]);
    usleep(ms * 1000);
    kill(pid, SIGKILL);
    note_acks(fds[0], acked, cap);
    close(fds[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it died of the kill, not of a failure of its own */
}

/* Facts of scans in a store, and the canonical bytes of its parcels joined. */
static int64_t read_store(struct ctx *ctx, struct engine *eng, struct buf *parcels)
{
    struct reader *rd = NULL;
    struct db_stmt *st = NULL;
    bool row = true;
    int64_t scans = 0;
    assert_ok(ctx, reader_open(ctx, eng, &rd));
    assert_ok(ctx, db_stmt_get(ctx, rd->state, SQL_FACT_FROM, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, 0);
    db_bind_i64(st, 3, 0);
    db_bind_i64(st, 4, INT32_MAX);
    while (db_step(ctx, st, &row) == OK && row)
        scans += db_col_i64(st, 2) == FACT_TRACKING_EVENT;
    db_done(st);
    for (int i = 0; i < PARCELS; i++) {
        struct str number = arena_fmt(ctx->arena, "1ZKILL%06d", i);
        struct parcel p;
        assert_ok(ctx, db_stmt_get(ctx, rd->state, SQL_PARCEL_BY_NUMBER, &st));
        db_bind_i64(st, 1, 1);
        db_bind_text(st, 2, number);
        assert_ok(ctx, db_step(ctx, st, &row));
        assert_true(row);
        assert_ok(ctx, parcel_decode(ctx, db_col_str(st, 3), &p));
        db_done(st);

        parcel_encode(&p, false, parcels);
    }
    reader_close(rd);
    return scans;
}

static struct engine *open_still(struct ctx *ctx, struct config *cfg, struct merchant_config *mc, const char *name)
{
    struct engine *eng = NULL;
    static struct clock clk;
    clock_init_virtual(&clk, TEST_NOW_US); /* learned times are alike in every run */
    make_config(cfg, mc, name);
    struct engine_options eo = {.config = cfg, .clock = &clk, .no_threads = true};
    assert_ok(ctx, engine_open(ctx, &eo, &eng));
    return eng;
}

static void append_all(struct ctx *ctx, struct engine *eng, const bool *skip, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        struct http_msg msg = {.method = STR("POST"), .body = scan_text(ctx->arena, i)};
        struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg};
        int64_t pos = 0;
        if (skip == NULL || !skip[i])
            assert_ok(ctx, engine_append_wait(ctx, eng, &req, &pos));
    }
}

static void killed_at_random(void **state)
{
    struct fixture f;
    struct config cfg;
    struct merchant_config mc;
    struct buf killed, whole;
    int64_t cap = INT64_C(1) << 20, next = 0, acks = 0, folded = 0;
    bool *acked = calloc((size_t)cap, sizeof(*acked));
    unsigned seed = 20261123;
    (void)state;
    fixture_init(&f);
    snprintf(folder, sizeof(folder), "/tmp/wismo-kill-XXXXXX");
    assert_non_null(mkdtemp(folder));
    int kills = 0;
    for (; kills < KILLS || (next < SCANS_MIN && kills < 4 * KILLS); kills++) {
        live_and_die(15 + (unsigned)rand_r(&seed) % 30, next, acked, cap);
        while (acked[next])
            next++; /* the first that was never acknowledged is sent again, and all after it */
    }
    /* the sender sends again what it has no answer for */
    int64_t last = next;
    for (int64_t i = 0; i < cap; i++)
        if (acked[i]) {
            acks++;
            last = i + 1 > last ? i + 1 : last;
        }
    struct engine *eng = open_still(&f.ctx, &cfg, &mc, "killed");
    append_all(&f.ctx, eng, acked, last);
    assert_ok(&f.ctx, engine_fold_some(&f.ctx, eng, &folded));
    buf_init(&killed, (size_t)64 << 20);
    int64_t scans = read_store(&f.ctx, eng, &killed);
    struct replay_report rep;
    assert_ok(&f.ctx, engine_replay(&f.ctx, eng, 0, &rep));
    engine_close(eng);

    eng = open_still(&f.ctx, &cfg, &mc, "whole");
    append_all(&f.ctx, eng, NULL, last > scans ? last : scans);
    assert_ok(&f.ctx, engine_fold_some(&f.ctx, eng, &folded));
    buf_init(&whole, (size_t)64 << 20);
    int64_t scans_whole = read_store(&f.ctx, eng, &whole);
    engine_close(eng);

    print_message("%d kills, %lld scans, %lld acknowledged before a kill, %lld in the store\n", kills, (long long)last, (long long)acks,
                  (long long)scans);
    assert_true(acks > 500);
    assert_true(scans >= last);                 /* none lost; what was durable but never acknowledged may lie beyond */
    assert_int_equal(scans, scans_whole);       /* none twice */
    assert_true(str_eq(buf_str(&killed), buf_str(&whole)));
    assert_int_equal(rep.differences, 0);
    buf_clear(&killed);
    buf_clear(&whole);
    free(acked);
    fixture_clear(&f);
    char cmd[100];
    snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
    assert_int_equal(system(cmd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(killed_at_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
