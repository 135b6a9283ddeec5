/*
 * See courier.h. The steps of a batch: lease, attempt into the ledger, wait until it is folded, read the row again (a withdrawal
 * folded before the attempt wins), read the pause again, call, result into the ledger. A row whose attempt has no result is
 * looked up where the channel can tell (a file), repeated where the receiver drops a second one by its key (webhook), and
 * repeated too by plain SMTP, which has neither: there alone a crash can repeat a message.
 */
#include "flows/courier.h"

#include "base/http_client.h"
#include "base/log.h"
#include "base/metrics.h"
#include "flows/conversation.h"
#include "flows/message_sample.h"
#include "flows/pause.h"
#include "flows/reader.h"
#include "flows/way_out.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LEASE_US (120 * US_PER_S)
#define BATCH 10              /* claimed together; all their calls end within the lease */
#define ATTEMPTS_MAX 8
#define BACKOFF_US (60 * US_PER_S)
#define BACKOFF_MAX_US (6 * US_PER_H)
#define BREAKER_FAILURES 5
#define BREAKER_US (60 * US_PER_S)
#define FOLD_WAIT_MS 10000

struct line {              /* state of one channel of one merchant */
    int64_t minute;
    int sent;              /* in that minute */
    int failures;          /* in a row */
    int64_t open_until_us; /* the breaker: nothing is tried before */
};

struct courier {
    struct engine *eng;
    struct db *db;
    struct reader *rd;
    struct http_client *http;
    struct line *lines;    /* merchant by channel */
    int64_t *from_pos;     /* by merchant: nothing is claimed before the fold has passed what was there at the start */
    char name[24];
    int stop_at;
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

void courier_stop_at(struct courier *c, int n)
{
    c->stop_at = n;
}

static void step(struct courier *c)
{
    if (c->stop_at > 0 && --c->stop_at == 0)
        _exit(9);
}

/* ---- facts */

/* All of a batch in one row of the ledger. */
static enum err put_attempts(struct ctx *ctx, struct courier *c, int64_t merchant_id, const struct outbox_row *rows, size_t n)
{
    int64_t pos = 0;
    struct buf b;
    enum err e = OK;
    buf_init(&b, BATCH * 65536);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fact fct = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM};
        fct.u.attempt = (struct attempt_fact){.message_key = rows[i].key, .attempt = (uint32_t)rows[i].attempts + 1, .at_us = clock_now_us(c->eng->clock)};
        e = fact_line(ctx, &fct, &b);
    }
    if (e == OK)
        e = system_append_wait(ctx, c->eng, merchant_id, buf_str(&b), &pos);
    buf_clear(&b);
    step(c);
    return e == OK ? engine_wait_folded(ctx, c->eng, merchant_id, pos, FOLD_WAIT_MS) : e;
}

/* Doubling from a minute, and up to half as much again, so that what failed together does not come back together. */
static int64_t backoff(struct courier *c, int64_t attempts)
{
    unsigned char r[2] = {0, 0};
    int64_t wait = BACKOFF_US << (attempts < 9 ? attempts : 9);
    if (wait > BACKOFF_MAX_US)
        wait = BACKOFF_MAX_US;
    if (crypto_random(r, sizeof(r)) != OK)
        r[0] = 0;
    return clock_now_us(c->eng->clock) + wait + wait / 2 * (r[0] * 256 + r[1]) / 65536;
}

/* What a channel's answer means for the row: after the last try, later is never. */
static enum receipt_status receipt_of(const struct outbox_row *row, const struct send_result *r)
{
    switch (r->outcome) {
    case SEND_TAKEN:
        return RECEIPT_ACCEPTED;
    case SEND_LATER:
        return row->attempts >= ATTEMPTS_MAX ? RECEIPT_FAILED : RECEIPT_RETRY;
    case SEND_REFUSED:
        return RECEIPT_REFUSED;
    case SEND_WRONG:
        break;
    }
    return RECEIPT_FAILED;
}

