/*
 * The poller against a vendor's double, carriers. CTest label: flows. Sign-in, pace, backoff, circuit; which account is asked for
 * which parcel, and when; one that fails holds no other one up; an answer is refreshed from storefront and carriers inside its
 * budget.
 */
#include "lib/poll_bench.h"

#include "base/metrics.h"

#include <stdio.h>

#define NUMBER "1Z7W4E590300010062"
#define TRACK "/api/track/v1/details/" NUMBER

static const char ORDER[] = "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\","
                            "\"email\":\"anna@example.com\",\"ship_to\":{\"postal_code\":\"07102\",\"country\":\"US\"},\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
                            "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
                            "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"" NUMBER "\"}]}\n";
static const char POLLED[] = "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"trackingNumber\":\"" NUMBER "\",\"activity\":[{\"location\":"
                             "{\"address\":{\"city\":\"Newark\",\"stateProvince\":\"NJ\",\"countryCode\":\"US\"}},\"status\":{\"type\":\"I\",\"code\":\"AR\","
                             "\"description\":\"Arrived at Facility\",\"statusCode\":\"005\"},\"date\":\"20261117\",\"time\":\"091519\",\"gmtDate\":"
                             "\"20261117\",\"gmtTime\":\"141519\",\"gmtOffset\":\"-05:00\"}]}]}]}}";
static const char TOKEN[] = "{\"access_token\":\"t-1\",\"expires_in\":14399,\"token_type\":\"Bearer\"}";
static const char TOKEN2[] = "{\"access_token\":\"t-2\",\"expires_in\":14399,\"token_type\":\"Bearer\"}";
static const struct double_step SIGN_IN = {.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN};
static const struct double_step TELL = {.method = "GET", .path = TRACK, .body = POLLED, .header = {{"Authorization", "Bearer t-1"}}};

static void begin_ups(struct poll_bench *b)
{
    bench_begin(b);
    bench_account(b, "ups");
    bench_open(b);
    bench_append(b, RECV_FACTS, "api", str_of(ORDER));
    clock_advance(&b->f.clock, 9 * US_PER_H);
}

static size_t scans(struct poll_bench *b)
{
    const struct parcel *pcl = bench_parcel(b, 1, NUMBER);
    assert_non_null(pcl);
    return pcl->scans_n;
}

/* ---- sign-in and circuit */

static void forget_pace(struct source *s)
{
    memset(s->pace_us, 0, sizeof(s->pace_us));
}

static void forget(struct source *s)
{
    s->pause_until_us = 0;
    forget_pace(s);
}

static void token_is_used_again_and_renewed(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_ups(&b);
    struct double_step first = SIGN_IN;
    first.header[0][0] = "Authorization";
    first.header[0][1] = "Basic aWQ6c2Vj";
    double_add(b.d, &first);
    double_add(b.d, &TELL);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(scans(&b), 1);
    assert_int_equal(bench_round(&b), 0); /* asked a moment ago */
    clock_advance(&b.f.clock, 5 * US_PER_H);
    bench_ready(&b);
    struct double_step renewed = SIGN_IN, refused = TELL, good = TELL; /* its life is over; the vendor refuses the new one once */
    renewed.body = TOKEN2;
    refused.header[0][1] = "Bearer t-2";
    refused.status = 401;
    double_add(b.d, &renewed);
    double_add(b.d, &refused);
    assert_int_equal(bench_round(&b), 1);
    bench_ready(&b);
    clock_advance(&b.f.clock, 6 * US_PER_MIN);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &good);
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(double_left(b.d), 0);
    bench_end(&b);
}

struct told {
    struct http_msg msg;
    struct http_header h[2];
};

static struct told answer(int status, const char *name, const char *value, const char *date)
{
    struct told t = {.msg = {.status = status, .body = STR("{}")}, .h = {{str_of(name), str_of(value)}, {STR("Date"), str_of(date)}}};
    return t;
}

static enum err tell(struct poll_bench *b, struct source *s, enum err sent, struct told *t)
{
    struct source_answer an;
    struct poll_ask ask = {.kind = POLL_PARCEL, .tracking_number = STR(NUMBER), .carrier = STR("ups")};
    t->msg.headers = t->h;
    t->msg.headers_n = 2;
    return source_told(&b->f.ctx, b->eng, s, &ask, sent, &t->msg, &an);
}

