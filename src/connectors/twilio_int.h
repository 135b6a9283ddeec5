/* What the two files of Twilio share: messages, sign-in and signatures (twilio.c) and telephone calls (twilio_call.c). */
#ifndef WISMO_CONNECTORS_TWILIO_INT_H
#define WISMO_CONNECTORS_TWILIO_INT_H

#include "connectors/lib/message_in.h"
#include "connectors/lib/phone.h"

/* twilio_field: of the form that Twilio posts; empty when it is not there. */
struct str twilio_field(struct ctx *ctx, const struct http_msg *msg, const char *name);

extern const struct call_ops twilio_call;
/* twilio_call_key: of a delivery about a call, for the engine's window of repeats. */
struct str twilio_call_key(struct ctx *ctx, const struct http_msg *msg);
/* twilio_call_decode: a step of a call, or what became of one that we made. */
MUST_CHECK enum err twilio_call_decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out);

#endif
