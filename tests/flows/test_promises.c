/*
 * Limits are recorded when they change: what was diagnosed with the old ones stays so, in replay and in a case at a time; what comes
 * after goes by the new ones. An incident is seen at a time with the extent that was known then. CTest label: flows
 */
#include "lib/story_store.h"

#include "flows/promises.h"
#include "flows/reader.h"

#define TUESDAY INT64_C(1795532400000000) /* 2026-11-24T15:00:00Z */

struct store {
    struct fixture f;
    struct story_store st;
};

static void limit(struct store *s, int silent_hours)
{
    story_store_shut(&s->st);
    s->st.mc.promises.base.silent_hours = silent_hours;
    story_store_again(&s->f.ctx, &s->st);
}

static void store_make(struct store *s, int silent_hours)
{
    memset(s, 0, sizeof(*s));
    fixture_init(&s->f);
    story_store_open(&s->f.ctx, &s->f.clock, NULL, 0, &s->st);
    limit(s, silent_hours);
}

static void store_drop(struct store *s)
{
    story_store_close(&s->st);
    fixture_clear(&s->f);
}

static void tell(struct store *s, struct str body)
{
    struct http_msg msg = {.method = STR("POST"), .body = body};
    struct append_req req = {.merchant_id = 1, .source = RECV_FACTS, .account = STR("api"), .msg = &msg};
    int64_t pos = 0;
    assert_ok(&s->f.ctx, engine_append_wait(&s->f.ctx, s->st.eng, &req, &pos));
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static void tell_order(struct store *s, const char *id)
{
    struct str now = time_rfc3339(s->f.arena, clock_now_us(&s->f.clock));
    tell(s, arena_fmt(s->f.arena,
                      "{\"kind\":\"order\",\"order_id\":\"%s\",\"name\":\"#%s\",\"placed_at\":\"%.*s\",\"currency\":\"USD\",\"total_minor\":1450,"
                      "\"items\":[{\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":1}]}\n"
                      "{\"kind\":\"fulfillment\",\"order_id\":\"%s\",\"fulfillment_id\":\"f%s\",\"state\":\"shipped\",\"created_at\":\"%.*s\","
                      "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1ZPROM%s\"}]}\n"
                      "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1ZPROM%s\",\"status\":\"in_transit\","
                      "\"occurred_at\":\"%.*s\",\"location\":{\"city\":\"Newark\",\"region\":\"NJ\",\"country\":\"US\"}}",
                      id, id, STR_ARG(now), id, id, STR_ARG(now), id, id, STR_ARG(now)));
}

static enum diag_class class_at(struct store *s, int64_t order_no, int64_t at_us)
{
    struct case_answer ca;
    assert_ok(&s->f.ctx, case_read(&s->f.ctx, s->st.rd, s->st.merchant_id, order_no, at_us, &ca));
    return ca.cd.order.cls;
}

static void wait_h(struct store *s, int64_t hours)
{
    for (int64_t h = 0; h < hours; h++) {
        clock_advance(&s->f.clock, US_PER_H);
        assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
    }
}

/* Two orders on a Tuesday each a week apart: the first under a limit of ten hours, the second under a hundred. */
static void limits_of_their_time(void **state)
{
    struct store s;
    (void)state;
    store_make(&s, 10);
    clock_init_virtual(&s.f.clock, TUESDAY);
    tell_order(&s, "1");
    wait_h(&s, 30);
    int64_t then = clock_now_us(&s.f.clock);
    assert_int_equal(class_at(&s, 1, then), DIAG_STUCK);
    clock_advance(&s.f.clock, US_PER_S);
    limit(&s, 100);
    assert_int_equal(class_at(&s, 1, then), DIAG_STUCK); /* as it was diagnosed then */
    assert_int_not_equal(class_at(&s, 1, 0), DIAG_STUCK);
    tell_order(&s, "2");
    wait_h(&s, 30);
    assert_int_not_equal(class_at(&s, 2, 0), DIAG_STUCK);
    (void)story_store_replays(&s.f.ctx, &s.st);
    limit(&s, 100); /* the same again: nothing new to record */
    struct engine_status st;
    engine_status(s.st.eng, 1, &st);
    int64_t head = st.head;
    limit(&s, 100);
    engine_status(s.st.eng, 1, &st);
    assert_int_equal(st.head, head);
    store_drop(&s);
}

/* A store from before limits were recorded: the configuration's hold for its past, until they change. */
static void before_they_were_recorded(void **state)
{
    struct store s;
    (void)state;
    store_make(&s, 10);
    assert_ok(&s.f.ctx, db_exec(&s.f.ctx, s.st.eng->state, "UPDATE promise_set SET pos = 0, at_us = 0, version = '', rules = ''"));
    clock_init_virtual(&s.f.clock, TUESDAY);
    limit(&s, 10);
    tell_order(&s, "1");
    wait_h(&s, 30);
    assert_int_equal(class_at(&s, 1, 0), DIAG_STUCK);
    (void)story_store_replays(&s.f.ctx, &s.st);
    store_drop(&s);
}

static void tell_incident(struct store *s, const char *until, bool withdrawn)
{
    tell(s, arena_fmt(s->f.arena,
                      "{\"kind\":\"incident\",\"incident_id\":\"snow\",\"what\":\"weather\",\"country\":\"US\",\"region\":\"NJ\","
                      "\"from\":\"2026-11-24T00:00:00Z\",\"until\":\"%s\",\"changed_at\":\"%.*s\"%s}",
                      until, STR_ARG(time_rfc3339(s->f.arena, clock_now_us(&s->f.clock))), withdrawn ? ",\"withdrawn\":true" : ""));
}

static int64_t until_at(struct store *s, int64_t at_us)
{
    struct promises p;
    assert_ok(&s->f.ctx, promises_join(&s->f.ctx, s->st.eng->state, &s->st.eng->merchants[0], at_us, &p));
    return p.incidents_n == 0 ? 0 : p.incidents[0].until_us;
}

static void incident_as_known(void **state)
{
    struct store s;
    int64_t at[3];
    (void)state;
    store_make(&s, 48);
    clock_init_virtual(&s.f.clock, TUESDAY);
    tell_incident(&s, "2026-11-26T00:00:00Z", false);
    at[0] = clock_now_us(&s.f.clock);
    wait_h(&s, 5);
    tell_incident(&s, "2026-11-28T00:00:00Z", false);
    at[1] = clock_now_us(&s.f.clock);
    wait_h(&s, 5);
    tell_incident(&s, "2026-11-28T00:00:00Z", true);
    at[2] = clock_now_us(&s.f.clock);
    assert_int_equal(until_at(&s, at[0] - 1), 0);
    assert_int_equal(until_at(&s, at[0]), INT64_C(1795651200000000));
    assert_int_equal(until_at(&s, at[1]), INT64_C(1795824000000000));
    assert_int_equal(until_at(&s, at[2]), 0);
    assert_int_equal(until_at(&s, 0), 0);
    (void)story_store_replays(&s.f.ctx, &s.st);
    store_drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_their_time),
        cmocka_unit_test(before_they_were_recorded),
        cmocka_unit_test(incident_as_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
