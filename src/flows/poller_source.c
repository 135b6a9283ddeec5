/*
 * See poller_source.h. Pace: of a vendor's N calls in a window a quarter may come at once, the others evenly, so that no window of
 * that length ever sees more than N. Backoff doubles with each failure; after five in a row the circuit opens, and one call after
 * its time tells whether it closes.
 */
#include "flows/poller_source.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/num.h"
#include "base/timefmt.h"
#include "connectors/lib/oauth.h"
#include "connectors/lib/poll_ask.h"
#include "flows/sign_in.h"

#define RETRY_AFTER_MAX_S 86400
#define BURST_SHARE 4

bool source_serves(const struct source *s, struct str carrier)
{
    static const char *const ANY[] = {"aftership", "easypost", "shipengine", "easyship", "shiprocket"};
    struct str id = str_of(s->acct->conn->id);
    if ((s->plan.kinds & 1u << POLL_PARCEL) == 0 || str_empty(carrier))
        return false;
    for (size_t i = 0; i < sizeof(ANY) / sizeof(ANY[0]); i++)
        if (str_eq(id, str_of(ANY[i])))
            return true;
    return str_eq(id, carrier) || (str_eq(id, STR("dhl_unified")) && str_starts(carrier, STR("dhl")));
}

void source_clear(struct source *s)
{
    secret_clear(&s->token);
    due_clear(&s->due);
    pthread_mutex_destroy(&s->lock);
}

/* ---- sign-in */

/* A public document is asked for without the key. */
static bool is_public(const struct poll_ask *ask)
{
    return ask->kind == POLL_FETCH && str_starts(ask->fetch.what, STR(FETCH_SETTING));
}

static struct http_request to_http(const struct source *s, const struct out_req *req)
{
    return (struct http_request){.method = req->method,
                                 .url = req->url,
                                 .headers = req->headers,
                                 .headers_n = req->headers_n,
                                 .body = req->body,
                                 .timeout_ms = s->acct->conn->limits.timeout_ms,
                                 .max_body = s->acct->conn->limits.body_max,
                                 .repeatable = true};
}

enum err source_request(struct ctx *ctx, struct source *s, const struct poll_ask *ask, struct http_request *out)
{
    struct out_req req = {0};
    enum err e = s->acct->conn->poll->request(ctx, s->acct, ask, &req);
    pthread_mutex_lock(&s->lock); /* the token */
    if (e == OK && !signs_itself(s->acct->conn, &req) && !is_public(ask))
        e = sign_in(ctx, s->acct, secret_view(&s->token), &req);
    pthread_mutex_unlock(&s->lock);
    e = ctx_whole(ctx, e);
    if (e == OK)
        *out = to_http(s, &req);
    return e;
}

bool source_needs_token(struct engine *eng, struct source *s)
{
    if (!oauth_used(s->acct->conn))
        return false;
    pthread_mutex_lock(&s->lock);
    bool needs = s->token.n == 0 || clock_now_us(eng->clock) >= s->token_until_us;
    pthread_mutex_unlock(&s->lock);
    return needs;
}

enum err source_token_request(struct ctx *ctx, struct source *s, struct http_request *out)
{
    struct out_req req = {0};
    pthread_mutex_lock(&s->lock);
    bool taken = s->token_asked;
    s->token_asked = true;
    pthread_mutex_unlock(&s->lock);
    if (taken)
        return ctx_fail(ctx, ERR_BUSY, "%s: a sign-in is under way", s->acct->conn->id);
    enum err e = oauth_request(ctx, s->acct, &req);
    if (e == OK) {
        *out = to_http(s, &req);
        return OK;
    }
    pthread_mutex_lock(&s->lock);
    s->token_asked = false;
    pthread_mutex_unlock(&s->lock);
    return e;
}

/* ---- pace */

static enum source_hold held(const struct source *s, int64_t now)
{
    bool open = s->failures >= SOURCE_FAILURES_MAX;
    if (now < s->pause_until_us)
        return open ? HOLD_CIRCUIT : HOLD_PAUSE;
    if (open && s->probing)
        return HOLD_CIRCUIT;
    for (int i = 0; i < POLL_RATES; i++)
        if (now < s->pace_us[i])
            return HOLD_PACE;
    return HOLD_NONE;
}

