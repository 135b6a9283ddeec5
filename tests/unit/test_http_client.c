/*
 * The HTTP client against a small server in a thread: it answers each connection with the next
 * bytes of a script, and keeps what it was asked. Whole answers, broken ones, slow ones, too large
 * ones, and requests that must never leave.
 */
#include "lib/fixture.h"

#include "base/http_client.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int fd;
    int port;
    pthread_t thread;
    const char
        *answer;     /* the same for each connection; NULL: says nothing until the asker leaves */
    size_t repeat;   /* then so many more bytes 'x' */
    char seen[8192]; /* the last request */
    _Atomic int calls;
};

static bool is_whole(const char *text, size_t n)
{
    const char *end = memmem(text, n, "\r\n\r\n", 4),
               *length = memmem(text, n, "Content-Length: ", 16);
    unsigned want = 0;
    if (end == NULL)
        return false;
    if (length != NULL)
        (void)sscanf(length + 16, "%u", &want);
    return n >= (size_t)(end + 4 - text) + want;
}

static void answer_one(struct server *s, int c)
{
    char text[sizeof(s->seen)] = {0};
    size_t n = 0;
    while (n < sizeof(text) - 1 && !is_whole(text, n)) {
        ssize_t got = recv(c, text + n, sizeof(text) - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    memcpy(s->seen, text, sizeof(text));
    atomic_fetch_add(&s->calls, 1);
    if (s->answer == NULL) {
        (void)recv(c, text, sizeof(text), 0); /* returns when the other side gives up */
        return;
    }
    (void)send(c, s->answer, strlen(s->answer), MSG_NOSIGNAL);
    for (size_t i = 0; i < s->repeat; i += 1000) {
        memset(text, 'x', 1000);
        if (send(c, text, 1000, MSG_NOSIGNAL) < 0)
            break;
    }
}

static void *serve(void *arg)
{
    struct server *s = arg;
    for (;;) {
        int c = accept(s->fd, NULL, NULL);
        if (c < 0)
            return NULL;
        answer_one(s, c);
        (void)shutdown(c, SHUT_RDWR);
        (void)close(c);
    }
}

static void server_start(struct server *s, const char *answer)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    *s = (struct server){.answer = answer};
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(s->fd, 64), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    (void)shutdown(s->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->fd);
}

struct world {
    struct fixture f;
    struct server s;
    struct http_client *c;
};

static void world_start(struct world *w, const char *answer)
{
    fixture_init(&w->f);
    server_start(&w->s, answer);
    w->c = http_client_new();
    assert_non_null(w->c);
}

static void world_stop(struct world *w)
{
    http_client_free(w->c);
    server_stop(&w->s);
    fixture_clear(&w->f);
}

static struct http_request get(struct world *w, const char *path)
{
    return (struct http_request){
        .method = STR("GET"),
        .url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", w->s.port, path)};
}

static void test_answer(void **state)
{
    (void)state;
    struct world w;
    struct http_msg m = {0};
    world_start(
        &w, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nX-Empty:\r\nRetry-After: "
            "30\r\nContent-Length: 9\r\n\r\n{\"no\":1}\n");
    struct http_request req = get(&w, "/v1/track?id=1%202");
    assert_ok(&w.f.ctx, http_client_do(w.c, &w.f.ctx, &req, &m));
    assert_int_equal(m.status, 404);
    assert_str(m.body, "{\"no\":1}\n");
    assert_str(http_msg_header(&m, "content-type"), "application/json");
    assert_str(http_msg_header(&m, "retry-after"), "30");
    assert_str(http_msg_header(&m, "x-empty"), "");
    assert_null(http_msg_header(&m, "x-early").p);
    assert_int_equal(m.headers_n, 4);
    assert_true(m.received_us == TEST_NOW_US);
    assert_memory_equal(w.s.seen, "GET /v1/track?id=1%202 HTTP/1.1\r\n", 33);
    assert_null(strstr(w.s.seen, "Content-Type"));
    world_stop(&w);
}

static void test_request(void **state)
{
    static const struct http_header HEADERS[] = {{{"Authorization", 13}, {"Bearer abc", 10}},
                                                 {{"Content-Type", 12}, {"application/json", 16}},
                                                 {{"X-Nothing", 9}, {"", 0}}};
    (void)state;
    struct world w;
    struct http_msg m = {0};
    world_start(&w, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    struct http_request req = get(&w, "/orders");
    req.method = STR("POST");
    req.headers = HEADERS;
    req.headers_n = 3;
    req.body = STR("{\"a\":\"b\"}");
    assert_ok(&w.f.ctx, http_client_do(w.c, &w.f.ctx, &req, &m));
    assert_memory_equal(w.s.seen, "POST /orders HTTP/1.1\r\n", 23);
    assert_non_null(strstr(w.s.seen, "Authorization: Bearer abc\r\n"));
    assert_non_null(strstr(w.s.seen, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(w.s.seen, "X-Nothing:"));
    assert_non_null(strstr(w.s.seen, "Content-Length: 9\r\n"));
    assert_non_null(strstr(w.s.seen, "\r\n\r\n{\"a\":\"b\"}"));
    assert_null(strstr(w.s.seen, "Expect"));
    req.body = STR("");
    assert_ok(&w.f.ctx, http_client_do(w.c, &w.f.ctx, &req, &m));
    assert_non_null(strstr(w.s.seen, "Content-Length: 0\r\n"));
    req.method = STR("DELETE");
    req.headers_n = 0;
    assert_ok(&w.f.ctx, http_client_do(w.c, &w.f.ctx, &req, &m));
    assert_memory_equal(w.s.seen, "DELETE /orders HTTP/1.1\r\n", 25);
    world_stop(&w);
}

static void test_redirect_is_an_answer(void **state)
{
    (void)state;
    struct world w;
    struct http_msg m = {0};
    world_start(&w, "HTTP/1.1 302 Found\r\nLocation: "
                    "http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n");
    struct http_request req = get(&w, "/");
    assert_ok(&w.f.ctx, http_client_do(w.c, &w.f.ctx, &req, &m));
    assert_int_equal(m.status, 302);
    assert_str(http_msg_header(&m, "location"), "http://127.0.0.1:1/elsewhere");
    assert_int_equal(w.s.calls, 1);
    world_stop(&w);
}

static const struct {
    const char *name, *answer;
    size_t repeat, max_body;
    int timeout_ms;
    enum err err;
} BROKEN[] = {
    {"silent", NULL, 0, 0, 200, ERR_TIMEOUT},
    {"closes at once", "", 0, 0, 2000, ERR_UNAVAILABLE},
    {"no HTTP", "SSH-2.0-nothing\r\n\r\n", 0, 0, 2000, ERR_UNAVAILABLE},
    {"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", 0, 0, 2000,
     ERR_UNAVAILABLE},
    {"length too large", "HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n", 5001, 5000, 2000,
     ERR_LIMIT},
    {"too large without a length", "HTTP/1.1 200 OK\r\n\r\n", 200000, 5000, 2000, ERR_LIMIT},
    {"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0, 0, 2000,
     ERR_UNAVAILABLE},
};

static void test_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(BROKEN) / sizeof(BROKEN[0]); i++) {
        struct world w;
        struct http_msg m = {.status = 7};
        world_start(&w, BROKEN[i].answer);
        w.s.repeat = BROKEN[i].repeat;
        struct http_request req = get(&w, "/secret-path?token=secret-token");
        req.max_body = BROKEN[i].max_body;
        req.timeout_ms = BROKEN[i].timeout_ms;
        enum err e = http_client_do(w.c, &w.f.ctx, &req, &m);
        if (e != BROKEN[i].err || m.status != 7)
            fail_msg("%s: %s, %s", BROKEN[i].name, err_name(e), w.f.ctx.msg);
        assert_null(strstr(w.f.ctx.msg, "secret"));
        assert_non_null(strstr(w.f.ctx.msg, "127.0.0.1"));
        world_stop(&w);
    }
}

static void test_never_sent(void **state)
{
    static const struct {
        struct str method, url;
        struct http_header header;
    } CASES[] = {
        {{"GET", 3}, {"", 0}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"file:///etc/passwd", 18}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"gopher://127.0.0.1/", 19}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"http://127.0.0.1/a b", 20}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"http://127.0.0.1/\r\nX: y", 23}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"http://127.0.0.1/\0x", 19}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"http://:0:0/", 12}, {{NULL, 0}, {NULL, 0}}},
        {{"GE T", 4}, {"http://127.0.0.1/", 17}, {{NULL, 0}, {NULL, 0}}},
        {{"", 0}, {"http://127.0.0.1/", 17}, {{NULL, 0}, {NULL, 0}}},
        {{"GET", 3}, {"http://127.0.0.1/", 17}, {{"X", 1}, {"a\r\nY: b", 7}}},
        {{"GET", 3}, {"http://127.0.0.1/", 17}, {{"X", 1}, {"a\0b", 3}}},
        {{"GET", 3}, {"http://127.0.0.1/", 17}, {{"X:Y", 3}, {"a", 1}}},
        {{"GET", 3}, {"http://127.0.0.1/", 17}, {{"", 0}, {"a", 1}}},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct http_client *c = http_client_new();
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_request req = {.method = CASES[i].method,
                                   .url = CASES[i].url,
                                   .headers = &CASES[i].header,
                                   .timeout_ms = 500};
        struct http_msg m = {.status = 7};
        req.headers_n = CASES[i].header.name.p != NULL;
        enum err e = http_client_do(c, &f.ctx, &req, &m);
        if (e != ERR_PARSE || m.status != 7)
            fail_msg("case %zu: %s, %s", i, err_name(e), f.ctx.msg);
    }
    struct http_request req = {.method = STR("GET"), .url = STR("http://127.0.0.1:1/")};
    struct http_msg m;
    assert_int_equal(http_client_do(c, &f.ctx, &req, &m),
                     ERR_UNAVAILABLE); /* nobody listens on port 1 */
    f.ctx.deadline_us = clock_mono_us() - 1;
    assert_int_equal(http_client_do(c, &f.ctx, &req, &m), ERR_TIMEOUT);
    http_client_free(c);
    http_client_free(NULL);
    fixture_clear(&f);
}

