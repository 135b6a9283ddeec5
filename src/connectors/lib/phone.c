/* See phone.h. */
#include "connectors/lib/phone.h"

#include "base/http_client.h"

enum stop_word stop_word_of(struct str text)
{
    static const struct {
        struct str word;
        enum stop_word is;
    } WORDS[] = { /* https://help.twilio.com/articles/223134027 "opt-out keywords", and CTIA's, read 2026-11 */
        {{"stop", 4}, STOP_STOP}, {{"stopall", 7}, STOP_STOP}, {{"unsubscribe", 11}, STOP_STOP}, {{"cancel", 6}, STOP_STOP},
        {{"end", 3}, STOP_STOP},  {{"quit", 4}, STOP_STOP},    {{"optout", 6}, STOP_STOP},       {{"revoke", 6}, STOP_STOP},
        {{"start", 5}, STOP_START}, {{"unstop", 6}, STOP_START},
    };
    text = str_trim(text);
    while (text.n > 0 && (text.p[text.n - 1] == '.' || text.p[text.n - 1] == '!'))
        text.n--;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (str_eq_nocase(text, WORDS[i].word))
            return WORDS[i].is;
    return STOP_NONE;
}

void form_add(struct arena *a, struct buf *b, const char *name, struct str value)
{
    if (b->n > 0)
        buf_addc(b, '&');
    buf_add(b, str_of(name));
    buf_addc(b, '=');
    buf_add(b, url_encode(a, value));
}

enum err add_receipt(struct ctx *ctx, struct decoded *out, struct str key, enum receipt_status status, struct str detail, int64_t at_us)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_RECEIPT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_SYSTEM;
    fct->u.receipt = (struct receipt_fact){.message_key = key, .status = status, .detail = detail, .at_us = at_us};
    return OK;
}

enum err add_consent(struct ctx *ctx, struct decoded *out, struct str contact, enum channel_kind channel, bool withdrawn, int64_t at_us)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_CONSENT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_CUSTOMER;
    fct->u.consent = (struct consent_fact){.contact = contact, .channel = str_of(channel_kind_word(channel)), .withdrawn = withdrawn, .at_us = at_us};
    return OK;
}
