/*
 * See mailbox.h. The position is "UIDVALIDITY UID" in the row of poll cursors. A crash between append and position brings a mail
 * twice: its Message-ID makes the second one a repeat. When the server has numbered anew (another UIDVALIDITY), the mails of two days
 * are read again, for the same reason without harm.
 */
#include "flows/mailbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/imap_client.h"
#include "base/log.h"
#include "base/num.h"
#include "base/thread.h"
#include "flows/engine_int.h"

#define MAILBOXES_MAX 16
#define REST_NS 100000000         /* of a pause, so that a stop is seen */
#define IDLE_MS (9 * 60 * 1000)   /* a new IDLE before servers and firewalls forget the old one */
#define POLL_MS 30000             /* where the server cannot IDLE */
#define PAUSE_MS 5000             /* after a failure, doubling */
#define PAUSE_MAX_MS (5 * 60 * 1000)
#define AGAIN_US (2 * US_PER_DAY) /* read again when the server numbers anew */
#define ROUND_ARENA ((size_t)64 << 20)
#define DB_CACHE_MB 2

struct mailbox {
    struct engine *eng;
    struct merchant *m;
    const struct account *acct;
    _Atomic bool *stop;
    pthread_t thread;
    bool running, idle;
    struct imap *imap;
    struct db *db;
    int64_t validity, next;
};

struct mailboxes {
    struct arena *arena;          /* its own */
    _Atomic bool stop;
    struct mailbox list[MAILBOXES_MAX];
    size_t n;
};

/* ---- position */

static enum err load(struct ctx *ctx, struct mailbox *b, int64_t *validity, int64_t *next)
{
    struct db_stmt *st = NULL;
    bool row = false;
    struct str text, first;
    *validity = *next = 0;
    enum err e = db_stmt_get(ctx, b->db, SQL_POLL_CURSOR_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, b->m->id);
    db_bind_text(st, 2, b->acct->id);
    e = db_step(ctx, st, &row);
    text = e == OK && row ? db_col_str(st, 0) : STR_NULL;
    if (str_split(&text, ' ', &first) && num_parse_i64(first, 1, UINT32_MAX, validity) == OK && num_parse_i64(text, 1, UINT32_MAX, next) != OK)
        *validity = 0;
    db_done(st);
    return e;
}

static enum err save(struct ctx *ctx, struct mailbox *b)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, b->db, SQL_POLL_CURSOR_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, b->m->id);
    db_bind_text(st, 2, b->acct->id);
    db_bind_text(st, 3, arena_fmt(ctx->arena, "%lld %lld", (long long)b->validity, (long long)b->next));
    for (int i = 4; i <= 6; i++)
        db_bind_i64(st, i, i == 4 ? clock_now_us(b->eng->clock) : 0);
    return db_run(ctx, st);
}

/* ---- mails */

static enum err append(struct ctx *ctx, struct mailbox *b, int64_t uid, struct str mail)
{
    struct http_msg msg = {.method = STR("POST"), .path = STR("/imap"), .body = mail, .received_us = clock_now_us(b->eng->clock)};
    struct append_req req = {.merchant_id = b->m->id, .source = RECV_WEBHOOK, .origin = ORIGIN_LIVE, .account = b->acct->id, .msg = &msg,
                             .dedupe = arena_fmt(ctx->arena, "imap %lld %lld", (long long)b->validity, (long long)uid)};
    int64_t pos = 0;
    return engine_append_wait(ctx, b->eng, &req, &pos);
}

static enum err take(struct ctx *ctx, struct mailbox *b, int64_t uid)
{
    struct str mail;
    enum err e = imap_fetch(ctx, b->imap, uid, &mail);
    if (e == OK)
        e = append(ctx, b, uid, mail);
    if (e == OK && imap_seen(ctx, b->imap, uid) != OK)
        LOG(b->eng->log, LOG_INFO, "mail_not_marked", LOG_S("account", b->acct->id), LOG_I("uid", uid));
    if (e == ERR_LIMIT || e == ERR_NOTFOUND) {
        LOG(b->eng->log, LOG_WARN, "mail_left", LOG_S("account", b->acct->id), LOG_I("uid", uid), LOG_S("error", str_of(ctx->msg)));
        e = OK;
    }
    if (e != OK)
        return e;
    b->next = uid + 1 > b->next ? uid + 1 : b->next;
    return save(ctx, b);
}

static enum err take_list(struct ctx *ctx, struct mailbox *b, const int64_t *list, size_t n)
{
    struct arena *own = arena_new(ROUND_ARENA), *kept = ctx->arena;
    enum err e = own == NULL ? ERR_MEMORY : OK;
    ctx->arena = own;
    for (size_t i = 0; e == OK && i < n && !atomic_load(b->stop); i++) {
        arena_reset(own);
        e = take(ctx, b, list[i]);
    }
    ctx->arena = kept;
    arena_free(own);
    return e;
}

static enum err take_new(struct ctx *ctx, struct mailbox *b)
{
    int64_t *list = arena_array(ctx->arena, IMAP_LIST_MAX, sizeof(*list));
    size_t n = 0;
    enum err e = list == NULL ? ERR_MEMORY : imap_since(ctx, b->imap, b->next, list, &n);
    return e == OK ? take_list(ctx, b, list, n) : e;
}

