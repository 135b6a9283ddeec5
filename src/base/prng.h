/*
 * Repeatable numbers for simulations and made-up histories: the same seed gives the same sequence everywhere. SplitMix64 (Steele,
 * Lea, Flood, "Fast splittable pseudorandom number generators", 2014). Never for keys: crypto_random is.
 */
#ifndef WISMO_BASE_PRNG_H
#define WISMO_BASE_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state;
};

/* prng_of: stream `which` of a seed; streams of one seed are independent of each other. */
struct prng prng_of(uint64_t seed, uint64_t which);
uint64_t prng_u64(struct prng *p);
double prng_unit(struct prng *p);                      /* 0 <= x < 1 */
int64_t prng_between(struct prng *p, int64_t lo, int64_t hi); /* both included; lo <= hi */
/* prng_lognormal: median p50, ninth decile p90 (p90 > p50 > 0). */
double prng_lognormal(struct prng *p, double p50, double p90);

#endif
