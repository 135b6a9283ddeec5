/* Verify, key, append: in this order, with nothing in between. */
#include "flows/hook_in.h"

#include "flows/learned.h"

static enum err verify(struct ctx *ctx, struct engine *eng, const struct account *acct, const struct http_msg *msg)
{
    const struct hook_ops *h = acct->conn->hook;
    const struct account *with = acct;
    struct fetch_request want;
    enum err e = learned_account(ctx, eng, acct, &with);
    if (e == OK)
        e = h->verify(ctx, with, msg);
    if (e == ERR_DENIED && h->lacks != NULL && h->lacks(ctx, with, msg, &want) == OK)
        learned_wish(eng, acct, &want);
    return e;
}

enum err hook_check(struct ctx *ctx, struct engine *eng, const struct account *acct, const struct http_msg *msg, struct str *dedupe)
{
    const struct hook_ops *h = acct->conn->hook;
    struct str key = STR_NULL;
    if (h == NULL || h->verify == NULL)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "%s: takes no webhooks", acct->conn->id);
    enum err e = verify(ctx, eng, acct, msg);
    if (e == OK && h->dedupe != NULL)
        e = h->dedupe(ctx, acct, msg, &key);
    if (e == OK && str_empty(key) && msg->body.n > 0) {
        unsigned char sum[SHA256_LEN];
        sha256(msg->body, sum);
        e = arena_dup(ctx->arena, (struct str){(const char *)sum, SHA256_LEN}, &key);
    }
    e = ctx_whole(ctx, e); /* short of memory is "come again", not "wrong signature" */
    if (e == OK)
        *dedupe = key;
    return e;
}

const struct account *hook_account(struct engine *eng, int64_t merchant_id, struct str connector_or_account)
{
    const struct merchant_config *mc = engine_merchant_config(eng, merchant_id);
    const struct account *found = engine_account(eng, merchant_id, connector_or_account);
    if (found != NULL || mc == NULL)
        return found;
    for (size_t i = 0; i < mc->accounts_n; i++)
        if (str_eq(connector_or_account, str_of(mc->accounts[i].conn->id))) {
            if (found != NULL)
                return NULL;
            found = &mc->accounts[i];
        }
    return found;
}

enum err hook_append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct account *acct,
                     const struct http_msg *msg, void (*done)(void *user, enum err e, int64_t pos), void *user)
{
    struct str dedupe = STR_NULL;
    enum err e = hook_check(ctx, eng, acct, msg, &dedupe);
    if (e != OK)
        return e;
    struct append_req req = {.merchant_id = merchant_id, .source = RECV_WEBHOOK, .origin = ORIGIN_LIVE, .account = acct->id,
                             .request_id = str_of(ctx->request_id), .dedupe = dedupe, .msg = msg, .done = done, .user = user};
    return engine_append(ctx, eng, &req);
}
