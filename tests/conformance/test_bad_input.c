/*
 * Bad input, item by item and face by face: webhook, POST /v1/facts (JSON and NDJSON), CSV import, decode, ask, poll. Each gets a clear
 * error that names the field, or is kept and shown; the server answers the next request, and replay has no difference in the end.
 * Skipped rows of the commands say so where the program was not built.
 */
#include "lib/connector_case.h"
#include "lib/story_store.h"

#include "base/crypto.h"
#include "base/http_client.h"
#include "flows/reader.h"
#include "server/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "s3cret"

enum face { HOOK, JSON, NDJSON, CSV, DECODE, ASK, POLL };
static const char *const FACES[] = {"webhook", "json", "ndjson", "csv", "decode", "ask", "poll"};
enum make { AS_IS, UNSIGNED, MISSIGNED, TEN_MB, DEEP, NUL_BYTE };

struct bad {
    const char *item;
    enum face face;
    const char *text; /* after a good line for NDJSON; for CSV, the columns are order_id,name,currency,sku,quantity,... below */
    enum make make;
    int status;       /* HTTP status, or exit code */
    const char *says; /* in the answer; of a webhook that was taken: why it could not be decoded, NULL: it could */
};

#define GOOD "{\"kind\":\"inventory_level\",\"sku\":\"A\",\"available\":1}"
#define SHOP(members) "{\"id\":71,\"name\":\"#71\",\"created_at\":\"2026-11-16T10:00:00Z\",\"updated_at\":\"2026-11-16T10:00:00Z\"," members "}"
#define LINE "\"line_items\":[{\"id\":1,\"sku\":\"A\",\"title\":\"A\",\"quantity\":1,\"price\":\"1.00\"}]"
/* A carrier's answer to a poll; the dates and the rest of an event. */
#define TOLD(date, rest) "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"trackingNumber\":\"1ZPOLLED\",\"activity\":[{\"status\":" \
                         "{\"type\":\"I\",\"statusCode\":\"005\"},\"date\":\"" date "\",\"time\":\"101500\",\"gmtDate\":\"" date "\",\"gmtTime\":\"101500\"" \
                         rest "}]}]}]}}"
#define HEAD "order_id,name,placed_at,currency,total_minor,items.sku,items.quantity\n"

