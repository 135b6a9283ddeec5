/* wismo leakage: parcels that came back and what was given for nothing, by cause. */
#include "cli/cli.h"
#include "flows/leakage_read.h"

#define OUT_MAX ((size_t)1 << 20)
#define ORDERS_DEFAULT 100000
#define COST_MAX INT64_C(1000000000)

int cmd_leakage(struct cli *cli, int argc, char **argv)
{
    struct cli_store_options so = {.read_only = true};
    struct option_list words;
    struct cli_store st;
    struct leakage_report r;
    struct buf b;
    struct jw w = jw_of(&b);
    int64_t orders = ORDERS_DEFAULT, cost = 0;
    bool json = false;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration"),
        OPT_TEXT("merchant", 'm', &so.merchant, "NAME", "which merchant, when there are several"),
        OPT_NUMBER("orders", 0, &orders, "N", "the newest N orders; default 100,000"),
        OPT_NUMBER("rto-cost", 0, &cost, "MINOR", "what a parcel costs that goes out and comes back, in minor units of the policy's currency"),
        OPT_FLAG("json", 0, &json, "as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    if (orders < 1 || cost < 0 || cost > COST_MAX) {
        fprintf(cli->err, "wismo leakage: --orders from 1, --rto-cost from 0 to %lld\n", (long long)COST_MAX);
        return EXIT_USAGE;
    }
    enum err e = cli_store_open(cli, &so, &st);
    if (e != OK)
        return cli_fail(cli, "leakage", e);
    buf_init(&b, OUT_MAX);
    e = leakage_read(&cli->ctx, st.rd, st.merchant_id, orders, cost, &r);
    if (e == OK && json) {
        leakage_json(&w, &r);
        buf_addc(&b, '\n');
    } else if (e == OK)
        leakage_text(&cli->ctx, &r, &b);
    if (e == OK)
        e = buf_err(&b);
    code = e != OK ? cli_fail(cli, "leakage", e) : cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    cli_store_close(&st);
    return code;
}
