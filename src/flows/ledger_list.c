/* What the ledger keeps that is not in a case: rows nobody could decode, raw messages, and their second chance. Also erasure. */
#include "flows/reader.h"

#include "storage/conversations.h"

#define REFS_MAX 50000                 /* facts of one order: its own and the scans of its parcels */
#define ERASE_CONVERSATIONS_MAX 500   /* about one order */
#define REDECODE_ARENA ((size_t)256 << 20) /* of one message */

enum err ledger_undecoded(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t after, struct undecoded_row **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = ctx_alloc(ctx, UNDECODED_PAGE * sizeof(**out));
    if (*out == NULL)
        return ERR_MEMORY;
    enum err e = db_stmt_get(ctx, rd->state, SQL_UNDECODED_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, after);
    db_bind_i64(st, 3, UNDECODED_PAGE);
    while ((e = db_step(ctx, st, &row)) == OK && row && *n < UNDECODED_PAGE) {
        struct undecoded_row *u = &(*out)[*n];
        u->pos = db_col_i64(st, 0);
        u->at_us = db_col_i64(st, 1);
        u->build = db_col_i64(st, 4);
        u->set_aside = db_col_i64(st, 5) != 0;
        e = arena_dup(ctx->arena, db_col_str(st, 2), &u->account);
        if (e == OK)
            e = arena_dup(ctx->arena, db_col_str(st, 3), &u->why);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

enum err ledger_undecoded_counts(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t *undecoded, int64_t *set_aside)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *undecoded = *set_aside = 0;
    enum err e = db_stmt_get(ctx, rd->state, SQL_UNDECODED_COUNTS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    while ((e = db_step(ctx, st, &row)) == OK && row)
        *(db_col_i64(st, 0) != 0 ? set_aside : undecoded) = db_col_i64(st, 1);
    return e;
}

/* The row at a position: where it came from, and the message itself. */
static enum err read_received(struct ctx *ctx, struct reader *rd, struct merchant *m, int64_t pos, struct received_row *out,
                              struct http_msg *msg)
{
    struct db_stmt *st = NULL;
    bool row = false;
    struct received_row r;
    enum err e = db_stmt_get(ctx, rd->ledger, SQL_RECEIVED_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    db_bind_i64(st, 2, pos);
    e = db_step(ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(ctx, ERR_NOTFOUND, "position %lld is not in the ledger", (long long)pos);
    if (e == OK) {
        received_from_stmt(st, &r);
        *out = (struct received_row){.pos = pos, .source = r.source, .origin = r.origin};
        e = arena_dup(ctx->arena, r.account, &out->account);
        if (e == OK)
            e = received_open(ctx, rd->eng, rd->ledger, m, &r, msg);
        db_done(st);
    }
    return e;
}

enum err ledger_raw(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, struct http_msg *out, struct str *account,
                    enum recv_source *source)
{
    struct merchant *m = engine_merchant_by_id(rd->eng, merchant_id);
    struct received_row row;
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    enum err e = read_received(ctx, rd, m, pos, &row, out);
    if (e != OK)
        return e;
    *account = row.account;
    *source = row.source;
    return OK;
}

static enum err undecoded_drop(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t pos)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, eng->state, SQL_UNDECODED_DROP, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, pos);
    return db_run(ctx, st);
}

/* One kept message through today's decoder; what it gives is appended like any arrival, under its own account and origin. */
static enum err redecode_one(struct ctx *ctx, struct engine *eng, struct reader *rd, struct merchant *m, int64_t pos, bool *gave)
{
    struct http_msg msg;
    struct received_row row = {.pos = pos};
    struct decoded d = {0};
    *gave = false;
    enum err e = read_received(ctx, rd, m, pos, &row, &msg);
    if (e == OK)
        e = received_decode(ctx, eng, m, &row, &msg, &d);
    e = ctx_whole(ctx, e);
    if (e != OK)
        return err_is_transient(e) ? e : OK; /* still not: it stays listed */
    struct append_req req = {.merchant_id = m->id, .source = row.source, .origin = row.origin, .account = row.account, .msg = &msg};
    int64_t at = 0;
    e = engine_append_wait(ctx, eng, &req, &at);
    if (e == OK)
        e = undecoded_drop(ctx, eng, m->id, pos);
    *gave = e == OK;
    return e;
}

/* A page of them, in the memory of one message at a time; *last: the position it ends with, 0: there was none. */
static enum err redecode_page(struct ctx *ctx, struct engine *eng, struct reader *rd, struct merchant *m, int64_t *last, int64_t *tried,
                              int64_t *decoded)
{
    struct undecoded_row *rows = NULL;
    struct arena *a = arena_new(REDECODE_ARENA);
    struct ctx one;
    size_t n = 0;
    enum err e = a == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : ledger_undecoded(ctx, rd, m->id, *last, &rows, &n);
    *last = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        bool gave = false;
        ctx_init(&one, a, ctx->clock, ctx->log);
        e = redecode_one(&one, eng, rd, m, rows[i].pos, &gave);
        if (e != OK)
            e = ctx_fail(ctx, e, "%s", one.msg);
        arena_reset(a);
        *last = rows[i].pos;
        (*tried)++;
        *decoded += gave;
    }
    arena_free(a);
    return e;
}

enum err engine_redecode(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t *tried, int64_t *decoded)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    struct reader *rd = NULL;
    int64_t folded = 0, last = 0;
    *tried = *decoded = 0;
    if (m == NULL || !eng->opt.no_threads)
        return ctx_fail(ctx, m == NULL ? ERR_NOTFOUND : ERR_CONFLICT, m == NULL ? "no such merchant" : "stop the server first");
    enum err e = reader_open(ctx, eng, &rd);
    do
        e = e == OK ? redecode_page(ctx, eng, rd, m, &last, tried, decoded) : e;
    while (e == OK && last != 0);
    reader_close(rd);
    return e == OK ? engine_fold_some(ctx, eng, &folded) : e;
}