static const struct bad TABLE[] = {
    {"wrong signature", HOOK, SHOP(LINE), MISSIGNED, 401, "signature"},
    {"no signature", HOOK, SHOP(LINE), UNSIGNED, 401, "signature"},
    {"truncated body", HOOK, "{\"id\":71,\"name\":\"#7", AS_IS, 200, "byte"},
    {"truncated body", JSON, "{\"kind\":\"order\",\"order_", AS_IS, 422, "\"line\":1"},
    {"truncated body", NDJSON, "{\"kind\":\"order\",\"order_", AS_IS, 202, "\"line\":2"},
    {"truncated body", CSV, HEAD "71,\"#7", AS_IS, 1, "line 2"},
    {"truncated body", DECODE, "{\"id\":71,\"name\":\"#7", AS_IS, 1, "byte"},
    {"truncated body", ASK, "{\"text\":\"wh", AS_IS, 400, "byte"},
    {"10 MB body", HOOK, NULL, TEN_MB, 413, "too_large"},
    {"10 MB body", JSON, NULL, TEN_MB, 413, "too_large"},
    {"10 MB body", DECODE, NULL, TEN_MB, 1, "bytes"},
    {"10 MB body", ASK, NULL, TEN_MB, 413, "too_large"},
    {"10 MB line", CSV, NULL, TEN_MB, 1, "line"},
    {"deep JSON", HOOK, NULL, DEEP, 200, "deep"},
    {"deep JSON", JSON, NULL, DEEP, 422, "deep"},
    {"deep JSON", NDJSON, NULL, DEEP, 202, "deep"},
    {"deep JSON", DECODE, NULL, DEEP, 1, "deep"},
    {"deep JSON", ASK, NULL, DEEP, 413, "nested deeper"},
    {"invalid UTF-8", HOOK, SHOP("\"note\":\"\xff\"," LINE), AS_IS, 200, "UTF-8"},
    {"invalid UTF-8", JSON, "{\"kind\":\"order\",\"order_id\":\"\xff\"}", AS_IS, 422, "UTF-8"},
    {"invalid UTF-8", NDJSON, "{\"kind\":\"order\",\"order_id\":\"\xff\"}", AS_IS, 202, "UTF-8"},
    {"invalid UTF-8", CSV, HEAD "71,\xff,2026-11-16T10:00:00Z,EUR,100,A,1\n", AS_IS, 1, "UTF-8"},
    {"invalid UTF-8", DECODE, SHOP("\"note\":\"\xff\"," LINE), AS_IS, 1, "UTF-8"},
    {"invalid UTF-8", ASK, "{\"text\":\"\xff\"}", AS_IS, 400, "UTF-8"},
    {"NUL byte", HOOK, NULL, NUL_BYTE, 200, "NUL"},
    {"NUL byte", JSON, NULL, NUL_BYTE, 422, "NUL"},
    {"NUL byte", CSV, NULL, NUL_BYTE, 1, "NUL"},
    {"NUL byte", DECODE, NULL, NUL_BYTE, 1, "NUL"},
    {"NUL escaped", HOOK, SHOP("\"note\":\"a\\u0000b\"," LINE), AS_IS, 200, "NUL"},
    {"NUL escaped", NDJSON, "{\"kind\":\"order\",\"order_id\":\"a\\u0000\"}", AS_IS, 202, "order_id"},
    {"NUL escaped", ASK, "{\"text\":\"a\\u0000\"}", AS_IS, 400, "\"field\":\"text\""},
    {"number out of range", HOOK, SHOP("\"currency\":\"EUR\",\"total_price\":\"99999999999999999999999.00\"," LINE), AS_IS, 200, "total_price"},
    {"number out of range", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"total_minor\":99999999999999999999}", AS_IS, 422, "total_minor"},
    {"number out of range", NDJSON, "{\"kind\":\"inventory_level\",\"sku\":\"A\",\"available\":1e300}", AS_IS, 202, "available"},
    {"number out of range", CSV, HEAD "71,#71,2026-11-16T10:00:00Z,EUR,100,A,99999999999999999999\n", AS_IS, 1, "quantity"},
    {"number out of range", DECODE, SHOP("\"currency\":\"EUR\",\"total_price\":\"99999999999999999999999.00\"," LINE), AS_IS, 1, "total_price"},
    {"year 0", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"placed_at\":\"0000-01-01T00:00:00Z\"}", AS_IS, 422, "placed_at"},
    {"year 0", HOOK, "{\"id\":72,\"name\":\"#72\",\"created_at\":\"0000-01-01T00:00:00Z\"," LINE "}", AS_IS, 200, "created_at"},
    {"year 0", CSV, HEAD "71,#71,0000-01-01T00:00:00Z,EUR,100,A,1\n", AS_IS, 1, "placed_at"},
    {"year 0", DECODE, "{\"id\":72,\"name\":\"#72\",\"created_at\":\"0000-01-01T00:00:00Z\"," LINE "}", AS_IS, 1, "created_at"},
    {"year 9999", NDJSON, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZBAD9999\",\"status\":\"in_transit\",\"occurred_at\":\"9999-12-31T23:59:59Z\"}", AS_IS, 202, "occurred_at"},
    {"year 9999", CSV, HEAD "71,#71,9999-12-31T00:00:00Z,EUR,100,A,1\n", AS_IS, 1, "placed_at"},
    {"missing field", HOOK, "{\"name\":\"#71\"," LINE "}", AS_IS, 200, "id"},
    {"missing field", JSON, "{\"kind\":\"order\"}", AS_IS, 422, "order_id"},
    {"missing field", NDJSON, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\"}", AS_IS, 202, "tracking_number"},
    {"missing field", CSV, HEAD ",#71,2026-11-16T10:00:00Z,EUR,100,A,1\n", AS_IS, 1, "order_id"},
    {"missing field", DECODE, "{\"name\":\"#71\"," LINE "}", AS_IS, 1, "id"},
    {"missing field", ASK, "{}", AS_IS, 200, "\"outcome\":\"need\""},
    {"unknown currency", HOOK, SHOP("\"currency\":\"Taler\",\"total_price\":\"1.00\"," LINE), AS_IS, 200, "currency"},
    {"unknown currency", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"currency\":\"Taler\",\"total_minor\":1}", AS_IS, 422, "currency"},
    {"unknown currency", CSV, HEAD "71,#71,2026-11-16T10:00:00Z,Taler,100,A,1\n", AS_IS, 1, "currency"},
    {"unknown currency", DECODE, SHOP("\"currency\":\"Taler\",\"total_price\":\"1.00\"," LINE), AS_IS, 1, "currency"},
    {"duplicate key", HOOK, SHOP("\"id\":72," LINE), AS_IS, 200, "twice"},
    {"duplicate key", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"order_id\":\"72\"}", AS_IS, 422, "order_id"},
    {"duplicate key", DECODE, SHOP("\"id\":72," LINE), AS_IS, 1, "id"},
    {"duplicate key", ASK, "{\"text\":\"a\",\"text\":\"b\"}", AS_IS, 400, "text"},
    {"order without items", HOOK, SHOP("\"line_items\":[]"), AS_IS, 200, NULL},
    {"order without items", JSON, "{\"kind\":\"order\",\"order_id\":\"no-items\",\"name\":\"#noitems\",\"items\":[]}", AS_IS, 202, "\"accepted\":1"},
    {"order without items", DECODE, SHOP("\"line_items\":[]"), AS_IS, 0, "\"kind\":\"order\""},
    {"negative quantity", HOOK, SHOP("\"line_items\":[{\"id\":1,\"sku\":\"A\",\"quantity\":-1}]"), AS_IS, 200, "quantity"},
    {"negative quantity", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"items\":[{\"sku\":\"A\",\"quantity\":-1}]}", AS_IS, 422, "items[0].quantity"},
    {"negative quantity", CSV, HEAD "71,#71,2026-11-16T10:00:00Z,EUR,100,A,-1\n", AS_IS, 1, "quantity"},
    {"negative quantity", DECODE, SHOP("\"line_items\":[{\"id\":1,\"sku\":\"A\",\"quantity\":-1}]"), AS_IS, 1, "quantity"},
    {"10 MB body", NDJSON, NULL, TEN_MB, 413, "too_large"},
    {"NUL byte", NDJSON, NULL, NUL_BYTE, 202, "NUL"},
    {"NUL byte", ASK, NULL, NUL_BYTE, 400, "NUL"},
    {"year 0", NDJSON, "{\"kind\":\"hold\",\"order_id\":\"71\",\"hold_id\":\"h\",\"released\":false,\"at\":\"0000-01-01T00:00:00Z\"}", AS_IS, 202, "\"field\":\"at\""},
    {"year 9999", HOOK, "{\"id\":73,\"name\":\"#73\",\"created_at\":\"9999-12-31T23:59:59Z\"," LINE "}", AS_IS, 200, "created_at"},
    {"year 9999", JSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"placed_at\":\"9999-12-31T23:59:59Z\"}", AS_IS, 422, "placed_at"},
    {"year 9999", DECODE, "{\"id\":73,\"name\":\"#73\",\"created_at\":\"9999-12-31T23:59:59Z\"," LINE "}", AS_IS, 1, "created_at"},
    {"unknown currency", NDJSON, "{\"kind\":\"refund\",\"order_id\":\"71\",\"refund_id\":\"r\",\"currency\":\"Taler\",\"amount_minor\":1}", AS_IS, 202, "currency"},
    {"duplicate key", NDJSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"order_id\":\"72\"}", AS_IS, 202, "order_id"},
    {"duplicate column", CSV, "order_id,name,order_id\n71,#71,72\n", AS_IS, 1, "\"order_id\" stands twice"},
    {"order without items", NDJSON, "{\"kind\":\"order\",\"order_id\":\"no-items-2\",\"name\":\"#noitems2\"}", AS_IS, 202, "\"accepted\":2"},
    {"order without items", CSV, "order_id,name\nno-items-3,#noitems3\n", AS_IS, 0, "1 facts read, 1 taken, 0 refused"},
    {"negative quantity", NDJSON, "{\"kind\":\"order\",\"order_id\":\"71\",\"items\":[{\"sku\":\"A\",\"quantity\":-1}]}", AS_IS, 202, "items[0].quantity"},
    {"text is no text", ASK, "{\"text\":[1,2]}", AS_IS, 400, "\"field\":\"text\""},
    {"column nobody reads", CSV, "order_id,e-mail\nno-items-4,a@example.com\n", AS_IS, 0, "did you mean \"email\"?"},
    {"truncated body", POLL, "{\"trackResponse\":{\"shipment\":[{\"pack", AS_IS, 0, "byte"},
    {"10 MB body", POLL, NULL, TEN_MB, 0, "bytes"},
    {"deep JSON", POLL, NULL, DEEP, 0, "deep"},
    {"invalid UTF-8", POLL, TOLD("20261117", ",\"x\":\"\xff\""), AS_IS, 0, "UTF-8"},
    {"NUL byte", POLL, NULL, NUL_BYTE, 0, "NUL"},
    {"NUL escaped", POLL, TOLD("20261117", ",\"location\":{\"address\":{\"city\":\"a\\u0000\"}}"), AS_IS, 0, "NUL"},
    {"year 0", POLL, TOLD("00000101", ""), AS_IS, 0, NULL}, /* a scan without a time is kept */
    {"year 9999", POLL, TOLD("99991231", ""), AS_IS, 0, NULL},
    {"missing field", POLL, "{\"trackResponse\":{\"shipment\":[{\"package\":[{\"activity\":[{\"status\":{\"type\":\"I\"}}]}]}]}}", AS_IS, 0, NULL}, /* the number is the one that was asked for */
    {"duplicate key", POLL, TOLD("20261117", ",\"date\":\"20261118\""), AS_IS, 0, "twice"},
    {"HTML instead", POLL, "<html>502</html>", AS_IS, 0, "byte"},
    {"scan for an unknown parcel", NDJSON, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\",\"status\":\"in_transit\",\"occurred_at\":\"2026-11-17T10:00:00Z\"}", AS_IS, 202, "\"accepted\":2"},
    {"and its order", NDJSON, "{\"kind\":\"order\",\"order_id\":\"late\",\"name\":\"#late\",\"items\":[{\"sku\":\"A\",\"quantity\":1}]}\n{\"kind\":\"fulfillment\",\"order_id\":\"late\",\"fulfillment_id\":\"fl\",\"items\":[{\"sku\":\"A\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E590300010062\"}]}", AS_IS, 202, "\"accepted\":3"},
};

