/* See oauth.h. Vendors differ from the RFC: UPS gives expires_in as a text, some leave it out. */
#include "connectors/lib/oauth.h"

#include "base/http_client.h"
#include "base/num.h"
#include "connectors/lib/scan_helpers.h"

#define LOGIN_LIFE_S 86400 /* shorter than any that is known: ten days */

bool oauth_used(const struct connector *conn)
{
    return conn->auth == AUTH_OAUTH2_BASIC || conn->auth == AUTH_OAUTH2_BODY || conn->auth == AUTH_LOGIN;
}

static struct str token_url(struct ctx *ctx, const struct account *acct)
{
    const char *path = acct->conn->auth_path;
    if (str_starts(str_of(path), STR("https://")) || str_starts(str_of(path), STR("http://")))
        return str_of(path);
    return url_join(ctx, acct, acct->conn->base_url, path, STR_NULL);
}

static enum err basic_header(struct ctx *ctx, struct str id, struct str secret, struct out_req *out)
{
    struct buf b;
    struct str pair = arena_fmt(ctx->arena, "%.*s:%.*s", STR_ARG(id), STR_ARG(secret)),
               value = STR_NULL;
    buf_init(&b, 4096);
    buf_addz(&b, "Basic ");
    base64_encode(pair, &b);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &value);
    buf_clear(&b);
    if (e != OK)
        return ctx_fail(ctx, ERR_MEMORY, "api_user, api_secret: too long to sign in with");
    return out_req_header(ctx, out, STR("Authorization"), value);
}

static void form_add(struct ctx *ctx, struct buf *b, const char *name, struct str value)
{
    if (b->n > 0)
        buf_addc(b, '&');
    buf_addz(b, name);
    buf_addc(b, '=');
    buf_add(b, url_encode(ctx->arena, value));
}

static enum err form_body(struct ctx *ctx, const struct account *acct, struct str id,
                          struct str secret, struct str *out)
{
    struct buf b;
    struct str scope = account_setting(acct, "scope");
    buf_init(&b, 8192);
    form_add(ctx, &b, "grant_type", STR("client_credentials"));
    if (acct->conn->auth == AUTH_OAUTH2_BODY) {
        form_add(ctx, &b, "client_id", id);
        form_add(ctx, &b, "client_secret", secret);
    }
    if (!str_empty(scope))
        form_add(ctx, &b, "scope", scope);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e == OK ? OK
                   : ctx_fail(ctx, ERR_MEMORY, "api_user, api_secret: too long to sign in with");
}

static enum err login_body(struct ctx *ctx, struct str user, struct str password, struct str *out)
{
    struct buf b;
    buf_init(&b, 8192);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "email", user);
    jw_kstr(&w, "password", password);
    jw_end(&w);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e == OK ? OK : ctx_fail(ctx, ERR_MEMORY, "api_user, api_secret: too long to sign in with");
}

enum err oauth_request(struct ctx *ctx, const struct account *acct, struct out_req *out)
{
    struct out_req req = {.method = STR("POST")};
    bool login = acct->conn->auth == AUTH_LOGIN;
    struct str id = secret_view(&acct->api_user), secret = secret_view(&acct->api_secret);
    if (!oauth_used(acct->conn) || acct->conn->auth_path == NULL)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "%s: does not sign in by client credentials",
                        acct->conn->id);
    if (str_empty(id) || str_empty(secret))
        return ctx_fail(ctx, ERR_DENIED, "%.*s: api_user and api_secret are needed to sign in",
                        STR_ARG(acct->id));
    req.url = token_url(ctx, acct);
    enum err e =
        out_req_header(ctx, &req, STR("Content-Type"), login ? STR("application/json") : STR("application/x-www-form-urlencoded"));
    if (e == OK)
        e = out_req_header(ctx, &req, STR("Accept"), STR("application/json"));
    if (e == OK && acct->conn->auth == AUTH_OAUTH2_BASIC)
        e = basic_header(ctx, id, secret, &req);
    if (e == OK)
        e = login ? login_body(ctx, id, secret, &req.body) : form_body(ctx, acct, id, secret, &req.body);
    if (e == OK && str_empty(req.url))
        e = ctx_fail(ctx, ERR_MEMORY, "no memory");
    if (e == OK)
        *out = req;
    return e;
}

/* The RFC's word for a refusal ("invalid_client"), or what vendors write instead. */
static struct str refusal_word(const struct json *v)
{
    struct str word = json_str(v, "error");
    if (str_empty(word))
        word = json_text(json_path(v, "errors.0"), "code");
    if (str_empty(word))
        word = json_text(json_path(v, "response.errors.0"), "code");
    return str_sub(word, 0, 80);
}

static enum err refused(struct ctx *ctx, int status, const struct json *v)
{
    struct str word = refusal_word(v);
    if (status == 429)
        return ctx_fail(ctx, ERR_BUSY, "sign-in: too many requests");
    if (status >= 500)
        return ctx_fail(ctx, ERR_UNAVAILABLE, "sign-in: HTTP %d", status);
    return ctx_fail(ctx, ERR_DENIED, "sign-in: refused with HTTP %d %.*s", status, STR_ARG(word));
}

enum err oauth_decode(struct ctx *ctx, const struct http_msg *msg, struct oauth_token *out)
{
    const struct json *v = NULL;
    int64_t life_s = OAUTH_LIFE_DEFAULT_S;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &v);
    if (msg->status != 0 && (msg->status < 200 || msg->status > 299))
        return refused(ctx, msg->status, e == OK ? v : NULL);
    if (e != OK)
        return e;
    struct str token = json_str(v, "access_token"), type = json_str(v, "token_type"),
               life = json_text(v, "expires_in");
    if (str_empty(token)) { /* of a login, which does not say how long it lives */
        token = json_str(v, "token");
        life_s = LOGIN_LIFE_S;
    }
    if (str_empty(token) && json_get(v, "error") != NULL)
        return refused(ctx, 400, v);
    if (str_empty(token) || token.n > OAUTH_TOKEN_MAX)
        return ctx_fail(ctx, ERR_PARSE, "access_token: missing or longer than %d bytes",
                        OAUTH_TOKEN_MAX);
    for (size_t i = 0; i < token.n; i++)
        if (token.p[i] <= ' ' || token.p[i] > '~')
            return ctx_fail(ctx, ERR_PARSE, "access_token: byte %zu cannot stand in a header", i);
    if (!str_empty(type) && !str_contains_nocase(type, STR("bearer")))
        return ctx_fail(ctx, ERR_PARSE, "token_type: expected Bearer, got %.*s",
                        STR_ARG(str_sub(type, 0, 40)));
    if (!str_empty(life) && num_parse_i64(life, 1, OAUTH_LIFE_MAX_S, &life_s) != OK)
        life_s = OAUTH_LIFE_DEFAULT_S;
    int64_t early_s = life_s / 10 > 60 ? 60 : life_s / 10;
    *out = (struct oauth_token){token, msg->received_us + (life_s - early_s) * US_PER_S};
    return OK;
}
