/* Time zones by IANA name through ICU, and the most likely zone of a place. Thread safe; keeps a cache per thread. */
#ifndef WISMO_BASE_ZONE_H
#define WISMO_BASE_ZONE_H

#include "base/err.h"
#include "base/str.h"

/* zone_offset: seconds east of UTC of `zone` at the instant. Errs: ERR_NOTFOUND unknown zone. */
MUST_CHECK enum err zone_offset(struct str zone, int64_t utc_us, int32_t *out_s);
/* zone_to_utc: instant of a wall clock in `zone` (gap: later, overlap: first). */
MUST_CHECK enum err zone_to_utc(struct str zone, int64_t local_us, int64_t *out_utc_us);
/*
 * zone_of_place: most likely zone of a country (ISO 3166 alpha-2) and region (state or province code, may be empty).
 * *exact is true when the country or region has one zone only. Gives "UTC" with *exact false when unknown.
 * Source: data/zones.tsv, made from the tz database's zone1970.tab and each state's main zone.
 */
struct str zone_of_place(struct str country, struct str region, bool *exact);

#endif
