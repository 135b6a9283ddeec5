/*
 * USPS: Tracking v3 (GET, one number), v3r2 (a JSON array) and Subscriptions-tracking push. Facts: the vendor's developer
 * portal as used by public integrations. Traps: eventTimestamp is the local clock even where it ends in Z; the place of a
 * delivery is only in its text; event code 01 covers "to original sender"; NT and TL are made without a scan.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://apis.usps.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "secret of the tracking subscription (at least 32 characters)"},
    {"signature_header", false, false, "header that carries the HMAC: X-HMAC unless set (integrations differ)"},
    {"signature_encoding", false, false, "base64 unless set to hex"},
    {"api_user", true, true, "consumer key"},
    {"api_secret", true, true, "consumer secret"},
    {NULL, false, false, NULL},
};

/* GMTTimestamp is true UTC; eventTimestamp is the local clock, its Z is a mistake. */
static struct when time_of(const struct json *v)
{
    struct str local = json_str(v, "eventTimestamp"), gmt = json_str(v, "GMTTimestamp"), off = json_str(v, "GMTOffset");
    struct when w = {0}, u;
    int32_t off_s;
    if (str_ends(local, STR("Z")))
        local.n--;
    if (str_empty(local) || when_parse(str_sub(local, 0, 19), &w) != OK)
        w = (struct when){0};
    if (!str_empty(gmt) && when_parse(gmt, &u) == OK && u.kind == WHEN_UTC) {
        u.local_us = w.local_us;
        u.has_local = w.kind == WHEN_LOCAL;
        return u;
    }
    if (w.kind == WHEN_LOCAL && !str_empty(off) && parse_offset(off, &off_s))
        return when_from_local(w.local_us, true, off_s);
    return w;
}

/* Where it was delivered, from the text: the longest known phrase that the text has after "Delivered". */
static void map_delivered(struct tracking_event *ev, struct str text)
{
    static const struct {
        const char *in_text, *key;
    } WHERE[] = {{"original sender", "return"}, {"to sender", "return"}, {"parcel locker", "parcel locker"}, {"mailbox", "mailbox"},
                 {"front door", "front door"}, {"porch", "front door"}, {"individual", "left with individual"},
                 {"front desk", "front desk"}, {"reception", "front desk"}, {"mail room", "front desk"}, {"garage", "garage"},
                 {"neighbor", "neighbor"}, {"agent", "agent"}, {"po box", "po box"}, {"picked up", "picked up"}};
    struct status_row row;
    for (size_t i = 0; i < sizeof(WHERE) / sizeof(WHERE[0]); i++)
        if (str_contains_nocase(text, str_of(WHERE[i].in_text)) && status_find_prefixed("usps", "01:", str_of(WHERE[i].key), &row)) {
            ev->status = row.status;
            ev->reason = row.reason;
            return;
        }
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, STR("usps"), number, &ev);
    if (e != OK)
        return e;
    struct str code = json_text(v, "eventCode"), text = text_plain(ctx, json_str(v, "eventType"));
    const struct code_try tries[] = {{"", code}, {"cat:", json_str(v, "statusCategory")}};
    scan_map(ev, "usps", tries, 2);
    ev->description = text;
    if (str_eq(code, STR("01"))) {
        map_delivered(ev, text);
        const char *comma = text.n == 0 ? NULL : memchr(text.p, ',', text.n);
        if (comma != NULL && ev->status == PARCEL_DELIVERED)
            ev->drop_off_note = str_trim(str_sub(text, (size_t)(comma - text.p) + 1, text.n));
        ev->signed_by = ev->status == PARCEL_DELIVERED ? scan_signer(json_str(v, "name")) : STR_NULL;
    }
    ev->synthetic = str_eq(code, STR("NT")) || str_eq(code, STR("TL")) || str_contains_nocase(text, STR("in transit to next facility"));
    struct str country = json_str(v, "eventCountry");
    bool known = !str_empty(json_str(v, "eventState")) || !str_empty(json_text(v, "eventZIP")) || !str_empty(json_str(v, "eventCity"));
    ev->location = (struct place){json_str(v, "eventCity"), json_str(v, "eventState"), json_text(v, "eventZIP"),
                                  str_empty(country) ? (known ? STR("US") : STR_NULL) : scan_country(ctx, country)};
    ev->occurred = time_of(v);
    return OK;
}

