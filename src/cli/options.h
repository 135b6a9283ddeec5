/* Options of a command, from a table: "--name value", "--name=value", "-c value", flags; "--" ends them. */
#ifndef WISMO_CLI_OPTIONS_H
#define WISMO_CLI_OPTIONS_H

#include <stdio.h>

#include "base/ctx.h"

#define OPTION_LIST_MAX 64

struct option_list {
    const char *values[OPTION_LIST_MAX];
    size_t n;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_LIST };

struct option {
    const char *name;       /* without dashes; NULL ends the table */
    char letter;            /* 0: none */
    enum option_kind kind;
    const char *arg, *what; /* for the help text */
    union {
        bool *flag;
        const char **text;
        int64_t *number;
        struct option_list *list;
    } to;
};

#define OPT_FLAG(n, l, var, w) {.name = (n), .letter = (l), .kind = OPTION_FLAG, .what = (w), .to.flag = (var)}
#define OPT_TEXT(n, l, var, a, w) {.name = (n), .letter = (l), .kind = OPTION_TEXT, .arg = (a), .what = (w), .to.text = (var)}
#define OPT_NUMBER(n, l, var, a, w) {.name = (n), .letter = (l), .kind = OPTION_NUMBER, .arg = (a), .what = (w), .to.number = (var)}
#define OPT_LIST(n, l, var, a, w) {.name = (n), .letter = (l), .kind = OPTION_LIST, .arg = (a), .what = (w), .to.list = (var)}
#define OPT_END {.name = NULL}

/*
 * options_parse: sets what the options point to; the words that are no options become rest (views of argv), at least min and
 * at most max of them. "--help" gives ERR_NOTFOUND with empty words: the caller prints the help and ends well.
 * Errs: ERR_PARSE unknown option, missing value, not a number, too few or too many words.
 */
MUST_CHECK enum err options_parse(struct ctx *ctx, const struct option *opts, int argc, char **argv, size_t min, size_t max,
                                  struct option_list *rest);
/* options_help: "wismo NAME ARGS", what it does, one line an option. */
void options_help(FILE *to, const char *name, const char *args, const char *what, const struct option *opts);
/*
 * options_begin: options_parse, and what a command does about its failure: -1 go on, else the exit code to end with.
 */
struct cli;
int options_begin(struct cli *cli, const struct option *opts, int argc, char **argv, size_t min, size_t max, struct option_list *rest);

#endif
