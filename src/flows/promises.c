/* See promises.h; the fold of a fact that tells them. */
#include "flows/promises.h"

#include "flows/estimates.h"
#include "flows/fold.h"
#include "flows/incidents.h"
#include "mind/limits_text.h"

/* The set that held at at_us; *found false: none was recorded, the defaults hold. An empty text: the configuration's. */
static enum err find_set(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct str *version, struct str *text, bool *found)
{
    struct db_stmt *st = NULL;
    *version = *text = STR_NULL;
    *found = false;
    enum err e = db_stmt_get(ctx, db, SQL_PROMISES_AT, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, at_us == 0 ? INT64_MAX : at_us);
    e = db_step(ctx, st, found);
    if (e == OK && *found)
        e = arena_dup(ctx->arena, db_col_str(st, 0), version);
    if (e == OK && *found)
        e = arena_dup(ctx->arena, db_col_str(st, 1), text);
    db_done(st);
    return e;
}

static enum err set_of(struct ctx *ctx, struct db *db, struct merchant *m, int64_t at_us, struct promises *out)
{
    struct str version, text;
    bool found;
    enum err e = find_set(ctx, db, m->id, at_us, &version, &text, &found);
    if (e != OK)
        return e;
    if (!found)
        promises_default(out);
    else if (str_empty(text) || str_eq(version, str_of(m->promises_version)))
        *out = m->cfg->promises; /* as nearly always: nothing to read */
    else
        e = promises_read(ctx, text, out);
    return e;
}

enum err promises_join(struct ctx *ctx, struct db *db, struct merchant *m, int64_t at_us, struct promises *out)
{
    enum err e = set_of(ctx, db, m, at_us, out);
    if (e == OK)
        e = incidents_join(ctx, db, m->id, at_us, out);
    return e == OK ? estimates_join(ctx, db, m, at_us, out) : e;
}

enum err promises_recorded(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str *version)
{
    struct promises def;
    struct str text;
    bool found;
    enum err e = find_set(ctx, db, merchant_id, 0, version, &text, &found);
    promises_default(&def);
    return e == OK && !found ? promises_text(ctx, &def, &text, version) : e;
}

static enum err add_set(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t pos, int64_t at_us, struct str version, struct str text)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(ctx, db, SQL_PROMISES_ADD, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, pos);
    db_bind_i64(st, 3, at_us);
    db_bind_text(st, 4, version);
    db_bind_text(st, 5, text);
    return db_run(ctx, st);
}

enum err promises_start(struct ctx *ctx, struct db *from, struct db *to, int64_t merchant_id)
{
    struct str version, text;
    bool found;
    enum err e = find_set(ctx, from, merchant_id, 1, &version, &text, &found); /* before the first second: the store's own beginning */
    return e == OK && found ? add_set(ctx, to, merchant_id, 0, 0, version, text) : e;
}

enum err fold_promises(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct policy_fact *pf = &fct->u.policy;
    struct promises p;
    struct str last;
    enum err e = promises_recorded(f->ctx, f->db, f->m->id, &last);
    if (e == OK && str_eq(last, pf->version)) {
        f->repeats++;
        return OK;
    }
    if (e == OK)
        e = promises_read(f->ctx, pf->body, &p);
    if (e == OK)
        e = add_set(f->ctx, f->db, f->m->id, f->pos, f->now_us, pf->version, pf->body);
    if (e == OK)
        e = promises_join(f->ctx, f->db, f->m, 0, &f->promises);
    if (e != OK && e != ERR_PARSE) /* from a newer program: what held goes on */
        return e;
    return fold_fact_keep(f, fct, rec);
}