struct world {
    struct fixture f;
    struct story_store st;
    struct account accounts[2];
    struct app *app;
    struct http_client *client;
    char file[96];
};

static void open_world(struct world *w)
{
    memset(w, 0, sizeof(*w));
    fixture_init(&w->f);
    test_account(&w->accounts[0], "shopify", SECRET);
    test_account(&w->accounts[1], "ups", NULL);
    story_store_open_threads(&w->f.ctx, &w->f.clock, w->accounts, 2, &w->st);
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock, .ask_per_minute = 1000};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

static void close_world(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    story_store_close(&w->st);
    test_account_clear(&w->accounts[0]);
    test_account_clear(&w->accounts[1]);
    fixture_clear(&w->f);
}

/* ---- bodies that are made */

static struct str filled(struct arena *a, size_t n, char c)
{
    char *p = arena_alloc(a, n);
    assert_non_null(p);
    memset(p, c, n);
    return (struct str){p, n};
}

static struct str second_line(struct arena *a, struct str text)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, (size_t)16 << 20);
    buf_add(&b, STR(GOOD "\n"));
    buf_add(&b, text); /* to its last byte, a NUL in it or not */
    buf_addc(&b, '\n');
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static struct str body_of(struct world *w, const struct bad *b)
{
    struct arena *a = w->f.arena;
    struct str text = b->text == NULL ? STR("") : str_of(b->text);
    if (b->make == TEN_MB && b->face == CSV)
        text = arena_fmt(a, HEAD "71,%.*s,2026-11-16T10:00:00Z,EUR,100,A,1\n", STR_ARG(filled(a, (size_t)10 << 20, 'x')));
    else if (b->make == TEN_MB)
        text = arena_fmt(a, "{\"text\":\"%.*s\"}", STR_ARG(filled(a, (size_t)10 << 20, 'x')));
    else if (b->make == DEEP)
        text = arena_fmt(a, "{\"text\":%.*s%.*s}", STR_ARG(filled(a, 2000, '[')), STR_ARG(filled(a, 2000, ']')));
    else if (b->make == NUL_BYTE && b->face == CSV)
        text = STR(HEAD "71,#7\0001,2026-11-16T10:00:00Z,EUR,100,A,1\n");
    else if (b->make == NUL_BYTE)
        text = STR("{\"kind\":\"order\",\"id\":71,\"order_id\":\"a\0b\"}");
    return b->face == NDJSON ? second_line(a, text) : text;
}

