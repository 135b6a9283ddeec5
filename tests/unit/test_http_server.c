/* The HTTP server over real sockets on the loopback: many at once, late answers, slow clients, floods, a stop in the middle.
 * CTest label: flows */
#include "lib/fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/metrics.h"
#include "server/router.h"

#define MANY 600
#define BODY_MAX 4096

struct late { /* exchanges that wait for another thread */
    pthread_mutex_t lock;
    struct http_exchange *list[2048];
    size_t n;
    _Atomic bool hold, end;
    pthread_t thread;
};

struct env {
    struct fixture f;
    struct router *router;
    struct http_server *srv;
    struct late late;
    struct http_stream *streams[MANY]; /* under late.lock */
    size_t streams_n;
    _Atomic int handled;
};

static void echo(struct http_exchange *ex)
{
    struct env *v = ex->user;
    atomic_fetch_add(&v->handled, 1);
    buf_fmt(ex->out, "%.*s %.*s?%.*s %zu:%.*s", STR_ARG(ex->msg.method), STR_ARG(ex->msg.path), STR_ARG(ex->msg.query),
            ex->msg.body.n, STR_ARG(str_sub(ex->msg.body, 0, 20)));
    http_reply(ex, 200, "text/plain", buf_str(ex->out), NULL, 0);
}

static void param(struct http_exchange *ex)
{
    const struct http_header extra = {STR("X-Seen"), ex->params[0]};
    http_reply(ex, 200, "text/plain", ex->params[0], &extra, 1);
}

static void defer(struct http_exchange *ex)
{
    struct env *v = ex->user;
    http_defer(ex);
    pthread_mutex_lock(&v->late.lock);
    v->late.list[v->late.n++] = ex;
    pthread_mutex_unlock(&v->late.lock);
}

static void silent(struct http_exchange *ex)
{
    (void)ex;
}

static void stream(struct http_exchange *ex)
{
    struct env *v = ex->user;
    http_answer_header(ex, STR("X-Kept"), STR("yes"));
    struct http_stream *st = http_stream_open(ex);
    pthread_mutex_lock(&v->late.lock);
    v->streams[v->streams_n++] = st;
    pthread_mutex_unlock(&v->late.lock);
}

static const struct route ROUTES[] = {
    {"GET", "/echo", echo, 0, 0},          {"POST", "/echo", echo, BODY_MAX, 0}, {"POST", "/big", echo, (size_t)8 << 20, 0},
    {"GET", "/case/{name}", param, 0, 0},  {"GET", "/case/all", echo, 0, 0},     {"POST", "/late", defer, BODY_MAX, 0},
    {"GET", "/silent", silent, 0, 0},      {"GET", "/stream", stream, 0, 0},
};

static void *late_main(void *arg)
{
    struct env *v = arg;
    struct http_exchange *took[2048];
    while (!v->late.end) {
        pthread_mutex_lock(&v->late.lock);
        size_t n = v->late.hold ? 0 : v->late.n;
        memcpy(took, v->late.list, n * sizeof(took[0]));
        v->late.n -= n;
        pthread_mutex_unlock(&v->late.lock);
        for (size_t i = 0; i < n; i++)
            http_reply(took[i], 202, "text/plain", took[i]->msg.body, NULL, 0);
        poll(NULL, 0, 1);
    }
    return NULL;
}

static void admit(void *user, struct http_exchange *ex, struct http_admit *out)
{
    router_admit(((struct env *)user)->router, ex, out);
}

static void handle(void *user, struct http_exchange *ex)
{
    (void)user;
    ex->route->handle(ex);
}

