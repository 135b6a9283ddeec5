/* What the two files of Shopify share: webhooks (shopify.c) and reading by GraphQL (shopify_graphql.c). */
#ifndef WISMO_CONNECTORS_SHOPIFY_INT_H
#define WISMO_CONNECTORS_SHOPIFY_INT_H

#include "connectors/lib/shop_helpers.h"

#define SHOPIFY_API_VERSION "2026-10"

/* Words of financial_status and displayFinancialStatus, of a fulfillment's status. */
extern const struct word_map shopify_financial[], shopify_fulfilled[];
extern const struct poll_ops shopify_poll;

extern const struct act_ops shopify_act;
/* shopify_errors: errors inside a 200. Errs: ERR_BUSY throttled, ERR_DENIED no right, others with the vendor's words. */
enum err shopify_errors(struct ctx *ctx, const struct json *v);
/* shopify_gid_tail: "gid://shopify/LineItem/123" -> "123"; a bare id stays. */
struct str shopify_gid_tail(struct str gid);
/* shopify_parked: stand-in number for events of a fulfillment that come without one. */
struct str shopify_parked(struct ctx *ctx, struct str fulfillment_id);
/* shopify_is_cod: a list of payment gateways' names has cash on delivery. */
bool shopify_is_cod(const struct json *names);
/* shopify_decode_hook: a webhook's body; without a topic header its shape tells what it is. */
enum err shopify_decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out);

/* shopify_return_state: "OPEN" of either interface; false: a word that is not known. */
bool shopify_return_state(struct str word, enum return_state *out);

#endif
