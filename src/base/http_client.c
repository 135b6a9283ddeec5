/*
 * The HTTP client on libcurl's multi interface: one set of easy handles a client, taken up again
 * for each call, so that connections and TLS sessions stay alive. An answer is gathered in a
 * bounded buffer and moved into the caller's arena when it is whole. Messages name the host only:
 * paths and queries may hold secrets. See http_client.h.
 */
#include "base/http_client.h"

#include "base/buf.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#define MANY 16
#define TIMEOUT_MS 10000
#define MAX_BODY ((size_t)5 << 20)
#define MAX_HEADERS 128
#define MAX_HEADER_BYTES ((size_t)64 << 10)

struct call {
    CURL *easy;
    struct ctx *ctx;
    const struct http_request *req;
    struct curl_slist *headers;
    struct buf body, head; /* head: header lines of the last answer, each with its '\n' */
    enum err err;
    bool running;
};

struct http_client {
    CURLM *multi;
    struct call calls[MANY];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void init_curl(void)
{
    ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct http_client *http_client_new(void)
{
    (void)pthread_once(&once, init_curl);
    struct http_client *c = ready ? calloc(1, sizeof(*c)) : NULL;
    if (c == NULL)
        return NULL;
    c->multi = curl_multi_init();
    if (c->multi == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

void http_client_free(struct http_client *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < MANY; i++) {
        curl_easy_cleanup(c->calls[i].easy);
        buf_clear(&c->calls[i].body);
        buf_clear(&c->calls[i].head);
    }
    (void)curl_multi_cleanup(c->multi);
    free(c);
}

/* ---- the answer as it comes */

static size_t on_body(char *p, size_t size, size_t n, void *user)
{
    struct call *call = user;
    buf_add(&call->body, (struct str){p, size * n});
    call->err = call->body.err;
    return call->err == OK ? size * n : 0;
}

/* A status line begins an answer: what an interim one said before is forgotten. */
static size_t on_header(char *p, size_t size, size_t n, void *user)
{
    struct call *call = user;
    struct str line = {p, size * n};
    if (str_starts(line, STR("HTTP/"))) {
        buf_reset(&call->head);
        return line.n;
    }
    struct str text = str_trim(line);
    if (text.n > 0 && memchr(text.p, ':', text.n) != NULL) {
        buf_add(&call->head, text);
        buf_addc(&call->head, '\n');
    }
    call->err = call->head.err;
    return call->err == OK ? line.n : 0;
}

static enum err take_headers(struct ctx *ctx, const struct buf *head, struct http_msg *out)
{
    struct str text, line, name;
    size_t n = 0;
    for (size_t i = 0; i < head->n; i++)
        n += head->p[i] == '\n';
    if (n > MAX_HEADERS)
        return ERR_LIMIT;
    enum err e = arena_dup(ctx->arena, buf_str(head), &text);
    struct http_header *h = arena_array(ctx->arena, n, sizeof(*h));
    if (e != OK || h == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < n && str_split(&text, '\n', &line); i++) {
        (void)str_split(&line, ':', &name);
        h[i] = (struct http_header){str_trim(name), str_trim(line)};
    }
    out->headers = h;
    out->headers_n = n;
    return OK;
}

static enum err take_answer(struct call *call, struct http_msg *out)
{
    struct ctx *ctx = call->ctx;
    struct http_msg m = {.received_us = clock_now_us(ctx->clock)};
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    m.status = (int)status;
    enum err e = take_headers(ctx, &call->head, &m);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&call->body), &m.body);
    if (e == OK)
        *out = m;
    return e;
}

/* ---- building a request */

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  memchr("!#$%&'*+-.^_`|~", c, 15) != NULL;
        if (!ok)
            return false;
    }
    return s.n > 0;
}

static bool is_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return true;
}

/* http or https, and nothing that could end the request line. */
static bool is_url(struct str url)
{
    bool scheme = str_eq_nocase(str_sub(url, 0, 7), STR("http://")) ||
                  str_eq_nocase(str_sub(url, 0, 8), STR("https://"));
    return scheme && is_line(url) && !str_contains(url, STR(" "));
}

