/* wismo.yaml: what a good one gives, and that each fault is named with its place and what to do. */
#include "lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/yaml.h"
#include "flows/config.h"

#define M "merchants: [{name: m}]\n"
#define T "tokens: [{name: t, token: 0123456789abcdef0, scopes: read}]\n"

struct fault {
    const char *name, *yaml;
    enum finding_level level;
    int line, column;        /* 0, 0: anywhere */
    const char *message, *hint; /* parts of them; NULL: any */
};

static const struct fault FAULTS[] = {
    {"empty", "", FINDING_ERROR, 1, 1, "merchants: missing", NULL},
    {"only a comment", "# nothing\n", FINDING_ERROR, 1, 1, "merchants: missing", NULL},
    {"no merchant in the list", "merchants: []\n", FINDING_ERROR, 1, 12, "merchants: there is none", "add one"},
    {"a list at the top", "- a\n- b\n", FINDING_ERROR, 1, 1, "expected a map", NULL},
    {"unknown", M "sever: {port: 1}\n", FINDING_ERROR, 2, 1, "sever: there is no such setting", "did you mean \"server\"?"},
    {"unknown inside", M "server:\n  prot: 80\n", FINDING_ERROR, 3, 3, "prot: there is no such setting", "did you mean \"port\"?"},
    {"no web address", M T "server: {public_url: wismo.example.com}\n", FINDING_ERROR, 3, 22, "public_url: expected a web address", "https://"},
    {"no TLS for customers", M T "server: {public_url: \"http://wismo.example.com/\"}\n", FINDING_WARNING, 3, 22, "public_url: mail programs follow", "proxy with TLS"},
    {"text messages by nobody", T "merchants:\n- name: m\n  messages: {enabled: true, channels: [sms]}\n", FINDING_ERROR, 4, 13, "no account sends by sms", "twilio"},
    {"a price of nothing", T "merchants:\n- name: m\n  messages: {cost: {pigeon: 1}}\n", FINDING_ERROR, 4, 29, "there is no channel \"pigeon\"", NULL},
    {"a price too fine", T "merchants:\n- name: m\n  messages: {cost: {sms: 0.0000001}}\n", FINDING_ERROR, 4, 26, "at most 6 decimals", "0.0079"},
    {"hand-overs by mail from nobody", T "merchants:\n- name: m\n  messages: {tickets_to: team@shop.example}\n", FINDING_ERROR, 4, 26, "no sender", "add from"},
    {"hand-overs to nobody", T "merchants:\n- name: m\n  messages: {tickets_to: team, from: o@shop.example, folder: f}\n", FINDING_ERROR, 4, 26, "expected an e-mail address", NULL},
    {"no price", T "merchants:\n- name: m\n  messages: {cost: 3}\n", FINDING_ERROR, 4, 20, "expected a price by channel", NULL},
    {"unknown, like nothing", M "server:\n  colour: red\n", FINDING_ERROR, 3, 3, "colour", "known here: listen port"},
    {"unknown limit", "merchants:\n- name: m\n  promises:\n    silent_hour: 3\n", FINDING_ERROR, 4, 5, "silent_hour", "\"silent_hours\""},
    {"not a number", M "server:\n  port: eighty\n", FINDING_ERROR, 3, 9, "port: expected a whole number from 0 to 65535, got \"eighty\"", NULL},
    {"too large", M "server: {port: 70000}\n", FINDING_ERROR, 2, 16, "from 0 to 65535", NULL},
    {"negative", M "server: {threads: -1}\n", FINDING_ERROR, 2, 19, "from 1 to 64", NULL},
    {"huge number", M "server: {port: 99999999999999999999999}\n", FINDING_ERROR, 2, 16, "port", NULL},
    {"a fraction", M "store: {cache_mb: 2.5}\n", FINDING_ERROR, 2, 19, "whole number", NULL},
    {"missing value", M "server:\n  port:\n", FINDING_ERROR, 3, 0, "port: the value is missing", "take the line out"},
    {"a list for a text", M "server: {listen: [a]}\n", FINDING_ERROR, 2, 18, "listen: expected a text, got a list", NULL},
    {"a text for a map", M "server: on\n", FINDING_ERROR, 2, 9, "server: expected a map", NULL},
    {"a map for a list", "merchants: {name: m}\n", FINDING_ERROR, 1, 12, "merchants: expected a list", "dash"},
    {"yes", M "poll: {enabled: yes}\n", FINDING_ERROR, 2, 17, "expected true or false, got \"yes\"", NULL},
    {"size", M "server: {max_body: 5 MB}\n", FINDING_ERROR, 2, 20, "max_body: expected a size", "5 MiB"},
    {"size overflows", M "server: {max_body: 99999999999 GiB}\n", FINDING_ERROR, 2, 20, "max_body", NULL},
    {"address", M "server: {listen: example.com}\n", FINDING_ERROR, 2, 18, "expected a numeric address", NULL},
    {"virtual clock", M "clock: {virtual: soon}\n", FINDING_ERROR, 2, 18, "expected a time with its zone", NULL},
    {"twice", M "server: {port: 1}\nserver: {port: 2}\n", FINDING_ERROR, 3, 1, "stands here already", NULL},
    {"tab", M "server:\n\tport: 1\n", FINDING_ERROR, 3, 1, NULL, "indentation"},
    {"open quote", M "server: {listen: \"127\n", FINDING_ERROR, 0, 0, NULL, NULL},
    {"anchor", "a: &x 1\n" M, FINDING_ERROR, 1, 4, "anchors", NULL},
    {"alias", M "server: *x\n", FINDING_ERROR, 2, 9, "aliases", NULL},
    {"tag", M "server: !!set {a}\n", FINDING_ERROR, 2, 9, "tags", NULL},
    {"two documents", M "---\n" M, FINDING_ERROR, 2, 1, "second document", NULL},
    {"nul", M "server: {listen: \"a\\0b\"}\n", FINDING_ERROR, 2, 18, "NUL", NULL},
    {"merchant without name", "merchants:\n- home_country: DE\n", FINDING_ERROR, 2, 3, "name: missing", NULL},
    {"merchant's name", "merchants: [{name: \"a/b\"}]\n", FINDING_ERROR, 1, 20, "letters, digits", "web addresses"},
    {"same name", "merchants: [{name: m}, {name: m}]\n", FINDING_ERROR, 1, 31, "a second \"m\"", NULL},
    {"country", "merchants: [{name: m, home_country: Germany}]\n", FINDING_ERROR, 1, 37, "two letters", NULL},
    {"country unknown", "merchants: [{name: m, home_country: ZZ, home_zone: UTC}]\n", FINDING_WARNING, 1, 37, "no holidays", NULL},
    {"zone", "merchants: [{name: m, home_zone: Europe/Berln}]\n", FINDING_ERROR, 1, 34, "no time zone", NULL},
    {"several zones", "merchants: [{name: m, home_country: US}]\n", FINDING_WARNING, 1, 37, "several", "home_zone"},
    {"pattern", "merchants: [{name: m, order_name_patterns: \"NW-\"}]\n", FINDING_ERROR, 1, 44, "has no {n}", NULL},
    {"limit", "merchants: [{name: m, promises: {lost_days: 0}}]\n", FINDING_ERROR, 1, 45, "from 1 to 400", NULL},
    {"rule's season", "merchants: [{name: m, promises: {rules: [{from: 2026-12-01, lost_days: 9}]}}]\n", FINDING_ERROR, 1, 42, "first and its last", NULL},
    {"season backwards", "merchants: [{name: m, promises: {rules: [{from: 2026-12-09, to: 2026-12-01}]}}]\n", FINDING_ERROR, 1, 49, "ends before", NULL},
    {"rule for all", "merchants: [{name: m, promises: {rules: [{lost_days: 9}]}}]\n", FINDING_WARNING, 1, 42, "holds for everything", NULL},
    {"day", "merchants: [{name: m, days_off: [2026-02-30]}]\n", FINDING_ERROR, 1, 34, "expected a date", NULL},
    {"day is a time", "merchants: [{name: m, days_off: [\"2026-02-03T10:00:00Z\"]}]\n", FINDING_ERROR, 1, 34, "expected a date", NULL},
    {"connector", "merchants: [{name: m, connectors: [{connector: shopfy}]}]\n", FINDING_ERROR, 1, 48, "no \"shopfy\"", "did you mean \"shopify\"?"},
    {"connector missing", "merchants: [{name: m, connectors: [{id: x}]}]\n", FINDING_ERROR, 1, 36, "connector: missing", NULL},
    {"two of one id", "merchants: [{name: m, connectors: [{connector: ups}, {connector: ups}]}]\n", FINDING_ERROR, 1, 54, "a second account \"ups\"", "id of its own"},
    {"role", "merchants: [{name: m, connectors: [{connector: ups, role: system}]}]\n", FINDING_ERROR, 1, 59, "role: expected", NULL},
    {"base url", "merchants: [{name: m, connectors: [{connector: ups, base_url: example.com}]}]\n", FINDING_ERROR, 1, 63, "web address", NULL},
    {"three secrets", "merchants: [{name: m, connectors: [{connector: ups, webhook_secrets: [a, b, c]}]}]\n", FINDING_ERROR, 1, 77, "two at most", NULL},
    {"secret's form", "merchants: [{name: m, connectors: [{connector: ups, api_user: {var: X}}]}]\n", FINDING_ERROR, 1, 63, "expected a secret", "{env: NAME}"},
    {"no variable", "merchants: [{name: m, connectors: [{connector: ups, api_user: {env: WISMO_TEST_NONE}}]}]\n", FINDING_ERROR, 1, 69, "no such variable", NULL},
    {"empty variable", "merchants: [{name: m, connectors: [{connector: ups, api_user: {env: WISMO_TEST_EMPTY}}]}]\n", FINDING_ERROR, 1, 69, "is empty", NULL},
    {"no file", "merchants: [{name: m, connectors: [{connector: ups, api_user: {file: /nonexistent/x}}]}]\n", FINDING_ERROR, 1, 70, "/nonexistent/x", "chmod 600"},
    {"insecure", "merchants: [{name: m, connectors: [{connector: ups, settings: {insecure: \"true\"}}]}]\n", FINDING_WARNING, 1, 63, "anybody", NULL},
    {"dial hours", "merchants: [{name: m, connectors: [{connector: twilio, settings: {dial_hours: 9 to 5}}]}]\n", FINDING_ERROR, 1, 66, "09:00-17:00", NULL},
    {"setting", "merchants: [{name: m, connectors: [{connector: ups, settings: {colour: red}}]}]\n", FINDING_WARNING, 1, 63, "does not list \"colour\"", NULL},
    {"poll distance", "merchants: [{name: m, connectors: [{connector: ups, settings: {poll_minutes: \"2\"}}]}]\n", FINDING_ERROR, 1, 63,
     "poll_minutes: expected a whole number from 5", "docs/polling.md"},
    {"poll", "merchants: [{name: m, connectors: [{connector: ups, settings: {poll: never}}]}]\n", FINDING_ERROR, 1, 63, "on or off", NULL},
    {"no tokens", M, FINDING_WARNING, 0, 0, "tokens: none", NULL},
    {"short token", M "tokens: [{name: t, token: abc, scopes: read}]\n", FINDING_ERROR, 2, 27, "can be guessed", "openssl"},
    {"scope", M "tokens: [{name: t, token: 0123456789abcdef, scopes: [reed]}]\n", FINDING_ERROR, 2, 54, "got \"reed\"", "\"read\""},
    {"scopes missing", M "tokens: [{name: t, token: 0123456789abcdef}]\n", FINDING_ERROR, 2, 10, "scopes: missing", NULL},
    {"token's merchant", M "tokens: [{name: t, token: 0123456789abcdef, scopes: read, merchants: x}]\n", FINDING_ERROR, 2, 9, "no merchant \"x\"", NULL},
};

