/*
 * The way out of a channel: a signed link in every mail. Whoever has it may say no to that channel for the customer of that message,
 * and nothing else; it does not run out.
 */
#ifndef WISMO_FLOWS_WAY_OUT_H
#define WISMO_FLOWS_WAY_OUT_H

#include "flows/engine.h"

/* way_out_link: "URL/unsubscribe/MERCHANT/TOKEN" for a message; empty where no public_url is set. In the arena. */
struct str way_out_link(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str key);
/* way_out_read: the message's key of a token. Errs: ERR_DENIED it is not ours. */
MUST_CHECK enum err way_out_read(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str token, struct str *key);

struct way_out {
    struct str key, language;
    struct str store;
    int channel;
};
/* way_out_find: what the page shows. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err way_out_find(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str key, struct way_out *out);
/* way_out_take: no more of that channel: durable and folded when it returns. */
MUST_CHECK enum err way_out_take(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct way_out *w);

#endif