static void vendor_says_how_long(void **state)
{
    static const struct {
        const char *name, *value, *date;
        int64_t at_least_s, at_most_s;
    } CASES[] = {
        {"Retry-After", "120", "", 119, 120},
        {"Retry-After", "Wed, 18 Nov 2026 12:02:00 GMT", "Wed, 18 Nov 2026 12:00:00 GMT", 119, 120},
        {"Retry-After", "Wed, 18 Nov 2026 11:00:00 GMT", "Wed, 18 Nov 2026 12:00:00 GMT", 0, 2}, /* past */
        {"X-Retry-After", "30", "", 29, 30},
        {"X-Rate-Limit-Time-Reset-Ms", "15000", "", 14, 15},
        {"Retry-After", "99999999", "", 86399, 86400},
        {"Retry-After", "soon", "", 0, 2},
        {"Retry-After", "-5", "", 0, 2},
    };
    struct poll_bench b;
    (void)state;
    begin_ups(&b);
    struct source *s = bench_source(&b, "ups");
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct told busy = answer(429, CASES[i].name, CASES[i].value, CASES[i].date);
        int64_t now = clock_mono_us();
        s->pause_until_us = 0;
        s->throttles = 0;
        assert_int_equal(tell(&b, s, OK, &busy), ERR_BUSY);
        int64_t wait = s->pause_until_us - now;
        if (wait < CASES[i].at_least_s * US_PER_S || wait > (CASES[i].at_most_s + 1) * US_PER_S)
            fail_msg("%s: %s: waits %lld us", CASES[i].name, CASES[i].value, (long long)wait);
        assert_true(source_held(s) == HOLD_PAUSE);
    }
    assert_int_equal(s->failures, 0); /* too many requests is no failure */
    bench_end(&b);
}

/* Doubles from a second to a minute, up to a quarter more or less, and no two alike. */
static void backoff_has_jitter(void **state)
{
    struct poll_bench b;
    struct told busy = answer(429, "X", "", "");
    int64_t first = 0, differ = 0;
    (void)state;
    begin_ups(&b);
    struct source *s = bench_source(&b, "ups");
    for (int i = 1; i <= 12; i++) {
        int64_t whole = (i < 7 ? INT64_C(1) << (i - 1) : 64) * US_PER_S, now = clock_mono_us();
        s->pause_until_us = 0;
        assert_int_equal(tell(&b, s, OK, &busy), ERR_BUSY);
        int64_t wait = s->pause_until_us - now;
        assert_true(wait >= whole * 3 / 4 && wait <= whole * 5 / 4 + US_PER_S);
    }
    for (int i = 0; i < 40; i++) {
        int64_t us = poll_jitter(1000000);
        assert_true(us >= 750000 && us <= 1250000);
        first = i == 0 ? us : first;
        differ += us != first;
    }
    assert_true(differ > 10);
    bench_end(&b);
}

static void circuit_opens_and_one_call_tells(void **state)
{
    struct poll_bench b;
    struct told down = answer(503, "X", "", ""), fine = answer(200, "X", "", ""), late = answer(0, "X", "", "");
    int64_t opened = metric_get(METRIC_POLL_CIRCUITS, 0), closed = metric_get(METRIC_POLL_CIRCUITS, 1);
    int64_t open = metric_get(METRIC_POLL_CIRCUITS_OPEN, 0);
    (void)state;
    fine.msg.body = str_of(POLLED);
    begin_ups(&b);
    struct source *s = bench_source(&b, "ups");
    for (int i = 0; i < SOURCE_FAILURES_MAX; i++) {
        forget(s);
        assert_int_equal(source_take(s), HOLD_NONE);
        assert_int_equal(tell(&b, s, OK, &down), ERR_UNAVAILABLE);
    }
    assert_int_equal(source_take(s), HOLD_CIRCUIT);
    assert_true(s->pause_until_us >= clock_mono_us() + SOURCE_OPEN_US - US_PER_S);
    assert_int_equal(metric_get(METRIC_POLL_CIRCUITS, 0), opened + 1);
    assert_int_equal(metric_get(METRIC_POLL_CIRCUITS_OPEN, 0), open + 1);
    forget(s); /* its time is over */
    assert_int_equal(source_take(s), HOLD_NONE);
    forget_pace(s);
    assert_int_equal(source_take(s), HOLD_CIRCUIT); /* one call, not two */
    assert_int_equal(tell(&b, s, ERR_TIMEOUT, &late), ERR_TIMEOUT);
    assert_int_equal(s->open_us, 2 * SOURCE_OPEN_US);
    forget(s);
    assert_int_equal(source_take(s), HOLD_NONE);
    assert_int_equal(tell(&b, s, OK, &fine), OK);
    assert_int_equal(s->failures, 0);
    assert_int_equal(s->open_us, 0);
    assert_int_equal(metric_get(METRIC_POLL_CIRCUITS, 1), closed + 1);
    assert_int_equal(metric_get(METRIC_POLL_CIRCUITS_OPEN, 0), open);
    for (int i = 0; i < 12; i++) { /* never longer than its most */
        forget(s);
        assert_int_equal(source_take(s), HOLD_NONE);
        assert_int_equal(tell(&b, s, OK, &down), ERR_UNAVAILABLE);
    }
    assert_int_equal(s->open_us, SOURCE_OPEN_MAX_US);
    s->pause_until_us = 0;
    assert_int_equal(source_take(s), HOLD_NONE); /* a call that was not made leaves the circuit as it was */
    source_give_back(s);
    forget_pace(s);
    assert_int_equal(source_take(s), HOLD_NONE);
    assert_int_equal(tell(&b, s, OK, &fine), OK);
    bench_end(&b);
}

struct pace_case {
    int calls;
    int64_t window_us;
    int a_day; /* a short one */
    size_t at_least;
};

