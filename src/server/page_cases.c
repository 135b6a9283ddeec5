/* The pages: list of cases, one case, the ask box. For operators: in a demo on the loopback open, else with a token. */
#include "base/data.h"
#include "base/http_client.h"
#include "flows/act_read.h"
#include "flows/message_list.h"
#include "server/app.h"
#include "server/page_render.h"

#define PAGE_ROWS 100
#define QUESTION_MAX 2000

static void page_fail(struct http_exchange *ex, enum err e)
{
    static const struct {
        enum err e;
        int status;
        struct str title;
    } MAP[] = {{ERR_NOTFOUND, 404, {"Not found", 9}}, {ERR_PARSE, 400, {"Not understood", 14}}, {ERR_CONFLICT, 409, {"Several fit", 11}}};
    buf_reset(ex->out);
    for (size_t i = 0; i < sizeof(MAP) / sizeof(MAP[0]); i++)
        if (MAP[i].e == e) {
            page_error_html(ex->out, MAP[i].title, str_of(ex->ctx.msg));
            app_page(ex, MAP[i].status);
            return;
        }
    app_fail(ex, e);
}

/* The name for links, where there is more than one merchant. */
static struct str shown_merchant(struct http_exchange *ex, int64_t merchant_id)
{
    struct app *app = app_of(ex);
    return app->cfg->merchants_n > 1 ? engine_merchant_config(app->eng, merchant_id)->name : STR_NULL;
}

static void list_page(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    struct order_case *rows = NULL;
    int64_t merchant_id, after = 0;
    size_t n = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_query_i64(ex, "after", 0, INT64_MAX, 0, &after);
    if (e == OK)
        e = case_list(&ex->ctx, rd, merchant_id, after, PAGE_ROWS, &rows, &n);
    if (e != OK) {
        page_fail(ex, e);
        return;
    }
    struct page_list pg = {.merchant = shown_merchant(ex, merchant_id), .cases = rows, .n = n, .now_us = clock_now_us(app->opt.clock),
                           .next_after = n == PAGE_ROWS ? rows[n - 1].order_no : 0, .clock_moves = app->cfg->virtual_clock};
    page_list_html(&ex->ctx, ex->out, &pg);
    app_page(ex, 200);
}

static void case_page(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct case_answer ca;
    int64_t merchant_id, order_no = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_find_case(ex, rd, merchant_id, ex->params[0], &order_no);
    if (e == OK)
        e = case_read(&ex->ctx, rd, merchant_id, order_no, 0, &ca);
    if (e == OK)
        e = case_messages_join(&ex->ctx, rd, &ca);
    if (e == OK)
        e = case_acts_join(&ex->ctx, rd, &ca);
    if (e != OK) {
        page_fail(ex, e);
        return;
    }
    page_case_html(&ex->ctx, ex->out, shown_merchant(ex, merchant_id), &ca);
    app_page(ex, 200);
}

static void ask_page(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct str text = STR_NULL, merchant = STR_NULL;
    struct ask_reply rep = {.outcome = ASK_NEED};
    int64_t merchant_id;
    (void)user;
    if (!query_get(ex->ctx.arena, ex->msg.body, "text", &text))
        text = STR("");
    (void)query_get(ex->ctx.arena, ex->msg.body, "merchant", &merchant);
    enum err e = app_merchant(ex, merchant, &merchant_id);
    struct ask_question q = {.text = str_sub(text, 0, QUESTION_MAX)};
    if (e == OK)
        e = app_ask(ex, rd, merchant_id, &q, &rep);
    if (e != OK) {
        page_fail(ex, e);
        return;
    }
    page_ask_html(&ex->ctx, ex->out, shown_merchant(ex, merchant_id), q.text, &rep);
    app_page(ex, 200);
}

static void operator_page(struct http_exchange *ex, work_fn fn)
{
    int64_t merchant_id;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_READ);
    if (e != OK)
        page_fail(ex, e);
    else
        workers_run(app_of(ex)->workers, fn, ex);
}

void page_cases_list(struct http_exchange *ex)
{
    operator_page(ex, list_page);
}

void page_cases_get(struct http_exchange *ex)
{
    operator_page(ex, case_page);
}

void page_ask_post(struct http_exchange *ex)
{
    if (!app_ask_allowed(app_of(ex), http_client(ex)))
        http_fail(ex, 429, "limit", STR("too many questions from this address; try again in a moment"), STR_NULL);
    else
        workers_run(app_of(ex)->workers, ask_page, ex);
}

void page_style(struct http_exchange *ex)
{
    http_reply(ex, 200, "text/css; charset=utf-8", data_file("page.css"), NULL, 0);
}
