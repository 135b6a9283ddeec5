/* What decoders of scans share: making an event, mapping its code, cleaning texts, proof of delivery, estimates. */
#ifndef WISMO_CONNECTORS_LIB_SCAN_HELPERS_H
#define WISMO_CONNECTORS_LIB_SCAN_HELPERS_H

#include "connectors/connector.h"
#include "connectors/lib/status_map.h"

/* One try at a code: in `prefix` group ("" for exact codes). */
struct code_try {
    const char *prefix;
    struct str code;
};

/* scan_add: a tracking event of a parcel, role carrier, number in normal form. Errs: ERR_PARSE number, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err scan_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number, struct tracking_event **out);
/* scan_map: status and reason by the first try that is mapped; the raw word kept is the first code that is not empty. */
void scan_map(struct tracking_event *ev, const char *table, const struct code_try *tries, size_t n);
/* scan_reason: overrides the reason by a table's row (an exception code beside the event code); false: not mapped. */
bool scan_reason(struct tracking_event *ev, const char *table, const char *prefix, struct str code);
/* scan_done: natural keys of all events of d from `from` on that have none, sequence from oldest (newest_first: as listed). */
void scan_done(struct ctx *ctx, struct decoded *d, size_t from, bool newest_first);
/*
 * scan_estimate: puts the parcel's estimate on its newest event; dropped when the newest event ends the parcel (delivered,
 * returned, on its way back): an estimate there says nothing.
 */
void scan_estimate(struct decoded *d, size_t from, struct str estimate);
/* scan_newest: the newest event of d from `from` on by sequence; NULL when there is none. */
struct tracking_event *scan_newest(struct decoded *d, size_t from);
/* scan_signer: a name, or empty for what carriers write when nobody signed (rule 7 of the facts on adapters). */
struct str scan_signer(struct str given);
/* scan_country: ISO alpha-2 in capitals from alpha-2 or alpha-3; empty when it is neither. */
struct str scan_country(struct ctx *ctx, struct str given);
/* text_plain: without HTML tags, entities and runs of blanks; in the arena. */
struct str text_plain(struct ctx *ctx, struct str html);
/* time_ymd_hms: "20240423", "091519" (leading zeros may be missing) as a wall clock; false when it is no time. */
bool time_ymd_hms(struct str ymd, struct str hms, int64_t *local_us);
/* not_found_add: the vendor does not know the number. */
MUST_CHECK enum err not_found_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number, struct str code, struct str message);
/* parse_offset: "-05:00", "+0530", "Z" to seconds. */
bool parse_offset(struct str s, int32_t *out);
/* url_with_number: base, path and percent-encoded number joined. base: the account's override or the vendor's. */
struct str url_join(struct ctx *ctx, const struct account *acct, const char *vendor_base, const char *path, struct str encoded_tail);

#endif
