/*
 * See http.h. libmicrohttpd is seen in this file only. Each thread of ours runs one daemon of the library without threads of its
 * own: poll() on the daemon's epoll descriptor and on an eventfd, then MHD_run, which never blocks. (The library's internal epoll
 * thread goes back to sleep with 128 sockets ready in version 0.9.75: never use it.)
 *
 *   struct loop        a thread: daemon, its connections, a pool of exchanges, a stack of answers that came from other threads
 *   struct conn        a connection: what it is doing and since when; the sweep ends the slow ones
 *   struct exchange    a request under way: lives from its first line to the last byte of its answer
 *
 * All of a loop belongs to its thread, but for the stack of answers: the thread that pushes on an empty stack writes the eventfd,
 * so that a group of answers costs one wake-up.
 */
#include "server/http.h"

#include <assert.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/metrics.h"
#include "base/num.h"
#include "server/http_listen.h"

#define CONN_MEMORY ((size_t)32 << 10)   /* the library's pool of one connection: head and read buffer */
#define KEEP_BUF ((size_t)64 << 10)      /* a larger buffer is not kept for the next request */
#define KEEP_EXCHANGES 512               /* exchanges whose arena is kept, of each loop */
#define DRAIN_MAX ((size_t)16 << 20)     /* refused bodies are read up to here, so that the client gets to read why */
#define SEND_MS 120000                   /* an answer is taken off our hands after this at the latest */
#define SWEEP_MS 1000
#define LOOP_ARENA_MAX ((size_t)256 << 20)

enum phase { PHASE_IDLE, PHASE_BODY, PHASE_WORK, PHASE_SEND };

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
    int refuse;
    struct str allow;
    size_t body_max, drained, claimed;
    struct buf body, out;
    struct answer answer;
    size_t header_bytes;
    bool header_flood, length_twice, has_length, has_encoding;
    struct http_header headers[HTTP_HEADERS_MAX];
};

