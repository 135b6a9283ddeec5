/*
 * Shopify, reading: Admin GraphQL (introspection of 2026-10; every field below is checked against it by a test). A list gives
 * the ids of changed orders, each is read by itself: a query may cost 1,000 points, counted by what it could return. The keys
 * of what is read are those of the webhooks. Traps: an error comes inside a 200; numbers and carriers are free text.
 */
#include "connectors/shopify_int.h"

#include "base/num.h"
#include "connectors/lib/scan_helpers.h"

/* ---- queries */

#define HEAD                                                                                                                        \
    "legacyResourceId name createdAt updatedAt cancelledAt cancelReason closedAt email phone customerLocale currencyCode "          \
    "displayFinancialStatus paymentGatewayNames disputes{status} currentTotalPriceSet{shopMoney{amount currencyCode}} "             \
    "shippingAddress{name address1 address2 city provinceCode zip countryCodeV2 phone} shippingLine{title} customer{tags} "
#define LINE_FIELDS "id sku title quantity currentQuantity requiresShipping originalUnitPriceSet{shopMoney{amount}}"
#define LINES(n) "lineItems(first:" n "){pageInfo{hasNextPage} nodes{" LINE_FIELDS "}} "
#define FULFILLMENTS                                                                                                                \
    "fulfillments(first:8){legacyResourceId status createdAt updatedAt estimatedDeliveryAt "                                        \
    "trackingInfo(first:5){company number url} fulfillmentLineItems(first:20){nodes{quantity lineItem{id sku title}}} "             \
    "events(first:15,sortKey:HAPPENED_AT,reverse:true){nodes{id status happenedAt message city province zip country "               \
    "estimatedDeliveryAt}}} "
#define REFUNDS                                                                                                                     \
    "refunds(first:5){legacyResourceId createdAt totalRefundedSet{shopMoney{amount currencyCode}} "                                 \
    "refundLineItems(first:10){nodes{quantity lineItem{id sku title}}}}"

/* What can be read by id, and the query for it. */
static const struct {
    const char *what, *type, *query;
} READS[] = {
    {"order", "Order", "query($id:ID!){order(id:$id){" HEAD LINES("50") FULFILLMENTS REFUNDS "}}"},
    {"order_lines", "Order", "query($id:ID!){order(id:$id){" HEAD LINES("250") "}}"},
    {"fulfillment_order", "FulfillmentOrder",
     "query($id:ID!){fulfillmentOrder(id:$id){id orderId status updatedAt fulfillmentHolds{reason}}}"},
    {"inventory_item", "InventoryItem", "query($id:ID!){inventoryItem(id:$id){legacyResourceId sku inventoryLevels(first:100){nodes{updatedAt "
     "location{legacyResourceId} quantities(names:[\"available\"]){quantity}}}}}"},
    {"return", "Return",
     "query($id:ID!){return(id:$id){id status createdAt requestApprovedAt closedAt order{legacyResourceId} "
     "returnLineItems(first:30){nodes{quantity processedQuantity ... on ReturnLineItem{fulfillmentLineItem{lineItem{id sku title}}}}} "
     "reverseFulfillmentOrders(first:5){nodes{reverseDeliveries(first:5){nodes{deliverable{... on ReverseDeliveryShippingDeliverable{"
     "tracking{carrierName number url}}}}}}}}}"},
};

#define CHANGED_ORDERS                                                                                                              \
    "query($q:String,$after:String){orders(first:50,query:$q,sortKey:UPDATED_AT,after:$after){"                                     \
    "pageInfo{hasNextPage endCursor} nodes{legacyResourceId}}}"

static void write_since(struct ctx *ctx, struct jw *w, const struct poll_ask *ask)
{
    jw_kstr(w, "query", STR(CHANGED_ORDERS));
    jw_key(w, "variables");
    jw_obj(w);
    jw_kstr(w, "q", arena_fmt(ctx->arena, "updated_at:>='%.*s'", STR_ARG(time_rfc3339(ctx->arena, ask->since_us))));
    jw_kstr_null(w, "after", ask->cursor);
    jw_end(w);
}

