/*
 * Fault loops: each work of the spine is run with its first allocation failing, then its second, and so on until a run meets no
 * fault; the same with the calls of the database, with allocations inside it, with commits that stand but are told to have failed;
 * each once as a single failure and once as "from there on". After every run: the failure was told, a retry succeeds, and the
 * store holds what it holds without a fault. Leaks are seen where the tests run under ASan.
 *
 * Long loops take strides, so that no loop runs much over RUNS_MAX times; WISMO_LONG=1 in the environment takes every step.
 */
#include "lib/fault.h"
#include "lib/fault_world.h"

#include "flows/ask.h"
#include "flows/hook_in.h"
#include "flows/submit.h"
#include "storage/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS_MAX 20

struct run {
    struct world *w;
    struct http_msg hook; /* signed */
    struct http_header room[CASE_HEADERS_MAX];
    struct buf told; /* what the work answered; the same with and without a fault before it */
};

struct work {
    const char *name;
    void (*prepare)(struct world *w);        /* the store before it */
    enum err (*run)(struct run *r);          /* the work; ends with an open engine or none */
    bool opens;                              /* opens the engine itself */
    bool quiet;                              /* may go on without what failed: then what it leaves must be right all the same */
};

/* ---- the works */

static enum err append_fixture(struct world *w, const char *fixture, bool signed_in)
{
    struct http_header room[CASE_HEADERS_MAX];
    struct http_msg msg = world_hook(w, room, fixture);
    return world_append(w, RECV_WEBHOOK, signed_in ? "shopify" : "ups", &msg);
}

static void with_nothing(struct world *w)
{
    (void)w;
}

static void with_facts(struct world *w)
{
    struct http_msg msg = {.method = STR("POST"), .body = str_of(WORLD_FACTS)};
    assert_ok(&w->f.ctx, world_append(w, RECV_FACTS, "api", &msg));
    assert_ok(&w->f.ctx, append_fixture(w, "order_created", true));
    assert_ok(&w->f.ctx, append_fixture(w, "fulfillment_event", true));
}

static void with_cases(struct world *w)
{
    with_facts(w);
    assert_ok(&w->f.ctx, world_settle(w));
}

static void with_undecoded(struct world *w)
{
    struct http_msg msg = {.method = STR("POST"), .body = STR("{\"no\":\"scan\"}")};
    with_facts(w);
    assert_ok(&w->f.ctx, world_append(w, RECV_WEBHOOK, "ups", &msg));
    assert_ok(&w->f.ctx, world_settle(w));
}

struct outcome {
    bool called;
    enum err e;
};

static void on_durable(void *user, enum err e, int64_t pos)
{
    struct outcome *o = user;
    (void)pos;
    o->called = true;
    o->e = e;
}

static enum err run_webhook(struct run *r)
{
    struct outcome o = {.called = false};
    struct http_msg msg = r->hook;
    enum err e = hook_append(&r->w->f.ctx, r->w->eng, 1, &r->w->acct[0], &msg, on_durable, &o);
    bool did = true;
    if (e == OK && !o.called)
        e = appender_run(&r->w->f.ctx, r->w->eng, &did);
    assert_true(e != OK || o.called); /* somebody waits for the answer */
    return e == OK ? o.e : e;
}

static enum err run_fold(struct run *r)
{
    clock_set(&r->w->f.clock, r->w->start_us + 4 * US_PER_DAY); /* timers are due too */
    return world_settle(r->w);
}

static enum err run_ask(struct run *r)
{
    struct reader *rd = NULL;
    struct ask_reply rep;
    struct ask_env env = {.eng = r->w->eng, .merchant_id = 1, .record = true};
    struct ask_question q = {.text = STR("where is my stuff? #7 anna@example.com")};
    enum err e = reader_open(&r->w->f.ctx, r->w->eng, &rd);
    env.rd = rd;
    if (e == OK)
        e = ask(&r->w->f.ctx, &env, &q, &rep);
    if (e == OK)
        buf_add(&r->told, rep.text);
    reader_close(rd);
    return e;
}