#define SHORT_DAY_US 500000

/* The most calls that are surely in one window, wherever it begins: each was made between its two times. */
static size_t most_within(const int64_t *before, const int64_t *after, size_t n, int64_t window_us)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        while (k < n && after[k] - before[i] < window_us)
            k++;
        most = k - i > most ? k - i : most;
    }
    return most;
}

static size_t calls_made(const struct pace_case *c)
{
    static int64_t before[4096], after[4096];
    struct source s = {.plan = {.rates = {{c->calls, c->window_us}, {c->a_day, SHORT_DAY_US}}}, .lock = PTHREAD_MUTEX_INITIALIZER};
    int64_t until = clock_mono_us() + 5 * c->window_us;
    size_t n = 0;
    while (clock_mono_us() < until && n < 4096) {
        before[n] = clock_mono_us();
        if (source_take(&s) == HOLD_NONE)
            after[n++] = clock_mono_us();
    }
    assert_true(most_within(before, after, n, c->window_us) <= (size_t)c->calls);
    assert_true(c->a_day == 0 || most_within(before, after, n, SHORT_DAY_US) <= (size_t)c->a_day);
    return n;
}

/* No window of the vendor's sees more calls than it allows; and the pace is not far below that, on a machine that is not held up. */
static void pace_keeps_the_window(void **state)
{
    static const struct pace_case CASES[] = {{1, 100000, 0, 3}, {2, 100000, 0, 5}, {10, 100000, 0, 25}, {37, 200000, 0, 93}, {10, 100000, 12, 8}};
    (void)state;
    for (size_t c = 0; c < sizeof(CASES) / sizeof(CASES[0]); c++) {
        bool enough = false;
        for (int turn = 0; turn < 10 && !enough; turn++)
            enough = calls_made(&CASES[c]) >= CASES[c].at_least;
        assert_true(enough);
    }
}

/* ---- what an account is asked */

static void plans(void **state)
{
    static const uint32_t ALL = 1u << POLL_PARCEL | 1u << POLL_FETCH;
    struct poll_bench b;
    struct poll_plan p;
    (void)state;
    bench_begin(&b);
    struct account *ship = bench_account(&b, "shipengine"), *post = bench_account(&b, "easypost"), *ups = bench_account(&b, "ups");
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ship, &p));
    assert_int_equal(p.kinds, ALL);
    secret_clear(&ship->api_key); /* classic ShipStation alone: it can read what its hooks name */
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ship, &p));
    assert_int_equal(p.kinds, 1u << POLL_FETCH);
    secret_clear(&ship->api_secret);
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ship, &p));
    assert_int_equal(p.kinds, 0);
    secret_clear(&post->api_user); /* EasyPost has one key and no secret */
    secret_clear(&post->api_secret);
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, post, &p));
    assert_int_equal(p.kinds, 1u << POLL_PARCEL);
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ups, &p));
    assert_int_equal(p.every_us, 4 * US_PER_H);
    bench_setting(&b, ups, "poll_minutes", "90");
    bench_setting(&b, ups, "calls_per_minute", "30");
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ups, &p));
    assert_int_equal(p.every_us, 90 * US_PER_MIN);
    assert_int_equal(p.rates[0].calls, 30);
    assert_int_equal(p.rates[0].window_us, US_PER_MIN);
    b.settings[2][1].value = STR("100000"); /* more than the vendor allows is not asked */
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ups, &p));
    assert_int_equal(p.rates[0].calls, ups->conn->limits.calls);
    bench_setting(&b, ups, "calls_per_day", "500");
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ups, &p));
    assert_int_equal(p.rates[1].calls, 500);
    assert_int_equal(p.rates[1].window_us, US_PER_DAY);
    bench_setting(&b, ups, "poll", "off");
    assert_ok(&b.f.ctx, poll_plan_of(&b.f.ctx, ups, &p));
    assert_int_equal(p.kinds, 0);
    b.settings[2][0].value = STR("1");
    assert_int_equal(poll_plan_of(&b.f.ctx, ups, &p), ERR_PARSE);
    assert_non_null(strstr(b.f.ctx.msg, "poll_minutes"));
    b.settings[2][0].value = STR("60");
    bench_open(&b);
    bench_end(&b);
}

static void easypost_signs_in_with_its_key(void **state)
{
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    struct account *post = bench_account(&b, "easypost");
    secret_clear(&post->api_user);
    secret_clear(&post->api_secret);
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    clock_advance(&b.f.clock, 9 * US_PER_H);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/v2/trackers", .query = {{"tracking_code", NUMBER}},
                                          .header = {{"Authorization", "Basic a2V5Og=="}},
                                          .body = "{\"trackers\":[{\"tracking_code\":\"" NUMBER "\",\"carrier\":\"UPS\",\"status\":\"in_transit\","
                                                  "\"tracking_details\":[{\"message\":\"Arrived\",\"status\":\"in_transit\",\"datetime\":"
                                                  "\"2026-11-17T09:15:19Z\"}]}]}"});
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(scans(&b), 1);
    bench_end(&b);
}

