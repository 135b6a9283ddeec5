/*
 * WooCommerce: REST v3 (woocommerce-rest-api-docs: Orders, Order refunds, Webhooks; read 2026-11), whose webhooks carry the same
 * bodies. Traps: times have no zone and are UTC where their name ends in _gmt; there are no fulfillments, tracking numbers stand in
 * the meta data of plugins; an order lists its refunds without their items, which are read by themselves; a site disables a
 * webhook after five failures and replays nothing, so changed orders are polled, too. A hook that was just made is tried with an
 * unsigned "webhook_id=N", which must be answered 200.
 */
#include "connectors/woocommerce_int.h"

#include "base/http_client.h"
#include "base/num.h"
#include "base/scan.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define PAGE 50
#define TRACKING_ITEMS "_wc_shipment_tracking_items"

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://SHOP: the address of the site"},
    {"webhook_secrets", true, true, "the secret of its webhooks"},
    {"api_user", false, true, "consumer key (ck_...); read_write for actions"},
    {"api_key", false, true, "consumer secret (cs_...)"},
    {"tracking_meta", false, false, "meta key that holds the tracking number, for a plugin that is not known here"},
    {"carrier_meta", false, false, "meta key that holds its carrier"},
    {"promise_meta", false, false, "meta key that holds the promised day of delivery"},
    {NULL, false, false, NULL},
};

/* Known statuses; what a plugin adds is an open order. */
static const struct word_map STATES[] = {
    {"pending", ORDER_OPEN}, {"processing", ORDER_OPEN}, {"on-hold", ORDER_ON_HOLD}, {"completed", ORDER_CLOSED}, {"refunded", ORDER_CLOSED},
    {"cancelled", ORDER_CANCELLED}, {"failed", ORDER_CANCELLED}, {"trash", ORDER_CANCELLED}, {NULL, 0}};

/* Plugins that write a single number: keys of the number and of its carrier. Not confirmed by a document at hand. */
static const struct {
    const char *number, *carrier;
} SINGLE[] = {
    {"_tracking_number", "_tracking_provider"},
    {"ywot_tracking_code", "ywot_carrier_name"},
    {"_aftership_tracking_number", "_aftership_tracking_provider_name"},
};

/* ---- parts */

static const struct json *meta_value(const struct json *obj, struct str key)
{
    JSON_EACH(m, json_get(obj, "meta_data")) {
        if (!str_empty(key) && str_eq(json_str(m, "key"), key))
            return json_get(m, "value");
    }
    return NULL;
}

static struct str meta_text(const struct json *obj, struct str key)
{
    return str_trim(json_value_text(meta_value(obj, key)));
}

static struct address address_of(struct ctx *ctx, const struct json *a, struct str phone)
{
    struct str own = json_text(a, "phone");
    return (struct address){.name = str_trim(arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(json_str(a, "first_name")), STR_ARG(json_str(a, "last_name")))),
                            .line1 = json_str(a, "address_1"), .line2 = json_str(a, "address_2"), .city = json_str(a, "city"),
                            .region = json_str(a, "state"), .postal_code = json_text(a, "postcode"),
                            .country = scan_country(ctx, json_str(a, "country")), .phone = str_empty(own) ? phone : own};
}

static enum err items_of(struct ctx *ctx, const struct json *lines, struct str currency, bool ships, const struct fact_item **out, size_t *n)
{
    size_t count = json_is(lines, JSON_ARRAY) ? lines->count : 0, k = 0;
    if (count > FACT_ITEMS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "line_items: more than %d", FACT_ITEMS_MAX);
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    for (const struct json *l = count == 0 ? NULL : lines->first; l != NULL; l = l->next) {
        struct fact_item *it = &items[k++];
        int64_t total = 0, tax = 0;
        it->item_id = json_text(l, "id");
        it->sku = json_text(l, "sku");
        it->title = json_str(l, "name");
        it->ships = ships;
        enum err e = body_quantity(ctx, l, "quantity", 1, &it->quantity);
        if (e == OK && num_is_currency(currency))
            e = body_money(ctx, l, "total", currency, &total); /* of the line, less its discount */
        if (e == OK && num_is_currency(currency))
            e = body_money(ctx, l, "total_tax", currency, &tax);
        if (e == OK && !num_add(total, tax, &total))
            e = ctx_fail(ctx, ERR_PARSE, "total: too large");
        if (e != OK)
            return fail_in(ctx, e, "line_items", k - 1);
        it->price_minor = it->quantity > 0 ? total / it->quantity : 0;
    }
    *out = items;
    *n = k;
    return OK;
}