static enum err run_case(struct run *r)
{
    struct ctx *ctx = &r->w->f.ctx;
    struct reader *rd = NULL;
    struct case_answer ca;
    struct personal who;
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    enum err e = reader_open(ctx, r->w->eng, &rd);
    if (e == OK)
        e = case_find(ctx, rd, 1, STR("1Z7W4E590300010062"), found, &n);
    if (e == OK && n != 1)
        fail_msg("the parcel's order is not found: %zu", n);
    if (e == OK)
        e = case_read(ctx, rd, 1, found[0], 0, &ca);
    if (e == OK)
        e = case_personal(ctx, rd, &ca, &who);
    if (e == OK)
        buf_fmt(&r->told, "%zu parcels, %s, %.*s\n", ca.cas->parcels_n, diag_class_word(ca.cd.order.cls), STR_ARG(who.email));
    if (e == OK) /* and as it was known a day later than nothing */
        e = case_read(ctx, rd, 1, found[0], r->w->start_us + 1, &ca);
    if (e == OK)
        buf_fmt(&r->told, "then %s\n", diag_class_word(ca.cd.order.cls));
    reader_close(rd);
    return e;
}

static enum err run_replay(struct run *r)
{
    struct replay_report rep;
    enum err e = engine_replay(&r->w->f.ctx, r->w->eng, 0, &rep);
    if (e == OK)
        buf_fmt(&r->told, "%lld facts, %lld differences %.*s", (long long)rep.facts, (long long)rep.differences, STR_ARG(rep.first));
    return e;
}

static enum err run_redecode(struct run *r)
{
    int64_t tried = 0, decoded = 0;
    enum err e = engine_redecode(&r->w->f.ctx, r->w->eng, 1, &tried, &decoded);
    if (e == OK)
        buf_fmt(&r->told, "%lld tried, %lld decoded", (long long)tried, (long long)decoded);
    return e;
}

static enum err emit_row(void *user, struct ctx *ctx, struct str body, size_t facts)
{
    struct world *w = user;
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = body};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .origin = ORIGIN_HISTORY, .account = STR("import"), .msg = &msg};
    int64_t pos = 0;
    (void)facts;
    return engine_append_wait(ctx, w->eng, &req, &pos);
}

static enum err run_import(struct run *r)
{
    struct submit_report rep = {0};
    struct ctx *ctx = &r->w->f.ctx;
    enum err e = submit_facts(ctx, str_of(WORLD_FACTS), 0, emit_row, r->w, &rep);
    if (e == OK)
        e = submit_facts(ctx, STR("{\"kind\":\"order\",\"order_id\":\"8\"}\n{\"kind\":\"order\"}\n{\"kind\":\"nope\"}\n"), 20, emit_row, r->w, &rep);
    if (e == OK)
        buf_fmt(&r->told, "%zu seen, %zu taken, %zu refused", rep.seen, rep.accepted, rep.refused);
    for (size_t i = 0; e == OK && i < rep.refusals_n; i++)
        buf_fmt(&r->told, "; line %zu: %.*s: %.*s", rep.refusals[i].line, STR_ARG(rep.refusals[i].field), STR_ARG(rep.refusals[i].reason));
    return e == OK ? world_settle(r->w) : e;
}

static enum err run_start(struct run *r)
{
    enum err e = world_open(r->w);
    if (e != OK)
        return e;
    struct engine_status s;
    engine_status(r->w->eng, 1, &s);
    buf_fmt(&r->told, "%lld rows, folded %lld, %zu watched", (long long)s.head, (long long)s.folded, s.watched);
    return OK;
}

