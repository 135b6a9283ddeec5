/*
 * Shopify, acting: what is asked step by step, and what each answer means: done already, never more than was decided, picked in the
 * meantime, refused, throttled, without rights, unreadable.
 */
#include "lib/connector_case.h"

struct shop {
    struct fixture f;
    struct account acct;
};

static void open_shop(struct shop *s)
{
    fixture_init(&s->f);
    test_account(&s->acct, "shopify", NULL);
    s->acct.base_url = STR("https://demo.example.com/");
}

static void close_shop(struct shop *s)
{
    test_account_clear(&s->acct);
    fixture_clear(&s->f);
}

static struct action_call call_of(enum capability cap, bool whole)
{
    static const struct action_line LINE = {{"MUG", 3}, {"11", 2}, {"Mug", 3}, 1};
    struct action_call call = {.key = STR("0af10af10af10af10af10af10af10af1"), .cap = cap, .order_id = STR("1020"), .order_name = STR("#1020"),
                               .lines = &LINE, .lines_n = 1, .whole = whole, .amount_minor = 1450, .currency = STR("USD")};
    call.detail = STR("lost");
    call.note = STR("1Z1 lost (rule lost-note).");
    call.ship_to = (struct address){.line1 = STR("1 Old Street")};
    call.new_address = (struct address){.name = STR("Anna Maria Exemple"), .line1 = STR("2 New Street"), .city = STR("Chicago"), .region = STR("IL"),
                                        .postal_code = STR("60602"), .country = STR("US")};
    return call;
}

/* ---- requests */

