/*
 * bench_core FOLDER ORDERS: what needs no network, each figure beside a limit of the same run: decoding against bare JSON
 * parsing, folding NDJSON against bare SQLite writing as many bytes, diagnosis, reading a case and answering at ORDERS orders,
 * and starting up. A store that is there is used as it is.
 */
#include "base/json.h"
#include "bench_orders.h"
#include "bench_scan.h"
#include "connectors/connector.h"
#include "flows/ask.h"
#include "flows/engine.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena *arena;
static struct ctx ctx;
static struct clock clk;

static double seconds_since(int64_t start_us)
{
    return (double)(clock_mono_us() - start_us) / 1e6;
}

static void say(const char *what, double value, const char *unit, double limit, const char *limit_what)
{
    if (limit > 0)
        printf("| %s | %.4g %s | %.2f of %s (%.4g) |\n", what, value, unit, value / limit, limit_what, limit);
    else
        printf("| %s | %.4g %s | |\n", what, value, unit);
}

/* Twelve scans a parcel, in the hours before now: what is watched has its next look ahead. */
static struct str scan_json(long parcel, long i)
{
    struct str at = time_rfc3339(arena, (clock_now_us(&clk) / US_PER_S - (12 - i % 12) * 3600 + parcel % 1800) * US_PER_S);
    return arena_fmt(arena, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E59%010ld\",\"status\":\"in_transit\","
                            "\"code\":\"005\",\"description\":\"Arrived at the facility\",\"occurred_at\":\"%.*s\","
                            "\"location\":{\"city\":\"Newark\",\"region\":\"NJ\",\"country\":\"US\"},\"event_id\":\"e%ld\"}",
                     parcel, STR_ARG(at), i);
}

static void bench_decode(void)
{
    struct account acct = {.id = STR("api"), .conn = connector_find(STR("wismo"))};
    struct str one = scan_json(7, 1), body = STR_NULL;
    if (arena_dup(arena, one, &body) != OK)
        return;
    struct arena *a = arena_new((size_t)4 << 20);
    struct ctx c;
    long n = 200000;
    ctx_init(&c, a, &clk, NULL);
    int64_t t = clock_mono_us();
    for (long i = 0; i < n; i++) {
        const struct json *v;
        if (json_parse(&c, body, &JSON_LIMITS_SMALL, &v) != OK)
            abort();
        arena_reset(a);
    }
    double bare = (double)n * (double)body.n / seconds_since(t) / 1e6;
    t = clock_mono_us();
    for (long i = 0; i < n; i++) {
        struct decoded d = {0};
        struct http_msg msg = {.body = body};
        if (acct.conn->hook->decode(&c, &acct, &msg, &d) != OK)
            abort();
        arena_reset(a);
    }
    say("decode one scan", (double)n * (double)body.n / seconds_since(t) / 1e6, "MB/s", bare, "bare JSON parsing");
    arena_free(a);
}

static _Atomic long sent, durable;

static void count_done(void *user, enum err e, int64_t pos)
{
    (void)pos;
    if (e != OK)
        *(int *)user = 1;
    durable++;
}

static enum err append_text(struct engine *eng, struct str body, int *failed)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg, .done = count_done, .user = failed};
    enum err e;
    while ((e = engine_append(&ctx, eng, &req)) == ERR_BUSY)
        usleep(1000);
    sent++;
    return e;
}

/* The lines so far, once they are enough for one request or the last ones. */
static void append_lines(struct engine *eng, struct buf *b, bool last, int *failed)
{
    if (b->n < 60000 && !last)
        return;
    if (append_text(eng, buf_str(b), failed) != OK)
        abort();
    buf_reset(b);
    arena_reset(arena);
}

static void wait_folded(struct engine *eng)
{
    struct engine_status st;
    do {
        usleep(1000);
        engine_status(eng, 1, &st);
    } while (durable < sent || st.folded < st.head);
}

