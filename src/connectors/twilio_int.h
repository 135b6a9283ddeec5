/* What the two files of Twilio share: messages, sign-in and signatures (twilio.c) and telephone calls (twilio_call.c). */
#ifndef WISMO_CONNECTORS_TWILIO_INT_H
#define WISMO_CONNECTORS_TWILIO_INT_H

#include "connectors/lib/message_in.h"
#include "connectors/lib/phone.h"

/* twilio_field: of the form that Twilio posts; empty when it is not there. */
struct str twilio_field(struct ctx *ctx, const struct http_msg *msg, const char *name);

/* twilio_list_url: of the account's "Messages" or "Calls". */
struct str twilio_list_url(struct ctx *ctx, const struct account *acct, const char *list);
#define TWILIO_LOOK_SLACK_US (60 * US_PER_S) /* between Twilio's clock and ours */

extern const struct call_ops twilio_call;
/* twilio_call_key: of a delivery about a call, for the engine's window of repeats. */
struct str twilio_call_key(struct ctx *ctx, const struct http_msg *msg);
/* twilio_call_decode: a step of a call, or what became of one that we made. */
MUST_CHECK enum err twilio_call_decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out);
/* twilio_call_form: a call to make; twilio_call_from: the number it comes from; twilio_call_found: in the list of calls to a number. */
MUST_CHECK enum err twilio_call_form(struct ctx *ctx, const struct account *acct, const struct send_ask *ask, struct buf *b);
struct str twilio_call_from(const struct account *acct);
bool twilio_call_found(const struct json *list, const struct send_ask *ask, struct str *id);

#endif
