/* wismo policy: check a policy file, say why a policy decides as it does, print the default one. Changes nothing. */
#include "base/data.h"
#include "base/yaml.h"
#include "cli/cli.h"
#include "flows/act_read.h"
#include "mind/policy_check.h"
#include "mind/policy_explain.h"

#define OUT_MAX ((size_t)16 << 20)

struct policy_options {
    struct cli_store_options store;
    const char *policy, *at, *request, *channel, *proof;
    int64_t confidence;
    bool json, overlaps;
};

/* ---- check */

static void print_findings(struct cli *cli, const char *path, const struct findings *fs)
{
    static const char *const LEVEL[] = {"error", "warning", "note"};
    for (size_t i = 0; i < fs->n; i++) {
        const struct finding *f = &fs->rows[i];
        if (f->line != 0)
            fprintf(cli->out, "%s:%d:%d: %s: %.*s\n", path, f->line, f->column, LEVEL[f->level], STR_ARG(f->message));
        else
            fprintf(cli->out, "%s: %s: %.*s\n", path, LEVEL[f->level], STR_ARG(f->message));
        if (!str_empty(f->hint))
            fprintf(cli->out, "    do: %.*s\n", STR_ARG(f->hint));
    }
}

static int check(struct cli *cli, const struct policy_options *o, const char *path)
{
    struct policy_check_options opt = {.overlaps = o->overlaps, .now_us = clock_now_us(&cli->clock)};
    struct config cfg = {0};
    struct findings fs = {0};
    struct policy pol;
    struct str text;
    enum err e = o->store.config_path == NULL ? OK : cli_config_load(cli, o->store.config_path, &cfg);
    const struct merchant_config *mc = e == OK && o->store.config_path != NULL ? config_merchant(&cfg, str_of(o->store.merchant)) : NULL;
    if (e == OK && o->store.config_path != NULL && mc == NULL)
        e = ctx_fail(&cli->ctx, ERR_NOTFOUND, "--merchant NAME is needed, one of the configuration's");
    if (mc != NULL) {
        opt.sources_known = true;
        policy_sources(mc, opt.sources);
    }
    if (e == OK)
        e = cli_read_file(cli, path, YAML_BYTES_MAX, &text);
    if (e == OK)
        e = policy_parse(&cli->ctx, text, &pol, &fs);
    if (e == OK)
        e = policy_check(&cli->ctx, &pol, &opt, &fs);
    config_clear(&cfg);
    if (e != OK && fs.errors == 0)
        return cli_fail(cli, "policy", e);
    print_findings(cli, path, &fs);
    if (fs.errors > 0)
        fprintf(cli->out, "%s: %zu error%s\n", path, fs.errors, fs.errors == 1 ? "" : "s");
    else
        fprintf(cli->out, "%s: %zu rules, version %.*s: every situation is decided, every rule can match\n", path, pol.rules_n, STR_ARG(pol.version));
    return fs.errors == 0 ? EXIT_OK : EXIT_NO;
}

/* ---- explain */

static bool word_of(struct cli *cli, enum policy_field f, const char *word, unsigned *out)
{
    for (unsigned i = 0; word != NULL && i < policy_enum_count(f); i++)
        if (str_eq(str_of(word), str_of(policy_enum_word(f, i)))) {
            *out = i;
            return true;
        }
    if (word != NULL)
        fprintf(cli->err, "wismo policy: --%s: there is no \"%s\" (docs/policy.md)\n", policy_field_row(f)->word, word);
    return word == NULL;
}

static bool ask_of(struct cli *cli, const struct policy_options *o, struct policy_ask *ask)
{
    unsigned request = REQUEST_NONE, channel = CHAN_NONE, proof = PROOF_NONE;
    if (!word_of(cli, FIELD_REQUEST, o->request, &request) || !word_of(cli, FIELD_CHANNEL, o->channel, &channel) ||
        !word_of(cli, FIELD_PROOF, o->proof, &proof))
        return false;
    if (o->confidence < 0 || o->confidence > 100) {
        fprintf(cli->err, "wismo policy: --confidence: expected 0 to 100\n");
        return false;
    }
    ask->request = (enum policy_request)request;
    ask->channel = (enum policy_channel)channel;
    ask->proof = (enum policy_proof)proof;
    ask->confidence = (int)o->confidence;
    return true;
}

/* The file named, else the policy that decides in the store, else the one that comes along. */
static enum err load_policy(struct cli *cli, const char *path, const struct cli_store *st, struct policy *out)
{
    struct findings fs = {0};
    struct str text;
    if (path == NULL) {
        enum err none = act_policy_read(&cli->ctx, st->rd, st->merchant_id, out);
        return none == ERR_UNSUPPORTED ? policy_default(&cli->ctx, out) : none;
    }
    enum err e = cli_read_file(cli, path, YAML_BYTES_MAX, &text);
    if (e == OK)
        e = policy_parse(&cli->ctx, text, out, &fs);
    if (e == ERR_PARSE)
        print_findings(cli, path, &fs);
    return e;
}