static struct str host_of(struct str url)
{
    struct str host = url, part;
    for (size_t i = 0; i + 2 < url.n; i++)
        if (memcmp(url.p + i, "://", 3) == 0) {
            host = str_sub(url, i + 3, url.n);
            break;
        }
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#') {
            host.n = i;
            break;
        }
    while (memchr(host.n == 0 ? "" : host.p, '@', host.n) != NULL)
        (void)(str_split(&host, '@', &part));
    return host;
}

static enum err add_line(struct call *call, struct str line)
{
    struct curl_slist *more = curl_slist_append(call->headers, line.p);
    if (line.p == NULL || more == NULL)
        return ERR_MEMORY;
    call->headers = more;
    return OK;
}

static enum err add_headers(struct call *call)
{
    struct ctx *ctx = call->ctx;
    bool has_type = false;
    for (size_t i = 0; i < call->req->headers_n; i++) {
        const struct http_header *h = &call->req->headers[i];
        if (!is_token(h->name) || !is_line(h->value))
            return ctx_fail(ctx, ERR_PARSE,
                            "header %zu: a line break or a byte that headers cannot hold", i + 1);
        has_type = has_type || str_eq_nocase(h->name, STR("content-type"));
        /* "Name;" is libcurl's way to send a header without a value */
        struct str line = h->value.n == 0 ? arena_fmt(ctx->arena, "%.*s;", STR_ARG(h->name))
                                          : arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(h->name),
                                                      STR_ARG(h->value));
        enum err e = line.p == NULL ? ERR_MEMORY : add_line(call, line);
        if (e != OK)
            return e;
    }
    enum err e = add_line(call, STR("Expect:")); /* no waiting for 100 Continue */
    if (e == OK && !has_type)
        e = add_line(call, STR("Content-Type:")); /* libcurl would call every body a form */
    return e;
}

static long time_left_ms(const struct ctx *ctx, int timeout_ms)
{
    long ms = timeout_ms <= 0 ? TIMEOUT_MS : timeout_ms;
    if (ctx->deadline_us != 0) {
        int64_t left = (ctx->deadline_us - clock_mono_us()) / 1000;
        if (left < ms)
            ms = left < 1 ? 0 : (long)left;
    }
    return ms;
}

static void set_method(struct call *call, const char *method)
{
    struct str m = call->req->method, body = call->req->body;
    if (str_eq(m, STR("HEAD"))) {
        curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    bool has_body =
        body.n > 0 || str_eq(m, STR("POST")) || str_eq(m, STR("PUT")) || str_eq(m, STR("PATCH"));
    if (has_body) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, body.n == 0 ? "" : body.p);
    }
    curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, method);
}

static enum err set_up(struct call *call)
{
    struct ctx *ctx = call->ctx;
    const struct http_request *req = call->req;
    struct str url, method;
    long ms = time_left_ms(ctx, req->timeout_ms);
    if (!is_token(req->method) || !is_url(req->url))
        return ctx_fail(ctx, ERR_PARSE,
                        "url: not a URL that can be asked for (http and https only)");
    if (ms == 0)
        return ctx_fail(ctx, ERR_TIMEOUT, "%.*s: no time is left", STR_ARG(host_of(req->url)));
    if (arena_dup(ctx->arena, req->url, &url) != OK ||
        arena_dup(ctx->arena, req->method, &method) != OK)
        return ERR_MEMORY;
    if (call->easy == NULL)
        call->easy = curl_easy_init();
    else
        curl_easy_reset(call->easy);
    if (call->easy == NULL)
        return ERR_MEMORY;
    enum err e = add_headers(call);
    if (e != OK)
        return e;
    curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, req->repeatable ? 0L : 1L);
    curl_easy_setopt(call->easy, CURLOPT_FORBID_REUSE, req->repeatable ? 0L : 1L);
    curl_easy_setopt(call->easy, CURLOPT_URL, url.p);
    curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, ms);
    curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, ms);
    curl_easy_setopt(call->easy, CURLOPT_USERAGENT, "wismo/" WISMO_VERSION);
    curl_easy_setopt(call->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    set_method(call, method.p);
    return OK;
}

/* ---- running */

static enum err start(struct http_client *c, struct call *call, struct ctx *ctx,
                      const struct http_request *req)
{
    call->ctx = ctx;
    call->req = req;
    call->err = OK;
    call->headers = NULL;
    call->body.max = req->max_body == 0 ? MAX_BODY : req->max_body;
    call->head.max = MAX_HEADER_BYTES;
    buf_reset(&call->body);
    buf_reset(&call->head);
    enum err e = set_up(call);
    if (e == OK && curl_multi_add_handle(c->multi, call->easy) != CURLM_OK)
        e = ctx_fail(ctx, ERR_MEMORY, "http: no memory");
    call->running = e == OK;
    return e;
}

