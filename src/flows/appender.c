/*
 * Step one: what was received becomes durable. Threads seal and queue; the appender thread takes what is queued, gives each
 * row its merchant's next position and the ledger's time, commits the group, and only then answers.
 */
#include "flows/engine_int.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "flows/ahead.h"
#include "flows/envelope.h"

#include <stdlib.h>
#include <time.h>

#define GATHER_FROM 8         /* rows of the last commit: so busy is it */
#define GATHER_ENOUGH 48
#define GATHER_NS 1000000

struct merchant *engine_merchant_by_id(struct engine *eng, int64_t merchant_id)
{
    for (size_t i = 0; i < eng->merchants_n; i++)
        if (eng->merchants[i].id == merchant_id)
            return &eng->merchants[i];
    return NULL;
}

/* ---- keys of days */

static enum err day_key_load(struct ctx *ctx, struct db *ledger, struct merchant *m, int64_t day, unsigned char out[KEY_LEN])
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, ledger, SQL_DAY_KEY_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    db_bind_i64(st, 2, day);
    e = db_step(ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(ctx, ERR_NOTFOUND, "the key of day %lld is gone", (long long)day);
    if (e == OK)
        e = key_unwrap(m->keys.kek, STR("day"), db_col_str(st, 0), out);
    db_done(st);
    return e;
}

enum err merchant_day_key(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, int64_t day,
                          unsigned char out[KEY_LEN])
{
    pthread_mutex_lock(&eng->append_lock);
    bool have = m->today.day == day && day != 0;
    if (have)
        memcpy(out, m->today.key, KEY_LEN);
    pthread_mutex_unlock(&eng->append_lock);
    return have ? OK : day_key_load(ctx, ledger, m, day, out);
}

/*
 * Key to wrap with now; made when the day is new. Days never run backwards, so that a day has one key whatever the clock does.
 * Under the lock.
 */
static enum err today_key(struct ctx *ctx, struct merchant *m, int64_t day, struct day_key *out)
{
    if (day > m->today.day) {
        struct day_key k = {.day = day};
        if (crypto_random(k.key, KEY_LEN) != OK)
            return ctx_fail(ctx, ERR_IO, "keys: no random bytes");
        m->today = k;
    }
    *out = m->today;
    return OK;
}

static enum err day_key_add(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct day_key *k)
{
    struct buf wrapped;
    struct db_stmt *st = NULL;
    buf_init(&wrapped, 256);
    enum err e = key_wrap(m->keys.kek, STR("day"), k->key, &wrapped);
    if (e == OK)
        e = db_stmt_get(ctx, eng->ledger, SQL_DAY_KEY_ADD, &st);
    if (e == OK) {
        db_bind_i64(st, 1, m->id);
        db_bind_i64(st, 2, k->day);
        db_bind_blob(st, 3, buf_str(&wrapped));
        e = db_run(ctx, st);
    }
    buf_clear(&wrapped);
    return e;
}

/* A commit whose answer was lost may have left the key: it is looked for first. */
static enum err day_key_store(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct day_key *k)
{
    unsigned char there[KEY_LEN];
    if (m->stored_day == k->day)
        return OK;
    enum err e = day_key_load(ctx, eng->ledger, m, k->day, there);
    if (e == OK && memcmp(there, k->key, KEY_LEN) != 0)
        e = ctx_fail(ctx, ERR_CORRUPT, "day %lld has another key", (long long)k->day);
    if (e == ERR_NOTFOUND)
        e = day_key_add(ctx, eng, m, k);
    if (e == OK)
        m->stored_day = k->day;
    return e;
}

/* ---- the window of delivery keys: a repeat inside it never reaches the ledger */

static void dedupe_key(const struct merchant *m, const struct append_req *req, uint64_t out[2])
{
    uint64_t h = str_hash(req->account);
    out[0] = str_hash_add(h ^ (uint64_t)m->id, req->dedupe) | 1;
    out[1] = str_hash_add(str_hash(req->dedupe) + (uint64_t)m->id * 31, req->account);
}