static enum err write_read(struct ctx *ctx, struct jw *w, const struct fetch_request *f)
{
    for (size_t i = 0; i < sizeof(READS) / sizeof(READS[0]); i++) {
        if (!str_eq(f->what, str_of(READS[i].what)))
            continue;
        jw_kstr(w, "query", str_of(READS[i].query));
        jw_key(w, "variables");
        jw_obj(w);
        jw_kstr(w, "id", arena_fmt(ctx->arena, "gid://shopify/%s/%.*s", READS[i].type, STR_ARG(f->id)));
        jw_end(w);
        return OK;
    }
    return ctx_fail(ctx, ERR_UNSUPPORTED, "Shopify: nothing to read a %.*s with", STR_ARG(str_sub(f->what, 0, 40)));
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct buf b;
    enum err e = OK;
    buf_init(&b, 16384);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    if (ask->kind == POLL_SINCE)
        write_since(ctx, &w, ask);
    else
        e = write_read(ctx, &w, &ask->fetch);
    jw_end(&w);
    out->method = STR("POST");
    out->url = url_join(ctx, acct, "", "/admin/api/" SHOPIFY_API_VERSION "/graphql.json", STR_NULL);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* ---- objects */

static enum err gql_items(struct ctx *ctx, const struct json *nodes, struct str currency, const struct fact_item **out, size_t *n)
{
    size_t count = nodes == NULL ? 0 : nodes->count;
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    enum err e = items == NULL ? ERR_MEMORY : OK;
    *n = 0;
    JSON_EACH(l, nodes) {
        const struct json *line = json_get(l, "lineItem"), *back = json_path(l, "fulfillmentLineItem.lineItem");
        const struct json *of = line != NULL ? line : back != NULL ? back : l, *ships = json_get(l, "requiresShipping");
        struct fact_item *it = &items[(*n)++];
        it->item_id = shopify_gid_tail(json_str(of, "id"));
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
    enum err e = scan_add(ctx, out, str_empty(ref->carrier) ? STR("shopify") : ref->carrier, ref->tracking_number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_str(v, "status")}};
    scan_map(ev, "shopify", tries, 1);
    ev->description = json_str(v, "message");
    ev->location = (struct place){json_str(v, "city"), json_str(v, "province"), json_text(v, "zip"), scan_country(ctx, json_str(v, "country"))};
    if (when_parse(json_str(v, "happenedAt"), &ev->occurred) != OK)
        return ctx_fail(ctx, ERR_PARSE, "happenedAt: expected a time, got %.*s", STR_ARG(str_sub(json_str(v, "happenedAt"), 0, 40)));
    ev->vendor_event_id = shopify_gid_tail(json_str(v, "id"));
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, json_str(v, "estimatedDeliveryAt"));
    return OK;
}

