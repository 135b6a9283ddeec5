/* Telephone numbers as people of a country write them. */
#include "lib/fixture.h"

#include "base/phone.h"

struct want_phone {
    const char *country, *typed, *number; /* NULL: refused */
};
static const struct want_phone CASES[] = {
    {"US", "(415) 555-0100", "+14155550100"},   {"US", "1 415 555 0100", "+14155550100"},  {"US", "011 49 30 901820", "+4930901820"},
    {"DE", "0170 1234567", "+491701234567"},    {"DE", "030/901820", "+4930901820"},       {"DE", "0049 30 901820", "+4930901820"},
    {"", "+44 (0)20 7946 0018", "+442079460018"}, {"GB", "020 7946 0018", "+442079460018"}, {"GB", "07700 900123", "+447700900123"},
    {"FR", "01 23 45 67 89", "+33123456789"},   {"IT", "06 1234 5678", "+390612345678"},   {"ES", "612 345 678", "+34612345678"},
    {"PL", "501 234 567", "+48501234567"},      {"SE", "070-123 45 67", "+46701234567"},   {"NL", "06 12345678", "+31612345678"},
    {"IN", "098765 43210", "+919876543210"},    {"IN", "91 98765 43210", "+919876543210"}, {"IN", "9876543210", "+919876543210"},
    {"JP", "03-1234-5678", "+81312345678"},     {"JP", "010 1 415 555 0100", "+14155550100"}, {"SA", "050 123 4567", "+966501234567"},
    {"EG", "010 1234 5678", "+201012345678"},   {"BR", "(011) 91234-5678", "+5511912345678"}, {"HU", "06 1 234 5678", "+3612345678"},
    {"AU", "0412 345 678", "+61412345678"},     {"", "+49 0170 1234567", "+491701234567"}, {"", "+682 12345", "+68212345"},
    {"PT", "912345678", "+351912345678"},       {"US", "555-0100", NULL},                  {"ES", "12345678", NULL},
    {"", "0170 1234567", NULL},                 {"ZZ", "0170 1234567", NULL},              {"US", "call me", NULL},
    {"DE", "", NULL},                           {"DE", "+", NULL},                         {"US", "+1 415 555 010", NULL},
    {"DE", "0170123456789012345678901234567890123456789", NULL},                           {"", "+0301234567", NULL},
};

static void writes_e164(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct str got = STR_NULL;
        fixture_init(&f);
        enum err e = phone_e164(&f.ctx, str_of(CASES[i].typed), str_of(CASES[i].country), &got);
        if (CASES[i].number == NULL ? e != ERR_PARSE : e != OK || !str_eq(got, str_of(CASES[i].number)))
            fail_msg("%s \"%s\": got \"%.*s\"", CASES[i].country, CASES[i].typed, STR_ARG(got));
        fixture_clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_e164)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
