/* See demo_receiver.h. One small HTTP server with one handler; what it has done is remembered by its key. */
#include "cli/demo_receiver.h"

#include <pthread.h>

#include "base/json.h"
#include "mind/policy.h"
#include "server/http.h"

#define BODY_MAX ((size_t)256 << 10)
#define KEYS_MAX 4096
#define STOP_MS 1000

struct demo_receiver {
    struct http_server *srv;
    FILE *out;
    pthread_mutex_t lock;
    const struct account *acct; /* the rest is guarded by lock */
    uint64_t keys[KEYS_MAX];
    size_t n;
};

static void admit(void *user, struct http_exchange *ex, struct http_admit *out)
{
    (void)user;
    out->refuse = str_eq(ex->msg.method, STR("POST")) ? 0 : 404;
    out->body_max = BODY_MAX;
}

/* Its number among those that were done; *again: it was done before. 0: there is no room for more. */
static size_t remember(struct demo_receiver *r, struct str key, bool *again)
{
    uint64_t h = str_hash(key);
    for (size_t i = 0; i < r->n; i++)
        if (r->keys[i] == h) {
            *again = true;
            return i + 1;
        }
    *again = false;
    if (r->n == KEYS_MAX)
        return 0;
    r->keys[r->n++] = h;
    return r->n;
}

static void tell(struct demo_receiver *r, struct http_exchange *ex, const struct json *v, bool again)
{
    struct str number = json_str(v, "tracking_number"), money = STR("");
    int64_t minor = 0;
    if (json_i64(v, "amount_minor", 1, INT64_MAX, &minor) == OK)
        money = policy_money(ex->ctx.arena, minor, json_str(v, "currency"));
    fprintf(r->out, "%s %.*s of %.*s%s%.*s%s%.*s\n", again ? "Asked again for" : "Done:", STR_ARG(json_str(v, "action")), STR_ARG(json_str(v, "order")),
            number.n > 0 ? ", parcel " : "", STR_ARG(number), money.n > 0 ? ", " : "", STR_ARG(money));
    fflush(r->out);
}

static void handle(void *user, struct http_exchange *ex)
{
    struct demo_receiver *r = user;
    const struct json *v = NULL;
    bool again = false;
    size_t no = 0;
    pthread_mutex_lock(&r->lock);
    enum err e = r->acct == NULL ? ctx_fail(&ex->ctx, ERR_DENIED, "nobody is trusted yet") : r->acct->conn->hook->verify(&ex->ctx, r->acct, &ex->msg);
    if (e == OK)
        e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    if (e == OK && str_empty(json_str(v, "key")))
        e = ctx_fail(&ex->ctx, ERR_PARSE, "key: missing");
    if (e == OK && (no = remember(r, json_str(v, "key"), &again)) == 0)
        e = ctx_fail(&ex->ctx, ERR_BUSY, "the demo has done enough");
    if (e == OK)
        tell(r, ex, v, again);
    pthread_mutex_unlock(&r->lock);
    if (e != OK) {
        http_fail_err(ex, e);
        return;
    }
    buf_fmt(ex->out, "{\"outcome\":\"confirmed\",\"id\":\"demo-%zu\"}", no);
    http_reply_json(ex, 200);
}

enum err demo_receiver_start(struct cli *cli, struct demo_receiver **out)
{
    struct demo_receiver *r = ctx_alloc(&cli->ctx, sizeof(*r));
    struct http_config cfg;
    if (r == NULL)
        return ERR_MEMORY;
    http_config_default(&cfg);
    r->out = cli->out;
    pthread_mutex_init(&r->lock, NULL);
    cfg.port = 0;
    cfg.threads = 1;
    cfg.clock = &cli->clock;
    cfg.log = &cli->log;
    cfg.admit = admit;
    cfg.handle = handle;
    cfg.user = r;
    enum err e = http_server_start(&cli->ctx, &cfg, &r->srv);
    if (e == OK)
        *out = r;
    return e;
}

int demo_receiver_port(const struct demo_receiver *r)
{
    return http_server_port(r->srv);
}

void demo_receiver_trust(struct demo_receiver *r, const struct account *acct)
{
    pthread_mutex_lock(&r->lock);
    r->acct = acct;
    pthread_mutex_unlock(&r->lock);
}

void demo_receiver_stop(struct demo_receiver *r)
{
    if (r == NULL)
        return;
    (void)http_server_stop(r->srv, STOP_MS);
    pthread_mutex_destroy(&r->lock);
}