enum source_hold source_held(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    enum source_hold hold = held(s, clock_mono_us());
    pthread_mutex_unlock(&s->lock);
    return hold;
}

/* Each call moves the time at which the window is free by one distance; a burst may run ahead of it. 0: no call yet. */
static int64_t paced(const struct poll_rate *r, int64_t at_us, int64_t now)
{
    int burst = r->calls / BURST_SHARE < 1 ? 1 : r->calls / BURST_SHARE;
    if (r->calls <= 0)
        return 0;
    int64_t distance = (r->window_us + r->calls - burst) / (r->calls - burst + 1), ahead = (burst - 1) * distance;
    int64_t free_us = at_us != 0 && at_us + ahead > now ? at_us + ahead : now; /* without a burst */
    return free_us + distance - ahead;
}

enum source_hold source_take(struct source *s)
{
    int64_t now = clock_mono_us();
    pthread_mutex_lock(&s->lock);
    enum source_hold hold = held(s, now);
    if (hold == HOLD_NONE) {
        for (int i = 0; i < POLL_RATES; i++)
            s->pace_us[i] = paced(&s->plan.rates[i], s->pace_us[i], now);
        s->probing = s->failures >= SOURCE_FAILURES_MAX;
    }
    pthread_mutex_unlock(&s->lock);
    return hold;
}

void source_give_back(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    s->probing = false;
    pthread_mutex_unlock(&s->lock);
}

/* ---- what an answer means for the next call */

int64_t poll_jitter(int64_t us)
{
    unsigned char r = 128;
    if (crypto_random(&r, 1) != OK)
        r = 128;
    return us - us / 4 + us / 2 * r / 256;
}

/* How long the vendor says to wait, by any of the headers in use; the longest counts. */
static int64_t told_wait_us(const struct http_msg *msg)
{
    static const struct {
        const char *name;
        int64_t unit_us;
    } SAY[] = {{"Retry-After", US_PER_S}, {"X-Retry-After", US_PER_S}, {"X-Rate-Limit-Time-Reset-Ms", 1000}};
    int64_t wait = 0;
    for (size_t i = 0; i < sizeof(SAY) / sizeof(SAY[0]); i++) {
        struct str given = http_msg_header(msg, SAY[i].name);
        int64_t n = 0, date = msg->received_us;
        if (num_parse_i64(given, 0, INT32_MAX, &n) == OK)
            n *= SAY[i].unit_us;
        else if (time_from_rfc2822(given, &n)) /* a time by the vendor's own clock */
            n -= time_from_rfc2822(http_msg_header(msg, "Date"), &date) ? date : msg->received_us;
        wait = n > wait ? n : wait;
    }
    return wait < RETRY_AFTER_MAX_S * US_PER_S ? wait : RETRY_AFTER_MAX_S * US_PER_S;
}

static void pause_for(struct source *s, int64_t us)
{
    int64_t until = clock_mono_us() + us;
    if (until > s->pause_until_us)
        s->pause_until_us = until;
}

static int64_t backoff_us(int times)
{
    int64_t s = 1;
    for (int i = 1; i < times && s < SOURCE_BACKOFF_MAX_S; i++)
        s *= 2;
    return poll_jitter(s * US_PER_S);
}

static void open_circuit(struct source *s)
{
    if (s->open_us == 0) {
        metric_add(METRIC_POLL_CIRCUITS, 0, 1);
        metric_add(METRIC_POLL_CIRCUITS_OPEN, 0, 1);
    }
    s->open_us = s->open_us == 0 ? SOURCE_OPEN_US : s->open_us * 2 > SOURCE_OPEN_MAX_US ? SOURCE_OPEN_MAX_US : s->open_us * 2;
    pause_for(s, s->open_us);
}

static void close_circuit(struct source *s)
{
    if (s->open_us != 0) {
        metric_add(METRIC_POLL_CIRCUITS, 1, 1);
        metric_add(METRIC_POLL_CIRCUITS_OPEN, 0, -1);
    }
    s->open_us = 0;
    s->failures = s->throttles = 0;
}

