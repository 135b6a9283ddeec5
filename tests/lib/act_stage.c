/* See act_stage.h. */
#include "lib/act_stage.h"

#include "flows/performer.h"
#include "flows/reader.h"

#include <sys/wait.h>
#include <unistd.h>

void stage_init(struct stage *s)
{
    memset(s, 0, sizeof(*s));
    fixture_init(&s->f);
    s->arena = arena_new((size_t)512 << 20);
    assert_non_null(s->arena);
    s->ctx = s->f.ctx;
    s->ctx.arena = s->arena;
    clock_set(&s->f.clock, TEST_NOW_US);
}

void stage_open_store(struct stage *s)
{
    story_store_open(&s->ctx, &s->f.clock, &s->acct, 1, &s->st);
}

void stage_fact(struct stage *s, const struct fact *fct)
{
    assert_ok(&s->ctx, story_store_append(&s->ctx, &s->st, STR("shop"), fct));
    assert_ok(&s->ctx, story_store_settle(&s->ctx, &s->st));
}

void stage_sent_order(struct stage *s)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .price_minor = 1450, .ships = true};
    static const struct parcel_ref PARCEL = {.carrier = {"ups", 3}, .tracking_number = {"1Z7W4E590300010062", 18}};
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    ord.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .placed_us = TEST_NOW_US - US_PER_DAY, .currency = STR("USD"),
                                      .total_minor = 1450, .email = STR("anna@example.com"), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    ord.u.order.ship_to = (struct address){.name = STR("Anna Exemple"), .country = STR("US"), .region = STR("IL"), .postal_code = STR("60601")};
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = STR("1020"), .fulfillment_id = STR("F1"), .state = FUL_SHIPPED, .items = &ITEM,
                                                  .items_n = 1, .parcels = &PARCEL, .parcels_n = 1, .created_us = TEST_NOW_US};
    stage_fact(s, &ord);
    stage_fact(s, &ful);
}

void stage_open_order(struct stage *s)
{
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug", 3}, .quantity = 1, .price_minor = 1450, .ships = true};
    struct fact ord = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    struct fact ful = {.kind = FACT_FULFILLMENT, .role = ROLE_WAREHOUSE, .changed_us = TEST_NOW_US};
    ord.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .placed_us = TEST_NOW_US, .currency = STR("USD"), .total_minor = 1450,
                                      .email = STR("anna@example.com"), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    ful.u.fulfillment = (struct fulfillment_fact){.order_id = STR("1020"), .fulfillment_id = STR("F1"), .state = FUL_OPEN, .items = &ITEM, .items_n = 1,
                                                  .created_us = TEST_NOW_US};
    stage_fact(s, &ord);
    stage_fact(s, &ful);
}

void stage_scan(struct stage *s, enum parcel_status status)
{
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER};
    fct.u.event = (struct tracking_event){.carrier = STR("ups"), .tracking_number = STR("1Z7W4E590300010062"), .status = status,
                                          .reason = status == PARCEL_ATTEMPT_FAILED ? REASON_REFUSED : REASON_NONE,
                                          .code = str_of(parcel_status_word(status)), .occurred = when_from_utc(clock_now_us(&s->f.clock))};
    stage_fact(s, &fct);
}

void stage_close(struct stage *s)
{
    (void)story_store_replays(&s->ctx, &s->st);
    story_store_close(&s->st);
    secret_clear(&s->acct.webhook_secrets[0]);
    arena_free(s->arena);
    fixture_clear(&s->f);
}

struct request_answer stage_ask(struct stage *s, enum capability cap)
{
    struct request_given g = {.order_no = 1, .request = REQUEST_FIRST_CAP + cap, .channel = CHAN_CHAT, .proof = PROOF_ORDER_AND_CONTACT, .confidence = 100};
    struct request_answer ans;
    int64_t pos;
    assert_ok(&s->ctx, request_make(&s->ctx, s->st.eng, s->st.rd, s->st.merchant_id, &g, &ans, &pos));
    return ans;
}

struct action_kept stage_action(struct stage *s)
{
    struct action_kept act;
    assert_ok(&s->ctx, action_get(&s->ctx, s->st.rd->state, s->st.merchant_id, 1, &act));
    return act;
}

size_t stage_run(struct stage *s)
{
    struct performer *p = NULL;
    size_t n = 0;
    assert_ok(&s->ctx, performer_new(&s->ctx, s->st.eng, &p));
    assert_ok(&s->ctx, performer_run(&s->ctx, p, 10, &n));
    performer_free(p);
    return n;
}

void stage_move(struct stage *s, int64_t us)
{
    clock_set(&s->f.clock, clock_now_us(&s->f.clock) + us);
    assert_ok(&s->ctx, story_store_settle(&s->ctx, &s->st));
}

void stage_run_rounds(struct stage *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        (void)stage_run(s);
        stage_move(s, 25 * US_PER_H);
    }
}

bool stage_end_at(struct stage *s, int at)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct performer *p = NULL;
        size_t n;
        if (performer_new(&s->ctx, s->st.eng, &p) != OK)
            _exit(3);
        performer_stop_at(p, at);
        _exit(performer_run(&s->ctx, p, 10, &n) == OK ? 0 : 4);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 9 || WEXITSTATUS(status) == 0));
    story_store_shut(&s->st);
    story_store_again(&s->ctx, &s->st);
    return WEXITSTATUS(status) == 9;
}
