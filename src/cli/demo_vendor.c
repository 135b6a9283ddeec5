/*
 * Three vendors' webhooks made from facts, the way round that a demo needs: Shopify orders and fulfillments (HMAC over the body),
 * UPS Track Alert (a credential in a header), AfterShip tracking updates (HMAC over the body). Field names are the vendors'
 * documented ones; see the connectors of the same names for the sources.
 */
#include "cli/demo_vendor.h"

#include "base/num.h"
#include "base/zone.h"
#include "connectors/lib/tracking_number.h"

#define BODY_MAX ((size_t)256 << 10)

struct vendor {
    struct ctx *ctx;
    const struct account *acct;
    const struct demo_event *ev;
    int64_t now_us;
    struct jw w;
    struct http_header *headers;
    size_t headers_n;
};

static void header(struct vendor *v, struct str name, struct str value)
{
    if (v->headers_n < 8)
        v->headers[v->headers_n++] = (struct http_header){name, value};
}

static struct str digits_of(struct arena *a, struct str s)
{
    struct str out = arena_fmt(a, "%.*s", STR_ARG(s));
    size_t from = 0;
    while (from < out.n && (out.p[from] < '0' || out.p[from] > '9'))
        from++;
    return str_sub(out, from, out.n);
}

/* ---- Shopify */

static int64_t shop_order_id(struct vendor *v, struct str name)
{
    int64_t n = 0;
    if (num_parse_i64(digits_of(v->ctx->arena, name), 1, 999999999, &n) != OK)
        n = (int64_t)(str_hash(name) % 1000000000);
    return INT64_C(5500000000000) + n;
}

static int64_t shop_line_id(int64_t order_id, struct str sku)
{
    return order_id * 1000 + (int64_t)(str_hash(sku) % 997);
}

static void money(struct vendor *v, const char *key, int64_t minor, struct str currency)
{
    int digits = num_currency_digits(currency);
    int64_t unit = digits == 0 ? 1 : digits == 3 ? 1000 : 100;
    struct str s = digits == 0 ? arena_fmt(v->ctx->arena, "%lld", (long long)minor)
                               : arena_fmt(v->ctx->arena, "%lld.%0*lld", (long long)(minor / unit), digits, (long long)(minor % unit));
    jw_kstr(&v->w, key, s);
}

static void shop_lines(struct vendor *v, int64_t order_id, const struct fact_item *items, size_t n, struct str currency)
{
    jw_key(&v->w, "line_items");
    jw_arr(&v->w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(&v->w);
        jw_ki64(&v->w, "id", shop_line_id(order_id, items[i].sku));
        jw_kstr(&v->w, "sku", items[i].sku);
        jw_kstr(&v->w, "title", items[i].title);
        jw_ki64(&v->w, "quantity", items[i].quantity);
        jw_ki64(&v->w, "current_quantity", items[i].quantity);
        money(v, "price", items[i].price_minor, currency);
        jw_kbool(&v->w, "requires_shipping", true);
        jw_end(&v->w);
    }
    jw_arr_end(&v->w);
}

static void shop_address(struct vendor *v, const struct address *a)
{
    jw_key(&v->w, "shipping_address");
    jw_obj(&v->w);
    jw_kstr(&v->w, "name", a->name);
    jw_kstr(&v->w, "address1", a->line1);
    jw_kstr_null(&v->w, "address2", a->line2);
    jw_kstr(&v->w, "city", a->city);
    jw_kstr_null(&v->w, "province_code", a->region);
    jw_kstr(&v->w, "zip", a->postal_code);
    jw_kstr(&v->w, "country_code", a->country);
    jw_kstr_null(&v->w, "phone", a->phone);
    jw_end(&v->w);
}

