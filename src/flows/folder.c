/*
 * Step two: the folder takes received rows in their merchant's order, decodes, folds and diagnoses them, and commits a slice
 * with the position. Merchants with a backlog take turns in bounded slices; history waits more than live facts.
 */
#include "flows/fold.h"

#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "flows/ahead.h"

#include <stdlib.h>
#include <time.h>

#define FAILED_WAIT_US (100 * INT64_C(1000)) /* a merchant whose fold failed: doubles up to */
#define FAILED_WAIT_MAX_US (10 * US_PER_S)

static enum err undecoded_add(struct fold *f, struct str why, bool set_aside)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_UNDECODED_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, f->pos);
    db_bind_i64(st, 3, f->at_us);
    db_bind_text(st, 4, f->account);
    db_bind_text(st, 5, why);
    db_bind_i64(st, 6, build_id());
    db_bind_i64(st, 7, set_aside);
    return db_run(f->ctx, st);
}

/*
 * A row that is damaged, or that no retry will make fit: what it has changed so far goes back with its transaction, and the next one
 * passes it over. A machine that fails (memory, disk) is no fault of the row.
 */
static void set_aside(struct fold *f, int64_t pos, enum err e)
{
    struct merchant *m = f->m;
    m->aside_pos = pos;
    memcpy(m->aside_why, f->ctx->msg, sizeof(m->aside_why));
    LOG(f->ctx->log, LOG_ERROR, "set_aside", LOG_I("merchant_id", m->id), LOG_I("pos", pos), LOG_S("error", str_of(err_name(e))),
        LOG_S("why", str_of(m->aside_why)));
    metric_add(METRIC_SET_ASIDE, 0, 1);
}

static enum err fetch_add(struct fold *f, const struct fetch_request *req)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_FETCH_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, f->account);
    db_bind_text(st, 3, req->what);
    db_bind_text(st, 4, req->id);
    db_bind_i64(st, 5, f->now_us);
    return db_run(f->ctx, st);
}

/* Question and answer rows: our own JSON lines, kept as they are but for the personal words, which stay in the raw row only. */
static enum err record_talk(struct fold *f, struct str body)
{
    struct str line;
    enum err e = OK;
    while (e == OK && str_split(&body, '\n', &line)) {
        const struct json *v = NULL;
        struct buf b;
        enum fact_kind kind = FACT_QUESTION;
        if (str_empty(line))
            continue;
        e = json_parse(f->ctx, line, &JSON_LIMITS_SMALL, &v);
        if (e != OK || !fact_kind_parse(json_str(v, "kind"), &kind))
            return e == OK ? ctx_fail(f->ctx, ERR_PARSE, "talk: kind") : e;
        buf_init(&b, (size_t)1 << 16);
        struct jw w = jw_of(&b);
        jw_obj(&w);
        JSON_EACH(c, v) {
            if (str_eq(c->key, STR("text")) || str_eq(c->key, STR("email")) || str_eq(c->key, STR("phone")) ||
                str_eq(c->key, STR("zip")))
                continue;
            struct str key;
            e = arena_dup(f->ctx->arena, c->key, &key);
            if (e != OK)
                break;
            jw_key(&w, key.p);
            json_write(&w, c);
        }
        jw_end(&w);
        if (e == OK)
            e = buf_err(&b);
        if (e == OK)
            e = fold_record(f, kind, buf_str(&b));
        if (e == OK && kind == FACT_ANSWER && str_eq(json_str(v, "knowledge"), STR("none")))
            e = fold_gap(f);
        buf_clear(&b);
    }
    return e;
}

static enum err fold_decoded(struct fold *f, const struct decoded *d)
{
    static const struct fact_record NONE = {0};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < d->n; i++)
        e = fold_fact(f, &d->facts[i], &NONE);
    for (size_t i = 0; e == OK && i < d->fetches_n; i++)
        e = fetch_add(f, &d->fetches[i]);
    return e == OK ? fold_position_end(f) : e;
}

/* What cannot be decoded is kept raw and listed; only a failing store or memory stops the fold. */
static bool is_input_fault(enum err e)
{
    return e == ERR_PARSE || e == ERR_UNSUPPORTED || e == ERR_LIMIT || e == ERR_DENIED || e == ERR_STALE || e == ERR_NOTFOUND ||
           e == ERR_BUSY;
}