/* ---- parcels, from the meta data of plugins */

/* One number each in a list that two widespread plugins share; others have one number of their own. */
static void add_tracking(struct ctx *ctx, const struct json *t, struct parcel_ref *refs, size_t *n)
{
    struct str provider = json_str(t, "tracking_provider");
    if (str_empty(provider))
        provider = json_str(t, "custom_tracking_provider");
    if (*n < FACT_PARCELS_MAX)
        *n += parcel_ref_make(ctx, provider, json_text(t, "tracking_number"), json_str(t, "custom_tracking_link"), &refs[*n]);
}

static enum err refs_of(struct ctx *ctx, const struct account *acct, const struct json *o, const struct parcel_ref **out, size_t *n)
{
    struct parcel_ref *refs = ctx_alloc(ctx, (FACT_PARCELS_MAX + 1) * sizeof(*refs));
    if (refs == NULL)
        return ERR_MEMORY;
    *n = 0;
    JSON_EACH(t, meta_value(o, STR(TRACKING_ITEMS)))
        add_tracking(ctx, t, refs, n);
    struct str own = meta_text(o, account_setting(acct, "tracking_meta"));
    if (*n < FACT_PARCELS_MAX)
        *n += parcel_ref_make(ctx, meta_text(o, account_setting(acct, "carrier_meta")), own, STR_NULL, &refs[*n]);
    for (size_t i = 0; *n == 0 && i < sizeof(SINGLE) / sizeof(SINGLE[0]); i++)
        *n += parcel_ref_make(ctx, meta_text(o, str_of(SINGLE[i].carrier)), meta_text(o, str_of(SINGLE[i].number)), STR_NULL, &refs[0]);
    *out = refs;
    return OK;
}

bool woo_has_tracking(const struct account *acct, const struct json *order)
{
    const struct json *list = meta_value(order, STR(TRACKING_ITEMS));
    bool has = (json_is(list, JSON_ARRAY) || json_is(list, JSON_OBJECT)) && list->count > 0;
    for (size_t i = 0; i < sizeof(SINGLE) / sizeof(SINGLE[0]); i++)
        has = has || !str_empty(meta_text(order, str_of(SINGLE[i].number)));
    return has || !str_empty(meta_text(order, account_setting(acct, "tracking_meta")));
}

/*
 * One fulfillment an order, of all its parcels: nothing says which item is in which. It has left when a number is there, or when
 * the order is completed; what it holds is known only when all of it has left.
 */
static enum err add_fulfillment(struct ctx *ctx, const struct account *acct, const struct json *o, const struct fact *ord, struct decoded *out)
{
    const struct order_fact *of = &ord->u.order;
    struct fulfillment_fact ff = {.order_id = of->order_id, .fulfillment_id = of->order_id, .state = FUL_SHIPPED};
    struct fact *fct = NULL;
    int64_t changed_us = ord->changed_us;
    bool completed = str_eq(json_str(o, "status"), STR("completed"));
    enum err e = refs_of(ctx, acct, o, &ff.parcels, &ff.parcels_n);
    if (e != OK || (ff.parcels_n == 0 && !completed))
        return e;
    if (completed) {
        ff.items = of->items;
        ff.items_n = of->items_n;
        e = body_time_utc(ctx, o, "date_completed_gmt", &ff.created_us);
    }
    ff.service = of->service;
    if (e == OK)
        e = decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = changed_us;
    fct->key = version_key(ctx, "fulfillment", ff.fulfillment_id, changed_us);
    fct->u.fulfillment = ff;
    return OK;
}

/* ---- refunds */

