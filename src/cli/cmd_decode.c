/*
 * wismo decode: what a payload gives, as JSON lines, without a store. With --fold, the parcels that these facts make. This is
 * the tool with which anyone checks a connector; its output is docs/decode.schema.json.
 */
#include "cli/cli.h"
#include "flows/parcel_line.h"
#include "model/fact_json.h"

#define DECODE_MAX ((size_t)6 << 20)
#define LINE_MAX_BYTES ((size_t)8 << 20)

struct decode_options {
    const char *connector, *config, *merchant, *account;
    struct option_list headers;
    bool fold;
};

static enum err read_headers(struct cli *cli, const struct option_list *lines, struct http_msg *msg)
{
    struct http_header *h = arena_array(cli->arena, lines->n + 1, sizeof(*h));
    if (h == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory for headers");
    for (size_t i = 0; i < lines->n; i++) {
        struct str rest = str_of(lines->values[i]), name;
        if (!str_split(&rest, ':', &name) || rest.p == NULL || str_empty(str_trim(name)))
            return ctx_fail(&cli->ctx, ERR_PARSE, "--header \"%s\": expected \"Name: value\"", lines->values[i]);
        h[i] = (struct http_header){str_trim(name), str_trim(rest)};
    }
    msg->headers = h;
    msg->headers_n = lines->n;
    return OK;
}

/* The account: of the configuration where one is named (the generic connector needs its mapping), else a bare one. */
static enum err find_account(struct cli *cli, const struct decode_options *o, struct config *cfg, struct account *out)
{
    *out = (struct account){.merchant = STR("none"), .id = str_of(o->connector), .conn = connector_find(str_of(o->connector))};
    if (o->config != NULL) {
        enum err e = cli_config_load(cli, o->config, cfg);
        if (e != OK)
            return e;
        const struct merchant_config *mc = config_merchant(cfg, o->merchant == NULL ? STR_NULL : str_of(o->merchant));
        struct str id = str_of(o->account != NULL ? o->account : o->connector);
        for (size_t i = 0; mc != NULL && i < mc->accounts_n; i++)
            if (str_eq(mc->accounts[i].id, id)) {
                *out = mc->accounts[i];
                return OK;
            }
        return ctx_fail(&cli->ctx, ERR_NOTFOUND, "account \"%.*s\": not in %s", STR_ARG(id), o->config);
    }
    if (out->conn == NULL)
        return ctx_fail(&cli->ctx, ERR_NOTFOUND, "--connector \"%s\": no such connector; `wismo doctor` lists them", o->connector);
    out->role = out->conn->role;
    return OK;
}

static int print_facts(struct cli *cli, const struct decoded *d)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, LINE_MAX_BYTES);
    for (size_t i = 0; i < d->n && ok; i++) {
        struct jw w = jw_of(&b);
        buf_reset(&b);
        fact_write(cli->arena, &w, &d->facts[i]);
        buf_addc(&b, '\n');
        ok = buf_err(&b) == OK && cli_print(cli, buf_str(&b));
    }
    buf_clear(&b);
    return ok ? EXIT_OK : EXIT_NO;
}

static int print_parcels(struct cli *cli, const struct decoded *d)
{
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    enum err e = parcel_lines(&cli->ctx, d, clock_now_us(&cli->clock), &b);
    int code = EXIT_NO;
    if (e != OK)
        cli_fail(cli, "decode", e);
    else if (buf_err(&b) == OK && cli_print(cli, buf_str(&b)))
        code = EXIT_OK;
    buf_clear(&b);
    return code;
}

static int decode_file(struct cli *cli, const struct decode_options *o, const struct account *acct, const char *path)
{
    struct http_msg msg = {.method = STR("POST"), .path = STR("/"), .received_us = clock_now_us(&cli->clock)};
    struct decoded d = {0};
    enum err e = cli_read_file(cli, path, DECODE_MAX, &msg.body);
    if (e == OK)
        e = read_headers(cli, &o->headers, &msg);
    if (e == OK)
        e = connector_decode_any(&cli->ctx, acct, &msg, &d);
    if (e != OK)
        return cli_fail(cli, "decode", e);
    if (d.n == 0 && !str_empty(d.note))
        fprintf(cli->err, "wismo decode: no facts: %.*s\n", STR_ARG(d.note));
    for (size_t i = 0; i < d.fetches_n; i++)
        fprintf(cli->err, "wismo decode: names a %.*s to read: %.*s\n", STR_ARG(d.fetches[i].what), STR_ARG(d.fetches[i].id));
    return o->fold ? print_parcels(cli, &d) : print_facts(cli, &d);
}

int cmd_decode(struct cli *cli, int argc, char **argv)
{
    struct decode_options o = {0};
    struct config cfg = {0};
    struct account acct;
    struct option_list files;
    const struct option opts[] = {
        OPT_TEXT("connector", 'k', &o.connector, "ID", "the vendor's connector, e.g. ups"),
        OPT_FLAG("fold", 0, &o.fold, "print the parcels that the facts make"),
        OPT_LIST("header", 'H', &o.headers, "'K: V'", "a header that came with the payload; may be given again"),
        OPT_TEXT("config", 'c', &o.config, "FILE", "configuration, for a connector with a mapping"),
        OPT_TEXT("merchant", 'm', &o.merchant, "NAME", "merchant in it"),
        OPT_TEXT("account", 'a', &o.account, "ID", "account in it; default: the connector's id"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, 1, &files);
    if (code >= 0)
        return code;
    if (o.connector == NULL) {
        fprintf(cli->err, "wismo decode: --connector ID is missing\n");
        return EXIT_USAGE;
    }
    enum err e = find_account(cli, &o, &cfg, &acct);
    code = e == OK ? decode_file(cli, &o, &acct, files.values[0]) : cli_fail(cli, "decode", e);
    config_clear(&cfg);
    return code;
}
