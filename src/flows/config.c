/*
 * See config.h. The tables of all settings, the readers of those that are more than a value, and the checks that look at several
 * settings together. How a row is read stands in config_read.c, how it is documented in config_doc.c.
 */
#include "flows/config_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/calendar.h"
#include "base/zone.h"
#include "flows/call.h"
#include "flows/poller_plan.h"

#define END {.name = NULL}
#define WORD_MAX 64

/* Names that stand in addresses and rows: short, and safe in every place. */
static void check_name(struct cfg_reader *r, const struct yaml *v, const char *what, struct str name)
{
    bool ok = name.n >= 1 && name.n <= WORD_MAX && name.p[0] != '.';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
    }
    if (!ok && name.n > 0)
        cfg_say(r, FINDING_ERROR, v, "it stands in web addresses", "%s: expected 1 to %d letters, digits, - _ or ., got \"%.*s\"", what,
                WORD_MAX, STR_ARG(name));
}

static const struct yaml *at_or(const struct yaml *map, const char *key)
{
    const struct yaml *v = yaml_get(map, key);
    return v == NULL ? map : v;
}

/* ---- limits and promises */

static bool read_day(struct cfg_reader *r, const struct yaml *v, int64_t *out)
{
    struct str text;
    struct when w;
    if (!cfg_text(r, v, &text))
        return false;
    if (when_parse(text, &w) != OK || w.kind != WHEN_DATE) {
        cfg_say(r, FINDING_ERROR, v, "write it like 2026-12-24", "expected a date, got \"%.*s\"", STR_ARG(text));
        return false;
    }
    *out = civil_day(w.local_us);
    return true;
}

static const struct cfg_row LIMIT_ROWS[] = {
#define LIMIT(field, lo, hi, d, words) {.name = #field, .kind = CFG_INT, .at = offsetof(struct limit_set, field), .min = (lo), .max = (hi), .def = #d, .what = (words)},
#include "mind/limit.def"
#undef LIMIT
    {.name = "delivered_trusted", .kind = CFG_BOOL, .at = offsetof(struct limit_set, delivered_trusted), .def = "true",
     .what = "false where a carrier's word \"delivered\" is often wrong"},
    END};
static const struct cfg_table LIMITS = {LIMIT_ROWS, sizeof(struct limit_set), false, NULL, NULL};

static void limits_unset(void *base)
{
    *(struct limit_set *)base = LIMITS_UNSET;
}
static const struct cfg_table RULE_LIMITS = {LIMIT_ROWS, sizeof(struct limit_set), true, limits_unset, NULL};

static void read_rule_from(struct cfg_reader *r, const struct yaml *v, void *base)
{
    (void)read_day(r, v, &((struct limit_rule *)base)->from_day);
}

static void read_rule_to(struct cfg_reader *r, const struct yaml *v, void *base)
{
    (void)read_day(r, v, &((struct limit_rule *)base)->to_day);
}

static void rule_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct limit_rule *rule = base;
    rule->set.trust_said = yaml_get(v, "delivered_trusted") != NULL;
    if (rule->country.n != 0 && rule->country.n != 2)
        cfg_say(r, FINDING_ERROR, at_or(v, "country"), "write it like DE", "country: expected two letters, got \"%.*s\"", STR_ARG(rule->country));
    if ((rule->from_day == 0) != (rule->to_day == 0))
        cfg_say(r, FINDING_ERROR, v, "give both `from` and `to`", "a season needs its first and its last day");
    else if (rule->from_day > rule->to_day)
        cfg_say(r, FINDING_ERROR, at_or(v, "from"), "exchange them", "from: the season ends before it begins");
    if (rule->carrier.n == 0 && rule->service.n == 0 && rule->country.n == 0 && rule->from_day == 0)
        cfg_say(r, FINDING_WARNING, v, "put these limits beside `rules`, or say for what they are", "this rule holds for everything");
}

static const struct cfg_row RULE_ROWS[] = {
    {.name = "carrier", .kind = CFG_TEXT, .at = offsetof(struct limit_rule, carrier), .what = "carrier id, such as ups; none: any"},
    {.name = "service", .kind = CFG_TEXT, .at = offsetof(struct limit_rule, service), .what = "the carrier's service as it names it; none: any"},
    {.name = "country", .kind = CFG_TEXT, .at = offsetof(struct limit_rule, country), .what = "destination, such as DE; none: any"},
    {.name = "from", .kind = CFG_OTHER, .read = read_rule_from, .shape = "date", .what = "first day of a season"},
    {.name = "to", .kind = CFG_OTHER, .read = read_rule_to, .shape = "date", .what = "last day of a season"},
    {.name = "limits", .kind = CFG_INLINE, .at = offsetof(struct limit_rule, set), .sub = &RULE_LIMITS},
    END};
static const struct cfg_table RULE = {RULE_ROWS, sizeof(struct limit_rule), false, NULL, rule_check};

