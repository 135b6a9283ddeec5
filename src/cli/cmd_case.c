/* wismo case: one order from the store or from a running server, now or as it was known at a time. */
#include "cli/cli.h"
#include "cli/remote.h"
#include "flows/case_text.h"
#include "flows/act_read.h"
#include "flows/message_list.h"

#define CASE_OUT_MAX ((size_t)32 << 20)

struct case_options {
    struct cli_store_options store;
    struct remote remote;
    const char *at;
    bool json, personal;
};

static int print_case(struct cli *cli, const struct case_options *o, struct cli_store *st, int64_t order_no, int64_t at_us)
{
    struct case_answer ca;
    struct buf b;
    enum err e = case_read(&cli->ctx, st->rd, st->merchant_id, order_no, at_us, &ca);
    if (e == OK && at_us == 0)
        e = case_messages_join(&cli->ctx, st->rd, &ca);
    if (e == OK && at_us == 0)
        e = case_acts_join(&cli->ctx, st->rd, &ca);
    if (e != OK)
        return cli_fail(cli, "case", e);
    struct case_json_options opt = {.personal = o->personal ? st->rd : NULL};
    buf_init(&b, CASE_OUT_MAX);
    struct jw w = jw_of(&b);
    e = o->json ? case_json(&cli->ctx, &w, &ca, &opt) : case_text(&cli->ctx, &b, &ca, &opt);
    if (e == OK && o->json)
        buf_addc(&b, '\n');
    int code = e != OK ? cli_fail(cli, "case", e) : cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    return code;
}

static int local_case(struct cli *cli, const struct case_options *o, const char *order)
{
    struct cli_store st;
    int64_t found[CASE_FIND_MAX], at_us = 0;
    size_t n = 0;
    enum err e = o->at == NULL ? OK : cli_time_parse(cli, o->at, &at_us);
    if (e != OK) {
        (void)cli_fail(cli, "case", e);
        return EXIT_USAGE;
    }
    e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "case", e);
    e = case_find(&cli->ctx, st.rd, st.merchant_id, str_of(order), found, &n);
    int code = EXIT_OK;
    if (e == OK && n == 0)
        e = ctx_fail(&cli->ctx, ERR_NOTFOUND, "\"%s\": no order of that name, id or tracking number", order);
    if (e != OK)
        code = cli_fail(cli, "case", e);
    for (size_t i = 0; e == OK && i < n && code == EXIT_OK; i++)
        code = print_case(cli, o, &st, found[i], at_us);
    cli_store_close(&st);
    return code;
}

static int remote_case(struct cli *cli, const struct case_options *o, const char *order)
{
    struct remote_ask ask = {.method = "GET", .accept = o->json ? STR("application/json") : STR("text/plain")};
    ask.path = arena_fmt(cli->arena, "/v1/cases/%.*s?%s%.*s%s%.*s%s", STR_ARG(url_encode(cli->arena, str_of(order))),
                         o->store.merchant == NULL ? "" : "merchant=",
                         STR_ARG(o->store.merchant == NULL ? STR_NULL : url_encode(cli->arena, str_of(o->store.merchant))),
                         o->at == NULL ? "" : "&at=", STR_ARG(o->at == NULL ? STR_NULL : url_encode(cli->arena, str_of(o->at))),
                         o->personal ? "&personal=1" : "");
    return remote_print(cli, "case", &o->remote, &ask);
}

int cmd_case(struct cli *cli, int argc, char **argv)
{
    struct case_options o = {.store = {.read_only = true}};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("at", 0, &o.at, "TIME", "as it was known at that time"),
        OPT_FLAG("json", 0, &o.json, "as JSON (docs/case.schema.json)"),
        OPT_FLAG("personal", 0, &o.personal, "with name, address, contacts and the carriers' own words"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, 1, &words);
    if (code >= 0)
        return code;
    if ((o.store.config_path == NULL) == (o.remote.server == NULL)) {
        fprintf(cli->err, "wismo case: one of --config FILE and --server URL is needed\n");
        return EXIT_USAGE;
    }
    return o.remote.server != NULL ? remote_case(cli, &o, words.values[0]) : local_case(cli, &o, words.values[0]);
}
