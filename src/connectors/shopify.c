/*
 * Shopify: webhooks, which have the shape of the REST resource (shopify.dev on webhook delivery and verification, read
 * 2026-11). What is read by GraphQL is in shopify_graphql.c. Traps: numbers are free text typed by people, carriers may be
 * missing; an e-mail may be an empty string; inventory levels name an item id, not a SKU; X-Shopify-Triggered-At is not signed,
 * so it refuses nothing: an old retry loses against the newer version of its object by the object's own time of change.
 */
#include "connectors/shopify_int.h"

#include "base/num.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://SHOP.myshopify.com"},
    {"webhook_secrets", true, true, "the app's client secret (or the shop's, for webhooks made by hand)"},
    {"api_key", false, true, "Admin API access token"},
    {NULL, false, false, NULL},
};

const struct word_map shopify_financial[] = {
    {"pending", FIN_PENDING}, {"authorized", FIN_AUTHORIZED}, {"partially_paid", FIN_PARTIALLY_PAID}, {"paid", FIN_PAID},
    {"partially_refunded", FIN_PARTIALLY_REFUNDED}, {"refunded", FIN_REFUNDED}, {"voided", FIN_VOIDED}, {"expired", FIN_VOIDED}, {NULL, 0}};
const struct word_map shopify_fulfilled[] = {{"pending", FUL_PENDING}, {"open", FUL_OPEN}, {"success", FUL_SHIPPED},
                                                  {"cancelled", FUL_CANCELLED}, {"error", FUL_ERROR}, {"failure", FUL_ERROR}, {NULL, 0}};

/* ---- parts */

static struct str first_of(struct str a, struct str b, struct str c, struct str d)
{
    return !str_empty(a) ? a : !str_empty(b) ? b : !str_empty(c) ? c : d;
}

static struct address address_of(struct ctx *ctx, const struct json *a)
{
    struct str name = json_str(a, "name");
    if (str_empty(name) && a != NULL)
        name = str_trim(arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(json_str(a, "first_name")), STR_ARG(json_str(a, "last_name"))));
    struct str region = json_str(a, "province_code");
    return (struct address){.name = name, .line1 = json_str(a, "address1"), .line2 = json_str(a, "address2"), .city = json_str(a, "city"),
                            .region = str_empty(region) ? json_str(a, "province") : region, .postal_code = json_text(a, "zip"),
                            .country = scan_country(ctx, json_str(a, "country_code")), .phone = json_text(a, "phone")};
}

static enum err items_of(struct ctx *ctx, const struct json *lines, struct str currency, bool current, const struct fact_item **out, size_t *n)
{
    size_t count = lines == NULL ? 0 : lines->count, k = 0;
    if (count > FACT_ITEMS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "line_items: more than %d", FACT_ITEMS_MAX);
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    JSON_EACH(l, lines) {
        struct fact_item *it = &items[k++];
        const struct json *ships = json_get(l, "requires_shipping");
        it->item_id = json_text(l, "id");
        it->sku = json_text(l, "sku");
        it->title = json_str(l, "title");
        it->ships = !json_is(ships, JSON_BOOL) || ships->truth;
        /* current_quantity is what is left after edits and refunds */
        enum err e = body_quantity(ctx, l, "quantity", 1, &it->quantity);
        if (e == OK && current && json_get(l, "current_quantity") != NULL)
            e = body_quantity(ctx, l, "current_quantity", it->quantity, &it->quantity);
        if (e == OK && num_is_currency(currency))
            e = body_money(ctx, l, "price", currency, &it->price_minor);
        if (e != OK)
            return fail_in(ctx, e, "line_items", k - 1);
    }
    *out = items;
    *n = k;
    return OK;
}

/* ---- fulfillments and their events */

static enum err refs_of(struct ctx *ctx, const struct json *f, const struct parcel_ref **out, size_t *n)
{
    const struct json *nums = json_get(f, "tracking_numbers"), *urls = json_get(f, "tracking_urls");
    size_t count = json_is(nums, JSON_ARRAY) ? nums->count : 0;
    if (count > FACT_PARCELS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "tracking_numbers: more than %d", FACT_PARCELS_MAX);
    struct parcel_ref *refs = ctx_alloc(ctx, (count + 1) * sizeof(*refs));
    if (refs == NULL)
        return ERR_MEMORY;
    *n = 0;
    for (size_t i = 0; i < count; i++)
        *n += parcel_ref_make(ctx, json_str(f, "tracking_company"), json_value_text(json_at(nums, i)), json_value_text(json_at(urls, i)), &refs[*n]);
    if (count == 0)
        *n += parcel_ref_make(ctx, json_str(f, "tracking_company"), json_text(f, "tracking_number"), json_str(f, "tracking_url"), &refs[0]);
    *out = refs;
    return OK;
}