/*
 * Each result leaves for the ledger as soon as it is known; only the last one of a batch is waited for, since rows become durable in
 * their order. One that is lost with the process leaves its row with an attempt without a result, as a crash before it would.
 */
static enum err put_receipt(struct ctx *ctx, struct courier *c, int64_t merchant_id, const struct outbox_row *row, const struct send_result *r,
                            int64_t cost_micros, bool last)
{
    int64_t pos = 0;
    enum receipt_status status = receipt_of(row, r);
    int64_t retry_us = status != RECEIPT_RETRY || r->retry_us != 0 ? r->retry_us : backoff(c, row->attempts);
    struct fact fct = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    struct buf b;
    fct.u.receipt = (struct receipt_fact){.message_key = row->key, .status = status, .attempt = (uint32_t)row->attempts,
                                          .detail = r->detail, .retry_us = retry_us, .at_us = clock_now_us(c->eng->clock),
                                          .cost_micros = status == RECEIPT_ACCEPTED ? cost_micros : 0};
    buf_init(&b, 65536);
    enum err e = fact_line(ctx, &fct, &b);
    if (e == OK && last)
        e = system_append_wait(ctx, c->eng, merchant_id, buf_str(&b), &pos);
    else if (e == OK)
        e = system_append(ctx, c->eng, merchant_id, buf_str(&b));
    buf_clear(&b);
    return e == OK && last ? engine_wait_folded(ctx, c->eng, merchant_id, pos, FOLD_WAIT_MS) : e;
}

/* ---- what is sent */

static enum err load(struct ctx *ctx, struct courier *c, struct merchant *m, const struct outbox_row *row, struct outgoing *out)
{
    struct case_answer ca;
    int64_t order_no = 0;
    *out = (struct outgoing){.merchant = m->cfg, .key = row->key, .now_us = clock_now_us(c->eng->clock), .since_us = row->not_before_us};
    if (conversation_owns(row->capability))
        return conversation_outgoing(ctx, c->rd, m->id, row, out);
    enum err e = message_by_key(ctx, c->rd, m->id, row->key, &order_no, &out->m);
    if (e == OK)
        e = case_read(ctx, c->rd, m->id, order_no, 0, &ca);
    if (e == OK)
        e = case_personal(ctx, c->rd, &ca, &out->who);
    if (e == OK) {
        const struct order_view *v = order_anchor(ca.cas);
        out->order = v == NULL ? STR_NULL : v->name;
        out->way_out = way_out_link(ctx, c->eng, m->id, row->key);
        out->thread = arena_fmt(ctx->arena, "order-%lld-%lld", (long long)m->id, (long long)order_no);
    }
    return e;
}

/* ---- one row */

static struct line *line_of(struct courier *c, const struct merchant *m, int channel)
{
    return &c->lines[(size_t)(m - c->eng->merchants) * CHANNEL_KIND_COUNT + (size_t)channel];
}

/* The channel's breaker and its rate of the minute; claimed: calls of it that are to come already, each of which may fail. */
static bool may_send(struct courier *c, const struct merchant *m, int channel, int claimed)
{
    struct line *l = line_of(c, m, channel);
    int64_t now = clock_now_us(c->eng->clock), minute = now / US_PER_MIN;
    if (l->minute != minute) {
        l->minute = minute;
        l->sent = 0;
    }
    int most = m->cfg->messages.per_minute > 0 ? m->cfg->messages.per_minute : 600;
    return now >= l->open_until_us && l->sent + claimed < most && l->failures + claimed < BREAKER_FAILURES;
}

/* Of a text message each part is paid for. */
static int64_t cost_of(const struct merchant *m, int channel, struct str brief)
{
    int64_t parts = channel == CHANNEL_SMS ? (int64_t)sms_size(brief).segments : 1;
    return m->cfg->messages.cost_micros[channel] * parts;
}

