/* Opening and closing a store with its stages, and what it knows of its merchants. See engine.h. */
#include "flows/engine_int.h"

#include "base/log.h"
#include "base/zone.h"
#include "flows/ahead.h"
#include "flows/estimates.h"
#include "flows/learned.h"
#include "mind/limits_text.h"
#include "storage/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *join_path(struct str folder, const char *name)
{
    size_t n = folder.n + strlen(name) + 2;
    char *p = malloc(n);
    if (p == NULL)
        return NULL;
    memcpy(p, folder.p, folder.n);
    p[folder.n] = '/';
    memcpy(p + folder.n + 1, name, strlen(name) + 1);
    return p;
}

static enum err open_one(struct ctx *ctx, struct engine *eng, enum db_part part, bool read_only, int cache_mb, struct db **out)
{
    struct db_options o = {.path = part == DB_LEDGER ? eng->ledger_path : eng->state_path,
                           .part = part,
                           .read_only = read_only,
                           .sync_full = part == DB_LEDGER && !eng->opt.no_sync,
                           .cache_mb = cache_mb};
    return db_open(ctx, &o, out);
}

static enum err open_dbs(struct ctx *ctx, struct engine *eng)
{
    bool ro = eng->opt.read_only;
    int cache = eng->config->cache_mb > 0 ? eng->config->cache_mb : 256;
    enum err e = open_one(ctx, eng, DB_LEDGER, ro, 32, &eng->ledger);
    if (e == OK)
        e = open_one(ctx, eng, DB_STATE, ro, cache, &eng->state);
    if (e == OK)
        e = ro ? migrate_check(ctx, eng->ledger, DB_LEDGER) : migrate(ctx, eng->ledger, DB_LEDGER);
    if (e == OK)
        e = ro ? migrate_check(ctx, eng->state, DB_STATE) : migrate(ctx, eng->state, DB_STATE);
    if (e == OK)
        e = open_one(ctx, eng, DB_LEDGER, true, 16, &eng->ledger_read);
    return e;
}

static enum err open_master(struct ctx *ctx, struct engine *eng)
{
    struct str path = eng->config->master_key_file;
    if (str_empty(path)) {
        struct str s = eng->config->store_path;
        while (s.n > 1 && s.p[s.n - 1] == '/')
            s.n--;
        path = arena_fmt(ctx->arena, "%.*s.key", STR_ARG(s));
    } else if (arena_dup(ctx->arena, path, &path) != OK) {
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    }
    if (path.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    return vault_master(ctx, path.p, !eng->opt.read_only, eng->master);
}

/* ---- merchants: configured by name, numbered in the ledger */

static enum err merchant_id_of(struct ctx *ctx, struct engine *eng, struct str name, int64_t *id, int64_t *max)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_MERCHANT_LIST, &st);
    *id = 0;
    *max = 0;
    if (e != OK)
        return e;
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        if (str_eq(db_col_str(st, 1), name))
            *id = db_col_i64(st, 0);
        if (db_col_i64(st, 0) > *max)
            *max = db_col_i64(st, 0);
    }
    return e;
}

static enum err merchant_add(struct ctx *ctx, struct engine *eng, struct str name, int64_t id)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_MERCHANT_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, id);
    db_bind_text(st, 2, name);
    db_bind_i64(st, 3, clock_now_us(eng->clock));
    return db_run(ctx, st);
}

static enum err load_head(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_RECEIVED_HEAD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        atomic_store(&m->head, db_col_i64(st, 0));
        m->last_at_us = db_col_i64(st, 1);
        db_done(st);
    }
    m->next_pos = atomic_load(&m->head) + 1;
    if (e == OK)
        e = db_stmt_get(ctx, eng->state, SQL_POSITION_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        atomic_store(&m->folded, db_col_i64(st, 0));
        db_done(st);
    }
    return e;
}

