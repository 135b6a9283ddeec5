/* See fault_loop.h. */
#include "lib/fault_loop.h"
#include "lib/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 20
#define KILLS_MAX 10
#define WORKS_MAX 32

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

/* ---- kill -9 */

/* A child does the work on a copy of the base and dies at the plan's call; false when it came to its end. */
static bool die_once(struct loop *l, const struct fault_plan *plan, const char *when)
{
    int status = 0;
    world_copy(&l->w, "base", "work");
    world_use(&l->w, "work");
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct buf told;
        long calls = 0;
        bool met = false;
        buf_init(&told, (size_t)1 << 20);
        if (!l->work->opens && world_open(&l->w) != OK)
            _exit(2);
        _exit(run_armed(l, plan, &calls, &met, &told) == OK ? 0 : 3);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: the child ended otherwise: %d", when, status);
    return false;
}

static bool kill_once(struct loop *l, const struct fault_plan *plan, const char *when)
{
    struct buf got;
    buf_init(&got, (size_t)4 << 20);
    bool died = die_once(l, plan, when);
    if (!l->work->opens)
        assert_ok(&l->w.f.ctx, world_open(&l->w));
    retry(l, when); /* whether it died or not: twice does no harm */
    settle_and_read(l, when, &got);
    if (!str_eq(buf_str(&got), buf_str(&l->want)))
        fail_differing(when, buf_str(&got), buf_str(&l->want));
    world_close(&l->w);
    buf_clear(&got);
    arena_reset(l->w.f.arena);
    return died;
}

static void loop_kill(struct loop *l, enum fault_kind kind, const char *kind_word)
{
    long calls = run_whole(l, kind), kills = 0;
    long stride = getenv("WISMO_LONG") != NULL || calls <= KILLS_MAX ? 1 : calls / KILLS_MAX | 1;
    char when[160];
    bool died = true;
    for (long n = 1; died; n += stride) {
        struct fault_plan plan = {.kind = kind, .nth = n, .kill = true};
        snprintf(when, sizeof(when), "%s, killed %s %ld", l->work->name, kind_word, n);
        died = kill_once(l, &plan, when);
        kills += died;
    }
    print_message("%s: killed %s, %ld of %ld\n", l->work->name, kind_word, kills, calls);
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
    if (!work->bare)
        assert_ok(&l.w.f.ctx, world_open(&l.w));
    work->prepare(&l.w);
    world_close(&l.w);
    loop_kind(&l, FAULT_DB, "call of the database");
    loop_kind(&l, FAULT_COMMIT_TOLD, "commit told wrongly");
    loop_kind(&l, FAULT_ALLOC, "allocation");
    loop_kind(&l, FAULT_ENGINE, "allocation inside the database");
    loop_kill(&l, FAULT_DB, "before call");
    loop_kill(&l, FAULT_COMMIT_TOLD, "after commit");
    buf_clear(&l.want);
    buf_clear(&l.told);
    if (work->finish != NULL)
        work->finish();
    world_end(&l.w);
}

static void loop_of_state(void **state)
{
    loop_work(*state);
}

int fault_loops(const struct work *works, size_t n, int argc, char **argv)
{
    struct CMUnitTest tests[WORKS_MAX];
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    fault_engine_init();
    for (size_t i = 0; i < n && i < WORKS_MAX; i++)
        tests[i] = (struct CMUnitTest){works[i].name, loop_of_state, NULL, NULL, (void *)(uintptr_t)&works[i]};
    return _cmocka_run_group_tests("fault loops", tests, n, NULL, NULL);
}
