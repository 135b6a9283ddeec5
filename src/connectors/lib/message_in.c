/* See message_in.h. */
#include "connectors/lib/message_in.h"

#include "connectors/lib/inbound_text.h"

#define ID_MAX 300
#define NAME_MAX_BYTES 200
#define KEY_HEX 32
#define MADE_ID_BYTES 16

bool account_vouches(const struct account *acct)
{
    return !str_eq(account_setting(acct, "insecure"), STR("true"));
}

enum err add_message(struct ctx *ctx, struct decoded *out, const struct message_in_fact *m)
{
    struct message_in_fact in = *m;
    struct fact *fct = NULL;
    bool cut;
    enum err e = str_empty(m->message_id) || str_empty(m->from) ? ctx_fail(ctx, ERR_PARSE, "%s: missing", str_empty(m->from) ? "from" : "message id") : OK;
    struct {
        struct str *text;
        size_t max;
    } lines[] = {{&in.message_id, ID_MAX}, {&in.thread_id, ID_MAX}, {&in.reply_to, ID_MAX}, {&in.from, NAME_MAX_BYTES},
                 {&in.from_name, NAME_MAX_BYTES}, {&in.subject, ID_MAX}, {&in.choice, ID_MAX}};
    for (size_t i = 0; e == OK && i < sizeof(lines) / sizeof(lines[0]); i++)
        e = inbound_line(ctx, *lines[i].text, lines[i].max, lines[i].text);
    if (e == OK)
        e = inbound_text(ctx, m->text, &in.text, &cut);
    if (e == OK)
        e = decoded_add(ctx, out, FACT_MESSAGE_IN, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_CUSTOMER;
    fct->u.message_in = in;
    return OK;
}

bool mail_key(struct str id, struct str *key)
{
    id = str_trim(id);
    if (!str_empty(id) && id.p[0] == '<')
        id = str_sub(id, 1, id.n);
    for (size_t i = 0; i < KEY_HEX; i++)
        if (i >= id.n || !((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
            return false;
    if (id.n <= KEY_HEX || id.p[KEY_HEX] != '@')
        return false;
    *key = str_sub(id, 0, KEY_HEX);
    return true;
}

/* A mail without an id of its own is known by its content. */
static struct str made_id(struct ctx *ctx, const struct mail_in *mail)
{
    unsigned char sum[SHA256_LEN];
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    buf_fmt(&b, "%.*s\n%.*s\n%.*s\n", STR_ARG(mail->from), STR_ARG(mail->to), STR_ARG(mail->subject));
    buf_add(&b, mail->text);
    sha256(buf_str(&b), sum);
    buf_reset(&b);
    buf_addz(&b, "sha256:");
    buf_add_hex(&b, (struct str){(const char *)sum, MADE_ID_BYTES});
    return buf_move(&b, ctx->arena);
}

enum err add_mail(struct ctx *ctx, struct decoded *out, const struct mail_in *mail, int64_t at_us)
{
    struct str key, root = mail->references_n > 0 ? mail->references[0] : mail->in_reply_to;
    struct message_in_fact m = {.channel = CHANNEL_EMAIL, .message_id = mail->message_id, .reply_to = mail->in_reply_to, .from = mail->from,
                                .from_name = mail->from_name, .subject = mail->subject, .text = mail->text, .automatic = mail->automatic,
                                .verified = mail->dmarc == MAIL_DMARC_PASS, .at_us = at_us,
                                .attachments = (uint32_t)(mail->attachments_all > 1000 ? 1000 : mail->attachments_all)};
    if (str_empty(mail->from)) {
        out->note = STR("a mail without one sender");
        return OK;
    }
    if (str_empty(m.message_id))
        m.message_id = made_id(ctx, mail);
    m.thread_id = str_empty(root) ? m.message_id : root;
    for (size_t i = mail->references_n; i > 0 && !mail_key(m.reply_to, &key); i--)
        if (mail_key(mail->references[i - 1], &key))
            m.reply_to = mail->references[i - 1];
    return add_message(ctx, out, &m);
}
