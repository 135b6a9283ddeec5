/* Approvals, requests and what is done, over HTTP: rights, two persons, words that come too late. Calls run in order. */
#include "lib/story_acts.h"

#include "base/data.h"
#include "base/http_client.h"
#include "flows/act_read.h"
#include "server/app.h"

struct world {
    struct fixture f;
    struct story_store st;
    struct api_token tokens[3];
    struct app *app;
    struct http_client *client;
};

static const char ORDER[] =
    "{\"kind\":\"order\",\"order_id\":\"1020\",\"name\":\"#1020\",\"currency\":\"USD\",\"total_minor\":15000,\"financial_state\":\"paid\","
    "\"email\":\"anna@example.com\",\"items\":[{\"sku\":\"LAMP\",\"quantity\":1,\"price_minor\":15000}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"1020\",\"fulfillment_id\":\"F\",\"state\":\"shipped\",\"items\":[{\"sku\":\"LAMP\",\"quantity\":1}],"
    "\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}\n"
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"lost\",\"occurred_at\":\"2026-11-17T18:00:00Z\"}";

static void world_open(struct world *w)
{
    static const struct {
        const char *name, *token;
        unsigned scopes;
    } TOKENS[] = {{"ann", "token-of-ann-1234", SCOPE_READ | SCOPE_ACT | SCOPE_FACTS}, {"ben", "token-of-ben-1234", SCOPE_READ | SCOPE_ACT},
                  {"eve", "token-of-eve-1234", SCOPE_READ}};
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    story_store_open_threads(&w->f.ctx, &w->f.clock, NULL, 0, &w->st);
    for (size_t i = 0; i < 3; i++) {
        w->tokens[i] = (struct api_token){.name = str_of(TOKENS[i].name), .scopes = TOKENS[i].scopes};
        assert_int_equal(secret_set(&w->tokens[i].token, str_of(TOKENS[i].token)), OK);
    }
    w->st.cfg.tokens = w->tokens;
    w->st.cfg.tokens_n = 3;
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock, .ask_per_minute = 30};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

struct call {
    const char *name, *who, *method, *path, *body;
    int status;
    const char *has;
};

static void do_calls(struct world *w, const struct call *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct call *c = &calls[i];
        struct http_msg out;
        struct http_header h = {STR("Authorization"), arena_fmt(w->f.arena, "Bearer token-of-%s-1234", c->who == NULL ? "nobody" : c->who)};
        struct http_request req = {.method = str_of(c->method), .headers = &h, .headers_n = 1, .body = str_of(c->body), .timeout_ms = 10000,
                                   .url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", app_port(w->app), c->path)};
        assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, &out));
        if (out.status != c->status || (c->has != NULL && !str_contains(out.body, str_of(c->has))))
            fail_msg("%s: %d, expected %d: %.*s", c->name, out.status, c->status, STR_ARG(out.body));
    }
}

