/* See story_store.h. */
#include "lib/story_store.h"

#include "flows/reader.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void remove_folder(const char *dir)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[512];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (unlink(path) != 0)
            remove_folder(path);
    }
    closedir(d);
    rmdir(dir);
}

static void open_store(struct ctx *ctx, struct clock *clock, const struct merchant_config *mc, bool threads, struct story_store *out)
{
    *out = (struct story_store){.clock = clock, .mc = *mc};
    snprintf(out->dir, sizeof(out->dir), "/tmp/wismo-story-XXXXXX");
    assert_non_null(mkdtemp(out->dir));
    out->cfg = (struct config){.listen = STR("127.0.0.1"), .http_threads = 1, .max_connections = 100, .max_body = (size_t)5 << 20,
                               .cache_mb = 8, .virtual_clock = true, .virtual_start_us = clock_now_us(clock), .raw_days = 90,
                               .ask_budget_ms = 100, .merchants = &out->mc, .merchants_n = 1};
    out->cfg.store_path = arena_fmt(ctx->arena, "%s/store", out->dir);
    out->cfg.master_key_file = arena_fmt(ctx->arena, "%s/master.key", out->dir);
    assert_int_equal(mkdir(out->cfg.store_path.p, 0700), 0);
    struct engine_options eo = {.config = &out->cfg, .clock = clock, .no_threads = !threads};
    assert_ok(ctx, engine_open(ctx, &eo, &out->eng));
    assert_ok(ctx, engine_merchant(out->eng, STR("demo"), &out->merchant_id));
    assert_ok(ctx, reader_open(ctx, out->eng, &out->rd));
}

struct merchant_config story_store_merchant(struct account *accounts, size_t accounts_n)
{
    struct merchant_config mc = {.name = STR("demo"), .accounts = accounts, .accounts_n = accounts_n, .audit = {12, 48}};
    promises_default(&mc.promises);
    message_policy_default(&mc.messages.policy);
    return mc;
}

void story_store_open(struct ctx *ctx, struct clock *clock, struct account *accounts, size_t accounts_n, struct story_store *out)
{
    struct merchant_config mc = story_store_merchant(accounts, accounts_n);
    open_store(ctx, clock, &mc, false, out);
}

void story_store_open_threads(struct ctx *ctx, struct clock *clock, struct account *accounts, size_t accounts_n, struct story_store *out)
{
    struct merchant_config mc = story_store_merchant(accounts, accounts_n);
    open_store(ctx, clock, &mc, true, out);
}

void story_store_open_live(struct ctx *ctx, struct clock *clock, const struct merchant_config *mc, struct story_store *out)
{
    open_store(ctx, clock, mc, true, out);
}

void story_store_open_messages(struct ctx *ctx, struct clock *clock, const struct message_policy *mp, struct story_store *out)
{
    struct merchant_config mc = story_store_merchant(NULL, 0);
    mc.messages.policy = *mp;
    open_store(ctx, clock, &mc, false, out);
}

static enum err courier_fact(struct ctx *ctx, struct story_store *st, const struct outbox_row *row, bool attempt)
{
    struct fact fct = {.kind = attempt ? FACT_ATTEMPT : FACT_RECEIPT, .role = ROLE_SYSTEM};
    uint32_t n = (uint32_t)row->attempts + 1;
    if (attempt)
        fct.u.attempt = (struct attempt_fact){.message_key = row->key, .attempt = n, .at_us = clock_now_us(st->clock)};
    else
        fct.u.receipt = (struct receipt_fact){.message_key = row->key, .status = RECEIPT_ACCEPTED, .attempt = n, .detail = STR("taken"),
                                              .at_us = clock_now_us(st->clock)};
    return story_store_append(ctx, st, STR("wismo"), &fct);
}

enum err story_store_courier(struct ctx *ctx, struct story_store *st, size_t *n)
{
    struct outbox_row *rows = NULL;
    enum err e = outbox_list(ctx, st->rd->state, st->merchant_id, OUTBOX_LIST_DUE, clock_now_us(st->clock), STR_NULL, 100, &rows, n);
    for (size_t i = 0; e == OK && i < *n; i++) {
        if (rows[i].not_after_us != 0 && clock_now_us(st->clock) > rows[i].not_after_us)
            continue;
        e = courier_fact(ctx, st, &rows[i], true);
        if (e == OK)
            e = courier_fact(ctx, st, &rows[i], false);
    }
    return e == OK && *n > 0 ? story_store_settle(ctx, st) : e;
}

void story_store_shut(struct story_store *st)
{
    reader_close(st->rd);
    engine_close(st->eng);
}

void story_store_again(struct ctx *ctx, struct story_store *st)
{
    struct engine_options eo = {.config = &st->cfg, .clock = st->clock, .no_threads = true, .no_sync = true};
    assert_ok(ctx, engine_open(ctx, &eo, &st->eng));
    assert_ok(ctx, reader_open(ctx, st->eng, &st->rd));
    assert_ok(ctx, story_store_settle(ctx, st));
}

struct replay_report story_store_replays(struct ctx *ctx, struct story_store *st)
{
    struct replay_report rep = {.facts = 0};
    assert_ok(ctx, engine_replay(ctx, st->eng, st->merchant_id, &rep));
    if (rep.differences != 0)
        fail_msg("replay: %.*s", STR_ARG(rep.first));
    return rep;
}

void story_store_close(struct story_store *st)
{
    story_store_shut(st);
    remove_folder(st->dir);
    *st = (struct story_store){.rd = NULL};
}

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

enum err story_store_append(struct ctx *ctx, struct story_store *st, struct str source, const struct fact *fct)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, fct);
    buf_addc(&b, '\n');
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = buf_str(&b), .received_us = clock_now_us(st->clock)};
    struct append_req req = {.merchant_id = st->merchant_id, .source = RECV_FACTS, .origin = st->origin, .account = source, .msg = &msg, .done = ignore_done};
    enum err e = buf_err(&b);
    if (e == OK)
        e = engine_append(ctx, st->eng, &req);
    buf_clear(&b);
    return e;
}

enum err story_store_settle(struct ctx *ctx, struct story_store *st)
{
    int64_t folded = 1;
    enum err e = OK;
    while (e == OK && folded > 0)
        e = engine_fold_some(ctx, st->eng, &folded);
    return e;
}
