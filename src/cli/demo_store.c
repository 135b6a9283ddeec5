/*
 * The demo store is stories; playing it is nothing but appending, in the order of time, what a shop and carriers would have sent.
 * What a vendor's webhook looks like is made by demo_vendor.c and signed with the demo's made-up secrets.
 */
#include "cli/demo_store.h"

#include <stdlib.h>

#include "cli/demo_vendor.h"
#include "flows/hook_in.h"
#include "model/fact_json.h"

#define CLOCK_STEP_US (6 * US_PER_H)

struct reading {
    struct demo_store *ds;
    int64_t now_us;
};

/* Room for one more in an array of the arena. */
static void *grow(struct ctx *ctx, void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return list;
    size_t more = *cap == 0 ? 256 : *cap * 2;
    void *p = arena_array(ctx->arena, more, size);
    if (p != NULL && n > 0)
        memcpy(p, list, n * size);
    *cap = p == NULL ? *cap : more;
    return p;
}

static enum err on_at(void *user, struct ctx *ctx, int64_t now_us)
{
    (void)ctx;
    ((struct reading *)user)->now_us = now_us;
    return OK;
}

static enum err on_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct reading *r = user;
    struct fact *copy = ctx_alloc(ctx, sizeof(*copy));
    struct demo_event *list = grow(ctx, r->ds->events, r->ds->events_n, &r->ds->events_cap, sizeof(*list));
    if (copy == NULL || list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "demo: no memory");
    *copy = *fct;
    r->ds->events = list;
    list[r->ds->events_n] = (struct demo_event){r->now_us, r->ds->events_n, source, copy};
    r->ds->events_n++;
    return OK;
}

static enum err on_expect(struct reading *r, struct ctx *ctx, const struct story_line *ln)
{
    struct demo_expect *list = grow(ctx, r->ds->expects, r->ds->expects_n, &r->ds->expects_cap, sizeof(*list));
    if (list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "demo: no memory");
    r->ds->expects = list;
    struct demo_expect *x = &list[r->ds->expects_n];
    x->order = story_bare(ln, 0);
    if (!diag_class_parse(story_get(ln, "class"), &x->cls))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: class: not a diagnosis", ln->number);
    r->ds->expects_n++;
    return OK;
}

static enum err on_other(void *user, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct reading *r = user;
    if (str_eq(ln->verb, STR("expect")))
        return on_expect(r, ctx, ln);
    if (str_eq(ln->verb, STR("now")))
        return story_time(ctx, story_bare(ln, 0), r->ds->start_us, now_us, &r->ds->now_us);
    if (str_eq(ln->verb, STR("morning")))
        return story_time(ctx, story_bare(ln, 0), now_us, now_us, &r->ds->start_us);
    return ctx_fail(ctx, ERR_PARSE, "line %zu: \"%.*s\": not a verb of a story", ln->number, STR_ARG(ln->verb));
}

static int by_time(const void *a, const void *b)
{
    const struct demo_event *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq ? 1 : 0;
}

/* Parts are divided by lines that begin with "==="; each has the store's first morning as its day 0. */
static struct str take_part(struct str *text)
{
    static const char MARK[] = "\n===";
    const char *end = text->n == 0 ? NULL : memmem(text->p, text->n, MARK, sizeof(MARK) - 1);
    size_t n = end == NULL ? text->n : (size_t)(end - text->p) + 1;
    struct str part = str_sub(*text, 0, n);
    *text = str_sub(*text, n, text->n - n);
    return part;
}

enum err demo_store_read(struct ctx *ctx, struct str text, struct demo_store *out)
{
    struct demo_store ds = {.start_us = 0};
    struct reading r = {.ds = &ds};
    const struct story_reader reader = {&r, on_at, on_fact, on_other};
    enum err e = OK;
    while (e == OK && text.n > 0) {
        struct str part = take_part(&text);
        r.now_us = ds.start_us;
        e = story_read(ctx, part, ds.start_us, &reader);
    }
    if (e == OK && (ds.start_us == 0 || ds.now_us < ds.start_us))
        e = ctx_fail(ctx, ERR_PARSE, "demo: its first part has to say `morning TIME` and `now TIME`");
    if (e != OK)
        return e;
    if (ds.events_n > 1)
        qsort(ds.events, ds.events_n, sizeof(*ds.events), by_time);
    *out = ds;
    return OK;
}

/* ---- playing */

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static enum err append_fact(struct ctx *ctx, struct demo_player *pl, const struct demo_event *ev)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, ev->fact);
    buf_addc(&b, '\n');
    enum err e = buf_err(&b);
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = buf_str(&b), .received_us = clock_now_us(pl->clock)};
    struct append_req req = {.merchant_id = pl->merchant_id, .source = RECV_FACTS, .account = ev->source, .msg = &msg,
                             .request_id = STR("demo"), .done = ignore_done};
    if (e == OK)
        e = engine_append(ctx, pl->eng, &req);
    buf_clear(&b);
    pl->facts += e == OK ? 1 : 0;
    return e;
}

static enum err append_event(struct ctx *ctx, struct demo_player *pl, const struct demo_event *ev)
{
    struct http_msg msg;
    const struct account *acct = NULL;
    enum err e = demo_vendor_message(ctx, pl->eng, pl->merchant_id, ev, clock_now_us(pl->clock), &acct, &msg);
    if (e != OK || acct == NULL)
        return e != OK ? e : append_fact(ctx, pl, ev);
    e = hook_append(ctx, pl->eng, pl->merchant_id, acct, &msg, ignore_done, NULL);
    pl->webhooks += e == OK ? 1 : 0;
    return e;
}

/* In steps, so that timers fire near the time for which they were set, as they would have. */
static enum err move_clock(struct ctx *ctx, struct demo_player *pl, int64_t to_us)
{
    enum err e = OK;
    for (int64_t now = clock_now_us(pl->clock); e == OK && now < to_us; now = clock_now_us(pl->clock)) {
        clock_set(pl->clock, to_us - now > CLOCK_STEP_US ? now + CLOCK_STEP_US : to_us);
        e = pl->step(pl->user, ctx);
    }
    return e;
}

enum err demo_store_play(struct ctx *ctx, const struct demo_store *ds, struct demo_player *pl)
{
    enum err e = OK;
    clock_set(pl->clock, ds->start_us);
    for (size_t i = 0; e == OK && i < ds->events_n; i++) {
        e = move_clock(ctx, pl, ds->events[i].at_us);
        if (e == OK)
            e = append_event(ctx, pl, &ds->events[i]);
        if (e == OK)
            e = pl->step(pl->user, ctx);
    }
    return e == OK ? move_clock(ctx, pl, ds->now_us) : e;
}
