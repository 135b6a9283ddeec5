/*
 * Delhivery: tracking (packages/json), scan push, and the answers to failed attempts (NDR). Facts: public integrations and samples,
 * read 2026-11. Traps: every time is India's without saying so; UD is "not delivered yet" and no failed attempt, which its NSL
 * code tells; DL with RTO or DTO is a return; two scans may share a second; the vendor signs nothing, so a header of ours is agreed
 * with it. An answer to an NDR is taken at once and done later: its number is asked about.
 */
#include "base/http_client.h"
#include "base/num.h"
#include "connectors/lib/aggregate.h"
#include "connectors/lib/shop_helpers.h"
#include "connectors/lib/signature.h"

#define BASE "https://track.delhivery.com"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "the value of the header X-Wismo-Secret, as agreed with Delhivery for scan push"},
    {"api_key", false, true, "API token"},
    {NULL, false, false, NULL},
};

/* ---- scans: the same members, by other names, in Scans, in Status and in a push */

struct names {
    const char *type, *status, *at, *where;
};
static const struct names IN_SCAN = {"ScanType", "Scan", "ScanDateTime", "ScannedLocation"};
static const struct names IN_STATUS = {"StatusType", "Status", "StatusDateTime", "StatusLocation"};

/* The code says more on the way out; on the way back, and at an end, what kind of status it is goes first. */
static void map_scan(struct ctx *ctx, struct str type, struct str status, struct str code, struct tracking_event *ev)
{
    struct str both = arena_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(type), STR_ARG(status));
    const struct code_try out[] = {{"", code}, {"", both}}, back[] = {{"", both}, {"", code}};
    scan_map(ev, "delhivery", str_eq(type, STR("UD")) ? out : back, 2);
    ev->code = str_empty(code) ? both : code;
}

static enum err add_scan(struct ctx *ctx, const struct json *s, const struct names *n, struct str code, struct str number, struct decoded *out)
{
    struct tracking_event *ev = NULL;
    struct str at = json_str(s, n->at);
    enum err e = scan_add(ctx, out, STR("delhivery"), number, &ev);
    if (e != OK)
        return e;
    map_scan(ctx, json_str(s, n->type), json_str(s, n->status), code, ev);
    ev->description = str_trim(json_str(s, "Instructions"));
    if (str_empty(ev->description))
        ev->description = json_str(s, n->status);
    ev->location = (struct place){str_trim(json_str(s, n->where)), STR_NULL, STR_NULL, STR("IN")};
    ev->occurred = time_at_offset(at, INDIA_OFFSET_S);
    if (ev->occurred.kind == WHEN_NONE)
        return ctx_fail(ctx, ERR_PARSE, "%s: expected a time, got %.*s", n->at, STR_ARG(str_sub(at, 0, 40)));
    return OK;
}

static enum err add_shipment(struct ctx *ctx, const struct json *s, struct decoded *out)
{
    static const char *const PROMISE[] = {"ExpectedDeliveryDate", "PromisedDeliveryDate", NULL};
    const struct json *scans = json_get(s, "Scans"), *status = json_get(s, "Status");
    struct str number = json_text(s, "AWB"), code = json_str(status, "StatusCode");
    size_t from = out->n, i = 0;
    enum err e = OK;
    if (str_empty(number))
        return ctx_fail(ctx, ERR_PARSE, "AWB: missing");
    JSON_EACH(one, scans) {
        const struct json *d = json_get(one, "ScanDetail");
        e = add_scan(ctx, d, &IN_SCAN, json_str(d, "StatusCode"), number, out);
        if (e != OK)
            return fail_in(ctx, e, "Scans", i);
        i++;
    }
    if (out->n == from && json_is(status, JSON_OBJECT))
        e = add_scan(ctx, status, &IN_STATUS, str_empty(code) ? json_str(s, "NSLCode") : code, number, out);
    if (e != OK)
        return e;
    const struct parcel_wide wide = {.signed_by = json_str(status, "RecievedBy"), .estimate = day_of(first_str(s, PROMISE)), .dest_country = STR("IN")};
    return history_done(ctx, out, from, false, &wide);
}

