/* A customer's orders: when each was placed, what it came to, and when the customer last claimed something of it. */
#ifndef WISMO_STORAGE_CUSTOMER_ORDERS_H
#define WISMO_STORAGE_CUSTOMER_ORDERS_H

#include "storage/db.h"

#define CUSTOMER_ORDERS_MAX 5000 /* the newest that count */

struct customer_order {
    int64_t order_no, placed_us, total_minor;
    int64_t claim_us;       /* 0: nothing was claimed */
    struct str currency;
};

/* customer_order_put: adds the row or brings it up to date; a later claim stays. */
MUST_CHECK enum err customer_order_put(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, const struct customer_order *row);
MUST_CHECK enum err customer_order_drop(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t order_no);
/* customer_order_list: the newest, in the arena. */
MUST_CHECK enum err customer_order_list(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, struct customer_order **out, size_t *n);

#endif
