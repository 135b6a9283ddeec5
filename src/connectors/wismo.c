/*
 * Our own form: facts as JSON objects, an array of them, or one a line (docs/fact.schema.json). What POST /v1/facts and
 * `wismo import` put into the ledger is decoded here.
 */
#include "connectors/lib/shop_helpers.h"
#include "model/fact_json.h"

static const struct json_limits LIMITS = {(size_t)5 << 20, 400000, 32};

/* A shop that sends its own facts is a storefront unless it says otherwise; a scan comes from a carrier. */
static void set_role(const struct json *v, struct fact *fct)
{
    if (json_get(v, "role") != NULL)
        return;
    bool carrier = fct->kind == FACT_TRACKING_EVENT || fct->kind == FACT_NOT_FOUND;
    fct->role = carrier ? ROLE_CARRIER : fct->kind == FACT_CUSTOMER_REPORT ? ROLE_CUSTOMER : ROLE_STOREFRONT;
}

static enum err add_one(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct fact *to = NULL, fct;
    enum err e = fact_read(ctx, v, NULL, &fct);
    if (e == OK && (fct.kind == FACT_TICK || fct.kind == FACT_HEARD))
        e = ctx_fail(ctx, ERR_PARSE, "kind: a %s does not come from outside", fact_kind_word(fct.kind));
    if (e == OK)
        e = fact_tidy_carriers(ctx, &fct);
    if (e == OK)
        e = fact_key_by_content(ctx, &fct);
    if (e == OK)
        e = decoded_add(ctx, out, fct.kind, &to);
    if (e != OK)
        return e;
    set_role(v, &fct);
    *to = fct;
    return OK;
}

static enum err add_text(struct ctx *ctx, struct str text, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, text, &LIMITS, &v);
    if (e != OK || !json_is(v, JSON_ARRAY))
        return e == OK ? add_one(ctx, v, out) : e;
    for (const struct json *c = v->first; e == OK && c != NULL; c = c->next)
        e = add_one(ctx, c, out);
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct str body = str_trim(msg->body), line;
    enum err e = OK;
    (void)acct;
    if (str_empty(body))
        return ctx_fail(ctx, ERR_PARSE, "body: empty");
    const char *nl = memchr(body.p, '\n', body.n);
    /* one object a line, or one document over many lines: the first line tells */
    bool lines = nl != NULL && body.p[0] == '{' && str_ends(str_trim(str_sub(body, 0, (size_t)(nl - body.p))), STR("}"));
    if (!lines)
        return add_text(ctx, body, out);
    for (size_t n = 1; e == OK && str_split(&body, '\n', &line); n++) {
        line = str_trim(line);
        if (str_empty(line))
            continue;
        e = add_text(ctx, line, out);
        if (e != OK) {
            struct str why = arena_fmt(ctx->arena, "%s", ctx->msg);
            return ctx_fail(ctx, e, "line %zu: %.*s", n, STR_ARG(why));
        }
    }
    return e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    (void)acct;
    (void)msg;
    return ctx_fail(ctx, ERR_DENIED, "facts come through POST /v1/facts with a token, not as a webhook");
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode, .decode_ahead = true};

const struct connector connector_wismo = {
    .id = "wismo",
    .title = "Wismo's own facts",
    .docs_url = "docs/fact.schema.json",
    .api_version = "1",
    .role = ROLE_STOREFRONT,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own"},
    .hook = &HOOK,
};
