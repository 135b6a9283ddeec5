/*
 * What a store's driver promises, whatever the backend: test_storage [BACKEND], "sqlite" when none is named. Every statement of
 * sql.def runs, merchants are kept apart, transactions are whole, failures inside leave no mess, values come back as they went in.
 * A further backend is a row of BACKENDS: how to make an empty place for it, and what only it promises.
 */
#include "lib/fixture.h"

#include "base/buf.h"
#include "storage/db.h"
#include "storage/migrate.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- backends */

struct place {
    struct fixture f;
    char folder[64], path[2][96]; /* by part */
};

struct backend {
    const char *name;
    void (*make)(struct place *p);
    void (*drop)(struct place *p);
    void (*own)(struct place *p); /* what only it promises */
};

static void sqlite_make(struct place *p)
{
    fixture_init(&p->f);
    snprintf(p->folder, sizeof(p->folder), "/tmp/wismo-storage-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path[DB_LEDGER], sizeof(p->path[0]), "%s/ledger.db", p->folder);
    snprintf(p->path[DB_STATE], sizeof(p->path[0]), "%s/state.db", p->folder);
}

static void sqlite_drop(struct place *p)
{
    char cmd[100];
    snprintf(cmd, sizeof(cmd), "rm -rf %s", p->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&p->f);
}

static void sqlite_own(struct place *p);

static const struct backend BACKENDS[] = {{"sqlite", sqlite_make, sqlite_drop, sqlite_own}};
static const struct backend *the_backend;

static struct db *open_part(struct place *p, enum db_part part)
{
    struct db *db = NULL;
    struct db_options o = {.path = p->path[part], .part = part, .sync_full = part == DB_LEDGER, .cache_mb = 2};
    assert_ok(&p->f.ctx, db_open(&p->f.ctx, &o, &db));
    assert_ok(&p->f.ctx, migrate(&p->f.ctx, db, part));
    return db;
}

static struct db *open_reader(struct place *p, enum db_part part)
{
    struct db *db = NULL;
    struct db_options o = {.path = p->path[part], .part = part, .read_only = true, .cache_mb = 2};
    assert_ok(&p->f.ctx, db_open(&p->f.ctx, &o, &db));
    return db;
}

/* ---- statements, and what their parameters are: read off their own text */

static const struct {
    const char *name, *text;
    enum db_part part;
} STATEMENTS[SQL_COUNT] = {
#define SQL(NAME, part, text) [SQL_##NAME] = {#NAME, text, part},
#include "storage/sql.def"
#undef SQL
};

static const char *const BLOB_COLUMNS[] = {"body", "wrapped", "clear", "sealed", "hist", "hash", "told", "acts", NULL};
static const char *const TEXT_COLUMNS[] = {"name", "account", "request_id", "why", "carrier", "code", "number", "alias", "customer_id", "item",
                                           "location", "restock_at", "ref", "sku", "cursor", "what", "id", "value", "country", "region",
                                           "incident_id", "key", "capability", "items", "lease_by", "version", "rules", "customer",
                                           "doc", "title", "lang", "digest", "heading", "words", "MATCH", NULL};

static bool is_one_of(const char *const *list, struct str word)
{
    for (; *list != NULL; list++)
        if (str_eq(word, str_of(*list)))
            return true;
    return false;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_';
}

/* The column that "$n" at `at` is held against: the name before the operator; empty after LIMIT and in lists. */
static struct str column_before(const char *text, const char *at)
{
    const char *e = at;
    while (e > text && strchr(" =<>", e[-1]) != NULL)
        e--;
    const char *b = e;
    while (b > text && is_name_char(b[-1]))
        b--;
    return (struct str){b, (size_t)(e - b)};
}

/* The n-th column of "INSERT INTO table (a, b, ...) VALUES (": empty when the text is no such thing. */
static struct str column_in_list(const char *text, int n)
{
    const char *open = strchr(text, '(');
    if (strncmp(text, "INSERT", 6) != 0 || open == NULL)
        return STR_NULL;
    struct str list = {open + 1, (size_t)(strchr(open, ')') - open - 1)}, one = STR_NULL;
    while (n-- > 0 && str_split(&list, ',', &one))
        ;
    return n < 0 ? str_trim(one) : STR_NULL;
}

static int params_of(const char *text)
{
    int most = 0;
    for (const char *p = strchr(text, '$'); p != NULL; p = strchr(p + 1, '$'))
        most = atoi(p + 1) > most ? atoi(p + 1) : most;
    return most;
}

static struct str column_of(const char *text, int n)
{
    char mark[8];
    int len = snprintf(mark, sizeof(mark), "$%d", n);
    struct str col = column_in_list(text, n);
    for (const char *p = strstr(text, mark); str_empty(col) && p != NULL; p = strstr(p + 1, mark))
        if (isdigit((unsigned char)p[len]) == 0)
            col = column_before(text, p);
    return col;
}

static void bind_all(struct db_stmt *st, const char *text, int64_t merchant_id)
{
    for (int i = 1; i <= params_of(text); i++) {
        struct str col = column_of(text, i);
        if (str_eq(col, STR("merchant_id")))
            db_bind_i64(st, i, merchant_id);
        else if (is_one_of(BLOB_COLUMNS, col))
            db_bind_blob(st, i, STR("\x01\x00\xff"));
        else if (is_one_of(TEXT_COLUMNS, col))
            db_bind_text(st, i, STR("seven"));
        else
            db_bind_i64(st, i, 7);
    }
}

/* Runs it; gives the rows. */
static int run_statement(struct place *p, struct db *db[2], size_t id, int64_t merchant_id, int *changes)
{
    struct db_stmt *st = NULL;
    bool row = true;
    int rows = 0;
    struct db *on = db[STATEMENTS[id].part];
    if (db_stmt_get(&p->f.ctx, on, (enum sql_id)id, &st) != OK)
        fail_msg("%s: %s", STATEMENTS[id].name, p->f.ctx.msg);
    bind_all(st, STATEMENTS[id].text, merchant_id);
    while (row) {
        enum err e = db_step(&p->f.ctx, st, &row);
        if (e != OK)
            fail_msg("%s: %s (is a column of text or bytes new? see the lists above)", STATEMENTS[id].name, p->f.ctx.msg);
        rows += row;
    }
    db_done(st);
    *changes = strncmp(STATEMENTS[id].text, "SELECT", 6) == 0 ? 0 : db_changes(on);
    return rows;
}

static bool is_of_all(size_t id)
{
    return id == SQL_SCHEMA_VERSION || id == SQL_MERCHANT_LIST;
}

static bool begins(size_t id, const char *word)
{
    return strncmp(STATEMENTS[id].text, word, strlen(word)) == 0;
}

static void open_both(struct place *p, struct db *db[2])
{
    the_backend->make(p);
    db[DB_LEDGER] = open_part(p, DB_LEDGER);
    db[DB_STATE] = open_part(p, DB_STATE);
}

static void close_both(struct place *p, struct db *db[2])
{
    db_close(db[DB_LEDGER]);
    db_close(db[DB_STATE]);
    the_backend->drop(p);
}

static void every_statement(void **state)
{
    struct place p;
    struct db *db[2];
    int changes = 0;
    (void)state;
    open_both(&p, db);
    for (size_t id = 0; id < SQL_COUNT; id++) /* rows first, so that the others have something to read */
        if (begins(id, "INSERT")) {
            run_statement(&p, db, id, 1, &changes);
            if (changes != 1)
                fail_msg("%s: %d rows", STATEMENTS[id].name, changes);
        }
    for (size_t id = 0; id < SQL_COUNT; id++)
        if (!begins(id, "INSERT"))
            run_statement(&p, db, id, 1, &changes);
    close_both(&p, db);
}

/* What merchant 1 has, no statement gives to merchant 2, changes for it or takes away for it. */
static void merchants_apart(void **state)
{
    struct place p;
    struct db *db[2];
    int changes = 0, before[SQL_COUNT] = {0}, found = 0;
    (void)state;
    open_both(&p, db);
    for (size_t id = 0; id < SQL_COUNT; id++)
        if (begins(id, "INSERT"))
            run_statement(&p, db, id, 1, &changes);
    for (size_t id = 0; id < SQL_COUNT; id++)
        if (begins(id, "SELECT"))
            found += (before[id] = run_statement(&p, db, id, 1, &changes)) > 0;
    assert_true(found > 15); /* there is something that could be told to the wrong one */
    for (size_t id = 0; id < SQL_COUNT; id++) {
        if (is_of_all(id) || begins(id, "INSERT"))
            continue;
        int rows = run_statement(&p, db, id, 2, &changes);
        if (rows != 0 || changes != 0)
            fail_msg("%s: gives %d rows of another merchant, changes %d", STATEMENTS[id].name, rows, changes);
    }
    for (size_t id = 0; id < SQL_COUNT; id++)
        if (begins(id, "SELECT"))
            assert_int_equal(run_statement(&p, db, id, 1, &changes), before[id]);
    close_both(&p, db);
}

/* ---- transactions, on a table of plain columns */

static enum err add_alias(struct place *p, struct db *db, const char *alias, int64_t no)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(&p->f.ctx, db, SQL_ALIAS_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, str_of(alias));
    db_bind_i64(st, 3, no);
    return db_run(&p->f.ctx, st);
}

