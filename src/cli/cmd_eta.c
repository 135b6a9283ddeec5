/*
 * wismo eta fit, predict, evaluate: the delivery estimate on plain CSV without a store, or learned from a store's own cases. What
 * the columns mean stands in eta_csv.h and docs/eta.md; the method is mind/eta.h's.
 */
#include <errno.h>

#include "cli/cli.h"
#include "cli/eta_csv.h"
#include "flows/estimates.h"
#include "flows/estimator.h"

#define ARENA_MAX ((size_t)32 << 30) /* five million rows and what a fit of them takes; touched as far as needed */
#define OUT_FLUSH ((size_t)1 << 18)

struct history {
    struct buf obs;          /* struct eta_obs, one behind the other */
    size_t n, delivered, dates;
    struct ctx *ctx;
};

static enum err add_row(void *user, const struct eta_csv *csv, const struct eta_csv_row *row)
{
    struct history *h = user;
    if (h->n == ETA_ROWS_MAX)
        return ctx_fail(h->ctx, ERR_LIMIT, "line %zu: over %zu rows", csv->line, ETA_ROWS_MAX);
    if (h->obs.cap - h->obs.n < sizeof(struct eta_obs) && buf_reserve(&h->obs, h->obs.n + sizeof(struct eta_obs)) == NULL)
        return ctx_fail(h->ctx, ERR_MEMORY, "line %zu: no memory", csv->line);
    struct eta_obs o;
    eta_obs_of(&row->row, &o);
    memcpy(h->obs.p + h->obs.n, &o, sizeof(o));
    h->obs.n += sizeof(o);
    h->n++;
    h->delivered += row->delivered_kind != WHEN_NONE ? 1 : 0;
    h->dates += row->delivered_kind == WHEN_DATE ? 1 : 0;
    return OK;
}

static enum err each_row(struct cli *cli, const char *path, eta_csv_each_fn *each, void *user)
{
    bool standard = str_eq(str_of(path), STR("-"));
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (f == NULL)
        return ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    enum err e = eta_csv_each(&cli->ctx, f, path, each, user);
    if (!standard)
        fclose(f);
    return e;
}

static enum err read_history(struct cli *cli, const char *path, struct history *h)
{
    *h = (struct history){.ctx = &cli->ctx};
    buf_init(&h->obs, (ETA_ROWS_MAX * 2 + 2) * sizeof(struct eta_obs));
    if (path == NULL)
        return ctx_fail(&cli->ctx, ERR_PARSE, "--history FILE.csv is missing");
    return each_row(cli, path, add_row, h);
}

/* The rows, aligned for what they are; the buffer is the malloc family's. */
static struct eta_obs *history_rows(struct history *h)
{
    void *p = h->obs.p;
    return p;
}

static struct eta_fit_options fit_options(const struct history *h, int64_t as_of_us)
{
    return (struct eta_fit_options){.as_of_us = as_of_us, .dates_only = h->delivered > 0 && h->dates == h->delivered};
}

static enum err time_option(struct cli *cli, const char *text, int64_t *out)
{
    *out = ETA_NONE;
    return text == NULL ? OK : cli_time_parse(cli, text, out);
}

static enum err write_file(struct cli *cli, const char *path, struct str bytes)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        return ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    bool ok = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    ok = fclose(f) == 0 && ok;
    return ok ? OK : ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

/* ---- fit */

static void print_report(struct cli *cli, const struct eta_fit_report *rep, const struct eta_model *m)
{
    struct buf b;
    buf_init(&b, OUT_FLUSH);
    buf_fmt(&b, "%zu rows, %zu used: %zu delivered, %zu open; hand-over known of %zu\n", rep->rows, rep->used, rep->delivered, rep->open,
            rep->handed);
    buf_fmt(&b, "left out: %zu repeated, %zu delivered before they were ordered, %zu later than the fit\n", rep->repeated, rep->backwards,
            rep->later);
    if (rep->truncated)
        buf_addz(&b, "the history leaves out what is still open: its youngest orders were not used\n");
    buf_fmt(&b, "as of %.*s\n", STR_ARG(time_rfc3339(cli->arena, rep->as_of_us)));
    eta_model_describe(m, &b);
    (void)cli_print(cli, buf_str(&b));
    buf_clear(&b);
}

static enum err write_model(struct cli *cli, const struct eta_model *m, const char *path)
{
    struct buf file;
    buf_init(&file, ETA_FILE_MAX);
    eta_model_write(m, &file);
    enum err e = buf_err(&file);
    if (e == OK)
        e = write_file(cli, path, buf_str(&file));
    buf_clear(&file);
    return e;
}

static enum err fit_csv(struct cli *cli, struct ctx *ctx, const char *history, const char *model, int64_t as_of_us)
{
    struct history h;
    struct eta_fit_report rep;
    struct eta_model *m = NULL;
    enum err e = model == NULL ? ctx_fail(&cli->ctx, ERR_PARSE, "--model OUT is missing") : read_history(cli, history, &h);
    if (e != OK)
        return e;
    struct eta_fit_options opt = fit_options(&h, as_of_us);
    e = eta_fit(ctx, history_rows(&h), h.n, &opt, &rep, &m);
    if (e == OK)
        e = write_model(cli, m, model);
    if (e == OK)
        print_report(cli, &rep, m);
    buf_clear(&h.obs);
    return e;
}

