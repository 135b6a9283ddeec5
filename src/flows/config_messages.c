/*
 * `messages` of a merchant: which milestones and troubles are told, on which channels, how often and when; and the channels
 * themselves. Read by tables like all settings; the rules go into the ledger, addresses and secrets do not.
 */
#include "flows/config_read.h"

#include "base/num.h"
#include "mind/message_text.h"

#define END {.name = NULL}
#define MSG(field) offsetof(struct message_config, field)
#define POL(field) offsetof(struct message_config, policy.field)

/* ---- words */

static const char *kind_word(const void *list, size_t i)
{
    (void)list;
    return message_kind_word((enum message_kind)i);
}

static const char *channel_word(const void *list, size_t i)
{
    (void)list;
    return channel_kind_word((enum channel_kind)i);
}

static bool read_kind(struct cfg_reader *r, const struct yaml *v, enum message_kind *out)
{
    struct str word;
    if (!cfg_text(r, v, &word))
        return false;
    if (message_kind_parse(word, out))
        return true;
    const char *near = word_near(word, kind_word, NULL, MESSAGE_KIND_COUNT);
    struct str hint = near == NULL ? STR("docs/messages.md lists them") : arena_fmt(r->ctx->arena, "did you mean \"%s\"?", near);
    cfg_say(r, FINDING_ERROR, v, hint.p, "message: there is no \"%.*s\"", STR_ARG(word));
    return false;
}

static bool read_channel(struct cfg_reader *r, const struct yaml *v, enum channel_kind *out)
{
    struct str word;
    if (!cfg_text(r, v, &word))
        return false;
    if (channel_kind_parse(word, out))
        return true;
    const char *near = word_near(word, channel_word, NULL, CHANNEL_KIND_COUNT);
    struct str hint = near == NULL ? STR_NULL : arena_fmt(r->ctx->arena, "did you mean \"%s\"?", near);
    cfg_say(r, FINDING_ERROR, v, hint.p, "channels: expected email, sms, whatsapp, voice, chat or webhook, got \"%.*s\"", STR_ARG(word));
    return false;
}

static void read_channel_list(struct cfg_reader *r, const struct yaml *v, enum channel_kind out[CHANNEL_KIND_COUNT], size_t *n)
{
    const struct yaml *c = v->kind == YAML_LIST ? v->first : v;
    for (*n = 0; c != NULL; c = v->kind == YAML_LIST ? c->next : NULL) {
        enum channel_kind k;
        if (!read_channel(r, c, &k))
            continue;
        for (size_t i = 0; i < *n; i++)
            if (out[i] == k) {
                cfg_say(r, FINDING_ERROR, c, "name each once", "channels: %s stands there twice", channel_kind_word(k));
                return;
            }
        out[(*n)++] = k;
    }
}

/* ---- rules */

static void rule_kind(struct cfg_reader *r, const struct yaml *v, void *base)
{
    (void)read_kind(r, v, &((struct message_rule *)base)->kind);
}

static void rule_channels(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_rule *rule = base;
    read_channel_list(r, v, rule->channels, &rule->channels_n);
}

static void rule_value(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct str text;
    if (cfg_text(r, v, &text) &&
        num_parse_i64(text, 0, INT64_C(1000000000000), &((struct message_rule *)base)->value_from_minor) != OK)
        cfg_say(r, FINDING_ERROR, v, "100.00 is written 10000", "value_from: expected minor units of the order's currency, got \"%.*s\"",
                STR_ARG(text));
}

static void rule_init(void *base)
{
    *(struct message_rule *)base = (struct message_rule){.kind = MESSAGE_KIND_COUNT, .send = true};
}

static bool covers(const struct message_rule *a, const struct message_rule *b)
{
    return (a->kind == MESSAGE_KIND_COUNT || a->kind == b->kind) && (str_empty(a->country) || str_eq(a->country, b->country)) &&
           (str_empty(a->carrier) || str_eq(a->carrier, b->carrier)) && a->value_from_minor <= b->value_from_minor;
}

static void rule_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    const struct message_rule *rule = base;
    const struct yaml *country = yaml_get(v, "country");
    if (rule->country.n != 0 && rule->country.n != 2)
        cfg_say(r, FINDING_ERROR, country, "write it like DE", "country: expected two letters, got \"%.*s\"", STR_ARG(rule->country));
    if (!rule->send && rule->channels_n > 0)
        cfg_say(r, FINDING_WARNING, v, "leave `channels` out", "a rule that does not send needs no channels");
}

