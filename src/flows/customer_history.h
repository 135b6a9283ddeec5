/*
 * A customer's history, of the merchant's own cases: claims and what was bought. A claim is an order of which the customer said that it
 * did not come, is damaged, wrong or incomplete, or asked that it be made good for; what Wismo does unasked is none.
 */
#ifndef WISMO_FLOWS_CUSTOMER_HISTORY_H
#define WISMO_FLOWS_CUSTOMER_HISTORY_H

#include "flows/fold.h"
#include "mind/situation.h"
#include "storage/customer_orders.h"

/* customer_history_of: as it was known at now_us, without the order itself; of amounts those in the currency. */
void customer_history_of(const struct customer_order *rows, size_t n, int64_t order_no, struct str currency, int64_t now_us,
                         struct customer_history *out);
/* customer_history_read: the same of a case; not known where its customer is not. */
MUST_CHECK enum err customer_history_read(struct ctx *ctx, struct db *state, int64_t merchant_id, const struct order_case *cas, struct str currency,
                                          int64_t now_us, struct customer_history *out);

/* In the fold: the order's row under its customer, with its claims; claim_us: of a request just made, 0: none. */
MUST_CHECK enum err fold_customer_order(struct fold *f, const struct fold_order *fo, int64_t claim_us);
/* fold_customer_merged: an order's row that turned out to be another's. */
MUST_CHECK enum err fold_customer_merged(struct fold *f, struct str customer, int64_t order_no);

#endif
