/*
 * The driver on SQLite: WAL, prepared statements kept per connection, no automatic checkpoint (a commit that checkpoints
 * stalls for hundreds of milliseconds; the keeper thread does it). Writing connections take the write lock at begin.
 */
#include "storage/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct db_stmt {
    struct db *db;
    sqlite3_stmt *st;
    bool bad_text; /* bound since the last reset */
};

/* Prepared when the file is opened: a rollback must not need memory that is not there. */
enum word { WORD_BEGIN, WORD_BEGIN_READ, WORD_COMMIT, WORD_ROLLBACK, WORD_COUNT };
static const char *const WORDS[WORD_COUNT] = {"BEGIN IMMEDIATE", "BEGIN", "COMMIT", "ROLLBACK"};

struct db {
    sqlite3 *h;
    struct db_stmt stmts[SQL_COUNT];
    sqlite3_stmt *words[WORD_COUNT];
    char *wal_path;
    _Atomic int64_t log_frames; /* in use after the last commit of this connection */
    int64_t frame_bytes;
};

static const struct {
    const char *text;
    enum db_part part;
} SQL_TEXTS[SQL_COUNT] = {
#define SQL(NAME, part, text) [SQL_##NAME] = {text, part},
#include "storage/sql.def"
#undef SQL
};

static enum err map_code(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    default: /* a file that is damaged as a whole, too: a row that is damaged by itself is ERR_CORRUPT of who decodes it */
        return ERR_IO;
    }
}

static enum err fail(struct ctx *ctx, struct db *db, int rc, const char *what)
{
    return ctx_fail(ctx, map_code(rc), "database: %s: %s", what, sqlite3_errmsg(db->h));
}

enum err db_exec(struct ctx *ctx, struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : fail(ctx, db, rc, "exec");
}

/* A setting is asked for and its answer read: a file system that cannot do it would go on without a word. */
static enum err set_and_check(struct ctx *ctx, struct db *db, const char *set, const char *ask, const char *want)
{
    sqlite3_stmt *st = NULL;
    enum err e = db_exec(ctx, db, set);
    if (e != OK)
        return e;
    int rc = sqlite3_prepare_v2(db->h, ask, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    const char *is = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    if (rc != SQLITE_ROW)
        e = fail(ctx, db, rc, ask);
    else if (is == NULL) /* a number is made a text, and there was no room for it */
        e = ctx_fail(ctx, ERR_MEMORY, "database: %s: no memory", ask);
    else if (strcmp(is, want) != 0)
        e = ctx_fail(ctx, ERR_UNSUPPORTED, "database: %s is \"%s\", not \"%s\": is the store on a local disk?", ask, is, want);
    sqlite3_finalize(st);
    return e;
}

static enum err set_pragmas(struct ctx *ctx, struct db *db, const struct db_options *opt)
{
    char sql[256];
    snprintf(sql, sizeof(sql), "PRAGMA busy_timeout=5000;PRAGMA cache_size=-%d;PRAGMA temp_store=2;",
             (opt->cache_mb > 0 ? opt->cache_mb : 16) * 1024);
    enum err e = db_exec(ctx, db, sql);
    if (e == OK && !opt->read_only)
        e = set_and_check(ctx, db, "PRAGMA journal_mode=WAL;", "PRAGMA journal_mode", "wal");
    if (e == OK && opt->scratch)
        e = db_exec(ctx, db, "PRAGMA synchronous=OFF;");
    else if (e == OK)
        e = opt->sync_full ? set_and_check(ctx, db, "PRAGMA synchronous=FULL;", "PRAGMA synchronous", "2")
                           : set_and_check(ctx, db, "PRAGMA synchronous=NORMAL;", "PRAGMA synchronous", "1");
    if (e == OK)
        e = db_exec(ctx, db, "PRAGMA wal_autocheckpoint=0;PRAGMA mmap_size=0;PRAGMA foreign_keys=OFF;");
    return e;
}

/* After each commit: how much of the log is in use. The file itself never shrinks while it is open. */
static int on_commit(void *user, sqlite3 *h, const char *name, int frames)
{
    struct db *db = user;
    (void)h;
    (void)name;
    atomic_store(&db->log_frames, frames);
    return SQLITE_OK;
}

static enum err read_page_size(struct ctx *ctx, struct db *db)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->h, "PRAGMA page_size", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        db->frame_bytes = sqlite3_column_int64(st, 0) + 24; /* with its header in the log */
    sqlite3_finalize(st);
    return rc == SQLITE_ROW ? OK : fail(ctx, db, rc, "page_size");
}

