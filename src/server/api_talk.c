/*
 * Conversations over HTTP: POST /v1/messages, a customer's words through the merchant's own door, answered in the same call when the
 * turn is quick; GET /v1/conversations, those that want a person or are about an order; GET and POST /v1/conversations/{number}, its
 * lines, and a person's answer.
 */
#include "base/num.h"
#include "flows/say.h"
#include "server/app.h"

#define WAIT_MS 2000
#define LIST_MAX 100

/* ---- a customer */

/* Who sends a message again after a cut connection sends its key again: the message is one. */
static enum err message_of(struct http_exchange *ex, const struct json *v, struct message_in_fact *out, int *wait_ms)
{
    int64_t wait = WAIT_MS;
    enum err e = message_read(&ex->ctx, v, out);
    if (e == OK && json_get(v, "wait_ms") != NULL && json_i64(v, "wait_ms", 0, 10000, &wait) != OK)
        e = ctx_fail(&ex->ctx, ERR_PARSE, "wait_ms: expected 0 to 10000");
    if (e == OK && str_empty(out->message_id))
        out->message_id = str_sub(http_msg_header(&ex->msg, "Idempotency-Key"), 0, SAY_FIELD_MAX);
    if (e == OK && str_empty(out->message_id))
        out->message_id = arena_fmt(ex->ctx.arena, "%lld-%s", (long long)clock_now_us(ex->ctx.clock), ex->ctx.request_id);
    *wait_ms = (int)wait;
    return e;
}

static void post_message(void *user, struct reader *rd, struct http_exchange *ex)
{
    const struct json *v = NULL;
    struct message_in_fact m;
    struct said s;
    int64_t merchant_id = 0;
    int wait_ms = 0;
    (void)user;
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    if (e == OK)
        e = app_merchant(ex, json_str(v, "merchant"), &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_FACTS); /* it says for whom the channel vouches */
    if (e == OK)
        e = message_of(ex, v, &m, &wait_ms);
    if (e == OK)
        e = say(&ex->ctx, app_of(ex)->eng, rd, merchant_id, &m, wait_ms, &s);
    if (e != OK && e != ERR_TIMEOUT) {
        app_fail(ex, e);
        return;
    }
    struct jw w = jw_of(ex->out);
    said_json(&w, &s);
    http_reply_json(ex, e == OK && s.answered ? 200 : 202);
}

void api_messages_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, post_message, ex);
}

/* ---- people */

static enum err list_of(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, struct conversation **out, size_t *n)
{
    struct str order = app_query(ex, "order");
    int64_t after = 0, order_no = 0;
    enum err e = app_query_i64(ex, "after", 0, INT64_MAX, 0, &after);
    if (e == OK && !str_empty(order))
        e = app_find_case(ex, rd, merchant_id, order, &order_no);
    if (e != OK)
        return e;
    if (order_no != 0)
        return conversations_read(&ex->ctx, rd, merchant_id, CONVERSATION_LIST_ORDER, order_no, LIST_MAX, out, n);
    bool person = !str_empty(app_query(ex, "person"));
    return conversations_read(&ex->ctx, rd, merchant_id, person ? CONVERSATION_LIST_PERSON : CONVERSATION_LIST_ALL, after, LIST_MAX, out, n);
}

static void list_conversations(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct conversation *list = NULL;
    int64_t merchant_id = 0;
    size_t n = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_READ | SCOPE_PERSONAL);
    if (e == OK)
        e = list_of(ex, rd, merchant_id, &list, &n);
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_key(&w, "conversations");
    jw_arr(&w);
    for (size_t i = 0; e == OK && i < n; i++)
        e = conversation_json(&ex->ctx, rd, merchant_id, &list[i], &w);
    jw_arr_end(&w);
    jw_end(&w);
    if (e != OK)
        app_fail(ex, e);
    else
        http_reply_json(ex, 200);
}

void api_conversations_list(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, list_conversations, ex);
}

static enum err number_of(struct http_exchange *ex, int64_t *no)
{
    return num_parse_i64(ex->params[0], 1, INT64_MAX, no) == OK ? OK : ctx_fail(&ex->ctx, ERR_PARSE, "conversation: expected its number");
}

static void get_conversation(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct conversation c;
    int64_t merchant_id = 0, no = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_READ | SCOPE_PERSONAL);
    if (e == OK)
        e = number_of(ex, &no);
    if (e == OK)
        e = conversation_read(&ex->ctx, rd, merchant_id, no, &c);
    struct jw w = jw_of(ex->out);
    if (e == OK)
        e = conversation_json(&ex->ctx, rd, merchant_id, &c, &w);
    if (e != OK)
        app_fail(ex, e);
    else
        http_reply_json(ex, 200);
}

void api_conversations_get(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, get_conversation, ex);
}

static void post_answer(void *user, struct reader *rd, struct http_exchange *ex)
{
    const struct json *v = NULL;
    int64_t merchant_id = 0, no = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_ACT);
    if (e == OK)
        e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    if (e == OK)
        e = number_of(ex, &no);
    struct str by = app_token_name(ex);
    if (e == OK && str_empty(by)) /* an open demo knows no tokens */
        by = str_sub(json_str(v, "by"), 0, 80);
    if (e == OK && str_empty(by))
        e = ctx_fail(&ex->ctx, ERR_PARSE, "by: who says so?");
    if (e == OK)
        e = say_as_person(&ex->ctx, app_of(ex)->eng, rd, merchant_id, no, json_str(v, "text"), by);
    if (e != OK && e != ERR_TIMEOUT) {
        app_fail(ex, e);
        return;
    }
    get_conversation(NULL, rd, ex);
}

void api_conversations_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, post_answer, ex);
}
