/*
 * What the store promises whatever the backend: personal data is never in its files in the clear, destroyed keys leave replay
 * whole, merchants never see one another, every statement names its merchant, repeats by webhook and our own API count once.
 */
#include "lib/fixture.h"

#include "flows/ask.h"
#include "flows/engine.h"
#include "storage/db.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PERSONAL_EMAIL "zenobia.quux@example.com"
#define PERSONAL_NAME "Zenobia Quuxington"
#define PERSONAL_STREET "77 Xylophone Crescent"
#define PERSONAL_PHONE "+15550177123"
#define SCAN_WORDS "left with neighbour Bartholomew Zz"

static const char ORDER[] = "{\"kind\":\"order\",\"order_id\":\"7\",\"name\":\"#7\",\"placed_at\":\"2026-11-16T10:00:00Z\",\"currency\":\"USD\","
                            "\"total_minor\":1450,\"email\":\"" PERSONAL_EMAIL "\",\"phone\":\"" PERSONAL_PHONE "\",\"ship_to\":{\"name\":\""
                            PERSONAL_NAME "\",\"line1\":\"" PERSONAL_STREET "\",\"city\":\"Chicago\",\"region\":\"IL\",\"postal_code\":\"60601\","
                            "\"country\":\"US\"},\"items\":[{\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":1}]}\n"
                            "{\"kind\":\"fulfillment\",\"order_id\":\"7\",\"fulfillment_id\":\"f7\",\"state\":\"shipped\",\"created_at\":\"2026-11-17T10:00:00Z\","
                            "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1ZSTORE7\"}]}\n"
                            "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZSTORE7\",\"status\":\"delivered\",\"occurred_at\":"
                            "\"2026-11-18T10:00:00Z\",\"description\":\"" SCAN_WORDS "\",\"signed_by\":\"" PERSONAL_NAME "\"}\n";

struct store {
    struct fixture f;
    char folder[64];
    char path[96];
    struct config cfg;
    struct merchant_config mc[2];
    struct engine *eng;
};

static void store_open(struct store *s, bool threads)
{
    struct engine_options eo = {.config = &s->cfg, .clock = &s->f.clock, .no_threads = !threads};
    assert_ok(&s->f.ctx, engine_open(&s->f.ctx, &eo, &s->eng));
}

static void store_make(struct store *s, bool threads)
{
    memset(s, 0, sizeof(*s));
    fixture_init(&s->f);
    snprintf(s->folder, sizeof(s->folder), "/tmp/wismo-store-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path, sizeof(s->path), "%s/store", s->folder);
    s->mc[0].name = STR("first");
    s->mc[1].name = STR("second");
    promises_default(&s->mc[0].promises);
    promises_default(&s->mc[1].promises);
    s->cfg = (struct config){.store_path = str_of(s->path), .cache_mb = 32, .merchants = s->mc, .merchants_n = 2};
    store_open(s, threads);
}

static void store_drop(struct store *s)
{
    char cmd[100];
    engine_close(s->eng);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", s->folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&s->f);
}

static int64_t store_append(struct store *s, int64_t merchant_id, struct str body, enum origin origin)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    struct append_req req = {.merchant_id = merchant_id, .source = RECV_FACTS, .origin = origin, .account = STR("api"), .msg = &msg};
    int64_t pos = 0;
    assert_ok(&s->f.ctx, engine_append_wait(&s->f.ctx, s->eng, &req, &pos));
    return pos;
}

static void settle(struct store *s)
{
    int64_t folded = 0;
    assert_ok(&s->f.ctx, engine_fold_some(&s->f.ctx, s->eng, &folded));
}

/* ---- personal data */

static bool file_has(struct arena *a, const char *path, const char *words)
{
    struct str text = test_read_file(a, path);
    return str_contains(text, str_of(words));
}

static int files_with(struct store *s, const char *words)
{
    int n = 0, files = 0;
    DIR *d = opendir(s->path);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[400];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%.200s", s->path, e->d_name);
        n += file_has(s->f.arena, path, words);
        files++;
    }
    closedir(d);
    assert_true(files >= 2); /* it looked at something */
    return n;
}

static void nothing_in_the_clear(void **state)
{
    static const char *const WORDS[] = {PERSONAL_EMAIL, PERSONAL_NAME, PERSONAL_STREET, PERSONAL_PHONE, SCAN_WORDS, "Zenobia", "Xylophone"};
    struct store s;
    (void)state;
    store_make(&s, false);
    store_append(&s, 1, STR(ORDER), ORIGIN_LIVE);
    settle(&s);
    assert_int_equal(files_with(&s, "1ZSTORE7") > 0, 1); /* what may be read is found by the same search */
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        assert_int_equal(files_with(&s, WORDS[i]), 0);
    store_drop(&s);
}

