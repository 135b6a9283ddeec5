/* Fuzz target: recognising tracking numbers and carriers' words. */
#include "base/clock.h"
#include "connectors/lib/tracking_number.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    size_t found = 0;
    struct arena *a = arena_new((size_t)16 << 20);
    if (a == NULL)
        abort();
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    struct str s = {(const char *)data, n};
    (void)!number_candidates(&ctx, s, cand, &found);
    (void)carrier_from_word(s);
    arena_free(a);
    return 0;
}
