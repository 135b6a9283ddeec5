/*
 * What people decide, and what is asked for: GET /v1/approvals; POST /v1/actions/{action}/{word} with approve, decline or undo;
 * POST /v1/cases/{order}/done; POST /v1/cases/{order}/requests. Who says so is the token's name: two approvals need two tokens.
 */
#include "base/num.h"
#include "flows/request.h"
#include "flows/verdict.h"
#include "server/app.h"

#define APPROVALS_MAX 100
#define WORDS_MAX 500

/* In an open demo, which knows no tokens, the body says who. */
static enum err person_of(struct http_exchange *ex, int64_t merchant_id, const struct json *v, struct str *out)
{
    enum err e = app_allow(ex, merchant_id, SCOPE_ACT);
    if (e != OK)
        return e;
    *out = app_token_name(ex);
    if (str_empty(*out))
        *out = str_sub(v == NULL ? STR_NULL : json_str(v, "by"), 0, 80);
    return str_empty(*out) ? ctx_fail(&ex->ctx, ERR_PARSE, "by: who says so?") : OK;
}

static enum err read_body(struct http_exchange *ex, const struct json **v)
{
    *v = NULL;
    return str_empty(str_trim(ex->msg.body)) ? OK : json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, v);
}

/* ---- approvals */

static void list_approvals(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct approval *list = NULL;
    int64_t merchant_id;
    size_t n = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = approvals_read(&ex->ctx, rd, merchant_id, APPROVALS_MAX, &list, &n);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    if (app_wants_text(ex)) {
        approvals_text(&ex->ctx, ex->out, list, n);
        http_reply(ex, 200, "text/plain; charset=utf-8", buf_str(ex->out), NULL, 0);
        return;
    }
    struct jw w = jw_of(ex->out);
    approvals_json(&ex->ctx, &w, list, n);
    http_reply_json(ex, 200);
}

void api_approvals_get(struct http_exchange *ex)
{
    app_run(ex, SCOPE_READ, list_approvals);
}

/* ---- verdicts */

/* 409 with the state when it did not fit, 202 with the position when the fold is late. */
static void reply_verdict(struct http_exchange *ex, enum err e, const struct verdict_answer *a)
{
    if (e == OK && !a->done) {
        e = ctx_fail(&ex->ctx, ERR_CONFLICT, "%.*s", STR_ARG(a->why));
        app_fail(ex, e);
        return;
    }
    if (e != OK && !(e == ERR_TIMEOUT && a->pos > 0)) {
        app_fail(ex, e);
        return;
    }
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_ki64(&w, "position", a->pos);
    if (e == OK)
        jw_kstr_null(&w, "state", a->state);
    jw_end(&w);
    http_reply_json(ex, e == OK ? 200 : 202);
}

static void give_verdict(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct verdict_fact v = {.at_us = clock_now_us(ex->ctx.clock)};
    struct verdict_answer ans = {.pos = 0};
    const struct json *body = NULL;
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = read_body(ex, &body);
    if (e == OK)
        e = person_of(ex, merchant_id, body, &v.by);
    if (e == OK && (!verdict_parse(ex->params[1], &v.verdict) || v.verdict == VERDICT_DONE))
        e = ctx_fail(&ex->ctx, ERR_NOTFOUND, "expected approve, decline or undo");
    if (e == OK && num_parse_i64(ex->params[0], 1, INT64_MAX, &v.action_no) != OK)
        e = ctx_fail(&ex->ctx, ERR_PARSE, "action: expected its number");
    if (e == OK && body != NULL)
        v.why = str_sub(json_str(body, "why"), 0, WORDS_MAX);
    if (e == OK)
        e = verdict_give(&ex->ctx, app_of(ex)->eng, rd, merchant_id, &v, &ans);
    reply_verdict(ex, e, &ans);
}

void api_verdict_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, give_verdict, ex);
}

static void give_done(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct verdict_fact v = {.verdict = VERDICT_DONE, .at_us = clock_now_us(ex->ctx.clock)};
    struct verdict_answer ans = {.pos = 0};
    const struct json *body = NULL;
    int64_t merchant_id;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = read_body(ex, &body);
    if (e == OK)
        e = person_of(ex, merchant_id, body, &v.by);
    if (e == OK)
        e = app_find_case(ex, rd, merchant_id, ex->params[0], &v.order_no);
    if (e == OK && body != NULL) {
        v.task = json_str(body, "task");
        v.why = str_sub(json_str(body, "why"), 0, WORDS_MAX);
    }
    if (e == OK)
        e = verdict_give(&ex->ctx, app_of(ex)->eng, rd, merchant_id, &v, &ans);
    reply_verdict(ex, e, &ans);
}

void api_done_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, give_done, ex);
}

/* ---- requests of the team */

