/* The orders that the benches fill a store with: one item, one fulfillment, one parcel. */
#ifndef WISMO_BENCH_ORDERS_H
#define WISMO_BENCH_ORDERS_H

#include "base/buf.h"

/* bench_order: order i and its fulfillment as two lines of NDJSON; its name is "#" and i + 1000, its parcel's number ends in i. */
static inline void bench_order(struct buf *b, long i, struct str day)
{
    buf_fmt(b, "{\"kind\":\"order\",\"order_id\":\"%ld\",\"name\":\"#%ld\",\"placed_at\":\"%.*s\",\"currency\":\"EUR\","
               "\"total_minor\":3990,\"email\":\"c%ld@example.com\",\"ship_to\":{\"city\":\"Berlin\",\"postal_code\":\"10115\",\"country\":\"DE\"},"
               "\"items\":[{\"sku\":\"MUG\",\"title\":\"Mug\",\"quantity\":1}]}\n"
               "{\"kind\":\"fulfillment\",\"order_id\":\"%ld\",\"fulfillment_id\":\"f%ld\",\"state\":\"shipped\",\"created_at\":\"%.*s\","
               "\"items\":[{\"sku\":\"MUG\",\"quantity\":1}],\"parcels\":[{\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E59%010ld\"}]}\n",
            i, i + 1000, STR_ARG(day), i, i, i, STR_ARG(day), i);
}

#endif
