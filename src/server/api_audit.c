/* GET /v1/cases/{order}/audit and GET /v1/audit: where the trail of a case broke; all causes, ranked. Both run on workers. */
#include "flows/audit_read.h"
#include "server/app.h"

#define ORDERS_DEFAULT 10000
#define ORDERS_MAX 100000 /* newest first: a request takes seconds, not minutes */

static void audit_one(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct case_audit a;
    struct jw w = jw_of(ex->out);
    int64_t merchant_id, order_no = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_find_case(ex, rd, merchant_id, ex->params[0], &order_no);
    if (e == OK)
        e = audit_read(&ex->ctx, rd, merchant_id, order_no, &a);
    if (e != OK) {
        app_fail(ex, e == ERR_UNSUPPORTED ? ERR_NOTFOUND : e);
        return;
    }
    if (app_wants_text(ex))
        audit_text(&ex->ctx, &a, ex->out);
    else
        audit_json(&w, &a);
    app_reply(ex, 200);
}

static void audit_ranked(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct audit_ranking r;
    struct jw w = jw_of(ex->out);
    int64_t merchant_id, max = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_query_i64(ex, "orders", 1, ORDERS_MAX, ORDERS_DEFAULT, &max);
    if (e == OK)
        e = audit_all(&ex->ctx, rd, merchant_id, max, &r);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    if (app_wants_text(ex))
        audit_ranking_text(&ex->ctx, &r, ex->out);
    else
        audit_ranking_json(&w, &r);
    app_reply(ex, 200);
}

void api_case_audit_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, audit_one);
}

void api_audit_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, audit_ranked);
}
