/*
 * wismo simulate: a made-up world of orders and parcels (data/worlds/default.yaml), played under a virtual clock through a store
 * in a temporary folder, and a report on what was seen of it, when, and what was seen that was not there.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data.h"
#include "base/yaml.h"
#include "cli/sim_run.h"

struct simulate {
    struct sim_play play;
    struct sim_world world;
    struct config cfg;
    struct merchant_config merchant;
    const char *world_path, *misses_path;
    char *dir;
    bool json, keep;
};

static enum err read_world(struct cli *cli, struct simulate *s)
{
    struct findings fs;
    struct str text = data_file("worlds/default.yaml");
    enum err e = s->world_path == NULL ? OK : cli_read_file(cli, s->world_path, YAML_BYTES_MAX, &text);
    if (e != OK)
        return e;
    e = sim_world_parse(&cli->ctx, text, &s->world, &fs);
    for (size_t i = 0; i < fs.n; i++)
        fprintf(cli->err, "%s:%d:%d: %.*s\n", s->world_path == NULL ? "default world" : s->world_path, fs.rows[i].line,
                fs.rows[i].column, STR_ARG(fs.rows[i].message));
    s->play.world = &s->world;
    return e;
}

static enum err make_store(struct cli *cli, struct simulate *s)
{
    const char *tmp = getenv("TMPDIR");
    struct str pattern = arena_fmt(cli->arena, "%s/wismo-simulate-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    s->dir = pattern.p == NULL ? NULL : arena_alloc(cli->arena, pattern.n + 1);
    if (s->dir == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory");
    memcpy(s->dir, pattern.p, pattern.n);
    s->dir[pattern.n] = '\0';
    if (mkdtemp(s->dir) == NULL)
        return ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be made", s->dir);
    s->merchant.name = STR("simulated");
    promises_default(&s->merchant.promises);
    s->merchant.promises.home_country = s->world.home_country;
    s->merchant.promises.home_zone = s->world.home_zone;
    message_policy_default(&s->merchant.messages.policy);
    s->merchant.messages.policy.enabled = true;
    s->merchant.messages.policy.store = s->merchant.name;
    s->merchant.messages.policy.zone = s->world.home_zone;
    s->merchant.messages.policy.country = s->world.home_country;
    s->cfg = (struct config){.listen = STR("127.0.0.1"), .http_threads = 1, .max_connections = 1, .max_body = (size_t)5 << 20,
                             .cache_mb = 512, .virtual_clock = true, .virtual_start_us = s->world.start_day * US_PER_DAY,
                             .raw_days = 3650, .merchants = &s->merchant, .merchants_n = 1};
    s->cfg.store_path = arena_fmt(cli->arena, "%s/store", s->dir);
    s->cfg.master_key_file = arena_fmt(cli->arena, "%s/master.key", s->dir);
    return s->cfg.store_path.p == NULL || s->cfg.master_key_file.p == NULL ? ctx_fail(&cli->ctx, ERR_MEMORY, "no memory") : OK;
}

static void remove_store(const struct simulate *s)
{
    static const char *const FILES[] = {"store/ledger.db", "store/ledger.db-wal", "store/ledger.db-shm", "store/state.db",
                                        "store/state.db-wal", "store/state.db-shm", "master.key"};
    char path[4096];
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", s->dir, FILES[i]);
        (void)unlink(path);
    }
    (void)rmdir(s->cfg.store_path.p);
    (void)rmdir(s->dir);
}

static enum err score(struct cli *cli, struct simulate *s, struct engine *eng, int64_t merchant_id)
{
    struct reader *rd = NULL;
    struct sim_score *sc = ctx_alloc(&cli->ctx, sizeof(*sc));
    FILE *misses = s->misses_path == NULL ? NULL : fopen(s->misses_path, "w");
    enum err e = sc == NULL ? ctx_fail(&cli->ctx, ERR_MEMORY, "no memory") : reader_open(&cli->ctx, eng, &rd);
    if (e == OK)
        e = sim_score(&cli->ctx, &s->play, rd, merchant_id, misses, sc);
    if (misses != NULL && fclose(misses) != 0 && e == OK)
        e = ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be written", s->misses_path);
    reader_close(rd);
    if (e == OK && s->json) {
        struct buf b;
        buf_init(&b, (size_t)1 << 20);
        struct jw w = jw_of(&b);
        sim_report_json(&w, &s->play, sc);
        buf_addc(&b, '\n');
        e = cli_print(cli, buf_str(&b)) ? OK : ERR_IO;
        buf_clear(&b);
    } else if (e == OK) {
        sim_report(cli->out, &s->play, sc);
    }
    return e;
}

#define BYTES_AN_ORDER 4096 /* events, truths and what growing them leaves behind */

