/* See message_list.h. The order's memory says what was decided, the outbox what became of it, the message's fact what it says. */
#include "flows/message_list.h"

#include "flows/reader.h"
#include "storage/outbox.h"

static enum err read_told(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct tellings *out)
{
    struct db_stmt *st = NULL;
    struct str told = STR_NULL;
    enum err e = reader_order(ctx, rd, merchant_id, order_no, &st);
    if (e != OK)
        return e;
    e = arena_dup(ctx->arena, db_col_str(st, 4), &told);
    db_done(st);
    return e == OK ? tellings_decode(ctx, told, out) : e;
}

static enum err read_text(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row, struct case_message *m)
{
    struct fact_row fact;
    const struct json *v = NULL;
    if (row->text_pos == 0)
        return OK;
    enum err e = fact_row_get(ctx, rd->state, merchant_id, (struct fact_ref){row->text_pos, (uint32_t)row->text_idx}, &fact);
    if (e == OK)
        e = json_parse(ctx, fact.clear, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK) {
        m->subject = json_str(v, "subject");
        m->text = json_str(v, "text");
        m->brief = json_str(v, "short");
        m->language = json_str(v, "language");
    }
    return e;
}

static enum err fill(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct case_message *m)
{
    struct outbox_row row;
    if (str_empty(m->t.key))
        return OK;
    enum err e = outbox_get(ctx, rd->state, merchant_id, m->t.key, &row);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    m->attempts = row.attempts;
    m->result = row.why;
    m->position = row.pos;
    return read_text(ctx, rd, merchant_id, &row, m);
}

enum err case_messages(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_message **out, size_t *n)
{
    struct tellings told;
    *n = 0;
    enum err e = db_begin_read(ctx, rd->state);
    if (e != OK)
        return e;
    e = read_told(ctx, rd, merchant_id, order_no, &told);
    *out = e == OK ? arena_array(ctx->arena, told.n + 1, sizeof(**out)) : NULL;
    if (e == OK && *out == NULL)
        e = ctx_fail(ctx, ERR_MEMORY, "messages: no memory");
    for (size_t i = 0; e == OK && i < told.n; i++) {
        (*out)[i] = (struct case_message){.t = told.entries[i]};
        e = fill(ctx, rd, merchant_id, &(*out)[i]);
        *n = i + 1;
    }
    db_rollback(rd->state);
    return e;
}

enum err case_messages_join(struct ctx *ctx, struct reader *rd, struct case_answer *ca)
{
    struct case_message *list = NULL;
    enum err e = case_messages(ctx, rd, ca->merchant_id, ca->order_no, &list, &ca->messages_n);
    ca->messages = list;
    return e;
}

enum err message_by_key(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str key, int64_t *order_no, struct case_message *out)
{
    struct outbox_row row;
    struct tellings told;
    enum err e = outbox_get(ctx, rd->state, merchant_id, key, &row);
    if (e == OK)
        e = read_told(ctx, rd, merchant_id, row.order_no, &told);
    if (e != OK)
        return e;
    const struct told_entry *t = tellings_find_key(&told, key);
    *out = (struct case_message){.t = {.key = key}};
    if (t != NULL)
        out->t = *t;
    *order_no = row.order_no;
    return fill(ctx, rd, merchant_id, out);
}

/* ---- as JSON */

static void items_json(struct jw *w, struct str items)
{
    struct str one;
    jw_key(w, "about");
    jw_arr(w);
    while (!str_empty(items) && str_split(&items, '\n', &one))
        jw_str(w, one);
    jw_arr_end(w);
}

static const char *promise_word(enum promise_state s)
{
    static const char *const WORDS[PROMISE_STATE_COUNT] = {"none", "open", "kept", "unkept"};
    return s >= 0 && s < PROMISE_STATE_COUNT ? WORDS[s] : "none";
}

void case_messages_json(struct jw *w, const struct case_message *list, size_t n)
{
    jw_key(w, "messages");
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        const struct told_entry *t = &list[i].t;
        jw_obj(w);
        jw_kstr(w, "message", str_of(message_kind_word(t->kind)));
        jw_kstr(w, "state", str_of(told_state_word(t->state)));
        jw_kstr(w, "rule", t->why);
        jw_kstr_null(w, "key", t->key);
        jw_kstr_null(w, "channel", str_empty(t->key) ? STR_NULL : str_of(channel_kind_word(t->channel)));
        items_json(w, t->items);
        jw_ktime(w, "happened_at", t->event_us);
        jw_ktime(w, "decided_at", t->decided_us);
        jw_ktime(w, "not_before", t->not_before_us);
        jw_ktime(w, "settled_at", t->settled_us);
        jw_ktime(w, "promised_update_by", t->promise_us);
        jw_kstr(w, "promise", str_of(promise_word(t->promise)));
        jw_ki64(w, "attempts", list[i].attempts);
        jw_kstr_null(w, "result", list[i].result);
        jw_kstr_null(w, "language", list[i].language);
        jw_kstr_null(w, "subject", list[i].subject);
        jw_kstr_null(w, "text", list[i].text);
        jw_kstr_null(w, "short", list[i].brief);
        jw_end(w);
    }
    jw_arr_end(w);
}

/* ---- counts */

enum err message_counts(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct message_counts *out)
{
    int64_t rows[OUTBOX_STATE_COUNT];
    struct db_stmt *st = NULL;
    bool row = true;
    *out = (struct message_counts){0};
    enum err e = outbox_counts(ctx, rd->state, merchant_id, rows);
    if (e == OK)
        e = db_stmt_get(ctx, rd->state, SQL_OBLIGATION_COUNTS, &st);
    if (e != OK)
        return e;
    out->open = rows[OUTBOX_OPEN];
    out->done = rows[OUTBOX_DONE];
    out->dead = rows[OUTBOX_DEAD];
    out->withdrawn = rows[OUTBOX_WITHDRAWN];
    db_bind_i64(st, 1, merchant_id);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        int64_t state = db_col_i64(st, 0), count = db_col_i64(st, 1);
        int64_t *to = state == PROMISE_KEPT ? &out->promises_kept : state == PROMISE_UNKEPT ? &out->promises_unkept : &out->promises_open;
        *to = count;
    }
    return e;
}
