/* What the doctor asks of vendors: whether they let an account in, and whether its key may read. */
#ifndef WISMO_CLI_DOCTOR_VENDOR_H
#define WISMO_CLI_DOCTOR_VENDOR_H

#include "base/http_client.h"
#include "connectors/connector.h"

/*
 * vendor_try: signs in where the vendor has a sign-in, and makes the one read that costs nothing: what changed in the last hour at a
 * storefront, a made-up number at a carrier. Nothing of the answer is kept.
 * Errs: ERR_DENIED the vendor refused, in its words; ERR_TIMEOUT, ERR_UNAVAILABLE no answer; ERR_BUSY throttled;
 * ERR_UNSUPPORTED there is nothing to try
 */
MUST_CHECK enum err vendor_try(struct ctx *ctx, struct http_client *client, const struct account *acct, int timeout_ms);

#endif
