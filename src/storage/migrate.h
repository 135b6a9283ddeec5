/* Schema migrations: data/migrations/<part>_NNNN_name.sql, applied in order, forward only; the version is kept in the file. */
#ifndef WISMO_STORAGE_MIGRATE_H
#define WISMO_STORAGE_MIGRATE_H

#include "storage/db.h"

/* migrate: brings an open, writable database to the newest version. Errs: ERR_CONFLICT the file is newer than this program. */
MUST_CHECK enum err migrate(struct ctx *ctx, struct db *db, enum db_part part);
/* migrate_to: the same up to a version (tests of upgrades). */
MUST_CHECK enum err migrate_to(struct ctx *ctx, struct db *db, enum db_part part, int version);
/* migrate_apply: one migration and its number in one transaction: both stand, or neither. sql ends with a NUL. */
MUST_CHECK enum err migrate_apply(struct ctx *ctx, struct db *db, const char *sql, int version);
/* migrate_check: is it of the newest version? For those who only read. Errs: ERR_CONFLICT newer or older, with words. */
MUST_CHECK enum err migrate_check(struct ctx *ctx, struct db *db, enum db_part part);
int migrate_latest(enum db_part part);
MUST_CHECK enum err migrate_version(struct ctx *ctx, struct db *db, int *version);

#endif
