/*
 * UPS: Track API v1 (poll) and Track Alert v2 (push). Facts: UPS-API/api-documentation, Tracking.yaml and UPSTrackAlert.yaml.
 * Traps: gmtTime drops leading zeros; local times without any gmt field have no zone; out for delivery is type I with code OT,
 * 021; SDD may be stale; an unknown number is a 200 with warning TW0001. The push has no body signature, only a credential.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://onlinetools.ups.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "the credential given when the alerts were subscribed (header credential or x-api-key)"},
    {"api_user", true, true, "OAuth client id"},
    {"api_secret", true, true, "OAuth client secret"},
    {NULL, false, false, NULL},
};

static struct when time_of(struct str ymd, struct str hms, struct str gmt_ymd, struct str gmt_hms, struct str offset)
{
    int64_t local = 0, utc = 0;
    int32_t off = 0;
    bool has_local = time_ymd_hms(ymd, hms, &local), has_utc = !str_empty(gmt_hms) && time_ymd_hms(gmt_ymd, gmt_hms, &utc);
    struct when w = {0};
    if (has_utc) {
        w = when_from_utc(utc);
        if (has_local) {
            w.local_us = local;
            w.has_local = true;
        }
        return w;
    }
    if (!has_local)
        return w;
    if (str_empty(hms)) {
        struct civil c = civil_from_us(local);
        return when_from_date(c.year, c.month, c.day);
    }
    return when_from_local(local, parse_offset(offset, &off), off);
}

static void map_status(struct tracking_event *ev, struct str status_code, struct str type, struct str code)
{
    const struct code_try tries[] = {{"", status_code}, {"type:", type}, {"", code}};
    scan_map(ev, "ups", tries, 3);
    /* type alone cannot tell out for delivery: the two-letter code can */
    if (str_eq(code, STR("OT")) && ev->status == PARCEL_IN_TRANSIT)
        ev->status = PARCEL_OUT_FOR_DELIVERY;
}

static struct str iso_date(struct ctx *ctx, struct str ymd)
{
    int64_t us;
    if (!time_ymd_hms(ymd, STR_NULL, &us))
        return STR_NULL;
    return arena_fmt(ctx->arena, "%.4s-%.2s-%.2s", ymd.p, ymd.p + 4, ymd.p + 6);
}

/* Where it was left: the words that tell a reason. */
static void left_where(struct tracking_event *ev, struct str where)
{
    ev->drop_off_note = where;
    if (ev->reason != REASON_NONE)
        return;
    if (str_contains_nocase(where, STR("neighbor")) || str_contains_nocase(where, STR("neighbour")))
        ev->reason = REASON_LEFT_WITH_NEIGHBOR;
    else if (str_contains_nocase(where, STR("door")) || str_contains_nocase(where, STR("porch")) || str_contains_nocase(where, STR("garage")))
        ev->reason = REASON_LEFT_SAFE_PLACE;
    else if (str_contains_nocase(where, STR("mailbox")))
        ev->reason = REASON_MAILBOX;
}

/* ---- push */

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str given = http_msg_header(msg, "credential");
    return sig_header_secret(ctx, acct, str_empty(given) ? http_msg_header(msg, "x-api-key") : given);
}

static enum err decode_push(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    struct tracking_event *ev = NULL;
    size_t from = out->n;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK && !json_is(v, JSON_OBJECT))
        e = ctx_fail(ctx, ERR_PARSE, "body: expected an object");
    if (e == OK && str_empty(json_text(v, "trackingNumber")))
        e = ctx_fail(ctx, ERR_PARSE, "trackingNumber: missing");
    if (e == OK)
        e = scan_add(ctx, out, STR("ups"), json_text(v, "trackingNumber"), &ev);
    if (e != OK)
        return e;
    const struct json *st = json_get(v, "activityStatus"), *at = json_get(v, "activityLocation");
    map_status(ev, json_text(st, "descriptionCode"), json_text(st, "type"), json_text(st, "code"));
    ev->description = str_trim(json_str(st, "description"));
    ev->location = (struct place){json_str(at, "city"), json_str(at, "stateProvince"), json_text(at, "postalCode"),
                                  scan_country(ctx, json_str(at, "country"))};
    ev->occurred = time_of(json_text(v, "localActivityDate"), json_text(v, "localActivityTime"), json_text(v, "gmtActivityDate"),
                           json_text(v, "gmtActivityTime"), STR_NULL);
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(json_str(v, "receivedBy"));
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, iso_date(ctx, json_text(v, "scheduledDeliveryDate")));
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_push};

/* ---- poll */

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    out->method = STR("GET");
    struct str tail = arena_fmt(ctx->arena, "%.*s?locale=en_US&returnPOD=true", STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->url = url_join(ctx, acct, BASE, "/api/track/v1/details/", tail);
    enum err e = out_req_header(ctx, out, STR("transId"), arena_fmt(ctx->arena, "wismo-%lld", (long long)clock_now_us(ctx->clock)));
    return e == OK ? out_req_header(ctx, out, STR("transactionSrc"), STR("wismo")) : e;
}

static enum err add_activity(struct ctx *ctx, const struct json *act, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    const struct json *st = json_get(act, "status"), *at = json_path(act, "location.address");
    enum err e = scan_add(ctx, out, STR("ups"), number, &ev);
    if (e != OK)
        return e;
    map_status(ev, json_text(st, "statusCode"), json_text(st, "type"), json_text(st, "code"));
    ev->description = str_trim(json_str(st, "description"));
    struct str cc = json_str(at, "countryCode");
    ev->location = (struct place){json_str(at, "city"), json_str(at, "stateProvince"), json_text(at, "postalCode"),
                                  scan_country(ctx, str_empty(cc) ? json_str(at, "country") : cc)};
    ev->occurred = time_of(json_text(act, "date"), json_text(act, "time"), json_text(act, "gmtDate"), json_text(act, "gmtTime"),
                           json_str(act, "gmtOffset"));
    return OK;
}

