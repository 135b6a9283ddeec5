/*
 * Replay: the facts of the ledger are folded into a scratch store; what comes out (rows, derived facts and their words) must be
 * what the store holds, byte for byte. Input facts are taken as recorded: nothing is decoded, sealed or resolved again.
 */
#include "flows/fold.h"
#include "flows/reader.h"

#include "base/json.h"
#include "flows/promises.h"
#include "flows/replay_answers.h"
#include "storage/actions.h"
#include "storage/migrate.h"
#include "storage/conversations.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIFFS_SHOWN 20

struct replay {
    struct ctx *ctx;
    struct engine *eng;
    struct merchant *m;
    struct reader *rd;
    struct db *scratch;
    struct replay_report *rep;
    struct buf words;
    struct act_rules rules;
    /* derived facts of the position under way: what was recorded, in order */
    struct fact_row *stored;
    size_t stored_n, stored_next;
    /* answers, by the position they had seen */
    struct told *told;
    size_t told_n, told_next;
};

static void differ(struct replay *r, int64_t pos, int64_t build, const char *what, struct str detail)
{
    r->rep->differences++;
    if (r->rep->differences <= DIFFS_SHOWN)
        buf_fmt(&r->words, "merchant %lld, position %lld, build %08llx: %s: %.*s\n", (long long)r->m->id, (long long)pos,
                (unsigned long long)build, what, STR_ARG(str_sub(detail, 0, 300)));
}

/* What the fold derives is held against what was recorded at the same position. */
static enum err on_derived(struct fold *f, void *user, const struct derived_fact *d)
{
    struct replay *r = user;
    r->rep->compared_derived++;
    if (r->stored_next >= r->stored_n) {
        differ(r, f->pos, build_id(), "derived now, not recorded then", d->clear);
        return OK;
    }
    const struct fact_row *row = &r->stored[r->stored_next++];
    f->derived_idx = row->idx;
    if (row->kind != d->kind || !str_eq(row->clear, d->clear))
        differ(r, f->pos, row->build, "derived otherwise", d->clear);
    return OK;
}

static bool is_derived(enum fact_kind k)
{
    return k == FACT_DIAGNOSIS || k == FACT_DECISION || k == FACT_MESSAGE;
}

static enum err apply_row(struct replay *r, struct fold *f, const struct fact_row *row)
{
    struct fact_record rec = {.clear = row->clear, .sealed = row->sealed, .subject = row->subject, .idx = row->idx};
    const struct json *v = NULL;
    struct fact fct;
    enum err e;
    int64_t order_no = 0;
    switch (row->kind) {
    case FACT_CUSTOMER_LINK:
        e = json_parse(r->ctx, row->clear, &JSON_LIMITS_SMALL, &v);
        if (e == OK)
            e = json_i64(v, "order_no", 1, INT64_MAX, &order_no);
        return e == OK ? fold_customer_link(f, order_no, json_str(v, "customer")) : e;
    case FACT_QUESTION:
    case FACT_ANSWER:
        return OK; /* kept words; answers are rendered again when their position is reached */
    default:
        e = fact_row_read(r->ctx, row, &fct, &rec.address_hash);
        return e == OK ? fold_fact(f, &fct, &rec) : e;
    }
}

/* All facts of one position: inputs are folded, derived ones kept for the comparison. */
static enum err replay_position(struct replay *r, struct fold *f, const struct fact_row *rows, size_t n)
{
    enum err e = OK;
    r->stored_n = r->stored_next = 0;
    fold_position(f, rows[0].pos, rows[0].at_us, rows[0].origin, rows[0].account);
    for (size_t i = 0; e == OK && i < n; i++) {
        r->rep->facts++;
        if (is_derived(rows[i].kind))
            r->stored[r->stored_n++] = rows[i];
    }
    for (size_t i = 0; e == OK && i < n; i++)
        if (!is_derived(rows[i].kind))
            e = apply_row(r, f, &rows[i]);
    if (e == OK)
        e = fold_position_end(f);
    for (; e == OK && r->stored_next < r->stored_n; r->stored_next++)
        differ(r, f->pos, r->stored[r->stored_next].build, "recorded then, not derived now", r->stored[r->stored_next].clear);
    r->rep->positions++;
    return e;
}

#define BATCH 20000

