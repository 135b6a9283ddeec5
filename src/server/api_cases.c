/* GET /v1/cases and /v1/cases/{order}: the case as JSON, or as text for people (Accept: text/plain). Both run on workers. */
#include "base/num.h"
#include "flows/case_text.h"
#include "flows/act_read.h"
#include "flows/message_list.h"
#include "server/app.h"

#define LIST_MAX 200
#define WAIT_MS 2000

/* ?wait=POSITION: a read that has seen at least that much (rule 10), or 202 with where the fold stands. */
static enum err wait_position(struct http_exchange *ex, int64_t merchant_id)
{
    int64_t pos;
    enum err e = app_query_i64(ex, "wait", 0, INT64_MAX, 0, &pos);
    if (e != OK || pos == 0)
        return e;
    return engine_wait_folded(&ex->ctx, app_of(ex)->eng, merchant_id, pos, WAIT_MS);
}

static void write_list(struct http_exchange *ex, const struct order_case *rows, size_t n, size_t max)
{
    struct jw w = jw_of(ex->out);
    int64_t now = clock_now_us(ex->ctx.clock);
    jw_obj(&w);
    jw_key(&w, "cases");
    jw_arr(&w);
    for (size_t i = 0; i < n; i++)
        case_json_row(&w, &rows[i], now);
    jw_arr_end(&w);
    jw_key(&w, "next_after");
    if (n == max)
        jw_i64(&w, rows[n - 1].order_no);
    else
        jw_null(&w);
    jw_end(&w);
    http_reply_json(ex, 200);
}

static void list_cases(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct order_case *rows = NULL;
    int64_t merchant_id, after = 0, max = 0;
    size_t n = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_query_i64(ex, "after", 0, INT64_MAX, 0, &after);
    if (e == OK)
        e = app_query_i64(ex, "max", 1, LIST_MAX, 50, &max);
    if (e == OK)
        e = wait_position(ex, merchant_id);
    if (e == OK)
        e = case_list(&ex->ctx, rd, merchant_id, after, (size_t)max, &rows, &n);
    if (e != OK)
        app_fail(ex, e);
    else
        write_list(ex, rows, n, (size_t)max);
}

void api_cases_list(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, list_cases);
}

static enum err time_query(struct http_exchange *ex, int64_t *at_us)
{
    struct str at = app_query(ex, "at");
    struct when w;
    *at_us = 0;
    if (str_empty(at))
        return OK;
    if (when_parse(at, &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(&ex->ctx, ERR_PARSE, "at: expected a time such as 2026-11-23T10:00:00Z");
    *at_us = w.utc_us;
    return OK;
}

static enum err write_case(struct http_exchange *ex, struct reader *rd, const struct case_answer *ca)
{
    struct str personal = app_query(ex, "personal");
    struct case_json_options opt = {.personal = str_eq(personal, STR("1")) ? rd : NULL};
    enum err e = opt.personal == NULL ? OK : app_allow(ex, ca->merchant_id, SCOPE_PERSONAL);
    if (e != OK)
        return e;
    if (app_wants_text(ex)) {
        e = case_text(&ex->ctx, ex->out, ca, &opt);
        if (e == OK)
            http_reply(ex, 200, "text/plain; charset=utf-8", buf_str(ex->out), NULL, 0);
        return e;
    }
    struct jw w = jw_of(ex->out);
    e = case_json(&ex->ctx, &w, ca, &opt);
    if (e == OK)
        http_reply_json(ex, 200);
    return e;
}

static void get_case(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct case_answer ca;
    int64_t merchant_id, order_no = 0, at_us = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = time_query(ex, &at_us);
    if (e == OK)
        e = wait_position(ex, merchant_id);
    if (e == OK)
        e = app_find_case(ex, rd, merchant_id, ex->params[0], &order_no);
    if (e == OK)
        e = case_read(&ex->ctx, rd, merchant_id, order_no, at_us, &ca);
    if (e == OK && at_us == 0)
        e = case_messages_join(&ex->ctx, rd, &ca);
    if (e == OK && at_us == 0)
        e = case_acts_join(&ex->ctx, rd, &ca);
    if (e == OK)
        e = write_case(ex, rd, &ca);
    if (e != OK)
        app_fail(ex, e);
}

void api_cases_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, get_case);
}
