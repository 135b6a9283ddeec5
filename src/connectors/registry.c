/* The registry of vendors, from connectors.def, and what every account can do without a vendor. See connector.h. */
#include "connectors/connector.h"

#define CONNECTOR(id) extern const struct connector connector_##id;
#include "connectors/connectors.def"
#undef CONNECTOR

static const struct connector *const ALL[] = {
#define CONNECTOR(id) &connector_##id,
#include "connectors/connectors.def"
#undef CONNECTOR
};

size_t connector_count(void)
{
    return sizeof(ALL) / sizeof(ALL[0]);
}

const struct connector *connector_at(size_t i)
{
    return i < connector_count() ? ALL[i] : NULL;
}

const struct connector *connector_find(struct str id)
{
    for (size_t i = 0; i < connector_count(); i++)
        if (str_eq(id, str_of(ALL[i]->id)))
            return ALL[i];
    return NULL;
}

struct str account_setting(const struct account *acct, const char *name)
{
    for (size_t i = 0; acct != NULL && i < acct->settings_n; i++)
        if (str_eq(acct->settings[i].name, str_of(name)))
            return acct->settings[i].value;
    return STR_NULL;
}

enum err out_req_header(struct ctx *ctx, struct out_req *req, struct str name, struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
            return ctx_fail(ctx, ERR_PARSE, "header %.*s: a line break is not allowed", STR_ARG(name));
    if (req->headers_n == req->headers_cap) {
        size_t cap = req->headers_cap == 0 ? 8 : req->headers_cap * 2;
        struct http_header *p = arena_array(ctx->arena, cap, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "no memory");
        if (req->headers_n > 0)
            memcpy(p, req->headers, req->headers_n * sizeof(*p));
        req->headers = p;
        req->headers_cap = cap;
    }
    req->headers[req->headers_n++] = (struct http_header){name, value};
    return OK;
}

enum err connector_decode_any(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct connector *c = acct->conn;
    struct str cursor = STR_NULL;
    struct decoded hook = {0}, poll = {0};
    enum err e = ERR_UNSUPPORTED;
    char why[CTX_MSG_MAX] = "";
    /* an answer has a status; a request is a webhook. A bare file may be either: the one that gives facts speaks */
    if (c->hook != NULL && msg->status == 0) {
        e = c->hook->decode(ctx, acct, msg, &hook);
        if (e == OK && (hook.n > 0 || hook.fetches_n > 0 || c->poll == NULL)) {
            *out = hook;
            return OK;
        }
        memcpy(why, ctx->msg, sizeof(why));
    }
    if (c->poll == NULL)
        return e == ERR_UNSUPPORTED ? ctx_fail(ctx, e, "%s: nothing to decode with", c->id) : e;
    enum err p = c->poll->decode(ctx, acct, NULL, msg, &poll, &cursor);
    if (p == OK && (poll.n > 0 || e != OK || msg->status != 0)) {
        *out = poll;
        return OK;
    }
    if (e == OK) {
        *out = hook;
        return OK;
    }
    if (e != ERR_UNSUPPORTED)
        memcpy(ctx->msg, why, sizeof(why));
    return e == ERR_UNSUPPORTED ? p : e;
}
