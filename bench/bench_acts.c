/*
 * bench_acts FOLDER CASES: the policy's cost. Decisions a second with as many rules as a policy may have; a backtest of CASES cases of
 * 90 days: 12 scans each, one in 25 lost, one in 10 silent for long, under the default policy and under one that pays; and the time
 * from a scan that makes an action until that stands in the outbox, with 5,000 scans a second beside it.
 */
#include "base/data.h"
#include "bench_orders.h"
#include "flows/act_read.h"
#include "flows/backtest.h"
#include "flows/reader.h"
#include "mind/decide_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena *arena;
static struct ctx ctx;
static struct clock clk;
static _Atomic long sent, durable;

static void must(enum err e, const char *what)
{
    if (e == OK)
        return;
    fprintf(stderr, "bench_acts: %s: %s: %s\n", what, err_name(e), ctx.msg);
    exit(1);
}

static void count_done(void *user, enum err e, int64_t pos)
{
    (void)pos;
    must(e, (const char *)user);
    durable++;
}

static void append(struct engine *eng, struct buf *b)
{
    static char what[] = "append";
    struct http_msg msg = {.method = STR("POST"), .body = buf_str(b)};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .origin = ORIGIN_HISTORY, .account = STR("api"), .msg = &msg,
                             .done = count_done, .user = what};
    enum err e;
    while ((e = engine_append(&ctx, eng, &req)) == ERR_BUSY)
        usleep(1000);
    must(e, what);
    sent++;
    buf_reset(b);
    arena_reset(arena);
}

static void flush_full(struct engine *eng, struct buf *b)
{
    if (b->n > 60000)
        append(eng, b);
}

static void add_scan(struct buf *b, long i, int k, const char *status, int64_t at_us)
{
    struct str at = time_rfc3339(arena, at_us / US_PER_S * US_PER_S);
    buf_fmt(b, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E59%010ld\",\"status\":\"%s\",\"code\":\"%s\","
               "\"occurred_at\":\"%.*s\",\"location\":{\"city\":\"Newark\",\"region\":\"NJ\",\"country\":\"US\"},\"event_id\":\"e%ld.%d\"}\n",
            i, status, status, STR_ARG(at), i, k);
}

static void add_case(struct engine *eng, struct buf *b, long i, int64_t placed_us)
{
    struct str day = time_rfc3339(arena, placed_us / US_PER_S * US_PER_S);
    bool lost = i % 25 == 0, silent = i % 10 == 1;
    bench_order(b, i, day);
    for (int k = 0; k < 12; k++) {
        int64_t at_us = placed_us + (20 + 6 * k) * US_PER_H + (silent && k > 6 ? 9 * US_PER_DAY : 0);
        const char *status = k == 0 ? "accepted" : k == 11 && lost ? "lost" : k == 11 ? "delivered" : k == 10 ? "out_for_delivery" : "in_transit";
        add_scan(b, i, k, status, at_us);
    }
    flush_full(eng, b);
}

static void fill(struct engine *eng, long cases)
{
    struct engine_status st;
    struct buf b;
    int64_t now = clock_now_us(&clk), start = clock_mono_us();
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < cases; i++)
        add_case(eng, &b, i, now - 85 * US_PER_DAY + (int64_t)i * (70 * US_PER_DAY / cases));
    if (b.n > 0)
        append(eng, &b);
    buf_clear(&b);
    do {
        usleep(1000);
        engine_status(eng, 1, &st);
    } while (durable < sent || st.folded < st.head);
    fprintf(stderr, "filled in %.1f s\n", (double)(clock_mono_us() - start) / 1e6);
}

/* ---- decisions */

static void parse(struct str text, struct policy *out)
{
    struct findings fs = {0};
    must(policy_parse(&ctx, text, out, &fs), "policy");
}

/* 199 rules that look at several things and do not match, and one behind them that does. */
static void many_rules(struct policy *out)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    buf_addz(&b, "currency: EUR\ngrants:\n  refund: {mode: auto, per_day: 100000.00, per_customer: 50.00}\nrules:\n");
    for (int i = 0; i < POLICY_RULES_MAX - 1; i++)
        buf_fmt(&b, "  - {name: r%d, when: {class: [on_track, slow, late, delivered], severity: {at_least: 0}, country: [DE, US], value: {over: %d.00}, "
                    "order_age_hours: {over: %d}}, do: {act: refund}, because: r}\n", i, 50 + i, 90000 + i);
    buf_addz(&b, "  - {name: last, when: {severity: {at_least: 0}}, do: {act: refund}, because: r}\n");
    struct str text = STR_NULL;
    must(arena_dup(arena, buf_str(&b), &text), "rules");
    buf_clear(&b);
    parse(text, out);
}

