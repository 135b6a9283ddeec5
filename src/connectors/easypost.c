/*
 * EasyPost: webhook (X-Hmac-Signature, key in Unicode NFKD) and trackers by GET. Facts: EasyPost's
 * client libraries, read 2026-11. Traps: datetime ends in Z but is the local clock for many
 * carriers, so it is taken as one; est_delivery_date is a day written as midnight Z; an event with
 * status unknown is a forecast, often in the future; failure of an event is one attempt, not the
 * end; a return label's parcel is on its way to the merchant; weights change their form, so only
 * the bytes as received are signed.
 */
#include "base/http_client.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/signature.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define BASE "https://api.easypost.com"
#define SECRET_MAX 256

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret"},
    {"api_key", false, true, "API key"},
    {NULL, false, false, NULL},
};

/* May the detail say more than the status? It refines what is on its way or held up; it never ends
 * a parcel that still moves. */
static bool refines(enum parcel_status st, enum parcel_status detail)
{
    if (detail == PARCEL_UNKNOWN || detail == PARCEL_INFO || detail == PARCEL_DELIVERED)
        return false;
    return st == PARCEL_IN_TRANSIT || st == PARCEL_EXCEPTION || st == PARCEL_UNKNOWN;
}

static void map_detail(const struct json *d, bool is_return, struct tracking_event *ev)
{
    struct str status = json_str(d, "status"), detail = json_str(d, "status_detail");
    const struct code_try tries[] = {{"", status}};
    struct status_row row;
    scan_map(ev, "easypost", tries, 1);
    if (str_eq(status, STR("unknown"))) { /* a forecast */
        ev->synthetic = true;
        return;
    }
    if (!str_empty(detail) && status_find_prefixed("easypost", "detail:", detail, &row)) {
        bool refined = refines(ev->status, row.status);
        if (refined)
            ev->status = row.status;
        if (refined ||
            (row.status != PARCEL_INFO && row.reason != REASON_OTHER && row.reason != REASON_NONE))
            ev->reason = row.reason;
    }
    bool general = str_empty(detail) || str_eq(detail, STR("failure")) ||
                   str_eq(detail, STR("unknown")) || str_eq(detail, STR("status_update"));
    if (str_eq(status, STR("failure")) && general)
        ev->status = PARCEL_ATTEMPT_FAILED;
    if (is_return && ev->status == PARCEL_DELIVERED)
        ev->status = PARCEL_RETURNED;
    else if (is_return && (ev->status == PARCEL_IN_TRANSIT ||
                           ev->status == PARCEL_OUT_FOR_DELIVERY || ev->status == PARCEL_ACCEPTED))
        ev->status = PARCEL_RETURNING;
}

static enum err add_detail(struct ctx *ctx, const struct json *t, const struct json *d,
                           struct str carrier, struct str number, struct decoded *out)
{
    static const char *const TEXT[] = {"description", "message", NULL};
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    map_detail(d, json_true(t, "is_return"), ev);
    const struct json *at = json_get(d, "tracking_location");
    struct str country = scan_country(ctx, json_str(at, "country"));
    ev->location = (struct place){str_trim(json_str(at, "city")), str_trim(json_str(at, "state")),
                                  str_trim(json_text(at, "zip")), country};
    if (str_empty(country) && ev->location.region.n == 2 && str_eq(carrier, STR("usps")))
        ev->location.country = STR("US"); /* USPS leaves its own country out */
    ev->description = first_str(d, TEXT);
    ev->occurred = time_labelled_utc(json_str(d, "datetime"));
    return OK;
}

static struct str estimate_of(const struct json *t)
{
    struct str local = day_of(json_str(json_get(t, "carrier_detail"), "est_delivery_date_local"));
    return str_empty(local) ? day_of(json_str(t, "est_delivery_date")) : local;
}

