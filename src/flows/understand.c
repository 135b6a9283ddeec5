/* See understand.h. Recorded as "order_status:93 refund_request:12" and "urgent legal": short, and readable in a ledger. */
#include "flows/understand.h"

#include "base/num.h"

static enum err write_intents(struct ctx *ctx, const struct nlu_result *r, struct str *out)
{
    struct buf b;
    buf_init(&b, 512);
    for (size_t i = 0; i < r->intents_n; i++)
        buf_fmt(&b, "%s%s:%d", i > 0 ? " " : "", intent_word(r->intents[i].intent), (int)(r->intents[i].confidence * 100));
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

static enum err write_signals(struct ctx *ctx, const struct signals *s, struct str *out)
{
    struct buf b;
    buf_init(&b, 256);
    for (int k = 0; k < SIGNAL_KIND_COUNT; k++)
        if (s->has[k])
            buf_fmt(&b, "%s%s", b.n > 0 ? " " : "", signal_word((enum signal_kind)k));
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

static struct str cut_text(struct str s)
{
    size_t n = s.n < MESSAGE_TEXT_MAX ? s.n : MESSAGE_TEXT_MAX;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

static enum err understand(struct ctx *ctx, struct message_in_fact *m)
{
    struct model model;
    struct nlu_result r;
    m->text = cut_text(m->text);
    m->lang = m->intents = m->signals = m->customer = STR_NULL;
    m->sentiment = m->model = m->conversation_no = m->order_no = 0;
    if (str_empty(str_trim(m->text)))
        return OK;
    enum err e = nlu_open(ctx, &model);
    if (e == OK)
        e = nlu_understand(ctx, &model, m->text, m->language, &r);
    if (e == OK)
        m->lang = r.lang;
    if (e == OK)
        e = write_intents(ctx, &r, &m->intents);
    if (e == OK)
        e = write_signals(ctx, &r.signals, &m->signals);
    m->sentiment = r.signals.sentiment;
    m->model = (int64_t)(nlu_model_id() >> 2); /* JSON's integers have a sign, and room above it */
    return e;
}

enum err understand_decoded(struct ctx *ctx, struct decoded *d)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < d->n; i++)
        if (d->facts[i].kind == FACT_MESSAGE_IN)
            e = understand(ctx, &d->facts[i].u.message_in);
    return e;
}

static void read_signals(struct str words, struct signals *out)
{
    struct str one;
    while (!str_empty(words) && str_split(&words, ' ', &one))
        for (int k = 0; k < SIGNAL_KIND_COUNT; k++)
            if (str_eq(one, str_of(signal_word((enum signal_kind)k))))
                out->has[k] = true;
}

bool understood_read(const struct message_in_fact *m, struct nlu_result *out)
{
    struct str rest = m->intents, one, word;
    int64_t percent = 0;
    *out = (struct nlu_result){.lang = m->lang, .intent = INTENT_OTHER};
    read_signals(m->signals, &out->signals);
    out->signals.sentiment = (int)m->sentiment;
    while (!str_empty(rest) && str_split(&rest, ' ', &one) && out->intents_n < NLU_INTENTS_MAX) {
        if (!str_split(&one, ':', &word) || num_parse_i64(one, 0, 100, &percent) != OK || intent_from_word(word) == INTENT_COUNT)
            continue;
        out->intents[out->intents_n++] = (struct intent_guess){intent_from_word(word), (float)percent / 100};
    }
    if (out->intents_n > 0) {
        out->intent = out->intents[0].intent;
        out->confidence = out->intents[0].confidence;
    }
    return out->intents_n > 0;
}