static enum err add_fact(struct place *p, struct db *db, int64_t pos, struct str clear, struct str sealed)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(&p->f.ctx, db, SQL_FACT_ADD, &st);
    if (e != OK)
        return e;
    for (int i = 1; i <= 9; i++)
        db_bind_i64(st, i, 0);
    db_bind_i64(st, 2, pos);
    db_bind_text(st, 7, STR("api"));
    db_bind_blob(st, 10, clear);
    db_bind_blob(st, 11, sealed);
    return db_run(&p->f.ctx, st);
}

static size_t aliases(struct place *p, struct db *db, const char *alias)
{
    struct db_stmt *st = NULL;
    bool row = true;
    size_t n = 0;
    assert_ok(&p->f.ctx, db_stmt_get(&p->f.ctx, db, SQL_ALIAS_GET, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, str_of(alias));
    while (db_step(&p->f.ctx, st, &row) == OK && row)
        n++;
    db_done(st);
    return n;
}

static void transactions_are_whole(void **state)
{
    struct place p;
    struct db *db[2], *rd;
    (void)state;
    open_both(&p, db);
    rd = open_reader(&p, DB_STATE);
    struct ctx *ctx = &p.f.ctx;
    assert_ok(ctx, db_begin(ctx, db[DB_STATE]));
    assert_ok(ctx, add_alias(&p, db[DB_STATE], "a", 1));
    assert_int_equal(aliases(&p, db[DB_STATE], "a"), 1);
    assert_int_equal(aliases(&p, rd, "a"), 0); /* nobody else sees it */
    db_rollback(db[DB_STATE]);
    assert_int_equal(aliases(&p, db[DB_STATE], "a"), 0);
    db_rollback(db[DB_STATE]); /* nothing to roll back: no harm */
    assert_ok(ctx, db_begin_read(ctx, rd));
    assert_int_equal(aliases(&p, rd, "a"), 0);
    assert_ok(ctx, db_begin(ctx, db[DB_STATE]));
    assert_ok(ctx, add_alias(&p, db[DB_STATE], "a", 1));
    assert_ok(ctx, db_commit(ctx, db[DB_STATE]));
    assert_int_equal(aliases(&p, rd, "a"), 0); /* its snapshot is stable */
    db_rollback(rd);
    assert_int_equal(aliases(&p, rd, "a"), 1);
    db_close(rd);
    close_both(&p, db);
}

static void failures_inside(void **state)
{
    struct place p;
    struct db *db[2];
    (void)state;
    open_both(&p, db);
    struct ctx *ctx = &p.f.ctx;
    struct db *s = db[DB_STATE];
    assert_ok(ctx, db_begin(ctx, s));
    assert_int_not_equal(db_begin(ctx, s), OK); /* no transaction inside another, and it does not end the first */
    assert_string_not_equal(ctx->msg, "");
    assert_ok(ctx, add_fact(&p, s, 1, STR("x"), STR_NULL));
    assert_int_equal(add_fact(&p, s, 1, STR("y"), STR_NULL), ERR_CONFLICT);
    assert_non_null(strstr(ctx->msg, "fact")); /* the words say where */
    assert_int_equal(add_fact(&p, s, 2, STR_NULL, STR_NULL), ERR_CONFLICT); /* NULL where there must be something */
    assert_ok(ctx, add_fact(&p, s, 2, STR("z"), STR_NULL)); /* the statement goes on working, the rows before it stand */
    assert_ok(ctx, db_commit(ctx, s));
    assert_int_not_equal(db_commit(ctx, s), OK);
    assert_ok(ctx, add_fact(&p, s, 3, STR("w"), STR_NULL));
    close_both(&p, db);
}

static void one_writer_waits_then_is_told(void **state)
{
    struct place p;
    struct db *db[2], *other;
    (void)state;
    open_both(&p, db);
    struct ctx *ctx = &p.f.ctx;
    other = open_part(&p, DB_STATE);
    assert_ok(ctx, db_begin(ctx, db[DB_STATE]));
    enum err e = db_begin(ctx, other);
    assert_int_equal(e, ERR_BUSY);
    assert_true(err_is_transient(e));
    assert_ok(ctx, db_commit(ctx, db[DB_STATE]));
    assert_ok(ctx, db_begin(ctx, other));
    db_rollback(other);
    db_close(other);
    close_both(&p, db);
}

/* ---- values */

static void values_come_back(void **state)
{
    static const int64_t NUMBERS[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN};
    struct place p;
    struct db *db[2];
    (void)state;
    open_both(&p, db);
    struct ctx *ctx = &p.f.ctx;
    struct buf big;
    buf_init(&big, (size_t)8 << 20);
    for (int i = 0; i < 3 << 20; i++)
        buf_addc(&big, (char)i);
    const struct str blobs[] = {STR(""), STR("\0"), STR("a\0b"), buf_str(&big)};
    for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++) {
        struct db_stmt *st = NULL;
        bool row = false;
        assert_ok(ctx, add_fact(&p, db[DB_STATE], (int64_t)i, blobs[i], i % 2 == 0 ? STR_NULL : blobs[i]));
        assert_ok(ctx, db_stmt_get(ctx, db[DB_STATE], SQL_FACT_GET, &st));
        db_bind_i64(st, 1, 0);
        db_bind_i64(st, 2, (int64_t)i);
        db_bind_i64(st, 3, 0);
        assert_ok(ctx, db_step(ctx, st, &row));
        assert_true(row);
        assert_true(str_eq(db_col_str(st, 8), blobs[i]));
        assert_true(i % 2 == 0 ? db_col_str(st, 9).p == NULL : str_eq(db_col_str(st, 9), blobs[i]));
        db_done(st);
    }
    buf_clear(&big);
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        struct db_stmt *st = NULL;
        bool row = false;
        char alias[16];
        snprintf(alias, sizeof(alias), "n%zu", i);
        assert_ok(ctx, add_alias(&p, db[DB_STATE], alias, NUMBERS[i]));
        assert_ok(ctx, db_stmt_get(ctx, db[DB_STATE], SQL_ALIAS_GET, &st));
        db_bind_i64(st, 1, 1);
        db_bind_text(st, 2, str_of(alias));
        assert_ok(ctx, db_step(ctx, st, &row));
        assert_true(row && db_col_i64(st, 0) == NUMBERS[i]);
        db_done(st);
    }
    close_both(&p, db);
}

