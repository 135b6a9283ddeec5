/*
 * wismo doctor: configuration, store, clock, connectors: what is wrong, where, and what to do. Vendors are asked whether
 * they let the accounts in. Changes nothing.
 */
#include <errno.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/doctor_poll.h"
#include "cli/doctor_vendor.h"
#include "flows/reader.h"
#include "flows/virtual_clock.h"

#define VENDOR_TIMEOUT_MS 8000 /* of one sign-in or read */

struct doctor {
    struct cli *cli;
    const char *path;
    struct http_client *client; /* NULL: offline */
    int failed, warned;
};

enum verdict { FINE, WARN, FAIL };

static void say(struct doctor *d, enum verdict v, const char *what, struct str words, const char *hint)
{
    static const char *const MARK[] = {"ok  ", "warn", "FAIL"};
    fprintf(d->cli->out, "%s  %-12s %.*s\n", MARK[v], what, STR_ARG(words));
    if (v != FINE && hint != NULL)
        fprintf(d->cli->out, "                  do: %s\n", hint);
    d->failed += v == FAIL ? 1 : 0;
    d->warned += v == WARN ? 1 : 0;
}

#define SAY(d, v, what, hint, ...) say((d), (v), (what), arena_fmt((d)->cli->arena, __VA_ARGS__), (hint))

static void check_clock(struct doctor *d, const struct config *cfg)
{
    int64_t now = clock_now_us(&d->cli->clock);
    struct civil c = civil_from_us(now);
    struct str text = time_rfc3339(d->cli->arena, now);
    if (cfg->virtual_clock)
        SAY(d, WARN, "clock", "only for demos and tests; take clock.virtual out otherwise", "moved by hand, stands at %.*s", STR_ARG(text));
    else if (c.year < 2024)
        SAY(d, FAIL, "clock", "set the machine's clock (timedatectl set-ntp true)", "says %.*s", STR_ARG(text));
    else
        SAY(d, FINE, "clock", NULL, "%.*s", STR_ARG(text));
}

static void check_key_file(struct doctor *d, const struct config *cfg)
{
    struct stat sb;
    struct str path = arena_fmt(d->cli->arena, "%.*s", STR_ARG(cfg->master_key_file));
    if (path.p == NULL || stat(path.p, &sb) != 0)
        SAY(d, WARN, "master key", "it is made at the first start; keep a copy apart from the store", "%.*s: %s", STR_ARG(path), strerror(errno));
    else if ((sb.st_mode & 077) != 0)
        SAY(d, FAIL, "master key", "chmod 600 it: others can read it", "%.*s: mode %o", STR_ARG(path), sb.st_mode & 0777);
    else
        SAY(d, FINE, "master key", NULL, "%.*s", STR_ARG(path));
}

static void unread(struct doctor *d, const struct merchant_config *mc, enum err e)
{
    SAY(d, FAIL, "store", "is the disk sound, and is there memory?", "%.*s: cannot be read: %s: %s", STR_ARG(mc->name), err_name(e), d->cli->ctx.msg);
}

static void check_undecoded(struct doctor *d, struct reader *rd, int64_t merchant_id, const struct merchant_config *mc)
{
    int64_t undecoded = 0, aside = 0;
    enum err e = ledger_undecoded_counts(&d->cli->ctx, rd, merchant_id, &undecoded, &aside);
    if (e != OK) {
        unread(d, mc, e);
        return;
    }
    if (undecoded > 0)
        SAY(d, WARN, "decoding", "wismo ledger --undecoded lists them; wismo redecode tries again", "%.*s: %lld payloads not decoded",
            STR_ARG(mc->name), (long long)undecoded);
    if (aside > 0)
        SAY(d, FAIL, "ledger", "wismo ledger --undecoded lists them; is the disk sound? take damaged ones from a backup, wismo redecode the others",
            "%.*s: %lld rows set aside: damaged, or the fold could not take them", STR_ARG(mc->name), (long long)aside);
}

static void check_polls(struct doctor *d, struct db *state, int64_t merchant_id, const struct account *acct)
{
    struct poll_story story;
    if (acct->conn->poll == NULL)
        return;
    if (poll_story_read(&d->cli->ctx, state, merchant_id, acct, &story) != OK)
        SAY(d, FAIL, "polling", "correct the setting", "%.*s/%.*s: %s", STR_ARG(acct->merchant), STR_ARG(acct->id), d->cli->ctx.msg);
    else
        SAY(d, story.in_trouble ? WARN : FINE, "polling", "the log's poll_failed says why; sign-in below tries it now", "%.*s/%.*s: %.*s",
            STR_ARG(acct->merchant), STR_ARG(acct->id), STR_ARG(story.words));
}

