/* The parcels that decoded facts make, one JSON object a line: `wismo decode --fold` (docs/decode.schema.json). */
#ifndef WISMO_FLOWS_PARCEL_LINE_H
#define WISMO_FLOWS_PARCEL_LINE_H

#include "base/json.h"
#include "model/parcel.h"

/*
 * parcel_lines: folds the facts and writes every parcel, by number; a number that its vendor does not know gives
 * kind "not_found" and no parcel. Times are those the vendor gave: no instant where neither offset nor zone was certain.
 * Errs: ERR_MEMORY, ERR_LIMIT.
 */
MUST_CHECK enum err parcel_lines(struct ctx *ctx, const struct decoded *d, int64_t now_us, struct buf *out);

#endif
