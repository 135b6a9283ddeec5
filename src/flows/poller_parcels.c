/*
 * Parcels that are silent. Each that is open and belongs to an order has a time at which it is asked for next: so long after
 * something was heard of it as the account's distance says, sooner where it matters, twice as long where webhooks come. The
 * earliest is asked first; one that the pace does not let through waits, and loses nothing but time.
 */
#include "flows/poller_int.h"

#include "base/metrics.h"
#include "connectors/lib/tracking_number.h"
#include "flows/reader.h"

#define A_TURN 10
#define PAGE 500
#define WALK_US 50000               /* of one turn */
#define WALK_AGAIN_US US_PER_H      /* parcels that were closed may open again */
#define OVER_US PARCEL_REUSE_GAP_US /* nothing for so long: it is not asked for any more */
#define FAILED_WAIT_US (5 * US_PER_MIN)
#define LOOKED_AT 200               /* of one turn, asked or not */

static bool is_open(enum parcel_status st)
{
    return st != PARCEL_DELIVERED && st != PARCEL_RETURNED && st != PARCEL_LOST && st != PARCEL_CANCELLED;
}

static int64_t newest_of(const struct parcel *pcl)
{
    int64_t t = pcl->scans_n > 0 ? pcl->scans[pcl->scans_n - 1].at_us : 0;
    for (size_t i = 0; i < pcl->links_n; i++)
        t = pcl->links[i].since_us > t ? pcl->links[i].since_us : t;
    return t > pcl->fresh_us ? t : pcl->fresh_us;
}

/* Distance of two polls by what was heard last. A tenth more or less by its number: what was imported at once is not due at once. */
static int64_t distance_us(const struct source *s, const struct parcel *pcl, enum parcel_status st)
{
    int64_t us = s->plan.every_us;
    if (s->acct->conn->hook != NULL && s->acct->webhook_secrets[0].n > 0)
        us *= 2;
    if (st == PARCEL_OUT_FOR_DELIVERY)
        us /= 4;
    else if (st == PARCEL_ATTEMPT_FAILED || st == PARCEL_EXCEPTION || st == PARCEL_AVAILABLE_FOR_PICKUP)
        us /= 2;
    return us + us / 10 * (int64_t)(str_hash(pcl->number) % 256) / 256;
}

/* When it is to be asked for by this account; 0: not at all (closed, of no order, over). */
static int64_t due_of(const struct source *s, const struct parcel *pcl, int64_t now_us)
{
    struct parcel_view v;
    int64_t newest = newest_of(pcl), heard = parcel_heard_us(pcl);
    heard = pcl->not_found_us > heard ? pcl->not_found_us : heard;
    if (pcl->links_n == 0 || (newest != 0 && now_us - newest > OVER_US))
        return 0;
    parcel_view_make(pcl, 0, &v);
    if (!is_open(v.status))
        return 0;
    return heard == 0 ? now_us : heard + distance_us(s, pcl, v.status);
}

/* ---- whose parcel it is */

/* A storefront tells events under its own name: that is no carrier. */
static bool is_carrier(struct str id)
{
    const struct connector *c = connector_find(id);
    return !str_empty(id) && (c == NULL || c->role != ROLE_STOREFRONT);
}

/* The carrier of the newest scan that this account can tell of; *known when any scan names a carrier. */
static struct str carrier_by_scans(const struct source *s, const struct parcel *pcl, bool *known)
{
    for (size_t i = pcl->scans_n; i > 0; i--) {
        struct str id = pcl->carriers[pcl->scans[i - 1].carrier];
        *known = *known || is_carrier(id);
        if (is_carrier(id) && source_serves(s, id))
            return id;
    }
    return STR_NULL;
}

static bool is_anothers(const struct source *s, const struct parcel *pcl)
{
    bool known = false;
    return str_empty(carrier_by_scans(s, pcl, &known)) && known;
}

