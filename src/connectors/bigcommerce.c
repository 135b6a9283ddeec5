/*
 * BigCommerce: webhooks carry ids only, so each is followed by a read. Facts: bigcommerce/docs (webhooks, orders v2). Traps:
 * order ids are sometimes numbers; dates are RFC 2822; v2 answers 204 with an empty body for "none"; the signing key is the
 * client secret as it is. A read order answers in parts: the order, its products, addresses and shipments.
 */
#include "base/http_client.h"
#include "base/num.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/shop_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://api.bigcommerce.com"
#define PAGE 50 /* orders a list gives at once */

static const struct cfg_field CFG[] = {
    {"store_hash", true, false, "the store's hash (stores/HASH)"},
    {"webhook_secrets", true, true, "the app's client secret"},
    {"api_key", true, true, "access token (header X-Auth-Token)"},
    {NULL, false, false, NULL},
};

/* status_id of orders v2: state of the order, of its money, and whether everything has left. */
static const struct {
    enum order_state state;
    enum financial_state financial;
} STATUS[] = {
    [0] = {ORDER_OPEN, FIN_PENDING},     [1] = {ORDER_OPEN, FIN_PENDING},    [2] = {ORDER_OPEN, FIN_PAID},
    [3] = {ORDER_OPEN, FIN_PAID},        [4] = {ORDER_CLOSED, FIN_REFUNDED}, [5] = {ORDER_CANCELLED, FIN_UNKNOWN},
    [6] = {ORDER_CANCELLED, FIN_VOIDED}, [7] = {ORDER_OPEN, FIN_PENDING},    [8] = {ORDER_OPEN, FIN_PAID},
    [9] = {ORDER_OPEN, FIN_PAID},        [10] = {ORDER_CLOSED, FIN_PAID},    [11] = {ORDER_OPEN, FIN_PAID},
    [12] = {ORDER_ON_HOLD, FIN_PAID},    [13] = {ORDER_OPEN, FIN_DISPUTED},  [14] = {ORDER_OPEN, FIN_PARTIALLY_REFUNDED},
};

/* RFC 2822, or RFC 3339. */
static enum err date_of(struct ctx *ctx, const struct json *obj, const char *name, int64_t *out)
{
    struct str s = str_trim(json_str(obj, name));
    if (str_empty(s) || time_from_rfc2822(s, out))
        return OK;
    if (s.n > 4 && s.p[4] == '-')
        return body_time(ctx, obj, name, out);
    return ctx_fail(ctx, ERR_PARSE, "%s: expected a date, got %.*s", name, STR_ARG(str_sub(s, 0, 40)));
}

/* An order is read in its parts: itself with its products and addresses, and its shipments. */
static enum err fetch_order(struct ctx *ctx, struct str id, struct decoded *out)
{
    enum err e = decoded_fetch(ctx, out, STR("order"), id);
    return e == OK ? decoded_fetch(ctx, out, STR("shipments"), id) : e;
}

/* ---- webhooks */

/* A product's level, or that of one variant ("12/variants/34"); false: the body names neither. */
static bool fetch_stock(struct ctx *ctx, const struct json *data, struct str id, struct decoded *out, enum err *e)
{
    const struct json *inv = json_get(data, "inventory");
    struct str product = json_text(inv, "product_id"), variant = json_text(inv, "variant_id");
    if (str_empty(product))
        product = str_empty(json_text(data, "product_id")) ? id : json_text(data, "product_id");
    if (str_empty(variant))
        variant = json_text(data, "variant_id");
    if (str_empty(product))
        return false;
    if (str_empty(variant) || str_eq(variant, STR("0")))
        *e = decoded_fetch(ctx, out, STR("product"), product);
    else
        *e = decoded_fetch(ctx, out, STR("variant"), arena_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(product), STR_ARG(variant)));
    return true;
}

