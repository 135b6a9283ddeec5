/* The table of commands, and the small ones that only print. */
#include "base/data.h"
#include "cli/cli.h"
#include "mind/diagnosis.h"
#include "mind/policy.h"

const struct command COMMANDS[] = {
#define COMMAND(name, word, args, what) {word, args, what, cmd_##name},
#include "cli/commands.def"
#undef COMMAND
    {NULL, NULL, NULL, NULL},
};

#define DOC_MAX ((size_t)1 << 20)

static int print_doc(struct cli *cli, int argc, char **argv, void (*doc)(struct buf *out))
{
    struct option_list rest;
    const struct option opts[] = {OPT_END};
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    struct buf b;
    buf_init(&b, DOC_MAX);
    doc(&b);
    bool ok = buf_err(&b) == OK && cli_print(cli, buf_str(&b));
    buf_clear(&b);
    return ok ? EXIT_OK : EXIT_NO;
}

int cmd_diagnosis_doc(struct cli *cli, int argc, char **argv)
{
    return print_doc(cli, argc, argv, diagnosis_doc);
}

int cmd_policy_doc(struct cli *cli, int argc, char **argv)
{
    return print_doc(cli, argc, argv, policy_doc);
}

int cmd_config_doc(struct cli *cli, int argc, char **argv)
{
    return print_doc(cli, argc, argv, config_doc);
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    fprintf(cli->out, "wismo %s\n", WISMO_VERSION);
    return EXIT_OK;
}

static void list_commands(FILE *to)
{
    fprintf(to, "wismo: answers \"where is my order?\" for online stores\n\n");
    for (const struct command *cmd = COMMANDS; cmd->name != NULL; cmd++)
        fprintf(to, "  %-16s %s\n", cmd->name, cmd->what);
    fprintf(to, "\n`wismo COMMAND --help` tells its options. Exit codes: 0 done, 1 refused or a negative result, 2 wrong words.\n");
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
    if (argc < 2) {
        list_commands(cli->out);
        return EXIT_OK;
    }
    for (const struct command *cmd = COMMANDS; cmd->name != NULL; cmd++)
        if (str_eq(str_of(cmd->name), str_of(argv[1])) && cmd->run != cmd_help) {
            char help[] = "--help";
            char *args[] = {argv[1], help, NULL};
            return cmd->run(cli, 2, args);
        }
    list_commands(cli->err);
    return EXIT_USAGE;
}
