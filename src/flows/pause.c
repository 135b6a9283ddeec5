/* See pause.h. */
#include "flows/pause.h"

#include "flows/reader.h"
#include "model/action.h"
#include "model/fact_json.h"
#include "model/message.h"

#define ON_THE_WIRE_MAX 1000

static bool is_known(struct str what)
{
    static const char *const GROUPS[] = {CONTROL_ALL, CONTROL_MESSAGES, CONTROL_ACTIONS};
    enum message_kind kind;
    enum capability cap;
    for (size_t i = 0; i < sizeof(GROUPS) / sizeof(GROUPS[0]); i++)
        if (str_eq(what, str_of(GROUPS[i])))
            return true;
    if (str_starts(what, STR("tell.")))
        return message_kind_parse(str_sub(what, 5, what.n), &kind);
    return capability_parse(what, &cap);
}

enum err pause_set(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct pause *p)
{
    struct db *db = NULL;
    struct db_options o = {.path = eng->state_path, .part = DB_STATE, .sync_full = true, .cache_mb = 1};
    struct control_row row = {.what = p->what, .paused = !p->resume, .why = p->why.p == NULL ? STR("") : p->why, .changed_us = clock_now_us(eng->clock)};
    if (!is_known(p->what))
        return ctx_fail(ctx, ERR_PARSE, "what: expected all, messages, actions, a message such as tell.delay or an action such as refund, got \"%.*s\"",
                        STR_ARG(str_sub(p->what, 0, CONTROL_WHAT_MAX)));
    if (p->why.n > PAUSE_WHY_MAX || !str_is_utf8(row.why) || memchr(row.why.p, '\0', row.why.n) != NULL)
        return ctx_fail(ctx, ERR_PARSE, "why: expected at most %d bytes of text", PAUSE_WHY_MAX);
    enum err e = db_open(ctx, &o, &db);
    if (e == OK)
        e = db_begin(ctx, db);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        if (merchant_id == 0 || eng->merchants[i].id == merchant_id)
            e = control_set(ctx, db, eng->merchants[i].id, &row);
    if (e == OK)
        e = db_commit(ctx, db);
    else if (db != NULL)
        db_rollback(db);
    db_close(db);
    return e;
}

static enum err record_one(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct control_row *row)
{
    struct buf b;
    struct fact fct = {.kind = FACT_CONTROL, .role = ROLE_SYSTEM, .u.control = {row->what, row->paused, row->why, row->changed_us}};
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, &fct);
    buf_addc(&b, '\n');
    enum err e = buf_err(&b);
    if (e == OK)
        e = system_append(ctx, eng, merchant_id, buf_str(&b));
    buf_clear(&b);
    return e;
}

enum err pause_record(struct ctx *ctx, struct engine *eng, struct db *db, int64_t merchant_id)
{
    struct control_row *rows = NULL;
    size_t n = 0;
    enum err e = control_list(ctx, db, merchant_id, &rows, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (rows[i].recorded)
            continue;
        e = record_one(ctx, eng, merchant_id, &rows[i]);
        if (e == OK) /* changed again meanwhile: it stays open, and that is told too */
            e = control_set_recorded(ctx, db, merchant_id, &rows[i]);
    }
    return e;
}

static void write_pauses(struct jw *w, const struct merchant *m, const struct control_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!rows[i].paused)
            continue;
        jw_obj(w);
        jw_kstr(w, "merchant", m->cfg->name);
        jw_kstr(w, "what", rows[i].what);
        jw_kstr(w, "why", rows[i].why);
        jw_ktime(w, "since", rows[i].changed_us);
        jw_end(w);
    }
}

static void write_wire(struct jw *w, const struct merchant *m, const struct outbox_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        jw_obj(w);
        jw_kstr(w, "merchant", m->cfg->name);
        jw_kstr(w, "key", rows[i].key);
        jw_kstr(w, "what", rows[i].capability);
        jw_kstr(w, "channel", str_of(channel_kind_word((enum channel_kind)rows[i].channel)));
        jw_ki64(w, "order_no", rows[i].order_no);
        jw_ki64(w, "attempt", rows[i].started);
        jw_end(w);
    }
}

enum err pause_json(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct jw *w)
{
    enum err e = OK;
    jw_obj(w);
    for (int wire = 0; wire < 2; wire++) {
        jw_key(w, wire != 0 ? "on_the_wire" : "pauses");
        jw_arr(w);
        for (size_t i = 0; e == OK && i < rd->eng->merchants_n; i++) {
            const struct merchant *m = &rd->eng->merchants[i];
            struct control_row *controls = NULL;
            struct outbox_row *rows = NULL;
            size_t n = 0;
            if (merchant_id != 0 && m->id != merchant_id)
                continue;
            e = wire != 0 ? outbox_list(ctx, rd->state, m->id, OUTBOX_LIST_STARTED, INT64_MAX, STR_NULL, ON_THE_WIRE_MAX, &rows, &n)
                          : control_list(ctx, rd->state, m->id, &controls, &n);
            if (e == OK && wire != 0)
                write_wire(w, m, rows, n);
            else if (e == OK)
                write_pauses(w, m, controls, n);
        }
        jw_arr_end(w);
    }
    jw_end(w);
    return e;
}