/* Bare SQLite: the same number of rows of the same size, in commits of as many, one row of a parcel rewritten for each. */
static double bare_sqlite(const char *folder, long scans, long parcels)
{
    char path[600];
    sqlite3 *db = NULL;
    sqlite3_stmt *ins = NULL, *up = NULL;
    char clear[300], row[500];
    memset(clear, 'c', sizeof(clear));
    memset(row, 'r', sizeof(row));
    snprintf(path, sizeof(path), "%s/bare.db", folder);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        return 0;
    sqlite3_exec(db, "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-262144;PRAGMA wal_autocheckpoint=20000;"
                     "CREATE TABLE fact (m INTEGER, pos INTEGER, idx INTEGER, clear BLOB, sealed BLOB, PRIMARY KEY (m, pos, idx)) WITHOUT ROWID;"
                     "CREATE TABLE parcel (m INTEGER, no INTEGER, body BLOB, PRIMARY KEY (m, no));", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO fact VALUES (1, ?1, 0, ?2, ?3)", -1, &ins, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO parcel VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET body = excluded.body", -1, &up, NULL);
    int64_t t = clock_mono_us();
    for (long i = 0; i < scans; i++) {
        if (i % 4096 == 0)
            sqlite3_exec(db, i == 0 ? "BEGIN" : "COMMIT;BEGIN", NULL, NULL, NULL);
        sqlite3_bind_int64(ins, 1, i);
        sqlite3_bind_blob(ins, 2, clear, sizeof(clear), SQLITE_STATIC);
        sqlite3_bind_blob(ins, 3, clear, 90, SQLITE_STATIC);
        sqlite3_step(ins);
        sqlite3_reset(ins);
        sqlite3_bind_int64(up, 1, i / 12 % parcels);
        sqlite3_bind_blob(up, 2, row, 100 + (int)(i % 12) * 33, SQLITE_STATIC);
        sqlite3_step(up);
        sqlite3_reset(up);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    double rate = (double)scans / seconds_since(t);
    sqlite3_finalize(ins);
    sqlite3_finalize(up);
    sqlite3_close(db);
    return rate;
}

static void bench_fold(struct engine *eng, const char *folder, long parcels)
{
    long scans = parcels * 12;
    int failed = 0;
    double bare = bare_sqlite(folder, scans, parcels);
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    int64_t t = clock_mono_us();
    for (long i = 0; i < scans; i++) {
        buf_add(&b, scan_json(i / 12, i));
        buf_addc(&b, '\n');
        append_lines(eng, &b, i + 1 == scans, &failed);
    }
    buf_clear(&b);
    wait_folded(eng);
    say("NDJSON, durable and folded, 12 scans a parcel", (double)scans / seconds_since(t), "scans/s", bare, "bare SQLite, same rows");
    if (failed)
        printf("| FAILED appends | | |\n");
}

static void fill_orders(struct engine *eng, long orders)
{
    int failed = 0;
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    struct str day = time_rfc3339(arena, (clock_now_us(&clk) / US_PER_S - 86400) * US_PER_S);
    struct str day2 = STR_NULL;
    if (arena_dup(arena, day, &day2) != OK)
        abort();
    int64_t t = clock_mono_us();
    for (long i = 0; i < orders; i++) {
        bench_order(&b, i, day2);
        append_lines(eng, &b, i + 1 == orders, &failed);
    }
    buf_clear(&b);
    wait_folded(eng);
    say("orders with a fulfillment, durable and folded", (double)orders / seconds_since(t), "orders/s", 0, NULL);
}

/* Each parcel's last scan before those that the load sends: a store that has run for a while, not one where every scan is a first one. */
static void scan_once(struct engine *eng, long parcels)
{
    struct bench_way way;
    struct buf b;
    int failed = 0;
    int64_t at_us = clock_now_us(&clk) - US_PER_H;
    if (!bench_way_init(&way, parcels))
        abort();
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < parcels; i++) {
        if (way.step[i] > 0) {
            way.step[i]--;
            buf_add(&b, bench_scan(arena, &way, (uint64_t)i, i, at_us));
            buf_addc(&b, '\n');
        }
        append_lines(eng, &b, i + 1 == parcels, &failed);
    }
    buf_clear(&b);
    bench_way_clear(&way);
    wait_folded(eng);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void bench_reads(struct engine *eng, long orders)
{
    struct reader *rd = NULL;
    static int64_t took[5000];
    struct case_answer ca;
    uint64_t x = 88172645463325252u;
    if (reader_open(&ctx, eng, &rd) != OK)
        abort();
    for (int i = 0; i < 5000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        int64_t t = clock_mono_us();
        if (case_read(&ctx, rd, 1, (int64_t)(x % (uint64_t)orders) + 1, 0, &ca) != OK)
            abort();
        took[i] = clock_mono_us() - t;
        arena_reset(arena);
    }
    qsort(took, 5000, sizeof(took[0]), by_value);
    say("case read p50", (double)took[2500], "us", 0, NULL);
    say("case read p99", (double)took[4950], "us", 5000, "the goal of 5 ms");
    struct identity_given given = {.order_name = STR("#1500"), .email = STR("c500@example.com")};
    struct identity_result res;
    for (int i = 0; i < 5000; i++) {
        int64_t t = clock_mono_us();
        if (identity_match(&ctx, rd, 1, &given, &res) != OK || res.n != 1 || case_read(&ctx, rd, 1, res.orders[0], 0, &ca) != OK ||
            str_empty(diagnosis_for_customer(&ctx, STR("en"), ca.cas, &ca.cd, NULL, ca.as_of_us)))
            abort();
        took[i] = clock_mono_us() - t;
        arena_reset(arena);
    }
    qsort(took, 5000, sizeof(took[0]), by_value);
    say("identity, case and answer p50", (double)took[2500], "us", 0, NULL);
    say("identity, case and answer p99", (double)took[4950], "us", 5000, "the goal of 5 ms");
    if (case_read(&ctx, rd, 1, 1, 0, &ca) == OK) {
        int64_t t = clock_mono_us();
        struct case_diagnosis cd;
        struct arena *a = arena_new((size_t)4 << 20);
        struct ctx c;
        ctx_init(&c, a, &clk, NULL);
        for (int i = 0; i < 300000; i++) {
            if (diagnose(&c, ca.cas, &engine_merchant_config(eng, 1)->promises, ca.as_of_us, &cd) != OK)
                abort();
            arena_reset(a);
        }
        say("diagnosis of a one-parcel case", 300000 / seconds_since(t), "/s", 0, NULL);
        arena_free(a);
    }
    reader_close(rd);
}

static long resident_kib(void)
{
    long pages = 0, rss = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f != NULL && fscanf(f, "%ld %ld", &pages, &rss) != 2)
        rss = 0;
    if (f != NULL)
        fclose(f);
    return rss * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    long orders = strtol(argv[2], NULL, 10);
    arena = arena_new((size_t)512 << 20);
    clock_init_real(&clk);
    ctx_init(&ctx, arena, &clk, NULL);
    struct merchant_config mc = {.name = STR("bench")};
    promises_default(&mc.promises);
    char store[500];
    snprintf(store, sizeof(store), "%s/core", argv[1]);
    struct config cfg = {.store_path = str_of(store), .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = &clk};
    struct engine *eng = NULL;
    printf("| what | measured | against |\n|---|---|---|\n");
    bench_decode();
    if (engine_open(&ctx, &eo, &eng) != OK) {
        fprintf(stderr, "%s\n", ctx.msg);
        return 1;
    }
    struct engine_status st;
    engine_status(eng, 1, &st);
    bool fresh = st.head == 0;
    if (fresh)
        fill_orders(eng, orders);
    bench_fold(eng, argv[1], orders / 4);
    if (fresh)
        scan_once(eng, orders);
    bench_reads(eng, orders);
    say("resident memory, store open", (double)resident_kib() / 1024, "MiB", 0, NULL);
    engine_close(eng);
    int64_t t = clock_mono_us();
    if (engine_open(&ctx, &eo, &eng) != OK)
        return 1;
    engine_status(eng, 1, &st);
    say("cold start with its timers", seconds_since(t) * 1000, "ms", 0, NULL);
    if (st.watched > 0)
        say("resident memory a watched timer after the start", (double)resident_kib() * 1024 / (double)st.watched, "bytes", 1024,
            "the goal of 1 KiB");
    engine_close(eng);
    arena_free(arena);
    return 0;
}
