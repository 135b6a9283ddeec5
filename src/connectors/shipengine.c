/*
 * ShipEngine and ShipStation v2: API_TRACK webhook (RSA signature, key by id from a JWKS) and GET
 * of one tracking; ShipStation's classic hooks (SHIP_NOTIFY ...) are not signed and only name a
 * resource to read. Facts: shipengine-openapi and SDK tests, read 2026-11. Traps: occurred_at is
 * UTC, carrier_occurred_at the local clock of the same scan; event_code is the carrier's own word
 * (FedEx's DE is no delivery); codes may be numbers or undocumented, then the text counts; empty
 * strings are absent; coordinates are often placeholders and are not read; the webhook names the
 * carrier in its resource_url only; ship_date may be "8/4/2021".
 */
#include "base/http_client.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#define BASE "https://api.shipengine.com"
#define BASE_V2 "https://api.shipstation.com"
#define BASE_CLASSIC "https://ssapi.shipstation.com"
#define JWKS FETCH_SETTING "jwks"
#define ZONE_MAX_US (14 * US_PER_H) /* no place on earth is further from UTC */
#define URL_MAX 1000

static const struct cfg_field CFG[] = {
    {"jwks", false, false,
     "the vendor's published signing keys (JSON of https://api.shipengine.com/jwks)"},
    {"api_key", false, true, "API key (header API-Key)"},
    {"product", false, false, "shipstation: ShipStation's API v2 instead of ShipEngine's"},
    {"webhook_secrets", false, true,
     "classic ShipStation: the word that its webhook's URL ends with, ?token=..."},
    {"api_user", false, true, "classic ShipStation: API key"},
    {"api_secret", false, true, "classic ShipStation: API secret"},
    {NULL, false, false, NULL},
};

/* UTC and the local clock of one scan; when they cannot be of one place, only the local clock is
 * kept. */
static struct when time_of(const struct json *v)
{
    static const char *const AT[] = {"occurred_at", "event_date", NULL};
    struct when utc = {0}, local = time_labelled_utc(json_str(v, "carrier_occurred_at"));
    if (when_parse(first_str(v, AT), &utc) != OK)
        utc = (struct when){0};
    if (local.kind != WHEN_LOCAL)
        return utc;
    int64_t apart_us = utc.utc_us - local.local_us;
    if (utc.kind != WHEN_UTC || apart_us > ZONE_MAX_US || apart_us < -ZONE_MAX_US)
        return local;
    utc.local_us = local.local_us;
    utc.has_local = true;
    return utc;
}

/* Our table of the carrier's own codes, where we have one. */
static const char *table_of(struct str carrier)
{
    static const char *const TABLES[] = {"ups", "usps", "fedex", "dhl_express"};
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++)
        if (str_eq(carrier, str_of(TABLES[i])))
            return TABLES[i];
    return NULL;
}

/* By the vendor's codes, then its standard texts; where it gives no code at all, by the carrier's
 * own. */
static void map_status(const struct json *v, struct str carrier, struct tracking_event *ev)
{
    static const char *const TEXTS[] = {"status_description", "event_description", "description",
                                        NULL};
    const struct code_try tries[] = {{"", json_text(v, "status_detail_code")},
                                     {"", json_text(v, "status_code")},
                                     {"text:", json_text(v, "status_description")},
                                     {"text:", json_text(v, "event_description")},
                                     {"text:", json_text(v, "description")}};
    struct str own = json_text(v, "event_code"), text = first_str(v, TEXTS);
    bool coded =
        !str_empty(json_text(v, "status_detail_code")) || !str_empty(json_text(v, "status_code"));
    struct status_row row;
    const char *table = table_of(carrier);
    scan_map(ev, "shipengine", tries, sizeof(tries) / sizeof(tries[0]));
    if (!coded && ev->status == PARCEL_UNKNOWN && table != NULL && !str_empty(own) &&
        status_find(table, own, &row)) {
        ev->status = row.status;
        ev->reason = row.reason;
    }
    if (!coded)
        ev->code = str_empty(own) ? text : own; /* a text is no code while there is one */
}

static enum err add_event(struct ctx *ctx, const struct json *v, struct str carrier,
                          struct str number, struct decoded *out)
{
    static const char *const TEXTS[] = {"description", "event_description", NULL};
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    map_status(v, carrier, ev);
    ev->description = first_str(v, TEXTS);
    ev->location = (struct place){
        str_trim(json_str(v, "city_locality")), str_trim(json_str(v, "state_province")),
        str_trim(json_text(v, "postal_code")), scan_country(ctx, json_str(v, "country_code"))};
    ev->occurred = time_of(v);
    if (ev->status == PARCEL_DELIVERED)
        ev->signed_by = scan_signer(json_str(v, "signer"));
    return OK;
}

