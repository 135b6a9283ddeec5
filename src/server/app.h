/*
 * The application behind the HTTP server: routes, who may do what, the engine. Handlers are in api_<noun>.c and page_cases.c;
 * what may wait runs on workers. One struct app per process, made by `wismo serve` and `wismo demo`.
 */
#ifndef WISMO_SERVER_APP_H
#define WISMO_SERVER_APP_H

#include <stdatomic.h>

#include "base/metrics.h"
#include "flows/ask.h"
#include "server/chats.h"
#include "server/http.h"
#include "server/router.h"
#include "server/workers.h"

/* Label values of base/metrics.def. */
enum { HOOK_ACCEPTED, HOOK_REPEAT, HOOK_DENIED, HOOK_STALE, HOOK_MALFORMED, HOOK_BUSY, HOOK_FAILED };
enum { FACTS_ACCEPTED, FACTS_REFUSED };

struct bucket_table;

struct app_options {
    const struct config *config;
    struct engine *eng;
    struct clock *clock;
    struct log *log;
    ask_refresh_fn refresh;     /* NULL: answers from what is known */
    void *refresh_user;
    int workers;                /* 0: 4 */
    int ask_per_minute;         /* of one address; 0: 60 */
};

struct app {
    struct app_options opt;
    struct engine *eng;
    const struct config *cfg;
    struct workers *workers;
    struct http_server *http;
    struct router *router;
    struct arena *arena;        /* lives as long as the app */
    struct bucket_table *asks;  /* token buckets by address */
    struct bucket_table *chat_starts, *chat_opens, *chat_addresses; /* the same */
    struct bucket_table *chat_says; /* by conversation */
    struct chats *chats;
    bool open;                  /* a demo on the loopback: pages and clock need no token */
    _Atomic bool draining;
};

/* app_start: workers, routes, the HTTP server. Errs: what these give; nothing is left running then. */
MUST_CHECK enum err app_start(struct ctx *ctx, const struct app_options *opt, struct app **out);
int app_port(const struct app *app);
/* app_stop: readyz says no, no new connections, open ones are answered, threads end. The engine stays open. */
void app_stop(struct app *app, int deadline_ms);

/* ---- for the handlers */
struct app *app_of(struct http_exchange *ex);
/*
 * app_merchant: the merchant that a request is about: its name, else ?merchant=, else the only one. Errs: ERR_NOTFOUND.
 */
MUST_CHECK enum err app_merchant(struct http_exchange *ex, struct str name, int64_t *merchant_id);
/*
 * app_allow: does the request's token (Bearer, Basic password, or cookie wismo_token) have this scope for this merchant?
 * All tokens are compared, in constant time. An open app (a demo on the loopback) asks for none.
 * Errs: ERR_DENIED; the refusal is counted.
 */
MUST_CHECK enum err app_allow(struct http_exchange *ex, int64_t merchant_id, unsigned scope);
/* app_token_name: who asks: the name of the token, empty when there is none. */
struct str app_token_name(struct http_exchange *ex);
/* app_query: decoded value of a query parameter, else empty. app_query_i64: ERR_PARSE names it; def when absent. */
struct str app_query(struct http_exchange *ex, const char *name);
MUST_CHECK enum err app_query_i64(struct http_exchange *ex, const char *name, int64_t min, int64_t max, int64_t def, int64_t *out);
/* app_wants_text: the client asks for the page as people read it. app_reply: ex->out, as text or JSON by that. */
bool app_wants_text(const struct http_exchange *ex);
void app_reply(struct http_exchange *ex, int status);
/* app_run: fn on a worker, for whoever has this scope of the merchant that the request is about; else its refusal. */
void app_run(struct http_exchange *ex, unsigned scope, work_fn fn);
/* app_fail: http_fail_err with 401 and WWW-Authenticate where a token is missing. */
void app_fail(struct http_exchange *ex, enum err e);
/* app_page: an HTML answer with its security headers; a failed buffer becomes a 500. */
void app_page(struct http_exchange *ex, int status);
/* app_ask_allowed: takes a token out of the asker's bucket; false: too many questions. */
bool app_ask_allowed(struct app *app, struct str address);
/* app_ask: one question, counted and timed. */
MUST_CHECK enum err app_ask(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, const struct ask_question *q,
                            struct ask_reply *rep);
