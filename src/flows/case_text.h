/* A case as text for people at a terminal: the same facts as case_json, in the order in which one reads them. */
#ifndef WISMO_FLOWS_CASE_TEXT_H
#define WISMO_FLOWS_CASE_TEXT_H

#include "flows/case_json.h"

/* case_text: explanations, evidence, items, parcels with their newest scans, history of classes. Errs: ERR_MEMORY, ERR_LIMIT. */
MUST_CHECK enum err case_text(struct ctx *ctx, struct buf *out, const struct case_answer *ca, const struct case_json_options *opt);

#endif
