/*
 * Fault loops (lib/fault_loop.h, WISMO_LONG) at the edges of the store: vendors' answers are taken in, an old store is brought up to
 * date, the doctor looks at it.
 */
#include "lib/double.h"
#include "lib/fault_loop.h"

#include "cli/cli.h"
#include "flows/poller_int.h"
#include "storage/migrate.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- a poll's answers: of a parcel, of a list */

#define NUMBER "JJD000390007882000001"

static struct vendor_double *vendor;

static const char DHL_FACTS[] =
    "{\"kind\":\"order\",\"order_id\":\"9\",\"name\":\"#9\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"EUR\",\"email\":\"ben@example.com\","
    "\"ship_to\":{\"postal_code\":\"10115\",\"country\":\"DE\"},\"items\":[{\"sku\":\"MUG\",\"quantity\":1}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"9\",\"fulfillment_id\":\"f9\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\","
    "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"dhl_parcel_de\",\"tracking_number\":\"" NUMBER "\"}]}\n";
static const char TOLD[] = "{\"shipments\":[{\"id\":\"" NUMBER "\",\"service\":\"parcel-de\",\"events\":[{\"timestamp\":\"2026-11-17T10:00:00\","
                           "\"statusCode\":\"transit\",\"status\":\"transit\",\"description\":\"in transit\"}]}]}";
static const char LIST[] = "{\"data\":{\"orders\":{\"pageInfo\":{\"hasNextPage\":false},\"nodes\":[{\"legacyResourceId\":\"41\"},"
                           "{\"legacyResourceId\":\"42\"}]}}}";

static void with_vendors(struct world *w)
{
    struct http_msg msg = {.method = STR("POST"), .body = str_of(DHL_FACTS)};
    vendor = double_new();
    double_add(vendor, &(struct double_step){.method = "GET", .path = "/track/shipments", .body = TOLD, .times = -1});
    double_add(vendor, &(struct double_step){.method = "POST", .body = LIST, .times = -1});
    w->acct[0].base_url = str_of(double_url(vendor));
    assert_int_equal(secret_set(&w->acct[0].api_key, STR("key")), OK);
    test_account(&w->acct[1], "dhl_unified", NULL); /* in the place of ups */
    w->acct[1].base_url = str_of(double_url(vendor));
    assert_int_equal(secret_set(&w->acct[1].api_key, STR("key")), OK);
    assert_ok(&w->f.ctx, world_append(w, RECV_FACTS, "api", &msg));
    assert_ok(&w->f.ctx, world_settle(w));
}

static void vendors_end(void)
{
    assert_string_equal(double_faults(vendor), "");
    double_free(vendor);
}

/* Pace and pauses are forgotten: each run stands for another hour. */
static void at_once(struct poller *p)
{
    for (size_t i = 0; i < p->sources_n; i++) {
        p->sources[i].pause_until_us = 0;
        memset(p->sources[i].pace_us, 0, sizeof(p->sources[i].pace_us));
        p->sources[i].plan.kinds &= 1u << POLL_PARCEL | 1u << POLL_SINCE; /* the reads that the list names come another time */
    }
}

static enum err run_poll(struct run *r)
{
    struct ctx *ctx = &r->w->f.ctx;
    struct poller *p = NULL;
    size_t calls = 0;
    clock_set(&r->w->f.clock, r->w->start_us + 9 * US_PER_H);
    enum err e = poller_new(ctx, r->w->eng, &p);
    if (e == OK) {
        at_once(p);
        e = poller_round(ctx, p, &calls);
    }
    poller_free(p);
    return e == OK ? world_settle(r->w) : e;
}

