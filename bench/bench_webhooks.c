/*
 * bench_webhooks COUNT PARCELS SECRET: signed single-scan webhooks, one a line: signature, tab, body. Scans are spread over the
 * parcels at random, each later than the ones before, so that the fold sees parcels in no order.
 */
#include "base/crypto.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static const char *const STATUS[] = {"label_created", "accepted", "in_transit", "in_transit", "out_for_delivery", "delivered"};
    static const char *const CITY[] = {"Newark", "Chicago", "Memphis", "Dallas", "Denver", "Oakland", "Portland", "Austin"};
    if (argc < 4)
        return 2;
    long count = strtol(argv[1], NULL, 10), parcels = strtol(argv[2], NULL, 10);
    struct mac *m = mac_new(MAC_SHA256, str_of(argv[3]));
    uint64_t x = UINT64_C(0x9E3779B97F4A7C15);
    struct arena *a = arena_new((size_t)1 << 20);
    for (long i = 0; m != NULL && a != NULL && i < count; i++) {
        unsigned char sum[SHA256_LEN];
        size_t n = 0;
        struct buf hex;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        unsigned long p = (unsigned long)(x % (uint64_t)parcels);
        struct str at = time_rfc3339(a, INT64_C(1794000000000000) + i * INT64_C(1000000));
        struct str body = arena_fmt(a, "{\"kind\":\"tracking_event\",\"carrier\":\"ups\",\"tracking_number\":\"1Z7W4E59%010lu\",\"status\":\"%s\","
                                       "\"reason\":\"none\",\"code\":\"%03lu\",\"description\":\"Arrived at the facility of the carrier in this place\","
                                       "\"occurred_at\":\"%.*s\",\"location\":{\"city\":\"%s\",\"region\":\"NJ\",\"postal_code\":\"07102\",\"country\":\"US\"},"
                                       "\"event_id\":\"e%ld\",\"service\":\"GND\",\"estimated_delivery\":\"2026-11-20\",\"signed_by\":null,"
                                       "\"drop_off_note\":null,\"destination_country\":\"US\",\"reference\":\"bench run of webhooks\"}",
                                    p, STATUS[i % 6], (unsigned long)(i % 900), STR_ARG(at), CITY[p % 8], i);
        if (mac_sum(m, &body, 1, sum, &n) != OK)
            return 1;
        buf_init(&hex, 256);
        buf_add_hex(&hex, (struct str){(const char *)sum, n});
        printf("%.*s\t%.*s\n", (int)hex.n, hex.p, STR_ARG(body));
        buf_clear(&hex);
        arena_reset(a);
    }
    mac_free(m);
    arena_free(a);
    return 0;
}