/* The table of docs/polling.md is what the connectors say. */
static void documented_limits(void **state)
{
    struct fixture f;
    size_t rows = 0;
    (void)state;
    fixture_init(&f);
    struct str doc = test_read_file(f.arena, test_source_path("docs/polling.md"));
    for (size_t i = 0; i < connector_count(); i++) {
        const struct connector *c = connector_at(i);
        const struct limits *l = &c->limits;
        if (c->poll == NULL)
            continue;
        bool hours = l->poll_every_s % 3600 == 0;
        struct str daily = l->calls_per_day == 0 ? STR("") : arena_fmt(f.arena, ", %d a day", l->calls_per_day);
        struct str row = arena_fmt(f.arena, "| %s | %d %s | %d in %d s%.*s | %s |\n", c->title, l->poll_every_s / (hours ? 3600 : 60),
                                   hours ? "h" : "min", l->calls, l->window_s, STR_ARG(daily), l->source);
        if (!str_contains(doc, row))
            fail_msg("docs/polling.md lacks the line: %.*s", STR_ARG(row));
        rows++;
    }
    assert_true(rows > 10);
    for (const struct cfg_field *s = poll_settings; s->name != NULL; s++)
        assert_true(str_contains(doc, arena_fmt(f.arena, "| `%s` |", s->name)));
    fixture_clear(&f);
}

/* Its hook names a resource; only an id and a secret are configured, and no other sign-in goes along. */
static void classic_shipstation_is_read(void **state)
{
    struct poll_bench b;
    struct http_request req;
    (void)state;
    bench_begin(&b);
    struct account *ship = bench_account(&b, "shipengine");
    secret_clear(&ship->api_key);
    bench_open(&b);
    struct source *s = bench_source(&b, "shipengine");
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = {STR("SHIP_NOTIFY"), STR("https://ssapi.shipstation.com/shipments?batchId=1")}};
    assert_ok(&b.f.ctx, source_request(&b.f.ctx, s, &ask, &req));
    assert_int_equal(req.headers_n, 1);
    assert_str(req.headers[0].name, "Authorization");
    assert_str(req.headers[0].value, "Basic aWQ6c2Vj");
    ask.fetch.id = STR("https://api.shipengine.com/v1/labels/1"); /* this one wants the key that is not there */
    assert_int_equal(source_request(&b.f.ctx, s, &ask, &req), ERR_DENIED);
    bench_end(&b);
}

/* "No such number" without the number: what was asked is kept beside the answer. */
static void unknown_number_is_the_one_asked(void **state)
{
    struct poll_bench b;
    (void)state;
    begin_ups(&b);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &(struct double_step){.method = "GET", .path = TRACK,
                                          .body = "{\"response\":{\"errors\":[{\"code\":\"TW0001\",\"message\":\"not found\"}]}}"});
    assert_int_equal(bench_round(&b), 1);
    assert_int_equal(scans(&b), 0);
    assert_true(bench_parcel(&b, 1, NUMBER)->not_found_us > 0);
    bench_end(&b);
}

/* DHL tells more to whom knows where a parcel goes: asked with the code, by itself and for an answer; without it once it is erased. */
static void postal_code_goes_along(void **state)
{
    static const char TOLD[] = "{\"shipments\":[{\"id\":\"JJD000390007882000001\",\"service\":\"parcel-de\",\"events\":[{\"timestamp\":"
                               "\"2026-11-17T10:00:00\",\"statusCode\":\"transit\",\"status\":\"transit\",\"description\":\"in transit\"}]}]}";
    static const char FACTS[] =
        "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"EUR\","
        "\"email\":\"anna@example.com\",\"ship_to\":{\"postal_code\":\"10115\",\"country\":\"DE\"},\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
        "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
        "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"dhl_parcel_de\",\"tracking_number\":\"JJD000390007882000001\"}]}\n";
    struct double_step step = {.method = "GET", .path = "/track/shipments", .body = TOLD, .times = 2,
                               .query = {{"trackingNumber", "JJD000390007882000001"}, {"recipientPostalCode", "10115"}}};
    struct poll_bench b;
    struct case_answer ca;
    int64_t pos = 0;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "dhl_unified");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(FACTS));
    clock_advance(&b.f.clock, 9 * US_PER_H);
    double_add(b.d, &step);
    assert_int_equal(bench_round(&b), 1);
    bench_ready(&b);
    bench_case(&b, 1, &ca);
    assert_ok(&b.f.ctx, bench_refresh(&b, &ca, 3000, &pos));
    assert_int_equal(double_left(b.d), 0);
    assert_ok(&b.f.ctx, engine_erase_order(&b.f.ctx, b.eng, 1, 1));
    clock_advance(&b.f.clock, 30 * US_PER_H);
    bench_ready(&b);
    step.query[1][0] = NULL;
    step.times = 1;
    double_add(b.d, &step);
    assert_int_equal(bench_round(&b), 1);
    for (size_t i = 0; i < 3; i++)
        assert_true((strstr(double_seen(b.d, i), "recipientPostalCode=10115") != NULL) == (i < 2));
    bench_end(&b);
}

