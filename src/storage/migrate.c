/* See migrate.h. Files are listed by number: a gap ends the list, so numbers are given without gaps. */
#include "storage/migrate.h"

#include "base/data.h"
#include "base/data_table.h"
#include "base/num.h"

#include <stdio.h>

static const char *part_word(enum db_part part)
{
    return part == DB_LEDGER ? "ledger" : "state";
}

/* find_migration: the file with this number, empty when there is none. */
static struct str find_migration(enum db_part part, int version)
{
    char prefix[64];
    int n = snprintf(prefix, sizeof(prefix), "migrations/%s_%04d_", part_word(part), version);
    for (const struct data_entry *d = data_table; d->name != NULL; d++)
        if (str_starts(str_of(d->name), (struct str){prefix, (size_t)n}))
            return (struct str){d->begin, (size_t)(d->end - d->begin)};
    return STR_NULL;
}

int migrate_latest(enum db_part part)
{
    int v = 0;
    while (!str_empty(find_migration(part, v + 1)))
        v++;
    return v;
}

enum err migrate_version(struct ctx *ctx, struct db *db, int *version)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, db, SQL_SCHEMA_VERSION, &st);
    if (e == OK)
        e = db_step(ctx, st, &row);
    if (e != OK)
        return e;
    *version = row ? (int)db_col_i64(st, 0) : 0;
    db_done(st);
    return OK;
}

enum err migrate_apply(struct ctx *ctx, struct db *db, const char *sql, int version)
{
    char bump[48];
    snprintf(bump, sizeof(bump), "PRAGMA user_version=%d;", version);
    enum err e = db_begin(ctx, db);
    if (e != OK)
        return e;
    e = db_exec(ctx, db, sql);
    if (e == OK)
        e = db_exec(ctx, db, bump);
    if (e == OK)
        e = db_commit(ctx, db);
    if (e != OK)
        db_rollback(db);
    return e;
}

static enum err newer(struct ctx *ctx, enum db_part part, int have)
{
    return ctx_fail(ctx, ERR_CONFLICT, "store: %s has schema version %d, this program knows %d: use a newer program", part_word(part),
                    have, migrate_latest(part));
}

enum err migrate_check(struct ctx *ctx, struct db *db, enum db_part part)
{
    int have = 0;
    enum err e = migrate_version(ctx, db, &have);
    if (e == OK && have > migrate_latest(part))
        return newer(ctx, part, have);
    if (e == OK && have < migrate_latest(part))
        return ctx_fail(ctx, ERR_CONFLICT, "store: %s has schema version %d, this program reads %d: start the server once, it brings the "
                        "store up to date", part_word(part), have, migrate_latest(part));
    return e;
}

enum err migrate_to(struct ctx *ctx, struct db *db, enum db_part part, int version)
{
    int have = 0;
    enum err e = migrate_version(ctx, db, &have);
    if (e != OK)
        return e;
    if (have > migrate_latest(part))
        return newer(ctx, part, have);
    for (int v = have + 1; e == OK && v <= version; v++)
        e = migrate_apply(ctx, db, find_migration(part, v).p, v); /* embedded data is NUL-terminated */
    return e;
}

enum err migrate(struct ctx *ctx, struct db *db, enum db_part part)
{
    return migrate_to(ctx, db, part, migrate_latest(part));
}
