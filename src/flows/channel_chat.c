/*
 * Chat: nothing is called. A turn is in its conversation as soon as it is folded, where the customer's window reads it; the row in
 * the outbox is its receipt.
 */
#include "flows/channel.h"

static bool make(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no)
{
    (void)ctx;
    (void)out;
    *no = (struct send_result){SEND_REFUSED, STR("a chat is answered, not begun"), 0, false};
    return o->answer.is;
}

static struct send_result send_chat(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy)
{
    (void)ctx;
    (void)http;
    (void)o;
    (void)rdy;
    return (struct send_result){SEND_TAKEN, STR("in the conversation"), 0, false};
}

const struct channel channel_chat = {make, send_chat, NULL};
