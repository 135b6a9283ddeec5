/* Conversations over HTTP: who may, what is refused, a customer's words and their answer, a person's answer, and many at one instant. CTest label: flows */
#include "lib/story_store.h"

#include "base/http_client.h"
#include "flows/conversation.h"
#include "flows/talker.h"
#include "server/app.h"

struct world {
    struct fixture f;
    struct story_store st;
    struct api_token tokens[2];
    struct talker *talker;
    struct app *app;
    struct http_client *client;
};

static const char ORDER[] =
    "{\"kind\":\"order\",\"order_id\":\"1020\",\"name\":\"#1020\",\"currency\":\"USD\",\"total_minor\":1450,\"financial_state\":\"paid\","
    "\"email\":\"anna@example.com\",\"items\":[{\"sku\":\"MUG\",\"quantity\":1,\"price_minor\":1450}]}";

static void world_open(struct world *w)
{
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    story_store_open_threads(&w->f.ctx, &w->f.clock, NULL, 0, &w->st);
    w->st.mc.talk = (struct talk_config){.enabled = true, .person_hours = 24};
    w->tokens[0] = (struct api_token){.name = STR("ann"), .scopes = SCOPE_READ | SCOPE_PERSONAL | SCOPE_FACTS | SCOPE_ACT | SCOPE_ADMIN};
    w->tokens[1] = (struct api_token){.name = STR("eve"), .scopes = SCOPE_READ | SCOPE_ASK};
    assert_int_equal(secret_set(&w->tokens[0].token, STR("token-of-ann-1234")), OK);
    assert_int_equal(secret_set(&w->tokens[1].token, STR("token-of-eve-1234")), OK);
    w->st.cfg.tokens = w->tokens;
    w->st.cfg.tokens_n = 2;
    const struct talker_options to = {.eng = w->st.eng};
    assert_ok(&w->f.ctx, talker_new(&w->f.ctx, &to, &w->talker));
    assert_ok(&w->f.ctx, talker_start(&w->f.ctx, w->talker));
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock, .ask_per_minute = 30};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

static void world_close(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    talker_free(w->talker);
    story_store_close(&w->st);
    for (size_t i = 0; i < 2; i++)
        secret_clear(&w->tokens[i].token);
    fixture_clear(&w->f);
}

struct call {
    const char *name, *who, *method, *path, *body;
    int status;
    const char *has;
};

static const struct call CALLS[] = {
    {"an order", "ann", "POST", "/v1/facts", ORDER, 202, NULL},
    {"who may not", "eve", "POST", "/v1/messages", "{\"text\":\"hi\",\"from\":\"v1\"}", 401, NULL},
    {"nothing said", "ann", "POST", "/v1/messages", "{\"from\":\"v1\"}", 400, "text:"},
    {"nobody says it", "ann", "POST", "/v1/messages", "{\"text\":\"hi\"}", 400, "from:"},
    {"no such channel", "ann", "POST", "/v1/messages", "{\"text\":\"hi\",\"from\":\"v1\",\"channel\":\"smoke\"}", 400, "channel:"},
    {"not a text", "ann", "POST", "/v1/messages", "{\"text\":7,\"from\":\"v1\"}", 400, "text:"},
    {"a wait too long", "ann", "POST", "/v1/messages", "{\"text\":\"hi\",\"from\":\"v1\",\"wait_ms\":99999}", 400, "wait_ms"},
    {"a question", "ann", "POST", "/v1/messages", "{\"text\":\"where is my order\",\"from\":\"v1\",\"thread\":\"t1\",\"wait_ms\":9000}", 200, "\"outcome\":\"asked\""},
    {"its details", "ann", "POST", "/v1/messages", "{\"text\":\"#1020 anna@example.com\",\"from\":\"v1\",\"thread\":\"t1\",\"id\":\"m2\",\"wait_ms\":9000}", 200, "being prepared"},
    {"sent again, it is one", "ann", "POST", "/v1/messages", "{\"text\":\"#1020 anna@example.com\",\"from\":\"v1\",\"thread\":\"t1\",\"id\":\"m2\",\"wait_ms\":9000}", 200, "being prepared"},
    {"a person", "ann", "POST", "/v1/messages", "{\"text\":\"I want a human\",\"from\":\"v1\",\"thread\":\"t1\",\"wait_ms\":9000}", 200, "\"outcome\":\"handed\""},
    {"who may not look", "eve", "GET", "/v1/conversations?person=1", "", 401, NULL},
    {"what waits for people", "ann", "GET", "/v1/conversations?person=1", "", 200, "I want a human"},
    {"of the order", "ann", "GET", "/v1/conversations?order=1020", "", 200, "\"conversation\":1"},
    {"no such conversation", "ann", "GET", "/v1/conversations/99", "", 404, NULL},
    {"no number", "ann", "GET", "/v1/conversations/x", "", 400, "number"},
    {"an answer without words", "ann", "POST", "/v1/conversations/1", "{\"text\":\" \"}", 400, "text"},
    {"an answer", "ann", "POST", "/v1/conversations/1", "{\"text\":\"Hello, this is Ann.\"}", 200, "\"from\":\"person\""},
    {"then Wismo is silent", "ann", "POST", "/v1/messages", "{\"text\":\"where is my order\",\"from\":\"v1\",\"thread\":\"t1\",\"wait_ms\":9000}", 200, "\"text\":null"},
    {"a text of the merchant's", "ann", "POST", "/v1/knowledge", "{\"source\":\"faq\",\"title\":\"Delivery\",\"lang\":\"en\",\"text\":\"We deliver to Norway and Switzerland.\"}", 200, NULL},
    {"what stands in it", "ann", "POST", "/v1/messages", "{\"text\":\"do you deliver to norway?\",\"from\":\"v2\",\"thread\":\"t2\",\"wait_ms\":9000}", 200, "We deliver to Norway"},
};

