/*
 * FedEx: Track API v1 (poll) and Advanced Integrated Visibility (webhook, header fdx-signature). Facts: the vendor's developer
 * pages as used by public integrations. Traps: errors inside a 200; a number used again gives several results, only the latest
 * ship date is this parcel; some dates have no offset, midnight ones are days; SHIP is a day; DE needs its exception code.
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
    return (struct place){json_str(at, "city"), json_str(at, "stateOrProvinceCode"), json_text(at, "postalCode"),
                          scan_country(ctx, json_str(at, "countryCode"))};
}

static void map_event(const struct json *v, struct tracking_event *ev)
{
    struct str exc = json_text(v, "exceptionCode"), type = json_text(v, "eventType");
    const struct code_try tries[] = {{"", type}, {"", json_text(v, "derivedStatusCode")}, {"derived:", json_text(v, "derivedStatusCode")}};
    scan_map(ev, "fedex", tries, 3);
    struct status_row row;
    bool open = ev->status == PARCEL_EXCEPTION || ev->status == PARCEL_ATTEMPT_FAILED || ev->status == PARCEL_INFO;
    if (!open || str_empty(exc) || !status_find_prefixed("fedex", "exc:", exc, &row))
        return;
    ev->reason = row.reason;
    if (ev->status == PARCEL_EXCEPTION && row.status != PARCEL_INFO)
        ev->status = row.status;
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, STR("fedex"), number, &ev);
    if (e != OK)
        return e;
    map_event(v, ev);
    struct str exc = json_str(v, "exceptionDescription");
    ev->description = str_empty(exc) || str_eq(exc, json_str(v, "eventDescription"))
                          ? str_trim(json_str(v, "eventDescription"))
                          : arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(json_str(v, "eventDescription")), STR_ARG(exc));
    ev->location = place_of(ctx, json_get(v, "scanLocation"));
    ev->occurred = time_of(json_str(v, "date"));
    (void)scan_reason(ev, "fedex", "delay:", json_str(json_get(v, "delayDetail"), "type"));
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
    const struct json *win = json_path(res, "estimatedDeliveryTimeWindow.window");
    struct str s = json_str(win, "ends");
    if (str_empty(s))
        s = date_time(res, "ESTIMATED_DELIVERY");
    if (str_empty(s))
        s = json_str(json_path(res, "standardTransitTimeWindow.window"), "ends");
    struct when w = time_of(s);
    if (w.kind == WHEN_NONE)
        return STR_NULL;
    bool midnight = w.has_local && w.local_us % US_PER_DAY == 0;
    return midnight || w.kind == WHEN_DATE ? arena_fmt(ctx->arena, "%.*s", STR_ARG(str_sub(s, 0, 10))) : s;
}

static void add_proof(const struct json *res, struct decoded *out, size_t from)
{
    const struct json *del = json_get(res, "deliveryDetails");
    struct tracking_event *ev = scan_newest(out, from);
    if (ev == NULL)
        return;
    ev->service = json_str(json_get(res, "serviceDetail"), "description");
    if (ev->status != PARCEL_DELIVERED)
        return;
    struct str who = json_str(del, "receivedByName");
    ev->signed_by = scan_signer(str_empty(who) ? json_str(del, "signedByName") : who);
    ev->drop_off_note = json_str(del, "locationDescription");
}

static struct str number_of(const struct json *res, struct str asked)
{
    struct str n = json_text(json_get(res, "trackingNumberInfo"), "trackingNumber");
    return str_empty(n) ? asked : n;
}

static enum err add_result(struct ctx *ctx, const struct json *res, struct str asked, struct decoded *out)
{
    size_t from = out->n;
    enum err e = OK;
    JSON_EACH(v, json_get(res, "scanEvents")) {
        e = add_event(ctx, v, number_of(res, asked), out);
        if (e != OK)
            return e;
    }
    const struct json *latest = json_get(res, "latestStatusDetail");
    if (out->n == from && latest != NULL) {
        struct tracking_event *ev = NULL; /* known, but not scanned yet */
        struct str code = json_text(latest, "code"), derived = json_text(latest, "derivedCode");
        const struct code_try tries[] = {{"", code}, {"", derived}, {"derived:", derived}};
        e = scan_add(ctx, out, STR("fedex"), number_of(res, asked), &ev);
        if (e != OK)
            return e;
        scan_map(ev, "fedex", tries, 3);
        ev->description = json_str(latest, "description");
        ev->location = place_of(ctx, json_get(latest, "scanLocation"));
    }
    scan_done(ctx, out, from, true);
    add_proof(res, out, from);
    scan_estimate(out, from, estimate_of(ctx, res));
    return OK;
}

