/*
 * WooCommerce: what is asked and how pages go on, refunds with the currency of their order, errors, the unsigned trial of a webhook;
 * and actions against a double that keeps REST v3's rules and fails on the way.
 */
#include "lib/vendor_drive.h"

#include "base/num.h"

#include <stdio.h>

#define BASE "https://shop.example.com"
#define KEY "0af10af10af10af10af10af10af10af1"

static void shop_account(struct account *acct, const char *secret)
{
    test_account(acct, "woocommerce", secret);
    acct->base_url = STR(BASE);
}

/* ---- reading */

static void requests(void **state)
{
    static const struct {
        struct poll_ask ask;
        const char *url;
        enum err err;
    } CASES[] = {
        {{.kind = POLL_SINCE, .since_us = TEST_NOW_US},
         BASE "/wp-json/wc/v3/orders?per_page=50&orderby=modified&order=asc&dates_are_gmt=true&page=1&modified_after=2026-11-18T11%3A06%3A40Z", OK},
        {{.kind = POLL_SINCE, .cursor = {"2026-11-18T10:00:00Z 3", 22}},
         BASE "/wp-json/wc/v3/orders?per_page=50&orderby=modified&order=asc&dates_are_gmt=true&page=3&modified_after=2026-11-18T10%3A00%3A00Z", OK},
        {{.kind = POLL_FETCH, .fetch = {{"order", 5}, {"47/11", 5}}}, BASE "/wp-json/wc/v3/orders/47%2F11", OK},
        {{.kind = POLL_FETCH, .fetch = {{"refunds", 7}, {"4711/EUR", 8}}}, BASE "/wp-json/wc/v3/orders/4711/refunds?per_page=100", OK},
        {{.kind = POLL_FETCH, .fetch = {{"customer", 8}, {"3", 1}}}, NULL, ERR_UNSUPPORTED},
    };
    struct fixture f;
    struct account acct;
    (void)state;
    fixture_init(&f);
    shop_account(&acct, NULL);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct out_req req = {0};
        assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &CASES[i].ask, &req), CASES[i].err);
        if (CASES[i].url != NULL)
            assert_str(req.url, CASES[i].url);
    }
    acct.base_url = STR_NULL;
    struct out_req req = {0};
    assert_int_equal(acct.conn->poll->request(&f.ctx, &acct, &CASES[0].ask, &req), ERR_DENIED);
    fixture_clear(&f);
}

