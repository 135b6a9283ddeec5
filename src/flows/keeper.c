/*
 * The keeper: turns due timers into ticks in the ledger, moves the databases' logs into their files, and fills the wheel at
 * start. What a tick means is decided when it is folded.
 */
#include "flows/engine_int.h"

#include "base/log.h"
#include "base/thread.h"

#include <time.h>

#define TICKS_A_ROW 500
#define LEDGER_CHECKPOINT ((int64_t)8 << 20) /* a log grown by so much is moved into its file, while its writer goes on */
#define STATE_CHECKPOINT ((int64_t)32 << 20) /* pages of the state change again and again: the later, the fewer are moved */

/* One received row of ticks for one merchant, durable when it returns: what fails goes back into the wheel. */
static enum err append_ticks(struct ctx *ctx, struct engine *eng, struct merchant *m, struct str body)
{
    struct http_msg msg = {.body = body};
    struct append_req req = {.merchant_id = m->id, .source = RECV_TICK, .account = STR("clock"), .msg = &msg};
    int64_t pos = 0;
    return engine_append_wait(ctx, eng, &req, &pos);
}

static void put_back(struct engine *eng, struct merchant *m, const struct wheel_due *due, size_t n)
{
    pthread_mutex_lock(&eng->wheel_lock);
    for (size_t i = 0; i < n; i++)
        if (due[i].merchant_id == m->id &&
            wheel_set(eng->wheel, due[i].is_parcel ? &m->parcels : &m->orders, due[i].number, due[i].due_us) != OK)
            atomic_store(&eng->wheel_stale, true);
    pthread_mutex_unlock(&eng->wheel_lock);
}

enum err keeper_tick(struct ctx *ctx, struct engine *eng, size_t *appended)
{
    static __thread struct wheel_due due[TICKS_A_ROW];
    size_t n = TICKS_A_ROW;
    enum err e = OK;
    *appended = 0;
    while (e == OK && n == TICKS_A_ROW) {
        pthread_mutex_lock(&eng->wheel_lock);
        n = wheel_pop(eng->wheel, clock_now_us(eng->clock), due, TICKS_A_ROW);
        pthread_mutex_unlock(&eng->wheel_lock);
        for (size_t k = 0; n > 0 && k < eng->merchants_n; k++) {
            struct merchant *m = &eng->merchants[k];
            struct buf b;
            buf_init(&b, (size_t)1 << 20);
            for (size_t i = 0; i < n; i++)
                if (due[i].merchant_id == m->id)
                    buf_fmt(&b, "%c %lld %lld\n", due[i].is_parcel ? 'P' : 'O', (long long)due[i].number, (long long)due[i].due_us);
            enum err one = buf_err(&b);
            if (one == OK && b.n > 0)
                one = append_ticks(ctx, eng, m, buf_str(&b));
            if (one != OK) {
                put_back(eng, m, due, n);
                e = one;
            }
            buf_clear(&b);
        }
        *appended += n;
    }
    return e;
}

static enum err rebuild_one(struct ctx *ctx, struct engine *eng, struct merchant *m, bool is_parcel)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(ctx, eng->state, is_parcel ? SQL_PARCEL_DUE : SQL_ORDER_DUE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        e = wheel_set(eng->wheel, is_parcel ? &m->parcels : &m->orders, db_col_i64(st, 0), db_col_i64(st, 1));
        if (e != OK)
            break;
    }
    db_done(st);
    return e;
}

enum err keeper_rebuild_wheel(struct ctx *ctx, struct engine *eng)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++) {
        e = rebuild_one(ctx, eng, &eng->merchants[i], true);
        if (e == OK)
            e = rebuild_one(ctx, eng, &eng->merchants[i], false);
    }
    return e;
}

enum err keeper_mend_wheel(struct ctx *ctx, struct engine *eng)
{
    if (!atomic_exchange(&eng->wheel_stale, false))
        return OK;
    pthread_mutex_lock(&eng->wheel_lock);
    enum err e = keeper_rebuild_wheel(ctx, eng);
    pthread_mutex_unlock(&eng->wheel_lock);
    if (e != OK)
        atomic_store(&eng->wheel_stale, true);
    return e;
}

static struct db *keeper_db(struct ctx *ctx, struct engine *eng, enum db_part part)
{
    struct db *db = NULL;
    struct db_options o = {.path = part == DB_LEDGER ? eng->ledger_path : eng->state_path,
                           .part = part,
                           .sync_full = part == DB_LEDGER,
                           .cache_mb = 1};
    if (db_open(ctx, &o, &db) != OK)
        LOG(eng->log, LOG_ERROR, "keeper_store", LOG_S("error", str_of(ctx->msg)));
    return db;
}

/* moved: how much of the writer's log was in use when it was moved last. */
static void checkpoint(struct ctx *ctx, struct engine *eng, struct db *db, struct db *writer, int64_t every, int64_t *moved)
{
    int64_t used = db_log_used(writer);
    int left = 0;
    if (used < *moved)
        *moved = 0; /* it began anew */
    if (db == NULL || used - *moved < every)
        return;
    if (db_checkpoint(ctx, db, false, &left) != OK)
        LOG(eng->log, LOG_WARN, "checkpoint_failed", LOG_S("error", str_of(ctx->msg)));
    *moved = used;
}

/*
 * A log begins anew only when all of it was in the file at the writer's next commit, and while the writer goes on something is
 * always missing. At the cap the writer moves that rest itself, once and again for each eighth of the cap when a reader was in the
 * way; at twice the cap it waits for the readers.
 */
void keeper_cap_log(struct ctx *ctx, struct engine *eng, struct db *db, int64_t cap)
{
    int64_t *tried = db == eng->ledger ? &eng->ledger_capped : &eng->state_capped, used = db_log_used(db);
    int left = 0;
    enum err e = OK;
    if (used < cap)
        *tried = 0;
    else if (used >= 2 * cap)
        e = db_log_restart(ctx, db);
    else if (used - *tried >= cap / 8) {
        e = db_checkpoint(ctx, db, false, &left);
        *tried = used;
    }
    if (e != OK)
        LOG(eng->log, LOG_WARN, "checkpoint_failed", LOG_S("error", str_of(ctx->msg)));
}

void *keeper_main(void *arg)
{
    struct engine *eng = arg;
    thread_name("keep");
    thread_give_way(); /* moving logs may wait; answers and folds do not wait for it */
    struct arena *a = arena_new((size_t)16 << 20);
    struct ctx ctx;
    size_t ticks = 0;
    int64_t ledger_moved = 0, state_moved = 0;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, eng->clock, eng->log);
    struct db *ledger = keeper_db(&ctx, eng, DB_LEDGER), *state = keeper_db(&ctx, eng, DB_STATE);
    while (!atomic_load(&eng->stop_keeper)) {
        if (keeper_tick(&ctx, eng, &ticks) != OK)
            LOG(eng->log, LOG_WARN, "ticks_wait", LOG_S("error", str_of(ctx.msg)));
        checkpoint(&ctx, eng, ledger, eng->ledger, LEDGER_CHECKPOINT, &ledger_moved);
        checkpoint(&ctx, eng, state, eng->state, STATE_CHECKPOINT, &state_moved);
        arena_reset(a);
        struct timespec pause = {0, 200000000};
        nanosleep(&pause, NULL);
    }
    db_close(ledger);
    db_close(state);
    arena_free(a);
    return NULL;
}
