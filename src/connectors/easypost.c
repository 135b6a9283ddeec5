/*
 * EasyPost: webhook (X-Hmac-Signature, key in Unicode NFKD) and trackers by GET. Facts: EasyPost's client libraries. Traps:
 * datetime ends in Z but is the local clock for many carriers, so it is taken as one; est_delivery_date is a day written as
 * midnight Z; an event with status unknown is a forecast; failure of an event is one attempt, not the end.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define BASE "https://api.easypost.com"
#define SECRET_MAX 256

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret"},
    {"api_user", false, true, "API key (user name of Basic, no password)"},
    {NULL, false, false, NULL},
};

/* "Z" here means the scan's own clock. */
static struct when time_of(struct str s)
{
    struct when w = {0};
    if (str_ends(s, STR("Z")))
        s.n--;
    return when_parse(s, &w) == OK ? w : (struct when){0};
}

static enum err add_detail(struct ctx *ctx, const struct json *d, struct str carrier, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    struct str status = json_str(d, "status"), detail = json_str(d, "status_detail");
    const struct code_try tries[] = {{"", status}};
    struct status_row row;
    scan_map(ev, "easypost", tries, 1);
    if (!str_empty(detail) && status_find_prefixed("easypost", "detail:", detail, &row) && row.status != PARCEL_UNKNOWN &&
        row.status != PARCEL_INFO) {
        ev->reason = row.reason;
        if (ev->status == PARCEL_IN_TRANSIT || ev->status == PARCEL_UNKNOWN || ev->status == PARCEL_EXCEPTION)
            ev->status = row.status;
    }
    if (str_eq(status, STR("unknown")))
        ev->status = PARCEL_INFO; /* a forecast */
    if (str_eq(status, STR("failure")) && ev->status == PARCEL_EXCEPTION && ev->reason == REASON_OTHER)
        ev->status = PARCEL_ATTEMPT_FAILED;
    const struct json *at = json_get(d, "tracking_location");
    struct str country = scan_country(ctx, json_str(at, "country"));
    ev->location = (struct place){json_str(at, "city"), json_str(at, "state"), json_text(at, "zip"), country};
    if (str_empty(country) && json_str(at, "state").n == 2 && str_eq(carrier, STR("usps")))
        ev->location.country = STR("US");
    struct str text = json_str(d, "description");
    ev->description = str_trim(str_empty(text) ? json_str(d, "message") : text);
    ev->occurred = time_of(json_str(d, "datetime"));
    return OK;
}

static struct str estimate_of(const struct json *t)
{
    struct str local = json_str(json_get(t, "carrier_detail"), "est_delivery_date_local");
    return str_sub(str_empty(local) ? json_str(t, "est_delivery_date") : local, 0, 10);
}

static enum err add_tracker(struct ctx *ctx, const struct json *t, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_code"), word = json_str(t, "carrier"), carrier = carrier_from_word(word);
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_code: missing");
    JSON_EACH(d, json_get(t, "tracking_details")) {
        e = add_detail(ctx, d, str_empty(carrier) ? word : carrier, number, out);
        if (e != OK)
            return e;
    }
    scan_done(ctx, out, from, false);
    struct tracking_event *newest = scan_newest(out, from);
    if (newest != NULL) {
        newest->service = json_str(json_get(t, "carrier_detail"), "service");
        if (newest->status == PARCEL_DELIVERED)
            newest->signed_by = scan_signer(json_str(t, "signed_by"));
    }
    scan_estimate(out, from, estimate_of(t));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *res = json_get(v, "result");
    if (res != NULL) {
        if (!str_eq(json_str(res, "object"), STR("Tracker"))) {
            out->note = STR("not a tracker");
            return OK;
        }
        return add_tracker(ctx, res, out);
    }
    if (json_get(v, "trackers") != NULL) {
        JSON_EACH(t, json_get(v, "trackers")) {
            e = add_tracker(ctx, t, out);
            if (e != OK)
                return e;
        }
        return OK;
    }
    if (json_get(v, "error") != NULL)
        return not_found_add(ctx, out, STR_NULL, ask == NULL ? STR_NULL : ask->tracking_number, json_str(json_get(v, "error"), "code"),
                             json_str(json_get(v, "error"), "message"));
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

static enum err dedupe(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct str *key)
{
    const struct json *v = NULL;
    (void)acct;
    *key = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v) == OK ? json_str(v, "id") : STR_NULL;
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
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, "/v2/trackers?tracking_code=", url_encode(ctx->arena, ask->tracking_number));
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

const struct connector connector_easypost = {
    .id = "easypost",
    .title = "EasyPost",
    .docs_url = "https://docs.easypost.com/docs/trackers",
    .api_version = "v2",
    .role = ROLE_CARRIER,
    .auth = AUTH_BASIC,
    .base_url = BASE,
    .limits = {.calls = 5, .window_s = 1, .poll_every_s = 4 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "easypost",
    .hook = &HOOK,
    .poll = &POLL,
};