/* Sixteen at once, one of them silent: the others are not held up, and the end comes with the
 * longest time-out. */
static void test_many(void **state)
{
    enum { N = 17 };
    (void)state;
    struct world w;
    struct server silent;
    struct http_request reqs[N];
    struct http_msg out[N] = {{0}};
    enum err errs[N];
    world_start(&w, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    server_start(&silent, NULL);
    for (size_t i = 0; i < N; i++)
        reqs[i] = get(&w, "/many");
    reqs[3].url = arena_fmt(w.f.arena, "http://127.0.0.1:%d/", silent.port);
    reqs[3].timeout_ms = 300;
    reqs[5].url = STR("ftp://127.0.0.1/");
    int64_t start = clock_mono_us();
    http_client_do_many(w.c, &w.f.ctx, reqs, N, out, errs);
    assert_true(clock_mono_us() - start < 5 * US_PER_S);
    for (size_t i = 0; i < N; i++) {
        enum err want = i == 3 ? ERR_TIMEOUT : i == 5 ? ERR_PARSE : i == 16 ? ERR_LIMIT : OK;
        assert_int_equal(errs[i], want);
        if (want == OK)
            assert_str(out[i].body, "ok");
    }
    assert_int_equal(w.s.calls, N - 3);
    http_client_do_many(w.c, &w.f.ctx, reqs, 0, out, errs);
    server_stop(&silent);
    world_stop(&w);
}

static void test_short_memory(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, "HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 1000\r\n\r\n");
    w.s.repeat = 1000;
    bool worked = false;
    for (size_t max = 0; max < 3000; max += 64) {
        struct arena *a = arena_new(max);
        struct ctx ctx;
        struct http_msg m = {0};
        ctx_init(&ctx, a, &w.f.clock, NULL);
        struct http_request req = get(&w, "/");
        enum err e = http_client_do(w.c, &ctx, &req, &m);
        if (e != OK && e != ERR_MEMORY)
            fail_msg("%zu bytes: %s, %s", max, err_name(e), ctx.msg);
        worked = e == OK;
        arena_free(a);
    }
    assert_true(worked);
    world_stop(&w);
}

