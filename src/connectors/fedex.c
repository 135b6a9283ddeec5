/*
 * FedEx: Track API v1 (poll) and Advanced Integrated Visibility (webhook, header fdx-signature).
 * Facts: the vendor's developer pages as used by public integrations. Traps: errors inside a 200; a
 * number used again gives several results, only the latest ship date is this parcel; some dates
 * have no offset, midnight ones are days; SHIP is a day; DE needs its exception code.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://apis.fedex.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "security token of the visibility webhook"},
    {"api_user", true, true, "API key (client id)"},
    {"api_secret", true, true, "secret key (client secret)"},
    {NULL, false, false, NULL},
};

/* Without an offset and at midnight FedEx means the day. */
static struct when time_of(struct str s)
{
    struct when w = {0};
    if (str_empty(s) || when_parse(s, &w) != OK)
        return (struct when){0};
    if (w.kind == WHEN_LOCAL && w.local_us % US_PER_DAY == 0) {
        struct civil c = civil_from_us(w.local_us);
        return when_from_date(c.year, c.month, c.day);
    }
    return w;
}

static struct place place_of(struct ctx *ctx, const struct json *at)
{
    return (struct place){json_str(at, "city"), json_str(at, "stateOrProvinceCode"),
                          json_text(at, "postalCode"),
                          scan_country(ctx, json_str(at, "countryCode"))};
}

/* A cause that the exception code names; a status only where the event itself says no more than
 * "exception". Front door without a signature (014) is a delivery with its place. */
static void map_exception(struct tracking_event *ev, struct str exc)
{
    struct status_row row;
    bool open = ev->status == PARCEL_EXCEPTION || ev->status == PARCEL_ATTEMPT_FAILED ||
                ev->status == PARCEL_INFO;
    if (str_empty(exc) || !status_find_prefixed("fedex", "exc:", exc, &row))
        return;
    if (!open && !(ev->status == PARCEL_DELIVERED && row.status == PARCEL_DELIVERED))
        return;
    ev->reason = row.reason;
    if (ev->status == PARCEL_EXCEPTION && row.status != PARCEL_INFO)
        ev->status = row.status;
}

/* A delay's cause: not of one that is over, nor in place of a cause that is named. */
static void map_delay(struct tracking_event *ev, const struct json *delay)
{
    struct str status = json_str(delay, "status");
    if (ev->status == PARCEL_DELIVERED || ev->status == PARCEL_INFO ||
        str_eq(status, STR("ON_TIME")) || str_eq(status, STR("EARLY")))
        return;
    if (ev->reason == REASON_NONE || ev->reason == REASON_OTHER)
        (void)scan_reason(ev, "fedex", "delay:", json_str(delay, "type"));
}

static void map_event(const struct json *v, struct tracking_event *ev)
{
    struct str derived = json_text(v, "derivedStatusCode");
    const struct code_try tries[] = {
        {"", json_text(v, "eventType")}, {"", derived}, {"derived:", derived}};
    scan_map(ev, "fedex", tries, 3);
    map_exception(ev, json_text(v, "exceptionCode"));
    map_delay(ev, json_get(v, "delayDetail"));
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str number,
                          struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, STR("fedex"), number, &ev);
    if (e != OK)
        return e;
    map_event(v, ev);
    struct str what = str_trim(json_str(v, "eventDescription")),
               exc = str_trim(json_str(v, "exceptionDescription"));
    ev->description = str_empty(exc) || str_eq(exc, what)
                          ? what
                          : arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(what), STR_ARG(exc));
    ev->location = place_of(ctx, json_get(v, "scanLocation"));
    ev->occurred = time_of(json_str(v, "date"));
    return OK;
}

static struct str date_time(const struct json *res, const char *type)
{
    JSON_EACH(d, json_get(res, "dateAndTimes")) {
        if (str_eq(json_str(d, "type"), str_of(type)))
            return json_str(d, "dateTime");
    }
    return STR_NULL;
}

/* The window's end, then the estimate, then the promise; a midnight is a day. */
static struct str estimate_of(struct ctx *ctx, const struct json *res)
{
    struct str s = json_str(json_path(res, "estimatedDeliveryTimeWindow.window"), "ends");
    if (str_empty(s))
        s = date_time(res, "ESTIMATED_DELIVERY");
    if (str_empty(s))
        s = json_str(json_path(res, "standardTransitTimeWindow.window"), "ends");
    return estimate_text(ctx, s);
}

static void add_wide(struct ctx *ctx, const struct json *res, struct decoded *out, size_t from)
{
    const struct json *del = json_get(res, "deliveryDetails");
    struct tracking_event *ev = scan_newest(out, from);
    if (ev == NULL)
        return;
    ev->service = json_str(json_get(res, "serviceDetail"), "description");
    ev->dest_country = scan_country(
        ctx, json_str(json_path(res, "destinationLocation.locationContactAndAddress.address"),
                      "countryCode"));
    if (ev->status != PARCEL_DELIVERED)
        return;
    struct str who = json_str(del, "receivedByName");
    ev->signed_by = scan_signer(str_empty(who) ? json_str(del, "signedByName") : who);
    ev->drop_off_note = json_str(del, "locationDescription");
    if (ev->reason == REASON_NONE)
        ev->reason = scan_left(ev->drop_off_note);
}

static struct str number_of(const struct json *res, struct str asked)
{
    struct str n = json_text(json_get(res, "trackingNumberInfo"), "trackingNumber");
    return str_empty(n) ? asked : n;
}

