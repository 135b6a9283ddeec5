/* Reads a command's options by its table, and prints its help from the same rows. */
#include "cli/options.h"

#include "base/num.h"
#include "cli/cli.h"

static const struct option *find_option(const struct option *opts, struct str name, bool is_letter)
{
    for (; opts->name != NULL; opts++)
        if (is_letter ? (name.n == 1 && opts->letter == name.p[0]) : str_eq(name, str_of(opts->name)))
            return opts;
    return NULL;
}

static enum err set_value(struct ctx *ctx, const struct option *opt, const char *value)
{
    switch (opt->kind) {
    case OPTION_FLAG:
        *opt->to.flag = true;
        return OK;
    case OPTION_TEXT:
        *opt->to.text = value;
        return OK;
    case OPTION_NUMBER:
        if (num_parse_i64(str_of(value), INT64_MIN / 2, INT64_MAX / 2, opt->to.number) != OK)
            return ctx_fail(ctx, ERR_PARSE, "--%s: expected a whole number, got \"%s\"", opt->name, value);
        return OK;
    case OPTION_LIST:
        if (opt->to.list->n >= OPTION_LIST_MAX)
            return ctx_fail(ctx, ERR_PARSE, "--%s: at most %d times", opt->name, OPTION_LIST_MAX);
        opt->to.list->values[opt->to.list->n++] = value;
        return OK;
    }
    return OK;
}

/* One word that begins with a dash; *i moves past a value that stands in the next word. */
static enum err read_option(struct ctx *ctx, const struct option *opts, int argc, char **argv, int *i)
{
    struct str word = str_of(argv[*i]), name = word, rest;
    bool is_letter = !str_starts(word, STR("--"));
    rest = str_sub(word, is_letter ? 1 : 2, word.n);
    const char *value = NULL;
    (void)str_split(&rest, '=', &name);
    if (rest.p != NULL)
        value = rest.p; /* the end of argv[*i]: NUL-terminated */
    const struct option *opt = find_option(opts, name, is_letter);
    if (opt == NULL)
        return ctx_fail(ctx, ERR_PARSE, "%s: no such option", argv[*i]);
    if (opt->kind == OPTION_FLAG && value != NULL)
        return ctx_fail(ctx, ERR_PARSE, "--%s: takes no value", opt->name);
    if (opt->kind != OPTION_FLAG && value == NULL) {
        if (*i + 1 >= argc)
            return ctx_fail(ctx, ERR_PARSE, "--%s: its value %s is missing", opt->name, opt->arg);
        value = argv[++*i];
    }
    return set_value(ctx, opt, value);
}

enum err options_parse(struct ctx *ctx, const struct option *opts, int argc, char **argv, size_t min, size_t max,
                       struct option_list *rest)
{
    struct option_list words = {.n = 0};
    bool ended = false;
    for (int i = 1; i < argc; i++) {
        struct str word = str_of(argv[i]);
        if (!ended && str_eq(word, STR("--"))) {
            ended = true;
            continue;
        }
        if (!ended && (str_eq(word, STR("--help")) || str_eq(word, STR("-h")))) {
            ctx->msg[0] = '\0';
            return ERR_NOTFOUND;
        }
        if (!ended && word.n > 1 && word.p[0] == '-') {
            enum err e = read_option(ctx, opts, argc, argv, &i);
            if (e != OK)
                return e;
            continue;
        }
        if (words.n >= max || words.n >= OPTION_LIST_MAX)
            return ctx_fail(ctx, ERR_PARSE, "\"%s\": one word too many", argv[i]);
        words.values[words.n++] = argv[i];
    }
    if (words.n < min)
        return ctx_fail(ctx, ERR_PARSE, "a word is missing");
    *rest = words;
    return OK;
}

void options_help(FILE *to, const char *name, const char *args, const char *what, const struct option *opts)
{
    fprintf(to, "wismo %s %s\n  %s\n", name, args, what);
    for (; opts->name != NULL; opts++) {
        char left[80];
        if (opts->letter != '\0')
            snprintf(left, sizeof(left), "-%c, --%s %s", opts->letter, opts->name, opts->arg == NULL ? "" : opts->arg);
        else
            snprintf(left, sizeof(left), "    --%s %s", opts->name, opts->arg == NULL ? "" : opts->arg);
        fprintf(to, "  %-28s %s\n", left, opts->what);
    }
}

int options_begin(struct cli *cli, const struct option *opts, int argc, char **argv, size_t min, size_t max, struct option_list *rest)
{
    enum err e = options_parse(&cli->ctx, opts, argc, argv, min, max, rest);
    if (e == OK)
        return -1;
    const struct command *cmd = COMMANDS;
    while (cmd->name != NULL && !str_eq(str_of(cmd->name), str_of(argv[0])))
        cmd++;
    if (cli->ctx.msg[0] != '\0')
        fprintf(cli->err, "wismo %s: %s\n", argv[0], cli->ctx.msg);
    bool help = e == ERR_NOTFOUND;
    if (cmd->name != NULL)
        options_help(help ? cli->out : cli->err, cmd->name, cmd->args, cmd->what, opts);
    return help ? EXIT_OK : EXIT_USAGE;
}
