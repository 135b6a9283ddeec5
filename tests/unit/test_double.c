/* The vendor's double itself: what it answers and what it finds wrong, by the real HTTP client. */
#include "lib/double.h"
#include "lib/fixture.h"

#include "base/http_client.h"

#include <pthread.h>

struct talk {
    struct fixture f;
    struct vendor_double *d;
    struct http_client *client;
};

static void talk_init(struct talk *t)
{
    fixture_init(&t->f);
    t->d = double_new();
    t->client = http_client_new();
    assert_non_null(t->client);
}

static void talk_clear(struct talk *t)
{
    http_client_free(t->client);
    double_free(t->d);
    fixture_clear(&t->f);
}

static enum err ask(struct talk *t, const char *method, const char *target, const char *body,
                    int timeout_ms, struct http_msg *out)
{
    const struct http_header headers[] = {{STR("API-Key"), STR("k1")},
                                          {STR("Content-Type"), STR("application/json")}};
    struct http_request req = {.method = str_of(method),
                               .url = arena_fmt(t->f.arena, "%s%s", double_url(t->d), target),
                               .headers = headers,
                               .headers_n = 2,
                               .body = str_of(body),
                               .timeout_ms = timeout_ms};
    return http_client_do(t->client, &t->f.ctx, &req, out);
}

static void answers_in_turn(void **state)
{
    struct talk t;
    struct http_msg msg = {0};
    (void)state;
    talk_init(&t);
    double_add(t.d, &(struct double_step){.method = "GET",
                                          .path = "/v1/tracking",
                                          .query = {{"n", "A B"}},
                                          .header = {{"API-Key", "k1"}, {"Cookie", NULL}},
                                          .body = "{\"a\":1}",
                                          .reply = {{"X-Left", "7"}}});
    double_add(t.d, &(struct double_step){
                        .path = "/v1/tracking", .status = 429, .retry_after_s = 3, .times = 2});
    double_add(t.d, &(struct double_step){.status = 503, .times = -1});
    assert_int_equal(double_left(t.d), 2);
    assert_ok(&t.f.ctx, ask(&t, "GET", "/v1/tracking?n=A%20B", "", 2000, &msg));
    assert_int_equal(msg.status, 200);
    assert_str(msg.body, "{\"a\":1}");
    assert_str(http_msg_header(&msg, "x-left"), "7");
    assert_str(http_msg_header(&msg, "content-type"), "application/json");
    for (int i = 0; i < 2; i++) {
        assert_ok(&t.f.ctx, ask(&t, "GET", "/v1/tracking?n=1", "", 2000, &msg));
        assert_int_equal(msg.status, 429);
        assert_str(http_msg_header(&msg, "Retry-After"), "3");
    }
    assert_int_equal(double_left(t.d), 0);
    assert_ok(&t.f.ctx, ask(&t, "GET", "/v1/tracking", "", 2000, &msg));
    assert_int_equal(msg.status, 503);
    assert_int_equal(double_calls(t.d), 4);
    assert_string_equal(double_seen(t.d, 0), "GET /v1/tracking?n=A%20B");
    assert_string_equal(double_seen(t.d, 9), "");
    assert_string_equal(double_faults(t.d), "");
    talk_clear(&t);
}

static void cut_and_slow(void **state)
{
    struct talk t;
    struct http_msg msg = {0};
    (void)state;
    talk_init(&t);
    double_add(t.d, &(struct double_step){.body = "0123456789", .cut = CUT_BEFORE});
    double_add(t.d, &(struct double_step){.body = "0123456789", .cut = CUT_INSIDE});
    double_add(t.d, &(struct double_step){.path = "/slow", .body = "late", .delay_ms = 400});
    double_add(t.d, &(struct double_step){.body = "now"});
    assert_int_equal(ask(&t, "GET", "/a", "", 2000, &msg), ERR_UNAVAILABLE);
    assert_int_equal(ask(&t, "GET", "/a", "", 2000, &msg), ERR_UNAVAILABLE);
    assert_int_equal(ask(&t, "GET", "/slow", "", 100, &msg), ERR_TIMEOUT);
    assert_ok(&t.f.ctx,
              ask(&t, "GET", "/quick", "", 2000, &msg)); /* the slow one holds nobody up */
    assert_str(msg.body, "now");
    assert_string_equal(double_faults(t.d), "");
    talk_clear(&t);
}

/* What does not fit is found: each of these requests has one fault, named by a word. */
static void finds_faults(void **state)
{
    static const struct {
        struct double_step step;
        const char *method, *target, *body, *word;
        int status;
    } T[] = {
        {{.path = "/x"}, "GET", "/y", "", "not expected", 418},
        {{.method = "POST"}, "GET", "/x", "", "not expected", 418},
        {{.query = {{"n", "2"}}}, "GET", "/x?n=1", "", "query n: want 2, got 1", 200},
        {{.query = {{"n", "2"}}}, "GET", "/x", "", "got none", 200},
        {{.header = {{"API-Key", "other"}}}, "GET", "/x", "", "header API-Key", 200},
        {{.header = {{"API-Key", NULL}}}, "GET", "/x", "", "want none", 200},
        {{.body_is = "a=1"}, "POST", "/x", "a=2", "body", 200},
        {{.body_has = "{\"a\":{\"b\":[1]}}"},
         "POST",
         "/x",
         "{\"a\":{\"b\":[2]}}",
         "body with",
         200},
        {{.body_has = "{\"a\":1}"}, "POST", "/x", "{\"b\":1}", "body with", 200},
        {{.body_has = "{\"a\":1}"}, "POST", "/x", "{\"a\":", "body with", 200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct talk t;
        struct http_msg msg = {0};
        talk_init(&t);
        double_add(t.d, &T[i].step);
        assert_ok(&t.f.ctx, ask(&t, T[i].method, T[i].target, T[i].body, 2000, &msg));
        assert_int_equal(msg.status, T[i].status);
        if (strstr(double_faults(t.d), T[i].word) == NULL)
            fail_msg("case %zu: \"%s\" has no \"%s\"", i, double_faults(t.d), T[i].word);
        talk_clear(&t);
    }
}

static void json_fits(void **state)
{
    struct talk t;
    struct http_msg msg = {0};
    (void)state;
    talk_init(&t);
    double_add(t.d, &(struct double_step){.method = "POST",
                                          .body_has = "{\"a\":{\"b\":[1,\"x\",null,true]}}"});
    assert_ok(&t.f.ctx, ask(&t, "POST", "/x", "{\"z\":0,\"a\":{\"c\":2,\"b\":[1,\"x\",null,true]}}",
                            2000, &msg));
    assert_string_equal(double_faults(t.d), "");
    talk_clear(&t);
}

static void file_as_body(void **state)
{
    struct talk t;
    struct http_msg msg = {0};
    (void)state;
    talk_init(&t);
    double_add(t.d,
               &(struct double_step){.body_file = test_source_path("data/status/easyship.tsv")});
    assert_ok(&t.f.ctx, ask(&t, "GET", "/x", "", 2000, &msg));
    assert_true(str_contains(msg.body, STR("label_generated")));
    talk_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_turn), cmocka_unit_test(cut_and_slow),
        cmocka_unit_test(finds_faults),    cmocka_unit_test(json_fits),
        cmocka_unit_test(file_as_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
