/* Fuzz target: what messages name besides entities (deadlines, telephones, articles) and order names that merchants invent; any bytes. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/phone.h"
#include "talk/mention.h"
#include "talk/nlu/deadline.h"
#include "talk/order_pattern.h"

#define PARTS_MAX 16

static void learn_and_find(struct ctx *ctx, const struct str *parts, size_t n)
{
    struct str pat[ORDER_PATTERNS_MAX];
    struct entity_patterns list = {pat, 0};
    struct entities ent;
    FUZZ_CHECK(order_pattern_learn(ctx, parts, n, pat, &list.n) == OK && list.n <= ORDER_PATTERNS_MAX);
    for (size_t i = 0; i < list.n; i++)
        FUZZ_CHECK(pat[i].n > 0);
    FUZZ_CHECK(entities_find(ctx, n > 0 ? parts[0] : STR_NULL, &list, &ent) == OK);
}

static void find_deadline(struct ctx *ctx, struct str text)
{
    static const char *const LANGS[] = {"en", "de", "ja", "ar", "hi", "", "a long one that is none"};
    static const struct lexicon NONE;
    struct tokens *tok = arena_alloc(ctx->arena, sizeof(*tok));
    FUZZ_CHECK(tok != NULL && tokens_cut(ctx, text, &NONE, tok) == OK);
    for (size_t i = 0; i < sizeof(LANGS) / sizeof(LANGS[0]); i++) {
        struct deadline dl;
        int64_t day = -1;
        deadline_find(tok, str_of(LANGS[i]), &dl);
        FUZZ_CHECK(!deadline_day(&dl, 20780, &day) || (dl.kind != DEADLINE_NONE && day >= 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct str text = {(const char *)data, n}, rest = text, parts[PARTS_MAX], number = STR_NULL;
    size_t parts_n = 0, item = 0;
    bool alone;
    struct arena *a = arena_new((size_t)16 << 20);
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    while (parts_n < PARTS_MAX && str_split(&rest, '\n', &parts[parts_n]))
        parts_n++;
    learn_and_find(&ctx, parts, parts_n);
    find_deadline(&ctx, text);
    if (phone_e164(&ctx, text, STR("DE"), &number) == OK)
        FUZZ_CHECK(number.n >= 8 && number.n <= 16 && number.p[0] == '+');
    if (parts_n > 0 && mention_find(&ctx, parts[0], parts, parts_n, &item, &alone) == OK)
        FUZZ_CHECK(item < parts_n);
    arena_free(a);
    return 0;
}
