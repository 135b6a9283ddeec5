/* See meta.h. Error codes: Meta's reference of Graph, Messenger Platform and Cloud API errors, read 2026-11. */
#include "connectors/lib/meta.h"

#include "base/http_client.h"
#include "connectors/lib/signature.h"

enum err meta_verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_HEX, STR("sha256="), http_msg_header(msg, "X-Hub-Signature-256"), &msg->body, 1);
}

/* GET with a word that we know gets its challenge back. */
enum err meta_reply(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct buf *body)
{
    struct str word = STR_NULL, challenge = STR_NULL, known = account_setting(acct, "verify_token");
    if (!str_eq(msg->method, STR("GET")))
        return OK;
    if (!query_get(ctx->arena, msg->query, "hub.verify_token", &word) || !query_get(ctx->arena, msg->query, "hub.challenge", &challenge) ||
        str_empty(known) || !bytes_eq_ct(word, known))
        return ctx_fail(ctx, ERR_DENIED, "handshake: not the word that is configured");
    buf_add(body, challenge);
    return buf_err(body);
}

enum err meta_post(struct ctx *ctx, const struct account *acct, struct str id, struct buf *b, struct out_req *out)
{
    struct str base = str_empty(acct->base_url) ? STR(META_BASE) : acct->base_url;
    enum err e = buf_err(b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(b), &out->body);
    buf_clear(b);
    out->method = STR("POST");
    out->url = arena_fmt(ctx->arena, "%.*s/" META_VERSION "/%.*s/messages", STR_ARG(base), STR_ARG(url_encode(ctx->arena, id)));
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* Codes that are not about this person: too fast, or the account's own trouble. */
static bool is_later(int64_t code, bool *channel)
{
    static const int64_t PACE[] = {4, 32, 613, 80006, 80007, 130429, 131048, 131056}, ACCOUNT[] = {0, 1, 2, 190, 131031, 133010};
    *channel = false;
    for (size_t i = 0; i < sizeof(ACCOUNT) / sizeof(ACCOUNT[0]); i++)
        *channel = *channel || code == ACCOUNT[i];
    for (size_t i = 0; i < sizeof(PACE) / sizeof(PACE[0]); i++)
        if (code == PACE[i])
            return true;
    return *channel;
}

void meta_refused(struct ctx *ctx, const struct http_msg *msg, struct send_result *out)
{
    const struct json *v = NULL;
    int64_t code = -1;
    bool channel = false;
    if (json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v) != OK || json_i64(json_get(v, "error"), "code", 0, 9999999, &code) != OK)
        code = -1;
    bool later = is_later(code, &channel) || msg->status == 429 || msg->status >= 500;
    *out = (struct send_result){later ? SEND_LATER : SEND_REFUSED, arena_fmt(ctx->arena, "answered %d, code %lld", msg->status, (long long)code), 0,
                                channel || msg->status >= 500};
}
