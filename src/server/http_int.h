/*
 * Inside of the HTTP server: shared by http.c (threads, start and stop) and http_exchange.c (requests and answers), the two files
 * that see libmicrohttpd.
 *
 *   struct loop        a thread: daemon, its connections, a pool of exchanges, a stack of answers that came from other threads
 *   struct conn        a connection: what it is doing and since when; the sweep ends the slow ones
 *   struct exchange    a request under way: lives from its first line to the last byte of its answer
 *
 * All of a loop belongs to its thread, but for the stacks of answers and of streams with news: the thread that pushes on an empty stack writes the eventfd,
 * so that a group of answers costs one wake-up.
 */
#ifndef WISMO_SERVER_HTTP_INT_H
#define WISMO_SERVER_HTTP_INT_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/http.h"

enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_WORK, PHASE_SEND, PHASE_STREAM };

struct exchange;
struct conn {
    struct conn *prev, *next;   /* of the loop's list; next also of the free ones */
    struct exchange *ex;
    enum phase phase;
    int fd;
    bool shut;
    int64_t since_us, heard_us; /* monotonic: phase began, last bytes of the body */
};

struct answer {
    int status;
    const char *type;
    struct str body;
    struct http_header extra[HTTP_EXTRA_MAX]; /* NUL-terminated */
    size_t extra_n;
};

struct exchange {
    struct http_exchange pub;   /* first: handlers see only this */
    struct exchange *next;      /* of the pool, or of the stack of answers */
    struct loop *loop;
    struct conn *conn;
    struct MHD_Connection *mhd;
    bool begun, handled, deferred, answered;
    struct http_stream *stream; /* the answer is one */
    struct http_header kept[HTTP_EXTRA_MAX]; /* of http_answer_header, NUL-terminated */
    size_t kept_n;
    int refuse;
    struct str allow;
    size_t body_max, drained, claimed;
    struct buf body, out;
    struct answer answer;
    size_t header_bytes;
    bool header_flood, bad_header, has_length, has_encoding, odd_encoding;
    bool unsure;   /* where this request ends, and the next begins: the connection ends with its answer */
    struct http_header headers[HTTP_HEADERS_MAX];
};

struct loop {
    struct http_server *srv;
    pthread_t thread;
    struct MHD_Daemon *daemon;
    struct arena *arena;        /* of conns and exchanges: made once, used again */
    int epoll_fd, wake_fd, listen_fd;
    _Atomic(struct exchange *) answers;
    _Atomic(struct http_stream *) news;
    struct http_stream *free_streams;
    struct conn *conns, *free_conns;
    struct exchange *pool;
    size_t pool_n, open_n;
    uint32_t id_prefix;
    uint64_t id_next;
    int64_t swept_us;
    bool running, quiet;
    size_t given_up;
};

struct http_server {
    struct http_config cfg;
    struct arena *arena;
    int port;
    size_t loops_n;
    struct loop *loops;
    _Atomic size_t bodies;      /* bytes claimed by large bodies */
    _Atomic bool stopping;
    _Atomic int64_t deadline_us;
};

/* What the library calls: cls is the loop. */
void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                                const char *data, size_t *data_n, void **con_cls);
void http_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode why);
void http_on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode what);

/* http_answers_send: what other threads have answered goes out; on the loop's thread. */
void http_answers_send(struct loop *lp);
void http_pool_free(struct exchange *ex);
/* http_put_headers: what every answer carries. */
void http_put_headers(const struct exchange *ex, struct MHD_Response *rsp);

/* http_stream.c, on the loop's thread: the answer of ex; what was written goes on; a comment where nothing was said for long. */
enum MHD_Result http_stream_send(struct exchange *ex);
void http_streams_move(struct loop *lp);
void http_stream_beat(struct http_stream *st, int64_t now_us);
void http_streams_free(struct loop *lp);
void http_wake(struct loop *lp);

#endif