/* ---- faces */

static int by_http(struct world *w, const struct bad *b, const char *path, struct str *says)
{
    struct str body = body_of(w, b);
    struct http_header h[3] = {{STR("X-Shopify-Topic"), STR("orders/create")}};
    struct http_request req = {.method = STR("POST"), .headers = h, .headers_n = 1, .body = body, .timeout_ms = 20000};
    struct http_msg msg;
    struct buf sig;
    unsigned char mac[64];
    size_t n = 0;
    buf_init(&sig, 256);
    assert_int_equal(hmac_once(MAC_SHA256, b->make == MISSIGNED ? STR("other") : STR(SECRET), &body, 1, mac, &n), OK);
    base64_encode((struct str){(const char *)mac, n}, &sig);
    if (b->face == HOOK && b->make != UNSIGNED)
        h[req.headers_n++] = (struct http_header){STR("X-Shopify-Hmac-Sha256"), buf_str(&sig)};
    req.url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", app_port(w->app), path);
    assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, &msg));
    buf_clear(&sig);
    *says = msg.body;
    return msg.status;
}

/* Why the newest webhook could not be decoded; empty when it could. */
static struct str why_not(struct world *w)
{
    struct engine_status s;
    struct undecoded_row *rows = NULL;
    size_t n = 0;
    engine_status(w->st.eng, w->st.merchant_id, &s);
    assert_ok(&w->f.ctx, engine_wait_folded(&w->f.ctx, w->st.eng, w->st.merchant_id, s.head, 10000));
    assert_ok(&w->f.ctx, ledger_undecoded(&w->f.ctx, w->st.rd, w->st.merchant_id, 0, &rows, &n));
    return n > 0 && rows[n - 1].pos == s.head ? rows[n - 1].why : STR_NULL;
}

