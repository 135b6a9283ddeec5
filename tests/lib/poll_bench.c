/* See poll_bench.h. */
#include "lib/poll_bench.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

void bench_begin(struct poll_bench *b)
{
    memset(b, 0, sizeof(*b));
    fixture_init(&b->f);
    b->d = double_new();
    snprintf(b->folder, sizeof(b->folder), "/tmp/wismo-poll-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof(b->path), "%s/store", b->folder);
    b->mc = (struct merchant_config){.name = STR("shop"), .accounts = b->acct};
    promises_default(&b->mc.promises);
    b->cfg = (struct config){.store_path = str_of(b->path), .cache_mb = 8, .merchants = &b->mc, .merchants_n = 1};
}

struct account *bench_account(struct poll_bench *b, const char *connector)
{
    assert_true(b->mc.accounts_n < BENCH_ACCOUNTS_MAX);
    struct account *a = &b->acct[b->mc.accounts_n];
    const struct connector *c = connector_find(str_of(connector));
    assert_non_null(c);
    *a = (struct account){.merchant = STR("shop"), .id = str_of(c->id), .conn = c, .role = c->role, .base_url = str_of(double_url(b->d)),
                          .settings = b->settings[b->mc.accounts_n++]};
    assert_int_equal(secret_set(&a->api_user, STR("id")), OK);
    assert_int_equal(secret_set(&a->api_secret, STR("sec")), OK);
    assert_int_equal(secret_set(&a->api_key, STR("key")), OK);
    return a;
}

void bench_setting(struct poll_bench *b, struct account *acct, const char *name, const char *value)
{
    assert_true(acct->settings_n < 4);
    b->settings[acct - b->acct][acct->settings_n++] = (struct setting){str_of(name), str_of(value)};
}

void bench_open(struct poll_bench *b)
{
    struct engine_options eo = {.config = &b->cfg, .clock = &b->f.clock, .no_threads = true};
    assert_ok(&b->f.ctx, engine_open(&b->f.ctx, &eo, &b->eng));
    assert_ok(&b->f.ctx, poller_new(&b->f.ctx, b->eng, &b->pol));
}

static void shut(struct poll_bench *b)
{
    poller_free(b->pol);
    engine_close(b->eng);
    b->pol = NULL;
    b->eng = NULL;
}

void bench_reopen(struct poll_bench *b)
{
    shut(b);
    bench_open(b);
}

void bench_end(struct poll_bench *b)
{
    char cmd[100];
    assert_string_equal(double_faults(b->d), "");
    shut(b);
    double_free(b->d);
    for (size_t i = 0; i < b->mc.accounts_n; i++) {
        secret_clear(&b->acct[i].api_user);
        secret_clear(&b->acct[i].api_secret);
        secret_clear(&b->acct[i].api_key);
        for (size_t k = 0; k < ACCOUNT_SECRETS_MAX; k++)
            secret_clear(&b->acct[i].webhook_secrets[k]);
    }
    snprintf(cmd, sizeof(cmd), "rm -rf %s", b->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&b->f);
}

void bench_settle(struct poll_bench *b)
{
    int64_t folded;
    assert_ok(&b->f.ctx, engine_fold_some(&b->f.ctx, b->eng, &folded));
}

void bench_append_msg(struct poll_bench *b, enum recv_source source, const char *account, const struct http_msg *msg)
{
    struct append_req req = {.merchant_id = 1, .source = source, .account = str_of(account), .msg = msg};
    int64_t pos;
    assert_ok(&b->f.ctx, engine_append_wait(&b->f.ctx, b->eng, &req, &pos));
    bench_settle(b);
}

void bench_append(struct poll_bench *b, enum recv_source source, const char *account, struct str body)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    bench_append_msg(b, source, account, &msg);
}

size_t bench_round(struct poll_bench *b)
{
    size_t calls = 0;
    assert_ok(&b->f.ctx, poller_round(&b->f.ctx, b->pol, &calls));
    bench_settle(b);
    return calls;
}

void bench_ready(struct poll_bench *b)
{
    for (size_t i = 0; i < b->pol->sources_n; i++) {
        struct source *s = &b->pol->sources[i];
        s->pause_until_us = s->list_after_us = s->walk_again_us = 0;
        memset(s->pace_us, 0, sizeof(s->pace_us));
    }
}

struct source *bench_source(struct poll_bench *b, const char *account)
{
    for (size_t i = 0; i < b->pol->sources_n; i++)
        if (str_eq(b->pol->sources[i].acct->id, str_of(account)))
            return &b->pol->sources[i];
    fail_msg("%s is not polled", account);
    return NULL;
}

void bench_case(struct poll_bench *b, int64_t order_no, struct case_answer *out)
{
    struct reader *rd = NULL;
    bench_settle(b);
    assert_ok(&b->f.ctx, reader_open(&b->f.ctx, b->eng, &rd));
    assert_ok(&b->f.ctx, case_read(&b->f.ctx, rd, 1, order_no, 0, out));
    reader_close(rd);
}

enum err bench_refresh(struct poll_bench *b, const struct case_answer *ca, int budget_ms, int64_t *pos)
{
    struct reader *rd = NULL;
    assert_ok(&b->f.ctx, reader_open(&b->f.ctx, b->eng, &rd));
    enum err e = poller_refresh(b->pol, &b->f.ctx, rd, ca, budget_ms, pos);
    reader_close(rd);
    return e;
}

const struct parcel *bench_parcel(struct poll_bench *b, int64_t order_no, const char *number)
{
    struct case_answer ca;
    bench_case(b, order_no, &ca);
    for (size_t i = 0; i < ca.cas->parcels_n; i++)
        if (str_eq(ca.cas->parcels[i]->number, str_of(number)))
            return ca.cas->parcels[i];
    return NULL;
}

void bench_break(struct poll_bench *b, const char *sql)
{
    char file[128];
    sqlite3 *db = NULL;
    snprintf(file, sizeof(file), "%s/state.db", b->path);
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

int64_t bench_count(struct poll_bench *b, const char *what)
{
    char file[128], sql[300];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    snprintf(file, sizeof(file), "%s/state.db", b->path);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
    assert_int_equal(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}
