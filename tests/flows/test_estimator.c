/*
 * Delivery estimates in the live system: learned from the store's own cases, a fact from then on, told in cases and for a checkout,
 * flagged before the promise breaks; the same after a restart and in replay.
 */
#include "lib/schema.h"
#include "lib/story_store.h"

#include "base/json.h"
#include "base/timefmt.h"
#include "flows/case_json.h"
#include "flows/estimate_ask.h"
#include "flows/estimator.h"

#define HISTORY_ORDERS 420

struct world {
    struct fixture f;
    struct arena *arena;
    struct ctx ctx;
    struct story_store st;
};

static void world_open(struct world *w)
{
    fixture_init(&w->f);
    w->arena = arena_new((size_t)1 << 30);
    assert_non_null(w->arena);
    w->ctx = w->f.ctx;
    w->ctx.arena = w->arena;
    story_store_open(&w->ctx, &w->f.clock, NULL, 0, &w->st);
    w->st.mc.estimates.refit_days = 7;
    w->st.mc.estimates.parcels_min = 300;
}

static void world_close(struct world *w)
{
    story_store_close(&w->st);
    arena_free(w->arena);
    fixture_clear(&w->f);
}

static void replays(struct world *w)
{
    struct replay_report rep = {.facts = 0};
    assert_ok(&w->ctx, engine_replay(&w->ctx, w->st.eng, w->st.merchant_id, &rep));
    if (rep.differences != 0)
        fail_msg("replay: %lld differences: %.*s", (long long)rep.differences, STR_ARG(rep.first));
}

static void put(struct world *w, const struct fact *fct)
{
    assert_ok(&w->ctx, story_store_append(&w->ctx, &w->st, STR("shop"), fct));
}

static const char *day_of(struct world *w, int64_t at_us)
{
    return arena_fmt(w->arena, "%.10s", time_rfc3339(w->arena, at_us).p).p;
}

static void order(struct world *w, int n, int64_t placed_us, const char *promised)
{
    static const struct fact_item ITEM = {.sku = {"MUG", 3}, .quantity = 1, .ships = true};
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = placed_us};
    fct.u.order = (struct order_fact){.order_id = arena_fmt(w->arena, "%d", n), .name = arena_fmt(w->arena, "#%d", n), .placed_us = placed_us,
                                      .items = &ITEM, .items_n = 1, .financial = FIN_PAID, .promised_at = str_of(promised)};
    fct.u.order.ship_to = (struct address){.country = STR("US"), .region = STR("CA"), .postal_code = STR("94107")};
    put(w, &fct);
    struct parcel_ref parcel = {.carrier = STR("ups"), .tracking_number = arena_fmt(w->arena, "1ZTEST%06d", n)};
    fct = (struct fact){.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = placed_us + US_PER_H};
    fct.u.fulfillment = (struct fulfillment_fact){.order_id = arena_fmt(w->arena, "%d", n), .fulfillment_id = arena_fmt(w->arena, "F%d", n),
                                                  .state = FUL_SHIPPED, .items = &ITEM, .items_n = 1, .parcels = &parcel, .parcels_n = 1,
                                                  .created_us = placed_us + US_PER_H};
    put(w, &fct);
}

static void scan(struct world *w, int n, enum parcel_status st, int64_t at_us)
{
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    fct.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = arena_fmt(w->arena, "1ZTEST%06d", n), .status = st,
                                          .occurred = {.kind = WHEN_UTC, .utc_us = at_us},
                                          .location = {.city = STR("Oakland"), .region = STR("CA"), .country = STR("US")},
                                          .vendor_event_id = arena_fmt(w->arena, "%d-%d", n, (int)st)};
    put(w, &fct);
}

