/*
 * GET and POST /v1/lookup: the request forms of docs/lookup.md as each system sends them (tests/fixtures/lookups) find the same order;
 * who may ask, what finds none, which of several orders, and what is told.
 */
#include "lib/connector_case.h"
#include "lib/story_store.h"

#include "base/http_client.h"
#include "server/app.h"

#include <dirent.h>
#include <stdio.h>

#define TOKEN "token-of-the-desk-1234"

struct world {
    struct fixture f;
    struct story_store st;
    struct api_token tokens[2];
    struct app *app;
    struct http_client *client;
};

/* #1019 is there, #1020 on its way, #1021 somebody else's. */
static const char FACTS[] =
    "{\"kind\":\"order\",\"order_id\":\"1019\",\"name\":\"#1019\",\"placed_at\":\"2026-11-01T08:00:00Z\",\"email\":\"anna@example.com\","
    "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"1019\",\"fulfillment_id\":\"F19\",\"state\":\"shipped\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],"
    "\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010071\"}]}\n"
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010071\",\"status\":\"delivered\",\"occurred_at\":\"2026-11-05T18:00:00Z\"}\n"
    "{\"kind\":\"order\",\"order_id\":\"1020\",\"name\":\"#1020\",\"placed_at\":\"2026-11-15T08:00:00Z\",\"email\":\"anna@example.com\",\"phone\":\"+13125550100\","
    "\"ship_to\":{\"country\":\"US\",\"region\":\"CA\",\"postal_code\":\"94107\"},\"items\":[{\"sku\":\"LAMP\",\"quantity\":1}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"1020\",\"fulfillment_id\":\"F20\",\"state\":\"shipped\",\"items\":[{\"sku\":\"LAMP\",\"quantity\":1}],"
    "\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}\n"
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"in_transit\",\"occurred_at\":\"2026-11-18T02:00:00Z\","
    "\"estimated_delivery\":\"2026-11-20\"}\n"
    "{\"kind\":\"order\",\"order_id\":\"1021\",\"name\":\"#1021\",\"email\":\"ben@example.com\",\"items\":[{\"sku\":\"CUP\",\"quantity\":1}]}\n";

static struct http_msg call(struct world *w, const char *token, struct str method, struct str target, struct str type, struct str body)
{
    struct http_msg out;
    struct http_header h[] = {{STR("Authorization"), arena_fmt(w->f.arena, "Bearer %s", token)}, {STR("Content-Type"), type}};
    struct http_request req = {.method = method, .headers = h, .headers_n = str_empty(type) ? 1 : 2, .body = body, .timeout_ms = 10000,
                               .url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%.*s", app_port(w->app), STR_ARG(target))};
    assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, &out));
    return out;
}

static void world_open(struct world *w)
{
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    story_store_open_threads(&w->f.ctx, &w->f.clock, NULL, 0, &w->st);
    w->tokens[0] = (struct api_token){.name = STR("desk"), .scopes = SCOPE_READ};
    w->tokens[1] = (struct api_token){.name = STR("shop"), .scopes = SCOPE_FACTS | SCOPE_ASK};
    assert_int_equal(secret_set(&w->tokens[0].token, STR(TOKEN)), OK);
    assert_int_equal(secret_set(&w->tokens[1].token, STR("token-of-the-shop-1234")), OK);
    w->st.cfg.tokens = w->tokens;
    w->st.cfg.tokens_n = 2;
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
    struct http_msg out = call(w, "token-of-the-shop-1234", STR("POST"), STR("/v1/facts"), STR("application/x-ndjson"), STR(FACTS));
    if (out.status != 202)
        fail_msg("facts: %d %.*s", out.status, STR_ARG(out.body));
    assert_ok(&w->f.ctx, app_settle(&w->f.ctx, w->st.eng, 10000));
}

static void world_close(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    story_store_close(&w->st);
    for (size_t i = 0; i < 2; i++)
        secret_clear(&w->tokens[i].token);
    fixture_clear(&w->f);
}

static const struct json *parsed(struct world *w, const struct http_msg *msg)
{
    const struct json *v = NULL;
    assert_ok(&w->f.ctx, json_parse(&w->f.ctx, msg->body, &JSON_LIMITS_SMALL, &v));
    JSON_EACH(m, v)
        assert_true(json_is(m, JSON_STRING)); /* flat texts, for who can take nothing else */
    return v;
}

/* ---- the forms */

