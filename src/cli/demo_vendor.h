/* What vendors would send for the demo's events: bodies in their own form, signed with the demo's made-up secrets. */
#ifndef WISMO_CLI_DEMO_VENDOR_H
#define WISMO_CLI_DEMO_VENDOR_H

#include "cli/demo_store.h"

/*
 * demo_vendor_message: the webhook of an event whose source is an account with a connector known here; *acct stays NULL when
 * the event goes in as a plain fact instead. Everything in ctx's arena. Errs: ERR_MEMORY, ERR_DENIED no secret to sign with.
 */
MUST_CHECK enum err demo_vendor_message(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct demo_event *ev,
                                        int64_t now_us, const struct account **acct, struct http_msg *out);

#endif
