/*
 * See courier.h. The steps of one row: lease, attempt into the ledger, wait until it is folded, read the row again (a withdrawal
 * folded before the attempt wins), read the pause again, call, result into the ledger. A row whose attempt has no result is
 * looked up where the channel can tell (a file), repeated where the receiver drops a second one by its key (webhook), and
 * repeated too by plain SMTP, which has neither: there alone a crash can repeat a message.
 */
#include "flows/courier.h"

#include "base/http_client.h"
#include "base/log.h"
#include "base/num.h"
#include "base/smtp_client.h"
#include "flows/mail.h"
#include "flows/message_list.h"
#include "flows/reader.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEASE_US (120 * US_PER_S)
#define ATTEMPTS_MAX 8
#define BACKOFF_US (60 * US_PER_S)
#define BACKOFF_MAX_US (6 * US_PER_H)
#define RETRY_AFTER_MAX_S (24 * 3600)
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

struct result {
    enum receipt_status status;
    struct str detail;
    int64_t retry_us;
    bool channel_failed;   /* the channel itself, not this message: counts for the breaker */
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

static enum err put_fact(struct ctx *ctx, struct courier *c, int64_t merchant_id, const struct fact *fct, int64_t *pos)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, fct);
    buf_addc(&b, '\n');
    enum err e = buf_err(&b);
    if (e == OK)
        e = system_append_wait(ctx, c->eng, merchant_id, buf_str(&b), pos);
    buf_clear(&b);
    return e;
}

static enum err put_attempt(struct ctx *ctx, struct courier *c, int64_t merchant_id, const struct outbox_row *row)
{
    int64_t pos = 0;
    struct fact fct = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM};
    fct.u.attempt = (struct attempt_fact){.message_key = row->key, .attempt = (uint32_t)row->attempts + 1, .at_us = clock_now_us(c->eng->clock)};
    enum err e = put_fact(ctx, c, merchant_id, &fct, &pos);
    step(c);
    return e == OK ? engine_wait_folded(ctx, c->eng, merchant_id, pos, FOLD_WAIT_MS) : e;
}

static enum err put_receipt(struct ctx *ctx, struct courier *c, int64_t merchant_id, const struct outbox_row *row, const struct result *r)
{
    int64_t pos = 0;
    struct fact fct = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    fct.u.receipt = (struct receipt_fact){.message_key = row->key, .status = r->status, .attempt = (uint32_t)row->attempts,
                                          .detail = r->detail, .retry_us = r->retry_us, .at_us = clock_now_us(c->eng->clock)};
    enum err e = put_fact(ctx, c, merchant_id, &fct, &pos);
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

static struct result later(struct courier *c, const struct outbox_row *row, struct str why, int64_t retry_us, bool channel_failed)
{
    if (row->attempts >= ATTEMPTS_MAX)
        return (struct result){RECEIPT_FAILED, why, 0, channel_failed};
    return (struct result){RECEIPT_RETRY, why, retry_us != 0 ? retry_us : backoff(c, row->attempts), channel_failed};
}

/* ---- what is sent */

struct parcel_out {
    const struct message_config *mc;
    struct case_message m;
    struct personal who;
    struct str order;
    int64_t merchant_id, order_no;
};

static enum err load(struct ctx *ctx, struct courier *c, struct merchant *m, const struct outbox_row *row, struct parcel_out *out)
{
    struct case_answer ca;
    *out = (struct parcel_out){.mc = &m->cfg->messages, .merchant_id = m->id};
    enum err e = message_by_key(ctx, c->rd, m->id, row->key, &out->order_no, &out->m);
    if (e == OK)
        e = case_read(ctx, c->rd, m->id, out->order_no, 0, &ca);
    if (e == OK)
        e = case_personal(ctx, c->rd, &ca, &out->who);
    if (e == OK) {
        const struct order_view *v = order_anchor(ca.cas);
        out->order = v == NULL ? STR_NULL : v->name;
    }
    return e;
}

static struct str with_key(struct ctx *ctx, struct str url, struct str key)
{
    for (size_t i = 0; i + 5 <= url.n; i++)
        if (memcmp(url.p + i, "{key}", 5) == 0)
            return arena_fmt(ctx->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(url, 0, i)), STR_ARG(key), STR_ARG(str_sub(url, i + 5, url.n)));
    return url;
}

