/*
 * POST /v1/facts: facts as JSON, an array, or NDJSON. Validated on a worker before anything is appended; rows go to the ledger as
 * they are packed, and the answer, with the positions and a report of what was refused, when the last of them is durable.
 */
#include <pthread.h>

#include "flows/submit.h"
#include "server/app.h"

#define SOURCE_MAX 40

struct facts_job {
    struct http_exchange *ex;
    struct app *app;
    int64_t merchant_id;
    enum origin origin;
    struct str source, idempotency;
    bool dry_run;
    struct submit_report report;
    size_t rows;
    pthread_mutex_t lock;
    size_t waiting;       /* rows not durable yet, and one for the reading itself */
    enum err failed;
    int64_t first, last;
    size_t repeats;
};

static void write_report(struct facts_job *job)
{
    struct jw w = jw_of(job->ex->out);
    jw_obj(&w);
    jw_kbool(&w, "dry_run", job->dry_run);
    jw_key(&w, "positions");
    if (job->first == 0)
        jw_null(&w);
    else {
        jw_obj(&w);
        jw_ki64(&w, "first", job->first);
        jw_ki64(&w, "last", job->last);
        jw_end(&w);
    }
    jw_ki64(&w, "rows", (int64_t)job->report.rows);
    jw_ki64(&w, "repeated_rows", (int64_t)job->repeats);
    submit_report_json(&w, &job->report);
    jw_end(&w);
}

static void finish(struct facts_job *job)
{
    struct http_exchange *ex = job->ex;
    pthread_mutex_destroy(&job->lock);
    if (job->failed == ERR_BUSY || job->failed == ERR_UNAVAILABLE || job->failed == ERR_IO) {
        app_reply_busy(ex); /* facts have natural keys: the same body may be sent again */
        return;
    }
    if (job->failed != OK) {
        http_fail_err(ex, job->failed);
        return;
    }
    metric_add(METRIC_FACTS, FACTS_ACCEPTED, job->dry_run ? 0 : (int64_t)job->report.accepted);
    metric_add(METRIC_FACTS, FACTS_REFUSED, (int64_t)job->report.refused);
    write_report(job);
    http_reply_json(ex, job->dry_run ? 200 : job->report.accepted == 0 && job->report.refused > 0 ? 422 : 202);
}

/* One thing less to wait for: a row, or the reading itself. The last one answers. */
static void one_less(struct facts_job *job, enum err e, int64_t pos, bool row)
{
    pthread_mutex_lock(&job->lock);
    if (e != OK && job->failed == OK)
        job->failed = e;
    job->repeats += row && e == OK && pos == 0 ? 1 : 0;
    if (pos > 0 && (job->first == 0 || pos < job->first))
        job->first = pos;
    job->last = pos > job->last ? pos : job->last;
    bool end = --job->waiting == 0;
    pthread_mutex_unlock(&job->lock);
    if (end)
        finish(job);
}

static void row_done(void *user, enum err e, int64_t pos)
{
    one_less(user, e, pos, true);
}

static enum err append_row(void *user, struct ctx *ctx, struct str body, size_t facts)
{
    struct facts_job *job = user;
    (void)facts;
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = body, .received_us = job->ex->msg.received_us};
    struct append_req req = {.merchant_id = job->merchant_id, .source = RECV_FACTS, .origin = job->origin, .account = job->source,
                             .request_id = str_of(ctx->request_id), .msg = &msg, .done = row_done, .user = job};
    job->rows++;
    if (!str_empty(job->idempotency))
        req.dedupe = arena_fmt(ctx->arena, "%.*s/%zu", STR_ARG(job->idempotency), job->rows);
    pthread_mutex_lock(&job->lock);
    job->waiting++;
    pthread_mutex_unlock(&job->lock);
    enum err e = engine_append(ctx, job->app->eng, &req);
    if (e != OK) {
        pthread_mutex_lock(&job->lock);
        job->waiting--; /* cannot be the last: the reading itself is counted */
        pthread_mutex_unlock(&job->lock);
    }
    return e;
}

static void run_job(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct facts_job *job = ex->user;
    (void)user;
    (void)rd;
    ex->user = job->app;
    enum err e = submit_facts(&ex->ctx, ex->msg.body, 0, job->dry_run ? NULL : append_row, job, &job->report);
    one_less(job, e, 0, false);
}

static bool source_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_'))
            return false;
    return s.n > 0 && s.n <= SOURCE_MAX;
}

static enum err read_options(struct http_exchange *ex, struct facts_job *job)
{
    struct str origin = app_query(ex, "origin"), source = app_query(ex, "source"), dry = app_query(ex, "dry_run");
    job->dry_run = str_eq(dry, STR("1")) || str_eq(dry, STR("true"));
    job->origin = str_eq(origin, STR("history")) ? ORIGIN_HISTORY : ORIGIN_LIVE;
    if (!str_empty(origin) && job->origin == ORIGIN_LIVE && !str_eq(origin, STR("live")))
        return ctx_fail(&ex->ctx, ERR_PARSE, "origin: expected live or history, got \"%.*s\"", STR_ARG(str_sub(origin, 0, 40)));
    job->source = str_empty(source) ? STR("facts") : source;
    if (!source_ok(job->source))
        return ctx_fail(&ex->ctx, ERR_PARSE, "source: expected at most %d of a-z, 0-9, - and _", SOURCE_MAX);
    job->idempotency = str_sub(http_msg_header(&ex->msg, "Idempotency-Key"), 0, 200);
    return str_empty(str_trim(ex->msg.body)) ? ctx_fail(&ex->ctx, ERR_PARSE, "body: expected facts as JSON or NDJSON, got nothing") : OK;
}

void api_facts_post(struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    struct facts_job *job = ctx_alloc(&ex->ctx, sizeof(*job));
    enum err e = job == NULL ? ERR_MEMORY : OK;
    if (e == OK) {
        *job = (struct facts_job){.ex = ex, .app = app, .waiting = 1};
        e = app_merchant(ex, STR_NULL, &job->merchant_id);
    }
    if (e == OK)
        e = app_allow(ex, job->merchant_id, SCOPE_FACTS);
    if (e == OK)
        e = read_options(ex, job);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    pthread_mutex_init(&job->lock, NULL);
    ex->user = job;
    workers_run(app->workers, run_job, ex);
}
