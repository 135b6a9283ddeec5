/* See fault_world.h. */
#include "lib/fault_world.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

const char WORLD_FACTS[] =
    "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\",\"total_minor\":1450,"
    "\"email\":\"anna@example.com\",\"phone\":\"+15550177123\",\"ship_to\":{\"name\":\"Anna Exemple\",\"line1\":\"1 Example Street\","
    "\"city\":\"Chicago\",\"region\":\"IL\",\"postal_code\":\"60601\",\"country\":\"US\"},\"items\":[{\"sku\":\"MUG\",\"title\":\"Mug\","
    "\"quantity\":2,\"price_minor\":725},{\"sku\":\"LAMP\",\"quantity\":1}]}\n"
    "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f7\",\"state\":\"shipped\",\"created_at\":\"2026-11-16T12:00:00Z\",\"items\":"
    "[{\"sku\":\"MUG\",\"quantity\":2}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}\n"
    "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"in_transit\",\"code\":\"005\","
    "\"description\":\"Arrived\",\"occurred_at\":\"2026-11-17T10:00:00Z\",\"location\":{\"city\":\"Newark\",\"region\":\"NJ\",\"country\":\"US\"}}\n"
    "{\"kind\":\"inventory_level\",\"sku\":\"LAMP\",\"location\":\"east\",\"available\":0}\n"
    "{\"kind\":\"refund\",\"order_id\":\"7\",\"refund_id\":\"r1\",\"currency\":\"USD\",\"amount_minor\":100,\"at\":\"2026-11-17T11:00:00Z\"}\n"
    "{\"kind\":\"hold\",\"order_id\":\"7\",\"hold_id\":\"h1\",\"why\":\"fraud check\",\"released\":false,\"at\":\"2026-11-17T12:00:00Z\"}\n"
    "{\"kind\":\"customer\",\"customer_id\":\"c9\",\"email\":\"anna@example.com\",\"phone\":\"+15550177123\",\"name\":\"Anna Exemple\"}\n"
    "{\"kind\":\"customer_report\",\"order_id\":\"7\",\"report\":\"not_received\",\"at\":\"2026-11-17T13:00:00Z\"}\n"
    "{\"kind\":\"parcel_link\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"next_carrier\":\"usps\",\"next_number\":"
    "\"9400100000000000000000\"}\n"
    "{\"kind\":\"not_found\",\"carrier\":\"usps\",\"tracking_number\":\"9400100000000000000000\",\"code\":\"404\",\"message\":\"no record\"}\n"
    "{\"kind\":\"tracking_event\",\"carrier\":\"usps\",\"tracking_number\":\"9400100000000000000000\",\"status\":\"unknown\",\"code\":\"ZZ9\","
    "\"occurred_at\":\"2026-11-17T15:00:00Z\"}\n";

void world_begin(struct world *w)
{
    memset(w, 0, sizeof(*w));
    fixture_init(&w->f);
    w->start_us = clock_now_us(&w->f.clock);
    snprintf(w->folder, sizeof(w->folder), "%s/wismo-fault-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->folder));
    test_account(&w->acct[0], "shopify", "s3cret");
    test_account(&w->acct[1], "ups", NULL);
    w->mc = (struct merchant_config){.name = STR("demo"), .accounts = w->acct, .accounts_n = 2};
    promises_default(&w->mc.promises);
    w->cfg = (struct config){.listen = STR("127.0.0.1"), .http_threads = 1, .max_connections = 100, .max_body = (size_t)5 << 20,
                             .cache_mb = 4, .raw_days = 90, .ask_budget_ms = 100, .merchants = &w->mc, .merchants_n = 1};
    world_use(w, "store");
}

void world_use(struct world *w, const char *name)
{
    snprintf(w->path, sizeof(w->path), "%s/%s", w->folder, name);
    w->cfg.store_path = str_of(w->path);
    clock_set(&w->f.clock, w->start_us);
}

static void remove_store(struct world *w, const char *name)
{
    static const char *const FILES[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "state.db", "state.db-wal", "state.db-shm", ""};
    char p[200];
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(p, sizeof(p), "%s/%s/%s", w->folder, name, FILES[i]);
        if (FILES[i][0] != '\0')
            unlink(p);
        else
            rmdir(p);
    }
    snprintf(p, sizeof(p), "%s/%s.key", w->folder, name);
    unlink(p);
}