#define RULE(field) offsetof(struct message_rule, field)
static const struct cfg_row RULE_ROWS[] = {
    {.name = "message", .kind = CFG_OTHER, .read = rule_kind, .shape = "kind of message", .what = "of docs/messages.md; none: all"},
    {.name = "country", .kind = CFG_TEXT, .at = RULE(country), .what = "destination, such as DE; none: any"},
    {.name = "carrier", .kind = CFG_TEXT, .at = RULE(carrier), .what = "carrier id, such as ups; none: any"},
    {.name = "value_from", .kind = CFG_OTHER, .read = rule_value, .shape = "number", .what = "orders worth this much and more, in minor units of their currency"},
    {.name = "send", .kind = CFG_BOOL, .at = RULE(send), .def = "true", .what = "false: this is not told"},
    {.name = "channels", .kind = CFG_OTHER, .read = rule_channels, .shape = "list of channels", .what = "in order; the next one when one refuses or fails"},
    END};
static const struct cfg_table RULE_TABLE = {RULE_ROWS, sizeof(struct message_rule), false, rule_init, rule_check};

/* ---- times and lists */

static void read_minute(struct cfg_reader *r, const struct yaml *v, int *out)
{
    struct str text, hour;
    int64_t h, m;
    if (!cfg_text(r, v, &text))
        return;
    struct str rest = text;
    if (str_split(&rest, ':', &hour) && rest.n == 2 && num_parse_i64(hour, 0, 23, &h) == OK && num_parse_i64(rest, 0, 59, &m) == OK)
        *out = (int)(h * 60 + m);
    else
        cfg_say(r, FINDING_ERROR, v, "write it in quotes, like \"21:00\"", "%.*s: expected an hour of the day, got \"%.*s\"", STR_ARG(v->key),
                STR_ARG(text));
}

static void read_quiet_from(struct cfg_reader *r, const struct yaml *v, void *base)
{
    read_minute(r, v, &((struct message_config *)base)->policy.quiet_from_min);
}

static void read_quiet_until(struct cfg_reader *r, const struct yaml *v, void *base)
{
    read_minute(r, v, &((struct message_config *)base)->policy.quiet_until_min);
}

static void read_morning(struct cfg_reader *r, const struct yaml *v, void *base)
{
    read_minute(r, v, &((struct message_config *)base)->policy.morning_min);
}

static void read_channels(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_config *mc = base;
    read_channel_list(r, v, mc->policy.channels, &mc->policy.channels_n);
}

static bool decimal_micros(struct str s, int64_t *out)
{
    struct str rest = s, whole;
    int64_t units = 0, part = 0;
    (void)str_split(&rest, '.', &whole);
    if (num_parse_i64(whole, 0, 1000, &units) != OK || rest.n > 6 || (rest.n > 0 && num_parse_i64(rest, 0, 999999, &part) != OK))
        return false;
    for (size_t i = rest.n; i < 6; i++)
        part *= 10;
    *out = units * 1000000 + part;
    return true;
}

/* cost: {sms: 0.0079}: millionths are enough for every vendor's price. */
static void read_cost(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_config *mc = base;
    for (const struct yaml *c = v->kind == YAML_MAP ? v->first : NULL; c != NULL; c = c->next) {
        enum channel_kind k = CHANNEL_KIND_COUNT;
        struct str text;
        if (!channel_kind_parse(c->key, &k))
            cfg_say(r, FINDING_ERROR, c, "docs/messages.md lists the channels", "cost: there is no channel \"%.*s\"", STR_ARG(c->key));
        else if (cfg_text(r, c, &text) && !decimal_micros(text, &mc->cost_micros[k]))
            cfg_say(r, FINDING_ERROR, c, "write it like 0.0079", "cost: expected a price with at most 6 decimals, got \"%.*s\"", STR_ARG(text));
    }
    if (v->kind != YAML_MAP)
        cfg_say(r, FINDING_ERROR, v, "write it like {sms: 0.0079}", "cost: expected a price by channel");
}

