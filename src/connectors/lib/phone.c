/* See phone.h. */
#include "connectors/lib/phone.h"

#include "base/http_client.h"

#define DIGITS_MIN 8
#define DIGITS_MAX 15

/* Countries by calling code and the digit that national numbers begin with and international ones do not; Italy keeps its 0. ITU-T E.164 */
static const struct {
    const char *country, *code;
    char trunk;
} COUNTRIES[] = {
    {"US", "1", '1'},   {"CA", "1", '1'},   {"GB", "44", '0'},  {"IE", "353", '0'}, {"DE", "49", '0'},  {"AT", "43", '0'},  {"CH", "41", '0'},
    {"FR", "33", '0'},  {"BE", "32", '0'},  {"NL", "31", '0'},  {"ES", "34", '\0'}, {"PT", "351", '\0'}, {"IT", "39", '\0'}, {"PL", "48", '\0'},
    {"SE", "46", '0'},  {"NO", "47", '\0'}, {"DK", "45", '\0'}, {"FI", "358", '0'}, {"BR", "55", '0'},  {"MX", "52", '\0'}, {"IN", "91", '0'},
    {"JP", "81", '0'},  {"AU", "61", '0'},  {"NZ", "64", '0'},
};

/* Digits alone; *plus: it began with +. False: something in it is no part of a number. */
static bool digits_of(struct str s, char out[DIGITS_MAX + 2], size_t *n, bool *plus)
{
    *n = 0;
    *plus = false;
    s = str_trim(s);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            if (*n > DIGITS_MAX)
                return false;
            out[(*n)++] = c;
        } else if (c == '+' && i == 0) {
            *plus = true;
        } else if (memchr(" -.()/", c, 6) == NULL) {
            return false;
        }
    }
    return *n > 0;
}

enum err phone_e164(struct ctx *ctx, struct str number, struct str country, struct str *out)
{
    char d[DIGITS_MAX + 2];
    size_t n = 0, from = 0;
    bool plus = false;
    const char *code = NULL;
    bool ok = digits_of(number, d, &n, &plus);
    if (ok && !plus && n > 2 && d[0] == '0' && d[1] == '0') {
        plus = true;
        from = 2;
    }
    for (size_t i = 0; ok && !plus && i < sizeof(COUNTRIES) / sizeof(COUNTRIES[0]); i++)
        if (str_eq(country, str_of(COUNTRIES[i].country))) {
            bool nanp = COUNTRIES[i].trunk == '1';
            code = COUNTRIES[i].code;
            from = d[0] == COUNTRIES[i].trunk ? 1 : 0;
            ok = !nanp || n - from == 10;
        }
    size_t total = (code == NULL ? 0 : strlen(code)) + n - from;
    if (!ok || (!plus && code == NULL) || total < DIGITS_MIN || total > DIGITS_MAX || (plus && d[from] == '0'))
        return ctx_fail(ctx, ERR_PARSE, "the phone number is not in international form");
    *out = arena_fmt(ctx->arena, "+%s%.*s", code == NULL ? "" : code, (int)(n - from), d + from);
    return out->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory") : OK;
}

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