static const struct cfg_row PROMISE_ROWS[] = {
    {.name = "limits", .kind = CFG_INLINE, .at = offsetof(struct promises, base), .sub = &LIMITS},
    {.name = "rules", .kind = CFG_ITEMS, .at = offsetof(struct promises, rules), .at_n = offsetof(struct promises, rules_n), .sub = &RULE,
     .what = "other limits for a carrier, a service, a destination or a season; the most specific one has the last word"},
    END};

/* The rules that hold by default stand behind the merchant's own: they fill what these leave open. */
static void keep_default_rules(struct cfg_reader *r, struct promises *p)
{
    struct promises def;
    promises_default(&def);
    struct limit_rule *all = cfg_alloc(r, p->rules_n + def.rules_n, sizeof(*all));
    if (all == NULL)
        return;
    memcpy(all, p->rules, p->rules_n * sizeof(*all));
    memcpy(all + p->rules_n, def.rules, def.rules_n * sizeof(*all));
    p->rules = all;
    p->rules_n += def.rules_n;
}

static void promises_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct promises *p = base;
    const struct yaml *rules = yaml_get(v, "rules");
    if (rules != NULL && rules->kind == YAML_LIST && rules->count > 0 && p->rules != NULL)
        keep_default_rules(r, p);
}
static const struct cfg_table PROMISES = {PROMISE_ROWS, sizeof(struct promises), false, NULL, promises_check};

/* ---- accounts */

static const char *connector_word(const void *list, size_t i)
{
    (void)list;
    return connector_at(i)->id;
}

static void read_connector(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct account *acct = base;
    struct str id;
    if (!cfg_text(r, v, &id))
        return;
    acct->conn = connector_find(id);
    if (acct->conn != NULL)
        return;
    const char *near = word_near(id, connector_word, NULL, connector_count());
    struct str hint = near == NULL ? STR("`wismo doctor` without --config lists them")
                                   : arena_fmt(r->ctx->arena, "did you mean \"%s\"? `wismo doctor` without --config lists all", near);
    cfg_say(r, FINDING_ERROR, v, hint.p, "connector: there is no \"%.*s\"", STR_ARG(id));
}

static void read_role(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct str word;
    enum source_role role;
    if (!cfg_text(r, v, &word))
        return;
    if (source_role_parse(word, &role) && role < ROLE_CUSTOMER)
        ((struct account *)base)->role = role;
    else
        cfg_say(r, FINDING_ERROR, v, NULL, "role: expected %s, %s, %s or %s, got \"%.*s\"", source_role_word(ROLE_STOREFRONT),
                source_role_word(ROLE_BACK_OFFICE), source_role_word(ROLE_WAREHOUSE), source_role_word(ROLE_CARRIER), STR_ARG(word));
}

static void read_settings(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct account *acct = base;
    struct setting *list = v->kind == YAML_MAP ? cfg_alloc(r, v->count, sizeof(*list)) : NULL;
    if (v->kind != YAML_MAP)
        cfg_say(r, FINDING_ERROR, v, "write `name: value` lines below it", "settings: expected a map");
    if (list == NULL)
        return;
    for (const struct yaml *c = v->first; c != NULL; c = c->next) {
        list[acct->settings_n].name = c->key;
        acct->settings_n += cfg_text(r, c, &list[acct->settings_n].value) ? 1 : 0;
    }
    acct->settings = list;
}

static void read_mapping(struct cfg_reader *r, const struct yaml *v, void *base)
{
    if (yaml_to_json(r->ctx, v, &((struct account *)base)->mapping) != OK)
        r->no_memory = true;
}

static const char *capability_name(const void *list, size_t i)
{
    (void)list;
    return capability_word((enum capability)i);
}

static void read_performs(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct account *acct = base;
    for (const struct yaml *c = v->kind == YAML_LIST ? v->first : v; c != NULL; c = v->kind == YAML_LIST ? c->next : NULL) {
        enum capability cap;
        struct str word;
        if (!cfg_text(r, c, &word))
            continue;
        const char *near = word_near(word, capability_name, NULL, CAP_COUNT);
        struct str hint = near == NULL ? STR("docs/policy.md lists them") : arena_fmt(r->ctx->arena, "did you mean \"%s\"?", near);
        if (capability_parse(word, &cap))
            acct->performs |= 1u << cap;
        else
            cfg_say(r, FINDING_ERROR, c, hint.p, "performs: there is no capability \"%.*s\"", STR_ARG(word));
    }
}

static void check_performs(struct cfg_reader *r, const struct yaml *v, const struct account *acct)
{
    if (acct->tickets && acct->conn->ticket == NULL)
        cfg_say(r, FINDING_ERROR, v, "helpdesks and webhook accounts do", "tickets: %s takes no tickets", acct->conn->id);
    uint32_t can = acct->conn->act == NULL ? 0 : acct->conn->act->kinds;
    for (int c = 0; c < CAP_COUNT; c++)
        if ((acct->performs >> c & 1) != 0 && (can >> c & 1) == 0)
            cfg_say(r, FINDING_ERROR, v, "leave it to a webhook account", "performs: %s cannot do %s", acct->conn->id, capability_word((enum capability)c));
}

static bool is_listed(const struct cfg_field *f, struct str name)
{
    for (; f != NULL && f->name != NULL; f++)
        if (str_eq(str_of(f->name), name))
            return true;
    return false;
}