/* ---- migrations: a store of the first version, with rows */

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void old_store(struct world *w)
{
    static const char *const NAMES[] = {[DB_LEDGER] = "ledger", [DB_STATE] = "state"};
    char path[200];
    assert_int_equal(mkdir(w->path, 0700), 0);
    for (int part = 0; part < 2; part++) {
        struct db *db = NULL;
        snprintf(path, sizeof(path), "%s/%s.db", w->path, NAMES[part]);
        struct db_options o = {.path = path, .part = (enum db_part)part, .cache_mb = 2};
        assert_ok(&w->f.ctx, db_open(&w->f.ctx, &o, &db));
        assert_ok(&w->f.ctx, migrate_to(&w->f.ctx, db, (enum db_part)part, 1));
        db_close(db);
    }
    run_sql(path, "INSERT INTO fetch VALUES (1, 'shopify', 'order', '41', 5, 0), (1, 'shopify', 'order', '42', 6, 0);"
                  "INSERT INTO poll_cursor VALUES (1, 'shopify', 'c1', 7);"
                  "INSERT INTO unknown_code VALUES (1, 'ups', 'ups', 'ZZ9', 3, 8)");
}

static enum err run_upgrade(struct run *r)
{
    int version[2] = {0, 0};
    enum err e = world_open(r->w);
    if (e == OK)
        e = migrate_version(&r->w->f.ctx, r->w->eng->ledger, &version[DB_LEDGER]);
    if (e == OK)
        e = migrate_version(&r->w->f.ctx, r->w->eng->state, &version[DB_STATE]);
    if (e == OK)
        buf_fmt(&r->told, "ledger %d, state %d", version[DB_LEDGER], version[DB_STATE]);
    return e;
}

/* ---- doctor */

static void with_undecoded(struct world *w)
{
    struct http_msg good = {.method = STR("POST"), .body = str_of(WORLD_FACTS)}, bad = {.method = STR("POST"), .body = STR("{\"no\":\"scan\"}")};
    umask(077); /* the key file's copies are as the doctor wants them */
    assert_ok(&w->f.ctx, world_append(w, RECV_FACTS, "api", &good));
    assert_ok(&w->f.ctx, world_append(w, RECV_WEBHOOK, "ups", &bad));
    assert_ok(&w->f.ctx, world_settle(w));
}

/* Its exit code and what it prints; a failure of the machine must be told, and never as if nothing were wrong. */
static enum err run_doctor(struct run *r)
{
    static const char CONFIG[] = "store:\n  path: %s\nmerchants:\n  - name: demo\n    home_country: US\n    connectors:\n"
                                 "      - connector: shopify\n        webhook_secrets: s3cret\n      - connector: ups\n        webhook_secrets: w\n"
                                 "        api_user: id\n        api_secret: sec\n";
    struct world *w = r->w;
    char path[200], word[] = "doctor", flag[] = "--config", off[] = "--offline", *text = NULL;
    char *argv[] = {word, flag, path, off, NULL};
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/wismo.yaml", w->folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, CONFIG, w->path);
    assert_int_equal(fclose(f), 0);
    struct cli cli = {.arena = w->f.arena, .clock = w->f.clock};
    ctx_init(&cli.ctx, w->f.arena, &cli.clock, NULL);
    cli.log = (struct log){.fd = 2, .min = LOG_ERROR, .clock = &cli.clock};
    cli.out = cli.err = open_memstream(&text, &n);
    assert_non_null(cli.out);
    int code = cmd_doctor(&cli, 4, argv);
    fclose(cli.out);
    struct str rest = {text, n}, line;
    while (str_split(&rest, '\n', &line)) /* the store's name and the time differ from run to run */
        if (!str_contains(line, STR("  master key ")) && !str_contains(line, STR("  clock ")))
            buf_fmt(&r->told, "%.*s\n", STR_ARG(line));
    free(text);
    return code == EXIT_OK ? OK : ctx_fail(&w->f.ctx, ERR_MEMORY, "doctor: exit code %d", code);
}

static const struct work WORKS[] = {
    {.name = "poll", .prepare = with_vendors, .run = run_poll, .finish = vendors_end},
    {.name = "migrations", .prepare = old_store, .run = run_upgrade, .opens = true, .bare = true},
    {.name = "doctor", .prepare = with_undecoded, .run = run_doctor},
};

/* test_loops_edges ["NAME OF A WORK"] */
int main(int argc, char **argv)
{
    return fault_loops(WORKS, sizeof(WORKS) / sizeof(WORKS[0]), argc, argv);
}