static enum err print_order(struct cli *cli, const struct policy_options *o, struct cli_store *st, const struct promises *promises,
                            const struct policy *pol, const struct policy_ask *ask, int64_t order_no, int64_t at_us)
{
    struct case_answer ca;
    struct explanation ex;
    struct guard_book book = {0};
    struct customer_history history = {0};
    struct buf b;
    enum err e = case_read(&cli->ctx, st->rd, st->merchant_id, order_no, at_us, &ca);
    if (e == OK)
        e = case_stock(&cli->ctx, st->rd, &ca);
    if (e != OK)
        return e;
    int64_t day = 0;
    e = act_history_read(&cli->ctx, st->rd, &ca, pol->currency, &history);
    if (e != OK)
        return e;
    e = act_book_read(&cli->ctx, st->rd, promises, &ca, &book, &day);
    if (at_us != 0) /* what was done then is not told apart from what was done since */
        book = (struct guard_book){.n = 0};
    const struct act_input in = {.policy = pol, .cas = ca.cas, .cd = &ca.cd, .ask = ask, .history = &history, .book = &book,
                                 .now_us = ca.as_of_us, .day = day};
    if (e == OK)
        e = policy_explain(&cli->ctx, &in, promises, &ex);
    if (e != OK)
        return e;
    buf_init(&b, OUT_MAX);
    if (o->json) {
        struct jw w = jw_of(&b);
        policy_explain_json(&cli->ctx, &ex, &w);
        buf_addc(&b, '\n');
    } else
        policy_explain_text(&cli->ctx, &ex, &b);
    e = buf_err(&b);
    if (e == OK && !cli_print(cli, buf_str(&b)))
        e = ctx_fail(&cli->ctx, ERR_IO, "standard output is closed");
    buf_clear(&b);
    return e;
}

static enum err explain_found(struct cli *cli, const struct policy_options *o, struct cli_store *st, const struct policy *pol,
                              const struct policy_ask *ask, const char *order, int64_t at_us)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    const struct merchant_config *mc = config_merchant(&st->config, str_of(o->store.merchant));
    enum err e = case_find(&cli->ctx, st->rd, st->merchant_id, str_of(order), found, &n);
    if (e == OK && (n == 0 || mc == NULL))
        e = ctx_fail(&cli->ctx, ERR_NOTFOUND, "\"%s\": no order of that name, id or tracking number", order);
    for (size_t i = 0; e == OK && i < n; i++)
        e = print_order(cli, o, st, &mc->promises, pol, ask, found[i], at_us);
    return e;
}

static int explain(struct cli *cli, const struct policy_options *o, const char *order)
{
    struct cli_store st;
    struct policy pol;
    struct policy_ask ask = {0};
    int64_t at_us = 0;
    if (!ask_of(cli, o, &ask))
        return EXIT_USAGE;
    if (o->at != NULL && cli_time_parse(cli, o->at, &at_us) != OK) {
        (void)cli_fail(cli, "policy", ERR_PARSE);
        return EXIT_USAGE;
    }
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "policy", e);
    e = load_policy(cli, o->policy, &st, &pol);
    if (e == OK)
        e = explain_found(cli, o, &st, &pol, &ask, order, at_us);
    int code = e == OK ? EXIT_OK : cli_fail(cli, "policy", e);
    cli_store_close(&st);
    return code;
}

int cmd_policy(struct cli *cli, int argc, char **argv)
{
    struct policy_options o = {.store = {.read_only = true}, .confidence = 100};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: explain reads its store, check what is connected"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("policy", 'p', &o.policy, "FILE", "explain: with this policy; else the one that decides in the store"),
        OPT_TEXT("at", 0, &o.at, "TIME", "explain: as it was known at that time"),
        OPT_TEXT("request", 0, &o.request, "WORD", "explain: as if the customer asked for it"),
        OPT_TEXT("channel", 0, &o.channel, "WORD", "explain: where they ask"),
        OPT_TEXT("proof", 0, &o.proof, "WORD", "explain: how they have shown who they are"),
        OPT_NUMBER("confidence", 0, &o.confidence, "N", "explain: how sure that is, in per cent"),
        OPT_FLAG("json", 0, &o.json, "explain: as JSON (docs/policy-explain.schema.json)"),
        OPT_FLAG("overlaps", 0, &o.overlaps, "check: also the pairs of rules whose order decides"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, 2, &words);
    if (code >= 0)
        return code;
    struct str verb = str_of(words.values[0]);
    if (words.n == 2 && str_eq(verb, STR("check")))
        return check(cli, &o, words.values[1]);
    if (words.n == 2 && str_eq(verb, STR("explain")))
        return explain(cli, &o, words.values[1]);
    if (words.n == 1 && str_eq(verb, STR("default")))
        return cli_print(cli, data_file("policy/default.yaml")) ? EXIT_OK : EXIT_NO;
    fprintf(cli->err, "wismo policy: expected check FILE, explain ORDER, or default\n");
    return EXIT_USAGE;
}
