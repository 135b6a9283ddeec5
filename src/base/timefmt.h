/*
 * Civil time: RFC 3339 text to UTC microseconds and back, dates, week days. Years 1970..2199; all else is refused.
 * struct when: a vendor's time as certain as it is (facts about vendors: local clocks without a zone are common).
 */
#ifndef WISMO_BASE_TIMEFMT_H
#define WISMO_BASE_TIMEFMT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct civil {
    int year, month, day, hour, min, sec; /* month 1..12 */
    int us;
};

enum when_kind {
    WHEN_NONE = 0, /* not given */
    WHEN_UTC,      /* instant certain; local holds the wall time when an offset or zone was given */
    WHEN_LOCAL,    /* wall clock only, zone unknown */
    WHEN_DATE      /* a day only, zone unknown; a date is a date, not midnight */
};

struct when {
    enum when_kind kind;
    int64_t utc_us;       /* WHEN_UTC only */
    int64_t local_us;     /* wall clock read as if it were UTC; date: its midnight; WHEN_UTC without offset text: = utc_us */
    bool has_local;       /* local_us is the place's wall clock */
};

int64_t civil_to_us(const struct civil *c); /* as if UTC; fields must be valid */
struct civil civil_from_us(int64_t us);
bool civil_valid(const struct civil *c);
int civil_weekday(int64_t us);              /* 0 = Monday .. 6 = Sunday of the UTC day */
int64_t civil_day(int64_t us);              /* days since 1970, floor */

/*
 * when_parse: RFC 3339 and its usual relaxations: "2026-11-23T10:00:00Z", "+01:00", "+0100", blank for T, fraction,
 * no offset (WHEN_LOCAL), "2026-11-23" (WHEN_DATE). Seconds may be missing. Errs: ERR_PARSE.
 */
MUST_CHECK enum err when_parse(struct str s, struct when *out);
/* when_from_local: set a wall clock, with an offset in seconds when known (offset_known). */
struct when when_from_local(int64_t local_us, bool offset_known, int32_t offset_s);
struct when when_from_utc(int64_t utc_us);
struct when when_from_date(int year, int month, int day);

/* time_write: the same into at least TIME_TEXT_MAX bytes, no NUL; gives how many. */
#define TIME_TEXT_MAX 40
size_t time_write(char *out, int64_t utc_us);
/* time_rfc3339: "2026-11-23T10:00:00Z" (fraction only when not zero), in the arena. */
struct str time_rfc3339(struct arena *a, int64_t utc_us);
/* time_local_text: "2026-11-23T10:00:00" without zone, or "2026-11-23" for WHEN_DATE; empty when there is none. */
struct str time_local_text(struct arena *a, const struct when *w);
/* time_from_rfc2822: "Wed, 18 Nov 2026 15:04:05 +0000", day of the week and zone may be left out, GMT as HTTP writes it (RFC 9110). */
bool time_from_rfc2822(struct str s, int64_t *out_us);
/* month_from_name: 1..12 from English "Jan" or "January", any case; 0 when unknown. */
int month_from_name(struct str s);

#endif
