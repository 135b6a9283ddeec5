/*
 * Planning and playing a simulated world. All events are drawn first and sorted by time; then the clock moves in steps, and what
 * happened in a step is appended as the shop and the carriers would tell it, through the same append and fold as real input.
 */
#include "cli/sim_run.h"

#include <stdlib.h>

#include "flows/submit.h"
#include "model/fact_json.h"

#define STEP_US (10 * US_PER_MIN)

/* ---- planning */

static void *grow(struct ctx *ctx, void *list, size_t n, size_t more, size_t *cap, size_t size)
{
    if (list != NULL && n + more <= *cap)
        return list;
    size_t want = (*cap == 0 ? 65536 : *cap * 2) + more;
    void *p = arena_array(ctx->arena, want, size);
    if (p != NULL && n > 0)
        memcpy(p, list, n * size);
    *cap = p == NULL ? *cap : want;
    return p;
}

static enum err keep_order(struct ctx *ctx, struct sim_play *play, const struct sim_order *o)
{
    struct sim_event *events = grow(ctx, play->events, play->events_n, o->events_n, &play->events_cap, sizeof(*events));
    struct sim_truth *truths = grow(ctx, play->truths, play->truths_n, o->truths_n, &play->truths_cap, sizeof(*truths));
    if (events == NULL || truths == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "simulate: no memory");
    memcpy(events + play->events_n, o->events, o->events_n * sizeof(*events));
    memcpy(truths + play->truths_n, o->truths, o->truths_n * sizeof(*truths));
    struct sim_brief *b = &play->briefs[o->number];
    *b = (struct sim_brief){.lane = o->lane, .placed_us = o->placed_us, .promised_day = o->promised_day,
                            .parcels = (uint8_t)o->parcels, .truths_from = (uint32_t)play->truths_n,
                            .truths_n = (uint32_t)o->truths_n};
    for (int i = 0; i < o->parcels; i++)
        b->fate[i] = (uint8_t)o->fate[i];
    play->events = events;
    play->events_n += o->events_n;
    play->truths = truths;
    play->truths_n += o->truths_n;
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const struct sim_event *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

enum err sim_plan(struct ctx *ctx, struct sim_play *play)
{
    enum err e = OK;
    play->briefs = arena_array(ctx->arena, (size_t)play->orders + 1, sizeof(*play->briefs));
    struct sim_order *o = ctx_alloc(ctx, sizeof(*o));
    if (play->briefs == NULL || o == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "simulate: no memory");
    for (int64_t i = 0; e == OK && i < play->orders; i++) {
        sim_order_make(play->world, play->seed, (uint32_t)i, (int)(i * play->days / play->orders), o);
        e = keep_order(ctx, play, o);
    }
    if (e == OK && play->events_n > 1)
        qsort(play->events, play->events_n, sizeof(*play->events), by_time);
    play->end_us = (play->world->start_day + play->days) * US_PER_DAY;
    return e;
}

/* ---- facts */

struct telling {
    struct ctx ctx;         /* arena: one step */
    struct sim_play *play;
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;
    struct buf shop, carrier;
    size_t shop_n, carrier_n;
};

static struct str sku_of(struct telling *t, uint32_t order, int parcel)
{
    if (t->play->briefs[order].fate[parcel] == FATE_BACKORDERED)
        return arena_fmt(t->ctx.arena, "RARE-%u-%d", order, parcel);
    return parcel == 0 ? STR("TEA-MINT") : STR("MUG-BLUE");
}

static struct str number_of(struct telling *t, const struct sim_event *ev)
{
    return arena_fmt(t->ctx.arena, "SIM%08u%02d", ev->order, ev->parcel + 1);
}

static void order_fact(struct telling *t, const struct sim_event *ev, struct fact *fct)
{
    const struct sim_brief *b = &t->play->briefs[ev->order];
    struct order_fact *o = &fct->u.order;
    struct fact_item *items = ctx_alloc(&t->ctx, SIM_PARCELS_MAX * sizeof(*items));
    for (int i = 0; items != NULL && i < b->parcels; i++)
        items[i] = (struct fact_item){.sku = sku_of(t, ev->order, i), .title = STR("Thing"), .quantity = 1, .price_minor = 2900,
                                      .ships = true};
    o->order_id = arena_fmt(t->ctx.arena, "%u", ev->order);
    o->name = arena_fmt(t->ctx.arena, "#%u", ev->order);
    o->placed_us = b->placed_us;
    o->currency = STR("USD");
    o->total_minor = 2900 * b->parcels;
    o->email = arena_fmt(t->ctx.arena, "c%u@example.com", ev->order);
    o->ship_to = (struct address){.name = STR("Sam Sample"), .line1 = STR("1 Sample Street"), .city = b->lane->city,
                                  .region = b->lane->region, .postal_code = STR("12345"), .country = b->lane->country};
    o->promised_at = str_sub(time_rfc3339(t->ctx.arena, b->promised_day * US_PER_DAY), 0, 10);
    o->items = items;
    o->items_n = items == NULL ? 0 : b->parcels;
    o->state = ORDER_OPEN;
    o->financial = FIN_PAID;
    o->cod = b->lane->cod;
    o->service = b->lane->service;
}

static void label_fact(struct telling *t, const struct sim_event *ev, struct fact *fct)
{
    const struct sim_brief *b = &t->play->briefs[ev->order];
    struct fulfillment_fact *ful = &fct->u.fulfillment;
    struct fact_item *item = ctx_alloc(&t->ctx, sizeof(*item));
    struct parcel_ref *ref = ctx_alloc(&t->ctx, sizeof(*ref));
    if (item == NULL || ref == NULL)
        return;
    *item = (struct fact_item){.sku = sku_of(t, ev->order, ev->parcel), .quantity = 1, .ships = true};
    *ref = (struct parcel_ref){.carrier = b->lane->carrier, .tracking_number = number_of(t, ev)};
    ful->order_id = arena_fmt(t->ctx.arena, "%u", ev->order);
    ful->fulfillment_id = arena_fmt(t->ctx.arena, "%u-%d", ev->order, ev->parcel);
    ful->state = FUL_SHIPPED;
    ful->items = item;
    ful->items_n = 1;
    ful->parcels = ref;
    ful->parcels_n = 1;
    ful->created_us = ev->at_us;
    ful->service = b->lane->service;
}

static void scan_fact(struct telling *t, const struct sim_event *ev, struct fact *fct)
{
    const struct sim_lane *lane = t->play->briefs[ev->order].lane;
    struct tracking_event *te = &fct->u.event;
    bool abroad = lane->country.n == 2 && !str_eq(lane->country, t->play->world->home_country) && ev->seq < 2;
    te->carrier = lane->carrier;
    te->tracking_number = number_of(t, ev);
    te->status = (enum parcel_status)ev->status;
    te->reason = (enum reason)ev->reason;
    te->code = str_of(parcel_status_word(te->status));
    te->occurred = when_from_utc(ev->at_us);
    te->location = abroad ? (struct place){STR("Chicago"), STR("IL"), STR_NULL, STR("US")}
                          : (struct place){lane->city, lane->region, STR_NULL, lane->country};
    te->service = lane->service;
}

static enum err tell(struct telling *t, const struct sim_event *ev)
{
    static const struct {
        enum fact_kind kind;
        enum source_role role;
        void (*make)(struct telling *, const struct sim_event *, struct fact *);
    } KINDS[] = {[SIM_ORDER] = {FACT_ORDER, ROLE_STOREFRONT, order_fact},
                 [SIM_STOCK] = {FACT_INVENTORY_LEVEL, ROLE_STOREFRONT, NULL},
                 [SIM_LABEL] = {FACT_FULFILLMENT, ROLE_STOREFRONT, label_fact},
                 [SIM_SCAN] = {FACT_TRACKING_EVENT, ROLE_CARRIER, scan_fact},
                 [SIM_REPORT] = {FACT_CUSTOMER_REPORT, ROLE_CUSTOMER, NULL}};
    struct fact fct = {.kind = KINDS[ev->kind].kind, .role = KINDS[ev->kind].role, .changed_us = ev->at_us};
    struct arena *a = t->ctx.arena;
    if (ev->kind == SIM_STOCK)
        fct.u.inventory = (struct inventory_fact){.sku = sku_of(t, ev->order, ev->parcel), .location = STR("main"), .available = ev->stock};
    else if (ev->kind == SIM_REPORT)
        fct.u.report = (struct report_fact){.order_id = arena_fmt(a, "%u", ev->order), .report = REPORT_NOT_RECEIVED,
                                            .tracking_number = number_of(t, ev), .at_us = ev->at_us};
    else
        KINDS[ev->kind].make(t, ev, &fct);
    fct.key = arena_fmt(a, "%d-%u-%d-%d-%lld", (int)ev->kind, ev->order, ev->parcel, ev->seq, (long long)ev->at_us);
    bool carrier = ev->kind == SIM_SCAN;
    struct buf *b = carrier ? &t->carrier : &t->shop;
    struct jw w = jw_of(b);
    fact_write(a, &w, &fct);
    buf_addc(b, '\n');
    carrier ? t->carrier_n++ : t->shop_n++;
    t->play->facts++;
    return buf_err(b);
}

/* ---- playing */

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static enum err send(struct telling *t, struct str account, struct buf *b, size_t *n)
{
    struct http_msg msg = {.method = STR("POST"), .path = STR("/v1/facts"), .body = buf_str(b),
                           .received_us = clock_now_us(engine_clock(t->eng))};
    struct append_req req = {.merchant_id = t->merchant_id, .source = RECV_FACTS, .account = account, .msg = &msg, .done = ignore_done};
    enum err e = *n == 0 ? OK : engine_append(&t->ctx, t->eng, &req);
    *n = 0;
    buf_reset(b);
    return e;
}

static enum err deliver_due(struct telling *t)
{
    size_t sent = 1;
    int64_t folded = 0;
    enum err e = OK;
    while (e == OK && sent > 0) {
        e = sim_deliver(&t->ctx, t->eng, t->rd, t->merchant_id, &sent);
        if (e == OK && sent > 0)
            e = engine_fold_some(&t->ctx, t->eng, &folded);
    }
    return e;
}

static enum err one_step(struct telling *t, size_t *next, int64_t to_us)
{
    struct sim_play *play = t->play;
    int64_t folded = 0;
    enum err e = OK;
    clock_set(engine_clock(t->eng), to_us);
    while (e == OK && *next < play->events_n && play->events[*next].at_us <= to_us) {
        e = tell(t, &play->events[(*next)++]);
        if (e == OK && t->shop_n == SUBMIT_ROW_FACTS)
            e = send(t, STR("shop"), &t->shop, &t->shop_n);
        if (e == OK && t->carrier_n == SUBMIT_ROW_FACTS)
            e = send(t, STR("carrier"), &t->carrier, &t->carrier_n);
    }
    if (e == OK)
        e = send(t, STR("shop"), &t->shop, &t->shop_n);
    if (e == OK)
        e = send(t, STR("carrier"), &t->carrier, &t->carrier_n);
    if (e == OK)
        e = engine_fold_some(&t->ctx, t->eng, &folded);
    return e == OK ? deliver_due(t) : e;
}

enum err sim_run(struct ctx *ctx, struct sim_play *play, struct engine *eng, int64_t merchant_id, FILE *progress)
{
    struct telling t = {.play = play, .eng = eng, .merchant_id = merchant_id};
    struct arena *a = arena_new((size_t)64 << 20);
    int64_t begin = clock_mono_us(), start = play->world->start_day * US_PER_DAY;
    size_t next = 0;
    enum err e = a == NULL ? ctx_fail(ctx, ERR_MEMORY, "simulate: no memory") : OK;
    if (e == OK)
        e = reader_open(ctx, eng, &t.rd);
    if (e == OK)
        ctx_init(&t.ctx, a, ctx->clock, ctx->log);
    buf_init(&t.shop, (size_t)4 << 20);
    buf_init(&t.carrier, (size_t)4 << 20);
    for (int64_t now = start; e == OK && now < play->end_us; now += STEP_US) {
        e = one_step(&t, &next, now + STEP_US);
        arena_reset(a);
        if (progress != NULL && (now - start) % US_PER_DAY == 0)
            fprintf(progress, "\rday %lld of %lld, %lld facts ", (long long)((now - start) / US_PER_DAY + 1), (long long)play->days,
                    (long long)play->facts);
    }
    if (progress != NULL)
        fprintf(progress, "\n");
    if (e != OK && a != NULL)
        memcpy(ctx->msg, t.ctx.msg, sizeof(ctx->msg));
    buf_clear(&t.shop);
    buf_clear(&t.carrier);
    reader_close(t.rd);
    arena_free(a);
    play->ticks_us = clock_mono_us() - begin;
    return e;
}