static void start_with(struct env *v, int idle_ms, int body_ms, int connections)
{
    struct http_config cfg;
    memset(v, 0, sizeof(*v));
    fixture_init(&v->f);
    pthread_mutex_init(&v->late.lock, NULL);
    assert_ok(&v->f.ctx, router_new(&v->f.ctx, v->f.arena, ROUTES, sizeof(ROUTES) / sizeof(ROUTES[0]), &v->router));
    http_config_default(&cfg);
    cfg.port = 0;
    cfg.idle_ms = cfg.head_ms = idle_ms;
    cfg.body_ms = body_ms;
    cfg.max_connections = connections;
    cfg.clock = &v->f.clock;
    cfg.admit = admit;
    cfg.handle = handle;
    cfg.user = v;
    assert_ok(&v->f.ctx, http_server_start(&v->f.ctx, &cfg, &v->srv));
    assert_int_equal(pthread_create(&v->late.thread, NULL, late_main, v), 0);
}

static void start(struct env *v, int idle_ms, int body_ms)
{
    start_with(v, idle_ms, body_ms, 10000);
}

static void stop(struct env *v)
{
    assert_int_equal(http_server_stop(v->srv, 3000), 0);
    v->late.end = true;
    pthread_join(v->late.thread, NULL);
    pthread_mutex_destroy(&v->late.lock);
    fixture_clear(&v->f);
}

static int dial(const struct env *v)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(v->srv))};
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static bool put(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
        if (w <= 0)
            return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

static void putz(int fd, const char *z)
{
    assert_true(put(fd, z, strlen(z)));
}

/* One answer: status, and head and body as text. 0: the connection ended without one. */
static int get(int fd, char *text, size_t max)
{
    size_t n = 0, body = 0, want = 0;
    text[0] = '\0';
    while (n + 1 < max) {
        ssize_t r = recv(fd, text + n, body == 0 ? 1 : want - n, 0);
        if (r <= 0)
            break;
        n += (size_t)r;
        text[n] = '\0';
        if (body == 0 && n >= 4 && memcmp(text + n - 4, "\r\n\r\n", 4) == 0) {
            const char *len = strstr(text, "Content-Length: ");
            body = n;
            want = n + (len == NULL ? 0 : (size_t)atoi(len + 16));
        }
        if (body > 0 && n >= want)
            break;
    }
    return body == 0 ? 0 : atoi(text + 9);
}

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (strstr((text), (part)) == NULL)                                                        \
            fail_msg("no \"%s\" in: %s", (part), (text));                                          \
    } while (0)

static int ask(const struct env *v, const char *request, char *text, size_t max)
{
    int fd = dial(v);
    putz(fd, request);
    int status = get(fd, text, max);
    close(fd);
    return status;
}

/* ---- one request, one answer */

