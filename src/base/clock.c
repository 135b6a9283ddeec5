/* See clock.h. A running clock adds an offset to real time; a frozen one stands at offset_us. */
#include "base/clock.h"

#include <time.h>

static int64_t real_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

void clock_init_real(struct clock *c)
{
    atomic_init(&c->offset_us, 0);
    atomic_init(&c->frozen, 0);
}

void clock_init_virtual(struct clock *c, int64_t at_us)
{
    atomic_init(&c->offset_us, at_us);
    atomic_init(&c->frozen, 1);
}

void clock_set(struct clock *c, int64_t at_us)
{
    atomic_store(&c->offset_us,
                 atomic_load(&c->frozen) != 0 ? at_us : at_us - real_us(CLOCK_REALTIME));
}

void clock_advance(struct clock *c, int64_t by_us)
{
    atomic_fetch_add(&c->offset_us, by_us);
}

int64_t clock_now_us(const struct clock *c)
{
    int64_t off = atomic_load(&c->offset_us);
    return atomic_load(&c->frozen) != 0 ? off : real_us(CLOCK_REALTIME) + off;
}

int64_t clock_mono_us(void)
{
    return real_us(CLOCK_MONOTONIC);
}