/* What is deleted is in no list that is read afterwards: this hook alone tells. */
static enum err add_deleted(struct ctx *ctx, const struct json *v, struct str id, struct str order, struct decoded *out)
{
    struct fact *fct = NULL;
    int64_t created_s = 0;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "data.id: missing");
    if (json_i64(v, "created_at", 1, INT64_C(7258118399), &created_s) != OK)
        return ctx_fail(ctx, ERR_PARSE, "created_at: expected seconds since 1970");
    enum err e = decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = created_s * US_PER_S;
    fct->key = version_key(ctx, "shipment", id, fct->changed_us);
    fct->u.fulfillment = (struct fulfillment_fact){.order_id = order, .fulfillment_id = id, .state = FUL_CANCELLED};
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str scope = json_str(v, "scope");
    const struct json *data = json_get(v, "data");
    if (str_empty(scope) || data == NULL)
        return ctx_fail(ctx, ERR_PARSE, "%s: missing", str_empty(scope) ? "scope" : "data");
    struct str id = json_text(data, "id"), order = json_text(data, "orderId");
    if (str_starts(scope, STR("store/shipment/")) && str_empty(order))
        return ctx_fail(ctx, ERR_PARSE, "data.orderId: missing");
    if (str_eq(scope, STR("store/shipment/deleted")))
        e = add_deleted(ctx, v, id, order, out);
    if (str_starts(scope, STR("store/shipment/")))
        return e == OK ? fetch_order(ctx, order, out) : e;
    if (str_starts(scope, STR("store/order/")) && !str_ends(scope, STR("/message/created")))
        return str_empty(id) ? ctx_fail(ctx, ERR_PARSE, "data.id: missing") : fetch_order(ctx, id, out);
    if (str_contains(scope, STR("inventory")) && fetch_stock(ctx, data, str_starts(scope, STR("store/product/")) ? id : STR_NULL, out, &e))
        return e;
    out->note = arena_fmt(ctx->arena, "scope not used: %.*s", STR_ARG(scope));
    return OK;
}

/* Standard Webhooks where the headers are there; else the static header that was registered with the hook. */
static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    if (!str_empty(http_msg_header(msg, "webhook-signature")))
        return sig_standard_webhooks(ctx, acct, msg);
    return sig_header_secret(ctx, acct, http_msg_header(msg, "X-Wismo-Token"));
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    *key = http_msg_header(msg, "webhook-id");
    if (str_empty(*key) && json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK)
        *key = json_text(v, "hash");
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook, .decode_ahead = true};

/* ---- reading: what an answer holds is told by its shape */

static struct address address_of(struct ctx *ctx, const struct json *a)
{
    return (struct address){.name = str_trim(arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(json_str(a, "first_name")), STR_ARG(json_str(a, "last_name")))),
                            .line1 = json_str(a, "street_1"), .line2 = json_str(a, "street_2"), .city = json_str(a, "city"),
                            .region = json_str(a, "state"), .postal_code = json_text(a, "zip"),
                            .country = scan_country(ctx, json_str(a, "country_iso2")), .phone = json_text(a, "phone")};
}

/* One list of lines onto the items that are there already. */
static enum err add_lines(struct ctx *ctx, const struct json *lines, struct str currency, struct fact_item *items, size_t *n)
{
    enum err e = OK;
    JSON_EACH(p, lines) {
        if (*n >= FACT_ITEMS_MAX)
            return ctx_fail(ctx, ERR_LIMIT, "products: more than %d", FACT_ITEMS_MAX);
        struct fact_item *it = &items[(*n)++];
        it->item_id = json_text(p, "id");
        it->sku = json_text(p, "sku");
        it->title = json_str(p, "name");
        it->ships = !str_eq(json_str(p, "type"), STR("digital"));
        e = body_quantity(ctx, p, "quantity", 1, &it->quantity);
        if (e == OK && num_is_currency(currency))
            e = body_money(ctx, p, "price_inc_tax", currency, &it->price_minor);
        if (e != OK)
            return fail_in(ctx, e, "products", *n - 1);
    }
    return e;
}

