/*
 * wismo import: orders and history from files. NDJSON or JSON holds facts as they are; CSV is read by an account of the generic
 * connector (its mapping says which column is what) and becomes the same facts. Files are read in blocks cut at line ends, so
 * that their size does not matter. Every fact is validated before anything is appended; what is refused is reported by line.
 */
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/scan.h"
#include "cli/cli.h"
#include "cli/csv_columns.h"
#include "cli/csv_rows.h"
#include "cli/remote.h"
#include "flows/submit.h"
#include "model/fact_json.h"

#define BLOCK_MAX ((size_t)1 << 20)
#define LINE_LIMIT ((size_t)5 << 20)

struct import_options {
    struct cli_store_options store;
    struct remote remote;
    const char *origin, *account;
    bool dry_run, quiet, json;
};

struct import {
    struct cli *cli;
    const struct import_options *o;
    struct cli_store st;
    struct config config;           /* remote: read for the mapping only */
    const struct account *csv;      /* NULL: none named */
    struct account own_csv;         /* without --account: columns have our own names */
    const char *path;               /* of the file being read */
    struct str csv_header;          /* its first line */
    struct csv_report columns;
    int csv_key;                    /* column of the order's id, -1: none */
    char csv_sep;
    enum origin origin;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    size_t waiting;                 /* rows not durable yet */
    int64_t last_pos;
    enum err failed;
    size_t lines, bytes, total;
    int64_t shown_us;
    struct submit_report report;
};

/* ---- appending */

static void appended(void *user, enum err e, int64_t pos)
{
    struct import *im = user;
    pthread_mutex_lock(&im->lock);
    im->waiting--;
    if (e != OK && im->failed == OK)
        im->failed = e;
    if (pos > im->last_pos)
        im->last_pos = pos;
    pthread_cond_signal(&im->moved);
    pthread_mutex_unlock(&im->lock);
}

static void count_waiting(struct import *im, size_t more, size_t less)
{
    pthread_mutex_lock(&im->lock);
    im->waiting += more - less;
    pthread_mutex_unlock(&im->lock);
}

static enum err append_local(void *user, struct ctx *ctx, struct str body, size_t facts)
{
    struct import *im = user;
    (void)facts;
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = body, .received_us = clock_now_us(ctx->clock)};
    struct append_req req = {.merchant_id = im->st.merchant_id, .source = RECV_FACTS, .origin = im->origin, .msg = &msg,
                             .account = im->csv != NULL ? im->csv->id : STR("import"), .done = appended, .user = im};
    enum err e = ERR_BUSY;
    count_waiting(im, 1, 0);
    for (int tries = 0; e == ERR_BUSY && tries < 30000; tries++) {
        e = engine_append(ctx, im->st.eng, &req);
        if (e == ERR_BUSY)
            nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    if (e != OK)
        count_waiting(im, 0, 1);
    return e;
}

/* The callbacks point into im: nothing may end before the last of them. */
static void wait_callbacks(struct import *im)
{
    pthread_mutex_lock(&im->lock);
    while (im->waiting > 0)
        pthread_cond_wait(&im->moved, &im->lock);
    pthread_mutex_unlock(&im->lock);
}

static enum err wait_durable(struct import *im)
{
    wait_callbacks(im);
    return im->failed == OK ? OK : ctx_fail(&im->cli->ctx, im->failed, "the store refused rows: %s", err_name(im->failed));
}

static enum err append_remote(void *user, struct ctx *ctx, struct str body, size_t facts)
{
    struct import *im = user;
    struct str answer;
    (void)facts;
    (void)ctx;
    struct remote_ask ask = {.method = "POST", .content_type = STR("application/x-ndjson"), .body = body, .timeout_ms = 60000};
    ask.path = arena_fmt(im->cli->arena, "/v1/facts?origin=%s%s%.*s", im->o->origin, im->o->store.merchant == NULL ? "" : "&merchant=",
                         STR_ARG(im->o->store.merchant == NULL ? STR_NULL : url_encode(im->cli->arena, str_of(im->o->store.merchant))));
    enum err e = ERR_BUSY;
    for (int tries = 0; e == ERR_BUSY && tries < 60; tries++) {
        e = remote_call(im->cli, &im->o->remote, &ask, &answer);
        if (e == ERR_BUSY)
            nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
    return e;
}

/* ---- reading blocks */

static void show_progress(struct import *im, const char *path, bool end)
{
    int64_t now = clock_mono_us();
    if (im->o->quiet || isatty(2) == 0 || (!end && now - im->shown_us < US_PER_S / 10))
        return;
    im->shown_us = now;
    int percent = im->total == 0 ? 100 : (int)(im->bytes * 100 / im->total);
    char bar[41];
    for (int i = 0; i < 40; i++)
        bar[i] = i < percent * 40 / 100 ? '=' : ' ';
    bar[40] = '\0';
    fprintf(im->cli->err, "\r%s [%s] %3d %%  %zu facts, %zu refused%s", path, bar, percent, im->report.accepted, im->report.refused,
            end ? "\n" : "");
}

/* Bytes of s up to and with the last line end outside quotes; 0: none. lines counts them, also those inside quotes. */
static size_t whole_lines(struct str s, bool quotes)
{
    size_t end = 0;
    bool in = false;
    for (size_t i = 0; i < s.n; i++) {
        in = quotes && s.p[i] == '"' ? !in : in;
        end = s.p[i] == '\n' && !in ? i + 1 : end;
    }
    return end;
}

static size_t count_lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n' ? 1 : 0;
    return n;
}

