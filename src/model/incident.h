/*
 * Incidents: what slows a carrier down in an area for a while (weather, a strike, a closed depot). Entered by a merchant or told
 * by a feed; the newest version of each counts (R40, R69).
 */
#ifndef WISMO_MODEL_INCIDENT_H
#define WISMO_MODEL_INCIDENT_H

#include "model/fact.h"

#define INCIDENTS_MAX 500 /* of one merchant, the latest ones */

struct incident {
    struct str id, carrier, country, region; /* carrier and region empty: any */
    enum incident_kind kind;
    int64_t from_us, until_us; /* until 0: not known yet */
    int64_t known_us;          /* when it was first heard of */
    struct fact_ref ref;
};

#endif
