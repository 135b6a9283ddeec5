/* wismo backtest: the merchant's own history under another policy, beside the one that holds. Changes nothing. */
#include "base/data.h"
#include "base/yaml.h"
#include "cli/cli.h"
#include "flows/act_read.h"
#include "flows/backtest.h"

#define OUT_MAX ((size_t)64 << 20)
#define DAYS_DEFAULT 90

struct backtest_words {
    struct cli_store_options store;
    const char *policy, *from, *to, *order;
    int64_t threads;
    bool json;
};

static enum err load_new(struct cli *cli, const char *path, struct policy *out)
{
    struct findings fs = {0};
    struct str text;
    enum err e = cli_read_file(cli, path, YAML_BYTES_MAX, &text);
    if (e == OK)
        e = policy_parse(&cli->ctx, text, out, &fs);
    for (size_t i = 0; e != OK && i < fs.n; i++)
        fprintf(cli->err, "%s:%d:%d: %.*s\n", path, fs.rows[i].line, fs.rows[i].column, STR_ARG(fs.rows[i].message));
    return e;
}

static enum err times(struct cli *cli, const struct backtest_words *o, struct backtest_options *opt)
{
    enum err e = OK;
    opt->to_us = clock_now_us(&cli->clock);
    if (o->to != NULL)
        e = cli_time_parse(cli, o->to, &opt->to_us);
    opt->from_us = opt->to_us - DAYS_DEFAULT * US_PER_DAY;
    if (e == OK && o->from != NULL)
        e = cli_time_parse(cli, o->from, &opt->from_us);
    if (e == OK && o->from != NULL && str_of(o->from).n == 10) /* a day: from its begin on */
        opt->from_us -= US_PER_DAY - 1;
    if (e == OK && opt->from_us > opt->to_us)
        return ctx_fail(&cli->ctx, ERR_PARSE, "--from is after --to");
    return e;
}

static enum err find_case(struct cli *cli, struct cli_store *st, const char *order, int64_t *out)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    *out = 0;
    if (order == NULL)
        return OK;
    enum err e = case_find(&cli->ctx, st->rd, st->merchant_id, str_of(order), found, &n);
    if (e == OK && n != 1)
        return n == 0 ? ctx_fail(&cli->ctx, ERR_NOTFOUND, "\"%s\": no such order", order)
                      : ctx_fail(&cli->ctx, ERR_CONFLICT, "\"%s\": %zu orders fit; give the id at the source", order, n);
    *out = e == OK ? found[0] : 0;
    return e;
}

static enum err print(struct cli *cli, const struct backtest_words *o, const struct backtest_options *opt, const struct backtest_report *rep)
{
    struct buf b;
    buf_init(&b, OUT_MAX);
    if (o->json) {
        backtest_json(&cli->ctx, opt, rep, &b);
        buf_addc(&b, '\n');
    } else
        backtest_text(&cli->ctx, opt, rep, &b);
    enum err e = buf_err(&b);
    if (e == OK && !cli_print(cli, buf_str(&b)))
        e = ctx_fail(&cli->ctx, ERR_IO, "standard output is closed");
    buf_clear(&b);
    return e;
}

static enum err run(struct cli *cli, const struct backtest_words *o, struct cli_store *st)
{
    struct policy now, new;
    struct backtest_report rep;
    struct backtest_options opt = {.threads = (unsigned)o->threads};
    enum err e = load_new(cli, o->policy, &new);
    opt.policies[BACKTEST_NEW] = &new;
    if (e == OK)
        e = act_policy_read(&cli->ctx, st->rd, st->merchant_id, &now);
    if (e == OK)
        opt.policies[BACKTEST_NOW] = &now;
    if (e == ERR_UNSUPPORTED) { /* none holds: nothing is done now */
        fprintf(cli->err, "wismo backtest: no policy holds, \"now\" does nothing\n");
        e = OK;
    }
    if (e == OK)
        e = times(cli, o, &opt);
    if (e == OK)
        e = find_case(cli, st, o->order, &opt.case_no);
    if (e == OK)
        e = backtest_run(&cli->ctx, st->eng, st->merchant_id, &opt, &rep);
    return e == OK ? print(cli, o, &opt, &rep) : e;
}

int cmd_backtest(struct cli *cli, int argc, char **argv)
{
    struct backtest_words o = {.store = {.read_only = true}};
    struct option_list words;
    struct cli_store st;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("policy", 'p', &o.policy, "FILE", "the new policy"),
        OPT_TEXT("from", 0, &o.from, "TIME", "decisions from here on; default: 90 days before the end"),
        OPT_TEXT("to", 0, &o.to, "TIME", "and until here; default: now"),
        OPT_TEXT("case", 0, &o.order, "ORDER", "also every decision about this order"),
        OPT_NUMBER("threads", 0, &o.threads, "N", "default: as many as there are processors, at most 8"),
        OPT_FLAG("json", 0, &o.json, "as JSON, with up to 1,000 differences"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    if (o.policy == NULL || o.threads < 0 || o.threads > 8) {
        fprintf(cli->err, o.policy == NULL ? "wismo backtest: --policy FILE is needed\n" : "wismo backtest: --threads: expected 0 to 8\n");
        return EXIT_USAGE;
    }
    enum err e = cli_store_open(cli, &o.store, &st);
    if (e != OK)
        return cli_fail(cli, "backtest", e);
    e = run(cli, &o, &st);
    code = e == OK ? EXIT_OK : cli_fail(cli, "backtest", e);
    cli_store_close(&st);
    return code;
}