static void read_storefront(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_config *mc = base;
    enum message_kind k;
    for (const struct yaml *c = v->kind == YAML_LIST ? v->first : v; c != NULL; c = v->kind == YAML_LIST ? c->next : NULL)
        if (read_kind(r, c, &k))
            mc->policy.storefront_tells |= 1u << k;
}

/* ---- the merchant's own texts */

static size_t texts_in(const struct yaml *v)
{
    size_t n = 0;
    for (const struct yaml *l = v->first; l != NULL; l = l->next)
        for (const struct yaml *t = l->kind == YAML_MAP ? l->first : NULL; t != NULL; t = t->next)
            n++;
    return n;
}

static void read_own_text(struct cfg_reader *r, const struct yaml *v, struct str language, struct message_template *list, size_t *n)
{
    struct message_template t = {.language = language, .key = v->key};
    if (!cfg_text(r, v, &t.text))
        return;
    if (message_template_check(r->ctx, t.key, t.text) != OK)
        cfg_say(r, FINDING_ERROR, v, "docs/messages.md, \"Texts\", lists keys and names", "templates: %s", r->ctx->msg);
    else
        list[(*n)++] = t;
}

/* templates: {en: {shipped.text: "..."}} */
static void read_templates(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_policy *mp = &((struct message_config *)base)->policy;
    size_t n = v->kind == YAML_MAP ? texts_in(v) : 0;
    struct message_template *list = n == 0 || n > MESSAGE_TEMPLATES_MAX ? NULL : arena_array(r->ctx->arena, n, sizeof(*list));
    if (list == NULL) {
        cfg_say(r, FINDING_ERROR, v, "write it like {en: {shipped.text: \"...\"}}", "templates: expected 1 to %d texts by language", MESSAGE_TEMPLATES_MAX);
        return;
    }
    for (const struct yaml *l = v->first; l != NULL; l = l->next) {
        struct str language = message_language(l->key, l->key);
        if (!str_eq_nocase(language, l->key))
            cfg_say(r, FINDING_ERROR, l, "docs/languages.md lists them", "templates: there is no language \"%.*s\"", STR_ARG(l->key));
        else
            for (const struct yaml *t = l->kind == YAML_MAP ? l->first : NULL; t != NULL; t = t->next)
                read_own_text(r, t, language, list, &mp->templates_n);
    }
    mp->templates = list;
}

/* ---- channels */

static const struct cfg_row SMTP_ROWS[] = {
    {.name = "url", .kind = CFG_TEXT, .at = MSG(smtp_url), .what = "mail server, such as smtp://mail.example.com:587 or smtps://mail.example.com"},
    {.name = "tls", .kind = CFG_BOOL, .at = MSG(smtp_tls), .def = "true", .what = "false: STARTTLS is not asked for; for servers on the same machine only"},
    {.name = "ca_file", .kind = CFG_TEXT, .at = MSG(smtp_ca_file), .what = "file of certificates to trust, where the server's is not signed by one of the system's"},
    {.name = "user", .kind = CFG_SECRET, .at = MSG(smtp_user), .what = "user to sign in with; none: no sign-in"},
    {.name = "password", .kind = CFG_SECRET, .at = MSG(smtp_password), .what = "its password"},
    END};
static const struct cfg_table SMTP = {SMTP_ROWS, 0, false, NULL, NULL};
static const struct cfg_row HOOK_ROWS[] = {
    {.name = "url", .kind = CFG_TEXT, .at = MSG(webhook_url), .what = "where messages are posted as JSON, such as an n8n or Make webhook"},
    {.name = "secret", .kind = CFG_SECRET, .at = MSG(webhook_secret), .what = "signs each post (HMAC-SHA256, header Wismo-Signature)"},
    END};
static const struct cfg_table HOOK = {HOOK_ROWS, 0, false, NULL, NULL};

