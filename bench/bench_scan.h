/*
 * The scans that the benches send: each parcel is met at some point of its way and goes on from there, as a store's parcels do. Twelve
 * scans a parcel: label, hand-over, eight on the way, out for delivery, delivered. With WISMO_BENCH_SHUFFLED set statuses come in no
 * order instead, so that three scans in four change what is to be said: harder than life.
 */
#ifndef WISMO_BENCH_SCAN_H
#define WISMO_BENCH_SCAN_H

#include "base/arena.h"
#include "base/timefmt.h"

#include <stdlib.h>

#define BENCH_STEPS 12

struct bench_way {
    unsigned char *step;    /* next one of each parcel */
    long parcels;
    bool shuffled;
};

/* bench_way_init: false without memory. */
static inline bool bench_way_init(struct bench_way *way, long parcels)
{
    uint32_t x = 2463534242u;
    *way = (struct bench_way){.step = malloc((size_t)parcels), .parcels = parcels, .shuffled = getenv("WISMO_BENCH_SHUFFLED") != NULL};
    for (long i = 0; way->step != NULL && i < parcels; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        way->step[i] = (unsigned char)(x % BENCH_STEPS);
    }
    return way->step != NULL;
}

static inline void bench_way_clear(struct bench_way *way)
{
    free(way->step);
    *way = (struct bench_way){0};
}

static inline const char *bench_status(struct bench_way *way, unsigned long *parcel, long i)
{
    static const char *const SHUFFLED[] = {"label_created", "accepted", "in_transit", "in_transit", "out_for_delivery", "delivered"};
    static const char *const WAY[BENCH_STEPS] = {"label_created", "accepted",   "in_transit", "in_transit", "in_transit",       "in_transit",
                                                 "in_transit",    "in_transit", "in_transit", "in_transit", "out_for_delivery", "delivered"};
    if (way->shuffled)
        return SHUFFLED[i % 6];
    for (int tries = 0; tries < 8 && way->step[*parcel] == BENCH_STEPS; tries++) /* it has arrived: the next one */
        *parcel = (*parcel + 1) % (unsigned long)way->parcels;
    return way->step[*parcel] == BENCH_STEPS ? WAY[BENCH_STEPS - 1] : WAY[way->step[*parcel]++];
}

/* bench_scan: scan i as JSON, in the arena; random chooses its parcel. */
static inline struct str bench_scan(struct arena *a, struct bench_way *way, uint64_t random, long i, int64_t at_us)
{
    static const char *const CITY[] = {"Newark", "Chicago", "Memphis", "Dallas", "Denver", "Oakland", "Portland", "Austin"};
    unsigned long p = (unsigned long)(random % (uint64_t)way->parcels);
    const char *status = bench_status(way, &p, i);
    struct str at = time_rfc3339(a, at_us), expected = str_sub(time_rfc3339(a, at_us + 3 * US_PER_DAY), 0, 10);
    return arena_fmt(a, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E59%010lu\",\"status\":\"%s\","
                        "\"reason\":\"none\",\"code\":\"%03ld\",\"description\":\"Arrived at the facility of the carrier in this place\","
                        "\"occurred_at\":\"%.*s\",\"location\":{\"city\":\"%s\",\"region\":\"NJ\",\"postal_code\":\"07102\",\"country\":\"US\"},"
                        "\"event_id\":\"e%ld\",\"service\":\"GND\",\"estimated_delivery\":\"%.*s\",\"signed_by\":null,"
                        "\"drop_off_note\":null,\"destination_country\":\"US\",\"reference\":\"bench run of webhooks\"}",
                     p, status, i % 900, STR_ARG(at), CITY[p % 8], i, STR_ARG(expected));
}

#endif
