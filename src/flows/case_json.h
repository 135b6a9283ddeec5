/*
 * A case as JSON (docs/case.schema.json): the one form that the API, the command line and the pages share, so that all faces
 * tell the same facts. Every fact carries its age in seconds at as_of. Personal fields are written only when asked for.
 */
#ifndef WISMO_FLOWS_CASE_JSON_H
#define WISMO_FLOWS_CASE_JSON_H

#include "flows/engine.h"

struct case_json_options {
    struct reader *personal; /* not NULL: e-mail, phone, address and the carriers' own words are opened through it */
};

/* case_json: the whole case as one object. Errs: what opening personal fields gives; the text is in w's buffer. */
MUST_CHECK enum err case_json(struct ctx *ctx, struct jw *w, const struct case_answer *ca, const struct case_json_options *opt);
/* case_json_parcel_brief: parcel i as one object: carrier, number, link, status, class, last scan, expected day. */
void case_json_parcel_brief(struct ctx *ctx, struct jw *w, const struct case_answer *ca, size_t i);
/* case_json_row: one line of a list: order, class, since when, next look. now_us 0: no ages. */
void case_json_row(struct jw *w, const struct order_case *cas, int64_t now_us);

#endif