/* An event does not say which of several parcels it is of: told of the first, as Shopify's own pages do. */
static enum err gql_fulfillment(struct ctx *ctx, const struct json *f, struct str order_id, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *info = json_get(f, "trackingInfo");
    struct parcel_ref *refs = ctx_alloc(ctx, ((info == NULL ? 0 : info->count) + 1) * sizeof(*refs));
    struct str id = json_text(f, "legacyResourceId");
    size_t n = 0;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "fulfillments.legacyResourceId: missing");
    enum err e = refs == NULL ? ERR_MEMORY : decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    JSON_EACH(t, info)
        n += parcel_ref_make(ctx, json_str(t, "company"), json_text(t, "number"), json_str(t, "url"), &refs[n]);
    struct fulfillment_fact *ff = &fct->u.fulfillment;
    fct->role = ROLE_STOREFRONT;
    *ff = (struct fulfillment_fact){.order_id = order_id,
                                    .fulfillment_id = id,
                                    .parked_under = shopify_parked(ctx, id),
                                    .state = (enum fulfillment_state)map_word(shopify_fulfilled, json_str(f, "status"), FUL_PENDING),
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
    if (str_empty(rf->refund_id))
        return ctx_fail(ctx, ERR_PARSE, "refunds.legacyResourceId: missing");
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

/* The newest parcel that has a number: a label may have been made anew. */
static struct parcel_ref returning_parcel(struct ctx *ctx, const struct json *r)
{
    struct parcel_ref ref = {.carrier = STR_NULL}, one;
    JSON_EACH(rfo, json_path(r, "reverseFulfillmentOrders.nodes")) {
        JSON_EACH(d, json_path(rfo, "reverseDeliveries.nodes")) {
            const struct json *t = json_path(d, "deliverable.tracking");
            if (parcel_ref_make(ctx, json_str(t, "carrierName"), json_text(t, "number"), json_str(t, "url"), &one))
                ref = one;
        }
    }
    return ref;
}

/* What the shop has processed of it was looked at; a return has no time of change of its own. */
static enum err gql_return(struct ctx *ctx, const struct json *r, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *lines = json_path(r, "returnLineItems.nodes");
    struct parcel_ref ref = returning_parcel(ctx, r);
    int64_t asked_us = 0, approved_us = 0, closed_us = 0, processed = 0;
    enum err e = decoded_add(ctx, out, FACT_RETURN, &fct);
    if (e != OK)
        return e;
    struct return_fact *rt = &fct->u.ret;
    fct->role = ROLE_STOREFRONT;
    *rt = (struct return_fact){.order_id = json_text(json_get(r, "order"), "legacyResourceId"), .return_id = shopify_gid_tail(json_str(r, "id")),
                               .carrier = ref.carrier, .tracking_number = ref.tracking_number};
    if (str_empty(rt->return_id) || str_empty(rt->order_id))
        return ctx_fail(ctx, ERR_PARSE, "return: id or order missing");
    if (!shopify_return_state(json_str(r, "status"), &rt->state)) {
        out->note = arena_fmt(ctx->arena, "a return in a state that is not known: %.*s", STR_ARG(str_sub(json_str(r, "status"), 0, 40)));
        out->n--;
        return OK;
    }
    e = body_time(ctx, r, "createdAt", &asked_us);
    if (e == OK)
        e = body_time(ctx, r, "requestApprovedAt", &approved_us);
    if (e == OK)
        e = body_time(ctx, r, "closedAt", &closed_us);
    JSON_EACH(l, lines) {
        int64_t n = 0;
        if (e == OK)
            e = body_quantity(ctx, l, "processedQuantity", 0, &n);
        processed += n;
    }
    if (e == OK)
        e = gql_items(ctx, lines, STR_NULL, &rt->items, &rt->items_n);
    if (rt->state == RETURN_APPROVED && processed > 0)
        rt->state = RETURN_INSPECTED;
    rt->at_us = closed_us != 0 ? closed_us : rt->state != RETURN_ASKED && approved_us != 0 ? approved_us : asked_us;
    fct->changed_us = rt->at_us;
    fct->key = arena_fmt(ctx->arena, "return:%.*s:%lld:%s:%lld:%.*s", STR_ARG(rt->return_id), (long long)rt->at_us,
                         return_state_word(rt->state), (long long)processed, STR_ARG(rt->tracking_number));
    return e;
}

/* A dispute that is open: money may go back, nobody may promise anything. */
static bool disputed(const struct json *o)
{
    JSON_EACH(d, json_get(o, "disputes")) {
        struct str s = json_str(d, "status");
        if (str_eq(s, STR("NEEDS_RESPONSE")) || str_eq(s, STR("UNDER_REVIEW")))
            return true;
    }
    return false;
}

static struct str joined(struct ctx *ctx, const struct json *tags)
{
    struct str list = STR_NULL;
    JSON_EACH(t, tags) {
        struct str one = json_value_text(t);
        if (list.n + one.n < 250) /* as much as an order keeps */
            list = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(list), list.n > 0 ? ", " : "", STR_ARG(one));
    }
    return list;
}