static bool dedupe_seen(struct engine *eng, const uint64_t k[2])
{
    uint64_t *slot = eng->dedupe[k[0] % DEDUPE_SLOTS];
    return slot[0] == k[0] && slot[1] == k[1];
}

static void dedupe_remember(struct engine *eng, const uint64_t k[2])
{
    uint64_t *slot = eng->dedupe[k[0] % DEDUPE_SLOTS];
    slot[0] = k[0];
    slot[1] = k[1];
}

/* ---- queueing */

/*
 * One block: the item, then its strings. Blocks go round between the threads that fill and the one that answers: freed by another
 * thread than the one that allocated, they would cost both of them the allocator's lock.
 */
static struct append_item *item_new(const struct append_req *req, struct str sealed, struct str wrapped, struct append_item *spare)
{
    size_t room = req->account.n + req->request_id.n + sealed.n + wrapped.n;
    struct append_item *it = spare;
    if (spare != NULL && room > spare->room) {
        free(spare);
        it = NULL;
    }
    if (room < ITEM_ROOM)
        room = ITEM_ROOM;
    if (it == NULL)
        it = malloc(sizeof(*it) + room);
    if (it == NULL)
        return NULL;
    memset(it, 0, sizeof(*it));
    it->room = room;
    it->req = *req;
    it->req.msg = NULL;
    it->req.dedupe = STR_NULL;
    char *p = (char *)(it + 1);
    struct str *const to[] = {&it->req.account, &it->req.request_id, &it->sealed, &it->wrapped};
    const struct str from[] = {req->account, req->request_id, sealed, wrapped};
    for (size_t i = 0; i < 4; i++) {
        if (from[i].n > 0)
            memcpy(p, from[i].p, from[i].n);
        *to[i] = (struct str){p, from[i].n};
        p += from[i].n;
    }
    return it;
}

/* Under the lock. */
static struct append_item *spare_take(struct engine *eng)
{
    struct append_item *it = eng->spare;
    if (it != NULL) {
        eng->spare = it->next;
        eng->spare_n--;
    }
    return it;
}

/* Back from a group that was answered. */
static void spare_give(struct engine *eng, struct append_item *head)
{
    pthread_mutex_lock(&eng->append_lock);
    while (head != NULL && eng->spare_n < ITEMS_SPARE) {
        struct append_item *next = head->next;
        if (head->room == ITEM_ROOM) {
            head->next = eng->spare;
            eng->spare = head;
            eng->spare_n++;
        } else {
            free(head);
        }
        head = next;
    }
    pthread_mutex_unlock(&eng->append_lock);
    while (head != NULL) {
        struct append_item *next = head->next;
        free(head);
        head = next;
    }
}

static size_t item_bytes(const struct append_item *it)
{
    return sizeof(*it) + it->sealed.n + it->wrapped.n;
}

static enum err queue_push(struct ctx *ctx, struct engine *eng, struct append_item *it)
{
    enum err e = OK;
    pthread_mutex_lock(&eng->append_lock);
    if (eng->closing)
        e = ERR_UNAVAILABLE;
    else if (eng->queue_n >= APPEND_QUEUE_MAX || eng->queue_bytes + item_bytes(it) > APPEND_QUEUE_BYTES)
        e = ERR_BUSY;
    if (e == OK) {
        if (eng->queue_tail != NULL)
            eng->queue_tail->next = it;
        else
            eng->queue_head = it;
        eng->queue_tail = it;
        eng->queue_n++;
        eng->queue_bytes += item_bytes(it);
        if (eng->queue_n == 1)
            pthread_cond_signal(&eng->append_ready);
    }
    pthread_mutex_unlock(&eng->append_lock);
    return e == OK ? OK : ctx_fail(ctx, e, e == ERR_BUSY ? "queue full: try again" : "the server is stopping");
}

