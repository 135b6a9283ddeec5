/* Headers of CSV files: what nobody reads is told with what is most like it; what stands twice, or beside its parts, is refused. */
#include "lib/connector_case.h"

#include "cli/csv_columns.h"
#include "model/fact_json.h"

struct header {
    const char *name, *text;
    const char *says; /* lines of the report, or the refusal */
    bool refused;
};

static const struct header OWN[] = {
    {"all are known", "order_id,name,ship_to.city,items.sku,items.quantity,changed_at,key", "", false},
    {"misspelt", "order_id,e-mail", "f.csv: column \"e-mail\" (number 2) is not known: not read; did you mean \"email\"?\n", false},
    {"capitals", "order_id;Name", "f.csv: column \"Name\" (number 2) is not known: not read; did you mean \"name\"?\n", false},
    {"the part alone", "order_id\tcity", "f.csv: column \"city\" (number 2) is not known: not read; did you mean \"ship_to.city\"?\n", false},
    {"like nothing", "order_id,frobnicated", "f.csv: column \"frobnicated\" (number 2) is not known: not read\n", false},
    {"of another kind", "carrier,tracking_number,status,ship_to.city",
     "f.csv: column \"ship_to.city\" (number 4) is not known: not read; did you mean \"location.city\"?\n", false},
    {"each row has its kind", "kind,order_id,available,sku", "", false},
    {"no name", "order_id,,name,", "f.csv: column number 2 has no name: not read\nf.csv: column number 4 has no name: not read\n", false},
    {"twice", "order_id,name,order_id", "f.csv: line 1: column \"order_id\" stands twice, as number 1 and 3: which one counts?", true},
    {"twice, quoted", "order_id,\"name\", name ", "f.csv: line 1: column \"name\" stands twice, as number 2 and 3: which one counts?", true},
    {"whole and part", "order_id,items.sku,items",
     "f.csv: line 1: columns \"items.sku\" (number 2) and \"items\" (number 3) say the same: leave one out", true},
};

static const struct header MAPPED[] = {
    {"all are read", "Nr,Mail,Stadt", "", false},
    {"one is not read", "Nr,Mail,Stadt,Bemerkung", "f.csv: column \"Bemerkung\" (number 4) is not known: not read\n", false},
    {"one is missing", "Nr,Mails,Stadt",
     "f.csv: column \"Mails\" (number 2) is not known: not read; did you mean \"Mail\"?\n"
     "f.csv: the mapping reads column \"Mail\", which the file does not have; did you mean \"Mails\"?\n", false},
    {"dots are the file's own", "Nr,Mail,Stadt,Nr.x", "f.csv: column \"Nr.x\" (number 4) is not known: not read\n", false},
};

static void check(struct fixture *f, const struct account *acct, const struct header *h)
{
    struct csv_report report = {0};
    struct buf b;
    buf_init(&b, 65536);
    enum err e = csv_columns_check(&f->ctx, acct, STR("f.csv"), str_of(h->text), &report);
    if (e != OK)
        buf_add(&b, str_of(f->ctx.msg));
    for (size_t i = 0; i < report.n; i++)
        buf_fmt(&b, "%.*s\n", STR_ARG(csv_ignored_words(f->arena, &report.list[i])));
    if (e != (h->refused ? ERR_PARSE : OK) || !str_eq(buf_str(&b), str_of(h->says)))
        fail_msg("%s: %s: %.*s", h->name, err_name(e), (int)b.n, b.p);
    buf_clear(&b);
}

static void names_that_are_ours(void **state)
{
    struct fixture f;
    struct account acct = {.id = STR("import")};
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        check(&f, &acct, &OWN[i]);
    fixture_clear(&f);
}

static void names_of_a_mapping(void **state)
{
    struct fixture f;
    struct account acct = {.id = STR("shop")};
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, json_parse(&f.ctx, STR("{\"facts\":[{\"kind\":\"order\",\"fields\":{\"order_id\":\"Nr\",\"email\":\"Mail\",\"currency\":\"=EUR\","
                                             "\"ship_to\":{\"city\":\"Stadt\"},\"items\":{\"fields\":{\"sku\":\"Nr\"}}}}]}"),
                                 &JSON_LIMITS_SMALL, &acct.mapping));
    for (size_t i = 0; i < sizeof(MAPPED) / sizeof(MAPPED[0]); i++)
        check(&f, &acct, &MAPPED[i]);
    fixture_clear(&f);
}

/* docs/import.md lists the columns of each kind: each of them is read. */
static void documented_columns_are_read(void **state)
{
    struct fixture f;
    size_t seen = 0;
    (void)state;
    fixture_init(&f);
    struct str_list all = {0};
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        struct str_list one = {0};
        assert_ok(&f.ctx, fact_columns(&f.ctx, (enum fact_kind)k, &one));
        assert_true(one.n < one.cap); /* none was left out */
    }
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        if (fact_kind_is_input((enum fact_kind)k))
            assert_ok(&f.ctx, fact_columns(&f.ctx, (enum fact_kind)k, &all));
    assert_true(all.n < all.cap);
    struct str text = test_read_file(f.arena, test_source_path("docs/import.md")), line;
    while (str_split(&text, '\n', &line)) {
        struct str cells = line, cell = STR_NULL, name;
        if (!str_starts(line, STR("| ")) || !str_contains(line, STR("**")))
            continue;
        for (int i = 0; i < 4; i++)
            (void)str_split(&cells, '|', &cell);
        while (str_split(&cell, ',', &name)) {
            bool known = false;
            name = str_trim(name);
            while (name.n > 4 && str_starts(name, STR("**")))
                name = str_sub(name, 2, name.n - 4);
            if (str_ends(name, STR(".*")) || str_contains(name, STR(" or ")) || str_contains(name, STR("(")))
                continue;
            for (size_t i = 0; i < all.n; i++)
                known = known || str_eq(all.p[i], name);
            if (!known)
                fail_msg("docs/import.md names the column %.*s, which is not read", STR_ARG(name));
            seen++;
        }
    }
    assert_true(seen > 60);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_are_ours), cmocka_unit_test(names_of_a_mapping),
                                       cmocka_unit_test(documented_columns_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