/* app_settle: until every merchant's timers that are due have fired and are folded. Errs: ERR_TIMEOUT. */
MUST_CHECK enum err app_settle(struct ctx *ctx, struct engine *eng, int timeout_ms);
/* app_find_case: the order that a path names; several: ERR_CONFLICT unless ?order_no= says which. */
MUST_CHECK enum err app_find_case(struct http_exchange *ex, struct reader *rd, int64_t merchant_id, struct str name, int64_t *order_no);
/* app_reply_busy: 503 with Retry-After: 1. */
void app_reply_busy(struct http_exchange *ex);

/* app_hook_account: whom /hooks/{connector}/{merchant} and its like name. Errs: ERR_NOTFOUND; app_hook_refuse: counted and answered; acct NULL: unknown */
MUST_CHECK enum err app_hook_account(struct http_exchange *ex, int64_t *merchant_id, const struct account **acct);
void app_hook_refuse(struct http_exchange *ex, const struct account *acct, enum err e);

/* ---- routes */
void api_calls_post(struct http_exchange *ex);
void api_hooks_post(struct http_exchange *ex);
void api_hooks_get(struct http_exchange *ex);
void api_facts_post(struct http_exchange *ex);
void api_cases_list(struct http_exchange *ex);
void api_cases_get(struct http_exchange *ex);
void api_case_audit_get(struct http_exchange *ex);
void api_audit_get(struct http_exchange *ex);
void api_rollout_get(struct http_exchange *ex);
void api_approvals_get(struct http_exchange *ex);
void api_verdict_post(struct http_exchange *ex);
void api_done_post(struct http_exchange *ex);
void api_request_post(struct http_exchange *ex);
void api_ask_post(struct http_exchange *ex);
void api_messages_post(struct http_exchange *ex);
void api_chat_session(struct http_exchange *ex);
void api_chat_message(struct http_exchange *ex);
void api_chat_events(struct http_exchange *ex);
void api_chat_preflight(struct http_exchange *ex);
void api_chat_widget(struct http_exchange *ex);
void page_shop(struct http_exchange *ex);
void api_conversations_list(struct http_exchange *ex);
void api_conversations_get(struct http_exchange *ex);
void api_conversations_post(struct http_exchange *ex);
void api_estimate_get(struct http_exchange *ex);
void api_lookup(struct http_exchange *ex);
void api_knowledge_list(struct http_exchange *ex);
void api_knowledge_post(struct http_exchange *ex);
void api_knowledge_answer(struct http_exchange *ex);
void api_knowledge_unanswered(struct http_exchange *ex);
void api_knowledge_delete(struct http_exchange *ex);
void api_outbox_list(struct http_exchange *ex);
void api_outbox_resend(struct http_exchange *ex);
void api_promises_get(struct http_exchange *ex);
void api_pause_get(struct http_exchange *ex);
void api_pause_post(struct http_exchange *ex); /* and resume */
void api_clock_get(struct http_exchange *ex);
void api_clock_post(struct http_exchange *ex);
void health_live(struct http_exchange *ex);
void health_ready(struct http_exchange *ex);
void health_metrics(struct http_exchange *ex);
void page_cases_list(struct http_exchange *ex);
void page_cases_get(struct http_exchange *ex);
void page_ask_post(struct http_exchange *ex);
void page_way_out_get(struct http_exchange *ex);
void page_way_out_post(struct http_exchange *ex);
void page_style(struct http_exchange *ex);


#endif