static enum err load_batch(struct replay *r, struct fact_ref *after, struct fact_row *rows, size_t *n)
{
    struct db_stmt *st = NULL;
    bool more = true;
    enum err e = db_stmt_get(r->ctx, r->rd->state, SQL_FACT_FROM, &st);
    *n = 0;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, r->m->id);
    db_bind_i64(st, 2, after->pos);
    db_bind_i64(st, 3, after->idx);
    db_bind_i64(st, 4, BATCH);
    while ((e = db_step(r->ctx, st, &more)) == OK && more) {
        struct fact_row *row = &rows[*n];
        fact_row_from_stmt(st, row);
        e = arena_dup(r->ctx->arena, row->clear, &row->clear);
        if (e == OK)
            e = arena_dup(r->ctx->arena, row->account, &row->account);
        row->sealed = STR_NULL; /* never opened here */
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

static bool told_due(const struct replay *r, int64_t next_pos)
{
    return r->told_next < r->told_n && r->told[r->told_next].seen < next_pos;
}

static enum err tell_again(struct replay *r, int64_t next_pos)
{
    enum err e = OK;
    for (; e == OK && told_due(r, next_pos); r->told_next++) {
        const struct told *t = &r->told[r->told_next];
        bool same = false;
        e = told_again(r->ctx, r->eng, r->scratch, r->m, t, &same);
        r->rep->compared_derived++;
        if (e == OK && !same)
            differ(r, t->pos, t->build, "answer has other words now", t->sha);
    }
    return e;
}

/* One transaction over a batch of whole positions; *after ends at the last one taken. */
static enum err replay_batch(struct replay *r, struct fact_ref *after, bool *more)
{
    struct fact_row *rows = ctx_alloc(r->ctx, BATCH * sizeof(*rows));
    size_t n = 0, i = 0;
    struct fold f = {.replay = true, .derived = on_derived, .derived_user = r, .rules = &r->rules};
    r->stored = ctx_alloc(r->ctx, BATCH * sizeof(*r->stored));
    if (rows == NULL || r->stored == NULL)
        return ERR_MEMORY;
    enum err e = load_batch(r, after, rows, &n);
    *more = n == BATCH;
    /* a position that goes on in the next batch waits for it, unless it fills the batch alone */
    if (*more) {
        size_t whole = n;
        while (whole > 0 && rows[whole - 1].pos == rows[n - 1].pos)
            whole--;
        n = whole > 0 ? whole : n;
    }
    if (e == OK)
        e = db_begin(r->ctx, r->scratch);
    if (e == OK)
        e = fold_begin(&f, r->ctx, r->m, r->scratch);
    /* an answer that rested on what has been folded so far is told again before anything later is folded */
    while (e == OK && i < n && !told_due(r, rows[i].pos)) {
        size_t k = i;
        while (k < n && rows[k].pos == rows[i].pos)
            k++;
        e = replay_position(r, &f, &rows[i], k - i);
        i = k;
    }
    if (e == OK && i > 0)
        e = fold_flush(&f);
    if (e == OK)
        e = db_commit(r->ctx, r->scratch);
    if (e != OK)
        db_rollback(r->scratch);
    if (i > 0)
        *after = (struct fact_ref){rows[i - 1].pos, rows[i - 1].idx};
    if (e == OK)
        e = tell_again(r, i < n ? rows[i].pos : *more ? after->pos + 1 : INT64_MAX);
    *more = *more || i < n;
    return ctx_whole(r->ctx, e);
}

/* ---- comparing rows */

struct page {
    int64_t no, due_us, subject;
    struct str body, hist, told, acts;
};

static enum err next_page(struct replay *r, struct db *db, enum sql_id id, int64_t after, struct page *out, bool *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(r->ctx, db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, r->m->id);
    db_bind_i64(st, 2, after);
    db_bind_i64(st, 3, 1);
    e = db_step(r->ctx, st, row);
    if (e == OK && *row)
        *out = (struct page){db_col_i64(st, 0), db_col_i64(st, 1), db_col_i64(st, 2), db_col_str(st, 3), db_col_str(st, 4),
                             id == SQL_ORDER_PAGE ? db_col_str(st, 5) : STR_NULL, id == SQL_ORDER_PAGE ? db_col_str(st, 6) : STR_NULL};
    return e;
}

static enum err compare_rows(struct replay *r, enum sql_id id, const char *what, int64_t *compared)
{
    int64_t after = 0;
    enum err e = OK;
    for (;;) {
        struct page a = {0}, b = {0};
        bool has_a = false, has_b = false;
        e = next_page(r, r->rd->state, id, after, &a, &has_a);
        if (e == OK)
            e = next_page(r, r->scratch, id, after, &b, &has_b);
        if (e != OK || (!has_a && !has_b))
            break;
        if (!has_a || !has_b || a.no != b.no) {
            differ(r, 0, build_id(), what, STR("a row is missing on one side"));
            break;
        }
        if (a.due_us != b.due_us || a.subject != b.subject || !str_eq(a.body, b.body) || !str_eq(a.hist, b.hist) ||
            !str_eq(a.told, b.told) || !str_eq(a.acts, b.acts))
            differ(r, 0, build_id(), what, arena_fmt(r->ctx->arena, "number %lld differs", (long long)a.no));
        (*compared)++;
        after = a.no;
    }
    return e;
}

/* Rows of the outbox, without the courier's leases: what was decided, and what became of it by the facts. */
static bool same_outbox(const struct outbox_row *a, const struct outbox_row *b)
{
    return str_eq(a->key, b->key) && a->order_no == b->order_no && str_eq(a->capability, b->capability) && a->channel == b->channel &&
           str_eq(a->items, b->items) && a->generation == b->generation && a->state == b->state &&
           a->not_before_us == b->not_before_us && a->not_after_us == b->not_after_us && a->next_us == b->next_us &&
           a->attempts == b->attempts && a->started == b->started && a->settled_us == b->settled_us && str_eq(a->why, b->why) &&
           a->pos == b->pos && a->idx == b->idx && a->text_pos == b->text_pos && a->text_idx == b->text_idx;
}

#define OUTBOX_BATCH 500

static enum err compare_outbox(struct replay *r)
{
    struct outbox_row *a = NULL, *b = NULL;
    size_t an = OUTBOX_BATCH, bn = 0;
    struct str after = STR("");
    enum err e = OK;
    while (e == OK && an == OUTBOX_BATCH) {
        e = outbox_list(r->ctx, r->rd->state, r->m->id, OUTBOX_LIST_PAGE, 0, after, OUTBOX_BATCH, &a, &an);
        if (e == OK)
            e = outbox_list(r->ctx, r->scratch, r->m->id, OUTBOX_LIST_PAGE, 0, after, OUTBOX_BATCH, &b, &bn);
        for (size_t i = 0; e == OK && (i < an || i < bn); i++) {
            if (i >= an || i >= bn || !same_outbox(&a[i], &b[i])) {
                differ(r, 0, build_id(), "outbox", i < an ? a[i].key : b[i].key);
                return OK; /* the rest would differ with it */
            }
            r->rep->compared_outbox++;
        }
        if (e == OK && an > 0)
            after = a[an - 1].key;
    }
    return e;
}

static enum err same_action(struct ctx *ctx, const struct action_kept *a, const struct action_kept *b, bool *same)
{
    struct buf x, y;
    buf_init(&x, (size_t)1 << 20);
    buf_init(&y, (size_t)1 << 20);
    action_rows_encode(&a->row, 1, &x);
    action_rows_encode(&b->row, 1, &y);
    enum err e = buf_err(&x) != OK || buf_err(&y) != OK ? ctx_fail(ctx, ERR_MEMORY, "replay: no memory") : OK;
    *same = str_eq(buf_str(&x), buf_str(&y)) && str_eq(a->key, b->key) && a->pos == b->pos && a->idx == b->idx &&
            a->request_pos == b->request_pos && a->request_idx == b->request_idx;
    buf_clear(&x);
    buf_clear(&y);
    return e;
}

static enum err compare_actions(struct replay *r)
{
    int64_t after = 0;
    size_t n = OUTBOX_BATCH;
    enum err e = OK;
    while (e == OK && n == OUTBOX_BATCH) {
        struct action_list a = {0}, b = {0};
        e = action_list_page(r->ctx, r->rd->state, r->m->id, after, OUTBOX_BATCH, &a);
        if (e == OK)
            e = action_list_page(r->ctx, r->scratch, r->m->id, after, OUTBOX_BATCH, &b);
        n = a.n > b.n ? a.n : b.n;
        for (size_t i = 0; e == OK && i < n; i++) {
            bool same = false;
            if (i < a.n && i < b.n)
                e = same_action(r->ctx, &a.v[i], &b.v[i], &same);
            if (!same) {
                differ(r, 0, build_id(), "action", i < a.n ? a.v[i].key : b.v[i].key);
                return e; /* the rest would differ with it */
            }
            r->rep->compared_actions++;
            after = a.v[i].row.action_no;
        }
    }
    return e;
}

static bool same_conversation(const struct conversation *a, const struct conversation *b)
{
    return a->no == b->no && a->subject == b->subject && a->order_no == b->order_no && str_eq(a->customer, b->customer) &&
           a->channel == b->channel && str_eq(a->state, b->state) && a->opened_us == b->opened_us && a->last_us == b->last_us &&
           a->asked.pos == b->asked.pos && a->asked.idx == b->asked.idx && a->answered.pos == b->answered.pos &&
           a->answered.idx == b->answered.idx && a->turn.pos == b->turn.pos && a->turn.idx == b->turn.idx && a->waiting == b->waiting && a->person == b->person;
}

static enum err compare_conversations(struct replay *r)
{
    int64_t after = 0;
    size_t n = OUTBOX_BATCH;
    enum err e = OK;
    while (e == OK && n == OUTBOX_BATCH) {
        struct conversation *a = NULL, *b = NULL;
        size_t bn = 0;
        e = conversation_list(r->ctx, r->rd->state, r->m->id, CONVERSATION_LIST_ALL, after, OUTBOX_BATCH, &a, &n);
        if (e == OK)
            e = conversation_list(r->ctx, r->scratch, r->m->id, CONVERSATION_LIST_ALL, after, OUTBOX_BATCH, &b, &bn);
        for (size_t i = 0; e == OK && (i < n || i < bn); i++) {
            if (i >= n || i >= bn || !same_conversation(&a[i], &b[i])) {
                differ(r, 0, build_id(), "conversation", arena_fmt(r->ctx->arena, "number %lld differs", (long long)(i < n ? a[i].no : b[i].no)));
                return OK; /* the rest would differ with it */
            }
            r->rep->compared_conversations++;
            after = a[i].no;
        }
    }
    return e;
}

/* ---- the run */

static enum err open_scratch(struct replay *r, char path[64])
{
    snprintf(path, 64, "/tmp/wismo-replay-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return ctx_fail(r->ctx, ERR_IO, "cannot make a scratch store");
    close(fd);
    struct db_options o = {.path = path, .part = DB_STATE, .scratch = true, .cache_mb = 128};
    enum err e = db_open(r->ctx, &o, &r->scratch);
    if (e == OK)
        e = migrate(r->ctx, r->scratch, DB_STATE);
    return e == OK ? promises_start(r->ctx, r->rd->state, r->scratch, r->m->id) : e;
}

static void drop_scratch(struct replay *r, const char *path)
{
    static const char *const TAILS[] = {"", "-wal", "-shm"};
    char name[80];
    db_close(r->scratch);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s%s", path, TAILS[i]);
        unlink(name);
    }
}

static enum err replay_merchant(struct replay *r)
{
    char path[64];
    struct fact_ref after = {0, 0};
    bool more = true;
    struct arena *a = arena_new((size_t)2 << 30);
    struct ctx *outer = r->ctx, inner;
    enum err e = a == NULL ? ctx_fail(r->ctx, ERR_MEMORY, "no memory") : open_scratch(r, path);
    if (a != NULL)
        ctx_init(&inner, a, r->ctx->clock, r->ctx->log);
    if (e == OK)
        e = told_load(outer, r->rd, r->m->id, &r->told, &r->told_n);
    r->told_next = 0;
    r->ctx = &inner;
    while (e == OK && more) {
        e = replay_batch(r, &after, &more);
        arena_reset(a);
    }
    if (e == OK)
        e = compare_rows(r, SQL_PARCEL_PAGE, "parcel", &r->rep->compared_parcels);
    if (e == OK)
        e = compare_rows(r, SQL_ORDER_PAGE, "order", &r->rep->compared_orders);
    if (e == OK)
        e = compare_outbox(r);
    if (e == OK)
        e = compare_actions(r);
    if (e == OK)
        e = compare_conversations(r);
    if (e == OK)
        e = ctx_whole(r->ctx, OK);
    if (e != OK && a != NULL && inner.msg[0] != '\0')
        memcpy(outer->msg, inner.msg, sizeof(outer->msg));
    r->ctx = outer;
    if (r->scratch != NULL)
        drop_scratch(r, path);
    r->scratch = NULL;
    arena_free(a);
    return e;
}

enum err engine_replay(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct replay_report *out)
{
    struct replay r = {.ctx = ctx, .eng = eng, .rep = out};
    memset(out, 0, sizeof(*out));
    buf_init(&r.words, 65536);
    enum err e = reader_open(ctx, eng, &r.rd);
    if (e == OK)
        e = db_begin_read(ctx, r.rd->state); /* one snapshot, however long it takes */
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++) {
        if (merchant_id != 0 && eng->merchants[i].id != merchant_id)
            continue;
        r.m = &eng->merchants[i];
        e = replay_merchant(&r);
    }
    if (r.rd != NULL)
        db_rollback(r.rd->state);
    act_rules_clear(&r.rules);
    reader_close(r.rd);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&r.words), &out->first);
    buf_clear(&r.words);
    return e;
}
