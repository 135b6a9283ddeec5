/* A policy: whatever the text, each refusal has a finding with words; what is taken can be checked and decided by, and a gap that
 * the checker does not see is none: a situation of random pieces has a rule. */
#include "fuzz.h"

#include "base/yaml.h"
#include "mind/policy_check.h"
#include "mind/policy_space.h"

#define SITUATIONS 24

/* Pieces drawn from the text itself: the same in every run. */
static void draw(const struct space *sp, uint64_t *seed, struct situation *sit, struct str tags[POLICY_TAGS_MAX])
{
    struct box all;
    space_all(sp, &all);
    *sit = (struct situation){0};
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if (f == FIELD_OF)
            continue;
        unsigned piece = 0;
        do {
            *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            piece = (unsigned)(*seed >> 33) % sp->fields[f].n;
        } while ((all.set[f].w[piece / 64] >> (piece % 64) & 1) == 0);
        space_set(sp, (enum policy_field)f, piece, sit, tags);
    }
}

static void check_cover_holds(struct ctx *ctx, const struct policy *pol, bool covered)
{
    struct space sp;
    struct situation sit;
    struct str tags[POLICY_TAGS_MAX];
    uint64_t seed = str_hash(pol->version);
    if (space_make(ctx, pol, &sp) != OK)
        return;
    for (int i = 0; i < SITUATIONS; i++) {
        draw(&sp, &seed, &sit, tags);
        const struct policy_rule *rule = policy_match(pol, &sit);
        FUZZ_CHECK(!covered || rule != NULL);
        for (size_t k = 0; rule != NULL && pol->rules + k < rule; k++)
            FUZZ_CHECK(rule_first_failing(&pol->rules[k], &sit) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct clock clock;
    struct ctx ctx;
    struct policy pol;
    struct findings fs;
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    enum err e = policy_parse(&ctx, (struct str){(const char *)data, size}, &pol, &fs);
    FUZZ_CHECK(e == OK || e == ERR_PARSE);
    FUZZ_CHECK((e == OK) == (fs.errors == 0) && (fs.errors == 0 || fs.n > 0));
    if (e == OK && pol.rules_n <= 40) {
        const struct policy_check_options opt = {.sources_known = true};
        FUZZ_CHECK(policy_check(&ctx, &pol, &opt, &fs) == OK);
        bool gap = false, decided = true;
        for (size_t i = 0; i < fs.n; i++) {
            gap = gap || str_starts(fs.rows[i].message, STR("gap: "));
            decided = decided && !str_starts(fs.rows[i].message, STR("gaps: "));
        }
        check_cover_holds(&ctx, &pol, !gap && decided && fs.n < FINDINGS_MAX);
    }
    for (size_t i = 0; i < fs.n; i++)
        FUZZ_CHECK(fs.rows[i].message.n > 0 && fs.rows[i].line >= 0);
    arena_free(a);
    return 0;
}
