/* The dialogue's pure parts: addresses out of words, the state written and read again, hostile states, details kept. */
#include "lib/fixture.h"

#include "talk/dialogue.h"
#include "talk/dialogue_int.h"

static const struct {
    const char *text, *line1, *zip, *city; /* line1 NULL: no address */
} ADDRESSES[] = {
    {"12 Oak Street, 60622 Chicago", "12 Oak Street", "60622", "Chicago"},
    {"please change it to 12 Oak Street, Chicago 60622", "12 Oak Street", "60622", "Chicago"},
    {"my new address is: 221B Baker Street, London NW1 6XE", "221B Baker Street", "NW1 6XE", "London"},
    {"Musterweg 1\n10115 Berlin", "Musterweg 1", "10115", "Berlin"},
    {"nach Musterweg 1, 10115 Berlin", "Musterweg 1", "10115", "Berlin"},
    {"12 Oak Street, Apt 4, 60622 Chicago", "12 Oak Street", "60622", "Chicago"},
    {"somewhere in Boston", NULL, NULL, NULL},
    {"12 Oak Street", NULL, NULL, NULL},
    {"60622 Chicago", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};

static void addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(ADDRESSES[0]); i++) {
        struct fixture f;
        struct address a = {.line1 = STR_NULL};
        fixture_init(&f);
        bool got = address_read(&f.ctx, str_of(ADDRESSES[i].text), STR("US"), &a);
        if (got != (ADDRESSES[i].line1 != NULL && ADDRESSES[i].zip != NULL))
            fail_msg("\"%s\": %s", ADDRESSES[i].text, got ? "read" : "not read");
        if (got) {
            assert_str(a.line1, ADDRESSES[i].line1);
            assert_str(a.postal_code, ADDRESSES[i].zip);
            assert_str(a.city, ADDRESSES[i].city);
            assert_str(a.country, "US");
        }
        fixture_clear(&f);
    }
}

static struct str written(struct fixture *f, const struct dialogue_state *st)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    dialogue_state_write(&w, st);
    assert_int_equal(buf_err(&b), OK);
    return buf_move(&b, f->arena);
}

static void states(void **state)
{
    struct fixture f;
    struct dialogue_state st, back;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, dialogue_state_read(&f.ctx, STR_NULL, &st));
    assert_int_equal(st.matter, INTENT_COUNT);
    st = (struct dialogue_state){.await = AWAIT_CODE, .order_no = 7, .proof = PROOF_CHANNEL, .shown_by = STR("c1"), .lang = STR("de"),
                                 .want = CAP_REFUND, .want_confidence = 97, .matter = INTENT_CANCEL_ORDER,
                                 .asked = true, .misses = 2, .codes = 1, .code = STR("0af1"), .code_until_us = 9, .orders = {3, 4}, .orders_n = 2,
                                 .offers = {CAP_RESHIP}, .offers_n = 1, .due_us = 5, .told = {UINT64_C(0xfffffffffffffffc)}, .told_n = 1,
                                 .heard = 8, .same = 1, .turns = 3, .since_us = 6};
    struct str text = written(&f, &st);
    assert_ok(&f.ctx, dialogue_state_read(&f.ctx, text, &back));
    assert_true(str_eq(written(&f, &back), text));
    assert_int_equal(back.proof, PROOF_CHANNEL);
    assert_true(back.told[0] == st.told[0]);
    static const char *const ODD[] = {"{\"await\":\"nothing known\"}", "{\"orders\":[0,-1,\"x\",99999999999999999999]}", "{\"turns\":\"many\"}", "[]",
                                    "{\"want\":\"change_addZess\"}"};
    for (size_t i = 0; i < sizeof(ODD) / sizeof(ODD[0]); i++) {
        assert_ok(&f.ctx, dialogue_state_read(&f.ctx, str_of(ODD[i]), &back));
        assert_true(back.await == AWAIT_NOTHING && back.orders_n == 0 && back.turns == 0 && back.want == CAP_COUNT);
    }
    assert_int_equal(dialogue_state_read(&f.ctx, STR("{"), &back), ERR_PARSE);
    fixture_clear(&f);
}

static void details(void **state)
{
    struct fixture f;
    struct dialogue_kept kept = {.order_name = STR("#1020"), .email = STR("anna@example.com"), .address = {.line1 = STR("12 Oak Street"), .country = STR("US")}}, back;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    dialogue_kept_write(&w, &kept);
    assert_ok(&f.ctx, dialogue_kept_read(&f.ctx, buf_str(&b), &back));
    assert_str(back.order_name, "#1020");
    assert_str(back.email, "anna@example.com");
    assert_str(back.address.line1, "12 Oak Street");
    assert_true(str_empty(back.zip));
    buf_clear(&b);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(states), cmocka_unit_test(details)};
    return cmocka_run_group_tests_name("dialogue", tests, NULL, NULL);
}
