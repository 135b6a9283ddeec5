/*
 * wismo demo: a made-up store, played through the same door as real input, and served on a clock that is moved by hand. A folder
 * that holds a demo already is used again as it was left.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data.h"
#include "cli/demo_receiver.h"
#include "cli/demo_store.h"
#include "flows/courier.h"
#include "cli/serve.h"

struct demo {
    const char *dir;
    int64_t port;
    bool no_serve;
    struct str config_path;
    struct config cfg;
    struct demo_store store;
    struct demo_receiver *receiver;
    size_t webhooks, facts;
    bool made;
};

static enum err make_folder(struct cli *cli, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return ctx_fail(&cli->ctx, ERR_IO, "%s: %s", path, strerror(errno));
}

static enum err choose_folder(struct cli *cli, struct demo *d)
{
    const char *tmp = getenv("TMPDIR");
    if (d->dir != NULL)
        return make_folder(cli, d->dir);
    struct str pattern = arena_fmt(cli->arena, "%s/wismo-demo-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    char *path = pattern.p == NULL ? NULL : arena_alloc(cli->arena, pattern.n + 1);
    if (path == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory");
    memcpy(path, pattern.p, pattern.n);
    d->dir = mkdtemp(path);
    return d->dir != NULL ? OK : ctx_fail(&cli->ctx, ERR_IO, "%s: %s", path, strerror(errno));
}

/* data/demo/wismo.yaml with {dir}, {port}, {receiver} and {start} filled in. */
static enum err config_text(struct cli *cli, const struct demo *d, struct buf *out)
{
    struct str rest = data_file("demo/wismo.yaml"), part;
    struct str start = time_rfc3339(cli->arena, d->store.start_us);
    while (str_split(&rest, '{', &part)) {
        struct str name;
        buf_add(out, part);
        if (rest.p == NULL || !str_split(&rest, '}', &name))
            break;
        if (str_eq(name, STR("dir")))
            buf_addz(out, d->dir);
        else if (str_eq(name, STR("port")))
            buf_add_i64(out, d->port);
        else if (str_eq(name, STR("receiver")))
            buf_add_i64(out, demo_receiver_port(d->receiver));
        else if (str_eq(name, STR("start")))
            buf_add(out, start);
        else
            buf_fmt(out, "{%.*s}", STR_ARG(name));
    }
    return buf_err(out);
}