/* shipment_status of a fulfillment with one number is an event without a time of its own: the time of the change. */
static enum err shipment_status(struct ctx *ctx, const struct json *f, const struct parcel_ref *ref, int64_t changed_us, struct decoded *out)
{
    struct str status = json_str(f, "shipment_status");
    struct tracking_event *ev = NULL;
    size_t from = out->n;
    if (str_empty(status) || changed_us == 0)
        return OK;
    enum err e = scan_add(ctx, out, str_empty(ref->carrier) ? STR("shopify") : ref->carrier, ref->tracking_number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", status}};
    scan_map(ev, "shopify", tries, 1);
    ev->description = status;
    ev->occurred = when_from_utc(changed_us);
    /* told once per status: the same status again later is no new event */
    ev->vendor_event_id = arena_fmt(ctx->arena, "shopify:%.*s:%.*s", STR_ARG(json_text(f, "id")), STR_ARG(status));
    scan_done(ctx, out, from, true);
    return OK;
}

static enum err add_fulfillment(struct ctx *ctx, const struct json *f, struct str order_id, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(f, "id");
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "fulfillment.id: missing");
    enum err e = decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    struct fulfillment_fact *ff = &fct->u.fulfillment;
    fct->role = ROLE_STOREFRONT;
    ff->order_id = str_empty(order_id) ? json_text(f, "order_id") : order_id;
    ff->fulfillment_id = id;
    ff->parked_under = shopify_parked(ctx, id);
    ff->state = (enum fulfillment_state)map_word(shopify_fulfilled, json_str(f, "status"), FUL_PENDING);
    ff->location = json_text(f, "location_id");
    if (str_empty(ff->order_id))
        return ctx_fail(ctx, ERR_PARSE, "order_id: missing");
    e = body_time(ctx, f, "created_at", &ff->created_us);
    if (e == OK)
        e = body_time(ctx, f, "updated_at", &fct->changed_us);
    if (e == OK)
        e = items_of(ctx, json_get(f, "line_items"), STR_NULL, false, &ff->items, &ff->items_n);
    if (e == OK)
        e = refs_of(ctx, f, &ff->parcels, &ff->parcels_n);
    fct->key = version_key(ctx, "fulfillment", id, fct->changed_us);
    /* fct may have moved when more facts are added: take what is needed first */
    const struct parcel_ref *refs = ff->parcels;
    size_t n = ff->parcels_n;
    int64_t changed = fct->changed_us;
    return e == OK && n == 1 ? shipment_status(ctx, f, &refs[0], changed, out) : e;
}

struct str shopify_parked(struct ctx *ctx, struct str fulfillment_id)
{
    return arena_fmt(ctx->arena, "SHOPIFYFUL%.*s", STR_ARG(fulfillment_id));
}

/*
 * fulfillment_events: one event of a fulfillment. Its tracking number is not in it: the fold finds it by the fulfillment, now or
 * when the fulfillment comes; and the order is read, where each event stands beside its number.
 */
static enum err add_event(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct str number = json_text(v, "tracking_number"), ful = json_text(v, "fulfillment_id");
    struct tracking_event *ev = NULL;
    size_t from = out->n;
    if (str_empty(ful))
        return ctx_fail(ctx, ERR_PARSE, "fulfillment_id: missing");
    bool parked = str_empty(number);
    if (parked)
        number = shopify_parked(ctx, ful);
    enum err e = scan_add(ctx, out, STR("shopify"), number, &ev);
    if (e != OK)
        return e;
    if (parked) {
        ev->order_id = json_text(v, "order_id");
        ev->fulfillment_id = ful;
    }
    const struct code_try tries[] = {{"", json_str(v, "status")}};
    scan_map(ev, "shopify", tries, 1);
    ev->description = json_str(v, "message");
    ev->location = (struct place){json_str(v, "city"), json_str(v, "province"), json_text(v, "zip"), scan_country(ctx, json_str(v, "country"))};
    struct str at = first_of(json_str(v, "happened_at"), json_str(v, "created_at"), STR_NULL, STR_NULL);
    if (when_parse(at, &ev->occurred) != OK)
        return ctx_fail(ctx, ERR_PARSE, "happened_at: expected a time, got %.*s", STR_ARG(str_sub(at, 0, 40)));
    ev->vendor_event_id = json_text(v, "id");
    struct str est = json_str(v, "estimated_delivery_at");
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, est);
    struct str order = json_text(v, "order_id");
    return str_empty(order) ? OK : decoded_fetch(ctx, out, STR("order"), order);
}