static bool has_part(struct str s, const char *part)
{
    return part == NULL || str_contains(s, str_of(part));
}

static const struct finding *find(const struct findings *fs, const struct fault *c)
{
    for (size_t i = 0; i < fs->n; i++) {
        const struct finding *f = &fs->rows[i];
        if (f->level == c->level && (c->line == 0 || f->line == c->line) && (c->column == 0 || f->column == c->column) &&
            has_part(f->message, c->message) && has_part(f->hint, c->hint))
            return f;
    }
    return NULL;
}

static void show(const struct findings *fs)
{
    for (size_t i = 0; i < fs->n; i++)
        fprintf(stderr, "  %d:%d %s %.*s (%.*s)\n", fs->rows[i].line, fs->rows[i].column, fs->rows[i].level == FINDING_ERROR ? "error" : "warning",
                STR_ARG(fs->rows[i].message), STR_ARG(fs->rows[i].hint));
}

static void test_faults(void **state)
{
    int missing = 0;
    (void)state;
    unsetenv("WISMO_TEST_NONE");
    setenv("WISMO_TEST_EMPTY", "", 1);
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        struct fixture f;
        struct config cfg = {.port = 77};
        struct findings fs;
        fixture_init(&f);
        enum err e = config_parse(&f.ctx, str_of(FAULTS[i].yaml), &cfg, &fs);
        if (find(&fs, &FAULTS[i]) == NULL) {
            show(&fs);
            fprintf(stderr, "%s: the finding is not there\n", FAULTS[i].name);
            missing++;
        }
        assert_int_equal(e, fs.errors > 0 ? ERR_PARSE : OK);
        if (e != OK)
            assert_int_equal(cfg.port, 77); /* untouched */
        else
            config_clear(&cfg);
        fixture_clear(&f);
    }
    assert_int_equal(missing, 0);
}

