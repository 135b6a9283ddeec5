/* GET /v1/outbox, GET /v1/promises, POST /v1/outbox/{id}/resend, GET and POST /v1/pause, POST /v1/resume. All run on workers. */
#include "flows/message_list.h"
#include "flows/outbox_list.h"
#include "flows/pause.h"
#include "server/app.h"

#define ROWS_MAX 200

static enum err allowed(struct http_exchange *ex, struct str merchant, unsigned scope, int64_t *merchant_id)
{
    enum err e = app_merchant(ex, merchant, merchant_id);
    return e == OK ? app_allow(ex, *merchant_id, scope) : e;
}

static void answer(struct http_exchange *ex, enum err e)
{
    if (e != OK)
        app_fail(ex, e);
    else
        http_reply_json(ex, 200);
}

/* ---- the outbox */

static void list(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct outbox_ask ask = {.dead = str_eq(app_query(ex, "dead"), STR("1")), .max = ROWS_MAX};
    struct str order = app_query(ex, "order");
    bool text = app_wants_text(ex);
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK && !str_empty(order))
        e = app_find_case(ex, rd, merchant_id, order, &ask.order_no);
    if (e == OK)
        e = outbox_show(&ex->ctx, rd, merchant_id, &ask, !text, ex->out);
    if (e == OK && text)
        http_reply(ex, 200, "text/plain; charset=utf-8", buf_str(ex->out), NULL, 0);
    else
        answer(ex, e);
}

void api_outbox_list(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, list);
}

static void resend(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct outbox_ask ask = {.dead = true, .max = ROWS_MAX};
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = outbox_resend(&ex->ctx, app_of(ex)->eng, merchant_id, ex->params[0]);
    if (e == OK)
        e = outbox_show(&ex->ctx, rd, merchant_id, &ask, true, ex->out);
    answer(ex, e);
}

void api_outbox_resend(struct http_exchange *ex)
{
    app_run(ex, SCOPE_ADMIN, resend);
}

static void show_promises(void *user, struct reader *rd, struct http_exchange *ex)
{
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = promises_show(&ex->ctx, rd, merchant_id, true, ex->out);
    answer(ex, e);
}

void api_promises_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, show_promises);
}

/* ---- the kill switch */

static void show_pauses(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct jw w = jw_of(ex->out);
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = pause_json(&ex->ctx, rd, merchant_id, &w);
    answer(ex, e);
}

void api_pause_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, show_pauses);
}

/* Without a merchant it is all of them: then the token must be good for each. */
static enum err whose(struct http_exchange *ex, struct str merchant, int64_t *merchant_id)
{
    const struct config *cfg = app_of(ex)->cfg;
    enum err e = OK;
    int64_t one;
    *merchant_id = 0;
    if (!str_empty(merchant))
        return allowed(ex, merchant, SCOPE_ADMIN, merchant_id);
    for (size_t i = 0; e == OK && i < cfg->merchants_n; i++)
        e = allowed(ex, cfg->merchants[i].name, SCOPE_ADMIN, &one);
    return e;
}

static void set_pause(void *user, struct reader *rd, struct http_exchange *ex)
{
    const struct json *v = NULL;
    struct jw w = jw_of(ex->out);
    int64_t merchant_id = 0;
    (void)user;
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    struct pause p = {json_str(v, "what"), json_str(v, "why"), str_eq(ex->msg.path, STR("/v1/resume"))};
    if (e == OK)
        e = whose(ex, json_str(v, "merchant"), &merchant_id);
    if (e == OK)
        e = pause_set(&ex->ctx, app_of(ex)->eng, merchant_id, &p);
    if (e == OK)
        e = pause_json(&ex->ctx, rd, merchant_id, &w);
    answer(ex, e);
}

void api_pause_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, set_pause, ex);
}