static void shop_order(struct vendor *v)
{
    const struct order_fact *o = &v->ev->fact->u.order;
    int64_t id = shop_order_id(v, o->name);
    bool changed = v->now_us > o->placed_us, cancelled = o->state == ORDER_CANCELLED;
    header(v, STR("X-Shopify-Topic"), cancelled ? STR("orders/cancelled") : changed ? STR("orders/updated") : STR("orders/create"));
    jw_obj(&v->w);
    jw_ki64(&v->w, "id", id);
    jw_kstr(&v->w, "name", o->name);
    jw_kstr(&v->w, "email", o->email);
    jw_kstr_null(&v->w, "phone", o->phone);
    jw_ktime(&v->w, "created_at", o->placed_us);
    jw_ktime(&v->w, "updated_at", v->now_us);
    jw_ktime(&v->w, "cancelled_at", cancelled ? v->now_us : 0);
    jw_kstr_null(&v->w, "cancel_reason", o->cancel_reason);
    jw_kstr(&v->w, "currency", o->currency);
    money(v, "total_price", o->total_minor, o->currency);
    money(v, "current_total_price", o->total_minor, o->currency);
    jw_kstr(&v->w, "financial_status", str_of(financial_state_word(o->financial)));
    jw_key(&v->w, "fulfillment_status");
    jw_null(&v->w);
    jw_key(&v->w, "payment_gateway_names");
    jw_arr(&v->w);
    jw_str(&v->w, o->cod ? STR("Cash on Delivery (COD)") : STR("demo_payments"));
    jw_arr_end(&v->w);
    shop_lines(v, id, o->items, o->items_n, o->currency);
    shop_address(v, &o->ship_to);
    jw_end(&v->w);
}

static void shop_fulfillment(struct vendor *v)
{
    const struct fulfillment_fact *f = &v->ev->fact->u.fulfillment;
    int64_t order_id = shop_order_id(v, f->order_name);
    header(v, STR("X-Shopify-Topic"), STR("fulfillments/create"));
    jw_obj(&v->w);
    jw_ki64(&v->w, "id", INT64_C(4400000000000) + (int64_t)(str_hash(f->fulfillment_id) % 1000000000));
    jw_ki64(&v->w, "order_id", order_id);
    jw_kstr(&v->w, "status", STR("success"));
    jw_ktime(&v->w, "created_at", f->created_us);
    jw_ktime(&v->w, "updated_at", v->now_us);
    jw_ki64(&v->w, "location_id", (int64_t)(str_hash(f->location) % 100000));
    jw_kstr_null(&v->w, "tracking_company", f->parcels_n > 0 ? carrier_title(f->parcels[0].carrier) : STR_NULL);
    jw_kstr_null(&v->w, "tracking_number", f->parcels_n > 0 ? f->parcels[0].tracking_number : STR_NULL);
    jw_key(&v->w, "tracking_numbers");
    jw_arr(&v->w);
    for (size_t i = 0; i < f->parcels_n; i++)
        jw_str(&v->w, f->parcels[i].tracking_number);
    jw_arr_end(&v->w);
    shop_lines(v, order_id, f->items, f->items_n, STR("USD"));
    jw_end(&v->w);
}

/* ---- UPS Track Alert: one event, local and UTC clock */

struct ups_code {
    enum parcel_status status;
    enum reason reason; /* REASON_NONE: any */
    const char *type, *code, *description_code, *words;
};
static const struct ups_code UPS_CODES[] = {
    {PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE, "X", "X7", "050", "Address information required"},
    {PARCEL_ATTEMPT_FAILED, REASON_NONE, "X", "X1", "022", "First attempt made"},
    {PARCEL_LABEL_CREATED, REASON_NONE, "M", "MP", "003", "Shipper created a label"},
    {PARCEL_ACCEPTED, REASON_NONE, "P", "XD", "038", "Picked up"},
    {PARCEL_IN_TRANSIT, REASON_NONE, "I", "DP", "005", "Departed from facility"},
    {PARCEL_OUT_FOR_DELIVERY, REASON_NONE, "I", "OT", "021", "Out for delivery"},
    {PARCEL_DELIVERED, REASON_NONE, "D", "FS", "011", "Delivered"},
    {PARCEL_RETURNING, REASON_NONE, "X", "RS", "035", "Returning to sender"},
};