static void bench_decisions(struct engine *eng)
{
    static const struct policy_ask NOBODY = {.request = REQUEST_NONE};
    static const struct customer_history NONE = {.known = false};
    struct reader *rd = NULL;
    struct case_answer ca;
    struct policy pol;
    struct guard_book book = {0};
    struct act_decisions ds;
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx c;
    long n = 50000;
    many_rules(&pol);
    must(reader_open(&ctx, eng, &rd), "reader");
    must(case_read(&ctx, rd, 1, 2, 0, &ca), "case");
    const struct act_input in = {.policy = &pol, .cas = ca.cas, .cd = &ca.cd, .ask = &NOBODY, .history = &NONE, .book = &book,
                                 .now_us = ca.as_of_us, .day = 1};
    ctx_init(&c, a, &clk, NULL);
    int64_t t = clock_mono_us();
    for (long i = 0; i < n; i++) {
        must(policy_decide(&c, &in, &ds), "decide");
        arena_reset(a);
    }
    double took_s = (double)(clock_mono_us() - t) / 1e6;
    printf("| decisions of a case with %d rules | %.0f /s | |\n", POLICY_RULES_MAX, (double)n / took_s);
    arena_free(a);
    reader_close(rd);
}

/* ---- the backtest */

static void bench_backtest(struct engine *eng, long cases)
{
    struct policy now, new;
    struct backtest_report rep;
    must(policy_default(&ctx, &now), "default policy");
    parse(STR("currency: EUR\ngrants:\n  refund: {mode: auto, per_day: 2000.00, per_customer: 100.00}\n  carrier_inquiry: auto\nrules:\n"
              "  - {name: lost, when: {class: [lost, presumed_lost]}, do: {act: refund}, because: nobody waits}\n"
              "  - {name: stuck, when: {class: stuck, age_hours: {at_least: 24}}, do: {act: carrier_inquiry}, because: asked}\n"
              "  - {name: rest, when: {severity: {at_least: 0}}, do: nothing, because: calm}\n"), &new);
    struct backtest_options opt = {.policies = {&now, &new}, .from_us = clock_now_us(&clk) - 90 * US_PER_DAY, .to_us = clock_now_us(&clk)};
    must(backtest_run(&ctx, eng, 1, &opt, &rep), "backtest");
    double took_s = (double)rep.took_us / 1e6;
    const struct backtest_sums *s = &rep.sums[BACKTEST_NEW];
    printf("| backtest of %ld cases of 90 days, two policies, %u threads | %.1f s: %.0f cases/s, %.0f facts/s, %.0f looks/s | %.2f of the goal (a minute "
           "for 100,000) |\n", cases, rep.threads, took_s, (double)rep.cases / took_s, (double)rep.facts / took_s, (double)rep.looks / took_s,
           took_s / 60 * 100000 / (double)cases);
    fprintf(stderr, "refunds %lld, held back by the day's limit %lld, inquiries %lld, arrived after all %lld\n",
            (long long)s->caps[CAP_REFUND].by_itself.n, (long long)s->refused[GUARD_PER_DAY], (long long)s->caps[CAP_CARRIER_INQUIRY].by_itself.n,
            (long long)s->arrived.n);
}

/* ---- from a scan to the outbox */

#define LIVE_ORDERS 20000
#define LIVE_RATE 5000
#define LIVE_SECONDS 10
#define LIVE_EACH 25        /* one scan in so many says lost */
#define LIVE_LOST (LIVE_RATE * LIVE_SECONDS / LIVE_EACH)

static int64_t told_us[LIVE_LOST], seen_us[LIVE_LOST];

/* An action's row and its outbox row are one transaction; actions come in the order of their scans. */
static void *watch_actions(void *user)
{
    struct reader *rd = user;
    struct arena *a = arena_new((size_t)4 << 20);
    struct ctx c;
    int64_t last = 0, seen = 0, until_us = clock_mono_us() + (LIVE_SECONDS + 20) * US_PER_S;
    ctx_init(&c, a, &clk, NULL);
    while (seen < LIVE_LOST && clock_mono_us() < until_us) {
        must(action_last_no(&c, rd->state, 1, &last), "actions");
        for (int64_t now = clock_mono_us(); seen < last && seen < LIVE_LOST; seen++)
            seen_us[seen] = now;
        arena_reset(a);
        usleep(200);
    }
    arena_free(a);
    return NULL;
}

static void send_scan(struct engine *eng, struct buf *b, long i, int k, const char *status)
{
    static char what[] = "append";
    add_scan(b, i, k, status, clock_now_us(&clk));
    struct http_msg msg = {.method = STR("POST"), .body = buf_str(b)};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg, .done = count_done, .user = what};
    enum err e;
    while ((e = engine_append(&ctx, eng, &req)) == ERR_BUSY)
        usleep(100);
    must(e, what);
    buf_reset(b);
    arena_reset(arena);
}