struct loop {
    struct http_server *srv;
    pthread_t thread;
    struct MHD_Daemon *daemon;
    struct arena *arena;        /* of conns and exchanges: made once, used again */
    int epoll_fd, wake_fd, listen_fd;
    _Atomic(struct exchange *) answers;
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

/* Servers that were given up with exchanges still deferred: reachable, so that a late answer has where to go. */
static _Atomic(struct http_server *) given_up_last;

void http_config_default(struct http_config *out)
{
    *out = (struct http_config){.listen = STR("127.0.0.1"), .port = 8080, .threads = 2, .max_connections = 10000,
                                .arena_max = (size_t)64 << 20, .bodies_max = (size_t)512 << 20, .idle_ms = 15000,
                                .head_ms = 15000, .body_ms = 60000};
}

/* ---- exchanges */

static struct exchange *exchange_take(struct loop *lp)
{
    struct exchange *ex = lp->pool;
    if (ex != NULL) {
        lp->pool = ex->next;
        lp->pool_n--;
    } else {
        ex = arena_alloc(lp->arena, sizeof(*ex));
        if (ex == NULL)
            return NULL;
        buf_init(&ex->body, HTTP_REPLY_MAX);
        buf_init(&ex->out, HTTP_REPLY_MAX);
    }
    if (ex->pub.ctx.arena == NULL)
        ex->pub.ctx.arena = arena_new(lp->srv->cfg.arena_max);
    if (ex->pub.ctx.arena == NULL) {
        ex->next = lp->pool;
        lp->pool = ex;
        lp->pool_n++;
        return NULL;
    }
    ctx_init(&ex->pub.ctx, ex->pub.ctx.arena, lp->srv->cfg.clock, lp->srv->cfg.log);
    ex->loop = lp;
    lp->open_n++;
    return ex;
}

static void buf_shrink(struct buf *b)
{
    if (b->cap > KEEP_BUF)
        buf_clear(b);
    else
        buf_reset(b);
}

static void exchange_give(struct exchange *ex)
{
    struct loop *lp = ex->loop;
    atomic_fetch_sub(&lp->srv->bodies, ex->claimed);
    buf_shrink(&ex->body);
    buf_shrink(&ex->out);
    arena_reset(ex->pub.ctx.arena);
    if (lp->pool_n >= KEEP_EXCHANGES) {
        arena_free(ex->pub.ctx.arena);
        ex->pub.ctx.arena = NULL;
        buf_clear(&ex->body);
        buf_clear(&ex->out);
    }
    ex->next = lp->pool;
    lp->pool = ex;
    lp->pool_n++;
    lp->open_n--;
}

static void conn_phase(struct conn *cn, enum phase ph)
{
    cn->phase = ph;
    cn->since_us = cn->heard_us = clock_mono_us();
}

/* ---- the head of a request */

static struct conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* The request's first line was read: uri is raw here, and is changed in place after we return. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct loop *lp = cls;
    struct conn *cn = conn_of(mhd);
    struct exchange *ex = cn == NULL ? NULL : exchange_take(lp);
    struct str all = str_of(uri), path = STR_NULL, copy = STR_NULL;
    if (ex == NULL)
        return NULL;
    ex->conn = cn;
    ex->mhd = mhd;
    cn->ex = ex;
    ex->begun = ex->handled = ex->deferred = ex->answered = false;
    ex->header_flood = ex->length_twice = ex->has_length = ex->has_encoding = false;
    ex->drained = ex->claimed = ex->header_bytes = 0;
    ex->refuse = all.n > HTTP_URL_MAX ? 414 : all.n == 0 || all.p[0] != '/' ? 400 : 0;
    if (ex->refuse == 0 && arena_dup(ex->pub.ctx.arena, all, &copy) != OK)
        ex->refuse = 503;
    ex->pub.route = NULL;
    ex->pub.out = &ex->out;
    ex->pub.user = lp->srv->cfg.user;
    ex->pub.msg = (struct http_msg){.headers = ex->headers};
    (void)str_split(&copy, '?', &path);
    ex->pub.msg.path = path;
    ex->pub.msg.query = copy;
    return ex;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
    struct exchange *ex = cls;
    struct http_msg *m = &ex->pub.msg;
    struct str key = {name, name_n}, val = {value, value == NULL ? 0 : value_n};
    (void)kind;
    ex->header_bytes += name_n + val.n;
    if (m->headers_n >= HTTP_HEADERS_MAX || ex->header_bytes > HTTP_HEADER_BYTES_MAX) {
        ex->header_flood = true;
        return MHD_NO;
    }
    if (name_n == 14 && str_eq_nocase(key, STR("Content-Length"))) {
        ex->length_twice = ex->length_twice || ex->has_length;
        ex->has_length = true;
    }
    if (name_n == 17 && str_eq_nocase(key, STR("Transfer-Encoding")))
        ex->has_encoding = true;
    ex->headers[m->headers_n++] = (struct http_header){key, val};
    return MHD_YES;
}

static bool is_sane_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.'))
            return false;
    }
    return s.n >= 1 && s.n < sizeof(((struct ctx *)0)->request_id);
}

/* The caller's own id where it is one, so that a request can be followed from his log to our ledger; else one of ours. */
static void set_request_id(struct exchange *ex)
{
    struct str given = http_msg_header(&ex->pub.msg, "X-Request-Id");
    char *id = ex->pub.ctx.request_id;
    if (is_sane_id(given)) {
        memcpy(id, given.p, given.n);
        id[given.n] = '\0';
        return;
    }
    static const char HEX[] = "0123456789abcdef";
    uint64_t n = ++ex->loop->id_next;
    for (int i = 0; i < 8; i++)
        id[i] = HEX[ex->loop->id_prefix >> (28 - 4 * i) & 15];
    id[8] = '-';
    for (int i = 0; i < 12; i++)
        id[9 + i] = HEX[n >> (44 - 4 * i) & 15];
    id[21] = '\0';
}

/* Does the declared length fit? Sets refuse; *now: the client waits for our word before it sends, or sends too much to wait. */
static void check_length(struct exchange *ex, bool *now)
{
    int64_t n = 0;
    struct str length = http_msg_header(&ex->pub.msg, "Content-Length");
    *now = !str_empty(http_msg_header(&ex->pub.msg, "Expect"));
    if (!ex->has_length)
        return;
    if (num_parse_i64(length, 0, INT64_MAX, &n) != OK) {
        if (ex->refuse == 0)
            ex->refuse = 400;
        return;
    }
    if (ex->refuse == 0 && (uint64_t)n > ex->body_max)
        ex->refuse = 413;
    *now = *now || (uint64_t)n > DRAIN_MAX;
}

