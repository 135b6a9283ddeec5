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

static bool sends(const struct account *acct, enum channel_kind k)
{
    return acct->conn->send != NULL && (acct->conn->send->channels & 1u << k) != 0;
}

const struct account *channel_account(const struct merchant_config *mc, enum channel_kind k)
{
    for (size_t i = 0; i < mc->accounts_n; i++)
        if (sends(&mc->accounts[i], k))
            return &mc->accounts[i];
    return NULL;
}

const struct account *channel_account_of(const struct outgoing *o)
{
    const struct merchant_config *mc = o->merchant;
    for (size_t i = 0; i < mc->accounts_n; i++)
        if (o->answer.is && sends(&mc->accounts[i], o->m.t.channel) && str_eq(mc->accounts[i].id, o->answer.account))
            return &mc->accounts[i];
    return o->m.t.channel == CHANNEL_CHAT ? NULL : channel_account(mc, o->m.t.channel);
}

const struct channel *channel_of(const struct outgoing *o)
{
    return o->m.t.channel == CHANNEL_CHAT && channel_account_of(o) != NULL ? &channel_vendor : channel_for(o->m.t.channel);
}

struct str outgoing_word(const struct outgoing *o)
{
    return o->answer.is ? STR("reply") : o->m.t.kind == MESSAGE_KIND_COUNT ? STR("code") : str_of(message_kind_word(o->m.t.kind));
}