enum err db_open(struct ctx *ctx, const struct db_options *opt, struct db **out)
{
    struct db *db = calloc(1, sizeof(*db));
    if (db == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "database: no memory");
    size_t n = strlen(opt->path) + 5;
    db->wal_path = malloc(n);
    enum err e = OK;
    if (db->wal_path == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "database: no memory");
    if (e == OK) {
        snprintf(db->wal_path, n, "%s-wal", opt->path);
        int flags = (opt->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX;
        int rc = sqlite3_open_v2(opt->path, &db->h, flags, NULL);
        if (rc != SQLITE_OK)
            e = ctx_fail(ctx, map_code(rc), "database %s: %s", opt->path, sqlite3_errmsg(db->h));
        else if (!opt->read_only && sqlite3_db_readonly(db->h, "main") == 1) /* it falls back to reading without a word */
            e = ctx_fail(ctx, ERR_IO, "database %s: read-only: may this user write the file and its folder?", opt->path);
    }
    if (e == OK)
        e = set_pragmas(ctx, db, opt);
    if (e == OK)
        e = read_page_size(ctx, db);
    if (e == OK)
        sqlite3_wal_hook(db->h, on_commit, db);
    for (int i = 0; e == OK && i < WORD_COUNT; i++)
        if (sqlite3_prepare_v3(db->h, WORDS[i], -1, SQLITE_PREPARE_PERSISTENT, &db->words[i], NULL) != SQLITE_OK)
            e = fail(ctx, db, sqlite3_errcode(db->h), WORDS[i]);
    if (e != OK) {
        db_close(db);
        return e;
    }
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(db->stmts[i].st);
    for (int i = 0; i < WORD_COUNT; i++)
        sqlite3_finalize(db->words[i]);
    sqlite3_close(db->h);
    free(db->wal_path);
    free(db);
}

static enum err run_word(struct ctx *ctx, struct db *db, enum word w)
{
    int rc = sqlite3_step(db->words[w]);
    enum err e = rc == SQLITE_DONE ? OK : fail(ctx, db, rc, WORDS[w]);
    sqlite3_reset(db->words[w]);
    return e;
}

enum err db_begin(struct ctx *ctx, struct db *db)
{
    return run_word(ctx, db, WORD_BEGIN);
}

enum err db_begin_read(struct ctx *ctx, struct db *db)
{
    return run_word(ctx, db, WORD_BEGIN_READ);
}

enum err db_commit(struct ctx *ctx, struct db *db)
{
    return run_word(ctx, db, WORD_COMMIT);
}

void db_rollback(struct db *db)
{
    if (sqlite3_get_autocommit(db->h))
        return;
    (void)sqlite3_step(db->words[WORD_ROLLBACK]);
    sqlite3_reset(db->words[WORD_ROLLBACK]);
}

/* SQLite numbers $n by first appearance; ?n means what PostgreSQL's $n means. */
static void rewrite_params(const char *text, char *out, size_t cap)
{
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < cap; i++)
        out[i] = text[i] == '$' ? '?' : text[i];
    out[i] = '\0';
}

