/* JSON: what is refused says why; what is taken holds well-formed text only and reads the same when
 * it is written again. */
#include "fuzz.h"

#include "base/json.h"

static void check_tree(const struct json *v)
{
    FUZZ_CHECK(str_is_utf8(v->text) && str_is_utf8(v->key));
    size_t n = 0;
    JSON_EACH(c, v)
    {
        check_tree(c);
        n++;
    }
    FUZZ_CHECK(n == v->count);
}

static void write_tree(struct buf *b, const struct json *v)
{
    struct jw w = jw_of(b);
    json_write(&w, v);
    FUZZ_CHECK(buf_err(b) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits AGAIN = {(size_t)64 << 20, 200000, 33};
    struct arena *a = arena_new((size_t)64 << 20);
    struct clock clock;
    struct ctx ctx;
    const struct json *v = NULL, *again = NULL;
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    enum err e = json_parse(&ctx, (struct str){(const char *)data, size}, &JSON_LIMITS_WEBHOOK, &v);
    FUZZ_CHECK((e == OK) == (v != NULL));
    if (e != OK) {
        FUZZ_CHECK((e == ERR_PARSE || e == ERR_LIMIT || e == ERR_MEMORY) && ctx.msg[0] != '\0');
        arena_free(a);
        return 0;
    }
    struct buf one, two;
    buf_init(&one, (size_t)64 << 20);
    buf_init(&two, (size_t)64 << 20);
    check_tree(v);
    write_tree(&one, v);
    FUZZ_CHECK(json_parse(&ctx, buf_str(&one), &AGAIN, &again) == OK);
    write_tree(&two, again);
    FUZZ_CHECK(str_eq(buf_str(&one), buf_str(&two)));
    buf_clear(&one);
    buf_clear(&two);
    arena_free(a);
    return 0;
}