static const struct ups_code *ups_code_of(const struct tracking_event *te)
{
    for (size_t i = 0; i < sizeof(UPS_CODES) / sizeof(UPS_CODES[0]); i++)
        if (UPS_CODES[i].status == te->status && (UPS_CODES[i].reason == REASON_NONE || UPS_CODES[i].reason == te->reason))
            return &UPS_CODES[i];
    return NULL;
}

static void ups_clock(struct vendor *v, const char *date_key, const char *time_key, int64_t us)
{
    struct civil c = civil_from_us(us);
    jw_kstr(&v->w, date_key, arena_fmt(v->ctx->arena, "%04d%02d%02d", c.year, c.month, c.day));
    jw_kstr(&v->w, time_key, arena_fmt(v->ctx->arena, "%02d%02d%02d", c.hour, c.min, c.sec));
}

static void ups_alert(struct vendor *v)
{
    const struct tracking_event *te = &v->ev->fact->u.event;
    const struct ups_code *code = ups_code_of(te);
    bool exact;
    int32_t offset = 0;
    struct str zone = zone_of_place(te->location.country, te->location.region, &exact);
    if (zone_offset(zone, te->occurred.utc_us, &offset) != OK)
        offset = 0;
    header(v, STR("credential"), secret_view(&v->acct->webhook_secrets[0]));
    jw_obj(&v->w);
    jw_kstr(&v->w, "trackingNumber", te->tracking_number);
    ups_clock(v, "localActivityDate", "localActivityTime", te->occurred.utc_us + offset * US_PER_S);
    ups_clock(v, "gmtActivityDate", "gmtActivityTime", te->occurred.utc_us);
    jw_key(&v->w, "activityLocation");
    jw_obj(&v->w);
    jw_kstr(&v->w, "city", te->location.city);
    jw_kstr(&v->w, "stateProvince", te->location.region);
    jw_kstr(&v->w, "country", te->location.country);
    jw_end(&v->w);
    jw_key(&v->w, "activityStatus");
    jw_obj(&v->w);
    jw_kstr(&v->w, "type", str_of(code->type));
    jw_kstr(&v->w, "code", str_of(code->code));
    jw_kstr(&v->w, "description", str_of(code->words));
    jw_kstr(&v->w, "descriptionCode", str_of(code->description_code));
    jw_end(&v->w);
    struct buf day;
    buf_init(&day, 16);
    for (size_t i = 0; i < te->estimated_delivery.n && i < 10; i++)
        if (te->estimated_delivery.p[i] != '-')
            buf_addc(&day, te->estimated_delivery.p[i]);
    jw_kstr(&v->w, "scheduledDeliveryDate", buf_str(&day));
    jw_end(&v->w);
    buf_clear(&day);
}

/* ---- AfterShip: a tracking update with its newest checkpoint */

struct as_tag {
    enum parcel_status status;
    enum reason reason;
    const char *tag, *subtag, *words;
};
static const struct as_tag AS_TAGS[] = {
    {PARCEL_EXCEPTION, REASON_WEATHER, "Exception", "Exception_017", "Delayed by weather"},
    {PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE, "Exception", "Exception_007", "Address incorrect"},
    {PARCEL_DELIVERED, REASON_LEFT_WITH_NEIGHBOR, "Delivered", "Delivered_005", "Left with a neighbor"},
    {PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE, "AttemptFail", "AttemptFail_002", "Addressee absent"},
    {PARCEL_ACCEPTED, REASON_NONE, "InTransit", "InTransit_002", "Accepted by the carrier"},
    {PARCEL_IN_TRANSIT, REASON_NONE, "InTransit", "InTransit_003", "Arrived at facility"},
    {PARCEL_OUT_FOR_DELIVERY, REASON_NONE, "OutForDelivery", "OutForDelivery_001", "Out for delivery"},
    {PARCEL_DELIVERED, REASON_NONE, "Delivered", "Delivered_001", "Delivered"},
    {PARCEL_RETURNING, REASON_NONE, "Exception", "Exception_010", "Returning to sender"},
    {PARCEL_RETURNED, REASON_NONE, "Exception", "Exception_011", "Returned to sender"},
    {PARCEL_DAMAGED, REASON_NONE, "Exception", "Exception_012", "Damaged"},
    {PARCEL_LOST, REASON_NONE, "Exception", "Exception_013", "Lost"},
};

