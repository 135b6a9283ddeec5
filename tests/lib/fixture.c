/* See fixture.h. */
#include "lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fixture_init(struct fixture *f)
{
    f->arena = arena_new((size_t)64 << 20);
    assert_non_null(f->arena);
    clock_init_virtual(&f->clock, TEST_NOW_US);
    ctx_init(&f->ctx, f->arena, &f->clock, NULL);
}

void fixture_clear(struct fixture *f)
{
    arena_free(f->arena);
    f->arena = NULL;
}

const char *test_source_path(const char *rel)
{
    static char path[1024];
    const char *root = getenv("WISMO_SOURCE");
    snprintf(path, sizeof(path), "%s/%s", root == NULL ? "." : root, rel);
    return path;
}

const char *test_shared_path(const char *rel)
{
    static char path[1024];
    const char *shared = getenv("WISMO_SHARED");
    const char *root = getenv("WISMO_SOURCE");
    if (shared != NULL)
        snprintf(path, sizeof(path), "%s/%s", shared, rel);
    else
        snprintf(path, sizeof(path), "%s/../shared/%s", root == NULL ? "." : root, rel);
    return access(path, R_OK) == 0 ? path : NULL;
}

struct str test_read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot open %s", path);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *p = arena_alloc(a, (size_t)n + 1);
    assert_non_null(p);
    size_t got = fread(p, 1, (size_t)n, f);
    fclose(f);
    return (struct str){p, got};
}
