/* Fuzz target: tokens and understanding of any bytes; a result is always whole. */
#include "fuzz.h"

#include "base/clock.h"
#include "talk/nlu/nlu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct model m;
    struct nlu_result res;
    struct arena *a = arena_new((size_t)16 << 20);
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    FUZZ_CHECK(nlu_open(&ctx, &m) == OK);
    FUZZ_CHECK(nlu_understand(&ctx, &m, (struct str){(const char *)data, n}, STR_NULL, &res) == OK);
    FUZZ_CHECK(res.intents_n >= 1 && res.intents_n <= NLU_INTENTS_MAX && res.intent < INTENT_COUNT);
    FUZZ_CHECK(res.confidence >= 0 && res.confidence <= 1.0001f && res.known >= 0 && res.known <= 1);
    arena_free(a);
    return 0;
}