/* block_fn: whole lines; *took says how many bytes it has used (all, unless it wants the rest together with what follows). */
typedef enum err (*block_fn)(struct import *im, struct ctx *ctx, struct str block, bool end, size_t *took);

static enum err one_block(struct import *im, struct arena *scratch, struct str block, bool end, block_fn fn, size_t *took)
{
    struct ctx ctx;
    ctx_init(&ctx, scratch, &im->cli->clock, &im->cli->log);
    *took = block.n;
    enum err e = fn(im, &ctx, block, end, took);
    if (e != OK)
        return im->cli->ctx.msg[0] != '\0' ? e : ctx_fail(&im->cli->ctx, e, "%s", ctx.msg);
    im->lines += count_lines(str_sub(block, 0, *took));
    im->bytes += *took;
    return OK;
}

static enum err read_blocks(struct import *im, FILE *f, const char *path, bool quotes, block_fn fn)
{
    struct arena *scratch = arena_new((size_t)256 << 20);
    struct buf b;
    enum err e = scratch == NULL ? ctx_fail(&im->cli->ctx, ERR_MEMORY, "no memory") : OK;
    bool end = false;
    buf_init(&b, LINE_LIMIT + BLOCK_MAX);
    while (e == OK && !(end && b.n == 0)) {
        char *p = buf_reserve(&b, BLOCK_MAX);
        size_t got = p == NULL || end ? 0 : fread(p, 1, BLOCK_MAX, f);
        b.n += got;
        end = got < BLOCK_MAX;
        size_t n = end ? b.n : whole_lines(buf_str(&b), quotes);
        if (p == NULL || (n == 0 && b.n > LINE_LIMIT))
            e = ctx_fail(&im->cli->ctx, ERR_LIMIT, "%s: line %zu is over 5 MiB", path, im->lines + 1);
        else if (n > 0) {
            e = one_block(im, scratch, (struct str){b.p, n}, end, fn, &n);
            memmove(b.p, b.p + n, b.n - n);
            b.n -= n;
        }
        show_progress(im, path, false);
    }
    if (e == OK && ferror(f) != 0)
        e = ctx_fail(&im->cli->ctx, ERR_IO, "%s: cannot be read", path);
    buf_clear(&b);
    arena_free(scratch);
    return e;
}

static submit_emit emitter(const struct import *im)
{
    return im->o->dry_run ? NULL : im->o->remote.server != NULL ? append_remote : append_local;
}

/* The report outlives the block's arena: it is made in the command's. */
static enum err block_facts(struct import *im, struct ctx *ctx, struct str block, bool end, size_t *took)
{
    (void)ctx;
    (void)end;
    (void)took;
    return submit_facts(&im->cli->ctx, block, im->lines, emitter(im), im, &im->report);
}

/* ---- CSV: whole blocks where they decode, else order by order to name the bad rows */