/* e: what decoding gave. */
static enum err fold_message(struct fold *f, struct engine *eng, enum recv_source source, enum err e, const struct decoded *d,
                             struct str body)
{
    if (e != OK && is_input_fault(e)) {
        LOG(eng->log, LOG_WARN, "undecoded", LOG_I("pos", f->pos), LOG_S("account", f->account));
        metric_add(METRIC_UNDECODED, 0, 1);
        return undecoded_add(f, str_of(f->ctx->msg), false);
    }
    if (e == OK && source == RECV_TALK)
        return record_talk(f, body);
    return e == OK ? fold_decoded(f, d) : e;
}

static enum err fold_row(struct fold *f, struct engine *eng, const struct received_row *row)
{
    struct http_msg msg = {0};
    struct decoded d = {0};
    struct str account;
    enum err e = arena_dup(f->ctx->arena, row->account, &account);
    if (e != OK)
        return e;
    fold_position(f, row->pos, row->at_us, row->origin, account);
    if (row->pos == f->m->aside_pos)
        return undecoded_add(f, str_of(f->m->aside_why), true);
    e = received_open(f->ctx, eng, eng->ledger_read, f->m, row, &msg);
    if (e == OK)
        e = received_decode(f->ctx, eng, f->m, row, &msg, &d);
    e = ctx_whole(f->ctx, e);
    return fold_message(f, eng, row->source, e, &d, msg.body);
}

static enum err fold_ahead(struct fold *f, struct engine *eng, const struct ahead *ah)
{
    fold_position(f, ah->pos, ah->at_us, ah->origin, ah->account);
    enum err e = ah->e == OK ? OK : ctx_fail(f->ctx, ah->e, "%.*s", STR_ARG(ah->why));
    return fold_message(f, eng, ah->source, e, &ah->d, STR_NULL);
}

static void wheel_take(void *user, bool is_parcel, int64_t number, int64_t due_us)
{
    struct fold *f = user;
    struct engine *eng = f->derived_user;
    if (wheel_set(eng->wheel, is_parcel ? &f->m->parcels : &f->m->orders, number, due_us) != OK)
        atomic_store(&eng->wheel_stale, true);
}

/* One slice under way. */
struct slice {
    struct fold *f;
    struct engine *eng;
    int64_t until_us;
    int64_t *arrived;     /* ledger times of the rows taken, for the lag that is told once they are committed */
    int64_t rows, taken_n;
    bool aside;           /* the last row was set aside: it ends its slice */
    struct ahead *next;   /* of the position that is next; NULL: not asked for, or not there */
    struct ahead *taken;  /* folded; the rows look into them until they are written */
};

static bool slice_over(const struct slice *sl)
{
    return sl->rows == FOLD_SLICE_ROWS || sl->aside || clock_mono_us() > sl->until_us || arena_used(sl->f->ctx->arena) > FOLD_ARENA_MAX / 4;
}

/* e: how its fold ended. */
static enum err row_end(struct slice *sl, int64_t pos, int64_t at_us, enum err e)
{
    e = ctx_whole(sl->f->ctx, e);
    if (e != OK && !err_is_transient(e))
        set_aside(sl->f, pos, e);
    if (e != OK)
        return e;
    sl->arrived[sl->rows++] = at_us;
    sl->aside = pos == sl->f->m->aside_pos;
    return OK;
}

/* Is the next position there as it was decoded ahead? Then it is the slice's. */
static bool next_is_ahead(struct slice *sl)
{
    struct merchant *m = sl->f->m;
    if (sl->next == NULL && sl->f->pos < atomic_load(&m->head))
        sl->next = ahead_take(sl->eng, m, sl->f->pos + 1);
    return sl->next != NULL;
}

static enum err slice_ahead(struct slice *sl)
{
    enum err e = OK;
    while (e == OK && !slice_over(sl) && next_is_ahead(sl)) {
        struct ahead *ah = sl->next;
        sl->next = NULL;
        ah->next = sl->taken;
        sl->taken = ah;
        sl->taken_n++;
        sl->f->m->history = ah->origin == ORIGIN_HISTORY;
        e = row_end(sl, ah->pos, ah->at_us, fold_ahead(sl->f, sl->eng, ah));
    }
    return e;
}