enum err db_stmt_get(struct ctx *ctx, struct db *db, enum sql_id id, struct db_stmt **out)
{
    struct db_stmt *st = &db->stmts[id];
    if (st->st == NULL) {
        char sql[2048];
        rewrite_params(SQL_TEXTS[id].text, sql, sizeof(sql));
        int rc = sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->st, NULL);
        if (rc != SQLITE_OK)
            return fail(ctx, db, rc, SQL_TEXTS[id].text);
        st->db = db;
    } else {
        sqlite3_reset(st->st);
        sqlite3_clear_bindings(st->st);
        st->bad_text = false;
    }
    *out = st;
    return OK;
}

void db_bind_i64(struct db_stmt *st, int i, int64_t v)
{
    sqlite3_bind_int64(st->st, i, v);
}

void db_bind_blob(struct db_stmt *st, int i, struct str v)
{
    if (v.p == NULL)
        sqlite3_bind_null(st->st, i);
    else
        sqlite3_bind_blob64(st->st, i, v.p, v.n, SQLITE_STATIC);
}

/* SQLite would keep a NUL in a text; other databases cannot, so none does. */
void db_bind_text(struct db_stmt *st, int i, struct str v)
{
    st->bad_text = st->bad_text || (v.n > 0 && memchr(v.p, 0, v.n) != NULL);
    sqlite3_bind_text64(st->st, i, v.p == NULL ? "" : v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
}

enum err db_step(struct ctx *ctx, struct db_stmt *st, bool *row)
{
    if (st->bad_text)
        return ctx_fail(ctx, ERR_PARSE, "database: a text with a NUL in it");
    int rc = sqlite3_step(st->st);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
        *row = rc == SQLITE_ROW;
        if (rc == SQLITE_DONE)
            sqlite3_reset(st->st);
        return OK;
    }
    enum err e = fail(ctx, st->db, rc, "step");
    sqlite3_reset(st->st);
    return e;
}

enum err db_run(struct ctx *ctx, struct db_stmt *st)
{
    bool row = false;
    enum err e = db_step(ctx, st, &row);
    sqlite3_reset(st->st);
    return e;
}

void db_done(struct db_stmt *st)
{
    sqlite3_reset(st->st);
}

int64_t db_col_i64(struct db_stmt *st, int i)
{
    return sqlite3_column_int64(st->st, i);
}

struct str db_col_str(struct db_stmt *st, int i)
{
    const void *p = sqlite3_column_blob(st->st, i);
    int n = sqlite3_column_bytes(st->st, i);
    return (struct str){p, n < 0 ? 0 : (size_t)n};
}

int db_changes(struct db *db)
{
    return sqlite3_changes(db->h);
}

enum err db_checkpoint(struct ctx *ctx, struct db *db, bool truncate, int *left)
{
    int log = 0, done = 0;
    int rc = sqlite3_wal_checkpoint_v2(db->h, NULL, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &log,
                                       &done);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        return fail(ctx, db, rc, "checkpoint");
    *left = log > done ? log - done : 0;
    return OK;
}

int64_t db_log_used(struct db *db)
{
    return atomic_load(&db->log_frames) * db->frame_bytes;
}

/* Bytes that were written before are written again without a change of the file's size, hence without the file system's journal. */
enum err db_log_reserve(struct ctx *ctx, struct db *db, int64_t bytes)
{
    static const char ZEROS[1 << 16];
    int64_t at = db_log_bytes(db);
    int fd = open(db->wal_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (; ok && at < bytes; at += (int64_t)sizeof(ZEROS))
        ok = pwrite(fd, ZEROS, sizeof(ZEROS), at) == (ssize_t)sizeof(ZEROS);
    ok = ok && fdatasync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok ? OK : ctx_fail(ctx, ERR_IO, "%s: %s", db->wal_path, strerror(errno));
}

enum err db_log_restart(struct ctx *ctx, struct db *db)
{
    int rc = sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY ? OK : fail(ctx, db, rc, "checkpoint");
}

int64_t db_log_bytes(struct db *db)
{
    struct stat sb;
    return stat(db->wal_path, &sb) == 0 ? (int64_t)sb.st_size : 0;
}
