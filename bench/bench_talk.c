/*
 * bench_talk FOLDER SECONDS: the whole path of a message: taken in and understood, durable, folded, its turn worked out, durable,
 * folded, its reply in the outbox. A thousand open conversations at 300 messages a second, then a thousand messages at one instant.
 */
#include "bench_orders.h"

#include "flows/reader.h"
#include "flows/talker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CUSTOMERS 1000
#define RATE 300
#define POSITIONS (1 << 20)

static struct arena *arena;
static struct ctx ctx;
static struct clock clk;
static struct engine *eng;
static _Atomic long durable;
static int64_t began_us[POSITIONS];   /* by position of the message */
static int64_t *latency_us;
static _Atomic long answered;
static _Atomic bool over;
static long most;

static void must(enum err e, const char *what)
{
    if (e == OK)
        return;
    fprintf(stderr, "bench_talk: %s: %s: %s\n", what, err_name(e), ctx.msg);
    exit(1);
}

static void on_done(void *user, enum err e, int64_t pos)
{
    must(e, "append");
    if (user != NULL && pos < POSITIONS)
        began_us[pos] = *(int64_t *)user;
    durable++;
}

static void append(struct str body, int64_t *began)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("messages"), .msg = &msg, .done = on_done, .user = began};
    enum err e;
    while ((e = engine_append(&ctx, eng, &req)) == ERR_BUSY)
        usleep(1000);
    must(e, "append");
}

static void fill(void)
{
    struct engine_status st;
    struct buf b;
    struct str day = time_rfc3339(arena, (clock_now_us(&clk) - US_PER_DAY) / US_PER_S * US_PER_S);
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < CUSTOMERS; i++) {
        buf_reset(&b);
        bench_order(&b, i, day);
        append(buf_str(&b), NULL);
    }
    buf_clear(&b);
    do {
        usleep(1000);
        engine_status(eng, 1, &st);
    } while (durable < CUSTOMERS || st.folded < st.head);
}

/* ---- the customers */

static void say(long n, long customer, int64_t *began)
{
    static const char *const TEXTS[] = {"hey wheres my stuff", "where is my order?", "will it arrive before friday?", "when does it ship", "any news on my parcel?",
                                        "Hello, I ordered a mug last week and have not heard anything since. Could you tell me where it is now?"};
    struct buf b;
    buf_init(&b, 4096);
    buf_fmt(&b, "{\"kind\":\"message_in\",\"channel\":\"chat\",\"message_id\":\"m%ld\",\"thread_id\":\"t%ld\",\"from\":\"c%ld@example.com\",\"verified\":true,\"text\":\"%s\"}",
            n, customer, customer, TEXTS[n % 6]);
    *began = clock_mono_us();
    append(buf_str(&b), began);
    buf_clear(&b);
}

/* Who looks into the store for turns, as a channel would. */
static void *look(void *arg)
{
    struct reader *rd = NULL;
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx c;
    struct fact_ref after = {0, 0};
    (void)arg;
    ctx_init(&c, a, &clk, NULL);
    must(reader_open(&c, eng, &rd), "reader");
    while (!atomic_load(&over)) {
        struct db_stmt *st = NULL;
        bool row = true;
        must(db_stmt_get(&c, rd->state, SQL_FACT_FROM, &st), "look");
        db_bind_i64(st, 1, 1);
        db_bind_i64(st, 2, after.pos);
        db_bind_i64(st, 3, after.idx);
        db_bind_i64(st, 4, 2000);
        while (db_step(&c, st, &row) == OK && row) {
            struct fact_row f;
            const struct json *v = NULL;
            int64_t pos = 0;
            fact_row_from_stmt(st, &f);
            after = (struct fact_ref){f.pos, f.idx};
            if (f.kind != FACT_TURN || json_parse(&c, f.clear, &JSON_LIMITS_SMALL, &v) != OK || json_i64(v, "asked_pos", 1, POSITIONS - 1, &pos) != OK)
                continue;
            if (answered < most)
                latency_us[answered++] = clock_mono_us() - began_us[pos];
        }
        db_done(st);
        arena_reset(a);
        usleep(500);
    }
    reader_close(rd);
    arena_free(a);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void wait_answered(long n)
{
    for (int i = 0; answered < n && i < 30000; i++)
        usleep(1000);
    if (answered < n)
        fprintf(stderr, "bench_talk: %ld of %ld answered\n", (long)answered, n);
}

static void at_a_rate(long seconds)
{
    long n = RATE * seconds;
    int64_t *began = calloc((size_t)n, sizeof(*began)), start = clock_mono_us();
    for (long i = 0; i < n; i++) {
        int64_t due = start + i * 1000000 / RATE, now = clock_mono_us();
        if (due > now)
            usleep((unsigned)(due - now));
        say(i, i * 7919 % CUSTOMERS, &began[i]);
    }
    usleep(500000);
    long got = answered;
    qsort(latency_us, (size_t)got, sizeof(latency_us[0]), by_size);
    printf("| %d messages a second in %d open conversations | %ld of %ld answered by a turn of their own; p50 %.1f ms, p99 %.1f ms | goal p99 50 ms |\n", RATE,
           CUSTOMERS, got, n, (double)latency_us[got / 2] / 1e3, (double)latency_us[got * 99 / 100] / 1e3);
    free(began);
}

static void at_once(long seconds)
{
    static int64_t began[CUSTOMERS];
    long before = answered;
    int64_t start = clock_mono_us();
    for (long i = 0; i < CUSTOMERS; i++)
        say(RATE * seconds + i, i, &began[i]);
    double sent_s = (double)(clock_mono_us() - start) / 1e6;
    wait_answered(before + CUSTOMERS);
    printf("| %d messages at one instant | taken in %.2f s, the last reply is in the outbox after %.2f s | goal 1 s |\n", CUSTOMERS, sent_s,
           (double)(clock_mono_us() - start) / 1e6);
}

int main(int argc, char **argv)
{
    long seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 10;
    char path[600];
    struct talker *t = NULL;
    pthread_t looker;
    if (argc < 2 || seconds < 1 || seconds > 1000) {
        fprintf(stderr, "bench_talk FOLDER SECONDS\n");
        return 2;
    }
    arena = arena_new((size_t)512 << 20);
    most = RATE * seconds + 2 * CUSTOMERS;
    latency_us = calloc((size_t)most, sizeof(*latency_us));
    clock_init_real(&clk);
    ctx_init(&ctx, arena, &clk, NULL);
    snprintf(path, sizeof(path), "%s/talk", argv[1]);
    struct merchant_config mc = {.name = STR("bench"), .talk = {.enabled = true, .person_hours = 24}};
    struct config cfg = {.store_path = str_of(path), .cache_mb = 64, .merchants = &mc, .merchants_n = 1};
    promises_default(&mc.promises);
    struct engine_options eo = {.config = &cfg, .clock = &clk};
    must(engine_open(&ctx, &eo, &eng), "store");
    fill();
    const struct talker_options to = {.eng = eng};
    must(talker_new(&ctx, &to, &t), "talker");
    must(talker_start(&ctx, t), "talker");
    if (pthread_create(&looker, NULL, look, NULL) != 0)
        return 1;
    at_a_rate(seconds);
    at_once(seconds);
    atomic_store(&over, true);
    pthread_join(looker, NULL);
    talker_free(t);
    engine_close(eng);
    free(latency_us);
    arena_free(arena);
    return 0;
}