/* Rows from the ledger, until one was decoded ahead. */
static enum err slice_raw(struct slice *sl)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(sl->f->ctx, sl->eng->ledger_read, SQL_RECEIVED_FROM, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, sl->f->m->id);
    db_bind_i64(st, 2, sl->f->pos);
    db_bind_i64(st, 3, FOLD_SLICE_ROWS - sl->rows);
    while (!slice_over(sl) && !next_is_ahead(sl) && (e = db_step(sl->f->ctx, st, &row)) == OK && row) {
        struct received_row r;
        received_from_stmt(st, &r);
        sl->f->m->history = r.origin == ORIGIN_HISTORY;
        e = row_end(sl, r.pos, r.at_us, fold_row(sl->f, sl->eng, &r));
        if (e != OK)
            break;
    }
    db_done(st);
    return e;
}

static enum err fold_rows(struct slice *sl)
{
    enum err e = OK;
    int64_t before = -1;
    while (e == OK && before != sl->rows && !slice_over(sl)) {
        before = sl->rows;
        e = slice_ahead(sl);
        if (e == OK && !slice_over(sl))
            e = slice_raw(sl);
    }
    return e;
}

/* What was decoded ahead goes back; what was not folded of it is decoded from its raw row. */
static void slice_give(struct slice *sl)
{
    ahead_give(sl->eng, sl->next);
    ahead_give(sl->eng, sl->taken);
    sl->next = sl->taken = NULL;
}

static enum err slice_once(struct ctx *ctx, struct engine *eng, struct merchant *m, int64_t budget_us, int64_t *folded)
{
    struct fold f = {.rules = &m->rules};
    struct slice sl = {.f = &f, .eng = eng, .until_us = clock_mono_us() + budget_us};
    sl.arrived = ctx_alloc(ctx, FOLD_SLICE_ROWS * sizeof(*sl.arrived));
    enum err e = sl.arrived == NULL ? ERR_MEMORY : db_begin(ctx, eng->state);
    if (e == OK)
        e = fold_begin(&f, ctx, m, eng->state);
    if (e == OK)
        e = fold_rows(&sl);
    if (e == OK && sl.rows > 0)
        e = fold_flush(&f);
    e = ctx_whole(ctx, e);
    if (e == OK) {
        e = db_commit(ctx, eng->state);
        if (e != OK) /* it may stand all the same: then its timers are the store's alone */
            atomic_store(&eng->wheel_stale, true);
    }
    int64_t rows = sl.rows;
    if (e != OK) {
        db_rollback(eng->state);
        slice_give(&sl);
        return e;
    }
    int64_t now_us = clock_now_us(eng->clock);
    metric_add(METRIC_FOLDED, 0, rows);
    metric_add(METRIC_FOLDED_AHEAD, 0, sl.taken_n);
    for (int64_t i = 0; i < rows; i++)
        metric_observe_us(METRIC_H_FOLD_LAG, now_us > sl.arrived[i] ? now_us - sl.arrived[i] : 0);
    f.derived_user = eng;
    pthread_mutex_lock(&eng->wheel_lock);
    fold_due_each(&f, wheel_take, &f);
    pthread_mutex_unlock(&eng->wheel_lock);
    slice_give(&sl);
    *folded += rows;
    if (atomic_load(&m->head) == f.pos)
        atomic_store(&m->lag_since_us, 0);
    else
        atomic_store(&m->lag_since_us, clock_mono_us());
    atomic_store(&m->folded, f.pos);
    pthread_mutex_lock(&eng->fold_lock);
    pthread_cond_broadcast(&eng->folded_cond);
    pthread_mutex_unlock(&eng->fold_lock);
    return OK;
}

enum err folder_slice(struct ctx *ctx, struct engine *eng, struct merchant *m, int64_t budget_us, int64_t *folded)
{
    int64_t aside = m->aside_pos;
    enum err e = slice_once(ctx, eng, m, budget_us, folded);
    return e != OK && m->aside_pos != aside ? slice_once(ctx, eng, m, budget_us, folded) : e;
}