/* The newest day's key goes on being used until a later day begins: days never run backwards. */
static enum err load_today(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    struct db_stmt *st = NULL;
    bool row = false;
    struct day_key k;
    m->stored_day = m->today.day = INT64_MIN;
    enum err e = db_stmt_get(ctx, eng->ledger, SQL_DAY_KEY_NEWEST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    e = db_step(ctx, st, &row);
    if (e != OK || !row)
        return e;
    k.day = db_col_i64(st, 0);
    e = key_unwrap(m->keys.kek, STR("day"), db_col_str(st, 1), k.key);
    db_done(st);
    if (e != OK && err_is_transient(e))
        return ctx_fail(ctx, e, "keys: no memory");
    if (e != OK)
        return ctx_fail(ctx, ERR_DENIED, "merchant \"%.*s\": the master key is not the one of this store", STR_ARG(m->cfg->name));
    m->today = k;
    m->stored_day = k.day;
    return OK;
}

static enum err load_promises_version(struct ctx *ctx, struct merchant *m)
{
    struct str text, version;
    enum err e = promises_text(ctx, &m->cfg->promises, &text, &version);
    if (e == OK)
        snprintf(m->promises_version, sizeof(m->promises_version), "%.*s", STR_ARG(version));
    return e;
}

static enum err load_merchants(struct ctx *ctx, struct engine *eng)
{
    size_t n = eng->config->merchants_n;
    enum err e = OK;
    eng->merchants = calloc(n + 1, sizeof(*eng->merchants));
    if (eng->merchants == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    eng->merchants_n = n;
    for (size_t i = 0; e == OK && i < n; i++) {
        struct merchant *m = &eng->merchants[i];
        int64_t max = 0;
        m->cfg = &eng->config->merchants[i];
        m->models = eng->models;
        e = merchant_id_of(ctx, eng, m->cfg->name, &m->id, &max);
        if (e == OK && m->id == 0) {
            m->id = max + 1;
            if (eng->opt.read_only)
                continue;
            e = merchant_add(ctx, eng, m->cfg->name, m->id);
        }
        m->ahead = eng->opt.read_only ? NULL : calloc(AHEAD_SLOTS, sizeof(*m->ahead));
        if (m->ahead == NULL && !eng->opt.read_only)
            e = ctx_fail(ctx, ERR_MEMORY, "no memory");
        m->parcels = (struct wheel_owner){.merchant_id = m->id, .is_parcel = true};
        m->orders = (struct wheel_owner){.merchant_id = m->id};
        if (e == OK)
            e = vault_derive(ctx, eng->master, m->cfg->name, &m->keys);
        if (e == OK)
            e = load_promises_version(ctx, m);
        if (e == OK)
            e = load_head(ctx, eng, m);
        if (e == OK)
            e = load_today(ctx, eng, m);
    }
    return e;
}

/* ---- threads */

static enum err start_threads(struct ctx *ctx, struct engine *eng)
{
    int32_t none;
    if (zone_offset(STR("UTC"), 0, &none) != OK) /* what the zones' library sets up for the process is set up by one thread */
        return ctx_fail(ctx, ERR_MEMORY, "time zones cannot be read");
    eng->appender_on = pthread_create(&eng->appender, NULL, appender_main, eng) == 0;
    eng->folder_on = pthread_create(&eng->folder, NULL, folder_main, eng) == 0;
    eng->keeper_on = pthread_create(&eng->keeper, NULL, keeper_main, eng) == 0;
    eng->back_on = !eng->opt.no_ahead && pthread_create(&eng->back, NULL, ahead_back_main, eng) == 0; /* helps; not needed */
    return eng->appender_on && eng->folder_on && eng->keeper_on ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start threads");
}

static enum err open_store(struct ctx *ctx, struct engine *eng)
{
    if (mkdir(eng->config->store_path.p, 0700) != 0 && errno != EEXIST)
        return ctx_fail(ctx, ERR_IO, "store %s: %s", eng->config->store_path.p, strerror(errno));
    eng->ledger_path = join_path(eng->config->store_path, "ledger.db");
    eng->state_path = join_path(eng->config->store_path, "state.db");
    if (eng->ledger_path == NULL || eng->state_path == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    enum err e = open_master(ctx, eng);
    if (e == OK)
        e = estimate_shelf_new(ctx, &eng->models);
    if (e == OK)
        e = open_dbs(ctx, eng);
    if (e == OK)
        e = load_merchants(ctx, eng);
    if (e == OK && !eng->opt.read_only)
        e = learned_open(ctx, eng);
    if (e == OK && !eng->opt.read_only)
        e = keeper_rebuild_wheel(ctx, eng);
    if (e == OK && !eng->opt.read_only)
        e = policy_record(ctx, eng);
    if (e == OK && !eng->opt.read_only && !eng->opt.no_threads)
        e = start_threads(ctx, eng);
    return e;
}

enum err engine_open(struct ctx *ctx, const struct engine_options *opt, struct engine **out)
{
    struct engine *eng = calloc(1, sizeof(*eng));
    if (eng == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    eng->config = opt->config;
    eng->clock = opt->clock;
    eng->log = opt->log;
    eng->opt = *opt;
    atomic_store(&eng->store_ok, true);
    pthread_mutex_init(&eng->append_lock, NULL);
    pthread_cond_init(&eng->append_ready, NULL);
    pthread_mutex_init(&eng->fold_lock, NULL);
    pthread_cond_init(&eng->fold_ready, NULL);
    pthread_cond_init(&eng->folded_cond, NULL);
    pthread_mutex_init(&eng->wheel_lock, NULL);
    pthread_mutex_init(&eng->ahead_lock, NULL);
    eng->dedupe = calloc(DEDUPE_SLOTS, sizeof(*eng->dedupe));
    eng->wheel = wheel_new(clock_now_us(eng->clock));
    enum err e = eng->dedupe == NULL || eng->wheel == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : open_store(ctx, eng);
    if (e != OK) {
        engine_close(eng);
        return e;
    }
    *out = eng;
    return OK;
}

static void stop_threads(struct engine *eng)
{
    atomic_store(&eng->stop_keeper, true);
    if (eng->keeper_on)
        pthread_join(eng->keeper, NULL);
    pthread_mutex_lock(&eng->append_lock);
    eng->closing = true;
    pthread_cond_signal(&eng->append_ready);
    pthread_mutex_unlock(&eng->append_lock);
    if (eng->appender_on)
        pthread_join(eng->appender, NULL);
    pthread_mutex_lock(&eng->fold_lock);
    atomic_store(&eng->stop_folder, true);
    pthread_cond_signal(&eng->fold_ready);
    pthread_mutex_unlock(&eng->fold_lock);
    if (eng->folder_on)
        pthread_join(eng->folder, NULL);
    atomic_store(&eng->stop_back, true);
    if (eng->back_on)
        pthread_join(eng->back, NULL);
}

void engine_close(struct engine *eng)
{
    if (eng == NULL)
        return;
    stop_threads(eng);
    appender_drop(eng);
    db_close(eng->ledger_read);
    db_close(eng->ledger);
    db_close(eng->state);
    for (size_t i = 0; i < eng->merchants_n; i++) {
        act_rules_clear(&eng->merchants[i].rules);
        wheel_owner_clear(&eng->merchants[i].parcels);
        wheel_owner_clear(&eng->merchants[i].orders);
    }
    learned_close(eng);
    estimate_shelf_free(eng->models);
    wheel_free(eng->wheel);
    ahead_close(eng);
    free(eng->dedupe);
    free(eng->merchants);
    free(eng->ledger_path);
    free(eng->state_path);
    free(eng);
}

/* ---- what it knows */

enum err engine_merchant(struct engine *eng, struct str name, int64_t *merchant_id)
{
    for (size_t i = 0; i < eng->merchants_n; i++)
        if (str_eq(eng->merchants[i].cfg->name, name) || (str_empty(name) && eng->merchants_n == 1)) {
            *merchant_id = eng->merchants[i].id;
            return OK;
        }
    return ERR_NOTFOUND;
}

const struct merchant_config *engine_merchant_config(struct engine *eng, int64_t merchant_id)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    return m == NULL ? NULL : m->cfg;
}

const struct account *engine_account(struct engine *eng, int64_t merchant_id, struct str id)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    for (size_t i = 0; m != NULL && i < m->cfg->accounts_n; i++)
        if (str_eq(m->cfg->accounts[i].id, id))
            return &m->cfg->accounts[i];
    return NULL;
}

const struct config *engine_config(struct engine *eng)
{
    return eng->config;
}

struct clock *engine_clock(struct engine *eng)
{
    return eng->clock;
}

void engine_status(struct engine *eng, int64_t merchant_id, struct engine_status *out)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    memset(out, 0, sizeof(*out));
    out->store_ok = atomic_load(&eng->store_ok);
    pthread_mutex_lock(&eng->append_lock);
    out->queue = eng->queue_n;
    pthread_mutex_unlock(&eng->append_lock);
    pthread_mutex_lock(&eng->wheel_lock);
    out->watched = wheel_count(eng->wheel);
    pthread_mutex_unlock(&eng->wheel_lock);
    if (m == NULL)
        return;
    out->head = atomic_load(&m->head);
    out->folded = atomic_load(&m->folded);
    int64_t since = atomic_load(&m->lag_since_us);
    out->lag_us = since == 0 ? 0 : clock_mono_us() - since;
}

/* One round: ticks that are due, rows that are queued, positions that are not folded. Memory of a slice ends with it. */
static enum err settle_once(struct ctx *ctx, struct engine *eng, struct arena *a, int64_t *folded, bool *did)
{
    size_t ticks = 0;
    enum err e = keeper_mend_wheel(ctx, eng);
    if (e == OK)
        e = keeper_tick(ctx, eng, &ticks);
    *did = ticks > 0;
    while (e == OK && eng->queue_n > 0)
        e = appender_run(ctx, eng, did);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        while (e == OK && atomic_load(&eng->merchants[i].head) > atomic_load(&eng->merchants[i].folded)) {
            e = folder_slice(ctx, eng, &eng->merchants[i], INT64_MAX / 2, folded);
            arena_reset(a);
            *did = true;
        }
    return e;
}

enum err engine_fold_some(struct ctx *ctx, struct engine *eng, int64_t *folded)
{
    struct arena *a = arena_new(FOLD_ARENA_MAX);
    struct ctx own;
    bool did = true;
    enum err e = a == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : OK;
    *folded = 0;
    if (e == OK && !eng->opt.no_threads)
        e = ctx_fail(ctx, ERR_CONFLICT, "the engine folds by itself");
    if (e == OK) {
        ctx_init(&own, a, ctx->clock, ctx->log);
        for (int round = 0; e == OK && did && round < 1000; round++)
            e = settle_once(&own, eng, a, folded, &did);
        if (e != OK)
            memcpy(ctx->msg, own.msg, sizeof(ctx->msg));
        keeper_cap_log(&own, eng, eng->ledger, LEDGER_LOG_CAP);
        keeper_cap_log(&own, eng, eng->state, LEDGER_LOG_CAP);
    }
    arena_free(a);
    return e;
}
