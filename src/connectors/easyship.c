/*
 * Easyship: webhooks (X-EASYSHIP-SIGNATURE is a JWT that proves the sender but does not cover the
 * body) and trackings by GET. Facts: the vendor's public reference, read 2026-11, partly
 * unconfirmed. The tracking stands under `data`, in older versions of the hooks under
 * `tracking_status` or `tracking`. Statuses are texts, normalised to words with underscores; a
 * checkpoint often has none: then it is a scan on the way, and the newest has the whole tracking's.
 * Countries are alpha-2, alpha-3 or a name.
 */
#include "base/http_client.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/signature.h"
#include "connectors/lib/tracking_number.h"

#include <ctype.h>

#define BASE "https://public-api.easyship.com"
#define WORD_MAX 64

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "webhook secret (webh_...)"},
    {"api_key", false, true, "access token"},
    {NULL, false, false, NULL},
};

/* "In Transit to Customer" as in_transit_to_customer; each whole text has its row: none is guessed
 * by its beginning. */
static void map_status(struct str text, struct tracking_event *ev)
{
    char word[WORD_MAX];
    struct status_row row;
    text = str_sub(str_trim(text), 0, WORD_MAX);
    for (size_t i = 0; i < text.n; i++)
        word[i] =
            text.p[i] == ' ' || text.p[i] == '-' ? '_' : (char)tolower((unsigned char)text.p[i]);
    ev->code = text;
    ev->status = PARCEL_UNKNOWN;
    if (!status_find("easyship", (struct str){word, text.n}, &row))
        return;
    ev->status = row.status;
    ev->reason = row.reason;
}

/* What one tracking says of all its checkpoints. */
struct whole {
    struct str carrier, number, status;
};

static enum err add_checkpoint(struct ctx *ctx, const struct json *cp, const struct whole *all,
                               bool newest, struct decoded *out)
{
    static const char *const COUNTRY[] = {"country_alpha2", "country_iso3", "country",
                                          "country_name", NULL},
                             *const STATUS[] = {"primary_status", "status", NULL},
                             *const CITY[] = {"city", "location", NULL};
    struct tracking_event *ev = NULL;
    struct str carrier = str_empty(all->carrier)
                             ? slug_carrier(ctx, "easyship", json_str(cp, "handler"))
                             : all->carrier;
    enum err e = scan_add(ctx, out, carrier, all->number, &ev);
    if (e != OK)
        return e;
    struct fact *fct = &out->facts[out->n - 1];
    struct str own = first_str(cp, STATUS);
    ev->description = str_trim(json_str(cp, "message"));
    ev->location =
        (struct place){first_str(cp, CITY), str_trim(json_str(cp, "state")),
                       str_trim(json_text(cp, "postal_code")), country_of(ctx, cp, COUNTRY)};
    if (when_parse(str_trim(json_str(cp, "checkpoint_time")), &ev->occurred) != OK)
        ev->occurred = (struct when){0};
    ev->status = PARCEL_IN_TRANSIT;
    if (!str_empty(own)) {
        map_status(own, ev);
        return OK;
    }
    /* the status moves on to the next checkpoint: it is no part of what this one is known by */
    fct->key = tracking_event_key(ctx->arena, ev);
    if (newest && !str_empty(all->status))
        map_status(all->status, ev);
    return OK;
}

/* Is the list newest first? By the vendor's numbers, else by the times. */
static bool newest_first(const struct json *cps)
{
    const struct json *a = json_first(cps),
                      *z = cps == NULL || cps->count == 0 ? NULL : json_at(cps, cps->count - 1);
    int64_t first = 0, last = 0;
    if (json_i64(a, "order_number", 0, INT32_MAX, &first) == OK &&
        json_i64(z, "order_number", 0, INT32_MAX, &last) == OK && first != last)
        return first > last;
    return str_cmp(json_str(a, "checkpoint_time"), json_str(z, "checkpoint_time")) > 0;
}

static struct str carrier_of(struct ctx *ctx, const struct json *t, struct str number,
                             bool has_scans)
{
    static const char *const NAMES[] = {"courier_name", "courier_umbrella_name", "carrier", NULL};
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    struct str word = first_str(t, NAMES);
    size_t n = 0;
    if (str_empty(word))
        word = json_str(json_get(t, "courier"), "name");
    if (!str_empty(word))
        return slug_carrier(ctx, "easyship", word);
    if (!has_scans && number_candidates(ctx, number, cand, &n) == OK && n > 0 &&
        cand[0].trust == TRUST_CHECK_DIGIT)
        return cand[0].carrier;
    return STR_NULL;
}

