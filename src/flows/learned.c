/* See learned.h. A slot for each account whose connector has hook_ops.lacks: a handful; one setting each. */
#include "flows/learned.h"

#include <stdlib.h>

#define WANT_MAX 128

struct slot {
    const struct account *acct;
    int64_t merchant_id;
    char name[64];
    char *value;         /* NULL: nothing learned yet */
    size_t value_n;
    char what[WANT_MAX], id[WANT_MAX];
    size_t what_n, id_n;
    bool wished;
    int64_t wished_us;   /* monotonic; 0: never */
};

struct learned {
    pthread_mutex_t lock;
    size_t n;
    struct slot slots[];
};

static struct slot *slot_of(struct engine *eng, const struct account *acct)
{
    struct learned *l = eng->learned;
    for (size_t i = 0; l != NULL && i < l->n; i++)
        if (l->slots[i].acct == acct)
            return &l->slots[i];
    return NULL;
}

static enum err set(struct slot *sl, struct str name, struct str value)
{
    char *copy = malloc(value.n + 1);
    if (copy == NULL || name.n >= sizeof(sl->name) || value.n > LEARNED_VALUE_MAX) {
        free(copy);
        return copy == NULL ? ERR_MEMORY : ERR_LIMIT;
    }
    memcpy(copy, value.p, value.n);
    memcpy(sl->name, name.p, name.n);
    sl->name[name.n] = '\0';
    free(sl->value);
    sl->value = copy;
    sl->value_n = value.n;
    return OK;
}

static enum err load(struct ctx *ctx, struct engine *eng, const struct merchant *m)
{
    struct db_stmt *st = NULL;
    bool row = true;
    enum err e = db_stmt_get(ctx, eng->state, SQL_LEARNED_LIST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, m->id);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        struct learned *l = eng->learned;
        for (size_t i = 0; e == OK && i < l->n; i++)
            if (l->slots[i].merchant_id == m->id && str_eq(l->slots[i].acct->id, db_col_str(st, 0)))
                e = set(&l->slots[i], db_col_str(st, 1), db_col_str(st, 2));
        if (e != OK)
            break;
    }
    db_done(st);
    return e;
}

static bool can_lack(const struct account *a)
{
    return a->conn->hook != NULL && a->conn->hook->lacks != NULL;
}

enum err learned_open(struct ctx *ctx, struct engine *eng)
{
    size_t n = 0;
    for (size_t i = 0; i < eng->merchants_n; i++)
        for (size_t k = 0; k < eng->merchants[i].cfg->accounts_n; k++)
            n += can_lack(&eng->merchants[i].cfg->accounts[k]);
    struct learned *l = calloc(1, sizeof(*l) + n * sizeof(l->slots[0]));
    if (l == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    eng->learned = l;
    pthread_mutex_init(&l->lock, NULL);
    enum err e = OK;
    for (size_t i = 0; i < eng->merchants_n; i++) {
        const struct merchant *m = &eng->merchants[i];
        for (size_t k = 0; k < m->cfg->accounts_n; k++)
            if (can_lack(&m->cfg->accounts[k]))
                l->slots[l->n++] = (struct slot){.acct = &m->cfg->accounts[k], .merchant_id = m->id};
    }
    for (size_t i = 0; e == OK && l->n > 0 && i < eng->merchants_n; i++)
        e = load(ctx, eng, &eng->merchants[i]);
    return e;
}

void learned_close(struct engine *eng)
{
    struct learned *l = eng->learned;
    for (size_t i = 0; l != NULL && i < l->n; i++)
        free(l->slots[i].value);
    if (l != NULL)
        pthread_mutex_destroy(&l->lock);
    free(l);
    eng->learned = NULL;
}

enum err learned_account(struct ctx *ctx, struct engine *eng, const struct account *acct, const struct account **out)
{
    struct slot *sl = slot_of(eng, acct);
    struct setting *list = NULL;
    struct account *copy = NULL;
    enum err e = OK;
    *out = acct;
    if (sl == NULL)
        return OK;
    pthread_mutex_lock(&eng->learned->lock);
    if (sl->value != NULL) {
        list = ctx_alloc(ctx, (acct->settings_n + 1) * sizeof(*list));
        copy = ctx_alloc(ctx, sizeof(*copy));
        e = list == NULL || copy == NULL ? ERR_MEMORY : arena_dup(ctx->arena, (struct str){sl->value, sl->value_n}, &list[0].value);
        if (e == OK)
            e = arena_dup(ctx->arena, str_of(sl->name), &list[0].name);
    }
    pthread_mutex_unlock(&eng->learned->lock);
    if (e != OK || copy == NULL)
        return e;
    if (acct->settings_n > 0)
        memcpy(&list[1], acct->settings, acct->settings_n * sizeof(*list));
    *copy = *acct;
    copy->settings = list;
    copy->settings_n = acct->settings_n + 1;
    *out = copy;
    return OK;
}

void learned_wish(struct engine *eng, const struct account *acct, const struct fetch_request *want)
{
    struct slot *sl = slot_of(eng, acct);
    int64_t now = clock_mono_us();
    if (sl == NULL || want->what.n > WANT_MAX || want->id.n > WANT_MAX)
        return;
    pthread_mutex_lock(&eng->learned->lock);
    if (sl->wished_us == 0 || now - sl->wished_us >= LEARNED_WISH_US) {
        memcpy(sl->what, want->what.p, want->what.n);
        memcpy(sl->id, want->id.p, want->id.n);
        sl->what_n = want->what.n;
        sl->id_n = want->id.n;
        sl->wished = true;
        sl->wished_us = now;
    }
    pthread_mutex_unlock(&eng->learned->lock);
}

bool learned_take(struct ctx *ctx, struct engine *eng, const struct account *acct, struct fetch_request *want)
{
    struct slot *sl = slot_of(eng, acct);
    bool taken = false;
    if (sl == NULL)
        return false;
    pthread_mutex_lock(&eng->learned->lock);
    if (sl->wished)
        taken = arena_dup(ctx->arena, (struct str){sl->what, sl->what_n}, &want->what) == OK &&
                arena_dup(ctx->arena, (struct str){sl->id, sl->id_n}, &want->id) == OK;
    sl->wished = sl->wished && !taken;
    pthread_mutex_unlock(&eng->learned->lock);
    return taken;
}

enum err learned_keep(struct ctx *ctx, struct engine *eng, struct db *state, const struct account *acct, int64_t merchant_id,
                      struct str name, struct str value)
{
    struct slot *sl = slot_of(eng, acct);
    struct db_stmt *st = NULL;
    if (sl == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "%.*s: learns no settings", STR_ARG(acct->id));
    pthread_mutex_lock(&eng->learned->lock);
    enum err e = set(sl, name, value);
    pthread_mutex_unlock(&eng->learned->lock);
    if (e != OK)
        return ctx_fail(ctx, e, "%.*s: %.*s: longer than %zu bytes", STR_ARG(acct->id), STR_ARG(name), LEARNED_VALUE_MAX);
    e = db_stmt_get(ctx, state, SQL_LEARNED_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_text(st, 2, acct->id);
    db_bind_text(st, 3, name);
    db_bind_text(st, 4, value);
    db_bind_i64(st, 5, clock_now_us(eng->clock));
    return db_run(ctx, st);
}