/* ---- due times */

static struct str parcels(struct poll_bench *b, int from, int n, const char *carrier)
{
    struct buf buf;
    struct str out = STR_NULL;
    buf_init(&buf, (size_t)1 << 20);
    for (int i = from; i < from + n; i++)
        buf_fmt(&buf,
                "{\"kind\":\"order\",\"order_id\":\"o%d\",\"name\":\"#o%d\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\","
                "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
                "{\"kind\":\"fulfillment\",\"order_id\":\"o%d\",\"fulfillment_id\":\"f%d\",\"state\":\"shipped\",\"created_at\":"
                "\"2026-11-16T12:00:00Z\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"%s\","
                "\"tracking_number\":\"TEST%04d\"}]}\n",
                i, i, i, i, carrier, i);
    assert_ok(&b->f.ctx, arena_dup(b->f.arena, buf_str(&buf), &out));
    buf_clear(&buf);
    return out;
}

static const char UNKNOWN[] = "{\"response\":{\"errors\":[{\"code\":\"TW0001\",\"message\":\"not found\"}]}}";

/* Each of 60 parcels is asked once before any is asked again, though a round's pace lets only a few through. */
static void pace_skips_no_parcel(void **state)
{
    enum { N = 60 };
    struct poll_bench b;
    size_t calls = 0, rounds = 0;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "ups");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", parcels(&b, 0, N, "ups"));
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &(struct double_step){.method = "GET", .body = UNKNOWN, .times = -1});
    clock_advance(&b.f.clock, US_PER_H);
    for (; calls < N && rounds < 500; rounds++) {
        bench_ready(&b);
        calls += bench_round(&b);
        clock_advance(&b.f.clock, US_PER_S);
        assert_true(rounds == 0 || calls == N || bench_source(&b, "ups")->late_us > 0); /* what waits is told */
    }
    assert_int_equal(bench_source(&b, "ups")->late_us, 0);
    assert_int_equal(calls, N);
    assert_true(rounds >= N / 10); /* the pace did hold */
    for (int i = 0; i < N; i++) {
        char path[80];
        int seen = 0;
        snprintf(path, sizeof(path), "GET /api/track/v1/details/TEST%04d", i);
        for (size_t k = 0; k < double_calls(b.d); k++)
            seen += strncmp(double_seen(b.d, k), path, strlen(path)) == 0;
        assert_int_equal(seen, 1);
    }
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 0);
    assert_int_equal(metric_get(METRIC_POLL_PARCELS, 0), N);
    bench_end(&b);
    assert_int_equal(metric_get(METRIC_POLL_PARCELS, 0), 0);
}

/* Parcels that come while the poller runs are found; closed ones and those of no order are not asked for. */
static void new_parcels_are_found(void **state)
{
    static const char DONE[] = "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"TEST0000\",\"status\":\"delivered\","
                               "\"occurred_at\":\"2026-11-17T12:00:00Z\"}\n"
                               "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"ORPHAN1\",\"status\":\"in_transit\","
                               "\"occurred_at\":\"2026-11-17T12:00:00Z\"}\n";
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "ups");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", parcels(&b, 0, 1, "ups"));
    bench_append(&b, RECV_FACTS, "api", str_of(DONE));
    assert_int_equal(bench_round(&b), 0);
    bench_append(&b, RECV_FACTS, "api", parcels(&b, 1, 1, "ups"));
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/api/track/v1/details/TEST0001", .body = UNKNOWN});
    assert_int_equal(bench_round(&b), 1);
    bench_end(&b);
}

/* What failed is asked for again soon, not after a whole distance; and what is out for delivery sooner than the rest. */
static void due_times_follow_what_happened(void **state)
{
    static const char OUT[] = "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"" NUMBER "\",\"status\":\"out_for_delivery\","
                              "\"occurred_at\":\"2026-11-18T20:00:00Z\"}\n";
    struct poll_bench b;
    struct double_step down = TELL;
    (void)state;
    begin_ups(&b);
    down.status = 503;
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &down);
    assert_int_equal(bench_round(&b), 1);
    clock_advance(&b.f.clock, 6 * US_PER_MIN);
    bench_ready(&b);
    double_add(b.d, &TELL);
    assert_int_equal(bench_round(&b), 1);
    clock_advance(&b.f.clock, US_PER_H);
    bench_ready(&b);
    assert_int_equal(bench_round(&b), 0);
    bench_append(&b, RECV_FACTS, "api", str_of(OUT)); /* its time moves with the walk after a restart */
    bench_reopen(&b);
    clock_advance(&b.f.clock, 70 * US_PER_MIN);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    assert_int_equal(bench_round(&b), 1);
    bench_end(&b);
}

