/*
 * Reads that webhooks and lists named (table fetch). A read that fails is tried again later and later, and holds no other one up;
 * a read that is named again while it is under way is done once more.
 */
#include "flows/poller_int.h"

#include "base/log.h"
#include "base/metrics.h"
#include "flows/learned.h"

#define A_TURN 10
#define TRIES_MAX 16        /* some two and a half days */
#define UNREADABLE_TRIES 3  /* a proxy's page instead of the answer, perhaps: after so many it is kept to be looked at */
#define DENIED_TRIES 3      /* this key may not read it: a right that the app does not have */
#define FIRST_WAIT_US (30 * US_PER_S)
#define LAST_WAIT_US (6 * US_PER_H)

struct todo {
    struct fetch_request want;
    int64_t asked_us, tries;
};

static enum err row_stmt(struct poll_worker *w, struct source *s, const struct todo *t, enum sql_id id, int64_t last, struct db_stmt **st)
{
    enum err e = db_stmt_get(w->ctx, w->db, id, st);
    if (e != OK)
        return e;
    db_bind_i64(*st, 1, s->m->id);
    db_bind_text(*st, 2, s->acct->id);
    db_bind_text(*st, 3, t->want.what);
    db_bind_text(*st, 4, t->want.id);
    db_bind_i64(*st, 5, last);
    return OK;
}

/* Only what was named when it was asked for: what was named again since stays. */
static enum err drop(struct poll_worker *w, struct source *s, const struct todo *t)
{
    struct db_stmt *st = NULL;
    enum err e = row_stmt(w, s, t, SQL_FETCH_DROP, t->asked_us, &st);
    return e == OK ? db_run(w->ctx, st) : e;
}

static enum err later(struct poll_worker *w, struct source *s, const struct todo *t)
{
    struct db_stmt *st = NULL;
    int64_t wait = FIRST_WAIT_US;
    for (int64_t i = 0; i < t->tries && wait < LAST_WAIT_US; i++)
        wait *= 2;
    wait = poll_jitter(wait < LAST_WAIT_US ? wait : LAST_WAIT_US);
    enum err e = row_stmt(w, s, t, SQL_FETCH_LATER, clock_now_us(w->p->eng->clock) + wait, &st);
    return e == OK ? db_run(w->ctx, st) : e;
}

static enum err give_up(struct poll_worker *w, struct source *s, const struct todo *t, enum err why)
{
    metric_add(METRIC_POLL_GIVEN_UP, 0, 1);
    LOG(w->p->eng->log, LOG_WARN, "read_given_up", LOG_S("account", s->acct->id), LOG_S("what", t->want.what), LOG_S("id", t->want.id),
        LOG_S("error", str_of(err_name(why))));
    return drop(w, s, t);
}

static enum err list_todo(struct poll_worker *w, struct source *s, struct todo *out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    enum err e = db_stmt_get(w->ctx, w->db, SQL_FETCH_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    db_bind_i64(st, 3, clock_now_us(w->p->eng->clock));
    db_bind_i64(st, 4, A_TURN);
    while (*n < A_TURN && (e = db_step(w->ctx, st, &row)) == OK && row) {
        struct todo *t = &out[*n];
        e = arena_dup(w->ctx->arena, db_col_str(st, 0), &t->want.what);
        if (e == OK)
            e = arena_dup(w->ctx->arena, db_col_str(st, 1), &t->want.id);
        if (e != OK)
            break;
        t->asked_us = db_col_i64(st, 2);
        t->tries = db_col_i64(st, 3);
        (*n)++;
    }
    db_done(st);
    return e;
}

/* What the answer means for the row; *out the error that ends the turn: of the store alone. */
static enum err settle(struct poll_worker *w, struct source *s, const struct todo *t, const struct poll_ask *ask,
                       const struct source_answer *an, enum err one)
{
    bool unreadable = one == ERR_PARSE && an->read;
    enum err e = one == OK || (unreadable && t->tries + 1 == UNREADABLE_TRIES) ? poll_keep(w, s, ask, an) : OK;
    if (e != OK)
        return e;
    if (one == OK)
        return drop(w, s, t);
    if (one == ERR_DENIED && !an->read) /* the account's sign-in: no fault of this read, which waits for it */
        return later(w, s, t);
    if (unreadable || err_is_transient(one) || one == ERR_DENIED)
        return t->tries + 1 < (one == ERR_DENIED ? DENIED_TRIES : TRIES_MAX) ? later(w, s, t) : give_up(w, s, t, one);
    if (one == ERR_NOTFOUND) /* the vendor has no such thing: deleted since */
        return drop(w, s, t);
    return one == ERR_MEMORY ? one : give_up(w, s, t, one);
}

enum err poll_fetches(struct poll_worker *w, struct source *s)
{
    struct todo todo[A_TURN];
    size_t n = 0;
    enum err e = list_todo(w, s, todo, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct poll_ask ask = {.kind = POLL_FETCH, .fetch = todo[i].want};
        struct source_answer an;
        bool held = false;
        enum err one = poll_call(w, s, &ask, &an, &held);
        if (held)
            break;
        e = settle(w, s, &todo[i], &ask, &an, one);
    }
    return e;
}