static void requests(void **state)
{
    static const struct {
        enum capability cap;
        bool whole;
        int step;
        const char *carry, *query, *variables;
        bool effect;
    } CASES[] = {
        {CAP_REFUND, false, 0, "", "suggestedRefund(",
         "{\"id\":\"gid://shopify/Order/1020\",\"lines\":[{\"lineItemId\":\"gid://shopify/LineItem/11\",\"quantity\":1,\"restockType\":\"NO_RESTOCK\"}],"
         "\"full\":false}", false},
        {CAP_REFUND, true, 0, "", "suggestFullRefund", "{\"id\":\"gid://shopify/Order/1020\",\"full\":true}", false},
        {CAP_REFUND, false, 1, "14.50 gid://shopify/OrderTransaction/5 shopify_payments", "@idempotent(key:$key)",
         "{\"input\":{\"orderId\":\"gid://shopify/Order/1020\",\"note\":\"Wismo 0af10af10af10af10af10af10af10af1\",\"refundLineItems\":[{\"lineItemId\":"
         "\"gid://shopify/LineItem/11\",\"quantity\":1,\"restockType\":\"NO_RESTOCK\"}],\"transactions\":[{\"orderId\":\"gid://shopify/Order/1020\",\"gateway\":"
         "\"shopify_payments\",\"kind\":\"REFUND\",\"amount\":\"14.50\",\"parentId\":\"gid://shopify/OrderTransaction/5\"}]},\"key\":"
         "\"0af10af10af10af10af10af10af10af1\"}", true},
        {CAP_CANCEL, true, 0, "", "cancelledAt", "{\"id\":\"gid://shopify/Order/1020\"}", false},
        {CAP_CANCEL, true, 1, "", "orderCancel(", "{\"id\":\"gid://shopify/Order/1020\",\"note\":\"Wismo 0af10af10af10af10af10af10af10af1\"}", true},
        {CAP_CANCEL, true, 2, "", "cancelledAt", "{\"id\":\"gid://shopify/Order/1020\"}", false},
        {CAP_CHANGE_ADDRESS, false, 1, "", "orderUpdate(",
         "{\"input\":{\"id\":\"gid://shopify/Order/1020\",\"shippingAddress\":{\"firstName\":\"Anna Maria\",\"lastName\":\"Exemple\",\"address1\":\"2 New Street\","
         "\"city\":\"Chicago\",\"provinceCode\":\"IL\",\"zip\":\"60602\",\"countryCode\":\"US\"}}}", true},
        {CAP_CHANGE_ADDRESS, false, 2, "gid://shopify/FulfillmentOrder/7 gid://shopify/FulfillmentHold/8", "fulfillmentOrderReleaseHold(",
         "{\"id\":\"gid://shopify/FulfillmentOrder/7\",\"holds\":[\"gid://shopify/FulfillmentHold/8\"]}", true},
        {CAP_HOLD_FULFILLMENT, false, 1, "gid://shopify/FulfillmentOrder/7\ngid://shopify/FulfillmentOrder/9", "fulfillmentOrderHold(",
         "{\"id\":\"gid://shopify/FulfillmentOrder/7\",\"hold\":{\"reason\":\"INCORRECT_ADDRESS\",\"reasonNotes\":\"Wismo 0af10af10af10af10af10af10af10af1\","
         "\"handle\":\"wismo\",\"notifyMerchant\":true}}", true},
        {CAP_START_RETURN, false, 0, "", "returns(first:5", "{\"id\":\"gid://shopify/Order/1020\"}", false},
        {CAP_START_RETURN, false, 1, "gid://shopify/FulfillmentLineItem/71", "returnCreate(",
         "{\"input\":{\"orderId\":\"gid://shopify/Order/1020\",\"returnLineItems\":[{\"fulfillmentLineItemId\":\"gid://shopify/FulfillmentLineItem/71\","
         "\"quantity\":1,\"returnReasonNote\":\"Wismo 0af10af10af10af10af10af10af10af1\"}]}}", true},
        {CAP_NOTE_ORDER, false, 0, "", "{note}", "{\"id\":\"gid://shopify/Order/1020\"}", false},
        {CAP_NOTE_ORDER, false, 1, "leave at the door", "orderUpdate(",
         "{\"id\":\"gid://shopify/Order/1020\",\"tags\":[\"wismo-lost\"],\"input\":{\"id\":\"gid://shopify/Order/1020\",\"note\":"
         "\"leave at the door\\nWismo 0af10af10af10af10af10af10af10af1: 1Z1 lost (rule lost-note).\"}}", true},
        {CAP_RESHIP, false, 0, "", "lineItems(first:100)", "{\"id\":\"gid://shopify/Order/1020\",\"made\":\"tag:wismo-0af10af10af10af10af10af10af10af1\"}", false},
        {CAP_RESHIP, false, 1, "gid://shopify/ProductVariant/77", "orderCreate(",
         "{\"order\":{\"currency\":\"USD\",\"financialStatus\":\"PAID\",\"note\":\"Wismo 0af10af10af10af10af10af10af10af1: sent again for #1020\",\"tags\":["
         "\"wismo-reship\",\"wismo-0af10af10af10af10af10af10af10af1\"],\"lineItems\":[{\"variantId\":\"gid://shopify/ProductVariant/77\",\"quantity\":1,\"priceSet\":"
         "{\"shopMoney\":{\"amount\":\"0.00\",\"currencyCode\":\"USD\"}}}],\"shippingAddress\":{\"address1\":\"1 Old Street\"}},\"options\":{\"inventoryBehaviour\":"
         "\"DECREMENT_OBEYING_POLICY\",\"sendReceipt\":false}}", true},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct action_call call = call_of(CASES[i].cap, CASES[i].whole);
        struct out_req req = {0};
        const struct json *v = NULL;
        struct buf b;
        bool effect = false;
        assert_ok(&s.f.ctx, s.acct.conn->act->request(&s.f.ctx, &s.acct, &call, CASES[i].step, str_of(CASES[i].carry), &req, &effect));
        assert_str(req.url, "https://demo.example.com/admin/api/2026-10/graphql.json");
        assert_int_equal(effect, CASES[i].effect);
        assert_ok(&s.f.ctx, json_parse(&s.f.ctx, req.body, &JSON_LIMITS_SMALL, &v));
        assert_true(str_contains(json_str(v, "query"), str_of(CASES[i].query)));
        buf_init(&b, 8192);
        struct jw w = jw_of(&b);
        json_write(&w, json_get(v, "variables"));
        assert_str(buf_str(&b), CASES[i].variables);
        buf_clear(&b);
    }
    close_shop(&s);
}

/* What it cannot do is said before anything leaves. */
static void not_known_there(void **state)
{
    struct shop s;
    struct out_req req = {0};
    bool effect = false;
    (void)state;
    open_shop(&s);
    struct action_call call = call_of(CAP_REFUND, true);
    call.order_id = STR_NULL;
    assert_int_equal(s.acct.conn->act->request(&s.f.ctx, &s.acct, &call, 0, STR_NULL, &req, &effect), ERR_DENIED);
    struct action_line line = {STR("MUG"), STR_NULL, STR_NULL, 1};
    call = call_of(CAP_REFUND, true);
    call.lines = &line;
    assert_int_equal(s.acct.conn->act->request(&s.f.ctx, &s.acct, &call, 0, STR_NULL, &req, &effect), ERR_DENIED);
    close_shop(&s);
}

