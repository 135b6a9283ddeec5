/* What customers are told of what they send back. Arguments only; the words are those of data/words. */
#ifndef WISMO_TALK_RETURN_TEXT_H
#define WISMO_TALK_RETURN_TEXT_H

#include "base/ctx.h"
#include "model/case.h"

/* return_is_told: it is open, or ended in the last 30 days; one that was called off is not told. */
bool return_is_told(const struct order_case *cas, const struct case_return *ret, int64_t now_us);
/* returns_text: a sentence for each that is told, each with a line break before it; empty when there is none. */
struct str returns_text(struct ctx *ctx, struct str lang, const struct order_case *cas, int64_t now_us);
/* returns_any: one of them is told. */
bool returns_any(const struct order_case *cas, int64_t now_us);

#endif
