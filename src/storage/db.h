/*
 * The narrow driver: what a store needs of a database and no more. SQL lives in sql.def as constant, named text with $1, $2;
 * a backend is one file. A struct db is one connection and belongs to one thread.
 */
#ifndef WISMO_STORAGE_DB_H
#define WISMO_STORAGE_DB_H

#include "base/ctx.h"

enum db_part { DB_LEDGER, DB_STATE }; /* one file each in SQLite; one database in PostgreSQL */

enum sql_id {
#define SQL(NAME, part, text) SQL_##NAME,
#include "storage/sql.def"
#undef SQL
    SQL_COUNT
};

struct db;
struct db_stmt;

struct db_options {
    const char *path;      /* file */
    enum db_part part;
    bool read_only;
    bool sync_full;        /* durable at commit; else durable at checkpoint */
    bool scratch;          /* never durable: thrown away after use */
    int cache_mb;
};

MUST_CHECK enum err db_open(struct ctx *ctx, const struct db_options *opt, struct db **out);
void db_close(struct db *db); /* accepts NULL */
MUST_CHECK enum err db_exec(struct ctx *ctx, struct db *db, const char *sql); /* migrations and pragmas only */
MUST_CHECK enum err db_begin(struct ctx *ctx, struct db *db);      /* for writing */
MUST_CHECK enum err db_begin_read(struct ctx *ctx, struct db *db); /* a stable snapshot */
MUST_CHECK enum err db_commit(struct ctx *ctx, struct db *db);
void db_rollback(struct db *db);
/* db_stmt_get: prepared once per connection, reset and unbound when got. Owned by db. */
MUST_CHECK enum err db_stmt_get(struct ctx *ctx, struct db *db, enum sql_id id, struct db_stmt **out);
void db_bind_i64(struct db_stmt *st, int i, int64_t v);
void db_bind_blob(struct db_stmt *st, int i, struct str v); /* p NULL binds NULL; must live until the step */
/* db_bind_text: a NUL inside is ERR_PARSE when the statement runs. */
void db_bind_text(struct db_stmt *st, int i, struct str v);
/* db_step: *row true when a row stands ready. Errs: ERR_CONFLICT (constraint), ERR_BUSY, ERR_IO (with words). */
MUST_CHECK enum err db_step(struct ctx *ctx, struct db_stmt *st, bool *row);
/* db_run: step that expects no row; resets. */
MUST_CHECK enum err db_run(struct ctx *ctx, struct db_stmt *st);
void db_done(struct db_stmt *st); /* reset early: ends an implicit read transaction */
int64_t db_col_i64(struct db_stmt *st, int i);
struct str db_col_str(struct db_stmt *st, int i); /* lives until the next step or reset */
int db_changes(struct db *db);
/* db_checkpoint: moves the log into the file; from a connection of its own. *left: pages still in the log. */
MUST_CHECK enum err db_checkpoint(struct ctx *ctx, struct db *db, bool truncate, int *left);
int64_t db_log_bytes(struct db *db); /* size of the write-ahead log's file, which does not shrink while it is open */
int64_t db_log_used(struct db *db);  /* how much of it was in use after this connection's last commit; any thread may ask */
/*
 * db_log_reserve: fills the log's file up to bytes with zeros, which are no frames: a commit inside it is one write of data. By the
 * writer, between transactions. Errs: ERR_IO (the disk is full: what was filled stays and does no harm).
 */
MUST_CHECK enum err db_log_reserve(struct ctx *ctx, struct db *db, int64_t bytes);
/* db_log_restart: moves all of the log into the file, waiting for readers: the next commit begins at its front. */
MUST_CHECK enum err db_log_restart(struct ctx *ctx, struct db *db);

#endif
