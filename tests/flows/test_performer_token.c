/*
 * The performer at a helpdesk that gives tokens: it signs in before the first call and with the token on each; a sign-in that is refused is a
 * person's matter, one that is not answered comes again, and nothing was begun.
 */
#include "lib/double.h"
#include "lib/story_acts.h"

#include "base/data.h"
#include "connectors/connector.h"
#include "flows/act_read.h"
#include "flows/performer.h"
#include "flows/reader.h"
#include "storage/outbox.h"

#define TICKETS "/services/data/v62.0/sobjects/Case/"

struct stage {
    struct fixture f;
    struct story_store st;
    struct account acct;
    struct vendor_double *d;
};

static const struct setting SET[] = {{{"key_field", 9}, {"Wismo_Key__c", 12}}};

static void fact(struct stage *s, const struct fact *fct)
{
    assert_ok(&s->f.ctx, story_store_append(&s->f.ctx, &s->st, STR("shop"), fct));
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

/* An order whose parcel goes back: a person finds out why. */
static void stage_open(struct stage *s)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .price_minor = 1450, .ships = true};
    static const struct parcel_ref PARCEL = {.carrier = {"ups", 3}, .tracking_number = {"1Z7W4E590300010062", 18}};
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fact ev = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    fixture_init(&s->f);
    s->d = double_new();
    s->acct = (struct account){.merchant = STR("demo"), .id = STR("desk"), .conn = connector_find(STR("salesforce")), .role = ROLE_SYSTEM, .tickets = true,
                               .base_url = str_of(double_url(s->d)), .settings = SET, .settings_n = 1};
    assert_int_equal(secret_set(&s->acct.api_user, STR("client")), OK);
    assert_int_equal(secret_set(&s->acct.api_secret, STR("s3cret")), OK);
    story_store_open(&s->f.ctx, &s->f.clock, &s->acct, 1, &s->st);
    assert_ok(&s->f.ctx, story_store_policy(&s->f.ctx, &s->st, data_file("policy/default.yaml")));
    ord.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .placed_us = TEST_NOW_US - US_PER_DAY, .currency = STR("USD"),
                                      .total_minor = 1450, .email = STR("anna@example.com"), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = STR("1020"), .fulfillment_id = STR("F1"), .state = FUL_SHIPPED, .items = &ITEM,
                                                  .items_n = 1, .parcels = &PARCEL, .parcels_n = 1, .created_us = TEST_NOW_US};
    ev.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = STR("1Z7W4E590300010062"), .status = PARCEL_RETURNING,
                                         .code = STR("returning"), .occurred = when_from_utc(TEST_NOW_US)};
    fact(s, &ord);
    fact(s, &ful);
    fact(s, &ev);
}

static void stage_close(struct stage *s)
{
    assert_string_equal(double_faults(s->d), "");
    story_store_close(&s->st);
    double_free(s->d);
    secret_clear(&s->acct.api_user);
    secret_clear(&s->acct.api_secret);
    fixture_clear(&s->f);
}

static void run(struct stage *s)
{
    struct performer *p = NULL;
    size_t n = 0;
    assert_ok(&s->f.ctx, performer_new(&s->f.ctx, s->st.eng, &p));
    assert_ok(&s->f.ctx, performer_run(&s->f.ctx, p, 10, &n));
    performer_free(p);
    clock_set(&s->f.clock, clock_now_us(&s->f.clock) + 25 * US_PER_H);
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static const struct double_step GIVES = {.method = "POST", .path = "/services/oauth2/token", .body_is = "grant_type=client_credentials&client_id=client&client_secret=s3cret",
                                         .body = "{\"access_token\":\"t0ken\",\"token_type\":\"Bearer\"}"};
static const struct double_step TAKES = {.method = "PATCH", .header = {{"Authorization", "Bearer t0ken"}}, .body_has = "{\"Origin\":\"Wismo\",\"SuppliedEmail\":\"anna@example.com\"}",
                                         .status = 201, .body = "{\"id\":\"500A0000001\",\"success\":true,\"errors\":[]}"};

static void signs_in_first(void **state)
{
    struct stage s;
    (void)state;
    stage_open(&s);
    double_add(s.d, &GIVES);
    double_add(s.d, &TAKES);
    run(&s);
    assert_int_equal(double_calls(s.d), 2);
    assert_int_equal(double_left(s.d), 0);
    assert_non_null(strstr(double_seen(s.d, 1), "PATCH " TICKETS "Wismo_Key__c/"));
    run(&s);
    assert_int_equal(double_calls(s.d), 2); /* it is there */
    stage_close(&s);
}

static void not_answered_at_first(void **state)
{
    static const struct double_step DOWN = {.method = "POST", .path = "/services/oauth2/token", .status = 503, .body = "{}"};
    struct stage s;
    (void)state;
    stage_open(&s);
    double_add(s.d, &DOWN);
    double_add(s.d, &GIVES);
    double_add(s.d, &TAKES);
    run(&s);
    assert_int_equal(double_calls(s.d), 1); /* nothing was begun without a token */
    run(&s);
    assert_int_equal(double_left(s.d), 0);
    stage_close(&s);
}

static void refused(void **state)
{
    static const struct double_step NO = {.method = "POST", .path = "/services/oauth2/token", .status = 400, .body = "{\"error\":\"invalid_client\"}"};
    struct stage s;
    (void)state;
    stage_open(&s);
    double_add(s.d, &NO);
    run(&s);
    run(&s);
    assert_int_equal(double_calls(s.d), 1); /* a wrong secret is not tried for ever */
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signs_in_first), cmocka_unit_test(not_answered_at_first), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