/* As the poller keeps it: what was asked goes along. Gives 0, and why it could not be decoded; or what the ledger says to it. */
static int by_poll(struct world *w, const struct bad *b, struct str *says)
{
    struct http_msg msg = {.status = 200, .body = body_of(w, b), .query = STR("ask=parcel&carrier=ups&number=1ZPOLLED")};
    struct append_req req = {.merchant_id = w->st.merchant_id, .source = RECV_POLL, .account = STR("ups"), .msg = &msg};
    int64_t pos = 0;
    enum err e = engine_append_wait(&w->f.ctx, w->st.eng, &req, &pos);
    *says = e == OK ? why_not(w) : str_of(w->f.ctx.msg);
    return 0;
}

static int by_command(struct world *w, const struct bad *b, struct str *says)
{
    const char *program = getenv("WISMO_BINARY");
    char line[600], *out = arena_alloc(w->f.arena, 65536);
    struct str body = body_of(w, b);
    if (program == NULL || access(program, X_OK) != 0)
        return -1;
    snprintf(w->file, sizeof(w->file), "%.60s/bad.%s", w->st.dir, b->face == CSV ? "csv" : "json");
    FILE *f = fopen(w->file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(body.p, 1, body.n, f), body.n);
    assert_int_equal(fclose(f), 0);
    if (b->face == CSV)
        snprintf(line, sizeof(line), "'%s' import --server http://127.0.0.1:%d '%s' 2>&1", program, app_port(w->app), w->file);
    else
        snprintf(line, sizeof(line), "'%s' decode --connector shopify -H 'X-Shopify-Topic: orders/create' '%s' 2>&1", program, w->file);
    FILE *p = popen(line, "r");
    assert_non_null(p);
    size_t n = fread(out, 1, 65535, p);
    int status = pclose(p);
    assert_true(WIFEXITED(status)); /* it ended by itself */
    unlink(w->file);
    *says = (struct str){out, n};
    return WEXITSTATUS(status);
}

static bool one_row(struct world *w, const struct bad *b)
{
    static const char *const PATHS[] = {"/hooks/shopify/demo", "/v1/facts", "/v1/facts", NULL, NULL, "/v1/ask", NULL};
    struct str says = STR_NULL;
    int status = PATHS[b->face] != NULL ? by_http(w, b, PATHS[b->face], &says) : b->face == POLL ? by_poll(w, b, &says) : by_command(w, b, &says);
    if (status < 0) {
        print_message("skipped, the program is not built: %s, %s\n", b->item, FACES[b->face]);
        return true;
    }
    if (b->face == HOOK && status == 200)
        says = why_not(w);
    bool good = status == b->status && (b->says == NULL ? str_empty(says) : str_contains(says, str_of(b->says)));
    if (!good)
        print_message("%s, %s: %d \"%.*s\", expected %d \"%s\"\n", b->item, FACES[b->face], status, STR_ARG(str_sub(says, 0, 300)), b->status,
                      b->says == NULL ? "" : b->says);
    return good;
}