/* A text that another backend could not hold is refused by all. */
static void text_with_nul(void **state)
{
    struct place p;
    struct db *db[2];
    struct db_stmt *st = NULL;
    (void)state;
    open_both(&p, db);
    assert_ok(&p.f.ctx, db_stmt_get(&p.f.ctx, db[DB_STATE], SQL_ALIAS_ADD, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, STR("a\0b"));
    db_bind_i64(st, 3, 1);
    assert_int_equal(db_run(&p.f.ctx, st), ERR_PARSE);
    assert_non_null(strstr(p.f.ctx.msg, "NUL"));
    assert_ok(&p.f.ctx, add_alias(&p, db[DB_STATE], "a", 1)); /* the statement is good again */
    assert_int_equal(aliases(&p, db[DB_STATE], "a"), 1);
    close_both(&p, db);
}

static void closed_while_statements_run(void **state)
{
    struct place p;
    struct db *db[2];
    struct db_stmt *st = NULL;
    bool row = false;
    (void)state;
    open_both(&p, db);
    assert_ok(&p.f.ctx, add_alias(&p, db[DB_STATE], "a", 1));
    assert_ok(&p.f.ctx, db_begin(&p.f.ctx, db[DB_STATE]));
    assert_ok(&p.f.ctx, add_alias(&p, db[DB_STATE], "b", 1));
    assert_ok(&p.f.ctx, db_stmt_get(&p.f.ctx, db[DB_STATE], SQL_ALIAS_GET, &st));
    db_bind_i64(st, 1, 1);
    db_bind_text(st, 2, STR("a"));
    assert_ok(&p.f.ctx, db_step(&p.f.ctx, st, &row));
    assert_true(row);
    db_close(db[DB_STATE]); /* in the midst of a row and of a transaction */
    db_close(NULL);
    db[DB_STATE] = open_part(&p, DB_STATE);
    assert_int_equal(aliases(&p, db[DB_STATE], "a"), 1);
    assert_int_equal(aliases(&p, db[DB_STATE], "b"), 0);
    close_both(&p, db);
}

static void reader_cannot_write(void **state)
{
    struct place p;
    struct db *db[2], *rd, *none = NULL;
    (void)state;
    open_both(&p, db);
    rd = open_reader(&p, DB_STATE);
    assert_int_not_equal(add_alias(&p, rd, "a", 1), OK);
    db_close(rd);
    struct db_options o = {.path = "/nowhere/at/all", .part = DB_STATE};
    assert_int_equal(db_open(&p.f.ctx, &o, &none), ERR_IO);
    assert_non_null(strstr(p.f.ctx.msg, "/nowhere/at/all")); /* the words say which */
    close_both(&p, db);
}

/* ---- SQLite: the settings are in force, not only asked for */

static sqlite3_io_methods counting;
static const sqlite3_io_methods *inner;
static sqlite3_vfs *below;
static int log_syncs;

static int counted_sync(sqlite3_file *f, int flags)
{
    log_syncs++;
    return inner->xSync(f, flags);
}

static int open_counted(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)vfs;
    int rc = below->xOpen(below, name, f, flags, out);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        inner = f->pMethods;
        counting = *inner;
        counting.xSync = counted_sync;
        f->pMethods = &counting;
    }
    return rc;
}

