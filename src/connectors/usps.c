/*
 * USPS: Tracking v3 (GET, one number), v3r2 (a JSON array) and Subscriptions-tracking push. Facts:
 * the vendor's developer portal as used by public integrations. Traps: eventTimestamp is the local
 * clock even where it ends in Z; the place of a delivery is only in its text; event code 01 covers
 * "to original sender"; NT and TL are made without a scan.
 */
#include "base/http_client.h"
#include "base/num.h"
#include "base/scan.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://apis.usps.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true,
     "secret of the tracking subscription (at least 32 characters)"},
    {"signature_header", false, false,
     "header that carries the HMAC: X-HMAC or X-USPS-Hmac-Signature unless set"},
    {"signature_encoding", false, false, "base64 unless set to hex"},
    {"api", false, false, "v3 unless set to v3r2, to which USPS moves newer accounts"},
    {"scope", false, false, "OAuth scope, where the portal asks for one, e.g. tracking"},
    {"api_user", true, true, "consumer key"},
    {"api_secret", true, true, "consumer secret"},
    {NULL, false, false, NULL},
};

/* GMTTimestamp is true UTC, with or without its Z; eventTimestamp is the local clock, its Z is a
 * mistake. Without any of it the place tells the zone, where it can. */
static struct when time_of(const struct json *v)
{
    struct str local = json_str(v, "eventTimestamp"), gmt = json_str(v, "GMTTimestamp"),
               off = json_str(v, "GMTOffset");
    struct when w = {0}, u = {0};
    int32_t off_s;
    if (when_parse(str_sub(local, 0, 19), &w) != OK)
        w = (struct when){0};
    if (when_parse(gmt, &u) == OK && u.kind != WHEN_DATE) {
        struct when utc = when_from_utc(u.kind == WHEN_UTC ? u.utc_us : u.local_us);
        utc.local_us = w.kind == WHEN_LOCAL ? w.local_us : utc.utc_us;
        utc.has_local = w.kind == WHEN_LOCAL;
        return utc;
    }
    if (w.kind == WHEN_LOCAL && !str_empty(off) && parse_offset(off, &off_s))
        return when_from_local(w.local_us, true, off_s);
    return w;
}

/* Where it was delivered is only in the text; the first phrase of this list that it has counts:
 * "Individual Picked Up at Post Office" is no person at the door. */
static void map_delivered(struct tracking_event *ev, struct str text)
{
    static const struct {
        const char *in_text, *key;
    } WHERE[] = {{"original sender", "return"},
                 {"to sender", "return"},
                 {"picked up", "picked up"},
                 {"parcel locker", "parcel locker"},
                 {"mailbox", "mailbox"},
                 {"front door", "front door"},
                 {"porch", "front door"},
                 {"front desk", "front desk"},
                 {"reception", "front desk"},
                 {"mail room", "front desk"},
                 {"garage", "garage"},
                 {"neighbor", "neighbor"},
                 {"individual", "left with individual"},
                 {"to agent", "agent"},
                 {"po box", "po box"}};
    struct status_row row;
    for (size_t i = 0; i < sizeof(WHERE) / sizeof(WHERE[0]); i++)
        if (str_contains_nocase(text, str_of(WHERE[i].in_text)) &&
            status_find_prefixed("usps", "01:", str_of(WHERE[i].key), &row)) {
            ev->status = row.status;
            ev->reason = row.reason;
            return;
        }
}

/* Who took it and where it was left: "Delivered, Front Door/Porch". 17, "picked up by agent", says
 * all of it by itself. */
static void add_delivery(const struct json *v, struct tracking_event *ev)
{
    struct str text = ev->description;
    if (!str_eq(ev->code, STR("17")))
        map_delivered(ev, text);
    if (ev->status != PARCEL_DELIVERED)
        return;
    const char *comma = text.n == 0 ? NULL : memchr(text.p, ',', text.n);
    if (comma != NULL)
        ev->drop_off_note = str_trim(str_sub(text, (size_t)(comma - text.p) + 1, text.n));
    ev->signed_by = scan_signer(json_str(v, "name"));
}

