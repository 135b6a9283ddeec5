/*
 * Delhivery and Shiprocket: what is asked, sign-in, errors, the same scan from push and answer; and the answers to failed attempts
 * against doubles that keep the vendors' rules and fail on the way.
 */
#include "lib/vendor_drive.h"

#include "connectors/lib/oauth.h"

#include <stdio.h>

#define KEY "0af10af10af10af10af10af10af10af1"

static void requests(void **state)
{
    struct fixture f;
    struct account acct;
    struct poll_ask ask = {.kind = POLL_PARCEL, .carrier = STR("delhivery"), .tracking_number = STR("12/34")};
    struct out_req req = {0};
    (void)state;
    fixture_init(&f);
    test_account(&acct, "delhivery", NULL);
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &ask, &req), ERR_DENIED);
    assert_int_equal(secret_set(&acct.api_key, STR("t0ken")), OK);
    req = (struct out_req){0};
    assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
    assert_str(req.url, "https://track.delhivery.com/api/v1/packages/json/?waybill=12%2F34");
    assert_str(req.headers[0].value, "Token t0ken");
    test_account_clear(&acct);
    test_account(&acct, "shiprocket", NULL);
    req = (struct out_req){0};
    assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
    assert_str(req.url, "https://apiv2.shiprocket.in/v1/external/courier/track/awb/12%2F34");
    fixture_clear(&f);
}

/* E-mail and password for a token that does not say how long it lives. */
static void login(void **state)
{
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    struct oauth_token tok;
    (void)state;
    fixture_init(&f);
    test_account(&acct, "shiprocket", NULL);
    assert_int_equal(oauth_request(&f.ctx, &acct, &req), ERR_DENIED);
    assert_int_equal(secret_set(&acct.api_user, STR("api@example.com")), OK);
    assert_int_equal(secret_set(&acct.api_secret, STR("pass\"word")), OK);
    assert_ok(&f.ctx, oauth_request(&f.ctx, &acct, &req));
    assert_str(req.url, "https://apiv2.shiprocket.in/v1/external/auth/login");
    assert_str(req.body, "{\"email\":\"api@example.com\",\"password\":\"pass\\\"word\"}");
    struct http_msg msg = {.status = 200, .body = STR("{\"id\":1,\"token\":\"abc.def\"}"), .received_us = TEST_NOW_US};
    assert_ok(&f.ctx, oauth_decode(&f.ctx, &msg, &tok));
    assert_str(tok.token, "abc.def");
    assert_int_equal(tok.expires_us, TEST_NOW_US + (86400 - 60) * US_PER_S);
    msg = (struct http_msg){.status = 400, .body = STR("{\"message\":\"Invalid email and password combination\"}"), .received_us = TEST_NOW_US};
    assert_int_equal(oauth_decode(&f.ctx, &msg, &tok), ERR_DENIED);
    test_account_clear(&acct);
    fixture_clear(&f);
}

/* The natural key of a scan is the same, whoever tells of it. */
static void one_scan_told_twice(void **state)
{
    static const struct {
        const char *connector, *push, *answer;
    } CASES[] = {
        {"delhivery",
         "{\"Shipment\":{\"AWB\":\"1\",\"NSLCode\":\"EOD-11\",\"Status\":{\"Status\":\"Pending\",\"StatusType\":\"UD\",\"StatusDateTime\":\"2026-11-17T19:02:11\","
         "\"StatusLocation\":\"Pune\",\"Instructions\":\"Consignee unavailable\"}}}",
         "{\"ShipmentData\":[{\"Shipment\":{\"AWB\":\"1\",\"Scans\":[{\"ScanDetail\":{\"ScanDateTime\":\"2026-11-17T19:02:11\",\"ScanType\":\"UD\",\"Scan\":\"Pending\","
         "\"ScannedLocation\":\"Pune\",\"StatusCode\":\"EOD-11\",\"Instructions\":\"Consignee unavailable\"}}]}}]}"},
        {"shiprocket",
         "{\"awb\":\"1\",\"courier_name\":\"Ekart\",\"scans\":[{\"date\":\"2026-11-17 11:37:00\",\"status\":\"UD\",\"activity\":\"Undelivered\",\"location\":\"PUNE\","
         "\"sr-status\":21,\"sr-status-label\":\"UNDELIVERED\"}]}",
         "{\"tracking_data\":{\"shipment_track\":[{\"awb_code\":\"1\",\"courier_name\":\"Ekart\"}],\"shipment_track_activities\":[{\"date\":\"2026-11-17 11:37:00\","
         "\"status\":\"UD\",\"activity\":\"Undelivered\",\"location\":\"PUNE\",\"sr-status\":\"21\",\"sr-status-label\":\"UNDELIVERED\"}]}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded a = {0}, b = {0};
        struct str cursor = STR_NULL;
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        struct http_msg push = {.body = str_of(CASES[i].push)}, answer = {.status = 200, .body = str_of(CASES[i].answer)};
        assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &push, &a));
        assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, NULL, &answer, &b, &cursor));
        assert_int_equal(a.n, 1);
        assert_int_equal(b.n, 1);
        assert_false(str_empty(a.facts[0].key));
        assert_true(str_eq(a.facts[0].key, b.facts[0].key));
        assert_int_equal(a.facts[0].u.event.status, PARCEL_ATTEMPT_FAILED);
        fixture_clear(&f);
    }
}

