/*
 * AfterShip: webhook (aftership-hmac-sha256) and GET of trackings. Facts: AfterShip's SDKs and
 * documentation, read 2026-11. Traps: checkpoints are oldest first and all are sent each time;
 * checkpoint_time has an offset only if the carrier gave one, else it is the place's own clock;
 * estimates are days of the recipient; countries are alpha-3; Expired means that AfterShip gave up,
 * not that the parcel is lost; Pending means that no carrier has told anything yet; scans of a
 * second leg carry its slug.
 */
#include "base/http_client.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/signature.h"

#define BASE "https://api.aftership.com"
#define VERSION "2026-07"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret"},
    {"api_key", false, true, "API key (header as-api-key)"},
    {"api_version", false, false, "version of the tracking API, by default " VERSION},
    {NULL, false, false, NULL},
};

/* A tracking's two legs: what the checkpoints of a slug belong to. */
struct legs {
    struct str slug, carrier, number;                /* the tracking's own */
    struct str next_slug, next_carrier, next_number; /* the one that follows; may be empty */
};

static struct legs legs_of(struct ctx *ctx, const struct json *t)
{
    struct legs l = {.slug = json_str(t, "slug"), .number = json_text(t, "tracking_number")};
    const struct json *next = json_path(t, "next_couriers.0");
    if (next == NULL)
        next = json_get(t, "last_mile");
    l.carrier = slug_carrier(ctx, "aftership", l.slug);
    l.next_slug = json_str(next, "slug");
    l.next_number = json_text(next, "tracking_number");
    if (str_empty(l.next_number) || str_eq(l.next_number, l.number))
        l.next_slug = l.next_number = STR_NULL;
    l.next_carrier = slug_carrier(ctx, "aftership", l.next_slug);
    return l;
}

