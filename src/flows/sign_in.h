/* Signing a call in as its account wants it: one way for reading and for acting. */
#ifndef WISMO_FLOWS_SIGN_IN_H
#define WISMO_FLOWS_SIGN_IN_H

#include "connectors/connector.h"

/* sign_in: adds the headers; token: of OAuth 2, empty elsewhere. Errs: ERR_DENIED the key it needs is not configured. */
MUST_CHECK enum err sign_in(struct ctx *ctx, const struct account *acct, struct str token, struct out_req *req);
/* signs_itself: the connector put a sign-in of its own. */
bool signs_itself(const struct connector *conn, const struct out_req *req);

#endif
