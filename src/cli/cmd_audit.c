/* wismo audit: why a case came before a person, traced back through its joins; or all of them, ranked by cause. */
#include "cli/cli.h"
#include "cli/remote.h"
#include "flows/audit_read.h"

#define OUT_MAX ((size_t)4 << 20)
#define ORDERS_DEFAULT 100000

struct audit_options {
    struct cli_store_options store;
    struct remote remote;
    int64_t orders;
    bool all, json;
};

static enum err write_all(struct cli *cli, const struct audit_options *o, struct cli_store *st, struct buf *b)
{
    struct audit_ranking r;
    struct jw w = jw_of(b);
    enum err e = audit_all(&cli->ctx, st->rd, st->merchant_id, o->orders, &r);
    if (e == OK && o->json)
        audit_ranking_json(&w, &r);
    else if (e == OK)
        audit_ranking_text(&cli->ctx, &r, b);
    return e;
}

static enum err write_one(struct cli *cli, const struct audit_options *o, struct cli_store *st, const char *order, struct buf *b)
{
    struct case_audit a;
    struct jw w = jw_of(b);
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    enum err e = case_find(&cli->ctx, st->rd, st->merchant_id, str_of(order), found, &n);
    if (e == OK && n != 1)
        e = n == 0 ? ctx_fail(&cli->ctx, ERR_NOTFOUND, "\"%s\": no order of that name, id or tracking number", order)
                   : ctx_fail(&cli->ctx, ERR_CONFLICT, "\"%s\": %zu orders fit; give the id at the source", order, n);
    if (e == OK)
        e = audit_read(&cli->ctx, st->rd, st->merchant_id, found[0], &a);
    if (e == OK && o->json)
        audit_json(&w, &a);
    else if (e == OK)
        audit_text(&cli->ctx, &a, b);
    return e;
}

static int local(struct cli *cli, const struct audit_options *o, const char *order)
{
    struct cli_store st;
    struct buf b;
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "audit", e);
    buf_init(&b, OUT_MAX);
    e = o->all ? write_all(cli, o, &st, &b) : write_one(cli, o, &st, order, &b);
    if (e == OK && o->json)
        buf_addc(&b, '\n');
    if (e == OK)
        e = buf_err(&b);
    int code = e != OK ? cli_fail(cli, "audit", e) : cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    cli_store_close(&st);
    return code;
}

static int remote(struct cli *cli, const struct audit_options *o, const char *order)
{
    struct str merchant = o->store.merchant == NULL ? STR("") : url_encode(cli->arena, str_of(o->store.merchant));
    struct remote_ask ask = {.method = "GET", .accept = o->json ? STR("application/json") : STR("text/plain"), .timeout_ms = 120000};
    const char *query = merchant.n == 0 ? "" : "&merchant=";
    ask.path = o->all ? arena_fmt(cli->arena, "/v1/audit?orders=%lld%s%.*s", (long long)o->orders, query, STR_ARG(merchant))
                      : arena_fmt(cli->arena, "/v1/cases/%.*s/audit?%s%.*s", STR_ARG(url_encode(cli->arena, str_of(order))), query, STR_ARG(merchant));
    return remote_print(cli, "audit", &o->remote, &ask);
}

int cmd_audit(struct cli *cli, int argc, char **argv)
{
    struct audit_options o = {.store = {.read_only = true}, .orders = ORDERS_DEFAULT};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_FLAG("all", 'a', &o.all, "all cases that came before a person, ranked by cause"),
        OPT_NUMBER("orders", 0, &o.orders, "N", "with --all: the newest N orders; default 100,000"),
        OPT_FLAG("json", 0, &o.json, "as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 1, &words);
    if (code >= 0)
        return code;
    if ((o.store.config_path == NULL) == (o.remote.server == NULL) || o.all == (words.n == 1) || o.orders < 1) {
        fprintf(cli->err, "wismo audit: one of --config FILE and --server URL, and an order or --all, are needed\n");
        return EXIT_USAGE;
    }
    const char *order = words.n == 1 ? words.values[0] : NULL;
    return o.remote.server != NULL ? remote(cli, &o, order) : local(cli, &o, order);
}