static void count(struct courier *c, const struct merchant *m, int channel, const struct send_result *r, int64_t cost_micros)
{
    struct line *l = line_of(c, m, channel);
    l->sent++;
    metric_add(METRIC_MESSAGE_TRIES, (size_t)r->outcome, 1);
    if (r->outcome == SEND_TAKEN) {
        metric_add(METRIC_MESSAGES, (size_t)channel, 1);
        metric_add(METRIC_MESSAGE_COST, (size_t)channel, cost_micros);
    }
    l->failures = r->channel_failed ? l->failures + 1 : 0;
    if (l->failures < BREAKER_FAILURES)
        return;
    l->failures = 0;
    l->open_until_us = clock_now_us(c->eng->clock) + BREAKER_US;
    LOG(c->eng->log, LOG_WARN, "channel_rests", LOG_S("channel", str_of(channel_kind_word((enum channel_kind)channel))),
        LOG_S("why", r->detail));
}

static bool is_paused(struct ctx *ctx, struct courier *c, int64_t merchant_id, struct str capability)
{
    bool paused = true;
    return control_is_paused(ctx, c->db, merchant_id, capability, STR(CONTROL_MESSAGES), &paused) != OK || paused;
}

/* The pause is read last: what is made ready takes its time, and nothing may start a second after somebody said stop. */
static enum err call(struct ctx *ctx, struct courier *c, struct merchant *m, const struct outbox_row *row, struct send_result *r, int64_t *cost_micros)
{
    struct outgoing o;
    struct ready rdy = {.mail = STR_NULL};
    *r = (struct send_result){SEND_REFUSED, STR("no such channel in this build"), 0, false};
    enum err e = load(ctx, c, m, row, &o);
    const struct channel *ch = e == OK ? channel_of(&o) : NULL;
    if (ch == NULL || !ch->make(ctx, &o, &rdy, r))
        return e;
    *cost_micros = cost_of(m, row->channel, o.m.brief);
    if (row->attempts > 1 && ch->taken != NULL && ch->taken(ctx, c->http, &o, &rdy, r))
        return OK; /* an attempt before arrived, or nobody can say now */
    if (is_paused(ctx, c, m->id, row->capability)) {
        *r = (struct send_result){SEND_LATER, STR("paused"), clock_now_us(c->eng->clock), false};
        return OK;
    }
    step(c);
    *r = ch->send(ctx, c->http, &o, &rdy);
    count(c, m, row->channel, r, *cost_micros);
    return OK;
}

/* Those that may go now and that no other courier has, at most BATCH; *seen: how many of the list were looked at. */
static enum err take(struct ctx *ctx, struct courier *c, const struct merchant *m, const struct outbox_row *due, size_t due_n, struct outbox_row *out,
                     size_t *n, size_t *seen)
{
    int64_t now = clock_now_us(c->eng->clock);
    int claimed[CHANNEL_KIND_COUNT] = {0};
    enum err e = OK;
    *n = 0;
    for (*seen = 0; e == OK && *seen < due_n && *n < BATCH; (*seen)++) {
        const struct outbox_row *row = &due[*seen];
        bool got = false;
        if ((row->not_after_us != 0 && now > row->not_after_us) || !may_send(c, m, row->channel, claimed[row->channel]) || is_paused(ctx, c, m->id, row->capability))
            continue;
        e = outbox_lease(ctx, c->db, m->id, row->key, now, now + LEASE_US, str_of(c->name), &got);
        if (e == OK && got) {
            out[(*n)++] = *row;
            claimed[row->channel]++;
        }
        step(c);
    }
    return e;
}

/* Their rows as they stand behind the attempts: what was withdrawn before is left out. */
static enum err still_open(struct ctx *ctx, struct courier *c, const struct merchant *m, struct outbox_row *rows, size_t *n)
{
    size_t kept = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < *n; i++) {
        struct outbox_row now;
        e = outbox_get(ctx, c->db, m->id, rows[i].key, &now);
        if (e == OK && now.state == OUTBOX_OPEN && now.started == rows[i].attempts + 1)
            rows[kept++] = now;
    }
    *n = kept;
    return e;
}

