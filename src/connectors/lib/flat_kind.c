/* See flat_kind.h: the first shape whose names are all there. */
#include "connectors/lib/flat_kind.h"

enum fact_kind flat_kind(bool (*has)(const void *row, const char *name), const void *row)
{
    static const struct {
        const char *a, *b;
        enum fact_kind kind;
    } SHAPES[] = {
        {"tracking_number", "status", FACT_TRACKING_EVENT},    {"available", "available", FACT_INVENTORY_LEVEL},
        {"refund_id", "order_id", FACT_REFUND},                {"hold_id", "order_id", FACT_HOLD},
        {"return_id", "state", FACT_RETURN},
        {"report", "report", FACT_CUSTOMER_REPORT},            {"fulfillment_id", "fulfillment_id", FACT_FULFILLMENT},
        {"tracking_number", "order_id", FACT_PARCEL_LINK},     {"tracking_number", "order_name", FACT_PARCEL_LINK},
        {"tracking_number", "next_number", FACT_PARCEL_LINK},  {"customer_id", "customer_id", FACT_CUSTOMER},
    };
    for (size_t i = 0; i < sizeof(SHAPES) / sizeof(SHAPES[0]); i++)
        if (has(row, SHAPES[i].a) && has(row, SHAPES[i].b))
            return SHAPES[i].kind;
    return FACT_ORDER;
}