static enum err outcome(const struct call *call, CURLcode code)
{
    struct str host = host_of(call->req->url);
    switch (code) {
    case CURLE_OK:
        return OK;
    case CURLE_OPERATION_TIMEDOUT:
        return ctx_fail(call->ctx, ERR_TIMEOUT, "%.*s: no whole answer in time", STR_ARG(host));
    case CURLE_UNSUPPORTED_PROTOCOL: /* our own scheme is checked before: this is HTTP/0.9, that is,
                                        any bytes at all */
        return ctx_fail(call->ctx, ERR_UNAVAILABLE, "%.*s: the answer is not HTTP", STR_ARG(host));
    case CURLE_URL_MALFORMAT:
        return ctx_fail(call->ctx, ERR_PARSE,
                        "url: not a URL that can be asked for (http and https only)");
    case CURLE_OUT_OF_MEMORY:
        return ctx_fail(call->ctx, ERR_MEMORY, "http: no memory");
    default:
        break;
    }
    if (call->err == ERR_LIMIT)
        return ctx_fail(call->ctx, ERR_LIMIT, "%.*s: the answer is larger than %zu bytes",
                        STR_ARG(host), call->body.max);
    if (call->err != OK)
        return ctx_fail(call->ctx, call->err, "%.*s: the answer could not be kept", STR_ARG(host));
    return ctx_fail(call->ctx, ERR_UNAVAILABLE, "%.*s: %s", STR_ARG(host),
                    curl_easy_strerror(code));
}

static void finish(struct http_client *c, struct call *call)
{
    if (call->running)
        (void)curl_multi_remove_handle(c->multi, call->easy);
    call->running = false;
    curl_slist_free_all(call->headers);
    call->headers = NULL;
    buf_clear(&call->body);
    buf_reset(&call->head);
}

static void take_done(struct http_client *c, struct http_msg *out, enum err *errs)
{
    int left = 0;
    for (CURLMsg *m = curl_multi_info_read(c->multi, &left); m != NULL;
         m = curl_multi_info_read(c->multi, &left)) {
        char *mine = NULL;
        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &mine) != CURLE_OK || mine == NULL)
            continue;
        struct call *call = (struct call *)(void *)mine;
        size_t i = (size_t)(call - c->calls);
        errs[i] = outcome(call, m->data.result);
        if (errs[i] == OK)
            errs[i] = take_answer(call, &out[i]);
        finish(c, call);
    }
}

static bool is_any_running(const struct http_client *c)
{
    for (size_t i = 0; i < MANY; i++)
        if (c->calls[i].running)
            return true;
    return false;
}

void http_client_do_many(struct http_client *c, struct ctx *ctx, const struct http_request *req,
                         size_t n, struct http_msg *out, enum err *errs)
{
    for (size_t i = 0; i < n; i++) {
        errs[i] = i < MANY ? start(c, &c->calls[i], ctx, &req[i])
                           : ctx_fail(ctx, ERR_LIMIT, "http: more than %d calls at once", MANY);
        if (i < MANY && errs[i] != OK)
            finish(c, &c->calls[i]);
    }
    while (is_any_running(c)) {
        int running = 0;
        bool ok = curl_multi_perform(c->multi, &running) == CURLM_OK;
        take_done(c, out, errs);
        if (ok && is_any_running(c))
            ok = curl_multi_poll(c->multi, NULL, 0, 1000, NULL) == CURLM_OK;
        for (size_t i = 0; !ok && i < n && i < MANY; i++)
            if (c->calls[i].running) {
                errs[i] = ctx_fail(ctx, ERR_MEMORY, "http: the transfer could not go on");
                finish(c, &c->calls[i]);
            }
    }
}

enum err http_client_do(struct http_client *c, struct ctx *ctx, const struct http_request *req,
                        struct http_msg *out)
{
    enum err e = ERR_UNAVAILABLE;
    struct http_msg m = {0};
    http_client_do_many(c, ctx, req, 1, &m, &e);
    if (e == OK)
        *out = m;
    return e;
}