static const struct cfg_row MESSAGES_ROWS[] = {
    {.name = "enabled", .kind = CFG_BOOL, .at = POL(enabled), .def = "false", .what = "tell customers by ourselves"},
    {.name = "store", .kind = CFG_TEXT, .at = POL(store), .what = "name of the store as customers know it; the merchant's name unless set"},
    {.name = "sign_off", .kind = CFG_TEXT, .at = POL(sign_off), .what = "last line of every message, such as \"Your Northwind team\""},
    {.name = "language", .kind = CFG_TEXT, .at = POL(language), .def = "en", .what = "language where an order names none that has templates"},
    {.name = "problem_url", .kind = CFG_TEXT, .at = POL(problem_url), .what = "page behind \"Problem with your delivery?\"; {order} is replaced; none: a reply"},
    {.name = "quiet_from", .kind = CFG_OTHER, .read = read_quiet_from, .shape = "hour", .what = "begin of the quiet hours in the customer's zone; \"21:00\" unless set"},
    {.name = "quiet_until", .kind = CFG_OTHER, .read = read_quiet_until, .shape = "hour", .what = "their end; \"08:00\" unless set; the same as quiet_from: none"},
    {.name = "morning", .kind = CFG_OTHER, .read = read_morning, .shape = "hour", .what = "\"out for delivery\" comes no earlier; \"07:00\" unless set"},
    {.name = "per_day", .kind = CFG_INT, .at = POL(per_day), .min = 1, .max = 100, .def = "3", .what = "messages that one order may cause in a day"},
    {.name = "spacing_hours", .kind = CFG_INT, .at = POL(spacing_hours), .max = 2400, .def = "24", .what = "hours between two messages about delays"},
    {.name = "gather_minutes", .kind = CFG_INT, .at = POL(gather_minutes), .max = 60, .def = "10", .what = "parcels that leave or arrive within this make one message"},
    {.name = "midpoint_days", .kind = CFG_INT, .at = POL(midpoint_days), .max = 400, .def = "4", .what = "a message half way when the way takes more days than this"},
    {.name = "promise_hour", .kind = CFG_INT, .at = POL(promise_hour), .min = 1, .max = 23, .def = "18", .what = "hour of the next working day until which an update is promised"},
    {.name = "unopened_hours", .kind = CFG_INT, .at = POL(unopened_hours), .max = 240, .def = "0", .what = "a message about a trouble that was not opened by then goes to the next channel; only for channels that tell; 0: never"},
    {.name = "storefront_tells", .kind = CFG_OTHER, .read = read_storefront, .shape = "list of kinds", .what = "messages that the storefront sends itself: not doubled"},
    {.name = "channels", .kind = CFG_OTHER, .read = read_channels, .shape = "list of channels", .what = "in order: email, sms, whatsapp, voice, chat, webhook; email unless set"},
    {.name = "rules", .kind = CFG_ITEMS, .at = POL(rules), .at_n = POL(rules_n), .sub = &RULE_TABLE, .what = "what is told, to whom and how; of the first one that fits"},
    {.name = "templates", .kind = CFG_OTHER, .read = read_templates, .shape = "map of texts", .what = "texts of your own by language and key, such as {en: {shipped.subject: \"Hooray, {order} is on its way\"}}"},
    {.name = "from", .kind = CFG_TEXT, .at = MSG(from), .what = "sender's e-mail address"},
    {.name = "reply_to", .kind = CFG_TEXT, .at = MSG(reply_to), .what = "where replies go; the sender unless set"},
    {.name = "return_path", .kind = CFG_TEXT, .at = MSG(return_path), .what = "address that bounces go to, for a pipe into connector mail_reports; the sender unless set"},
    {.name = "unsubscribe_url", .kind = CFG_TEXT, .at = MSG(unsubscribe_url), .what = "your own page and one-click address of the way out; {key} is replaced by the message's; none: ours, where public_url is set"},
    {.name = "tickets_to", .kind = CFG_TEXT, .at = MSG(tickets_to), .what = "what is handed over to a person is mailed there, where no account takes tickets"},
    {.name = "folder", .kind = CFG_TEXT, .at = MSG(folder), .what = "e-mails become files in this folder instead of being sent: for demos and first steps"},
    {.name = "per_minute", .kind = CFG_INT, .at = MSG(per_minute), .min = 1, .max = 100000, .def = "600", .what = "messages a minute on one channel"},
    {.name = "cost", .kind = CFG_OTHER, .read = read_cost, .shape = "map of prices", .what = "what one message costs by channel, such as {sms: 0.0079}; of a text message: each part"},
    {.name = "smtp", .kind = CFG_MAP, .at = 0, .sub = &SMTP, .what = "the mail server"},
    {.name = "webhook", .kind = CFG_MAP, .at = 0, .sub = &HOOK, .what = "the signed webhook"},
    END};

