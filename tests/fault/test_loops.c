/* Fault loops (lib/fault_loop.h, WISMO_LONG) of the spine: append, fold, timers, ask, case, replay, redecode, import, start. */
#include "lib/fault_loop.h"

#include "flows/ask.h"
#include "flows/hook_in.h"
#include "flows/submit.h"

#include <stdio.h>

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

/* Webhooks of an account that was not configured when they came: now they decode. */
static void with_decodable(struct world *w)
{
    size_t n = w->mc.accounts_n;
    w->mc.accounts_n = 0;
    assert_ok(&w->f.ctx, append_fixture(w, "order_created", true));
    assert_ok(&w->f.ctx, append_fixture(w, "fulfillment_event", true));
    assert_ok(&w->f.ctx, world_settle(w));
    w->mc.accounts_n = n;
}

/* How many it tries depends on where the one before it ended. */
static enum err run_redecode_all(struct run *r)
{
    int64_t tried = 0, decoded = 0;
    return engine_redecode(&r->w->f.ctx, r->w->eng, 1, &tried, &decoded);
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

/* A row of the ledger for each fact: it may end between any two of them, and is begun anew. */
static enum err run_import_rows(struct run *r)
{
    struct submit_report rep = {0};
    struct str text = str_of(WORLD_FACTS), line;
    enum err e = OK;
    while (e == OK && str_split(&text, '\n', &line))
        e = submit_facts(&r->w->f.ctx, line, 0, emit_row, r->w, &rep);
    if (e == OK)
        buf_fmt(&r->told, "%zu seen, %zu taken, %zu refused", rep.seen, rep.accepted, rep.refused);
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
    {.name = "append of a webhook", .prepare = with_nothing, .run = run_webhook},
    {.name = "fold", .prepare = with_facts, .run = run_fold},
    {.name = "timers", .prepare = with_cases, .run = run_fold},
    {.name = "ask", .prepare = with_cases, .run = run_ask, .quiet = true},
    {.name = "case read", .prepare = with_cases, .run = run_case},
    {.name = "replay", .prepare = with_cases, .run = run_replay},
    {.name = "redecode", .prepare = with_undecoded, .run = run_redecode},
    {.name = "redecode that decodes", .prepare = with_decodable, .run = run_redecode_all},
    {.name = "import", .prepare = with_nothing, .run = run_import},
    {.name = "import row by row", .prepare = with_nothing, .run = run_import_rows},
    {.name = "start", .prepare = with_cases, .run = run_start, .opens = true, .quiet = true},
};

/* test_loops ["NAME OF A WORK"] */
int main(int argc, char **argv)
{
    return fault_loops(WORKS, sizeof(WORKS) / sizeof(WORKS[0]), argc, argv);
}