static enum err compose(struct ctx *ctx, struct courier *c, const struct outbox_row *row, const struct parcel_out *p, struct buf *out)
{
    struct mail mail = {
        .from = p->mc->from, .from_name = p->mc->policy.store, .reply_to = p->mc->reply_to, .to = p->who.email, .name = p->who.ship_to.name,
        .language = p->m.language, .subject = p->m.subject, .text = p->m.text, .sign_off = p->mc->policy.sign_off,
        .unsubscribe_url = with_key(ctx, p->mc->unsubscribe_url, row->key), .key = row->key, .date_us = clock_now_us(c->eng->clock)};
    mail.thread = arena_fmt(ctx->arena, "order-%lld-%lld", (long long)p->merchant_id, (long long)p->order_no);
    return mail_write(ctx, &mail, out);
}

/* ---- a folder */

static struct result to_folder(struct ctx *ctx, struct courier *c, const struct outbox_row *row, const struct parcel_out *p, struct str bytes)
{
    struct str dir = arena_fmt(ctx->arena, "%.*s", STR_ARG(p->mc->folder));
    struct str path = arena_fmt(ctx->arena, "%.*s/%.*s.eml", STR_ARG(dir), STR_ARG(row->key));
    struct str tmp = arena_fmt(ctx->arena, "%.*s.new", STR_ARG(path));
    if (tmp.p == NULL || access(path.p, F_OK) == 0) /* an attempt before did it: looked up by its key */
        return (struct result){RECEIPT_ACCEPTED, STR("was there already"), 0, false};
    (void)mkdir(dir.p, 0700);
    int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && fsync(fd) == 0;
    ok = fd >= 0 && close(fd) == 0 && ok && rename(tmp.p, path.p) == 0;
    return ok ? (struct result){RECEIPT_ACCEPTED, STR("written to the folder"), 0, false}
              : later(c, row, arena_fmt(ctx->arena, "folder: %s", strerror(errno)), 0, true);
}

/* ---- e-mail */

static struct result by_smtp(struct ctx *ctx, struct courier *c, const struct outbox_row *row, const struct parcel_out *p, struct str bytes)
{
    struct smtp_request req = {.url = p->mc->smtp_url, .tls = p->mc->smtp_tls, .user = secret_view(&p->mc->smtp_user),
                               .password = secret_view(&p->mc->smtp_password), .from = p->mc->from, .to = p->who.email, .message = bytes};
    int code = 0;
    enum err e = smtp_send(ctx, &req, &code);
    struct str why = arena_fmt(ctx->arena, "%s", e == OK ? "taken by the mail server" : ctx->msg);
    if (e == OK)
        return (struct result){RECEIPT_ACCEPTED, why, 0, false};
    if (e == ERR_LIMIT || e == ERR_PARSE)
        return (struct result){RECEIPT_REFUSED, why, 0, false};
    return later(c, row, why, 0, e != ERR_BUSY);
}

static struct result by_mail(struct ctx *ctx, struct courier *c, const struct outbox_row *row, const struct parcel_out *p)
{
    struct buf bytes;
    struct result r;
    if (str_empty(p->who.email))
        return (struct result){RECEIPT_REFUSED, STR("no address is known, or it was erased"), 0, false};
    buf_init(&bytes, (size_t)4 << 20);
    enum err e = compose(ctx, c, row, p, &bytes);
    if (e != OK)
        r = (struct result){RECEIPT_FAILED, arena_fmt(ctx->arena, "%s", ctx->msg), 0, false};
    else if (!str_empty(p->mc->folder))
        r = to_folder(ctx, c, row, p, buf_str(&bytes));
    else
        r = by_smtp(ctx, c, row, p, buf_str(&bytes));
    buf_clear(&bytes);
    return r;
}

/* ---- signed webhook */

static enum err hook_body(struct ctx *ctx, const struct outbox_row *row, const struct parcel_out *p, struct buf *b)
{
    struct jw w = jw_of(b);
    (void)ctx;
    jw_obj(&w);
    jw_kstr(&w, "key", row->key);
    jw_kstr(&w, "message", str_of(message_kind_word(p->m.t.kind)));
    jw_kstr(&w, "order", p->order);
    jw_kstr(&w, "language", p->m.language);
    jw_kstr_null(&w, "email", p->who.email);
    jw_kstr_null(&w, "phone", p->who.phone);
    jw_kstr_null(&w, "name", p->who.ship_to.name);
    jw_kstr(&w, "subject", p->m.subject);
    jw_kstr(&w, "text", p->m.text);
    jw_kstr(&w, "short", p->m.brief);
    jw_ktime(&w, "happened_at", p->m.t.event_us);
    jw_end(&w);
    return buf_err(b);
}

