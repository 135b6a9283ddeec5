/*
 * Messages to look at before customers do: of a real order, or of a made-up awkward one (no name, a product with a long title,
 * seven parcels, no estimate). Nothing is stored; what is sent goes to the address that the asker names.
 */
#ifndef WISMO_FLOWS_MESSAGE_SAMPLE_H
#define WISMO_FLOWS_MESSAGE_SAMPLE_H

#include "flows/channel.h"

struct sample_ask {
    enum message_kind kind;
    enum channel_kind way;                  /* whose short form it gets */
    struct str language;                    /* empty: the order's, else the merchant's */
    const struct message_policy *policy;
    struct reader *rd;                      /* NULL: the made-up case */
    int64_t merchant_id, order_no;
    int64_t now_us;
};
/* message_sample: everything of an outgoing message but the merchant and the channel. Errs: ERR_NOTFOUND order; ERR_PARSE template. */
MUST_CHECK enum err message_sample(struct ctx *ctx, const struct sample_ask *ask, struct outgoing *out);

/* sms_size: characters as the channel counts them, and how many messages they make (GSM 03.38, else UCS-2). */
struct sms_size {
    size_t units, segments;
    bool gsm;
};
struct sms_size sms_size(struct str text);

#endif