static void acts(void **state)
{
    static const struct call CALLS[] = {
        {"no policy yet", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\"}", 404, NULL},
        {"facts", "ann", "POST", "/v1/facts", ORDER, 202, NULL},
    };
    static const struct call WITH[] = {
        {"a request that no one may make", "eve", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\"}", 401, NULL},
        {"nor without a token", NULL, "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\"}", 401, NULL},
        {"a word nobody knows", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"fly\"}", 400, "request: expected"},
        {"an item without quantity", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\",\"items\":[{\"sku\":\"LAMP\"}]}", 400, "items[0]"},
        {"an amount below nothing", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"discount\",\"amount_minor\":-1}", 400, "amount_minor"},
        {"an amount over all", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"discount\",\"amount_minor\":99999999999999999999}", 400, "amount_minor"},
        {"no such order", "ann", "POST", "/v1/cases/4711/requests", "{\"request\":\"refund\"}", 404, NULL},
        {"only tried", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\",\"try\":true}", 200, "\"outcome\":\"approval\""},
        {"nothing came of it", "ann", "GET", "/v1/approvals", "", 200, "\"carrier_claim\""},
        {"a request", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\"}", 200, "\"action_no\":2"},
        {"the same again", "ben", "POST", "/v1/cases/1020/requests", "{\"request\":\"refund\"}", 200, "\"outcome\":\"same\""},
        {"it waits", "eve", "GET", "/v1/approvals", "", 200, "\"approvals_needed\":2"},
        {"in the case, too", "eve", "GET", "/v1/cases/1020", "", 200, "\"capability\":\"refund\",\"state\":\"proposed\""},
        {"who may not", "eve", "POST", "/v1/actions/2/approve", "{}", 401, NULL},
        {"one person", "ann", "POST", "/v1/actions/2/approve", "{\"by\":\"somebody else\"}", 200, "\"state\":\"proposed\""},
        {"the same one again", "ann", "POST", "/v1/actions/2/approve", "{\"by\":\"ben\"}", 409, "another person"},
        {"no such word", "ann", "POST", "/v1/actions/2/pay", "", 404, NULL},
        {"no such action", "ann", "POST", "/v1/actions/99/approve", "", 409, "no such action"},
        {"another person", "ben", "POST", "/v1/actions/2/approve", "", 200, "\"state\":\"waiting\""},
        {"too late", "ben", "POST", "/v1/actions/2/decline", "", 409, "waiting"},
        {"it never came before a person", "eve", "GET", "/v1/cases/1020/audit", "", 404, "never came before a person"},
        {"audit of what", "eve", "GET", "/v1/cases/4711/audit", "", 404, NULL},
        {"where people did otherwise", "eve", "GET", "/v1/rollout", "", 200, "\"refund\":{\"mode\":\"suggest\""},
        {"nobody's rollout", NULL, "GET", "/v1/rollout", "", 401, NULL},
        {"nobody's audit", NULL, "GET", "/v1/audit", "", 401, NULL},
        {"too many orders", "eve", "GET", "/v1/audit?orders=0", "", 400, "orders: expected"},
        {"nothing to rank", "eve", "GET", "/v1/audit", "", 200, "\"orders\":1,\"escalated\":0"},
        {"called back", "ann", "POST", "/v1/actions/2/undo", "{\"why\":\"wrong order\"}", 200, "\"state\":\"cancelled\""},
        {"a word that no rule knows", "ann", "POST", "/v1/cases/1020/requests", "{\"request\":\"person\"}", 200, "\"outcome\":\"person\""},
        {"now it is traced", "eve", "GET", "/v1/cases/1020/audit", "", 200, "\"cause\":\"nothing\""},
        {"and ranked", "eve", "GET", "/v1/audit", "", 200, "\"escalated\":1"},
        {"nothing is open that a person could end", "ann", "POST", "/v1/cases/1020/done", "{\"task\":\"x\"}", 409, "nothing"},
    };
    struct world w;
    (void)state;
    world_open(&w);
    do_calls(&w, CALLS, sizeof(CALLS) / sizeof(CALLS[0]));
    struct findings fs = {0};
    struct policy pol;
    w.st.mc.policy_text = data_file("policy/default.yaml");
    assert_ok(&w.f.ctx, policy_parse(&w.f.ctx, w.st.mc.policy_text, &pol, &fs));
    w.st.mc.policy_version = pol.version;
    assert_ok(&w.f.ctx, policy_record(&w.f.ctx, w.st.eng));
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    struct call touch = {"it moves", "ann", "POST", "/v1/facts", "{\"kind\":\"hold\",\"order_id\":\"1020\",\"hold_id\":\"H\",\"released\":true}", 202, NULL};
    do_calls(&w, &touch, 1);
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    do_calls(&w, WITH, sizeof(WITH) / sizeof(WITH[0]));
    http_client_free(w.client);
    app_stop(w.app, 2000);
    story_store_close(&w.st);
    for (size_t i = 0; i < 3; i++)
        secret_clear(&w.tokens[i].token);
    fixture_clear(&w.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(acts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
