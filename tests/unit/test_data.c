/* Files compiled in: found by name, read line by line without comments. */
#include "lib/fixture.h"

#include "base/data.h"
#include "base/data_table.h"

#include <stdio.h>

static void test_files(void **state)
{
    static const char *const NAMES[] = {"zones.tsv", "holidays.tsv",
                                        "migrations/ledger_0001_start.sql",
                                        "migrations/state_0001_start.sql",
                                        "migrations/state_0003_polling.sql"};
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct str built_in = data_file(NAMES[i]);
        char rel[128];
        assert_true(built_in.n > 0);
        assert_true((size_t)snprintf(rel, sizeof(rel), "data/%s", NAMES[i]) < sizeof(rel));
        assert_true(str_eq(built_in, test_read_file(f.arena, test_source_path(rel))));
    }
    fixture_clear(&f);
    assert_int_equal(data_file("no such file").n, 0);
    assert_int_equal(data_file("").n, 0);
}

/* Up to the number: "migrations/state_0002". */
static struct str numbered(const char *name)
{
    const char *digits = strpbrk(name, "0123456789");
    return (struct str){name, digits == NULL ? 0 : (size_t)(digits - name) + 4};
}

/* Two migrations of one number: the one that is found second would never run. */
static void test_migrations_have_their_own_numbers(void **state)
{
    (void)state;
    for (const struct data_entry *a = data_table; a->name != NULL; a++)
        for (const struct data_entry *b = data_table; b < a; b++)
            if (str_starts(str_of(a->name), STR("migrations/")) && str_eq(numbered(a->name), numbered(b->name)))
                fail_msg("%s and %s: give the second the next number", b->name, a->name);
}

static void test_lines(void **state)
{
    static const char *const WANT[] = {"first", "second\tx", " # kept", "last"};
    struct str rest = STR("# comment\nfirst\r\n\n\nsecond\tx\n # kept\n#\r\n\r\nlast"), line;
    size_t n = 0;
    (void)state;
    while (data_line(&rest, &line)) {
        assert_true(n < 4);
        assert_str(line, WANT[n]);
        n++;
    }
    assert_int_equal(n, 4);
    assert_false(data_line(&rest, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files), cmocka_unit_test(test_migrations_have_their_own_numbers), cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