/* Signed over "time.body", so that an old post cannot be played again later. */
static enum err sign(struct ctx *ctx, const struct secret *secret, int64_t at_s, struct str body, struct str *out)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf hex;
    struct str at = arena_fmt(ctx->arena, "%lld.", (long long)at_s);
    const struct str parts[] = {at, body};
    enum err e = hmac_once(MAC_SHA256, secret_view(secret), parts, 2, sum, &n);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)sum, n});
    if (e == OK)
        *out = arena_fmt(ctx->arena, "t=%lld,v1=%.*s", (long long)at_s, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return e == OK && out->p == NULL ? ERR_MEMORY : e;
}

static int64_t retry_after(struct courier *c, const struct http_msg *msg)
{
    int64_t s = 0;
    for (size_t i = 0; i < msg->headers_n; i++)
        if (str_eq_nocase(msg->headers[i].name, STR("Retry-After")) && num_parse_i64(msg->headers[i].value, 0, RETRY_AFTER_MAX_S, &s) == OK)
            return clock_now_us(c->eng->clock) + s * US_PER_S;
    return 0;
}

static struct result by_webhook(struct ctx *ctx, struct courier *c, const struct outbox_row *row, const struct parcel_out *p)
{
    struct buf body;
    struct str signature = STR_NULL;
    struct http_msg answer = {0};
    buf_init(&body, (size_t)1 << 20);
    enum err e = hook_body(ctx, row, p, &body);
    if (e == OK)
        e = sign(ctx, &p->mc->webhook_secret, clock_now_us(c->eng->clock) / US_PER_S, buf_str(&body), &signature);
    const struct http_header headers[] = {{STR("Content-Type"), STR("application/json")}, {STR("Wismo-Signature"), signature},
                                          {STR("Idempotency-Key"), row->key}};
    struct http_request req = {.method = STR("POST"), .url = p->mc->webhook_url, .headers = headers, .headers_n = 3, .body = buf_str(&body),
                               .max_body = (size_t)1 << 16};
    if (e == OK)
        e = http_client_do(c->http, ctx, &req, &answer);
    buf_clear(&body);
    if (e != OK)
        return later(c, row, arena_fmt(ctx->arena, "%s", ctx->msg), 0, true);
    struct str why = arena_fmt(ctx->arena, "answered %d", answer.status);
    if (answer.status >= 200 && answer.status < 300)
        return (struct result){RECEIPT_ACCEPTED, why, 0, false};
    bool now_not = answer.status == 429 || answer.status == 408 || answer.status >= 500;
    return now_not ? later(c, row, why, retry_after(c, &answer), answer.status >= 500)
                   : (struct result){RECEIPT_REFUSED, why, 0, false};
}

/* ---- one row */

static struct line *line_of(struct courier *c, const struct merchant *m, int channel)
{
    return &c->lines[(size_t)(m - c->eng->merchants) * CHANNEL_KIND_COUNT + (size_t)channel];
}

/* The channel's breaker and its rate of the minute. */
static bool may_send(struct courier *c, const struct merchant *m, int channel)
{
    struct line *l = line_of(c, m, channel);
    int64_t now = clock_now_us(c->eng->clock), minute = now / US_PER_MIN;
    if (l->minute != minute) {
        l->minute = minute;
        l->sent = 0;
    }
    int most = m->cfg->messages.per_minute > 0 ? m->cfg->messages.per_minute : 600;
    return now >= l->open_until_us && l->sent < most;
}

static void count(struct courier *c, const struct merchant *m, int channel, const struct result *r)
{
    struct line *l = line_of(c, m, channel);
    l->sent++;
    l->failures = r->channel_failed ? l->failures + 1 : 0;
    if (l->failures < BREAKER_FAILURES)
        return;
    l->failures = 0;
    l->open_until_us = clock_now_us(c->eng->clock) + BREAKER_US;
    LOG(c->eng->log, LOG_WARN, "channel_rests", LOG_S("channel", str_of(channel_kind_word((enum channel_kind)channel))),
        LOG_S("why", r->detail));
}

static bool is_paused(struct ctx *ctx, struct courier *c, int64_t merchant_id)
{
    struct control_row row;
    return control_get(ctx, c->db, merchant_id, STR(CONTROL_MESSAGES), &row) != OK || row.paused;
}