/* ---- refunds, orders */

static enum err add_refund(struct ctx *ctx, const struct json *r, struct str order_id, struct str currency, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(r, "id");
    enum err e = decoded_add(ctx, out, FACT_REFUND, &fct);
    if (e != OK)
        return e;
    struct refund_fact *rf = &fct->u.refund;
    fct->role = ROLE_STOREFRONT;
    rf->order_id = str_empty(order_id) ? json_text(r, "order_id") : order_id;
    rf->refund_id = id;
    if (str_empty(id) || str_empty(rf->order_id))
        return ctx_fail(ctx, ERR_PARSE, "refund: id or order_id missing");
    e = body_time(ctx, r, "created_at", &rf->at_us);
    fct->changed_us = rf->at_us;
    fct->key = version_key(ctx, "refund", id, rf->at_us);
    JSON_EACH(t, json_get(r, "transactions")) {
        int64_t amount = 0;
        struct str cur = json_str(t, "currency");
        bool refund = str_eq(json_str(t, "kind"), STR("refund")) && !str_eq(json_str(t, "status"), STR("failure"));
        if (e != OK || !refund)
            continue;
        rf->currency = str_empty(cur) ? currency : cur;
        if (num_is_currency(rf->currency))
            e = body_money(ctx, t, "amount", rf->currency, &amount);
        if (e == OK && !num_add(rf->amount_minor, amount, &rf->amount_minor))
            e = ctx_fail(ctx, ERR_PARSE, "transactions: the amounts are too large");
    }
    const struct json *lines = json_get(r, "refund_line_items");
    struct fact_item *items = ctx_alloc(ctx, ((lines == NULL ? 0 : lines->count) + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    JSON_EACH(l, lines) {
        struct fact_item *it = &items[rf->items_n++];
        it->item_id = json_text(l, "line_item_id");
        it->sku = json_text(json_get(l, "line_item"), "sku");
        it->title = json_str(json_get(l, "line_item"), "title");
        it->ships = true;
        if (e == OK && body_quantity(ctx, l, "quantity", 1, &it->quantity) != OK)
            e = fail_in(ctx, ERR_PARSE, "refund_line_items", rf->items_n - 1);
    }
    rf->items = items;
    return e;
}

bool shopify_is_cod(const struct json *names)
{
    JSON_EACH(g, names) {
        struct str s = json_value_text(g);
        if (str_contains_nocase(s, STR("cash on delivery")) || str_eq_nocase(s, STR("cod")))
            return true;
    }
    return false;
}

static enum err add_order(struct ctx *ctx, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(o, "id"), currency = json_str(o, "currency");
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    if (!str_empty(currency) && !num_is_currency(currency))
        return ctx_fail(ctx, ERR_PARSE, "currency: expected a currency code (ISO 4217), got %.*s", STR_ARG(str_sub(currency, 0, 20)));
    enum err e = decoded_add(ctx, out, FACT_ORDER, &fct);
    if (e != OK)
        return e;
    struct order_fact *of = &fct->u.order;
    const struct json *ship = json_get(o, "shipping_address"), *bill = json_get(o, "billing_address"), *cust = json_get(o, "customer");
    const struct json *line = json_path(o, "shipping_lines.0");
    fct->role = ROLE_STOREFRONT;
    of->order_id = id;
    of->name = json_text(o, "name");
    of->currency = currency;
    of->email = first_of(json_str(o, "email"), json_str(o, "contact_email"), json_str(cust, "email"), STR_NULL);
    of->phone = first_of(json_text(o, "phone"), json_text(ship, "phone"), json_text(cust, "phone"), json_text(bill, "phone"));
    of->ship_to = address_of(ctx, ship);
    of->financial = (enum financial_state)map_word(shopify_financial, json_str(o, "financial_status"), FIN_UNKNOWN);
    of->service = json_str(line, "title");
    of->cancel_reason = json_str(o, "cancel_reason");
    of->locale = json_str(o, "customer_locale");
    of->customer_tags = json_str(cust, "tags");
    of->cod = shopify_is_cod(json_get(o, "payment_gateway_names"));
    of->state = !str_empty(json_str(o, "cancelled_at")) ? ORDER_CANCELLED : !str_empty(json_str(o, "closed_at")) ? ORDER_CLOSED : ORDER_OPEN;
    e = body_time(ctx, o, "created_at", &of->placed_us);
    if (e == OK)
        e = body_time(ctx, o, "updated_at", &fct->changed_us);
    if (e == OK && !str_empty(currency))
        e = body_money(ctx, o, json_get(o, "current_total_price") != NULL ? "current_total_price" : "total_price", currency, &of->total_minor);
    if (e == OK)
        e = items_of(ctx, json_get(o, "line_items"), currency, true, &of->items, &of->items_n);
    fct->key = version_key(ctx, "order", id, fct->changed_us);
    JSON_EACH(f, json_get(o, "fulfillments")) {
        if (e == OK)
            e = add_fulfillment(ctx, f, id, out);
    }
    JSON_EACH(r, json_get(o, "refunds")) {
        if (e == OK)
            e = add_refund(ctx, r, id, currency, out);
    }
    return e;
}

static enum err add_level(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *available = json_get(v, "available");
    if (available == NULL || json_is(available, JSON_NULL)) { /* an item whose stock the shop does not track */
        out->note = STR("available: null, stock is not tracked");
        return OK;
    }
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->u.inventory.net_of_orders = true; /* available = on hand less committed, reserved, damaged ... */
    fct->u.inventory.item_ref = json_text(v, "inventory_item_id");
    fct->u.inventory.location = json_text(v, "location_id");
    if (str_empty(fct->u.inventory.item_ref))
        return ctx_fail(ctx, ERR_PARSE, "inventory_item_id: missing");
    e = body_time(ctx, v, "updated_at", &fct->changed_us);
    if (e == OK && json_i64(v, "available", -1000000000, 1000000000, &fct->u.inventory.available) != OK)
        e = ctx_fail(ctx, ERR_PARSE, "available: expected a whole number");
    fct->key = version_key(ctx, "level", arena_fmt(ctx->arena, "%.*s@%.*s", STR_ARG(fct->u.inventory.item_ref), STR_ARG(fct->u.inventory.location)),
                           fct->changed_us);
    return e == OK ? decoded_fetch(ctx, out, STR("inventory_item"), json_text(v, "inventory_item_id")) : e;
}

/* "gid://shopify/LineItem/123" -> "123"; digits alone stay. */
struct str shopify_gid_tail(struct str gid)
{
    size_t i = gid.n;
    while (i > 0 && gid.p[i - 1] != '/')
        i--;
    return str_sub(gid, i, gid.n);
}

/* The body names the fulfillment order and mostly not the order: then it is read. */
static enum err add_hold(struct ctx *ctx, const struct json *v, bool released, int64_t at_us, struct decoded *out)
{
    const struct json *fo = json_get(v, "fulfillment_order");
    struct str id = shopify_gid_tail(json_text(fo, "id")), order = shopify_gid_tail(json_text(fo, "order_id"));
    struct str why = json_str(json_get(v, "fulfillment_hold"), "reason");
    struct fact *fct = NULL;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "fulfillment_order.id: missing");
    if (str_empty(order))
        return decoded_fetch(ctx, out, STR("fulfillment_order"), id);
    enum err e = decoded_add(ctx, out, FACT_HOLD, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = at_us;
    fct->key = version_key(ctx, released ? "release" : "hold", id, at_us);
    fct->u.hold = (struct hold_fact){.order_id = order, .hold_id = id, .released = released, .at_us = at_us};
    fct->u.hold.why = str_empty(why) ? json_str(json_path(fo, "fulfillment_holds.0"), "reason") : why;
    return OK;
}

static enum err add_customer(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_CUSTOMER, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->u.customer = (struct customer_fact){json_text(v, "id"), json_str(v, "email"), json_text(v, "phone"),
                                             str_trim(arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(json_str(v, "first_name")),
                                                                STR_ARG(json_str(v, "last_name"))))};
    e = body_time(ctx, v, "updated_at", &fct->changed_us);
    fct->key = version_key(ctx, "customer", fct->u.customer.customer_id, fct->changed_us);
    return str_empty(fct->u.customer.customer_id) ? ctx_fail(ctx, ERR_PARSE, "id: missing") : e;
}

/* ---- webhooks */

typedef enum err (*adder)(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out);

static enum err order_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_order(ctx, v, out);
}

