/* Deadlines in the words of each language, seen from Monday 2026-11-23. */
#include "lib/fixture.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "talk/nlu/deadline.h"

struct want_day {
    const char *lang, *text, *day; /* NULL: no deadline */
};
static const struct want_day CASES[] = {
    {"en", "will it be here by friday?", "2026-11-27"},
    {"en", "i need it before the weekend", "2026-11-27"},
    {"en", "for a wedding on Saturday, at my hotel in Chicago", "2026-11-28"},
    {"en", "i ordered it on monday", NULL},
    {"en", "it was due friday", NULL},
    {"en", "must be here by tomorrow", "2026-11-24"},
    {"en", "by next friday please", "2026-12-04"},
    {"en", "before December 24th", "2026-12-23"},
    {"en", "by the 5th of january", "2027-01-05"},
    {"en", "by 12/24", "2026-12-24"},
    {"en", "until 24.12.2027", "2027-12-24"},
    {"en", "within 3 days", "2026-11-26"},
    {"en", "before christmas", "2026-12-24"},
    {"en", "by 30 february", NULL},
    {"en", "my sunday was fine", NULL},
    {"en", "", NULL},
    {"de", "kommt es bis Freitag an", "2026-11-27"},
    {"de", "brauche es am Samstag", "2026-11-28"},
    {"de", "vor Weihnachten", "2026-12-23"},
    {"de", "bis zum 3. Dezember", "2026-12-03"},
    {"fr", "je le veux avant samedi", "2026-11-27"},
    {"fr", "pour le 24 d\xC3\xA9" "cembre", "2026-12-24"},
    {"es", "lo necesito antes del viernes", "2026-11-26"},
    {"es", "para ma\xC3\xB1" "ana", "2026-11-24"},
    {"it", "entro sabato", "2026-11-28"},
    {"pt", "at\xC3\xA9 s\xC3\xA1" "bado", "2026-11-28"},
    {"nl", "voor zaterdag", "2026-11-27"},
    {"pl", "czy dojdzie do pi\xC4\x85tku", "2026-11-27"},
    {"pl", "przed weekendem", "2026-11-27"},
    {"sv", "hinner det till l\xC3\xB6rdag", "2026-11-28"},
    {"sv", "senast 3 december", "2026-12-03"},
    {"hi", "शनिवार तक चाहिए", "2026-11-28"},
    {"hi-Latn", "saturday se pehle chahiye", "2026-11-27"},
    {"hi-Latn", "kal tak bhej do", "2026-11-24"},
    {"ja", "土曜までに届きますか", "2026-11-28"},
    {"ja", "12月24日までにお願いします", "2026-12-24"},
    {"ar", "يوصل قبل الجمعة", "2026-11-26"},
    {"und", "by friday", "2026-11-27"},
};

static void tells_the_day(void **state)
{
    (void)state;
    struct when today = when_from_date(2026, 11, 23);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        static struct tokens tok;
        static const struct lexicon NONE;
        struct fixture f;
        struct deadline dl;
        char got[16] = "";
        int64_t day;
        fixture_init(&f);
        assert_ok(&f.ctx, tokens_cut(&f.ctx, str_of(CASES[i].text), &NONE, &tok));
        deadline_find(&tok, str_of(CASES[i].lang), &dl);
        if (deadline_day(&dl, civil_day(today.local_us), &day)) {
            struct civil c = civil_from_us(day * INT64_C(86400000000));
            snprintf(got, sizeof(got), "%04d-%02d-%02d", c.year, c.month, c.day);
        }
        if (strcmp(got, CASES[i].day == NULL ? "" : CASES[i].day) != 0)
            fail_msg("%s \"%s\": got \"%s\", want \"%s\"", CASES[i].lang, CASES[i].text, got, CASES[i].day == NULL ? "" : CASES[i].day);
        fixture_clear(&f);
    }
}

/* Dates at the ends of the calendar that we know: no day rather than a wrong one. */
static void stays_in_the_calendar(void **state)
{
    (void)state;
    int64_t day = 7;
    assert_false(deadline_day(&(struct deadline){.kind = DEADLINE_NONE}, 20000, &day));
    assert_false(deadline_day(&(struct deadline){.kind = DEADLINE_WORD}, 20000, &day));
    assert_false(deadline_day(&(struct deadline){.kind = DEADLINE_DATE, .value = 31, .month = 4}, 20000, &day));
    assert_int_equal(day, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_the_day), cmocka_unit_test(stays_in_the_calendar)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
