/*
 * The day by which somebody needs something: "by friday", "before the 24th of december", "für die Hochzeit am Samstag", "土曜までに".
 * Found as what was said, without a clock; what day that is, deadline_day tells from a today in the writer's zone.
 */
#ifndef WISMO_TALK_NLU_DEADLINE_H
#define WISMO_TALK_NLU_DEADLINE_H

#include "talk/nlu/tokens.h"

enum deadline_kind {
    DEADLINE_NONE,
    DEADLINE_IN_DAYS, /* today, tomorrow, within three days */
    DEADLINE_WEEKDAY, /* 0 Monday .. 6 Sunday: the next one, today included */
    DEADLINE_DATE,    /* day and month, year or 0 */
    DEADLINE_WORD     /* Easter, a birthday: no day that we know */
};

struct deadline {
    enum deadline_kind kind;
    int value;        /* days, weekday, or day of the month */
    int month, year;
    bool before;      /* "before friday": the day before counts */
    bool next;        /* "next friday": a week later than "friday" when that is this week's */
    struct str text;  /* the word that names the day; empty for a date */
};

/* deadline_find: the first in a message of the language ("en", "pt"; others are read as English). Views into tok. */
void deadline_find(const struct tokens *tok, struct str lang, struct deadline *out);
/* deadline_day: days since 1970 from today's; false for a word without a day or a date that no calendar has. */
bool deadline_day(const struct deadline *dl, int64_t today, int64_t *out);

#endif
