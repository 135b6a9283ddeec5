/*
 * ShipEngine and ShipStation v2: API_TRACK webhook (RSA signature, key by id from a JWKS) and GET /v1/tracking; ShipStation's
 * classic SHIP_NOTIFY names a resource to read. Facts: shipengine-openapi and SDK tests. Traps: occurred_at is UTC,
 * carrier_occurred_at the local clock of the same scan; codes may be numbers or undocumented; empty strings are absent.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#define BASE "https://api.shipengine.com"

static const struct cfg_field CFG[] = {
    {"jwks", false, false, "the vendor's published signing keys (JSON of https://api.shipengine.com/jwks)"},
    {"api_key", false, true, "API key (header API-Key)"},
    {NULL, false, false, NULL},
};

static struct when time_of(const struct json *v)
{
    struct when utc = {0}, local = {0};
    struct str at = json_str(v, "occurred_at");
    if (str_empty(at))
        at = json_str(v, "event_date");
    if (!str_empty(at) && when_parse(at, &utc) != OK)
        utc = (struct when){0};
    if (when_parse(json_str(v, "carrier_occurred_at"), &local) != OK || local.kind != WHEN_LOCAL)
        return utc;
    if (utc.kind != WHEN_UTC)
        return local;
    utc.local_us = local.local_us;
    utc.has_local = true;
    return utc;
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str carrier, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_text(v, "status_detail_code")}, {"", json_text(v, "status_code")}, {"", json_text(v, "event_code")},
                                     {"", json_text(v, "carrier_status_code")}};
    scan_map(ev, "shipengine", tries, 4);
    ev->description = str_trim(json_str(v, "description"));
    ev->location = (struct place){json_str(v, "city_locality"), json_str(v, "state_province"), json_text(v, "postal_code"),
                                  scan_country(ctx, json_str(v, "country_code"))};
    ev->occurred = time_of(v);
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(json_str(v, "signer"));
    return OK;
}

static struct str estimate_of(struct ctx *ctx, const struct json *t)
{
    struct str s = json_str(t, "estimated_delivery_date");
    struct when w;
    if (str_empty(s) || when_parse(s, &w) != OK)
        return STR_NULL;
    int64_t wall = w.has_local ? w.local_us : w.utc_us;
    return wall % US_PER_DAY == 0 ? arena_fmt(ctx->arena, "%.*s", STR_ARG(str_sub(s, 0, 10))) : s;
}

static enum err add_tracking(struct ctx *ctx, const struct json *t, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_number"), word = json_str(t, "carrier_code"), carrier = carrier_from_word(word);
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    size_t n = 0;
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    if (str_empty(carrier) && str_empty(word) && number_candidates(ctx, number, cand, &n) == OK && n > 0 && cand[0].trust == TRUST_CHECK_DIGIT)
        carrier = cand[0].carrier; /* the webhook does not say; a check digit does */
    JSON_EACH(v, json_get(t, "events")) {
        e = add_event(ctx, v, str_empty(carrier) ? word : carrier, number, out);
        if (e != OK)
            return e;
    }
    if (out->n == from) {
        struct tracking_event *ev = NULL;
        const struct code_try tries[] = {{"", json_text(t, "status_detail_code")}, {"", json_text(t, "status_code")}};
        e = scan_add(ctx, out, str_empty(carrier) ? word : carrier, number, &ev);
        if (e != OK)
            return e;
        scan_map(ev, "shipengine", tries, 2);
        ev->description = json_str(t, "status_description");
    }
    scan_done(ctx, out, from, true);
    scan_estimate(out, from, estimate_of(ctx, t));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str type = json_str(v, "resource_type");
    if (str_eq(type, STR("API_TRACK")) && json_is(json_get(v, "data"), JSON_OBJECT))
        return add_tracking(ctx, json_get(v, "data"), out);
    if (!str_empty(type) && !str_empty(json_str(v, "resource_url")))
        return decoded_fetch(ctx, out, type, json_str(v, "resource_url"));
    if (json_get(v, "shipments") != NULL) { /* classic: a list of shipments with their numbers, no scans */
        JSON_EACH(s, json_get(v, "shipments")) {
            struct fact *fct = NULL;
            struct str number;
            if (tracking_number_normalise(ctx, json_text(s, "trackingNumber"), &number) != OK)
                continue;
            e = decoded_add(ctx, out, FACT_PARCEL_LINK, &fct);
            if (e != OK)
                return e;
            fct->role = ROLE_WAREHOUSE;
            fct->key = arena_fmt(ctx->arena, "link:%.*s", STR_ARG(number));
            fct->u.link = (struct parcel_link_fact){.carrier = carrier_from_word(json_str(s, "carrierCode")), .tracking_number = number,
                                                    .order_name = json_text(s, "orderNumber")};
        }
        return OK;
    }
    if (json_get(v, "errors") != NULL)
        return not_found_add(ctx, out, STR_NULL, ask == NULL ? STR_NULL : ask->tracking_number,
                             json_text(json_path(v, "errors.0"), "error_code"), json_str(json_path(v, "errors.0"), "message"));
    return add_tracking(ctx, v, out);
}

