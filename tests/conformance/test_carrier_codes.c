/*
 * Every code that the facts list of a vendor with a table of ours is mapped, and to what they say. Skipped, with the reason,
 * where the folder of facts is absent.
 */
#include "lib/connector_case.h"

#include "connectors/lib/status_map.h"

/* carrier, code, label, status, reason ("-": none), sure */
static const char *const TABLES[] = {"aftership", "dhl_express", "dhl_parcel_de", "dhl_unified", "easypost", "easyship", "fedex", "shipengine", "ups", "usps"};

static const char *table_of(struct str carrier)
{
    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++)
        if (str_eq(carrier, str_of(TABLES[i])))
            return TABLES[i];
    return NULL;
}

static void every_code(void **state)
{
    const char *path = test_shared_path("facts/carrier-status.tsv");
    size_t rows = 0, bad = 0;
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    struct fixture f;
    struct str line;
    fixture_init(&f);
    struct str text = test_read_file(f.arena, path);
    while (str_split(&text, '\n', &line)) {
        struct str col[5] = {STR_NULL}, row = line;
        struct status_row found;
        for (size_t i = 0; i < 5; i++)
            (void)str_split(&line, '\t', &col[i]);
        const char *table = table_of(col[0]);
        if (table == NULL)
            continue;
        rows++;
        if (!status_find(table, col[1], &found)) {
            print_error("not mapped: %.*s\n", STR_ARG(row));
            bad++;
            continue;
        }
        bool none = str_empty(col[4]) || str_eq(col[4], STR("-"));
        if (!str_eq(col[3], str_of(parcel_status_word(found.status))) || !str_eq(none ? STR("none") : col[4], str_of(reason_word(found.reason)))) {
            print_error("we say %s, %s: %.*s\n", parcel_status_word(found.status), reason_word(found.reason), STR_ARG(row));
            bad++;
        }
    }
    print_message("%zu codes\n", rows);
    assert_true(rows > 500);
    assert_int_equal(bad, 0);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_code)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
