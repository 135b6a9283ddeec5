/* See channel.h. */
#include "flows/channel.h"

const struct channel *channel_for(enum channel_kind k)
{
    static const struct channel *const CHANNELS[CHANNEL_KIND_COUNT] = {
        [CHANNEL_EMAIL] = &channel_mail,
        [CHANNEL_SMS] = &channel_vendor,
        [CHANNEL_WHATSAPP] = &channel_vendor,
        [CHANNEL_VOICE] = &channel_voice,
        [CHANNEL_CHAT] = &channel_chat,
        [CHANNEL_MESSENGER] = &channel_vendor,
        [CHANNEL_INSTAGRAM] = &channel_vendor,
        [CHANNEL_WEBHOOK] = &channel_hook,
    };
    return k >= 0 && k < CHANNEL_KIND_COUNT ? CHANNELS[k] : NULL;
}

const struct account *channel_account(const struct merchant_config *mc, enum channel_kind k)
{
    for (size_t i = 0; i < mc->accounts_n; i++) {
        const struct send_ops *s = mc->accounts[i].conn->send;
        if (s != NULL && (s->channels & 1u << k) != 0)
            return &mc->accounts[i];
    }
    return NULL;
}

struct str outgoing_word(const struct outgoing *o)
{
    return o->answer.is ? STR("reply") : o->m.t.kind == MESSAGE_KIND_COUNT ? STR("code") : str_of(message_kind_word(o->m.t.kind));
}
