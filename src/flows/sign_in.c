/* See sign_in.h. */
#include "flows/sign_in.h"

static enum err add_header(struct ctx *ctx, struct out_req *req, const char *name, const char *prefix, struct str value)
{
    if (str_empty(value))
        return ctx_fail(ctx, ERR_DENIED, "%s: the key for this is not configured", name);
    return out_req_header(ctx, req, str_of(name), arena_fmt(ctx->arena, "%s%.*s", prefix, STR_ARG(value)));
}

static enum err basic(struct ctx *ctx, struct out_req *req, struct str user, struct str password)
{
    struct buf b;
    struct str text = STR_NULL;
    buf_init(&b, 4096);
    base64_encode(arena_fmt(ctx->arena, "%.*s:%.*s", STR_ARG(user), STR_ARG(password)), &b);
    enum err e = buf_err(&b) == OK ? arena_dup(ctx->arena, buf_str(&b), &text) : ctx_fail(ctx, ERR_MEMORY, "sign-in: too long");
    buf_clear(&b);
    return e == OK ? add_header(ctx, req, "Authorization", "Basic ", text) : e;
}

bool signs_itself(const struct connector *conn, const struct out_req *req)
{
    const char *name = conn->auth == AUTH_HEADER ? conn->auth_name : "Authorization";
    for (size_t i = 0; i < req->headers_n; i++)
        if (str_eq_nocase(req->headers[i].name, STR("Authorization")) || str_eq_nocase(req->headers[i].name, str_of(name)))
            return true;
    return false;
}

enum err sign_in(struct ctx *ctx, const struct account *a, struct str token, struct out_req *req)
{
    struct str key = secret_view(&a->api_key), user = secret_view(&a->api_user);
    switch (a->conn->auth) {
    case AUTH_NONE:
        return OK;
    case AUTH_HEADER:
        return add_header(ctx, req, a->conn->auth_name, a->conn->auth_prefix == NULL ? "" : a->conn->auth_prefix, key);
    case AUTH_BASIC:
        return basic(ctx, req, user, key);
    case AUTH_BASIC_KEY:
        return basic(ctx, req, str_empty(key) ? user : key, STR_NULL);
    case AUTH_BEARER:
        return add_header(ctx, req, "Authorization", "Bearer ", key);
    case AUTH_OAUTH2_BASIC:
    case AUTH_OAUTH2_BODY:
    case AUTH_LOGIN:
        return add_header(ctx, req, "Authorization", "Bearer ", token);
    }
    return OK;
}