static enum err deliver(struct ctx *ctx, struct courier *c, struct merchant *m, const struct outbox_row *due, size_t *made)
{
    bool got = false;
    int64_t now = clock_now_us(c->eng->clock);
    struct outbox_row row;
    struct parcel_out p;
    struct result r;
    if ((due->not_after_us != 0 && now > due->not_after_us) || !may_send(c, m, due->channel))
        return OK;
    enum err e = outbox_lease(ctx, c->db, m->id, due->key, now, now + LEASE_US, str_of(c->name), &got);
    if (e != OK || !got)
        return e;
    step(c);
    e = put_attempt(ctx, c, m->id, due);
    if (e == OK)
        e = outbox_get(ctx, c->db, m->id, due->key, &row);
    if (e != OK || row.state != OUTBOX_OPEN || row.started != due->attempts + 1)
        return e; /* withdrawn before the attempt was folded */
    if (is_paused(ctx, c, m->id)) {
        r = (struct result){RECEIPT_RETRY, STR("paused"), now, false};
        return put_receipt(ctx, c, m->id, &row, &r);
    }
    e = load(ctx, c, m, &row, &p);
    if (e != OK)
        return e;
    step(c);
    r = row.channel == CHANNEL_EMAIL     ? by_mail(ctx, c, &row, &p)
        : row.channel == CHANNEL_WEBHOOK ? by_webhook(ctx, c, &row, &p)
                                         : (struct result){RECEIPT_REFUSED, STR("no such channel in this build"), 0, false};
    (*made)++;
    step(c);
    count(c, m, row.channel, &r);
    e = put_receipt(ctx, c, m->id, &row, &r);
    step(c);
    return e == OK ? outbox_lease(ctx, c->db, m->id, row.key, INT64_MAX, 0, STR(""), &got) : e;
}

/* ---- rounds */

static enum err run_merchant(struct ctx *ctx, struct courier *c, struct merchant *m, size_t max, size_t *n)
{
    struct outbox_row *rows = NULL;
    size_t due = 0;
    size_t i = (size_t)(m - c->eng->merchants);
    if (atomic_load(&m->folded) < c->from_pos[i] || is_paused(ctx, c, m->id))
        return OK;
    enum err e = outbox_list(ctx, c->db, m->id, OUTBOX_LIST_DUE, clock_now_us(c->eng->clock), STR_NULL, max, &rows, &due);
    for (size_t k = 0; e == OK && k < due; k++)
        e = deliver(ctx, c, m, &rows[k], n);
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

/* ---- what people do */

static enum err people_fact(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct fact *fct)
{
    struct buf b;
    int64_t pos = 0;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, fct);
    buf_addc(&b, '\n');
    enum err e = buf_err(&b);
    if (e == OK)
        e = system_append_wait(ctx, eng, merchant_id, buf_str(&b), &pos);
    buf_clear(&b);
    return e == OK ? engine_wait_folded(ctx, eng, merchant_id, pos, 2000) : e;
}

enum err messages_pause(struct ctx *ctx, struct engine *eng, int64_t merchant_id, bool paused, struct str why)
{
    struct db *db = NULL;
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .cache_mb = 1};
    struct control_row row = {paused, why, clock_now_us(eng->clock)};
    struct fact fct = {.kind = FACT_CONTROL, .role = ROLE_SYSTEM, .u.control = {paused, why, row.changed_us}};
    enum err e = db_open(ctx, &o, &db);
    if (e == OK)
        e = control_set(ctx, db, merchant_id, STR(CONTROL_MESSAGES), &row);
    db_close(db);
    return e == OK ? people_fact(ctx, eng, merchant_id, &fct) : e;
}

enum err messages_resend(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str key)
{
    struct db *db = NULL;
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .read_only = true, .cache_mb = 1};
    struct outbox_row row;
    struct fact fct = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    fct.u.receipt = (struct receipt_fact){.message_key = key, .status = RECEIPT_RESENT, .detail = STR("a person asks for a repeat"),
                                          .at_us = clock_now_us(eng->clock)};
    enum err e = db_open(ctx, &o, &db);
    if (e == OK)
        e = outbox_get(ctx, db, merchant_id, key, &row);
    db_close(db);
    if (e == OK && row.state != OUTBOX_DEAD)
        e = ctx_fail(ctx, ERR_CONFLICT, "the message is %s: only dead letters are sent again", outbox_state_word(row.state));
    return e == OK ? people_fact(ctx, eng, merchant_id, &fct) : e;
}