static enum err load_order(struct poll_worker *w, const struct source *s, int64_t order_no, struct order_case *out, bool *there)
{
    struct db_stmt *st = NULL;
    *there = false;
    enum err e = db_stmt_get(w->ctx, w->db, SQL_ORDER_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_i64(st, 2, order_no);
    e = db_step(w->ctx, st, there);
    if (e != OK || !*there)
        return e;
    e = case_decode(w->ctx, db_col_str(st, 2), out);
    db_done(st);
    return e;
}

static enum err carrier_of_order(struct poll_worker *w, const struct source *s, int64_t order_no, struct str number, struct str *out, bool *known)
{
    struct order_case cas;
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    bool there = false;
    enum err e = load_order(w, s, order_no, &cas, &there);
    if (e != OK || !there)
        return e;
    e = case_parcel_numbers(w->ctx, &cas, &refs, &since, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (!str_eq(refs[i].tracking_number, number) || !is_carrier(refs[i].carrier))
            continue;
        *known = true;
        if (source_serves(s, refs[i].carrier))
            *out = refs[i].carrier;
    }
    for (size_t i = 0; e == OK && i < cas.returns_n; i++) {
        if (!str_eq(cas.returns[i].tracking_number, number) || !is_carrier(cas.returns[i].carrier))
            continue;
        *known = true;
        if (source_serves(s, cas.returns[i].carrier))
            *out = cas.returns[i].carrier;
    }
    return e;
}

/* By its scans, else by what the shop says, else by the number's own form. Empty: another account's parcel. */
static enum err carrier_for(struct poll_worker *w, const struct source *s, const struct parcel *pcl, struct str *out)
{
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    bool known = false;
    size_t n = 0;
    enum err e = OK;
    *out = carrier_by_scans(s, pcl, &known);
    for (size_t i = 0; e == OK && !known && i < pcl->links_n; i++)
        e = carrier_of_order(w, s, pcl->links[i].order_no, pcl->number, out, &known);
    if (e != OK || known)
        return e;
    if (number_candidates(w->ctx, pcl->number, cand, &n) != OK)
        n = 0;
    for (size_t i = 0; i < n && str_empty(*out); i++)
        if (source_serves(s, cand[i].carrier))
            *out = cand[i].carrier;
    return OK;
}

/* Where it goes, for vendors that tell more to whom knows that; empty once the order's key was destroyed. */
static enum err postal_of(struct poll_worker *w, const struct source *s, const struct parcel *pcl, struct str *out)
{
    struct reader rd = {.eng = w->p->eng, .state = w->db};
    struct personal who;
    struct order_case cas;
    bool there = false;
    enum err e = OK;
    for (size_t i = 0; e == OK && str_empty(*out) && i < pcl->links_n; i++) {
        e = load_order(w, s, pcl->links[i].order_no, &cas, &there);
        if (e != OK || !there)
            continue;
        e = case_personal(w->ctx, &rd, &(struct case_answer){.merchant_id = s->m->id, .cas = &cas}, &who);
        if (e == OK)
            *out = who.ship_to.postal_code;
    }
    return e;
}

/* ---- the walk over all parcels, which finds those to watch */

static enum err walk_page(struct poll_worker *w, struct source *s, size_t *rows)
{
    struct db_stmt *st = NULL;
    bool row = true;
    int64_t now = clock_now_us(w->p->eng->clock);
    *rows = 0;
    enum err e = db_stmt_get(w->ctx, w->db, SQL_PARCEL_PAGE, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_i64(st, 2, s->after_parcel);
    db_bind_i64(st, 3, PAGE);
    while ((e = db_step(w->ctx, st, &row)) == OK && row) {
        struct parcel pcl;
        int64_t no = db_col_i64(st, 0);
        (*rows)++;
        s->after_parcel = no;
        e = due_has(&s->due, no) ? OK : parcel_decode(w->ctx, db_col_str(st, 3), &pcl);
        int64_t due = e == OK && !due_has(&s->due, no) && !is_anothers(s, &pcl) ? due_of(s, &pcl, now) : 0;
        if (due != 0)
            e = due_push(&s->due, no, due);
        if (e != OK)
            break;
        metric_add(METRIC_POLL_PARCELS, 0, due != 0);
    }
    db_done(st);
    return e;
}

static enum err walk(struct poll_worker *w, struct source *s)
{
    int64_t until = clock_mono_us() + WALK_US;
    size_t rows = PAGE;
    enum err e = OK;
    if (clock_mono_us() >= s->walk_again_us) {
        s->after_parcel = 0;
        s->walk_again_us = clock_mono_us() + WALK_AGAIN_US;
    }
    while (e == OK && rows == PAGE && clock_mono_us() < until)
        e = walk_page(w, s, &rows);
    return e;
}

/* ---- asking */

static enum err load_parcel(struct poll_worker *w, struct source *s, int64_t no, struct parcel *out, bool *there)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(w->ctx, w->db, SQL_PARCEL_GET, &st);
    *there = false;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, s->m->id);
    db_bind_i64(st, 2, no);
    e = db_step(w->ctx, st, there);
    if (e == OK && *there) {
        e = parcel_decode(w->ctx, db_col_str(st, 3), out);
        db_done(st);
    }
    return e;
}