/* ---- the connection */

static enum err begin(struct ctx *ctx, struct mailbox *b)
{
    struct imap_options o = {.url = account_setting(b->acct, "imap_url"), .user = secret_view(&b->acct->api_user),
                             .password = secret_view(&b->acct->api_key), .ca_file = account_setting(b->acct, "imap_ca_file")};
    int64_t validity = 0, next = 0, known = 0, known_next = 0;
    size_t n = 0;
    enum err e = imap_open(ctx, &o, &b->imap, &validity, &next);
    if (e == OK)
        e = load(ctx, b, &known, &known_next);
    if (e != OK)
        return e;
    b->idle = true;
    b->validity = validity;
    b->next = known == validity ? known_next : next;
    if (known != 0 && known != validity) {
        int64_t *list = arena_array(ctx->arena, IMAP_LIST_MAX, sizeof(*list));
        e = list == NULL ? ERR_MEMORY : imap_of_days(ctx, b->imap, clock_now_us(b->eng->clock) - AGAIN_US, list, &n);
        if (e == OK)
            e = take_list(ctx, b, list, n);
    }
    return e == OK ? save(ctx, b) : e;
}

static void sleep_ms(const struct mailbox *b, int ms)
{
    const struct timespec rest = {.tv_nsec = REST_NS};
    for (; ms > 0 && !atomic_load(b->stop); ms -= REST_NS / 1000000)
        nanosleep(&rest, NULL);
}

/* Until there may be something new. */
static enum err wait_for_news(struct ctx *ctx, struct mailbox *b)
{
    bool changed = false;
    enum err e = b->idle ? imap_wait(ctx, b->imap, IDLE_MS, b->stop, &changed) : OK;
    b->idle = b->idle && e != ERR_UNSUPPORTED;
    if (!b->idle)
        sleep_ms(b, POLL_MS);
    return e == ERR_UNSUPPORTED ? OK : e;
}

static void *mailbox_main(void *user)
{
    struct mailbox *b = user;
    struct arena *a = arena_new((size_t)8 << 20);
    struct ctx ctx;
    int pause = PAUSE_MS;
    thread_name("mailbox");
    ctx_init(&ctx, a, b->eng->clock, b->eng->log);
    while (a != NULL && !atomic_load(b->stop)) {
        arena_reset(a);
        enum err e = b->imap == NULL ? begin(&ctx, b) : OK;
        if (e == OK)
            e = take_new(&ctx, b);
        if (e == OK)
            e = wait_for_news(&ctx, b);
        if (e == OK) {
            pause = PAUSE_MS;
            continue;
        }
        LOG(b->eng->log, LOG_WARN, "mailbox_failed", LOG_S("account", b->acct->id), LOG_S("error", str_of(ctx.msg)), LOG_I("again_ms", pause));
        imap_close(b->imap);
        b->imap = NULL;
        sleep_ms(b, pause);
        pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
    }
    imap_close(b->imap);
    b->imap = NULL;
    arena_free(a);
    return NULL;
}

/* ---- all of them */

static enum err add_account(struct ctx *ctx, struct mailboxes *ms, struct engine *eng, struct merchant *m, const struct account *acct)
{
    if (str_empty(account_setting(acct, "imap_url")) || !str_eq(str_of(acct->conn->id), STR("mail")))
        return OK;
    if (ms->n == MAILBOXES_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "more than %d mailboxes", MAILBOXES_MAX);
    struct mailbox *b = &ms->list[ms->n++];
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .cache_mb = DB_CACHE_MB};
    *b = (struct mailbox){.eng = eng, .m = m, .acct = acct, .stop = &ms->stop};
    enum err e = db_open(ctx, &o, &b->db);
    if (e == OK && pthread_create(&b->thread, NULL, mailbox_main, b) != 0)
        e = ctx_fail(ctx, ERR_MEMORY, "cannot start the mailbox's thread");
    b->running = e == OK;
    return e;
}

enum err mailboxes_start(struct ctx *ctx, struct engine *eng, struct mailboxes **out)
{
    struct arena *a = arena_new(sizeof(struct mailboxes) + 4096);
    struct mailboxes *ms = a == NULL ? NULL : arena_alloc(a, sizeof(*ms));
    enum err e = OK;
    if (ms == NULL) {
        arena_free(a);
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    }
    ms->arena = a;
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        for (size_t k = 0; e == OK && k < eng->merchants[i].cfg->accounts_n; k++)
            e = add_account(ctx, ms, eng, &eng->merchants[i], &eng->merchants[i].cfg->accounts[k]);
    if (e != OK || ms->n == 0) {
        mailboxes_free(ms);
        ms = NULL;
    }
    *out = ms;
    return e;
}

void mailboxes_free(struct mailboxes *m)
{
    if (m == NULL)
        return;
    atomic_store(&m->stop, true);
    for (size_t i = 0; i < m->n; i++) {
        if (m->list[i].running)
            pthread_join(m->list[i].thread, NULL);
        db_close(m->list[i].db);
    }
    arena_free(m->arena);
}