static enum err gql_head(struct ctx *ctx, const struct json *o, struct fact *fct)
{
    struct order_fact *of = &fct->u.order;
    const struct json *a = json_get(o, "shippingAddress");
    fct->role = ROLE_STOREFRONT;
    of->order_id = json_text(o, "legacyResourceId");
    of->name = json_str(o, "name");
    of->currency = json_str(o, "currencyCode");
    of->email = json_str(o, "email");
    of->phone = json_text(o, "phone");
    of->ship_to = (struct address){.name = json_str(a, "name"), .line1 = json_str(a, "address1"), .line2 = json_str(a, "address2"),
                                   .city = json_str(a, "city"), .region = json_str(a, "provinceCode"), .postal_code = json_text(a, "zip"),
                                   .country = scan_country(ctx, json_str(a, "countryCodeV2")), .phone = json_text(a, "phone")};
    if (str_empty(of->phone))
        of->phone = of->ship_to.phone;
    of->financial = (enum financial_state)map_word(shopify_financial, json_str(o, "displayFinancialStatus"), FIN_UNKNOWN);
    of->service = json_str(json_get(o, "shippingLine"), "title");
    of->cancel_reason = json_str(o, "cancelReason");
    of->locale = json_str(o, "customerLocale");
    of->customer_tags = joined(ctx, json_path(o, "customer.tags"));
    of->state = !str_empty(json_str(o, "cancelledAt")) ? ORDER_CANCELLED : !str_empty(json_str(o, "closedAt")) ? ORDER_CLOSED : ORDER_OPEN;
    of->cod = shopify_is_cod(json_get(o, "paymentGatewayNames"));
    if (!str_empty(of->currency) && !num_is_currency(of->currency))
        return ctx_fail(ctx, ERR_PARSE, "currencyCode: expected a currency code (ISO 4217), got %.*s", STR_ARG(str_sub(of->currency, 0, 20)));
    enum err e = body_time(ctx, o, "createdAt", &of->placed_us);
    if (e == OK)
        e = body_time(ctx, o, "updatedAt", &fct->changed_us);
    if (e == OK && num_is_currency(of->currency))
        e = body_money(ctx, json_path(o, "currentTotalPriceSet.shopMoney"), "amount", of->currency, &of->total_minor);
    fct->key = version_key(ctx, "order", of->order_id, fct->changed_us);
    if (disputed(o)) { /* which does not move updatedAt: a version of its own */
        of->financial = FIN_DISPUTED;
        fct->key = arena_fmt(ctx->arena, "%.*s:disputed", STR_ARG(fct->key));
    }
    return e;
}

static enum err gql_order(struct ctx *ctx, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(o, "legacyResourceId");
    enum err e = OK;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "order.legacyResourceId: missing");
    if (json_get(o, "lineItems") == NULL) /* a list names orders only */
        return decoded_fetch(ctx, out, STR("order"), id);
    bool more = json_true(json_path(o, "lineItems.pageInfo"), "hasNextPage");
    if (more && json_get(o, "fulfillments") != NULL) {
        e = decoded_fetch(ctx, out, STR("order_lines"), id); /* half an order is none: read with all its lines */
    } else {
        e = decoded_add(ctx, out, FACT_ORDER, &fct);
        if (e == OK)
            e = gql_head(ctx, o, fct);
        if (e == OK)
            e = gql_items(ctx, json_path(o, "lineItems.nodes"), fct->u.order.currency, &fct->u.order.items, &fct->u.order.items_n);
    }
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

/* The levels that a webhook told by item id, now with the SKU: the fold learns from them which id is which SKU. */
static enum err gql_level(struct ctx *ctx, const struct json *v, struct str item, struct str sku, struct decoded *out)
{
    const struct json *quantity = json_path(v, "quantities.0");
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    struct inventory_fact *in = &fct->u.inventory;
    fct->role = ROLE_STOREFRONT;
    *in = (struct inventory_fact){.sku = sku, .item_ref = item, .location = json_text(json_get(v, "location"), "legacyResourceId"),
                                   .net_of_orders = true};
    if (json_i64(quantity, "quantity", -1000000000, 1000000000, &in->available) != OK)
        return ctx_fail(ctx, ERR_PARSE, "quantities.quantity: expected a whole number");
    e = body_time(ctx, v, "updatedAt", &fct->changed_us);
    fct->key = version_key(ctx, "stock", arena_fmt(ctx->arena, "%.*s@%.*s", STR_ARG(item), STR_ARG(in->location)), fct->changed_us);
    return e;
}

static enum err gql_item(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct str item = json_text(v, "legacyResourceId"), sku = json_text(v, "sku");
    enum err e = OK;
    if (str_empty(item))
        return ctx_fail(ctx, ERR_PARSE, "inventoryItem.legacyResourceId: missing");
    if (str_empty(sku)) {
        out->note = STR("an item without a SKU: its levels stay under its id");
        return OK;
    }
    JSON_EACH(l, json_path(v, "inventoryLevels.nodes")) {
        if (e == OK)
            e = gql_level(ctx, l, item, sku, out);
    }
    return e;
}

