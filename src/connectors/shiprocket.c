/*
 * Shiprocket: one account for India's couriers: tracking by number, webhook, and the answers to failed attempts (NDR). Facts: public
 * integrations, read 2026-11. Traps: every time is India's without saying so; there are two lists of ids, of the shipment and of the
 * order, and a label outranks a surprising id; sr-status may be "NA"; a webhook is not signed but carries a token, and repeats all
 * scans; its URL must not name the vendor: choose the account's id so. Sign-in: e-mail and password of an API user for a token of ten days.
 */
#include "base/http_client.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/shop_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://apiv2.shiprocket.in"
#define API "/v1/external"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "the token typed into the panel for the webhook (header x-api-key)"},
    {"api_user", false, true, "e-mail of an API user"},
    {"api_secret", false, true, "its password"},
    {NULL, false, false, NULL},
};

/* What couriers write beside a failed attempt; whole phrases, the first one counts. */
static const struct {
    const char *phrase;
    enum reason reason;
} WHY[] = {
    {"refused", REASON_REFUSED},
    {"rejected", REASON_REFUSED},
    {"customer cancelled", REASON_REFUSED},
    {"cash not ready", REASON_PAYMENT_COD},
    {"cod not ready", REASON_PAYMENT_COD},
    {"amount not ready", REASON_PAYMENT_COD},
    {"address", REASON_ADDRESS_ISSUE},
    {"pincode", REASON_ADDRESS_ISSUE},
    {"unavailable", REASON_RECIPIENT_UNAVAILABLE},
    {"not available", REASON_RECIPIENT_UNAVAILABLE},
    {"not contactable", REASON_RECIPIENT_UNAVAILABLE},
    {"not reachable", REASON_RECIPIENT_UNAVAILABLE},
    {"closed", REASON_RECIPIENT_UNAVAILABLE},
    {"rescheduled", REASON_RECIPIENT_UNAVAILABLE},
};

static void why_failed(struct tracking_event *ev)
{
    for (size_t i = 0; ev->status == PARCEL_ATTEMPT_FAILED && i < sizeof(WHY) / sizeof(WHY[0]); i++)
        if (ev->reason == REASON_OTHER && has_phrase(ev->description, WHY[i].phrase))
            ev->reason = WHY[i].reason;
}

static enum err add_scan(struct ctx *ctx, const struct json *s, struct str carrier, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str at = json_str(s, "date"), id = json_text(s, "sr-status"), label = json_str(s, "sr-status-label");
    enum err e = scan_add(ctx, out, carrier, number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {{"label:", label}, {"ship:", str_eq(id, STR("NA")) ? STR_NULL : id}};
    scan_map(ev, "shiprocket", tries, 2);
    if (!str_empty(json_text(s, "status")))
        ev->code = json_text(s, "status"); /* the courier's own word */
    ev->description = str_trim(json_str(s, "activity"));
    ev->location = (struct place){str_trim(json_str(s, "location")), STR_NULL, STR_NULL, STR_NULL};
    ev->occurred = time_at_offset(at, INDIA_OFFSET_S);
    if (ev->occurred.kind == WHEN_NONE)
        return ctx_fail(ctx, ERR_PARSE, "date: expected a time, got %.*s", STR_ARG(str_sub(at, 0, 40)));
    why_failed(ev);
    return OK;
}

static enum err add_scans(struct ctx *ctx, const struct json *list, bool newest_first, struct str courier, struct str number, struct str estimate,
                          struct decoded *out)
{
    struct str carrier = slug_carrier(ctx, "shiprocket", courier);
    size_t from = out->n, i = 0;
    if (str_empty(carrier))
        carrier = STR("shiprocket");
    JSON_EACH(s, list) {
        enum err e = add_scan(ctx, s, carrier, number, out);
        if (e != OK)
            return fail_in(ctx, e, newest_first ? "shipment_track_activities" : "scans", i);
        i++;
    }
    const struct parcel_wide wide = {.estimate = day_of(estimate), .service = courier};
    return history_done(ctx, out, from, newest_first, &wide);
}

/* ---- webhook */

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str key = http_msg_header(msg, "x-api-key");
    return sig_header_secret(ctx, acct, str_empty(key) ? http_msg_header(msg, "anx-api-key") : key);
}