static void check_merchant_store(struct doctor *d, struct engine *eng, struct reader *rd, const struct merchant_config *mc)
{
    int64_t id;
    struct engine_status s;
    if (engine_merchant(eng, mc->name, &id) != OK) {
        SAY(d, WARN, "store", "it is entered at the first start of the server", "%.*s: not in the store yet", STR_ARG(mc->name));
        return;
    }
    engine_status(eng, id, &s);
    SAY(d, s.head - s.folded > 100000 ? WARN : FINE, "store", "the server is behind, or has not run since an import",
        "%.*s: %lld rows, folded up to %lld", STR_ARG(mc->name), (long long)s.head, (long long)s.folded);
    check_undecoded(d, rd, id, mc);
    for (size_t i = 0; i < mc->accounts_n; i++)
        check_polls(d, rd->state, id, &mc->accounts[i]);
}

static void check_store(struct doctor *d, const struct config *cfg)
{
    struct engine *eng = NULL;
    struct reader *rd = NULL;
    struct stat sb;
    struct str path = arena_fmt(d->cli->arena, "%.*s/ledger.db", STR_ARG(cfg->store_path));
    if (path.p == NULL || stat(path.p, &sb) != 0) {
        SAY(d, WARN, "store", "the first `wismo serve` makes it", "%.*s: not there yet", STR_ARG(cfg->store_path));
        return;
    }
    struct engine_options eo = {.config = cfg, .clock = &d->cli->clock, .log = &d->cli->log, .no_threads = true, .read_only = true};
    enum err e = engine_open(&d->cli->ctx, &eo, &eng);
    if (e == OK)
        e = reader_open(&d->cli->ctx, eng, &rd);
    if (e != OK)
        SAY(d, FAIL, "store", "is the master key the one of this store, and may this user read it?", "%s: %s", err_name(e), d->cli->ctx.msg);
    for (size_t i = 0; e == OK && i < cfg->merchants_n; i++)
        check_merchant_store(d, eng, rd, &cfg->merchants[i]);
    if (rd != NULL)
        reader_close(rd);
    if (eng != NULL)
        engine_close(eng);
}

/* Is the connector's setting of that name given? Secrets have places of their own. */
static bool is_given(const struct account *acct, const char *name)
{
    const struct {
        const char *name;
        const struct secret *s;
    } SECRETS[] = {{"webhook_secret", &acct->webhook_secrets[0]}, {"webhook_secrets", &acct->webhook_secrets[0]}, {"api_key", &acct->api_key}, {"api_user", &acct->api_user},
                   {"api_secret", &acct->api_secret}};
    for (size_t i = 0; i < sizeof(SECRETS) / sizeof(SECRETS[0]); i++)
        if (str_eq(str_of(name), str_of(SECRETS[i].name)))
            return SECRETS[i].s->n > 0;
    return str_eq(str_of(name), STR("base_url")) ? !str_empty(acct->base_url) : !str_empty(account_setting(acct, name));
}

/* "wismo.yaml:12:7: shop/ups (ups)": where to look and what it is about. */
static struct str account_place(struct doctor *d, const struct account *acct)
{
    return arena_fmt(d->cli->arena, "%s:%d:%d: %.*s/%.*s (%s)", d->path, acct->line, acct->column, STR_ARG(acct->merchant), STR_ARG(acct->id),
                     acct->conn->id);
}

static bool has_key(const struct account *acct)
{
    return acct->api_key.n > 0 || acct->api_user.n > 0 || acct->api_secret.n > 0;
}

/* Does the vendor let it in, and may its key read? */
static void check_vendor(struct doctor *d, const struct account *acct)
{
    struct str place = account_place(d, acct);
    if (d->client == NULL || !has_key(acct))
        return;
    enum err e = vendor_try(&d->cli->ctx, d->client, acct, VENDOR_TIMEOUT_MS);
    struct str says = str_of(d->cli->ctx.msg);
    if (e == OK)
        SAY(d, FINE, "sign-in", NULL, "%.*s: the vendor lets it in", STR_ARG(place));
    else if (e == ERR_DENIED)
        SAY(d, FAIL, "sign-in", acct->conn->docs_url, "%.*s: refused: %.*s", STR_ARG(place), STR_ARG(says));
    else if (e != ERR_UNSUPPORTED)
        SAY(d, WARN, "sign-in", "is the address right, and may this machine reach it? --offline skips this", "%.*s: %s: %.*s", STR_ARG(place),
            err_name(e), STR_ARG(says));
}

