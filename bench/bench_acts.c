/*
 * bench_acts FOLDER CASES: the policy's cost. Decisions a second with as many rules as a policy may have, and a backtest of CASES
 * cases of 90 days: 12 scans each, one in 25 lost, one in 10 silent for long, under the default policy and under one that pays.
 */
#include "base/data.h"
#include "bench_orders.h"
#include "flows/act_read.h"
#include "flows/backtest.h"
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
    arena_free(arena);
    return 0;
}
