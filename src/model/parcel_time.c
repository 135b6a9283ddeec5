/* Vendors' times as instants: a wall clock counts in the likely zone of its place. See parcel.h. */
#include "model/parcel.h"

#include "base/zone.h"

/* The wall clock's instant in the place's most likely zone; as UTC when that cannot be told. */
static int64_t in_zone_of(struct str country, struct str region, int64_t wall_us)
{
    bool exact = false;
    int64_t utc_us = 0;
    if (zone_to_utc(zone_of_place(country, region, &exact), wall_us, &utc_us) != OK)
        return wall_us;
    return utc_us;
}

int64_t event_instant(const struct when *w, const struct place *at, int64_t *local_us,
                      unsigned *flags)
{
    *local_us = w->has_local ? w->local_us : 0;
    if (w->kind == WHEN_NONE)
        return 0;
    if (w->kind == WHEN_UTC)
        return w->utc_us;
    int64_t wall = w->local_us;
    if (w->kind == WHEN_DATE) {
        *flags |= SCAN_DATE_ONLY;
        wall += 12 * US_PER_H; /* a day, not midnight: its middle */
    }
    *flags |= SCAN_ESTIMATED;
    return in_zone_of(at->country, at->region, wall);
}

int64_t event_told_us(const struct tracking_event *ev)
{
    int64_t local_us = 0;
    unsigned flags = 0;
    return ev->occurred.kind == WHEN_NONE ? 1 : event_instant(&ev->occurred, &ev->location, &local_us, &flags);
}

int64_t estimate_instant(const struct when *w, struct str dest_country, struct str dest_region)
{
    if (w->kind == WHEN_NONE)
        return 0;
    if (w->kind == WHEN_UTC)
        return w->utc_us;
    int64_t to_end = w->kind == WHEN_DATE ? US_PER_DAY - US_PER_S : 0;
    return in_zone_of(dest_country, dest_region, w->local_us + to_end);
}