void world_end(struct world *w)
{
    DIR *d = opendir(w->folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (e->d_name[0] != '.') {
            char p[400];
            snprintf(p, sizeof(p), "%.60s/%.250s", w->folder, e->d_name);
            if (unlink(p) != 0 && strlen(e->d_name) < 40)
                remove_store(w, e->d_name);
        }
    closedir(d);
    assert_int_equal(rmdir(w->folder), 0); /* nothing lies there that nobody knows */
    test_account_clear(&w->acct[0]);
    test_account_clear(&w->acct[1]);
    fixture_clear(&w->f);
}

static void copy_file(const char *from, const char *to)
{
    char block[65536];
    size_t n;
    FILE *in = fopen(from, "rb"), *out = in == NULL ? NULL : fopen(to, "wb");
    while (out != NULL && (n = fread(block, 1, sizeof(block), in)) > 0)
        assert_int_equal(fwrite(block, 1, n, out), n);
    if (out != NULL)
        assert_int_equal(fclose(out), 0);
    if (in != NULL)
        fclose(in);
}

void world_copy(struct world *w, const char *from, const char *to)
{
    static const char *const FILES[] = {"/ledger.db", "/ledger.db-wal", "/state.db", "/state.db-wal", ".key"};
    char a[200], b[200];
    remove_store(w, to);
    snprintf(b, sizeof(b), "%s/%s", w->folder, to);
    assert_int_equal(mkdir(b, 0700), 0);
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(a, sizeof(a), "%s/%s%s", w->folder, from, FILES[i]);
        snprintf(b, sizeof(b), "%s/%s%s", w->folder, to, FILES[i]);
        copy_file(a, b);
    }
}

enum err world_open(struct world *w)
{
    struct engine_options eo = {.config = &w->cfg, .clock = &w->f.clock, .no_threads = true};
    return engine_open(&w->f.ctx, &eo, &w->eng);
}

void world_close(struct world *w)
{
    engine_close(w->eng);
    w->eng = NULL;
}

enum err world_append(struct world *w, enum recv_source source, const char *account, const struct http_msg *msg)
{
    struct append_req req = {.merchant_id = 1, .source = source, .account = str_of(account), .msg = msg};
    int64_t pos = 0;
    return engine_append_wait(&w->f.ctx, w->eng, &req, &pos);
}

enum err world_settle(struct world *w)
{
    int64_t folded = 0;
    return engine_fold_some(&w->f.ctx, w->eng, &folded);
}

struct http_msg world_hook(struct world *w, struct http_header room[CASE_HEADERS_MAX], const char *fixture)
{
    char path[200];
    unsigned char mac[64];
    size_t n = 0;
    struct buf b;
    struct str sig = STR_NULL;
    snprintf(path, sizeof(path), "tests/fixtures/connectors/shopify/%s/in.http", fixture);
    struct http_msg msg = test_message(test_read_file(w->f.arena, test_source_path(path)), room);
    assert_int_equal(hmac_once(MAC_SHA256, STR("s3cret"), &msg.body, 1, mac, &n), OK);
    buf_init(&b, 256);
    base64_encode((struct str){(const char *)mac, n}, &b);
    assert_int_equal(arena_dup(w->f.arena, buf_str(&b), &sig), OK);
    buf_clear(&b);
    room[msg.headers_n++] = (struct http_header){STR("X-Shopify-Hmac-Sha256"), sig};
    return msg;
}

/* ---- what a store holds */

static void rows_text(sqlite3 *db, const char *sql, struct buf *out)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            struct str v = {sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i)};
            buf_add(out, v);
            buf_addc(out, ' ');
        }
        buf_addc(out, '\n');
    }
    sqlite3_finalize(st);
}

/* Rows are bytes: told as hex, so that a difference can be read. */
static void add_bytes(struct buf *bytes, struct buf *out)
{
    buf_add_hex(out, buf_str(bytes));
    buf_addc(out, '\n');
    buf_clear(bytes);
}