static enum err read_items(struct http_exchange *ex, const struct json *list, struct request_given *g)
{
    struct action_item *items = arena_array(ex->ctx.arena, ACTION_ITEMS_MAX, sizeof(*items));
    if (items == NULL)
        return ctx_fail(&ex->ctx, ERR_MEMORY, "request: no memory");
    if (list != NULL && (list->type != JSON_ARRAY || list->count > ACTION_ITEMS_MAX))
        return ctx_fail(&ex->ctx, ERR_PARSE, "items: expected a list of at most %d", ACTION_ITEMS_MAX);
    JSON_EACH(it, list) {
        items[g->items_n].sku = json_str(it, "sku");
        if (str_empty(items[g->items_n].sku) || json_i64(it, "quantity", 1, 1000000, &items[g->items_n].quantity) != OK)
            return ctx_fail(&ex->ctx, ERR_PARSE, "items[%zu]: expected sku and quantity", g->items_n);
        g->items_n++;
    }
    g->items = items;
    return OK;
}

static enum err read_address(struct http_exchange *ex, const struct json *v, struct request_given *g)
{
    struct address *a = ctx_alloc(&ex->ctx, sizeof(*a));
    if (v == NULL || v->type == JSON_NULL)
        return OK;
    if (a == NULL || v->type != JSON_OBJECT)
        return a == NULL ? ERR_MEMORY : ctx_fail(&ex->ctx, ERR_PARSE, "address: expected an object");
    *a = (struct address){.name = json_str(v, "name"), .line1 = json_str(v, "line1"), .line2 = json_str(v, "line2"), .city = json_str(v, "city"),
                          .region = json_str(v, "region"), .postal_code = json_str(v, "postal_code"), .country = json_str(v, "country"),
                          .phone = json_str(v, "phone")};
    if (str_empty(a->line1) || a->country.n != 2)
        return ctx_fail(&ex->ctx, ERR_PARSE, "address: line1, and country as two letters, are needed");
    g->address = a;
    return OK;
}

/* A colleague knows who they are and what they want: proof and confidence are theirs. */
static enum err read_request(struct http_exchange *ex, const struct json *v, struct request_given *g)
{
    unsigned request = 0;
    struct str word = v == NULL ? STR_NULL : json_str(v, "request");
    while (request < REQUEST_COUNT && !str_eq(word, str_of(policy_request_word(request))))
        request++;
    if (request == REQUEST_COUNT || request == REQUEST_NONE)
        return ctx_fail(&ex->ctx, ERR_PARSE, "request: expected person, status or a capability such as refund, got \"%.*s\"", STR_ARG(str_sub(word, 0, 40)));
    g->request = (enum policy_request)request;
    g->channel = CHAN_API;
    g->proof = PROOF_CODE;
    g->confidence = 100;
    g->id = str_sub(json_str(v, "id"), 0, 100);
    g->tracking_number = json_str(v, "tracking_number");
    g->detail = str_sub(json_str(v, "detail"), 0, 100);
    g->note = str_sub(json_str(v, "note"), 0, WORDS_MAX);
    g->repeat = json_true(v, "repeat");
    enum err e = json_i64(v, "amount_minor", 0, INT64_C(1000000000000), &g->amount_minor);
    if (e == ERR_NOTFOUND)
        e = OK;
    if (e != OK)
        return ctx_fail(&ex->ctx, ERR_PARSE, "amount_minor: expected a whole number, not negative");
    e = read_items(ex, json_get(v, "items"), g);
    return e == OK ? read_address(ex, json_get(v, "address"), g) : e;
}

static void make_request(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct request_given g = {.order_no = 0};
    struct request_answer ans;
    struct case_acts acts;
    const struct json *v = NULL;
    int64_t merchant_id, pos = 0;
    (void)user;
    enum err e = app_merchant(ex, STR_NULL, &merchant_id);
    if (e == OK)
        e = read_body(ex, &v);
    if (e == OK)
        e = person_of(ex, merchant_id, v, &g.by);
    if (e == OK)
        e = read_request(ex, v, &g);
    if (e == OK)
        e = app_find_case(ex, rd, merchant_id, ex->params[0], &g.order_no);
    bool only_try = e == OK && json_true(v, "try");
    if (e == OK)
        e = only_try ? request_try(&ex->ctx, app_of(ex)->eng, rd, merchant_id, &g, &ans)
                     : request_make(&ex->ctx, app_of(ex)->eng, rd, merchant_id, &g, &ans, &pos);
    if (e == OK)
        e = case_acts_read(&ex->ctx, rd, merchant_id, g.order_no, &acts);
    struct jw w = jw_of(ex->out);
    if (e == ERR_TIMEOUT && pos > 0) {
        jw_obj(&w);
        jw_ki64(&w, "position", pos);
        jw_end(&w);
        http_reply_json(ex, 202);
        return;
    }
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    request_answer_write(&w, &ans, g.order_no, g.id, acts.currency);
    http_reply_json(ex, 200);
}

void api_request_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, make_request, ex);
}
