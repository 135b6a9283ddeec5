/*
 * wismo.yaml: read once, checked wholly, never logged. Every setting has a default and a sentence in one table (config_table),
 * from which docs/configuration.md is printed. Each finding names line and column and says what to do.
 */
#ifndef WISMO_FLOWS_CONFIG_H
#define WISMO_FLOWS_CONFIG_H

#include "base/findings.h"
#include "connectors/connector.h"
#include "mind/audit.h"
#include "mind/limits.h"
#include "mind/message_policy.h"
#include "mind/policy.h"

/* How customers are told: the rules, which the ledger records, and the channels, which it does not. */
struct message_config {
    struct message_policy policy;
    struct str from, reply_to, return_path, unsubscribe_url;
    struct str tickets_to;       /* what is handed over is mailed there; empty: not by mail */
    struct str folder;           /* e-mails become files there; empty: they are sent */
    int per_minute;              /* 600 */
    int64_t cost_micros[CHANNEL_KIND_COUNT]; /* of one message, or of one part of a text message; millionths of the currency */
    struct str smtp_url;
    bool smtp_tls;               /* true: STARTTLS must succeed */
    struct str smtp_ca_file;     /* certificates to trust; empty: the system's */
    struct secret smtp_user, smtp_password;
    struct str webhook_url;
    struct secret webhook_secret;
};
void message_config_clear(struct message_config *mc);

struct merchant_config {
    struct str name;
    struct promises promises;
    const struct str *order_name_patterns; /* as the merchant writes them, e.g. "#{n}", "NW-{n}" */
    size_t order_name_patterns_n;
    struct account *accounts;
    size_t accounts_n;
    struct message_config messages;
    struct estimate_config {
        int refit_days;          /* 7; 0: never learned by ourselves */
        int parcels_min;         /* 300 delivered ones */
    } estimates;
    struct talk_config {
        bool enabled;            /* what customers write is answered; else it is kept for people */
        int person_hours;        /* a person answers within, 24; 0: nothing is said of it */
    } talk;
    struct audit_limits audit;
    struct str policy_file;      /* as written, "default": the one that comes along; empty: nothing is decided */
    struct str policy_text, policy_version;
};

struct api_token {
    struct str name;
    struct secret token;
    const struct str *merchants; /* none: all */
    size_t merchants_n;
    unsigned scopes;             /* bits of enum api_scope */
};
enum api_scope { SCOPE_READ = 1, SCOPE_FACTS = 2, SCOPE_ASK = 4, SCOPE_PERSONAL = 8, SCOPE_ADMIN = 16, SCOPE_ACT = 32 };

struct config {
    struct str listen;           /* "127.0.0.1" */
    struct str public_url;       /* how customers and vendors reach it, without a slash at the end; empty: not known */
    int port;                    /* 8080; 0: any free one */
    int http_threads;            /* 2 */
    int max_connections;         /* 10,000 */
    size_t max_body;             /* 5 MiB */
    struct str store_path;       /* folder that holds ledger.db and state.db */
    int cache_mb;                /* 256 */
    struct str master_key_file;  /* default: master.key beside the store's folder, "<store>.key" */
    bool virtual_clock;          /* demo and tests only */
    int64_t virtual_start_us;
    int raw_days;                /* raw payloads are readable this long: 90 */
    int ask_budget_ms;           /* time that an answer may wait for fresh facts: 2,500 */
    bool poll;                   /* ask vendors by ourselves: true */
    struct merchant_config *merchants;
    size_t merchants_n;
    struct api_token *tokens;
    size_t tokens_n;
};

/* config_parse: text of wismo.yaml; everything in ctx's arena (secrets are wiped by config_clear). Errs: ERR_PARSE when
 * findings->errors > 0 (all findings are collected), ERR_MEMORY. Environment and files named by secrets are read here. */
MUST_CHECK enum err config_parse(struct ctx *ctx, struct str yaml, struct config *out, struct findings *findings);
MUST_CHECK enum err config_load(struct ctx *ctx, const char *path, struct config *out, struct findings *findings);
void config_clear(struct config *cfg);
/* policy_sources: what its accounts bring, for policy_check. */
void policy_sources(const struct merchant_config *mc, bool sources[SOURCE_COUNT]);
/* config_doc: docs/configuration.md. */
void config_doc(struct buf *out);
/* config_merchant: NULL when there is none of that name; empty name: the only one. */
const struct merchant_config *config_merchant(const struct config *cfg, struct str name);

#endif
