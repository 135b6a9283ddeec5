/*
 * What aggregators share: they speak for many carriers, under words of their own; their answers
 * hold whole histories, some of it not about scans; their refusals stand inside the answer.
 */
#ifndef WISMO_CONNECTORS_LIB_AGGREGATE_H
#define WISMO_CONNECTORS_LIB_AGGREGATE_H

#include "connectors/lib/scan_helpers.h"

/*
 * slug_carrier: our carrier id for a vendor's word, by data/slugs/<vendor>.tsv (any case), then by
 * the words of data/carriers.tsv; a word that nobody knows stays, in lower case, in the arena. A
 * row with a star also stands for longer words that go on behind a blank, dash or underscore; the
 * longest such row counts: "DHL eCommerce - Parcel" is no DHL Express.
 */
struct str slug_carrier(struct ctx *ctx, const char *vendor, struct str word);
/* slug_for: the vendor's word to ask with for our carrier id: the first of the table; the id itself
 * when there is none. */
struct str slug_for(const char *vendor, struct str carrier);

/* What an answer says of the whole parcel; all may be empty. */
struct parcel_wide {
    struct str service, signed_by,
        estimate;                         /* estimate as given; a day where only the day counts */
    struct str dest_country;              /* alpha-2 */
    struct str next_carrier, next_number; /* the leg that follows; number as given */
};
/*
 * history_done: ends one parcel's events, those of d from `from` on: keys, sequence (newest_first:
 * as listed), and what is parcel-wide on the newest scan that is no mere note. A signer counts on a
 * delivery only; an estimate not on a parcel that has arrived, is lost, or is on its way back.
 * Errs: ERR_PARSE, ERR_MEMORY of next_number.
 */
MUST_CHECK enum err history_done(struct ctx *ctx, struct decoded *d, size_t from, bool newest_first,
                                 const struct parcel_wide *wide);

/*
 * vendor_refused: an error answer. ask NULL (a payload read by hand) or a number that the vendor
 * does not know (404, or `unknown`): a not_found fact. Errs: ERR_DENIED 401 and 403, ERR_BUSY 429
 * and 5xx; anything else is a not_found fact, too, that keeps code and message: no parcel comes of
 * it, and asking again will not help.
 */
MUST_CHECK enum err vendor_refused(struct ctx *ctx, struct decoded *d, const struct poll_ask *ask,
                                   int64_t status, bool unknown, struct str code,
                                   struct str message);

/* time_labelled_utc: a local clock behind which the vendor writes Z for many carriers: the wall
 * time, zone unknown. */
struct when time_labelled_utc(struct str s);
/* time_at_offset: a local clock of a vendor that never writes its zone, which is always the same one. WHEN_NONE: no time. */
#define INDIA_OFFSET_S 19800
struct when time_at_offset(struct str s, int32_t offset_s);
/* day_of: the day that a text begins with, "2026-11-21T00:00:00Z" as "2026-11-21"; empty when it
 * begins with none. */
struct str day_of(struct str s);
/* country_of: alpha-2 of the first member of obj in names (ends with NULL) that is a country's code
 * or usual English name. */
struct str country_of(struct ctx *ctx, const struct json *obj, const char *const *names);
/* first_str: the first member of obj in names (ends with NULL) that is a text and not empty. */
struct str first_str(const struct json *obj, const char *const *names);

#endif
