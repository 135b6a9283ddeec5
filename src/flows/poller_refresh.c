/*
 * Fresh facts for one answer (R7): storefront and carriers asked at the same time, all of it inside one budget: sign-ins together,
 * then reads together. What an account's pace or circuit holds back is not asked: the answer says how old it is.
 */
#include "flows/poller_int.h"

#include "base/metrics.h"

#define CALLS_MAX 8

struct refresh {
    struct source *s[CALLS_MAX];
    struct poll_ask ask[CALLS_MAX];
    struct http_request req[CALLS_MAX];
    struct http_msg msg[CALLS_MAX];
    enum err errs[CALLS_MAX];
    size_t n;
    int budget_ms;
    enum err worst;
};

static void worse(struct refresh *r, enum err e)
{
    if (e != OK && r->worst != ERR_TIMEOUT)
        r->worst = e == ERR_TIMEOUT ? e : ERR_UNAVAILABLE;
}

static void plan(struct refresh *r, struct source *s, const struct poll_ask *ask)
{
    if (r->n == CALLS_MAX || source_is_slow(s) || source_take(s) != HOLD_NONE) {
        metric_add(METRIC_POLLS, POLL_HELD, 1);
        worse(r, ERR_UNAVAILABLE);
        return;
    }
    r->s[r->n] = s;
    r->ask[r->n++] = *ask;
}

/* What cannot be read is not sent: the vendor then says less. */
static struct str postal_of(struct ctx *ctx, struct reader *rd, const struct source *s, const struct case_answer *ca)
{
    struct personal who;
    bool known = s->acct->conn->poll->wants_postal && case_personal(ctx, rd, ca, &who) == OK;
    return known ? who.ship_to.postal_code : STR_NULL;
}

static void plan_all(struct ctx *ctx, struct poller *p, struct reader *rd, struct refresh *r, const struct case_answer *ca)
{
    const struct order_view *v = order_anchor(ca->cas);
    for (size_t i = 0; i < p->sources_n; i++) {
        struct source *s = &p->sources[i];
        const char *const *reads = s->acct->conn->poll->order_reads;
        if (s->m->id != ca->merchant_id)
            continue;
        bool storefront = v != NULL && str_eq(v->source, s->acct->id) && (s->plan.kinds & 1u << POLL_FETCH) != 0;
        for (; storefront && reads != NULL && *reads != NULL; reads++)
            plan(r, s, &(struct poll_ask){.kind = POLL_FETCH, .fetch = {str_of(*reads), v->order_id}});
        for (size_t k = 0; k < ca->cd.parcels_n; k++) {
            const struct parcel_diagnosis *pd = &ca->cd.parcels[k];
            if (pd->d.cls != DIAG_DELIVERED && source_serves(s, pd->carrier))
                plan(r, s, &(struct poll_ask){.kind = POLL_PARCEL, .tracking_number = pd->parcel->number, .carrier = pd->carrier,
                                               .dest_postal = postal_of(ctx, rd, s, ca)});
        }
    }
}

static bool is_new_source(const struct refresh *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->s[k] == r->s[i])
            return false;
    return true;
}

/* Out of the answer's time, not of the vendor's. */
static bool ran_out(struct source *s, enum err e, int budget_ms)
{
    bool early = e == ERR_TIMEOUT && budget_ms < s->acct->conn->limits.timeout_ms;
    if (early)
        source_too_slow(s);
    return early;
}

/* Accounts without a good token get one, all at once. */
static void sign_in_all(struct ctx *ctx, struct poller *p, struct http_client *http, struct refresh *r)
{
    struct http_request req[CALLS_MAX];
    struct http_msg msg[CALLS_MAX];
    enum err errs[CALLS_MAX];
    struct source *of[CALLS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (is_new_source(r, i) && source_needs_token(p->eng, r->s[i]) && source_token_request(ctx, r->s[i], &req[n]) == OK)
            of[n++] = r->s[i];
    if (n > 0)
        http_client_do_many(http, ctx, req, n, msg, errs);
    for (size_t i = 0; i < n; i++)
        if (ran_out(of[i], errs[i], r->budget_ms))
            worse(r, ERR_TIMEOUT);
        else
            worse(r, source_token_told(ctx, p->eng, of[i], errs[i], &msg[i]));
}

/* The requests of those that are signed in; the others give their leave back. */
static void make_requests(struct ctx *ctx, struct poller *p, struct refresh *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        enum err e = source_needs_token(p->eng, r->s[i]) ? ERR_UNAVAILABLE : source_request(ctx, r->s[i], &r->ask[i], &r->req[n]);
        worse(r, e);
        if (e != OK) {
            source_give_back(r->s[i]);
            continue;
        }
        r->s[n] = r->s[i];
        r->ask[n++] = r->ask[i];
    }
    r->n = n;
}

static void take_in(struct ctx *ctx, struct poller *p, struct refresh *r, int64_t *pos)
{
    for (size_t i = 0; i < r->n; i++) {
        struct source_answer an;
        int64_t at = 0;
        if (ran_out(r->s[i], r->errs[i], r->budget_ms)) {
            worse(r, ERR_TIMEOUT);
            poll_count(ERR_TIMEOUT);
            continue;
        }
        enum err e = source_told(ctx, p->eng, r->s[i], &r->ask[i], r->errs[i], &r->msg[i], &an);
        poll_count(e);
        if (e == OK)
            e = source_append(ctx, p->eng, r->s[i], &an.msg, &at);
        worse(r, e);
        *pos = at > *pos ? at : *pos;
    }
}

/* Clients are kept: connections to the vendors stay open between two answers. */
static struct http_client *take_client(struct poller *p)
{
    struct http_client *c = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->spare_n > 0)
        c = p->spare[--p->spare_n];
    pthread_mutex_unlock(&p->lock);
    return c != NULL ? c : http_client_new();
}

static void leave_client(struct poller *p, struct http_client *c)
{
    pthread_mutex_lock(&p->lock);
    if (c != NULL && p->spare_n < POLL_SPARE_MAX) {
        p->spare[p->spare_n++] = c;
        c = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    http_client_free(c);
}

enum err poller_refresh(void *user, struct ctx *ctx, struct reader *rd, const struct case_answer *ca, int budget_ms, int64_t *pos)
{
    struct poller *p = user;
    struct http_client *http = take_client(p);
    struct refresh *r = ctx_alloc(ctx, sizeof(*r));
    int64_t until = clock_mono_us() + (int64_t)budget_ms * 1000, outer = ctx->deadline_us;
    *pos = 0;
    if (http == NULL || r == NULL) {
        leave_client(p, http);
        return ERR_MEMORY;
    }
    if (outer == 0 || until < outer)
        ctx->deadline_us = until; /* of every call below, sign-ins and reads */
    r->budget_ms = budget_ms;
    plan_all(ctx, p, rd, r, ca);
    sign_in_all(ctx, p, http, r);
    make_requests(ctx, p, r);
    if (r->n > 0)
        http_client_do_many(http, ctx, r->req, r->n, r->msg, r->errs);
    ctx->deadline_us = outer;
    take_in(ctx, p, r, pos);
    leave_client(p, http);
    return r->worst;
}