/* No checkpoint: the whole tracking's word, which is no scan. */
static enum err add_state(struct ctx *ctx, const struct whole *all, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    enum err e = scan_add(ctx, out, all->carrier, all->number, &ev);
    if (e != OK)
        return e;
    map_status(all->status, ev);
    ev->description = all->status;
    ev->synthetic = true;
    return OK;
}

static enum err add_tracking(struct ctx *ctx, const struct json *t, const struct json *cps,
                             struct decoded *out)
{
    static const char *const STATUS[] = {"status", "tracking_status", NULL},
                             *const DEST[] = {"destination", "destination_country_alpha2", NULL};
    size_t from = out->n, i = 0;
    struct whole all = {.number = json_text(t, "tracking_number"), .status = first_str(t, STATUS)};
    enum err e = OK;
    if (str_empty(all.number))
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: missing");
    if (!json_is(cps, JSON_ARRAY))
        cps = NULL; /* older hooks write {} for none */
    bool first = newest_first(cps);
    size_t n = cps == NULL ? 0 : cps->count;
    all.carrier = carrier_of(ctx, t, all.number, n > 0);
    JSON_EACH(cp, cps)
    {
        e = add_checkpoint(ctx, cp, &all, first ? i == 0 : i == n - 1, out);
        if (e != OK)
            return e;
        i++;
    }
    if (n == 0 && !str_empty(all.status))
        e = add_state(ctx, &all, out);
    if (e != OK)
        return e;
    const struct parcel_wide wide = {.estimate = day_of(json_str(t, "eta_date")),
                                     .dest_country = country_of(ctx, t, DEST)};
    return history_done(ctx, out, from, first, &wide);
}

static enum err add_list(struct ctx *ctx, const struct poll_ask *ask, const struct json *list,
                         struct decoded *out)
{
    JSON_EACH(one, list)
    {
        enum err e = add_tracking(ctx, one, json_get(one, "checkpoints"), out);
        if (e != OK)
            return e;
    }
    return list->count > 0 ? OK
                           : vendor_refused(ctx, out, ask, 404, true, STR("not_found"),
                                            STR("no such tracking"));
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out)
{
    static const char *const PLACES[] = {"data", "tracking_status", "tracking"};
    const struct json *v = NULL, *t = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str type = json_str(v, "event_type");
    const struct json *list = json_get(v, "trackings"), *error = json_get(v, "error");
    bool tracks = str_empty(type) || str_starts(type, STR("shipment.tracking."));
    for (size_t i = 0; tracks && t == NULL && i < sizeof(PLACES) / sizeof(PLACES[0]); i++)
        t = json_is(json_get(v, PLACES[i]), JSON_OBJECT) ? json_get(v, PLACES[i]) : NULL;
    if (t != NULL)
        return add_tracking(ctx, t,
                            json_get(t, "checkpoints") == NULL ? json_get(v, "checkpoints")
                                                               : json_get(t, "checkpoints"),
                            out);
    if (!tracks) {
        out->note = arena_fmt(ctx->arena, "event not used: %.*s", STR_ARG(str_sub(type, 0, 80)));
        return OK;
    }
    if (json_is(list, JSON_ARRAY))
        return add_list(ctx, ask, list, out);
    if (error != NULL) {
        struct str code = json_text(error, "code");
        bool unknown = msg->status == 404 || str_ends(code, STR("not_found"));
        return vendor_refused(ctx, out, ask, msg->status, unknown, code,
                              json_str(error, "message"));
    }
    return add_tracking(ctx, v, json_get(v, "checkpoints"), out);
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_jwt_hs256(ctx, acct, http_msg_header(msg, "X-EASYSHIP-SIGNATURE"), msg->received_us);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg,
                            struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask,
                        struct out_req *out)
{
    out->method = STR("GET");
    out->url =
        url_join(ctx, acct, BASE, "/2024-09/trackings?include_checkpoints=true&tracking_number=",
                 url_encode(ctx->arena, ask->tracking_number));
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

const struct connector connector_easyship = {
    .id = "easyship",
    .title = "Easyship",
    .docs_url = "https://developers.easyship.com/reference",
    .api_version = "2024-09",
    .role = ROLE_CARRIER,
    .auth = AUTH_BEARER,
    .base_url = BASE,
    .limits = {.calls = 1,
               .window_s = 1,
               .poll_every_s = 6 * 3600,
               .timeout_ms = 10000,
               .body_max = (size_t)5 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "easyship",
    .hook = &HOOK,
    .poll = &POLL,
};
