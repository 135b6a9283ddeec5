/* See told_store.h. */
#include "lib/told_store.h"

static enum err on_at(void *user, struct ctx *ctx, int64_t now_us)
{
    struct told_store *w = user;
    clock_set(&w->f.clock, now_us);
    if (w->st.eng == NULL)
        story_store_open(ctx, &w->f.clock, NULL, 0, &w->st);
    return story_store_settle(ctx, &w->st);
}

static enum err on_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct told_store *w = user;
    w->st.origin = w->history ? ORIGIN_HISTORY : ORIGIN_LIVE;
    enum err e = story_store_append(ctx, &w->st, source, fct);
    w->st.origin = ORIGIN_LIVE;
    return e == OK ? story_store_settle(ctx, &w->st) : e;
}

static enum err on_other(void *user, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct told_store *w = user;
    bool mine = false;
    (void)now_us;
    enum err e = story_acts(ctx, &w->st, ln, 0, &mine);
    return e == OK && !mine ? ctx_fail(ctx, ERR_PARSE, "line %zu: unknown", ln->number) : e;
}

void told_store_begin(struct told_store *w)
{
    *w = (struct told_store){.history = false};
    fixture_init(&w->f);
    w->ctx = &w->f.ctx;
}

void told_store_tell(struct told_store *w, struct str text)
{
    const struct story_reader reader = {w, on_at, on_fact, on_other};
    assert_ok(w->ctx, story_read(w->ctx, text, clock_now_us(&w->f.clock), &reader));
}

void told_store_end(struct told_store *w)
{
    story_store_close(&w->st);
    fixture_clear(&w->f);
}

int64_t told_store_order(struct told_store *w, const char *name)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    assert_ok(w->ctx, case_find(w->ctx, w->st.rd, w->st.merchant_id, str_of(name), found, &n));
    assert_int_equal(n, 1);
    return found[0];
}
