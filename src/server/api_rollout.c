/* GET /v1/rollout: per capability where people did otherwise, and who was right. Runs on a worker. */
#include "flows/rollout_read.h"
#include "server/app.h"

#define ACTIONS_DEFAULT 10000
#define ACTIONS_MAX 20000

static void rollout(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct rollout *r = ctx_alloc(&ex->ctx, sizeof(*r));
    struct jw w = jw_of(ex->out);
    int64_t merchant_id, max = 0;
    (void)user;
    enum err e = r == NULL ? ERR_MEMORY : app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_query_i64(ex, "actions", 1, ACTIONS_MAX, ACTIONS_DEFAULT, &max);
    if (e == OK)
        e = rollout_read(&ex->ctx, rd, merchant_id, max, r);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    if (app_wants_text(ex))
        rollout_text(&ex->ctx, r, ex->out);
    else
        rollout_json(&w, r);
    app_reply(ex, 200);
}

void api_rollout_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, rollout);
}