/* "6:00 PM" and "2026-11-24T00:00:00Z": a day, with the hour when there is one. */
static struct str estimate_of(struct ctx *ctx, const struct json *v)
{
    static const char *const NAMES[] = {"expectedDeliveryTimeStamp", "predictedDeliveryDate", "expectedDeliveryDate",
                                        "guaranteedDeliveryTimeStamp", "expectedDeliveryTimestamp"};
    struct when w;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct str s = json_str(v, NAMES[i]);
        if (str_empty(s) || when_parse(s, &w) != OK)
            continue;
        int64_t wall = w.has_local ? w.local_us : w.utc_us;
        if (w.kind == WHEN_DATE || wall % US_PER_DAY == 0)
            return arena_fmt(ctx->arena, "%.*s", STR_ARG(str_sub(s, 0, 10)));
        return arena_fmt(ctx->arena, "%.*s", STR_ARG(str_sub(s, 0, 19)));
    }
    return STR_NULL;
}

static bool is_error(const struct json *v)
{
    return json_get(v, "error") != NULL || json_get(v, "errors") != NULL;
}

static enum err decode_one(struct ctx *ctx, const struct json *v, const struct poll_ask *ask, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(v, "trackingNumber");
    if (str_empty(number) && ask != NULL)
        number = ask->tracking_number;
    if (is_error(v)) {
        const struct json *err = json_get(v, "error");
        return not_found_add(ctx, out, STR("usps"), number, json_text(err, "code"), json_str(err, "message"));
    }
    const struct json *events = json_get(v, "trackingEvents");
    if (events == NULL && json_get(v, "eventCode") == NULL && json_get(v, "statusCategory") == NULL)
        return ctx_fail(ctx, ERR_PARSE, "trackingEvents: missing");
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "trackingNumber: missing");
    enum err e = events == NULL ? add_event(ctx, v, number, out) : OK;
    JSON_EACH(ev, events) {
        if (e == OK)
            e = add_event(ctx, ev, number, out);
    }
    if (e != OK)
        return e;
    scan_done(ctx, out, from, true);
    struct tracking_event *newest = scan_newest(out, from);
    if (newest != NULL)
        newest->service = text_plain(ctx, json_str(v, "mailClass"));
    scan_estimate(out, from, estimate_of(ctx, v));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK || !json_is(v, JSON_ARRAY)) {
        if (e == OK && json_is(json_get(v, "payload"), JSON_OBJECT))
            v = json_get(v, "payload");
        return e == OK ? decode_one(ctx, v, ask, out) : e;
    }
    JSON_EACH(one, v) {
        e = decode_one(ctx, one, ask, out);
        if (e != OK)
            return e;
    }
    return OK;
}

/* An answer that holds no number of its own: taken from the file's own context only by the poller. */
static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str name = account_setting(acct, "signature_header");
    bool hex = str_eq(account_setting(acct, "signature_encoding"), STR("hex"));
    struct str z = arena_fmt(ctx->arena, "%.*s", STR_ARG(str_empty(name) ? STR("X-HMAC") : name));
    struct str given = http_msg_header(msg, z.p);
    return sig_hmac(ctx, acct, MAC_SHA256, hex ? SIG_HEX : SIG_BASE64, STR(""), given, &msg->body, 1);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    if (str_eq(account_setting(acct, "api"), STR("v3r2"))) {
        out->method = STR("POST");
        out->url = url_join(ctx, acct, BASE, "/tracking/v3r2/tracking", STR_NULL);
        out->body = arena_fmt(ctx->arena, "[{\"trackingNumber\":\"%.*s\"}]", STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
        return out_req_header(ctx, out, STR("Content-Type"), STR("application/json"));
    }
    out->method = STR("GET");
    struct str tail = arena_fmt(ctx->arena, "%.*s?expand=DETAIL", STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->url = url_join(ctx, acct, BASE, "/tracking/v3/tracking/", tail);
    return OK;
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_usps = {
    .id = "usps",
    .title = "USPS",
    .docs_url = "https://developers.usps.com/trackingv3",
    .api_version = "Tracking v3",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BODY,
    .auth_path = "/oauth2/v3/token",
    .base_url = BASE,
    .limits = {.calls = 60, .window_s = 3600, .poll_every_s = 6 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "default quota of the portal, raised on request; unconfirmed"},
    .cfg = CFG,
    .status_file = "usps",
    .hook = &HOOK,
    .poll = &POLL,
};