static const struct work WORKS[] = {
    {"append of a webhook", with_nothing, run_webhook, .opens = false},
    {"fold", with_facts, run_fold, .opens = false},
    {"timers", with_cases, run_fold, .opens = false},
    {"ask", with_cases, run_ask, .opens = false, .quiet = true},
    {"case read", with_cases, run_case, .opens = false},
    {"replay", with_cases, run_replay, .opens = false},
    {"redecode", with_undecoded, run_redecode, .opens = false},
    {"import", with_nothing, run_import, .opens = false},
    {"start", with_cases, run_start, .opens = true, .quiet = true},
};

/* ---- the loop */

struct loop {
    struct world w;
    const struct work *work;
    struct buf want, told; /* what the store holds and what was answered without a fault */
};

/* Without a fault, twice: what it leaves is what a retry must leave. */
static void settle_and_read(struct loop *l, const char *when, struct buf *out)
{
    clock_advance(&l->w.f.clock, 2 * US_PER_S); /* a timer that could not be told comes a second later */
    assert_ok(&l->w.f.ctx, world_settle(&l->w));
    world_check(&l->w, when);
    world_text(&l->w, out);
}

static enum err run_armed(struct loop *l, const struct fault_plan *plan, long *calls, bool *met, struct buf *told)
{
    struct run r = {.w = &l->w};
    buf_init(&r.told, (size_t)1 << 20);
    assert_non_null(buf_reserve(&r.told, 65536)); /* the test's own memory does not fail */
    r.hook = world_hook(&l->w, r.room, "order_created");
    l->w.f.ctx.msg[0] = '\0';
    fault_arm(plan);
    enum err e = l->work->run(&r);
    *calls = fault_disarm(met);
    buf_add(told, buf_str(&r.told));
    buf_clear(&r.told);
    return e;
}

static void retry(struct loop *l, const char *when)
{
    struct run r = {.w = &l->w};
    arena_reset(l->w.f.arena); /* a new piece of work */
    buf_init(&r.told, (size_t)1 << 20);
    assert_non_null(buf_reserve(&r.told, 65536)); /* the test's own memory does not fail */
    r.hook = world_hook(&l->w, r.room, "order_created");
    if (l->work->opens) {
        world_close(&l->w);
        clock_set(&l->w.f.clock, l->w.start_us);
    }
    enum err e = l->work->run(&r);
    if (e != OK)
        fail_msg("%s: the retry: %s: %s", when, err_name(e), l->w.f.ctx.msg);
    if (!str_eq(buf_str(&r.told), buf_str(&l->told)))
        fail_msg("%s: the retry says \"%.*s\", not \"%.*s\"", when, (int)r.told.n, r.told.p, (int)l->told.n, l->told.p);
    buf_clear(&r.told);
}

static void fail_differing(const char *when, struct str got, struct str want)
{
    struct str a = STR_NULL, b = STR_NULL;
    while (str_split(&got, '\n', &a) && str_split(&want, '\n', &b) && str_eq(a, b))
        ;
    fail_msg("%s: the store holds \"%.*s\" where it holds \"%.*s\" without a fault", when, STR_ARG(a), STR_ARG(b));
}

/* One run with a fault; true when it met one. */
static bool run_once(struct loop *l, const struct fault_plan *plan, const char *when)
{
    struct buf got, told;
    long calls = 0;
    bool met = false;
    buf_init(&got, (size_t)4 << 20);
    buf_init(&told, (size_t)1 << 20);
    world_copy(&l->w, "base", "work");
    world_use(&l->w, "work");
    if (!l->work->opens)
        assert_ok(&l->w.f.ctx, world_open(&l->w));
    enum err e = run_armed(l, plan, &calls, &met, &told);
    if (e != OK && !met)
        fail_msg("%s: no fault was met and yet: %s: %s", when, err_name(e), l->w.f.ctx.msg);
    if (e != OK && e != ERR_MEMORY && l->w.f.ctx.msg[0] == '\0') /* "memory" says all there is to say */
        fail_msg("%s: %s without a word", when, err_name(e));
    if (e != OK && !err_is_transient(e))
        fail_msg("%s: a failing machine is told as %s: %s", when, err_name(e), l->w.f.ctx.msg);
    if (e == OK && met && !l->work->quiet && !str_eq(buf_str(&told), buf_str(&l->told)))
        fail_msg("%s: goes on as if nothing were and says \"%.*s\", not \"%.*s\"", when, (int)told.n, told.p, (int)l->told.n, l->told.p);
    if (met)
        retry(l, when);
    settle_and_read(l, when, &got);
    if (!str_eq(buf_str(&got), buf_str(&l->want)))
        fail_differing(when, buf_str(&got), buf_str(&l->want));
    world_close(&l->w);
    buf_clear(&got);
    buf_clear(&told);
    arena_reset(l->w.f.arena);
    return met;
}

