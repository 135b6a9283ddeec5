/*
 * Shopify: webhooks with the REST resource shape, and Admin GraphQL for reading. Facts: shopify.dev on webhook delivery and
 * verification; the Admin API's introspection of 2026-10. Traps: numbers are free text typed by people, carriers may be
 * missing; e-mail may be an empty string; inventory levels name an item id, not a SKU; GraphQL throttles inside a 200.
 */
#include "base/num.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/shop_helpers.h"
#include "connectors/lib/signature.h"

#define API_VERSION "2026-10"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://SHOP.myshopify.com"},
    {"webhook_secrets", true, true, "the app's client secret (or the shop's, for webhooks made by hand)"},
    {"api_key", false, true, "Admin API access token"},
    {NULL, false, false, NULL},
};

static const struct word_map FINANCIAL[] = {
    {"pending", FIN_PENDING}, {"authorized", FIN_AUTHORIZED}, {"partially_paid", FIN_PARTIALLY_PAID}, {"paid", FIN_PAID},
    {"partially_refunded", FIN_PARTIALLY_REFUNDED}, {"refunded", FIN_REFUNDED}, {"voided", FIN_VOIDED}, {"expired", FIN_VOIDED}, {NULL, 0}};
static const struct word_map FULFILLED[] = {{"pending", FUL_PENDING}, {"open", FUL_OPEN}, {"success", FUL_SHIPPED},
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
            return e;
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
    ff->state = (enum fulfillment_state)map_word(FULFILLED, json_str(f, "status"), FUL_PENDING);
    ff->location = json_text(f, "location_id");
    ff->service = json_str(f, "service");
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

/*
 * fulfillment_events: one event of a fulfillment. Its tracking number is not in it: the event is kept under the fulfillment's
 * own id, apart from every case, and the order is read, where each event stands beside its number.
 */
static enum err add_event(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct str number = json_text(v, "tracking_number"), ful = json_text(v, "fulfillment_id");
    struct tracking_event *ev = NULL;
    size_t from = out->n;
    if (str_empty(ful))
        return ctx_fail(ctx, ERR_PARSE, "fulfillment_id: missing");
    if (str_empty(number))
        number = arena_fmt(ctx->arena, "SHOPIFYFUL%.*s", STR_ARG(ful));
    enum err e = scan_add(ctx, out, STR("shopify"), number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_str(v, "status")}};
    scan_map(ev, "shopify", tries, 1);
    ev->description = json_str(v, "message");
    ev->location = (struct place){json_str(v, "city"), json_str(v, "province"), json_text(v, "zip"), scan_country(ctx, json_str(v, "country"))};
    if (when_parse(json_str(v, "happened_at"), &ev->occurred) != OK)
        return ctx_fail(ctx, ERR_PARSE, "happened_at: expected a time, got %.*s", STR_ARG(str_sub(json_str(v, "happened_at"), 0, 40)));
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
        rf->amount_minor += amount;
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
        if (e == OK)
            e = body_quantity(ctx, l, "quantity", 1, &it->quantity);
    }
    rf->items = items;
    return e;
}

