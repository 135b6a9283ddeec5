/* See facts.h. */
#include "lib/facts.h"

#include "lib/fixture.h"

struct rng rng_of(uint64_t seed)
{
    return (struct rng){seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
}

uint64_t rng_next(struct rng *r)
{
    r->s ^= r->s << 13;
    r->s ^= r->s >> 7;
    r->s ^= r->s << 17;
    return r->s;
}

size_t rng_below(struct rng *r, size_t n)
{
    return (size_t)(rng_next(r) >> 16) % n;
}

bool rng_chance(struct rng *r, size_t one_in)
{
    return rng_below(r, one_in) == 0;
}

struct told *told_add(struct told_list *list, enum fact_kind kind, int64_t learned_us)
{
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? 64 : list->cap * 2;
        struct told *v = arena_array(list->a, cap, sizeof(*v));
        assert_non_null(v);
        if (list->n > 0)
            memcpy(v, list->v, list->n * sizeof(*v));
        list->v = v;
        list->cap = cap;
    }
    struct told *t = &list->v[list->n++];
    *t = (struct told){.fct = {.kind = kind},
                       .ref = {(int64_t)list->n, 0},
                       .learned_us = learned_us,
                       .source = STR("shop")};
    return t;
}

struct fact scan_fact(const char *carrier, const char *number, enum parcel_status st, int64_t at_us,
                      const char *event_id)
{
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .role = ROLE_CARRIER, .key = str_of(event_id)};
    fct.u.event = (struct tracking_event){
        .carrier = str_of(carrier),
        .tracking_number = str_of(number),
        .status = st,
        .code = str_of(parcel_status_word(st)),
        .occurred = when_from_utc(at_us),
        .location = {.city = STR("Columbus"), .region = STR("OH"), .country = STR("US")}};
    return fct;
}

struct told *scan_told(struct told_list *list, struct fact fct, int64_t learned_us)
{
    struct told *t = told_add(list, FACT_TRACKING_EVENT, learned_us);
    t->fct = fct;
    t->source = STR("carrier");
    return t;
}

static struct str take_bytes(struct arena *a, struct buf *b)
{
    struct str out = STR_NULL;
    assert_int_equal(buf_err(b), OK);
    assert_int_equal(arena_dup(a, buf_str(b), &out), OK);
    buf_clear(b);
    return out;
}

struct str parcel_bytes(struct arena *a, const struct parcel *pcl, bool with_refs)
{
    struct buf b;
    buf_init(&b, (size_t)8 << 20);
    parcel_encode(pcl, with_refs, &b);
    return take_bytes(a, &b);
}

struct str case_bytes(struct arena *a, const struct order_case *cas, bool with_refs)
{
    struct buf b;
    buf_init(&b, (size_t)8 << 20);
    case_encode(cas, with_refs, &b);
    return take_bytes(a, &b);
}

int bytes_differ(struct str a, struct str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    return i == a.n && i == b.n ? -1 : (int)i;
}
