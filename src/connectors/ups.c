/*
 * UPS: Track API v1 (poll) and Track Alert v2 (push). Facts: UPS-API/api-documentation,
 * Tracking.yaml and UPSTrackAlert.yaml. Traps: gmtTime drops leading zeros; local times without any
 * gmt field have no zone; out for delivery is type I with code OT, 021; SDD may be stale; an
 * unknown number is a 200 with warning TW0001. The push has no body signature, only a credential.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://onlinetools.ups.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true,
     "the credential given when the alerts were subscribed (header credential or x-api-key)"},
    {"api_user", true, true, "OAuth client id"},
    {"api_secret", true, true, "OAuth client secret"},
    {NULL, false, false, NULL},
};

/* gmt fields are UTC; without them the zone is known by an offset or not at all. A clock that is no
 * clock leaves the day. */
static struct when time_of(struct str ymd, struct str hms, struct str gmt_ymd, struct str gmt_hms,
                           struct str offset)
{
    int64_t local = 0, utc = 0;
    int32_t off = 0;
    bool clock = !str_empty(hms) && time_ymd_hms(ymd, hms, &local);
    if (!str_empty(gmt_hms) && time_ymd_hms(gmt_ymd, gmt_hms, &utc)) {
        struct when w = when_from_utc(utc);
        if (clock) {
            w.local_us = local;
            w.has_local = true;
        }
        return w;
    }
    if (clock)
        return when_from_local(local, !str_empty(offset) && parse_offset(offset, &off), off);
    if (!time_ymd_hms(ymd, STR_NULL, &local))
        return (struct when){0};
    struct civil c = civil_from_us(local);
    return when_from_date(c.year, c.month, c.day);
}

/*
 * The three digits tell most; then the type, but for types under which UPS files several things
 * (I: also out for delivery; D: also loading; X: also releases) first the two letters. KB means
 * delivered with type D, nothing elsewhere.
 */
static void map_status(struct tracking_event *ev, const struct json *st, struct str digits)
{
    struct str type = json_text(st, "type"), code = json_text(st, "code");
    bool wide = str_eq(type, STR("I")) || str_eq(type, STR("X")) ||
                (str_eq(type, STR("D")) && !str_eq(code, STR("KB")));
    struct code_try tries[] = {{"", digits}, {"type:", type}, {"", code}};
    struct status_row row;
    if (wide) {
        tries[1] = (struct code_try){"", code};
        tries[2] = (struct code_try){"type:", type};
    }
    scan_map(ev, "ups", tries, 3);
    ev->description = str_trim(json_str(st, "description"));
    bool by_type = !status_find("ups", digits, &row) && !status_find("ups", code, &row);
    if (by_type && ev->status == PARCEL_DELIVERED &&
        (str_contains_nocase(ev->description, STR("out for delivery")) ||
         str_contains_nocase(ev->description, STR("delivery vehicle"))))
        ev->status = PARCEL_OUT_FOR_DELIVERY;
}

static struct str iso_date(struct ctx *ctx, struct str ymd)
{
    int64_t us;
    if (!time_ymd_hms(ymd, STR_NULL, &us))
        return STR_NULL;
    return arena_fmt(ctx->arena, "%.4s-%.2s-%.2s", ymd.p, ymd.p + 4, ymd.p + 6);
}

/* A day, with the clock when UPS gives one ("90000" is nine o'clock). */
static struct str iso_time(struct ctx *ctx, struct str date, struct str hms)
{
    int64_t us;
    if (str_empty(date) || str_empty(hms) || !time_ymd_hms(STR("20200101"), hms, &us))
        return date;
    struct civil c = civil_from_us(us);
    return arena_fmt(ctx->arena, "%.*sT%02d:%02d:%02d", STR_ARG(date), c.hour, c.min, c.sec);
}

static struct place place_of(struct ctx *ctx, const struct json *at)
{
    struct str cc = json_str(at, "countryCode");
    return (struct place){json_str(at, "city"), json_str(at, "stateProvince"),
                          json_text(at, "postalCode"),
                          scan_country(ctx, str_empty(cc) ? json_str(at, "country") : cc)};
}

/* Where it was left, and what that says. */
static void left_where(struct tracking_event *ev, struct str where)
{
    ev->drop_off_note = str_trim(where);
    if (ev->reason == REASON_NONE)
        ev->reason = scan_left(where);
}

