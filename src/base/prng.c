/* See prng.h. */
#include "base/prng.h"

#include <math.h>

#define NORMAL_P90 1.2815515655446004 /* quantile of the standard normal distribution */
#define PI 3.141592653589793

uint64_t prng_u64(struct prng *p)
{
    uint64_t z = p->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct prng prng_of(uint64_t seed, uint64_t which)
{
    struct prng p = {seed}, q = {which ^ UINT64_C(0xD1B54A32D192ED03)};
    p.state = prng_u64(&p) ^ prng_u64(&q);
    return p;
}

double prng_unit(struct prng *p)
{
    return (double)(prng_u64(p) >> 11) * 0x1p-53;
}

int64_t prng_between(struct prng *p, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(prng_unit(p) * (double)(hi - lo + 1));
}

double prng_lognormal(struct prng *p, double p50, double p90)
{
    double u = 1.0 - prng_unit(p), v = prng_unit(p);
    double normal = sqrt(-2.0 * log(u)) * cos(2.0 * PI * v);
    return p50 * exp(normal * log(p90 / p50) / NORMAL_P90);
}