static enum err deliver(struct ctx *ctx, struct courier *c, struct merchant *m, struct outbox_row *rows, size_t n, size_t *made)
{
    bool got = false;
    enum err e = put_attempts(ctx, c, m->id, rows, n);
    if (e == OK)
        e = still_open(ctx, c, m, rows, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t cost_micros = 0;
        struct send_result r;
        e = call(ctx, c, m, &rows[i], &r, &cost_micros);
        if (e != OK)
            return e;
        (*made)++;
        step(c);
        e = put_receipt(ctx, c, m->id, &rows[i], &r, cost_micros, i + 1 == n);
        step(c);
    }
    for (size_t i = 0; e == OK && i < n; i++)
        e = outbox_lease(ctx, c->db, m->id, rows[i].key, INT64_MAX, 0, STR(""), &got);
    return e;
}

/* ---- rounds */

static enum err run_merchant(struct ctx *ctx, struct courier *c, struct merchant *m, size_t max, size_t *n)
{
    struct outbox_row *rows = NULL;
    size_t due = 0;
    size_t i = (size_t)(m - c->eng->merchants);
    if (atomic_load(&m->folded) < c->from_pos[i])
        return OK;
    enum err e = pause_record(ctx, c->eng, c->db, m->id);
    if (e == OK)
        e = outbox_list(ctx, c->db, m->id, OUTBOX_LIST_DUE, clock_now_us(c->eng->clock), STR_NULL, max, &rows, &due);
    for (size_t at = 0, seen = 0; e == OK && at < due; at += seen) {
        struct outbox_row batch[BATCH];
        size_t taken = 0;
        e = take(ctx, c, m, rows + at, due - at, batch, &taken, &seen);
        if (e == OK && taken > 0)
            e = deliver(ctx, c, m, batch, taken, n);
    }
    return e;
}

enum err courier_run(struct ctx *ctx, struct courier *c, size_t max, size_t *n)
{
    enum err e = OK;
    *n = 0;
    for (size_t i = 0; e == OK && i < c->eng->merchants_n; i++)
        if (c->eng->merchants[i].cfg->messages.policy.enabled)
            e = run_merchant(ctx, c, &c->eng->merchants[i], max, n);
    return e;
}

static void *courier_main(void *arg)
{
    struct courier *c = arg;
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx ctx;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, c->eng->clock, c->eng->log);
    while (!atomic_load(&c->stop)) {
        size_t n = 0;
        if (courier_run(&ctx, c, 50, &n) != OK)
            LOG(c->eng->log, LOG_WARN, "courier_waits", LOG_S("error", str_of(ctx.msg)));
        arena_reset(a);
        struct timespec pause = {0, n > 0 ? 1000000 : 200000000};
        nanosleep(&pause, NULL);
    }
    arena_free(a);
    return NULL;
}

enum err courier_new(struct ctx *ctx, struct engine *eng, struct courier **out)
{
    struct courier *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    c->eng = eng;
    snprintf(c->name, sizeof(c->name), "courier-%ld", (long)getpid());
    c->lines = calloc(eng->merchants_n * CHANNEL_KIND_COUNT + 1, sizeof(*c->lines));
    c->from_pos = calloc(eng->merchants_n + 1, sizeof(*c->from_pos));
    c->http = http_client_new();
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .cache_mb = 4};
    enum err e = c->lines == NULL || c->from_pos == NULL || c->http == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : db_open(ctx, &o, &c->db);
    if (e == OK)
        e = reader_open(ctx, eng, &c->rd);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        c->from_pos[i] = atomic_load(&eng->merchants[i].head);
    if (e != OK) {
        courier_free(c);
        return e;
    }
    *out = c;
    return OK;
}

enum err courier_start(struct ctx *ctx, struct courier *c)
{
    c->running = pthread_create(&c->thread, NULL, courier_main, c) == 0;
    return c->running ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start the courier");
}

void courier_free(struct courier *c)
{
    if (c == NULL)
        return;
    atomic_store(&c->stop, true);
    if (c->running)
        pthread_join(c->thread, NULL);
    reader_close(c->rd);
    db_close(c->db);
    http_client_free(c->http);
    free(c->lines);
    free(c->from_pos);
    free(c);
}