static void test_all_faults_at_once(void **state)
{
    static const char YAML[] = "server: {port: x, threads: 0, colour: red}\nmerchants:\n- name: a b\n- home_country: 5\npol: 1\n";
    struct fixture f;
    struct config cfg;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    assert_int_equal(config_parse(&f.ctx, STR(YAML), &cfg, &fs), ERR_PARSE);
    assert_int_equal(fs.errors, 7); /* port, threads, colour, name, name missing, country, pol */
    fixture_clear(&f);
}

static void test_many_findings(void **state)
{
    struct fixture f;
    struct config cfg;
    struct findings fs;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, 1 << 20);
    buf_addz(&b, M "server:\n");
    for (int i = 0; i < 5000; i++)
        buf_fmt(&b, "  setting%d: 1\n", i);
    assert_int_equal(config_parse(&f.ctx, buf_str(&b), &cfg, &fs), ERR_PARSE);
    assert_int_equal(fs.errors, 5000);
    assert_true(fs.n > 50 && fs.n < 1000);
    buf_clear(&b);
    fixture_clear(&f);
}

static void test_defaults(void **state)
{
    struct fixture f;
    struct config cfg;
    struct findings fs;
    struct promises def;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, config_parse(&f.ctx, STR(M T), &cfg, &fs));
    assert_int_equal(fs.n, 0);
    assert_str(cfg.listen, "127.0.0.1");
    assert_int_equal(cfg.port, 8080);
    assert_int_equal(cfg.http_threads, 2);
    assert_int_equal(cfg.max_connections, 10000);
    assert_int_equal(cfg.max_body, 5 << 20);
    assert_str(cfg.store_path, "wismo-store");
    assert_str(cfg.master_key_file, "wismo-store.key");
    assert_int_equal(cfg.cache_mb, 256);
    assert_int_equal(cfg.raw_days, 90);
    assert_int_equal(cfg.ask_budget_ms, 2500);
    assert_true(cfg.poll);
    assert_false(cfg.virtual_clock);
    promises_default(&def); /* what the table says is what the rules use */
    assert_memory_equal(&cfg.merchants[0].promises.base, &def.base, sizeof(def.base));
    assert_int_equal(cfg.merchants[0].promises.rules_n, def.rules_n);
    assert_str(cfg.merchants[0].promises.home_country, "US");
    assert_ptr_equal(config_merchant(&cfg, STR_NULL), &cfg.merchants[0]);
    assert_null(config_merchant(&cfg, STR("other")));
    config_clear(&cfg);
    fixture_clear(&f);
}