static void test_url_encode(void **state)
{
    static const struct {
        struct str in;
        const char *want;
    } CASES[] = {{{"", 0}, ""},
                 {{"AZaz09-._~", 10}, "AZaz09-._~"},
                 {{"#1020 & more/+", 14}, "%231020%20%26%20more%2F%2B"},
                 {{"\0\xff\xc3\xa9", 4}, "%00%FF%C3%A9"}};
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_str(url_encode(f.arena, CASES[i].in), CASES[i].want);
        assert_non_null(url_encode(f.arena, CASES[i].in).p);
    }
    fixture_clear(&f);
}

static void test_query(void **state)
{
    static const struct {
        const char *query, *name, *want; /* want NULL: absent */
    } CASES[] = {
        {"a=1&b=2", "b", "2"},
        {"a=1&b=2", "c", NULL},
        {"a=x+y%20z%26", "a", "x y z&"},
        {"a=&b=1", "a", ""},
        {"a&b=1", "a", ""},
        {"a=1=2", "a", "1=2"},
        {"a=first&a=second", "a", "first"},
        {"%61=7", "a", "7"},
        {"a=%", "a", NULL},
        {"a=%4", "a", NULL},
        {"a=%zz", "a", NULL},
        {"a=%00", "a", NULL},
        {"a=%C3%A9", "a", "\xc3\xa9"},
        {"", "a", NULL},
        {"&&=&", "a", NULL},
        {"b=%&a=1", "a", "1"},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct str out = STR("untouched");
        bool found = query_get(f.arena, str_of(CASES[i].query), CASES[i].name, &out);
        if (found != (CASES[i].want != NULL) ||
            !str_eq(out, str_of(found ? CASES[i].want : "untouched")))
            fail_msg("%s, %s: \"%.*s\"", CASES[i].query, CASES[i].name, STR_ARG(out));
    }
    struct str out;
    assert_false(query_get(f.arena, STR_NULL, "a", &out));
    size_t used = arena_used(f.arena); /* names that are not asked for take no memory */
    assert_true(query_get(f.arena, STR("&&&&&&&&b=1&&&&&&c=2&%&%zz=1&&&a=3"), "a", &out));
    assert_str(out, "3");
    assert_true(arena_used(f.arena) <= used + 16);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_redirect_is_an_answer),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_never_sent),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_short_memory),
        cmocka_unit_test(test_url_encode),
        cmocka_unit_test(test_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