/* Three carriers' accounts and a parcel without scans: the shop's word, then the number's form, say who is asked. */
static void the_right_carrier_is_asked(void **state)
{
    static const char NAMELESS[] = "{\"kind\":\"order\",\"order_id\":\"8\",\"name\":\"#8\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\","
                                   "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
                                   "{\"kind\":\"fulfillment\",\"order_id\":\"8\",\"fulfillment_id\":\"g\",\"state\":\"shipped\",\"created_at\":"
                                   "\"2026-11-16T12:00:00Z\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"tracking_number\":"
                                   "\"9400100000000000000129\"}]}\n";
    /* one number, two carriers: each account is asked under its own */
    static const char TWO[] = "{\"kind\":\"tracking_event\",\"carrier\":\"dhl_ecommerce\",\"tracking_number\":\"" NUMBER "\",\"status\":\"in_transit\","
                              "\"occurred_at\":\"2026-11-16T20:00:00Z\"}\n"
                              "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"" NUMBER "\",\"status\":\"in_transit\","
                              "\"occurred_at\":\"2026-11-16T22:00:00Z\"}\n";
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "ups");
    bench_account(&b, "fedex");
    bench_account(&b, "usps");
    bench_account(&b, "shipengine");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    bench_append(&b, RECV_FACTS, "api", str_of(TWO));
    bench_append(&b, RECV_FACTS, "api", str_of(NAMELESS));
    clock_advance(&b.f.clock, 12 * US_PER_H);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/oauth2/v3/token", .body = TOKEN});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/tracking/v3/tracking/9400100000000000000129", .status = 404,
                                          .body = "{\"error\":{\"code\":\"404\",\"message\":\"none\"}}"});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/v1/tracking", .status = 404,
                                          .query = {{"carrier_code", "ups"}, {"tracking_number", NUMBER}},
                                          .body = "{\"errors\":[{\"error_code\":\"not_found\"}]}"});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/v1/tracking", .status = 404,
                                          .query = {{"carrier_code", "usps"}, {"tracking_number", "9400100000000000000129"}},
                                          .body = "{\"errors\":[{\"error_code\":\"not_found\"}]}"});
    for (int i = 0; i < 3; i++) {
        bench_ready(&b);
        bench_round(&b);
    }
    assert_int_equal(double_left(b.d), 0);
    assert_int_equal(double_calls(b.d), 6); /* FedEx was asked for nothing, not even a token */
    bench_end(&b);
}

/* ---- one account and the others */

static void one_that_fails_holds_no_other_up(void **state)
{
    struct poll_bench b;
    (void)state;
    bench_begin(&b);
    struct account *eng = bench_account(&b, "shipengine");
    bench_account(&b, "ups");
    eng->base_url = STR("http://127.0.0.1:1"); /* nobody listens */
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    clock_advance(&b.f.clock, 9 * US_PER_H);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    assert_int_equal(bench_round(&b), 2);
    assert_int_equal(scans(&b), 1);
    assert_int_equal(bench_source(&b, "shipengine")->failures, 1);
    bench_end(&b);
}

/* The store fails in one account's turn (its lists' table is gone): the next account has its own. */
static void error_of_ours_ends_one_turn(void **state)
{
    struct poll_bench b;
    size_t calls = 0;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "bigcommerce");
    bench_account(&b, "ups");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    clock_advance(&b.f.clock, 9 * US_PER_H);
    bench_break(&b, "DROP TABLE poll_cursor");
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    assert_int_equal(poller_round(&b.f.ctx, b.pol, &calls), ERR_IO);
    assert_int_equal(calls, 1);
    assert_int_equal(scans(&b), 1);
    bench_end(&b);
}

/* Threads: a vendor that answers late holds a worker, and the other account's parcel is known meanwhile. */
static void slow_vendor_holds_a_worker_only(void **state)
{
    struct poll_bench b;
    size_t n = 0;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "shipengine");
    bench_account(&b, "ups");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    clock_advance(&b.f.clock, 9 * US_PER_H);
    poller_free(b.pol);
    engine_close(b.eng);
    struct engine_options eo = {.config = &b.cfg, .clock = &b.f.clock};
    assert_ok(&b.f.ctx, engine_open(&b.f.ctx, &eo, &b.eng));
    assert_ok(&b.f.ctx, poller_new(&b.f.ctx, b.eng, &b.pol));
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/v1/tracking", .status = 503, .delay_ms = 3000});
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    int64_t from = clock_mono_us();
    assert_ok(&b.f.ctx, poller_start(&b.f.ctx, b.pol));
    while (n < 1 && clock_mono_us() - from < 2500000) {
        struct reader *rd = NULL;
        struct case_answer ca;
        assert_ok(&b.f.ctx, reader_open(&b.f.ctx, b.eng, &rd));
        assert_ok(&b.f.ctx, case_read(&b.f.ctx, rd, 1, 1, 0, &ca));
        n = ca.cas->parcels[0]->scans_n;
        reader_close(rd);
    }
    assert_int_equal(n, 1);
    assert_true(clock_mono_us() - from < 2500000);
    bench_end(&b);
}

struct asker {
    struct poll_bench *b;
    pthread_t thread;
    size_t asked;
};