static void ask_admission(struct exchange *ex)
{
    const struct http_config *cfg = &ex->loop->srv->cfg;
    struct http_admit adm = {0};
    cfg->admit(cfg->user, &ex->pub, &adm);
    ex->refuse = adm.refuse;
    ex->allow = adm.allow;
    ex->body_max = adm.body_max;
}

static void refuse(struct exchange *ex);
static enum MHD_Result send_answer(struct exchange *ex);

static enum MHD_Result take_head(struct exchange *ex, const char *method)
{
    bool now = false;
    ex->begun = true;
    ex->pub.msg.method = str_of(method);
    ex->pub.msg.received_us = clock_now_us(ex->loop->srv->cfg.clock);
    MHD_get_connection_values_n(ex->mhd, MHD_HEADER_KIND, on_header, ex);
    set_request_id(ex);
    if (ex->refuse == 0 && ex->header_flood)
        ex->refuse = 431;
    if (ex->refuse == 0 && (ex->length_twice || (ex->has_length && ex->has_encoding)))
        ex->refuse = 400; /* two readers may see two requests in it */
    if (ex->refuse == 0)
        ask_admission(ex);
    check_length(ex, &now);
    conn_phase(ex->conn, PHASE_BODY);
    if (ex->refuse == 0 || !now)
        return MHD_YES;
    refuse(ex);
    return send_answer(ex);
}

/* ---- the body */

/* Large bodies count against a sum over all connections; room is claimed in doubling steps. */
static bool claim(struct exchange *ex, size_t want)
{
    struct http_server *srv = ex->loop->srv;
    if (want <= KEEP_BUF || want <= ex->claimed)
        return true;
    size_t more = (want > 2 * ex->claimed ? want : 2 * ex->claimed) - ex->claimed;
    if (atomic_fetch_add(&srv->bodies, more) + more > srv->cfg.bodies_max) {
        atomic_fetch_sub(&srv->bodies, more);
        return false;
    }
    ex->claimed += more;
    return true;
}

static enum MHD_Result take_body(struct exchange *ex, const char *data, size_t *n)
{
    struct str part = {data, *n};
    *n = 0;
    ex->conn->heard_us = clock_mono_us();
    if (ex->refuse == 0 && part.n > ex->body_max - ex->body.n)
        ex->refuse = 413;
    if (ex->refuse == 0 && !claim(ex, ex->body.n + part.n))
        ex->refuse = 503;
    if (ex->refuse == 0) {
        buf_add(&ex->body, part);
        if (buf_err(&ex->body) != OK)
            ex->refuse = 503;
        return MHD_YES;
    }
    ex->drained += part.n;
    return ex->drained > DRAIN_MAX ? MHD_NO : MHD_YES;
}

/* ---- answering */

static void refuse(struct exchange *ex)
{
    static const struct {
        int status;
        const char *code, *words;
    } WORDS[] = {
        {400, "bad_request", "the request's first line or headers are not well-formed"},
        {401, "denied", "a token is needed"},
        {404, "not_found", "there is no such address"},
        {405, "method_not_allowed", "this address does not take that method; the Allow header lists those it takes"},
        {413, "too_large", "the body is larger than this address takes"},
        {414, "uri_too_long", "the address is too long"},
        {431, "headers_too_large", "too many headers, or too large ones"},
        {503, "busy", "too much at once; try again in a moment"},
    };
    struct http_exchange *pub = &ex->pub;
    const char *code = "refused", *words = "the request was refused";
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (WORDS[i].status == ex->refuse) {
            code = WORDS[i].code;
            words = WORDS[i].words;
        }
    http_fail(pub, ex->refuse, code, str_of(words), STR_NULL);
    if (ex->refuse == 405 && ex->answer.extra_n == 0 && arena_dup(pub->ctx.arena, ex->allow, &ex->answer.extra[0].value) == OK) {
        ex->answer.extra[0].name = STR("Allow");
        ex->answer.extra_n = 1;
    }
}

static bool fits_a_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
            return false;
    return s.p != NULL;
}