static struct place place_of(struct ctx *ctx, const struct json *v)
{
    struct place p = {.city = json_str(v, "eventCity"),
                      .region = json_str(v, "eventState"),
                      .postal_code = json_text(v, "eventZIP")};
    struct str country = json_str(v, "eventCountry");
    if (!str_empty(country))
        p.country = scan_country(ctx, country);
    else if (!str_empty(p.city) || !str_empty(p.region) || !str_empty(p.postal_code))
        p.country = STR("US"); /* null means the United States */
    return p;
}

/*
 * Sentences that USPS makes without a scan, so that a page shows something: the words always, the
 * codes NT and TL where no place is told.
 */
static bool is_synthetic(const struct tracking_event *ev)
{
    bool code = str_eq(ev->code, STR("NT")) || str_eq(ev->code, STR("TL"));
    return str_contains_nocase(ev->description, STR("in transit to next facility")) ||
           (code && str_empty(ev->location.city) && str_empty(ev->location.postal_code));
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str number,
                          struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, STR("usps"), number, &ev);
    if (e != OK)
        return e;
    struct str code = json_text(v, "eventCode"), text = json_str(v, "eventType");
    const struct code_try tries[] = {{"", code}, {"cat:", json_str(v, "statusCategory")}};
    scan_map(ev, "usps", tries, 2);
    ev->description = text_plain(ctx, str_empty(text) ? json_str(v, "status") : text);
    ev->location = place_of(ctx, v);
    ev->occurred = time_of(v);
    ev->synthetic = is_synthetic(ev);
    if (ev->status == PARCEL_DELIVERED)
        add_delivery(v, ev);
    return OK;
}

/* "2026-11-24" and "6:00 PM" as one; the day alone when the clock is none. */
static struct str with_clock(struct ctx *ctx, struct str day, struct str clock)
{
    struct scan s = scan_of(str_trim(clock));
    int64_t h, m = 0;
    if (day.n != 10 || !scan_digits(&s, 1, 2, &h) ||
        (scan_char(&s, ':') && !scan_digits(&s, 2, 2, &m)))
        return day;
    scan_space(&s);
    bool pm = str_starts(s.rest, STR("p")) || str_starts(s.rest, STR("P"));
    bool am = str_starts(s.rest, STR("a")) || str_starts(s.rest, STR("A"));
    if (h < 1 || h > 12 || m > 59 || !(am || pm))
        return day;
    h = h % 12 + (pm ? 12 : 0);
    return arena_fmt(ctx->arena, "%.*sT%02d:%02d:00", STR_ARG(day), (int)h, (int)m);
}

/* All of them are days or clocks of the recipient, a Z or not; a promise only when there is no
 * forecast. */
static struct str estimate_of(struct ctx *ctx, const struct json *v)
{
    static const struct {
        const char *day, *clock;
    } NAMES[] = {{"expectedDeliveryTimeStamp", NULL},
                 {"expectedDeliveryTimestamp", NULL},
                 {"expectedDeliveryDate", "expectedDeliveryTime"},
                 {"predictedDeliveryDate", "predictedDeliveryTime"},
                 {"guaranteedDeliveryTimeStamp", NULL},
                 {"guaranteedDeliveryDate", NULL}};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct str s = estimate_text(ctx, str_sub(str_trim(json_str(v, NAMES[i].day)), 0, 19));
        if (!str_empty(s))
            return NAMES[i].clock == NULL ? s : with_clock(ctx, s, json_str(v, NAMES[i].clock));
    }
    return STR_NULL;
}

/* What is parcel-wide. The category helps where the newest event's own code is not known. */
static void add_wide(struct ctx *ctx, const struct json *v, struct decoded *out, size_t from)
{
    struct tracking_event *ev = scan_newest(out, from);
    struct status_row row;
    if (ev == NULL)
        return;
    ev->service = text_plain(ctx, json_str(v, "mailClass"));
    if (!str_empty(json_text(v, "destinationZIP")))
        ev->dest_country = STR("US");
    if (ev->status == PARCEL_UNKNOWN &&
        status_find_prefixed("usps", "cat:", json_str(v, "statusCategory"), &row)) {
        ev->status = row.status;
        ev->reason = row.reason;
        if (ev->status == PARCEL_DELIVERED)
            add_delivery(v, ev);
    }
}