/* orders/edited tells what was added and removed, not what is there now: the order is read. */
static enum err edited_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    struct str id = json_text(json_get(v, "order_edit"), "order_id");
    (void)at_us;
    if (str_empty(id))
        return json_get(v, "line_items") != NULL ? add_order(ctx, v, out) : ctx_fail(ctx, ERR_PARSE, "order_edit.order_id: missing");
    return decoded_fetch(ctx, out, STR("order"), id);
}

static enum err fulfillment_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_fulfillment(ctx, v, STR_NULL, out);
}

static enum err event_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_event(ctx, v, out);
}

static enum err level_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_level(ctx, v, out);
}

static enum err refund_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_refund(ctx, v, STR_NULL, STR_NULL, out);
}

static enum err hold_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    return add_hold(ctx, v, false, at_us, out);
}

static enum err release_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    return add_hold(ctx, v, true, at_us, out);
}

static enum err customer_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    (void)at_us;
    return add_customer(ctx, v, out);
}

/* A dispute changes the order's money, but its body has no more of the order than the id: the order is read. */
static enum err dispute_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    struct str id = json_text(v, "order_id");
    (void)at_us;
    if (!str_empty(id))
        return decoded_fetch(ctx, out, STR("order"), id);
    out->note = STR("a dispute without an order");
    return OK;
}