static void each_item_by_each_face(void **state)
{
    struct world w;
    size_t wrong = 0;
    (void)state;
    open_world(&w);
    for (size_t i = 0; i < sizeof(TABLE) / sizeof(TABLE[0]); i++) {
        wrong += !one_row(&w, &TABLE[i]);
        arena_reset(w.f.arena);
    }
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    struct case_answer ca;
    struct engine_status s;
    engine_status(w.st.eng, w.st.merchant_id, &s);
    assert_ok(&w.f.ctx, engine_wait_folded(&w.f.ctx, w.st.eng, w.st.merchant_id, s.head, 10000));
    assert_ok(&w.f.ctx, case_find(&w.f.ctx, w.st.rd, w.st.merchant_id, STR("#late"), found, &n));
    assert_int_equal(n, 1);
    assert_ok(&w.f.ctx, case_read(&w.f.ctx, w.st.rd, w.st.merchant_id, found[0], 0, &ca));
    assert_int_equal(ca.cas->parcels_n, 1);
    assert_int_equal(ca.cas->parcels[0]->scans_n, 1); /* the scan that came before its order */
    struct replay_report rep;
    assert_ok(&w.f.ctx, engine_replay(&w.f.ctx, w.st.eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
    close_world(&w);
    assert_int_equal(wrong, 0);
}

/* A million scans for one parcel (20,000 unless WISMO_LONG is set): taken, bounded to the newest, and nobody else waits long. */
static void scans_without_end(void **state)
{
    struct world w;
    int calls = getenv("WISMO_LONG") != NULL ? 250 : 5, each = 4000;
    struct buf body;
    (void)state;
    open_world(&w);
    buf_init(&body, (size_t)5 << 20);
    for (int c = 0; c < calls; c++) {
        buf_reset(&body);
        for (int i = 0; i < each; i++) {
            struct str at = time_rfc3339(w.f.arena, INT64_C(1700000000000000) + (int64_t)(c * each + i) * US_PER_S);
            buf_fmt(&body, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZENDLESS\",\"status\":\"in_transit\","
                           "\"occurred_at\":\"%.*s\"}\n", STR_ARG(at));
        }
        struct http_request req = {.method = STR("POST"), .body = buf_str(&body), .timeout_ms = 60000};
        struct http_msg msg;
        req.url = arena_fmt(w.f.arena, "http://127.0.0.1:%d/v1/facts", app_port(w.app));
        do {
            assert_ok(&w.f.ctx, http_client_do(w.client, &w.f.ctx, &req, &msg));
        } while (msg.status == 503);
        assert_int_equal(msg.status, 202);
        arena_reset(w.f.arena);
    }
    buf_clear(&body);
    struct engine_status s;
    struct db_stmt *st = NULL;
    struct parcel pcl;
    bool row = false;
    engine_status(w.st.eng, w.st.merchant_id, &s);
    assert_ok(&w.f.ctx, engine_wait_folded(&w.f.ctx, w.st.eng, w.st.merchant_id, s.head, 240000));
    assert_ok(&w.f.ctx, db_stmt_get(&w.f.ctx, w.st.rd->state, SQL_PARCEL_BY_NUMBER, &st));
    db_bind_i64(st, 1, w.st.merchant_id);
    db_bind_text(st, 2, STR("1ZENDLESS"));
    assert_ok(&w.f.ctx, db_step(&w.f.ctx, st, &row));
    assert_true(row);
    assert_ok(&w.f.ctx, parcel_decode(&w.f.ctx, db_col_str(st, 3), &pcl));
    assert_int_equal(pcl.scans_n, PARCEL_SCANS_MAX);
    assert_true(pcl.scans[pcl.scans_n - 1].at_us == INT64_C(1700000000000000) + (int64_t)(calls * each - 1) * US_PER_S);
    db_done(st);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_item_by_each_face), cmocka_unit_test(scans_without_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