static bool cfg_field_known(const struct connector *conn, struct str name)
{
    return is_listed(conn->cfg, name) || (conn->poll != NULL && is_listed(poll_settings, name)) || str_eq(name, STR("insecure"));
}

static void account_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct account *acct = base;
    struct poll_plan plan;
    acct->line = v->line;
    acct->column = v->column;
    if (acct->conn == NULL)
        return;
    if (poll_plan_of(r->ctx, acct, &plan) == ERR_PARSE)
        cfg_say(r, FINDING_ERROR, at_or(v, "settings"), "see docs/polling.md", "%s", r->ctx->msg);
    if (str_empty(acct->id))
        acct->id = str_of(acct->conn->id);
    if (yaml_get(v, "role") == NULL)
        acct->role = acct->conn->role;
    check_name(r, at_or(v, "id"), "id", acct->id);
    for (size_t i = 0; i < acct->settings_n; i++)
        if (acct->conn->cfg != NULL && !cfg_field_known(acct->conn, acct->settings[i].name))
            cfg_say(r, FINDING_WARNING, yaml_get(v, "settings"), acct->conn->docs_url, "settings: %s does not list \"%.*s\"", acct->conn->id,
                    STR_ARG(acct->settings[i].name));
    check_performs(r, at_or(v, "performs"), acct);
    struct str hours = account_setting(acct, "dial_hours");
    int from_min, until_min;
    if (!str_empty(hours) && call_hours_parse(r->ctx, hours, &from_min, &until_min) != OK)
        cfg_say(r, FINDING_ERROR, at_or(v, "settings"), "write it like 09:00-17:00", "dial_hours: %s", r->ctx->msg);
    if (str_eq(account_setting(acct, "insecure"), STR("true")))
        cfg_say(r, FINDING_WARNING, at_or(v, "settings"), "set webhook_secrets instead", "insecure: anybody can send webhooks for this account");
    if (acct->base_url.n > 0 && !str_starts(acct->base_url, STR("https://")) && !str_starts(acct->base_url, STR("http://")))
        cfg_say(r, FINDING_ERROR, at_or(v, "base_url"), "write it like https://sandbox.example.com", "base_url: expected a web address");
}

#define ACCT(field) offsetof(struct account, field)
static const struct cfg_row ACCOUNT_ROWS[] = {
    {.name = "connector", .kind = CFG_OTHER, .required = true, .read = read_connector, .shape = "text", .what = "the vendor's connector, such as shopify"},
    {.name = "id", .kind = CFG_TEXT, .at = ACCT(id), .what = "name of this account, part of its webhook address; the connector's unless set"},
    {.name = "role", .kind = CFG_OTHER, .read = read_role, .shape = "storefront, back_office, warehouse or carrier",
     .what = "whose word it is; the connector's usual one unless set"},
    {.name = "webhook_secrets", .kind = CFG_SECRETS, .at = ACCT(webhook_secrets), .what = "secret that signs its webhooks; two while it is changed"},
    {.name = "api_key", .kind = CFG_SECRET, .at = ACCT(api_key), .what = "key or token for reading from the vendor"},
    {.name = "api_user", .kind = CFG_SECRET, .at = ACCT(api_user), .what = "user or client id for reading from the vendor"},
    {.name = "api_secret", .kind = CFG_SECRET, .at = ACCT(api_secret), .what = "client secret for reading from the vendor"},
    {.name = "base_url", .kind = CFG_TEXT, .at = ACCT(base_url), .what = "the vendor's host where it is another one: a shop's own, a sandbox"},
    {.name = "performs", .kind = CFG_OTHER, .read = read_performs, .shape = "list of capabilities",
     .what = "actions that are done through it, such as refund (docs/actions.md); none unless set"},
    {.name = "tickets", .kind = CFG_BOOL, .at = ACCT(tickets), .def = "false", .what = "what is handed over to a person becomes a ticket there"},
    {.name = "settings", .kind = CFG_OTHER, .read = read_settings, .shape = "map of texts", .what = "what this connector needs besides; see docs/connectors.md and, for how it is asked, docs/polling.md"},
    {.name = "mapping", .kind = CFG_OTHER, .read = read_mapping, .shape = "map", .what = "generic connector: which field or column means what"},
    END};
static const struct cfg_table ACCOUNT = {ACCOUNT_ROWS, sizeof(struct account), false, NULL, account_check};

/* ---- merchants */

static void merchant_init(void *base)
{
    promises_default(&((struct merchant_config *)base)->promises);
}

