/* Commands that look after a store: ledger, redecode, replay, erase. Each opens it by its configuration. */
#include "cli/cli.h"

static const char *source_word(enum recv_source s)
{
    static const char *const WORDS[RECV_SOURCE_COUNT] = {"webhook", "poll", "facts", "tick", "talk", "system"};
    return s < RECV_SOURCE_COUNT ? WORDS[s] : "?";
}

/* ---- ledger */

static void print_undecoded(struct cli *cli, const struct undecoded_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(cli->out, "%lld\t%.*s\t%.*s\t%s%.*s\n", (long long)rows[i].pos, STR_ARG(time_rfc3339(cli->arena, rows[i].at_us)),
                STR_ARG(rows[i].account), rows[i].set_aside ? "set aside: " : "", STR_ARG(rows[i].why));
}

static int list_undecoded(struct cli *cli, struct cli_store *st)
{
    struct undecoded_row *rows = NULL;
    size_t n = UNDECODED_PAGE, all = 0;
    int64_t after = 0;
    while (n == UNDECODED_PAGE) {
        enum err e = ledger_undecoded(&cli->ctx, st->rd, st->merchant_id, after, &rows, &n);
        if (e != OK)
            return cli_fail(cli, "ledger", e);
        print_undecoded(cli, rows, n);
        after = n > 0 ? rows[n - 1].pos : after;
        all += n;
    }
    fprintf(cli->err, "%zu not decoded\n", all);
    return EXIT_OK;
}

static int print_raw(struct cli *cli, struct cli_store *st, int64_t pos)
{
    struct http_msg msg = {0};
    struct str account;
    enum recv_source source;
    enum err e = ledger_raw(&cli->ctx, st->rd, st->merchant_id, pos, &msg, &account, &source);
    if (e != OK)
        return cli_fail(cli, "ledger", e);
    fprintf(cli->err, "position %lld, %s, account %.*s, received %.*s\n", (long long)pos, source_word(source), STR_ARG(account),
            STR_ARG(time_rfc3339(cli->arena, msg.received_us)));
    for (size_t i = 0; i < msg.headers_n; i++)
        fprintf(cli->err, "%.*s: %.*s\n", STR_ARG(msg.headers[i].name), STR_ARG(msg.headers[i].value));
    return cli_print(cli, msg.body) ? EXIT_OK : EXIT_NO;
}

static int print_status(struct cli *cli, struct cli_store *st)
{
    struct engine_status s;
    engine_status(st->eng, st->merchant_id, &s);
    fprintf(cli->out, "appended %lld, folded %lld\n", (long long)s.head, (long long)s.folded);
    return EXIT_OK;
}

int cmd_ledger(struct cli *cli, int argc, char **argv)
{
    struct cli_store_options so = {.read_only = true};
    struct option_list words;
    struct cli_store st;
    bool undecoded = false;
    int64_t raw = 0;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &so.merchant, "NAME", "which merchant, when there are several"),
        OPT_FLAG("undecoded", 'u', &undecoded, "list what could not be decoded, and why"),
        OPT_NUMBER("raw", 'r', &raw, "POS", "print what was received at a position: headers on standard error, body on output"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    enum err e = cli_store_open(cli, &so, &st);
    if (e != OK)
        return cli_fail(cli, "ledger", e);
    code = undecoded ? list_undecoded(cli, &st) : raw > 0 ? print_raw(cli, &st, raw) : print_status(cli, &st);
    cli_store_close(&st);
    return code;
}

/* ---- redecode */

int cmd_redecode(struct cli *cli, int argc, char **argv)
{
    struct cli_store_options so = {.threads = false};
    struct option_list words;
    struct cli_store st;
    int64_t tried = 0, decoded = 0, folded = 0;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &so.merchant, "NAME", "which merchant, when there are several"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    enum err e = cli_store_open(cli, &so, &st);
    if (e != OK)
        return cli_fail(cli, "redecode", e);
    e = engine_redecode(&cli->ctx, st.eng, st.merchant_id, &tried, &decoded);
    if (e == OK)
        e = engine_fold_some(&cli->ctx, st.eng, &folded);
    if (e == OK)
        fprintf(cli->out, "%lld tried, %lld decoded\n", (long long)tried, (long long)decoded);
    code = e == OK ? EXIT_OK : cli_fail(cli, "redecode", e);
    cli_store_close(&st);
    return code;
}

/* ---- replay */

int cmd_replay(struct cli *cli, int argc, char **argv)
{
    struct cli_store_options so = {.read_only = true, .want_all = true};
    struct option_list words;
    struct cli_store st;
    struct replay_report r = {0};
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &so.merchant, "NAME", "one merchant; default: all"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    enum err e = cli_store_open(cli, &so, &st);
    if (e != OK)
        return cli_fail(cli, "replay", e);
    e = engine_replay(&cli->ctx, st.eng, st.merchant_id, &r);
    if (e == OK) {
        fprintf(cli->out, "%lld positions, %lld facts; compared %lld orders, %lld parcels, %lld derived facts, %lld outbox rows, %lld actions, %lld conversations: %lld differences\n",
                (long long)r.positions, (long long)r.facts, (long long)r.compared_orders, (long long)r.compared_parcels,
                (long long)r.compared_derived, (long long)r.compared_outbox, (long long)r.compared_actions, (long long)r.compared_conversations,
                (long long)r.differences);
        (void)cli_print(cli, r.first);
    }
    code = e != OK ? cli_fail(cli, "replay", e) : r.differences == 0 ? EXIT_OK : EXIT_NO;
    cli_store_close(&st);
    return code;
}

/* ---- erase */

static enum err erase_one(struct cli *cli, struct cli_store *st, const char *order)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    enum err e = case_find(&cli->ctx, st->rd, st->merchant_id, str_of(order), found, &n);
    if (e == OK && n == 0)
        e = ctx_fail(&cli->ctx, ERR_NOTFOUND, "\"%s\": no such order", order);
    if (e == OK && n > 1)
        e = ctx_fail(&cli->ctx, ERR_CONFLICT, "\"%s\": %zu orders fit; give the id at the source", order, n);
    return e != OK ? e : engine_erase_order(&cli->ctx, st->eng, st->merchant_id, found[0]);
}

int cmd_erase(struct cli *cli, int argc, char **argv)
{
    struct cli_store_options so = {.threads = false};
    struct option_list words;
    struct cli_store st;
    bool yes = false;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &so.merchant, "NAME", "which merchant, when there are several"),
        OPT_FLAG("yes", 'y', &yes, "really: what is destroyed cannot be brought back"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, 1, &words);
    if (code >= 0)
        return code;
    if (!yes) {
        fprintf(cli->err, "wismo erase: destroys the keys of this order's personal data for good; say --yes\n");
        return EXIT_USAGE;
    }
    enum err e = cli_store_open(cli, &so, &st);
    if (e != OK)
        return cli_fail(cli, "erase", e);
    e = erase_one(cli, &st, words.values[0]);
    if (e == OK)
        fprintf(cli->out, "%s: personal data is gone; case, figures and replay stay\n", words.values[0]);
    code = e == OK ? EXIT_OK : cli_fail(cli, "erase", e);
    cli_store_close(&st);
    return code;
}