/* Calls of that kind in a run without a fault; fills want and told. */
static long run_whole(struct loop *l, enum fault_kind kind)
{
    struct fault_plan plan = {.kind = kind};
    long calls = 0;
    bool met = false;
    world_copy(&l->w, "base", "whole");
    world_use(&l->w, "whole");
    if (!l->work->opens)
        assert_ok(&l->w.f.ctx, world_open(&l->w));
    buf_reset(&l->told);
    buf_reset(&l->want);
    assert_ok(&l->w.f.ctx, run_armed(l, &plan, &calls, &met, &l->told));
    assert_false(met);
    settle_and_read(l, "without a fault", &l->want);
    world_close(&l->w);
    return calls;
}

static void loop_kind(struct loop *l, enum fault_kind kind, const char *kind_word)
{
    long calls = run_whole(l, kind), runs = 0;
    long stride = getenv("WISMO_LONG") != NULL || calls <= RUNS_MAX ? 1 : calls / RUNS_MAX | 1;
    for (int from_on = 0; from_on < 2; from_on++) {
        long n = 1;
        char when[160];
        bool met = true;
        while (met) {
            struct fault_plan plan = {.kind = kind, .nth = n, .from_on = from_on != 0};
            snprintf(when, sizeof(when), "%s, %s %ld%s", l->work->name, kind_word, n, from_on ? " and all after it" : "");
            met = run_once(l, &plan, when);
            runs++;
            n += stride;
        }
        assert_true(n > calls || kind == FAULT_ENGINE); /* a cache may spare the engine some */
    }
    print_message("%s: %ld x %s, %ld runs\n", l->work->name, calls, kind_word, runs);
}

static void loop_work(const struct work *work)
{
    struct loop l = {.work = work};
    bool met;
    (void)fault_disarm(&met); /* a test that failed may have left it armed */
    world_begin(&l.w);
    buf_init(&l.want, (size_t)4 << 20);
    buf_init(&l.told, (size_t)1 << 20);
    world_use(&l.w, "base");
    assert_ok(&l.w.f.ctx, world_open(&l.w));
    work->prepare(&l.w);
    world_close(&l.w);
    loop_kind(&l, FAULT_DB, "call of the database");
    loop_kind(&l, FAULT_COMMIT_TOLD, "commit told wrongly");
    loop_kind(&l, FAULT_ALLOC, "allocation");
    loop_kind(&l, FAULT_ENGINE, "allocation inside the database");
    buf_clear(&l.want);
    buf_clear(&l.told);
    world_end(&l.w);
}

static void loop_of_state(void **state)
{
    loop_work(*state);
}

/* test_loops ["NAME OF A WORK"] */
int main(int argc, char **argv)
{
    struct CMUnitTest tests[sizeof(WORKS) / sizeof(WORKS[0])];
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    fault_engine_init();
    for (size_t i = 0; i < sizeof(WORKS) / sizeof(WORKS[0]); i++)
        tests[i] = (struct CMUnitTest){WORKS[i].name, loop_of_state, NULL, NULL, (void *)(uintptr_t)&WORKS[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
