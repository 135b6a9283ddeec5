/* What every test needs: cmocka's includes in their order, a ctx with an arena and a virtual clock. */
#ifndef WISMO_TESTS_LIB_FIXTURE_H
#define WISMO_TESTS_LIB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/ctx.h"

#define TEST_NOW_US INT64_C(1795000000000000) /* 2026-11-18T11:06:40Z */

struct fixture {
    struct arena *arena;
    struct clock clock;
    struct ctx ctx;
};

void fixture_init(struct fixture *f); /* 64 MiB arena, virtual clock at TEST_NOW_US */
void fixture_clear(struct fixture *f);
/* test_source_path: a path below the project's source folder (env WISMO_SOURCE, else "."), static buffer. */
const char *test_source_path(const char *rel);
/* test_shared_path: a path below the folder of outside samples (env WISMO_SHARED, else <source>/../shared); NULL when absent. */
const char *test_shared_path(const char *rel);
/* test_read_file: whole file into the arena; fails the test when it cannot be read. */
struct str test_read_file(struct arena *a, const char *path);

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        struct str got_ = (got);                                                                   \
        if (!str_eq(got_, str_of(want)))                                                           \
            fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got_), (want));                          \
    } while (0)
#define assert_ok(ctx, call)                                                                       \
    do {                                                                                           \
        enum err e_ = (call);                                                                      \
        if (e_ != OK)                                                                              \
            fail_msg("%s: %s: %s", #call, err_name(e_), (ctx)->msg);                               \
    } while (0)

#endif