/* ---- push */

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str given = http_msg_header(msg, "credential");
    return sig_header_secret(ctx, acct,
                             str_empty(given) ? http_msg_header(msg, "x-api-key") : given);
}

/* scheduledDeliveryDate may be a date of long ago: one that lies a month before the scan is no
 * estimate of this journey. */
static struct str push_estimate(struct ctx *ctx, const struct json *v, const struct when *scan)
{
    int64_t day = 0;
    struct str ymd = json_text(v, "scheduledDeliveryDate");
    if (!time_ymd_hms(ymd, STR_NULL, &day) || scan->kind == WHEN_NONE ||
        (scan->has_local ? scan->local_us : scan->utc_us) - day > 30 * US_PER_DAY)
        return STR_NULL;
    return iso_time(ctx, iso_date(ctx, ymd), json_text(v, "deliveryEndTime"));
}

static enum err decode_push(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
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
    const struct json *st = json_get(v, "activityStatus");
    map_status(ev, st, json_text(st, "descriptionCode"));
    ev->location = place_of(ctx, json_get(v, "activityLocation"));
    ev->occurred =
        time_of(json_text(v, "localActivityDate"), json_text(v, "localActivityTime"),
                json_text(v, "gmtActivityDate"), json_text(v, "gmtActivityTime"), STR_NULL);
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(json_str(v, "receivedBy"));
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, push_estimate(ctx, v, &ev->occurred));
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_push, .decode_ahead = true};

/* ---- poll */

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    out->method = STR("GET");
    struct str tail = arena_fmt(ctx->arena, "%.*s?locale=en_US",
                                STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->url = url_join(ctx, acct, BASE, "/api/track/v1/details/", tail);
    enum err e =
        out_req_header(ctx, out, STR("transId"),
                       arena_fmt(ctx->arena, "wismo-%lld", (long long)clock_now_us(ctx->clock)));
    return e == OK ? out_req_header(ctx, out, STR("transactionSrc"), STR("wismo")) : e;
}

static enum err add_activity(struct ctx *ctx, const struct json *act, struct str number,
                             struct decoded *out)
{
    struct tracking_event *ev = NULL;
    const struct json *st = json_get(act, "status");
    enum err e = scan_add(ctx, out, STR("ups"), number, &ev);
    if (e != OK)
        return e;
    map_status(ev, st, json_text(st, "statusCode"));
    ev->location = place_of(ctx, json_path(act, "location.address"));
    ev->occurred =
        time_of(json_text(act, "date"), json_text(act, "time"), json_text(act, "gmtDate"),
                json_text(act, "gmtTime"), json_str(act, "gmtOffset"));
    return OK;
}

/* RDD (rescheduled) wins over SDD, DEL is the delivery; with the window's end where UPS gives one.
 */
static struct str estimate_of(struct ctx *ctx, const struct json *pkg)
{
    struct str date = STR_NULL;
    bool moved = false;
    JSON_EACH(d, json_get(pkg, "deliveryDate")) {
        bool rdd = str_eq(json_str(d, "type"), STR("RDD"));
        if (rdd || (!moved && str_eq(json_str(d, "type"), STR("SDD"))))
            date = iso_date(ctx, json_text(d, "date"));
        moved = moved || rdd;
    }
    const struct json *t = json_get(pkg, "deliveryTime");
    bool window =
        str_eq(json_str(t, "type"), STR("EDW")) || str_eq(json_str(t, "type"), STR("CMT"));
    return window ? iso_time(ctx, date, json_text(t, "endTime")) : date;
}

/* What UPS says of the whole parcel; the post's number when the post brings it. */
static void add_wide(struct ctx *ctx, const struct json *pkg, struct decoded *out, size_t from)
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
    ev->pickup_until =
        iso_date(ctx, json_text(json_get(pkg, "accessPointInformation"), "pickupByDate"));
    ev->service = json_str(json_get(pkg, "service"), "description");
    JSON_EACH(alt, json_get(pkg, "alternateTrackingNumber")) {
        struct str n = json_text(alt, "number");
        if (str_starts(json_str(alt, "type"), STR("USPS")) &&
            tracking_number_normalise(ctx, n, &n) == OK && !str_empty(n)) {
            ev->next_carrier = STR("usps");
            ev->next_number = n;
        }
    }
}