static void check_account(struct doctor *d, const struct account *acct)
{
    int missing = 0;
    bool by_hooks = acct->conn->hook != NULL && acct->webhook_secrets[0].n > 0; /* does without being asked */
    for (const struct cfg_field *f = acct->conn->cfg; f != NULL && f->name != NULL; f++)
        if (f->required && !is_given(acct, f->name)) {
            SAY(d, by_hooks ? WARN : FAIL, "connector", f->what, "%.*s: %s is missing%s", STR_ARG(account_place(d, acct)), f->name, by_hooks ? ": webhooks work, reading from the vendor does not" : "");
            missing++;
        }
    bool hooks = acct->conn->hook != NULL, signed_in = acct->api_key.n > 0 || acct->api_user.n > 0 || acct->conn->auth == AUTH_NONE;
    if (missing == 0 && hooks && acct->webhook_secrets[0].n == 0 && acct->conn->poll == NULL)
        SAY(d, WARN, "connector", "set webhook_secrets: without one every webhook is refused", "%.*s: no webhook secret",
            STR_ARG(account_place(d, acct)));
    else if (missing == 0)
        SAY(d, FINE, "connector", NULL, "%.*s/%.*s (%s): %s%s%s", STR_ARG(acct->merchant), STR_ARG(acct->id), acct->conn->id,
            hooks && acct->webhook_secrets[0].n > 0 ? "webhooks" : "", acct->conn->poll != NULL && signed_in ? " polling" : "",
            acct->webhook_secrets[1].n > 0 ? " (two secrets: rotation under way)" : "");
}

static void list_connectors(struct doctor *d)
{
    for (size_t i = 0; i < connector_count(); i++) {
        const struct connector *c = connector_at(i);
        fprintf(d->cli->out, "      %-14s %s%s%s\n", c->id, c->title, c->hook != NULL ? ", webhooks" : "", c->poll != NULL ? ", polling" : "");
    }
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
    const char *path = NULL;
    bool offline = false;
    struct option_list rest;
    struct config cfg = {0};
    struct doctor d = {.cli = cli};
    const struct option opts[] = {OPT_TEXT("config", 'c', &path, "FILE", "configuration to check; none: list the connectors"),
                                  OPT_FLAG("offline", 0, &offline, "do not try the vendors' sign-in"), OPT_END};
    int code = options_begin(cli, opts, argc, argv, 0, 0, &rest);
    if (code >= 0)
        return code;
    if (path == NULL) {
        list_connectors(&d);
        return EXIT_OK;
    }
    d.path = path;
    d.client = offline ? NULL : http_client_new();
    enum err e = cli_config_load(cli, path, &cfg);
    if (e != OK)
        SAY(&d, FAIL, "configuration", "see the lines above", "%s", cli->ctx.msg);
    else {
        SAY(&d, FINE, "configuration", NULL, "%s: %zu merchant%s", path, cfg.merchants_n, cfg.merchants_n == 1 ? "" : "s");
        if (virtual_clock_start(&cli->ctx, &cfg, &cli->clock) != OK)
            SAY(&d, FAIL, "clock", "remove or correct the file", "%s", cli->ctx.msg);
        check_clock(&d, &cfg);
        check_key_file(&d, &cfg);
        check_store(&d, &cfg);
        for (size_t m = 0; m < cfg.merchants_n; m++)
            for (size_t i = 0; i < cfg.merchants[m].accounts_n; i++) {
                check_account(&d, &cfg.merchants[m].accounts[i]);
                check_vendor(&d, &cfg.merchants[m].accounts[i]);
            }
    }
    if (ctx_whole(&cli->ctx, OK) != OK)
        say(&d, FAIL, "memory", STR("too little of it: lines above may be missing or cut"), "run it again");
    fprintf(cli->out, "%d wrong, %d to look at\n", d.failed, d.warned);
    http_client_free(d.client);
    config_clear(&cfg);
    return d.failed == 0 ? EXIT_OK : EXIT_NO;
}
