/* Fuzz target: entities of any bytes; every find lies inside the folded text. */
#include "fuzz.h"

#include "base/clock.h"
#include "talk/entities.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct str LIST[] = {{"EU-{n}", 6}, {"{a}{n}", 6}};
    static const struct entity_patterns PATTERNS = {LIST, 2};
    struct clock clock;
    struct ctx ctx;
    struct entities ent;
    struct arena *a = arena_new((size_t)16 << 20);
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    FUZZ_CHECK(entities_find(&ctx, (struct str){(const char *)data, n}, &PATTERNS, &ent) == OK);
    FUZZ_CHECK(ent.n <= ENTITIES_MAX);
    for (size_t i = 0; i < ent.n; i++)
        FUZZ_CHECK(ent.list[i].text.n > 0 && ent.list[i].at < ent.folded.n && ent.list[i].kind < ENTITY_KIND_COUNT);
    arena_free(a);
    return 0;
}
