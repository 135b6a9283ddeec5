/* docs/configuration.md, printed from the tables of config.c: `wismo config-doc`. */
#include "flows/config_read.h"

static const char *kind_words(const struct cfg_row *row)
{
    static const char *const WORDS[] = {
        [CFG_TEXT] = "text", [CFG_INT] = "number", [CFG_SIZE] = "size", [CFG_BOOL] = "true or false", [CFG_SECRET] = "secret",
        [CFG_SECRETS] = "one or two secrets", [CFG_TEXTS] = "list of texts", [CFG_MAP] = "settings below", [CFG_ITEMS] = "list, settings below",
        [CFG_INLINE] = "", [CFG_OTHER] = "",
    };
    return row->kind == CFG_OTHER ? row->shape : WORDS[row->kind];
}

static void write_row(struct buf *out, const struct cfg_table *t, const struct cfg_row *row)
{
    buf_fmt(out, "| `%s` | %s", row->name, kind_words(row));
    if (row->kind == CFG_INT)
        buf_fmt(out, ", %lld to %lld", (long long)row->min, (long long)row->max);
    if (row->required)
        buf_addz(out, " | must be given");
    else if (row->def != NULL && !t->sparse)
        buf_fmt(out, " | `%s`", row->def);
    else
        buf_addz(out, " | ");
    buf_fmt(out, " | %s |\n", row->what);
}

static void write_rows(struct buf *out, const struct cfg_table *t)
{
    for (const struct cfg_row *row = t->rows; row->name != NULL; row++) {
        if (row->kind == CFG_INLINE && row->sub->sparse)
            buf_addz(out, "| any limit of `promises` | number | as there | holds where this rule does |\n");
        else if (row->kind == CFG_INLINE)
            write_rows(out, row->sub);
        else
            write_row(out, t, row);
    }
}

static void write_table(struct buf *out, struct arena *a, const char *path, const struct cfg_table *t)
{
    buf_fmt(out, "\n## %s\n\n| setting | what it is | default | |\n|---|---|---|---|\n", path);
    write_rows(out, t);
    for (const struct cfg_row *row = t->rows; row->name != NULL; row++) {
        struct str deeper = arena_fmt(a, "%s%s%s%s", t == &CONFIG_TABLE ? "" : path, t == &CONFIG_TABLE ? "" : ".", row->name,
                                      row->kind == CFG_ITEMS ? "[]" : "");
        if ((row->kind == CFG_MAP || row->kind == CFG_ITEMS) && deeper.p != NULL)
            write_table(out, a, deeper.p, row->sub);
    }
}

void config_doc(struct buf *out)
{
    struct arena *a = arena_new(65536);
    buf_addz(out, "# Configuration\n\n"
                  "One file, `wismo.yaml`. `wismo doctor --config wismo.yaml` checks it without starting: each fault with its line, its\n"
                  "column and what to do. `examples/wismo.yaml` is a whole one. This page is printed by `wismo config-doc` from the table\n"
                  "by which the file is read.\n\n"
                  "A **secret** is written as `{env: NAME}` (a variable of the server's environment), `{file: PATH}` (a file, its white\n"
                  "space at both ends left out), or as the text itself; then the file should be readable by its owner only (chmod 600).\n"
                  "Sizes are bytes, or written like `64 KiB` or `5 MiB`. Relative paths start at the file's own folder.\n");
    if (a != NULL)
        write_table(out, a, "The file", &CONFIG_TABLE);
    arena_free(a);
}