static enum err add_package(struct ctx *ctx, const struct json *pkg, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(pkg, "trackingNumber");
    const struct json *now = json_get(pkg, "currentStatus");
    enum err e = OK;
    JSON_EACH(act, json_get(pkg, "activity")) {
        e = add_activity(ctx, act, number, out);
        if (e != OK)
            return e;
    }
    if (out->n == from && json_first(now) != NULL) {
        struct tracking_event *ev =
            NULL; /* a label without activity yet, or one that was dropped */
        e = scan_add(ctx, out, STR("ups"), number, &ev);
        if (e != OK)
            return e;
        map_status(ev, now, json_text(now, "statusCode"));
    }
    scan_done(ctx, out, from, true);
    add_wide(ctx, pkg, out, from);
    scan_estimate(out, from, estimate_of(ctx, pkg));
    return OK;
}

static bool is_number(struct ctx *ctx, struct str given, struct str want)
{
    struct str n = STR_NULL;
    return tracking_number_normalise(ctx, given, &n) == OK && !str_empty(n) && str_eq(n, want);
}

/* The package was asked for by its number, or by the one that another carrier knows it under. */
static bool is_asked(struct ctx *ctx, const struct json *pkg, struct str asked)
{
    if (is_number(ctx, json_text(pkg, "trackingNumber"), asked))
        return true;
    JSON_EACH(alt, json_get(pkg, "alternateTrackingNumber")) {
        if (is_number(ctx, json_text(alt, "number"), asked))
            return true;
    }
    return false;
}

/*
 * One shipment: of several packages the one that was asked for, by the poller or, in a payload read
 * by hand, as the answer repeats it (inquiryNumber); all when that names none of them.
 */
static enum err add_shipment(struct ctx *ctx, const struct json *ship, const struct poll_ask *ask,
                             struct decoded *out)
{
    struct str asked = ask == NULL ? json_text(ship, "inquiryNumber") : ask->tracking_number;
    bool named = false;
    enum err e = str_empty(asked) ? OK : tracking_number_normalise(ctx, asked, &asked);
    JSON_EACH(pkg, json_get(ship, "package")) {
        named = named || is_asked(ctx, pkg, asked);
    }
    JSON_EACH(pkg, json_get(ship, "package")) {
        if (e == OK && (named ? is_asked(ctx, pkg, asked) : ask == NULL))
            e = add_package(ctx, pkg, out);
    }
    const struct json *warn = json_first(json_get(ship, "warnings"));
    if (e == OK && warn != NULL && json_first(json_get(ship, "package")) == NULL)
        e = not_found_add(ctx, out, STR("ups"), asked, json_text(warn, "code"),
                          json_str(warn, "message"));
    return e;
}

/* Codes of a sign-in that UPS refuses (25000x); all other errors are about the number. */
static enum err decode_errors(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                              int64_t status, struct decoded *out)
{
    const struct json *err = json_path(v, "response.errors.0");
    struct str code = json_text(err, "code");
    if (err == NULL)
        return ctx_fail(ctx, ERR_PARSE, "trackResponse: missing");
    if (code.n == 6 && str_starts(code, STR("25000")))
        status = 401;
    return scan_refused(ctx, out, ask, status,
                        (struct not_found_fact){.carrier = STR("ups"),
                                                .code = code,
                                                .message = json_str(err, "message")});
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                            const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    (void)acct;
    (void)cursor;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *ans = json_get(v, "trackResponse");
    if (ans == NULL && json_get(v, "trackingNumber") != NULL)
        return decode_push(ctx, acct, msg, out);
    if (ans == NULL)
        return decode_errors(ctx, v, ask, msg->status, out);
    JSON_EACH(ship, json_get(ans, "shipment")) {
        e = add_shipment(ctx, ship, ask, out);
        if (e != OK)
            return e;
    }
    return OK;
}

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_ups = {
    .id = "ups",
    .title = "UPS",
    .docs_url = "https://developer.ups.com/api/reference",
    .api_version = "Track v1, Track Alert v2",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BASIC,
    .auth_path = "/security/v1/oauth/token",
    .base_url = BASE,
    .limits = {.calls = 10,
               .window_s = 1,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "ups",
    .hook = &HOOK,
    .poll = &POLL,
};
