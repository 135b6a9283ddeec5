/* Routes, rights and the life of the application; what every handler needs of a request. */
#include "server/app.h"

#include <time.h>

#include "base/http_client.h"
#include "base/num.h"
#include "server/html.h"
#include "server/limit.h"

#define APP_ARENA_MAX ((size_t)16 << 20)
#define EXCHANGE_ARENA_MAX ((size_t)192 << 20) /* of one request; a case with the most parcels and scans there may be */
#define BODIES_MAX ((size_t)512 << 20)
#define SMALL_BODY ((size_t)64 << 10)
#define BULK_BODY ((size_t)5 << 20)
#define WORKERS_DEFAULT 4
#define ASK_PER_MINUTE 60
#define CHAT_STARTS_PER_MINUTE 20     /* conversations of one address */
#define CHAT_OPENS_PER_MINUTE 60      /* streams of one address: pages that are turned, lines that break */
#define CHAT_ADDRESS_PER_MINUTE 60    /* messages of one address */
#define CHAT_SAYS_PER_MINUTE 20       /* messages of one conversation */
#define CHATS_SHARE 2                 /* the part of all connections that chats may hold open */
#define SETTLED_US 450000 /* over two rounds of the engine's clock */

static const struct route ROUTES[] = {
    {"POST", "/hooks/{connector}/{merchant}", api_hooks_post, BULK_BODY, 0},
    {"GET", "/hooks/{connector}/{merchant}", api_hooks_get, 0, 0},
    {"POST", "/calls/{connector}/{merchant}", api_calls_post, SMALL_BODY, 0},
    {"POST", "/v1/facts", api_facts_post, BULK_BODY, 0},
    {"GET", "/v1/cases", api_cases_list, 0, 0},
    {"GET", "/v1/cases/{order}", api_cases_get, 0, 0},
    {"GET", "/v1/cases/{order}/audit", api_case_audit_get, 0, 0},
    {"GET", "/v1/audit", api_audit_get, 0, 0},
    {"GET", "/v1/rollout", api_rollout_get, 0, 0},
    {"POST", "/v1/cases/{order}/requests", api_request_post, SMALL_BODY, 0},
    {"POST", "/v1/cases/{order}/done", api_done_post, SMALL_BODY, 0},
    {"GET", "/v1/approvals", api_approvals_get, 0, 0},
    {"POST", "/v1/actions/{action}/{word}", api_verdict_post, SMALL_BODY, 0},
    {"POST", "/v1/ask", api_ask_post, SMALL_BODY, 0},
    {"POST", "/v1/messages", api_messages_post, (size_t)128 << 10, 0},
    {"GET", "/v1/conversations", api_conversations_list, 0, 0},
    {"GET", "/v1/conversations/{number}", api_conversations_get, 0, 0},
    {"POST", "/v1/conversations/{number}", api_conversations_post, SMALL_BODY, 0},
    {"GET", "/v1/estimate", api_estimate_get, 0, 0},
    {"GET", "/v1/lookup", api_lookup, 0, 0},
    {"POST", "/v1/lookup", api_lookup, 4096, 0},
    {"GET", "/v1/knowledge", api_knowledge_list, 0, 0},
    {"POST", "/v1/knowledge", api_knowledge_post, BULK_BODY, 0},
    {"GET", "/v1/knowledge/answer", api_knowledge_answer, 0, 0},
    {"GET", "/v1/knowledge/unanswered", api_knowledge_unanswered, 0, 0},
    {"DELETE", "/v1/knowledge/{source}", api_knowledge_delete, 0, 0},
    {"GET", "/v1/outbox", api_outbox_list, 0, 0},
    {"POST", "/v1/outbox/{id}/resend", api_outbox_resend, 0, 0},
    {"GET", "/v1/promises", api_promises_get, 0, 0},
    {"GET", "/v1/pause", api_pause_get, 0, 0},
    {"POST", "/v1/pause", api_pause_post, 4096, 0},
    {"POST", "/v1/resume", api_pause_post, 4096, 0},
    {"GET", "/v1/clock", api_clock_get, 0, 0},
    {"POST", "/v1/clock", api_clock_post, 4096, 0},
    {"POST", "/chat/{merchant}/session", api_chat_session, 4096, 0},
    {"OPTIONS", "/chat/{merchant}/session", api_chat_preflight, 0, 0},
    {"POST", "/chat/{merchant}/messages", api_chat_message, (size_t)16 << 10, 0},
    {"OPTIONS", "/chat/{merchant}/messages", api_chat_preflight, 0, 0},
    {"GET", "/chat/{merchant}/events", api_chat_events, 0, 0},
    {"OPTIONS", "/chat/{merchant}/events", api_chat_preflight, 0, 0},
    {"GET", "/chat/widget.js", api_chat_widget, 0, 0},
    {"GET", "/demo/shop", page_shop, 0, 0},
    {"GET", "/unsubscribe/{merchant}/{token}", page_way_out_get, 0, 0},
    {"POST", "/unsubscribe/{merchant}/{token}", page_way_out_post, 4096, 0},
    {"GET", "/healthz", health_live, 0, 0},
    {"GET", "/readyz", health_ready, 0, 0},
    {"GET", "/metrics", health_metrics, 0, 0},
    {"GET", "/", page_cases_list, 0, 0},
    {"GET", "/cases/{order}", page_cases_get, 0, 0},
    {"POST", "/ask", page_ask_post, SMALL_BODY, 0},
    {"GET", "/assets/page.css", page_style, 0, 0},
};

