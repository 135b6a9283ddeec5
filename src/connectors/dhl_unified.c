/*
 * DHL Shipment Tracking Unified (pull) and Unified Push. Facts: developer.dhl.com. Five status
 * codes only: the meaning is in status and description; failure also covers "held, will be tried
 * again". Times mostly come without offset and are local.
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
    return (struct place){json_str(a, "addressLocality"), STR_NULL, json_text(a, "postalCode"),
                          scan_country(ctx, json_str(a, "countryCode"))};
}

/*
 * Phrases of the divisions that say more than the five codes; whole words, the first that fits.
 * A clearance that is over is no hold.
 */
static const struct {
    const char *phrase;
    enum parcel_status status;
    enum reason reason;
} PHRASES[] = {
    {"being returned", PARCEL_RETURNING, REASON_RTO_INITIATED},
    {"will be returned", PARCEL_RETURNING, REASON_RTO_INITIATED},
    {"returned to shipper", PARCEL_RETURNED, REASON_RTO_INITIATED},
    {"returned to sender", PARCEL_RETURNED, REASON_RTO_INITIATED},
    {"returned to the sender", PARCEL_RETURNED, REASON_RTO_INITIATED},
    {"return to sender", PARCEL_RETURNING, REASON_RTO_INITIATED},
    {"return to the sender", PARCEL_RETURNING, REASON_RTO_INITIATED},
    {"clearance completed", PARCEL_IN_TRANSIT, REASON_NONE},
    {"clearance processing complete", PARCEL_IN_TRANSIT, REASON_NONE},
    {"cleared customs", PARCEL_IN_TRANSIT, REASON_NONE},
    {"customs cleared", PARCEL_IN_TRANSIT, REASON_NONE},
    {"released by customs", PARCEL_IN_TRANSIT, REASON_NONE},
    {"customs clearance has been completed", PARCEL_IN_TRANSIT, REASON_NONE},
    {"clearance event", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},
    {"clearance delay", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},
    {"held by customs", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},
    {"held in customs", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},
    {"held at customs", PARCEL_EXCEPTION, REASON_CUSTOMS_HOLD},
    {"out for delivery", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},
    {"with delivery courier", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},
    {"loaded onto the delivery vehicle", PARCEL_OUT_FOR_DELIVERY, REASON_NONE},
    {"ready for collection", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"ready for pick-up", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"ready for pickup", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"available for pick-up", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"available for pickup", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"available for collection", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"awaiting collection", PARCEL_AVAILABLE_FOR_PICKUP, REASON_HELD_AT_LOCATION},
    {"recipient not home", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
    {"delivery attempted", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
    {"attempted delivery", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
    {"unsuccessful delivery attempt", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
    {"delivery attempt unsuccessful", PARCEL_ATTEMPT_FAILED, REASON_RECIPIENT_UNAVAILABLE},
    {"refused", PARCEL_EXCEPTION, REASON_REFUSED},
    {"incorrect address", PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE},
    {"incomplete address", PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE},
    {"address information needed", PARCEL_EXCEPTION, REASON_ADDRESS_ISSUE},
    {"damaged", PARCEL_DAMAGED, REASON_DAMAGED},
    {"on hold", PARCEL_EXCEPTION, REASON_OTHER},
};

/* Words that tell why, whatever the status is. */
static enum reason reason_in(struct str text)
{
    if (has_phrase(text, "customs duty") || has_phrase(text, "duties") || has_phrase(text, "duty"))
        return REASON_CUSTOMS_DUTY;
    if (has_phrase(text, "customs") || has_phrase(text, "clearance"))
        return REASON_CUSTOMS_HOLD;
    return has_phrase(text, "weather") ? REASON_WEATHER : REASON_NONE;
}

/*
 * The five codes say little: failure is also "held, will be tried again", transit also out for
 * delivery. What was announced only, or has arrived, stays so, but for what goes back.
 */
static void refine(struct tracking_event *ev, struct str status, struct str text)
{
    bool back_only = ev->status == PARCEL_DELIVERED;
    if (ev->status == PARCEL_LABEL_CREATED)
        return;
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++) {
        if (!has_phrase(text, PHRASES[i].phrase) && !has_phrase(status, PHRASES[i].phrase))
            continue;
        if (back_only && PHRASES[i].status != PARCEL_RETURNED)
            continue;
        ev->status = PHRASES[i].status;
        ev->reason = PHRASES[i].reason;
        return;
    }
    enum reason why = reason_in(text);
    if (ev->status == PARCEL_DELIVERED)
        ev->reason = scan_left(text);
    else if (why != REASON_NONE)
        ev->reason = why;
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str carrier,
                          struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    struct str code = json_text(v, "statusCode"), status = json_str(v, "status"),
               text = json_str(v, "description");
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

/* Most are days of the recipient, even when written as midnight UTC. */
static struct str estimate_of(struct ctx *ctx, const struct json *sh)
{
    struct str s = json_str(json_get(sh, "estimatedDeliveryTimeFrame"), "estimatedThrough");
    return estimate_text(ctx, str_empty(s) ? json_str(sh, "estimatedTimeOfDelivery") : s);
}

static void add_wide(struct ctx *ctx, const struct json *sh, struct decoded *out, size_t from)
{
    const struct json *pod = json_path(sh, "details.proofOfDelivery.signed");
    struct tracking_event *ev = scan_newest(out, from);
    if (ev == NULL)
        return;
    struct str name = json_str(pod, "name"), given = json_str(pod, "givenName"),
               family = json_str(pod, "familyName");
    if (!str_empty(family))
        name = arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(given), STR_ARG(family));
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(name);
    ev->dest_country =
        scan_country(ctx, json_str(json_path(sh, "destination.address"), "countryCode"));
    ev->service = json_str(json_path(sh, "details.product"), "productName");
}

/*
 * The parcel was asked for by the number of one of its pieces: it is known under that one. A number
 * that is written as a JSON number has lost the zeros that an SSCC of Germany begins with.
 */
static struct str number_of(struct ctx *ctx, const struct json *sh, const struct poll_ask *ask)
{
    struct str id = json_text(sh, "id");
    JSON_EACH(piece, json_path(sh, "details.pieceIds")) {
        if (ask != NULL && str_eq(json_value_text(piece), ask->tracking_number))
            return ask->tracking_number;
    }
    if (json_is(json_get(sh, "id"), JSON_NUMBER) && id.n == 18 && str_starts(id, STR("340")))
        return arena_fmt(ctx->arena, "00%.*s", STR_ARG(id));
    return id;
}

static enum err add_shipment(struct ctx *ctx, const struct json *sh, const struct poll_ask *ask,
                             struct decoded *out)
{
    size_t from = out->n;
    struct str number = number_of(ctx, sh, ask), carrier = carrier_of(json_str(sh, "service"));
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "shipments[].id: missing");
    JSON_EACH(v, json_get(sh, "events")) {
        if (e == OK)
            e = add_event(ctx, v, carrier, number, out);
    }
    if (e == OK && out->n == from && json_first(json_get(sh, "status")) != NULL)
        e = add_event(ctx, json_get(sh, "status"), carrier, number, out);
    if (e != OK)
        return e;
    scan_done(ctx, out, from, true);
    add_wide(ctx, sh, out, from);
    scan_estimate(out, from, estimate_of(ctx, sh));
    return OK;
}

static bool is_asked(const struct json *sh, const struct poll_ask *ask)
{
    return ask != NULL && str_eq(carrier_of(json_str(sh, "service")), ask->carrier);
}

/* One number may be known to several divisions: the one of the parcel's carrier counts. */
static enum err add_shipments(struct ctx *ctx, const struct json *list, const struct poll_ask *ask,
                              struct decoded *out)
{
    bool named = false;
    enum err e = OK;
    JSON_EACH(sh, list) {
        named = named || is_asked(sh, ask);
    }
    JSON_EACH(sh, list) {
        if (e == OK && (!named || is_asked(sh, ask)))
            e = add_shipment(ctx, sh, ask, out);
    }
    return e;
}

/* problem+json; its instance ends with the number that was asked for. */
static enum err decode_problem(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                               int64_t status, struct decoded *out)
{
    struct str rest = json_str(v, "instance"), number = STR_NULL;
    if (!str_contains(rest, STR("/")))
        rest = STR_NULL;
    while (str_split(&rest, '/', &number))
        continue;
    return scan_refused(
        ctx, out, ask, status,
        (struct not_found_fact){ask == NULL || str_empty(ask->carrier) ? STR("dhl") : ask->carrier,
                                number, json_text(v, "status"), json_str(v, "detail")});
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct json *v = NULL;
    int64_t status = 0;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *list = json_get(v, "shipments");
    if (list == NULL && json_i64(v, "status", 100, 599, &status) == OK)
        return decode_problem(ctx, v, ask, status, out);
    if (list == NULL && json_get(v, "id") != NULL)
        return add_shipment(ctx, v, ask, out);
    if (list == NULL)
        return ctx_fail(ctx, ERR_PARSE, "shipments: missing");
    return add_shipments(ctx, list, ask, out);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str name = account_setting(acct, "signature_header");
    struct str z =
        arena_fmt(ctx->arena, "%.*s", STR_ARG(str_empty(name) ? STR("DHL-API-Key") : name));
    return sig_header_secret(ctx, acct, http_msg_header(msg, z.p));
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    struct str tail = url_encode(ctx->arena, ask->tracking_number);
    if (!str_empty(ask->dest_postal))
        tail = arena_fmt(ctx->arena, "%.*s&recipientPostalCode=%.*s", STR_ARG(tail),
                         STR_ARG(url_encode(ctx->arena, ask->dest_postal)));
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/track/shipments?language=en&trackingNumber=", tail);
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                            const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

/* The parameter recipientPostalCode unlocks more of parcels in Germany and the Netherlands. */
static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL,
                                     .wants_postal = true,
                                     .request = request,
                                     .decode = decode_poll};

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
    .limits = {.calls = 1,
               .window_s = 5,
               .calls_per_day = 250,
               .poll_every_s = 6 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "free plan: 250 calls a day and one in five seconds"},
    .cfg = CFG,
    .status_file = "dhl_unified",
    .hook = &HOOK,
    .poll = &POLL,
};
