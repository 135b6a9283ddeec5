/*
 * OAuth 2.0 client credentials (RFC 6749 section 4.4), and a plain login that gives a token, as pure functions: the request for a
 * token, and what its answer says. Whoever does the I/O keeps the token and asks again when it ends.
 */
#ifndef WISMO_CONNECTORS_LIB_OAUTH_H
#define WISMO_CONNECTORS_LIB_OAUTH_H

#include "connectors/connector.h"

#define OAUTH_TOKEN_MAX 16384 /* bytes; the longest seen, a signed token with claims, has 3,000 */
#define OAUTH_LIFE_DEFAULT_S 300 /* when the answer does not say how long the token lives */
#define OAUTH_LIFE_MAX_S (30 * 86400)

struct oauth_token {
    struct str token;   /* in ctx's arena: the caller keeps a copy as a secret */
    int64_t expires_us; /* UTC; a tenth of its life, at most a minute, before the vendor's end, so
                           that none ends on its way */
};

/* oauth_used: the connector signs in by client credentials. */
bool oauth_used(const struct connector *conn);
/*
 * oauth_request: POST to conn->auth_path (a path below the account's or the vendor's host, or a
 * URL), form grant_type=client_credentials; id (api_user) and secret (api_secret) by Basic or in
 * the form, as conn->auth says; setting `scope` is added when the account has it. Errs:
 * ERR_UNSUPPORTED the connector does not sign in this way, ERR_DENIED id or secret are not
 * configured, ERR_MEMORY.
 */
MUST_CHECK enum err oauth_request(struct ctx *ctx, const struct account *acct, struct out_req *out);
/*
 * oauth_decode: token and end of its life from the answer. In: msg->received_us, from which the
 * life counts. Errs: ERR_DENIED the vendor refused the client (the words name its error code, never
 * the secret), ERR_BUSY 429, ERR_UNAVAILABLE 5xx, ERR_PARSE the answer has no token.
 */
MUST_CHECK enum err oauth_decode(struct ctx *ctx, const struct http_msg *msg,
                                 struct oauth_token *out);

#endif