/* Known, but not scanned yet. The code may lag behind the derived one. */
static enum err add_latest(struct ctx *ctx, const struct json *latest, struct str number,
                           struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str code = json_text(latest, "code"), derived = json_text(latest, "derivedCode");
    const struct code_try tries[] = {{"", derived}, {"derived:", derived}, {"", code}};
    enum err e = scan_add(ctx, out, STR("fedex"), number, &ev);
    if (e != OK)
        return e;
    scan_map(ev, "fedex", tries, 3);
    map_exception(ev, json_text(json_path(latest, "ancillaryDetails.0"), "reason"));
    map_delay(ev, json_get(latest, "delayDetail"));
    ev->description = str_trim(json_str(latest, "description"));
    ev->location = place_of(ctx, json_get(latest, "scanLocation"));
    return OK;
}

static enum err add_result(struct ctx *ctx, const struct json *res, struct str asked,
                           struct decoded *out)
{
    size_t from = out->n;
    enum err e = OK;
    JSON_EACH(v, json_get(res, "scanEvents")) {
        if (e == OK)
            e = add_event(ctx, v, number_of(res, asked), out);
    }
    const struct json *latest = json_get(res, "latestStatusDetail");
    if (e == OK && out->n == from && json_first(latest) != NULL)
        e = add_latest(ctx, latest, number_of(res, asked), out);
    if (e != OK)
        return e;
    scan_done(ctx, out, from, true);
    add_wide(ctx, res, out, from);
    scan_estimate(out, from, estimate_of(ctx, res));
    return OK;
}

/* A result that has nothing but an error; documentation shows both in one. */
static bool is_error(const struct json *r)
{
    return json_first(json_get(r, "error")) != NULL &&
           json_first(json_get(r, "scanEvents")) == NULL &&
           json_first(json_get(r, "latestStatusDetail")) == NULL;
}

/* The day a use of the number began: SHIP is a day, whatever zone is written behind it. */
static struct str ship_day(const struct json *r)
{
    struct str d = date_time(r, "SHIP");
    if (str_empty(d))
        d = date_time(r, "ACTUAL_PICKUP");
    if (str_empty(d)) /* its newest scan */
        d = json_str(json_first(json_get(r, "scanEvents")), "date");
    return str_sub(d, 0, 10);
}

/* The use of the number with the latest ship date is this parcel; scans of the others belong to
 * somebody else. */
static const struct json *current_use(const struct json *results)
{
    const struct json *best = NULL;
    JSON_EACH(r, results) {
        if (!is_error(r) && (best == NULL || str_cmp(ship_day(r), ship_day(best)) > 0))
            best = r;
    }
    return best;
}

static enum err add_error(struct ctx *ctx, const struct json *results, const struct poll_ask *ask,
                          struct str asked, struct decoded *out)
{
    JSON_EACH(r, results) {
        const struct json *err = json_get(r, "error");
        if (is_error(r))
            return scan_refused(ctx, out, ask, 200,
                                (struct not_found_fact){STR("fedex"), asked, json_str(err, "code"),
                                                        json_str(err, "message")});
    }
    return OK;
}

static enum err add_number(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                           struct decoded *out)
{
    const struct json *results = json_get(v, "trackResults"), *use = current_use(results);
    struct str asked = json_text(v, "trackingNumber");
    return use != NULL ? add_result(ctx, use, asked, out)
                       : add_error(ctx, results, ask, asked, out);
}

/* The whole answer refused: sign-in, limits, or a request that FedEx does not take. */
static enum err decode_errors(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                              int64_t status, struct decoded *out)
{
    const struct json *err = json_path(v, "errors.0");
    struct str code = json_str(err, "code");
    if (err == NULL)
        return ctx_fail(ctx, ERR_PARSE, "output.completeTrackResults: missing");
    if (str_starts(code, STR("NOT.AUTHORIZED")))
        status = 401;
    return scan_refused(
        ctx, out, ask, status,
        (struct not_found_fact){STR("fedex"), STR_NULL, code, json_str(err, "message")});
}

/* An answer has its results in output; a webhook tells one number, with or without the list around
 * its result. */
static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *all = json_path(v, "output.completeTrackResults");
    if (all == NULL)
        all = json_get(v, "completeTrackResults");
    if (all == NULL && json_get(v, "trackResults") != NULL)
        return add_number(ctx, v, ask, out);
    if (all == NULL && json_get(v, "scanEvents") != NULL)
        return add_result(ctx, v, json_text(v, "trackingNumber"), out);
    if (all == NULL)
        return decode_errors(ctx, v, ask, msg->status, out);
    JSON_EACH(one, all) {
        if (e == OK)
            e = add_number(ctx, one, ask, out);
    }
    return e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""),
                    http_msg_header(msg, "fdx-signature"), &msg->body, 1);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    struct buf b;
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kbool(&w, "includeDetailedScans", true);
    jw_key(&w, "trackingInfo");
    jw_arr(&w);
    jw_obj(&w);
    jw_key(&w, "trackingNumberInfo");
    jw_obj(&w);
    jw_kstr(&w, "trackingNumber", ask->tracking_number);
    jw_end(&w);
    jw_end(&w);
    jw_arr_end(&w);
    jw_end(&w);
    out->method = STR("POST");
    out->url = url_join(ctx, acct, BASE, "/track/v1/trackingnumbers", STR_NULL);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                            const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_fedex = {
    .id = "fedex",
    .title = "FedEx",
    .docs_url = "https://developer.fedex.com/api/en-us/catalog/track.html",
    .api_version = "Track v1",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BODY,
    .auth_path = "/oauth/token",
    .base_url = BASE,
    .limits = {.calls = 1400,
               .window_s = 10,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "developer pages, per project; unconfirmed"},
    .cfg = CFG,
    .status_file = "fedex",
    .hook = &HOOK,
    .poll = &POLL,
};