struct app *app_of(struct http_exchange *ex)
{
    return ex->user;
}

/* ---- requests */

struct str app_query(struct http_exchange *ex, const char *name)
{
    struct str out = STR_NULL;
    return query_get(ex->ctx.arena, ex->msg.query, name, &out) ? out : STR_NULL;
}

enum err app_query_i64(struct http_exchange *ex, const char *name, int64_t min, int64_t max, int64_t def, int64_t *out)
{
    struct str s = app_query(ex, name);
    *out = def;
    if (str_empty(s) || num_parse_i64(s, min, max, out) == OK)
        return OK;
    return ctx_fail(&ex->ctx, ERR_PARSE, "%s: expected a whole number from %lld to %lld", name, (long long)min, (long long)max);
}

enum err app_merchant(struct http_exchange *ex, struct str name, int64_t *merchant_id)
{
    struct app *app = app_of(ex);
    if (str_empty(name))
        name = app_query(ex, "merchant");
    if (str_empty(name) && app->cfg->merchants_n == 1)
        name = app->cfg->merchants[0].name;
    if (str_empty(name))
        return ctx_fail(&ex->ctx, ERR_PARSE, "merchant: say which one, there are several");
    if (engine_merchant(app->eng, name, merchant_id) != OK)
        return ctx_fail(&ex->ctx, ERR_NOTFOUND, "merchant: none of that name");
    return OK;
}

enum err app_find_case(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, struct str name, int64_t *order_no)
{
    int64_t found[CASE_FIND_MAX], wanted = 0;
    size_t n = 0;
    enum err e = app_query_i64(ex, "order_no", 1, INT64_MAX, 0, &wanted);
    if (e == OK)
        e = case_find(&ex->ctx, rd, merchant_id, name, found, &n);
    if (e != OK)
        return e;
    if (n == 0)
        return ctx_fail(&ex->ctx, ERR_NOTFOUND, "order: none of that name, id or tracking number");
    for (size_t i = 0; i < n; i++)
        if (found[i] == wanted || n == 1) {
            *order_no = found[i];
            return OK;
        }
    return ctx_fail(&ex->ctx, ERR_CONFLICT, "order: %zu fit; say which with order_no=%lld or another of theirs", n, (long long)found[0]);
}

/* ---- rights */

static struct str cookie_value(struct str cookies, struct str name)
{
    struct str one, key;
    while (str_split(&cookies, ';', &one)) {
        one = str_trim(one);
        if (str_split(&one, '=', &key) && str_eq(key, name))
            return one.p == NULL ? STR_NULL : one;
    }
    return STR_NULL;
}

/* Basic for browsers: any user, the token as the password. */
static struct str basic_password(struct http_exchange *ex, struct str encoded)
{
    struct buf b;
    struct str pair = STR_NULL, user;
    buf_init(&b, 1024);
    if (base64_decode(encoded, &b) == OK && arena_dup(ex->ctx.arena, buf_str(&b), &pair) == OK)
        (void)str_split(&pair, ':', &user);
    buf_clear(&b);
    return pair;
}

static struct str token_given(struct http_exchange *ex)
{
    struct str auth = http_msg_header(&ex->msg, "Authorization");
    if (auth.n > 7 && str_eq_nocase(str_sub(auth, 0, 7), STR("Bearer ")))
        return str_trim(str_sub(auth, 7, auth.n));
    if (auth.n > 6 && str_eq_nocase(str_sub(auth, 0, 6), STR("Basic ")))
        return basic_password(ex, str_trim(str_sub(auth, 6, auth.n)));
    return cookie_value(http_msg_header(&ex->msg, "Cookie"), STR("wismo_token"));
}