static void messages_init(void *base)
{
    struct message_config *mc = base;
    message_policy_default(&mc->policy);
}

static void check_channels(struct cfg_reader *r, const struct yaml *v, const struct message_config *mc)
{
    static const enum channel_kind LATER[] = {CHANNEL_CHAT};
    bool file = mc->folder.n > 0;
    if (message_policy_uses(&mc->policy, CHANNEL_EMAIL) && mc->smtp_url.n == 0 && !file)
        cfg_say(r, FINDING_ERROR, v, "add smtp: {url: smtp://...}, or folder: to write them as files", "messages: e-mail has no mail server");
    if (message_policy_uses(&mc->policy, CHANNEL_EMAIL) && mc->from.n == 0)
        cfg_say(r, FINDING_ERROR, v, "add from: orders@...", "messages: e-mail has no sender");
    if (message_policy_uses(&mc->policy, CHANNEL_WEBHOOK) && (mc->webhook_url.n == 0 || mc->webhook_secret.n == 0))
        cfg_say(r, FINDING_ERROR, v, "add webhook: {url: ..., secret: ...}", "messages: the webhook has no address or no secret");
    for (size_t i = 0; i < sizeof(LATER) / sizeof(LATER[0]); i++)
        if (message_policy_uses(&mc->policy, LATER[i]))
            cfg_say(r, FINDING_ERROR, v, "take it out of `channels`", "messages: this build cannot send by %s", channel_kind_word(LATER[i]));
}

static void check_address(struct cfg_reader *r, const struct yaml *v, const char *what, struct str s)
{
    if (s.n > 0 && (memchr(s.p, '@', s.n) == NULL || memchr(s.p, ' ', s.n) != NULL))
        cfg_say(r, FINDING_ERROR, v, "the address alone: the store's name is put before it", "%s: expected an e-mail address, got \"%.*s\"", what, STR_ARG(s));
}

static void messages_check(struct cfg_reader *r, const struct yaml *v, void *base)
{
    struct message_config *mc = base;
    const struct message_policy *mp = &mc->policy;
    const struct yaml *rules = yaml_get(v, "rules"), *at = rules == NULL ? NULL : rules->first;
    if (mp->rules_n > MESSAGE_RULES_MAX)
        cfg_say(r, FINDING_ERROR, rules, NULL, "rules: more than %d", MESSAGE_RULES_MAX);
    for (size_t i = 0; i < mp->rules_n && at != NULL; i++, at = at->next)
        for (size_t k = 0; k < i; k++)
            if (covers(&mp->rules[k], &mp->rules[i])) {
                cfg_say(r, FINDING_WARNING, at, "put it further up, or take it out", "this rule is never used: rule %zu fits all of it", k + 1);
                break;
            }
    check_address(r, yaml_get(v, "from"), "from", mc->from);
    check_address(r, yaml_get(v, "return_path"), "return_path", mc->return_path);
    check_address(r, yaml_get(v, "tickets_to"), "tickets_to", mc->tickets_to);
    if (mc->tickets_to.n > 0 && (mc->from.n == 0 || (mc->smtp_url.n == 0 && mc->folder.n == 0)))
        cfg_say(r, FINDING_ERROR, yaml_get(v, "tickets_to"), "add from: and smtp: {url: smtp://...}, or folder:", "tickets_to: there is no sender or no mail server");
    if (mc->smtp_url.n > 0 && !str_starts(mc->smtp_url, STR("smtp://")) && !str_starts(mc->smtp_url, STR("smtps://")))
        cfg_say(r, FINDING_ERROR, yaml_get(v, "smtp"), "write it like smtp://mail.example.com:587", "url: expected a mail server");
    if (mp->enabled)
        check_channels(r, v, mc);
    if (mc->folder.n > 0)
        mc->folder = cfg_path(r, mc->folder);
    if (mc->smtp_ca_file.n > 0)
        mc->smtp_ca_file = cfg_path(r, mc->smtp_ca_file);
}

const struct cfg_table CONFIG_MESSAGES = {MESSAGES_ROWS, sizeof(struct message_config), false, messages_init, messages_check};

void message_config_clear(struct message_config *mc)
{
    secret_clear(&mc->smtp_user);
    secret_clear(&mc->smtp_password);
    secret_clear(&mc->webhook_secret);
}