/* ---- answers */

#define ORDER(x) "{\"data\":{\"order\":{" x "}}}"
#define SUGGESTED(amount)                                                                                                           \
    "\"currencyCode\":\"USD\",\"refunds\":[{\"id\":\"gid://shopify/Refund/3\",\"note\":\"by hand\"}],\"suggestedRefund\":{\"suggestedTransactions\":["   \
    "{\"gateway\":\"manual\",\"amountSet\":{\"shopMoney\":{\"amount\":\"" amount "\"}},\"parentTransaction\":{\"id\":\"gid://shopify/OrderTransaction/5\"}}]}"

static void answers(void **state)
{
    static const struct {
        const char *name;
        enum capability cap;
        int step, status;
        const char *body;
        enum action_step want;
        const char *id, *carry;
        bool again;
        enum err err;
    } CASES[] = {
        {"what would go back", CAP_REFUND, 0, 200, ORDER(SUGGESTED("14.50")), STEP_NEXT, "", "14.50 gid://shopify/OrderTransaction/5 manual", false, OK},
        {"less, after a discount", CAP_REFUND, 0, 200, ORDER(SUGGESTED("12.00")), STEP_NEXT, "", "12.00 gid://shopify/OrderTransaction/5 manual", false, OK},
        {"more than was decided", CAP_REFUND, 0, 200, ORDER(SUGGESTED("14.51")), STEP_REFUSED, "", NULL, false, OK},
        {"nothing left", CAP_REFUND, 0, 200, ORDER(SUGGESTED("0.00")), STEP_REFUSED, "", NULL, false, OK},
        {"done before", CAP_REFUND, 0, 200,
         ORDER("\"currencyCode\":\"USD\",\"refunds\":[{\"id\":\"gid://shopify/Refund/9\",\"note\":\"Wismo 0af10af10af10af10af10af10af10af1\"}]"), STEP_DONE, "9",
         NULL, false, OK},
        {"another currency", CAP_REFUND, 0, 200, ORDER("\"currencyCode\":\"EUR\",\"refunds\":[]"), STEP_REFUSED, "", NULL, false, OK},
        {"no such order", CAP_REFUND, 0, 200, "{\"data\":{\"order\":null}}", STEP_REFUSED, "", NULL, false, OK},
        {"refunded", CAP_REFUND, 1, 200, "{\"data\":{\"refundCreate\":{\"refund\":{\"id\":\"gid://shopify/Refund/9\"},\"userErrors\":[]}}}", STEP_DONE, "9", NULL,
         false, OK},
        {"not refunded", CAP_REFUND, 1, 200, "{\"data\":{\"refundCreate\":{\"refund\":null,\"userErrors\":[{\"message\":\"no\"}]}}}", STEP_REFUSED, "", NULL, false, OK},
        {"throttled", CAP_REFUND, 1, 200, "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]}", STEP_LATER, "", NULL, false, OK},
        {"no right", CAP_REFUND, 1, 200, "{\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}", STEP_REFUSED, "", NULL, false, OK},
        {"their fault", CAP_REFUND, 1, 200, "{\"errors\":[{\"message\":\"x\",\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}", 0, "", NULL, false, ERR_UNAVAILABLE},
        {"unreadable", CAP_REFUND, 1, 200, "{\"data\":{\"refundCreate\"", 0, "", NULL, false, ERR_PARSE},
        {"empty", CAP_REFUND, 1, 200, "{\"data\":{}}", 0, "", NULL, false, ERR_PARSE},
        {"token gone", CAP_REFUND, 0, 401, "", STEP_REFUSED, "", NULL, false, OK},
        {"variants to be sent", CAP_RESHIP, 0, 200,
         "{\"data\":{\"order\":{\"lineItems\":{\"nodes\":[{\"id\":\"gid://shopify/LineItem/10\",\"variant\":null},{\"id\":\"gid://shopify/LineItem/11\",\"variant\":"
         "{\"id\":\"gid://shopify/ProductVariant/77\"}}]}},\"orders\":{\"nodes\":[]}}}", STEP_NEXT, "", "gid://shopify/ProductVariant/77", false, OK},
        {"sent before", CAP_RESHIP, 0, 200,
         "{\"data\":{\"order\":{\"lineItems\":{\"nodes\":[]}},\"orders\":{\"nodes\":[{\"id\":\"gid://shopify/Order/2000\",\"tags\":[\"vip\","
         "\"wismo-0af10af10af10af10af10af10af10af1\"]}]}}}", STEP_DONE, "2000", NULL, true, OK},
        {"another order of a like tag", CAP_RESHIP, 0, 200,
         "{\"data\":{\"order\":{\"lineItems\":{\"nodes\":[]}},\"orders\":{\"nodes\":[{\"id\":\"gid://shopify/Order/2000\",\"tags\":[\"wismo\"]}]}}}", STEP_REFUSED, "",
         NULL, false, OK},
        {"a product that is gone", CAP_RESHIP, 0, 200,
         "{\"data\":{\"order\":{\"lineItems\":{\"nodes\":[{\"id\":\"gid://shopify/LineItem/11\",\"variant\":null}]}},\"orders\":{\"nodes\":[]}}}", STEP_REFUSED, "", NULL,
         false, OK},
        {"nobody knows the order", CAP_RESHIP, 0, 200, "{\"data\":{\"order\":null,\"orders\":{\"nodes\":[]}}}", STEP_REFUSED, "", NULL, false, OK},
        {"sent again", CAP_RESHIP, 1, 200, "{\"data\":{\"orderCreate\":{\"order\":{\"id\":\"gid://shopify/Order/2000\"},\"userErrors\":[]}}}", STEP_DONE, "2000", NULL,
         false, OK},
        {"not in stock", CAP_RESHIP, 1, 200, "{\"data\":{\"orderCreate\":{\"order\":null,\"userErrors\":[{\"message\":\"out of stock\"}]}}}", STEP_REFUSED, "", NULL, false, OK},
        {"what would come back", CAP_START_RETURN, 0, 200,
         ORDER("\"returns\":{\"nodes\":[{\"id\":\"gid://shopify/Return/3\",\"returnLineItems\":{\"nodes\":[{\"returnReasonNote\":\"too small\"}]}}]},\"fulfillments\":["
               "{\"fulfillmentLineItems\":{\"nodes\":[{\"id\":\"gid://shopify/FulfillmentLineItem/70\",\"quantity\":1,\"lineItem\":{\"id\":\"gid://shopify/LineItem/10\"}},"
               "{\"id\":\"gid://shopify/FulfillmentLineItem/71\",\"quantity\":1,\"lineItem\":{\"id\":\"gid://shopify/LineItem/11\"}}]}}]"),
         STEP_NEXT, "", "gid://shopify/FulfillmentLineItem/71", false, OK},
        {"a return that is ours", CAP_START_RETURN, 0, 200,
         ORDER("\"returns\":{\"nodes\":[{\"id\":\"gid://shopify/Return/3\",\"returnLineItems\":{\"nodes\":[{\"returnReasonNote\":"
               "\"Wismo 0af10af10af10af10af10af10af10af1\"}]}}]},\"fulfillments\":[]"), STEP_DONE, "3", NULL, true, OK},
        {"it was not sent", CAP_START_RETURN, 0, 200, ORDER("\"returns\":{\"nodes\":[]},\"fulfillments\":[]"), STEP_REFUSED, "", NULL, false, OK},
        {"begun", CAP_START_RETURN, 1, 200, "{\"data\":{\"returnCreate\":{\"return\":{\"id\":\"gid://shopify/Return/4\"},\"userErrors\":[]}}}", STEP_DONE, "4", NULL, false, OK},
        {"not begun", CAP_START_RETURN, 1, 200, "{\"data\":{\"returnCreate\":{\"return\":null,\"userErrors\":[{\"message\":\"no\"}]}}}", STEP_REFUSED, "", NULL, false, OK},
        {"a note of somebody", CAP_NOTE_ORDER, 0, 200, ORDER("\"note\":\"leave at the door\""), STEP_NEXT, "", "leave at the door", false, OK},
        {"no note", CAP_NOTE_ORDER, 0, 200, ORDER("\"note\":null"), STEP_NEXT, "", "", false, OK},
        {"noted before", CAP_NOTE_ORDER, 0, 200, ORDER("\"note\":\"a\\nWismo 0af10af10af10af10af10af10af10af1: 1Z1\""), STEP_DONE, "1020", NULL, true, OK},
        {"noted", CAP_NOTE_ORDER, 1, 200,
         "{\"data\":{\"tagsAdd\":{\"userErrors\":[]},\"orderUpdate\":{\"order\":{\"id\":\"gid://shopify/Order/1020\"},\"userErrors\":[]}}}", STEP_DONE,
         "1020", NULL, false, OK},
        {"not picked", CAP_CANCEL, 0, 200, ORDER("\"cancelledAt\":null,\"displayFulfillmentStatus\":\"UNFULFILLED\""), STEP_NEXT, "", NULL, false, OK},
        {"picked", CAP_CANCEL, 0, 200, ORDER("\"cancelledAt\":null,\"displayFulfillmentStatus\":\"FULFILLED\""), STEP_REFUSED, "", NULL, false, OK},
        {"in progress", CAP_CANCEL, 0, 200, ORDER("\"cancelledAt\":null,\"displayFulfillmentStatus\":\"IN_PROGRESS\""), STEP_REFUSED, "", NULL, false, OK},
        {"cancelled", CAP_CANCEL, 0, 200, ORDER("\"cancelledAt\":\"2026-11-18T10:00:00Z\""), STEP_DONE, "1020", NULL, false, OK},
        {"sent, and not yet", CAP_CANCEL, 0, 200, ORDER("\"cancelledAt\":null,\"displayFulfillmentStatus\":\"UNFULFILLED\""), STEP_UNKNOWN, "", NULL, true, OK},
        {"taken", CAP_CANCEL, 1, 200, "{\"data\":{\"orderCancel\":{\"job\":{\"id\":\"gid://shopify/Job/1\"},\"orderCancelUserErrors\":[]}}}", STEP_NEXT, "1", NULL, false, OK},
        {"runs", CAP_CANCEL, 2, 200, ORDER("\"cancelledAt\":null,\"displayFulfillmentStatus\":\"UNFULFILLED\""), STEP_UNKNOWN, "", NULL, false, OK},
        {"is there", CAP_CHANGE_ADDRESS, 0, 200,
         ORDER("\"shippingAddress\":{\"address1\":\"2 New Street\",\"zip\":\"60602\",\"city\":\"Chicago\"},\"displayFulfillmentStatus\":\"UNFULFILLED\""), STEP_DONE,
         "1020", NULL, false, OK},
        {"held by us", CAP_CHANGE_ADDRESS, 0, 200,
         ORDER("\"displayFulfillmentStatus\":\"ON_HOLD\",\"fulfillmentOrders\":{\"nodes\":[{\"id\":\"FO\",\"fulfillmentHolds\":[{\"id\":\"H1\",\"handle\":\"other\"},"
               "{\"id\":\"H2\",\"handle\":\"wismo\"}]}]}"), STEP_NEXT, "", "FO H2", false, OK},
        {"two parts", CAP_HOLD_FULFILLMENT, 0, 200,
         ORDER("\"fulfillmentOrders\":{\"nodes\":[{\"id\":\"A\",\"status\":\"OPEN\"},{\"id\":\"B\",\"status\":\"CLOSED\"},{\"id\":\"C\",\"status\":\"SCHEDULED\"}]}"),
         STEP_NEXT, "", "A\nC", false, OK},
        {"nothing waits", CAP_HOLD_FULFILLMENT, 0, 200, ORDER("\"fulfillmentOrders\":{\"nodes\":[{\"id\":\"B\",\"status\":\"CLOSED\"}]}"), STEP_REFUSED, "", NULL, false, OK},
    };
    struct shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct action_call call = call_of(CASES[i].cap, true);
        struct http_msg msg = {.status = CASES[i].status, .body = str_of(CASES[i].body)};
        struct action_answer a = {.step = STEP_DONE};
        call.again = CASES[i].again;
        enum err e = s.acct.conn->act->decode(&s.f.ctx, &s.acct, &call, CASES[i].step, STR_NULL, &msg, &a);
        if (e != CASES[i].err || (e == OK && a.step != CASES[i].want))
            fail_msg("%s: %s, step %d, %.*s", CASES[i].name, err_name(e), (int)a.step, STR_ARG(a.detail));
        if (e == OK && !str_eq(a.id, str_of(CASES[i].id)))
            fail_msg("%s: id %.*s", CASES[i].name, STR_ARG(a.id));
        if (CASES[i].carry != NULL)
            assert_str(a.carry, CASES[i].carry);
    }
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(requests), cmocka_unit_test(not_known_there), cmocka_unit_test(answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
