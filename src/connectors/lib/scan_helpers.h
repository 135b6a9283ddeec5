/* What decoders of scans share: making an event, mapping its code, cleaning texts, proof of
 * delivery, estimates. */
#ifndef WISMO_CONNECTORS_LIB_SCAN_HELPERS_H
#define WISMO_CONNECTORS_LIB_SCAN_HELPERS_H

#include "connectors/connector.h"
#include "connectors/lib/status_map.h"

/* One try at a code: in `prefix` group ("" for exact codes). */
struct code_try {
    const char *prefix;
    struct str code;
};

/* scan_add: a tracking event of a parcel, role carrier, number in normal form. Errs: ERR_PARSE
 * number, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err scan_add(struct ctx *ctx, struct decoded *d, struct str carrier,
                             struct str number, struct tracking_event **out);
/* scan_map: status and reason by the first try that is mapped; the raw word kept is the first code
 * that is not empty. */
void scan_map(struct tracking_event *ev, const char *table, const struct code_try *tries, size_t n);
/* scan_reason: overrides the reason by a table's row (an exception code beside the event code);
 * false: not mapped. */
bool scan_reason(struct tracking_event *ev, const char *table, const char *prefix, struct str code);
/* scan_done: natural keys of all events of d from `from` on that have none, sequence from oldest
 * (newest_first: as listed). */
void scan_done(struct ctx *ctx, struct decoded *d, size_t from, bool newest_first);
/*
 * scan_newest: the newest event of d from `from` on by sequence that is more than a note of the
 * carrier; when all are notes, the newest of them; NULL when there is none.
 */
struct tracking_event *scan_newest(struct decoded *d, size_t from);
/*
 * scan_estimate: puts the parcel's estimate on its newest event; dropped when that event ends the
 * parcel (delivered, returned, on its way back, lost, cancelled): an estimate there says nothing.
 */
void scan_estimate(struct decoded *d, size_t from, struct str estimate);
/* estimate_text: an estimate as given, in the arena; midnight, whatever zone is written behind it,
 * is the day alone. Empty when it is no time. */
struct str estimate_text(struct ctx *ctx, struct str given);

/* scan_signer: a name, or empty for what carriers write when nobody signed: set phrases, clocks,
 * phone numbers, weights. */
struct str scan_signer(struct str given);
/* scan_left: the reason that the words for a place tell ("Front Door", "NEIGHBOR"); none when they
 * tell none. */
enum reason scan_left(struct str where);
/* scan_country: ISO alpha-2 in capitals from alpha-2, alpha-3 or the usual English name; empty when
 * it is none of them. */
struct str scan_country(struct ctx *ctx, struct str given);
/* is_us_state: two capitals that are a state or territory of the United States, as on its letters.
 */
bool is_us_state(struct str region);
/* has_phrase: words as a whole in a text, ASCII case ignored: "delivered" is not in "undelivered".
 */
bool has_phrase(struct str text, const char *phrase);
/* text_plain: without HTML tags, entities and runs of blanks; in the arena. */
struct str text_plain(struct ctx *ctx, struct str html);
/* time_ymd_hms: "20240423", "091519" (leading zeros may be missing) as a wall clock; false when it
 * is no time. */
bool time_ymd_hms(struct str ymd, struct str hms, int64_t *local_us);
/* not_found_add: the vendor does not know the number. */
MUST_CHECK enum err not_found_add(struct ctx *ctx, struct decoded *d, struct str carrier,
                                  struct str number, struct str code, struct str message);
/*
 * scan_refused: an answer that is an error. With ask (else a payload read by hand): ERR_DENIED for
 * status 401 and 403, ERR_BUSY for 429, ERR_UNAVAILABLE for 5xx. All else is a not_found fact about
 * what was asked, else about `number`: no parcel comes of it.
 */
MUST_CHECK enum err scan_refused(struct ctx *ctx, struct decoded *d, const struct poll_ask *ask,
                                 int64_t status, struct not_found_fact what);
/* parse_offset: "-05:00", "+0530", "Z" to seconds. */
bool parse_offset(struct str s, int32_t *out);
/* url_join: base, path and what follows, already percent-encoded. base: the account's override or
 * the vendor's. */
struct str url_join(struct ctx *ctx, const struct account *acct, const char *vendor_base,
                    const char *path, struct str encoded_tail);

#endif