/* From the store's own cases: into a file, or into the ledger, from where it holds. */
static enum err fit_store(struct cli *cli, struct ctx *ctx, const struct cli_store_options *so, const char *model, int64_t as_of_us)
{
    struct cli_store st;
    struct estimator_history h;
    struct eta_fit_report rep;
    struct eta_model *m = NULL;
    enum err e = cli_store_open(cli, so, &st);
    if (e != OK)
        return e;
    e = estimator_history(ctx, st.eng, st.rd, st.merchant_id, &h);
    if (e == OK && as_of_us != ETA_NONE)
        h.opt.as_of_us = as_of_us;
    if (e == OK)
        e = eta_fit(ctx, h.obs, h.n, &h.opt, &rep, &m);
    if (e == OK)
        e = model != NULL ? write_model(cli, m, model) : estimates_record(ctx, st.eng, st.merchant_id, m);
    if (e == OK)
        print_report(cli, &rep, m);
    cli_store_close(&st);
    return e;
}

static int run_fit(struct cli *cli, struct ctx *ctx, int argc, char **argv)
{
    const char *history = NULL, *model = NULL, *as_of = NULL;
    struct cli_store_options so = {0};
    int64_t as_of_us;
    struct option_list rest;
    const struct option opts[] = {
        OPT_TEXT("history", 'i', &history, "FILE.csv", "orders with what became of them; - for standard input"),
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration: learn from its store (without --model no server may have it open)"),
        OPT_TEXT("merchant", 0, &so.merchant, "NAME", "which one, where there are several"),
        OPT_TEXT("model", 'm', &model, "OUT", "the model's file; with --config none: the store's own estimates rest on it from now on"),
        OPT_TEXT("as-of", 'a', &as_of, "TIME", "what was known at that time (else: the newest time in the history)"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    so.read_only = model != NULL;
    so.threads = !so.read_only;
    enum err e = time_option(cli, as_of, &as_of_us);
    if (e == OK)
        e = so.config_path != NULL ? fit_store(cli, ctx, &so, model, as_of_us) : fit_csv(cli, ctx, history, model, as_of_us);
    return e == OK ? EXIT_OK : cli_fail(cli, "eta fit", e);
}

/* ---- predict */

struct predicting {
    struct cli *cli;
    const struct eta_model *model;
    struct buf out;
};

static void write_estimate(struct predicting *p, const struct eta_csv_row *row, int64_t as_of_us)
{
    struct eta_estimate est;
    struct buf *out = &p->out;
    bool date = eta_model_dates_only(p->model);
    eta_predict(p->model, &row->row, as_of_us, &est);
    eta_csv_text(out, row->row.order_id);
    buf_addc(out, ',');
    eta_csv_time(out, row, as_of_us, false);
    int64_t q[] = {est.p10_us, est.p50_us, est.p90_us};
    for (size_t i = 0; i < 3; i++) {
        buf_addc(out, ',');
        if (est.known)
            eta_csv_time(out, row, q[i], date);
    }
    buf_addc(out, ',');
    if (est.known && est.late >= 0)
        buf_fmt(out, "%.5f", est.late);
    buf_addc(out, ',');
    if (est.known)
        buf_fmt(out, "%.5f", est.never);
    buf_addc(out, ',');
    eta_csv_text(out, str_of(est.group));
    buf_fmt(out, ",%u\n", est.n);
}

static enum err predict_row(void *user, const struct eta_csv *csv, const struct eta_csv_row *row)
{
    struct predicting *p = user;
    (void)csv;
    if (row->row.ordered_us != ETA_NONE)
        write_estimate(p, row, row->row.ordered_us);
    if (row->row.handed_us != ETA_NONE && (row->row.ordered_us == ETA_NONE || row->row.handed_us >= row->row.ordered_us))
        write_estimate(p, row, row->row.handed_us);
    enum err e = buf_err(&p->out);
    if (e == OK && p->out.n >= OUT_FLUSH) {
        e = cli_print(p->cli, buf_str(&p->out)) ? OK : ctx_fail(&p->cli->ctx, ERR_IO, "standard output: cannot be written");
        buf_reset(&p->out);
    }
    return e;
}

static enum err read_model(struct cli *cli, struct ctx *ctx, const char *path, struct eta_model **out)
{
    struct str file;
    struct cli own = *cli;
    if (path == NULL)
        return ctx_fail(&cli->ctx, ERR_PARSE, "--model FILE is missing");
    own.arena = ctx->arena;
    enum err e = cli_read_file(&own, path, ETA_FILE_MAX, &file);
    if (e == OK)
        e = eta_model_read(ctx, file, out);
    else
        memcpy(cli->ctx.msg, own.ctx.msg, sizeof(cli->ctx.msg));
    return e;
}

static int run_predict(struct cli *cli, struct ctx *ctx, int argc, char **argv)
{
    const char *orders = NULL, *model = NULL;
    struct eta_model *m = NULL;
    struct option_list rest;
    const struct option opts[] = {
        OPT_TEXT("model", 'm', &model, "FILE", "a model of wismo eta fit"),
        OPT_TEXT("orders", 'o', &orders, "FILE.csv", "orders to estimate; - for standard input"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    enum err e = read_model(cli, ctx, model, &m);
    if (e == OK && orders == NULL)
        e = ctx_fail(&cli->ctx, ERR_PARSE, "--orders FILE.csv is missing");
    struct predicting p = {.cli = cli, .model = m};
    buf_init(&p.out, OUT_FLUSH * 2);
    if (e == OK) {
        buf_addz(&p.out, "order_id,as_of,p10,p50,p90,late_probability,never_probability,group,n\n");
        e = each_row(cli, orders, predict_row, &p);
    }
    if (e == OK && !cli_print(cli, buf_str(&p.out)))
        e = ctx_fail(&cli->ctx, ERR_IO, "standard output: cannot be written");
    buf_clear(&p.out);
    return e == OK ? EXIT_OK : cli_fail(cli, "eta predict", e);
}

/* ---- evaluate */

static enum err evaluate_csv(struct cli *cli, struct ctx *ctx, const char *history, int64_t split_us, struct buf *out)
{
    struct history h;
    enum err e = read_history(cli, history, &h);
    if (e != OK)
        return e;
    struct eta_fit_options opt = fit_options(&h, ETA_NONE);
    e = eta_evaluate(ctx, history_rows(&h), h.n, split_us, &opt, out);
    buf_clear(&h.obs);
    return e;
}

static enum err evaluate_store(struct cli *cli, struct ctx *ctx, const struct cli_store_options *so, int64_t split_us, struct buf *out)
{
    struct cli_store st;
    struct estimator_history h;
    enum err e = cli_store_open(cli, so, &st);
    if (e != OK)
        return e;
    e = estimator_history(ctx, st.eng, st.rd, st.merchant_id, &h);
    if (e == OK)
        e = eta_evaluate(ctx, h.obs, h.n, split_us, &h.opt, out);
    cli_store_close(&st);
    return e;
}

static int run_evaluate(struct cli *cli, struct ctx *ctx, int argc, char **argv)
{
    const char *history = NULL, *split = NULL;
    struct cli_store_options so = {.read_only = true};
    int64_t split_us;
    struct option_list rest;
    struct buf out;
    const struct option opts[] = {
        OPT_TEXT("history", 'i', &history, "FILE.csv", "orders with what became of them; - for standard input"),
        OPT_TEXT("config", 'c', &so.config_path, "FILE", "configuration: the history is that of its store"),
        OPT_TEXT("merchant", 0, &so.merchant, "NAME", "which one, where there are several"),
        OPT_TEXT("split", 's', &split, "TIME", "fit on what was known then (else: when four fifths of the orders had come)"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    buf_init(&out, ETA_CSV_ROW_MAX);
    enum err e = time_option(cli, split, &split_us);
    if (e == OK)
        e = so.config_path != NULL ? evaluate_store(cli, ctx, &so, split_us, &out) : evaluate_csv(cli, ctx, history, split_us, &out);
    (void)cli_print(cli, buf_str(&out));
    buf_clear(&out);
    return e == OK ? EXIT_OK : cli_fail(cli, "eta evaluate", e);
}

int cmd_eta(struct cli *cli, int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*run)(struct cli *cli, struct ctx *ctx, int argc, char **argv);
    } WORDS[] = {{"fit", run_fit}, {"predict", run_predict}, {"evaluate", run_evaluate}};
    for (size_t i = 0; argc >= 2 && i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (!str_eq(str_of(argv[1]), str_of(WORDS[i].word)))
            continue;
        struct arena *a = arena_new(ARENA_MAX), *kept = cli->ctx.arena;
        struct ctx *ctx = &cli->ctx;
        if (a == NULL)
            return cli_fail(cli, "eta", ERR_MEMORY);
        ctx->arena = a;
        argv[1] = argv[0];
        int code = WORDS[i].run(cli, ctx, argc - 1, argv + 1);
        ctx->arena = kept;
        arena_free(a);
        return code;
    }
    bool help = argc >= 2 && (str_eq(str_of(argv[1]), STR("--help")) || str_eq(str_of(argv[1]), STR("-h")));
    fprintf(help ? cli->out : cli->err,
            "wismo eta fit --history FILE.csv --model OUT [--as-of TIME]\n"
            "wismo eta fit --config FILE [--merchant NAME] [--model OUT]\n"
            "wismo eta predict --model FILE --orders FILE.csv\n"
            "wismo eta evaluate --history FILE.csv | --config FILE [--split TIME]\n"
            "  learn delivery estimates from a history of orders, give them, hold them against later orders (docs/eta.md)\n");
    return help ? EXIT_OK : EXIT_USAGE;
}