/* RDD (rescheduled) wins over SDD; with the window's end where UPS gives one. */
static struct str estimate_of(struct ctx *ctx, const struct json *pkg)
{
    struct str date = STR_NULL;
    JSON_EACH(d, json_get(pkg, "deliveryDate")) {
        if (str_eq(json_str(d, "type"), STR("RDD")) || (str_eq(json_str(d, "type"), STR("SDD")) && str_empty(date)))
            date = iso_date(ctx, json_text(d, "date"));
    }
    const struct json *t = json_get(pkg, "deliveryTime");
    struct str end = json_text(t, "endTime");
    int64_t us;
    if (str_empty(date) || !(str_eq(json_str(t, "type"), STR("EDW")) || str_eq(json_str(t, "type"), STR("CMT"))) ||
        !time_ymd_hms(STR("20200101"), end, &us) || end.n != 6)
        return date;
    return arena_fmt(ctx->arena, "%.*sT%.2s:%.2s:%.2s", STR_ARG(date), end.p, end.p + 2, end.p + 4);
}

static void add_proof(struct ctx *ctx, const struct json *pkg, struct decoded *out, size_t from)
{
    const struct json *info = json_get(pkg, "deliveryInformation");
    struct tracking_event *ev = scan_newest(out, from);
    if (ev == NULL)
        return;
    if (ev->status == PARCEL_DELIVERED) {
        ev->signed_by = scan_signer(json_str(info, "receivedBy"));
        if (!str_empty(json_str(info, "location")))
            left_where(ev, json_str(info, "location"));
    }
    ev->pickup_until = iso_date(ctx, json_text(json_get(pkg, "accessPointInformation"), "pickupByDate"));
    ev->service = json_str(json_get(pkg, "service"), "description");
    JSON_EACH(alt, json_get(pkg, "alternateTrackingNumber")) {
        struct str n = json_text(alt, "number");
        if (str_starts(json_str(alt, "type"), STR("USPS")) && tracking_number_normalise(ctx, n, &n) == OK) {
            ev->next_carrier = STR("usps");
            ev->next_number = n;
        }
    }
}

static enum err add_package(struct ctx *ctx, const struct json *pkg, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(pkg, "trackingNumber");
    enum err e = OK;
    JSON_EACH(act, json_get(pkg, "activity")) {
        e = add_activity(ctx, act, number, out);
        if (e != OK)
            return e;
    }
    if (out->n == from && !str_empty(json_text(json_get(pkg, "currentStatus"), "statusCode"))) {
        struct tracking_event *ev = NULL; /* a label without activity yet */
        const struct json *st = json_get(pkg, "currentStatus");
        e = scan_add(ctx, out, STR("ups"), number, &ev);
        if (e != OK)
            return e;
        map_status(ev, json_text(st, "statusCode"), json_text(st, "type"), json_text(st, "code"));
        ev->description = str_trim(json_str(st, "description"));
    }
    scan_done(ctx, out, from, true);
    add_proof(ctx, pkg, out, from);
    scan_estimate(out, from, estimate_of(ctx, pkg));
    return OK;
}

static enum err decode_errors(struct ctx *ctx, const struct json *v, const struct poll_ask *ask, struct decoded *out)
{
    const struct json *err = json_path(v, "response.errors.0");
    struct str number = ask == NULL ? STR_NULL : ask->tracking_number;
    if (err == NULL)
        return ctx_fail(ctx, ERR_PARSE, "trackResponse: missing");
    if (str_eq(json_text(err, "code"), STR("250003")) || str_eq(json_text(err, "code"), STR("250002")))
        return ctx_fail(ctx, ERR_DENIED, "UPS refused the sign-in (%.*s)", STR_ARG(json_text(err, "code")));
    return not_found_add(ctx, out, STR("ups"), number, json_text(err, "code"), json_str(err, "message"));
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    (void)acct;
    (void)cursor;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (json_get(v, "trackResponse") == NULL && json_get(v, "trackingNumber") != NULL)
        return decode_push(ctx, acct, msg, out);
    if (json_get(v, "trackResponse") == NULL)
        return decode_errors(ctx, v, ask, out);
    JSON_EACH(ship, json_path(v, "trackResponse.shipment")) {
        JSON_EACH(pkg, json_get(ship, "package")) {
            struct str n = STR_NULL;
            if (ask != NULL && (tracking_number_normalise(ctx, json_text(pkg, "trackingNumber"), &n) != OK || !str_eq(n, ask->tracking_number)))
                continue;
            e = add_package(ctx, pkg, out);
            if (e != OK)
                return e;
        }
        JSON_EACH(w, json_get(ship, "warnings")) {
            e = not_found_add(ctx, out, STR("ups"), ask == NULL ? json_text(ship, "inquiryNumber") : ask->tracking_number,
                              json_text(w, "code"), json_str(w, "message"));
            if (e != OK)
                return e;
        }
    }
    return OK;
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_ups = {
    .id = "ups",
    .title = "UPS",
    .docs_url = "https://developer.ups.com/api/reference",
    .api_version = "Track v1, Track Alert v2",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BASIC,
    .auth_path = "/security/v1/oauth/token",
    .base_url = BASE,
    .limits = {.calls = 10, .window_s = 1, .poll_every_s = 4 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "ups",
    .hook = &HOOK,
    .poll = &POLL,
};
