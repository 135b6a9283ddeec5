/* Rows of actions from a damaged store: refused or read; what is read has this one spelling and can be asked. */
#include "fuzz.h"

#include "model/action.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 << 20);
    struct clock clock;
    struct ctx ctx;
    struct action_row *rows = NULL;
    size_t n = 0;
    struct str text = {(const char *)data, size};
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    enum err e = action_rows_decode(&ctx, text, &rows, &n);
    FUZZ_CHECK(e == OK || e == ERR_CORRUPT || e == ERR_MEMORY);
    if (e == OK) {
        struct buf b;
        buf_init(&b, (size_t)16 << 20);
        action_rows_encode(rows, n, &b);
        FUZZ_CHECK(buf_err(&b) == OK && str_eq(buf_str(&b), text));
        buf_clear(&b);
        for (size_t i = 0; i < n && i < 8; i++) {
            FUZZ_CHECK(action_purpose_eq(&rows[i], &rows[i]));
            FUZZ_CHECK(action_key(a, &rows[i]).p != NULL || arena_used(a) > ((size_t)200 << 20) || rows[i].items_n > 0);
        }
    }
    arena_free(a);
    return 0;
}