static int by_day(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void read_days_off(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct promises *p = &((struct merchant_config *)base)->promises;
    int64_t *days = v->kind == YAML_LIST ? cfg_alloc(r, v->count + 1, sizeof(*days)) : NULL;
    size_t n = 0;
    if (v->kind != YAML_LIST)
        cfg_say(r, FINDING_ERROR, v, "write [2026-12-24, 2026-12-31]", "days_off: expected a list of dates");
    if (days == NULL)
        return;
    for (const struct yaml *c = v->first; c != NULL; c = c->next)
        n += read_day(r, c, &days[n]) ? 1 : 0;
    if (n > 1)
        qsort(days, n, sizeof(*days), by_day);
    p->extra_off = days;
    p->extra_off_n = n;
}

static void check_home(struct cfg_reader *r, const struct yaml *v, struct promises *p)
{
    int32_t offset;
    bool exact = true, country = yaml_get(v, "home_country") != NULL, zone = yaml_get(v, "home_zone") != NULL;
    if (p->home_country.n != 2)
        cfg_say(r, FINDING_ERROR, at_or(v, "home_country"), "write it like DE", "home_country: expected two letters, got \"%.*s\"",
                STR_ARG(p->home_country));
    else if (!calendar_known(p->home_country))
        cfg_say(r, FINDING_WARNING, at_or(v, "home_country"), "list them under days_off", "home_country: no holidays are known for %.*s",
                STR_ARG(p->home_country));
    if (country && !zone)
        p->home_zone = zone_of_place(p->home_country, STR_NULL, &exact);
    if (!exact)
        cfg_say(r, FINDING_WARNING, at_or(v, "home_country"), "say home_zone", "home_zone: %.*s has several; %.*s is taken",
                STR_ARG(p->home_country), STR_ARG(p->home_zone));
    if (zone && zone_offset(p->home_zone, 0, &offset) != OK)
        cfg_say(r, FINDING_ERROR, yaml_get(v, "home_zone"), "write it like Europe/Berlin", "home_zone: there is no time zone \"%.*s\"",
                STR_ARG(p->home_zone));
}

static void check_accounts(struct cfg_reader *r, const struct yaml *v, struct merchant_config *mc)
{
    const struct yaml *at = yaml_get(v, "connectors");
    at = at == NULL || at->kind != YAML_LIST ? NULL : at->first;
    for (size_t i = 0; i < mc->accounts_n && at != NULL; i++, at = at->next) {
        mc->accounts[i].merchant = mc->name;
        for (size_t j = 0; j < i; j++)
            if (mc->accounts[i].id.n > 0 && str_eq(mc->accounts[i].id, mc->accounts[j].id))
                cfg_say(r, FINDING_ERROR, at, "give each an id of its own, such as shopify-eu", "id: a second account \"%.*s\"",
                        STR_ARG(mc->accounts[i].id));
    }
}

/* Channels that need an account at a vendor. */
static void check_senders(struct cfg_reader *r, const struct yaml *v, const struct merchant_config *mc)
{
    static const enum channel_kind KINDS[] = {CHANNEL_SMS, CHANNEL_WHATSAPP, CHANNEL_VOICE};
    for (int k = 0; k < CHANNEL_KIND_COUNT && mc->messages.policy.enabled; k++)
        if (channel_kind_has_handles((enum channel_kind)k) && message_policy_uses(&mc->messages.policy, (enum channel_kind)k))
            cfg_say(r, FINDING_ERROR, v, "take it out of `channels`", "messages: by %s only who has written is answered", channel_kind_word((enum channel_kind)k));
    for (size_t k = 0; k < sizeof(KINDS) / sizeof(KINDS[0]) && mc->messages.policy.enabled; k++) {
        bool has = false;
        for (size_t i = 0; i < mc->accounts_n; i++) {
            const struct connector *c = mc->accounts[i].conn;
            has = has || (c != NULL && c->send != NULL && (c->send->channels & 1u << KINDS[k]) != 0);
        }
        if (!has && message_policy_uses(&mc->messages.policy, KINDS[k]))
            cfg_say(r, FINDING_ERROR, v, "add one under `accounts`, such as twilio", "messages: no account sends by %s", channel_kind_word(KINDS[k]));
    }
}

static void merchant_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct merchant_config *mc = base;
    check_name(r, at_or(v, "name"), "name", mc->name);
    check_home(r, v, &mc->promises);
    check_accounts(r, v, mc);
    cfg_check_policy(r, at_or(v, "policy"), mc);
    mc->messages.policy.zone = mc->promises.home_zone;
    mc->messages.policy.country = mc->promises.home_country;
    if (str_empty(mc->messages.policy.store))
        mc->messages.policy.store = mc->name;
    check_senders(r, at_or(v, "messages"), mc);
    for (size_t i = 0; i < mc->order_name_patterns_n; i++)
        if (!str_contains(mc->order_name_patterns[i], STR("{n}")))
            cfg_say(r, FINDING_ERROR, at_or(v, "order_name_patterns"), "write it like \"NW-{n}\"", "order_name_patterns: \"%.*s\" has no {n}",
                    STR_ARG(mc->order_name_patterns[i]));
}

#define MERCH(field) offsetof(struct merchant_config, field)
static const struct cfg_row ESTIMATE_ROWS[] = {
    {.name = "refit_days", .kind = CFG_INT, .at = MERCH(estimates.refit_days), .max = 365, .def = "7",
     .what = "days after which delivery estimates are learned anew from the store's own deliveries; 0: never by itself"},
    {.name = "parcels_min", .kind = CFG_INT, .at = MERCH(estimates.parcels_min), .min = 1, .max = 1000000, .def = "300",
     .what = "delivered parcels that it takes before anything is estimated"},
    END};
