/* Between case.c and case_codec.c: the content of an object is its row form without its version. */
#ifndef WISMO_MODEL_CASE_INT_H
#define WISMO_MODEL_CASE_INT_H

#include "model/case.h"

enum case_object { CASE_VIEW, CASE_FULFILLMENT, CASE_REFUND, CASE_HOLD };

/* case_content: hash of what the object says, its version apart. Errs: ERR_MEMORY, ERR_LIMIT (too large to be kept). */
MUST_CHECK enum err case_content(enum case_object kind, const void *obj, uint64_t *out);


/* case_is_sorted: lists as the fold keeps them: ascending, no object twice. */
bool case_is_sorted(const struct order_case *cas);

#endif
