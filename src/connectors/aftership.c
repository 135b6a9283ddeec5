/*
 * AfterShip: webhook (aftership-hmac-sha256) and GET of one tracking or a list. Facts: AfterShip's SDKs and documentation.
 * Traps: checkpoints are oldest first and all are sent each time; checkpoint_time has an offset only if the carrier gave one;
 * estimates are days of the recipient; countries are alpha-3; Expired means "gave up", not lost.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#define BASE "https://api.aftership.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret"},
    {"api_key", false, true, "API key (header as-api-key)"},
    {NULL, false, false, NULL},
};

static struct str slug_carrier(struct str slug)
{
    struct str known = carrier_from_word(slug);
    return str_empty(known) ? slug : known;
}

static enum err add_checkpoint(struct ctx *ctx, const struct json *cp, struct str slug, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str own = json_str(cp, "slug");
    enum err e = scan_add(ctx, out, slug_carrier(str_empty(own) ? slug : own), number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"", json_str(cp, "subtag")}, {"", json_str(cp, "tag")}};
    scan_map(ev, "aftership", tries, 2);
    ev->description = str_trim(json_str(cp, "message"));
    struct str city = json_str(cp, "city"), country = json_str(cp, "country_region");
    ev->location = (struct place){str_empty(city) ? json_str(cp, "location") : city, json_str(cp, "state"), json_text(cp, "zip"),
                                  scan_country(ctx, str_empty(country) ? json_str(cp, "country_iso3") : country)};
    if (when_parse(json_str(cp, "checkpoint_time"), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    return OK;
}

/* The newest word on the estimate, as a day or instant of the recipient. */
static struct str estimate_of(const struct json *t)
{
    static const char *const PATHS[] = {"latest_estimated_delivery.datetime_max", "latest_estimated_delivery.datetime",
                                        "courier_estimated_delivery_date.estimated_delivery_date",
                                        "aftership_estimated_delivery_date.estimated_delivery_date", "expected_delivery"};
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        struct str s = json_value_text(json_path(t, PATHS[i]));
        if (!str_empty(s))
            return s;
    }
    return STR_NULL;
}

static enum err add_tracking(struct ctx *ctx, const struct json *t, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_number"), slug = json_str(t, "slug");
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    JSON_EACH(cp, json_get(t, "checkpoints")) {
        e = add_checkpoint(ctx, cp, slug, number, out);
        if (e != OK)
            return e;
    }
    scan_done(ctx, out, from, false);
    struct tracking_event *newest = scan_newest(out, from);
    if (newest != NULL) {
        struct str c3 = json_str(t, "destination_country_region");
        newest->dest_country = scan_country(ctx, str_empty(c3) ? json_str(t, "destination_country_iso3") : c3);
        newest->service = json_str(t, "shipment_type");
        if (newest->status == PARCEL_DELIVERED)
            newest->signed_by = scan_signer(json_str(t, "signed_by"));
    }
    scan_estimate(out, from, estimate_of(t));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    int64_t code = 200;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *t = json_get(v, "msg");
    if (t == NULL)
        t = json_path(v, "data.tracking");
    const struct json *list = json_path(v, "data.trackings");
    const struct json *meta = json_get(v, "meta");
    if (json_i64(meta, "code", 0, 99999, &code) == OK && code >= 400) {
        if (code == 4004 || code == 404 || code == 4044)
            return not_found_add(ctx, out, STR_NULL, ask == NULL ? STR_NULL : ask->tracking_number, json_text(meta, "code"), json_str(meta, "message"));
        return code == 401 ? ctx_fail(ctx, ERR_DENIED, "AfterShip refused the key") : ctx_fail(ctx, ERR_BUSY, "AfterShip: code %lld", (long long)code);
    }
    if (t == NULL && list == NULL && json_get(v, "tracking_number") != NULL)
        t = v;
    if (t == NULL && list == NULL && json_is(json_get(v, "data"), JSON_OBJECT))
        t = json_get(v, "data");
    if (t != NULL)
        return add_tracking(ctx, t, out);
    if (list == NULL)
        return ctx_fail(ctx, ERR_PARSE, "msg: missing (nor data.tracking)");
    JSON_EACH(one, list) {
        e = add_tracking(ctx, one, out);
        if (e != OK)
            return e;
    }
    return list->count == 0 && ask != NULL ? not_found_add(ctx, out, STR_NULL, ask->tracking_number, STR("empty"), STR_NULL) : OK;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_hmac(ctx, acct, MAC_SHA256, SIG_BASE64, STR(""), http_msg_header(msg, "aftership-hmac-sha256"), &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    *key = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK ? json_str(v, "event_id") : STR_NULL;
    return OK;
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .dedupe = dedupe, .decode = decode_hook};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct str version = account_setting(acct, "api_version");
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/tracking/", arena_fmt(ctx->arena, "%.*s/trackings?tracking_numbers=%.*s",
                        STR_ARG(str_empty(version) ? STR("2026-07") : version), STR_ARG(url_encode(ctx->arena, ask->tracking_number))));
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    (void)acct;
    (void)cursor;
    return decode(ctx, ask, msg, out);
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_PARCEL, .request = request, .decode = decode_poll};

const struct connector connector_aftership = {
    .id = "aftership",
    .title = "AfterShip",
    .docs_url = "https://www.aftership.com/docs/tracking",
    .api_version = "2026-07",
    .role = ROLE_CARRIER,
    .auth = AUTH_HEADER,
    .auth_name = "as-api-key",
    .auth_prefix = "",
    .base_url = BASE,
    .limits = {.calls = 10, .window_s = 1, .poll_every_s = 4 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "documented: ten requests a second per organisation"},
    .cfg = CFG,
    .status_file = "aftership",
    .hook = &HOOK,
    .poll = &POLL,
};