static bool is_cod(const struct json *o)
{
    JSON_EACH(g, json_get(o, "payment_gateway_names")) {
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
    of->financial = (enum financial_state)map_word(FINANCIAL, json_str(o, "financial_status"), FIN_UNKNOWN);
    of->service = json_str(line, "title");
    of->cancel_reason = json_str(o, "cancel_reason");
    of->locale = json_str(o, "customer_locale");
    of->cod = is_cod(o);
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
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->u.inventory.item_ref = json_text(v, "inventory_item_id");
    fct->u.inventory.location = json_text(v, "location_id");
    if (str_empty(fct->u.inventory.item_ref))
        return ctx_fail(ctx, ERR_PARSE, "inventory_item_id: missing");
    e = body_time(ctx, v, "updated_at", &fct->changed_us);
    enum err q = json_i64(v, "available", -1000000000, 1000000000, &fct->u.inventory.available);
    if (e == OK && q != OK && q != ERR_NOTFOUND)
        e = ctx_fail(ctx, ERR_PARSE, "available: expected a whole number");
    fct->key = version_key(ctx, "level", arena_fmt(ctx->arena, "%.*s@%.*s", STR_ARG(fct->u.inventory.item_ref), STR_ARG(fct->u.inventory.location)),
                           fct->changed_us);
    return e == OK ? decoded_fetch(ctx, out, STR("inventory_item"), json_text(v, "inventory_item_id")) : e;
}

static enum err add_hold(struct ctx *ctx, const struct json *v, bool released, int64_t at_us, struct decoded *out)
{
    const struct json *fo = json_get(v, "fulfillment_order");
    struct str id = json_text(fo, "id"), order = json_text(fo, "order_id");
    struct fact *fct = NULL;
    if (str_empty(order)) /* the payload names the fulfillment order only */
        return str_empty(id) ? ctx_fail(ctx, ERR_PARSE, "fulfillment_order.id: missing")
                             : decoded_fetch(ctx, out, STR("fulfillment_order"), id);
    enum err e = decoded_add(ctx, out, FACT_HOLD, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = at_us;
    fct->key = version_key(ctx, released ? "release" : "hold", id, at_us);
    fct->u.hold = (struct hold_fact){.order_id = order, .hold_id = id, .why = json_str(json_path(fo, "fulfillment_holds.0"), "reason"),
                                     .released = released, .at_us = at_us};
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

/* Without a topic header (a bare file) the shape of the body tells. */
static struct str topic_of(const struct http_msg *msg, const struct json *v)
{
    struct str t = http_msg_header(msg, "X-Shopify-Topic");
    if (str_empty(t))
        t = http_msg_header(msg, "Shopify-Topic");
    if (!str_empty(t))
        return t;
    if (json_get(v, "inventory_item_id") != NULL && json_get(v, "location_id") != NULL)
        return STR("inventory_levels/update");
    if (json_get(v, "refund_line_items") != NULL)
        return STR("refunds/create");
    if (json_get(v, "fulfillment_id") != NULL)
        return STR("fulfillment_events/create");
    if (json_get(v, "tracking_numbers") != NULL && json_get(v, "order_id") != NULL)
        return STR("fulfillments/update");
    if (json_get(v, "line_items") != NULL)
        return STR("orders/updated");
    return json_get(v, "orders_count") != NULL ? STR("customers/update") : STR_NULL;
}

static enum err decode_topic(struct ctx *ctx, struct str topic, const struct json *v, int64_t at_us, struct decoded *out)
{
    if (str_eq(topic, STR("orders/delete")))
        return OK;
    if (str_starts(topic, STR("orders/")) && json_get(v, "line_items") != NULL)
        return add_order(ctx, v, out);
    if (str_starts(topic, STR("fulfillments/")))
        return add_fulfillment(ctx, v, STR_NULL, out);
    if (str_eq(topic, STR("fulfillment_events/create")))
        return add_event(ctx, v, out);
    if (str_starts(topic, STR("inventory_levels/")))
        return add_level(ctx, v, out);
    if (str_eq(topic, STR("refunds/create")))
        return add_refund(ctx, v, STR_NULL, STR_NULL, out);
    if (str_eq(topic, STR("fulfillment_holds/added")) || str_eq(topic, STR("fulfillment_orders/placed_on_hold")))
        return add_hold(ctx, v, false, at_us, out);
    if (str_eq(topic, STR("fulfillment_holds/released")) || str_eq(topic, STR("fulfillment_orders/hold_released")))
        return add_hold(ctx, v, true, at_us, out);
    if (str_eq(topic, STR("customers/update")) || str_eq(topic, STR("customers/create")))
        return add_customer(ctx, v, out);
    out->note = arena_fmt(ctx->arena, "topic not used: %.*s", STR_ARG(topic));
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    struct when w = {0};
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (!json_is(v, JSON_OBJECT))
        return ctx_fail(ctx, ERR_PARSE, "body: expected an object");
    struct str topic = topic_of(msg, v);
    if (str_empty(topic))
        return ctx_fail(ctx, ERR_PARSE, "X-Shopify-Topic: missing, and the body does not tell what it is");
    bool at = when_parse(http_msg_header(msg, "X-Shopify-Triggered-At"), &w) == OK && w.kind == WHEN_UTC;
    return decode_topic(ctx, topic, v, at ? w.utc_us : msg->received_us, out);
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

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};

/* ---- GraphQL */

#define ORDER_FIELDS                                                                                                                \
    "id legacyResourceId name createdAt updatedAt cancelledAt cancelReason closedAt email phone customerLocale currencyCode "       \
    "displayFinancialStatus paymentGatewayNames currentTotalPriceSet{shopMoney{amount currencyCode}} "                              \
    "shippingAddress{name address1 address2 city provinceCode zip countryCodeV2 phone} shippingLine{title} "                        \
    "lineItems(first:100){nodes{id sku title quantity currentQuantity requiresShipping originalUnitPriceSet{shopMoney{amount}}}} "  \
    "fulfillments(first:50){legacyResourceId status createdAt updatedAt estimatedDeliveryAt trackingInfo{company number url} "      \
    "fulfillmentLineItems(first:100){nodes{quantity lineItem{id sku title}}} "                                                      \
    "events(first:50){nodes{id status happenedAt message city province zip country estimatedDeliveryAt}}} "                         \
    "refunds{legacyResourceId createdAt totalRefundedSet{shopMoney{amount currencyCode}} "                                          \
    "refundLineItems(first:100){nodes{quantity lineItem{id sku title}}}}"

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct buf b;
    buf_init(&b, 16384);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    if (ask->kind == POLL_SINCE) {
        struct str since = time_rfc3339(ctx->arena, ask->since_us);
        jw_kstr(&w, "query", STR("query($q:String,$after:String){orders(first:25,query:$q,sortKey:UPDATED_AT,after:$after){"
                                 "pageInfo{hasNextPage endCursor} nodes{" ORDER_FIELDS "}}}"));
        jw_key(&w, "variables");
        jw_obj(&w);
        jw_kstr(&w, "q", arena_fmt(ctx->arena, "updated_at:>'%.*s'", STR_ARG(since)));
        jw_kstr_null(&w, "after", ask->cursor);
        jw_end(&w);
    } else if (str_eq(ask->fetch.what, STR("inventory_item"))) {
        jw_kstr(&w, "query", STR("query($id:ID!){inventoryItem(id:$id){id legacyResourceId sku}}"));
        jw_key(&w, "variables");
        jw_obj(&w);
        jw_kstr(&w, "id", arena_fmt(ctx->arena, "gid://shopify/InventoryItem/%.*s", STR_ARG(ask->fetch.id)));
        jw_end(&w);
    } else {
        jw_kstr(&w, "query", STR("query($id:ID!){order(id:$id){" ORDER_FIELDS "}}"));
        jw_key(&w, "variables");
        jw_obj(&w);
        jw_kstr(&w, "id", arena_fmt(ctx->arena, "gid://shopify/Order/%.*s", STR_ARG(ask->fetch.id)));
        jw_end(&w);
    }
    jw_end(&w);
    out->method = STR("POST");
    out->url = url_join(ctx, acct, "", "/admin/api/" API_VERSION "/graphql.json", STR_NULL);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* "gid://shopify/LineItem/123" -> "123" */
static struct str gid_tail(struct str gid)
{
    size_t i = gid.n;
    while (i > 0 && gid.p[i - 1] != '/')
        i--;
    return str_sub(gid, i, gid.n);
}

static enum err gql_items(struct ctx *ctx, const struct json *nodes, struct str currency, const struct fact_item **out, size_t *n)
{
    size_t count = nodes == NULL ? 0 : nodes->count;
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    enum err e = items == NULL ? ERR_MEMORY : OK;
    *n = 0;
    JSON_EACH(l, nodes) {
        const struct json *of = json_get(l, "lineItem") != NULL ? json_get(l, "lineItem") : l, *ships = json_get(l, "requiresShipping");
        struct fact_item *it = &items[(*n)++];
        it->item_id = gid_tail(json_str(of, "id"));
        it->sku = json_text(of, "sku");
        it->title = json_str(of, "title");
        it->ships = !json_is(ships, JSON_BOOL) || ships->truth;
        if (e == OK)
            e = body_quantity(ctx, l, json_get(l, "currentQuantity") != NULL ? "currentQuantity" : "quantity", 1, &it->quantity);
        if (e == OK && num_is_currency(currency))
            e = body_money(ctx, json_path(l, "originalUnitPriceSet.shopMoney"), "amount", currency, &it->price_minor);
    }
    *out = items;
    return e;
}

static enum err gql_event(struct ctx *ctx, const struct json *v, const struct parcel_ref *ref, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    size_t from = out->n;
    enum err e = scan_add(ctx, out, STR("shopify"), ref->tracking_number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_str(v, "status")}};
    scan_map(ev, "shopify", tries, 1);
    ev->description = json_str(v, "message");
    ev->location = (struct place){json_str(v, "city"), json_str(v, "province"), json_text(v, "zip"), scan_country(ctx, json_str(v, "country"))};
    if (when_parse(json_str(v, "happenedAt"), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    ev->vendor_event_id = gid_tail(json_str(v, "id"));
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, json_str(v, "estimatedDeliveryAt"));
    return OK;
}

static enum err gql_fulfillment(struct ctx *ctx, const struct json *f, struct str order_id, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *info = json_get(f, "trackingInfo");
    struct parcel_ref *refs = ctx_alloc(ctx, ((info == NULL ? 0 : info->count) + 1) * sizeof(*refs));
    size_t n = 0;
    enum err e = refs == NULL ? ERR_MEMORY : decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    JSON_EACH(t, info)
        n += parcel_ref_make(ctx, json_str(t, "company"), json_text(t, "number"), json_str(t, "url"), &refs[n]);
    struct fulfillment_fact *ff = &fct->u.fulfillment;
    fct->role = ROLE_STOREFRONT;
    *ff = (struct fulfillment_fact){.order_id = order_id,
                                    .fulfillment_id = json_text(f, "legacyResourceId"),
                                    .state = (enum fulfillment_state)map_word(FULFILLED, json_str(f, "status"), FUL_PENDING),
                                    .parcels = refs,
                                    .parcels_n = n,
                                    .estimated_delivery = json_str(f, "estimatedDeliveryAt")};
    e = body_time(ctx, f, "createdAt", &ff->created_us);
    if (e == OK)
        e = body_time(ctx, f, "updatedAt", &fct->changed_us);
    if (e == OK)
        e = gql_items(ctx, json_path(f, "fulfillmentLineItems.nodes"), STR_NULL, &ff->items, &ff->items_n);
    fct->key = version_key(ctx, "fulfillment", ff->fulfillment_id, fct->changed_us);
    JSON_EACH(v, json_path(f, "events.nodes")) {
        if (e == OK && n > 0)
            e = gql_event(ctx, v, &refs[0], out);
    }
    return e;
}

static enum err gql_refund(struct ctx *ctx, const struct json *r, struct str order_id, struct decoded *out)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_REFUND, &fct);
    if (e != OK)
        return e;
    const struct json *money = json_path(r, "totalRefundedSet.shopMoney");
    struct refund_fact *rf = &fct->u.refund;
    fct->role = ROLE_STOREFRONT;
    rf->order_id = order_id;
    rf->refund_id = json_text(r, "legacyResourceId");
    rf->currency = json_str(money, "currencyCode");
    e = body_time(ctx, r, "createdAt", &rf->at_us);
    fct->changed_us = rf->at_us;
    if (e == OK && num_is_currency(rf->currency))
        e = body_money(ctx, money, "amount", rf->currency, &rf->amount_minor);
    if (e == OK)
        e = gql_items(ctx, json_path(r, "refundLineItems.nodes"), STR_NULL, &rf->items, &rf->items_n);
    fct->key = version_key(ctx, "refund", rf->refund_id, rf->at_us);
    return e;
}

static enum err gql_order(struct ctx *ctx, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(o, "legacyResourceId");
    const struct json *a = json_get(o, "shippingAddress");
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "order.legacyResourceId: missing");
    enum err e = decoded_add(ctx, out, FACT_ORDER, &fct);
    if (e != OK)
        return e;
    struct order_fact *of = &fct->u.order;
    fct->role = ROLE_STOREFRONT;
    of->order_id = id;
    of->name = json_str(o, "name");
    of->currency = json_str(o, "currencyCode");
    of->email = json_str(o, "email");
    of->phone = json_text(o, "phone");
    of->ship_to = (struct address){.name = json_str(a, "name"), .line1 = json_str(a, "address1"), .line2 = json_str(a, "address2"),
                                   .city = json_str(a, "city"), .region = json_str(a, "provinceCode"), .postal_code = json_text(a, "zip"),
                                   .country = scan_country(ctx, json_str(a, "countryCodeV2")), .phone = json_text(a, "phone")};
    of->financial = (enum financial_state)map_word(FINANCIAL, json_str(o, "displayFinancialStatus"), FIN_UNKNOWN);
    of->service = json_str(json_get(o, "shippingLine"), "title");
    of->cancel_reason = json_str(o, "cancelReason");
    of->locale = json_str(o, "customerLocale");
    of->state = !str_empty(json_str(o, "cancelledAt")) ? ORDER_CANCELLED : !str_empty(json_str(o, "closedAt")) ? ORDER_CLOSED : ORDER_OPEN;
    JSON_EACH(g, json_get(o, "paymentGatewayNames"))
        of->cod = of->cod || str_contains_nocase(json_value_text(g), STR("cash on delivery"));
    e = body_time(ctx, o, "createdAt", &of->placed_us);
    if (e == OK)
        e = body_time(ctx, o, "updatedAt", &fct->changed_us);
    if (e == OK && num_is_currency(of->currency))
        e = body_money(ctx, json_path(o, "currentTotalPriceSet.shopMoney"), "amount", of->currency, &of->total_minor);
    if (e == OK)
        e = gql_items(ctx, json_path(o, "lineItems.nodes"), of->currency, &of->items, &of->items_n);
    fct->key = version_key(ctx, "order", id, fct->changed_us);
    JSON_EACH(f, json_get(o, "fulfillments")) {
        if (e == OK)
            e = gql_fulfillment(ctx, f, id, out);
    }
    JSON_EACH(r, json_get(o, "refunds")) {
        if (e == OK)
            e = gql_refund(ctx, r, id, out);
    }
    return e;
}