static bool answer_set(struct exchange *ex, int status, const char *type, struct str body, const struct http_header *extra, size_t n)
{
    struct answer *an = &ex->answer;
    *an = (struct answer){.status = status, .type = type, .body = body};
    for (; an->extra_n < n && n <= HTTP_EXTRA_MAX; an->extra_n++) {
        struct http_header *h = &an->extra[an->extra_n];
        if (!fits_a_line(extra[an->extra_n].name) || !fits_a_line(extra[an->extra_n].value) ||
            arena_dup(ex->pub.ctx.arena, extra[an->extra_n].name, &h->name) != OK ||
            arena_dup(ex->pub.ctx.arena, extra[an->extra_n].value, &h->value) != OK)
            return false;
    }
    return an->extra_n == n;
}

static void wake(struct loop *lp)
{
    const uint64_t one = 1;
    if (write(lp->wake_fd, &one, sizeof(one)) < 0)
        return; /* the counter is full: it is awake */
}

void http_reply(struct http_exchange *pub, int status, const char *type, struct str body, const struct http_header *extra, size_t extra_n)
{
    struct exchange *ex = (struct exchange *)pub;
    if (!answer_set(ex, status, type, body, extra, extra_n))
        ex->answer = (struct answer){.status = 500};
    if (!ex->deferred) {
        ex->answered = true;
        return;
    }
    struct loop *lp = ex->loop;
    struct exchange *head = atomic_load_explicit(&lp->answers, memory_order_relaxed);
    do
        ex->next = head;
    while (!atomic_compare_exchange_weak_explicit(&lp->answers, &head, ex, memory_order_acq_rel, memory_order_relaxed));
    if (head == NULL)
        wake(lp);
}