/* In the lock. Too many requests is no failure of the vendor's: it opens no circuit. */
static void note(struct source *s, enum err e, bool failed, const struct http_msg *msg)
{
    int64_t wait = msg == NULL ? 0 : told_wait_us(msg);
    s->probing = false;
    s->unsaved = true;
    if (e == ERR_BUSY)
        pause_for(s, backoff_us(++s->throttles));
    else if (failed)
        pause_for(s, backoff_us(++s->failures));
    else
        close_circuit(s);
    if (e != OK)
        pause_for(s, wait);
    if (failed && s->failures >= SOURCE_FAILURES_MAX)
        open_circuit(s);
}

/* One object that this key may not read says nothing about the account. */
static bool is_failure(enum err e, const struct poll_ask *ask, bool read)
{
    if (e == ERR_DENIED)
        return !read || ask->kind != POLL_FETCH;
    return e == ERR_UNAVAILABLE || e == ERR_TIMEOUT || e == ERR_PARSE;
}

/* What the status alone says; OK: the body tells. */
static enum err by_status(struct ctx *ctx, const struct source *s, int status)
{
    if (status == 401)
        return ctx_fail(ctx, ERR_DENIED, "%s refused the sign-in", s->acct->conn->id);
    if (status == 429)
        return ctx_fail(ctx, ERR_BUSY, "%s: too many requests", s->acct->conn->id);
    if (status >= 500)
        return ctx_fail(ctx, ERR_UNAVAILABLE, "%s answers %d", s->acct->conn->id, status);
    return OK;
}

enum err source_told(struct ctx *ctx, struct engine *eng, struct source *s, const struct poll_ask *ask, enum err sent,
                     const struct http_msg *msg, struct source_answer *out)
{
    *out = (struct source_answer){0};
    enum err e = sent == OK ? by_status(ctx, s, msg->status) : sent;
    if (e == OK) {
        out->msg = *msg;
        out->msg.received_us = clock_now_us(eng->clock);
        out->msg.query = poll_ask_text(ctx, ask); /* kept with the answer: it does not say what it is about */
        out->read = true;
        e = ctx_whole(ctx, s->acct->conn->poll->decode(ctx, s->acct, ask, &out->msg, &out->d, &out->cursor));
    }
    out->err = e;
    pthread_mutex_lock(&s->lock);
    if (sent == OK && msg->status == 401)
        secret_clear(&s->token); /* the next call signs in anew */
    note(s, e, is_failure(e, ask, out->read), sent == OK ? msg : NULL);
    *(e == OK ? &s->told_us : &s->failed_us) = clock_now_us(eng->clock);
    pthread_mutex_unlock(&s->lock);
    return e;
}

void source_too_slow(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    s->token_asked = s->probing = false;
    s->slow_until_us = clock_mono_us() + SOURCE_SLOW_US;
    pthread_mutex_unlock(&s->lock);
}

bool source_is_slow(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    bool slow = clock_mono_us() < s->slow_until_us;
    pthread_mutex_unlock(&s->lock);
    return slow;
}

enum err source_token_told(struct ctx *ctx, struct engine *eng, struct source *s, enum err sent, struct http_msg *msg)
{
    struct oauth_token tok = {0};
    enum err e = sent;
    if (e == OK) {
        msg->received_us = clock_now_us(eng->clock);
        e = oauth_decode(ctx, msg, &tok);
    }
    pthread_mutex_lock(&s->lock);
    s->token_asked = false;
    if (e == OK)
        e = secret_set(&s->token, tok.token);
    if (e == OK)
        s->token_until_us = tok.expires_us;
    else
        note(s, e, true, sent == OK ? msg : NULL);
    if (e != OK)
        s->failed_us = clock_now_us(eng->clock);
    pthread_mutex_unlock(&s->lock);
    return e;
}

enum err source_append(struct ctx *ctx, struct engine *eng, struct source *s, const struct http_msg *msg, int64_t *pos)
{
    struct append_req req = {.merchant_id = s->m->id, .source = RECV_POLL, .account = s->acct->id, .msg = msg};
    return engine_append_wait(ctx, eng, &req, pos);
}
