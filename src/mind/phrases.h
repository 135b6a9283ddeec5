/*
 * Phrases in a customer's day: "this morning", "tomorrow by 6 PM", "on Friday, 20 November". Days
 * are those of one zone, the destination's; text is in the arena, empty when there is nothing to
 * say. English; another language has phrases of its own.
 */
#ifndef WISMO_MIND_PHRASES_H
#define WISMO_MIND_PHRASES_H

#include "base/ctx.h"
#include "base/str.h"
#include "model/fact.h"

struct day_of {
    struct ctx *ctx;
    struct str zone; /* of the destination: the customer's clock */
    int64_t now_us;
    struct str lang; /* of data/words */
};

/*
 * phrase_past: when something happened, with the part of the day unless day_only: "yesterday
 * evening", "on Tuesday, 17 November". local_us: wall clock at its place, 0 unknown; it gives the
 * part of the day where it is the same day there and not UTC, which many sources write everywhere.
 */
struct str phrase_past(const struct day_of *d, int64_t utc_us, int64_t local_us, bool day_only);
/* phrase_day: "today", "tomorrow", "yesterday", else the day; with_on: "on Friday, 20 November". */
struct str phrase_day(const struct day_of *d, int64_t utc_us, bool with_on);
/* phrase_clock: "6 PM", "2:40 PM" in the zone. */
struct str phrase_clock(const struct day_of *d, int64_t utc_us);
/* phrase_is_today: the instant lies in the day that is now. */
bool phrase_is_today(const struct day_of *d, int64_t utc_us);
/* phrase_age: "less than an hour", "5 hours", "3 days". */
struct str phrase_age(const struct day_of *d, int64_t since_us);
/* phrase_count: a text with a number {n} and its plural, of data/words: "3 days". */
struct str phrase_count(struct ctx *ctx, struct str lang, const char *key, int64_t n);
/* phrase_place: "Newark, NJ"; capitals throughout become "Paris". Empty without a city. */
struct str phrase_place(struct arena *a, const struct place *p);
/* phrase_capital: the first letter large. */
struct str phrase_capital(struct arena *a, struct str s);

#endif
