/*
 * The rules of data/holidays.tsv, read and worked out; only calendar.c and its test use this. A row is
 *   country TAB regions TAB rule TAB name TAB source
 * and the rows of a country stand together.
 * regions: "-" the whole country; "BW,BY" these; "!SCT" all but these (and where no region is given).
 * rule:    weekend sat sun               days off in every week
 *          date 07-04                    fixed
 *          nth 3 mon 01                  third Monday of January; -1 is the last one
 *          easter -2                     days after Easter Sunday (western)
 *          onafter 06-20 sat             first Saturday on or after 20 June
 *          onbefore 05-24 mon            last Monday on or before 24 May
 *          days 2026-02-17 2027-02-06    given
 *          work 2026-02-14               worked although the weekend says off
 * then any of: from YEAR, until YEAR, and what happens when it falls on the weekend:
 *          sub nearest (Saturday: the Friday before, Sunday: the Monday after), sub next (the next day that is neither weekend
 *          nor holiday), sub sunday (the same for Sundays only), sub before (a Sunday moves to the Saturday before).
 */
#ifndef WISMO_BASE_CALENDAR_RULES_H
#define WISMO_BASE_CALENDAR_RULES_H

#include "base/str.h"

#define CALENDAR_FIRST_YEAR 2000
#define CALENDAR_LAST_YEAR 2060

enum holiday_kind { HOLIDAY_OFF, HOLIDAY_WORKED };

struct holiday {
    int32_t day; /* since 1970 */
    uint16_t rule;
    uint8_t kind; /* enum holiday_kind */
    bool moved;   /* the day off in place of one that fell on the weekend */
};

#define WEEKENDS_MAX 4

struct country_days {
    char code[2];
    size_t first_rule, rules_n;
    struct {
        int32_t from_day; /* holds from here on; ascending */
        uint8_t mask;     /* bit 0 Monday .. bit 6 Sunday */
    } weekends[WEEKENDS_MAX];
    size_t weekends_n;
    struct holiday *days; /* sorted by day, then rule */
    size_t n;
};

/* country_find: any case; NULL when the table has no row of it. */
const struct country_days *country_find(struct str country);
/* country_weekend: bit mask of the days off on that day's week; Saturday and Sunday for NULL. */
unsigned country_weekend(const struct country_days *c, int64_t day);
bool rule_has_region(uint16_t rule, struct str region);
struct str rule_name(uint16_t rule);
struct str rule_source(uint16_t rule);
/* calendar_bad_row: first row of the table that could not be read, empty when all are well. For the tests and doctor. */
struct str calendar_bad_row(void);
/* easter_day: Easter Sunday of a year after 1582, as days since 1970. */
int64_t easter_day(int year);

#endif