static void errors(void **state)
{
    static const struct {
        const char *connector;
        int status;
        const char *body, *says;
        enum err err;
    } CASES[] = {
        {"delhivery", 401, "{\"detail\":\"Invalid token.\"}", "refused the key", ERR_DENIED},
        {"delhivery", 429, "{\"detail\":\"Throttled\"}", "wait", ERR_BUSY},
        {"delhivery", 200, "{\"ShipmentData\":[{\"Shipment\":{\"Scans\":[]}}]}", "AWB", ERR_PARSE},
        {"delhivery", 200, "{\"ShipmentData\":[{\"Shipment\":{\"AWB\":\"1\",\"Scans\":[{\"ScanDetail\":{\"ScanDateTime\":\"soon\"}}]}}]}", "Scans[0].ScanDateTime", ERR_PARSE},
        {"delhivery", 200, "{\"a\":1}", "ShipmentData", ERR_PARSE},
        {"shiprocket", 401, "{\"message\":\"Unauthorised\"}", "refused the key", ERR_DENIED},
        {"shiprocket", 429, "{\"message\":\"Too many\"}", "wait", ERR_BUSY},
        {"shiprocket", 200, "{\"a\":1}", "tracking_data", ERR_PARSE},
        {"shiprocket", 200, "{\"courier_name\":\"x\",\"awb\":null}", "awb", ERR_PARSE},
        {"shiprocket", 200, "{\"awb\":\"1\",\"current_timestamp\":\"2026-11-17\"}", "current_timestamp", ERR_PARSE},
    };
    struct poll_ask ask = {.kind = POLL_PARCEL, .tracking_number = STR("1"), .carrier = STR("delhivery")};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        struct http_msg msg = {.status = CASES[i].status, .body = str_of(CASES[i].body)};
        enum err e = acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor);
        if (e != CASES[i].err || strstr(f.ctx.msg, CASES[i].says) == NULL)
            fail_msg("case %zu: %s: %s", i, err_name(e), f.ctx.msg);
        fixture_clear(&f);
    }
}

/* ---- doubles: what each vendor has published of its answers to failed attempts */

struct parcel_double {
    const char *type, *code;
    int attempts;
    const char *upl;      /* what is said of the number that was given */
    bool ndr;             /* Shiprocket: an attempt waits for an answer */
    char comment[80], did[40], day[20], address[60], phone[30];
    size_t answers;
};

static void copy(char *out, size_t n, struct str s)
{
    snprintf(out, n, "%.*s", STR_ARG(s));
}

static int delhivery_takes(struct parcel_double *p, const struct json *v, struct str *answer)
{
    const struct json *one = json_path(v, "data.0"), *data = json_get(one, "action_data");
    struct str act = json_str(one, "act");
    assert_str(json_str(one, "waybill"), "1234567890123");
    assert_true(str_eq(act, STR("RE-ATTEMPT")) || str_eq(act, STR("DEFER_DLV")) || str_eq(act, STR("EDIT_DETAILS")));
    assert_true(str_eq(act, STR("RE-ATTEMPT")) == (data == NULL));
    copy(p->did, sizeof(p->did), act);
    copy(p->day, sizeof(p->day), json_str(data, "deferred_date"));
    copy(p->address, sizeof(p->address), json_str(data, "add"));
    copy(p->phone, sizeof(p->phone), json_str(data, "phone"));
    p->answers++;
    p->code = "ST-105";
    *answer = STR("{\"request_id\":\"UPL77\"}");
    return 200;
}