static void over_http(void **state)
{
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
        const struct call *c = &CALLS[i];
        struct http_msg out;
        struct http_header h = {STR("Authorization"), arena_fmt(w.f.arena, "Bearer token-of-%s-1234", c->who)};
        struct http_request req = {.method = str_of(c->method), .headers = &h, .headers_n = 1, .body = str_of(c->body), .timeout_ms = 20000,
                                   .url = arena_fmt(w.f.arena, "http://127.0.0.1:%d%s", app_port(w.app), c->path)};
        assert_ok(&w.f.ctx, http_client_do(w.client, &w.f.ctx, &req, &out));
        if (out.status != c->status || (c->has != NULL && !str_contains(out.body, str_of(c->has))))
            fail_msg("%s: %d, expected %d: %.*s", c->name, out.status, c->status, STR_ARG(out.body));
        if (i == 0)
            assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    }
    world_close(&w);
}

/* Many at one instant: each gets one answer, and the last one soon. */
static void a_storm(void **state)
{
    enum { STORM = 200 };
    struct world w;
    struct conversation *list = NULL;
    size_t n = 0, waiting = 1;
    (void)state;
    world_open(&w);
    for (int i = 0; i < STORM; i++) {
        struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER};
        fct.u.message_in = (struct message_in_fact){.channel = CHANNEL_CHAT, .message_id = arena_fmt(w.f.arena, "m%d", i), .text = STR("where is my order"),
                                                    .from = arena_fmt(w.f.arena, "visitor-%d", i), .thread_id = arena_fmt(w.f.arena, "t%d", i)};
        assert_ok(&w.f.ctx, story_store_append(&w.f.ctx, &w.st, STR("chat"), &fct));
    }
    struct arena *a = arena_new((size_t)16 << 20);
    struct ctx look = w.f.ctx;
    assert_non_null(a);
    look.arena = a;
    int64_t until = clock_mono_us() + 20 * US_PER_S;
    while (waiting > 0 && clock_mono_us() < until) {
        arena_reset(a);
        assert_ok(&look, conversations_read(&look, w.st.rd, w.st.merchant_id, CONVERSATION_LIST_ALL, 0, STORM + 1, &list, &n));
        waiting = n == STORM ? 0 : 1;
        for (size_t i = 0; i < n; i++)
            waiting += list[i].waiting;
    }
    assert_int_equal(waiting, 0);
    assert_int_equal(n, STORM);
    arena_free(a);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(over_http), cmocka_unit_test(a_storm)};
    return cmocka_run_group_tests_name("app_talk", tests, NULL, NULL);
}
