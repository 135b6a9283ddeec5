/* See fault.h. Names that begin with __wrap_ and __real_ are the linker's (ld, --wrap). */
#include "lib/fault.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/db.h"

static struct fault_plan plan;
static _Atomic long counted;
static _Atomic bool armed, failed;
static __thread bool mine;

void fault_arm(const struct fault_plan *p)
{
    plan = *p;
    atomic_store(&counted, 0);
    atomic_store(&failed, false);
    mine = true;
    atomic_store(&armed, true);
}

long fault_disarm(bool *met)
{
    atomic_store(&armed, false);
    mine = false;
    *met = atomic_load(&failed);
    return atomic_load(&counted);
}

static bool fails_now(enum fault_kind kind)
{
    if (!atomic_load(&armed) || plan.kind != kind || (!mine && !plan.all_threads))
        return false;
    long n = atomic_fetch_add(&counted, 1) + 1;
    if (plan.nth == 0 || n < plan.nth || (n > plan.nth && !plan.from_on))
        return false;
    if (plan.kill)
        (void)raise(SIGKILL);
    atomic_store(&failed, true);
    return true;
}

/* ---- memory */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
    return fails_now(FAULT_ALLOC) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now(FAULT_ALLOC) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails_now(FAULT_ALLOC) ? NULL : __real_realloc(p, n);
}

void *__real_arena_alloc(struct arena *a, size_t n);
void *__real_arena_array(struct arena *a, size_t count, size_t size);
enum err __real_arena_dup(struct arena *a, struct str s, struct str *out);
void *__wrap_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_array(struct arena *a, size_t count, size_t size);
enum err __wrap_arena_dup(struct arena *a, struct str s, struct str *out);
struct str __wrap_arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

void *__wrap_arena_alloc(struct arena *a, size_t n)
{
    return __real_arena_alloc(a, fails_now(FAULT_ALLOC) ? SIZE_MAX : n); /* the arena knows that it failed */
}

void *__wrap_arena_array(struct arena *a, size_t count, size_t size)
{
    return __real_arena_array(a, fails_now(FAULT_ALLOC) ? SIZE_MAX : count, size > 1 ? size : 2);
}

enum err __wrap_arena_dup(struct arena *a, struct str s, struct str *out)
{
    if (!fails_now(FAULT_ALLOC))
        return __real_arena_dup(a, s, out);
    return __real_arena_alloc(a, SIZE_MAX) == NULL ? ERR_MEMORY : OK;
}

struct str __wrap_arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    if (fails_now(FAULT_ALLOC) && __real_arena_alloc(a, SIZE_MAX) == NULL)
        return STR_NULL;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : __real_arena_alloc(a, (size_t)n + 1);
    if (p != NULL)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p == NULL ? STR_NULL : (struct str){p, (size_t)n};
}

/* ---- the database */

#define ON_DEMAND(ctx, what) ctx_fail((ctx), ERR_IO, "database: %s: failed on demand", (what))
#define WRAP_DB(name, params, args)                                                                \
    enum err __real_##name params;                                                                 \
    enum err __wrap_##name params;                                                                 \
    enum err __wrap_##name params                                                                  \
    {                                                                                              \
        return fails_now(FAULT_DB) ? ON_DEMAND(ctx, #name) : __real_##name args;                   \
    }

WRAP_DB(db_open, (struct ctx *ctx, const struct db_options *opt, struct db **out), (ctx, opt, out))
WRAP_DB(db_exec, (struct ctx *ctx, struct db *db, const char *sql), (ctx, db, sql))
WRAP_DB(db_begin, (struct ctx *ctx, struct db *db), (ctx, db))
WRAP_DB(db_begin_read, (struct ctx *ctx, struct db *db), (ctx, db))
WRAP_DB(db_stmt_get, (struct ctx *ctx, struct db *db, enum sql_id id, struct db_stmt **out), (ctx, db, id, out))
WRAP_DB(db_step, (struct ctx *ctx, struct db_stmt *st, bool *row), (ctx, st, row))
WRAP_DB(db_run, (struct ctx *ctx, struct db_stmt *st), (ctx, st))
WRAP_DB(db_checkpoint, (struct ctx *ctx, struct db *db, bool truncate, int *left), (ctx, db, truncate, left))

enum err __real_db_commit(struct ctx *ctx, struct db *db);
enum err __wrap_db_commit(struct ctx *ctx, struct db *db);

enum err __wrap_db_commit(struct ctx *ctx, struct db *db)
{
    if (fails_now(FAULT_DB))
        return ON_DEMAND(ctx, "commit");
    enum err e = __real_db_commit(ctx, db);
    return e == OK && fails_now(FAULT_COMMIT_TOLD) ? ON_DEMAND(ctx, "commit's answer") : e;
}

/* ---- inside SQLite */

static sqlite3_mem_methods real;

static void *engine_malloc(int n)
{
    return fails_now(FAULT_ENGINE) ? NULL : real.xMalloc(n);
}

static void *engine_realloc(void *p, int n)
{
    return fails_now(FAULT_ENGINE) ? NULL : real.xRealloc(p, n);
}

void fault_engine_init(void)
{
    sqlite3_mem_methods own;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
        abort();
    own = real;
    own.xMalloc = engine_malloc;
    own.xRealloc = engine_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &own) != SQLITE_OK)
        abort();
}