bool shopify_return_state(struct str word, enum return_state *out)
{
    static const struct word_map STATES[] = {{"requested", RETURN_ASKED},     {"open", RETURN_APPROVED}, {"declined", RETURN_DECLINED},
                                             {"canceled", RETURN_CANCELLED},  {"closed", RETURN_CLOSED}, {NULL, 0}};
    int s = map_word(STATES, word, -1);
    if (s >= 0)
        *out = (enum return_state)s;
    return s >= 0;
}

/* returns: the body tells the state; items and the parcel are read by who may read. */
static enum err return_topic(struct ctx *ctx, const struct json *v, int64_t at_us, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(v, "id"), order = json_text(json_get(v, "order"), "id");
    enum return_state s;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    enum err e = decoded_fetch(ctx, out, STR("return"), id);
    if (e != OK || str_empty(order) || !shopify_return_state(json_str(v, "status"), &s))
        return e;
    e = decoded_add(ctx, out, FACT_RETURN, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = at_us;
    fct->key = version_key(ctx, "return", id, at_us);
    fct->u.ret = (struct return_fact){.order_id = order, .return_id = id, .state = s, .at_us = at_us};
    return OK;
}

/* The first row whose topic begins the delivery's topic decides. NULL: not used; the note says so. */
static const struct {
    const char *topic;
    adder add;
} TOPICS[] = {
    {"orders/delete", NULL},
    {"orders/edited", edited_topic},
    {"orders/", order_topic},
    {"fulfillments/", fulfillment_topic},
    {"fulfillment_events/create", event_topic},
    {"inventory_levels/connect", level_topic},
    {"inventory_levels/update", level_topic},
    {"refunds/create", refund_topic},
    {"fulfillment_holds/added", hold_topic},
    {"fulfillment_holds/released", release_topic},
    {"fulfillment_orders/placed_on_hold", hold_topic},
    {"fulfillment_orders/hold_released", release_topic},
    {"customers/create", customer_topic},
    {"customers/update", customer_topic},
    {"disputes/", dispute_topic},
    {"returns/", return_topic},
};

static enum err decode_topic(struct ctx *ctx, struct str topic, const struct json *v, int64_t at_us, struct decoded *out)
{
    for (size_t i = 0; i < sizeof(TOPICS) / sizeof(TOPICS[0]); i++)
        if (str_starts(topic, str_of(TOPICS[i].topic)) && TOPICS[i].add != NULL)
            return TOPICS[i].add(ctx, v, at_us, out);
        else if (str_starts(topic, str_of(TOPICS[i].topic)))
            break;
    out->note = arena_fmt(ctx->arena, "topic not used: %.*s", STR_ARG(topic));
    return OK;
}

/* Without a topic header (a bare file) the members tell: all named must be there. */
static const struct {
    const char *a, *b, *topic;
} SHAPES[] = {
    {"inventory_item_id", "location_id", "inventory_levels/update"},
    {"refund_line_items", "order_id", "refunds/create"},
    {"fulfillment_id", "happened_at", "fulfillment_events/create"},
    {"tracking_numbers", "order_id", "fulfillments/update"},
    {"order_edit", "order_edit", "orders/edited"},
    {"evidence_due_by", "order_id", "disputes/create"},
    {"line_items", "id", "orders/updated"},
    {"orders_count", "id", "customers/update"},
    {"first_name", "email", "customers/update"},
};

static struct str topic_by_shape(const struct json *v)
{
    const struct json *fo = json_get(v, "fulfillment_order");
    if (fo != NULL)
        return str_eq(json_str(fo, "status"), STR("on_hold")) ? STR("fulfillment_holds/added") : STR("fulfillment_holds/released");
    for (size_t i = 0; i < sizeof(SHAPES) / sizeof(SHAPES[0]); i++)
        if (json_get(v, SHAPES[i].a) != NULL && json_get(v, SHAPES[i].b) != NULL)
            return str_of(SHAPES[i].topic);
    return STR_NULL;
}

static struct str topic_of(const struct http_msg *msg)
{
    struct str t = http_msg_header(msg, "X-Shopify-Topic");
    return str_empty(t) ? http_msg_header(msg, "Shopify-Topic") : t;
}

/* A file of the REST API has an envelope: {"order": {...}} or {"orders": [...]}. */
static const struct json *envelope(const struct json *v)
{
    static const char *const NAMES[] = {"order", "orders", "fulfillment", "fulfillments", "refund", "refunds", "inventory_levels", "customer"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (json_first(json_get(v, NAMES[i])) != NULL)
            return json_get(v, NAMES[i]);
    return NULL;
}

static enum err decode_shape(struct ctx *ctx, const struct json *v, int64_t at_us, bool unwrap, struct decoded *out)
{
    struct str topic = topic_by_shape(v);
    enum err e = OK;
    if (!str_empty(topic))
        return decode_topic(ctx, topic, v, at_us, out);
    const struct json *inside = unwrap ? envelope(v) : NULL;
    if (inside == NULL)
        return ctx_fail(ctx, ERR_PARSE, "X-Shopify-Topic: missing, and the body does not tell what it is");
    if (json_is(inside, JSON_OBJECT))
        return decode_shape(ctx, inside, at_us, false, out);
    JSON_EACH(one, inside) {
        if (e == OK)
            e = decode_shape(ctx, one, at_us, false, out);
    }
    return e;
}

/* Who may read has the events themselves, each once, instead of what shipment_status makes of the last of them; and a
 * return with its items and its parcel. */
static enum err read_instead(struct ctx *ctx, struct decoded *out)
{
    struct str order = STR_NULL;
    size_t kept = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < out->n; i++) {
        const struct fact *fct = &out->facts[i];
        if (fct->kind == FACT_FULFILLMENT)
            order = fct->u.fulfillment.order_id;
        if (fct->kind == FACT_TRACKING_EVENT && str_starts(fct->u.event.vendor_event_id, STR("shopify:")))
            e = decoded_fetch(ctx, out, STR("order"), order);
        else if (fct->kind != FACT_RETURN)
            out->facts[kept++] = *fct;
    }
    out->n = kept;
    return e;
}

enum err shopify_decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    struct when w = {0};
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (!json_is(v, JSON_OBJECT))
        return ctx_fail(ctx, ERR_PARSE, "body: expected an object");
    bool at = when_parse(http_msg_header(msg, "X-Shopify-Triggered-At"), &w) == OK && w.kind == WHEN_UTC;
    int64_t at_us = at ? w.utc_us : http_msg_time(msg);
    struct str topic = topic_of(msg);
    e = str_empty(topic) ? decode_shape(ctx, v, at_us, true, out) : decode_topic(ctx, topic, v, at_us, out);
    return e == OK && acct->api_key.n > 0 ? read_instead(ctx, out) : e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), http_msg_header(msg, "X-Shopify-Hmac-Sha256"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    (void)ctx;
    (void)acct;
    *key = http_msg_header(msg, "X-Shopify-Webhook-Id");
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = shopify_decode_hook, .decode_ahead = true};

const struct connector connector_shopify = {
    .id = "shopify",
    .title = "Shopify",
    .docs_url = "https://shopify.dev/docs/api/admin-graphql",
    .api_version = SHOPIFY_API_VERSION,
    .role = ROLE_STOREFRONT,
    .auth = AUTH_HEADER,
    .auth_name = "X-Shopify-Access-Token",
    .auth_prefix = "",
    .limits = {.calls = 2, .window_s = 1, .poll_every_s = 600, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "shopify.dev, rate limits: 100 cost points a second on the standard plan"},
    .cfg = CFG,
    .status_file = "shopify",
    .hook = &HOOK,
    .poll = &shopify_poll,
    .act = &shopify_act,
};