/* Asked, or found to be another account's; *next: when it is looked at again, 0: never. */
static enum err ask_one(struct poll_worker *w, struct source *s, const struct parcel *pcl, bool *held, int64_t *next)
{
    struct poll_ask ask = {.kind = POLL_PARCEL, .tracking_number = pcl->number};
    struct source_answer an;
    struct parcel_view v;
    int64_t now = clock_now_us(w->p->eng->clock);
    enum err e = carrier_for(w, s, pcl, &ask.carrier);
    *next = 0;
    if (e != OK || str_empty(ask.carrier))
        return e;
    if (s->acct->conn->poll->wants_postal)
        e = postal_of(w, s, pcl, &ask.dest_postal);
    if (e != OK)
        return e;
    enum err one = poll_call(w, s, &ask, &an, held);
    parcel_view_make(pcl, 0, &v);
    *next = now + (one == OK ? distance_us(s, pcl, v.status) : FAILED_WAIT_US);
    if (*held || (one != OK && !(one == ERR_PARSE && an.read)))
        return one == ERR_MEMORY ? one : OK;
    if (one == ERR_PARSE)
        *next = now + distance_us(s, pcl, v.status); /* kept raw once a distance */
    return poll_keep(w, s, &ask, &an);
}

/* The parcel as it is now: what was heard of it since may have closed it, or moved its time. */
static enum err first_due(struct poll_worker *w, struct source *s, const struct due_entry *first, bool *held)
{
    struct parcel pcl;
    bool there = false;
    int64_t now = clock_now_us(w->p->eng->clock), next = 0;
    enum err e = load_parcel(w, s, first->number, &pcl, &there);
    if (e == OK && there)
        next = due_of(s, &pcl, now);
    if (e == OK && next != 0 && next <= now)
        e = ask_one(w, s, &pcl, held, &next);
    if (*held)
        return e;
    due_pop(&s->due);
    metric_add(METRIC_POLL_PARCELS, 0, -1);
    if (next == 0)
        return e;
    metric_add(METRIC_POLL_PARCELS, 0, 1);
    enum err p = due_push(&s->due, first->number, next);
    return e == OK ? p : e;
}

enum err poll_parcels(struct poll_worker *w, struct source *s)
{
    struct due_entry first;
    size_t before = w->calls;
    bool held = false;
    enum err e = walk(w, s);
    for (int i = 0; e == OK && !held && i < LOOKED_AT && w->calls - before < A_TURN; i++) {
        if (!due_first(&s->due, &first) || first.due_us > clock_now_us(w->p->eng->clock))
            break;
        e = first_due(w, s, &first, &held);
    }
    int64_t late = due_first(&s->due, &first) ? clock_now_us(w->p->eng->clock) - first.due_us : 0;
    atomic_store(&s->late_us, late > 0 ? late : 0);
    return e;
}