static void test_requests(void **state)
{
    static const struct {
        const char *name, *request;
        int status;
        const char *part;
    } CASES[] = {
        {"get", "GET /echo?a=b%20c&d HTTP/1.1\r\nHost: x\r\n\r\n", 200, "GET /echo?a=b%20c&d 0:"},
        {"head", "HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200, "X-Request-Id: "},
        {"post", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200, "POST /echo? 5:hello"},
        {"chunked", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "5:abcde"},
        {"own id", "GET /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-1.2_3\r\n\r\n", 200, "X-Request-Id: abc-1.2_3\r\n"},
        {"segment", "GET /case/%231020 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "X-Seen: #1020\r\n"},
        {"slash in a segment", "GET /case/a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", 200, "\r\n\r\na/b"},
        {"plus stays", "GET /case/a+b HTTP/1.1\r\nHost: x\r\n\r\n", 200, "\r\n\r\na+b"},
        {"fixed wins", "GET /case/all HTTP/1.1\r\nHost: x\r\n\r\n", 200, "GET /case/all?"},
        {"line end in a header value", "GET /case/a%0D%0AX:b HTTP/1.1\r\nHost: x\r\n\r\n", 500, "Content-Length: 0"},
        {"nul in a segment", "GET /case/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "\"code\":\"bad_request\""},
        {"broken escape", "GET /case/a%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "\"code\":\"bad_request\""},
        {"not utf-8", "GET /case/%FF HTTP/1.1\r\nHost: x\r\n\r\n", 400, "\"code\":\"bad_request\""},
        {"empty segment", "GET /case/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, "\"code\":\"not_found\""},
        {"unknown", "GET /nothing HTTP/1.1\r\nHost: x\r\nX-Request-Id: r7\r\n\r\n", 404, "\"request_id\":\"r7\""},
        {"unknown with a body", "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 404, "\"code\":\"not_found\""},
        {"method", "DELETE /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, POST\r\n"},
        {"made-up method", "BREW /case/x HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET\r\n"},
        {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "\"code\":\"bad_request\""},
        {"two lengths", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, "bad_request"},
        {"length and chunks", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL},
        {"length is no number", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3x\r\n\r\nabc", 400, NULL},
        {"body where none goes", "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 413, "\"code\":\"too_large\""},
        {"not answered", "GET /silent HTTP/1.1\r\nHost: x\r\n\r\n", 500, "\"code\":\"internal\""},
        {"asked before it is sent", "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n\r\n", 413, "too_large"},
        {"length below zero", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc", 400, NULL},
        {"lengths that differ", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, "bad_request"},
        {"old version", "GET /echo HTTP/1.0\r\n\r\n", 200, "GET /echo? 0:"},
        {"old version with a body", "POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", 200, "5:hello"},
        {"version to come", "GET /echo HTTP/9.9\r\nHost: x\r\n\r\n", 505, NULL},
        {"no version", "GET /echo\r\n\r\n", 400, NULL},
        {"no host", "GET /echo HTTP/1.1\r\n\r\n", 400, NULL},
        {"chunk's length is no number", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400, NULL},
        {"chunk's length over all bounds", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nabc\r\n0\r\n\r\n", 413, NULL},
        {"chunk longer than it says", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n", 400, NULL},
        {"chunk's length is missing", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", 400, NULL},
        {"unknown encoding", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc", 501, "unsupported"},
        {"blank before the colon", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc", 400, NULL},
        {"far too large", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413, "too_large"},
    };
    char text[8192];
    struct env v;
    (void)state;
    start(&v, 15000, 60000);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        int status = ask(&v, CASES[i].request, text, sizeof(text));
        if (status != CASES[i].status || (CASES[i].part != NULL && strstr(text, CASES[i].part) == NULL))
            fail_msg("%s: got %d: %s", CASES[i].name, status, text);
    }
    stop(&v);
}

/* All sent before the first answer is read: answered one after the other, in order; behind what cannot be read nothing is. */
static void test_pipelining(void **state)
{
    enum { N = 20 };
    char text[4096], part[40];
    struct env v;
    struct buf b;
    (void)state;
    start(&v, 15000, 60000);
    buf_init(&b, 65536);
    for (int i = 0; i < N; i++)
        buf_fmt(&b, "POST /echo?%d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n%03d", i, i);
    buf_add(&b, STR("POST /echo?bad HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nabcGET /echo?behind HTTP/1.1\r\nHost: x\r\n\r\n"));
    int fd = dial(&v);
    assert_true(put(fd, b.p, b.n));
    for (int i = 0; i < N; i++) {
        snprintf(part, sizeof(part), "POST /echo?%d 3:%03d", i, i);
        assert_int_equal(get(fd, text, sizeof(text)), 200);
        assert_has(text, part);
    }
    assert_int_equal(get(fd, text, sizeof(text)), 400);
    assert_int_equal(get(fd, text, sizeof(text)), 0); /* what may be another request to another reader is none */
    close(fd);
    buf_clear(&b);
    stop(&v);
}

/* More connections than are allowed: those that are open are served, the others wait, and are served when these end. */
static void test_connections_over_the_limit(void **state)
{
    enum { N = 12, LIMIT = 4 };
    char text[4096];
    int fds[N], open = 0;
    struct env v;
    (void)state;
    start_with(&v, 15000, 60000, LIMIT);
    for (int i = 0; i < N; i++) {
        fds[i] = dial(&v);
        putz(fds[i], "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    poll(NULL, 0, 300);
    for (int i = 0; i < N; i++)
        open += recv(fds[i], text, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    assert_true(open >= LIMIT / 2 && open <= LIMIT + 2); /* shared by two threads, rounded up; the kernel chooses whose a connection is */
    for (int waits = N; waits > 0;) /* each that ends makes room for one that waits */
        for (int i = 0; i < N; i++)
            if (fds[i] >= 0 && recv(fds[i], text, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
                assert_int_equal(get(fds[i], text, sizeof(text)), 200);
                close(fds[i]);
                fds[i] = -1;
                waits--;
            }
    stop(&v);
}

static void test_garbage_then_fine(void **state)
{
    static const char JUNK[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http at all\r\n\r\n";
    char text[4096];
    struct env v;
    (void)state;
    start(&v, 15000, 60000);
    int fd = dial(&v);
    assert_true(put(fd, JUNK, sizeof(JUNK) - 1));
    int status = get(fd, text, sizeof(text));
    assert_true(status == 0 || status == 400);
    close(fd);
    fd = dial(&v);
    putz(fd, "GET /ec"); /* ends in the first line */
    close(fd);
    fd = dial(&v);
    putz(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc"); /* ends in the body */
    close(fd);
    fd = dial(&v);
    putz(fd, "GET /echo HTTP/1.1\r\nHos"); /* ends in a header */
    close(fd);
    assert_int_equal(ask(&v, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof(text)), 200);
    stop(&v);
}

/* ---- sizes */

static void test_large_bodies(void **state)
{
    static char big[6 << 20];
    char head[200], text[4096];
    struct env v;
    (void)state;
    start(&v, 15000, 60000);
    memset(big, 'b', sizeof(big));
    int fd = dial(&v);
    snprintf(head, sizeof(head), "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", sizeof(big));
    putz(fd, head);
    assert_true(put(fd, big, sizeof(big)));
    assert_int_equal(get(fd, text, sizeof(text)), 200);
    assert_has(text, "6291456:bbbb");
    /* the same connection: one that is too large is read to its end and refused, and the next request is fine */
    snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", sizeof(big));
    putz(fd, head);
    assert_true(put(fd, big, sizeof(big)));
    assert_int_equal(get(fd, text, sizeof(text)), 413);
    putz(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(get(fd, text, sizeof(text)), 200);
    close(fd);
    /* without a declared length the limit holds all the same */
    fd = dial(&v);
    putz(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n");
    assert_true(put(fd, big, 0x2000));
    putz(fd, "\r\n0\r\n\r\n");
    assert_int_equal(get(fd, text, sizeof(text)), 413);
    close(fd);
    /* a body without end is cut */
    fd = dial(&v);
    putz(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    bool open = true;
    for (int i = 0; open && i < 4000; i++)
        open = put(fd, "2000\r\n", 6) && put(fd, big, 0x2000) && put(fd, "\r\n", 2);
    assert_false(open);
    close(fd);
    stop(&v);
}

static void test_floods(void **state)
{
    static const struct {
        const char *name;
        size_t headers, value, url;
        int status;
        bool json; /* what is over the library's own buffer gets its words */
    } CASES[] = {
        {"just enough headers", 60, 10, 10, 200, false}, {"too many headers", 80, 10, 10, 431, true},
        {"large headers", 20, 1000, 10, 431, true},      {"a flood of headers", 60, 3000, 10, 431, false},
        {"long address", 1, 10, 6000, 414, true},        {"flood of an address", 1, 10, 90000, 414, false},
    };
    static char req[400000], text[8192];
    struct env v;
    (void)state;
    start(&v, 15000, 60000);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        size_t n = (size_t)snprintf(req, sizeof(req), "GET /echo?%0*d HTTP/1.1\r\nHost: x\r\n", (int)CASES[i].url, 1);
        for (size_t h = 0; h < CASES[i].headers; h++)
            n += (size_t)snprintf(req + n, sizeof(req) - n, "X-%zu: %0*d\r\n", h, (int)CASES[i].value, 7);
        n += (size_t)snprintf(req + n, sizeof(req) - n, "\r\n");
        int fd = dial(&v);
        (void)put(fd, req, n); /* it may end before all is sent */
        int status = get(fd, text, sizeof(text));
        close(fd);
        if (status != CASES[i].status && !(status == 0 && !CASES[i].json && CASES[i].status != 200))
            fail_msg("%s: got %d: %s", CASES[i].name, status, text);
        if (CASES[i].json)
            assert_has(text, "{\"error\":{\"code\":\"");
    }
    assert_int_equal(ask(&v, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof(text)), 200);
    stop(&v);
}

/* ---- many */

static void many(const char *path, int want, int rounds)
{
    static int fds[MANY];
    char req[256], text[4096];
    struct env v;
    start(&v, 15000, 60000);
    for (int i = 0; i < MANY; i++)
        fds[i] = dial(&v);
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < MANY; i++) { /* all are ready before the first answer is read */
            snprintf(req, sizeof(req), "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n%06d", path, i);
            putz(fds[i], req);
        }
        for (int i = 0; i < MANY; i++) {
            snprintf(req, sizeof(req), "%06d", i);
            assert_int_equal(get(fds[i], text, sizeof(text)), want);
            assert_has(text, req);
        }
    }
    assert_int_equal(metric_get(METRIC_HTTP_CONNECTIONS, 0), MANY);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    stop(&v);
    assert_int_equal(metric_get(METRIC_HTTP_CONNECTIONS, 0), 0);
}

static void test_many_ready(void **state)
{
    (void)state;
    many("/echo", 200, 5);
}

static void test_many_deferred(void **state)
{
    (void)state;
    many("/late", 202, 5);
}

/* ---- slow ones */

static void test_slow_clients(void **state)
{
    char text[4096], one[2] = "x";
    struct env v;
    (void)state;
    start(&v, 1000, 2000);
    int stalled = dial(&v), trickle = dial(&v), head = dial(&v), status = -1;
    putz(stalled, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc");
    putz(trickle, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc");
    putz(head, "GET /echo HTTP/1.1\r\nX-Long: ");
    for (int i = 0; i < 40; i++) { /* others are served in the meantime */
        assert_int_equal(ask(&v, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof(text)), 200);
        (void)put(trickle, one, 1);
        (void)put(head, one, 1);
        poll(NULL, 0, 100);
    }
    status = get(stalled, text, sizeof(text));
    assert_int_equal(status, 408);
    assert_has(text, "{\"error\":{\"code\":\"timeout\",\"message\":\"the body did not come in time\"}}\n");
    int64_t cut = metric_get(METRIC_HTTP_CUT, 0) + metric_get(METRIC_HTTP_CUT, 1);
    assert_int_equal(cut, 3);
    status = get(head, text, sizeof(text));
    assert_int_equal(status, 408);
    assert_has(text, "{\"error\":{\"code\":\"timeout\",\"message\":\"the headers did not come in time\"}}\n");
    bool gone = false;
    for (int i = 0; !gone && i < 20; i++) {
        gone = !put(head, one, 1) && !put(trickle, one, 1);
        poll(NULL, 0, 50);
    }
    assert_true(gone);
    close(stalled);
    close(trickle);
    close(head);
    stop(&v);
}

/* ---- stopping */

static void *stop_main(void *arg)
{
    struct env *v = arg;
    return (void *)(uintptr_t)http_server_stop(v->srv, 3000);
}

static void test_graceful_stop(void **state)
{
    char text[4096];
    struct env v;
    pthread_t th;
    void *left;
    (void)state;
    start(&v, 15000, 60000);
    v.late.hold = true;
    int idle = dial(&v), fd = dial(&v);
    putz(idle, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(get(idle, text, sizeof(text)), 200);
    putz(fd, "POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nlate");
    for (size_t n = 0; n == 0; poll(NULL, 0, 5)) {
        pthread_mutex_lock(&v.late.lock);
        n = v.late.n;
        pthread_mutex_unlock(&v.late.lock);
    }
    assert_int_equal(pthread_create(&th, NULL, stop_main, &v), 0);
    poll(NULL, 0, 200);
    assert_int_equal(get(idle, text, sizeof(text)), 0); /* it ended, without a word */
    v.late.hold = false;
    assert_int_equal(get(fd, text, sizeof(text)), 202); /* what was open is answered */
    assert_has(text, "Connection: close");
    pthread_join(th, &left);
    assert_int_equal((uintptr_t)left, 0);
    close(idle);
    close(fd);
    v.late.end = true;
    pthread_join(v.late.thread, NULL);
    pthread_mutex_destroy(&v.late.lock);
    fixture_clear(&v.f);
}

static void test_stop_gives_up(void **state)
{
    static struct env v; /* what is given up stays in use */
    char text[4096];
    (void)state;
    start(&v, 15000, 60000);
    v.late.hold = true;
    int fd = dial(&v);
    putz(fd, "POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nlate");
    for (size_t n = 0; n == 0; poll(NULL, 0, 5)) {
        pthread_mutex_lock(&v.late.lock);
        n = v.late.n;
        pthread_mutex_unlock(&v.late.lock);
    }
    assert_int_equal(http_server_stop(v.srv, 200), 1);
    assert_int_equal(get(fd, text, sizeof(text)), 503);
    assert_has(text, "{\"error\":{\"code\":\"stopping\",\"message\":\"the server stops\"}}\n");
    v.late.hold = false; /* the late answer goes nowhere and harms nobody */
    poll(NULL, 0, 50);
    v.late.end = true;
    pthread_join(v.late.thread, NULL);
    close(fd);
}

static void test_taken_port(void **state)
{
    struct env v;
    struct http_server *second = NULL;
    struct http_config cfg;
    (void)state;
    start(&v, 15000, 60000);
    http_config_default(&cfg);
    cfg.clock = &v.f.clock;
    cfg.admit = admit;
    cfg.handle = handle;
    cfg.user = &v;
    cfg.port = http_server_port(v.srv);
    assert_int_equal(http_server_start(&v.f.ctx, &cfg, &second), ERR_CONFLICT);
    assert_has(v.f.ctx.msg, "taken by another program");
    cfg.listen = STR("not an address");
    assert_int_equal(http_server_start(&v.f.ctx, &cfg, &second), ERR_PARSE);
    cfg.threads = 0;
    assert_int_equal(http_server_start(&v.f.ctx, &cfg, &second), ERR_PARSE);
    assert_null(second);
    stop(&v);
}

static void test_bad_routes(void **state)
{
    static const struct route BAD[][2] = {
        {{"GET", "no-slash", echo, 0, 0}, {"GET", "/b", echo, 0, 0}},
        {{"GET", "/a/{x}", echo, 0, 0}, {"GET", "/a/{y}", echo, 0, 0}},
        {{"GET", "/a{x}", echo, 0, 0}, {"GET", "/b", echo, 0, 0}},
        {{"GET", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}", echo, 0, 0}, {"GET", "/b", echo, 0, 0}},
    };
    struct fixture f;
    struct router *rt = NULL;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_int_equal(router_new(&f.ctx, f.arena, BAD[i], 2, &rt), ERR_PARSE);
    assert_null(rt);
    fixture_clear(&f);
}

/* ---- answers that stay open */

static size_t wait_streams(struct env *v, size_t n)
{
    size_t have = 0;
    for (int i = 0; i < 2000 && have < n; i++) {
        poll(NULL, 0, 5);
        pthread_mutex_lock(&v->late.lock);
        have = v->streams_n;
        pthread_mutex_unlock(&v->late.lock);
    }
    return have;
}

static void read_until(int fd, char *text, size_t max, const char *part)
{
    size_t n = 0;
    text[0] = '\0';
    while (strstr(text, part) == NULL && n + 1 < max) {
        ssize_t r = recv(fd, text + n, max - 1 - n, 0);
        if (r <= 0)
            break;
        n += (size_t)r;
        text[n] = '\0';
    }
    assert_has(text, part);
}

/* Many at once cost no thread; what is written comes at once and in order; the rest of the server goes on. */
static void test_streams(void **state)
{
    static int fds[MANY];
    static struct env v;
    char text[8192];
    (void)state;
    start(&v, 1000, 60000);
    for (int i = 0; i < MANY; i++) {
        fds[i] = dial(&v);
        putz(fds[i], "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    assert_int_equal(wait_streams(&v, MANY), MANY);
    assert_int_equal(metric_get(METRIC_HTTP_STREAMS, 0), MANY);
    poll(NULL, 0, 3500); /* longer than a silent connection may be otherwise */
    assert_int_equal(ask(&v, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof(text)), 200);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < MANY; i++)
            assert_true(http_stream_write(v.streams[i], arena_fmt(v.f.arena, "data: %d\n\n", k)));
    for (int i = 0; i < MANY; i++) {
        read_until(fds[i], text, sizeof(text), "data: 2\n\n");
        assert_has(text, "X-Kept: yes");
        const char *first = strstr(text, "data: 0"), *second = strstr(text, "data: 1");
        assert_true(first != NULL && second > first && strstr(text, "data: 2") > second);
    }
    for (int i = 0; i < MANY; i += 2)
        close(fds[i]); /* they go without a word; the others see their end */
    for (int i = 0; i < MANY; i++) {
        (void)http_stream_write(v.streams[i], STR("data: last\n\n"));
        http_stream_close(v.streams[i]);
    }
    for (int i = 1; i < MANY; i += 2) {
        read_until(fds[i], text, sizeof(text), "\r\n0\r\n\r\n");
        assert_has(text, "data: last");
        close(fds[i]);
    }
    stop(&v);
    assert_int_equal(metric_get(METRIC_HTTP_STREAMS, 0), 0);
}

/* One that is gone is noticed, and one that does not read is not waited for. */
static void test_streams_end(void **state)
{
    static struct env v;
    static char much[65536];
    char text[8192];
    bool open = true;
    (void)state;
    start(&v, 1000, 60000);
    int gone = dial(&v), slow = dial(&v);
    putz(gone, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(wait_streams(&v, 1), 1);
    putz(slow, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(wait_streams(&v, 2), 2);
    read_until(gone, text, sizeof(text), ":\n\n");
    close(gone);
    for (int i = 0; i < 200 && open; i++) {
        open = http_stream_write(v.streams[0], STR(":\n\n"));
        poll(NULL, 0, 10);
    }
    assert_false(open);
    memset(much, 'x', sizeof(much));
    open = true;
    for (int i = 0; i < 2000 && open; i++)
        open = http_stream_write(v.streams[1], (struct str){much, sizeof(much)});
    assert_false(open);
    http_stream_close(v.streams[0]);
    http_stream_close(v.streams[1]);
    stop(&v); /* the slow one has not read what was written, and is ended */
    close(slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams), cmocka_unit_test(test_streams_end),
        cmocka_unit_test(test_requests),     cmocka_unit_test(test_garbage_then_fine), cmocka_unit_test(test_large_bodies),
        cmocka_unit_test(test_floods),       cmocka_unit_test(test_many_ready),        cmocka_unit_test(test_many_deferred),
        cmocka_unit_test(test_slow_clients), cmocka_unit_test(test_graceful_stop),     cmocka_unit_test(test_stop_gives_up),
        cmocka_unit_test(test_pipelining),   cmocka_unit_test(test_connections_over_the_limit),
        cmocka_unit_test(test_taken_port),   cmocka_unit_test(test_bad_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
