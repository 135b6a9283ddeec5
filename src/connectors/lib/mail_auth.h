/* Authentication-Results (RFC 8601): what the merchant's own mail server found out about a mail's sender. */
#ifndef WISMO_CONNECTORS_LIB_MAIL_AUTH_H
#define WISMO_CONNECTORS_LIB_MAIL_AUTH_H

#include "base/ctx.h"

enum mail_dmarc { MAIL_DMARC_NONE, MAIL_DMARC_PASS, MAIL_DMARC_FAIL };

/*
 * mail_auth_read: *by_host: the header is of the server that is trusted; *verdict: what it says of DMARC for from_domain. NONE also when it passes
 * another domain. Pure.
 * Errs: ERR_MEMORY.
 */
MUST_CHECK enum err mail_auth_read(struct ctx *ctx, struct str value, struct str host, struct str from_domain, bool *by_host,
                                   enum mail_dmarc *verdict);

#endif