static enum err add_checkpoint(struct ctx *ctx, const struct json *cp, const struct legs *legs,
                               struct decoded *out)
{
    static const char *const CITY[] = {"city", "location", NULL}, *const COUNTRY[] = {
                                                                      "country_region",
                                                                      "country_iso3",
                                                                      "country_name", NULL};
    struct tracking_event *ev = NULL;
    struct str slug = json_str(cp, "slug"), carrier = legs->carrier, number = legs->number;
    if (!str_empty(slug) && !str_eq(slug, legs->slug))
        carrier = slug_carrier(ctx, "aftership", slug);
    if (!str_empty(legs->next_slug) && str_eq(slug, legs->next_slug) && !str_eq(slug, legs->slug))
        number = legs->next_number;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_str(cp, "subtag")}, {"", json_str(cp, "tag")}};
    scan_map(ev, "aftership", tries, 2);
    ev->description = str_trim(json_str(cp, "message"));
    ev->location = (struct place){first_str(cp, CITY), str_trim(json_str(cp, "state")),
                                  str_trim(json_text(cp, "zip")), country_of(ctx, cp, COUNTRY)};
    if (when_parse(str_trim(json_str(cp, "checkpoint_time")), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    return OK;
}

/* The newest word on the estimate: of a span its end. All of them are days of the recipient. */
static struct str estimate_of(const struct json *t)
{
    static const char *const PATHS[] = {
        "latest_estimated_delivery.datetime_max",
        "latest_estimated_delivery.datetime",
        "courier_estimated_delivery_date.estimated_delivery_date_max",
        "courier_estimated_delivery_date.estimated_delivery_date",
        "aftership_estimated_delivery_date.estimated_delivery_date",
        "expected_delivery"};
    struct str day = STR_NULL;
    for (size_t i = 0; str_empty(day) && i < sizeof(PATHS) / sizeof(PATHS[0]); i++)
        day = day_of(json_value_text(json_path(t, PATHS[i])));
    return day;
}

/* A tracking without a checkpoint: its own tag; Pending says that no carrier knows the number yet.
 */
static enum err add_tag(struct ctx *ctx, const struct json *t, const struct legs *legs,
                        struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str tag = json_str(t, "tag"), sub = json_str(t, "subtag");
    if (str_empty(tag))
        return OK;
    if (str_eq(tag, STR("Pending")) || str_eq(tag, STR("Expired")))
        return not_found_add(ctx, out, legs->carrier, legs->number, str_empty(sub) ? tag : sub,
                             json_str(t, "subtag_message"));
    enum err e = scan_add(ctx, out, legs->carrier, legs->number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", sub}, {"", tag}};
    scan_map(ev, "aftership", tries, 2);
    ev->synthetic = true;
    ev->description = json_str(t, "subtag_message");
    return OK;
}

static enum err add_tracking(struct ctx *ctx, const struct json *t, struct decoded *out)
{
    static const char *const DEST[] = {"destination_country_region", "destination_country_iso3",
                                       "courier_destination_country_region",
                                       "courier_destination_country_iso3", NULL};
    size_t from = out->n;
    struct legs legs = legs_of(ctx, t);
    enum err e = OK;
    if (str_empty(legs.number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    JSON_EACH(cp, json_get(t, "checkpoints"))
    {
        e = add_checkpoint(ctx, cp, &legs, out);
        if (e != OK)
            return e;
    }
    if (out->n == from)
        e = add_tag(ctx, t, &legs, out);
    if (e != OK)
        return e;
    const struct parcel_wide wide = {.service = json_str(t, "shipment_type"),
                                     .signed_by = json_str(t, "signed_by"),
                                     .estimate = estimate_of(t),
                                     .dest_country = country_of(ctx, t, DEST),
                                     .next_carrier = legs.next_carrier,
                                     .next_number = legs.next_number};
    return history_done(ctx, out, from, false, &wide);
}

static enum err add_list(struct ctx *ctx, const struct poll_ask *ask, const struct json *list,
                         struct decoded *out)
{
    enum err e = OK;
    JSON_EACH(one, list)
    {
        e = add_tracking(ctx, one, out);
        if (e != OK)
            return e;
    }
    return list->count > 0
               ? OK
               : vendor_refused(ctx, out, ask, 404, true, STR("4004"), STR("no such tracking"));
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    static const char *const PLACES[] = {"msg", "data.tracking", "data", ""};
    const struct json *v = NULL, *t = NULL;
    int64_t code = 200;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *meta = json_get(v, "meta"), *list = json_path(v, "data.trackings");
    if (json_i64(meta, "code", 0, 99999, &code) == OK &&
        code >= 400) /* 4004: their own number, the first three digits are HTTP's */
        return vendor_refused(ctx, out, ask, code > 999 ? code / 10 : code,
                              code == 404 || code == 4004, json_text(meta, "code"),
                              json_str(meta, "message"));
    if (json_is(list, JSON_ARRAY))
        return add_list(ctx, ask, list, out);
    for (size_t i = 0; t == NULL && i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
        const struct json *at = PLACES[i][0] == '\0' ? v : json_path(v, PLACES[i]);
        t = json_get(at, "tracking_number") != NULL ? at : NULL;
    }
    if (t != NULL)
        return add_tracking(ctx, t, out);
    if (json_is(json_get(v, "event"), JSON_STRING) &&
        !str_eq(json_str(v, "event"), STR("tracking_update"))) {
        out->note = arena_fmt(ctx->arena, "event not used: %.*s",
                              STR_ARG(str_sub(json_str(v, "event"), 0, 80)));
        return OK;
    }
    return ctx_fail(ctx, ERR_PARSE, "msg.tracking_number: missing");
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""),
                    http_msg_header(msg, "aftership-hmac-sha256"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                       struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    *key = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK ? json_str(v, "event_id")
                                                                      : STR_NULL;
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook, .decode_ahead = true};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    /* by number alone: the merchant may have told AfterShip another word for the same carrier */
    struct str version = account_setting(acct, "api_version");
    struct str tail = arena_fmt(ctx->arena, "%.*s/trackings?tracking_numbers=%.*s",
                                STR_ARG(str_empty(version) ? STR(VERSION) : version),
                                STR_ARG(url_encode(ctx->arena, ask->tracking_number)));
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/tracking/", tail);
    return str_empty(out->url) ? ctx_fail(ctx, ERR_MEMORY, "no memory") : OK;
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

const struct connector connector_aftership = {
    .id = "aftership",
    .title = "AfterShip",
    .docs_url = "https://www.aftership.com/docs/tracking",
    .api_version = VERSION,
    .role = ROLE_CARRIER,
    .auth = AUTH_HEADER,
    .auth_name = "as-api-key",
    .auth_prefix = "",
    .base_url = BASE,
    .limits = {.calls = 10,
               .window_s = 1,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "documented: ten requests a second per organisation"},
    .cfg = CFG,
    .status_file = "aftership",
    .hook = &HOOK,
    .poll = &POLL,
};
