/*
 * A case as it was known at a time: what had been told by then, diagnosed as of then. Of what was told later nothing shows, however
 * early it happened. Limits, promises and the extent of incidents are today's.
 */
#ifndef WISMO_FLOWS_CASE_PAST_H
#define WISMO_FLOWS_CASE_PAST_H

#include "flows/reader.h"

/* order_as_of, parcel_as_of: the row folded again from the facts learned until at_us. Errs: ERR_NOTFOUND nothing was known of the order. */
MUST_CHECK enum err order_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct order_case *cas, int64_t at_us);
MUST_CHECK enum err parcel_as_of(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct parcel *pcl, int64_t at_us);
/* changes_as_of: drops the changes of class that were seen later. */
void changes_as_of(struct case_answer *ca, int64_t at_us);

#endif
