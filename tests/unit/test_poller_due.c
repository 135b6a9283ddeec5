/* The heap of due times: against a plain list, in any order of pushes and pops; a number is in it once. */
#include "lib/fixture.h"

#include "base/str.h"
#include "flows/poller_due.h"

#define NUMBERS 300

struct plain {
    int64_t due_us[NUMBERS]; /* 0: not in it */
};

static int first_of(const struct plain *p)
{
    int best = -1;
    for (int i = 0; i < NUMBERS; i++)
        if (p->due_us[i] != 0 && (best < 0 || p->due_us[i] < p->due_us[best]))
            best = i;
    return best;
}

static void same_as_a_list(void **state)
{
    struct due_heap h = {0};
    struct plain p = {{0}};
    uint64_t seed = 17;
    (void)state;
    for (int step = 0; step < 20000; step++) {
        struct due_entry e;
        seed = str_hash((struct str){(const char *)&seed, sizeof(seed)});
        int number = (int)(seed % NUMBERS), best = first_of(&p);
        int64_t due = 1 + (int64_t)(seed >> 32) % 1000;
        if ((seed >> 16) % 3 != 0) {
            assert_int_equal(due_push(&h, number, due), OK);
            p.due_us[number] = p.due_us[number] != 0 ? p.due_us[number] : due; /* what is in it stays where it is */
        } else if (best >= 0) {
            assert_true(due_first(&h, &e));
            assert_int_equal(e.number, best);
            assert_int_equal(e.due_us, p.due_us[best]);
            due_pop(&h);
            p.due_us[best] = 0;
            assert_false(due_has(&h, best));
        }
        assert_int_equal(due_has(&h, number), p.due_us[number] != 0);
    }
    while (h.n > 0)
        due_pop(&h);
    assert_false(due_first(&h, &(struct due_entry){0}));
    due_clear(&h);
}

static void numbers_out_of_range(void **state)
{
    struct due_heap h = {0};
    (void)state;
    assert_int_equal(due_push(&h, -1, 1), ERR_LIMIT);
    assert_int_equal(due_push(&h, INT64_MAX, 1), ERR_LIMIT);
    assert_false(due_has(&h, -1));
    assert_false(due_has(&h, INT64_MAX));
    assert_int_equal(due_push(&h, 1000000, 5), OK);
    assert_true(due_has(&h, 1000000));
    due_clear(&h);
    assert_false(due_has(&h, 1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_a_list), cmocka_unit_test(numbers_out_of_range)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