static bool token_covers(const struct api_token *tok, struct str merchant)
{
    for (size_t i = 0; i < tok->merchants_n; i++)
        if (str_eq(tok->merchants[i], merchant))
            return true;
    return tok->merchants_n == 0;
}

enum err app_allow(struct http_exchange *ex, int64_t merchant_id, unsigned scope)
{
    struct app *app = app_of(ex);
    const struct merchant_config *mc = engine_merchant_config(app->eng, merchant_id);
    bool allowed = app->open;
    struct str given = token_given(ex);
    for (size_t i = 0; i < app->cfg->tokens_n; i++) { /* no early end: the time tells nothing of which one fits */
        const struct api_token *tok = &app->cfg->tokens[i];
        bool same = tok->token.n > 0 && secret_eq(&tok->token, given);
        allowed = allowed || (same && mc != NULL && (tok->scopes & scope) == scope && token_covers(tok, mc->name));
    }
    return allowed ? OK : ctx_fail(&ex->ctx, ERR_DENIED, "a token with the right to do this is missing");
}

struct str app_token_name(struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    struct str given = token_given(ex), name = STR_NULL;
    for (size_t i = 0; i < app->cfg->tokens_n; i++)
        if (app->cfg->tokens[i].token.n > 0 && secret_eq(&app->cfg->tokens[i].token, given))
            name = app->cfg->tokens[i].name;
    return name;
}

/* ---- answers */

void app_fail(struct http_exchange *ex, enum err e)
{
    static const struct http_header AUTH[] = {{{"WWW-Authenticate", 16}, {"Basic realm=\"wismo\", charset=\"UTF-8\"", 36}}};
    if (e != ERR_DENIED) {
        http_fail_err(ex, e);
        return;
    }
    http_reply(ex, 401, "application/json",
               STR("{\"error\":{\"code\":\"denied\",\"message\":\"a token with the right to do this is missing\"}}\n"), AUTH, 1);
}

bool app_wants_text(const struct http_exchange *ex)
{
    return str_starts(http_msg_header(&ex->msg, "Accept"), STR("text/plain"));
}

void app_reply(struct http_exchange *ex, int status)
{
    if (app_wants_text(ex))
        http_reply(ex, status, "text/plain; charset=utf-8", buf_str(ex->out), NULL, 0);
    else
        http_reply_json(ex, status);
}

void app_run(struct http_exchange *ex, unsigned scope, work_fn fn)
{
    int64_t merchant_id;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, scope);
    if (e != OK)
        app_fail(ex, e);
    else
        workers_run(app_of(ex)->workers, fn, ex);
}

void app_reply_busy(struct http_exchange *ex)
{
    http_fail(ex, 503, "busy", STR("too much at once; try again in a moment"), STR_NULL);
}

void app_page(struct http_exchange *ex, int status)
{
    const struct http_header extra[] = {{STR("Content-Security-Policy"), str_of(HTML_CSP)},
                                        {STR("X-Content-Type-Options"), STR("nosniff")},
                                        {STR("Referrer-Policy"), STR("no-referrer")},
                                        {STR("Cache-Control"), STR("no-store")}};
    if (buf_err(ex->out) != OK)
        http_fail(ex, 500, "internal", STR("the page could not be written"), STR_NULL);
    else
        http_reply(ex, status, "text/html; charset=utf-8", buf_str(ex->out), extra, 4);
}

bool app_ask_allowed(struct app *app, struct str address)
{
    return bucket_take(app->asks, address, clock_mono_us());
}

/*
 * Ticks are appended by a thread of the engine that looks several times a second: it is done when nothing new came and nothing
 * waits over a whole round of its.
 */