static struct str page_of(struct fixture *f, int n, int distinct)
{
    struct buf b;
    struct str out;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < n; i++)
        buf_fmt(&b, "%s{\"id\":%d,\"number\":\"%d\",\"currency\":\"EUR\",\"date_modified_gmt\":\"2026-11-18T10:00:%02d\",\"billing\":{},\"line_items\":[]}",
                i == 0 ? "[" : ",", i + 1, i + 1, i * distinct / n);
    buf_addz(&b, "]");
    assert_int_equal(arena_dup(f->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void pages(void **state)
{
    static const struct {
        int orders, seconds;
        const char *cursor, *next;
    } CASES[] = {
        {49, 10, "", ""},
        {50, 10, "", "2026-11-18T10:00:08Z 1"},
        {50, 1, "", "2026-11-18T11:06:40Z 2"},
        {50, 1, "2026-11-18T09:59:59Z 2", "2026-11-18T09:59:59Z 3"},
        {0, 1, "2026-11-18T09:59:59Z 2", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR("");
        fixture_init(&f);
        shop_account(&acct, NULL);
        struct poll_ask ask = {.kind = POLL_SINCE, .since_us = TEST_NOW_US, .cursor = str_of(CASES[i].cursor)};
        struct http_msg msg = {.status = 200, .body = CASES[i].orders == 0 ? STR("[]") : page_of(&f, CASES[i].orders, CASES[i].seconds)};
        assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &d, &cursor));
        assert_int_equal(d.n, CASES[i].orders);
        assert_str(cursor, CASES[i].next);
        fixture_clear(&f);
    }
}

/* Who may read has refunds read, in the currency of their order. */
static void refunds_read(void **state)
{
    struct fixture f;
    struct account acct;
    struct decoded d = {0}, r = {0};
    struct str cursor = STR_NULL;
    (void)state;
    fixture_init(&f);
    shop_account(&acct, NULL);
    assert_int_equal(secret_set(&acct.api_key, STR("cs_made_up")), OK);
    struct http_msg msg = {.body = STR("{\"id\":4711,\"number\":\"4711\",\"currency\":\"JPY\",\"total\":\"5000\",\"billing\":{},\"line_items\":[],"
                                       "\"refunds\":[{\"id\":900,\"total\":\"-780\"}]}")};
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &d));
    assert_int_equal(d.n, 1);
    assert_int_equal(d.fetches_n, 1);
    struct poll_ask ask = {.kind = POLL_FETCH, .fetch = d.fetches[0]};
    msg = (struct http_msg){.status = 200, .body = STR("[{\"id\":900,\"amount\":\"780\",\"date_created_gmt\":\"2026-11-19T09:00:00\",\"line_items\":[]}]")};
    assert_ok(&f.ctx, acct.conn->poll->decode(&f.ctx, &acct, &ask, &msg, &r, &cursor));
    assert_int_equal(r.n, 1);
    assert_str(r.facts[0].u.refund.order_id, "4711");
    assert_str(r.facts[0].u.refund.currency, "JPY");
    assert_int_equal(r.facts[0].u.refund.amount_minor, 780);
    test_account_clear(&acct);
    fixture_clear(&f);
}

static void errors(void **state)
{
    static const struct {
        const char *body, *says;
        enum err err;
    } CASES[] = {
        {"{\"code\":\"woocommerce_rest_shop_order_invalid_id\",\"message\":\"x\",\"data\":{\"status\":404}}", "404", ERR_NOTFOUND},
        {"{\"code\":\"woocommerce_rest_cannot_view\",\"message\":\"x\",\"data\":{\"status\":401}}", "cannot_view", ERR_DENIED},
        {"{\"code\":\"too_many\",\"message\":\"x\",\"data\":{\"status\":429}}", "429", ERR_BUSY},
        {"{\"code\":\"internal\",\"message\":\"x\",\"data\":{\"status\":503}}", "503", ERR_UNAVAILABLE},
        {"{\"code\":\"rest_invalid_param\",\"message\":\"x\"}", "400", ERR_PARSE},
        {"{\"a\":1}", "expected an order", ERR_PARSE},
        {"{\"id\":1,\"billing\":{},\"line_items\":[{\"quantity\":-1}]}", "line_items[0].quantity", ERR_PARSE},
        {"{\"id\":1,\"currency\":\"EUR\",\"total\":\"12,50\",\"billing\":{},\"line_items\":[]}", "total", ERR_PARSE},
        {"{\"id\":1,\"currency\":\"euro\",\"billing\":{},\"line_items\":[]}", "currency", ERR_PARSE},
        {"{\"id\":1,\"date_created_gmt\":\"yesterday\",\"billing\":{},\"line_items\":[]}", "date_created_gmt", ERR_PARSE},
        {"{\"number\":\"1\",\"billing\":{},\"line_items\":[]}", "id: missing", ERR_PARSE},
        {"[{\"amount\":\"1.00\",\"line_items\":[]}]", "refund", ERR_PARSE},
        {"{\"id\":1,\"manage_stock\":true,\"stock_quantity\":1.5}", "stock_quantity", ERR_PARSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        struct str cursor = STR_NULL;
        fixture_init(&f);
        shop_account(&acct, NULL);
        struct http_msg msg = {.status = 200, .body = str_of(CASES[i].body)};
        enum err e = acct.conn->poll->decode(&f.ctx, &acct, NULL, &msg, &d, &cursor);
        if (e != CASES[i].err || strstr(f.ctx.msg, CASES[i].says) == NULL)
            fail_msg("case %zu: %s: %s", i, err_name(e), f.ctx.msg);
        fixture_clear(&f);
    }
}

static void trial_of_a_webhook(void **state)
{
    static const struct {
        const char *body;
        bool secret;
        enum err err;
    } CASES[] = {{"webhook_id=12", true, OK}, {"webhook_id=12", false, ERR_DENIED}, {"webhook_id=12&order=1", true, ERR_DENIED},
                 {"webhook_id=", true, ERR_DENIED}, {"{\"webhook_id\":12}", true, ERR_DENIED}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct account acct;
        struct decoded d = {0};
        fixture_init(&f);
        shop_account(&acct, CASES[i].secret ? "s" : NULL);
        struct http_msg msg = {.method = STR("POST"), .body = str_of(CASES[i].body), .received_us = TEST_NOW_US};
        assert_int_equal(acct.conn->hook->verify(&f.ctx, &acct, &msg), CASES[i].err);
        if (CASES[i].err == OK) {
            assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &d));
            assert_int_equal(d.n + d.fetches_n, 0);
        }
        test_account_clear(&acct);
        fixture_clear(&f);
    }
}

