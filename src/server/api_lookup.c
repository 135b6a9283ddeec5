/*
 * GET and POST /v1/lookup: one order in flat words, for helpdesks' macros, flows and calls (docs/lookup.md). The same names as a query, as a
 * JSON object or as a form; for a token with the scope read. On a worker.
 */
#include "base/http_client.h"
#include "flows/lookup.h"
#include "server/app.h"

static const char *const NAMES[] = {"order", "tracking_number", "email", "phone", "lang"};
#define NAMES_N (sizeof(NAMES) / sizeof(NAMES[0]))

static struct str form_value(struct http_exchange *ex, struct str form, const char *name)
{
    struct str out = STR_NULL;
    return query_get(ex->ctx.arena, form, name, &out) ? out : STR_NULL;
}

static enum err read_question(struct http_exchange *ex, struct lookup_question *q)
{
    const struct json *v = NULL;
    bool post = str_eq(ex->msg.method, STR("POST")), form = str_starts(http_msg_header(&ex->msg, "Content-Type"), STR("application/x-www-form-urlencoded"));
    enum err e = post && !form ? json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v) : OK;
    for (size_t i = 0; e == OK && i < NAMES_N; i++) {
        struct str value = !post ? app_query(ex, NAMES[i]) : form ? form_value(ex, ex->msg.body, NAMES[i]) : json_text(v, NAMES[i]);
        e = lookup_question_set(&ex->ctx, q, str_of(NAMES[i]), value);
    }
    return e;
}

static void answer(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct lookup_question q = {.order = STR_NULL};
    struct jw w = jw_of(ex->out);
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = read_question(ex, &q);
    if (e == OK)
        e = lookup_answer(&ex->ctx, rd, merchant_id, &q, &w);
    if (e != OK)
        app_fail(ex, e);
    else
        http_reply_json(ex, 200);
}

void api_lookup(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, answer);
}