static const struct cfg_table ESTIMATES = {ESTIMATE_ROWS, 0, false, NULL, NULL};

static const struct cfg_row TALK_ROWS[] = {
    {.name = "enabled", .kind = CFG_BOOL, .at = MERCH(talk.enabled), .def = "false",
     .what = "what customers write is answered by itself (docs/talk.md); else it is kept, understood and listed for people"},
    {.name = "person_hours", .kind = CFG_INT, .at = MERCH(talk.person_hours), .max = 720, .def = "24",
     .what = "a person answers within so many hours: told to customers where no policy gives a time; 0: nothing is said of it"},
    END};
static const struct cfg_table TALK = {TALK_ROWS, 0, false, NULL, NULL};

static const struct cfg_row AUDIT_ROWS[] = {
    {.name = "late_hours", .kind = CFG_INT, .at = MERCH(audit.late_hours), .min = 1, .max = 720, .def = "12",
     .what = "told so long after it happened is late"},
    {.name = "stock_stale_hours", .kind = CFG_INT, .at = MERCH(audit.stock_stale_hours), .min = 1, .max = 8760, .def = "48",
     .what = "stock of items that wait is stale after so long"},
    END};
static const struct cfg_table AUDIT = {AUDIT_ROWS, 0, false, NULL, NULL};

static const struct cfg_row MERCHANT_ROWS[] = {
    {.name = "name", .kind = CFG_TEXT, .required = true, .at = MERCH(name), .what = "short name of the store, part of its webhook addresses"},
    {.name = "home_country", .kind = CFG_TEXT, .at = MERCH(promises.home_country), .what = "where it ships from (US unless set): its calendar counts the fulfillment time"},
    {.name = "home_zone", .kind = CFG_TEXT, .at = MERCH(promises.home_zone), .what = "time zone of the warehouse; the country's unless set"},
    {.name = "order_name_patterns", .kind = CFG_TEXTS, .at = MERCH(order_name_patterns), .at_n = MERCH(order_name_patterns_n),
     .what = "how its orders are named, such as \"#{n}\" or \"NW-{n}\": helps to find them in what customers write"},
    {.name = "promises", .kind = CFG_MAP, .at = MERCH(promises), .sub = &PROMISES, .what = "what counts as late, stuck or lost"},
    {.name = "days_off", .kind = CFG_OTHER, .read = read_days_off, .shape = "list of dates", .what = "days on which it does not work, besides its country's holidays"},
    {.name = "messages", .kind = CFG_MAP, .at = MERCH(messages), .sub = &CONFIG_MESSAGES, .what = "what customers are told unasked, and how"},
    {.name = "estimates", .kind = CFG_MAP, .at = 0, .sub = &ESTIMATES, .what = "when deliveries are expected, learned from its own"},
    {.name = "talk", .kind = CFG_MAP, .at = 0, .sub = &TALK, .what = "conversations with customers"},
    {.name = "audit", .kind = CFG_MAP, .at = 0, .sub = &AUDIT, .what = "what `wismo audit` calls late and stale (docs/actions.md)"},
    {.name = "policy", .kind = CFG_TEXT, .at = MERCH(policy_file),
     .what = "file that says what may be done by itself (docs/policy.md); default: the careful one that comes along; none: nothing is decided"},
    {.name = "connectors", .kind = CFG_ITEMS, .at = MERCH(accounts), .at_n = MERCH(accounts_n), .sub = &ACCOUNT, .what = "its accounts at vendors"},
    END};
static const struct cfg_table MERCHANT = {MERCHANT_ROWS, sizeof(struct merchant_config), false, merchant_init, merchant_check};

/* ---- tokens */

static const struct {
    const char *word;
    unsigned bit;
} SCOPES[] = {{"read", SCOPE_READ}, {"facts", SCOPE_FACTS}, {"ask", SCOPE_ASK}, {"personal", SCOPE_PERSONAL}, {"act", SCOPE_ACT},
    {"admin", SCOPE_ADMIN}};
#define SCOPES_N (sizeof(SCOPES) / sizeof(SCOPES[0]))

static const char *scope_word(const void *list, size_t i)
{
    (void)list;
    return SCOPES[i].word;
}

static unsigned read_scope(struct cfg_reader *r, const struct yaml *v)
{
    struct str word;
    if (!cfg_text(r, v, &word))
        return 0;
    for (size_t i = 0; i < SCOPES_N; i++)
        if (str_eq(word, str_of(SCOPES[i].word)))
            return SCOPES[i].bit;
    const char *near = word_near(word, scope_word, NULL, SCOPES_N);
    struct str hint = near == NULL ? STR_NULL : arena_fmt(r->ctx->arena, "did you mean \"%s\"?", near);
    cfg_say(r, FINDING_ERROR, v, hint.p, "scopes: expected read, facts, ask, personal, act or admin, got \"%.*s\"", STR_ARG(word));
    return 0;
}

static void read_scopes(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct api_token *tok = base;
    tok->scopes = v->kind == YAML_LIST ? 0 : read_scope(r, v);
    for (const struct yaml *c = v->kind == YAML_LIST ? v->first : NULL; c != NULL; c = c->next)
        tok->scopes |= read_scope(r, c);
}

