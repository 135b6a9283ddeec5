/* See outbox.h. */
#include "storage/outbox.h"

const char *outbox_state_word(enum outbox_state s)
{
    static const char *const WORDS[OUTBOX_STATE_COUNT] = {"open", "done", "dead", "withdrawn"};
    return s >= 0 && s < OUTBOX_STATE_COUNT ? WORDS[s] : "unknown";
}

enum err outbox_put(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct outbox_row *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_OUTBOX_ADD, &st);
    if (e != OK)
        return e;
    int i = 1;
    db_bind_i64(st, i++, merchant_id);
    db_bind_text(st, i++, row->key);
    db_bind_i64(st, i++, row->order_no);
    db_bind_text(st, i++, row->capability);
    db_bind_i64(st, i++, row->channel);
    db_bind_text(st, i++, row->items);
    const int64_t numbers[] = {row->generation, row->state,    row->not_before_us, row->not_after_us, row->next_us,
                               row->attempts,   row->started, row->settled_us};
    for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
        db_bind_i64(st, i++, numbers[k]);
    db_bind_text(st, i++, row->why);
    const int64_t places[] = {row->pos, row->idx, row->text_pos, row->text_idx, row->lease_us};
    for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
        db_bind_i64(st, i++, places[k]);
    db_bind_text(st, i++, row->lease_by);
    return db_run(ctx, st);
}

static enum err row_from(struct ctx *ctx, struct db_stmt *st, struct outbox_row *out)
{
    *out = (struct outbox_row){
        .order_no = db_col_i64(st, 1),      .channel = (int)db_col_i64(st, 3), .generation = (int)db_col_i64(st, 5),
        .state = (enum outbox_state)db_col_i64(st, 6), .not_before_us = db_col_i64(st, 7), .not_after_us = db_col_i64(st, 8),
        .next_us = db_col_i64(st, 9),       .attempts = db_col_i64(st, 10),    .started = db_col_i64(st, 11),
        .settled_us = db_col_i64(st, 12),   .pos = db_col_i64(st, 14),         .idx = db_col_i64(st, 15),
        .text_pos = db_col_i64(st, 16),     .text_idx = db_col_i64(st, 17),    .lease_us = db_col_i64(st, 18)};
    const struct {
        int col;
        struct str *to;
    } TEXTS[] = {{0, &out->key}, {2, &out->capability}, {4, &out->items}, {13, &out->why}, {19, &out->lease_by}};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        e = arena_dup(ctx->arena, db_col_str(st, TEXTS[i].col), TEXTS[i].to);
    return e;
}

enum err outbox_get(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, struct outbox_row *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, db, SQL_OUTBOX_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, key);
    e = db_step(ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(ctx, ERR_NOTFOUND, "no message has the key %.*s", STR_ARG(str_sub(key, 0, 64)));
    if (e == OK)
        e = row_from(ctx, st, out);
    db_done(st);
    return e;
}

enum err outbox_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct outbox_row *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_OUTBOX_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, row->key);
    db_bind_i64(st, 3, row->state);
    db_bind_i64(st, 4, row->next_us);
    db_bind_i64(st, 5, row->attempts);
    db_bind_i64(st, 6, row->started);
    db_bind_i64(st, 7, row->settled_us);
    db_bind_text(st, 8, row->why);
    db_bind_i64(st, 9, row->text_pos);
    db_bind_i64(st, 10, row->text_idx);
    return db_run(ctx, st);
}

enum err outbox_list(struct ctx *ctx, struct db *db, int64_t merchant_id, enum outbox_list which, int64_t arg, struct str after,
                     size_t max, struct outbox_row **out, size_t *n)
{
    static const enum sql_id IDS[] = {SQL_OUTBOX_OF_ORDER, SQL_OUTBOX_IN_STATE, SQL_OUTBOX_DUE, SQL_OUTBOX_STARTED, SQL_OUTBOX_PAGE, SQL_OUTBOX_ACTIONS, SQL_OUTBOX_TICKETS};
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = arena_array(ctx->arena, max + 1, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "outbox: no memory");
    enum err e = db_stmt_get(ctx, db, IDS[which], &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    if (which == OUTBOX_LIST_PAGE)
        db_bind_text(st, 2, after.p == NULL ? STR("") : after);
    else
        db_bind_i64(st, 2, arg);
    if (which != OUTBOX_LIST_ORDER)
        db_bind_i64(st, 3, (int64_t)max);
    while (*n < max && (e = db_step(ctx, st, &row)) == OK && row) {
        e = row_from(ctx, st, &(*out)[*n]);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

enum err outbox_lease(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, int64_t now_us, int64_t until_us,
                      struct str by, bool *got)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_OUTBOX_LEASE, &st);
    *got = false;
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, key);
    db_bind_i64(st, 3, until_us);
    db_bind_text(st, 4, by);
    db_bind_i64(st, 5, now_us);
    e = db_run(ctx, st);
    *got = e == OK && db_changes(db) == 1;
    return e;
}

enum err outbox_counts(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t out[OUTBOX_STATE_COUNT])
{
    struct db_stmt *st = NULL;
    bool row = true;
    memset(out, 0, OUTBOX_STATE_COUNT * sizeof(out[0]));
    enum err e = db_stmt_get(ctx, db, SQL_OUTBOX_COUNTS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    while ((e = db_step(ctx, st, &row)) == OK && row)
        if (db_col_i64(st, 0) >= 0 && db_col_i64(st, 0) < OUTBOX_STATE_COUNT)
            out[db_col_i64(st, 0)] = db_col_i64(st, 1);
    return e;
}

enum err control_is_paused(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str capability, struct str group, bool *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, db, SQL_CONTROL_PAUSED, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, capability);
    db_bind_text(st, 3, group);
    e = db_step(ctx, st, &row);
    if (e == OK)
        *out = row;
    db_done(st);
    return e;
}

static enum err control_put(struct ctx *ctx, struct db *db, enum sql_id id, int64_t merchant_id, const struct control_row *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, row->what);
    db_bind_i64(st, 3, row->paused);
    db_bind_text(st, 4, row->why);
    db_bind_i64(st, 5, row->changed_us);
    return db_run(ctx, st);
}

enum err control_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row)
{
    return control_put(ctx, db, SQL_CONTROL_SET, merchant_id, row);
}

enum err control_learn(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row)
{
    return control_put(ctx, db, SQL_CONTROL_LEARN, merchant_id, row);
}

enum err control_list(struct ctx *ctx, struct db *db, int64_t merchant_id, struct control_row **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    *out = arena_array(ctx->arena, CONTROLS_MAX, sizeof(**out));
    if (*out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "pauses: no memory");
    enum err e = db_stmt_get(ctx, db, SQL_CONTROL_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    while (*n < CONTROLS_MAX && (e = db_step(ctx, st, &row)) == OK && row) {
        struct control_row *r = &(*out)[*n];
        *r = (struct control_row){.paused = db_col_i64(st, 1) != 0, .changed_us = db_col_i64(st, 3), .recorded = db_col_i64(st, 4) != 0};
        e = arena_dup(ctx->arena, db_col_str(st, 0), &r->what);
        if (e == OK)
            e = arena_dup(ctx->arena, db_col_str(st, 2), &r->why);
        if (e != OK)
            break;
        (*n)++;
    }
    db_done(st);
    return e;
}

enum err control_set_recorded(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct control_row *row)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_CONTROL_RECORDED, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, row->what);
    db_bind_i64(st, 3, row->changed_us);
    db_bind_i64(st, 4, row->paused);
    return db_run(ctx, st);
}
