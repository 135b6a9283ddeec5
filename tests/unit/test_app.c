/*
 * The application over real sockets: facts in, case and answer out, rights, the clock, pages, figures. One server for the table
 * of requests, which run in order: later ones see what earlier ones did.
 */
#include "lib/story_store.h"

#include "base/http_client.h"
#include "server/app.h"

struct world {
    struct fixture f;
    struct story_store st;
    struct api_token token;
    struct account account;
    struct app *app;
    struct http_client *client;
};

static void world_open(struct world *w, bool with_token)
{
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    w->account = (struct account){.merchant = STR("demo"), .id = STR("own"), .conn = connector_find(STR("wismo"))};
    assert_int_equal(secret_set(&w->account.webhook_secrets[0], STR("whsec-made-up")), OK);
    story_store_open_threads(&w->f.ctx, &w->f.clock, &w->account, 1, &w->st);
    if (with_token) {
        w->token = (struct api_token){.name = STR("test"), .scopes = SCOPE_READ | SCOPE_FACTS};
        assert_int_equal(secret_set(&w->token.token, STR("token-made-up")), OK);
        w->st.cfg.tokens = &w->token;
        w->st.cfg.tokens_n = 1;
    }
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock, .ask_per_minute = 30};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

static void world_close(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    story_store_close(&w->st);
    secret_clear(&w->account.webhook_secrets[0]);
    secret_clear(&w->token.token);
    fixture_clear(&w->f);
}

struct call {
    const char *name, *method, *path, *header, *value, *body;
    int status;
    const char *has, *has_not; /* of the answer's body */
};

static void do_call(struct world *w, const struct call *c, struct http_msg *out)
{
    struct http_header h = {str_of(c->header), str_of(c->value)};
    struct http_request req = {.method = str_of(c->method), .headers = &h, .headers_n = c->header == NULL ? 0 : 1,
                               .body = str_of(c->body), .timeout_ms = 10000};
    req.url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", app_port(w->app), c->path);
    assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, out));
    if (out->status != c->status)
        fail_msg("%s: status %d, expected %d: %.*s", c->name, out->status, c->status, STR_ARG(out->body));
    if (c->has != NULL && !str_contains(out->body, str_of(c->has)))
        fail_msg("%s: \"%s\" is not in: %.*s", c->name, c->has, STR_ARG(out->body));
    if (c->has_not != NULL && str_contains(out->body, str_of(c->has_not)))
        fail_msg("%s: \"%s\" is in: %.*s", c->name, c->has_not, STR_ARG(out->body));
}

static void do_calls(struct world *w, const struct call *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct http_msg msg;
        do_call(w, &calls[i], &msg);
    }
}

#define ORDER                                                                                                          \
    "{\"kind\":\"order\",\"order_id\":\"1020\",\"name\":\"#1020\",\"placed_at\":\"2026-11-17T10:00:00Z\",\"currency\":\"USD\","  \
    "\"total_minor\":1450,\"email\":\"anna@example.com\",\"ship_to\":{\"name\":\"Anna <Exemple>\",\"postal_code\":\"60601\","    \
    "\"country\":\"US\"},\"items\":[{\"sku\":\"MUG\",\"title\":\"<b>Mug</b>\",\"quantity\":1,\"price_minor\":1450}]}"
#define DELIVERED                                                                                                      \
    "{\"kind\":\"order\",\"order_id\":\"1030\",\"name\":\"#1030\",\"placed_at\":\"2026-11-10T10:00:00Z\","           \
    "\"email\":\"ben@example.com\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"                                    \
    "{\"kind\":\"fulfillment\",\"order_id\":\"1030\",\"fulfillment_id\":\"F\",\"state\":\"shipped\",\"items\":["            \
    "{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}\n"   \
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"delivered\","  \
    "\"occurred_at\":\"2026-11-17T18:00:00Z\"}"
#define BAD "{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[{\"sku\":\"A\",\"quantity\":-1}]}"