/* it: a spare block or NULL; gives the item, sealed under a key of its own, or takes the block. */
static enum err seal_item(struct ctx *ctx, const struct append_req *req, struct str plain, const unsigned char day_key[KEY_LEN],
                          struct append_item **it)
{
    unsigned char key[KEY_LEN];
    struct buf sealed, wrapped;
    buf_init(&sealed, ENVELOPE_MAX + (ENVELOPE_MAX >> 3));
    buf_init(&wrapped, 256);
    enum err e = envelope_seal(ctx, plain, &sealed, key);
    if (e == OK)
        e = key_wrap(day_key, STR("raw"), key, &wrapped);
    if (e != OK)
        free(*it);
    else if ((*it = item_new(req, buf_str(&sealed), buf_str(&wrapped), *it)) == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "no memory");
    buf_clear(&sealed);
    buf_clear(&wrapped);
    return e;
}

/* The whole item: what is kept, and what it says already. */
static enum err make_item(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct append_req *req,
                          const unsigned char day_key[KEY_LEN], struct append_item **it)
{
    struct buf plain;
    buf_init(&plain, ENVELOPE_MAX);
    enum err e = envelope_write(ctx, req->msg, &plain);
    if (e != OK)
        free(*it);
    else
        e = seal_item(ctx, req, buf_str(&plain), day_key, it);
    if (e == OK && *it != NULL)
        (*it)->ahead = ahead_make(ctx, eng, m, req, buf_str(&plain));
    buf_clear(&plain);
    return e;
}

enum err engine_append(struct ctx *ctx, struct engine *eng, const struct append_req *req)
{
    struct merchant *m = engine_merchant_by_id(eng, req->merchant_id);
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    uint64_t dk[2] = {0, 0};
    struct day_key day;
    struct append_item *it = NULL;
    if (!str_empty(req->dedupe))
        dedupe_key(m, req, dk);
    pthread_mutex_lock(&eng->append_lock);
    bool seen = dk[0] != 0 && dedupe_seen(eng, dk);
    enum err e = seen ? OK : today_key(ctx, m, civil_day(clock_now_us(eng->clock)), &day);
    if (e == OK && !seen)
        it = spare_take(eng);
    pthread_mutex_unlock(&eng->append_lock);
    if (seen)
        req->done(req->user, OK, 0);
    if (seen || e != OK)
        return e;
    e = make_item(ctx, eng, m, req, day.key, &it);
    if (e != OK || it == NULL)
        return e;
    it->m = m;
    it->day = day;
    it->queued_us = clock_mono_us();
    memcpy(it->dedupe, dk, sizeof(dk));
    if (eng->opt.store_off)
        req->done(req->user, OK, 0);
    else
        e = queue_push(ctx, eng, it);
    if (e != OK || eng->opt.store_off) {
        ahead_give(eng, it->ahead);
        it->next = NULL;
        spare_give(eng, it);
    }
    return e;
}

/* ---- the group commit */

/* Under load a commit of few rows costs the cores more than the short wait that fills it; a quiet server waits for nothing. */
static void gather(struct engine *eng)
{
    static const struct timespec PAUSE = {.tv_nsec = GATHER_NS};
    if (eng->group_n < GATHER_FROM || eng->queue_n >= GATHER_ENOUGH || eng->closing)
        return;
    pthread_mutex_unlock(&eng->append_lock);
    nanosleep(&PAUSE, NULL);
    pthread_mutex_lock(&eng->append_lock);
}

