/* See incidents.h; the fold of an incident fact. */
#include "flows/incidents.h"

#include "flows/fold.h"
#include "flows/promises.h"

static enum err incident_of_row(struct ctx *ctx, struct db_stmt *st, struct incident *in)
{
    struct str *const TEXTS[] = {&in->id, &in->carrier, &in->country, &in->region};
    static const int AT[] = {0, 2, 3, 4};
    for (size_t i = 0; i < sizeof(AT) / sizeof(AT[0]); i++)
        if (arena_dup(ctx->arena, db_col_str(st, AT[i]), TEXTS[i]) != OK)
            return ctx_fail(ctx, ERR_MEMORY, "incidents: no memory");
    int64_t kind = db_col_i64(st, 1);
    in->kind = kind >= 0 && kind < INCIDENT_COUNT ? (enum incident_kind)kind : INCIDENT_OTHER;
    in->from_us = db_col_i64(st, 5);
    in->until_us = db_col_i64(st, 6);
    in->known_us = db_col_i64(st, 7);
    in->ref = (struct fact_ref){db_col_i64(st, 8), (uint32_t)db_col_i64(st, 9)};
    return OK;
}

enum err incidents_join(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t at_us, struct promises *out)
{
    struct db_stmt *st = NULL;
    struct incident *list = NULL;
    size_t n = 0;
    bool row = true;
    enum err e = db_stmt_get(ctx, db, at_us == 0 ? SQL_INCIDENT_LIST : SQL_INCIDENT_PAST_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, INCIDENTS_MAX);
    if (at_us != 0)
        db_bind_i64(st, 3, at_us);
    while ((e = db_step(ctx, st, &row)) == OK && row && n < INCIDENTS_MAX) {
        if (list == NULL && (list = ctx_alloc(ctx, INCIDENTS_MAX * sizeof(*list))) == NULL)
            e = ctx_fail(ctx, ERR_MEMORY, "incidents: no memory");
        if (e == OK)
            e = incident_of_row(ctx, st, &list[n]);
        if (e != OK)
            break;
        n++;
    }
    db_done(st);
    out->incidents = list;
    out->incidents_n = n;
    return e;
}

static enum err incident_put(struct fold *f, enum sql_id id, const struct fact *fct, uint32_t idx)
{
    const struct incident_fact *in = &fct->u.incident;
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, id, &st);
    if (e != OK)
        return e;
    const int64_t NUMBERS[][2] = {{1, f->m->id}, {3, fct->changed_us}, {4, f->pos}, {5, idx},
                                  {6, in->what}, {10, in->from_us},    {11, in->until_us}, {12, in->withdrawn}, {13, f->now_us}};
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        db_bind_i64(st, (int)NUMBERS[i][0], NUMBERS[i][1]);
    db_bind_text(st, 2, in->incident_id);
    db_bind_text(st, 7, in->carrier);
    db_bind_text(st, 8, in->country);
    db_bind_text(st, 9, in->region);
    return db_run(f->ctx, st);
}

/* Not folded into a case: what it means for one is seen at its next look. */
enum err fold_incident(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    uint32_t idx = f->replay ? rec->idx : f->idx;
    enum err e = incident_put(f, SQL_INCIDENT_PAST_ADD, fct, idx);
    if (e == OK)
        e = incident_put(f, SQL_INCIDENT_SET, fct, idx);
    if (e == OK)
        e = promises_join(f->ctx, f->db, f->m, 0, &f->promises);
    return e == OK ? fold_fact_keep(f, fct, rec) : e;
}