static enum err gql_hold(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *holds = json_get(v, "fulfillmentHolds");
    struct str id = shopify_gid_tail(json_text(v, "id")), order = shopify_gid_tail(json_text(v, "orderId"));
    bool held = str_eq(json_str(v, "status"), STR("ON_HOLD")) || (holds != NULL && holds->count > 0);
    if (str_empty(id) || str_empty(order))
        return ctx_fail(ctx, ERR_PARSE, "fulfillmentOrder: id or orderId missing");
    enum err e = decoded_add(ctx, out, FACT_HOLD, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    e = body_time(ctx, v, "updatedAt", &fct->changed_us);
    fct->key = version_key(ctx, held ? "hold" : "release", id, fct->changed_us);
    fct->u.hold = (struct hold_fact){.order_id = order, .hold_id = id, .why = json_str(json_at(holds, 0), "reason"), .released = !held,
                                     .at_us = fct->changed_us};
    return e;
}

/* ---- answers */

/* extensions.code of an error inside a 200 */
static const struct word_map CODES[] = {{"THROTTLED", ERR_BUSY},           {"ACCESS_DENIED", ERR_DENIED}, {"SHOP_INACTIVE", ERR_UNAVAILABLE},
                                        {"INTERNAL_SERVER_ERROR", ERR_UNAVAILABLE}, {"MAX_COST_EXCEEDED", ERR_LIMIT}, {NULL, 0}};

enum err shopify_errors(struct ctx *ctx, const struct json *v)
{
    const struct json *err = json_path(v, "errors.0");
    struct str text = json_is(json_get(v, "errors"), JSON_STRING) ? json_str(v, "errors") : json_str(err, "message");
    if (json_get(v, "errors") == NULL)
        return OK;
    enum err e = (enum err)map_word(CODES, json_str(json_get(err, "extensions"), "code"), ERR_PARSE);
    return ctx_fail(ctx, e, "Shopify: %.*s", STR_ARG(str_sub(str_empty(text) ? STR("an error without words") : text, 0, 200)));
}

static const struct {
    const char *name;
    enum err (*add)(struct ctx *ctx, const struct json *v, struct decoded *out);
} OBJECTS[] = {{"order", gql_order}, {"inventoryItem", gql_item}, {"fulfillmentOrder", gql_hold}, {"return", gql_return}};

static enum err decode_data(struct ctx *ctx, const struct json *data, struct decoded *out, bool *any)
{
    enum err e = OK;
    *any = json_get(data, "orders") != NULL;
    JSON_EACH(o, json_path(data, "orders.nodes")) {
        if (e == OK)
            e = gql_order(ctx, o, out);
    }
    for (size_t i = 0; e == OK && i < sizeof(OBJECTS) / sizeof(OBJECTS[0]); i++) {
        const struct json *o = json_get(data, OBJECTS[i].name);
        if (!json_is(o, JSON_OBJECT))
            continue;
        *any = true;
        e = OBJECTS[i].add(ctx, o, out);
    }
    return e;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    bool any = false;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    (void)ask;
    if (e != OK)
        return e;
    if (json_get(v, "data") == NULL && json_get(v, "errors") == NULL)
        return shopify_decode_hook(ctx, acct, msg, out);
    const struct json *data = json_get(v, "data"), *page = json_path(data, "orders.pageInfo");
    e = decode_data(ctx, data, out, &any);
    if (e != OK)
        return e;
    e = shopify_errors(ctx, v);
    if (e != OK && any && e != ERR_BUSY) { /* a field was refused (protected customer data): the rest stands */
        out->note = arena_fmt(ctx->arena, "%s", ctx->msg);
        e = OK;
    } else if (e == OK && !any) {
        out->note = STR("Shopify: no such object, or not visible to this app");
    }
    *cursor = json_true(page, "hasNextPage") ? json_str(page, "endCursor") : STR_NULL;
    return e;
}

static const char *const ORDER_READS[] = {"order", NULL};

const struct poll_ops shopify_poll = {
    .kinds = 1u << POLL_SINCE | 1u << POLL_FETCH, .order_reads = ORDER_READS, .request = request, .decode = decode_poll};