static int64_t ask_raw(const char *path, const char *sql, char *text, size_t cap)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    const unsigned char *t = sqlite3_column_text(st, 0);
    snprintf(text, cap, "%s", t == NULL ? "" : (const char *)t);
    sqlite3_finalize(st);
    sqlite3_close(h);
    return n;
}

static void sqlite_own(struct place *p)
{
    static const char LOOSE[] = "SELECT group_concat(name) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 "
                                "AND name NOT LIKE 'sqlite_%'";
    char text[200];
    sqlite3_vfs mine;
    struct db *db[2];
    below = sqlite3_vfs_find(NULL);
    mine = *below;
    mine.zName = "counting";
    mine.xOpen = open_counted;
    assert_int_equal(sqlite3_vfs_register(&mine, 1), SQLITE_OK);
    for (int part = 0; part < 2; part++) {
        db[part] = open_part(p, (enum db_part)part);
        ask_raw(p->path[part], "PRAGMA journal_mode", text, sizeof(text));
        assert_string_equal(text, "wal");
        ask_raw(p->path[part], LOOSE, text, sizeof(text));
        assert_string_equal(text, ""); /* every table is STRICT */
        int before = log_syncs;
        for (int i = 0; i < 10; i++) {
            assert_ok(&p->f.ctx, db_begin(&p->f.ctx, db[part]));
            assert_ok(&p->f.ctx, db_exec(&p->f.ctx, db[part], part == DB_LEDGER ? "INSERT INTO day_key VALUES (1, abs(random() / 2), x'00')"
                                                                               : "INSERT INTO contact VALUES (1, randomblob(8), 1)"));
            assert_ok(&p->f.ctx, db_commit(&p->f.ctx, db[part]));
        }
        if (part == DB_LEDGER)
            assert_true(log_syncs - before >= 10); /* each commit is on the disk before it returns */
        else
            assert_true(log_syncs - before < 10); /* derived: durable with its checkpoint */
    }
    assert_int_not_equal(db_exec(&p->f.ctx, db[DB_STATE], "INSERT INTO contact VALUES ('x', x'00', 1)"), OK); /* STRICT at work */
    db_close(db[0]);
    db_close(db[1]);
    assert_int_equal(sqlite3_vfs_unregister(&mine), SQLITE_OK);
    assert_int_equal(sqlite3_vfs_register(below, 1), SQLITE_OK);
}

static void what_only_it_promises(void **state)
{
    struct place p;
    (void)state;
    the_backend->make(&p);
    the_backend->own(&p);
    the_backend->drop(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement),        cmocka_unit_test(merchants_apart),
        cmocka_unit_test(transactions_are_whole), cmocka_unit_test(failures_inside),
        cmocka_unit_test(values_come_back),       cmocka_unit_test(text_with_nul),
        cmocka_unit_test(closed_while_statements_run), cmocka_unit_test(reader_cannot_write),
        cmocka_unit_test(one_writer_waits_then_is_told), cmocka_unit_test(what_only_it_promises),
    };
    for (size_t i = 0; i < sizeof(BACKENDS) / sizeof(BACKENDS[0]); i++)
        if (strcmp(BACKENDS[i].name, argc > 1 ? argv[1] : "sqlite") == 0)
            the_backend = &BACKENDS[i];
    if (the_backend == NULL) {
        fprintf(stderr, "test_storage: no backend \"%s\"\n", argv[1]);
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