static void test_mapping(void **state)
{
    static const char YAML[] = "merchants:\n- name: m\n  connectors:\n  - connector: generic\n    mapping:\n      kind: order\n"
                               "      fields: {name: Name, n: 12, zip: \"01234\", odd: 007, yes: true, none: ~, list: [a, 2.5]}\n";
    struct fixture f;
    struct config cfg;
    struct findings fs;
    struct buf b;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, config_parse(&f.ctx, STR(YAML), &cfg, &fs));
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    json_write(&w, cfg.merchants[0].accounts[0].mapping);
    assert_str(buf_str(&b), "{\"kind\":\"order\",\"fields\":{\"name\":\"Name\",\"n\":12,\"zip\":\"01234\",\"odd\":\"007\",\"yes\":true,"
                            "\"none\":null,\"list\":[\"a\",2.5]}}");
    buf_clear(&b);
    config_clear(&cfg);
    fixture_clear(&f);
}

/* ---- the example, with its secrets in place */

static void put_file(const char *path, const char *text, mode_t mode)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_example(void **state)
{
    char dir[] = "/tmp/wismo-config-XXXXXX", path[200];
    struct fixture f;
    struct config cfg;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    assert_non_null(mkdtemp(dir));
    struct str text = test_read_file(f.arena, test_source_path("examples/wismo.yaml"));
    snprintf(path, sizeof(path), "%s/secrets", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/secrets/warehouse.token", dir);
    put_file(path, "warehouse-token-0001\n", 0600);
    snprintf(path, sizeof(path), "%s/secrets/aftership.secret", dir);
    put_file(path, "after-secret\n", 0644); /* too open: a warning */
    snprintf(path, sizeof(path), "%s/wismo.yaml", dir);
    put_file(path, text.p, 0644);
    setenv("WISMO_HELPDESK_TOKEN", "helpdesk-token-0002", 1);
    setenv("SHOPIFY_WEBHOOK_SECRET", "hush", 1);
    setenv("SHOPIFY_TOKEN", "shop-token", 1);
    setenv("UPS_ALERT_NEW", "new", 1);
    setenv("UPS_ALERT_OLD", "old", 1);
    setenv("UPS_CLIENT_ID", "id", 1);
    setenv("UPS_CLIENT_SECRET", "secret", 1);
    enum err e = config_load(&f.ctx, path, &cfg, &fs);
    if (e != OK)
        show(&fs);
    assert_int_equal(e, OK);
    assert_int_equal(fs.n, 1);
    assert_true(str_contains(fs.rows[0].message, STR("others can read it")));
    const struct merchant_config *mc = &cfg.merchants[0];
    assert_str(secret_view(&cfg.tokens[0].token), "helpdesk-token-0002");
    assert_str(secret_view(&cfg.tokens[1].token), "warehouse-token-0001");
    assert_int_equal(cfg.tokens[0].scopes, SCOPE_READ | SCOPE_ASK | SCOPE_PERSONAL);
    assert_int_equal(cfg.tokens[1].scopes, SCOPE_FACTS);
    assert_str(mc->promises.home_zone, "Europe/Berlin");
    assert_int_equal(mc->promises.base.fulfillment_days, 2);
    assert_int_equal(mc->promises.base.lost_days, 5);
    assert_int_equal(mc->promises.rules_n, 4); /* three, and the one for India */
    assert_int_equal(mc->promises.rules[0].set.lost_days, 8);
    assert_int_equal(mc->promises.rules[0].set.silent_hours, -1);
    assert_int_equal(mc->promises.extra_off_n, 2);
    assert_true(mc->promises.extra_off[0] < mc->promises.extra_off[1]);
    assert_int_equal(mc->accounts_n, 3);
    assert_str(mc->accounts[0].merchant, "northwind");
    assert_str(mc->accounts[0].id, "shopify");
    assert_int_equal(mc->accounts[0].role, ROLE_STOREFRONT);
    assert_str(secret_view(&mc->accounts[1].webhook_secrets[0]), "new");
    assert_str(secret_view(&mc->accounts[1].webhook_secrets[1]), "old");
    assert_str(mc->accounts[2].id, "aftership-eu");
    assert_true(str_starts(cfg.store_path, str_of(dir)));
    config_clear(&cfg);
    snprintf(path, sizeof(path), "rm -rf %s", dir);
    assert_int_equal(system(path), 0);
    assert_int_equal(config_load(&f.ctx, "/nonexistent/wismo.yaml", &cfg, &fs), ERR_IO);
    fixture_clear(&f);
}

/* Secrets that stand in the file are refused to nobody but told of when others can read it. Findings never hold one. */
static void test_inline_secrets(void **state)
{
    char path[] = "/tmp/wismo-config-XXXXXX";
    struct fixture f;
    struct config cfg;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    put_file(path, M "tokens: [{name: t, token: swordfish-1, scopes: read}]\n", 0644);
    assert_int_equal(config_load(&f.ctx, path, &cfg, &fs), ERR_PARSE);
    assert_int_equal(fs.n, 2);
    for (size_t i = 0; i < fs.n; i++)
        assert_false(str_contains(fs.rows[i].message, STR("swordfish")));
    assert_true(str_contains(fs.rows[1].message, STR("others can read it")));
    unlink(path);
    fixture_clear(&f);
}

static void test_doc(void **state)
{
    struct fixture f;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, 1 << 20);
    config_doc(&b);
    struct str file = test_read_file(f.arena, test_source_path("docs/configuration.md"));
    if (!str_eq(buf_str(&b), file))
        fail_msg("docs/configuration.md is not what the table prints: wismo config-doc > docs/configuration.md");
    buf_clear(&b);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),        cmocka_unit_test(test_all_faults_at_once), cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_mapping),            cmocka_unit_test(test_example),
        cmocka_unit_test(test_inline_secrets), cmocka_unit_test(test_doc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
