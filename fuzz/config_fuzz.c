/* The configuration: whatever the text, each refusal has a finding with words, and what is taken can be cleared. The tree below
 * it turns into JSON that is JSON. */
#include "fuzz.h"

#include "base/yaml.h"
#include "flows/config.h"

static void check_json(struct ctx *ctx, struct str text)
{
    static const struct json_limits LIMITS = {(size_t)16 << 20, 200000, YAML_DEPTH_MAX + 1};
    struct yaml *root = NULL;
    struct yaml_fault fault;
    const struct json *j = NULL, *again = NULL;
    if (yaml_parse(ctx, text, &root, &fault) != OK || root == NULL)
        return;
    FUZZ_CHECK(yaml_to_json(ctx, root, &j) == OK);
    struct buf b;
    buf_init(&b, (size_t)16 << 20);
    struct jw w = jw_of(&b);
    json_write(&w, j);
    FUZZ_CHECK(buf_err(&b) == OK && json_parse(ctx, buf_str(&b), &LIMITS, &again) == OK);
    buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct clock clock;
    struct ctx ctx;
    struct config cfg;
    struct findings fs;
    struct str text = {(const char *)data, size};
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    enum err e = config_parse(&ctx, text, &cfg, &fs);
    FUZZ_CHECK(e == OK || e == ERR_PARSE);
    FUZZ_CHECK((e == OK) == (fs.errors == 0) && fs.errors <= SIZE_MAX / 2 && (fs.errors == 0 || fs.n > 0));
    for (size_t i = 0; i < fs.n; i++)
        FUZZ_CHECK(fs.rows[i].message.n > 0 && fs.rows[i].line >= 0);
    if (e == OK)
        config_clear(&cfg);
    check_json(&ctx, text);
    arena_free(a);
    return 0;
}
