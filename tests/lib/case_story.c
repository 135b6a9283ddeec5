/* See case_story.h. */
#include "lib/case_story.h"

static struct parcel *parcel_named(struct case_story *cs, struct ctx *ctx, struct str number)
{
    for (size_t i = 0; i < cs->parcels_n; i++)
        if (str_eq(cs->parcels[i].number, number))
            return &cs->parcels[i];
    assert_true(cs->parcels_n < STORY_PARCELS_MAX);
    struct parcel *p = &cs->parcels[cs->parcels_n++];
    *p = (struct parcel){.diag = DIAG_CLASS_COUNT};
    assert_ok(ctx, arena_dup(ctx->arena, number, &p->number));
    return p;
}

static void join_one(struct case_story *cs, struct ctx *ctx, struct str number, int64_t since_us)
{
    bool changed;
    struct parcel *p = parcel_named(cs, ctx, number);
    for (size_t i = 0; i < cs->cas.parcels_n; i++)
        if (cs->joined[i] == p)
            return;
    assert_true(cs->cas.parcels_n < STORY_PARCELS_MAX);
    assert_ok(ctx, parcel_link_order(p, cs->cas.order_no, since_us, &changed));
    cs->joined[cs->cas.parcels_n++] = p;
}

static void join(struct case_story *cs, struct ctx *ctx)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    assert_ok(ctx, case_parcel_numbers(ctx, &cs->cas, &refs, &since, &n));
    cs->cas.parcels_n = 0;
    for (size_t i = 0; i < n; i++)
        join_one(cs, ctx, refs[i].tracking_number, since[i]);
    for (size_t i = 0; i < n; i++)
        if (!str_empty(cs->joined[i]->next_number))
            join_one(cs, ctx, cs->joined[i]->next_number, since[i]);
    cs->cas.parcels = cs->joined;
    cs->cas.stock = cs->stock;
    cs->cas.stock_n = cs->stock_n;
}

static void set_stock(struct case_story *cs, struct ctx *ctx, const struct fact *fct)
{
    const struct inventory_fact *v = &fct->u.inventory;
    size_t i = 0;
    while (i < cs->stock_n &&
           !(str_eq(cs->stock[i].sku, v->sku) && str_eq(cs->stock[i].location, v->location)))
        i++;
    assert_true(i < STORY_STOCK_MAX);
    struct case_stock *s = &cs->stock[i];
    assert_ok(ctx, arena_dup(ctx->arena, v->sku, &s->sku));
    assert_ok(ctx, arena_dup(ctx->arena, v->location, &s->location));
    assert_ok(ctx, arena_dup(ctx->arena, v->restock_at, &s->restock_at));
    s->available = v->available;
    s->net_of_orders = v->net_of_orders;
    s->changed_us = fct->changed_us;
    s->fresh_us = cs->now_us;
    if (i == cs->stock_n)
        cs->stock_n++;
}

/* A scan may say under which number the parcel goes on. */
static enum err take_scan(struct case_story *cs, struct ctx *ctx, const struct fact *fct,
                          struct fact_ref ref)
{
    const struct tracking_event *ev = &fct->u.event;
    struct parcel *p = parcel_named(cs, ctx, ev->tracking_number);
    bool changed = false;
    unsigned flags = 0;
    int64_t local;
    enum err e = parcel_fold_event(ctx, p, fct, ref, cs->now_us, &changed);
    if (e != OK || str_empty(ev->next_number))
        return e;
    int64_t told = event_instant(&ev->occurred, &ev->location, &local, &flags);
    return parcel_link_next(ctx, p, ev->next_carrier, ev->next_number, told, &changed);
}

static enum err take_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct case_story *cs = user;
    struct fact_ref ref = {++cs->facts, 0};
    struct fold_hashes hashes = {0};
    bool changed = false;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        return take_scan(cs, ctx, fct, ref);
    case FACT_NOT_FOUND:
        return parcel_fold_not_found(ctx, parcel_named(cs, ctx, fct->u.not_found.tracking_number),
                                     cs->now_us, &changed);
    case FACT_INVENTORY_LEVEL:
        set_stock(cs, ctx, fct);
        return OK;
    case FACT_ORDER:
        if (!str_empty(fct->u.order.ship_to.line1))
            hashes.address_hash = str_hash(fct->u.order.ship_to.line1);
        break;
    case FACT_PARCEL_LINK:
        if (!str_empty(fct->u.link.next_number)) {
            enum err e = parcel_link_next(ctx, parcel_named(cs, ctx, fct->u.link.tracking_number),
                                          fct->u.link.next_carrier, fct->u.link.next_number,
                                          cs->now_us, &changed);
            if (e != OK)
                return e;
        }
        break;
    default:
        break;
    }
    return case_fold(ctx, &cs->cas, source, fct, ref, &hashes, cs->now_us, &changed);
}

static enum err take_time(void *user, struct ctx *ctx, int64_t now_us)
{
    (void)ctx;
    ((struct case_story *)user)->now_us = now_us;
    return OK;
}

static enum err take_line(void *user, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct case_story *cs = user;
    cs->now_us = now_us;
    join(cs, ctx);
    if (cs->line == NULL)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: %.*s", ln->number, STR_ARG(ln->verb));
    cs->line(cs, ctx, ln, cs->user);
    return OK;
}

enum err case_story_read(struct ctx *ctx, struct case_story *cs, int64_t start_us, struct str text)
{
    static const struct story_reader READER = {
        .at = take_time, .fact = take_fact, .other = take_line};
    struct story_reader reader = READER;
    reader.user = cs;
    cs->cas = (struct order_case){.order_no = 1, .diag = DIAG_CLASS_COUNT};
    cs->now_us = start_us;
    enum err e = story_read(ctx, text, start_us, &reader);
    if (e == OK)
        join(cs, ctx);
    return e;
}
