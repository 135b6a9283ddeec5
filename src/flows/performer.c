/*
 * See performer.h. The steps of one action: lease, attempt into the ledger, wait until it is folded, read the rows again (a call-back
 * folded before the attempt wins), read the pause again, calls, result into the ledger. An attempt without a result is an unknown
 * outcome: the next attempt carries the same key and begins with the look-up, where the vendor needs one.
 */
#include "flows/performer.h"

#include "base/http_client.h"
#include "base/log.h"
#include "base/num.h"
#include "base/thread.h"
#include "connectors/lib/oauth.h"
#include "flows/act_read.h"
#include "flows/action_call.h"
#include "flows/performer_pace.h"
#include "flows/reader.h"
#include "flows/sign_in.h"
#include "flows/ticket_mail.h"
#include "flows/ticket_packet.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LEASE_US (180 * US_PER_S)
#define ATTEMPTS_MAX 8
#define BACKOFF_US (30 * US_PER_S)
#define BACKOFF_MAX_US (2 * US_PER_H)
#define ACCEPTED_WAIT_US (24 * US_PER_H) /* for the word of who took it; then it is asked again */
#define RETRY_AFTER_MAX_S (24 * 3600)
#define FOLD_WAIT_MS 10000
#define CALLS_MAX 6
#define ROUND_MS 500
#define DUE_MAX 500    /* looked at in a round: those of an account that rests stand between the others */

struct performer {
    struct engine *eng;
    struct db *db;
    struct reader *rd;
    struct http_client *http;
    struct pace **paces; /* by merchant and account */
    int64_t *from_pos;  /* by merchant: nothing is claimed before the fold has passed what was there at the start */
    char name[28];
    int stop_at;
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

struct result {
    enum action_outcome outcome;
    struct str id, detail;
    int64_t retry_us;
    bool down;          /* the account did not answer, or not as one that works */
    int64_t until_us;   /* it said when to come again */
};

void performer_stop_at(struct performer *p, int n)
{
    p->stop_at = n;
}

static void step(struct performer *p)
{
    if (p->stop_at > 0 && --p->stop_at == 0)
        _exit(9);
}

const struct account *action_account(const struct merchant_config *mc, enum capability cap)
{
    for (size_t i = 0; i < mc->accounts_n; i++)
        if ((mc->accounts[i].performs >> cap & 1) != 0 && mc->accounts[i].conn->act != NULL)
            return &mc->accounts[i];
    return NULL;
}

const struct account *ticket_account(const struct merchant_config *mc)
{
    for (size_t i = 0; i < mc->accounts_n; i++)
        if (mc->accounts[i].tickets && mc->accounts[i].conn->ticket != NULL)
            return &mc->accounts[i];
    return NULL;
}

bool takes_tickets(const struct merchant_config *mc)
{
    return ticket_account(mc) != NULL || !str_empty(mc->messages.tickets_to);
}

/* ---- facts */

static enum err put_fact(struct ctx *ctx, struct performer *p, int64_t merchant_id, const struct fact *fct)
{
    int64_t pos = 0;
    enum err e = fact_append_wait(ctx, p->eng, &(struct fact_to){.merchant_id = merchant_id, .max = 65536}, fct, &pos);
    step(p);
    return e == OK ? engine_wait_folded(ctx, p->eng, merchant_id, pos, FOLD_WAIT_MS) : e;
}

static enum err put_attempt(struct ctx *ctx, struct performer *p, int64_t merchant_id, const struct outbox_row *row)
{
    struct fact fct = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM};
    fct.u.attempt = (struct attempt_fact){.message_key = row->key, .attempt = (uint32_t)row->attempts + 1, .at_us = clock_now_us(p->eng->clock)};
    return put_fact(ctx, p, merchant_id, &fct);
}

static enum err put_result(struct ctx *ctx, struct performer *p, int64_t merchant_id, const struct outbox_row *row, const struct result *r)
{
    struct fact fct = {.kind = FACT_ACTION_RESULT, .role = ROLE_SYSTEM};
    fct.u.result = (struct action_result_fact){.action_key = row->key, .outcome = r->outcome, .attempt = (uint32_t)row->attempts, .result_id = r->id,
                                               .detail = r->detail, .retry_us = r->retry_us, .at_us = clock_now_us(p->eng->clock)};
    return put_fact(ctx, p, merchant_id, &fct);
}