/* What a shop configures of its own plugins. */
static void own_meta(void **state)
{
    static const struct setting SET[] = {{{"tracking_meta", 13}, {"my_number", 9}}, {{"carrier_meta", 12}, {"my_carrier", 10}}, {{"promise_meta", 12}, {"my_day", 6}}};
    struct fixture f;
    struct account acct;
    struct decoded d = {0};
    (void)state;
    fixture_init(&f);
    shop_account(&acct, NULL);
    acct.settings = SET;
    acct.settings_n = 3;
    struct http_msg msg = {.body = STR("{\"id\":1,\"number\":\"1\",\"billing\":{},\"line_items\":[],\"meta_data\":[{\"key\":\"my_number\",\"value\":\"1Z7W4E590300010062\"},"
                                       "{\"key\":\"my_carrier\",\"value\":\"UPS\"},{\"key\":\"my_day\",\"value\":\"2026-11-25\"}]}")};
    assert_ok(&f.ctx, acct.conn->hook->decode(&f.ctx, &acct, &msg, &d));
    assert_int_equal(d.n, 2);
    assert_str(d.facts[0].u.order.promised_at, "2026-11-25");
    assert_str(d.facts[1].u.fulfillment.parcels[0].carrier, "ups");
    fixture_clear(&f);
}

/* ---- the double: one order, by the rules of "Orders" and "Order refunds" */

struct order_double {
    const char *status, *method, *tracking;
    bool paid;
    int64_t back;            /* minor units */
    char reason[80], hold[40], cancel_key[40], address[40];
    size_t refunds, reships, puts, notes;
};

static struct str order_text(struct ctx *ctx, const struct order_double *o)
{
    struct str refunds = o->refunds == 0 ? STR("") : arena_fmt(ctx->arena, "{\"id\":900,\"reason\":\"%s\",\"total\":\"-%lld.%02lld\"}", o->reason,
                                                               (long long)(o->back / 100), (long long)(o->back % 100));
    return arena_fmt(ctx->arena,
                     "{\"id\":4711,\"number\":\"4711\",\"status\":\"%s\",\"currency\":\"EUR\",\"total\":\"42.80\",\"date_paid_gmt\":%s,\"payment_method\":\"%s\","
                     "\"billing\":{},\"shipping\":{\"address_1\":\"%s\",\"postcode\":\"75002\",\"city\":\"Paris\"},\"refunds\":[%.*s],"
                     "\"line_items\":[{\"id\":11,\"product_id\":79,\"variation_id\":80,\"quantity\":2}],"
                     "\"meta_data\":[{\"key\":\"_wismo_hold\",\"value\":\"%s\"},{\"key\":\"_wismo_key\",\"value\":\"%s\"}%s]}",
                     o->status, o->paid ? "\"2026-11-16T08:16:00\"" : "null", o->method, o->address, STR_ARG(refunds), o->hold, o->cancel_key,
                     o->tracking == NULL ? "" : ",{\"key\":\"_wc_shipment_tracking_items\",\"value\":[{\"tracking_number\":\"1\"}]}");
}