#define TOKEN_LEAST 16
static void token_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct api_token *tok = base;
    if (tok->token.n > 0 && tok->token.n < TOKEN_LEAST)
        cfg_say(r, FINDING_ERROR, at_or(v, "token"), "make one: openssl rand -hex 24", "token: shorter than %d characters can be guessed", TOKEN_LEAST);
}

#define TOKEN_AT(field) offsetof(struct api_token, field)
static const struct cfg_row TOKEN_ROWS[] = {
    {.name = "name", .kind = CFG_TEXT, .required = true, .at = TOKEN_AT(name), .what = "who has it; stands in the log"},
    {.name = "token", .kind = CFG_SECRET, .required = true, .at = TOKEN_AT(token), .what = "the token, at least 16 characters"},
    {.name = "merchants", .kind = CFG_TEXTS, .at = TOKEN_AT(merchants), .at_n = TOKEN_AT(merchants_n), .what = "stores that it is good for; all unless set"},
    {.name = "scopes", .kind = CFG_OTHER, .required = true, .read = read_scopes, .shape = "list of read, facts, ask, personal, act, admin",
     .what = "what it may do: read cases, send facts, ask, see personal data, approve and request actions, move the demo's clock"},
    END};
static const struct cfg_table TOKEN = {TOKEN_ROWS, sizeof(struct api_token), false, NULL, token_check};

/* ---- the server's own */

#define CONF(field) offsetof(struct config, field)
static const struct cfg_row SERVER_ROWS[] = {
    {.name = "listen", .kind = CFG_TEXT, .at = CONF(listen), .def = "127.0.0.1", .what = "address to listen on; 0.0.0.0 or :: for all, better behind a proxy with TLS"},
    {.name = "port", .kind = CFG_INT, .at = CONF(port), .max = 65535, .def = "8080", .what = "port to listen on; 0: any free one"},
    {.name = "public_url", .kind = CFG_TEXT, .at = CONF(public_url), .what = "how customers and vendors reach this server, such as https://wismo.example.com: for the way out in mails and for receipts"},
    {.name = "threads", .kind = CFG_INT, .at = CONF(http_threads), .min = 1, .max = 64, .def = "2", .what = "threads that speak HTTP"},
    {.name = "max_connections", .kind = CFG_INT, .at = CONF(max_connections), .min = 1, .max = 1000000, .def = "10000", .what = "open connections; more wait"},
    {.name = "max_body", .kind = CFG_SIZE, .at = CONF(max_body), .min = 1024, .max = 64 << 20, .def = "5 MiB", .what = "largest body of a request"},
    END};
static const struct cfg_row STORE_ROWS[] = {
    {.name = "path", .kind = CFG_TEXT, .at = CONF(store_path), .def = "wismo-store", .what = "folder of the store; relative to this file's folder"},
    {.name = "cache_mb", .kind = CFG_INT, .at = CONF(cache_mb), .min = 8, .max = 1 << 20, .def = "256", .what = "memory for pages of the store, in MiB"},
    {.name = "raw_days", .kind = CFG_INT, .at = CONF(raw_days), .min = 1, .max = 3650, .def = "90", .what = "days that payloads as received stay readable"},
    END};

static void read_virtual(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct config *cfg = base;
    struct str text;
    struct when w;
    if (!cfg_text(r, v, &text))
        return;
    cfg->virtual_clock = true;
    if (when_parse(text, &w) == OK && w.kind == WHEN_UTC)
        cfg->virtual_start_us = w.utc_us;
    else
        cfg_say(r, FINDING_ERROR, v, "write it like 2026-11-02T09:00:00Z", "virtual: expected a time with its zone, got \"%.*s\"", STR_ARG(text));
}

static const struct cfg_row CLOCK_ROWS[] = {
    {.name = "virtual", .kind = CFG_OTHER, .read = read_virtual, .shape = "time", .what = "for demos and tests only: the clock stands at this time and is moved by hand"},
    END};
static const struct cfg_row KEY_ROWS[] = {
    {.name = "master_key_file", .kind = CFG_TEXT, .at = CONF(master_key_file),
     .what = "the key that guards all personal data; made at the first start, `<store>.key` beside the store unless set"},
    END};
static const struct cfg_row ASK_ROWS[] = {
    {.name = "budget_ms", .kind = CFG_INT, .at = CONF(ask_budget_ms), .max = 60000, .def = "2500", .what = "time that an answer may wait for fresh facts from vendors"},
    END};
static const struct cfg_row POLL_ROWS[] = {
    {.name = "enabled", .kind = CFG_BOOL, .at = CONF(poll), .def = "true", .what = "ask vendors by ourselves, where they send no webhooks"},
    END};
/* These tables are parts of struct config itself, so their rows have its offsets. */
static const struct cfg_table SERVER = {SERVER_ROWS, 0, false, NULL, NULL}, STORE = {STORE_ROWS, 0, false, NULL, NULL},
                              CLOCK = {CLOCK_ROWS, 0, false, NULL, NULL}, KEYS = {KEY_ROWS, 0, false, NULL, NULL},
                              ASK = {ASK_ROWS, 0, false, NULL, NULL}, POLL = {POLL_ROWS, 0, false, NULL, NULL};

