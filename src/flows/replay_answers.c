/* See replay_answers.h. */
#include "flows/replay_answers.h"

#include "base/json.h"
#include "flows/ask.h"
#include "flows/promises.h"

#include <stdlib.h>

static int by_seen(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->seen != y->seen)
        return x->seen < y->seen ? -1 : 1;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

static enum err add_told(struct ctx *ctx, struct db_stmt *st, struct told **list, size_t *n, size_t *cap)
{
    struct fact_row row;
    const struct json *v = NULL;
    struct str clear;
    fact_row_from_stmt(st, &row);
    enum err e = arena_dup(ctx->arena, row.clear, &clear);
    if (e == OK)
        e = json_parse(ctx, clear, &JSON_LIMITS_SMALL, &v);
    if (e != OK || !str_eq(json_str(v, "outcome"), STR("answered")))
        return e;
    if (*n == *cap) {
        size_t more = *cap == 0 ? 64 : *cap * 2;
        struct told *p = arena_array(ctx->arena, more, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "replay: no memory");
        if (*n > 0)
            memcpy(p, *list, *n * sizeof(*p));
        *list = p;
        *cap = more;
    }
    struct told *t = &(*list)[*n];
    *t = (struct told){.pos = row.pos, .build = row.build, .lang = json_str(v, "lang"), .sha = json_str(v, "text_sha256")};
    if (json_i64(v, "order_no", 1, INT64_MAX, &t->order_no) == OK && json_i64(v, "position", 0, INT64_MAX, &t->seen) == OK &&
        json_i64(v, "now_us", 0, INT64_MAX, &t->now_us) == OK)
        (*n)++;
    return OK;
}

enum err told_load(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct told **out, size_t *n)
{
    struct db_stmt *st = NULL;
    bool row = true;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    enum err e = db_stmt_get(ctx, rd->state, SQL_FACT_OF_KIND, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    db_bind_i64(st, 2, FACT_ANSWER);
    while ((e = db_step(ctx, st, &row)) == OK && row) {
        e = add_told(ctx, st, out, n, &cap);
        if (e != OK)
            break;
    }
    db_done(st);
    if (*n > 1)
        qsort(*out, *n, sizeof(**out), by_seen);
    return e;
}

enum err told_again(struct ctx *ctx, struct engine *eng, struct db *db, struct merchant *m, const struct told *t, bool *same)
{
    struct clock then;
    struct engine as_then = *eng; /* only to lend its merchants a clock that stands at the answer's time */
    struct reader rd = {.eng = &as_then, .state = db};
    struct case_answer ca;
    unsigned char sum[SHA256_LEN];
    struct buf hex;
    clock_init_virtual(&then, t->now_us);
    as_then.clock = &then;
    *same = false;
    enum err e = case_read(ctx, &rd, m->id, t->order_no, 0, &ca);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e != OK)
        return e;
    struct promises p;
    e = promises_join(ctx, db, m, 0, &p);
    if (e != OK)
        return e;
    sha256(ask_render(ctx, str_empty(t->lang) ? STR("en") : t->lang, &ca, &p, t->now_us), sum);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)sum, SHA256_LEN});
    *same = str_eq(buf_str(&hex), t->sha);
    buf_clear(&hex);
    return OK;
}