static struct append_item *queue_take(struct engine *eng, bool wait)
{
    pthread_mutex_lock(&eng->append_lock);
    while (wait && eng->queue_head == NULL && !eng->closing)
        pthread_cond_wait(&eng->append_ready, &eng->append_lock);
    if (wait)
        gather(eng);
    struct append_item *head = eng->queue_head, *last = head;
    size_t n = 0;
    for (struct append_item *it = head; it != NULL && n < APPEND_GROUP_MAX; it = it->next, n++) {
        eng->queue_bytes -= item_bytes(it);
        last = it;
    }
    eng->queue_n -= n;
    eng->group_n = n;
    if (last != NULL) {
        eng->queue_head = last->next;
        if (eng->queue_head == NULL)
            eng->queue_tail = NULL;
        last->next = NULL;
    }
    pthread_mutex_unlock(&eng->append_lock);
    return head;
}

static enum err insert_row(struct ctx *ctx, struct engine *eng, struct append_item *it, int64_t pos, int64_t at_us)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_RECEIVED_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, it->m->id);
    db_bind_i64(st, 2, pos);
    db_bind_i64(st, 3, at_us);
    db_bind_i64(st, 4, it->req.source);
    db_bind_i64(st, 5, it->req.origin);
    db_bind_text(st, 6, it->req.account);
    db_bind_text(st, 7, it->req.request_id);
    db_bind_i64(st, 8, it->day.day);
    db_bind_blob(st, 9, it->sealed);
    e = db_run(ctx, st);
    if (e == OK)
        e = db_stmt_get(ctx, eng->ledger, SQL_RAW_KEY_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, it->m->id);
    db_bind_i64(st, 2, pos);
    db_bind_blob(st, 3, it->wrapped);
    return db_run(ctx, st);
}

/* After a failed commit: what is durable is asked, not assumed, for a commit may stand and its answer be lost. */
static enum err head_settle(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    struct db_stmt *st = NULL;
    bool row = false;
    if (!m->head_unsure)
        return OK;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_RECEIVED_HEAD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    e = db_step(ctx, st, &row);
    if (e != OK)
        return e;
    int64_t pos = row ? db_col_i64(st, 0) : 0;
    db_done(st);
    atomic_store(&m->head, pos);
    m->next_pos = pos + 1;
    m->head_unsure = false;
    return OK;
}

static enum err insert_group(struct ctx *ctx, struct engine *eng, struct append_item *head)
{
    enum err e = db_begin(ctx, eng->ledger);
    for (struct append_item *it = head; e == OK && it != NULL; it = it->next) {
        struct merchant *m = it->m;
        int64_t now = clock_now_us(eng->clock);
        if (now < m->last_at_us)
            now = m->last_at_us;
        e = head_settle(ctx, eng, m);
        if (e == OK)
            e = day_key_store(ctx, eng, m, &it->day);
        it->pos = m->next_pos;
        it->at_us = now;
        if (e == OK)
            e = insert_row(ctx, eng, it, it->pos, now);
        m->next_pos++;
        m->last_at_us = now;
    }
    return e == OK ? db_commit(ctx, eng->ledger) : e;
}

/* After a failed group positions and day keys are what the ledger says. Rows that stand are folded; their senders come again. */
static void undo_group(struct ctx *ctx, struct engine *eng, struct append_item *head)
{
    db_rollback(eng->ledger);
    for (struct append_item *it = head; it != NULL; it = it->next) {
        it->m->head_unsure = true;
        it->m->stored_day = INT64_MIN;
    }
    for (struct append_item *it = head; it != NULL; it = it->next)
        if (head_settle(ctx, eng, it->m) != OK)
            break; /* asked again before the next row */
}

static void publish_group(struct engine *eng, struct append_item *head)
{
    int64_t now = clock_mono_us();
    pthread_mutex_lock(&eng->append_lock);
    for (struct append_item *it = head; it != NULL; it = it->next)
        if (it->dedupe[0] != 0)
            dedupe_remember(eng, it->dedupe);
    pthread_mutex_unlock(&eng->append_lock);
    for (struct append_item *it = head; it != NULL; it = it->next) {
        int64_t none = 0;
        if (it->ahead != NULL)
            ahead_put(eng, it->m, it->ahead, it->pos, it->at_us);
        it->ahead = NULL;
        atomic_compare_exchange_strong(&it->m->lag_since_us, &none, now);
        atomic_store(&it->m->head, it->pos);
    }
    pthread_mutex_lock(&eng->fold_lock);
    eng->fold_wake = true;
    pthread_cond_signal(&eng->fold_ready);
    pthread_mutex_unlock(&eng->fold_lock);
}