static void *ask_again(void *arg)
{
    struct asker *a = arg;
    struct fixture f;
    struct reader *rd = NULL;
    fixture_init(&f);
    assert_ok(&f.ctx, reader_open(&f.ctx, a->b->eng, &rd));
    for (int i = 0; i < 15; i++) {
        struct case_answer ca;
        int64_t pos = 0;
        assert_ok(&f.ctx, case_read(&f.ctx, rd, 1, 1 + i % 8, 0, &ca));
        a->asked += poller_refresh(a->b->pol, &f.ctx, rd, &ca, 1000, &pos) == OK;
    }
    reader_close(rd);
    fixture_clear(&f);
    return NULL;
}

/* Workers and askers at the same accounts: one sign-in, and together no more calls than the pace allows. */
static void workers_and_askers_share_the_pace(void **state)
{
    struct poll_bench b;
    struct asker askers[3];
    (void)state;
    bench_begin(&b);
    bench_account(&b, "ups");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", parcels(&b, 0, 40, "ups"));
    poller_free(b.pol);
    engine_close(b.eng);
    struct engine_options eo = {.config = &b.cfg, .clock = &b.f.clock};
    assert_ok(&b.f.ctx, engine_open(&b.f.ctx, &eo, &b.eng));
    assert_ok(&b.f.ctx, poller_new(&b.f.ctx, b.eng, &b.pol));
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &(struct double_step){.method = "GET", .body = UNKNOWN, .times = -1});
    int64_t from = clock_mono_us();
    assert_ok(&b.f.ctx, poller_start(&b.f.ctx, b.pol));
    for (size_t i = 0; i < 3; i++) {
        askers[i] = (struct asker){.b = &b};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_again, &askers[i]), 0);
    }
    for (size_t i = 0; i < 3; i++)
        pthread_join(askers[i].thread, NULL);
    while (double_calls(b.d) < 12 && clock_mono_us() - from < 10000000)
        ;
    size_t calls = double_calls(b.d) - 1; /* without the sign-in */
    int64_t took = clock_mono_us() - from;
    assert_true(calls >= 11);
    if (calls > 10 * (size_t)(took / US_PER_S + 1))
        fail_msg("%zu calls in %lld us", calls, (long long)took);
    bench_end(&b);
}

/* ---- fresh facts for one answer */

static void answers_are_refreshed(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    int64_t pos = 0;
    (void)state;
    begin_ups(&b);
    double_add(b.d, &SIGN_IN);
    double_add(b.d, &TELL);
    bench_case(&b, 1, &ca);
    assert_int_equal(scans(&b), 0);
    assert_ok(&b.f.ctx, bench_refresh(&b, &ca, 3000, &pos));
    assert_true(pos > 0);
    assert_int_equal(scans(&b), 1);
    assert_int_equal(b.pol->spare_n, 1); /* its connections are kept for the next answer */
    bench_end(&b);
}

/* Three accounts whose vendors hang, at sign-in or at the read: all of it ends with the budget, not after one time-out each. */
static void refresh_keeps_its_budget(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    int64_t pos = 0;
    (void)state;
    bench_begin(&b);
    bench_account(&b, "ups");
    bench_account(&b, "shipengine");
    bench_account(&b, "aftership");
    bench_account(&b, "easyship");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(ORDER));
    bench_case(&b, 1, &ca);
    double_add(b.d, &(struct double_step){.method = "POST", .path = "/security/v1/oauth/token", .body = TOKEN, .delay_ms = 2200});
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/v1/tracking", .body = "{}", .delay_ms = 2200});
    double_add(b.d, &(struct double_step){.method = "GET", .body = "{}", .delay_ms = 2200, .times = 2});
    int64_t from = clock_mono_us();
    assert_int_equal(bench_refresh(&b, &ca, 800, &pos), ERR_TIMEOUT);
    int64_t took = clock_mono_us() - from;
    if (took > 1400000)
        fail_msg("a budget of 800 ms took %lld us", (long long)took);
    assert_int_equal(pos, 0);
    assert_int_equal(b.f.ctx.deadline_us, 0);
    size_t calls = double_calls(b.d);
    for (size_t i = 0; i < b.pol->sources_n; i++) /* the answer's time ran out, not the vendor's: their polls go on */
        assert_int_equal(b.pol->sources[i].failures, 0);
    from = clock_mono_us();
    assert_int_equal(bench_refresh(&b, &ca, 400, &pos), ERR_UNAVAILABLE); /* the next answer does not wait for them */
    assert_true(clock_mono_us() - from < 100000);
    assert_int_equal(double_calls(b.d), calls);
    bench_end(&b);
}

