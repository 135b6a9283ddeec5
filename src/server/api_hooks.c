/*
 * POST /hooks/{connector}/{merchant}: a vendor's webhook. Verified on the HTTP thread, then queued; the answer goes out from the
 * appender's thread once the row is durable. GET serves the vendors' handshakes.
 */
#include "flows/hook_in.h"
#include "server/app.h"

#include "base/log.h"

enum err app_hook_account(struct http_exchange *ex, int64_t *merchant_id, const struct account **acct)
{
    enum err e = app_merchant(ex, ex->params[1], merchant_id);
    *acct = e == OK ? hook_account(app_of(ex)->eng, *merchant_id, ex->params[0]) : NULL;
    if (*acct != NULL)
        return OK;
    return ctx_fail(&ex->ctx, ERR_NOTFOUND, "connector: no account for this address");
}

/* What an accepted delivery is answered with: most vendors want nothing but the status. */
static enum err reply_body(struct http_exchange *ex, const struct account *acct)
{
    const struct hook_ops *h = acct->conn->hook;
    return h == NULL || h->reply == NULL ? OK : h->reply(&ex->ctx, acct, &ex->msg, ex->out);
}

static void reply_done(struct http_exchange *ex)
{
    bool json = ex->out->n > 0 && (ex->out->p[0] == '{' || ex->out->p[0] == '[');
    http_reply(ex, 200, ex->out->n == 0 ? NULL : json ? "application/json" : "text/plain; charset=utf-8", buf_str(ex->out), NULL, 0);
}

static void durable(void *user, enum err e, int64_t pos)
{
    struct http_exchange *ex = user;
    metric_add(METRIC_HOOKS, e != OK ? HOOK_FAILED : pos == 0 ? HOOK_REPEAT : HOOK_ACCEPTED, 1);
    if (e == OK)
        reply_done(ex); /* a repeat is answered like the first */
    else
        app_reply_busy(ex); /* the vendor sends it again */
}

void app_hook_refuse(struct http_exchange *ex, const struct account *acct, enum err e)
{
    bool signature = e == ERR_DENIED || e == ERR_STALE, busy = e == ERR_BUSY || e == ERR_UNAVAILABLE;
    metric_add(METRIC_HOOKS, e == ERR_DENIED ? HOOK_DENIED : e == ERR_STALE ? HOOK_STALE : busy ? HOOK_BUSY : HOOK_MALFORMED, 1);
    LOG(ex->ctx.log, LOG_WARN, "webhook_refused", LOG_S("account", acct == NULL ? STR("") : acct->id), LOG_S("error", str_of(err_name(e))),
        LOG_S("request_id", str_of(ex->ctx.request_id)));
    if (busy)
        app_reply_busy(ex);
    else if (signature)
        http_fail(ex, 401, err_name(e), STR("the signature is missing, wrong or too old"), STR_NULL);
    else
        http_fail_err(ex, e);
}

void api_hooks_post(struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    const struct account *acct;
    struct str dedupe = STR_NULL;
    int64_t merchant_id;
    enum err e = app_hook_account(ex, &merchant_id, &acct);
    if (e != OK) {
        http_fail_err(ex, e);
        return;
    }
    e = hook_check(&ex->ctx, app->eng, acct, &ex->msg, &dedupe);
    if (e == OK)
        e = reply_body(ex, acct);
    if (e != OK) {
        app_hook_refuse(ex, acct, e);
        return;
    }
    struct append_req req = {.merchant_id = merchant_id, .source = RECV_WEBHOOK, .origin = ORIGIN_LIVE, .account = acct->id,
                             .request_id = str_of(ex->ctx.request_id), .dedupe = dedupe, .msg = &ex->msg, .done = durable, .user = ex};
    http_defer(ex); /* done may run before engine_append returns */
    e = engine_append(&ex->ctx, app->eng, &req);
    if (e != OK)
        app_hook_refuse(ex, acct, e);
}

void api_hooks_get(struct http_exchange *ex)
{
    const struct account *acct;
    int64_t merchant_id;
    enum err e = app_hook_account(ex, &merchant_id, &acct);
    if (e == OK && (acct->conn->hook == NULL || acct->conn->hook->reply == NULL))
        e = ctx_fail(&ex->ctx, ERR_NOTFOUND, "connector: knows no handshake");
    if (e == OK)
        e = reply_body(ex, acct);
    if (e != OK)
        http_fail_err(ex, e);
    else
        reply_done(ex);
}
