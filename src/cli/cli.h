/* The command line: one table of commands (commands.def), each in its own cmd_<name>.c, with options read from a table. */
#ifndef WISMO_CLI_CLI_H
#define WISMO_CLI_CLI_H

#include <stdio.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/options.h"
#include "flows/engine.h"

enum exit_code { EXIT_OK = 0, EXIT_NO = 1, EXIT_USAGE = 2 }; /* done; refused or a negative result; wrong words */

/* What every command starts with. */
struct cli {
    struct ctx ctx;
    struct arena *arena;
    struct clock clock;
    struct log log;     /* on standard error, warnings and worse unless a command lowers it */
    FILE *out, *err;
};

struct command {
    const char *name, *args, *what;
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the command's name; gives an exit code */
};
extern const struct command COMMANDS[]; /* ends with name NULL; in the order of `wismo help` */

#define COMMAND(name, word, args, what) int cmd_##name(struct cli *cli, int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

/* cli_fail: "wismo ask: words" on standard error, with what the context knows; gives EXIT_NO. */
int cli_fail(struct cli *cli, const char *command, enum err e);
/* cli_read_file: whole file or "-" for standard input, at most max bytes, in the arena. Errs: ERR_IO, ERR_LIMIT. */
MUST_CHECK enum err cli_read_file(struct cli *cli, const char *path, size_t max, struct str *out);
/* cli_print: bytes to standard output; false when that is closed. */
bool cli_print(struct cli *cli, struct str s);

/* ---- an open store, for commands that look into one */
struct cli_store {
    struct config config;
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;   /* of --merchant, or the only one; 0 with want_all and none named */
};
/*
 * cli_store_open: reads the configuration (its findings go to standard error), opens the store and finds the merchant.
 * Errs: ERR_PARSE configuration, ERR_NOTFOUND merchant or store, ERR_IO, ERR_DENIED master key.
 */
struct cli_store_options {
    const char *config_path, *merchant;
    bool read_only, threads, want_all;
};
MUST_CHECK enum err cli_store_open(struct cli *cli, const struct cli_store_options *opt, struct cli_store *out);
void cli_store_close(struct cli_store *st);
/* cli_config_load: prints findings; errors end it. */
MUST_CHECK enum err cli_config_load(struct cli *cli, const char *path, struct config *out);
/* cli_time_parse: RFC 3339 with offset or Z, or a date (its end, UTC). Errs: ERR_PARSE. */
MUST_CHECK enum err cli_time_parse(struct cli *cli, const char *text, int64_t *out_us);

#endif