static enum err decode(struct ctx *ctx, const struct poll_ask *ask, const struct http_msg *msg, struct decoded *out)
{
    const struct json *v = NULL;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    const struct json *list = json_get(v, "ShipmentData");
    if (json_get(v, "Shipment") != NULL)
        return add_shipment(ctx, json_get(v, "Shipment"), out);
    if (!json_is(list, JSON_ARRAY) || list->count == 0) {
        struct str why = json_str(v, "Error");
        if (list == NULL && str_empty(why) && msg->status < 400)
            return ctx_fail(ctx, ERR_PARSE, "ShipmentData: missing");
        return vendor_refused(ctx, out, ask, msg->status, msg->status == 0 || msg->status == 404 || msg->status == 200, STR("NOT_FOUND"), why);
    }
    JSON_EACH(one, list) {
        if (e == OK)
            e = add_shipment(ctx, json_get(one, "Shipment"), out);
    }
    return e;
}

/* ---- push */

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    return sig_header_secret(ctx, acct, http_msg_header(msg, "X-Wismo-Secret"));
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    (void)acct;
    return decode(ctx, NULL, msg, out);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};

/* ---- reading */

static struct str track_url(struct ctx *ctx, const struct account *acct, struct str number)
{
    return url_join(ctx, acct, BASE, "/api/v1/packages/json/?waybill=", url_encode(ctx->arena, number));
}