enum err app_settle(struct ctx *ctx, struct engine *eng, int timeout_ms)
{
    int64_t end = clock_mono_us() + (int64_t)timeout_ms * 1000, seen = -1, still_since = 0;
    const struct config *cfg = engine_config(eng);
    while (clock_mono_us() < end) {
        int64_t sum = 0, behind = 0, id;
        for (size_t i = 0; i < cfg->merchants_n; i++) {
            struct engine_status st;
            if (engine_merchant(eng, cfg->merchants[i].name, &id) != OK)
                continue;
            engine_status(eng, id, &st);
            sum += st.head;
            behind += st.head - st.folded + (int64_t)st.queue;
        }
        if (sum != seen || behind > 0)
            still_since = clock_mono_us();
        if (clock_mono_us() - still_since > SETTLED_US)
            return OK;
        seen = sum;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return ctx_fail(ctx, ERR_TIMEOUT, "the store is still folding");
}

/* ---- life */

static void admit(void *user, struct http_exchange *ex, struct http_admit *out)
{
    router_admit(((struct app *)user)->router, ex, out);
}

static void handle(void *user, struct http_exchange *ex)
{
    (void)user;
    ex->route->handle(ex);
}

static bool on_loopback(struct str listen)
{
    return str_starts(listen, STR("127.")) || str_eq(listen, STR("::1")) || str_eq(listen, STR("localhost"));
}

static enum err start_http(struct ctx *ctx, struct app *app)
{
    struct http_config hc;
    http_config_default(&hc);
    hc.listen = app->cfg->listen;
    hc.port = app->cfg->port;
    hc.threads = app->cfg->http_threads > 0 ? app->cfg->http_threads : hc.threads;
    hc.max_connections = app->cfg->max_connections > 0 ? app->cfg->max_connections : hc.max_connections;
    hc.arena_max = EXCHANGE_ARENA_MAX;
    hc.bodies_max = BODIES_MAX;
    hc.clock = app->opt.clock;
    hc.log = app->opt.log;
    hc.admit = admit;
    hc.handle = handle;
    hc.user = app;
    return http_server_start(ctx, &hc, &app->http);
}

static struct app *app_new(const struct app_options *opt)
{
    struct arena *arena = arena_new(APP_ARENA_MAX);
    struct app *app = arena == NULL ? NULL : arena_alloc(arena, sizeof(*app));
    if (app == NULL) {
        arena_free(arena);
        return NULL;
    }
    *app = (struct app){.opt = *opt, .eng = opt->eng, .cfg = opt->config, .arena = arena};
    app->open = opt->config->virtual_clock && opt->config->tokens_n == 0 && on_loopback(opt->config->listen);
    return app;
}

static enum err start_chats(struct ctx *ctx, struct app *app)
{
    const struct {
        struct bucket_table **to;
        int per_minute;
    } LIMITS[] = {{&app->chat_starts, CHAT_STARTS_PER_MINUTE},
                  {&app->chat_opens, CHAT_OPENS_PER_MINUTE},
                  {&app->chat_addresses, CHAT_ADDRESS_PER_MINUTE},
                  {&app->chat_says, CHAT_SAYS_PER_MINUTE}};
    struct http_config hc;
    http_config_default(&hc);
    int connections = app->cfg->max_connections > 0 ? app->cfg->max_connections : hc.max_connections;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++)
        e = bucket_table_new(app->arena, LIMITS[i].per_minute, LIMITS[i].per_minute, LIMITS[i].to);
    return e == OK ? chats_start(ctx, app->eng, (size_t)connections / CHATS_SHARE + 1, &app->chats) : e;
}

enum err app_start(struct ctx *ctx, const struct app_options *opt, struct app **out)
{
    struct app *app = app_new(opt);
    if (app == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "server: no memory");
    int per_minute = opt->ask_per_minute > 0 ? opt->ask_per_minute : ASK_PER_MINUTE;
    enum err e = bucket_table_new(app->arena, per_minute, per_minute, &app->asks);
    if (e == OK)
        e = router_new(ctx, app->arena, ROUTES, sizeof(ROUTES) / sizeof(ROUTES[0]), &app->router);
    if (e == OK)
        e = workers_start(ctx, opt->eng, opt->workers > 0 ? opt->workers : WORKERS_DEFAULT, app, &app->workers);
    if (e == OK)
        e = start_chats(ctx, app);
    if (e == OK)
        e = start_http(ctx, app);
    if (e != OK) {
        chats_stop(app->chats);
        chats_free(app->chats);
        workers_stop(app->workers);
        arena_free(app->arena);
        return e;
    }
    *out = app;
    return OK;
}

int app_port(const struct app *app)
{
    return http_server_port(app->http);
}

void app_stop(struct app *app, int deadline_ms)
{
    atomic_store(&app->draining, true);
    chats_stop(app->chats);
    size_t left = http_server_stop(app->http, deadline_ms);
    workers_stop(app->workers);
    if (left == 0) { /* else a late answer may still look at it */
        chats_free(app->chats);
        arena_free(app->arena);
    }
}
