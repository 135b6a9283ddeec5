/*
 * Where a clock that is moved by hand stands, kept beside the store: the next start and other commands go on from there, since
 * the time of a ledger never runs backwards. Real clocks have nothing to keep.
 */
#ifndef WISMO_FLOWS_VIRTUAL_CLOCK_H
#define WISMO_FLOWS_VIRTUAL_CLOCK_H

#include "flows/config.h"

/* virtual_clock_start: sets the clock as the configuration says: real, or standing where it was left (else at its start). */
MUST_CHECK enum err virtual_clock_start(struct ctx *ctx, const struct config *cfg, struct clock *clock);
/* virtual_clock_keep: writes where it stands. Errs: ERR_IO. */
MUST_CHECK enum err virtual_clock_keep(struct ctx *ctx, const struct config *cfg, const struct clock *clock);
/* span_parse: "3d", "36h", "45m", "90s", sums such as "1d12h"; at most ten years. Errs: ERR_PARSE. */
MUST_CHECK enum err span_parse(struct ctx *ctx, struct str text, int64_t *out_us);

#endif
