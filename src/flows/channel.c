/* See channel.h. */
#include "flows/channel.h"

const struct channel *channel_for(enum channel_kind k)
{
    static const struct channel *const CHANNELS[CHANNEL_KIND_COUNT] = {
        [CHANNEL_EMAIL] = &channel_mail,
        [CHANNEL_WEBHOOK] = &channel_hook,
    };
    return k >= 0 && k < CHANNEL_KIND_COUNT ? CHANNELS[k] : NULL;
}
