/*
 * A merchant's promises and limits as the text that the ledger records, so that every diagnosis can be made again with the limits of
 * its time (C1), whatever the configuration says since.
 */
#ifndef WISMO_MIND_LIMITS_TEXT_H
#define WISMO_MIND_LIMITS_TEXT_H

#include "mind/limits.h"

/* promises_text: canonical JSON of what the configuration gave, in ctx's arena, and its version (twelve hexadecimal digits). */
MUST_CHECK enum err promises_text(struct ctx *ctx, const struct promises *p, struct str *text, struct str *version);
/* promises_read: incidents and estimates are left empty; strings are in ctx's arena. Errs: ERR_PARSE not as recorded, ERR_MEMORY */
MUST_CHECK enum err promises_read(struct ctx *ctx, struct str text, struct promises *out);

#endif
