/* An order's row from a damaged store: refused or read; what is read has this one spelling, can be
 * asked, merged, written. */
#include "fuzz.h"

#include "model/case.h"

static void ask(struct ctx *ctx, const struct order_case *cas)
{
    struct parcel_ref *refs = NULL;
    int64_t *since = NULL;
    size_t n = 0;
    FUZZ_CHECK(case_parcel_numbers(ctx, cas, &refs, &since, &n) == OK);
    for (size_t i = 1; i < n; i++)
        FUZZ_CHECK(str_cmp(refs[i - 1].tracking_number, refs[i].tracking_number) < 0);
    const struct order_view *v = order_anchor(cas);
    for (size_t i = 0; v != NULL && i < v->items_n && i < 8; i++) {
        struct str key = case_item_key(&v->items[i]);
        (void)case_quantity_ordered(cas, key);
        (void)case_quantity_in_fulfillments(cas, key, FUL_OPEN);
    }
    (void)case_destination(cas);
}

/* Into an empty one, and into itself: nothing is lost, nothing doubled. */
static void merge(struct ctx *ctx, struct order_case *cas)
{
    struct order_case fresh = {.diag = DIAG_CLASS_COUNT}, back;
    struct buf b;
    FUZZ_CHECK(case_merge(ctx, &fresh, cas) == OK && case_merge(ctx, cas, &fresh) == OK);
    FUZZ_CHECK(fresh.views_n == cas->views_n && fresh.fulfillments_n == cas->fulfillments_n &&
               fresh.refunds_n == cas->refunds_n && fresh.returns_n == cas->returns_n && fresh.holds_n == cas->holds_n &&
               fresh.reports_n == cas->reports_n && fresh.links_n == cas->links_n);
    buf_init(&b, (size_t)8 << 20);
    case_encode(cas, true, &b);
    FUZZ_CHECK(buf_err(&b) == OK && case_decode(ctx, buf_str(&b), &back) == OK);
    buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str row = {(const char *)data, size};
    struct arena *a = arena_new((size_t)64 << 20);
    struct clock clock;
    struct ctx ctx;
    struct order_case cas;
    struct buf b;
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    buf_init(&b, (size_t)8 << 20);
    enum err e = case_decode(&ctx, row, &cas);
    if (e == OK) {
        case_encode(&cas, true, &b);
        FUZZ_CHECK(buf_err(&b) == OK && (b.p[0] != row.p[0] || str_eq(buf_str(&b), row))); /* an older version is written anew */
        case_encode(&cas, false, &b);
        ask(&ctx, &cas);
        merge(&ctx, &cas);
    } else {
        FUZZ_CHECK(e == ERR_CORRUPT || size > (size_t)1 << 20);
    }
    buf_clear(&b);
    arena_free(a);
    return 0;
}
