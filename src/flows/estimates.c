/* See estimates.h; the fold of a model's fact. */
#include "flows/estimates.h"

#include "base/crypto.h"
#include "flows/fold.h"
#include "flows/reader.h"
#include "model/fact_json.h"

#define MODEL_ARENA_MAX ((size_t)256 << 20)

struct shelf_entry {         /* lives in its own arena, with its model */
    struct shelf_entry *next;
    struct arena *arena;
    struct eta_model *model;
};

struct estimate_shelf {
    struct arena *arena;     /* its own */
    pthread_mutex_t lock;
    struct shelf_entry *head;
};

enum err estimate_shelf_new(struct ctx *ctx, struct estimate_shelf **out)
{
    struct arena *a = arena_new(sizeof(struct estimate_shelf) + 4096);
    struct estimate_shelf *s = a == NULL ? NULL : arena_alloc(a, sizeof(*s));
    if (s == NULL) {
        arena_free(a);
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    }
    *s = (struct estimate_shelf){.arena = a};
    pthread_mutex_init(&s->lock, NULL);
    *out = s;
    return OK;
}

void estimate_shelf_free(struct estimate_shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (struct shelf_entry *en = shelf->head, *next; en != NULL; en = next) {
        next = en->next;
        arena_free(en->arena);
    }
    pthread_mutex_destroy(&shelf->lock);
    arena_free(shelf->arena);
}

static const struct eta_model *shelf_find(struct estimate_shelf *s, struct str id)
{
    const struct eta_model *m = NULL;
    pthread_mutex_lock(&s->lock);
    for (const struct shelf_entry *en = s->head; en != NULL && m == NULL; en = en->next)
        m = str_eq(eta_model_id(en->model), id) ? en->model : NULL;
    pthread_mutex_unlock(&s->lock);
    return m;
}

static enum err read_model(struct ctx *ctx, struct str file, struct shelf_entry **out)
{
    struct arena *own = arena_new(MODEL_ARENA_MAX), *kept = ctx->arena;
    struct shelf_entry *en = own == NULL ? NULL : arena_alloc(own, sizeof(*en));
    *out = NULL;
    if (en == NULL) {
        arena_free(own);
        return ctx_fail(ctx, ERR_MEMORY, "estimates: no memory");
    }
    en->arena = ctx->arena = own;
    enum err e = ctx_whole(ctx, eta_model_read(ctx, file, &en->model));
    ctx->arena = kept;
    if (e == OK && en->model != NULL)
        *out = en;
    else
        arena_free(own);
    return e;
}

/* Two threads may read the same model at the same time: the first one on the shelf stays. */
static const struct eta_model *shelf_put(struct estimate_shelf *s, struct shelf_entry *en)
{
    const struct eta_model *have = NULL;
    pthread_mutex_lock(&s->lock);
    for (const struct shelf_entry *o = s->head; o != NULL && have == NULL; o = o->next)
        have = str_eq(eta_model_id(o->model), eta_model_id(en->model)) ? o->model : NULL;
    if (have == NULL) {
        en->next = s->head;
        s->head = en;
    }
    pthread_mutex_unlock(&s->lock);
    if (have == NULL)
        return en->model;
    arena_free(en->arena);
    return have;
}

/* body: the model's file in base64. */
static enum err shelf_take(struct ctx *ctx, struct estimate_shelf *s, struct str body, const struct eta_model **out)
{
    struct shelf_entry *en = NULL;
    struct buf file;
    buf_init(&file, ESTIMATE_MODEL_MAX + 16);
    enum err e = base64_decode(body, &file);
    if (e == OK)
        e = read_model(ctx, buf_str(&file), &en);
    else
        e = ctx_fail(ctx, e, "estimate_model: body: expected base64 of at most %zu bytes", ESTIMATE_MODEL_MAX);
    buf_clear(&file);
    *out = en != NULL ? shelf_put(s, en) : NULL;
    return e;
}

/* ---- which model holds */

