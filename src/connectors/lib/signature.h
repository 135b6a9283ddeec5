/* Signature checks that vendors share. All compare in constant time and try both secrets of a rotation. */
#ifndef WISMO_CONNECTORS_LIB_SIGNATURE_H
#define WISMO_CONNECTORS_LIB_SIGNATURE_H

#include "connectors/connector.h"

enum sig_encoding { SIG_BASE64, SIG_HEX };

/*
 * sig_hmac: MAC over the parts joined must equal `given` (after `prefix` is taken off) under one of the account's webhook
 * secrets. Errs: ERR_DENIED (missing, malformed, wrong, or no secret configured). Keyed contexts are kept per thread.
 */
MUST_CHECK enum err sig_hmac(struct ctx *ctx, const struct account *acct, enum mac_alg alg, enum sig_encoding enc,
                             struct str prefix, struct str given, const struct str *parts, size_t n);
/* sig_header_secret: a shared secret in a header (or Basic password), compared in constant time. */
MUST_CHECK enum err sig_header_secret(struct ctx *ctx, const struct account *acct, struct str given);
/* sig_fresh: |received - stamp| <= window_s, else ERR_STALE. */
MUST_CHECK enum err sig_fresh(struct ctx *ctx, int64_t received_us, int64_t stamp_us, int window_s);
/* sig_standard_webhooks: webhook-id, webhook-timestamp, webhook-signature "v1,..." (several allowed), 300 s. */
MUST_CHECK enum err sig_standard_webhooks(struct ctx *ctx, const struct account *acct, const struct http_msg *msg);
/* sig_jwt_hs256: token signed with a webhook secret; exp and nbf are checked when present. */
MUST_CHECK enum err sig_jwt_hs256(struct ctx *ctx, const struct account *acct, struct str token, int64_t now_us);

#endif