static void check_unique(struct cfg_reader *r, const struct yaml *list)
{
    for (const struct yaml *a = list == NULL || list->kind != YAML_LIST ? NULL : list->first; a != NULL; a = a->next)
        for (const struct yaml *b = list->first; b != a; b = b->next) {
            const struct yaml *x = yaml_get(a, "name"), *y = yaml_get(b, "name");
            if (x != NULL && y != NULL && str_eq(x->text, y->text) && x->text.n > 0)
                cfg_say(r, FINDING_ERROR, x, "choose another name", "name: a second \"%.*s\"", STR_ARG(x->text));
        }
}

static void check_tokens(struct cfg_reader *r, const struct yaml *v, const struct config *cfg)
{
    for (size_t i = 0; i < cfg->tokens_n; i++)
        for (size_t j = 0; j < cfg->tokens[i].merchants_n; j++)
            if (config_merchant(cfg, cfg->tokens[i].merchants[j]) == NULL)
                cfg_say(r, FINDING_ERROR, yaml_get(v, "tokens"), "merchants are listed under `merchants`", "token %.*s: there is no merchant \"%.*s\"",
                        STR_ARG(cfg->tokens[i].name), STR_ARG(cfg->tokens[i].merchants[j]));
    if (cfg->tokens_n == 0 && !cfg->virtual_clock)
        cfg_say(r, FINDING_WARNING, NULL, "add one under `tokens`", "tokens: none, so only webhooks can come in");
}

static void check_public_url(struct cfg_reader *r, const struct yaml *v, struct config *cfg)
{
    const struct yaml *at = at_or(yaml_get(v, "server"), "public_url");
    bool http = str_starts(cfg->public_url, STR("http://")), https = str_starts(cfg->public_url, STR("https://"));
    while (str_ends(cfg->public_url, STR("/")))
        cfg->public_url.n--;
    for (size_t i = 0; i < cfg->public_url.n; i++)
        if ((unsigned char)cfg->public_url.p[i] <= 0x20 || memchr("<>\"?#", cfg->public_url.p[i], 5) != NULL)
            http = https = false;
    if (cfg->public_url.n > 0 && !http && !https)
        cfg_say(r, FINDING_ERROR, at, "write it like https://wismo.example.com", "public_url: expected a web address, got \"%.*s\"", STR_ARG(cfg->public_url));
    else if (http && !cfg->virtual_clock)
        cfg_say(r, FINDING_WARNING, at, "put a proxy with TLS before it", "public_url: mail programs follow the way out over https only");
}

static void config_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct config *cfg = base;
    unsigned char addr[sizeof(struct in6_addr)];
    struct str listen = str_eq(cfg->listen, STR("localhost")) ? STR("127.0.0.1") : cfg->listen; /* texts end with NUL */
    if (inet_pton(AF_INET, listen.p, addr) != 1 && inet_pton(AF_INET6, listen.p, addr) != 1)
        cfg_say(r, FINDING_ERROR, at_or(yaml_get(v, "server"), "listen"), "write it like 127.0.0.1, 0.0.0.0 or ::",
                "listen: expected a numeric address, got \"%.*s\"", STR_ARG(cfg->listen));
    if (cfg->merchants_n == 0)
        cfg_say(r, FINDING_ERROR, yaml_get(v, "merchants"), "add one: merchants: [{name: my-store}]", "merchants: there is none");
    check_unique(r, yaml_get(v, "merchants"));
    check_unique(r, yaml_get(v, "tokens"));
    check_tokens(r, v, cfg);
    check_public_url(r, v, cfg);
    for (size_t i = 0; i < cfg->merchants_n; i++)
        for (size_t k = 0; k < cfg->merchants[i].accounts_n; k++)
            cfg->merchants[i].accounts[k].public_url = cfg->public_url;
    cfg->store_path = cfg_path(r, cfg->store_path);
    cfg->master_key_file = cfg->master_key_file.n > 0 ? cfg_path(r, cfg->master_key_file)
                                                      : arena_fmt(r->ctx->arena, "%.*s.key", STR_ARG(cfg->store_path));
    r->no_memory = r->no_memory || cfg->store_path.p == NULL || cfg->master_key_file.p == NULL;
}

static const struct cfg_row CONFIG_ROWS[] = {
    {.name = "server", .kind = CFG_MAP, .sub = &SERVER, .what = "how it listens, and limits"},
    {.name = "store", .kind = CFG_MAP, .sub = &STORE, .what = "where everything is kept"},
    {.name = "keys", .kind = CFG_MAP, .sub = &KEYS, .what = "keys of the store"},
    {.name = "clock", .kind = CFG_MAP, .sub = &CLOCK, .what = "the clock, for demos"},
    {.name = "ask", .kind = CFG_MAP, .sub = &ASK, .what = "answers to customers"},
    {.name = "poll", .kind = CFG_MAP, .sub = &POLL, .what = "reading from vendors"},
    {.name = "tokens", .kind = CFG_ITEMS, .at = CONF(tokens), .at_n = CONF(tokens_n), .sub = &TOKEN, .what = "who may use the API and the pages"},
    {.name = "merchants", .kind = CFG_ITEMS, .at = CONF(merchants), .at_n = CONF(merchants_n), .required = true, .sub = &MERCHANT, .what = "the stores"},
    END};
