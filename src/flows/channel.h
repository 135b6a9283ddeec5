/*
 * Ways out to a customer: one message made ready for its channel, then sent by it. Making ready reads nothing and calls nobody, so
 * that the courier can look at the pause between the two. One file a channel: channel_mail.c, channel_hook.c.
 */
#ifndef WISMO_FLOWS_CHANNEL_H
#define WISMO_FLOWS_CHANNEL_H

#include "flows/engine.h"
#include "flows/message_list.h"

struct http_client;

/* One message on its way. */
struct outgoing {
    const struct merchant_config *merchant;
    struct str way_out;          /* its link out of the channel; empty: none */
    struct str key;              /* of its row: Message-ID and idempotency key on every attempt */
    struct str thread;           /* the same for all messages of an order */
    struct str order;            /* its name */
    struct case_message m;
    struct personal who;
    int64_t now_us;
    bool test;                   /* sent by a person to themselves */
};

enum send_outcome {
    SEND_TAKEN,
    SEND_LATER,   /* try again: at retry_us, or when the courier likes */
    SEND_REFUSED, /* not by this channel, ever */
    SEND_WRONG    /* our own fault: it cannot be made into a message */
};
struct send_result {
    enum send_outcome outcome;
    struct str detail;           /* nothing personal: it becomes a fact */
    int64_t retry_us;
    bool channel_failed;         /* the channel itself, not this message: counts for its breaker */
};

/* What is ready to be sent: a mail's bytes, or a request. In the arena. */
struct ready {
    struct str mail;
    struct str url, body;
    struct http_header headers[8];
    size_t headers_n;
};

struct channel {
    /* make: false: *no says why not. */
    bool (*make)(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no);
    struct send_result (*send)(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy);
};
extern const struct channel channel_mail, channel_hook;

/* channel_retry_after: what an answer's Retry-After means; 0: it has none. */
int64_t channel_retry_after(const struct http_msg *msg, int64_t now_us);
/* channel_for: NULL: this build has none of that kind. */
const struct channel *channel_for(enum channel_kind k);

#endif
