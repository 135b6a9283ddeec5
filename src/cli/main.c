/* Starts the command that argv names. */
#include <signal.h>

#include "cli/cli.h"

#define CLI_ARENA_MAX ((size_t)512 << 20)

static int run(struct cli *cli, int argc, char **argv)
{
    const char *word = argc < 2 ? "help" : argv[1];
    if (str_eq(str_of(word), STR("--help")) || str_eq(str_of(word), STR("-h")))
        word = "help";
    if (str_eq(str_of(word), STR("--version")))
        word = "version";
    for (const struct command *cmd = COMMANDS; cmd->name != NULL; cmd++)
        if (str_eq(str_of(cmd->name), str_of(word)))
            return argc < 2 ? cmd->run(cli, 1, argv) : cmd->run(cli, argc - 1, argv + 1);
    fprintf(cli->err, "wismo: \"%s\": no such command; `wismo help` lists them\n", word);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct cli cli = {.out = stdout, .err = stderr};
    signal(SIGPIPE, SIG_IGN); /* a closed reader is an error of the write */
    cli.arena = arena_new(CLI_ARENA_MAX);
    if (cli.arena == NULL) {
        fprintf(stderr, "wismo: no memory\n");
        return EXIT_NO;
    }
    clock_init_real(&cli.clock);
    cli.log = (struct log){.fd = 2, .min = LOG_WARN, .clock = &cli.clock};
    ctx_init(&cli.ctx, cli.arena, &cli.clock, &cli.log);
    int code = run(&cli, argc, argv);
    if (fflush(stdout) != 0 && code == EXIT_OK)
        code = EXIT_NO;
    arena_free(cli.arena);
    return code;
}