/* "-10.00" of the order's list, "10.00" of a refund itself: what went back is no negative sum. */
static enum err back_of(struct ctx *ctx, const struct json *r, const char *name, struct str currency, int64_t *out)
{
    int64_t given = 0;
    enum err e = num_is_currency(currency) ? body_money(ctx, r, name, currency, &given) : OK;
    if (e == OK && given == INT64_MIN)
        return ctx_fail(ctx, ERR_PARSE, "%s: out of range", name);
    *out = given < 0 ? -given : given;
    return e;
}

enum err woo_refunded(struct ctx *ctx, const struct json *order, struct str currency, int64_t *out)
{
    *out = 0;
    JSON_EACH(r, json_get(order, "refunds")) {
        int64_t one = 0;
        enum err e = back_of(ctx, r, "total", currency, &one);
        if (e != OK)
            return e;
        if (!num_add(*out, one, out))
            return ctx_fail(ctx, ERR_PARSE, "refunds: the amounts are too large");
    }
    return OK;
}

static enum err refund_items(struct ctx *ctx, const struct json *r, struct refund_fact *rf)
{
    const struct json *lines = json_get(r, "line_items");
    size_t count = json_is(lines, JSON_ARRAY) ? lines->count : 0;
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    if (count > FACT_ITEMS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "line_items: more than %d", FACT_ITEMS_MAX);
    for (const struct json *l = count == 0 ? NULL : lines->first; l != NULL; l = l->next) {
        int64_t back = 0;
        if (json_i64(l, "quantity", -1000000, 1000000, &back) == ERR_PARSE)
            return ctx_fail(ctx, ERR_PARSE, "line_items[%zu].quantity: expected a whole number", rf->items_n);
        items[rf->items_n++] = (struct fact_item){.item_id = meta_text(l, STR("_refunded_item_id")), .sku = json_text(l, "sku"), .title = json_str(l, "name"),
                                                  .quantity = back < 0 ? -back : back, .ships = true};
    }
    rf->items = items;
    return OK;
}

/* The last number of a link: ".../orders/723". */
static struct str id_of_link(struct str href)
{
    size_t i = href.n;
    while (i > 0 && href.p[i - 1] >= '0' && href.p[i - 1] <= '9')
        i--;
    return str_sub(href, i, href.n);
}

