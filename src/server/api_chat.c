/*
 * The web chat over HTTP, for browsers on the merchant's pages: POST session (a token, for a visitor or a signed user), POST messages
 * (202 once it is durable), GET events (server-sent: what was said, what is answered, by whomever), GET /chat/widget.js. The token goes in
 * the Authorization header, never in an address. Pages of other origins may use it when the account lists them.
 */
#include <arpa/inet.h>

#include "base/data.h"
#include "base/num.h"
#include "flows/say.h"
#include "server/app.h"
#include "server/limit.h"

/* Who comes, from where. */
struct visit {
    int64_t merchant_id;
    const struct account *acct;
    struct str address;
    struct chat_session session;
};

/* ---- from where */

static bool same_server(const struct http_exchange *ex, struct str origin)
{
    struct str host = http_msg_header(&ex->msg, "Host"), scheme;
    return !str_empty(host) && ((str_starts(origin, scheme = STR("https://")) && str_eq(str_sub(origin, scheme.n, origin.n), host)) ||
                                (str_starts(origin, scheme = STR("http://")) && str_eq(str_sub(origin, scheme.n, origin.n), host)));
}

static bool is_listed(const struct account *acct, struct str origin)
{
    struct str rest = account_setting(acct, "origins"), one;
    while (str_split(&rest, ' ', &one))
        if (!str_empty(one) && str_eq(one, origin))
            return true;
    return false;
}

/* A caller without an origin is no page: an app, a server; no browser lends it anybody's token. */
static enum err check_origin(struct http_exchange *ex, const struct account *acct)
{
    struct str origin = http_msg_header(&ex->msg, "Origin");
    http_answer_header(ex, STR("Vary"), STR("Origin"));
    if (str_empty(origin) || same_server(ex, origin))
        return OK;
    if (!is_listed(acct, origin))
        return ctx_fail(&ex->ctx, ERR_UNSUPPORTED, "origin: this page is not among the chat's origins");
    http_answer_header(ex, STR("Access-Control-Allow-Origin"), origin);
    http_answer_header(ex, STR("Access-Control-Expose-Headers"), STR("Retry-After"));
    return OK;
}

/* Whoever has one address of IPv6 has 2^64: they count as one. */
static struct str address_group(struct arena *a, struct str text)
{
    unsigned char raw[16];
    char z[64];
    if (text.n >= sizeof(z))
        return str_sub(text, 0, sizeof(z));
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    if (inet_pton(AF_INET6, z, raw) != 1)
        return text;
    return arena_fmt(a, "%02x%02x:%02x%02x:%02x%02x:%02x%02x::", raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], raw[6], raw[7]);
}

static struct str address_of(struct http_exchange *ex, const struct account *acct)
{
    char name[64];
    struct str header = account_setting(acct, "address_header"), all, one, last = STR_NULL;
    if (str_empty(header) || header.n >= sizeof(name))
        return address_group(ex->ctx.arena, http_client(ex));
    memcpy(name, header.p, header.n);
    name[header.n] = '\0';
    all = http_msg_header(&ex->msg, name);
    while (str_split(&all, ',', &one))
        last = str_trim(one);
    return address_group(ex->ctx.arena, str_empty(last) ? http_client(ex) : last);
}

/* ---- who */

static void fail(struct http_exchange *ex, enum err e)
{
    if (e == ERR_DENIED || e == ERR_STALE)
        http_fail(ex, 401, e == ERR_STALE ? "over" : "denied", str_of(ex->ctx.msg[0] == '\0' ? "the signature is missing or wrong" : ex->ctx.msg), STR_NULL);
    else if (e == ERR_LIMIT)
        http_fail(ex, 429, "limit", str_of(ex->ctx.msg), STR_NULL);
    else if (e == ERR_UNSUPPORTED)
        http_fail(ex, 403, "origin", str_of(ex->ctx.msg), STR_NULL);
    else
        http_fail_err(ex, e);
}

static enum err come_in(struct http_exchange *ex, struct visit *v)
{
    enum err e = app_merchant(ex, ex->params[0], &v->merchant_id);
    v->acct = e == OK ? chat_account(engine_merchant_config(app_of(ex)->eng, v->merchant_id)) : NULL;
    if (e == OK && v->acct == NULL)
        e = ctx_fail(&ex->ctx, ERR_NOTFOUND, "chat: this merchant has none");
    if (e == OK)
        e = check_origin(ex, v->acct);
    v->address = e == OK ? address_of(ex, v->acct) : STR_NULL;
    return e;
}

static enum err take_one(struct http_exchange *ex, struct bucket_table *t, struct str of)
{
    return bucket_take(t, of, clock_mono_us()) ? OK : ctx_fail(&ex->ctx, ERR_LIMIT, "too much in a minute; try again in a moment");
}

static struct str bearer(const struct http_exchange *ex)
{
    struct str auth = http_msg_header(&ex->msg, "Authorization");
    return auth.n > 7 && str_eq_nocase(str_sub(auth, 0, 7), STR("Bearer ")) ? str_trim(str_sub(auth, 7, auth.n)) : STR_NULL;
}

static enum err with_session(struct http_exchange *ex, struct visit *v)
{
    enum err e = come_in(ex, v);
    return e == OK ? chat_session_read(&ex->ctx, app_of(ex)->eng, v->merchant_id, bearer(ex), &v->session) : e;
}