static void play_live(struct engine *eng)
{
    struct buf b;
    int64_t start_us = clock_mono_us();
    size_t lost = 0;
    buf_init(&b, 65536);
    for (long n = 0; n < (long)LIVE_RATE * LIVE_SECONDS; n++) {
        int64_t due_us = start_us + n * US_PER_S / LIVE_RATE;
        for (int64_t now = clock_mono_us(); now < due_us; now = clock_mono_us())
            usleep((useconds_t)(due_us - now));
        bool says_lost = n % LIVE_EACH == 0 && lost < LIVE_LOST;
        if (says_lost)
            told_us[lost] = clock_mono_us();
        send_scan(eng, &b, says_lost ? (long)lost : LIVE_LOST + n % (LIVE_ORDERS - LIVE_LOST), (int)(n / LIVE_ORDERS) + 20,
                  says_lost ? "lost" : "in_transit");
        lost += says_lost ? 1 : 0;
    }
    buf_clear(&b);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void live_orders(struct engine *eng)
{
    struct engine_status st;
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    for (long i = 0; i < LIVE_ORDERS; i++) {
        bench_order(&b, i, time_rfc3339(arena, (clock_now_us(&clk) - US_PER_DAY) / US_PER_S * US_PER_S));
        flush_full(eng, &b);
    }
    append(eng, &b);
    buf_clear(&b);
    do {
        usleep(1000);
        engine_status(eng, 1, &st);
    } while (durable < sent || st.folded < st.head);
}

static void bench_live(const char *folder)
{
    static const char RULES[] = "currency: EUR\ngrants:\n  carrier_inquiry: auto\nrules:\n"
                                "  - {name: lost, when: {class: lost}, do: {act: carrier_inquiry}, because: asked}\n"
                                "  - {name: rest, when: {severity: {at_least: 0}}, do: nothing, because: calm}\n";
    char path[600], version[40]; /* the arena is emptied while orders are told */
    struct policy pol;
    struct merchant_config mc = {.name = STR("bench"), .policy_text = STR(RULES)};
    struct config cfg = {.store_path = {path, (size_t)snprintf(path, sizeof(path), "%s/live", folder)}, .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = &clk};
    struct engine *eng = NULL;
    struct reader *rd = NULL;
    pthread_t watcher;
    parse(mc.policy_text, &pol);
    mc.policy_version = (struct str){version, (size_t)snprintf(version, sizeof(version), "%.*s", STR_ARG(pol.version))};
    promises_default(&mc.promises);
    must(engine_open(&ctx, &eo, &eng), "store");
    must(policy_record(&ctx, eng), "policy");
    live_orders(eng);
    must(reader_open(&ctx, eng, &rd), "reader");
    if (pthread_create(&watcher, NULL, watch_actions, rd) != 0)
        abort();
    play_live(eng);
    (void)pthread_join(watcher, NULL);
    size_t n = 0;
    for (size_t i = 0; i < LIVE_LOST; i++)
        if (seen_us[i] != 0)
            seen_us[n++] = seen_us[i] - told_us[i];
    qsort(seen_us, n, sizeof(seen_us[0]), by_value);
    if (n > 0)
        printf("| from a scan to its action in the outbox, %d scans/s beside it | p50 %.1f ms, p99 %.1f ms (%zu of %d actions) | %.2f of the goal (10 ms p99) |\n",
               LIVE_RATE, (double)seen_us[n / 2] / 1000, (double)seen_us[n * 99 / 100] / 1000, n, LIVE_LOST, (double)seen_us[n * 99 / 100] / 10000);
    reader_close(rd);
    engine_close(eng);
}

int main(int argc, char **argv)
{
    long cases = argc > 2 ? strtol(argv[2], NULL, 10) : 100000;
    char path[600];
    if (argc < 2 || cases < 10) {
        fprintf(stderr, "bench_acts FOLDER CASES\n");
        return 2;
    }
    arena = arena_new((size_t)512 << 20);
    clock_init_real(&clk);
    ctx_init(&ctx, arena, &clk, NULL);
    snprintf(path, sizeof(path), "%s/acts", argv[1]);
    struct merchant_config mc = {.name = STR("bench")};
    struct config cfg = {.store_path = str_of(path), .cache_mb = 256, .merchants = &mc, .merchants_n = 1};
    promises_default(&mc.promises);
    struct engine_options eo = {.config = &cfg, .clock = &clk};
    struct engine *eng = NULL;
    bool filled = access(path, F_OK) == 0;
    must(engine_open(&ctx, &eo, &eng), "store");
    if (!filled)
        fill(eng, cases);
    bench_decisions(eng);
    bench_backtest(eng, cases);
    engine_close(eng);
    bench_live(argv[1]);
    arena_free(arena);
    return 0;
}
