/*
 * Reading settings by a table: inside of the configuration. A row says a setting's name, kind, place in the struct, limits,
 * default and what it is for; reading, refusing, suggesting and docs/configuration.md all come from the rows.
 */
#ifndef WISMO_FLOWS_CONFIG_READ_H
#define WISMO_FLOWS_CONFIG_READ_H

#include "base/yaml.h"
#include "flows/config.h"

enum cfg_kind {
    CFG_TEXT,    /* struct str */
    CFG_INT,     /* int, min..max */
    CFG_SIZE,    /* size_t; "5 MiB", "64 KiB" or bytes, min..max */
    CFG_BOOL,    /* bool */
    CFG_SECRET,  /* struct secret: the text itself, {env: NAME} or {file: PATH} */
    CFG_SECRETS, /* struct secret[ACCOUNT_SECRETS_MAX]: one or a list */
    CFG_TEXTS,   /* const struct str * at `at`, size_t at `at_n` */
    CFG_MAP,     /* sub: settings in a map of that name, of a struct at `at` */
    CFG_INLINE,  /* sub: its rows stand here, without a map of their own; name is for the reader of the table only */
    CFG_ITEMS,   /* sub: list of maps; pointer at `at`, size_t at `at_n` */
    CFG_OTHER    /* read */
};

struct cfg_reader;
struct cfg_table;

struct cfg_row {
    const char *name;
    enum cfg_kind kind;
    bool required;
    size_t at, at_n;
    int64_t min, max;
    const char *def;   /* as written in YAML; NULL: none */
    const char *what;  /* one sentence */
    const char *shape; /* CFG_OTHER: what it looks like, for the documentation */
    const struct cfg_table *sub;
    void (*read)(struct cfg_reader *r, const struct yaml *v, void *base);
};

struct cfg_table {
    const struct cfg_row *rows; /* ends with name NULL */
    size_t size;
    bool sparse;                /* defaults are not filled in: what is absent stays as init left it */
    void (*init)(void *base);
    void (*check)(struct cfg_reader *r, const struct yaml *v, void *base); /* after its rows were read */
};

struct cfg_reader {
    struct ctx *ctx;
    struct findings *findings;
    struct str folder;    /* relative paths start here; empty: the working folder */
    bool inline_secrets;  /* the file itself holds one */
    bool no_memory;
};

extern const struct cfg_table CONFIG_TABLE;
extern const struct cfg_table CONFIG_MESSAGES; /* config_messages.c */

/* cfg_check_policy: reads and checks the file that `policy` names (config_policy.c). v: where it is named. */
void cfg_check_policy(struct cfg_reader *r, const struct yaml *v, struct merchant_config *mc);
/* cfg_init: defaults, by the table. cfg_read: the map v into base, which holds the defaults. */
void cfg_init(struct cfg_reader *r, const struct cfg_table *t, void *base);
void cfg_read(struct cfg_reader *r, const struct cfg_table *t, const struct yaml *v, void *base);
/* cfg_say: a finding at a node (NULL: the whole file). hint may be NULL. */
void cfg_say(struct cfg_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
/* cfg_path: relative paths start at the configuration's folder. NULL when memory is short. */
struct str cfg_path(struct cfg_reader *r, struct str path);
bool cfg_text(struct cfg_reader *r, const struct yaml *v, struct str *out); /* a scalar that is not empty; else a finding */
void *cfg_alloc(struct cfg_reader *r, size_t n, size_t size);

#endif