static void is_of(const struct json *v, const char *const *names)
{
    JSON_EACH(m, v) {
        bool known = false;
        for (const char *const *n = names; *n != NULL; n++)
            known = known || str_eq(m->key, str_of(*n));
        if (!known)
            fail_msg("REST v3 has no \"%.*s\" here", STR_ARG(m->key));
    }
}

static void copy(char *out, size_t n, struct str s)
{
    snprintf(out, n, "%.*s", STR_ARG(s));
}

/* "amount" is a decimal text of what is left at most; lines are numbers; a gateway that cannot pay back answers 500. */
static int take_refund(struct ctx *ctx, struct order_double *o, const struct json *v, struct str *answer)
{
    static const char *const NAMES[] = {"amount", "reason", "api_refund", "api_restock", "line_items", NULL};
    static const char *const LINE[] = {"id", "quantity", "refund_total", "refund_tax", NULL};
    int64_t amount = 0;
    is_of(v, NAMES);
    assert_true(json_is(json_get(v, "amount"), JSON_STRING));
    assert_int_equal(num_parse_money(json_str(v, "amount"), STR("EUR"), &amount), OK);
    JSON_EACH(l, json_get(v, "line_items")) {
        is_of(l, LINE);
        assert_true(json_is(json_get(l, "id"), JSON_NUMBER));
    }
    if (amount <= 0 || o->back + amount > 4280) {
        *answer = STR("{\"code\":\"woocommerce_rest_invalid_order_refund\",\"message\":\"Refund amount must be greater than zero.\",\"data\":{\"status\":400}}");
        return 400;
    }
    if (strcmp(o->method, "cod") == 0)
        return 500;
    o->back += amount;
    o->refunds++;
    copy(o->reason, sizeof(o->reason), json_str(v, "reason"));
    *answer = arena_fmt(ctx->arena, "{\"id\":900,\"amount\":\"%.*s\",\"refunded_payment\":true}", STR_ARG(json_str(v, "amount")));
    return 201;
}

