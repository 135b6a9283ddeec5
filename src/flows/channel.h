/*
 * Ways out to a customer: one message made ready for its channel, then sent by it. Making ready reads nothing and calls nobody, so
 * that the courier can look at the pause between the two. One file a way: channel_mail.c, channel_hook.c, channel_chat.c, channel_voice.c, channel_vendor.c
 * (by the merchant's account at a vendor whose connector sends).
 */
#ifndef WISMO_FLOWS_CHANNEL_H
#define WISMO_FLOWS_CHANNEL_H

#include "flows/engine.h"
#include "flows/message_list.h"

struct http_client;

/* Of a message that answers one of the customer's. */
struct outgoing_answer {
    bool is;
    struct str account;          /* that it came by */
    struct str to;               /* the contact as it wrote: address, number or handle */
    int64_t asked_us;            /* when */
    bool person;                 /* a person of the team answers */
    struct str message_id, thread_id; /* the vendor's: of what is answered */
    struct str text, choices;    /* for channels with buttons: "payload\tlabel", one a line; m.text has them as numbers */
};

/* One message on its way. */
struct outgoing {
    const struct merchant_config *merchant;
    struct str way_out;          /* its link out of the channel; empty: none */
    struct str key;              /* of its row: Message-ID and idempotency key on every attempt */
    struct str thread;           /* the same for all messages of an order */
    struct str order;            /* its name */
    struct case_message m;
    struct personal who;
    int64_t now_us, since_us;    /* since_us: none of it can have been sent before */
    bool test;                   /* sent by a person to themselves */
    struct outgoing_answer answer;
};
/* outgoing_word: what kind of message it is, on the wire. */
struct str outgoing_word(const struct outgoing *o);

/* What is ready to be sent: a mail's bytes, or a request. In the arena. */
struct ready {
    struct str mail;
    struct out_req req;
    const struct account *acct;
    struct send_ask ask;
};

struct channel {
    /* make: false: *no says why not. */
    bool (*make)(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no);
    struct send_result (*send)(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy);
    /* taken: an attempt before has no known outcome: did it arrive? NULL: it cannot be looked up. */
    bool (*taken)(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy, struct send_result *out);
};
extern const struct channel channel_mail, channel_hook, channel_vendor, channel_chat, channel_voice;

/* mail_hand_in: a mail's bytes to the merchant's mail server, or as a file named by the key. */
struct send_result mail_hand_in(struct ctx *ctx, const struct message_config *mc, struct str to, struct str key, struct str bytes);
/* channel_retry_after: what an answer's Retry-After means; 0: it has none. */
int64_t channel_retry_after(const struct http_msg *msg, int64_t now_us);
/*
 * channel_of: for this message; account: through which it goes, where it is a vendor's: the one by which the customer wrote, if it sends, else
 * the first of its kind, but in a chat. NULL: this build has none of that kind.
 */
const struct channel *channel_of(const struct outgoing *o);
const struct account *channel_account_of(const struct outgoing *o);
/* channel_for: NULL: this build has none of that kind. */
const struct channel *channel_for(enum channel_kind k);
/* channel_account: of a merchant, the first whose connector sends by it; NULL: none. */
const struct account *channel_account(const struct merchant_config *mc, enum channel_kind k);

#endif
