/* Stored facts, read back. See reader.h. */
#include "base/json.h"
#include "flows/reader.h"
#include "model/fact_json.h"

static const struct json_limits STORED = {(size_t)8 << 20, 400000, 32};

void fact_row_from_stmt(struct db_stmt *st, struct fact_row *out)
{
    *out = (struct fact_row){
        .pos = db_col_i64(st, 0),
        .idx = (uint32_t)db_col_i64(st, 1),
        .kind = (enum fact_kind)db_col_i64(st, 2),
        .origin = (enum origin)db_col_i64(st, 3),
        .at_us = db_col_i64(st, 4),
        .account = db_col_str(st, 5),
        .subject = db_col_i64(st, 6),
        .build = db_col_i64(st, 7),
        .clear = db_col_str(st, 8),
        .sealed = db_col_str(st, 9),
    };
}

enum err fact_row_get(struct ctx *ctx, struct db *state, int64_t merchant_id, struct fact_ref ref, struct fact_row *out)
{
    struct db_stmt *st = NULL;
    bool row = false;
    enum err e = db_stmt_get(ctx, state, SQL_FACT_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, ref.pos);
    db_bind_i64(st, 3, ref.idx);
    e = db_step(ctx, st, &row);
    if (e == OK && !row)
        return ctx_fail(ctx, ERR_NOTFOUND, "fact %lld.%u is not there", (long long)ref.pos, ref.idx);
    if (e == OK) {
        fact_row_from_stmt(st, out);
        e = arena_dup(ctx->arena, out->account, &out->account);
        if (e == OK)
            e = arena_dup(ctx->arena, out->clear, &out->clear);
        if (e == OK)
            e = arena_dup(ctx->arena, out->sealed, &out->sealed);
        db_done(st);
    }
    return e;
}

enum err fact_row_personal(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct fact_row *row, const struct json **out)
{
    struct db_stmt *st = NULL;
    unsigned char key[KEY_LEN];
    struct buf plain;
    struct str text = STR_NULL;
    bool found = false;
    *out = NULL;
    if (row->subject == 0 || row->sealed.n == 0)
        return OK;
    enum err e = db_stmt_get(ctx, rd->state, SQL_SUBJECT_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    db_bind_i64(st, 2, row->subject);
    e = db_step(ctx, st, &found);
    if (e == OK && found)
        e = key_unwrap(m->keys.kek, STR("subject"), db_col_str(st, 0), key);
    db_done(st);
    if (e != OK || !found)
        return e;
    buf_init(&plain, (size_t)1 << 20);
    e = unseal(key, STR("fact"), row->sealed, &plain);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&plain), &text);
    buf_clear(&plain);
    return e == OK ? json_parse(ctx, text, &STORED, out) : e;
}

enum err fact_row_whole(struct ctx *ctx, struct reader *rd, struct merchant *m, struct fact_ref ref, struct fact_row *row, struct fact *out)
{
    const struct json *personal = NULL, *v = NULL;
    enum err e = fact_row_get(ctx, rd->state, m->id, ref, row);
    if (e == OK)
        e = fact_row_personal(ctx, rd, m, row, &personal);
    if (e == OK)
        e = json_parse(ctx, row->clear, &JSON_LIMITS_WEBHOOK, &v);
    return e == OK ? fact_read(ctx, v, personal, out) : e;
}

static uint64_t hash_from_hex(struct str s)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n && i < 16; i++) {
        char c = s.p[i];
        v = v << 4 | (uint64_t)(c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= '0' && c <= '9' ? c - '0' : 0);
    }
    return v;
}

enum err fact_row_read(struct ctx *ctx, const struct fact_row *row, struct fact *out, uint64_t *address_hash)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, row->clear, &STORED, &v);
    if (e == OK)
        e = fact_read(ctx, v, NULL, out);
    if (e != OK)
        return e;
    *address_hash = hash_from_hex(json_str(v, "address_hash"));
    if (out->kind == FACT_TRACKING_EVENT && json_true(v, "has_signer"))
        out->u.event.signed_by = STR("*");
    if (out->kind == FACT_TRACKING_EVENT && json_true(v, "has_note"))
        out->u.event.drop_off_note = STR("*");
    return OK;
}