static void erased_and_still_replayed(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    struct case_answer ca;
    struct personal who;
    struct replay_report rep;
    struct identity_given given = {.order_name = STR("#7"), .email = STR(PERSONAL_EMAIL)};
    struct identity_result res;
    (void)state;
    store_make(&s, false);
    store_append(&s, 1, STR(ORDER), ORIGIN_LIVE);
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, case_read(&s.f.ctx, rd, 1, 1, 0, &ca));
    assert_ok(&s.f.ctx, case_personal(&s.f.ctx, rd, &ca, &who));
    assert_str(who.email, PERSONAL_EMAIL);
    assert_ok(&s.f.ctx, identity_match(&s.f.ctx, rd, 1, &given, &res));
    assert_int_equal(res.n, 1);
    reader_close(rd);
    assert_ok(&s.f.ctx, engine_erase_order(&s.f.ctx, s.eng, 1, 1));
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, case_read(&s.f.ctx, rd, 1, 1, 0, &ca));
    assert_ok(&s.f.ctx, case_personal(&s.f.ctx, rd, &ca, &who));
    assert_true(str_empty(who.email));
    assert_ok(&s.f.ctx, identity_match(&s.f.ctx, rd, 1, &given, &res));
    assert_int_equal(res.n, 0);
    struct http_msg raw;
    struct str account;
    enum recv_source source;
    assert_int_equal(ledger_raw(&s.f.ctx, rd, 1, 1, &raw, &account, &source), ERR_DENIED);
    reader_close(rd);
    assert_ok(&s.f.ctx, engine_replay(&s.f.ctx, s.eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
    assert_true(rep.compared_orders == 1 && rep.compared_parcels == 1 && rep.compared_derived > 0);
    store_drop(&s);
}

/* What a customer was told is told again from the state it rested on, also when later facts would say something else. */
static void answers_are_told_again(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    struct ask_reply rep;
    struct replay_report report;
    int64_t folded = 0;
    (void)state;
    store_make(&s, false);
    struct str text = STR(ORDER);
    const char *second = strchr(strchr(ORDER, '\n') + 1, '\n') + 1; /* order and fulfillment first, the scan later */
    store_append(&s, 1, str_sub(text, 0, (size_t)(second - ORDER)), ORIGIN_LIVE);
    settle(&s);
    for (int i = 0; i < 2; i++) {
        assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
        struct ask_env env = {.eng = s.eng, .rd = rd, .merchant_id = 1, .record = true};
        struct ask_question q = {.order_name = STR("#7"), .email = STR(PERSONAL_EMAIL)};
        assert_ok(&s.f.ctx, ask(&s.f.ctx, &env, &q, &rep));
        assert_int_equal(rep.outcome, ASK_ANSWERED);
        reader_close(rd);
        settle(&s);
        clock_advance(&s.f.clock, US_PER_H);
        store_append(&s, 1, str_of(second), ORIGIN_LIVE);
        assert_ok(&s.f.ctx, engine_fold_some(&s.f.ctx, s.eng, &folded));
    }
    assert_true(str_contains(rep.text, STR("delivered")));
    assert_ok(&s.f.ctx, engine_replay(&s.f.ctx, s.eng, 0, &report));
    if (report.differences != 0)
        fail_msg("%.*s", STR_ARG(report.first));
    /* and it can fail: another record of what was said is found */
    struct db *db = NULL;
    char path[160];
    snprintf(path, sizeof(path), "%s/state.db", s.path);
    struct db_options o = {.path = path, .part = DB_STATE, .cache_mb = 1};
    assert_ok(&s.f.ctx, db_open(&s.f.ctx, &o, &db));
    char sql[200];
    snprintf(sql, sizeof(sql), "UPDATE fact SET clear = CAST(replace(CAST(clear AS TEXT), '\"text_sha256\":\"', '\"text_sha256\":\"0') AS BLOB) WHERE kind = %d",
             FACT_ANSWER);
    assert_ok(&s.f.ctx, db_exec(&s.f.ctx, db, sql));
    db_close(db);
    assert_ok(&s.f.ctx, engine_replay(&s.f.ctx, s.eng, 0, &report));
    assert_int_equal(report.differences, 2);
    store_drop(&s);
}

/* Replay can fail: a changed row is found. */
static void replay_sees_a_change(void **state)
{
    struct store s;
    struct replay_report rep;
    struct db *db = NULL;
    char path[160];
    (void)state;
    store_make(&s, false);
    store_append(&s, 1, STR(ORDER), ORIGIN_LIVE);
    settle(&s);
    snprintf(path, sizeof(path), "%s/state.db", s.path);
    struct db_options o = {.path = path, .part = DB_STATE, .cache_mb = 1};
    assert_ok(&s.f.ctx, db_open(&s.f.ctx, &o, &db));
    assert_ok(&s.f.ctx, db_exec(&s.f.ctx, db, "UPDATE parcel SET due_us = due_us + 1000000"));
    db_close(db);
    assert_ok(&s.f.ctx, engine_replay(&s.f.ctx, s.eng, 0, &rep));
    assert_int_equal(rep.differences, 1);
    store_drop(&s);
}

/* ---- merchants */

static void merchants_do_not_cross(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    int64_t nos[CASE_FIND_MAX];
    size_t n = 0;
    struct case_answer ca;
    struct order_case *list = NULL;
    struct identity_given given = {.order_name = STR("#7"), .email = STR(PERSONAL_EMAIL)};
    struct identity_result res;
    (void)state;
    store_make(&s, false);
    store_append(&s, 1, STR(ORDER), ORIGIN_LIVE);
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, case_find(&s.f.ctx, rd, 1, STR("#7"), nos, &n));
    assert_int_equal(n, 1);
    assert_ok(&s.f.ctx, case_find(&s.f.ctx, rd, 2, STR("#7"), nos, &n));
    assert_int_equal(n, 0);
    assert_ok(&s.f.ctx, case_find(&s.f.ctx, rd, 2, STR("1ZSTORE7"), nos, &n));
    assert_int_equal(n, 0);
    assert_int_equal(case_read(&s.f.ctx, rd, 2, 1, 0, &ca), ERR_NOTFOUND);
    assert_ok(&s.f.ctx, case_list(&s.f.ctx, rd, 2, 0, 10, &list, &n));
    assert_int_equal(n, 0);
    assert_ok(&s.f.ctx, identity_match(&s.f.ctx, rd, 2, &given, &res));
    assert_int_equal(res.n, 0);
    reader_close(rd);
    store_drop(&s);
}

