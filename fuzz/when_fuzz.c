/* Times: what is taken lies in the years we keep, and written as text it is the same time again. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/timefmt.h"

static void check_again(struct arena *a, const struct when *w)
{
    struct when again;
    struct str local = time_local_text(a, w);
    if (w->has_local) {
        FUZZ_CHECK(when_parse(local, &again) == OK);
        FUZZ_CHECK(again.local_us == w->local_us - w->local_us % US_PER_S);
        FUZZ_CHECK(again.kind == (w->kind == WHEN_DATE ? WHEN_DATE : WHEN_LOCAL));
    }
    struct civil c = civil_from_us(w->utc_us);
    if (w->kind == WHEN_UTC && civil_valid(&c)) { /* an offset can lead out of our years by hours */
        FUZZ_CHECK(when_parse(time_rfc3339(a, w->utc_us), &again) == OK);
        FUZZ_CHECK(again.kind == WHEN_UTC && again.utc_us == w->utc_us);
    }
}

/* A time of mail or HTTP: nothing, or one of our years give or take its offset. */
static void check_mail(struct str text)
{
    int64_t us = 7;
    if (!time_from_rfc2822(text, &us))
        FUZZ_CHECK(us == 7);
    else
        FUZZ_CHECK(civil_from_us(us - US_PER_DAY).year < 10000 && civil_from_us(us + US_PER_DAY).year >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct when w = {.kind = WHEN_NONE, .utc_us = 7, .local_us = 8};
    struct str text = {(const char *)data, size};
    check_mail(text);
    enum err e = when_parse(text, &w);
    if (e != OK) {
        FUZZ_CHECK(e == ERR_PARSE && w.kind == WHEN_NONE && w.utc_us == 7 && w.local_us == 8);
        FUZZ_CHECK(month_from_name(text) <= 12);
        return 0;
    }
    struct civil c = civil_from_us(w.local_us);
    FUZZ_CHECK(w.kind != WHEN_NONE && civil_valid(&c) && civil_to_us(&c) == w.local_us);
    struct arena *a = arena_new(4096);
    FUZZ_CHECK(a != NULL);
    check_again(a, &w);
    arena_free(a);
    return 0;
}
