/*
 * bench_watch FOLDER ORDERS: what watching costs. The wheel alone with 1 M and 10 M timers: a tick with nothing due, a timer that
 * comes due and is set anew. Then the whole way: ORDERS orders with their parcels come due at once, each due case becomes a tick in
 * the ledger, is diagnosed and decided, and gets its next look if it has one.
 */
#include "bench_orders.h"
#include "flows/engine_int.h"

#include <stdio.h>
#include <stdlib.h>

static double ns_since(int64_t start_us, long n)
{
    return (double)(clock_mono_us() - start_us) * 1000 / (double)n;
}

/* Timers spread over three days, as many due in each second as fall into it. */
static void bench_wheel(long n)
{
    const long span_s = 3 * 86400, ticks = 3600;
    struct wheel *w = wheel_new(0);
    struct wheel_owner o = {.merchant_id = 1, .is_parcel = true};
    static struct wheel_due due[1000];
    size_t got;
    long popped = 0;
    uint64_t x = 88172645463325252u;
    int64_t t = clock_mono_us();
    for (long i = 1; i <= n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (wheel_set(w, &o, i, ((int64_t)(x % (uint64_t)span_s) + 1000) * US_PER_S) != OK)
            abort();
    }
    double fill = ns_since(t, n);
    t = clock_mono_us();
    for (int64_t s = 1; s < 1000; s++)
        if (wheel_pop(w, s * US_PER_S, due, 1000) != 0)
            abort();
    double idle = ns_since(t, 999) / 1000;
    t = clock_mono_us();
    for (int64_t s = 1000; s < 1000 + ticks; s++)
        do {
            got = wheel_pop(w, s * US_PER_S, due, 1000);
            popped += (long)got;
            for (size_t i = 0; i < got; i++)
                if (wheel_set(w, &o, due[i].number, (s + span_s + (int64_t)i) * US_PER_S) != OK)
                    abort();
        } while (got == 1000);
    printf("| %ld M timers: set; a tick with nothing due; one due and set anew | %.0f ns; %.2f us; %.0f ns | of %ld in %ld ticks |\n", n / 1000000,
           fill, idle, ns_since(t, popped == 0 ? 1 : popped), popped, ticks);
    wheel_free(w);
    wheel_owner_clear(&o);
}

static void stop(const struct ctx *ctx)
{
    fprintf(stderr, "bench_watch: %s\n", ctx->msg);
    exit(1);
}

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)pos;
    if (e != OK)
        *(int *)user = 1;
}

static int64_t settle(struct ctx *ctx, struct engine *eng)
{
    int64_t folded = 0;
    if (engine_fold_some(ctx, eng, &folded) != OK)
        stop(ctx);
    return folded;
}

static void fill(struct ctx *ctx, struct engine *eng, long orders)
{
    struct buf b;
    int failed = 0;
    buf_init(&b, (size_t)1 << 20);
    struct str day = time_rfc3339(ctx->arena, clock_now_us(ctx->clock) - US_PER_DAY), kept = STR_NULL;
    if (arena_dup(ctx->arena, day, &kept) != OK)
        stop(ctx);
    for (long i = 0; i < orders; i++) {
        bench_order(&b, i, kept);
        if (b.n < 60000 && i + 1 < orders)
            continue;
        struct http_msg msg = {.method = STR("POST"), .body = buf_str(&b)};
        struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg, .done = ignore_done, .user = &failed};
        if (engine_append(ctx, eng, &req) != OK || failed)
            stop(ctx);
        settle(ctx, eng);
        buf_reset(&b);
    }
    buf_clear(&b);
}

static void bench_due(struct ctx *ctx, struct clock *clk, const char *folder, long orders)
{
    struct merchant_config mc = {.name = STR("bench")};
    char store[500];
    promises_default(&mc.promises);
    snprintf(store, sizeof(store), "%s/watch", folder);
    struct config cfg = {.store_path = str_of(store), .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = clk, .no_threads = true};
    struct engine *eng = NULL;
    struct engine_status before, after;
    if (engine_open(ctx, &eo, &eng) != OK)
        stop(ctx);
    fill(ctx, eng, orders);
    engine_status(eng, 1, &before);
    clock_advance(clk, 4 * US_PER_DAY);
    size_t due = 0;
    int64_t t = clock_mono_us();
    if (keeper_tick(ctx, eng, &due) != OK)
        stop(ctx);
    double tick = ns_since(t, due == 0 ? 1 : (long)due) / 1000;
    t = clock_mono_us();
    settle(ctx, eng);
    double fold = ns_since(t, due == 0 ? 1 : (long)due) / 1000;
    engine_status(eng, 1, &after);
    printf("| %zu of %zu watched cases due at once: ticks in the ledger; diagnosed and decided | %.1f us; %.1f us a case | %.0f cases/s in one thread; %zu watched after |\n",
           due, before.watched, tick, fold, 1e6 / (tick + fold), after.watched);
    engine_close(eng);
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new((size_t)512 << 20);
    struct clock clk;
    struct ctx ctx;
    if (argc < 3 || a == NULL)
        return 2;
    clock_init_virtual(&clk, INT64_C(1795000000) * US_PER_S);
    ctx_init(&ctx, a, &clk, NULL);
    bench_wheel(1000000);
    bench_wheel(10000000);
    bench_due(&ctx, &clk, argv[1], strtol(argv[2], NULL, 10));
    arena_free(a);
    return 0;
}