const struct cfg_table CONFIG_TABLE = {CONFIG_ROWS, sizeof(struct config), false, NULL, config_check};

/* ---- from outside */

static enum err parse_into(struct cfg_reader *r, struct str yaml, struct config *cfg)
{
    struct yaml *root = NULL;
    struct yaml_fault fault;
    const struct yaml empty = {.kind = YAML_MAP, .line = 1, .column = 1};
    enum err e = yaml_parse(r->ctx, yaml, &root, &fault);
    if (e == ERR_MEMORY)
        return e;
    if (e != OK) {
        const struct yaml at = {.line = fault.line, .column = fault.column};
        cfg_say(r, FINDING_ERROR, &at, "indentation with blanks only, a blank behind each colon; the fault may lie a line above", "%.*s",
                STR_ARG(fault.message));
    } else {
        cfg_init(r, &CONFIG_TABLE, cfg);
        cfg_read(r, &CONFIG_TABLE, yaml_is_null(root) ? &empty : root, cfg);
    }
    if (r->no_memory)
        return ctx_fail(r->ctx, ERR_MEMORY, "configuration: no memory");
    return r->findings->errors == 0 ? OK : ctx_fail(r->ctx, ERR_PARSE, "configuration: %zu errors", r->findings->errors);
}

static enum err parse_with(struct cfg_reader *r, struct str yaml, struct config *out)
{
    struct config cfg = {0};
    *r->findings = (struct findings){0};
    enum err e = parse_into(r, yaml, &cfg);
    if (e != OK)
        config_clear(&cfg);
    else
        *out = cfg;
    return e;
}

enum err config_parse(struct ctx *ctx, struct str yaml, struct config *out, struct findings *findings)
{
    struct cfg_reader r = {.ctx = ctx, .findings = findings};
    return parse_with(&r, yaml, out);
}

static enum err read_file(struct ctx *ctx, const char *path, struct str *out, unsigned *mode)
{
    struct stat sb;
    FILE *f = fopen(path, "rb");
    if (f == NULL || fstat(fileno(f), &sb) != 0 || !S_ISREG(sb.st_mode) || sb.st_size > (off_t)YAML_BYTES_MAX) {
        enum err e = ctx_fail(ctx, ERR_IO, "%s: %s", path, f == NULL ? strerror(errno) : "not a file, or over 1 MiB");
        if (f != NULL)
            fclose(f);
        return e;
    }
    char *p = ctx_alloc(ctx, (size_t)sb.st_size + 1);
    size_t n = p == NULL ? 0 : fread(p, 1, (size_t)sb.st_size, f);
    fclose(f);
    *out = (struct str){p, n};
    *mode = sb.st_mode & 0777;
    return p == NULL ? ERR_MEMORY : OK;
}

enum err config_load(struct ctx *ctx, const char *path, struct config *out, struct findings *findings)
{
    struct cfg_reader r = {.ctx = ctx, .findings = findings};
    struct str text;
    unsigned mode = 0;
    *findings = (struct findings){0};
    enum err e = read_file(ctx, path, &text, &mode);
    if (e != OK)
        return e;
    const char *slash = strrchr(path, '/');
    r.folder = slash == NULL ? STR_NULL : (struct str){path, slash == path ? 1 : (size_t)(slash - path)};
    e = parse_with(&r, text, out);
    if (r.inline_secrets && (mode & 077) != 0)
        cfg_say(&r, FINDING_WARNING, NULL, "chmod 600 it, or write {env: NAME} or {file: PATH}", "secrets stand in this file, and others can read it");
    return e;
}

void config_clear(struct config *cfg)
{
    for (size_t i = 0; i < cfg->tokens_n; i++)
        secret_clear(&cfg->tokens[i].token);
    for (size_t m = 0; m < cfg->merchants_n; m++)
        message_config_clear(&cfg->merchants[m].messages);
    for (size_t m = 0; m < cfg->merchants_n; m++)
        for (size_t i = 0; i < cfg->merchants[m].accounts_n; i++) {
            struct account *acct = &cfg->merchants[m].accounts[i];
            for (size_t s = 0; s < ACCOUNT_SECRETS_MAX; s++)
                secret_clear(&acct->webhook_secrets[s]);
            secret_clear(&acct->api_key);
            secret_clear(&acct->api_user);
            secret_clear(&acct->api_secret);
        }
    *cfg = (struct config){0};
}

const struct merchant_config *config_merchant(const struct config *cfg, struct str name)
{
    if (str_empty(name))
        return cfg->merchants_n == 1 ? &cfg->merchants[0] : NULL;
    for (size_t i = 0; i < cfg->merchants_n; i++)
        if (str_eq(cfg->merchants[i].name, name))
            return &cfg->merchants[i];
    return NULL;
}