static enum err decode_csv(struct import *im, struct ctx *ctx, struct str rows, struct decoded *d)
{
    static const struct http_header TYPE[] = {{{"Content-Type", 12}, {"text/csv", 8}}};
    struct http_msg msg = {.method = STR("POST"), .headers = TYPE, .headers_n = 1, .received_us = clock_now_us(ctx->clock)};
    struct buf b;
    buf_init(&b, im->csv_header.n + rows.n + 1);
    buf_add(&b, im->csv_header);
    buf_addc(&b, '\n');
    buf_add(&b, rows); /* to its last byte: a NUL in the midst is the decoder's to refuse */
    msg.body = buf_move(&b, ctx->arena);
    if (msg.body.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory for a block");
    return connector_decode_any(ctx, im->csv, &msg, d);
}

static enum err submit_decoded(struct import *im, struct ctx *ctx, const struct decoded *d, size_t line_base)
{
    struct buf b;
    buf_init(&b, (size_t)128 << 20);
    for (size_t i = 0; i < d->n; i++) {
        struct jw w = jw_of(&b);
        fact_write(ctx->arena, &w, &d->facts[i]);
        buf_addc(&b, '\n');
    }
    enum err e = buf_err(&b);
    if (e == OK)
        e = submit_facts(&im->cli->ctx, buf_str(&b), line_base, emitter(im), im, &im->report);
    buf_clear(&b);
    return e;
}

static enum err csv_group_alone(struct import *im, struct ctx *ctx, struct str rows, size_t line)
{
    struct decoded d = {0};
    if (str_empty(str_trim(rows)))
        return OK;
    enum err e = decode_csv(im, ctx, rows, &d);
    if (e == ERR_MEMORY)
        return e;
    if (e == OK)
        return submit_decoded(im, ctx, &d, line - 1);
    struct scan sc = scan_of(str_of(ctx->msg));
    int64_t inner = 2; /* the connector counts its header as line 1 */
    if (!scan_lit(&sc, STR("line ")) || !scan_digits(&sc, 1, 9, &inner) || !scan_lit(&sc, STR(": ")))
        sc = scan_of(str_of(ctx->msg));
    im->report.seen++;
    return submit_refuse(&im->cli->ctx, &im->report, line + (size_t)(inner > 2 ? inner - 2 : 0), sc.rest.p);
}

static enum err csv_by_group(struct import *im, struct ctx *ctx, struct str block, size_t line)
{
    enum err e = OK;
    while (e == OK && block.n > 0) {
        size_t n = csv_group(block, im->csv_key, im->csv_sep);
        e = csv_group_alone(im, ctx, str_sub(block, 0, n), line);
        line += count_lines(str_sub(block, 0, n));
        block = str_sub(block, n, block.n - n);
        arena_reset(ctx->arena);
    }
    return e;
}

/* The first line names the columns; gives its bytes. */
static enum err take_header(struct import *im, struct str block, size_t *bytes)
{
    struct str rest = block, head;
    *bytes = 0;
    if (im->lines > 0)
        return OK;
    if (!csv_row(&rest, &head))
        return ctx_fail(&im->cli->ctx, ERR_PARSE, "line 1: expected the names of the columns");
    *bytes = block.n - rest.n;
    if (str_starts(head, STR("\xEF\xBB\xBF"))) /* a byte order mark, as spreadsheets write it */
        head = str_sub(head, 3, head.n - 3);
    im->csv_sep = csv_separator(head);
    im->csv_key = csv_key_column(im->csv, head);
    enum err e = arena_dup(im->cli->arena, head, &im->csv_header);
    return e == OK ? csv_columns_check(&im->cli->ctx, im->csv, str_of(im->path), im->csv_header, &im->columns) : e;
}

static enum err block_csv(struct import *im, struct ctx *ctx, struct str block, bool end, size_t *took)
{
    struct decoded d = {0};
    size_t head = 0;
    enum err e = take_header(im, block, &head);
    if (e != OK)
        return e;
    struct str rows = str_sub(block, head, block.n - head);
    if (!end)
        rows.n = csv_whole_groups(rows, im->csv_key, im->csv_sep);
    *took = head + rows.n;
    size_t line = im->lines + (head > 0 ? 1 : 0) + 1;
    if (!str_empty(str_trim(rows)))
        e = decode_csv(im, ctx, rows, &d) == OK ? submit_decoded(im, ctx, &d, line - 1) : csv_by_group(im, ctx, rows, line);
    arena_reset(ctx->arena);
    return e;
}

/* ---- files */

static enum err import_file(struct import *im, const char *path)
{
    bool csv = str_ends(str_of(path), STR(".csv"));
    if (csv && im->csv == NULL)
        im->csv = &im->own_csv;
    FILE *f = str_eq(str_of(path), STR("-")) ? stdin : fopen(path, "rb");
    if (f == NULL)
        return ctx_fail(&im->cli->ctx, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    im->lines = im->bytes = im->total = 0;
    im->path = path;
    if (f != stdin && fseek(f, 0, SEEK_END) == 0) {
        long size = ftell(f);
        im->total = size > 0 ? (size_t)size : 0;
        rewind(f);
    }
    enum err e = read_blocks(im, f, path, csv, csv ? block_csv : block_facts);
    show_progress(im, path, true);
    if (f != stdin)
        fclose(f);
    return e;
}

static void print_report(struct import *im)
{
    const struct submit_report *r = &im->report;
    for (size_t i = 0; i < im->columns.n; i++)
        fprintf(im->cli->err, "%.*s\n", STR_ARG(csv_ignored_words(im->cli->arena, &im->columns.list[i])));
    for (size_t i = 0; i < r->refusals_n; i++)
        fprintf(im->cli->err, "line %zu: %.*s%s%.*s\n", r->refusals[i].line, STR_ARG(r->refusals[i].field),
                str_empty(r->refusals[i].field) ? "" : ": ", STR_ARG(r->refusals[i].reason));
    if (r->refused > r->refusals_n)
        fprintf(im->cli->err, "... and %zu more\n", r->refused - r->refusals_n);
    for (size_t i = 0; i < r->unknown_n; i++)
        fprintf(im->cli->err, "status not known: %.*s \"%.*s\", %zu times\n", STR_ARG(r->unknown[i].carrier),
                STR_ARG(r->unknown[i].code), r->unknown[i].n);
    fprintf(im->cli->out, "%zu facts read, %zu %s, %zu refused\n", r->seen, r->accepted, im->o->dry_run ? "good (dry run)" : "taken",
            r->refused);
}

static void print_json(struct import *im)
{
    struct buf b;
    buf_init(&b, (size_t)4 << 20);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    submit_report_json(&w, &im->report);
    csv_columns_json(&w, &im->columns);
    jw_end(&w);
    buf_addc(&b, '\n');
    (void)cli_print(im->cli, buf_str(&b));
    buf_clear(&b);
}

static enum err find_account(struct import *im)
{
    const struct config *cfg = im->o->remote.server != NULL ? &im->config : &im->st.config;
    if (im->o->account == NULL)
        return OK;
    const struct merchant_config *mc = config_merchant(cfg, im->o->store.merchant == NULL ? STR_NULL : str_of(im->o->store.merchant));
    for (size_t i = 0; mc != NULL && i < mc->accounts_n; i++)
        if (str_eq(mc->accounts[i].id, str_of(im->o->account)))
            im->csv = &mc->accounts[i];
    return im->csv != NULL ? OK : ctx_fail(&im->cli->ctx, ERR_NOTFOUND, "account \"%s\": not in the configuration", im->o->account);
}

static enum err open_target(struct import *im)
{
    if (im->o->remote.server == NULL)
        return cli_store_open(im->cli, &im->o->store, &im->st);
    return im->o->store.config_path == NULL ? OK : cli_config_load(im->cli, im->o->store.config_path, &im->config);
}

static enum err finish(struct import *im)
{
    if (im->o->remote.server != NULL || im->o->dry_run)
        return OK;
    enum err e = wait_durable(im);
    for (int i = 0; e == OK && i < 3600; i++) {
        e = engine_wait_folded(&im->cli->ctx, im->st.eng, im->st.merchant_id, im->last_pos, 1000);
        if (e != ERR_TIMEOUT)
            break;
        e = OK;
    }
    return e;
}

static int run_import(struct import *im, const struct option_list *files)
{
    enum err e = open_target(im);
    if (e == OK)
        e = find_account(im);
    for (size_t i = 0; e == OK && i < files->n; i++)
        e = import_file(im, files->values[i]);
    if (e == OK)
        e = finish(im);
    else if (im->st.eng != NULL)
        wait_callbacks(im);
    if (e == OK && im->o->json)
        print_json(im);
    else if (e == OK)
        print_report(im);
    int code = e != OK ? cli_fail(im->cli, "import", e) : im->report.refused == 0 ? EXIT_OK : EXIT_NO;
    cli_store_close(&im->st);
    config_clear(&im->config);
    return code;
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    struct import_options o = {.store = {.threads = true}, .origin = "history"};
    struct option_list files;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: write into its store (no server may have it open)"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "hand the facts to a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("account", 'a', &o.account, "ID", "generic account whose mapping reads the CSV; none: columns have our names"),
        OPT_TEXT("origin", 0, &o.origin, "WORD", "history (default): never causes a message or an action; or live"),
        OPT_FLAG("dry-run", 'n', &o.dry_run, "validate and report, append nothing"),
        OPT_FLAG("quiet", 'q', &o.quiet, "no progress bar"),
        OPT_FLAG("json", 0, &o.json, "the report as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, OPTION_LIST_MAX, &files);
    if (code >= 0)
        return code;
    bool live = str_eq(str_of(o.origin), STR("live"));
    if ((!live && !str_eq(str_of(o.origin), STR("history"))) || (o.store.config_path == NULL && o.remote.server == NULL)) {
        fprintf(cli->err, "wismo import: --config FILE or --server URL is needed; --origin is history or live\n");
        return EXIT_USAGE;
    }
    struct import im = {.cli = cli, .o = &o, .origin = live ? ORIGIN_LIVE : ORIGIN_HISTORY};
    im.own_csv = (struct account){.merchant = STR("import"), .id = STR("import"), .conn = connector_find(STR("generic")),
                                  .role = ROLE_STOREFRONT};
    pthread_mutex_init(&im.lock, NULL);
    pthread_cond_init(&im.moved, NULL);
    code = run_import(&im, &files);
    pthread_cond_destroy(&im.moved);
    pthread_mutex_destroy(&im.lock);
    return code;
}
