/*
 * A vendor's webhook on its way in: signature first, then the delivery's own key, then the ledger. What is refused is never
 * decoded. The same steps for the HTTP door and for the demo's own deliveries.
 */
#ifndef WISMO_FLOWS_HOOK_IN_H
#define WISMO_FLOWS_HOOK_IN_H

#include "flows/engine.h"

/*
 * hook_check: may this message come in by this account? *dedupe gets the delivery's key (of the vendor, else of the body). One that
 * is refused for want of a newer signing key has it read: the vendor's next attempt finds it.
 * Errs: ERR_DENIED, ERR_STALE signature; ERR_UNSUPPORTED the connector takes no webhooks; ERR_PARSE a handshake out of shape.
 */
MUST_CHECK enum err hook_check(struct ctx *ctx, struct engine *eng, const struct account *acct, const struct http_msg *msg,
                               struct str *dedupe);
/* hook_account: by account id, else the only account of that connector; NULL: none, or several. */
const struct account *hook_account(struct engine *eng, int64_t merchant_id, struct str connector_or_account);
/* hook_append: hook_check and engine_append. done as in struct append_req. */
MUST_CHECK enum err hook_append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct account *acct,
                                const struct http_msg *msg, void (*done)(void *user, enum err e, int64_t pos), void *user);

#endif
