/*
 * Stories at random, realistic and not: the same facts in any order, repeated, with the rows
 * written and read again in between, split over two rows that are merged later, give the same
 * canonical bytes. Facts carry the position at which they were received and the time at which they
 * were learned, so that "received" means the same in every shuffle.
 */
#include "lib/facts.h"
#include "lib/fixture.h"

#define H US_PER_H
#define D US_PER_DAY
#define STORIES 48
#define SHUFFLES 120
#define NUMBERS 3
#define ORDERS 2

/* ---- a small world: parcels by number, orders by id */

static const char *const NUMBER[NUMBERS] = {"1Z7W4E590300010062", "9400100000000000000000",
                                            "00340434161094000000"};
static const char *const ORDER_ID[ORDERS] = {"o1", "o2"};

struct world {
    struct parcel p[NUMBERS];
    struct order_case c[ORDERS];
};

static void world_init(struct world *w)
{
    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < NUMBERS; i++) {
        w->p[i].number = str_of(NUMBER[i]);
        w->p[i].diag = DIAG_CLASS_COUNT;
    }
    for (size_t i = 0; i < ORDERS; i++)
        w->c[i].diag = DIAG_CLASS_COUNT;
}

static struct str world_bytes(struct arena *a, const struct world *w, bool with_refs)
{
    struct buf b;
    struct str out;
    buf_init(&b, (size_t)8 << 20);
    for (size_t i = 0; i < NUMBERS; i++)
        parcel_encode(&w->p[i], with_refs, &b);
    for (size_t i = 0; i < ORDERS; i++)
        case_encode(&w->c[i], with_refs, &b);
    assert_int_equal(buf_err(&b), OK);
    assert_int_equal(arena_dup(a, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static size_t index_of(const char *const *names, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(names[i])))
            return i;
    return n;
}

static struct str order_of(const struct fact *fct)
{
    switch (fct->kind) {
    case FACT_ORDER:
        return fct->u.order.order_id;
    case FACT_FULFILLMENT:
        return fct->u.fulfillment.order_id;
    case FACT_REFUND:
        return fct->u.refund.order_id;
    case FACT_RETURN:
        return fct->u.ret.order_id;
    case FACT_HOLD:
        return fct->u.hold.order_id;
    case FACT_CUSTOMER_REPORT:
        return fct->u.report.order_id;
    case FACT_PARCEL_LINK:
        return fct->u.link.order_id;
    default:
        return STR_NULL;
    }
}

static enum err fold_parcel(struct ctx *ctx, struct world *w, const struct told *t, bool *changed)
{
    const struct tracking_event *ev = &t->fct.u.event;
    struct parcel *pcl = &w->p[index_of(NUMBER, NUMBERS, ev->tracking_number)];
    bool moved = false;
    enum err e = parcel_fold_event(ctx, pcl, &t->fct, t->ref, t->learned_us, changed);
    if (e == OK && !str_empty(ev->next_number))
        e = parcel_link_next(ctx, pcl, ev->next_carrier, ev->next_number, ev->occurred.utc_us,
                             &moved);
    *changed = *changed || moved;
    return e;
}

/* With scratch: what says that it changed nothing has changed nothing, by the bytes. */
static bool tell(struct ctx *ctx, struct world *w, const struct told *t, struct arena *scratch)
{
    bool changed = false;
    struct str before = scratch != NULL ? world_bytes(scratch, w, true) : STR_NULL;
    enum err e = OK;
    struct str number = t->fct.u.not_found.tracking_number;
    if (t->fct.kind == FACT_TRACKING_EVENT)
        e = fold_parcel(ctx, w, t, &changed);
    else if (t->fct.kind == FACT_NOT_FOUND)
        e = parcel_fold_not_found(ctx, &w->p[index_of(NUMBER, NUMBERS, number)], t->learned_us,
                                  &changed);
    else if (t->fct.kind == FACT_TICK) /* here: an order claims a parcel */
        e = parcel_link_order(&w->p[0], t->fct.u.tick.number, t->fct.u.tick.due_us, &changed);
    else
        e = case_fold(ctx, &w->c[index_of(ORDER_ID, ORDERS, order_of(&t->fct))], t->source, &t->fct,
                      t->ref, &t->hashes, t->learned_us, &changed);
    if (e != OK && e != ERR_LIMIT)
        fail_msg("fold: %s: %s", err_name(e), ctx->msg);
    if (scratch != NULL) {
        if (!changed && e == OK)
            assert_int_equal(bytes_differ(before, world_bytes(scratch, w, true)), -1);
        arena_reset(scratch);
    }
    return changed;
}

/* Writes every row and reads it again. */
static void store_and_load(struct ctx *ctx, struct world *w)
{
    for (size_t i = 0; i < NUMBERS; i++)
        assert_ok(ctx, parcel_decode(ctx, parcel_bytes(ctx->arena, &w->p[i], true), &w->p[i]));
    for (size_t i = 0; i < ORDERS; i++)
        assert_ok(ctx, case_decode(ctx, case_bytes(ctx->arena, &w->c[i], true), &w->c[i]));
}

/* ---- themes: each adds what was told, in the order of receipt */

struct story {
    struct told_list list;
    struct rng r;
    int64_t now_us;
};

static const char *word(struct story *s, const char *prefix, size_t n)
{
    return arena_fmt(s->list.a, "%s%zu", prefix, n).p;
}

static int64_t learn(struct story *s)
{
    s->now_us += (int64_t)rng_below(&s->r, 5) * H + 1;
    return s->now_us;
}

static int64_t instant(struct story *s)
{
    return T0_US + (int64_t)rng_below(&s->r, 200) * H;
}

static enum parcel_status any_status(struct story *s)
{
    return (enum parcel_status)rng_below(&s->r, PARCEL_STATUS_COUNT);
}

static void embellish(struct story *s, struct tracking_event *ev)
{
    static const char *const ETAS[] = {"2026-11-24",           "2026-11-26T18:00:00",
                                       "2026-11-26T18:00:00Z", "2026-11-26T19:00:00+01:00",
                                       "2026-11-27T18:00:00Z", "soon"};
    static const char *const CITIES[] = {"Dayton", "Columbus", "", "K\xc3\xb6ln"};
    if (rng_chance(&s->r, 3))
        ev->estimated_delivery = str_of(ETAS[rng_below(&s->r, 6)]);
    if (rng_chance(&s->r, 4))
        ev->location.city = str_of(CITIES[rng_below(&s->r, 4)]);
    if (rng_chance(&s->r, 6))
        ev->pickup_until = rng_chance(&s->r, 2) ? STR("2026-11-28") : STR("2026-11-29");
    if (rng_chance(&s->r, 6))
        ev->dest_country = rng_chance(&s->r, 2) ? STR("US") : STR("CA");
    if (rng_chance(&s->r, 6))
        ev->service = rng_chance(&s->r, 2) ? STR("GND") : STR("2DA");
    if (rng_chance(&s->r, 8))
        ev->signed_by = STR("A. EXEMPLE");
    ev->vendor_seq = (uint32_t)rng_below(&s->r, 4);
    ev->synthetic = rng_chance(&s->r, 12);
}

/* A parcel's way, each scan told by the webhook at once and by polls that tell all, or only the
 * newest, again. */
static void walk(struct story *s)
{
    static const enum parcel_status WAY[] = {
        PARCEL_LABEL_CREATED, PARCEL_ACCEPTED,         PARCEL_IN_TRANSIT,     PARCEL_INFO,
        PARCEL_IN_TRANSIT,    PARCEL_OUT_FOR_DELIVERY, PARCEL_ATTEMPT_FAILED, PARCEL_DELIVERED};
    struct fact scans[8];
    for (size_t i = 0; i < 8; i++) {
        scans[i] = scan_fact("ups", NUMBER[0], WAY[i], T0_US + (int64_t)i * 9 * H, word(s, "w", i));
        embellish(s, &scans[i].u.event);
        scan_told(&s->list, scans[i], learn(s));
        if (!rng_chance(&s->r, 3))
            continue;
        int64_t at_us = learn(s);
        for (size_t j = rng_below(&s->r, i + 1); j <= i; j++) {
            embellish(s, &scans[j].u.event); /* another estimate, other words */
            scans[j].u.event.vendor_seq = (uint32_t)j;
            scan_told(&s->list, scans[j], at_us);
        }
    }
}

static void late_scans(struct story *s)
{
    for (size_t i = 0; i < 10; i++) {
        struct fact fct =
            scan_fact("ups", NUMBER[0], any_status(s), instant(s), word(s, "late", i));
        embellish(s, &fct.u.event);
        scan_told(&s->list, fct, learn(s));
    }
}

/* One event id with several contents, some with the vendor's time of change. */
static void corrections(struct story *s)
{
    for (size_t i = 0; i < 12; i++) {
        struct fact fct = scan_fact("ups", NUMBER[rng_below(&s->r, 2)], any_status(s), instant(s),
                                    word(s, "c", rng_below(&s->r, 3)));
        embellish(s, &fct.u.event);
        fct.changed_us = rng_chance(&s->r, 2) ? 0 : instant(s);
        scan_told(&s->list, fct, learn(s));
        if (rng_chance(&s->r, 2))
            scan_told(&s->list, fct, learn(s));
    }
}

static void reused_number(struct story *s)
{
    for (size_t use = 0; use < 3; use++)
        for (size_t i = 0; i < 4; i++)
            scan_told(&s->list,
                      scan_fact("ups", NUMBER[0], i == 3 ? PARCEL_DELIVERED : PARCEL_IN_TRANSIT,
                                T0_US + (int64_t)(use * 700 + i * 2) * D,
                                word(s, "u", use * 10 + i)),
                      learn(s));
}

static void shared_parcel(struct story *s)
{
    for (size_t i = 0; i < 12; i++) {
        struct told *t = told_add(&s->list, FACT_TICK, learn(s));
        t->fct.u.tick.number = (int64_t)rng_below(&s->r, 12) + 1;
        t->fct.u.tick.due_us = rng_chance(&s->r, 3) ? 0 : instant(s);
    }
}

static void hand_over(struct story *s)
{
    for (size_t i = 0; i < 8; i++) {
        struct fact fct = scan_fact(i < 4 ? "ups" : "usps", NUMBER[i < 4 ? 0 : 1], any_status(s),
                                    instant(s), word(s, "h", i));
        if (rng_chance(&s->r, 2)) {
            fct.u.event.next_carrier = rng_chance(&s->r, 2) ? STR("usps") : STR("canada_post");
            fct.u.event.next_number = str_of(NUMBER[1 + rng_below(&s->r, 2)]);
        }
        scan_told(&s->list, fct, learn(s));
    }
}

static void many_scans(struct story *s)
{
    for (size_t i = 0; i < PARCEL_SCANS_MAX + 60; i++) {
        struct fact fct = scan_fact("ups", NUMBER[2], any_status(s), instant(s),
                                    word(s, "m", rng_below(&s->r, 240)));
        fct.u.event.vendor_seq = (uint32_t)rng_below(&s->r, 3);
        fct.changed_us = rng_chance(&s->r, 3) ? 0 : instant(s);
        scan_told(&s->list, fct, learn(s));
    }
}

static void many_carriers(struct story *s)
{
    for (size_t i = 0; i < 20; i++)
        scan_told(&s->list,
                  scan_fact(word(s, "carrier", rng_below(&s->r, 10)), NUMBER[0], any_status(s),
                            instant(s), word(s, "k", i)),
                  learn(s));
}

/* Wall clocks, days, nothing; no event ids. */
static void vague_times(struct story *s)
{
    static const char *const PLACES[] = {"US", "IN", "DE", ""};
    for (size_t i = 0; i < 10; i++) {
        struct fact fct = scan_fact("dpd", NUMBER[0], any_status(s), 0, "");
        struct tracking_event *ev = &fct.u.event;
        fct.key = STR_NULL;
        ev->description = str_of(word(s, "text ", rng_below(&s->r, 4)));
        ev->location.country = str_of(PLACES[rng_below(&s->r, 4)]);
        size_t kind = rng_below(&s->r, 3);
        ev->occurred = kind == 0 ? when_from_local(instant(s), false, 0)
                                 : when_from_date(2026, 11, 20 + (int)rng_below(&s->r, 5));
        if (kind == 2)
            ev->occurred = (struct when){.kind = WHEN_NONE};
        scan_told(&s->list, fct, learn(s));
    }
}

static void not_found(struct story *s)
{
    for (size_t i = 0; i < 5; i++) {
        struct told *t = told_add(&s->list, FACT_NOT_FOUND, learn(s));
        t->fct.u.not_found.tracking_number = str_of(NUMBER[0]);
    }
}

static struct fact_item *some_items(struct story *s, size_t *n)
{
    *n = rng_below(&s->r, 4);
    struct fact_item *items = arena_array(s->list.a, *n, sizeof(*items));
    for (size_t i = 0; i < *n; i++)
        items[i] = (struct fact_item){
            .item_id = str_of(word(s, "", i + 1)),
            .sku = rng_chance(&s->r, 4) ? STR_NULL : str_of(word(s, "SKU", rng_below(&s->r, 3))),
            .title = STR("A mug"),
            .quantity = (int64_t)rng_below(&s->r, 4),
            .price_minor = 1450,
            .ships = !rng_chance(&s->r, 5)};
    return items;
}

static struct parcel_ref *some_parcels(struct story *s, size_t *n)
{
    *n = rng_below(&s->r, 3);
    struct parcel_ref *refs = arena_array(s->list.a, *n, sizeof(*refs));
    for (size_t i = 0; i < *n; i++)
        refs[i] = (struct parcel_ref){.carrier = rng_chance(&s->r, 3) ? STR_NULL : STR("ups"),
                                      .tracking_number = str_of(NUMBER[rng_below(&s->r, NUMBERS)])};
    return refs;
}

/* Adds the fact told last once more, as poll and webhook do: another position, the same version. */
static void perhaps_again(struct story *s)
{
    struct told t = s->list.v[s->list.n - 1];
    if (t.fct.changed_us == 0 || !rng_chance(&s->r, 3))
        return;
    struct told *again = told_add(&s->list, t.fct.kind, learn(s));
    again->fct = t.fct;
    again->source = t.source;
    again->hashes = t.hashes;
}

/* A vendor's time of change that no other version of this story has; 0 now and then where a source
 * tells none. */
static int64_t change_time(struct story *s)
{
    return rng_chance(&s->r, 4) ? 0 : instant(s) + (int64_t)s->list.n;
}

static struct told *object(struct story *s, enum fact_kind kind, const char *source,
                           enum source_role role)
{
    struct told *t = told_add(&s->list, kind, learn(s));
    t->source = str_of(source);
    t->fct.role = role;
    t->fct.changed_us = change_time(s);
    t->fct.key = str_of(word(s, "key", rng_below(&s->r, 1000)));
    return t;
}

static void order_views(struct story *s)
{
    static const char *const SOURCES[] = {"shop", "shop2", "erp", "wms", "wms2", "erp2"};
    static const enum source_role ROLES[] = {ROLE_STOREFRONT, ROLE_STOREFRONT, ROLE_BACK_OFFICE,
                                             ROLE_WAREHOUSE,  ROLE_WAREHOUSE,  ROLE_BACK_OFFICE};
    for (size_t i = 0; i < 12; i++) {
        size_t k = rng_below(&s->r, 6);
        struct told *t = object(s, FACT_ORDER, SOURCES[k], ROLES[k]);
        struct order_fact *o = &t->fct.u.order;
        *o = (struct order_fact){.order_id = str_of(ORDER_ID[rng_below(&s->r, ORDERS)]),
                                 .name = STR("#1020"),
                                 .currency = STR("USD"),
                                 .placed_us = T0_US,
                                 .total_minor = (int64_t)rng_below(&s->r, 5000),
                                 .promised_at = rng_chance(&s->r, 2) ? STR("2026-11-25") : STR_NULL,
                                 .state = (enum order_state)rng_below(&s->r, ORDER_STATE_COUNT),
                                 .financial = (enum financial_state)rng_below(&s->r, FIN_COUNT),
                                 .ship_to = {.country = STR("US"),
                                             .region = STR("OH"),
                                             .postal_code = STR("43004-1234")}};
        o->items = some_items(s, &o->items_n);
        t->hashes.address_hash = rng_below(&s->r, 3);
        perhaps_again(s);
    }
}

static void fulfillments(struct story *s)
{
    for (size_t i = 0; i < 14; i++) {
        bool wms = rng_chance(&s->r, 2);
        struct told *t = object(s, FACT_FULFILLMENT, wms ? "wms" : "shop",
                                wms ? ROLE_WAREHOUSE : ROLE_STOREFRONT);
        struct fulfillment_fact *f = &t->fct.u.fulfillment;
        *f = (struct fulfillment_fact){
            .order_id = str_of(ORDER_ID[rng_below(&s->r, ORDERS)]),
            .fulfillment_id = str_of(word(s, "f", rng_below(&s->r, 4))),
            .state = (enum fulfillment_state)rng_below(&s->r, FUL_STATE_COUNT),
            .location = STR("Reno"),
            .created_us = instant(s),
            .no_notification = rng_chance(&s->r, 5)};
        f->items = some_items(s, &f->items_n);
        f->parcels = some_parcels(s, &f->parcels_n);
        perhaps_again(s);
    }
}

static void afterwards(struct story *s)
{
    for (size_t i = 0; i < 12; i++) {
        struct str id = str_of(ORDER_ID[rng_below(&s->r, ORDERS)]);
        struct told *t;
        switch (rng_below(&s->r, 5)) {
        case 0:
            t = object(s, FACT_REFUND, "shop", ROLE_STOREFRONT);
            t->fct.u.refund =
                (struct refund_fact){.order_id = id,
                                     .refund_id = str_of(word(s, "r", rng_below(&s->r, 3))),
                                     .amount_minor = (int64_t)rng_below(&s->r, 900),
                                     .currency = STR("USD"),
                                     .at_us = instant(s)};
            t->fct.u.refund.items = some_items(s, &t->fct.u.refund.items_n);
            perhaps_again(s);
            break;
        case 1:
            t = object(s, FACT_HOLD, "shop", ROLE_STOREFRONT);
            t->fct.u.hold = (struct hold_fact){.order_id = id,
                                               .hold_id = str_of(word(s, "h", rng_below(&s->r, 2))),
                                               .why = STR("fraud check"),
                                               .released = rng_chance(&s->r, 2),
                                               .at_us = instant(s) + (int64_t)s->list.n};
            perhaps_again(s);
            break;
        case 2:
            t = object(s, FACT_CUSTOMER_REPORT, "mail", ROLE_CUSTOMER);
            t->fct.u.report =
                (struct report_fact){.order_id = id,
                                     .report = (enum report_kind)rng_below(&s->r, REPORT_COUNT),
                                     .at_us = instant(s),
                                     .sku = rng_chance(&s->r, 2) ? STR("SKU1") : STR_NULL};
            perhaps_again(s);
            break;
        case 3:
            t = object(s, FACT_RETURN, "portal", ROLE_STOREFRONT);
            t->fct.u.ret = (struct return_fact){
                .order_id = id,
                .return_id = str_of(word(s, "b", rng_below(&s->r, 3))),
                .state = (enum return_state)rng_below(&s->r, RETURN_STATE_COUNT),
                .carrier = STR("ups"),
                .tracking_number = rng_chance(&s->r, 2) ? str_of(NUMBER[rng_below(&s->r, NUMBERS)]) : STR_NULL,
                .at_us = instant(s)};
            t->fct.u.ret.items = some_items(s, &t->fct.u.ret.items_n);
            perhaps_again(s);
            break;
        default:
            t = object(s, FACT_PARCEL_LINK, "erp", ROLE_BACK_OFFICE);
            t->fct.u.link = (struct parcel_link_fact){
                .order_id = id,
                .carrier = rng_chance(&s->r, 3) ? STR_NULL : STR("ups"),
                .tracking_number = str_of(NUMBER[rng_below(&s->r, NUMBERS)])};
            perhaps_again(s);
            break;
        }
    }
}

/* More than a case may hold of each. */
static void beyond_limits(struct story *s)
{
    for (size_t i = 0; i < CASE_FULFILLMENTS_MAX + 30; i++) {
        struct told *t = object(s, FACT_FULFILLMENT, "shop", ROLE_STOREFRONT);
        t->fct.u.fulfillment = (struct fulfillment_fact){
            .order_id = STR("o1"), .fulfillment_id = str_of(word(s, "f", rng_below(&s->r, 125)))};
    }
    for (size_t i = 0; i < CASE_REPORTS_MAX + 20; i++) {
        struct told *t = object(s, FACT_CUSTOMER_REPORT, "mail", ROLE_CUSTOMER);
        t->fct.u.report = (struct report_fact){.order_id = STR("o1"), .at_us = instant(s)};
    }
    for (size_t i = 0; i < CASE_LINKS_MAX + 20; i++) {
        struct told *t = object(s, FACT_PARCEL_LINK, "erp", ROLE_BACK_OFFICE);
        t->fct.u.link = (struct parcel_link_fact){
            .order_id = STR("o1"), .tracking_number = str_of(word(s, "N", rng_below(&s->r, 230)))};
    }
}

static void (*const THEMES[])(struct story *s) = {
    walk,        late_scans,   corrections,   reused_number, shared_parcel,
    hand_over,   many_scans,   many_carriers, vague_times,   not_found,
    order_views, fulfillments, afterwards,    beyond_limits,
};
#define THEMES_N (sizeof(THEMES) / sizeof(THEMES[0]))

/* Every theme in its turn, mixed with two others. */
static void story_make(struct arena *a, size_t no, struct story *s)
{
    *s = (struct story){.list.a = a, .r = rng_of(no + 1), .now_us = T0_US};
    THEMES[no % THEMES_N](s);
    for (int i = 0; i < 2; i++)
        THEMES[rng_below(&s->r, THEMES_N)](s);
}

/* ---- shuffles */

/* Every fact once, and every third once more, in any order. */
static size_t shuffled(struct rng *r, size_t n, size_t *order)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        order[m++] = i;
        if (rng_chance(r, 3))
            order[m++] = i;
    }
    for (size_t i = m; i > 1; i--) {
        size_t j = rng_below(r, i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
    return m;
}

struct tale {
    struct fixture f;
    struct story s;
    struct arena *facts, *scratch;
    struct world want;
    struct str bytes;
    size_t no;
};

static void tale_begin(struct tale *t, size_t no)
{
    memset(t, 0, sizeof(*t));
    t->no = no;
    fixture_init(&t->f);
    t->facts = arena_new((size_t)64 << 20);
    t->scratch = arena_new((size_t)64 << 20);
    assert_true(t->facts != NULL && t->scratch != NULL);
    story_make(t->facts, no, &t->s);
    world_init(&t->want);
    for (size_t i = 0; i < t->s.list.n; i++)
        tell(&t->f.ctx, &t->want, &t->s.list.v[i], t->scratch);
    t->bytes = world_bytes(t->facts, &t->want, false);
}

static void tale_end(struct tale *t)
{
    arena_free(t->facts);
    arena_free(t->scratch);
    fixture_clear(&t->f);
}

static void compare(struct tale *t, const struct world *w, size_t try)
{
    struct str got = world_bytes(t->f.arena, w, false);
    int at = bytes_differ(t->bytes, got);
    if (at >= 0)
        fail_msg("story %zu, shuffle %zu: %zu bytes and %zu bytes differ at %d", t->no, try,
                 t->bytes.n, got.n, at);
}

static void test_any_order(void **state)
{
    (void)state;
    for (size_t no = 0; no < STORIES; no++) {
        struct tale t;
        tale_begin(&t, no);
        size_t *order = arena_array(t.facts, 2 * t.s.list.n, sizeof(*order));
        for (size_t try = 0; try < SHUFFLES; try++) {
            struct world w;
            size_t m = shuffled(&t.s.r, t.s.list.n, order);
            world_init(&w);
            for (size_t i = 0; i < m; i++) {
                tell(&t.f.ctx, &w, &t.s.list.v[order[i]], try == 0 ? t.scratch : NULL);
                if (rng_chance(&t.s.r, 40))
                    store_and_load(&t.f.ctx, &w);
            }
            compare(&t, &w, try);
            arena_reset(t.f.arena);
        }
        tale_end(&t);
    }
}

/* The facts of each order go into two rows, as before a name was seen to be the same; then one
 * takes the other. */
static void test_merged_rows(void **state)
{
    (void)state;
    for (size_t no = 0; no < STORIES; no++) {
        struct tale t;
        tale_begin(&t, no);
        size_t *order = arena_array(t.facts, 2 * t.s.list.n, sizeof(*order));
        for (size_t try = 0; try < SHUFFLES / 4; try++) {
            struct world w[2];
            size_t m = shuffled(&t.s.r, t.s.list.n, order);
            world_init(&w[0]);
            world_init(&w[1]);
            for (size_t i = 0; i < m; i++) {
                const struct told *x = &t.s.list.v[order[i]];
                tell(&t.f.ctx, &w[str_empty(order_of(&x->fct)) ? 0 : rng_below(&t.s.r, 2)], x,
                     false);
            }
            for (size_t i = 0; i < ORDERS; i++)
                assert_ok(&t.f.ctx, case_merge(&t.f.ctx, &w[0].c[i], &w[1].c[i]));
            compare(&t, &w[0], try);
            arena_reset(t.f.arena);
        }
        tale_end(&t);
    }
}

/* All that was told is told again, at later positions: nothing holds anew but what a source without
 * versions repeats. */
static void test_told_again(void **state)
{
    (void)state;
    for (size_t no = 0; no < STORIES; no++) {
        struct tale t;
        tale_begin(&t, no);
        for (size_t i = 0; i < t.s.list.n; i++) {
            struct told again = t.s.list.v[i];
            bool object = !str_empty(order_of(&again.fct)) && again.fct.changed_us == 0;
            again.ref.pos += (int64_t)t.s.list.n;
            again.learned_us = t.s.now_us;
            if (object || again.fct.kind == FACT_NOT_FOUND ||
                again.fct.u.event.occurred.kind == WHEN_NONE)
                continue;
            if (tell(&t.f.ctx, &t.want, &again, t.scratch))
                fail_msg("story %zu: fact %zu moves something when it is told again", no, i);
        }
        compare(&t, &t.want, 0);
        tale_end(&t);
    }
}

/* The stories must be able to fail: a shuffle without one fact that mattered is seen. */
static void test_a_missing_fact_is_seen(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t no = 0; no < STORIES; no++) {
        struct tale t;
        struct world w;
        tale_begin(&t, no);
        size_t without = rng_below(&t.s.r, t.s.list.n);
        world_init(&w);
        for (size_t i = 0; i < t.s.list.n; i++)
            if (i != without)
                tell(&t.f.ctx, &w, &t.s.list.v[i], NULL);
        seen += bytes_differ(t.bytes, world_bytes(t.f.arena, &w, false)) >= 0;
        tale_end(&t);
    }
    assert_in_range(seen, STORIES / 3, STORIES); /* the others were repeats, or were replaced */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_merged_rows),
        cmocka_unit_test(test_told_again),
        cmocka_unit_test(test_a_missing_fact_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