static enum err sign(struct ctx *ctx, const struct account *acct, struct out_req *out)
{
    if (acct->api_key.n == 0)
        return ctx_fail(ctx, ERR_DENIED, "Delhivery: api_key is needed");
    return out_req_header(ctx, out, STR("Authorization"), arena_fmt(ctx->arena, "Token %.*s", STR_ARG(secret_view(&acct->api_key))));
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    out->method = STR("GET");
    out->url = track_url(ctx, acct, ask->tracking_number);
    return sign(ctx, acct, out);
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
 * ---- answers to failed attempts. Step 0 looks where the parcel is; step 1 asks for another attempt (on a day, with a corrected
 * address or phone), or to send it back; step 2 asks what became of what was taken, by the number in carry.
 */

/* Codes after which another attempt may be asked for. */
static const char *const NDR_CODES[] = {"EOD-74", "EOD-15", "EOD-104", "EOD-43", "EOD-86", "EOD-11", "EOD-69", "EOD-6", NULL};
static const char *const ASKED_CODES[] = {"ST-105", "ST-107", NULL}; /* it has been asked for */

static bool among(const char *const *list, struct str code)
{
    for (; *list != NULL; list++)
        if (str_eq(code, str_of(*list)))
            return true;
    return false;
}

static void write_data(struct jw *w, const struct action_call *call)
{
    const struct address *a = &call->new_address;
    bool day = !str_empty(day_of(call->detail)), details = !str_empty(a->line1) || !str_empty(a->phone);
    jw_kstr(w, "waybill", call->tracking_number);
    jw_kstr(w, "act", details ? STR("EDIT_DETAILS") : day ? STR("DEFER_DLV") : STR("RE-ATTEMPT"));
    if (!details && !day)
        return;
    jw_key(w, "action_data");
    jw_obj(w);
    if (details) {
        jw_kstr_opt(w, "name", a->name);
        jw_kstr_opt(w, "add", a->line1);
        jw_kstr_opt(w, "phone", a->phone);
    } else {
        jw_kstr(w, "deferred_date", day_of(call->detail));
    }
    jw_end(w);
}

static void write_ask(struct jw *w, const struct action_call *call)
{
    jw_obj(w);
    if (call->cap == CAP_INTERCEPT) { /* what is under way and cancelled goes back */
        jw_kstr(w, "waybill", call->tracking_number);
        jw_kstr(w, "cancellation", STR("true"));
    } else {
        jw_key(w, "data");
        jw_arr(w);
        jw_obj(w);
        write_data(w, call);
        jw_end(w);
        jw_arr_end(w);
    }
    jw_end(w);
}

static enum err act_request(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                            struct out_req *out, bool *effect)
{
    struct buf b;
    *effect = step == 1;
    if (str_empty(call->tracking_number))
        return ctx_fail(ctx, ERR_DENIED, "Delhivery: no parcel is named");
    out->method = step == 1 ? STR("POST") : STR("GET");
    if (step == 0)
        out->url = track_url(ctx, acct, call->tracking_number);
    else if (step == 1)
        out->url = url_join(ctx, acct, BASE, call->cap == CAP_INTERCEPT ? "/api/p/edit" : "/api/p/update", STR_NULL);
    else
        out->url = url_join(ctx, acct, BASE, "/api/cmu/get_bulk_upl/", arena_fmt(ctx->arena, "%.*s?verbose=true", STR_ARG(url_encode(ctx->arena, carry))));
    enum err e = sign(ctx, acct, out);
    if (e != OK || step != 1)
        return e;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    write_ask(&w, call);
    e = buf_err(&b);
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

static enum err look(struct ctx *ctx, const struct action_call *call, const struct json *v, struct action_answer *out)
{
    const struct json *s = json_get(json_path(v, "ShipmentData.0"), "Shipment"), *status = json_get(s, "Status");
    struct str code = json_str(status, "StatusCode"), type = json_str(status, "StatusType");
    int64_t attempts = 0;
    if (!str_eq(json_text(s, "AWB"), call->tracking_number))
        return end(out, STEP_REFUSED, STR_NULL, STR("Delhivery does not know this parcel"));
    bool back = str_eq(type, STR("RT")), over = str_eq(type, STR("DL")) || str_eq(type, STR("CN"));
    if (call->cap == CAP_INTERCEPT && back)
        return end(out, STEP_DONE, call->tracking_number, STR("it is on its way back"));
    if (over || back)
        return end(out, STEP_REFUSED, STR_NULL, STR("it is delivered, cancelled or on its way back"));
    if (call->cap == CAP_INTERCEPT)
        return end(out, STEP_NEXT, STR_NULL, STR_NULL);
    if (among(ASKED_CODES, code))
        return end(out, STEP_DONE, call->tracking_number, STR("another attempt is asked for"));
    if (!among(NDR_CODES, code))
        return end(out, STEP_REFUSED, STR_NULL, arena_fmt(ctx->arena, "after %.*s no other attempt can be asked for", STR_ARG(str_sub(code, 0, 40))));
    if (json_i64(s, "DispatchCount", 0, 1000, &attempts) == OK && attempts > 2)
        return end(out, STEP_REFUSED, STR_NULL, STR("its attempts are used up"));
    return end(out, STEP_NEXT, STR_NULL, STR_NULL);
}

/* {"request_id": "UPL..."}, or {"status": true} where a cancellation is taken at once. */
static enum err taken(struct ctx *ctx, const struct action_call *call, const struct json *v, struct action_answer *out)
{
    struct str upl = json_text(v, "request_id");
    const struct json *status = json_get(v, "status");
    out->carry = upl;
    if (!str_empty(upl))
        return end(out, STEP_NEXT, upl, STR("taken"));
    if (json_is(status, JSON_BOOL))
        return end(out, status->truth ? STEP_DONE : STEP_REFUSED, call->tracking_number, status->truth ? STR("taken") : json_str(v, "remark"));
    return ctx_fail(ctx, ERR_PARSE, "request_id: missing in the answer");
}

static enum err came_of_it(const struct json *v, struct str upl, struct action_answer *out)
{
    struct str status = json_str(v, "status");
    if (str_eq_nocase(status, STR("success")))
        return end(out, STEP_DONE, upl, STR("done"));
    if (str_eq_nocase(status, STR("failure")) || str_eq_nocase(status, STR("failed")))
        return end(out, STEP_REFUSED, upl, STR("Delhivery says that it failed"));
    return end(out, STEP_ACCEPTED, upl, STR("under way"));
}

static enum err act_decode(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                           const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    *out = (struct action_answer){.step = STEP_UNKNOWN};
    if (msg->status >= 300 && step < 2)
        return end(out, STEP_REFUSED, STR_NULL, arena_fmt(ctx->arena, "Delhivery answers %d", msg->status));
    if (msg->status >= 300)
        return end(out, STEP_ACCEPTED, carry, STR("taken; what came of it cannot be read"));
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    return step == 0 ? look(ctx, call, v, out) : step == 1 ? taken(ctx, call, v, out) : came_of_it(v, carry, out);
}

static const struct act_ops ACT = {
    .kinds = 1u << CAP_REATTEMPT | 1u << CAP_REROUTE | 1u << CAP_INTERCEPT, .request = act_request, .decode = act_decode};

const struct connector connector_delhivery = {
    .id = "delhivery",
    .title = "Delhivery",
    .docs_url = "https://one.delhivery.com/developer-portal/documents/b2c/",
    .api_version = "v1",
    .role = ROLE_CARRIER,
    .auth = AUTH_HEADER,
    .auth_name = "Authorization",
    .auth_prefix = "Token ",
    .base_url = BASE,
    .limits = {.calls = 5, .window_s = 1, .poll_every_s = 4 * 3600, .timeout_ms = 15000, .body_max = (size_t)2 << 20,
               .source = "no figure is published; a careful one"},
    .cfg = CFG,
    .status_file = "delhivery",
    .hook = &HOOK,
    .poll = &POLL,
    .act = &ACT,
};