static enum err add_tracker(struct ctx *ctx, const struct json *t, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_code"), status = json_str(t, "status");
    struct str carrier = slug_carrier(ctx, "easypost", json_str(t, "carrier"));
    const struct json *more = json_get(t, "carrier_detail");
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_code: missing");
    JSON_EACH(d, json_get(t, "tracking_details"))
    {
        e = add_detail(ctx, t, d, carrier, number, out);
        if (e != OK)
            return e;
    }
    if (out->n == from && str_eq(status, STR("unknown")))
        return not_found_add(ctx, out, carrier, number, status, json_str(t, "status_detail"));
    if (out->n == from && !str_empty(status)) { /* the tracker's own word, before the first scan */
        e = add_detail(ctx, t, t, carrier, number, out);
        if (e != OK)
            return e;
        out->facts[from].u.event.synthetic = true;
    }
    const struct json *dest = json_get(more, "destination_tracking_location");
    const struct parcel_wide wide = {.service = json_str(more, "service"),
                                     .signed_by = json_str(t, "signed_by"),
                                     .estimate = estimate_of(t),
                                     .dest_country = scan_country(ctx, json_str(dest, "country"))};
    return history_done(ctx, out, from, false, &wide);
}

static enum err add_list(struct ctx *ctx, const struct poll_ask *ask, const struct json *list,
                         struct decoded *out)
{
    JSON_EACH(t, list)
    {
        enum err e = add_tracker(ctx, t, out);
        if (e != OK)
            return e;
    }
    return list->count > 0 ? OK
                           : vendor_refused(ctx, out, ask, 404, true, STR("TRACKER.NOT_FOUND"),
                                            STR("no such tracker"));
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *res = json_get(v, "result"), *error = json_get(v, "error");
    if (res != NULL && !str_eq(json_str(res, "object"), STR("Tracker"))) {
        out->note = arena_fmt(ctx->arena, "event not used: %.*s",
                              STR_ARG(str_sub(json_str(v, "description"), 0, 80)));
        return OK;
    }
    if (res != NULL)
        return add_tracker(ctx, res, out);
    if (json_is(json_get(v, "trackers"), JSON_ARRAY))
        return add_list(ctx, ask, json_get(v, "trackers"), out);
    if (error != NULL) {
        struct str code = json_str(error, "code");
        bool unknown = msg->status == 404 || str_ends(code, STR("NOT_FOUND"));
        return vendor_refused(ctx, out, ask, msg->status, unknown, code,
                              json_str(error, "message"));
    }
    return add_tracker(ctx, v, out);
}

/* NFKD of a secret; false when it is no UTF-8 or too long. */
static bool nfkd(struct str secret, char out[SECRET_MAX * 4], size_t *n)
{
    UErrorCode st = U_ZERO_ERROR;
    UChar u[SECRET_MAX], d[SECRET_MAX * 2];
    int32_t un = 0, dn, on = 0;
    u_strFromUTF8(u, SECRET_MAX, &un, secret.p, (int32_t)secret.n, &st);
    const UNormalizer2 *norm = unorm2_getNFKDInstance(&st);
    if (U_FAILURE(st))
        return false;
    dn = unorm2_normalize(norm, u, un, d, SECRET_MAX * 2, &st);
    u_strToUTF8(out, SECRET_MAX * 4, &on, d, dn, &st);
    *n = (size_t)on;
    return !U_FAILURE(st);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct account same = *acct;
    struct str given = http_msg_header(msg, "X-Hmac-Signature");
    char text[ACCOUNT_SECRETS_MAX][SECRET_MAX * 4];
    for (size_t i = 0; i < ACCOUNT_SECRETS_MAX; i++) {
        size_t n = 0;
        struct str s = secret_view(&acct->webhook_secrets[i]);
        if (s.n > 0 && s.n < SECRET_MAX && nfkd(s, text[i], &n))
            same.webhook_secrets[i] = (struct secret){(unsigned char *)text[i], n};
    }
    return sig_hmac(ctx, &same, MAC_SHA256, SIG_HEX, STR("hmac-sha256-hex="), given, &msg->body, 1);
}

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                       struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    *key =
        json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK ? json_str(v, "id") : STR_NULL;
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
    out->method = STR("GET");
    out->url =
        url_join(ctx, acct, BASE,
                 "/v2/trackers?tracking_code=", url_encode(ctx->arena, ask->tracking_number));
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

const struct connector connector_easypost = {
    .id = "easypost",
    .title = "EasyPost",
    .docs_url = "https://docs.easypost.com/docs/trackers",
    .api_version = "v2",
    .role = ROLE_CARRIER,
    .auth = AUTH_BASIC_KEY,
    .base_url = BASE,
    .limits = {.calls = 5,
               .window_s = 1,
               .poll_every_s = 4 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "easypost",
    .hook = &HOOK,
    .poll = &POLL,
};
