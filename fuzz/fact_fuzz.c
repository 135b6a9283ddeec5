/* Facts as JSON: what is read is written, and reads and writes the same again; so do its clear and its personal part together. */
#include "fuzz.h"

#include "model/fact_json.h"

static struct str kept(struct arena *a, struct buf *b)
{
    struct str out = STR_NULL;
    FUZZ_CHECK(buf_err(b) == OK && arena_dup(a, buf_str(b), &out) == OK);
    buf_clear(b);
    return out;
}

static struct str written(struct arena *a, const struct fact *fct)
{
    struct buf b;
    buf_init(&b, (size_t)32 << 20);
    struct jw w = jw_of(&b);
    fact_write(a, &w, fct);
    return kept(a, &b);
}

static void read_again(struct ctx *ctx, struct str text, struct str personal, struct fact *out)
{
    const struct json *v = NULL, *p = NULL;
    FUZZ_CHECK(json_parse(ctx, text, &JSON_LIMITS_WEBHOOK, &v) == OK);
    FUZZ_CHECK(str_empty(personal) || json_parse(ctx, personal, &JSON_LIMITS_WEBHOOK, &p) == OK);
    FUZZ_CHECK(fact_read(ctx, v, p, out) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct clock clock;
    struct ctx ctx;
    const struct json *v = NULL;
    struct fact fct, again;
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    if (size > ((size_t)1 << 20) || json_parse(&ctx, (struct str){(const char *)data, size}, &JSON_LIMITS_SMALL, &v) != OK) {
        arena_free(a);
        return 0;
    }
    ctx.msg[0] = '\0';
    enum err e = fact_read(&ctx, v, NULL, &fct);
    FUZZ_CHECK(e == OK || ctx.msg[0] != '\0');
    if (e == OK) {
        struct buf clear, personal;
        struct str one = written(a, &fct);
        read_again(&ctx, one, STR_NULL, &again);
        FUZZ_CHECK(str_eq(one, written(a, &again)));
        buf_init(&clear, (size_t)32 << 20);
        buf_init(&personal, (size_t)32 << 20);
        struct jw c = jw_of(&clear), p = jw_of(&personal);
        fact_write_split(a, &c, &p, &fct);
        struct str open = kept(a, &clear), sealed = kept(a, &personal);
        read_again(&ctx, open, sealed, &again);
    }
    arena_free(a);
    return 0;
}
