/* struct ctx: one per unit of work: arena, clock, log, deadline and the words of the last failure. */
#ifndef WISMO_BASE_CTX_H
#define WISMO_BASE_CTX_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#define CTX_MSG_MAX 512

struct log;

struct ctx {
    struct arena *arena;
    const struct clock *clock;
    struct log *log;     /* NULL: silent */
    int64_t deadline_us; /* on the clock's monotonic scale; 0: none */
    char request_id[40]; /* "" when there is none */
    char msg[CTX_MSG_MAX];
};

void ctx_init(struct ctx *ctx, struct arena *arena, const struct clock *clock, struct log *log);
/* ctx_fail: keeps the words, returns the code: `return ctx_fail(ctx, ERR_PARSE, "order: total missing");` */
enum err ctx_fail(struct ctx *ctx, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/*
 * ctx_whole: how a piece of work ended: e, or ERR_MEMORY when its arena ran short on the way, whatever the pieces made of that.
 * Asked before a result is kept, told or taken for a fault of the input.
 */
MUST_CHECK enum err ctx_whole(struct ctx *ctx, enum err e);
/* ctx_alloc: arena_alloc that sets the words on failure. */
void *ctx_alloc(struct ctx *ctx, size_t n);

#endif
