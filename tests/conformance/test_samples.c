/*
 * Real payloads, where the folder of samples stands beside the project: each file of the vendors we have must decode and give
 * facts, and what the samples say they hold must come out. Skipped, with the reason, where the folder is absent.
 */
#include "lib/fixture.h"

#include "connectors/connector.h"
#include "connectors/lib/tracking_number.h"
#include "model/fact_json.h"

#include <dirent.h>
#include <stdio.h>

static const struct {
    const char *connector, *folder;
    size_t facts_min, reads_min; /* per file */
} FOLDERS[] = {
    {"ups", "data/carrier-samples/ups", 1, 0},           {"fedex", "data/carrier-samples/fedex", 1, 0},
    {"usps", "data/carrier-samples/usps", 12, 0},        {"dhl_unified", "data/carrier-samples/dhl", 1, 0},
    {"aftership", "data/carrier-samples/aftership", 5, 0}, {"easypost", "data/carrier-samples/easypost", 2, 0},
    {"shipengine", "data/carrier-samples/shipengine", 1, 0}, {"shopify", "data/integration-samples/shopify", 1, 0},
    {"bigcommerce", "data/integration-samples/bigcommerce", 0, 1}, {"woocommerce", "data/integration-samples/woocommerce", 1, 0},
    {"delhivery", "data/carrier-samples/delhivery", 9, 0}, {"shiprocket", "data/carrier-samples/shiprocket", 6, 0},
};

static int decode_file(const char *id, const char *path, size_t facts_min, size_t reads_min)
{
    struct fixture f;
    struct decoded d = {0};
    fixture_init(&f);
    /* one folder holds two DHL interfaces */
    if (str_eq(str_of(id), STR("dhl_unified")) && str_contains(str_of(path), STR("mydhl")))
        id = "dhl_express";
    struct account acct = {.conn = connector_find(str_of(id)), .id = str_of(id)};
    struct http_msg msg = {.body = test_read_file(f.arena, path), .received_us = TEST_NOW_US};
    enum err e = connector_decode_any(&f.ctx, &acct, &msg, &d);
    int bad = e != OK || d.n < facts_min || d.fetches_n < reads_min;
    const char *base = strrchr(path, '/');
    print_message("%-12s %-45s %s, %zu facts, %zu reads\n", id, base + 1, err_name(e), d.n, d.fetches_n);
    if (e != OK)
        print_error("%s: %s\n", path, f.ctx.msg);
    fixture_clear(&f);
    return bad;
}

static void carriers_and_shops(void **state)
{
    int bad = 0;
    (void)state;
    if (test_shared_path("data/carrier-samples") == NULL) {
        print_message("SKIP: no folder of real samples beside the project\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
        char dir[1024], path[1400];
        snprintf(dir, sizeof(dir), "%s", test_shared_path(FOLDERS[i].folder));
        DIR *d = opendir(dir);
        assert_non_null(d);
        for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
            if (!str_ends(str_of(e->d_name), STR(".json")))
                continue;
            snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
            bad += decode_file(FOLDERS[i].connector, path, FOLDERS[i].facts_min, FOLDERS[i].reads_min);
        }
        closedir(d);
    }
    assert_int_equal(bad, 0);
}

/* courier, format, format name, valid or invalid, number */
static void tracking_numbers(void **state)
{
    struct fixture f;
    int bad = 0, rows = 0;
    (void)state;
    const char *path = test_shared_path("facts/tracking-number-tests.tsv");
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    fixture_init(&f);
    struct str text = test_read_file(f.arena, path), line, courier, format, name, expect;
    while (str_split(&text, '\n', &line)) {
        struct number_candidate cand[NUMBER_CANDIDATES_MAX];
        size_t n = 0, fits = 0;
        if (str_empty(line) || line.p[0] == '#' || !str_split(&line, '\t', &courier) || !str_split(&line, '\t', &format) ||
            !str_split(&line, '\t', &name) || !str_split(&line, '\t', &expect) || str_eq(courier, STR("courier")))
            continue;
        enum err e = number_candidates(&f.ctx, line, cand, &n);
        bool post = str_eq(courier, STR("s10"));
        for (size_t i = 0; e == OK && i < n; i++)
            fits += post ? str_eq(cand[i].format, STR("S10")) : str_starts(cand[i].carrier, str_sub(courier, 0, 3));
        rows++;
        if (str_eq(expect, STR("valid")) && fits == 0) {
            print_error("not recognised: %.*s %.*s\n", STR_ARG(courier), STR_ARG(line));
            bad++;
        }
    }
    print_message("%d numbers\n", rows);
    fixture_clear(&f);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carriers_and_shops),
        cmocka_unit_test(tracking_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
