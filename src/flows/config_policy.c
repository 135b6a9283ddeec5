/*
 * `policy` of a merchant: the file that says what may be done by itself. It is read and checked whole with the configuration, so
 * that a store never starts with a policy that does not hold together; each finding names the policy's own line and column. Its
 * text goes into the ledger (policy_record.c), from where it decides.
 */
#include "flows/config_read.h"

#include <stdio.h>

#include "base/data.h"
#include "mind/policy_check.h"

static bool read_whole(struct cfg_reader *r, const struct yaml *v, struct str path, struct str *out)
{
    struct str whole = arena_fmt(r->ctx->arena, "%.*s", STR_ARG(path));
    char *text = cfg_alloc(r, YAML_BYTES_MAX + 1, 1);
    FILE *f = whole.p == NULL || text == NULL ? NULL : fopen(whole.p, "rb");
    size_t n = f == NULL ? 0 : fread(text, 1, YAML_BYTES_MAX + 1, f);
    bool ok = f != NULL && ferror(f) == 0 && n <= YAML_BYTES_MAX;
    if (f != NULL)
        fclose(f);
    if (!ok)
        cfg_say(r, FINDING_ERROR, v, "name a file beside the configuration, or write default", "policy: %.*s cannot be read", STR_ARG(path));
    *out = (struct str){text, n};
    return ok;
}

/* Who tells customers' tags: Shopify, and whoever writes our facts. */
static bool tells_tags(const struct connector *c)
{
    static const char *const TELLERS[] = {"shopify", "generic", "wismo"};
    for (size_t i = 0; c != NULL && i < sizeof(TELLERS) / sizeof(TELLERS[0]); i++)
        if (strcmp(c->id, TELLERS[i]) == 0)
            return true;
    return false;
}

/* Roles say storefront and warehouse; shops, warehouses and our own facts bring stock. */
void policy_sources(const struct merchant_config *mc, bool sources[SOURCE_COUNT])
{
    for (size_t i = 0; i < mc->accounts_n; i++) {
        const struct account *a = &mc->accounts[i];
        bool shop = a->role == ROLE_STOREFRONT || a->role == ROLE_BACK_OFFICE;
        sources[SOURCE_STOREFRONT] = sources[SOURCE_STOREFRONT] || shop;
        sources[SOURCE_WAREHOUSE] = sources[SOURCE_WAREHOUSE] || a->role == ROLE_WAREHOUSE;
        sources[SOURCE_STOCK] = sources[SOURCE_STOCK] || shop || a->role == ROLE_WAREHOUSE;
        sources[SOURCE_MARKS] = sources[SOURCE_MARKS] || tells_tags(a->conn);
        sources[SOURCE_HISTORY] = sources[SOURCE_HISTORY] || shop; /* counted from their orders (customer_history.h) */
    }
}

/* What is granted and nobody performs is refused each time, and lands with a person. Where nothing is performed yet, that is known. */
static void check_performers(struct cfg_reader *r, const struct yaml *v, const struct merchant_config *mc, const struct policy *pol)
{
    uint32_t performed = 0;
    struct str list = STR("");
    for (size_t i = 0; i < mc->accounts_n; i++)
        performed |= mc->accounts[i].performs;
    for (int c = 0; c < CAP_COUNT && performed != 0; c++) {
        int64_t mode = pol->grants[c].v[GRANT_MODE];
        if ((mode == MODE_AUTO || mode == MODE_SUGGEST) && (performed >> c & 1) == 0)
            list = arena_fmt(r->ctx->arena, "%.*s%s%s", STR_ARG(list), list.n > 0 ? ", " : "", capability_word((enum capability)c));
    }
    if (list.n > 0)
        cfg_say(r, FINDING_WARNING, v, "name them under `performs` of an account, such as a webhook, or leave them to a person",
                "policy: granted, and no account performs it: %.*s", STR_ARG(list));
}

void cfg_check_policy(struct cfg_reader *r, const struct yaml *v, struct merchant_config *mc)
{
    struct policy_check_options opt = {.sources_known = false};
    struct findings fs = {0};
    struct policy pol;
    if (str_empty(mc->policy_file))
        return;
    if (str_eq(mc->policy_file, STR("default")))
        mc->policy_text = data_file("policy/default.yaml");
    else if (!read_whole(r, v, cfg_path(r, mc->policy_file), &mc->policy_text))
        return;
    enum err e = policy_parse(r->ctx, mc->policy_text, &pol, &fs);
    if (e == OK)
        e = policy_check(r->ctx, &pol, &opt, &fs);
    if (e == OK) {
        mc->policy_version = pol.version;
        check_performers(r, v, mc, &pol);
    }
    r->no_memory = r->no_memory || e == ERR_MEMORY;
    for (size_t i = 0; i < fs.n; i++)
        if (fs.rows[i].level != FINDING_NOTE)
            cfg_say(r, fs.rows[i].level, v, fs.rows[i].hint.p, "policy: %.*s:%d:%d: %.*s", STR_ARG(mc->policy_file), fs.rows[i].line,
                    fs.rows[i].column, STR_ARG(fs.rows[i].message));
}
