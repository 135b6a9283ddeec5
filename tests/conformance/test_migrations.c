/*
 * Upgrades of the store: from every past version, with rows in it, to today's schema; a next version, which only this test knows;
 * a store newer than the program is refused with words; a migration that fails, or is killed in its midst, leaves the version
 * before it whole.
 */
#include "lib/fixture.h"

#include "flows/engine.h"
#include "storage/migrate.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS 30

/* The next version, made up: every kind of change that a migration makes. */
static const char NEXT[] = "ALTER TABLE received ADD COLUMN note TEXT NOT NULL DEFAULT '';\n"
                           "CREATE TABLE extra (merchant_id INTEGER NOT NULL, no INTEGER NOT NULL, PRIMARY KEY (merchant_id, no)) STRICT;\n"
                           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO extra SELECT 1, i FROM n;\n"
                           "UPDATE received SET note = 'moved';\n"
                           "CREATE INDEX extra_no ON extra (merchant_id, no);\n";
static const char BROKEN[] = "CREATE TABLE extra (merchant_id INTEGER PRIMARY KEY) STRICT; INSERT INTO no_such_table VALUES (1);";

struct home {
    struct fixture f;
    char folder[64], store[96], file[2][128];
};

static void home_make(struct home *p)
{
    fixture_init(&p->f);
    snprintf(p->folder, sizeof(p->folder), "/tmp/wismo-migrate-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->store, sizeof(p->store), "%s/store", p->folder);
    assert_int_equal(mkdir(p->store, 0700), 0);
    snprintf(p->file[DB_LEDGER], sizeof(p->file[0]), "%s/ledger.db", p->store);
    snprintf(p->file[DB_STATE], sizeof(p->file[0]), "%s/state.db", p->store);
}

static void home_drop(struct home *p)
{
    char cmd[100];
    snprintf(cmd, sizeof(cmd), "rm -rf %s", p->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&p->f);
}

static struct db *open_file(struct home *p, enum db_part part)
{
    struct db *db = NULL;
    struct db_options o = {.path = p->file[part], .part = part, .cache_mb = 2};
    assert_ok(&p->f.ctx, db_open(&p->f.ctx, &o, &db));
    return db;
}

static int version_of(struct home *p, enum db_part part)
{
    struct db *db = open_file(p, part);
    int v = -1;
    assert_ok(&p->f.ctx, migrate_version(&p->f.ctx, db, &v));
    db_close(db);
    return v;
}

/* One text value of a query over the file itself. */
static struct str ask_raw(struct home *p, enum db_part part, const char *sql)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open_v2(p->file[part], &h, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(h, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(h));
    int rc = sqlite3_step(st);
    assert_true(rc == SQLITE_ROW || rc == SQLITE_DONE);
    const unsigned char *t = rc == SQLITE_ROW ? sqlite3_column_text(st, 0) : NULL;
    struct str out = arena_fmt(p->f.arena, "%s", t == NULL ? "" : (const char *)t);
    sqlite3_finalize(st);
    sqlite3_close(h);
    return out;
}

static const char SCHEMA[] = "SELECT group_concat(type || ' ' || name || ': ' || sql, x'0a') FROM (SELECT * FROM sqlite_master ORDER BY type, name)";

/* Three rows in every table there is, whatever its columns; gives "table=3 table=3 ...". */
static struct str fill(struct home *p, enum db_part part)
{
    static const char TABLES[] = "SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN "
                                 "('table', 'virtual') AND name NOT LIKE 'sqlite_%' ORDER BY name)"; /* a virtual table fills its own */
    struct str tables = ask_raw(p, part, TABLES), one, told = STR("");
    while (str_split(&tables, ' ', &one)) {
        struct str make = arena_fmt(p->f.arena,
                                    "SELECT 'INSERT INTO %.*s (' || group_concat(name) || ') SELECT ' || group_concat(CASE type WHEN 'BLOB' THEN "
                                    "'randomblob(8)' WHEN 'TEXT' THEN '''t'' || i' ELSE 'i' END) || ' FROM (SELECT 1 AS i UNION SELECT 2 UNION "
                                    "SELECT 3)' FROM pragma_table_info('%.*s')",
                                    STR_ARG(one), STR_ARG(one));
        ask_raw(p, part, ask_raw(p, part, make.p).p);
        told = arena_fmt(p->f.arena, "%.*s%.*s=3 ", STR_ARG(told), STR_ARG(one));
    }
    assert_true(told.n > 0);
    return told;
}

static void still_there(struct home *p, enum db_part part, struct str told)
{
    struct str one, table;
    while (str_split(&told, ' ', &one) && !str_empty(one) && str_split(&one, '=', &table)) {
        struct str sql = arena_fmt(p->f.arena, "SELECT count(*) FROM %.*s", STR_ARG(table));
        if (!str_eq(ask_raw(p, part, sql.p), one))
            fail_msg("%.*s has other rows than before", STR_ARG(table));
    }
}

static void from_every_version(void **state)
{
    (void)state;
    for (int part = 0; part < 2; part++) {
        int latest = migrate_latest((enum db_part)part);
        struct home fresh;
        home_make(&fresh);
        struct db *db = open_file(&fresh, (enum db_part)part);
        assert_ok(&fresh.f.ctx, migrate(&fresh.f.ctx, db, (enum db_part)part));
        db_close(db);
        struct str want = ask_raw(&fresh, (enum db_part)part, SCHEMA);
        for (int v = 1; v <= latest; v++) {
            struct home p;
            home_make(&p);
            db = open_file(&p, (enum db_part)part);
            assert_ok(&p.f.ctx, migrate_to(&p.f.ctx, db, (enum db_part)part, v));
            db_close(db);
            assert_int_equal(version_of(&p, (enum db_part)part), v);
            struct str rows = fill(&p, (enum db_part)part);
            db = open_file(&p, (enum db_part)part);
            assert_ok(&p.f.ctx, migrate(&p.f.ctx, db, (enum db_part)part));
            assert_ok(&p.f.ctx, migrate(&p.f.ctx, db, (enum db_part)part)); /* twice does no harm */
            db_close(db);
            assert_int_equal(version_of(&p, (enum db_part)part), latest);
            assert_true(str_eq(ask_raw(&p, (enum db_part)part, SCHEMA), want));
            still_there(&p, (enum db_part)part, rows);
            home_drop(&p);
        }
        home_drop(&fresh);
    }
}

static enum err open_engine(struct home *p, bool read_only)
{
    static struct merchant_config mc;
    static struct config cfg;
    struct engine *eng = NULL;
    mc = (struct merchant_config){.name = STR("demo")};
    promises_default(&mc.promises);
    cfg = (struct config){.store_path = str_of(p->store), .cache_mb = 4, .merchants = &mc, .merchants_n = 1};
    struct engine_options eo = {.config = &cfg, .clock = &p->f.clock, .no_threads = true, .read_only = read_only};
    enum err e = engine_open(&p->f.ctx, &eo, &eng);
    if (e == OK)
        engine_close(eng);
    return e;
}

/* A store of the first version, as its server left it: opened by today's program; read only it is told what to do. */
static void engine_takes_an_old_store(void **state)
{
    struct home p;
    (void)state;
    home_make(&p);
    for (int part = 0; part < 2; part++) {
        struct db *db = open_file(&p, (enum db_part)part);
        assert_ok(&p.f.ctx, migrate_to(&p.f.ctx, db, (enum db_part)part, 1));
        db_close(db);
    }
    struct str key = arena_fmt(p.f.arena, "%s.key", p.store);
    FILE *f = fopen(key.p, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite("0123456789abcdef0123456789abcdef", 1, 32, f), 32);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(open_engine(&p, true), ERR_CONFLICT);
    assert_non_null(strstr(p.f.ctx.msg, "start the server once"));
    assert_ok(&p.f.ctx, open_engine(&p, false));
    assert_ok(&p.f.ctx, open_engine(&p, true));
    home_drop(&p);
}

static void next_version(void **state)
{
    struct home p;
    (void)state;
    home_make(&p);
    int latest = migrate_latest(DB_LEDGER);
    struct db *db = open_file(&p, DB_LEDGER);
    assert_ok(&p.f.ctx, migrate(&p.f.ctx, db, DB_LEDGER));
    struct str rows = fill(&p, DB_LEDGER);
    struct str before = ask_raw(&p, DB_LEDGER, SCHEMA);
    assert_int_not_equal(migrate_apply(&p.f.ctx, db, BROKEN, latest + 1), OK);
    assert_non_null(strstr(p.f.ctx.msg, "no_such_table"));
    assert_true(str_eq(ask_raw(&p, DB_LEDGER, SCHEMA), before)); /* what came before the fault is gone with it */
    assert_int_equal(version_of(&p, DB_LEDGER), latest);
    assert_ok(&p.f.ctx, migrate_apply(&p.f.ctx, db, NEXT, latest + 1));
    still_there(&p, DB_LEDGER, rows);
    assert_str(ask_raw(&p, DB_LEDGER, "SELECT count(*) FROM received WHERE note = 'moved'"), "3");
    assert_int_equal(migrate(&p.f.ctx, db, DB_LEDGER), ERR_CONFLICT); /* this program is older than the store now */
    assert_non_null(strstr(p.f.ctx.msg, "use a newer program"));
    db_close(db);
    assert_int_equal(open_engine(&p, false), ERR_CONFLICT);
    assert_non_null(strstr(p.f.ctx.msg, "use a newer program"));
    still_there(&p, DB_LEDGER, rows);
    home_drop(&p);
}

static void child(struct home *p, int tell)
{
    struct db *db = open_file(p, DB_LEDGER);
    if (write(tell, "x", 1) != 1)
        _exit(3);
    _exit(migrate_apply(&p->f.ctx, db, NEXT, migrate_latest(DB_LEDGER) + 1) == OK ? 0 : 2);
}

static void killed_in_its_midst(void **state)
{
    int before = 0, after = 0;
    unsigned seed = 20261123;
    (void)state;
    for (int i = 0; i < KILLS; i++) {
        struct home p;
        int fds[2], status = 0;
        char c;
        home_make(&p);
        struct db *db = open_file(&p, DB_LEDGER);
        assert_ok(&p.f.ctx, migrate(&p.f.ctx, db, DB_LEDGER));
        db_close(db);
        struct str rows = fill(&p, DB_LEDGER), schema = ask_raw(&p, DB_LEDGER, SCHEMA);
        assert_int_equal(pipe(fds), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child(&p, fds[1]);
        assert_int_equal(read(fds[0], &c, 1), 1);
        usleep((unsigned)rand_r(&seed) % 25000);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        close(fds[0]);
        close(fds[1]);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        int v = version_of(&p, DB_LEDGER);
        still_there(&p, DB_LEDGER, rows);
        if (v == migrate_latest(DB_LEDGER)) {
            assert_true(str_eq(ask_raw(&p, DB_LEDGER, SCHEMA), schema));
            db = open_file(&p, DB_LEDGER); /* and it can be done again */
            assert_ok(&p.f.ctx, migrate_apply(&p.f.ctx, db, NEXT, v + 1));
            db_close(db);
            before++;
        } else {
            assert_int_equal(v, migrate_latest(DB_LEDGER) + 1);
            after++;
        }
        assert_str(ask_raw(&p, DB_LEDGER, "SELECT count(*) FROM extra"), "20000");
        home_drop(&p);
    }
    print_message("%d kills: %d before it stood, %d after\n", KILLS, before, after);
    assert_true(before > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_every_version), cmocka_unit_test(engine_takes_an_old_store),
                                       cmocka_unit_test(next_version), cmocka_unit_test(killed_in_its_midst)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
