/* wismo outbox, wismo promises: what waits and what could not be sent, sending one of those again; what was promised to customers. */
#include "cli/cli.h"

#include "base/http_client.h"
#include "cli/remote.h"
#include "flows/message_list.h"
#include "flows/outbox_list.h"

#define OUT_MAX ((size_t)16 << 20)
#define ROWS_MAX 200

struct outbox_options {
    struct cli_store_options store;
    struct remote remote;
    const char *order;
    bool dead, json;
};

static enum err order_of(struct cli *cli, const struct outbox_options *o, const struct cli_store *st, int64_t *order_no)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    *order_no = 0;
    if (o->order == NULL)
        return OK;
    enum err e = case_find(&cli->ctx, st->rd, st->merchant_id, str_of(o->order), found, &n);
    if (e == OK && n != 1)
        e = ctx_fail(&cli->ctx, n == 0 ? ERR_NOTFOUND : ERR_CONFLICT, "\"%s\": %zu orders of that name, id or tracking number", o->order, n);
    if (e == OK)
        *order_no = found[0];
    return e;
}

static enum err show(struct cli *cli, const struct outbox_options *o, struct cli_store *st)
{
    struct outbox_ask ask = {.dead = o->dead, .max = ROWS_MAX};
    struct buf b;
    buf_init(&b, OUT_MAX);
    enum err e = order_of(cli, o, st, &ask.order_no);
    if (e == OK)
        e = outbox_show(&cli->ctx, st->rd, st->merchant_id, &ask, o->json, &b);
    if (e == OK)
        (void)cli_print(cli, buf_str(&b));
    buf_clear(&b);
    return e;
}

static int local_outbox(struct cli *cli, struct outbox_options *o, const char *again)
{
    struct cli_store st;
    o->store.read_only = again == NULL;
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "outbox", e);
    e = again == NULL ? show(cli, o, &st) : outbox_resend(&cli->ctx, st.eng, st.merchant_id, str_of(again));
    if (e == OK && again != NULL)
        fprintf(cli->out, "%s: will be sent again if it is still news\n", again);
    int code = e == OK ? EXIT_OK : cli_fail(cli, "outbox", e);
    cli_store_close(&st);
    return code;
}

static int remote_outbox(struct cli *cli, const struct outbox_options *o, const char *again)
{
    struct str merchant = o->store.merchant == NULL ? STR_NULL : url_encode(cli->arena, str_of(o->store.merchant));
    struct str order = o->order == NULL ? STR_NULL : url_encode(cli->arena, str_of(o->order));
    struct remote_ask ask = {.method = again == NULL ? "GET" : "POST", .accept = o->json ? STR("application/json") : STR("text/plain")};
    if (again == NULL)
        ask.path = arena_fmt(cli->arena, "/v1/outbox?%s%.*s%s%.*s%s", str_empty(merchant) ? "" : "merchant=", STR_ARG(merchant),
                             str_empty(order) ? "" : "&order=", STR_ARG(order), o->dead ? "&dead=1" : "");
    else
        ask.path = arena_fmt(cli->arena, "/v1/outbox/%.*s/resend%s%.*s", STR_ARG(url_encode(cli->arena, str_of(again))),
                             str_empty(merchant) ? "" : "?merchant=", STR_ARG(merchant));
    return remote_print(cli, "outbox", &o->remote, &ask);
}

int cmd_outbox(struct cli *cli, int argc, char **argv)
{
    struct outbox_options o = {.dead = false};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store; to send again, no server may be running on it"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("order", 0, &o.order, "ORDER", "all rows of one order, sent ones too"),
        OPT_FLAG("dead", 0, &o.dead, "dead letters only"),
        OPT_FLAG("json", 0, &o.json, "as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 2, &words);
    if (code >= 0)
        return code;
    const char *again = words.n == 2 ? words.values[1] : NULL;
    bool right = words.n == 0 || (words.n == 2 && str_eq(str_of(words.values[0]), STR("resend")));
    if (!right || (o.store.config_path == NULL) == (o.remote.server == NULL)) {
        fprintf(cli->err, "wismo outbox: [--dead] [--order ORDER], or resend ID; with one of --config FILE and --server URL\n");
        return EXIT_USAGE;
    }
    return o.remote.server != NULL ? remote_outbox(cli, &o, again) : local_outbox(cli, &o, again);
}

/* ---- promises */

static int local_promises(struct cli *cli, const struct outbox_options *o)
{
    struct cli_store st;
    struct buf b;
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "promises", e);
    buf_init(&b, OUT_MAX);
    e = promises_show(&cli->ctx, st.rd, st.merchant_id, o->json, &b);
    int code = e != OK ? cli_fail(cli, "promises", e) : cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    cli_store_close(&st);
    return code;
}

int cmd_promises(struct cli *cli, int argc, char **argv)
{
    struct outbox_options o = {.store = {.read_only = true}};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_FLAG("json", 0, &o.json, "as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    return code >= 0 ? code : local_promises(cli, &o);
}
