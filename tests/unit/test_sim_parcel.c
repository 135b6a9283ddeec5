/* The simulated world: the same seed gives the same order, its events are possible, its truths follow from them. */
#include "lib/fixture.h"

#include "base/data.h"
#include "cli/sim_parcel.h"

static void load(struct fixture *f, struct sim_world *w)
{
    struct findings fs;
    assert_ok(&f->ctx, sim_world_parse(&f->ctx, data_file("worlds/default.yaml"), w, &fs));
}

static void same_again(void **state)
{
    static struct sim_order a, b;
    struct fixture f;
    struct sim_world w;
    size_t differ = 0;
    (void)state;
    fixture_init(&f);
    load(&f, &w);
    for (uint32_t i = 0; i < 500; i++) {
        memset(&a, 0, sizeof(a));
        memset(&b, 0, sizeof(b));
        sim_order_make(&w, 7, i, (int)i % 30, &a);
        sim_order_make(&w, 7, i, (int)i % 30, &b);
        assert_memory_equal(&a, &b, sizeof(a));
        sim_order_make(&w, 8, i, (int)i % 30, &b);
        differ += a.events_n != b.events_n || memcmp(a.events, b.events, a.events_n * sizeof(a.events[0])) != 0;
    }
    assert_true(differ > 490);
    fixture_clear(&f);
}

static void check_order(const struct sim_order *o)
{
    assert_int_equal(o->events[0].kind, SIM_ORDER);
    assert_in_range(o->parcels, 1, SIM_PARCELS_MAX);
    for (size_t i = 1; i < o->events_n; i++) {
        const struct sim_event *ev = &o->events[i], *before = &o->events[i - 1];
        assert_true(ev->at_us >= o->placed_us);
        if (ev->parcel == before->parcel && ev->kind == SIM_SCAN && before->kind == SIM_SCAN)
            assert_true(ev->at_us >= before->at_us && ev->seq == before->seq + 1);
    }
    for (size_t i = 0; i < o->truths_n; i++) {
        const struct sim_truth *t = &o->truths[i];
        assert_true(t->wrong_us < t->end_us);
        assert_true(t->wrong_us >= o->placed_us);
        assert_true(t->kind < TRUTH_COUNT);
    }
}

/* Every fate and every truth occurs, and most parcels go as they should. */
static void all_fates(void **state)
{
    static struct sim_order o;
    struct fixture f;
    struct sim_world w;
    size_t fates[FATE_FINE + 1] = {0}, truths[TRUTH_COUNT] = {0}, parcels = 0;
    (void)state;
    fixture_init(&f);
    load(&f, &w);
    for (uint32_t i = 0; i < 20000; i++) {
        sim_order_make(&w, 3, i, (int)(i % 60), &o);
        check_order(&o);
        for (int k = 0; k < o.parcels; k++, parcels++)
            fates[o.fate[k]]++;
        for (size_t k = 0; k < o.truths_n; k++)
            truths[o.truths[k].kind]++;
    }
    for (int k = 0; k < FATE_FINE; k++)
        assert_true(fates[k] > 0);
    for (int k = 0; k < TRUTH_COUNT; k++)
        assert_true(truths[k] > 0);
    assert_true(fates[FATE_FINE] > parcels * 8 / 10);
    /* 40 of 10,000 parcels are lost: within four standard deviations */
    assert_in_range(fates[FATE_LOST], 52, parcels * 40 / 10000 + 40);
    fixture_clear(&f);
}

static void bad_worlds(void **state)
{
    static const struct {
        const char *text, *want;
    } CASES[] = {
        {"start: 2026-03-02\nhome_country: US\nhome_zone: America/Chicago\n", "lanes: there is none"},
        {"start: yesterday\nhome_country: US\nhome_zone: America/Chicago\n", "start: expected a date"},
        {"start: 2026-03-02\nhome_country: US\nhome_zone: Mars/Olympus\n", "no time zone"},
        {"start: 2026-03-02\nhome_country: US\nhome_zone: America/Chicago\nfates: {lost: 9000, dock: 2000}\n", "add up to 11000"},
        {"start: 2026-03-02\nhome_country: US\nhome_zone: America/Chicago\nfates: {eaten: 1}\n", "eaten"},
    };
    struct fixture f;
    struct sim_world w;
    struct findings fs;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool told = false;
        assert_int_equal(sim_world_parse(&f.ctx, str_of(CASES[i].text), &w, &fs), ERR_PARSE);
        for (size_t k = 0; k < fs.n; k++)
            told = told || str_contains(fs.rows[k].message, str_of(CASES[i].want));
        if (!told)
            fail_msg("no word of: %s", CASES[i].want);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_again),
        cmocka_unit_test(all_fates),
        cmocka_unit_test(bad_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
