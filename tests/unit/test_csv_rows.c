/* Cutting CSV: quotes, line ends, orders of several rows. */
#include "lib/fixture.h"

#include "cli/csv_rows.h"

static const char TEXT[] = "1,\"a, \"\"b\"\"\nc\",x\r\n1,b,y\n2,c,z\n3,d,\n3,e,w";

static void rows_and_fields(void **state)
{
    struct str rest = str_of(TEXT), row;
    (void)state;
    assert_true(csv_row(&rest, &row));
    assert_str(csv_field(row, 0, ','), "1");
    assert_str(csv_field(row, 1, ','), "a, \"\"b\"\"\nc");
    assert_str(csv_field(row, 2, ','), "x");
    assert_null(csv_field(row, 3, ',').p);
    size_t n = 1;
    while (csv_row(&rest, &row))
        n++;
    assert_int_equal(n, 5);
    assert_str(row, "3,e,w");
}

static void groups(void **state)
{
    struct str text = str_of(TEXT);
    (void)state;
    size_t first = csv_group(text, 0, ',');
    assert_str(str_sub(text, first, 5), "2,c,z");
    assert_str(str_sub(text, csv_group(text, -1, ','), 5), "1,b,y");
    assert_str(str_sub(text, csv_whole_groups(text, 0, ','), 3), "3,d");
    assert_int_equal(csv_whole_groups(STR("7,a\n7,b\n"), 0, ','), 8);
    assert_int_equal(csv_group(STR(""), 0, ','), 0);
}

static void key_column(void **state)
{
    (void)state;
    assert_int_equal(csv_key_column(NULL, STR("name,order_id,sku")), 1);
    assert_int_equal(csv_key_column(NULL, STR("name;order_id;sku")), 1);
    assert_int_equal(csv_key_column(NULL, STR("name,sku")), -1);
    assert_int_equal(csv_separator(STR("a;b")), ';');
    assert_int_equal(csv_separator(STR("a,b;c")), ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_and_fields), cmocka_unit_test(groups), cmocka_unit_test(key_column)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
