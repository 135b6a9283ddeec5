/*
 * The one HTTP server. Threads of ours, each with its own listening socket and event loop; the library below (libmicrohttpd)
 * is seen in http.c and http_exchange.c only. A handler runs on an HTTP thread with the whole request read. It must not block: it answers at
 * once, or defers and answers later from any thread. Slow clients cost memory for their connection, never a thread.
 */
#ifndef WISMO_SERVER_HTTP_H
#define WISMO_SERVER_HTTP_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/http_msg.h"

#define HTTP_HEADERS_MAX 64                /* more: 431. Vendors send 10 to 25, a chain of proxies adds as many */
#define HTTP_HEADER_BYTES_MAX ((size_t)16 << 10) /* all names and values: 431 */
#define HTTP_URL_MAX ((size_t)4 << 10)     /* path and query: 414 */
#define HTTP_PARAMS_MAX 6                  /* {names} in one pattern */
#define HTTP_EXTRA_MAX 8                   /* headers that a handler adds to its answer */
#define HTTP_REPLY_MAX ((size_t)64 << 20)  /* bytes of one answer */

struct route;

/* One request and its answer. Belongs to one thread at a time: the HTTP thread, or after http_defer whoever answers. */
struct http_exchange {
    struct http_msg msg;        /* views that live until the exchange is answered */
    struct ctx ctx;             /* arena, clock, log, request id of this exchange */
    struct buf *out;            /* room for the answer's body: empty at first, emptied by the server */
    const struct route *route;  /* set by admit */
    struct str params[HTTP_PARAMS_MAX];
    void *user;                 /* the handler's own, from http_config.user at first */
};

/* What may come in, decided when the headers are there and before the body is read. */
struct http_admit {
    int refuse;                 /* 0: come in; else a status such as 404 or 405, answered with a JSON error */
    size_t body_max;            /* bytes; more: 413 */
    struct str allow;           /* 405: value of the Allow header */
};

struct http_config {
    struct str listen;          /* numeric address, or "localhost" */
    int port;                   /* 0: any free one */
    int threads;                /* 1..64 */
    int max_connections;        /* all threads together; more wait in the kernel's queue */
    int per_ip_connections;     /* 0: no limit (behind a proxy all come from one address) */
    size_t arena_max;           /* bytes of one exchange's arena */
    size_t bodies_max;          /* bytes of all bodies over 64 KiB that are being read; more: 503 */
    int idle_ms;                /* a connection without traffic ends after this */
    int head_ms, body_ms;       /* a request's headers, and its body, are complete after this, else 408 */
    const struct clock *clock;
    struct log *log;
    void (*admit)(void *user, struct http_exchange *ex, struct http_admit *out); /* msg has method, path, query, headers */
    void (*handle)(void *user, struct http_exchange *ex);
    void *user;
};

struct http_server;

/* http_config_default: 127.0.0.1:8080, 2 threads, 10,000 connections, 15 s idle, 15 s for the head, 60 s for the body. */
void http_config_default(struct http_config *out);
/*
 * http_server_start: listens and serves until http_server_stop.
 * Errs: ERR_PARSE listen, port or threads; ERR_CONFLICT the port is taken; ERR_IO sockets; ERR_MEMORY
 */
MUST_CHECK enum err http_server_start(struct ctx *ctx, const struct http_config *cfg, struct http_server **out);
int http_server_port(const struct http_server *srv);
/*
 * http_server_stop: takes no new connections, answers what is open (with Connection: close), ends the threads and frees srv.
 * After deadline_ms what is still deferred gets a 503 and is given up: its number is returned, and the memory it needs is
 * kept, so that a late http_reply does no harm.
 */
size_t http_server_stop(struct http_server *srv, int deadline_ms);

/*
 * http_reply: the answer, once. body must live until it is sent: in ex->out, in ex->ctx.arena, or constant.
 * content_type NULL: none (an empty body). Extra headers are copied; one with CR, LF or NUL in it makes the answer a 500.
 * After the call ex belongs to the server again.
 */
void http_reply(struct http_exchange *ex, int status, const char *content_type, struct str body, const struct http_header *extra,
                size_t extra_n);
/* http_reply_json: ex->out as application/json. A failed buffer (buf_err) becomes a 500. */
void http_reply_json(struct http_exchange *ex, int status);
/* http_fail: {"error":{"code","message","field"?,"request_id"}}; field may be empty. */
void http_fail(struct http_exchange *ex, int status, const char *code, struct str message, struct str field);
/* http_fail_err: the status that belongs to e, words from ex->ctx.msg ("field: what was expected" fills field). */
void http_fail_err(struct http_exchange *ex, enum err e);
/* http_client: the other side's address as text, in the exchange's arena; the proxy's where there is one. Empty when unknown. */
struct str http_client(struct http_exchange *ex);
/* http_answer_header: goes with the answer, whatever that will be. Copied; at most HTTP_EXTRA_MAX, one that fits no line is dropped. */
void http_answer_header(struct http_exchange *ex, struct str name, struct str value);
/* http_defer: the handler returns without an answer; http_reply comes later, from any thread. */
void http_defer(struct http_exchange *ex);

/*
 * An answer that stays open and is written to from any thread: server-sent events. It costs its connection's memory and no thread;
 * every HTTP_BEAT_MS without a word a comment goes out, so that proxies keep it and a client that is gone is noticed.
 */
#define HTTP_BEAT_MS 15000
#define HTTP_STREAM_WAITING_MAX ((size_t)256 << 10) /* bytes that a slow reader may be behind */
struct http_stream;
/*
 * http_stream_open: the answer of this exchange, 200 text/event-stream. On the HTTP thread, in the handler, in place of http_reply.
 * The stream is the caller's until http_stream_close; NULL: no memory, nothing was answered. All are closed before http_server_stop.
 */
struct http_stream *http_stream_open(struct http_exchange *ex);
/* http_stream_write: false: nobody reads it any more, or reads too slowly: close it. No bytes: only asks. */
bool http_stream_write(struct http_stream *st, struct str bytes);
/* http_stream_close: ends behind what was written; st is not to be used again. */
void http_stream_close(struct http_stream *st);

#endif