static const struct as_tag *as_tag_of(const struct tracking_event *te)
{
    for (size_t i = 0; i < sizeof(AS_TAGS) / sizeof(AS_TAGS[0]); i++)
        if (AS_TAGS[i].status == te->status && (AS_TAGS[i].reason == REASON_NONE || AS_TAGS[i].reason == te->reason))
            return &AS_TAGS[i];
    return NULL;
}

static void as_checkpoint(struct vendor *v, const struct tracking_event *te, const struct as_tag *tag)
{
    struct str at = time_rfc3339(v->ctx->arena, te->occurred.utc_us);
    jw_key(&v->w, "checkpoints");
    jw_arr(&v->w);
    jw_obj(&v->w);
    jw_kstr(&v->w, "slug", te->carrier);
    jw_ktime(&v->w, "created_at", v->now_us);
    jw_kstr(&v->w, "checkpoint_time", arena_fmt(v->ctx->arena, "%.*s+00:00", (int)(at.n - 1), at.p)); /* with an offset: certain */
    jw_kstr(&v->w, "message", str_of(tag->words));
    jw_kstr(&v->w, "city", te->location.city);
    jw_kstr(&v->w, "state", te->location.region);
    jw_kstr(&v->w, "country_region", str_eq(te->location.country, STR("US")) ? STR("USA") : te->location.country);
    jw_kstr(&v->w, "tag", str_of(tag->tag));
    jw_kstr(&v->w, "subtag", str_of(tag->subtag));
    jw_kstr(&v->w, "raw_tag", te->code);
    jw_end(&v->w);
    jw_arr_end(&v->w);
}

static void as_update(struct vendor *v)
{
    const struct tracking_event *te = &v->ev->fact->u.event;
    const struct as_tag *tag = as_tag_of(te);
    uint64_t h = str_hash_add(str_hash(te->tracking_number), v->ev->fact->key);
    jw_obj(&v->w);
    jw_kstr(&v->w, "event", STR("tracking_update"));
    jw_kstr(&v->w, "event_id", arena_fmt(v->ctx->arena, "%08x-0000-4000-8000-%012llx", (unsigned)(h >> 32), (unsigned long long)(h & 0xFFFFFFFFFFFF)));
    jw_key(&v->w, "msg");
    jw_obj(&v->w);
    jw_kstr(&v->w, "id", arena_fmt(v->ctx->arena, "demo%.*s", STR_ARG(te->tracking_number)));
    jw_kstr(&v->w, "tracking_number", te->tracking_number);
    jw_kstr(&v->w, "slug", te->carrier);
    jw_kstr(&v->w, "tag", str_of(tag->tag));
    jw_kstr(&v->w, "subtag", str_of(tag->subtag));
    jw_ktime(&v->w, "updated_at", v->now_us);
    if (!str_empty(te->estimated_delivery)) {
        jw_key(&v->w, "courier_estimated_delivery_date");
        jw_obj(&v->w);
        jw_kstr(&v->w, "estimated_delivery_date", te->estimated_delivery);
        jw_end(&v->w);
    }
    as_checkpoint(v, te, tag);
    jw_end(&v->w);
    jw_ki64(&v->w, "ts", v->now_us / US_PER_S);
    jw_end(&v->w);
}