static void every_statement_names_its_merchant(void **state)
{
    static const struct {
        const char *name, *text;
    } ALL[] = {
#define SQL(NAME, part, text) {#NAME, text},
#include "storage/sql.def"
#undef SQL
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++)
        if (strstr(ALL[i].text, "merchant_id") == NULL)
            fail_msg("%s does not name merchant_id", ALL[i].name);
}

/* ---- repeats */

static void repeats_count_once(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    struct case_answer ca;
    (void)state;
    store_make(&s, false);
    for (int i = 0; i < 5; i++)
        store_append(&s, 1, STR(ORDER), i % 2 == 0 ? ORIGIN_LIVE : ORIGIN_HISTORY);
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, case_read(&s.f.ctx, rd, 1, 1, 0, &ca));
    assert_int_equal(ca.cas->parcels_n, 1);
    assert_int_equal(ca.cas->parcels[0]->scans_n, 1);
    assert_int_equal(ca.cd.order.cls, DIAG_DELIVERED);
    reader_close(rd);
    store_drop(&s);
}

/* A bad row is kept as it came, listed with the field that is wrong. */
static void what_cannot_be_decoded_is_kept(void **state)
{
    struct store s;
    struct reader *rd = NULL;
    struct undecoded_row *rows = NULL;
    size_t n = 0;
    struct http_msg raw;
    struct str account;
    enum recv_source source;
    (void)state;
    store_make(&s, false);
    int64_t pos = store_append(&s, 1, STR("{\"kind\":\"order\",\"order_id\":\"1\",\"items\":[{\"sku\":\"A\",\"quantity\":-1}]}"), ORIGIN_LIVE);
    settle(&s);
    assert_ok(&s.f.ctx, reader_open(&s.f.ctx, s.eng, &rd));
    assert_ok(&s.f.ctx, ledger_undecoded(&s.f.ctx, rd, 1, 0, &rows, &n));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].pos, pos);
    assert_true(str_contains(rows[0].why, STR("items[0].quantity")));
    assert_ok(&s.f.ctx, ledger_raw(&s.f.ctx, rd, 1, pos, &raw, &account, &source));
    assert_true(str_contains(raw.body, STR("\"quantity\":-1")));
    reader_close(rd);
    store_drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_the_clear),
        cmocka_unit_test(erased_and_still_replayed),
        cmocka_unit_test(answers_are_told_again),
        cmocka_unit_test(replay_sees_a_change),
        cmocka_unit_test(merchants_do_not_cross),
        cmocka_unit_test(every_statement_names_its_merchant),
        cmocka_unit_test(repeats_count_once),
        cmocka_unit_test(what_cannot_be_decoded_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
