/* One small file, <store>/clock: an RFC 3339 time and a newline, replaced as a whole. */
#include "flows/virtual_clock.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/scan.h"

#define SPAN_MAX (3653 * US_PER_DAY)

static bool clock_path(struct ctx *ctx, const struct config *cfg, const char *suffix, struct str *out)
{
    *out = arena_fmt(ctx->arena, "%.*s/clock%s", STR_ARG(cfg->store_path), suffix);
    return out->p != NULL;
}

enum err virtual_clock_start(struct ctx *ctx, const struct config *cfg, struct clock *clock)
{
    char line[64];
    struct str path;
    struct when w;
    if (!cfg->virtual_clock) {
        clock_init_real(clock);
        return OK;
    }
    clock_init_virtual(clock, cfg->virtual_start_us);
    if (!clock_path(ctx, cfg, "", &path))
        return ctx_fail(ctx, ERR_MEMORY, "clock: no memory");
    FILE *f = fopen(path.p, "rb");
    if (f == NULL)
        return OK; /* never moved */
    size_t n = fread(line, 1, sizeof(line), f);
    fclose(f);
    if (when_parse(str_trim((struct str){line, n}), &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(ctx, ERR_CORRUPT, "%s: expected a time such as 2026-11-23T10:00:00Z", path.p);
    if (w.utc_us > cfg->virtual_start_us)
        clock_init_virtual(clock, w.utc_us);
    return OK;
}

enum err virtual_clock_keep(struct ctx *ctx, const struct config *cfg, const struct clock *clock)
{
    struct str path, next;
    struct str text = time_rfc3339(ctx->arena, clock_now_us(clock));
    if (!cfg->virtual_clock)
        return OK;
    if (!clock_path(ctx, cfg, "", &path) || !clock_path(ctx, cfg, ".new", &next))
        return ctx_fail(ctx, ERR_MEMORY, "clock: no memory");
    FILE *f = fopen(next.p, "wb");
    if (f == NULL)
        return ctx_fail(ctx, ERR_IO, "%s: %s", next.p, strerror(errno));
    bool ok = fprintf(f, "%.*s\n", STR_ARG(text)) > 0;
    ok = fclose(f) == 0 && ok && rename(next.p, path.p) == 0;
    return ok ? OK : ctx_fail(ctx, ERR_IO, "%s: cannot be written", path.p);
}

enum err span_parse(struct ctx *ctx, struct str text, int64_t *out_us)
{
    static const struct {
        char letter;
        int64_t us;
    } UNITS[] = {{'d', US_PER_DAY}, {'h', US_PER_H}, {'m', US_PER_MIN}, {'s', US_PER_S}};
    struct scan sc = scan_of(str_trim(text));
    int64_t total = 0, n;
    bool any = false;
    while (!scan_end(&sc)) {
        int64_t unit = 0;
        if (!scan_digits(&sc, 1, 9, &n))
            break;
        for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]) && unit == 0; i++)
            unit = scan_char(&sc, UNITS[i].letter) ? UNITS[i].us : 0;
        if (unit == 0 || n > SPAN_MAX / unit)
            break;
        total += n * unit;
        any = true;
        if (total > SPAN_MAX)
            break;
    }
    if (!any || !scan_end(&sc) || total > SPAN_MAX)
        return ctx_fail(ctx, ERR_PARSE, "\"%.*s\": expected a span such as 3d, 36h, 45m or 1d12h, ten years at most", STR_ARG(text));
    *out_us = total;
    return OK;
}