/* The tracking's own state: all there is before the first event, and what the newest event means
 * when it has no code. */
static enum err add_state(struct ctx *ctx, const struct json *t, struct str carrier,
                          struct str number, size_t from, struct decoded *out)
{
    static const char *const TEXTS[] = {"exception_description", "status_description",
                                        "carrier_status_description", NULL};
    struct tracking_event own = {0}, *ev = NULL;
    map_status(t, carrier, &own);
    if (out->n > from) {
        ev = &out->facts[from].u.event;
        if (ev->status == PARCEL_UNKNOWN && own.status != PARCEL_UNKNOWN) {
            ev->status = own.status;
            ev->reason = own.reason;
        }
        return OK;
    }
    if (own.status == PARCEL_UNKNOWN && str_eq(own.code, STR("UN")))
        return not_found_add(ctx, out, carrier, number, own.code, first_str(t, TEXTS));
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    ev->status = own.status;
    ev->reason = own.reason;
    ev->code = own.code;
    ev->synthetic = true;
    ev->description = first_str(t, TEXTS);
    if (own.status == PARCEL_DELIVERED &&
        when_parse(json_str(t, "actual_delivery_date"), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    return OK;
}

/* Midnight stands for a day. */
static struct str estimate_of(const struct json *t)
{
    struct str s = str_trim(json_str(t, "estimated_delivery_date"));
    struct when w;
    if (when_parse(s, &w) != OK)
        return STR_NULL;
    return (w.has_local ? w.local_us : w.utc_us) % US_PER_DAY == 0 ? day_of(s) : s;
}

/* The body's word, else the one of the URL that the hook names, else what was asked for, else a
 * check digit's. */
static struct str carrier_of(struct ctx *ctx, const struct poll_ask *ask, const struct json *t,
                             struct str resource_url, struct str number)
{
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    struct str word = json_str(t, "carrier_code"), query = STR_NULL, path;
    size_t n = 0;
    if (str_empty(word) && str_split(&resource_url, '?', &path)) {
        query = resource_url;
        if (!query_get(ctx->arena, query, "carrier_code", &word))
            word = STR_NULL;
    }
    if (!str_empty(word))
        return slug_carrier(ctx, "shipengine", word);
    if (ask != NULL && !str_empty(ask->carrier))
        return ask->carrier;
    if (number_candidates(ctx, number, cand, &n) == OK && n > 0 &&
        cand[0].trust == TRUST_CHECK_DIGIT)
        return cand[0].carrier;
    return STR_NULL;
}

static enum err add_tracking(struct ctx *ctx, const struct poll_ask *ask, const struct json *t,
                             struct str resource_url, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_number");
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    struct str carrier = carrier_of(ctx, ask, t, resource_url, number);
    JSON_EACH(v, json_get(t, "events"))
    {
        e = add_event(ctx, v, carrier, number, out);
        if (e != OK)
            return e;
    }
    e = add_state(ctx, t, carrier, number, from, out);
    if (e != OK)
        return e;
    const struct parcel_wide wide = {.estimate = estimate_of(t)};
    return history_done(ctx, out, from, true, &wide);
}

/* ---- classic ShipStation: lists of shipments or fulfillments with their numbers, no scans */

static enum err add_links(struct ctx *ctx, const struct json *list, struct decoded *out)
{
    JSON_EACH(s, list)
    {
        struct fact *fct = NULL;
        struct str number, typed = json_text(s, "trackingNumber"),
                           name = json_text(s, "orderNumber");
        if (str_empty(typed) || str_empty(name) || json_true(s, "voided"))
            continue;
        enum err e = tracking_number_normalise(ctx, typed, &number);
        if (e == OK)
            e = decoded_add(ctx, out, FACT_PARCEL_LINK, &fct);
        if (e != OK)
            return e;
        fct->role = ROLE_WAREHOUSE;
        fct->key = arena_fmt(ctx->arena, "link:%.*s", STR_ARG(number));
        fct->u.link = (struct parcel_link_fact){
            .carrier = slug_carrier(ctx, "shipengine", json_str(s, "carrierCode")),
            .tracking_number = number,
            .order_name = name};
    }
    if (out->n == 0)
        out->note = STR("no shipment with a tracking number");
    return OK;
}

static bool names_shipments(struct str type)
{
    static const char *const TYPES[] = {"SHIP_NOTIFY", "ITEM_SHIP_NOTIFY", "FULFILLMENT_SHIPPED",
                                        "API_TRACK"};
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (str_eq(type, str_of(TYPES[i])))
            return true;
    return false;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str type = json_str(v, "resource_type"), url = json_str(v, "resource_url");
    const struct json *data = json_get(v, "data"), *error = json_path(v, "errors.0");
    if (str_eq(type, STR("API_TRACK")) && json_is(data, JSON_OBJECT))
        return add_tracking(ctx, ask, data, url, out);
    if (names_shipments(type) && !str_empty(url))
        return decoded_fetch(ctx, out, type, url);
    if (!str_empty(type)) {
        out->note = arena_fmt(ctx->arena, "event not used: %.*s", STR_ARG(str_sub(type, 0, 80)));
        return OK;
    }
    if (json_is(json_get(v, "shipments"), JSON_ARRAY))
        return add_links(ctx, json_get(v, "shipments"), out);
    if (json_is(json_get(v, "fulfillments"), JSON_ARRAY))
        return add_links(ctx, json_get(v, "fulfillments"), out);
    if (error != NULL) {
        struct str code = json_text(error, "error_code");
        return vendor_refused(ctx, out, ask, msg->status,
                              msg->status == 404 || str_eq(code, STR("not_found")), code,
                              json_str(error, "message"));
    }
    return add_tracking(ctx, ask, v,
                        ask != NULL && ask->kind == POLL_FETCH ? ask->fetch.id : STR_NULL, out);
}

/* ---- signing keys */

static const struct json *find_key(struct ctx *ctx, const struct account *acct, struct str kid)
{
    const struct json *set = NULL;
    struct str jwks = account_setting(acct, "jwks");
    if (str_empty(jwks) || str_empty(kid) || json_parse(ctx, jwks, &JSON_LIMITS_SMALL, &set) != OK)
        return NULL;
    JSON_EACH(k, json_get(set, "keys"))
    {
        if (str_eq(json_str(k, "kid"), kid))
            return k;
    }
    return NULL;
}

static enum err verify_rsa(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                           struct str sig)
{
    struct str stamp = http_msg_header(msg, "X-ShipEngine-Timestamp"), pem = STR_NULL;
    struct when w;
    struct buf raw;
    if (when_parse(stamp, &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(ctx, ERR_DENIED, "signature: X-ShipEngine-Timestamp missing or malformed");
    const struct json *key =
        find_key(ctx, acct, http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Key-ID"));
    if (key == NULL)
        return ctx_fail(
            ctx, ERR_DENIED,
            "signature: no key of this id in the setting jwks, read the vendor's key set again");
    if (rsa_public_from_jwk(ctx, json_str(key, "n"), json_str(key, "e"), &pem) != OK)
        return ERR_DENIED;
    const struct str parts[] = {stamp, STR("."), msg->body};
    buf_init(&raw, 4096);
    enum err e = base64_decode(sig, &raw) == OK ? verify_rsa_sha256(pem, parts, 3, buf_str(&raw))
                                                : ERR_DENIED;
    buf_clear(&raw);
    if (e != OK)
        return ctx_fail(ctx, ERR_DENIED, "signature: does not fit");
    return sig_fresh(ctx, msg->received_us, w.utc_us, 300);
}

/* Classic hooks have no signature: a word of ours in their URL stands for one. */
static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str sig = http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Signature"), token = STR_NULL;
    if (!str_empty(sig))
        return verify_rsa(ctx, acct, msg, sig);
    if (!query_get(ctx->arena, msg->query, "token", &token) || str_empty(token))
        return ctx_fail(ctx, ERR_DENIED, "signature: X-ShipEngine-RSA-SHA256-Signature missing");
    return sig_header_secret(ctx, acct, token);
}

static enum err lacks(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                      struct fetch_request *out)
{
    struct str kid = http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Key-ID");
    if (str_empty(kid) || str_empty(http_msg_header(msg, "X-ShipEngine-RSA-SHA256-Signature")) ||
        find_key(ctx, acct, kid) != NULL)
        return ERR_NOTFOUND;
    *out = (struct fetch_request){STR(JWKS), STR("/jwks")};
    return OK;
}

/* A key set that is worth keeping: at least one RSA key that can be read. */
static enum err check_jwks(struct ctx *ctx, const struct http_msg *msg, struct decoded *out)
{
    const struct json *set = NULL;
    struct str pem;
    size_t n = 0;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_SMALL, &set);
    if (e != OK)
        return e;
    JSON_EACH(k, json_get(set, "keys"))
    n += !str_empty(json_str(k, "kid")) &&
         rsa_public_from_jwk(ctx, json_str(k, "n"), json_str(k, "e"), &pem) == OK;
    if (n == 0)
        return ctx_fail(ctx, ERR_PARSE, "keys: no RSA key with a kid");
    out->note = arena_fmt(ctx->arena, "%zu signing keys", n);
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .lacks = lacks, .decode = decode_hook, .decode_ahead = true};

/* ---- reading */

/* Does the URL lead to this host, and nowhere else? "https://api.shipengine.com.example.net" does
 * not. */
static bool leads_to(struct str url, struct str base)
{
    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    if (str_empty(base) || !str_starts(url, base) || url.n <= base.n || url.p[base.n] != '/' ||
        url.n > URL_MAX)
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] > '~')
            return false;
    return true;
}

static enum err classic_sign_in(struct ctx *ctx, const struct account *acct, struct out_req *out)
{
    struct buf b;
    struct str value = STR_NULL;
    struct str pair = arena_fmt(ctx->arena, "%.*s:%.*s", STR_ARG(secret_view(&acct->api_user)),
                                STR_ARG(secret_view(&acct->api_secret)));
    if (acct->api_user.n == 0 || acct->api_secret.n == 0)
        return ctx_fail(
            ctx, ERR_DENIED,
            "classic ShipStation: api_user and api_secret are needed to read a shipment");
    buf_init(&b, 4096);
    buf_addz(&b, "Basic ");
    base64_encode(pair, &b);
    enum err e = buf_err(&b) == OK ? arena_dup(ctx->arena, buf_str(&b), &value) : ERR_MEMORY;
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Authorization"), value)
                   : ctx_fail(ctx, e, "no memory");
}

/* Only the vendor's own hosts may be named by a webhook: the key goes along. */
static enum err fetch(struct ctx *ctx, const struct account *acct, const struct fetch_request *want,
                      struct out_req *out)
{
    if (str_eq(want->what, STR(JWKS))) {
        out->url = url_join(ctx, acct, BASE, "/jwks", STR_NULL);
        return str_empty(out->url) ? ctx_fail(ctx, ERR_MEMORY, "no memory") : OK;
    }
    out->url = want->id;
    if (leads_to(want->id, STR(BASE_CLASSIC)))
        return classic_sign_in(ctx, acct, out);
    if (leads_to(want->id, acct->base_url) || leads_to(want->id, STR(BASE)) ||
        leads_to(want->id, STR(BASE_V2)))
        return OK;
    /* not ERR_DENIED: that would be asked again once the account may */
    return ctx_fail(ctx, ERR_UNSUPPORTED, "resource_url: not the vendor's host");
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    bool v2 = str_eq_nocase(account_setting(acct, "product"), STR("shipstation"));
    struct str number = url_encode(ctx->arena, ask->tracking_number);
    struct str carrier = url_encode(ctx->arena, slug_for("shipengine", ask->carrier));
    out->method = STR("GET");
    if (ask->kind == POLL_FETCH)
        return fetch(ctx, acct, &ask->fetch, out);
    struct str tail =
        arena_fmt(ctx->arena, "%.*s&tracking_number=%.*s", STR_ARG(carrier), STR_ARG(number));
    out->url = url_join(ctx, acct, v2 ? BASE_V2 : BASE,
                        v2 ? "/v2/tracking?carrier_code=" : "/v1/tracking?carrier_code=", tail);
    return str_empty(out->url) ? ctx_fail(ctx, ERR_MEMORY, "no memory") : OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                            const struct http_msg *msg, struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    if (ask != NULL && ask->kind == POLL_FETCH && str_eq(ask->fetch.what, STR(JWKS)))
        return check_jwks(ctx, msg, out);
    return decode(ctx, ask, msg, out);
}

static const struct poll_ops POLL = {
    .kinds = 1u << POLL_PARCEL | 1u << POLL_FETCH, .request = request, .decode = decode_poll};

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
    .limits = {.calls = 200,
               .window_s = 60,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "documented for production; unconfirmed"},
    .cfg = CFG,
    .status_file = "shipengine",
    .hook = &HOOK,
    .poll = &POLL,
};
