/* See ctx.h. */
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>

void ctx_init(struct ctx *ctx, struct arena *arena, const struct clock *clock, struct log *log)
{
    *ctx = (struct ctx){.arena = arena, .clock = clock, .log = log};
}

enum err ctx_fail(struct ctx *ctx, enum err e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(ctx->msg, sizeof(ctx->msg), fmt, ap);
    va_end(ap);
    return e;
}

enum err ctx_whole(struct ctx *ctx, enum err e)
{
    return arena_failed(ctx->arena) ? ctx_fail(ctx, ERR_MEMORY, "no memory: the work is over its limit") : e;
}

void *ctx_alloc(struct ctx *ctx, size_t n)
{
    void *p = arena_alloc(ctx->arena, n);
    if (p == NULL)
        (void)ctx_fail(ctx, ERR_MEMORY, "no memory for %zu bytes: the work is over its limit", n);
    return p;
}