/* ---- erasure */

static enum err drop_by(struct ctx *ctx, struct db *db, enum sql_id id, int64_t merchant_id, int64_t what)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, what);
    return db_run(ctx, st);
}

/* Keys of the order's and its parcels' subjects, and of the raw messages that hold their facts. */
static enum err erase_subjects(struct ctx *ctx, struct engine *eng, struct reader *rd, const struct case_answer *ca)
{
    enum err e = OK;
    struct fact_ref *refs = ctx_alloc(ctx, REFS_MAX * sizeof(*refs));
    size_t n = 0;
    struct db_stmt *st = NULL;
    bool row = true;
    e = refs == NULL ? ERR_MEMORY : db_stmt_get(ctx, rd->state, SQL_ORDER_FACT_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, ca->merchant_id);
    db_bind_i64(st, 2, ca->order_no);
    db_bind_i64(st, 3, REFS_MAX);
    while ((e = db_step(ctx, st, &row)) == OK && row && n < REFS_MAX)
        refs[n++] = (struct fact_ref){db_col_i64(st, 0), (uint32_t)db_col_i64(st, 1)};
    for (size_t i = 0; i < ca->cas->parcels_n; i++) {
        const struct parcel *pcl = ca->cas->parcels[i];
        for (size_t j = 0; j < pcl->scans_n && n < REFS_MAX; j++)
            refs[n++] = pcl->scans[j].ref;
        for (size_t j = 0; j < pcl->superseded_n && n < REFS_MAX; j++)
            refs[n++] = pcl->superseded[j].ref;
    }
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fact_row fr;
        e = fact_row_get(ctx, rd->state, ca->merchant_id, refs[i], &fr);
        if (e == OK && fr.subject != 0)
            e = drop_by(ctx, eng->state, SQL_SUBJECT_DROP, ca->merchant_id, fr.subject);
        if (e == OK)
            e = drop_by(ctx, eng->ledger, SQL_RAW_KEY_DROP, ca->merchant_id, refs[i].pos);
        if (e == ERR_NOTFOUND)
            e = OK;
    }
    return e;
}

/* What was written about the order goes with it: words, threads, and the raw messages. */
static enum err erase_conversations(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t order_no)
{
    struct conversation *list = NULL;
    size_t n = 0;
    enum err e = conversation_list(ctx, eng->state, merchant_id, CONVERSATION_LIST_ORDER, order_no, ERASE_CONVERSATIONS_MAX, &list, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct fact_place *lines = NULL;
        size_t lines_n = 0;
        e = conversation_lines(ctx, eng->state, merchant_id, list[i].no, REFS_MAX, &lines, &lines_n);
        for (size_t k = 0; e == OK && k < lines_n; k++)
            e = drop_by(ctx, eng->ledger, SQL_RAW_KEY_DROP, merchant_id, lines[k].pos);
        if (e == OK)
            e = drop_by(ctx, eng->state, SQL_SUBJECT_DROP, merchant_id, list[i].subject);
        if (e == OK)
            e = drop_by(ctx, eng->state, SQL_CONVERSATION_KEY_DROP, merchant_id, list[i].no);
    }
    return e;
}

enum err engine_erase_order(struct ctx *ctx, struct engine *eng, int64_t merchant_id, int64_t order_no)
{
    struct reader *rd = NULL;
    struct case_answer ca;
    if (!eng->opt.no_threads)
        return ctx_fail(ctx, ERR_CONFLICT, "stop the server first");
    enum err e = reader_open(ctx, eng, &rd);
    if (e == OK)
        e = case_read(ctx, rd, merchant_id, order_no, 0, &ca);
    if (e == OK)
        e = erase_subjects(ctx, eng, rd, &ca);
    if (e == OK)
        e = drop_by(ctx, eng->state, SQL_CONTACT_DROP, merchant_id, order_no);
    if (e == OK)
        e = erase_conversations(ctx, eng, merchant_id, order_no);
    reader_close(rd);
    int left = 0;
    if (e == OK)
        e = db_checkpoint(ctx, eng->state, true, &left);
    return e == OK ? db_checkpoint(ctx, eng->ledger, true, &left) : e;
}
