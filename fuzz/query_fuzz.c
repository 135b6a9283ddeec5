/* Queries: any bytes are searched without harm, and what url_encode writes is read back whole. */
#include "fuzz.h"

#include "base/http_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(size * 16 + 4096);
    struct str bytes = {(const char *)data, size}, out = STR_NULL;
    FUZZ_CHECK(a != NULL);
    if (query_get(a, bytes, "a", &out))
        FUZZ_CHECK(out.n <= size && (out.n == 0 || memchr(out.p, 0, out.n) == NULL));
    struct str coded = url_encode(a, bytes);
    struct str query = arena_fmt(a, "x=1&v=%.*s&y=2", STR_ARG(coded));
    FUZZ_CHECK(coded.p != NULL && query.p != NULL);
    bool found = query_get(a, query, "v", &out);
    FUZZ_CHECK(found == (size == 0 || memchr(data, 0, size) == NULL)); /* a NUL is refused */
    FUZZ_CHECK(!found || str_eq(out, bytes));
    arena_free(a);
    return 0;
}