struct calling {
    struct ctx *ctx;
    struct performer *p;
    const struct account *acct;
    struct pace *pace; /* of acct; NULL: no account does it */
    const struct outbox_row *row;
    int64_t merchant_id;
    struct action_call call;
    const struct ticket_packet *packet; /* not NULL: a ticket, and no action */
    struct str carry;
    struct str token;  /* where the vendor gives one for id and secret */
    bool maybe_done;   /* an attempt before this one has no certain result */
};

/* ---- what an answer means */

static int64_t backoff(struct performer *p, int64_t attempts)
{
    unsigned char r = 0;
    int64_t wait = BACKOFF_US << (attempts < 9 ? attempts : 9);
    if (wait > BACKOFF_MAX_US)
        wait = BACKOFF_MAX_US;
    if (crypto_random(&r, 1) != OK)
        r = 0;
    return clock_now_us(p->eng->clock) + wait + wait / 2 * r / 256;
}

/* It may have been done: the next attempt finds out; after enough of that a person does. */
static struct result unknown(const struct calling *c, struct str why)
{
    int64_t retry_us = c->row->attempts >= ATTEMPTS_MAX ? 0 : backoff(c->p, c->row->attempts);
    return (struct result){.outcome = OUTCOME_UNKNOWN, .detail = why, .retry_us = retry_us};
}

/* This attempt did not do it, and never will; one before it may have. */
static struct result never(const struct calling *c, struct str why)
{
    return c->maybe_done ? unknown(c, why) : (struct result){.outcome = OUTCOME_REFUSED, .detail = why};
}

/* This attempt did not do it, and it may be tried again; not for ever. */
static struct result later(const struct calling *c, struct str why, int64_t retry_us)
{
    if (c->row->attempts >= ATTEMPTS_MAX)
        return never(c, why);
    return (struct result){.outcome = OUTCOME_RETRY, .detail = why, .retry_us = retry_us != 0 ? retry_us : backoff(c->p, c->row->attempts)};
}

static int64_t retry_after(struct performer *p, const struct http_msg *msg)
{
    int64_t s = 0;
    struct str given = http_msg_header(msg, "Retry-After");
    return num_parse_i64(given, 0, RETRY_AFTER_MAX_S, &s) == OK ? clock_now_us(p->eng->clock) + s * US_PER_S : 0;
}

static struct result of_answer(const struct calling *c, const struct action_answer *a)
{
    switch (a->step) {
    case STEP_DONE:
        return (struct result){.outcome = OUTCOME_CONFIRMED, .id = a->id, .detail = a->detail};
    case STEP_ACCEPTED:
        return c->row->attempts >= ATTEMPTS_MAX ? unknown(c, a->detail)
                                                : (struct result){.outcome = OUTCOME_RETRY, .id = a->id, .detail = a->detail,
                                                                  .retry_us = clock_now_us(c->p->eng->clock) + ACCEPTED_WAIT_US};
    case STEP_REFUSED:
        return (struct result){.outcome = OUTCOME_REFUSED, .id = a->id, .detail = a->detail};
    case STEP_LATER:
        return later(c, a->detail, 0);
    case STEP_NEXT:
    case STEP_UNKNOWN:
        break;
    }
    return unknown(c, a->detail);
}

/* ---- pause: what cannot be read is paused */

static bool is_paused(struct ctx *ctx, struct performer *p, int64_t merchant_id, struct str capability)
{
    bool paused = true;
    bool ticket = str_eq(capability, STR(CONTROL_ALL)); /* people are asked while actions rest */
    return control_is_paused(ctx, p->db, merchant_id, capability, ticket ? capability : STR(CONTROL_ACTIONS), &paused) != OK || paused;
}

/* ---- calls */

/* A token for this action alone: they are few, and it is not kept. */
static enum err get_token(struct calling *c)
{
    struct out_req req = {0};
    struct oauth_token tok;
    struct http_msg answer;
    if (!oauth_used(c->acct->conn) || !str_empty(c->token))
        return OK;
    enum err e = oauth_request(c->ctx, c->acct, &req);
    if (e != OK)
        return e;
    struct http_request http = {.method = req.method, .url = req.url, .headers = req.headers, .headers_n = req.headers_n, .body = req.body,
                                .timeout_ms = c->acct->conn->limits.timeout_ms, .max_body = c->acct->conn->limits.body_max, .repeatable = true};
    e = http_client_do(c->p->http, c->ctx, &http, &answer);
    if (e == OK) {
        answer.received_us = clock_now_us(c->p->eng->clock);
        e = oauth_decode(c->ctx, &answer, &tok);
    }
    if (e == OK)
        c->token = tok.token;
    return e;
}

