/*
 * A disk that is full and a store that cannot be written: facts are refused with 503 and Retry-After, readiness says so, nothing that
 * was acknowledged is lost, and all goes on when there is room again. The full disk is a limit on the size of files.
 */
#include "lib/story_store.h"

#include "base/http_client.h"
#include "base/num.h"
#include "server/app.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOM ((rlim_t)1 << 20)

struct world {
    struct fixture f;
    struct story_store st;
    struct app *app;
    struct http_client *client;
};

static void open_world(struct world *w)
{
    memset(w, 0, sizeof(*w));
    fixture_init(&w->f);
    story_store_open_threads(&w->f.ctx, &w->f.clock, NULL, 0, &w->st);
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

static void close_world(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    story_store_close(&w->st);
    fixture_clear(&w->f);
}

static void room_for_files(rlim_t bytes)
{
    struct rlimit lim;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &lim), 0);
    lim.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lim), 0);
}

static int call(struct world *w, const char *method, const char *path, struct str body, struct http_msg *msg)
{
    struct http_request req = {.method = str_of(method), .body = body, .timeout_ms = 20000};
    req.url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", app_port(w->app), path);
    assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, msg));
    return msg->status;
}

/* An order with a text that does not compress. */
static int post_order(struct world *w, int i, struct http_msg *msg)
{
    unsigned char noise[6000];
    struct buf hex;
    assert_int_equal(crypto_random(noise, sizeof(noise)), OK);
    buf_init(&hex, 4 * sizeof(noise));
    buf_add_hex(&hex, (struct str){(const char *)noise, sizeof(noise)});
    struct str body = arena_fmt(w->f.arena, "{\"kind\":\"order\",\"order_id\":\"%d\",\"name\":\"#%d\",\"items\":[{\"sku\":\"A\",\"quantity\":1}],\"x\":\"%.*s\"}",
                                i, i, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return call(w, "POST", "/v1/facts", body, msg);
}

static void disk_full(void **state)
{
    struct world w;
    struct http_msg msg;
    bool taken[2000] = {false};
    int n = 0, refused = 0;
    (void)state;
    signal(SIGXFSZ, SIG_IGN); /* the write fails instead */
    room_for_files(ROOM);
    open_world(&w);
    for (; n < 1900 && refused < 5; n++) {
        int status = post_order(&w, n, &msg);
        if (status == 202) {
            taken[n] = true;
            continue;
        }
        assert_int_equal(status, 503);
        assert_str(http_msg_header(&msg, "Retry-After"), "1");
        refused++;
        arena_reset(w.f.arena);
    }
    print_message("%d orders, then the disk was full\n", n - refused);
    assert_int_equal(refused, 5);
    assert_true(n > 20);
    assert_int_equal(call(&w, "GET", "/healthz", STR_NULL, &msg), 200); /* alive, */
    assert_int_equal(call(&w, "GET", "/readyz", STR_NULL, &msg), 503);  /* and not ready */
    room_for_files(RLIM_INFINITY);
    for (int i = 0; i < n; i++)
        if (!taken[i]) { /* as its sender would */
            assert_int_equal(post_order(&w, i, &msg), 202);
            arena_reset(w.f.arena);
        }
    assert_int_equal(call(&w, "GET", "/readyz", STR_NULL, &msg), 200);
    struct engine_status st;
    engine_status(w.st.eng, w.st.merchant_id, &st);
    assert_ok(&w.f.ctx, engine_wait_folded(&w.f.ctx, w.st.eng, w.st.merchant_id, st.head, 30000));
    for (int i = 0; i < n; i++) {
        struct str path = arena_fmt(w.f.arena, "/v1/cases/%d", i);
        assert_int_equal(call(&w, "GET", path.p, STR_NULL, &msg), 200);
        arena_reset(w.f.arena);
    }
    struct replay_report rep;
    assert_ok(&w.f.ctx, engine_replay(&w.f.ctx, w.st.eng, 0, &rep));
    assert_int_equal(rep.differences, 0);
    close_world(&w);
}

/* As another user, who may read and not write; gives what engine_open says. */
static void cannot_write(void **state)
{
    struct fixture f;
    struct story_store st;
    char words[CTX_MSG_MAX] = "";
    int fds[2], status = 0;
    (void)state;
    fixture_init(&f);
    story_store_open(&f.ctx, &f.clock, NULL, 0, &st);
    assert_int_equal(pipe(fds), 0);
    engine_close(st.eng);
    reader_close(st.rd);
    st.eng = NULL;
    st.rd = NULL;
    assert_int_equal(chmod(st.dir, 0755), 0);
    assert_int_equal(chmod(st.cfg.master_key_file.p, 0644), 0);
    assert_int_equal(chmod(arena_fmt(f.arena, "%s/ledger.db", st.cfg.store_path.p).p, 0444), 0);
    assert_int_equal(chmod(arena_fmt(f.arena, "%s/state.db", st.cfg.store_path.p).p, 0444), 0);
    assert_int_equal(chmod(st.cfg.store_path.p, 0555), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct engine_options eo = {.config = &st.cfg, .clock = &f.clock, .no_threads = true};
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(9);
        enum err e = engine_open(&f.ctx, &eo, &st.eng);
        ssize_t told = write(fds[1], f.ctx.msg, strlen(f.ctx.msg));
        _exit(told < 0 ? 9 : (int)e);
    }
    close(fds[1]);
    ssize_t got = read(fds[0], words, sizeof(words) - 1);
    close(fds[0]);
    waitpid(pid, &status, 0);
    assert_true(got >= 0 && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERR_IO);
    if (strstr(words, "readonly") == NULL && strstr(words, "read-only") == NULL && strstr(words, "unable to open") == NULL)
        fail_msg("the words do not say it: %s", words);
    assert_int_equal(chmod(st.cfg.store_path.p, 0755), 0);
    story_store_close(&st);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cannot_write), cmocka_unit_test(disk_full)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
