/* See poller_memory.h. A source's own times are monotonic: they are kept as distances from now on the engine's clock. */
#include "flows/poller_memory.h"

static enum err account_stmt(struct ctx *ctx, struct db *db, enum sql_id id, int64_t merchant_id, struct str account, struct db_stmt **st)
{
    enum err e = db_stmt_get(ctx, db, id, st);
    if (e != OK)
        return e;
    db_bind_i64(*st, 1, merchant_id);
    db_bind_text(*st, 2, account);
    return OK;
}

enum err poll_memory_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str account, struct poll_memory *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = (struct poll_memory){0};
    enum err e = account_stmt(ctx, db, SQL_POLL_ACCOUNT_GET, merchant_id, account, &st);
    if (e == OK)
        e = db_step(ctx, st, &row);
    if (e == OK && row) {
        *out = (struct poll_memory){db_col_i64(st, 0), db_col_i64(st, 1), db_col_i64(st, 2), db_col_i64(st, 3),
                                    {db_col_i64(st, 4), db_col_i64(st, 5)}, db_col_i64(st, 6), db_col_i64(st, 7)};
        db_done(st);
    }
    return e;
}

/* A clock that was set back, or a row of another machine, holds nobody up longer than one window. */
static int64_t from_now(int64_t at_us, int64_t now_us, int64_t most_us)
{
    return at_us - now_us < most_us ? at_us - now_us : most_us;
}

enum err poll_memory_load(struct ctx *ctx, struct db *db, struct engine *eng, struct source *s)
{
    struct poll_memory m;
    int64_t now = clock_now_us(eng->clock), mono = clock_mono_us();
    enum err e = poll_memory_get(ctx, db, s->m->id, s->acct->id, &m);
    if (e != OK)
        return e;
    s->told_us = m.told_us;
    s->failed_us = m.failed_us;
    if (m.pause_us > now)
        s->pause_until_us = mono + from_now(m.pause_us, now, US_PER_DAY);
    for (int i = 0; i < POLL_RATES; i++)
        if (m.free_us[i] != 0)
            s->pace_us[i] = mono + from_now(m.free_us[i], now, s->plan.rates[i].window_us);
    return OK;
}

static struct poll_memory memory_of(struct source *s, int64_t now_us)
{
    int64_t mono = clock_mono_us();
    struct due_entry first = {0};
    pthread_mutex_lock(&s->lock);
    s->unsaved = false;
    struct poll_memory m = {.told_us = s->told_us, .failed_us = s->failed_us, .failures = s->failures, .parcels = (int64_t)s->due.n};
    if (s->pause_until_us > mono)
        m.pause_us = now_us + s->pause_until_us - mono;
    for (int i = 0; i < POLL_RATES; i++)
        m.free_us[i] = s->pace_us[i] == 0 ? 0 : now_us + s->pace_us[i] - mono;
    pthread_mutex_unlock(&s->lock);
    if (due_first(&s->due, &first))
        m.parcel_due_us = first.due_us;
    return m;
}

enum err poll_memory_save(struct ctx *ctx, struct db *db, struct engine *eng, struct source *s)
{
    struct db_stmt *st = NULL;
    if (!s->unsaved)
        return OK;
    enum err e = account_stmt(ctx, db, SQL_POLL_ACCOUNT_SET, s->m->id, s->acct->id, &st);
    if (e != OK)
        return e;
    struct poll_memory m = memory_of(s, clock_now_us(eng->clock));
    const int64_t VALUES[] = {m.told_us, m.failed_us, m.failures, m.pause_us, m.free_us[0], m.free_us[1], m.parcels, m.parcel_due_us};
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++)
        db_bind_i64(st, 3 + (int)i, VALUES[i]);
    return db_run(ctx, st);
}