/* "DD MM YYYY HH:MM:SS" */
static struct when stamp_of(struct ctx *ctx, struct str s)
{
    if (s.n < 19 || s.p[2] != ' ' || s.p[5] != ' ')
        return (struct when){0};
    return time_at_offset(arena_fmt(ctx->arena, "%.*s-%.*s-%.*sT%.*s", STR_ARG(str_sub(s, 6, 4)), STR_ARG(str_sub(s, 3, 2)), STR_ARG(str_sub(s, 0, 2)),
                                    STR_ARG(str_sub(s, 11, 8))), INDIA_OFFSET_S);
}

/* Without scans the body's own status is one; the id of the shipment is surer than that of the order. */
static enum err add_state(struct ctx *ctx, const struct json *v, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str carrier = slug_carrier(ctx, "shiprocket", json_str(v, "courier_name"));
    size_t from = out->n;
    enum err e = scan_add(ctx, out, str_empty(carrier) ? STR("shiprocket") : carrier, number, &ev);
    if (e != OK)
        return e;
    const struct code_try tries[] = {
        {"label:", json_str(v, "shipment_status")}, {"ship:", json_text(v, "shipment_status_id")}, {"order:", json_text(v, "current_status_id")}};
    scan_map(ev, "shiprocket", tries, 3);
    ev->description = json_str(v, "current_status");
    ev->occurred = stamp_of(ctx, json_str(v, "current_timestamp"));
    if (ev->occurred.kind == WHEN_NONE)
        return ctx_fail(ctx, ERR_PARSE, "current_timestamp: expected DD MM YYYY HH:MM:SS");
    why_failed(ev);
    const struct parcel_wide wide = {.estimate = day_of(json_str(v, "etd")), .service = json_str(v, "courier_name")};
    return history_done(ctx, out, from, false, &wide);
}

static enum err add_hook(struct ctx *ctx, const struct json *v, struct decoded *out)
{
    struct str number = json_text(v, "awb");
    const struct json *scans = json_get(v, "scans");
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "awb: missing");
    if (json_is(scans, JSON_ARRAY) && scans->count > 0)
        return add_scans(ctx, scans, false, json_str(v, "courier_name"), number, json_str(v, "etd"), out);
    return add_state(ctx, v, number, out);
}

/* ---- tracking answers: bare, in a list, or keyed by the id that was asked for */