/* A refund read by itself does not name its order: the question or its own links do. It has no currency of its own either. */
static enum err add_refund(struct ctx *ctx, const struct json *r, struct str order_id, struct str currency, struct decoded *out)
{
    struct refund_fact rf = {.order_id = order_id, .refund_id = json_text(r, "id"), .currency = currency};
    struct fact *fct = NULL;
    if (str_empty(rf.order_id))
        rf.order_id = id_of_link(json_str(json_path(r, "_links.up.0"), "href"));
    if (str_empty(rf.refund_id) || str_empty(rf.order_id))
        return ctx_fail(ctx, ERR_PARSE, "refund: id, or the order it is of, is missing");
    enum err e = body_time_utc(ctx, r, "date_created_gmt", &rf.at_us);
    if (e == OK)
        e = back_of(ctx, r, json_get(r, "amount") != NULL ? "amount" : "total", currency, &rf.amount_minor);
    if (e == OK)
        e = refund_items(ctx, r, &rf);
    if (e == OK)
        e = decoded_add(ctx, out, FACT_REFUND, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->changed_us = rf.at_us;
    fct->key = version_key(ctx, "refund", rf.refund_id, rf.at_us);
    fct->u.refund = rf;
    return OK;
}

/* ---- orders */

static enum financial_state money_of(const struct json *o, int64_t total, int64_t back)
{
    struct str status = json_str(o, "status");
    bool paid = !str_empty(json_str(o, "date_paid_gmt")) || !str_empty(json_str(o, "date_paid"));
    if (str_eq(status, STR("refunded")) || (back > 0 && back >= total))
        return FIN_REFUNDED;
    if (back > 0)
        return FIN_PARTIALLY_REFUNDED;
    if (paid)
        return FIN_PAID;
    return str_eq(status, STR("failed")) || str_eq(status, STR("cancelled")) ? FIN_VOIDED : FIN_PENDING;
}

static enum err read_order(struct ctx *ctx, const struct account *acct, const struct json *o, struct fact *fct)
{
    struct order_fact *of = &fct->u.order;
    const struct json *bill = json_get(o, "billing"), *ship = json_get(o, "shipping");
    bool goes = !str_empty(json_str(ship, "address_1")); /* what is not sent has no address to be sent to */
    int64_t back = 0;
    fct->role = ROLE_STOREFRONT;
    of->order_id = json_text(o, "id");
    of->name = json_text(o, "number");
    of->currency = json_str(o, "currency");
    if (str_empty(of->order_id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    if (!str_empty(of->currency) && !num_is_currency(of->currency))
        return ctx_fail(ctx, ERR_PARSE, "currency: expected a currency code (ISO 4217), got %.*s", STR_ARG(str_sub(of->currency, 0, 20)));
    of->email = json_str(bill, "email");
    of->ship_to = address_of(ctx, goes ? ship : bill, json_text(bill, "phone"));
    of->phone = of->ship_to.phone;
    of->state = (enum order_state)map_word(STATES, json_str(o, "status"), ORDER_OPEN);
    of->service = json_str(json_path(o, "shipping_lines.0"), "method_title");
    of->cod = str_eq(json_str(o, "payment_method"), STR("cod"));
    of->promised_at = estimate_text(ctx, meta_text(o, account_setting(acct, "promise_meta")));
    bool ships = goes || json_path(o, "shipping_lines.0") != NULL;
    enum err e = body_time_utc(ctx, o, "date_created_gmt", &of->placed_us);
    if (e == OK)
        e = body_time_utc(ctx, o, "date_modified_gmt", &fct->changed_us);
    if (e == OK && num_is_currency(of->currency))
        e = body_money(ctx, o, "total", of->currency, &of->total_minor);
    if (e == OK)
        e = woo_refunded(ctx, o, of->currency, &back);
    if (e == OK)
        e = items_of(ctx, json_get(o, "line_items"), of->currency, ships, &of->items, &of->items_n);
    of->financial = money_of(o, of->total_minor, back);
    fct->key = version_key(ctx, "order", of->order_id, fct->changed_us);
    return e;
}

/* Refunds with their items are read where the account may, by "ORDER/CURRENCY", for they do not say it; else the order's own list of them speaks, with the order's time. */
static enum err refunds_of(struct ctx *ctx, const struct account *acct, const struct json *o, const struct fact *ord, struct decoded *out)
{
    struct order_fact of = ord->u.order;
    int64_t at_us = ord->changed_us;
    enum err e = OK;
    if (json_first(json_get(o, "refunds")) == NULL)
        return OK;
    if (acct->api_key.n > 0)
        return decoded_fetch(ctx, out, STR("refunds"), arena_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(of.order_id), STR_ARG(of.currency)));
    JSON_EACH(r, json_get(o, "refunds")) {
        size_t from = out->n;
        if (e == OK)
            e = add_refund(ctx, r, of.order_id, of.currency, out);
        if (e == OK) {
            out->facts[from].u.refund.at_us = at_us;
            out->facts[from].key = version_key(ctx, "refund", out->facts[from].u.refund.refund_id, 0);
        }
    }
    return e;
}

static enum err add_order(struct ctx *ctx, const struct account *acct, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    size_t at = out->n;
    if (str_eq(json_str(o, "status"), STR("checkout-draft")) || str_eq(json_str(o, "status"), STR("auto-draft"))) {
        out->note = STR("a draft, no order yet");
        return OK;
    }
    enum err e = decoded_add(ctx, out, FACT_ORDER, &fct);
    if (e == OK)
        e = read_order(ctx, acct, o, fct);
    if (e == OK)
        e = add_fulfillment(ctx, acct, o, &out->facts[at], out);
    return e == OK ? refunds_of(ctx, acct, o, &out->facts[at], out) : e;
}

/* ---- stock */

static enum err add_product(struct ctx *ctx, const struct json *p, struct decoded *out)
{
    struct fact *fct = NULL;
    if (!json_true(p, "manage_stock")) {
        out->note = STR("its stock is not managed");
        return OK;
    }
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_STOREFRONT;
    fct->u.inventory = (struct inventory_fact){.sku = json_text(p, "sku"), .item_ref = json_text(p, "id"), .location = STR("store"), .net_of_orders = true};
    if (str_empty(fct->u.inventory.item_ref))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    if (json_i64(p, "stock_quantity", -1000000000, 1000000000, &fct->u.inventory.available) != OK)
        return ctx_fail(ctx, ERR_PARSE, "stock_quantity: expected a whole number");
    e = body_time_utc(ctx, p, "date_modified_gmt", &fct->changed_us);
    fct->key = version_key(ctx, "level", fct->u.inventory.item_ref, fct->changed_us);
    return e;
}

static enum err decode_one(struct ctx *ctx, const struct account *acct, const struct json *v, struct str order_id, struct str currency,
                           struct decoded *out)
{
    if (json_get(v, "line_items") != NULL && json_get(v, "billing") != NULL)
        return add_order(ctx, acct, v, out);
    if (json_get(v, "amount") != NULL)
        return add_refund(ctx, v, order_id, currency, out);
    if (json_get(v, "manage_stock") != NULL)
        return add_product(ctx, v, out);
    return ctx_fail(ctx, ERR_PARSE, "expected an order, a refund or a product");
}

/* ---- webhooks */

static bool is_trial(struct str body)
{
    struct scan s = scan_of(body);
    int64_t id;
    return scan_lit(&s, STR("webhook_id=")) && scan_digits(&s, 1, 18, &id) && scan_end(&s);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    if (is_trial(msg->body) && acct->webhook_secrets[0].n > 0)
        return OK; /* unsigned by design, and nothing comes of it */
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), http_msg_header(msg, "X-WC-Webhook-Signature"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    (void)ctx;
    (void)acct;
    *key = is_trial(msg->body) ? STR("trial") : http_msg_header(msg, "X-WC-Webhook-Delivery-ID");
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    struct str topic = http_msg_header(msg, "X-WC-Webhook-Topic");
    if (is_trial(msg->body)) {
        out->note = STR("a trial of the webhook");
        return OK;
    }
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    bool used = str_starts(topic, STR("order.")) || str_starts(topic, STR("product."));
    if (!str_empty(topic) && (!used || str_ends(topic, STR(".deleted")))) { /* of what is deleted the id alone is told */
        out->note = arena_fmt(ctx->arena, "topic not used: %.*s", STR_ARG(str_sub(topic, 0, 100)));
        return OK;
    }
    return decode_one(ctx, acct, v, STR_NULL, STR_NULL, out);
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook, .decode_ahead = true};

/* ---- reading */

enum err woo_error(struct ctx *ctx, const struct json *v)
{
    int64_t status = 0;
    struct str code = json_str(v, "code");
    if (str_empty(code) || json_get(v, "message") == NULL)
        return OK;
    if (json_i64(json_get(v, "data"), "status", 100, 599, &status) != OK)
        status = 400;
    enum err e = status == 404 ? ERR_NOTFOUND : status == 401 || status == 403 ? ERR_DENIED : status == 429 ? ERR_BUSY
                 : status >= 500 ? ERR_UNAVAILABLE : ERR_PARSE;
    return ctx_fail(ctx, e, "WooCommerce: %lld %.*s", (long long)status, STR_ARG(str_sub(code, 0, 100)));
}

/* The cursor is "TIME PAGE": a full page goes on behind its last time, and page by page where all of it is of one second. */
static enum err next_page(struct ctx *ctx, const struct json *list, const struct poll_ask *ask, struct str *cursor)
{
    int64_t first = 0, last = 0, page = 1;
    struct str rest = ask->cursor, since = STR_NULL;
    if (list->count < PAGE)
        return OK;
    enum err e = body_time_utc(ctx, json_first(list), "date_modified_gmt", &first);
    if (e == OK)
        e = body_time_utc(ctx, json_at(list, list->count - 1), "date_modified_gmt", &last);
    if (e != OK)
        return e;
    (void)str_split(&rest, ' ', &since);
    if (last != first)
        *cursor = arena_fmt(ctx->arena, "%.*s 1", STR_ARG(time_rfc3339(ctx->arena, last - US_PER_S)));
    else if (num_parse_i64(rest, 1, 100000, &page) == OK)
        *cursor = arena_fmt(ctx->arena, "%.*s %lld", STR_ARG(since), (long long)page + 1);
    else
        *cursor = arena_fmt(ctx->arena, "%.*s 2", STR_ARG(time_rfc3339(ctx->arena, ask->since_us)));
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    bool since = ask != NULL && ask->kind == POLL_SINCE, refunds = ask != NULL && ask->kind == POLL_FETCH && str_eq(ask->fetch.what, STR("refunds"));
    struct str currency = refunds ? ask->fetch.id : STR_NULL, order_id = STR_NULL;
    (void)str_split(&currency, '/', &order_id);
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK)
        e = woo_error(ctx, v);
    if (e != OK)
        return e;
    if (!json_is(v, JSON_ARRAY))
        return decode_one(ctx, acct, v, order_id, currency, out);
    JSON_EACH(one, v) {
        if (e == OK)
            e = decode_one(ctx, acct, one, order_id, currency, out);
    }
    return e == OK && since ? next_page(ctx, v, ask, cursor) : e;
}

struct str woo_order_url(struct ctx *ctx, const struct account *acct, struct str order_id, const char *tail)
{
    struct str id = url_encode(ctx->arena, order_id);
    return url_join(ctx, acct, "", "/wp-json/wc/v3/orders/", arena_fmt(ctx->arena, "%.*s%s", STR_ARG(id), tail));
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct str page = ask->cursor, since = STR_NULL;
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "WooCommerce: base_url is needed, such as https://shop.example.com");
    out->method = STR("GET");
    if (ask->kind == POLL_SINCE) {
        (void)str_split(&page, ' ', &since);
        if (str_empty(since))
            since = time_rfc3339(ctx->arena, ask->since_us);
        out->url = url_join(ctx, acct, "", "/wp-json/wc/v3/orders",
                            arena_fmt(ctx->arena, "?per_page=%d&orderby=modified&order=asc&dates_are_gmt=true&page=%.*s&modified_after=%.*s", PAGE,
                                      STR_ARG(str_empty(page) ? STR("1") : page), STR_ARG(url_encode(ctx->arena, since))));
        return OK;
    }
    struct str currency = ask->fetch.id, order_id = STR_NULL;
    (void)str_split(&currency, '/', &order_id);
    if (str_eq(ask->fetch.what, STR("order")))
        out->url = woo_order_url(ctx, acct, ask->fetch.id, "");
    else if (str_eq(ask->fetch.what, STR("refunds")))
        out->url = woo_order_url(ctx, acct, order_id, "/refunds?per_page=100");
    else
        return ctx_fail(ctx, ERR_UNSUPPORTED, "WooCommerce: nothing to read a %.*s with", STR_ARG(str_sub(ask->fetch.what, 0, 40)));
    return OK;
}

static const char *const ORDER_READS[] = {"order", NULL};

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_SINCE | 1u << POLL_FETCH, .order_reads = ORDER_READS, .request = request, .decode = decode_poll};

const struct connector connector_woocommerce = {
    .id = "woocommerce",
    .title = "WooCommerce",
    .docs_url = "https://woocommerce.github.io/woocommerce-rest-api-docs/",
    .api_version = "wc/v3",
    .role = ROLE_STOREFRONT,
    .auth = AUTH_BASIC,
    .limits = {.calls = 5, .window_s = 1, .poll_every_s = 300, .timeout_ms = 15000, .body_max = (size_t)5 << 20,
               .source = "ours: WooCommerce has no limit of its own, its hosts are often small"},
    .cfg = CFG,
    .hook = &HOOK,
    .poll = &POLL,
    .act = &woocommerce_act,
};