/* Vendor and fold together stay inside the budget of a question. */
static void question_keeps_its_budget(void **state)
{
    struct poll_bench b;
    struct reader *rd = NULL;
    (void)state;
    begin_ups(&b);
    clock_advance(&b.f.clock, 3 * US_PER_DAY);
    double_add(b.d, &SIGN_IN);
    struct double_step late = TELL;
    late.delay_ms = 600;
    double_add(b.d, &late);
    poller_free(b.pol);
    engine_close(b.eng);
    struct engine_options eo = {.config = &b.cfg, .clock = &b.f.clock};
    assert_ok(&b.f.ctx, engine_open(&b.f.ctx, &eo, &b.eng));
    assert_ok(&b.f.ctx, poller_new(&b.f.ctx, b.eng, &b.pol));
    assert_ok(&b.f.ctx, reader_open(&b.f.ctx, b.eng, &rd));
    struct ask_env env = {.eng = b.eng, .rd = rd, .merchant_id = 1, .refresh = poller_refresh, .refresh_user = b.pol, .budget_ms = 1000};
    struct ask_question in = {.text = STR("where is my stuff? #7 anna@example.com")};
    struct ask_reply rep;
    b.eng->stop_folder = true; /* nobody folds what comes back */
    int64_t from = clock_mono_us();
    assert_ok(&b.f.ctx, ask(&b.f.ctx, &env, &in, &rep));
    int64_t took = clock_mono_us() - from;
    if (took < 600000 || took > 1400000)
        fail_msg("a budget of 1000 ms took %lld us", (long long)took);
    assert_true(rep.refresh_late);
    reader_close(rd);
    b.eng->stop_folder = false;
    bench_end(&b);
}

/* While a worker waits for the token, an answer does not wait with it. */
static void refresh_does_not_wait_for_a_sign_in(void **state)
{
    struct poll_bench b;
    struct case_answer ca;
    struct http_request req;
    int64_t pos = 0;
    (void)state;
    begin_ups(&b);
    bench_case(&b, 1, &ca);
    struct source *s = bench_source(&b, "ups");
    assert_ok(&b.f.ctx, source_token_request(&b.f.ctx, s, &req)); /* under way */
    int64_t from = clock_mono_us();
    assert_int_equal(bench_refresh(&b, &ca, 2000, &pos), ERR_UNAVAILABLE);
    assert_true(clock_mono_us() - from < 500000);
    assert_int_equal(double_calls(b.d), 0);
    s->token_asked = false;
    bench_end(&b);
}

/* Six parcels of one order at a vendor that allows one call in five seconds: one is asked. */
static void refresh_keeps_the_pace(void **state)
{
    static const char SIX[] =
        "{\"kind\":\"order\",\"order_id\":\"9\",\"name\":\"#9\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"EUR\",\"items\":[{\"sku\":"
        "\"MUG\",\"quantity\":6}]}\n"
        "{\"kind\":\"fulfillment\",\"order_id\":\"9\",\"fulfillment_id\":\"h\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
        "\"items\":[{\"sku\":\"MUG\",\"quantity\":6}],\"parcels\":[{\"carrier\":\"dhl_express\",\"tracking_number\":\"D1\"},{\"carrier\":"
        "\"dhl_express\",\"tracking_number\":\"D2\"},{\"carrier\":\"dhl_express\",\"tracking_number\":\"D3\"},{\"carrier\":\"dhl_express\","
        "\"tracking_number\":\"D4\"}]}\n";
    struct poll_bench b;
    struct case_answer ca;
    int64_t pos = 0, held = metric_get(METRIC_POLLS, POLL_HELD);
    (void)state;
    bench_begin(&b);
    bench_account(&b, "dhl_unified");
    bench_open(&b);
    bench_append(&b, RECV_FACTS, "api", str_of(SIX));
    bench_case(&b, 1, &ca);
    double_add(b.d, &(struct double_step){.method = "GET", .path = "/track/shipments", .status = 404,
                                          .body = "{\"status\":404,\"title\":\"none\"}", .times = -1});
    assert_int_equal(bench_refresh(&b, &ca, 2000, &pos), ERR_UNAVAILABLE); /* not all were asked */
    assert_int_equal(double_calls(b.d), 1);
    assert_int_equal(metric_get(METRIC_POLLS, POLL_HELD), held + 3);
    assert_true(pos > 0);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_is_used_again_and_renewed),
        cmocka_unit_test(vendor_says_how_long),
        cmocka_unit_test(backoff_has_jitter),
        cmocka_unit_test(circuit_opens_and_one_call_tells),
        cmocka_unit_test(pace_keeps_the_window),
        cmocka_unit_test(plans),
        cmocka_unit_test(documented_limits),
        cmocka_unit_test(easypost_signs_in_with_its_key),
        cmocka_unit_test(classic_shipstation_is_read),
        cmocka_unit_test(unknown_number_is_the_one_asked),
        cmocka_unit_test(postal_code_goes_along),
        cmocka_unit_test(pace_skips_no_parcel),
        cmocka_unit_test(new_parcels_are_found),
        cmocka_unit_test(due_times_follow_what_happened),
        cmocka_unit_test(the_right_carrier_is_asked),
        cmocka_unit_test(one_that_fails_holds_no_other_up),
        cmocka_unit_test(error_of_ours_ends_one_turn),
        cmocka_unit_test(slow_vendor_holds_a_worker_only),
        cmocka_unit_test(workers_and_askers_share_the_pace),
        cmocka_unit_test(answers_are_refreshed),
        cmocka_unit_test(refresh_keeps_its_budget),
        cmocka_unit_test(question_keeps_its_budget),
        cmocka_unit_test(refresh_does_not_wait_for_a_sign_in),
        cmocka_unit_test(refresh_keeps_the_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
