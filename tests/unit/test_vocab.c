/* Vocabularies: every word leads back to its value, no word stands for two, near misses are
 * refused. */
#include "lib/fixture.h"

#include "model/vocab.h"

#define EACH_VOCAB(V)                                                                              \
    V(parcel_status, PARCEL_STATUS_COUNT)                                                          \
    V(reason, REASON_COUNT)                                                                        \
    V(fact_kind, FACT_KIND_COUNT)                                                                  \
    V(diag_class, DIAG_CLASS_COUNT)                                                                \
    V(order_state, ORDER_STATE_COUNT)                                                              \
    V(financial_state, FIN_COUNT)                                                                  \
    V(fulfillment_state, FUL_STATE_COUNT)                                                          \
    V(source_role, ROLE_COUNT)

static void check_word(const char *word)
{
    assert_non_null(word);
    assert_true(strlen(word) > 0);
    for (const char *p = word; *p != '\0'; p++)
        assert_true((*p >= 'a' && *p <= 'z') || *p == '_');
}

#define TEST_VOCAB(name, COUNT)                                                                    \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        for (int i = 0; i < (int)(COUNT); i++) {                                                   \
            enum name v = (enum name)0;                                                            \
            struct str word = str_of(name##_word((enum name)i));                                   \
            check_word(word.p);                                                                    \
            assert_true(name##_parse(word, &v));                                                   \
            assert_int_equal((int)v, i);                                                           \
            assert_false(name##_parse(str_sub(word, 0, word.n - 1), &v));                          \
        }                                                                                          \
        enum name kept = (enum name)1;                                                             \
        assert_false(name##_parse(STR(""), &kept));                                                \
        assert_false(name##_parse(STR_NULL, &kept));                                               \
        assert_false(name##_parse(STR("Delivered"), &kept));                                       \
        assert_false(name##_parse(STR("no such word"), &kept));                                    \
        assert_int_equal((int)kept, 1);                                                            \
        assert_non_null(name##_word(COUNT));                                                       \
    }
EACH_VOCAB(TEST_VOCAB)

static void test_ranks(void **state)
{
    bool seen[PARCEL_STATUS_COUNT] = {false};
    (void)state;
    for (int i = 0; i < PARCEL_STATUS_COUNT;
         i++) { /* a total order needs a rank of its own for each */
        int r = parcel_status_rank((enum parcel_status)i);
        assert_in_range(r, 0, PARCEL_STATUS_COUNT - 1);
        assert_false(seen[r]);
        seen[r] = true;
    }
    assert_true(parcel_status_rank(PARCEL_DELIVERED) > parcel_status_rank(PARCEL_OUT_FOR_DELIVERY));
    assert_true(parcel_status_rank(PARCEL_ACCEPTED) > parcel_status_rank(PARCEL_LABEL_CREATED));
    for (int i = 0; i < DIAG_CLASS_COUNT; i++)
        assert_in_range(diag_class_severity((enum diag_class)i), 0, 4);
    assert_int_equal(diag_class_severity(DIAG_ON_TRACK), 0);
    assert_int_equal(diag_class_severity(DIAG_LOST), 4);
}

int main(void)
{
#define ENTRY(name, COUNT) cmocka_unit_test(test_##name),
    const struct CMUnitTest tests[] = {EACH_VOCAB(ENTRY) cmocka_unit_test(test_ranks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