/* Lines stand in products, or with include=consignments in every consignment's shipping, pickups and downloads. */
static enum err add_items(struct ctx *ctx, const struct json *o, struct str currency, struct order_fact *of)
{
    static const char *const WAYS[] = {"shipping", "pickups", "downloads"};
    struct fact_item *items = ctx_alloc(ctx, (FACT_ITEMS_MAX + 1) * sizeof(*items));
    const struct json *products = json_get(o, "products");
    of->items = items;
    if (items == NULL)
        return ERR_MEMORY;
    if (json_is(products, JSON_ARRAY) && products->count > 0)
        return add_lines(ctx, products, currency, items, &of->items_n);
    JSON_EACH(c, json_get(o, "consignments")) {
        for (size_t w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
            JSON_EACH(part, json_get(c, WAYS[w])) {
                size_t from = of->items_n;
                enum err e = add_lines(ctx, json_get(part, "line_items"), currency, items, &of->items_n);
                if (e != OK)
                    return e;
                for (size_t i = from; w > 0 && i < of->items_n; i++)
                    items[i].ships = false;
            }
        }
    }
    return OK;
}

/* The lines that went back, of the order's own lists of them. */
static enum err refunded_lines(struct ctx *ctx, const struct json *lines, struct refund_fact *rf, struct fact_item *items)
{
    enum err e = OK;
    JSON_EACH(p, lines) {
        int64_t back = 0;
        if (e == OK)
            e = body_quantity(ctx, p, "quantity_refunded", 0, &back);
        if (e != OK || back == 0 || rf->items_n == FACT_ITEMS_MAX)
            continue;
        items[rf->items_n++] = (struct fact_item){.item_id = json_text(p, "id"), .sku = json_text(p, "sku"), .title = json_str(p, "name"),
                                                  .quantity = back, .ships = !str_eq(json_str(p, "type"), STR("digital"))};
    }
    return e;
}

