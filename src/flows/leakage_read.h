/* The leakage report (mind/leakage.h): what came back and what was given for nothing, by cause, of a store's newest orders. */
#ifndef WISMO_FLOWS_LEAKAGE_READ_H
#define WISMO_FLOWS_LEAKAGE_READ_H

#include "base/json.h"
#include "flows/engine.h"
#include "mind/leakage.h"

struct leakage_row {
    int64_t cases, cod, parcels; /* cod: of the cases, to be paid on delivery; parcels that came back */
    int64_t minor;               /* of a cause of RTO: parcels by what one costs; else made good for */
    struct str example;          /* the newest order's name */
};
struct leakage_report {
    int64_t orders, sent_back, made_good_minor;
    struct leakage_row v[LEAK_COUNT];
    struct str currency;
    int64_t rto_minor;           /* what a parcel costs that goes out and comes back, as it was given */
};
/* leakage_read: of the newest max orders. rto_minor: 0: not given. Errs: ERR_MEMORY and what the store gives. */
MUST_CHECK enum err leakage_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, int64_t rto_minor, struct leakage_report *out);
void leakage_text(struct ctx *ctx, const struct leakage_report *r, struct buf *out);
void leakage_json(struct jw *w, const struct leakage_report *r);

#endif
