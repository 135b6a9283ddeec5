/* /v1/knowledge: the merchant's own texts: put, list, remove, ask, and what they left unanswered. All run on workers. */
#include "flows/knowledge.h"
#include "server/app.h"

#define DAYS_MAX 400
#define DAYS_DEFAULT 90
#define NOON_US (12 * US_PER_H) /* a date is the middle of its day, so that no zone moves it */

static void answer(struct http_exchange *ex, enum err e, int status)
{
    if (e != OK)
        app_fail(ex, e);
    else
        app_reply(ex, status);
}

/* What stands behind a change: its position, and the list as it is then. A fold that is late gives 202. */
static void answer_change(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, enum err e, int64_t pos)
{
    bool late = e == ERR_TIMEOUT && pos > 0;
    if (e == OK || late)
        e = knowledge_list(&ex->ctx, rd, merchant_id, !app_wants_text(ex), ex->out);
    answer(ex, e, late ? 202 : 200);
}

static enum err read_document(struct http_exchange *ex, struct knowledge_new *doc)
{
    const struct json *v = NULL;
    struct when dated = {0};
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK && !json_is(json_get(v, "text"), JSON_STRING))
        e = ctx_fail(&ex->ctx, ERR_PARSE, "text: expected a string");
    if (e == OK && json_get(v, "dated") != NULL)
        e = when_parse(json_str(v, "dated"), &dated) == OK ? OK : ctx_fail(&ex->ctx, ERR_PARSE, "dated: expected a date or an instant");
    if (e == OK)
        *doc = (struct knowledge_new){.source = json_str(v, "source"), .title = json_str(v, "title"), .lang = json_str(v, "lang"),
                                      .format = json_str(v, "format"), .text = json_str(v, "text"), .dated_us = dated.kind == WHEN_UTC ? dated.utc_us : dated.kind == WHEN_NONE ? 0 : dated.local_us + NOON_US};
    return e;
}

static void put(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct knowledge_new doc;
    int64_t merchant_id = 0, pos = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = read_document(ex, &doc);
    if (e == OK)
        e = knowledge_put(&ex->ctx, app_of(ex)->eng, merchant_id, &doc, &pos);
    answer_change(ex, rd, merchant_id, e, pos);
}

void api_knowledge_post(struct http_exchange *ex)
{
    app_run(ex, SCOPE_ADMIN, put);
}

static void take_away(void *user, struct reader *rd, struct http_exchange *ex)
{
    int64_t merchant_id = 0, pos = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = knowledge_remove(&ex->ctx, app_of(ex)->eng, rd, merchant_id, ex->params[0], &pos);
    answer_change(ex, rd, merchant_id, e, pos);
}

void api_knowledge_delete(struct http_exchange *ex)
{
    app_run(ex, SCOPE_ADMIN, take_away);
}

static void list(void *user, struct reader *rd, struct http_exchange *ex)
{
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = knowledge_list(&ex->ctx, rd, merchant_id, !app_wants_text(ex), ex->out);
    answer(ex, e, 200);
}

void api_knowledge_list(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, list);
}

static void unanswered(void *user, struct reader *rd, struct http_exchange *ex)
{
    int64_t merchant_id, days = DAYS_DEFAULT;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_query_i64(ex, "days", 1, DAYS_MAX, DAYS_DEFAULT, &days);
    if (e == OK)
        e = knowledge_unanswered(&ex->ctx, rd, merchant_id, clock_now_us(ex->ctx.clock) - days * US_PER_DAY, !app_wants_text(ex), ex->out);
    answer(ex, e, 200);
}

void api_knowledge_unanswered(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, unanswered);
}

static void write_answer(struct http_exchange *ex, const struct knowledge_answer *ans, struct str quote)
{
    struct jw w = jw_of(ex->out);
    if (app_wants_text(ex)) {
        buf_add(ex->out, ans->found ? quote : STR("no passage answers this"));
        buf_fmt(ex->out, "\n(%d%% of the question)\n", ans->confidence);
        return;
    }
    jw_obj(&w);
    jw_kbool(&w, "found", ans->found);
    jw_ki64(&w, "confidence", ans->confidence);
    if (ans->found)
        jw_kstr(&w, "text", quote);
    if (!str_empty(ans->passage.source)) {
        jw_kstr(&w, "source", ans->passage.source);
        jw_ki64(&w, "version", ans->passage.version);
        jw_ktime(&w, "dated", ans->passage.dated_us);
        jw_kstr(&w, "heading", ans->passage.heading);
    }
    jw_end(&w);
}

static void ask_it(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct knowledge_answer ans;
    struct str lang = app_query(ex, "lang"), question = app_query(ex, "q");
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK && (str_empty(question) || !str_is_utf8(question)))
        e = ctx_fail(&ex->ctx, ERR_PARSE, "q: expected the question");
    if (e == OK)
        e = knowledge_ask(&ex->ctx, rd, merchant_id, question, lang, &ans);
    if (e == OK)
        write_answer(ex, &ans, knowledge_quote(&ex->ctx, str_empty(lang) ? STR("en") : lang, STR("UTC"), &ans.passage));
    answer(ex, e, 200);
}

void api_knowledge_answer(struct http_exchange *ex)
{
    app_run(ex, SCOPE_ASK, ask_it);
}