static void parcels_text(struct world *w, struct reader *rd, struct buf *out)
{
    struct db_stmt *st = NULL;
    bool row = true;
    assert_ok(&w->f.ctx, db_stmt_get(&w->f.ctx, rd->state, SQL_PARCEL_PAGE, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, 0);
    db_bind_i64(st, 3, 1000);
    while (db_step(&w->f.ctx, st, &row) == OK && row) {
        struct parcel p;
        struct buf bytes;
        buf_init(&bytes, (size_t)1 << 20);
        assert_ok(&w->f.ctx, parcel_decode(&w->f.ctx, db_col_str(st, 3), &p));
        buf_fmt(out, "parcel %lld due %lld ", (long long)db_col_i64(st, 0), (long long)db_col_i64(st, 1));
        parcel_encode(&p, false, &bytes);
        add_bytes(&bytes, out);
    }
}

static void orders_text(struct world *w, struct reader *rd, struct buf *out)
{
    struct db_stmt *st = NULL;
    bool row = true;
    assert_ok(&w->f.ctx, db_stmt_get(&w->f.ctx, rd->state, SQL_ORDER_PAGE, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, 0);
    db_bind_i64(st, 3, 1000);
    while (db_step(&w->f.ctx, st, &row) == OK && row) {
        struct order_case c;
        struct buf bytes;
        buf_init(&bytes, (size_t)1 << 20);
        assert_ok(&w->f.ctx, case_decode(&w->f.ctx, db_col_str(st, 3), &c));
        buf_fmt(out, "order %lld due %lld %s ", (long long)db_col_i64(st, 0), (long long)db_col_i64(st, 1),
                str_empty(c.customer) ? "no customer" : "customer");
        c.customer = STR_NULL;
        case_encode(&c, false, &bytes);
        add_bytes(&bytes, out);
    }
}

void world_text(struct world *w, struct buf *out)
{
    struct reader *rd = NULL;
    char p[200];
    sqlite3 *db = NULL;
    assert_ok(&w->f.ctx, reader_open(&w->f.ctx, w->eng, &rd));
    parcels_text(w, rd, out);
    orders_text(w, rd, out);
    reader_close(rd);
    snprintf(p, sizeof(p), "%s/state.db", w->path);
    assert_int_equal(sqlite3_open_v2(p, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    rows_text(db, "SELECT 'fact', kind, count(DISTINCT clear) FROM fact WHERE (kind < 11 OR kind > 13) GROUP BY kind", out);
    rows_text(db, "SELECT 'undecoded', account, why FROM undecoded ORDER BY pos", out);
    rows_text(db, "SELECT 'alias', alias, order_no FROM order_alias ORDER BY alias, order_no", out);
    rows_text(db, "SELECT 'contacts', count(*), count(DISTINCT hash) FROM contact", out);
    rows_text(db, "SELECT 'customers', count(*) FROM customer", out);
    rows_text(db, "SELECT 'stock', item, location, available FROM inventory ORDER BY item, location", out);
    rows_text(db, "SELECT 'waits', item, order_no FROM stock_wait ORDER BY item, order_no", out);
    rows_text(db, "SELECT 'code', account, carrier, code, seen FROM unknown_code ORDER BY account, carrier, code", out);
    rows_text(db, "SELECT 'fetch', account, what, id FROM fetch ORDER BY account, what, id", out);
    sqlite3_close(db);
    assert_int_equal(buf_err(out), OK);
}

void world_check(struct world *w, const char *when)
{
    struct engine_status s;
    struct replay_report rep;
    char p[200];
    struct buf b;
    sqlite3 *db = NULL;
    engine_status(w->eng, 1, &s);
    if (s.head != s.folded)
        fail_msg("%s: %lld rows, folded up to %lld", when, (long long)s.head, (long long)s.folded);
    snprintf(p, sizeof(p), "%s/ledger.db", w->path);
    assert_int_equal(sqlite3_open_v2(p, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    buf_init(&b, 4096);
    rows_text(db, "SELECT merchant_id FROM received GROUP BY merchant_id HAVING count(*) <> max(pos)", &b);
    rows_text(db, "SELECT pos FROM received WHERE (merchant_id, pos) NOT IN (SELECT merchant_id, pos FROM raw_key)", &b);
    rows_text(db, "SELECT pos FROM received WHERE (merchant_id, day) NOT IN (SELECT merchant_id, day FROM day_key)", &b);
    if (b.n > 0)
        fail_msg("%s: positions with gaps, or without their key: %.*s", when, (int)b.n, b.p);
    buf_clear(&b);
    sqlite3_close(db);
    assert_ok(&w->f.ctx, engine_replay(&w->f.ctx, w->eng, 0, &rep));
    if (rep.differences != 0)
        fail_msg("%s: replay: %lld differences: %.*s", when, (long long)rep.differences, STR_ARG(rep.first));
}