static enum err add_tracked(struct ctx *ctx, const struct poll_ask *ask, const struct json *t, struct decoded *out)
{
    const struct json *head = json_path(t, "shipment_track.0"), *list = json_get(t, "shipment_track_activities");
    struct str number = json_text(head, "awb_code");
    if (str_empty(number) && ask != NULL)
        number = ask->tracking_number;
    if (json_is(list, JSON_ARRAY) && list->count > 0 && !str_empty(number))
        return add_scans(ctx, list, true, json_str(head, "courier_name"), number, str_empty(json_str(t, "etd")) ? json_str(head, "edd") : json_str(t, "etd"), out);
    return vendor_refused(ctx, out, ask, 200, true, STR("NO_ACTIVITIES"), json_str(t, "error"));
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    if (json_get(v, "awb") != NULL)
        return add_hook(ctx, v, out);
    if (json_is(v, JSON_ARRAY))
        v = json_first(v);
    const struct json *t = json_get(v, "tracking_data");
    JSON_EACH(keyed, json_is(v, JSON_OBJECT) ? v : NULL) {
        if (t == NULL)
            t = json_get(keyed, "tracking_data");
    }
    if (t != NULL)
        return add_tracked(ctx, ask, t, out);
    if (str_empty(json_str(v, "message")))
        return ctx_fail(ctx, ERR_PARSE, "tracking_data: missing");
    return vendor_refused(ctx, out, ask, msg->status, msg->status == 0 || msg->status == 404, STR("NOT_FOUND"), json_str(v, "message"));
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    out->method = STR("GET");
    out->url = url_join(ctx, acct, BASE, API "/courier/track/awb/", url_encode(ctx->arena, ask->tracking_number));
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

/*
 * ---- answers to failed attempts. Step 0 reads the parcel's open NDR; step 1 answers it: another attempt (on a day, with a corrected
 * address or phone), or back to the seller. The comment carries our key, which the NDR's history shows again.
 */

static void write_answer(struct ctx *ctx, struct jw *w, const struct action_call *call)
{
    const struct address *a = &call->new_address;
    jw_obj(w);
    jw_kstr(w, "action", call->cap == CAP_INTERCEPT ? STR("return") : STR("re-attempt"));
    jw_kstr(w, "comments", arena_fmt(ctx->arena, "Wismo %.*s", STR_ARG(call->key)));
    if (call->cap != CAP_INTERCEPT) {
        jw_kstr_opt(w, "phone", a->phone);
        jw_kstr_opt(w, "address1", a->line1);
        jw_kstr_opt(w, "address2", a->line2);
        jw_kstr_opt(w, "deferred_date", day_of(call->detail));
    }
    jw_end(w);
}

static enum err act_request(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                            struct out_req *out, bool *effect)
{
    struct str number = url_encode(ctx->arena, call->tracking_number);
    struct buf b;
    (void)carry;
    *effect = step > 0;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_DENIED, "Shiprocket: no parcel is named");
    out->method = step == 0 ? STR("GET") : STR("POST");
    out->url = url_join(ctx, acct, BASE, API "/ndr/", step == 0 ? number : arena_fmt(ctx->arena, "%.*s/action", STR_ARG(number)));
    if (step == 0)
        return OK;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    write_answer(ctx, &w, call);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

static enum err end(struct action_answer *out, enum action_step step, struct str id, struct str detail)
{
    out->step = step;
    out->id = id;
    out->detail = str_sub(detail, 0, 200);
    return OK;
}

static enum err act_decode(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                           const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    (void)carry;
    *out = (struct action_answer){.step = STEP_UNKNOWN};
    if (msg->status == 404 && step == 0)
        return end(out, STEP_REFUSED, STR_NULL, STR("no failed attempt waits for an answer"));
    if (msg->status >= 300)
        return end(out, STEP_REFUSED, STR_NULL, arena_fmt(ctx->arena, "Shiprocket answers %d", msg->status));
    if (step > 0) /* a success has no body to rely on */
        return end(out, STEP_DONE, call->tracking_number, STR("taken"));
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *data = json_get(v, "data"), *ndr = json_is(data, JSON_ARRAY) ? json_first(data) : data;
    if (str_contains(msg->body, call->key))
        return end(out, STEP_DONE, call->tracking_number, STR("was answered so already"));
    if (json_get(ndr, "reason") == NULL && json_get(ndr, "history") == NULL)
        return end(out, STEP_REFUSED, STR_NULL, STR("no failed attempt waits for an answer"));
    return end(out, STEP_NEXT, STR_NULL, STR_NULL);
}

static const struct act_ops ACT = {
    .kinds = 1u << CAP_REATTEMPT | 1u << CAP_REROUTE | 1u << CAP_INTERCEPT, .request = act_request, .decode = act_decode};

const struct connector connector_shiprocket = {
    .id = "shiprocket",
    .title = "Shiprocket",
    .docs_url = "https://apidocs.shiprocket.in/",
    .api_version = "v1 external",
    .role = ROLE_CARRIER,
    .auth = AUTH_LOGIN,
    .auth_path = API "/auth/login",
    .base_url = BASE,
    .limits = {.calls = 5, .window_s = 1, .poll_every_s = 4 * 3600, .timeout_ms = 15000, .body_max = (size_t)2 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "shiprocket",
    .hook = &HOOK,
    .poll = &POLL,
    .act = &ACT,
};