static enum err model_row(struct ctx *ctx, struct db *state, int64_t merchant_id, int64_t at_us, struct str *id, struct fact_ref *ref)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *id = STR_NULL;
    enum err e = db_stmt_get(ctx, state, SQL_ESTIMATE_MODEL_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, at_us == 0 ? INT64_MAX : at_us);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        *ref = (struct fact_ref){db_col_i64(st, 1), (uint32_t)db_col_i64(st, 2)};
        e = arena_dup(ctx->arena, db_col_str(st, 0), id);
        db_done(st);
    }
    return e;
}

enum err estimates_join(struct ctx *ctx, struct db *state, struct merchant *m, int64_t at_us, struct promises *p)
{
    struct str id;
    struct fact_ref ref;
    struct fact_row row;
    struct fact fct;
    uint64_t unused;
    p->eta = NULL;
    enum err e = model_row(ctx, state, m->id, at_us, &id, &ref);
    if (e != OK || str_empty(id) || (p->eta = shelf_find(m->models, id)) != NULL)
        return e;
    e = fact_row_get(ctx, state, m->id, ref, &row);
    if (e == OK)
        e = fact_row_read(ctx, &row, &fct, &unused);
    return e == OK ? shelf_take(ctx, m->models, fct.u.estimate_model.body, &p->eta) : e;
}

enum err estimates_last(struct ctx *ctx, struct db *state, int64_t merchant_id, int64_t *at_us)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *at_us = 0;
    enum err e = db_stmt_get(ctx, state, SQL_ESTIMATE_MODEL_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, INT64_MAX);
    e = db_step(ctx, st, &row);
    if (e == OK && row) {
        *at_us = db_col_i64(st, 3);
        db_done(st);
    }
    return e;
}

/* ---- a new one */

enum err estimates_record(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct eta_model *model)
{
    struct fact fct = {.kind = FACT_ESTIMATE_MODEL, .role = ROLE_SYSTEM};
    struct buf file, text, line;
    int64_t pos;
    buf_init(&file, ESTIMATE_MODEL_MAX);
    buf_init(&text, ESTIMATE_MODEL_MAX * 2);
    buf_init(&line, ESTIMATE_MODEL_MAX * 3);
    eta_model_write(model, &file);
    base64_encode(buf_str(&file), &text);
    fct.u.estimate_model.id = eta_model_id(model);
    fct.u.estimate_model.body = buf_str(&text);
    struct jw w = jw_of(&line);
    fact_write(ctx->arena, &w, &fct);
    buf_addc(&line, '\n');
    enum err e = buf_err(&file);
    e = e == OK ? buf_err(&text) : e;
    e = e == OK ? buf_err(&line) : e;
    if (e == OK)
        e = system_append_wait(ctx, eng, merchant_id, buf_str(&line), &pos);
    else
        e = ctx_fail(ctx, e, "the model has over %zu bytes", ESTIMATE_MODEL_MAX);
    buf_clear(&file);
    buf_clear(&text);
    buf_clear(&line);
    return e;
}

/* A model from a newer program is kept and not used: the one before holds. */
enum err fold_estimate_model(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct eta_model *model = NULL;
    struct db_stmt *st = NULL;
    enum err e = shelf_take(f->ctx, f->m->models, fct->u.estimate_model.body, &model);
    if (e != OK && err_is_transient(e))
        return e;
    if (e == OK) {
        e = db_stmt_get(f->ctx, f->db, SQL_ESTIMATE_MODEL_ADD, &st);
        if (e != OK)
            return e;
        const int64_t NUMBERS[][2] = {{1, f->m->id}, {2, f->pos}, {3, f->replay ? rec->idx : f->idx}, {4, f->now_us}};
        for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
            db_bind_i64(st, (int)NUMBERS[i][0], NUMBERS[i][1]);
        db_bind_text(st, 5, eta_model_id(model));
        e = db_run(f->ctx, st);
        if (e != OK)
            return e;
        f->promises.eta = model;
    }
    return fold_fact_keep(f, fct, rec);
}
