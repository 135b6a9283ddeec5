/*
 * DHL Shipment Tracking Unified (pull) and Unified Push. Facts: developer.dhl.com. Five status codes only: the meaning is in
 * status and description; failure also covers "held, will be tried again". Times mostly come without offset and are local.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://api-eu.dhl.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "token agreed at the push subscription"},
    {"signature_header", false, false, "header that carries it: DHL-API-Key unless set"},
    {"api_key", true, true, "consumer key of the Unified API (header DHL-API-Key)"},
    {NULL, false, false, NULL},
};

static struct place place_of(struct ctx *ctx, const struct json *loc)
{
    const struct json *a = json_get(loc, "address");
    return (struct place){json_str(a, "addressLocality"), STR_NULL, json_text(a, "postalCode"), scan_country(ctx, json_str(a, "countryCode"))};
}

/* Words of the divisions that say more than the five codes. Whole words of the vendor's status, never parts of others. */
static void refine(struct tracking_event *ev, struct str status, struct str text)
{
    static const struct {
        const char *words;
        enum parcel_status status;
        enum reason reason;
    } WORDS[] = {
        {"returned to shipper", PARCEL_RETURNED, REASON_RTO_INITIATED}, {"returned to sender", PARCEL_RETURNED, REASON_RTO_INITIATED},
        {"being returned", PARCEL_RETURNING, REASON_RTO_INITIATED},     {"return to sender", PARCEL_RETURNING, REASON_RTO_INITIATED},
        {"out for delivery", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},     {"with delivery courier", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},
        {"loaded onto the delivery vehicle", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},
        {"ready for collection", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
        {"available for pick", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
        {"delivery attempt", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
        {"recipient not home", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
        {"refused", PARCEL_EXCEPTION, REASON_REFUSED},                  {"customs", PARCEL_IN_TRANSIT, REASON_CUSTOMS_HOLD},
        {"clearance event", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},     {"incorrect address", PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE},
        {"address information needed", PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE},
    };
    if (ev->status == PARCEL_DELIVERED && !str_contains_nocase(text, STR("return")))
        return;
    if (ev->status == PARCEL_LABEL_CREATED)
        return;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (str_contains_nocase(text, str_of(WORDS[i].words)) || str_contains_nocase(status, str_of(WORDS[i].words))) {
            if (WORDS[i].status == PARCEL_IN_TRANSIT && (str_contains_nocase(text, STR("cleared")) || str_contains_nocase(text, STR("completed"))))
                return;
            ev->status = WORDS[i].status;
            ev->reason = WORDS[i].reason;
            return;
        }
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str carrier, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    struct str code = json_text(v, "statusCode"), status = json_str(v, "status"), text = json_str(v, "description");
    const struct code_try tries[] = {{"", code}};
    scan_map(ev, "dhl_unified", tries, 1);
    if (str_empty(code))
        ev->code = str_sub(status, 0, 40);
    refine(ev, status, text);
    ev->description = str_trim(str_empty(text) ? status : text);
    ev->location = place_of(ctx, json_get(v, "location"));
    if (when_parse(json_str(v, "timestamp"), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    return OK;
}

static struct str carrier_of(struct str service)
{
    if (str_eq(service, STR("express")))
        return STR("dhl_express");
    if (str_eq(service, STR("parcel-de")) || str_eq(service, STR("post-de")))
        return STR("dhl_parcel_de");
    return STR("dhl_ecommerce");
}

/* A midnight is a day of the recipient, even when written as UTC. */
static struct str estimate_of(struct ctx *ctx, const struct json *sh)
{
    struct str s = json_str(json_get(sh, "estimatedDeliveryTimeFrame"), "estimatedThrough");
    struct when w;
    if (str_empty(s))
        s = json_str(sh, "estimatedTimeOfDelivery");
    if (str_empty(s) || when_parse(s, &w) != OK)
        return STR_NULL;
    int64_t wall = w.has_local ? w.local_us : w.utc_us;
    return wall % US_PER_DAY == 0 ? arena_fmt(ctx->arena, "%.*s", STR_ARG(str_sub(s, 0, 10))) : s;
}

static void add_proof(struct ctx *ctx, const struct json *sh, struct decoded *out, size_t from)
{
    const struct json *pod = json_path(sh, "details.proofOfDelivery.signed");
    struct tracking_event *ev = scan_newest(out, from);
    if (ev == NULL)
        return;
    struct str name = json_str(pod, "name");
    if (str_empty(name) && !str_empty(json_str(pod, "familyName")))
        name = arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(json_str(pod, "givenName")), STR_ARG(json_str(pod, "familyName")));
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(name);
    ev->dest_country = scan_country(ctx, json_str(json_path(sh, "destination.address"), "countryCode"));
    ev->service = json_str(json_path(sh, "details.product"), "productName");
}

static enum err add_shipment(struct ctx *ctx, const struct json *sh, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(sh, "id"), carrier = carrier_of(json_str(sh, "service"));
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "shipments[].id: missing");
    JSON_EACH(v, json_get(sh, "events")) {
        e = add_event(ctx, v, carrier, number, out);
        if (e != OK)
            return e;
    }
    if (out->n == from && json_get(sh, "status") != NULL)
        e = add_event(ctx, json_get(sh, "status"), carrier, number, out);
    if (e != OK)
        return e;
    scan_done(ctx, out, from, true);
    add_proof(ctx, sh, out, from);
    scan_estimate(out, from, estimate_of(ctx, sh));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    int64_t status = 0;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *list = json_get(v, "shipments");
    if (list == NULL && json_i64(v, "status", 100, 599, &status) == OK) {
        if (status == 401 || status == 403)
            return ctx_fail(ctx, ERR_DENIED, "DHL refused the sign-in");
        if (status == 429)
            return ctx_fail(ctx, ERR_BUSY, "DHL: too many requests");
        return not_found_add(ctx, out, STR("dhl"), ask == NULL ? STR_NULL : ask->tracking_number, json_text(v, "status"), json_str(v, "detail"));
    }
    if (list == NULL && json_get(v, "id") != NULL)
        return add_shipment(ctx, v, out);
    if (list == NULL)
        return ctx_fail(ctx, ERR_PARSE, "shipments: missing");
    JSON_EACH(sh, list) {
        e = add_shipment(ctx, sh, out);
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str name = account_setting(acct, "signature_header");
    struct str z = arena_fmt(ctx->arena, "%.*s", STR_ARG(str_empty(name) ? STR("DHL-API-Key") : name));
    return sig_header_secret(ctx, acct, http_msg_header(msg, z.p));
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct str tail = url_encode(ctx->arena, ask->tracking_number);
    if (!str_empty(ask->dest_postal))
        tail = arena_fmt(ctx->arena, "%.*s&recipientPostalCode=%.*s", STR_ARG(tail), STR_ARG(url_encode(ctx->arena, ask->dest_postal)));
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/track/shipments?language=en&trackingNumber=", tail);
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_dhl_unified = {
    .id = "dhl_unified",
    .title = "DHL (Unified)",
    .docs_url = "https://developer.dhl.com/api-reference/shipment-tracking",
    .api_version = "Shipment Tracking Unified",
    .role = ROLE_CARRIER,
    .auth = AUTH_HEADER,
    .auth_name = "DHL-API-Key",
    .auth_prefix = "",
    .base_url = BASE,
    .limits = {.calls = 1, .window_s = 5, .poll_every_s = 6 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "free plan: 250 calls a day and one in five seconds"},
    .cfg = CFG,
    .status_file = "dhl_unified",
    .hook = &HOOK,
    .poll = &POLL,
};
