/*
 * Lists of what changed. A list begins some minutes before the last one began, and its time moves only when its last page was
 * taken in: what changes while it runs is in the next one. A page that cannot be read sends the list back to its begin.
 */
#include "flows/poller_int.h"

#define PAGES_A_TURN 20
#define FIRST_SINCE_US (7 * US_PER_DAY)
#define OVERLAP_US (5 * US_PER_MIN)
#define BAD_WAIT_US (30 * US_PER_S)

struct list_state {
    struct str cursor;      /* in the midst of a list; empty: none is open */
    int64_t polled_us;      /* when the last whole list began; 0: none yet */
    int64_t since_us, started_us; /* of the open one */
};

static enum err load(struct poll_worker *w, struct source *s, struct list_state *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = (struct list_state){0};
    enum err e = db_stmt_get(w->ctx, w->db, SQL_POLL_CURSOR_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    e = db_step(w->ctx, st, &row);
    if (e == OK && row) {
        e = arena_dup(w->ctx->arena, db_col_str(st, 0), &out->cursor);
        out->polled_us = db_col_i64(st, 1);
        out->since_us = db_col_i64(st, 2);
        out->started_us = db_col_i64(st, 3);
        db_done(st);
    }
    return e;
}

static enum err save(struct poll_worker *w, struct source *s, const struct list_state *ls)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(w->ctx, w->db, SQL_POLL_CURSOR_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_text(st, 2, s->acct->id);
    db_bind_text(st, 3, ls->cursor);
    db_bind_i64(st, 4, ls->polled_us);
    db_bind_i64(st, 5, ls->since_us);
    db_bind_i64(st, 6, ls->started_us);
    return db_run(w->ctx, st);
}

/* A cursor may have expired at the vendor, so the list begins again; the first such page of a row is kept to be looked at. */
static enum err unreadable(struct poll_worker *w, struct source *s, struct list_state *ls, const struct poll_ask *ask,
                           const struct source_answer *an)
{
    int64_t wait = BAD_WAIT_US;
    enum err e = s->list_bad == 0 && an->read ? poll_keep(w, s, ask, an) : OK;
    for (int i = 0; i < s->list_bad && wait < s->plan.every_us; i++)
        wait *= 2;
    s->list_bad++;
    s->list_after_us = clock_mono_us() + poll_jitter(wait < s->plan.every_us ? wait : s->plan.every_us);
    ls->cursor = STR_NULL;
    return e == OK ? save(w, s, ls) : e;
}

static enum err taken_in(struct poll_worker *w, struct source *s, struct list_state *ls, const struct poll_ask *ask,
                         const struct source_answer *an)
{
    enum err e = poll_keep(w, s, ask, an);
    s->list_bad = 0;
    ls->cursor = an->cursor;
    if (str_empty(ls->cursor))
        ls->polled_us = ls->started_us;
    return e == OK ? save(w, s, ls) : e;
}

enum err poll_list(struct poll_worker *w, struct source *s)
{
    struct list_state ls;
    int64_t now = clock_now_us(w->p->eng->clock);
    enum err e = load(w, s, &ls);
    if (e != OK || clock_mono_us() < s->list_after_us || (str_empty(ls.cursor) && now - ls.polled_us < s->plan.every_us))
        return e;
    if (str_empty(ls.cursor)) {
        ls.started_us = now;
        ls.since_us = ls.polled_us == 0 ? now - FIRST_SINCE_US : ls.polled_us - OVERLAP_US;
    }
    for (int page = 0; e == OK && page < PAGES_A_TURN; page++) {
        struct poll_ask ask = {.kind = POLL_SINCE, .cursor = ls.cursor, .since_us = ls.since_us};
        struct source_answer an;
        bool held = false;
        enum err one = poll_call(w, s, &ask, &an, &held);
        if (held || err_is_transient(one) || one == ERR_DENIED)
            return OK; /* the cursor stays; pace and circuit tell when the account is asked again */
        if (one != OK)
            return one == ERR_MEMORY ? one : unreadable(w, s, &ls, &ask, &an);
        e = taken_in(w, s, &ls, &ask, &an);
        if (str_empty(ls.cursor))
            break;
    }
    return e;
}
