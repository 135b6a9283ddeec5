/*
 * Too much at once, CTest label: flows. SIGTERM in the midst of load: the server takes nothing new, answers what it has taken, folds
 * all of it and ends with code 0; every fact that was answered is in the store and folded. A full queue: 503 with Retry-After, at
 * once, and what was not taken leaves nothing behind.
 */
#include "lib/connector_case.h"
#include "lib/story_store.h"

#include "base/crypto.h"
#include "base/http_client.h"
#include "cli/serve.h"
#include "flows/reader.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SENDERS 4
#define BEFORE 40 /* answered to each sender before the signal */

static const char CONFIG[] = "server:\n  port: 0\nstore:\n  path: store\ntokens:\n  - name: t\n    token: %s\n    scopes: [facts]\n    merchants: [demo]\n"
                             "merchants:\n  - name: demo\n    home_country: DE\n";
static const char TOKEN[] = "0123456789abcdef0123456789abcdef";

struct bed {
    struct fixture f;
    char folder[64], config[96];
    pid_t pid;
    int port;
};

static void tell_port(struct cli *cli, int port, void *user)
{
    const int *fd = user;
    (void)cli;
    if (write(*fd, &port, sizeof(port)) != (ssize_t)sizeof(port))
        _exit(4);
}

static void child(struct bed *b, int fd)
{
    struct config cfg = {0};
    struct cli cli = {.arena = b->f.arena, .out = fopen("/dev/null", "w"), .err = stderr};
    clock_init_real(&cli.clock);
    ctx_init(&cli.ctx, b->f.arena, &cli.clock, NULL);
    cli.log = (struct log){.fd = fileno(cli.out), .min = LOG_ERROR, .clock = &cli.clock};
    if (cli_config_load(&cli, b->config, &cfg) != OK)
        _exit(3);
    _exit(serve_run(&cli, &cfg, tell_port, &fd));
}

static void start(struct bed *b)
{
    int fds[2];
    fixture_init(&b->f);
    snprintf(b->folder, sizeof(b->folder), "/tmp/wismo-drain-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->config, sizeof(b->config), "%s/wismo.yaml", b->folder);
    FILE *f = fopen(b->config, "w");
    assert_non_null(f);
    fprintf(f, CONFIG, TOKEN);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(b->config, 0600), 0);
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    b->pid = fork();
    assert_true(b->pid >= 0);
    if (b->pid == 0)
        child(b, fds[1]);
    close(fds[1]);
    assert_int_equal(read(fds[0], &b->port, sizeof(b->port)), sizeof(b->port));
    close(fds[0]);
}

/* ---- senders: one scan after the other until the server is gone */

struct sender {
    struct bed *b;
    int no;
    _Atomic int answered; /* 202 */
    int sent;
    pthread_t thread;
};

static void *send_main(void *arg)
{
    struct sender *s = arg;
    struct fixture f;
    struct http_client *client = http_client_new();
    fixture_init(&f);
    for (enum err e = OK; e == OK && s->sent < 100000; s->sent++) {
        struct http_header h = {STR("Authorization"), arena_fmt(f.arena, "Bearer %s", TOKEN)};
        struct http_request req = {.method = STR("POST"), .headers = &h, .headers_n = 1, .timeout_ms = 20000};
        struct http_msg msg = {0};
        req.url = arena_fmt(f.arena, "http://127.0.0.1:%d/v1/facts", s->b->port);
        req.body = arena_fmt(f.arena, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZDRAIN%d\",\"status\":\"in_transit\","
                                      "\"occurred_at\":\"2026-11-17T10:00:00Z\",\"event_id\":\"d%d-%d\"}", s->no, s->no, s->sent);
        e = http_client_do(client, &f.ctx, &req, &msg);
        if (e == OK && msg.status == 202)
            atomic_fetch_add(&s->answered, 1);
        arena_reset(f.arena);
    }
    http_client_free(client);
    fixture_clear(&f);
    return NULL;
}

/* Scans of a number as facts. */
static int64_t stored(struct bed *b, struct reader *rd, int no)
{
    struct db_stmt *st = NULL;
    struct str number = arena_fmt(b->f.arena, "1ZDRAIN%d", no);
    int64_t n = 0;
    bool row = true;
    assert_ok(&b->f.ctx, db_stmt_get(&b->f.ctx, rd->state, SQL_FACT_OF_KIND, &st));
    db_bind_i64(st, 1, 1);
    db_bind_i64(st, 2, FACT_TRACKING_EVENT);
    while (db_step(&b->f.ctx, st, &row) == OK && row)
        n += str_contains(db_col_str(st, 8), number);
    db_done(st);
    return n;
}

