/* Promises as the ledger records them: what is read is written again as the same text, and gives limits for anything. */
#include "fuzz.h"

#include "mind/limits_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct promises p, again;
    struct limit_set s;
    struct str text, text2, version;
    struct clock clk;
    struct ctx ctx;
    clock_init_virtual(&clk, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clk, NULL);
    if (promises_read(&ctx, (struct str){(const char *)data, size}, &p) == OK) {
        FUZZ_CHECK(promises_text(&ctx, &p, &text, &version) == OK && promises_read(&ctx, text, &again) == OK);
        FUZZ_CHECK(promises_text(&ctx, &again, &text2, &version) == OK && str_eq(text, text2));
        limits_for(&p, STR("ups"), STR("GND"), STR("IN"), INT64_C(1795000000000000), &s);
        FUZZ_CHECK(s.silent_hours > 0);
    }
    arena_free(a);
    return 0;
}
