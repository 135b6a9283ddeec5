/* POST /v1/ask: public, limited by address. On a worker, since fresh facts may have to be waited for. */
#include "server/app.h"

#define ASK_FAILED 4

static void count(enum err e, const struct ask_reply *rep, int64_t began_us)
{
    static const size_t LABEL[ASK_OUTCOME_COUNT] = {[ASK_ANSWERED] = 0, [ASK_CHOICE] = 1, [ASK_NEED] = 2, [ASK_NO_MATCH] = 3,
                                                  [ASK_QUOTED] = 5};
    metric_add(METRIC_ASKS, e != OK ? ASK_FAILED : LABEL[rep->outcome], 1);
    metric_observe_us(METRIC_H_ASK, clock_mono_us() - began_us);
}

enum err app_ask(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, const struct ask_question *q, struct ask_reply *rep)
{
    struct app *app = app_of(ex);
    struct ask_env env = {.eng = app->eng, .rd = rd, .merchant_id = merchant_id, .refresh = app->opt.refresh,
                          .refresh_user = app->opt.refresh_user, .budget_ms = app->cfg->ask_budget_ms, .record = true};
    int64_t began = clock_mono_us();
    enum err e = ask(&ex->ctx, &env, q, rep);
    count(e, rep, began);
    return e;
}

static void answer(void *user, struct reader *rd, struct http_exchange *ex)
{
    const struct json *v = NULL;
    struct ask_question q;
    struct ask_reply rep = {.outcome = ASK_NEED};
    int64_t merchant_id;
    (void)user;
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    if (e == OK)
        e = ask_question_read(&ex->ctx, v, &q);
    if (e == OK)
        e = app_merchant(ex, json_str(v, "merchant"), &merchant_id);
    if (e == OK)
        e = app_ask(ex, rd, merchant_id, &q, &rep);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    struct jw w = jw_of(ex->out);
    ask_json(&ex->ctx, &w, &rep);
    http_reply_json(ex, 200);
}

void api_ask_post(struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    if (!app_ask_allowed(app, http_client(ex)))
        http_fail(ex, 429, "limit", STR("too many questions from this address; try again in a moment"), STR_NULL);
    else
        workers_run(app->workers, answer, ex);
}
