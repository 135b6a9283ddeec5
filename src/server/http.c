/*
 * See http.h. Each thread of ours runs one daemon of libmicrohttpd without threads of its own: poll() on the daemon's epoll
 * descriptor and on an eventfd, then MHD_run, which never blocks. (The library's internal epoll thread goes back to sleep with 128
 * sockets ready in version 0.9.75: never use it.) Requests and answers are http_exchange.c's, answers that
 * stay open http_stream.c's.
 */
#include "server/http_int.h"

#include <assert.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "server/http_listen.h"

#define CONN_MEMORY ((size_t)32 << 10)   /* the library's pool of one connection: head and read buffer */
#define SEND_MS 120000                   /* an answer is taken off our hands after this at the latest */
#define SWEEP_MS 1000
#define LOOP_ARENA_MAX ((size_t)256 << 20)

/* Servers that were given up with exchanges still deferred: reachable, so that a late answer has where to go. */
static _Atomic(struct http_server *) given_up_last;

void http_config_default(struct http_config *out)
{
    *out = (struct http_config){.listen = STR("127.0.0.1"), .port = 8080, .threads = 2, .max_connections = 10000,
                                .arena_max = (size_t)64 << 20, .bodies_max = (size_t)512 << 20, .idle_ms = 15000,
                                .head_ms = 15000, .body_ms = 60000};
}

/* ---- the loop of one thread */

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
static const char SLOW_HEAD[] = RAW_ERROR("408", "Request Timeout", "timeout", "the headers did not come in time", "74");
static const char SLOW_BODY[] = RAW_ERROR("408", "Request Timeout", "timeout", "the body did not come in time", "71");
static const char GOING[] = RAW_ERROR("503", "Service Unavailable", "stopping", "the server stops", "59");

static void sweep_conn(const struct http_config *cfg, struct conn *cn, int64_t now)
{
    int64_t age_ms = (now - cn->since_us) / 1000, silent_ms = (now - cn->heard_us) / 1000;
    bool late = (cn->phase == PHASE_IDLE && age_ms > (int64_t)cfg->idle_ms + cfg->head_ms) ||
                (cn->phase == PHASE_HEAD && age_ms > cfg->head_ms) ||
                (cn->phase == PHASE_BODY && (age_ms > cfg->body_ms || silent_ms > cfg->idle_ms)) ||
                (cn->phase == PHASE_SEND && age_ms > SEND_MS);
    if (!late || cn->shut)
        return;
    metric_add(METRIC_HTTP_CUT, cn->phase <= PHASE_HEAD ? 0 : cn->phase == PHASE_BODY ? 1 : 2, 1);
    end_with(cn, cn->phase == PHASE_HEAD ? SLOW_HEAD : cn->phase == PHASE_BODY ? SLOW_BODY : NULL);
}

static void sweep(struct loop *lp)
{
    int64_t now = clock_mono_us();
    if (now - lp->swept_us < SWEEP_MS * 1000)
        return;
    lp->swept_us = now;
    for (struct conn *cn = lp->conns; cn != NULL; cn = cn->next) {
        sweep_conn(&lp->srv->cfg, cn, now);
        if (cn->phase == PHASE_STREAM)
            http_stream_beat(cn->ex->stream, now);
    }
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
        if (cn->phase <= PHASE_HEAD)
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
    thread_name("http");
    thread_prompt();
    for (;;) {
        wait_for_work(lp);
        http_answers_send(lp);
        http_streams_move(lp);
        MHD_run(lp->daemon);
        sweep(lp);
        if (lp->srv->stopping && wind_down(lp))
            break;
    }
    http_answers_send(lp);
    http_streams_move(lp);
    MHD_run(lp->daemon);
    give_up(lp);
    return NULL;
}

/* ---- start and stop */

static struct MHD_Daemon *daemon_start(struct loop *lp)
{
    const struct http_config *cfg = &lp->srv->cfg;
    int longest_ms = cfg->idle_ms > cfg->head_ms ? cfg->idle_ms : cfg->head_ms;
    unsigned seconds = (unsigned)(longest_ms < 1000 ? 1 : longest_ms / 1000) + 2; /* the sweep's 408 comes before */
    unsigned conns = (unsigned)cfg->max_connections / (unsigned)cfg->threads + 1;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL, http_on_request, lp,
                            MHD_OPTION_LISTEN_SOCKET, lp->listen_fd, MHD_OPTION_CONNECTION_LIMIT, conns,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)cfg->per_ip_connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONN_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, http_on_uri, lp,
                            MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, lp, MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, lp,
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

static void loop_free(struct loop *lp)
{
    if (!lp->running && lp->daemon != NULL)
        MHD_stop_daemon(lp->daemon);
    else if (!lp->running)
        listen_close(&lp->listen_fd, 1);
    http_pool_free(lp->pool);
    http_streams_free(lp);
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
            http_wake(&srv->loops[i]);
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
