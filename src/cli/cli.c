/* What several commands share: words on failure, files, the configuration, an open store. */
#include "cli/cli.h"

#include <errno.h>

#include "flows/virtual_clock.h"

int cli_fail(struct cli *cli, const char *command, enum err e)
{
    fprintf(cli->err, "wismo %s: %s\n", command, cli->ctx.msg[0] != '\0' ? cli->ctx.msg : err_name(e));
    return EXIT_NO;
}

bool cli_print(struct cli *cli, struct str s)
{
    return fwrite(s.p == NULL ? "" : s.p, 1, s.n, cli->out) == s.n;
}

static enum err read_stream(struct cli *cli, FILE *f, const char *path, size_t max, struct str *out)
{
    struct buf b;
    buf_init(&b, max + 1);
    size_t got;
    do {
        char *p = buf_reserve(&b, 65536 < max + 1 - b.n ? 65536 : max + 1 - b.n);
        if (p == NULL)
            break;
        got = fread(p, 1, 65536 < max + 1 - b.n ? 65536 : max + 1 - b.n, f);
        b.n += got;
    } while (got > 0 && b.n <= max);
    enum err e = ferror(f) != 0 ? ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be read", path) : buf_err(&b);
    if (e == OK && b.n > max)
        e = ctx_fail(&cli->ctx, ERR_LIMIT, "%s: over %zu bytes", path, max);
    if (e == OK)
        e = arena_dup(cli->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

enum err cli_read_file(struct cli *cli, const char *path, size_t max, struct str *out)
{
    if (str_eq(str_of(path), STR("-")))
        return read_stream(cli, stdin, "standard input", max, out);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    enum err e = read_stream(cli, f, path, max, out);
    fclose(f);
    return e;
}

enum err cli_config_load(struct cli *cli, const char *path, struct config *out)
{
    struct findings findings = {0};
    if (path == NULL)
        return ctx_fail(&cli->ctx, ERR_PARSE, "--config FILE is missing");
    enum err e = config_load(&cli->ctx, path, out, &findings);
    for (size_t i = 0; i < findings.n; i++) {
        const struct finding *f = &findings.rows[i];
        fprintf(cli->err, "%s:%d:%d: %s: %.*s\n", path, f->line, f->column, f->level == FINDING_ERROR ? "error" : "warning",
                STR_ARG(f->message));
        if (!str_empty(f->hint))
            fprintf(cli->err, "    %.*s\n", STR_ARG(f->hint));
    }
    if (e == ERR_PARSE && findings.errors > 0)
        return ctx_fail(&cli->ctx, ERR_PARSE, "%s: %zu error%s", path, findings.errors, findings.errors == 1 ? "" : "s");
    return e;
}

static enum err find_merchant(struct cli *cli, const struct cli_store_options *opt, struct cli_store *st)
{
    st->merchant_id = 0;
    if (opt->merchant == NULL && opt->want_all)
        return OK;
    if (opt->merchant == NULL && st->config.merchants_n != 1)
        return ctx_fail(&cli->ctx, ERR_NOTFOUND, "--merchant NAME is needed: the configuration has %zu", st->config.merchants_n);
    struct str name = opt->merchant != NULL ? str_of(opt->merchant) : st->config.merchants[0].name;
    enum err e = engine_merchant(st->eng, name, &st->merchant_id);
    return e == ERR_NOTFOUND ? ctx_fail(&cli->ctx, e, "merchant \"%.*s\": not in the configuration", STR_ARG(name)) : e;
}

enum err cli_store_open(struct cli *cli, const struct cli_store_options *opt, struct cli_store *out)
{
    *out = (struct cli_store){0};
    enum err e = cli_config_load(cli, opt->config_path, &out->config);
    if (e != OK)
        return e;
    e = virtual_clock_start(&cli->ctx, &out->config, &cli->clock);
    if (e != OK) {
        config_clear(&out->config);
        return e;
    }
    struct engine_options eo = {.config = &out->config, .clock = &cli->clock, .log = &cli->log, .no_threads = !opt->threads,
                                .read_only = opt->read_only};
    e = engine_open(&cli->ctx, &eo, &out->eng);
    if (e == OK)
        e = find_merchant(cli, opt, out);
    if (e == OK)
        e = reader_open(&cli->ctx, out->eng, &out->rd);
    if (e != OK)
        cli_store_close(out);
    return e;
}

void cli_store_close(struct cli_store *st)
{
    if (st->rd != NULL)
        reader_close(st->rd);
    if (st->eng != NULL)
        engine_close(st->eng);
    config_clear(&st->config);
    *st = (struct cli_store){0};
}

enum err cli_time_parse(struct cli *cli, const char *text, int64_t *out_us)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK || (w.kind != WHEN_UTC && w.kind != WHEN_DATE))
        return ctx_fail(&cli->ctx, ERR_PARSE, "\"%s\": expected a time such as 2026-11-23T10:00:00Z, or a date", text);
    *out_us = w.kind == WHEN_UTC ? w.utc_us : w.local_us + US_PER_DAY - 1;
    return OK;
}