static enum err send(struct calling *c, int n, bool *effect, struct http_msg *answer)
{
    struct out_req req = {0};
    enum err e = c->packet != NULL ? c->acct->conn->ticket->request(c->ctx, c->acct, c->packet, n, c->carry, &req, effect)
                                   : c->acct->conn->act->request(c->ctx, c->acct, &c->call, n, c->carry, &req, effect);
    if (e == OK)
        e = get_token(c);
    if (e == OK && !signs_itself(c->acct->conn, &req))
        e = sign_in(c->ctx, c->acct, c->token, &req);
    if (e != OK) {
        *effect = false; /* nothing left the house */
        return e;
    }
    struct http_request http = {.method = req.method, .url = req.url, .headers = req.headers, .headers_n = req.headers_n, .body = req.body,
                                .timeout_ms = c->acct->conn->limits.timeout_ms, .max_body = c->acct->conn->limits.body_max,
                                .repeatable = !*effect};
    step(c->p);
    if (c->pace != NULL)
        pace_called(c->pace, &c->acct->conn->limits, clock_now_us(c->p->eng->clock));
    e = http_client_do(c->p->http, c->ctx, &http, answer);
    answer->received_us = clock_now_us(c->p->eng->clock);
    step(c->p);
    return e;
}

/* One call; true: it has come to an end, *out says how. */
static bool call_once(struct calling *c, int n, struct result *out)
{
    bool effect = false;
    struct http_msg msg = {0};
    struct action_answer a = {.step = STEP_UNKNOWN};
    enum err e = send(c, n, &effect, &msg);
    if (e != OK) {
        struct str why = arena_fmt(c->ctx->arena, "%s", c->ctx->msg);
        bool hopeless = e == ERR_DENIED || e == ERR_PARSE || e == ERR_UNSUPPORTED;
        *out = effect ? unknown(c, why) : hopeless ? never(c, why) : later(c, why, 0);
        out->down = !hopeless;
        return true;
    }
    struct str why = arena_fmt(c->ctx->arena, "%s answered %d", c->acct->conn->id, msg.status);
    if (msg.status == 429) {
        *out = later(c, why, retry_after(c->p, &msg));
        out->until_us = retry_after(c->p, &msg);
        return true;
    }
    if (msg.status >= 500 || msg.status == 408) {
        *out = effect ? unknown(c, why) : later(c, why, retry_after(c->p, &msg));
        out->down = true;
        out->until_us = retry_after(c->p, &msg);
        return true;
    }
    e = c->packet != NULL ? c->acct->conn->ticket->decode(c->ctx, c->acct, c->packet, n, c->carry, &msg, &a)
                          : c->acct->conn->act->decode(c->ctx, c->acct, &c->call, n, c->carry, &msg, &a);
    if (e != OK) {
        why = arena_fmt(c->ctx->arena, "%s", c->ctx->msg);
        *out = effect ? unknown(c, why) : later(c, why, 0);
        return true;
    }
    c->carry = a.carry;
    *out = of_answer(c, &a);
    return a.step != STEP_NEXT;
}

static struct result make_calls(struct calling *c)
{
    struct result r = unknown(c, STR("it came to no end"));
    for (int n = 0; n < CALLS_MAX; n++) {
        struct str what = c->packet != NULL ? STR(CONTROL_ALL) : str_of(capability_word(c->call.cap));
        if (is_paused(c->ctx, c->p, c->merchant_id, what)) /* what has an effect comes last */
            return (struct result){.outcome = OUTCOME_RETRY, .detail = STR("paused"), .retry_us = clock_now_us(c->p->eng->clock)};
        if (call_once(c, n, &r))
            return r;
    }
    return r;
}

/* ---- one action */

static enum err perform(struct calling *c, struct merchant *m, struct result *out)
{
    struct action_kept act;
    enum err e = action_by_key(c->ctx, c->p->db, m->id, c->row->key, &act);
    if (e != OK)
        return e;
    c->maybe_done = act.row.state == ACTION_UNKNOWN;
    if (c->acct == NULL) {
        *out = never(c, STR("no account performs it: `performs` of an account in wismo.yaml"));
        return OK;
    }
    e = action_call_make(c->ctx, c->p->rd, m, c->acct, &act, &c->call);
    if (e == ERR_DENIED) {
        *out = never(c, arena_fmt(c->ctx->arena, "%s", c->ctx->msg));
        return OK;
    }
    if (e != OK)
        return e;
    c->call.again = c->maybe_done;
    *out = make_calls(c);
    return OK;
}

