/* GET /v1/estimate: when would it arrive, for a checkout page (R121). Runs on a worker. */
#include "flows/estimate_ask.h"
#include "server/app.h"

static void estimate(void *user, struct reader *rd, struct http_exchange *ex)
{
    static const char *const NAMES[] = {"origin_country",          "destination_country", "destination_region",
                                        "destination_postal_code", "options",             "items"};
    struct estimate_question q = {.options_n = 0};
    struct jw w = jw_of(ex->out);
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    for (size_t i = 0; e == OK && i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        e = estimate_question_set(&ex->ctx, &q, NAMES[i], app_query(ex, NAMES[i]));
    if (e == OK)
        e = estimate_answer(&ex->ctx, rd, merchant_id, &q, &w);
    if (e != OK)
        app_fail(ex, e);
    else
        http_reply_json(ex, 200);
}

void api_estimate_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_ASK, estimate);
}
