/*
 * A request from its first line to the last byte of its answer. See http.h and http_int.h. Refusals wait until the body was read
 * (it is dropped), since a client that still sends does not read; only what is far too large is answered at once and cut.
 */
#include "server/http_int.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/metrics.h"
#include "base/num.h"

#define KEEP_BUF ((size_t)64 << 10)      /* a larger buffer is not kept for the next request */
#define KEEP_EXCHANGES 512               /* exchanges whose arena is kept, of each loop */
#define DRAIN_MAX ((size_t)16 << 20)     /* refused bodies are read up to here, so that the client gets to read why */

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
void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
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
    conn_phase(cn, PHASE_HEAD);
    ex->begun = ex->handled = ex->deferred = ex->answered = false;
    ex->header_flood = ex->bad_header = ex->has_length = ex->has_encoding = ex->odd_encoding = ex->unsure = false;
    ex->drained = ex->claimed = ex->header_bytes = ex->kept_n = 0;
    ex->stream = NULL;
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

static bool fits_a_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
            return false;
    return s.p != NULL;
}

/* The library takes "Content-Length : 3" as a header of another name; a proxy before us may not. */
static bool is_header_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 127 || strchr("\"(),/:;<=>?@[\\]{}", s.p[i]) != NULL)
            return false;
    return s.n > 0;
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
    ex->bad_header = ex->bad_header || !is_header_name(key) || (val.n > 0 && !fits_a_line(val));
    if (name_n == 14 && str_eq_nocase(key, STR("Content-Length"))) {
        ex->bad_header = ex->bad_header || ex->has_length;
        ex->has_length = true;
    }
    if (name_n == 17 && str_eq_nocase(key, STR("Transfer-Encoding"))) {
        ex->has_encoding = true;
        ex->odd_encoding = ex->odd_encoding || !str_eq_nocase(val, STR("chunked"));
    }
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
    ex->unsure = ex->bad_header || ex->odd_encoding || (ex->has_length && ex->has_encoding); /* two readers may see two requests in it */
    if (ex->refuse == 0 && ex->unsure)
        ex->refuse = ex->odd_encoding && !ex->bad_header && !ex->has_length ? 501 : 400;
    if (ex->refuse == 0)
        ask_admission(ex);
    check_length(ex, &now);
    now = now || ex->unsure;
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
        {501, "unsupported", "a body comes with a length or in chunks, not encoded otherwise"},
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

static bool header_copy(struct exchange *ex, const struct http_header *from, struct http_header *to)
{
    return fits_a_line(from->name) && fits_a_line(from->value) && arena_dup(ex->pub.ctx.arena, from->name, &to->name) == OK &&
           arena_dup(ex->pub.ctx.arena, from->value, &to->value) == OK;
}

void http_answer_header(struct http_exchange *pub, struct str name, struct str value)
{
    struct exchange *ex = (struct exchange *)pub;
    if (ex->kept_n < HTTP_EXTRA_MAX && header_copy(ex, &(struct http_header){name, value}, &ex->kept[ex->kept_n]))
        ex->kept_n++;
}

static bool answer_set(struct exchange *ex, int status, const char *type, struct str body, const struct http_header *extra, size_t n)
{
    struct answer *an = &ex->answer;
    *an = (struct answer){.status = status, .type = type, .body = body};
    for (; an->extra_n < n && n <= HTTP_EXTRA_MAX; an->extra_n++)
        if (!header_copy(ex, &extra[an->extra_n], &an->extra[an->extra_n]))
            return false;
    return an->extra_n == n;
}

void http_wake(struct loop *lp)
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
        http_wake(lp);
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

void http_put_headers(const struct exchange *ex, struct MHD_Response *rsp)
{
    const struct answer *an = &ex->answer;
    MHD_add_response_header(rsp, "X-Request-Id", ex->pub.ctx.request_id);
    if (an->type != NULL)
        MHD_add_response_header(rsp, MHD_HTTP_HEADER_CONTENT_TYPE, an->type);
    if (an->body.n > 0 || ex->stream != NULL) { /* answers speak of orders: nobody on the way keeps them or guesses what they are */
        MHD_add_response_header(rsp, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        MHD_add_response_header(rsp, "X-Content-Type-Options", "nosniff");
    }
    for (size_t i = 0; i < an->extra_n; i++)
        MHD_add_response_header(rsp, an->extra[i].name.p, an->extra[i].value.p);
    for (size_t i = 0; i < ex->kept_n; i++)
        MHD_add_response_header(rsp, ex->kept[i].name.p, ex->kept[i].value.p);
    if (ex->loop->srv->stopping || ex->unsure)
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
    http_put_headers(ex, rsp);
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
    if (ex->stream != NULL) {
        conn_phase(ex->conn, PHASE_STREAM);
        count_answer(200);
        return http_stream_send(ex);
    }
    if (!ex->answered)
        http_fail(&ex->pub, 500, "internal", STR("this request was not answered"), STR_NULL);
    return send_answer(ex);
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
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

void http_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode why)
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

void http_on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode what)
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

void http_answers_send(struct loop *lp)
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

void http_pool_free(struct exchange *ex)
{
    for (; ex != NULL; ex = ex->next) {
        arena_free(ex->pub.ctx.arena);
        buf_clear(&ex->body);
        buf_clear(&ex->out);
    }
}