/* {"error": {"code", "message"}}, alone or as an element of v3r2's array with a statusCode. */
static enum err add_error(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                          struct str number, int64_t http_status, struct decoded *out)
{
    const struct json *err = json_get(v, "error");
    struct str code = json_text(err, "code");
    int64_t status = http_status;
    if (num_parse_i64(code, 100, 599, &status) != OK &&
        num_parse_i64(json_text(v, "statusCode"), 100, 599, &status) != OK)
        status = http_status;
    struct str text = json_str(err, "message");
    if (str_empty(text))
        text = json_str(json_path(err == NULL ? v : err, "errors.0"), "detail");
    return scan_refused(ctx, out, ask, status,
                        (struct not_found_fact){STR("usps"), number, code, text});
}

static enum err decode_one(struct ctx *ctx, const struct json *v, const struct poll_ask *ask,
                           int64_t http_status, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(v, "trackingNumber");
    if (str_empty(number) && ask != NULL)
        number = ask->tracking_number;
    if (json_first(json_get(v, "error")) != NULL || json_first(json_get(v, "errors")) != NULL)
        return add_error(ctx, v, ask, number, http_status, out);
    const struct json *events = json_get(v, "trackingEvents");
    bool told = json_get(v, "eventCode") != NULL || json_get(v, "statusCategory") != NULL;
    if (events == NULL && !told)
        return ctx_fail(ctx, ERR_PARSE, "trackingEvents: missing");
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "trackingNumber: missing");
    enum err e = told && json_first(events) == NULL ? add_event(ctx, v, number, out) : OK;
    JSON_EACH(ev, events) {
        if (e == OK)
            e = add_event(ctx, ev, number, out);
    }
    if (e != OK)
        return e;
    scan_done(ctx, out, from, true);
    add_wide(ctx, v, out, from);
    scan_estimate(out, from, estimate_of(ctx, v));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (json_is(json_get(v, "payload"), JSON_OBJECT))
        v = json_get(v, "payload");
    if (!json_is(v, JSON_ARRAY))
        return decode_one(ctx, v, ask, msg->status, out);
    JSON_EACH(one, v) {
        /* in a list only an element that names its number is about it */
        if (e == OK)
            e = decode_one(ctx, one, v->count == 1 ? ask : NULL, msg->status, out);
    }
    return e;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                            const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

/* Integrations name two headers; the setting decides where it is set. */
static struct str signature_of(struct ctx *ctx, const struct account *acct,
                               const struct http_msg *msg)
{
    struct str name = account_setting(acct, "signature_header");
    if (!str_empty(name))
        return http_msg_header(msg, arena_fmt(ctx->arena, "%.*s", STR_ARG(name)).p);
    struct str given = http_msg_header(msg, "X-HMAC");
    return str_empty(given) ? http_msg_header(msg, "X-USPS-Hmac-Signature") : given;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    bool hex = str_eq(account_setting(acct, "signature_encoding"), STR("hex"));
    return sig_hmac(ctx, acct, MAC_SHA256, hex ? SIG_HEX : SIG_BASE64, STR(""),
                    signature_of(ctx, acct, msg), &msg->body, 1);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

static enum err request_v3r2(struct ctx *ctx, const struct account *acct,
                             const struct poll_ask *ask, struct out_req *out)
{
    struct buf b;
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    jw_arr(&w);
    jw_obj(&w);
    jw_kstr(&w, "trackingNumber", ask->tracking_number);
    jw_end(&w);
    jw_arr_end(&w);
    out->method = STR("POST");
    out->url = url_join(ctx, acct, BASE, "/tracking/v3r2/tracking", STR_NULL);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    if (str_eq(account_setting(acct, "api"), STR("v3r2")))
        return request_v3r2(ctx, acct, ask, out);
    out->method = STR("GET");
    struct str tail = arena_fmt(ctx->arena, "%.*s?expand=DETAIL",
                                STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->url = url_join(ctx, acct, BASE, "/tracking/v3/tracking/", tail);
    return OK;
}

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_usps = {
    .id = "usps",
    .title = "USPS",
    .docs_url = "https://developers.usps.com/trackingv3",
    .api_version = "Tracking v3",
    .role = ROLE_CARRIER,
    .auth = AUTH_OAUTH2_BODY,
    .auth_path = "/oauth2/v3/token",
    .base_url = BASE,
    .limits = {.calls = 60,
               .window_s = 3600,
               .poll_every_s = 6 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "default quota of the portal, raised on request; unconfirmed"},
    .cfg = CFG,
    .status_file = "usps",
    .hook = &HOOK,
    .poll = &POLL,
};