static enum err gql_item(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct fact *fct = NULL;
    if (str_empty(json_text(v, "sku")))
        return OK;
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    /* tells that this item id is this SKU; it says nothing of a quantity, so its location is none and its change time is 0 */
    fct->role = ROLE_STOREFRONT;
    fct->u.inventory = (struct inventory_fact){.sku = json_text(v, "sku"), .item_ref = json_text(v, "legacyResourceId")};
    fct->key = arena_fmt(ctx->arena, "item:%.*s", STR_ARG(fct->u.inventory.item_ref));
    return OK;
}

static enum err gql_errors(struct ctx *ctx, const struct json *v)
{
    const struct json *err = json_path(v, "errors.0");
    struct str code = json_str(json_get(err, "extensions"), "code");
    if (err == NULL)
        return OK;
    if (str_eq(code, STR("THROTTLED")))
        return ctx_fail(ctx, ERR_BUSY, "Shopify: throttled");
    if (str_eq(code, STR("ACCESS_DENIED")))
        return ctx_fail(ctx, ERR_DENIED, "Shopify: a scope is missing: %.*s", STR_ARG(str_sub(json_str(err, "message"), 0, 200)));
    return ctx_fail(ctx, ERR_PARSE, "Shopify: %.*s", STR_ARG(str_sub(json_str(err, "message"), 0, 200)));
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    (void)ask;
    if (e != OK)
        return e;
    if (json_get(v, "data") == NULL && json_get(v, "errors") == NULL)
        return decode_hook(ctx, acct, msg, out);
    e = gql_errors(ctx, v);
    const struct json *data = json_get(v, "data"), *page = json_path(data, "orders.pageInfo");
    JSON_EACH(o, json_path(data, "orders.nodes")) {
        if (e == OK)
            e = gql_order(ctx, o, out);
    }
    if (e == OK && json_is(json_get(data, "order"), JSON_OBJECT))
        e = gql_order(ctx, json_get(data, "order"), out);
    if (e == OK && json_is(json_get(data, "inventoryItem"), JSON_OBJECT))
        e = gql_item(ctx, json_get(data, "inventoryItem"), out);
    *cursor = json_true(page, "hasNextPage") ? json_str(page, "endCursor") : STR_NULL;
    return e;
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_SINCE | 1u << POLL_FETCH, .request = request, .decode = decode_poll};

const struct connector connector_shopify = {
    .id = "shopify",
    .title = "Shopify",
    .docs_url = "https://shopify.dev/docs/api/admin-graphql",
    .api_version = API_VERSION,
    .role = ROLE_STOREFRONT,
    .auth = AUTH_HEADER,
    .auth_name = "X-Shopify-Access-Token",
    .auth_prefix = "",
    .limits = {.calls = 2, .window_s = 1, .poll_every_s = 600, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "100 cost points a second on the standard plan; a page of 25 orders costs some 50"},
    .cfg = CFG,
    .status_file = "shopify",
    .hook = &HOOK,
    .poll = &POLL,
};