static int delhivery(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    struct parcel_double *p = state;
    const struct json *v = NULL;
    assert_str(req->headers[0].value, "Token t0ken");
    if (str_eq(target, STR("/api/v1/packages/json/?waybill=1234567890123"))) {
        *answer = arena_fmt(ctx->arena, "{\"ShipmentData\":[{\"Shipment\":{\"AWB\":\"1234567890123\",\"DispatchCount\":%d,\"Status\":{\"StatusType\":\"%s\",\"StatusCode\":\"%s\"}}}]}",
                            p->attempts, p->type, p->code);
        return 200;
    }
    if (str_eq(target, STR("/api/cmu/get_bulk_upl/UPL77?verbose=true"))) {
        *answer = arena_fmt(ctx->arena, "{\"status\":\"%s\"}", p->upl);
        return 200;
    }
    assert_ok(ctx, json_parse(ctx, req->body, &JSON_LIMITS_SMALL, &v));
    if (str_eq(target, STR("/api/p/update")))
        return delhivery_takes(p, v, answer);
    assert_str(target, "/api/p/edit");
    assert_str(json_str(v, "cancellation"), "true");
    p->answers++;
    p->type = "RT";
    *answer = STR("{\"status\":true,\"remark\":\"\"}");
    return 200;
}

static int shiprocket(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    static const char *const NAMES[] = {"action", "comments", "phone", "address1", "address2", "deferred_date", NULL};
    struct parcel_double *p = state;
    const struct json *v = NULL;
    if (str_eq(req->method, STR("GET"))) {
        assert_str(target, "/v1/external/ndr/1234567890123");
        *answer = arena_fmt(ctx->arena, "{\"data\":[{\"reason\":\"x\",\"attempts\":1,\"history\":[{\"comment\":\"%s\"}]}]}", p->comment);
        return p->ndr ? 200 : 404;
    }
    assert_str(target, "/v1/external/ndr/1234567890123/action");
    assert_ok(ctx, json_parse(ctx, req->body, &JSON_LIMITS_SMALL, &v));
    JSON_EACH(m, v) {
        bool known = false;
        for (const char *const *n = NAMES; *n != NULL; n++)
            known = known || str_eq(m->key, str_of(*n));
        assert_true(known);
    }
    assert_true(str_eq(json_str(v, "action"), STR("re-attempt")) || str_eq(json_str(v, "action"), STR("return")));
    assert_false(str_empty(json_str(v, "comments")));
    copy(p->comment, sizeof(p->comment), json_str(v, "comments"));
    copy(p->did, sizeof(p->did), json_str(v, "action"));
    copy(p->day, sizeof(p->day), json_str(v, "deferred_date"));
    copy(p->address, sizeof(p->address), json_str(v, "address1"));
    copy(p->phone, sizeof(p->phone), json_str(v, "phone"));
    p->answers++;
    *answer = STR("");
    return 200;
}