/* ---- signing and the table */

static enum err sign_base64(struct vendor *v, struct str name, struct str body)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf b;
    struct str value;
    struct str secret = secret_view(&v->acct->webhook_secrets[0]);
    if (str_empty(secret) || hmac_once(MAC_SHA256, secret, &body, 1, sum, &n) != OK)
        return ctx_fail(v->ctx, ERR_DENIED, "%.*s: no secret to sign the demo's webhooks with", STR_ARG(v->acct->id));
    buf_init(&b, 128);
    base64_encode((struct str){(const char *)sum, n}, &b);
    enum err e = arena_dup(v->ctx->arena, buf_str(&b), &value);
    if (e == OK)
        header(v, name, value);
    buf_clear(&b);
    return e;
}

static enum err sign_shopify(struct vendor *v, struct str body)
{
    struct str id = arena_fmt(v->ctx->arena, "demo-%zu", v->ev->seq);
    header(v, STR("X-Shopify-Shop-Domain"), STR("demo.example.com"));
    header(v, STR("X-Shopify-Webhook-Id"), id);
    header(v, STR("X-Shopify-Event-Id"), id);
    header(v, STR("X-Shopify-Triggered-At"), time_rfc3339(v->ctx->arena, v->now_us));
    return sign_base64(v, STR("X-Shopify-Hmac-Sha256"), body);
}

static enum err sign_aftership(struct vendor *v, struct str body)
{
    return sign_base64(v, STR("aftership-hmac-sha256"), body);
}

struct form {
    const char *connector;
    enum fact_kind kind;
    void (*body)(struct vendor *v);
    enum err (*sign)(struct vendor *v, struct str body); /* NULL: the body function put the credential */
};
static const struct form FORMS[] = {
    {"shopify", FACT_ORDER, shop_order, sign_shopify},
    {"shopify", FACT_FULFILLMENT, shop_fulfillment, sign_shopify},
    {"ups", FACT_TRACKING_EVENT, ups_alert, NULL},
    {"aftership", FACT_TRACKING_EVENT, as_update, sign_aftership},
};

static const struct form *form_of(const struct account *acct, const struct fact *fct)
{
    const struct form *f = NULL;
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]) && f == NULL; i++)
        if (FORMS[i].kind == fct->kind && str_eq(str_of(FORMS[i].connector), str_of(acct->conn->id)))
            f = &FORMS[i];
    if (f != NULL && f->body == ups_alert && ups_code_of(&fct->u.event) == NULL)
        return NULL;
    return f != NULL && f->body == as_update && as_tag_of(&fct->u.event) == NULL ? NULL : f;
}

enum err demo_vendor_message(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct demo_event *ev,
                             int64_t now_us, const struct account **acct, struct http_msg *out)
{
    const struct account *a = engine_account(eng, merchant_id, ev->source);
    const struct form *form = a == NULL ? NULL : form_of(a, ev->fact);
    struct buf b;
    struct str body = STR_NULL;
    if (form == NULL)
        return OK;
    struct vendor v = {.ctx = ctx, .acct = a, .ev = ev, .now_us = now_us, .headers = arena_array(ctx->arena, 8, sizeof(struct http_header))};
    if (v.headers == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "demo: no memory");
    buf_init(&b, BODY_MAX);
    v.w = jw_of(&b);
    header(&v, STR("Content-Type"), STR("application/json"));
    form->body(&v);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &body);
    buf_clear(&b);
    if (e == OK && form->sign != NULL)
        e = form->sign(&v, body);
    if (e != OK)
        return e;
    *out = (struct http_msg){.method = STR("POST"), .path = STR("/hooks"), .headers = v.headers, .headers_n = v.headers_n,
                             .body = body, .received_us = now_us};
    *acct = a;
    return OK;
}