/* Four orders a day; handed over the next day; there three to five days later. promise_days: what each was promised, 0 nothing. */
static void history(struct world *w, int promise_days)
{
    int64_t from = TEST_NOW_US - 120 * US_PER_DAY;
    w->st.origin = ORIGIN_HISTORY;
    for (int i = 0; i < HISTORY_ORDERS; i++) {
        int64_t placed = from + i * 6 * US_PER_H, handed = placed + 20 * US_PER_H;
        order(w, 1000 + i, placed, promise_days == 0 ? "" : day_of(w, placed + promise_days * US_PER_DAY));
        scan(w, 1000 + i, PARCEL_ACCEPTED, handed);
        scan(w, 1000 + i, PARCEL_DELIVERED, handed + (72 + (i * 7) % 48) * US_PER_H);
    }
    w->st.origin = ORIGIN_LIVE;
    assert_ok(&w->ctx, story_store_settle(&w->ctx, &w->st));
}

static size_t round_of(struct world *w)
{
    struct estimator *est = NULL;
    size_t n = 0;
    assert_ok(&w->ctx, estimator_new(&w->ctx, w->st.eng, &est));
    assert_ok(&w->ctx, estimator_round(&w->ctx, est, &n));
    estimator_free(est);
    return n;
}

static void read_case(struct world *w, int n, struct case_answer *ca)
{
    int64_t found[CASE_FIND_MAX];
    size_t k = 0;
    assert_ok(&w->ctx, case_find(&w->ctx, w->st.rd, w->st.merchant_id, arena_fmt(w->arena, "#%d", n), found, &k));
    assert_int_equal(k, 1);
    assert_ok(&w->ctx, case_read(&w->ctx, w->st.rd, w->st.merchant_id, found[0], 0, ca));
}

static void fits_schema(struct world *w, struct case_answer *ca)
{
    struct buf b;
    struct str text;
    buf_init(&b, 1 << 20);
    struct jw jw = jw_of(&b);
    const struct case_json_options plain = {.personal = NULL};
    assert_ok(&w->ctx, case_json(&w->ctx, &jw, ca, &plain));
    assert_ok(&w->ctx, arena_dup(w->arena, buf_str(&b), &text));
    buf_clear(&b);
    assert_true(str_contains(text, STR("\"estimate\":{\"p10\"")));
    schema_check_text(&w->ctx, "case.schema.json", text);
}

static void known_of(const struct case_answer *ca, const struct diag_estimate **out)
{
    assert_int_equal(ca->cd.parcels_n, 1);
    *out = &ca->cd.parcels[0].d.fig.estimate;
}

static void test_learned_and_told(void **state)
{
    struct world w;
    struct case_answer ca;
    const struct diag_estimate *est;
    (void)state;
    world_open(&w);
    history(&w, 0);
    order(&w, 5000, TEST_NOW_US - 2 * US_PER_DAY, "");
    scan(&w, 5000, PARCEL_ACCEPTED, TEST_NOW_US - US_PER_DAY);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    read_case(&w, 5000, &ca);
    known_of(&ca, &est);
    assert_false(est->known);
    assert_int_equal(round_of(&w), 1);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    assert_int_equal(round_of(&w), 0); /* not due again */
    read_case(&w, 5000, &ca);
    known_of(&ca, &est);
    assert_true(est->known);
    assert_true(est->n >= 300);
    assert_in_range(est->p10_us, TEST_NOW_US + 1 * US_PER_DAY, TEST_NOW_US + 3 * US_PER_DAY);
    assert_in_range(est->p90_us, est->p50_us, TEST_NOW_US + 5 * US_PER_DAY);
    assert_int_equal(est->late_pm, -1);
    fits_schema(&w, &ca);
    struct str said = diagnosis_for_customer(&w.ctx, STR("en"), ca.cas, &ca.cd, NULL, TEST_NOW_US);
    if (!str_contains(said, STR("Going by past deliveries, it is very likely there by ")))
        fail_msg("%.*s", STR_ARG(said));
    replays(&w);
    world_close(&w);
}

static void test_too_few(void **state)
{
    struct world w;
    (void)state;
    world_open(&w);
    w.st.mc.estimates.parcels_min = HISTORY_ORDERS + 1;
    history(&w, 0);
    assert_int_equal(round_of(&w), 0);
    w.st.mc.estimates.parcels_min = HISTORY_ORDERS;
    w.st.mc.estimates.refit_days = 0;
    assert_int_equal(round_of(&w), 0);
    w.st.mc.estimates.refit_days = 7;
    assert_int_equal(round_of(&w), 1);
    world_close(&w);
}

