/*
 * Log-linear histogram of times in microseconds: 16 steps for each power of two, so a figure read back is at most 1/16 too high.
 * Any thread may add while another reads; no locks, no memory of its own beyond the struct.
 */
#ifndef WISMO_BASE_HISTOGRAM_H
#define WISMO_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_STEPS 16
#define HISTOGRAM_TOP 41 /* powers of two: up to 2^41 us, 25 days; what is more counts as the last cell */
#define HISTOGRAM_CELLS ((HISTOGRAM_TOP - 3) * HISTOGRAM_STEPS)

struct histogram {
    _Atomic uint64_t cells[HISTOGRAM_CELLS];
    _Atomic uint64_t count, sum_us;
};

void histogram_add(struct histogram *h, int64_t us); /* negative counts as 0 */
/* histogram_quantile: upper edge of the cell that holds the permille-th value (500: median, 990: p99); 0 when empty. */
int64_t histogram_quantile(const struct histogram *h, int permille);
/* histogram_below: values under 2^power us. */
uint64_t histogram_below(const struct histogram *h, int power);
void histogram_reset(struct histogram *h); /* not exact while others add */

#endif
