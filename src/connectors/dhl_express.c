/*
 * MyDHL API (Express), poll only. Facts: developer.dhl.com, MyDHL API tracking. date and time are
 * local to the service area, GMTOffset only in newer answers; UD is a clearance delay, not
 * "undelivered"; a signature counts on OK only.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"

#define BASE "https://express.api.dhl.com"

static const struct cfg_field CFG[] = {
    {"api_user", true, true, "MyDHL API user name"},
    {"api_key", true, true, "MyDHL API password"},
    {NULL, false, false, NULL},
};

static struct when time_of(struct ctx *ctx, const struct json *v)
{
    struct str date = json_str(v, "date"), clock = json_str(v, "time"),
               off = json_str(v, "GMTOffset");
    struct when w = {0};
    int32_t off_s = 0;
    if (str_empty(clock))
        return when_parse(date, &w) == OK ? w : (struct when){0};
    struct str both = arena_fmt(ctx->arena, "%.*sT%.*s", STR_ARG(date), STR_ARG(clock));
    if (when_parse(both, &w) != OK)
        return (struct when){0};
    if (w.kind == WHEN_LOCAL && !str_empty(off) && parse_offset(off, &off_s))
        return when_from_local(w.local_us, true, off_s);
    return w;
}

/* "PARIS - FRANCE": what stands behind the last " - " is the country; "New York, NY": behind a
 * comma a state, else a country. */
static struct place place_of(struct ctx *ctx, struct str text)
{
    struct place p = {.city = str_trim(text)};
    for (size_t i = text.n; i-- > 0;)
        if (str_eq(str_sub(text, i, 3), STR(" - "))) {
            p.city = str_trim(str_sub(text, 0, i));
            p.country = scan_country(ctx, str_sub(text, i + 3, text.n));
            break;
        }
    for (size_t i = p.city.n; i-- > 0;) {
        struct str behind = str_trim(str_sub(p.city, i + 1, p.city.n));
        if (p.city.p[i] != ',')
            continue;
        if (is_us_state(behind) && (str_empty(p.country) || str_eq(p.country, STR("US")))) {
            p.region = behind;
            p.country = STR("US");
        } else if (str_empty(p.country)) {
            p.country = scan_country(ctx, behind);
        }
        if (!str_empty(p.region) || !str_empty(p.country))
            p.city = str_trim(str_sub(p.city, 0, i));
        break;
    }
    return p;
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str number,
                          struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, STR("dhl_express"), number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_text(v, "typeCode")}};
    scan_map(ev, "dhl_express", tries, 1);
    ev->description = str_trim(json_str(v, "description"));
    ev->location = place_of(ctx, json_str(json_path(v, "serviceArea.0"), "description"));
    ev->occurred = time_of(ctx, v);
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(json_str(v, "signedBy"));
    return OK;
}

static bool newest_first(const struct json *events)
{
    const struct json *a = json_at(events, 0), *b = events == NULL || events->count == 0
                                                        ? NULL
                                                        : json_at(events, events->count - 1);
    int c = str_cmp(json_str(a, "date"), json_str(b, "date"));
    return c != 0 ? c > 0 : str_cmp(json_str(a, "time"), json_str(b, "time")) >= 0;
}

static enum err add_shipment(struct ctx *ctx, const struct json *sh, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(sh, "shipmentTrackingNumber");
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "shipments[].shipmentTrackingNumber: missing");
    JSON_EACH(v, json_get(sh, "events")) {
        e = add_event(ctx, v, number, out);
        if (e != OK)
            return e;
    }
    scan_done(ctx, out, from, newest_first(json_get(sh, "events")));
    struct tracking_event *newest = scan_newest(out, from);
    if (newest != NULL)
        newest->service = json_str(sh, "description");
    struct str est = json_str(sh, "estimatedTimeOfDelivery");
    scan_estimate(out, from,
                  estimate_text(ctx, str_empty(est) ? json_str(sh, "estimatedDeliveryDate") : est));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                       const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    int64_t status = 0;
    (void)acct;
    (void)cursor;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *list = json_get(v, "shipments");
    if (list == NULL && json_i64(v, "status", 100, 599, &status) == OK)
        return scan_refused(ctx, out, ask, status,
                            (struct not_found_fact){.carrier = STR("dhl_express"),
                                                    .code = json_text(v, "status"),
                                                    .message = json_str(v, "detail")});
    if (list == NULL)
        return ctx_fail(ctx, ERR_PARSE, "shipments: missing");
    JSON_EACH(sh, list) {
        if (e == OK)
            e = add_shipment(ctx, sh, out);
    }
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    struct str tail = arena_fmt(ctx->arena, "%.*s&trackingView=all-checkpoints&levelOfDetail=all",
                                STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/mydhlapi/tracking?shipmentTrackingNumber=", tail);
    return OK;
}

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_PARCEL, .request = request, .decode = decode};

const struct connector connector_dhl_express = {
    .id = "dhl_express",
    .title = "DHL Express (MyDHL)",
    .docs_url = "https://developer.dhl.com/api-reference/dhl-express-mydhl-api",
    .api_version = "MyDHL API",
    .role = ROLE_CARRIER,
    .auth = AUTH_BASIC,
    .base_url = BASE,
    .limits = {.calls = 5,
               .window_s = 1,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "dhl_express",
    .poll = &POLL,
};