/* ---- session */

static enum err begin(struct http_exchange *ex, const struct visit *v, struct str *token, struct chat_user *user)
{
    const struct json *body = NULL;
    struct chat_session before;
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &body);
    if (e == OK)
        e = chat_user_read(&ex->ctx, v->acct, json_get(body, "user"), clock_now_us(ex->ctx.clock), user);
    if (e != OK)
        return e;
    bool have = chat_session_read(&ex->ctx, app_of(ex)->eng, v->merchant_id, bearer(ex), &before) == OK;
    return chat_session_begin(&ex->ctx, app_of(ex)->eng, v->merchant_id, have ? &before : NULL, user, token);
}

void api_chat_session(struct http_exchange *ex)
{
    struct visit v;
    struct chat_user user;
    struct str token = STR_NULL;
    enum err e = come_in(ex, &v);
    if (e == OK)
        e = take_one(ex, app_of(ex)->chat_starts, v.address);
    if (e == OK)
        e = begin(ex, &v, &token, &user);
    if (e != OK) {
        fail(ex, e);
        return;
    }
    const struct message_policy *p = &engine_merchant_config(app_of(ex)->eng, v.merchant_id)->messages.policy;
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_kstr(&w, "token", token);
    jw_kbool(&w, "user", !str_empty(user.email));
    jw_kstr_opt(&w, "store", p->store);
    jw_end(&w);
    http_reply_json(ex, 201);
}

/* ---- messages */

static void say_it(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct chat_session s;
    const struct json *body = NULL;
    struct message_in_fact m;
    int64_t merchant_id = 0;
    (void)user;
    (void)rd;
    enum err e = app_merchant(ex, ex->params[0], &merchant_id);
    if (e == OK)
        e = chat_session_read(&ex->ctx, app_of(ex)->eng, merchant_id, bearer(ex), &s);
    if (e == OK)
        e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &body);
    if (e == OK)
        e = chat_message_read(&ex->ctx, body, &s, &m);
    if (e == OK)
        e = say_only(&ex->ctx, app_of(ex)->eng, merchant_id, &m);
    if (e != OK) {
        fail(ex, e);
        return;
    }
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_kstr(&w, "id", json_str(body, "id"));
    jw_end(&w);
    http_reply_json(ex, 202);
}

void api_chat_message(struct http_exchange *ex)
{
    struct visit v;
    enum err e = with_session(ex, &v);
    if (e == OK)
        e = take_one(ex, app_of(ex)->chat_says, v.session.thread);
    if (e == OK)
        e = take_one(ex, app_of(ex)->chat_addresses, v.address);
    if (e != OK)
        fail(ex, e);
    else
        workers_run(app_of(ex)->workers, say_it, ex);
}

/* ---- events */

/* The id of the event that the browser saw last. */
static enum err last_seen(struct http_exchange *ex, struct fact_place *out)
{
    struct str id = http_msg_header(&ex->msg, "Last-Event-ID"), pos;
    *out = (struct fact_place){0, 0};
    if (str_empty(id))
        return OK;
    if (str_split(&id, '.', &pos) && num_parse_i64(pos, 0, INT64_MAX, &out->pos) == OK && num_parse_i64(id, 0, INT64_MAX, &out->idx) == OK)
        return OK;
    return ctx_fail(&ex->ctx, ERR_PARSE, "Last-Event-ID: expected the id of an event");
}

void api_chat_events(struct http_exchange *ex)
{
    struct visit v;
    struct fact_place after;
    enum err e = with_session(ex, &v);
    if (e == OK)
        e = last_seen(ex, &after);
    if (e == OK)
        e = take_one(ex, app_of(ex)->chat_opens, v.address);
    if (e == OK && !str_eq(ex->msg.method, STR("GET")))
        e = ctx_fail(&ex->ctx, ERR_PARSE, "method: expected GET");
    if (e == OK && !chats_have_room(app_of(ex)->chats))
        e = ERR_BUSY;
    if (e != OK) {
        fail(ex, e);
        return;
    }
    http_answer_header(ex, STR("X-Accel-Buffering"), STR("no")); /* proxies that would wait for more */
    struct http_stream *st = http_stream_open(ex);
    if (st == NULL)
        app_reply_busy(ex);
    else if (!chats_add(app_of(ex)->chats, v.merchant_id, v.session.thread, after, st))
        http_stream_close(st);
}

/* ---- for browsers */

void api_chat_preflight(struct http_exchange *ex)
{
    struct visit v;
    enum err e = come_in(ex, &v);
    if (e != OK) {
        fail(ex, e);
        return;
    }
    http_answer_header(ex, STR("Access-Control-Allow-Methods"), STR("GET, POST"));
    http_answer_header(ex, STR("Access-Control-Allow-Headers"), STR("Authorization, Content-Type, Last-Event-ID"));
    http_answer_header(ex, STR("Access-Control-Max-Age"), STR("600"));
    http_reply(ex, 204, NULL, STR_NULL, NULL, 0);
}

void api_chat_widget(struct http_exchange *ex)
{
    http_reply(ex, 200, "text/javascript; charset=utf-8", data_file("chat/widget.js"), NULL, 0);
}
