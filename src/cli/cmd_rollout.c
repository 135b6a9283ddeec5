/* wismo rollout: how far each capability has come from shadow to all, where people did otherwise, and who was right. */
#include "cli/cli.h"
#include "cli/remote.h"
#include "flows/rollout_read.h"

#define OUT_MAX ((size_t)4 << 20)
#define ACTIONS_DEFAULT 20000

struct rollout_options {
    struct cli_store_options store;
    struct remote remote;
    int64_t actions;
    bool json;
};

static int local(struct cli *cli, const struct rollout_options *o)
{
    struct rollout *r = ctx_alloc(&cli->ctx, sizeof(*r));
    struct cli_store st;
    struct buf b;
    struct jw w = jw_of(&b);
    enum err e = r == NULL ? ERR_MEMORY : cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "rollout", e);
    buf_init(&b, OUT_MAX);
    e = rollout_read(&cli->ctx, st.rd, st.merchant_id, o->actions, r);
    if (e == OK && o->json) {
        rollout_json(&w, r);
        buf_addc(&b, '\n');
    } else if (e == OK)
        rollout_text(&cli->ctx, r, &b);
    if (e == OK)
        e = buf_err(&b);
    int code = e != OK ? cli_fail(cli, "rollout", e) : cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    cli_store_close(&st);
    return code;
}

static int remote(struct cli *cli, const struct rollout_options *o)
{
    struct str merchant = o->store.merchant == NULL ? STR("") : url_encode(cli->arena, str_of(o->store.merchant));
    struct remote_ask ask = {.method = "GET", .accept = o->json ? STR("application/json") : STR("text/plain"), .timeout_ms = 120000};
    ask.path = arena_fmt(cli->arena, "/v1/rollout?actions=%lld%s%.*s", (long long)o->actions, merchant.n == 0 ? "" : "&merchant=", STR_ARG(merchant));
    return remote_print(cli, "rollout", &o->remote, &ask);
}

int cmd_rollout(struct cli *cli, int argc, char **argv)
{
    struct rollout_options o = {.store = {.read_only = true}, .actions = ACTIONS_DEFAULT};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_NUMBER("actions", 0, &o.actions, "N", "the newest N actions; default 20,000"),
        OPT_FLAG("json", 0, &o.json, "as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    if ((o.store.config_path == NULL) == (o.remote.server == NULL) || o.actions < 1) {
        fprintf(cli->err, "wismo rollout: one of --config FILE and --server URL is needed\n");
        return EXIT_USAGE;
    }
    return o.remote.server != NULL ? remote(cli, &o) : local(cli, &o);
}
