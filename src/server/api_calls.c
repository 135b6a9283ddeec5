/*
 * POST /calls/{connector}/{merchant}: a step of a telephone call. Verified and made durable like every webhook; the answer is what is
 * said next, so a worker waits for the dialogue's turn, but not for long: then the caller is asked for a moment.
 */
#include "flows/call.h"
#include "flows/hook_in.h"
#include "server/app.h"

#define WAIT_MS 2000 /* callers wait in silence, and a worker with them */

static enum err call_of(struct http_exchange *ex, struct reader *rd, struct call_desk *desk, const struct call_ops **ops)
{
    *desk = (struct call_desk){.eng = app_of(ex)->eng, .rd = rd, .wait_ms = WAIT_MS};
    enum err e = app_hook_account(ex, &desk->merchant_id, &desk->acct);
    *ops = e == OK ? desk->acct->conn->call : NULL;
    return e == OK && *ops == NULL ? ctx_fail(&ex->ctx, ERR_UNSUPPORTED, "%s: takes no calls", desk->acct->conn->id) : e;
}

/* A step that waits for its answer was made durable before. */
static enum err take(struct http_exchange *ex, const struct call_desk *desk, const struct call_step *st, struct str dedupe)
{
    enum err e = st->event == CALL_WAITS ? OK : call_take(&ex->ctx, desk, &ex->msg, dedupe);
    return e == ERR_TIMEOUT ? OK : e; /* durable: its turn comes */
}

static void post_call(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct call_desk desk;
    const struct call_ops *ops = NULL;
    struct call_step st;
    struct call_say say;
    struct str dedupe = STR_NULL;
    (void)user;
    enum err e = call_of(ex, rd, &desk, &ops);
    if (e == OK)
        e = hook_check(&ex->ctx, desk.eng, desk.acct, &ex->msg, &dedupe);
    if (e == OK)
        e = ops->read(&ex->ctx, desk.acct, &ex->msg, &st);
    if (e == OK)
        e = take(ex, &desk, &st, dedupe);
    if (e == OK)
        e = call_answer(&ex->ctx, &desk, &st, &say);
    if (e == OK)
        e = ops->answer(&ex->ctx, desk.acct, &ex->msg, &say, ex->out);
    if (e != OK) {
        app_hook_refuse(ex, desk.acct, e);
        return;
    }
    metric_add(METRIC_HOOKS, HOOK_ACCEPTED, 1);
    http_reply(ex, 200, "text/xml; charset=utf-8", buf_str(ex->out), NULL, 0);
}

void api_calls_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, post_call, ex);
}
