/*
 * Facts that come through our own door (POST /v1/facts, wismo import): one JSON object, an array, or NDJSON. Each is validated
 * before anything is appended; good ones are packed into rows for the ledger, bad ones are reported with line, field, reason.
 */
#ifndef WISMO_FLOWS_SUBMIT_H
#define WISMO_FLOWS_SUBMIT_H

#include "base/json.h"
#include "model/fact.h"

#define SUBMIT_ROW_FACTS 200           /* facts in one received row: one key, one envelope for all of them */
#define SUBMIT_ROW_BYTES ((size_t)64 << 10)
#define SUBMIT_REFUSALS_MAX 1000       /* told one by one; all are counted */
#define SUBMIT_UNKNOWN_MAX 200

struct submit_refusal {
    size_t line;       /* of the text, from 1; of an array: the element */
    struct str field, reason;
};
struct submit_unknown { /* a status word that nobody has mapped */
    struct str carrier, code;
    size_t n;
};
struct submit_report {
    size_t seen, accepted, refused, rows;
    struct submit_refusal *refusals;
    size_t refusals_n;
    struct submit_unknown *unknown;
    size_t unknown_n;
};

/* submit_emit: one row for the ledger: NDJSON of `facts` facts. body lives until it returns. */
typedef enum err (*submit_emit)(void *user, struct ctx *ctx, struct str body, size_t facts);
/*
 * submit_facts: reads text, calls emit for each packed row (NULL: a dry run). line_base is added to line numbers.
 * Out:  *report, in ctx's arena; adds to what it holds already, so start with zeros
 * Errs: what emit gives (the rest of the text is not read); ERR_MEMORY. Bad facts are no error here.
 */
MUST_CHECK enum err submit_facts(struct ctx *ctx, struct str text, size_t line_base, submit_emit emit, void *user,
                                 struct submit_report *report);
/* submit_refuse: adds a refusal: words as ctx_fail writes them, "field: reason". */
MUST_CHECK enum err submit_refuse(struct ctx *ctx, struct submit_report *report, size_t line, const char *words);
/* submit_report_json: members of an open object: seen, accepted, refused, refusals [...], unknown_statuses [...]. */
void submit_report_json(struct jw *w, const struct submit_report *report);

#endif
