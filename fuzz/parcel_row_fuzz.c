/* A parcel's row from a damaged store: refused or read; what is read has this one spelling, can be
 * asked, folded on, written. */
#include "fuzz.h"

#include "model/parcel.h"

static struct fact next_scan(void)
{
    struct fact fct = {.kind = FACT_TRACKING_EVENT, .key = STR("next")};
    fct.u.event = (struct tracking_event){.carrier = STR("dpd"),
                                          .status = PARCEL_DELIVERED,
                                          .code = STR("DEL"),
                                          .occurred = when_from_utc(INT64_C(1795000000) * US_PER_S),
                                          .estimated_delivery = STR("2026-11-25"),
                                          .next_number = STR("9400")};
    return fct;
}

static void ask(const struct parcel *pcl)
{
    static const int64_t SINCE[] = {0, 1, INT64_C(1795000000) * US_PER_S, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof(SINCE) / sizeof(SINCE[0]); i++) {
        struct parcel_view v;
        parcel_view_make(pcl, SINCE[i], &v);
        FUZZ_CHECK(v.from <= v.to && v.to <= pcl->scans_n);
        FUZZ_CHECK(v.last < (int)v.to && v.last_move <= v.last && v.status_scan <= v.last);
        FUZZ_CHECK(v.last < 0 || v.last >= (int)v.from);
    }
}

static void fold_on(struct ctx *ctx, struct parcel *pcl)
{
    struct fact fct = next_scan();
    struct parcel back;
    struct buf b;
    bool changed = false, again = true;
    FUZZ_CHECK(parcel_fold_event(ctx, pcl, &fct, (struct fact_ref){1, 0}, 1, &changed) == OK);
    FUZZ_CHECK(parcel_fold_event(ctx, pcl, &fct, (struct fact_ref){1, 0}, 1, &again) == OK &&
               !again);
    FUZZ_CHECK(parcel_fold_not_found(ctx, pcl, 1, &changed) == OK);
    enum err e = parcel_link_order(pcl, 7, 1, &changed);
    FUZZ_CHECK(e == OK || e == ERR_LIMIT);
    buf_init(&b, (size_t)8 << 20);
    parcel_encode(pcl, true, &b);
    FUZZ_CHECK(buf_err(&b) == OK && parcel_decode(ctx, buf_str(&b), &back) == OK);
    buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str row = {(const char *)data, size};
    struct arena *a = arena_new((size_t)16 << 20);
    struct clock clock;
    struct ctx ctx;
    struct parcel pcl;
    struct buf b;
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    buf_init(&b, (size_t)8 << 20);
    enum err e = parcel_decode(&ctx, row, &pcl);
    if (e == OK) {
        parcel_encode(&pcl, true, &b);
        FUZZ_CHECK(buf_err(&b) == OK && (b.p[0] != row.p[0] || str_eq(buf_str(&b), row))); /* an older version is written anew */
        parcel_encode(&pcl, false, &b);
        ask(&pcl);
        fold_on(&ctx, &pcl);
    } else {
        FUZZ_CHECK(e == ERR_CORRUPT || size > (size_t)1 << 20);
    }
    buf_clear(&b);
    arena_free(a);
    return 0;
}
