/*
 * Facts as JSON: the one wire form, used by `wismo decode`, POST /v1/facts, fixtures and the ledger (docs/fact.schema.json).
 * fact_write gives everything; with `split` the personal fields go to a second object, so that they can be sealed apart.
 */
#ifndef WISMO_MODEL_FACT_JSON_H
#define WISMO_MODEL_FACT_JSON_H

#include "base/json.h"
#include "model/fact.h"

/* fact_write: one object, keys in a fixed order, empty optional fields as null (decode's documented form). */
void fact_write(struct arena *a, struct jw *w, const struct fact *fct);
/*
 * fact_write_split: `clear` gets the object without personal fields and without empty ones (country, region and postal prefix
 * stay), `personal` the object of personal fields; personal stays empty when there are none. Byte-stable: same fact, same bytes.
 */
void fact_write_split(struct arena *a, struct jw *clear, struct jw *personal, const struct fact *fct);
/*
 * fact_read: the inverse of both; personal may be NULL. Strict: an unknown kind, a wrong type, a value out of range, a negative
 * quantity, an unknown currency, a year outside 1970..2199 is ERR_PARSE naming the field ("items[2].quantity: ..., got -1").
 * Unknown extra fields are ignored. Strings view into v's arena.
 */
MUST_CHECK enum err fact_read(struct ctx *ctx, const struct json *v, const struct json *personal, struct fact *out);

#define FACT_COLUMNS_MAX 400
struct str_list {
    struct str *p;
    size_t n, cap;
};
/* fact_columns: adds the names that a flat row of this kind may have, such as "order_id" and "ship_to.city"; list starts zeroed. */
MUST_CHECK enum err fact_columns(struct ctx *ctx, enum fact_kind kind, struct str_list *list);

#endif