static struct result mail_it(struct calling *c, const struct message_config *mc)
{
    if (is_paused(c->ctx, c->p, c->merchant_id, STR(CONTROL_ALL)))
        return (struct result){.outcome = OUTCOME_RETRY, .detail = STR("paused"), .retry_us = clock_now_us(c->p->eng->clock)};
    step(c->p);
    struct send_result r = ticket_mail(c->ctx, mc, c->packet, clock_now_us(c->p->eng->clock));
    step(c->p);
    if (r.outcome == SEND_TAKEN)
        return (struct result){.outcome = OUTCOME_CONFIRMED, .detail = r.detail};
    return r.outcome == SEND_LATER ? later(c, r.detail, 0) : never(c, r.detail);
}

static enum err send_ticket(struct calling *c, struct merchant *m, struct result *out)
{
    struct ticket_packet packet;
    bool open = false;
    enum err e = ticket_packet_make(c->ctx, c->p->rd, m->id, c->row, &packet, &open);
    if (e != OK)
        return e;
    struct calling own = *c;
    own.packet = &packet;
    if (!open)
        *out = (struct result){.outcome = OUTCOME_CONFIRMED, .detail = STR("settled before it left")};
    else
        *out = own.acct == NULL ? mail_it(&own, &m->cfg->messages) : make_calls(&own);
    return OK;
}

/* NULL: no account does it, and the row says so. */
static struct pace *pace_of(struct performer *p, const struct merchant *m, const struct account *acct)
{
    return acct == NULL ? NULL : &p->paces[m - p->eng->merchants][acct - m->cfg->accounts];
}

static void note_end(struct performer *p, struct pace *pc, const struct account *acct, const struct result *r)
{
    int64_t now = clock_now_us(p->eng->clock);
    if (pc != NULL && pace_ended(pc, r->down, r->until_us, now))
        LOG(p->eng->log, LOG_WARN, "account_rests", LOG_S("account", acct->id), LOG_I("seconds", (pc->free_us - now) / US_PER_S),
            LOG_S("why", r->detail));
}

static const struct account *account_of(const struct merchant *m, const struct outbox_row *row)
{
    enum capability cap;
    if (row->channel == OUTBOX_TICKET)
        return ticket_account(m->cfg);
    bool known = capability_parse(str_sub(row->capability, 4, row->capability.n), &cap); /* behind "act." */
    return known ? action_account(m->cfg, cap) : NULL;
}

static enum err deliver(struct ctx *ctx, struct performer *p, struct merchant *m, const struct outbox_row *due, size_t *made)
{
    bool got = false;
    int64_t now = clock_now_us(p->eng->clock);
    const struct account *acct = account_of(m, due);
    struct pace *pc = pace_of(p, m, acct);
    struct outbox_row row;
    struct result r;
    if (pc != NULL && !pace_may_begin(pc, now))
        return OK;
    if (due->attempts == 0 && due->not_after_us != 0 && now > due->not_after_us)
        return OK; /* the fold ends it at its next look */
    enum err e = outbox_lease(ctx, p->db, m->id, due->key, now, now + LEASE_US, str_of(p->name), &got);
    if (e != OK || !got)
        return e;
    step(p);
    e = put_attempt(ctx, p, m->id, due);
    if (e == OK)
        e = outbox_get(ctx, p->db, m->id, due->key, &row);
    if (e != OK || row.state != OUTBOX_OPEN || row.started != due->attempts + 1)
        return e; /* called back before the attempt was folded */
    step(p);
    struct calling c = {.ctx = ctx, .p = p, .acct = acct, .pace = pc, .row = &row, .merchant_id = m->id};
    e = row.channel == OUTBOX_TICKET ? send_ticket(&c, m, &r) : perform(&c, m, &r);
    (*made)++;
    if (e == OK)
        note_end(p, pc, acct, &r);
    if (e == OK)
        e = put_result(ctx, p, m->id, &row, &r);
    step(p);
    return e == OK ? outbox_lease(ctx, p->db, m->id, row.key, INT64_MAX, 0, STR(""), &got) : e;
}

/* ---- rounds */

/* The warehouse stops before the address changes: a hold that came behind it would stay. */
static enum err waits_for_hold(struct ctx *ctx, struct performer *p, const struct merchant *m, const struct outbox_row *row, bool *waits)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    enum err e = OK;
    *waits = false;
    if (str_eq(row->capability, STR("act.change_address")))
        e = outbox_list(ctx, p->db, m->id, OUTBOX_LIST_ORDER, row->order_no, STR_NULL, DUE_MAX, &rows, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        *waits = *waits || (rows[i].state == OUTBOX_OPEN && str_eq(rows[i].capability, STR("act.hold_fulfillment")));
    return e;
}