struct str http_client(struct http_exchange *pub)
{
    char host[64];
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(((struct exchange *)pub)->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct str out = STR_NULL;
    if (info == NULL || info->client_addr == NULL)
        return STR_NULL;
    socklen_t len = info->client_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (getnameinfo(info->client_addr, len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) != 0)
        return STR_NULL;
    return arena_dup(pub->ctx.arena, str_of(host), &out) == OK ? out : STR_NULL;
}

void http_defer(struct http_exchange *pub)
{
    ((struct exchange *)pub)->deferred = true;
}

static void count_answer(int status)
{
    metric_add(METRIC_HTTP_ANSWERS, status >= 200 && status < 600 ? (size_t)status / 100 - 2 : 3, 1);
}

static void put_headers(const struct exchange *ex, struct MHD_Response *rsp)
{
    const struct answer *an = &ex->answer;
    MHD_add_response_header(rsp, "X-Request-Id", ex->pub.ctx.request_id);
    if (an->type != NULL)
        MHD_add_response_header(rsp, MHD_HTTP_HEADER_CONTENT_TYPE, an->type);
    if (an->body.n > 0) { /* answers speak of orders: nobody on the way keeps them or guesses what they are */
        MHD_add_response_header(rsp, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        MHD_add_response_header(rsp, "X-Content-Type-Options", "nosniff");
    }
    for (size_t i = 0; i < an->extra_n; i++)
        MHD_add_response_header(rsp, an->extra[i].name.p, an->extra[i].value.p);
    if (ex->loop->srv->stopping)
        MHD_add_response_header(rsp, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result send_answer(struct exchange *ex)
{
    const struct answer *an = &ex->answer;
    union { /* the library's parameter is not const, but it does not write in this mode */
        const char *from;
        void *to;
    } body = {.from = an->body.p};
    struct MHD_Response *rsp = MHD_create_response_from_buffer(an->body.n, an->body.n == 0 ? NULL : body.to, MHD_RESPMEM_PERSISTENT);
    if (rsp == NULL)
        return MHD_NO;
    put_headers(ex, rsp);
    enum MHD_Result ok = MHD_queue_response(ex->mhd, (unsigned)an->status, rsp);
    MHD_destroy_response(rsp);
    count_answer(an->status);
    conn_phase(ex->conn, PHASE_SEND);
    return ok;
}

/* The whole request is here. */
static enum MHD_Result take_end(struct exchange *ex)
{
    const struct http_config *cfg = &ex->loop->srv->cfg;
    if (ex->refuse != 0) {
        refuse(ex);
        return send_answer(ex);
    }
    ex->pub.msg.body = buf_str(&ex->body);
    ex->handled = true;
    conn_phase(ex->conn, PHASE_WORK);
    cfg->handle(cfg->user, &ex->pub);
    if (ex->deferred) { /* the answer may be on the stack already: it is taken off after this run of the library */
        MHD_suspend_connection(ex->mhd);
        return MHD_YES;
    }
    if (!ex->answered)
        http_fail(&ex->pub, 500, "internal", STR("this request was not answered"), STR_NULL);
    return send_answer(ex);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
                                  const char *data, size_t *data_n, void **con_cls)
{
    struct exchange *ex = *con_cls;
    (void)cls, (void)mhd, (void)url, (void)version;
    if (ex == NULL)
        return MHD_NO; /* no memory for it */
    if (!ex->begun)
        return take_head(ex, method);
    if (*data_n > 0)
        return take_body(ex, data, data_n);
    return ex->handled ? MHD_YES : take_end(ex);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode why)
{
    struct exchange *ex = *con_cls;
    (void)cls, (void)mhd, (void)why;
    *con_cls = NULL;
    if (ex == NULL)
        return;
    ex->conn->ex = NULL;
    conn_phase(ex->conn, PHASE_IDLE);
    exchange_give(ex);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode what)
{
    struct loop *lp = cls;
    struct conn *cn = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        cn = lp->free_conns != NULL ? lp->free_conns : arena_alloc(lp->arena, sizeof(*cn));
        if (cn == NULL)
            return;
        lp->free_conns = cn == lp->free_conns ? cn->next : lp->free_conns;
        *cn = (struct conn){.next = lp->conns, .fd = fd == NULL ? -1 : fd->connect_fd};
        if (cn->next != NULL)
            cn->next->prev = cn;
        lp->conns = cn;
        conn_phase(cn, PHASE_IDLE);
        *context = cn;
        metric_add(METRIC_HTTP_CONNECTIONS, 0, 1);
    } else if (cn != NULL) {
        *(cn->prev == NULL ? &lp->conns : &cn->prev->next) = cn->next;
        if (cn->next != NULL)
            cn->next->prev = cn->prev;
        cn->next = lp->free_conns;
        lp->free_conns = cn;
        *context = NULL;
        metric_add(METRIC_HTTP_CONNECTIONS, 0, -1);
    }
}

/* ---- the loop of one thread */

static void send_answers(struct loop *lp)
{
    struct exchange *all = atomic_exchange_explicit(&lp->answers, NULL, memory_order_acquire), *first = NULL;
    while (all != NULL) { /* first come, first served */
        struct exchange *next = all->next;
        all->next = first;
        first = all;
        all = next;
    }
    while (first != NULL) {
        struct exchange *next = first->next;
        if (send_answer(first) != MHD_YES)
            shutdown(first->conn->fd, SHUT_RDWR);
        MHD_resume_connection(first->mhd);
        first = next;
    }
}

/* Words straight to the socket: in the middle of a body the library takes no answer. */
static void end_with(struct conn *cn, const char *words)
{
    ssize_t sent = cn->shut || words == NULL ? 0 : send(cn->fd, words, strlen(words), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* whether somebody is there to hear it or not, it ends */
    shutdown(cn->fd, SHUT_RDWR);
    cn->shut = true;
}

#define RAW_ERROR(status, reason, code, message, length)                                                                       \
    "HTTP/1.1 " status " " reason "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " length          \
    "\r\n\r\n{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}\n"
static const char TOO_SLOW[] = RAW_ERROR("408", "Request Timeout", "timeout", "the body did not come in time", "71");
static const char GOING[] = RAW_ERROR("503", "Service Unavailable", "stopping", "the server stops", "59");

static void sweep_conn(const struct http_config *cfg, struct conn *cn, int64_t now)
{
    int64_t age_ms = (now - cn->since_us) / 1000, silent_ms = (now - cn->heard_us) / 1000;
    bool late = (cn->phase == PHASE_IDLE && age_ms > (int64_t)cfg->idle_ms + cfg->head_ms) ||
                (cn->phase == PHASE_BODY && (age_ms > cfg->body_ms || silent_ms > cfg->idle_ms)) ||
                (cn->phase == PHASE_SEND && age_ms > SEND_MS);
    if (!late || cn->shut)
        return;
    metric_add(METRIC_HTTP_CUT, cn->phase == PHASE_IDLE ? 0 : cn->phase == PHASE_BODY ? 1 : 2, 1);
    end_with(cn, cn->phase == PHASE_BODY ? TOO_SLOW : NULL);
}

static void sweep(struct loop *lp)
{
    int64_t now = clock_mono_us();
    if (now - lp->swept_us < SWEEP_MS * 1000)
        return;
    lp->swept_us = now;
    for (struct conn *cn = lp->conns; cn != NULL; cn = cn->next)
        sweep_conn(&lp->srv->cfg, cn, now);
}

/* Stopping: no new connections; idle ones end once what they have sent is read. True: this loop is through. */
static bool wind_down(struct loop *lp)
{
    if (!lp->quiet) {
        lp->quiet = true;
        int fd = MHD_quiesce_daemon(lp->daemon);
        if (fd >= 0)
            close(fd);
        return false;
    }
    for (struct conn *cn = lp->conns; cn != NULL; cn = cn->next)
        if (cn->phase == PHASE_IDLE)
            shutdown(cn->fd, SHUT_RD);
    return (lp->open_n == 0 && lp->conns == NULL) || clock_mono_us() >= atomic_load(&lp->srv->deadline_us);
}

static void wait_for_work(struct loop *lp)
{
    struct pollfd fds[2] = {{.fd = lp->epoll_fd, .events = POLLIN}, {.fd = lp->wake_fd, .events = POLLIN}};
    MHD_UNSIGNED_LONG_LONG left = 0;
    int timeout = lp->srv->stopping ? 20 : SWEEP_MS;
    uint64_t count;
    if (MHD_get_timeout(lp->daemon, &left) == MHD_YES && left < (unsigned)timeout)
        timeout = (int)left;
    if (poll(fds, 2, timeout) > 0 && fds[1].revents != 0 && read(lp->wake_fd, &count, sizeof(count)) < 0)
        return; /* somebody wrote and we read: nothing else can be */
}

/* At the deadline: what was never answered. Its connections cannot be taken from the library, so the daemon stays as it is. */
static void give_up(struct loop *lp)
{
    for (struct conn *cn = lp->conns; cn != NULL; cn = cn->next)
        if (cn->ex != NULL && cn->ex->deferred && cn->phase == PHASE_WORK) {
            lp->given_up++;
            end_with(cn, GOING);
        }
    if (lp->given_up == 0)
        MHD_stop_daemon(lp->daemon);
}

static void *loop_main(void *arg)
{
    struct loop *lp = arg;
    for (;;) {
        wait_for_work(lp);
        send_answers(lp);
        MHD_run(lp->daemon);
        sweep(lp);
        if (lp->srv->stopping && wind_down(lp))
            break;
    }
    send_answers(lp);
    MHD_run(lp->daemon);
    give_up(lp);
    return NULL;
}

/* ---- start and stop */

static struct MHD_Daemon *daemon_start(struct loop *lp)
{
    const struct http_config *cfg = &lp->srv->cfg;
    unsigned seconds = (unsigned)(cfg->idle_ms < 1000 ? 1 : cfg->idle_ms / 1000) + 2; /* the sweep's 408 comes before */
    unsigned conns = (unsigned)cfg->max_connections / (unsigned)cfg->threads + 1;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL, on_request, lp,
                            MHD_OPTION_LISTEN_SOCKET, lp->listen_fd, MHD_OPTION_CONNECTION_LIMIT, conns,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)cfg->per_ip_connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONN_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, on_uri, lp,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, lp, MHD_OPTION_NOTIFY_CONNECTION, on_connection, lp,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static enum err loop_start(struct ctx *ctx, struct loop *lp)
{
    lp->arena = arena_new(LOOP_ARENA_MAX);
    lp->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (lp->arena == NULL || lp->wake_fd < 0)
        return ctx_fail(ctx, ERR_MEMORY, "http: no memory or descriptors for a thread");
    if (crypto_random((unsigned char *)&lp->id_prefix, sizeof(lp->id_prefix)) != OK)
        return ctx_fail(ctx, ERR_IO, "http: no random numbers");
    lp->daemon = daemon_start(lp);
    const union MHD_DaemonInfo *info = lp->daemon == NULL ? NULL : MHD_get_daemon_info(lp->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return ctx_fail(ctx, ERR_IO, "http: the server did not start");
    lp->epoll_fd = info->epoll_fd;
    if (pthread_create(&lp->thread, NULL, loop_main, lp) != 0)
        return ctx_fail(ctx, ERR_MEMORY, "http: no thread");
    lp->running = true;
    return OK;
}

static void exchange_clear(struct exchange *ex)
{
    for (; ex != NULL; ex = ex->next) {
        arena_free(ex->pub.ctx.arena);
        buf_clear(&ex->body);
        buf_clear(&ex->out);
    }
}

static void loop_free(struct loop *lp)
{
    if (!lp->running && lp->daemon != NULL)
        MHD_stop_daemon(lp->daemon);
    else if (!lp->running)
        listen_close(&lp->listen_fd, 1);
    exchange_clear(lp->pool);
    if (lp->wake_fd >= 0)
        close(lp->wake_fd);
    arena_free(lp->arena);
}

/* Connections need descriptors: take what the system lets us have. */
static void raise_file_limit(int connections)
{
    struct rlimit lim;
    rlim_t want = (rlim_t)connections + 256;
    if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur >= want)
        return;
    lim.rlim_cur = want < lim.rlim_max ? want : lim.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &lim);
}

static void server_free(struct http_server *srv)
{
    for (size_t i = 0; i < srv->loops_n; i++)
        loop_free(&srv->loops[i]);
    arena_free(srv->arena);
}

static enum err start_loops(struct ctx *ctx, struct http_server *srv)
{
    int fds[LISTEN_MAX];
    size_t n = (size_t)srv->cfg.threads;
    enum err e = listen_open(ctx, srv->cfg.listen, srv->cfg.port, n, fds, &srv->port);
    if (e != OK)
        return e;
    srv->loops_n = n;
    for (size_t i = 0; i < n; i++)
        srv->loops[i] = (struct loop){.srv = srv, .wake_fd = -1, .listen_fd = fds[i]};
    for (size_t i = 0; e == OK && i < n; i++)
        e = loop_start(ctx, &srv->loops[i]);
    return e;
}

enum err http_server_start(struct ctx *ctx, const struct http_config *cfg, struct http_server **out)
{
    assert(cfg->admit != NULL && cfg->handle != NULL && cfg->clock != NULL);
    if (cfg->threads < 1 || cfg->threads > LISTEN_MAX)
        return ctx_fail(ctx, ERR_PARSE, "threads: expected 1 to %d, got %d", LISTEN_MAX, cfg->threads);
    if (cfg->max_connections < 1 || cfg->max_connections > 1000000)
        return ctx_fail(ctx, ERR_PARSE, "max_connections: expected 1 to 1000000, got %d", cfg->max_connections);
    struct arena *a = arena_new((size_t)1 << 20);
    struct http_server *srv = a == NULL ? NULL : arena_alloc(a, sizeof(*srv));
    struct loop *loops = srv == NULL ? NULL : arena_array(a, (size_t)cfg->threads, sizeof(*loops));
    if (loops == NULL) {
        arena_free(a);
        return ctx_fail(ctx, ERR_MEMORY, "http: no memory");
    }
    srv->cfg = *cfg;
    srv->arena = a;
    srv->loops = loops;
    raise_file_limit(cfg->max_connections);
    enum err e = start_loops(ctx, srv);
    if (e != OK) {
        (void)http_server_stop(srv, 0);
        return e;
    }
    *out = srv;
    return OK;
}

int http_server_port(const struct http_server *srv)
{
    return srv->port;
}

size_t http_server_stop(struct http_server *srv, int deadline_ms)
{
    size_t left = 0;
    if (srv == NULL)
        return 0;
    atomic_store(&srv->deadline_us, clock_mono_us() + (int64_t)deadline_ms * 1000);
    atomic_store(&srv->stopping, true);
    for (size_t i = 0; i < srv->loops_n; i++)
        if (srv->loops[i].running)
            wake(&srv->loops[i]);
    for (size_t i = 0; i < srv->loops_n; i++) {
        if (srv->loops[i].running)
            pthread_join(srv->loops[i].thread, NULL);
        left += srv->loops[i].given_up;
    }
    if (left == 0)
        server_free(srv);
    else
        atomic_store(&given_up_last, srv);
    return left;
}
