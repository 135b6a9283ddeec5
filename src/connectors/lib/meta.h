/* What Meta's interfaces share: the signature of what they send, the handshake of their webhooks, errors. */
#ifndef WISMO_CONNECTORS_LIB_META_H
#define WISMO_CONNECTORS_LIB_META_H

#include "connectors/connector.h"

#define META_BASE "https://graph.facebook.com"
#define META_VERSION "v23.0"

/* meta_verify, meta_reply: for hook_ops. Bodies are signed as received, with \uXXXX in them. */
MUST_CHECK enum err meta_verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg);
MUST_CHECK enum err meta_reply(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct buf *body);
/* meta_post: POST /{id}/messages with what b holds; b is cleared. */
MUST_CHECK enum err meta_post(struct ctx *ctx, const struct account *acct, struct str id, struct buf *b, struct out_req *out);
/* meta_refused: what an answer other than 2xx means. */
void meta_refused(struct ctx *ctx, const struct http_msg *msg, struct send_result *out);

#endif