static const struct call OPEN_CALLS[] = {
    {"alive", "GET", "/healthz", NULL, NULL, NULL, 200, "ok", NULL},
    {"ready", "GET", "/readyz", NULL, NULL, NULL, 200, "\"ready\":true", NULL},
    {"dry run", "POST", "/v1/facts?dry_run=1", NULL, NULL, ORDER, 200, "\"accepted\":1", NULL},
    {"nothing yet", "GET", "/v1/cases/1020", NULL, NULL, NULL, 404, "not_found", NULL},
    {"facts", "POST", "/v1/facts", NULL, NULL, ORDER "\n" BAD "\n{\n", 202, "\"refused\":2", NULL},
    {"refusals name the field", "POST", "/v1/facts", NULL, NULL, BAD, 422, "\"field\":\"items[0].quantity\"", NULL},
    {"lines are counted", "POST", "/v1/facts?dry_run=1", NULL, NULL, ORDER "\n\n" BAD "\n", 200, "\"line\":3", NULL},
    {"array", "POST", "/v1/facts?dry_run=1", NULL, NULL, "[" ORDER "," ORDER "]", 200, "\"accepted\":2", NULL},
    {"several lines", "POST", "/v1/facts?dry_run=1", NULL, NULL, "{\n\"kind\":\"inventory_level\",\n\"sku\":\"A\",\"available\":3}", 200,
     "\"accepted\":1", NULL},
    {"ticks are ours", "POST", "/v1/facts", NULL, NULL, "{\"kind\":\"tick\",\"number\":1,\"due_us\":1}", 422, "\"field\":\"kind\"", NULL},
    {"origin", "POST", "/v1/facts?origin=future", NULL, NULL, ORDER, 400, "\"field\":\"origin\"", NULL},
    {"source", "POST", "/v1/facts?source=A%20B", NULL, NULL, ORDER, 400, "\"field\":\"source\"", NULL},
    {"empty", "POST", "/v1/facts", NULL, NULL, " ", 400, "\"field\":\"body\"", NULL},
    {"case", "GET", "/v1/cases/%231020?wait=1", NULL, NULL, NULL, 200, "\"class\":\"awaiting_fulfillment\"", "anna@example.com"},
    {"case with personal data", "GET", "/v1/cases/1020?personal=1", NULL, NULL, NULL, 200, "anna@example.com", NULL},
    {"case as text", "GET", "/v1/cases/1020", "Accept", "text/plain", NULL, 200, "Order #1020: awaiting_fulfillment", "anna"},
    {"case before it was known", "GET", "/v1/cases/1020?at=2026-11-01T00:00:00Z", NULL, NULL, NULL, 404, "not_found", NULL},
    {"bad time", "GET", "/v1/cases/1020?at=yesterday", NULL, NULL, NULL, 400, "\"field\":\"at\"", NULL},
    {"list", "GET", "/v1/cases", NULL, NULL, NULL, 200, "\"order\":\"#1020\"", NULL},
    {"ask", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"where is #1020? anna@example.com\"}", 200, "\"outcome\":\"answered\"", NULL},
    {"ask by fields", "POST", "/v1/ask", NULL, NULL, "{\"order\":\"1020\",\"zip\":\"60601\"}", 200, "\"outcome\":\"answered\"", NULL},
    {"ask needs an object", "POST", "/v1/ask", NULL, NULL, "[]", 400, "body", NULL},
    {"ask field type", "POST", "/v1/ask", NULL, NULL, "{\"email\":7}", 400, "\"field\":\"email\"", NULL},
    {"one fact is not enough", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#1020\"}", 200, "\"outcome\":\"need\"", "awaiting"},
    {"delivered", "POST", "/v1/facts", NULL, NULL, DELIVERED, 202, "\"accepted\":3", NULL},
    {"and folded", "GET", "/v1/cases/1030?wait=5", NULL, NULL, NULL, 200, "delivered", NULL},
    {"is told", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#1030 ben@example.com\"}", 200, "\"class\":\"delivered\"", NULL},
    {"and denied", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#1030 ben@example.com it never arrived\"}", 200,
     "\"class\":\"delivered_not_received\"", NULL},
    {"page of cases", "GET", "/", NULL, NULL, NULL, 200, "#1020", NULL},
    {"page of a case escapes", "GET", "/cases/1020", NULL, NULL, NULL, 200, "&lt;b&gt;Mug&lt;/b&gt;", "<b>Mug"},
    {"page of no case", "GET", "/cases/77", NULL, NULL, NULL, 404, "Not found", NULL},
    {"ask page", "POST", "/ask", "Content-Type", "application/x-www-form-urlencoded", "text=%231020+anna%40example.com%3Cs%3E", 200,
     "being prepared", "<s>"},
    {"style", "GET", "/assets/page.css", NULL, NULL, NULL, 200, "font", NULL},
    {"outbox", "GET", "/v1/outbox", NULL, NULL, NULL, 200, "\"counts\":{\"open\":0", NULL},
    {"outbox of an order", "GET", "/v1/outbox?order=1020", "Accept", "text/plain", NULL, 200, "0 open, 0 sent", NULL},
    {"nothing to send again", "POST", "/v1/outbox/abc/resend", NULL, NULL, NULL, 404, "no message has the key", NULL},
    {"promises", "GET", "/v1/promises", NULL, NULL, NULL, 200, "\"unkept\":0", NULL},
    {"pause", "POST", "/v1/pause", NULL, NULL, "{\"what\":\"messages\",\"why\":\"storm\"}", 200, "\"what\":\"messages\",\"why\":\"storm\"", NULL},
    {"pauses", "GET", "/v1/pause", NULL, NULL, NULL, 200, "\"on_the_wire\":[]", NULL},
    {"pause of what", "POST", "/v1/pause", NULL, NULL, "{\"what\":\"it\"}", 400, "\"field\":\"what\"", NULL},
    {"resume", "POST", "/v1/resume", NULL, NULL, "{\"what\":\"messages\",\"merchant\":\"demo\"}", 200, "\"pauses\":[]", NULL},
    {"clock", "GET", "/v1/clock", NULL, NULL, NULL, 200, "2026-11-18T11:06:40Z", NULL},
    {"clock moves", "POST", "/v1/clock", NULL, NULL, "{\"advance\":\"9d\"}", 200, "2026-11-27T11:06:40Z", NULL},
    {"and the diagnosis with it", "GET", "/v1/cases", NULL, NULL, NULL, 200, "fulfillment_late", NULL},
    {"clock never goes back", "POST", "/v1/clock", NULL, NULL, "{\"set\":\"2026-11-01T00:00:00Z\"}", 400, "\"field\":\"set\"", NULL},
    {"figures", "GET", "/metrics", NULL, NULL, NULL, 200, "wismo_facts_total{outcome=\"accepted\"} 4", NULL},
    {"no connector", "POST", "/hooks/nobody/demo", NULL, NULL, "{}", 404, NULL, NULL},
    {"no merchant", "POST", "/hooks/own/nobody", NULL, NULL, "{}", 404, NULL, NULL},
    {"no signature", "POST", "/hooks/own/demo", NULL, NULL, ORDER, 401, NULL, NULL},
    {"refused and counted", "GET", "/metrics", NULL, NULL, NULL, 200, "wismo_webhooks_total{outcome=\"denied\"} 1", NULL},
    {"method", "PUT", "/v1/facts", NULL, NULL, "{}", 405, NULL, NULL},
    {"address", "GET", "/v2/cases", NULL, NULL, NULL, 404, NULL, NULL},
};

static void open_demo(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, false);
    do_calls(&w, OPEN_CALLS, sizeof(OPEN_CALLS) / sizeof(OPEN_CALLS[0]));
    world_close(&w);
}

static const struct call TOKEN_CALLS[] = {
    {"facts want a token", "POST", "/v1/facts", NULL, NULL, ORDER, 401, "denied", NULL},
    {"a wrong one does not do", "POST", "/v1/facts", "Authorization", "Bearer token-made", ORDER, 401, "denied", NULL},
    {"the right one does", "POST", "/v1/facts", "Authorization", "Bearer token-made-up", ORDER, 202, "\"accepted\":1", NULL},
    {"reading too", "GET", "/v1/cases/1020?wait=1", NULL, NULL, NULL, 401, "denied", "1020"},
    {"by token", "GET", "/v1/cases/1020?wait=1", "Authorization", "Bearer token-made-up", NULL, 200, "\"order\":\"#1020\"", NULL},
    {"personal data is another right", "GET", "/v1/cases/1020?personal=1", "Authorization", "Bearer token-made-up", NULL, 401, "denied",
     "anna"},
    {"pages by Basic", "GET", "/", "Authorization", "Basic eDp0b2tlbi1tYWRlLXVw", NULL, 200, "#1020", NULL},
    {"pages by cookie", "GET", "/", "Cookie", "a=b; wismo_token=token-made-up", NULL, 200, "#1020", NULL},
    {"pages closed", "GET", "/cases/1020", NULL, NULL, NULL, 401, "denied", "Mug"},
    {"the pause is for others", "POST", "/v1/pause", "Authorization", "Bearer token-made-up", "{\"what\":\"all\"}", 401, "denied", NULL},
    {"so is sending again", "POST", "/v1/outbox/abc/resend", "Authorization", "Bearer token-made-up", NULL, 401, "denied", NULL},
    {"the clock is for others", "POST", "/v1/clock", "Authorization", "Bearer token-made-up", "{\"advance\":\"1d\"}", 401, "denied", NULL},
    {"questions are free", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#1020 anna@example.com\"}", 200, "answered", NULL},
};

/* The same body for an order that is not there and for an e-mail that is not its own, byte for byte. */
static void alike(struct world *w)
{
    static const struct call WRONG = {"wrong e-mail", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#1020 eve@example.com\"}", 200, "no_match", "position"};
    static const struct call NONE = {"no order", "POST", "/v1/ask", NULL, NULL, "{\"text\":\"#4711 anna@example.com\"}", 200, "no_match", NULL};
    struct http_msg a, b;
    do_call(w, &WRONG, &a);
    do_call(w, &NONE, &b);
    assert_true(str_eq(a.body, b.body));
}

static void limited(struct world *w)
{
    static const struct call ASK = {"ask", "POST", "/v1/ask", NULL, NULL, "{}", 200, NULL, NULL};
    static const struct call TOO_MANY = {"limit", "POST", "/v1/ask", NULL, NULL, "{}", 429, "limit", NULL};
    struct http_msg msg;
    for (int i = 0; i < 27; i++) /* 30 a minute, three are gone */
        do_call(w, &ASK, &msg);
    do_call(w, &TOO_MANY, &msg);
}

static void with_tokens(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, true);
    do_calls(&w, TOKEN_CALLS, sizeof(TOKEN_CALLS) / sizeof(TOKEN_CALLS[0]));
    alike(&w);
    limited(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(open_demo), cmocka_unit_test(with_tokens)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
