/* WooCommerce: what reading (woocommerce.c) and acting (woocommerce_act.c) share. */
#ifndef WISMO_CONNECTORS_WOOCOMMERCE_INT_H
#define WISMO_CONNECTORS_WOOCOMMERCE_INT_H

#include "connectors/connector.h"
#include "connectors/lib/shop_helpers.h"

extern const struct act_ops woocommerce_act;

/* woo_order_url: BASE/wp-json/wc/v3/orders/ID and what follows. Empty when no base_url is configured. */
struct str woo_order_url(struct ctx *ctx, const struct account *acct, struct str order_id, const char *tail);
/* woo_error: {"code", "message", "data": {"status"}}: ERR_NOTFOUND, ERR_DENIED, ERR_BUSY, ERR_UNAVAILABLE or ERR_PARSE; OK: it is none. */
enum err woo_error(struct ctx *ctx, const struct json *v);
/* woo_refunded: what went back of an order so far, from its own list. Errs: ERR_PARSE naming the field. */
MUST_CHECK enum err woo_refunded(struct ctx *ctx, const struct json *order, struct str currency, int64_t *out);
/* woo_has_tracking: a tracking plugin has written a number into the order. */
bool woo_has_tracking(const struct account *acct, const struct json *order);

#endif
