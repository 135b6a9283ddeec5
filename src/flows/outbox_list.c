/* See outbox_list.h. */
#include "flows/outbox_list.h"

#include "flows/message_list.h"
#include "flows/reader.h"
#include "model/fact_json.h"

#define WAIT_MS 2000
#define FACT_MAX 65536

/* An order is known to people by its name, not by its row's number. */
static struct str order_name(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no)
{
    struct case_answer ca;
    if (case_read(ctx, rd, merchant_id, order_no, 0, &ca) != OK || order_anchor(ca.cas) == NULL)
        return STR("?");
    return order_anchor(ca.cas)->name;
}

static void row_json(struct jw *w, const struct outbox_row *r, struct str order)
{
    jw_obj(w);
    jw_kstr(w, "id", r->key);
    jw_kstr(w, "order", order);
    jw_kstr(w, "what", r->capability);
    jw_kstr(w, "channel", str_of(channel_kind_word((enum channel_kind)r->channel)));
    jw_kstr(w, "state", str_of(outbox_state_word(r->state)));
    jw_ki64(w, "generation", r->generation);
    jw_ki64(w, "attempts", r->attempts);
    jw_kbool(w, "on_the_wire", r->started > 0);
    jw_ktime(w, "not_before", r->not_before_us);
    jw_ktime(w, "not_after", r->not_after_us);
    jw_ktime(w, "next_try", r->state == OUTBOX_OPEN ? r->next_us : 0);
    jw_ktime(w, "settled_at", r->settled_us);
    jw_kstr_null(w, "result", r->why);
    jw_end(w);
}

static void row_text(struct ctx *ctx, struct buf *b, const struct outbox_row *r, struct str order)
{
    int64_t at = r->state == OUTBOX_OPEN ? r->next_us : r->settled_us;
    struct str when = time_rfc3339(ctx->arena, at - at % US_PER_S);
    buf_fmt(b, "%.*s  %-9s  %.*s  %-8s  %.*s  %lld tries  %.*s  %.*s\n", STR_ARG(r->key), outbox_state_word(r->state), STR_ARG(when),
            channel_kind_word((enum channel_kind)r->channel), STR_ARG(r->capability), (long long)r->attempts, STR_ARG(order), STR_ARG(r->why));
}

static void counts_json(struct jw *w, const struct message_counts *n)
{
    jw_key(w, "counts");
    jw_obj(w);
    jw_ki64(w, "open", n->open);
    jw_ki64(w, "done", n->done);
    jw_ki64(w, "dead", n->dead);
    jw_ki64(w, "withdrawn", n->withdrawn);
    jw_end(w);
}

/* What waits first, then dead letters, newest first. */
static enum err read_rows(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_ask *ask, struct outbox_row **out, size_t *n)
{
    struct outbox_row *open = NULL, *dead = NULL;
    size_t open_n = 0, dead_n = 0;
    if (ask->order_no != 0)
        return outbox_list(ctx, rd->state, merchant_id, OUTBOX_LIST_ORDER, ask->order_no, STR_NULL, ask->max, out, n);
    enum err e = ask->dead ? OK : outbox_list(ctx, rd->state, merchant_id, OUTBOX_LIST_STATE, OUTBOX_OPEN, STR_NULL, ask->max, &open, &open_n);
    if (e == OK)
        e = outbox_list(ctx, rd->state, merchant_id, OUTBOX_LIST_STATE, OUTBOX_DEAD, STR_NULL, ask->max, &dead, &dead_n);
    *out = e == OK ? arena_array(ctx->arena, open_n + dead_n + 1, sizeof(**out)) : NULL;
    if (e == OK && *out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "outbox: no memory");
    for (size_t i = 0; e == OK && i < open_n + dead_n; i++)
        (*out)[i] = i < open_n ? open[i] : dead[i - open_n];
    *n = open_n + dead_n;
    return e;
}

enum err outbox_show(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_ask *ask, bool json, struct buf *out)
{
    struct outbox_row *rows = NULL;
    struct message_counts counts;
    size_t n = 0;
    struct jw w = jw_of(out);
    enum err e = read_rows(ctx, rd, merchant_id, ask, &rows, &n);
    if (e == OK)
        e = message_counts(ctx, rd, merchant_id, &counts);
    if (e != OK)
        return e;
    if (json) {
        jw_obj(&w);
        jw_key(&w, "rows");
        jw_arr(&w);
    }
    for (size_t i = 0; i < n; i++) {
        if (ask->dead && rows[i].state != OUTBOX_DEAD)
            continue;
        struct str name = order_name(ctx, rd, merchant_id, rows[i].order_no);
        if (json)
            row_json(&w, &rows[i], name);
        else
            row_text(ctx, out, &rows[i], name);
    }
    if (json) {
        jw_arr_end(&w);
        counts_json(&w, &counts);
        jw_end(&w);
    } else {
        buf_fmt(out, "%lld open, %lld sent, %lld dead, %lld withdrawn\n", (long long)counts.open, (long long)counts.done,
                (long long)counts.dead, (long long)counts.withdrawn);
    }
    return buf_err(out);
}

static enum err append_receipt(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct fact *fct)
{
    int64_t pos = 0;
    enum err e = fact_append_wait(ctx, eng, &(struct fact_to){.merchant_id = merchant_id, .max = FACT_MAX}, fct, &pos);
    return e == OK ? engine_wait_folded(ctx, eng, merchant_id, pos, WAIT_MS) : e;
}

enum err outbox_resend(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str key)
{
    struct db *db = NULL;
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .read_only = true, .cache_mb = 1};
    struct outbox_row row;
    struct fact fct = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    fct.u.receipt = (struct receipt_fact){.message_key = key, .status = RECEIPT_RESENT, .detail = STR("a person asks for a repeat"),
                                          .at_us = clock_now_us(eng->clock)};
    enum err e = db_open(ctx, &o, &db);
    if (e == OK)
        e = outbox_get(ctx, db, merchant_id, key, &row);
    db_close(db);
    if (e == OK && row.state != OUTBOX_DEAD)
        e = ctx_fail(ctx, ERR_CONFLICT, "the message is %s: only dead letters are sent again", outbox_state_word(row.state));
    return e == OK ? append_receipt(ctx, eng, merchant_id, &fct) : e;
}