static int take_change(struct ctx *ctx, struct order_double *o, const struct json *v, struct str *answer)
{
    static const char *const NAMES[] = {"status", "shipping", "meta_data", NULL};
    static const char *const ADDRESS[] = {"first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone", NULL};
    static const char *const STATUSES[] = {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", NULL};
    bool known = json_get(v, "status") == NULL;
    is_of(v, NAMES);
    is_of(json_get(v, "shipping"), ADDRESS);
    for (const char *const *s = STATUSES; *s != NULL; s++)
        if (str_eq(json_str(v, "status"), str_of(*s))) {
            o->status = *s;
            known = true;
        }
    assert_true(known);
    JSON_EACH(m, json_get(v, "meta_data")) {
        bool hold = str_eq(json_str(m, "key"), STR("_wismo_hold"));
        copy(hold ? o->hold : o->cancel_key, 40, json_str(m, "value"));
    }
    if (json_get(v, "shipping") != NULL)
        copy(o->address, sizeof(o->address), json_str(json_get(v, "shipping"), "address_1"));
    o->puts++;
    *answer = order_text(ctx, o);
    return 200;
}

static int take_order(struct order_double *o, const struct json *v, struct str *answer)
{
    static const char *const NAMES[] = {"status", "set_paid", "parent_id", "billing", "shipping", "line_items", "meta_data", NULL};
    static const char *const LINE[] = {"product_id", "variation_id", "quantity", "subtotal", "total", NULL};
    is_of(v, NAMES);
    assert_str(json_text(v, "parent_id"), "4711");
    assert_str(json_str(json_get(v, "billing"), "email"), "anna@example.com");
    JSON_EACH(l, json_get(v, "line_items")) {
        is_of(l, LINE);
        assert_str(json_text(l, "product_id"), "79");
        assert_str(json_text(l, "variation_id"), "80");
        assert_str(json_text(l, "quantity"), "1");
        assert_str(json_str(l, "total"), "0.00");
    }
    copy(o->cancel_key, sizeof(o->cancel_key), json_str(json_path(v, "meta_data.0"), "value"));
    o->reships++;
    *answer = STR("{\"id\":4800,\"status\":\"processing\"}");
    return 201;
}

static int serve(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer)
{
    struct order_double *o = state;
    const struct json *v = NULL;
    bool get = str_eq(req->method, STR("GET"));
    if (!get)
        assert_ok(ctx, json_parse(ctx, req->body, &JSON_LIMITS_SMALL, &v));
    if (get && str_eq(target, STR("/wp-json/wc/v3/orders/4711"))) {
        *answer = order_text(ctx, o);
        return 200;
    }
    if (get && str_eq(target, STR("/wp-json/wc/v3/orders?per_page=100&parent=4711"))) {
        *answer = o->reships == 0 ? STR("[]") : arena_fmt(ctx->arena, "[{\"id\":4800,\"meta_data\":[{\"key\":\"_wismo_key\",\"value\":\"%s\"}]}]", o->cancel_key);
        return 200;
    }
    if (get && str_eq(target, STR("/wp-json/wc/v3/orders/4711/notes"))) {
        *answer = o->notes == 0 ? STR("[{\"id\":1,\"note\":\"Payment complete.\"}]") : STR("[{\"id\":1,\"note\":\"Payment complete.\"},{\"id\":2,\"note\":\"Wismo " KEY ": 1Z1 lost\"}]");
        return 200;
    }
    if (str_eq(req->method, STR("POST")) && str_eq(target, STR("/wp-json/wc/v3/orders/4711/notes"))) {
        assert_str(json_str(v, "note"), "Wismo " KEY ": 1Z1 lost");
        assert_true(json_is(json_get(v, "customer_note"), JSON_BOOL) && !json_get(v, "customer_note")->truth);
        o->notes++;
        *answer = STR("{\"id\":2}");
        return 201;
    }
    if (str_eq(req->method, STR("POST")) && str_eq(target, STR("/wp-json/wc/v3/orders/4711/refunds")))
        return take_refund(ctx, o, v, answer);
    if (str_eq(req->method, STR("PUT")) && str_eq(target, STR("/wp-json/wc/v3/orders/4711")))
        return take_change(ctx, o, v, answer);
    if (str_eq(req->method, STR("POST")) && str_eq(target, STR("/wp-json/wc/v3/orders")))
        return take_order(o, v, answer);
    fail_msg("%.*s %.*s: no such call", STR_ARG(req->method), STR_ARG(target));
    return 404;
}

static struct action_call call_of(enum capability cap, int64_t amount)
{
    static const struct action_line LINE = {{"MUG", 3}, {"11", 2}, {"Mug", 3}, 1};
    struct action_call call = {.key = STR(KEY), .cap = cap, .order_id = STR("4711"), .order_name = STR("4711"), .lines = &LINE, .lines_n = 1,
                               .amount_minor = amount, .currency = STR("EUR"), .email = STR("anna@example.com")};
    call.note = STR("1Z1 lost");
    call.ship_to = (struct address){.name = STR("Anna Exemple"), .line1 = STR("9 Rue Basse"), .city = STR("Paris"), .postal_code = STR("75001"), .country = STR("FR")};
    call.new_address = (struct address){.name = STR("Anna Exemple"), .line1 = STR("2 Rue Neuve"), .city = STR("Paris"), .postal_code = STR("75002"), .country = STR("FR")};
    return call;
}

#define PAID .status = "processing", .method = "stripe", .paid = true

static const struct action_case {
    const char *name;
    enum capability cap;
    int64_t amount;
    struct order_double o;
    enum effect_way ways[4];
    size_t ways_n;
    enum action_step end;
    int64_t back;
    size_t refunds, reships;
    const char *status;
} CASES[] = {
    {"refund", CAP_REFUND, 1500, {PAID}, {0}, 0, STEP_DONE, 1500, 1, 0, "processing"},
    {"refund, busy", CAP_REFUND, 1500, {PAID}, {EFFECT_BUSY, EFFECT_BUSY}, 2, STEP_DONE, 1500, 1, 0, "processing"},
    {"refund, timed out but done", CAP_REFUND, 1500, {PAID}, {EFFECT_DONE_CUT}, 1, STEP_DONE, 1500, 1, 0, "processing"},
    {"refund, failed but done", CAP_REFUND, 1500, {PAID}, {EFFECT_FAIL, EFFECT_DONE_500}, 2, STEP_DONE, 1500, 1, 0, "processing"},
    {"refund, unreadable but done", CAP_REFUND, 1500, {PAID}, {EFFECT_GARBAGE}, 1, STEP_DONE, 1500, 1, 0, "processing"},
    {"refund of all that is left", CAP_REFUND, 4280, {PAID}, {0}, 0, STEP_DONE, 4280, 1, 0, "processing"},
    {"refund of more than is left", CAP_REFUND, 1500, {PAID, .back = 3000, .refunds = 1, .reason = "by hand"}, {0}, 0, STEP_REFUSED, 3000, 1, 0, "processing"},
    {"refund of nothing paid", CAP_REFUND, 1500, {.status = "processing", .method = "stripe"}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"refund by a gateway that has none", CAP_REFUND, 1500, {.status = "completed", .method = "cod", .paid = true}, {0}, 0, STEP_REFUSED, 0, 0, 0, "completed"},
    {"cancel", CAP_CANCEL, 4280, {PAID}, {0}, 0, STEP_DONE, 4280, 1, 0, "cancelled"},
    {"cancel, cut in the midst", CAP_CANCEL, 4280, {PAID}, {EFFECT_DONE_CUT, EFFECT_DONE_500}, 2, STEP_DONE, 4280, 1, 0, "cancelled"},
    {"cancel, busy between the two", CAP_CANCEL, 4280, {PAID}, {EFFECT_DO, EFFECT_BUSY, EFFECT_FAIL}, 3, STEP_DONE, 4280, 1, 0, "cancelled"},
    {"cancel of what is not paid", CAP_CANCEL, 4280, {.status = "pending", .method = "stripe"}, {0}, 0, STEP_DONE, 0, 0, 0, "cancelled"},
    {"cancel of what has left", CAP_CANCEL, 4280, {PAID, .tracking = "1"}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"cancel of what is completed", CAP_CANCEL, 4280, {.status = "completed", .method = "stripe", .paid = true}, {0}, 0, STEP_REFUSED, 0, 0, 0, "completed"},
    {"cancel, done by somebody else without the money", CAP_CANCEL, 4280, {.status = "cancelled", .method = "stripe", .paid = true}, {0}, 0, STEP_REFUSED, 0, 0, 0,
     "cancelled"},
    {"cancel, done by somebody else with it", CAP_CANCEL, 4280, {.status = "cancelled", .method = "stripe", .paid = true, .back = 4280, .refunds = 1}, {0}, 0, STEP_DONE,
     4280, 1, 0, "cancelled"},
    {"cancel of more than was decided", CAP_CANCEL, 4000, {PAID}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"cancel of what was paid by hand", CAP_CANCEL, 4280, {.status = "processing", .method = "bacs", .paid = true}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"hold", CAP_HOLD_FULFILLMENT, 0, {PAID}, {EFFECT_DONE_CUT}, 1, STEP_DONE, 0, 0, 0, "on-hold"},
    {"hold of what has left", CAP_HOLD_FULFILLMENT, 0, {PAID, .tracking = "1"}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"address", CAP_CHANGE_ADDRESS, 0, {PAID}, {EFFECT_DONE_500}, 1, STEP_DONE, 0, 0, 0, "processing"},
    {"address under our own hold", CAP_CHANGE_ADDRESS, 0, {.status = "on-hold", .method = "stripe", .paid = true, .hold = "0af1"}, {0}, 0, STEP_DONE, 0, 0, 0,
     "processing"},
    {"address under another's hold", CAP_CHANGE_ADDRESS, 0, {.status = "on-hold", .method = "stripe", .paid = true}, {0}, 0, STEP_DONE, 0, 0, 0, "on-hold"},
    {"address of what has left", CAP_CHANGE_ADDRESS, 0, {PAID, .tracking = "1"}, {0}, 0, STEP_REFUSED, 0, 0, 0, "processing"},
    {"reship", CAP_RESHIP, 1500, {.status = "completed", .method = "stripe", .paid = true}, {0}, 0, STEP_DONE, 0, 0, 1, "completed"},
    {"reship, timed out but done", CAP_RESHIP, 1500, {.status = "completed", .method = "stripe", .paid = true}, {EFFECT_DONE_CUT}, 1, STEP_DONE, 0, 0, 1, "completed"},
    {"note", CAP_NOTE_ORDER, 0, {.status = "completed", .method = "stripe"}, {0}, 0, STEP_DONE, 0, 0, 0, "completed"},
    {"note, timed out but done", CAP_NOTE_ORDER, 0, {.status = "completed", .method = "stripe"}, {EFFECT_DONE_CUT}, 1, STEP_DONE, 0, 0, 0, "completed"},
    {"refund, down for long", CAP_REFUND, 1500, {PAID},
     {EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL, EFFECT_FAIL}, 4, STEP_DONE, 1500, 1, 0, "processing"},
};

static void actions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct action_case *c = &CASES[i];
        struct fixture f;
        struct account acct;
        struct order_double o = c->o;
        struct action_answer out;
        struct vendor_double_rules v = {.serve = serve, .state = &o, .ways = c->ways, .ways_n = c->ways_n};
        struct action_call call = call_of(c->cap, c->amount);
        fixture_init(&f);
        shop_account(&acct, NULL);
        vendor_drive(&f.ctx, &acct, &v, &call, NULL, &out);
        if (out.step != c->end || o.back != c->back || o.refunds != c->refunds || o.reships != c->reships || strcmp(o.status, c->status) != 0 || o.notes != (c->cap == CAP_NOTE_ORDER ? 1u : 0u))
            fail_msg("%s: step %d (%.*s), back %lld in %zu refunds, sent %zu times, %s", c->name, (int)out.step, STR_ARG(out.detail), (long long)o.back, o.refunds,
                     o.reships, o.status);
        if (c->end == STEP_DONE && str_empty(out.id))
            fail_msg("%s: no id of what was done", c->name);
        size_t effects = v.effects; /* asked again, nothing more is done */
        vendor_drive(&f.ctx, &acct, &v, &call, NULL, &out);
        if (v.effects != effects || o.back != c->back || o.reships != c->reships)
            fail_msg("%s: done twice", c->name);
        fixture_clear(&f);
    }
}

/* What cannot be done is said before anything leaves. */
static void not_known_there(void **state)
{
    struct fixture f;
    struct account acct;
    struct out_req req = {0};
    bool effect = false;
    (void)state;
    fixture_init(&f);
    shop_account(&acct, NULL);
    struct action_call call = call_of(CAP_REFUND, 1500);
    call.order_id = STR("47,11");
    assert_int_equal(acct.conn->act->request(&f.ctx, &acct, &call, 0, STR_NULL, &req, &effect), ERR_DENIED);
    struct action_line line = {STR("MUG"), STR_NULL, STR_NULL, 1};
    call = call_of(CAP_REFUND, 1500);
    call.lines = &line;
    assert_int_equal(acct.conn->act->request(&f.ctx, &acct, &call, 0, STR_NULL, &req, &effect), ERR_DENIED);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests),           cmocka_unit_test(pages),    cmocka_unit_test(refunds_read),
                                       cmocka_unit_test(errors),             cmocka_unit_test(own_meta), cmocka_unit_test(trial_of_a_webhook),
                                       cmocka_unit_test(actions),            cmocka_unit_test(not_known_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
