/*
 * Easyship: webhooks (X-EASYSHIP-SIGNATURE is a JWT that proves the sender but does not cover the body) and trackings by GET.
 * Facts: the vendor's public reference, partly unconfirmed. Statuses are texts: normalised to words with underscores.
 */
#include "base/http_client.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#include <ctype.h>

#define BASE "https://public-api.easyship.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret (webh_...)"},
    {"api_key", false, true, "access token"},
    {NULL, false, false, NULL},
};

/* "In Transit to Customer" -> in_transit: the vendor's longer texts begin with a word of the table. */
static void map_status(struct ctx *ctx, struct str text, struct tracking_event *ev)
{
    static const char *const LEADS[] = {"in_transit", "out_for_delivery", "delivered", "exception", "returned", "pending", "label_generated"};
    char *p = arena_alloc(ctx->arena, text.n + 1);
    ev->code = str_sub(str_trim(text), 0, 40);
    for (size_t i = 0; p != NULL && i < text.n; i++)
        p[i] = text.p[i] == ' ' || text.p[i] == '-' ? '_' : (char)tolower((unsigned char)text.p[i]);
    struct str norm = {p, p == NULL ? 0 : text.n};
    struct status_row row;
    ev->status = PARCEL_UNKNOWN;
    for (size_t i = 0; i < sizeof(LEADS) / sizeof(LEADS[0]); i++) {
        struct str lead = str_of(LEADS[i]);
        bool fits = str_eq(norm, lead) || (str_starts(norm, lead) && norm.p[lead.n] == '_');
        if (fits && status_find("easyship", lead, &row)) {
            ev->status = row.status;
            ev->reason = row.reason;
            return;
        }
    }
}

static enum err add_checkpoint(struct ctx *ctx, const struct json *cp, struct str carrier, struct str number, struct str status,
                               struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    struct str own = json_str(cp, "primary_status");
    if (str_empty(own))
        own = json_str(cp, "status");
    map_status(ctx, str_empty(own) ? status : own, ev);
    ev->description = str_trim(json_str(cp, "message"));
    struct str cc = json_str(cp, "country_alpha2");
    ev->location = (struct place){json_str(cp, "city"), json_str(cp, "state"), json_text(cp, "postal_code"),
                                  scan_country(ctx, str_empty(cc) ? json_str(cp, "country") : cc)};
    if (when_parse(json_str(cp, "checkpoint_time"), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    return OK;
}

static bool newest_first(const struct json *cps)
{
    if (cps == NULL || cps->count < 2)
        return true;
    return str_cmp(json_str(json_at(cps, 0), "checkpoint_time"), json_str(json_at(cps, cps->count - 1), "checkpoint_time")) >= 0;
}

static enum err add_tracking(struct ctx *ctx, const struct json *t, const struct json *cps, struct str status, struct decoded *out)
{
    size_t from = out->n;
    struct str number = json_text(t, "tracking_number"), word = json_str(t, "courier_name"), carrier = carrier_from_word(word);
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    if (str_empty(status))
        status = json_str(t, "status");
    size_t i = 0;
    bool first = newest_first(cps);
    size_t newest = first || cps == NULL ? 0 : cps->count - 1;
    JSON_EACH(cp, cps) {
        /* the overall status belongs to the newest checkpoint only */
        e = add_checkpoint(ctx, cp, str_empty(carrier) ? word : carrier, number, i == newest ? status : STR("in_transit"), out);
        if (e != OK)
            return e;
        i++;
    }
    if (out->n == from && !str_empty(status)) {
        struct tracking_event *ev = NULL;
        e = scan_add(ctx, out, str_empty(carrier) ? word : carrier, number, &ev);
        if (e != OK)
            return e;
        map_status(ctx, status, ev);
        ev->description = status;
    }
    scan_done(ctx, out, from, first);
    scan_estimate(out, from, str_sub(json_str(t, "eta_date"), 0, 10));
    return OK;
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str type = json_str(v, "event_type");
    const struct json *t = json_get(v, "tracking");
    if (t == NULL)
        t = json_get(v, "tracking_status");
    if (json_is(t, JSON_OBJECT)) {
        const struct json *cps = json_get(v, "checkpoints");
        return add_tracking(ctx, t, cps == NULL ? json_get(t, "checkpoints") : cps, json_str(t, "status"), out);
    }
    if (!str_empty(type)) {
        out->note = arena_fmt(ctx->arena, "event not used: %.*s", STR_ARG(type));
        return OK;
    }
    const struct json *list = json_get(v, "trackings");
    JSON_EACH(one, list) {
        e = add_tracking(ctx, one, json_get(one, "checkpoints"), STR_NULL, out);
        if (e != OK)
            return e;
    }
    if (list != NULL && list->count > 0)
        return OK;
    if (json_get(v, "error") != NULL || list != NULL)
        return not_found_add(ctx, out, STR_NULL, ask == NULL ? STR_NULL : ask->tracking_number, json_text(json_get(v, "error"), "code"),
                             json_str(json_get(v, "error"), "message"));
    return add_tracking(ctx, v, json_get(v, "checkpoints"), STR_NULL, out);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_jwt_hs256(ctx, acct, http_msg_header(msg, "X-EASYSHIP-SIGNATURE"), msg->received_us);
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
    out->url = url_join(ctx, acct, BASE, "/2024-09/trackings?include_checkpoints=true&tracking_number=",
                        url_encode(ctx->arena, ask->tracking_number));
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

const struct connector connector_easyship = {
    .id = "easyship",
    .title = "Easyship",
    .docs_url = "https://developers.easyship.com/reference",
    .api_version = "2024-09",
    .role = ROLE_CARRIER,
    .auth = AUTH_BEARER,
    .base_url = BASE,
    .limits = {.calls = 1, .window_s = 1, .poll_every_s = 6 * 3600, .timeout_ms = 10000, .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "easyship",
    .hook = &HOOK,
    .poll = &POLL,
};