/* A result that has nothing but an error; documentation shows both in one. */
static bool is_error(const struct json *r)
{
    return json_get(r, "error") != NULL && json_get(r, "scanEvents") == NULL && json_get(r, "latestStatusDetail") == NULL;
}

/* The use of the number with the latest ship date is this parcel; scans of the others belong to somebody else. */
static const struct json *current_use(const struct json *results)
{
    const struct json *best = NULL;
    struct str best_date = STR_NULL;
    JSON_EACH(r, results) {
        if (is_error(r))
            continue;
        struct str d = str_sub(date_time(r, "SHIP"), 0, 10);
        if (str_empty(d))
            d = str_sub(date_time(r, "ACTUAL_PICKUP"), 0, 10);
        if (best == NULL || str_cmp(d, best_date) > 0) {
            best = r;
            best_date = d;
        }
    }
    return best;
}

static enum err add_errors(struct ctx *ctx, const struct json *results, struct str asked, struct decoded *out)
{
    JSON_EACH(r, results) {
        const struct json *err = json_get(r, "error");
        if (!is_error(r))
            continue;
        return not_found_add(ctx, out, STR("fedex"), asked, json_str(err, "code"), json_str(err, "message"));
    }
    return OK;
}

static enum err decode_results(struct ctx *ctx, const struct json *all, struct decoded *out)
{
    JSON_EACH(c, all) {
        const struct json *results = json_get(c, "trackResults"), *use = current_use(results);
        struct str asked = json_text(c, "trackingNumber");
        enum err e = use != NULL ? add_result(ctx, use, asked, out) : add_errors(ctx, results, asked, out);
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err decode(struct ctx *ctx, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *all = json_path(v, "output.completeTrackResults");
    if (all == NULL)
        all = json_get(v, "completeTrackResults");
    if (all != NULL)
        return decode_results(ctx, all, out);
    if (json_get(v, "trackResults") != NULL) {
        const struct json *use = current_use(json_get(v, "trackResults"));
        return use == NULL ? OK : add_result(ctx, use, json_text(v, "trackingNumber"), out);
    }
    if (json_get(v, "scanEvents") != NULL)
        return add_result(ctx, v, json_text(v, "trackingNumber"), out);
    struct str code = json_str(json_path(v, "errors.0"), "code");
    if (str_starts(code, STR("NOT.AUTHORIZED")))
        return ctx_fail(ctx, ERR_DENIED, "FedEx refused the sign-in (%.*s)", STR_ARG(code));
    return ctx_fail(ctx, ERR_PARSE, "output.completeTrackResults: missing");
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), http_msg_header(msg, "fdx-signature"), &msg->body, 1);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
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

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)ask;
    (void)cursor;
    return decode(ctx, msg, out);
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_fedex = {
    .id = "fedex",
    .title = "FedEx",
    .docs_url = "https://developer.fedex.com/api/en-us/catalog/track.html",
    .api_version = "Track v1",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BODY,
    .auth_path = "/oauth/token",
    .base_url = BASE,
    .limits = {.calls = 1400, .window_s = 10, .poll_every_s = 4 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "developer pages, per project; unconfirmed"},
    .cfg = CFG,
    .status_file = "fedex",
    .hook = &HOOK,
    .poll = &POLL,
};
