/*
 * What the poller remembers over a restart: calls that a window has seen, the time a vendor asked to wait; and what the doctor
 * tells of it.
 */
#include "lib/poll_bench.h"

#include "cli/doctor_poll.h"
#include "flows/poller_memory.h"
#include "flows/reader.h"

#define NUMBER "JJD000390007882000001"

static const char FACTS[] =
    "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
    "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"dhl_parcel_de\",\"tracking_number\":\"" NUMBER "\"}]}\n";
static const char TOLD[] = "{\"shipments\":[{\"id\":\"" NUMBER "\",\"service\":\"parcel-de\",\"events\":[{\"timestamp\":\"2026-11-17T10:00:00\","
                           "\"statusCode\":\"transit\",\"status\":\"transit\",\"description\":\"in transit\"}]}]}";

static void begin(struct poll_bench *b)
{
    bench_begin(b);
    bench_account(b, "dhl_unified"); /* 250 calls a day */
    bench_open(b);
    bench_append(b, RECV_FACTS, "api", str_of(FACTS));
    clock_advance(&b->f.clock, 9 * US_PER_H);
}

static struct poll_story story(struct poll_bench *b)
{
    struct poll_story out;
    struct reader *rd = NULL;
    assert_ok(&b->f.ctx, reader_open(&b->f.ctx, b->eng, &rd));
    assert_ok(&b->f.ctx, poll_story_read(&b->f.ctx, rd->state, 1, &b->acct[0], &out));
    reader_close(rd);
    return out;
}

static void assert_says(struct str words, const char *part)
{
    if (!str_contains(words, str_of(part)))
        fail_msg("\"%s\" is not in: %.*s", part, STR_ARG(words));
}

/* A day's calls are not begun anew by restarts: each of ten lives of the process makes its calls out of the same 250. */
static void calls_outlive_a_restart(void **state)
{
    struct poll_bench b;
    int made = 0;
    (void)state;
    begin(&b);
    for (int life = 0; life < 10; life++) {
        struct source *s = bench_source(&b, "dhl_unified");
        for (int i = 0; i < 1000; i++) {
            s->pace_us[0] = 0; /* the short window is another matter */
            if (source_take(s) != HOLD_NONE)
                break;
            source_give_back(s);
            s->unsaved = true;
            made++;
        }
        assert_int_equal(bench_round(&b), 0); /* a turn that may ask nothing keeps what was used */
        bench_reopen(&b);
    }
    assert_true(made >= 250 / 4 && made <= 250 / 4 + 1); /* a quarter of the day's at once, the rest evenly: once, not ten times */
    bench_end(&b);
}

static void patience_outlives_a_restart(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/track/shipments", .status = 429, .retry_after_s = 7200});
    assert_int_equal(bench_round(&b), 1);
    bench_reopen(&b);
    assert_int_equal(source_held(bench_source(&b, "dhl_unified")), HOLD_PAUSE);
    assert_int_equal(bench_round(&b), 0);
    assert_says(story(&b).words, "no answer yet; not asked before 2026-");
    clock_advance(&b.f.clock, 2 * US_PER_H);
    bench_reopen(&b);
    struct source *s = bench_source(&b, "dhl_unified");
    assert_int_not_equal(source_held(s), HOLD_PAUSE);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/track/shipments", .body = TOLD});
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 1);
    bench_end(&b);
}

/* A clock that was set back a year holds nobody up longer than a window. */
static void clock_set_back(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/track/shipments", .body = TOLD});
    assert_int_equal(bench_round(&b), 1);
    clock_set(&b.f.clock, clock_now_us(&b.f.clock) - 365 * US_PER_DAY);
    bench_reopen(&b);
    struct source *s = bench_source(&b, "dhl_unified");
    for (int i = 0; i < POLL_RATES; i++)
        assert_true(s->pace_us[i] <= clock_mono_us() + s->plan.rates[i].window_us);
    bench_end(&b);
}

static void doctor_tells(void **state)
{
    struct poll_bench b;
    (void)state;
    begin(&b);
    assert_says(story(&b).words, "silent parcels every 6 h (0 watched); at most 1 calls in 5 s; at most 250 calls in 1 d; never asked yet");
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/track/shipments", .body = TOLD});
    assert_int_equal(bench_round(&b), 1);
    struct poll_story told = story(&b);
    assert_true(told.asked && !told.in_trouble);
    assert_says(told.words, "(1 watched, the next due at 2026-11-1");
    assert_says(told.words, "last answer at 2026-11-1");
    double_add(b.d, &(struct double_step){.method = "GET", .status = 503, .times = -1});
    for (int i = 0; i < SOURCE_FAILURES_MAX; i++) {
        clock_advance(&b.f.clock, 12 * US_PER_H);
        bench_ready(&b);
        assert_int_equal(bench_round(&b), 1);
    }
    told = story(&b);
    assert_true(told.in_trouble);
    assert_says(told.words, "failed 5 times in a row, last at 2026-");
    secret_clear(&b.acct[0].api_key);
    told = story(&b);
    assert_false(told.asked);
    assert_says(told.words, "never asked: the keys of its sign-in are not given");
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_outlive_a_restart),
        cmocka_unit_test(patience_outlives_a_restart),
        cmocka_unit_test(clock_set_back),
        cmocka_unit_test(doctor_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