/* A store that always promises too much: slow on the first morning that says so, not when it is late. */
static void test_late_before_it_is_late(void **state)
{
    struct world w;
    struct case_answer ca;
    (void)state;
    world_open(&w);
    history(&w, 2);
    assert_int_equal(round_of(&w), 1);
    order(&w, 5000, TEST_NOW_US - 20 * US_PER_H, day_of(&w, TEST_NOW_US + 28 * US_PER_H));
    scan(&w, 5000, PARCEL_ACCEPTED, TEST_NOW_US);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    read_case(&w, 5000, &ca);
    const struct diagnosis *d = &ca.cd.parcels[0].d;
    assert_int_equal(d->cls, DIAG_ON_TRACK);
    assert_true(d->fig.estimate.late_pm >= 800);
    assert_int_equal(d->next_cls, DIAG_SLOW);
    int64_t look = d->next_look_us;
    assert_true(look < d->fig.promised_us);
    clock_set(&w.f.clock, look);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    read_case(&w, 5000, &ca);
    assert_int_equal(ca.cd.parcels[0].d.cls, DIAG_SLOW);
    assert_true(ca.cd.parcels[0].d.since_us == look);
    assert_int_equal(ca.changes[ca.changes_n - 1].cls, DIAG_SLOW); /* the timer saw it */
    /* a day that the carrier names is believed */
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    fct.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = STR("1ZTEST005000"), .status = PARCEL_IN_TRANSIT,
                                          .occurred = {.kind = WHEN_UTC, .utc_us = look}, .vendor_event_id = STR("later"),
                                          .location = {.city = STR("Oakland"), .region = STR("CA"), .country = STR("US")},
                                          .estimated_delivery = str_of(day_of(&w, TEST_NOW_US + 28 * US_PER_H))};
    put(&w, &fct);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    read_case(&w, 5000, &ca);
    assert_int_equal(ca.cd.parcels[0].d.cls, DIAG_ON_TRACK);
    replays(&w);
    world_close(&w);
}

static void test_restart_and_time(void **state)
{
    struct world w;
    struct case_answer ca;
    const struct diag_estimate *est;
    int64_t found[CASE_FIND_MAX];
    size_t k = 0;
    (void)state;
    world_open(&w);
    history(&w, 0);
    order(&w, 5000, TEST_NOW_US - 2 * US_PER_DAY, "");
    scan(&w, 5000, PARCEL_ACCEPTED, TEST_NOW_US - US_PER_DAY);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    clock_advance(&w.f.clock, US_PER_H);
    assert_int_equal(round_of(&w), 1);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    reader_close(w.st.rd);
    engine_close(w.st.eng);
    struct engine_options eo = {.config = &w.st.cfg, .clock = &w.f.clock, .no_threads = true};
    assert_ok(&w.ctx, engine_open(&w.ctx, &eo, &w.st.eng));
    assert_ok(&w.ctx, reader_open(&w.ctx, w.st.eng, &w.st.rd));
    assert_int_equal(round_of(&w), 0);
    read_case(&w, 5000, &ca);
    known_of(&ca, &est);
    assert_true(est->known);
    /* before the model was there, nothing was estimated */
    assert_ok(&w.ctx, case_find(&w.ctx, w.st.rd, w.st.merchant_id, STR("#5000"), found, &k));
    assert_ok(&w.ctx, case_read(&w.ctx, w.st.rd, w.st.merchant_id, found[0], TEST_NOW_US, &ca));
    known_of(&ca, &est);
    assert_false(est->known);
    world_close(&w);
}

/* ---- for a checkout */