enum err appender_run(struct ctx *ctx, struct engine *eng, bool *did)
{
    struct append_item *head = queue_take(eng, !eng->opt.no_threads);
    *did = head != NULL;
    if (head == NULL)
        return OK;
    enum err e = insert_group(ctx, eng, head);
    if (e == OK)
        publish_group(eng, head);
    else
        undo_group(ctx, eng, head);
    atomic_store(&eng->store_ok, e == OK);
    if (e != OK)
        LOG(eng->log, LOG_ERROR, "append_failed", LOG_S("error", str_of(ctx->msg)));
    int64_t now_us = clock_mono_us(), n = 0;
    for (struct append_item *it = head; it != NULL; it = it->next, n++) {
        if (e == OK)
            metric_observe_us(METRIC_H_APPEND, now_us - it->queued_us);
        ahead_give(eng, it->ahead); /* of a group that failed */
        it->req.done(it->req.user, e, e == OK ? it->pos : 0);
    }
    metric_add(METRIC_APPENDED, 0, e == OK ? n : 0);
    spare_give(eng, head);
    return e;
}

void appender_drop(struct engine *eng)
{
    while (eng->queue_head != NULL) {
        struct append_item *it = eng->queue_head;
        eng->queue_head = it->next;
        it->req.done(it->req.user, ERR_UNAVAILABLE, 0);
        ahead_give(eng, it->ahead);
        free(it);
    }
    eng->queue_tail = NULL;
    eng->queue_n = 0;
    while (eng->spare != NULL)
        free(spare_take(eng));
}

void *appender_main(void *arg)
{
    struct engine *eng = arg;
    thread_name("append");
    thread_prompt();
    struct arena *a = arena_new((size_t)1 << 20);
    struct ctx ctx;
    bool did = true;
    ctx_init(&ctx, a, eng->clock, eng->log);
    if (!eng->opt.store_off && db_log_reserve(&ctx, eng->ledger, LEDGER_LOG_CAP) != OK)
        LOG(eng->log, LOG_WARN, "log_not_reserved", LOG_S("error", str_of(ctx.msg)));
    /* ends when closing and the queue is empty: what was taken is written */
    while (a != NULL && did) {
        if (appender_run(&ctx, eng, &did) != OK)
            did = true;
        arena_reset(a);
        keeper_cap_log(&ctx, eng, eng->ledger, LEDGER_LOG_CAP);
    }
    arena_free(a);
    return NULL;
}

/* ---- waiting for one's own row */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool set;
    enum err e;
    int64_t pos;
};

static void waiter_done(void *user, enum err e, int64_t pos)
{
    struct waiter *w = user;
    pthread_mutex_lock(&w->lock);
    w->set = true;
    w->e = e;
    w->pos = pos;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

enum err engine_append_wait(struct ctx *ctx, struct engine *eng, struct append_req *req, int64_t *pos)
{
    struct waiter w = {.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
    req->done = waiter_done;
    req->user = &w;
    enum err e = engine_append(ctx, eng, req);
    if (e != OK)
        return e;
    bool did = true;
    while (eng->opt.no_threads && !w.set && did)
        if (appender_run(ctx, eng, &did) != OK)
            break;
    pthread_mutex_lock(&w.lock);
    while (!w.set)
        pthread_cond_wait(&w.cond, &w.lock);
    pthread_mutex_unlock(&w.lock);
    if (w.e != OK)
        return ctx_fail(ctx, w.e, "the ledger did not take it");
    *pos = w.pos;
    return OK;
}