/* The key that the message names; unknown: the vendor publishes a new key before it signs with it, so the set is old. */
static enum err find_key(struct ctx *ctx, const struct account *acct, struct str kid, struct str *pem)
{
    const struct json *set = NULL;
    struct str jwks = account_setting(acct, "jwks");
    if (str_empty(jwks) || json_parse(ctx, jwks, &JSON_LIMITS_SMALL, &set) != OK)
        return ctx_fail(ctx, ERR_DENIED, "signature: no signing keys are configured (setting jwks)");
    JSON_EACH(k, json_get(set, "keys")) {
        if (str_eq(json_str(k, "kid"), kid))
            return rsa_public_from_jwk(ctx, json_str(k, "n"), json_str(k, "e"), pem);
    }
    return ctx_fail(ctx, ERR_DENIED, "signature: unknown key id, read the vendor's key set again");
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str sig = http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Signature"), stamp = http_msg_header(msg, "X-ShipEngine-Timestamp");
    struct str pem = STR_NULL;
    struct when w;
    struct buf raw;
    if (str_empty(sig) || when_parse(stamp, &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(ctx, ERR_DENIED, "signature: X-ShipEngine headers missing or malformed");
    enum err e = find_key(ctx, acct, http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Key-ID"), &pem);
    if (e != OK)
        return e == ERR_PARSE ? ERR_DENIED : e;
    const struct str parts[] = {stamp, STR("."), msg->body};
    buf_init(&raw, 4096);
    e = base64_decode(sig, &raw) == OK ? verify_rsa_sha256(pem, parts, 3, buf_str(&raw)) : ERR_DENIED;
    buf_clear(&raw);
    if (e != OK)
        return ctx_fail(ctx, ERR_DENIED, "signature: does not fit");
    return sig_fresh(ctx, msg->received_us, w.utc_us, 300);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    out->method = STR("GET");
    if (ask->kind == POLL_FETCH) {
        /* only the vendor's own host may be named by a webhook */
        struct str base = str_empty(acct->base_url) ? STR(BASE) : acct->base_url;
        if (!str_starts(ask->fetch.id, base) && !str_starts(ask->fetch.id, STR("https://ssapi.shipstation.com/")))
            return ctx_fail(ctx, ERR_DENIED, "resource_url: not the vendor's host");
        out->url = ask->fetch.id;
        return OK;
    }
    struct str tail = arena_fmt(ctx->arena, "%.*s&tracking_number=%.*s", STR_ARG(url_encode(ctx->arena, ask->carrier)),
                                STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->url = url_join(ctx, acct, BASE, "/v1/tracking?carrier_code=", tail);
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL | 1u << POLL_FETCH, .request = request, .decode = decode_poll};

const struct connector connector_shipengine = {
    .id = "shipengine",
    .title = "ShipEngine / ShipStation",
    .docs_url = "https://www.shipengine.com/docs/tracking/",
    .api_version = "v1",
    .role = ROLE_CARRIER,
    .auth = AUTH_HEADER,
    .auth_name = "API-Key",
    .auth_prefix = "",
    .base_url = BASE,
    .limits = {.calls = 200, .window_s = 60, .poll_every_s = 4 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "documented for production; unconfirmed"},
    .cfg = CFG,
    .status_file = "shipengine",
    .hook = &HOOK,
    .poll = &POLL,
};