/* What went back so far stands in the order as one sum: one refund, whose newest version holds. */
static enum err add_refunded(struct ctx *ctx, const struct json *o, const struct fact *order, struct decoded *out)
{
    struct refund_fact rf = {.order_id = order->u.order.order_id, .refund_id = STR("sum"), .currency = order->u.order.currency,
                             .at_us = order->changed_us};
    struct fact_item *items = ctx_alloc(ctx, (FACT_ITEMS_MAX + 1) * sizeof(*items));
    int64_t total = order->u.order.total_minor;
    struct fact *fct = NULL;
    enum err e = items == NULL ? ERR_MEMORY : OK;
    if (e == OK && num_is_currency(rf.currency) && json_get(o, "refunded_amount") != NULL)
        e = body_money(ctx, o, "refunded_amount", rf.currency, &rf.amount_minor);
    if (e != OK || rf.amount_minor <= 0)
        return e;
    rf.full = rf.amount_minor >= total;
    rf.items = items;
    e = refunded_lines(ctx, json_get(o, "products"), &rf, items);
    JSON_EACH(c, json_get(o, "consignments")) {
        JSON_EACH(part, json_get(c, "shipping")) {
            if (e == OK)
                e = refunded_lines(ctx, json_get(part, "line_items"), &rf, items);
        }
    }
    if (e == OK)
        e = decoded_add(ctx, out, FACT_REFUND, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = rf.at_us;
    fct->key = version_key(ctx, "refund", rf.order_id, rf.at_us);
    fct->u.refund = rf;
    return OK;
}

static enum err add_order(struct ctx *ctx, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(o, "id"), currency = json_str(o, "currency_code");
    const struct json *bill = json_get(o, "billing_address"), *ships = json_get(o, "shipping_addresses");
    const struct json *shipping = json_path(o, "consignments.0.shipping");
    if (json_is(shipping, JSON_ARRAY)) /* with include=consignments the addresses stand there */
        ships = shipping;
    int64_t status = 1;
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    enum err e = decoded_add(ctx, out, FACT_ORDER, &fct);
    if (e != OK)
        return e;
    if (json_i64(o, "status_id", 0, 100000, &status) == ERR_PARSE)
        return ctx_fail(ctx, ERR_PARSE, "status_id: expected a whole number");
    if (!str_empty(currency) && !num_is_currency(currency))
        return ctx_fail(ctx, ERR_PARSE, "currency_code: expected a currency code (ISO 4217), got %.*s", STR_ARG(str_sub(currency, 0, 20)));
    struct order_fact *of = &fct->u.order;
    fct->role = ROLE_STOREFRONT;
    of->order_id = id;
    of->name = arena_fmt(ctx->arena, "#%.*s", STR_ARG(id)); /* the id is the number that customers see */
    of->currency = currency;
    of->email = json_str(bill, "email");
    of->phone = json_text(bill, "phone");
    of->ship_to = address_of(ctx, json_is(ships, JSON_ARRAY) && ships->count > 0 ? json_at(ships, 0) : bill);
    if (status >= 0 && (size_t)status < sizeof(STATUS) / sizeof(STATUS[0])) { /* a status of tomorrow: open, money unknown */
        of->state = STATUS[status].state;
        of->financial = STATUS[status].financial;
    }
    of->service = json_str(json_at(ships, 0), "shipping_method");
    of->cod = str_contains_nocase(json_str(o, "payment_method"), STR("cash on delivery"));
    e = date_of(ctx, o, "date_created", &of->placed_us);
    if (e == OK)
        e = date_of(ctx, o, "date_modified", &fct->changed_us);
    if (e == OK && num_is_currency(currency))
        e = body_money(ctx, o, "total_inc_tax", currency, &of->total_minor);
    if (e == OK)
        e = add_items(ctx, o, currency, of);
    fct->key = version_key(ctx, "order", id, fct->changed_us);
    return e == OK ? add_refunded(ctx, o, fct, out) : e;
}

static enum err add_shipment(struct ctx *ctx, const struct json *s, struct decoded *out)
{
    struct fact *fct = NULL;
    struct parcel_ref *ref = ctx_alloc(ctx, sizeof(*ref));
    const struct json *items = json_get(s, "items");
    size_t count = json_is(items, JSON_ARRAY) ? items->count : 0;
    struct fact_item *list = ctx_alloc(ctx, (count + 1) * sizeof(*list));
    enum err e = ref == NULL || list == NULL ? ERR_MEMORY : decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    struct fulfillment_fact *ff = &fct->u.fulfillment;
    struct str carrier = json_str(s, "tracking_carrier");
    fct->role = ROLE_STOREFRONT;
    ff->order_id = json_text(s, "order_id");
    ff->fulfillment_id = json_text(s, "id");
    ff->state = FUL_SHIPPED;
    ff->service = json_str(s, "shipping_method");
    ff->items = list;
    ff->parcels = ref;
    ff->parcels_n = parcel_ref_make(ctx, str_empty(carrier) ? json_str(s, "shipping_provider") : carrier, json_text(s, "tracking_number"),
                                    json_str(s, "tracking_link"), ref);
    if (str_empty(ff->order_id) || str_empty(ff->fulfillment_id))
        return ctx_fail(ctx, ERR_PARSE, "shipment: id or order_id missing");
    for (const struct json *i = count == 0 ? NULL : items->first; e == OK && i != NULL; i = i->next) {
        struct fact_item *it = &list[ff->items_n++];
        it->item_id = json_text(i, "order_product_id");
        it->sku = json_text(i, "sku");
        it->ships = true;
        e = body_quantity(ctx, i, "quantity", 1, &it->quantity);
    }
    if (e == OK)
        e = date_of(ctx, s, "date_created", &ff->created_us);
    fct->changed_us = ff->created_us;
    if (e == OK) /* no time of change is told: another content is another version */
        e = fact_key_by_content(ctx, fct);
    fct->key = arena_fmt(ctx->arena, "shipment:%.*s:%.*s", STR_ARG(ff->fulfillment_id), STR_ARG(fct->key));
    return e;
}

static enum err add_stock(struct ctx *ctx, const struct json *p, const struct http_msg *msg, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str tracking = json_str(p, "inventory_tracking");
    if (str_eq(tracking, STR("none")) || str_eq(tracking, STR("variant"))) { /* its level says nothing */
        out->note = arena_fmt(ctx->arena, "stock of this product is tracked by: %.*s", STR_ARG(tracking));
        return OK;
    }
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->u.inventory.sku = json_text(p, "sku");
    bool variant = json_get(p, "product_id") != NULL;
    fct->u.inventory.item_ref = variant ? arena_fmt(ctx->arena, "variant:%.*s", STR_ARG(json_text(p, "id"))) : json_text(p, "id");
    fct->u.inventory.location = STR("store");
    fct->u.inventory.net_of_orders = true; /* the shop lowers the level when an order is placed (its default) */
    if (json_i64(p, "inventory_level", -1000000000, 1000000000, &fct->u.inventory.available) != OK)
        return ctx_fail(ctx, ERR_PARSE, "inventory_level: expected a whole number");
    e = date_of(ctx, p, "date_modified", &fct->changed_us);
    if (fct->changed_us == 0) /* a variant has no time of change: it is what it was when it was read */
        fct->changed_us = http_msg_time(msg);
    fct->key = version_key(ctx, "level", fct->u.inventory.item_ref, fct->changed_us);
    return e;
}

static enum err decode_one(struct ctx *ctx, const struct json *v, const struct http_msg *msg, struct decoded *out)
{
    if (json_get(v, "inventory_level") != NULL && json_get(v, "sku") != NULL)
        return add_stock(ctx, v, msg, out);
    if (json_get(v, "order_address_id") != NULL && json_get(v, "tracking_number") != NULL)
        return add_shipment(ctx, v, out);
    if (json_get(v, "status_id") != NULL || json_get(v, "billing_address") != NULL)
        return add_order(ctx, v, out);
    return ctx_fail(ctx, ERR_PARSE, "expected an order, a shipment or a product");
}

/* v2: [{"status":404,"message":"..."}]; v3: {"status":404,"title":"..."}. */
static enum err error_of(struct ctx *ctx, const struct json *v, bool *is)
{
    const struct json *one = json_is(v, JSON_ARRAY) ? json_at(v, 0) : v;
    struct str words = str_empty(json_str(one, "message")) ? json_str(one, "title") : json_str(one, "message");
    int64_t status = 0;
    *is = json_i64(one, "status", 400, 599, &status) == OK && !str_empty(words);
    if (!*is)
        return OK;
    enum err e = status == 404 ? ERR_NOTFOUND : status == 401 || status == 403 ? ERR_DENIED : status == 429 ? ERR_BUSY
                 : status >= 500 ? ERR_UNAVAILABLE : ERR_PARSE;
    return ctx_fail(ctx, e, "BigCommerce: %lld: %.*s", (long long)status, STR_ARG(str_sub(words, 0, 200)));
}

/* A list of changed orders names them: each is read with its parts. The cursor is "TIME PAGE": where the next page begins. */
static enum err decode_list(struct ctx *ctx, const struct json *list, const struct poll_ask *ask, struct decoded *out, struct str *cursor)
{
    int64_t first = 0, last = 0, page = 1;
    struct str rest = ask->cursor, time = STR_NULL;
    enum err e = OK;
    JSON_EACH(one, list) {
        struct str id = json_text(one, "id");
        if (e == OK && str_empty(id))
            e = ctx_fail(ctx, ERR_PARSE, "id: missing");
        if (e == OK)
            e = date_of(ctx, one, "date_modified", &last);
        first = first == 0 ? last : first;
        if (e == OK)
            e = fetch_order(ctx, id, out);
    }
    if (e != OK || list->count < PAGE)
        return e;
    (void)str_split(&rest, ' ', &time);
    if (last == first && num_parse_i64(rest, 1, 100000, &page) == OK) /* a page full of one second: the next one of it */
        *cursor = arena_fmt(ctx->arena, "%.*s %lld", STR_ARG(time), (long long)page + 1);
    else if (last == first)
        *cursor = arena_fmt(ctx->arena, "%.*s 2", STR_ARG(time_rfc3339(ctx->arena, ask->since_us)));
    else /* by time, not by page: an order that changes meanwhile moves to the end and would shift the pages */
        *cursor = arena_fmt(ctx->arena, "%.*s 1", STR_ARG(time_rfc3339(ctx->arena, last)));
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    bool refused = false;
    if (str_empty(str_trim(msg->body)))
        return OK; /* 204: none */
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (json_get(v, "scope") != NULL)
        return decode_hook(ctx, acct, msg, out);
    e = error_of(ctx, v, &refused);
    if (refused)
        return e;
    const struct json *inner = json_get(v, "data");
    const struct json *list = json_is(inner, JSON_ARRAY) || json_is(inner, JSON_OBJECT) ? inner : v;
    if (!json_is(list, JSON_ARRAY))
        return decode_one(ctx, list, msg, out);
    if (ask != NULL && ask->kind == POLL_SINCE)
        return decode_list(ctx, list, ask, out, cursor);
    JSON_EACH(one, list) {
        if (e == OK)
            e = decode_one(ctx, one, msg, out);
    }
    return e;
}

/* What can be read by id: the path below the store's. A variant's id is "PRODUCT/VARIANT". */
static const struct {
    const char *what, *before, *between, *after;
} READS[] = {
    {"order", "/v2/orders/", NULL, "?include=consignments,consignments.line_items"},
    {"shipments", "/v2/orders/", NULL, "/shipments?limit=250"},
    {"product", "/v3/catalog/products/", NULL, ""},
    {"variant", "/v3/catalog/products/", "/variants/", ""},
};

static struct str read_path(struct ctx *ctx, const struct fetch_request *f)
{
    for (size_t i = 0; i < sizeof(READS) / sizeof(READS[0]); i++) {
        struct str rest = f->id, id = STR_NULL;
        if (!str_eq(f->what, str_of(READS[i].what)))
            continue;
        if (READS[i].between == NULL)
            return arena_fmt(ctx->arena, "%s%.*s%s", READS[i].before, STR_ARG(url_encode(ctx->arena, f->id)), READS[i].after);
        (void)str_split(&rest, '/', &id);
        return arena_fmt(ctx->arena, "%s%.*s%s%.*s%s", READS[i].before, STR_ARG(url_encode(ctx->arena, id)), READS[i].between,
                         STR_ARG(url_encode(ctx->arena, rest)), READS[i].after);
    }
    return STR_NULL;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct str hash = url_encode(ctx->arena, account_setting(acct, "store_hash")), path, page = ask->cursor, since = STR_NULL;
    if (ask->kind == POLL_SINCE) {
        (void)str_split(&page, ' ', &since);
        if (str_empty(since))
            since = time_rfc3339(ctx->arena, ask->since_us);
        path = arena_fmt(ctx->arena, "/v2/orders?limit=%d&sort=date_modified:asc&page=%.*s&min_date_modified=%.*s", PAGE,
                         STR_ARG(str_empty(page) ? STR("1") : page), STR_ARG(url_encode(ctx->arena, since)));
    } else {
        path = read_path(ctx, &ask->fetch);
    }
    if (str_empty(path))
        return ctx_fail(ctx, ERR_UNSUPPORTED, "BigCommerce: nothing to read a %.*s with", STR_ARG(str_sub(ask->fetch.what, 0, 40)));
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/stores/", arena_fmt(ctx->arena, "%.*s%.*s", STR_ARG(hash), STR_ARG(path)));
    return out_req_header(ctx, out, STR("Accept"), STR("application/json"));
}

static const char *const ORDER_READS[] = {"order", "shipments", NULL};

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_SINCE | 1u << POLL_FETCH, .order_reads = ORDER_READS, .request = request, .decode = decode_poll};

const struct connector connector_bigcommerce = {
    .id = "bigcommerce",
    .title = "BigCommerce",
    .docs_url = "https://developer.bigcommerce.com/docs/rest-management/orders",
    .api_version = "v2 orders, v3 catalog",
    .role = ROLE_STOREFRONT,
    .auth = AUTH_HEADER,
    .auth_name = "X-Auth-Token",
    .auth_prefix = "",
    .base_url = BASE,
    .limits = {.calls = 150, .window_s = 30, .poll_every_s = 600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "the quota of the smaller plans; the answer's headers tell more"},
    .cfg = CFG,
    .hook = &HOOK,
    .poll = &POLL,
};
