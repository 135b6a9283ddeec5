/*
 * bench_tell FOLDER ORDERS: what telling costs. Messages rendered, and rendered as a whole mail, by language; then the outbox: ORDERS orders
 * are placed and sent, each message is decided, and the courier brings all of them into a folder, each attempt and each result durable
 * in the ledger and folded.
 */
#include "bench_orders.h"
#include "flows/courier.h"
#include "flows/engine_int.h"
#include "flows/mail.h"
#include "flows/message_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ROUNDS 40
#define CALLS_A_TURN 256

static void stop(const struct ctx *ctx)
{
    fprintf(stderr, "bench_tell: %s\n", ctx->msg);
    exit(1);
}

static double per_second(int64_t start_us, double n)
{
    return n * 1e6 / (double)(clock_mono_us() - start_us);
}

static void bench_render(struct clock *clk, const char *lang)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct message_policy mp;
    struct ctx ctx;
    double spent[2] = {0, 0};
    if (a == NULL)
        abort();
    message_policy_default(&mp);
    mp.store = STR("Northwind");
    ctx_init(&ctx, a, clk, NULL);
    for (int k = 0; k < MESSAGE_KIND_COUNT; k++) {
        struct sample_ask ask = {.kind = (enum message_kind)k, .policy = &mp, .now_us = clock_now_us(clk), .language = str_of(lang)};
        struct outgoing o;
        for (int r = 0; r < ROUNDS; r++) {
            int64_t t = clock_mono_us();
            if (message_sample(&ctx, &ask, &o) != OK)
                stop(&ctx);
            spent[0] += (double)(clock_mono_us() - t);
            struct mail m = {.from = STR("orders@northwind.example"), .to = STR("lee@example.com"), .subject = o.m.subject, .text = o.m.text,
                             .language = o.m.language, .key = STR("k1"), .thread = STR("t1"), .date_us = ask.now_us};
            struct buf b;
            buf_init(&b, (size_t)1 << 20);
            t = clock_mono_us();
            if (mail_write(&ctx, &m, &b) != OK)
                stop(&ctx);
            spent[1] += (double)(clock_mono_us() - t);
            buf_clear(&b);
            arena_reset(a);
        }
    }
    double n = MESSAGE_KIND_COUNT * ROUNDS;
    printf("| messages rendered, %s, of a case of seven parcels that is folded and diagnosed for each; and made a mail | %.0f us; %.0f us | %.0f/s in one thread |\n",
           lang, spent[0] / n, spent[1] / n, n * 1e6 / (spent[0] + spent[1]));
    arena_free(a);
}

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)pos;
    if (e != OK)
        *(int *)user = 1;
}

static void settle(struct ctx *ctx, struct engine *eng)
{
    int64_t folded = 0;
    size_t due = 1;
    while (due > 0)
        if (engine_fold_some(ctx, eng, &folded) != OK || keeper_tick(ctx, eng, &due) != OK)
            stop(ctx);
}

static void fill(struct ctx *ctx, struct engine *eng, long orders)
{
    struct buf b;
    int failed = 0;
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < orders; i++) {
        bench_order(&b, i, time_rfc3339(ctx->arena, clock_now_us(ctx->clock)));
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

static void bench_outbox(struct ctx *ctx, struct clock *clk, const char *folder, long orders)
{
    struct merchant_config mc = {.name = STR("bench")};
    char store[500], mails[500];
    struct engine *eng = NULL;
    struct courier *c = NULL;
    size_t n = 1, all = 0;
    snprintf(store, sizeof(store), "%s/tell", folder);
    snprintf(mails, sizeof(mails), "%s/mails", folder);
    if (mkdir(mails, 0700) != 0)
        perror(mails);
    promises_default(&mc.promises);
    message_policy_default(&mc.messages.policy);
    mc.messages.policy.enabled = true;
    mc.messages.policy.store = STR("Northwind");
    mc.messages.from = STR("orders@northwind.example");
    mc.messages.folder = str_of(mails);
    mc.messages.per_minute = 100000000;
    struct config cfg = {.store_path = str_of(store), .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = clk, .no_threads = true};
    if (engine_open(ctx, &eo, &eng) != OK || courier_new(ctx, eng, &c) != OK)
        stop(ctx);
    int64_t t = clock_mono_us();
    fill(ctx, eng, orders);
    clock_advance(clk, 15 * 60 * US_PER_S);
    settle(ctx, eng);
    double decided = per_second(t, (double)orders);
    t = clock_mono_us();
    for (; n > 0; all += n)
        if (courier_run(ctx, c, CALLS_A_TURN, &n) != OK)
            stop(ctx);
    printf("| %ld orders placed and sent, their messages decided; %zu messages from the outbox to a folder | %.0f orders/s; %.0f messages/s | one courier |\n",
           orders, all, decided, per_second(t, (double)all));
    courier_free(c);
    engine_close(eng);
}

int main(int argc, char **argv)
{
    static const char *const LANGUAGES[] = {"en", "de", "ja", "ar"};
    struct arena *a = arena_new((size_t)512 << 20);
    struct clock clk;
    struct ctx ctx;
    if (argc < 3 || a == NULL)
        return 2;
    clock_init_virtual(&clk, INT64_C(1795014000) * US_PER_S); /* 15:00 UTC: no quiet hours */
    ctx_init(&ctx, a, &clk, NULL);
    for (size_t i = 0; i < sizeof(LANGUAGES) / sizeof(LANGUAGES[0]); i++)
        bench_render(&clk, LANGUAGES[i]);
    bench_outbox(&ctx, &clk, argv[1], strtol(argv[2], NULL, 10));
    arena_free(a);
    return 0;
}
