/* The promise ledger as people look at it: what is due, what was not kept, how many were. See message_list.h. */
#include "flows/message_list.h"

#include "flows/reader.h"

#define ROWS_MAX 200

enum err promise_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, enum promise_state state, size_t max,
                      struct promise_row **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = arena_array(ctx->arena, max + 1, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "promises: no memory");
    enum err e = db_stmt_get(ctx, rd->state, SQL_OBLIGATION_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, state);
    db_bind_i64(st, 3, (int64_t)max);
    while (*n < max && (e = db_step(ctx, st, &row)) == OK && row) {
        struct promise_row *p = &(*out)[*n];
        *p = (struct promise_row){.order_no = db_col_i64(st, 0), .made_us = db_col_i64(st, 2), .due_us = db_col_i64(st, 3), .state = state};
        e = arena_dup(ctx->arena, db_col_str(st, 1), &p->key);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

static void write_row(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct promise_row *p, struct jw *w, struct buf *text)
{
    struct case_answer ca;
    bool known = case_read(ctx, rd, merchant_id, p->order_no, 0, &ca) == OK && order_anchor(ca.cas) != NULL;
    struct str order = known ? order_anchor(ca.cas)->name : STR("?"), due = time_rfc3339(ctx->arena, p->due_us), made = time_rfc3339(ctx->arena, p->made_us);
    const char *word = p->state == PROMISE_OPEN ? "open" : "unkept";
    if (w == NULL) {
        buf_fmt(text, "%-7s due %.*s, promised %.*s, order %.*s, message %.*s\n", word, STR_ARG(due), STR_ARG(made), STR_ARG(order), STR_ARG(p->key));
        return;
    }
    jw_obj(w);
    jw_kstr(w, "state", str_of(word));
    jw_kstr(w, "order", order);
    jw_ktime(w, "due_at", p->due_us);
    jw_ktime(w, "promised_at", p->made_us);
    jw_kstr(w, "message_key", p->key);
    jw_end(w);
}

enum err promises_show(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool json, struct buf *out)
{
    static const enum promise_state SHOWN[] = {PROMISE_OPEN, PROMISE_UNKEPT};
    struct message_counts counts;
    struct jw w = jw_of(out);
    enum err e = message_counts(ctx, rd, merchant_id, &counts);
    if (json) {
        jw_obj(&w);
        jw_key(&w, "promises");
        jw_arr(&w);
    }
    for (size_t s = 0; e == OK && s < 2; s++) {
        struct promise_row *rows = NULL;
        size_t n = 0;
        e = promise_list(ctx, rd, merchant_id, SHOWN[s], ROWS_MAX, &rows, &n);
        for (size_t i = 0; e == OK && i < n; i++)
            write_row(ctx, rd, merchant_id, &rows[i], json ? &w : NULL, out);
    }
    if (e != OK)
        return e;
    if (json) {
        jw_arr_end(&w);
        jw_ki64(&w, "open", counts.promises_open);
        jw_ki64(&w, "kept", counts.promises_kept);
        jw_ki64(&w, "unkept", counts.promises_unkept);
        jw_end(&w);
    } else {
        buf_fmt(out, "%lld open, %lld kept, %lld unkept\n", (long long)counts.promises_open, (long long)counts.promises_kept, (long long)counts.promises_unkept);
    }
    return buf_err(out);
}
