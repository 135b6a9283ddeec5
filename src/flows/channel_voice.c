/*
 * The telephone: a message of ours is a call that the merchant's account at a vendor makes, and tells itself when it is picked up
 * (flows/call.c). What answers a caller is said in the call that it was asked in, so that its row in the outbox is a receipt.
 */
#include "flows/channel.h"

#include "talk/spoken.h"

static bool make(struct ctx *ctx, const struct outgoing *o, struct ready *out, struct send_result *no)
{
    struct outgoing call = *o;
    call.m.brief = spoken_text(ctx, o->m.language, o->m.brief);
    return o->answer.is || channel_vendor.make(ctx, &call, out, no);
}

static struct send_result send_it(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy)
{
    if (o->answer.is)
        return (struct send_result){SEND_TAKEN, STR("said in the call"), 0, false};
    return channel_vendor.send(ctx, http, o, rdy);
}

static bool taken(struct ctx *ctx, struct http_client *http, const struct outgoing *o, const struct ready *rdy, struct send_result *out)
{
    return !o->answer.is && channel_vendor.taken(ctx, http, o, rdy, out);
}

const struct channel channel_voice = {make, send_it, taken};
