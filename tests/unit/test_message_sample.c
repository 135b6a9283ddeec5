/* How long a text message is, and the made-up case: every message has words for it. */
#include "lib/fixture.h"

#include "flows/message_sample.h"

#include <string.h>

static void sizes(void **state)
{
    char a160[161], a161[162], u71[72 * 2];
    memset(a160, 'a', sizeof(a160));
    memset(a161, 'a', sizeof(a161));
    for (int i = 0; i < 71; i++)
        memcpy(&u71[i * 2], "\xd0\xb6", 2);
    const struct {
        struct str text;
        size_t units, segments;
        bool gsm;
    } CASES[] = {
        {STR_NULL, 0, 1, true},
        {STR("Hello"), 5, 1, true},
        {STR("10 \xe2\x82\xac [x]"), 11, 1, true}, /* the euro and brackets take two each */
        {STR("K\xc3\xb6ln"), 4, 1, true},
        {STR("caf\xc3\xa9 \xc3\xa7"), 6, 1, false},  /* a small c with cedilla is not in the alphabet */
        {STR("\xf0\x9f\x93\xa6"), 2, 1, false},      /* a surrogate pair */
        {{a160, 160}, 160, 1, true},
        {{a161, 161}, 161, 2, true},
        {{u71, 140}, 70, 1, false},
        {{u71, 142}, 71, 2, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sms_size n = sms_size(CASES[i].text);
        if (n.units != CASES[i].units || n.segments != CASES[i].segments || n.gsm != CASES[i].gsm)
            fail_msg("case %zu: %zu units, %zu segments, gsm %d", i, n.units, n.segments, n.gsm);
    }
}

static void every_kind(void **state)
{
    struct fixture f;
    struct message_policy mp;
    (void)state;
    fixture_init(&f);
    message_policy_default(&mp);
    mp.store = STR("Northwind");
    for (int k = 0; k < MESSAGE_KIND_COUNT; k++) {
        struct sample_ask ask = {.kind = (enum message_kind)k, .policy = &mp, .now_us = TEST_NOW_US};
        struct outgoing o;
        assert_ok(&f.ctx, message_sample(&f.ctx, &ask, &o));
        assert_true(str_contains(o.m.text, STR("#W-1000001")));
        assert_true(o.m.subject.n > 0 && o.m.subject.n <= 78 && o.m.brief.n > 0);
        assert_false(str_contains(o.m.text, STR("{")));
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes), cmocka_unit_test(every_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
