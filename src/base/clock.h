/* Clocks: real, or virtual for tests, the demo and simulations. Times are UTC microseconds since 1970. */
#ifndef WISMO_BASE_CLOCK_H
#define WISMO_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_H (3600 * US_PER_S)
#define US_PER_DAY (86400 * US_PER_S)

struct clock {
    _Atomic int64_t offset_us; /* added to real time; or, when frozen, the time itself */
    _Atomic int frozen;
};

void clock_init_real(struct clock *c);
void clock_init_virtual(struct clock *c, int64_t at_us); /* stands still until moved */
void clock_set(struct clock *c, int64_t at_us);          /* frozen: stands there; running: runs on from there */
void clock_advance(struct clock *c, int64_t by_us);
int64_t clock_now_us(const struct clock *c);
int64_t clock_mono_us(void); /* monotonic, for durations and deadlines; never virtual */

#endif