bool folder_wait(struct engine *eng, int timeout_ms)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_sec += timeout_ms / 1000;
    ts.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_nsec -= 1000000000;
        ts.tv_sec++;
    }
    pthread_mutex_lock(&eng->fold_lock);
    while (!eng->fold_wake && !atomic_load(&eng->stop_folder))
        if (pthread_cond_timedwait(&eng->fold_ready, &eng->fold_lock, &ts) != 0)
            break;
    bool woken = eng->fold_wake;
    eng->fold_wake = false;
    pthread_mutex_unlock(&eng->fold_lock);
    return woken;
}

/* Told the first time, the second, the fourth and so on: a disk that is full fills no log. */
static void note_fold(struct ctx *ctx, struct merchant *m, enum err e)
{
    int64_t wait = FAILED_WAIT_US;
    if (e == OK && m->fold_failures > 0)
        LOG(ctx->log, LOG_INFO, "fold_goes_on", LOG_I("merchant_id", m->id), LOG_I("failures", m->fold_failures));
    m->fold_failures = e == OK ? 0 : m->fold_failures < INT32_MAX ? m->fold_failures + 1 : INT32_MAX;
    if (e == OK)
        return;
    for (int i = 1; i < m->fold_failures && wait < FAILED_WAIT_MAX_US; i++)
        wait *= 2;
    m->fold_again_us = clock_mono_us() + (wait < FAILED_WAIT_MAX_US ? wait : FAILED_WAIT_MAX_US);
    if ((m->fold_failures & (m->fold_failures - 1)) == 0)
        LOG(ctx->log, LOG_ERROR, "fold_failed", LOG_I("merchant_id", m->id), LOG_I("failures", m->fold_failures),
            LOG_S("error", str_of(ctx->msg)));
}

/* One turn over all merchants: live first, each a slice. Gives the rows folded; one whose fold failed waits and holds no other up. */
static int64_t folder_turn(struct ctx *ctx, struct engine *eng, struct arena *a)
{
    int64_t folded = 0;
    if (keeper_mend_wheel(ctx, eng) != OK)
        LOG(eng->log, LOG_ERROR, "timers_wait", LOG_S("error", str_of(ctx->msg)));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < eng->merchants_n; i++) {
            struct merchant *m = &eng->merchants[i];
            bool waits = m->fold_failures > 0 && clock_mono_us() < m->fold_again_us;
            if (waits || atomic_load(&m->head) <= atomic_load(&m->folded) || m->history != (pass == 1))
                continue;
            note_fold(ctx, m, folder_slice(ctx, eng, m, pass == 1 ? FOLD_HISTORY_US : FOLD_SLICE_US, &folded));
            arena_reset(a);
        }
    return folded;
}

void *folder_main(void *arg)
{
    struct engine *eng = arg;
    thread_name("fold");
    thread_give_way(); /* to appends: a burst is made durable first and folded behind it */
    struct arena *a = arena_new(FOLD_ARENA_MAX);
    struct ctx ctx;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, eng->clock, eng->log);
    while (true) {
        bool stopping = atomic_load(&eng->stop_folder); /* read first: what came before the stop is folded */
        int64_t folded = folder_turn(&ctx, eng, a);
        keeper_cap_log(&ctx, eng, eng->state, STATE_LOG_CAP);
        if (folded == 0 && stopping)
            break;
        if (folded == 0)
            folder_wait(eng, 200);
    }
    arena_free(a);
    return NULL;
}

enum err engine_wait_folded(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t pos, int timeout_ms)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    int64_t until = clock_mono_us() + (int64_t)timeout_ms * 1000, none = 0;
    if (eng->opt.no_threads)
        return engine_fold_some(ctx, eng, &none);
    pthread_mutex_lock(&eng->fold_lock);
    while (atomic_load(&m->folded) < pos && clock_mono_us() < until) {
        struct timespec ts;
        clock_gettime(CLOCK_REALTIME, &ts);
        ts.tv_nsec += 20000000;
        if (ts.tv_nsec >= 1000000000) {
            ts.tv_nsec -= 1000000000;
            ts.tv_sec++;
        }
        pthread_cond_timedwait(&eng->folded_cond, &eng->fold_lock, &ts);
    }
    pthread_mutex_unlock(&eng->fold_lock);
    return atomic_load(&m->folded) >= pos ? OK : ctx_fail(ctx, ERR_TIMEOUT, "not folded yet: position %lld", (long long)pos);
}
