/* See histogram.h. Values under 16 have a cell each; above, the top bit picks the row and the next four bits the cell. */
#include "base/histogram.h"

#include <stddef.h>

static size_t cell_of(uint64_t v)
{
    if (v < HISTOGRAM_STEPS)
        return (size_t)v;
    int top = 63 - __builtin_clzll(v);
    if (top >= HISTOGRAM_TOP)
        return HISTOGRAM_CELLS - 1;
    return (size_t)(top - 3) * HISTOGRAM_STEPS + (size_t)(v >> (top - 4) & (HISTOGRAM_STEPS - 1));
}

/* The least value that is over the cell. */
static uint64_t edge_of(size_t cell)
{
    if (cell < HISTOGRAM_STEPS)
        return cell + 1;
    size_t top = cell / HISTOGRAM_STEPS + 3, step = cell % HISTOGRAM_STEPS;
    return (uint64_t)(HISTOGRAM_STEPS + step + 1) << (top - 4);
}

void histogram_add(struct histogram *h, int64_t us)
{
    uint64_t v = us < 0 ? 0 : (uint64_t)us;
    atomic_fetch_add_explicit(&h->cells[cell_of(v)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->sum_us, v, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->count, 1, memory_order_relaxed);
}

int64_t histogram_quantile(const struct histogram *h, int permille)
{
    uint64_t total = 0, seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
        total += atomic_load_explicit(&h->cells[i], memory_order_relaxed);
    uint64_t want = (total * (uint64_t)permille + 999) / 1000;
    if (total == 0)
        return 0;
    for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
        seen += atomic_load_explicit(&h->cells[i], memory_order_relaxed);
        if (seen >= want && seen > 0)
            return (int64_t)edge_of(i) - 1;
    }
    return (int64_t)edge_of(HISTOGRAM_CELLS - 1) - 1;
}

uint64_t histogram_below(const struct histogram *h, int power)
{
    size_t end = power <= 4 ? (size_t)1 << power : (size_t)(power - 3) * HISTOGRAM_STEPS;
    uint64_t n = 0;
    for (size_t i = 0; i < end && i < HISTOGRAM_CELLS; i++)
        n += atomic_load_explicit(&h->cells[i], memory_order_relaxed);
    return n;
}

void histogram_reset(struct histogram *h)
{
    for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
        atomic_store_explicit(&h->cells[i], 0, memory_order_relaxed);
    atomic_store_explicit(&h->count, 0, memory_order_relaxed);
    atomic_store_explicit(&h->sum_us, 0, memory_order_relaxed);
}