static enum err plan(struct cli *cli, struct simulate *s, struct arena **out)
{
    struct ctx ctx;
    *out = arena_new(((size_t)64 << 20) + (size_t)s->play.orders * BYTES_AN_ORDER);
    if (*out == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory");
    ctx_init(&ctx, *out, &cli->clock, &cli->log);
    enum err e = sim_plan(&ctx, &s->play);
    return e == OK ? OK : ctx_fail(&cli->ctx, e, "no memory for %lld orders", (long long)s->play.orders);
}

static enum err simulate(struct cli *cli, struct simulate *s)
{
    struct engine *eng = NULL;
    struct arena *events = NULL;
    int64_t merchant_id = 0;
    clock_init_virtual(&cli->clock, s->world.start_day * US_PER_DAY);
    struct engine_options eo = {.config = &s->cfg, .clock = &cli->clock, .log = &cli->log, .no_threads = true, .no_sync = true};
    enum err e = plan(cli, s, &events);
    if (e == OK)
        e = engine_open(&cli->ctx, &eo, &eng);
    if (e == OK)
        e = engine_merchant(eng, s->merchant.name, &merchant_id);
    if (e == OK)
        e = sim_run(&cli->ctx, &s->play, eng, merchant_id, isatty(fileno(cli->err)) ? cli->err : NULL);
    if (e == OK)
        e = score(cli, s, eng, merchant_id);
    engine_close(eng);
    arena_free(events);
    return e;
}

int cmd_simulate(struct cli *cli, int argc, char **argv)
{
    struct simulate s = {.play = {.orders = 10000, .days = 60}};
    struct option_list words;
    int64_t seed = 1;
    const struct option opts[] = {
        OPT_NUMBER("orders", 'n', &s.play.orders, "N", "how many orders (10000)"),
        OPT_NUMBER("days", 'd', &s.play.days, "D", "over how many days (60)"),
        OPT_NUMBER("seed", 's', &seed, "S", "another seed is another world of the same kind (1)"),
        OPT_TEXT("world", 'w', &s.world_path, "FILE", "a world of your own, like data/worlds/default.yaml"),
        OPT_TEXT("misses", 0, &s.misses_path, "FILE", "write each problem seen late or never, and each false alarm"),
        OPT_FLAG("json", 'j', &s.json, "the report as JSON"),
        OPT_FLAG("keep", 0, &s.keep, "keep the store, and say where it is"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    if (s.play.orders < 1 || s.play.orders > 10000000 || s.play.days < 1 || s.play.days > 3650) {
        fprintf(cli->err, "wismo simulate: --orders is 1 to 10000000, --days 1 to 3650\n");
        return EXIT_USAGE;
    }
    s.play.seed = (uint64_t)seed;
    enum err e = read_world(cli, &s);
    if (e == OK)
        e = make_store(cli, &s);
    if (e == OK)
        e = simulate(cli, &s);
    if (s.dir != NULL && s.keep)
        fprintf(cli->err, "the store is in %s\n", s.dir);
    else if (s.dir != NULL)
        remove_store(&s);
    return e == OK ? EXIT_OK : cli_fail(cli, "simulate", e);
}