static void all_that_was_answered_is_folded(void **state)
{
    struct bed b;
    struct sender s[SENDERS] = {0};
    struct config cfg = {0};
    struct engine *eng = NULL;
    struct reader *rd = NULL;
    struct engine_status st;
    int status = 0, most = 0;
    char cmd[100];
    (void)state;
    start(&b);
    for (int i = 0; i < SENDERS; i++) {
        s[i].b = &b;
        s[i].no = i;
        assert_int_equal(pthread_create(&s[i].thread, NULL, send_main, &s[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++)
        while (atomic_load(&s[i].answered) < BEFORE)
            usleep(2000);
    assert_int_equal(kill(b.pid, SIGTERM), 0);
    assert_int_equal(waitpid(b.pid, &status, 0), b.pid);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(s[i].thread, NULL);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_OK);
    struct cli cli = {.arena = b.f.arena, .out = stdout, .err = stderr, .clock = b.f.clock};
    ctx_init(&cli.ctx, b.f.arena, &cli.clock, NULL);
    assert_ok(&cli.ctx, cli_config_load(&cli, b.config, &cfg));
    struct engine_options eo = {.config = &cfg, .clock = &b.f.clock, .no_threads = true, .read_only = true};
    assert_ok(&b.f.ctx, engine_open(&b.f.ctx, &eo, &eng));
    assert_ok(&b.f.ctx, reader_open(&b.f.ctx, eng, &rd));
    engine_status(eng, 1, &st);
    assert_int_equal(st.head, st.folded);
    for (int i = 0; i < SENDERS; i++) {
        int64_t n = stored(&b, rd, i);
        assert_true(n >= s[i].answered && n <= s[i].sent); /* what was taken and not answered any more may be there, too */
        most = s[i].answered > most ? s[i].answered : most;
    }
    print_message("%d senders, up to %d answered each before the end, %lld rows, all folded\n", SENDERS, most, (long long)st.head);
    reader_close(rd);
    engine_close(eng);
    config_clear(&cfg);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", b.folder);
    assert_int_equal(system(cmd), 0);
    fixture_clear(&b.f);
}

/* ---- a full queue */

static void nobody_waits(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static enum err push(struct fixture *f, struct story_store *st, struct str body)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    struct append_req req = {.merchant_id = st->merchant_id, .source = RECV_WEBHOOK, .account = STR("shopify"), .msg = &msg, .done = nobody_waits};
    return engine_append(&f->ctx, st->eng, &req);
}

static void a_full_queue_says_when_to_come_back(void **state)
{
    static unsigned char noise[4 << 20]; /* does not compress */
    static const char *const PATHS[] = {"/v1/facts", "/hooks/shopify/demo"};
    struct fixture f;
    struct story_store st;
    struct account acct;
    struct app *app = NULL;
    struct engine_status s;
    struct http_client *client = http_client_new();
    int64_t folded = 0, pushed = 0;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "shopify", "s3cret");
    story_store_open(&f.ctx, &f.clock, &acct, 1, &st); /* without threads: nothing is taken off the queue */
    struct app_options ao = {.config = &st.cfg, .eng = st.eng, .clock = &f.clock};
    assert_ok(&f.ctx, app_start(&f.ctx, &ao, &app));
    assert_int_equal(crypto_random(noise, sizeof(noise)), OK);
    while (push(&f, &st, (struct str){(const char *)noise, sizeof(noise)}) == OK && pushed < 1000)
        pushed++;
    assert_true(pushed >= 16 && pushed < 64); /* by bytes, long before the rows are too many */
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        unsigned char mac[64];
        struct http_header h[2];
        struct http_msg msg = {0};
        struct buf sig;
        size_t n = 0;
        struct str text = STR("{\"kind\":\"inventory_level\",\"sku\":\"A\",\"available\":1}");
        while (push(&f, &st, STR("{}")) == OK) /* the last room */
            pushed++;
        buf_init(&sig, 256);
        assert_int_equal(hmac_once(MAC_SHA256, STR("s3cret"), &text, 1, mac, &n), OK);
        base64_encode((struct str){(const char *)mac, n}, &sig);
        h[0] = (struct http_header){STR("X-Shopify-Hmac-Sha256"), buf_str(&sig)};
        h[1] = (struct http_header){STR("X-Shopify-Topic"), STR("orders/create")};
        struct http_request req = {.method = STR("POST"), .headers = h, .headers_n = 2, .body = text, .timeout_ms = 20000};
        req.url = arena_fmt(f.arena, "http://127.0.0.1:%d%s", app_port(app), PATHS[i]);
        assert_ok(&f.ctx, http_client_do(client, &f.ctx, &req, &msg));
        if (msg.status != 503)
            fail_msg("%s: %d: %.*s", PATHS[i], msg.status, STR_ARG(msg.body));
        assert_str(http_msg_header(&msg, "Retry-After"), "1");
        buf_clear(&sig);
    }
    assert_ok(&f.ctx, engine_fold_some(&f.ctx, st.eng, &folded));
    engine_status(st.eng, st.merchant_id, &s);
    assert_int_equal(s.head, pushed);
    assert_int_equal(s.queue, 0);
    assert_int_equal(push(&f, &st, STR("{}")), OK); /* there is room again */
    app_stop(app, 1000);
    http_client_free(client);
    story_store_close(&st);
    test_account_clear(&acct);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_that_was_answered_is_folded), cmocka_unit_test(a_full_queue_says_when_to_come_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