static const struct {
    const char *name, *connector;
    enum capability cap;
    const char *day, *line1, *phone;
    struct parcel_double p;
    enum effect_way ways[3];
    size_t ways_n;
    enum action_step end;
    const char *did;
    size_t answers;
} CASES[] = {
    {"another attempt", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Success"}, {0}, 0, STEP_DONE, "RE-ATTEMPT", 1},
    {"on a day", "delhivery", CAP_REATTEMPT, "2026-11-20", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Success"}, {0}, 0, STEP_DONE, "DEFER_DLV", 1},
    {"with another telephone", "delhivery", CAP_REATTEMPT, "", "", "+919900000000", {.type = "UD", .code = "EOD-74", .attempts = 1, .upl = "Success"}, {0}, 0, STEP_DONE, "EDIT_DETAILS", 1},
    {"with a corrected address", "delhivery", CAP_REROUTE, "", "2 New Street", "", {.type = "UD", .code = "EOD-74", .attempts = 2, .upl = "Success"}, {0}, 0, STEP_DONE, "EDIT_DETAILS", 1},
    {"under way there", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Pending"}, {0}, 0, STEP_ACCEPTED, "RE-ATTEMPT", 1},
    {"failed there", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Failure"}, {0}, 0, STEP_REFUSED, "RE-ATTEMPT", 1},
    {"timed out, but taken", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Success"}, {EFFECT_DONE_CUT}, 1, STEP_DONE, "RE-ATTEMPT", 1},
    {"busy, then down", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 1, .upl = "Success"}, {EFFECT_BUSY, EFFECT_FAIL}, 2, STEP_DONE, "RE-ATTEMPT", 1},
    {"no failed attempt", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "X-DLL2F", .attempts = 0, .upl = ""}, {0}, 0, STEP_REFUSED, "", 0},
    {"attempts used up", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "UD", .code = "EOD-11", .attempts = 3, .upl = ""}, {0}, 0, STEP_REFUSED, "", 0},
    {"on its way back", "delhivery", CAP_REATTEMPT, "", "", "", {.type = "RT", .code = "X-DLL2F", .attempts = 1, .upl = ""}, {0}, 0, STEP_REFUSED, "", 0},
    {"send it back", "delhivery", CAP_INTERCEPT, "", "", "", {.type = "UD", .code = "X-DLL2F", .attempts = 0, .upl = ""}, {EFFECT_DONE_500}, 1, STEP_DONE, "", 1},
    {"send back what is delivered", "delhivery", CAP_INTERCEPT, "", "", "", {.type = "DL", .code = "EOD-38", .attempts = 1, .upl = ""}, {0}, 0, STEP_REFUSED, "", 0},
    {"another attempt", "shiprocket", CAP_REATTEMPT, "", "", "", {.ndr = true}, {0}, 0, STEP_DONE, "re-attempt", 1},
    {"on a day", "shiprocket", CAP_REATTEMPT, "2026-11-20", "", "", {.ndr = true}, {EFFECT_BUSY}, 1, STEP_DONE, "re-attempt", 1},
    {"with address and telephone", "shiprocket", CAP_REROUTE, "", "2 New Street", "+919900000000", {.ndr = true}, {0}, 0, STEP_DONE, "re-attempt", 1},
    {"send it back", "shiprocket", CAP_INTERCEPT, "", "", "", {.ndr = true}, {EFFECT_DONE_CUT}, 1, STEP_DONE, "return", 1},
    {"timed out, but taken", "shiprocket", CAP_REATTEMPT, "", "", "", {.ndr = true}, {EFFECT_DONE_500}, 1, STEP_DONE, "re-attempt", 1},
    {"no failed attempt", "shiprocket", CAP_REATTEMPT, "", "", "", {.ndr = false}, {0}, 0, STEP_REFUSED, "", 0},
    {"not possible", "shiprocket", CAP_REATTEMPT, "", "", "", {.ndr = true}, {EFFECT_REFUSE}, 1, STEP_REFUSED, "", 0},
};

static void answers_to_failed_attempts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct parcel_double p = CASES[i].p;
        struct action_answer out;
        bool is_delhivery = strcmp(CASES[i].connector, "delhivery") == 0;
        struct vendor_double_rules v = {.serve = is_delhivery ? delhivery : shiprocket, .state = &p, .ways = CASES[i].ways, .ways_n = CASES[i].ways_n};
        struct action_call call = {.key = STR(KEY), .cap = CASES[i].cap, .tracking_number = STR("1234567890123"), .detail = str_of(CASES[i].day)};
        call.new_address.line1 = str_of(CASES[i].line1);
        call.new_address.phone = str_of(CASES[i].phone);
        fixture_init(&f);
        test_account(&acct, CASES[i].connector, NULL);
        acct.base_url = STR("https://double.example");
        assert_int_equal(secret_set(&acct.api_key, STR("t0ken")), OK);
        vendor_drive(&f.ctx, &acct, &v, &call, NULL, &out);
        bool told = strcmp(p.day, CASES[i].day) == 0 && strcmp(p.address, CASES[i].line1) == 0 && strcmp(p.phone, CASES[i].phone) == 0;
        if (out.step != CASES[i].end || p.answers != CASES[i].answers || strcmp(p.did, CASES[i].did) != 0 || (p.did[0] != '\0' && !told))
            fail_msg("%s, %s: step %d (%.*s), %zu answers, %s", CASES[i].connector, CASES[i].name, (int)out.step, STR_ARG(out.detail), p.answers, p.did);
        size_t answers = p.answers; /* asked again, nothing more is asked for */
        if (CASES[i].end == STEP_DONE)
            vendor_drive(&f.ctx, &acct, &v, &call, NULL, &out);
        if (p.answers != answers)
            fail_msg("%s, %s: asked for twice", CASES[i].connector, CASES[i].name);
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests), cmocka_unit_test(login), cmocka_unit_test(one_scan_told_twice), cmocka_unit_test(errors),
                                       cmocka_unit_test(answers_to_failed_attempts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
