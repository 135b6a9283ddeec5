/*
 * Inside the case: case.c makes objects of facts, case_set.c keeps them, case_codec.c writes them. The content of an object
 * is its row form without its version.
 */
#ifndef WISMO_MODEL_CASE_INT_H
#define WISMO_MODEL_CASE_INT_H

#include "model/case.h"

enum case_object { CASE_VIEW, CASE_FULFILLMENT, CASE_REFUND, CASE_RETURN, CASE_HOLD, CASE_REPORT, CASE_LINK };

/*
 * case_put: puts an object into the set of its kind. *took false when nothing moved: a repeat, or a higher version is there.
 * In: obj is copied, its strings and lists are kept as they are. Errs: ERR_LIMIT the set is full of lower identities.
 */
MUST_CHECK enum err case_put(struct ctx *ctx, struct order_case *cas, enum case_object kind, const void *obj, bool *took);
/* case_is_sorted: the sets are as case_put keeps them: ascending, no object twice. */
bool case_is_sorted(const struct order_case *cas);
/*
 * case_content: hash of what a versioned object says, its version apart.
 * Errs: ERR_MEMORY, ERR_LIMIT too large to be kept, ERR_UNSUPPORTED reports and links have no version.
 */
MUST_CHECK enum err case_content(enum case_object kind, const void *obj, uint64_t *out);

#endif