static void is_1020(struct world *w, const struct http_msg *msg, const char *form)
{
    const struct json *v = parsed(w, msg);
    if (msg->status != 200 || !str_eq(json_str(v, "Order_Name"), STR("#1020")))
        fail_msg("%s: %d %.*s", form, msg->status, STR_ARG(msg->body));
    assert_str(json_str(v, "Found"), "yes");
    assert_str(json_str(v, "Order_Status"), "on_track");
    assert_str(json_str(v, "Tracking_Number"), "1Z7W4E590300010062");
    assert_str(json_str(v, "Carrier"), "UPS");
    assert_str(json_str(v, "Expected_Delivery_Date"), "2026-11-20");
    assert_true(str_contains(json_str(v, "Explanation"), STR("#1020")));
    assert_true(str_contains(json_str(v, "Tracking_Link"), STR("1Z7W4E590300010062")));
    assert_false(str_contains(msg->body, STR("anna@example.com"))); /* nothing personal */
}

static void forms(void **state)
{
    struct world w;
    char dir[700], path[1000];
    int n = 0;
    (void)state;
    world_open(&w);
    snprintf(dir, sizeof(dir), "%s", test_source_path("tests/fixtures/lookups"));
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct http_header room[CASE_HEADERS_MAX];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s/in.http", dir, e->d_name);
        struct http_msg form = test_message(test_read_file(w.f.arena, path), room);
        assert_str(http_msg_header(&form, "Authorization"), "Bearer TOKEN");
        struct str target = str_empty(form.query) ? form.path : arena_fmt(w.f.arena, "%.*s?%.*s", STR_ARG(form.path), STR_ARG(form.query));
        if (str_empty(target))
            target = STR("/v1/lookup");
        struct http_msg out = call(&w, TOKEN, form.method, target, http_msg_header(&form, "Content-Type"), str_trim(form.body));
        is_1020(&w, &out, e->d_name);
        n++;
    }
    closedir(d);
    assert_true(n >= 6);
    world_close(&w);
}

/* ---- who may, what finds none, which one */

static void answers(void **state)
{
    static const struct {
        const char *name, *token, *target;
        int status;
        const char *order, *others;
    } CASES[] = {
        {"no token", "nobody", "/v1/lookup?order=1020", 401, NULL, NULL},
        {"a token that may not read", "token-of-the-shop-1234", "/v1/lookup?order=1020", 401, NULL, NULL},
        {"nothing to find by", TOKEN, "/v1/lookup?lang=de", 400, NULL, NULL},
        {"by name alone", TOKEN, "/v1/lookup?order=1021", 200, "#1021", ""},
        {"by number alone", TOKEN, "/v1/lookup?tracking_number=1Z%207W4E%2059%200300%20010062", 200, "#1020", ""},
        {"of a contact the one that is not over", TOKEN, "/v1/lookup?email=ANNA@example.com", 200, "#1020", "#1019"},
        {"the one that was named, though it is over", TOKEN, "/v1/lookup?order=1019&email=anna@example.com", 200, "#1019", ""},
        {"somebody else's order", TOKEN, "/v1/lookup?order=1021&email=anna@example.com", 200, "", ""},
        {"no such order", TOKEN, "/v1/lookup?order=4711", 200, "", ""},
        {"nobody of that address", TOKEN, "/v1/lookup?email=eve@example.com", 200, "", ""},
        {"an address that is none", TOKEN, "/v1/lookup?email=%20x", 200, "", ""},
    };
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_msg out = call(&w, CASES[i].token, STR("GET"), str_of(CASES[i].target), STR_NULL, STR_NULL);
        if (out.status != CASES[i].status)
            fail_msg("%s: %d %.*s", CASES[i].name, out.status, STR_ARG(out.body));
        if (CASES[i].order == NULL)
            continue;
        const struct json *v = parsed(&w, &out);
        bool found = CASES[i].order[0] != '\0';
        if (!str_eq(json_str(v, "Order_Name"), str_of(CASES[i].order)) || !str_eq(json_str(v, "Other_Orders"), str_of(CASES[i].others)) ||
            !str_eq(json_str(v, "Found"), found ? STR("yes") : STR("no")))
            fail_msg("%s: %.*s", CASES[i].name, STR_ARG(out.body));
        assert_int_equal(v->count, 11);
    }
    struct http_msg german = call(&w, TOKEN, STR("GET"), STR("/v1/lookup?order=1020&lang=de"), STR_NULL, STR_NULL);
    struct http_msg english = call(&w, TOKEN, STR("GET"), STR("/v1/lookup?order=1020"), STR_NULL, STR_NULL);
    assert_false(str_eq(json_str(parsed(&w, &german), "Explanation"), json_str(parsed(&w, &english), "Explanation")));
    struct http_msg bad = call(&w, TOKEN, STR("POST"), STR("/v1/lookup"), STR("application/json"), STR("{\"order\""));
    assert_int_equal(bad.status, 400);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
