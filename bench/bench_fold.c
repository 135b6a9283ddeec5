/*
 * bench_fold FOLDER ORDERS SCANS [GROUP] [raw]: where the processor's time goes for a webhook of one scan, without network and
 * beside nothing: one thread seals, appends and folds SCANS of them over ORDERS orders, GROUP rows a transaction, and tells the
 * thread's own processor time for each stage. raw: nothing is decoded ahead. A store that is there is used as it is. For a profile by function run it under
 * `valgrind --tool=callgrind --toggle-collect=folder_slice` (docs/speed.md).
 */
#include "base/log.h"
#include "bench_orders.h"
#include "bench_scan.h"
#include "flows/engine_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STATE_LOG ((int64_t)32 << 20)
#define LEDGER_LOG ((int64_t)8 << 20)

static double cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)pos;
    if (e != OK)
        *(int *)user = 1;
}

static void stop(const struct ctx *ctx)
{
    fprintf(stderr, "bench_fold: %s\n", ctx->msg);
    exit(1);
}

/* As the folder's thread does it: the memory of a slice serves the next one. */
static void fold_all(const struct ctx *ctx, struct engine *eng, struct arena *slices)
{
    int64_t folded = 0;
    struct ctx own;
    ctx_init(&own, slices, ctx->clock, ctx->log);
    while (atomic_load(&eng->merchants[0].head) > atomic_load(&eng->merchants[0].folded)) {
        if (folder_slice(&own, eng, &eng->merchants[0], FOLD_SLICE_US, &folded) != OK)
            stop(&own);
        arena_reset(slices);
    }
}

/* What the keeper does beside them, in its own time. */
static void checkpoint(struct ctx *ctx, struct engine *eng)
{
    int left = 0;
    if (db_log_used(eng->state) > STATE_LOG && db_checkpoint(ctx, eng->state, false, &left) != OK)
        stop(ctx);
    if (db_log_used(eng->ledger) > LEDGER_LOG && db_checkpoint(ctx, eng->ledger, false, &left) != OK)
        stop(ctx);
}

static void write_queued(struct ctx *ctx, struct engine *eng)
{
    bool did = true;
    while (eng->queue_n > 0)
        if (appender_run(ctx, eng, &did) != OK)
            stop(ctx);
}

static void append(struct ctx *ctx, struct engine *eng, enum recv_source source, const char *account, struct str body, int *failed)
{
    struct http_msg msg = {.method = STR("POST"), .path = STR("/hooks/generic/bench"), .body = body};
    struct append_req req = {.merchant_id = 1, .source = source, .account = str_of(account), .msg = &msg, .done = ignore_done, .user = failed};
    if (engine_append(ctx, eng, &req) != OK || *failed)
        stop(ctx);
}

static void fill(struct ctx *ctx, struct engine *eng, struct arena *slices, long orders, int64_t now_us)
{
    struct buf b;
    int failed = 0;
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < orders; i++) {
        bench_order(&b, i, time_rfc3339(ctx->arena, now_us - US_PER_DAY));
        if (b.n < 60000 && i + 1 < orders)
            continue;
        append(ctx, eng, RECV_FACTS, "api", buf_str(&b), &failed);
        write_queued(ctx, eng);
        fold_all(ctx, eng, slices);
        checkpoint(ctx, eng);
        buf_reset(&b);
        arena_reset(ctx->arena);
    }
    buf_clear(&b);
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct clock clk;
    struct ctx ctx;
    struct log log = {.fd = 2, .min = LOG_WARN, .clock = &clk};
    if (argc < 4 || a == NULL)
        return 2;
    long orders = strtol(argv[2], NULL, 10), scans = strtol(argv[3], NULL, 10), group = argc > 4 ? strtol(argv[4], NULL, 10) : 400;
    clock_init_real(&clk);
    ctx_init(&ctx, a, &clk, &log);
    struct account acct = {.merchant = STR("bench"), .id = STR("generic"), .conn = connector_find(STR("generic"))};
    struct merchant_config mc = {.name = STR("bench"), .accounts = &acct, .accounts_n = 1};
    promises_default(&mc.promises);
    char store[500];
    snprintf(store, sizeof(store), "%s/fold", argv[1]);
    struct config cfg = {.store_path = str_of(store), .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = &clk, .log = &log, .no_threads = true,
                                .no_ahead = argc > 5 && str_eq(str_of(argv[5]), STR("raw"))};
    struct engine *eng = NULL;
    struct arena *slices = arena_new(FOLD_ARENA_MAX);
    if (slices == NULL || engine_open(&ctx, &eo, &eng) != OK)
        stop(&ctx);
    int64_t now_us = clock_now_us(&clk) / US_PER_S * US_PER_S;
    struct bench_way way;
    struct engine_status st;
    if (!bench_way_init(&way, orders))
        return 1;
    engine_status(eng, 1, &st);
    if (st.head == 0)
        fill(&ctx, eng, slices, orders, now_us);
    double seal = 0, write = 0, fold = 0, move = 0, t;
    uint64_t x = 88172645463325252u;
    int failed = 0;
    for (long i = 0; i < scans; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        struct str body = bench_scan(a, &way, x, i, now_us - (scans - i) / 8 * US_PER_S);
        t = cpu_us();
        append(&ctx, eng, RECV_WEBHOOK, "generic", body, &failed);
        seal += cpu_us() - t;
        if ((i + 1) % group != 0 && i + 1 < scans)
            continue;
        t = cpu_us();
        write_queued(&ctx, eng);
        write += cpu_us() - t;
        t = cpu_us();
        fold_all(&ctx, eng, slices);
        fold += cpu_us() - t;
        t = cpu_us();
        checkpoint(&ctx, eng);
        move += cpu_us() - t;
        arena_reset(a);
    }
    double n = (double)scans;
    printf("| %ld rows a transaction, %ld orders, decoded %s | %.1f | %.1f | %.1f | %.1f | %.1f |\n", group, orders,
           eo.no_ahead ? "by the fold" : "ahead", seal / n, write / n, fold / n, move / n, (seal + write + fold + move) / n);
    bench_way_clear(&way);
    engine_close(eng);
    arena_free(slices);
    arena_free(a);
    return 0;
}
