/* Facts for tests of the fold: short makers, numbers at random that are the same in every run,
 * lists of facts as received. */
#ifndef WISMO_TESTS_LIB_FACTS_H
#define WISMO_TESTS_LIB_FACTS_H

#include "model/case.h"

#define T0_US                                                                                      \
    (INT64_C(1795000000) * US_PER_S) /* 2026-11-18T11:06:40Z: when the stories of the tests begin  \
                                      */

/* xorshift64: the same row of numbers for a seed on every machine. */
struct rng {
    uint64_t s;
};
struct rng rng_of(uint64_t seed);
uint64_t rng_next(struct rng *r);
size_t rng_below(struct rng *r, size_t n); /* 0 .. n-1; n > 0 */
bool rng_chance(struct rng *r, size_t one_in);

/* A fact as received: where from, at which position, when. */
struct told {
    struct fact fct;
    struct str source;
    struct fact_ref ref;
    int64_t learned_us;
    struct fold_hashes hashes;
};
struct told_list {
    struct arena *a;
    struct told *v;
    size_t n, cap;
};
/* told_add: a fact of kind, zeroed, at the next position; the pointer is good until the next. */
struct told *told_add(struct told_list *list, enum fact_kind kind, int64_t learned_us);

/* scan_fact: a scan at an instant, event id as key; place and times may be changed after. */
struct fact scan_fact(const char *carrier, const char *number, enum parcel_status st, int64_t at_us,
                      const char *event_id);
/* scan_told: scan_fact in a list, learned at that time. */
struct told *scan_told(struct told_list *list, struct fact fct, int64_t learned_us);

/* parcel_bytes, case_bytes: the encoded form in the arena. */
struct str parcel_bytes(struct arena *a, const struct parcel *pcl, bool with_refs);
struct str case_bytes(struct arena *a, const struct order_case *cas, bool with_refs);
/* bytes_differ: says where two rows part, for messages: -1 when they do not. */
int bytes_differ(struct str a, struct str b);

#endif