static const struct json *ask(struct world *w, const char *const params[][2])
{
    struct estimate_question q = {.options_n = 0};
    struct buf b;
    struct str text;
    const struct json *v = NULL;
    buf_init(&b, 65536);
    struct jw jw = jw_of(&b);
    for (size_t i = 0; params[i][0] != NULL; i++)
        assert_ok(&w->ctx, estimate_question_set(&w->ctx, &q, params[i][0], str_of(params[i][1])));
    assert_ok(&w->ctx, estimate_answer(&w->ctx, w->st.rd, w->st.merchant_id, &q, &jw));
    assert_ok(&w->ctx, arena_dup(w->arena, buf_str(&b), &text));
    buf_clear(&b);
    schema_check_text(&w->ctx, "estimate.schema.json", text);
    assert_ok(&w->ctx, json_parse(&w->ctx, text, &JSON_LIMITS_SMALL, &v));
    return v;
}

static void test_checkout(void **state)
{
    static const char *const Q[][2] = {{"destination_country", "US"}, {"destination_postal_code", "94107"}, {"items", "MUG:2,LAMP"},
                                       {"options", "ups,fedex:overnight"}, {NULL, NULL}};
    struct world w;
    struct when p10, p90;
    (void)state;
    world_open(&w);
    assert_int_equal(json_get(ask(&w, Q), "model")->type, JSON_NULL);
    assert_int_equal(json_get(ask(&w, Q), "estimates")->count, 0);
    history(&w, 0);
    struct fact fct = {.kind = FACT_INVENTORY_LEVEL, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    fct.u.inventory = (struct inventory_fact){.sku = STR("MUG"), .location = STR("main"), .available = 1};
    put(&w, &fct);
    assert_int_equal(round_of(&w), 1);
    assert_ok(&w.ctx, story_store_settle(&w.ctx, &w.st));
    const struct json *v = ask(&w, Q), *list = json_get(v, "estimates"), *items = json_get(v, "items");
    assert_int_equal(list->count, 2);
    assert_str(json_str(list->first, "carrier"), "ups");
    assert_str(json_str(list->first->next, "service"), "overnight");
    assert_int_equal(when_parse(json_str(list->first, "p10"), &p10), OK);
    assert_int_equal(when_parse(json_str(list->first, "p90"), &p90), OK);
    assert_in_range(p10.utc_us, TEST_NOW_US + 3 * US_PER_DAY, TEST_NOW_US + 5 * US_PER_DAY);
    assert_in_range(p90.utc_us, p10.utc_us, TEST_NOW_US + 7 * US_PER_DAY);
    assert_int_equal(json_get(items->first, "in_stock")->type, JSON_BOOL);
    assert_false(json_true(items->first, "in_stock")); /* one of two */
    assert_int_equal(json_get(items->first->next, "in_stock")->type, JSON_NULL);
    world_close(&w);
}

static void test_checkout_refuses(void **state)
{
    static const char *const BAD[][3] = {
        {"destination_country", "usa", "destination_country: expected two capital letters such as US"},
        {"origin_country", "u1", "origin_country: expected two capital letters such as US"},
        {"items", "MUG:0", "items: expected SKU or SKU:quantity, with commas between"},
        {"items", ":2", "items: expected SKU or SKU:quantity, with commas between"},
        {"items", "MUG:-1", "items: expected SKU or SKU:quantity, with commas between"},
        {"options", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "options: at most 20"},
    };
    struct world w;
    struct estimate_question q;
    struct buf b;
    (void)state;
    world_open(&w);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        q = (struct estimate_question){.options_n = 0};
        assert_int_not_equal(estimate_question_set(&w.ctx, &q, BAD[i][0], str_of(BAD[i][1])), OK);
        assert_string_equal(w.ctx.msg, BAD[i][2]);
    }
    buf_init(&b, 65536);
    struct jw jw = jw_of(&b);
    q = (struct estimate_question){.options_n = 0};
    assert_int_equal(estimate_answer(&w.ctx, w.st.rd, w.st.merchant_id, &q, &jw), ERR_PARSE);
    buf_clear(&b);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learned_and_told), cmocka_unit_test(test_too_few),          cmocka_unit_test(test_late_before_it_is_late),
        cmocka_unit_test(test_restart_and_time), cmocka_unit_test(test_checkout),         cmocka_unit_test(test_checkout_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