static enum err write_config(struct cli *cli, struct demo *d)
{
    struct buf b;
    d->config_path = arena_fmt(cli->arena, "%s/wismo.yaml", d->dir);
    if (d->config_path.p == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory");
    buf_init(&b, 65536);
    enum err e = config_text(cli, d, &b);
    (void)unlink(d->config_path.p);
    int fd = e == OK ? open(d->config_path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1; /* it holds secrets */
    bool ok = fd >= 0 && write(fd, b.p, b.n) == (ssize_t)b.n;
    ok = fd >= 0 && close(fd) == 0 && ok;
    buf_clear(&b);
    return ok ? OK : ctx_fail(&cli->ctx, ERR_IO, "%s: %s", d->config_path.p, strerror(errno));
}

struct folding {
    struct engine *eng;
    struct courier *courier;
};

static enum err fold_all(void *user, struct ctx *ctx)
{
    struct folding *f = user;
    int64_t folded = 1;
    enum err e = OK;
    while (e == OK && folded > 0)
        e = engine_fold_some(ctx, f->eng, &folded);
    size_t sent = 0;
    return e == OK ? courier_run(ctx, f->courier, 100, &sent) : e;
}

/* Played without threads: the same store each time. */
static enum err make_store(struct cli *cli, struct demo *d)
{
    struct folding f = {.eng = NULL};
    struct engine_options eo = {.config = &d->cfg, .clock = &cli->clock, .log = &cli->log, .no_threads = true};
    struct demo_player pl = {.clock = &cli->clock, .step = fold_all, .user = &f};
    enum err e = engine_open(&cli->ctx, &eo, &f.eng);
    if (e != OK)
        return e;
    fprintf(cli->err, "making the demo store in %s ...\n", d->dir);
    pl.eng = f.eng;
    e = engine_merchant(f.eng, STR("demo"), &pl.merchant_id);
    if (e == OK)
        e = courier_new(&cli->ctx, f.eng, &f.courier);
    if (e == OK)
        e = demo_store_play(&cli->ctx, &d->store, &pl);
    if (e == OK)
        e = virtual_clock_keep(&cli->ctx, &d->cfg, &cli->clock);
    courier_free(f.courier);
    engine_close(f.eng);
    d->webhooks = pl.webhooks;
    d->facts = pl.facts;
    d->made = true;
    return e;
}

/* The clock's file is written last: without it the making was cut short, and the folder is no demo to go on with. */
static enum err open_store(struct cli *cli, struct demo *d)
{
    struct str clock_path = arena_fmt(cli->arena, "%.*s/clock", STR_ARG(d->cfg.store_path));
    struct str ledger = arena_fmt(cli->arena, "%.*s/ledger.db", STR_ARG(d->cfg.store_path));
    enum err e = virtual_clock_start(&cli->ctx, &d->cfg, &cli->clock);
    if (e != OK || access(clock_path.p, R_OK) == 0)
        return e;
    if (access(ledger.p, R_OK) == 0)
        return ctx_fail(&cli->ctx, ERR_CONFLICT, "%s holds a demo that was not finished; remove it, or take another --dir", d->dir);
    return make_store(cli, d);
}

static void say_what_next(struct cli *cli, int port, void *user)
{
    const struct demo *d = user;
    struct str now = time_rfc3339(cli->arena, clock_now_us(&cli->clock));
    FILE *to = cli->out;
    fprintf(to, "\nThe demo store listens on http://127.0.0.1:%d, its clock stands at %.*s.\n", port, STR_ARG(now));
    if (d->made)
        fprintf(to, "It was made from %zu signed webhooks (Shopify, UPS, AfterShip) and %zu facts.\n", d->webhooks, d->facts);
    fprintf(to, "It is kept in %s; `wismo demo --dir %s` goes on with it.\n\n", d->dir, d->dir);
    fprintf(to, "Open      http://127.0.0.1:%d/\n", port);
    fprintf(to, "Chat      http://127.0.0.1:%d/demo/shop\n", port);
    fprintf(to, "Ask       wismo ask --server http://127.0.0.1:%d \"where is my stuff? #1020 anna@example.com\"\n", port);
    fprintf(to, "          wismo ask --server http://127.0.0.1:%d \"it says delivered but I have nothing. 1018, zip 77002\"\n", port);
    fprintf(to, "          wismo ask --server http://127.0.0.1:%d \"marta@example.com 53703\"\n", port);
    fprintf(to, "Talk      wismo talk --server http://127.0.0.1:%d --from anna@example.com --verified\n", port);
    fprintf(to, "Case      wismo case --server http://127.0.0.1:%d \"#1010\"\n", port);
    fprintf(to, "Approve   wismo approvals --server http://127.0.0.1:%d\n", port);
    fprintf(to, "          wismo approvals --server http://127.0.0.1:%d approve 6 --by ann\n", port);
    fprintf(to, "          What is done is printed here: the demo performs actions through a webhook receiver of its own.\n");
    fprintf(to, "Time      curl -d '{\"advance\":\"2d\"}' http://127.0.0.1:%d/v1/clock\n", port);
    fprintf(to, "Fact      curl -d '{\"kind\":\"hold\",\"order_id\":\"1003\",\"hold_id\":\"H9\",\"why\":\"stock check\",\"released\":false}' "
                "http://127.0.0.1:%d/v1/facts\n", port);
    fprintf(to, "Webhook   body='{\"id\":5500000002001,\"name\":\"#2001\",\"email\":\"zed.demo@example.com\",\"currency\":\"USD\",\n"
                "            \"line_items\":[{\"id\":1,\"sku\":\"MUG-BLU\",\"title\":\"Blue stoneware mug\",\"quantity\":1}]}'\n"
                "          curl -d \"$body\" -H 'X-Shopify-Topic: orders/create' -H \"X-Shopify-Hmac-Sha256: $(printf %%s \"$body\" |\n"
                "            openssl dgst -sha256 -hmac demo-shopify-secret -binary | base64)\" http://127.0.0.1:%d/hooks/shopify/demo\n", port);
    fprintf(to, "Stop      Ctrl-C\n\n");
}

static enum err prepare(struct cli *cli, struct demo *d)
{
    enum err e = choose_folder(cli, d);
    if (e == OK)
        e = demo_store_read(&cli->ctx, data_file("demo/store.story"), &d->store);
    if (e == OK)
        e = demo_receiver_start(cli, &d->receiver);
    if (e == OK)
        e = write_config(cli, d);
    if (e == OK)
        e = cli_config_load(cli, d->config_path.p, &d->cfg);
    for (size_t i = 0; e == OK && i < d->cfg.merchants[0].accounts_n; i++)
        if (d->cfg.merchants[0].accounts[i].performs != 0)
            demo_receiver_trust(d->receiver, &d->cfg.merchants[0].accounts[i]);
    if (e == OK)
        e = make_folder(cli, arena_fmt(cli->arena, "%.*s", STR_ARG(d->cfg.store_path)).p);
    return e == OK ? open_store(cli, d) : e;
}

int cmd_demo(struct cli *cli, int argc, char **argv)
{
    struct demo d = {.port = 8080};
    struct option_list rest;
    const struct option opts[] = {
        OPT_TEXT("dir", 'd', &d.dir, "DIR", "where the store is kept; default: a new temporary folder"),
        OPT_NUMBER("port", 'p', &d.port, "N", "port on 127.0.0.1; default 8080, 0: any free one"),
        OPT_FLAG("no-serve", 0, &d.no_serve, "make the store and end"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    if (d.port < 0 || d.port > 65535) {
        fprintf(cli->err, "wismo demo: --port: 0 to 65535\n");
        return EXIT_USAGE;
    }
    enum err e = prepare(cli, &d);
    if (e != OK)
        code = cli_fail(cli, "demo", e);
    else
        code = d.no_serve ? EXIT_OK : serve_run(cli, &d.cfg, say_what_next, &d);
    demo_receiver_stop(d.receiver);
    config_clear(&d.cfg);
    return code;
}
