/* Decoding before a folder that is far behind. See ahead.h. */
#include "flows/ahead.h"

#include "base/log.h"
#include "base/thread.h"

#include <time.h>

#define BACK_ROWS 256          /* of one turn */
#define BACK_LEAD 256          /* rows next to the folder that are left to it: it would be there first */
#define BACK_PAUSE_NS 20000000

static bool is_behind(struct merchant *m)
{
    return atomic_load(&m->head) - atomic_load(&m->folded) >= AHEAD_BACK_LEAST;
}

static bool back_row(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, const struct received_row *row)
{
    if (atomic_load(&m->ahead[row->pos % AHEAD_SLOTS]) != NULL)
        return false; /* decoded as it came */
    struct ahead *ah = ahead_read(ctx, eng, ledger, m, row);
    if (ah != NULL)
        ahead_put(eng, m, ah, row->pos, row->at_us);
    return ah != NULL;
}

enum err ahead_back_some(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, int64_t *made)
{
    struct db_stmt *st = NULL;
    bool row = true;
    int64_t folded = atomic_load(&m->folded);
    *made = 0;
    if (m->back_pos < folded + BACK_LEAD)
        m->back_pos = folded + BACK_LEAD;
    int64_t room = folded + AHEAD_SLOTS / 2 - m->back_pos;
    if (!is_behind(m) || room <= 0)
        return OK;
    enum err e = db_stmt_get(ctx, ledger, SQL_RECEIVED_FROM, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    db_bind_i64(st, 2, m->back_pos);
    db_bind_i64(st, 3, room < BACK_ROWS ? room : BACK_ROWS);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        struct received_row r;
        received_from_stmt(st, &r);
        m->back_pos = r.pos;
        *made += back_row(ctx, eng, ledger, m, &r);
    }
    db_done(st);
    return e;
}

/* One turn over all merchants. Gives the rows decoded. */
static int64_t back_turn(struct ctx *ctx, struct engine *eng, struct db *ledger)
{
    int64_t all = 0, made = 0;
    for (size_t i = 0; i < eng->merchants_n; i++) {
        if (ahead_back_some(ctx, eng, ledger, &eng->merchants[i], &made) != OK)
            LOG(eng->log, LOG_WARN, "read_ahead_waits", LOG_S("error", str_of(ctx->msg)));
        arena_reset(ctx->arena);
        all += made;
    }
    return all;
}

static void back_run(struct ctx *ctx, struct engine *eng)
{
    struct db *ledger = NULL;
    struct db_options o = {.path = eng->ledger_path, .part = DB_LEDGER, .read_only = true, .cache_mb = 4};
    if (db_open(ctx, &o, &ledger) != OK) {
        LOG(eng->log, LOG_ERROR, "read_ahead_store", LOG_S("error", str_of(ctx->msg)));
        return;
    }
    while (!atomic_load(&eng->stop_back))
        if (back_turn(ctx, eng, ledger) == 0)
            nanosleep(&(struct timespec){0, BACK_PAUSE_NS}, NULL);
    db_close(ledger);
}

void *ahead_back_main(void *arg)
{
    struct engine *eng = arg;
    thread_name("back");
    thread_give_way();
    struct arena *a = arena_new((size_t)16 << 20);
    struct ctx ctx;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, eng->clock, eng->log);
    back_run(&ctx, eng);
    arena_free(a);
    return NULL;
}
