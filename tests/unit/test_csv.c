/* CSV: quotes, separators, line breaks and line numbers, limits; memory by what is in a cell, not by what follows it. */
#include "lib/fixture.h"

#include "base/arena.h"
#include "base/buf.h"
#include "connectors/lib/csv.h"

/* Cells joined by '|', rows by '\n'; the header first. */
static enum err flat(struct ctx *ctx, const char *text, struct buf *b, size_t *line)
{
    struct csv csv;
    struct str cells[CSV_COLUMNS_MAX];
    size_t n = 0;
    bool more = true;
    enum err e = csv_open(ctx, str_of(text), &csv);
    for (size_t i = 0; e == OK && i < csv.columns; i++)
        buf_fmt(b, "%s%.*s", i == 0 ? "" : "|", STR_ARG(csv.header[i]));
    while (e == OK) {
        e = csv_next(ctx, &csv, cells, &n, &more);
        if (e != OK || !more)
            break;
        buf_addc(b, '\n');
        for (size_t i = 0; i < n; i++)
            buf_fmt(b, "%s%.*s", i == 0 ? "" : "|", STR_ARG(cells[i]));
        *line = csv.line;
    }
    return e;
}

static void rows(void **state)
{
    static const struct {
        const char *text, *want;
        size_t line; /* of the last row */
    } CASES[] = {
        {"a,b\n1,2\n3,4\n", "a|b\n1|2\n3|4", 3},
        {"a,b\r\n1,2\r\n", "a|b\n1|2", 2},
        {"a;b\n1,5;2\n", "a|b\n1,5|2", 2},
        {"a\tb,c\td\n1\t2\t3", "a|b,c|d\n1|2|3", 2},
        {"\xef\xbb\xbf" "a,b\n1,2", "a|b\n1|2", 2},
        {"a,b\n\"x,\"\"y\"\"\",\" z \"\n", "a|b\nx,\"y\"|z", 2},
        {"a,b\n\"one\ntwo\",3\n4,5\n", "a|b\none\ntwo|3\n4|5", 4},
        {"a,b\n\"\",\"\"\"\"\n", "a|b\n|\"", 2},
        {"a,b\n\"x\"rest,2\n", "a|b\nx|2", 2},
        {"a,b\n\n  \n1,2\n\n", "a|b\n1|2", 4},
        {"a,b\n1\n1,2,3\n,\n;\n", "a|b\n1\n1|2|3\n;", 5},
        {"a", "a", 0},
        {"a,b\n1,\"2\"", "a|b\n1|2", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct buf b;
        size_t line = 0;
        fixture_init(&f);
        buf_init(&b, 65536);
        assert_ok(&f.ctx, flat(&f.ctx, CASES[i].text, &b, &line));
        assert_str(buf_str(&b), CASES[i].want);
        assert_int_equal(line, CASES[i].line);
        buf_clear(&b);
        fixture_clear(&f);
    }
}

static void refused(void **state)
{
    static const struct {
        const char *text, *words;
        enum err want;
    } CASES[] = {
        {"", "CSV: empty", ERR_PARSE},
        {" \n ", "CSV: empty", ERR_PARSE},
        {"a,\"b\n1,2\n", "line 1: a quote is never closed", ERR_PARSE},
        {"a,b\n1,2\n3,\"4\n5,6\n", "line 3: a quote is never closed", ERR_PARSE},
        {"a,b\n1,\"2\"\"\n", "line 2: a quote is never closed", ERR_PARSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct buf b;
        size_t line = 0;
        fixture_init(&f);
        buf_init(&b, 65536);
        enum err e = flat(&f.ctx, CASES[i].text, &b, &line);
        if (e != CASES[i].want || !str_starts(str_of(f.ctx.msg), str_of(CASES[i].words)))
            fail_msg("%s: %s (%s)", CASES[i].text, err_name(e), f.ctx.msg);
        buf_clear(&b);
        fixture_clear(&f);
    }
}

static void limits(void **state)
{
    struct fixture f;
    struct buf text, b;
    size_t line = 0;
    (void)state;
    fixture_init(&f);
    buf_init(&text, (size_t)1 << 20);
    buf_init(&b, (size_t)1 << 20);
    for (int i = 0; i <= CSV_COLUMNS_MAX; i++)
        buf_addz(&text, i == 0 ? "a" : ",a");
    buf_addc(&text, '\0');
    assert_int_equal(flat(&f.ctx, text.p, &b, &line), ERR_LIMIT);
    buf_reset(&text);
    buf_addz(&text, "a\n\"");
    for (int i = 0; i < 70000; i++)
        buf_addc(&text, 'x');
    buf_addz(&text, "\"\n");
    buf_addc(&text, '\0');
    assert_int_equal(flat(&f.ctx, text.p, &b, &line), ERR_LIMIT);
    buf_clear(&text);
    buf_clear(&b);
    fixture_clear(&f);
}

/* An export that quotes every cell: a megabyte of it takes no memory but for cells with quotes inside. */
static void quoted_cells_are_views(void **state)
{
    struct fixture f;
    struct buf text;
    struct csv csv;
    struct str cells[CSV_COLUMNS_MAX];
    size_t n = 0, rows_n = 0;
    bool more = true;
    (void)state;
    fixture_init(&f);
    buf_init(&text, (size_t)2 << 20);
    buf_addz(&text, "\"a\",\"b\",\"c\"\n");
    while (text.n < ((size_t)1 << 20))
        buf_addz(&text, "\"1\",\"two\",\"3\"\n");
    size_t before = arena_used(f.arena);
    assert_ok(&f.ctx, csv_open(&f.ctx, buf_str(&text), &csv));
    while (csv_next(&f.ctx, &csv, cells, &n, &more) == OK && more)
        rows_n++;
    assert_true(rows_n > 70000);
    assert_int_equal(arena_used(f.arena), before);
    buf_clear(&text);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows), cmocka_unit_test(refused), cmocka_unit_test(limits), cmocka_unit_test(quoted_cells_are_views)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