static enum err perform_due(struct ctx *ctx, struct performer *p, struct merchant *m, const struct outbox_row *row, size_t *n)
{
    bool waits = is_paused(ctx, p, m->id, str_sub(row->capability, 4, row->capability.n)); /* behind "act." */
    enum err e = waits ? OK : waits_for_hold(ctx, p, m, row, &waits);
    return e != OK || waits ? e : deliver(ctx, p, m, row, n);
}

static enum err run_merchant(struct ctx *ctx, struct performer *p, struct merchant *m, size_t max, size_t *n)
{
    struct outbox_row *rows = NULL;
    size_t due = 0, i = (size_t)(m - p->eng->merchants);
    if (atomic_load(&m->folded) < p->from_pos[i])
        return OK;
    enum err e = outbox_list(ctx, p->db, m->id, OUTBOX_LIST_ACTIONS, clock_now_us(p->eng->clock), STR_NULL, DUE_MAX, &rows, &due);
    for (size_t k = 0; e == OK && k < due && *n < max; k++)
        e = perform_due(ctx, p, m, &rows[k], n);
    if (e == OK && takes_tickets(m->cfg) && !is_paused(ctx, p, m->id, STR(CONTROL_ALL)))
        e = outbox_list(ctx, p->db, m->id, OUTBOX_LIST_TICKETS, clock_now_us(p->eng->clock), STR_NULL, DUE_MAX, &rows, &due);
    else
        due = 0;
    for (size_t k = 0; e == OK && k < due && *n < max; k++)
        e = deliver(ctx, p, m, &rows[k], n);
    return e;
}

enum err performer_run(struct ctx *ctx, struct performer *p, size_t max, size_t *n)
{
    enum err e = OK;
    *n = 0;
    for (size_t i = 0; e == OK && i < p->eng->merchants_n; i++)
        if (!str_empty(p->eng->merchants[i].cfg->policy_text))
            e = run_merchant(ctx, p, &p->eng->merchants[i], max, n);
    return e;
}

static void *performer_main(void *arg)
{
    struct performer *p = arg;
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx ctx;
    thread_name("perform");
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, p->eng->clock, p->eng->log);
    while (!atomic_load(&p->stop)) {
        size_t n = 0;
        enum err e = performer_run(&ctx, p, 20, &n);
        if (e != OK)
            LOG(p->eng->log, LOG_WARN, "performer", LOG_S("error", str_of(ctx.msg)));
        arena_reset(a);
        for (int i = 0; n == 0 && i < ROUND_MS / 50 && !atomic_load(&p->stop); i++)
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    arena_free(a);
    return NULL;
}

enum err performer_new(struct ctx *ctx, struct engine *eng, struct performer **out)
{
    struct performer *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    p->eng = eng;
    snprintf(p->name, sizeof(p->name), "performer-%ld", (long)getpid());
    p->from_pos = calloc(eng->merchants_n + 1, sizeof(*p->from_pos));
    p->paces = calloc(eng->merchants_n + 1, sizeof(*p->paces));
    p->http = http_client_new();
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .cache_mb = 4};
    enum err e = p->from_pos == NULL || p->paces == NULL || p->http == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : db_open(ctx, &o, &p->db);
    if (e == OK)
        e = reader_open(ctx, eng, &p->rd);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++) {
        p->paces[i] = calloc(eng->merchants[i].cfg->accounts_n + 1, sizeof(**p->paces));
        if (p->paces[i] == NULL)
            e = ctx_fail(ctx, ERR_MEMORY, "no memory");
    }
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        p->from_pos[i] = atomic_load(&eng->merchants[i].head);
    if (e != OK) {
        performer_free(p);
        return e;
    }
    *out = p;
    return OK;
}

enum err performer_start(struct ctx *ctx, struct performer *p)
{
    p->running = pthread_create(&p->thread, NULL, performer_main, p) == 0;
    return p->running ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start the performer");
}

void performer_free(struct performer *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    if (p->running)
        pthread_join(p->thread, NULL);
    reader_close(p->rd);
    db_close(p->db);
    http_client_free(p->http);
    for (size_t i = 0; p->paces != NULL && i < p->eng->merchants_n; i++)
        free(p->paces[i]);
    free(p->paces);
    free(p->from_pos);
    free(p);
}
